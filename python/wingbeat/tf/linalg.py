"""Linear algebra under tf.linalg's names: over the last two axes; the others are batches."""

from __future__ import annotations

from typing import Any

from .. import _creation, _functions, _linalg, _linear_algebra, _math, _matrix_functions, _products, _shaping
from .. import _rearranging as _more
from .._naming import listing
from .._tensor import Tensor as Base
from ._absent import refusing
from ._creating import eye
from ._elementwise import floats
from ._reducing import axes_of
from ._reshaping import einsum, matmul, tensordot
from ._tensor import convert, op, pair
from .errors import InvalidArgumentError
from .nn import l2_normalize


@op
def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """Matrices times vectors: [..., m, n] and [..., n] give [..., m]."""
    matrix, vector = pair("MatVec", a, b)
    if transpose_a or adjoint_a:
        matrix = matrix.transpose(-1, -2)
    return _functions.matmul(matrix, vector.unsqueeze(-1)).squeeze(-1)


@op
def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Any:
    """The last two axes exchanged."""
    return convert(a).transpose(-1, -2)


adjoint = matrix_transpose


@op
def inv(input: Any, adjoint: bool = False, name: str | None = None) -> Any:
    """Inverses. InvalidArgumentError for a singular matrix."""
    found = _linear_algebra.inverse(floats("inv", input))
    return found.transpose(-1, -2) if adjoint else found


@op
def det(input: Any, name: str | None = None) -> Any:
    """Determinants."""
    return _linear_algebra.det(floats("det", input))


@op
def logdet(matrix: Any, name: str | None = None) -> Any:
    """log det of positive definite matrices, by Cholesky's factor."""
    factor = _linear_algebra.cholesky(floats("logdet", matrix))
    return _functions.sum(_functions.log(_shaping.diagonal(factor, 0, -2, -1)), -1) * 2


@op
def slogdet(input: Any, name: str | None = None) -> Any:
    """(sign, logarithm) of determinants."""
    return tuple(_linear_algebra.slogdet(floats("slogdet", input)))


@op
def trace(x: Any, name: str | None = None) -> Any:
    """Sums of the diagonals."""
    tensor = convert(x)
    return _functions.sum(_shaping.diagonal(tensor, 0, -2, -1), -1).to(tensor.dtype)


@op
def cholesky(input: Any, name: str | None = None) -> Any:
    """L with L L^T = input, lower triangular. InvalidArgumentError where the matrix is not positive definite."""
    return _linear_algebra.cholesky(floats("cholesky", input))


@op
def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Any:
    """x of A x = rhs for Cholesky's factor of A."""
    factor, right = pair("cholesky_solve", chol, rhs)
    return _matrix_functions.cholesky_solve(right, factor)


@op
def solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Any:
    """x of matrix x = rhs: [..., n, n] and [..., n, k]."""
    left, right = pair("MatrixSolve", matrix, rhs)
    return _linear_algebra.solve(left.transpose(-1, -2) if adjoint else left, right)


@op
def triangular_solve(matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None) -> Any:
    """x of matrix x = rhs for triangular matrices."""
    left, right = pair("MatrixTriangularSolve", matrix, rhs)
    if adjoint:
        left, lower = left.transpose(-1, -2), not lower
    return _linear_algebra.solve_triangular(left, right, upper=not lower)


@op
def lstsq(matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True, name: str | None = None) -> Any:
    """x with the least |matrix x - rhs|^2 + l2_regularizer |x|^2."""
    left, right = pair("MatrixSolveLs", matrix, rhs)
    if not l2_regularizer:
        return _linalg.lstsq(left, right)[0]
    across = left.transpose(-1, -2)
    square = _functions.matmul(across, left)
    unit = _creation.eye(square.shape[-1], dtype=square.dtype)
    return _linear_algebra.solve(square + unit * float(l2_regularizer), _functions.matmul(across, right))


