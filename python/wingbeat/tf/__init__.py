"""TensorFlow's names for this library: import wingbeat.tf as tf.

It is a thin face: the tensors, derivatives and programs are the engine's. `tf.keras` is wingbeat.keras. What is missing
says so, and names the nearest thing that is there. docs/tensorflow.md tells what differs.

    python -m wingbeat.tf script.py arguments ...

runs a TensorFlow script, in which `import tensorflow` gives this module. install() does the same inside a program of
one's own, before it imports tensorflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import (
    _control,
    _creating,
    _custom,
    _gathering,
    _objects,
    _reshaping,
    autodiff,
    autograph,
    bitwise,
    config,
    data,
    debugging,
    dtypes,
    errors,
    image,
    linalg,
    math,
    nest,
    nn,
    random,
    signal,
    types,
    version,
)
from ._control import *  # noqa: F403
from ._control import tuple_of as tuple
from ._creating import *  # noqa: F403
from ._custom import *  # noqa: F403
from ._dtypes import DType, as_dtype, bfloat16, float16, float32, float64, int32, int64, uint8
from ._dtypes import bool_ as bool
from ._dtypes import float16 as half
from ._dtypes import float64 as double
from ._elementwise import (
    abs,
    acos,
    acosh,
    add,
    add_n,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cast,
    clip_by_value,
    cos,
    cosh,
    divide,
    equal,
    exp,
    floor,
    greater,
    greater_equal,
    identity,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    multiply,
    negative,
    not_equal,
    pow,
    realdiv,
    round,
    saturate_cast,
    scalar_mul,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    truediv,
    truncatediv,
    truncatemod,
)
from ._finder import install, uninstall
from ._function import executing_eagerly, function, inside_function
from ._gathering import *  # noqa: F403
from ._objects import *  # noqa: F403
from ._printed import print
from ._reducing import (
    argmax,
    argmin,
    argsort,
    cumsum,
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
    sort,
)
from ._reshaping import *  # noqa: F403
from ._shapes import TensorShape, TensorSpec, broadcast_static_shape
from ._tape import GradientTape, UnconnectedGradients, gradients, stop_gradient
from ._tensor import Tensor
from ._variable import Variable
from .debugging import Assert, assert_equal, assert_greater, assert_less, assert_rank
from .linalg import clip_by_global_norm, clip_by_norm, norm
from .nn import softmax

newaxis = None
__version__ = version.VERSION
# Names of keras' that TensorFlow has at its root too.
_OF_KERAS = {
    "initializers": "initializers",
    "losses": "losses",
    "metrics": "metrics",
    "optimizers": "optimizers",
    "random_normal_initializer": "initializers.RandomNormal",
    "random_uniform_initializer": "initializers.RandomUniform",
    "ones_initializer": "initializers.Ones",
    "zeros_initializer": "initializers.Zeros",
    "constant_initializer": "initializers.Constant",
}


def get_logger() -> Any:
    """Python's logger "tensorflow"."""
    from logging import getLogger

    return getLogger("tensorflow")


__all__ = [
    "Assert", "DType", "GradientTape", "Tensor", "TensorShape", "TensorSpec", "UnconnectedGradients", "Variable",
    "abs", "acos", "acosh", "add", "add_n", "argmax", "argmin", "argsort", "as_dtype", "asin", "asinh",
    "assert_equal", "assert_greater", "assert_less", "assert_rank", "atan", "atan2", "atanh", "autodiff",
    "autograph", "bfloat16", "bitwise", "bool", "broadcast_static_shape", "cast", "clip_by_global_norm",
    "clip_by_norm", "clip_by_value", "config", "cos", "cosh", "cumsum", "data", "debugging", "divide", "double",
    "dtypes", "equal", "errors", "executing_eagerly", "exp", "float16", "float32", "float64", "floor", "function",
    "get_logger", "gradients", "greater", "greater_equal", "half", "identity", "image", "inside_function",
    "install", "int32", "int64", "less", "less_equal", "linalg", "logical_and", "logical_not", "logical_or", "math",
    "maximum", "minimum", "multiply", "negative", "nest", "newaxis", "nn", "norm", "not_equal", "pow", "print",
    "random", "realdiv", "reduce_all", "reduce_any", "reduce_logsumexp", "reduce_max", "reduce_mean", "reduce_min",
    "reduce_prod", "reduce_sum", "round", "saturate_cast", "scalar_mul", "sigmoid", "sign", "signal", "sin", "sinh",
    "softmax", "sort", "sqrt", "square", "stop_gradient", "subtract", "tan", "tanh", "truediv", "truncatediv",
    "truncatemod", "tuple", "types", "uint8", "uninstall", "version",
]  # fmt: skip
__all__ += _control.__all__
__all__ += _creating.__all__
__all__ += _custom.__all__
__all__ += _gathering.__all__
__all__ += _objects.__all__
__all__ += _reshaping.__all__

if not TYPE_CHECKING:

    def __getattr__(name):
        from importlib import import_module

        if name == "keras":
            return import_module("wingbeat.keras")
        if name in _OF_KERAS:
            found = import_module("wingbeat.keras")
            for part in _OF_KERAS[name].split("."):
                found = getattr(found, part)
            return found
        from ._absent import sentence

        raise AttributeError(sentence(__name__, name))
