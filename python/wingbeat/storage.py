"""Checkpoints: HDF5 files with structure, parameters, optimiser state, random state, epoch and step.

A file is written beside the old one and takes its place at once: a crash or a full disk leaves the old one whole. The
layout is described in docs/checkpoint-format.md.
"""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING

from ._checkpoint_files import load_into, path_bytes, save
from ._library import check, lib
from ._naming import listing
from .nn._loading import classes_of, module_of, names_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping

    from .nn import Module

__all__ = ["save", "load", "load_into"]
__dir__ = listing(__name__)


def load(
    path: str | os.PathLike[str], custom: Mapping[str, Callable[[], Module]] | Iterable[type[Module]] | None = None
) -> Module:
    """The model that a checkpoint describes, built from the layers of wingbeat.nn and from the classes of `custom`.

    custom: classes of one's own that the model has, [Block, Net], or by name, {"Block": Block, "package.module.Net":
    Net}. Such a module comes back as a pickle's does, without a call of its __init__: with the modules, parameters and
    buffers of the file, and with the plain attributes, as far as they are numbers, texts, and lists, tuples and dicts
    of such. A file holds no other attributes; then, give a function that makes the module, {"Block": lambda:
    Block(wb.tanh)}: it takes over the file's values.

    Raises MissingFileError, FormatError (no HDF5, damaged), or UnsupportedError for a class that is not among these:
    name it, or build the model and use model.load(path), or export it (wingbeat.export) before it is saved.
    """
    classes, out = classes_of(custom), c_void_p()
    check(lib.wb_load_with(path_bytes(path), *names_of(classes), out))
    return module_of(out.value, classes)
