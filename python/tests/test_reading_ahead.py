"""Batches that a thread reads ahead: the rows that h5py reads, whatever the layout, the threads, and what happens in
between."""

import gc
import os
import time

import h5py
import numpy as np
import pytest
from support import python

import wingbeat as wb
from wingbeat import data, nn, optim, training

LAYOUTS = {
    "contiguous": {},
    "chunked": {"chunks": (16, 20)},
    "gzip": {"chunks": (16, 20), "compression": "gzip"},
    "shuffled gzip": {"chunks": (16, 20), "compression": "gzip", "shuffle": True},
    "narrow": {"chunks": (30, 7), "compression": "gzip", "shuffle": True},
    "checked": {"chunks": (16, 20), "compression": "gzip", "fletcher32": True},
    "scaled": {"chunks": (16, 20), "scaleoffset": 0},
}


def write(path, rows=1000, dtype="u1", **layout):
    """x [rows, 20] and y [rows], which is the row's number."""
    x = np.random.default_rng(3).integers(0, 100, (rows, 20)).astype(dtype)
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=x, **layout)
        file["y"] = np.arange(rows)
    return x


@pytest.fixture
def cache():
    """Sets the cache for a test."""
    yield data.set_cache
    data.set_cache(1 << 30)


def threads():
    """How many threads the process has, once those that are on their way out, of passes that nobody holds any more, are
    gone."""
    gc.collect()
    count, since = None, time.monotonic()
    while time.monotonic() < since + 0.2:
        found = len(os.listdir("/proc/self/task"))
        if found != count:
            count, since = found, time.monotonic()
        time.sleep(0.01)
    return count


@pytest.fixture(params=[1, 2])
def thread_count(request):
    before = wb.get_num_threads()
    wb.set_num_threads(request.param)
    yield request.param
    wb.set_num_threads(before)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["u1", "<i4", ">i2", "<f4", ">f8"])
def test_every_layout_and_type_gives_the_rows_of_h5py(tmp_path, cache, thread_count, layout, dtype):
    if layout == "scaled" and np.dtype(dtype).kind == "f":
        pytest.skip("scaleoffset 0 is for integers")
    x = write(tmp_path / "a.h5", dtype=dtype, **LAYOUTS[layout])
    with h5py.File(tmp_path / "a.h5") as file:
        np.testing.assert_array_equal(file["x"][:], x)
    for size in (0, 1 << 12, 1 << 30):
        cache(size)
        dataset = data.HDF5Dataset(tmp_path / "a.h5", "x", "y", scale=0.5)
        for shuffle in (False, "exact", "chunks"):
            found = list(dataset.batches(64, shuffle=shuffle, seed=1))
            rows = np.concatenate([y.numpy() for _, y in found])
            assert sorted(rows) == list(range(1000)) and (list(rows) == sorted(rows)) == (not shuffle)
            np.testing.assert_array_equal(
                np.concatenate([a.numpy() for a, _ in found]), x[rows].astype("f4") * np.float32(0.5)
            )


def trained(dataset, shuffle, **options):
    wb.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 1))
    trainer = training.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=1e-7))
    trainer.fit(dataset, epochs=3, batch_size=64, shuffle=shuffle, seed=5, **options)
    return [p.detach().numpy().tobytes() for p in model.parameters()]


def test_training_from_a_file_is_training_from_memory_bit_for_bit(tmp_path, cache, thread_count):
    x = np.random.default_rng(4).random((1000, 20), np.float32)
    y = np.random.default_rng(5).random((1000, 1), np.float32)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=x, chunks=(16, 20), compression="gzip", shuffle=True)
        file["y"] = y
    expected = trained(data.TensorDataset(x, y), "exact")
    for size in (0, 1 << 14, 1 << 30):
        cache(size)
        assert trained(data.HDF5Dataset(tmp_path / "a.h5", "x", "y"), "exact") == expected
        assert trained(data.HDF5Dataset(tmp_path / "a.h5", "x", "y"), "exact", validation=(x, y)) == expected


def damage(path, row):
    """Breaks the chunk that holds a row, in place."""
    with h5py.File(path) as file:
        info = file["x"].id.get_chunk_info_by_coord((row // 500 * 500, 0))
    with open(path, "r+b") as file:
        file.seek(info.byte_offset + info.size // 2)
        file.write(bytes(40))
    return info


@pytest.mark.parametrize("size", [0, 1 << 30])
def test_damage_fails_at_its_batch_in_a_loop_and_in_training(tmp_path, cache, size):
    rng = np.random.default_rng(6)
    x = rng.random((50_000, 200), np.float32)  # chunks of 400 KB
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=x, chunks=(500, 200), compression="gzip")
        file["y"] = np.zeros((50_000, 1), "f4")
    cache(size)
    dataset = data.HDF5Dataset(tmp_path / "a.h5", "x", "y")
    damage(tmp_path / "a.h5", 20_250)
    batches, count = iter(dataset.batches(100)), 0
    with pytest.raises(OSError, match="data set 'x' cannot be read at rows 20000 to 20499"):
        for count, (a, _) in enumerate(batches, 1):
            np.testing.assert_array_equal(a.numpy(), x[(count - 1) * 100 : count * 100])
    assert count == 200
    model = nn.Sequential(nn.Linear(200, 1))
    trainer = training.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=1e-3))
    for _ in range(2):
        with pytest.raises(OSError, match="rows 20000 to 20499"):
            trainer.fit(dataset, batch_size=100, shuffle=False)
        assert (trainer.epoch, trainer.step) == (0, 200)
    assert len(dataset) == 50_000


