"""Layers and losses as functions."""

from ctypes import c_void_p

from .. import _abi
from .._activations import celu, elu, hardsigmoid, hardswish, hardtanh, logsigmoid, mish, relu6, selu, silu, softplus, softsign
from .._discrete import gumbel_softmax
from .._errors import ArgumentError
from .._functions import gelu, leaky_relu, linear, log_softmax, relu, sigmoid, softmax, tanh
from .._library import check, lib
from .._picking import one_hot
from .._shaping import flatten, pad
from .._tensor import Tensor, as_tensor, wrap

__all__ = ["linear", "relu", "leaky_relu", "sigmoid", "tanh", "gelu", "softmax", "log_softmax", "softplus", "celu", "elu", "hardsigmoid",
           "hardswish", "hardtanh", "logsigmoid", "mish", "relu6", "selu", "silu", "softsign", "gumbel_softmax", "flatten", "one_hot", "pad", "mse_loss",
           "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy"]

_loss = lib.wb_loss
_REDUCTIONS = {"mean": _abi.WB_MEAN, "sum": _abi.WB_TOTAL, "none": _abi.WB_NONE}


def reduction_code(reduction):
    """The engine's number of a reduction."""
    try:
        return _REDUCTIONS[reduction]
    except (KeyError, TypeError):
        raise ArgumentError(f"loss: expected reduction 'mean', 'sum' or 'none', found {reduction!r}") from None


def loss(kind, input, target, reduction):
    """The engine's loss of that number."""
    if not isinstance(input, Tensor):
        input = as_tensor(input)
    if not isinstance(target, Tensor):
        target = as_tensor(target)
    out = c_void_p()
    status = _loss(kind, reduction_code(reduction), input._handle, target._handle, out)
    if status:
        check(status)
    return wrap(out.value)


def mse_loss(input, target, reduction="mean"):
    """(input - target)^2; equal shapes."""
    return loss(_abi.WB_MSE, input, target, reduction)


def binary_cross_entropy(input, target, reduction="mean"):
    """Binary cross-entropy of probabilities in [0, 1]; equal shapes."""
    return loss(_abi.WB_BCE, input, target, reduction)


def binary_cross_entropy_with_logits(input, target, reduction="mean"):
    """Binary cross-entropy of sigmoid(input); equal shapes."""
    return loss(_abi.WB_BCE_WITH_LOGITS, input, target, reduction)


def cross_entropy(input, target, reduction="mean", from_logits=True):
    """Cross-entropy of softmax(input) [n, classes], or of probabilities, with class indices [n] or probabilities [n, classes]."""
    return loss(_abi.WB_CROSS_ENTROPY if from_logits else _abi.WB_CROSS_ENTROPY_PROBABILITIES, input, target, reduction)
