"""Layers of the family convolution. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._tensor import Tensor
from ._sized import SizedLayer
from .layer import Layer

if TYPE_CHECKING:
    from .._device import DeviceLike
    from .._typing import DTypeLike, TensorLike


class Conv1d(Layer):
    """The sum of each window's elements times the weights, plus bias: [N, C, L] or [C, L] -> the same with out_channels
    for C.

    weight [out_channels, in_channels / groups, *kernel_size] and bias [out_channels] start in U(-k, k), k = 1 /
    sqrt(in_channels / groups times the kernel's elements).

    in_channels: channels of the input.
    out_channels: channels of the output.
    kernel_size: elements of a window along each axis.
    stride: from one window to the next.
    padding: elements around the input on both sides; 'valid' for none, 'same' for as many positions as elements.
    dilation: from one element of a window to the next.
    groups: groups of channels, each with outputs of its own.
    bias: whether a bias is added.
    padding_mode: what stands around the input.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "Conv1d"
    _arguments = (
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode"
    )
    _tuples = {"kernel_size": 1, "stride": 1, "padding": 1, "dilation": 1}

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int], stride: int | tuple[int] = 1,
        padding: int | tuple[int] | Literal['valid', 'same'] = 0, dilation: int | tuple[int] = 1, groups: int = 1,
        bias: bool = True, padding_mode: Literal['zeros', 'reflect', 'replicate', 'circular'] = 'zeros',
        device: DeviceLike = None, dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            in_channels=in_channels, out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
            dilation=dilation, groups=groups, bias=bias, padding_mode=padding_mode, device=device, dtype=dtype
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Conv2d(Layer):
    """The sum of each window's elements times the weights, plus bias: [N, C, H, W] or [C, H, W] -> the same with
    out_channels for C.

    weight [out_channels, in_channels / groups, *kernel_size] and bias [out_channels] start in U(-k, k), k = 1 /
    sqrt(in_channels / groups times the kernel's elements).

    in_channels: channels of the input.
    out_channels: channels of the output.
    kernel_size: elements of a window along each axis.
    stride: from one window to the next.
    padding: elements around the input on both sides; 'valid' for none, 'same' for as many positions as elements.
    dilation: from one element of a window to the next.
    groups: groups of channels, each with outputs of its own.
    bias: whether a bias is added.
    padding_mode: what stands around the input.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "Conv2d"
    _arguments = (
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode"
    )
    _tuples = {"kernel_size": 2, "stride": 2, "padding": 2, "dilation": 2}

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] | Literal['valid', 'same'] = 0,
        dilation: int | tuple[int, int] = 1, groups: int = 1, bias: bool = True,
        padding_mode: Literal['zeros', 'reflect', 'replicate', 'circular'] = 'zeros', device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            in_channels=in_channels, out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
            dilation=dilation, groups=groups, bias=bias, padding_mode=padding_mode, device=device, dtype=dtype
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Conv3d(Layer):
    """The sum of each window's elements times the weights, plus bias: [N, C, D, H, W] or [C, D, H, W] -> the same with
    out_channels for C.

    weight [out_channels, in_channels / groups, *kernel_size] and bias [out_channels] start in U(-k, k), k = 1 /
    sqrt(in_channels / groups times the kernel's elements).

    in_channels: channels of the input.
    out_channels: channels of the output.
    kernel_size: elements of a window along each axis.
    stride: from one window to the next.
    padding: elements around the input on both sides; 'valid' for none, 'same' for as many positions as elements.
    dilation: from one element of a window to the next.
    groups: groups of channels, each with outputs of its own.
    bias: whether a bias is added.
    padding_mode: what stands around the input.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "Conv3d"
    _arguments = (
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode"
    )
    _tuples = {"kernel_size": 3, "stride": 3, "padding": 3, "dilation": 3}

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int, int],
        stride: int | tuple[int, int, int] = 1, padding: int | tuple[int, int, int] | Literal['valid', 'same'] = 0,
        dilation: int | tuple[int, int, int] = 1, groups: int = 1, bias: bool = True,
        padding_mode: Literal['zeros', 'reflect', 'replicate', 'circular'] = 'zeros', device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            in_channels=in_channels, out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
            dilation=dilation, groups=groups, bias=bias, padding_mode=padding_mode, device=device, dtype=dtype
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ConvTranspose1d(SizedLayer):
    """The transpose of Conv1d: each element times the weights, added up by windows, plus bias: [N, C, L] or [C, L] ->
    the same with out_channels for C.

    weight [in_channels, out_channels / groups, *kernel_size] and bias [out_channels] start in U(-k, k), k = 1 /
    sqrt(out_channels / groups times the kernel's elements).

    in_channels: channels of the input.
    out_channels: channels of the output.
    kernel_size: elements of a window along each axis.
    stride: from one window to the next.
    padding: elements less on both sides of the output.
    output_padding: elements more at its end.
    groups: groups of channels, each with outputs of its own.
    bias: whether a bias is added.
    dilation: from one element of a window to the next.
    padding_mode: what stands around the output.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "ConvTranspose1d"
    _arguments = (
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups", "bias",
        "dilation", "padding_mode"
    )
    _tuples = {"kernel_size": 1, "stride": 1, "padding": 1, "output_padding": 1, "dilation": 1}

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int], stride: int | tuple[int] = 1,
        padding: int | tuple[int] = 0, output_padding: int | tuple[int] = 0, groups: int = 1, bias: bool = True,
        dilation: int | tuple[int] = 1, padding_mode: Literal['zeros'] = 'zeros', device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            in_channels=in_channels, out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
            output_padding=output_padding, groups=groups, bias=bias, dilation=dilation, padding_mode=padding_mode,
            device=device, dtype=dtype
        )


class ConvTranspose2d(SizedLayer):
    """The transpose of Conv2d: each element times the weights, added up by windows, plus bias: [N, C, H, W] or [C, H,
    W] -> the same with out_channels for C.

    weight [in_channels, out_channels / groups, *kernel_size] and bias [out_channels] start in U(-k, k), k = 1 /
    sqrt(out_channels / groups times the kernel's elements).

    in_channels: channels of the input.
    out_channels: channels of the output.
    kernel_size: elements of a window along each axis.
    stride: from one window to the next.
    padding: elements less on both sides of the output.
    output_padding: elements more at its end.
    groups: groups of channels, each with outputs of its own.
    bias: whether a bias is added.
    dilation: from one element of a window to the next.
    padding_mode: what stands around the output.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "ConvTranspose2d"
    _arguments = (
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups", "bias",
        "dilation", "padding_mode"
    )
    _tuples = {"kernel_size": 2, "stride": 2, "padding": 2, "output_padding": 2, "dilation": 2}

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] = 0,
        output_padding: int | tuple[int, int] = 0, groups: int = 1, bias: bool = True,
        dilation: int | tuple[int, int] = 1, padding_mode: Literal['zeros'] = 'zeros', device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            in_channels=in_channels, out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
            output_padding=output_padding, groups=groups, bias=bias, dilation=dilation, padding_mode=padding_mode,
            device=device, dtype=dtype
        )


