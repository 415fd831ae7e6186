"""Linear algebra on the last two axes, under PyTorch's names: products of given ranks, einsum, factorisations (also in wingbeat.linalg).

Factorisations need OpenBLAS (the Debian package libopenblas0): UnsupportedError where it is missing. A matrix that cannot be factored is an ArgumentError when the
values are computed. Leading axes are batches.
"""

from collections import namedtuple
from ctypes import c_void_p

from . import _abi
from ._arrays import handle_array
from ._errors import ArgumentError
from ._library import check, lib
from ._naming import named
from ._tensor import Tensor, as_tensor, wrap


def _product(op, name, formula):
    def function(input, other):
        out = c_void_p()
        check(lib.wb_product(op, as_tensor(input), as_tensor(other), out))
        return wrap(out.value)
    return named(function, name, formula)


mm = _product(_abi.WB_PRODUCT_MM, "mm", "Product of two matrices, [m, k] x [k, n] -> [m, n].")
bmm = _product(_abi.WB_PRODUCT_BMM, "bmm", "Products of two batches of matrices, [b, m, k] x [b, k, n] -> [b, m, n].")
mv = _product(_abi.WB_PRODUCT_MV, "mv", "Product of a matrix and a vector, [m, k] x [k] -> [m].")
dot = _product(_abi.WB_PRODUCT_DOT, "dot", "Sum of the products of two vectors' elements (int64 for bool and integers).")
outer = _product(_abi.WB_PRODUCT_OUTER, "outer", "Each element of a vector times each of another, [m] x [n] -> [m, n].")


def einsum(equation, *operands):
    """Einstein's summation: einsum("ij,jk->ik", a, b) multiplies matrices, "ii" is the trace, "..." stands for any axes."""
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    if not isinstance(equation, str):
        raise ArgumentError(f"einsum: expected the equation as a str, found {type(equation).__name__}")
    operands = [as_tensor(operand) for operand in operands]
    out = c_void_p()
    check(lib.wb_einsum(equation.encode(), handle_array(len(operands))(*[operand._handle for operand in operands]), len(operands), out))
    return wrap(out.value)


def _of_one(function, name, formula):
    def wrapper(input):
        out = c_void_p()
        check(function(as_tensor(input), out))
        return wrap(out.value)
    return named(wrapper, name, formula)


trace = _of_one(lib.wb_trace, "trace", "Sum of a matrix's diagonal (int64 for bool and integers).")
inverse = _of_one(lib.wb_inverse, "inverse", "Inverses of square matrices [..., n, n].")
det = _of_one(lib.wb_det, "det", "Determinants of square matrices, [..., n, n] -> [...]; those of singular ones, 0, have no derivative.")

SignAndLogarithm = namedtuple("SignAndLogarithm", ("sign", "logabsdet"))


def slogdet(input):
    """(sign, logabsdet) of the determinants of square matrices: 0 and -inf for singular ones, which have no derivative."""
    sign, logarithm = c_void_p(), c_void_p()
    check(lib.wb_slogdet(as_tensor(input), sign, logarithm))
    return SignAndLogarithm(wrap(sign.value), wrap(logarithm.value))


def solve(A, B, *, left=True):
    """X of A X = B, or X A = B if not left; [..., n, n] and [..., n, k], a vector [n], or a batch of vectors of A's shape without the last axis."""
    out = c_void_p()
    check(lib.wb_solve(as_tensor(A), as_tensor(B), 1 if left else 0, out))
    return wrap(out.value)


def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """`solve` where only the upper (or lower) triangle of A is read, and its diagonal counts as ones if unitriangular."""
    out = c_void_p()
    check(lib.wb_triangular_solve(as_tensor(A), as_tensor(B), 1 if upper else 0, 1 if left else 0, 1 if unitriangular else 0, out))
    return wrap(out.value)


TriangularSolution = namedtuple("TriangularSolution", ("solution", "cloned_coefficient"))


def triangular_solve(b, A, upper=True, transpose=False, unitriangular=False):
    """(solution, cloned_coefficient) of A X = b (transpose: of A^T X = b) with a triangular A, as torch.triangular_solve; solve_triangular is the newer form."""
    b, A = as_tensor(b), as_tensor(A)
    coefficient = A.mT if transpose else A
    return TriangularSolution(solve_triangular(coefficient, b, upper=bool(upper) != bool(transpose), unitriangular=unitriangular), A.clone())


def cholesky(input, upper=False):
    """Lower triangular L of A = L L^T (or upper U of A = U^T U) of symmetric positive definite matrices; that triangle of A is read, derivatives take A as symmetric."""
    out = c_void_p()
    check(lib.wb_cholesky(as_tensor(input), 1 if upper else 0, out))
    return wrap(out.value)


QRFactors = namedtuple("QRFactors", ("Q", "R"))
EigenSystem = namedtuple("EigenSystem", ("eigenvalues", "eigenvectors"))
SingularSystem = namedtuple("SingularSystem", ("U", "S", "Vh"))


def qr(A, mode="reduced"):
    """(Q, R) of A = Q R with orthonormal columns in Q and zeros below R's diagonal: [..., m, k] and [..., k, n], k = min(m, n)."""
    if mode != "reduced":
        raise ArgumentError(f"qr: expected mode 'reduced', found {mode!r}")
    q, r = c_void_p(), c_void_p()
    check(lib.wb_qr(as_tensor(A), q, r))
    return QRFactors(wrap(q.value), wrap(r.value))


def _triangle(UPLO, name):
    if UPLO not in ("L", "U"):
        raise ArgumentError(f"{name}: expected UPLO 'L' or 'U', found {UPLO!r}")
    return 1 if UPLO == "U" else 0


def eigh(A, UPLO="L"):
    """(eigenvalues, eigenvectors) of symmetric matrices, ascending, with the vectors as columns; derivatives take A as symmetric, and eigenvalues as distinct."""
    values, vectors = c_void_p(), c_void_p()
    check(lib.wb_eigh(as_tensor(A), _triangle(UPLO, "eigh"), values, vectors))
    return EigenSystem(wrap(values.value), wrap(vectors.value))


def eigvalsh(A, UPLO="L"):
    """The eigenvalues of eigh."""
    values = c_void_p()
    check(lib.wb_eigh(as_tensor(A), _triangle(UPLO, "eigvalsh"), values, None))
    return wrap(values.value)


def svd(A, full_matrices=True):
    """(U, S, Vh) of A = U diag(S) Vh, S descending; derivatives take it as distinct. full_matrices True is for square matrices alone."""
    A = as_tensor(A)
    if full_matrices and A.ndim >= 2 and A.shape[-1] != A.shape[-2]:
        raise ArgumentError(f"svd: expected full_matrices=False for matrices that are not square, found True for shape {list(A.shape)}")
    u, values, v = c_void_p(), c_void_p(), c_void_p()
    check(lib.wb_svd(A, u, values, v))
    return SingularSystem(wrap(u.value), wrap(values.value), wrap(v.value))


def svdvals(A):
    """The singular values of svd."""
    values = c_void_p()
    check(lib.wb_svd(as_tensor(A), None, values, None))
    return wrap(values.value)


_METHODS = ["mm", "bmm", "mv", "dot", "outer", "trace", "inverse", "det", "slogdet", "triangular_solve", "cholesky", "qr"]
__all__ = _METHODS + ["einsum", "solve", "solve_triangular", "eigh", "eigvalsh", "svd", "svdvals"]

for _name in _METHODS:
    setattr(Tensor, _name, globals()[_name])
