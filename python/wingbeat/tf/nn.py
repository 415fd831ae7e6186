"""Functions of neural networks under tf.nn's names."""

from __future__ import annotations

import math
from typing import Any

from .. import _activations, _creation, _dropout, _functions, _losses, _math, _picking, _random, _reductions, _shaping
from .._calls import result
from .._naming import listing
from . import _dtypes, _windows
from ._absent import refusing
from ._elementwise import floats, log_sigmoid, sigmoid, softplus, softsign, tanh, zero_fraction
from ._reducing import axes_of, in_top_k, top_k
from ._reshaping import depth_to_space, space_to_depth
from ._tensor import convert, op, pair, same_dtype
from ._windows import *  # noqa: F403
from .errors import InvalidArgumentError

# -------------------------------------------------------------------- activations


@op
def relu(features: Any, name: str | None = None) -> Any:
    """max(x, 0)."""
    return _functions.relu(convert(features))


@op
def relu6(features: Any, name: str | None = None) -> Any:
    """x between 0 and 6."""
    return _activations.relu6(convert(features))


@op
def crelu(features: Any, axis: int = -1, name: str | None = None) -> Any:
    """max(x, 0) and max(-x, 0), joined along an axis. Shang et al. 2016."""
    tensor = convert(features)
    return _functions.relu(_shaping.cat([tensor, -tensor], int(axis)))


@op
def elu(features: Any, name: str | None = None) -> Any:
    """x above 0, else exp(x) - 1."""
    return _activations.elu(floats("elu", features))


@op
def selu(features: Any, name: str | None = None) -> Any:
    """elu, scaled so that mean 0 and variance 1 stay. Klambauer et al. 2017."""
    return _activations.selu(floats("selu", features))


@op
def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Any:
    """x times the standard normal distribution function of x, exactly or by its approximation with tanh."""
    return _functions.gelu(floats("gelu", features), "tanh" if approximate else "none")


@op
def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Any:
    """x above 0, else alpha x."""
    tensor = convert(features)
    return _functions.leaky_relu(tensor if tensor.dtype.is_floating_point else tensor.to(_dtypes.float32), alpha)


@op
def silu(features: Any, beta: float = 1.0) -> Any:
    """x sigmoid(beta x). Ramachandran et al. 2017."""
    tensor = floats("silu", features)
    return _activations.silu(tensor) if beta == 1.0 else tensor * _functions.sigmoid(tensor * beta)


swish = silu


@op
def softmax(logits: Any, axis: int | None = None, name: str | None = None) -> Any:
    """exp(x) / sum(exp(x)) along an axis (the last)."""
    return _functions.softmax(floats("softmax", logits), -1 if axis is None else int(axis))


@op
def log_softmax(logits: Any, axis: int | None = None, name: str | None = None) -> Any:
    """log(softmax(x)) along an axis (the last)."""
    return _functions.log_softmax(floats("log_softmax", logits), -1 if axis is None else int(axis))


# -------------------------------------------------------------------- losses


@op
def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: int = -1, name: str | None = None) -> Any:
    """-sum(labels log_softmax(logits)) along an axis, which goes; the two broadcast."""
    scores = floats("softmax_cross_entropy_with_logits", logits)
    weights = convert(labels, hint=scores.dtype)
    same_dtype("SoftmaxCrossEntropyWithLogits", scores, weights)
    return -_functions.sum(weights * _functions.log_softmax(scores, int(axis)), int(axis))


@op
def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any, name: str | None = None) -> Any:
    """-log_softmax(logits)[label] of each row: labels [...], logits [..., classes]."""
    scores, index = floats("sparse_softmax_cross_entropy_with_logits", logits), convert(labels)
    if index.dtype not in (_dtypes.int32, _dtypes.int64, _dtypes.uint8):
        raise InvalidArgumentError(f"labels must be whole numbers, found {index.dtype.name}")
    if tuple(index.shape) != tuple(scores.shape)[:-1]:
        raise ValueError(
            f"`labels.shape` must equal `logits.shape` except for the last dimension. Received: labels.shape="
            f"{tuple(index.shape)} and logits.shape={tuple(scores.shape)}"
        )
    rows = scores.reshape((-1, scores.shape[-1]))
    found = _losses.cross_entropy(rows, index.to("int64").reshape((-1,)), reduction="none", ignore_index=-(1 << 40))
    return found.reshape(tuple(index.shape))


