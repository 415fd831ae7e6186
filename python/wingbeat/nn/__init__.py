"""Layers, models, losses and initialisers, under PyTorch's names."""

from . import functional, init
from .containers import ModuleList, Reversible, ReversibleSequential, Sequential
from .layers import (GELU, Flatten, Identity, LeakyReLU, Linear, LogSoftmax, ReLU, Sigmoid, Softmax, Softplus, Tanh)
from .losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from .module import Module, Parameter

__all__ = [
    "Module", "Parameter", "Sequential", "ModuleList", "Reversible", "ReversibleSequential", "Linear", "Identity", "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "GELU", "Softmax",
    "LogSoftmax", "Softplus", "Flatten", "MSELoss", "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "functional", "init",
]
