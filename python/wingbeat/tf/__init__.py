"""TensorFlow's names for this library: import wingbeat.tf as tf.

It is a thin face: the tensors, derivatives and programs are the engine's. `tf.keras` is wingbeat.keras. What is missing
says so, and names the nearest thing that is there. docs/tensorflow.md tells what differs.

    python -m wingbeat.tf script.py arguments ...

runs a TensorFlow script, in which `import tensorflow` gives this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _creating, _gathering, errors
from ._creating import *  # noqa: F403
from ._dtypes import DType, as_dtype, bfloat16, float16, float32, float64, int32, int64, uint8
from ._dtypes import bool_ as bool
from ._dtypes import float16 as half
from ._dtypes import float64 as double
from ._function import executing_eagerly, function, inside_function
from ._gathering import *  # noqa: F403
from ._shapes import TensorShape, TensorSpec
from ._tape import GradientTape, UnconnectedGradients, gradients, stop_gradient
from ._tensor import Tensor
from ._variable import Variable

newaxis = None
__version__ = "2.21.0"

__all__ = [
    "DType",
    "GradientTape",
    "Tensor",
    "TensorShape",
    "TensorSpec",
    "UnconnectedGradients",
    "Variable",
    "as_dtype",
    "bfloat16",
    "bool",
    "double",
    "errors",
    "executing_eagerly",
    "float16",
    "float32",
    "float64",
    "function",
    "gradients",
    "half",
    "inside_function",
    "int32",
    "int64",
    "newaxis",
    "stop_gradient",
    "uint8",
]
__all__ += _creating.__all__
__all__ += _gathering.__all__

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name == "keras":
            from importlib import import_module

            return import_module("wingbeat.keras")
        from ._absent import sentence

        raise AttributeError(sentence(__name__, name))
