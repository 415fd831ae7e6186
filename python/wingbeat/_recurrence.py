"""Recurrent cells and layers of them, under PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from ._calls import optional, result, results
from ._errors import ArgumentError
from ._naming import named
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._typing import Cell, Real, Sequenced, TensorLike

__all__ = ["gru", "gru_cell", "lstm", "lstm_cell", "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell"]

_WEIGHTS = (
    "Shapes: input [n, input] or [input]; hx [n, hidden] or [hidden]; w_ih [gates x hidden, input]; w_hh [gates x "
    "hidden, hidden]; b_ih and b_hh [gates x hidden]."
)


def _cell(name: str, formula: str) -> Cell:
    def function(
        input: TensorLike,
        hx: TensorLike,
        w_ih: TensorLike,
        w_hh: TensorLike,
        b_ih: TensorLike | None = None,
        b_hh: TensorLike | None = None,
    ) -> Tensor:
        return result(
            name,
            input=as_tensor(input),
            hx=as_tensor(hx),
            w_ih=as_tensor(w_ih),
            w_hh=as_tensor(w_hh),
            b_ih=optional(b_ih),
            b_hh=optional(b_hh),
        )

    return named(function, name, f"{formula}: the next hidden state.\n\n    {_WEIGHTS}\n    ")


rnn_tanh_cell = _cell("rnn_tanh_cell", "tanh(w_ih x + b_ih + w_hh h + b_hh)")
rnn_relu_cell = _cell("rnn_relu_cell", "max(w_ih x + b_ih + w_hh h + b_hh, 0)")
gru_cell = _cell("gru_cell", "Gated recurrent unit, gates r, z, n: n + z (h - n)")


def _pair(hx: Sequence[TensorLike], name: str) -> tuple[Tensor, Tensor]:
    """The hidden and the cell state of an LSTM."""
    if not isinstance(hx, (tuple, list)) or len(hx) != 2:
        raise ArgumentError(f"{name}: expected (h, c) as hx, found {hx!r:.80}")
    return as_tensor(hx[0]), as_tensor(hx[1])


def lstm_cell(
    input: TensorLike,
    hx: Sequence[TensorLike],
    w_ih: TensorLike,
    w_hh: TensorLike,
    b_ih: TensorLike | None = None,
    b_hh: TensorLike | None = None,
) -> tuple[Tensor, Tensor]:
    """Long short-term memory, gates i, f, g, o: (h', c') with c' = f c + i g and h' = o tanh(c').

    The states hx are (h, c), each [n, hidden] or [hidden]. The rest is as gru_cell has it.
    """
    hidden, cells = _pair(hx, "lstm_cell")
    h, c = results(
        "lstm_cell",
        input=as_tensor(input),
        hx=hidden,
        cx=cells,
        w_ih=as_tensor(w_ih),
        w_hh=as_tensor(w_hh),
        b_ih=optional(b_ih),
        b_hh=optional(b_hh),
    )
    return h, c


_LAYERS = """

    The input is [steps, n, input], or [n, steps, input] with batch_first. hx: the first states, [layers x directions,
    n, hidden]. params: w_ih, w_hh and, with has_biases, b_ih, b_hh of each layer and direction, forward first.
    dropout: its probability between layers, where train is True. bidirectional: each layer goes backward too, and its
    states stand beside each other.
    """


def _layers(
    name: str,
    states: dict[str, Tensor],
    input: TensorLike,
    params: Sequence[TensorLike],
    has_biases: bool,
    num_layers: SupportsIndex,
    dropout: Real,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> list[Tensor]:
    if not isinstance(params, (tuple, list)) or not params:
        raise ArgumentError(f"{name}: expected a list of weights as params, found {params!r:.80}")
    return results(
        name,
        input=as_tensor(input),
        **states,
        params=[as_tensor(weight) for weight in params],
        has_biases=has_biases,
        num_layers=num_layers,
        dropout=dropout,
        train=train,
        bidirectional=bidirectional,
        batch_first=batch_first,
    )


def _sequence(name: str, cell: str) -> Sequenced:
    def function(
        input: TensorLike,
        hx: TensorLike,
        params: Sequence[TensorLike],
        has_biases: bool,
        num_layers: SupportsIndex,
        dropout: Real,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> tuple[Tensor, Tensor]:
        output, last = _layers(
            name,
            {"hx": as_tensor(hx)},
            input,
            params,
            has_biases,
            num_layers,
            dropout,
            train,
            bidirectional,
            batch_first,
        )
        return output, last

    return named(
        function,
        name,
        f"Layers of {cell}: (the last layer's states at all steps, the last states of each layer and direction)."
        + _LAYERS,
    )


rnn_tanh = _sequence("rnn_tanh", "rnn_tanh_cell")
rnn_relu = _sequence("rnn_relu", "rnn_relu_cell")
gru = _sequence("gru", "gru_cell")


def lstm(
    input: TensorLike,
    hx: Sequence[TensorLike],
    params: Sequence[TensorLike],
    has_biases: bool,
    num_layers: SupportsIndex,
    dropout: Real,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Layers of lstm_cell: (the last layer's states at all steps, the last hidden states, the last cell states).

    The first states hx are (h, c). Where h is narrower than c, each direction has one more weight after its biases, the
    projection w_hr, [hidden, cells]. The rest is as gru has it.
    """
    hidden, cells = _pair(hx, "lstm")
    output, h, c = _layers(
        "lstm",
        {"hx": hidden, "cx": cells},
        input,
        params,
        has_biases,
        num_layers,
        dropout,
        train,
        bidirectional,
        batch_first,
    )
    return output, h, c
