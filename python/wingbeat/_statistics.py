"""Statistics: means, middles, spreads, and how many elements are where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex, overload

import numpy as np

from ._calls import operand, optional, result, results
from ._dtypes import as_dtype
from ._functions import ValuesAndIndices
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from ._typing import Axis, DTypeLike, Interpolation, Real, TensorLike


def nansum(input: TensorLike, dim: Axis = None, keepdim: bool = False, *, dtype: DTypeLike | None = None) -> Tensor:
    """Sum (int64 for bool and integers) over the axes `dim`, with NaN as 0. dtype: to compute in."""
    dtype = None if dtype is None else as_dtype(dtype)
    return result("nansum", input=as_tensor(input), dim=dim, keepdim=keepdim, dtype=dtype)


def nanmean(input: TensorLike, dim: Axis = None, keepdim: bool = False, *, dtype: DTypeLike | None = None) -> Tensor:
    """Mean over the axes `dim` of what is not NaN. dtype: to compute in."""
    dtype = None if dtype is None else as_dtype(dtype)
    return result("nanmean", input=as_tensor(input), dim=dim, keepdim=keepdim, dtype=dtype)


def _spread_and_mean(
    name: str, input: TensorLike, dim: Any, unbiased: bool | None, keepdim: bool, correction: Real | None
) -> tuple[Tensor, Tensor]:
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    spread, mean = results(
        name, input=as_tensor(input), dim=dim, unbiased=unbiased, keepdim=keepdim, correction=correction
    )
    return spread, mean


def var_mean(
    input: TensorLike,
    dim: Axis = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Real | None = 1,
) -> tuple[Tensor, Tensor]:
    """(var, mean) over the axes `dim`."""
    return _spread_and_mean("var_mean", input, dim, unbiased, keepdim, correction)


def std_mean(
    input: TensorLike,
    dim: Axis = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Real | None = 1,
) -> tuple[Tensor, Tensor]:
    """(std, mean) over the axes `dim`."""
    return _spread_and_mean("std_mean", input, dim, unbiased, keepdim, correction)


class Extremes(NamedTuple):
    """The smallest and the largest element."""

    min: Tensor
    max: Tensor


def aminmax(input: TensorLike, *, dim: SupportsIndex | None = None, keepdim: bool = False) -> Extremes:
    """(min, max) along an axis, or of all elements; equal ones share the gradient."""
    return Extremes(*results("aminmax", input=as_tensor(input), dim=dim, keepdim=keepdim))


def count_nonzero(input: TensorLike, dim: Axis = None) -> Tensor:
    """How many elements over the axes `dim` are not 0, int64."""
    return result("count_nonzero", input=as_tensor(input), dim=dim)


def _middle(name: str, input: TensorLike, dim: SupportsIndex | None, keepdim: bool) -> Any:
    found = results(name, input=as_tensor(input), dim=dim, keepdim=keepdim)
    return found[0] if dim is None else ValuesAndIndices(*found)


@overload
def median(input: TensorLike, dim: None = None, keepdim: bool = False) -> Tensor: ...
@overload
def median(input: TensorLike, dim: SupportsIndex, keepdim: bool = False) -> ValuesAndIndices: ...
def median(input: TensorLike, dim: SupportsIndex | None = None, keepdim: bool = False) -> Tensor | ValuesAndIndices:
    """The middle one of all elements in order, the lower of two, NaN if there is one; with `dim`, (values, indices)
    along that axis."""
    return _middle("median", input, dim, keepdim)  # type: ignore[no-any-return]


@overload
def nanmedian(input: TensorLike, dim: None = None, keepdim: bool = False) -> Tensor: ...
@overload
def nanmedian(input: TensorLike, dim: SupportsIndex, keepdim: bool = False) -> ValuesAndIndices: ...
def nanmedian(input: TensorLike, dim: SupportsIndex | None = None, keepdim: bool = False) -> Tensor | ValuesAndIndices:
    """The middle one of the elements that are not NaN, as median."""
    return _middle("nanmedian", input, dim, keepdim)  # type: ignore[no-any-return]


def _quantile(
    name: str, input: TensorLike, q: TensorLike, dim: SupportsIndex | None, keepdim: bool, interpolation: str
) -> Tensor:
    return result(name, input=as_tensor(input), q=operand(q), dim=dim, keepdim=keepdim, interpolation=interpolation)


def quantile(
    input: TensorLike,
    q: TensorLike,
    dim: SupportsIndex | None = None,
    keepdim: bool = False,
    *,
    interpolation: Interpolation = "linear",
) -> Tensor:
    """The value below which the share q of the elements lies, along an axis or of all, NaN if there is one.

    q: a number from 0 to 1, or a vector of such, for a new first axis. interpolation: what counts between two elements.
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation)


