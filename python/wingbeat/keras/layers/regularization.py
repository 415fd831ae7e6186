"""The regularization layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike


class Dropout(StockLayer):
    """In training, each element is 0 with probability rate and else divided by 1 - rate. Srivastava et al. 2014.

    The draws come from the default generator (manual_seed).

    rate: the share of elements that become 0, from 0 to below 1.
    noise_shape: extents of the draws, with the batch: 1 where all along an axis go together, None for the input's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Dropout"
    _arguments = ("rate", "noise_shape", "seed", "trainable", "input_shape")

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            rate=rate,
            noise_shape=noise_shape,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class SpatialDropout1D(StockLayer):
    """In training, whole channels of [N, L, C] are 0 with probability rate, the rest is divided by 1 - rate. Tompson et
    al. 2015.

    The draws come from the default generator (manual_seed).

    rate: the share of elements that become 0, from 0 to below 1.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.SpatialDropout1D"
    _arguments = ("rate", "seed", "trainable", "input_shape")

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            rate=rate, seed=seed, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords
        )


class SpatialDropout2D(StockLayer):
    """In training, whole channels of [N, H, W, C] are 0 with probability rate, the rest is divided by 1 - rate. Tompson
    et al. 2015.

    The draws come from the default generator (manual_seed).

    rate: the share of elements that become 0, from 0 to below 1.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.SpatialDropout2D"
    _arguments = ("rate", "data_format", "seed", "trainable", "input_shape")

    def __init__(
        self,
        rate: float,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            rate=rate,
            data_format=data_format,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class SpatialDropout3D(StockLayer):
    """In training, whole channels of [N, D, H, W, C] are 0 with probability rate, the rest is divided by 1 - rate.
    Tompson et al. 2015.

    The draws come from the default generator (manual_seed).

    rate: the share of elements that become 0, from 0 to below 1.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.SpatialDropout3D"
    _arguments = ("rate", "data_format", "seed", "trainable", "input_shape")

    def __init__(
        self,
        rate: float,
        data_format: Literal["channels_last", "channels_first"] | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            rate=rate,
            data_format=data_format,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AlphaDropout(StockLayer):
    """In training, each element becomes SELU's limit with probability rate; all is scaled so that mean and variance
    stay. Klambauer et al. 2017.

    The draws come from the default generator (manual_seed).

    rate: the share of elements that become 0, from 0 to below 1.
    noise_shape: extents of the draws, with the batch: 1 where all along an axis go together, None for the input's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AlphaDropout"
    _arguments = ("rate", "noise_shape", "seed", "trainable", "input_shape")

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            rate=rate,
            noise_shape=noise_shape,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GaussianDropout(StockLayer):
    """In training, x times normal numbers of mean 1 and standard deviation sqrt(rate / (1 - rate)). Srivastava et al.
    2014.

    The draws come from the default generator (manual_seed).

    rate: the share of elements that become 0, from 0 to below 1.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GaussianDropout"
    _arguments = ("rate", "seed", "trainable", "input_shape")

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            rate=rate, seed=seed, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords
        )


class GaussianNoise(StockLayer):
    """In training, x plus normal numbers of mean 0.

    The draws come from the default generator (manual_seed).

    stddev: the standard deviation.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GaussianNoise"
    _arguments = ("stddev", "seed", "trainable", "input_shape")

    def __init__(
        self,
        stddev: float,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            stddev=stddev, seed=seed, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords
        )


class ActivityRegularization(StockLayer):
    """The input itself; training adds l1 sum |x| + l2 sum x^2 to the loss.

    l1: what training adds to the loss for each |x|.
    l2: what it adds for each x^2.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ActivityRegularization"
    _arguments = ("l1", "l2", "trainable", "input_shape")

    def __init__(
        self,
        l1: float = 0.0,
        l2: float = 0.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(l1=l1, l2=l2, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)
