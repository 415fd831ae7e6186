"""Keras' face of the engine: layers, models, and what trains them, with Keras 3's names, arguments and rules.

A model is an ordinary module: checkpoints hold it, C runs it. docs/keras.md says what is here, what differs and what is
missing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import callbacks, layers, models
from ._layer import Layer
from ._symbolic import KerasTensor
from ._variable import Variable
from .models import Functional, Input, InputLayer, Model, Sequential

if TYPE_CHECKING:
    from . import initializers, losses, metrics, optimizers

__version__ = "3.0.0"

# Loaded when they are asked for.
_LATER = (
    "activations", "applications", "backend", "config", "constraints", "datasets", "distribution", "dtype_policies",
    "export", "initializers", "legacy", "losses", "metrics", "mixed_precision", "ops", "optimizers", "preprocessing",
    "random", "regularizers", "saving", "tree", "utils", "wrappers",
)  # fmt: skip
# Names that lie in one of them.
_IN = {
    "DTypePolicy": "dtype_policies",
    "FloatDTypePolicy": "dtype_policies",
    "Initializer": "initializers",
    "Loss": "losses",
    "Metric": "metrics",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "name_scope": "backend",
    "version": "config",
}


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _LATER:
            from ._absent import sentence

            try:
                return importlib.import_module(f"{__name__}.{name}")
            except ModuleNotFoundError as error:
                if error.name != f"{__name__}.{name}":
                    raise
                raise AttributeError(sentence(__name__, name)) from None
        if name in _IN:
            return getattr(__getattr__(_IN[name]), name)
        from ._absent import sentence

        raise AttributeError(sentence(__name__, name))


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER, *_IN})


__all__ = [
    "Functional", "Input", "InputLayer", "KerasTensor", "Layer", "Model", "Sequential", "Variable", "callbacks",
    "initializers", "layers", "losses", "metrics", "models", "optimizers",
]  # fmt: skip
