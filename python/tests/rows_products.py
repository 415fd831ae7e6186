"""Rows of the table for products beyond matmul."""

import numpy as np
from operation_table import WHOLE, Operation, given, points
from rows_linear_algebra import BATCH, OTHERS, SIDES, SQUARE, A, B, U, V, W

SCALAR, BASE, STACKED = points((), seed=40), points((2, 4), seed=41), points((2, 2, 2), seed=42)
ROWS_A, ROWS_B, BATCHED = points((4, 3), seed=43), points((5, 3), seed=44), points((2, 1, 5, 3), seed=45)
NANS = np.full((2, 4), np.nan)
CUBE = points((2, 3, 4), seed=46)


def added(product):
    def reference(x, a, b, beta=1, alpha=1):
        result = alpha * product(a, b)
        x = np.broadcast_to(x, result.shape)
        return result if beta == 0 else beta * x + result

    return reference


def addmv(a, b):
    assert a.ndim == 2 and b.ndim == 1
    return a @ b


def inner(x, y):
    return np.inner(x, y)


def tensordot(a, b, dims=2):
    return np.tensordot(a, b, dims)


def cross(x, y, dim=None):
    shape = np.broadcast_shapes(x.shape, y.shape)
    dim = shape.index(3) if dim is None else dim
    x, y = np.broadcast_to(x, shape), np.broadcast_to(y, shape)
    assert shape[dim] == 3
    i, j = np.roll(np.arange(3), -1), np.roll(np.arange(3), -2)
    return np.take(x, i, dim) * np.take(y, j, dim) - np.take(x, j, dim) * np.take(y, i, dim)


def cdist(x, y, p=2, compute_mode=None):
    difference = np.abs(x[..., :, None, :] - y[..., None, :, :])
    if p == 0:
        return (difference != 0).sum(-1).astype(difference.dtype)
    if not difference.shape[-1]:
        return np.zeros(difference.shape[:-1])
    return difference.max(-1) if np.isinf(p) else (difference**p).sum(-1) ** (1 / p)


def chain(*matrices):
    result = matrices[0]
    assert result.ndim == 2
    for matrix in matrices[1:]:
        result = result @ matrix
    return result


def vecdot(x, y, dim=-1):
    return (x * y).sum(dim)


ROWS = [
    Operation(
        "addmm",
        added(np.matmul),
        given(BASE, A, B),
        given(W, A, B, beta=0.5, alpha=-2.5),
        given(SCALAR, A, B),
        given(NANS, A, B, beta=0, smooth=False),
        refuses=WHOLE,
    ),
    Operation(
        "addmv", added(addmv), given(points((2,), seed=47), A, U), given(SCALAR, A, U, alpha=3, beta=2), refuses=WHOLE
    ),
    Operation(
        "addr",
        added(np.outer),
        given(points((3, 4), seed=48), U, W),
        given(W, U, W, beta=2.5, alpha=-0.5),
        given(np.full((3, 4), np.nan), U, W, beta=0, smooth=False),
        results="same",
    ),
    Operation(
        "addbmm",
        added(lambda a, b: (a @ b).sum(0)),
        given(STACKED[0], BATCH, OTHERS),
        given(STACKED[0, 0], BATCH, OTHERS, beta=0.25, alpha=1.5),
        refuses=WHOLE,
    ),
    Operation(
        "baddbmm",
        added(np.matmul),
        given(STACKED, BATCH, OTHERS),
        given(STACKED[0], BATCH, OTHERS, beta=-1, alpha=0.5),
        given(STACKED * np.nan, BATCH, OTHERS, beta=0, smooth=False),
        refuses=WHOLE,
    ),
    Operation(
        "kron", np.kron, given(A, SIDES), given(U, W), given(BATCH, U), given(SCALAR, A), given(A, CUBE), results="same"
    ),
    Operation(
        "inner",
        inner,
        given(U, V),
        given(A, BATCH),
        given(SCALAR, A, call=lambda f, x, y: f(x.reshape(()), y)),
        given(A, U),
        results="sum",
    ),
    Operation(
        "tensordot",
        tensordot,
        given(A, A),
        given(A, B, 1),
        given(A, U, dims=0),
        given(CUBE, CUBE, dims=[[0, 2], [0, 2]]),
        given(CUBE, B, ([1, 2], [0, 1])),
        given(BATCH, OTHERS, dims=[[-1, 0], [1, 0]]),
        results="sum",
    ),
    Operation(
        "cross",
        cross,
        given(ROWS_A, ROWS_A[::-1]),
        given(SIDES, SIDES[:, ::-1], 0),
        given(ROWS_A, ROWS_B[:1], dim=-1),
        given(U, V),
        results="same",
        refuses=("bool",),
    ),
    Operation(
        "cdist",
        cdist,
        given(ROWS_A, ROWS_B),
        *(given(ROWS_A, ROWS_B, p) for p in (0, 1, 1.5, 3, np.inf)),
        given(ROWS_A, BATCHED, p=2.0, compute_mode="donot_use_mm_for_euclid_dist"),
        rtol=1e-11,
    ),
    Operation(
        "chain_matmul", chain, given(A, B), given(A, B, W[:, None], W[None]), given(A), refuses=WHOLE, rtol=1e-11
    ),
    Operation(
        "linalg.multi_dot",
        lambda factors: np.linalg.multi_dot(factors),
        given([A, B]),
        given([U, SQUARE, B, W]),
        given((A.T, A, SQUARE, SIDES)),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation("linalg.vecdot", vecdot, given(A, BATCH), given(A, A, dim=0), given(U, V), results="sum"),
    Operation(
        "linalg.cross",
        cross,
        given(ROWS_A, ROWS_B[:1], call=lambda f, x, y: f(x, y, dim=-1)),
        given(SIDES, SIDES[:, ::-1], dim=0),
        results="same",
        refuses=("bool",),
    ),
]
