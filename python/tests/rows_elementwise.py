"""Rows of the table for elementwise operations: arithmetic, comparisons, functions, activations, bits, choices."""

import math

import numpy as np
from operation_table import FLOATS, WHOLE, Operation, given, points
from scipy import special

X, Y = points((2, 3)), points((2, 3), seed=1)
ROW, COLUMN, SCALAR = points((3,), seed=2), points((2, 1), seed=3), points((), seed=4)
POSITIVE, ABOVE = points((2, 3), 0.3, 3), points((3,), 0.3, 3, seed=5)
UNIT = points((2, 3), -0.9, 0.9)
INTEGERS, MORE = np.array([[3, -5, 0], [7, 2, -1]]), np.array([2, 3, -4])
MASK = np.array([[True, False, True], [False, False, True]])
PAIRS = ((X, Y), (X, ROW), (COLUMN, ROW), (SCALAR, X), (X, SCALAR))
ERF = np.vectorize(math.erf, otypes="d")


def exactly(function):
    """A NumPy function computed in more digits than float64 has, where its own is not exact to the last."""
    return lambda x: function(x.astype("longdouble")).astype("float64") if x.dtype == "float64" else function(x)


def unary(name, reference, x=X, *cases, **options):
    return Operation(name, reference, given(x), *cases, elementwise=True, **options)


def binary(name, reference, *cases, pairs=PAIRS, **options):
    return Operation(
        name, reference, *(given(*pair) for pair in pairs), *cases, elementwise=True, promotes=True, **options
    )


def lgamma(x):
    """SciPy's, but for -infinity, where C's and PyTorch's is infinite, and next to 0, where SciPy's is infinite too
    early."""
    return np.where(
        x == -np.inf, np.inf, np.where((np.abs(x) < 1e-300) & (x != 0), -np.log(np.abs(x)), special.gammaln(x))
    )


def digamma(x):
    """SciPy's, but for 0 and -infinity, where it has PyTorch's -infinity with the sign of the zero, and NaN."""
    return np.where(x == 0, np.copysign(np.inf, -x), np.where(x == -np.inf, np.nan, special.psi(x)))


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def celu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


def gelu(x, approximate="none"):
    """With the limit 0 at -infinity. Rounding the argument of erfc costs x^2 / 2 ulps."""
    with np.errstate(all="ignore"):
        if approximate == "tanh":
            return x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
        return np.where(x == -np.inf, 0, x * (special.erfc(-x / math.sqrt(2)) / 2))


def softplus(x, beta=1.0, threshold=None):
    y = np.logaddexp(0, beta * x) / beta
    return y if threshold is None else np.where(beta * x > threshold, x, y)


def softshrink(x, lambd=0.5):
    return np.where(np.abs(x) <= lambd, 0, x - lambd * np.sign(x)) + 0 * np.where(np.isnan(x), x, 0)


def prelu(x, weight):
    aligned = (
        weight.reshape(()) if weight.size == 1 else weight.reshape([-1 if axis == 1 else 1 for axis in range(x.ndim)])
    )
    return np.where(x > 0, x, aligned * x)


def glu(x, dim=-1):
    a, b = np.split(x, 2, dim)
    return a * special.expit(b)


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def clamp(x, min=None, max=None):
    return np.clip(x, min, max)


def div(x, y, rounding_mode=None):
    if rounding_mode is None:
        return np.true_divide(x, y)
    if rounding_mode == "floor":
        return np.floor_divide(x, y)
    return np.trunc(np.true_divide(x, y)).astype(np.result_type(x, y))


def power(x, y):
    """NumPy's, in float64: its float32 power is not exact."""
    return np.power(x, y)


