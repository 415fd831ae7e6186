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


Q, K, V = points((2, 3, 2)), points((2, 4, 2), seed=1), points((2, 4, 3), seed=2)
SEEN = points((3, 4), seed=3) > -0.5
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
    )
]
