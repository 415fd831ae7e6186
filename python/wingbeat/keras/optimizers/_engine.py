"""EngineOptimizer: the base of the optimisers whose steps the engine makes, which scripts/generate_layers.py writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ...optim.engine import EngineOptimizer as _Engine
from ...tf import _recording
from ...tf._tensor import convert
from .._variable import Variable
from ._optimizer import COMMON, Optimizer, box_of, written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..._tensor import Tensor

_classes: dict[str, type[_Engine]] = {}


def engine_class(kind: str, settings: tuple[str, ...]) -> type[_Engine]:
    """wingbeat's class for a kind of the engine's."""
    if kind not in _classes:
        _classes[kind] = type(kind, (_Engine,), {"_settings": settings, "__module__": __name__})
    return _classes[kind]


class EngineOptimizer(Optimizer):
    """Base of the engine's optimisers. Their settings are attributes, and may be set."""

    _kind: ClassVar[str]
    _settings: ClassVar[tuple[str, ...]]
    # wingbeat's optimiser, from build on.
    _engine: Any = None

    def _make(self, name: str | None, extra: dict[str, Any], **settings: Any) -> None:
        rate = settings.pop("learning_rate")
        object.__setattr__(self, "_own", {key: given for key, given in settings.items() if key not in COMMON})
        self._begin(rate, name, extra, {key: settings[key] for key in COMMON})
        # What does not fit is said here, and not when the first gradients come.
        from ..._creation import zeros

        self._engine_of([{"params": [zeros(1)]}])

    def _engine_of(self, groups: list[dict[str, Any]]) -> Any:
        rate = self._first_rate
        if self._rate is not None and self._rate._cell.version:
            rate = float(self._rate.numpy())
        made: Any = object.__new__(engine_class(self._kind, self._settings))
        made._make(groups, **{"learning_rate": rate, **self._own, **self._common})
        return made

    def __getattr__(self, name: str) -> Any:
        for table in ("_own", "_common"):
            found = self.__dict__.get(table, {})
            if name in found:
                return found[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        for table in ("_own", "_common"):
            found = self.__dict__.get(table, {})
            if name in found:
                if self._engine is not None:
                    self._engine._set(-1, name, value)
                found[name] = value
                return
        object.__setattr__(self, name, value)

    @property
    def _as_parameter_(self) -> Any:
        if self._engine is None:
            raise ValueError(f"{type(self).__name__}: expected an optimizer that was built, or has made a step")
        return self._engine._as_parameter_

    def build(self, variables: Iterable[Any]) -> None:
        """Takes the variables that are to be updated, and makes the state."""
        if self.built:
            return
        if _recording.state.capture is not None:
            _recording.state.capture.makes_variable()
        variables = list(variables)
        super().build(variables)
        groups: list[dict[str, Any]] = []
        last: dict[str, Any] | None = None
        for variable in variables:
            settings = self._settings_of(variable)
            # Groups are variables in a row, so that the state stays in order.
            if settings != last:
                groups.append({"params": [], **settings})
                last = settings
            groups[-1]["params"].append(box_of(variable))
        if not groups:
            return
        self._engine = self._engine_of(groups)
        if self._iterations._cell.version:  # it was assigned before there was a state
            self._engine._load({"iteration": self._iterations._cell.box})
        state: dict[str, Tensor] = self._engine._state()
        own = []
        for name, tensor in state.items():
            known = {"iteration": self._iterations, "learning_rate": self._rate}.get(name)
            if known is not None:
                known._cell.box = tensor
            elif name == "learning_rate":
                self._rate_box = tensor
            else:
                place, _, word = name.partition(".")
                reference = variables[int(place)] if word else None
                path = str(getattr(reference, "path", getattr(reference, "name", ""))).replace("/", "_")
                own.append(Variable.of(tensor, f"{path}_{word}" if word else name, trainable=False))
        self._variables += own
        if self._rate is not None:
            self._rate_box = self._rate._cell.box

    def _settings_of(self, variable: Any) -> dict[str, Any]:
        """The settings that a variable has of its own."""
        return {} if self._decays(variable) else {"weight_decay": None}

    def _update(self, pairs: list[tuple[Any, Any]]) -> None:
        if type(self).update_step is not Optimizer.update_step:
            return super()._update(pairs)
        if self._schedule is not None:
            self._rate_box._assign(convert(self._scheduled()).to("float32").reshape(()))
        boxes = [box_of(variable) for _, variable in pairs]
        try:
            for (gradient, _), box in zip(pairs, boxes):
                box.grad = convert(gradient)
            self._engine.step()
        finally:
            for box in boxes:
                box.grad = None
        for variable in self._variables:
            written(variable)
        if self._common["use_ema"]:
            for variable in self._trainable_variables:
                written(variable)
        return None

    def finalize_variable_values(self, var_list: Iterable[Any]) -> None:
        """Called after training: with use_ema the average takes the variables' place."""
        if not self._common["use_ema"] or self._engine is None:
            return
        state = self._engine._state()
        with _recording.CONSTANT:
            for place, variable in enumerate(self._trainable_variables):
                box_of(variable)._assign(state[f"{place}.average"])
                written(variable)

    def get_config(self) -> dict[str, Any]:
        """What makes such an optimiser again."""
        return {**super().get_config(), **self._own}

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        made = type(self).from_config(self.get_config())
        memo[id(self)] = made
        return made
