"""torch.signal.windows: M samples n = 0, 1, ... of window functions, [M].

sym: the last sample is as the first, P = M - 1. sym=False: the one behind the last would be, P = M, as discrete Fourier
transforms go on. One sample is 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from .._naming import listing
from .._window_functions import window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._device import DeviceLike
    from .._tensor import Tensor
    from .._typing import DTypeLike, Real

__all__ = [
    "bartlett",
    "blackman",
    "cosine",
    "exponential",
    "gaussian",
    "general_cosine",
    "general_hamming",
    "hamming",
    "hann",
    "kaiser",
    "nuttall",
]
__dir__ = listing(__name__)


def bartlett(
    M: SupportsIndex,
    *,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """1 - |2 n / P - 1|."""
    return window("window_bartlett", dtype, device, requires_grad, M=M, sym=sym)


def blackman(
    M: SupportsIndex,
    *,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """0.42 - 0.5 cos(2 pi n / P) + 0.08 cos(4 pi n / P)."""
    return window("window_blackman", dtype, device, requires_grad, M=M, sym=sym)


def cosine(
    M: SupportsIndex,
    *,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """sin(pi (n + 1/2) / (P + 1))."""
    return window("window_cosine", dtype, device, requires_grad, M=M, sym=sym)


def exponential(
    M: SupportsIndex,
    *,
    center: Real | None = None,
    tau: Real = 1.0,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """exp(-|n - center| / tau); center: None for P / 2, and another with sym=False alone."""
    return window("window_exponential", dtype, device, requires_grad, M=M, center=center, tau=tau, sym=sym)


def gaussian(
    M: SupportsIndex,
    *,
    std: Real = 1.0,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """exp(-((n - P / 2) / std)^2 / 2)."""
    return window("window_gaussian", dtype, device, requires_grad, M=M, std=std, sym=sym)


def general_cosine(
    M: SupportsIndex,
    *,
    a: Sequence[Real],
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """The sum over k of (-1)^k a[k] cos(2 pi k n / P)."""
    return window("window_general_cosine", dtype, device, requires_grad, M=M, a=a, sym=sym)


def general_hamming(
    M: SupportsIndex,
    *,
    alpha: Real = 0.54,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """alpha - (1 - alpha) cos(2 pi n / P)."""
    return window("window_general_hamming", dtype, device, requires_grad, M=M, alpha=alpha, sym=sym)


def hamming(
    M: SupportsIndex,
    *,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """0.54 - 0.46 cos(2 pi n / P)."""
    return window("window_hamming", dtype, device, requires_grad, M=M, sym=sym)


def hann(
    M: SupportsIndex,
    *,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """(1 - cos(2 pi n / P)) / 2."""
    return window("window_hann", dtype, device, requires_grad, M=M, sym=sym)


def kaiser(
    M: SupportsIndex,
    *,
    beta: Real = 12.0,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """I0(beta sqrt(1 - (2 n / P - 1)^2)) / I0(beta)."""
    return window("window_kaiser", dtype, device, requires_grad, M=M, beta=beta, sym=sym)


def nuttall(
    M: SupportsIndex,
    *,
    sym: bool = True,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """0.3635819 - 0.4891775 cos(2 pi n / P) + 0.1365995 cos(4 pi n / P) - 0.0106411 cos(6 pi n / P)."""
    return window("window_nuttall", dtype, device, requires_grad, M=M, sym=sym)
