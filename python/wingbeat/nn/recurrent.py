"""Layers of the family recurrent. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ._recurrent import CellWithCells, LayerWithCells, RecurrentCell, RecurrentLayer

if TYPE_CHECKING:
    from .._device import DeviceLike
    from .._typing import DTypeLike


class RNN(RecurrentLayer):
    """Layers of h' = tanh(W_ih x + b_ih + W_hh h + b_hh) over a sequence, or with relu (Elman 1990).

    input [steps, n, input_size], or [n, steps, input_size] with batch_first, or [steps, input_size] -> output [steps,
    n, directions hidden_size], the last layer's states at all steps, and the last states of each layer and direction,
    [num_layers directions, n, hidden_size]. First states that are not given are zeros. lengths [n], whole numbers: how
    many steps of each row count; the output behind them is zeros.

    weight_ih_l0 [hidden_size, input], weight_hh_l0 [hidden_size, hidden_size], bias_ih_l0 and bias_hh_l0, of the
    backward direction with _reverse at the end, start in U(-k, k), k = 1 / sqrt(hidden_size).

    input_size: extent of the last axis of the input.
    hidden_size: extent of the last axis of the hidden state.
    num_layers: how many layers lie on each other.
    nonlinearity: 'tanh' or 'relu'.
    bias: whether biases are added.
    batch_first: whether input and output are [n, steps, ...].
    dropout: the probability of dropout between layers, in training.
    bidirectional: whether each layer goes backward too.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "RNN"
    _arguments = (
        "input_size", "hidden_size", "num_layers", "nonlinearity", "bias", "batch_first", "dropout", "bidirectional"
    )

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: Literal['tanh', 'relu'] = 'tanh',
        bias: bool = True, batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
        device: DeviceLike = None, dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            input_size=input_size, hidden_size=hidden_size, num_layers=num_layers, nonlinearity=nonlinearity, bias=bias,
            batch_first=batch_first, dropout=dropout, bidirectional=bidirectional, device=device, dtype=dtype
        )


class LSTM(LayerWithCells):
    """Layers of long short-term memory over a sequence, gates i, f, g, o: c' = f c + i g and h' = o tanh(c')
    (Hochreiter and Schmidhuber 1997); with proj_size h' = W_hr o tanh(c') (Sak et al. 2014), where weight_hr_l0 is
    [proj_size, hidden_size].

    input [steps, n, input_size], or [n, steps, input_size] with batch_first, or [steps, input_size] -> output [steps,
    n, directions hidden_size], the last layer's states at all steps, and the last states of each layer and direction,
    [num_layers directions, n, hidden_size]. First states that are not given are zeros. lengths [n], whole numbers: how
    many steps of each row count; the output behind them is zeros.

    weight_ih_l0 [4 hidden_size, input], weight_hh_l0 [4 hidden_size, hidden_size], bias_ih_l0 and bias_hh_l0, of the
    backward direction with _reverse at the end, start in U(-k, k), k = 1 / sqrt(hidden_size).

    input_size: extent of the last axis of the input.
    hidden_size: extent of the last axis of the hidden state.
    num_layers: how many layers lie on each other.
    bias: whether biases are added.
    batch_first: whether input and output are [n, steps, ...].
    dropout: the probability of dropout between layers, in training.
    bidirectional: whether each layer goes backward too.
    proj_size: where above 0, the hidden state is a projection of that many numbers.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "LSTM"
    _arguments = (
        "input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional", "proj_size"
    )

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0, device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            input_size=input_size, hidden_size=hidden_size, num_layers=num_layers, bias=bias, batch_first=batch_first,
            dropout=dropout, bidirectional=bidirectional, proj_size=proj_size, device=device, dtype=dtype
        )


class GRU(RecurrentLayer):
    """Layers of gated recurrent units over a sequence, gates r, z, n: h' = n + z (h - n) (Cho et al. 2014).

    input [steps, n, input_size], or [n, steps, input_size] with batch_first, or [steps, input_size] -> output [steps,
    n, directions hidden_size], the last layer's states at all steps, and the last states of each layer and direction,
    [num_layers directions, n, hidden_size]. First states that are not given are zeros. lengths [n], whole numbers: how
    many steps of each row count; the output behind them is zeros.

    weight_ih_l0 [3 hidden_size, input], weight_hh_l0 [3 hidden_size, hidden_size], bias_ih_l0 and bias_hh_l0, of the
    backward direction with _reverse at the end, start in U(-k, k), k = 1 / sqrt(hidden_size).

    input_size: extent of the last axis of the input.
    hidden_size: extent of the last axis of the hidden state.
    num_layers: how many layers lie on each other.
    bias: whether biases are added.
    batch_first: whether input and output are [n, steps, ...].
    dropout: the probability of dropout between layers, in training.
    bidirectional: whether each layer goes backward too.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "GRU"
    _arguments = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, device: DeviceLike = None, dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            input_size=input_size, hidden_size=hidden_size, num_layers=num_layers, bias=bias, batch_first=batch_first,
            dropout=dropout, bidirectional=bidirectional, device=device, dtype=dtype
        )


class RNNCell(RecurrentCell):
    """One step h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or with relu.

    input [n, input_size] or [input_size], states [n, hidden_size] or [hidden_size], by default zeros. weight_ih
    [hidden_size, input_size], weight_hh [hidden_size, hidden_size], bias_ih and bias_hh start in U(-k, k), k = 1 /
    sqrt(hidden_size).

    input_size: extent of the last axis of the input.
    hidden_size: extent of the last axis of the state.
    bias: whether biases are added.
    nonlinearity: 'tanh' or 'relu'.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "RNNCell"
    _arguments = ("input_size", "hidden_size", "bias", "nonlinearity")

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: Literal['tanh', 'relu'] = 'tanh',
        device: DeviceLike = None, dtype: DTypeLike | None = None
    ) -> None:
        self._make(
            input_size=input_size, hidden_size=hidden_size, bias=bias, nonlinearity=nonlinearity, device=device,
            dtype=dtype
        )


class LSTMCell(CellWithCells):
    """One step of long short-term memory, gates i, f, g, o: c' = f c + i g and h' = o tanh(c') (Hochreiter and
    Schmidhuber 1997).

    input [n, input_size] or [input_size], states [n, hidden_size] or [hidden_size], by default zeros. weight_ih [4
    hidden_size, input_size], weight_hh [4 hidden_size, hidden_size], bias_ih and bias_hh start in U(-k, k), k = 1 /
    sqrt(hidden_size).

    input_size: extent of the last axis of the input.
    hidden_size: extent of the last axis of the state.
    bias: whether biases are added.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "LSTMCell"
    _arguments = ("input_size", "hidden_size", "bias")

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(input_size=input_size, hidden_size=hidden_size, bias=bias, device=device, dtype=dtype)


class GRUCell(RecurrentCell):
    """One step of a gated recurrent unit, gates r, z, n: h' = n + z (h - n) (Cho et al. 2014).

    input [n, input_size] or [input_size], states [n, hidden_size] or [hidden_size], by default zeros. weight_ih [3
    hidden_size, input_size], weight_hh [3 hidden_size, hidden_size], bias_ih and bias_hh start in U(-k, k), k = 1 /
    sqrt(hidden_size).

    input_size: extent of the last axis of the input.
    hidden_size: extent of the last axis of the state.
    bias: whether biases are added.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "GRUCell"
    _arguments = ("input_size", "hidden_size", "bias")

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: DeviceLike = None,
        dtype: DTypeLike | None = None
    ) -> None:
        self._make(input_size=input_size, hidden_size=hidden_size, bias=bias, device=device, dtype=dtype)
