"""Counts of right and wrong positives and negatives at thresholds, and what follows from them."""

from __future__ import annotations

from typing import Any

from ...tf._tensor import convert, op
from ..losses._loss import as_predictions
from ._metric import Metric, aligned, quotient

# What stands for a prediction that is not among the k largest.
LOWEST = -1e10
COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def thresholds_of(given: Any, initial: float) -> list[float]:
    """Thresholds as a list; each from 0 to 1."""
    found = initial if given is None else given
    listed = list(found) if isinstance(found, (list, tuple)) else [found]
    wrong = [threshold for threshold in listed if threshold is None or threshold > 1 or threshold < 0]
    if given is not None and wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Received: {wrong}")
    return listed


def evenly(count: int) -> list[float]:
    """So many thresholds from 0 to 1."""
    return [0.0, *[(place + 1) * 1.0 / (count - 1) for place in range(count - 2)], 1.0]


def is_even(thresholds: list[float]) -> bool:
    """Whether there are three at least, at equal distances from 0 to 1."""
    last = len(thresholds) - 1
    return last >= 2 and all(
        abs(value - place / last) <= 1e-7 + 1e-5 * place / last for place, value in enumerate(thresholds)
    )


@op
def counted(
    y_true: Any,
    y_pred: Any,
    sample_weight: Any,
    thresholds: list[float],
    even: bool,
    top_k: int | None = None,
    class_id: int | None = None,
    multi_label: bool = False,
    label_weights: Any = None,
) -> Any:
    """True positives, false positives, true negatives and false negatives at each threshold: [thresholds], or with
    multi_label [thresholds, labels]."""
    x, t = aligned(as_predictions(y_pred, "float32"), as_predictions(y_true, "float32"))
    weight = None
    if sample_weight is not None:
        weight = as_predictions(sample_weight, "float32").unsqueeze(-1)
        _, weight = aligned(t, weight, expand=False)
    if top_k is not None:
        x = _only_top(x, top_k)
    if class_id is not None:
        if len(x.shape) == 1:
            raise ValueError(
                "When class_id is provided, y_pred must be a 2D array with shape (num_samples, num_classes), found "
                f"shape: {tuple(x.shape)}"
            )
        t, x = (part.narrow(-1, class_id % part.shape[-1], 1) for part in (t, x))
    # What each element counts for.
    each = None if weight is None else weight.expand(x.shape)
    if label_weights is not None and not multi_label:
        own = convert(label_weights).unsqueeze(0).expand(x.shape)
        each = own if each is None else each * own
    is_label = t.to("bool").to("float32")
    if not multi_label:
        x, is_label = x.reshape(-1), is_label.reshape(-1)
        each = None if each is None else each.reshape(-1)
    positive = _reached(x, thresholds, even).to("float32")  # [thresholds, elements], or [thresholds, examples, labels]
    right = is_label if each is None else is_label * each
    wrong = 1.0 - is_label if each is None else (1.0 - is_label) * each
    true_positives, false_positives = (positive * right).sum(1), (positive * wrong).sum(1)
    return [true_positives, false_positives, wrong.sum(0) - false_positives, right.sum(0) - true_positives]


def _reached(x: Any, thresholds: list[float], even: bool) -> Any:
    """Whether predictions are above thresholds. Where these are at equal distances, as Keras sorts predictions into
    the buckets between them."""
    count = len(thresholds)
    axes = (count, *[1] * len(x.shape))
    if not even:
        return x.unsqueeze(0) > convert(thresholds, "float32").reshape(axes)
    buckets = (x.clamp(0.0, 1.0) * (count - 1.0)).ceil() - 1.0
    if thresholds[0] < 0.0 or thresholds[-1] > 1.0:
        buckets = buckets.clamp(min=0.0)
    return buckets.unsqueeze(0) >= convert([float(place) for place in range(count)], "float32").reshape(axes)


def _only_top(x: Any, k: int) -> Any:
    from ... import where, zeros_like

    chosen = zeros_like(x).scatter(-1, x.topk(k, dim=-1)[1], 1.0)
    return where(chosen > 0.0, x, zeros_like(x) + LOWEST)


@op
def ratio(x: Any, y: Any) -> Any:
    """x / (x + y), and 0 where that is 0 / 0; a number where there is one threshold."""
    found = quotient(convert(x), convert(x) + convert(y))
    return found[0] if len(found.shape) == 1 and found.shape[0] == 1 else found


@op
def _alone(x: Any) -> Any:
    found = convert(x)
    return found[0] if found.shape[0] == 1 else found.clone()


class _Counting(Metric):
    """Base of the metrics that count at thresholds."""

    _top_k: int | None = None
    _class_id: int | None = None

    def _count_at(self, thresholds: list[float], names: tuple[str, ...], shape: tuple[int, ...] = ()) -> None:
        self.thresholds = thresholds
        self._is_even = is_even(thresholds)
        self._counted = names
        for name in names:
            setattr(self, name, self.add_variable((len(thresholds), *shape), name=name))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes predictions in."""
        found = counted(y_true, y_pred, sample_weight, self.thresholds, self._is_even, self._top_k, self._class_id)
        for name in self._counted:
            getattr(self, name).assign_add(found[COUNTS.index(name)])


class _Count(_Counting):
    """One of the four counts."""

    _which = ""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self._count_at(thresholds_of(thresholds, 0.5), (self._which,))
        self.accumulator = getattr(self, self._which)

    def result(self) -> Any:
        """The counts; a number where there is one threshold."""
        return _alone(self.accumulator)

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(_Count):
    """How many positives are predicted as positive."""

    _which = "true_positives"


class FalsePositives(_Count):
    """How many negatives are predicted as positive."""

    _which = "false_positives"


class TrueNegatives(_Count):
    """How many negatives are predicted as negative."""

    _which = "true_negatives"


class FalseNegatives(_Count):
    """How many positives are predicted as negative."""

    _which = "false_negatives"


class _Share(_Counting):
    """A share of the true positives."""

    _direction = "up"
    _other = ""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds, self.top_k, self.class_id = thresholds, top_k, class_id
        self._top_k, self._class_id = top_k, class_id
        initial = 0.5 if top_k is None else LOWEST
        self._count_at(thresholds_of(thresholds, initial), ("true_positives", self._other))

    def result(self) -> Any:
        """The share; a number where there is one threshold."""
        return ratio(self.true_positives, getattr(self, self._other))  # type: ignore[attr-defined]

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        own = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}


class Precision(_Share):
    """How many of the predicted positives are positive.

    thresholds: above which a prediction is positive, 0.5 by default. top_k: positives are the k largest of each row.
    class_id: the one class that is looked at.
    """

    _other = "false_positives"


class Recall(_Share):
    """How many of the positives are predicted.

    thresholds: above which a prediction is positive, 0.5 by default. top_k: positives are the k largest of each row.
    class_id: the one class that is looked at.
    """

    _other = "false_negatives"


class SensitivitySpecificityBase(_Counting):
    """Base of the metrics that look for the best threshold at which another metric is good enough."""

    _direction = "up"
    # The names of the limit, of what has to reach it, and of what is wanted.
    _limit, _bound, _wanted = "", "", ""

    def __init__(
        self, value: float, num_thresholds: int = 200, class_id: int | None = None, name: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if num_thresholds <= 0:
            raise ValueError(
                f"Argument `num_thresholds` must be an integer > 0. Received: num_thresholds={num_thresholds}"
            )
        if value < 0 or value > 1:
            raise ValueError(f"Argument `{self._limit}` must be in the range [0, 1]. Received: {self._limit}={value}")
        self.value, self.class_id, self.num_thresholds = value, class_id, num_thresholds
        self._class_id = class_id
        setattr(self, self._limit, value)
        self._count_at([0.5] if num_thresholds == 1 else evenly(num_thresholds), COUNTS)

    def result(self) -> Any:
        """The best value."""
        counts = [getattr(self, name) for name in COUNTS]
        return _best(counts, self._bound, self._wanted, self.value)

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        own = {"num_thresholds": self.num_thresholds, self._limit: self.value, "class_id": self.class_id}
        return {**super().get_config(), **own}


@op
def _best(counts: Any, bound: str, wanted: str, value: float) -> Any:
    from ... import where, zeros_like

    tp, fp, tn, fn = (convert(count) for count in counts)
    found = {
        "sensitivity": lambda: quotient(tp, tp + fn),
        "specificity": lambda: quotient(tn, tn + fp),
        "precision": lambda: quotient(tp, tp + fp),
    }
    reached, dependent = found[bound](), found[wanted]()
    return where(reached >= value, dependent, zeros_like(dependent)).amax().clamp(min=0.0)


class SensitivityAtSpecificity(SensitivitySpecificityBase):
    """The best sensitivity at which the specificity is so much at least."""

    _limit, _bound, _wanted = "specificity", "specificity", "sensitivity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(SensitivitySpecificityBase):
    """The best specificity at which the sensitivity is so much at least."""

    _limit, _bound, _wanted = "sensitivity", "sensitivity", "specificity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(SensitivitySpecificityBase):
    """The best precision at which the recall is so much at least."""

    _limit, _bound, _wanted = "recall", "sensitivity", "precision"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)


class RecallAtPrecision(SensitivitySpecificityBase):
    """The best recall at which the precision is so much at least."""

    _limit, _bound, _wanted = "precision", "precision", "sensitivity"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
