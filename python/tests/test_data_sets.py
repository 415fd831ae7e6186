"""Data sets of several files and columns, what is made of others, statistics, and writers: against NumPy."""

import pickle

import h5py
import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.data import HDF5Dataset, RowWriter, TensorDataset, concat, predict_to_file, set_cache
from wingbeat.training import Trainer, evaluate


@pytest.fixture(params=["in memory", "streamed"])
def cache(request):
    set_cache(1 << 30 if request.param == "in memory" else 100)
    yield request.param
    set_cache(1 << 30)


def array(part):
    return np.asarray(part.numpy())


def columns(rows):
    return [array(part) for part in (rows if isinstance(rows, tuple) else (rows,))]


@pytest.fixture
def files(tmp_path):
    """Three files with 40, 7 and 25 rows of several data sets."""
    made, rng = [], np.random.default_rng(0)
    for number, rows in enumerate((40, 7, 25)):
        path = tmp_path / f"{number}.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset("in/a", data=rng.normal(size=(rows, 5)).astype("f4"), chunks=(6, 5), compression="gzip")
            file["in/b"] = rng.integers(0, 255, (rows, 2, 3), np.uint8)
            file["out/y"] = rng.integers(0, 4, rows)
            file["out/z"] = rng.normal(size=(rows, 2))
            file["w"] = rng.uniform(0.5, 2, rows)
        made.append(path)
    return made


def stored(files, name):
    return np.concatenate([h5py.File(path)[name][:] for path in files])


def test_several_files_and_data_sets_are_one(files, cache):
    data = HDF5Dataset(files, ["in/a", "in/b"], ["out/y", "out/z"], weights="w")
    assert len(data) == 72 and data.roles == (2, 2, True)
    names = ("in/a", "in/b", "out/y", "out/z", "w")
    for found, name in zip(columns(data[:]), names):
        assert np.array_equal(found, stored(files, name).astype(found.dtype)), name
    seen = [columns(batch) for batch in data.batches(10, shuffle="chunks", seed=3)]
    found = np.concatenate([batch[0] for batch in seen])
    order = [int(np.flatnonzero((stored(files, "in/a") == row).all(1))[0]) for row in found]
    assert sorted(order) == list(range(72)) and order != sorted(order)
    for place, name in enumerate(names):
        got = np.concatenate([batch[place] for batch in seen])
        assert np.array_equal(got, stored(files, name)[order].astype(got.dtype)), name
    again = pickle.loads(pickle.dumps(data))
    assert all(map(np.array_equal, columns(again[3:50]), columns(data[3:50])))


def test_rows_and_columns_are_chosen(files, cache):
    data = HDF5Dataset(files, "in/a", "out/y", rows=slice(5, 60, 3), columns=[4, 0])
    x, y = columns(data[:])
    assert np.array_equal(x, stored(files, "in/a")[5:60:3][:, [4, 0]])
    assert np.array_equal(y, stored(files, "out/y")[5:60:3])
    with pytest.raises(IndexError, match="column 5"):
        HDF5Dataset(files, "in/a", columns=[5])
    with pytest.raises(IndexError):
        data.pick([19])


