"""Functions of whole matrices, the last two axes, that torch has by itself and in torch.linalg."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from ._calls import result
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


__all__ = ["matrix_exp", "matrix_power", "pinverse", "logdet", "cholesky_solve", "cholesky_inverse"]
for _name in __all__:
    setattr(Tensor, _name, globals()[_name])
__all__ += ["vander"]
