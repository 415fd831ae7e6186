"""Wingbeat: forward, backward, step.

    import wingbeat as wb
    from wingbeat import nn, optim

    model = nn.Sequential(nn.Linear(784, 500), nn.ReLU(), nn.Linear(500, 10))
    loss_fn, optimizer = nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1)
    for x, y in train.batches(64, shuffle=True):
        loss = loss_fn(model(x), y)      # forward
        optimizer.zero_grad()
        loss.backward()                  # backward
        optimizer.step()                 # step

Tensors and their operations have PyTorch's names; grad, value_and_grad, vjp, jvp, hvp, jacrev, jacfwd, hessian,
linearize, vmap and compile are JAX's, taylor is its jet. Errors are wingbeat.Error and also the built-in exception that
fits (ShapeError is a ValueError, ...).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    _activations,
    _constructors,
    _convolution,
    _discrete,
    _distances,
    _generator,
    _hooks,
    _indexing,
    _linear_algebra,
    _log,
    _math,
    _matrix_functions,
    _normalization,
    _numbers,
    _numpy_protocols,
    _picking,
    _products,
    _random,
    _rearranging,
    _recurrence,
    _reductions,
    _resampling,
    _scans,
    _searching,
    _shaping,
    _short_time_fourier,
    _signals,
    _special,
    _statistics,
    _window_functions,
    _writing,
)
from ._activations import *  # noqa: F403
from ._autocast import autocast, get_autocast_dtype, is_autocast_enabled
from ._constructors import *  # noqa: F403
from ._convolution import *  # noqa: F403
from ._creation import (
    arange,
    asarray,
    can_cast,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    logspace,
    meshgrid,
    ones,
    ones_like,
    promote_types,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    result_type,
    scalar_tensor,
    tensor,
    tril_indices,
    triu_indices,
    zeros,
    zeros_like,
)
from ._creation import asarray as as_tensor
from ._device import device
from ._discrete import *  # noqa: F403
from ._distances import *  # noqa: F403
from ._dlpack import from_dlpack
from ._dtypes import bfloat16, float16, float32, float64, get_default_dtype, int32, int64, set_default_dtype, uint8
from ._dtypes import bool_ as bool
from ._dtypes import float16 as half
from ._dtypes import float32 as float
from ._dtypes import float64 as double
from ._dtypes import int32 as int
from ._dtypes import int64 as long
from ._errors import (
    ArgumentError,
    ConvergenceError,
    DTypeError,
    Error,
    FileError,
    FilePermissionError,
    FormatError,
    HandleError,
    InternalError,
    InterruptedCallError,
    MissingFileError,
    NotFiniteError,
    OutOfMemoryError,
    RangeError,
    ShapeError,
    StateError,
    StructureError,
    UnsupportedError,
)
from ._functions import (
    abs,
    add,
    amax,
    amin,
    argmax,
    argmin,
    cos,
    div,
    eq,
    erf,
    exp,
    expm1,
    ge,
    gelu,
    gt,
    le,
    leaky_relu,
    linear,
    log,
    log1p,
    log_softmax,
    logical_and,
    logical_not,
    logical_or,
    logsumexp,
    lt,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    mul,
    ne,
    neg,
    pow,
    reciprocal,
    relu,
    rsqrt,
    sigmoid,
    sign,
    sin,
    softmax,
    sqrt,
    square,
    sub,
    sum,
    tanh,
    where,
)
from ._generator import *  # noqa: F403
from ._library import lib as _lib
from ._linear_algebra import *  # noqa: F403
from ._math import *  # noqa: F403
from ._matrix_functions import *  # noqa: F403
from ._modes import (
    enable_grad,
    get_num_threads,
    inference_mode,
    is_grad_enabled,
    manual_seed,
    memory_trim,
    memory_usage,
    no_grad,
    set_check_finite,
    set_grad_enabled,
    set_num_threads,
)
from ._naming import listing as _listing
from ._normalization import *  # noqa: F403
from ._numbers import *  # noqa: F403
from ._picking import *  # noqa: F403
from ._pooling import adaptive_avg_pool1d, adaptive_max_pool1d, avg_pool1d, max_pool1d, max_pool2d, max_pool3d
from ._printing import set_printoptions
from ._products import *  # noqa: F403
from ._random import *  # noqa: F403
from ._rearranging import *  # noqa: F403
from ._recurrence import *  # noqa: F403
from ._reductions import *  # noqa: F403
from ._resampling import *  # noqa: F403
from ._scans import *  # noqa: F403
from ._searching import *  # noqa: F403
from ._shaping import *  # noqa: F403
from ._short_time_fourier import *  # noqa: F403
from ._special import *  # noqa: F403
from ._statistics import *  # noqa: F403
from ._tensor import Tensor
from ._window_functions import *  # noqa: F403
from ._writing import *  # noqa: F403

__version__ = _lib.wb_version().decode()

if TYPE_CHECKING:  # what the table below finds
    from . import (
        accelerator,
        amp,
        autograd,
        backends,
        cuda,
        data,
        distributed,
        distributions,
        fft,
        func,
        h5,
        implicit,
        jit,
        linalg,
        nn,
        optim,
        random,
        serialization,
        signal,
        special,
        storage,
        testing,
        training,
        utils,
        version,
        vision,
    )
    from ._anomalies import anomaly_mode
    from ._checkpoint import checkpoint, checkpoint_sequential
    from ._compile import compile
    from ._custom import custom_gradient, custom_jvp, custom_vjp
    from ._export import export
    from ._jacobians import hessian, jacfwd, jacrev
    from ._norms import norms
    from ._reversible import reversible
    from ._summary import summary
    from ._taylor import taylor
    from ._transforms import grad, hvp, jvp, linearize, value_and_grad, vjp
    from ._vmap import vmap
    from ._weights import load_state, save_safetensors
    from .storage import load, load_into, save
    from .training import Trainer, evaluate

# Where to find what a short program may not need; imported when first asked for.
_LATER: dict[str, tuple[str, str] | None] = {
    "accelerator": None,
    "amp": None,
    "autograd": None,
    "backends": None,
    "cuda": None,
    "data": None,
    "distributions": None,
    "fft": None,
    "implicit": None,
    "linalg": None,
    "nn": None,
    "optim": None,
    "special": None,
    "storage": None,
    "training": None,
    "distributed": None,
    "func": None,
    "h5": None,
    "jit": None,
    "random": None,
    "serialization": None,
    "signal": None,
    "testing": None,
    "version": None,
    "vision": None,
    "summary": ("_summary", "summary"),
    "utils": None,
    **{name: ("_transforms", name) for name in ("grad", "value_and_grad", "vjp", "jvp", "hvp", "linearize")},
    **{name: ("_jacobians", name) for name in ("jacrev", "jacfwd", "hessian")},
    "vmap": ("_vmap", "vmap"),
    "taylor": ("_taylor", "taylor"),
    **{name: ("_custom", name) for name in ("custom_gradient", "custom_vjp", "custom_jvp")},
    **{name: ("_checkpoint", name) for name in ("checkpoint", "checkpoint_sequential")},
    "reversible": ("_reversible", "reversible"),
    "compile": ("_compile", "compile"),
    "anomaly_mode": ("_anomalies", "anomaly_mode"),
    "norms": ("_norms", "norms"),
    "load": ("storage", "load"),
    "load_into": ("storage", "load_into"),
    "load_state": ("_weights", "load_state"),
    "save_safetensors": ("_weights", "save_safetensors"),
    "save": ("storage", "save"),
    "export": ("_export", "export"),
    "evaluate": ("training", "evaluate"),
    "Trainer": ("training", "Trainer"),
}


if not TYPE_CHECKING:  # a type checker would take every name for one of these

    def __getattr__(name):
        from importlib import import_module

        try:
            source = _LATER[name]
        except KeyError:
            from ._absent import sentence

            raise AttributeError(sentence("wingbeat", name)) from None
        module, attribute = source or (name, None)
        value = import_module(f".{module}", __name__)
        if attribute is not None:
            value = getattr(value, attribute)
        globals()[name] = value
        return value


__all__ = [
    "Tensor",
    "tensor",
    "from_numpy",
    "from_dlpack",
    "as_tensor",
    "asarray",
    "empty",
    "empty_like",
    "zeros",
    "ones",
    "full",
    "zeros_like",
    "ones_like",
    "full_like",
    "arange",
    "eye",
    "linspace",
    "logspace",
    "scalar_tensor",
    "tril_indices",
    "triu_indices",
    "meshgrid",
    "rand",
    "randn",
    "randint",
    "rand_like",
    "randn_like",
    "manual_seed",
    "promote_types",
    "result_type",
    "can_cast",
    "bool",
    "uint8",
    "int32",
    "int64",
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "double",
    "float",
    "half",
    "int",
    "long",
    "get_default_dtype",
    "set_default_dtype",
    "set_printoptions",
    "anomaly_mode",
    "norms",
    "autocast",
    "is_autocast_enabled",
    "get_autocast_dtype",
    "abs",
    "add",
    "amax",
    "amin",
    "argmax",
    "argmin",
    "cos",
    "div",
    "eq",
    "erf",
    "exp",
    "expm1",
    "ge",
    "gelu",
    "gt",
    "le",
    "leaky_relu",
    "linear",
    "log",
    "log1p",
    "log_softmax",
    "logical_and",
    "logical_not",
    "logical_or",
    "logsumexp",
    "lt",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mul",
    "ne",
    "neg",
    "pow",
    "reciprocal",
    "relu",
    "rsqrt",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "sqrt",
    "square",
    "sub",
    "sum",
    "tanh",
    "where",
    "no_grad",
    "inference_mode",
    "enable_grad",
    "set_grad_enabled",
    "is_grad_enabled",
    "set_num_threads",
    "get_num_threads",
    "set_check_finite",
    "memory_usage",
    "memory_trim",
    "Error",
    "ArgumentError",
    "ShapeError",
    "DTypeError",
    "RangeError",
    "HandleError",
    "OutOfMemoryError",
    "FileError",
    "MissingFileError",
    "FilePermissionError",
    "FormatError",
    "StructureError",
    "StateError",
    "NotFiniteError",
    "ConvergenceError",
    "UnsupportedError",
    "InterruptedCallError",
    "InternalError",
    "accelerator",
    "amp",
    "autograd",
    "backends",
    "cuda",
    "device",
    "data",
    "distributions",
    "fft",
    "implicit",
    "linalg",
    "nn",
    "optim",
    "signal",
    "special",
    "storage",
    "training",
    "utils",
    "distributed",
    "func",
    "h5",
    "jit",
    "random",
    "serialization",
    "testing",
    "version",
    "vision",
    "summary",
    "grad",
    "value_and_grad",
    "vjp",
    "jvp",
    "hvp",
    "linearize",
    "jacrev",
    "jacfwd",
    "hessian",
    "vmap",
    "taylor",
    "custom_gradient",
    "custom_vjp",
    "custom_jvp",
    "checkpoint",
    "checkpoint_sequential",
    "reversible",
    "compile",
    "export",
    "load",
    "load_into",
    "load_state",
    "save_safetensors",
    "save",
    "evaluate",
    "Trainer",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "avg_pool1d",
    "adaptive_avg_pool1d",
    "adaptive_max_pool1d",
]
__all__ += _activations.__all__
__all__ += _constructors.__all__
__all__ += _convolution.__all__
__all__ += _discrete.__all__
__all__ += _distances.__all__ + _short_time_fourier.__all__ + _window_functions.__all__
__all__ += _generator.__all__
__all__ += _linear_algebra.__all__
__all__ += _math.__all__
__all__ += _matrix_functions.__all__
__all__ += _numbers.__all__
__all__ += _normalization.__all__
__all__ += _picking.__all__
__all__ += _products.__all__
__all__ += _random.__all__
__all__ += _rearranging.__all__
__all__ += _reductions.__all__
__all__ += _scans.__all__
__all__ += _searching.__all__
__all__ += _recurrence.__all__
__all__ += _resampling.__all__
__all__ += _shaping.__all__
__all__ += _statistics.__all__
__all__ += _special.__all__
__all__ += _writing.__all__
__dir__ = _listing(__name__)
