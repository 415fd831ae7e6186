"""Scaled losses, so that small gradients are not lost in float16."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, TypeVar

from ._dtypes import float16, float32
from ._errors import ArgumentError, DTypeError, StateError
from ._math import isfinite
from ._shaping import stack
from ._tensor import Tensor, tensor_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .optim import Optimizer

T = TypeVar("T")


class GradScaler:
    """Multiplies losses by a scale that is as large as gradients allow, and divides gradients by it before a step.

        scaler = wb.amp.GradScaler("cpu")
        with wb.autocast("cpu", dtype=wb.float16):
            loss = loss_fn(model(x), y)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()

    A step whose gradients hold an infinity or NaN is left out, and the scale falls to backoff_factor of itself. After
    growth_interval steps in a row that were made it grows by growth_factor. device: "cpu"; "cuda", which is not there,
    warns and turns the scaler off. enabled: False makes scale, unscale_ and update do nothing, and step the
    optimiser's.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        if device not in ("cpu", "cuda"):
            raise ArgumentError(f"GradScaler: expected the device 'cpu' or 'cuda', found {device!r:.80}")
        if enabled and device == "cuda":
            warnings.warn("GradScaler: this build has no GPU, so a scaler for 'cuda' is turned off", stacklevel=2)
            enabled = False
        self._device, self._enabled = device, bool(enabled)
        self._scale = _above(0, "init_scale", init_scale)
        # What losses are multiplied by: a tensor, so that a captured program finds the scale of its run.
        self._factor = tensor_of(self._scale, float32)
        self.set_growth_factor(growth_factor)
        self.set_backoff_factor(backoff_factor)
        self.set_growth_interval(growth_interval)
        self._growth_tracker = 0
        # Of each optimizer whose gradients were divided since the last update: whether they are finite, and whether
        # it has stepped.
        self._seen: dict[int, tuple[bool, bool]] = {}

    def scale(self, outputs: T) -> T:
        """A tensor times the scale, or each of those in lists and tuples."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            scaled: Any = outputs * self._factor
            return scaled  # type: ignore[no-any-return]
        if isinstance(outputs, (list, tuple)):
            parts: Any = [self.scale(part) for part in outputs]
            return type(outputs)(parts)
        raise TypeError(f"scale: expected a tensor, or a list or tuple of them, found {type(outputs).__name__}")

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divides the gradients of the optimizer's parameters by the scale, and looks whether they are finite.

        To be called at most once between updates, before gradients are clipped; step() does it otherwise.
        """
        if not self._enabled:
            return
        if id(optimizer) in self._seen:
            stepped = self._seen[id(optimizer)][1]
            raise StateError(
                "unscale_: expected gradients that are still scaled, but "
                + ("step() has been called" if stepped else "unscale_() has been called")
                + " for this optimizer since the last update()"
            )
        gradients = [
            parameter.grad
            for group in optimizer.param_groups
            for parameter in group["params"]
            if parameter.grad is not None
        ]
        for gradient in gradients:
            if gradient.dtype == float16:
                raise DTypeError("unscale_: expected gradients of float32 or bfloat16, found float16")
        for gradient in gradients:
            gradient.mul_(1 / self._scale)
        finite = not gradients or bool(stack([isfinite(gradient).all() for gradient in gradients]).all())
        self._seen[id(optimizer)] = (finite, False)

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """optimizer.step(*args, **kwargs) with divided gradients, and its result; nothing and None if they are not
        finite."""
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if self._seen.get(id(optimizer), (True, False))[1]:
            raise StateError("step: expected one step between updates, but step() has been called since update()")
        if id(optimizer) not in self._seen:
            self.unscale_(optimizer)
        finite = self._seen[id(optimizer)][0]
        self._seen[id(optimizer)] = (finite, True)
        return optimizer.step(*args, **kwargs) if finite else None

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """The scale for what comes next: smaller after a step that was left out, larger after many that were not; or
        the one that is given."""
        if not self._enabled:
            return
        if new_scale is not None:
            self._scale = _above(0, "new_scale", new_scale)
        elif not self._seen:
            raise StateError("update: expected a step or unscale_ since the last update, but there was none")
        elif not all(finite for finite, _ in self._seen.values()):
            self._scale, self._growth_tracker = self._scale * self._backoff_factor, 0
        else:
            self._growth_tracker += 1
            if self._growth_tracker == self._growth_interval:
                grown = self._scale * self._growth_factor
                # Beyond float32 it would make everything infinite.
                self._scale, self._growth_tracker = grown if grown < 2.0**127 else self._scale, 0
        self._seen = {}
        self._factor.fill_(self._scale)

    def get_scale(self) -> float:
        """The scale; 1 if the scaler is turned off."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        """What the scale grows by."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Sets what the scale grows by; above 1."""
        self._growth_factor = _above(1, "growth_factor", new_factor)

    def get_backoff_factor(self) -> float:
        """What the scale falls by."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Sets what the scale falls by; below 1."""
        factor = _above(0, "backoff_factor", new_factor)
        if factor >= 1:
            raise ArgumentError(f"GradScaler: expected a backoff_factor below 1, found {factor}")
        self._backoff_factor = factor

    def get_growth_interval(self) -> int:
        """After how many steps in a row the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Sets after how many steps in a row the scale grows."""
        if not isinstance(new_interval, int) or new_interval < 1:
            raise ArgumentError(f"GradScaler: expected a whole growth_interval above 0, found {new_interval!r:.80}")
        self._growth_interval = new_interval

    def is_enabled(self) -> bool:
        """Whether the scaler does anything."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """Scale, factors, interval, and the steps in a row so far; empty if the scaler is turned off."""
        if not self._enabled:
            return {}
        return {
            "scale": self._scale,
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes over what state_dict() gave."""
        if not self._enabled:
            return
        missing = [name for name in self.state_dict() if name not in state_dict]
        if missing:
            raise StateError(
                f"load_state_dict: expected the state of a scaler that is turned on, found one without {missing[0]!r}"
            )
        self._scale = _above(0, "scale", state_dict["scale"])
        self.set_growth_factor(state_dict["growth_factor"])
        self.set_backoff_factor(state_dict["backoff_factor"])
        self.set_growth_interval(state_dict["growth_interval"])
        self._growth_tracker = int(state_dict["_growth_tracker"])
        self._factor.fill_(self._scale)


def _above(bound: float, name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"GradScaler: expected a number as {name}, found {value!r:.80}") from None
    if not bound < number < float("inf"):
        raise ArgumentError(f"GradScaler: expected a finite {name} above {bound}, found {number}")
    return number
