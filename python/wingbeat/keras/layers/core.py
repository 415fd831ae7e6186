"""The core layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike
    from ._base import Function


class Dense(StockLayer):
    """activation(x K + b) along the last axis: [N, ..., C] -> [N, ..., units].

    kernel [C, units], bias [units].

    units: extent of the last axis of the output.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Dense"
    _arguments = (
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "trainable",
        "input_shape",
    )
    _parts = ("activation",)

    def __init__(
        self,
        units: int,
        activation: str | Function | None = None,
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        kernel_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        bias_constraint: str | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            units=units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class EinsumDense(StockLayer):
    """activation(einsum(equation, x, kernel) + bias).

    kernel and bias have the extents that equation, input and output_shape say.

    equation: such as 'abc,cd->abd', or '...b,bc->...c': input, kernel and output.
    output_shape: the output's extents without the batch and without what '...' stands for; None: the input's.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    bias_axes: letters of the output's axes that the bias has; None: no bias.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.EinsumDense"
    _arguments = (
        "equation",
        "output_shape",
        "activation",
        "bias_axes",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "trainable",
        "input_shape",
    )
    _parts = ("activation",)

    def __init__(
        self,
        equation: str,
        output_shape: int | Sequence[int | None],
        activation: str | Function | None = None,
        bias_axes: str | None = None,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        kernel_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        bias_constraint: str | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            equation=equation,
            output_shape=output_shape,
            activation=activation,
            bias_axes=bias_axes,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class Embedding(StockLayer):
    """The rows of a table that whole numbers name: [N, ...] -> [N, ..., output_dim].

    embeddings [input_dim, output_dim].

    input_dim: how many rows there are.
    output_dim: the width of a row.
    embeddings_initializer: how embeddings starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    embeddings_regularizer: what training adds to the loss for embeddings, such as 'L2(0.01)'.
    embeddings_constraint: what training holds embeddings to after each step, such as 'NonNeg()'.
    mask_zero: whether 0 is no token: layers behind this take the mask not_equal(tokens, 0).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Embedding"
    _arguments = (
        "input_dim",
        "output_dim",
        "embeddings_initializer",
        "embeddings_regularizer",
        "embeddings_constraint",
        "mask_zero",
        "trainable",
        "input_shape",
    )

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: str = "uniform",
        embeddings_regularizer: str | None = None,
        embeddings_constraint: str | None = None,
        mask_zero: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            input_dim=input_dim,
            output_dim=output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class Identity(StockLayer):
    """The input itself.

    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Identity"
    _arguments = ("trainable", "input_shape")

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class InputLayer(StockLayer):
    """The input itself: the place where a model takes it.

    shape: extents without the batch; None for any.
    batch_size: the batch's extent, where it is known.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.InputLayer"
    _arguments = ("shape", "batch_size", "trainable", "input_shape")

    def __init__(
        self,
        shape: Sequence[Any] | None = None,
        batch_size: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            shape=shape,
            batch_size=batch_size,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class Masking(StockLayer):
    """[N, T, C] with zeros where all features of a step are mask_value. Layers behind this take the mask any(x !=
    mask_value) over the last axis.

    mask_value: steps whose features are all this are skipped.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Masking"
    _arguments = ("mask_value", "trainable", "input_shape")

    def __init__(
        self,
        mask_value: float = 0.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            mask_value=mask_value, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords
        )


class Activation(StockLayer):
    """A function of each element, or along the last axis.

    activation: a name such as 'relu', or a layer.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Activation"
    _arguments = ("activation", "trainable", "input_shape")
    _parts = ("activation",)

    def __init__(
        self,
        activation: str | Function,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            activation=activation, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords
        )
