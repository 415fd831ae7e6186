"""Rows behind those that a file has: by h5py's or Wingbeat's hand, in every form that can grow."""

import os

import h5py
import numpy as np
import pytest

import wingbeat as wb
from wingbeat.data import HDF5Dataset, RowWriter

X = np.arange(60.0).reshape(20, 3)


@pytest.mark.parametrize("libver", ["earliest", "v108", "v110"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "gzip", "shuffle": True},
        {"fletcher32": True},
        {"maxshape": (None, None)},
        {"dtype": ">f8"},
        {"dtype": "<f4", "compression": 1},
    ],
)
def test_rows_go_behind_those_that_are_there(tmp_path, libver, options):
    path = tmp_path / "f.h5"
    with h5py.File(path, "w", libver=libver) as file:
        file.create_dataset("g/x", data=X, chunks=(7, 3), **{"maxshape": (None, 3), **options})
        file["g/x"].attrs["units"] = "m"
        file["other"] = "a text"
        file["soft"] = h5py.SoftLink("/g/x")
    path.chmod(0o640)
    rows = X.astype(np.dtype(options.get("dtype", "f8")).newbyteorder("="))
    assert wb.h5.append(path, {"g/x": rows[:5] + 100}) == 25
    for place in range(3):
        wb.h5.append(path, {"g/x": rows[place : place + 1]})
    expected = np.concatenate([X, X[:5] + 100, X[:3]])
    assert np.array_equal(wb.h5.read(path, "g/x"), expected)
    with h5py.File(path) as file:
        assert np.array_equal(file["soft"][()], expected) and file["g/x"].attrs["units"] == "m"
        assert file["other"][()] == b"a text"
    assert path.stat().st_mode & 0o777 == 0o640 and os.listdir(tmp_path) == ["f.h5"]


def test_several_columns_and_a_file_of_the_writers_own(tmp_path):
    path = tmp_path / "f.h5"
    columns = {"x": ((3,), "float64"), "y": ((), "int64"), "z": ((), "bool")}
    with RowWriter(path, columns) as writer:
        writer.append(X, np.arange(20), np.arange(20) % 2 == 0)
    with RowWriter(path, columns, append=True) as writer:
        for place in range(20):
            writer.append(X[place : place + 1], np.array([place]), np.array([place % 3 == 0]))
            assert len(writer) == 21 + place and len(HDF5Dataset(path, "x", "y")) == 20
    x, y = HDF5Dataset(path, "x", "y", dtype="float64")[:]
    assert np.array_equal(x.numpy(), np.concatenate([X, X])) and y.tolist() == [*range(20)] * 2
    assert wb.h5.read(path, "z").tolist()[20:] == [int(place % 3 == 0) for place in range(20)]
    before = path.stat().st_ino
    with RowWriter(path, columns, append=True):
        pass
    assert path.stat().st_ino == before  # nothing was appended


def test_whole_numbers_of_every_type_that_fit(tmp_path):
    path = tmp_path / "f.h5"
    kinds = ["i1", "u1", "<i2", ">i2", "<u2", "<i4", "<u4", "<i8", ">u8", "<f2", "<f4", "<f8"]
    for kind in kinds:
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=np.arange(3, dtype=kind), maxshape=(None,), chunks=(2,))
        wb.h5.append(path, {"x": [5, 6]})
        with h5py.File(path) as file:
            assert file["x"].dtype == np.dtype(kind) and file["x"][:].tolist() == [0, 1, 2, 5, 6]
        before = path.read_bytes()
        wrong = {"u1": -1, "i1": 128, "<i2": 1 << 15, ">i2": -(1 << 20), "<u2": 1 << 16, "<i4": 1 << 31, "<u4": -5,
                 ">u8": -1, "<f2": 5000, "<f4": (1 << 24) + 1, "<f8": (1 << 53) + 1}.get(kind)  # fmt: skip
        if wrong is not None:
            with pytest.raises(wb.ArgumentError, match=f"f.h5: {wrong} does not fit into 'x'"):
                wb.h5.append(path, {"x": [1, wrong]})
            assert path.read_bytes() == before
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=[True, False], maxshape=(None,), chunks=(2,))
    wb.h5.append(path, {"x": [False, True]})
    with h5py.File(path) as file:
        assert file["x"].dtype == bool and file["x"][:].tolist() == [True, False, False, True]


