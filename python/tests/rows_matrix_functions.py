"""Rows of the table for functions of whole matrices, and for norms."""

import numpy as np
import scipy.linalg
from operation_table import WHOLE, Operation, along, given, points
from rows_linear_algebra import SIDE, SIDES, SQUARE, SQUARES, TALL, WIDE, U, even, gram
from rows_reductions import CUBE, SCALAR, X

NOTHING = np.zeros((2, 0, 0))
LOW = np.outer(points((4,), seed=60), points((3,), seed=61))
MAP = points((2, 3, 6), seed=62) + 4 * np.eye(6).reshape(2, 3, 6)
ONTO = points((2, 3), seed=63)


def square(x):
    assert x.shape[-1] == x.shape[-2]
    return x


def expm(x):
    square(x)
    return scipy.linalg.expm(x) if x.size else x


def pinv(x, atol=None, rtol=None, hermitian=False):
    tolerance = {} if atol is None and rtol is None else {"rtol": rtol or 0}
    if atol is not None:
        largest = np.linalg.svd(x, compute_uv=False).max(-1)
        tolerance = {"rtol": np.maximum(atol / largest, rtol or 0)}
    return np.linalg.pinv(x, hermitian=hermitian, **tolerance)


def matrix_rank(x, atol=None, rtol=None, hermitian=False):
    if not x.size:
        return np.zeros(x.shape[:-2], int)
    values = np.abs(np.linalg.eigvalsh(x)) if hermitian else np.linalg.svd(x, compute_uv=False)
    share = max(x.shape[-2:]) * np.finfo(x.dtype).eps if rtol is None and atol is None else 0 if rtol is None else rtol
    bound = np.maximum(0 if atol is None else atol, share * values.max(-1))
    return (values > bound[..., None]).sum(-1)


def svd_lowrank(x, q=6, niter=2, M=None):
    u, s, vh = np.linalg.svd(x if M is None else x - M, full_matrices=False)
    if not 0 <= q <= s.shape[-1]:
        raise ValueError(q)
    return u[..., :q], s[..., :q], vh.mT[..., :q]


def unsigned(factors):
    """Signs of singular vectors are free."""
    u, s, v = factors
    return u**2, s, v**2


def lstsq(a, b, rcond=None, driver="gelsy"):
    solution, residuals, rank, values = np.linalg.lstsq(a, b, rcond)
    if a.shape[0] <= a.shape[1] or driver == "gelsy":
        residuals = np.zeros(0)
    elif b.ndim == 1:
        residuals = residuals.reshape(())
    return solution, residuals, np.asarray(rank, np.int64), values if driver in ("gelsd", "gelss") else np.zeros(0)


def logdet(x):
    sign, logarithm = np.linalg.slogdet(x)
    return np.where(sign < 0, np.nan, logarithm)


def cholesky_solve(b, factor, upper=False):
    square(factor)
    return np.linalg.solve(factor.mT @ factor if upper else factor @ factor.mT, b)


def cholesky_inverse(factor, upper=False):
    square(factor)
    return np.linalg.inv(factor.mT @ factor if upper else factor @ factor.mT)


def triangle(f, *matrices, upper=False):
    """With the last argument as the triangle of a factor that it is."""
    *others, factor = matrices
    part = np.triu if upper else np.tril
    return f(*others, part(factor) if isinstance(factor, np.ndarray) else getattr(factor, part.__name__)(), upper)


def cond(x, p=None):
    return np.asarray(np.linalg.cond(x, p))


def norm(x, ord=None, dim=None, keepdim=False, dtype=None):
    x = x if dtype is None else x.astype(dtype)
    assert x.size or ord in (None, "fro", "nuc", 3, 0.5), "nothing has no largest element"
    dim = tuple(dim) if isinstance(dim, (tuple, list)) else dim
    if isinstance(dim, tuple) and len(dim) == 1:
        dim = dim[0]
    return np.asarray(np.linalg.norm(x, ord, dim, keepdim))


def matrix_norm(x, ord="fro", dim=(-2, -1), keepdim=False, dtype=None):
    if ord == "nuc" or ord in (2, -2):
        x = np.moveaxis(x if dtype is None else x.astype(dtype), dim, (-2, -1))
        values = np.linalg.svd(x, compute_uv=False)
        found = values.sum(-1) if ord == "nuc" else (values.max if ord == 2 else values.min)(-1)
        return np.expand_dims(found, dim) if keepdim else found
    return norm(x, ord, tuple(dim), keepdim, dtype)


def vector_norm(x, ord=2, dim=None, keepdim=False, dtype=None):
    assert x.size or np.isfinite(ord), "nothing has no largest element"
    return along(lambda x, axis, keepdims: np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=ord))(
        x if dtype is None else x.astype(dtype), dim, keepdim
    )


def vander(x, N=None, increasing=False):
    N = x.shape[-1] if N is None else N
    powers = np.arange(N) if increasing else np.arange(N)[::-1]
    return x[..., None] ** powers


ROWS = [
    Operation(
        "matrix_exp",
        expm,
        given(SQUARE),
        given(SQUARES),
        given(SQUARE / 20),
        given(points((4, 4), seed=64)),
        given(np.array([[0.0, 30.5], [-30.5, 0.0]])),
        given(np.zeros((2, 2))),
        given(NOTHING),
        refuses=WHOLE,
        rtol=2e-11,
    ),
    Operation(
        "matrix_power",
        np.linalg.matrix_power,
        *(given(SQUARE, n) for n in (0, 1, 2, 5)),
        given(SQUARES, 3),
        given(SQUARE, -2),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "linalg.pinv",
        pinv,
        given(TALL),
        given(WIDE),
        given(SQUARES),
        given(np.eye(3)),
        given(LOW, rtol=1e-4, smooth=False),
        given(TALL, atol=0.1),
        given(SQUARES, atol=np.array([0.1, 0.2]), smooth=False),
        given(SQUARES, rtol=np.array(1e-3), smooth=False),
        given(TALL @ np.diag([1, 1, 1e-3]), rtol=1e-2, smooth=False),
        given(SQUARE, call=lambda f, x: f(even(x), hermitian=True)),
        given(np.zeros((2, 3, 0))),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "pinverse",
        lambda x, rcond=1e-15: np.linalg.pinv(x, rcond),
        given(TALL),
        given(WIDE, 1e-3),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "linalg.matrix_rank",
        matrix_rank,
        given(TALL),
        given(LOW),
        given(np.stack([SQUARE, np.outer(U, U)])),
        given(SQUARE, atol=4.5),
        given(SQUARE, rtol=0.9),
        given(SQUARES, atol=np.array([4.5, 3.0])),
        given(SQUARES, atol=np.array([0.0, 4.0]), rtol=np.array([0.9, 0.1])),
        given(SQUARE, call=lambda f, x: f(even(x), hermitian=True)),
        given(NOTHING),
        refuses=WHOLE,
        results="int64",
    ),
    Operation(
        "svd_lowrank",
        svd_lowrank,
        given(TALL, 2, call=lambda f, *args, **kwargs: unsigned(f(*args, **kwargs))),
        given(SQUARES, q=3, M=SQUARE * 0.1, call=lambda f, *args, **kwargs: unsigned(f(*args, **kwargs))),
        refuses=WHOLE,
        rtol=1e-11,
        methods=False,
    ),
    Operation(
        "pca_lowrank",
        lambda x, q=None, center=True, niter=2: svd_lowrank(
            x - x.mean(-2, keepdims=True) if center else x, min(6, *x.shape[-2:]) if q is None else q
        ),
        given(TALL, 2, call=lambda f, *args, **kwargs: unsigned(f(*args, **kwargs))),
        given(TALL, call=lambda f, *args, **kwargs: unsigned(f(*args, **kwargs))),
        given(SQUARES, q=1, center=False, call=lambda f, *args, **kwargs: unsigned(f(*args, **kwargs))),
        refuses=WHOLE,
        rtol=1e-11,
        methods=False,
    ),
    Operation(
        "linalg.lstsq",
        lstsq,
        given(TALL, points((4, 2), seed=65)),
        given(TALL, points((4,), seed=66)),
        given(TALL, points((4, 2), seed=65), driver="gelsd"),
        given(WIDE, points((2, 3), seed=67)),
        given(LOW, points((4,), seed=68), 1e-4, smooth=False),
        given(TALL, points((4, 2), seed=65), 0.01, driver="gelsy"),
        refuses=WHOLE,
        results=("same", "same", "int64", "same"),
        rtol=1e-10,
    ),
    Operation(
        "logdet",
        logdet,
        given(SQUARE @ SQUARE.T),
        given(gram(SQUARES)),
        given(-SQUARES, smooth=False),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "cholesky_solve",
        cholesky_solve,
        given(SIDES, SQUARE, call=triangle),
        given(SIDES, SQUARES, call=lambda f, b, x: triangle(f, b, x, upper=True)),
        refuses=WHOLE,
        rtol=1e-10,
    ),
    Operation(
        "cholesky_inverse",
        cholesky_inverse,
        given(SQUARE, call=triangle),
        given(SQUARES, call=lambda f, x: triangle(f, x, upper=True)),
        refuses=WHOLE,
        rtol=1e-10,
    ),
    Operation(
        "linalg.cond",
        cond,
        given(SQUARE),
        given(TALL, -2),
        given(WIDE, p=2),
        *(given(SQUARES, p) for p in ("fro", "nuc", 1, -1, np.inf, -np.inf)),
        refuses=WHOLE,
        rtol=1e-10,
    ),
    Operation(
        "linalg.matrix_norm",
        matrix_norm,
        given(TALL),
        *(given(SQUARES, ord) for ord in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)),
        given(CUBE, "nuc", (0, 2), True),
        given(CUBE, ord=1, dim=(2, 0)),
        given(CUBE, -np.inf, dim=[-3, 1], keepdim=True),
        given(TALL, dtype="float64"),
        rtol=1e-11,
    ),
    Operation(
        "linalg.vector_norm",
        vector_norm,
        given(X),
        *(given(X, p, 0) for p in (0, 1, 3, 0.5, np.inf, -np.inf)),
        given(CUBE, dim=(0, 2), keepdim=True),
        given(SCALAR),
        given(X, 2, -1, dtype="float64"),
        rtol=1e-11,
    ),
    Operation(
        "linalg.norm",
        norm,
        given(CUBE),
        given(X),
        given(X, "nuc"),
        given(X, 1),
        given(SIDE, 1),
        given(SIDE, np.inf),
        given(X, 3, 1),
        given(CUBE, 2, (0, 2), True),
        given(CUBE, ord=0.5, dim=[1]),
        given(CUBE, dim=(0, 1)),
        given(X, dtype="float64"),
        rtol=1e-11,
    ),
    Operation(
        "vander",
        vander,
        given(U),
        given(U, 5),
        given(U, N=3, increasing=True),
        given(U, 0),
        given(U, 1),
        results="sum",
        whole=(1, 4),
    ),
    Operation(
        "linalg.vander", lambda x, N=None: vander(x, N, True), given(U), given(TALL, N=5), results="sum", whole=(1, 4)
    ),
    Operation(
        "linalg.diagonal",
        lambda x, offset=0, dim1=-2, dim2=-1: np.diagonal(x, offset, dim1, dim2),
        given(TALL),
        given(CUBE, offset=1, dim1=0, dim2=-1),
        results="same",
    ),
    Operation("linalg.tensorinv", np.linalg.tensorinv, given(MAP), given(SQUARE, ind=1), refuses=WHOLE, rtol=1e-11),
    Operation(
        "linalg.tensorsolve",
        lambda a, b, dims=None: np.linalg.tensorsolve(a, b, dims),
        given(MAP, ONTO),
        given(SQUARE, SIDE),
        given(MAP.transpose(2, 0, 1), ONTO, dims=(0,)),
        refuses=WHOLE,
        rtol=1e-11,
    ),
]
