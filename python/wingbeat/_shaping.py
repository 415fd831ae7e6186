"""Operations on shapes, under PyTorch's names: axes merged, moved and repeated; tensors joined, cut, turned round and
padded.

What only shows elements under another shape is a view, as in PyTorch: what is written in place to the view reaches the
tensor, and the other way round. These are reshape, view, flatten, ravel, unflatten, squeeze, unsqueeze, permute,
transpose, movedim, T, mT, t, expand, broadcast_to, diagonal, split, chunk, unbind, select, narrow, brackets without
index tensors and masks, and detach. reshape and its kin are views of transposed tensors too. A view does not keep its
tensor alive: when that has gone, it is a tensor of its own.
"""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from . import _abi
from ._arguments import axis_array, axis_list, long_array, numbers, whole
from ._arrays import extents, handle_array, handles
from ._errors import ArgumentError, RangeError, ShapeError
from ._library import check, lib, unguarded
from ._naming import operation
from ._tensor import Tensor, as_tensor, exact, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Literal

    from ._typing import Axes, Axis, Real, Shape, Size, TensorLike

__all__ = [
    "broadcast_to",
    "cat",
    "chunk",
    "concat",
    "concatenate",
    "diag",
    "diagonal",
    "expand",
    "flatten",
    "flip",
    "hstack",
    "moveaxis",
    "movedim",
    "narrow",
    "pad",
    "permute",
    "ravel",
    "reshape",
    "roll",
    "select",
    "split",
    "split_with_sizes",
    "squeeze",
    "stack",
    "swapaxes",
    "swapdims",
    "tile",
    "transpose",
    "tril",
    "triu",
    "unbind",
    "unflatten",
    "unsafe_chunk",
    "unsafe_split",
    "unsqueeze",
    "vstack",
]

_reshape = unguarded("wb_reshape")

_MODES = {
    "constant": _abi.WB_PAD_CONSTANT,
    "reflect": _abi.WB_PAD_REFLECT,
    "replicate": _abi.WB_PAD_REPLICATE,
    "circular": _abi.WB_PAD_CIRCULAR,
}


def _result(function: Callable[..., int], input: TensorLike, *arguments: Any) -> Tensor:
    """What a function of the library makes of a tensor."""
    out = c_void_p()
    status = function(input if isinstance(input, Tensor) else as_tensor(input), *arguments, out)
    if status:
        check(status)
    return wrap(out.value)


def _place(axis: SupportsIndex, input: Tensor, name: str) -> int:
    """A possibly negative axis of a tensor as a number from 0."""
    place, ndim = whole(axis, "axis"), input.ndim
    if not -ndim <= place < ndim:
        raise RangeError(f"{name}: axis {place} is out of range for {ndim} axes")
    return place % ndim


# -------------------------------------------------------------------- axes


def reshape(input: TensorLike, *sizes: Size, shape: Size | None = None) -> Tensor:
    """The same elements, row-major, in another shape; one extent may be -1 and is deduced."""
    wanted = numbers(sizes if shape is None else (shape,))
    return _result(_reshape, input, len(wanted), extents(wanted))


def flatten(input: TensorLike, start_dim: SupportsIndex = 0, end_dim: SupportsIndex = -1) -> Tensor:
    """Axes start_dim to end_dim as one; a scalar becomes [1]."""
    return _result(lib.wb_flatten, input, start_dim, end_dim)


def unflatten(input: TensorLike, dim: SupportsIndex, sizes: Size) -> Tensor:
    """One axis as several, of the given extents; one may be -1 and is deduced."""
    wanted = numbers((sizes,))
    return _result(lib.wb_unflatten, input, dim, len(wanted), extents(wanted))


def squeeze(input: TensorLike, dim: Axis = None) -> Tensor:
    """Without the axes of extent 1, or without those of `dim` if they have extent 1."""
    axes, count = axis_list(dim)
    return _result(lib.wb_squeeze, input, axes, count)


