"""Shapes: the same elements in another order, joined, repeated, cut out."""

from __future__ import annotations

import math
from typing import Any

from .. import _creation, _linear_algebra, _products, _shaping
from .._tensor import Tensor as Base
from . import _dtypes
from ._shapes import TensorShape
from ._tensor import constant_shape, convert, op, pair, product
from .errors import InvalidArgumentError


@op
def reshape(tensor: Any, shape: Any, name: str | None = None) -> Any:
    """The elements in another shape; one extent may be -1."""
    given, wanted = convert(tensor), constant_shape(shape)
    known = math.prod(extent for extent in wanted if extent != -1)
    if -1 not in wanted and known != given.numel():
        raise InvalidArgumentError(
            f"Input to reshape is a tensor with {given.numel()} values, but the requested shape has {known}"
        )
    return given.reshape(wanted)


@op
def shape(input: Any, out_type: Any = _dtypes.int32, name: str | None = None) -> Any:
    """The extents as a tensor."""
    return _creation.tensor(list(convert(input).shape), dtype=_dtypes.as_dtype(out_type))


@op
def shape_n(input: Any, out_type: Any = _dtypes.int32, name: str | None = None) -> Any:
    """The extents of each tensor."""
    return [shape(part, out_type) for part in input]


@op
def size(input: Any, out_type: Any = _dtypes.int32, name: str | None = None) -> Any:
    """The number of elements as a tensor."""
    return _creation.tensor(convert(input).numel(), dtype=_dtypes.as_dtype(out_type))


@op
def rank(input: Any, name: str | None = None) -> Any:
    """The number of axes as a tensor."""
    return _creation.tensor(len(convert(input).shape), dtype=_dtypes.int32)


@op
def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str = "transpose") -> Any:
    """The axes in another order; without one in reverse."""
    tensor = convert(a)
    order = tuple(range(len(tensor.shape)))[::-1] if perm is None else constant_shape(perm)
    return tensor.permute(order) if order else tensor.clone()


@op
def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Any:
    """Without axes of extent 1: all of them, or those that are given, which must have it."""
    tensor = convert(input)
    if axis is None:
        return tensor.squeeze()
    places = [axis] if isinstance(axis, int) else list(constant_shape(axis))
    for place in places:
        if tensor.shape[place] != 1:
            raise InvalidArgumentError(
                f"Can not squeeze dim[{place}], expected a dimension of 1, got {tensor.shape[place]}"
            )
    return tensor.squeeze(tuple(places)) if places else tensor.squeeze()


@op
def expand_dims(input: Any, axis: Any, name: str | None = None) -> Any:
    """With a new axis of extent 1."""
    return convert(input).unsqueeze(int(axis))


@op
def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Any:
    """Repeated to a shape."""
    return convert(input).expand(constant_shape(shape))


@op
def concat(values: Any, axis: Any, name: str = "concat") -> Any:
    """Tensors joined along an axis that is there."""
    given = [values] if isinstance(values, Base) else list(values)
    parts = _alike("ConcatV2", given)
    return _shaping.cat(parts, int(axis)) if len(parts) > 1 else parts[0].clone()


@op
def stack(values: Any, axis: int = 0, name: str = "stack") -> Any:
    """Tensors of one shape joined along a new axis."""
    return _shaping.stack(_alike("Pack", list(values)), int(axis))


def _alike(name: str, values: list[Any]) -> list[Base]:
    """Tensors of one dtype."""
    if not values:
        raise ValueError(f"{name}: expected at least one tensor")
    known = next((value for value in values if isinstance(value, Base) or hasattr(value, "_cell")), None)
    hint = None if known is None else convert(known).dtype
    found = [convert(value, hint=hint) for value in values]
    if hint is None and any(tensor.dtype.is_floating_point for tensor in found):
        found = [convert(value, hint=_dtypes.float32) for value in values]
    for place, tensor in enumerate(found):
        if tensor.dtype != found[0].dtype:
            raise InvalidArgumentError(
                f"cannot compute {name} as input #{place}(zero-based) was expected to be a {found[0].dtype.name} "
                f"tensor but is a {tensor.dtype.name} tensor [Op:{name}]"
            )
    return found


