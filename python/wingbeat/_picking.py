"""Elements picked and written by index tensors and masks, under PyTorch's names. Brackets are in _indexing.

Index tensors hold integers of any dtype; negative ones count from the end. Masks are bool.
"""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from ._arguments import assigned
from ._calls import methods
from ._creation import zeros
from ._dtypes import as_dtype
from ._errors import ArgumentError
from ._library import check, lib
from ._shaping import reshape, unbind
from ._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from ._typing import DTypeLike, TensorLike

__all__ = [
    "gather",
    "index_select",
    "masked_fill",
    "masked_select",
    "nonzero",
    "one_hot",
    "scatter",
    "scatter_add",
    "take_along_dim",
]


def _result(function: Callable[..., int], *arguments: Any) -> Tensor:
    out = c_void_p()
    check(function(*arguments, out))
    return wrap(out.value)


def index_select(input: TensorLike, dim: SupportsIndex, index: TensorLike) -> Tensor:
    """Rows along axis `dim` picked by integers of any shape, which takes the axis' place."""
    return _result(lib.wb_index_select, as_tensor(input), dim, as_tensor(index))


def take_along_dim(
    input: TensorLike, indices: TensorLike, dim: SupportsIndex | None = None, *, axis: SupportsIndex | None = None
) -> Tensor:
    """One element for each of `indices` along an axis; along the others the two broadcast.

    Without an axis, of the flattened input.
    """
    input, dim = as_tensor(input), axis if dim is None else dim
    if dim is None:
        input, indices, dim = reshape(input, -1), reshape(indices, -1), 0
    return _result(lib.wb_take_along_axis, input, dim, as_tensor(indices))


def gather(input: TensorLike, dim: SupportsIndex, index: TensorLike) -> Tensor:
    """input[i][index[i][j][k]][k] for dim 1: of the shape of `index`, which may be smaller than input along the other
    axes."""
    return _result(lib.wb_gather, as_tensor(input), dim, as_tensor(index))


def scatter(
    input: TensorLike,
    dim: SupportsIndex,
    index: TensorLike,
    src: TensorLike | None = None,
    *,
    value: TensorLike | None = None,
) -> Tensor:
    """input with [i][index[i][j][k]][k] = src[i][j][k] for dim 1; of two values for one place the last stays. src may
    be a number (or value=)."""
    return _scattered(lib.wb_scatter, "scatter", input, dim, index, src, value)


def scatter_add(input: TensorLike, dim: SupportsIndex, index: TensorLike, src: TensorLike) -> Tensor:
    """As scatter, with += ; sums are taken in the order of the index."""
    return _scattered(lib.wb_scatter_add, "scatter_add", input, dim, index, src, None)


def _scattered(
    function: Callable[..., int],
    name: str,
    input: TensorLike,
    dim: SupportsIndex,
    index: TensorLike,
    src: TensorLike | None,
    value: TensorLike | None,
) -> Tensor:
    given = value if src is None else src
    if given is None or src is not None and value is not None:
        raise ArgumentError(f"{name}: expected either src or value")
    input = as_tensor(input)
    return _result(function, input, dim, as_tensor(index), assigned(given, input, name))


def masked_fill(input: TensorLike, mask: TensorLike, value: TensorLike) -> Tensor:
    """`value` where mask is true, else input; the three broadcast."""
    input = as_tensor(input)
    return _result(lib.wb_masked_fill, input, as_tensor(mask), assigned(value, input, "masked_fill"))


def masked_select(input: TensorLike, mask: TensorLike) -> Tensor:
    """The elements where mask is true, of the two broadcast together: 1-D. Computes the mask at once."""
    return _result(lib.wb_masked_select, as_tensor(input), as_tensor(mask))


@overload
def nonzero(input: TensorLike, *, as_tuple: Literal[False] = False) -> Tensor: ...
@overload
def nonzero(input: TensorLike, *, as_tuple: Literal[True]) -> tuple[Tensor, ...]: ...
@overload
def nonzero(input: TensorLike, *, as_tuple: bool) -> Tensor | tuple[Tensor, ...]: ...
def nonzero(input: TensorLike, *, as_tuple: bool = False) -> Tensor | tuple[Tensor, ...]:
    """The places of the elements that are not 0: int64 [count, ndim], or with as_tuple the index along each axis.

    Computed at once.
    """
    places = _result(lib.wb_nonzero, as_tensor(input))
    if not as_tuple:
        return places
    # A scalar counts as a vector of one.
    return unbind(places, 1) if places.shape[1] else (zeros(places.shape[0], dtype="int64"),)


def one_hot(tensor: TensorLike, num_classes: SupportsIndex = -1, dtype: DTypeLike = "int64") -> Tensor:
    """1 where the label says and 0 elsewhere, along a new last axis. num_classes -1: one more than the largest label,
    which is computed at once."""
    return _result(lib.wb_one_hot, as_tensor(tensor), num_classes, as_dtype(dtype).code)


# -------------------------------------------------------------------- methods


_FUNCTIONS: tuple[Any, ...] = (
    index_select,
    take_along_dim,
    gather,
    scatter,
    scatter_add,
    masked_fill,
    masked_select,
    nonzero,
)
methods(_FUNCTIONS, (scatter, scatter_add, masked_fill))
