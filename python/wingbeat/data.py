"""Data sets: rows along the first axis, pairs (x, y) or of several columns, from HDF5 files or from tensors, in
shuffled batches; what is made of other data sets; and writers of rows. docs/data-sets.md tells more."""

from __future__ import annotations

import operator
import os
import sys
from ctypes import c_char_p, c_double, c_int32, c_int64, c_void_p
from typing import TYPE_CHECKING, Any, Generic, SupportsIndex, TypeVar, overload

from . import _abi
from ._arrays import counted
from ._checkpoint_files import path_bytes
from ._dtypes import as_dtype, float32
from ._errors import ArgumentError, RangeError, ShapeError, StateError
from ._library import check, freed_by, handle_property, lib, unguarded
from ._naming import listing
from ._owner import Owner, attributes_of, set_attributes
from ._row_writer import RowWriter, Statistics, name_bytes, predict_to_file
from ._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from typing_extensions import Self

    from ._typing import DTypeLike, Handle, Path, Real, Shape, TensorLike

__all__ = [
    "BatchIterator",
    "Batches",
    "Dataset",
    "HDF5Dataset",
    "RowWriter",
    "Statistics",
    "TensorDataset",
    "concat",
    "predict_to_file",
    "set_cache",
]
__dir__ = listing(__name__)

_Row = TypeVar("_Row")  # a tensor, or a pair (x, y)

