"""Keras's losses. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import Any

from ._loss import EngineLoss


class MeanSquaredError(EngineLoss):
    """(target - input)^2, the mean over the last axis.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.MeanSquaredError"
    _settings = ("reduction",)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "mean_squared_error", dtype: Any = None
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class MeanAbsoluteError(EngineLoss):
    """|target - input|, the mean over the last axis.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.MeanAbsoluteError"
    _settings = ("reduction",)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "mean_absolute_error", dtype: Any = None
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class MeanAbsolutePercentageError(EngineLoss):
    """100 |target - input| / max(|target|, 1e-7), the mean over the last axis.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.MeanAbsolutePercentageError"
    _settings = ("reduction",)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class MeanSquaredLogarithmicError(EngineLoss):
    """(log(target + 1) - log(input + 1))^2 of numbers that are 1e-7 at least, the mean over the last axis.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.MeanSquaredLogarithmicError"
    _settings = ("reduction",)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class CosineSimilarity(EngineLoss):
    """The cosine of the angle between target and input, times -1: -1 where they point the same way.

    axis: the axis of the vectors.
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.CosineSimilarity"
    _settings = ("axis", "reduction")

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        self._make(name, dtype, axis=axis, reduction=reduction)


class Huber(EngineLoss):
    """d^2 / 2 where d = |target - input| is at most delta, else delta d - delta^2 / 2; the mean over the last axis.
    Huber 1964.

    delta: where the square ends.
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.Huber"
    _settings = ("delta", "reduction")

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        self._make(name, dtype, delta=delta, reduction=reduction)


class LogCosh(EngineLoss):
    """log cosh(input - target), the mean over the last axis.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.LogCosh"
    _settings = ("reduction",)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "log_cosh", dtype: Any = None
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class Poisson(EngineLoss):
    """input - target log(input + 1e-7), the mean over the last axis.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.Poisson"
    _settings = ("reduction",)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "poisson", dtype: Any = None
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class KLDivergence(EngineLoss):
    """target log(target / input), of numbers that are brought between 1e-7 and 1; the sum over the last axis. Kullback
    and Leibler 1951.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.KLDivergence"
    _settings = ("reduction",)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "kl_divergence", dtype: Any = None
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class Hinge(EngineLoss):
    """max(1 - target input, 0) for targets of -1 and 1, or 0 and 1; the mean over the last axis.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.Hinge"
    _settings = ("reduction",)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "hinge", dtype: Any = None
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class SquaredHinge(EngineLoss):
    """max(1 - target input, 0)^2 for targets of -1 and 1, or 0 and 1; the mean over the last axis.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.SquaredHinge"
    _settings = ("reduction",)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "squared_hinge", dtype: Any = None
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class CategoricalHinge(EngineLoss):
    """max(neg - pos + 1, 0) over the last axis, where pos is the sum of target input and neg the largest (1 - target)
    input.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.CategoricalHinge"
    _settings = ("reduction",)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "categorical_hinge", dtype: Any = None
    ) -> None:
        self._make(name, dtype, reduction=reduction)


class BinaryCrossentropy(EngineLoss):
    """-(t log p + (1 - t) log(1 - p)) of probabilities p that are kept 1e-7 away from 0 and 1, or of sigmoid(input)
    without overflow; the mean over an axis.

    from_logits: whether predictions are logits, not probabilities.
    label_smoothing: the share of each target that goes to all classes alike, from 0 to 1.
    axis: the axis of the classes.
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.BinaryCrossentropy"
    _settings = ("from_logits", "label_smoothing", "axis", "reduction")

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        self._make(
            name, dtype, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis, reduction=reduction
        )


class BinaryFocalCrossentropy(EngineLoss):
    """(1 - q)^gamma times binary cross-entropy, where q is the probability of what is right; the mean over an axis. Lin
    et al. 2017.

    apply_class_balancing: weighs targets of 1 by alpha, others by 1 - alpha.
    alpha: the weight of targets of 1.
    gamma: how little sure predictions count.
    from_logits: whether predictions are logits, not probabilities.
    label_smoothing: the share of each target that goes to all classes alike, from 0 to 1.
    axis: the axis of the classes.
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.BinaryFocalCrossentropy"
    _settings = ("apply_class_balancing", "alpha", "gamma", "from_logits", "label_smoothing", "axis", "reduction")

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        self._make(
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
            reduction=reduction,
        )


class CategoricalCrossentropy(EngineLoss):
    """-sum t log p over the classes' axis, of probabilities that are divided by their sum and kept 1e-7 away from 0 and
    1, or of softmax(input). Targets are probabilities of the prediction's shape.

    from_logits: whether predictions are logits, not probabilities.
    label_smoothing: the share of each target that goes to all classes alike, from 0 to 1.
    axis: the axis of the classes.
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.CategoricalCrossentropy"
    _settings = ("from_logits", "label_smoothing", "axis", "reduction")

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        self._make(
            name, dtype, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis, reduction=reduction
        )


