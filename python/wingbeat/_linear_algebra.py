"""Linear algebra on the last two axes, under PyTorch's names: products of given ranks, einsum, factorisations (also in
wingbeat.linalg).

Factorisations need OpenBLAS (the Debian package libopenblas0): UnsupportedError where it is missing. A matrix that
cannot be factored is an ArgumentError when the values are computed. Leading axes are batches.
"""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _abi
from ._arrays import handles
from ._calls import results
from ._errors import ArgumentError
from ._library import check, lib
from ._naming import named
from ._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from typing import Literal

    from ._typing import Elementwise, Product, TensorLike


def _product(op: int, name: str, formula: str) -> Product:
    def function(input: TensorLike, other: TensorLike) -> Tensor:
        out = c_void_p()
        check(lib.wb_product(op, as_tensor(input), as_tensor(other), out))
        return wrap(out.value)

    return named(function, name, formula)


mm = _product(_abi.WB_PRODUCT_MM, "mm", "Product of two matrices, [m, k] x [k, n] -> [m, n].")
bmm = _product(_abi.WB_PRODUCT_BMM, "bmm", "Products of two batches of matrices, [b, m, k] x [b, k, n] -> [b, m, n].")
mv = _product(_abi.WB_PRODUCT_MV, "mv", "Product of a matrix and a vector, [m, k] x [k] -> [m].")
dot = _product(
    _abi.WB_PRODUCT_DOT, "dot", "Sum of the products of two vectors' elements (int64 for bool and integers)."
)
outer = _product(_abi.WB_PRODUCT_OUTER, "outer", "Each element of a vector times each of another, [m] x [n] -> [m, n].")


def einsum(equation: str, *operands: TensorLike) -> Tensor:
    """Einstein's summation: einsum("ij,jk->ik", a, b) multiplies matrices, "ii" is the trace, "..." stands for any
    axes."""
    given: Any = operands[0] if len(operands) == 1 and isinstance(operands[0], (tuple, list)) else operands
    if not isinstance(equation, str):
        raise ArgumentError(f"einsum: expected the equation as a str, found {type(equation).__name__}")
    tensors = [as_tensor(operand) for operand in given]
    out = c_void_p()
    check(lib.wb_einsum(equation.encode(), handles(tensors), len(tensors), out))
    return wrap(out.value)


def _of_one(symbol: str, name: str, formula: str) -> Elementwise:
    def wrapper(input: TensorLike) -> Tensor:
        out = c_void_p()
        check(getattr(lib, symbol)(as_tensor(input), out))
        return wrap(out.value)

    return named(wrapper, name, formula)


trace = _of_one("wb_trace", "trace", "Sum of a matrix's diagonal (int64 for bool and integers).")
inverse = _of_one("wb_inverse", "inverse", "Inverses of square matrices [..., n, n].")
det = _of_one(
    "wb_det",
    "det",
    "Determinants of square matrices, [..., n, n] -> [...]; those of singular ones, 0, have no derivative.",
)


class SignAndLogarithm(NamedTuple):
    """A determinant as its sign and the logarithm of its absolute value."""

    sign: Tensor
    logabsdet: Tensor


def slogdet(input: TensorLike) -> SignAndLogarithm:
    """(sign, logabsdet) of the determinants of square matrices: 0 and -inf for singular ones, without a derivative."""
    sign, logarithm = c_void_p(), c_void_p()
    check(lib.wb_slogdet(as_tensor(input), sign, logarithm))
    return SignAndLogarithm(wrap(sign.value), wrap(logarithm.value))


def solve(A: TensorLike, B: TensorLike, *, left: bool = True) -> Tensor:
    """X of A X = B, or X A = B if not left; [..., n, n] and [..., n, k], a vector [n], or a batch of vectors of A's
    shape without the last axis."""
    out = c_void_p()
    check(lib.wb_solve(as_tensor(A), as_tensor(B), 1 if left else 0, out))
    return wrap(out.value)


