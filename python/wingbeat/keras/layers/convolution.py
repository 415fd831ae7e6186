"""The convolution layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike
    from ._base import Function


class Conv1D(StockLayer):
    """The sum of each window's elements times the kernel, plus bias: [N, L, C] ([N, C, L] with channels_first) -> the
    same with filters for C.

    kernel [*kernel_size, C / groups, filters], bias [filters].

    filters: channels of the output.
    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around; 'causal': zeros
        before the first step alone.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window to the next.
    groups: groups of channels, each with outputs of its own.
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

    _kind = "keras.Conv1D"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "groups",
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
        filters: int,
        kernel_size: int | tuple[int],
        strides: int | tuple[int] = 1,
        padding: Literal["valid", "same", "causal"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int] = 1,
        groups: int = 1,
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
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            groups=groups,
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


class Conv2D(StockLayer):
    """The sum of each window's elements times the kernel, plus bias: [N, H, W, C] ([N, C, H, W] with channels_first) ->
    the same with filters for C.

    kernel [*kernel_size, C / groups, filters], bias [filters].

    filters: channels of the output.
    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window to the next.
    groups: groups of channels, each with outputs of its own.
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

    _kind = "keras.Conv2D"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "groups",
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
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int, int] = 1,
        groups: int = 1,
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
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            groups=groups,
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


class Conv3D(StockLayer):
    """The sum of each window's elements times the kernel, plus bias: [N, D, H, W, C] ([N, C, D, H, W] with
    channels_first) -> the same with filters for C.

    kernel [*kernel_size, C / groups, filters], bias [filters].

    filters: channels of the output.
    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window to the next.
    groups: groups of channels, each with outputs of its own.
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

    _kind = "keras.Conv3D"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "groups",
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
        filters: int,
        kernel_size: int | tuple[int, int, int],
        strides: int | tuple[int, int, int] = 1,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int, int, int] = 1,
        groups: int = 1,
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
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            groups=groups,
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


class Conv1DTranspose(StockLayer):
    """The transpose of Conv1D: each element times the kernel, added up by windows, plus bias: [N, L, C] ([N, C, L] with
    channels_first) -> the same with filters for C, and extents times strides.

    kernel [*kernel_size, filters, C], bias [filters].

    filters: channels of the output.
    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    output_padding: elements more at the output's end, below strides; None: as many as make the output the smallest of
        which a convolution makes the input.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window to the next.
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

    _kind = "keras.Conv1DTranspose"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "output_padding",
        "data_format",
        "dilation_rate",
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
        filters: int,
        kernel_size: int | tuple[int],
        strides: int | tuple[int] = 1,
        padding: Literal["valid", "same"] = "valid",
        output_padding: int | tuple[int] | None = None,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int] = 1,
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
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            output_padding=output_padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
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


class Conv2DTranspose(StockLayer):
    """The transpose of Conv2D: each element times the kernel, added up by windows, plus bias: [N, H, W, C] ([N, C, H,
    W] with channels_first) -> the same with filters for C, and extents times strides.

    kernel [*kernel_size, filters, C], bias [filters].

    filters: channels of the output.
    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    output_padding: elements more at the output's end, below strides; None: as many as make the output the smallest of
        which a convolution makes the input.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window to the next.
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

    _kind = "keras.Conv2DTranspose"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "output_padding",
        "data_format",
        "dilation_rate",
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
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: Literal["valid", "same"] = "valid",
        output_padding: int | tuple[int, int] | None = None,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int, int] = 1,
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
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            output_padding=output_padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
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