@op
def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Any:
    """(q, r): orthogonal and upper triangular factors."""
    found = _linear_algebra.qr(floats("qr", input), "complete" if full_matrices else "reduced")
    return found[0], found[1]


@op
def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """(s, u, v) with tensor = u diag(s) v^T; with compute_uv False s alone."""
    given = floats("svd", tensor)
    if not compute_uv:
        return _linear_algebra.svdvals(given)
    u, s, across = _linear_algebra.svd(given, bool(full_matrices))
    return s, u, across.transpose(-1, -2)


def _symmetric(tensor: Base) -> Base:
    """Symmetric matrices of their lower triangles, which alone are read."""
    return _shaping.tril(tensor) + _shaping.tril(tensor, -1).transpose(-1, -2)


@op
def eigh(tensor: Any, name: str | None = None) -> Any:
    """(eigenvalues, eigenvectors) of symmetric matrices, in ascending order."""
    found = _linear_algebra.eigh(_symmetric(floats("eigh", tensor)))
    return found[0], found[1]


@op
def eigvalsh(tensor: Any, name: str | None = None) -> Any:
    """Eigenvalues of symmetric matrices, in ascending order."""
    return _linear_algebra.eigvalsh(_symmetric(floats("eigvalsh", tensor)))


@op
def lu(input: Any, output_idx_type: Any = "int32", name: str | None = None) -> Any:
    """(lu, p): both triangular factors in one matrix, and the permutation of the rows."""
    given = floats("lu", input)
    factors, _ = _linalg.lu_factor(given)
    permutation, _, _ = _linalg.lu(given)
    return factors, _functions.argmax(permutation, -2).to(output_idx_type)


@op
def expm(input: Any, name: str | None = None) -> Any:
    """Matrix exponentials."""
    return _matrix_functions.matrix_exp(floats("expm", input))


@op
def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Any:
    """Pseudo-inverses. Singular values below rcond times the largest count as 0; by default 10 max(m, n) eps."""
    import numpy as np

    given = floats("pinv", a)
    if rcond is None:
        rcond = 10.0 * max(tuple(given.shape)[-2:]) * float(np.finfo(given.dtype.name).eps)
    return _linalg.pinv(given, rtol=float(rcond))


@op
def matrix_rank(a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None) -> Any:
    """Ranks (int32): the number of singular values above tol."""
    return _linalg.matrix_rank(floats("matrix_rank", a), atol=None if tol is None else float(tol)).to("int32")