class ConvTranspose3d(SizedLayer):
    """The transpose of Conv3d: each element times the weights, added up by windows, plus bias: [N, C, D, H, W] or [C,
    D, H, W] -> the same with out_channels for C.

    weight [in_channels, out_channels / groups, *kernel_size] and bias [out_channels] start in U(-k, k), k = 1 /
    sqrt(out_channels / groups times the kernel's elements).

    in_channels: channels of the input.
    out_channels: channels of the output.
    kernel_size: elements of a window along each axis.
    stride: from one window to the next.
    padding: elements less on both sides of the output.
    output_padding: elements more at its end.
    groups: groups of channels, each with outputs of its own.
    bias: whether a bias is added.
    dilation: from one element of a window to the next.
    padding_mode: what stands around the output.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "ConvTranspose3d"
    _arguments = (
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups", "bias",
        "dilation", "padding_mode"
    )
    _tuples = {"kernel_size": 3, "stride": 3, "padding": 3, "output_padding": 3, "dilation": 3}

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int, int],
        stride: int | tuple[int, int, int] = 1, padding: int | tuple[int, int, int] = 0,
        output_padding: int | tuple[int, int, int] = 0, groups: int = 1, bias: bool = True,
        dilation: int | tuple[int, int, int] = 1, padding_mode: Literal['zeros'] = 'zeros', device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            in_channels=in_channels, out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
            output_padding=output_padding, groups=groups, bias=bias, dilation=dilation, padding_mode=padding_mode,
            device=device, dtype=dtype
        )
