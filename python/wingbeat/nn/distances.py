"""Layers of the family distances. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


class CosineSimilarity(Layer):
    """x1 . x2 / (|x1| |x2|) of the vectors along an axis; the two broadcast.

    dim: the axis of the vectors.
    eps: the smallest length that counts.
    """

    _kind = "CosineSimilarity"
    _arguments = ("dim", "eps")

    def __init__(self, dim: int = 1, eps: float = 1e-08) -> None:
        self._make(dim=dim, eps=eps)

    def forward(self, x1: TensorLike, x2: TensorLike) -> Tensor:
        return self._run_pair(x1, x2)


class PairwiseDistance(Layer):
    """The p-norm of x1 - x2 + eps along the last axis; the two broadcast.

    p: the norm's order.
    eps: what is added to each difference.
    keepdim: whether the axis stays, with extent 1.
    """

    _kind = "PairwiseDistance"
    _arguments = ("p", "eps", "keepdim")

    def __init__(self, p: float = 2.0, eps: float = 1e-06, keepdim: bool = False) -> None:
        self._make(p=p, eps=eps, keepdim=keepdim)

    def forward(self, x1: TensorLike, x2: TensorLike) -> Tensor:
        return self._run_pair(x1, x2)
