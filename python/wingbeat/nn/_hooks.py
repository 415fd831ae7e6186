"""Hooks on modules, as PyTorch's: functions that run before and behind a forward pass, and where gradients pass.

A layer of the engine with hooks has its forward pass called from here, also where a container of the engine's or a
trainer runs it; it stays what it is in files and descriptions. A compiled function runs hooks when it is captured, and
is captured again where one is registered or removed.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from .. import _modules
from .._custom import Function
from .._library import check, lib
from .._tensor import Tensor
from .._tree import flatten, unflatten

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from .._typing import Handle

_numbers = count()


class Hooks:
    """The hooks of a module, by their numbers in the order in which they run."""

    def __init__(self) -> None:
        self.pre: dict[int, tuple[Callable[..., Any], bool]] = {}
        self.post: dict[int, tuple[Callable[..., Any], bool, bool]] = {}
        self.backward_pre: dict[int, tuple[Callable[..., Any]]] = {}
        self.backward: dict[int, tuple[Callable[..., Any]]] = {}
        # Where states are taken and loaded, which changes no forward pass.
        self.state_pre: dict[int, tuple[Callable[..., Any]]] = {}
        self.state_post: dict[int, tuple[Callable[..., Any]]] = {}
        self.load_pre: dict[int, tuple[Callable[..., Any], bool]] = {}
        self.load_post: dict[int, tuple[Callable[..., Any]]] = {}

    def __bool__(self) -> bool:
        return bool(self.pre or self.post or self.backward_pre or self.backward)


class HookHandle:
    """Names a registered hook. remove() ends it; as a context manager it ends with the block."""

    def __init__(self, module: Hooked, hooks: dict[int, Any], number: int) -> None:
        self._module, self._hooks, self.id = module, hooks, number

    def remove(self) -> None:
        """The hook is not called any more."""
        if self._hooks.pop(self.id, None) is not None:
            self._module._hooks_changed()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


class Hooked:
    """What gives modules their hooks."""

    if TYPE_CHECKING:
        _handle: Handle

        def forward(self, *args: Any, **kwargs: Any) -> Any: ...

    def _hooks_changed(self) -> None:
        """Notes that another hook is there, or one less."""
        _modules.changed()
        check(lib.wb_module_changed(self._handle))
        self._watch_hooks()

    def _watch_hooks(self) -> None:
        """Has the engine call this object where it has hooks."""

    def _register(self, kind: str, hook: Any, flags: tuple[bool, ...], prepend: bool) -> HookHandle:
        if not callable(hook):
            raise TypeError(f"{type(self).__name__}: expected a function as a hook, found {hook!r:.80}")
        hooks = self.__dict__.setdefault("_hooks", Hooks())
        entries, number = getattr(hooks, kind), next(_numbers)
        before = dict(entries) if prepend else {}
        if prepend:
            entries.clear()
        entries[number] = (hook, *flags)
        entries.update(before)
        self._hooks_changed()
        return HookHandle(self, entries, number)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Calls hook(module, args) before each forward pass; what it returns, unless None, takes the arguments' place.

        with_kwargs: hook(module, args, kwargs), which returns None or another (args, kwargs). prepend: before the hooks
        that are there. The result has remove().
        """
        return self._register("pre", hook, (with_kwargs,), prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> HookHandle:
        """Calls hook(module, args, output) behind each forward pass; what it returns, unless None, takes the output's
        place.

        with_kwargs: hook(module, args, kwargs, output). always_call: also where the pass raises, with None as output.
        prepend: before the hooks that are there. The result has remove().
        """
        return self._register("post", hook, (with_kwargs, always_call), prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> HookHandle:
        """Calls hook(module, grad_output), a tuple, when the gradients of the outputs are known; what it returns,
        unless None, takes their place."""
        return self._register("backward_pre", hook, (), prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> HookHandle:
        """Calls hook(module, grad_input, grad_output) when the gradients of the inputs are known; what it returns,
        unless None, takes grad_input's place.

        Both are tuples, with None for what has no gradient; inputs are the arguments that are tensors, by place.
        """
        return self._register("backward", hook, (), prepend)

    register_backward_hook = register_full_backward_hook

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Calls hook(module, prefix, keep_vars) before state_dict takes the values of this module, or of one around
        it."""
        return self._register("state_pre", hook, (), False)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Calls hook(module, state_dict, prefix, {}) behind state_dict, which may change the dict; its result is not
        used."""
        return self._register("state_post", hook, (), False)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Calls hook(module, state_dict, prefix, {}, strict, missing, unexpected, errors) before load_state_dict looks
        at its dict, of which the hook has a copy to change."""
        return self._register("load_pre", hook, (True,), False)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Calls hook(module, keys) behind load_state_dict, with the names that were missing and unexpected."""
        return self._register("load_post", hook, (), False)

    def _state_hooks(self, kind: str) -> list[tuple[str, Any, Any]]:
        """(path with a dot at its end, module, hook) of this module and all in it."""
        tree: Any = self
        return [
            (f"{path}." if path else "", module, hook)
            for path, module in tree.named_modules()
            for hook, *_ in getattr(module.__dict__.get("_hooks"), kind, {}).values()
        ]

    def _call_hooked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A forward pass with all hooks."""
        hooks: Hooks = self.__dict__["_hooks"]
        try:
            for hook, with_kwargs in tuple(hooks.pre.values()):
                if with_kwargs:
                    found = hook(self, args, kwargs)
                    if found is not None:
                        args, kwargs = _two(found, self)
                    continue
                found = hook(self, args)
                if found is not None:
                    args = found if isinstance(found, tuple) else (found,)
            watch = _Gradients(self, hooks) if hooks.backward or hooks.backward_pre else None
            if watch:
                args = watch.inputs(args)
            result = self.forward(*args, **kwargs)
        except Exception:
            for hook, with_kwargs, always in tuple(hooks.post.values()):
                if always:
                    hook(self, args, kwargs, None) if with_kwargs else hook(self, args, None)
            raise
        for hook, with_kwargs, _ in tuple(hooks.post.values()):
            found = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            if found is not None:
                result = found
        return watch.outputs(result) if watch else result


def _two(found: Any, module: Any) -> Any:
    if not isinstance(found, tuple) or len(found) != 2:
        raise TypeError(
            f"{type(module).__name__}: expected (args, kwargs), or None, from a hook with keywords, found {found!r:.80}"
        )
    return found


class _Gradients:
    """Where the gradients of one forward pass come by."""

    def __init__(self, module: Any, hooks: Hooks) -> None:
        self._module, self._hooks = module, hooks
        self._from_outputs: tuple[Tensor | None, ...] = ()
        self._count, self._places = 0, [0]
        self._has_inputs = False

    def inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, of which the gradients come by."""
        self._count = len(args)
        self._places = [place for place, arg in enumerate(args) if _passes(arg)]
        self._has_inputs = bool(self._places)
        if not self._places:
            return args
        found = list(args)
        for place, tensor in zip(
            self._places, _Passing.apply(self._of_inputs, *(args[place] for place in self._places))
        ):
            found[place] = tensor
        return tuple(found)

    def outputs(self, result: Any) -> Any:
        """The result, of which the gradients come by."""
        leaves, structure = flatten(result)
        places = [place for place, leaf in enumerate(leaves) if _passes(leaf)]
        if not places:
            return result

        def of_outputs(gradients: tuple[Tensor, ...]) -> tuple[Tensor | None, ...]:
            whole: list[Tensor | None] = [None] * len(leaves)
            for place, gradient in zip(places, gradients):
                whole[place] = gradient
            for (hook,) in tuple(self._hooks.backward_pre.values()):
                found = hook(self._module, tuple(whole))
                if found is not None:
                    whole = list(found) if isinstance(found, (tuple, list)) else [found]
            self._from_outputs = tuple(whole)
            if not self._has_inputs:
                self._call((None,) * self._count)
            return tuple(whole[place] for place in places)

        for place, tensor in zip(places, _Passing.apply(of_outputs, *(leaves[place] for place in places))):
            leaves[place] = tensor
        return unflatten(structure, leaves)

    def _of_inputs(self, gradients: tuple[Tensor, ...]) -> tuple[Tensor | None, ...]:
        whole: list[Tensor | None] = [None] * self._count
        for place, gradient in zip(self._places, gradients):
            whole[place] = gradient
        found = self._call(tuple(whole))
        return tuple(found[place] for place in self._places)

    def _call(self, from_inputs: tuple[Tensor | None, ...]) -> tuple[Tensor | None, ...]:
        for (hook,) in tuple(self._hooks.backward.values()):
            found = hook(self._module, from_inputs, self._from_outputs)
            if found is not None:
                from_inputs = found if isinstance(found, tuple) else (found,)
        return from_inputs


def _passes(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


class _Passing(Function):
    """Tensors as they are, whose gradients a function sees and may replace."""

    @staticmethod
    def forward(ctx: Any, see: Any, *tensors: Tensor) -> tuple[Tensor, ...]:
        ctx.see = see
        return tuple(tensor.clone() for tensor in tensors)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Any, ...]:
        return None, *ctx.see(gradients)
