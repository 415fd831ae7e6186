"""F scores, and intersection over union."""

from __future__ import annotations

from typing import Any

from ...tf._tensor import convert, op
from ..losses._loss import as_predictions
from ._metric import Metric

EPSILON = 1e-7


class FBetaScore(Metric):
    """The weighted harmonic mean of precision and recall: [batch, classes].

    average: None for one of each class; "micro" counts all classes together; "macro" is the mean; "weighted" the mean
    by the classes' numbers. beta: what recall counts for. threshold: above which a prediction is positive; None: where
    it is the row's largest.
    """

    _direction = "up"
    true_positives: Any
    false_positives: Any
    false_negatives: Any
    intermediate_weights: Any

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                "Invalid `average` argument value. Expected one of: {None, 'micro', 'macro', 'weighted'}. Received: "
                f"average={average}"
            )
        if not isinstance(beta, float) or beta <= 0.0:
            raise ValueError(f"Invalid `beta` argument value. It should be a Python float > 0. Received: beta={beta}")
        if threshold is not None and (not isinstance(threshold, float) or threshold > 1.0 or threshold <= 0.0):
            raise ValueError(
                "Invalid `threshold` argument value. It should be a Python float with 0 < threshold <= 1. Received: "
                f"threshold={threshold}"
            )
        self.average, self.beta, self.threshold = average, beta, threshold
        self._built = False

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes predictions in."""
        found = _f_counts(y_true, y_pred, sample_weight, self.dtype, self.threshold, self.average == "micro")
        names = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
        if not self._built:
            for name, value in zip(names, found):
                setattr(self, name, self.add_variable(tuple(value.shape), dtype=self.dtype, name=name))
            self._built = True
        for name, value in zip(names, found):
            getattr(self, name).assign_add(value)

    def result(self) -> Any:
        """The score; one of each class without average."""
        return _f_score(
            self.true_positives, self.false_positives, self.false_negatives, self.intermediate_weights, self.average,
            self.beta,
        )  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        return {**super().get_config(), "average": self.average, "beta": self.beta, "threshold": self.threshold}


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall: [batch, classes].

    average, threshold: as of FBetaScore.
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        config = super().get_config()
        del config["beta"]
        return config


@op
def _f_counts(y_true: Any, y_pred: Any, sample_weight: Any, dtype: str, threshold: float | None, together: bool) -> Any:
    from ... import logical_and

    t, x = as_predictions(y_true, dtype), as_predictions(y_pred, dtype)
    if len(x.shape) != 2 or len(t.shape) != 2:
        raise ValueError(
            "FBetaScore expects 2D inputs with shape (batch_size, output_dim). Received input shapes: "
            f"y_pred.shape={tuple(x.shape)} and y_true.shape={tuple(t.shape)}."
        )
    if threshold is None:
        x = logical_and(x >= x.amax(-1, keepdim=True), x.abs() > 1e-9)
    else:
        x = x > threshold
    x = x.to(dtype)
    weight = None if sample_weight is None else as_predictions(sample_weight, dtype).unsqueeze(1)

    def total(values: Any) -> Any:
        values = values if weight is None else values * weight
        return values.sum() if together else values.sum(0)

    return [total(x * t), total(x * (1.0 - t)), total((1.0 - x) * t), total(t)]


@op
def _f_score(tp: Any, fp: Any, fn: Any, weights: Any, average: str | None, beta: float) -> Any:
    tp, fp, fn, weights = (convert(part) for part in (tp, fp, fn, weights))
    precision, recall = tp / (tp + fp + EPSILON), tp / (tp + fn + EPSILON)
    score = precision * recall / (precision * beta**2 + recall + EPSILON) * (1.0 + beta**2)
    if average == "weighted":
        return (score * (weights / (weights.sum() + EPSILON))).sum()
    return score if average is None else score.mean()


class IoU(Metric):
    """Intersection over union of some classes, the mean of them.

    num_classes: classes in all. target_class_ids: those that are looked at. ignore_class: a label that counts for
    nothing. sparse_y_true, sparse_y_pred: classes, not scores of them along `axis`.
    """

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype or "int32")
        if max(target_class_ids) >= num_classes:
            raise ValueError(f"Target class id {max(target_class_ids)} is out of range, which is [0, {num_classes}).")
        self.num_classes, self.ignore_class, self.axis = num_classes, ignore_class, axis
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred
        self.target_class_ids = list(target_class_ids)
        self.total_cm = self.add_variable((num_classes, num_classes), dtype=self.dtype, name="total_confusion_matrix")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes predictions in."""
        matrix = _matrix(
            y_true, y_pred, sample_weight, self.num_classes, self.ignore_class, self.sparse_y_true, self.sparse_y_pred,
            self.axis, self.dtype,
        )  # fmt: skip
        self.total_cm.assign_add(matrix)

    def result(self) -> Any:
        """The mean over the classes that there are."""
        return _overlap(self.total_cm, self.target_class_ids)

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }

    def _config_without(self, *names: str) -> dict[str, Any]:
        return {name: value for name, value in IoU.get_config(self).items() if name not in names}


