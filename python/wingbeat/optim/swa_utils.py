"""Averages of a model's weights over training: stochastic weight averaging (SWA) and exponential ones (EMA), as
PyTorch's.

    averaged = swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.999))
    for x, y in loader:
        ...
        optimizer.step()
        averaged.update_parameters(model)
    swa_utils.update_bn(loader, averaged)
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .._creation import tensor
from .._errors import ArgumentError
from .._modes import no_grad
from .._naming import listing
from .._tensor import Tensor
from ..nn.module import Module
from .schedules import SWALR

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AveragedModel",
    "SWALR",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]
__dir__ = listing(__name__)


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]:
    """A function of lists that makes an exponential average: decay times the average plus 1 - decay times the model.

    decay: from 0 to 1.
    """
    _check_decay(decay)

    @no_grad()
    def average(averages: Sequence[Tensor], values: Sequence[Tensor], count: Any) -> None:
        for mean, value in zip(averages, values):
            mean.copy_(mean + (value - mean) * (1 - decay) if mean.dtype.is_floating_point else value)

    return average


def get_swa_multi_avg_fn() -> Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]:
    """A function of lists that makes the mean of all models so far."""

    @no_grad()
    def average(averages: Sequence[Tensor], values: Sequence[Tensor], count: Any) -> None:
        share = 1 / (int(count) + 1)
        for mean, value in zip(averages, values):
            mean.copy_(mean + (value - mean) * share if mean.dtype.is_floating_point else value)

    return average


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Tensor, Tensor, Any], Tensor]:
    """The same of one parameter: (average, value, count) to the next average."""
    _check_decay(decay)

    @no_grad()
    def average(mean: Tensor, value: Tensor, count: Any) -> Tensor:
        return mean * decay + value * (1 - decay)

    return average


def get_swa_avg_fn() -> Callable[[Tensor, Tensor, Any], Tensor]:
    """The mean of one parameter: (average, value, count) to the next average."""

    @no_grad()
    def average(mean: Tensor, value: Tensor, count: Any) -> Tensor:
        return mean + (value - mean) / (int(count) + 1)

    return average


def _check_decay(decay: float) -> None:
    if not 0 <= decay <= 1:
        raise ArgumentError(f"get_ema_avg_fn: expected a decay from 0 to 1, found {decay}")


class AveragedModel(Module):
    """A copy of a model whose parameters are an average of those that the model has had.

    model: what is copied, as `module`. device: "cpu". avg_fn: (average, value, n_averaged) to the next average of one
    parameter. multi_avg_fn: the same of lists, in place. Without either, the mean of all. use_buffers: averages
    buffers too; else update_parameters copies them.
    """

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[[Tensor, Tensor, Any], Tensor] | None = None,
        multi_avg_fn: Callable[[Sequence[Tensor], Sequence[Tensor], Any], None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ArgumentError("AveragedModel: expected avg_fn or multi_avg_fn, found both")
        self.module = copy.deepcopy(model)
        if device is not None:
            self.module.to(device)
        self.register_buffer("n_averaged", tensor(0))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The averaged model's forward pass."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Takes the model's parameters into the average; the first ones as they are."""
        own: list[Tensor] = [*self.module.parameters()]
        given: list[Tensor] = [*model.parameters()]
        if self.use_buffers:
            own, given = own + list(self.module.buffers()), given + list(model.buffers())
        count = int(self.n_averaged.item())
        with no_grad():
            if count == 0:
                for mean, value in zip(own, given):
                    mean.copy_(value.detach())
            elif self.avg_fn is not None:
                for mean, value in zip(own, given):
                    mean.copy_(self.avg_fn(mean.detach(), value.detach(), count))
            else:
                average = self.multi_avg_fn or get_swa_multi_avg_fn()
                average(own, [value.detach() for value in given], count)
            if not self.use_buffers:
                for buffer, other in zip(self.module.buffers(), model.buffers()):
                    buffer.copy_(other.detach())
            self.n_averaged.copy_(tensor(count + 1))


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Computes the running statistics of a model's batch normalisations anew, over a pass through the data.

    loader: gives inputs, or tuples and lists of which the first is the input. device: "cpu".
    """
    layers: list[Any] = [part for part in model.modules() if getattr(part, "running_mean", None) is not None]
    if not layers:
        return
    momenta = {id(layer): layer.momentum for layer in layers}
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean over all batches
    was_training = model.training
    model.train()
    try:
        with no_grad():
            for given in loader:
                x = given[0] if isinstance(given, (list, tuple)) else given
                model(x.to(device) if device is not None else x)
    finally:
        for layer in layers:
            layer.momentum = momenta[id(layer)]
        model.train(was_training)
