"""Rows of the table for statistics, for what goes along an axis, and for what searches."""

import numpy as np
from operation_table import WHOLE, Operation, given, points
from rows_reductions import CUBE, LINE, NAN, SCALAR, TIES, X, no_axes, overall, sort, var

GAPS = np.where(points((4, 5), seed=20) > 1, np.nan, points((4, 5), seed=20))
RUNS = np.array([[2.0, 2.0, 1.0, 1.0, 1.0], [3.0, 0.5, 0.5, 3.0, 3.0]])
PLACES, SHARES = np.cumsum(points((4,), 0.3, 1.4, seed=21)), np.array([0.13, 0.61, 0.97])
WEIGHTS, OFTEN = points((4,), 0.2, 1.3, seed=22), np.array([1, 3, 2, 1])
PAIRS = np.array([[1, 1], [1, 1], [0, 2], [1, 1]])


def cumulative(better):
    """values and indices of a scan that takes the later of equal ones, and NaN as better than all."""

    def reference(x, dim):
        if x.ndim == 0:
            return x, np.zeros((), int)
        rows = np.moveaxis(x, dim, -1)
        places = np.zeros(rows.shape, int)
        for at in np.ndindex(rows.shape):
            if at[-1]:
                best = places[(*at[:-1], at[-1] - 1)]
                now, before = rows[at], rows[(*at[:-1], best)]
                places[at] = at[-1] if np.isnan(now) or better(now, before) else best
        return np.moveaxis(np.take_along_axis(rows, places, -1), -1, dim), np.moveaxis(places, -1, dim)

    return reference


def diff(x, n=1, dim=-1, prepend=None, append=None):
    given = {name: part for name, part in (("prepend", prepend), ("append", append)) if part is not None}
    return np.diff(x, n, dim, **given)


def trapezoid(y, x=None, dx=1, dim=-1):
    return np.trapezoid(y, x, dx, dim)


def cumulative_trapezoid(y, x=None, dx=1, dim=-1):
    widths = dx
    if x is not None:
        at = [1] * y.ndim
        at[dim] = -1
        widths = np.diff(x.reshape(at) if x.ndim == 1 else x, axis=dim)
    count = max(y.shape[dim] - 1, 0)
    sums = np.take(y, range(count), dim) + np.take(y, range(1, count + 1), dim)
    return np.cumsum(sums * widths / 2, dim)


def gradient(x, spacing=1, dim=None, edge_order=1):
    axes = tuple(range(x.ndim)) if dim is None else tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)
    steps = spacing if isinstance(spacing, (tuple, list)) else [spacing] * len(axes)
    return [np.gradient(x, step, axis=axis, edge_order=edge_order) for axis, step in zip(axes, steps, strict=True)]


def rising(f, x, spacing, **options):
    """With places that differ, in any dtype."""
    return f(x, spacing=[(places + 1).cumsum(0) for places in spacing], **options)


def ordered(place):
    """values and indices of the element at `place` (row without NaN, numbers among it) of each sorted row."""

    def reference(x, *args, **kwargs):
        dim, keepdim, at = place(*args, **kwargs)
        if x.ndim == 0:
            return x, np.zeros((), int)
        values, places = sort(x, dim)
        numbers = (~np.isnan(values)).sum(dim, keepdims=True)
        wanted = at(values.shape[dim], numbers) + np.zeros_like(numbers)
        found = [np.take_along_axis(part, wanted, dim) for part in (values, places)]
        return tuple(part if keepdim else part.squeeze(dim) for part in found)

    return reference


