"""The operations on elements, under PyTorch's names. Each is a function; most are methods of Tensor as well. Operations on shapes are in _shaping,
those that pick by index tensors and masks in _picking.

`dim` and `keepdim` may also be called `axis` and `keepdims`, as in NumPy. Axes may be negative. Arguments that are not
tensors yet may be NumPy arrays or numbers.
"""

from collections import namedtuple
from ctypes import c_void_p

import numpy as np

from . import _abi
from ._arguments import axis_array
from ._dtypes import as_dtype, float64, int64
from ._errors import ArgumentError, DTypeError
from ._library import check, lib, unguarded
from ._naming import named
from ._picking import nonzero, take_along_dim
from ._shaping import squeeze
from ._tensor import Tensor, as_tensor, binary, takes, wrap

_unary = unguarded("wb_unary")
_reduce = unguarded("wb_reduce")
_matmul = unguarded("wb_matmul")
_linear = unguarded("wb_linear")


# -------------------------------------------------------------------- elementwise

def _elementwise(op, name, formula):
    def function(input):
        out = c_void_p()
        status = _unary(op, input if isinstance(input, Tensor) else as_tensor(input), out)
        if status:
            check(status)
        return wrap(out.value)
    return named(function, name, f"{formula} of each element, of the shape of `input`.")


exp = _elementwise(_abi.WB_UNARY_EXP, "exp", "e to the power")
expm1 = _elementwise(_abi.WB_UNARY_EXPM1, "expm1", "exp(x) - 1, precise for small x,")
log = _elementwise(_abi.WB_UNARY_LOG, "log", "Natural logarithm")
log1p = _elementwise(_abi.WB_UNARY_LOG1P, "log1p", "log(1 + x), precise for small x,")
sqrt = _elementwise(_abi.WB_UNARY_SQRT, "sqrt", "Square root")
rsqrt = _elementwise(_abi.WB_UNARY_RSQRT, "rsqrt", "1 / sqrt(x)")
square = _elementwise(_abi.WB_UNARY_SQUARE, "square", "Square")
reciprocal = _elementwise(_abi.WB_UNARY_RECIPROCAL, "reciprocal", "1 / x")
neg = _elementwise(_abi.WB_UNARY_NEGATIVE, "neg", "-x")
abs = _elementwise(_abi.WB_UNARY_ABSOLUTE, "abs", "Absolute value")
sign = _elementwise(_abi.WB_UNARY_SIGN, "sign", "-1, 0 or 1 by the sign")
sin = _elementwise(_abi.WB_UNARY_SIN, "sin", "Sine")
cos = _elementwise(_abi.WB_UNARY_COS, "cos", "Cosine")
tanh = _elementwise(_abi.WB_UNARY_TANH, "tanh", "Hyperbolic tangent")
sigmoid = _elementwise(_abi.WB_UNARY_SIGMOID, "sigmoid", "1 / (1 + exp(-x))")
relu = _elementwise(_abi.WB_UNARY_RELU, "relu", "max(x, 0)")
erf = _elementwise(_abi.WB_UNARY_ERF, "erf", "Error function")
logical_not = _elementwise(_abi.WB_UNARY_LOGICAL_NOT, "logical_not", "Whether the element is 0, as bool,")


def leaky_relu(input, negative_slope=0.01):
    """x where x > 0, else negative_slope * x."""
    out = c_void_p()
    check(lib.wb_unary_with(_abi.WB_UNARY_LEAKY_RELU, as_tensor(input), negative_slope, out))
    return wrap(out.value)


def gelu(input, approximate="none"):
    """x times the standard normal distribution function of x: exactly ("none"), or by its approximation ("tanh")."""
    if approximate not in ("none", "tanh"):
        raise ArgumentError(f"gelu: expected approximate 'none' or 'tanh', found {approximate!r}")
    out = c_void_p()
    check(_unary(_abi.WB_UNARY_GELU_TANH if approximate == "tanh" else _abi.WB_UNARY_GELU, as_tensor(input), out))
    return wrap(out.value)


def _pairwise(op, name, formula):
    def function(input, other):
        return binary(op, input, other)
    return named(function, name, f"{formula}, element by element; the two broadcast.")


def add(input, other, *, alpha=1):
    """input + alpha * other, element by element; the two broadcast."""
    return binary(_abi.WB_BINARY_ADD, input, other if alpha == 1 else binary(_abi.WB_BINARY_MULTIPLY, other, alpha))


def sub(input, other, *, alpha=1):
    """input - alpha * other, element by element; the two broadcast."""
    return binary(_abi.WB_BINARY_SUBTRACT, input, other if alpha == 1 else binary(_abi.WB_BINARY_MULTIPLY, other, alpha))


_DIVISIONS = {None: _abi.WB_BINARY_DIVIDE, "floor": _abi.WB_BINARY_FLOOR_DIVIDE, "trunc": _abi.WB_BINARY_TRUNC_DIVIDE}


def div(input, other, *, rounding_mode=None):
    """input / other, element by element; the two broadcast. Integers give float64.

    rounding_mode: None, "floor" (rounded down, as //) or "trunc" (cut toward 0); with these two integers stay integers.
    """
    if not isinstance(rounding_mode, (str, type(None))) or rounding_mode not in _DIVISIONS:
        raise ArgumentError(f"div: expected rounding_mode None, 'floor' or 'trunc', found {rounding_mode!r}")
    return binary(_DIVISIONS[rounding_mode], input, other)


mul = _pairwise(_abi.WB_BINARY_MULTIPLY, "mul", "input * other")
pow = _pairwise(_abi.WB_BINARY_POWER, "pow", "input to the power other")
maximum = _pairwise(_abi.WB_BINARY_MAXIMUM, "maximum", "The larger of the two, NaN if either is")
minimum = _pairwise(_abi.WB_BINARY_MINIMUM, "minimum", "The smaller of the two, NaN if either is")
eq = _pairwise(_abi.WB_BINARY_EQUAL, "eq", "input == other, as bool")
ne = _pairwise(_abi.WB_BINARY_NOT_EQUAL, "ne", "input != other, as bool")
lt = _pairwise(_abi.WB_BINARY_LESS, "lt", "input < other, as bool")
le = _pairwise(_abi.WB_BINARY_LESS_EQUAL, "le", "input <= other, as bool")
gt = _pairwise(_abi.WB_BINARY_GREATER, "gt", "input > other, as bool")
ge = _pairwise(_abi.WB_BINARY_GREATER_EQUAL, "ge", "input >= other, as bool")
logical_and = _pairwise(_abi.WB_BINARY_LOGICAL_AND, "logical_and", "Whether both are nonzero, as bool")
logical_or = _pairwise(_abi.WB_BINARY_LOGICAL_OR, "logical_or", "Whether one is nonzero, as bool")


def where(condition, input=None, other=None):
    """`input` where condition (bool) is true, else `other`; the three broadcast. A Python number takes the other's dtype.

    With the condition alone: nonzero(condition, as_tuple=True).
    """
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    if input is None or other is None:
        raise ArgumentError("where: expected both input and other, or neither")
    if isinstance(other, Tensor):
        input = _beside(input, other)
    else:
        input = as_tensor(input)
        other = _beside(other, input)
    out = c_void_p()
    check(lib.wb_where(as_tensor(condition), input, other, out))
    return wrap(out.value)


def _beside(value, tensor):
    """`value` as a tensor; a Python number gets the dtype that it has in arithmetic with `tensor`."""
    if not isinstance(value, (int, float)):
        return as_tensor(value)
    return Tensor(value, tensor.dtype if takes(tensor.dtype, value) else float64 if isinstance(value, float) else int64)


# -------------------------------------------------------------------- matrix products

def matmul(input, other):
    """Matrix product over the last two axes, [..., m, k] x [..., k, n] -> [..., m, n]; leading axes broadcast.

    1-D operands as in NumPy. Raises ShapeError where the inner extents differ, DTypeError for other than floats.
    """
    out = c_void_p()
    status = _matmul(as_tensor(input), as_tensor(other), out)
    if status:
        check(status)
    return wrap(out.value)


def linear(input, weight, bias=None):
    """input W^T + bias: [..., in], weight [out, in], bias [out] -> [..., out]."""
    out = c_void_p()
    check(_linear(as_tensor(input), as_tensor(weight), None if bias is None else as_tensor(bias), out))
    return wrap(out.value)


# -------------------------------------------------------------------- reductions

def _axes(dim, axis, name):
    """The C array of axes to reduce (None for all), and their number."""
    if axis is not None:
        if dim is not None:
            raise ArgumentError(f"{name}: expected either dim or axis, found both")
        dim = axis
    if dim is None:
        return None, 0
    if not isinstance(dim, (tuple, list)):
        dim = (dim,)
    if not dim:
        return None, 0
    return axis_array(dim), len(dim)


def _reduced(op, name, input, dim, keepdim, axis, keepdims):
    axes, count = _axes(dim, axis, name)
    out = c_void_p()
    status = _reduce(op, as_tensor(input), axes, count, 1 if keepdim or keepdims else 0, out)
    if status:
        check(status)
    return wrap(out.value)


def _reduction(op, name, formula):
    def function(input, dim=None, keepdim=False, *, axis=None, keepdims=False):
        return _reduced(op, name, input, dim, keepdim, axis, keepdims)
    return named(function, name, f"{formula} over the axes `dim` (an int, several, or None for all); they stay with extent 1 if keepdim.")


