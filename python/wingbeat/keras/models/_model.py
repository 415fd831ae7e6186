"""Model: a layer that trains. Made of symbolic inputs and outputs, or subclassed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..._errors import ShapeError
from ..._library import check, lib
from ..._tensor import Tensor as Base
from ..._tree import flatten, unflatten
from ...tf import _recording
from ...tf._tensor import wrap
from .. import _masks
from .._layer import Layer
from .._symbolic import KerasTensor, has_symbolic
from ._graph import Graph, masks_put
from ._input import InputLayer
from ._training import Facts, Trainer

if TYPE_CHECKING:
    from typing_extensions import Self


class Model(Trainer, Layer):
    """A layer that trains: Model(inputs, outputs) between symbolic tensors, or a subclass with a `call` of its own.

    inputs, outputs: symbolic tensors, also in lists and dicts.
    """

    _own_attributes = Layer._own_attributes | {"_training", "_graph", "_has_form"}

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        if cls is Model and _is_functional(args, kwargs):
            from ._functional import Functional

            made: Any = Layer.__new__(Functional, *args, **kwargs)
        else:
            made = Layer.__new__(cls, *args, **kwargs)
        made.__dict__["_training"] = Facts()
        return made  # type: ignore[no-any-return]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if _is_functional(args, kwargs):
            self._begin_functional(*args, **kwargs)
            return
        if type(self) is Model and args:
            raise ValueError(f"Model: expected symbolic tensors as inputs and outputs, found {args!r:.80}")
        super().__init__(*args, **kwargs)

    @property
    def _is_graph(self) -> bool:
        return "_graph" in self.__dict__

    # ---------------------------------------------------------------- functional

    def _begin_functional(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        Layer.__init__(self, name=name, **{**kwargs, "trainable": True})
        for what, given in (("inputs", inputs), ("outputs", outputs)):
            if given is None or not flatten(given)[0]:
                raise ValueError(f"Model: expected symbolic tensors as {what}, found {given!r}")
        self._take_graph(Graph(inputs, outputs))
        if kwargs.get("trainable") is False:
            self.trainable = False

    def _take_graph(self, graph: Graph) -> None:
        """Takes over the calls between inputs and outputs, and their layers as children."""
        self.__dict__["_graph"] = graph
        for operation in graph.operations:
            if isinstance(operation, Layer) and not isinstance(operation, InputLayer):
                known = self._modules.values()
                if not any(operation is child for child in known):
                    from ...nn.module import Module

                    Module.add_module(self, self._child_name(operation.name), operation)
        self._keras.built = True
        self._take_form()

    def _take_form(self) -> None:
        """Has the engine's module be the Graph or Sequential that does what this model does, where it knows all calls:
        then C runs it, and files of Keras hold it."""
        from .._files import form_of

        handle, names = form_of(self)
        if handle is None:
            return
        layers = [layer for layer in self._modules.values() if isinstance(layer, Layer)]
        if len(names) != len(layers):
            check(lib.wb_module_free(handle))
            return
        before, self.__dict__["_handle"] = self._handle, handle
        check(lib.wb_module_free(before))
        check(lib.wb_module_set_training(handle, 0))
        for layer in layers:
            for part in layer._flatten_layers():
                part._set_mode()
        self.__dict__["_modules"] = dict(zip(names, layers))
        self.__dict__["_has_form"] = True

    def _note(self) -> str | None:
        return None if self.__dict__.get("_has_form") else super()._note()

    def _child_name(self, name: str) -> str:
        found = self._free(name)
        # A child is an attribute too, which is not to hide what the class has.
        return f"{found}_" if hasattr(type(self), found) else found

    @property
    def _layers(self) -> list[Layer]:
        graph = self.__dict__.get("_graph")
        if graph is None:
            return super()._layers
        found = {id(layer): layer for layer in graph.operations if isinstance(layer, Layer)}
        for layer in super()._layers:
            found.setdefault(id(layer), layer)
        return list(found.values())

    @property
    def layers(self) -> list[Any]:
        """The layers in it."""
        return list(self._layers)

    @property
    def operations(self) -> list[Any]:
        """The layers, and the functions of symbolic tensors."""
        return list(self._graph.operations) if self._is_graph else list(self._layers)

    @property
    def inputs(self) -> list[Any]:
        """The symbolic inputs."""
        return list(self._graph.inputs) if self._is_graph else None  # type: ignore[return-value]

    @property
    def outputs(self) -> list[Any]:
        """The symbolic outputs."""
        return list(self._graph.outputs) if self._is_graph else None  # type: ignore[return-value]

    @property
    def input(self) -> Any:
        """The symbolic inputs in their structure."""
        return self._graph.inputs_given if self._is_graph else super().input

    @property
    def output(self) -> Any:
        """The symbolic outputs in their structure."""
        return self._graph.outputs_given if self._is_graph else super().output

    @property
    def input_shape(self) -> Any:
        """The shapes of the inputs."""
        return _shapes(self.input)

    @property
    def output_shape(self) -> Any:
        """The shapes of the outputs."""
        return _shapes(self.output)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [tensor._keras_history.operation.name for tensor in self._graph.inputs] if self._is_graph else []

    @property
    def output_names(self) -> Any:
        """The names of the outputs: the layers' that give them."""
        if not self._is_graph:
            return None
        given = self._graph.outputs_given
        if isinstance(given, dict):
            return list(given)
        return [tensor._keras_history.operation.name for tensor in self._graph.outputs]

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The outputs for inputs; to be defined by subclasses."""
        if not self._is_graph:
            raise NotImplementedError(f"Model {type(self).__name__} does not have a `call()` method implemented.")
        return self._run_graph(inputs, mask)

    def _run_graph(self, inputs: Any, mask: Any = None) -> Any:
        values = self._standard_inputs(inputs)
        masks_put(values, mask)

        def call(operation: Any, args: Any, kwargs: Any) -> Any:
            return operation(*args, **kwargs)

        return self._graph.run(values, call)

    def _standard_inputs(self, inputs: Any) -> list[Any]:
        """Values for the symbolic inputs, in their order, of their dtypes and ranks."""
        graph = self._graph
        if isinstance(inputs, dict):
            is_dict = isinstance(graph.inputs_given, dict)
            names = list(graph.inputs_given) if is_dict else self.input_names
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(
                    f'Missing data for input "{missing[0]}". You passed a data dictionary with keys {list(inputs)}. '
                    f"Expected the following keys: {names}"
                )
            values = flatten([inputs[name] for name in names])[0]
        else:
            values = flatten(inputs)[0]
        if len(values) != len(graph.inputs):
            raise ValueError(
                f'Layer "{self.name}" expects {len(graph.inputs)} input(s), but it received {len(values)} input '
                f"tensors. Inputs received: {values!r:.300}"
            )
        return [self._fitting(place, value, tensor) for place, (value, tensor) in enumerate(zip(values, graph.inputs))]

    def _fitting(self, place: int, value: Any, tensor: Any) -> Any:
        """A value in the dtype and rank of a symbolic input. Raises ValueError where its shape is another."""
        if value is None:
            return None
        if isinstance(value, KerasTensor):
            return value
        wanted, found = tensor.shape, tuple(value.shape)
        kept = value
        if isinstance(value, Base) and value.dtype != tensor.dtype:
            value = wrap(value.to(tensor.dtype))
        if len(found) == len(wanted) + 1 and found[-1] == 1:
            value = wrap(value.reshape(found[:-1]))
        elif len(found) == len(wanted) - 1 and wanted[-1] == 1:
            value = wrap(value.reshape((*found, 1)))
        shape = tuple(value.shape)
        if len(shape) != len(wanted) or any(
            extent is not None and extent != given for extent, given in zip(wanted[1:], shape[1:])
        ):
            raise ValueError(
                f'Input {place} of layer "{self.name}" is incompatible with the layer: expected shape={wanted}, '
                f"found shape={found}"
            )
        if value is not kept:
            _masks.copy(kept, value)
        return value

    def _maybe_build(self, signature: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if not self._is_graph:
            super()._maybe_build(signature, args, kwargs)

    def _input(self, value: Any, policy: Any) -> Any:
        if self._is_graph and isinstance(value, Base):  # the inputs' own dtypes count
            return wrap(value.clone()) if type(value) is Base else value
        return super()._input(value, policy)

    # ---------------------------------------------------------------- building

    def build(self, input_shape: Any) -> None:
        """Makes all variables for inputs of that shape, by a call that computes nothing."""
        if self._keras.built and (self._is_graph or self.weights):
            return
        from .._symbolic import probe

        try:
            probe(self, input_shape)
        except (TypeError, NotImplementedError, AttributeError) as error:
            raise ValueError(
                "Model could not be built: its `call` failed for inputs of that shape. Call it on data instead. "
                f"Error encountered: {error}"
            ) from error
        self._keras.build_shapes = {"input_shape": input_shape}
        self._keras.built = True

    def _build_for(self, signature: Any, arguments: dict[str, Any]) -> None:
        if type(self).build is Model.build:
            shapes = [value for value in arguments.values() if value is not None]
            from .._calling import shape_of

            self._keras.build_shapes = {"input_shape": shape_of(shapes[0]) if shapes else None}
            self._keras.built = True
            return
        super()._build_for(signature, arguments)

    def _needs_build(self) -> bool:
        """Whether a layer in it has variables still to be made."""
        return any(not layer.built for layer in self._flatten_layers(include_self=False))

    def _build_for_data(self, x: Any) -> None:
        """Makes all variables for a batch: a call that computes nothing."""
        from .._symbolic import outputs_of

        leaves, structure = flatten(x)
        symbolic = [
            KerasTensor((None, *tuple(leaf.shape)[1:]), leaf.dtype.name) if isinstance(leaf, Base) else leaf
            for leaf in leaves
        ]
        given = unflatten(structure, symbolic)
        if not self.built and type(self).build is not Model.build:
            self._build_for(self._call_signature, {self._call_signature.first: given})
        try:
            outputs_of(self, (given,), {})
        except Exception:
            # A call that looks at values, or wants other sizes: on the data themselves.
            with _recording.CONSTANT:
                self._predicted(x, False)
        self._keras.built = True

    # ---------------------------------------------------------------- copies

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if not self._is_graph:
            return super().__deepcopy__(memo)
        from ._cloning import clone_model

        twin = memo[id(self)] = clone_model(self)
        twin.set_weights(self.get_weights())
        return twin

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not self._is_graph:
            return super().__reduce_ex__(protocol)
        try:
            training = self.get_compile_config() if self.compiled else None
        except (TypeError, ValueError):  # a function of the user's, which has no name to be found by
            training = None
        return _revived, (self.to_json(), self.get_weights(), training)

    # ---------------------------------------------------------------- layers

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """The layer of that name, or at that place."""
        if index is not None and name is not None:
            raise ValueError(f"Provide only a layer name or a layer index. Received: index={index}, name={name}.")
        layers = self.layers
        if index is not None:
            if len(layers) <= index:
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has {len(layers)} layers."
                )
            return layers[index]
        if name is not None:
            for layer in layers:
                if layer.name == name:
                    return layer
            raise ValueError(f"No such layer: {name}. Existing layers are: {[layer.name for layer in layers]}.")
        raise ValueError("Provide either a layer name or layer index at `get_layer`.")

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Prints a table of the layers, their shapes and how many parameters they have."""
        from ._summary import print_summary

        print_summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    # ---------------------------------------------------------------- files and configs

    def save(  # type: ignore[override]
        self, filepath: Any, overwrite: bool = True, zipped: Any = None, **kwargs: Any
    ) -> None:
        """Writes model, weights and optimiser to a .keras or .h5 file."""
        from ._saving import save_model

        save_model(self, filepath, overwrite=overwrite, **kwargs)

    def save_weights(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Writes the weights to a .weights.h5 file."""
        from ._saving import save_weights

        save_weights(self, filepath, overwrite=overwrite)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Takes over the weights of a .weights.h5, .h5 or .keras file."""
        from ._saving import load_weights

        load_weights(self, filepath, skip_mismatch=skip_mismatch)

    def export(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Raises NotImplementedError: there are no SavedModels."""
        raise NotImplementedError(
            f"{type(self).__name__}.export: there are no SavedModels here; model.save(path) writes a .keras file, and "
            "wingbeat.export(model, example) makes a graph that C loads"
        )

    def quantize(self, *args: Any, **kwargs: Any) -> None:
        """Raises NotImplementedError: there are no quantised layers."""
        raise NotImplementedError(
            f"{type(self).__name__}.quantize: there are no quantised layers; "
            'keras.mixed_precision.set_global_policy("mixed_bfloat16") computes in 16 bits'
        )

    def to_json(self, **kwargs: Any) -> str:
        """The model's config as JSON; model_from_json makes the model again."""
        import json

        from .. import saving

        return json.dumps(saving.serialize_keras_object(self), **kwargs)

    def get_config(self) -> dict[str, Any]:
        """What makes the model again."""
        if self._is_graph and type(self).__init__ in (Model.__init__, _functional_init()):
            from ._configs import functional_config

            return functional_config(self)
        return Layer.get_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The model of such a config."""
        if "input_layers" in config:
            from ._configs import functional_from_config

            return functional_from_config(cls, config, custom_objects)
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(
                "Unable to revive model from config. When overriding the `get_config()` method, make sure that the "
                f"returned config contains all items used as arguments in the constructor to {cls}, which is the "
                f"default behavior. Error encountered during deserialization: {error}"
            ) from error

    def reset_states(self) -> None:
        """Raises AttributeError: no layer keeps a state between batches."""
        for layer in self._flatten_layers(include_self=False):
            if hasattr(layer, "reset_states") and not isinstance(layer, Model):
                layer.reset_states()

    @property
    def state_updates(self) -> list[Any]:
        """An empty list, as in Keras 3."""
        warnings.warn("`Model.state_updates` is deprecated.", stacklevel=2)
        return []


def _revived(config: str, weights: list[Any], training: Any) -> Any:
    """What a pickle calls."""
    from ._saving import model_from_json

    model = model_from_json(config)
    model.set_weights(weights)
    if training is not None:
        model.compile_from_config(training)
    return model


def _functional_init() -> Any:
    from ._functional import Functional

    return Functional.__init__


def _is_functional(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return (
        len(args) >= 2 and has_symbolic(args[0]) and has_symbolic(args[1])
        or len(args) == 1 and has_symbolic(args[0]) and "outputs" in kwargs
        or "inputs" in kwargs and "outputs" in kwargs
    )  # fmt: skip


def _shapes(tensors: Any) -> Any:
    leaves, structure = flatten(tensors)
    return unflatten(structure, [tensor.shape for tensor in leaves])


__all__ = ["Model", "ShapeError"]
