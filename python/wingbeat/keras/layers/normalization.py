"""The normalization layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike


class BatchNormalization(StockLayer):
    """(x - mean) / sqrt(variance + epsilon) gamma + beta for each channel. Ioffe and Szegedy 2015.

    In training mean and variance are those over all axes but the channels', and the moving ones become momentum old +
    (1 - momentum) new; in evaluation, or with trainable=False, they are the moving ones. A mask [N, T] (bool) says
    which steps of [N, T, C] count in training.

    gamma [C], beta [C]; buffers moving_mean [C] and moving_variance [C].

    axis: the axis of channels.
    momentum: the share of the moving statistics that a pass keeps.
    epsilon: what is added to the variance.
    center: whether there is a beta.
    scale: whether there is a gamma.
    beta_initializer: how beta starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    gamma_initializer: how gamma starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    moving_mean_initializer: how moving_mean starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    moving_variance_initializer: how moving_variance starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    beta_regularizer: what training adds to the loss for beta, such as 'L2(0.01)'.
    gamma_regularizer: what training adds to the loss for gamma, such as 'L2(0.01)'.
    beta_constraint: what training holds beta to after each step, such as 'NonNeg()'.
    gamma_constraint: what training holds gamma to after each step, such as 'NonNeg()'.
    renorm: batch renormalisation, which is not there: False.
    synchronized: over all devices, of which there is one.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.BatchNormalization"
    _arguments = (
        "axis",
        "momentum",
        "epsilon",
        "center",
        "scale",
        "beta_initializer",
        "gamma_initializer",
        "moving_mean_initializer",
        "moving_variance_initializer",
        "beta_regularizer",
        "gamma_regularizer",
        "beta_constraint",
        "gamma_constraint",
        "renorm",
        "synchronized",
        "trainable",
        "input_shape",
    )
    _inputs = ("inputs", "mask")

    def __init__(
        self,
        axis: int | tuple[int] = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: str = "zeros",
        gamma_initializer: str = "ones",
        moving_mean_initializer: str = "zeros",
        moving_variance_initializer: str = "ones",
        beta_regularizer: str | None = None,
        gamma_regularizer: str | None = None,
        beta_constraint: str | None = None,
        gamma_constraint: str | None = None,
        renorm: bool = False,
        synchronized: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            axis=axis,
            momentum=momentum,
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            moving_mean_initializer=moving_mean_initializer,
            moving_variance_initializer=moving_variance_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
            renorm=renorm,
            synchronized=synchronized,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class LayerNormalization(StockLayer):
    """(x - mean) / sqrt(variance + epsilon) gamma + beta over axes of each example. Ba et al. 2016.

    gamma and beta have the extents of those axes.

    axis: the axes over which each example is normalised.
    epsilon: what is added to the variance.
    center: whether there is a beta.
    scale: whether there is a gamma.
    beta_initializer: how beta starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    gamma_initializer: how gamma starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    beta_regularizer: what training adds to the loss for beta, such as 'L2(0.01)'.
    gamma_regularizer: what training adds to the loss for gamma, such as 'L2(0.01)'.
    beta_constraint: what training holds beta to after each step, such as 'NonNeg()'.
    gamma_constraint: what training holds gamma to after each step, such as 'NonNeg()'.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.LayerNormalization"
    _arguments = (
        "axis",
        "epsilon",
        "center",
        "scale",
        "beta_initializer",
        "gamma_initializer",
        "beta_regularizer",
        "gamma_regularizer",
        "beta_constraint",
        "gamma_constraint",
        "trainable",
        "input_shape",
    )

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: str = "zeros",
        gamma_initializer: str = "ones",
        beta_regularizer: str | None = None,
        gamma_regularizer: str | None = None,
        beta_constraint: str | None = None,
        gamma_constraint: str | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            axis=axis,
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GroupNormalization(StockLayer):
    """(x - mean) / sqrt(variance + epsilon) gamma + beta over each group of channels of each example. Wu and He 2018.

    gamma [C], beta [C].

    groups: groups of channels; -1: each by itself.
    axis: the axis of channels.
    epsilon: what is added to the variance.
    center: whether there is a beta.
    scale: whether there is a gamma.
    beta_initializer: how beta starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    gamma_initializer: how gamma starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    beta_regularizer: what training adds to the loss for beta, such as 'L2(0.01)'.
    gamma_regularizer: what training adds to the loss for gamma, such as 'L2(0.01)'.
    beta_constraint: what training holds beta to after each step, such as 'NonNeg()'.
    gamma_constraint: what training holds gamma to after each step, such as 'NonNeg()'.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GroupNormalization"
    _arguments = (
        "groups",
        "axis",
        "epsilon",
        "center",
        "scale",
        "beta_initializer",
        "gamma_initializer",
        "beta_regularizer",
        "gamma_regularizer",
        "beta_constraint",
        "gamma_constraint",
        "trainable",
        "input_shape",
    )

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: str = "zeros",
        gamma_initializer: str = "ones",
        beta_regularizer: str | None = None,
        gamma_regularizer: str | None = None,
        beta_constraint: str | None = None,
        gamma_constraint: str | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            groups=groups,
            axis=axis,
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class RMSNormalization(StockLayer):
    """x / sqrt(mean of squares + epsilon) scale over axes of each example. Zhang and Sennrich 2019.

    scale has the extents of those axes, and starts as ones.

    axis: the axes over which each example is normalised.
    epsilon: what is added to the mean square.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.RMSNormalization"
    _arguments = ("axis", "epsilon", "trainable", "input_shape")

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-06,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            axis=axis, epsilon=epsilon, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords
        )


class UnitNormalization(StockLayer):
    """x / sqrt(max(sum of squares, 1e-12)): each vector has the length 1.

    axis: the axes over which the length is measured.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.UnitNormalization"
    _arguments = ("axis", "trainable", "input_shape")

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
