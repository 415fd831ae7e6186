"""LRScheduler: the base of the schedules that scripts/generate_layers.py writes, and of those that users write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from ctypes import c_char_p, c_void_p
from typing import Any, ClassVar

from .._callbacks import with_factor
from .._errors import ArgumentError, StructureError
from .._library import check, freed_by, handle_property, lib, text_of
from .._literals import arguments, check_call, literal
from .._owner import Owner
from .._tensor import Tensor
from .engine import EngineOptimizer
from .optimizer import Optimizer


class LRScheduler(Owner):
    """Base of the schedules, which set the learning rates of an optimiser's groups, step by step.

    A schedule of one's own calls super().__init__(optimizer, last_epoch) and has a get_lr() that gives a rate for each
    group, from self.last_epoch, self.base_lrs and self.optimizer.param_groups.

    optimizer: whose rates it sets. last_epoch: the epoch to go on from; -1 for the beginning.
    """

    # The engine's kind; None for one of the user's.
    _kind: ClassVar[str | None] = None
    _handle: int | None = None
    optimizer: Optimizer

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self._check(optimizer)
        self.optimizer = optimizer
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                if "initial_lr" not in group:
                    group["initial_lr"] = group["lr"]
            elif "initial_lr" not in group:
                raise KeyError(
                    f"{type(self).__name__}: expected 'initial_lr' in group {number} of a schedule that goes on "
                    f"(last_epoch {last_epoch}), found none"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    @classmethod
    def _check(cls, optimizer: Any) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{cls.__name__}: expected an optimizer, found {optimizer!r:.80}")

    # ---------------------------------------------------------------- the engine's

    def _make(self, optimizer: Optimizer, **given: Any) -> None:
        """Makes the engine's schedule."""
        self._check(optimizer)
        name, kind = type(self).__name__, self._kind
        object.__setattr__(self, "optimizer", optimizer)
        object.__setattr__(self, "_given", dict(given))
        functions = {key: given.pop(key) for key in ("lr_lambda", "scale_fn") if given.get(key) is not None}
        parts = given.pop("schedulers", None)
        given = {key: _plain(value) for key, value in given.items() if key != "scale_fn"}
        text = ", ".join(f"{key}={literal(value, f'{name}: {key}')}" for key, value in given.items())
        expression = f"{kind}({text})".encode()
        engine, out = _engine(optimizer), c_void_p()
        _take_over(optimizer)
        if functions:
            ((key, function),) = functions.items()
            factor = self._factor(key, function)
            check_call(
                with_factor(
                    lambda callback, release, context: lib.wb_schedule_create_function(
                        expression, engine, callback, release, context, out
                    ),
                    factor,
                )
            )
        elif parts is not None:
            parts = list(parts)
            for part in parts:
                if not isinstance(part, LRScheduler) or part._handle is None:
                    raise TypeError(f"{name}: expected schedules of the engine's, found {part!r:.80}")
                if part.optimizer is not optimizer:
                    raise ArgumentError(f"{name}: expected schedules of one optimizer, found one of another")
            object.__setattr__(self, "_schedulers", parts)
            handles = (c_void_p * len(parts))(*[part._handle for part in parts])
            check_call(lib.wb_schedule_create_composed(expression, engine, handles, len(parts), out))
        else:
            check_call(lib.wb_schedule_create(expression, engine, out))
        object.__setattr__(self, "_handle", out.value)
        _give_back(optimizer)

    def _factor(self, key: str, given: Any) -> Callable[[int, int], float]:
        """The function, or one for each group, as a function of group and epoch."""
        name, count = type(self).__name__, len(self.optimizer.param_groups)
        functions = list(given) if isinstance(given, (list, tuple)) else [given] * count
        if len(functions) != count:
            raise ArgumentError(f"{name}: expected {count} functions as {key}, found {len(functions)}")
        for function in functions:
            if not callable(function):
                raise TypeError(f"{name}: expected a function as {key}, found {function!r:.80}")
        return lambda group, epoch: float(functions[group](epoch))

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_schedule_free")

    def _values(self) -> dict[str, Any]:
        text = c_char_p()
        check(lib.wb_schedule_state(self._handle, text))
        found = arguments(text_of(text))
        for key in ("base_lrs", "_last_lr"):
            found[key] = list(found[key])
        return found

    def __getattr__(self, name: str) -> Any:
        if self.__dict__.get("_handle") is not None:
            values = self._values()
            if name in values:
                return values[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, given: Any) -> None:
        if self.__dict__.get("_handle") is not None and name in self._values():
            self._load({name: given})
        else:
            object.__setattr__(self, name, given)

    def _load(self, values: Mapping[str, Any]) -> None:
        text = ", ".join(
            f"{key}={literal(_plain(value), f'{type(self).__name__}: {key}')}" for key, value in values.items()
        )
        check(lib.wb_schedule_load_state(self._handle, text.encode()))

    # ---------------------------------------------------------------- steps

    def _initial_step(self) -> None:
        self._step_count = 0
        self.step()

    def get_lr(self) -> list[float]:
        """The rates of the groups at last_epoch: what a schedule of one's own computes."""
        if self._handle is None:
            raise NotImplementedError(f"{type(self).__name__}: expected a get_lr() of its own, found none")
        return self.get_last_lr()

    def get_last_lr(self) -> list[float]:
        """The rates that the last step has set, one for each group."""
        return list(self._last_lr)

    def step(self, epoch: float | None = None) -> None:
        """The rates of the next epoch (or batch, as the caller counts), or of a given one."""
        if self._handle is None:
            self._step_count += 1
            self.last_epoch = self.last_epoch + 1 if epoch is None else int(epoch)
            closed = getattr(self, "_get_closed_form_lr", None)
            rates = closed() if epoch is not None and closed is not None else self.get_lr()
            for group, rate in zip(self.optimizer.param_groups, rates):
                group["lr"] = rate
            self._last_lr = [group["lr"] for group in self.optimizer.param_groups]
            return
        _take_over(self.optimizer)
        check(lib.wb_schedule_step(self._handle) if epoch is None else lib.wb_schedule_step_to(self._handle, epoch))
        _give_back(self.optimizer)

    # ---------------------------------------------------------------- state

    def state_dict(self) -> dict[str, Any]:
        """Arguments, position and rates, as PyTorch's: all but functions and the optimizer."""
        if self._handle is None:
            return {name: given for name, given in self.__dict__.items() if name != "optimizer"}
        found = self._values()
        parts = self.__dict__.get("_schedulers")
        if parts is not None:
            found["_schedulers"] = [part.state_dict() for part in parts]
        return found

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes over what state_dict() has said, also PyTorch's. Rates of the groups stay as they are."""
        if self._handle is None:
            self.__dict__.update(state_dict)
            return
        known = self._values()
        given = {name: found for name, found in state_dict.items() if name in known}
        if "_milestones" in state_dict and "milestones" in known:
            given["milestones"] = state_dict["_milestones"]
        parts, states = self.__dict__.get("_schedulers"), state_dict.get("_schedulers")
        if parts is not None and states is not None:
            if len(states) != len(parts):
                raise StructureError(
                    f"load_state_dict: expected the state of {len(parts)} schedules, found that of {len(states)}"
                )
            for part, state in zip(parts, states):
                part.load_state_dict(state)
        self._load(given)

    # ---------------------------------------------------------------- copies

    def _recipe(self) -> tuple[Any, ...]:
        return ()

    def _contents(self) -> dict[str, Any]:
        own = {name: given for name, given in self.__dict__.items() if name not in ("_handle", "_given", "_schedulers")}
        if self._handle is None:
            return {"attributes": own}
        return {"attributes": own, "given": self._given, "state": self.state_dict()}

    def _restore(self, contents: dict[str, Any]) -> None:
        if "given" not in contents:
            self.__dict__.update(contents["attributes"])
            return
        optimizer = contents["attributes"].pop("optimizer")
        before = [{name: group[name] for name in _CARRIED if name in group} for group in optimizer.param_groups]
        self._make(optimizer, **contents["given"])
        self.load_state_dict(contents["state"])
        # Making it has set first rates and momenta.
        for group, settings in zip(optimizer.param_groups, before):
            group.update(settings)
        self.__dict__.update(contents["attributes"])

    def __repr__(self) -> str:
        if self._handle is None:
            return f"<{type(self).__name__} at epoch {self.last_epoch}>"
        hidden = ("base_lrs", "_step_count", "_last_lr")
        shown = ", ".join(f"{name}={given!r}" for name, given in self._values().items() if name not in hidden)
        return f"{type(self).__name__}({shown})"


