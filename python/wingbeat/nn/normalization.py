"""Layers of the family normalization. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import DTypeLike, TensorLike


class LayerNorm(Layer):
    """y = (x - mean) / sqrt(variance + eps) weight + bias, over the last axes (Ba et al. 2016).

    weight and bias, of the shape normalized_shape, start as ones and zeros.

    normalized_shape: extents of the last axes, over which is normalised.
    eps: what is added to the variance.
    elementwise_affine: whether there are weight and bias.
    bias: whether a bias is added.
    dtype: dtype of the parameters: float32 or float64.
    """

    _kind = "LayerNorm"
    _arguments = ("normalized_shape", "eps", "elementwise_affine", "bias")

    def __init__(
        self, normalized_shape: int | tuple[int, ...], eps: float = 1e-05, elementwise_affine: bool = True, bias: bool =
        True, dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            normalized_shape=normalized_shape, eps=eps, elementwise_affine=elementwise_affine, bias=bias, dtype=dtype
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
