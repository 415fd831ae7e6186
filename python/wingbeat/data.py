"""Data sets: pairs (x, y) of rows along the first axis, from HDF5 files or from tensors, in shuffled batches."""

from __future__ import annotations

import operator
import os
import sys
from ctypes import c_int32, c_int64, c_void_p
from typing import TYPE_CHECKING, Any, Generic, SupportsIndex, TypeVar, overload

from . import _abi
from ._checkpoint_files import path_bytes
from ._dtypes import as_dtype, float32
from ._errors import ArgumentError, RangeError, ShapeError, StateError
from ._library import check, freed_by, lib, unguarded
from ._naming import listing
from ._owner import Owner, attributes_of, set_attributes
from ._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from typing_extensions import Self

    from ._typing import DTypeLike, Handle, Path, Real, Shape, TensorLike

__all__ = ["Batches", "Dataset", "HDF5Dataset", "TensorDataset", "set_cache"]
__dir__ = listing(__name__)

_Row = TypeVar("_Row")  # a tensor, or a pair (x, y)

_SHUFFLES: dict[Any, int] = {
    False: _abi.WB_SHUFFLE_NONE,
    True: _abi.WB_SHUFFLE_AUTO,
    "exact": _abi.WB_SHUFFLE_EXACT,
    "chunks": _abi.WB_SHUFFLE_CHUNKS,
}
_OWN = frozenset({"_owned", "_arguments"})
_DRAWN = -1  # in place of an epoch: an order from the default generator
_next = unguarded("wb_batches_next")
_free_batches = unguarded("wb_batches_free")


def shuffle_code(shuffle: Any) -> int:
    """The engine's number of a kind of shuffle."""
    try:
        return _SHUFFLES[shuffle]
    except (KeyError, TypeError):
        raise ArgumentError(f"batches: expected shuffle True, False, 'exact' or 'chunks', found {shuffle!r}") from None


def set_cache(size: SupportsIndex) -> None:
    """Bytes that one data set may keep decoded in memory (default 1 GiB); larger files are streamed, with two windows
    of at most 128 MiB, or one chunk, in memory where the order is by chunks. For data sets opened later."""
    check(lib.wb_set_dataset_cache(size))


class Dataset(Owner, Generic[_Row]):
    """Base of the data sets. dataset[i] is row i, dataset[i:j] rows i to j: (x, y), or x alone where there is no y."""

    _owned: Handle = None

    @property
    def _handle(self) -> Handle:
        if self._owned is None:
            raise StateError(f"{self!r} is closed")
        return self._owned

    _as_parameter_: Any = property(operator.attrgetter("_owned"))

    __del__ = freed_by("wb_dataset_free")

    def close(self) -> None:
        """Lets go of the file or the tensors; a pass that has begun goes on to its end. Closing twice does nothing."""
        owned, self._owned = self._owned, None
        if owned is not None:
            check(lib.wb_dataset_free(owned))

    def __enter__(self) -> Self:
        self._handle  # noqa: B018  (a closed one raises)
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _contents(self) -> dict[str, Any]:
        return attributes_of(self, _OWN)

    def _restore(self, contents: dict[str, Any]) -> None:
        set_attributes(self, contents)

    def _described(self, what: str = "") -> str:
        if self._owned is None:
            return f"{type(self).__name__}({what}{', ' if what else ''}closed)"
        sides = [f"{len(self)} rows", f"x {list(self.x_shape)}"]
        try:
            sides.append(f"y {list(self.y_shape)}")
        except ArgumentError:  # there is no y
            pass
        return f"{type(self).__name__}({what}{': ' if what else ''}{', '.join(sides)})"

    def __repr__(self) -> str:
        return self._described()

    def __len__(self) -> int:
        count = c_int64()
        check(lib.wb_dataset_count(self._handle, count))
        return count.value

    def _row_shape(self, which: int) -> Shape:
        rank, shape = c_int32(), (c_int64 * 64)()
        check(lib.wb_dataset_row_shape(self._handle, which, rank, 64, shape))
        return tuple(shape[: rank.value])

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

    def batches(
        self,
        batch_size: SupportsIndex,
        shuffle: bool | Literal["exact", "chunks"] = False,
        seed: SupportsIndex | None = None,
        epoch: SupportsIndex | None = None,
        drop_last: bool = False,
    ) -> Batches[_Row]:
        """One pass over the data in batches of (x, y), or x alone where there is no y; the last may be smaller, or is
        dropped.

        shuffle: False; True: "exact" where the data is kept in memory, else "chunks"; "exact": a random permutation;
        "chunks": stored chunks in random order, their rows shuffled inside windows of 64 chunks, so that files larger
        than memory are read chunk by chunk. Each iteration has a new order, drawn from the default generator
        (manual_seed). With seed or epoch, or both, the order depends on them alone (the other is 0), so that each
        iteration has the same: give the number of the epoch for another order in each. A thread of the pass reads files
        ahead while batches are used; a batch that cannot be read raises in its turn. Raises ArgumentError for a batch
        size below 1.
        """
        size = operator.index(batch_size)
        if size < 1:
            raise ArgumentError(f"batches: expected a batch size of at least 1, found {size}")
        return Batches(self, size, shuffle_code(shuffle), seed, epoch, drop_last)


