"""The augmentation layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike


class RandomFlip(StockLayer):
    """In training, each image is turned left to right, upside down or both, half of the time.

    The draws come from the default generator (manual_seed).

    mode: which way images may be turned.
    seed: kept for files; the draws come from the default generator (manual_seed).
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.RandomFlip"
    _arguments = ("mode", "seed", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        mode: Literal["horizontal_and_vertical", "horizontal", "vertical"] = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            mode=mode,
            seed=seed,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class RandomRotation(StockLayer):
    """In training, each image is turned about its middle.

    The draws come from the default generator (manual_seed).

    factor: turns counter-clockwise, of whole ones: from one bound to the other, or -f to f.
    fill_mode: what lies outside: the image in a mirror, fill_value, the image again, or its nearest element.
    interpolation: what stands between elements.
    seed: kept for files; the draws come from the default generator (manual_seed).
    fill_value: the constant of fill_mode 'constant'.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.RandomRotation"
    _arguments = (
        "factor",
        "fill_mode",
        "interpolation",
        "seed",
        "fill_value",
        "data_format",
        "trainable",
        "input_shape",
    )

    def __init__(
        self,
        factor: float | tuple[float, float],
        fill_mode: Literal["reflect", "constant", "wrap", "nearest"] = "reflect",
        interpolation: Literal["bilinear", "nearest"] = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            factor=factor,
            fill_mode=fill_mode,
            interpolation=interpolation,
            seed=seed,
            fill_value=fill_value,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class RandomZoom(StockLayer):
    """In training, each image becomes smaller (factors above 0) or larger (below 0).

    The draws come from the default generator (manual_seed).

    height_factor: how much smaller the image becomes vertically, of its height: from one bound to the other, or -f to
        f.
    width_factor: the same horizontally; None: as height_factor, so that shapes stay.
    fill_mode: what lies outside: the image in a mirror, fill_value, the image again, or its nearest element.
    interpolation: what stands between elements.
    seed: kept for files; the draws come from the default generator (manual_seed).
    fill_value: the constant of fill_mode 'constant'.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.RandomZoom"
    _arguments = (
        "height_factor",
        "width_factor",
        "fill_mode",
        "interpolation",
        "seed",
        "fill_value",
        "data_format",
        "trainable",
        "input_shape",
    )

    def __init__(
        self,
        height_factor: float | tuple[float, float],
        width_factor: float | tuple[float, float] | None = None,
        fill_mode: Literal["reflect", "constant", "wrap", "nearest"] = "reflect",
        interpolation: Literal["bilinear", "nearest"] = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            height_factor=height_factor,
            width_factor=width_factor,
            fill_mode=fill_mode,
            interpolation=interpolation,
            seed=seed,
            fill_value=fill_value,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class RandomTranslation(StockLayer):
    """In training, each image is moved.

    The draws come from the default generator (manual_seed).

    height_factor: how far the image moves down, of its height: from one bound to the other, or -f to f.
    width_factor: how far it moves to the right, of its width: from one bound to the other, or -f to f.
    fill_mode: what lies outside: the image in a mirror, fill_value, the image again, or its nearest element.
    interpolation: what stands between elements.
    seed: kept for files; the draws come from the default generator (manual_seed).
    fill_value: the constant of fill_mode 'constant'.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.RandomTranslation"
    _arguments = (
        "height_factor",
        "width_factor",
        "fill_mode",
        "interpolation",
        "seed",
        "fill_value",
        "data_format",
        "trainable",
        "input_shape",
    )

    def __init__(
        self,
        height_factor: float | tuple[float, float],
        width_factor: float | tuple[float, float],
        fill_mode: Literal["reflect", "constant", "wrap", "nearest"] = "reflect",
        interpolation: Literal["bilinear", "nearest"] = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            height_factor=height_factor,
            width_factor=width_factor,
            fill_mode=fill_mode,
            interpolation=interpolation,
            seed=seed,
            fill_value=fill_value,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class RandomContrast(StockLayer):
    """In training, each image's values leave their mean over its area, or come nearer: (x - mean) contrast + mean,
    within value_range.

    The draws come from the default generator (manual_seed).

    factor: the contrast is drawn from 1 - f to 1 + f, or from 1 - factor[0] to 1 + factor[1].
    value_range: the least and the largest of the values.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.RandomContrast"
    _arguments = ("factor", "value_range", "seed", "trainable", "input_shape")

    def __init__(
        self,
        factor: float | tuple[float, float],
        value_range: tuple[float, float] = (0.0, 255.0),
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            factor=factor,
            value_range=value_range,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class RandomBrightness(StockLayer):
    """In training, each image becomes brighter or darker, within value_range.

    The draws come from the default generator (manual_seed).

    factor: what is added, of the range's width: from one bound to the other, or -f to f.
    value_range: the least and the largest of the values.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.RandomBrightness"
    _arguments = ("factor", "value_range", "seed", "trainable", "input_shape")

    def __init__(
        self,
        factor: float | tuple[float, float],
        value_range: tuple[float, float] = (0.0, 255.0),
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            factor=factor,
            value_range=value_range,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class RandomCrop(StockLayer):
    """In training, a part of that size, at one random place for the whole batch. Of images that are not larger, the
    part that is there is resized. In evaluation the largest part of that shape, in the middle, resized.

    The draws come from the default generator (manual_seed).

    height: the result's.
    width: the result's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.RandomCrop"
    _arguments = ("height", "width", "seed", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            height=height,
            width=width,
            seed=seed,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )
