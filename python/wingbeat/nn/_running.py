"""Normalisations that keep running statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._creation import ones_like, zeros_like
from .._modes import no_grad
from .layer import Layer

if TYPE_CHECKING:
    from .._tensor import Tensor
    from .._typing import TensorLike


class RunningLayer(Layer):
    """A normalisation that may keep running statistics."""

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)

    def reset_running_stats(self) -> None:
        """Gives the running statistics, if there are any, the values of a new layer."""
        with no_grad():
            for name, buffer in self._buffers.items():
                buffer._assign(ones_like(buffer) if name == "running_var" else zeros_like(buffer))
