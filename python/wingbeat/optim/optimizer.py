"""Optimizer: the base of all optimisers, the engine's (engine.py) and those that users write in Python."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, List

from .. import _html
from .._errors import ArgumentError, StructureError
from .._modes import enable_grad
from .._tensor import Tensor

StepHook = Callable[..., Any]


class RemovableHandle:
    """Names a registered hook. remove() ends it; as a context manager it ends with the block."""

    def __init__(self, hooks: dict[int, StepHook], hook: StepHook) -> None:
        self._hooks = hooks
        hooks[id(self)] = hook

    def remove(self) -> None:
        """The hook is not called any more."""
        self._hooks.pop(id(self), None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


def hooked(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step around which the hooks of its optimiser run."""

    @functools.wraps(step)
    def run(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        if self._is_stepping or not (self._before_step or self._after_step):
            return step(self, *args, **kwargs)
        object.__setattr__(self, "_is_stepping", True)
        try:
            for hook in list(self._before_step.values()):
                replaced = hook(self, args, kwargs)
                if replaced is not None:
                    if not (isinstance(replaced, tuple) and len(replaced) == 2):
                        raise TypeError(f"step: expected None or (args, kwargs) from a hook, found {replaced!r:.80}")
                    args, kwargs = replaced
            result = step(self, *args, **kwargs)
            for hook in list(self._after_step.values()):
                hook(self, args, kwargs)
            return result
        finally:
            object.__setattr__(self, "_is_stepping", False)

    return run


class Optimizer:
    """Base of the optimisers.

    An optimiser of one's own calls super().__init__(params, defaults) and has a step() that goes over
    self.param_groups, a list of dicts with "params" and settings, with whatever it keeps in self.state[parameter].

    params: tensors, (name, tensor) pairs, or dicts with "params" and settings. defaults: settings of groups that do not
    say otherwise.
    """

    param_groups: List[Any]
    state: Any
    defaults: dict[str, Any]
    _is_stepping = False
    # An object's own, from its first hook on.
    _before_step: Mapping[int, StepHook] = {}
    _after_step: Mapping[int, StepHook] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = hooked(cls.__dict__["step"])  # type: ignore[method-assign]

    def __init__(self, params: Iterable[Any], defaults: Mapping[str, Any]) -> None:
        self.defaults = dict(defaults)
        self.state = defaultdict(dict)
        self.param_groups = []
        for group in groups_of(params, type(self).__name__):
            self.add_param_group(group)

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Adds a group: {"params": [...], "lr": ...}. What it leaves out is as in the constructor's call."""
        taken = parameters_of(param_group, type(self).__name__)
        known = {id(parameter) for group in self.param_groups for parameter in group["params"]}
        for parameter in taken:
            if id(parameter) in known:
                raise ArgumentError(f"{type(self).__name__}: a parameter is given twice")
            known.add(id(parameter))
        self.param_groups.append({**self.defaults, **param_group, "params": taken})

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Updates the parameters from their collected gradients.

        closure: computes the loss and its gradients anew; the result is its value.
        """
        raise NotImplementedError(f"{type(self).__name__}: expected a step() of its own, found none")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Removes the collected gradients; with set_to_none False they become zeros."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if set_to_none:
                    parameter.grad = None
                elif parameter.grad is not None:
                    parameter.grad = parameter.grad.detach() * 0

    def register_step_pre_hook(self, hook: StepHook) -> RemovableHandle:
        """Calls hook(optimizer, args, kwargs) before each step; it may return (args, kwargs) in the place of these."""
        return RemovableHandle(self._hooks("_before_step"), hook)

    def register_step_post_hook(self, hook: StepHook) -> RemovableHandle:
        """Calls hook(optimizer, args, kwargs) after each step."""
        return RemovableHandle(self._hooks("_after_step"), hook)

    def _hooks(self, name: str) -> dict[int, StepHook]:
        if name not in self.__dict__:
            object.__setattr__(self, name, {})
        return self.__dict__[name]  # type: ignore[no-any-return]

    # ---------------------------------------------------------------- state

    def state_dict(self) -> dict[str, Any]:
        """The state as it is now, as PyTorch lays it out: {"state": {place of the parameter: {name: value}},
        "param_groups": [{setting: value, "params": [places]}]}."""
        places: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            for parameter in group["params"]:
                places.setdefault(id(parameter), len(places))
            packed = {name: given for name, given in group.items() if name != "params"}
            packed["params"] = [places[id(parameter)] for parameter in group["params"]]
            groups.append(packed)
        return {"state": self._packed_state(places), "param_groups": groups}

    def _packed_state(self, places: Mapping[int, int]) -> dict[Any, Any]:
        found = {}
        for key, value in self.state.items():
            found[places[id(key)] if isinstance(key, Tensor) else key] = {
                name: given._snapshot() if isinstance(given, Tensor) else given for name, given in value.items()
            }
        return found

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes over settings and state of an optimiser of the same kind, whose parameters have the same shapes."""
        given = matching_groups(self.param_groups, state_dict)
        parameters = [parameter for group in self.param_groups for parameter in group["params"]]
        numbers = [number for group in given for number in group["params"]]
        by_number = dict(zip(numbers, parameters))
        state: Any = defaultdict(dict)
        for key, value in state_dict["state"].items():
            state[by_number.get(key, key)] = dict(value)
        self.state = state
        for own, group in zip(self.param_groups, given):
            own.update({name: value for name, value in group.items() if name != "params"})

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for number, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {number}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([*lines, ")"])

    def _line(self) -> str:
        """In one line."""
        return type(self).__name__

    def _repr_html_(self) -> str:
        return _html.text(repr(self))


def groups_of(params: Iterable[Any], name: str) -> list[Any]:
    """The groups that an argument `params` is."""
    if isinstance(params, Tensor):
        raise TypeError(f"{name}: expected an iterable of parameters, found a tensor")
    groups = list(params)
    if not groups:
        raise ArgumentError(f"{name}: expected parameters, found an empty list")
    return groups if isinstance(groups[0], Mapping) else [{"params": groups}]


def parameters_of(group: Any, name: str) -> list[Tensor]:
    """The parameters of a group."""
    if not isinstance(group, Mapping) or "params" not in group:
        raise TypeError(f"{name}: expected groups as dicts with the key 'params', found {group!r:.80}")
    given: list[Any] = [group["params"]] if isinstance(group["params"], Tensor) else list(group["params"])
    taken: list[Any] = [entry[1] if isinstance(entry, tuple) and len(entry) == 2 else entry for entry in given]
    for place, parameter in enumerate(taken):
        if not isinstance(parameter, Tensor):
            raise TypeError(f"{name}: expected tensors, found {type(parameter).__name__} at place {place}")
    return taken


def matching_groups(own: Iterable[Mapping[str, Any]], state_dict: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The groups of a state_dict, if they have as many parameters as these."""
    sizes = [len(group["params"]) for group in own]
    try:
        given = list(state_dict["param_groups"])
        found = [len(group["params"]) for group in given]
        if not isinstance(state_dict["state"], Mapping):
            raise TypeError
    except (KeyError, TypeError, IndexError):
        raise StructureError(
            'load_state_dict: expected {"state": {...}, "param_groups": [{..., "params": [...]}]}, '
            f"found {state_dict!r:.80}"
        ) from None
    if len(found) != len(sizes):
        raise StructureError(f"load_state_dict: expected the state of {len(sizes)} groups, found that of {len(found)}")
    for number, (expected, size) in enumerate(zip(sizes, found)):
        if expected != size:
            raise StructureError(f"load_state_dict: expected {expected} parameters in group {number}, found {size}")
    return given


def with_gradients(closure: Callable[[], Any]) -> Any:
    """What a closure gives, with gradients enabled."""
    with enable_grad():
        return closure()
