"""Layers of the family activation. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._device import DeviceLike
    from .._typing import DTypeLike, TensorLike


class Identity(Layer):
    """The input itself."""

    _kind = "Identity"

    def __init__(self) -> None:
        self._make()

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ReLU(Layer):
    """max(x, 0) of each element.

    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "ReLU"
    _arguments = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        self._make(inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class LeakyReLU(Layer):
    """x where x > 0, else negative_slope x.

    negative_slope: slope below 0.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "LeakyReLU"
    _arguments = ("negative_slope", "inplace")

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        self._make(negative_slope=negative_slope, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Sigmoid(Layer):
    """1 / (1 + exp(-x)) of each element."""

    _kind = "Sigmoid"

    def __init__(self) -> None:
        self._make()

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Tanh(Layer):
    """Hyperbolic tangent of each element."""

    _kind = "Tanh"

    def __init__(self) -> None:
        self._make()

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class GELU(Layer):
    """x times the standard normal distribution function of x. Hendrycks and Gimpel 2016.

    approximate 'none': x (1 + erf(x / sqrt 2)) / 2; 'tanh': x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.

    approximate: 'none': by the error function; 'tanh': approximated.
    """

    _kind = "GELU"
    _arguments = ("approximate",)

    def __init__(self, approximate: Literal['none', 'tanh'] = 'none') -> None:
        self._make(approximate=approximate)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Softmax(Layer):
    """exp(x) / sum(exp(x)) along axis dim, without overflow.

    dim: the axis along which the results add up to 1; None: 0 for tensors of 0, 1 and 3 axes, else 1.
    """

    _kind = "Softmax"
    _arguments = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        self._make(dim=dim)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class LogSoftmax(Layer):
    """log(softmax(x)) along axis dim, without overflow.

    dim: the axis along which the results add up to 1; None: 0 for tensors of 0, 1 and 3 axes, else 1.
    """

    _kind = "LogSoftmax"
    _arguments = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        self._make(dim=dim)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Softplus(Layer):
    """log(1 + exp(beta x)) / beta of each element, without overflow.

    beta: how sharp the bend is; not 0.
    threshold: where beta x is above it, the result is x; inf: nowhere.
    """

    _kind = "Softplus"
    _arguments = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        self._make(beta=beta, threshold=threshold)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Softmin(Layer):
    """softmax(-x) along axis dim, without overflow.

    dim: the axis along which the results add up to 1; None: 0 for tensors of 0, 1 and 3 axes, else 1.
    """

    _kind = "Softmin"
    _arguments = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        self._make(dim=dim)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Softmax2d(Layer):
    """softmax over the channels of [n, channels, height, width] or [channels, height, width]."""

    _kind = "Softmax2d"

    def __init__(self) -> None:
        self._make()

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class PReLU(Layer):
    """x above 0, else weight x. He et al. 2015.

    weight [num_parameters] is trained.

    num_parameters: slopes: 1, or one for each place of axis 1.
    init: what they start from.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "PReLU"
    _arguments = ("num_parameters", "init")

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: DeviceLike = None, dtype: DTypeLike | None = None
    ) -> None:
        self._make(num_parameters=num_parameters, init=init, device=device, dtype=dtype)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ELU(Layer):
    """x above 0, else alpha (exp(x) - 1). Clevert et al. 2016.

    alpha: the limit below 0 is -alpha.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "ELU"
    _arguments = ("alpha", "inplace")

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        self._make(alpha=alpha, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class SELU(Layer):
    """scale (max(0, x) + min(0, alpha (exp(x) - 1))) with alpha = 1.6733 and scale = 1.0507. Klambauer et al. 2017.

    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "SELU"
    _arguments = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        self._make(inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class CELU(Layer):
    """x above 0, else alpha (exp(x / alpha) - 1). Barron 2017.

    alpha: the limit below 0 is -alpha.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "CELU"
    _arguments = ("alpha", "inplace")

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        self._make(alpha=alpha, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class SiLU(Layer):
    """x sigmoid(x) of each element. Elfwing et al. 2017.

    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "SiLU"
    _arguments = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        self._make(inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Mish(Layer):
    """x tanh(softplus(x)) of each element. Misra 2019.

    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "Mish"
    _arguments = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        self._make(inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Hardtanh(Layer):
    """x between min_val and max_val.

    min_val: the lower bound.
    max_val: the upper bound.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "Hardtanh"
    _arguments = ("min_val", "max_val", "inplace")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        self._make(min_val=min_val, max_val=max_val, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ReLU6(Layer):
    """x between 0 and 6.

    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "ReLU6"
    _arguments = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        self._make(inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Hardswish(Layer):
    """x hardsigmoid(x) of each element. Howard et al. 2019.

    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "Hardswish"
    _arguments = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        self._make(inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Hardsigmoid(Layer):
    """x + 3 between 0 and 6, over 6.

    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "Hardsigmoid"
    _arguments = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        self._make(inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Hardshrink(Layer):
    """x, but 0 where |x| is at most lambd.

    lambd: the bound.
    """

    _kind = "Hardshrink"
    _arguments = ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        self._make(lambd=lambd)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Softshrink(Layer):
    """x moved toward 0 by lambd, as far as 0.

    lambd: the bound.
    """

    _kind = "Softshrink"
    _arguments = ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        self._make(lambd=lambd)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Tanhshrink(Layer):
    """x - tanh(x) of each element."""

    _kind = "Tanhshrink"

    def __init__(self) -> None:
        self._make()

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Softsign(Layer):
    """x / (1 + |x|) of each element."""

    _kind = "Softsign"

    def __init__(self) -> None:
        self._make()

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class LogSigmoid(Layer):
    """log(sigmoid(x)) of each element, without overflow."""

    _kind = "LogSigmoid"

    def __init__(self) -> None:
        self._make()

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class GLU(Layer):
    """The first half of an axis times sigmoid of the second. Dauphin et al. 2017.

    dim: the axis that is halved.
    """

    _kind = "GLU"
    _arguments = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        self._make(dim=dim)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class RReLU(Layer):
    """x above 0, else slope x: in training with a slope drawn for each element, in evaluation with the mean of the two.
    Xu et al. 2015.

    lower: the smallest slope.
    upper: the largest slope.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "RReLU"
    _arguments = ("lower", "upper", "inplace")

    def __init__(self, lower: float = 0.125, upper: float = 0.3333333333333333, inplace: bool = False) -> None:
        self._make(lower=lower, upper=upper, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Threshold(Layer):
    """x above a bound, else a value.

    threshold: the bound.
    value: what stands for elements up to the bound.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "Threshold"
    _arguments = ("threshold", "value", "inplace")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        self._make(threshold=threshold, value=value, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
