"""wb.h5 reads what h5py writes, value for value."""

import numpy as np
import pytest

import wingbeat as wb

h5py = pytest.importorskip("h5py")


@pytest.fixture
def file(tmp_path):
    """A function that makes a file with another, and gives its path."""

    def made(write, **options):
        path = tmp_path / "file.h5"
        with h5py.File(path, "w", **options) as file:
            write(file)
        return path

    return made


def same(found, expected):
    expected = np.asarray(expected)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found, expected)


NUMBERS = [
    *("i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8"),
    *("<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<c8", ">c8", "<c16", ">c16", "?"),
]


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_of_every_type_and_order(file, kind, libver):
    values = (np.random.default_rng(0).normal(size=(7, 5)) * 50).astype(kind)
    path = file(
        lambda f: (f.create_dataset("x", data=values), f.create_dataset("one", data=values[0, 0])), libver=libver
    )
    native = values.astype(np.dtype(kind).newbyteorder("="))
    same(wb.h5.read(path, "x"), native)
    one = wb.h5.read(path, "one")
    assert one == native[0, 0] and one.dtype == native.dtype


FILTERS = {
    "chunked": {"chunks": (3, 4)},
    "gzip": {"chunks": (3, 4), "compression": "gzip"},
    "shuffle": {"chunks": (3, 4), "compression": "gzip", "shuffle": True},
    "lzf": {"chunks": (3, 4), "compression": "lzf"},
    "lzf and shuffle": {"chunks": (7, 5), "compression": "lzf", "shuffle": True, "fletcher32": True},
    "fletcher32": {"chunks": (3, 4), "fletcher32": True},
    "growing": {"chunks": (3, 4), "maxshape": (None, 11)},
    "growing twice": {"chunks": (3, 4), "maxshape": (None, None), "compression": "gzip"},
}


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("kind", ["<f8", ">i2", "<i4"])
def test_every_filter_and_chunk_index(file, name, kind, libver):
    values = (np.random.default_rng(1).normal(size=(20, 11)) * 50).astype(kind)
    path = file(lambda f: f.create_dataset("x", data=values, **FILTERS[name]), libver=libver)
    same(wb.h5.read(path, "x"), values.astype(np.dtype(kind).newbyteorder("=")))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", ["i1", "i2", "u2", "i4", "u4", "i8"])
def test_scale_offset_of_integers(file, kind, order):
    values = np.random.default_rng(2).integers(3, 90, (50, 3)).astype(order + kind)
    path = file(lambda f: f.create_dataset("x", data=values, chunks=(20, 3), scaleoffset=0))
    same(wb.h5.read(path, "x"), values.astype(kind))


@pytest.mark.parametrize("kind", ["<f4", "<f8", ">f4", ">f8"])
def test_scale_offset_of_real_numbers_is_as_libhdf5_has_it(file, kind):
    values = np.random.default_rng(3).normal(size=(64, 4)).astype(kind)
    path = file(lambda f: f.create_dataset("x", data=values, chunks=(20, 4), scaleoffset=3))
    with h5py.File(path) as stored:
        expected = stored["x"][()]
    same(wb.h5.read(path, "x"), expected.astype(np.dtype(kind).newbyteorder("=")))


@pytest.mark.skipif(not h5py.h5z.filter_avail(h5py.h5z.FILTER_SZIP), reason="this libhdf5 has no szip")
@pytest.mark.parametrize("kind", ["u1", "<i2", "<f4", "<f8"])
def test_szip(file, kind):
    values = np.round(np.random.default_rng(4).normal(size=(64, 32)) * 9).astype(kind)
    path = file(lambda f: f.create_dataset("x", data=values, chunks=(16, 32), compression="szip"))
    try:
        found = wb.h5.read(path, "x")
    except wb.UnsupportedError as error:
        assert "szip, without libsz" in str(error)
    else:
        same(found, values)


