"""Real files of MATLAB, PyTables and others, where the project's data is there, value for value."""

from pathlib import Path

import numpy as np
import pytest

import wingbeat as wb

h5py = pytest.importorskip("h5py")

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "science"
if not FOLDER.is_dir():
    FOLDER = Path("/work/shared/data/science")
FILES = sorted(path.name for path in FOLDER.glob("*") if path.suffix in (".h5", ".mat"))


@pytest.mark.parametrize("name", FILES)
def test_every_array_as_it_is_stored(name):
    def check(place, found):
        if not isinstance(found, h5py.Dataset) or found.dtype.kind in "OS":
            return
        ours, expected = wb.h5.read(FOLDER / name, place, raw=True), found[()]
        assert ours.dtype == expected.dtype and ours.shape == expected.shape
        np.testing.assert_array_equal(ours, expected)
        checked.append(place)

    checked = []
    with h5py.File(FOLDER / name) as file:
        file.visititems(check)
    assert checked


def whole(name, **options):
    if not (FOLDER / name).exists():
        pytest.skip("the data is not here")
    return wb.h5.read(FOLDER / name, **options)


def test_matlab_arrays_and_their_axes():
    arrays, turned = whole("matlab73_array.mat"), whole("matlab73_array.mat", turn=True)
    assert arrays["a1x2"].shape == (2, 1) and turned["a1x2"].tolist() == [[1, 2]]
    assert turned["a2x2"].tolist() == [[1, 3], [4, 2]]
    assert turned["a2x2x2"][:, :, 0].tolist() == [[1, 2], [3, 4]] or turned["a2x2x2"].shape == (2, 2, 2)
    np.testing.assert_array_equal(turned["a2x2x2"], arrays["a2x2x2"].T)
    assert arrays["empty"].shape == (0, 0) and arrays["string"] == "string"
    assert wb.h5.contents(FOLDER / "matlab73_array.mat")["a2x2"].reversed


def test_matlab_cells_structs_and_texts():
    cell = whole("matlab73_cell.mat")["cell"]
    assert [cell[0].item(), cell[1].item(), cell[2], cell[3]] == [1, 2.01, "string", ["string1", "string2"]]
    structs = whole("matlab73_struct.mat")
    assert [structs["s"][name].size for name in "abc"] == [1, 2, 3]
    assert [one["a"].item() for one in structs["s2"]] == [1, 2]
    texts = whole("matlab73_string.mat")
    assert texts["accented_string"] == "thé qüîck browñ fòx" and texts["empty_string"] == ""
    assert texts["cell_strings"] == ["this is a string", "this is another string"]
    assert texts["concatenated_strings"].tolist() == ["this is a string      ", "this is another string"]
    simple = whole("matlab73_simple.mat")
    assert simple["logical"].dtype == bool and simple["logical"].all()
    assert all(simple[name].item() == 1 for name in simple)


def test_molecular_dynamics():
    import json

    file = whole("md_ala2.h5")
    assert file["coordinates"].shape == (100, 22, 3) and file.attributes["title"] == "title"
    assert json.loads(file["topology"][0])["chains"][0]["residues"][0]["name"] == "ACE"
    assert wb.h5.attributes(FOLDER / "md_ala2.h5", "coordinates")["units"] == "nanometers"
