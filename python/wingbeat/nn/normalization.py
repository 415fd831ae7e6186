"""Layers of the family normalization. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._tensor import Tensor
from ._running import RunningLayer
from .layer import Layer

if TYPE_CHECKING:
    from .._device import DeviceLike
    from .._typing import DTypeLike, TensorLike


class BatchNorm1d(RunningLayer):
    """(x - mean) / sqrt(variance + eps) times weight plus bias, for each channel of [N, C] or [N, C, L]. Ioffe and
    Szegedy 2015.

    In training mean and variance are those over all axes but the channels', in evaluation the running ones. weight [C]
    starts as ones, bias [C] as zeros. In training the running statistics become (1 - momentum) old + momentum new, once
    a forward pass; their variance is the unbiased one. Buffers: running_mean [C], running_var [C], num_batches_tracked
    [] (int64).

    num_features: C: the number of channels.
    eps: what is added to the variance.
    momentum: the weight of this pass in the running statistics; None: their mean over all passes.
    affine: whether there are weight and bias.
    track_running_stats: whether there are running statistics, which evaluation uses.
    dtype: dtype of the parameters, a floating one.
    bias: whether there is a bias beside the weight.
    """

    _kind = "BatchNorm1d"
    _arguments = ("num_features", "eps", "momentum", "affine", "track_running_stats", "bias")
    _arrays = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

    def __init__(
        self, num_features: int, eps: float = 1e-05, momentum: float | None = 0.1, affine: bool = True,
        track_running_stats: bool = True, device: DeviceLike = None, dtype: DTypeLike | None = None, bias: bool = True
    ) -> None:
        self._make(
            num_features=num_features, eps=eps, momentum=momentum, affine=affine,
            track_running_stats=track_running_stats, device=device, dtype=dtype, bias=bias
        )


class BatchNorm2d(RunningLayer):
    """(x - mean) / sqrt(variance + eps) times weight plus bias, for each channel of [N, C, H, W]. Ioffe and Szegedy
    2015.

    In training mean and variance are those over all axes but the channels', in evaluation the running ones. weight [C]
    starts as ones, bias [C] as zeros. In training the running statistics become (1 - momentum) old + momentum new, once
    a forward pass; their variance is the unbiased one. Buffers: running_mean [C], running_var [C], num_batches_tracked
    [] (int64).

    num_features: C: the number of channels.
    eps: what is added to the variance.
    momentum: the weight of this pass in the running statistics; None: their mean over all passes.
    affine: whether there are weight and bias.
    track_running_stats: whether there are running statistics, which evaluation uses.
    dtype: dtype of the parameters, a floating one.
    bias: whether there is a bias beside the weight.
    """

    _kind = "BatchNorm2d"
    _arguments = ("num_features", "eps", "momentum", "affine", "track_running_stats", "bias")
    _arrays = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

    def __init__(
        self, num_features: int, eps: float = 1e-05, momentum: float | None = 0.1, affine: bool = True,
        track_running_stats: bool = True, device: DeviceLike = None, dtype: DTypeLike | None = None, bias: bool = True
    ) -> None:
        self._make(
            num_features=num_features, eps=eps, momentum=momentum, affine=affine,
            track_running_stats=track_running_stats, device=device, dtype=dtype, bias=bias
        )


class BatchNorm3d(RunningLayer):
    """(x - mean) / sqrt(variance + eps) times weight plus bias, for each channel of [N, C, D, H, W]. Ioffe and Szegedy
    2015.

    In training mean and variance are those over all axes but the channels', in evaluation the running ones. weight [C]
    starts as ones, bias [C] as zeros. In training the running statistics become (1 - momentum) old + momentum new, once
    a forward pass; their variance is the unbiased one. Buffers: running_mean [C], running_var [C], num_batches_tracked
    [] (int64).

    num_features: C: the number of channels.
    eps: what is added to the variance.
    momentum: the weight of this pass in the running statistics; None: their mean over all passes.
    affine: whether there are weight and bias.
    track_running_stats: whether there are running statistics, which evaluation uses.
    dtype: dtype of the parameters, a floating one.
    bias: whether there is a bias beside the weight.
    """

    _kind = "BatchNorm3d"
    _arguments = ("num_features", "eps", "momentum", "affine", "track_running_stats", "bias")
    _arrays = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

    def __init__(
        self, num_features: int, eps: float = 1e-05, momentum: float | None = 0.1, affine: bool = True,
        track_running_stats: bool = True, device: DeviceLike = None, dtype: DTypeLike | None = None, bias: bool = True
    ) -> None:
        self._make(
            num_features=num_features, eps=eps, momentum=momentum, affine=affine,
            track_running_stats=track_running_stats, device=device, dtype=dtype, bias=bias
        )


class InstanceNorm1d(RunningLayer):
    """(x - mean) / sqrt(variance + eps) times weight plus bias, for each channel of each example of [N, C, L] or [C,
    L]. Ulyanov et al. 2016.

    Mean and variance are those over the spatial axes, in evaluation the running ones if there are any. weight [C]
    starts as ones, bias [C] as zeros. In training the running statistics become (1 - momentum) old + momentum new, once
    a forward pass; their variance is the unbiased one. Buffers: running_mean [C], running_var [C], num_batches_tracked
    [] (int64).

    num_features: C: the number of channels.
    eps: what is added to the variance.
    momentum: the weight of this pass in the running statistics; None: their mean over all passes.
    affine: whether there are weight and bias.
    track_running_stats: whether there are running statistics, which evaluation uses.
    dtype: dtype of the parameters, a floating one.
    bias: whether there is a bias beside the weight.
    """

    _kind = "InstanceNorm1d"
    _arguments = ("num_features", "eps", "momentum", "affine", "track_running_stats", "bias")
    _arrays = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

    def __init__(
        self, num_features: int, eps: float = 1e-05, momentum: float | None = 0.1, affine: bool = False,
        track_running_stats: bool = False, device: DeviceLike = None, dtype: DTypeLike | None = None, bias: bool = True
    ) -> None:
        self._make(
            num_features=num_features, eps=eps, momentum=momentum, affine=affine,
            track_running_stats=track_running_stats, device=device, dtype=dtype, bias=bias
        )


class InstanceNorm2d(RunningLayer):
    """(x - mean) / sqrt(variance + eps) times weight plus bias, for each channel of each example of [N, C, H, W] or [C,
    H, W]. Ulyanov et al. 2016.

    Mean and variance are those over the spatial axes, in evaluation the running ones if there are any. weight [C]
    starts as ones, bias [C] as zeros. In training the running statistics become (1 - momentum) old + momentum new, once
    a forward pass; their variance is the unbiased one. Buffers: running_mean [C], running_var [C], num_batches_tracked
    [] (int64).

    num_features: C: the number of channels.
    eps: what is added to the variance.
    momentum: the weight of this pass in the running statistics; None: their mean over all passes.
    affine: whether there are weight and bias.
    track_running_stats: whether there are running statistics, which evaluation uses.
    dtype: dtype of the parameters, a floating one.
    bias: whether there is a bias beside the weight.
    """

    _kind = "InstanceNorm2d"
    _arguments = ("num_features", "eps", "momentum", "affine", "track_running_stats", "bias")
    _arrays = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

    def __init__(
        self, num_features: int, eps: float = 1e-05, momentum: float | None = 0.1, affine: bool = False,
        track_running_stats: bool = False, device: DeviceLike = None, dtype: DTypeLike | None = None, bias: bool = True
    ) -> None:
        self._make(
            num_features=num_features, eps=eps, momentum=momentum, affine=affine,
            track_running_stats=track_running_stats, device=device, dtype=dtype, bias=bias
        )


class InstanceNorm3d(RunningLayer):
    """(x - mean) / sqrt(variance + eps) times weight plus bias, for each channel of each example of [N, C, D, H, W] or
    [C, D, H, W]. Ulyanov et al. 2016.

    Mean and variance are those over the spatial axes, in evaluation the running ones if there are any. weight [C]
    starts as ones, bias [C] as zeros. In training the running statistics become (1 - momentum) old + momentum new, once
    a forward pass; their variance is the unbiased one. Buffers: running_mean [C], running_var [C], num_batches_tracked
    [] (int64).

    num_features: C: the number of channels.
    eps: what is added to the variance.
    momentum: the weight of this pass in the running statistics; None: their mean over all passes.
    affine: whether there are weight and bias.
    track_running_stats: whether there are running statistics, which evaluation uses.
    dtype: dtype of the parameters, a floating one.
    bias: whether there is a bias beside the weight.
    """

    _kind = "InstanceNorm3d"
    _arguments = ("num_features", "eps", "momentum", "affine", "track_running_stats", "bias")
    _arrays = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

    def __init__(
        self, num_features: int, eps: float = 1e-05, momentum: float | None = 0.1, affine: bool = False,
        track_running_stats: bool = False, device: DeviceLike = None, dtype: DTypeLike | None = None, bias: bool = True
    ) -> None:
        self._make(
            num_features=num_features, eps=eps, momentum=momentum, affine=affine,
            track_running_stats=track_running_stats, device=device, dtype=dtype, bias=bias
        )


class LayerNorm(Layer):
    """(x - mean) / sqrt(variance + eps) over the last axes, times weight, plus bias. Ba et al. 2016.

    weight starts as ones and bias as zeros, of the shape normalized_shape.

    normalized_shape: the extents of the last axes.
    eps: what is added to the variance.
    elementwise_affine: whether the result is multiplied by a weight.
    bias: whether there is a bias beside the weight.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "LayerNorm"
    _arguments = ("normalized_shape", "eps", "elementwise_affine", "bias")
    _arrays = ("weight", "bias")
    _tuples = {"normalized_shape": 1}

    def __init__(
        self, normalized_shape: int | tuple[int, ...], eps: float = 1e-05, elementwise_affine: bool = True,
        bias: bool = True, device: DeviceLike = None, dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            normalized_shape=normalized_shape, eps=eps, elementwise_affine=elementwise_affine, bias=bias, device=device,
            dtype=dtype
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class GroupNorm(Layer):
    """(x - mean) / sqrt(variance + eps) over each group of channels of each example of [N, C, ...], times weight, plus
    bias. Wu and He 2018.

    weight [C] starts as ones and bias [C] as zeros.

    num_groups: groups of channels; it divides num_channels.
    num_channels: C: the number of channels.
    eps: what is added to the variance.
    affine: whether there are weight and bias.
    dtype: dtype of the parameters, a floating one.
    bias: whether there is a bias beside the weight.
    """

    _kind = "GroupNorm"
    _arguments = ("num_groups", "num_channels", "eps", "affine", "bias")
    _arrays = ("weight", "bias")

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-05, affine: bool = True, device: DeviceLike = None,
        dtype: DTypeLike | None = None, bias: bool = True
    ) -> None:
        self._make(
            num_groups=num_groups, num_channels=num_channels, eps=eps, affine=affine, device=device, dtype=dtype,
            bias=bias
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class RMSNorm(Layer):
    """x / sqrt(mean of squares + eps) over the last axes, times weight. Zhang and Sennrich 2019.

    weight starts as ones, of the shape normalized_shape.

    normalized_shape: the extents of the last axes.
    eps: what is added to the mean square; None: the dtype's own.
    elementwise_affine: whether the result is multiplied by a weight.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "RMSNorm"
    _arguments = ("normalized_shape", "eps", "elementwise_affine")
    _arrays = ("weight",)
    _tuples = {"normalized_shape": 1}

    def __init__(
        self, normalized_shape: int | tuple[int, ...], eps: float | None = None, elementwise_affine: bool = True,
        device: DeviceLike = None, dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            normalized_shape=normalized_shape, eps=eps, elementwise_affine=elementwise_affine, device=device,
            dtype=dtype
        )

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class LocalResponseNorm(Layer):
    """x / (k + alpha m)^beta with the mean square m of `size` neighbouring channels of [N, C, ...], where those that
    are not there count as 0. Krizhevsky et al. 2012.

    size: how many neighbouring channels count.
    alpha: what multiplies their mean square.
    beta: the exponent.
    k: what is added.
    """

    _kind = "LocalResponseNorm"
    _arguments = ("size", "alpha", "beta", "k")

    def __init__(self, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0) -> None:
        self._make(size=size, alpha=alpha, beta=beta, k=k)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class CrossMapLRN2d(Layer):
    """As LocalResponseNorm for [N, C, H, W], over as many channels before as behind: one fewer than `size` where that
    is even.

    size: how many neighbouring channels count.
    alpha: what multiplies their mean square.
    beta: the exponent.
    k: what is added.
    """

    _kind = "CrossMapLRN2d"
    _arguments = ("size", "alpha", "beta", "k")

    def __init__(self, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1) -> None:
        self._make(size=size, alpha=alpha, beta=beta, k=k)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
