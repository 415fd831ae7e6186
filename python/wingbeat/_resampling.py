"""Images and signals at other sizes and places, under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from ._calls import optional, result
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ._typing import Real, Size, TensorLike

__all__ = ["bilinear", "channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


def interpolate(
    input: TensorLike,
    size: Size | None = None,
    scale_factor: Real | Sequence[Real] | None = None,
    mode: Literal["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"] = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """[n, channels, ...] at another size: extents, or scale_factor times as large; one number for all axes of places.

    'linear' is for one axis of places, 'bilinear' and 'bicubic' for two, 'trilinear' for three. align_corners: the
    centres of the outer elements stay in their places, not the outer borders. recompute_scale_factor: the extents
    count, where they are cut to whole numbers. antialias: filters get wider where the image gets smaller.
    """
    return result(
        "interpolate",
        input=as_tensor(input),
        size=size,
        scale_factor=scale_factor,
        mode=mode,
        align_corners=align_corners,
        recompute_scale_factor=recompute_scale_factor,
        antialias=antialias,
    )


def upsample(
    input: TensorLike,
    size: Size | None = None,
    scale_factor: Real | Sequence[Real] | None = None,
    mode: Any = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """interpolate, by its older name."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(
    input: TensorLike, size: Size | None = None, scale_factor: Real | Sequence[Real] | None = None
) -> Tensor:
    """interpolate with the mode 'nearest'."""
    return interpolate(input, size, scale_factor)


def upsample_bilinear(
    input: TensorLike, size: Size | None = None, scale_factor: Real | Sequence[Real] | None = None
) -> Tensor:
    """interpolate with the mode 'bilinear' and align_corners."""
    return interpolate(input, size, scale_factor, "bilinear", True)


def grid_sample(
    input: TensorLike,
    grid: TensorLike,
    mode: Literal["bilinear", "nearest", "bicubic"] = "bilinear",
    padding_mode: Literal["zeros", "border", "reflection"] = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """[n, channels, (depth,) height, width] at the places of a grid, [n, ..., 2 or 3]: x, y (, z) from -1 to 1.

    padding_mode: what lies outside. align_corners: -1 and 1 are the centres of the outer elements, not the outer
    borders.
    """
    return result(
        "grid_sample",
        input=as_tensor(input),
        grid=as_tensor(grid),
        mode=mode,
        padding_mode=padding_mode,
        align_corners=align_corners,
    )


def affine_grid(theta: TensorLike, size: Sequence[SupportsIndex], align_corners: bool | None = None) -> Tensor:
    """The grid that grid_sample takes for affine maps, [n, 2, 3] or [n, 3, 4]: [n, (depth,) height, width, 2 or 3].

    size: [n, channels, (depth,) height, width].
    """
    return result("affine_grid", theta=as_tensor(theta), size=size, align_corners=align_corners)


def pixel_shuffle(input: TensorLike, upscale_factor: SupportsIndex) -> Tensor:
    """[..., channels r^2, height, width] -> [..., channels, height r, width r]."""
    return result("pixel_shuffle", input=as_tensor(input), upscale_factor=upscale_factor)


def pixel_unshuffle(input: TensorLike, downscale_factor: SupportsIndex) -> Tensor:
    """[..., channels, height r, width r] -> [..., channels r^2, height, width], what pixel_shuffle undoes."""
    return result("pixel_unshuffle", input=as_tensor(input), downscale_factor=downscale_factor)


def channel_shuffle(input: TensorLike, groups: SupportsIndex) -> Tensor:
    """[n, channels, ...] with the channels of the groups dealt out one by one."""
    return result("channel_shuffle", input=as_tensor(input), groups=groups)


def bilinear(input1: TensorLike, input2: TensorLike, weight: TensorLike, bias: TensorLike | None = None) -> Tensor:
    """input1^T weight[k] input2 + bias[k] for each k: [..., in1], [..., in2], [out, in1, in2], [out] -> [..., out]."""
    return result(
        "bilinear", input1=as_tensor(input1), input2=as_tensor(input2), weight=as_tensor(weight), bias=optional(bias)
    )
