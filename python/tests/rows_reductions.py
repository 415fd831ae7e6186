"""Rows of the table for reductions, cumulative operations, softmax and its kin, and what sorts."""

import numpy as np
from operation_table import WHOLE, Operation, along, given, points
from scipy import special

X, CUBE, LINE, SCALAR = points((3, 4)), points((2, 3, 2), seed=1), points((5,), seed=2), points((), seed=3)
ZEROS = np.array([[2.0, 0.0, 3.0, -1.0], [0.0, 5.0, 0.0, 2.0]])
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, -1.0]])
NAN = np.array([np.nan, 1.0, -0.0, 0.0, -np.inf, np.nan, np.inf])


def overall(*more, x=X, **options):
    """Cases over all axes, one, several, counted from the end, kept; of no axes."""
    return (
        given(x),
        given(x, 0),
        given(x, -1),
        given(x, 1, True),
        given(CUBE, (0, 2)),
        given(CUBE, dim=(2, 0, 1), keepdim=True),
        given(CUBE, [-1, 1]),
        given(CUBE, ()),
        given(SCALAR),
        given(SCALAR, 0),
        given(SCALAR, -1, True),
        given(x[:, 1:2], 1),
        *more,
    )


def no_axes(function):
    """`along`, where no axes at all mean all, as in PyTorch."""
    reference = along(function)
    return lambda x, dim=None, keepdim=False, **kwargs: reference(
        x, None if isinstance(dim, (tuple, list)) and not dim else dim, keepdim, **kwargs
    )


def totalled(function):
    """A sum or product that is computed in another dtype if that is named."""
    reference = no_axes(function)
    return lambda x, dim=None, keepdim=False, dtype=None: reference(
        x if dtype is None else x.astype(dtype), dim, keepdim
    )


def arg(function):
    return lambda x, dim=None, keepdim=False: (
        function(x, axis=dim, keepdims=keepdim) if keepdim or dim is not None else function(x)
    )


def extreme(function, places):
    def reference(x, dim=None, keepdim=False):
        if isinstance(dim, np.ndarray):
            return getattr(np, f"{function.__name__.removeprefix('a')}imum")(x, dim)
        return (
            function(x)
            if dim is None
            else (function(x, axis=dim, keepdims=keepdim), places(x, axis=dim, keepdims=keepdim))
        )

    return reference


def var(x, dim=None, unbiased=None, keepdim=False, correction=1):
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    correction = correction if unbiased is None else int(unbiased)
    return no_axes(np.var)(x, dim, keepdim, ddof=correction)


def norm(x, p="fro", dim=None, keepdim=False, dtype=None):
    if dtype is not None:
        x = x.astype(dtype)
    if p == "nuc":
        return np.linalg.norm(x, "nuc", None if dim is None else tuple(dim), keepdim)
    a, axis = np.abs(x), tuple(dim) if isinstance(dim, list) else dim
    p = 2 if p == "fro" else p
    if p == 0:
        return (x != 0).sum(axis, keepdims=keepdim).astype(x.dtype)
    if np.isinf(p):
        return (np.max if p > 0 else np.min)(a, axis, keepdims=keepdim)
    return (a**p).sum(axis, keepdims=keepdim) ** (1 / p)


def scan(function):
    return lambda x, dim, dtype=None: function(x if dtype is None else x.astype(dtype), dim)


def softmax(function):
    return lambda x, dim, dtype=None: function(x if dtype is None else x.astype(dtype), dim)


def argsort(x, dim=-1, descending=False, stable=False):
    if not descending:
        return np.argsort(x, dim, kind="stable")
    # Stable in descending order, NaN first: the reverse of the stable order of the reversed row.
    return x.shape[dim] - 1 - np.flip(np.argsort(np.flip(x, dim), dim, kind="stable"), dim)


def sort(x, dim=-1, descending=False, stable=False):
    places = argsort(x, dim, descending)
    return np.take_along_axis(x, places, dim), places


def topk(x, k, dim=-1, largest=True, sorted=True):
    values, places = sort(x, dim, largest)
    return np.take(values, range(k), dim), np.take(places, range(k), dim)


