"""A parameter that is computed anew before each forward pass, as PyTorch's older normalisations have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._errors import ArgumentError
from ..._library import check, lib
from ..layer import Layer
from ..module import Parameter

if TYPE_CHECKING:
    from ..._tensor import Tensor
    from ..module import Module


class Recomputed:
    """The two hooks of such a parameter: one computes it, the other takes it away from the engine's layer again."""

    def __init__(self, name: str) -> None:
        self.name = name

    def value(self, module: Module) -> Tensor:
        """The parameter's value; to be defined by subclasses."""
        raise NotImplementedError

    def originals(self) -> tuple[str, ...]:
        """The names of parameters and buffers that it is computed from; to be defined by subclasses."""
        raise NotImplementedError

    def __call__(self, module: Module, args: Any) -> None:
        value = self.value(module)
        object.__setattr__(module, self.name, value)
        if isinstance(module, Layer):
            check(lib.wb_module_lend(module._handle, self.name.encode(), value))

    def behind(self, module: Module, args: Any, output: Any) -> None:
        """What comes behind a forward pass."""
        if isinstance(module, Layer):
            check(lib.wb_module_lend(module._handle, self.name.encode(), None))

    def begin(self, module: Module) -> None:
        """Has the module compute the parameter from now on."""
        object.__setattr__(module, self.name, self.value(module).detach())
        module.register_forward_pre_hook(self)
        module.register_forward_hook(self.behind, always_call=True)

    def end(self, module: Module, value: Tensor) -> None:
        """Makes the parameter an ordinary one of that value."""
        hooks = module.__dict__["_hooks"]
        for entries in (hooks.pre, hooks.post):
            for number, (hook, *_) in tuple(entries.items()):
                if hook is self or getattr(hook, "__self__", None) is self:
                    del entries[number]
        for name in self.originals():
            delattr(module, name)
        module.__dict__.pop(self.name, None)
        module.register_parameter(self.name, Parameter(value.detach().clone()))
        module._hooks_changed()


def parameter_of(module: Module, name: str, what: str) -> Parameter:
    """The module's parameter of a name."""
    found: Parameter | None = module._parameters.get(name)
    if found is None:
        raise ArgumentError(f"{what}: {type(module).__name__} has no parameter {name!r}")
    return found


def hook_of(module: Module, name: str, kind: type[Recomputed], what: str) -> Any:
    """The hook that computes a parameter."""
    hooks = module.__dict__.get("_hooks")
    for hook, *_ in hooks.pre.values() if hooks else ():
        if isinstance(hook, kind) and hook.name == name:
            return hook
    raise ArgumentError(f"{what}: {type(module).__name__} has no such normalisation of {name!r}")
