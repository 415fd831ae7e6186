"""Data sets from HDF5 files and tensors, and their batches."""

import copy
import pickle
import subprocess
import sys

import h5py
import numpy as np
import pytest
from support import ROOT, numbers, same_bits

import wingbeat as wb
from wingbeat import data


@pytest.fixture
def images(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (103, 4, 5), np.uint8), rng.integers(0, 10, 103, np.uint8)
    path = tmp_path / "images.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("train/images", data=x, chunks=(16, 4, 5), compression="gzip")
        file["train/labels"] = y
    return path, x, y


def test_bytes_are_scaled_and_flattened_and_labels_become_int64(images):
    path, x, y = images
    dataset = data.HDF5Dataset(path, "train/images", "train/labels", scale=1 / 255, flatten=True)
    assert len(dataset) == 103 and dataset.x_shape == (20,) and dataset.y_shape == ()
    a, b = dataset[:]
    np.testing.assert_allclose(a.numpy(), x.reshape(103, 20) / 255, rtol=1e-6)
    assert a.dtype == "float32" and b.dtype == "int64" and b.tolist() == y.tolist()
    row, label = dataset[-1]
    assert (
        row.shape == (20,)
        and label.shape == ()
        and label.item() == y[-1]
        and dataset[5:9][1].tolist() == y[5:9].tolist()
        and dataset[9:5][0].shape == (0, 20)
    )


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", ">i4", ">f8", ">u2"]
)
@pytest.mark.parametrize("shape", [(7,), (7, 3), (7, 2, 3, 2)])
def test_any_numeric_type_and_rank_is_read(tmp_path, dtype, shape):
    values = np.random.default_rng(1).integers(0, 100, shape).astype(dtype)
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["x"], file["y"] = values, values
    for target in ("float32", "float64"):
        a, b = data.HDF5Dataset(tmp_path / "d.h5", "x", "y", dtype=target)[:]
        assert (
            a.dtype == target and a.shape == shape and b.dtype == (target if np.dtype(dtype).kind == "f" else "int64")
        )
        np.testing.assert_array_equal(a.numpy(), values.astype(target))
        np.testing.assert_array_equal(b.numpy(), values.astype(b.dtype.name))


def test_without_y_a_data_set_gives_x_alone(images, tmp_path):
    path, x, _ = images
    dataset = data.HDF5Dataset(str(path), "train/images")
    assert isinstance(dataset[0], wb.Tensor) and dataset[0].shape == (4, 5)
    found = np.concatenate([batch.numpy() for batch in dataset.batches(10)])
    np.testing.assert_array_equal(found, x)
    alone = data.TensorDataset(x)
    assert isinstance(alone[0], wb.Tensor) and sum(len(batch) for batch in alone.batches(7)) == 103


