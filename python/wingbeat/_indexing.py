"""tensor[...]: ints, slices with steps, None, Ellipsis, tuples of these, and one array, list or tensor of integers.

Every entry becomes one operation along its axis; entries that drop or insert an axis are gathered into one reshape at the end.
"""

import operator
from ctypes import c_void_p

import numpy as np

from ._errors import RangeError, UnsupportedError
from ._functions import index_select, reshape
from ._library import check, lib
from ._tensor import Tensor, wrap

_OPEN = -1 << 63  # the ABI's mark for a missing start or stop


def _slice(tensor, axis, start, stop, step):
    out = c_void_p()
    status = lib.wb_slice(tensor._handle, axis, start, stop, step, out)
    if status:
        check(status)
    return wrap(out.value)


def _bound(value):
    return _OPEN if value is None else max(_OPEN + 1, min(operator.index(value), -_OPEN - 1))


def _as_index(entry):
    """An entry that picks by an array, as an array or tensor; None for any other entry."""
    if isinstance(entry, (list, np.ndarray)):
        entry = np.asarray(entry)
        if entry.size == 0 and entry.dtype == np.float64:
            entry = entry.astype(np.int64)  # what NumPy makes of []
    elif not isinstance(entry, Tensor):
        if isinstance(entry, (bool, np.bool_)):
            raise RangeError("index: a bool is not an index; use unsqueeze for a new axis")
        return None
    if entry.dtype == np.bool_:
        raise RangeError("index: masks of bool are not indices here, since the result's shape would depend on values; use where(mask, a, b), "
                         "or the positions of the true elements")
    if np.dtype(entry.dtype).kind not in "iu":
        raise RangeError(f"index: expected integers, found an array of {entry.dtype}")
    return entry


def _entries(key, ndim):
    """The key as a tuple with one entry for each axis (and the Nones); and which entry picks by an array."""
    key = key if isinstance(key, tuple) else (key,)
    arrays = [_as_index(entry) for entry in key]
    used = sum(array is not None or entry is not None and entry is not Ellipsis for entry, array in zip(key, arrays))
    dots = [at for at, entry in enumerate(key) if entry is Ellipsis]
    if len(dots) > 1:
        raise RangeError("index: expected at most one ..., found more")
    if used > ndim:
        raise RangeError(f"index: expected at most {ndim} indices, found {used}")
    at = dots[0] if dots else len(key)
    fill = [slice(None)] * (ndim - used)
    key, arrays = ([*part[:at], *middle, *part[at + 1:]] for part, middle in ((key, fill), (arrays, [None] * len(fill))))
    picks = [at for at, array in enumerate(arrays) if array is not None]
    if len(picks) > 1:
        raise UnsupportedError("index: several index arrays at once are not supported yet; use one at a time")
    if picks:
        # NumPy counts ints as index arrays too, and moves the result's axis to the front if they are not neighbours.
        pickers = [at for at, entry in enumerate(key) if at in picks or entry is not None and not isinstance(entry, slice)]
        if pickers[-1] - pickers[0] >= len(pickers):
            raise UnsupportedError("index: an int and an index array with a slice between them are not supported; index in two steps")
    return key, arrays


def getitem(tensor, key):
    """tensor[key]"""
    shape = tensor.shape
    key, arrays = _entries(key, len(shape))
    result, axis, source = tensor, 0, 0  # axis: in result; source: the same axis in tensor
    dropped, inserted = set(), []        # axes of result that go; places in the final shape where axes of extent 1 come
    kept = 0                             # axes of the final shape so far
    for entry, array in zip(key, arrays):
        if entry is None:
            inserted.append(kept)
            kept += 1
            continue
        extent = shape[source]
        source += 1
        if array is not None:
            result = index_select(result, axis, array)
            axis += array.ndim
            kept += array.ndim
            continue
        if isinstance(entry, slice):
            if entry != slice(None):
                step = 1 if entry.step is None else operator.index(entry.step)
                result = _slice(result, axis, _bound(entry.start), _bound(entry.stop), step)
            kept += 1
        else:
            try:
                number = operator.index(entry)
            except TypeError:
                raise TypeError(f"index: expected ints, slices, ..., None or an array of integers, found {type(entry).__name__}") from None
            if not -extent <= number < extent:
                raise RangeError(f"index: {number} is out of range for axis {source - 1} of extent {extent} in shape {list(shape)}")
            number %= extent
            result = _slice(result, axis, number, number + 1, 1)
            dropped.add(axis)
        axis += 1
    if dropped or inserted:
        final = [extent for at, extent in enumerate(result.shape) if at not in dropped]
        for at in inserted:
            final.insert(at, 1)
        return reshape(result, final)
    return result.clone() if result is tensor else result


Tensor.__getitem__ = getitem
