"""Configs of functional models, as Keras 3 writes them."""

from __future__ import annotations

import inspect
from typing import Any

from ..._creation import tensor as as_tensor
from ..._dtypes import as_dtype
from ..._tree import flatten, unflatten
from .._symbolic import KerasTensor, Node, Operation, nodes_of


def functional_config(model: Any, is_bare: bool = False) -> dict[str, Any]:
    """The layers, each with its calls; the inputs and outputs. is_bare: of layers the names alone."""
    from .. import saving

    graph = model._graph
    wanted = {id(node) for node in graph.nodes}
    # Which of a layer's calls are this model's, and under which number.
    numbers: dict[int, int] = {}
    layers: list[dict[str, Any]] = []
    for operation in graph.operations:
        own = [node for node in nodes_of(operation) if id(node) in wanted]
        for place, node in enumerate(own):
            numbers[id(node)] = place
    for operation in graph.operations:
        own = [node for node in nodes_of(operation) if id(node) in wanted]
        if isinstance(operation, Operation):
            entry: dict[str, Any] = {
                "module": "keras.src.ops.numpy",
                "class_name": operation.kind,
                "config": operation.get_config(),
                "registered_name": operation.kind,
            }
        elif is_bare and hasattr(operation, "_keras") and type(operation).__name__ != "InputLayer":
            entry = bare(operation)
        else:
            entry = saving.serialize_keras_object(operation)
        entry["name"] = operation.name
        entry["inbound_nodes"] = [_call(node, numbers) for node in own if node.inputs]
        layers.append(entry)
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": _places(graph.inputs_given, numbers),
        "output_layers": _places(graph.outputs_given, numbers),
    }


def bare(layer: Any) -> dict[str, Any]:
    """A layer that the reader has already: its name, and for a model inside what it calls."""
    kind = type(layer).__name__
    config: dict[str, Any] = {"name": layer.name}
    if getattr(layer, "_is_graph", False):
        if hasattr(layer, "_sequence"):
            kind, config = "Sequential", sequential_config(layer, True)
        else:
            kind, config = "Functional", functional_config(layer, True)
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}


def sequential_config(model: Any, is_bare: bool = False) -> dict[str, Any]:
    """The layers of a sequential model."""
    from .. import saving

    layers = [
        bare(layer) if is_bare and type(layer).__name__ != "InputLayer" else saving.serialize_keras_object(layer)
        for layer in model._sequence
    ]
    config: dict[str, Any] = {"name": model.name, "trainable": model.trainable, "layers": layers}
    if model._is_graph:
        config["build_input_shape"] = list(model._sequence[0].batch_shape)
    return config


def _history(tensor: Any, numbers: dict[int, int]) -> list[Any]:
    history = tensor._keras_history
    node = nodes_of(history.operation)[history.node_index]
    return [history.operation.name, numbers.get(id(node), 0), history.tensor_index]


def _places(given: Any, numbers: dict[int, int]) -> Any:
    leaves, structure = flatten(given)
    return unflatten(structure, [_history(leaf, numbers) for leaf in leaves])


