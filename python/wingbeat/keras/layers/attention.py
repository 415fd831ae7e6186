"""The attention layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike


class Attention(StockLayer):
    """softmax(Q K^T) V. Luong et al. 2015.

    query [N, T, C], value [N, S, D], key [N, S, C] (None: the value) -> [N, T, D], and the weights [N, T, S] with
    return_attention_scores. value_mask [N, S] (bool) says which keys count, query_mask [N, T] which results; the others
    are 0. With use_causal_mask, query i sees keys 0 to i.

    scale [] with use_scale; concat_score_weight [] with score_mode='concat'.

    use_scale: whether a parameter multiplies the scores.
    score_mode: 'dot': q k; 'concat': a parameter times the sum of tanh(q + k).
    dropout: the share of the weights that become 0 in training.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Attention"
    _arguments = ("use_scale", "score_mode", "dropout", "seed", "trainable", "input_shape")
    _inputs = ("query", "value", "key", "query_mask", "value_mask")

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: Literal["dot", "concat"] = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            use_scale=use_scale,
            score_mode=score_mode,
            dropout=dropout,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class AdditiveAttention(StockLayer):
    """softmax(sum of scale tanh(q + k)) V. Bahdanau et al. 2015.

    query [N, T, C], value [N, S, D], key [N, S, C] (None: the value) -> [N, T, D], and the weights [N, T, S] with
    return_attention_scores. value_mask [N, S] (bool) says which keys count, query_mask [N, T] which results; the others
    are 0. With use_causal_mask, query i sees keys 0 to i.

    scale [C] with use_scale.

    use_scale: whether a parameter multiplies each feature.
    dropout: the share of the weights that become 0 in training.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.AdditiveAttention"
    _arguments = ("use_scale", "dropout", "trainable", "input_shape")
    _inputs = ("query", "value", "key", "query_mask", "value_mask")

    def __init__(
        self,
        use_scale: bool = True,
        dropout: float = 0.0,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            use_scale=use_scale,
            dropout=dropout,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class MultiHeadAttention(StockLayer):
    """softmax(Q K^T / sqrt(key_dim)) V in each head, between maps. Vaswani et al. 2017.

    query [N, T, C], value [N, S, D], key [N, S, E] (None: the value) -> [N, T, C], and the weights [N, heads, T, S]
    with return_attention_scores. Masks are bool: query_mask [N, T], value_mask and key_mask [N, S], attention_mask [N,
    T, S]; True where a key is seen.

    Its children query_dense, key_dense, value_dense and output_dense, which the first input makes, have the parameters:
    [C, heads, key_dim] and the like.

    num_heads: how many heads there are.
    key_dim: the width of a head of queries and keys.
    value_dim: that of values; None: key_dim.
    dropout: the share of the weights that become 0 in training.
    use_bias: whether the maps have biases.
    output_shape: the output's last extents; None: the query's.
    attention_axes: the axes that are attended over; None: all between batch and features.
    sliding_window: keys as near as this alone are seen; None: all.
    flash_attention: taken as Keras takes it; nothing changes.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    use_gate: whether the heads' results are multiplied by a sigmoid.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.MultiHeadAttention"
    _arguments = (
        "num_heads",
        "key_dim",
        "value_dim",
        "dropout",
        "use_bias",
        "output_shape",
        "attention_axes",
        "sliding_window",
        "flash_attention",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "use_gate",
        "seed",
        "trainable",
        "input_shape",
    )
    _inputs = ("query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask")

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | Sequence[int] | None = None,
        attention_axes: int | Sequence[int] | None = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        kernel_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        bias_constraint: str | None = None,
        use_gate: bool = False,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            num_heads=num_heads,
            key_dim=key_dim,
            value_dim=value_dim,
            dropout=dropout,
            use_bias=use_bias,
            output_shape=output_shape,
            attention_axes=attention_axes,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            use_gate=use_gate,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GroupQueryAttention(StockLayer):
    """MultiHeadAttention whose heads of keys and values serve several heads of queries. Ainslie et al. 2023.

    query [N, T, C], value [N, S, D], key [N, S, E] (None: the value) -> [N, T, C], and the weights [N, heads, T, S]
    with return_attention_scores. Masks are bool: query_mask [N, T], value_mask and key_mask [N, S], attention_mask [N,
    T, S]; True where a key is seen.

    Its children query_dense, key_dense, value_dense and output_dense, which the first input makes, have the parameters.

    head_dim: the width of a head.
    num_query_heads: how many heads of queries there are.
    num_key_value_heads: how many of keys and values: each serves several of queries.
    dropout: the share of the weights that become 0 in training.
    use_bias: whether the maps have biases.
    sliding_window: keys as near as this alone are seen; None: all.
    flash_attention: taken as Keras takes it; nothing changes.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    use_gate: whether the heads' results are multiplied by a sigmoid.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GroupQueryAttention"
    _arguments = (
        "head_dim",
        "num_query_heads",
        "num_key_value_heads",
        "dropout",
        "use_bias",
        "sliding_window",
        "flash_attention",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "use_gate",
        "seed",
        "trainable",
        "input_shape",
    )
    _inputs = ("query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask")

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        kernel_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        bias_constraint: str | None = None,
        use_gate: bool = False,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            head_dim=head_dim,
            num_query_heads=num_query_heads,
            num_key_value_heads=num_key_value_heads,
            dropout=dropout,
            use_bias=use_bias,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            use_gate=use_gate,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )
