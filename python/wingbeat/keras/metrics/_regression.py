"""Metrics of numbers, of probabilities and of margins: means of the losses of those names, and some of their own."""

from __future__ import annotations

import warnings
from typing import Any

from ...tf._tensor import convert, op
from ..losses import _functions as losses
from ..losses._loss import as_predictions
from ._metric import Mean, Metric, OfFunction, aligned

EPSILON = 1e-7


@op
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between the two: 1 where they point the same way."""
    return -convert(losses.cosine_similarity(y_true, y_pred, axis))


def _pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    x = convert(y_pred)
    x = x if x.dtype.is_floating_point else x.to("float32")
    return aligned(as_predictions(y_true, x.dtype.name), x)


@op
def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Pearson's correlation along an axis."""
    t, x = _pair(y_true, y_pred)
    t, x = t - t.mean(axis, keepdim=True), x - x.mean(axis, keepdim=True)
    t, x = (part / part.std(axis, correction=0, keepdim=True) for part in (t, x))
    return (t * x).mean(axis)


@op
def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Lin's concordance correlation along an axis."""
    t, x = _pair(y_true, y_pred)
    mean_t, mean_x = t.mean(axis, keepdim=True), x.mean(axis, keepdim=True)
    spread = t.var(axis, correction=0, keepdim=True) + x.var(axis, correction=0, keepdim=True)
    norm = spread + (mean_t - mean_x) ** 2
    # As Keras has it: both less the mean of the predictions.
    return ((t - mean_x) * (x - mean_x) * 2.0 / (norm + EPSILON)).mean(axis)


class MeanSquaredError(OfFunction):
    """The mean of (y_true - y_pred)^2."""

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        self._start(losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(OfFunction):
    """The mean of |y_true - y_pred|."""

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        self._start(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(OfFunction):
    """The mean of 100 |y_true - y_pred| / |y_true|."""

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        self._start(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(OfFunction):
    """The mean of (log(y_true + 1) - log(y_pred + 1))^2."""

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        self._start(losses.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(OfFunction):
    """The mean of log cosh(y_pred - y_true)."""

    _direction = "down"

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        self._start(losses.log_cosh, name, dtype)


class CosineSimilarity(OfFunction):
    """The mean of the cosines of the angles between y_true and y_pred."""

    _direction = "up"

    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        self._start(cosine_similarity, name, dtype, axis=axis)


class KLDivergence(OfFunction):
    """The mean of Kullback and Leibler's divergence."""

    _direction = "down"

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None) -> None:
        self._start(losses.kl_divergence, name, dtype)


class Poisson(OfFunction):
    """The mean of y_pred - y_true log(y_pred)."""

    _direction = "down"

    def __init__(self, name: str | None = "poisson", dtype: Any = None) -> None:
        self._start(losses.poisson, name, dtype)


class Hinge(OfFunction):
    """The mean of max(1 - y_true y_pred, 0)."""

    _direction = "down"

    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        self._start(losses.hinge, name, dtype)


class SquaredHinge(OfFunction):
    """The mean of max(1 - y_true y_pred, 0)^2."""

    _direction = "down"

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        self._start(losses.squared_hinge, name, dtype)


class CategoricalHinge(OfFunction):
    """The mean of the hinge losses of classes."""

    _direction = "down"

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        self._start(losses.categorical_hinge, name, dtype)


class BinaryCrossentropy(OfFunction):
    """The mean of binary cross-entropy."""

    _direction = "down"

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        self._start(losses.binary_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(OfFunction):
    """The mean of cross-entropy with targets that are probabilities."""

    _direction = "down"

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        self._start(
            losses.categorical_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing,
            axis=axis,
        )  # fmt: skip


class SparseCategoricalCrossentropy(OfFunction):
    """The mean of cross-entropy with labels. Labels of ignore_class count for nothing, but count in the mean."""

    _direction = "down"

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        self._start(
            losses.sparse_categorical_crossentropy, name, dtype, from_logits=from_logits, ignore_class=ignore_class,
            axis=axis,
        )  # fmt: skip


class PearsonCorrelation(OfFunction):
    """The mean of Pearson's correlations along an axis."""

    _direction = "up"

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1) -> None:
        self._start(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(OfFunction):
    """The mean of Lin's concordance correlations along an axis."""

    _direction = "up"

    def __init__(self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1) -> None:
        self._start(concordance_correlation, name, dtype, axis=axis)


@op
def _squares(y_true: Any, y_pred: Any, dtype: str) -> Any:
    t, x = aligned(as_predictions(y_true, dtype), as_predictions(y_pred, dtype))
    return (x - t) ** 2


@op
def _root(value: Any) -> Any:
    return convert(value).sqrt()


class RootMeanSquaredError(Mean):
    """The root of the mean of (y_true - y_pred)^2."""

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Takes predictions in."""
        super().update_state(_squares(y_true, y_pred, self.dtype), sample_weight)

    def result(self) -> Any:
        """The root of the mean."""
        return _root(super().result())


class R2Score(Metric):
    """1 less the share of the variance of the targets that the predictions leave: [batch, outputs].

    class_aggregation: "uniform_average" or "variance_weighted_average" of the outputs, or None: one each.
    num_regressors: of the adjusted score; 0 for the plain one.
    """

    _direction = "up"
    squared_sum: Any
    sum: Any
    total_mse: Any
    count: Any

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        allowed = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in allowed:
            raise ValueError(
                f"Invalid value for argument `class_aggregation`. Expected one of {allowed}. Received: "
                f"class_aggregation={class_aggregation}"
            )
        if num_regressors < 0:
            raise ValueError(
                "Invalid value for argument `num_regressors`. Expected a value >= 0. Received: "
                f"num_regressors={num_regressors}"
            )
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_variable((), name="num_samples")
        self._built = False

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes predictions in."""
        found = _r2_sums(y_true, y_pred, sample_weight, self.dtype)
        if not self._built:
            for attribute, name in (
                ("squared_sum", "squared_sum"),
                ("sum", "sum"),
                ("total_mse", "residual"),
                ("count", "count"),
            ):
                setattr(self, attribute, self.add_variable(tuple(found[0].shape), name=name))
            self._built = True
        for variable, value in zip((self.squared_sum, self.sum, self.total_mse, self.count, self.num_samples), found):
            variable.assign_add(value)

    def result(self) -> Any:
        """The score."""
        score = _r2(self.squared_sum, self.sum, self.total_mse, self.count, self.class_aggregation)
        if self.num_regressors:
            count = float(self.num_samples.numpy())
            if self.num_regressors > count - 1:
                warnings.warn(
                    "More independent predictors than datapoints in adjusted R2 score. Falling back to standard R2 "
                    "score.",
                    stacklevel=2,
                )
            elif self.num_regressors == count - 1:
                warnings.warn("Division by zero in Adjusted R2 score. Falling back to standard R2 score.", stacklevel=2)
            else:
                return _adjusted(score, count, self.num_regressors)
        return score

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }


@op
def _r2_sums(y_true: Any, y_pred: Any, sample_weight: Any, dtype: str) -> Any:
    t, x = aligned(as_predictions(y_true, dtype), as_predictions(y_pred, dtype))
    if len(t.shape) != 2 or len(x.shape) != 2:
        raise ValueError(
            "R2Score expects 2D inputs with shape (batch_size, output_dim). Received input shapes: "
            f"y_pred.shape={tuple(x.shape)} and y_true.shape={tuple(t.shape)}."
        )
    weight = as_predictions(1.0 if sample_weight is None else sample_weight, dtype)
    weight = (weight.unsqueeze(1) if len(weight.shape) == 1 else weight).expand(t.shape)
    weighed = t * weight
    samples = convert(float(t.numel()), dtype)
    return [(t * weighed).sum(0), weighed.sum(0), ((t - x) ** 2 * weight).sum(0), weight.sum(0), samples]


@op
def _r2(squares: Any, sums: Any, residual: Any, count: Any, aggregation: str | None) -> Any:
    from ... import isinf, where, zeros_like

    total = convert(squares) - convert(sums) * (convert(sums) / convert(count))
    scores = 1.0 - convert(residual) / total
    scores = where(isinf(scores), zeros_like(scores), scores)
    if aggregation == "uniform_average":
        return scores.mean()
    return scores if aggregation is None else (total * scores).sum() / total.sum()


@op
def _adjusted(score: Any, count: float, regressors: int) -> Any:
    return 1.0 - (1.0 - convert(score)) * (count - 1.0) / (count - regressors - 1.0)
