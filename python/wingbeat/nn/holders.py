"""Modules that hold others, or parameters, as lists and dicts, and leave what is computed to whoever holds them."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, ValuesView
from operator import index
from typing import Any

from .._errors import RangeError
from .._tensor import Tensor
from .containers import Indexed
from .layer import Layer
from .module import Module, Parameter, own_tensor


class ModuleList(Layer, Indexed):
    """A list of modules, registered under "0", "1", ...; the module that holds it says what they compute."""

    _kind = "ModuleList"

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        self._make()
        self.extend(() if modules is None else modules)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no forward pass; call the modules in it")

    def _described(self, rest: list[int]) -> str:
        """As PyTorch prints it: neighbours that look alike are one line."""
        lines: list[tuple[int, int, str]] = []
        for place, child in enumerate(self._modules.values()):
            if rest[0] <= 0:
                break
            kind: Any = type(child)
            text = child._described(rest) if kind.__repr__ is Module.__repr__ else repr(child)
            if lines and lines[-1][2] == text:
                lines[-1] = (lines[-1][0], place, text)
            else:
                lines.append((place, place, text))
        rest[0] -= 1
        if not lines:
            return f"{type(self).__name__}()"
        shown = [
            f"({first}): {text}" if first == last else f"({first}-{last}): {last - first + 1} x {text}"
            for first, last, text in lines
        ]
        inner = "\n".join("  " + text.replace("\n", "\n  ") for text in shown)
        return f"{type(self).__name__}(\n{inner}\n)"


class ModuleDict(Layer):
    """Modules under names, as a dict; the module that holds it says what they compute."""

    _kind = "ModuleDict"

    def __init__(self, modules: Any = None) -> None:
        self._make()
        if modules is not None:
            self.update(modules)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no forward pass; call the modules in it")

    def __getitem__(self, key: str) -> Module:
        try:
            found: Module = self._modules[key]
            return found
        except KeyError:
            raise KeyError(f"ModuleDict: there is no module {key!r}; there are {', '.join(self._modules)}") from None

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def keys(self) -> KeysView[str]:
        """The names."""
        found: KeysView[str] = self._modules.keys()
        return found

    def values(self) -> ValuesView[Module]:
        """The modules."""
        found: ValuesView[Module] = self._modules.values()
        return found

    def items(self) -> ItemsView[str, Module]:
        """Names and modules."""
        found: ItemsView[str, Module] = self._modules.items()
        return found

    def pop(self, key: str) -> Module:
        """Removes a module and returns it."""
        found = self[key]
        del self[key]
        return found

    def clear(self) -> None:
        """Removes all modules."""
        for key in tuple(self._modules):
            del self[key]

    def update(self, modules: Any) -> None:
        """Takes over what a dict holds, or (name, module) pairs."""
        for key, module in _pairs(modules, "ModuleDict"):
            self[key] = module


def _pairs(given: Any, name: str) -> list[tuple[str, Any]]:
    """Names and values of a dict, or of pairs."""
    if hasattr(given, "items"):
        return list(given.items())
    pairs = list(given) if isinstance(given, Iterable) else [given]
    if not all(isinstance(pair, Iterable) and not isinstance(pair, str) and len(list(pair)) == 2 for pair in pairs):
        raise TypeError(f"{name}: expected a dict, or pairs of a name and a value, found {given!r:.80}")
    return [(key, value) for key, value in pairs]


class _Parameters(Layer):
    """What lists and dicts of parameters share. Beside parameters they may hold anything."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no forward pass; use the parameters in it")

    def _names(self) -> list[str]:
        raise NotImplementedError

    def _put(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor) and not isinstance(value, Parameter) and value.dtype.is_floating_point:
            value = Parameter(value.detach())
        setattr(self, name, value)

    def _described(self, rest: list[int]) -> str:
        rest[0] -= 1
        lines = []
        for name in self._names():
            value = getattr(self, name)
            if isinstance(value, Tensor):
                kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
                lines.append(f"  ({name}): {kind} containing: [{value.dtype} of size {self._size(value)}]")
            else:
                lines.append(f"  ({name}): Object of type: {type(value).__name__}")
        inner = "\n".join(lines)
        return f"{type(self).__name__}({inner})"

    @staticmethod
    def _size(value: Tensor) -> str:
        return "x".join(str(extent) for extent in value.shape)


