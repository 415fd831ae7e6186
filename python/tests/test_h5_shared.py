"""What h5py has no calls for, made by its libhdf5: references of HDF5 1.12, and descriptions that objects share."""

import ctypes
from pathlib import Path

import h5py
import numpy as np
import pytest

import wingbeat as wb

UNLIMITED = ctypes.c_uint64(-1).value
SPACE, TYPE, FILL, FILTERS, ATTRIBUTE = (1 << kind for kind in (1, 3, 5, 11, 12))


@pytest.fixture(scope="module")
def libhdf5():
    """The libhdf5 of h5py's, whose identifiers h5py's objects have."""
    found = sorted(Path(h5py.__file__).parent.parent.glob("h5py.libs/libhdf5-*.so*"))
    if not found:
        pytest.skip("this h5py brings no libhdf5 along")
    library = ctypes.CDLL(str(found[0]))
    for name in ("H5Pcreate", "H5Dcreate2", "H5Screate_simple"):
        getattr(library, name).restype = ctypes.c_int64
    return library


def region_of(where, *, select):
    space = where.id.get_space()
    select(space)
    return space


# ------------------------------------------------------------------ references


def test_references_to_regions(tmp_path):
    x = np.arange(60.0).reshape(6, 10)
    mask = x % 7 == 0
    with h5py.File(tmp_path / "f.h5", "w") as file:
        file["x"] = x
        file["g/records"] = np.array([(1, 2.0), (3, 4.0), (5, 6.0)], [("a", "i4"), ("b", "f8")])
        regions = [
            file["x"].regionref[1:4, 2:9:3], file["x"].regionref[mask], file["x"].regionref[...],
            file["g/records"].regionref[1:], file["x"].regionref[2, 3],
        ]  # fmt: skip
        file.create_dataset("refs", data=np.array(regions, dtype=h5py.regionref_dtype))
        file.create_dataset("empty", (2,), dtype=h5py.regionref_dtype)
        file.attrs["one"] = regions[0]
        file.attrs["all"] = regions[2]
    found = wb.h5.read(tmp_path / "f.h5", "refs")
    assert np.array_equal(found[0], x[1:4, 2:9:3]) and np.array_equal(found[1], x[mask])
    assert np.array_equal(found[2], x) and found[3]["b"].tolist() == [4.0, 6.0]
    assert found[4].reshape(-1).tolist() == [x[2, 3]]
    assert wb.h5.read(tmp_path / "f.h5", "empty") == [None, None]
    assert wb.h5.attributes(tmp_path / "f.h5") == {"one": "/x[1:4, 2:9:3]", "all": "/x[...]"}
    assert wb.h5.contents(tmp_path / "f.h5")["refs"].type == "references"


def test_regions_that_lead_in_a_circle_or_nowhere(tmp_path):
    with h5py.File(tmp_path / "f.h5", "w") as file:
        refs = file.create_dataset("refs", (3,), dtype=h5py.regionref_dtype)
        for place in range(3):
            refs[place] = refs.regionref[:]
        gone = file.create_dataset("gone", data=np.arange(4))
        held = gone.regionref[1:3]
        file.create_dataset("dangling", (1,), dtype=h5py.regionref_dtype)[0] = held
        del file["gone"]
    circle = wb.h5.read(tmp_path / "f.h5", "refs")
    assert len(circle) == 3 and all("leads back" in item.reason for item in circle)
    with pytest.raises(wb.FormatError):
        wb.h5.read(tmp_path / "f.h5", "dangling")


def references(libhdf5, file, makers, name):
    """Writes an array of references of HDF5 1.12."""
    data = (ctypes.c_uint8 * 64 * len(makers))()
    for place, make in zip(data, makers):
        assert make(ctypes.byref(place)) >= 0
    space = libhdf5.H5Screate_simple(1, (ctypes.c_uint64 * 1)(len(makers)), None)
    kind = ctypes.c_int64.in_dll(libhdf5, "H5T_STD_REF_g")
    call = libhdf5.H5Dcreate2
    call.argtypes = [ctypes.c_int64, ctypes.c_char_p] + [ctypes.c_int64] * 5
    array = call(file.id.id, name.encode(), kind, space, 0, 0, 0)
    libhdf5.H5Dwrite.argtypes = [ctypes.c_int64] * 5 + [ctypes.c_void_p]
    assert array >= 0 and libhdf5.H5Dwrite(array, kind, 0, 0, 0, data) >= 0
    libhdf5.H5Dclose(ctypes.c_int64(array))


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_references_of_hdf5_1_12(libhdf5, tmp_path, libver):
    x = np.arange(60).reshape(6, 10)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["y"] = [7.0, 8.0]
    with h5py.File(tmp_path / "f.h5", "w", libver=libver) as file, h5py.File(tmp_path / "other.h5") as other:
        file["g/x"] = x
        file["g/x"].attrs["units"] = "m/s"
        space = file["g/x"].id.get_space()
        space.select_hyperslab((1, 2), (2, 3), (2, 3))
        number = ctypes.c_int64(file.id.id)

        def to_object(place):
            return libhdf5.H5Rcreate_object(number, b"g/x", ctypes.c_int64(0), place)

        def to_region(place):
            return libhdf5.H5Rcreate_region(number, b"g/x", ctypes.c_int64(space.id), ctypes.c_int64(0), place)

        def to_attribute(place):
            return libhdf5.H5Rcreate_attr(number, b"g/x", b"units", ctypes.c_int64(0), place)

        def to_elsewhere(place):
            return libhdf5.H5Rcreate_object(ctypes.c_int64(other.id.id), b"y", ctypes.c_int64(0), place)

        references(libhdf5, file, [to_object, to_region, to_attribute, to_elsewhere], "refs")
    found = wb.h5.read(tmp_path / "f.h5", "refs")
    assert np.array_equal(found[0], x) and np.array_equal(found[1], x[1:4:2, 2:11:3])
    assert found[2] == "m/s" and found[3].tolist() == [7.0, 8.0]
    (tmp_path / "other.h5").unlink()
    assert isinstance(wb.h5.read(tmp_path / "f.h5")["refs"], wb.h5.Unread)


