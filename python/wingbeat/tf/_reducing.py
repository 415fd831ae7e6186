"""Sums, extremes and other reductions; scans, sorting, segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _creation, _functions, _math, _picking, _reductions, _scans, _shaping, _statistics, _writing
from .._naming import named
from .._tensor import Tensor as Base
from . import _dtypes
from ._elementwise import floats
from ._tensor import constant_shape, convert, op
from .errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable


def axes_of(axis: Any) -> Any:
    """Axes that are given as a number, a list or a tensor, as the library takes them."""
    if axis is None or isinstance(axis, int):
        return axis
    found = constant_shape(axis)
    if isinstance(axis, Base) and not axis.shape:
        return found[0]
    return tuple(found)


def _reduction(name: str, compute: Callable[[Base, Any, bool], Base], text: str) -> Any:
    def made(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
        tensor, axes = convert(input_tensor), axes_of(axis)
        if axes == ():
            axes = []
        return compute(tensor, axes, bool(keepdims))

    return op(named(made, name, f"{text} over axes (all for None), which stay with extent 1 where keepdims says so."))


def _over(function: Callable[..., Base]) -> Callable[[Base, Any, bool], Base]:
    """A reduction of the library's; over no axes at all each element stands for itself."""

    def compute(tensor: Base, axes: Any, keepdims: bool) -> Base:
        if axes == []:
            return _squeezed(function(tensor.unsqueeze(-1), -1, True))
        return function(tensor, axes, keepdims)

    return compute


def _squeezed(tensor: Base) -> Base:
    return _shaping.squeeze(tensor, -1)


def _kept(function: Callable[..., Base]) -> Callable[[Base, Any, bool], Base]:
    """The same in the dtype of what is reduced."""
    inner = _over(function)
    return lambda tensor, axes, keepdims: inner(tensor, axes, keepdims).to(tensor.dtype)


def _mean(tensor: Base, axes: Any, keepdims: bool) -> Base:
    if tensor.dtype.is_floating_point:
        return _over(_functions.mean)(tensor, axes, keepdims)
    total = _over(_functions.sum)(tensor, axes, keepdims)
    count = tensor.numel() // max(total.numel(), 1)
    # Whole numbers stay whole, and are cut toward 0.
    return _functions.div(total, count, rounding_mode="trunc").to(tensor.dtype)


def _truths(function: Callable[..., Base]) -> Callable[[Base, Any, bool], Base]:
    inner = _over(function)

    def compute(tensor: Base, axes: Any, keepdims: bool) -> Base:
        if tensor.dtype != _dtypes.bool_:
            raise InvalidArgumentError(f"expected a tensor of bool, found {tensor.dtype.name}")
        return inner(tensor, axes, keepdims)

    return compute


def _variance(tensor: Base, axes: Any, keepdims: bool) -> Base:
    if not tensor.dtype.is_floating_point:
        raise TypeError(f"Input must be either real or complex. Received integer type {tensor.dtype.name}.")
    if axes == []:
        return _creation.zeros_like(tensor)
    return _reductions.var(tensor, axes, correction=0, keepdim=keepdims)


def _deviation(tensor: Base, axes: Any, keepdims: bool) -> Base:
    return _functions.sqrt(_variance(tensor, axes, keepdims))


def _length(tensor: Base, axes: Any, keepdims: bool) -> Base:
    return _functions.sqrt(_over(_functions.sum)(_functions.square(tensor), axes, keepdims))


reduce_sum = _reduction("reduce_sum", _kept(_functions.sum), "The sum")
reduce_mean = _reduction("reduce_mean", _mean, "The mean, of whole numbers cut toward 0,")
reduce_prod = _reduction("reduce_prod", _kept(_reductions.prod), "The product")
reduce_max = _reduction("reduce_max", _over(_functions.amax), "The maximum")
reduce_min = _reduction("reduce_min", _over(_functions.amin), "The minimum")
reduce_all = _reduction("reduce_all", _truths(_reductions.all), "Whether all are true")
reduce_any = _reduction("reduce_any", _truths(_reductions.any), "Whether any is true")
reduce_logsumexp = _reduction("reduce_logsumexp", _over(_functions.logsumexp), "log(sum(exp(x))), without overflow,")
reduce_variance = _reduction("reduce_variance", _variance, "The mean of the squared distances from the mean")
reduce_std = _reduction("reduce_std", _deviation, "The root of the variance")
reduce_euclidean_norm = _reduction("reduce_euclidean_norm", _length, "The root of the sum of squares")


def _extreme(name: str, function: Callable[..., Base], text: str) -> Any:
    def made(input: Any, axis: Any = None, output_type: Any = _dtypes.int64, name: str | None = None) -> Any:
        return function(convert(input), 0 if axis is None else int(axis)).to(_dtypes.as_dtype(output_type))

    return op(named(made, name, f"The index of the first {text} along an axis (0)."))


