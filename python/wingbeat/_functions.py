"""The operations, under PyTorch's names. Each is a function; most are methods of Tensor as well.

`dim` and `keepdim` may also be called `axis` and `keepdims`, as in NumPy. Axes may be negative. Arguments that are not
tensors yet may be NumPy arrays or numbers.
"""

import operator
from collections import namedtuple
from ctypes import c_int32, c_void_p

from . import _abi
from ._arrays import extents, handle_array
from ._dtypes import as_dtype, float64, int64
from ._errors import ArgumentError, DTypeError, RangeError, ShapeError
from ._library import check, lib
from ._tensor import Tensor, as_tensor, binary, takes, wrap

_unary = lib.wb_unary
_unary_with = lib.wb_unary_with
_reduce = lib.wb_reduce

_MANY = 1 << 31  # more axes than an int32_t counts
_LONG = 1 << 63  # more elements than an int64_t counts


# -------------------------------------------------------------------- elementwise

def _elementwise(op, name, formula):
    def function(input):
        out = c_void_p()
        status = _unary(op, input if isinstance(input, Tensor) else as_tensor(input), out)
        if status:
            check(status)
        return wrap(out.value)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{formula} of each element, of the shape of `input`."
    return function


exp = _elementwise(_abi.WB_EXP, "exp", "e to the power")
expm1 = _elementwise(_abi.WB_EXPM1, "expm1", "exp(x) - 1, precise for small x,")
log = _elementwise(_abi.WB_LOG, "log", "Natural logarithm")
log1p = _elementwise(_abi.WB_LOG1P, "log1p", "log(1 + x), precise for small x,")
sqrt = _elementwise(_abi.WB_SQRT, "sqrt", "Square root")
rsqrt = _elementwise(_abi.WB_RSQRT, "rsqrt", "1 / sqrt(x)")
square = _elementwise(_abi.WB_SQUARE, "square", "Square")
reciprocal = _elementwise(_abi.WB_RECIPROCAL, "reciprocal", "1 / x")
neg = _elementwise(_abi.WB_NEGATIVE, "neg", "-x")
abs = _elementwise(_abi.WB_ABSOLUTE, "abs", "Absolute value")
sign = _elementwise(_abi.WB_SIGN, "sign", "-1, 0 or 1 by the sign")
sin = _elementwise(_abi.WB_SIN, "sin", "Sine")
cos = _elementwise(_abi.WB_COS, "cos", "Cosine")
tanh = _elementwise(_abi.WB_TANH, "tanh", "Hyperbolic tangent")
sigmoid = _elementwise(_abi.WB_SIGMOID, "sigmoid", "1 / (1 + exp(-x))")
relu = _elementwise(_abi.WB_RELU, "relu", "max(x, 0)")
erf = _elementwise(_abi.WB_ERF, "erf", "Error function")
logical_not = _elementwise(_abi.WB_LOGICAL_NOT, "logical_not", "Whether the element is 0, as bool,")


def leaky_relu(input, negative_slope=0.01):
    """x where x > 0, else negative_slope * x."""
    out = c_void_p()
    check(_unary_with(_abi.WB_LEAKY_RELU, as_tensor(input), negative_slope, out))
    return wrap(out.value)


def gelu(input, approximate="none"):
    """x times the standard normal distribution function of x: exactly ("none"), or by its approximation ("tanh")."""
    if approximate not in ("none", "tanh"):
        raise ArgumentError(f"gelu: expected approximate 'none' or 'tanh', found {approximate!r}")
    out = c_void_p()
    check(_unary(_abi.WB_GELU_TANH if approximate == "tanh" else _abi.WB_GELU, as_tensor(input), out))
    return wrap(out.value)


def _pairwise(op, name, formula):
    def function(input, other):
        return binary(op, input, other)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{formula}, element by element; the two broadcast."
    return function


def add(input, other, *, alpha=1):
    """input + alpha * other, element by element; the two broadcast."""
    return binary(_abi.WB_ADD, input, other if alpha == 1 else binary(_abi.WB_MULTIPLY, other, alpha))


def sub(input, other, *, alpha=1):
    """input - alpha * other, element by element; the two broadcast."""
    return binary(_abi.WB_SUBTRACT, input, other if alpha == 1 else binary(_abi.WB_MULTIPLY, other, alpha))


