"""Elements picked by indices, and written to places."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from .. import _creation, _functions, _picking, _reductions, _statistics, _writing
from .._tensor import Tensor as Base
from . import _dtypes
from ._tensor import constant_shape, convert, element, op, same_dtype
from .errors import InvalidArgumentError


class _Unique(NamedTuple):
    y: Any
    idx: Any


class _UniqueWithCounts(NamedTuple):
    y: Any
    idx: Any
    count: Any


def _places(name: str, indices: Any) -> Base:
    found = convert(indices)
    if found.dtype not in (_dtypes.int32, _dtypes.int64, _dtypes.uint8):
        raise InvalidArgumentError(f"{name}: expected indices of whole numbers, found {found.dtype.name}")
    return found


@op
def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Any:
    """Rows of params along an axis (by default the first behind batch_dims) at indices, whose axes take its place."""
    tensor, index = convert(params), _places("gather", indices)
    batch_dims = int(batch_dims) + (len(index.shape) if int(batch_dims) < 0 else 0)
    place = batch_dims if axis is None else int(axis)
    place += len(tensor.shape) if place < 0 else 0
    if not batch_dims:
        return _picking.index_select(tensor, place, index)
    shape, wanted = tuple(tensor.shape), tuple(index.shape)
    batch, middle = shape[:batch_dims], shape[batch_dims:place]
    if wanted[:batch_dims] != batch or place < batch_dims:
        raise InvalidArgumentError(
            f"gather: expected indices that begin with {batch} and an axis behind batch_dims, found shape {wanted} and "
            f"axis {place}"
        )
    count, extent = math.prod(batch), shape[place]
    rows = tensor.movedim(place, batch_dims).reshape((count * extent, *middle, *shape[place + 1 :]))
    first = _creation.arange(0, count * extent, max(extent, 1), dtype="int64").reshape((count, 1))
    inner = wanted[batch_dims:]
    flat = (index.to("int64").reshape((count, math.prod(inner))) + first).reshape((-1,))
    found = _picking.index_select(rows, 0, flat).reshape((*batch, *inner, *middle, *shape[place + 1 :]))
    width = len(inner)
    return (
        found.movedim(
            tuple(range(batch_dims, batch_dims + width)),
            tuple(range(batch_dims + len(middle), batch_dims + len(middle) + width)),
        )
        if middle and width
        else found
    )


def _flat(name: str, shape: tuple[int, ...], index: Base) -> tuple[Base, int]:
    """Places [..., k] in the first k axes of a shape as places in these axes as one, and k."""
    width = index.shape[-1] if index.shape else 0
    if not index.shape or width > len(shape):
        raise InvalidArgumentError(
            f"{name}: expected indices [..., k] with k of at most {len(shape)}, found shape {tuple(index.shape)}"
        )
    steps = [math.prod(shape[place + 1 : width]) for place in range(width)]
    whole = index.to("int64")
    if not width:
        return _creation.zeros(tuple(index.shape[:-1]), dtype="int64"), 0
    weights = _creation.tensor(steps, dtype="int64")
    return _functions.sum(whole * weights, -1), width


@op
def gather_nd(params: Any, indices: Any, batch_dims: int = 0, name: str | None = None) -> Any:
    """Elements or slices at places: indices [..., k] name places in the first k axes behind batch_dims."""
    tensor, index = convert(params), _places("gather_nd", indices)
    shape = tuple(tensor.shape)
    if batch_dims:
        batch = shape[:batch_dims]
        count = math.prod(batch)
        rest = tuple(index.shape[batch_dims:])
        flat, width = _flat("gather_nd", shape[batch_dims:], index)
        inner = math.prod(shape[batch_dims : batch_dims + width])
        first = _creation.arange(0, count * inner, max(inner, 1), dtype="int64").reshape((count, 1))
        rows = tensor.reshape((count * inner, *shape[batch_dims + width :]))
        places = flat.reshape((count, -1)) + first
        found = _picking.index_select(rows, 0, places.reshape((-1,)))
        return found.reshape((*batch, *rest[:-1], *shape[batch_dims + width :]))
    flat, width = _flat("gather_nd", shape, index)
    return _picking.index_select(tensor.reshape((math.prod(shape[:width]), *shape[width:])), 0, flat)


def _written(name: str, tensor: Base, indices: Any, updates: Any, how: Any) -> Base:
    index, shape = _places(name, indices), tuple(tensor.shape)
    given = convert(updates, hint=tensor.dtype)
    same_dtype(name, tensor, given, 2)
    flat, width = _flat(name, shape, index)
    rows = tensor.reshape((math.prod(shape[:width]), *shape[width:]))
    flat = flat.reshape((-1,))
    wanted = (*tuple(index.shape[:-1]), *shape[width:])
    if tuple(given.shape) != wanted:
        if given.shape:
            raise InvalidArgumentError(f"{name}: expected updates of shape {wanted}, found {tuple(given.shape)}")
        given = given.expand(wanted)
    given = given.reshape((flat.shape[0], *shape[width:]))
    if how == "update":
        found = _writing.index_copy(rows, 0, flat, given)
    elif how == "add":
        found = _writing.index_add(rows, 0, flat, given)
    elif how == "sub":
        found = _writing.index_add(rows, 0, flat, -given)
    else:
        found = _writing.index_reduce(rows, 0, flat, given, how)
    return found.reshape(shape)


@op
def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """The tensor with elements or slices at places [..., k] replaced; of two for one place the last stays."""
    return _written("tensor_scatter_nd_update", convert(tensor), indices, updates, "update")


@op
def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """The tensor with updates added at places [..., k]."""
    return _written("tensor_scatter_nd_add", convert(tensor), indices, updates, "add")


@op
def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """The tensor with updates subtracted at places [..., k]."""
    return _written("tensor_scatter_nd_sub", convert(tensor), indices, updates, "sub")


@op
def tensor_scatter_nd_max(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """The tensor with the larger of old and new at places [..., k]."""
    return _written("tensor_scatter_nd_max", convert(tensor), indices, updates, "amax")


@op
def tensor_scatter_nd_min(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """The tensor with the smaller of old and new at places [..., k]."""
    return _written("tensor_scatter_nd_min", convert(tensor), indices, updates, "amin")


@op
def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Any:
    """Zeros of a shape with updates added at places [..., k]."""
    given = convert(updates)
    blank = _creation.zeros(constant_shape(shape), dtype=given.dtype)
    return _written("scatter_nd", blank, indices, given, "add")


@op
def boolean_mask(tensor: Any, mask: Any, axis: Any = None, name: str = "boolean_mask") -> Any:
    """The slices along axes where a mask of these axes is true, along one axis. It asks for the mask's values."""
    given, chosen = convert(tensor), convert(mask)
    if not chosen.shape:
        raise ValueError("mask cannot be scalar.")
    place = 0 if axis is None else int(axis)
    place += len(given.shape) if place < 0 else 0
    shape, width = tuple(given.shape), len(chosen.shape)
    if shape[place : place + width] != tuple(chosen.shape):
        raise ValueError(f"Shapes {shape[place : place + width]} and {tuple(chosen.shape)} are incompatible")
    flat = given.reshape((*shape[:place], math.prod(shape[place : place + width]), *shape[place + width :]))
    places = _picking.nonzero(chosen.reshape((-1,))).reshape((-1,))
    return _picking.index_select(flat, place, places)


