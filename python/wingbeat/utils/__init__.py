"""Tools around training under PyTorch's names: data sets and loaders (utils.data), checkpointing of activations."""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from .._naming import listing as _listing
from .._naming import refusing as _refusing
from . import checkpoint, data

__all__ = ["checkpoint", "data"]
__dir__ = _listing(__name__)
if not _TYPE_CHECKING:
    __getattr__ = _refusing(__name__)
