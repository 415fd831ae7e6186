"""Losses as functions, under PyTorch's names. reduction is 'none', 'mean' or 'sum': over elements, or rows."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

from ._arrays import handle_array
from ._calls import operand, optional, result
from ._dtypes import int64
from ._errors import ArgumentError, ArgumentTypeError
from ._functions import maximum, mean, minimum, sum
from ._library import check, unguarded
from ._tensor import Tensor, as_tensor, tensor_of, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._typing import Operand, Real, TensorLike

_call = unguarded("wb_call")
_PAIR, _ONE = handle_array(2), handle_array(1)
_REDUCTIONS = ("mean", "sum", "none")


def _reduced(reduction: Any, name: str) -> str:
    if not isinstance(reduction, str) or reduction not in _REDUCTIONS:
        raise ArgumentError(f"{name}: expected reduction 'mean', 'sum' or 'none', found {reduction!r:.80}")
    return reduction


def _of_two(name: str, input: TensorLike, target: TensorLike, reduction: Any, **options: Any) -> Tensor:
    """A loss of predictions and targets; options that are tensors come before the others."""
    if options:
        return result(
            name, input=as_tensor(input), target=as_tensor(target), **options, reduction=_reduced(reduction, name)
        )
    input = input if isinstance(input, Tensor) else as_tensor(input)
    target = target if isinstance(target, Tensor) else as_tensor(target)
    found = _ONE()
    text = f"{name}(reduction='{_reduced(reduction, name)}')"
    status = _call(text.encode(), _PAIR(input._handle, target._handle), 2, found, 1, None)
    if status:
        check(status)
    return wrap(found[0])


def _weights(**weights: TensorLike | None) -> dict[str, Tensor | None]:
    """Weights as options; none where none is given."""
    if all(weight is None for weight in weights.values()):
        return {}
    return {name: optional(weight) for name, weight in weights.items()}


def mse_loss(
    input: TensorLike, target: TensorLike, reduction: str = "mean", weight: TensorLike | None = None
) -> Tensor:
    """(input - target)^2; equal shapes. weight: what each element counts for, in the mean too."""
    return _of_two("mse_loss", input, target, reduction, **_weights(weight=weight))


def l1_loss(input: TensorLike, target: TensorLike, reduction: str = "mean", weight: TensorLike | None = None) -> Tensor:
    """|input - target|; equal shapes. weight: what each element counts for, in the mean too."""
    return _of_two("l1_loss", input, target, reduction, **_weights(weight=weight))


def smooth_l1_loss(input: TensorLike, target: TensorLike, reduction: str = "mean", beta: Real = 1.0) -> Tensor:
    """d^2 / (2 beta) where d = |input - target| is below beta, else d - beta / 2; equal shapes."""
    return _of_two("smooth_l1_loss", input, target, reduction, beta=beta)


def huber_loss(
    input: TensorLike, target: TensorLike, reduction: str = "mean", delta: Real = 1.0, weight: TensorLike | None = None
) -> Tensor:
    """d^2 / 2 where d = |input - target| is at most delta, else delta (d - delta / 2); equal shapes. weight: what
    multiplies each element; the mean is over their number, as PyTorch's."""
    return _of_two("huber_loss", input, target, reduction, weight=optional(weight), delta=delta)


def binary_cross_entropy(
    input: TensorLike, target: TensorLike, weight: TensorLike | None = None, reduction: str = "mean"
) -> Tensor:
    """Binary cross-entropy of probabilities in [0, 1]; equal shapes. weight: what multiplies each element."""
    return _of_two("binary_cross_entropy", input, target, reduction, **_weights(weight=weight))


def binary_cross_entropy_with_logits(
    input: TensorLike,
    target: TensorLike,
    weight: TensorLike | None = None,
    reduction: str = "mean",
    pos_weight: TensorLike | None = None,
) -> Tensor:
    """Binary cross-entropy of sigmoid(input); equal shapes. weight: what multiplies each element. pos_weight: what
    targets of 1 count for."""
    weights = _weights(weight=weight, pos_weight=pos_weight)
    return _of_two("binary_cross_entropy_with_logits", input, target, reduction, **weights)


def cross_entropy(
    input: TensorLike,
    target: TensorLike,
    weight: TensorLike | None = None,
    ignore_index: SupportsIndex = -100,
    reduction: str = "mean",
    label_smoothing: Real = 0.0,
    from_logits: bool = True,
) -> Tensor:
    """Cross-entropy of softmax(input), [n, classes, ...] or [classes], with class indices [n, ...] or probabilities of
    the input's shape.

    weight: what each class counts for, in the mean too. Labels of ignore_index count for nothing. label_smoothing: the
    share of each target that goes to all classes alike. from_logits False: the input is probabilities [n, classes].
    """
    return _of_two(
        "cross_entropy",
        input,
        target,
        reduction,
        weight=optional(weight),
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        from_logits=from_logits,
    )


def nll_loss(
    input: TensorLike,
    target: TensorLike,
    weight: TensorLike | None = None,
    ignore_index: SupportsIndex = -100,
    reduction: str = "mean",
) -> Tensor:
    """-input[target] of logarithms of probabilities, [n, classes, ...] or [classes], with class indices [n, ...].

    weight: what each class counts for, in the mean too. Labels of ignore_index count for nothing.
    """
    return _of_two("nll_loss", input, target, reduction, weight=optional(weight), ignore_index=ignore_index)


def linear_cross_entropy(
    input: TensorLike,
    linear_weight: TensorLike,
    target: TensorLike,
    *,
    linear_bias: TensorLike | None = None,
    weight: TensorLike | None = None,
    reduction: str = "mean",
    ignore_index: SupportsIndex | None = None,
    label_smoothing: Real = 0.0,
    options: object = None,
) -> Tensor:
    """cross_entropy of linear(input, linear_weight, linear_bias): [..., width], [classes, width], [classes].

    options: taken; in PyTorch they say in which pieces the same is computed.
    """
    return result(
        "linear_cross_entropy",
        input=as_tensor(input),
        linear_weight=as_tensor(linear_weight),
        target=as_tensor(target),
        linear_bias=optional(linear_bias),
        weight=optional(weight),
        reduction=_reduced(reduction, "linear_cross_entropy"),
        ignore_index=-100 if ignore_index is None else ignore_index,
        label_smoothing=label_smoothing,
    )


