"""The tree of modules: children, parameters and buffers, and each by its dotted path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._tensor import Tensor
    from .module import Module, Parameter


class IncompatibleKeys(NamedTuple):
    """What a state and a module do not have in common."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class Lookup:
    """What walks the tree of modules, and finds what is in it."""

    if TYPE_CHECKING:
        _modules: dict[str, Any]
        _parameters: dict[str, Any]
        _buffers: dict[str, Any]

    def children(self) -> Iterator[Module]:
        """The direct children, in order."""
        yield from self._modules.values()

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """(name, module) of the direct children, in order."""
        yield from self._modules.items()

    def modules(self) -> Iterator[Module]:
        """This module and all in it, depth first; a shared one comes once."""
        for _, module in self.named_modules():
            yield module

    def named_modules(
        self, memo: set[int] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """(dotted path, module) of this module and all in it, depth first. memo: identities of those to leave out.
        remove_duplicate: a shared one comes once."""
        seen: set[int] = set() if memo is None else memo
        if remove_duplicate:
            if id(self) in seen:
                return
            seen.add(id(self))
        own: Any = self
        yield prefix, own
        for name, child in self._modules.items():
            yield from child.named_modules(seen, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def _named(
        self, registry: str, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules: Any = self.named_modules(None, prefix, remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            module._check_made()
            for name, tensor in module.__dict__[registry].items():
                if id(tensor) not in seen:
                    if remove_duplicate:
                        seen.add(id(tensor))
                    yield f"{path}.{name}" if path else name, tensor

    def _check_made(self) -> None:
        """Raises where the module has yet to make its parameters."""

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """(dotted path, parameter) of this module and, with recurse, of all in it. prefix: of all paths.
        remove_duplicate: a shared parameter comes once."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of this module and, with recurse, of all in it; a shared one comes once."""
        for _, parameter in self._named("_parameters", recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """(dotted path, buffer) of this module and, with recurse, of all in it; see named_parameters."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of this module and, with recurse, of all in it."""
        for _, buffer in self._named("_buffers", recurse=recurse):
            yield buffer

    def apply(self, function: Callable[[Module], object]) -> Module:
        """Calls `function` with every module in this one, then this one; with a shared one once. Returns the module."""
        return self._apply(function, set())

    def _apply(self, function: Callable[[Module], object], seen: set[int]) -> Module:
        seen.add(id(self))
        for child in list(self._modules.values()):
            if id(child) not in seen:
                child._apply(function, seen)
        own: Any = self
        function(own)
        found: Module = own
        return found

    def get_submodule(self, target: str) -> Module:
        """The module at a dotted path; this one for ""."""
        module: Any = self
        done: list[str] = []
        for name in filter(None, target.split(".")):
            if name not in module._modules:
                place = ".".join(done) or type(self).__name__
                raise AttributeError(f"get_submodule: {place} has no module {name!r}")
            module = module._modules[name]
            done.append(name)
        found: Module = module
        return found

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Puts a module at a dotted path. strict: there has to be one already."""
        path, _, name = target.rpartition(".")
        if not name:
            raise ArgumentError("set_submodule: expected the path of a module, found an empty one")
        parent = self.get_submodule(path)
        if strict and name not in parent._modules:
            raise AttributeError(f"set_submodule: there is no module {target!r}")
        parent.add_module(name, module)

    def _entry(self, target: str, registry: str, what: str) -> Any:
        path, _, name = target.rpartition(".")
        found = getattr(self.get_submodule(path), registry)
        if name not in found:
            raise AttributeError(f"get_{what}: {path or type(self).__name__} has no {what} {name!r}")
        return found[name]

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path."""
        found: Parameter = self._entry(target, "_parameters", "parameter")
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path."""
        found: Tensor = self._entry(target, "_buffers", "buffer")
        return found
