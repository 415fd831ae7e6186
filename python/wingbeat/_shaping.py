"""Operations on shapes, under PyTorch's names: axes merged, moved and repeated; tensors joined, cut, turned round and padded."""

import operator
from ctypes import c_void_p

from . import _abi
from ._arguments import axis_array, axis_list, long_array, numbers, whole
from ._arrays import extents, handle_array
from ._errors import ArgumentError, RangeError
from ._library import check, lib, unguarded
from ._naming import operation
from ._tensor import Tensor, as_tensor, wrap

__all__ = ["broadcast_to", "cat", "chunk", "concat", "concatenate", "diag", "diagonal", "expand", "flatten", "flip", "hstack", "moveaxis",
           "movedim", "pad", "permute", "reshape", "roll", "split", "squeeze", "stack", "swapaxes", "swapdims", "tile", "transpose",
           "tril", "triu", "unbind", "unflatten", "unsqueeze", "vstack"]

_reshape = unguarded("wb_reshape")

_MODES = {"constant": _abi.WB_PAD_CONSTANT, "reflect": _abi.WB_PAD_REFLECT, "replicate": _abi.WB_PAD_REPLICATE,
          "circular": _abi.WB_PAD_CIRCULAR}


def _result(function, input, *arguments):
    """What a function of the library makes of a tensor."""
    out = c_void_p()
    status = function(input if isinstance(input, Tensor) else as_tensor(input), *arguments, out)
    if status:
        check(status)
    return wrap(out.value)


def _place(axis, input, name):
    """A possibly negative axis of a tensor as a number from 0."""
    axis, ndim = whole(axis, "axis"), input.ndim
    if not -ndim <= axis < ndim:
        raise RangeError(f"{name}: axis {axis} is out of range for {ndim} axes")
    return axis % ndim


# -------------------------------------------------------------------- axes

def reshape(input, *sizes, shape=None):
    """The same elements, row-major, in another shape; one extent may be -1 and is deduced."""
    shape = numbers(sizes if shape is None else (shape,))
    return _result(_reshape, input, len(shape), extents(shape))


def flatten(input, start_dim=0, end_dim=-1):
    """Axes start_dim to end_dim as one; a scalar becomes [1]."""
    return _result(lib.wb_flatten, input, start_dim, end_dim)


def unflatten(input, dim, sizes):
    """One axis as several, of the given extents; one may be -1 and is deduced."""
    sizes = numbers((sizes,))
    return _result(lib.wb_unflatten, input, dim, len(sizes), extents(sizes))


def squeeze(input, dim=None):
    """Without the axes of extent 1, or without those of `dim` if they have extent 1."""
    axes, count = axis_list(dim)
    return _result(lib.wb_squeeze, input, axes, count)


def unsqueeze(input, dim):
    """With a new axis of extent 1 at `dim`."""
    return _result(lib.wb_unsqueeze, input, dim)


def permute(input, *axes, dims=None):
    """Axis i of the result is axis dims[i] of input."""
    dims = numbers(axes if dims is None else (dims,))
    return _result(lib.wb_permute, input, axis_array(dims), len(dims))


def transpose(input, dim0, dim1):
    """With two axes exchanged."""
    return _result(lib.wb_transpose, input, dim0, dim1)


swapaxes = swapdims = transpose


def movedim(input, source, destination):
    """Axis source[i] becomes axis destination[i]; the others keep their order."""
    (sources, count), (destinations, places) = axis_list(source), axis_list(destination)
    if count != places:
        raise ArgumentError(f"movedim: expected as many destinations as sources, found {count} and {places}")
    return _result(lib.wb_movedim, input, sources, destinations, count)


moveaxis = movedim


def broadcast_to(input, *shape, size=None):
    """Repeated along axes of extent 1, and along new leading axes, to fill a shape."""
    shape = numbers(shape if size is None else (size,))
    return _result(lib.wb_broadcast_to, input, len(shape), extents(shape))


def expand(input, *sizes):
    """As broadcast_to; -1 keeps an extent."""
    sizes = numbers(sizes)
    return _result(lib.wb_expand, input, len(sizes), extents(sizes))


def tile(input, *counts, dims=None):
    """Repeated dims[i] times along axis i; counts that are missing in front are 1, those in excess make new axes."""
    dims = numbers(counts if dims is None else (dims,))
    return _result(lib.wb_tile, input, extents(dims), len(dims))


def _repeat(input, *sizes):
    """Repeated sizes[i] times along axis i; there is a count for each axis, and those in excess make new axes in front."""
    sizes = numbers(sizes)
    return _result(lib.wb_repeat, input, extents(sizes), len(sizes))


def diagonal(input, offset=0, dim1=0, dim2=1):
    """A diagonal (above the main one for offset > 0) of the matrices over two axes, as the last axis."""
    return _result(lib.wb_diagonal, input, offset, dim1, dim2)


def diag(input, diagonal=0):
    """A vector as a diagonal of a matrix of zeros; of a matrix, its diagonal."""
    return _result(lib.wb_diag, input, diagonal)


def tril(input, diagonal=0):
    """With zeros above a diagonal of the matrices in the last two axes."""
    return _result(lib.wb_tril, input, diagonal)


def triu(input, diagonal=0):
    """With zeros below a diagonal of the matrices in the last two axes."""
    return _result(lib.wb_triu, input, diagonal)


# -------------------------------------------------------------------- joining