@op
def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> Any:
    """-z log(sigmoid(x)) - (1 - z) log(1 - sigmoid(x)) for labels z and logits x of one shape, without overflow."""
    scores = floats("sigmoid_cross_entropy_with_logits", logits)
    truth = convert(labels, hint=scores.dtype)
    same_dtype("sigmoid_cross_entropy_with_logits", scores, truth)
    if tuple(scores.shape) != tuple(truth.shape):
        raise ValueError(
            f"`logits` and `labels` must have the same shape, received ({tuple(scores.shape)} vs {tuple(truth.shape)})."
        )
    return _losses.binary_cross_entropy_with_logits(scores, truth, reduction="none")


@op
def weighted_cross_entropy_with_logits(labels: Any, logits: Any, pos_weight: Any, name: str | None = None) -> Any:
    """As sigmoid_cross_entropy_with_logits, with the labels' part times pos_weight."""
    scores = floats("weighted_cross_entropy_with_logits", logits)
    truth, weight = convert(labels, hint=scores.dtype), convert(pos_weight, hint=scores.dtype)
    factor = (weight - 1) * truth + 1
    return (1 - truth) * scores + factor * _activations.softplus(-scores)


@op
def l2_loss(t: Any, name: str | None = None) -> Any:
    """sum(t^2) / 2."""
    return _functions.sum(_functions.square(floats("l2_loss", t))) * 0.5


@op
def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None) -> Any:
    """exp(log_input) - log_input targets; with compute_full_loss and Stirling's approximation of log(targets!)."""
    rate = floats("log_poisson_loss", log_input)
    count = convert(targets, hint=rate.dtype)
    found = _functions.exp(rate) - rate * count
    if compute_full_loss:
        large = _math.clamp(count, 1)
        stirling = count * _functions.log(large) - count + _functions.log(large * (2 * math.pi)) * 0.5
        inside = _functions.logical_and(_functions.ge(count, 0), _functions.le(count, 1))
        found = found + _functions.where(inside, _creation.zeros_like(count), stirling)
    return found


@op
def ctc_loss(
    labels: Any,
    logits: Any,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: int | None = None,
    name: str | None = None,
) -> Any:
    """The loss of connectionist temporal classification (Graves et al. 2006) of each example: labels [n, length],
    logits [time, n, classes], or [n, time, classes] where logits_time_major is False. blank_index: the class of a
    blank; -1 counts from the end."""
    scores = floats("ctc_loss", logits)
    scores = scores if logits_time_major else scores.movedim(0, 1)
    blank = (0 if blank_index is None else int(blank_index)) % scores.shape[-1]
    return result(
        "ctc_loss",
        log_probs=_functions.log_softmax(scores, -1),
        targets=convert(labels).to("int64"),
        input_lengths=convert(logit_length).to("int64"),
        target_lengths=convert(label_length).to("int64"),
        blank=blank,
        reduction="none",
    )


# -------------------------------------------------------------------- normalisation


@op
def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    """(mean, variance) over axes; the variance divides by the count."""
    tensor = convert(x)
    places = axes_of(axes)
    mean = _functions.mean(tensor, places, bool(keepdims))
    return mean, _reductions.var(tensor, places, correction=0, keepdim=bool(keepdims))


@op
def weighted_moments(x: Any, axes: Any, frequency_weights: Any, keepdims: bool = False, name: str | None = None) -> Any:
    """(mean, variance) over axes, with weights that broadcast to x."""
    tensor = convert(x)
    weights = convert(frequency_weights, hint=tensor.dtype).expand(tuple(tensor.shape))
    places = axes_of(axes)
    total = _functions.sum(weights, places, True)
    mean = _functions.sum(tensor * weights, places, True) / total
    variance = _functions.sum(_functions.square(tensor - mean) * weights, places, True) / total
    if keepdims:
        return mean, variance
    gone = tuple(places) if isinstance(places, tuple) else (places,)
    return mean.squeeze(gone), variance.squeeze(gone)


