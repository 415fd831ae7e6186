"""Optimizer: the base of the optimisers that scripts/generate_layers.py writes, and their groups of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from ctypes import c_char_p, c_int32, c_void_p
from typing import TYPE_CHECKING, Any, ClassVar, List

from .. import _html
from .._arrays import counted
from .._errors import ArgumentError, StructureError
from .._library import check, freed_by, handle_property, lib, text_of, unguarded
from .._literals import check_call, literal, value
from .._owner import Owner, attributes_of, set_attributes
from .._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    pass

_step = unguarded("wb_optimizer_step")
_zero_grad = unguarded("wb_optimizer_zero_grad")


class Optimizer(Owner):
    """Base of the optimisers. Settings are those of the groups; as attributes of the optimiser they are the first
    group's, and setting one sets it in all.

    copy.deepcopy of an optimiser copies its parameters too; that of (model, optimizer) gives an optimiser of the copied
    model. copy.copy is another optimiser of the same parameters, with settings and state of its own. A pickle carries
    parameters and state.
    """

    _settings: ClassVar[tuple[str, ...]] = ()
    _handle: int | None = None

    def _make(self, params: Iterable[Any], **settings: Any) -> None:
        """Makes the engine's optimiser over the groups that `params` is: tensors, (name, tensor) pairs, or dicts with
        "params" and settings."""
        name = type(self).__name__
        if isinstance(params, Tensor):
            raise TypeError(f"{name}: expected an iterable of parameters, found a tensor")
        groups = list(params)
        if not groups:
            raise ArgumentError(f"{name}: expected parameters, found an empty list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        self._groups: list[list[Tensor]] = []
        self._defaults = settings
        first = self._taken(groups[0])
        out = c_void_p()
        text = _text({**settings, **_settings_of(groups[0])}, name)
        check_call(lib.wb_optimizer_create(f"{self._kind()}({text})".encode(), *counted(first), out))
        self._handle = out.value
        self._groups.append(first)
        for group in groups[1:]:
            self.add_param_group(group)

    @classmethod
    def _kind(cls) -> str:
        return next(kind.__name__ for kind in cls.__mro__ if "_settings" in kind.__dict__)

    def _taken(self, group: Any) -> list[Tensor]:
        """The parameters of a group."""
        name = type(self).__name__
        if not isinstance(group, dict) or "params" not in group:
            raise TypeError(f"{name}: expected groups as dicts with the key 'params', found {group!r:.80}")
        given: list[Any] = [group["params"]] if isinstance(group["params"], Tensor) else list(group["params"])
        taken: list[Any] = [entry[1] if isinstance(entry, tuple) and len(entry) == 2 else entry for entry in given]
        for place, parameter in enumerate(taken):
            if not isinstance(parameter, Tensor):
                raise TypeError(f"{name}: expected tensors, found {type(parameter).__name__} at place {place}")
        return taken

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Adds a group: {"params": [...], "lr": ...}. What it leaves out is as in the constructor's call."""
        taken = self._taken(param_group)
        # What it leaves out is as the call says, not as the first group does.
        text = _text({**self._defaults, **_settings_of(param_group)}, type(self).__name__)
        check_call(lib.wb_optimizer_add_group(self._handle, *counted(taken), text.encode()))
        self._groups.append(taken)

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_optimizer_free")

    def step(self) -> None:
        """Updates all parameters from their collected gradients, in place."""
        status = _step(self._handle)
        if status:
            check(status)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Removes the collected gradients."""
        status = _zero_grad(self._handle)
        if status:
            check(status)

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

    # ---------------------------------------------------------------- copies

    def _recipe(self) -> tuple[Any, ...]:
        return ()

    def _contents(self) -> dict[str, Any]:
        return {
            "defaults": self._defaults,
            "groups": [dict(group) for group in self.param_groups],
            "state": {name: tensor._snapshot() for name, tensor in self._state().items()},
            "attributes": attributes_of(self, frozenset({"_handle", "_groups", "_defaults"})),
        }

    def _restore(self, contents: dict[str, Any]) -> None:
        self._make(contents["groups"], **contents["defaults"])
        self._load(contents["state"])
        set_attributes(self, contents["attributes"])

    def _load(self, state: Mapping[str, Any]) -> None:
        """Has the engine's optimiser take over copies of state tensors."""
        tensors = [as_tensor(given) for given in state.values()]
        check(
            lib.wb_optimizer_load_state(
                self._handle, (c_char_p * len(state))(*[name.encode() for name in state]), *counted(tensors)
            )
        )

    @property
    def param_groups(self) -> List[MutableMapping[str, Any]]:
        """A mapping of each group's parameters and settings; writing to it sets them."""
        return [_Group(self, number) for number in range(len(self._groups))]

    def _state(self) -> dict[str, Tensor]:
        """State tensors by name; they share memory with the optimiser."""
        count, name, found = c_int32(), c_char_p(), {}
        check(lib.wb_optimizer_state_count(self._handle, count))
        for place in range(count.value):
            out = c_void_p()
            check(lib.wb_optimizer_state(self._handle, place, name, out))
            found[text_of(name)] = wrap(out.value)
        return found

    def state_dict(self) -> dict[str, Any]:
        """The class, the settings of each group, and the state (like "0.exp_avg": place of the parameter, name) as it
        is now."""
        return {
            "class": type(self).__name__,
            "groups": [
                {name: self._get(number, name) for name in self._settings} for number in range(len(self._groups))
            ],
            "state": {name: tensor._snapshot() for name, tensor in self._state().items()},
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes over settings and state of an optimiser of the same class, whose parameters have the same shapes."""
        if state_dict["class"] != type(self).__name__:
            raise StructureError(
                f"load_state_dict: expected the state of {type(self).__name__}, found that of {state_dict['class']}"
            )
        if len(state_dict["groups"]) != len(self._groups):
            raise StructureError(
                f"load_state_dict: expected the state of {len(self._groups)} groups, "
                f"found that of {len(state_dict['groups'])}"
            )
        before = [{name: self._get(number, name) for name in self._settings} for number in range(len(self._groups))]
        try:
            self._set_all(state_dict["groups"])
            self._load(state_dict["state"])
        except BaseException:
            self._set_all(before)
            raise

    def _set_all(self, groups: Iterable[Mapping[str, Any]]) -> None:
        for number, settings in enumerate(groups):
            for name, given in settings.items():
                if name in self._settings and not isinstance(given, bool):
                    self._set(number, name, given)

    def __repr__(self) -> str:
        groups = [
            ", ".join(f"{name}={self._get(number, name)}" for name in self._settings)
            for number in range(len(self._groups))
        ]
        if len(groups) == 1:
            return f"{type(self).__name__}({groups[0]})"
        return (
            f"{type(self).__name__}(\n"
            + "".join(f"  group {number}: {text}\n" for number, text in enumerate(groups))
            + ")"
        )

    def _repr_html_(self) -> str:
        rows = [
            [
                number,
                len(self._groups[number]),
                sum(parameter.numel() for parameter in self._groups[number]),
                *(self._get(number, name) for name in self._settings),
            ]
            for number in range(len(self._groups))
        ]
        return _html.text(type(self).__name__) + _html.table(["group", "parameters", "elements", *self._settings], rows)


def _settings_of(group: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given for name, given in group.items() if name != "params"}


def _text(settings: Mapping[str, Any], name: str) -> str:
    return ", ".join(f"{setting}={literal(given, f'{name}: {setting}')}" for setting, given in settings.items())


class _Group(MutableMapping[str, Any]):
    """An entry of PyTorch's param_groups."""

    def __init__(self, optimizer: Optimizer, number: int) -> None:
        self._optimizer, self._number = optimizer, number

    def __iter__(self) -> Iterator[str]:
        return iter(("params", *self._optimizer._settings))

    def __len__(self) -> int:
        return 1 + len(self._optimizer._settings)

    def __getitem__(self, name: str) -> Any:
        if name == "params":
            return list(self._optimizer._groups[self._number])
        if name not in self._optimizer._settings:
            raise KeyError(name)
        return self._optimizer._get(self._number, name)

    def __setitem__(self, name: str, given: Any) -> None:
        if name not in self._optimizer._settings:
            raise KeyError(name)
        self._optimizer._set(self._number, name, given)

    def __delitem__(self, name: str) -> None:
        raise TypeError("param_groups: a group keeps all its settings")

    def __repr__(self) -> str:
        return repr(dict(self))
