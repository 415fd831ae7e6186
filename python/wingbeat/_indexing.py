"""tensor[...] and tensor[...] = value: ints, slices with steps, None, Ellipsis, arrays, lists or tensors of integers,
masks of bool, and tuples of these.

The library reads such an expression as NumPy does; here it only gets the form that the library takes.
"""

from __future__ import annotations

import operator
from ctypes import c_int, c_int64, c_void_p
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from . import _abi
from ._arguments import assigned
from ._arrays import handle_array
from ._dtypes import unmasked
from ._errors import RangeError
from ._library import check, lib, unguarded
from ._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    import ctypes

    from ._typing import Index, TensorLike

_index = unguarded("wb_index")

_OPEN = -1 << 63  # the ABI's mark for a missing start or stop
_INTS = np.dtype(np.int64)


def _bound(value: SupportsIndex | None) -> int:
    return _OPEN if value is None else max(_OPEN + 1, min(operator.index(value), -_OPEN - 1))


def _array(entry: Any) -> Tensor:
    """An array or nested list as an index tensor."""
    try:
        array = np.asanyarray(entry)
    except ValueError:
        raise RangeError("index: expected nested lists of equal lengths, found lists of different lengths") from None
    unmasked(array)
    if array.size == 0 and array.dtype == np.float64 and not isinstance(entry, np.ndarray):
        array = array.astype(_INTS)  # what NumPy makes of []
    if array.dtype.kind not in "biu":
        raise RangeError(f"index: expected integers or bools, found an array of {array.dtype}")
    return as_tensor(array.astype(_INTS) if array.dtype == np.uint64 else array)


def _encoded(
    key: Index,
) -> tuple[int, ctypes.Array[c_int], ctypes.Array[c_int64], ctypes.Array[c_void_p] | None, dict[int, Tensor]]:
    """The entries of an index expression as the library takes them; the last of them keeps the tensors alive."""
    entries: tuple[Any, ...] = key if isinstance(key, tuple) else (key,)
    count = len(entries)
    kinds, numbers = (c_int * count)(), (c_int64 * (3 * count))()
    tensors: dict[int, Tensor] = {}
    for at, entry in enumerate(entries):
        if entry is None:
            kinds[at] = _abi.WB_INDEX_NEW_AXIS
        elif entry is Ellipsis:
            kinds[at] = _abi.WB_INDEX_ELLIPSIS
        elif isinstance(entry, slice):
            kinds[at] = _abi.WB_INDEX_SLICE
            step = 1 if entry.step is None else _bound(entry.step)
            numbers[3 * at : 3 * at + 3] = [_bound(entry.start), _bound(entry.stop), step]
        elif isinstance(entry, (Tensor, np.ndarray, list, tuple, range, bool, np.bool_)):
            kinds[at] = _abi.WB_INDEX_TENSOR
            tensors[at] = entry if isinstance(entry, Tensor) else _array(entry)
        else:
            try:
                numbers[3 * at] = _bound(operator.index(entry))
            except TypeError:
                raise TypeError(
                    "index: expected ints, slices, ..., None or arrays of integers or bools, "
                    f"found {type(entry).__name__}"
                ) from None
            kinds[at] = _abi.WB_INDEX_AT
    handles = None
    if tensors:
        handles = handle_array(count)()
        for at, tensor in tensors.items():
            handles[at] = tensor._handle
    return count, kinds, numbers, handles, tensors


def _getitem(self: Tensor, key: Index) -> Tensor:
    count, kinds, numbers, handles, _alive = _encoded(key)
    out = c_void_p()
    status = _index(self._handle, count, kinds, numbers, handles, out)
    if status:
        check(status)
    return wrap(out.value)


def _setitem(self: Tensor, key: Index, value: TensorLike) -> None:
    count, kinds, numbers, handles, _alive = _encoded(key)
    check(lib.wb_index_assign(self._handle, count, kinds, numbers, handles, assigned(value, self, "index")))


def _delitem(self: Tensor, key: Index) -> None:
    raise TypeError(
        "index: the shape of a tensor does not change, so its elements cannot be deleted; select those that stay"
    )


for _name, _method in (("__getitem__", _getitem), ("__setitem__", _setitem), ("__delitem__", _delitem)):
    setattr(Tensor, _name, _method)
