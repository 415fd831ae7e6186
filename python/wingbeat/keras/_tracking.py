"""Lists and dicts of layers and variables that are attributes of a layer: what is put into them later belongs to the
layer as well."""

from __future__ import annotations

from typing import Any


def holds_state(value: Any) -> bool:
    """Whether a value is, or a container holds, a layer, a variable or a metric."""
    from .._modules import Base
    from ..tf._variable import Variable

    if isinstance(value, (Base, Variable)) or is_metric(value):
        return True
    if isinstance(value, dict):
        return any(holds_state(part) for part in value.values())
    return isinstance(value, (list, tuple)) and any(holds_state(part) for part in value)


def is_metric(value: Any) -> bool:
    """Whether a value is a metric."""
    return not isinstance(value, type) and all(
        hasattr(value, name) for name in ("update_state", "result", "reset_state")
    )


def tracked(owner: Any, name: str, value: Any) -> Any:
    """A list or dict that tells its owner of what comes into it; everything else as it is."""
    if type(value) is list:
        return TrackedList(owner, name, value)
    if type(value) is dict:
        return TrackedDict(owner, name, value)
    if isinstance(value, tuple) and holds_state(value):
        for place, part in enumerate(value):
            owner._take(f"{name}_{place}", part)
    return value


class TrackedList(list[Any]):
    """A list that tells its owner of what comes into it."""

    def __init__(self, owner: Any, name: str, values: Any = ()) -> None:
        super().__init__()
        self._owner, self._name = owner, name
        self.extend(values)

    def _taken(self, value: Any) -> Any:
        return self._owner._take(f"{self._name}_{len(self)}", value)

    def append(self, value: Any) -> None:
        """Adds a value at the end."""
        super().append(self._taken(value))

    def extend(self, values: Any) -> None:
        """Adds values at the end."""
        for value in values:
            self.append(value)

    def __iadd__(self, values: Any) -> Any:  # type: ignore[misc]
        self.extend(values)
        return self

    def insert(self, place: Any, value: Any) -> None:
        """Adds a value at a place."""
        super().insert(place, self._taken(value))

    def __setitem__(self, place: Any, value: Any) -> None:
        if isinstance(place, slice):
            super().__setitem__(place, [self._taken(part) for part in value])
        else:
            super().__setitem__(place, self._taken(value))

    def __reduce__(self) -> Any:
        return list, (list(self),)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        import copy

        return [copy.deepcopy(part, memo) for part in self]


class TrackedDict(dict[Any, Any]):
    """A dict that tells its owner of what comes into it."""

    def __init__(self, owner: Any, name: str, values: Any = ()) -> None:
        super().__init__()
        self._owner, self._name = owner, name
        self.update(values)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, self._owner._take(f"{self._name}_{key}", value))

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Takes over entries."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """The entry, made where it is missing."""
        if key not in self:
            self[key] = default
        return self[key]

    def __reduce__(self) -> Any:
        return dict, (dict(self),)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        import copy

        return {key: copy.deepcopy(part, memo) for key, part in self.items()}
