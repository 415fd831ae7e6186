"""Norms of weights, for weight and spectral normalisation."""

from __future__ import annotations

from ..._tensor import Tensor


def norm_except_dim(weight: Tensor, dim: int | None) -> Tensor:
    """The Euclidean norm of each slice along an axis, with the other axes of extent 1; of all for None or -1."""
    if dim is None or dim == -1:
        return (weight * weight).sum().sqrt()
    place = dim % max(weight.dim(), 1)
    axes = tuple(axis for axis in range(weight.dim()) if axis != place)
    return (weight * weight).sum(axes, keepdim=True).sqrt() if axes else weight.abs()


def matrix_of(weight: Tensor, dim: int) -> Tensor:
    """A weight as a matrix whose rows are its slices along an axis."""
    if dim:
        weight = weight.permute(dim, *(axis for axis in range(weight.dim()) if axis != dim))
    return weight.flatten(1)
