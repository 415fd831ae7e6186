"""Lengths, distances and angles of vectors along an axis, under the names of torch.nn.functional."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from ._calls import called

if TYPE_CHECKING:
    from ._tensor import Tensor
    from ._typing import Real, TensorLike

__all__ = ["cosine_similarity", "normalize", "pairwise_distance", "pdist"]


def normalize(input: TensorLike, p: Real = 2.0, dim: SupportsIndex = 1, eps: Real = 1e-12) -> Tensor:
    """Vectors along an axis divided by their p-norm, or by eps where that is larger."""
    return called("normalize", input, p=p, dim=dim, eps=eps)


def cosine_similarity(x1: TensorLike, x2: TensorLike, dim: SupportsIndex = 1, eps: Real = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along an axis of the two broadcast together. No length counts as less
    than eps."""
    return called("cosine_similarity", x1, x2, dim=dim, eps=eps)


def pdist(input: TensorLike, p: Real = 2.0) -> Tensor:
    """The p-norms of the differences of all pairs of rows of [n, width], (0, 1), (0, 2), ...: [n (n - 1) / 2]."""
    return called("pdist", input, p=p)


def pairwise_distance(x1: TensorLike, x2: TensorLike, p: Real = 2.0, eps: Real = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of x1 - x2 + eps along the last axis, which stays with extent 1 if keepdim."""
    return called("pairwise_distance", x1, x2, p=p, eps=eps, keepdim=keepdim)
