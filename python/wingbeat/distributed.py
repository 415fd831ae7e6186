"""Names of torch.distributed, for programs that ask whether it is there. This build runs in one process."""

from __future__ import annotations

from typing import Any

from ._errors import UnsupportedError
from ._naming import listing

__all__ = [
    "barrier",
    "destroy_process_group",
    "get_rank",
    "get_world_size",
    "init_process_group",
    "is_available",
    "is_initialized",
    "is_nccl_available",
    "is_torchelastic_launched",
]
__dir__ = listing(__name__)


def is_available() -> bool:
    """False."""
    return False


is_initialized = is_nccl_available = is_torchelastic_launched = is_available


def _refuse(name: str) -> UnsupportedError:
    return UnsupportedError(
        f"{name}: this build trains in one process and has no torch.distributed; run the program without it"
    )


def init_process_group(backend: str | None = None, *_: Any, **__: Any) -> None:
    """Raises UnsupportedError."""
    raise _refuse("init_process_group")


def destroy_process_group(group: Any = None) -> None:
    """Nothing: there is no group."""


def get_rank(group: Any = None) -> int:
    """Raises UnsupportedError."""
    raise _refuse("get_rank")


def get_world_size(group: Any = None) -> int:
    """Raises UnsupportedError."""
    raise _refuse("get_world_size")


def barrier(*_: Any, **__: Any) -> None:
    """Raises UnsupportedError."""
    raise _refuse("barrier")
