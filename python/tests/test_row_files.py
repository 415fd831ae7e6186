"""Files of rows when something goes wrong around them: disks that are full, folders that may not be written, files that
are locked or replaced while they are open."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest

import wingbeat as wb
from wingbeat.data import HDF5Dataset, RowWriter, TensorDataset, concat, predict_to_file, set_cache

COLUMNS = {"x": ((100,), "float32")}
ROWS = np.arange(100_000, dtype="f4").reshape(1000, 100)


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(writer, times):
    for _ in range(times):
        writer.append(ROWS)
    writer.finish()


def test_a_full_disk_leaves_the_old_file_and_no_other(small_disk):
    path = small_disk / "out.h5"
    with RowWriter(path, COLUMNS) as writer:
        writer.append(ROWS)
    old = path.read_bytes()
    for _ in range(3):
        writer = RowWriter(path, COLUMNS)
        with pytest.raises(OSError, match="out.h5"):
            fill(writer, 5)
        # It stays so: nothing is written with rows missing in the middle.
        with pytest.raises(OSError, match="out.h5"):
            writer.append(ROWS[:1])
        with pytest.raises(OSError, match="out.h5"):
            writer.finish()
        del writer
        assert path.read_bytes() == old and os.listdir(small_disk) == ["out.h5"]
    with RowWriter(path, COLUMNS) as writer:
        writer.append(ROWS[:3])
    assert len(HDF5Dataset(path, "x")) == 3


ENDS = """
import resource, sys
import numpy as np
import wingbeat as wb
from wingbeat.data import HDF5Dataset, RowWriter
path, kind = sys.argv[1:]
rows = np.arange(100_000, dtype="f4").reshape(1000, 100)
if kind == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
for times in (1, 5, 5):
    writer = RowWriter(path, {"x": ((100,), "float32"), "y": ((), "float64")})
    try:
        for _ in range(times):
            writer.append(rows, rows[:, 0].astype("f8"))
        writer.finish()
        print("written")
    except wb.FileError as error:
        print("refused" if path in str(error) else error)
    del writer
print(len(HDF5Dataset(path, "x")))
wb.h5.write(path + ".other", {"x": rows[:5]})
"""


def ends(path, kind):
    """What a process says that could not write all it wanted to. It ends in order: nothing is lost track of."""
    done = subprocess.run([sys.executable, "-c", ENDS, str(path), kind], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_a_process_ends_in_order_after_a_full_disk(small_disk):
    assert ends(small_disk / "out.h5", "disk") == ["written", "refused", "refused", "1000"]


def test_a_process_ends_in_order_after_its_limit_of_file_sizes(tmp_path):
    assert ends(tmp_path / "out.h5", "limit") == ["written", "refused", "refused", "1000"]


def test_a_full_disk_keeps_the_parts_before(small_disk):
    folder = small_disk / "run"
    writer = RowWriter(folder, COLUMNS, part_rows=500)
    with pytest.raises(OSError, match="part-"):
        fill(writer, 9)
    del writer
    parts = sorted(os.listdir(folder))
    assert 2 <= len(parts) <= 5 and all(name.startswith("part-") for name in parts)
    data = HDF5Dataset(folder, "x")
    assert len(data) == 500 * len(parts) and np.array_equal(data[500:503].numpy(), ROWS[500:503])
    del data  # an open file keeps its room
    # Where there is room again, the next writer goes on behind them.
    (folder / parts[-1]).unlink()
    again = RowWriter(folder, COLUMNS, part_rows=500)
    assert len(again) == 500 * (len(parts) - 1)
    again.append(ROWS[:100])
    again.finish()
    assert len(HDF5Dataset(folder, "x")) == 500 * (len(parts) - 1) + 100


def test_a_full_disk_ends_a_prediction_with_a_sentence(small_disk):
    model = wb.nn.Linear(100, 600)
    with pytest.raises(OSError, match="out.h5"):
        predict_to_file(model, TensorDataset(ROWS), small_disk / "out.h5")
    assert os.listdir(small_disk) == []


READ_ONLY = """
import os, sys
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
import numpy as np
import wingbeat as wb
from wingbeat.data import RowWriter, TensorDataset, predict_to_file
from wingbeat.training import Checkpoints
rows = np.zeros((10, 100), "f4")
folder, file = sys.argv[1], os.path.join(sys.argv[1], "old.h5")

def one(path):
    with RowWriter(path, {"x": ((100,), "float32")}) as writer:
        writer.append(rows)

