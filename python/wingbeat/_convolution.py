"""Convolutions and their transposes, under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._naming import named
from ._windows import call

if TYPE_CHECKING:
    from typing import SupportsIndex

    from ._tensor import Tensor
    from ._typing import Convolution, Size, TensorLike, TransposedConvolution

__all__ = ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]


def _convolution(name: str, axes: str) -> Convolution:
    def function(
        input: TensorLike,
        weight: TensorLike,
        bias: TensorLike | None = None,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: SupportsIndex = 1,
    ) -> Tensor:
        options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        return call(name, (input, weight, bias), options)[0]

    return named(
        function,
        name,
        f"The sum of each window's elements times the weights: input [N, C, {axes}] or [C, {axes}], weight "
        "[O, C / groups, window], bias [O]. Numbers are for all axes, or one for each; padding may be 'valid' or "
        "'same'.",
    )


def _transposed(name: str, axes: str) -> TransposedConvolution:
    def function(
        input: TensorLike,
        weight: TensorLike,
        bias: TensorLike | None = None,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: SupportsIndex = 1,
        dilation: Size = 1,
    ) -> Tensor:
        options = {
            "stride": stride,
            "padding": padding,
            "output_padding": output_padding,
            "groups": groups,
            "dilation": dilation,
        }
        return call(name, (input, weight, bias), options)[0]

    return named(
        function,
        name,
        f"The transpose of a convolution: input [N, C, {axes}] or [C, {axes}], weight [C, O / groups, window], bias "
        "[O]. Numbers are for all axes, or one for each.",
    )


conv1d = _convolution("conv1d", "L")
conv2d = _convolution("conv2d", "H, W")
conv3d = _convolution("conv3d", "D, H, W")
conv_transpose1d = _transposed("conv_transpose1d", "L")
conv_transpose2d = _transposed("conv_transpose2d", "H, W")
conv_transpose3d = _transposed("conv_transpose3d", "D, H, W")