def unsqueeze(input: TensorLike, dim: SupportsIndex) -> Tensor:
    """With a new axis of extent 1 at `dim`."""
    return _result(lib.wb_unsqueeze, input, dim)


def permute(input: TensorLike, *axes: Axes, dims: Axes | None = None) -> Tensor:
    """Axis i of the result is axis dims[i] of input."""
    order = numbers(axes if dims is None else (dims,))
    return _result(lib.wb_permute, input, axis_array(order), len(order))


def transpose(input: TensorLike, dim0: SupportsIndex, dim1: SupportsIndex) -> Tensor:
    """With two axes exchanged."""
    return _result(lib.wb_transpose, input, dim0, dim1)


swapaxes = swapdims = transpose


def movedim(input: TensorLike, source: Axes, destination: Axes) -> Tensor:
    """Axis source[i] becomes axis destination[i]; the others keep their order."""
    (sources, count), (destinations, places) = axis_list(source), axis_list(destination)
    if count != places:
        raise ArgumentError(f"movedim: expected as many destinations as sources, found {count} and {places}")
    return _result(lib.wb_movedim, input, sources, destinations, count)


moveaxis = movedim


def broadcast_to(input: TensorLike, *shape: Size, size: Size | None = None) -> Tensor:
    """Repeated along axes of extent 1, and along new leading axes, to fill a shape."""
    wanted = numbers(shape if size is None else (size,))
    return _result(lib.wb_broadcast_to, input, len(wanted), extents(wanted))


def expand(input: TensorLike, *sizes: Size) -> Tensor:
    """As broadcast_to; -1 keeps an extent."""
    wanted = numbers(sizes)
    return _result(lib.wb_expand, input, len(wanted), extents(wanted))


def tile(input: TensorLike, *counts: Size, dims: Size | None = None) -> Tensor:
    """Repeated dims[i] times along axis i; counts that are missing in front are 1, those in excess make new axes."""
    times = numbers(counts if dims is None else (dims,))
    return _result(lib.wb_tile, input, extents(times), len(times))


def _repeat(input: TensorLike, *sizes: Size) -> Tensor:
    """Repeated sizes[i] times along axis i; there is a count for each axis; those in excess make new axes in front."""
    times = numbers(sizes)
    return _result(lib.wb_repeat, input, extents(times), len(times))


def diagonal(input: TensorLike, offset: SupportsIndex = 0, dim1: SupportsIndex = 0, dim2: SupportsIndex = 1) -> Tensor:
    """A diagonal (above the main one for offset > 0) of the matrices over two axes, as the last axis."""
    return _result(lib.wb_diagonal, input, offset, dim1, dim2)


def diag(input: TensorLike, diagonal: SupportsIndex = 0) -> Tensor:
    """A vector as a diagonal of a matrix of zeros; of a matrix, its diagonal."""
    return _result(lib.wb_diag, input, diagonal)


def tril(input: TensorLike, diagonal: SupportsIndex = 0) -> Tensor:
    """With zeros above a diagonal of the matrices in the last two axes."""
    return _result(lib.wb_tril, input, diagonal)


def triu(input: TensorLike, diagonal: SupportsIndex = 0) -> Tensor:
    """With zeros below a diagonal of the matrices in the last two axes."""
    return _result(lib.wb_triu, input, diagonal)


# -------------------------------------------------------------------- joining


def _joined(function: Callable[..., int], tensors: Iterable[TensorLike], *arguments: Any) -> Tensor:
    try:
        given = list(tensors)
    except TypeError:
        raise TypeError(f"{operation('cat')}: expected a sequence of tensors, found {type(tensors).__name__}") from None
    parts = [as_tensor(tensor) for tensor in given]
    out = c_void_p()
    check(function(handles(parts), len(parts), *arguments, out))
    return wrap(out.value)


