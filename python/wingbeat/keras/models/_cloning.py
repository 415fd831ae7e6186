"""clone_model: the same layers anew, with new variables."""

from __future__ import annotations

from typing import Any

from ._functional import Functional
from ._input import InputLayer
from ._model import Model
from ._sequential import Sequential


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Any = None,
    call_function: Any = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """A model of the same layers, with variables of its own that begin anew.

    clone_function: layer -> layer, for the layers of a Sequential or functional model; by default from their configs.
    """
    if input_tensors is not None or call_function is not None:
        raise NotImplementedError(
            "clone_model: input_tensors and call_function are not taken; call the clone on other symbolic tensors, and "
            "make a Model of these"
        )

    def clone(layer: Any) -> Any:
        if recursive and isinstance(layer, (Sequential, Functional)):
            return clone_model(layer, clone_function=clone_function, recursive=True)
        return layer.__class__.from_config(layer.get_config()) if clone_function is None else clone_function(layer)

    if isinstance(model, Sequential):
        layers = [layer if isinstance(layer, InputLayer) else clone(layer) for layer in model._sequence]
        inputs = [InputLayer(**_of(layer)) if isinstance(layer, InputLayer) else layer for layer in layers]
        return Sequential(inputs, name=model.name, trainable=model.trainable)
    if not isinstance(model, Model):
        raise ValueError(f"Expected `model` argument to be a `Model` instance. Received: model={model}")
    if not model._is_graph:
        if clone_function is not None:
            raise ValueError(
                "Arguments `clone_function` and `input_tensors` are only supported for Sequential models or Functional "
                f"models. Received model of type '{type(model).__name__}', with clone_function={clone_function}"
            )
        return model.__class__.from_config(model.get_config())
    graph = model._graph
    copies: dict[int, Any] = {}
    for operation in graph.operations:
        if isinstance(operation, InputLayer):
            copies[id(operation)] = InputLayer(**_of(operation))
        elif hasattr(operation, "kind") and not hasattr(operation, "_keras"):
            copies[id(operation)] = operation
        else:
            copies[id(operation)] = clone(operation)
    inputs = [copies[id(tensor._keras_history.operation)].output for tensor in graph.inputs]

    def call(operation: Any, args: Any, arguments: Any) -> Any:
        from .._symbolic import Operation, apply

        copied = copies[id(operation)]
        if isinstance(copied, Operation):
            return apply(copied.name, copied.kind, copied.function, tuple(args), arguments)
        return copied(*args, **arguments)

    from ..._tree import unflatten

    outputs = graph.run(inputs, call)
    return Functional(unflatten(graph._input_structure, inputs), outputs, name=model.name)


def _of(layer: Any) -> dict[str, Any]:
    config = layer.get_config()
    return {key: config[key] for key in ("batch_shape", "dtype", "name")}