def middle(x, dim=None, keepdim=False):
    reference = ordered(
        lambda dim, keepdim: (dim, keepdim, lambda n, numbers: np.where(numbers < n, numbers, (n - 1) // 2))
    )
    return reference(x.reshape(-1), 0, False)[0] if dim is None else reference(x, dim, keepdim)


def nan_middle(x, dim=None, keepdim=False):
    reference = ordered(lambda dim, keepdim: (dim, keepdim, lambda n, numbers: np.maximum(numbers - 1, 0) // 2))
    return reference(x.reshape(-1), 0, False)[0] if dim is None else reference(x, dim, keepdim)


kthvalue = ordered(lambda k, dim=-1, keepdim=False: (dim, keepdim, lambda n, numbers: k - 1))


def mode(x, dim=-1, keepdim=False):
    if x.ndim == 0:
        return x, np.zeros((), int)
    rows = np.moveaxis(x, dim, -1)
    values, places = np.empty(rows.shape[:-1], x.dtype), np.empty(rows.shape[:-1], int)
    for at in np.ndindex(values.shape):
        found, counts = np.unique(rows[at], return_counts=True)
        values[at] = found[counts.argmax()]
        places[at] = np.flatnonzero(rows[at] == values[at])[-1]
    return tuple(np.expand_dims(part, dim) if keepdim else part for part in (values, places))


def quantile(function):
    def reference(x, q, dim=None, keepdim=False, interpolation="linear"):
        assert x.size, "NumPy gives NaN for nothing"
        return function(x, np.asarray(q), axis=dim, keepdims=keepdim, method=interpolation)

    return reference


def spread_and_mean(spread):
    def reference(x, dim=None, unbiased=None, keepdim=False, correction=1):
        found = spread(x, dim, unbiased, keepdim, correction)
        return found, no_axes(np.mean)(x, None if isinstance(dim, bool) else dim, keepdim)

    return reference


def aminmax(x, dim=None, keepdim=False):
    dim = None if x.ndim == 0 else dim
    return np.min(x, dim, keepdims=keepdim), np.max(x, dim, keepdims=keepdim)


def count_nonzero(x, dim=None):
    dim = tuple(dim) if isinstance(dim, (tuple, list)) else dim
    return np.asarray(np.count_nonzero(x, axis=None if dim == () else dim)).astype(np.int64)


def nan_reduction(function):
    reference = no_axes(function)
    return lambda x, dim=None, keepdim=False, dtype=None: reference(
        x if dtype is None else x.astype(dtype), dim, keepdim
    )


def cov(x, correction=1, fweights=None, aweights=None):
    return np.cov(x, ddof=correction, fweights=fweights, aweights=aweights)


def dist(x, other, p=2):
    a = np.abs(x - other).reshape(-1)
    assert a.size or np.isfinite(p), "nothing has no largest element"
    return np.linalg.norm(a, p) if p > 0 else np.count_nonzero(a).astype(a.dtype)


def renorm(x, p, dim, maxnorm):
    others = tuple(axis for axis in range(x.ndim) if axis != dim % x.ndim)
    norm = (np.abs(x) ** p).sum(others, keepdims=True) ** (1 / p)
    return x * np.where(norm > maxnorm, maxnorm / (norm + 1e-7), 1)


def histc(x, bins=100, min=0, max=0):
    found = x.reshape(-1)
    if min == max:
        min, max = (found.min(), found.max()) if x.size else (0, 1)
    return np.histogram(found, bins, (min, max))[0].astype(x.dtype)


def histogram(x, bins, range=None, weight=None, density=False):
    assert np.size(bins), "NumPy gives histograms without an edge"
    counts, edges = np.histogram(x.reshape(-1), bins, range, density, None if weight is None else weight.reshape(-1))
    return counts.astype(x.dtype), edges.astype(x.dtype)


def bincount(x, weights=None, minlength=0):
    return np.bincount(x, weights, minlength)


def in_order(x):
    return np.sort(x, -1) if isinstance(x, np.ndarray) else x.sort().values


def searchsorted(rows, values, right=False, side=None, sorter=None):
    side = "right" if right or side == "right" else "left"
    if rows.ndim == 1:
        return np.searchsorted(rows, values, side, sorter)
    found = np.empty(values.shape, int)
    for at in np.ndindex(rows.shape[:-1]):
        found[at] = np.searchsorted(rows[at], values[at], side, None if sorter is None else sorter[at])
    return found


def unsorted(f, rows, x, sorter):
    """With the places in order of a row that is not sorted, whatever its dtype."""
    order = np.argsort(rows, kind="stable") if isinstance(rows, np.ndarray) else rows.argsort()
    return f(rows, x, sorter=order)


def bucketize(x, boundaries, right=False):
    return np.searchsorted(boundaries, x, "right" if right else "left")


def isin(x, others, assume_unique=False, invert=False):
    return np.isin(x, others, invert=invert)


def unique_consecutive(x, return_inverse=False, return_counts=False, dim=None):
    rows = x.reshape(-1) if dim is None else np.moveaxis(x, dim, 0)
    isfirst = np.array([n == 0 or np.any(rows[n] != rows[n - 1]) for n in range(len(rows))], bool)
    firsts = np.flatnonzero(isfirst)
    inverse = np.cumsum(isfirst) - 1
    found = [np.take(rows, firsts) if dim is None else np.take(x, firsts, dim)]
    found += [inverse.reshape(x.shape) if dim is None else inverse] * return_inverse
    found += [np.diff([*firsts, len(rows)])] * return_counts
    return found[0] if len(found) == 1 else tuple(found)


SCANS = [
    *(
        Operation(
            name,
            cumulative(better),
            given(X, 0),
            given(X, -1),
            given(CUBE, dim=1),
            given(SCALAR, 0),
            given(TIES, 1, smooth=False),
            given(NAN, 0, smooth=False),
            given(points((37,), seed=25), 0),
            results=("same", "int64"),
        )
        for name, better in (("cummax", np.greater_equal), ("cummin", np.less_equal))
    ),
    Operation(
        "logcumsumexp",
        lambda x, dim: np.logaddexp.accumulate(x, dim) if x.ndim else x,
        given(X, 0),
        given(X, -1),
        given(CUBE, dim=1),
        given(SCALAR, 0),
        given(300 * X, 1),
        given(np.array([-np.inf, -np.inf, -800.0, 3.0, -np.inf, 900.0]), 0, smooth=False),
        given(np.array([1.0, np.inf, 2.0, np.nan, 0.0]), 0, smooth=False),
    ),
    Operation(
        "diff",
        diff,
        given(X),
        given(X, 2),
        given(X, 1, 0),
        given(X, n=0),
        given(X, n=3),
        given(CUBE, dim=1, prepend=CUBE[:, :1], append=CUBE[:, :2]),
        results="same",
    ),
    *(
        Operation(
            name,
            reference,
            given(X),
            given(X, dx=0.3, dim=0),
            given(X, PLACES),
            given(X, x=PLACES[:3], dim=0),
            given(X, points((3, 4), seed=23)),
            given(LINE, points((5,), seed=24)),
            given(CUBE, dim=-2),
        )
        for name, reference in (("trapezoid", trapezoid), ("cumulative_trapezoid", cumulative_trapezoid))
    ),
    Operation(
        "gradient",
        gradient,
        given(LINE),
        given(X),
        given(X, spacing=0.3, dim=1),
        given(X, spacing=(0.3, 2), edge_order=2),
        given(CUBE, dim=(0, 1), edge_order=1),
        given(X, spacing=[PLACES[:3], PLACES], edge_order=2, call=rising),
        given(X, spacing=(PLACES,), dim=-1, call=rising),
    ),
]

STATISTICS = [
    Operation(
        "nansum",
        nan_reduction(np.nansum),
        *overall(given(GAPS), given(GAPS, 0, True), given(GAPS, dim=1, dtype="float32", smooth=False)),
        results="sum",
    ),
    Operation(
        "nanmean",
        nan_reduction(np.nanmean),
        *overall(given(GAPS), given(GAPS, 0, True), given(np.full((2, 3), np.nan), 0, smooth=False)),
        given(X, 0, dtype="float64"),
        refuses=WHOLE,
    ),
    *(
        Operation(
            name,
            spread_and_mean(spread),
            given(X),
            given(X, 0),
            given(CUBE, (0, 2), False, True),
            given(X, True),
            given(X, dim=1, correction=0, keepdim=True),
            given(X, -1, unbiased=False),
            refuses=WHOLE,
        )
        for name, spread in (
            ("var_mean", lambda x, *args: var(x, *args)),
            ("std_mean", lambda x, *args: np.sqrt(var(x, *args))),
        )
    ),
    Operation(
        "aminmax",
        aminmax,
        given(X),
        given(X, dim=0),
        given(CUBE, dim=-1, keepdim=True),
        given(SCALAR),
        given(SCALAR, dim=0),
        given(TIES, dim=1, smooth=False),
        results="same",
    ),
    Operation(
        "count_nonzero",
        count_nonzero,
        given(TIES),
        given(np.array([[0.0, 1.0, np.nan], [0.0, 0.0, -2.0]]), 0),
        given(CUBE, (0, 2)),
        given(CUBE, dim=-1),
        given(SCALAR),
        given(X, ()),
        results="int64",
    ),
    *(
        Operation(
            name,
            reference,
            given(X),
            given(LINE),
            given(X, 0),
            given(X, -1, True),
            given(CUBE, dim=1),
            given(SCALAR),
            given(SCALAR, 0),
            given(TIES, smooth=False),
            given(TIES, 1, smooth=False),
            given(GAPS, smooth=False),
            given(GAPS, 1, smooth=False),
            given(NAN, 0, smooth=False),
            given(np.full((2, 3), np.nan), 0, smooth=False),
            results=("same", "int64"),
        )
        for name, reference in (("median", middle), ("nanmedian", nan_middle))
    ),
    Operation(
        "kthvalue",
        kthvalue,
        given(X, 2),
        given(X, 1, 0),
        given(CUBE, 3, dim=1, keepdim=True),
        given(SCALAR, 1),
        given(TIES, 2, smooth=False),
        given(NAN, 6, smooth=False),
        results=("same", "int64"),
    ),
    Operation(
        "mode",
        mode,
        given(RUNS, smooth=False),
        given(RUNS, 0, smooth=False),
        given(X, 1),
        given(CUBE, dim=-2, keepdim=True),
        given(SCALAR),
        given(np.array([2, 3, 2, 1, 3, 0])),
        results=("same", "int64"),
    ),
    Operation(
        "quantile",
        quantile(np.quantile),
        given(X, 0.4),
        given(LINE, 0.5),
        given(X, SHARES, 0),
        given(CUBE, SHARES, dim=1, keepdim=True),
        given(X, SHARES, keepdim=True),
        *(given(X, 0.37, 1, interpolation=way) for way in ("lower", "higher", "nearest", "midpoint", "linear")),
        given(X, np.array([0.0, 1.0]), smooth=False),
        given(GAPS, 0.3, 1, smooth=False),
        refuses=WHOLE,
    ),
    Operation(
        "nanquantile",
        quantile(np.nanquantile),
        given(X, 0.4),
        given(CUBE, SHARES, dim=1, keepdim=True),
        *(given(GAPS, 0.37, 1, interpolation=way) for way in ("lower", "higher", "nearest", "midpoint", "linear")),
        given(GAPS, SHARES),
        given(np.array([[np.nan, np.nan], [1.0, 2.0]]), 0.5, 1, smooth=False),
        refuses=WHOLE,
    ),
    Operation(
        "cov",
        cov,
        given(X),
        given(LINE),
        given(X[:1]),
        given(X, correction=0),
        given(X, fweights=OFTEN),
        given(X, WEIGHTS, call=lambda f, x, w: f(x, aweights=w * 1.0)),
        given(X, OFTEN, WEIGHTS, call=lambda f, x, often, w: f(x, fweights=often, aweights=w * 1.0)),
        rtol=1e-11,
    ),
    Operation("corrcoef", np.corrcoef, given(X), given(LINE), rtol=1e-11),
    Operation(
        "dist",
        dist,
        given(X, points((3, 4), seed=30)),
        *(given(X, points((4,), seed=31), p) for p in (1, 3, 0, np.inf)),
        given(LINE, SCALAR, p=2.5),
    ),
    Operation(
        "renorm", renorm, given(X, 2, 0, 2.1), given(X, 1, -1, 3), given(CUBE, p=3, dim=1, maxnorm=2.2), refuses=WHOLE
    ),
    Operation(
        "histc",
        histc,
        given(X),
        given(X, 5),
        given(X, 4, -1.02, 1.13),
        given(CUBE, bins=3, min=-1, max=1),
        given(np.array([np.nan, 1.0, 2.0, 7.0]), 3, 1, 2),
        refuses=WHOLE,
        flat=True,
    ),
    Operation(
        "histogram",
        histogram,
        given(X, 5, smooth=False),
        given(X, 4, range=(-1.02, 1.13)),
        given(X, 4, range=(-1.02, 1.13), weight=points((3, 4), 0.2, 1, seed=33)),
        given(X, 4, range=(-1.02, 1.13), weight=points((3, 4), 0.2, 1, seed=33), density=True),
        given(X, np.array([-1.01, -0.2, 0.77, 1.31]), smooth=False),
        given(X, np.array([-1.01, -0.2, 0.77, 1.31]), density=True, smooth=False),
        refuses=WHOLE,
        results="same",
    ),
    Operation(
        "bincount",
        bincount,
        given(OFTEN),
        given(OFTEN, minlength=6),
        given(np.zeros(0, int), minlength=2),
        results="int64",
        refuses=("bool", "float32", "float64"),
    ),
]

SEARCHES = [
    Operation(
        "searchsorted",
        searchsorted,
        given(LINE, X, call=lambda f, rows, x: f(in_order(rows), x)),
        given(X, points((3, 2), seed=34), call=lambda f, rows, x: f(in_order(rows), x, right=True)),
        given(TIES, TIES, call=lambda f, rows, x: f(in_order(rows), x)),
        given(TIES, TIES, call=lambda f, rows, x: f(in_order(rows), x, side="right")),
        given(
            np.arange(5.0),
            np.array([2.0, np.nan, -1e300, 1e300, 4.0, 9.0]),
            call=lambda f, rows, x: f(in_order(rows), x),
        ),
        given(np.array([3, 1, 2]), np.array([0, 2, 3, 4]), sorter=np.array([1, 2, 0]), call=unsorted),
        given(np.arange(4.0), 2.5, call=lambda f, rows, x: f(in_order(rows), x)),
        results="int64",
    ),
    Operation(
        "bucketize",
        bucketize,
        given(X, LINE, call=lambda f, x, edges: f(x, in_order(edges))),
        given(
            TIES,
            np.array([-1.0, 2.0, 3.0]),
            right=True,
            call=lambda f, x, edges, right: f(x, in_order(edges), right=right),
        ),
        given(2.5, np.arange(4.0), call=lambda f, x, edges: f(x, in_order(edges))),
        results="int64",
    ),
    Operation(
        "isin",
        isin,
        given(TIES, np.array([3.0, 0.5, -1.0])),
        given(TIES, TIES[:, 1:2], invert=True),
        given(np.array([1, 2, 3]), 2),
        given(np.array([np.nan, 1.0]), np.array([np.nan]), assume_unique=True),
        results="bool",
    ),
    Operation(
        "unique_consecutive",
        unique_consecutive,
        given(RUNS, smooth=False),
        given(X),
        given(np.array([2, 2, 0, 2]), return_inverse=True),
        given(RUNS, True, True, smooth=False),
        given(PAIRS, return_counts=True, dim=0),
        given(CUBE, return_inverse=True, dim=1),
        given(np.array([np.nan, np.nan, 0.0, -0.0]), return_counts=True, smooth=False),
        results=("same", "int64", "int64"),
    ),
    Operation("msort", lambda x: np.sort(x, 0), given(X), given(LINE), given(CUBE), results="same"),
    Operation("argwhere", np.argwhere, given(TIES), given(PAIRS), given(X > 0), results="int64"),
]

ROWS = SCANS + STATISTICS + SEARCHES
