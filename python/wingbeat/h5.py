"""HDF5 files of anybody's: read without a thought, written whole or not at all.

    wb.h5.read("run.h5")                everything, as a dict of arrays, texts and dicts
    wb.h5.read("run.h5", "group/x")     one array
    wb.h5.read("data.mat", turn=True)   MATLAB's arrays with MATLAB's order of axes
    wb.h5.contents("run.h5")            what there is: kinds, types, shapes and names of axes
    wb.h5.attributes("run.h5", "x")     attributes of an object
    wb.h5.append("run.h5", {"x": rows}) rows behind those of data sets that can grow

What comes out, by what is in the file (docs/hdf5.md has it by writer):

 - numbers: NumPy arrays of the same type in this machine's byte order; bfloat16 as elsewhere (ml_dtypes' or float32)
 - texts: str; arrays of texts: arrays of str as objects
 - records: structured arrays; pandas' frames and series: a dict of columns, "index" first
 - groups and structs: Group, a dict with `.attributes`; cells and lists of varying length: lists
 - references: what they refer to; in attributes: the path of it
 - what cannot be read, in the middle of a whole file: Unread, which says why
"""

from __future__ import annotations

from collections.abc import Mapping
from ctypes import c_char_p, c_int, c_int32, c_int64, c_uint8, c_void_p
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _abi
from ._arrays import counted, texts
from ._checkpoint_files import path_bytes
from ._errors import ArgumentError
from ._library import check, lib, text_of
from ._naming import listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._tensor import Tensor
    from ._typing import Handle, Path, TensorLike

__all__ = ["Entry", "Group", "Unread", "append", "attributes", "contents", "read", "write"]
__dir__ = listing(__name__)


class Group(dict[str, Any]):
    """A group of a file: its members by name, in the file's order, and its attributes."""

    attributes: dict[str, Any]


class Unread(NamedTuple):
    """What stands for an object that is there and cannot be read, in what `read` gives of a whole file."""

    reason: str


class Entry(NamedTuple):
    """What `contents` says of an object.

    kind: "group" or "array". type: of the elements, such as "float32" or "text". dimensions: names of the axes; None
    where the file has none. reversed: whether the axes are MATLAB's in the opposite order.
    """

    kind: str
    type: str | None
    shape: tuple[int, ...] | None
    dimensions: tuple[str, ...] | None
    reversed: bool


def read(
    path: Path,
    name: str | None = None,
    *,
    turn: bool = False,
    scale: bool = False,
    raw: bool = False,
    limit: int | None = None,
) -> Any:
    """What an HDF5 file holds at `name`, or all of it.

    turn: MATLAB's arrays get MATLAB's order of axes; without it they have the file's, which is the opposite one.
    scale: fill values become NaN, and scale_factor and add_offset are applied, as netCDF means them (float64, or
    float32 where there is nothing but a fill value). raw: as the file has it, whoever wrote it. limit: how many bytes
    the values may take together; by default 1 GiB and 16 times the file's size.

    Raises FileNotFoundError and its like where the file cannot be opened, FormatError where it is damaged or no HDF5
    file, ArgumentError where there is nothing at `name`, UnsupportedError, which names a filter that is missing, where
    what is at `name` cannot be read, and MemoryError beyond the limit.
    """
    options = raw * _abi.WB_READ_RAW | turn * _abi.WB_READ_TURNED | scale * _abi.WB_READ_SCALED
    out = c_void_p()
    check(lib.wb_h5_read(path_bytes(path), _name(name), options, limit or 0, out))
    return _taken(out.value)


def attributes(path: Path, name: str | None = None) -> dict[str, Any]:
    """The attributes of the object at `name`, or of the root."""
    out = c_void_p()
    check(lib.wb_h5_attributes(path_bytes(path), _name(name), out))
    return dict(_taken(out.value))


def contents(path: Path) -> dict[str, Entry]:
    """The objects of a file by their paths. Elements are not read."""
    out = c_void_p()
    check(lib.wb_h5_contents(path_bytes(path), out))
    return {place: _entry(found) for place, found in _taken(out.value).items()}


