"""Derivatives through discrete values: estimators that take those of a smooth value in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from ._creation import zeros_like
from ._errors import ArgumentError, DTypeError, ShapeError
from ._functions import argmax, softmax
from ._picking import scatter
from ._random import gumbel
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from ._typing import TensorLike

__all__ = ["straight_through"]


def straight_through(hard: TensorLike, soft: TensorLike) -> Tensor:
    """The values of `hard` with the derivatives of `soft`, of equal shapes: the straight-through estimator (Bengio et
    al. 2013), in the dtype of `soft`."""
    hard, soft = as_tensor(hard), as_tensor(soft)
    if hard.shape != soft.shape:
        raise ShapeError(
            f"straight_through: expected hard and soft of equal shapes, found {list(hard.shape)} and {list(soft.shape)}"
        )
    if not soft.is_floating_point():
        raise DTypeError(f"straight_through: expected soft of floats, found {soft.dtype}")
    return hard.detach().to(soft.dtype) + (soft - soft.detach())  # the difference is exactly 0


def gumbel_softmax(logits: TensorLike, tau: Tensor | float = 1, hard: bool = False, dim: SupportsIndex = -1) -> Tensor:
    """Samples from the Gumbel-softmax distribution (Jang et al. 2017, Maddison et al. 2017): softmax((logits + g) /
    tau) along dim, with Gumbel's numbers g.

    tau: the temperature, above 0, a number or a tensor. For tau to 0 the samples become one-hot, of class k with
    probability softmax(logits)[k], and the variance of derivatives grows. hard=True: one-hot samples, exactly, with the
    derivatives of the soft ones (straight_through).
    """
    if not isinstance(tau, Tensor) and not tau > 0:
        raise ArgumentError(f"gumbel_softmax: expected tau above 0, found {tau}")
    logits = as_tensor(logits)
    noise = gumbel(size=logits.shape, dtype=logits.dtype if logits.is_floating_point() else "float32")
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    return straight_through(scatter(zeros_like(soft), dim, argmax(soft, dim, keepdim=True), value=1.0), soft)
