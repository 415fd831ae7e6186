"""Whether there is a device besides the processor: none in this build."""

from __future__ import annotations

from typing import Any

from ._errors import UnsupportedError
from ._naming import listing


def is_available() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """None."""


def synchronize(device: Any = None) -> None:
    """Raises UnsupportedError: there is no accelerator to wait for."""
    raise UnsupportedError("synchronize: this build has no accelerator")


__all__ = ["is_available", "device_count", "current_accelerator", "synchronize"]
__dir__ = listing(__name__)
