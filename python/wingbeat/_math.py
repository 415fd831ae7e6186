"""More elementwise operations: other bases, trigonometry, roundings, division, bits, choices, special functions."""

from __future__ import annotations

from ctypes import c_void_p
from math import inf
from typing import TYPE_CHECKING, Any, SupportsIndex

from . import _abi
from ._creation import full, promote_types
from ._dtypes import float32, int64
from ._errors import ArgumentError
from ._functions import _beside, _elementwise, _pairwise, abs, div, ge, gt, le, lt, mul, ne, neg, sub
from ._library import check, lib
from ._tensor import Tensor, as_tensor, plain, takes, wrap

if TYPE_CHECKING:
    from ._typing import Operand, Real, TensorLike

exp2 = _elementwise(_abi.WB_UNARY_EXP2, "exp2", "2 to the power")
log2 = _elementwise(_abi.WB_UNARY_LOG2, "log2", "Logarithm to base 2")
log10 = _elementwise(_abi.WB_UNARY_LOG10, "log10", "Logarithm to base 10")
tan = _elementwise(_abi.WB_UNARY_TAN, "tan", "Tangent")
asin = _elementwise(_abi.WB_UNARY_ASIN, "asin", "Inverse sine")
acos = _elementwise(_abi.WB_UNARY_ACOS, "acos", "Inverse cosine")
atan = _elementwise(_abi.WB_UNARY_ATAN, "atan", "Inverse tangent")
sinh = _elementwise(_abi.WB_UNARY_SINH, "sinh", "Hyperbolic sine")
cosh = _elementwise(_abi.WB_UNARY_COSH, "cosh", "Hyperbolic cosine")
asinh = _elementwise(_abi.WB_UNARY_ASINH, "asinh", "Inverse hyperbolic sine")
acosh = _elementwise(_abi.WB_UNARY_ACOSH, "acosh", "Inverse hyperbolic cosine")
atanh = _elementwise(_abi.WB_UNARY_ATANH, "atanh", "Inverse hyperbolic tangent")
floor = _elementwise(
    _abi.WB_UNARY_FLOOR, "floor", "The next whole number below (integers stay as they are; derivative 0)"
)
ceil = _elementwise(_abi.WB_UNARY_CEIL, "ceil", "The next whole number above (integers stay as they are; derivative 0)")
trunc = _elementwise(
    _abi.WB_UNARY_TRUNC, "trunc", "The whole number towards 0 (integers stay as they are; derivative 0)"
)
erfc = _elementwise(_abi.WB_UNARY_ERFC, "erfc", "1 - erf(x), precise where that is small,")
lgamma = _elementwise(_abi.WB_UNARY_LGAMMA, "lgamma", "log |gamma(x)|")
digamma = _elementwise(_abi.WB_UNARY_DIGAMMA, "digamma", "The derivative of lgamma")
isnan = _elementwise(_abi.WB_UNARY_ISNAN, "isnan", "Whether it is NaN, as bool,")
isinf = _elementwise(_abi.WB_UNARY_ISINF, "isinf", "Whether it is infinite, as bool,")
isfinite = _elementwise(_abi.WB_UNARY_ISFINITE, "isfinite", "Whether it is neither infinite nor NaN, as bool,")
bitwise_not = _elementwise(_abi.WB_UNARY_BITWISE_NOT, "bitwise_not", "All bits exchanged (of bool the logical not)")

floor_divide = _pairwise(_abi.WB_BINARY_FLOOR_DIVIDE, "floor_divide", "input // other, rounded down (derivative 0)")
remainder = _pairwise(_abi.WB_BINARY_REMAINDER, "remainder", "input % other, of the sign of other")
atan2 = _pairwise(_abi.WB_BINARY_ATAN2, "atan2", "The angle of the point (other, input)")
logical_xor = _pairwise(_abi.WB_BINARY_LOGICAL_XOR, "logical_xor", "Whether exactly one is nonzero, as bool")
bitwise_and = _pairwise(_abi.WB_BINARY_BITWISE_AND, "bitwise_and", "input & other, of integers or bool")
bitwise_or = _pairwise(_abi.WB_BINARY_BITWISE_OR, "bitwise_or", "input | other, of integers or bool")
bitwise_xor = _pairwise(_abi.WB_BINARY_BITWISE_XOR, "bitwise_xor", "input ^ other, of integers or bool")
bitwise_left_shift = _pairwise(
    _abi.WB_BINARY_SHIFT_LEFT,
    "bitwise_left_shift",
    "input << other, of integers; by all bits or more, or less than 0: 0",
)
bitwise_right_shift = _pairwise(
    _abi.WB_BINARY_SHIFT_RIGHT, "bitwise_right_shift", "input >> other, of integers; the sign stays"
)


def with_parameter(op: int, input: TensorLike, parameter: Real) -> Tensor:
    """An elementwise operation of the engine that has one parameter."""
    out = c_void_p()
    check(lib.wb_unary_with(op, as_tensor(input), parameter, out))
    return wrap(out.value)


