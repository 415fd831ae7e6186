"""What a compiled function sees of Python: names, attributes and modules, by which it knows that a program is still
right.

A Watch finds what the function can see: global names, variables of enclosing functions, attributes of the object whose
method it is, and modules. `unchanged` says at each call, by identity, whether names still mean what they meant; what
has become of modules the engine knows. `fingerprint` spells all of it, as a key.
"""

from __future__ import annotations

import dis
import functools
import sys
import weakref
from operator import attrgetter, is_, itemgetter
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from . import _modules
from ._library import check, unguarded
from ._tensor import Tensor
from ._tree import flatten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_depends = unguarded("wb_capture_depends")

MISSING: Any = type("Missing", (), {"__repr__": lambda self: "nothing"})()

# What Python keeps of the engine's module, and what follows from it.
_BOOKKEEPING = frozenset(("_handle", "_parameters", "_buffers", "_modules", "_known", "_is_overridden", "_is_watched"))
# Whose functions are not looked into: they see nothing of the user's but their arguments.
_FOREIGN = frozenset(("wingbeat", "numpy", "scipy", "builtins", *getattr(sys, "stdlib_module_names", ())))
MOST_FUNCTIONS = 200

_contents = attrgetter("cell_contents")


class Same:
    """An object as a part of a key: equal to itself alone."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value


def trait(value: Any) -> Any:
    """What a program depends on of a value: numbers and texts by value, the rest by identity."""
    kind = type(value)
    if kind is float:
        return float, repr(value)  # tells -0.0 from 0.0
    if kind in (int, bool, str, bytes, complex) or value is None:
        return kind, value
    if kind is tuple:
        return tuple, tuple([trait(part) for part in value])
    if isinstance(value, Tensor):
        return Same(value), value.requires_grad
    return Same(value)


class Place:
    """A name that may come to mean something else: a global one, a variable of an enclosing function, an attribute, or
    a module's mode."""

    __slots__ = ("kind", "owner", "name")

    def __init__(self, kind: str, owner: Any, name: str) -> None:
        self.kind, self.owner, self.name = kind, owner, name

    @property
    def identity(self) -> tuple[str, int, str]:
        return self.kind, id(self.owner), self.name

    def get(self) -> Any:
        if self.kind == "global":
            return self.owner.get(self.name, MISSING)
        if self.kind == "cell":
            try:
                return self.owner.cell_contents
            except ValueError:  # not bound
                return MISSING
        if self.kind == "mode":
            return self.owner.training
        return self.owner.__dict__.get(self.name, MISSING)

    def put(self, value: Any) -> None:
        if self.kind == "mode":
            self.owner.train(value)
        elif self.kind == "cell":
            if value is MISSING:
                del self.owner.cell_contents
            else:
                self.owner.cell_contents = value
        elif value is MISSING:
            (self.owner if self.kind == "global" else self.owner.__dict__).pop(self.name, None)
        elif self.kind == "global":
            self.owner[self.name] = value
        elif self.name in getattr(self.owner, "_buffers", ()):
            # One of another shape: the engine's module is to have it as well.
            self.owner.register_buffer(self.name, value)
        elif isinstance(self.owner, _modules.Base) and is_registered(value):
            setattr(self.owner, self.name, value)
        else:
            owner: Any = self.owner
            owner.__dict__[self.name] = value
            if isinstance(owner, _modules.Base):
                changed: Any = owner
                changed._attribute_changed()


