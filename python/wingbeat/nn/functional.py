"""Layers and losses as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from .._activations import (
    celu,
    elu,
    glu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    logsigmoid,
    mish,
    prelu,
    relu6,
    rrelu,
    selu,
    silu,
    softplus,
    softshrink,
    softsign,
    tanhshrink,
    threshold,
)
from .._arrays import handle_array
from .._calls import result
from .._convolution import conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d
from .._discrete import gumbel_softmax
from .._distances import cosine_similarity, normalize, pairwise_distance
from .._dtypes import as_dtype
from .._errors import ArgumentError
from .._functions import gelu, leaky_relu, linear, log_softmax, relu, sigmoid, softmax, tanh
from .._library import check, unguarded
from .._naming import listing
from .._picking import one_hot
from .._pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    fold,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
    unfold,
)
from .._shaping import flatten, pad
from .._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from .._typing import DTypeLike, TensorLike

__all__ = [
    "linear",
    "relu",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "gelu",
    "softmax",
    "log_softmax",
    "softmin",
    "softplus",
    "celu",
    "elu",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "logsigmoid",
    "mish",
    "relu6",
    "selu",
    "silu",
    "softsign",
    "glu",
    "hardshrink",
    "prelu",
    "rrelu",
    "softshrink",
    "tanhshrink",
    "threshold",
    "cosine_similarity",
    "normalize",
    "pairwise_distance",
    "gumbel_softmax",
    "flatten",
    "one_hot",
    "pad",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "unfold",
    "fold",
    "mse_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
]
__dir__ = listing(__name__)

_call = unguarded("wb_call")
_PAIR, _ONE = handle_array(2), handle_array(1)


def _loss(call: str, input: TensorLike, target: TensorLike) -> Tensor:
    input = input if isinstance(input, Tensor) else as_tensor(input)
    target = target if isinstance(target, Tensor) else as_tensor(target)
    found = _ONE()
    status = _call(call.encode(), _PAIR(input._handle, target._handle), 2, found, 1, None)
    if status:
        check(status)
    return wrap(found[0])


def _reduced(reduction: str, name: str) -> str:
    if reduction not in ("mean", "sum", "none"):
        raise ArgumentError(f"{name}: expected reduction 'mean', 'sum' or 'none', found {reduction!r:.80}")
    return reduction


def softmin(input: TensorLike, dim: SupportsIndex | None = None, dtype: DTypeLike | None = None) -> Tensor:
    """softmax(-x) along an axis, without overflow. dtype: to compute in."""
    if dim is None:
        raise ArgumentError("softmin: expected the axis as dim, found None")
    return result("softmin", input=as_tensor(input), dim=dim, dtype=None if dtype is None else as_dtype(dtype))


def mse_loss(input: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor:
    """(input - target)^2; equal shapes."""
    return _loss(f"mse_loss(reduction='{_reduced(reduction, 'mse_loss')}')", input, target)


def binary_cross_entropy(input: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor:
    """Binary cross-entropy of probabilities in [0, 1]; equal shapes."""
    return _loss(f"binary_cross_entropy(reduction='{_reduced(reduction, 'binary_cross_entropy')}')", input, target)


def binary_cross_entropy_with_logits(input: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor:
    """Binary cross-entropy of sigmoid(input); equal shapes."""
    name = "binary_cross_entropy_with_logits"
    return _loss(f"{name}(reduction='{_reduced(reduction, name)}')", input, target)


def cross_entropy(input: TensorLike, target: TensorLike, reduction: str = "mean", from_logits: bool = True) -> Tensor:
    """Cross-entropy of softmax(input) [n, classes], or of probabilities, with class indices [n] or probabilities [n,
    classes]."""
    return _loss(
        f"cross_entropy(reduction='{_reduced(reduction, 'cross_entropy')}', from_logits={bool(from_logits)})",
        input,
        target,
    )