def _pair(x: c_void_p, y: c_void_p) -> Any:
    first = wrap(x.value)
    return first if y.value is None else (first, wrap(y.value))


class Batches(Generic[_Row]):
    """A pass over a data set; len() is the number of batches. Each iteration begins anew: in the same order if that is
    fixed by a seed or an epoch, or if nothing is shuffled, else in a new one."""

    def __init__(
        self,
        dataset: Dataset[_Row],
        batch_size: int,
        shuffle: int,
        seed: SupportsIndex | None,
        epoch: SupportsIndex | None,
        drop_last: bool,
    ) -> None:
        self._dataset = dataset
        if seed is None and epoch is None:
            epoch = _DRAWN
        elif epoch is not None and operator.index(epoch) < 0:
            raise ArgumentError(f"batches: expected an epoch of at least 0, found {epoch}")
        self._settings = (
            batch_size,
            shuffle,
            0 if seed is None else seed,
            0 if epoch is None else epoch,
            1 if drop_last else 0,
        )

    def __repr__(self) -> str:
        return f"Batches({len(self)} of {self._settings[0]} rows of {self._dataset!r})"

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

    x becomes `dtype`, multiplied by scale; flatten makes one axis of all after the first. y (may be left out) keeps its
    values: integers become int64, floats `dtype`. Small data is kept in memory, larger is read as needed (set_cache).
    close() and `with` let go of the file. A copy, and what is unpickled, opens the file anew, at its path. Raises
    MissingFileError, FileError (locked by a program that writes), FormatError (no HDF5, no such data set, damaged),
    ShapeError (x and y of different lengths).
    """

    _arguments: tuple[Any, ...] = ()

    @overload
    def __init__(
        self: HDF5Dataset[Tensor],
        path: Path,
        x: str,
        y: None = None,
        scale: Real = 1.0,
        flatten: bool = False,
        dtype: DTypeLike = float32,
    ) -> None: ...
    @overload
    def __init__(
        self: HDF5Dataset[tuple[Tensor, Tensor]],
        path: Path,
        x: str,
        y: str,
        scale: Real = 1.0,
        flatten: bool = False,
        dtype: DTypeLike = float32,
    ) -> None: ...
    def __init__(
        self,
        path: Path,
        x: str,
        y: str | None = None,
        scale: Real = 1.0,
        flatten: bool = False,
        dtype: DTypeLike = float32,
    ) -> None:
        out = c_void_p()
        check(
            lib.wb_dataset_open(
                path_bytes(path),
                _name(x, "x"),
                None if y is None else _name(y, "y"),
                as_dtype(dtype).code,
                scale,
                1 if flatten else 0,
                out,
            )
        )
        self._owned = out.value
        self._arguments = os.path.abspath(os.fspath(path)), x, y, scale, flatten, as_dtype(dtype)

    def _shape(self) -> tuple[Any, ...]:
        return len(self), self.x_shape, None if self._arguments[2] is None else self.y_shape

    def _recipe(self) -> tuple[Any, ...]:
        return (*self._arguments, self._shape())

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        *arguments, shape = recipe
        dataset = cls.__new__(cls)
        open_file: Any = HDF5Dataset.__init__  # its overloads name other types of self
        open_file(dataset, *arguments)
        found = dataset._shape()
        if found != shape:
            raise ShapeError(
                f"HDF5Dataset: expected {shape[0]} rows of x {shape[1]} and y {shape[2]} in {arguments[0]!r}, "
                f"as when the data set was copied or pickled, found {found[0]} rows of x {found[1]} and y {found[2]}"
            )
        return dataset

    def __repr__(self) -> str:
        if not self._arguments:  # opening it failed
            return super().__repr__()
        path, x, y = self._arguments[:3]
        return self._described(f"{path!r}, {x!r}" if y is None else f"{path!r}, {x!r}, {y!r}")


class TensorDataset(Dataset[_Row]):
    """A data set of tensors or arrays with equal first extents; y may be left out.

    Copies and what is unpickled have their rows.
    """

    @overload
    def __init__(self: TensorDataset[Tensor], x: TensorLike, y: None = None) -> None: ...
    @overload
    def __init__(self: TensorDataset[tuple[Tensor, Tensor]], x: TensorLike, y: TensorLike) -> None: ...
    def __init__(self, x: TensorLike, y: TensorLike | None = None) -> None:
        out = c_void_p()
        x, y = as_tensor(x), None if y is None else as_tensor(y)
        check(lib.wb_dataset_from_tensors(x._handle, None if y is None else y._handle, out))
        self._owned = out.value

    def _recipe(self) -> tuple[Any, ...]:
        rows: Any = self[:]
        return rows if isinstance(rows, tuple) else (rows,)

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        dataset = cls.__new__(cls)
        take: Any = TensorDataset.__init__
        take(dataset, *recipe)
        return dataset


def as_dataset(data: Any) -> Dataset[Any]:
    """A data set as it is, one of a pair (x, y), or one of the rows that a data set or loader of utils.data has."""
    if isinstance(data, Dataset):
        return data
    if isinstance(data, (tuple, list)) and len(data) == 2:
        return TensorDataset(*data)
    columns = _columns(data.dataset, data.collate_fn) if loader_order(data) is not None else _columns(data, None)
    if columns is None:
        raise TypeError(f"data: expected a data set, a pair (x, y) or a DataLoader, found {type(data).__name__}")
    if isinstance(columns, Dataset):
        return columns
    if isinstance(columns, Tensor) or not isinstance(columns, (list, tuple)) or len(columns) not in (1, 2):
        raise ArgumentError(
            "data: expected samples (x, y) to train on, found ones with "
            + (f"{len(columns)} parts" if isinstance(columns, (list, tuple)) else "one part, without a tuple")
            + "; a loop over the DataLoader trains on anything"
        )
    return TensorDataset(*columns)


def loader_order(data: Any) -> tuple[int, bool, bool] | None:
    """(batch_size, shuffle, drop_last) of a DataLoader; None for what is none."""
    if not isinstance(data, _loader_class()):
        return None
    if not data._has_own_order or data.batch_size is None or data._is_stream:
        raise ArgumentError(
            "data: expected a DataLoader with a batch_size, shuffle and drop_last, found one with a sampler or a "
            "stream of its own; a loop over it trains on anything"
        )
    return data.batch_size, data.shuffle, data.drop_last


def _loader_class() -> Any:
    """DataLoader where it has been imported, and there may be any of it."""
    module = sys.modules.get(f"{__package__}.utils.data.loader")
    return () if module is None else module.DataLoader


def _columns(dataset: Any, collate: Any) -> Any:
    """All rows of a data set of utils.data, collated; an engine's data set as it is."""
    if isinstance(dataset, Dataset):
        return dataset
    if f"{__package__}.utils.data.loader" not in sys.modules or not hasattr(dataset, "__getitem__"):
        return None
    if not hasattr(dataset, "__len__") or isinstance(dataset, (str, bytes, dict, Tensor)):
        return None
    from .utils.data import DataLoader

    return next(iter(DataLoader(dataset, batch_size=max(len(dataset), 1), collate_fn=collate)), None)
