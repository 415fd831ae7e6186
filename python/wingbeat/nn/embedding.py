"""Layers of the family embedding. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ._tables import BagLayer, RowLayer

if TYPE_CHECKING:
    from .._device import DeviceLike
    from .._typing import DTypeLike


class Embedding(RowLayer):
    """Rows of a table picked by whole numbers: [...] -> [..., embedding_dim].

    weight [num_embeddings, embedding_dim] starts in N(0, 1).

    num_embeddings: rows of the table.
    embedding_dim: the width of a row.
    padding_idx: a row that starts as zeros and gets no gradient.
    max_norm: rows that are picked and longer than this are scaled in place, in each forward pass.
    norm_type: the order of that norm.
    scale_grad_by_freq: whether the gradient of a row is divided by how often it is picked.
    sparse: taken as PyTorch takes it; gradients are dense.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "Embedding"
    _arguments = (
        "num_embeddings", "embedding_dim", "padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse"
    )

    def __init__(
        self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None, max_norm: float | None = None,
        norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False, device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            num_embeddings=num_embeddings, embedding_dim=embedding_dim, padding_idx=padding_idx, max_norm=max_norm,
            norm_type=norm_type, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse, device=device, dtype=dtype
        )


class EmbeddingBag(BagLayer):
    """Sums, means or maxima of the rows that bags of whole numbers name: [bags, picks], or [picks] with offsets [bags]
    -> [bags, embedding_dim].

    weight [num_embeddings, embedding_dim] starts in N(0, 1). per_sample_weights multiply the rows of a sum.

    num_embeddings: rows of the table.
    embedding_dim: the width of a row.
    max_norm: rows that are picked and longer than this are scaled in place, in each forward pass.
    norm_type: the order of that norm.
    scale_grad_by_freq: whether the gradient of a row is divided by how often it is picked.
    mode: how the rows of a bag become one.
    sparse: taken as PyTorch takes it; gradients are dense.
    include_last_offset: whether the last offset is the end of the last bag.
    padding_idx: a row that starts as zeros, does not count and gets no gradient.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "EmbeddingBag"
    _arguments = (
        "num_embeddings", "embedding_dim", "max_norm", "norm_type", "scale_grad_by_freq", "mode", "sparse",
        "include_last_offset", "padding_idx"
    )

    def __init__(
        self, num_embeddings: int, embedding_dim: int, max_norm: float | None = None, norm_type: float = 2.0,
        scale_grad_by_freq: bool = False, mode: Literal['sum', 'mean', 'max'] = 'mean', sparse: bool = False,
        include_last_offset: bool = False, padding_idx: int | None = None, device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            num_embeddings=num_embeddings, embedding_dim=embedding_dim, max_norm=max_norm, norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq, mode=mode, sparse=sparse, include_last_offset=include_last_offset,
            padding_idx=padding_idx, device=device, dtype=dtype
        )
