"""Tools around training under PyTorch's names: data sets and loaders (utils.data), checkpointing of activations."""

from .._naming import listing as _listing
from . import checkpoint, data

__all__ = ["checkpoint", "data"]
__dir__ = _listing(__name__)
