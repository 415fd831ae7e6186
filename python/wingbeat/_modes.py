"""What holds for a thread or for the whole library: gradient mode, threads, checks, memory, random seed."""

import functools
from ctypes import c_int32, c_int64

from ._library import check, lib, unguarded

_set_grad_enabled = unguarded("wb_set_grad_enabled")
_get_grad_enabled = unguarded("wb_get_grad_enabled")
_grad_flags = unguarded("wb_grad_flags")


def is_grad_enabled():
    """Whether this thread records for derivatives."""
    enabled = c_int32()
    check(_get_grad_enabled(enabled))
    return enabled.value != 0


def switch_grad(enabled):
    """Sets the gradient mode of this thread; returns the mode before."""
    previous = c_int32()
    check(_set_grad_enabled(enabled, previous))
    return previous.value


def recording_flags():
    """What a captured program depends on of this thread's modes, as wb_grad_flags spells it."""
    flags = c_int32()
    check(_grad_flags(None, 0, flags))
    return flags.value


class _GradMode:
    """A gradient mode for a `with` block, or for the calls of a decorated function."""

    _enabled = None

    def __new__(cls, function=None):
        self = object.__new__(cls)
        self._previous = []  # a stack: one object may be entered again inside its own block
        return self if function is None else self(function)

    def __enter__(self):
        self._previous.append(switch_grad(self._enabled))
        return self

    def __exit__(self, *exception):
        switch_grad(self._previous.pop())

    def __call__(self, function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            previous = switch_grad(self._enabled)
            try:
                return function(*args, **kwargs)
            finally:
                switch_grad(previous)
        return wrapper


class no_grad(_GradMode):
    """Operations in the block (or decorated function) are constants to derivatives and keep nothing for them."""

    _enabled = 0


class enable_grad(_GradMode):
    """Operations in the block (or decorated function) are recorded for derivatives, also inside no_grad."""

    _enabled = 1


class set_grad_enabled(_GradMode):
    """Sets the gradient mode of this thread from now on; as a `with` block, until its end."""

    def __new__(cls, mode):
        self = object.__new__(cls)
        self._enabled = int(bool(mode))
        self._previous = [switch_grad(self._enabled)]
        return self

    def __enter__(self):
        switch_grad(self._enabled)
        return self

    def __call__(self, function):
        switch_grad(self._previous.pop())  # as a decorator it is about the function's calls only
        return super().__call__(function)


def set_num_threads(count):
    """Number of threads that computations use, 1 to 256. Results do not depend on it, to the bit."""
    check(lib.wb_set_num_threads(count))


def get_num_threads():
    """Number of threads that computations use."""
    count = c_int32()
    check(lib.wb_get_num_threads(count))
    return count.value


def set_check_finite(enabled):
    """With True, backward() and fit() raise NotFiniteError on a loss that is NaN or infinite, before anything is changed."""
    check(lib.wb_set_check_finite(1 if enabled else 0))


def memory_usage():
    """Bytes of tensor memory: a dict with in_use, peak and cached (kept for reuse)."""
    counts = c_int64(), c_int64(), c_int64()
    check(lib.wb_memory_usage(*counts))
    return dict(zip(("in_use", "peak", "cached"), (count.value for count in counts)))


def memory_trim():
    """Gives memory kept for reuse back to the system."""
    check(lib.wb_memory_trim())


def manual_seed(seed):
    """Seeds the default generator, from which random tensors, initialisers and layers draw. 0 <= seed < 2**64."""
    check(lib.wb_manual_seed(seed))
