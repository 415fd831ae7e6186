"""EngineOptimizer: the base of the optimisers that scripts/generate_layers.py writes, and their groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from ctypes import c_char_p, c_double, c_int32, c_void_p
from typing import TYPE_CHECKING, Any, ClassVar, List

from .. import _html
from .._arrays import counted, texts
from .._callbacks import with_closure
from .._creation import tensor as made
from .._library import check, freed_by, handle_property, lib, text_of, unguarded
from .._literals import arguments, check_call, literal, value
from .._owner import Owner, attributes_of, set_attributes
from .._tensor import Tensor, as_tensor, wrap
from .optimizer import Optimizer, groups_of, matching_groups, parameters_of, with_gradients

if TYPE_CHECKING:
    from .._typing import Handle

_step = unguarded("wb_optimizer_step")
_zero_grad = unguarded("wb_optimizer_zero_grad")

# What schedules keep with a group in the engine.
NOTES = ("initial_lr", "max_lr", "min_lr", "base_momentum", "max_momentum", "swa_lr")


def state_of(handle: Handle) -> dict[str, Tensor]:
    """State tensors of an optimiser of the engine's, by name; they share memory with it."""
    count, name, found = c_int32(), c_char_p(), {}
    check(lib.wb_optimizer_state_count(handle, count))
    for place in range(count.value):
        out = c_void_p()
        check(lib.wb_optimizer_state(handle, place, name, out))
        found[text_of(name)] = wrap(out.value)
    return found


