"""The optimisers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from .engine import EngineOptimizer


class SGD(EngineOptimizer):
    """Stochastic gradient descent, as PyTorch's.

    g = grad + weight_decay p; v = momentum v + (1 - dampening) g, at the parameter's first step v = g; p -= lr
    (nesterov ? g + momentum v : v). Parameters without a gradient are left alone.

    lr: learning rate.
    momentum: share of the velocity that is kept.
    dampening: share of the gradient that the velocity does not take.
    weight_decay: added to the gradient, times the parameter.
    nesterov: Nesterov's momentum.
    maximize: go up the gradient in place of down.
    foreach: taken as PyTorch takes it; changes nothing.
    differentiable: taken as PyTorch takes it; changes nothing.
    fused: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize", "foreach", "differentiable",
        "fused")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.001, momentum: float = 0.0, dampening: float = 0.0,
        weight_decay: float = 0.0, nesterov: bool = False, maximize: bool = False, foreach: bool | None = None,
        differentiable: bool = False, fused: bool | None = None
    ) -> None:
        self._make(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov,
            maximize=maximize, foreach=foreach, differentiable=differentiable, fused=fused
        )


class Adam(EngineOptimizer):
    """Adam (Kingma and Ba 2015), eps outside the root as in PyTorch. Each parameter counts its steps t.

    m += (1 - beta1)(g - m); v = beta2 v + (1 - beta2) g^2; p -= lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + eps).

    lr: learning rate.
    betas: decays of the means of gradients and of their squares.
    eps: added to the root.
    weight_decay: added to the gradient, times the parameter.
    amsgrad: divides by the root of the largest v so far (Reddi et al. 2018).
    foreach: taken as PyTorch takes it; changes nothing.
    maximize: go up the gradient in place of down.
    capturable: taken as PyTorch takes it; changes nothing.
    differentiable: taken as PyTorch takes it; changes nothing.
    fused: taken as PyTorch takes it; changes nothing.
    decoupled_weight_decay: takes the decay as AdamW does.
    """

    _settings = ("lr", "betas", "eps", "weight_decay", "amsgrad", "foreach", "maximize", "capturable", "differentiable",
        "fused", "decoupled_weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
        weight_decay: float = 0.0, amsgrad: bool = False, foreach: bool | None = None, maximize: bool = False,
        capturable: bool = False, differentiable: bool = False, fused: bool | None = None,
        decoupled_weight_decay: bool = False
    ) -> None:
        self._make(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, foreach=foreach,
            maximize=maximize, capturable=capturable, differentiable=differentiable, fused=fused,
            decoupled_weight_decay=decoupled_weight_decay
        )


class AdamW(EngineOptimizer):
    """Adam with decoupled decay (Loshchilov and Hutter 2019): p is first multiplied by 1 - lr weight_decay.

    lr: learning rate.
    betas: decays of the means of gradients and of their squares.
    eps: added to the root.
    weight_decay: the parameter is first multiplied by 1 - lr weight_decay.
    amsgrad: divides by the root of the largest v so far (Reddi et al. 2018).
    maximize: go up the gradient in place of down.
    foreach: taken as PyTorch takes it; changes nothing.
    capturable: taken as PyTorch takes it; changes nothing.
    differentiable: taken as PyTorch takes it; changes nothing.
    fused: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "betas", "eps", "weight_decay", "amsgrad", "maximize", "foreach", "capturable", "differentiable",
        "fused")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
        weight_decay: float = 0.01, amsgrad: bool = False, maximize: bool = False, foreach: bool | None = None,
        capturable: bool = False, differentiable: bool = False, fused: bool | None = None
    ) -> None:
        self._make(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize,
            foreach=foreach, capturable=capturable, differentiable=differentiable, fused=fused
        )


class NAdam(EngineOptimizer):
    """Adam with Nesterov's momentum (Dozat 2016), as PyTorch's.

    mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2); M(t) = mu(1) ... mu(t); m and v as Adam's; p -= lr ((1 - mu(t)) /
    (1 - M(t)) g + mu(t + 1) / (1 - M(t + 1)) m) / (sqrt(v / (1 - beta2^t)) + eps).

    lr: learning rate.
    betas: decays of the means of gradients and of their squares.
    eps: added to the root.
    weight_decay: added to the gradient, times the parameter.
    momentum_decay: how fast the momentum grows to beta1.
    decoupled_weight_decay: takes the decay as AdamW does.
    foreach: taken as PyTorch takes it; changes nothing.
    maximize: go up the gradient in place of down.
    capturable: taken as PyTorch takes it; changes nothing.
    differentiable: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "betas", "eps", "weight_decay", "momentum_decay", "decoupled_weight_decay", "foreach",
        "maximize", "capturable", "differentiable")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.002, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
        weight_decay: float = 0.0, momentum_decay: float = 0.004, decoupled_weight_decay: bool = False,
        foreach: bool | None = None, maximize: bool = False, capturable: bool = False, differentiable: bool = False
    ) -> None:
        self._make(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay, foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable
        )