class Watch:
    """What a function sees, as it was when it was last looked at."""

    def __init__(self, function: Any) -> None:
        self._function = function
        # Modules that ran in captures; they are not kept alive.
        self._noted: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        # Names whose values go through programs from call to call, as inputs and outputs.
        self.carried: dict[tuple[str, int, str], Place] = {}
        # What `unchanged` compares, for callers that cannot afford the call.
        self.read: Callable[[], Iterable[Any]] = _unreadable
        self.values: tuple[Any, ...] = ()
        self.is_simple = False
        self.look()

    # ---------------------------------------------------------------- looking

    def look(self) -> None:
        """Finds names and modules anew."""
        self._names: dict[int, tuple[dict[str, Any], dict[str, None]]] = {}
        self._stored: dict[tuple[int, str], dict[str, Any]] = {}
        self._cells: dict[int, tuple[str, Any]] = {}
        self._owners: dict[int, Any] = {}
        self._static: dict[int, Any] = {}
        self._seen: set[Any] = set()
        todo = [self._function]
        while todo and len(self._seen) < MOST_FUNCTIONS:
            todo += self._look_at(todo.pop())
        self.settle()

    def _look_at(self, value: Any) -> list[Any]:
        """Notes what one value sees; gives what is to be looked at next."""
        key: Any = id(value)
        if isinstance(value, MethodType):  # made anew each time that it is asked for
            key = id(value.__func__), id(value.__self__)
        if key in self._seen:
            return []
        if isinstance(value, (MethodType, functools.partial, FunctionType, _modules.Base)) or hasattr(
            type(value), "_watched_function"
        ):
            self._seen.add(key)
        if isinstance(value, MethodType):
            owner = value.__self__
            if (
                owner is not None
                and not isinstance(owner, (type, _modules.Base))
                and not _is_foreign(type(owner).__module__)
            ):
                self._owners[id(owner)] = owner
                return (
                    [value.__func__, *vars(owner).values(), *_methods(type(owner))]
                    if hasattr(owner, "__dict__")
                    else [value.__func__]
                )
            return [value.__func__, owner]
        if isinstance(value, functools.partial):
            return [value.func, *value.args, *value.keywords.values()]
        if hasattr(type(value), "_watched_function"):
            return [value._watched_function]
        if isinstance(value, _modules.Base):
            module: Any = value
            self._static[id(module)] = module
            return [method for part in module.modules() for method in _methods(type(part))]
        if isinstance(value, (list, tuple)):
            return [part for part in value if isinstance(part, _modules.Base)]
        if isinstance(value, dict):
            return [part for part in value.values() if isinstance(part, _modules.Base)]
        if isinstance(value, FunctionType) and not _is_foreign(value.__globals__.get("__name__", "")):
            return self._look_at_function(value)
        call = getattr(type(value), "__call__", None)  # noqa: B004
        return [MethodType(call, value)] if value is self._function and isinstance(call, FunctionType) else []

    def _look_at_function(self, function: FunctionType) -> list[Any]:
        found = []
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            self._cells[id(cell)] = (name, cell)
            try:
                found.append(cell.cell_contents)
            except ValueError:
                pass  # a variable that is not bound yet
        loaded, stored = _globals_of(function.__code__)
        scope = function.__globals__
        names = self._names.setdefault(id(scope), (scope, {}))[1]
        for name in loaded:
            value = scope.get(name, MISSING)
            if value is not MISSING and not isinstance(value, (ModuleType, type)):
                names[name] = None
                found.append(value)
        for name in stored:
            self._stored[id(scope), name] = scope
        return found

    def settle(self) -> None:
        """Makes ready for `unchanged`."""
        cells = [cell for _, cell in self._cells.values()]
        groups = [
            (itemgetter(*names) if len(names) > 1 else _single(*names), scope)
            for scope, names in self._names.values()
            if names
        ]
        owners = [owner.__dict__ for owner in self._owners.values() if hasattr(owner, "__dict__")]
        self.read = _reader(groups, cells, owners)
        try:
            self.values = tuple(self.read())
        except (KeyError, ValueError):  # a name without a value
            self.read = _unreadable
        # Where all are equal to themselves alone, tuples can be compared, which is quicker.
        own: Any = object.__eq__
        self.is_simple = (
            not owners and not cells and len(groups) == 1 and all(type(value).__eq__ is own for value in self.values)
        )

    def unchanged(self) -> bool:
        """Whether all names mean what they meant when they were last looked at."""
        try:
            return all(map(is_, self.read(), self.values))
        except (KeyError, ValueError):
            return False

    # ---------------------------------------------------------------- places and keys

    def modules(self) -> list[Any]:
        """All modules that it sees, or that ran in captures, with those in them."""
        found: dict[int, Any] = {}
        for module in (*self._static.values(), *list(self._noted.values())):
            for part in module.modules():
                found[id(part)] = part
        return list(found.values())

    def places(self) -> Iterator[Place]:
        for key, (scope, names) in self._names.items():
            for name in names:
                yield Place("global", scope, name)
            for stored, _ in list(self._stored.items()):
                if stored[0] == key and stored[1] not in names:
                    yield Place("global", scope, stored[1])
        for name, cell in self._cells.values():
            yield Place("cell", cell, name)
        for owner in self._owners.values():
            for name in list(getattr(owner, "__dict__", ())):
                yield Place("attribute", owner, name)
        for module in self.modules():
            yield from places_of(module)

    def carry(self, places: Iterable[Place]) -> None:
        """Has the tensors under these names go through programs: which ones they are is no part of a fingerprint any
        more."""
        self.carried.update((place.identity, place) for place in places)

    def fingerprint(self) -> tuple[Any, ...]:
        """All that a program depends on of what the function sees, as a key."""
        # Of carried tensors, which are the same: each has the number of the first one that it is.
        numbers: dict[int, int] = {}
        return tuple(
            [(place.kind, Same(place.owner), place.name, self._trait(place, numbers)) for place in self.places()]
        )

    def _trait(self, place: Place, numbers: dict[int, int]) -> Any:
        value = place.get()
        if place.identity in self.carried and holds_tensors(value):
            leaves, structure = flatten(value)
            return structure, tuple(
                [(leaf.dtype, leaf.shape, numbers.setdefault(id(leaf), len(numbers))) for leaf in leaves]
            )
        return trait(value)

    def note(self, module: Any) -> None:
        """Notes that a module runs in a capture."""
        depend_on(module)
        self._noted[id(module)] = module