FUNCTIONS = [
    unary("exp", np.exp),
    unary("expm1", np.expm1),
    unary("exp2", exactly(np.exp2)),
    unary("log", np.log, POSITIVE),
    unary("log1p", np.log1p, POSITIVE - 0.8),
    unary("log2", np.log2, POSITIVE),
    unary("log10", np.log10, POSITIVE),
    unary("sqrt", np.sqrt, POSITIVE),
    unary("rsqrt", lambda x: 1 / np.sqrt(x), POSITIVE),
    unary("reciprocal", lambda x: 1 / x),
    unary("square", np.square, results="same"),
    unary("neg", np.negative, results="same", refuses=["bool"]),
    unary("abs", np.abs, results="same", kinks={0.0: 0}),
    unary("sign", np.sign, results="same", refuses=["bool"], flat=True),
    unary("sin", np.sin, edges=None),
    unary("cos", np.cos, edges=None),
    unary("tan", exactly(np.tan), UNIT),
    unary("asin", exactly(np.arcsin), UNIT),
    unary("acos", exactly(np.arccos), UNIT),
    unary("atan", exactly(np.arctan)),
    unary("sinh", exactly(np.sinh)),
    unary("cosh", exactly(np.cosh)),
    unary("tanh", np.tanh),
    unary("asinh", np.arcsinh),
    unary("acosh", np.arccosh, POSITIVE + 1),
    unary("atanh", np.arctanh, UNIT),
    unary("sigmoid", special.expit),
    unary("erf", ERF),
    unary("erfc", np.vectorize(math.erfc, otypes="d")),
    unary("lgamma", lgamma, POSITIVE, given(np.array([-0.3, -1.6, -4.2]))),
    unary("digamma", digamma, POSITIVE, given(np.array([-0.3, -1.6, -4.2])), edges=None),
    Operation(
        "polygamma",
        special.polygamma,
        given(1, POSITIVE),
        given(0, POSITIVE),
        given(3, ABOVE),
        elementwise=True,
        edges=None,
        rtol=1e-11,
    ),
    unary("floor", np.floor, results="same", refuses=["bool"], flat=True),
    unary("ceil", np.ceil, results="same", refuses=["bool"], flat=True),
    unary("trunc", np.trunc, results="same", refuses=["bool"], flat=True),
    unary(
        "round",
        np.round,
        X,
        given(X, decimals=1),
        given(10.0 * X, decimals=1),
        results="same",
        refuses=["bool"],
        flat=True,
    ),
    unary("isnan", np.isnan, results="bool"),
    unary("isinf", np.isinf, results="bool"),
    unary("isfinite", np.isfinite, results="bool"),
    unary("logical_not", np.logical_not, np.array([[0.0, 1.5], [-2.0, 0.0]]), results="bool"),
    unary("bitwise_not", np.invert, INTEGERS, results="same", refuses=FLOATS, edges=None),
]