class RAdam(EngineOptimizer):
    """Adam that divides by the root of v only once its variance is known (Liu et al. 2020), as PyTorch's.

    rho = 2 / (1 - beta2) - 1 - 2 t beta2^t / (1 - beta2^t). Up to rho = 5: p -= lr m / (1 - beta1^t). Above: p -= lr r
    m / (1 - beta1^t) sqrt(1 - beta2^t) / (sqrt(v) + eps), with r^2 = (rho - 4)(rho - 2) rho' / ((rho' - 4)(rho' - 2)
    rho) and rho' = 2 / (1 - beta2) - 1.

    lr: learning rate.
    betas: decays of the means of gradients and of their squares.
    eps: added to the root.
    weight_decay: added to the gradient, times the parameter.
    decoupled_weight_decay: takes the decay as AdamW does.
    foreach: taken as PyTorch takes it; changes nothing.
    maximize: go up the gradient in place of down.
    capturable: taken as PyTorch takes it; changes nothing.
    differentiable: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "betas", "eps", "weight_decay", "decoupled_weight_decay", "foreach", "maximize", "capturable",
        "differentiable")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
        weight_decay: float = 0.0, decoupled_weight_decay: bool = False, foreach: bool | None = None,
        maximize: bool = False, capturable: bool = False, differentiable: bool = False
    ) -> None:
        self._make(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
            decoupled_weight_decay=decoupled_weight_decay, foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable
        )


class RMSprop(EngineOptimizer):
    """RMSprop (Hinton 2012; centred: Graves 2013), eps outside the root as in PyTorch.

    v = alpha v + (1 - alpha) g^2; centred: a += (1 - alpha)(g - a), v - a^2 in place of v; u = g / (sqrt(v) + eps); b =
    momentum b + u; p -= lr b.

    lr: learning rate.
    alpha: share of the mean of squares that is kept.
    eps: added to the root.
    weight_decay: added to the gradient, times the parameter.
    momentum: share of the velocity that is kept.
    centered: divides by the root of the variance.
    capturable: taken as PyTorch takes it; changes nothing.
    foreach: taken as PyTorch takes it; changes nothing.
    maximize: go up the gradient in place of down.
    differentiable: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "alpha", "eps", "weight_decay", "momentum", "centered", "capturable", "foreach", "maximize",
        "differentiable")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-08,
        weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False, capturable: bool = False,
        foreach: bool | None = None, maximize: bool = False, differentiable: bool = False
    ) -> None:
        self._make(
            params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered,
            capturable=capturable, foreach=foreach, maximize=maximize, differentiable=differentiable
        )


