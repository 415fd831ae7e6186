"""New tensors with rows, elements or slices replaced, or added to, under PyTorch's names.

Index tensors hold integers of any dtype; negative ones count from the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from ._arguments import assigned
from ._calls import called, methods
from ._dtypes import bool_
from ._errors import ArgumentTypeError, ShapeError
from ._picking import nonzero
from ._tensor import as_tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._tensor import Tensor
    from ._typing import Operand, Reduce, TensorLike

__all__ = [
    "diagonal_scatter",
    "index_add",
    "index_put",
    "index_copy",
    "index_fill",
    "index_reduce",
    "masked_scatter",
    "put",
    "scatter_reduce",
    "select_scatter",
    "slice_scatter",
    "take",
]


def take(input: TensorLike, index: TensorLike) -> Tensor:
    """The elements at places of the flattened input, of the shape of `index`."""
    return called("take", input, index)


def put(input: TensorLike, index: TensorLike, source: TensorLike, accumulate: bool = False) -> Tensor:
    """input with the elements at places of the flattened tensor replaced, of two for one place the last stays; or with
    values added."""
    input = as_tensor(input)
    return called("put", input, index, assigned(source, input, "put"), accumulate=accumulate)


def index_put(input: TensorLike, indices: Sequence[TensorLike], values: TensorLike, accumulate: bool = False) -> Tensor:
    """input with input[indices[0], indices[1], ...] replaced by values, or with them added if accumulate: integers for
    each of the first axes, which broadcast together, or masks, whose places are computed at once."""
    input = as_tensor(input)
    given: Any = indices
    if not isinstance(given, (tuple, list)):
        raise ArgumentTypeError(f"index_put: expected index tensors in a tuple, found {type(given).__name__}")
    places: list[Tensor] = []
    for index in map(as_tensor, given):
        if index.dtype != bool_:
            places.append(index)
            continue
        covered = input.shape[len(places) : len(places) + index.ndim]
        if index.shape != covered:
            message = f"index_put: expected a mask of shape {tuple(covered)}, of the axes that it is for, found "
            raise ShapeError(message + str(tuple(index.shape)))
        places += nonzero(index, as_tuple=True)
    return called("index_put", input, assigned(values, input, "index_put"), *places, accumulate=accumulate)


def index_add(
    input: TensorLike, dim: SupportsIndex, index: TensorLike, source: TensorLike, *, alpha: Operand = 1
) -> Tensor:
    """input with the rows of alpha * source added along an axis, at the places of a vector."""
    input = as_tensor(input)
    return called("index_add", input, index, assigned(source, input, "index_add"), dim=dim, alpha=alpha)


def index_copy(input: TensorLike, dim: SupportsIndex, index: TensorLike, source: TensorLike) -> Tensor:
    """input with rows along an axis, at the places of a vector, replaced by those of source."""
    input = as_tensor(input)
    return called("index_copy", input, index, assigned(source, input, "index_copy"), dim=dim)


def index_fill(input: TensorLike, dim: SupportsIndex, index: TensorLike, value: TensorLike) -> Tensor:
    """input with rows along an axis, at the places of a vector, replaced by one value."""
    input = as_tensor(input)
    return called("index_fill", input, index, assigned(value, input, "index_fill"), dim=dim)


def index_reduce(
    input: TensorLike,
    dim: SupportsIndex,
    index: TensorLike,
    source: TensorLike,
    reduce: Reduce,
    *,
    include_self: bool = True,
) -> Tensor:
    """input with the rows of source reduced into its rows along an axis, at the places of a vector.

    reduce and include_self: as for scatter_reduce.
    """
    input = as_tensor(input)
    source = assigned(source, input, "index_reduce")
    return called("index_reduce", input, index, source, dim=dim, reduce=reduce, include_self=include_self)


def scatter_reduce(
    input: TensorLike,
    dim: SupportsIndex,
    index: TensorLike,
    src: TensorLike,
    reduce: Reduce,
    *,
    include_self: bool = True,
) -> Tensor:
    """input with each src[i][j][k] reduced into [i][index[i][j][k]][k] for dim 1.

    reduce: 'sum', 'prod', 'mean', 'amax' or 'amin'; the last two and 'prod' look at each element of the axis for each
    of the index. include_self: whether the input's own elements take part where others come.
    """
    input = as_tensor(input)
    src = assigned(src, input, "scatter_reduce")
    return called("scatter_reduce", input, index, src, dim=dim, reduce=reduce, include_self=include_self)


def masked_scatter(input: TensorLike, mask: TensorLike, source: TensorLike) -> Tensor:
    """input with the elements where mask is true replaced by those of source, one after the other."""
    input = as_tensor(input)
    return called("masked_scatter", input, mask, assigned(source, input, "masked_scatter"))


def select_scatter(input: TensorLike, src: TensorLike, dim: SupportsIndex, index: SupportsIndex) -> Tensor:
    """input with the slice at one position along an axis replaced."""
    input = as_tensor(input)
    return called("select_scatter", input, assigned(src, input, "select_scatter"), dim=dim, index=index)


def slice_scatter(
    input: TensorLike,
    src: TensorLike,
    dim: SupportsIndex = 0,
    start: SupportsIndex | None = None,
    end: SupportsIndex | None = None,
    step: SupportsIndex = 1,
) -> Tensor:
    """input with input[start:end:step] along an axis replaced."""
    input = as_tensor(input)
    src = assigned(src, input, "slice_scatter")
    return called("slice_scatter", input, src, dim=dim, start=start, end=end, step=step)


def diagonal_scatter(
    input: TensorLike, src: TensorLike, offset: SupportsIndex = 0, dim1: SupportsIndex = 0, dim2: SupportsIndex = 1
) -> Tensor:
    """input with a diagonal of the matrices over two axes replaced; it is the last axis of src."""
    input = as_tensor(input)
    src = assigned(src, input, "diagonal_scatter")
    return called("diagonal_scatter", input, src, offset=offset, dim1=dim1, dim2=dim2)


_WRITING = (put, index_put, index_add, index_copy, index_fill, index_reduce, masked_scatter, scatter_reduce)
methods((*_WRITING, diagonal_scatter, select_scatter, slice_scatter, take), _WRITING)
