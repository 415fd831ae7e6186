"""Checkpoints: HDF5 files with structure, parameters, optimiser state, random state, epoch and step.

A file is written beside the old one and takes its place at once: a crash or a full disk leaves the old one whole. The layout
is described in docs/checkpoint-format.md.
"""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING

from ._naming import listing
from ._checkpoint_files import load_into, path_bytes, save
from ._library import check, lib
from .nn.layer import module_of

if TYPE_CHECKING:
    import os

    from .nn import Module

__all__ = ["save", "load", "load_into"]
__dir__ = listing(__name__)


def load(path: str | os.PathLike[str]) -> Module:
    """The model that a checkpoint describes, built from the layers of wingbeat.nn.

    Raises MissingFileError, FormatError (no HDF5, damaged), or UnsupportedError for a model with a forward method of its own: build
    that and use model.load(path), or export it (wingbeat.export) before it is saved.
    """
    out = c_void_p()
    check(lib.wb_load(path_bytes(path), out))
    return module_of(out.value)
