"""What goes along an axis: extremes and sums up to each element, differences, integrals, slopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from ._calls import optional, result, results
from ._functions import ValuesAndIndices
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ._typing import Axis, Real, TensorLike


def cummax(input: TensorLike, dim: SupportsIndex) -> ValuesAndIndices:
    """(values, indices) of the largest element up to each along an axis, the last of equal ones; NaN from the first NaN
    on."""
    return ValuesAndIndices(*results("cummax", input=as_tensor(input), dim=dim))


def cummin(input: TensorLike, dim: SupportsIndex) -> ValuesAndIndices:
    """(values, indices) of the smallest element up to each along an axis, the last of equal ones; NaN from the first
    NaN on."""
    return ValuesAndIndices(*results("cummin", input=as_tensor(input), dim=dim))


def logcumsumexp(input: TensorLike, dim: SupportsIndex) -> Tensor:
    """log(sum(exp(x))) of the elements up to each along an axis, without overflow."""
    return result("logcumsumexp", input=as_tensor(input), dim=dim)


def diff(
    input: TensorLike,
    n: SupportsIndex = 1,
    dim: SupportsIndex = -1,
    prepend: TensorLike | None = None,
    append: TensorLike | None = None,
) -> Tensor:
    """Each element less the one before it along an axis, n times over; of bool whether the two differ.

    prepend, append: elements in front of the input's, and behind them.
    """
    return result("diff", input=as_tensor(input), n=n, dim=dim, prepend=optional(prepend), append=optional(append))


def trapezoid(y: TensorLike, x: TensorLike | None = None, *, dx: Real = 1, dim: SupportsIndex = -1) -> Tensor:
    """The integral along an axis by the trapezoidal rule, of values at x, or `dx` apart."""
    return result("trapezoid", y=as_tensor(y), x=optional(x), dx=dx, dim=dim)


trapz = trapezoid


def cumulative_trapezoid(
    y: TensorLike, x: TensorLike | None = None, *, dx: Real = 1, dim: SupportsIndex = -1
) -> Tensor:
    """The integral up to each element but the first along an axis, as trapezoid."""
    return result("cumulative_trapezoid", y=as_tensor(y), x=optional(x), dx=dx, dim=dim)


def gradient(
    input: TensorLike,
    *,
    spacing: Real | Sequence[Real] | Sequence[TensorLike] | None = 1,
    dim: Axis = None,
    edge_order: Literal[1, 2] = 1,
) -> tuple[Tensor, ...]:
    """The derivative along each axis, of second order but at the ends.

    spacing: the distance of neighbours, one for each axis, or a vector of places for each.
    """
    given: Any = 1 if spacing is None else spacing
    options: dict[str, Any] = {"dim": dim, "edge_order": edge_order}
    if isinstance(given, (tuple, list)) and given and all(getattr(places, "shape", ()) != () for places in given):
        options["coordinates"] = [as_tensor(places) for places in given]
    else:
        options["spacing"] = given
    return tuple(results("gradient", input=as_tensor(input), **options))


__all__ = ["cummax", "cummin", "logcumsumexp", "diff"]
for _name in __all__:
    setattr(Tensor, _name, globals()[_name])
__all__ += ["trapezoid", "trapz", "cumulative_trapezoid", "gradient"]
