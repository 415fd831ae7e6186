"""What holds for a thread or for the whole library: gradient mode, threads, checks, memory, random seed."""

from __future__ import annotations

import functools
from ctypes import c_int32, c_int64
from typing import TYPE_CHECKING, Any, SupportsIndex, cast, overload

from ._library import check, lib, unguarded

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._typing import F

_set_grad_enabled = unguarded("wb_set_grad_enabled")
_get_grad_enabled = unguarded("wb_get_grad_enabled")
_grad_flags = unguarded("wb_grad_flags")


def is_grad_enabled() -> bool:
    """Whether this thread records for derivatives."""
    enabled = c_int32()
    check(_get_grad_enabled(enabled))
    return enabled.value != 0


def switch_grad(enabled: int) -> int:
    """Sets the gradient mode of this thread; returns the mode before."""
    previous = c_int32()
    check(_set_grad_enabled(enabled, previous))
    return previous.value


def recording_flags() -> int:
    """What a captured program depends on of this thread's modes, as wb_grad_flags spells it."""
    flags = c_int32()
    check(_grad_flags(None, 0, flags))
    return flags.value


class _GradMode:
    """A gradient mode for a `with` block, or for the calls of a decorated function."""

    _enabled: int
    _previous: list[int]

    @overload
    def __new__(cls, function: None = None) -> Self: ...
    @overload
    def __new__(cls, function: F) -> F: ...  # type: ignore[misc]  # no_grad without parentheses decorates
    def __new__(cls, function: Any = None) -> Any:
        self = object.__new__(cls)
        self._previous = []  # a stack: one object may be entered again inside its own block
        return self if function is None else self(function)

    def __enter__(self) -> Self:
        self._previous.append(switch_grad(self._enabled))
        return self

    def __exit__(self, *exception: object) -> None:
        switch_grad(self._previous.pop())

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            previous = switch_grad(self._enabled)
            try:
                return function(*args, **kwargs)
            finally:
                switch_grad(previous)
        return cast("F", wrapper)


class no_grad(_GradMode):
    """Operations in the block (or decorated function) are constants to derivatives and keep nothing for them."""

    _enabled = 0


class enable_grad(_GradMode):
    """Operations in the block (or decorated function) are recorded for derivatives, also inside no_grad."""

    _enabled = 1


class set_grad_enabled(_GradMode):
    """Sets the gradient mode of this thread from now on; as a `with` block, until its end."""

    def __new__(cls, mode: bool) -> Self:
        self = object.__new__(cls)
        self._enabled = int(bool(mode))
        self._previous = [switch_grad(self._enabled)]
        return self

    def __enter__(self) -> Self:
        switch_grad(self._enabled)
        return self

    def __call__(self, function: F) -> F:
        switch_grad(self._previous.pop())  # as a decorator it is about the function's calls only
        return super().__call__(function)


def set_num_threads(count: SupportsIndex) -> None:
    """Number of threads that computations use, 1 to 256. Results do not depend on it, to the bit."""
    check(lib.wb_set_num_threads(count))


def get_num_threads() -> int:
    """Number of threads that computations use."""
    count = c_int32()
    check(lib.wb_get_num_threads(count))
    return count.value


def set_check_finite(enabled: bool) -> None:
    """With True, backward() and fit() raise NotFiniteError on a loss that is NaN or infinite, before anything is changed."""
    check(lib.wb_set_check_finite(1 if enabled else 0))


def memory_usage() -> dict[str, int]:
    """Bytes of tensor memory: a dict with in_use, peak and cached (kept for reuse)."""
    counts = c_int64(), c_int64(), c_int64()
    check(lib.wb_memory_usage(*counts))
    return dict(zip(("in_use", "peak", "cached"), (count.value for count in counts)))


def memory_trim() -> None:
    """Gives memory kept for reuse back to the system."""
    check(lib.wb_memory_trim())


def manual_seed(seed: SupportsIndex) -> None:
    """Seeds the default generator, from which random tensors, initialisers and layers draw. 0 <= seed < 2**64."""
    check(lib.wb_manual_seed(seed))
