"""Files of data sets that say of themselves what is not so, or lead where nothing should go: each is refused in one
sentence."""

import os
import struct
import subprocess
import sys

import h5py
import numpy as np
import pytest

from wingbeat import data

ROWS, COLUMNS = 24, 16


def values(dtype="<f8"):
    return np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS).astype(dtype)


def node_of(contents):
    """Where the tree of chunks begins."""
    place = contents.index(b"TREE\x01")
    assert contents.find(b"TREE\x01", place + 1) < 0
    return place


def key_of(contents, chunk, rank=2):
    """Where the key of a chunk begins in the tree's only node: four bytes of size, four of mask, and then offsets."""
    return node_of(contents) + 24 + chunk * (8 + 8 * (rank + 1) + 8)


@pytest.fixture(params=["memory", "stream"])
def cache(request):
    data.set_cache(1 << 30 if request.param == "memory" else 0)
    yield request.param
    data.set_cache(1 << 30)


def assert_refused(path, name="x", match="damaged|cannot be read"):
    """Every way to all rows ends in a FormatError that names the file."""
    for read in (
        lambda d: d[:],
        lambda d: list(d.batches(5)),
        lambda d: list(d.batches(5, shuffle="exact")),
        lambda d: [d[row] for row in range(ROWS)],
    ):
        with pytest.raises(OSError, match=match) as caught:
            read(data.HDF5Dataset(path, name))
        assert (
            type(caught.value).__name__ == "FormatError"
            and os.path.basename(path) in str(caught.value)
            and len(str(caught.value)) < 1000
        )


@pytest.mark.parametrize("chunk", [0, 1, 5])
@pytest.mark.parametrize("size", [1 << 20, 769, 767, 8, 0, 2**32 - 1])
def test_a_chunk_whose_tree_says_another_size_is_refused(tmp_path, cache, chunk, size):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=values(), chunks=(4, COLUMNS))
    contents = bytearray(path.read_bytes())
    place = key_of(contents, chunk)
    assert struct.unpack_from("<I", contents, place)[0] == 4 * COLUMNS * 8
    struct.pack_into("<I", contents, place, size)
    path.write_bytes(contents)
    assert_refused(path)