def test_files_that_do_not_fit_are_refused(files, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["in/a"] = np.zeros((3, 6), "f4")
    with pytest.raises(wb.ShapeError, match=r"number 3 has float32\[6\] and the first has float32\[5\]"):
        HDF5Dataset([*files, tmp_path / "other.h5"], "in/a")
    with pytest.raises(wb.ShapeError, match="one float for each row"):
        HDF5Dataset(files, "in/a", weights="out/z")
    with pytest.raises(wb.ArgumentError, match="no data sets to join"):
        concat([])


def test_splits_have_all_rows_once(files, cache):
    data = HDF5Dataset(files, "in/a", "out/y")
    a = stored(files, "in/a")
    for by in ("random", "time"):
        first, second = data.split(0.7, by=by, seed=4)
        assert len(first) == 50 and len(second) == 22
        both = np.concatenate([columns(first[:])[0], columns(second[:])[0]])
        assert np.array_equal(np.sort(both, 0), np.sort(a, 0))
        if by == "time":
            assert np.array_equal(both, a)
    first, second = (columns(part[:])[0] for part in data.split(0.7, seed=4))
    again = columns(data.split(0.7, seed=4)[0][:])[0]
    assert np.array_equal(first, again) and not np.array_equal(first, columns(data.split(0.7, seed=5)[0][:])[0])
    groups = np.arange(72) // 6
    first, second = data.split(0.5, groups=groups, seed=1)
    places = [np.flatnonzero((a == row).all(1))[0] for row in columns(first[:])[0]]
    assert not set(groups[places]) & set(np.delete(groups, places)) and len(first) == 36
    with pytest.raises(wb.ShapeError, match="a group for each row"):
        data.split(0.5, groups=[1, 2])
    with pytest.raises(wb.ArgumentError, match="from 0 to 1"):
        data.split(1.5)


def test_shards_are_equal_and_apart(files, cache):
    data = HDF5Dataset(files, "in/a")
    shares = [array(data.shard(rank, 5)[:]) for rank in range(5)]
    assert [len(share) for share in shares] == [14] * 5
    assert np.array_equal(np.concatenate(shares), stored(files, "in/a")[:70])
    with pytest.raises(wb.ArgumentError, match="no rank 5 of 5"):
        data.shard(5, 5)


@pytest.mark.parametrize("length, stride, horizon, offset", [(4, 1, 0, 1), (5, 3, 2, 1), (3, 2, 3, -1), (1, 1, 1, 0)])
def test_windows_over_a_time_series(files, cache, length, stride, horizon, offset):
    data = HDF5Dataset(files, "in/a", "out/z").windows(length, stride, horizon, offset)
    x, z = stored(files, "in/a"), stored(files, "out/z").astype("f4")
    span = max(length, length - 1 + offset + max(horizon, 1))
    starts = range(0, 72 - span + 1, stride)
    assert len(data) == len(starts)
    seen = [columns(batch) for batch in data.batches(7)]
    wanted = [z[s + length - 1 + offset : s + length - 1 + offset + max(horizon, 1)] for s in starts]
    assert np.array_equal(np.concatenate([part[0] for part in seen]), np.stack([x[s : s + length] for s in starts]))
    found = np.concatenate([part[1] for part in seen])
    assert np.array_equal(found, np.stack(wanted) if horizon else np.stack(wanted)[:, 0])
    own = HDF5Dataset(files, "in/a").windows(length, stride, horizon, offset)
    assert np.array_equal(columns(own[:1])[1].ravel()[:5], x[length - 1 + offset])


def test_transforms_of_elements():
    x, y = np.arange(24, dtype=np.uint8).reshape(4, 2, 3), np.array([2, 0, 1, 2])
    data = TensorDataset(x, y)
    assert np.array_equal(columns(data.transform("Scale(0.5, -1)")[:])[0], x.astype("f4") * np.float32(0.5) - 1)
    assert np.array_equal(columns(data.transform("OneHot(3)", column=1)[:])[1], np.eye(3, dtype="f4")[y])
    mean, std = np.array([1.0, 2, 3]), np.array([2.0, 0, 0.5])
    found = columns(data.transform(f"Standardize({tuple(mean.tolist())}, {tuple(std.tolist())})")[:])[0]
    assert np.array_equal(found, ((x - mean) / np.where(std == 0, 1, std)).astype("f4"))
    assert np.array_equal(columns(data.transform("Cast(int64), Flatten()")[:])[0], x.reshape(4, 6).astype("i8"))
    assert columns(data.transform("Cast(float64)")[:])[0].dtype == np.float64
    assert np.array_equal(columns(data.transform("Flip(0), Columns((2, 0))")[:])[0], x[:, ::-1][:, :, [2, 0]])
    for text, sentence in [
        ("Turn(3)", "no transform Turn; there are Cast, Scale"),
        ("Flip(5)", "no axis 5"),
        ("OneHot(x)", "a value is expected"),
        ("OneHot(2)", None),
        ("Flip", "a call is expected"),
        ("Scale()", "'factor' is missing"),
        ("CenterCrop(9)", "no part of"),
        ("Flip(", "transform"),
    ]:
        if sentence is None:
            with pytest.raises(IndexError, match="label 2 is none of 2 classes"):
                data.transform(text, column=1)[:]
        else:
            with pytest.raises((wb.ArgumentError, wb.ShapeError), match=sentence):
                data.transform(text)


def test_crops_and_flips():
    x = numbers((6, 3, 8, 9), "float32", 2)
    data = TensorDataset(x, np.zeros(6, "f4"))
    assert np.array_equal(columns(data.transform("CenterCrop((4, 6))")[:])[0], x[:, :, 2:6, 1:7])
    last = TensorDataset(x.transpose(0, 2, 3, 1))
    assert np.array_equal(
        array(last.transform("CenterCrop((4, 6), axis=0)")[:]), x[:, :, 2:6, 1:7].transpose(0, 2, 3, 1)
    )
    random = data.transform("RandomCrop(5, padding=2), RandomFlip(0.5)")
    padded = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))
    views = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), (2, 3))

    def rows(epoch, **more):
        return np.concatenate([columns(part)[0] for part in random.batches(4, seed=7, epoch=epoch, **more)])

    for row, choices in zip(rows(0), views):
        found = [(choices == side).all((0, 3, 4)).any() for side in (row[:, None, None], row[:, None, None, :, ::-1])]
        assert any(found)
    assert same_bits(rows(0), rows(0)) and not np.array_equal(rows(0), rows(1))
    # What a row becomes depends neither on the order nor on the batch.
    shuffled = [columns(part) for part in random.batches(1, shuffle=True, seed=7, epoch=0)]
    assert {part[0].tobytes() for part in shuffled} == {row.tobytes() for row in rows(0)}


