"""The schedules. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from .optimizer import Optimizer
from .schedule import LRScheduler, PlateauScheduler, common_optimizer


class StepLR(LRScheduler):
    """The rate times gamma every step_size epochs.

    step_size: epochs from one decay to the next.
    gamma: factor of the rate.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "StepLR"

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self._make(optimizer, step_size=step_size, gamma=gamma, last_epoch=last_epoch)


class MultiStepLR(LRScheduler):
    """The rate times gamma at each milestone.

    milestones: epochs at which the rate decays.
    gamma: factor of the rate.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "MultiStepLR"

    def __init__(
        self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self._make(optimizer, milestones=milestones, gamma=gamma, last_epoch=last_epoch)


class ConstantLR(LRScheduler):
    """A part of the rate up to epoch total_iters, then the whole rate.

    factor: of the rate up to epoch total_iters.
    total_iters: the epoch from which on it is the whole rate.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "ConstantLR"

    def __init__(
        self, optimizer: Optimizer, factor: float = 0.3333333333333333, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        self._make(optimizer, factor=factor, total_iters=total_iters, last_epoch=last_epoch)


class LinearLR(LRScheduler):
    """A part of the rate that goes from start_factor to end_factor in equal steps: a warmup, or a decay.

    start_factor: of the rate at first.
    end_factor: of the rate from epoch total_iters on.
    total_iters: epochs from the first factor to the last.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "LinearLR"

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 0.3333333333333333, end_factor: float = 1.0,
        total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        self._make(
            optimizer, start_factor=start_factor, end_factor=end_factor, total_iters=total_iters, last_epoch=last_epoch
        )


class ExponentialLR(LRScheduler):
    """The rate times gamma every epoch.

    gamma: factor of the rate.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "ExponentialLR"

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self._make(optimizer, gamma=gamma, last_epoch=last_epoch)


class PolynomialLR(LRScheduler):
    """The rate times (1 - epoch / total_iters)^power, 0 from epoch total_iters on.

    total_iters: epochs until the rate is 0.
    power: of the polynomial.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "PolynomialLR"

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self._make(optimizer, total_iters=total_iters, power=power, last_epoch=last_epoch)


class CosineAnnealingLR(LRScheduler):
    """Half a wave of a cosine down to eta_min in T_max epochs, and up again (Loshchilov and Hutter 2017, without
    restarts).

    eta_min + (rate - eta_min)(1 + cos(pi epoch / T_max)) / 2, each value computed from the one before.

    T_max: epochs from the rate to eta_min.
    eta_min: the smallest rate.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "CosineAnnealingLR"

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self._make(optimizer, T_max=T_max, eta_min=eta_min, last_epoch=last_epoch)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a wave of a cosine down to eta_min, and again from the whole rate (Loshchilov and Hutter 2017).

    eta_min + (rate - eta_min)(1 + cos(pi T_cur / T_i)) / 2, T_cur epochs after a restart of T_i epochs. step takes
    fractions of an epoch.

    T_0: epochs to the first restart.
    T_mult: factor of the epochs to the next one.
    eta_min: the smallest rate.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "CosineAnnealingWarmRestarts"

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self._make(optimizer, T_0=T_0, T_mult=T_mult, eta_min=eta_min, last_epoch=last_epoch)


class OneCycleLR(LRScheduler):
    """One cycle of rate and momentum (Smith and Topin 2019), as PyTorch's: up to max_lr, then down to almost nothing.
    Stepped after every batch.

    max_lr: the largest rate.
    total_steps: steps in all; else epochs times steps_per_epoch.
    epochs: epochs of training.
    steps_per_epoch: steps of each.
    pct_start: share of the steps in which the rate grows.
    anneal_strategy: how values go from one to the next.
    cycle_momentum: the momentum goes the other way.
    base_momentum: the smallest momentum.
    max_momentum: the largest momentum.
    div_factor: the first rate is max_lr / div_factor.
    final_div_factor: the last rate is the first one / final_div_factor.
    three_phase: down to the first rate, and only then to the last.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "OneCycleLR"

    def __init__(
        self, optimizer: Optimizer, max_lr: float | Sequence[float], total_steps: int | None = None,
        epochs: int | None = None, steps_per_epoch: int | None = None, pct_start: float = 0.3,
        anneal_strategy: Literal['cos', 'linear'] = 'cos', cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.85, max_momentum: float | Sequence[float] = 0.95,
        div_factor: float = 25.0, final_div_factor: float = 10000.0, three_phase: bool = False, last_epoch: int = -1
    ) -> None:
        self._make(
            optimizer, max_lr=max_lr, total_steps=total_steps, epochs=epochs, steps_per_epoch=steps_per_epoch,
            pct_start=pct_start, anneal_strategy=anneal_strategy, cycle_momentum=cycle_momentum,
            base_momentum=base_momentum, max_momentum=max_momentum, div_factor=div_factor,
            final_div_factor=final_div_factor, three_phase=three_phase, last_epoch=last_epoch
        )


class CyclicLR(LRScheduler):
    """Rate and momentum up and down in triangles (Smith 2017), as PyTorch's. Stepped after every batch.

    base_lr: the smallest rate, with which it begins.
    max_lr: the largest rate.
    step_size_up: steps in which the rate grows.
    step_size_down: steps in which it falls; None: as many.
    mode: the height of cycle c, or at step i: 1, 1 / 2^(c - 1), gamma^i.
    gamma: of mode 'exp_range'.
    scale_fn: the height in place of mode, of the cycle or of the step.
    scale_mode: what scale_fn gets.
    cycle_momentum: the momentum goes the other way.
    base_momentum: the smallest momentum.
    max_momentum: the largest momentum.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "CyclicLR"

    def __init__(
        self, optimizer: Optimizer, base_lr: float | Sequence[float], max_lr: float | Sequence[float],
        step_size_up: int = 2000, step_size_down: int | None = None,
        mode: Literal['triangular', 'triangular2', 'exp_range'] = 'triangular', gamma: float = 1.0,
        scale_fn: Callable[[int], float] | None = None, scale_mode: Literal['cycle', 'iterations'] = 'cycle',
        cycle_momentum: bool = True, base_momentum: float | Sequence[float] = 0.8,
        max_momentum: float | Sequence[float] = 0.9, last_epoch: int = -1
    ) -> None:
        self._make(
            optimizer, base_lr=base_lr, max_lr=max_lr, step_size_up=step_size_up, step_size_down=step_size_down,
            mode=mode, gamma=gamma, scale_fn=scale_fn, scale_mode=scale_mode, cycle_momentum=cycle_momentum,
            base_momentum=base_momentum, max_momentum=max_momentum, last_epoch=last_epoch
        )


class LambdaLR(LRScheduler):
    """The initial rate times a function of the epoch.

    lr_lambda: factor of the initial rate at an epoch; in Python also a list of them.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "LambdaLR"

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float], last_epoch: int = -1) -> None:
        self._make(optimizer, lr_lambda=lr_lambda, last_epoch=last_epoch)


class MultiplicativeLR(LRScheduler):
    """The rate times a function of the epoch, from the second epoch on.

    lr_lambda: factor of the rate at an epoch; in Python also a list of them.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "MultiplicativeLR"

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float], last_epoch: int = -1) -> None:
        self._make(optimizer, lr_lambda=lr_lambda, last_epoch=last_epoch)