@op
def unstack(value: Any, num: int | None = None, axis: int = 0, name: str = "unstack") -> Any:
    """The slices along an axis, which goes, as a list."""
    return list(_shaping.unbind(convert(value), int(axis)))


@op
def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: str = "split") -> Any:
    """So many equal parts along an axis, or parts of these extents (one may be -1), as a list."""
    tensor, place = convert(value), int(axis)
    extent = tensor.shape[place]
    if isinstance(num_or_size_splits, (list, tuple)) or getattr(num_or_size_splits, "shape", None):
        sizes = list(constant_shape(num_or_size_splits))
        if -1 in sizes:
            sizes[sizes.index(-1)] = extent - sum(part for part in sizes if part != -1)
    else:
        count = int(num_or_size_splits)
        if count < 1 or extent % count:
            raise InvalidArgumentError(
                f"Number of ways to split should evenly divide the split dimension, but got split_dim {place} "
                f"(size = {extent}) and num_split {count}"
            )
        sizes = [extent // count] * count
    return list(_shaping.split(tensor, sizes, place))


@op
def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """Repeated so many times along each axis."""
    tensor, counts = convert(input), constant_shape(multiples)
    if len(counts) != len(tensor.shape):
        raise InvalidArgumentError(
            f"Expected multiples argument to be a vector of length {len(tensor.shape)} but got length {len(counts)}"
        )
    return _shaping.tile(tensor, counts) if counts else tensor.clone()


@op
def repeat(input: Any, repeats: Any, axis: Any = None, name: str | None = None) -> Any:
    """Each element several times in a row along an axis, or of the flattened tensor."""
    from .._rearranging import repeat_interleave

    tensor = convert(input)
    count: Any = convert(repeats)
    count = int(count.item()) if count.numel() == 1 else count.to("int64")
    return repeat_interleave(tensor, count, None if axis is None else int(axis))


@op
def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name: str | None = None) -> Any:
    """With elements before and after those of each axis: paddings [axes, 2]. mode: 'CONSTANT', 'REFLECT' or
    'SYMMETRIC'."""
    given = convert(tensor)
    widths = paddings.tolist() if hasattr(paddings, "tolist") else [list(map(int, pair)) for pair in paddings]
    if len(widths) != len(given.shape):
        raise InvalidArgumentError(
            f"The first dimension of paddings must be the rank of inputs: {len(widths)} and {len(given.shape)}"
        )
    how = mode.upper()
    if how == "CONSTANT":
        value = convert(constant_values, hint=given.dtype).item()
        return _shaping.pad(given, [width for ends in reversed(widths) for width in ends], "constant", value)
    if how not in ("REFLECT", "SYMMETRIC"):
        raise ValueError(
            f"Value of argument `mode` expected to be one of CONSTANT, REFLECT, or SYMMETRIC, got {mode!r}"
        )
    for place, (before, after) in enumerate(widths):
        given = _mirrored(given, place, before, after, int(how == "REFLECT"))
    return given


def _mirrored(tensor: Base, place: int, before: int, after: int, skipped: int) -> Base:
    """With a mirror image at both ends of an axis, which leaves the outermost elements out where skipped is 1."""
    extent = tensor.shape[place]
    if max(before, after) > extent - skipped:
        raise InvalidArgumentError(
            f"paddings must be no greater than the dimension size{' less 1' if skipped else ''}: "
            f"{before}, {after} greater than {extent}"
        )
    parts = [tensor]
    if before:
        parts.insert(0, _shaping.flip(_shaping.narrow(tensor, place, skipped, before), place))
    if after:
        parts.append(_shaping.flip(_shaping.narrow(tensor, place, extent - skipped - after, after), place))
    return _shaping.cat(parts, place) if len(parts) > 1 else tensor


@op
def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """In reverse order along axes."""
    places = (axis,) if isinstance(axis, int) else constant_shape(axis)
    given = convert(tensor)
    return _shaping.flip(given, places) if places else given.clone()


