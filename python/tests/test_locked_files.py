"""HDF5 files that another program has open for writing are called locked, not damaged, and are read when it is done."""

import os
import subprocess
import sys

import h5py
import pytest

import wingbeat as wb
from wingbeat import nn
from wingbeat.data import HDF5Dataset

WRITER = """
import sys, h5py
file = h5py.File(sys.argv[1], "r+", libver="latest")
if sys.argv[2] == "swmr":
    file.swmr_mode = True
print("open", flush=True)
if sys.argv[2] == "dies":
    file.flush()
    import os
    os._exit(0)
sys.stdin.read()
file.close()
"""


@pytest.fixture
def path(tmp_path):
    model = nn.Linear(2, 3)
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as source, h5py.File(tmp_path / "f.h5", "w", libver="latest") as target:
        for name in source:
            source.copy(name, target)
        target.attrs.update(source.attrs)
    return tmp_path / "f.h5"


def readers(path):
    return (lambda: wb.load(path), lambda: nn.Linear(2, 3).load(path), lambda: HDF5Dataset(path, "parameters/weight"))


@pytest.mark.parametrize("mode", ["plain", "swmr"])
def test_a_file_open_for_writing_elsewhere_is_locked(path, mode):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert writer.stdout.readline() == b"open\n"
        for read in readers(path):
            with pytest.raises(wb.FileError, match=f"{path}: is locked: .* has it open for writing"):
                read()
    finally:
        writer.communicate()
    for read in readers(path):
        read()


def test_a_file_open_for_reading_elsewhere_is_read(path):
    with h5py.File(path, "r"):
        for read in readers(path):
            read()


def test_a_file_whose_writer_died_says_how_to_unlock_it(path):
    subprocess.run([sys.executable, "-c", WRITER, path, "dies"], check=True, capture_output=True)
    for read in readers(path):
        with pytest.raises(wb.FileError, match="is locked: .*h5clear -s"):
            read()


def test_a_file_that_was_read_is_open_no_more(path):
    """Whatever was in it: texts of varying length, and a sentence about what is missing, as well."""
    with h5py.File(path, "r+") as file:
        file["model"].attrs["note"] = "of varying length"
    for _ in range(3):
        wb.load(path)
        with pytest.raises(wb.FormatError, match="has no data set"):
            HDF5Dataset(path, "none")
        with h5py.File(path, "r+") as file:
            file["model"].attrs["bad"] = h5py.Empty("f4")
        assert not [
            link for link in os.listdir("/proc/self/fd") if path.name in os.path.realpath(f"/proc/self/fd/{link}")
        ]
