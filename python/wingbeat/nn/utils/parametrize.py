"""Parametrisations: a parameter that is computed from others, by modules that train with the model.

A layer of the engine gets the computed value lent for its forward pass (wb_module_lend).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import TYPE_CHECKING, Any

from ... import _modules
from ..._errors import ArgumentError, ShapeError
from ..._library import check, lib
from ..._modes import no_grad
from ..._naming import listing
from ..._tensor import Tensor
from .. import _host
from ..holders import ModuleDict, ModuleList
from ..layer import Layer
from ..module import Module, Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]
__dir__ = listing(__name__)


class _Cache(local):
    """Computed values in a block of `cached`, by module and name; None outside of one."""

    values: dict[tuple[int, str], Tensor] | None = None


_cache = _Cache()


@contextmanager
def cached() -> Iterator[None]:
    """A block in which each parametrised value is computed once."""
    before = _cache.values
    _cache.values = {} if before is None else before
    try:
        yield
    finally:
        _cache.values = before


class ParametrizationList(ModuleList):
    """The parametrisations of one parameter, in order: "0", "1", ..., beside what they compute from: `original`, or
    `original0`, `original1`, ..."""

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        self.unsafe = unsafe
        found = self._inverse(original, is_first=True)
        self.is_tensor = isinstance(found, Tensor)
        if isinstance(found, Tensor):
            if not unsafe and found.dtype != original.dtype:
                raise ArgumentError(
                    f"register_parametrization: expected {original.dtype} from right_inverse, found {found.dtype}"
                )
            if found.shape == original.shape and isinstance(original, Parameter):
                with no_grad():
                    original.copy_(found.detach().clone())
                self._keep("original", original, original)
            else:
                self._keep("original", found, original)
            return
        self.ntensors = len(found)
        for place, part in enumerate(found):
            self._keep(f"original{place}", part, original)

    def _keep(self, name: str, value: Tensor, original: Tensor) -> None:
        if not isinstance(original, Parameter):
            self.register_buffer(name, value.detach())
        elif isinstance(value, Parameter):
            self.register_parameter(name, value)
        else:
            self.register_parameter(name, Parameter(value.detach().clone(), requires_grad=original.requires_grad))

    def _inverse(self, value: Tensor, is_first: bool = False) -> Any:
        """What the parametrisations compute a value from; the value itself where they do not say."""
        found: Any = value
        with no_grad():
            for module in reversed(list(self)):
                inverse = getattr(module, "right_inverse", None)
                if inverse is not None:
                    try:
                        found = inverse(found)
                    except NotImplementedError:
                        # Then training begins from what the module gives of the parameter as it is.
                        if not is_first:
                            raise
        if not isinstance(found, (Tensor, tuple, list)):
            raise ArgumentError(f"register_parametrization: expected tensors from right_inverse, found {found!r:.80}")
        return found

    def originals(self) -> list[Tensor]:
        """What the parametrisations compute from."""
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{place}") for place in range(self.ntensors)]

    def right_inverse(self, value: Tensor) -> None:
        """Sets what the value is computed from, so that it is `value`."""
        found = self._inverse(value)
        with no_grad():
            for own, part in zip(self.originals(), [found] if self.is_tensor else found):
                if own.shape != part.shape:
                    raise ShapeError(f"right_inverse: expected shape {list(own.shape)}, found {list(part.shape)}")
                own.copy_(part)

    def forward(self) -> Tensor:
        modules = list(self)
        value: Tensor = modules[0](*self.originals())
        for module in modules[1:]:
            value = module(value)
        return value


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module has a parametrised parameter, or one of that name."""
    found = module.__dict__.get("_modules", {}).get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def type_before_parametrizations(module: Module) -> type[Module]:
    """The class that a module had before its first parametrisation."""
    kind = type(module)
    return kind.__bases__[0] if is_parametrized(module) else kind


@contextmanager
def _lending(module: Module, value: Callable[[str], Tensor]) -> Iterator[None]:
    """A block in which the engine's layer has values in the places of its parametrised parameters."""
    names = list(module._modules["parametrizations"])
    try:
        for name in names:
            check(lib.wb_module_lend(module._handle, name.encode(), value(name)))
        yield
    finally:
        for name in names:
            check(lib.wb_module_lend(module._handle, name.encode(), None))


def _become_parametrized(module: Module) -> None:
    """Gives a module a class of its own, in which properties compute its parameters."""
    base: Any = type(module)
    members: dict[str, Any] = {"__module__": base.__module__, "__qualname__": f"Parametrized{base.__qualname__}"}

    def shell(cls: Any, *recipe: Any) -> Any:
        twin = base._shell(*recipe)
        # A class of its own: what is removed from one stays in the other.
        own = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
        object.__setattr__(twin, "__class__", type(cls.__name__, (base,), own))
        if isinstance(twin, Layer):
            twin._set_host()
        return twin

    members["_shell"] = classmethod(shell)
    if isinstance(module, Layer):

        def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
            with _lending(self, lambda name: getattr(self, name)):
                return base.forward(self, *args, **kwargs)

        def extra_repr(self: Any) -> str:
            # Whether there is a bias is seen by whether there is one.
            with _lending(self, lambda name: self.parametrizations[name].originals()[0]):
                text: str = base.extra_repr(self)
                return text

        members.update(forward=forward, extra_repr=extra_repr)
    object.__setattr__(module, "__class__", type(f"Parametrized{base.__name__}", (base,), members))
    module.add_module("parametrizations", ModuleDict())
    if isinstance(module, Layer):
        module._set_host()


