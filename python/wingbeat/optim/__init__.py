"""Optimisers under PyTorch's names. The update runs inside the engine, in place.

Settings can be changed at any time, `optimizer.param_groups[0]["lr"] = 0.01`, or for all groups `optimizer.lr = 0.01`;
compiled functions see the change. lr_scheduler has the schedules of learning rates, swa_utils the averages of weights.

foreach, fused, capturable and differentiable choose among PyTorch's implementations of one formula. They are taken, and
change nothing.
"""

from .._naming import listing as _listing
from . import lr_scheduler, swa_utils
from .optimizer import Optimizer
from .optimizers import (
    ASGD,
    LBFGS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    Muon,
    NAdam,
    RAdam,
    RMSprop,
    Rprop,
)
from .penalty import penalty

__all__ = [
    "lr_scheduler",
    "swa_utils",
    "Optimizer",
    "SGD",
    "Adam",
    "AdamW",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Adagrad",
    "Adadelta",
    "Adamax",
    "ASGD",
    "Rprop",
    "Lion",
    "Muon",
    "LBFGS",
    "penalty",
]
__dir__ = _listing(__name__)
