"""torch.linalg's names for the functions of linear algebra."""

from __future__ import annotations

from . import _linalg
from ._functions import matmul
from ._linalg import *  # noqa: F403
from ._linear_algebra import cholesky, det, eigh, eigvalsh, inverse, qr, slogdet, solve, solve_triangular, svd, svdvals
from ._matrix_functions import matrix_exp, matrix_power
from ._naming import listing

inv = inverse

__all__ = [
    "cholesky",
    "det",
    "eigh",
    "eigvalsh",
    "inv",
    "matmul",
    "matrix_exp",
    "matrix_power",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
]
__all__ += _linalg.__all__
__dir__ = listing(__name__)
