"""Attention, under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from ._calls import optional, result, results
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


def multi_head_attention_forward(
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    embed_dim_to_check: SupportsIndex,
    num_heads: SupportsIndex,
    in_proj_weight: TensorLike | None,
    in_proj_bias: TensorLike | None,
    bias_k: TensorLike | None,
    bias_v: TensorLike | None,
    add_zero_attn: bool,
    dropout_p: Real,
    out_proj_weight: TensorLike,
    out_proj_bias: TensorLike | None,
    training: bool = True,
    key_padding_mask: TensorLike | None = None,
    need_weights: bool = True,
    attn_mask: TensorLike | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: TensorLike | None = None,
    k_proj_weight: TensorLike | None = None,
    v_proj_weight: TensorLike | None = None,
    static_k: TensorLike | None = None,
    static_v: TensorLike | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Attention with several heads between linear maps, as nn.MultiheadAttention has it: (output, weights).

    query [steps, n, embed], key and value [keys, n, width]; in_proj_weight [3 embed, embed], or with
    use_separate_proj_weight q_proj_weight, k_proj_weight and v_proj_weight [embed, width]; in_proj_bias [3 embed];
    bias_k and bias_v [1, 1, embed], one more key and value; out_proj_weight [embed, embed]. key_padding_mask [n, keys]
    and attn_mask [steps, keys] or [n heads, steps, keys]: True where nobody looks, or floats that are added. The
    weights [n, steps, keys], or without average_attn_weights [n, heads, steps, keys], are None without need_weights.
    """
    queries = as_tensor(query)
    keys = queries if key is query else as_tensor(key)
    values = queries if value is query else keys if value is key else as_tensor(value)
    found = results(
        "multi_head_attention_forward",
        query=queries,
        key=keys,
        value=values,
        embed_dim_to_check=embed_dim_to_check,
        num_heads=num_heads,
        in_proj_weight=optional(in_proj_weight),
        in_proj_bias=optional(in_proj_bias),
        bias_k=optional(bias_k),
        bias_v=optional(bias_v),
        add_zero_attn=add_zero_attn,
        dropout_p=dropout_p,
        out_proj_weight=as_tensor(out_proj_weight),
        out_proj_bias=optional(out_proj_bias),
        training=training,
        key_padding_mask=optional(key_padding_mask),
        need_weights=need_weights,
        attn_mask=optional(attn_mask),
        use_separate_proj_weight=use_separate_proj_weight,
        q_proj_weight=optional(q_proj_weight),
        k_proj_weight=optional(k_proj_weight),
        v_proj_weight=optional(v_proj_weight),
        static_k=optional(static_k),
        static_v=optional(static_v),
        average_attn_weights=average_attn_weights,
        is_causal=is_causal,
    )
    return found[0], found[1] if len(found) > 1 else None
