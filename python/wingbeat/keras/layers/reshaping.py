"""The reshaping layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike


class Flatten(StockLayer):
    """[N, ...] -> [N, all other extents]; with channels_first the channels are moved to the end before.

    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Flatten"
    _arguments = ("data_format", "trainable", "input_shape")

    def __init__(
        self,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            data_format=data_format, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords
        )


class Reshape(StockLayer):
    """[N, ...] -> [N, *target_shape].

    target_shape: extents without the batch; one of them may be -1.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Reshape"
    _arguments = ("target_shape", "trainable", "input_shape")

    def __init__(
        self,
        target_shape: int | Sequence[int],
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            target_shape=target_shape, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords
        )


class Permute(StockLayer):
    """[N, ...] with the axes behind the batch in another order.

    dims: the axes in their new order, from 1, without the batch.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Permute"
    _arguments = ("dims", "trainable", "input_shape")

    def __init__(
        self,
        dims: Sequence[int],
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(dims=dims, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class RepeatVector(StockLayer):
    """[N, C] -> [N, n, C].

    n: how often.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.RepeatVector"
    _arguments = ("n", "trainable", "input_shape")

    def __init__(
        self,
        n: int,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(n=n, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class ZeroPadding1D(StockLayer):
    """[N, L, C] with zeros around each example.

    padding: elements at both ends of each spatial axis: one number, one for each axis, or (before, after) for each.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ZeroPadding1D"
    _arguments = ("padding", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        padding: int | tuple[int, int] = 1,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            padding=padding,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class ZeroPadding2D(StockLayer):
    """[N, H, W, C] with zeros around each example.

    padding: elements at both ends of each spatial axis: one number, one for each axis, or (before, after) for each.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ZeroPadding2D"
    _arguments = ("padding", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        padding: int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]] = (1, 1),
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            padding=padding,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class ZeroPadding3D(StockLayer):
    """[N, D, H, W, C] with zeros around each example.

    padding: elements at both ends of each spatial axis: one number, one for each axis, or (before, after) for each.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ZeroPadding3D"
    _arguments = ("padding", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        padding: int | tuple[int, int, int] | tuple[tuple[int, int], tuple[int, int], tuple[int, int]] = (
            (1, 1),
            (1, 1),
            (1, 1),
        ),
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            padding=padding,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class Cropping1D(StockLayer):
    """[N, L, C] without elements at the ends of its axes.

    cropping: elements at both ends of each spatial axis: one number, one for each axis, or (before, after) for each.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Cropping1D"
    _arguments = ("cropping", "trainable", "input_shape")

    def __init__(
        self,
        cropping: int | tuple[int, int] = (1, 1),
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(cropping=cropping, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class Cropping2D(StockLayer):
    """[N, H, W, C] without elements at the ends of its axes.

    cropping: elements at both ends of each spatial axis: one number, one for each axis, or (before, after) for each.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Cropping2D"
    _arguments = ("cropping", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        cropping: int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0)),
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            cropping=cropping,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class Cropping3D(StockLayer):
    """[N, D, H, W, C] without elements at the ends of its axes.

    cropping: elements at both ends of each spatial axis: one number, one for each axis, or (before, after) for each.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Cropping3D"
    _arguments = ("cropping", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        cropping: int | tuple[int, int, int] | tuple[tuple[int, int], tuple[int, int], tuple[int, int]] = (
            (1, 1),
            (1, 1),
            (1, 1),
        ),
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            cropping=cropping,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class UpSampling1D(StockLayer):
    """[N, L, C] with extents times size along the spatial axes.

    size: how often each element is repeated.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.UpSampling1D"
    _arguments = ("size", "trainable", "input_shape")

    def __init__(
        self,
        size: int = 2,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(size=size, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class UpSampling2D(StockLayer):
    """[N, H, W, C] with extents times size along the spatial axes.

    size: how often each element is repeated.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    interpolation: what stands between elements.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.UpSampling2D"
    _arguments = ("size", "data_format", "interpolation", "trainable", "input_shape")

    def __init__(
        self,
        size: int | tuple[int, int] = 2,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] = "nearest",
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            size=size,
            data_format=data_format,
            interpolation=interpolation,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class UpSampling3D(StockLayer):
    """[N, D, H, W, C] with extents times size along the spatial axes.

    size: how often each element is repeated.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.UpSampling3D"
    _arguments = ("size", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        size: int | tuple[int, int, int] = 2,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            size=size,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )
