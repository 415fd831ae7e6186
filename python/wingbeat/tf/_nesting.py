"""Nested structures, as tf.nest takes them: lists, tuples, named tuples and dicts, whose keys are taken in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._shapes import TensorShape


def _is_sequence(value: Any) -> bool:
    from ._shapes import TensorShape

    return isinstance(value, (list, tuple)) and not isinstance(value, TensorShape)


def is_nested(structure: Any) -> bool:
    """Whether it is a list, tuple or dict."""
    return _is_sequence(structure) or isinstance(structure, Mapping)


def _keys(structure: Mapping[Any, Any]) -> list[Any]:
    try:
        return sorted(structure)
    except TypeError:
        return list(structure)


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves as a list. Dicts are taken in the order of their keys."""
    found: list[Any] = []
    _flatten(structure, found)
    return found


def _flatten(structure: Any, found: list[Any]) -> None:
    if isinstance(structure, Mapping):
        for key in _keys(structure):
            _flatten(structure[key], found)
    elif _is_sequence(structure):
        for part in structure:
            _flatten(part, found)
    else:
        found.append(structure)


def pack(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """Leaves in the places of a structure's."""
    leaves = list(flat_sequence)
    count = len(flatten(structure))
    if len(leaves) != count:
        raise ValueError(
            f"Could not pack sequence. Structure had {count} atoms, but flat_sequence had {len(leaves)} items."
        )
    return _pack(structure, iter(leaves))


def _pack(structure: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, Mapping):
        found = {key: _pack(structure[key], leaves) for key in _keys(structure)}
        ordered = {key: found[key] for key in structure}
        kind: Any = type(structure)
        return ordered if kind is dict else kind(ordered)
    if _is_sequence(structure):
        parts = [_pack(part, leaves) for part in structure]
        kind = type(structure)
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
    return next(leaves)


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """func of the leaves that stand in the same place of several structures, in that structure."""
    if not structure:
        raise ValueError("Must provide at least one structure")
    for other in structure[1:]:
        assert_same_structure(structure[0], other)
    return pack(structure[0], [func(*leaves) for leaves in zip(*[flatten(part) for part in structure])])


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Raises ValueError or TypeError where two structures differ."""
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(f"The two structures don't have the same nested structure: {nest1!r:.100} and {nest2!r:.100}")
    if not is_nested(nest1):
        return
    if check_types and type(nest1) is not type(nest2):
        raise TypeError(
            f"The two structures don't have the same sequence type: {type(nest1).__name__} and {type(nest2).__name__}"
        )
    if len(nest1) != len(nest2) or isinstance(nest1, Mapping) and set(nest1) != set(nest2):
        raise ValueError(f"The two structures don't have the same nested structure: {nest1!r:.100} and {nest2!r:.100}")
    pairs = [(nest1[key], nest2[key]) for key in nest1] if isinstance(nest1, Mapping) else list(zip(nest1, nest2))
    for a, b in pairs:
        assert_same_structure(a, b, check_types)


def shapes(structure: Any) -> list[TensorShape]:
    """The shapes of the leaves."""
    return [leaf.shape for leaf in flatten(structure)]
