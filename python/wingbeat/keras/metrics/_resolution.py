"""What model.compile takes by a word, where the meaning depends on the shapes of targets and predictions."""

from __future__ import annotations

from typing import Any


def _shapes(y_true: Any, y_pred: Any) -> tuple[bool, bool]:
    """Whether predictions are single probabilities; whether targets are labels."""
    true, predicted = tuple(y_true.shape), tuple(y_pred.shape)
    last, classes = (true[-1] if true else 1), (predicted[-1] if predicted else 1)
    return classes == 1, len(true) < len(predicted) or last == 1 and (classes or 0) > 1


def metric_for(identifier: Any, y_true: Any, y_pred: Any) -> Any:
    """The metric for a name, a function, a config or a metric: "accuracy" and "acc" mean the one that fits the shapes.
    It has the name that was given."""
    from . import BinaryAccuracy, CategoricalAccuracy, MeanMetricWrapper, Metric, SparseCategoricalAccuracy, get

    if identifier is None:
        raise ValueError("Expected metric, received `None`")
    if str(identifier).lower() in ("accuracy", "acc"):
        is_binary, is_sparse = _shapes(y_true, y_pred)
        kind: Any = BinaryAccuracy if is_binary else SparseCategoricalAccuracy if is_sparse else CategoricalAccuracy
        return kind(name=str(identifier))
    found = get(identifier)
    name = identifier if isinstance(identifier, str) else getattr(found, "name", None) or found.__name__
    if not isinstance(found, Metric):
        found = MeanMetricWrapper(found)
    found.name = name
    return found


def loss_for(identifier: Any, y_true: Any, y_pred: Any) -> Any:
    """The loss for a name, a function, a config or a loss: "crossentropy" and "ce" mean the one that fits."""
    from .. import losses

    if identifier is None:
        return None
    found = identifier
    if str(identifier).lower() in ("crossentropy", "ce"):
        is_binary, is_sparse = _shapes(y_true, y_pred)
        found = losses.binary_crossentropy if is_binary else losses.categorical_crossentropy
        found = losses.sparse_categorical_crossentropy if is_sparse and not is_binary else found
    else:
        found = losses.get(identifier)
    if isinstance(found, losses.Loss):
        return found
    name = identifier if isinstance(identifier, str) else getattr(found, "__name__", type(found).__name__)
    return losses.LossFunctionWrapper(found, name=name)
