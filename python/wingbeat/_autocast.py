"""Matrix products in bfloat16."""

from __future__ import annotations

import functools
from ctypes import c_int32
from typing import TYPE_CHECKING, Any, cast

from . import _abi
from ._dtypes import DType, bfloat16
from ._errors import ArgumentError, DTypeError
from ._library import check, lib

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._typing import F


def is_autocast_enabled() -> bool:
    """Whether this thread records float32 matrix products in bfloat16."""
    code = c_int32()
    check(lib.wb_get_autocast(code))
    return code.value == _abi.WB_BFLOAT16


def _switch(code: int) -> int:
    """Sets what products of this thread do with their operands; returns what they did before."""
    previous = c_int32()
    check(lib.wb_set_autocast(code, previous))
    return previous.value


class autocast:
    """Products of float32 matrices recorded in the block (or decorated function) round their operands to bfloat16.

    dtype: wingbeat.bfloat16, the one there is. enabled: False turns it off, also inside another autocast.

    matmul, linear and layers are meant; their sums and results stay float32, and so does all else: parameters, gradients,
    elementwise work, reductions, losses, optimisers. There is nothing to scale, because bfloat16 has float32's range. Derivatives of a
    product round as the product did, so backward() may come after the block; float64 products stay as they are. Holds for
    this thread, nests, and works inside wingbeat.compile as well as around a compiled function's calls.
    """

    def __init__(self, dtype: DType = bfloat16, enabled: bool = True) -> None:
        if not isinstance(dtype, DType):
            raise ArgumentError(f"autocast: expected wingbeat.bfloat16 as dtype, found {dtype!r}")
        if dtype is not bfloat16:
            raise DTypeError(f"autocast: matrix products can be computed in bfloat16 only, not in {dtype.name}")
        self._code = _abi.WB_BFLOAT16 if enabled else _abi.WB_FLOAT32
        self._previous: list[int] = []  # a stack: one object may be entered again inside its own block

    def __enter__(self) -> Self:
        self._previous.append(_switch(self._code))
        return self

    def __exit__(self, *exception: object) -> None:
        _switch(self._previous.pop())

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            previous = _switch(self._code)
            try:
                return function(*args, **kwargs)
            finally:
                _switch(previous)
        return cast("F", wrapper)
