"""Layers of the family reshaping. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


class Flatten(Layer):
    """Axes start_dim to end_dim as one; by default all but the first: [n, a, b, ...] -> [n, a b ...].

    start_dim: the first of the axes that become one.
    end_dim: the last of them.
    """

    _kind = "Flatten"
    _arguments = ("start_dim", "end_dim")

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self._make(start_dim=start_dim, end_dim=end_dim)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Unflatten(Layer):
    """One axis as several: [n, a b, ...] -> [n, a, b, ...] for dim 1.

    dim: the axis that becomes several.
    unflattened_size: their extents; one may be -1 and is deduced.
    """

    _kind = "Unflatten"
    _arguments = ("dim", "unflattened_size")

    def __init__(self, dim: int, unflattened_size: tuple[int, ...]) -> None:
        self._make(dim=dim, unflattened_size=unflattened_size)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
