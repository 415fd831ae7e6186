"""Exceptions.

Each is a `wingbeat.Error` and also the built-in exception that fits, so that both kinds of `except` work.
"""

from __future__ import annotations

import errno
import re
from typing import Any

from . import _abi


class Error(Exception):
    """Base of everything that the library raises."""


class ArgumentError(Error, ValueError):
    """A value outside what a function takes."""


class ArgumentTypeError(ArgumentError, TypeError):
    """An argument of another type than it takes."""


class ShapeError(Error, ValueError):
    """Shapes that do not fit together."""


class DTypeError(Error, TypeError):
    """A dtype that an operation does not take."""


class RangeError(Error, IndexError):
    """An index or class label out of range."""


class HandleError(Error, RuntimeError):
    """An object that was freed, or is of another kind."""


class OutOfMemoryError(Error, MemoryError):
    """Memory could not be had."""


class FileError(Error, OSError):
    """A file could not be opened, read or written."""


class MissingFileError(FileError, FileNotFoundError):
    """A file or directory does not exist."""


class FilePermissionError(FileError, PermissionError):
    """A file may not be opened or written."""


class FormatError(Error, OSError):
    """A file is not HDF5, is damaged, or lacks a data set."""


class StructureError(Error, RuntimeError):
    """A checkpoint or state that belongs to another model."""


class StateError(Error, RuntimeError):
    """A call out of order, such as a second backward() through a released graph."""


class UnexportableError(StateError, BufferError):
    """Memory that cannot be handed to another library."""


class NotFiniteError(Error, FloatingPointError):
    """NaN or infinity in a loss that was asked to be checked."""


class ConvergenceError(Error, ArithmeticError):
    """An iteration that did not reach its tolerance. iterations: how many there were; residual: what was left."""

    iterations: int | None
    residual: float | None

    def __init__(self, sentence: str, iterations: int | None, residual: float | None) -> None:
        super().__init__(sentence)
        self.iterations, self.residual = iterations, residual

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*self.args, self.iterations, self.residual)


class UnsupportedError(Error, NotImplementedError):
    """Valid, but not available here."""


class InterruptedCallError(Error):
    """The call, or a Python function that it called, was ended before its time, and what for is not known: another
    sys.unraisablehook has taken the exception."""


class InternalError(Error, RuntimeError):
    """A defect in the library; please report it."""


_CLASSES: dict[int, type[Error]] = {
    _abi.WB_ERROR_ARGUMENT: ArgumentError,
    _abi.WB_ERROR_SHAPE: ShapeError,
    _abi.WB_ERROR_DTYPE: DTypeError,
    _abi.WB_ERROR_INDEX: RangeError,
    _abi.WB_ERROR_HANDLE: HandleError,
    _abi.WB_ERROR_MEMORY: OutOfMemoryError,
    _abi.WB_ERROR_FILE: FileError,
    _abi.WB_ERROR_FORMAT: FormatError,
    _abi.WB_ERROR_STRUCTURE: StructureError,
    _abi.WB_ERROR_STATE: StateError,
    _abi.WB_ERROR_NOT_FINITE: NotFiniteError,
    _abi.WB_ERROR_UNSUPPORTED: UnsupportedError,
    _abi.WB_ERROR_INTERRUPTED: InterruptedCallError,
}

# The ABI has one status for all trouble with files; the system's own words in the sentence tell which it was.
_FILE_CAUSES: tuple[tuple[str, type[FileError], int], ...] = (
    ("No such file or directory", MissingFileError, errno.ENOENT),
    ("Permission denied", FilePermissionError, errno.EACCES),
    ("No space left on device", FileError, errno.ENOSPC),
    ("File too large", FileError, errno.EFBIG),
    ("Is a directory", FileError, errno.EISDIR),
)


def exception(status: int, sentence: str) -> Error:
    """The exception for a failed call."""
    if status == _abi.WB_ERROR_FILE:
        for words, kind, number in _FILE_CAUSES:
            if words in sentence:
                error = kind(sentence)
                error.errno = number
                return error
    return _CLASSES.get(status, InternalError)(sentence)


def locate(error: Error, module: Any) -> None:
    """Has the sentence of an error in a module's forward pass name the layer by its path from that module: `Net.body.2
    (Linear): linear: ...`.

    It is called by each module on the way out, from the innermost, and remembers on the error which module was the
    last.
    """
    if not error.args or not isinstance(error.args[0], str):
        return
    name, known = type(module).__name__, error.__dict__.get("_location")
    if known is None:
        # The engine may have said the path already, from this module on.
        found = re.match(rf"{re.escape(name)}((?:\.[^ .]+)+) \((\w+)\)(?:: )?(.*)", error.args[0], re.DOTALL)
        path, kind, sentence = found.groups() if found else ("", name, error.args[0])
    else:
        inner, path, kind, sentence = known
        if inner is module:
            return
        for way, part in module.named_modules():
            if part is inner:
                path = f".{way}{path}"
                break
        else:
            return
    error.__dict__["_location"] = module, path, kind, sentence
    if path:
        rest = sentence.removeprefix(f"{kind}: ")
        error.args = (f"{name}{path} ({kind}): {rest}", *error.args[1:])
