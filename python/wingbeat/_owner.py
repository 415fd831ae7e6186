"""Owner: the base of every class whose objects own a handle of the library, and free it when they go.

Python copies an object by copying its attributes. A second owner of one handle would free what the first still uses, so
here copies are made in another way, or refused. A class says how by three methods:

    _recipe()         what an object with a handle of its own is made from, as a tuple
    _shell(*recipe)   such an object, empty: a class method
    _contents()       what is in it; _restore(contents) takes it over

copy.copy has the same contents in another shell, copy.deepcopy copies of them, and a pickle carries both. A class that
says nothing refuses all three with a TypeError.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from . import _html

if TYPE_CHECKING:
    from typing_extensions import Self


class Owner:
    """Base of what owns a handle."""

    __slots__ = ()

    def _recipe(self) -> tuple[Any, ...]:
        raise TypeError(
            f"{type(self).__name__}: expected something that can be copied or pickled, "
            "found what owns memory of the library; make another one"
        )

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        return object.__new__(cls)

    def _contents(self) -> dict[str, Any]:
        raise NotImplementedError

    def _restore(self, contents: dict[str, Any]) -> None:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return _html.text(repr(self))

    def __copy__(self) -> Self:
        twin = self._shell(*self._recipe())
        twin._restore(self._contents())
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        twin = memo[id(self)] = self._shell(*self._recipe())
        twin._restore(copy.deepcopy(self._contents(), memo))
        return twin

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return shell, (type(self), *self._recipe()), self._contents(), None, None, restore


def shell(kind: type[Owner], *recipe: Any) -> Owner:
    """What a pickle calls for an empty object."""
    return kind._shell(*recipe)


def restore(owner: Owner, contents: dict[str, Any]) -> None:
    """What a pickle calls for what is in it."""
    owner._restore(contents)


def attributes_of(owner: Any, own: frozenset[str]) -> dict[str, Any]:
    """The attributes that a user gave an object: all but the class's `own`, or what the user's __getstate__ gives of
    them."""
    given = getattr(type(owner), "__getstate__", None)
    # Since Python 3.11 every object has one.
    state = owner.__dict__ if given is getattr(object, "__getstate__", None) else owner.__getstate__()
    return {name: value for name, value in state.items() if name not in own}


def set_attributes(owner: Any, attributes: dict[str, Any]) -> None:
    """Counterpart of attributes_of."""
    if hasattr(owner, "__setstate__"):
        owner.__setstate__(attributes)
    else:
        owner.__dict__.update(attributes)
