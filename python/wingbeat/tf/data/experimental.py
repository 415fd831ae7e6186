"""Functions of data sets under tf.data.experimental's names."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from ..._naming import listing
from .._absent import refusing
from ._base import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from ._dataset import Dataset

if TYPE_CHECKING:
    from collections.abc import Callable

choose_from_datasets, sample_from_datasets = Dataset.choose_from_datasets, Dataset.sample_from_datasets


class AutoShardPolicy(Enum):
    """How data would be shared out to workers."""

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2


def cardinality(dataset: Dataset) -> Any:
    """How many elements there are."""
    return dataset.cardinality()


def assert_cardinality(expected_cardinality: int) -> Callable[[Dataset], Dataset]:
    """For Dataset.apply: the data set, which has so many elements."""
    return lambda dataset: Dataset(
        dataset._items, lambda: int(expected_cardinality), dataset._spec, dataset._table, "AssertCardinality"
    )


def unbatch() -> Callable[[Dataset], Dataset]:
    """For Dataset.apply: Dataset.unbatch."""
    return lambda dataset: dataset.unbatch()


def get_single_element(dataset: Dataset) -> Any:
    """The one element."""
    return dataset.get_single_element()


def prefetch_to_device(device: Any, buffer_size: Any = None) -> Callable[[Dataset], Dataset]:
    """For Dataset.apply: the same data set."""
    return lambda dataset: dataset


__all__ = [
    "AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "AutoShardPolicy", "assert_cardinality", "cardinality",
    "choose_from_datasets", "get_single_element", "prefetch_to_device", "sample_from_datasets", "unbatch",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