_DIVISIONS = {None: _abi.WB_DIVIDE, "floor": _abi.WB_FLOOR_DIVIDE, "trunc": _abi.WB_TRUNC_DIVIDE}


def div(input, other, *, rounding_mode=None):
    """input / other, element by element; the two broadcast. Integers give float64.

    rounding_mode: None, "floor" (rounded down, as //) or "trunc" (cut toward 0); with these two integers stay integers.
    """
    if rounding_mode not in _DIVISIONS:
        raise ArgumentError(f"div: expected rounding_mode None, 'floor' or 'trunc', found {rounding_mode!r}")
    return binary(_DIVISIONS[rounding_mode], input, other)


mul = _pairwise(_abi.WB_MULTIPLY, "mul", "input * other")
pow = _pairwise(_abi.WB_POWER, "pow", "input to the power other")
maximum = _pairwise(_abi.WB_MAXIMUM, "maximum", "The larger of the two, NaN if either is")
minimum = _pairwise(_abi.WB_MINIMUM, "minimum", "The smaller of the two, NaN if either is")
eq = _pairwise(_abi.WB_EQUAL, "eq", "input == other, as bool")
ne = _pairwise(_abi.WB_NOT_EQUAL, "ne", "input != other, as bool")
lt = _pairwise(_abi.WB_LESS, "lt", "input < other, as bool")
le = _pairwise(_abi.WB_LESS_EQUAL, "le", "input <= other, as bool")
gt = _pairwise(_abi.WB_GREATER, "gt", "input > other, as bool")
ge = _pairwise(_abi.WB_GREATER_EQUAL, "ge", "input >= other, as bool")
logical_and = _pairwise(_abi.WB_LOGICAL_AND, "logical_and", "Whether both are nonzero, as bool")
logical_or = _pairwise(_abi.WB_LOGICAL_OR, "logical_or", "Whether one is nonzero, as bool")


def where(condition, input, other):
    """`input` where condition (bool) is true, else `other`; the three broadcast. A Python number takes the other's dtype."""
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
    status = lib.wb_matmul(as_tensor(input), as_tensor(other), out)
    if status:
        check(status)
    return wrap(out.value)


def linear(input, weight, bias=None):
    """input W^T + bias: [..., in], weight [out, in], bias [out] -> [..., out]."""
    out = c_void_p()
    check(lib.wb_linear(as_tensor(input), as_tensor(weight), None if bias is None else as_tensor(bias), out))
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
    return _axis_array(dim), len(dim)


def _axis_array(axes):
    """Axes as the C array that the library takes."""
    for axis in axes:
        if not -_MANY < operator.index(axis) < _MANY:
            raise RangeError(f"axis {axis} is out of range for every tensor")
    return (c_int32 * len(axes))(*axes)


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
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{formula} over the axes `dim` (an int, several, or None for all); they stay with extent 1 if keepdim."
    return function


sum = _reduction(_abi.WB_SUM, "sum", "Sum (int64 for bool and integers)")
mean = _reduction(_abi.WB_MEAN_OF, "mean", "Mean of floats")
amax = _reduction(_abi.WB_MAX, "amax", "Maximum; equal maxima share the gradient")
amin = _reduction(_abi.WB_MIN, "amin", "Minimum; equal minima share the gradient")
argmax = _reduction(_abi.WB_ARGMAX, "argmax", "Index (int64) of the first maximum; of the flattened tensor for all axes;")
argmin = _reduction(_abi.WB_ARGMIN, "argmin", "Index (int64) of the first minimum; of the flattened tensor for all axes;")
logsumexp = _reduction(_abi.WB_LOGSUMEXP, "logsumexp", "log(sum(exp(x))), without overflow,")

ValuesAndIndices = namedtuple("ValuesAndIndices", ("values", "indices"))


