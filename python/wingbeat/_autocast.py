"""Matrix products in bfloat16."""

from __future__ import annotations

from ctypes import c_int32
from typing import TYPE_CHECKING

from . import _abi
from ._dtypes import DType, bfloat16
from ._errors import ArgumentError, DTypeError
from ._library import check, lib
from ._modes import UNCHANGED, begin_block, decorated, end_block

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._typing import F


def is_autocast_enabled() -> bool:
    """Whether this thread records float32 matrix products in bfloat16."""
    code = c_int32()
    check(lib.wb_get_autocast(code))
    return code.value == _abi.WB_BFLOAT16


class autocast:
    """Products of float32 matrices recorded in the block (or decorated function) round their operands to bfloat16.

    dtype: wingbeat.bfloat16, the one there is. enabled: False turns it off, also inside another autocast.

    matmul, linear and layers are meant; their sums and results stay float32, and so does all else: parameters,
    gradients, elementwise work, reductions, losses, optimisers. There is nothing to scale, because bfloat16 has
    float32's range. Derivatives of a product round as the product did, so backward() may come after the block; float64
    products stay as they are. Holds for this thread, nests, and works inside wingbeat.compile as well as around a
    compiled function's calls.
    """

    def __init__(self, dtype: DType = bfloat16, enabled: bool = True) -> None:
        if not isinstance(dtype, DType):
            raise ArgumentError(f"autocast: expected wingbeat.bfloat16 as dtype, found {dtype!r}")
        if dtype is not bfloat16:
            raise DTypeError(f"autocast: matrix products can be computed in bfloat16 only, not in {dtype.name}")
        self._code = _abi.WB_BFLOAT16 if enabled else _abi.WB_FLOAT32

    def __enter__(self) -> Self:
        try:
            begin_block(UNCHANGED)  # cannot fail, so that what is undone below has been done
            check(lib.wb_set_autocast(self._code, None))
            return self
        except BaseException:  # also of a signal's handler: then there is no block
            end_block(self, None, None, None)
            raise

    if TYPE_CHECKING:

        def __exit__(self, *exception: object) -> None: ...
    else:
        __exit__ = end_block

    def __call__(self, function: F) -> F:
        return decorated(self, function)