def test_n_bit(file):
    values = np.random.default_rng(5).integers(-1000, 1000, (40, 3)).astype("<i4")

    def write(f):
        kind = h5py.h5t.STD_I32LE.copy()
        kind.set_precision(12)
        kind.set_offset(4)
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((16, 3))
        properties.set_filter(h5py.h5z.FILTER_NBIT)
        space = h5py.h5s.create_simple(values.shape)
        h5py.h5d.create(f.id, b"x", kind, space, properties).write(h5py.h5s.ALL, h5py.h5s.ALL, values)

    same(wb.h5.read(file(write), "x"), values)


def test_a_filter_that_is_not_here_is_named(file):
    def write(f):
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((4,))
        # Optional, so that nobody needs to have it.
        properties.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
        h5py.h5d.create(f.id, b"x", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((4,)), properties)
        f["y"] = 1.0

    try:
        path = file(write)
    except (ValueError, OSError):
        pytest.skip("this libhdf5 makes no array with a filter that it does not have")
    with pytest.raises(wb.UnsupportedError, match="zstd"):
        wb.h5.read(path, "x")
    whole = wb.h5.read(path)
    assert whole["y"] == 1 and isinstance(whole["x"], wb.h5.Unread) and "zstd" in whole["x"].reason


def test_what_was_never_stored_has_the_fill_value(file):
    def write(f):
        f.create_dataset("chunks", (1000, 1000), "<i4", chunks=(10, 10), fillvalue=7)[20:30, 5] = 1
        f.create_dataset("plain", (9,), ">f8", fillvalue=2.5)
        f.create_dataset("none", (3, 2), "f4")

    whole = wb.h5.read(file(write))
    expected = np.full((1000, 1000), 7, "i4")
    expected[20:30, 5] = 1
    same(whole["chunks"], expected)
    same(whole["plain"], np.full(9, 2.5))
    same(whole["none"], np.zeros((3, 2), "f4"))


def test_texts(file):
    def write(f):
        f["text"] = "grüße"
        f["texts"] = np.array([["a", "bc"], ["", "déjà"]], dtype=object)
        f["fixed"] = np.array([b"ab", b"c"], dtype="S4")
        f["utf8"] = np.array(["ä".encode()], dtype=h5py.string_dtype("utf-8", 2))
        f["empty"] = h5py.Empty("f4")
        f["latin"] = np.array([b"\xe9t\xe9"], dtype="S3")

    whole = wb.h5.read(file(write))
    assert whole["text"] == "grüße" and whole["empty"] is None
    assert whole["texts"].tolist() == [["a", "bc"], ["", "déjà"]]
    assert whole["fixed"].tolist() == ["ab", "c"] and whole["utf8"].tolist() == ["ä"]
    assert whole["latin"].tolist() == ["été"]


def test_records_by_name(file):
    kind = np.dtype([("t", "<i4"), ("x", ">f8", (3,)), ("z", "c8"), ("ok", "?"), ("name", "S3"), ("in", [("a", "u1")])])
    values = np.zeros(4, kind)
    values["t"], values["x"], values["z"] = range(4), np.arange(12).reshape(4, 3), 1 + 2j
    values["ok"][1], values["name"], values["in"]["a"] = True, [b"a", b"bc", b"", b"def"], 9

    def write(f):
        f["x"] = values
        f["one"] = values[2]
        f.create_dataset("long", data=[(1, "ab")], dtype=[("n", "i4"), ("s", h5py.string_dtype())])

    path = file(write)
    found = wb.h5.read(path, "x")
    assert found.dtype.names == kind.names
    for name in ("t", "x", "z", "ok"):
        np.testing.assert_array_equal(found[name], values[name])
    assert found["name"].tolist() == ["a", "bc", "", "def"]
    same(found["in"]["a"], values["in"]["a"])
    assert wb.h5.read(path, "one")["t"] == 2
    assert wb.h5.read(path, "long")["s"].tolist() == ["ab"]


