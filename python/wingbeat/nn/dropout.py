"""Layers of the family dropout. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


class Dropout(Layer):
    """In training, each element is 0 with probability p and else divided by 1 - p; in evaluation, the input itself.

    Srivastava et al. 2014. The draws come from the default generator (manual_seed).

    p: the share of elements that become 0, from 0 to 1.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "Dropout"
    _arguments = ("p", "inplace")

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        self._make(p=p, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Dropout1d(Layer):
    """In training, whole channels of [N, C, L] or [C, L] are 0 with probability p, the rest is divided by 1 - p.
    Tompson et al. 2015.

    The draws come from the default generator (manual_seed).

    p: the share of channels that become 0, from 0 to 1.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "Dropout1d"
    _arguments = ("p", "inplace")

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        self._make(p=p, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Dropout2d(Layer):
    """In training, whole channels of [N, C, ...] are 0 with probability p, the rest is divided by 1 - p. Tompson et al.
    2015.

    The draws come from the default generator (manual_seed).

    p: the share of channels that become 0, from 0 to 1.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "Dropout2d"
    _arguments = ("p", "inplace")

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        self._make(p=p, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class Dropout3d(Layer):
    """In training, whole channels of [N, C, D, H, W] or [C, D, H, W] are 0 with probability p, the rest is divided by 1
    - p. Tompson et al. 2015.

    The draws come from the default generator (manual_seed).

    p: the share of channels that become 0, from 0 to 1.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "Dropout3d"
    _arguments = ("p", "inplace")

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        self._make(p=p, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class AlphaDropout(Layer):
    """In training, each element becomes SELU's limit with probability p; all is scaled so that mean and variance stay.
    Klambauer et al. 2017.

    The draws come from the default generator (manual_seed).

    p: the share of elements that become 0, from 0 to 1.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "AlphaDropout"
    _arguments = ("p", "inplace")

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        self._make(p=p, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class FeatureAlphaDropout(Layer):
    """AlphaDropout of whole channels of [N, C, ...] together.

    The draws come from the default generator (manual_seed).

    p: the share of channels that become 0, from 0 to 1.
    inplace: taken as PyTorch takes it; nothing is done in place.
    """

    _kind = "FeatureAlphaDropout"
    _arguments = ("p", "inplace")

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        self._make(p=p, inplace=inplace)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