def test_a_pass_is_taken_up_at_its_position(files, cache):
    data = HDF5Dataset(files, "in/a", "out/y").transform("RandomFlip(0.5)")
    whole = [columns(batch) for batch in data.batches(8, shuffle=True, seed=1, epoch=2)]
    begun = iter(data.batches(8, shuffle=True, seed=1, epoch=2))
    for _ in range(4):
        next(begun)
    assert begun.position == 4 and len(begun) == 9
    rest = [columns(batch) for batch in iter(data.batches(8, shuffle=True, seed=1, epoch=2)).seek(begun.position)]
    assert len(rest) == 5
    for one, other in zip(whole[4:], rest):
        assert all(map(same_bits, one, other))
    with pytest.raises(IndexError, match="no batch number 10"):
        begun.seek(10)


def test_statistics_are_numpys(files, cache):
    data = HDF5Dataset(files, ["in/a", "in/b"])
    a, b = stored(files, "in/a").astype("f8"), stored(files, "in/b").astype("f8")
    found = data.statistics()
    np.testing.assert_allclose(array(found.mean), a.mean(0), rtol=1e-14)
    np.testing.assert_allclose(array(found.std), a.std(0), rtol=1e-14)
    assert array(found.counts).tolist() == [72] * 5
    found = data.statistics(column=1, axis=-1)
    assert found.mean.shape == (1, 3)
    np.testing.assert_allclose(array(found.mean)[0], b.mean((0, 1)), rtol=1e-14)
    np.testing.assert_allclose(array(found.std)[0], b.std((0, 1)), rtol=1e-14)
    with pytest.raises(IndexError, match="no column 2"):
        data.statistics(column=2)
    with pytest.raises(wb.ShapeError, match="no axis 3"):
        data.statistics(axis=3)


def test_statistics_leave_out_what_is_no_value_and_lose_no_digits():
    x = np.random.default_rng(1).normal(size=(1000, 3)) * 1e-3 + 1e6
    x[::7, 1] = np.nan
    x[::5, 2] = -9999.0
    found = TensorDataset(x).statistics(fill=-9999.0)
    good = [x[:, 0], x[~np.isnan(x[:, 1]), 1], x[x[:, 2] != -9999.0, 2]]
    assert array(found.counts).tolist() == [len(values) for values in good]
    exact = [np.asarray(values, np.longdouble) for values in good]
    np.testing.assert_allclose(array(found.mean), [float(v.mean()) for v in exact], rtol=1e-15)
    np.testing.assert_allclose(array(found.std), [float(v.std()) for v in exact], rtol=1e-13)
    nothing = TensorDataset(np.full((3, 2), np.nan)).statistics()
    assert array(nothing.counts).tolist() == [0, 0] and array(nothing.std).tolist() == [0, 0]