def parts():
    with RowWriter(folder, {"x": ((100,), "float32")}, part_rows=5) as writer:
        writer.append(rows)

calls = [
    lambda: one(os.path.join(folder, "new.h5")), lambda: one(file), parts,
    lambda: RowWriter(os.path.join(folder, "run"), {"x": ((100,), "float32")}, part_rows=5),
    lambda: predict_to_file(wb.nn.Linear(100, 3), TensorDataset(rows), file),
    lambda: wb.h5.write(file, {"x": rows}), lambda: Checkpoints(folder).save(wb.nn.Linear(2, 2)),
    lambda: Checkpoints(os.path.join(folder, "run")),
]
for call in calls:
    try:
        call()
        print("no failure")
    except wb.FileError as error:
        print("Permission denied" in str(error) and folder in str(error))
"""


def test_a_folder_that_may_not_be_written(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    wb.h5.write(folder / "old.h5", {"x": np.ones(3)})
    before = (folder / "old.h5").read_bytes()
    for place in (tmp_path, *tmp_path.parents):
        if os.stat(place).st_uid == os.geteuid() and place != place.parent:
            place.chmod(place.stat().st_mode | 0o055)
    folder.chmod(0o555)
    (folder / "old.h5").chmod(0o444)
    try:
        done = subprocess.run([sys.executable, "-c", READ_ONLY, str(folder)], capture_output=True, text=True)
    finally:
        folder.chmod(0o755)
    if "Permission denied" in done.stderr and "wingbeat" not in done.stdout:
        pytest.skip("another user cannot import the package here")
    assert done.stdout.split() == ["True"] * 8, done.stdout + done.stderr
    assert os.listdir(folder) == ["old.h5"] and (folder / "old.h5").read_bytes() == before


WRITER = """
import sys, h5py
file = h5py.File(sys.argv[1], "r+")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("cache", [0, 1 << 30])
def test_a_data_set_keeps_to_the_file_that_it_has_opened(tmp_path, cache):
    """Replaced by another, moved away or removed: its rows stay those of the file that was opened."""
    path, x = tmp_path / "x.h5", np.arange(3000.0).reshape(300, 10)
    set_cache(cache)
    try:
        for change in ("write", "move", "remove"):
            with h5py.File(path, "w") as file:
                file.create_dataset("x", data=x, chunks=(7, 10), compression=1)
            data = HDF5Dataset(path, "x", dtype="float64")
            passing = iter(data.batches(20))
            assert np.array_equal(next(passing).numpy(), x[:20])
            if change == "write":
                with RowWriter(path, {"x": ((10,), "float64")}) as writer:
                    writer.append(np.zeros((50, 10)))
            elif change == "move":
                path.rename(tmp_path / "elsewhere.h5")
            else:
                path.unlink()
            assert np.array_equal(np.concatenate([batch.numpy() for batch in passing]), x[20:])
            assert np.array_equal(data[:].numpy(), x) and len(concat([data, data])) == 600
    finally:
        set_cache(1 << 30)


def test_a_file_that_is_cut_while_it_is_open_is_a_sentence(tmp_path):
    path, x = tmp_path / "x.h5", np.arange(300_000.0).reshape(3000, 100)
    for options in ({}, {"chunks": (50, 100)}, {"chunks": (50, 100), "compression": 1}):
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=x, **options)
        set_cache(0)
        try:
            data = HDF5Dataset(path, "x", dtype="float64")
        finally:
            set_cache(1 << 30)
        assert np.array_equal(data[:10].numpy(), x[:10])
        os.truncate(path, path.stat().st_size // 3)
        with pytest.raises(wb.Error, match="x.h5"):
            data[2900:]
        with pytest.raises(wb.Error):
            HDF5Dataset(path, "x")
        del data


def test_what_another_process_has_open_for_writing_is_locked(tmp_path):
    path = tmp_path / "x.h5"
    wb.h5.write(path, {"x": np.ones((4, 2))})
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert writer.stdout.readline() == b"open\n"
        for read in (
            lambda: HDF5Dataset(path, "x"), lambda: HDF5Dataset([path, path], "x"), lambda: wb.h5.read(path),
            lambda: wb.h5.contents(path), lambda: wb.load_state(path),
        ):  # fmt: skip
            with pytest.raises(wb.FileError, match="is locked"):
                read()
    finally:
        writer.communicate()
    assert len(HDF5Dataset(path, "x")) == 4
