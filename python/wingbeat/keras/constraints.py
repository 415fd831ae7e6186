"""Keras's constraints: what weights become after each update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..tf._tensor import convert, op

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]

EPSILON = 1e-7


class Constraint:
    """Base of the constraints. One of the user's own has a __call__(w) that gives weights, and a get_config()."""

    def __call__(self, w: Any) -> Any:
        """The weights that take the place of w."""
        return w

    def get_config(self) -> dict[str, Any]:
        """What makes such a constraint again."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """The constraint of a config."""
        return cls(**config)


def _norms(w: Any, axis: Any) -> Any:
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return (w * w).sum(axes, keepdim=True).sqrt()


def unit(w: Any, axis: int) -> Any:
    """w over its norm along an axis, and 0 where w is."""
    from .. import where, zeros_like

    squares = (w * w).sum(axis, keepdim=True)
    none = squares == 0.0
    inverse = where(none, zeros_like(squares) + 1.0, squares).rsqrt()
    return w * inverse.clamp(max=1.0 / EPSILON)


class MaxNorm(Constraint):
    """Weights whose norms along axes are max_value at most."""

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value, self.axis = max_value, axis

    @op
    def __call__(self, w: Any) -> Any:
        """The weights that take the place of w."""
        weights = convert(w)
        norms = _norms(weights, self.axis)
        return weights * (norms.clamp(0.0, float(self.max_value)) / (norms + EPSILON))

    def get_config(self) -> dict[str, Any]:
        """What makes such a constraint again."""
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """Weights of 0 at least."""

    @op
    def __call__(self, w: Any) -> Any:
        """The weights that take the place of w."""
        return convert(w).clamp(min=0.0)


class UnitNorm(Constraint):
    """Weights whose norms along axes are 1."""

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    @op
    def __call__(self, w: Any) -> Any:
        """The weights that take the place of w."""
        weights = convert(w)
        return weights / (_norms(weights, self.axis) + EPSILON)

    def get_config(self) -> dict[str, Any]:
        """What makes such a constraint again."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Weights whose norms along axes come nearer to what is between min_value and max_value: rate of the way."""

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0) -> None:
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    @op
    def __call__(self, w: Any) -> Any:
        """The weights that take the place of w."""
        weights = convert(w)
        norms = _norms(weights, self.axis)
        desired = norms.clamp(float(self.min_value), float(self.max_value)) * self.rate + norms * (1.0 - self.rate)
        return weights * (desired / (norms + EPSILON))

    def get_config(self) -> dict[str, Any]:
        """What makes such a constraint again."""
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm
_OBJECTS: dict[str, Any] = {
    **{kind.__name__: kind for kind in (Constraint, MaxNorm, NonNeg, UnitNorm, MinMaxNorm)},
    "max_norm": MaxNorm,
    "non_neg": NonNeg,
    "nonneg": NonNeg,
    "unit_norm": UnitNorm,
    "min_max_norm": MinMaxNorm,
}


def serialize(constraint: Any) -> Any:
    """The config of a constraint."""
    from ._serialization import serialize_keras_object

    return serialize_keras_object(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The constraint of a config."""
    from ._serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, _OBJECTS)


def get(identifier: Any) -> Any:
    """The constraint for a name, a config, a class, or a constraint or function."""
    from ._serialization import resolved

    return resolved(identifier, "constraint", _OBJECTS)