def test_a_model_carries_its_normalisation(tmp_path):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(200, 3)) * [100.0, 1e-3, 0] + [5e3, 2, 7]
    y = rng.normal(size=(200, 2)) * 40 - 300
    data = TensorDataset(x.astype("f4"), y.astype("f4"))
    model = nn.Sequential(nn.Standardize(3), nn.Linear(3, 2), nn.Standardize(2, inverse=True))
    assert model[0].adapt(data) is model[0]
    model[2].adapt(data, column=1)
    np.testing.assert_allclose(model[0].mean.numpy(), x.mean(0), rtol=1e-6)
    assert model[0].std.numpy()[2] == 1
    model.save(tmp_path / "m.h5")
    loaded = wb.load(tmp_path / "m.h5")
    raw = wb.tensor(x[:4].astype("f4"))
    assert same_bits(loaded(raw).detach().numpy(), model(raw).detach().numpy())
    weight, bias = (part.detach().numpy().astype("f8") for part in model[1].parameters())
    scaled = (x[:4] - x.mean(0)) / np.where(x.std(0) == 0, 1, x.std(0))
    np.testing.assert_allclose(
        loaded(raw).detach().numpy(), (scaled @ weight.T + bias) * y.std(0) + y.mean(0), rtol=1e-5
    )
    with pytest.raises(wb.ShapeError, match="3 features, but mean and std are"):
        nn.Standardize(4).adapt(data)
    assert not list(model[0].parameters())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("inverse", [False, True])
@pytest.mark.parametrize("shape, rows", [((), (5,)), (3, (4, 3)), ((2, 1, 3), (6, 2, 5, 3))])
def test_standardize_is_its_formula_and_so_are_its_derivatives(shape, rows, inverse, dtype):
    layer = nn.Standardize(shape, inverse=inverse, dtype=dtype)
    x = wb.tensor(numbers(rows, dtype, 1), requires_grad=True)
    assert same_bits(layer(x).detach().numpy(), x.detach().numpy())  # mean 0 and deviation 1 at first
    mean, std = numbers(layer.mean.shape, dtype, 2), np.abs(numbers(layer.std.shape, dtype, 3)) + np.ones((), dtype)
    layer.load_state_dict({"mean": wb.tensor(mean), "std": wb.tensor(std)})
    assert list(layer.parameters()) == [] and sorted(layer.state_dict()) == ["mean", "std"]
    weights = numbers(rows, dtype, 4)
    tolerance = 1e-12 if dtype == "float64" else 1e-6
    for mode in (True, False):
        layer.train(mode)
        for call in (layer, wb.compile(layer)):
            x.grad = None
            y = call(x)
            (y * wb.tensor(weights)).sum().backward()
            value = x.detach().numpy()
            expected = value * std + mean if inverse else (value - mean) / std
            np.testing.assert_allclose(y.detach().numpy(), expected, rtol=tolerance, atol=tolerance)
            slope = weights * std if inverse else weights / std
            np.testing.assert_allclose(x.grad.numpy(), slope, rtol=tolerance, atol=tolerance)
    if shape == 3:
        with pytest.raises(wb.ShapeError):
            layer(wb.ones(4, 5, dtype=dtype))


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(2, 4)

    def forward(self, a, b):
        return self.first(a) + self.second(b)


def test_fit_takes_several_inputs_and_weights():
    a, b = numbers((50, 3), "float32", 1), numbers((50, 2), "float32", 2)
    y, w = np.arange(50) % 4, np.random.default_rng(3).uniform(0, 2, 50).astype("f4")
    wb.manual_seed(0)
    model, by_hand = Two(), Two()
    by_hand.load_state_dict(model.state_dict())
    loss = nn.CrossEntropyLoss(reduction="none")
    data = TensorDataset((a, b), y, weights=w)
    trainer = Trainer(model, loss, optim.SGD(model.parameters(), lr=0.1))
    trainer.fit(data, epochs=2, batch_size=16, seed=1)
    optimizer = optim.SGD(by_hand.parameters(), lr=0.1)
    for epoch in range(2):
        for p, q, target, weight in data.batches(16, shuffle=True, seed=1, epoch=epoch):
            optimizer.zero_grad()
            (loss(by_hand(p, q), target) * weight).mean().backward()
            optimizer.step()
    for one, other in zip(model.parameters(), by_hand.parameters()):
        np.testing.assert_allclose(one.detach().numpy(), other.detach().numpy(), rtol=1e-6, atol=1e-7)
    found = evaluate(model, loss, data)[0]
    each = loss(model(wb.tensor(a), wb.tensor(b)), wb.tensor(y)).detach().numpy()
    np.testing.assert_allclose(found, (each * w).mean(), rtol=1e-6)
    with pytest.raises(wb.ArgumentError, match="reduction='none'"):
        Trainer(model, nn.CrossEntropyLoss(), optimizer).fit(data)


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.first, self.second = nn.Linear(3, 8), nn.Linear(8, 2), nn.Linear(8, 4)

    def forward(self, x):
        h = self.body(x).tanh()
        return self.first(h), self.second(h)


