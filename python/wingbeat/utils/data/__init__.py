"""Data sets of one's own, samplers and loaders of batches, under PyTorch's names.

A DataLoader takes these data sets and those of wingbeat.data (NumPy arrays and HDF5 files, which the engine reads).
"""

import sys as _sys
from typing import Any as _Any

from ..._naming import listing as _listing
from .collate import default_collate, default_convert
from .datasets import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from .loader import DataLoader
from .samplers import (
    BatchSampler,
    DistributedSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from .workers import WorkerInfo, get_worker_info

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "DistributedSampler",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "WorkerInfo",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]
__dir__ = _listing(__name__)

# PyTorch's files, whose names programs import from: utils.data.dataset.random_split.
_FILES = ("dataset", "dataloader", "sampler", "distributed")


def __getattr__(name: str) -> _Any:
    if name in _FILES:
        return _sys.modules[__name__]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
