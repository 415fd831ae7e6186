"""Layers of the family attention. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._attention import AttentionLayer

if TYPE_CHECKING:
    from .._device import DeviceLike
    from .._typing import DTypeLike


class MultiheadAttention(AttentionLayer):
    """softmax(Q K^T / sqrt(head width)) V in each head, between linear maps (Vaswani et al. 2017).

    query [steps, n, embed_dim], key [keys, n, kdim], value [keys, n, vdim], or with n first, or without n -> output
    [steps, n, embed_dim] and, with need_weights, weights [n, steps, keys]. key_padding_mask [n, keys] and attn_mask
    [steps, keys] or [n num_heads, steps, keys]: True where nobody looks, or floats that are added.

    in_proj_weight [3 embed_dim, embed_dim], or where key and value have other widths q_proj_weight, k_proj_weight and
    v_proj_weight, start in U(-k, k), k = sqrt(6 / (fan_in + fan_out)); biases start as zeros.

    embed_dim: width of the query and of the output.
    num_heads: how many heads share that width; they divide it.
    dropout: the probability of a weight of a head to be dropped, in training.
    bias: whether the linear maps have biases.
    add_bias_kv: whether one more key and value, which are learnt, are there.
    add_zero_attn: whether one more key and value of zeros are there.
    kdim: width of the key; None: embed_dim.
    vdim: width of the value; None: embed_dim.
    batch_first: whether inputs and output are [n, steps, width].
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "MultiheadAttention"
    _arguments = (
        "embed_dim", "num_heads", "dropout", "bias", "add_bias_kv", "add_zero_attn", "kdim", "vdim", "batch_first"
    )

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, add_bias_kv: bool = False,
        add_zero_attn: bool = False, kdim: int | None = None, vdim: int | None = None, batch_first: bool = False,
        device: DeviceLike = None, dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            embed_dim=embed_dim, num_heads=num_heads, dropout=dropout, bias=bias, add_bias_kv=add_bias_kv,
            add_zero_attn=add_zero_attn, kdim=kdim, vdim=vdim, batch_first=batch_first, device=device, dtype=dtype
        )
