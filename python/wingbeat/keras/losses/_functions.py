"""Keras's losses as functions of y_true and y_pred: one value for each example."""

from __future__ import annotations

from typing import Any

from ...tf._tensor import convert, op
from .._engine import engine_module


def _floats(y_pred: Any) -> Any:
    given = convert(y_pred)
    return given if given.dtype.is_floating_point else given.to("float32")


@op
def _values(kind: str, y_true: Any, y_pred: Any, **settings: Any) -> Any:
    predictions = _floats(y_pred)
    module = engine_module(f"keras.{kind}", reduction="none", **settings)
    return module(predictions, convert(y_true, hint=predictions.dtype), None, None)


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """(y_true - y_pred)^2, the mean over the last axis."""
    return _values("MeanSquaredError", y_true, y_pred)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """|y_true - y_pred|, the mean over the last axis."""
    return _values("MeanAbsoluteError", y_true, y_pred)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """100 |y_true - y_pred| / |y_true|, the mean over the last axis."""
    return _values("MeanAbsolutePercentageError", y_true, y_pred)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """(log(y_true + 1) - log(y_pred + 1))^2, the mean over the last axis."""
    return _values("MeanSquaredLogarithmicError", y_true, y_pred)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between the two, times -1."""
    return _values("CosineSimilarity", y_true, y_pred, axis=axis)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """d^2 / 2 where d = |y_true - y_pred| is at most delta, else delta d - delta^2 / 2; the mean over the last axis."""
    return _values("Huber", y_true, y_pred, delta=delta)


def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """log cosh(y_pred - y_true), the mean over the last axis."""
    return _values("LogCosh", y_true, y_pred)


def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """y_true log(y_true / y_pred), the sum over the last axis."""
    return _values("KLDivergence", y_true, y_pred)


def poisson(y_true: Any, y_pred: Any) -> Any:
    """y_pred - y_true log(y_pred), the mean over the last axis."""
    return _values("Poisson", y_true, y_pred)


def hinge(y_true: Any, y_pred: Any) -> Any:
    """max(1 - y_true y_pred, 0), the mean over the last axis."""
    return _values("Hinge", y_true, y_pred)


def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """max(1 - y_true y_pred, 0)^2, the mean over the last axis."""
    return _values("SquaredHinge", y_true, y_pred)


def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """max(neg - pos + 1, 0), with the scores of the right class and the largest of the others."""
    return _values("CategoricalHinge", y_true, y_pred)


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """Binary cross-entropy, the mean over an axis."""
    return _values(
        "BinaryCrossentropy", y_true, y_pred, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis
    )


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Binary cross-entropy times (1 - q)^gamma, where q is the probability of what is right; the mean over an axis."""
    return _values(
        "BinaryFocalCrossentropy", y_true, y_pred, apply_class_balancing=apply_class_balancing, alpha=alpha,
        gamma=gamma, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis,
    )  # fmt: skip


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """Cross-entropy with targets that are probabilities."""
    return _values(
        "CategoricalCrossentropy", y_true, y_pred, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis
    )


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """-alpha (1 - p)^gamma y_true log p, the sum over the classes."""
    return _values(
        "CategoricalFocalCrossentropy", y_true, y_pred, alpha=alpha, gamma=gamma, from_logits=from_logits,
        label_smoothing=label_smoothing, axis=axis,
    )  # fmt: skip


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    """Cross-entropy with labels."""
    return _values(
        "SparseCategoricalCrossentropy", y_true, y_pred, from_logits=from_logits, ignore_class=ignore_class, axis=axis
    )


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """1 less Dice's coefficient."""
    return _values("Dice", y_true, y_pred, axis=axis)


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Any:
    """1 less Tversky's index."""
    return _values("Tversky", y_true, y_pred, alpha=alpha, beta=beta, axis=axis)


def circle(y_true: Any, y_pred: Any, gamma: float = 80.0, margin: float = 0.4, remove_diagonal: bool = True) -> Any:
    """Circle loss of normalised embeddings with labels."""
    return _values("Circle", y_true, y_pred, gamma=gamma, margin=margin, remove_diagonal=remove_diagonal)


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float = 0.5) -> Any:
    """(1 - p[label]^q) / q."""
    return _values("CategoricalGeneralizedCrossEntropy", y_true, y_pred, q=q)


FUNCTIONS = (
    mean_squared_error,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
    cosine_similarity,
    huber,
    log_cosh,
    kl_divergence,
    poisson,
    hinge,
    squared_hinge,
    categorical_hinge,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    sparse_categorical_crossentropy,
    dice,
    tversky,
    circle,
    categorical_generalized_cross_entropy,
)
# Keras's short names.
ALIASES: dict[str, Any] = {
    "mse": mean_squared_error,
    "MSE": mean_squared_error,
    "mae": mean_absolute_error,
    "MAE": mean_absolute_error,
    "mape": mean_absolute_percentage_error,
    "MAPE": mean_absolute_percentage_error,
    "msle": mean_squared_logarithmic_error,
    "MSLE": mean_squared_logarithmic_error,
    "bce": binary_crossentropy,
    "BCE": binary_crossentropy,
    "kld": kl_divergence,
    "KLD": kl_divergence,
    "kullback_leibler_divergence": kl_divergence,
    "logcosh": log_cosh,
}
