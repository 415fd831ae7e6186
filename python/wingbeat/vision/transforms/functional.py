"""Transforms of images as functions, under the names of torchvision.transforms.functional.

Images are PIL's, NumPy arrays [height, width] or [height, width, channels] of uint8, or tensors [..., channels, height,
width]; what comes out is of the kind that went in, but for the conversions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._dtypes import DType, as_dtype, float32, uint8
from ..._errors import ArgumentError, DTypeError, ShapeError
from ..._naming import listing
from ..._resampling import interpolate
from ..._shaping import pad as pad_tensor
from ..._tensor import Tensor, tensor_of
from .._images import as_channels, as_kind, check, is_pil, needed_pil, scaled, size_of
from ._colours import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation

__all__ = [
    "adjust_brightness",
    "adjust_contrast",
    "adjust_hue",
    "adjust_saturation",
    "center_crop",
    "convert_image_dtype",
    "crop",
    "erase",
    "get_image_size",
    "hflip",
    "normalize",
    "pad",
    "pil_to_tensor",
    "resize",
    "rgb_to_grayscale",
    "to_pil_image",
    "to_tensor",
    "vflip",
]
__dir__ = listing(__name__)


def get_image_size(img: Any) -> list[int]:
    """[width, height]."""
    check(img, "get_image_size")
    height, width = size_of(img)
    return [width, height]


def to_tensor(pic: Any) -> Tensor:
    """An image of PIL's or an array as a tensor [channels, height, width]; uint8 becomes float32 in [0, 1]."""
    if isinstance(pic, Tensor):
        raise TypeError("to_tensor: expected an image of PIL or a NumPy array, found a tensor")
    return scaled(as_channels(pic, "to_tensor"))


def pil_to_tensor(pic: Any) -> Tensor:
    """An image as a tensor [channels, height, width] of its own dtype."""
    return as_channels(pic, "pil_to_tensor")


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """A tensor [channels, height, width] or an array as an image of PIL's; floats are in [0, 1]."""
    images = needed_pil("to_pil_image")
    check(pic, "to_pil_image")
    array = pic.detach().numpy() if isinstance(pic, Tensor) else np.asarray(pic)
    if isinstance(pic, Tensor):
        if array.ndim not in (2, 3):
            raise ShapeError(f"to_pil_image: expected one image, found shape {list(array.shape)}")
        array = array.transpose(1, 2, 0) if array.ndim == 3 else array
        if array.dtype.kind == "f":
            array = (array * 255).astype(np.uint8)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    return images.fromarray(np.ascontiguousarray(array), **({} if mode is None else {"mode": mode}))


def convert_image_dtype(image: Tensor, dtype: Any = float32) -> Tensor:
    """A tensor in another dtype, scaled: uint8 has 255 where floats have 1."""
    wanted: DType = as_dtype(dtype)
    if not isinstance(image, Tensor):
        raise TypeError(f"convert_image_dtype: expected a tensor, found {type(image).__name__}")
    if image.dtype == wanted:
        return image
    if wanted.is_floating_point:
        return scaled(image, wanted)
    if image.dtype.is_floating_point and wanted == uint8:
        return (image * (255 + 1 - 1e-3)).to(uint8)
    raise DTypeError(f"convert_image_dtype: expected floats and uint8, found {image.dtype} to {wanted}")


