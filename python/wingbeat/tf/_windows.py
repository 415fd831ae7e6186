"""Convolutions and pools of tf.nn: channels last, and padding 'SAME' by stride.

With a stride s and n elements there are ceil(n / s) windows; what is missing for them is put before and after, the odd
one after.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import _convolution, _creation, _functions, _math, _pooling, _shaping
from .._calls import result
from .._naming import named
from ._elementwise import floats
from ._tensor import constant_shape, convert, op, pair
from .errors import InvalidArgumentError

if TYPE_CHECKING:
    from .._tensor import Tensor as Base


def first(data_format: Any, count: int) -> bool:
    """Whether channels stand before the places."""
    if data_format is None:
        return False
    known = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}[count]
    if data_format not in known:
        raise ValueError(f"data_format: expected {known[0]!r} or {known[1]!r}, found {data_format!r}")
    return bool(data_format == known[1])


def each(value: Any, count: int, is_first: bool, what: str) -> tuple[int, ...]:
    """A number for each axis of places, of one number, one for each, or one for each axis of the tensor."""
    numbers = constant_shape(value) if value is not None else (1,)
    if len(numbers) == 1:
        return numbers * count
    if len(numbers) == count:
        return numbers
    if len(numbers) == count + 2:
        return numbers[2:] if is_first else numbers[1:-1]
    raise ValueError(f"{what} should be of length 1, {count} or {count + 2} but was {len(numbers)}")


def widths(
    padding: Any, extents: tuple[int, ...], window: tuple[int, ...], strides: tuple[int, ...],
    dilations: tuple[int, ...], is_first: bool,
) -> list[tuple[int, int]]:  # fmt: skip
    """How many elements come before and after those of each axis of places."""
    if isinstance(padding, str):
        how = padding.upper()
        if how == "VALID":
            return [(0, 0)] * len(extents)
        if how == "SAME":
            found = []
            for n, k, s, d in zip(extents, window, strides, dilations):
                missing = max((math.ceil(n / s) - 1) * s + (k - 1) * d + 1 - n, 0)
                found.append((missing // 2, missing - missing // 2))
            return found
        raise ValueError(f"Value for attr 'padding' of {padding!r} is not in the list of allowed values: SAME, VALID")
    given = [constant_shape(ends) for ends in padding]
    given = given[2:] if is_first else given[1:-1]
    return [(ends[0], ends[1]) for ends in given]


def padded(tensor: Base, ends: list[tuple[int, int]], value: float = 0) -> Base:
    """A tensor [n, c, places] with elements before and after those of each axis of places."""
    if not any(width for pair in ends for width in pair):
        return tensor
    return _shaping.pad(tensor, [width for pair in reversed(ends) for width in pair], "constant", value)


def channels_first(tensor: Base, is_first: bool) -> Base:
    return tensor if is_first else tensor.movedim(-1, 1)


def channels_last(tensor: Base, is_first: bool) -> Base:
    return tensor if is_first else tensor.movedim(1, -1)


def flattened(tensor: Base, count: int) -> tuple[Base, tuple[int, ...]]:
    """The axes in front of the last count + 1 as one, and what they were."""
    front = tuple(tensor.shape)[: len(tensor.shape) - count - 1]
    if len(front) == 1:
        return tensor, front
    return tensor.reshape((math.prod(front), *tuple(tensor.shape)[len(front) :])), front


def restored(tensor: Base, front: tuple[int, ...]) -> Base:
    return tensor if len(front) == 1 else tensor.reshape((*front, *tuple(tensor.shape)[1:]))


_CONVOLUTIONS: list[Any] = [None, _convolution.conv1d, _convolution.conv2d, _convolution.conv3d]


def convolved(
    name: str, count: int, x: Any, kernel: Any, strides: Any, padding: Any, data_format: Any, dilations: Any
) -> Base:
    """Convolution of x [..., places, c] with a kernel [window, c / groups, o]."""
    tensor, weight = pair(name, x, kernel)
    if len(weight.shape) != count + 2:
        raise InvalidArgumentError(f"{name}: expected filters with {count + 2} axes, found {len(weight.shape)}")
    if len(tensor.shape) < count + 2:
        raise InvalidArgumentError(f"{name}: expected input with {count + 2} axes, found {len(tensor.shape)}")
    is_first = first(data_format, count)
    tensor, front = flattened(tensor, count)
    steps, holes = each(strides, count, is_first, "strides"), each(dilations, count, is_first, "dilations")
    data = channels_first(floats(name, tensor), is_first)
    window = tuple(weight.shape)[:count]
    groups, rest = divmod(data.shape[1], weight.shape[count])
    if rest or not groups or weight.shape[-1] % groups:
        raise InvalidArgumentError(
            f"input depth must be evenly divisible by filter depth: {data.shape[1]} vs {weight.shape[count]}"
        )
    ends = widths(padding, tuple(data.shape)[2:], window, steps, holes, is_first)
    even = all(before == after for before, after in ends)
    inside = [before for before, _ in ends] if even else [0] * count
    data = data if even else padded(data, ends)
    found = _CONVOLUTIONS[count](data, weight.movedim((-1, -2), (0, 1)), None, steps, inside, holes, groups)
    return restored(channels_last(found, is_first), front)


@op
def conv1d(
    input: Any, filters: Any, stride: Any, padding: Any, data_format: str = "NWC", dilations: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Convolution of [..., length, c] with filters [window, c, o]."""
    return convolved("conv1d", 1, input, filters, stride, padding, data_format, dilations)