class Adagrad(EngineOptimizer):
    """Adagrad (Duchi et al. 2011), as PyTorch's.

    s += g^2; p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps).

    lr: learning rate.
    lr_decay: the rate of step t is lr / (1 + (t - 1) lr_decay).
    weight_decay: added to the gradient, times the parameter.
    initial_accumulator_value: what the sum of squares begins with.
    eps: added to the root.
    foreach: taken as PyTorch takes it; changes nothing.
    maximize: go up the gradient in place of down.
    differentiable: taken as PyTorch takes it; changes nothing.
    fused: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps", "foreach", "maximize",
        "differentiable", "fused")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.01, lr_decay: float = 0.0, weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0, eps: float = 1e-10, foreach: bool | None = None, maximize: bool = False,
        differentiable: bool = False, fused: bool | None = None
    ) -> None:
        self._make(
            params, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, eps=eps, foreach=foreach, maximize=maximize,
            differentiable=differentiable, fused=fused
        )


class Adadelta(EngineOptimizer):
    """Adadelta (Zeiler 2012), as PyTorch's.

    v = rho v + (1 - rho) g^2; u = sqrt(d + eps) / sqrt(v + eps) g; d = rho d + (1 - rho) u^2; p -= lr u.

    lr: learning rate.
    rho: share of the means of squares that is kept.
    eps: added under the roots.
    weight_decay: added to the gradient, times the parameter.
    foreach: taken as PyTorch takes it; changes nothing.
    capturable: taken as PyTorch takes it; changes nothing.
    maximize: go up the gradient in place of down.
    differentiable: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "rho", "eps", "weight_decay", "foreach", "capturable", "maximize", "differentiable")

    def __init__(
        self, params: Iterable[Any], lr: float = 1.0, rho: float = 0.9, eps: float = 1e-06, weight_decay: float = 0.0,
        foreach: bool | None = None, capturable: bool = False, maximize: bool = False, differentiable: bool = False
    ) -> None:
        self._make(
            params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, foreach=foreach, capturable=capturable,
            maximize=maximize, differentiable=differentiable
        )


class Adamax(EngineOptimizer):
    """Adam with the largest gradient in place of the mean of squares (Kingma and Ba 2015, section 7), as PyTorch's.

    m += (1 - beta1)(g - m); u = max(beta2 u, |g| + eps); p -= lr / (1 - beta1^t) m / u.

    lr: learning rate.
    betas: decays of the means of gradients and of their squares.
    eps: added to the magnitude of the gradient.
    weight_decay: added to the gradient, times the parameter.
    foreach: taken as PyTorch takes it; changes nothing.
    maximize: go up the gradient in place of down.
    differentiable: taken as PyTorch takes it; changes nothing.
    capturable: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "betas", "eps", "weight_decay", "foreach", "maximize", "differentiable", "capturable")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.002, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
        weight_decay: float = 0.0, foreach: bool | None = None, maximize: bool = False, differentiable: bool = False,
        capturable: bool = False
    ) -> None:
        self._make(
            params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=foreach, maximize=maximize,
            differentiable=differentiable, capturable=capturable
        )


class ASGD(EngineOptimizer):
    """Averaged stochastic gradient descent (Polyak and Juditsky 1992), as PyTorch's. The average is the state "ax".

    p = (1 - lambd eta) p - eta g; ax += mu (p - ax); then eta = lr / (1 + lambd lr t)^alpha, mu = 1 / max(1, t - t0).

    lr: learning rate.
    lambd: how fast parameters and rate decay.
    alpha: power of the rate's decay.
    t0: the step at which the average begins.
    weight_decay: added to the gradient, times the parameter.
    foreach: taken as PyTorch takes it; changes nothing.
    maximize: go up the gradient in place of down.
    differentiable: taken as PyTorch takes it; changes nothing.
    capturable: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "lambd", "alpha", "t0", "weight_decay", "foreach", "maximize", "differentiable", "capturable")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.01, lambd: float = 0.0001, alpha: float = 0.75,
        t0: float = 1000000.0, weight_decay: float = 0.0, foreach: bool | None = None, maximize: bool = False,
        differentiable: bool = False, capturable: bool = False
    ) -> None:
        self._make(
            params, lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay, foreach=foreach,
            maximize=maximize, differentiable=differentiable, capturable=capturable
        )


class Rprop(EngineOptimizer):
    """Resilient backpropagation (Riedmiller and Braun 1993), as PyTorch's: only the sign of a gradient counts.

    s = clamp(s eta, step_sizes), where eta is etas[1] if the sign of g is that of before, etas[0] if it is the other,
    else 1; g = 0 where it is the other; p -= sign(g) s.

    lr: the first size of each parameter's steps.
    etas: factors of a step's size where the gradient's sign changes, and where it stays.
    step_sizes: smallest and largest size.
    capturable: taken as PyTorch takes it; changes nothing.
    foreach: taken as PyTorch takes it; changes nothing.
    maximize: go up the gradient in place of down.
    differentiable: taken as PyTorch takes it; changes nothing.
    """

    _settings = ("lr", "etas", "step_sizes", "capturable", "foreach", "maximize", "differentiable")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.01, etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-06, 50.0), capturable: bool = False, foreach: bool | None = None,
        maximize: bool = False, differentiable: bool = False
    ) -> None:
        self._make(
            params, lr=lr, etas=etas, step_sizes=step_sizes, capturable=capturable, foreach=foreach, maximize=maximize,
            differentiable=differentiable
        )