def test_other_types(file):
    def write(f):
        f.create_dataset("enum", data=[2, 1], dtype=h5py.enum_dtype({"RED": 1, "BLUE": 2}, basetype="i2"))
        f["bits"] = np.array([1, 2], "u1")
        ragged = f.create_dataset("ragged", (2,), h5py.vlen_dtype("<i4"))
        ragged[0], ragged[1] = [1, 2, 3], []
        f["opaque"] = np.array([b"abcde"], "V5")
        f.create_dataset("array", (2,), np.dtype(("<f4", (2, 3))))[...] = np.arange(12).reshape(2, 2, 3)
        f["longdouble"] = np.array([1.5, -2.25, 0, np.inf], "longdouble")
        f["pairs"] = np.array([(1.0, 2.0)], [("real", "f8"), ("imag", "f8")])
        f["half"] = (np.array([1.5, -2], "f4").view("u4") >> 16).astype("u2").view("V2")

    path = file(write)
    whole = wb.h5.read(path)
    same(whole["enum"], np.array([2, 1], "i2"))
    assert whole["enum"].dtype.metadata == {"enum": {"RED": 1, "BLUE": 2}}
    assert [part.tolist() for part in whole["ragged"]] == [[1, 2, 3], []]
    assert whole["opaque"].tobytes() == b"abcde"
    same(whole["array"], np.arange(12, dtype="f4").reshape(2, 2, 3))
    same(whole["longdouble"], np.array([1.5, -2.25, 0, np.inf]))
    same(whole["pairs"], np.array([1 + 2j]))
    np.testing.assert_array_equal(np.asarray(whole["half"], "f4"), [1.5, -2])


