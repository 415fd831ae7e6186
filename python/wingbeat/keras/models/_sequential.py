"""Sequential: layers one after the other."""

from __future__ import annotations

from typing import Any

from ..._tree import flatten
from ...nn.module import Module
from .. import _names
from .._layer import Layer
from .._symbolic import KerasTensor
from ._graph import Graph
from ._input import InputLayer
from ._model import Model


class Sequential(Model):
    """Layers one after the other: Sequential([Input((3,)), Dense(4)]).

    Without an Input, and without input_shape= of its first layer, the model is built when it is first called.
    """

    _own_attributes = Model._own_attributes | {"_sequence"}

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        Layer.__init__(self, name=_names.automatic("sequential") if name is None else name, trainable=trainable)
        self.__dict__["_sequence"] = []
        for layer in layers or []:
            self._append(layer)
        self._rebuild()

    # ---------------------------------------------------------------- layers

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Adds a layer at the end."""
        self._append(layer)
        if rebuild:
            self._rebuild()

    def _append(self, layer: Any) -> None:
        sequence = self._sequence
        if isinstance(layer, KerasTensor):
            origin = layer._keras_history.operation if layer._keras_history else None
            if not isinstance(origin, InputLayer):
                raise ValueError(
                    f"Only instances of `keras.Layer` can be added to a Sequential model. Received: {layer}"
                )
            layer = origin
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Only instances of `keras.Layer` can be added to a Sequential model. Received: {layer} (of type "
                f"{type(layer)})"
            )
        if not isinstance(layer, InputLayer) and any(layer.name == known.name for known in sequence):
            raise ValueError(
                f"All layers added to a Sequential model should have unique names. Name '{layer.name}' is already the "
                "name of a layer in this model. Update the `name` argument to pass a unique name."
            )
        if isinstance(layer, InputLayer):
            if sequence and isinstance(sequence[0], InputLayer):
                raise ValueError(
                    f"Sequential model '{self.name}' has already been configured to use input shape "
                    f"{sequence[0].batch_shape}. You cannot add a different Input layer to it."
                )
            sequence.insert(0, layer) if not sequence else sequence.append(layer)
            return
        if not sequence and layer._keras.input_shape is not None:
            sequence.append(InputLayer(shape=layer._keras.input_shape, dtype=_input_dtype(layer)))
        sequence.append(layer)
        Module.add_module(self, self._child_name(layer.name), layer)

    def pop(self, rebuild: bool = True) -> Any:
        """Takes the last layer away, and returns it."""
        layer = self._sequence.pop()
        for name, child in tuple(self._modules.items()):
            if child is layer:
                delattr(self, name)
        self._keras.built = False
        self.__dict__.pop("_graph", None)
        self._training.functions.clear()
        if rebuild:
            self._rebuild()
        return layer

    def _rebuild(self) -> None:
        """The graph, where the shape of the input is known."""
        self._keras.built = False
        self.__dict__.pop("_graph", None)
        if "_training" in self.__dict__:
            self._training.functions.clear()
        sequence = self._sequence
        if len(sequence) > 1 and isinstance(sequence[0], InputLayer):
            self._build_graph(sequence[0])

    def _build_graph(self, first: InputLayer) -> None:
        x = first.output
        with _names.scope(self.name):
            for layer in self._sequence:
                if layer is not first:
                    x = layer(x)
        self.__dict__["_graph"] = Graph(first.output, x)
        self._keras.built = True
        self._take_form()

    @property
    def layers(self) -> list[Any]:
        """The layers, without the Input."""
        return [layer for layer in self._sequence if not isinstance(layer, InputLayer)]

    @property
    def _layers(self) -> list[Layer]:
        return list(self._sequence)

    def build(self, input_shape: Any = None) -> None:
        """Makes the variables for inputs of that shape, with the batch."""
        if input_shape is None or self._keras.built and self._is_graph:
            return
        if not self._sequence:
            raise ValueError(
                f"Sequential model {self.name} cannot be built because it has no layers. Call `model.add(layer)`."
            )
        shape = tuple(input_shape)
        if any(isinstance(part, (list, tuple)) for part in shape):
            return
        if isinstance(self._sequence[0], InputLayer):
            first = self._sequence[0]
        else:
            first = InputLayer(batch_shape=shape, dtype=_input_dtype(self._sequence[0]))
            self._sequence.insert(0, first)
        self._build_graph(first)
        self._keras.build_shapes = {"input_shape": shape}

    def _build_for(self, signature: Any, arguments: dict[str, Any]) -> None:
        from .._calling import shape_of

        given = next(iter(arguments.values()), None)
        shape = shape_of(given)
        if isinstance(shape, tuple):
            self.build(shape)

    def _build_for_data(self, x: Any) -> None:
        leaves = flatten(x)[0]
        if not self._is_graph and len(leaves) == 1:
            self.build((None, *tuple(leaves[0].shape)[1:]))
        if not self._is_graph or self._needs_build():
            super()._build_for_data(x)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The last layer's result."""
        if self._is_graph:
            return self._run_graph(inputs, mask)
        from .. import _masks

        if mask is not None:
            _masks.put(inputs, mask)
        for layer in self._sequence:
            if not isinstance(layer, InputLayer):
                inputs = layer(inputs)
        return inputs

    def _maybe_build(self, signature: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if not self._is_graph:
            self._build_for(signature, signature.bound(args, kwargs))

    @property
    def input_shape(self) -> Any:
        """The shape of the input."""
        if not self._is_graph:
            raise AttributeError(f"Sequential model '{self.name}' has no defined input shape yet.")
        return super().input_shape

    @property
    def output_shape(self) -> Any:
        """The shape of the output."""
        if not self._is_graph:
            raise AttributeError(f"Sequential model '{self.name}' has no defined output shape yet.")
        return super().output_shape

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the result for inputs of a shape."""
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The layers' configs."""
        from .._configured import spelled_policy
        from ._configs import sequential_config

        return {"dtype": spelled_policy(self._keras.policy), **sequential_config(self)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The model of such a config."""
        from .. import saving

        found = cls(name=config.get("name"))
        for part in config["layers"]:
            found.add(saving.deserialize_keras_object(part, custom_objects=custom_objects), rebuild=False)
        found._rebuild()
        shape = config.get("build_input_shape")
        if shape and not found._is_graph:
            found.build(tuple(shape))
        if config.get("trainable") is False:
            found.trainable = False
        return found


def _input_dtype(layer: Layer) -> Any:
    return "float32" if type(layer).__name__ == "Embedding" else layer.compute_dtype
