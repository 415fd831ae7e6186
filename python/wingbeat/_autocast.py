"""Mixed precision: what functions take under autocast."""

from __future__ import annotations

import warnings
from ctypes import c_int32
from typing import TYPE_CHECKING

from . import _abi
from ._dtypes import BY_CODE, DType, bfloat16, float16
from ._errors import ArgumentError, DTypeError
from ._library import check, lib
from ._modes import UNCHANGED, begin_block, decorated, end_block

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._typing import F


def _code() -> int:
    code = c_int32()
    check(lib.wb_get_autocast(code))
    return code.value


def is_autocast_enabled(device_type: str = "cpu") -> bool:
    """Whether this thread records under autocast. On a device that is not there nothing is recorded."""
    return _device(device_type) == "cpu" and _code() != _abi.WB_FLOAT32


def get_autocast_dtype(device_type: str = "cpu") -> DType:
    """The dtype of products under autocast: that of the block, or what a block takes by itself."""
    code = _code()
    return BY_CODE[code] if _device(device_type) == "cpu" and code != _abi.WB_FLOAT32 else _DEFAULTS[device_type]


_DEFAULTS = {"cpu": bfloat16, "cuda": float16}


def _device(device_type: str) -> str:
    if not isinstance(device_type, str) or device_type not in _DEFAULTS:
        raise ArgumentError(f"autocast: expected the device type 'cpu' or 'cuda', found {device_type!r:.80}")
    return device_type


class autocast:
    """Mixed precision of what is called in the block, or in the decorated function.

    device_type: "cpu"; "cuda", which is not there, warns and changes nothing. dtype: wingbeat.bfloat16 (by default) or
    float16. enabled: False turns autocast off, also inside another; then any dtype may stand there, as in PyTorch.
    cache_enabled is taken as PyTorch takes it: a plan casts a parameter once in any case.

    Products take floats of 32 bits in that dtype, and give it: matmul and its kin, linear, convolutions, attention,
    recurrent cells, layers of these. exp, log, pow, sum, prod, cumsum, softmax, norms, losses and the like take floats
    of 16 bits as float32, and give float32. All else takes what it is given. float64 stays. The sums of products are
    float32; parameters and their gradients keep their dtype. float16 gradients that are too small for it need a
    wingbeat.amp.GradScaler; bfloat16 has float32's range. backward() may come after the block. Holds for this thread,
    nests, and works inside wingbeat.compile as well as around a compiled function's calls.
    """

    def __init__(
        self,
        device_type: str | DType = "cpu",
        dtype: DType | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        if isinstance(device_type, DType):  # the dtype alone
            dtype, device_type = device_type, "cpu"
        if dtype is None:
            dtype = _DEFAULTS[_device(device_type)]
        if not isinstance(dtype, DType):
            raise ArgumentError(f"autocast: expected wingbeat.bfloat16 or float16 as dtype, found {dtype!r:.80}")
        if enabled and dtype not in (bfloat16, float16):
            raise DTypeError(f"autocast: expected wingbeat.bfloat16 or float16 as dtype, found {dtype.name}")
        self.device, self.fast_dtype = _device(device_type), dtype
        if enabled and self.device == "cuda":
            warnings.warn("autocast: this build has no GPU, so autocast for 'cuda' changes nothing", stacklevel=2)
        self._enabled = bool(enabled)

    def __enter__(self) -> Self:
        try:
            begin_block(UNCHANGED)  # cannot fail, so that what is undone below has been done
            if self.device == "cpu":
                check(lib.wb_set_autocast(self.fast_dtype.code if self._enabled else _abi.WB_FLOAT32, None))
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