def write(path: Path, tree: Mapping[str, Any], attributes: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Writes arrays and tensors by name, and dicts of them as groups, as an HDF5 file: whole or not at all.

    A dict may be a Group, whose attributes are written too. attributes: by the path of a group or array, "" for the
    root: numbers, bools, texts, None, and lists of them. Arrays are of the engine's dtypes; others become the narrowest
    that holds all their values.

    Raises FileNotFoundError and its like where the file cannot be written, and ArgumentError for names and values that
    no file holds.
    """
    arrays: dict[str, Tensor] = {}
    notes: list[tuple[str, str, str]] = []
    _gather(tree, "", arrays, notes)
    for place, own in (attributes or {}).items():
        notes += [(place, name, _literal(value)) for name, value in own.items()]
    places, names, values = ([note[part] for note in notes] for part in range(3))
    check(
        lib.wb_h5_write(
            path_bytes(path),
            texts(list(arrays)),
            *counted(arrays.values()),
            texts(places),
            texts(names),
            texts(values),
            len(notes),
        )
    )


def append(path: Path, rows: Mapping[str, TensorLike]) -> int:
    """Appends rows, [rows, ...] by name, to data sets that a file has: whole or not at all. Returns how many they have.

    The data sets are equally long, stored in chunks, with a first axis of any length (h5py: maxshape=(None, ...)).
    Each call makes a copy of the file; for many small pieces use data.RowWriter, with append=True or a folder of parts.

    Raises ArgumentError where a data set is not there or cannot grow, or a whole number does not fit its type,
    ShapeError for rows of another shape, DTypeError for a type that may not hold the numbers, FileError where the file
    cannot be written.
    """
    from ._row_writer import RowWriter
    from ._tensor import as_tensor

    if not rows:
        raise ArgumentError("h5.append: expected the rows of one data set or more")
    tensors = {name: as_tensor(value) for name, value in rows.items()}
    with RowWriter(path, {name: (t.shape[1:], t.dtype) for name, t in tensors.items()}, append=True) as writer:
        writer.append(*tensors.values())
        return len(writer)


def _gather(tree: Mapping[str, Any], place: str, arrays: dict[str, Tensor], notes: list[tuple[str, str, str]]) -> None:
    from ._tensor import as_tensor

    for name, value in getattr(tree, "attributes", {}).items():
        notes.append((place, name, _literal(value)))
    for name, value in tree.items():
        if not isinstance(name, str) or not name or "/" in name:
            raise ArgumentError(f"h5.write: expected names without slashes, found {name!r:.80}")
        inner = f"{place}/{name}" if place else name
        if isinstance(value, Mapping):
            _gather(value, inner, arrays, notes)
        else:
            arrays[inner] = as_tensor(value)


def _literal(value: Any) -> str:
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    return repr(value)


def _entry(found: dict[str, Any]) -> Entry:
    shape, dimensions = found.get("shape"), found.get("dimensions")
    return Entry(
        found["kind"],
        found.get("type"),
        None if shape is None else tuple(shape.tolist()),
        None if dimensions is None else tuple(dimensions.tolist()),
        "order" in found,
    )


def _name(name: str | None) -> bytes:
    return (name or "").encode()


# -------------------------------------------------------------------- values


def _taken(handle: Handle) -> Any:
    """The value of a handle, which is freed."""
    try:
        kind = c_int()
        check(lib.wb_value_kind_of(handle, kind))
        return _MADE[kind.value](handle)
    finally:
        lib.wb_value_free(handle)


def _text(handle: Handle) -> str:
    text = c_char_p()
    check(lib.wb_value_text(handle, text))
    return text_of(text)


def _items(handle: Handle) -> list[Any]:
    count, out = c_int64(), c_void_p()
    check(lib.wb_value_count(handle, count))
    items = []
    for place in range(count.value):
        check(lib.wb_value_item(handle, place, out))
        items.append(_taken(out.value))
    return items


def _keys(handle: Handle) -> list[str]:
    count, text = c_int64(), c_char_p()
    check(lib.wb_value_count(handle, count))
    keys = []
    for place in range(count.value):
        check(lib.wb_value_key(handle, place, text))
        keys.append(text_of(text))
    return keys


def _shape(handle: Handle) -> tuple[int, ...]:
    rank = c_int32()
    check(lib.wb_value_shape(handle, rank, 0, None))
    extents = (c_int64 * rank.value)()
    check(lib.wb_value_shape(handle, None, rank.value, extents))
    return tuple(extents)


def _array(handle: Handle) -> Any:
    text, size, data, out = c_char_p(), c_int64(), c_void_p(), c_void_p()
    check(lib.wb_value_array(handle, text, size, data))
    shape, kind = _shape(handle), text_of(text)
    if kind == "bfloat16":
        from ._tensor import Tensor

        check(lib.wb_value_tensor(handle, out))
        return Tensor._owning(out.value).numpy()
    dtype: np.dtype[Any] = np.dtype(f"V{size.value}" if kind == "opaque" else kind)
    check(lib.wb_value_labels(handle, text))
    if lines := text_of(text):
        values = {label: int(value) for label, _, value in (line.rpartition("=") for line in lines.split("\n"))}
        dtype = np.dtype(dtype, metadata={"enum": values})
    array = np.empty(shape, dtype)
    if array.nbytes:
        memory = (c_uint8 * array.nbytes).from_address(data.value or 0)
        array.reshape(-1).view(np.uint8)[:] = memory
    return array if shape else array[()]


def _objects(items: list[Any], shape: tuple[int, ...]) -> Any:
    array = np.empty(len(items), object)
    for place, item in enumerate(items):
        array[place] = item
    return array.reshape(shape)


def _list(handle: Handle) -> Any:
    items, shape = _items(handle), _shape(handle)
    return items if len(shape) == 1 else _objects(items, shape)


def _records(handle: Handle) -> Any:
    shape = _shape(handle)
    columns = dict(zip(_keys(handle), map(_column, _items(handle))))
    rank = len(shape)
    array = np.empty(shape, [(name, column.dtype, column.shape[rank:]) for name, column in columns.items()])
    for name, column in columns.items():
        array[name] = column
    return array if shape else array[()]


def _column(column: Any) -> Any:
    if isinstance(column, list):
        return _objects(column, (len(column),))
    return np.asarray(column, object if isinstance(column, str) or column is None else None)


def _map(handle: Handle) -> Group:
    group = Group(zip(_keys(handle), _items(handle)))
    out = c_void_p()
    count = c_int64()
    check(lib.wb_value_attributes(handle, out))
    try:
        check(lib.wb_value_count(out.value, count))
        group.attributes = dict(zip(_keys(out.value), _items(out.value)))
    finally:
        lib.wb_value_free(out.value)
    return group


_MADE: dict[int, Callable[[Handle], Any]] = {
    _abi.WB_VALUE_NONE: lambda handle: None,
    _abi.WB_VALUE_TEXT: _text,
    _abi.WB_VALUE_ARRAY: _array,
    _abi.WB_VALUE_TEXTS: lambda handle: _objects(_items(handle), _shape(handle)),
    _abi.WB_VALUE_LIST: _list,
    _abi.WB_VALUE_RECORDS: _records,
    _abi.WB_VALUE_MAP: _map,
    _abi.WB_VALUE_UNREAD: lambda handle: Unread(_text(handle)),
}
