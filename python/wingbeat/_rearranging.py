"""Tensors turned, cut at places, repeated element by element, cut into windows, and places counted out, under PyTorch's
names.

atleast_1d, atleast_2d, atleast_3d, broadcast_tensors, tensor_split, hsplit, vsplit and dsplit give views.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, SupportsIndex

from ._arguments import numbers
from ._calls import all_of, called, methods, of_operands, results
from ._errors import ArgumentError
from ._picking import nonzero
from ._shaping import _t, _transposed, broadcast_to, vstack
from ._tensor import Tensor, as_tensor, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ._typing import Axes, Size, TensorLike

__all__ = [
    "argwhere",
    "as_strided",
    "as_strided_scatter",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "block_diag",
    "broadcast_shapes",
    "broadcast_tensors",
    "cartesian_prod",
    "clone",
    "column_stack",
    "combinations",
    "diag_embed",
    "diagflat",
    "dsplit",
    "dstack",
    "fliplr",
    "flipud",
    "hsplit",
    "is_floating_point",
    "is_tensor",
    "numel",
    "repeat_interleave",
    "rot90",
    "row_stack",
    "t",
    "tensor_split",
    "unravel_index",
    "vsplit",
]

row_stack = vstack


def as_strided(input: TensorLike, size: Size, stride: Size, storage_offset: SupportsIndex | None = None) -> Tensor:
    """Elements [i, j, ...] at storage_offset + i stride[0] + j stride[1] + ... of the flattened input, as a copy."""
    places = {"size": numbers((size,)), "stride": numbers((stride,)), "storage_offset": storage_offset}
    return called("as_strided", input, **places)


def as_strided_scatter(
    input: TensorLike, src: TensorLike, size: Size, stride: Size, storage_offset: SupportsIndex | None = None
) -> Tensor:
    """input with the elements that as_strided shows replaced by those of src, a tensor of that size."""
    places = {"size": numbers((size,)), "stride": numbers((stride,)), "storage_offset": storage_offset}
    return called("as_strided_scatter", input, src, **places)


def unravel_index(indices: TensorLike, shape: Size) -> tuple[Tensor, ...]:
    """The places along each axis of a shape of whole numbers that are places in the flattened shape: int64, each of the
    shape of `indices`."""
    return tuple(results("unravel_index", indices=as_tensor(indices), shape=numbers((shape,))))


def broadcast_shapes(*shapes: Size) -> tuple[int, ...]:
    """The shape that tensors of these shapes have together."""
    empty = [broadcast_to(as_tensor(0), numbers((shape,))) for shape in shapes]
    return broadcast_tensors(*empty)[0].shape if empty else ()


def clone(input: TensorLike) -> Tensor:
    """A new tensor with the same values, through which derivatives pass."""
    return called("clone", input)


def fliplr(input: TensorLike) -> Tensor:
    """In reverse order along axis 1."""
    return called("fliplr", input)


def flipud(input: TensorLike) -> Tensor:
    """In reverse order along axis 0."""
    return called("flipud", input)


def rot90(input: TensorLike, k: SupportsIndex = 1, dims: Axes = (0, 1)) -> Tensor:
    """Turned by k quarters in the plane of two axes, from the first to the second."""
    return called("rot90", input, k=k, dims=numbers((dims,)))


def t(input: TensorLike) -> Tensor:
    """A matrix transposed; vectors and scalars as they are."""
    return _t(as_tensor(input))


def diag_embed(
    input: TensorLike, offset: SupportsIndex = 0, dim1: SupportsIndex = -2, dim2: SupportsIndex = -1
) -> Tensor:
    """The last axis as a diagonal (above the main one for offset > 0) of matrices of zeros, over the axes dim1 and
    dim2 of the result."""
    return called("diag_embed", input, offset=offset, dim1=dim1, dim2=dim2)


def diagflat(input: TensorLike, offset: SupportsIndex = 0) -> Tensor:
    """The flattened tensor as a diagonal of a matrix of zeros."""
    return called("diagflat", input, offset=offset)


def argwhere(input: TensorLike) -> Tensor:
    """The places of the elements that are not 0: int64 [count, ndim]. Computed at once."""
    return nonzero(input)


def numel(input: Tensor) -> int:
    """Number of elements."""
    return as_tensor(input).numel()


def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is one of floats."""
    return as_tensor(input).is_floating_point()


def is_tensor(obj: Any) -> bool:
    """Whether an object is a Tensor."""
    return isinstance(obj, Tensor)


# -------------------------------------------------------------------- cutting

_MOST = 1 << 20  # parts, which the library has a sentence about


def _parts(name: str, input: TensorLike, sections: Size, **options: Any) -> tuple[Tensor, ...]:
    given: Any = sections.tolist() if isinstance(sections, Tensor) else sections
    if isinstance(given, (list, tuple)):
        places = numbers((given,))
        return all_of(name, len(places) + 1, input, indices_or_sections=places, **options)
    try:
        count = operator.index(given)
    except TypeError:
        raise TypeError(f"{name}: expected a number of parts, or places, found {given!r:.80}") from None
    return all_of(name, max(1, min(count, _MOST)), input, indices_or_sections=count, **options)


