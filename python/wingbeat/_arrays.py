"""NumPy arrays in and out of the engine, on the level of handles.

    copy_in(array)    the engine's own copy
    borrow(array)     the engine reads the array's memory; the array lives as long as that
    view(handle)      a read-only array on the engine's memory; the handle lives as long as the array

A view is taken from a detached handle: what it points to is never written again, because whatever is later stepped or
assigned gets new memory while somebody still looks at the old.
"""

from __future__ import annotations

from ctypes import c_char_p, c_int, c_int32, c_int64, c_void_p, py_object, pythonapi
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _abi
from ._dtypes import BY_CODE, bfloat16, native, of_numpy
from ._errors import ArgumentError
from ._library import check, freed_by, unguarded
from ._owner import Owner

if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable, Collection, Sequence

    from ._dtypes import DType
    from ._typing import Array, Handle, Shape

_create = unguarded("wb_tensor_create")
_borrow = unguarded("wb_tensor_borrow")
_info = unguarded("wb_tensor_info")
_data = unguarded("wb_tensor_data")
_cast = unguarded("wb_cast")

_USUAL_RANK = 8
_EXTENTS = tuple(c_int64 * rank for rank in range(_USUAL_RANK + 1))
_HANDLES: dict[int, type[ctypes.Array[c_void_p]]] = {}


def extents(shape: Sequence[int]) -> ctypes.Array[c_int64]:
    """A shape as the C array that the library takes; call it with the shape's length."""
    rank = len(shape)
    return (_EXTENTS[rank] if rank <= _USUAL_RANK else c_int64 * rank)(*shape)


def handle_array(count: int) -> type[ctypes.Array[c_void_p]]:
    """The type of a C array of handles."""
    kind = _HANDLES.get(count)
    if kind is None:
        kind = _HANDLES[count] = c_void_p * count
    return kind


def handles(owners: Collection[Any]) -> ctypes.Array[c_void_p]:
    """A C array of the handles of tensors, modules or others."""
    return handle_array(len(owners))(*[owner._handle for owner in owners])


def counted(owners: Collection[Any]) -> tuple[ctypes.Array[c_void_p], int]:
    """A C array of handles, and its length."""
    return handles(owners), len(owners)


def texts(words: Collection[str]) -> ctypes.Array[c_char_p]:
    """A C array of texts, which end with the null character there."""
    for word in words:
        if "\0" in word:
            raise ArgumentError(f"expected a name or text without a null character, found {word!r}")
    return (c_char_p * len(words))(*[word.encode() for word in words])


def describe(handle: Handle) -> tuple[DType, Shape]:
    """(DType, shape) of a tensor's handle."""
    code, rank, shape = c_int(), c_int32(), _EXTENTS[_USUAL_RANK]()
    status = _info(handle, code, rank, _USUAL_RANK, shape, None)
    if status:
        check(status)
    extent = rank.value
    if extent > _USUAL_RANK:
        shape = (c_int64 * extent)()
        check(_info(handle, code, None, extent, shape, None))
    return BY_CODE[code.value], tuple(shape[:extent])


def _dense(array: Array) -> Array:
    """The array in row-major order, aligned, of one of the engine's types; itself if it is so already."""
    array = native(array)
    flags = array.flags
    if type(array) is np.ndarray and flags.c_contiguous and flags.aligned:
        return array
    return np.require(array, requirements=["C", "A"])


def _address(array: Array) -> int:
    return array.__array_interface__["data"][0]  # type: ignore[no-any-return]


def _code(array: Array) -> int:
    """The number of the engine's dtype for a dense array."""
    dtype = of_numpy(array.dtype)
    assert dtype is not None, "native() has seen to that"
    return dtype.code


def copy_in(array: Array, code: int | None = None) -> Handle:
    """The handle of a new tensor with a copy of the array's values. code: the dtype whose bits they are, if another."""
    array = _dense(array) if code is None else np.require(array, requirements=["C", "A"])
    out = c_void_p()
    status = _create(_code(array) if code is None else code, array.ndim, extents(array.shape), _address(array), out)
    if status:
        check(status)
    return out.value


# Arrays whose memory the engine reads, by a number that the engine gives back when it no longer does.
_borrowed: dict[int, Array] = {}
_next = 1


def lasting(kind: Any) -> Callable[[Callable[..., Any]], Any]:
    """A decorator: a callback of that kind that is never freed.

    The library still calls it for tensors that go when Python ends, after the modules have gone. What has no result is
    to be no byte code, such as a method of a dict: Python would drop what a signal's handler raises in it (see
    _callbacks).
    """

    def made(function: Callable[..., Any]) -> Any:
        callback = kind(function)
        pythonapi.Py_IncRef(py_object(callback))
        return callback

    return made


_release = lasting(_abi.wb_release_callback)(_borrowed.__delitem__)


def borrow(array: Array, code: int | None = None) -> Handle:
    """The handle of a tensor that reads the array's memory where its layout and type allow that, else a copy's. code:
    the dtype whose bits they are, if another."""
    global _next
    dense = _dense(array) if code is None else np.require(array, requirements=["C", "A"])
    if dense is not array or array.size == 0:
        return copy_in(dense, code)
    out = c_void_p()
    number = _next
    _next += 1
    _borrowed[number] = array
    status = _borrow(
        _code(array) if code is None else code, array.ndim, extents(array.shape), _address(array), _release, number, out
    )
    if status:
        del _borrowed[number]
        check(status)
    return out.value


class _Memory(Owner):
    """Lends the memory of a tensor's handle, which it owns, to NumPy."""

    _as_parameter_: Handle = None
    __array_interface__: dict[str, Any]

    __del__ = freed_by("wb_tensor_free")


def view(handle: Handle) -> Array:
    """A read-only array on the tensor's values. Takes over the handle, which must come from wb_tensor_detach."""
    dtype, shape = describe(handle)
    if dtype is not bfloat16:
        return _lent(handle, dtype.dtype, shape)
    kind = dtype.dtype
    if kind == np.float32:
        owner = object.__new__(_Memory)
        owner._as_parameter_ = handle
        out = c_void_p()
        check(_cast(handle, _abi.WB_FLOAT32, out))
        return bits(out.value)
    return bits(handle).view(kind)


def bits(handle: Handle) -> Array:
    """The same, of 16-bit integers for bfloat16."""
    dtype, shape = describe(handle)
    return _lent(handle, np.dtype(np.uint16) if dtype is bfloat16 else dtype.dtype, shape)


def _lent(handle: Handle, kind: np.dtype[Any], shape: Shape) -> Array:
    memory = object.__new__(_Memory)
    memory._as_parameter_ = handle
    address = c_void_p()
    status = _data(handle, address)
    if status:
        check(status)
    if 0 in shape:
        array = np.empty(shape, kind)
        array.flags.writeable = False
        return array
    memory.__array_interface__ = {"version": 3, "shape": shape, "typestr": kind.str, "data": (address.value, True)}
    return np.asarray(memory)
