"""wingbeat.utils.data: data sets, samplers, DataLoader in this process and with workers, and what nonsense gets."""

import collections
import os
import pickle
import signal
import time

import h5py
import numpy as np
import pytest
from support import python, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.data import HDF5Dataset
from wingbeat.data import TensorDataset as EngineDataset
from wingbeat.utils.data import (
    BatchSampler,
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    DistributedSampler,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    StackDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    default_convert,
    get_worker_info,
    random_split,
)

X, Y = np.arange(44, dtype=np.float32).reshape(22, 2), np.arange(22)


class Rows(Dataset):
    def __init__(self, x=X, y=Y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, row):
        return self.x[row], int(self.y[row])


class Counting(IterableDataset):
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        info = get_worker_info()
        first, step = (0, 1) if info is None else (info.id, info.num_workers)
        yield from range(first, self.count, step)


def as_lists(loader):
    return [[part.tolist() for part in batch] for batch in loader]


# -------------------------------------------------------------------- data sets


def test_data_sets_have_rows_lengths_and_slices():
    data = TensorDataset(X, Y)
    assert len(data) == 22 and [part.tolist() for part in data[3]] == [[6.0, 7.0], 3]
    assert [part.tolist() for part in data[1:3]] == [[[2.0, 3.0], [4.0, 5.0]], [1, 2]]
    both = ConcatDataset([data, Rows()])
    assert len(both) == 44 and both[-1][1] == 21 and both[22][1] == 0 and len(data + Rows()) == 44
    assert [part[1].item() for part in (Subset(data, [5, 3])[0], Subset(data, range(4, 8))[1])] == [5, 5]
    stacked = StackDataset(data, Rows())
    assert len(stacked) == 22 and stacked[2][1][1] == 2 and StackDataset(a=[1, 2])[1] == {"a": 2}
    assert list(ChainDataset([Counting(2), Counting(3)])) == [0, 1, 0, 1, 2]


def test_random_split_takes_lengths_and_fractions_and_a_generator():
    data = TensorDataset(Y)
    for lengths, counts in (([20, 2], [20, 2]), ([0.5, 0.3, 0.2], [12, 6, 4]), ([1.0], [22]), ((22, 0), [22, 0])):
        parts = random_split(data, lengths, generator=wb.Generator().manual_seed(3))
        assert [len(part) for part in parts] == counts
        assert sorted(int(row[0]) for part in parts for row in part) == list(range(22))
    one, two = (random_split(data, [11, 11], generator=wb.Generator().manual_seed(3))[0].indices for _ in range(2))
    assert one == two != random_split(data, [11, 11], generator=wb.Generator().manual_seed(4))[0].indices
    for lengths in ([20, 3], [-1, 23], [0.5, 0.6], [10.5, 11.5], [], [1.5, -0.5]):
        with pytest.raises(ValueError, match="random_split: expected"):
            random_split(data, lengths)


# -------------------------------------------------------------------- samplers


def test_samplers_give_what_they_say():
    wb.manual_seed(0)
    assert list(SequentialSampler(Y)) == list(range(22))
    assert sorted(RandomSampler(Y)) == list(range(22)) != list(RandomSampler(Y))
    assert len(list(RandomSampler(Y, num_samples=50))) == 50
    assert set(RandomSampler(Y, replacement=True, num_samples=99)) <= set(range(22))
    assert sorted(SubsetRandomSampler([4, 7, 9])) == [4, 7, 9]
    assert set(WeightedRandomSampler([0, 1.0, 0, 2.0], 100)) == {1, 3}
    assert sorted(WeightedRandomSampler([1.0, 1, 1], 3, replacement=False)) == [0, 1, 2]
    assert list(BatchSampler(range(5), 2, False)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(range(5), 2, True)) == [[0, 1], [2, 3]] and len(BatchSampler(range(5), 2, True)) == 2
    shares = [list(DistributedSampler(Y, 4, rank)) for rank in range(4)]
    assert {row for share in shares for row in share} == set(range(22)) and {len(share) for share in shares} == {6}
    generator = wb.Generator().manual_seed(1)
    assert (
        list(RandomSampler(Y, generator=generator)) == wb.randperm(22, generator=wb.Generator().manual_seed(1)).tolist()
    )


# -------------------------------------------------------------------- loaders


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize(
    "data", [TensorDataset(X, Y), Rows(), EngineDataset(X, Y), Subset(TensorDataset(X, Y), range(22))]
)
def test_batches_are_the_same_in_order_of_any_data_set_with_any_workers(data, workers):
    loader = DataLoader(data, batch_size=5, num_workers=workers)
    assert len(loader) == 5 and type(next(iter(loader))) is list
    assert as_lists(loader) == [[X[at : at + 5].tolist(), Y[at : at + 5].tolist()] for at in range(0, 22, 5)]
    assert len(as_lists(DataLoader(data, 5, drop_last=True, num_workers=workers))) == 4
    assert [batch[1].dtype for batch in loader][0] == np.int64


def test_a_batch_by_the_engine_is_the_batch_of_single_rows_to_the_bit():
    data = TensorDataset(X, Y)
    rows = [5, 3, 3, 21]
    fast = next(iter(DataLoader(data, batch_sampler=[rows])))
    slow = default_collate([data[row] for row in rows])
    assert all(same_bits(a.numpy(), b.numpy()) for a, b in zip(fast, slow))

    class Doubled(TensorDataset):
        def __getitem__(self, row):
            return tuple(part * 2 for part in super().__getitem__(row))

    assert as_lists(DataLoader(Doubled(X, Y), 22))[0][1] == (2 * Y).tolist()


def test_shuffling_follows_the_seed_and_not_the_number_of_workers():
    def labels(workers, **more):
        wb.manual_seed(5)
        return [
            row
            for batch in DataLoader(Rows(), 4, shuffle=True, num_workers=workers, **more)
            for row in batch[1].tolist()
        ]

    first = labels(0)
    assert sorted(first) == list(range(22)) != first and labels(0) == labels(1) == labels(3) == first
    loader = DataLoader(TensorDataset(Y), 22, shuffle=True)
    assert next(iter(loader))[0].tolist() != next(iter(loader))[0].tolist()
    one, two = (
        next(iter(DataLoader(TensorDataset(Y), 22, shuffle=True, generator=wb.Generator().manual_seed(1))))[0].tolist()
        for _ in range(2)
    )
    assert one == two


def test_streams_are_shared_out_by_worker_info():
    for workers in (0, 1, 3):
        loader = DataLoader(Counting(13), batch_size=3, num_workers=workers)
        assert sorted(row for batch in loader for row in batch.tolist()) == list(range(13))
    assert [batch.tolist() for batch in DataLoader(Counting(5), 2, drop_last=True)] == [[0, 1], [2, 3]]
    assert list(DataLoader(Counting(3), batch_size=None)) == [0, 1, 2]
    assert [row[0].tolist() for row in DataLoader(TensorDataset(Y[:2]), batch_size=None)] == [0, 1]


class Drawing(Rows):
    def __getitem__(self, row):
        info = get_worker_info()
        return info.id, info.seed, wb.rand(()).item(), np.random.rand(), info.dataset is self


def test_workers_draw_from_generators_of_their_own_that_follow_the_seed():
    def drawn():
        wb.manual_seed(9)
        ids = []
        loader = DataLoader(Drawing(), 2, num_workers=2, worker_init_fn=lambda number: ids.append(number))
        found = [[part.tolist() for part in batch] for batch in loader]
        assert ids == []  # they were other processes
        return found

    first = drawn()
    assert first == drawn() and {number for batch in first for number in batch[0]} == {0, 1}
    assert len({value for batch in first for value in batch[2]}) == 22 and all(all(batch[4]) for batch in first)


def test_persistent_workers_stay_and_others_go():
    class Process(Rows):
        def __getitem__(self, row):
            return os.getpid()

    kept = DataLoader(Process(), 11, num_workers=2, persistent_workers=True)
    first, second = ({int(pid) for batch in kept for pid in batch} for _ in range(2))
    assert first == second and len(first) == 2 and os.getpid() not in first
    del kept
    for pid in first:
        for _ in range(50):
            if not os.path.exists(f"/proc/{pid}") or "Z" in open(f"/proc/{pid}/stat").read().split(")")[1][:4]:
                break
            time.sleep(0.05)
        else:
            pytest.fail("a worker stayed")
    short = DataLoader(Process(), 1, num_workers=2)
    for _ in short:
        break


class Failing(Rows):
    def __getitem__(self, row):
        if row == 7:
            raise KeyError("row seven")
        if row == 9:
            os.kill(os.getpid(), signal.SIGKILL)
        if row == 11:
            time.sleep(30)
        if row == 13:
            return lambda: 1
        return row


def test_what_a_worker_raises_comes_out_and_a_dead_or_slow_one_is_told_of():
    for rows, kind, words in (
        ([7], KeyError, "(?s)Caught KeyError in DataLoader worker process 0.*row seven"),
        ([9], RuntimeError, "was killed by signal 9 before its time"),
        ([13], TypeError, "default_collate"),
    ):
        with pytest.raises(kind, match=words):
            list(DataLoader(Subset(Failing(), rows), num_workers=1))
    with pytest.raises(RuntimeError, match="timed out after 0.5 seconds"):
        list(DataLoader(Subset(Failing(), [11]), num_workers=1, timeout=0.5))
    with pytest.raises(Exception, match="pickle"):
        list(DataLoader(Subset(Failing(), [13]), num_workers=1, collate_fn=lambda batch: batch[0]))
    with pytest.raises(KeyError, match="row seven"):
        list(DataLoader(Subset(Failing(), [7])))


def test_large_batches_and_many_rows_do_not_fill_the_pipes():
    big = TensorDataset(wb.zeros(40, 100_000), wb.arange(40))
    assert [int(y[-1]) for _, y in DataLoader(big, 8, num_workers=2, collate_fn=None)] == [7, 15, 23, 31, 39]

    class Plain(Rows):
        def __len__(self):
            return 200_000

        def __getitem__(self, row):
            return row

    loader = DataLoader(Plain(), 100_000, num_workers=2)
    assert [len(batch) for batch in loader] == [100_000, 100_000]


class Both(Dataset):
    """Rows by h5py and by the engine of one file that the parent has open and reads too."""

    def __init__(self, path):
        self.file = h5py.File(path, "r")
        self.x, self.engine = self.file["x"], HDF5Dataset(path, "x", "y", dtype="int64")

    def __len__(self):
        return len(self.x)

    def __getitem__(self, row):
        x, y = self.engine[row]
        return self.x[row], x, int(y.item())


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_workers_read_hdf5_files_that_are_open_in_the_parent_without_harm(tmp_path, compression):
    path = tmp_path / "rows.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=np.arange(40_000).reshape(4000, 10), chunks=(50, 10), compression=compression)
        file.create_dataset("y", data=np.arange(4000))
    data, rng = Both(str(path)), np.random.default_rng(0)
    for x, engine, y in DataLoader(Subset(data, rng.permutation(4000)[:1200]), 40, num_workers=3):
        assert (x[:, 0] == 10 * y).all().item() and (engine == x).all().item()
        row = int(rng.integers(4000))
        assert data.x[row][0] == 10 * row == data.engine[row][0][0].item()


def test_workers_start_while_threads_of_the_engine_compute():
    assert (
        python(
            "import threading, wingbeat as wb\n"
            "from wingbeat.utils.data import DataLoader, Dataset\n"
            "class Rows(Dataset):\n"
            "    def __len__(self): return 40\n"
            "    def __getitem__(self, row): return (wb.ones(50, 50) @ wb.ones(50, 50))[0, 0] * 0 + row\n"
            "going = True\n"
            "def compute():\n"
            "    while going: (wb.rand(300, 300) @ wb.rand(300, 300)).sum().item()\n"
            "threads = [threading.Thread(target=compute) for _ in range(2)]\n"
            "for thread in threads: thread.start()\n"
            "found = [sum(batch.sum().item() for batch in DataLoader(Rows(), 4, num_workers=2)) for _ in range(4)]\n"
            "going = False\n"
            "for thread in threads: thread.join()\n"
            "print(found)"
        )
        == "[780.0, 780.0, 780.0, 780.0]\n"
    )


def test_an_engine_data_set_is_read_ahead_and_by_any_order(tmp_path):
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["x"], file["y"] = X, Y
    data = HDF5Dataset(tmp_path / "d.h5", "x", "y")
    loader = DataLoader(data, 6, shuffle=True, num_workers=2)
    assert sorted(row for batch in loader for row in batch[1].tolist()) == list(range(22)) and len(loader) == 4
    assert as_lists(DataLoader(data, sampler=[3, 4, -1, 0], batch_size=3)) == [
        [X[[3, 4, 21]].tolist(), [3, 4, 21]],
        [X[[0]].tolist(), [0]],
    ]
    assert [part.tolist() for part in next(iter(DataLoader(HDF5Dataset(tmp_path / "d.h5", "x"), 2)))] == X[:2].tolist()


# -------------------------------------------------------------------- collate


def test_samples_of_any_kind_are_collated_as_pytorch_does():
    Pair = collections.namedtuple("Pair", "a b")
    batch = default_collate([(1, 2.5, "a", True, np.float32(1)), (3, 4.5, "b", False, np.float32(2))])
    assert [getattr(part, "dtype", None) for part in batch] == [wb.int64, wb.float64, None, wb.bool, wb.float32]
    assert batch[2] == ["a", "b"] and type(batch) is list
    assert default_collate([Pair(1, [2]), Pair(3, [4])]).b[0].tolist() == [2, 4]
    assert default_collate([{"x": X[0]}, {"x": X[1]}])["x"].tolist() == X[:2].tolist()
    assert default_convert({"x": X[0], "t": "a"})["x"].dtype == wb.float32
    for samples, kind, words in (
        ([X[0], X], ValueError, r"equal shapes, found \[2\] in sample 0 and \[22, 2\] in sample 1"),
        ([{"a": [1, 2]}, {"a": [1]}], ValueError, r"equally many entries at \['a'\], found \[1, 2\]"),
        ([object()], TypeError, "found a object; give DataLoader a collate_fn"),
        ([None, None], TypeError, "NoneType"),
        ([], ValueError, "at least one sample"),
    ):
        with pytest.raises(kind, match=words):
            default_collate(samples)


# -------------------------------------------------------------------- nonsense


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda: DataLoader(Rows(), 0), ValueError, "batch_size of at least 1, found 0"),
        (lambda: DataLoader(Rows(), 2.5), TypeError, "whole number as batch_size"),
        (lambda: DataLoader(Rows(), True), TypeError, "whole number as batch_size"),
        (lambda: DataLoader(Rows(), num_workers=-1), ValueError, "num_workers of at least 0"),
        (lambda: DataLoader(Rows(), prefetch_factor=2), ValueError, "needs workers"),
        (lambda: DataLoader(Rows(), persistent_workers=True), ValueError, "needs workers"),
        (lambda: DataLoader(Rows(), timeout=-1), ValueError, "timeout"),
        (lambda: DataLoader(Rows(), collate_fn=3), TypeError, "collate_fn"),
        (lambda: DataLoader(5), TypeError, "found 5"),
        (lambda: DataLoader(Counting(3), shuffle=True), ValueError, "own order"),
        (lambda: DataLoader(Rows(), sampler=[1], shuffle=True), ValueError, "found both"),
        (lambda: DataLoader(Rows(), batch_sampler=[[1]], batch_size=3), ValueError, "batch_sampler says everything"),
        (lambda: DataLoader(Rows(), batch_size=None, drop_last=True), ValueError, "drop_last needs"),
        (lambda: TensorDataset(), ValueError, "at least one tensor"),
        (lambda: TensorDataset(X, Y[:3]), ValueError, "22 rows of tensor 0 and 3 of tensor 1"),
        (lambda: TensorDataset(wb.tensor(1.0)), ValueError, "0-d"),
        (lambda: ConcatDataset([]), ValueError, "at least one data set"),
        (lambda: ConcatDataset([Counting(2)]), TypeError, "use ChainDataset"),
        (lambda: ConcatDataset([Rows()])[22], IndexError, "row 22 is out of range for 22 rows"),
        (lambda: StackDataset(Rows(), [1]), ValueError, r"lengths \[22, 1\]"),
        (lambda: StackDataset(), ValueError, "neither"),
        (lambda: Dataset()[0], NotImplementedError, "__getitem__"),
        (lambda: RandomSampler(Y, num_samples=0), ValueError, "num_samples"),
        (lambda: RandomSampler(Y, replacement=1), TypeError, "replacement"),
        (lambda: WeightedRandomSampler([[1.0]], 2), ValueError, "one axis"),
        (lambda: BatchSampler(range(3), 0, False), ValueError, "batch size"),
        (lambda: DistributedSampler(Y, 2, 2), ValueError, "rank below 2"),
        (lambda: list(DataLoader(Rows(), sampler=[99])), IndexError, "99"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


# -------------------------------------------------------------------- generators


def test_generators_are_streams_of_their_own():
    wb.manual_seed(3)
    expected = wb.rand(4).tolist()
    generator = wb.Generator().manual_seed(3)
    wb.manual_seed(4)
    assert wb.rand(2, generator=generator).tolist() == expected[:2]
    after = wb.rand(3).tolist()
    wb.manual_seed(4)
    assert wb.rand(3).tolist() == after and generator.initial_seed() == 3
    state = generator.get_state()
    first = wb.randn(3, generator=generator).tolist()
    assert wb.randn(3, generator=generator.set_state(state)).tolist() == first
    twin = pickle.loads(pickle.dumps(generator))
    assert wb.randperm(5, generator=twin).tolist() == wb.randperm(5, generator=generator).tolist()
    saved = wb.get_rng_state()
    first = wb.rand(2).tolist()
    wb.set_rng_state(saved)
    assert wb.rand(2).tolist() == first
    with wb.random.fork_rng():
        wb.rand(7)
    assert wb.manual_seed(5) is wb.default_generator and wb.initial_seed() == 5
    for call, kind in (
        (lambda: wb.rand(2, generator=3), TypeError),
        (lambda: wb.Generator("cuda"), NotImplementedError),
        (lambda: wb.Generator().manual_seed(2**64), ValueError),
        (lambda: wb.Generator().set_state(wb.zeros(3)), ValueError),
    ):
        with pytest.raises(kind):
            call()


# -------------------------------------------------------------------- training


def test_a_loader_trains_as_a_loop_does():
    model = nn.Linear(2, 1)
    optimizer = optim.SGD(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(3):
        for x, y in DataLoader(TensorDataset(X / 44, Y[:, None] / np.float32(22)), 11, shuffle=True):
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert losses[-1] < losses[0]
