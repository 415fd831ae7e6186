"""Dtypes under tf.dtypes' names."""

from __future__ import annotations

from .._naming import listing
from ._absent import refusing
from ._dtypes import DType, as_dtype, bfloat16, float16, float32, float64, int32, int64, uint8
from ._dtypes import bool_ as bool
from ._dtypes import float16 as half
from ._dtypes import float64 as double
from ._elementwise import cast, saturate_cast

__all__ = [
    "DType", "as_dtype", "bfloat16", "bool", "cast", "double", "float16", "float32", "float64", "half", "int32",
    "int64", "saturate_cast", "uint8",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
