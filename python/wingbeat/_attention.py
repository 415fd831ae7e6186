"""Attention, under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._calls import optional, result
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from ._typing import Real, TensorLike


def scaled_dot_product_attention(
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    attn_mask: TensorLike | None = None,
    dropout_p: Real = 0.0,
    is_causal: bool = False,
    scale: Real | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """softmax(query key^T scale + attn_mask) value: [..., queries, width], [..., keys, width], [..., keys, out] ->
    [..., queries, out].

    attn_mask: bool, where a query sees a key; or floats, which are added. A query that sees no key gives 0. is_causal:
    query i sees keys 0 ... i. scale None: 1 / sqrt(width). enable_gqa: each head of key and value, axis -3, serves
    several heads of the query in a row. Memory grows with the sequence, not with its square; but a dropout's draws are
    kept.
    """
    return result(
        "scaled_dot_product_attention",
        query=as_tensor(query),
        key=as_tensor(key),
        value=as_tensor(value),
        attn_mask=optional(attn_mask),
        dropout_p=dropout_p,
        is_causal=is_causal,
        scale=scale,
        enable_gqa=enable_gqa,
    )
