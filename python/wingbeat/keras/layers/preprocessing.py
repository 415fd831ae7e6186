"""The preprocessing layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike


class Rescaling(StockLayer):
    """x scale + offset.

    scale: what multiplies, of each channel or of all.
    offset: what is added behind it.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Rescaling"
    _arguments = ("scale", "offset", "trainable", "input_shape")

    def __init__(
        self,
        scale: float | Sequence[float],
        offset: float | Sequence[float] = 0.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            scale=scale, offset=offset, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords
        )


class Normalization(StockLayer):
    """(x - mean) / max(sqrt(variance), 1e-7).

    Without mean= and variance= these are the buffers mean and variance, of the axes' extents, and count [] (int64),
    which start as 0, 1 and 0.

    axis: axes that have statistics of their own; None: none has.
    mean: of the data; None: the buffer.
    variance: of the data; None: the buffer.
    invert: x sqrt(variance) + mean in the place of it.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Normalization"
    _arguments = ("axis", "mean", "variance", "invert", "trainable", "input_shape")

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any | None = None,
        variance: Any | None = None,
        invert: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            axis=axis,
            mean=mean,
            variance=variance,
            invert=invert,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class CategoryEncoding(StockLayer):
    """Vectors of whole numbers below num_tokens: with 'one_hot' [..., n] -> [..., n, num_tokens] (a last axis of 1
    goes), with 'multi_hot' and 'count' [..., n] -> [..., num_tokens]. count_weights [..., n]: what each counts.

    num_tokens: how many classes there are.
    output_mode: 'one_hot': a vector of each number; 'multi_hot' and 'count': one of the numbers along the last axis.
    sparse: sparse results, which are not there: taken and kept.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.CategoryEncoding"
    _arguments = ("num_tokens", "output_mode", "sparse", "trainable", "input_shape")
    _inputs = ("inputs", "count_weights")

    def __init__(
        self,
        num_tokens: int,
        output_mode: Literal["multi_hot", "one_hot", "count"] = "multi_hot",
        sparse: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            num_tokens=num_tokens,
            output_mode=output_mode,
            sparse=sparse,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class Discretization(StockLayer):
    """The bin of each number: how many bin_boundaries it has reached. As vectors [..., bins]: see CategoryEncoding.

    bin_boundaries: bounds in rising order.
    num_bins: how many bins; kept for files.
    epsilon: of Keras' adapt(); kept for files.
    output_mode: bins as numbers, or as vectors of them.
    sparse: sparse results, which are not there: taken and kept.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Discretization"
    _arguments = ("bin_boundaries", "num_bins", "epsilon", "output_mode", "sparse", "trainable", "input_shape")

    def __init__(
        self,
        bin_boundaries: Sequence[float] | None = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: Literal["int", "one_hot", "multi_hot", "count"] = "int",
        sparse: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            bin_boundaries=bin_boundaries,
            num_bins=num_bins,
            epsilon=epsilon,
            output_mode=output_mode,
            sparse=sparse,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class Resizing(StockLayer):
    """Images [N, H, W, C] or [H, W, C] at another size.

    height: the result's.
    width: the result's.
    interpolation: what stands between elements.
    crop_to_aspect_ratio: whether the longer side is cut, so that shapes stay.
    pad_to_aspect_ratio: whether the shorter side is padded for that.
    fill_mode: what is padded with.
    fill_value: that constant.
    antialias: filters as wide as the elements that become one.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Resizing"
    _arguments = (
        "height",
        "width",
        "interpolation",
        "crop_to_aspect_ratio",
        "pad_to_aspect_ratio",
        "fill_mode",
        "fill_value",
        "antialias",
        "data_format",
        "trainable",
        "input_shape",
    )

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: Literal["constant"] = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
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
            interpolation=interpolation,
            crop_to_aspect_ratio=crop_to_aspect_ratio,
            pad_to_aspect_ratio=pad_to_aspect_ratio,
            fill_mode=fill_mode,
            fill_value=fill_value,
            antialias=antialias,
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class CenterCrop(StockLayer):
    """The middle of images [N, H, W, C] or [H, W, C]; of smaller ones, what a cut in that shape has, resized.

    height: the result's.
    width: the result's.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.CenterCrop"
    _arguments = ("height", "width", "data_format", "trainable", "input_shape")

    def __init__(
        self,
        height: int,
        width: int,
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
            data_format=data_format,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )
