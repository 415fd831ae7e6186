"""Brightness, contrast, saturation and hue of images, as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._dtypes import float32
from ..._errors import ArgumentError, DTypeError, ShapeError
from ..._functions import maximum, where
from ..._shaping import stack
from .._images import as_channels, as_kind

if TYPE_CHECKING:
    from ..._tensor import Tensor


def _image(img: Any, name: str, colours: bool = False) -> tuple[Tensor, float]:
    """The image as floats, and what stands for white."""
    tensor = as_channels(img, name)
    if colours and tensor.shape[-3] not in (1, 3):
        raise ShapeError(f"{name}: expected 1 or 3 channels, found {tensor.shape[-3]}")
    if tensor.dtype.is_floating_point:
        return tensor, 1
    if str(tensor.dtype).rpartition(".")[2] != "uint8":
        raise DTypeError(f"{name}: expected an image of uint8 or of floats in [0, 1], found {tensor.dtype}")
    return tensor.to(float32), 255


def _factor(value: Any, name: str) -> float:
    if not isinstance(value, (int, float)) or not value >= 0:
        raise ArgumentError(f"{name}: expected a factor of 0 or more, found {value!r:.80}")
    return float(value)


def _back(found: Tensor, img: Any, name: str, white: float) -> Any:
    """The result in the kind and the dtype of the image. Parts of whole numbers are cut off, as torchvision does."""
    return as_kind(found.clamp(0, white).to(as_channels(img, name).dtype), img)


def _gray(tensor: Tensor, white: float) -> Tensor:
    """0.2989 red + 0.587 green + 0.114 blue; [..., 1, height, width]."""
    if tensor.shape[-3] == 1:
        return tensor
    red, green, blue = (tensor[..., place : place + 1, :, :] for place in range(3))
    gray = 0.2989 * red + 0.587 * green + 0.114 * blue
    return gray.floor() if white > 1 else gray


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """The image times a factor: 0 is black, 1 is the image."""
    tensor, white = _image(img, "adjust_brightness", colours=True)
    return _back(tensor * _factor(brightness_factor, "adjust_brightness"), img, "adjust_brightness", white)


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """Each pixel's distance to the mean of the gray image times a factor: 0 is gray, 1 is the image."""
    tensor, white = _image(img, "adjust_contrast", colours=True)
    factor = _factor(contrast_factor, "adjust_contrast")
    mean = _gray(tensor, white).mean((-3, -2, -1), keepdim=True)
    return _back(factor * tensor + (1 - factor) * mean, img, "adjust_contrast", white)


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """Each pixel's distance to its gray times a factor: 0 is the gray image, 1 is the image."""
    tensor, white = _image(img, "adjust_saturation", colours=True)
    factor = _factor(saturation_factor, "adjust_saturation")
    return _back(factor * tensor + (1 - factor) * _gray(tensor, white), img, "adjust_saturation", white)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """The hue turned by a part of the circle, from -0.5 to 0.5; value and saturation (of HSV) stay."""
    if not isinstance(hue_factor, (int, float)) or not -0.5 <= hue_factor <= 0.5:
        raise ArgumentError(f"adjust_hue: expected a part of the circle from -0.5 to 0.5, found {hue_factor!r:.80}")
    tensor, white = _image(img, "adjust_hue", colours=True)
    if tensor.shape[-3] == 1:
        return img
    red, green, blue = (tensor[..., place, :, :] / white for place in range(3))
    value = maximum(maximum(red, green), blue)
    least = -maximum(maximum(-red, -green), -blue)
    chroma = value - least
    divisor = where(chroma == 0, 1.0, chroma)
    hue = where(
        value == red,
        (green - blue) / divisor,
        where(value == green, (blue - red) / divisor + 2, (red - green) / divisor + 4),
    )
    turned = (hue / 6 + hue_factor) % 1 * 6
    # Of HSV: v - v s max(0, min(k, 4 - k, 1)), k = (n + 6 h) mod 6, n = 5, 3, 1 for red, green, blue.
    parts = []
    for shift in (5, 3, 1):
        k = (turned + shift) % 6
        nearest = -maximum(-k, k - 4)
        parts.append(value - chroma * nearest.clamp(0, 1))
    found = stack(parts, -3) * white
    return _back(found.round() if white > 1 else found, img, "adjust_hue", white)
