"""Losses. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


class MSELoss(Layer):
    """(input - target)^2 of each element; equal shapes.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "MSELoss"
    _arguments = ("reduction",)

    def __init__(self, reduction: Literal['none', 'mean', 'sum'] = 'mean') -> None:
        self._make(reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class BCELoss(Layer):
    """Binary cross-entropy -(t log p + (1 - t) log(1 - p)) of probabilities p in [0, 1]; equal shapes.

    Logarithms are kept above -100, so that the loss is finite.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "BCELoss"
    _arguments = ("reduction",)

    def __init__(self, reduction: Literal['none', 'mean', 'sum'] = 'mean') -> None:
        self._make(reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class BCEWithLogitsLoss(Layer):
    """Binary cross-entropy of sigmoid(input), for any finite input, without overflow; equal shapes.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    """

    _kind = "BCEWithLogitsLoss"
    _arguments = ("reduction",)

    def __init__(self, reduction: Literal['none', 'mean', 'sum'] = 'mean') -> None:
        self._make(reduction=reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)


class CrossEntropyLoss(Layer):
    """Cross-entropy of softmax(input) [n, classes] (or [classes]) with class indices [n] or probabilities [n, classes].

    A class index outside [0, classes) is an error when the loss is computed. Where the input has probabilities,
    logarithms are kept above -100.

    reduction: 'mean' or 'sum' of the elements' losses, or 'none' for one each.
    from_logits: False: the input has probabilities already.
    """

    _kind = "CrossEntropyLoss"
    _arguments = ("reduction", "from_logits")

    def __init__(self, reduction: Literal['none', 'mean', 'sum'] = 'mean', from_logits: bool = True) -> None:
        self._make(reduction=reduction, from_logits=from_logits)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        return self._run_pair(input, target)
