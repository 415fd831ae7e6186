"""Optimisers under PyTorch's names. The update runs inside the engine, in place.

Settings can be changed at any time, `optimizer.param_groups[0]["lr"] = 0.01`, or for all groups `optimizer.lr = 0.01`;
compiled functions see the change.
"""

from .._naming import listing as _listing
from .optimizer import Optimizer
from .optimizers import SGD, Adam, AdamW

__all__ = ["Optimizer", "SGD", "Adam", "AdamW"]
__dir__ = _listing(__name__)
