"""tf.autograph: Python's control flow in functions of tf.function is Python's. Where it asks for a value, the function
runs line by line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from .._naming import listing
from ._absent import refusing


def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Changes nothing: functions are not rewritten."""


def trace(*args: Any) -> None:
    """Prints values while a function is traced."""
    print(*args)


def do_not_convert(func: Any = None) -> Any:
    """The function itself."""
    return func if func is not None else do_not_convert


experimental = SimpleNamespace(
    do_not_convert=do_not_convert, set_loop_options=lambda **options: None, Feature=SimpleNamespace(ALL="ALL")
)

__all__ = ["experimental", "set_verbosity", "trace"]
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