@pytest.mark.parametrize("source", ["file", "tensors", "stream"])
@pytest.mark.parametrize("shuffle", [False, True, "exact", "chunks"])
@pytest.mark.parametrize("size", [1, 10, 103, 1000])
@pytest.mark.parametrize("drop_last", [False, True])
def test_each_row_comes_once_with_its_label(images, source, shuffle, size, drop_last):
    path, x, y = images
    x, y = x.reshape(103, -1), np.arange(103)
    if source == "tensors":
        dataset = data.TensorDataset(x.astype("f4"), y)
    else:
        with h5py.File(path, "r+") as file:
            file["rows"] = y
        data.set_cache(0 if source == "stream" else 1 << 30)
        try:
            dataset = data.HDF5Dataset(path, "train/images", "rows", flatten=True)
        finally:
            data.set_cache(1 << 30)
    batches = dataset.batches(size, shuffle=shuffle, seed=3, drop_last=drop_last)
    if drop_last and size > 103:
        with pytest.raises(ValueError, match="103 rows, fewer than one batch of 1000"):
            list(batches)
        return
    found = list(batches)
    assert len(found) == len(batches) == (103 // size if drop_last else -(-103 // size))
    assert all(len(a) == len(b) == size for a, b in found[:-1])
    rows = [row for _, b in found for row in b.tolist()]
    assert len(rows) == len(set(rows)) and (drop_last or sorted(rows) == list(range(103)))
    if rows:
        np.testing.assert_array_equal(np.concatenate([a.numpy() for a, _ in found]), x[rows])
    if shuffle is False:
        assert rows == list(range(len(rows)))
    elif len(rows) > 50:
        assert rows != sorted(rows)


def test_the_order_depends_on_seed_and_epoch_alone():
    dataset = data.TensorDataset(np.arange(100.0), np.arange(100))

    def order(**settings):
        return [row for _, b in dataset.batches(7, shuffle=True, **settings) for row in b.tolist()]

    first = order(seed=1)
    wb.manual_seed(9)
    assert (
        order(seed=1) == first
        and order(seed=2) != first
        and order(seed=1, epoch=1) != first
        and order(seed=1, epoch=1) == order(seed=1, epoch=1)
    )
    batches = dataset.batches(7, shuffle=True, seed=1)
    assert [b.tolist() for _, b in batches] == [b.tolist() for _, b in batches], "each iteration begins anew"
    assert order(seed=2**64 - 1) != first


def test_a_shuffle_is_a_fair_permutation():
    dataset = data.TensorDataset(np.arange(4.0), np.arange(4))
    counts = np.zeros((4, 4))
    for seed in range(2000):
        for place, row in enumerate(next(iter(dataset.batches(4, shuffle="exact", seed=seed)))[1].tolist()):
            counts[place, row] += 1
    assert ((counts - 500) ** 2 / 500).sum() < 40  # chi squared with 9 degrees of freedom: 1 in 100,000


def test_batches_stay_as_they_are_while_others_are_read_and_may_be_left_early(images):
    path, x, _ = images
    dataset = data.HDF5Dataset(path, "train/images", "train/labels")
    kept = [(a, b.tolist()) for (a, b), _ in zip(dataset.batches(8), range(3))]
    del dataset
    np.testing.assert_array_equal(np.concatenate([a.numpy() for a, _ in kept]), x[:24])


def test_tensor_data_sets_take_arrays_and_tensors_and_protect_them():
    x = numbers((6, 2))
    dataset = data.TensorDataset(x, wb.tensor(np.arange(6)))
    kept = x.copy()
    x[:] = 0
    assert same_bits(dataset[:][0].numpy(), kept) and dataset.x_shape == (2,) and dataset[0][1].item() == 0


def test_mnist_reads_as_h5py_reads_it():
    path = ROOT.parent / "shared" / "data" / "mnist.h5"
    if not path.exists():
        path = ROOT / ".." / "shared" / "data" / "mnist.h5"
    if not path.exists():
        pytest.skip("no mnist.h5")
    with h5py.File(path) as file:
        names = []
        file.visititems(lambda name, item: names.append((name, item.shape)) if isinstance(item, h5py.Dataset) else None)
        x_name = next(name for name, shape in names if len(shape) > 1)
        expected = file[x_name][100:110]
    dataset = data.HDF5Dataset(path, x_name, scale=1 / 255, flatten=True)
    np.testing.assert_allclose(dataset[100:110].numpy(), expected.reshape(10, -1) / 255, rtol=1e-6)


def test_wrong_files_and_names_are_the_exceptions_they_should_be(images, tmp_path):
    path, x, y = images
    (tmp_path / "text.h5").write_text("no HDF5")
    (tmp_path / "cut.h5").write_bytes(path.read_bytes()[:600])
    with h5py.File(path, "r+") as file:
        file["short"], file["words"], file["scalar"], file["empty"] = (
            np.zeros(5),
            np.array([b"a", b"b"]),
            3.0,
            np.zeros((0, 3)),
        )
        file["complex"] = np.zeros(5, complex)
    for call, kind, words in (
        (lambda: data.HDF5Dataset(tmp_path / "none.h5", "x"), FileNotFoundError, "none.h5"),
        (lambda: data.HDF5Dataset(tmp_path, "x"), OSError, ""),
        (lambda: data.HDF5Dataset(tmp_path / "text.h5", "x"), OSError, "text.h5.*HDF5"),
        (lambda: data.HDF5Dataset(tmp_path / "cut.h5", "train/images"), OSError, "cut.h5"),
        (lambda: data.HDF5Dataset(path, "train/nothing"), OSError, "train/nothing"),
        (lambda: data.HDF5Dataset(path, "train"), OSError, "train"),
        (lambda: data.HDF5Dataset(path, "train/images", "short"), ValueError, "103.*5|5.*103"),
        (lambda: data.HDF5Dataset(path, "words"), (TypeError, OSError), "words"),
        (lambda: data.HDF5Dataset(path, "scalar"), (ValueError, OSError), "scalar"),
        (lambda: data.HDF5Dataset(path, "complex"), (TypeError, OSError), "complex"),
        (lambda: data.HDF5Dataset(path, None), TypeError, "NoneType"),
        (lambda: data.HDF5Dataset(None, "x"), TypeError, "NoneType"),
        (lambda: data.HDF5Dataset(path, "train/images", scale="a"), TypeError, "'a'"),
        (lambda: data.HDF5Dataset(path, "short", dtype="int64"), TypeError, "int64"),
        (lambda: data.HDF5Dataset(path, "train/images", scale=float("nan")), ValueError, "nan"),
        (lambda: data.TensorDataset(np.zeros((3, 2)), np.zeros(4)), ValueError, "3.*4"),
        (lambda: data.TensorDataset(np.zeros(())), ValueError, r"rows|axis|\[\]"),
        (lambda: data.TensorDataset("text"), TypeError, "<U4"),
        (lambda: data.TensorDataset(None), TypeError, "object"),
    ):
        with pytest.raises(kind, match=words or None):
            call()
    dataset = data.HDF5Dataset(path, "train/images", "train/labels")
    for call, kind, words in (
        (lambda: dataset.batches(0), ValueError, "0"),
        (lambda: dataset.batches(-1), ValueError, "-1"),
        (lambda: dataset.batches("a"), TypeError, ""),
        (lambda: dataset.batches(2.5), TypeError, ""),
        (lambda: dataset.batches(1, shuffle="other"), ValueError, "'other'"),
        (lambda: next(iter(dataset.batches(1, seed=-1))), ValueError, "-1"),
        (lambda: next(iter(dataset.batches(1, seed="a"))), TypeError, "'a'"),
        (lambda: next(iter(dataset.batches(2**63))), ValueError, "9223372036854775808"),
        (lambda: dataset[103], IndexError, "103"),
        (lambda: dataset[-104], IndexError, "-104"),
        (lambda: dataset[::2], ValueError, "step"),
        (lambda: dataset["a"], TypeError, ""),
        (lambda: data.set_cache("a"), TypeError, "'a'"),
        (lambda: data.set_cache(-1), ValueError, "-1"),
    ):
        with pytest.raises(kind, match=words or None):
            call()
    assert len(dataset) == 103 and len(list(dataset.batches(50))) == 3
    empty = data.HDF5Dataset(path, "empty")
    assert len(empty) == 0 and empty[:].shape == (0, 3)
    with pytest.raises(ValueError, match="empty"):
        list(empty.batches(4))


def order_of(batches):
    return [row for _, b in batches for row in b.tolist()]


@pytest.mark.parametrize("shuffle", [True, "exact", "chunks"])
def test_each_pass_without_seed_and_epoch_has_a_new_order_from_the_seeded_generator(images, shuffle):
    path, x, y = images
    with h5py.File(path, "r+") as file:
        file["rows"] = np.arange(103)
    for dataset in (data.TensorDataset(x.astype("f4"), np.arange(103)), data.HDF5Dataset(path, "train/images", "rows")):
        wb.manual_seed(4)
        batches = dataset.batches(10, shuffle=shuffle)
        first, second, third = order_of(batches), order_of(batches), order_of(dataset.batches(10, shuffle=shuffle))
        assert (
            sorted(first) == sorted(second) == sorted(third) == list(range(103))
            and len({tuple(first), tuple(second), tuple(third)}) == 3
        )
        wb.manual_seed(4)
        assert order_of(batches) == first and order_of(batches) == second
        wb.manual_seed(5)
        assert order_of(batches) != first
        for fixed in ({"seed": 1}, {"epoch": 1}, {"seed": 0, "epoch": 0}):
            batches = dataset.batches(10, shuffle=shuffle, **fixed)
            assert order_of(batches) == order_of(batches) == order_of(dataset.batches(10, shuffle=shuffle, **fixed))
        assert order_of(dataset.batches(10, shuffle=shuffle, epoch=2)) == order_of(
            dataset.batches(10, shuffle=shuffle, seed=0, epoch=2)
        )
    with pytest.raises(ValueError, match="-1"):
        dataset.batches(10, shuffle=shuffle, epoch=-1)


def test_only_a_shuffle_without_seed_and_epoch_moves_the_generator():
    dataset = data.TensorDataset(np.arange(30.0))

    def numbers_after(**settings):
        wb.manual_seed(7)
        list(dataset.batches(7, **settings))
        return wb.rand(3).tolist()

    wb.manual_seed(7)
    untouched = wb.rand(3).tolist()
    assert (
        numbers_after()
        == numbers_after(shuffle=True, seed=0)
        == numbers_after(shuffle=True, epoch=0)
        == untouched
        != numbers_after(shuffle=True)
    )
    with wb.no_grad():
        assert len(list(dataset.batches(7, shuffle=True))) == 5

    @wb.compile
    def inside(x):
        return x + next(iter(dataset.batches(7, shuffle=True))).sum()

    with pytest.raises(wb.StateError, match="seed"):
        inside(wb.ones(1))


def test_a_closed_data_set_says_so_and_lets_go_of_its_file(images):
    path, x, y = images
    with data.HDF5Dataset(path, "train/images", "train/labels") as dataset:
        begun = iter(dataset.batches(10))
        next(begun)
    assert len(list(begun)) == 10, "a pass that has begun goes on"
    del begun
    with h5py.File(path, "r+") as file:  # would be locked
        file["more"] = 1
    dataset.close()
    tensors = data.TensorDataset(x)
    tensors.close()
    for closed, words in ((dataset, "HDF5Dataset.*images.h5.*closed"), (tensors, "TensorDataset.*closed")):
        assert "closed" in repr(closed)
        for call in (
            lambda: closed[0],
            lambda: len(closed),
            lambda: closed.x_shape,
            lambda: list(closed.batches(3)),
            lambda: pickle.dumps(closed),
            closed.__enter__,
            lambda: wb.training.evaluate(wb.nn.Linear(5, 1), wb.nn.MSELoss(), closed),
        ):
            with pytest.raises(wb.StateError, match=words):
                call()


def test_data_sets_print_what_they_are(images):
    path, x, y = images
    assert (
        repr(data.HDF5Dataset(path, "train/images"))
        == f"HDF5Dataset({str(path)!r}, 'train/images': 103 rows, x [4, 5])"
    )
    dataset = data.HDF5Dataset(path, "train/images", "train/labels", flatten=True)
    assert repr(dataset) == f"HDF5Dataset({str(path)!r}, 'train/images', 'train/labels': 103 rows, x [20], y [])"
    assert repr(data.TensorDataset(x, y)) == "TensorDataset(103 rows, x [4, 5], y [])"
    assert repr(dataset.batches(10)) == f"Batches(11 of 10 rows of {dataset!r})"
    assert repr(data.HDF5Dataset.__new__(data.HDF5Dataset)) == "HDF5Dataset(closed)"


class Named(data.TensorDataset):
    """A user's class, with a constructor of its own."""

    def __init__(self, name):
        super().__init__(np.arange(6.0).reshape(3, 2), np.arange(3))
        self.name = name


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))])
def test_copies_are_data_sets_of_their_own(images, duplicate):
    path, x, y = images
    for make in (
        lambda: data.HDF5Dataset(path, "train/images", "train/labels", scale=0.5, flatten=True, dtype="float64"),
        lambda: data.HDF5Dataset(path, "train/images"),
        lambda: data.TensorDataset(x, y),
        lambda: data.TensorDataset(x),
        lambda: Named("mine"),
    ):
        original = make()
        twin = duplicate(original)
        assert (
            type(twin) is type(original)
            and twin._handle != original._handle
            and getattr(twin, "name", None) == getattr(original, "name", None)
        )
        expected = [part.numpy().copy() for part in (original[:] if isinstance(original[:], tuple) else (original[:],))]
        original.close()
        del original
        found = twin[:] if isinstance(twin[:], tuple) else (twin[:],)
        assert all(a.numpy().dtype == b.dtype and (a.numpy() == b).all() for a, b in zip(found, expected)) and len(
            found
        ) == len(expected)
        batches = duplicate(twin.batches(10, shuffle=True, seed=1))
        assert [repr(batch) for batch in batches] == [repr(batch) for batch in twin.batches(10, shuffle=True, seed=1)]


