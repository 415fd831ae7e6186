"""The rnn layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike
    from ...nn.module import Module
    from ._base import Function


class LSTM(StockLayer):
    """Steps of LSTMCell. Hochreiter and Schmidhuber 1997.

    [N, T, C] -> [N, units], or [N, T, units] with return_sequences; then the last states with return_state. mask [N, T]
    (bool): where it is False, the states stay and the output is that of the step before. initial_state: the states to
    begin with, in the place of zeros.

    Its child `cell` has the parameters.

    units: the width of the state.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    recurrent_activation: the function of the gates: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    unit_forget_bias: whether the forget gate's bias starts as ones.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    return_sequences: whether the outputs of all steps come out, not the last one.
    return_state: whether the last states come out behind the output.
    go_backwards: from the last step to the first; outputs are in that order.
    stateful: whether a call begins with the states that the one before has ended with.
    unroll: taken as Keras takes it; nothing changes.
    use_cudnn: taken as Keras takes it; nothing changes.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.LSTM"
    _arguments = (
        "units",
        "activation",
        "recurrent_activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "unit_forget_bias",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "seed",
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "unroll",
        "use_cudnn",
        "trainable",
        "input_shape",
    )
    _parts = ("activation", "recurrent_activation")
    _inputs = ("sequences", "mask", "*initial_state")

    def __init__(
        self,
        units: int,
        activation: str | Function | None = "tanh",
        recurrent_activation: str | Function | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            units=units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            use_cudnn=use_cudnn,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GRU(StockLayer):
    """Steps of GRUCell. Cho et al. 2014.

    [N, T, C] -> [N, units], or [N, T, units] with return_sequences; then the last states with return_state. mask [N, T]
    (bool): where it is False, the states stay and the output is that of the step before. initial_state: the states to
    begin with, in the place of zeros.

    Its child `cell` has the parameters.

    units: the width of the state.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    recurrent_activation: the function of the gates: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    return_sequences: whether the outputs of all steps come out, not the last one.
    return_state: whether the last states come out behind the output.
    go_backwards: from the last step to the first; outputs are in that order.
    stateful: whether a call begins with the states that the one before has ended with.
    unroll: taken as Keras takes it; nothing changes.
    reset_after: whether the reset gate multiplies the product with the state, not the state.
    use_cudnn: taken as Keras takes it; nothing changes.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GRU"
    _arguments = (
        "units",
        "activation",
        "recurrent_activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "seed",
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "unroll",
        "reset_after",
        "use_cudnn",
        "trainable",
        "input_shape",
    )
    _parts = ("activation", "recurrent_activation")
    _inputs = ("sequences", "mask", "*initial_state")

    def __init__(
        self,
        units: int,
        activation: str | Function | None = "tanh",
        recurrent_activation: str | Function | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            units=units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            reset_after=reset_after,
            use_cudnn=use_cudnn,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class SimpleRNN(StockLayer):
    """Steps of SimpleRNNCell: h' = activation(x K + h R + b).

    [N, T, C] -> [N, units], or [N, T, units] with return_sequences; then the last states with return_state. mask [N, T]
    (bool): where it is False, the states stay and the output is that of the step before. initial_state: the states to
    begin with, in the place of zeros.

    Its child `cell` has the parameters.

    units: the width of the state.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    return_sequences: whether the outputs of all steps come out, not the last one.
    return_state: whether the last states come out behind the output.
    go_backwards: from the last step to the first; outputs are in that order.
    stateful: whether a call begins with the states that the one before has ended with.
    unroll: taken as Keras takes it; nothing changes.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.SimpleRNN"
    _arguments = (
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "seed",
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "unroll",
        "trainable",
        "input_shape",
    )
    _parts = ("activation",)
    _inputs = ("sequences", "mask", "*initial_state")

    def __init__(
        self,
        units: int,
        activation: str | Function | None = "tanh",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            units=units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class RNN(StockLayer):
    """Steps of any cell.

    [N, T, C] -> [N, units], or [N, T, units] with return_sequences; then the last states with return_state. mask [N, T]
    (bool): where it is False, the states stay and the output is that of the step before. initial_state: the states to
    begin with, in the place of zeros.

    Its child `cell` has the parameters.

    cell: the cell, or StackedRNNCells.
    return_sequences: whether the outputs of all steps come out, not the last one.
    return_state: whether the last states come out behind the output.
    go_backwards: from the last step to the first; outputs are in that order.
    stateful: whether a call begins with the states that the one before has ended with.
    unroll: taken as Keras takes it; nothing changes.
    zero_output_for_mask: whether the output of a step that is not there is 0.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    *modules: in the place of the cell: 'cell'=....
    """

    _kind = "keras.RNN"
    _arguments = (
        "cell",
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "unroll",
        "zero_output_for_mask",
        "trainable",
        "input_shape",
    )
    _parts = ("cell",)
    _inputs = ("sequences", "mask", "*initial_state")

    def __init__(
        self,
        cell: Module | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            cell=cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            zero_output_for_mask=zero_output_for_mask,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class LSTMCell(StockLayer):
    """A step of long short-term memory, gates i, f, c, o: c' = f c + i g and h' = o activation(c'). Hochreiter and
    Schmidhuber 1997. [N, C], h and c [N, units] -> the output, which is h', h' and c'.

    kernel [C, 4 units], recurrent_kernel [units, 4 units], bias [4 units].

    units: the width of the state.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    recurrent_activation: the function of the gates: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    unit_forget_bias: whether the forget gate's bias starts as ones.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.LSTMCell"
    _arguments = (
        "units",
        "activation",
        "recurrent_activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "unit_forget_bias",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "seed",
        "trainable",
        "input_shape",
    )
    _parts = ("activation", "recurrent_activation")
    _inputs = ("inputs", "hidden", "carry")

    def __init__(
        self,
        units: int,
        activation: str | Function | None = "tanh",
        recurrent_activation: str | Function | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            units=units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class GRUCell(StockLayer):
    """A step of a gated recurrent unit, gates z, r, h: h' = z h + (1 - z) g. Cho et al. 2014. [N, C] and h [N, units]
    -> the output and the next state, which are one.

    kernel [C, 3 units], recurrent_kernel [units, 3 units], bias [2, 3 units] with reset_after, [3 units] without.

    units: the width of the state.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    recurrent_activation: the function of the gates: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    reset_after: whether the reset gate multiplies the product with the state, not the state.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.GRUCell"
    _arguments = (
        "units",
        "activation",
        "recurrent_activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "reset_after",
        "seed",
        "trainable",
        "input_shape",
    )
    _parts = ("activation", "recurrent_activation")
    _inputs = ("inputs", "states")

    def __init__(
        self,
        units: int,
        activation: str | Function | None = "tanh",
        recurrent_activation: str | Function | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            units=units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            reset_after=reset_after,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class SimpleRNNCell(StockLayer):
    """A step of activation(x K + h R + b): [N, C] and h [N, units] -> the output and the next state, which are one.

    kernel [C, units], recurrent_kernel [units, units], bias [units].

    units: the width of the state.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.SimpleRNNCell"
    _arguments = (
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "seed",
        "trainable",
        "input_shape",
    )
    _parts = ("activation",)
    _inputs = ("inputs", "states")

    def __init__(
        self,
        units: int,
        activation: str | Function | None = "tanh",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            units=units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class StackedRNNCells(StockLayer):
    """Cells on each other, as one: each takes the output of the one before. The states are those of the first, then
    those of the second, and so on.

    *cells: the cells, from the input's on.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.StackedRNNCells"
    _arguments = ("trainable", "input_shape")
    _list = "cells"
    _inputs = ("inputs", "*states")

    def __init__(
        self,
        cells: Sequence[Module],
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(cells=cells, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class ConvLSTMCell(StockLayer):
    """LSTMCell with convolutions for products. Shi et al. 2015. [N, spatial, C], h and c [N, positions, filters] -> the
    output, which is h', h' and c'.

    kernel [*kernel_size, C, 4 filters], recurrent_kernel [*kernel_size, filters, 4 filters], bias [4 filters].

    rank: spatial axes: 1 to 3.
    filters: channels of the state.
    kernel_size: elements of a window along each axis.
    strides: from one window of the input to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window of the input to the next.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    recurrent_activation: the function of the gates: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    unit_forget_bias: whether the forget gate's bias starts as ones.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ConvLSTMCell"
    _arguments = (
        "rank",
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "activation",
        "recurrent_activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "unit_forget_bias",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "seed",
        "trainable",
        "input_shape",
    )
    _parts = ("activation", "recurrent_activation")
    _inputs = ("inputs", "hidden", "carry")

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: str | Function | None = "tanh",
        recurrent_activation: str | Function | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            rank=rank,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class ConvLSTM1D(StockLayer):
    """LSTM with convolutions for products: [N, T, L, C] -> [N, positions, filters], or with T in it with
    return_sequences. Shi et al. 2015. mask and initial_state are as LSTM has them.

    Its child `cell` has the parameters.

    filters: channels of the state.
    kernel_size: elements of a window along each axis.
    strides: from one window of the input to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window of the input to the next.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    recurrent_activation: the function of the gates: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    unit_forget_bias: whether the forget gate's bias starts as ones.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    return_sequences: whether the outputs of all steps come out, not the last one.
    return_state: whether the last states come out behind the output.
    go_backwards: from the last step to the first; outputs are in that order.
    stateful: whether a call begins with the states that the one before has ended with.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ConvLSTM1D"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "activation",
        "recurrent_activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "unit_forget_bias",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "seed",
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "trainable",
        "input_shape",
    )
    _parts = ("activation", "recurrent_activation")
    _inputs = ("sequences", "mask", "*initial_state")

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int],
        strides: int | tuple[int] = 1,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int] = 1,
        activation: str | Function | None = "tanh",
        recurrent_activation: str | Function | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class ConvLSTM2D(StockLayer):
    """LSTM with convolutions for products: [N, T, H, W, C] -> [N, positions, filters], or with T in it with
    return_sequences. Shi et al. 2015. mask and initial_state are as LSTM has them.

    Its child `cell` has the parameters.

    filters: channels of the state.
    kernel_size: elements of a window along each axis.
    strides: from one window of the input to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window of the input to the next.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    recurrent_activation: the function of the gates: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    unit_forget_bias: whether the forget gate's bias starts as ones.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    return_sequences: whether the outputs of all steps come out, not the last one.
    return_state: whether the last states come out behind the output.
    go_backwards: from the last step to the first; outputs are in that order.
    stateful: whether a call begins with the states that the one before has ended with.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ConvLSTM2D"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "activation",
        "recurrent_activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "unit_forget_bias",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "seed",
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "trainable",
        "input_shape",
    )
    _parts = ("activation", "recurrent_activation")
    _inputs = ("sequences", "mask", "*initial_state")

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int, int] = 1,
        activation: str | Function | None = "tanh",
        recurrent_activation: str | Function | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class ConvLSTM3D(StockLayer):
    """LSTM with convolutions for products: [N, T, D, H, W, C] -> [N, positions, filters], or with T in it with
    return_sequences. Shi et al. 2015. mask and initial_state are as LSTM has them.

    Its child `cell` has the parameters.

    filters: channels of the state.
    kernel_size: elements of a window along each axis.
    strides: from one window of the input to the next.
    padding: 'valid': windows inside the input; 'same': extents / strides of them, with zeros around.
    data_format: whether channels are the last axis or that behind the batch; None: the last.
    dilation_rate: from one element of a window of the input to the next.
    activation: the function of the result: a name such as 'relu', or a layer; None: none.
    recurrent_activation: the function of the gates: a name such as 'relu', or a layer; None: none.
    use_bias: whether a bias is added.
    kernel_initializer: how kernel starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    recurrent_initializer: how recurrent starts: a name such as 'he_normal', or a call such as
        'RandomNormal(stddev=0.01)'.
    bias_initializer: how bias starts: a name such as 'he_normal', or a call such as 'RandomNormal(stddev=0.01)'.
    unit_forget_bias: whether the forget gate's bias starts as ones.
    kernel_regularizer: what training adds to the loss for kernel, such as 'L2(0.01)'.
    recurrent_regularizer: what training adds to the loss for recurrent, such as 'L2(0.01)'.
    bias_regularizer: what training adds to the loss for bias, such as 'L2(0.01)'.
    activity_regularizer: what training adds to the loss for activity, such as 'L2(0.01)'.
    kernel_constraint: what training holds kernel to after each step, such as 'NonNeg()'.
    recurrent_constraint: what training holds recurrent to after each step, such as 'NonNeg()'.
    bias_constraint: what training holds bias to after each step, such as 'NonNeg()'.
    dropout: the share of the input's elements that become 0 in training.
    recurrent_dropout: the share of the state's.
    seed: kept for files; the draws come from the default generator (manual_seed).
    return_sequences: whether the outputs of all steps come out, not the last one.
    return_state: whether the last states come out behind the output.
    go_backwards: from the last step to the first; outputs are in that order.
    stateful: whether a call begins with the states that the one before has ended with.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.ConvLSTM3D"
    _arguments = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "activation",
        "recurrent_activation",
        "use_bias",
        "kernel_initializer",
        "recurrent_initializer",
        "bias_initializer",
        "unit_forget_bias",
        "kernel_regularizer",
        "recurrent_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "recurrent_constraint",
        "bias_constraint",
        "dropout",
        "recurrent_dropout",
        "seed",
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "trainable",
        "input_shape",
    )
    _parts = ("activation", "recurrent_activation")
    _inputs = ("sequences", "mask", "*initial_state")

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int, int],
        strides: int | tuple[int, int, int] = 1,
        padding: Literal["valid", "same"] = "valid",
        data_format: Literal["channels_last", "channels_first"] | None = None,
        dilation_rate: int | tuple[int, int, int] = 1,
        activation: str | Function | None = "tanh",
        recurrent_activation: str | Function | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform",
        recurrent_initializer: str = "orthogonal",
        bias_initializer: str = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: str | None = None,
        recurrent_regularizer: str | None = None,
        bias_regularizer: str | None = None,
        activity_regularizer: str | None = None,
        kernel_constraint: str | None = None,
        recurrent_constraint: str | None = None,
        bias_constraint: str | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )
