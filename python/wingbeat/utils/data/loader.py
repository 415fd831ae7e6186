"""DataLoader: batches of a data set, in an order, collated, made by this process or by workers ahead of the loop."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ... import data as engine_data
from ..._creation import randint
from ..._errors import ArgumentError
from .collate import default_collate, default_convert
from .datasets import IterableDataset, rows_of
from .samplers import BatchSampler, RandomSampler, SequentialSampler
from .workers import Workers, is_end, raised

if TYPE_CHECKING:
    from ..._generator import Generator

_PREFETCH = 2


class DataLoader(Iterable[Any]):
    """Batches of a data set: `for x, y in DataLoader(dataset, batch_size=64, shuffle=True)`.

    dataset: what has rows by number (utils.data.Dataset, wingbeat.data, a list), or a stream (IterableDataset).
    batch_size: rows of a batch; None: samples one by one, as they are. shuffle: a new order for each pass. sampler: row
    numbers in an order of one's own; batch_sampler: lists of row numbers. collate_fn: makes a batch of a list of
    samples (default_collate). drop_last: leaves out a smaller last batch.
    num_workers: processes that make batches ahead, prefetch_factor (2) each; persistent_workers: they stay for the next
    pass. timeout: seconds to wait for a batch. worker_init_fn: called in each with its number. multiprocessing_context:
    "fork" (the default), "spawn" or "forkserver". generator: where the orders and the workers' seeds are drawn.
    pin_memory, pin_memory_device, in_order: PyTorch's; they change nothing, and batches always come in order.

    Where the data set can give a batch in one go (TensorDataset, Subset, random_split, wingbeat.data) and no collate
    function is given, the engine takes all rows of a batch at once. For data sets of wingbeat.data with their own
    order, its thread reads ahead, and workers have nothing to do.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], object] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        self._workers: Workers | None = None
        _check_count("num_workers", num_workers, 0)
        if batch_size is not None:
            _check_count("batch_size", batch_size, 1)
        if prefetch_factor is not None:
            _check_count("prefetch_factor", prefetch_factor, 1)
            if not num_workers:
                raise ArgumentError("DataLoader: prefetch_factor needs workers, found num_workers=0")
        if persistent_workers and not num_workers:
            raise ArgumentError("DataLoader: persistent_workers needs workers, found num_workers=0")
        if timeout < 0:
            raise ArgumentError(f"DataLoader: expected a timeout of at least 0 seconds, found {timeout}")
        if collate_fn is not None and not callable(collate_fn):
            raise TypeError(f"DataLoader: expected a function as collate_fn, found {collate_fn!r:.80}")
        self._is_stream = isinstance(dataset, IterableDataset)
        if not self._is_stream and not hasattr(dataset, "__getitem__"):
            raise TypeError(
                f"DataLoader: expected a data set with rows by number or an IterableDataset, found {dataset!r:.80}"
            )
        if self._is_stream and (shuffle or sampler is not None or batch_sampler is not None):
            raise ArgumentError(
                "DataLoader: an IterableDataset has its own order; shuffle and samplers cannot change it"
            )
        if sampler is not None and shuffle:
            raise ArgumentError("DataLoader: expected either a sampler or shuffle=True, found both")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ArgumentError(
                    "DataLoader: batch_sampler says everything about batches; leave out batch_size, shuffle, sampler "
                    "and drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ArgumentError("DataLoader: drop_last needs a batch_size, found None")
        self.dataset, self.num_workers, self.timeout, self.generator = dataset, num_workers, timeout, generator
        self.batch_size, self.drop_last, self.shuffle = batch_size, drop_last, bool(shuffle)
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.prefetch_factor = prefetch_factor or (_PREFETCH if num_workers else None)
        self.persistent_workers, self.worker_init_fn = persistent_workers, worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self._has_own_order = sampler is None and batch_sampler is None
        self.sampler: Any = sampler
        if sampler is None and not self._is_stream:
            self.sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None and not self._is_stream:
            batch_sampler = BatchSampler(self.sampler, batch_size, bool(drop_last))
        self.batch_sampler: Any = batch_sampler
        self._collates = batch_sampler is not None or self._is_stream and batch_size is not None
        self.collate_fn: Callable[[Any], Any] = collate_fn or (default_collate if self._collates else default_convert)

    def __repr__(self) -> str:
        return (
            f"DataLoader({type(self.dataset).__name__}, batch_size={self.batch_size}, shuffle={self.shuffle}, "
            f"num_workers={self.num_workers})"
        )

    def __len__(self) -> int:
        if not self._is_stream:
            return len(self.batch_sampler if self._collates else self.sampler)
        rows = len(self.dataset)
        if self.batch_size is None:
            return rows
        return (rows + (0 if self.drop_last else self.batch_size - 1)) // self.batch_size

    def __iter__(self) -> Iterator[Any]:
        if self._reads_ahead():
            return self._read_by_the_engine()
        # Drawn also where no worker needs it, so that the number of workers changes no order.
        seed = int(randint(0, 1 << 62, (), generator=self.generator).item())
        return self._by_workers(seed) if self.num_workers else self._by_this_process()

    # ---------------------------------------------------------------- the ways to make batches

    def _reads_ahead(self) -> bool:
        """Whether the engine's own pass over a data set gives the same batches."""
        return (
            isinstance(self.dataset, engine_data.Dataset)
            and self._has_own_order
            and self.batch_size is not None
            and self.generator is None
            and self.collate_fn is default_collate
        )

    def _read_by_the_engine(self) -> Iterator[Any]:
        for batch in self.dataset.batches(self.batch_size, shuffle=self.shuffle, drop_last=self.drop_last):
            yield list(batch) if isinstance(batch, tuple) else batch

    def _fetch_of(self, dataset: Any) -> Callable[[Any], Any]:
        """What makes a batch of rows (of the next samples of a stream) of a data set in one process."""
        return _Fetching(dataset, self._collates, self.collate_fn, self.batch_size, self.drop_last).fetch

    def _rows(self) -> Iterator[Any]:
        """The rows of each batch, or for a stream nothing, without end."""
        if self._is_stream:
            return itertools.repeat(None)
        if not self._collates:
            return iter(self.sampler)
        return iter(self.batch_sampler._batches() if type(self.batch_sampler) is BatchSampler else self.batch_sampler)

    def _by_this_process(self) -> Iterator[Any]:
        fetch = self._fetch_of(self.dataset)
        for rows in self._rows():
            try:
                batch = fetch(rows)
            except StopIteration:
                return
            yield batch

    def _by_workers(self, seed: int) -> Iterator[Any]:
        workers = self._workers
        if workers is None:
            make = _FetchMaker(self._collates, self.collate_fn, self.batch_size, self.drop_last)
            workers = Workers(
                self.dataset, self.num_workers, make, self.worker_init_fn, seed, self.multiprocessing_context
            )
            if self.persistent_workers:
                self._workers = workers
                weakref.finalize(self, workers.close)
        workers.turn += 1
        try:
            yield from self._batches_of(workers)
        except BaseException:
            self._workers = None
            workers.close()
            raise
        if not self.persistent_workers:
            workers.close()

    def _batches_of(self, workers: Workers) -> Iterator[Any]:
        rows = self._rows()
        alive = [True] * workers.count
        asked: dict[int, int] = {}  # worker by the number of a batch that has not been handed out
        done: dict[int, Any] = {}
        turns = itertools.cycle(range(workers.count))
        numbers = itertools.count()

        def ask() -> None:
            """Gives the next rows to the next worker that goes on."""
            for _ in range(workers.count):
                worker = next(turns)
                if alive[worker]:
                    break
            else:
                return
            try:
                wanted = next(rows)
            except StopIteration:
                return
            number = next(numbers)
            asked[number] = worker
            workers.ask(worker, number, wanted)

        for _ in range((self.prefetch_factor or _PREFETCH) * workers.count):
            ask()
        current = 0
        while asked:
            while current not in done:
                number, answer = workers.next(self.timeout)
                done[number] = answer
            answer, worker = raised(done.pop(current)), asked.pop(current)
            current += 1
            if is_end(answer):
                alive[worker] = False
                ask()
                continue
            ask()
            yield answer


class _FetchMaker:
    """Makes, in a worker, what makes batches; it can be pickled for processes that are not forked."""

    def __init__(self, *settings: Any) -> None:
        self.settings = settings

    def __call__(self, dataset: Any) -> Callable[[Any], Any]:
        return _Fetching(dataset, *self.settings).fetch


class _Fetching:
    """Makes batches of one data set in one process."""

    def __init__(
        self, dataset: Any, collates: bool, collate: Callable[[Any], Any], batch_size: int | None, drop_last: bool
    ) -> None:
        self.dataset, self.collates, self.collate = dataset, collates, collate
        self.batch_size, self.drop_last = batch_size, drop_last
        self.stream = iter(dataset) if isinstance(dataset, IterableDataset) else None

    def fetch(self, rows: Any) -> Any:
        """The batch of these rows; of a stream the next one, or StopIteration."""
        if self.stream is not None:
            return self.next_of(self.stream)
        if not self.collates:
            return self.collate(self.dataset[rows])
        if self.collate is default_collate and not _has_own_samples(self.dataset):
            batch = rows_of(self.dataset, rows)
            if batch is not None:
                return batch
        rows = rows if isinstance(rows, (list, tuple)) else rows.tolist()
        several = getattr(self.dataset, "__getitems__", None)
        return self.collate(several(list(rows)) if callable(several) else [self.dataset[row] for row in rows])

    def next_of(self, stream: Iterator[Any]) -> Any:
        if self.batch_size is None:
            return self.collate(next(stream))
        samples = list(itertools.islice(stream, self.batch_size))
        if not samples or self.drop_last and len(samples) < self.batch_size:
            raise StopIteration
        return self.collate(samples)


def _has_own_samples(dataset: Any) -> bool:
    """Whether a subclass of the user's makes other samples than the class that knows its rows in one go."""
    kind: Any = type(dataset)
    rows = getattr(kind, "_rows", None)
    if rows is None:
        return False
    home = next(base for base in kind.__mro__ if "_rows" in vars(base))
    return kind.__getitem__ is not home.__getitem__ or kind.__len__ is not home.__len__


def _check_count(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"DataLoader: expected a whole number as {name}, found {value!r:.80}")
    if value < least:
        raise ArgumentError(f"DataLoader: expected {name} of at least {least}, found {value}")
