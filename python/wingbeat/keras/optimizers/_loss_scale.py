"""LossScaleOptimizer: gradients of losses that are scaled up so that 16 bits hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...tf._tensor import convert, op
from ._optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class LossScaleOptimizer(Optimizer):
    """Has another optimizer update variables by gradients over a scale, which it finds out.

    Where a gradient is NaN or infinite the step is left out and the scale halved; after dynamic_growth_steps good steps
    in a row it is doubled. Inside a tf.function this looks at a value, so that the function runs line by line.

    inner_optimizer: what makes the steps. initial_scale: the scale at first.
    """

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer no longer supports `dynamic=False`. Instead, simply set `loss_scale_factor` "
                "directly on the `inner_optimizer`."
            )
        given = {key: value for key, value in kwargs.items() if value not in (None, False, 0.99)}
        if given:
            raise ValueError(
                f"LossScaleOptimizer does not support `{next(iter(given))}`. Instead, set it on the `inner_optimizer`."
            )
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale, self.dynamic_growth_steps = initial_scale, dynamic_growth_steps
        self.inner_optimizer.loss_scale_factor = None

    def build(self, variables: Iterable[Any]) -> None:
        """Takes the variables that are to be updated, and makes the state."""
        from .. import initializers

        variables = list(variables)
        self.step_counter = self.add_variable((), "zeros", "int64", name="step_counter")
        self.dynamic_scale = self.add_variable(
            (), initializers.Constant(self.initial_scale), "float32", name="dynamic_scale"
        )
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Any]:
        """Its own state, and the inner optimizer's."""
        return [*self._variables, *self.inner_optimizer.variables]

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Any] | None = None) -> None:
        """Updates variables by gradients of the scaled loss, unless one of them is not finite."""
        grads = list(grads)
        variables = self._taken(grads, trainable_variables)
        if _are_finite(grads):
            self.inner_optimizer.apply(_over(grads, self.dynamic_scale), variables)
            if int(self.step_counter.numpy()) == self.dynamic_growth_steps - 1:
                self.step_counter.assign(0)
                self.dynamic_scale.assign(_scaled(self.dynamic_scale, 2.0))
            else:
                self.step_counter.assign_add(1)
        else:
            self.step_counter.assign(0)
            self.dynamic_scale.assign(_scaled(self.dynamic_scale, 0.5))

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        self.inner_optimizer.learning_rate = learning_rate

    @property
    def iterations(self) -> Any:
        """How many steps the inner optimizer has made."""
        return self.inner_optimizer.iterations

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the scale."""
        return _scaled(loss, self.dynamic_scale if self.built else self.initial_scale)

    def get_unscaled_gradients(self, grads: Iterable[Any]) -> Any:
        """Gradients over the scale."""
        return _over(list(grads), self.dynamic_scale if self.built else self.initial_scale)

    get_scaled_loss = scale_loss

    def finalize_variable_values(self, var_list: Iterable[Any]) -> None:
        """Called after training."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """What makes such an optimiser again."""
        from . import serialize

        return {
            "name": self.name,
            "inner_optimizer": serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The optimiser of a config."""
        from . import deserialize

        config = dict(config)
        return cls(deserialize(config.pop("inner_optimizer"), custom_objects), **config)


@op
def _all_finite(grads: list[Any]) -> Any:
    from ... import isfinite, stack

    return stack([isfinite(convert(gradient)).all() for gradient in grads if gradient is not None]).all()


def _are_finite(grads: list[Any]) -> bool:
    return bool(_all_finite(grads))


@op
def _over(grads: list[Any], scale: Any) -> Any:
    divisor = convert(scale)
    return [None if gradient is None else convert(gradient) / divisor.to(convert(gradient).dtype) for gradient in grads]


@op
def _scaled(loss: Any, scale: Any) -> Any:
    given = convert(loss)
    return given * (convert(scale).to(given.dtype) if hasattr(scale, "_cell") else scale)
