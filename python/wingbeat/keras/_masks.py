"""Which mask belongs to a tensor. Tensors have no room for it, so it is kept beside them, and goes when they go."""

from __future__ import annotations

import weakref
from typing import Any

from .._tensor import Tensor

_known: dict[int, tuple[weakref.ref[Any], Any]] = {}


def any_known() -> bool:
    """Whether any tensor has a mask."""
    return bool(_known)


def of(value: Any) -> Any:
    """The mask of a tensor, or None; of several a list or dict of such, or None where none has one."""
    if isinstance(value, dict):
        found = {name: of(part) for name, part in value.items()}
        return found if any(part is not None for part in found.values()) else None
    if isinstance(value, (list, tuple)):
        masks = [of(part) for part in value]
        return masks if any(part is not None for part in masks) else None
    entry = _known.get(id(value))
    return entry[1] if entry is not None and entry[0]() is value else None


def put(value: Any, mask: Any) -> None:
    """Gives tensors their masks."""
    if mask is None:
        return
    if isinstance(value, (list, tuple)):
        if isinstance(mask, (list, tuple)):
            for part, own in zip(value, mask):
                put(part, own)
        elif value:
            put(value[0], mask)
        return
    if isinstance(value, dict):
        for name, part in value.items():
            put(part, mask.get(name) if isinstance(mask, dict) else mask)
        return
    if isinstance(value, Tensor) and not isinstance(mask, (list, tuple, dict)):
        place = id(value)
        _known[place] = weakref.ref(value, lambda _: _known.pop(place, None)), mask


def copy(source: Any, target: Any) -> None:
    """Gives a tensor the mask of another."""
    mask = of(source)
    if mask is not None:
        put(target, mask)