def test_groups_attributes_and_links(file, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as f:
        f["far/x"] = [1, 2]

    def write(f):
        f.attrs["title"] = "run"
        f.attrs["numbers"] = np.arange(3, dtype=">i2")
        f.attrs["names"] = ["a", "b"]
        f["a/b/x"] = [1.0]
        f["a/b/x"].attrs["units"] = "m"
        f["soft"] = h5py.SoftLink("/a/b/x")
        f["hard"] = f["a/b/x"]
        f["gone"] = h5py.SoftLink("/nowhere")
        f["external"] = h5py.ExternalLink("other.h5", "/far/x")
        f["a/b"].attrs["to"] = f["a"].ref

    path = file(write)
    whole = wb.h5.read(path)
    assert whole.attributes["title"] == "run" and whole.attributes["names"].tolist() == ["a", "b"]
    same(whole.attributes["numbers"], np.arange(3, dtype="i2"))
    same(whole["a"]["b"]["x"], [1.0])
    same(whole["soft"], [1.0])
    same(whole["hard"], [1.0])
    same(whole["external"], [1, 2])
    assert "not there" in whole["gone"].reason
    assert wb.h5.attributes(path, "a/b/x") == {"units": "m"}
    assert wb.h5.attributes(path, "a/b") == {"to": "/a"}
    assert wb.h5.contents(path)["a/b"].kind == "group"
    assert wb.h5.contents(path)["a/b/x"] == ("array", "float64", (1,), None, False)
    with pytest.raises(wb.ArgumentError, match="nothing at 'a/c'; it has: a/b/x"):
        wb.h5.read(path, "a/c")


def test_references_are_followed(file):
    def write(f):
        f["x"], f["y"] = [1, 2], "text"
        f["refs"] = np.array([f["x"].ref, f["y"].ref, h5py.Reference()], dtype=h5py.ref_dtype)
        f["one"] = f["x"].ref

    whole = wb.h5.read(file(write))
    same(whole["refs"][0], [1, 2])
    assert whole["refs"][1] == "text" and whole["refs"][2] is None
    same(whole["one"], [1, 2])


def test_groups_that_hold_themselves(file):
    def write(f):
        group = f.create_group("a/b")
        group["up"] = f["a"]
        group["refs"] = np.array([f.ref], dtype=h5py.ref_dtype)
        f["a/x"] = 3

    whole = wb.h5.read(file(write))
    assert "leads back" in whole["a"]["b"]["up"].reason and whole["a"]["x"] == 3
    assert "leads back" in whole["a"]["b"]["refs"][0].reason


def test_external_and_virtual_arrays(file, tmp_path):
    values = np.arange(24, dtype="<i4").reshape(4, 6)
    (tmp_path / "raw.bin").write_bytes(b"head" + values.tobytes())
    for number in range(4):
        with h5py.File(tmp_path / f"part{number}.h5", "w") as part:
            part["row"] = values[number]

    def write(f):
        f.create_dataset("raw", (4, 6), "<i4", external=[("raw.bin", 4, h5py.h5f.UNLIMITED)])
        layout = h5py.VirtualLayout((5, 6), "<i4")
        for number in range(4):
            layout[number] = h5py.VirtualSource(f"part{number}.h5", "row", (6,))
        layout[4, ::2] = h5py.VirtualSource(".", "own", (6,))[3:]
        f["own"] = np.arange(6, dtype="<i4") * 10
        f.create_virtual_dataset("virtual", layout, fillvalue=-1)
        missing = h5py.VirtualLayout((2,), "f8")
        missing[:] = h5py.VirtualSource("gone.h5", "x", (2,))
        f.create_virtual_dataset("missing", missing, fillvalue=4)

    whole = wb.h5.read(file(write, libver="latest"))
    same(whole["raw"], values)
    same(whole["virtual"], np.vstack([values, [[30, -1, 40, -1, 50, -1]]]).astype("i4"))
    same(whole["missing"], [4.0, 4.0])


def test_types_with_names_are_no_values(file):
    def write(f):
        f["T"] = np.dtype([("a", "<i4"), ("b", "<f8")])
        f["g/U"] = np.dtype("<f4")
        f.create_dataset("x", data=np.array([(1, 2.0)], [("a", "<i4"), ("b", "<f8")]), dtype=f["T"])
        f.create_dataset("g/y", data=[1.5], dtype=f["g/U"])

    path = file(write)
    whole = wb.h5.read(path)
    assert list(whole) == ["g", "x"] and list(whole["g"]) == ["y"]
    assert whole["x"]["b"].tolist() == [2.0] and whole["g"]["y"].dtype == "f4"
    assert {name: entry.kind for name, entry in wb.h5.contents(path).items()} == {
        "T": "type", "g": "group", "g/U": "type", "g/y": "array", "x": "array"
    }  # fmt: skip
    with pytest.raises(wb.UnsupportedError, match="'T' is a type with a name"):
        wb.h5.read(path, "T")


def test_dimension_scales_name_axes(file):
    def write(f):
        f["x"] = np.zeros((2, 3))
        f["time"] = [0.0, 1.0]
        f["time"].make_scale("time")
        f["x"].dims[0].attach_scale(f["time"])
        f["x"].dims[1].label = "place"

    path = file(write)
    assert wb.h5.contents(path)["x"].dimensions == ("time", "place")


def test_user_blocks_and_empty_files(file, tmp_path):
    path = file(lambda f: f.create_dataset("x", data=[1]), userblock_size=512)
    same(wb.h5.read(path, "x"), [1])
    assert wb.h5.read(file(lambda f: None)) == {}
    (tmp_path / "text.h5").write_text("no")
    with pytest.raises(wb.FormatError, match="not an HDF5 file"):
        wb.h5.read(tmp_path / "text.h5")
    with pytest.raises(FileNotFoundError):
        wb.h5.read(tmp_path / "none.h5")


def test_the_limit_bounds_what_is_read(file):
    path = file(lambda f: f.create_dataset("x", (1 << 40,), "f8", chunks=(1024,)))
    with pytest.raises(MemoryError, match="larger than the limit"):
        wb.h5.read(path)
    path = file(lambda f: f.create_dataset("x", data=np.zeros(1000)))
    with pytest.raises(MemoryError):
        wb.h5.read(path, "x", limit=7000)
    assert wb.h5.read(path, "x", limit=20000).shape == (1000,)


def test_many_members_and_dense_attributes(file):
    def write(f):
        for number in range(300):
            f[f"x{number}"] = number
            f.attrs[f"a{number}"] = number

    for libver in ("earliest", "latest"):
        path = file(write, libver=libver, track_order=True) if libver == "latest" else file(write)
        whole = wb.h5.read(path)
        assert [int(whole[f"x{number}"]) for number in range(300)] == list(range(300))
        assert [int(whole.attributes[f"a{number}"]) for number in range(300)] == list(range(300))