# Derivatives at kinks are PyTorch's.
ACTIVATIONS = [
    unary("relu", lambda x: np.maximum(x, 0), results="same", kinks={0.0: 0}),
    unary(
        "leaky_relu",
        lambda x, negative_slope=0.01: np.where(x > 0, x, negative_slope * x),
        X,
        given(X, 0.3),
        given(X, negative_slope=-0.5),
        kinks={0.0: 0.01},
    ),
    unary("gelu", gelu, X, given(X, "tanh"), given(X, approximate="tanh"), torch="nn.functional.gelu", ulps=32),
    unary("logsigmoid", special.log_expit),
    unary("relu6", lambda x: np.clip(x, 0, 6), 3 * X, results="same", refuses=["bool"], kinks={0.0: 0, 6.0: 0}),
    unary("elu", elu, X, given(X, 0.5), given(X, alpha=2.0), kinks={0.0: 1}),
    unary("celu", celu, X, given(X, 0.5), given(X, alpha=2.0), kinks={0.0: 1}),
    unary(
        "selu",
        lambda x: 1.0507009873554805 * elu(x, 1.6732632423543772),
        kinks={0.0: 1.0507009873554805 * 1.6732632423543772},
    ),
    unary("silu", lambda x: x * special.expit(x)),
    unary("mish", lambda x: x * np.tanh(np.logaddexp(0, x))),
    unary("softplus", softplus, X, given(X, 2.0), given(20 * X, beta=1, threshold=20.0)),
    unary("softsign", lambda x: x / (1 + np.abs(x)), kinks={0.0: 1}),
    unary("hardsigmoid", lambda x: np.clip(x + 3, 0, 6) / 6, 2 * X, kinks={-3.0: 0, 3.0: 0}),
    unary("hardswish", lambda x: x * (np.clip(x + 3, 0, 6) / 6), 2 * X),
    unary("tanhshrink", lambda x: x - np.tanh(x), edges=None, torch="nn.functional.tanhshrink"),
    unary(
        "hardshrink",
        lambda x, lambd=0.5: np.where(np.abs(x) <= lambd, 0, x),
        X,
        given(X, 0.8),
        given(X, lambd=1.2),
        kinks={0.5: 0, -0.5: 0},
    ),
    unary(
        "softshrink",
        softshrink,
        X,
        given(X, 0.8),
        given(X, lambd=1.2),
        kinks={0.5: 0, -0.5: 0},
        torch="nn.functional.softshrink",
    ),
    Operation(
        "threshold",
        lambda x, threshold, value: np.where(x <= threshold, value, x).astype(x.dtype),
        given(X, 0.1, 20.0),
        given(X, threshold=-0.3, value=-4.0),
        given(X, 0, 1),
        results="same",
        elementwise=True,
        edges=lambda f, x: f(x, 0.1, 20.0),
        kinks={0.1: 0},
        torch="nn.functional.threshold",
    ),
    unary(
        "rrelu",
        lambda x, lower=1 / 8, upper=1 / 3: np.where(x > 0, x, (lower + upper) / 2 * x),
        X,
        given(X, 0.2, 0.4),
        given(X, lower=-0.5, upper=0.1),
        kinks={0.0: (1 / 8 + 1 / 3) / 2},
        torch="nn.functional.rrelu",
    ),
    Operation(
        "prelu",
        prelu,
        given(X, ROW),
        given(X, points((1,), seed=6)),
        given(points((2, 3, 2), seed=7), ROW),
        given(ROW, points((), seed=8)),
    ),
    Operation(
        "glu",
        glu,
        given(points((2, 4), seed=6)),
        given(points((4, 3), seed=7), 0),
        given(points((2, 4), seed=8), dim=-1),
        torch="nn.functional.glu",
    ),
    # With the bounds that are there by default, uint8, which holds no -1, becomes int64.
    Operation(
        "hardtanh",
        lambda x, min_val=-1.0, max_val=1.0: np.clip(x, min_val, max_val),
        given(X, -1.0, 1.0),
        given(X, -0.4, 1.2),
        given(X, min_val=0, max_val=1.7),
        results="same",
        refuses=["bool"],
        kinks={-1.0: 0, 1.0: 0},
        elementwise=True,
    ),
]