def _total(op, name, formula):
    def function(input, dim=None, keepdim=False, *, dtype=None, axis=None, keepdims=False):
        return _reduced(op, name, input if dtype is None else as_tensor(input).to(dtype), dim, keepdim, axis, keepdims)
    return named(function, name, f"{formula} over the axes `dim` (an int, several, or None for all); they stay with extent 1 if keepdim. dtype: to compute in.")


sum = _total(_abi.WB_REDUCE_SUM, "sum", "Sum (int64 for bool and integers)")
mean = _total(_abi.WB_REDUCE_MEAN, "mean", "Mean of floats")
amax = _reduction(_abi.WB_REDUCE_MAX, "amax", "Maximum; equal maxima share the gradient")
amin = _reduction(_abi.WB_REDUCE_MIN, "amin", "Minimum; equal minima share the gradient")
argmax = _reduction(_abi.WB_REDUCE_ARGMAX, "argmax", "Index (int64) of the first maximum; of the flattened tensor for all axes;")
argmin = _reduction(_abi.WB_REDUCE_ARGMIN, "argmin", "Index (int64) of the first minimum; of the flattened tensor for all axes;")
logsumexp = _reduction(_abi.WB_REDUCE_LOGSUMEXP, "logsumexp", "log(sum(exp(x))), without overflow,")

ValuesAndIndices = namedtuple("ValuesAndIndices", ("values", "indices"))


def _extreme(pair, values, indices, name, formula):
    def function(input, dim=None, keepdim=False, *, axis=None, keepdims=False):
        if isinstance(dim, (Tensor, np.ndarray)):
            return pair(input, dim)
        if dim is None and axis is None:
            return values(input, keepdim=keepdim, keepdims=keepdims)
        chosen = indices(input, dim, True, axis=axis)
        found = take_along_dim(input, chosen, axis if dim is None else dim)
        if not (keepdim or keepdims):
            chosen, found = (squeeze(tensor, axis if dim is None else dim) for tensor in (chosen, found))
        return ValuesAndIndices(found, chosen)
    return named(function, name, f"{formula} of all elements; with `dim`, (values, indices) along that axis, where the gradient goes to the element "
                                 f"that was picked; with a second tensor, {name}imum(input, other).")


max = _extreme(maximum, amax, argmax, "max", "Maximum")
min = _extreme(minimum, amin, argmin, "min", "Minimum")


def softmax(input, dim=None, dtype=None, *, axis=None):
    """exp(x) / sum(exp(x)) along an axis, without overflow. dtype: to compute in."""
    return _along(lib.wb_softmax, "softmax", input, dim, axis, dtype)


def log_softmax(input, dim=None, dtype=None, *, axis=None):
    """log(softmax(x)) along an axis, without overflow. dtype: to compute in."""
    return _along(lib.wb_log_softmax, "log_softmax", input, dim, axis, dtype)


def _along(function, name, input, dim, axis, dtype):
    dim = axis if dim is None else dim
    if dim is None:
        raise ArgumentError(f"{name}: expected the axis as dim, found None")
    out = c_void_p()
    input = as_tensor(input)
    check(function(input if dtype is None else input.to(dtype), dim, out))
    return wrap(out.value)


# -------------------------------------------------------------------- methods

for _function in (exp, expm1, log, log1p, sqrt, rsqrt, square, reciprocal, neg, abs, sign, sin, cos, tanh, sigmoid, relu, erf, logical_not,
                  add, sub, mul, div, pow, maximum, minimum, eq, ne, lt, le, gt, ge, logical_and, logical_or, matmul,
                  sum, mean, amax, amin, argmax, argmin, logsumexp, max, min, softmax, log_softmax):
    setattr(Tensor, _function.__name__, _function)


def _matmul_operator(self, other):
    return matmul(self, other) if hasattr(other, "__array__") else NotImplemented


def _matmul_reversed(self, other):
    return matmul(other, self) if hasattr(other, "__array__") else NotImplemented


def _where(self, condition, other):
    """This where condition (bool) is true, else `other`; the three broadcast."""
    return where(condition, self, other)


def _positive(self):
    return self.clone()


def _cast(name):
    dtype = as_dtype(name)

    def method(self):
        return self.to(dtype)
    method.__doc__ = f"This tensor as {dtype}."
    return method


Tensor.where = _where
Tensor.__neg__, Tensor.__pos__, Tensor.__abs__ = neg, _positive, abs
Tensor.__matmul__, Tensor.__rmatmul__ = _matmul_operator, _matmul_reversed
Tensor.float, Tensor.double = _cast("float32"), _cast("float64")
Tensor.long, Tensor.int, Tensor.bool, Tensor.byte = _cast("int64"), _cast("int32"), _cast("bool"), _cast("uint8")