def _call(node: Node, numbers: dict[int, int]) -> dict[str, Any]:
    from .. import saving

    def spelled(value: Any) -> Any:
        if isinstance(value, KerasTensor):
            return {
                "class_name": "__keras_tensor__",
                "config": {"shape": list(value.shape), "dtype": value.dtype, "keras_history": _history(value, numbers)},
            }
        if isinstance(value, dict):
            return {name: spelled(part) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [spelled(part) for part in value]
        if isinstance(value, slice):
            return {"class_name": "__slice__", "config": {"start": value.start, "stop": value.stop, "step": value.step}}
        if value is Ellipsis:
            return {"class_name": "__ellipsis__", "config": {}}
        return saving.serialize_keras_object(value)

    return {"args": [spelled(part) for part in node.args], "kwargs": spelled(node.kwargs)}


def functional_from_config(cls: Any, config: dict[str, Any], custom_objects: Any = None) -> Any:
    """The model of such a config."""
    from .. import saving
    from ._functional import Functional
    from ._input import InputLayer

    layers: dict[str, Any] = {}
    waiting = []
    for entry in config["layers"]:
        if entry["class_name"] == "InputLayer":
            layer: Any = InputLayer(**_input_arguments(entry["config"]))
        elif "ops" in str(entry.get("module", "")).split("."):
            layer = operation_of(entry)
        else:
            layer = saving.deserialize_keras_object(
                {key: part for key, part in entry.items() if key not in ("inbound_nodes", "name")},
                custom_objects=custom_objects,
            )
        name = entry.get("name") or entry["config"]["name"]
        layers[name] = layer
        waiting += [(layer, place, call) for place, call in enumerate(entry.get("inbound_nodes", []))]
    made: dict[tuple[int, int], Any] = {}
    for layer in layers.values():
        if isinstance(layer, InputLayer):
            made[id(layer), 0] = layer._keras.nodes[0]

    def tensor(place: list[Any]) -> Any:
        node = made.get((id(layers[place[0]]), place[1]))
        return None if node is None else node.output_leaves[place[2]]

    while waiting:
        rest = []
        for layer, place, call in waiting:
            args, kwargs, is_whole = _arguments(call, tensor)
            if not is_whole or place and (id(layer), place - 1) not in made:
                rest.append((layer, place, call))
                continue
            _run(layer, args, kwargs)
            made[id(layer), place] = nodes_of(layer)[-1]
        if len(rest) == len(waiting):
            raise ValueError(
                f"the config of model '{config.get('name')}' has calls whose inputs no layer gives: "
                f"{[layer.name for layer, _, _ in rest]}"
            )
        waiting = rest

    def ends(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: ends(part) for name, part in value.items()}
        if len(value) >= 3 and isinstance(value[0], str):
            return tensor(value)
        return [ends(part) for part in value]

    inputs, outputs = ends(config["input_layers"]), ends(config["output_layers"])
    inputs = inputs[0] if isinstance(inputs, list) and len(inputs) == 1 else inputs
    outputs = outputs[0] if isinstance(outputs, list) and len(outputs) == 1 else outputs
    from ._model import Model

    kind = Functional if cls is Model else cls
    model = kind(inputs=inputs, outputs=outputs, name=config.get("name"))
    if config.get("trainable") is False:
        model.trainable = False
    return model


def _run(layer: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if not isinstance(layer, Operation):
        return layer(*args, **kwargs)
    from .._symbolic import outputs_of

    if layer.kind == "GetItem":  # JSON has no tuples
        args = [tuple(part) if isinstance(part, list) else part for part in args]
    # What Keras has in the operation's config, and a call here among its arguments.
    kwargs = {**layer.settings, **kwargs}
    taken = list(inspect.signature(layer.function).parameters)[: len(args)]
    kwargs = {name: value for name, value in kwargs.items() if name not in taken}
    outputs = outputs_of(layer, tuple(args), kwargs)
    Node(layer, tuple(args), kwargs, outputs)
    return outputs


def operation_of(entry: dict[str, Any]) -> Operation:
    """A function of symbolic tensors, from its config."""
    from .. import ops
    from .._names import snake_case

    kind = entry["class_name"]
    function = ops.by_class(kind)
    found = Operation(snake_case(kind), kind, function)
    found.name = entry["config"].get("name", found.name)
    known = inspect.signature(function).parameters
    for name, value in entry["config"].items():
        if name in known and name != "name":
            found.settings[name] = tuple(value) if isinstance(value, list) else value
    return found


def _input_arguments(config: dict[str, Any]) -> dict[str, Any]:
    found = {key: part for key, part in config.items() if key in ("batch_shape", "dtype", "name", "optional", "shape")}
    if "batch_input_shape" in config:
        found["batch_shape"] = config["batch_input_shape"]
    if isinstance(found.get("dtype"), dict):
        found["dtype"] = found["dtype"]["config"]["name"]
    return found


def _arguments(call: Any, tensor: Any) -> tuple[list[Any], dict[str, Any], bool]:
    """The arguments of a call; whether all tensors are there already."""
    from .. import saving

    is_whole = True

    def value(given: Any) -> Any:
        nonlocal is_whole
        if isinstance(given, dict):
            kind = given.get("class_name")
            if kind == "__keras_tensor__":
                found = tensor(given["config"]["keras_history"])
                is_whole = is_whole and found is not None
                return found
            if kind == "__slice__":
                part = given["config"]
                return slice(part["start"], part["stop"], part["step"])
            if kind == "__ellipsis__":
                return Ellipsis
            if kind in ("__numpy__", "__tensor__"):
                part = given["config"]
                return as_tensor(part["value"], dtype=as_dtype(part["dtype"]))
            if kind is not None:
                return saving.deserialize_keras_object(given)
            return {name: value(part) for name, part in given.items()}
        if isinstance(given, (list, tuple)):
            return [value(part) for part in given]
        return given

    if isinstance(call, dict):
        return value(call["args"]), value(call.get("kwargs", {})), is_whole
    # The older dialect: [[layer, node, tensor, {keywords}], ...].
    tensors, kwargs = [], {}
    for part in call:
        found = tensor(part)
        is_whole = is_whole and found is not None
        tensors.append(found)
        if len(part) > 3:
            kwargs.update(part[3])
    return [tensors[0] if len(tensors) == 1 else tensors], kwargs, is_whole
