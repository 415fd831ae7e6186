"""Files of PyTables, pandas and netCDF4: small ones beside the script that made them, and new ones where installed."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import wingbeat as wb

HERE = Path(__file__).parent / "fixtures" / "writers"


@pytest.fixture(scope="module", params=["stored", "new"])
def folder(request, tmp_path_factory):
    if request.param == "stored":
        return HERE
    for name in ("tables", "pandas", "netCDF4"):
        pytest.importorskip(name)
    spec = importlib.util.spec_from_file_location("make_writers", HERE / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.HERE = tmp_path_factory.mktemp("writers")
    for write in (module.write_pandas, module.write_pytables, module.write_netcdf):
        write()
    return module.HERE


COLUMNS = {"index": [10, 20, 30], "a": [1, 2, 3], "b": [1.5, 2.5, np.nan], "c": [4, 5, 6], "n": [7, 8, 9]}
DATES = np.array(["2020-01-01", "2020-01-02", "2020-01-03"], "datetime64[ns]")


@pytest.mark.parametrize("name", ["fixed", "pickled", "table", "columns"])
def test_frames_of_pandas_by_columns(folder, name):
    found = wb.h5.read(folder / "pandas.h5", name)
    assert list(found)[:5] == list(COLUMNS)
    for column, expected in COLUMNS.items():
        np.testing.assert_array_equal(found[column], expected)
    if name == "fixed":
        return
    np.testing.assert_array_equal(found["t"], DATES)
    assert found["t"].dtype == "datetime64[ns]"
    np.testing.assert_array_equal(found["f"], [True, False, True])
    if name == "pickled":
        assert "not run" in found["s"].reason
    else:
        assert found["s"].tolist() == ["x", "yy", "z"]


def test_series_dates_and_a_missing_filter(folder):
    whole = wb.h5.read(folder / "pandas.h5")
    np.testing.assert_array_equal(whole["series"]["index"], [10, 20, 30])
    np.testing.assert_array_equal(whole["series"]["values"], [1.5, 2.5, np.nan])
    np.testing.assert_array_equal(whole["dates"]["index"], DATES)
    assert "blosc" in whole["blosc"]["table"].reason
    with pytest.raises(wb.UnsupportedError, match="32001 .blosc."):
        wb.h5.read(folder / "pandas.h5", "blosc/table")


def test_pytables(folder):
    whole = wb.h5.read(folder / "pytables.h5")
    table = whole["t"]
    assert table["name"].tolist() == ["p0", "p1", "p2", "p3"]
    np.testing.assert_array_equal(table["n"], range(4))
    np.testing.assert_array_equal(table["x"], [[i, 2 * i] for i in range(4)])
    np.testing.assert_allclose(table["t"], [0, 1.5, 3, 4.5], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(table["z"], 1j * np.arange(4))
    np.testing.assert_array_equal(table["ok"], [False, True, False, True])
    assert table["ok"].dtype == bool and [part.tolist() for part in whole["ragged"]] == [[1, 2], [3]]
    np.testing.assert_array_equal(whole["g"]["arr"], np.arange(6).reshape(2, 3))


def test_netcdf(folder):
    path = folder / "netcdf.nc"
    plain, scaled = wb.h5.read(path), wb.h5.read(path, scale=True)
    assert set(plain) == {"time", "temperature", "w", "label", "g"} and "bare" in wb.h5.read(path, raw=True)
    np.testing.assert_array_equal(plain["temperature"], [[0, 10, -999], [30, 40, 50]])
    np.testing.assert_allclose(scaled["temperature"], [[20, 21, np.nan], [23, 24, 25]], rtol=1e-15)
    np.testing.assert_array_equal(scaled["g"]["y"], np.array([[1, np.nan, 2]], "f4"))
    assert scaled["g"]["y"].dtype == np.float32 and plain["label"].tolist() == ["ab", "", ""]
    assert wb.h5.contents(path)["temperature"].dimensions == ("time", "x")
    assert wb.h5.attributes(path, "temperature")["units"] == "C"
