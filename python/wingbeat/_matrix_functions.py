"""Functions of whole matrices, the last two axes, that torch has by itself and in torch.linalg."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, SupportsIndex

from ._calls import optional, result, results
from ._creation import zeros
from ._linear_algebra import svd as linalg_svd
from ._linear_algebra import svdvals
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from ._typing import Real, TensorLike


def matrix_exp(A: TensorLike) -> Tensor:
    """The exponentials of square matrices, I + A + A^2 / 2 + ...; NaN where the sum of a column's sizes is above
    2**15."""
    return result("matrix_exp", A=as_tensor(A))


def matrix_power(A: TensorLike, n: SupportsIndex) -> Tensor:
    """Products of square matrices with themselves, n times; for negative n of their inverses."""
    return result("matrix_power", A=as_tensor(A), n=n)


def pinverse(input: TensorLike, rcond: Real = 1e-15) -> Tensor:
    """linalg.pinv with singular values up to `rcond` times the largest as 0."""
    return result("pinverse", input=as_tensor(input), rcond=rcond)


class SingularSystem(NamedTuple):
    """What svd gives."""

    U: Tensor
    S: Tensor
    V: Tensor


def svd(input: TensorLike, some: bool = True, compute_uv: bool = True) -> SingularSystem:
    """(U, S, V) of A = U diag(S) V^T, S descending: torch.svd. some: U [..., m, k] and V [..., n, k], k = min(m, n);
    else they are square. compute_uv False: zeros in their place.

    linalg.svd has V^T instead.
    """
    matrix = as_tensor(input)
    if compute_uv:
        u, values, v = linalg_svd(matrix, full_matrices=not some)
        return SingularSystem(u, values, v.mT)
    values = svdvals(matrix)
    *batch, m, n = matrix.shape
    return SingularSystem(zeros(*batch, m, m, dtype=values.dtype), values, zeros(*batch, n, n, dtype=values.dtype))


def svd_lowrank(
    A: TensorLike, q: SupportsIndex = 6, niter: SupportsIndex = 2, M: TensorLike | None = None
) -> SingularSystem:
    """(U, S, V) of the q largest singular values of A - M: [..., m, q], [..., q], [..., n, q].

    PyTorch's are approximated with random numbers; these are exact, and niter changes nothing.
    """
    return SingularSystem(*results("svd_lowrank", A=as_tensor(A), q=q, niter=niter, M=optional(M)))


def pca_lowrank(
    A: TensorLike, q: SupportsIndex | None = None, center: bool = True, niter: SupportsIndex = 2
) -> SingularSystem:
    """(U, S, V) of the q (None: 6, or min(m, n) if less) largest singular values of A, from which center takes the mean
    of each column first; V has the principal axes as columns. Exact, as svd_lowrank."""
    return SingularSystem(*results("pca_lowrank", A=as_tensor(A), q=q, center=center, niter=niter))


def ormqr(input: TensorLike, tau: TensorLike, other: TensorLike, left: bool = True, transpose: bool = False) -> Tensor:
    """Q C (left False: C Q; transpose: with Q^T) of the reflections that linalg.householder_product multiplies; here Q
    is all of [..., m, m], and never formed. other: C, [..., m, k], or [..., k, m]."""
    given = {"input": as_tensor(input), "tau": as_tensor(tau), "other": as_tensor(other)}
    return result("ormqr", **given, left=left, transpose=transpose)


class LUParts(NamedTuple):
    """What lu_unpack gives."""

    P: Tensor
    L: Tensor
    U: Tensor


def lu(A: TensorLike, pivot: bool = True, get_infos: bool = False) -> tuple[Tensor, ...]:
    """linalg.lu_factor's factors and pivots, and with get_infos its info."""
    found = results("lu_factor_ex", A=as_tensor(A), pivot=pivot)
    return tuple(found if get_infos else found[:2])


def lu_unpack(
    LU_data: TensorLike, LU_pivots: TensorLike, unpack_data: bool = True, unpack_pivots: bool = True
) -> LUParts:
    """(P, L, U) of linalg.lu, of what lu has found. What is not unpacked is empty."""
    p, lower, u = results("lu_unpack", LU_data=as_tensor(LU_data), LU_pivots=as_tensor(LU_pivots))
    nothing = zeros(0, dtype=u.dtype)
    return LUParts(p if unpack_pivots else nothing, *((lower, u) if unpack_data else (nothing, nothing)))


def lu_solve(b: TensorLike, LU_data: TensorLike, LU_pivots: TensorLike) -> Tensor:
    """X of A X = b for the matrices that lu has factored."""
    return result("lu_solve", LU=as_tensor(LU_data), pivots=as_tensor(LU_pivots), B=as_tensor(b))


def logdet(input: TensorLike) -> Tensor:
    """log(det) of square matrices: NaN where the determinant is below 0, -inf where it is 0."""
    return result("logdet", input=as_tensor(input))


def cholesky_solve(B: TensorLike, L: TensorLike, upper: bool = False) -> Tensor:
    """X of A X = B for the matrices A that have the Cholesky factors L; upper: U of A = U^T U."""
    return result("cholesky_solve", B=as_tensor(B), L=as_tensor(L), upper=upper)


def cholesky_inverse(L: TensorLike, upper: bool = False) -> Tensor:
    """The inverses of the matrices that have these Cholesky factors; upper: U of A = U^T U."""
    return result("cholesky_inverse", L=as_tensor(L), upper=upper)


def vander(x: TensorLike, N: SupportsIndex | None = None, increasing: bool = False) -> Tensor:
    """The powers of each element down to 0, or from 0 if increasing, along a new last axis: [n] -> [n, N]."""
    return result("vander", x=as_tensor(x), N=N, increasing=increasing)


__all__ = [
    "matrix_exp",
    "matrix_power",
    "pinverse",
    "logdet",
    "cholesky_solve",
    "cholesky_inverse",
    "svd",
    "lu",
    "lu_solve",
    "ormqr",
]
for _name in __all__:
    setattr(Tensor, _name, globals()[_name])
__all__ += ["vander", "lu_unpack", "pca_lowrank", "svd_lowrank"]
