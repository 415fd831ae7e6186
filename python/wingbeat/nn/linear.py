"""Linear layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._tensor import Tensor
from ._lazy import LazyLayer
from .layer import Layer

if TYPE_CHECKING:
    from .._device import DeviceLike
    from .._typing import DTypeLike, TensorLike


class Linear(Layer):
    """y = x W^T + b: [..., in_features] -> [..., out_features].

    weight [out_features, in_features] and bias [out_features] start in U(-k, k), k = 1 / sqrt(in_features).

    in_features: extent of the last axis of the input.
    out_features: extent of the last axis of the output.
    bias: whether a bias is added.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "Linear"
    _arguments = ("in_features", "out_features", "bias")

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            in_features=in_features, out_features=out_features, bias=bias, device=device, dtype=dtype
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Bilinear(Layer):
    """y_k = x1^T W_k x2 + b_k: [..., in1_features] and [..., in2_features] -> [..., out_features].

    weight [out_features, in1_features, in2_features] and bias [out_features] start in U(-k, k), k = 1 /
    sqrt(in1_features).

    in1_features: extent of the last axis of the first input.
    in2_features: extent of the last axis of the second input.
    out_features: extent of the last axis of the output.
    bias: whether a bias is added.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "Bilinear"
    _arguments = ("in1_features", "in2_features", "out_features", "bias")

    def __init__(
        self, in1_features: int, in2_features: int, out_features: int, bias: bool = True, device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            in1_features=in1_features, in2_features=in2_features, out_features=out_features, bias=bias, device=device,
            dtype=dtype
        )

    def forward(self, input1: TensorLike, input2: TensorLike) -> Tensor:
        return self._run_pair(input1, input2)


class LazyLinear(LazyLayer):
    """Linear whose in_features is the extent of the last axis of the first input.

    weight [out_features, in_features] and bias [out_features] are made in the first forward pass, and start as Linear's
    do.

    out_features: extent of the last axis of the output.
    bias: whether a bias is added.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "LazyLinear"
    _arguments = ("out_features", "bias")

    def __init__(
        self, out_features: int, bias: bool = True, device: DeviceLike = None, dtype: DTypeLike | None = None
    ) -> None:
        self._make(out_features=out_features, bias=bias, device=device, dtype=dtype)