def test_a_pickled_data_set_is_opened_anew_in_another_process_with_its_own_rows(images, tmp_path):
    path, x, y = images
    (tmp_path / "pickled").write_bytes(
        pickle.dumps([data.HDF5Dataset(path, "train/images", "train/labels"), data.TensorDataset(y)])
    )
    program = """
import pickle, sys
import numpy as np
import wingbeat as wb
# Whose handles are as likely.
others = [wb.data.TensorDataset(np.full((103, 4, 5), 7.0), np.full(103, 7)) for _ in range(3)]
of_file, of_tensors = pickle.load(open(sys.argv[1], "rb"))
print(of_file[:][0].numpy().sum(), of_file[:][1].numpy().sum(), of_tensors[:].numpy().sum())
"""
    found = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "pickled")], capture_output=True, text=True, cwd="/"
    )
    assert found.stdout.split() == [str(float(x.sum())), str(y.sum()), str(y.sum())], found
    pickled = pickle.dumps(data.HDF5Dataset(path, "train/images"))
    with h5py.File(path, "r+") as file:
        del file["train/images"]
        file["train/images"] = x[:50]
    with pytest.raises(ValueError, match=r"expected 103 rows.*found 50 rows"):
        pickle.loads(pickled)
    path.unlink()
    with pytest.raises(FileNotFoundError, match="images.h5"):
        pickle.loads(pickled)


