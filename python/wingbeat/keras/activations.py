"""Keras's activations: functions of a tensor, and by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..tf._tensor import convert, op
from ._engine import engine_module

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


@op
def _applied(name: str, x: Any, **settings: Any) -> Any:
    given = convert(x)
    given = given if given.dtype.is_floating_point else given.to("float32")
    words = ", ".join(f"{key}={value!r}" for key, value in settings.items())
    return engine_module("keras.Activation", activation=f"{name}({words})")(given)


def linear(x: Any) -> Any:
    """x."""
    return x


def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """x from the threshold on, negative_slope (x - threshold) below; max_value at most."""
    return _applied("relu", x, negative_slope=negative_slope, max_value=max_value, threshold=threshold)


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x above 0, negative_slope x below."""
    return _applied("leaky_relu", x, negative_slope=negative_slope)


def relu6(x: Any) -> Any:
    """x between 0 and 6."""
    return _applied("relu6", x)


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) over its sum along an axis."""
    if len(x.shape) < 1:
        raise ValueError(f"Cannot apply softmax to a tensor that is 1D. Received input: {x}")
    return _applied("softmax", x, axis=axis)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of the softmax along an axis."""
    return _applied("log_softmax", x, axis=axis)


def sparsemax(x: Any, axis: int = -1) -> Any:
    """The nearest probabilities along an axis, many of them 0. Martins and Astudillo 2016."""
    return _applied("sparsemax", x, axis=axis)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x above 0, alpha (exp(x) - 1) below."""
    return _applied("elu", x, alpha=float(alpha))


def celu(x: Any, alpha: float = 1.0) -> Any:
    """x above 0, alpha (exp(x / alpha) - 1) below."""
    return _applied("celu", x, alpha=float(alpha))


def selu(x: Any) -> Any:
    """Scaled ELU. Klambauer et al. 2017."""
    return _applied("selu", x)


def softplus(x: Any) -> Any:
    """log(1 + exp(x))."""
    return _applied("softplus", x)


def softsign(x: Any) -> Any:
    """x / (1 + |x|)."""
    return _applied("softsign", x)


def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x nearer to 0 by the threshold, and 0 within it."""
    return _applied("soft_shrink", x, threshold=float(threshold))


def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x, and 0 within the threshold."""
    return _applied("hard_shrink", x, threshold=float(threshold))


def sparse_plus(x: Any) -> Any:
    """0 up to -1, (x + 1)^2 / 4 up to 1, then x."""
    return _applied("sparse_plus", x)


def sparse_sigmoid(x: Any) -> Any:
    """0 up to -1, (x + 1) / 2 up to 1, then 1."""
    return _applied("sparse_sigmoid", x)


def silu(x: Any) -> Any:
    """x sigmoid(x)."""
    return _applied("silu", x)


def squareplus(x: Any, b: float = 4) -> Any:
    """(x + sqrt(x^2 + b)) / 2."""
    return _applied("squareplus", x, b=float(b))


def gelu(x: Any, approximate: bool = False) -> Any:
    """x times the share of a normal distribution below x; approximate: by tanh."""
    return _applied("gelu", x, approximate=bool(approximate))


def glu(x: Any, axis: int = -1) -> Any:
    """The first half along an axis times the sigmoid of the second."""
    return _applied("glu", x, axis=axis)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return _applied("tanh", x)


def tanh_shrink(x: Any) -> Any:
    """x - tanh(x)."""
    return _applied("tanh_shrink", x)


def hard_tanh(x: Any) -> Any:
    """x between -1 and 1."""
    return _applied("hard_tanh", x)


def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """x above the threshold, else default_value."""
    return _applied("threshold", x, threshold=float(threshold), default_value=float(default_value))


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return _applied("sigmoid", x)


def exponential(x: Any) -> Any:
    """exp(x)."""
    return _applied("exponential", x)


def hard_sigmoid(x: Any) -> Any:
    """x / 6 + 1 / 2 between 0 and 1."""
    return _applied("hard_sigmoid", x)


def _hard_sigmoid_v2(x: Any) -> Any:
    """0.2 x + 1 / 2 between 0 and 1: hard_sigmoid of Keras 1 and 2, under a name that their files are read with."""
    return _applied("hard_sigmoid_v2", x)


def hard_silu(x: Any) -> Any:
    """x hard_sigmoid(x)."""
    return _applied("hard_silu", x)


def log_sigmoid(x: Any) -> Any:
    """log(sigmoid(x))."""
    return _applied("log_sigmoid", x)


def mish(x: Any) -> Any:
    """x tanh(softplus(x)). Misra 2020."""
    return _applied("mish", x)


swish, hard_swish = silu, hard_silu

_OBJECTS: dict[str, Any] = {
    name: globals()[name] for name in __all__ if name not in ("deserialize", "get", "serialize")
}
_OBJECTS["hard_sigmoid_v2"] = _hard_sigmoid_v2


def serialize(activation: Any) -> Any:
    """The name of a function of this module; else its config."""
    from ._serialization import serialize_keras_object

    name = getattr(activation, "__name__", None)
    if isinstance(name, str) and _OBJECTS.get(name) is activation:
        return name
    return serialize_keras_object(activation)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The activation of a name or a config."""
    from ._serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, _OBJECTS)


def get(identifier: Any) -> Any:
    """The activation for a name, a config or a function; linear for None."""
    from ._serialization import get_registered_object

    if identifier is None:
        return linear
    found = identifier
    if isinstance(identifier, dict):
        found = deserialize(identifier)
    elif isinstance(identifier, str):
        found = get_registered_object(identifier, None, _OBJECTS)
    if not callable(found):
        raise ValueError(f"Could not interpret activation function identifier: {identifier}")
    return found
