"""Attention."""

import numpy as np
from operation_table import WHOLE, Operation, given, points


def attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
    if query.shape[-1] != key.shape[-1]:
        raise ValueError(key.shape)
    if enable_gqa:
        if not key.shape[-3] or query.shape[-3] % key.shape[-3]:
            raise ValueError(key.shape)
        times = query.shape[-3] // key.shape[-3]
        key, value = np.repeat(key, times, -3), np.repeat(value, times, -3)
    scale = 1 / np.sqrt(max(query.shape[-1], 1)) if scale is None else scale
    scores = query @ key.swapaxes(-1, -2) * scale
    if is_causal:
        attn_mask = np.tril(np.ones(scores.shape[-2:], bool))
    if attn_mask is not None:
        np.broadcast_to(attn_mask, scores.shape)
        scores = np.where(attn_mask, scores, -np.inf) if attn_mask.dtype == bool else scores + attn_mask
    top = scores.max(-1, keepdims=True, initial=-np.inf)
    weights = np.exp(scores - np.where(np.isinf(top), 0, top))
    total = weights.sum(-1, keepdims=True)
    return weights / np.where(total == 0, 1, total) @ value


def heads(
    query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn,
    dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None, need_weights=True, attn_mask=None,
    use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None,
    static_v=None, average_attn_weights=True, is_causal=False,
):  # fmt: skip
    steps, rows, embed = query.shape
    if embed != embed_dim_to_check or key.shape[1] != rows:
        raise ValueError(query.shape)
    maps = [q_proj_weight, k_proj_weight, v_proj_weight] if use_separate_proj_weight else np.split(in_proj_weight, 3)
    biases = [0, 0, 0] if in_proj_bias is None else np.split(in_proj_bias, 3)
    q, k, v = (x @ weight.T + bias for x, weight, bias in zip((query, key, value), maps, biases))
    if bias_k is not None:
        k = np.concatenate([k, np.broadcast_to(bias_k, (1, rows, embed))])
        v = np.concatenate([v, np.broadcast_to(bias_v, (1, rows, embed))])

    def split(x):
        return x.reshape(len(x), rows, num_heads, embed // num_heads).transpose(1, 2, 0, 3)

    q, k, v = split(q), split(k), split(v)
    if static_k is not None:
        k = static_k.reshape(rows, num_heads, *static_k.shape[1:])
    if static_v is not None:
        v = static_v.reshape(rows, num_heads, *static_v.shape[1:])
    if add_zero_attn:
        zeros = np.zeros((rows, num_heads, 1, embed // num_heads))
        k, v = np.concatenate([k, zeros], 2), np.concatenate([v, zeros], 2)
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(embed // num_heads)
    for mask, shape in ((attn_mask, (1, 1)), (key_padding_mask, None)):
        if mask is not None:
            extra = (bias_k is not None) + add_zero_attn
            if mask.shape[-1] + extra != scores.shape[-1]:
                raise ValueError(mask.shape)
            mask = np.where(mask, -np.inf, 0) if mask.dtype == bool else mask
            mask = np.concatenate([mask, np.zeros((*mask.shape[:-1], extra))], -1)
            if shape is None:
                mask = mask[:, None, None]
            elif mask.ndim == 3:
                mask = mask.reshape(rows, num_heads, *mask.shape[1:])
            scores = scores + mask
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights = weights / weights.sum(-1, keepdims=True)
    output = (weights @ v).transpose(2, 0, 1, 3).reshape(steps, rows, embed) @ out_proj_weight.T
    output = output + (0 if out_proj_bias is None else out_proj_bias)
    return output, weights.mean(1) if average_attn_weights else weights


Q, K, V = points((2, 3, 2)), points((2, 4, 2), seed=1), points((2, 4, 3), seed=2)
SEEN = points((3, 4), seed=3) > -0.5
MAPS = points((12, 4), seed=10), points((12,), seed=11)
ONE_MORE = points((1, 1, 4), seed=12), points((1, 1, 4), seed=13)
OUT = points((4, 4), seed=14), points((4,), seed=15)
SEQUENCES = points((3, 2, 4), seed=16), points((5, 2, 4), seed=17), points((5, 2, 4), seed=18)
HIDDEN, ENDS = points((3, 5), seed=19) > 0.5, np.arange(5) >= np.array([[4], [5]])
HEADS = points((1, 4, 3, 2), seed=4), points((1, 2, 3, 2), seed=5), points((1, 2, 3, 2), seed=6)

ROWS = [
    Operation(
        "nn.functional.scaled_dot_product_attention",
        attention,
        given(Q, K, V),
        given(Q[0], K, V, scale=0.3),
        given(Q, K, V, SEEN),
        given(Q, K, V, SEEN[:1], 0.0),
        given(Q, K, V, points((3, 4), seed=7)),
        given(Q, K, V, is_causal=True),
        given(*HEADS, enable_gqa=True),
        given(*HEADS, points((4, 3, 3), seed=8), enable_gqa=True),
        given(*HEADS, is_causal=True, enable_gqa=True),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "nn.functional.multi_head_attention_forward",
        heads,
        given(*SEQUENCES, 4, 2, *MAPS, None, None, False, 0.0, *OUT),
        given(*SEQUENCES, 4, 2, *MAPS, *ONE_MORE, True, 0.0, *OUT, False, ENDS, attn_mask=HIDDEN),
        given(*SEQUENCES, 4, 2, MAPS[0], None, None, None, False, 0.3, OUT[0], None, False, average_attn_weights=False),
        given(
            *(SEQUENCES[0], points((5, 2, 3), seed=20), points((5, 2, 2), seed=21)),
            *(4, 2, None, MAPS[1], None, None, False, 0.0, *OUT),
            attn_mask=points((4, 3, 5), seed=22),
            use_separate_proj_weight=True,
            q_proj_weight=points((4, 4), seed=23),
            k_proj_weight=points((4, 3), seed=24),
            v_proj_weight=points((4, 2), seed=25),
        ),
        given(
            *SEQUENCES,
            *(4, 2, *MAPS, None, None, False, 0.0, *OUT),
            static_k=points((4, 6, 2), seed=26),
            static_v=points((4, 6, 2), seed=27),
        ),
        given(*SEQUENCES, 4, 2, *MAPS, None, None, False, 0.0, *OUT, attn_mask=HIDDEN, is_causal=True),
        results="same",
        refuses=WHOLE,
    ),
]
