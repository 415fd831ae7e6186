"""Data sets under PyTorch's names: what has rows by number (Dataset), what gives rows one after the other
(IterableDataset), and what is made of others.

A data set that can say so in one go has `_rows(indices)`: the collated batch of these rows, by one call of the engine
for each tensor. DataLoader asks for it where the default collate function would give the same.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from ... import data as engine_data
from ..._errors import ArgumentError, RangeError, ShapeError
from ..._random import randperm
from ..._shaping import cat
from ..._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from ..._generator import Generator
    from ..._typing import TensorLike

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)


class Dataset(Generic[_T_co]):
    """A map of row numbers to samples: subclasses define __getitem__, and __len__ where a sampler or a split needs it.

    __getitems__(indices), where it is defined, gives a list of samples at once.
    """

    def __getitem__(self, index: Any) -> _T_co:
        raise NotImplementedError(f"{type(self).__name__}: a subclass of Dataset needs a method __getitem__")

    def __add__(self, other: Any) -> ConcatDataset:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[_T_co], Iterable[_T_co]):
    """A stream of samples: subclasses define __iter__. With workers each has a copy of the stream, of which it should
    take its share (get_worker_info)."""

    def __iter__(self) -> Iterator[_T_co]:
        raise NotImplementedError(f"{type(self).__name__}: a subclass of IterableDataset needs a method __iter__")

    def __add__(self, other: Any) -> Any:
        return ChainDataset([self, other])


def rows_of(dataset: Any, indices: Any) -> list[Tensor] | Tensor | None:
    """The collated batch of rows of a data set that can give it in one go; None for another one."""
    rows = getattr(dataset, "_rows", None)
    if rows is not None:
        return rows(indices)  # type: ignore[no-any-return]
    found: list[Tensor] | Tensor | None = None
    if isinstance(dataset, engine_data.Dataset):
        found = _engine_rows(dataset, indices)
    return found


def _engine_rows(dataset: engine_data.Dataset[Any], indices: Any) -> Any:
    """Rows of a data set of the engine's, which reads runs of rows."""
    wanted = np.asarray(indices, np.int64)
    if not wanted.size:
        wanted = wanted.reshape(0)
    cuts = np.flatnonzero(np.diff(wanted) != 1) + 1
    parts = [
        dataset[int(run[0]) : int(run[0]) + len(run)]
        for run in np.split(np.where(wanted < 0, wanted + len(dataset), wanted), cuts)
        if len(run)
    ]
    if isinstance(parts[0], Tensor):
        return parts[0] if len(parts) == 1 else cat(parts)
    return [column[0] if len(column) == 1 else cat(list(column)) for column in zip(*parts)]


def taken(tensor: Tensor, indices: Any) -> Tensor:
    """Rows of a tensor: a slice of it where they follow each other."""
    found = np.asarray(indices, np.int64)
    if found.size and (found.size == 1 or bool((np.diff(found) == 1).all())) and found[0] >= 0:
        return tensor[int(found[0]) : int(found[-1]) + 1]
    return tensor[found]


class TensorDataset(Dataset[Any]):
    """Tensors (or arrays) with equal first extents: sample i is the tuple of their rows i."""

    tensors: tuple[Tensor, ...]

    def __init__(self, *tensors: TensorLike) -> None:
        self.tensors = tuple(as_tensor(tensor) for tensor in tensors)
        if not self.tensors:
            raise ArgumentError("TensorDataset: expected at least one tensor, found none")
        for place, tensor in enumerate(self.tensors):
            if not tensor.shape:
                raise ShapeError(f"TensorDataset: expected tensors with rows, found a 0-d tensor at place {place}")
            if len(tensor) != len(self.tensors[0]):
                raise ShapeError(
                    f"TensorDataset: expected equal first extents, found {len(self.tensors[0])} rows of tensor 0 and "
                    f"{len(tensor)} of tensor {place}"
                )

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])

    def _rows(self, indices: Any) -> list[Tensor]:
        return [taken(tensor, indices) for tensor in self.tensors]


