"""Notes: what a checkpoint says of a module whose class is the user's. The engine keeps the text; here is what it
means.

A note names the class and holds the plain attributes that a text can spell (_spelling.py): numbers, texts, lists,
tuples, sets and dicts of such, functions and classes by their import paths. Of the others it has the names, so that
nobody takes the module for whole.
"""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from .._spelling import Unspellable, Untrusted, spelt, value_of


class Note(NamedTuple):
    """What is known of a module's class."""

    home: str
    name: str
    attributes: dict[str, Any]
    missing: list[str]


def written(module: Any, attributes: dict[str, Any]) -> str:
    """The note of a module as text."""
    texts = {name: _text(value) for name, value in attributes.items()}
    told = ", ".join(f"{name!r}: {text}" for name, text in texts.items() if text is not None)
    kind = type(module)
    missing = [name for name, text in texts.items() if text is None]
    return f"({kind.__module__!r}, {kind.__qualname__!r}, {{{told}}}, {missing!r})"


def _text(value: Any) -> str | None:
    """A value as text, or None for one that has none."""
    try:
        text = spelt(value)
        text.encode()
    except (Unspellable, RecursionError, ValueError):  # also a list in itself, and a text that is no Unicode
        return None
    return text


def read(text: str, trusts: bool = False) -> Note | None:
    """The note that a text is; None for a note of another host's. What only a reader who trusts the file may import is
    among the missing attributes."""
    try:
        home, name, told, missing = ast.parse(text, mode="eval").body.elts  # type: ignore[attr-defined]
        note = Note(value_of(home), value_of(name), {}, value_of(missing))
        if not (isinstance(note.home, str) and isinstance(note.name, str) and isinstance(note.missing, list)):
            return None
        for key, entry in zip(told.keys, told.values):
            attribute = value_of(key)
            try:
                note.attributes[attribute] = value_of(entry, trusts=trusts)
            except Untrusted:
                note.missing.append(attribute)
    except (ValueError, SyntaxError, TypeError, AttributeError, MemoryError, RecursionError):
        return None
    return note