# ------------------------------------------------------------------ shared descriptions


def sharing(libhdf5, path, indexes, phase=(50, 40)):
    """A new file whose objects share descriptions: for each index the kinds of messages, from how many bytes on."""
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    number = ctypes.c_int64(creation.id)
    assert libhdf5.H5Pset_shared_mesg_nindexes(number, len(indexes)) >= 0
    for place, (kinds, least) in enumerate(indexes):
        assert libhdf5.H5Pset_shared_mesg_index(number, place, kinds, least) >= 0
    assert libhdf5.H5Pset_shared_mesg_phase_change(number, *phase) >= 0
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_LATEST)
    return h5py.File(h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, creation, access))


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize(
    "indexes",
    [
        [(SPACE | TYPE | FILL | FILTERS | ATTRIBUTE, 1)],
        [(ATTRIBUTE, 1), (SPACE | TYPE, 1)],
        [(FILL | FILTERS, 1), (SPACE, 1), (TYPE, 1)],
        [(ATTRIBUTE, 40)],
    ],
)
@pytest.mark.parametrize("phase", [(50, 40), (0, 0)])
def test_objects_that_share_their_descriptions(libhdf5, tmp_path, indexes, dense, phase):
    path = tmp_path / "f.h5"
    kind = np.dtype([("a", "<i4"), ("b", "<f8"), ("c", "<u2", (2,))])
    with sharing(libhdf5, path, indexes, phase) as file:
        for number in range(30):
            array = file.create_dataset(
                f"g{number % 3}/x{number}", (40, 3), "<f4", chunks=(20, 3), compression=4, shuffle=True, fillvalue=2.5
            )
            array[:7] = number
            array.attrs["units"] = "metres per second, and some more text behind it"
            array.attrs["own"] = np.full((4, 5), number)
            array.attrs["mixed"] = np.array([(number, 0.5, (7, 8))], kind)
            for place in range(12 if dense else 0):
                array.attrs[f"more {place}"] = "the same text for all of them, of some length"
        file["records"] = np.array([(1, 2.0, (3, 4))] * 3, kind)
    with h5py.File(path) as file:
        expected = {name: (array[()], dict(array.attrs)) for name in ("g0/x0", "g2/x29", "records")
                    for array in [file[name]]}  # fmt: skip
    everything = wb.h5.read(path)
    for name, (value, attributes) in expected.items():
        found = wb.h5.read(path, name)
        assert found.dtype == value.dtype and np.array_equal(found, value), name
        one = wb.h5.attributes(path, name)
        assert one.keys() == attributes.keys()
        for key, value in attributes.items():
            assert np.array_equal(one[key], value), (name, key)
    assert np.array_equal(everything["g1"]["x4"][:7], np.full((7, 3), 4, "f4"))
    assert (everything["g1"]["x4"][7:] == 2.5).all()


def test_a_heap_of_shared_descriptions_that_is_damaged(libhdf5, tmp_path):
    path = tmp_path / "f.h5"
    with sharing(libhdf5, path, [(ATTRIBUTE | TYPE | SPACE, 1)]) as file:
        for number in range(6):
            file[f"x{number}"] = np.arange(10.0)
            file[f"x{number}"].attrs["note"] = "shared by all"
    sound = path.read_bytes()
    place = sound.index(b"SMTB")
    for at in (place + 1, place + 20, sound.index(b"FRHP") + 8):
        changed = bytearray(sound)
        changed[at] ^= 0xFF
        path.write_bytes(changed)
        with pytest.raises(wb.FormatError, match="damaged"):
            wb.h5.read(path)
