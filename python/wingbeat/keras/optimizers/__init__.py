"""Keras's optimisers: `apply_gradients`, schedules, configs. Their steps are the engine's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import legacy, schedules
from ._kinds import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Nadam,
    RMSprop,
    ScheduleFreeAdamW,
)
from ._loss_scale import LossScaleOptimizer
from ._muon import Muon
from ._optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "legacy",
    "schedules",
    "serialize",
]

_OBJECTS: dict[str, Any] = {
    kind.__name__.lower(): kind
    for kind in (
        SGD, Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lamb, Lion, LossScaleOptimizer, Muon, Nadam,
        Optimizer, RMSprop, ScheduleFreeAdamW,
    )
}  # fmt: skip


def serialize(optimizer: Optimizer) -> Any:
    """The config of an optimiser."""
    from .._serialization import serialize_keras_object

    return serialize_keras_object(optimizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The optimiser of a config. Names of this package's are taken in any case."""
    from .._serialization import deserialize_keras_object

    name = str(config["class_name"]).lower()
    if name in _OBJECTS:
        config = {**config, "class_name": name, "registered_name": None}
    return deserialize_keras_object(config, custom_objects, _OBJECTS)


def get(identifier: Any) -> Any:
    """The optimiser for a name, a config or an optimiser."""
    if identifier is None:
        return None
    if isinstance(identifier, str):
        identifier = {"class_name": identifier, "config": {}}
    found = deserialize(identifier) if isinstance(identifier, dict) else identifier
    if not isinstance(found, Optimizer):
        raise ValueError(f"Could not interpret optimizer identifier: {identifier}")
    return found


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from .._absent import sentence

        raise AttributeError(sentence(__name__, name))
