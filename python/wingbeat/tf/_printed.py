"""tf.print: values as TensorFlow writes them."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from .._tensor import Tensor as Base
from . import _recording
from ._tensor import convert, wrap


def print(*inputs: Any, **kwargs: Any) -> None:
    """Writes values to a stream, sys.stderr by default; inside a tf.function each time that it runs, at its end.

    output_stream: sys.stdout, sys.stderr, a function of a text, or "file://path". summarize: how many elements are
    written at each end of an axis (3; -1: all). sep, end: as Python's.
    """
    stream, summarize = kwargs.pop("output_stream", sys.stderr), kwargs.pop("summarize", 3)
    sep, end = kwargs.pop("sep", " "), kwargs.pop("end", "\n")
    kwargs.pop("name", None)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {set(kwargs)}")
    tensors: list[Base] = []
    shells = [_shell(value, tensors) for value in inputs]

    def write(values: list[Any]) -> None:
        texts = [_text(value, summarize) for value in values]
        _write(stream, sep.join(_filled(shell, texts) for shell in shells) + end)

    if _recording.state.capture is not None:
        _recording.state.capture.later(write, tensors)
    else:
        write([wrap(tensor) for tensor in tensors])


class _Hole:
    """The place of a tensor in a structure."""

    def __init__(self, number: int) -> None:
        self.number = number


def _shell(value: Any, tensors: list[Base]) -> Any:
    """A value with holes in the place of tensors."""
    if isinstance(value, Base) or hasattr(value, "_cell"):
        with _recording.CONSTANT:
            tensors.append(convert(value).detach())
        return _Hole(len(tensors) - 1)
    if isinstance(value, dict):
        return {key: _shell(part, tensors) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        parts = [_shell(part, tensors) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def _filled(shell: Any, texts: list[str], is_inner: bool = False) -> str:
    if isinstance(shell, _Hole):
        return texts[shell.number]
    if isinstance(shell, dict):
        return "{" + ", ".join(f"{key!r}: {_filled(part, texts, True)}" for key, part in shell.items()) + "}"
    if isinstance(shell, list):
        return "[" + ", ".join(_filled(part, texts, True) for part in shell) + "]"
    if isinstance(shell, tuple):
        inner = ", ".join(_filled(part, texts, True) for part in shell)
        return f"({inner},)" if len(shell) == 1 else f"({inner})"
    return repr(shell) if is_inner or isinstance(shell, np.ndarray) else str(shell)


def _text(tensor: Any, summarize: int) -> str:
    return _written(tensor.numpy(), summarize, 0)


def _written(array: Any, summarize: int, depth: int) -> str:
    array = np.asarray(array)
    if not array.shape:
        return _number(array[()])
    count = array.shape[0]
    shown = list(range(count))
    if summarize >= 0 and count > 2 * summarize:
        shown = [*range(summarize), -1, *range(count - summarize, count)]
    parts = ["..." if place < 0 else _written(array[place], summarize, depth + 1) for place in shown]
    gap = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * (depth + 1)
    return "[" + gap.join(parts) + "]"


def _number(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "1" if value else "0"
    if isinstance(value, np.integer):
        return str(int(value))
    if not np.isfinite(value):
        return str(value)
    # The digits that tell the number from its neighbours, as C++ writes them.
    few, enough = {2: (3, 5), 4: (6, 9), 8: (15, 17)}.get(value.dtype.itemsize, (6, 9))
    text = f"{float(value):.{few}g}"
    return text if value.dtype.type(text) == value else f"{float(value):.{enough}g}"


def _write(stream: Any, text: str) -> None:
    if callable(stream) and not hasattr(stream, "write"):
        stream(text)
    elif isinstance(stream, str):
        path = stream.removeprefix("file://")
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
    else:
        stream.write(text)
        stream.flush()


__all__ = ["print"]
