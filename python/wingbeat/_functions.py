"""The operations on elements, under PyTorch's names. Each is a function; most are methods of Tensor as well. Operations
on shapes are in _shaping, those that pick by index tensors and masks in _picking.

`dim` and `keepdim` may also be called `axis` and `keepdims`, as in NumPy. Axes may be negative. Arguments that are not
tensors yet may be NumPy arrays or numbers.
"""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex, overload

import numpy as np

from . import _abi
from ._arguments import axis_array
from ._dtypes import as_dtype, get_default_dtype, int64
from ._errors import ArgumentError
from ._library import check, lib, unguarded
from ._naming import named
from ._picking import nonzero, take_along_dim
from ._shaping import squeeze
from ._tensor import Tensor, as_tensor, binary, plain, takes, tensor_of, wrap

if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable
    from ctypes import c_int32
    from typing import Literal

    from ._typing import Array, Axis, DTypeLike, Elementwise, Operand, Pairwise, Real, Reduction, TensorLike, Total

_unary = unguarded("wb_unary")
_reduce = unguarded("wb_reduce")
_matmul = unguarded("wb_matmul")
_linear = unguarded("wb_linear")


# -------------------------------------------------------------------- elementwise


def _elementwise(op: int, name: str, formula: str) -> Elementwise:
    def function(input: TensorLike) -> Tensor:
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


def leaky_relu(input: TensorLike, negative_slope: Real = 0.01) -> Tensor:
    """x where x > 0, else negative_slope * x."""
    out = c_void_p()
    check(lib.wb_unary_with(_abi.WB_UNARY_LEAKY_RELU, as_tensor(input), negative_slope, out))
    return wrap(out.value)


def gelu(input: TensorLike, approximate: Literal["none", "tanh"] = "none") -> Tensor:
    """x times the standard normal distribution function of x: exactly ("none"), or by its approximation ("tanh")."""
    if approximate not in ("none", "tanh"):
        raise ArgumentError(f"gelu: expected approximate 'none' or 'tanh', found {approximate!r}")
    out = c_void_p()
    check(_unary(_abi.WB_UNARY_GELU_TANH if approximate == "tanh" else _abi.WB_UNARY_GELU, as_tensor(input), out))
    return wrap(out.value)


def _pairwise(op: int, name: str, formula: str) -> Pairwise:
    def function(input: Operand, other: Operand) -> Tensor:
        return binary(op, input, other)

    return named(function, name, f"{formula}, element by element; the two broadcast.")


def add(input: Operand, other: Operand, *, alpha: Operand = 1) -> Tensor:
    """input + alpha * other, element by element; the two broadcast."""
    return binary(_abi.WB_BINARY_ADD, input, other if alpha == 1 else binary(_abi.WB_BINARY_MULTIPLY, other, alpha))


def sub(input: Operand, other: Operand, *, alpha: Operand = 1) -> Tensor:
    """input - alpha * other, element by element; the two broadcast."""
    return binary(
        _abi.WB_BINARY_SUBTRACT, input, other if alpha == 1 else binary(_abi.WB_BINARY_MULTIPLY, other, alpha)
    )


_DIVISIONS: dict[str | None, int] = {
    None: _abi.WB_BINARY_DIVIDE,
    "floor": _abi.WB_BINARY_FLOOR_DIVIDE,
    "trunc": _abi.WB_BINARY_TRUNC_DIVIDE,
}


def div(input: Operand, other: Operand, *, rounding_mode: Literal["floor", "trunc"] | None = None) -> Tensor:
    """input / other, element by element; the two broadcast. Integers give float32.

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


@overload
def where(condition: TensorLike) -> tuple[Tensor, ...]: ...
@overload
def where(condition: TensorLike, input: TensorLike, other: TensorLike) -> Tensor: ...
def where(
    condition: TensorLike, input: TensorLike | None = None, other: TensorLike | None = None
) -> Tensor | tuple[Tensor, ...]:
    """`input` where condition (bool) is true, else `other`; the three broadcast. A Python number takes the other's
    dtype.

    What is not chosen takes part in derivatives with 0, which is NaN where its own derivative is infinite, as in
    PyTorch. Keep such arguments from it: log(where(x > 0, x, 1)) has no NaN, where(x > 0, log(x), 0) has.

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


def _beside(value: TensorLike, tensor: Tensor) -> Tensor:
    """`value` as a tensor; a Python number gets the dtype that it has in arithmetic with `tensor`."""
    value = plain(value)
    if not isinstance(value, (int, float)):
        return as_tensor(value)
    dtype = tensor.dtype if takes(tensor.dtype, value) else get_default_dtype() if isinstance(value, float) else int64
    return tensor_of(value, dtype)


# -------------------------------------------------------------------- matrix products