def test_a_file_cut_short_meanwhile_is_a_failure(tmp_path, cache):
    write(tmp_path / "a.h5", rows=100_000, chunks=(1000, 20))
    cache(0)
    batches = iter(data.HDF5Dataset(tmp_path / "a.h5", "x", "y").batches(100))
    next(batches)
    os.truncate(tmp_path / "a.h5", os.path.getsize(tmp_path / "a.h5") // 3)
    with pytest.raises(OSError, match="cannot be read"):
        for _ in batches:
            pass


def test_loops_left_early_and_exceptions_leave_no_thread(tmp_path, cache, thread_count):
    write(tmp_path / "a.h5", rows=20_000, chunks=(100, 20), compression="gzip")
    list(
        data.HDF5Dataset(tmp_path / "a.h5", "x", "y").batches(1000, shuffle=True)
    )  # starts the other threads of the library
    before = threads()
    for size in (0, 1 << 30):
        cache(size)
        dataset = data.HDF5Dataset(tmp_path / "a.h5", "x", "y")
        for _ in range(50):
            for _ in dataset.batches(32, shuffle="chunks"):
                break
            iterators = [iter(dataset.batches(32, shuffle=True, seed=1)) for _ in range(4)]
            assert len({tuple(next(i)[1].tolist()) for i in iterators}) == 1
        assert threads() >= before + 4
        del iterators, dataset
        gc.collect()

        def stop(progress):
            if progress.step == 7:
                raise KeyError("enough")

        model = nn.Sequential(nn.Linear(20, 1))
        trainer = training.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=1e-9))
        with h5py.File(tmp_path / "b.h5", "w") as file:
            file["x"], file["y"] = np.zeros((5000, 20), "f4"), np.zeros((5000, 1), "f4")
        for _ in range(5):
            with pytest.raises(KeyError):
                trainer.fit(data.HDF5Dataset(tmp_path / "b.h5", "x", "y"), epochs=trainer.epoch + 1, callback=stop)
            trainer.fit(data.HDF5Dataset(tmp_path / "b.h5", "x", "y"), epochs=trainer.epoch + 1, max_steps=3)
            trainer.fit(data.HDF5Dataset(tmp_path / "b.h5", "x", "y"), epochs=trainer.epoch + 1)
        assert threads() == before


def test_a_data_set_freed_in_mid_epoch_serves_the_pass_to_its_end(tmp_path, cache):
    x = write(tmp_path / "a.h5", chunks=(16, 20), compression="gzip")
    for size in (0, 1 << 30):
        cache(size)
        batches = iter(data.HDF5Dataset(tmp_path / "a.h5", "x", "y").batches(10, shuffle=True))
        found = [next(batches)]
        gc.collect()
        found += list(batches)
        np.testing.assert_array_equal(
            np.concatenate([a.numpy() for a, _ in found]), x[np.concatenate([b.numpy() for _, b in found])]
        )


def test_many_epochs_take_no_more_memory_and_threads_than_a_few(tmp_path, cache):
    write(tmp_path / "a.h5", rows=20_000, chunks=(100, 20), compression="gzip")

    def resident():
        """Bytes of the process's own, in memory or swapped out; not pages of files, which come and go as the system
        likes."""
        with open("/proc/self/status", encoding="ascii") as file:
            return 1024 * sum(int(line.split()[1]) for line in file if line.startswith(("RssAnon:", "VmSwap:")))

    for size in (0, 1 << 30):
        cache(size)
        dataset = data.HDF5Dataset(tmp_path / "a.h5", "x", "y")

        def epochs(count):
            for epoch in range(count):
                for _ in dataset.batches(500, shuffle="chunks", epoch=epoch):
                    pass

        epochs(10)
        before = resident(), threads()
        epochs(100)
        assert resident() < before[0] + (4 << 20) and threads() == before[1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("size", [0, 1 << 30])
def test_a_forked_child_and_its_parent_both_finish_the_pass(tmp_path, size):
    x = write(tmp_path / "a.h5", rows=50_000, chunks=(100, 20), compression="gzip")
    np.save(tmp_path / "x.npy", x)
    output = python(f"""
import os
import numpy as np
import wingbeat as wb
from wingbeat import data
wb.set_num_threads(2)
data.set_cache({size})
x = np.load({str(tmp_path / "x.npy")!r})
dataset = data.HDF5Dataset({str(tmp_path / "a.h5")!r}, "x", "y")
for shuffle in ("exact", "chunks", False):
    for taken in (0, 1, 2, 40, 200):
        batches = iter(dataset.batches(200, shuffle=shuffle))
        rows = [next(batches) for _ in range(taken)]
        child = os.fork()
        rows += list(batches)
        order = np.concatenate([y.numpy() for _, y in rows])
        assert sorted(order) == list(range(50_000))
        assert (np.concatenate([a.numpy() for a, _ in rows]) == x[order]).all()
        del batches
        if child == 0:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
print("both")
""")
    assert output == "both\n"


def test_a_process_may_end_in_the_middle_of_a_pass(tmp_path):
    write(tmp_path / "a.h5", rows=200_000, chunks=(100, 20), compression="gzip")
    for _ in range(5):
        output = python(f"""
import sys
from wingbeat import data
data.set_cache(0)
dataset = data.HDF5Dataset({str(tmp_path / "a.h5")!r}, "x", "y")
passes = [iter(dataset.batches(64, shuffle=True)) for _ in range(3)]
first = [next(p) for p in passes]
sys.modules["kept"] = passes
print("end")
""")
        assert output == "end\n"
