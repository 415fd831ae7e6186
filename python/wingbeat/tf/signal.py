"""Signals under tf.signal's names. There are no complex tensors: complex numbers are pairs of reals, [..., 2]."""

from __future__ import annotations

import math
from typing import Any

from .. import _creation, _functions, _shaping, _writing
from .. import fft as _fft
from .._naming import listing
from . import _dtypes
from ._absent import refusing
from ._elementwise import floats
from ._tensor import constant_shape, convert, op


def _length(value: Any) -> Any:
    return None if value is None else constant_shape(value)


@op
def fft(input: Any, name: str | None = None) -> Any:
    """The discrete Fourier transform of pairs, [..., n, 2]."""
    return _fft.fft(convert(input))


@op
def ifft(input: Any, name: str | None = None) -> Any:
    """What fft undoes."""
    return _fft.ifft(convert(input))


@op
def fft2d(input: Any, name: str | None = None) -> Any:
    """fft along two axes of pairs, [..., h, w, 2]."""
    return _fft.fft2(convert(input))


@op
def ifft2d(input: Any, name: str | None = None) -> Any:
    """What fft2d undoes."""
    return _fft.ifft2(convert(input))


@op
def rfft(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """The transform of real numbers, [..., n] -> [..., n / 2 + 1, 2]."""
    length = _length(fft_length)
    return _fft.rfft(convert(input_tensor), None if length is None else length[0])


@op
def irfft(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """What rfft undoes."""
    length = _length(fft_length)
    return _fft.irfft(convert(input_tensor), None if length is None else length[0])


@op
def rfft2d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """The transform of real numbers along two axes."""
    return _fft.rfft2(convert(input_tensor), _length(fft_length))


@op
def irfft2d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
    """What rfft2d undoes."""
    return _fft.irfft2(convert(input_tensor), _length(fft_length))


@op
def frame(
    signal: Any, frame_length: Any, frame_step: Any, pad_end: bool = False, pad_value: Any = 0, axis: int = -1,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Windows of an axis: [..., n] -> [..., frames, frame_length]. pad_end: the last ones are filled up."""
    tensor, length, step = convert(signal), int(frame_length), int(frame_step)
    moved = tensor.movedim(axis, -1)
    if pad_end:
        count = -(-moved.shape[-1] // step)
        missing = max((count - 1) * step + length - moved.shape[-1], 0)
        moved = _shaping.pad(moved, (0, missing), "constant", pad_value)[..., : (count - 1) * step + length]
    place = axis if axis >= 0 else axis + len(tensor.shape)
    return moved.unfold(-1, length, step).movedim((-2, -1), (place, place + 1))


@op
def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Any:
    """The sum of frames, each frame_step behind the one before: [..., frames, length] -> [..., n]."""
    tensor, step = convert(signal), int(frame_step)
    *front, count, length = tuple(tensor.shape)
    width = (count - 1) * step + length
    rows = tensor.reshape((math.prod(front), count * length))
    starts = (_creation.arange(count, dtype="int64") * step).unsqueeze(-1)
    places = (starts + _creation.arange(length, dtype="int64")).reshape((-1,))
    blank = _creation.zeros((math.prod(front), width), dtype=tensor.dtype)
    return _writing.index_add(blank, 1, places, rows).reshape((*front, width))


def _window(name: str, share: float, count: Any, periodic: bool, dtype: Any) -> Any:
    length = int(count)
    steps = length if periodic else length - 1
    if length < 2:
        return _creation.ones((length,), dtype=_dtypes.as_dtype(dtype))
    angle = _creation.arange(length, dtype="float64") * (2 * math.pi / steps)
    return (_functions.cos(angle) * -(1 - share) + share).to(_dtypes.as_dtype(dtype))


@op
def hann_window(
    window_length: Any, periodic: bool = True, dtype: Any = _dtypes.float32, name: str | None = None
) -> Any:
    """0.5 - 0.5 cos(2 pi k / n)."""
    return _window("hann_window", 0.5, window_length, periodic, dtype)


@op
def hamming_window(
    window_length: Any, periodic: bool = True, dtype: Any = _dtypes.float32, name: str | None = None
) -> Any:
    """0.54 - 0.46 cos(2 pi k / n)."""
    return _window("hamming_window", 0.54, window_length, periodic, dtype)


@op
def stft(
    signals: Any, frame_length: Any, frame_step: Any, fft_length: Any = None, window_fn: Any = hann_window,
    pad_end: bool = False, name: str | None = None,
) -> Any:  # fmt: skip
    """The transforms of windows: [..., n] -> [..., frames, fft_length / 2 + 1, 2]."""
    tensor, length = floats("stft", signals), int(frame_length)
    width = 1 << (length - 1).bit_length() if fft_length is None else int(fft_length)
    frames = convert(frame(tensor, length, frame_step, pad_end))
    if window_fn is not None:
        frames = frames * convert(window_fn(length, dtype=_dtypes.of(tensor.dtype)))
    return _fft.rfft(frames, width)


@op
def dct(
    input: Any, type: int = 2, n: Any = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Any:
    """The discrete cosine transform of type 2 or 3 over the last axis. norm: None or 'ortho'."""
    tensor = floats("dct", input)
    if type not in (2, 3) or axis != -1:
        raise NotImplementedError("dct: expected type 2 or 3 over the last axis")
    size = tensor.shape[-1] if n is None else int(n)
    tensor = _shaping.pad(tensor, (0, size - tensor.shape[-1]))
    places = _creation.arange(size, dtype="float64")
    angle = (places + 0.5).unsqueeze(-1) * places * (math.pi / size)
    table = _functions.cos(angle) * 2  # [place, frequency]
    if norm == "ortho":
        scale = _creation.full((size,), (0.5 / size) ** 0.5, dtype="float64")
        table = table * _functions.where(_functions.eq(places, 0), scale * 0.5**0.5, scale)
    if type == 3:
        table = table.transpose(0, 1)
        if norm is None:
            first = _functions.where(_functions.eq(places, 0), places * 0 + 0.5, places * 0 + 1)
            table = table * first.unsqueeze(-1)
    return _functions.matmul(tensor, table.to(tensor.dtype))


@op
def idct(
    input: Any, type: int = 2, n: Any = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Any:
    """What dct undoes, up to the factor that norm None leaves: the transform of the other type."""
    return dct(input, {2: 3, 3: 2}.get(type, type), n, axis, norm)


@op
def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Any:
    """The frequency 0 in the middle of axes."""
    tensor = convert(x)
    places = range(len(tensor.shape)) if axes is None else constant_shape(axes)
    return _shaping.roll(tensor, [tensor.shape[place] // 2 for place in places], list(places))


@op
def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Any:
    """What fftshift undoes."""
    tensor = convert(x)
    places = range(len(tensor.shape)) if axes is None else constant_shape(axes)
    return _shaping.roll(tensor, [-(tensor.shape[place] // 2) for place in places], list(places))


__all__ = [
    "dct", "fft", "fft2d", "fftshift", "frame", "hamming_window", "hann_window", "idct", "ifft", "ifft2d", "ifftshift",
    "irfft", "irfft2d", "overlap_and_add", "rfft", "rfft2d", "stft",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