def ctc_loss(
    log_probs: TensorLike,
    targets: TensorLike,
    input_lengths: TensorLike,
    target_lengths: TensorLike,
    blank: SupportsIndex = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """-log of the probability of all ways to spell the labels in the steps, with blanks between and labels held.

    log_probs: logarithms of probabilities, [steps, n, classes] or [steps, classes]. targets: labels [n, most], [most]
    of one example, or [all] of all examples behind each other, whose lengths are then computed at once. Lengths: [n].
    The mean is of losses divided by numbers of labels. zero_infinity: 0 for labels that there is no time for.
    """
    return result(
        "ctc_loss",
        log_probs=as_tensor(log_probs),
        targets=as_tensor(targets),
        input_lengths=_lengths(input_lengths),
        target_lengths=_lengths(target_lengths),
        blank=blank,
        reduction=_reduced(reduction, "ctc_loss"),
        zero_infinity=zero_infinity,
    )


def _lengths(lengths: Any) -> Tensor:
    """Also a tuple of whole numbers, or none."""
    if not isinstance(lengths, (tuple, list)):
        return as_tensor(lengths)
    try:
        return tensor_of([index(length) for length in lengths], int64)
    except TypeError:
        raise ArgumentTypeError(f"ctc_loss: expected lengths that are whole numbers, found {lengths}") from None


def kl_div(input: TensorLike, target: TensorLike, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """target (log target - input) of logarithms of probabilities; the two broadcast.

    reduction: also 'batchmean', the sum over the extent of axis 0. log_target: the targets are logarithms too.
    """
    if not isinstance(reduction, str) or reduction not in (*_REDUCTIONS, "batchmean"):
        raise ArgumentError(f"kl_div: expected reduction 'mean', 'batchmean', 'sum' or 'none', found {reduction!r:.80}")
    return result(
        "kl_div", input=as_tensor(input), target=as_tensor(target), reduction=reduction, log_target=log_target
    )


def poisson_nll_loss(
    input: TensorLike,
    target: TensorLike,
    log_input: bool = True,
    full: bool = False,
    eps: Real = 1e-8,
    reduction: str = "mean",
) -> Tensor:
    """exp(input) - target input, or with log_input=False input - target log(input + eps); the two broadcast.

    full: plus Stirling's approximation of log target! where targets are above 1.
    """
    return _of_two("poisson_nll_loss", input, target, reduction, log_input=log_input, full=full, eps=eps)


def gaussian_nll_loss(
    input: TensorLike, target: TensorLike, var: Operand, full: bool = False, eps: Real = 1e-6, reduction: str = "mean"
) -> Tensor:
    """(log var + (input - target)^2 / var) / 2, with variances that are raised to eps.

    var: a number, or one for each element, or one for all of the last axis, which may then be missing. full: plus
    log(2 pi) / 2.
    """
    return _of_two("gaussian_nll_loss", input, target, reduction, var=operand(var), full=full, eps=eps)


def soft_margin_loss(input: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor:
    """log(1 + exp(-target input)) for targets of 1 and -1; the two broadcast."""
    return _of_two("soft_margin_loss", input, target, reduction)


def hinge_embedding_loss(input: TensorLike, target: TensorLike, margin: Real = 1.0, reduction: str = "mean") -> Tensor:
    """input for targets of 1, max(0, margin - input) for targets of -1; the two broadcast."""
    return _of_two("hinge_embedding_loss", input, target, reduction, margin=margin)


def _of_three(
    name: str, input1: TensorLike, input2: TensorLike, target: TensorLike, margin: Real, reduction: Any
) -> Tensor:
    return result(
        name,
        input1=as_tensor(input1),
        input2=as_tensor(input2),
        target=as_tensor(target),
        margin=margin,
        reduction=_reduced(reduction, name),
    )


def margin_ranking_loss(
    input1: TensorLike, input2: TensorLike, target: TensorLike, margin: Real = 0.0, reduction: str = "mean"
) -> Tensor:
    """max(0, margin - target (input1 - input2)) for targets of 1, where input1 is to be larger, and -1."""
    return _of_three("margin_ranking_loss", input1, input2, target, margin, reduction)


def cosine_embedding_loss(
    input1: TensorLike, input2: TensorLike, target: TensorLike, margin: Real = 0.0, reduction: str = "mean"
) -> Tensor:
    """1 - cos for targets of 1, max(0, cos - margin) for targets of -1, with the cosine of the rows' angle.

    input1, input2: [n, width] with targets [n], or [width] with one target.
    """
    return _of_three("cosine_embedding_loss", input1, input2, target, margin, reduction)


def multi_margin_loss(
    input: TensorLike,
    target: TensorLike,
    p: SupportsIndex = 1,
    margin: Real = 1.0,
    weight: TensorLike | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over classes i other than the target of max(0, margin - input[target] + input[i])^p.

    input: [n, classes] or [classes]. p: 1 or 2. weight: what each class counts for.
    """
    return _of_two("multi_margin_loss", input, target, reduction, weight=optional(weight), p=p, margin=margin)


def multilabel_margin_loss(input: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor:
    """The sum over labels j and classes i that are none of max(0, 1 - input[j] + input[i]), over the number of classes.

    input: [n, classes] or [classes]. target: the labels of each example before its first negative number, of the same
    shape.
    """
    return _of_two("multilabel_margin_loss", input, target, reduction)


def multilabel_soft_margin_loss(
    input: TensorLike, target: TensorLike, weight: TensorLike | None = None, reduction: str = "mean"
) -> Tensor:
    """The mean over the classes of binary_cross_entropy_with_logits: [..., classes]. weight: what each class counts
    for."""
    return _of_two("multilabel_soft_margin_loss", input, target, reduction, weight=optional(weight))


def triplet_margin_loss(
    anchor: TensorLike,
    positive: TensorLike,
    negative: TensorLike,
    margin: Real = 1.0,
    p: Real = 2,
    eps: Real = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin + |anchor - positive| - |anchor - negative|), with the norm of order p over the last axis.

    swap: the distance of positive and negative counts where it is the smaller.
    """
    return result(
        "triplet_margin_loss",
        anchor=as_tensor(anchor),
        positive=as_tensor(positive),
        negative=as_tensor(negative),
        margin=margin,
        p=p,
        eps=eps,
        swap=swap,
        reduction=_reduced(reduction, "triplet_margin_loss"),
    )


def triplet_margin_with_distance_loss(
    anchor: TensorLike,
    positive: TensorLike,
    negative: TensorLike,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: Real = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """triplet_margin_loss with distance_function(a, b) in place of the norm; None: that norm of order 2."""
    name = "triplet_margin_with_distance_loss"
    if distance_function is None:
        return triplet_margin_loss(anchor, positive, negative, margin, swap=swap, reduction=reduction)
    if not callable(distance_function):
        raise ArgumentError(f"{name}: expected a function of two tensors, found {distance_function!r:.80}")
    reduction = _reduced(reduction, name)
    if not margin > 0:  # type: ignore[operator]
        raise ArgumentError(f"{name}: expected a margin above 0, found {margin!r:.80}")
    anchor, positive, negative = as_tensor(anchor), as_tensor(positive), as_tensor(negative)
    near, far = distance_function(anchor, positive), distance_function(anchor, negative)
    if swap:
        far = minimum(far, distance_function(positive, negative))
    losses = maximum(near - far + float(margin), 0)
    return losses if reduction == "none" else mean(losses) if reduction == "mean" else sum(losses)