@op
def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float, name: str | None = None
) -> Any:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset; scale and offset may be None."""
    tensor = convert(x)
    factor = _functions.rsqrt(convert(variance, hint=tensor.dtype) + variance_epsilon)
    if scale is not None:
        factor = factor * convert(scale, hint=tensor.dtype)
    shifted = -convert(mean, hint=tensor.dtype) * factor
    if offset is not None:
        shifted = shifted + convert(offset, hint=tensor.dtype)
    return tensor * factor + shifted


@op
def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None) -> Any:
    """x / sqrt(max(sum(x^2), epsilon)) along axes (all for None)."""
    tensor = floats("l2_normalize", x)
    total = _functions.sum(_functions.square(tensor), axes_of(axis if dim is None else dim), True)
    return tensor * _functions.rsqrt(_math.clamp(total, epsilon))


@op
def dropout(x: Any, rate: Any, noise_shape: Any = None, seed: Any = None, name: str | None = None) -> Any:
    """x with each element 0 with the probability `rate`, and the others divided by 1 - rate. noise_shape: where it has
    extent 1, elements are 0 together."""
    tensor = floats("dropout", x)
    share = float(rate)
    if not 0 <= share < 1:
        raise ValueError(f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={share}")
    if not share:
        return tensor.clone()
    from .random import seeded

    with seeded(seed):
        if noise_shape is None:
            return _dropout.dropout(tensor, share)
        shape = [
            extent if wanted is None else int(wanted) for wanted, extent in zip(list(noise_shape), tuple(tensor.shape))
        ]
        kept = _random.bernoulli(_creation.full(tuple(shape), 1 - share, dtype=tensor.dtype))
    return tensor * kept / (1 - share)


# -------------------------------------------------------------------- other


@op
def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Any:
    """value + bias, a vector with a number for each channel: the last axis, or axis 1 for a data_format that begins
    with 'NC'."""
    tensor, vector = pair("BiasAdd", value, bias)
    if len(vector.shape) != 1:
        raise InvalidArgumentError(f"Biases must be 1D: {tuple(vector.shape)}")
    if data_format is not None and data_format.startswith("NC"):
        vector = vector.reshape((-1,) + (1,) * (len(tensor.shape) - 2))
    return tensor + vector


@op
def embedding_lookup(params: Any, ids: Any, max_norm: Any = None, name: str | None = None) -> Any:
    """Rows of params at ids, of any shape; with max_norm those that are longer are scaled to it."""
    tensors = list(params) if isinstance(params, (list, tuple)) else [params]
    table = convert(tensors[0]) if len(tensors) == 1 else _shaping.cat([convert(part) for part in tensors], 0)
    found = _picking.index_select(table, 0, convert(ids))
    if max_norm is None:
        return found
    axes = tuple(range(len(convert(ids).shape), len(found.shape)))
    length = _functions.sqrt(_functions.sum(_functions.square(found), axes, True))
    return found * (float(max_norm) / _math.clamp(length, float(max_norm)))


@op
def normalize_moments(counts: Any, mean_ss: Any, variance_ss: Any, shift: Any = None, name: str | None = None) -> Any:
    """(mean, variance) of sums and sums of squares of so many numbers."""
    count = convert(counts)
    mean = convert(mean_ss) / count
    variance = convert(variance_ss) / count - _functions.square(mean)
    return (mean if shift is None else mean + convert(shift)), variance


__all__ = [
    "batch_normalization",
    "bias_add",
    "crelu",
    "ctc_loss",
    "depth_to_space",
    "dropout",
    "elu",
    "embedding_lookup",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_poisson_loss",
    "log_sigmoid",
    "log_softmax",
    "moments",
    "normalize_moments",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softplus",
    "softsign",
    "space_to_depth",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "zero_fraction",
]
__all__ += _windows.__all__
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