class ParameterList(_Parameters):
    """Parameters under "0", "1", ..., as a list. Other tensors of floats become parameters."""

    _kind = "ParameterList"

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        self._make()
        self.extend(() if values is None else values)

    def _own(self, handle: Any) -> None:
        super()._own(handle)
        self.__dict__["_length"] = 0

    def _adopt(self, handle: Any, tensor_of: Any = own_tensor) -> None:
        super()._adopt(handle, tensor_of)
        self.__dict__["_length"] = len(self._parameters)

    def _names(self) -> list[str]:
        return [str(place) for place in range(self._length)]

    def __len__(self) -> int:
        return int(self._length)

    def __iter__(self) -> Iterator[Any]:
        return iter([getattr(self, name) for name in self._names()])

    def _place(self, place: Any) -> str:
        found = index(place)
        if not -len(self) <= found < len(self):
            raise RangeError(f"ParameterList: there is no parameter number {found}; there are {len(self)}")
        return str(found % len(self))

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return type(self)(list(self)[place])
        return getattr(self, self._place(place))

    def __setitem__(self, place: Any, value: Any) -> None:
        self._put(self._place(place), value)

    def append(self, value: Any) -> ParameterList:
        """Adds a value at the end; returns the list."""
        place = self._length
        self.__dict__["_length"] = place + 1
        try:
            self._put(str(place), value)
        except BaseException:
            self.__dict__["_length"] = place
            raise
        return self

    def extend(self, values: Iterable[Any]) -> ParameterList:
        """Adds values at the end; returns the list."""
        if isinstance(values, Tensor) or not isinstance(values, Iterable):
            raise TypeError(f"ParameterList: expected parameters one after the other, found {values!r:.80}")
        for value in list(values):
            self.append(value)
        return self

    def pop(self, place: int = -1) -> Any:
        """Removes the value at a place, by default the last, and returns it."""
        values = list(self)
        found = values.pop(int(self._place(place)))
        for name in self._names():
            delattr(self, name)
        self.__dict__["_length"] = 0
        self.extend(values)
        return found

    def __iadd__(self, values: Iterable[Any]) -> ParameterList:
        return self.extend(values)


class ParameterDict(_Parameters):
    """Parameters under names, as a dict. Other tensors of floats become parameters."""

    _kind = "ParameterDict"

    def __init__(self, parameters: Any = None) -> None:
        self._make()
        if parameters is not None:
            self.update(parameters)

    def _own(self, handle: Any) -> None:
        super()._own(handle)
        self.__dict__["_keys"] = {}

    def _adopt(self, handle: Any, tensor_of: Any = own_tensor) -> None:
        super()._adopt(handle, tensor_of)
        self.__dict__["_keys"] = dict.fromkeys(self._parameters)

    def _names(self) -> list[str]:
        return list(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise KeyError(f"ParameterDict: there is no parameter {key!r}; there are {', '.join(self._keys)}")
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        self._put(key, value)
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        self[key]
        delattr(self, key)
        del self._keys[key]

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._keys.keys()  # type: ignore[no-any-return]

    def values(self) -> Iterable[Any]:
        """The parameters."""
        return [self[key] for key in self]

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names and parameters."""
        return [(key, self[key]) for key in self]

    def get(self, key: str, default: Any = None) -> Any:
        """The parameter of a name, or `default`."""
        return self[key] if key in self else default

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The parameter of a name, which is `default` if there was none."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str) -> Any:
        """Removes a parameter and returns it."""
        found = self[key]
        del self[key]
        return found

    def popitem(self) -> tuple[str, Any]:
        """Removes the parameter that came last and returns it with its name."""
        key = self._names()[-1]
        return key, self.pop(key)

    def clear(self) -> None:
        """Removes all parameters."""
        for key in self._names():
            del self[key]

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A dict with these names and one value for all."""
        return ParameterDict((key, default) for key in keys)

    def update(self, parameters: Any) -> None:
        """Takes over what a dict holds, or (name, parameter) pairs."""
        for key, value in _pairs(parameters, "ParameterDict"):
            self[key] = value

    def copy(self) -> ParameterDict:
        """Another dict with the same parameters."""
        return ParameterDict(dict(self.items()))