@pytest.mark.parametrize("how", ["written", "SWMR", "left open"])
def test_a_file_that_is_open_elsewhere_is_locked_and_not_damaged(tmp_path, how):
    path = tmp_path / "a.h5"
    program = """
import os, sys, h5py
file = h5py.File(sys.argv[1], "w", libver="latest")
file["x"] = [1.0, 2.0]
if sys.argv[2] != "written":
    file.swmr_mode = True
file.flush()
print("open", flush=True)
if sys.argv[2] == "left open":
    os._exit(0)
sys.stdin.read()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout.readline() == b"open\n"
        if how == "left open":
            other.wait()
        for call in (lambda: data.HDF5Dataset(path, "x"), lambda: wb.load(path)):
            with pytest.raises(OSError, match="is locked: .*a program has it open for writing") as caught:
                call()
            assert type(caught.value) is wb.FileError and "damaged" not in str(caught.value)
    finally:
        other.communicate()


def test_notebooks_show_data_sets_and_tensors_as_text():
    dataset = data.TensorDataset(np.ones((3, 2), "f4"), np.ones(3, "f4"))
    assert dataset._repr_html_() == f"<pre>{dataset!r}</pre>" and "3 rows" in repr(dataset)
    assert "[1., 2.]" in wb.tensor([1.0, 2.0])._repr_html_()