class StackDataset(Dataset[Any]):
    """Data sets of one length side by side: sample i is the tuple of their samples i, or with names a dict of them."""

    datasets: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if bool(args) == bool(kwargs):
            raise ArgumentError(
                "StackDataset: expected data sets either by place or by name, found "
                + ("both" if args else "neither of them")
            )
        self.datasets = args or kwargs
        lengths = [len(dataset) for dataset in args or kwargs.values()]
        if len(set(lengths)) != 1:
            raise ShapeError(f"StackDataset: expected data sets of one length, found lengths {lengths}")
        self._length = lengths[0]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __len__(self) -> int:
        return self._length


class ConcatDataset(Dataset[Any]):
    """Data sets one after the other."""

    datasets: list[Any]
    cumulative_sizes: list[int]

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ArgumentError("ConcatDataset: expected at least one data set, found none")
        for dataset in self.datasets:
            if isinstance(dataset, IterableDataset):
                raise TypeError(
                    "ConcatDataset: expected data sets with rows by number, found an IterableDataset; use ChainDataset"
                )
        self.cumulative_sizes = np.cumsum([len(dataset) for dataset in self.datasets]).tolist()

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: Any) -> Any:
        row = index.__index__()
        if not -len(self) <= row < len(self):
            raise RangeError(f"ConcatDataset: row {row} is out of range for {len(self)} rows")
        row %= len(self)
        place = bisect.bisect_right(self.cumulative_sizes, row)
        return self.datasets[place][row - (self.cumulative_sizes[place - 1] if place else 0)]


class ChainDataset(IterableDataset[Any]):
    """Iterable data sets one after the other."""

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = datasets

    def __iter__(self) -> Iterator[Any]:
        for dataset in self.datasets:
            if not isinstance(dataset, Iterable):
                raise TypeError(f"ChainDataset: expected iterable data sets, found {dataset!r:.80}")
            yield from dataset

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self.datasets)


class Subset(Dataset[Any]):
    """The rows of a data set that `indices` names."""

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[place] for place in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: list[int]) -> list[Any]:
        """Several samples at once, as many data sets have it."""
        rows = [self.indices[place] for place in indices]
        several = getattr(self.dataset, "__getitems__", None)
        return several(rows) if callable(several) else [self.dataset[row] for row in rows]

    def __len__(self) -> int:
        return len(self.indices)

    def _rows(self, indices: Any) -> Any:
        if type(self) is not Subset or isinstance(self.indices, Mapping):
            return None
        return rows_of(self.dataset, np.asarray(self.indices, np.int64)[np.asarray(indices, np.int64)])


def random_split(dataset: Any, lengths: Sequence[float], generator: Generator | None = None) -> list[Subset]:
    """Splits a data set at random into parts of these lengths, or of these fractions, which add up to 1.

    Of fractions, each part has floor(fraction * rows); what is left goes to the first parts, one row each.
    """
    total, wanted = len(dataset), list(lengths)
    if not wanted:
        raise ArgumentError("random_split: expected at least one length, found none")
    if math.isclose(sum(wanted), 1):
        for place, part in enumerate(wanted):
            if not 0 <= part <= 1:
                raise ArgumentError(f"random_split: expected fractions from 0 to 1, found {part} at place {place}")
        counts = [math.floor(total * part) for part in wanted]
        for place in range(total - sum(counts)):
            counts[place % len(counts)] += 1
    else:
        counts = [int(part) for part in wanted]
        if counts != wanted or any(count < 0 for count in counts) or sum(counts) != total:
            raise ArgumentError(
                f"random_split: expected lengths that add up to the {total} rows, or fractions that add up to 1, "
                f"found {wanted}"
            )
    order = randperm(total, generator=generator).tolist() if total else []
    ends = np.cumsum(counts).tolist()
    return [Subset(dataset, order[end - count : end]) for count, end in zip(counts, ends)]