class Both(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reals, self.classes = nn.MSELoss(reduction=reduction), nn.CrossEntropyLoss(reduction=reduction)

    def forward(self, reals, scores, y, labels):
        found = self.reals(reals, y)
        return (found.mean(1) if found.ndim else found) + 0.5 * self.classes(scores, labels)


class Right(nn.Module):
    def forward(self, reals, scores, y, labels):
        return (scores.argmax(1) == labels).float().mean()


@pytest.mark.parametrize("weighted", [False, True])
def test_fit_takes_several_targets(tmp_path, weighted):
    """The loss gets all outputs, then all targets."""
    x, y = numbers((50, 3), "float32", 1), numbers((50, 2), "float32", 2)
    labels, w = np.arange(50) % 4, np.random.default_rng(3).uniform(0, 2, 50).astype("f4")
    wb.manual_seed(0)
    model, by_hand = TwoHeads(), TwoHeads()
    by_hand.load_state_dict(model.state_dict())
    loss = Both("none" if weighted else "mean")
    data = TensorDataset(x, (y, labels), weights=w if weighted else None)
    trainer = Trainer(model, loss, optim.SGD(model.parameters(), lr=0.1), metrics={"right": Right()})
    trainer.fit(data, epochs=2, batch_size=16, seed=1, validation=data)
    optimizer = optim.SGD(by_hand.parameters(), lr=0.1)
    for epoch in range(2):
        for p, *targets in data.batches(16, shuffle=True, seed=1, epoch=epoch):
            weight = targets.pop() if weighted else 1.0
            optimizer.zero_grad()
            (loss(*by_hand(p), *targets) * weight).mean().backward()
            optimizer.step()
    for one, other in zip(model.parameters(), by_hand.parameters()):
        np.testing.assert_allclose(one.detach().numpy(), other.detach().numpy(), rtol=1e-6, atol=1e-7)
    outputs = model(wb.tensor(x))
    each = loss(*outputs, wb.tensor(y), wb.tensor(labels)).detach().numpy()
    np.testing.assert_allclose(trainer.history[-1].validation_loss, (each * w).mean() if weighted else each, rtol=1e-5)
    right = (outputs[1].argmax(1).numpy() == labels).mean()
    found = evaluate(model, loss, data, metrics={"right": Right()})
    np.testing.assert_allclose(found.metrics["right"], right, rtol=1e-6)
    with pytest.raises(wb.ArgumentError, match="MSELoss: 4 tensors given, but 2 expected"):
        Trainer(model, nn.MSELoss(), optimizer).fit(TensorDataset(x, (y, labels)))


@pytest.mark.parametrize("part_rows", [0, 10])
def test_what_is_written_is_read(tmp_path, part_rows):
    x, y = numbers((57, 2, 3), "float64", 3), np.arange(57)
    path = tmp_path / "out"
    with RowWriter(path, {"in/x": ((2, 3), "float64"), "y": ((), "int64")}, part_rows=part_rows) as writer:
        for start in range(0, 57, 13):
            writer.append(x[start : start + 13], y[start : start + 13])
            if not part_rows:
                assert not path.exists()
        assert len(writer) == 57
    data = HDF5Dataset(path, "in/x", "y", dtype="float64")
    found = columns(data[:])
    assert same_bits(found[0], x) and np.array_equal(found[1], y)
    if part_rows:
        assert len(list(path.iterdir())) == 6
    else:
        with h5py.File(path) as file:
            assert np.array_equal(file["in/x"][:], x)
    assert [name for name in tmp_path.iterdir() if name.name.startswith(".")] == []


def test_a_file_that_is_not_finished_is_not_there(tmp_path):
    (tmp_path / "out.h5").write_text("old")
    with pytest.raises(ZeroDivisionError), RowWriter(tmp_path / "out.h5", {"x": ((2,), "float32")}) as writer:
        writer.append(np.zeros((100_000, 2), "f4"))
        1 / 0  # noqa: B018
    assert [path.name for path in tmp_path.iterdir()] == ["out.h5"] and (tmp_path / "out.h5").read_text() == "old"
    with (
        pytest.raises(wb.ShapeError, match="rows of float32"),
        RowWriter(tmp_path / "out.h5", {"x": ((2,), "float32")}) as writer,
    ):
        writer.append(np.zeros((4, 3), "f4"))
    with pytest.raises(wb.FileError):
        RowWriter(tmp_path / "none" / "out.h5", {"x": ((2,), "float32")}).append(np.zeros((1, 2), "f4"))


def test_a_folder_grows_while_it_is_read(tmp_path):
    shape = {"x": ((2,), "float32"), "y": ((2,), "float32")}
    writer = RowWriter(tmp_path / "run", shape, part_rows=10)
    x = numbers((100, 2), "float32", 4)
    with pytest.raises(wb.FileError, match="no parts yet"):
        HDF5Dataset(tmp_path / "run", "x")
    writer.append(x[:25], x[:25])
    data = HDF5Dataset(tmp_path / "run", "x", "y")
    assert len(data) == 20
    windows = data.windows(3)
    begun = iter(data.batches(6))
    next(begun)
    writer.append(x[25:60], x[25:60])
    assert len(data) == 20 and data.refresh() == 60 and len(windows) == 57
    assert sum(len(columns(batch)[0]) for batch in begun) == 14
    assert np.array_equal(columns(data[:])[0], x[:60])
    model = nn.Linear(2, 2)
    trainer, seen = Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1)), []

    def more(progress):
        if progress.epoch_ended:
            seen.append(progress.steps_per_epoch)
            writer.append(x[60 + 10 * len(seen) - 10 : 60 + 10 * len(seen)], x[:10])

    trainer.fit(data, epochs=4, batch_size=10, callback=more)
    assert seen == [6, 7, 8, 9]
    again = RowWriter(tmp_path / "run", shape, part_rows=10)
    assert len(again) == 100
    (tmp_path / "run" / "part-000000000000020.h5").unlink()
    with pytest.raises(wb.FormatError, match="part with row 20 is missing"):
        HDF5Dataset(tmp_path / "run", "x")


