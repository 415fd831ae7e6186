"""Layers, models, losses and initialisers, under PyTorch's names."""

from .._naming import listing as _listing
from . import functional, init, modules, parallel
from .activation import GELU, Identity, LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Softplus, Tanh
from .containers import ModuleList, Reversible, ReversibleSequential, Sequential
from .dropout import Dropout
from .graph import Graph
from .layer import build
from .linear import Linear
from .losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from .module import Module, Parameter
from .parallel import DataParallel
from .reshaping import Flatten

__all__ = [
    "Module",
    "Parameter",
    "Sequential",
    "ModuleList",
    "Reversible",
    "ReversibleSequential",
    "Graph",
    "build",
    "Linear",
    "Identity",
    "ReLU",
    "LeakyReLU",
    "Sigmoid",
    "Tanh",
    "GELU",
    "Softmax",
    "LogSoftmax",
    "Softplus",
    "Flatten",
    "Dropout",
    "MSELoss",
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "DataParallel",
    "functional",
    "init",
    "modules",
    "parallel",
]
__dir__ = _listing(__name__)
