"""Finds and loads libwingbeat.so, and turns its statuses into exceptions.

    lib.wb_...(...)    the functions of include/wingbeat.h; calls release the GIL
    check(status)      raises the exception that belongs to a status other than WB_OK

Where the library is looked for, in this order:

 1. the file named by the environment variable WINGBEAT_LIBRARY
 2. a library that the host process has already loaded: a simulation that links libwingbeat and embeds Python must get
    its own engine, with its own tensors, not a second copy
 3. lib/ beside this file (an installed wheel), then build/lib of the checkout that this file lies in
 4. the system's loader path

The dynamic loader picks the build for this processor from glibc-hwcaps only in folders that it searches itself (4);
for the folders in 3 the same choice is made here.
"""

import ctypes
import operator
import os
import re
import threading

from . import _abi
from ._errors import ArgumentError, exception
from ._naming import operation

_SONAME = "libwingbeat.so.0"

# Flags of /proc/cpuinfo that make up the levels of the x86-64 psABI, beyond the level before.
_LEVELS = {
    "x86-64-v3": {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"},
    "x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


def _processor_flags():
    """Feature flags of this processor; None where they cannot be had (not x86-64, or no /proc)."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("flags"):
                    return set(line.partition(":")[2].split())
    except OSError:
        pass
    return None


def _best_in(folder):
    """The library in `folder` built for this processor, or None if there is none."""
    plain = os.path.join(folder, _SONAME)
    if not os.path.exists(plain):
        return None
    flags = _processor_flags()
    if flags is None:
        return plain
    if missing := _LEVELS["x86-64-v3"] - flags:
        raise ImportError(f"wingbeat needs a processor of level x86-64-v3 or later; this one lacks {', '.join(sorted(missing))}")
    wide = os.path.join(folder, "glibc-hwcaps", "x86-64-v4", _SONAME)
    return wide if _LEVELS["x86-64-v4"] <= flags and os.path.exists(wide) else plain


def _already_loaded():
    try:
        return ctypes.CDLL(_SONAME, mode=os.RTLD_NOLOAD | os.RTLD_NOW)
    except OSError:
        pass
    host = ctypes.CDLL(None)  # the library's objects may be linked into the executable itself
    return host if hasattr(host, "wb_abi_version") else None


def _load(path):
    try:
        return ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"wingbeat could not load its library: {error}") from None


def _find():
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
            f"wingbeat did not find its library {_SONAME}: not in the package, not in build/lib, not on the loader path "
            f"({error}). Run 'make build' in the checkout, or name the file in WINGBEAT_LIBRARY."
        ) from None


# The functions to which the package hands values from its users as they are.
_TAKE_USERS_VALUES = {
    "wb_set_num_threads", "wb_tensor_full", "wb_tensor_arange", "wb_manual_seed", "wb_random", "wb_unary_with", "wb_softmax",
    "wb_log_softmax", "wb_concatenate", "wb_index_select", "wb_take_along_axis", "wb_gather", "wb_scatter", "wb_scatter_add", "wb_one_hot",
    "wb_flatten", "wb_unflatten", "wb_unsqueeze", "wb_transpose", "wb_stack", "wb_split", "wb_unbind", "wb_pad", "wb_tril", "wb_triu",
    "wb_diagonal", "wb_diag", "wb_module_linear", "wb_module_activation",
    "wb_module_flatten", "wb_initialize", "wb_sgd_create", "wb_adam_create", "wb_adamw_create", "wb_optimizer_set", "wb_dataset_open",
    "wb_dataset_read", "wb_set_dataset_cache", "wb_batches_create", "wb_trainer_create", "wb_trainer_set", "wb_evaluate", "wb_save",
    "wb_load_into", "wb_clamp", "wb_hardtanh", "wb_softplus", "wb_nan_to_num", "wb_var", "wb_std", "wb_norm", "wb_cumsum", "wb_cumprod", "wb_sort",
    "wb_topk", "wb_unique_along", "wb_tensor_linspace", "wb_tensor_eye", "wb_random_permutation", "wb_multinomial",
}

_WHOLE = {ctypes.c_int32: (-1 << 31, (1 << 31) - 1), ctypes.c_int64: (-1 << 63, (1 << 63) - 1), ctypes.c_uint64: (0, (1 << 64) - 1)}


def _guarded(name, function, arguments, names):
    """The function with errors for values that its arguments cannot hold: ctypes cuts an int to fit without a word, and what it raises
    for something that is no number is neither a TypeError nor a ValueError."""
    short = name.removeprefix("wb_")
    whole = [(place, *_WHOLE[kind]) for place, kind in enumerate(arguments) if kind in _WHOLE]
    handles = [place for place, kind in enumerate(arguments) if kind is ctypes.c_void_p]

    def guarded(*values):
        for place, low, high in whole:
            try:
                value = operator.index(values[place])
            except TypeError:
                raise TypeError(f"{operation(short)}: expected a whole number as {names[place]}, found {values[place]!r:.80}") from None
            if not low <= value <= high:
                raise ArgumentError(f"{operation(short)}: expected {low} to {high} as {names[place]}, found {value}")
        for place in handles:
            if isinstance(values[place], (str, bytes)):  # to ctypes these are addresses
                raise TypeError(f"{operation(short)}: expected a {names[place]}, found {values[place]!r:.80}")
        try:
            return function(*values)
        except ctypes.ArgumentError as error:
            place = int(re.search(r"\d+", str(error))[0]) - 1
            kind = "a number" if arguments[place] is ctypes.c_double else f"a {names[place]}"
            raise TypeError(f"{operation(short)}: expected {kind} as {names[place]}, found {values[place]!r:.80}") from None

    return guarded


def _declare(library):
    for name, (result, arguments, names) in _abi.FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"the wingbeat library {library._name} lacks {name}: it is older than this package") from None
        function.restype = result
        function.argtypes = arguments
        if name in _TAKE_USERS_VALUES:
            setattr(library, name, _guarded(name, function, arguments, names))
    version = library.wb_abi_version()
    if version != _abi.WB_ABI_VERSION:
        raise ImportError(f"the wingbeat library {library._name} has ABI version {version}; this package needs {_abi.WB_ABI_VERSION}")
    return library


lib = _declare(_find())


class _Callbacks(threading.local):
    """The exception of a Python function that the library called on this thread, on its way through the library."""

    exception = None


_callbacks = _Callbacks()


def keep_exception(exception):
    """To be raised by check() when the library's call has ended."""
    _callbacks.exception = exception


def check(status):
    """Raises the exception that belongs to a status other than WB_OK: a callback's own, if there was one."""
    if status:
        raised, _callbacks.exception = _callbacks.exception, None
        if raised is not None:
            raise raised
        sentence = lib.wb_last_error().decode("utf-8", "replace")
        name = operation("", methods=False)  # what the user called, where the engine speaks of a part of it
        raise exception(status, sentence if name in sentence else f"{name}: {sentence}")