class Lion(EngineOptimizer):
    """Evolved sign momentum (Chen et al. 2023). PyTorch has none.

    p *= 1 - lr weight_decay; p -= lr sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g.

    lr: learning rate.
    betas: share of the mean in the direction, and share of it that is kept.
    weight_decay: the parameter is first multiplied by 1 - lr weight_decay.
    maximize: go up the gradient in place of down.
    """

    _settings = ("lr", "betas", "weight_decay", "maximize")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.0001, betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0, maximize: bool = False
    ) -> None:
        self._make(params, lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize)


class Muon(EngineOptimizer):
    """Momentum made orthogonal by the Newton-Schulz iteration, for matrices alone (Jordan et al. 2024), as PyTorch's.

    m += (1 - momentum)(g - m); u = nesterov ? g + momentum (m - g) : m; X = u / max(|u|, eps), ns_steps times X = a X +
    (b G + c G^2) X with G = X X^T; p *= 1 - lr weight_decay; p -= rate X. The iteration is in the parameter's own
    dtype, where PyTorch's is in bfloat16.

    lr: learning rate.
    weight_decay: the parameter is first multiplied by 1 - lr weight_decay.
    momentum: share of the mean of gradients that is kept.
    nesterov: Nesterov's momentum.
    ns_coefficients: a, b, c of the iteration.
    eps: the least norm to divide by.
    ns_steps: how often the iteration runs.
    adjust_lr_fn: the rate for a matrix [A, B]: 'original' (None): lr sqrt(max(1, A / B)); 'match_rms_adamw': lr 0.2
        sqrt(max(A, B)); 'spectral_unclamped': lr sqrt(A / B).
    """

    _settings = ("lr", "weight_decay", "momentum", "nesterov", "ns_coefficients", "eps", "ns_steps", "adjust_lr_fn")

    def __init__(
        self, params: Iterable[Any], lr: float = 0.001, weight_decay: float = 0.1, momentum: float = 0.95,
        nesterov: bool = True, ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-07, ns_steps: int = 5,
        adjust_lr_fn: Literal['original', 'match_rms_adamw', 'spectral_unclamped'] | None = None
    ) -> None:
        self._make(
            params, lr=lr, weight_decay=weight_decay, momentum=momentum, nesterov=nesterov,
            ns_coefficients=ns_coefficients, eps=eps, ns_steps=ns_steps, adjust_lr_fn=adjust_lr_fn
        )


class LBFGS(EngineOptimizer):
    """Limited-memory BFGS (Nocedal 1980; Nocedal and Wright 2006, algorithm 7.4), as PyTorch's: for smooth losses
    without noise, best in float64 and with the strong Wolfe line search.

    d = -H g, H from the last history_size changes of parameters and gradient; p += t d. One step does up to max_iter of
    these, and so needs a closure that computes loss and gradients. All parameters are one vector, and one group.

    lr: length of a step, or the first that the line search tries.
    max_iter: directions in one step.
    max_eval: evaluations in one step; None: max_iter * 5 // 4.
    tolerance_grad: it ends at a gradient whose largest element is no larger.
    tolerance_change: it ends at a smaller change of parameters or loss.
    history_size: pairs of changes that are kept.
    line_search_fn: None takes steps of length lr.
    maximize: go up the gradient in place of down.
    """

    _settings = ("lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size", "line_search_fn",
        "maximize")
    _needs_closure = True

    def __init__(
        self, params: Iterable[Any], lr: float = 1.0, max_iter: int = 20, max_eval: int | None = None,
        tolerance_grad: float = 1e-07, tolerance_change: float = 1e-09, history_size: int = 100,
        line_search_fn: Literal['strong_wolfe'] | None = None, maximize: bool = False
    ) -> None:
        self._make(
            params, lr=lr, max_iter=max_iter, max_eval=max_eval, tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change, history_size=history_size, line_search_fn=line_search_fn,
            maximize=maximize
        )
