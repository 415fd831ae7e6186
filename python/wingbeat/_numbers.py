"""More functions of elements: what is made of arithmetic, parts of numbers, comparisons with a tolerance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ._calls import all_of, called, elementwise, methods, of_operands, pairwise
from ._functions import eq, ge, gt, le, logical_and, logical_not, logical_or, lt, ne, sign
from ._math import (
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    logical_xor,
    trunc,
)
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from ._typing import Operand, Real, TensorLike

__all__ = [
    "addcdiv",
    "addcmul",
    "allclose",
    "clamp_max",
    "clamp_min",
    "copysign",
    "deg2rad",
    "equal",
    "fix",
    "float_power",
    "fmax",
    "fmin",
    "fmod",
    "frac",
    "frexp",
    "gcd",
    "heaviside",
    "hypot",
    "isclose",
    "isneginf",
    "isposinf",
    "isreal",
    "lcm",
    "ldexp",
    "nextafter",
    "positive",
    "rad2deg",
    "rsub",
    "sgn",
    "signbit",
]

sgn, fix = sign, trunc

positive = elementwise("positive", "The element itself")
deg2rad = elementwise("deg2rad", "Radians of degrees,")
rad2deg = elementwise("rad2deg", "Degrees of radians,")
frac = elementwise("frac", "What is left beside the whole number toward 0,")
signbit = elementwise("signbit", "Whether the sign bit is set, which -0 has too, as bool,")
isposinf = elementwise("isposinf", "Whether it is +infinity, as bool,")
isneginf = elementwise("isneginf", "Whether it is -infinity, as bool,")
isreal = elementwise("isreal", "Whether it is a real number, which all are, as bool,")

hypot = pairwise("hypot", "sqrt(input^2 + other^2) without overflow")
fmod = pairwise("fmod", "What the quotient input / other, cut toward 0, leaves, of the sign of input")
fmax = pairwise("fmax", "The larger of the two, or the one that is not NaN")
fmin = pairwise("fmin", "The smaller of the two, or the one that is not NaN")
copysign = pairwise("copysign", "|input| with the sign of other (derivative 0 at 0)")
nextafter = pairwise("nextafter", "The float next to input on the way to other")
ldexp = pairwise("ldexp", "input * 2^other")
gcd = pairwise("gcd", "The greatest common divisor of integers")
lcm = pairwise("lcm", "The least common multiple of integers")


class MantissaAndExponent(NamedTuple):
    """The parts of numbers m 2^n."""

    mantissa: Tensor
    exponent: Tensor


def frexp(input: TensorLike) -> MantissaAndExponent:
    """(mantissa, exponent) of x = m 2^n for each element, with |m| from 1/2 to below 1 and n as int32.

    0, infinities and NaN are their own m.
    """
    return MantissaAndExponent(*all_of("frexp", 2, input))


def heaviside(input: Operand, values: Operand) -> Tensor:
    """0 below 0, 1 above, `values` at 0, element by element; the two broadcast."""
    return of_operands("heaviside", {"input": input, "values": values})


def float_power(input: Operand, exponent: Operand) -> Tensor:
    """input to the power exponent, in float64, element by element; the two broadcast."""
    return of_operands("float_power", {"input": input, "exponent": exponent})


def rsub(input: Operand, other: Operand, alpha: Operand = 1) -> Tensor:
    """other - alpha * input, element by element; the two broadcast."""
    return of_operands("rsub", {"input": input, "other": other}, alpha=alpha)


def addcmul(input: TensorLike, tensor1: Operand, tensor2: Operand, *, value: Operand = 1) -> Tensor:
    """input + value * tensor1 * tensor2, element by element; the three broadcast."""
    return _combined("addcmul", input, tensor1, tensor2, value)


def addcdiv(input: TensorLike, tensor1: Operand, tensor2: Operand, *, value: Operand = 1) -> Tensor:
    """input + value * tensor1 / tensor2, element by element; the three broadcast. Integers are divided as float32."""
    return _combined("addcdiv", input, tensor1, tensor2, value)


def _combined(name: str, input: TensorLike, tensor1: Operand, tensor2: Operand, value: Operand) -> Tensor:
    operands = {"tensor1": tensor1, "tensor2": tensor2}
    return of_operands(name, {"input": as_tensor(input), **operands}, value=value)


def clamp_min(input: TensorLike, min: Operand) -> Tensor:
    """`min` where the element is below it; the derivative is 0 there, and at a number."""
    return of_operands("clamp_min", {"input": as_tensor(input), "min": min})


def clamp_max(input: TensorLike, max: Operand) -> Tensor:
    """`max` where the element is above it; the derivative is 0 there, and at a number."""
    return of_operands("clamp_max", {"input": as_tensor(input), "max": max})


def isclose(input: Operand, other: Operand, rtol: Real = 1e-5, atol: Real = 1e-8, equal_nan: bool = False) -> Tensor:
    """Whether |input - other| <= atol + rtol |other|, or the two are equal, as bool. equal_nan: NaN equals NaN."""
    return of_operands("isclose", {"input": input, "other": other}, rtol=rtol, atol=atol, equal_nan=equal_nan)


def allclose(input: Operand, other: Operand, rtol: Real = 1e-5, atol: Real = 1e-8, equal_nan: bool = False) -> bool:
    """Whether all elements are what isclose calls close. Computed at once."""
    options = {"rtol": rtol, "atol": atol, "equal_nan": equal_nan}
    return bool(of_operands("allclose", {"input": input, "other": other}, **options))


def equal(input: TensorLike, other: TensorLike) -> bool:
    """Whether two tensors have the same shape and equal elements. Computed at once."""
    return bool(called("equal", input, other))


_WRITING = (
    addcdiv,
    addcmul,
    clamp_max,
    clamp_min,
    copysign,
    deg2rad,
    fmod,
    frac,
    gcd,
    heaviside,
    hypot,
    lcm,
    ldexp,
    nextafter,
    rad2deg,
)
methods(
    (
        *_WRITING,
        allclose,
        equal,
        float_power,
        fmax,
        fmin,
        frexp,
        isclose,
        isneginf,
        isposinf,
        isreal,
        positive,
        signbit,
    ),
    (
        *_WRITING,
        *(eq, ne, lt, le, gt, ge, logical_and, logical_or, logical_xor, logical_not),
        *(bitwise_and, bitwise_or, bitwise_xor, bitwise_not, bitwise_left_shift, bitwise_right_shift),
    ),
)

# PyTorch's longer names, of methods and of those that write in place.
_LONGER = {
    "sgn": "sign",
    "fix": "trunc",
    "clip": "clamp",
    "negative": "neg",
    "absolute": "abs",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "not_equal": "ne",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
}
for _name, _known in _LONGER.items():
    setattr(Tensor, _name, getattr(Tensor, _known))
    setattr(Tensor, f"{_name}_", getattr(Tensor, f"{_known}_"))
