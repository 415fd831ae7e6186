"""What torch.linalg has and torch by itself has not, or has under another meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex

from ._calls import operand, result, results
from ._dtypes import as_dtype
from ._errors import ArgumentError, ArgumentTypeError
from ._shaping import diagonal as _diagonal
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ._typing import Axis, DTypeLike, MatrixOrder, Operand, Real, TensorLike


def pinv(A: TensorLike, *, atol: Operand | None = None, rtol: Operand | None = None, hermitian: bool = False) -> Tensor:
    """The pseudoinverses of matrices, [..., m, n] -> [..., n, m].

    Singular values up to atol, or to rtol times the largest, count as 0; tensors [...] have a number for each matrix.
    Derivatives are those among matrices of the same rank. hermitian: A is symmetric, of which the lower triangle is
    read.
    """
    return result("pinv", A=as_tensor(A), **_tolerances(atol, rtol), hermitian=hermitian)


def matrix_rank(
    A: TensorLike, *, atol: Operand | None = None, rtol: Operand | None = None, hermitian: bool = False
) -> Tensor:
    """How many singular values do not count as 0 (as in pinv): [...], int64."""
    return result("matrix_rank", A=as_tensor(A), **_tolerances(atol, rtol), hermitian=hermitian)


def _tolerances(atol: Operand | None, rtol: Operand | None) -> dict[str, Any]:
    return {name: None if value is None else operand(value) for name, value in (("atol", atol), ("rtol", rtol))}


class LeastSquares(NamedTuple):
    """What lstsq gives."""

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


def lstsq(
    A: TensorLike,
    B: TensorLike,
    rcond: Real | None = None,
    *,
    driver: Literal["gels", "gelsy", "gelsd", "gelss"] | None = None,
) -> LeastSquares:
    """(solution, residuals, rank, singular_values): X of the least |A X - B|, of the least norm among several.

    The driver says which of the other results there are, as in PyTorch; the solution is the same.
    """
    return LeastSquares(*results("lstsq", A=as_tensor(A), B=as_tensor(B), rcond=rcond, driver=driver))


def cond(A: TensorLike, p: MatrixOrder | None = None) -> Tensor:
    """The norms of matrices times those of their inverses: [...]. None, 2 and -2 are of singular values, the others of
    square matrices that have an inverse."""
    return result("cond", A=as_tensor(A), p=p)


class PLU(NamedTuple):
    """What lu gives."""

    P: Tensor
    L: Tensor
    U: Tensor


class LUFactors(NamedTuple):
    """What lu_factor gives."""

    LU: Tensor
    pivots: Tensor


class LUFactorsAndInfo(NamedTuple):
    """What lu_factor_ex gives."""

    LU: Tensor
    pivots: Tensor
    info: Tensor


def lu(A: TensorLike, *, pivot: bool = True) -> PLU:
    """(P, L, U) of A = P L U: a permutation [..., m, m], unit lower triangles [..., m, k], and upper ones [..., k, n],
    k = min(m, n). Which rows are exchanged is constant to derivatives. pivot=False is refused, as in PyTorch."""
    return PLU(*results("lu", A=as_tensor(A), pivot=pivot))


def lu_factor(A: TensorLike, *, pivot: bool = True) -> LUFactors:
    """(LU, pivots): L and U of lu in one matrix [..., m, n], and int32 [..., k] with which row, counted from 1, each of
    the first k is exchanged, one after the other."""
    return LUFactors(*results("lu_factor", A=as_tensor(A), pivot=pivot))


def lu_factor_ex(A: TensorLike, *, pivot: bool = True, check_errors: bool = False) -> LUFactorsAndInfo:
    """lu_factor, and info, int32 [...]: 0, or the place, counted from 1, of the first 0 on U's diagonal.

    check_errors: raises where info is not 0.
    """
    found = LUFactorsAndInfo(*results("lu_factor_ex", A=as_tensor(A), pivot=pivot))
    if check_errors and bool((found.info != 0).any()):
        raise ArgumentError("lu_factor_ex: expected matrices that are not singular, found a 0 on U's diagonal")
    return found


class InverseAndInfo(NamedTuple):
    """What inv_ex gives."""

    inverse: Tensor
    info: Tensor


class SolutionAndInfo(NamedTuple):
    """What solve_ex gives."""

    result: Tensor
    info: Tensor


class CholeskyAndInfo(NamedTuple):
    """What cholesky_ex gives."""

    L: Tensor
    info: Tensor


def inv_ex(A: TensorLike, *, check_errors: bool = False) -> InverseAndInfo:
    """(inverse, info): the inverses of matrices [..., n, n], and int32 [...]: 0, or the place, counted from 1, of the
    first 0 on U's diagonal of P A = L U. A matrix that has none does not stop the others: its result is NaN.

    check_errors: it is an ArgumentError when values are computed.
    """
    return InverseAndInfo(*results("inv_ex", A=as_tensor(A), check_errors=check_errors))


def solve_ex(A: TensorLike, B: TensorLike, *, left: bool = True, check_errors: bool = False) -> SolutionAndInfo:
    """(result, info): X of A X = B (left False: X A = B), and info as of inv_ex. A singular matrix gives NaN; with
    check_errors it is an ArgumentError when values are computed."""
    given = {"A": as_tensor(A), "B": as_tensor(B)}
    return SolutionAndInfo(*results("solve_ex", **given, left=left, check_errors=check_errors))


def cholesky_ex(A: TensorLike, *, upper: bool = False, check_errors: bool = False) -> CholeskyAndInfo:
    """(L, info): L of A = L L^T (upper: U of A = U^T U), and int32 [...]: 0, or the order, from 1, of the first leading
    minor that is not positive. What stands in a factor that failed has no meaning; its diagonal is NaN from there on.

    check_errors: a matrix that is not positive definite is an ArgumentError when values are computed.
    """
    return CholeskyAndInfo(*results("cholesky_ex", A=as_tensor(A), upper=upper, check_errors=check_errors))


def householder_product(A: TensorLike, tau: TensorLike) -> Tensor:
    """The first n columns of H[0] H[1] ... with H = I - tau v v^T: A [..., m, n] and tau [..., k] -> [..., m, n], for
    m >= n >= k.

    The vectors v stand below the diagonal of A's columns, with a 1 on it, as LAPACK's geqrf leaves them.
    """
    return result("householder_product", input=as_tensor(A), tau=as_tensor(tau))


def lu_solve(LU: TensorLike, pivots: TensorLike, B: TensorLike, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """X of A X = B (left False: X A = B; adjoint: with A^T) for the matrices that lu_factor has factored."""
    return result("lu_solve", LU=as_tensor(LU), pivots=as_tensor(pivots), B=as_tensor(B), left=left, adjoint=adjoint)


def matrix_norm(
    A: TensorLike,
    ord: MatrixOrder = "fro",
    dim: Sequence[SupportsIndex] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """Norms of matrices.

    ord: "fro", the root of the sum of squares; "nuc", the sum of singular values; 2 and -2, the largest and the
    smallest; 1 and -1, of the sums of columns; inf and -inf, of those of rows.
    """
    dtype = None if dtype is None else as_dtype(dtype)
    return result("matrix_norm", A=as_tensor(A), ord=ord, dim=dim, keepdim=keepdim, dtype=dtype)


def vector_norm(
    x: TensorLike, ord: Real = 2, dim: Axis = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
) -> Tensor:
    """(sum |x|^ord)^(1/ord) over the axes `dim`."""
    dtype = None if dtype is None else as_dtype(dtype)
    return result("vector_norm", x=as_tensor(x), ord=ord, dim=dim, keepdim=keepdim, dtype=dtype)


def norm(
    A: TensorLike,
    ord: MatrixOrder | None = None,
    dim: Axis = None,
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """Without an order the root of the sum of squares over the axes `dim`. With one vector_norm over one axis, or of a
    vector; matrix_norm over two axes, or of a matrix."""
    dtype = None if dtype is None else as_dtype(dtype)
    return result("linalg_norm", A=as_tensor(A), ord=ord, dim=dim, keepdim=keepdim, dtype=dtype)


def vander(x: TensorLike, *, N: SupportsIndex | None = None) -> Tensor:
    """The powers of each element from 0, along a new last axis: [..., n] -> [..., n, N]."""
    return result("vander", x=as_tensor(x), N=N, increasing=True)


def diagonal(A: TensorLike, *, offset: SupportsIndex = 0, dim1: SupportsIndex = -2, dim2: SupportsIndex = -1) -> Tensor:
    """A diagonal (above the main one for offset > 0) of the matrices over two axes, as the last axis."""
    return _diagonal(A, offset, dim1, dim2)


def cross(input: TensorLike, other: TensorLike, *, dim: SupportsIndex = -1) -> Tensor:
    """Cross products of vectors of three elements along an axis; the others broadcast."""
    return result("cross", input=as_tensor(input), other=as_tensor(other), dim=dim)


def vecdot(x: TensorLike, y: TensorLike, *, dim: SupportsIndex = -1) -> Tensor:
    """Sums of products along an axis of the two broadcast together (int64 for bool and integers)."""
    return result("vecdot", x=as_tensor(x), y=as_tensor(y), dim=dim)


def multi_dot(tensors: Sequence[TensorLike]) -> Tensor:
    """The product of two matrices or more in the order that costs the fewest multiplications; the first and the last
    may be vectors."""
    given: Any = tensors
    if not isinstance(given, (list, tuple)):
        raise ArgumentTypeError(f"multi_dot: expected matrices in a list, found {given!r:.80}")
    return result("multi_dot", tensors=[as_tensor(factor) for factor in given])


def tensorinv(A: TensorLike, ind: SupportsIndex = 2) -> Tensor:
    """The inverse of the map that A is from tensors of its last axes to those of its first `ind`."""
    return result("tensorinv", A=as_tensor(A), ind=ind)


def tensorsolve(A: TensorLike, B: TensorLike, dims: Axis = None) -> Tensor:
    """X of tensordot(A, X, its axes) = B. dims: axes of A that are moved to its end first."""
    return result("tensorsolve", A=as_tensor(A), B=as_tensor(B), dims=dims)


__all__ = [
    "cholesky_ex",
    "cond",
    "cross",
    "diagonal",
    "householder_product",
    "inv_ex",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_factor_ex",
    "lu_solve",
    "matrix_norm",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "solve_ex",
    "tensorinv",
    "tensorsolve",
    "vander",
    "vecdot",
    "vector_norm",
]