class PlateauScheduler(LRScheduler):
    """Base of ReduceLROnPlateau, whose steps look at a metric."""

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Looks at the metric of an epoch, a number or a tensor of one, and reduces the rates where it has not become
        better for long enough."""
        _take_over(self.optimizer)
        check(lib.wb_schedule_step_metric(self._handle, float(metrics)))
        _give_back(self.optimizer)


def common_optimizer(schedulers: Iterable[Any]) -> Any:
    """The optimizer of schedules."""
    for schedule in schedulers:
        if isinstance(schedule, LRScheduler):
            return schedule.optimizer
    raise ArgumentError("ChainedScheduler: expected at least one schedule, found none")


def _plain(value: Any) -> Any:
    """As the engine takes it: PyTorch keeps milestones as a Counter."""
    if isinstance(value, Counter):
        return sorted(value.elements())
    if isinstance(value, Tensor):
        return value.item() if value.numel() == 1 else value.tolist()
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else value


# ---------------------------------------------------------------- optimisers of the user's own

# The engine's schedules act on an optimiser of the engine's. For one that is written in Python it is a stand-in with as
# many groups: rates and momenta go to it before each step of a schedule, and come back after.
_CARRIED = ("lr", "momentum", "betas", "initial_lr", "max_lr", "min_lr", "base_momentum", "max_momentum", "swa_lr")


def _engine(optimizer: Any) -> EngineOptimizer:
    if isinstance(optimizer, EngineOptimizer):
        return optimizer
    if "_stand_in" not in optimizer.__dict__:
        from .. import zeros
        from ..nn import Parameter
        from .optimizers import SGD, Adam

        kind: Any = Adam if "betas" in optimizer.defaults else SGD
        groups = [{"params": [Parameter(zeros(1))]} for _ in optimizer.param_groups]
        optimizer._stand_in = kind(groups)
    return optimizer._stand_in  # type: ignore[no-any-return]


def _take_over(optimizer: Any) -> None:
    if not isinstance(optimizer, EngineOptimizer):
        _copy(optimizer.param_groups, _engine(optimizer).param_groups, ())


def _give_back(optimizer: Any) -> None:
    if not isinstance(optimizer, EngineOptimizer):
        _copy(_engine(optimizer).param_groups, optimizer.param_groups, ("momentum", "betas"))


def _copy(groups: Iterable[Any], others: Iterable[Any], where_there: tuple[str, ...]) -> None:
    for group, other in zip(groups, others):
        for name in _CARRIED:
            if name in group and (name not in where_there or name in other):
                if name in other and other[name] == group[name]:
                    continue
                other[name] = group[name]
