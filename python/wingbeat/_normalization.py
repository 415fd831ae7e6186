"""Normalisation, under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from ._calls import optional, result, results
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from ._typing import Real, Size, TensorLike

__all__ = ["group_norm", "layer_norm", "rms_norm"]


def layer_norm(
    input: TensorLike,
    normalized_shape: Size,
    weight: TensorLike | None = None,
    bias: TensorLike | None = None,
    eps: Real = 1e-5,
) -> Tensor:
    """(x - mean) / sqrt(variance + eps) over the last axes, whose extents are normalized_shape; times weight, plus
    bias."""
    return result(
        "layer_norm",
        input=as_tensor(input),
        normalized_shape=normalized_shape,
        weight=optional(weight),
        bias=optional(bias),
        eps=eps,
    )


def rms_norm(
    input: TensorLike, normalized_shape: Size, weight: TensorLike | None = None, eps: Real | None = None
) -> Tensor:
    """x / sqrt(mean of squares + eps) over the last axes, of the extents normalized_shape; times weight. None for eps
    is the dtype's epsilon."""
    return result(
        "rms_norm", input=as_tensor(input), normalized_shape=normalized_shape, weight=optional(weight), eps=eps
    )


def group_norm(
    input: TensorLike,
    num_groups: SupportsIndex,
    weight: TensorLike | None = None,
    bias: TensorLike | None = None,
    eps: Real = 1e-5,
) -> Tensor:
    """[n, channels, ...] with each group of channels of each example normalised by itself; times weight, plus bias."""
    return result(
        "group_norm",
        input=as_tensor(input),
        num_groups=num_groups,
        weight=optional(weight),
        bias=optional(bias),
        eps=eps,
    )


def batch_norm(
    input: TensorLike,
    running_mean: TensorLike | None,
    running_var: TensorLike | None,
    weight: TensorLike | None = None,
    bias: TensorLike | None = None,
    training: bool = False,
    momentum: Real = 0.1,
    eps: Real = 1e-5,
) -> Tensor:
    """[n, channels, ...] with each channel normalised over all other axes: in training by the batch's statistics, else
    by the running ones; times weight, plus bias.

    In training running_mean and running_var, where they are given, are written in place: (1 - momentum) old + momentum
    new, where the new variance is unbiased.
    """
    return _with_statistics(
        "batch_norm", input, running_mean, running_var, weight, bias, training=training, momentum=momentum, eps=eps
    )


def instance_norm(
    input: TensorLike,
    running_mean: TensorLike | None = None,
    running_var: TensorLike | None = None,
    weight: TensorLike | None = None,
    bias: TensorLike | None = None,
    use_input_stats: bool = True,
    momentum: Real = 0.1,
    eps: Real = 1e-5,
) -> Tensor:
    """[n, channels, ...] with each channel of each example normalised by itself; times weight, plus bias.

    running_mean and running_var, where they are given, are written in place, or with use_input_stats=False used.
    """
    return _with_statistics(
        "instance_norm",
        input,
        running_mean,
        running_var,
        weight,
        bias,
        use_input_stats=use_input_stats,
        momentum=momentum,
        eps=eps,
    )


def _with_statistics(
    name: str,
    input: TensorLike,
    running_mean: TensorLike | None,
    running_var: TensorLike | None,
    weight: TensorLike | None,
    bias: TensorLike | None,
    **options: Real,
) -> Tensor:
    mean, variance = optional(running_mean), optional(running_var)
    output, *updated = results(
        name,
        input=as_tensor(input),
        running_mean=mean,
        running_var=variance,
        weight=optional(weight),
        bias=optional(bias),
        **options,
    )
    for buffer, value in zip((mean, variance), updated):
        if buffer is not None:
            buffer.copy_(value)
    return output


def local_response_norm(
    input: TensorLike, size: SupportsIndex, alpha: Real = 1e-4, beta: Real = 0.75, k: Real = 1.0
) -> Tensor:
    """x / (k + alpha m)^beta with the mean square m of `size` neighbouring channels, [n, channels, ...]."""
    return result("local_response_norm", input=as_tensor(input), size=size, alpha=alpha, beta=beta, k=k)