def _extreme(pair, values, indices, name, formula):
    def function(input, dim=None, keepdim=False, *, axis=None, keepdims=False):
        if isinstance(dim, Tensor):
            return pair(input, dim)
        if dim is None and axis is None:
            return values(input, keepdim=keepdim, keepdims=keepdims)
        chosen = indices(input, dim, True, axis=axis)
        found = take_along_dim(input, chosen, axis if dim is None else dim)
        if not (keepdim or keepdims):
            chosen, found = (squeeze(tensor, axis if dim is None else dim) for tensor in (chosen, found))
        return ValuesAndIndices(found, chosen)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = (f"{formula} of all elements; with `dim`, (values, indices) along that axis, where the gradient goes to the element "
                        f"that was picked; with a second tensor, {name}imum(input, other).")
    return function


max = _extreme(maximum, amax, argmax, "max", "Maximum")
min = _extreme(minimum, amin, argmin, "min", "Minimum")


def softmax(input, dim=None, *, axis=None):
    """exp(x) / sum(exp(x)) along an axis, without overflow."""
    return _along(lib.wb_softmax, "softmax", input, dim, axis)


def log_softmax(input, dim=None, *, axis=None):
    """log(softmax(x)) along an axis, without overflow."""
    return _along(lib.wb_log_softmax, "log_softmax", input, dim, axis)


def _along(function, name, input, dim, axis):
    dim = axis if dim is None else dim
    if dim is None:
        raise ArgumentError(f"{name}: expected the axis as dim, found None")
    out = c_void_p()
    check(function(as_tensor(input), dim, out))
    return wrap(out.value)


# -------------------------------------------------------------------- shapes

def numbers(args):
    """Extents or axes given one by one or as one sequence, as a tuple of ints."""
    if len(args) == 1 and hasattr(args[0], "__len__"):
        args = args[0]
    result = tuple(map(operator.index, args))
    for number in result:
        if not -_LONG <= number < _LONG:
            raise ArgumentError(f"expected extents or axes below 2**63, found {number}")
    return result


def place(axis, ndim, name):
    """A possibly negative axis as a number from 0."""
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        raise RangeError(f"{name}: axis {axis} is out of range for {ndim} axes")
    return axis % ndim


def reshape(input, *shape):
    """The same elements, row-major, in another shape; one extent may be -1 and is deduced."""
    return _reshaped(as_tensor(input), numbers(shape))


def _reshaped(input, shape):
    out = c_void_p()
    status = lib.wb_reshape(input._handle, len(shape), extents(shape), out)
    if status:
        check(status)
    return wrap(out.value)


def flatten(input, start_dim=0, end_dim=-1):
    """Axes start_dim to end_dim as one."""
    input = as_tensor(input)
    shape = input.shape or (1,)
    start, end = place(start_dim, len(shape), "flatten"), place(end_dim, len(shape), "flatten")
    if start > end:
        raise ShapeError(f"flatten: start_dim {start_dim} lies behind end_dim {end_dim} in shape {list(input.shape)}")
    count = 1
    for extent in shape[start:end + 1]:
        count *= extent
    return _reshaped(input, shape[:start] + (count,) + shape[end + 1:])


def squeeze(input, dim=None):
    """Without the axes of extent 1, or without those of `dim` if they have extent 1."""
    input = as_tensor(input)
    shape = input.shape
    dims = range(len(shape)) if dim is None else [place(d, len(shape), "squeeze") for d in (dim if isinstance(dim, (tuple, list)) else (dim,))]
    return _reshaped(input, tuple(extent for axis, extent in enumerate(shape) if extent != 1 or axis not in dims))


def unsqueeze(input, dim):
    """With a new axis of extent 1 at `dim`."""
    input = as_tensor(input)
    shape = input.shape
    at = place(dim, len(shape) + 1, "unsqueeze")
    return _reshaped(input, shape[:at] + (1,) + shape[at:])


def permute(input, *dims):
    """Axis i of the result is axis dims[i] of input."""
    dims = numbers(dims)
    return _permuted(as_tensor(input), _axis_array(dims), len(dims))


def _permuted(input, axes, count):
    out = c_void_p()
    check(lib.wb_permute(input._handle, axes, count, out))
    return wrap(out.value)


def transpose(input, dim0, dim1):
    """With two axes exchanged."""
    input = as_tensor(input)
    axes = list(range(input.ndim))
    a, b = place(dim0, len(axes), "transpose"), place(dim1, len(axes), "transpose")
    axes[a], axes[b] = axes[b], axes[a]
    return _permuted(input, (c_int32 * len(axes))(*axes), len(axes))


