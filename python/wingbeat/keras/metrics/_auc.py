"""The area under a curve that is drawn by thresholds."""

from __future__ import annotations

from typing import Any

from ...tf._tensor import convert, op
from ._confusion import COUNTS, counted, evenly, is_even
from ._metric import Metric, quotient

_CURVES = {"roc": "ROC", "pr": "PR", "prgain": "PRGAIN"}
_METHODS = ("interpolation", "majoring", "minoring")


class AUC(Metric):
    """The area under the curve of true over false positives (ROC), or of precision over recall (PR, PRGAIN).

    num_thresholds: points of the curve. summation_method: "interpolation", "majoring" or "minoring" of the steps
    between them. thresholds: the points themselves. multi_label: one curve for each label, [batch, labels], of which
    the mean is taken; label_weights: what they count for. from_logits: a sigmoid is taken first.
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if str(curve).lower() not in _CURVES:
            raise ValueError(f'Invalid AUC curve value: "{curve}". Expected values are ["PR", "ROC", "PRGAIN"]')
        if str(summation_method).lower() not in _METHODS:
            raise ValueError(
                f'Invalid AUC summation method value: "{summation_method}". Expected values are ["interpolation", '
                '"majoring", "minoring"]'
            )
        self.curve, self.summation_method = _CURVES[str(curve).lower()], str(summation_method).lower()
        self._given = None if thresholds is None else sorted(thresholds)
        if self._given is not None:
            points = [0.0, *self._given, 1.0]
            self._is_even = is_even(points)
        else:
            if num_thresholds <= 1:
                raise ValueError(
                    f"Argument `num_thresholds` must be an integer > 1. Received: num_thresholds={num_thresholds}"
                )
            points = evenly(num_thresholds)
            self._is_even = True
        self.num_thresholds = len(points)
        self.thresholds = [0.0 - 1e-7, *points[1:-1], 1.0 + 1e-7]
        self.multi_label, self.num_labels, self.label_weights = multi_label, num_labels, label_weights
        self._from_logits = from_logits
        self._built = False
        if not multi_label:
            if num_labels:
                raise ValueError("`num_labels` is needed only when `multi_label` is True.")
            self._build(())
        elif num_labels:
            self._build((num_labels,))

    def _build(self, shape: tuple[int, ...]) -> None:
        for name in COUNTS:
            setattr(self, name, self.add_variable((self.num_thresholds, *shape), name=name))
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes predictions in."""
        if self._from_logits:
            y_pred = _sigmoid(y_pred)
        if not self._built:
            shape = tuple(convert(y_pred).shape)
            if len(shape) != 2:
                raise ValueError(
                    f"`y_pred` must have rank 2 when `multi_label=True`. Found rank {len(shape)}. Full shape received "
                    f"for `y_pred`: {shape}"
                )
            self._build(shape[1:])
        found = counted(
            y_true, y_pred, sample_weight, self.thresholds, self._is_even, multi_label=self.multi_label,
            label_weights=None if self.multi_label else self._label_weights(),
        )  # fmt: skip
        for name, value in zip(COUNTS, found):
            getattr(self, name).assign_add(value)

    def _label_weights(self) -> Any:
        return None if self.label_weights is None else convert(self.label_weights, hint="float32")

    def result(self) -> Any:
        """The area."""
        counts = [getattr(self, name) for name in COUNTS]
        weights = self._label_weights() if self.multi_label else None
        return _area(counts, self.curve, self.summation_method, self.multi_label, weights)

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": self.label_weights,
            "from_logits": self._from_logits,
        }
        return config if self._given is None else {**config, "thresholds": self._given}


@op
def _sigmoid(x: Any) -> Any:
    return convert(x).sigmoid()


@op
def _area(counts: Any, curve: str, method: str, multi_label: bool, weights: Any) -> Any:
    from ... import maximum, minimum, where, zeros_like

    tp, fp, tn, fn = (convert(count) for count in counts)
    steps = tp.shape[0] - 1

    def ends(values: Any) -> tuple[Any, Any]:
        return values.narrow(0, 0, steps), values.narrow(0, 1, steps)

    if curve == "PR" and method == "interpolation":
        parts = _precision_parts(tp, fp, fn, ends)
    else:
        recall = quotient(tp, tp + fn)
        if curve == "ROC":
            x, y = quotient(fp, fp + tn), recall
        elif curve == "PR":
            x, y = recall, quotient(tp, tp + fp)
        else:
            scale = quotient(tp + fn, tn + fp)
            none = tp == 0.0
            x = where(none, zeros_like(tp), 1.0 - scale * quotient(fn, tp)).clamp(min=0.0)
            y = where(none, zeros_like(tp) + 1.0, 1.0 - scale * quotient(fp, tp))
        (x0, x1), (y0, y1) = ends(x), ends(y)
        if method == "interpolation":
            heights = (y0 + y1) / 2.0
        else:
            heights = minimum(y0, y1) if method == "minoring" else maximum(y0, y1)
        parts = (x0 - x1) * heights
    if not multi_label:
        return parts.sum()
    areas = parts.sum(0)
    return areas.mean() if weights is None else quotient((areas * weights).sum(), weights.sum())


def _precision_parts(tp: Any, fp: Any, fn: Any, ends: Any) -> Any:
    """Areas between points of the curve of precision, interpolated as Davis and Goadrich 2006 say."""
    from ... import logical_and, ones_like, where

    tp0, tp1 = ends(tp)
    p0, p1 = ends(tp + fp)
    slope = quotient(tp0 - tp1, (p0 - p1).clamp(min=0.0))
    intercept = tp1 - slope * p1
    ratio = where(logical_and(p0 > 0, p1 > 0), quotient(p0, p1.clamp(min=0.0)), ones_like(p1))
    fn1 = ends(fn)[1]
    return quotient(slope * (tp0 - tp1 + intercept * ratio.log()), (tp1 + fn1).clamp(min=0.0))
