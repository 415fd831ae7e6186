"""Checkpoints: HDF5 files with structure, parameters, optimiser state, random state, epoch and step.

A file is written beside the old one and takes its place at once: a crash or a full disk leaves the old one whole. The layout
is described in docs/checkpoint-format.md.
"""

import os
from ctypes import c_int64, c_void_p

from ._errors import ArgumentError
from ._library import check, lib


def path_bytes(path):
    """A path as the library takes it."""
    path = os.fsencode(path)
    if b"\0" in path:
        raise ArgumentError("path: expected no null character, found one")  # where C's strings end
    return path


def save(path, model, optimizer=None, epoch=0, step=0):
    """Writes a checkpoint of a model, and of an optimiser if given. epoch and step are the caller's own counts."""
    check(lib.wb_save(path_bytes(path), model, optimizer, epoch, step))


def load(path):
    """The model that a checkpoint describes, built from the layers of wingbeat.nn.

    Raises MissingFileError, FormatError (no HDF5, damaged), or UnsupportedError for a model with a forward method of its own: build
    that and use model.load(path).
    """
    from .nn.containers import module_of
    out = c_void_p()
    check(lib.wb_load(path_bytes(path), out))
    return module_of(out.value)


def load_into(path, model, optimizer=None, restore_random=False):
    """Takes over a checkpoint's values into a model (and optimiser) of the same structure, all or nothing.

    restore_random: the random state as well. Returns the checkpoint's (epoch, step). Raises StructureError where it belongs to
    another model or optimiser.
    """
    epoch, step = c_int64(), c_int64()
    check(lib.wb_load_into(path_bytes(path), model, optimizer, 1 if restore_random else 0,
                           epoch, step))
    return epoch.value, step.value
