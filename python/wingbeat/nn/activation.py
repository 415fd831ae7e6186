"""Layers of the family activation. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


class Identity(Layer):
    """The input itself."""

    _kind = "Identity"

    def __init__(self) -> None:
        self._make()

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ReLU(Layer):
    """max(x, 0) of each element."""

    _kind = "ReLU"

    def __init__(self) -> None:
        self._make()

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class LeakyReLU(Layer):
    """x where x > 0, else negative_slope x.

    negative_slope: slope below 0.
    """

    _kind = "LeakyReLU"
    _arguments = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01) -> None:
        self._make(negative_slope=negative_slope)

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

    dim: the axis along which the results add up to 1.
    """

    _kind = "Softmax"
    _arguments = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        self._make(dim=dim)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class LogSoftmax(Layer):
    """log(softmax(x)) along axis dim, without overflow.

    dim: the axis along which the results add up to 1.
    """

    _kind = "LogSoftmax"
    _arguments = ("dim",)

    def __init__(self, dim: int = -1) -> None:
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