class SequentialLR(LRScheduler):
    """Schedules one after the other, each with epochs of its own: a warmup, say, and then a decay.

    schedulers: the schedules, one after the other.
    milestones: epochs at which the next one begins.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "SequentialLR"

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int], last_epoch: int = -1
    ) -> None:
        self._make(optimizer, schedulers=schedulers, milestones=milestones, last_epoch=last_epoch)


class ChainedScheduler(LRScheduler):
    """Schedules that all step at each step, one on the rate of the other.

    schedulers: the schedules, all of one optimiser.
    """

    _kind = "ChainedScheduler"

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        schedulers = list(schedulers)
        self._make(optimizer or common_optimizer(schedulers), schedulers=schedulers)


class ReduceLROnPlateau(PlateauScheduler):
    """The rate times factor when a metric has not become better for more than patience epochs. step takes it.

    mode: whether a lower metric is better, or a higher one.
    factor: of the rate.
    patience: epochs without a better metric that are let pass.
    threshold: how much counts as better.
    threshold_mode: as a share of the best metric, or as it is.
    cooldown: epochs after a reduction that do not count.
    min_lr: the smallest rate.
    eps: smaller changes of the rate are left out.
    """

    _kind = "ReduceLROnPlateau"

    def __init__(
        self, optimizer: Optimizer, mode: Literal['min', 'max'] = 'min', factor: float = 0.1, patience: int = 10,
        threshold: float = 0.0001, threshold_mode: Literal['rel', 'abs'] = 'rel', cooldown: int = 0,
        min_lr: float | Sequence[float] = 0.0, eps: float = 1e-08
    ) -> None:
        self._make(
            optimizer, mode=mode, factor=factor, patience=patience, threshold=threshold, threshold_mode=threshold_mode,
            cooldown=cooldown, min_lr=min_lr, eps=eps
        )


class SWALR(LRScheduler):
    """From the rate that is there to a constant one, with which weights are averaged (Izmailov et al. 2018).

    swa_lr: the rate to end with.
    anneal_epochs: epochs until then.
    anneal_strategy: how the rate gets there.
    last_epoch: the epoch to go on from; -1 for the beginning.
    """

    _kind = "SWALR"

    def __init__(
        self, optimizer: Optimizer, swa_lr: float | Sequence[float], anneal_epochs: int = 10,
        anneal_strategy: Literal['cos', 'linear'] = 'cos', last_epoch: int = -1
    ) -> None:
        self._make(
            optimizer, swa_lr=swa_lr, anneal_epochs=anneal_epochs, anneal_strategy=anneal_strategy,
            last_epoch=last_epoch
        )
