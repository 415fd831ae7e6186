"""Names as Keras gives them: `dense`, `dense_1`, ... by class, and the scopes that stand in a variable's path."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class _State(threading.local):
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.scopes: list[str] = []


_state = _State()


def snake_case(name: str) -> str:
    """A class's name as Keras spells it in the names of objects: "Conv2D" is "conv2d", "LeakyReLU" "leaky_re_lu"."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def automatic(kind: str) -> str:
    """The next name for an object of a class: `dense` at first, then `dense_1`."""
    return unique(snake_case(kind))


def unique(name: str) -> str:
    """The name, with a number behind it where it has been given before."""
    count = _state.counts.get(name, 0)
    _state.counts[name] = count + 1
    return f"{name}_{count}" if count else name


def clear() -> None:
    """Numbers begin anew."""
    _state.counts.clear()


@contextmanager
def scope(name: str) -> Iterator[None]:
    """A block in which paths have that name at their end."""
    _state.scopes.append(name)
    try:
        yield
    finally:
        _state.scopes.pop()


def path(name: str = "") -> str:
    """The names of the open scopes and this one, with strokes between them."""
    return "/".join([*_state.scopes, name] if name else _state.scopes)