def broadcast_to(input, *shape):
    """Repeated along axes of extent 1, and along new leading axes, to fill a shape."""
    shape = numbers(shape)
    out = c_void_p()
    check(lib.wb_broadcast_to(as_tensor(input), len(shape), extents(shape), out))
    return wrap(out.value)


def expand(input, *sizes):
    """As broadcast_to; -1 keeps an extent."""
    sizes, own = numbers(sizes), input.shape
    new = len(sizes) - len(own)
    return broadcast_to(input, tuple(own[axis - new] if size == -1 and axis >= new else size for axis, size in enumerate(sizes)))


# -------------------------------------------------------------------- joining and picking

def cat(tensors, dim=0, *, axis=None):
    """Joins tensors along an existing axis; the other extents are equal."""
    tensors = [as_tensor(tensor) for tensor in tensors]
    out = c_void_p()
    check(lib.wb_concatenate(handle_array(len(tensors))(*[tensor._handle for tensor in tensors]), len(tensors),
                             dim if axis is None else axis, out))
    return wrap(out.value)


concatenate = cat


def stack(tensors, dim=0, *, axis=None):
    """Joins tensors of one shape along a new axis."""
    return cat([unsqueeze(tensor, dim if axis is None else axis) for tensor in tensors], dim if axis is None else axis)


def _index(index):
    index = as_tensor(index)
    return index.to(int64) if index.dtype.name == "uint8" else index


def index_select(input, dim, index):
    """Rows along axis `dim` picked by integers of any shape, which takes the axis' place; negative counts from the end."""
    out = c_void_p()
    check(lib.wb_index_select(as_tensor(input), dim, _index(index), out))
    return wrap(out.value)


def take_along_dim(input, indices, dim=None, *, axis=None):
    """One element for each of `indices` along an axis; the shapes are equal except there. Without an axis, of the flattened input."""
    input, dim = as_tensor(input), axis if dim is None else dim
    if dim is None:
        input, indices, dim = reshape(input, -1), reshape(indices, -1), 0
    out = c_void_p()
    check(lib.wb_take_along_axis(input._handle, dim, _index(indices), out))
    return wrap(out.value)


# -------------------------------------------------------------------- methods

for _function in (exp, expm1, log, log1p, sqrt, rsqrt, square, reciprocal, neg, abs, sign, sin, cos, tanh, sigmoid, relu, erf, logical_not,
                  add, sub, mul, div, pow, maximum, minimum, eq, ne, lt, le, gt, ge, logical_and, logical_or, matmul,
                  sum, mean, amax, amin, argmax, argmin, logsumexp, max, min, softmax, log_softmax,
                  reshape, flatten, squeeze, unsqueeze, permute, transpose, broadcast_to, expand, index_select, take_along_dim):
    setattr(Tensor, _function.__name__, _function)


def _matmul_operator(self, other):
    return matmul(self, other) if hasattr(other, "__array__") else NotImplemented


def _matmul_reversed(self, other):
    return matmul(other, self) if hasattr(other, "__array__") else NotImplemented


def _positive(self):
    return self.clone()


def _cast(name):
    dtype = as_dtype(name)

    def method(self):
        return self.to(dtype)
    method.__doc__ = f"This tensor as {dtype}."
    return method


Tensor.view = reshape
Tensor.absolute, Tensor.negative, Tensor.multiply, Tensor.subtract, Tensor.divide = abs, neg, mul, sub, div
Tensor.__neg__, Tensor.__pos__, Tensor.__abs__ = neg, _positive, abs
Tensor.__matmul__, Tensor.__rmatmul__ = _matmul_operator, _matmul_reversed
Tensor.T = property(lambda self: _permuted(self, None, 0), doc="With all axes in reverse order.")
Tensor.mT = property(lambda self: transpose(self, -2, -1), doc="With the last two axes exchanged.")
Tensor.float, Tensor.double = _cast("float32"), _cast("float64")
Tensor.long, Tensor.int, Tensor.bool, Tensor.byte = _cast("int64"), _cast("int32"), _cast("bool"), _cast("uint8")