@op
def reverse_sequence(
    input: Any, seq_lengths: Any, seq_axis: Any = None, batch_axis: Any = None, name: str | None = None
) -> Any:
    """The first elements of each example, as many as its length, in reverse order."""
    from .._functions import lt, where
    from .._picking import take_along_dim

    tensor, lengths = convert(input), convert(seq_lengths).to("int64")
    along, batch = int(seq_axis), int(batch_axis or 0)
    count = tensor.shape[along]
    places = _creation.arange(count, dtype="int64").reshape((1, count))
    wide = lengths.unsqueeze(-1)
    index = where(lt(places, wide), wide - 1 - places, places.expand((lengths.shape[0], count)))
    moved = tensor.movedim((batch, along), (0, 1))
    index = index.reshape(tuple(index.shape) + (1,) * (len(moved.shape) - 2))
    return take_along_dim(moved, index, 1).movedim((0, 1), (batch, along))


@op
def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Any:
    """Moved on along axes; what leaves at one end comes in at the other."""
    shifts = (shift,) if isinstance(shift, int) else constant_shape(shift)
    places = (axis,) if isinstance(axis, int) else constant_shape(axis)
    return _shaping.roll(convert(input), shifts, places)


@op
def meshgrid(*args: Any, **kwargs: Any) -> Any:
    """Each vector along an axis of its own, repeated along those of the others. indexing: "xy" (the first two axes
    exchanged) or "ij"."""
    found = _creation.meshgrid(*[convert(vector) for vector in args], indexing=kwargs.get("indexing", "xy"))
    return list(found)


@op
def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Any:
    """Sums of products by Einstein's notation."""
    return _linear_algebra.einsum(equation, *[convert(tensor) for tensor in inputs])


@op
def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Any:
    """Sums of products over the last axes of a and the first of b (a number), or over pairs of axes."""
    x, y = pair("Tensordot", a, b)
    if hasattr(axes, "tolist"):
        axes = axes.tolist()
    if isinstance(axes, (list, tuple)):
        axes = [[part] if isinstance(part, int) else list(part) for part in axes]
    return _products.tensordot(x, y, axes)


@op
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    grad_a: bool = False,
    grad_b: bool = False,
    name: str | None = None,
) -> Any:
    """Matrix product over the last two axes; the others broadcast."""
    x, y = pair("MatMul", a, b)
    if transpose_a or adjoint_a:
        x = x.transpose(-1, -2)
    if transpose_b or adjoint_b:
        y = y.transpose(-1, -2)
    found = product(x, y)
    return found if output_type is None else found.to(_dtypes.as_dtype(output_type))


@op
def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """The tensor; InvalidArgumentError where it has not that shape."""
    tensor = convert(x)
    if not TensorShape(shape).is_compatible_with(tuple(tensor.shape)):
        raise InvalidArgumentError(
            f"Shape of tensor {TensorShape(tuple(tensor.shape))} is not compatible with expected shape "
            f"{TensorShape(shape)}"
        )
    return tensor


@op
def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Any:
    """The shape to which two shapes broadcast, as a tensor."""
    from ._shapes import broadcast_static_shape

    found = broadcast_static_shape(constant_shape(shape_x), constant_shape(shape_y))
    return _creation.tensor(list(found), dtype=_dtypes.int32)


@op
def space_to_depth(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Any:
    """Blocks of places as channels: [n, h b, w b, c] -> [n, h, w, b b c]."""
    tensor, b = convert(input), int(block_size)
    n, h, w, c = tuple(tensor.shape)
    parts = tensor.reshape((n, h // b, b, w // b, b, c)).permute((0, 1, 3, 2, 4, 5))
    return parts.reshape((n, h // b, w // b, b * b * c))


@op
def depth_to_space(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Any:
    """Channels as blocks of places: [n, h, w, b b c] -> [n, h b, w b, c]."""
    tensor, b = convert(input), int(block_size)
    n, h, w, c = tuple(tensor.shape)
    parts = tensor.reshape((n, h, w, b, b, c // (b * b))).permute((0, 1, 3, 2, 4, 5))
    return parts.reshape((n, h * b, w * b, c // (b * b)))


__all__ = [
    "broadcast_dynamic_shape", "broadcast_to", "concat", "depth_to_space", "einsum", "ensure_shape", "expand_dims",
    "matmul", "meshgrid", "pad", "rank", "repeat", "reshape", "reverse", "reverse_sequence", "roll", "shape",
    "shape_n", "size", "space_to_depth", "split", "squeeze", "stack", "tensordot", "tile", "transpose", "unstack",
]  # fmt: skip
