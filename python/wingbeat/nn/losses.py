"""Loss functions as modules. reduction: "mean" (default), "sum" or "none" (one loss an element, or a row for cross-entropy)."""

from .. import _abi
from . import functional
from .module import Module


class Loss(Module):
    """Base of the losses: loss(prediction, target). kind: the engine's number."""

    kind = None

    def __init__(self, reduction="mean"):
        super().__init__()
        functional.reduction_code(reduction)
        self.reduction = reduction

    def forward(self, input, target):
        return functional.loss(self.kind, input, target, self.reduction)


class MSELoss(Loss):
    """(prediction - target)^2; equal shapes."""

    kind = _abi.WB_MSE


class BCELoss(Loss):
    """Binary cross-entropy of probabilities in [0, 1]; equal shapes. Logarithms are kept above -100."""

    kind = _abi.WB_BCE


class BCEWithLogitsLoss(Loss):
    """Binary cross-entropy of sigmoid(prediction), for predictions of any size; equal shapes."""

    kind = _abi.WB_BCE_WITH_LOGITS


class CrossEntropyLoss(Loss):
    """Cross-entropy of softmax(logits) [n, classes] (or [classes]) with class indices [n] or probabilities [n, classes].

    from_logits=False: the predictions are probabilities already. A class index out of range raises RangeError when computed.
    """

    kind = _abi.WB_CROSS_ENTROPY

    def __init__(self, reduction="mean", from_logits=True):
        super().__init__(reduction)
        if not from_logits:
            self.kind = _abi.WB_CROSS_ENTROPY_PROBABILITIES