ARITHMETIC = [
    binary("add", lambda x, y, alpha=1: x + alpha * y, given(X, ROW, alpha=2.5), results="same"),
    binary("sub", lambda x, y, alpha=1: x - alpha * y, given(X, ROW, alpha=-2), results="same", refuses=["bool"]),
    binary("mul", np.multiply, results="same"),
    binary("div", div, given(X, ROW, rounding_mode=None)),
    binary(
        "pow",
        power,
        pairs=((POSITIVE, Y), (POSITIVE, ROW), (COLUMN + 3, ABOVE)),
        results="same",
        refuses=["bool"],
        whole=(0, 4),
    ),
    binary("floor_divide", np.floor_divide, results="same", refuses=["bool"], flat=True, edges=None),
    binary("remainder", np.remainder, results="same", refuses=["bool"], edges=None),
    binary("maximum", np.maximum, results="same"),
    binary("minimum", np.minimum, results="same"),
    binary("atan2", np.arctan2),
    binary("eq", np.equal, given(INTEGERS, np.array([3, 2, 0])), results="bool"),
    binary("ne", np.not_equal, results="bool"),
    binary("lt", np.less, results="bool"),
    binary("le", np.less_equal, results="bool"),
    binary("gt", np.greater, results="bool"),
    binary("ge", np.greater_equal, results="bool"),
    binary("logical_and", np.logical_and, given(X, MASK), results="bool"),
    binary("logical_or", np.logical_or, given(X, MASK), results="bool"),
    binary("logical_xor", np.logical_xor, given(X, MASK), results="bool"),
    *(
        binary(
            f"bitwise_{name}",
            reference,
            pairs=((INTEGERS, MORE), (MASK, MASK[:1])),
            results="same",
            refuses=FLOATS,
            edges=None,
        )
        for name, reference in (("and", np.bitwise_and), ("or", np.bitwise_or), ("xor", np.bitwise_xor))
    ),
    *(
        binary(
            f"bitwise_{name}_shift",
            reference,
            pairs=((INTEGERS, np.abs(MORE)),),
            results="same",
            refuses=["bool", *FLOATS],
            edges=None,
            whole=(0, 5),
        )
        for name, reference in (("left", np.left_shift), ("right", np.right_shift))
    ),
]

CHOICES = [
    Operation(
        "where",
        np.where,
        given(MASK, X, Y),
        given(MASK[:, :1], ROW, SCALAR),
        given(MASK, X, 0.5),
        given(MASK, 2.0, X),
        elementwise=True,
        results="same",
        edges=None,
        methods=False,
    ),
    Operation(
        "straight_through",
        lambda hard, soft: hard + 0 * soft,
        given(X, Y, smooth=False),
        given(SCALAR, points(()), smooth=False),
        refuses=WHOLE,
        edges=None,
        methods=False,
        torch=lambda torch: lambda hard, soft: hard.detach() + (soft - soft.detach()),
    ),
    Operation(
        "clamp",
        clamp,
        given(X, -0.7, 0.9),
        given(X, min=0.2),
        given(X, max=0.2),
        given(X, 1.0, -1.0),
        given(X, ROW - 1, ROW + 0.3),
        given(X, max=ROW),
        given(X, -1, ROW),
        elementwise=True,
        results="same",
        edges=lambda f, x: f(x, -1.5, 2.5),
        whole=(0, 1),
        kinks={-1.5: 0, 2.5: 0},
    ),
    Operation(
        "clamp_min",
        lambda x, min: np.maximum(x, min),
        given(X, -0.7),
        given(X, min=ROW - 1),
        given(X, -1),
        elementwise=True,
        results="same",
        edges=lambda f, x: f(x, -1.5),
        kinks={-1.5: 0},
    ),
    Operation(
        "clamp_max",
        lambda x, max: np.minimum(x, max),
        given(X, 0.7),
        given(X, max=ROW - 1),
        given(X, -1),
        elementwise=True,
        results="same",
        edges=lambda f, x: f(x, -1.5),
        kinks={-1.5: 0},
    ),
    Operation(
        "nan_to_num",
        nan_to_num,
        given(X),
        given(np.array([np.nan, np.inf, -np.inf, 1.5]), smooth=False),
        given(np.array([np.nan, np.inf, -np.inf, 1.5]), 1.0, 2.0, -3.0, smooth=False),
        given(np.array([np.nan, np.inf, 0.5]), nan=9.0, posinf=7.0, smooth=False),
        elementwise=True,
        results="same",
    ),
    Operation(
        "lerp",
        lambda x, y, weight: x + weight * (y - x),
        given(X, ROW, 0.3),
        given(X, Y, ROW),
        given(SCALAR, X, 2.0),
        elementwise=True,
        edges=None,
        promotes=True,
    ),
]

ROWS = FUNCTIONS + ACTIVATIONS + ARITHMETIC + CHOICES
