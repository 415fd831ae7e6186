"""A loss of three tensors whose distance is the user's own function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._losses import triplet_margin_with_distance_loss
from .distances import PairwiseDistance
from .module import Module

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._tensor import Tensor
    from .._typing import Real, TensorLike


class TripletMarginWithDistanceLoss(Module):
    """max(0, margin + d(anchor, positive) - d(anchor, negative)) for a distance d. Balntas et al. 2016.

    distance_function: a function of two tensors; None: PairwiseDistance().
    margin: how much farther the negative is to be, above 0.
    swap: whether positive and negative count where they are nearer.
    reduction: 'mean' or 'sum' of the losses, or 'none' for one each.
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: Real = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin, self.swap, self.reduction = margin, swap, reduction

    def forward(self, anchor: TensorLike, positive: TensorLike, negative: TensorLike) -> Tensor:
        return triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