def matmul(input: TensorLike, other: TensorLike) -> Tensor:
    """Matrix product over the last two axes, [..., m, k] x [..., k, n] -> [..., m, n]; leading axes broadcast.

    1-D operands as in NumPy. Raises ShapeError where the inner extents differ, DTypeError for other than floats.
    """
    out = c_void_p()
    status = _matmul(as_tensor(input), as_tensor(other), out)
    if status:
        check(status)
    return wrap(out.value)


def linear(input: TensorLike, weight: TensorLike, bias: TensorLike | None = None) -> Tensor:
    """input W^T + bias: [..., in], weight [out, in], bias [out] -> [..., out]."""
    out = c_void_p()
    check(_linear(as_tensor(input), as_tensor(weight), None if bias is None else as_tensor(bias), out))
    return wrap(out.value)


# -------------------------------------------------------------------- reductions


def _axes(dim: Axis, axis: Axis, name: str) -> tuple[ctypes.Array[c_int32] | None, int]:
    """The C array of axes to reduce (None for all), and their number."""
    if axis is not None:
        if dim is not None:
            raise ArgumentError(f"{name}: expected either dim or axis, found both")
        dim = axis
    if dim is None:
        return None, 0
    axes: Any = dim if isinstance(dim, (tuple, list)) else (dim,)
    if not axes:
        return None, 0
    return axis_array(axes), len(axes)


def _reduced(op: int, name: str, input: TensorLike, dim: Axis, keepdim: bool, axis: Axis, keepdims: bool) -> Tensor:
    axes, count = _axes(dim, axis, name)
    out = c_void_p()
    status = _reduce(op, as_tensor(input), axes, count, 1 if keepdim or keepdims else 0, out)
    if status:
        check(status)
    return wrap(out.value)


def _reduction(op: int, name: str, formula: str) -> Reduction:
    def function(
        input: TensorLike, dim: Axis = None, keepdim: bool = False, *, axis: Axis = None, keepdims: bool = False
    ) -> Tensor:
        return _reduced(op, name, input, dim, keepdim, axis, keepdims)

    return named(
        function,
        name,
        f"{formula} over the axes `dim` (an int, several, or None for all); they stay with extent 1 if keepdim.",
    )


def _total(op: int, name: str, formula: str) -> Total:
    def function(
        input: TensorLike,
        dim: Axis = None,
        keepdim: bool = False,
        *,
        dtype: DTypeLike | None = None,
        axis: Axis = None,
        keepdims: bool = False,
    ) -> Tensor:
        return _reduced(op, name, input if dtype is None else as_tensor(input).to(dtype), dim, keepdim, axis, keepdims)

    return named(
        function,
        name,
        f"{formula} over the axes `dim` (an int, several, or None for all); they stay with extent 1 if keepdim. "
        "dtype: to compute in.",
    )


sum = _total(_abi.WB_REDUCE_SUM, "sum", "Sum (int64 for bool and integers)")
mean = _total(_abi.WB_REDUCE_MEAN, "mean", "Mean of floats")
amax = _reduction(_abi.WB_REDUCE_MAX, "amax", "Maximum; equal maxima share the gradient")
amin = _reduction(_abi.WB_REDUCE_MIN, "amin", "Minimum; equal minima share the gradient")
argmax = _reduction(
    _abi.WB_REDUCE_ARGMAX, "argmax", "Index (int64) of the first maximum; of the flattened tensor for all axes;"
)
argmin = _reduction(
    _abi.WB_REDUCE_ARGMIN, "argmin", "Index (int64) of the first minimum; of the flattened tensor for all axes;"
)
logsumexp = _reduction(_abi.WB_REDUCE_LOGSUMEXP, "logsumexp", "log(sum(exp(x))), without overflow,")


class ValuesAndIndices(NamedTuple):
    """Elements, and where along their axis they were."""

    values: Tensor
    indices: Tensor


def _extreme(
    pair: Pairwise,
    values: Reduction,
    indices: Reduction,
    input: Any,
    dim: Any,
    keepdim: bool,
    axis: SupportsIndex | None,
    keepdims: bool,
) -> Tensor | ValuesAndIndices:
    if isinstance(dim, (Tensor, np.ndarray)):
        return pair(input, dim)
    if dim is None and axis is None:
        return values(input, keepdim=keepdim, keepdims=keepdims)
    chosen = indices(input, dim, True, axis=axis)
    dim = axis if dim is None else dim
    found = take_along_dim(input, chosen, dim)
    if not (keepdim or keepdims):
        chosen, found = squeeze(chosen, dim), squeeze(found, dim)
    return ValuesAndIndices(found, chosen)