def _become_plain(module: Module) -> None:
    """Gives a module its class back."""
    delattr(module, "parametrizations")
    object.__setattr__(module, "__class__", type(module).__bases__[0])
    if isinstance(module, Layer) and not module._has_own_code():
        check(lib.wb_module_wrap(module._handle, _host.NO_FORWARD, _host.NO_RELEASE, None))
        module.__dict__["_is_overridden"] = False
        if module.__dict__.get("_hooks"):
            module._watch_hooks()
    _changed(module)


def _changed(module: Module) -> None:
    _modules.changed()
    check(lib.wb_module_changed(module._handle))


def _property(name: str) -> property:
    def value(self: Any) -> Tensor:
        cache, key = _cache.values, (id(self), name)
        if cache is not None and key in cache:
            return cache[key]
        found: Tensor = self.parametrizations[name]()
        if cache is not None:
            cache[key] = found
        return found

    def assign(self: Any, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    return property(value, assign)


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Has a parameter or buffer of a module computed by `parametrization` from what it was; returns the module.

    A second one computes from the first one's value. If `parametrization` has a method right_inverse, the parameter is
    what that gives of its value, and module.weight = value sets it; where it gives a tuple, there are several. unsafe:
    values may have another shape or dtype than the parameter had.
    """
    if not isinstance(parametrization, Module):
        raise TypeError(f"register_parametrization: expected a module, found {parametrization!r:.80}")
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        entries: ParametrizationList = module.parametrizations[tensor_name]
        before = getattr(module, tensor_name)
        with no_grad():
            after = parametrization(before)
            inverse = getattr(parametrization, "right_inverse", None)
            given = before if inverse is None else inverse(before)
        _check(before, after, tensor_name, unsafe)
        with no_grad():
            entries.right_inverse(given)
        entries.append(parametrization)
        entries.unsafe = entries.unsafe or unsafe
        _changed(module)
        return module
    original = module._parameters.get(tensor_name, module._buffers.get(tensor_name))
    if original is None:
        raise ArgumentError(
            f"register_parametrization: {type(module).__name__} has no parameter, buffer or parametrisation "
            f"{tensor_name!r}"
        )
    value = original.detach().clone()
    entries = ParametrizationList([parametrization], original, unsafe)
    with no_grad():
        _check(value, entries(), tensor_name, unsafe)
    if not is_parametrized(module):
        _become_parametrized(module)
    delattr(module, tensor_name)
    setattr(type(module), tensor_name, _property(tensor_name))
    module.parametrizations[tensor_name] = entries
    _changed(module)
    return module


def _check(before: Tensor, after: Any, name: str, unsafe: bool) -> None:
    if not isinstance(after, Tensor):
        raise TypeError(f"register_parametrization: expected a tensor as {name}, found {type(after).__name__}")
    if not unsafe and (before.shape, before.dtype) != (after.shape, after.dtype):
        raise ArgumentError(
            f"register_parametrization: expected {name} as {before.dtype} {list(before.shape)}, found {after.dtype} "
            f"{list(after.shape)}; unsafe=True takes it"
        )


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Makes a parametrised parameter an ordinary one; returns the module.

    leave_parametrized: with the value that was computed; else with the original, of which there has to be one.
    """
    if not is_parametrized(module, tensor_name):
        raise ArgumentError(
            f"remove_parametrizations: {type(module).__name__} has no parametrisation of {tensor_name!r}"
        )
    entries: ParametrizationList = module.parametrizations[tensor_name]
    kept: Tensor
    if leave_parametrized:
        with no_grad():
            value = getattr(module, tensor_name).detach().clone()
        kept = value
        if entries.is_tensor and isinstance(entries.original, Parameter) and entries.original.shape == value.shape:
            with no_grad():
                entries.original.copy_(value)
            kept = entries.original
        elif any(isinstance(part, Parameter) for part in entries.originals()):
            kept = Parameter(value)
    elif entries.is_tensor:
        kept = entries.original
    else:
        raise ArgumentError(
            "remove_parametrizations: expected one original to leave, found several; leave_parametrized=True keeps the "
            "value"
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    if isinstance(kept, Parameter):
        module.register_parameter(tensor_name, kept)
    else:
        module.register_buffer(tensor_name, kept)
    if not len(module.parametrizations):
        _become_plain(module)
    return module


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Gives a module the parametrisations of another, or those of one name, and what they compute from; returns it."""
    import copy

    if not is_parametrized(from_module):
        return to_module
    for name in [tensor_name] if tensor_name is not None else list(from_module.parametrizations):
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach().clone()))
        for part in from_module.parametrizations[name]:
            register_parametrization(to_module, name, copy.deepcopy(part), unsafe=True)
        with no_grad():
            for own, other in zip(
                to_module.parametrizations[name].originals(), from_module.parametrizations[name].originals()
            ):
                own.copy_(other)
    return to_module
