"""Layers of the family pooling. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._tensor import Tensor
from ._sized import PoolLayer, UnpoolLayer
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


class MaxPool1d(PoolLayer):
    """The largest element of each window of [N, C, L] or [C, L]: of equal ones the first, and NaN where one is.

    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    padding: elements around the input, which never are the largest.
    dilation: from one element of a window to the next.
    return_indices: whether to give the places of the elements in their planes too, int64.
    ceil_mode: whether a window that begins inside, and reaches over the end, counts.
    """

    _kind = "MaxPool1d"
    _arguments = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")

    def __init__(
        self, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0, dilation: int | tuple[int, ...] = 1, return_indices: bool = False,
        ceil_mode: bool = False
    ) -> None:
        self._make(
            kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, return_indices=return_indices,
            ceil_mode=ceil_mode
        )


class MaxPool2d(PoolLayer):
    """The largest element of each window of [N, C, H, W] or [C, H, W]: of equal ones the first, and NaN where one is.

    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    padding: elements around the input, which never are the largest.
    dilation: from one element of a window to the next.
    return_indices: whether to give the places of the elements in their planes too, int64.
    ceil_mode: whether a window that begins inside, and reaches over the end, counts.
    """

    _kind = "MaxPool2d"
    _arguments = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")

    def __init__(
        self, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0, dilation: int | tuple[int, ...] = 1, return_indices: bool = False,
        ceil_mode: bool = False
    ) -> None:
        self._make(
            kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, return_indices=return_indices,
            ceil_mode=ceil_mode
        )


class MaxPool3d(PoolLayer):
    """The largest element of each window of [N, C, D, H, W] or [C, D, H, W]: of equal ones the first, and NaN where one
    is.

    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    padding: elements around the input, which never are the largest.
    dilation: from one element of a window to the next.
    return_indices: whether to give the places of the elements in their planes too, int64.
    ceil_mode: whether a window that begins inside, and reaches over the end, counts.
    """

    _kind = "MaxPool3d"
    _arguments = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")

    def __init__(
        self, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0, dilation: int | tuple[int, ...] = 1, return_indices: bool = False,
        ceil_mode: bool = False
    ) -> None:
        self._make(
            kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, return_indices=return_indices,
            ceil_mode=ceil_mode
        )


class AvgPool1d(PoolLayer):
    """The mean of each window of [N, C, L] or [C, L].

    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    padding: zeros around the input.
    ceil_mode: whether a window that begins inside, and reaches over the end, counts.
    count_include_pad: whether the zeros around the input are elements.
    """

    _kind = "AvgPool1d"
    _arguments = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
    _tuples = {"kernel_size": 1, "stride": 1, "padding": 1}

    def __init__(
        self, kernel_size: int | tuple[int], stride: int | tuple[int] | None = None, padding: int | tuple[int] = 0,
        ceil_mode: bool = False, count_include_pad: bool = True
    ) -> None:
        self._make(
            kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode,
            count_include_pad=count_include_pad
        )


class AvgPool2d(PoolLayer):
    """The mean of each window of [N, C, H, W] or [C, H, W].

    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    padding: zeros around the input.
    ceil_mode: whether a window that begins inside, and reaches over the end, counts.
    count_include_pad: whether the zeros around the input are elements.
    divisor_override: what to divide sums by; None for the elements.
    """

    _kind = "AvgPool2d"
    _arguments = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")

    def __init__(
        self, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
        divisor_override: int | None = None
    ) -> None:
        self._make(
            kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode,
            count_include_pad=count_include_pad, divisor_override=divisor_override
        )


class AvgPool3d(PoolLayer):
    """The mean of each window of [N, C, D, H, W] or [C, D, H, W].

    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    padding: zeros around the input.
    ceil_mode: whether a window that begins inside, and reaches over the end, counts.
    count_include_pad: whether the zeros around the input are elements.
    divisor_override: what to divide sums by; None for the elements.
    """

    _kind = "AvgPool3d"
    _arguments = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")

    def __init__(
        self, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
        divisor_override: int | None = None
    ) -> None:
        self._make(
            kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode,
            count_include_pad=count_include_pad, divisor_override=divisor_override
        )


class LPPool1d(Layer):
    """(sum x^p)^(1/p) of each window of [N, C, L] or [C, L].

    norm_type: the power p.
    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    ceil_mode: whether a window that begins inside, and reaches over the end, counts.
    """

    _kind = "LPPool1d"
    _arguments = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(
        self, norm_type: float, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
        ceil_mode: bool = False
    ) -> None:
        self._make(norm_type=norm_type, kernel_size=kernel_size, stride=stride, ceil_mode=ceil_mode)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class LPPool2d(Layer):
    """(sum x^p)^(1/p) of each window of [N, C, H, W] or [C, H, W].

    norm_type: the power p.
    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    ceil_mode: whether a window that begins inside, and reaches over the end, counts.
    """

    _kind = "LPPool2d"
    _arguments = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(
        self, norm_type: float, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
        ceil_mode: bool = False
    ) -> None:
        self._make(norm_type=norm_type, kernel_size=kernel_size, stride=stride, ceil_mode=ceil_mode)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class LPPool3d(Layer):
    """(sum x^p)^(1/p) of each window of [N, C, D, H, W] or [C, D, H, W].

    norm_type: the power p.
    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    ceil_mode: whether a window that begins inside, and reaches over the end, counts.
    """

    _kind = "LPPool3d"
    _arguments = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(
        self, norm_type: float, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
        ceil_mode: bool = False
    ) -> None:
        self._make(norm_type=norm_type, kernel_size=kernel_size, stride=stride, ceil_mode=ceil_mode)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class AdaptiveAvgPool1d(Layer):
    """The means of windows that share [N, C, L] or [C, L] out evenly to a number of positions.

    output_size: positions along each axis; None for as many as elements.
    """

    _kind = "AdaptiveAvgPool1d"
    _arguments = ("output_size",)

    def __init__(self, output_size: int | tuple[int | None, ...] | None) -> None:
        self._make(output_size=output_size)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class AdaptiveAvgPool2d(Layer):
    """The means of windows that share [N, C, H, W] or [C, H, W] out evenly to a number of positions.

    output_size: positions along each axis; None for as many as elements.
    """

    _kind = "AdaptiveAvgPool2d"
    _arguments = ("output_size",)

    def __init__(self, output_size: int | tuple[int | None, ...] | None) -> None:
        self._make(output_size=output_size)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class AdaptiveAvgPool3d(Layer):
    """The means of windows that share [N, C, D, H, W] or [C, D, H, W] out evenly to a number of positions.

    output_size: positions along each axis; None for as many as elements.
    """

    _kind = "AdaptiveAvgPool3d"
    _arguments = ("output_size",)

    def __init__(self, output_size: int | tuple[int | None, ...] | None) -> None:
        self._make(output_size=output_size)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class AdaptiveMaxPool1d(PoolLayer):
    """The largest elements of windows that share [N, C, L] or [C, L] out evenly to a number of positions.

    output_size: positions along each axis; None for as many as elements.
    return_indices: whether to give the places of the elements in their planes too, int64.
    """

    _kind = "AdaptiveMaxPool1d"
    _arguments = ("output_size", "return_indices")

    def __init__(self, output_size: int | tuple[int | None, ...] | None, return_indices: bool = False) -> None:
        self._make(output_size=output_size, return_indices=return_indices)


class AdaptiveMaxPool2d(PoolLayer):
    """The largest elements of windows that share [N, C, H, W] or [C, H, W] out evenly to a number of positions.

    output_size: positions along each axis; None for as many as elements.
    return_indices: whether to give the places of the elements in their planes too, int64.
    """

    _kind = "AdaptiveMaxPool2d"
    _arguments = ("output_size", "return_indices")

    def __init__(self, output_size: int | tuple[int | None, ...] | None, return_indices: bool = False) -> None:
        self._make(output_size=output_size, return_indices=return_indices)


class AdaptiveMaxPool3d(PoolLayer):
    """The largest elements of windows that share [N, C, D, H, W] or [C, D, H, W] out evenly to a number of positions.

    output_size: positions along each axis; None for as many as elements.
    return_indices: whether to give the places of the elements in their planes too, int64.
    """

    _kind = "AdaptiveMaxPool3d"
    _arguments = ("output_size", "return_indices")

    def __init__(self, output_size: int | tuple[int | None, ...] | None, return_indices: bool = False) -> None:
        self._make(output_size=output_size, return_indices=return_indices)


class MaxUnpool1d(UnpoolLayer):
    """Zeros with the elements of [N, C, L] or [C, L] where MaxPool1d has found them, by its indices.

    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    padding: elements around the pool's input.
    """

    _kind = "MaxUnpool1d"
    _arguments = ("kernel_size", "stride", "padding")
    _tuples = {"kernel_size": 1, "stride": 1, "padding": 1}

    def __init__(
        self, kernel_size: int | tuple[int], stride: int | tuple[int] | None = None, padding: int | tuple[int] = 0
    ) -> None:
        self._make(kernel_size=kernel_size, stride=stride, padding=padding)


class MaxUnpool2d(UnpoolLayer):
    """Zeros with the elements of [N, C, H, W] or [C, H, W] where MaxPool2d has found them, by its indices.

    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    padding: elements around the pool's input.
    """

    _kind = "MaxUnpool2d"
    _arguments = ("kernel_size", "stride", "padding")
    _tuples = {"kernel_size": 2, "stride": 2, "padding": 2}

    def __init__(
        self, kernel_size: int | tuple[int, int], stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0
    ) -> None:
        self._make(kernel_size=kernel_size, stride=stride, padding=padding)


class MaxUnpool3d(UnpoolLayer):
    """Zeros with the elements of [N, C, D, H, W] or [C, D, H, W] where MaxPool3d has found them, by its indices.

    kernel_size: elements of a window along each axis.
    stride: from one window to the next; None: a window's extents.
    padding: elements around the pool's input.
    """

    _kind = "MaxUnpool3d"
    _arguments = ("kernel_size", "stride", "padding")
    _tuples = {"kernel_size": 3, "stride": 3, "padding": 3}

    def __init__(
        self, kernel_size: int | tuple[int, int, int], stride: int | tuple[int, int, int] | None = None,
        padding: int | tuple[int, int, int] = 0
    ) -> None:
        self._make(kernel_size=kernel_size, stride=stride, padding=padding)


class Unfold(Layer):
    """The elements of each window as a column: [N, C, H, W] -> [N, C window, positions].

    kernel_size: elements of a window along each axis.
    dilation: from one element of a window to the next.
    padding: zeros around the input.
    stride: from one window to the next.
    """

    _kind = "Unfold"
    _arguments = ("kernel_size", "dilation", "padding", "stride")

    def __init__(
        self, kernel_size: int | tuple[int, ...], dilation: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] = 0, stride: int | tuple[int, ...] = 1
    ) -> None:
        self._make(kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Fold(Layer):
    """The sums of the columns' elements where Unfold takes them from: [N, C window, positions] -> [N, C, H, W].

    output_size: the output's extents, [H, W].
    kernel_size: elements of a window along each axis.
    dilation: from one element of a window to the next.
    padding: zeros around the output.
    stride: from one window to the next.
    """

    _kind = "Fold"
    _arguments = ("output_size", "kernel_size", "dilation", "padding", "stride")

    def __init__(
        self, output_size: int | tuple[int, ...], kernel_size: int | tuple[int, ...],
        dilation: int | tuple[int, ...] = 1, padding: int | tuple[int, ...] = 0, stride: int | tuple[int, ...] = 1
    ) -> None:
        self._make(
            output_size=output_size, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