class CategoricalFocalCrossentropy(EngineLoss):
    """-alpha sum (1 - p)^gamma t log p over the classes' axis, of probabilities that are divided by their sum and kept
    1e-7 away from 0 and 1. Lin et al. 2017.

    alpha: the weight of all.
    gamma: how little sure predictions count.
    from_logits: whether predictions are logits, not probabilities.
    label_smoothing: the share of each target that goes to all classes alike, from 0 to 1.
    axis: the axis of the classes.
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.CategoricalFocalCrossentropy"
    _settings = ("alpha", "gamma", "from_logits", "label_smoothing", "axis", "reduction")

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        self._make(
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
            reduction=reduction,
        )


class SparseCategoricalCrossentropy(EngineLoss):
    """-log p[label] over the classes' axis, of probabilities that are kept 1e-7 away from 0 and 1 and divided by their
    sum, or of softmax(input). Labels have the prediction's shape without the axis, or with 1 there.

    from_logits: whether predictions are logits, not probabilities.
    ignore_class: labels of this value count for nothing.
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    axis: the axis of the classes.
    """

    _kind = "keras.SparseCategoricalCrossentropy"
    _settings = ("from_logits", "ignore_class", "reduction", "axis")

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        self._make(name, dtype, from_logits=from_logits, ignore_class=ignore_class, reduction=reduction, axis=axis)


class CategoricalGeneralizedCrossEntropy(EngineLoss):
    """(1 - p[label]^q) / q over the last axis. Zhang and Sabuncu 2018.

    q: between cross-entropy (towards 0) and absolute error (1).
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.CategoricalGeneralizedCrossEntropy"
    _settings = ("q", "reduction")

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        self._make(name, dtype, q=q, reduction=reduction)


class Dice(EngineLoss):
    """1 - 2 sum t p / (sum t + sum p + 1e-7): 1 less Dice's coefficient. Milletari et al. 2016.

    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    axis: the axes of a region; None: all, and one loss for the batch.
    """

    _kind = "keras.Dice"
    _settings = ("reduction", "axis")

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: int | tuple[int, ...] | list[int] | None = None,
        dtype: Any = None,
    ) -> None:
        self._make(name, dtype, reduction=reduction, axis=axis)


class Tversky(EngineLoss):
    """1 - s / (s + alpha sum t (1 - p) + beta sum (1 - t) p + 1e-7), s = sum t p. Salehi et al. 2017.

    alpha: the weight of targets that are missed.
    beta: the weight of predictions that are wrong.
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    axis: the axes of a region; None: all, and one loss for the batch.
    """

    _kind = "keras.Tversky"
    _settings = ("alpha", "beta", "reduction", "axis")

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: int | tuple[int, ...] | list[int] | None = None,
        dtype: Any = None,
    ) -> None:
        self._make(name, dtype, alpha=alpha, beta=beta, reduction=reduction, axis=axis)


class Circle(EngineLoss):
    """Circle loss of normalised embeddings [n, width] with labels [n]: softplus of the sum of the logarithms of sums of
    exponentials over the positive and over the negative pairs. Sun et al. 2020.

    gamma: the scale.
    margin: the distance that is wanted.
    remove_diagonal: whether an example is no positive one of itself.
    reduction: 'sum_over_batch_size' or 'mean': the mean of the examples' losses; 'mean_with_sample_weight': over the
        sum of the weights; 'sum'; 'none': one each.
    """

    _kind = "keras.Circle"
    _settings = ("gamma", "margin", "remove_diagonal", "reduction")

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        self._make(name, dtype, gamma=gamma, margin=margin, remove_diagonal=remove_diagonal, reduction=reduction)


KINDS = (
    MeanSquaredError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    CosineSimilarity,
    Huber,
    LogCosh,
    Poisson,
    KLDivergence,
    Hinge,
    SquaredHinge,
    CategoricalHinge,
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    SparseCategoricalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    Dice,
    Tversky,
    Circle,
)
