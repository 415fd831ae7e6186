"""The dtypes under TensorFlow's names. Each stands for one of the library's, and equals it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _dtypes as _base
from .._dtypes import BY_CODE
from .._dtypes import DType as _BaseDType
from .._errors import DTypeError

_INTEGERS = ("uint8", "int32", "int64")
# Bits of the exponent's bias and of the fraction of bfloat16, which NumPy knows only where ml_dtypes is installed.
_BFLOAT16_MAX = float.fromhex("0x1.fep127")


class DType(_BaseDType):
    """The type of a tensor's elements, such as tf.float32.

    name: like "float32"; size: bytes of one element; is_floating, is_integer, is_bool; min, max; as_numpy_dtype: the
    type of NumPy's scalars.
    """

    __slots__ = ("_own",)

    def __init__(self, own: _BaseDType) -> None:
        self._own = own
        self.code, self.name = own.code, own.name
        self.itemsize, self.is_floating_point = own.itemsize, own.is_floating_point

    @property
    def dtype(self) -> np.dtype[Any]:  # type: ignore[override]
        return self._own.dtype

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"

    def __eq__(self, other: object) -> bool:
        if other is None:
            return False
        if isinstance(other, str) and other not in BY_NAME:
            return False
        return self._own == other

    def __hash__(self) -> int:
        return hash(self._own)

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self.name,)

    @property
    def as_numpy_dtype(self) -> Any:
        """NumPy's scalar type."""
        return self.dtype.type

    @property
    def as_datatype_enum(self) -> int:
        """TensorFlow's number of the type."""
        return {"float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int64": 9, "bool": 10, "bfloat16": 14}.get(
            self.name, 19
        )

    @property
    def base_dtype(self) -> DType:
        """The dtype itself: there are no references."""
        return self

    @property
    def real_dtype(self) -> DType:
        """The dtype itself: there are no complex numbers."""
        return self

    @property
    def size(self) -> int:
        """Bytes of one element."""
        return self.itemsize

    @property
    def is_floating(self) -> bool:
        """Whether it is one of floats."""
        return self.is_floating_point

    @property
    def is_integer(self) -> bool:
        """Whether it is one of whole numbers."""
        return self.name in _INTEGERS

    @property
    def is_bool(self) -> bool:
        """Whether it is tf.bool."""
        return self.name == "bool"

    @property
    def is_complex(self) -> bool:
        """False: there are no complex numbers."""
        return False

    @property
    def is_unsigned(self) -> bool:
        """Whether it has no negative numbers."""
        return self.name == "uint8"

    @property
    def is_numeric(self) -> bool:
        """Whether it is one of numbers."""
        return not self.is_bool

    @property
    def is_numpy_compatible(self) -> bool:
        """True."""
        return True

    @property
    def max(self) -> Any:
        """The largest number."""
        if self.name == "bfloat16":
            return _BFLOAT16_MAX
        if self.is_bool:
            return True
        return np.finfo(self.dtype).max if self.is_floating_point else int(np.iinfo(self.dtype).max)

    @property
    def min(self) -> Any:
        """The smallest number."""
        if self.name == "bfloat16":
            return -_BFLOAT16_MAX
        if self.is_bool:
            return False
        return np.finfo(self.dtype).min if self.is_floating_point else int(np.iinfo(self.dtype).min)

    @property
    def limits(self) -> tuple[Any, Any]:
        """The range of intensities of an image: (0, 1) for floats."""
        return (0, 1) if self.is_floating_point else (max(self.min, 0), self.max)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether it is the same dtype."""
        return self == as_dtype(other)


ALL = tuple(DType(own) for own in BY_CODE)
BY_NAME = {dtype.name: dtype for dtype in ALL}
bool_, uint8, int32, int64, float32, float64, bfloat16, float16 = ALL
_OTHERS = {"half": float16, "float": float32, "double": float64}
# TensorFlow's dtypes that are not there.
MISSING = (
    "int8 int16 uint16 uint32 uint64 complex64 complex128 string variant resource qint8 qint32 quint8 half2 "
    "float8_e4m3fn float8_e5m2 int4 uint4"
).split()


def of(dtype: _BaseDType) -> DType:
    """The dtype of this face for one of the library's."""
    return ALL[dtype.code]


def as_dtype(type_value: Any) -> DType:
    """The dtype for a dtype, a name, one of NumPy's types, or Python's bool, int (tf.int32) or float (tf.float32)."""
    if isinstance(type_value, DType):
        return type_value
    if isinstance(type_value, str):
        found = BY_NAME.get(type_value) or _OTHERS.get(type_value)
        if found is not None:
            return found
        if type_value in MISSING:
            raise DTypeError(missing(type_value))
    if type_value is float:
        return float32
    if type_value is int:
        return int32
    if type_value is None:
        raise TypeError("Cannot convert value None to a TensorFlow DType.")
    return of(_base.as_dtype(type_value))


def missing(name: str) -> str:
    """What to say of a dtype that is not there."""
    if name.startswith("complex"):
        return (
            f"tf.{name}: there are no complex tensors; wingbeat.fft keeps real and imaginary parts as pairs, [..., 2]"
        )
    if name == "string":
        return (
            "tf.string: there are no tensors of strings; keep texts in Python's lists, and numbers in tensors "
            "(keras.layers.TextVectorization and StringLookup make them)"
        )
    if name in ("variant", "resource"):
        return f"tf.{name}: there are no such tensors; a Python list holds several, a tf.Variable one that changes"
    return f"tf.{name}: there are no tensors of that dtype; there are {', '.join(BY_NAME)}"
