"""Layers with an output size of each call, and pools that may give indices too."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any

from .._errors import ArgumentTypeError
from .._literals import literal
from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._typing import Handle, TensorLike


def _options(name: str, output_size: Sequence[int] | None) -> str | None:
    """The option of a call as the engine takes it."""
    if output_size is None:
        return None
    try:
        sizes = tuple(index(extent) for extent in output_size)
    except TypeError:
        raise ArgumentTypeError(f"{name}: expected whole numbers as output_size, found {output_size!r:.80}") from None
    return f"output_size={literal(sizes, f'{name}: output_size')}"


class SizedLayer(Layer):
    """A layer of one tensor whose output may be given a size."""

    def forward(self, input: TensorLike, output_size: Sequence[int] | None = None) -> Tensor:
        if output_size is None:
            return self._run(input)
        result: Tensor = self._several(input, options=_options(type(self).__name__, output_size))
        return result


class PoolLayer(Layer):
    """A pool, whose stride is its window where none is given; with return_indices it gives (output, indices)."""

    return_indices = False

    def _adopt(self, handle: Handle, *rest: Any) -> None:
        super()._adopt(handle, *rest)
        if self.__dict__.get("stride", 1) is None:
            object.__setattr__(self, "stride", self.kernel_size)

    def forward(self, input: TensorLike) -> Any:
        return self._several(input) if self.return_indices else self._run(input)


class UnpoolLayer(PoolLayer):
    """What undoes a pool, by its indices."""

    def forward(  # type: ignore[override]
        self, input: TensorLike, indices: TensorLike, output_size: Sequence[int] | None = None
    ) -> Tensor:
        result: Tensor = self._several(input, indices, options=_options(type(self).__name__, output_size))
        return result
