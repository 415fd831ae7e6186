"""Nested lists, tuples and dicts of tensors, taken apart and put together again.

flatten(tree) gives the leaves and the structure: a hashable description in which each leaf is LEAF. Named tuples stay
named tuples; dicts keep their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._naming import operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._typing import Structure, Tree

LEAF = "*"


def flatten(tree: Tree) -> tuple[list[Any], Structure]:
    """(leaves, structure): whatever is not a list, tuple or dict is a leaf; so is None."""
    leaves: list[Any] = []
    try:
        return leaves, _flatten(tree, leaves)
    except RecursionError:
        raise TypeError(
            f"{operation('arguments')}: expected nested lists, tuples and dicts, found one that contains "
            f"itself, or is nested too deep: {tree!r:.80}"
        ) from None


def _flatten(tree: Tree, leaves: list[Any]) -> Structure:
    kind = type(tree)
    if kind is dict:
        return kind, tuple(tree), tuple([_flatten(child, leaves) for child in tree.values()])
    if kind is list or isinstance(tree, tuple):
        return kind, None, tuple([_flatten(child, leaves) for child in tree])
    leaves.append(tree)
    return LEAF


def unflatten(structure: Structure, leaves: Iterable[Any]) -> Tree:
    """The tree with `leaves` in the places of the structure's leaves."""
    return _unflatten(structure, iter(leaves))


def _unflatten(structure: Structure, leaves: Iterator[Any]) -> Tree:
    if structure is LEAF:
        return next(leaves)
    kind, keys, children = structure
    children = [_unflatten(child, leaves) for child in children]
    if kind is dict:
        return dict(zip(keys, children))
    if kind is list:
        return children
    return kind(*children) if hasattr(kind, "_fields") else tuple(children)
