"""Products beyond matmul: with something added, over any axes, of blocks, of vectors in space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from ._calls import result
from ._linear_algebra import dot, outer
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._typing import Real, TensorLike


def addmm(input: TensorLike, mat1: TensorLike, mat2: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
    """beta input + alpha mat1 mat2, [m, k] x [k, n] -> [m, n]. With beta 0 the input does not count."""
    a, b = as_tensor(mat1), as_tensor(mat2)
    return result("addmm", input=as_tensor(input), mat1=a, mat2=b, beta=beta, alpha=alpha)


def addmv(input: TensorLike, mat: TensorLike, vec: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
    """beta input + alpha mat vec, [m, k] x [k] -> [m]. With beta 0 the input does not count."""
    a, b = as_tensor(mat), as_tensor(vec)
    return result("addmv", input=as_tensor(input), mat=a, vec=b, beta=beta, alpha=alpha)


def addr(input: TensorLike, vec1: TensorLike, vec2: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
    """beta input + alpha vec1 vec2^T, [m] x [n] -> [m, n]. With beta 0 the input does not count."""
    a, b = as_tensor(vec1), as_tensor(vec2)
    return result("addr", input=as_tensor(input), vec1=a, vec2=b, beta=beta, alpha=alpha)


def addbmm(input: TensorLike, batch1: TensorLike, batch2: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
    """beta input + alpha times the sum of the products batch1[i] batch2[i], [b, m, k] x [b, k, n] -> [m, n]."""
    a, b = as_tensor(batch1), as_tensor(batch2)
    return result("addbmm", input=as_tensor(input), batch1=a, batch2=b, beta=beta, alpha=alpha)


def baddbmm(input: TensorLike, batch1: TensorLike, batch2: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
    """beta input + alpha batch1 batch2, [b, m, k] x [b, k, n] -> [b, m, n]. With beta 0 the input does not count."""
    a, b = as_tensor(batch1), as_tensor(batch2)
    return result("baddbmm", input=as_tensor(input), batch1=a, batch2=b, beta=beta, alpha=alpha)


def kron(input: TensorLike, other: TensorLike) -> Tensor:
    """The Kronecker product: each element of the input times the whole of other, as blocks."""
    return result("kron", input=as_tensor(input), other=as_tensor(other))


def inner(input: TensorLike, other: TensorLike) -> Tensor:
    """Sums of products over the last axis of both (int64 for bool and integers); with a scalar the product."""
    return result("inner", input=as_tensor(input), other=as_tensor(other))


def tensordot(a: TensorLike, b: TensorLike, dims: int | Sequence[Sequence[int]] | TensorLike = 2) -> Tensor:
    """Sums of products over axes of a and as many of b (int64 for bool and integers).

    dims: how many last axes of a meet as many first ones of b, or the axes of a and those of b.
    """
    given: Any = dims
    if getattr(given, "shape", ()) != ():
        given = as_tensor(given).tolist()
    return result("tensordot", a=as_tensor(a), b=as_tensor(b), dims=given)


def cross(input: TensorLike, other: TensorLike, dim: SupportsIndex | None = None) -> Tensor:
    """Cross products of vectors of three elements along an axis, by default the first one of three; the others
    broadcast."""
    return result("cross", input=as_tensor(input), other=as_tensor(other), dim=dim)


def cdist(
    x1: TensorLike, x2: TensorLike, p: Real = 2, compute_mode: str = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:
    """The p-norms of the differences of rows, [..., m, k] and [..., n, k] -> [..., m, n]. compute_mode changes
    nothing."""
    return result("cdist", x1=as_tensor(x1), x2=as_tensor(x2), p=p, compute_mode=compute_mode)


def chain_matmul(*matrices: TensorLike) -> Tensor:
    """The product of matrices in the order that costs the fewest multiplications."""
    return result("chain_matmul", matrices=[as_tensor(matrix) for matrix in matrices])


ger, vdot = outer, dot

__all__ = ["addmm", "addmv", "addr", "addbmm", "baddbmm", "kron", "inner", "cross", "ger", "vdot"]
for _name in __all__:
    setattr(Tensor, _name, globals()[_name])
__all__ += ["tensordot", "cdist", "chain_matmul"]
