"""How often predictions are right."""

from __future__ import annotations

from typing import Any

from ...tf._tensor import convert, op
from ._metric import OfFunction, aligned


def _pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    x = convert(y_pred)
    t = convert(y_true, hint=x.dtype)
    return (t if t.dtype == x.dtype else t.to(x.dtype)), x


@op
def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the two are equal, else 0."""
    t, x = aligned(*_pair(y_true, y_pred))
    return (t == x).to("float32")


@op
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """1 where a prediction is on the side of the threshold that the label says, else 0."""
    x = convert(y_pred)
    t, x = aligned(convert(y_true), x)
    return (t == (x > threshold).to(t.dtype)).to("float32")


@op
def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the largest prediction is at the place of the largest target, else 0: over the last axis."""
    t, x = convert(y_true), convert(y_pred)
    return (t.argmax(-1) == x.argmax(-1)).to("float32")


@op
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the largest prediction is at the label's place, else 0: over the last axis."""
    x = convert(y_pred)
    t = convert(y_true)
    if len(t.shape) == len(x.shape) and t.shape[-1] == 1:
        t = t.squeeze(-1)
    return (t == x.argmax(-1).to(t.dtype)).to("float32")


def _is_among(labels: Any, x: Any, k: int) -> Any:
    """Whether each label's score is among the k largest: fewer than k are larger."""
    classes = x.shape[-1]
    rows = x.reshape((-1, classes))
    flat = labels.reshape(-1).to("int64")
    own = rows.gather(1, flat.unsqueeze(1))
    found = ((rows > own).to("int64").sum(1) < k).to("float32")
    return found.reshape(labels.shape)


@op
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the place of the largest target is among the k largest predictions, else 0."""
    return _is_among(convert(y_true).argmax(-1), convert(y_pred), k)


@op
def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> Any:
    """1 where the label is among the k largest predictions, else 0. from_sorted_ids: predictions are classes, the best
    first."""
    t, x = convert(y_true), convert(y_pred)
    if from_sorted_ids:
        ids = x.reshape((-1, x.shape[-1]))[:, :k]
        return (ids == t.reshape(-1).to(x.dtype).unsqueeze(1)).any(1).to("float32").reshape(t.shape)
    return _is_among(t, x, k)


class Accuracy(OfFunction):
    """How often predictions equal the targets."""

    _direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        self._start(accuracy, name, dtype)


class BinaryAccuracy(OfFunction):
    """How often predictions are on the side of the threshold that binary labels say."""

    _direction = "up"

    def __init__(self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        if threshold is not None and (threshold <= 0 or threshold >= 1):
            raise ValueError(
                "Invalid value for argument `threshold`. Expected a value in interval (0, 1). Received: "
                f"threshold={threshold}"
            )
        self._start(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(OfFunction):
    """How often the largest prediction is at the place of the largest target."""

    _direction = "up"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        self._start(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(OfFunction):
    """How often the largest prediction is at the label's place."""

    _direction = "up"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        self._start(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(OfFunction):
    """How often the place of the largest target is among the k largest predictions."""

    _direction = "up"

    def __init__(self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        self._start(top_k_categorical_accuracy, name, dtype, k=k)


class SparseTopKCategoricalAccuracy(OfFunction):
    """How often the label is among the k largest predictions."""

    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        self._start(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)
