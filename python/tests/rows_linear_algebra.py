"""Rows of the table for products of matrices and for factorisations.

Factors whose signs, or phases, are a decomposition's own choice are looked at squared.
"""

import numpy as np
import scipy.linalg
from operation_table import WHOLE, Operation, given, points

A, B, BATCH, OTHERS = points((2, 3)), points((3, 4), seed=1), points((2, 2, 3), seed=2), points((2, 3, 2), seed=3)
U, V, W = points((3,), seed=4), points((3,), seed=5), points((4,), seed=6)
SQUARE = points((3, 3), seed=7) + np.diag([5.0, -4.5, 4])
SQUARES = np.stack([SQUARE, SQUARE[::-1, ::-1] * 0.7])
SIDES, SIDE = points((3, 2), seed=8), points((3,), seed=9)
TALL, WIDE = points((4, 3), seed=10) + np.eye(4, 3) * 3, points((2, 4), seed=11) + np.eye(2, 4) * 3
BIAS = points((4,), seed=12)


def even(x):
    """The symmetric part, doubled."""
    return x + x.mT


def gram(x):
    """A matrix that is symmetric and positive definite, of any that is not singular."""
    return x @ x.mT


def solve(a, b, left=True):
    if not left:
        return np.linalg.solve(a.mT, b.mT).mT
    return np.linalg.solve(a, b[..., None])[..., 0] if b.ndim == 1 or b.shape == a.shape[:-1] else np.linalg.solve(a, b)


def solve_triangular(a, b, upper, left=True, unitriangular=False):
    a = np.triu(a) if upper else np.tril(a)
    if unitriangular:
        a = a - np.diag(np.diagonal(a)) + np.eye(len(a))
    return solve(a, b, left)


def triangular_solve(b, A, upper=True, transpose=False, unitriangular=False):
    solution = scipy.linalg.solve_triangular(
        A, b, trans=1 if transpose else 0, lower=not upper, unit_diagonal=unitriangular
    )
    return solution, A


def cholesky(a, upper=False):
    factor = np.linalg.cholesky(a)
    return factor.mT if upper else factor


def eigvalsh(a, UPLO="L"):
    return np.linalg.eigvalsh(a, UPLO)


def svd(a, some=True, compute_uv=True):
    """torch.svd."""
    u, s, vh = np.linalg.svd(a, full_matrices=not some)
    return (u, s, vh.mT) if compute_uv else (0 * np.resize(u, (a.shape[-2],) * 2), s, np.zeros((a.shape[-1],) * 2))


def squares(u, s, v):
    """Of vectors the squares, since their signs are free, and of what completes them the projection."""
    k = s.shape[-1]
    return u[..., :k] ** 2, s, v[..., :k, :] ** 2, u[..., k:] @ u[..., k:].mT, v[..., k:, :].mT @ v[..., k:, :]


def linear(x, weight, bias=None):
    return x @ weight.T + (0 if bias is None else bias)


def einsum(equation, *arrays):
    arrays = arrays[0] if isinstance(arrays[0], list) else arrays
    if equation == "ii->i" and arrays[0].shape[0] != arrays[0].shape[1]:
        raise ValueError("NumPy takes the diagonal of 0 x 3, and reads three numbers of it")
    return np.einsum(equation, *arrays)


PRODUCTS = [
    Operation(
        "matmul",
        np.matmul,
        given(A, B),
        given(U, V),
        given(A, U),
        given(U, B),
        given(BATCH, OTHERS),
        given(BATCH, B),
        given(A, OTHERS),
        given(BATCH[:, None], OTHERS),
        given(np.zeros((2, 0)), np.zeros((0, 3))),
        given(np.zeros((0, 3)), B),
        refuses=WHOLE,
    ),
    Operation(
        "linear",
        linear,
        given(A, B.T),
        given(A, B.T, BIAS),
        given(BATCH, B.T, bias=BIAS),
        given(U, B.T),
        refuses=WHOLE,
        torch="nn.functional.linear",
    ),
    Operation("mm", np.matmul, given(A, B), given(np.zeros((2, 0)), np.zeros((0, 3))), refuses=WHOLE),
    Operation("bmm", np.matmul, given(BATCH, OTHERS), refuses=WHOLE),
    Operation("mv", np.matmul, given(A, U), refuses=WHOLE),
    Operation(
        "dot", np.dot, given(U, V), given(np.array([1, 2]), np.array([3, 4])), given(U[:0], V[:0]), results="sum"
    ),
    Operation("outer", np.outer, given(U, W), given(U[:0], W), results="same"),
    Operation(
        "einsum",
        einsum,
        *(
            given(*case)
            for case in (
                ("ij,jk->ik", A, B),
                ("ij,kj", A, B.T),
                ("bij,bjk->bik", BATCH, OTHERS),
                ("...ij,...jk", BATCH, B),
                ("ii->i", SQUARE),
                ("ii", SQUARE),
                ("ij->", A),
                ("ij->ji", A),
                ("...i->i...", BATCH),
                ("i,i->", U, V),
                ("i,j", U, W),
                ("ij,jk,k->i", A, B, W),
                ("ij,ij->ij", A, A[:1]),
                ("iij,ij->j", SQUARES.T, SIDES),
                ("ij,jk->ik", [A, B]),
            )
        ),
        refuses=WHOLE,
    ),
    Operation("trace", np.trace, given(SQUARE), given(A), given(np.array([[1, 2], [3, 4]])), results="sum"),
]