def solve_triangular(
    A: TensorLike, B: TensorLike, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Tensor:
    """`solve` where only the upper (or lower) triangle of A is read; its diagonal counts as ones if unitriangular."""
    out = c_void_p()
    check(
        lib.wb_triangular_solve(
            as_tensor(A), as_tensor(B), 1 if upper else 0, 1 if left else 0, 1 if unitriangular else 0, out
        )
    )
    return wrap(out.value)


class TriangularSolution(NamedTuple):
    """What triangular_solve gives."""

    solution: Tensor
    cloned_coefficient: Tensor


def triangular_solve(
    b: TensorLike, A: TensorLike, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> TriangularSolution:
    """(solution, cloned_coefficient) of A X = b (transpose: of A^T X = b) with a triangular A, as
    torch.triangular_solve; solve_triangular is the newer form."""
    b, A = as_tensor(b), as_tensor(A)
    coefficient = A.mT if transpose else A
    return TriangularSolution(
        solve_triangular(coefficient, b, upper=bool(upper) != bool(transpose), unitriangular=unitriangular), A.clone()
    )


def cholesky(input: TensorLike, upper: bool = False) -> Tensor:
    """Lower triangular L of A = L L^T (or upper U of A = U^T U) of symmetric positive definite matrices; that triangle
    of A is read, derivatives take A as symmetric."""
    out = c_void_p()
    check(lib.wb_cholesky(as_tensor(input), 1 if upper else 0, out))
    return wrap(out.value)


class QRFactors(NamedTuple):
    """What qr gives."""

    Q: Tensor
    R: Tensor


class EigenSystem(NamedTuple):
    """What eigh gives."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class SingularSystem(NamedTuple):
    """What svd gives."""

    U: Tensor
    S: Tensor
    Vh: Tensor


def qr(A: TensorLike, mode: Literal["reduced", "complete", "r"] = "reduced") -> QRFactors:
    """(Q, R) of A = Q R with orthonormal columns in Q and zeros below R's diagonal:

    [..., m, k] and [..., k, n], k = min(m, n). mode 'complete': [..., m, m] and [..., m, n]. 'r': R alone, and
    nothing for Q.
    """
    return QRFactors(*results("qr", A=as_tensor(A), mode=mode))


def _triangle(UPLO: str, name: str) -> int:
    if UPLO not in ("L", "U"):
        raise ArgumentError(f"{name}: expected UPLO 'L' or 'U', found {UPLO!r}")
    return 1 if UPLO == "U" else 0


def eigh(A: TensorLike, UPLO: Literal["L", "U"] = "L") -> EigenSystem:
    """(eigenvalues, eigenvectors) of symmetric matrices, ascending, with the vectors as columns; derivatives take A as
    symmetric, and eigenvalues as distinct."""
    values, vectors = c_void_p(), c_void_p()
    check(lib.wb_eigh(as_tensor(A), _triangle(UPLO, "eigh"), values, vectors))
    return EigenSystem(wrap(values.value), wrap(vectors.value))


def eigvalsh(A: TensorLike, UPLO: Literal["L", "U"] = "L") -> Tensor:
    """The eigenvalues of eigh."""
    values = c_void_p()
    check(lib.wb_eigh(as_tensor(A), _triangle(UPLO, "eigvalsh"), values, None))
    return wrap(values.value)


def svd(A: TensorLike, full_matrices: bool = True) -> SingularSystem:
    """(U, S, Vh) of A = U diag(S) Vh, S descending; derivatives take it as distinct.

    full_matrices: U [..., m, m] and Vh [..., n, n].
    """
    return SingularSystem(*results("svd", A=as_tensor(A), full_matrices=full_matrices))


def svdvals(A: TensorLike) -> Tensor:
    """The singular values of svd."""
    values = c_void_p()
    check(lib.wb_svd(as_tensor(A), None, values, None))
    return wrap(values.value)


__all__ = [
    "mm",
    "bmm",
    "mv",
    "dot",
    "outer",
    "trace",
    "inverse",
    "det",
    "slogdet",
    "triangular_solve",
    "cholesky",
    "qr",
]
for _name in __all__:
    setattr(Tensor, _name, globals()[_name])
__all__ += ["einsum", "solve", "solve_triangular", "eigh", "eigvalsh", "svdvals"]
