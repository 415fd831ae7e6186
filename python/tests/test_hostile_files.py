"""Files made to do harm: whatever reads them ends soon, and opens nothing but regular files."""

import os
import socket
import struct
import zlib

import h5py
import numpy as np
import pytest
from support import python

import wingbeat as wb
from wingbeat import nn
from wingbeat.data import HDF5Dataset


def seal(path):
    content = path.read_bytes()
    path.write_bytes(content + struct.pack("<8sQI", b"wb.crc32", len(content), zlib.crc32(content)))


def checkpoint(path, **settings):
    file = h5py.File(path, "w", **settings)
    file.attrs["format"] = "wingbeat-checkpoint"
    file.attrs["format_version"] = 2
    return file


def read(path):
    """Every way into a checkpoint, in a process of its own that must end soon; what each said."""
    return python(
        """
import sys
import wingbeat as wb
from wingbeat import nn
from wingbeat.data import HDF5Dataset
for call in (wb.load, nn.Linear(1, 1).load, lambda path: HDF5Dataset(path, "none")):
    try:
        call(sys.argv[1])
        print("read")
    except (wb.Error, MemoryError) as error:
        print(type(error).__name__, error)
""",
        path,
    ).splitlines()


@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_thousands_of_nested_groups_are_refused_at_once(tmp_path, version):
    with checkpoint(tmp_path / "f.h5", libver=version) as file:
        group = file
        for _ in range(5000):
            group = group.create_group("g")
    load, into, missing = read(tmp_path / "f.h5")
    assert "nested too deep" in load and "nested too deep" in into and "cannot be listed" in missing


def test_a_text_in_a_heap_that_runs_in_a_circle_is_refused(tmp_path):
    """Objects of no bytes, one for ever after the other, and a text behind them."""
    with checkpoint(tmp_path / "f.h5") as file:
        file.attrs["note"] = "a text of some length, that is in the heap of the file"
    sound = (tmp_path / "f.h5").read_bytes()
    place = sound.index(b"GCOL")
    for size in (0, 1, 2**64 - 16, 2**64 - 8, 2**63, 2**32):
        for at in (8, 16 + 8):  # of the collection, and of its first object
            changed = sound[: place + at] + struct.pack("<Q", size) + sound[place + at + 8 :]
            (tmp_path / "f.h5").write_bytes(changed)
            seal(tmp_path / "f.h5")
            assert all("Error" in line for line in read(tmp_path / "f.h5"))


def test_links_to_elsewhere_are_not_followed(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with checkpoint(tmp_path / "f.h5") as file:
        file["model"] = h5py.ExternalLink(str(tmp_path / "pipe"), "/model")
    for line in read(tmp_path / "f.h5")[:2]:
        assert "link to elsewhere" in line


def test_pipes_devices_and_sockets_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    held = socket.socket(socket.AF_UNIX)
    held.bind(str(tmp_path / "socket"))
    os.symlink(tmp_path / "pipe", tmp_path / "link")
    for path in (tmp_path / "pipe", tmp_path / "link", tmp_path / "socket", "/dev/zero", "/dev/null"):
        for line in read(path):
            assert "FileError" in line and "is not a regular file" in line
    model = nn.Linear(1, 1)
    for path in (tmp_path / "pipe", tmp_path / "link", tmp_path / "socket", "/dev/null"):
        with pytest.raises(wb.FileError, match="not a regular file"):
            model.save(path)
    held.close()


def test_chunks_that_all_lie_in_one_place_do_not_make_work_without_end(tmp_path):
    """A small file that says that it holds a large array, each of its chunks the same bytes."""
    with checkpoint(tmp_path / "f.h5") as file:
        file.create_dataset("x", data=np.arange(2**18, dtype=np.float32), chunks=(2**12,))
        file.create_dataset("y", data=np.arange(2**18, dtype=np.float32), chunks=(2**12,), compression=1)
    content = bytearray((tmp_path / "f.h5").read_bytes())
    with h5py.File(tmp_path / "f.h5") as file:
        for name in "xy":
            array = file[name].id
            chunks = [array.get_chunk_info(number) for number in range(64)]
            for chunk in chunks[1:]:
                place = content.index(struct.pack("<Q", chunk.byte_offset))
                content[place : place + 8] = struct.pack("<Q", chunks[0].byte_offset)
    (tmp_path / "f.h5").write_bytes(content)
    assert all("Error" in line for line in read(tmp_path / "f.h5"))


def test_sizes_that_no_file_holds_take_no_memory(tmp_path):
    """Every size that a file states is checked before memory is taken for it: 2^40 texts, a compact array larger than
    its bytes."""
    with checkpoint(tmp_path / "f.h5", libver="latest") as file:
        file.create_dataset("x", (2**40,), "u1", chunks=(2**20,), compression=1)
    assert all("Error" in line for line in read(tmp_path / "f.h5"))
    with checkpoint(tmp_path / "g.h5") as file:
        file.create_dataset("x", (2**33,), "f4", chunks=(1,))
    assert all("Error" in line for line in read(tmp_path / "g.h5"))


def test_a_missing_name_in_a_file_of_many_is_told_with_some_that_are_there(tmp_path):
    with h5py.File(tmp_path / "f.h5", "w") as file:
        for name in ("b/c", "b/a", "a", "z/y/x"):
            file[name] = 1.0
        file["again"] = file["b"]
        for number in range(30):
            file[f"c/{number:02d}"] = 1.0
    with pytest.raises(wb.FormatError, match=r"it has: a, again/a, again/c, c/00, c/01, c/02, c/03, c/04, \.\.\.$"):
        HDF5Dataset(tmp_path / "f.h5", "none")
