"""Window functions: what a piece of a signal is multiplied by before its Fourier transform. Those of
torch.signal.windows are in wingbeat.signal.windows; here is what both are made of, and PyTorch's older ones, which are
periodic unless they are told otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from ._calls import called
from ._device import check_device
from ._dtypes import as_dtype

if TYPE_CHECKING:
    from ._device import DeviceLike
    from ._tensor import Tensor
    from ._typing import DTypeLike, Real

__all__ = ["bartlett_window", "blackman_window", "hamming_window", "hann_window", "kaiser_window"]


def window(name: str, dtype: DTypeLike | None, device: DeviceLike, requires_grad: bool, **options: Any) -> Tensor:
    """The samples of a window function of the library's table."""
    if device is not None:
        check_device(device)
    return called(name, **options, dtype=as_dtype(dtype), requires_grad=requires_grad)


def bartlett_window(
    window_length: SupportsIndex,
    periodic: bool = True,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """1 - |2 n / P - 1|, P = window_length, or one less if it is not periodic: [window_length]."""
    options = {"window_length": window_length, "periodic": periodic}
    return window("bartlett_window", dtype, device, requires_grad, **options)


def blackman_window(
    window_length: SupportsIndex,
    periodic: bool = True,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """0.42 - 0.5 cos(2 pi n / P) + 0.08 cos(4 pi n / P), P as in bartlett_window: [window_length]."""
    options = {"window_length": window_length, "periodic": periodic}
    return window("blackman_window", dtype, device, requires_grad, **options)


def hamming_window(
    window_length: SupportsIndex,
    periodic: bool = True,
    alpha: Real = 0.54,
    beta: Real = 0.46,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """alpha - beta cos(2 pi n / P), P as in bartlett_window: [window_length]."""
    options = {"window_length": window_length, "periodic": periodic, "alpha": alpha, "beta": beta}
    return window("hamming_window", dtype, device, requires_grad, **options)


def hann_window(
    window_length: SupportsIndex,
    periodic: bool = True,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """(1 - cos(2 pi n / P)) / 2, P as in bartlett_window: [window_length]."""
    options = {"window_length": window_length, "periodic": periodic}
    return window("hann_window", dtype, device, requires_grad, **options)


def kaiser_window(
    window_length: SupportsIndex,
    periodic: bool = True,
    beta: Real = 12.0,
    *,
    dtype: DTypeLike | None = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """I0(beta sqrt(1 - (2 n / P - 1)^2)) / I0(beta), P as in bartlett_window: [window_length]."""
    options = {"window_length": window_length, "periodic": periodic, "beta": beta}
    return window("kaiser_window", dtype, device, requires_grad, **options)
