"""CUDA's names, for programs that ask whether there is a GPU. This build has none: is_available() is False."""

from __future__ import annotations

from typing import Any

from .._errors import UnsupportedError
from .._naming import listing
from . import amp as amp


def is_available() -> bool:
    """Whether tensors may lie on a GPU: False."""
    return False


def device_count() -> int:
    """How many GPUs there are: 0."""
    return 0


def is_initialized() -> bool:
    """Whether a GPU is in use: False."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether a GPU multiplies in bfloat16: False."""
    return False


def manual_seed(seed: int) -> None:
    """Seeds the GPU's generator, which is not there: nothing happens, as in PyTorch without a GPU."""
    if not hasattr(seed, "__index__"):
        raise TypeError(f"manual_seed: expected a whole number, found {seed!r:.80}")


manual_seed_all = manual_seed


def empty_cache() -> None:
    """Nothing is cached."""


def synchronize(device: Any = None) -> None:
    """Raises UnsupportedError: there is no GPU to wait for."""
    raise UnsupportedError("synchronize: this build has no GPU")


def current_device() -> int:
    """Raises UnsupportedError: there is no GPU."""
    raise UnsupportedError("current_device: this build has no GPU")


def get_device_name(device: Any = None) -> str:
    """Raises UnsupportedError: there is no GPU."""
    raise UnsupportedError("get_device_name: this build has no GPU")


def set_device(device: Any) -> None:
    """Raises UnsupportedError: there is no GPU."""
    raise UnsupportedError("set_device: this build has no GPU")


__all__ = [
    "is_available",
    "device_count",
    "is_initialized",
    "is_bf16_supported",
    "manual_seed",
    "manual_seed_all",
    "empty_cache",
    "synchronize",
    "current_device",
    "get_device_name",
    "set_device",
]
__dir__ = listing(__name__)