FACTORS = [
    Operation(
        "inverse",
        np.linalg.inv,
        given(SQUARE),
        given(SQUARES),
        given(SQUARE[:1, :1]),
        given(np.zeros((0, 3, 3))),
        given(np.zeros((0, 0))),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "det",
        np.linalg.det,
        given(SQUARE),
        given(SQUARES),
        given(SQUARE[:1, :1]),
        given(np.zeros((0, 3, 3))),
        given(np.zeros((0, 0))),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "slogdet",
        np.linalg.slogdet,
        given(SQUARE, call=lambda f, x: f(x).logabsdet),
        given(SQUARES),
        given(-SQUARE),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "solve",
        solve,
        given(SQUARE, SIDES),
        given(SQUARE, SIDE),
        given(SQUARES, SIDES),
        given(SQUARE, SIDES.T, left=False),
        given(SQUARES, SQUARES[:, 0]),
        given(SQUARE, call=lambda f, x: f(x, x[:, :2])),
        refuses=WHOLE,
        rtol=1e-11,
        torch="linalg.solve",
    ),
    Operation(
        "solve_triangular",
        solve_triangular,
        given(SQUARE, SIDES, upper=True),
        given(SQUARE, SIDES, upper=False, unitriangular=True),
        given(SQUARE, SIDES.T, upper=True, left=False),
        refuses=WHOLE,
        rtol=1e-11,
        torch="linalg.solve_triangular",
    ),
    Operation(
        "triangular_solve",
        triangular_solve,
        given(SIDES, SQUARE),
        given(SIDES, SQUARE, False, True),
        given(SIDES, SQUARE, upper=True, unitriangular=True),
        refuses=WHOLE,
        rtol=1e-11,
    ),
    Operation(
        "cholesky",
        cholesky,
        given(SQUARE, call=lambda f, x: f(gram(x))),
        given(SQUARES, call=lambda f, x: f(gram(x))),
        given(SQUARE, call=lambda f, x: f(gram(x), upper=True)),
        refuses=WHOLE,
        rtol=1e-11,
        torch="linalg.cholesky",
    ),
    Operation(
        "qr",
        lambda a, mode="reduced": (np.zeros(0), np.linalg.qr(a, mode)) if mode == "r" else np.linalg.qr(a, mode),
        given(TALL),
        given(SQUARE),
        given(WIDE, call=lambda f, x: f(x).R),
        given(np.stack([TALL, 2 * TALL[::-1]])),
        given(TALL, "complete", call=lambda f, x, mode: (lambda q, r: (q @ r, r))(*f(x, mode))),
        given(TALL, "complete", call=lambda f, x, mode: (lambda q: q.mT @ q)(f(x, mode)[0]), smooth=False),
        given(TALL, mode="r", call=lambda f, x, mode: f(x, mode=mode)[1]),
        refuses=WHOLE,
        rtol=1e-11,
        torch="linalg.qr",
    ),
    Operation(
        "eigh",
        lambda a, UPLO="L": np.linalg.eigh(a, UPLO),
        given(SQUARE, call=lambda f, x: (lambda found: (found.eigenvalues, found.eigenvectors**2))(f(even(x)))),
        given(SQUARES, call=lambda f, x: f(even(x), "U").eigenvalues),
        given(SQUARE, call=lambda f, x: f(even(x), UPLO="L").eigenvalues),
        refuses=WHOLE,
        rtol=1e-10,
        torch="linalg.eigh",
    ),
    Operation(
        "eigvalsh",
        eigvalsh,
        given(SQUARE, call=lambda f, x: f(even(x))),
        given(SQUARES, call=lambda f, x: f(even(x), UPLO="U")),
        refuses=WHOLE,
        rtol=1e-11,
        torch="linalg.eigvalsh",
    ),
    Operation(
        "linalg.svd",
        lambda a, full_matrices=True: np.linalg.svd(a, full_matrices=full_matrices),
        given(SQUARE, call=lambda f, x: squares(*f(x))[:3]),
        *(
            given(x, full_matrices=False, call=lambda f, x, **options: squares(*f(x, **options))[:3])
            for x in (TALL, WIDE)
        ),
        given(TALL, call=lambda f, x: squares(*f(x))[:4]),
        given(np.stack([TALL, 2 * TALL[::-1]]), True, call=lambda f, x, full: squares(*f(x, full))[:4]),
        given(WIDE, call=lambda f, x: squares(*f(x))[:3], smooth=False),
        refuses=WHOLE,
        rtol=1e-10,
        torch="linalg.svd",
    ),
    Operation(
        "svd",
        svd,
        given(TALL, call=lambda f, x: (lambda u, s, v: squares(u, s, v.mT)[:3])(*f(x))),
        given(TALL, False, call=lambda f, x, some: (lambda u, s, v: squares(u, s, v.mT)[:4])(*f(x, some))),
        given(WIDE, compute_uv=False),
        refuses=WHOLE,
        rtol=1e-10,
    ),
    Operation(
        "svdvals",
        lambda a: np.linalg.svd(a, compute_uv=False),
        given(TALL),
        given(SQUARES),
        refuses=WHOLE,
        rtol=1e-11,
        torch="linalg.svdvals",
    ),
]

ROWS = PRODUCTS + FACTORS