def round(input: TensorLike, *, decimals: SupportsIndex = 0) -> Tensor:
    """The nearest number with that many places behind the point; halves go to the even neighbour.

    The derivative is 0.
    """
    return with_parameter(_abi.WB_UNARY_ROUND, input, decimals)


def polygamma(n: SupportsIndex, input: TensorLike) -> Tensor:
    """The derivative of digamma of order n (0 to 100)."""
    return with_parameter(_abi.WB_UNARY_POLYGAMMA, input, n)


def _is_tensor(bound: TensorLike | None, input: Tensor) -> bool:
    """Whether a bound has to be a tensor: a whole number that the dtype of integers does not take is one."""
    if isinstance(bound, int):
        return not input.dtype.is_floating_point and not takes(input.dtype, bound)
    return bound is not None and not isinstance(bound, float)


def clamp(input: TensorLike, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
    """Moved to the nearer bound where it is outside them; `max` counts more where they are the wrong way round.

    The bounds are numbers, tensors that broadcast, or None. The derivative is 0 outside and at a number.
    """
    if min is None and max is None:
        raise ArgumentError("clamp: expected a bound, found neither min nor max")
    input, out = as_tensor(input), c_void_p()
    min, max = plain(min), plain(max)
    if any(_is_tensor(bound, input) for bound in (min, max)):
        if any(isinstance(bound, int) and _is_tensor(bound, input) for bound in (min, max)):
            input = input.to(int64)  # which holds the bound too
        lower, upper = (bound if bound is None else _beside(bound, input) for bound in (min, max))
        check(lib.wb_clamp_tensors(input, lower, upper, out))
    else:
        check(lib.wb_clamp(input, -inf if min is None else min, inf if max is None else max, out))
    return wrap(out.value)


def nan_to_num(input: TensorLike, nan: Real = 0.0, posinf: Real | None = None, neginf: Real | None = None) -> Tensor:
    """With NaN and infinities replaced, by default by 0 and by the largest and smallest number of the dtype."""
    out = c_void_p()
    limit = float("nan")
    check(
        lib.wb_nan_to_num(
            as_tensor(input), nan, limit if posinf is None else posinf, limit if neginf is None else neginf, out
        )
    )
    return wrap(out.value)


def lerp(input: TensorLike, end: TensorLike, weight: TensorLike) -> Tensor:
    """input + weight (end - input), exact at both ends; weight is a number or a tensor."""
    input, end, out = as_tensor(input), _beside(end, as_tensor(input)), c_void_p()
    if isinstance(weight, (int, float)):
        dtype = promote_types(input.dtype, end.dtype)
        weight = full((), weight, dtype if dtype.is_floating_point else float32)
    check(lib.wb_lerp(input, end, as_tensor(weight), out))
    return wrap(out.value)


# NumPy's names, and PyTorch's longer ones.
subtract, multiply, divide, true_divide, negative, absolute = sub, mul, div, div, neg, abs
arcsin, arccos, arctan, arctan2, arcsinh, arccosh, arctanh = asin, acos, atan, atan2, asinh, acosh, atanh
clip, mod, bitwise_invert, left_shift, right_shift = (
    clamp,
    remainder,
    bitwise_not,
    bitwise_left_shift,
    bitwise_right_shift,
)
not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge

__all__ = [
    "exp2",
    "log2",
    "log10",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "asinh",
    "acosh",
    "atanh",
    "floor",
    "ceil",
    "trunc",
    "round",
    "erfc",
    "lgamma",
    "digamma",
    "isnan",
    "isinf",
    "isfinite",
    "bitwise_not",
    "floor_divide",
    "remainder",
    "atan2",
    "logical_xor",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "bitwise_left_shift",
    "bitwise_right_shift",
    "clamp",
    "clip",
    "nan_to_num",
    "lerp",
    "true_divide",
    "subtract",
    "multiply",
    "divide",
    "negative",
    "absolute",
    "arcsin",
    "arccos",
    "arctan",
    "arctan2",
    "arcsinh",
    "arccosh",
    "arctanh",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
]
_METHODS: dict[str, Any] = {name: globals()[name] for name in __all__}
__all__ += ["polygamma", "mod", "bitwise_invert", "left_shift", "right_shift"]


def _polygamma(self: Tensor, n: SupportsIndex) -> Tensor:
    """The derivative of digamma of order n (0 to 100)."""
    return polygamma(n, self)


def _divmod(self: Tensor, other: Operand) -> tuple[Tensor, Tensor]:
    return self // other, self % other


def _divmod_reversed(self: Tensor, other: Operand) -> tuple[Tensor, Tensor]:
    return floor_divide(other, self), remainder(other, self)


def _rounded(self: Tensor, ndigits: SupportsIndex | None = None) -> Tensor:
    return round(self, decimals=0 if ndigits is None else ndigits)


_METHODS.update(
    polygamma=_polygamma, __round__=_rounded, __invert__=bitwise_not, __divmod__=_divmod, __rdivmod__=_divmod_reversed
)
for _name, _method in _METHODS.items():
    setattr(Tensor, _name, _method)