_SHUFFLES: dict[Any, int] = {
    False: _abi.WB_SHUFFLE_NONE,
    True: _abi.WB_SHUFFLE_AUTO,
    "exact": _abi.WB_SHUFFLE_EXACT,
    "chunks": _abi.WB_SHUFFLE_CHUNKS,
}
_OWN = frozenset({"_owned", "_arguments", "_choices", "_roles"})
_DRAWN = -1  # in place of an epoch: an order from the default generator
_next = unguarded("wb_batches_next_columns")
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
    def roles(self) -> tuple[int, int, bool]:
        """How many inputs and targets a row has, and whether it has a weight. Columns are in this order."""
        inputs, targets, has_weight = c_int32(), c_int32(), c_int32()
        check(lib.wb_dataset_columns(self._handle, inputs, targets, has_weight))
        return inputs.value, targets.value, bool(has_weight.value)

    def _width(self) -> int:
        inputs, targets, has_weight = self.roles
        return inputs + targets + has_weight

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
        width = self._width()
        out, found = (c_void_p * width)(), c_int32()
        check(lib.wb_dataset_read_columns(self._handle, start, count, out, width, found))
        return _row(out, width)  # type: ignore[no-any-return]

    # ---------------------------------------------------------------- data sets made of this one

    def _made(self, function: Any, *arguments: Any) -> Dataset[_Row]:
        out = c_void_p()
        check(function(self._handle, *arguments, out))
        return _Made(out.value)

    def range(self, start: SupportsIndex, stop: SupportsIndex | None = None, step: SupportsIndex = 1) -> Dataset[_Row]:
        """Rows start, start + step, ... below stop (by default all): a data set that reads them as they are asked for.

        Raises IndexError for rows that are not there.
        """
        first, last, by = operator.index(start), len(self) if stop is None else operator.index(stop), _whole_step(step)
        return self._made(lib.wb_dataset_range, first, max(-((first - last) // by), 0), by)

    def pick(self, rows: TensorLike) -> Dataset[_Row]:
        """The rows of these numbers, in their order. rows: [n], whole numbers."""
        numbers = as_tensor(rows)
        return self._made(lib.wb_dataset_pick, numbers._handle)

    def split(
        self,
        fraction: Real,
        by: Literal["random", "time"] = "random",
        seed: SupportsIndex = 0,
        groups: TensorLike | None = None,
    ) -> tuple[Dataset[_Row], Dataset[_Row]]:
        """Two parts, of which the first has `fraction` of the rows.

        by: "random", drawn from the seed; "time", the first rows and the rest. groups: [rows], whole numbers: all rows
        of a group are in one part, groups are drawn from the seed, and the fraction is met as nearly as groups allow.
        Each part keeps the order of the rows.
        """
        kinds = {"random": _abi.WB_ROW_SPLIT_RANDOM, "time": _abi.WB_ROW_SPLIT_TIME}
        if by not in kinds:
            raise ArgumentError(f"split: expected 'random' or 'time', found {by!r:.80}")
        kind = kinds[by] if groups is None else _abi.WB_ROW_SPLIT_GROUPS
        numbers = None if groups is None else as_tensor(groups)
        first, second = c_void_p(), c_void_p()
        handle = None if numbers is None else numbers._handle
        check(lib.wb_dataset_split(self._handle, fraction, kind, seed, handle, first, second))
        return _Made(first.value), _Made(second.value)

    def shard(self, rank: SupportsIndex, ranks: SupportsIndex) -> Dataset[_Row]:
        """The share of one of several processes: as many neighbouring rows for each; what is left is nobody's."""
        return self._made(lib.wb_dataset_shard, rank, ranks)

    def windows(
        self, length: SupportsIndex, stride: SupportsIndex = 1, horizon: SupportsIndex = 0, offset: SupportsIndex = 1
    ) -> Dataset[Any]:
        """Windows over a time series whose rows are its moments.

        Window i has the inputs of `length` rows from row stride i on, [length, ...], and the targets of `horizon` rows,
        [horizon, ...], or with horizon 0 of one, without an axis for it. The first of these is `offset` rows behind the
        window's last: 1 is the next moment, 0 the same. Without targets the inputs of those rows are the targets. A
        weight is that of the window's last row.
        """
        return self._made(lib.wb_dataset_windows, length, stride, horizon, offset)

    def transform(self, transforms: str, column: SupportsIndex = 0) -> Dataset[_Row]:
        """Each row of a column goes through transforms as it is read, on the thread that reads ahead.

        transforms: calls as text, "Scale(0.00392), RandomCrop(28, padding=4), RandomFlip()". There are Cast(dtype),
        Scale(factor, offset=0.0), Standardize(mean, std), OneHot(num_classes), CenterCrop(size, axis=-2),
        RandomCrop(size, padding=0, axis=-2), Flip(axis=-1), RandomFlip(p=0.5, axis=-1), Columns(indices), Flatten().
        What is random depends on the seed and epoch of the pass and on the row alone.
        """
        if not isinstance(transforms, str):
            raise TypeError(f"transform: expected transforms as a text, found {transforms!r:.80}")
        return self._made(lib.wb_dataset_transform, column, transforms.encode())

    def refresh(self) -> int:
        """Takes up parts that have been added to a folder since, also of windows and transforms of it; the number of
        rows. A pass and each epoch of fit begin with it."""
        count = c_int64()
        check(lib.wb_dataset_refresh(self._handle, count))
        return count.value

    def statistics(
        self, column: SupportsIndex = 0, axis: SupportsIndex | None = None, fill: Real | None = None
    ) -> Statistics:
        """Mean and standard deviation of a column in one pass, with flat memory.

        axis: the axis of a row that its features are along, averaged over the others; None: each element is a feature.
        NaN is not counted, nor is fill.
        """
        mean, std, counts = c_void_p(), c_void_p(), c_void_p()
        given = None if axis is None else c_int32(operator.index(axis)), None if fill is None else c_double(float(fill))
        check(lib.wb_dataset_statistics(self._handle, column, *given, mean, std, counts))
        return Statistics(wrap(mean.value), wrap(std.value), wrap(counts.value))

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


def _whole_step(step: SupportsIndex) -> int:
    found = operator.index(step)
    if found < 1:
        raise ArgumentError(f"range: expected a step of at least 1, found {found}")
    return found


def _row(columns: Any, width: int) -> Any:
    """One tensor where there is one column, else a tuple of all."""
    found = tuple(wrap(columns[place]) for place in range(width))
    return found[0] if width == 1 else found


class _Made(Dataset[_Row]):
    """A data set made of others."""

    def __init__(self, handle: Handle) -> None:
        self._owned = handle

    def __repr__(self) -> str:
        return f"Dataset({self._described()[len('_Made(') : -1]})"


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

    def __iter__(self) -> BatchIterator[_Row]:
        return BatchIterator(self._dataset, self._settings)


class BatchIterator(Owner, Generic[_Row]):
    """The batches of one pass. position: how many have been handed out; seek(position) goes there. So a pass with the
    same seed and epoch is taken up in its middle."""

    _handle: Handle = None

    def __init__(self, dataset: Dataset[_Row], settings: tuple[Any, ...]) -> None:
        out = c_void_p()
        check(lib.wb_batches_create(dataset._handle, *settings, out))
        self._handle, self._width = out.value, dataset._width()

    __del__ = freed_by("wb_batches_free")

    _as_parameter_ = handle_property

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Row:
        if self._handle is None:
            raise StopIteration
        out, count = (c_void_p * self._width)(), c_int32()
        status = _next(self._handle, out, self._width, count)
        if status:
            check(status)
        if count.value == 0:
            self.close()
            raise StopIteration
        return _row(out, self._width)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Ends the pass, and the thread that reads ahead."""
        handle, self._handle = self._handle, None
        _free_batches(handle)

    def __len__(self) -> int:
        return self._place()[1]

    def _place(self) -> tuple[int, int]:
        position, count = c_int64(), c_int64()
        check(lib.wb_batches_position(self._handle, position, count))
        return position.value, count.value

    @property
    def position(self) -> int:
        """Batches handed out so far."""
        return self._place()[0]

    def seek(self, position: SupportsIndex) -> Self:
        """Goes to a batch by its number; the iterator itself. Raises IndexError for one that is not there."""
        check(lib.wb_batches_seek(self._handle, position))
        return self


def _names(given: Any, what: str) -> list[bytes]:
    return [name_bytes(name, what) for name in given] if isinstance(given, (list, tuple)) else [name_bytes(given, what)]


class HDF5Dataset(Dataset[_Row]):
    """Data sets of an HDF5 file by name, such as "train/images" and "train/labels", of any numeric type and rank.

    path: a file, a folder of parts (RowWriter), which may grow, or a list of them, whose rows come one after the other.
    x becomes `dtype`, multiplied by scale; flatten makes one axis of all after the first. y (may be left out) keeps its
    values: integers become int64, floats `dtype`. Lists of names are several inputs or targets. weights: the name of
    one number for each row, by which fit counts the row's loss. rows: a slice. columns: the features of the first x
    that are read, along its last axis.

    Small data is kept in memory, larger is read as needed (set_cache). close() and `with` let go of the file. A copy,
    and what is unpickled, opens the file anew, at its path. Raises MissingFileError, FileError (locked by a program
    that writes), FormatError (no HDF5, no such data set, damaged), ShapeError (not as many rows in each).
    """

    _arguments: tuple[Any, ...] = ()

    @overload
    def __init__(
        self: HDF5Dataset[Tensor],
        path: Path | Sequence[Path],
        x: str,
        y: None = None,
        scale: Real = 1.0,
        flatten: bool = False,
        dtype: DTypeLike = float32,
        *,
        rows: slice | None = None,
        columns: Sequence[int] | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: HDF5Dataset[tuple[Tensor, Tensor]],
        path: Path | Sequence[Path],
        x: str,
        y: str,
        scale: Real = 1.0,
        flatten: bool = False,
        dtype: DTypeLike = float32,
        *,
        rows: slice | None = None,
        columns: Sequence[int] | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: HDF5Dataset[tuple[Tensor, ...]],
        path: Path | Sequence[Path],
        x: str | Sequence[str],
        y: str | Sequence[str] | None = None,
        scale: Real = 1.0,
        flatten: bool = False,
        dtype: DTypeLike = float32,
        *,
        weights: str | None = None,
        rows: slice | None = None,
        columns: Sequence[int] | None = None,
    ) -> None: ...
    def __init__(
        self,
        path: Path | Sequence[Path],
        x: str | Sequence[str],
        y: str | Sequence[str] | None = None,
        scale: Real = 1.0,
        flatten: bool = False,
        dtype: DTypeLike = float32,
        *,
        weights: str | None = None,
        rows: slice | None = None,
        columns: Sequence[int] | None = None,
    ) -> None:
        paths: list[Any] = list(path) if isinstance(path, (list, tuple)) else [path]
        inputs = _names(x, "x")
        targets, weight = [] if y is None else _names(y, "y"), [] if weights is None else _names(weights, "weights")
        names = inputs + targets + weight
        out = c_void_p()
        check(
            lib.wb_dataset_open_columns(
                (c_char_p * len(paths))(*map(path_bytes, paths)),
                len(paths),
                (c_char_p * len(names))(*names),
                len(inputs),
                len(targets),
                len(weight),
                as_dtype(dtype).code,
                scale,
                1 if flatten else 0,
                out,
            )
        )
        self._owned = out.value
        places = [os.path.abspath(os.fspath(file)) for file in paths]
        first = places if isinstance(path, (list, tuple)) else places[0]
        self._arguments = first, x, y, scale, flatten, as_dtype(dtype)
        self._choices = {"weights": weights, "rows": rows, "columns": columns}
        if rows is not None:
            start, stop, step = rows.indices(len(self))
            self._become(self.range(start, max(stop, start), step))
        if columns is not None:
            self._become(self.transform(f"Columns({tuple(map(operator.index, columns))})"))

    def _become(self, other: Dataset[_Row]) -> None:
        """Takes over the rows of a data set made of this one."""
        self._owned, other._owned = other._owned, self._owned

    def _shape(self) -> tuple[Any, ...]:
        return len(self), self.x_shape, None if self._arguments[2] is None else self.y_shape

    def _recipe(self) -> tuple[Any, ...]:
        return (*self._arguments, self._choices, self._shape())

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        *arguments, choices, shape = recipe
        dataset = cls.__new__(cls)
        open_file: Any = HDF5Dataset.__init__  # its overloads name other types of self
        open_file(dataset, *arguments, **choices)
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

    Lists are several inputs or targets. weights: [rows], by which fit counts each row's loss. Copies and what is
    unpickled have their rows.
    """

    @overload
    def __init__(self: TensorDataset[Tensor], x: TensorLike, y: None = None) -> None: ...
    @overload
    def __init__(self: TensorDataset[tuple[Tensor, Tensor]], x: TensorLike, y: TensorLike) -> None: ...
    @overload
    def __init__(
        self: TensorDataset[tuple[Tensor, ...]],
        x: tuple[TensorLike, ...],
        y: TensorLike | tuple[TensorLike, ...] | None = None,
        weights: TensorLike | None = None,
    ) -> None: ...
    def __init__(self, x: Any, y: Any = None, weights: Any = None) -> None:
        inputs = list(x) if isinstance(x, tuple) else [x]
        targets = [] if y is None else list(y) if isinstance(y, tuple) else [y]
        columns = [as_tensor(column) for column in inputs + targets + ([] if weights is None else [weights])]
        self._take(columns, len(inputs), len(targets), weights is not None)

    def _take(self, columns: list[Tensor], inputs: int, targets: int, has_weight: bool) -> None:
        out = c_void_p()
        handles, _ = counted(columns)
        check(lib.wb_dataset_from_columns(handles, inputs, targets, 1 if has_weight else 0, out))
        self._owned, self._roles = out.value, (inputs, targets, has_weight)

    def _recipe(self) -> tuple[Any, ...]:
        rows: Any = self[:]
        return self._roles, *(rows if isinstance(rows, tuple) else (rows,))

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        roles, *columns = recipe
        dataset = cls.__new__(cls)
        dataset._take(list(columns), *roles)
        return dataset


def concat(datasets: Sequence[Dataset[_Row]]) -> Dataset[_Row]:
    """The rows of several data sets with the same columns, one after the other."""
    parts = list(datasets)
    out = c_void_p()
    check(lib.wb_dataset_join((c_void_p * len(parts))(*[part._handle for part in parts]), len(parts), out))
    return _Made(out.value)


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
