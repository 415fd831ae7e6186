"""Softmax over many classes of which few are frequent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._errors import ArgumentError, ShapeError
from .._functions import argmax, log_softmax, mean, where
from .._picking import gather
from .._shaping import cat
from .._tensor import Tensor, as_tensor
from .linear import Linear
from .module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._device import DeviceLike
    from .._typing import DTypeLike, TensorLike


class AdaptiveOutput(NamedTuple):
    """What AdaptiveLogSoftmaxWithLoss gives: log p of each example's label, and minus their mean."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """Negative log-likelihood of classes ordered by frequency, the most frequent first. Grave et al. 2017.

    The head [in_features] -> [cutoffs[0] + clusters] scores the frequent classes and clusters of rare ones; each tail
    scores the classes of a cluster, by way of in_features // div_value^(its number) features.

    input [n, in_features] or [in_features], target [n] or []: (output, loss) with log p of each label, and minus their
    mean. All tails see all rows, so that a program can hold it.

    cutoffs: where clusters begin, rising, from 1 to n_classes - 1.
    head_bias: whether the head has a bias.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: DeviceLike = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__()
        from . import ModuleList, Sequential

        bounds = [*cutoffs, n_classes]
        clusters = list(zip(bounds, bounds[1:]))
        if len(bounds) < 2 or bounds[0] < 1 or any(int(low) != low or low >= high for low, high in clusters):
            raise ArgumentError(
                f"AdaptiveLogSoftmaxWithLoss: expected cutoffs that rise from 1 to at most {n_classes - 1}, "
                f"found {cutoffs!r:.80}"
            )
        self.in_features, self.n_classes, self.cutoffs = in_features, n_classes, bounds
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size, self.n_clusters = bounds[0], len(bounds) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, device=device, dtype=dtype)
        self.tail = ModuleList(
            [
                Sequential(
                    Linear(in_features, width, bias=False, device=device, dtype=dtype),
                    Linear(width, high - low, bias=False, device=device, dtype=dtype),
                )
                for width, (low, high) in zip(
                    [int(in_features // div_value ** (place + 1)) for place in range(self.n_clusters)], clusters
                )
            ]
        )

    def reset_parameters(self) -> None:
        """Gives all parameters the values of a new layer."""
        for module in self.modules():
            if isinstance(module, Linear):
                module.reset_parameters()

    def forward(self, input: TensorLike, target: TensorLike) -> AdaptiveOutput:
        input, target = as_tensor(input), as_tensor(target)
        if input.ndim - 1 != target.ndim or input.shape[:-1] != target.shape:
            raise ShapeError(
                "AdaptiveLogSoftmaxWithLoss: expected a label for each row, "
                f"found {list(target.shape)} for the input {list(input.shape)}"
            )
        rows, labels = input.reshape(-1, self.in_features), target.reshape(-1)
        head = log_softmax(self.head(rows), 1)
        # Labels of other clusters count as their first; a label of no class is out of range where it is picked.
        is_frequent = labels < self.shortlist_size
        output = gather(head, 1, where(is_frequent, labels, 0).reshape(-1, 1)).reshape(-1)
        for place, (low, high) in enumerate(zip(self.cutoffs, self.cutoffs[1:])):
            is_in = labels >= low
            if high < self.n_classes:
                is_in = is_in & (labels < high)
            inner = gather(log_softmax(self.tail[place](rows), 1), 1, where(is_in, labels - low, 0).reshape(-1, 1))
            output = where(is_in, head[:, self.shortlist_size + place] + inner.reshape(-1), output)
        return AdaptiveOutput(output.reshape(target.shape), -mean(output))

    def log_prob(self, input: TensorLike) -> Tensor:
        """log p of all classes: [n, in_features] -> [n, n_classes]."""
        input = as_tensor(input)
        head = log_softmax(self.head(input), 1)
        parts = [head[:, : self.shortlist_size]]
        for place in range(self.n_clusters):
            own = head[:, self.shortlist_size + place : self.shortlist_size + place + 1]
            parts.append(own + log_softmax(self.tail[place](input), 1))
        return cat(parts, 1)

    def predict(self, input: TensorLike) -> Tensor:
        """The most probable class of each row: [n, in_features] -> [n]."""
        return argmax(self.log_prob(input), 1)
