"""Axes, extents and values as users give them, in the form that the library takes."""

from __future__ import annotations

import operator
from ctypes import c_int32, c_int64
from typing import TYPE_CHECKING, Any, SupportsIndex

from ._dtypes import bool_
from ._errors import ArgumentError, DTypeError, RangeError
from ._naming import operation
from ._tensor import Tensor, as_values, constant, plain

if TYPE_CHECKING:
    import ctypes
    from collections.abc import Sequence

    from ._typing import Axis, Shape, Size, TensorLike

_MANY = 1 << 31  # more axes than an int32_t counts
_LONG = 1 << 63  # more elements than an int64_t counts


def numbers(args: Sequence[Size]) -> Shape:
    """Extents or axes given one by one or as one sequence, as a tuple of ints."""
    given: Any = args
    if len(given) == 1 and hasattr(given[0], "__len__") and getattr(given[0], "shape", None) != ():
        given = given[0]
    try:
        result = tuple(map(operator.index, given))
    except TypeError:
        sentence = f"{operation('tensor')}: expected whole numbers as extents or axes, found {given!r:.80}"
        raise TypeError(sentence) from None
    for number in result:
        if not -_LONG <= number < _LONG:
            raise ArgumentError(f"{operation('tensor')}: expected extents or axes below 2**63, found {number}")
    return result


def whole(value: SupportsIndex, what: str, name: str | None = None) -> int:
    """An argument that is one whole number. name: of what is called, where that is no operation."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name or operation('tensor')}: expected a whole number as {what}, found {value!r:.80}"
        ) from None


def long_array(values: Sequence[int]) -> ctypes.Array[c_int64]:
    """Ints as a C array of int64_t."""
    return (c_int64 * len(values))(*values)


def axis_array(axes: Sequence[SupportsIndex]) -> ctypes.Array[c_int32]:
    """Axes as the C array that the library takes."""
    for axis in axes:
        try:
            fits = -_MANY < operator.index(axis) < _MANY
        except TypeError:
            raise TypeError(f"{operation('tensor')}: expected whole numbers as axes, found {axis!r:.80}") from None
        if not fits:
            raise RangeError(f"{operation('tensor')}: axis {axis} is out of range for every tensor")
    return (c_int32 * len(axes))(*axes)  # type: ignore[misc]  # ctypes takes what has an __index__


def axis_list(dim: Axis) -> tuple[ctypes.Array[c_int32] | None, int]:
    """One axis, several, or None for all, as the C array that the library takes, and their number."""
    if dim is None:
        return None, 0
    dims: Any = tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)
    return axis_array(dims), len(dims)


def assigned(value: TensorLike, tensor: Tensor, name: str) -> Tensor:
    """`value` as a tensor whose elements `tensor` can take up. A number becomes a constant of its dtype."""
    value = plain(value)
    if isinstance(value, (bool, int, float)):
        dtype = tensor.dtype
        if isinstance(value, float) and not dtype.is_floating_point:
            raise DTypeError(
                f"{name}: a tensor of {dtype} cannot take the float {value}; cast the tensor, or the number"
            )
        return constant(dtype, bool(value) if dtype == bool_ else value)
    value = as_values(value, tensor.dtype)
    if value.dtype.is_floating_point and not tensor.dtype.is_floating_point:
        raise DTypeError(f"{name}: a tensor of {tensor.dtype} cannot take values of {value.dtype}; cast one of them")
    return value
