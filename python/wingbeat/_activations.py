"""More activation functions. Formulas and derivatives at corners are PyTorch's."""

from __future__ import annotations

from ctypes import c_void_p
from math import inf
from typing import TYPE_CHECKING, Any, SupportsIndex

from . import _abi
from ._calls import called, elementwise, methods
from ._functions import (
    _elementwise,
    abs,
    cos,
    erf,
    exp,
    expm1,
    log,
    log1p,
    neg,
    pow,
    reciprocal,
    relu,
    rsqrt,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    tanh,
)
from ._library import check, lib
from ._math import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    ceil,
    clamp,
    cosh,
    digamma,
    erfc,
    exp2,
    floor,
    floor_divide,
    lerp,
    lgamma,
    log2,
    log10,
    nan_to_num,
    remainder,
    round,
    sinh,
    tan,
    trunc,
    with_parameter,
)
from ._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from ._typing import Real, TensorLike

logsigmoid = _elementwise(_abi.WB_UNARY_LOGSIGMOID, "logsigmoid", "log(sigmoid(x)), without overflow,")
relu6 = _elementwise(_abi.WB_UNARY_RELU6, "relu6", "x between 0 and 6")
selu = _elementwise(_abi.WB_UNARY_SELU, "selu", "Scaled ELU (Klambauer et al. 2017)")
silu = _elementwise(_abi.WB_UNARY_SILU, "silu", "x sigmoid(x)")
mish = _elementwise(_abi.WB_UNARY_MISH, "mish", "x tanh(softplus(x))")
softsign = _elementwise(_abi.WB_UNARY_SOFTSIGN, "softsign", "x / (1 + |x|)")
hardsigmoid = _elementwise(_abi.WB_UNARY_HARDSIGMOID, "hardsigmoid", "x + 3 between 0 and 6, over 6,")
hardswish = _elementwise(_abi.WB_UNARY_HARDSWISH, "hardswish", "x hardsigmoid(x)")


def elu(input: TensorLike, alpha: Real = 1.0) -> Tensor:
    """x above 0, else alpha (exp(x) - 1)."""
    return with_parameter(_abi.WB_UNARY_ELU, input, alpha)


def celu(input: TensorLike, alpha: Real = 1.0) -> Tensor:
    """x above 0, else alpha (exp(x / alpha) - 1)."""
    return with_parameter(_abi.WB_UNARY_CELU, input, alpha)


def hardtanh(input: TensorLike, min_val: Real = -1.0, max_val: Real = 1.0) -> Tensor:
    """x between min_val and max_val, where the derivative is 0."""
    out = c_void_p()
    check(lib.wb_hardtanh(as_tensor(input), min_val, max_val, out))
    return wrap(out.value)


def softplus(input: TensorLike, beta: Real = 1.0, threshold: Real | None = None) -> Tensor:
    """log(1 + exp(beta x)) / beta of each element, without overflow; x where beta x is above a threshold, if one is
    given.

    PyTorch has a threshold of 20, above which it rounds to x; here the exact value is as fast.
    """
    out = c_void_p()
    check(lib.wb_softplus(as_tensor(input), beta, inf if threshold is None else threshold, out))
    return wrap(out.value)


tanhshrink = elementwise("tanhshrink", "x - tanh(x)")


def hardshrink(input: TensorLike, lambd: Real = 0.5) -> Tensor:
    """x, but 0 where |x| is at most lambd."""
    return called("hardshrink", input, lambd=lambd)


def softshrink(input: TensorLike, lambd: Real = 0.5) -> Tensor:
    """x moved toward 0 by lambd, which is not negative, as far as 0."""
    return called("softshrink", input, lambd=lambd)


def threshold(input: TensorLike, threshold: Real, value: Real) -> Tensor:
    """x above a bound, else a value."""
    return called("threshold", input, threshold=threshold, value=value)


def glu(input: TensorLike, dim: SupportsIndex = -1) -> Tensor:
    """The first half of an axis times sigmoid of the second (Dauphin et al. 2017)."""
    return called("glu", input, dim=dim)


def prelu(input: TensorLike, weight: TensorLike) -> Tensor:
    """x above 0, else weight x. weight: one element, or one for each place of axis 1."""
    return called("prelu", input, weight)


def rrelu(input: TensorLike, lower: Real = 1.0 / 8, upper: Real = 1.0 / 3, training: bool = False) -> Tensor:
    """x above 0, else slope x: each element's slope is drawn between lower and upper in training, else their mean."""
    return called("rrelu", input, lower=lower, upper=upper, training=training)


__all__ = [
    "glu",
    "hardshrink",
    "prelu",
    "rrelu",
    "softshrink",
    "tanhshrink",
    "threshold",
    "logsigmoid",
    "relu6",
    "selu",
    "silu",
    "mish",
    "softsign",
    "hardsigmoid",
    "hardswish",
    "elu",
    "celu",
    "hardtanh",
    "softplus",
]

methods([globals()[_name] for _name in __all__ if _name != "threshold"])

# PyTorch's methods that write what an elementwise function gives into their tensor.
_FUNCTIONS: tuple[Any, ...] = (
    exp,
    exp2,
    expm1,
    log,
    log2,
    log10,
    log1p,
    sqrt,
    rsqrt,
    square,
    reciprocal,
    neg,
    abs,
    sign,
    sin,
    cos,
    tan,
    asin,
    acos,
    atan,
    sinh,
    cosh,
    tanh,
    asinh,
    acosh,
    atanh,
    sigmoid,
    relu,
    erf,
    erfc,
    lgamma,
    digamma,
    floor,
    ceil,
    trunc,
    round,
    clamp,
    nan_to_num,
    lerp,
    pow,
    remainder,
    floor_divide,
)
methods((), _FUNCTIONS)