class Conv3DTranspose(StockLayer):
    """The transpose of Conv3D: each element times the kernel, added up by windows, plus bias: [N, D, H, W, C] ([N, C,
    D, H, W] with channels_first) -> the same with filters for C, and extents times strides.

    kernel [*kernel_size, filters, C], bias [filters].

    filters: channels of the output.
    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    output_padding: elements more at the output's end, below strides; None: as many as make the output the smallest of
        which a convolution makes the input.
    dilation_rate: from one element of a window to the next.
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

    _kind = "keras.Conv3DTranspose"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "output_padding",
        "dilation_rate",
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
        filters: int,
        kernel_size: int | tuple[int, int, int],
        strides: int | tuple[int, int, int] = 1,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        output_padding: int | tuple[int, int, int] | None = None,
        dilation_rate: int | tuple[int, int, int] = 1,
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
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            output_padding=output_padding,
            dilation_rate=dilation_rate,
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


class DepthwiseConv1D(StockLayer):
    """Each channel with windows of its own: [N, L, C] ([N, C, L] with channels_first) -> the same with depth_multiplier
    C for C.

    kernel [*kernel_size, C, depth_multiplier], bias [depth_multiplier C].

    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    depth_multiplier: outputs of each channel.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window to the next.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    depthwise_initializer: how depthwise starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    depthwise_regularizer: what training adds to the loss for depthwise, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    depthwise_constraint: what training holds depthwise to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.DepthwiseConv1D"
    _arguments = (
        "kernel_size",
        "strides",
        "padding",
        "depth_multiplier",
        "data_format",
        "dilation_rate",
        "activation",
        "use_bias",
        "depthwise_initializer",
        "bias_initializer",
        "depthwise_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "depthwise_constraint",
        "bias_constraint",
        "trainable",
        "input_shape",
    )
    _parts = ("activation",)

    def __init__(
        self,
        kernel_size: int | tuple[int],
        strides: int | tuple[int] = 1,
        padding: Literal["valid", "same"] = "valid",
        depth_multiplier: int = 1,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int] = 1,
        activation: str | Function | None = None,
        use_bias: bool = True,
        depthwise_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        depthwise_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        depthwise_constraint: str | None = None,
        bias_constraint: str | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class DepthwiseConv2D(StockLayer):
    """Each channel with windows of its own: [N, H, W, C] ([N, C, H, W] with channels_first) -> the same with
    depth_multiplier C for C.

    kernel [*kernel_size, C, depth_multiplier], bias [depth_multiplier C].

    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    depth_multiplier: outputs of each channel.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window to the next.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    depthwise_initializer: how depthwise starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    depthwise_regularizer: what training adds to the loss for depthwise, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    depthwise_constraint: what training holds depthwise to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.DepthwiseConv2D"
    _arguments = (
        "kernel_size",
        "strides",
        "padding",
        "depth_multiplier",
        "data_format",
        "dilation_rate",
        "activation",
        "use_bias",
        "depthwise_initializer",
        "bias_initializer",
        "depthwise_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "depthwise_constraint",
        "bias_constraint",
        "trainable",
        "input_shape",
    )
    _parts = ("activation",)

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: Literal["valid", "same"] = "valid",
        depth_multiplier: int = 1,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int, int] = 1,
        activation: str | Function | None = None,
        use_bias: bool = True,
        depthwise_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        depthwise_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        depthwise_constraint: str | None = None,
        bias_constraint: str | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class SeparableConv1D(StockLayer):
    """Windows of each channel by itself, and a product over the channels behind them: [N, L, C] ([N, C, L] with
    channels_first) -> the same with filters for C.

    depthwise_kernel [*kernel_size, C, depth_multiplier], pointwise_kernel [1, ..., depth_multiplier C, filters], bias
    [filters].

    filters: channels of the output.
    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around; 'causal': zeros
        before the first step alone.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window to the next.
    depth_multiplier: outputs of each channel.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    depthwise_initializer: how depthwise starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    pointwise_initializer: how pointwise starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    depthwise_regularizer: what training adds to the loss for depthwise, such as 'L2(0.01)'.
    pointwise_regularizer: what training adds to the loss for pointwise, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    depthwise_constraint: what training holds depthwise to after each step, such as 'NonNeg()'.
    pointwise_constraint: what training holds pointwise to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.SeparableConv1D"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "depth_multiplier",
        "activation",
        "use_bias",
        "depthwise_initializer",
        "pointwise_initializer",
        "bias_initializer",
        "depthwise_regularizer",
        "pointwise_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "depthwise_constraint",
        "pointwise_constraint",
        "bias_constraint",
        "trainable",
        "input_shape",
    )
    _parts = ("activation",)

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int],
        strides: int | tuple[int] = 1,
        padding: Literal["valid", "same", "causal"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int] = 1,
        depth_multiplier: int = 1,
        activation: str | Function | None = None,
        use_bias: bool = True,
        depthwise_initializer: str = "glorot_uniform",
        pointwise_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        depthwise_regularizer: str | None = None,
        pointwise_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        depthwise_constraint: str | None = None,
        pointwise_constraint: str | None = None,
        bias_constraint: str | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            depth_multiplier=depth_multiplier,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class SeparableConv2D(StockLayer):
    """Windows of each channel by itself, and a product over the channels behind them: [N, H, W, C] ([N, C, H, W] with
    channels_first) -> the same with filters for C.

    depthwise_kernel [*kernel_size, C, depth_multiplier], pointwise_kernel [1, ..., depth_multiplier C, filters], bias
    [filters].

    filters: channels of the output.
    kernel_size: elements of a window along each axis.
    strides: from one window to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window to the next.
    depth_multiplier: outputs of each channel.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    depthwise_initializer: how depthwise starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    pointwise_initializer: how pointwise starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    depthwise_regularizer: what training adds to the loss for depthwise, such as 'L2(0.01)'.
    pointwise_regularizer: what training adds to the loss for pointwise, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    depthwise_constraint: what training holds depthwise to after each step, such as 'NonNeg()'.
    pointwise_constraint: what training holds pointwise to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.SeparableConv2D"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "depth_multiplier",
        "activation",
        "use_bias",
        "depthwise_initializer",
        "pointwise_initializer",
        "bias_initializer",
        "depthwise_regularizer",
        "pointwise_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "depthwise_constraint",
        "pointwise_constraint",
        "bias_constraint",
        "trainable",
        "input_shape",
    )
    _parts = ("activation",)

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int, int] = 1,
        depth_multiplier: int = 1,
        activation: str | Function | None = None,
        use_bias: bool = True,
        depthwise_initializer: str = "glorot_uniform",
        pointwise_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        depthwise_regularizer: str | None = None,
        pointwise_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        depthwise_constraint: str | None = None,
        pointwise_constraint: str | None = None,
        bias_constraint: str | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            depth_multiplier=depth_multiplier,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
