"""Nested values as text, and back: what notes of modules and saved dicts hold besides arrays.

The text is an expression of Python's grammar: numbers, texts, lists, tuples, sets and dicts as Python writes them, and
calls for the rest, as `OrderedDict([...])`, `dtype('float32')`, `tensor('model.0.weight')`. It is read as data, and
nothing in it is run. What belongs to the user's own code, a class or a function by its import path, is `name(...)` and
`instance(...)`; only a reader that is told to trust the text imports it.
"""

from __future__ import annotations

import ast
import math
import sys
from argparse import Namespace
from collections import Counter, OrderedDict, defaultdict, deque
from enum import Enum
from importlib import import_module
from pathlib import Path, PurePath
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from ._device import device
from ._dtypes import DType, as_dtype

if TYPE_CHECKING:
    from collections.abc import Callable

    Place = tuple[Any, ...]  # the keys that lead to a value
    Leaf = Callable[[Any, Place], "str | None"]
    Call = Callable[..., Any]

_DEEPEST = 200  # as groups of a checkpoint
_OWN = __name__.partition(".")[0]


class Unspellable(TypeError):
    """A value that no text stands for. The sentence says which."""


class Untrusted(ValueError):
    """A text that names the user's own code, where nobody has said that it may be imported."""


# -------------------------------------------------------------------- writing


def spelt(value: Any, leaf: Leaf | None = None) -> str:
    """The text of a value. leaf(value, keys): a call of the caller's own for what lies under these keys, or None.

    Raises Unspellable, with the place in the nested value that has no text.
    """
    return _Writer(leaf).text(value, ())


class _Writer:
    def __init__(self, leaf: Leaf | None) -> None:
        self.leaf = leaf

    def text(self, value: Any, place: Place) -> str:
        if len(place) > _DEEPEST:
            raise Unspellable(f"{_at(place[:4])}nested more than {_DEEPEST} deep")
        if value is None or value is Ellipsis or isinstance(value, (bool, np.bool_)):
            return "None" if value is None else "Ellipsis()" if value is Ellipsis else repr(bool(value))
        own = self.leaf and self.leaf(value, place)
        if own:
            return own
        if isinstance(value, Enum):
            return self.named(type(value), place, f".{value.name}")
        for kinds, text in _PLAIN:
            if isinstance(value, kinds):
                return text(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return self.instance(value, tuple(value), place)
        for kind, name in _CONTAINERS:
            if isinstance(value, kind) and (type(value) is kind or kind in (tuple, dict, list)):
                return self.container(value, name, place)
        if isinstance(value, (Namespace, SimpleNamespace)):
            return f"{type(value).__name__}({self.container(vars(value), 'dict', place)})"
        if isinstance(value, type) or callable(value) and hasattr(value, "__qualname__"):
            return self.named(value, place)
        if _is_plain_object(value):
            return self.instance(value, vars(value), place)
        raise Unspellable(f"{_at(place)}a {type(value).__name__}, {value!r:.60}")

    def container(self, value: Any, name: str, place: Place) -> str:
        def inner(entries: Any) -> str:
            return ", ".join([self.text(entry, (*place, at)) for at, entry in enumerate(entries)])

        if isinstance(value, dict):
            pairs = [
                (self.text(key, (*place, "a key")), self.text(entry, (*place, key))) for key, entry in value.items()
            ]
            if name == "dict":
                return f"{{{', '.join(f'{key}: {entry}' for key, entry in pairs)}}}"
            return f"{name}([{', '.join(f'({key}, {entry})' for key, entry in pairs)}])"
        if name == "list":
            return f"[{inner(value)}]"
        if name == "tuple":
            return f"({inner(value)}{',' if len(value) == 1 else ''})"
        if name == "deque":
            return f"deque([{inner(value)}], {value.maxlen})"
        ordered = sorted(value, key=repr)  # sets of texts have another order in each process
        return f"{{{inner(ordered)}}}" if name == "set" and value else f"{name}([{inner(ordered)}])"

    def named(self, value: Any, place: Place, member: str = "") -> str:
        home, path = getattr(value, "__module__", None), f"{getattr(value, '__qualname__', '')}{member}"
        found: Any = sys.modules.get(home or "")
        try:
            for part in path.split("."):
                found = getattr(found, part)
        except AttributeError:
            found = None
        if not home or found is not value and not (member and isinstance(found, value)):
            raise Unspellable(f"{_at(place)}{value!r:.60}, which no import path names")
        return f"name({home!r}, {path!r})"

    def instance(self, value: Any, state: Any, place: Place) -> str:
        name = self.named(type(value), place)
        kind = "dict" if isinstance(state, dict) else "tuple"
        return f"instance{name[4:-1]}, {self.container(state, kind, place)})"


def _at(place: Place) -> str:
    return "".join(f"[{key!r:.40}]" for key in place) + (" is " if place else "")


def _number(value: Any) -> str:
    value = float(value)
    if math.isnan(value):
        return "float('nan')"
    return repr(value).replace("inf", "1e999")


_PLAIN: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    ((int, np.integer), lambda value: repr(int(value))),
    ((float, np.floating), _number),
    (str, lambda value: repr(str(value))),
    (bytes, lambda value: repr(bytes(value))),
    ((complex, np.complexfloating), lambda value: f"complex({_number(value.real)}, {_number(value.imag)})"),
    (DType, lambda value: f"dtype({value.name!r})"),
    (np.dtype, lambda value: f"numpy_dtype({value.str!r})"),
    (device, lambda value: f"device({str(value)!r})"),
    (range, lambda value: f"range({value.start}, {value.stop}, {value.step})"),
    (PurePath, lambda value: f"Path({str(value)!r})"),
)
_CONTAINERS: tuple[tuple[type, str], ...] = (
    (OrderedDict, "OrderedDict"),
    (Counter, "Counter"),
    (defaultdict, "dict"),
    (deque, "deque"),
    (dict, "dict"),
    (list, "list"),
    (tuple, "tuple"),
    (set, "set"),
    (frozenset, "frozenset"),
)


def _is_plain_object(value: Any) -> bool:
    """Whether an object is its class and its attributes, and nothing else."""
    kind: Any = type(value)
    plain: Any = object
    return (
        kind.__module__.partition(".")[0] not in ("builtins", _OWN)
        and hasattr(value, "__dict__")
        and kind.__reduce_ex__ is plain.__reduce_ex__
        and kind.__reduce__ is plain.__reduce__
        and not hasattr(kind, "__slots__")
        and getattr(kind, "__getstate__", None) is getattr(plain, "__getstate__", None)
        and not hasattr(kind, "__setstate__")
        and kind.__new__ is plain.__new__
    )


# -------------------------------------------------------------------- reading


def value_of(text: str | ast.expr, calls: dict[str, Call] | None = None, trusts: bool = False) -> Any:
    """The value that a text spells. calls: what the names of the writer's own calls make of their arguments.

    trusts: whether the user's own code may be imported. Raises ValueError for a text that nobody has written so, and
    Untrusted for one that names code where trusts is False.
    """
    try:
        tree = ast.parse(text, mode="eval").body if isinstance(text, str) else text
        return _Reader(calls or {}, trusts).value(tree)
    except (SyntaxError, MemoryError, RecursionError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise ValueError(f"a text that spells no value ({error})") from None


class _Reader:
    def __init__(self, calls: dict[str, Call], trusts: bool) -> None:
        self.trusts = trusts
        self.calls: dict[str, Call] = {**_CALLS, "name": self.named, "instance": self.instance, **calls}

    def value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return -node.operand.value  # type: ignore[operator]  # a TypeError for what has no sign
        if isinstance(node, ast.List):
            return [self.value(entry) for entry in node.elts]
        if isinstance(node, ast.Tuple):
            return tuple([self.value(entry) for entry in node.elts])
        if isinstance(node, ast.Set):
            return {self.value(entry) for entry in node.elts}
        if isinstance(node, ast.Dict):
            pairs: Any = zip(node.keys, node.values)  # a TypeError for `**`, which has no key
            return {self.value(key): self.value(entry) for key, entry in pairs}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            keywords = {word.arg or "": self.value(word.value) for word in node.keywords}
            return self.calls[node.func.id](*[self.value(entry) for entry in node.args], **keywords)
        raise ValueError("a text that spells no value")

    def named(self, home: str, path: str) -> Any:
        """What an import path names. The package's own functions and classes are safe to have."""
        is_own = home.partition(".")[0] == _OWN and home in sys.modules
        if not self.trusts and not is_own:
            raise Untrusted(f"{home}.{path}")
        found: Any = sys.modules.get(home) or import_module(home)
        for part in path.split("."):
            found = getattr(found, part, None)
        if found is None or is_own and getattr(found, "__module__", _OWN).partition(".")[0] != _OWN:
            raise ValueError(f"there is no {path!r} in the module {home!r}")
        return found

    def instance(self, home: str, path: str, state: Any) -> Any:
        kind = self.named(home, path)
        if not self.trusts:
            raise Untrusted(f"{home}.{path}")
        if not isinstance(kind, type):
            raise ValueError(f"{home}.{path} is no class")
        if isinstance(state, tuple):
            return kind(*state)
        made: Any = object.__new__(kind)
        made.__dict__.update(state)
        return made


_CALLS: dict[str, Call] = {
    "Ellipsis": lambda: Ellipsis,
    "float": lambda text: float(text),
    "complex": complex,
    "dtype": as_dtype,
    "numpy_dtype": np.dtype,
    "device": device,
    "range": range,
    "Path": Path,
    "OrderedDict": OrderedDict,
    "Counter": lambda pairs: Counter(dict(pairs)),
    "deque": deque,
    "set": set,
    "frozenset": frozenset,
    "Namespace": lambda values: Namespace(**values),
    "SimpleNamespace": lambda values: SimpleNamespace(**values),
}