class EngineOptimizer(Owner, Optimizer):
    """Base of the engine's optimisers. Settings are those of the groups; as attributes of the optimiser they are the
    first group's, and setting one sets it in all.

    copy.deepcopy of an optimiser copies its parameters too; that of (model, optimizer) gives an optimiser of the copied
    model. copy.copy is another optimiser of the same parameters, with settings and state of its own. A pickle carries
    parameters and state.
    """

    _settings: ClassVar[tuple[str, ...]] = ()
    # Whether a step asks for the loss.
    _needs_closure: ClassVar[bool] = False
    _handle: int | None = None

    def _make(self, params: Iterable[Any], **settings: Any) -> None:
        """Makes the engine's optimiser over the groups that `params` is."""
        name = type(self).__name__
        groups = groups_of(params, name)
        self._groups: list[_Group] = []
        self._defaults = settings
        first = parameters_of(groups[0], name)
        own, notes, extras = self._parts(groups[0])
        out = c_void_p()
        text = _text({**settings, **own}, name)
        check_call(lib.wb_optimizer_create(f"{self._kind()}({text})".encode(), *counted(first), out))
        self._handle = out.value
        self._groups.append(_Group(self, 0, first, extras))
        if notes:
            self._set_text(0, notes)
        for group in groups[1:]:
            self.add_param_group(group)

    @classmethod
    def _kind(cls) -> str:
        return next(kind.__name__ for kind in cls.__mro__ if "_settings" in kind.__dict__)

    def _parts(self, group: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """What a group says of settings, of what schedules keep, and of the user's own."""
        parts: tuple[dict[str, Any], ...] = ({}, {}, {})
        for name, given in group.items():
            if name != "params":
                parts[0 if name in self._settings else 1 if name in NOTES else 2][name] = given
        return parts  # type: ignore[return-value]

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Adds a group: {"params": [...], "lr": ...}. What it leaves out is as in the constructor's call."""
        name = type(self).__name__
        taken = parameters_of(param_group, name)
        own, notes, extras = self._parts(param_group)
        # What it leaves out is as the call says, not as the first group does.
        text = _text({**self._defaults, **own, **notes}, name)
        check_call(lib.wb_optimizer_add_group(self._handle, *counted(taken), text.encode()))
        self._groups.append(_Group(self, len(self._groups), taken, extras))

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_optimizer_free")

    # ---------------------------------------------------------------- steps

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Updates all parameters from their collected gradients, in place.

        closure: computes the loss and its gradients anew; the result is its (first) value. LBFGS needs one.
        """
        if closure is not None or self._needs_closure:
            return self._step_with(closure)
        status = _step(self._handle)
        if status:
            check(status)
        return None

    def _step_with(self, closure: Callable[[], Any] | None) -> Any:
        if not callable(closure):
            raise TypeError(f"{type(self).__name__}: expected a closure that computes the loss, found {closure!r:.80}")
        if not self._needs_closure:
            loss = with_gradients(closure)
            check(_step(self._handle))
            return loss
        losses: list[Any] = []

        def loss_of() -> Tensor:
            found = closure()
            if not losses:
                losses.append(found)
            return as_tensor(found)

        def run(callback: Any, context: int) -> int:
            status: int = lib.wb_optimizer_step_closure(self._handle, callback, context, c_double())
            return status

        check(with_closure(run, loss_of))
        return losses[0]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Removes the collected gradients; with set_to_none False they become zeros."""
        if not set_to_none:
            return super().zero_grad(False)
        status = _zero_grad(self._handle)
        if status:
            check(status)
        return None

    # ---------------------------------------------------------------- settings

    @property
    def defaults(self) -> dict[str, Any]:  # type: ignore[override]
        """The settings of the constructor's call."""
        return dict(self._defaults)

    def __getattr__(self, name: str) -> Any:
        if name in type(self)._settings and self._handle is not None:
            return self._get(0, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, given: Any) -> None:
        if name in type(self)._settings:
            self._set(-1, name, given)
        else:
            object.__setattr__(self, name, given)

    def _get(self, group: int, name: str) -> Any:
        text = c_char_p()
        check(lib.wb_optimizer_get_text(self._handle, group, name.encode(), text))
        return value(text_of(text))

    def _set(self, group: int, name: str, given: Any) -> None:
        text = literal(given, f"{type(self).__name__}: {name}")
        check_call(lib.wb_optimizer_set_text(self._handle, group, name.encode(), text.encode()))

    def _get_all(self, group: int) -> dict[str, Any]:
        """The settings of a group, and what schedules keep there."""
        text = c_char_p()
        check(lib.wb_optimizer_get_settings(self._handle, group, text))
        return arguments(text_of(text))

    def _set_text(self, group: int, settings: Mapping[str, Any]) -> None:
        text = _text(settings, type(self).__name__)
        check_call(lib.wb_optimizer_set_settings(self._handle, group, text.encode()))

    @property
    def param_groups(self) -> List[MutableMapping[str, Any]]:  # type: ignore[override]
        """A mapping of each group's parameters, settings and further keys; writing to it sets them."""
        return self._groups  # type: ignore[return-value]

    # ---------------------------------------------------------------- state

    def _state(self) -> dict[str, Tensor]:
        """State tensors by name; they share memory with the optimiser."""
        return state_of(self._handle)

    def _load(self, state: Mapping[str, Any]) -> None:
        """Has the engine's optimiser take over copies of state tensors."""
        # A number of Python's has all its digits.
        tensors = [
            made(given, dtype="float64") if isinstance(given, (int, float)) else as_tensor(given)
            for given in state.values()
        ]
        check(lib.wb_optimizer_load_state(self._handle, texts(list(state)), *counted(tensors)))

    @property
    def state(self) -> MutableMapping[Tensor, MutableMapping[str, Any]]:
        """The state of each parameter by name. Its tensors share memory with the optimiser."""
        return _State(self)

    def _parameters(self) -> list[Tensor]:
        return [parameter for group in self._groups for parameter in group._parameters]

    def _packed_state(self, places: Mapping[int, int]) -> dict[Any, Any]:
        return {
            place: {name: _snapshot(given) for name, given in state.items()}
            for place, state in _by_place(self._state()).items()
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes over settings and state of an optimiser of the same class, whose parameters have the same shapes: what
        state_dict() gives, and what PyTorch's does. All or nothing."""
        given = matching_groups(self._groups, state_dict)
        numbers = [number for group in given for number in group["params"]]
        places = {number: place for place, number in enumerate(numbers)}
        state = {
            f"{places.get(number, number)}.{name}": found
            for number, entries in state_dict["state"].items()
            for name, found in _flat(entries).items()
        }
        before = [(self._get_all(number), dict(group._extras)) for number, group in enumerate(self._groups)]
        try:
            for number, group in enumerate(given):
                own, notes, extras = self._parts(group)
                self._set_text(number, {**own, **notes})
                self._groups[number]._extras = extras
            self._load(state)
        except BaseException:
            for number, (settings, extras) in enumerate(before):
                self._set_text(number, settings)
                self._groups[number]._extras = extras
            raise

    # ---------------------------------------------------------------- copies

    def _recipe(self) -> tuple[Any, ...]:
        return ()

    def _contents(self) -> dict[str, Any]:
        return {
            "defaults": self._defaults,
            "groups": [dict(group) for group in self._groups],
            "state": {name: tensor._snapshot() for name, tensor in self._state().items()},
            "attributes": attributes_of(
                self, frozenset({"_handle", "_groups", "_defaults", "_before_step", "_after_step", "_is_stepping"})
            ),
        }

    def _restore(self, contents: dict[str, Any]) -> None:
        self._make(contents["groups"], **contents["defaults"])
        self._load(contents["state"])
        set_attributes(self, contents["attributes"])

    # ---------------------------------------------------------------- how it looks

    def _line(self) -> str:
        """In one line, without what changes nothing."""
        shown = [name for name in self._settings if name not in ("foreach", "fused", "capturable", "differentiable")]
        groups = [
            ", ".join(f"{name}={self._get(number, name)}" for name in shown) for number in range(len(self._groups))
        ]
        return f"{type(self).__name__}({'; '.join(groups)})"

    def _repr_html_(self) -> str:
        rows = [
            [
                number,
                len(group._parameters),
                sum(parameter.numel() for parameter in group._parameters),
                *(self._get(number, name) for name in self._settings),
            ]
            for number, group in enumerate(self._groups)
        ]
        return _html.text(type(self).__name__) + _html.table(["group", "parameters", "elements", *self._settings], rows)


def _text(settings: Mapping[str, Any], name: str) -> str:
    return ", ".join(f"{setting}={literal(given, f'{name}: {setting}')}" for setting, given in settings.items())


def _snapshot(given: Any) -> Any:
    return [_snapshot(part) for part in given] if isinstance(given, list) else given._snapshot()


def _by_place(state: Mapping[str, Tensor]) -> dict[int, dict[str, Any]]:
    """The state of each parameter that has some, by its place: "0.exp_avg" is one of parameter 0. Vectors such as
    "0.old_dirs.3" are parts of a list."""
    found: dict[int, dict[str, Any]] = {}
    for full, tensor in state.items():
        place, name, *number = full.split(".")
        entry = found.setdefault(int(place), {})
        if number:
            entry.setdefault(name, []).append(tensor)
        else:
            entry[name] = tensor
    return found


def _flat(entries: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a parameter with lists taken apart; what is None is not there, nor is what PyTorch's LBFGS keeps for
    the length of a step."""
    found = {}
    for name, given in entries.items():
        if name == "al":
            continue
        if isinstance(given, (list, tuple)):
            found.update({f"{name}.{number}": part for number, part in enumerate(given) if part is not None})
        elif given is not None:
            found[name] = given
    return found


class _Group(MutableMapping[str, Any]):
    """An entry of PyTorch's param_groups: the engine's settings, and keys of the user's own."""

    def __init__(
        self, optimizer: EngineOptimizer, number: int, parameters: list[Tensor], extras: dict[str, Any]
    ) -> None:
        self._optimizer, self._number = optimizer, number
        self._parameters, self._extras = parameters, extras

    def __iter__(self) -> Iterator[str]:
        return iter(("params", *self._optimizer._get_all(self._number), *self._extras))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __getitem__(self, name: str) -> Any:
        if name == "params":
            return list(self._parameters)
        if name in self._optimizer._settings:
            return self._optimizer._get(self._number, name)
        if name in NOTES:
            return self._optimizer._get_all(self._number)[name]
        return self._extras[name]

    def __setitem__(self, name: str, given: Any) -> None:
        if name == "params":
            raise TypeError("param_groups: a group keeps its parameters; add others by add_param_group")
        if name in self._optimizer._settings or name in NOTES:
            self._optimizer._set(self._number, name, given)
        else:
            self._extras[name] = given

    def __delitem__(self, name: str) -> None:
        if name not in self._extras:
            raise TypeError("param_groups: a group keeps all its settings")
        del self._extras[name]

    def __repr__(self) -> str:
        return repr(dict(self))


class _State(MutableMapping[Tensor, MutableMapping[str, Any]]):
    """PyTorch's optimizer.state."""

    def __init__(self, optimizer: EngineOptimizer) -> None:
        self._optimizer = optimizer

    def _place(self, parameter: Tensor) -> int:
        for place, known in enumerate(self._optimizer._parameters()):
            if known is parameter:
                return place
        raise KeyError(parameter)

    def __getitem__(self, parameter: Tensor) -> MutableMapping[str, Any]:
        return _ParameterState(self._optimizer, self._place(parameter))

    def __setitem__(self, parameter: Tensor, state: Mapping[str, Any]) -> None:
        place = self._place(parameter)
        kept = {name: given for name, given in self._optimizer._state().items() if int(name.split(".")[0]) != place}
        self._optimizer._load({**kept, **{f"{place}.{name}": given for name, given in _flat(state).items()}})

    def __delitem__(self, parameter: Tensor) -> None:
        self[parameter] = {}

    def clear(self) -> None:
        """Forgets all state."""
        self._optimizer._load({})

    def __iter__(self) -> Iterator[Tensor]:
        parameters = self._optimizer._parameters()
        return (parameters[place] for place in _by_place(self._optimizer._state()))

    def __len__(self) -> int:
        return len(_by_place(self._optimizer._state()))

    def __repr__(self) -> str:
        return repr({place: dict(state) for place, state in _by_place(self._optimizer._state()).items()})


class _ParameterState(MutableMapping[str, Any]):
    """The state of one parameter by name."""

    def __init__(self, optimizer: EngineOptimizer, place: int) -> None:
        self._optimizer, self._place = optimizer, place

    def _all(self) -> dict[str, Any]:
        return _by_place(self._optimizer._state()).get(self._place, {})

    def __getitem__(self, name: str) -> Any:
        return self._all()[name]

    def _replace(self, state: Mapping[str, Any]) -> None:
        self._optimizer.state[self._optimizer._parameters()[self._place]] = dict(state)

    def __setitem__(self, name: str, given: Any) -> None:
        self._replace({**self._all(), name: given})

    def __delitem__(self, name: str) -> None:
        self._replace({known: given for known, given in self._all().items() if known != name})

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())
