"""Data sets from HDF5 files and tensors, and their batches."""

import h5py
import numpy as np
import pytest

import wingbeat as wb
from support import ROOT, numbers, same_bits
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
    assert row.shape == (20,) and label.shape == () and label.item() == y[-1] and dataset[5:9][1].tolist() == y[5:9].tolist() and dataset[9:5][0].shape == (0, 20)


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", ">i4", ">f8", ">u2"])
@pytest.mark.parametrize("shape", [(7,), (7, 3), (7, 2, 3, 2)])
def test_any_numeric_type_and_rank_is_read(tmp_path, dtype, shape):
    values = np.random.default_rng(1).integers(0, 100, shape).astype(dtype)
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["x"], file["y"] = values, values
    for target in ("float32", "float64"):
        a, b = data.HDF5Dataset(tmp_path / "d.h5", "x", "y", dtype=target)[:]
        assert a.dtype == target and a.shape == shape and b.dtype == (target if np.dtype(dtype).kind == "f" else "int64")
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
    assert order(seed=1) == first and order(seed=2) != first and order(seed=1, epoch=1) != first and order(seed=1, epoch=1) == order(seed=1, epoch=1)
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
        file["short"], file["words"], file["scalar"], file["empty"] = np.zeros(5), np.array([b"a", b"b"]), 3.0, np.zeros((0, 3))
        file["complex"] = np.zeros(5, complex)
    for call, kind, words in (
        (lambda: data.HDF5Dataset(tmp_path / "none.h5", "x"), FileNotFoundError, "none.h5"), (lambda: data.HDF5Dataset(tmp_path, "x"), OSError, ""),
        (lambda: data.HDF5Dataset(tmp_path / "text.h5", "x"), OSError, "text.h5.*HDF5"), (lambda: data.HDF5Dataset(tmp_path / "cut.h5", "train/images"), OSError, "cut.h5"),
        (lambda: data.HDF5Dataset(path, "train/nothing"), OSError, "train/nothing"), (lambda: data.HDF5Dataset(path, "train"), OSError, "train"),
        (lambda: data.HDF5Dataset(path, "train/images", "short"), ValueError, "103.*5|5.*103"), (lambda: data.HDF5Dataset(path, "words"), (TypeError, OSError), "words"),
        (lambda: data.HDF5Dataset(path, "scalar"), (ValueError, OSError), "scalar"), (lambda: data.HDF5Dataset(path, "complex"), (TypeError, OSError), "complex"),
        (lambda: data.HDF5Dataset(path, None), TypeError, "NoneType"), (lambda: data.HDF5Dataset(None, "x"), TypeError, "NoneType"), (lambda: data.HDF5Dataset(path, "train/images", scale="a"), TypeError, "'a'"),
        (lambda: data.HDF5Dataset(path, "short", dtype="int64"), TypeError, "int64"), (lambda: data.HDF5Dataset(path, "train/images", scale=float("nan")), ValueError, "nan"),
        (lambda: data.TensorDataset(np.zeros((3, 2)), np.zeros(4)), ValueError, "3.*4"), (lambda: data.TensorDataset(np.zeros(())), ValueError, r"rows|axis|\[\]"),
        (lambda: data.TensorDataset("text"), TypeError, "<U4"), (lambda: data.TensorDataset(None), TypeError, "object"),
    ):
        with pytest.raises(kind, match=words or None):
            call()
    dataset = data.HDF5Dataset(path, "train/images", "train/labels")
    for call, kind, words in (
        (lambda: dataset.batches(0), ValueError, "0"), (lambda: dataset.batches(-1), ValueError, "-1"), (lambda: dataset.batches("a"), TypeError, ""), (lambda: dataset.batches(2.5), TypeError, ""),
        (lambda: dataset.batches(1, shuffle="other"), ValueError, "'other'"), (lambda: next(iter(dataset.batches(1, seed=-1))), ValueError, "-1"), (lambda: next(iter(dataset.batches(1, seed="a"))), TypeError, "'a'"),
        (lambda: next(iter(dataset.batches(2**63))), ValueError, "9223372036854775808"), (lambda: dataset[103], IndexError, "103"), (lambda: dataset[-104], IndexError, "-104"),
        (lambda: dataset[::2], ValueError, "step"), (lambda: dataset["a"], TypeError, ""), (lambda: data.set_cache("a"), TypeError, "'a'"), (lambda: data.set_cache(-1), ValueError, "-1"),
    ):
        with pytest.raises(kind, match=words or None):
            call()
    assert len(dataset) == 103 and len(list(dataset.batches(50))) == 3
    empty = data.HDF5Dataset(path, "empty")
    assert len(empty) == 0 and empty[:].shape == (0, 3)
    with pytest.raises(ValueError, match="empty"):
        list(empty.batches(4))
