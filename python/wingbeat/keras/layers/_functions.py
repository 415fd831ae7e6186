"""Lambda, and the functions that call a layer which joins tensors: add([a, b]), concatenate([a, b])."""

from __future__ import annotations

import importlib
from typing import Any

from .._layer import Layer


class Lambda(Layer):
    """A function as a layer.

    function: of the input, and of mask and training where it takes them. output_shape, mask: as Keras has them; shapes
    are found without. arguments: keywords of the function. A file cannot hold it: no code in a file is ever run.
    """

    def __init__(
        self, function: Any, output_shape: Any = None, mask: Any = None, arguments: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.function, self.arguments, self.mask = function, dict(arguments or {}), mask
        self.__dict__["_output_shape"] = output_shape
        self.supports_masking = mask is not None

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """The function of the input."""
        import inspect

        keywords = dict(self.arguments)
        try:
            names = inspect.signature(self.function).parameters
        except (TypeError, ValueError):
            names = {}  # type: ignore[assignment]
        for name, value in (("mask", mask), ("training", training)):
            if name in names and name not in keywords:
                keywords[name] = value
        return self.function(inputs, **keywords)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """What mask= says."""
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """Raises NotImplementedError: a function has no config."""
        raise NotImplementedError(
            f"Lambda '{self.name}': a function cannot be written to a config or a file; make it a layer of your own "
            "with call() and get_config()"
        )


def serialize(layer: Any) -> Any:
    """A layer as a config with its class."""
    from .._serialization import serialize_keras_object

    return serialize_keras_object(layer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The layer of such a config. custom_objects: names and the classes that they stand for."""
    from .._serialization import deserialize_keras_object

    known = importlib.import_module("wingbeat.keras.layers")
    return deserialize_keras_object(config, custom_objects, {name: getattr(known, name) for name in known.__all__})


def _joined(kind: str, inputs: Any, **kwargs: Any) -> Any:
    layers: Any = importlib.import_module("wingbeat.keras.layers")
    return getattr(layers, kind)(**kwargs)(inputs)


def add(inputs: Any, **kwargs: Any) -> Any:
    """The sum of tensors."""
    return _joined("Add", inputs, **kwargs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """The first of two tensors less the second."""
    return _joined("Subtract", inputs, **kwargs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """The product of tensors, element by element."""
    return _joined("Multiply", inputs, **kwargs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """The mean of tensors."""
    return _joined("Average", inputs, **kwargs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """The largest of tensors, element by element."""
    return _joined("Maximum", inputs, **kwargs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """The smallest of tensors, element by element."""
    return _joined("Minimum", inputs, **kwargs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """Tensors one behind the other along an axis."""
    return _joined("Concatenate", inputs, axis=axis, **kwargs)


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """The product of two tensors along axes."""
    return _joined("Dot", inputs, axes=axes, **kwargs)
