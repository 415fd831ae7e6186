"""Checkpoints: a folder of checkpoints that looks after itself. training has the class."""

from __future__ import annotations

import math
import os
from ctypes import c_char_p, c_int32, c_int64, c_void_p
from typing import TYPE_CHECKING, Any, SupportsIndex

from ._arguments import whole
from ._checkpoint_files import path_bytes
from ._errors import ArgumentError
from ._library import check, freed_by, handle_property, lib
from ._log import pass_on
from ._owner import Owner

if TYPE_CHECKING:
    from ._typing import Path, Real
    from .nn import Module
    from .optim import Optimizer
    from .training import Trainer

_MODES = ("auto", "min", "max")


class Checkpoints(Owner):
    """A folder of checkpoints, "checkpoint-NUMBER.h5", of which the `keep` newest stay, and the best.

    best: what that is judged by at the end of an epoch: "loss", "accuracy", a metric's name, or one of these with
    "validation_" (or "val_") before it; None for none. mode: "min" or "max", which value is the best; "auto": the
    largest where the name says accuracy, else the lowest. background: a thread writes the files while training goes on;
    what it writes are the values of the moment of save(), the same bytes as without it. The folder is made where it is
    not there, and may be opened again: each file says what it was judged by.

    Files are written beside their place and renamed, so each is whole. Raises FileError where the folder cannot be
    made, ArgumentError for keep below 1.
    """

    _handle: int | None = None

    def __init__(
        self,
        folder: Path,
        keep: SupportsIndex = 3,
        best: str | None = None,
        mode: str = "auto",
        background: bool = True,
    ) -> None:
        if mode not in _MODES:
            raise ArgumentError(f"Checkpoints: expected 'auto', 'min' or 'max' as mode, found {mode!r:.80}")
        if best is not None and not isinstance(best, str):
            raise TypeError(f"Checkpoints: expected the name of a value as best, found {best!r:.80}")
        is_largest = mode == "max" or (mode == "auto" and best is not None and "acc" in best)
        out = c_void_p()
        check(
            lib.wb_checkpoints_open(
                path_bytes(folder),
                whole(keep, "keep", "Checkpoints"),
                None if best is None else best.encode(),
                1 if is_largest else 0,
                1 if background else 0,
                out,
            )
        )
        self._handle = out.value
        self.folder: str = os.fsdecode(folder)
        self.best_by = best

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_checkpoints_free")

    def __repr__(self) -> str:
        return f"Checkpoints({self.folder!r})"

    def save(
        self,
        model: Module | Trainer,
        optimizer: Optimizer | None = None,
        epoch: int = 0,
        step: int = 0,
        value: Real = math.nan,
    ) -> None:
        """Saves a trainer under the number of its steps, or a model (and optimiser) under the number `step`.

        value: what the best is judged by. Returns as soon as the values are taken. If the save before could not be
        written, its error is raised here, and nothing is saved. Raises FileError.
        """
        from .training import Trainer

        if isinstance(model, Trainer):
            model.model._write_notes()
            check(lib.wb_checkpoints_save_trainer(self._handle, model, value))
        else:
            model._write_notes()
            check(lib.wb_checkpoints_save(self._handle, model, optimizer, epoch, step, value))
        pass_on()

    def wait(self) -> None:
        """Waits for the file that is being written; raises FileError where it could not be."""
        check(lib.wb_checkpoints_wait(self._handle))
        pass_on()

    @property
    def paths(self) -> list[str]:
        """The files that are there, the oldest first. Waits for the one that is being written."""
        count, path, found = c_int32(), c_char_p(), []
        check(lib.wb_checkpoints_count(self._handle, count))
        for place in range(count.value):
            check(lib.wb_checkpoints_path(self._handle, place, path))
            found.append(_text(path))
        return [path for path in found if path is not None]

    @property
    def best(self) -> str | None:
        """The file with the best value; None where none was judged."""
        path = c_char_p()
        check(lib.wb_checkpoints_best(self._handle, path))
        return _text(path)

    def resume(self, trainer: Trainer) -> str | None:
        """Loads the newest file that is whole into a trainer, as Trainer.load does; its path, None where there is none.

        One that is cut, damaged or of a newer version is passed over, and the logger "wingbeat" says so. Raises
        StructureError for a file of another model.
        """
        path = c_char_p()
        check(lib.wb_checkpoints_resume(self._handle, trainer, path))
        trainer.history = trainer._read_history()
        pass_on()
        return _text(path)

    def load_into(
        self, model: Module, optimizer: Optimizer | None = None, restore_random: bool = False
    ) -> tuple[int, int] | None:
        """Loads the newest file that is whole into a model (and optimiser), as load_into does.

        Returns the file's (epoch, step), None where there is none.
        """
        epoch, step, path = c_int64(), c_int64(), c_char_p()
        check(
            lib.wb_checkpoints_load_into(self._handle, model, optimizer, 1 if restore_random else 0, epoch, step, path)
        )
        pass_on()
        return None if path.value is None else (epoch.value, step.value)


def _text(path: c_char_p) -> str | None:
    return None if path.value is None else os.fsdecode(path.value)


def as_checkpoints(given: Any) -> Checkpoints | None:
    """A folder of checkpoints as it is, one of a path, or none."""
    return given if given is None or isinstance(given, Checkpoints) else Checkpoints(given)
