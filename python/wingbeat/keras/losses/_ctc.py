"""The loss of connectionist temporal classification, which the engine's function ctc_loss computes."""

from __future__ import annotations

from typing import Any

from ..._calls import result
from ...tf._tensor import convert, op
from ._loss import LossFunctionWrapper


@op
def ctc(y_true: Any, y_pred: Any) -> Any:
    """-log of the probability of all ways to spell the labels in the steps, for each example (Graves et al. 2006).

    y_true: labels [n, length], filled up with 0, the class of blanks. y_pred: logits [n, time, classes].
    """
    labels, logits = convert(y_true).to("int64"), convert(y_pred)
    for what, given, axes in (
        ("Targets `y_true`", labels, "(batch_size, max_length)"),
        ("Logits `y_pred`", logits, "(batch_size, max_length, num_classes)"),
    ):
        if len(given.shape) != axes.count(",") + 1:
            raise ValueError(f"{what} are expected to be a tensor of shape `{axes}`, found {tuple(given.shape)}")
    from ..._creation import full

    steps = full((int(logits.shape[0]),), int(logits.shape[1]), dtype="int64")
    return result(
        "ctc_loss",
        log_probs=logits.log_softmax(-1).movedim(0, 1),
        targets=labels,
        input_lengths=steps,
        target_lengths=(labels != 0).sum(-1).to("int64"),
        blank=0,
        reduction="none",
    )


class CTC(LossFunctionWrapper):
    """The loss of connectionist temporal classification: see ctc."""

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "ctc", dtype: Any = None) -> None:
        super().__init__(ctc, reduction, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """What makes such a loss again."""
        return {"name": self.name, "reduction": self.reduction}


__all__ = ["CTC", "ctc"]
