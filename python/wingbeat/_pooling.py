"""Pools over windows, and windows as columns, under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._naming import named
from ._windows import call

if TYPE_CHECKING:
    from typing import Any, SupportsIndex

    from ._tensor import Tensor
    from ._typing import (
        AdaptiveAveragePool,
        AdaptiveMaxPool,
        AveragePool,
        MaxPool,
        MaxUnpool,
        PowerAveragePool,
        Real,
        Size,
        Sizes,
        TensorLike,
    )

__all__ = [
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "unfold",
    "fold",
]

_AXES = {1: "L", 2: "H, W", 3: "D, H, W"}


def _shapes(count: int) -> str:
    return f"of input [N, C, {_AXES[count]}] or [C, {_AXES[count]}]"


def _one_or_two(found: list[Tensor]) -> Any:
    return found[0] if len(found) == 1 else tuple(found)


def _max_pool(count: int) -> MaxPool:
    def function(
        input: TensorLike,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        options = {
            "kernel_size": kernel_size,
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "ceil_mode": ceil_mode,
            "return_indices": return_indices,
        }
        return _one_or_two(call(name, (input,), options))

    name = f"max_pool{count}d"
    return named(
        function,
        name,
        f"The largest element of each window {_shapes(count)}: of equal ones the first, and NaN where there is one. "
        "With return_indices also their places in their planes.",
    )


def _avg_pool(count: int) -> AveragePool:
    def function(
        input: TensorLike,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: SupportsIndex | None = None,
    ) -> Tensor:
        options = {
            "kernel_size": kernel_size,
            "stride": stride,
            "padding": padding,
            "ceil_mode": ceil_mode,
            "count_include_pad": count_include_pad,
            "divisor_override": divisor_override,
        }
        return call(name, (input,), options)[0]

    name = f"avg_pool{count}d"
    return named(function, name, f"The mean of each window {_shapes(count)}.")


def avg_pool1d(
    input: TensorLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of each window of input [N, C, L] or [C, L]."""
    options = {
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": padding,
        "ceil_mode": ceil_mode,
        "count_include_pad": count_include_pad,
    }
    return call("avg_pool1d", (input,), options)[0]


def _adaptive_avg_pool(count: int) -> AdaptiveAveragePool:
    def function(input: TensorLike, output_size: Sizes) -> Tensor:
        return call(name, (input,), {"output_size": output_size})[0]

    name = f"adaptive_avg_pool{count}d"
    return named(
        function,
        name,
        f"The means of windows {_shapes(count)} that share it out evenly to a number of positions. None keeps an "
        "axis' extent.",
    )


def _adaptive_max_pool(count: int) -> AdaptiveMaxPool:
    def function(input: TensorLike, output_size: Sizes, return_indices: bool = False) -> Any:
        return _one_or_two(call(name, (input,), {"output_size": output_size, "return_indices": return_indices}))

    name = f"adaptive_max_pool{count}d"
    return named(
        function,
        name,
        f"The largest elements of windows {_shapes(count)} that share it out evenly to a number of positions. None "
        "keeps an axis' extent.",
    )


def _max_unpool(count: int) -> MaxUnpool:
    def function(
        input: TensorLike,
        indices: TensorLike,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        output_size: Size | None = None,
    ) -> Tensor:
        options = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "output_size": output_size}
        return call(name, (input, indices), options)[0]

    name = f"max_unpool{count}d"
    return named(
        function,
        name,
        f"Zeros with the elements {_shapes(count)} where max_pool{count}d has found them, by its indices.",
    )


def _lp_pool(count: int) -> PowerAveragePool:
    def function(
        input: TensorLike, norm_type: Real, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
    ) -> Tensor:
        options = {"norm_type": norm_type, "kernel_size": kernel_size, "stride": stride, "ceil_mode": ceil_mode}
        return call(name, (input,), options)[0]

    name = f"lp_pool{count}d"
    return named(
        function,
        name,
        f"(sum x^p)^(1/p) of each window {_shapes(count)}, p being norm_type. One that reaches over the end counts as "
        "if it were whole.",
    )


max_pool1d, max_pool2d, max_pool3d = _max_pool(1), _max_pool(2), _max_pool(3)
avg_pool2d, avg_pool3d = _avg_pool(2), _avg_pool(3)
adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = (
    _adaptive_avg_pool(1),
    _adaptive_avg_pool(2),
    _adaptive_avg_pool(3),
)
adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = (
    _adaptive_max_pool(1),
    _adaptive_max_pool(2),
    _adaptive_max_pool(3),
)
max_unpool1d, max_unpool2d, max_unpool3d = _max_unpool(1), _max_unpool(2), _max_unpool(3)
lp_pool1d, lp_pool2d, lp_pool3d = _lp_pool(1), _lp_pool(2), _lp_pool(3)


def unfold(input: TensorLike, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1) -> Tensor:
    """The elements of each window as a column: [N, C, H, W] or [C, H, W] -> [N, C window, positions]."""
    options = {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}
    return call("unfold", (input,), options)[0]


def fold(
    input: TensorLike, output_size: Size, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1
) -> Tensor:
    """The sums of the columns' elements where unfold takes them from: [N, C window, positions] -> [N, C, H, W]."""
    options = {
        "output_size": output_size,
        "kernel_size": kernel_size,
        "dilation": dilation,
        "padding": padding,
        "stride": stride,
    }
    return call("fold", (input,), options)[0]
