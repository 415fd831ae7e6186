"""What holds for a thread or for the whole library: gradient mode, threads, checks, memory, random seed."""

from __future__ import annotations

import functools
from ctypes import c_int32, c_int64, py_object
from typing import TYPE_CHECKING, Any, SupportsIndex, cast, overload

from . import _abi
from ._library import c_method, check, lib, library, unguarded

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._typing import F

_set_grad_enabled = unguarded("wb_set_grad_enabled")
_get_grad_enabled = unguarded("wb_get_grad_enabled")
_grad_flags = unguarded("wb_grad_flags")

_begin, _end = library["wb_block_begin"], library["wb_block_end"]
_begin.argtypes, _begin.restype = [c_int32], None
_end.argtypes, _end.restype = [py_object] * 4, None  # what Python gives an __exit__, which it ignores

begin_block = c_method(_begin)
end_block = c_method(_end)


def is_grad_enabled() -> bool:
    """Whether this thread records for derivatives."""
    enabled = c_int32()
    check(_get_grad_enabled(enabled))
    return enabled.value != 0


def recording_flags() -> int:
    """What a captured program depends on of this thread's modes, as wb_grad_flags spells it."""
    flags = c_int32()
    check(_grad_flags(None, 0, flags))
    return flags.value


class Block:
    """A `with` block at whose end this thread's modes, and what is open on it, are as before: a sum of wb_block_change
    says what holds in it.

    Neither its begin nor its end is byte code, so that an exception of a signal's handler cannot come between the two.
    """

    __slots__ = ("_as_parameter_",)

    def __init__(self, changes: int) -> None:
        self._as_parameter_ = changes

    if TYPE_CHECKING:

        def __enter__(self) -> None: ...
        def __exit__(self, *exception: object) -> None: ...
    else:
        __enter__ = begin_block
        __exit__ = end_block


UNCHANGED = Block(0)


class _GradMode:
    """A gradient mode for a `with` block, or for the calls of a decorated function."""

    _as_parameter_: int  # what begin_block gets

    @overload
    def __new__(cls, function: None = None) -> Self: ...
    @overload
    def __new__(cls, function: F) -> F: ...  # type: ignore[misc]  # no_grad without parentheses decorates
    def __new__(cls, function: Any = None) -> Any:
        self = object.__new__(cls)
        return self if function is None else self(function)

    if TYPE_CHECKING:

        def __enter__(self) -> None: ...
        def __exit__(self, *exception: object) -> None: ...
    else:
        __enter__ = begin_block
        __exit__ = end_block

    def __call__(self, function: F) -> F:
        return decorated(self, function)


def decorated(block: Any, function: F) -> F:
    """The function, whose calls run in that block."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with block:
            return function(*args, **kwargs)

    return cast("F", wrapper)


class no_grad(_GradMode):
    """Operations in the block (or decorated function) are constants to derivatives and keep nothing for them."""

    _as_parameter_ = _abi.WB_BLOCK_GRAD_OFF


class enable_grad(_GradMode):
    """Operations in the block (or decorated function) are recorded for derivatives, also inside no_grad."""

    _as_parameter_ = _abi.WB_BLOCK_GRAD_ON


class inference_mode(_GradMode):
    """As no_grad, under the name of PyTorch's stricter form; with mode False a block as if it were not there."""

    def __new__(cls, mode: Any = True) -> Any:
        self = object.__new__(cls)
        self._as_parameter_ = _abi.WB_BLOCK_GRAD_OFF if mode else 0
        return self(mode) if callable(mode) else self


class set_grad_enabled(_GradMode):
    """Sets the gradient mode of this thread from now on; as a `with` block, until its end."""

    _before: bool
    _mode: int

    def __new__(cls, mode: bool) -> Self:
        self = object.__new__(cls)
        before = self._before = is_grad_enabled()
        self._mode = _abi.WB_BLOCK_GRAD_ON if mode else _abi.WB_BLOCK_GRAD_OFF
        self._as_parameter_ = self._mode | (_abi.WB_BLOCK_THEN_GRAD_ON if before else _abi.WB_BLOCK_THEN_GRAD_OFF)
        enabled = int(bool(mode))
        try:
            _set_grad_enabled(enabled, None)
            return self
        except BaseException:  # of a signal's handler: the call that fails has done nothing
            _set_grad_enabled(before, None)
            raise

    def __call__(self, function: F) -> F:
        check(_set_grad_enabled(self._before, None))  # as a decorator it is about the function's calls only
        return decorated(Block(self._mode), function)


def set_num_threads(count: SupportsIndex) -> None:
    """Number of threads that computations use, 1 to 256. Results do not depend on it, to the bit."""
    check(lib.wb_set_num_threads(count))


def get_num_threads() -> int:
    """Number of threads that computations use."""
    count = c_int32()
    check(lib.wb_get_num_threads(count))
    return count.value


def set_check_finite(enabled: bool) -> None:
    """With True, backward() and fit() raise NotFiniteError on a loss that is NaN or infinite, before anything is
    changed."""
    check(lib.wb_set_check_finite(1 if enabled else 0))


def memory_usage() -> dict[str, int]:
    """Bytes of tensor memory: a dict with in_use, peak and cached (kept for reuse)."""
    counts = c_int64(), c_int64(), c_int64()
    check(lib.wb_memory_usage(*counts))
    return dict(zip(("in_use", "peak", "cached"), (count.value for count in counts)))


def memory_trim() -> None:
    """Gives memory kept for reuse back to the system."""
    check(lib.wb_memory_trim())


def manual_seed(seed: SupportsIndex) -> Any:
    """Seeds the default generator, from which random tensors, initialisers and layers draw. 0 <= seed < 2**64.

    Returns the generator.
    """
    check(lib.wb_manual_seed(seed))
    from ._generator import default_generator

    return default_generator
