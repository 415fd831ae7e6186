"""Layers of the family resampling. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


class Upsample(Layer):
    """[N, C, L], [N, C, H, W] or [N, C, D, H, W] at another size.

    size: the output's extents; one for all axes of places.
    scale_factor: how much larger; one for all axes of places. It or size is given.
    mode: 'linear' is for one axis of places, 'bilinear' and 'bicubic' for two, 'trilinear' for three.
    align_corners: whether the centres of the outer elements stay in their places.
    recompute_scale_factor: whether the extents count, where they are cut to whole numbers, and not scale_factor.
    """

    _kind = "Upsample"
    _arguments = ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor")

    def __init__(
        self, size: int | tuple[int, ...] | None = None, scale_factor: float | tuple[float, ...] | None = None,
        mode: Literal['nearest', 'linear', 'bilinear', 'bicubic', 'trilinear'] = 'nearest',
        align_corners: bool | None = None, recompute_scale_factor: bool | None = None
    ) -> None:
        self._make(
            size=size, scale_factor=scale_factor, mode=mode, align_corners=align_corners,
            recompute_scale_factor=recompute_scale_factor
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class UpsamplingNearest2d(Layer):
    """[N, C, H, W] at another size, by the nearest element.

    size: the output's extents; one for all axes of places.
    scale_factor: how much larger; one for all axes of places. It or size is given.
    """

    _kind = "UpsamplingNearest2d"
    _arguments = ("size", "scale_factor")

    def __init__(
        self, size: int | tuple[int, ...] | None = None, scale_factor: float | tuple[float, ...] | None = None
    ) -> None:
        self._make(size=size, scale_factor=scale_factor)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class UpsamplingBilinear2d(Layer):
    """[N, C, H, W] at another size, by bilinear interpolation between the outer elements' centres.

    size: the output's extents; one for all axes of places.
    scale_factor: how much larger; one for all axes of places. It or size is given.
    """

    _kind = "UpsamplingBilinear2d"
    _arguments = ("size", "scale_factor")

    def __init__(
        self, size: int | tuple[int, ...] | None = None, scale_factor: float | tuple[float, ...] | None = None
    ) -> None:
        self._make(size=size, scale_factor=scale_factor)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class PixelShuffle(Layer):
    """[..., C r^2, H, W] -> [..., C, H r, W r]. Shi et al. 2016.

    upscale_factor: r: how many places a channel goes to, each way.
    """

    _kind = "PixelShuffle"
    _arguments = ("upscale_factor",)

    def __init__(self, upscale_factor: int) -> None:
        self._make(upscale_factor=upscale_factor)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class PixelUnshuffle(Layer):
    """[..., C, H r, W r] -> [..., C r^2, H, W], what PixelShuffle undoes.

    downscale_factor: r: how many places become channels, each way.
    """

    _kind = "PixelUnshuffle"
    _arguments = ("downscale_factor",)

    def __init__(self, downscale_factor: int) -> None:
        self._make(downscale_factor=downscale_factor)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ChannelShuffle(Layer):
    """[N, C, ...] with the channels of the groups dealt out one by one. Zhang et al. 2018.

    groups: how many; it divides the number of channels.
    """

    _kind = "ChannelShuffle"
    _arguments = ("groups",)

    def __init__(self, groups: int) -> None:
        self._make(groups=groups)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
