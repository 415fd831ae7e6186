"""More reductions, cumulative operations, and what sorts. Arguments as in _functions; defaults are PyTorch's."""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from . import _abi
from ._calls import result
from ._errors import ArgumentError
from ._functions import ValuesAndIndices, _along, _axes, _reduction, _total
from ._library import check, lib
from ._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from ._typing import Axis, DTypeLike, Real, TensorLike

prod = _total(
    _abi.WB_REDUCE_PROD, "prod", "Product (int64 for bool and integers; exact derivatives where elements are 0)"
)
all = _reduction(_abi.WB_REDUCE_ALL, "all", "Whether no element is 0, as bool,")
any = _reduction(_abi.WB_REDUCE_ANY, "any", "Whether any element is not 0, as bool,")


def _spread(
    function: Callable[..., int],
    name: str,
    input: TensorLike,
    dim: Axis,
    unbiased: bool | None,
    keepdim: bool,
    correction: Real | None,
    axis: Axis,
    keepdims: bool,
) -> Tensor:
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = 1 if unbiased else 0
    elif correction is None:
        correction = 1
    axes, count = _axes(dim, axis, name)
    out = c_void_p()
    check(function(as_tensor(input), axes, count, correction, 1 if keepdim or keepdims else 0, out))
    return wrap(out.value)


def var(
    input: TensorLike,
    dim: Axis = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Real | None = 1,
    axis: Axis = None,
    keepdims: bool = False,
) -> Tensor:
    """Variance of floats over the axes `dim`: the sum of squares is divided by their number less `correction` (NumPy's
    ddof, which is 0 there)."""
    return _spread(lib.wb_var, "var", input, dim, unbiased, keepdim, correction, axis, keepdims)


def std(
    input: TensorLike,
    dim: Axis = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Real | None = 1,
    axis: Axis = None,
    keepdims: bool = False,
) -> Tensor:
    """Standard deviation of floats: the square root of var. The derivative where it is 0 is 0."""
    return _spread(lib.wb_std, "std", input, dim, unbiased, keepdim, correction, axis, keepdims)


def norm(
    input: TensorLike,
    p: Real | Literal["fro", "nuc"] = "fro",
    dim: Axis = None,
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
    axis: Axis = None,
    keepdims: bool = False,
) -> Tensor:
    """(sum |x|^p)^(1/p) over the axes `dim`; "fro" is 2. p 0 counts what is not 0, inf and -inf give the largest and
    smallest |x|, and "nuc" the sum of a matrix' singular values. dtype: to compute in."""
    x = as_tensor(input) if dtype is None else as_tensor(input).to(dtype)
    if isinstance(p, str) and p == "nuc":
        return result("norm", input=x, p=p, dim=axis if dim is None else dim, keepdim=bool(keepdim or keepdims))
    if isinstance(p, str):
        if p != "fro":
            raise ArgumentError(f"norm: expected a number, 'fro' or 'nuc' as p, found {p!r}")
        p = 2
    axes, count = _axes(dim, axis, "norm")
    out = c_void_p()
    check(lib.wb_norm(x, p, axes, count, 1 if keepdim or keepdims else 0, out))
    return wrap(out.value)


def cumsum(
    input: TensorLike,
    dim: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    *,
    axis: SupportsIndex | None = None,
) -> Tensor:
    """Sums of the elements up to each along an axis (int64 for bool and integers). dtype: to compute in."""
    return _along(lib.wb_cumsum, "cumsum", input, dim, axis, dtype)


def cumprod(
    input: TensorLike,
    dim: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    *,
    axis: SupportsIndex | None = None,
) -> Tensor:
    """Products of the elements up to each along an axis (int64 for bool and integers; exact derivatives where elements
    are 0). dtype: to compute in."""
    return _along(lib.wb_cumprod, "cumprod", input, dim, axis, dtype)


def sort(
    input: TensorLike,
    dim: SupportsIndex = -1,
    descending: bool = False,
    stable: bool = True,
    *,
    axis: SupportsIndex | None = None,
) -> ValuesAndIndices:
    """(values, indices) in ascending or descending order along an axis. Always stable; NaN counts as the largest."""
    values, indices = c_void_p(), c_void_p()
    check(lib.wb_sort(as_tensor(input), dim if axis is None else axis, 1 if descending else 0, values, indices))
    return ValuesAndIndices(wrap(values.value), wrap(indices.value))


def argsort(
    input: TensorLike,
    dim: SupportsIndex = -1,
    descending: bool = False,
    stable: bool = True,
    *,
    axis: SupportsIndex | None = None,
) -> Tensor:
    """The indices of sort."""
    indices = c_void_p()
    check(lib.wb_sort(as_tensor(input), dim if axis is None else axis, 1 if descending else 0, None, indices))
    return wrap(indices.value)


def topk(
    input: TensorLike,
    k: SupportsIndex,
    dim: SupportsIndex = -1,
    largest: bool = True,
    sorted: bool = True,
    *,
    axis: SupportsIndex | None = None,
) -> ValuesAndIndices:
    """(values, indices) of the k largest (or smallest) elements along an axis, in order."""
    values, indices = c_void_p(), c_void_p()
    check(lib.wb_topk(as_tensor(input), k, dim if axis is None else axis, 1 if largest else 0, values, indices))
    return ValuesAndIndices(wrap(values.value), wrap(indices.value))


@overload
def unique(
    input: TensorLike,
    sorted: bool = True,
    return_inverse: Literal[False] = False,
    return_counts: Literal[False] = False,
    dim: SupportsIndex | None = None,
    *,
    axis: SupportsIndex | None = None,
) -> Tensor: ...
@overload
def unique(
    input: TensorLike,
    sorted: bool = True,
    *,
    return_inverse: Literal[True],
    return_counts: Literal[True],
    dim: SupportsIndex | None = None,
    axis: SupportsIndex | None = None,
) -> tuple[Tensor, Tensor, Tensor]: ...
@overload
def unique(
    input: TensorLike,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: SupportsIndex | None = None,
    *,
    axis: SupportsIndex | None = None,
) -> Any: ...
def unique(
    input: TensorLike,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: SupportsIndex | None = None,
    *,
    axis: SupportsIndex | None = None,
) -> Tensor | tuple[Tensor, ...]:
    """The distinct elements in ascending order; if asked for, with each element's place among them, and how often each
    occurs.

    With dim: the distinct slices along that axis, in the order of their first elements, of equal ones of their second,
    and so on. Computed at once. NaN differs from NaN, as in PyTorch. Derivatives go to the first of equal elements.
    """
    dim = axis if dim is None else dim
    outs = c_void_p(), c_void_p() if return_inverse else None, c_void_p() if return_counts else None
    if dim is None:
        check(lib.wb_unique(as_tensor(input), *outs))
    else:
        check(lib.wb_unique_along(as_tensor(input), dim, *outs))
    found = [wrap(out.value) for out in outs if out is not None]
    return found[0] if len(found) == 1 else tuple(found)


__all__ = ["prod", "all", "any", "var", "std", "norm", "cumsum", "cumprod", "sort", "argsort", "topk", "unique"]

for _name in __all__:
    setattr(Tensor, _name, globals()[_name])