@op
def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """x where condition is true, else y; with the condition alone the places where it is, int64 [count, axes]."""
    chosen = convert(condition)
    if (x is None) != (y is None):
        raise ValueError("x and y must both be non-None or both be None.")
    if x is None:
        return _picking.nonzero(chosen)
    a, b = convert(x), convert(y)
    if isinstance(x, (int, float)) and not isinstance(y, (int, float)):
        a = convert(x, hint=b.dtype)
    elif not isinstance(x, (int, float)):
        b = convert(y, hint=a.dtype)
    same_dtype("SelectV2", a, b, 2)
    return _functions.where(chosen, a, b)


@op
def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """on_value (1) where the index says along a new axis (the last), off_value (0) elsewhere; none for an index that is
    out of range."""
    index = _places("one_hot", indices)
    given = [convert(value).dtype for value in (on_value, off_value) if value is not None]
    kind = _dtypes.as_dtype(dtype) if dtype is not None else _dtypes.of(given[0]) if given else _dtypes.float32
    if on_value is not None and off_value is not None and given[0] != given[1]:
        raise TypeError(f"dtypes of on_value and off_value differ: {given[0].name}, {given[1].name}")
    places = _creation.arange(int(depth), dtype="int64")
    found = _functions.eq(index.to("int64").unsqueeze(-1), places)
    if on_value is None and off_value is None:
        result = found.to(kind)
    else:
        on = convert(1 if on_value is None else on_value, hint=kind).to(kind)
        off = convert(0 if off_value is None else off_value, hint=kind).to(kind)
        result = _functions.where(found, on, off)
    return result if axis in (None, -1) else result.movedim(-1, int(axis))


@op
def unique(x: Any, out_idx: Any = _dtypes.int32, name: str | None = None) -> Any:
    """(y, idx): the values of a vector in the order of their first place, and for each element its place in y."""
    values, index, _ = _first_seen(convert(x))
    return _Unique(values, index.to(_dtypes.as_dtype(out_idx)))


@op
def unique_with_counts(x: Any, out_idx: Any = _dtypes.int32, name: str | None = None) -> Any:
    """(y, idx, count): as unique, and how often each value is there."""
    values, index, counts = _first_seen(convert(x))
    kind = _dtypes.as_dtype(out_idx)
    return _UniqueWithCounts(values, index.to(kind), counts.to(kind))


