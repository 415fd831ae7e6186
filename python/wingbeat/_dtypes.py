"""The element types of tensors.

A dtype object equals and stands for its NumPy counterpart (`wb.float32 == np.float32`, `np.zeros(3, wb.float32)`); it
is a class of its own because bfloat16 has none.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _abi
from ._errors import ArgumentError, DTypeError
from ._naming import operation

if TYPE_CHECKING:
    from typing import TypeVar

    from ._typing import Array, DTypeLike

    ArrayT = TypeVar("ArrayT", bound="Array | np.generic")


class DType:
    """The type of a tensor's elements.

    name: like "float32"; itemsize: bytes of one element; is_floating_point: whether it can have gradients;
    dtype: the NumPy dtype; code: the number of wingbeat.h.
    """

    __slots__ = ("code", "name", "itemsize", "is_floating_point", "dtype")

    code: int
    name: str
    itemsize: int
    is_floating_point: bool
    dtype: np.dtype[Any]

    def __init__(self, code: int, name: str) -> None:
        self.code = code
        self.name = name
        self.dtype = np.dtype(name)
        self.itemsize = self.dtype.itemsize
        self.is_floating_point = self.dtype.kind == "f"

    def __repr__(self) -> str:
        return f"wingbeat.{self.name}"

    def __str__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DType):
            return self.code == other.code
        try:
            return bool(self.dtype == other)
        except TypeError:
            return NotImplemented

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __reduce__(self) -> str | tuple[Any, ...]:
        return as_dtype, (self.name,)


bool_ = DType(_abi.WB_BOOL, "bool")
uint8 = DType(_abi.WB_UINT8, "uint8")
int32 = DType(_abi.WB_INT32, "int32")
int64 = DType(_abi.WB_INT64, "int64")
float32 = DType(_abi.WB_FLOAT32, "float32")
float64 = DType(_abi.WB_FLOAT64, "float64")


float16 = DType(_abi.WB_FLOAT16, "float16")


@cache
def _in_numpy() -> np.dtype[Any] | None:
    """bfloat16 as ml_dtypes adds it to NumPy; None where that is not installed."""
    try:
        import ml_dtypes
    except ImportError:
        return None
    found: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
    return found


class _BFloat16(DType):
    """The upper half of a float32. NumPy has no such type: arrays are of ml_dtypes' where that is installed, and else
    of float32, which holds all of its numbers."""

    __slots__ = ()

    def __init__(self) -> None:
        self.code, self.name, self.itemsize, self.is_floating_point = _abi.WB_BFLOAT16, "bfloat16", 2, True

    @property
    def dtype(self) -> np.dtype[Any]:  # type: ignore[override]
        return _in_numpy() or np.dtype(np.float32)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, np.dtype):
            return is_bfloat16(other)
        if isinstance(other, DType):
            return self.code == other.code
        return isinstance(other, str) and other == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __reduce__(self) -> str:
        return self.name


def is_bfloat16(dtype: np.dtype[Any]) -> bool:
    """Whether a NumPy dtype is ml_dtypes' bfloat16."""
    return bool(dtype.name == "bfloat16")


bfloat16 = _BFloat16()
BY_CODE = (bool_, uint8, int32, int64, float32, float64, bfloat16, float16)
BY_NUMPY: dict[np.dtype[Any], DType] = {dtype.dtype: dtype for dtype in BY_CODE if dtype is not bfloat16}

# Numeric types of NumPy that the engine does not have, and the smallest one it has that holds all their values.
WIDENED: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(narrow): BY_NUMPY[np.dtype(wide)].dtype
    for narrow, wide in (("int8", "int32"), ("int16", "int32"), ("uint16", "int32"), ("uint32", "int64"))
}

_default = float32


def get_default_dtype() -> DType:
    """The dtype of tensors and layers that are made of Python floats, or of no values, without a dtype: float32."""
    return _default


def set_default_dtype(d: DTypeLike) -> None:
    """Sets the dtype of tensors and layers that are made without one: float32 or float64. What exists keeps its own."""
    global _default
    dtype = as_dtype(d)
    if dtype not in (float32, float64):
        raise DTypeError(f"set_default_dtype: expected float32 or float64, found {dtype}")
    from ._library import check, lib

    check(lib.wb_set_default_dtype(dtype.code, None))
    _default = dtype


NAMES = ", ".join(dtype.name for dtype in BY_CODE)


def of_numpy(dtype: np.dtype[Any]) -> DType | None:
    """The engine's dtype for a NumPy dtype; None if there is none."""
    return BY_NUMPY.get(dtype) or (bfloat16 if is_bfloat16(dtype) else None)


def as_dtype(dtype: DTypeLike | None) -> DType:
    """The DType for a DType, a NumPy dtype or type, a name, or Python's bool, int or float; for None the default."""
    if isinstance(dtype, DType):
        return BY_CODE[dtype.code]
    if dtype is None:
        return _default
    if isinstance(dtype, str) and dtype == bfloat16.name:
        return bfloat16
    try:
        found = of_numpy(np.dtype(dtype))
        if found is None:
            raise TypeError
        return found
    except TypeError:
        raise DTypeError(f"{operation('dtype')}: expected one of {NAMES} as dtype, found {dtype!r:.80}") from None


def unmasked(array: ArrayT) -> ArrayT:
    """The array itself. A masked element has no value that a tensor could take."""
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        raise ArgumentError(
            f"{operation('tensor')}: expected an array without masked elements, found a masked array; "
            "fill them by array.filled(value), or leave them out by array.compressed()"
        )
    return array


def native(array: Array) -> Array:
    """The array itself, or a converted copy, so that its type is one of the engine's, in this machine's byte order."""
    dtype = unmasked(array).dtype
    if of_numpy(dtype) is not None and dtype.isnative:
        return array
    plain = dtype.newbyteorder("=")
    plain = WIDENED.get(plain, plain)
    if plain not in BY_NUMPY:
        raise DTypeError(f"{operation('tensor')}: expected numbers that fit one of {NAMES}, found an array of {dtype}")
    return array.astype(plain)