def nanquantile(
    input: TensorLike,
    q: TensorLike,
    dim: SupportsIndex | None = None,
    keepdim: bool = False,
    *,
    interpolation: Interpolation = "linear",
) -> Tensor:
    """The quantile of the elements that are not NaN."""
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation)


def kthvalue(input: TensorLike, k: SupportsIndex, dim: SupportsIndex = -1, keepdim: bool = False) -> ValuesAndIndices:
    """(values, indices) of the k-th smallest element along an axis, from 1."""
    return ValuesAndIndices(*results("kthvalue", input=as_tensor(input), k=k, dim=dim, keepdim=keepdim))


def mode(input: TensorLike, dim: SupportsIndex = -1, keepdim: bool = False) -> ValuesAndIndices:
    """(values, indices) of the element that occurs most often along an axis: the smallest of several, and the place of
    its last occurrence."""
    return ValuesAndIndices(*results("mode", input=as_tensor(input), dim=dim, keepdim=keepdim))


def cov(
    input: TensorLike,
    *,
    correction: SupportsIndex = 1,
    fweights: TensorLike | None = None,
    aweights: TensorLike | None = None,
) -> Tensor:
    """Covariances [n, n] of n variables with m observations, [n, m]; of one, [m], its variance.

    fweights: how often each observation occurs, integers. aweights: how much each weighs, floats.
    """
    return result(
        "cov", input=as_tensor(input), correction=correction, fweights=optional(fweights), aweights=optional(aweights)
    )


def corrcoef(input: TensorLike) -> Tensor:
    """Correlations [n, n] of n variables with m observations, [n, m]."""
    return result("corrcoef", input=as_tensor(input))


def dist(input: TensorLike, other: TensorLike, p: Real = 2) -> Tensor:
    """The p-norm of input - other; the two broadcast."""
    return result("dist", input=as_tensor(input), other=as_tensor(other), p=p)


def renorm(input: TensorLike, p: Real, dim: SupportsIndex, maxnorm: Real) -> Tensor:
    """With the slices along an axis whose p-norm is above maxnorm brought down to it."""
    return result("renorm", input=as_tensor(input), p=p, dim=dim, maxnorm=maxnorm)


def histc(input: TensorLike, bins: SupportsIndex = 100, min: Real = 0, max: Real = 0) -> Tensor:
    """How many elements are in each of `bins` parts of equal width from min to max; where those are equal, from the
    smallest element to the largest."""
    return result("histc", input=as_tensor(input), bins=bins, min=min, max=max)


class Histogram(NamedTuple):
    """How many elements are in each part, and where the parts end."""

    hist: Tensor
    bin_edges: Tensor


def histogram(
    input: TensorLike,
    bins: TensorLike,
    *,
    range: tuple[Real, Real] | None = None,
    weight: TensorLike | None = None,
    density: bool = False,
) -> Histogram:
    """(hist, bin_edges): how many elements are in each part, and where the parts end.

    bins: how many, or their edges, a vector. weight: what each element counts. density: with an integral of 1.
    """
    edges = isinstance(bins, (Tensor, np.ndarray, list, tuple)) and getattr(bins, "shape", None) != ()
    return Histogram(
        *results(
            "histogram",
            input=as_tensor(input),
            bins=as_tensor(bins) if edges else bins,
            range=range,
            weight=optional(weight),
            density=density,
        )
    )


def bincount(input: TensorLike, weights: TensorLike | None = None, minlength: SupportsIndex = 0) -> Tensor:
    """How often each whole number from 0 to the largest occurs in a vector, int64, or the sums of its places' weights.
    Computes the largest at once."""
    return result("bincount", input=as_tensor(input), weights=optional(weights), minlength=minlength)


__all__ = [
    "nansum",
    "nanmean",
    "aminmax",
    "count_nonzero",
    "median",
    "nanmedian",
    "quantile",
    "nanquantile",
    "kthvalue",
    "mode",
    "cov",
    "corrcoef",
    "dist",
    "renorm",
    "histc",
    "histogram",
    "bincount",
]
for _name in __all__:
    setattr(Tensor, _name, globals()[_name])
__all__ += ["var_mean", "std_mean"]
