"""Bindings: what names meant before a capture, and what the captured function does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._tensor import Tensor
from ._tree import flatten
from ._watch import MISSING, places_of

if TYPE_CHECKING:
    from ._watch import Place, Watch


class Bindings:
    """What names meant before a capture, and what the captured function has done to them."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._before: dict[Any, tuple[Place, Any]] = {}
        # What is there after the stand-ins have been put.
        self._given: dict[Any, Any] = {}
        self._noted: set[int] = set()
        # Tensors that were there before.
        self.outside: set[int] = set()
        for place in watch.places():
            self._remember(place)

    def _remember(self, place: Place) -> None:
        if place.identity not in self._before:
            value = place.get()
            self._before[place.identity] = place, value
            self.outside.update(id(leaf) for leaf in flatten(value)[0] if isinstance(leaf, Tensor))

    def note(self, module: Any) -> None:
        """Notes a module that runs.

        What is in it when it first does was there before, also children that only the engine runs.
        """
        self._watch.note(module)
        for part in module.modules() if id(module) not in self._noted else ():
            if id(part) not in self._noted:
                self._noted.add(id(part))
                for place in places_of(part):
                    self._remember(place)

    def note_tree(self, module: Any) -> None:
        for part in module.modules():
            self.note(part)

    def stand_in(self, place: Place, value: Any) -> None:
        """Has a name mean a value for the length of the capture."""
        self._remember(place)
        self._given[place.identity] = value
        place.put(value)

    def changes(self) -> list[tuple[Place, Any, Any]]:
        """(name, its value before, its value now) of those that the function has bound anew."""
        for place in self._watch.places():
            if place.identity not in self._before:  # it is new
                self._before[place.identity] = place, MISSING
        found = []
        for identity, (place, before) in self._before.items():
            now, given = place.get(), self._given.get(identity, before)
            if now is not given:
                found.append((place, before, now))
        return found

    def restore(self) -> None:
        for place, before in list(self._before.values()):
            if place.get() is not before:
                place.put(before)
