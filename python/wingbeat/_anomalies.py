"""anomaly_mode: finds the operation and the line that first made a NaN."""

from __future__ import annotations

import functools
import sys
from ctypes import memmove
from typing import TYPE_CHECKING, Any, cast

from . import _abi
from ._callbacks import guarded, watch
from ._library import check, lib

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._typing import F


@guarded(_abi.wb_place_callback)
def host_place(_: Any, text: int, capacity: int) -> None:
    """Writes the line that the library is called from."""
    package = __name__.partition(".")[0]
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame = frame.f_back
    said = f"{frame.f_code.co_filename.rpartition('/')[2]}, line {frame.f_lineno}".encode()[: capacity - 1] + b"\0"
    memmove(text, said, len(said))


_is_enabled = False


def is_anomaly_enabled() -> bool:
    """Whether NaN is looked for."""
    return _is_enabled


def set_anomaly(enabled: bool) -> None:
    """Has NaN looked for, or not."""
    global _is_enabled
    watch()
    check(lib.wb_set_anomaly_mode(1 if enabled else 0, host_place, None))
    _is_enabled = enabled


class anomaly_mode:
    """A `with` block (or the calls of a decorated function) in which the first NaN raises NotFiniteError, with the
    operation and the line that made it.

    Each result is computed when it is recorded, each gradient when backward() derives it; that of an operation names
    the line of the operation. Compiled functions run as they are, Trainer.fit and optimisers without programs. Slow:
    for finding out where a NaN comes from. It holds for all threads. enabled: False for a block without it.
    """

    def __init__(self, enabled: bool = True) -> None:
        self._enabled = bool(enabled)
        self._before: list[bool] = []

    def __enter__(self) -> Self:
        self._before.append(is_anomaly_enabled())
        set_anomaly(self._enabled)
        return self

    def __exit__(self, *exception: object) -> None:
        set_anomaly(self._before.pop())

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with type(self)(self._enabled):
                return function(*args, **kwargs)

        return cast("F", wrapper)


class detect_anomaly(anomaly_mode):
    """anomaly_mode under PyTorch's name.

    check_nan: taken as PyTorch takes it; a NaN is always looked for.
    """

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__(True)


class set_detect_anomaly(anomaly_mode):
    """anomaly_mode from now on (mode True), or no more (False); as a context manager, until its end.

    mode: whether NaN is looked for. check_nan: taken as PyTorch takes it.
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        super().__init__(mode)
        self._outer = is_anomaly_enabled()
        set_anomaly(self._enabled)

    def __enter__(self) -> Self:
        self._before.append(self._outer)
        return self
