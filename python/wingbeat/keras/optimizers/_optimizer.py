"""Optimizer: the base of Keras's optimisers, the engine's (_engine.py) and those that users write."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ...tf import _recording
from ...tf._tensor import convert, wrap
from .. import _names
from .._variable import Variable
from .schedules import LearningRateSchedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..._tensor import Tensor

COMMON = (
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


def box_of(variable: Any) -> Tensor:
    """What holds a variable's value."""
    cell = getattr(variable, "_cell", None)
    return cell.box if cell is not None else variable  # type: ignore[no-any-return]


def written(variable: Any) -> None:
    """Notes that a variable has been written to."""
    cell = getattr(variable, "_cell", None)
    if cell is not None:
        cell.version += 1


class Optimizer:
    """Base of the optimisers.

    One of the user's own has update_step(gradient, variable, learning_rate), and a build(variables) that makes what it
    keeps by add_variable_from_reference and calls super().build(variables).

    learning_rate: a number, a schedule, or a function of no arguments. weight_decay: each variable first loses
    weight_decay learning_rate times itself. clipnorm, clipvalue, global_clipnorm: limits of gradients, of which one may
    be given. use_ema, ema_momentum, ema_overwrite_frequency: an average of the variables, and after how many steps it
    takes their place. loss_scale_factor: what the loss was multiplied by. gradient_accumulation_steps: gradients that
    make a step.
    """

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        given = locals()
        self._begin(learning_rate, name, kwargs, {setting: given[setting] for setting in COMMON})

    def _begin(self, learning_rate: Any, name: str | None, extra: dict[str, Any], common: Mapping[str, Any]) -> None:
        kind = type(self).__name__
        if extra.pop("decay", None) is not None:
            warnings.warn("Argument `decay` is no longer supported and will be ignored.", stacklevel=4)
        if "lr" in extra:
            raise ValueError(f"Argument(s) not recognized: {extra}; the rate is called learning_rate")
        if extra:
            raise ValueError(f"Argument(s) not recognized: {extra}")
        self.name = name or _names.automatic(kind)
        self.built = False
        self._common = dict(common)
        self._trainable_variables: list[Any] = []
        self._places: dict[int, int] = {}
        self._excluded: set[int] = set()
        self._excluded_words: tuple[str, ...] = ()
        self._iterations = Variable(0, dtype="int64", trainable=False, name="iteration")
        self._variables: list[Any] = [self._iterations]
        self._schedule: Any = None
        self._rate: Any = None
        self._first_rate = 0.0
        if isinstance(learning_rate, LearningRateSchedule) or callable(learning_rate):
            self._schedule = learning_rate
        else:
            if isinstance(learning_rate, bool) or not isinstance(learning_rate, (int, float)):
                learning_rate = _number(learning_rate)
            self._first_rate = float(learning_rate)
            self._rate = Variable(self._first_rate, dtype="float32", trainable=False, name="learning_rate")
            self._variables.append(self._rate)

    # ---------------------------------------------------------------- settings

    @property
    def iterations(self) -> Any:
        """How many steps there have been, a variable of int64. With gradient_accumulation_steps: how many updates."""
        steps = self._common["gradient_accumulation_steps"]
        if not steps:
            return self._iterations
        return self._iterations // steps

    @property
    def learning_rate(self) -> Any:
        """The rate: a variable, which can be assigned; of a schedule its value at this step. Setting it takes a number,
        a schedule or a function."""
        return self._rate if self._schedule is None else self._scheduled()

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        if isinstance(learning_rate, LearningRateSchedule) or callable(learning_rate) and not _is_value(learning_rate):
            self._schedule = learning_rate
            self._variables = [variable for variable in self._variables if variable is not self._rate]
            return
        if isinstance(self._schedule, LearningRateSchedule):
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as its `learning_rate` constructor "
                "argument, hence its learning rate is not settable; create it with a number"
            )
        if self._rate is None:
            self._schedule = None
            self._rate = Variable(0.0, dtype="float32", trainable=False, name="learning_rate")
            self._variables.insert(1, self._rate)
        self._rate.assign(convert(learning_rate).to("float32") if _is_value(learning_rate) else float(learning_rate))

    def _scheduled(self) -> Any:
        if isinstance(self._schedule, LearningRateSchedule):
            return self._schedule(self._iterations)
        return self._schedule()

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Variables, or parts of their names, that weight decay is not taken from. Called before build."""
        if self.built:
            raise ValueError("`exclude_from_weight_decay()` can only be configured before the optimizer is built.")
        self._excluded = {id(box_of(variable)) for variable in var_list or ()}
        self._excluded_words = tuple(var_names or ())

    def _decays(self, variable: Any) -> bool:
        import re

        if id(box_of(variable)) in self._excluded:
            return False
        name = str(getattr(variable, "name", ""))
        return not any(re.search(word, name) for word in self._excluded_words)

    # ---------------------------------------------------------------- state

    @property
    def variables(self) -> list[Any]:
        """The state in Keras's order: iteration, learning rate (without a schedule), and what build has made."""
        return list(self._variables)

    def build(self, variables: Iterable[Any]) -> None:
        """Takes the variables that are to be updated, and makes the state."""
        self._trainable_variables = list(variables)
        self._places = {id(box_of(variable)): place for place, variable in enumerate(self._trainable_variables)}
        self.built = True

    def add_variable(
        self,
        shape: Any,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Any:
        """A variable of the optimiser's own."""
        made = Variable(initializer, shape=tuple(shape), dtype=dtype, trainable=False, name=name or "variable")
        self._variables.append(made)
        return made

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Any:
        """A variable of the shape and dtype of another."""
        box = box_of(reference_variable)
        full = f"{_path(reference_variable)}_{name or 'var'}"
        return self.add_variable(tuple(box.shape), initializer, box.dtype.name, name=full)

    def add_optimizer_variables(self, trainable_variables: Iterable[Any], name: Any, initializer: Any = "zeros") -> Any:
        """Variables like others, as a list; for several names a tuple of lists."""
        names = [name] if isinstance(name, str) else list(name)
        first = [initializer] * len(names) if not isinstance(initializer, (list, tuple)) else list(initializer)
        found: tuple[list[Any], ...] = tuple([] for _ in names)
        for variable in trainable_variables:
            for place, (word, begin) in enumerate(zip(names, first)):
                found[place].append(self.add_variable_from_reference(variable, word, begin))
        return found[0] if isinstance(name, str) else found

    def _get_variable_index(self, variable: Any) -> int:
        return self._places[id(box_of(variable))]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets the state, in the order of variables."""
        if not self.built:
            raise ValueError(
                "You are calling `set_weights()` on an optimizer that has not yet been built. Please call "
                "`optimizer.build(trainable_variables)` to create the optimizer weights before calling `set_weights()`."
            )
        for variable, weight in zip(self.variables, weights):
            variable.assign(weight)

    def get_weights(self) -> list[Any]:
        """The state as arrays, in the order of variables."""
        return [variable.numpy() for variable in self.variables]

    def save_own_variables(self, store: Any) -> None:
        """Puts the state into a mapping, under "0", "1", ..."""
        for place, variable in enumerate(self.variables):
            store[str(place)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Takes the state from such a mapping. One of another length is left alone, with a warning."""
        if len(store.keys()) != len(self.variables):
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has {len(self.variables)} "
                f"variables whereas the saved optimizer has {len(store.keys())} variables. ",
                stacklevel=2,
            )
            return
        for place, variable in enumerate(self.variables):
            variable.assign(store[str(place)])

    # ---------------------------------------------------------------- steps

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]], name: str | None = None, **kwargs: Any) -> Any:
        """Updates variables: pairs of gradients and variables, or of None and a variable that is left alone."""
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Any] | None = None) -> None:
        """Updates variables by their gradients, in place. Without variables: those that the optimiser was built with.

        Raises ValueError where no variable has a gradient, or one is not known.
        """
        grads = list(grads)
        if not grads:
            return
        variables = self._taken(grads, trainable_variables)
        pairs = [(gradient, variable) for gradient, variable in zip(grads, variables) if gradient is not None]
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        if len(pairs) < len(variables):
            missing = [_path(variable) for gradient, variable in zip(grads, variables) if gradient is None]
            warnings.warn(
                f"Gradients do not exist for variables {missing[::-1]} when minimizing the loss. If using "
                "`model.compile()`, did you forget to provide a `loss` argument?",
                stacklevel=2,
            )
        with _recording.CONSTANT:
            self._update(pairs)
            for _, variable in pairs:
                written(variable)
                constraint = getattr(variable, "constraint", None)
                if constraint is not None:
                    variable.assign(constraint(variable))

    def _taken(self, grads: list[Any], given: Iterable[Any] | None) -> list[Any]:
        """The variables that gradients are for."""
        if given is None:
            if not self.built:
                raise ValueError(
                    "When passing `grads` without `variables`, the optimizer must already be built on a list of "
                    "variables. Call `optimizer.build(trainable_variables)` first. "
                )
            if len(grads) != len(self._trainable_variables):
                raise ValueError(
                    "When passing `grads` as a list of gradient tensors, the gradients must match "
                    f"`optimizer.variables` one-to-on. Received a list of {len(grads)} gradients, but the optimizer is "
                    f"tracking {len(self._trainable_variables)} trainable variables."
                )
            return self._trainable_variables
        variables = list(given)
        if not self.built:
            self.build(variables)
            self.built = True
        for variable in variables:
            if id(box_of(variable)) not in self._places:
                raise ValueError(
                    f"Unknown variable: {variable}. This optimizer can only be called for the variables it was "
                    "originally built with. When working with a new set of variables, you should recreate a new "
                    "optimizer instance."
                )
        return variables

    def minimize(self, loss: Any, var_list: Any, tape: Any = None) -> Any:
        """Takes gradients of a loss and applies them. loss: a function of no arguments; or a tensor, with its tape."""
        from ...tf import GradientTape

        variables = var_list() if callable(var_list) and not _is_value(var_list) else list(var_list)
        if callable(loss) and not _is_value(loss):
            with GradientTape() as tape:
                loss = loss()
        elif tape is None:
            raise ValueError("minimize: expected the tape that has recorded the loss, found none")
        return self.apply_gradients(zip(tape.gradient(loss, variables), variables))

    def _update(self, pairs: list[tuple[Any, Any]]) -> None:
        """A step of an optimiser of the user's own."""
        from ._own import updated

        updated(self, pairs)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Changes one variable by its gradient: what an optimiser of one's own has."""
        raise NotImplementedError(f"{type(self).__name__}: expected an update_step() of its own, found none")

    def assign(self, variable: Any, value: Any) -> None:
        """Sets a variable."""
        variable.assign(value)

    def assign_add(self, variable: Any, value: Any) -> None:
        """Adds to a variable."""
        variable.assign_add(value)

    def assign_sub(self, variable: Any, value: Any) -> None:
        """Subtracts from a variable."""
        variable.assign_sub(value)

    def scale_loss(self, loss: Any) -> Any:
        """The loss times loss_scale_factor, if there is one."""
        factor = self._common["loss_scale_factor"]
        return loss if factor is None else loss * factor

    def finalize_variable_values(self, var_list: Iterable[Any]) -> None:
        """Called after training: with use_ema the average takes the variables' place."""

    # ---------------------------------------------------------------- configs

    def get_config(self) -> dict[str, Any]:
        """What makes such an optimiser again."""
        from . import schedules

        if isinstance(self._schedule, LearningRateSchedule):
            rate: Any = schedules.serialize(self._schedule)
        elif self._schedule is not None:
            from .._serialization import serialize_keras_object

            rate = serialize_keras_object(self._schedule)
        else:
            rate = float(self._rate.numpy())
        order = ("weight_decay", "clipnorm", "global_clipnorm", *COMMON[2:3], *COMMON[4:])
        return {"name": self.name, "learning_rate": rate, **{setting: self._common[setting] for setting in order}}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The optimiser of a config."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            from . import schedules

            config["learning_rate"] = schedules.deserialize(config["learning_rate"], custom_objects)
        return cls(**config)

    def __repr__(self) -> str:
        return f"<wingbeat.keras.optimizers.{type(self).__name__} name={self.name}>"


def _path(variable: Any) -> str:
    name = getattr(variable, "path", None) or getattr(variable, "name", "variable")
    return str(name).replace("/", "_").replace(":", "_")


def _is_value(value: Any) -> bool:
    from ..._tensor import Tensor

    return isinstance(value, Tensor) or hasattr(value, "_cell")


def _number(value: Any) -> float:
    try:
        return float(wrap(value))
    except (TypeError, ValueError):
        raise ValueError(
            "Argument `learning_rate` should be float, or an instance of LearningRateSchedule, or a callable (that "
            "takes in the current iteration value and returns the corresponding learning rate value). Received: "
            f"learning_rate={value}"
        ) from None
