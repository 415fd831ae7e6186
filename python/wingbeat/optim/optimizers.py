"""The optimisers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent, as PyTorch's.

    g = grad + weight_decay p; v = momentum v + (1 - dampening) g, at the parameter's first step v = g; p -= lr
    (nesterov ? g + momentum v : v). Parameters without a gradient are left alone.

    lr: learning rate.
    momentum: share of the velocity that is kept.
    dampening: share of the gradient that the velocity does not take.
    weight_decay: added to the gradient, times the parameter.
    nesterov: Nesterov's momentum.
    """

    _settings = ("lr", "momentum", "dampening", "weight_decay", "nesterov")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.001, momentum: float = 0.0, dampening: float = 0.0,
        weight_decay: float = 0.0, nesterov: bool = False
    ) -> None:
        self._make(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015), eps outside the root as in PyTorch. All parameters count the same steps t.

    m += (1 - beta1)(g - m); v = beta2 v + (1 - beta2) g^2; p -= lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + eps).

    lr: learning rate.
    betas: decays of the means of gradients and of their squares.
    eps: added to the root.
    weight_decay: added to the gradient, times the parameter.
    """

    _settings = ("lr", "betas", "eps", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
        weight_decay: float = 0.0
    ) -> None:
        self._make(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)


class AdamW(Optimizer):
    """Adam with decoupled decay (Loshchilov and Hutter 2019): p is first multiplied by 1 - lr weight_decay.

    lr: learning rate.
    betas: decays of the means of gradients and of their squares.
    eps: added to the root.
    weight_decay: the parameter is first multiplied by 1 - lr weight_decay.
    """

    _settings = ("lr", "betas", "eps", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
        weight_decay: float = 0.01
    ) -> None:
        self._make(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
