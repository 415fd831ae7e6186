"""Losses. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._tensor import Tensor
from ._reductions import reduction_of
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


class MSELoss(Layer):
    """(input - target)^2 of each element; equal shapes.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "MSELoss"
    _arguments = ("reduction",)

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class L1Loss(Layer):
    """|input - target| of each element; equal shapes.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "L1Loss"
    _arguments = ("reduction",)

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class SmoothL1Loss(Layer):
    """d^2 / (2 beta) where d = |input - target| is below beta, else d - beta / 2; equal shapes. Girshick 2015.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    beta: where the square ends; from 0 on.
    """

    _kind = "SmoothL1Loss"
    _arguments = ("reduction", "beta")

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean', beta: float = 1.0
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(reduction=reduction, beta=beta)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class HuberLoss(Layer):
    """d^2 / 2 where d = |input - target| is at most delta, else delta (d - delta / 2); equal shapes. Huber 1964.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    delta: where the square ends; above 0.
    """

    _kind = "HuberLoss"
    _arguments = ("reduction", "delta")

    def __init__(self, reduction: Literal['none', 'mean', 'sum'] = 'mean', delta: float = 1.0) -> None:
        self._make(reduction=reduction, delta=delta)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class BCELoss(Layer):
    """Binary cross-entropy -(t log p + (1 - t) log(1 - p)) of probabilities p in [0, 1]; equal shapes.

    Logarithms are kept above -100, so that the loss is finite.

    weight: what each element counts for; it broadcasts to their shape.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "BCELoss"
    _arguments = ("reduction",)
    _tensors = ("weight",)

    def __init__(
        self, weight: TensorLike | None = None, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(weight=weight, reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class BCEWithLogitsLoss(Layer):
    """Binary cross-entropy of sigmoid(input), for any finite input, without overflow; equal shapes.

    weight: what each element counts for; it broadcasts to their shape.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    pos_weight: what targets of 1 count for; it broadcasts to the shape.
    """

    _kind = "BCEWithLogitsLoss"
    _arguments = ("reduction",)
    _tensors = ("weight", "pos_weight")

    def __init__(
        self, weight: TensorLike | None = None, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean', pos_weight: TensorLike | None = None
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(weight=weight, reduction=reduction, pos_weight=pos_weight)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class CrossEntropyLoss(Layer):
    """Cross-entropy of softmax(input) [n, classes, ...] (or [classes]) with class indices [n, ...] or probabilities [n,
    classes, ...].

    A class index outside [0, classes) is an error when the loss is computed. Where the input has probabilities,
    logarithms are kept above -100, and weight, ignore_index and label_smoothing are not there.

    weight: what each class counts for, [classes], in the mean too.
    ignore_index: labels of this value count for nothing.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    label_smoothing: the share of each target that goes to all classes alike.
    from_logits: False: the input has probabilities already.
    """

    _kind = "CrossEntropyLoss"
    _arguments = ("ignore_index", "reduction", "label_smoothing", "from_logits")
    _tensors = ("weight",)

    def __init__(
        self, weight: TensorLike | None = None, size_average: bool | None = None, ignore_index: int = -100,
        reduce: bool | None = None, reduction: Literal['none', 'mean', 'sum'] = 'mean', label_smoothing: float = 0.0,
        from_logits: bool = True
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(
            weight=weight, ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing,
            from_logits=from_logits
        )

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class NLLLoss(Layer):
    """-input[target] of logarithms of probabilities [n, classes, ...] (or [classes]) with class indices [n, ...]; the
    mean is weighted.

    weight: what each class counts for, [classes], in the mean too.
    ignore_index: labels of this value count for nothing.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "NLLLoss"
    _arguments = ("ignore_index", "reduction")
    _tensors = ("weight",)

    def __init__(
        self, weight: TensorLike | None = None, size_average: bool | None = None, ignore_index: int = -100,
        reduce: bool | None = None, reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(weight=weight, ignore_index=ignore_index, reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class CTCLoss(Layer):
    """-log of the probability of all ways to spell labels in the steps of a sequence, with blanks between and labels
    held; the mean is of losses divided by numbers of labels. Graves and others 2006.

    log_probs: logarithms of probabilities, [steps, n, classes] or [steps, classes]; targets: [n, most], or [all] of all
    examples behind each other; lengths: [n].

    blank: the class that is no label.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    zero_infinity: 0 for labels that there is no time for, not infinity.
    """

    _kind = "CTCLoss"
    _arguments = ("blank", "reduction", "zero_infinity")

    def __init__(
        self, blank: int = 0, reduction: Literal['none', 'mean', 'sum'] = 'mean', zero_infinity: bool = False
    ) -> None:
        self._make(blank=blank, reduction=reduction, zero_infinity=zero_infinity)

    def forward(
        self, log_probs: TensorLike, targets: TensorLike, input_lengths: TensorLike, target_lengths: TensorLike
    ) -> Tensor:
        result: Tensor = self._several(log_probs, targets, input_lengths, target_lengths)
        return result


class KLDivLoss(Layer):
    """t (log t - input) of each element of logarithms of probabilities, 0 where t is 0; the two broadcast. Kullback and
    Leibler 1951.

    reduction: as other losses have it; 'batchmean': the sum over the extent of axis 0.
    log_target: whether the targets are logarithms too.
    """

    _kind = "KLDivLoss"
    _arguments = ("reduction", "log_target")

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum', 'batchmean'] = 'mean', log_target: bool = False
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(reduction=reduction, log_target=log_target)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class PoissonNLLLoss(Layer):
    """exp(input) - t input, or of rates input - t log(input + eps); the two broadcast.

    log_input: whether the input is logarithms of rates, not rates.
    full: whether Stirling's approximation of log t! is added.
    eps: what is added to rates before their logarithm.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "PoissonNLLLoss"
    _arguments = ("log_input", "full", "eps", "reduction")

    def __init__(
        self, log_input: bool = True, full: bool = False, size_average: bool | None = None, eps: float = 1e-08,
        reduce: bool | None = None, reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(log_input=log_input, full=full, eps=eps, reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class GaussianNLLLoss(Layer):
    """(log var + (input - target)^2 / var) / 2 of each element, with variances of each, or of all of the last axis. Nix
    and Weigend 1994.

    full: whether log(2 pi) / 2 is added.
    eps: what variances are at least.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "GaussianNLLLoss"
    _arguments = ("full", "eps", "reduction")

    def __init__(
        self, full: bool = False, eps: float = 1e-06, reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        self._make(full=full, eps=eps, reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike, var: TensorLike) -> Tensor:
        result: Tensor = self._several(input, target, var)
        return result


class SoftMarginLoss(Layer):
    """log(1 + exp(-target input)) for targets of 1 and -1; the two broadcast.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "SoftMarginLoss"
    _arguments = ("reduction",)

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class HingeEmbeddingLoss(Layer):
    """input for targets of 1, max(0, margin - input) for targets of -1; the two broadcast.

    margin: the distance that is wanted.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "HingeEmbeddingLoss"
    _arguments = ("margin", "reduction")

    def __init__(
        self, margin: float = 1.0, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(margin=margin, reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class MultiMarginLoss(Layer):
    """The mean over classes i other than the target of max(0, margin - input[target] + input[i])^p, input [n, classes]
    or [classes], target [n] or [].

    p: the exponent, 1 or 2.
    margin: how much larger the label's score is to be.
    weight: what each class counts for, [classes], in the mean too.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "MultiMarginLoss"
    _arguments = ("p", "margin", "reduction")
    _tensors = ("weight",)

    def __init__(
        self, p: int = 1, margin: float = 1.0, weight: TensorLike | None = None, size_average: bool | None = None,
        reduce: bool | None = None, reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(p=p, margin=margin, weight=weight, reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class MultiLabelMarginLoss(Layer):
    """The sum over labels j and classes i that are no labels of max(0, 1 - input[j] + input[i]), over the number of
    classes.

    input [n, classes] or [classes]; target of that shape: the labels, before the first negative number.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "MultiLabelMarginLoss"
    _arguments = ("reduction",)

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class MultiLabelSoftMarginLoss(Layer):
    """The mean over the classes of binary cross-entropy of sigmoid(input): [..., classes].

    weight: what each class counts for, [classes], in the mean too.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "MultiLabelSoftMarginLoss"
    _arguments = ("reduction",)
    _tensors = ("weight",)

    def __init__(
        self, weight: TensorLike | None = None, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(weight=weight, reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class MarginRankingLoss(Layer):
    """max(0, margin - target (input1 - input2)) for targets of 1 and -1; the three broadcast.

    margin: the distance that is wanted.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "MarginRankingLoss"
    _arguments = ("margin", "reduction")

    def __init__(
        self, margin: float = 0.0, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(margin=margin, reduction=reduction)

    def forward(self, input1: TensorLike, input2: TensorLike, target: TensorLike) -> Tensor:
        result: Tensor = self._several(input1, input2, target)
        return result


class CosineEmbeddingLoss(Layer):
    """1 - cos for targets of 1, max(0, cos - margin) for targets of -1, with the cosine of the angle between rows of
    [n, width] or [width].

    margin: the cosine that is allowed.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "CosineEmbeddingLoss"
    _arguments = ("margin", "reduction")

    def __init__(
        self, margin: float = 0.0, size_average: bool | None = None, reduce: bool | None = None,
        reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(margin=margin, reduction=reduction)

    def forward(self, input1: TensorLike, input2: TensorLike, target: TensorLike) -> Tensor:
        result: Tensor = self._several(input1, input2, target)
        return result


class TripletMarginLoss(Layer):
    """max(0, margin + |anchor - positive| - |anchor - negative|) over the last axis. Balntas et al. 2016.

    margin: how much farther the negative is to be, above 0.
    p: the order of the norm.
    eps: what is added to differences.
    swap: whether positive and negative count where they are nearer.
    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "TripletMarginLoss"
    _arguments = ("margin", "p", "eps", "swap", "reduction")

    def __init__(
        self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-06, swap: bool = False,
        size_average: bool | None = None, reduce: bool | None = None, reduction: Literal['none', 'mean', 'sum'] = 'mean'
    ) -> None:
        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)
        self._make(margin=margin, p=p, eps=eps, swap=swap, reduction=reduction)

    def forward(self, anchor: TensorLike, positive: TensorLike, negative: TensorLike) -> Tensor:
        result: Tensor = self._several(anchor, positive, negative)
        return result
