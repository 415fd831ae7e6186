"""Errors under TensorFlow's names. Each is one of the library's as well."""

from __future__ import annotations

from typing import Any

from .. import _errors
from .._naming import listing


class OpError(Exception):
    """The base of errors of operations."""

    @property
    def message(self) -> str:
        """The sentence."""
        return str(self)

    @property
    def op(self) -> None:
        """None: operations are not named here."""
        return None


class InvalidArgumentError(OpError, _errors.ArgumentError):
    """An operation's arguments do not fit."""


class OutOfRangeError(OpError, _errors.RangeError):
    """An iterator is at its end, or an index is out of range."""


class FailedPreconditionError(OpError, _errors.StateError):
    """Something is not in the state that the call needs."""


class UnimplementedError(OpError, _errors.UnsupportedError):
    """Something is not there."""


class NotFoundError(OpError, _errors.FileError):
    """A file is not there."""


class ResourceExhaustedError(OpError, _errors.OutOfMemoryError):
    """The memory does not suffice."""


class InternalError(OpError, _errors.InternalError):
    """Something that should not have happened."""


_KINDS: dict[type[Any], type[Any]] = {
    _errors.RangeError: InvalidArgumentError,
    _errors.OutOfMemoryError: ResourceExhaustedError,
    _errors.ShapeError: InvalidArgumentError,
    _errors.DTypeError: InvalidArgumentError,
    _errors.ArgumentError: InvalidArgumentError,
}


def translated(error: BaseException) -> BaseException:
    """An error of the engine under TensorFlow's name."""
    kind = _KINDS.get(type(error))
    if kind is None:
        return error
    made: BaseException = kind(*error.args)
    return made


__all__ = [
    "FailedPreconditionError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "OpError",
    "OutOfRangeError",
    "ResourceExhaustedError",
    "UnimplementedError",
]
__dir__ = listing(__name__)
