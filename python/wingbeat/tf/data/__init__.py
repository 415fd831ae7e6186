"""Data sets under tf.data's names."""

from __future__ import annotations

from typing import Any

from ..._naming import listing
from .._absent import refusing
from . import experimental
from ._base import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, DatasetIterator, DatasetSpec
from ._dataset import Dataset

Iterator = DatasetIterator


class Options:
    """Settings, which are taken and change nothing."""

    def __init__(self) -> None:
        self.__dict__["_values"] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._values.setdefault(name, Options())

    def __setattr__(self, name: str, value: Any) -> None:
        self._values[name] = value


__all__ = [
    "AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "DatasetSpec", "Iterator", "Options",
    "experimental",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
