"""Layers of the family scaling. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._adapting import AdaptingLayer

if TYPE_CHECKING:
    from .._device import DeviceLike
    from .._typing import DTypeLike


class Standardize(AdaptingLayer):
    """(x - mean) / std: [...] -> [...]. mean and std are buffers [shape], 0 and 1 at first; adapt takes them from a
    data set, in one pass, and keeps 1 for a std of 0. So a saved model takes and gives raw units. mean and std are not
    trained.

    shape: the extents of mean and std, which broadcast to the input.
    inverse: back to raw units: x std + mean.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "Standardize"
    _arguments = ("shape", "inverse")

    def __init__(
        self, shape: int | tuple[int, ...], inverse: bool = False, device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(shape=shape, inverse=inverse, device=device, dtype=dtype)
