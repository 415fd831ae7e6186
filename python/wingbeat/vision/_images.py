"""Images of several kinds: PIL's where it is installed, NumPy arrays [height, width] or [height, width, channels] of
uint8, and tensors [..., channels, height, width]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import bool_, float32, uint8
from .._errors import ShapeError, UnsupportedError
from .._tensor import Tensor, tensor_of

if TYPE_CHECKING:
    from .._typing import Array


def pil() -> Any:
    """PIL.Image, or None where it is not installed."""
    try:
        from PIL import Image
    except ImportError:
        return None
    return Image


def is_pil(image: Any) -> bool:
    """Whether an image is one of PIL's; without an import of it."""
    return type(image).__module__.partition(".")[0] == "PIL"


def needed_pil(name: str) -> Any:
    """PIL.Image; raises UnsupportedError where it is not installed."""
    found = pil()
    if found is None:
        raise UnsupportedError(f"{name}: this needs PIL, which is not installed (pip install pillow)")
    return found


def check(image: Any, name: str) -> None:
    """Raises for what is no image."""
    if is_pil(image):
        return
    if not isinstance(image, (Tensor, np.ndarray)):
        raise TypeError(f"{name}: expected an image (of PIL, a NumPy array or a tensor), found {type(image).__name__}")
    least = 2
    if image.ndim < least or isinstance(image, np.ndarray) and image.ndim > 3:
        raise ShapeError(
            f"{name}: expected an image [height, width, channels] as an array, or [..., channels, height, width] as a "
            f"tensor, found shape {list(image.shape)}"
        )


def as_channels(image: Any, name: str) -> Tensor:
    """The image as a tensor [channels, height, width] (a tensor as it is)."""
    check(image, name)
    if isinstance(image, Tensor):
        return image
    array = np.asarray(image)
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * 255  # PIL's mode "1"
    array = array[None] if array.ndim == 2 else array.transpose(2, 0, 1)
    return tensor_of(np.ascontiguousarray(array))


def as_kind(tensor: Tensor, like: Any) -> Any:
    """A tensor [channels, height, width] as an image of the kind that `like` is."""
    if isinstance(like, Tensor):
        return tensor
    array = tensor.numpy()
    array = array[0] if array.shape[0] == 1 and np.asarray(like).ndim == 2 else array.transpose(1, 2, 0)
    return needed_pil("image").fromarray(np.ascontiguousarray(array)) if is_pil(like) else np.ascontiguousarray(array)


def size_of(image: Any) -> tuple[int, int]:
    """(height, width)."""
    if is_pil(image):
        width, height = image.size
        return height, width
    shape = image.shape
    return (shape[-2], shape[-1]) if isinstance(image, Tensor) else (shape[0], shape[1])


def scaled(tensor: Tensor, dtype: Any = float32) -> Tensor:
    """uint8 0 ... 255 as floats 0 ... 1; bools as 0 and 1."""
    if tensor.dtype == uint8:
        return tensor.to(dtype) / 255
    return tensor.to(dtype) if tensor.dtype == bool_ or tensor.dtype.is_floating_point else tensor


def as_array(image: Any) -> Array:
    """An image of PIL's or an array as an array."""
    return np.asarray(image)
