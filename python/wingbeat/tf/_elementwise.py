"""Functions of each element. TensorFlow's take operands of one dtype, and most of them floats alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _abi, _activations, _functions, _math, _numbers, special
from .._creation import full_like, zeros_like
from .._naming import named
from .._special import igamma as _lower
from .._special import igammac as _upper
from .._tensor import Tensor as Base
from .._tensor import operate
from . import _dtypes
from ._tensor import arithmetic, convert, op, pair
from .errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable


def floats(name: str, x: Any) -> Base:
    """The operand of a function that takes floats alone."""
    tensor = convert(x)
    if not tensor.dtype.is_floating_point:
        raise InvalidArgumentError(
            f"{name}: expected a tensor of floats, found {tensor.dtype.name}; cast it by tf.cast(x, tf.float32)"
        )
    return tensor


def _of_floats(name: str, function: Callable[..., Any], text: str) -> Any:
    def made(x: Any, name: str | None = None) -> Any:
        return function(floats(title, x))

    title = name
    return op(named(made, name, f"{text} of each element, which is a float."))


def _of_numbers(name: str, function: Callable[..., Any], text: str) -> Any:
    def made(x: Any, name: str | None = None) -> Any:
        return function(convert(x))

    return op(named(made, name, f"{text} of each element."))


def _of_two(name: str, title: str, code: int, text: str) -> Any:
    def made(x: Any, y: Any, name: str | None = None) -> Any:
        return arithmetic(title, code, x, y)

    return op(named(made, name, f"{text}, element by element; the two broadcast and have one dtype."))


def _of_two_floats(name: str, function: Callable[..., Any], text: str, first: str = "x", second: str = "y") -> Any:
    def made(x: Any, y: Any, name: str | None = None) -> Any:
        a, b = pair(title, x, y)
        return function(floats(title, a), floats(title, b))

    title = name
    return op(named(made, name, f"{text}, element by element; the two broadcast."))


acos = _of_floats("acos", _math.acos, "Inverse cosine")
acosh = _of_floats("acosh", _math.acosh, "Inverse hyperbolic cosine")
asin = _of_floats("asin", _math.asin, "Inverse sine")
asinh = _of_floats("asinh", _math.asinh, "Inverse hyperbolic sine")
atan = _of_floats("atan", _math.atan, "Inverse tangent")
atanh = _of_floats("atanh", _math.atanh, "Inverse hyperbolic tangent")
ceil = _of_floats("ceil", _math.ceil, "The next whole number above")
cos = _of_floats("cos", _functions.cos, "Cosine")
cosh = _of_floats("cosh", _math.cosh, "Hyperbolic cosine")
digamma = _of_floats("digamma", _math.digamma, "The derivative of lgamma")
erf = _of_floats("erf", _functions.erf, "Error function")
erfc = _of_floats("erfc", _math.erfc, "1 - erf(x)")
erfinv = _of_floats("erfinv", special.erfinv, "Inverse error function")
erfcinv = _of_floats("erfcinv", lambda x: special.ndtri(x * 0.5) * -(0.5**0.5), "Inverse of erfc")
exp = _of_floats("exp", _functions.exp, "e to the power")
expm1 = _of_floats("expm1", _functions.expm1, "exp(x) - 1")
floor = _of_floats("floor", _math.floor, "The next whole number below")
lgamma = _of_floats("lgamma", _math.lgamma, "log |gamma(x)|")
log = _of_floats("log", _functions.log, "Natural logarithm")
log1p = _of_floats("log1p", _functions.log1p, "log(1 + x)")
log_sigmoid = _of_floats("log_sigmoid", _activations.logsigmoid, "log(sigmoid(x))")
ndtri = _of_floats("ndtri", special.ndtri, "Inverse of the standard normal distribution function")
reciprocal = _of_floats("reciprocal", _functions.reciprocal, "1 / x")
rint = _of_floats("rint", _math.round, "The nearest whole number, of two the even one,")
rsqrt = _of_floats("rsqrt", _functions.rsqrt, "1 / sqrt(x)")
sigmoid = _of_floats("sigmoid", _functions.sigmoid, "1 / (1 + exp(-x))")
sin = _of_floats("sin", _functions.sin, "Sine")
sinh = _of_floats("sinh", _math.sinh, "Hyperbolic sine")
sqrt = _of_floats("sqrt", _functions.sqrt, "Square root")
tan = _of_floats("tan", _math.tan, "Tangent")
tanh = _of_floats("tanh", _functions.tanh, "Hyperbolic tangent")

abs = _of_numbers("abs", _functions.abs, "Absolute value")
negative = _of_numbers("negative", _functions.neg, "-x")
round = _of_numbers("round", _math.round, "The nearest whole number, of two the even one,")
sign = _of_numbers("sign", _functions.sign, "-1, 0 or 1 by the sign")
square = _of_numbers("square", _functions.square, "Square")
is_finite = _of_floats("is_finite", _math.isfinite, "Whether it is neither infinite nor NaN, as bool,")
is_inf = _of_floats("is_inf", _math.isinf, "Whether it is infinite, as bool,")
is_nan = _of_floats("is_nan", _math.isnan, "Whether it is NaN, as bool,")

add = _of_two("add", "AddV2", _abi.WB_BINARY_ADD, "x + y")
subtract = _of_two("subtract", "Sub", _abi.WB_BINARY_SUBTRACT, "x - y")
multiply = _of_two("multiply", "Mul", _abi.WB_BINARY_MULTIPLY, "x * y")
divide = _of_two("divide", "RealDiv", _abi.WB_BINARY_DIVIDE, "x / y, of whole numbers as float64")
truediv = _of_two("truediv", "RealDiv", _abi.WB_BINARY_DIVIDE, "x / y, of whole numbers as float64")
floordiv = _of_two("floordiv", "FloorDiv", _abi.WB_BINARY_FLOOR_DIVIDE, "x / y, rounded down")
floormod = _of_two("floormod", "FloorMod", _abi.WB_BINARY_REMAINDER, "What x // y leaves, of the sign of y")
mod = _of_two("mod", "FloorMod", _abi.WB_BINARY_REMAINDER, "What x // y leaves, of the sign of y")
pow = _of_two("pow", "Pow", _abi.WB_BINARY_POWER, "x to the power y")
maximum = _of_two("maximum", "Maximum", _abi.WB_BINARY_MAXIMUM, "The larger of the two, NaN if either is")
minimum = _of_two("minimum", "Minimum", _abi.WB_BINARY_MINIMUM, "The smaller of the two, NaN if either is")
less = _of_two("less", "Less", _abi.WB_BINARY_LESS, "x < y, as bool")
less_equal = _of_two("less_equal", "LessEqual", _abi.WB_BINARY_LESS_EQUAL, "x <= y, as bool")
greater = _of_two("greater", "Greater", _abi.WB_BINARY_GREATER, "x > y, as bool")
greater_equal = _of_two("greater_equal", "GreaterEqual", _abi.WB_BINARY_GREATER_EQUAL, "x >= y, as bool")
equal = _of_two("equal", "Equal", _abi.WB_BINARY_EQUAL, "x == y, as bool")
not_equal = _of_two("not_equal", "NotEqual", _abi.WB_BINARY_NOT_EQUAL, "x != y, as bool")

atan2 = _of_two_floats("atan2", _math.atan2, "The angle of the point (y, x)")
xlog1py = _of_two_floats("xlog1py", special.xlog1py, "x log(1 + y), 0 where x is")
xlogy = _of_two_floats("xlogy", special.xlogy, "x log(y), 0 where x is")
igamma = _of_two_floats("igamma", _lower, "The lower regularised incomplete gamma function")
igammac = _of_two_floats("igammac", _upper, "The upper regularised incomplete gamma function")
nextafter = _of_two_floats("nextafter", _numbers.nextafter, "The float next to x on the way to y")
zeta = _of_two_floats("zeta", special.zeta, "Hurwitz's zeta function: the sum of 1 / (q + n)^x")


def _logical(name: str, function: Callable[..., Any], text: str) -> Any:
    def made(x: Any, y: Any, name: str | None = None) -> Any:
        return function(_truth(title, x), _truth(title, y))

    title = name
    return op(named(made, name, f"{text}, element by element; the two broadcast."))


def _truth(name: str, value: Any) -> Base:
    tensor = convert(value)
    if tensor.dtype != _dtypes.bool_:
        raise InvalidArgumentError(f"{name}: expected a tensor of bool, found {tensor.dtype.name}")
    return tensor


logical_and = _logical("logical_and", _functions.logical_and, "Whether both are true")
logical_or = _logical("logical_or", _functions.logical_or, "Whether one is true")
logical_xor = _logical("logical_xor", _math.logical_xor, "Whether exactly one is true")


@op
def logical_not(x: Any, name: str | None = None) -> Any:
    """Whether the element is false."""
    return _functions.logical_not(_truth("logical_not", x))


@op
def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """The tensor in another dtype; floats become whole numbers toward 0."""
    tensor = convert(x)
    return tensor.to(_dtypes.as_dtype(dtype))


@op
def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Any:
    """The tensor in another dtype, with what it cannot hold moved to its bounds."""
    tensor, wanted = convert(value), _dtypes.as_dtype(dtype)
    given = _dtypes.of(tensor.dtype)
    low = max(float(given.min), float(wanted.min))
    high = min(float(given.max), float(wanted.max))
    if tensor.dtype == wanted:
        return tensor
    if given.is_floating:
        # What a float of this dtype holds of the largest whole number may be one more than it.
        inside = _math.clamp(tensor, low, high)
        found = inside.to(wanted)
        if wanted.is_floating:
            return found
        return _functions.where(_functions.ge(tensor, high), full_like(found, int(wanted.max)), found)
    return _math.clamp(tensor, int(low), int(high)).to(wanted)


@op
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """t, moved to the nearer bound where it is outside them."""
    tensor = convert(t)
    low, high = convert(clip_value_min, hint=tensor.dtype), convert(clip_value_max, hint=tensor.dtype)
    return _functions.maximum(_functions.minimum(tensor, high), low)


@op
def squared_difference(x: Any, y: Any, name: str | None = None) -> Any:
    """(x - y)^2, element by element."""
    a, b = pair("SquaredDifference", x, y)
    return _functions.square(operate(_abi.WB_BINARY_SUBTRACT, a, b, 0))


@op
def realdiv(x: Any, y: Any, name: str | None = None) -> Any:
    """x / y of floats."""
    a, b = pair("RealDiv", x, y)
    return operate(_abi.WB_BINARY_DIVIDE, floats("realdiv", a), floats("realdiv", b), 0)


@op
def truncatediv(x: Any, y: Any, name: str | None = None) -> Any:
    """x / y, rounded to 0."""
    return operate(_abi.WB_BINARY_TRUNC_DIVIDE, *pair("TruncateDiv", x, y), 0)


@op
def truncatemod(x: Any, y: Any, name: str | None = None) -> Any:
    """What truncatediv leaves, with the sign of x."""
    a, b = pair("TruncateMod", x, y)
    return a - operate(_abi.WB_BINARY_TRUNC_DIVIDE, a, b, 0) * b


@op
def xdivy(x: Any, y: Any, name: str | None = None) -> Any:
    """x / y, and 0 where x is 0."""
    a, b = pair("Xdivy", x, y)
    a, b = floats("xdivy", a), floats("xdivy", b)
    is_zero = _functions.eq(a, 0)
    safe = _functions.where(is_zero, full_like(b, 1), b)
    return operate(_abi.WB_BINARY_DIVIDE, a, safe, 0)


@op
def divide_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """x / y, and 0 where y is 0."""
    a, b = pair("DivNoNan", x, y)
    a, b = floats("divide_no_nan", a), floats("divide_no_nan", b)
    is_zero = _functions.eq(b, 0)
    safe = _functions.where(is_zero, full_like(b, 1), b)
    quotient = operate(_abi.WB_BINARY_DIVIDE, a, safe, 0)
    return _functions.where(is_zero, zeros_like(quotient), quotient)


@op
def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """x * y, and 0 where y is 0, whatever x is."""
    a, b = pair("MulNoNan", x, y)
    is_zero = _functions.eq(b, 0)
    safe = _functions.where(is_zero, zeros_like(a), a)
    product = operate(_abi.WB_BINARY_MULTIPLY, safe, b, 0)
    return _functions.where(is_zero, zeros_like(product), product)


@op
def reciprocal_no_nan(x: Any, name: str | None = None) -> Any:
    """1 / x, and 0 where x is 0."""
    tensor = floats("reciprocal_no_nan", x)
    is_zero = _functions.eq(tensor, 0)
    safe = _functions.where(is_zero, full_like(tensor, 1), tensor)
    return _functions.where(is_zero, zeros_like(tensor), _functions.reciprocal(safe))


@op
def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """x times a number."""
    tensor = convert(x)
    factor = convert(scalar, hint=tensor.dtype)
    if factor.shape:
        raise ValueError(f"The argument `scalar` must be a 0-D tensor. Received shape {tuple(factor.shape)}")
    return arithmetic("Mul", _abi.WB_BINARY_MULTIPLY, factor, tensor)


@op
def add_n(inputs: Any, name: str | None = None) -> Any:
    """The sum of tensors of one shape."""
    given = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    if not given:
        raise ValueError("Inputs must be an iterable of at least one Tensor with the same dtype and shape.")
    total = convert(given[0])
    for part in given[1:]:
        total = arithmetic("AddN", _abi.WB_BINARY_ADD, total, part)
    return total


@op
def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Any:
    """The sum of tensors of one shape."""
    return add_n(inputs)


@op
def polyval(coeffs: Any, x: Any, name: str | None = None) -> Any:
    """A polynomial at x; the first coefficient is that of the highest power."""
    at = convert(x)
    total: Base | None = None
    for coefficient in coeffs:
        value = convert(coefficient, hint=at.dtype)
        total = value if total is None else arithmetic("AddV2", _abi.WB_BINARY_ADD, total * at, value)
    return zeros_like(at) if total is None else total


@op
def polygamma(a: Any, x: Any, name: str | None = None) -> Any:
    """The derivative of digamma of order a, a whole number."""
    return _math.polygamma(int(a), floats("polygamma", x))


@op
def softplus(features: Any, name: str | None = None) -> Any:
    """log(1 + exp(x)) of each element."""
    return _activations.softplus(floats("softplus", features))


@op
def softsign(features: Any, name: str | None = None) -> Any:
    """x / (1 + |x|) of each element."""
    return _activations.softsign(floats("softsign", features))


@op
def identity(input: Any, name: str | None = None) -> Any:
    """A tensor of the same values."""
    return convert(input).clone()


@op
def zero_fraction(value: Any, name: str | None = None) -> Any:
    """The share of zeros."""
    return _functions.mean(_functions.eq(convert(value), 0).to(_dtypes.float32))


__all__ = [
    "abs", "accumulate_n", "acos", "acosh", "add", "add_n", "asin", "asinh", "atan", "atan2", "atanh", "cast",
    "ceil", "clip_by_value", "cos", "cosh", "digamma", "divide", "divide_no_nan", "equal", "erf", "erfc", "erfcinv",
    "erfinv", "exp", "expm1", "floor", "floordiv", "floormod", "greater", "greater_equal", "identity", "igamma",
    "igammac", "is_finite", "is_inf", "is_nan", "less", "less_equal", "lgamma", "log", "log1p", "log_sigmoid",
    "logical_and", "logical_not", "logical_or", "logical_xor", "maximum", "minimum", "mod", "multiply",
    "multiply_no_nan", "ndtri", "negative", "nextafter", "not_equal", "polygamma", "polyval", "pow", "realdiv",
    "reciprocal", "reciprocal_no_nan", "rint", "round", "rsqrt", "saturate_cast", "scalar_mul", "sigmoid", "sign",
    "sin", "sinh", "softplus", "softsign", "sqrt", "square", "squared_difference", "subtract", "tan", "tanh",
    "truediv", "truncatediv", "truncatemod", "xdivy", "xlog1py", "xlogy", "zero_fraction", "zeta",
]  # fmt: skip
