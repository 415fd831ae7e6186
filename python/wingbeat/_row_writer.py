"""Rows written to HDF5, and what a pass over rows finds. data has both."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from ctypes import c_int64, c_void_p
from typing import TYPE_CHECKING, Any, SupportsIndex

from ._arrays import counted
from ._checkpoint_files import path_bytes
from ._dtypes import as_dtype
from ._errors import ArgumentError, ArgumentTypeError
from ._library import check, freed_by, handle_property, lib
from ._owner import Owner
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._typing import DTypeLike, Path, TensorLike
    from .data import Dataset
    from .nn import Module


def name_bytes(name: Any, what: str) -> bytes:
    if not isinstance(name, str):
        raise ArgumentTypeError(f"expected the name of a data set as {what}, found {type(name).__name__}")
    if "\0" in name:
        raise ArgumentError(f"expected the name of a data set as {what}, found a null character in {name!r}")
    return name.encode()


class Statistics:
    """What Dataset.statistics gives: mean and std (divided by the count), float64, and counts, int64. Each has the
    extents of a row, with 1 for the axes that were averaged over; 0 where nothing was counted."""

    def __init__(self, mean: Tensor, std: Tensor, counts: Tensor) -> None:
        self.mean, self.std, self.counts = mean, std, counts

    def __iter__(self) -> Iterator[Tensor]:
        return iter((self.mean, self.std, self.counts))

    def __repr__(self) -> str:
        return f"Statistics(mean={self.mean!r}, std={self.std!r}, counts={self.counts!r})"


class RowWriter(Owner):
    """Writes rows that come one after the other to HDF5.

    columns: for each data set by name, the shape and dtype of a row, {"x": ((3, 4), "float32"), "y": ((), "int64")}.
    part_rows 0: path is one file, which is there, whole, when finish() returns or the `with` block ends; nothing is
    there where it is left by an exception. Else path is a folder of parts, files of part_rows rows each. Each part is
    there as soon as it is whole, so others may read the folder meanwhile (HDF5Dataset), and a program that was killed
    goes on behind the last part when it opens the folder again (len). One writer at a time. append: path is a file that
    is there, and columns are data sets of it, equally long, made with chunks and a first axis of any length; a copy of
    it gets the rows, and takes its place in the end. Whole numbers that the data set's type does not hold are
    refused.

    Raises FileError where nothing can be written, ArgumentError, ShapeError and DTypeError for data sets that cannot
    take the rows.
    """

    _handle: int | None = None

    def __init__(
        self,
        path: Path,
        columns: Mapping[str, tuple[Sequence[int], DTypeLike]],
        part_rows: SupportsIndex = 0,
        append: bool = False,
    ) -> None:
        out = c_void_p()
        if append and operator.index(part_rows):
            raise ArgumentError("RowWriter: a folder of parts is gone on with by itself; append is for one file")
        if append:
            check(lib.wb_writer_append_to(path_bytes(path), out))
        else:
            check(lib.wb_writer_open(path_bytes(path), part_rows, out))
        self._handle = out.value
        for name, (shape, dtype) in columns.items():
            extents = tuple(map(operator.index, shape))
            check(
                lib.wb_writer_add(
                    self._handle,
                    name_bytes(name, "the name of a column"),
                    as_dtype(dtype).code,
                    len(extents),
                    (c_int64 * len(extents))(*extents),
                )
            )

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_writer_free")

    def append(self, *columns: TensorLike) -> None:
        """Appends rows: for each column [rows, ...] of its dtype."""
        tensors = [as_tensor(column) for column in columns]
        check(lib.wb_writer_append_tensors(self._handle, *counted(tensors)))

    def __len__(self) -> int:
        count = c_int64()
        check(lib.wb_writer_count(self._handle, count))
        return count.value

    def flush(self) -> None:
        """Makes a part of the rows that are not in one yet."""
        check(lib.wb_writer_flush(self._handle))

    def finish(self) -> None:
        """All is written; the file, or the last part, is there."""
        check(lib.wb_writer_finish(self._handle))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        if kind is None:
            self.finish()
        else:
            handle, self._handle = self._handle, None
            check(lib.wb_writer_free(handle))


def predict_to_file(
    model: Module,
    data: Dataset[Any],
    path: Path,
    name: str = "predictions",
    batch_size: SupportsIndex = 256,
    part_rows: SupportsIndex = 0,
) -> int:
    """Writes a model's outputs for all rows to the data set `name`, batch after batch, with flat memory.

    The model runs in evaluation mode. path and part_rows: as in RowWriter. A folder that has predictions already is
    gone on with behind them; returns the first row that was computed. Raises FileError, StateError where there are more
    predictions than rows.
    """
    from .data import as_dataset

    begun = c_int64()
    data = as_dataset(data)
    place = path_bytes(path), name_bytes(name, "name")
    check(lib.wb_predict_to_file(model, data._handle, batch_size, *place, part_rows, begun))
    return begun.value