@overload
def max(
    input: TensorLike, dim: None = None, keepdim: bool = False, *, axis: None = None, keepdims: bool = False
) -> Tensor: ...
@overload
def max(input: Operand, dim: Tensor | Array) -> Tensor: ...
@overload
def max(input: TensorLike, dim: int, keepdim: bool = False, *, keepdims: bool = False) -> ValuesAndIndices: ...
@overload
def max(
    input: TensorLike, *, keepdim: bool = False, axis: SupportsIndex, keepdims: bool = False
) -> ValuesAndIndices: ...
def max(
    input: Any, dim: Any = None, keepdim: bool = False, *, axis: SupportsIndex | None = None, keepdims: bool = False
) -> Tensor | ValuesAndIndices:
    """Maximum of all elements; with `dim`, (values, indices) along that axis, where the gradient goes to the element
    that was picked; with a second tensor, maximum(input, other).
    """
    return _extreme(maximum, amax, argmax, input, dim, keepdim, axis, keepdims)


@overload
def min(
    input: TensorLike, dim: None = None, keepdim: bool = False, *, axis: None = None, keepdims: bool = False
) -> Tensor: ...
@overload
def min(input: Operand, dim: Tensor | Array) -> Tensor: ...
@overload
def min(input: TensorLike, dim: int, keepdim: bool = False, *, keepdims: bool = False) -> ValuesAndIndices: ...
@overload
def min(
    input: TensorLike, *, keepdim: bool = False, axis: SupportsIndex, keepdims: bool = False
) -> ValuesAndIndices: ...
def min(
    input: Any, dim: Any = None, keepdim: bool = False, *, axis: SupportsIndex | None = None, keepdims: bool = False
) -> Tensor | ValuesAndIndices:
    """Minimum of all elements; with `dim`, (values, indices) along that axis, where the gradient goes to the element
    that was picked; with a second tensor, minimum(input, other).
    """
    return _extreme(minimum, amin, argmin, input, dim, keepdim, axis, keepdims)


def softmax(
    input: TensorLike,
    dim: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    *,
    axis: SupportsIndex | None = None,
) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis, without overflow. dtype: to compute in."""
    return _along(lib.wb_softmax, "softmax", input, dim, axis, dtype)


def log_softmax(
    input: TensorLike,
    dim: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    *,
    axis: SupportsIndex | None = None,
) -> Tensor:
    """log(softmax(x)) along an axis, without overflow. dtype: to compute in."""
    return _along(lib.wb_log_softmax, "log_softmax", input, dim, axis, dtype)


def _along(
    function: Callable[..., int],
    name: str,
    input: TensorLike,
    dim: SupportsIndex | None,
    axis: SupportsIndex | None,
    dtype: DTypeLike | None,
) -> Tensor:
    dim = axis if dim is None else dim
    if dim is None:
        raise ArgumentError(f"{name}: expected the axis as dim, found None")
    out = c_void_p()
    input = as_tensor(input)
    check(function(input if dtype is None else input.to(dtype), dim, out))
    return wrap(out.value)


# -------------------------------------------------------------------- methods


def _matmul_operator(self: Tensor, other: Tensor | Array) -> Tensor:
    return matmul(self, other) if hasattr(other, "__array__") or isinstance(other, (list, tuple)) else NotImplemented


def _matmul_reversed(self: Tensor, other: Tensor | Array) -> Tensor:
    return matmul(other, self) if hasattr(other, "__array__") or isinstance(other, (list, tuple)) else NotImplemented


def _where(self: Tensor, condition: TensorLike, other: TensorLike) -> Tensor:
    """This where condition (bool) is true, else `other`; the three broadcast."""
    return where(condition, self, other)


def _positive(self: Tensor) -> Tensor:
    return self.clone()


def _cast(name: str) -> Callable[[Tensor], Tensor]:
    dtype = as_dtype(name)

    def method(self: Tensor) -> Tensor:
        return self.to(dtype)

    method.__doc__ = f"This tensor as {dtype}."
    return method


_METHODS: dict[str, Any] = {
    function.__name__: function
    for function in (
        exp,
        expm1,
        log,
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
        tanh,
        sigmoid,
        relu,
        erf,
        logical_not,
        add,
        sub,
        mul,
        div,
        pow,
        maximum,
        minimum,
        eq,
        ne,
        lt,
        le,
        gt,
        ge,
        logical_and,
        logical_or,
        matmul,
        sum,
        mean,
        amax,
        amin,
        argmax,
        argmin,
        logsumexp,
        max,
        min,
        softmax,
        log_softmax,
    )
}
_METHODS.update(
    where=_where,
    __neg__=neg,
    __pos__=_positive,
    __abs__=abs,
    __matmul__=_matmul_operator,
    __rmatmul__=_matmul_reversed,
    float=_cast("float32"),
    double=_cast("float64"),
    long=_cast("int64"),
    int=_cast("int32"),
    bool=_cast("bool"),
    byte=_cast("uint8"),
    half=_cast("float16"),
    bfloat16=_cast("bfloat16"),
)
for _name, _method in _METHODS.items():
    setattr(Tensor, _name, _method)
