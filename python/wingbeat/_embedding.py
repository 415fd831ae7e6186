"""Rows of tables picked by whole numbers, under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from ._calls import optional, result
from ._errors import ShapeError
from ._modes import no_grad
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from typing import Literal

    from ._typing import Real, TensorLike


def _shortened(weight: Tensor, indices: Tensor, max_norm: Real | None, norm_type: Real) -> None:
    """Writes the rows of a table that are picked and too long in place, as PyTorch does."""
    if max_norm is not None:
        with no_grad():
            weight.copy_(
                result("embedding_renorm", weight=weight, indices=indices, max_norm=max_norm, norm_type=norm_type)
            )


def embedding(
    input: TensorLike,
    weight: TensorLike,
    padding_idx: SupportsIndex | None = None,
    max_norm: Real | None = None,
    norm_type: Real = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Rows of weight, [rows, width], picked by whole numbers: [..., width].

    padding_idx: a row that gets no gradient. max_norm: rows that are picked and longer, in the norm of order norm_type,
    are scaled to it in place first. scale_grad_by_freq: the gradient of a row is divided by how often it is picked.
    sparse is taken as PyTorch takes it; gradients are dense.
    """
    input, weight = as_tensor(input), as_tensor(weight)
    _shortened(weight, input, max_norm, norm_type)
    return result(
        "embedding", input=input, weight=weight, padding_idx=padding_idx, scale_grad_by_freq=scale_grad_by_freq
    )


def embedding_bag(
    input: TensorLike,
    weight: TensorLike,
    offsets: TensorLike | None = None,
    max_norm: Real | None = None,
    norm_type: Real = 2.0,
    scale_grad_by_freq: bool = False,
    mode: Literal["sum", "mean", "max"] = "mean",
    sparse: bool = False,
    per_sample_weights: TensorLike | None = None,
    include_last_offset: bool = False,
    padding_idx: SupportsIndex | None = None,
) -> Tensor:
    """Sums, means or maxima of the rows of weight that bags of whole numbers name: [bags, width].

    input: [bags, picks], or a vector in which a bag begins at each of `offsets` (the first is 0). per_sample_weights
    multiply the rows of a sum. Rows of padding_idx do not count. An empty bag gives 0. The rest is as embedding has it.
    """
    input, weight = as_tensor(input), as_tensor(weight)
    if input.ndim == 2 and offsets is not None:
        raise ShapeError(
            f"embedding_bag: expected no offsets beside an input of bags, found both, of shapes {list(input.shape)} "
            f"and {list(as_tensor(offsets).shape)}"
        )
    _shortened(weight, input, max_norm, norm_type)
    return result(
        "embedding_bag",
        input=input,
        weight=weight,
        offsets=optional(offsets),
        mode=mode,
        per_sample_weights=optional(per_sample_weights),
        padding_idx=padding_idx,
        scale_grad_by_freq=scale_grad_by_freq,
        include_last_offset=include_last_offset,
    )