def _joined(function, tensors, *arguments):
    try:
        tensors = list(tensors)
    except TypeError:
        raise TypeError(f"{operation('cat')}: expected a sequence of tensors, found {type(tensors).__name__}") from None
    tensors = [as_tensor(tensor) for tensor in tensors]
    out = c_void_p()
    check(function(handle_array(len(tensors))(*[tensor._handle for tensor in tensors]), len(tensors), *arguments, out))
    return wrap(out.value)


def cat(tensors, dim=0, *, axis=None):
    """Joins tensors along an existing axis; the other extents are equal."""
    return _joined(lib.wb_concatenate, tensors, dim if axis is None else axis)


concat = concatenate = cat


def stack(tensors, dim=0, *, axis=None):
    """Joins tensors of one shape along a new axis."""
    return _joined(lib.wb_stack, tensors, dim if axis is None else axis)


def hstack(tensors):
    """Joins tensors along axis 1, vectors and scalars along axis 0."""
    return _joined(lib.wb_hstack, tensors)


def vstack(tensors):
    """Joins tensors along axis 0; scalars and vectors are rows of a matrix."""
    return _joined(lib.wb_vstack, tensors)


# -------------------------------------------------------------------- cutting

def split(tensor, split_size_or_sections, dim=0):
    """Parts along an axis: of that many elements each (the last has the rest), or of the given extents. A tuple."""
    tensor = as_tensor(tensor)
    if isinstance(split_size_or_sections, (list, tuple)):
        sections = numbers((split_size_or_sections,))
    else:
        size, extent = whole(split_size_or_sections, "extent of a part, or a list of extents"), tensor.shape[_place(dim, tensor, "split")]
        if size < 1 and (size < 0 or extent):
            raise ArgumentError(f"split: expected parts of 1 element at least, found {size}")
        sections = [min(size, extent - start) for start in range(0, extent, size)] if extent else [0]
    parts = handle_array(len(sections))()
    check(lib.wb_split(tensor, dim, long_array(sections), len(sections), parts))
    return tuple(map(wrap, parts))


def chunk(input, chunks, dim=0):
    """At most that many parts along an axis, of equal extents; the last may be smaller. A tuple."""
    input, chunks = as_tensor(input), whole(chunks, "number of parts")
    if chunks < 1:
        raise ArgumentError(f"chunk: expected 1 part at least, found {chunks}")
    extent = input.shape[_place(dim, input, "chunk")]
    return split(input, -(-extent // chunks), dim) if extent else split(input, [0] * chunks, dim)


def unbind(input, dim=0):
    """The slices along an axis, which goes. A tuple."""
    input = as_tensor(input)
    count = input.shape[_place(dim, input, "unbind")]
    parts = handle_array(count)()
    check(lib.wb_unbind(input, dim, count, parts))
    return tuple(map(wrap, parts))


# -------------------------------------------------------------------- turning round, padding

def flip(input, *axes, dims=None):
    """In reverse order along the given axes."""
    dims = numbers(axes if dims is None else (dims,))
    return _result(lib.wb_flip, input, axis_array(dims), len(dims)) if dims else as_tensor(input).clone()


def roll(input, shifts, dims=None):
    """Element i of axis dims[k] goes to i + shifts[k], from the end to the beginning again. Without dims: of the flattened tensor."""
    shifts = numbers(shifts if isinstance(shifts, (list, tuple)) else (shifts,))
    axes, count = axis_list(dims)
    if dims is not None and count != len(shifts):
        raise ArgumentError(f"roll: expected as many shifts as axes, found {len(shifts)} and {count}")
    if dims is None and len(shifts) != 1:
        raise ArgumentError(f"roll: expected one shift where no axes are given, found {len(shifts)}")
    return _result(lib.wb_roll, input, long_array(shifts), axes, len(shifts))


def pad(input, pad, mode="constant", value=0):
    """With pad[0] elements more before and pad[1] after those of the last axis, pad[2] and pad[3] of the one before, ...; negative: fewer.

    mode: 'constant' (`value`), 'reflect', 'replicate' or 'circular'.
    """
    widths = numbers((pad,))
    if len(widths) % 2:
        raise ArgumentError(f"pad: expected two widths for each axis, found {len(widths)} widths")
    if not isinstance(mode, str) or mode not in _MODES:
        raise ArgumentError(f"pad: expected one of the modes {', '.join(_MODES)}, found {mode!r}")
    return _result(lib.wb_pad, input, long_array(widths), len(widths) // 2, _MODES[mode], value)


# -------------------------------------------------------------------- methods

def _expand_as(self, other):
    """Repeated along axes of extent 1 to the shape of `other`."""
    return expand(self, other.shape)


def _reshape_as(self, other):
    """The same elements in the shape of `other`."""
    return reshape(self, other.shape)


for _function in (reshape, flatten, unflatten, squeeze, unsqueeze, permute, transpose, movedim, broadcast_to, expand, tile, diagonal, diag, tril,
                  triu, split, chunk, unbind, flip, roll):
    setattr(Tensor, _function.__name__, _function)

Tensor.view, Tensor.view_as, Tensor.reshape_as, Tensor.expand_as = reshape, _reshape_as, _reshape_as, _expand_as
Tensor.swapaxes = Tensor.swapdims = transpose
Tensor.moveaxis = movedim
Tensor.repeat = _repeat
Tensor.T = property(lambda self: _result(lib.wb_permute, self, None, 0), doc="With all axes in reverse order.")
Tensor.mT = property(lambda self: transpose(self, -2, -1), doc="With the last two axes exchanged.")