def depend_on(module: Any) -> None:
    """Notes in the open capture that what is recorded depends on a module, which from now on tells of its attributes
    that change."""
    check(_depends(module._handle))
    module.__dict__["_is_watched"] = True


def is_registered(value: Any) -> bool:
    """Whether a module that has this as an attribute registers it: a module, or a parameter."""
    return isinstance(value, _modules.Base) or isinstance(value, Tensor) and type(value) is not Tensor


def holds_tensors(value: Any) -> bool:
    """Whether it is a tensor, or a structure of tensors alone."""
    leaves = flatten(value)[0]
    return bool(leaves) and all(type(leaf) is Tensor for leaf in leaves)


def places_of(module: Any) -> Iterator[Place]:
    """A module's own attributes, and its mode."""
    yield Place("mode", module, "training")
    for name in list(module.__dict__):
        if name not in _BOOKKEEPING:
            yield Place("attribute", module, name)


def _is_foreign(name: str) -> bool:
    return name.partition(".")[0] in _FOREIGN


def _methods(kind: type) -> list[Any]:
    """The functions of a class of the user's."""
    return [
        function
        for base in kind.__mro__
        if not _is_foreign(base.__module__)
        for function in vars(base).values()
        if isinstance(function, FunctionType) or hasattr(type(function), "_watched_function")
    ]


def _single(name: str) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    return lambda scope: (scope[name],)


def _unreadable() -> tuple[Any, ...]:
    raise KeyError


def _reader(groups: list[Any], cells: list[Any], owners: list[Any]) -> Callable[[], Iterable[Any]]:
    """A function that reads values of names, as quickly as Python can."""
    if not owners and len(groups) <= 1:
        if not groups:
            return functools.partial(map, _contents, cells)
        get, scope = groups[0]
        if not cells:
            return functools.partial(get, scope)
        return lambda: (*get(scope), *map(_contents, cells))

    def read() -> list[Any]:
        values: list[Any] = []
        for get, scope in groups:
            values += get(scope)
        values += map(_contents, cells)
        for attributes in owners:
            values.append(len(attributes))  # an object of its own above 256: then every call looks anew
            values += attributes.values()
        return values

    return read


@functools.lru_cache(maxsize=1000)
def _globals_of(code: CodeType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The global names that code reads, and those it binds, also in functions inside it."""
    loaded: dict[str, None] = {}
    stored: dict[str, None] = {}
    todo = [code]
    while todo:
        code = todo.pop()
        for instruction in dis.get_instructions(code):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                loaded[instruction.argval] = None
            elif instruction.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
                stored[instruction.argval] = None
        todo += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return tuple(loaded), tuple(stored)