def _first_seen(tensor: Base) -> tuple[Base, Base, Base]:
    if len(tensor.shape) != 1:
        raise InvalidArgumentError(f"unique expects a 1D vector, found shape {tuple(tensor.shape)}")
    if not tensor.shape[0]:
        empty = _creation.zeros((0,), dtype="int64")
        return tensor.clone(), empty, empty
    values, index, counts = _reductions.unique(tensor, return_inverse=True, return_counts=True)
    count, size = values.shape[0], tensor.shape[0]
    start = _creation.full((count,), size, dtype="int64")
    first = _writing.index_reduce(start, 0, index, _creation.arange(size, dtype="int64"), "amin")
    order = _reductions.argsort(first)
    rank = _reductions.argsort(order)
    pick = _picking.index_select
    return pick(values, 0, order), pick(rank, 0, index), pick(counts, 0, order)


@op
def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = _dtypes.bool_, name: str | None = None) -> Any:
    """True in the first places of each row, as many as its length: [..., maxlen]."""
    given = convert(lengths)
    width = int(_functions.amax(given).item()) if maxlen is None else int(maxlen)
    found = _functions.lt(_creation.arange(width, dtype="int64"), given.to("int64").unsqueeze(-1))
    return found.to(_dtypes.as_dtype(dtype))


@op
def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = _dtypes.int32, name: str | None = None
) -> Any:
    """The places at which values would stand in sorted rows."""
    from .._searching import searchsorted as search

    found = search(convert(sorted_sequence), convert(values), right=side == "right")
    return found.to(_dtypes.as_dtype(out_type))


@op
def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Any:
    """A block: `size` elements (-1: all that are left) from `begin` along each axis."""
    from builtins import slice as part

    tensor = convert(input_)
    starts, sizes = constant_shape(begin), constant_shape(size)
    if len(starts) != len(tensor.shape) or len(sizes) != len(tensor.shape):
        raise InvalidArgumentError(
            f"slice: expected begin and size of {len(tensor.shape)} numbers, found {len(starts)} and {len(sizes)}"
        )
    for start, count, extent in zip(starts, sizes, tensor.shape):
        if start < 0 or start > extent or count < -1 or start + count > extent:
            raise InvalidArgumentError(f"Expected begin and size in [0, {extent}], but got {start} and {count}")
    key = tuple([part(start, None if count == -1 else start + count) for start, count in zip(starts, sizes)])
    return element(tensor, key) if key else tensor.clone()


@op
def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Any:
    """input_[begin[0]:end[0]:strides[0], ...]; a bit of a mask leaves a bound away, or has an index or a new axis in
    that place."""
    from builtins import slice as part

    starts, ends = constant_shape(begin), constant_shape(end)
    steps = (1,) * len(starts) if strides is None else constant_shape(strides)
    key: list[Any] = []
    for place, (start, stop, step) in enumerate(zip(starts, ends, steps)):
        bit = 1 << place
        if ellipsis_mask & bit:
            key.append(Ellipsis)
        elif new_axis_mask & bit:
            key.append(None)
        elif shrink_axis_mask & bit:
            key.append(start)
        else:
            key.append(part(None if begin_mask & bit else start, None if end_mask & bit else stop, step))
    return element(convert(input_), tuple(key))


@op
def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: str | None = None) -> Any:
    """The rows of each number of 0 ... num_partitions - 1, as a list."""
    tensor, numbers = convert(data), convert(partitions)
    rows = tensor.reshape((-1, *tuple(tensor.shape)[len(numbers.shape) :]))
    flat = numbers.reshape((-1,))
    return [
        _picking.index_select(rows, 0, _picking.nonzero(_functions.eq(flat, number)).reshape((-1,)))
        for number in range(int(num_partitions))
    ]


@op
def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = _dtypes.int32,
    name: str | None = None,
    axis: Any = None,
    binary_output: bool = False,
) -> Any:
    """How often each whole number from 0 on is there, or the sum of its weights."""
    given = convert(arr).reshape((-1,))
    scale = None if weights is None else convert(weights).reshape((-1,))
    found = _statistics.bincount(given, scale, 0 if minlength is None else int(minlength))
    if maxlength is not None:
        found = found[: int(maxlength)]
    if binary_output:
        found = _functions.ne(found, 0)
    return found.to(_dtypes.as_dtype(dtype) if weights is None else scale.dtype)  # type: ignore[union-attr]


__all__ = [
    "boolean_mask",
    "dynamic_partition",
    "gather",
    "gather_nd",
    "one_hot",
    "scatter_nd",
    "searchsorted",
    "sequence_mask",
    "slice",
    "strided_slice",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_max",
    "tensor_scatter_nd_min",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "unique",
    "unique_with_counts",
    "where",
]
