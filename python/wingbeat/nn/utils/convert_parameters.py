"""Parameters as one vector, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._errors import ShapeError
from ..._modes import no_grad
from ..._naming import listing
from ..._shaping import cat
from ..._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..._typing import TensorLike

__all__ = ["parameters_to_vector", "vector_to_parameters"]
__dir__ = listing(__name__)


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All elements of all parameters in one vector, through which derivatives pass."""
    return cat([parameter.reshape(-1) for parameter in parameters])


def vector_to_parameters(vec: TensorLike, parameters: Iterable[Tensor]) -> None:
    """Writes the elements of a vector to parameters, in order, in place."""
    vector, given = as_tensor(vec), list(parameters)
    count = sum(parameter.numel() for parameter in given)
    if vector.dim() != 1 or vector.shape[0] < count:
        raise ShapeError(f"vector_to_parameters: expected a vector of {count}, found shape {list(vector.shape)}")
    start = 0
    with no_grad():
        for parameter in given:
            end = start + parameter.numel()
            parameter._assign(vector[start:end].detach().reshape(parameter.shape))
            start = end