argmax = _extreme("argmax", _functions.argmax, "maximum")
argmin = _extreme("argmin", _functions.argmin, "minimum")


@op
def count_nonzero(
    input: Any, axis: Any = None, keepdims: bool | None = None, dtype: Any = _dtypes.int64, name: str | None = None
) -> Any:
    """How many elements are not 0 over axes (all for None)."""
    found = _functions.ne(convert(input), 0).to("int64")
    return _functions.sum(found, axes_of(axis), bool(keepdims)).to(_dtypes.as_dtype(dtype))


# -------------------------------------------------------------------- scans


def _scan(name: str, function: Callable[..., Base], start: float, text: str) -> Any:
    def made(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Any:
        tensor, place = convert(x), int(axis)
        place += len(tensor.shape) if place < 0 else 0
        given = _shaping.flip(tensor, place) if reverse else tensor
        if exclusive:  # each without itself: the whole is moved on by one
            first = _creation.full_like(_shaping.narrow(given, place, 0, 1), start)
            given = _shaping.cat([first, _shaping.narrow(given, place, 0, given.shape[place] - 1)], place)
        found = function(given, place).to(tensor.dtype)
        return _shaping.flip(found, place) if reverse else found

    return op(
        named(
            made, name,
            f"{text} of the elements up to each along an axis. exclusive: without the element itself; reverse: of "
            "those from each on.",
        )
    )  # fmt: skip


cumsum = _scan("cumsum", _reductions.cumsum, 0, "Sums")
cumprod = _scan("cumprod", _reductions.cumprod, 1, "Products")
cumulative_logsumexp = _scan("cumulative_logsumexp", _scans.logcumsumexp, float("-inf"), "log(sum(exp(x)))")


# -------------------------------------------------------------------- order


@op
def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    """The elements in order along an axis."""
    return _reductions.sort(convert(values), int(axis), descending=_is_descending(direction)).values


@op
def argsort(
    values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Any:
    """The indices (int32) that put the elements in order along an axis; equal ones stay in order."""
    found = _reductions.argsort(convert(values), int(axis), descending=_is_descending(direction), stable=True)
    return found.to(_dtypes.int32)


def _is_descending(direction: str) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"Unknown direction {direction!r}, expected 'ASCENDING' or 'DESCENDING'")
    return direction == "DESCENDING"


class _TopK(tuple):  # type: ignore[type-arg]
    """(values, indices)."""

    _fields = ("values", "indices")

    def __new__(cls, values: Any, indices: Any) -> _TopK:
        return tuple.__new__(cls, (values, indices))

    values = property(lambda self: self[0])
    indices = property(lambda self: self[1])

    def __repr__(self) -> str:
        return f"TopKV2(values={self[0]!r}, indices={self[1]!r})"


@op
def top_k(input: Any, k: Any = 1, sorted: bool = True, index_type: Any = _dtypes.int32, name: str | None = None) -> Any:
    """(values, indices) of the k largest elements of the last axis, in order."""
    values, indices = _reductions.topk(convert(input), int(k), -1)
    return _TopK(values, indices.to(_dtypes.as_dtype(index_type)))


@op
def in_top_k(targets: Any, predictions: Any, k: Any, name: str | None = None) -> Any:
    """Whether the class of each row is among the k largest predictions: targets [rows], predictions [rows, classes]."""
    labels, scores = convert(targets), floats("in_top_k", predictions)
    wanted = _picking.gather(scores, 1, labels.to("int64").unsqueeze(-1))
    larger = _functions.sum(_functions.gt(scores, wanted).to("int64"), -1)
    return _functions.logical_and(_functions.lt(larger, int(k)), _math.isfinite(wanted).squeeze(-1))


@op
def invert_permutation(x: Any, name: str | None = None) -> Any:
    """The permutation that undoes one."""
    given = convert(x)
    return _reductions.argsort(given).to(given.dtype)


# -------------------------------------------------------------------- segments


def _segments(name: str, how: str, start: float | None, text: str, is_sorted: bool) -> Any:
    def compute(data: Base, ids: Base, count: int) -> Base:
        flat = ids.to("int64").reshape((-1,))
        rows = data.reshape((flat.shape[0], *tuple(data.shape)[len(ids.shape) :]))
        shape = (count, *tuple(rows.shape)[1:])
        inside = _functions.ge(flat, 0)
        if not is_sorted:  # what belongs to no segment goes to one more, which is dropped
            flat = _functions.where(inside, flat, _creation.full_like(flat, count))
            shape = (count + 1, *shape[1:])
        if how in ("sum", "mean", "sqrt_n"):
            total = _writing.index_add(_creation.zeros(shape, dtype=data.dtype), 0, flat, rows)
            if how != "sum":
                ones = _creation.ones(flat.shape, dtype=data.dtype)
                share = _writing.index_add(_creation.zeros((shape[0],), dtype=data.dtype), 0, flat, ones)
                share = _functions.maximum(share, _creation.ones_like(share))
                share = share.reshape((shape[0],) + (1,) * (len(shape) - 1))
                total = total / (_functions.sqrt(share) if how == "sqrt_n" else share)
                total = total.to(data.dtype)
        else:
            kind = _dtypes.of(data.dtype)
            first: Any = {"prod": 1, "amax": kind.min, "amin": kind.max}[how]
            blank = _creation.full(shape, first if not kind.is_floating else float(first), dtype=kind)
            total = _writing.index_reduce(blank, 0, flat, rows, how)  # type: ignore[arg-type]
            if start is not None:  # segments without rows
                ones = _creation.ones(flat.shape, dtype="int64")
                seen = _writing.index_add(_creation.zeros((shape[0],), dtype="int64"), 0, flat, ones)
                seen = seen.reshape((shape[0],) + (1,) * (len(shape) - 1))
                total = _functions.where(_functions.gt(seen, 0), total, _creation.full_like(total, start))
        return total if is_sorted else _shaping.narrow(total, 0, 0, count)

    if is_sorted:

        def made(data: Any, segment_ids: Any, name: str | None = None) -> Any:
            ids = convert(segment_ids)
            count = int(ids[-1].item()) + 1 if ids.shape[0] else 0
            return compute(convert(data), ids, count)
    else:

        def made(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:  # type: ignore[misc]
            return compute(convert(data), convert(segment_ids), int(num_segments))

    return op(named(made, name, f"{text} of the rows of each segment; segment_ids says for each row which it is."))


segment_sum = _segments("segment_sum", "sum", None, "The sum", True)
segment_mean = _segments("segment_mean", "mean", None, "The mean", True)
segment_prod = _segments("segment_prod", "prod", None, "The product", True)
segment_max = _segments("segment_max", "amax", 0, "The maximum", True)
segment_min = _segments("segment_min", "amin", 0, "The minimum", True)
unsorted_segment_sum = _segments("unsorted_segment_sum", "sum", None, "The sum", False)
unsorted_segment_mean = _segments("unsorted_segment_mean", "mean", None, "The mean", False)
unsorted_segment_sqrt_n = _segments(
    "unsorted_segment_sqrt_n", "sqrt_n", None, "The sum over the root of the count", False
)
unsorted_segment_prod = _segments("unsorted_segment_prod", "prod", None, "The product", False)
unsorted_segment_max = _segments("unsorted_segment_max", "amax", None, "The maximum", False)
unsorted_segment_min = _segments("unsorted_segment_min", "amin", None, "The minimum", False)


@op
def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    weights: Any = None,
    dtype: Any = _dtypes.int32,
    name: str | None = None,
) -> Any:
    """[classes, classes]: how often each label (row) was predicted as each class (column)."""
    truth, guess = convert(labels).to("int64").reshape((-1,)), convert(predictions).to("int64").reshape((-1,))
    if num_classes is None:
        num_classes = int(max(_functions.amax(truth).item(), _functions.amax(guess).item())) + 1
    count = int(num_classes)
    scale = None if weights is None else convert(weights).reshape((-1,))
    found = _statistics.bincount(truth * count + guess, scale, count * count)
    return found.reshape((count, count)).to(_dtypes.as_dtype(dtype))


def _rising(name: str, least: str) -> Any:
    def rising(x: Any, name: str | None = None) -> Any:
        flat = convert(x).reshape((-1,))
        compare = _functions.ge if least == "no" else _functions.gt
        return reduce_all(compare(flat[1:], flat[:-1]))

    rising.__name__ = name
    rising.__doc__ = f"Whether each element is {'not smaller' if least == 'no' else 'larger'} than the one before it."
    return op(rising)


is_non_decreasing, is_strictly_increasing = _rising("is_non_decreasing", "no"), _rising("is_strictly_increasing", "yes")

__all__ = [
    "argmax", "argmin", "argsort", "confusion_matrix", "count_nonzero", "cumprod", "cumsum", "cumulative_logsumexp",
    "in_top_k", "invert_permutation", "is_non_decreasing", "is_strictly_increasing", "reduce_all", "reduce_any",
    "reduce_euclidean_norm", "reduce_logsumexp", "reduce_max", "reduce_mean", "reduce_min", "reduce_prod",
    "reduce_std", "reduce_sum", "reduce_variance", "segment_max", "segment_mean", "segment_min", "segment_prod",
    "segment_sum", "sort", "top_k", "unsorted_segment_max", "unsorted_segment_mean", "unsorted_segment_min",
    "unsorted_segment_prod", "unsorted_segment_sqrt_n", "unsorted_segment_sum",
]  # fmt: skip
