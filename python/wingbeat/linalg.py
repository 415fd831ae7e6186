"""torch.linalg's names for the functions of linear algebra."""

from __future__ import annotations

from ._functions import matmul
from ._linear_algebra import cholesky, det, eigh, eigvalsh, inverse, qr, slogdet, solve, solve_triangular, svd, svdvals
from ._naming import listing

inv = inverse

__all__ = [
    "cholesky",
    "det",
    "eigh",
    "eigvalsh",
    "inv",
    "matmul",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
]
__dir__ = listing(__name__)
