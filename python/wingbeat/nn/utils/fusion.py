"""A convolution or linear layer and the batch normalisation behind it as one layer, for evaluation."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from ..._creation import ones_like, zeros_like
from ..._errors import StateError
from ..._modes import no_grad
from ..._naming import listing
from ..module import Module, Parameter

if TYPE_CHECKING:
    from ..._tensor import Tensor

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]
__dir__ = listing(__name__)


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """(weight, bias) of a convolution that does what one of conv_w and conv_b and a batch normalisation behind it do.

    bn_rm, bn_rv: its running mean and variance. transpose: the weight is [in, out, ...].
    """
    with no_grad():
        scale = (ones_like(bn_rm) if bn_w is None else bn_w) * (bn_rv + bn_eps).rsqrt()
        shape = [1] * conv_w.dim()
        shape[1 if transpose else 0] = -1
        bias = (zeros_like(bn_rm) if conv_b is None else conv_b) - bn_rm
        weight = conv_w * scale.reshape(shape)
        return Parameter(weight), Parameter(bias * scale + (zeros_like(bn_rm) if bn_b is None else bn_b))


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> tuple[Parameter, Parameter]:
    """The same for a linear layer's weight [out, in]."""
    return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def _fused(layer: Module, bn: Any, name: str, transpose: bool) -> Module:
    if layer.training or bn.training:
        raise StateError(f"{name}: expected both modules in evaluation mode, found one that is training")
    if bn.running_mean is None or bn.running_var is None:
        raise StateError(f"{name}: expected a batch normalisation with running statistics, found one without")
    made = copy.deepcopy(layer)
    made.weight, made.bias = fuse_conv_bn_weights(
        made.weight, made.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, transpose
    )
    return made


def fuse_conv_bn_eval(conv: Module, bn: Module, transpose: bool = False) -> Module:
    """A convolution that does what `conv` and the batch normalisation behind it do, both in evaluation mode."""
    return _fused(conv, bn, "fuse_conv_bn_eval", transpose)


def fuse_linear_bn_eval(linear: Module, bn: Module) -> Module:
    """A linear layer that does what `linear` and the batch normalisation behind it do, both in evaluation mode."""
    return _fused(linear, bn, "fuse_linear_bn_eval", False)
