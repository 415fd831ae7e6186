"""The activations layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike


class ReLU(StockLayer):
    """x from the threshold on, else negative_slope (x - threshold); at most max_value.

    max_value: the largest result; None: none.
    negative_slope: the slope below the threshold.
    threshold: from where on x stays.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ReLU"
    _arguments = ("max_value", "negative_slope", "threshold", "trainable", "input_shape")

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            max_value=max_value,
            negative_slope=negative_slope,
            threshold=threshold,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class LeakyReLU(StockLayer):
    """x above 0, else negative_slope x.

    negative_slope: the slope below 0.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.LeakyReLU"
    _arguments = ("negative_slope", "trainable", "input_shape")

    def __init__(
        self,
        negative_slope: float = 0.3,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            negative_slope=negative_slope,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class ELU(StockLayer):
    """x above 0, else alpha (exp(x) - 1).

    alpha: the limit below 0 is -alpha.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ELU"
    _arguments = ("alpha", "trainable", "input_shape")

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(alpha=alpha, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class ThresholdedReLU(StockLayer):
    """x above theta, else 0. Konda et al. 2015.

    theta: the bound.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ThresholdedReLU"
    _arguments = ("theta", "trainable", "input_shape")

    def __init__(
        self,
        theta: float = 1.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(theta=theta, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class PReLU(StockLayer):
    """x above 0, else alpha x. He et al. 2015.

    alpha has the input's extents without the batch, 1 along shared_axes.

    alpha_initializer: how alpha starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    alpha_regularizer: what training adds to the loss for alpha, such as 'L2(0.01)'.
    alpha_constraint: what training holds alpha to after each step, such as 'NonNeg()'.
    shared_axes: axes, from 1, along which all elements have one slope.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.PReLU"
    _arguments = (
        "alpha_initializer",
        "alpha_regularizer",
        "alpha_constraint",
        "shared_axes",
        "trainable",
        "input_shape",
    )

    def __init__(
        self,
        alpha_initializer: str = "Zeros",
        alpha_regularizer: str | None = None,
        alpha_constraint: str | None = None,
        shared_axes: int | Sequence[int] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            alpha_initializer=alpha_initializer,
            alpha_regularizer=alpha_regularizer,
            alpha_constraint=alpha_constraint,
            shared_axes=shared_axes,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class Softmax(StockLayer):
    """exp(x) divided by its sum along axes. A mask that broadcasts to the input (bool) says which elements count; the
    others are 0.

    axis: the axes along which the results sum to 1.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Softmax"
    _arguments = ("axis", "trainable", "input_shape")
    _inputs = ("inputs", "mask")

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(axis=axis, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)
