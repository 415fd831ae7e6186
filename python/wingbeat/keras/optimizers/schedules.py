"""Learning rates as functions of the step, as Keras has them. Each is made of the engine's operations, so that it may
stand in a program: the rate changes from run to run, and nothing is planned anew."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ...tf._tensor import convert, op

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..._tensor import Tensor

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


class LearningRateSchedule:
    """Base of the schedules. One of the user's own has a __call__(step) that gives the rate at a step, and a
    get_config()."""

    def __call__(self, step: Any) -> Any:
        """The rate at a step, which counts from 0."""
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override `__call__(self, step)`."
        )

    def get_config(self) -> dict[str, Any]:
        """What makes such a schedule again."""
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override `get_config()` in order to be serialized."
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """The schedule of a config."""
        return cls(**config)


class _Decay(LearningRateSchedule):
    """Base of the schedules of this module: their arguments are attributes, and their config."""

    _names: tuple[str, ...] = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def _keep(self, **arguments: Any) -> None:
        self._names = tuple(arguments)
        self.__dict__.update(arguments)
        steps = arguments.get("decay_steps", arguments.get("first_decay_steps", 1))
        if steps <= 0:
            raise ValueError(f"Argument `decay_steps` must be > 0. Received: decay_steps={steps}")

    def get_config(self) -> dict[str, Any]:
        """What makes such a schedule again."""
        return {name: getattr(self, name) for name in self._names}

    @op
    def __call__(self, step: Any) -> Any:
        """The rate at a step, which counts from 0: a tensor of float32."""
        return self._rate(convert(step).to("float32"))

    def _rate(self, step: Tensor) -> Any:
        raise NotImplementedError


class ExponentialDecay(_Decay):
    """initial_learning_rate decay_rate^(step / decay_steps); with staircase the exponent is a whole number."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self._keep(
            initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, decay_rate=decay_rate,
            staircase=staircase, name=name,
        )  # fmt: skip

    def _rate(self, step: Tensor) -> Any:
        share = step / self.decay_steps
        return self.decay_rate ** (share.floor() if self.staircase else share) * self.initial_learning_rate


class InverseTimeDecay(_Decay):
    """initial_learning_rate / (1 + decay_rate step / decay_steps); with staircase the share is a whole number."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self._keep(
            initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, decay_rate=decay_rate,
            staircase=staircase, name=name,
        )  # fmt: skip

    def _rate(self, step: Tensor) -> Any:
        share = step / self.decay_steps
        return self.initial_learning_rate / ((share.floor() if self.staircase else share) * self.decay_rate + 1.0)


class PiecewiseConstantDecay(_Decay):
    """values[0] up to and with the step boundaries[0], values[1] up to boundaries[1], and so on."""

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of length {len(values)}."
            )
        self._keep(boundaries=boundaries, values=values, name=name)

    def _rate(self, step: Tensor) -> Any:
        from ... import full_like, where

        rate = full_like(step, self.values[0])
        for boundary, value in zip(self.boundaries, self.values[1:]):
            rate = where(step > boundary, full_like(step, value), rate)
        return rate


class PolynomialDecay(_Decay):
    """(initial_learning_rate - end_learning_rate)(1 - step / decay_steps)^power + end_learning_rate, up to decay_steps;
    with cycle decay_steps becomes the next multiple where a step is beyond it."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self._keep(
            initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, end_learning_rate=end_learning_rate,
            power=power, cycle=cycle, name=name,
        )  # fmt: skip

    def _rate(self, step: Tensor) -> Any:
        if self.cycle:
            share = step / ((step / self.decay_steps).ceil().clamp(min=1.0) * self.decay_steps)
        else:
            share = step.clamp(max=float(self.decay_steps)) / self.decay_steps
        height = self.initial_learning_rate - self.end_learning_rate
        return (1.0 - share) ** self.power * height + self.end_learning_rate


class CosineDecay(_Decay):
    """Half a wave of a cosine from initial_learning_rate to alpha times it in decay_steps (Loshchilov and Hutter 2017).

    With warmup_target the rate first goes from initial_learning_rate to it in warmup_steps, and falls from there.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self._keep(
            initial_learning_rate=initial_learning_rate, decay_steps=decay_steps, alpha=alpha, name=name,
            warmup_target=warmup_target, warmup_steps=warmup_steps,
        )  # fmt: skip

    def _rate(self, step: Tensor) -> Any:
        from ... import where

        if self.warmup_target is None:
            return self._falling(step.clamp(max=float(self.decay_steps)), self.initial_learning_rate)
        step = step.clamp(max=float(self.decay_steps + self.warmup_steps))
        falling = self._falling(step - self.warmup_steps, self.warmup_target)
        if self.warmup_steps <= 0:
            return falling
        height = self.warmup_target - self.initial_learning_rate
        rising = step / self.warmup_steps * height + self.initial_learning_rate
        return where(step < self.warmup_steps, rising, falling)

    def _falling(self, step: Tensor, height: float) -> Any:
        wave = ((step / self.decay_steps * math.pi).cos() + 1.0) * 0.5
        return (wave * (1.0 - self.alpha) + self.alpha) * height


class CosineDecayRestarts(_Decay):
    """Half a wave of a cosine, again and again: each time t_mul times as long, from m_mul times the height (Loshchilov
    and Hutter 2017)."""

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self._keep(
            initial_learning_rate=initial_learning_rate, first_decay_steps=first_decay_steps, t_mul=t_mul, m_mul=m_mul,
            alpha=alpha, name=name,
        )  # fmt: skip

    def _rate(self, step: Tensor) -> Any:
        share = step / self.first_decay_steps
        if self.t_mul == 1.0:
            restarts = share.floor()
            share = share - restarts
        else:
            restarts = ((1.0 - share * (1.0 - self.t_mul)).log() / math.log(self.t_mul)).floor()
            grown: Any = self.t_mul**restarts
            share = (share - (1.0 - grown) / (1.0 - self.t_mul)) / grown
        wave = ((share * math.pi).cos() + 1.0) * 0.5 * self.m_mul**restarts
        return (wave * (1.0 - self.alpha) + self.alpha) * self.initial_learning_rate


_OBJECTS = {
    kind.__name__: kind
    for kind in (
        ExponentialDecay, PiecewiseConstantDecay, PolynomialDecay, InverseTimeDecay, CosineDecay, CosineDecayRestarts,
    )
}  # fmt: skip


def serialize(learning_rate_schedule: LearningRateSchedule) -> Any:
    """The config of a schedule."""
    from .._serialization import serialize_keras_object

    return serialize_keras_object(learning_rate_schedule)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The schedule of a config."""
    from .._serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, _OBJECTS)
