"""Mixed precision under PyTorch's names: torch.amp."""

from __future__ import annotations

from ._autocast import autocast
from ._errors import ArgumentError
from ._grad_scaler import GradScaler
from ._naming import listing


def is_autocast_available(device_type: str) -> bool:
    """Whether autocast does anything for tensors of a device: for "cpu"."""
    if not isinstance(device_type, str):
        raise ArgumentError(f"is_autocast_available: expected the name of a device, found {device_type!r:.80}")
    return device_type == "cpu"


__all__ = ["autocast", "GradScaler", "is_autocast_available"]
__dir__ = listing(__name__)