def cat(tensors: Iterable[TensorLike], dim: SupportsIndex = 0, *, axis: SupportsIndex | None = None) -> Tensor:
    """Joins tensors along an existing axis; the other extents are equal."""
    return _joined(lib.wb_concatenate, tensors, dim if axis is None else axis)


concat = concatenate = cat


def stack(tensors: Iterable[TensorLike], dim: SupportsIndex = 0, *, axis: SupportsIndex | None = None) -> Tensor:
    """Joins tensors of one shape along a new axis."""
    return _joined(lib.wb_stack, tensors, dim if axis is None else axis)


def hstack(tensors: Iterable[TensorLike]) -> Tensor:
    """Joins tensors along axis 1, vectors and scalars along axis 0."""
    return _joined(lib.wb_hstack, tensors)


def vstack(tensors: Iterable[TensorLike]) -> Tensor:
    """Joins tensors along axis 0; scalars and vectors are rows of a matrix."""
    return _joined(lib.wb_vstack, tensors)


# -------------------------------------------------------------------- cutting


def split(tensor: TensorLike, split_size_or_sections: Size, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
    """Parts along an axis: of that many elements each (the last has the rest), or of the given extents. A tuple."""
    tensor = as_tensor(tensor)
    if isinstance(split_size_or_sections, (list, tuple)):
        sections: Sequence[int] = numbers((split_size_or_sections,))
    else:
        size: Any = split_size_or_sections
        size, extent = whole(size, "extent of a part, or a list of extents"), tensor.shape[_place(dim, tensor, "split")]
        if size < 1 and (size < 0 or extent):
            raise ArgumentError(f"split: expected parts of 1 element at least, found {size}")
        sections = [min(size, extent - start) for start in range(0, extent, size)] if extent else [0]
    parts = handle_array(len(sections))()
    check(lib.wb_split(tensor, dim, long_array(sections), len(sections), parts))
    return tuple(map(wrap, parts))


def chunk(input: TensorLike, chunks: SupportsIndex, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
    """At most that many parts along an axis, of equal extents; the last may be smaller. A tuple."""
    input, count = as_tensor(input), whole(chunks, "number of parts")
    if count < 1:
        raise ArgumentError(f"chunk: expected 1 part at least, found {count}")
    extent = input.shape[_place(dim, input, "chunk")]
    return split(input, -(-extent // count), dim) if extent else split(input, [0] * count, dim)


# Under these names PyTorch has the same, with views or without.
unsafe_chunk, unsafe_split, split_with_sizes = chunk, split, split


def unbind(input: TensorLike, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
    """The slices along an axis, which goes. A tuple."""
    input = as_tensor(input)
    count = input.shape[_place(dim, input, "unbind")]
    parts = handle_array(count)()
    check(lib.wb_unbind(input, dim, count, parts))
    return tuple(map(wrap, parts))


def select(input: TensorLike, dim: SupportsIndex, index: SupportsIndex) -> Tensor:
    """The slice at one position along an axis, which goes."""
    input = as_tensor(input)
    return input[(slice(None),) * _place(dim, input, "select") + (whole(index, "position"),)]


def narrow(input: TensorLike, dim: SupportsIndex, start: SupportsIndex, length: SupportsIndex) -> Tensor:
    """`length` elements along an axis, from `start` on."""
    input = as_tensor(input)
    place, first, count = _place(dim, input, "narrow"), whole(start, "start"), whole(length, "length")
    extent = input.shape[place]
    first += extent if first < 0 else 0
    if not 0 <= first <= extent or not 0 <= count <= extent - first:
        raise RangeError(
            f"narrow: expected a start and a length within the extent {extent} of axis {place}, "
            f"found {start} and {length}"
        )
    return input[(slice(None),) * place + (slice(first, first + count),)]


def ravel(input: TensorLike) -> Tensor:
    """All axes as one."""
    return flatten(as_tensor(input))


# -------------------------------------------------------------------- turning round, padding


def flip(input: TensorLike, *axes: Axes, dims: Axes | None = None) -> Tensor:
    """In reverse order along the given axes."""
    turned = numbers(axes if dims is None else (dims,))
    return _result(lib.wb_flip, input, axis_array(turned), len(turned)) if turned else as_tensor(input).clone()


def roll(input: TensorLike, shifts: Axes, dims: Axis = None) -> Tensor:
    """Element i of axis dims[k] goes to i + shifts[k], from the end to the beginning again.

    Without dims: of the flattened tensor.
    """
    places = numbers(shifts if isinstance(shifts, (list, tuple)) else (shifts,))
    axes, count = axis_list(dims)
    if dims is not None and count != len(places):
        raise ArgumentError(f"roll: expected as many shifts as axes, found {len(places)} and {count}")
    if dims is None and len(places) != 1:
        raise ArgumentError(f"roll: expected one shift where no axes are given, found {len(places)}")
    return _result(lib.wb_roll, input, long_array(places), axes, len(places))


def pad(
    input: TensorLike,
    pad: Sequence[SupportsIndex],
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant",
    value: Real | None = None,
) -> Tensor:
    """With pad[0] elements more before and pad[1] after those of the last axis, pad[2] and pad[3] of the one before,
    ...; negative: fewer.

    mode: 'constant' (`value`, or 0), 'reflect', 'replicate' or 'circular'.
    """
    widths = numbers((pad,))
    if len(widths) % 2:
        raise ArgumentError(f"pad: expected two widths for each axis, found {len(widths)} widths")
    if not isinstance(mode, str) or mode not in _MODES:
        raise ArgumentError(f"pad: expected one of the modes {', '.join(_MODES)}, found {mode!r}")
    value = 0 if value is None else exact(value)
    function = lib.wb_pad_int64 if isinstance(value, int) else lib.wb_pad
    return _result(function, input, long_array(widths), len(widths) // 2, _MODES[mode], value)


# -------------------------------------------------------------------- methods


def _shape_of(other: Tensor, name: str) -> Shape:
    if not isinstance(other, (Tensor, np.ndarray)):
        raise TypeError(f"{name}: expected a tensor as other, found {other!r:.80}")
    return other.shape


def _expand_as(self: Tensor, other: Tensor) -> Tensor:
    """Repeated along axes of extent 1 to the shape of `other`."""
    return expand(self, _shape_of(other, "expand_as"))


def _reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """The same elements in the shape of `other`."""
    return reshape(self, _shape_of(other, "reshape_as"))


def _reversed(self: Tensor) -> Tensor:
    """With all axes in reverse order."""
    return _result(lib.wb_permute, self, None, 0)


def _t(self: Tensor) -> Tensor:
    """A matrix transposed; vectors and scalars as they are."""
    if self.ndim > 2:
        raise ShapeError(f"t: expected two axes at most, found shape {list(self.shape)}; use mT or transpose")
    return _reversed(self)


def _transposed(self: Tensor) -> Tensor:
    """With the last two axes exchanged."""
    return transpose(self, -2, -1)


_METHODS: dict[str, Any] = {
    function.__name__: function
    for function in (
        reshape,
        flatten,
        unflatten,
        squeeze,
        unsqueeze,
        permute,
        transpose,
        movedim,
        broadcast_to,
        expand,
        tile,
        diagonal,
        diag,
        tril,
        triu,
        split,
        chunk,
        unbind,
        select,
        narrow,
        ravel,
        flip,
        roll,
    )
}
_METHODS.update(
    view=reshape,
    view_as=_reshape_as,
    reshape_as=_reshape_as,
    expand_as=_expand_as,
    swapaxes=transpose,
    swapdims=transpose,
    t=_t,
    moveaxis=movedim,
    split_with_sizes=split,
    unsafe_chunk=chunk,
    unsafe_split=split,
    repeat=_repeat,
    T=property(_reversed),
    mT=property(_transposed),
    mH=property(_transposed),
)
for _name, _method in _METHODS.items():
    setattr(Tensor, _name, _method)
