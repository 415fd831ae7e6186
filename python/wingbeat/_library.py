"""Finds and loads libwingbeat.so, and turns its statuses into exceptions.

    lib.wb_...(...)      the functions of include/wingbeat.h; calls release the GIL. A guard refuses values that their
                         arguments cannot hold
    unguarded("wb_...")  the same function without that guard, for values that are checked already
    c_method(function)   a function of the library as a method of a class
    freed_by("wb_...")   one as its __del__
    check(status)        raises the exception that belongs to a status other than WB_OK

Where the library is looked for, in this order:

 1. the file named by the environment variable WINGBEAT_LIBRARY
 2. a library that the host process has already loaded: a simulation that links libwingbeat and embeds Python must get
    its own engine, with its own tensors, not a second copy
 3. lib/ beside this file (an installed wheel), then build/lib of the checkout that this file lies in
 4. the system's loader path

The dynamic loader picks the build for this processor from glibc-hwcaps only in folders that it searches itself (4);
for the folders in 3 the same choice is made here.
"""

from __future__ import annotations

import ctypes
import operator
import os
import re
import threading
from typing import TYPE_CHECKING, Any

from . import _abi
from ._errors import ArgumentError, Error, exception
from ._naming import operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SONAME = "libwingbeat.so.0"

# Flags of /proc/cpuinfo that make up the levels of the x86-64 psABI, beyond the level before.
_LEVELS = {
    "x86-64-v3": {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"},
    "x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


def _processor_flags() -> set[str] | None:
    """Feature flags of this processor; None where they cannot be had (not x86-64, or no /proc)."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("flags"):
                    return set(line.partition(":")[2].split())
    except OSError:
        pass
    return None


def _best_in(folder: str) -> str | None:
    """The library in `folder` built for this processor, or None if there is none."""
    plain = os.path.join(folder, _SONAME)
    if not os.path.exists(plain):
        return None
    flags = _processor_flags()
    if flags is None:
        return plain
    if missing := _LEVELS["x86-64-v3"] - flags:
        raise ImportError(
            f"wingbeat needs a processor of level x86-64-v3 or later; this one lacks {', '.join(sorted(missing))}"
        )
    wide = os.path.join(folder, "glibc-hwcaps", "x86-64-v4", _SONAME)
    return wide if _LEVELS["x86-64-v4"] <= flags and os.path.exists(wide) else plain


def _already_loaded() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(_SONAME, mode=os.RTLD_NOLOAD | os.RTLD_NOW)
    except OSError:
        pass
    host = ctypes.CDLL(None)  # the library's objects may be linked into the executable itself
    return host if hasattr(host, "wb_abi_version") else None


def _load(path: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"wingbeat could not load its library: {error}") from None


def _find() -> ctypes.CDLL:
    if named := os.environ.get("WINGBEAT_LIBRARY"):
        return _load(named)
    if loaded := _already_loaded():
        return loaded
    package = os.path.dirname(os.path.realpath(__file__))
    checkout = os.path.dirname(os.path.dirname(package))
    for folder in (os.path.join(package, "lib"), os.path.join(checkout, "build", "lib")):
        if path := _best_in(folder):
            return _load(path)
    try:
        return ctypes.CDLL(_SONAME)
    except OSError as error:
        raise ImportError(
            f"wingbeat did not find its library {_SONAME}: not in the package, not in build/lib, "
            f"not on the loader path ({error}). Run 'make build' in the checkout, or name the file in WINGBEAT_LIBRARY."
        ) from None


def text_of(text: ctypes.c_char_p) -> str:
    """What the library has written to an out-parameter for a text."""
    return (text.value or b"").decode()


# -------------------------------------------------------------------- guards

# ctypes cuts an int to fit without a word. It takes a str for an address, and a tensor where a number belongs for its
# handle.
_WHOLE = {
    ctypes.c_int32: (-1 << 31, (1 << 31) - 1),
    ctypes.c_int64: (-1 << 63, (1 << 63) - 1),
    ctypes.c_uint64: (0, (1 << 64) - 1),
    ctypes.c_size_t: (0, (1 << 8 * ctypes.sizeof(ctypes.c_size_t)) - 1),
}
_TEXT = (str, bytes)

# What a guard is made of. An argument {0} for which its line is true gets a closer look.
_WHOLE_DOUBT = "_type({0}) is not _int or not {1} <= {0} <= {2}"
_REAL_DOUBT = "_type({0}) is not _float and _type({0}) is not _int"
_HANDLE_DOUBT = "_isinstance({0}, _TEXT)"
_GUARD = """\
def {name}({arguments}):
    if {doubt}:
        {arguments}, = _checked(({arguments},))
    try:
        return _function({arguments})
    except _ArgumentError as error:
        raise _refusal(error, ({arguments},)) from None
"""


def _guarded(name: str, function: Callable[..., Any], kinds: Sequence[Any], names: Sequence[str]) -> Callable[..., Any]:
    """The function with errors for values that its arguments cannot hold.

    It is made as source, so that a call pays for its own arguments alone.
    """
    short = name.removeprefix("wb_")
    doubts = []
    for kind, argument in zip(kinds, names):
        if kind in _WHOLE:
            doubts.append(_WHOLE_DOUBT.format(argument, *_WHOLE[kind]))
        elif kind is ctypes.c_double:
            doubts.append(_REAL_DOUBT.format(argument))
        elif kind is ctypes.c_void_p:
            doubts.append(_HANDLE_DOUBT.format(argument))
    if not doubts:
        return function

    def checked(values: tuple[Any, ...]) -> list[Any]:
        """The values with plain numbers where numbers belong."""
        return [_number(value, kind, argument, short) for value, kind, argument in zip(values, kinds, names)]

    def refusal(error: ctypes.ArgumentError, values: tuple[Any, ...]) -> TypeError:
        """The error for a value that ctypes cannot convert: what it raises is neither a TypeError nor a ValueError."""
        place = int(re.findall(r"\d+", str(error))[0]) - 1
        kind = "a number" if kinds[place] is ctypes.c_double else f"a {names[place]}"
        return TypeError(f"{operation(short)}: expected {kind} as {names[place]}, found {values[place]!r:.80}")

    scope: dict[str, Any] = {
        "__name__": __name__,
        "_function": function,
        "_checked": checked,
        "_refusal": refusal,
        "_ArgumentError": ctypes.ArgumentError,
        "_TEXT": _TEXT,
        "_type": type,
        "_int": int,
        "_float": float,
        "_isinstance": isinstance,
    }
    source = _GUARD.format(name=name, arguments=", ".join(names), doubt=" or ".join(doubts))
    exec(compile(source, f"<guard of {name}>", "exec"), scope)
    return scope[name]  # type: ignore[no-any-return]


def _number(value: Any, kind: Any, name: str, short: str) -> Any:
    """A value as its argument's kind takes it."""
    if kind in _WHOLE:
        low, high = _WHOLE[kind]
        try:
            value = operator.index(value)
        except (TypeError, Error) as error:
            sentence = f"{operation(short)}: expected a whole number as {name}, found {value!r:.80}"
            raise TypeError(sentence) from _reason(error)
        if not low <= value <= high:
            raise ArgumentError(f"{operation(short)}: expected {low} to {high} as {name}, found {value}")
    elif kind is ctypes.c_double:
        try:
            value = ctypes.c_double(value).value  # unlike float() it reads no text
        except (TypeError, ValueError, OverflowError, Error) as error:
            raise TypeError(f"{operation(short)}: expected a number as {name}, found {value!r:.80}") from _reason(error)
    elif kind is ctypes.c_void_p and isinstance(value, _TEXT):
        raise TypeError(f"{operation(short)}: expected a {name}, found {value!r:.80}")
    return value


def _reason(error: Exception) -> Error | None:
    """The engine's own error for a tensor without a value, or of several, which tells more."""
    return error if isinstance(error, Error) else None


class _Guarded:
    """The library's functions as attributes, each with its guard, which is made when it is first asked for."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        declared: Any = _abi.FUNCTIONS.get(name)
        if declared is None:
            raise AttributeError(f"include/wingbeat.h has no function {name!r}")
        _, kinds, names = declared
        guarded = _guarded(name, unguarded(name), kinds, names)
        setattr(self, name, guarded)
        return guarded


def _declare(library: ctypes.CDLL) -> ctypes.CDLL:
    for name, (result, arguments, _) in _abi.FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(
                f"the wingbeat library {library._name} lacks {name}: it is older than this package"
            ) from None
        function.restype = result
        function.argtypes = arguments
    version = library.wb_abi_version()
    if version != _abi.WB_ABI_VERSION:
        raise ImportError(
            f"the wingbeat library {library._name} has ABI version {version}; this package needs {_abi.WB_ABI_VERSION}"
        )
    return library


library = _declare(_find())
lib = _Guarded()


def unguarded(name: str) -> Callable[..., Any]:
    """A function of the library as ctypes calls it: for hot places, with values that they have checked or made."""
    return getattr(library, name)  # type: ignore[no-any-return]


_bound = ctypes.pythonapi.PyInstanceMethod_New
_bound.restype, _bound.argtypes = ctypes.py_object, [ctypes.py_object]


def c_method(function: Any) -> Any:
    """A function of the library as a method: it gets the object's _as_parameter_ as its first argument.

    No byte code runs in such a method, at which a signal's handler could raise. So a block is closed for certain by an
    __exit__ of this kind, and what is raised in a __del__, which Python would drop, cannot be.
    """
    return _bound(function)


# What ctypes hands to the library for an object with a _handle, and what frees it; for the same reason no byte code.
handle_property: Any = property(operator.attrgetter("_handle"))


def freed_by(name: str) -> Any:
    """The __del__ of a class with an _as_parameter_."""
    return c_method(unguarded(name))


# -------------------------------------------------------------------- errors


class _Callbacks(threading.local):
    """The exception of a Python function that the library called on this thread, on its way through the library
    (_callbacks)."""

    exception: BaseException | None = None


_callbacks = _Callbacks()


def keep_exception(exception: BaseException) -> None:
    """To be raised by check() when the library's call has ended."""
    _callbacks.exception = exception


def raise_kept() -> None:
    """Raises the exception that was kept, if there is one."""
    raised, _callbacks.exception = _callbacks.exception, None
    if raised is not None:
        raise raised


def check(status: int) -> None:
    """Raises the exception that belongs to a status other than WB_OK: a callback's own, if there was one."""
    if status:
        if status == _abi.WB_ERROR_INTERRUPTED:
            raise_kept()
        sentence = lib.wb_last_error().decode("utf-8", "replace")
        name = operation("", methods=False)  # what the user called, where the engine speaks of a part of it
        raise exception(status, sentence if name in sentence else f"{name}: {sentence}")
