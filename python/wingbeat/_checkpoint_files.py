"""Checkpoints into and out of models that are there.

What needs no class of a layer: nn.module is built on it, storage on both.
"""

from __future__ import annotations

import os
from ctypes import c_int64
from typing import TYPE_CHECKING

from ._errors import ArgumentError
from ._library import check, lib
from ._log import pass_on
from ._modules import Base

if TYPE_CHECKING:
    from ._typing import Path
    from .nn import Module
    from .optim import Optimizer


def path_bytes(path: Path) -> bytes:
    """A path as the library takes it."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ArgumentError("path: expected no null character, found one")  # where C's strings end
    return encoded


def write(model: Module, path: Path, optimizer: Optimizer | None = None, epoch: int = 0, step: int = 0) -> None:
    """Writes a checkpoint of a model, and of an optimiser if given. epoch and step are the caller's own counts."""
    if isinstance(model, Base):
        model._write_notes()
    check(lib.wb_save(path_bytes(path), model, optimizer, epoch, step))
    pass_on()


def load_into(
    path: Path, model: Module, optimizer: Optimizer | None = None, restore_random: bool = False
) -> tuple[int, int]:
    """Takes over a checkpoint's values into a model (and optimiser) of the same structure, all or nothing.

    restore_random: the random state as well. Returns the checkpoint's (epoch, step). Raises StructureError where it
    belongs to another model or optimiser.
    """
    epoch, step = c_int64(), c_int64()
    check(lib.wb_load_into(path_bytes(path), model, optimizer, 1 if restore_random else 0, epoch, step))
    return epoch.value, step.value
