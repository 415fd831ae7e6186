"""Keras's losses: classes, functions, and both by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._ctc import CTC, ctc
from ._functions import (
    ALIASES,
    FUNCTIONS,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    categorical_hinge,
    circle,
    cosine_similarity,
    dice,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
    tversky,
)
from ._kinds import (
    KINDS,
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CategoricalHinge,
    Circle,
    CosineSimilarity,
    Dice,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    Tversky,
)
from ._loss import Loss, LossFunctionWrapper

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CTC",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "LossFunctionWrapper",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]
globals().update(ALIASES)

_OBJECTS: dict[str, Any] = {
    **{kind.__name__: kind for kind in (Loss, LossFunctionWrapper, CTC, *KINDS)},
    **{function.__name__: function for function in FUNCTIONS},
    **ALIASES,
    "ctc": ctc,
}


def serialize(loss: Any) -> Any:
    """The config of a loss, or the name of a function."""
    from .._serialization import serialize_keras_object

    return serialize_keras_object(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The loss or function of a config or a name."""
    from .._serialization import deserialize_keras_object

    return deserialize_keras_object(name, custom_objects, _OBJECTS)


def get(identifier: Any) -> Any:
    """The loss for a name, a config, a class, or a loss or function, which are given as they are."""
    from .._serialization import resolved

    return resolved(identifier, "loss", _OBJECTS)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from .._absent import sentence

        raise AttributeError(sentence(__name__, name))
