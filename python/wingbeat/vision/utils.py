"""Pictures of images: many in a grid, and files of them, under the names of torchvision.utils."""

from __future__ import annotations

import os
import struct
import zlib
from typing import Any

import numpy as np

from .._dtypes import float32, uint8
from .._errors import ArgumentError, ShapeError
from .._naming import listing
from .._shaping import stack
from .._tensor import Tensor, tensor_of
from ._images import needed_pil

__all__ = ["make_grid", "save_image"]
__dir__ = listing(__name__)


def make_grid(
    tensor: Any,
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Images [images, channels, height, width], or a list of [channels, height, width], side by side: one image of
    three channels, with nrow images in a row and a border of `padding` around each.

    normalize: brings values to [0, 1], from value_range, or from the least to the largest one, of all images or of each
    (scale_each).
    """
    if isinstance(tensor, (list, tuple)):
        tensor = stack(tensor)
    if not isinstance(tensor, Tensor):
        raise TypeError(f"make_grid: expected a tensor or a list of tensors, found {type(tensor).__name__}")
    if tensor.ndim == 2:
        tensor = tensor[None]
    if tensor.ndim == 3:
        tensor = tensor[None]
    if tensor.ndim != 4 or tensor.shape[1] not in (1, 3):
        raise ShapeError(
            "make_grid: expected images [images, channels, height, width] of 1 or 3 channels, "
            f"found {list(tensor.shape)}"
        )
    if nrow < 1 or padding < 0:
        raise ArgumentError(
            f"make_grid: expected nrow of at least 1 and padding of at least 0, found {nrow} and {padding}"
        )
    images = tensor.detach().numpy()
    if images.shape[1] == 1:
        images = np.repeat(images, 3, axis=1)
    if normalize:
        images = images.astype(np.float32)
        for part in images if scale_each else [images]:
            low, high = value_range or (part.min(), part.max())
            part[...] = np.clip((part - low) / max(high - low, 1e-5), 0, 1)
    count, channels, height, width = images.shape
    if count == 1:
        return tensor_of(images[0])
    columns = min(nrow, count)
    rows = -(-count // columns)
    down, right = height + padding, width + padding
    grid = np.full((channels, down * rows + padding, right * columns + padding), pad_value, images.dtype)
    for place, image in enumerate(images):
        top, left = place // columns * down + padding, place % columns * right + padding
        grid[:, top : top + height, left : left + width] = image
    return tensor_of(grid)


def save_image(tensor: Any, fp: Any, format: str | None = None, **grid: Any) -> None:
    """Writes images, in a grid as make_grid makes it, to a file. PNG needs nothing else; other formats need PIL.

    Values are in [0, 1], or uint8.
    """
    made = make_grid(tensor, **grid)
    if made.dtype != uint8:
        made = (made.to(float32) * 255 + 0.5).clamp(0, 255).to(uint8)
    pixels = np.ascontiguousarray(made.numpy().transpose(1, 2, 0))
    suffix = os.path.splitext(os.fsdecode(fp))[1] if isinstance(fp, (str, bytes, os.PathLike)) else ".png"
    if (format or suffix.lstrip(".")).lower() != "png":
        needed_pil("save_image").fromarray(pixels).save(fp, format=format)
        return
    data = _png(pixels)
    if hasattr(fp, "write"):
        fp.write(data)
        return
    with open(fp, "wb") as file:
        file.write(data)


def _png(pixels: Any) -> bytes:
    """uint8 [height, width, 3] as a file (Portable Network Graphics, W3C, second edition)."""
    height, width, _ = pixels.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines.tobytes(), 6))
        + chunk(b"IEND", b"")
    )