@op
def _matrix(
    y_true: Any, y_pred: Any, sample_weight: Any, classes: int, ignored: int | None, sparse_true: bool,
    sparse_pred: bool, axis: int, dtype: str,
) -> Any:  # fmt: skip
    """How often each label goes with each prediction: [labels, predictions]."""
    from ... import where, zeros, zeros_like

    t, x = convert(y_true), convert(y_pred)
    t = (t if sparse_true else t.argmax(axis)).reshape(-1).to("int64")
    x = (x if sparse_pred else x.argmax(axis)).reshape(-1).to("int64")
    weight = as_predictions(1 if sample_weight is None else sample_weight, dtype)
    weight = (weight.reshape(-1) if len(weight.shape) > 1 else weight).expand(t.shape)
    counts = (t >= 0) & (t < classes) & (x >= 0) & (x < classes)
    if ignored is not None:
        counts = counts & (t != ignored)
    place = where(counts, t * classes + x, zeros_like(t))
    weight = where(counts, weight, zeros_like(weight))
    found = zeros(classes * classes, dtype=dtype).index_add(0, place, weight)
    return found.reshape((classes, classes))


@op
def _overlap(matrix: Any, ids: list[int]) -> Any:
    from ... import where, zeros_like

    given = convert(matrix)
    wanted = convert(ids, "int64")
    both = given.diagonal().index_select(0, wanted).to("float32")
    union = (given.sum(0) + given.sum(1) - given.diagonal()).index_select(0, wanted).to("float32")
    valid = union > 1e-9
    shares = where(valid, both / (union + EPSILON), zeros_like(union))
    return shares.sum() / (valid.to("float32").sum() + EPSILON)


class BinaryIoU(IoU):
    """Intersection over union of two classes; a prediction at the threshold or above is of class 1."""

    def __init__(
        self, target_class_ids: Any = (0, 1), threshold: float = 0.5, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes predictions in."""
        super().update_state(y_true, _at_least(y_pred, self.threshold), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        left_out = ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**self._config_without(*left_out), "threshold": self.threshold}


@op
def _at_least(y_pred: Any, threshold: float) -> Any:
    return (as_predictions(y_pred, "float32") >= threshold).to("int64")


class MeanIoU(IoU):
    """The mean of the intersections over unions of all classes."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, list(range(num_classes)), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        return self._config_without("target_class_ids")


class OneHotIoU(IoU):
    """Intersection over union where targets are one-hot."""

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        return self._config_without("sparse_y_true")


class OneHotMeanIoU(MeanIoU):
    """The mean of the intersections over unions of all classes where targets are one-hot."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        return self._config_without("target_class_ids", "sparse_y_true")
