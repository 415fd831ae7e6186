"""Layers whose parameters are made in the first forward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .layer import Layer

if TYPE_CHECKING:
    from .._tensor import Tensor
    from .._typing import TensorLike


class LazyLayer(Layer):
    """A layer that learns its extents from its first input."""

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
