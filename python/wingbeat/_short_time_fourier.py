"""Fourier transforms of pieces of a signal that overlap, and complex numbers as pairs of reals, [..., 2]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from ._calls import called, methods, optional, result
from ._errors import ArgumentError, DTypeError, ShapeError
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from ._typing import PadMode, TensorLike

__all__ = ["complex", "istft", "polar", "stft", "view_as_complex", "view_as_real"]


def stft(
    input: TensorLike,
    n_fft: SupportsIndex,
    hop_length: SupportsIndex | None = None,
    win_length: SupportsIndex | None = None,
    window: TensorLike | None = None,
    center: bool = True,
    pad_mode: PadMode = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Tensor:
    """Fourier transforms of pieces of n_fft elements times a window: [length] or [n, length] -> [n, frequencies,
    pieces, 2], pairs of reals as PyTorch gives with return_complex=False, whatever return_complex is.

    hop_length: from one piece to the next; None: n_fft // 4. window: [win_length], with zeros around it up to n_fft;
    None: ones. center: piece t is about element t hop_length of the signal, which is padded; else it begins there.
    normalized: divided by the root of n_fft. onesided: the first n_fft // 2 + 1 frequencies, as the others are their
    conjugates; None: so.
    """
    if align_to_window:
        raise ArgumentError(
            "stft: expected align_to_window None or False, found True; center=False begins at element 0"
        )
    return result(
        "stft",
        input=as_tensor(input),
        **_pieces(n_fft, hop_length, win_length, window, center),
        pad_mode=pad_mode,
        normalized=normalized,
        onesided=onesided,
    )


def istft(
    input: TensorLike,
    n_fft: SupportsIndex,
    hop_length: SupportsIndex | None = None,
    win_length: SupportsIndex | None = None,
    window: TensorLike | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: SupportsIndex | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The signal, [length] or [n, length], whose stft is nearest to these spectra. length: it is cut, or zeros come
    behind; None: as the pieces reach. Windows whose squares add up to 0 somewhere are an ArgumentError."""
    if return_complex:
        raise ArgumentError("istft: expected return_complex=False, found True; the signal is real")
    return result(
        "istft",
        input=as_tensor(input),
        **_pieces(n_fft, hop_length, win_length, window, center),
        normalized=normalized,
        onesided=onesided,
        length=length,
    )


def _pieces(n_fft: Any, hop_length: Any, win_length: Any, window: TensorLike | None, center: bool) -> dict[str, Any]:
    return {
        "n_fft": n_fft,
        "hop_length": hop_length,
        "win_length": win_length,
        "window": optional(window),
        "center": center,
    }


def complex(real: TensorLike, imag: TensorLike) -> Tensor:
    """Complex numbers as pairs of reals, [...] -> [..., 2], of floats of one dtype, which broadcast. There are no
    complex tensors: wingbeat.fft takes such pairs, and arithmetic is that of reals."""
    return called("complex", real, imag)


def polar(abs: TensorLike, angle: TensorLike) -> Tensor:
    """abs (cos(angle) + i sin(angle)) as pairs of reals, [...] -> [..., 2]."""
    return called("polar", abs, angle)


def _pairs(input: TensorLike, name: str) -> Tensor:
    tensor = as_tensor(input)
    if not tensor.dtype.is_floating_point:
        raise DTypeError(f"{name}: expected a floating dtype, found {tensor.dtype}")
    if tensor.ndim == 0 or tensor.shape[-1] != 2:
        raise ShapeError(f"{name}: expected pairs of reals [..., 2], found the shape {list(tensor.shape)}")
    return tensor


def view_as_real(input: TensorLike) -> Tensor:
    """Complex numbers, which are pairs of reals [..., 2] here, as they are."""
    return _pairs(input, "view_as_real")


def view_as_complex(input: TensorLike) -> Tensor:
    """Pairs of reals [..., 2] as complex numbers, which are such pairs here: as they are."""
    return _pairs(input, "view_as_complex")


methods((stft, istft))
