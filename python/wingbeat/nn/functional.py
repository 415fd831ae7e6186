"""Layers and losses as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._activations import (
    celu,
    elu,
    hardsigmoid,
    hardswish,
    hardtanh,
    logsigmoid,
    mish,
    relu6,
    selu,
    silu,
    softplus,
    softsign,
)
from .._arrays import handle_array
from .._discrete import gumbel_softmax
from .._dropout import alpha_dropout, dropout, dropout1d, dropout2d, dropout3d, feature_alpha_dropout
from .._embedding import embedding, embedding_bag
from .._errors import ArgumentError
from .._functions import gelu, leaky_relu, linear, log_softmax, relu, sigmoid, softmax, tanh
from .._library import check, unguarded
from .._naming import listing
from .._normalization import batch_norm, group_norm, instance_norm, layer_norm, local_response_norm, rms_norm
from .._picking import one_hot
from .._shaping import flatten, pad
from .._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from .._typing import TensorLike

__all__ = [
    "linear",
    "relu",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "gelu",
    "softmax",
    "log_softmax",
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
    "gumbel_softmax",
    "flatten",
    "one_hot",
    "pad",
    "alpha_dropout",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
    "embedding",
    "embedding_bag",
    "batch_norm",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "rms_norm",
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