def tensor_split(input: TensorLike, indices_or_sections: Size, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
    """So many parts along an axis, the first ones one element larger where they cannot be equal; or the parts between
    places. A tuple."""
    return _parts("tensor_split", input, indices_or_sections, dim=dim)


def hsplit(input: TensorLike, indices_or_sections: Size) -> tuple[Tensor, ...]:
    """So many equal parts along axis 1 (of a vector 0), or the parts between places. A tuple."""
    return _parts("hsplit", input, indices_or_sections)


def vsplit(input: TensorLike, indices_or_sections: Size) -> tuple[Tensor, ...]:
    """So many equal parts along axis 0, or the parts between places. A tuple."""
    return _parts("vsplit", input, indices_or_sections)


def dsplit(input: TensorLike, indices_or_sections: Size) -> tuple[Tensor, ...]:
    """So many equal parts along axis 2, or the parts between places. A tuple."""
    return _parts("dsplit", input, indices_or_sections)


# -------------------------------------------------------------------- several tensors


def _sequence(name: str, tensors: Iterable[TensorLike]) -> list[TensorLike]:
    try:
        return list(tensors)
    except TypeError:
        raise TypeError(f"{name}: expected a sequence of tensors, found {type(tensors).__name__}") from None


def _each(name: str, tensors: Sequence[Any]) -> Any:
    """One tensor for one, a tuple for several or for a sequence."""
    if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)):
        return called(name, tensors[0])
    given = tensors[0] if len(tensors) == 1 else tensors
    return all_of(name, len(given), *given) if given else ()


def atleast_1d(*tensors: Any) -> Any:
    """A tensor with one axis or more: a scalar gets one. Of several tensors, or of a sequence, a tuple."""
    return _each("atleast_1d", tensors)


def atleast_2d(*tensors: Any) -> Any:
    """A tensor with two axes or more: new ones come in front. Of several tensors, or of a sequence, a tuple."""
    return _each("atleast_2d", tensors)


def atleast_3d(*tensors: Any) -> Any:
    """A tensor with three axes or more: a vector gets one on each side, a matrix one behind. Of several tensors, or of
    a sequence, a tuple."""
    return _each("atleast_3d", tensors)


def broadcast_tensors(*tensors: TensorLike) -> tuple[Tensor, ...]:
    """Each tensor repeated to the shape of all together. A tuple."""
    return all_of("broadcast_tensors", len(tensors), *tensors) if tensors else ()


def dstack(tensors: Iterable[TensorLike]) -> Tensor:
    """Joins tensors along axis 2, matrices along a new one; vectors are rows."""
    return called("dstack", *_sequence("dstack", tensors))


def column_stack(tensors: Iterable[TensorLike]) -> Tensor:
    """Joins tensors along axis 1; scalars and vectors are columns of a matrix."""
    return called("column_stack", *_sequence("column_stack", tensors))


def block_diag(*tensors: TensorLike) -> Tensor:
    """Matrices along the diagonal of a matrix of zeros; scalars and vectors are rows."""
    return called("block_diag", *tensors)


def cartesian_prod(*tensors: TensorLike) -> Tensor:
    """All tuples of one element of each vector: [tuples, vectors]; of one vector the vector."""
    return called("cartesian_prod", *tensors)


# -------------------------------------------------------------------- counted out


def combinations(input: TensorLike, r: SupportsIndex = 2, with_replacement: bool = False) -> Tensor:
    """The subsets of r elements of a vector, in order: [subsets, r]. with_replacement: an element may come again."""
    return called("combinations", input, r=r, with_replacement=with_replacement)


def repeat_interleave(
    input: TensorLike,
    repeats: TensorLike | None = None,
    dim: SupportsIndex | None = None,
    *,
    output_size: SupportsIndex | None = None,
) -> Tensor:
    """Each element several times in a row along an axis, or of the flattened tensor.

    repeats: a number, or a vector with one for each, which is computed at once. With counts alone: the places 0, 1,
    ..., each as often as its count says. output_size: how many elements there will be, which is checked.
    """
    if repeats is None:
        result = called("repeat_interleave", input)
    else:
        repeats = list(repeats) if isinstance(repeats, tuple) else repeats
        result = of_operands("repeat_interleave", {"input": as_tensor(input), "repeats": plain(repeats)}, dim=dim)
    if output_size is not None and result.shape[0 if dim is None else dim] != operator.index(output_size):
        raise ArgumentError(f"repeat_interleave: expected {output_size} elements, found {list(result.shape)}")
    return result


# -------------------------------------------------------------------- methods


def _sum_to_size(self: Tensor, *size: Size) -> Tensor:
    """Summed over the axes that broadcasting a tensor of this shape to its own would make or repeat."""
    return called("sum_to_size", self, size=numbers(size))


def _unfold(self: Tensor, dimension: SupportsIndex, size: SupportsIndex, step: SupportsIndex) -> Tensor:
    """The windows of `size` elements along an axis, `step` apart: the axis counts them, and their elements are a new
    last axis."""
    return called("tensor_unfold", self, dimension=dimension, size=size, step=step)


def _contiguous(self: Tensor) -> Tensor:
    """The tensor itself: the values of all are in order."""
    return self


def _is_contiguous(self: Tensor) -> bool:
    """Whether the values are in order, which those of all tensors are."""
    return True


_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    argwhere,
    as_strided,
    as_strided_scatter,
    diag_embed,
    diagflat,
    dsplit,
    fliplr,
    flipud,
    hsplit,
    repeat_interleave,
    rot90,
    tensor_split,
    vsplit,
)
methods(_FUNCTIONS)
for _name, _method in {
    "unfold": _unfold,
    "sum_to_size": _sum_to_size,
    "contiguous": _contiguous,
    "is_contiguous": _is_contiguous,
    "H": property(_t),
    "mH": property(_transposed),
    "adjoint": _transposed,
}.items():
    setattr(Tensor, _name, _method)
