"""Samplers under PyTorch's names: in which order a loader asks for rows. They draw from the default generator
(manual_seed), or from one of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from typing import TYPE_CHECKING, Any, Generic, Iterable, TypeVar

import numpy as np

from ..._creation import randint
from ..._dtypes import float64
from ..._errors import ArgumentError
from ..._generator import Generator
from ..._random import multinomial, randperm
from ..._tensor import Tensor, tensor_of

if TYPE_CHECKING:
    from ..._typing import Array

_T_co = TypeVar("_T_co", covariant=True)


class Sampler(Generic[_T_co]):
    """Base of samplers: subclasses define __iter__, which gives row numbers, and __len__."""

    def __init__(self, data_source: Any = None) -> None:
        pass

    def __iter__(self) -> Iterator[_T_co]:
        raise NotImplementedError(f"{type(self).__name__}: a subclass of Sampler needs a method __iter__")


class _Ordered(Sampler[int]):
    """A sampler that knows its whole order in one go."""

    def _order(self) -> Array:
        """The row numbers of one pass, int64 [rows]."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[int]:
        return iter(self._order().tolist())


class SequentialSampler(_Ordered):
    """0, 1, ..., in order."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def _order(self) -> Array:
        return np.arange(len(self.data_source))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(_Ordered):
    """A random permutation of the rows, or with replacement num_samples independent ones."""

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        if not isinstance(replacement, bool):
            raise TypeError(f"RandomSampler: expected True or False as replacement, found {replacement!r:.80}")
        if num_samples is not None and (not isinstance(num_samples, int) or num_samples < 1):
            raise ArgumentError(f"RandomSampler: expected num_samples of at least 1, found {num_samples!r:.80}")
        self.data_source, self.replacement = data_source, replacement
        self._num_samples, self.generator = num_samples, generator

    @property
    def num_samples(self) -> int:
        """How many rows one pass has."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def _order(self) -> Array:
        count, wanted = len(self.data_source), self.num_samples
        if not wanted:
            return np.empty(0, np.int64)
        if self.replacement:
            return randint(0, count, (wanted,), generator=self.generator).numpy()
        orders = [randperm(count, generator=self.generator).numpy() for _ in range(-(-wanted // count))]
        return np.concatenate(orders)[:wanted]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(_Ordered):
    """These rows in random order."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices, self.generator = indices, generator

    def _order(self) -> Array:
        rows = np.asarray(self.indices, np.int64)
        return rows[randperm(len(rows), generator=self.generator).numpy()] if len(rows) else rows

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(_Ordered):
    """num_samples rows, each drawn with a probability in proportion to its weight."""

    def __init__(
        self,
        weights: Sequence[float] | Tensor,
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        if not isinstance(num_samples, int) or isinstance(num_samples, bool) or num_samples < 1:
            raise ArgumentError(f"WeightedRandomSampler: expected num_samples of at least 1, found {num_samples!r:.80}")
        self.weights = tensor_of(weights, float64)
        if len(self.weights.shape) != 1:
            raise ArgumentError(
                f"WeightedRandomSampler: expected weights of one axis, found shape {list(self.weights.shape)}"
            )
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def _order(self) -> Array:
        return multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator).numpy()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler["list[int]"]):
    """The rows of another sampler in lists of batch_size; the last may be shorter, or is dropped."""

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size < 1:
            raise ArgumentError(f"BatchSampler: expected a batch size of at least 1, found {batch_size!r:.80}")
        if not isinstance(drop_last, bool):
            raise TypeError(f"BatchSampler: expected True or False as drop_last, found {drop_last!r:.80}")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def _batches(self) -> Iterator[Any]:
        """The batches as they are easiest to have: arrays or lists of row numbers."""
        if isinstance(self.sampler, _Ordered) and type(self.sampler).__iter__ is _Ordered.__iter__:
            order = self.sampler._order()
            for start in range(0, len(order), self.batch_size):
                batch = order[start : start + self.batch_size]
                if len(batch) == self.batch_size or not self.drop_last:
                    yield batch
            return
        rows: list[int] = []
        for row in self.sampler:
            rows.append(row)
            if len(rows) == self.batch_size:
                yield rows
                rows = []
        if rows and not self.drop_last:
            yield rows

    def __iter__(self) -> Iterator[list[int]]:
        for batch in self._batches():
            yield batch if isinstance(batch, list) else batch.tolist()

    def __len__(self) -> int:
        rows = len(self.sampler)  # type: ignore[arg-type]  # a sampler of the user's may have no length: TypeError
        return (rows + (0 if self.drop_last else self.batch_size - 1)) // self.batch_size


class DistributedSampler(_Ordered):
    """The share of one of several processes, rank of num_replicas, of a data set's rows, which set_epoch orders anew.

    This build has no torch.distributed: num_replicas and rank are 1 and 0 unless they are given.
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        self.dataset, self.shuffle, self.seed, self.drop_last, self.epoch = dataset, shuffle, seed, drop_last, 0
        self.num_replicas, self.rank = num_replicas or 1, rank or 0
        if not 0 <= self.rank < self.num_replicas:
            raise ArgumentError(f"DistributedSampler: expected a rank below {self.num_replicas}, found {self.rank}")
        self.num_samples = (len(dataset) + (0 if drop_last else self.num_replicas - 1)) // self.num_replicas

    def set_epoch(self, epoch: int) -> None:
        """The number of the epoch, on which the order depends."""
        self.epoch = epoch

    def _order(self) -> Array:
        count = len(self.dataset)
        order = np.arange(count)
        if self.shuffle:
            order = randperm(count, generator=Generator().manual_seed(self.seed + self.epoch)).numpy()
        return np.resize(order, self.num_samples * self.num_replicas)[self.rank :: self.num_replicas]

    def __len__(self) -> int:
        return self.num_samples
