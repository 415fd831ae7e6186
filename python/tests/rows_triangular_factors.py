"""Rows of the table for triangular factors of matrices with rows exchanged."""

import numpy as np
import scipy.linalg
from operation_table import WHOLE, Operation, given
from rows_linear_algebra import SIDES, SQUARE, SQUARES, TALL, WIDE
from rows_matrix_functions import square


def lu(a):
    """One matrix, or a batch."""
    k = min(a.shape[-2:])
    if not a.size:
        return np.broadcast_to(np.eye(a.shape[-2]), (*a.shape[:-1], a.shape[-2])), a[..., :k], a[..., :k, :]
    if a.ndim > 2:
        return tuple(np.stack(part) for part in zip(*[lu(part) for part in a]))
    return scipy.linalg.lu(a)


def lu_factor(a):
    if not a.size:
        return a, np.zeros((*a.shape[:-2], min(a.shape[-2:])), np.int32)
    if a.ndim > 2:
        return tuple(np.stack(part) for part in zip(*[lu_factor(part) for part in a]))
    factors, pivots = scipy.linalg.lu_factor(a)
    return factors, (pivots + 1).astype(np.int32)


def lu_factor_ex(a):
    factors, pivots = lu_factor(a)
    zeros = np.diagonal(factors, 0, -2, -1) == 0
    return factors, pivots, np.where(zeros.any(-1), zeros.argmax(-1) + 1, 0).astype(np.int32)


def factored(x):
    """The factors and pivots of an array or of a tensor, PyTorch's too."""
    return lu_factor(x) if isinstance(x, np.ndarray) else x.lu()


def lu_unpack(factors, pivots):
    square(factors)
    order = np.arange(len(factors))
    for row, other in enumerate(pivots):
        order[[row, other - 1]] = order[[other - 1, row]]
    lower = np.tril(factors, -1) + np.eye(len(factors))
    return np.eye(len(factors))[order].T, lower, np.triu(factors)


def lu_solve(factors, pivots, b, left=True, adjoint=False):
    p, lower, u = lu_unpack(factors, pivots)
    a = p @ lower @ u
    a = a.T if adjoint else a
    return np.linalg.solve(a, b) if left else np.linalg.solve(a.T, b.T).T


def inverse_and_info(a, check_errors=False):
    info = lu_factor_ex(a)[2]
    regular = np.where(info[..., None, None] != 0, np.eye(a.shape[-1]), square(a))
    return np.where(info[..., None, None] != 0, np.nan, np.linalg.inv(regular)), info


def solution_and_info(a, b, left=True, check_errors=False):
    found, info = inverse_and_info(a)
    if left and b.shape == a.shape[:-1]:
        return (found @ b[..., None])[..., 0], info
    return found @ b if left else b @ found, info


def cholesky_and_info(a, upper=False, check_errors=False):
    """Of matrices that are positive definite."""
    factor = np.linalg.cholesky(a)
    return factor.mT if upper else factor, np.zeros(a.shape[:-2], np.int32)


def gram(x):
    return x @ x.mT


def householder_product(a, tau, whole=False):
    """Reflection by reflection."""
    m, n = a.shape[-2:]
    if m < n or tau.shape[-1] > n or tau.shape[:-1] != a.shape[:-2]:
        raise ValueError(tau.shape)
    product = np.broadcast_to(np.eye(m), (*a.shape[:-2], m, m))
    for k in range(tau.shape[-1]):
        v = np.where(np.arange(m) == k, 1, np.where(np.arange(m) > k, a[..., k], 0))[..., None]
        product = product @ (np.eye(m) - tau[..., k, None, None] * v * v.mT)
    return product if whole else product[..., :n]


def ormqr(a, tau, other, left=True, transpose=False):
    q = householder_product(a, tau, whole=True)
    q = q.mT if transpose else q
    return q @ other if left else other @ q


FACTORS = TALL[:, :2].copy()
TAU, TAUS = np.array([0.7, 1.3]), np.array([[0.7, 1.3], [0.2, -0.4]])
BATCH = np.stack([FACTORS, FACTORS[::-1]])
LOW_RANK = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 1.0, 1.0]])
ROWS = [
    Operation("linalg.lu", lu, *map(given, (SQUARE, SQUARES, TALL, WIDE)), refuses=WHOLE, rtol=1e-11),
    Operation(
        "linalg.lu_factor",
        lu_factor,
        *map(given, (SQUARE, SQUARES, TALL, WIDE)),
        results=("same", "int32"),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "linalg.lu_factor_ex",
        lu_factor_ex,
        given(SQUARE),
        given(LOW_RANK, smooth=False),
        results=("same", "int32", "int32"),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "lu",
        lambda a, get_infos=False: lu_factor_ex(a)[: 3 if get_infos else 2],
        given(SQUARE),
        given(SQUARE, get_infos=True),
        results=("same", "int32", "int32"),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation("lu_unpack", lu_unpack, given(SQUARE, call=lambda f, x: f(*factored(x))), refuses=WHOLE, rtol=1e-11),
    Operation(
        "lu_solve",
        lambda b, factors, pivots: lu_solve(factors, pivots, b),
        given(SQUARE, SIDES, call=lambda f, a, b: f(b, *factored(a))),
        refuses=WHOLE,
        rtol=1e-10,
    ),
    Operation(
        "linalg.lu_solve",
        lu_solve,
        given(SQUARE, SIDES, call=lambda f, a, b: f(*factored(a), b)),
        given(SQUARE, SIDES, call=lambda f, a, b: f(*factored(a), b, adjoint=True)),
        given(SQUARE, SIDES, call=lambda f, a, b: f(*factored(a), b.T, left=False)),
        given(SQUARE, SIDES, call=lambda f, a, b: f(*factored(a), b.T, left=False, adjoint=True)),
        refuses=WHOLE,
        rtol=1e-10,
    ),
    Operation(
        "linalg.inv_ex",
        inverse_and_info,
        given(SQUARE),
        given(SQUARES, check_errors=True),
        given(LOW_RANK, smooth=False),
        results=("same", "int32"),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "linalg.solve_ex",
        solution_and_info,
        given(SQUARE, SIDES),
        given(SQUARE, SIDES[:, 0]),
        given(SQUARES, SIDES, check_errors=True),
        given(SQUARE, SIDES.T, left=False),
        given(LOW_RANK, SIDES, smooth=False),
        results=("same", "int32"),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "linalg.cholesky_ex",
        cholesky_and_info,
        given(SQUARE, call=lambda f, x: f(gram(x))),
        given(SQUARES, call=lambda f, x: f(gram(x), upper=True, check_errors=True)),
        results=("same", "int32"),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "linalg.householder_product",
        householder_product,
        given(FACTORS, TAU),
        given(BATCH, TAUS),
        given(SQUARE, TAU[:1]),
        refuses=WHOLE,
    ),
    Operation(
        "ormqr",
        ormqr,
        given(FACTORS, TAU, WIDE.T),
        given(FACTORS, TAU, WIDE, False),
        given(FACTORS, TAU, WIDE.T, transpose=True),
        given(FACTORS, TAU, WIDE, left=False, transpose=True),
        given(SQUARE, TAU[:1], SIDES),
        refuses=WHOLE,
    ),
]
