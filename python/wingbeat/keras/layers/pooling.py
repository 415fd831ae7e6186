"""The pooling layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike


class MaxPooling1D(StockLayer):
    """The largest element of each window: [N, L, C] -> the same with the windows' positions. With padding 'same' what
    is outside does not count.

    pool_size: elements of a window along each axis.
    strides: from one window to the next; None: the window's extents.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.MaxPooling1D"
    _arguments = ("pool_size", "strides", "padding", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        pool_size: int | tuple[int] = 2,
        strides: int | tuple[int] | None = None,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            pool_size=pool_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class MaxPooling2D(StockLayer):
    """The largest element of each window: [N, H, W, C] -> the same with the windows' positions. With padding 'same'
    what is outside does not count.

    pool_size: elements of a window along each axis.
    strides: from one window to the next; None: the window's extents.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.MaxPooling2D"
    _arguments = ("pool_size", "strides", "padding", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            pool_size=pool_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class MaxPooling3D(StockLayer):
    """The largest element of each window: [N, D, H, W, C] -> the same with the windows' positions. With padding 'same'
    what is outside does not count.

    pool_size: elements of a window along each axis.
    strides: from one window to the next; None: the window's extents.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.MaxPooling3D"
    _arguments = ("pool_size", "strides", "padding", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        pool_size: int | tuple[int, int, int] = 2,
        strides: int | tuple[int, int, int] | None = None,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            pool_size=pool_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AveragePooling1D(StockLayer):
    """The mean of each window: [N, L, C] -> the same with the windows' positions. With padding 'same' what is outside
    does not count.

    pool_size: elements of a window along each axis.
    strides: from one window to the next; None: the window's extents.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AveragePooling1D"
    _arguments = ("pool_size", "strides", "padding", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        pool_size: int | tuple[int],
        strides: int | tuple[int] | None = None,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            pool_size=pool_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AveragePooling2D(StockLayer):
    """The mean of each window: [N, H, W, C] -> the same with the windows' positions. With padding 'same' what is
    outside does not count.

    pool_size: elements of a window along each axis.
    strides: from one window to the next; None: the window's extents.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AveragePooling2D"
    _arguments = ("pool_size", "strides", "padding", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        pool_size: int | tuple[int, int],
        strides: int | tuple[int, int] | None = None,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            pool_size=pool_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AveragePooling3D(StockLayer):
    """The mean of each window: [N, D, H, W, C] -> the same with the windows' positions. With padding 'same' what is
    outside does not count.

    pool_size: elements of a window along each axis.
    strides: from one window to the next; None: the window's extents.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AveragePooling3D"
    _arguments = ("pool_size", "strides", "padding", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        pool_size: int | tuple[int, int, int],
        strides: int | tuple[int, int, int] | None = None,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            pool_size=pool_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GlobalMaxPooling1D(StockLayer):
    """The largest element of each channel of each example: [N, L, C] -> [N, C].

    data_format: whether channels are the last axis or that behind the batch; None: the last.
    keepdims: whether the spatial axes stay, with extent 1.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GlobalMaxPooling1D"
    _arguments = ("data_format", "keepdims", "trainable", "input_shape")

    def __init__(
        self,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        keepdims: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            data_format=data_format,
            keepdims=keepdims,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GlobalMaxPooling2D(StockLayer):
    """The largest element of each channel of each example: [N, H, W, C] -> [N, C].

    data_format: whether channels are the last axis or that behind the batch; None: the last.
    keepdims: whether the spatial axes stay, with extent 1.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GlobalMaxPooling2D"
    _arguments = ("data_format", "keepdims", "trainable", "input_shape")

    def __init__(
        self,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        keepdims: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            data_format=data_format,
            keepdims=keepdims,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GlobalMaxPooling3D(StockLayer):
    """The largest element of each channel of each example: [N, D, H, W, C] -> [N, C].

    data_format: whether channels are the last axis or that behind the batch; None: the last.
    keepdims: whether the spatial axes stay, with extent 1.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GlobalMaxPooling3D"
    _arguments = ("data_format", "keepdims", "trainable", "input_shape")

    def __init__(
        self,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        keepdims: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            data_format=data_format,
            keepdims=keepdims,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GlobalAveragePooling1D(StockLayer):
    """The mean of each channel of each example: [N, T, C] -> [N, C]. Of a row with a mask [N, T] (bool): over the steps
    where it is True.

    data_format: whether channels are the last axis or that behind the batch; None: the last.
    keepdims: whether the spatial axes stay, with extent 1.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GlobalAveragePooling1D"
    _arguments = ("data_format", "keepdims", "trainable", "input_shape")
    _inputs = ("inputs", "mask")

    def __init__(
        self,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        keepdims: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            data_format=data_format,
            keepdims=keepdims,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GlobalAveragePooling2D(StockLayer):
    """The mean of each channel of each example: [N, H, W, C] -> [N, C].

    data_format: whether channels are the last axis or that behind the batch; None: the last.
    keepdims: whether the spatial axes stay, with extent 1.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GlobalAveragePooling2D"
    _arguments = ("data_format", "keepdims", "trainable", "input_shape")

    def __init__(
        self,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        keepdims: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            data_format=data_format,
            keepdims=keepdims,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GlobalAveragePooling3D(StockLayer):
    """The mean of each channel of each example: [N, D, H, W, C] -> [N, C].

    data_format: whether channels are the last axis or that behind the batch; None: the last.
    keepdims: whether the spatial axes stay, with extent 1.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GlobalAveragePooling3D"
    _arguments = ("data_format", "keepdims", "trainable", "input_shape")

    def __init__(
        self,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        keepdims: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            data_format=data_format,
            keepdims=keepdims,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AdaptiveMaxPooling1D(StockLayer):
    """The largest element of each of output_size parts of each example: [N, L, C] -> [N, *output_size, C].

    output_size: the output's extents.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AdaptiveMaxPooling1D"
    _arguments = ("output_size", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        output_size: int | tuple[int],
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            output_size=output_size,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AdaptiveMaxPooling2D(StockLayer):
    """The largest element of each of output_size parts of each example: [N, H, W, C] -> [N, *output_size, C].

    output_size: the output's extents.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AdaptiveMaxPooling2D"
    _arguments = ("output_size", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        output_size: int | tuple[int, int],
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            output_size=output_size,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AdaptiveMaxPooling3D(StockLayer):
    """The largest element of each of output_size parts of each example: [N, D, H, W, C] -> [N, *output_size, C].

    output_size: the output's extents.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AdaptiveMaxPooling3D"
    _arguments = ("output_size", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        output_size: int | tuple[int, int, int],
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            output_size=output_size,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AdaptiveAveragePooling1D(StockLayer):
    """The mean of each of output_size parts of each example: [N, L, C] -> [N, *output_size, C].

    output_size: the output's extents.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AdaptiveAveragePooling1D"
    _arguments = ("output_size", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        output_size: int | tuple[int],
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            output_size=output_size,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AdaptiveAveragePooling2D(StockLayer):
    """The mean of each of output_size parts of each example: [N, H, W, C] -> [N, *output_size, C].

    output_size: the output's extents.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AdaptiveAveragePooling2D"
    _arguments = ("output_size", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        output_size: int | tuple[int, int],
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            output_size=output_size,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AdaptiveAveragePooling3D(StockLayer):
    """The mean of each of output_size parts of each example: [N, D, H, W, C] -> [N, *output_size, C].

    output_size: the output's extents.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AdaptiveAveragePooling3D"
    _arguments = ("output_size", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        output_size: int | tuple[int, int, int],
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            output_size=output_size,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
