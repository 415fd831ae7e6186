"""Linear layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import DTypeLike, TensorLike


class Linear(Layer):
    """y = x W^T + b: [..., in_features] -> [..., out_features].

    weight [out_features, in_features] and bias [out_features] start in U(-k, k), k = 1 / sqrt(in_features).

    in_features: extent of the last axis of the input.
    out_features: extent of the last axis of the output.
    bias: whether a bias is added.
    dtype: dtype of the parameters: float32 or float64.
    """

    _kind = "Linear"
    _arguments = ("in_features", "out_features", "bias")

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, dtype: DTypeLike | None = None
    ) -> None:
        self._make(in_features=in_features, out_features=out_features, bias=bias, dtype=dtype)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