LAYOUTS = {
    "unfiltered": ({}, "<f8"),
    "fletcher32": ({"fletcher32": True}, "<f8"),
    "gzip and fletcher32": ({"compression": "gzip", "fletcher32": True}, "<f8"),
    "gzip": ({"compression": "gzip"}, "<f8"),
    "shuffled gzip": ({"compression": "gzip", "shuffle": True}, "<f8"),
    "big-endian": ({}, ">f8"),
    "big-endian gzip": ({"compression": "gzip"}, ">f8"),
    "scale-offset": ({"scaleoffset": 9}, "<i4"),
    "scale-offset, gzip": ({"compression": "gzip", "shuffle": True, "scaleoffset": 9}, ">i4"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("chunk", [0, 1, 5])
def test_a_chunk_that_is_stored_too_short_is_refused_wherever_it_is(tmp_path, cache, layout, chunk):
    options, dtype = LAYOUTS[layout]
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        x = file.create_dataset("x", data=values(dtype), chunks=(4, COLUMNS), **options)
        stored = x.id.read_direct_chunk((4 * chunk, 0))[1]
    np.testing.assert_array_equal(data.HDF5Dataset(path, "x")[:].numpy(), values("f4"))
    # By another program, with the checksum that belongs to what is left: only the length tells.
    for kept in (len(stored) // 2, 30, 8):
        path = tmp_path / f"{kept}.h5"
        short = stored[:kept]
        if options.get("fletcher32"):
            short += struct.pack("<I", fletcher32(short))
        with h5py.File(path, "w") as file:
            x = file.create_dataset("x", (ROWS, COLUMNS), dtype, chunks=(4, COLUMNS), **options)
            x[...] = values(dtype)
            if options:
                x.id.write_direct_chunk((4 * chunk, 0), short)
        if not options:
            contents = bytearray(path.read_bytes())
            struct.pack_into("<I", contents, contents.rindex(b"TREE\x01") + 24 + chunk * 40, kept)
            path.write_bytes(contents)
        assert_refused(path)


def fletcher32(stored):
    """The checksum of the filter of that name, over big-endian words."""
    first = second = 0
    words = struct.unpack(f">{len(stored) // 2}H", stored[: len(stored) // 2 * 2])
    for word in [*words, *([stored[-1] << 8] if len(stored) % 2 else [])]:
        first = (first + word) % 65535
        second = (second + first) % 65535
    return second << 16 | first


def test_a_compressed_chunk_that_holds_less_is_refused(tmp_path, cache):
    import zlib

    path = tmp_path / "a.h5"
    for fill in (b"", b"1" * 100, b"1" * (4 * COLUMNS * 8 - 1), b"1" * (4 * COLUMNS * 8 + 1)):
        with h5py.File(path, "w") as file:
            x = file.create_dataset("x", data=values(), chunks=(4, COLUMNS), compression="gzip")
            x.id.write_direct_chunk((8, 0), zlib.compress(fill))
        with pytest.raises(OSError, match="rows 8 to 11: a chunk is damaged"):
            data.HDF5Dataset(path, "x")[:]
        with pytest.raises(OSError, match="rows 8 to 11: a chunk is damaged"):
            list(data.HDF5Dataset(path, "x").batches(7, shuffle=True))


@pytest.mark.parametrize("rows", [25, 1000, 1 << 20, 1 << 40])
@pytest.mark.parametrize("kind", ["compact", "contiguous"])
def test_a_shape_larger_than_what_is_stored_is_refused(tmp_path, cache, kind, rows):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        if kind == "compact":
            properties.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((ROWS, COLUMNS))
        x = h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F64LE, space, properties)
        x.write(h5py.h5s.ALL, h5py.h5s.ALL, values())
    contents = path.read_bytes()
    shape = struct.pack("<QQ", ROWS, COLUMNS)
    path.write_bytes(contents.replace(shape, struct.pack("<QQ", rows, COLUMNS)))
    assert_refused(path)


def test_elements_that_were_never_stored_have_the_fill_value_in_every_layout(tmp_path, cache):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for name, options in {
            "plain": {},
            "gzip": {"compression": "gzip"},
            "sum": {"fletcher32": True},
            "scaled": {"scaleoffset": 4},
        }.items():
            x = file.create_dataset(name, (ROWS, 5), ">i4", chunks=(4, 3), fillvalue=7, **options)
            x[9, 3] = 1
        never = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        never.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        h5py.h5d.create(file.id, b"never", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((1000, 100)), never)
        never.set_chunk((10, 10))
        h5py.h5d.create(file.id, b"never chunked", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((1000, 100)), never)
    with h5py.File(path) as file:
        for name in ("plain", "gzip", "sum", "scaled"):
            expected = file[name][:]
            assert expected[0, 0] == 7 and expected[9, 3] == 1
            np.testing.assert_array_equal(data.HDF5Dataset(path, name)[:].numpy(), expected)
            np.testing.assert_array_equal(
                np.concatenate([x.numpy() for x in data.HDF5Dataset(path, name).batches(5)]), expected
            )
    junk = [np.full(100_000, 3.0) for _ in range(20)]
    del junk
    for name in ("never", "never chunked"):
        assert not data.HDF5Dataset(path, name, dtype="float64")[:].numpy().any()


# -------------------------------------------------------------------- other files


def in_child(program, *arguments, timeout=30):
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, timeout=timeout
    )


OPEN = """
import sys, wingbeat
try:
    print(wingbeat.data.HDF5Dataset(sys.argv[1], sys.argv[2])[:].numpy().sum())
except OSError as error:
    print(type(error).__name__, error)
"""


def virtual(path, name, shape, *sources, maxshape=None):
    layout = h5py.VirtualLayout(shape, "<f8", maxshape=maxshape)
    for place, source in enumerate(sources):
        layout[place * (shape[0] // len(sources)) : (place + 1) * (shape[0] // len(sources))] = source
    with h5py.File(path, "a") as file:
        file.create_virtual_dataset(name, layout, fillvalue=0)


def test_a_virtual_data_set_gives_its_sources_rows_and_is_refused_where_it_leads_back_to_itself(tmp_path):
    path, other = tmp_path / "a.h5", tmp_path / "b.h5"
    with h5py.File(other, "w") as file:
        file["x"] = np.arange(8.0).reshape(4, 2)
    with h5py.File(path, "w") as file:
        file["here"] = np.ones((4, 2))
    virtual(path, "two", (8, 2), h5py.VirtualSource("b.h5", "x", (4, 2)), h5py.VirtualSource(".", "here", (4, 2)))
    virtual(path, "of virtual", (8, 2), h5py.VirtualSource(path, "two", (8, 2)))
    virtual(path, "missing", (4, 2), h5py.VirtualSource("none.h5", "x", (4, 2)))
    virtual(path, "self", (4, 2), h5py.VirtualSource(".", "self", (4, 2)))
    virtual(path, "ping", (4, 2), h5py.VirtualSource(".", "pong", (4, 2)))
    virtual(path, "pong", (4, 2), h5py.VirtualSource(path, "/./ping", (4, 2)))
    space = h5py.h5s.create_simple((4, 2), (h5py.h5s.UNLIMITED, 2))
    rows = space.copy()
    rows.select_hyperslab((0, 0), (1, 1), block=(h5py.h5s.UNLIMITED, 2))
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_virtual(rows, b".", b"endless", rows)
    with h5py.File(path, "a") as file:
        h5py.h5d.create(file.id, b"endless", h5py.h5t.IEEE_F64LE, space, properties)
    for name, total in (("two", 36), ("of virtual", 36), ("missing", 0)):
        assert in_child(OPEN, path, name).stdout == f"{float(total)}\n"
    for name in ("self", "ping", "pong", "endless"):
        found = in_child(OPEN, path, name)
        assert found.returncode == 0 and "FormatError" in found.stdout and "leads back to itself" in found.stdout, found


def test_a_virtual_data_set_whose_list_of_sources_has_no_end_is_refused(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.ones((4, 2))
    virtual(path, "v", (4, 2), h5py.VirtualSource(".", "x", (4, 2)))
    contents = bytearray(path.read_bytes())
    place = contents.index(b"GCOL") + 16
    contents[place : place + 16] = bytes(16)  # free space of no bytes
    path.write_bytes(contents)
    assert in_child(OPEN, path, "v").stdout.startswith("FormatError")
    assert in_child(OPEN, path, "x").stdout == "8.0\n"


def test_only_regular_files_are_opened_for_links_sources_and_raw_files(tmp_path):
    path, pipe = tmp_path / "a.h5", tmp_path / "pipe.h5"
    os.mkfifo(pipe)
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["g/x"] = np.ones((4, 2))
    (tmp_path / "raw").write_bytes(np.arange(8.0).tobytes())
    with h5py.File(path, "w") as file:
        file["link"] = h5py.ExternalLink("pipe.h5", "/x")
        file["good link"] = h5py.ExternalLink("b.h5", "/g/x")
        file["soft"] = h5py.SoftLink("/link")
        file["group"] = h5py.ExternalLink(str(pipe), "/")
        file.create_dataset("raw", (4, 2), "<f8", external=[(str(pipe), 0, h5py.h5f.UNLIMITED)])
        file.create_dataset("good raw", (4, 2), "<f8", external=[(str(tmp_path / "raw"), 0, h5py.h5f.UNLIMITED)])
        file.create_dataset("short raw", (5, 2), "<f8", external=[(str(tmp_path / "raw"), 0, h5py.h5f.UNLIMITED)])
        file.create_dataset("late raw", (4, 2), "<f8", external=[(str(tmp_path / "raw"), 8, 64)])
        file.create_dataset("no raw", (4, 2), "<f8", external=[(str(tmp_path / "none"), 0, 64)])
    virtual(path, "source", (4, 2), h5py.VirtualSource("pipe.h5", "x", (4, 2)))
    virtual(path, "source link", (4, 2), h5py.VirtualSource(".", "link", (4, 2)))
    virtual(path, "source group", (4, 2), h5py.VirtualSource(".", "group/x", (4, 2)))
    virtual(path, "numbered", (4, 2), h5py.VirtualSource("pip%%e.h5", "x", (4, 2)))
    for name, found in (("good link", "8.0"), ("good raw", "28.0"), ("numbered", "0.0")):
        assert in_child(OPEN, path, name).stdout == found + "\n"
    for name in (
        "link",
        "soft",
        "group/x",
        "raw",
        "source",
        "source link",
        "source group",
        "short raw",
        "late raw",
        "no raw",
    ):
        found = in_child(OPEN, path, name)
        assert found.returncode == 0 and found.stdout.startswith("FormatError"), (name, found)
    assert "not a regular file" in in_child(OPEN, path, "raw").stdout + in_child(OPEN, path, "source").stdout
    assert "80 bytes" in in_child(OPEN, path, "short raw").stdout


# -------------------------------------------------------------------- memory

HUGE = """
import sys, resource
import numpy as np
import wingbeat as wb
from wingbeat import data
wb.ones(2).tolist()
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + (2 << 30),) * 2)
for name in sys.argv[2:]:
    d = data.HDF5Dataset(sys.argv[1], name)
    for shuffle in ("exact", True, False) if name == "none" else ("exact", "chunks", True, False):
        for size in (4, 10**10):
            try:
                next(iter(d.batches(size, shuffle=shuffle)))
            except MemoryError as error:
                assert "bytes" in str(error), error
    try:
        d[:]
    except MemoryError as error:
        assert "bytes" in str(error), error
assert d[5:1000].shape == (995, 0)
print("alive")
"""


def test_orders_and_batches_of_more_rows_than_memory_are_memory_errors(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("sparse", (10**12,), "u1", chunks=(1000,))
        file.create_dataset("wide", (10**9, 1000), "<f8", chunks=(1, 1000), compression="gzip")
        file.create_dataset("none", (2 * 10**10, 0), "<f8")
    found = in_child(HUGE, path, "sparse", "wide", "none", timeout=120)
    assert found.stdout.endswith("alive\n"), (found.stdout, found.stderr[-2000:])