def test_what_cannot_take_rows_is_refused_and_stays(tmp_path):
    path = tmp_path / "f.h5"
    with h5py.File(path, "w") as file:
        file["fixed"] = X
        file.create_dataset("chunks", data=X, chunks=(7, 3))
        file.create_dataset("some", data=X, chunks=(7, 3), maxshape=(22, 3))
        file.create_dataset("x", data=X, chunks=(7, 3), maxshape=(None, 3))
        file.create_dataset("longer", (21, 3), "<f8", chunks=(7, 3), maxshape=(None, 3))
        file.create_dataset("single", data=X, dtype="<f4", chunks=(7, 3), maxshape=(None, 3))
        file.create_dataset("texts", data=["a"], chunks=(7,), maxshape=(None,), dtype=h5py.string_dtype())
        file.create_dataset("lzf", data=X, chunks=(7, 3), maxshape=(None, 3), compression="lzf")
        file["one"] = 1.0
        file["soft"] = h5py.SoftLink("/x")
    before = path.read_bytes()
    rows = X[:3]
    for names, kind, what in [
        (["fixed"], wb.ArgumentError, "cannot grow"), (["chunks"], wb.ArgumentError, "cannot grow"),
        (["none"], wb.ArgumentError, "is not there"), (["soft"], wb.ArgumentError, "is not there"),
        (["x", "longer"], wb.ShapeError, "has 21 rows"), (["single"], wb.DTypeError, "may not fit"),
        (["one"], wb.ArgumentError, "has no rows"),
        (["/"], wb.ArgumentError, "is no data set"),
        (["some"], wb.Error, "some"), (["lzf"], wb.UnsupportedError, "lzf"),
    ]:  # fmt: skip
        with pytest.raises(kind, match=what):
            wb.h5.append(path, dict.fromkeys(names, rows))
        assert path.read_bytes() == before and os.listdir(tmp_path) == ["f.h5"], names
    with pytest.raises(wb.DTypeError, match="'texts' holds text"):
        wb.h5.append(path, {"texts": X[0]})
    with pytest.raises(wb.ShapeError, match=r"rows of shape \[3\], not \[4\]"):
        wb.h5.append(path, {"x": np.zeros((2, 4))})
    assert wb.h5.append(path, {"some": X[:2]}) == 22
    with pytest.raises(FileNotFoundError):
        wb.h5.append(tmp_path / "none.h5", {"x": rows})
    (tmp_path / "text").write_text("no")
    with pytest.raises(wb.FormatError):
        wb.h5.append(tmp_path / "text", {"x": rows})
    with pytest.raises(wb.ArgumentError, match="one data set or more"):
        wb.h5.append(path, {})
    with h5py.File(path, "r+"):
        with pytest.raises(wb.FileError, match="is locked"):
            wb.h5.append(path, {"x": rows})
    with pytest.raises(wb.ArgumentError, match="parts"):
        RowWriter(tmp_path / "run", {"x": ((3,), "float64")}, part_rows=5, append=True)


def test_names_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "f.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=X, chunks=(7, 3), maxshape=(None, 3))
    with pytest.raises(wb.ArgumentError, match="null character"):
        wb.h5.append(path, {"x\0y": X})
    with pytest.raises(TypeError, match="the name of a column, found int"):
        wb.h5.append(path, {3: X})
    with pytest.raises(wb.ArgumentError, match="null character"):
        HDF5Dataset(path, "x\0")
    assert len(HDF5Dataset(path, "x")) == 20


def test_a_writer_that_is_left_changes_nothing(tmp_path):
    path = tmp_path / "f.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=X, chunks=(7, 3), maxshape=(None, 3))
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError), RowWriter(path, {"x": ((3,), "float64")}, append=True) as writer:
        writer.append(X)
        1 / 0  # noqa: B018
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["f.h5"]


def test_one_data_set_under_two_names_is_refused(tmp_path):
    path = tmp_path / "f.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=X, chunks=(7, 3), maxshape=(None, 3))
        file["again"] = file["x"]
    before = path.read_bytes()
    for other in ("/x", "again"):
        with pytest.raises(wb.ArgumentError, match=f"'x' and '{other}' are the same data set"):
            wb.h5.append(path, {"x": X, other: X + 1})
        assert path.read_bytes() == before and os.listdir(tmp_path) == ["f.h5"]
