"""torch.fft's names: discrete Fourier transforms, with derivatives of all orders.

There are no complex tensors. Complex numbers are pairs of reals, [..., 2]: real and imaginary part in the last axis, as
torch.view_as_real gives them. `dim` counts the axes before it. pairs(x) makes them of real numbers.

    spectrum = wb.fft.rfft(signal)                        # [..., n] -> [..., n / 2 + 1, 2]
    power = spectrum.square().sum(-1)

n, s: how many elements an axis has in the transform; it is cut, or zeros come behind. norm: which way divides by the
number of elements, 'backward' (None) or 'forward', or both by its root, 'ortho'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Optional, SupportsIndex, Union

from ._calls import called
from ._dtypes import DType, float32
from ._naming import listing
from ._tensor import Tensor

if TYPE_CHECKING:
    from ._typing import Real, TensorLike

Norm = Optional[Literal["backward", "ortho", "forward"]]
Sizes = Union[SupportsIndex, Sequence[SupportsIndex], None]


def pairs(real: TensorLike, imag: TensorLike | None = None) -> Tensor:
    """Complex numbers as pairs, [...] -> [..., 2]; without `imag` the imaginary part is 0."""
    return called("fft_pairs", real) if imag is None else called("fft_pairs", real, imag)


def fft(input: TensorLike, n: SupportsIndex | None = None, dim: SupportsIndex = -1, norm: Norm = None) -> Tensor:
    """X[k] = sum over j of x[j] exp(-2 pi i j k / n) along an axis of pairs."""
    return called("fft_fft", input, n=n, dim=dim, norm=norm)


def fft2(input: TensorLike, s: Sizes = None, dim: Sizes = (-2, -1), norm: Norm = None) -> Tensor:
    """fft along two axes."""
    return called("fft_fft2", input, s=s, dim=dim, norm=norm)


def fftn(input: TensorLike, s: Sizes = None, dim: Sizes = None, norm: Norm = None) -> Tensor:
    """fft along several axes; None: those that s is for, or all."""
    return called("fft_fftn", input, s=s, dim=dim, norm=norm)


def ifft(input: TensorLike, n: SupportsIndex | None = None, dim: SupportsIndex = -1, norm: Norm = None) -> Tensor:
    """x[j] = 1 / n sum over k of X[k] exp(2 pi i j k / n) along an axis of pairs."""
    return called("fft_ifft", input, n=n, dim=dim, norm=norm)


def ifft2(input: TensorLike, s: Sizes = None, dim: Sizes = (-2, -1), norm: Norm = None) -> Tensor:
    """ifft along two axes."""
    return called("fft_ifft2", input, s=s, dim=dim, norm=norm)


def ifftn(input: TensorLike, s: Sizes = None, dim: Sizes = None, norm: Norm = None) -> Tensor:
    """ifft along several axes; None: those that s is for, or all."""
    return called("fft_ifftn", input, s=s, dim=dim, norm=norm)


def rfft(input: TensorLike, n: SupportsIndex | None = None, dim: SupportsIndex = -1, norm: Norm = None) -> Tensor:
    """The first n / 2 + 1 elements of fft of real numbers, as pairs; the others are their conjugates."""
    return called("fft_rfft", input, n=n, dim=dim, norm=norm)


def rfft2(input: TensorLike, s: Sizes = None, dim: Sizes = (-2, -1), norm: Norm = None) -> Tensor:
    """rfft along the second of two axes, and fft along the first."""
    return called("fft_rfft2", input, s=s, dim=dim, norm=norm)


def rfftn(input: TensorLike, s: Sizes = None, dim: Sizes = None, norm: Norm = None) -> Tensor:
    """rfft along the last of several axes, and fft along the others; None: those that s is for, or all."""
    return called("fft_rfftn", input, s=s, dim=dim, norm=norm)


def irfft(input: TensorLike, n: SupportsIndex | None = None, dim: SupportsIndex = -1, norm: Norm = None) -> Tensor:
    """The real numbers, n of them, whose fft begins with the n / 2 + 1 pairs that are given: the inverse of rfft.

    n: None: 2 (m - 1) for m pairs.
    """
    return called("fft_irfft", input, n=n, dim=dim, norm=norm)


def irfft2(input: TensorLike, s: Sizes = None, dim: Sizes = (-2, -1), norm: Norm = None) -> Tensor:
    """irfft along the second of two axes, and ifft along the first."""
    return called("fft_irfft2", input, s=s, dim=dim, norm=norm)


def irfftn(input: TensorLike, s: Sizes = None, dim: Sizes = None, norm: Norm = None) -> Tensor:
    """irfft along the last of several axes, and ifft along the others; None: those that s is for, or all."""
    return called("fft_irfftn", input, s=s, dim=dim, norm=norm)


def hfft(input: TensorLike, n: SupportsIndex | None = None, dim: SupportsIndex = -1, norm: Norm = None) -> Tensor:
    """The transform, which is real, of n numbers with x[-j] = conj(x[j]), of which the first n / 2 + 1 are given.

    n: None: 2 (m - 1) for m pairs.
    """
    return called("fft_hfft", input, n=n, dim=dim, norm=norm)


def hfft2(input: TensorLike, s: Sizes = None, dim: Sizes = (-2, -1), norm: Norm = None) -> Tensor:
    """hfft along the second of two axes, and fft along the first."""
    return called("fft_hfft2", input, s=s, dim=dim, norm=norm)


def hfftn(input: TensorLike, s: Sizes = None, dim: Sizes = None, norm: Norm = None) -> Tensor:
    """hfft along the last of several axes, and fft along the others; None: those that s is for, or all."""
    return called("fft_hfftn", input, s=s, dim=dim, norm=norm)


def ihfft(input: TensorLike, n: SupportsIndex | None = None, dim: SupportsIndex = -1, norm: Norm = None) -> Tensor:
    """The first n / 2 + 1 elements of ifft of real numbers, as pairs: the inverse of hfft."""
    return called("fft_ihfft", input, n=n, dim=dim, norm=norm)


def ihfft2(input: TensorLike, s: Sizes = None, dim: Sizes = (-2, -1), norm: Norm = None) -> Tensor:
    """ihfft along the second of two axes, and ifft along the first."""
    return called("fft_ihfft2", input, s=s, dim=dim, norm=norm)


def ihfftn(input: TensorLike, s: Sizes = None, dim: Sizes = None, norm: Norm = None) -> Tensor:
    """ihfft along the last of several axes, and ifft along the others; None: those that s is for, or all."""
    return called("fft_ihfftn", input, s=s, dim=dim, norm=norm)


def fftfreq(n: SupportsIndex, d: Real = 1.0, *, dtype: DType = float32) -> Tensor:
    """The frequencies of fft's n elements, for samples `d` apart: 0, 1, ..., -2, -1, divided by n d."""
    return called("fft_fftfreq", n=n, d=d, dtype=dtype)


def rfftfreq(n: SupportsIndex, d: Real = 1.0, *, dtype: DType = float32) -> Tensor:
    """The frequencies of rfft's n / 2 + 1 elements, for samples `d` apart."""
    return called("fft_rfftfreq", n=n, d=d, dtype=dtype)


def fftshift(input: TensorLike, dim: Sizes = None) -> Tensor:
    """With the frequency 0 in the middle of axes; None: of all. It counts every axis of the tensor, also that of
    pairs."""
    return called("fft_fftshift", input, dim=dim)


def ifftshift(input: TensorLike, dim: Sizes = None) -> Tensor:
    """With the frequency 0 at the beginning again: what fftshift has moved."""
    return called("fft_ifftshift", input, dim=dim)


__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "hfft2",
    "hfftn",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "ihfft2",
    "ihfftn",
    "irfft",
    "irfft2",
    "irfftn",
    "pairs",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]
__dir__ = listing(__name__)