def test_an_epoch_is_resumed_with_the_rows_that_it_began_with(tmp_path):
    x = numbers((60, 2), "float32", 4)
    weights = []
    for stops in (False, True):
        folder = tmp_path / str(stops)
        writer = RowWriter(folder, {"x": ((2,), "float32"), "y": ((2,), "float32")}, part_rows=10)
        writer.append(x[:40], x[:40])
        data = HDF5Dataset(folder, "x", "y")
        wb.manual_seed(0)
        model = nn.Linear(2, 2)
        trainer = Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))
        trainer.fit(data, epochs=1, batch_size=10, max_steps=2)
        if stops:
            writer.append(x[40:], x[40:])
            data.refresh()
            trainer.save(tmp_path / "t.h5")
            trainer.load(tmp_path / "t.h5")
        trainer.fit(data, epochs=1, batch_size=10)
        weights.append(model.weight.detach().numpy().copy())
        assert trainer.total_steps == 4
    assert same_bits(*weights)


@pytest.mark.parametrize("part_rows", [0, 20])
def test_predictions_are_streamed(files, cache, tmp_path, part_rows):
    wb.manual_seed(1)
    model = nn.Sequential(nn.Linear(5, 4), nn.Dropout(0.5), nn.Linear(4, 3))
    data = HDF5Dataset(files, "in/a")
    assert predict_to_file(model, data, tmp_path / "p", "out/p", batch_size=11, part_rows=part_rows) == 0
    assert model.training
    model.eval()
    found = array(HDF5Dataset(tmp_path / "p", "out/p")[:])
    np.testing.assert_allclose(found, model(data[:]).detach().numpy(), rtol=1e-6)
    if part_rows:  # the last parts were never written
        parts = sorted((tmp_path / "p").iterdir())
        assert len(parts) == 4
        for part in parts[2:]:
            part.unlink()
        assert predict_to_file(model, data, tmp_path / "p", "out/p", batch_size=11, part_rows=part_rows) == 40
        assert np.array_equal(array(HDF5Dataset(tmp_path / "p", "out/p")[:40]), found[:40])
        assert len(HDF5Dataset(tmp_path / "p", "out/p")) == 72
        assert predict_to_file(model, data, tmp_path / "p", "out/p", part_rows=part_rows) == 72
        with pytest.raises(wb.StateError, match="predictions of 72 rows"):
            predict_to_file(model, data.range(0, 9), tmp_path / "p", "out/p", part_rows=part_rows)