def unique(x, sorted=True, return_inverse=False, return_counts=False, dim=None):
    found = np.unique(x, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    inverse = found[1].reshape(x.shape if dim is None else x.shape[dim])
    wanted = [found[0]] + [inverse] * return_inverse + [found[2]] * return_counts
    return wanted[0] if len(wanted) == 1 else tuple(wanted)


WIDER = (
    given(X, 0, dtype="float64"),
    given(np.array([[1, 2], [3, 4]]), 1, dtype="float64"),
    given(np.array([1.0, 2.0]), 0, dtype="int64", smooth=False),
)

REDUCTIONS = [
    Operation("sum", totalled(np.sum), *overall(*WIDER), results="sum"),
    Operation("prod", totalled(np.prod), *overall(given(ZEROS, 1), given(ZEROS), *WIDER), results="sum"),
    Operation("mean", totalled(np.mean), *overall(*WIDER[:2]), refuses=WHOLE),
    Operation("amax", no_axes(np.max), *overall(given(TIES, 1, smooth=False)), results="same"),
    Operation("amin", no_axes(np.min), *overall(given(TIES, 1, smooth=False)), results="same"),
    Operation(
        "max",
        extreme(np.amax, np.argmax),
        given(X),
        given(X, 0),
        given(X, -1, True),
        given(X, dim=1, keepdim=True),
        given(X, points((4,), seed=9)),
        given(SCALAR),
        given(TIES, 1, smooth=False),
        results=("same", "int64"),
    ),
    Operation(
        "min",
        extreme(np.amin, np.argmin),
        given(X),
        given(X, 0),
        given(X, -1, True),
        given(X, dim=1, keepdim=True),
        given(X, points((4,), seed=9)),
        given(SCALAR),
        given(TIES, 1, smooth=False),
        results=("same", "int64"),
    ),
    Operation(
        "argmax",
        arg(np.argmax),
        given(X),
        given(X, 0),
        given(X, -1, True),
        given(CUBE, dim=1),
        given(TIES, 1),
        given(SCALAR),
        results="int64",
    ),
    Operation(
        "argmin",
        arg(np.argmin),
        given(X),
        given(X, 0),
        given(X, -1, True),
        given(CUBE, dim=1),
        given(TIES, 1),
        given(SCALAR),
        results="int64",
    ),
    Operation(
        "logsumexp",
        no_axes(special.logsumexp),
        given(X, 0),
        given(X, -1, True),
        given(CUBE, (0, 2)),
        given(CUBE, dim=[1]),
        given(300 * X, 1),
        given(SCALAR, 0, call=lambda f, x, dim: f(x[None], dim)),
    ),
    *(
        Operation(
            name,
            reference,
            given(X),
            given(X, 0),
            given(X, -1),
            given(CUBE, (0, 2)),
            given(CUBE, dim=[-1, 1], keepdim=True),
            given(X, 0, False),
            given(X, False),
            given(X, True),
            given(X, 1, unbiased=False),
            given(X, 1, correction=0),
            given(X, dim=1, correction=2, keepdim=True),
            refuses=WHOLE,
        )
        for name, reference in (("var", var), ("std", lambda *args, **kwargs: np.sqrt(var(*args, **kwargs))))
    ),
    Operation(
        "norm",
        norm,
        given(X),
        given(X, "fro"),
        given(X, 2, 1),
        *(given(X, p, 0) for p in (0, 1, 3, 0.5, -1, np.inf, -np.inf)),
        given(CUBE, dim=(0, 2), keepdim=True),
        given(SCALAR),
        given(X, "nuc"),
        given(CUBE, p="nuc", dim=(0, -1), keepdim=True),
        given(X, 1, dtype="float64"),
        rtol=1e-11,
    ),
    Operation(
        "all",
        along(np.all),
        given(X > 0),
        given(X > -1.5, 0),
        given(X, -1, True),
        given(CUBE, dim=1),
        given(SCALAR),
        given(CUBE > 0, (0, 2)),
        results="bool",
    ),
    Operation(
        "any",
        along(np.any),
        given(X > 0),
        given(X > 1.5, 0),
        given(X, -1, True),
        given(CUBE, dim=1),
        given(SCALAR),
        given(CUBE > 0, (0, 2)),
        results="bool",
    ),
]

ALONG = [
    Operation("cumsum", scan(np.cumsum), given(X, 0), given(X, -1), given(CUBE, dim=1), *WIDER, results="sum"),
    Operation(
        "cumprod",
        scan(np.cumprod),
        given(X, 0),
        given(X, -1),
        given(CUBE, dim=1),
        given(ZEROS, 1),
        *WIDER,
        results="sum",
    ),
    Operation(
        "softmax",
        softmax(special.softmax),
        given(X, 0),
        given(X, -1),
        given(CUBE, dim=1),
        given(300 * X, 1),
        *WIDER[:2],
    ),
    Operation(
        "log_softmax",
        softmax(special.log_softmax),
        given(X, 0),
        given(X, -1),
        given(CUBE, dim=1),
        given(300 * X, 1),
        *WIDER[:2],
    ),
    Operation(
        "nn.functional.softmin",
        softmax(lambda x, dim: special.softmax(-x, dim)),
        given(X, 0),
        given(300 * X, -1),
        given(CUBE, dim=1),
        *WIDER[:2],
    ),
]

ORDERS = [
    Operation(
        "sort",
        sort,
        given(LINE),
        given(X, 0),
        given(X, -1, True),
        given(CUBE, dim=1, descending=True, stable=True),
        given(TIES, 1, smooth=False),
        given(NAN, smooth=False),
        given(NAN, descending=True, smooth=False),
        results=("same", "int64"),
    ),
    Operation(
        "argsort",
        argsort,
        given(LINE),
        given(X, 0),
        given(X, -1, True),
        given(CUBE, dim=1, descending=True, stable=True),
        given(TIES, 1),
        given(NAN),
        given(NAN, descending=True),
        results="int64",
    ),
    Operation(
        "topk",
        topk,
        given(LINE, 2),
        given(X, 2, 0),
        given(X, 3, -1, False),
        given(CUBE, 1, dim=1, largest=False, sorted=True),
        given(X, 0),
        given(TIES, 2, smooth=False),
        results=("same", "int64"),
    ),
    Operation(
        "unique",
        unique,
        given(np.array([[3.0, 1.0, 3.0], [1.0, -2.0, 7.0]]), smooth=False),
        given(X),
        given(np.array([2, 2, 0]), return_inverse=True),
        given(TIES, True, True, True, smooth=False),
        given(np.array([[1, 0], [0, 2], [1, 0]]), return_counts=True, dim=0),
        given(np.array([[1, 0, 1], [0, 2, 0]]), return_inverse=True, return_counts=True, dim=-1),
        given(CUBE, dim=1, return_inverse=True),
        given(
            np.array([[np.nan, 1.0], [0.0, -0.0], [np.nan, 1.0], [-0.0, 0.0]]), dim=0, return_counts=True, smooth=False
        ),
        results=("same", "int64", "int64"),
    ),
]

ROWS = REDUCTIONS + ALONG + ORDERS
