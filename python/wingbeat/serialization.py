"""Saving and loading under the names of torch.serialization. Nothing is pickled, so there is nothing to allow."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ._naming import listing
from .storage import load, save

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["add_safe_globals", "load", "safe_globals", "save"]
__dir__ = listing(__name__)


@contextmanager
def safe_globals(safe_globals: Any) -> Iterator[None]:
    """A block in which PyTorch's load would take these classes; load(custom=[...]) takes them here."""
    yield


def add_safe_globals(safe_globals: Any) -> None:
    """Nothing: load(custom=[...]) takes classes here."""
