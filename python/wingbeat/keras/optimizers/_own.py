"""The step of an optimiser that a user has written: what comes around its update_step."""

from __future__ import annotations

from typing import Any

from ..._errors import UnsupportedError
from ...tf._tensor import convert, op, wrap
from ._optimizer import box_of


def updated(optimizer: Any, pairs: list[tuple[Any, Any]]) -> None:
    """Scales, clips, decays, and calls update_step for each pair of gradient and variable."""
    common = optimizer._common
    if common["use_ema"] or common["gradient_accumulation_steps"]:
        raise UnsupportedError(
            f"{type(optimizer).__name__}: use_ema and gradient_accumulation_steps are there in the optimisers of this "
            "package; one with an update_step of its own keeps its averages and sums itself"
        )
    gradients = [gradient for gradient, _ in pairs]
    if common["loss_scale_factor"]:
        gradients = [gradient / common["loss_scale_factor"] for gradient in gradients]
    gradients = clipped(gradients, common)
    rate = optimizer.learning_rate
    if common["weight_decay"]:
        for _, variable in pairs:
            if optimizer._decays(variable):
                variable.assign_sub(_decay(variable, common["weight_decay"], rate))
    for gradient, (_, variable) in zip(gradients, pairs):
        optimizer.update_step(gradient, variable, rate)
    optimizer._iterations.assign_add(1)


@op
def _decay(variable: Any, share: float, rate: Any) -> Any:
    box = box_of(variable)
    return box * share * convert(rate).to(box.dtype)


@op
def clipped(gradients: list[Any], common: Any) -> Any:
    """Gradients within the limit that the settings have."""
    from ... import maximum

    given = [convert(gradient) for gradient in gradients]
    if common["clipnorm"]:
        limit = common["clipnorm"]
        return [g * limit / maximum(g.norm(), limit) for g in given]
    if common["clipvalue"]:
        return [g.clamp(-common["clipvalue"], common["clipvalue"]) for g in given]
    if common["global_clipnorm"]:
        from ... import stack

        limit = common["global_clipnorm"]
        norm = stack([g.norm() for g in given]).norm()
        return [g * (limit / maximum(norm, limit)) for g in given]
    return [wrap(gradient) for gradient in given]
