"""Tables of rows: embeddings made from given values, and bags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import ShapeError
from .._tensor import Tensor, as_tensor
from .layer import Layer
from .module import Parameter

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._typing import TensorLike


class RowLayer(Layer):
    """A table of rows that whole numbers pick from."""

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)

    @classmethod
    def from_pretrained(cls, embeddings: TensorLike, freeze: bool = True, **arguments: Any) -> Self:
        """A layer with given rows, [num_embeddings, embedding_dim]; unless freeze is False they are not trained."""
        rows = as_tensor(embeddings)
        if rows.ndim != 2:
            raise ShapeError(f"{cls.__name__}.from_pretrained: expected [rows, width], found {list(rows.shape)}")
        kind: Any = cls
        layer: Self = kind(*rows.shape, dtype=rows.dtype, **arguments)
        layer.weight = Parameter(rows.detach(), requires_grad=not freeze)
        return layer


class BagLayer(RowLayer):
    """Rows of bags, reduced."""

    def forward(
        self, input: TensorLike, offsets: TensorLike | None = None, per_sample_weights: TensorLike | None = None
    ) -> Tensor:
        result: Tensor = self._several(input, offsets, per_sample_weights)
        return result
