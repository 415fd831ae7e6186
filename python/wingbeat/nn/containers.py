"""Modules that apply others in order: Sequential, reversible blocks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from ctypes import c_int32
from operator import index
from typing import Any, TypeVar

from .. import _modules
from .._checkpoint import checkpoint_sequential
from .._errors import ArgumentError, RangeError, ShapeError
from .._library import check, lib
from .._reversible import reversible
from .._shaping import cat, chunk
from .._tensor import Tensor, as_tensor
from .layer import Layer
from .module import Module

_Self = TypeVar("_Self", bound="Indexed")


class Indexed(Module):
    """Children under "0", "1", ..., as a sequence."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, place: Any) -> Any:
        children = list(self._modules.values())
        if isinstance(place, slice):
            kind: Any = type(self)
            if not isinstance(self, Sequential):
                return kind(children[place])
            names = list(self._modules)[place]
            return kind(OrderedDict(zip(names, children[place])))
        return children[self._place(place)]

    def _place(self, place: Any) -> int:
        try:
            found = index(place)
        except TypeError:
            raise TypeError(f"{type(self).__name__}: expected a whole number or a slice, found {place!r:.80}") from None
        if not -len(self) <= found < len(self):
            raise RangeError(f"{type(self).__name__}: there is no module number {found}; there are {len(self)}")
        return found % len(self)

    def __setitem__(self, place: int, module: Module) -> None:
        self.add_module(list(self._modules)[self._place(place)], module)

    def __delitem__(self, place: Any) -> None:
        children = list(self._modules.items())
        chosen = range(len(children))[place] if isinstance(place, slice) else [self._place(place)]
        kept = [entry for number, entry in enumerate(children) if number not in set(chosen)]
        # Names that are numbers stay in order, without a gap.
        self._refill([(str(n) if name.isdecimal() else name, child) for n, (name, child) in enumerate(kept)])

    def _refill(self, children: Iterable[tuple[str, Module]]) -> None:
        """Other children, or the same in another order."""
        for name in tuple(self._modules):
            delattr(self, name)
        for name, child in children:
            self.add_module(name, child)

    def append(self: _Self, module: Any) -> _Self:
        """Adds a module at the end; returns this one."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self: _Self, modules: Iterable[Module]) -> _Self:
        """Adds modules at the end; returns this one."""
        if isinstance(modules, (str, bytes)) or not isinstance(modules, Iterable):
            raise TypeError(f"{type(self).__name__}: expected modules one after the other, found {modules!r:.80}")
        for module in list(modules):
            self.append(module)
        return self

    def insert(self: _Self, index: int, module: Module) -> _Self:
        """Puts a module before the one at a place; returns this one."""
        children = list(self._modules.values())
        children.insert(index, module)
        self._refill((str(place), child) for place, child in enumerate(children))
        return self

    def pop(self, key: Any = -1) -> Module:
        """Removes the module at a place, by default the last, and returns it."""
        found: Module = self[key]
        del self[key]
        return found

    def __iadd__(self: _Self, other: Iterable[Module]) -> _Self:
        return self.extend(other)

    def __add__(self: _Self, other: Iterable[Module]) -> _Self:
        kind: Any = type(self)
        both = [*self, *other]
        made: _Self = kind(*both) if isinstance(self, Sequential) else kind(both)
        return made


class Sequential(Layer, Indexed):
    """Modules that are applied one after the other: Sequential(a, b, ...), or Sequential({"name": a, ...}).

    Where no module in it has Python code, forward is one call. checkpoint: True has derivatives store the inputs of
    sqrt(n) segments of the n modules, all but the last, and compute the rest again (wingbeat.checkpoint_sequential):
    less memory, the same bits; a whole number is the number of segments. It is no part of a saved model, and what is
    compiled already stays as it is.
    """

    _kind = "Sequential"

    def __init__(self, *modules: Any, checkpoint: bool | int = False) -> None:
        self._make()
        if len(modules) == 1 and isinstance(modules[0], dict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            self.extend(modules)
        if checkpoint is not False:
            self.checkpoint = checkpoint

    _own_attributes = Layer._own_attributes | {"_known", "_checkpoint"}

    def _contents(self) -> dict[str, Any]:
        return {**super()._contents(), "checkpoint": self._checkpoint}

    def _restore(self, contents: dict[str, Any]) -> None:
        super()._restore(contents)
        self.checkpoint = contents["checkpoint"]

    def _own(self, handle: Any) -> None:
        super()._own(handle)
        self.__dict__["_known"] = (None, False)
        self.__dict__["_checkpoint"] = False

    @property
    def checkpoint(self) -> bool | int:
        """False, True, or the number of segments whose inputs are stored."""
        return self._checkpoint  # type: ignore[no-any-return]

    @checkpoint.setter
    def checkpoint(self, value: Any) -> None:
        if value is not True and value is not False:
            try:
                value = index(value)
            except TypeError:
                raise TypeError(
                    f"{type(self).__name__}: expected checkpoint as True, False or a number of segments, "
                    f"found {value!r:.80}"
                ) from None
            if value < 1:
                raise ArgumentError(
                    f"{type(self).__name__}: expected checkpoint as True, False or at least 1 segment, found {value}"
                )
        self.__dict__["_checkpoint"] = value
        check(lib.wb_module_set_checkpoint(self._handle, -1 if value is True else int(value)))

    def _needs_python(self) -> bool:
        """Whether a module in it has Python code; asked again only after some module has changed."""
        revision, known = self._known
        if revision != _modules.revision:
            flag = c_int32()
            known = False
            for child in self._modules.values():
                check(lib.wb_module_needs_host(child._handle, flag))
                known = known or flag.value != 0
            self.__dict__["_known"] = (_modules.revision, known)
        return known  # type: ignore[no-any-return]

    def forward(self, input: Any) -> Any:
        if not self._needs_python():
            return self._run(input)
        # Python's values pass between Python's modules as they are, also tuples.
        if self._checkpoint and len(self):
            segments = round(len(self) ** 0.5) if self._checkpoint is True else self._checkpoint
            return checkpoint_sequential(self, segments, input)
        for child in self._modules.values():
            input = child(input)
        return input


class Reversible(Module):
    """A reversible block of two modules or functions: block(x1, x2) gives y1 = x1 + f(x2), y2 = x2 + g(y1).

    See wingbeat.reversible.
    """

    def __init__(self, f: Any, g: Any) -> None:
        super().__init__()
        self.f, self.g = f, g

    def forward(self, x1: Tensor, x2: Tensor) -> tuple[Tensor, Tensor]:
        return reversible([(self.f, self.g)], x1, x2)


class ReversibleSequential(Indexed):
    """Reversible blocks (each a Reversible, or a pair of f and g) one after the other, on the two halves of the input
    along axis `dim`.

    Derivatives store the last block's result alone, in memory that does not depend on the number of blocks; see
    wingbeat.reversible.
    """

    def __init__(self, *blocks: Any, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim
        for block in blocks:
            self.append(block)

    def append(self, block: Any) -> ReversibleSequential:
        """Adds a block at the end; returns this module."""
        if isinstance(block, (tuple, list)) and len(block) == 2:
            block = Reversible(*block)
        if not isinstance(block, Reversible):
            raise TypeError(
                f"ReversibleSequential: expected blocks as Reversible, or as pairs (f, g), found {block!r:.80}"
            )
        return super().append(block)

    def __getitem__(self, place: Any) -> Any:
        found = list(self)[place]
        return ReversibleSequential(*found, dim=self.dim) if isinstance(place, slice) else found

    def extra_repr(self) -> str:
        return f"dim={self.dim}"

    def forward(self, input: Any) -> Tensor:
        input = as_tensor(input)
        if not input.size(self.dim) or input.size(self.dim) % 2:
            raise ShapeError(
                f"ReversibleSequential: expected an even extent of axis {self.dim} to halve, "
                f"found shape {list(input.shape)}"
            )
        if not len(self):
            return as_tensor(input)
        result: Tensor = cat(reversible([(block.f, block.g) for block in self], *chunk(input, 2, self.dim)), self.dim)
        return result
