"""Keras's metrics: classes with update_state, result and reset_state, functions, and both by name."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from .. import _names
from ..losses import _functions as _losses
from ._accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from ._metric import Mean, MeanMetricWrapper, Metric, Sum

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: tuple[Any, ...] = (
    Accuracy, BinaryAccuracy, CategoricalAccuracy, Mean, MeanMetricWrapper, Metric, SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy, Sum, TopKCategoricalAccuracy,
)  # fmt: skip
_FUNCTIONS: tuple[Any, ...] = (
    accuracy, binary_accuracy, categorical_accuracy, sparse_categorical_accuracy, sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)  # fmt: skip
# Keras has these losses among the metrics, by the same names.
_SHARED = {
    **{function.__name__: function for function in _losses.FUNCTIONS if function.__name__ != "cosine_similarity"},
    **_losses.ALIASES,
}
globals().update(_SHARED)

_OBJECTS: dict[str, Any] = {
    **{function.__name__: function for function in _FUNCTIONS},
    **_SHARED,
    **{kind.__name__: kind for kind in _KINDS},
    **{_names.snake_case(kind.__name__): kind for kind in _KINDS},
}

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "Mean",
    "MeanMetricWrapper",
    "Metric",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "Sum",
    "TopKCategoricalAccuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "deserialize",
    "get",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


def serialize(metric: Any) -> Any:
    """The config of a metric, or the name of a function."""
    from .._serialization import serialize_keras_object

    return serialize_keras_object(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The metric or function of a config or a name."""
    from .._serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, _OBJECTS)


def get(identifier: Any) -> Any:
    """The metric for a name, a config, a class, or a metric or function, which are given as they are."""
    from .._serialization import get_registered_object

    if identifier is None:
        return None
    found = identifier
    if isinstance(identifier, dict):
        found = deserialize(identifier)
    elif isinstance(identifier, str):
        found = get_registered_object(identifier, None, _OBJECTS)
    if inspect.isclass(found):
        found = found()
    if not callable(found):
        raise ValueError(f"Could not interpret metric identifier: {identifier}")
    return found


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from .._absent_training import sentence

        raise AttributeError(sentence(__name__, name))
