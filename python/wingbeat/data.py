"""Data sets: pairs (x, y) of rows along the first axis, from HDF5 files or from tensors, in shuffled batches."""

from __future__ import annotations

import operator
from ctypes import c_int32, c_int64, c_void_p
from typing import TYPE_CHECKING, Any, Generic, SupportsIndex, TypeVar, overload

from . import _abi
from ._dtypes import as_dtype, float32
from ._errors import ArgumentError, RangeError
from ._library import check, freed_by, handle_property, lib, unguarded
from ._naming import listing
from ._owner import Owner
from ._tensor import Tensor, as_tensor, wrap
from ._checkpoint_files import path_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal

    from ._typing import DTypeLike, Handle, Path, Real, Shape, TensorLike

__all__ = ["Batches", "Dataset", "HDF5Dataset", "TensorDataset", "set_cache"]
__dir__ = listing(__name__)

_Row = TypeVar("_Row")  # a tensor, or a pair (x, y)

_SHUFFLES: dict[Any, int] = {
    False: _abi.WB_SHUFFLE_NONE, True: _abi.WB_SHUFFLE_AUTO, "exact": _abi.WB_SHUFFLE_EXACT,
    "chunks": _abi.WB_SHUFFLE_CHUNKS,
}
_next = unguarded("wb_batches_next")
_free_batches = unguarded("wb_batches_free")


def shuffle_code(shuffle: Any) -> int:
    """The engine's number of a kind of shuffle."""
    try:
        return _SHUFFLES[shuffle]
    except (KeyError, TypeError):
        raise ArgumentError(f"batches: expected shuffle True, False, 'exact' or 'chunks', found {shuffle!r}") from None


def set_cache(size: SupportsIndex) -> None:
    """Bytes that one data set may keep decoded in memory (default 1 GiB); larger files are streamed, with two windows of at most 128 MiB, or one
    chunk, in memory where the order is by chunks. For data sets opened later."""
    check(lib.wb_set_dataset_cache(size))


class Dataset(Owner, Generic[_Row]):
    """Base of the data sets. dataset[i] is row i, dataset[i:j] rows i to j: (x, y), or x alone where there is no y."""

    _handle: Handle = None

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_dataset_free")

    def __len__(self) -> int:
        count = c_int64()
        check(lib.wb_dataset_count(self._handle, count))
        return count.value

    def _row_shape(self, which: int) -> Shape:
        rank, shape = c_int32(), (c_int64 * 64)()
        check(lib.wb_dataset_row_shape(self._handle, which, rank, 64, shape))
        return tuple(shape[:rank.value])

    @property
    def x_shape(self) -> Shape:
        """The shape of one row of x."""
        return self._row_shape(0)

    @property
    def y_shape(self) -> Shape:
        """The shape of one row of y."""
        return self._row_shape(1)

    def __getitem__(self, rows: SupportsIndex | slice) -> _Row:
        count = len(self)
        if isinstance(rows, slice):
            start, stop, step = rows.indices(count)
            if step != 1:
                raise ArgumentError(f"dataset: expected a slice with step 1, found {step}")
            return self._read(start, max(stop - start, 0))
        row = operator.index(rows)
        if not -count <= row < count:
            raise RangeError(f"dataset: row {row} is out of range for {count} rows")
        read: Any = self._read(row % count, 1)
        found: Any = read[0] if isinstance(read, Tensor) else tuple(part[0] for part in read)
        return found  # type: ignore[no-any-return]

    def _read(self, start: int, count: int) -> _Row:
        x, y = c_void_p(), c_void_p()
        check(lib.wb_dataset_read(self._handle, start, count, x, y))
        return _pair(x, y)  # type: ignore[no-any-return]

    def batches(self, batch_size: SupportsIndex, shuffle: bool | Literal["exact", "chunks"] = False,
                seed: SupportsIndex = 0, epoch: SupportsIndex = 0, drop_last: bool = False) -> Batches[_Row]:
        """One pass over the data in batches of (x, y), or x alone where there is no y; the last may be smaller, or is dropped.

        shuffle: False; True: "exact" where the data is kept in memory, else "chunks"; "exact": a random permutation; "chunks": stored
        chunks in random order, their rows shuffled inside windows of 64 chunks, so that files larger than memory are read chunk by
        chunk. The order depends on seed and epoch alone: give the number of the epoch for another order in each. A thread of the pass
        reads files ahead while batches are used; a batch that cannot be read raises in its turn. Raises ArgumentError for a batch size below 1.
        """
        size = operator.index(batch_size)
        if size < 1:
            raise ArgumentError(f"batches: expected a batch size of at least 1, found {size}")
        return Batches(self, size, shuffle_code(shuffle), seed, epoch, drop_last)


