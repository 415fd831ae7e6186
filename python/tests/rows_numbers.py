"""Rows of the table for more functions of elements: parts of numbers, remainders, sums of products, tolerances; and for
lengths and distances of vectors."""

import numpy as np
from operation_table import FLOATS, WHOLE, Operation, given, points
from rows_elementwise import COLUMN, INTEGERS, MORE, POSITIVE, ROW, X, Y, binary, unary

CUBE, OTHER = points((2, 3, 4), seed=6), points((2, 3, 4), seed=7)


def heaviside(x, values):
    return np.where(x == 0, values, x > 0).astype(np.result_type(x, values))


def combined(function):
    def reference(x, a, b, value=1):
        part = function(a, b)
        return x + (part if value == 1 else value * part)

    return reference


def isclose(x, y, **options):
    return np.isclose(x.astype("float64"), np.asarray(y, "float64"), **options)


def norm(x, p, axis, keepdims):
    """NumPy's, which takes the largest of nothing for 0."""
    assert p != np.inf or x.shape[axis]
    return np.linalg.norm(x, p, axis, keepdims=keepdims)


def normalize(x, p=2.0, dim=1, eps=1e-12):
    return x / np.maximum(norm(x, p, dim, True), eps)


def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = np.broadcast_arrays(x, y)
    return (normalize(x, 2, dim, eps) * normalize(y, 2, dim, eps)).sum(dim)


def pairwise_distance(x, y, p=2.0, eps=1e-6, keepdim=False):
    return norm(x - y + eps, p, -1, keepdim)


def pdist(x, p=2.0):
    n, width = x.shape
    return np.array([norm(x[i] - x[j], p, -1, False) for i in range(n) for j in range(i + 1, n)]).astype(float)


PARTS = [
    unary("positive", lambda x: +x, results="same", refuses=["bool"]),
    unary("deg2rad", np.deg2rad),
    unary("rad2deg", np.rad2deg),
    unary("frac", lambda x: x - np.trunc(x), results="same", refuses=WHOLE),
    unary("signbit", np.signbit, results="bool"),
    unary("isposinf", lambda x: x == np.inf, results="bool"),
    unary("isneginf", lambda x: x == -np.inf, results="bool"),
    unary("isreal", np.isreal, results="bool"),
    Operation(
        "frexp",
        np.frexp,
        given(X, smooth=False),
        given(1000.0 * POSITIVE, smooth=False),
        results=("same", "int32"),
        refuses=WHOLE,
    ),
]

PAIRS = [
    binary("hypot", np.hypot),
    binary("fmod", np.fmod, results="same", refuses=["bool"]),
    binary(
        "fmax", np.fmax, given(np.array([np.nan, 1.0, 2.5]), np.array([0.5, np.nan, 1.5]), smooth=False), results="same"
    ),
    binary(
        "fmin", np.fmin, given(np.array([np.nan, 1.0, 2.5]), np.array([0.5, np.nan, 1.5]), smooth=False), results="same"
    ),
    binary("copysign", np.copysign),
    binary("nextafter", np.nextafter, edges=None),
    Operation(
        "ldexp",
        lambda x, y: x * 2.0**y,
        given(X, INTEGERS),
        given(X, ROW),
        given(ROW, COLUMN),
        given(X, 3),
        elementwise=True,
        edges=None,
    ),
    binary(
        "heaviside", heaviside, given(np.array([[0.0, 1.5, -2.5], [-0.0, 0.0, 3.0]]), ROW, smooth=False), results="same"
    ),
    binary("gcd", np.gcd, pairs=((INTEGERS, MORE),), results="same", refuses=["bool", *FLOATS], edges=None),
    binary("lcm", np.lcm, pairs=((INTEGERS, MORE),), results="same", refuses=["bool", *FLOATS], edges=None),
    binary("float_power", np.float_power, pairs=((POSITIVE, Y), (POSITIVE, ROW)), results="float64", edges=None),
    binary("rsub", lambda x, y, alpha=1: y - alpha * x, given(X, ROW, alpha=-2), results="same", refuses=["bool"]),
    binary(
        "isclose",
        isclose,
        given(X, X * (1 + 1e-6)),
        given(X, X + 0.1, rtol=0.1, atol=0.02),
        given(np.array([np.nan, np.inf, 1.0]), np.array([np.nan, np.inf, 1.1]), equal_nan=True),
        results="bool",
    ),
    Operation(
        "addcmul",
        combined(lambda a, b: a * b),
        given(X, Y, ROW),
        given(ROW, COLUMN, X, value=0.5),
        given(X, Y, 2.0),
        elementwise=True,
        edges=None,
        results="same",
    ),
    Operation(
        "addcdiv",
        combined(lambda a, b: a / b),
        given(X, Y, ROW),
        given(ROW, COLUMN, X, value=0.5),
        given(X, Y, 2.0),
        elementwise=True,
        edges=None,
    ),
]

DISTANCES = [
    Operation(
        "normalize",
        normalize,
        given(X),
        given(X, 1.0),
        given(CUBE, 3.0, -1),
        given(X, p=np.inf, dim=0),
        given(X, eps=5.0),
        torch="nn.functional.normalize",
    ),
    Operation(
        "cosine_similarity",
        cosine_similarity,
        given(X, Y),
        given(X, ROW),
        given(CUBE, OTHER, -1),
        given(CUBE, OTHER, dim=0, eps=4.0),
        promotes=True,
        torch="nn.functional.cosine_similarity",
    ),
    Operation(
        "pdist",
        pdist,
        given(CUBE[0]),
        given(CUBE[0], 1.0),
        given(CUBE[0], p=3.5),
        given(CUBE[0], np.inf),
        given(CUBE[0], 0.0),
        refuses=WHOLE,
        torch="nn.functional.pdist",
    ),
    Operation(
        "pairwise_distance",
        pairwise_distance,
        given(X, Y),
        given(X, ROW, 1.0),
        given(CUBE, OTHER, 3.0, 0.1, True),
        given(X, Y, p=np.inf, keepdim=True),
        promotes=True,
        torch="nn.functional.pairwise_distance",
    ),
]

ROWS = PARTS + PAIRS + DISTANCES