@op
def diag(
    diagonal: Any, name: str = "diag", k: Any = 0, num_rows: Any = -1, num_cols: Any = -1, padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Any:  # fmt: skip
    """Matrices of zeros with vectors as their k-th diagonal."""
    return _more.diag_embed(convert(diagonal), int(k))


@op
def tensor_diag(diagonal: Any, name: str | None = None) -> Any:
    """A tensor of zeros with another as its diagonal: of shape s + s."""
    tensor = convert(diagonal)
    shape = tuple(tensor.shape)
    return _more.diag_embed(tensor.reshape((-1,))).reshape(shape + shape)


@op
def diag_part(
    input: Any, name: str = "diag_part", k: Any = 0, padding_value: Any = 0, align: str = "RIGHT_LEFT"
) -> Any:
    """The k-th diagonals of matrices."""
    return _shaping.diagonal(convert(input), int(k), -2, -1)


@op
def tensor_diag_part(input: Any, name: str | None = None) -> Any:
    """The diagonal of a tensor of shape s + s."""
    tensor = convert(input)
    half = tuple(tensor.shape)[: len(tensor.shape) // 2]
    count = 1
    for extent in half:
        count *= extent
    return _shaping.diagonal(tensor.reshape((count, count))).reshape(half)


@op
def set_diag(input: Any, diagonal: Any, name: str = "set_diag", k: Any = 0, align: str = "RIGHT_LEFT") -> Any:
    """Matrices with their k-th diagonals replaced."""
    from .._writing import diagonal_scatter

    return diagonal_scatter(convert(input), convert(diagonal), int(k), -2, -1)


@op
def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Any:
    """Matrices with zeros outside so many diagonals below and above the main one; -1 keeps all."""
    tensor, below, above = convert(input), int(num_lower), int(num_upper)
    if below >= 0:
        tensor = _shaping.triu(tensor, -below)
    return _shaping.tril(tensor, above) if above >= 0 else tensor.clone()


@op
def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    """Norms over an axis (vectors), over two (matrices), or of all elements. ord: 'euclidean', 'fro', a number p, or
    infinity."""
    given, places = floats("norm", tensor), axes_of(axis)
    is_matrix = isinstance(places, tuple) and len(places) == 2
    if ord in ("euclidean", "fro"):
        if ord == "fro" and not is_matrix and places is not None:
            raise ValueError("'fro' requires two axes")
        return _functions.sqrt(_functions.sum(_functions.square(given), places, bool(keepdims)))
    if isinstance(ord, str):
        raise ValueError(f"'ord' must be a supported matrix norm in ['euclidean', 'fro', 1, 2, inf], got {ord}")
    if is_matrix:
        return _linalg.matrix_norm(given, ord, places, bool(keepdims))
    place = places[0] if isinstance(places, tuple) else places
    return _linalg.vector_norm(given, ord, place, bool(keepdims))


@op
def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None) -> Any:
    """(tensor / norm, norm) over axes."""
    length = norm(tensor, ord, axis, True)
    return convert(tensor) / length, length


@op
def global_norm(t_list: Any, name: str | None = None) -> Any:
    """The root of the sum of squares of all elements of several tensors; None is left out."""
    total: Any = None
    for tensor in t_list:
        if tensor is not None:
            part = _functions.sum(_functions.square(floats("global_norm", tensor)))
            total = part if total is None else total + part
    if total is None:
        raise InvalidArgumentError("global_norm: expected at least one tensor")
    return _functions.sqrt(total)


@op
def cross(a: Any, b: Any, name: str | None = None) -> Any:
    """Cross products over the last axis, of extent 3."""
    return _products.cross(*pair("Cross", a, b), dim=-1)


@op
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """t, scaled to the norm clip_norm where it is longer, over axes (all for None)."""
    tensor = floats("clip_by_norm", t)
    bound = convert(clip_norm, hint=tensor.dtype)
    total = _functions.sum(_functions.square(tensor), axes_of(axes), True)
    is_zero = _functions.eq(total, 0)
    length = _functions.sqrt(_functions.where(is_zero, _creation.ones_like(total), total))
    length = _functions.where(is_zero, total, length)
    return tensor * bound / _functions.maximum(length, bound)


@op
def clip_by_global_norm(t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None) -> Any:
    """(tensors, norm): the tensors of a list, scaled so that the norm of all together is at most clip_norm; and what it
    was. None stays."""
    given = list(t_list)
    length = convert(use_norm) if use_norm is not None else convert(global_norm(given))
    bound = convert(clip_norm, hint=length.dtype)
    scale = bound * _functions.minimum(_functions.reciprocal(length), _functions.reciprocal(bound))
    # Of a norm that is not finite nothing remains.
    scale = _functions.where(_math.isfinite(length), scale, _creation.full_like(scale, float("nan")))
    return [None if tensor is None else convert(tensor) * scale.to(convert(tensor).dtype) for tensor in given], length


__all__ = [
    "adjoint", "band_part", "cholesky", "cholesky_solve", "cross", "det", "diag", "diag_part", "eigh", "eigvalsh",
    "einsum", "expm", "eye", "global_norm", "inv", "l2_normalize", "logdet", "lstsq", "lu", "matmul", "matrix_rank",
    "matrix_transpose", "matvec", "norm", "normalize", "pinv", "qr", "set_diag", "slogdet", "solve", "svd",
    "tensor_diag", "tensor_diag_part", "tensordot", "trace", "triangular_solve",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
