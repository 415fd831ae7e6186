"""Keras's regularisers: penalties on weights, which are added to the loss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..tf._tensor import convert, op
from .constraints import unit

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]


class Regularizer:
    """Base of the regularisers. One of the user's own has a __call__(x) that gives a penalty, and a get_config()."""

    def __call__(self, x: Any) -> Any:
        """The penalty."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """What makes such a regulariser again."""
        raise NotImplementedError(f"{self} does not implement get_config()")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """The regulariser of a config."""
        return cls(**config)


def _strength(value: Any, name: str) -> float:
    number = float(value) if isinstance(value, (int, float)) or hasattr(value, "__float__") else math.nan
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"Invalid value for argument {name}: expected a non-negative float.Received: {name}={value}")
    return number


class L1L2(Regularizer):
    """l1 times the sum of magnitudes plus l2 times the sum of squares."""

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1, self.l2 = _strength(l1 or 0.0, "l1"), _strength(l2 or 0.0, "l2")

    @op
    def __call__(self, x: Any) -> Any:
        """The penalty."""
        weights = convert(x)
        parts = []
        if self.l1:
            parts.append(weights.abs().sum() * self.l1)
        if self.l2:
            parts.append((weights * weights).sum() * self.l2)
        return sum(parts[1:], parts[0]) if parts else weights.sum() * 0.0

    def get_config(self) -> dict[str, Any]:
        """What makes such a regulariser again."""
        return {"l1": self.l1, "l2": self.l2}


class L1(Regularizer):
    """l1 times the sum of magnitudes."""

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = _strength(0.01 if l1 is None else l1, "l1")

    @op
    def __call__(self, x: Any) -> Any:
        """The penalty."""
        return convert(x).abs().sum() * self.l1

    def get_config(self) -> dict[str, Any]:
        """What makes such a regulariser again."""
        return {"l1": self.l1}


class L2(Regularizer):
    """l2 times the sum of squares."""

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = _strength(0.01 if l2 is None else l2, "l2")

    @op
    def __call__(self, x: Any) -> Any:
        """The penalty."""
        weights = convert(x)
        return (weights * weights).sum() * self.l2

    def get_config(self) -> dict[str, Any]:
        """What makes such a regulariser again."""
        return {"l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """factor times the mean magnitude of the cosines between the rows (or columns) of a matrix."""

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = _strength(factor, "factor")
        if mode not in ("rows", "columns"):
            raise ValueError(
                f'Invalid value for argument `mode`. Expected one of {{"rows", "columns"}}. Received: mode={mode}'
            )
        self.mode = mode

    @op
    def __call__(self, x: Any) -> Any:
        """The penalty."""
        from .. import eye

        weights = convert(x)
        if len(weights.shape) != 2:
            raise ValueError(
                f"Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape={tuple(weights.shape)}"
            )
        rows = unit(weights if self.mode == "rows" else weights.permute((1, 0)), 1)
        size = rows.shape[0]
        others = (rows @ rows.permute((1, 0))) * (1.0 - eye(size, dtype=rows.dtype))
        return others.abs().sum() * (self.factor * 0.5 / (size * (size - 1.0) / 2.0))

    def get_config(self) -> dict[str, Any]:
        """What makes such a regulariser again."""
        return {"factor": self.factor, "mode": self.mode}


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer
_KINDS = (Regularizer, L1, L2, L1L2, OrthogonalRegularizer)
_OBJECTS: dict[str, Any] = {
    **{kind.__name__: kind for kind in _KINDS},
    "l1": L1,
    "l2": L2,
    "l1_l2": L1L2,
    "l1l2": L1L2,
    "orthogonal_regularizer": OrthogonalRegularizer,
}


def serialize(regularizer: Any) -> Any:
    """The config of a regulariser."""
    from ._serialization import serialize_keras_object

    return serialize_keras_object(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The regulariser of a config."""
    from ._serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, _OBJECTS)


def get(identifier: Any) -> Any:
    """The regulariser for a name, a config, a class, or a regulariser or function."""
    from ._serialization import resolved

    return resolved(identifier, "regularizer", _OBJECTS)
