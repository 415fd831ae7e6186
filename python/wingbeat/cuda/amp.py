"""Mixed precision for GPUs, under PyTorch's older names: torch.cuda.amp. This build has no GPU, so both warn and do
nothing."""

from __future__ import annotations

from .._autocast import autocast as _autocast
from .._dtypes import DType, float16
from .._grad_scaler import GradScaler as _GradScaler
from .._naming import listing


class autocast(_autocast):
    """wingbeat.autocast("cuda", ...)."""

    def __init__(self, enabled: bool = True, dtype: DType = float16, cache_enabled: bool = True) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(_GradScaler):
    """wingbeat.amp.GradScaler("cuda", ...)."""

    def __init__(
        self,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        super().__init__("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)


__all__ = ["autocast", "GradScaler"]
__dir__ = listing(__name__)
