"""Notes: what a checkpoint says of a module whose class is the user's. The engine keeps the text; here is what it
means.

A note names the class and holds the plain attributes whose values Python can spell: numbers, texts, True, False, None,
and lists, tuples, sets and dicts of such. Of the others it has the names, so that nobody takes the module for whole.
"""

from __future__ import annotations

import ast
import math
from typing import Any, NamedTuple

_CONTAINERS = (list, tuple, set, dict)


class Note(NamedTuple):
    """What is known of a module's class."""

    home: str
    name: str
    attributes: dict[str, Any]
    missing: list[str]


def written(module: Any, attributes: dict[str, Any]) -> str:
    """The note of a module as text."""
    spelt = {name: _spelt(value) for name, value in attributes.items()}
    told = ", ".join(f"{name!r}: {text}" for name, text in spelt.items() if text is not None)
    kind = type(module)
    missing = [name for name, text in spelt.items() if text is None]
    return f"({kind.__module__!r}, {kind.__qualname__!r}, {{{told}}}, {missing!r})"


def read(text: str) -> Note | None:
    """The note that a text is; None for a note of another host's."""
    try:
        home, name, attributes, missing = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    if not (
        isinstance(home, str) and isinstance(name, str) and isinstance(attributes, dict) and isinstance(missing, list)
    ):
        return None
    return Note(home, name, attributes, missing)


def _spelt(value: Any) -> str | None:
    """A value as ast.literal_eval reads it again, or None for one that it cannot."""
    try:
        text = _text(value)
        text.encode()
    except (ValueError, RecursionError):  # also a text that is no Unicode, and a list in itself
        return None
    return text


def _text(value: Any) -> str:
    kind = type(value)
    if value is None or kind in (bool, int, str, bytes):
        return repr(value)
    if kind is float and not math.isnan(value):
        return repr(value).replace("inf", "1e999")
    if kind not in _CONTAINERS or kind is set and not value:
        raise ValueError
    if kind is dict:
        return f"{{{', '.join(f'{_text(key)}: {_text(entry)}' for key, entry in value.items())}}}"
    inner = ", ".join(_text(entry) for entry in value)
    return (
        f"[{inner}]"
        if kind is list
        else f"{{{inner}}}"
        if kind is set
        else f"({inner}{',' if len(value) == 1 else ''})"
    )