def _pair(x: c_void_p, y: c_void_p) -> Any:
    first = wrap(x.value)
    return first if y.value is None else (first, wrap(y.value))


class Batches(Generic[_Row]):
    """One pass over a data set; len() is the number of batches. Each iteration begins anew, in the same order."""

    def __init__(self, dataset: Dataset[_Row], batch_size: int, shuffle: int, seed: SupportsIndex, epoch: SupportsIndex,
                 drop_last: bool) -> None:
        self._dataset = dataset
        self._settings = batch_size, shuffle, seed, epoch, 1 if drop_last else 0

    def __len__(self) -> int:
        size, drop_last = self._settings[0], self._settings[-1]
        return (len(self._dataset) + (0 if drop_last else size - 1)) // size

    def __iter__(self) -> Iterator[_Row]:
        out = c_void_p()
        check(lib.wb_batches_create(self._dataset._handle, *self._settings, out))
        batches = out.value
        try:
            while True:
                x, y = c_void_p(), c_void_p()
                status = _next(batches, x, y)
                if status:
                    check(status)
                if x.value is None:
                    return
                yield _pair(x, y)
        finally:
            _free_batches(batches)


def _name(name: Any, what: str) -> bytes:
    if not isinstance(name, str):
        raise TypeError(f"HDF5Dataset: expected the name of a data set as {what}, found {type(name).__name__}")
    return name.encode()


class HDF5Dataset(Dataset[_Row]):
    """Two data sets of one HDF5 file by name, such as "train/images" and "train/labels", of any numeric type and rank.

    x becomes `dtype`, multiplied by scale; flatten makes one axis of all after the first. y (may be left out) keeps its values:
    integers become int64, floats `dtype`. Small data is kept in memory, larger is read as needed (set_cache). Raises MissingFileError,
    FormatError (no HDF5, no such data set), ShapeError (x and y of different lengths).
    """

    @overload
    def __init__(self: HDF5Dataset[Tensor], path: Path, x: str, y: None = None, scale: Real = 1.0,
                 flatten: bool = False, dtype: DTypeLike = float32) -> None: ...
    @overload
    def __init__(self: HDF5Dataset[tuple[Tensor, Tensor]], path: Path, x: str, y: str, scale: Real = 1.0,
                 flatten: bool = False, dtype: DTypeLike = float32) -> None: ...
    def __init__(self, path: Path, x: str, y: str | None = None, scale: Real = 1.0, flatten: bool = False,
                 dtype: DTypeLike = float32) -> None:
        out = c_void_p()
        check(lib.wb_dataset_open(path_bytes(path), _name(x, "x"), None if y is None else _name(y, "y"), as_dtype(dtype).code, scale,
                                  1 if flatten else 0, out))
        self._handle = out.value


class TensorDataset(Dataset[_Row]):
    """A data set of tensors or arrays with equal first extents; y may be left out."""

    @overload
    def __init__(self: TensorDataset[Tensor], x: TensorLike, y: None = None) -> None: ...
    @overload
    def __init__(self: TensorDataset[tuple[Tensor, Tensor]], x: TensorLike, y: TensorLike) -> None: ...
    def __init__(self, x: TensorLike, y: TensorLike | None = None) -> None:
        out = c_void_p()
        x, y = as_tensor(x), None if y is None else as_tensor(y)
        check(lib.wb_dataset_from_tensors(x._handle, None if y is None else y._handle, out))
        self._handle = out.value


def as_dataset(data: Any) -> Dataset[Any]:
    """A data set as it is, or one of a pair (x, y)."""
    if isinstance(data, Dataset):
        return data
    if isinstance(data, (tuple, list)) and len(data) == 2:
        return TensorDataset(*data)
    raise TypeError(f"data: expected a data set or a pair (x, y), found {type(data).__name__}")
