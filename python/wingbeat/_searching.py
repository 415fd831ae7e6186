"""Elements found among others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from ._calls import operand, optional, result, results
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from typing import Literal

    from ._typing import Operand, TensorLike


def searchsorted(
    sorted_sequence: TensorLike,
    input: TensorLike,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: Literal["left", "right"] | None = None,
    sorter: TensorLike | None = None,
) -> Tensor:
    """Where each value would go into its sorted row, so that it stays in order: behind the elements below it.

    right (or side="right"): behind its equals too. sorter: the places in order of a sequence that is not sorted.
    """
    return result(
        "searchsorted",
        sorted_sequence=as_tensor(sorted_sequence),
        input=operand(input),
        out_int32=out_int32,
        right=right,
        side=side,
        sorter=optional(sorter),
    )


def bucketize(input: Operand, boundaries: TensorLike, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """How many of the boundaries, in ascending order, are below each value; right: not above it."""
    return result("bucketize", input=operand(input), boundaries=as_tensor(boundaries), out_int32=out_int32, right=right)


def isin(elements: Operand, test_elements: Operand, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each of the elements is among the test elements (invert: is not), as bool."""
    first, second = operand(elements), operand(test_elements)
    if not isinstance(first, Tensor) and not isinstance(second, Tensor):
        second = as_tensor(second)
    return result("isin", elements=first, test_elements=second, assume_unique=assume_unique, invert=invert)


def unique_consecutive(
    input: TensorLike, return_inverse: bool = False, return_counts: bool = False, dim: SupportsIndex | None = None
) -> Any:
    """The first of each run of equal elements, or of equal slices along an axis; if asked for, with the number of each
    element's run, and how long runs are. Computed at once."""
    found = results(
        "unique_consecutive",
        input=as_tensor(input),
        return_inverse=return_inverse,
        return_counts=return_counts,
        dim=dim,
    )
    return found[0] if len(found) == 1 else tuple(found)


def msort(input: TensorLike) -> Tensor:
    """In ascending order along the first axis."""
    return result("msort", input=as_tensor(input))


__all__ = ["unique_consecutive", "msort"]
for _name in __all__:
    setattr(Tensor, _name, globals()[_name])
__all__ += ["searchsorted", "bucketize", "isin"]