@op
def conv2d(
    input: Any, filters: Any, strides: Any, padding: Any, data_format: str = "NHWC", dilations: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Convolution of [..., h, w, c] with filters [height, width, c, o]."""
    return convolved("conv2d", 2, input, filters, strides, padding, data_format, dilations)


@op
def conv3d(
    input: Any, filters: Any, strides: Any, padding: Any, data_format: str = "NDHWC", dilations: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Convolution of [..., d, h, w, c] with filters [depth, height, width, c, o]."""
    return convolved("conv3d", 3, input, filters, strides, padding, data_format, dilations)


@op
def convolution(
    input: Any, filters: Any, strides: Any = None, padding: Any = "VALID", data_format: Any = None,
    dilations: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """Convolution over one to three axes, as many as the filters have beside channels."""
    count = len(convert(filters).shape) - 2
    if not 1 <= count <= 3:
        raise ValueError(f"convolution: expected filters with 3 to 5 axes, found {count + 2}")
    return convolved("convolution", count, input, filters, strides, padding, data_format, dilations)


@op
def depthwise_conv2d(
    input: Any, filter: Any, strides: Any, padding: Any, data_format: Any = None, dilations: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Convolution of each channel of [n, h, w, c] by itself, with filters [height, width, c, m]: [n, h, w, c m]."""
    weight = convert(filter)
    h, w, c, m = tuple(weight.shape)
    return convolved(
        "depthwise_conv2d", 2, input, weight.reshape((h, w, 1, c * m)), strides, padding, data_format, dilations
    )


@op
def separable_conv2d(
    input: Any, depthwise_filter: Any, pointwise_filter: Any, strides: Any, padding: Any, data_format: Any = None,
    dilations: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """depthwise_conv2d, and then a convolution with filters [1, 1, c m, o]."""
    inner = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return convolved("separable_conv2d", 2, inner, pointwise_filter, 1, "VALID", data_format, None)


@op
def atrous_conv2d(value: Any, filters: Any, rate: int, padding: str, name: str | None = None) -> Any:
    """conv2d with dilations."""
    return convolved("atrous_conv2d", 2, value, filters, 1, padding, None, rate)


_TRANSPOSED: list[Any] = [
    None, _convolution.conv_transpose1d, _convolution.conv_transpose2d, _convolution.conv_transpose3d
]  # fmt: skip


def _transposed(
    name: str, count: int, x: Any, kernel: Any, output_shape: Any, strides: Any, padding: Any, data_format: Any,
    dilations: Any,
) -> Base:  # fmt: skip
    tensor, weight = pair(name, x, kernel)
    is_first = first(data_format, count)
    steps, holes = each(strides, count, is_first, "strides"), each(dilations, count, is_first, "dilations")
    data = channels_first(floats(name, tensor), is_first)
    window = tuple(weight.shape)[:count]
    wanted = constant_shape(output_shape)
    places = wanted if len(wanted) == count else wanted[2:] if is_first else wanted[1:-1]
    ends = widths(padding, places, window, steps, holes, is_first)
    for n, k, s, d, extent, (before, after) in zip(places, window, steps, holes, tuple(data.shape)[2:], ends):
        if (n + before + after - (k - 1) * d - 1) // s + 1 != extent:
            raise InvalidArgumentError(
                f"{name}: output_shape {wanted} does not fit input of shape {tuple(tensor.shape)}"
            )
    # [window, o, c] -> [c, o, window]. What lies in the padding is cut off.
    found = _TRANSPOSED[count](data, weight.movedim((-1, -2), (0, 1)), None, steps, 0, 0, 1, holes)
    for axis, (n, (before, _)) in enumerate(zip(places, ends)):
        extent = found.shape[axis + 2]
        if before + n > extent:
            zeros = [0, 0] * (count - 1 - axis) + [0, before + n - extent]
            found = _shaping.pad(found, zeros)
        found = _shaping.narrow(found, axis + 2, before, n)
    return channels_last(found, is_first)


@op
def conv1d_transpose(
    input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME", data_format: str = "NWC",
    dilations: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """The transpose of conv1d: [n, length, c] with filters [window, o, c] to output_shape."""
    return _transposed("conv1d_transpose", 1, input, filters, output_shape, strides, padding, data_format, dilations)


@op
def conv2d_transpose(
    input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME", data_format: str = "NHWC",
    dilations: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """The transpose of conv2d: [n, h, w, c] with filters [height, width, o, c] to output_shape."""
    return _transposed("conv2d_transpose", 2, input, filters, output_shape, strides, padding, data_format, dilations)


@op
def conv3d_transpose(
    input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME", data_format: str = "NDHWC",
    dilations: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """The transpose of conv3d: [n, d, h, w, c] with filters [depth, height, width, o, c] to output_shape."""
    return _transposed("conv3d_transpose", 3, input, filters, output_shape, strides, padding, data_format, dilations)


# -------------------------------------------------------------------- pools

_MAXIMA: list[Any] = [None, _pooling.max_pool1d, *[_pooling._max_pool(count) for count in (2, 3)]]
_MEANS: list[Any] = [None, _pooling.avg_pool1d, *[_pooling._avg_pool(count) for count in (2, 3)]]


def pooled(
    name: str, count: int, is_max: bool, x: Any, ksize: Any, strides: Any, padding: Any, data_format: Any
) -> Base:
    """The maximum, or the mean, of each window. What is padded counts for nothing."""
    tensor = convert(x)
    if len(tensor.shape) != count + 2:
        raise InvalidArgumentError(f"{name}: expected input with {count + 2} axes, found {len(tensor.shape)}")
    is_first = first(data_format, count)
    window, steps = each(ksize, count, is_first, "ksize"), each(strides, count, is_first, "strides")
    data = channels_first(tensor, is_first)
    ends = widths(padding, tuple(data.shape)[2:], window, steps, (1,) * count, is_first)
    is_padded = any(width for pair in ends for width in pair)
    if is_max:
        found = _MAXIMA[count](padded(data, ends, float("-inf")), window, steps)
    else:
        floats(name, data)
        found = _MEANS[count](padded(data, ends), window, steps)
        if is_padded:
            ones = _creation.ones((1, 1, *tuple(data.shape)[2:]), dtype=data.dtype)
            found = found / _MEANS[count](padded(ones, ends), window, steps)
    return channels_last(found, is_first)


def _pool(name: str, count: int, is_max: bool, form: str) -> Any:
    what = "maximum" if is_max else "mean"

    def made(
        input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None, name: str | None = None
    ) -> Any:
        return pooled(title, count, is_max, input, ksize, strides, padding, data_format)

    title = name
    return op(named(made, name, f"The {what} of each window of {form}. What is padded counts for nothing."))


max_pool1d = _pool("max_pool1d", 1, True, "[n, length, c]")
max_pool2d = _pool("max_pool2d", 2, True, "[n, h, w, c]")
max_pool3d = _pool("max_pool3d", 3, True, "[n, d, h, w, c]")
avg_pool1d = _pool("avg_pool1d", 1, False, "[n, length, c]")
avg_pool2d = _pool("avg_pool2d", 2, False, "[n, h, w, c]")
avg_pool3d = _pool("avg_pool3d", 3, False, "[n, d, h, w, c]")


def _any_pool(name: str, is_max: bool) -> Any:
    what = "maximum" if is_max else "mean"

    def made(
        input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None, name: str | None = None
    ) -> Any:
        count = len(convert(input).shape) - 2
        return pooled(title, count, is_max, input, ksize, strides, padding, data_format)

    title = name
    return op(named(made, name, f"The {what} of each window over one to three axes of places, [n, places, c]."))


max_pool, avg_pool = _any_pool("max_pool", True), _any_pool("avg_pool", False)


@op
def pool(
    input: Any, window_shape: Any, pooling_type: str, strides: Any = None, padding: Any = "VALID",
    data_format: Any = None, dilations: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """The maximum ('MAX') or the mean ('AVG') of each window."""
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f"pooling_type: expected 'MAX' or 'AVG', found {pooling_type!r}")
    count = len(convert(input).shape) - 2
    return pooled("pool", count, pooling_type == "MAX", input, window_shape, strides, padding, data_format)


@op
def extract_patches(images: Any, sizes: Any, strides: Any, rates: Any, padding: str, name: str | None = None) -> Any:
    """The elements of each window of [n, h, w, c] as channels: [n, rows, columns, height width c]."""
    tensor = convert(images)
    n, _, _, c = tuple(tensor.shape)
    window, steps = each(sizes, 2, False, "sizes"), each(strides, 2, False, "strides")
    holes = each(rates, 2, False, "rates")
    data = channels_first(tensor, False)
    ends = widths(padding, tuple(data.shape)[2:], window, steps, holes, False)
    data = padded(data, ends)
    rows, columns = [
        (extent - (k - 1) * d - 1) // s + 1 for extent, k, s, d in zip(tuple(data.shape)[2:], window, steps, holes)
    ]
    found = _pooling.unfold(data, window, holes, 0, steps).reshape((n, c, math.prod(window), rows, columns))
    return found.permute((0, 3, 4, 2, 1)).reshape((n, rows, columns, math.prod(window) * c))


@op
def local_response_normalization(
    input: Any, depth_radius: int = 5, bias: float = 1, alpha: float = 1, beta: float = 0.5, name: str | None = None
) -> Any:
    """x / (bias + alpha sum)^beta, with the sum of squares of 2 depth_radius + 1 neighbouring channels, the last axis.
    Krizhevsky et al. 2012."""
    tensor = floats("local_response_normalization", input)
    radius = int(depth_radius)
    squares = _shaping.pad(_functions.square(tensor), (radius + 1, radius))
    # A window's sum is the difference of two sums from the first on.
    total = result("cumsum", input=squares, dim=-1)
    channels = tensor.shape[-1]
    window = _shaping.narrow(total, -1, 2 * radius + 1, channels) - _shaping.narrow(total, -1, 0, channels)
    return tensor / _functions.pow(_math.clamp(window, 0) * alpha + bias, beta)


lrn = local_response_normalization

__all__ = [
    "atrous_conv2d", "avg_pool", "avg_pool1d", "avg_pool2d", "avg_pool3d", "conv1d", "conv1d_transpose", "conv2d",
    "conv2d_transpose", "conv3d", "conv3d_transpose", "convolution", "depthwise_conv2d",
    "local_response_normalization", "lrn", "max_pool", "max_pool1d", "max_pool2d", "max_pool3d", "pool",
    "separable_conv2d",
]  # fmt: skip