def normalize(tensor: Tensor, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Tensor:
    """(tensor - mean) / std, with a number for each channel: [..., channels, height, width]."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"normalize: expected a tensor (put ToTensor before it), found {type(tensor).__name__}")
    if not tensor.dtype.is_floating_point:
        raise DTypeError(f"normalize: expected a tensor of floats, found {tensor.dtype}")
    if tensor.ndim < 3:
        raise ShapeError(f"normalize: expected [..., channels, height, width], found {list(tensor.shape)}")
    columns = []
    for name, values in (("mean", mean), ("std", std)):
        column = tensor_of(values, tensor.dtype).reshape(-1, 1, 1)
        if column.shape[0] not in (1, tensor.shape[-3]):
            raise ShapeError(
                f"normalize: expected one {name} for each of {tensor.shape[-3]} channels, found {column.shape[0]}"
            )
        columns.append(column)
    if bool((columns[1] == 0).any()):
        raise ArgumentError("normalize: expected a std other than 0 for each channel")
    result = (tensor - columns[0]) / columns[1]
    return tensor.copy_(result) if inplace else result


def _edges(size: Any, name: str) -> tuple[int, int]:
    found = list(size) if isinstance(size, (list, tuple)) else [size]
    if len(found) not in (1, 2) or any(not hasattr(edge, "__index__") or edge < 1 for edge in found):
        raise ArgumentError(f"{name}: expected a size or (height, width) of at least 1, found {size!r:.80}")
    return int(found[0]), int(found[-1])


_MODES = {0: "nearest", 2: "bilinear", 3: "bicubic"}


def resize(
    img: Any, size: Any, interpolation: Any = "bilinear", max_size: int | None = None, antialias: bool = True
) -> Any:
    """An image at another size: (height, width), or one number for its shorter edge.

    interpolation: "bilinear", "nearest" or "bicubic" (or InterpolationMode's). antialias: filters get wider where a
    tensor gets smaller, as PIL's always do.
    """
    check(img, "resize")
    height, width = size_of(img)
    if isinstance(size, (list, tuple)) and len(size) == 2:
        target = _edges(size, "resize")
    else:
        edge = _edges(size, "resize")[0]
        short, long = sorted((height, width))
        new_long = int(edge * long / short)
        if max_size is not None and new_long > max_size:
            edge, new_long = int(max_size * edge / new_long), max_size
        target = (edge, new_long) if height <= width else (new_long, edge)
    mode = getattr(interpolation, "value", interpolation)
    mode = _MODES.get(mode, mode)
    if mode not in _MODES.values():
        raise ArgumentError(f"resize: expected interpolation 'nearest', 'bilinear' or 'bicubic', found {mode!r:.80}")
    if (height, width) == target:
        return img
    if is_pil(img):
        return img.resize(target[::-1], next(number for number, name in _MODES.items() if name == mode))
    tensor = as_channels(img, "resize")
    flat = tensor.reshape(-1, 1, height, width)
    smooth = {} if mode == "nearest" else {"align_corners": False, "antialias": antialias}
    found = interpolate(flat if flat.dtype.is_floating_point else flat.to(float32), size=target, mode=mode, **smooth)
    if not tensor.dtype.is_floating_point:
        found = found.round().clamp(0, 255).to(tensor.dtype)
    return as_kind(found.reshape(*tensor.shape[:-2], *target), img)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The part of an image below `top` and right of `left`; what lies outside of it is 0."""
    check(img, "crop")
    if is_pil(img):
        return img.crop((left, top, left + width, top + height))
    rows, columns = size_of(img)
    around = (max(0, -left), max(0, -top), max(0, left + width - columns), max(0, top + height - rows))
    if any(around):
        img = pad(img, around)
        top, left = top + around[1], left + around[0]
    if isinstance(img, Tensor):
        return img[..., top : top + height, left : left + width]
    return img[top : top + height, left : left + width]


def center_crop(img: Any, output_size: Any) -> Any:
    """The middle of an image, of (height, width) or a square; what lies outside of it is 0."""
    height, width = _edges(output_size, "center_crop")
    check(img, "center_crop")
    rows, columns = size_of(img)
    return crop(img, round((rows - height) / 2), round((columns - width) / 2), height, width)


_PADDINGS = {"constant": "constant", "reflect": "reflect", "edge": "replicate"}


def pad(img: Any, padding: Any, fill: float = 0, padding_mode: str = "constant") -> Any:
    """An image with a border: one width, (left and right, top and bottom), or (left, top, right, bottom).

    padding_mode: "constant" (`fill`), "edge" or "reflect".
    """
    check(img, "pad")
    widths = [padding] if hasattr(padding, "__index__") else list(padding)
    if len(widths) not in (1, 2, 4) or any(not hasattr(width, "__index__") for width in widths):
        raise ArgumentError(f"pad: expected 1, 2 or 4 widths, found {padding!r:.80}")
    if padding_mode not in _PADDINGS:
        raise ArgumentError(f"pad: expected padding_mode 'constant', 'edge' or 'reflect', found {padding_mode!r:.80}")
    left, top, right, bottom = widths * (4 // len(widths))
    tensor = as_channels(img, "pad")
    flat = tensor.reshape(-1, 1, *tensor.shape[-2:])
    value = {"value": fill} if padding_mode == "constant" else {}
    found = pad_tensor(flat, (left, right, top, bottom), _PADDINGS[padding_mode], **value)  # type: ignore[arg-type]
    return as_kind(found.reshape(*tensor.shape[:-2], *found.shape[-2:]), img)


def hflip(img: Any) -> Any:
    """The image with left and right exchanged."""
    check(img, "hflip")
    if is_pil(img):
        return img.transpose(0)
    return img.flip(-1) if isinstance(img, Tensor) else np.ascontiguousarray(img[:, ::-1])


def vflip(img: Any) -> Any:
    """The image with top and bottom exchanged."""
    check(img, "vflip")
    if is_pil(img):
        return img.transpose(1)
    return img.flip(-2) if isinstance(img, Tensor) else np.ascontiguousarray(img[::-1])


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """0.2989 red + 0.587 green + 0.114 blue, in one channel or three equal ones."""
    if num_output_channels not in (1, 3):
        raise ArgumentError(f"rgb_to_grayscale: expected 1 or 3 output channels, found {num_output_channels!r:.80}")
    check(img, "rgb_to_grayscale")
    if is_pil(img):
        gray = img.convert("L")
        return gray if num_output_channels == 1 else gray.convert("RGB")
    tensor = as_channels(img, "rgb_to_grayscale")
    if tensor.shape[-3] not in (1, 3):
        raise ShapeError(f"rgb_to_grayscale: expected 1 or 3 channels, found {tensor.shape[-3]}")
    if tensor.shape[-3] == 3:
        weights = tensor_of([0.2989, 0.587, 0.114]).reshape(3, 1, 1)
        gray = (tensor * weights).sum(-3, keepdim=True)
        tensor = gray if tensor.dtype.is_floating_point else gray.to(tensor.dtype)
    if num_output_channels == 3:
        tensor = tensor.expand(*tensor.shape[:-3], 3, *tensor.shape[-2:])
    return as_kind(tensor, img)


def erase(img: Tensor, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Tensor:
    """A tensor [..., channels, height, width] with the h x w part below i and right of j replaced by v: a number, or
    values that broadcast to it. A new tensor also where inplace is asked for."""
    if not isinstance(img, Tensor):
        raise TypeError(f"erase: expected a tensor, found {type(img).__name__}; put ToTensor before it")
    found = img.clone()
    found[..., i : i + h, j : j + w] = v
    return found
