"""Forward methods of recurrent layers: states as PyTorch nests them, and packed sequences.

The engine takes a state, or two, and the lengths of the rows beside the input, and gives as many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import ArgumentError
from .._picking import index_select
from .._tensor import Tensor, as_tensor
from .layer import Layer
from .utils.rnn import PackedSequence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._typing import TensorLike


class RecurrentLayer(Layer):
    """A layer over a sequence with one state."""

    _has_cells = False

    @property
    def mode(self) -> str:
        """The kind of cell: "LSTM", "GRU", "RNN_TANH" or "RNN_RELU"."""
        return self._kind if self._kind != "RNN" else f"RNN_{self.nonlinearity.upper()}"

    @property
    def all_weights(self) -> list[list[Any]]:
        """The weights of each layer and direction."""
        ends = ("", "_reverse") if self.bidirectional else ("",)
        kinds = ["weight_ih", "weight_hh", *(["bias_ih", "bias_hh"] if self.bias else [])]
        if getattr(self, "proj_size", 0):
            kinds.append("weight_hr")
        return [
            [getattr(self, f"{kind}_l{layer}{end}") for kind in kinds]
            for layer in range(self.num_layers)
            for end in ends
        ]

    def flatten_parameters(self) -> None:
        """Nothing: how weights lie in memory is the engine's affair."""

    def forward(self, input: TensorLike | PackedSequence, hx: Any = None) -> Any:
        """(output, state). The state, and hx, is (h, c) of an LSTM."""
        states = self._states(hx)
        if not isinstance(input, PackedSequence):
            output, *last = self._several(as_tensor(input), *states)
            return output, self._nested(last)
        padding = input._padded()
        if self.batch_first:
            padding = padding.transpose(0, 1)
        if input.sorted_indices is not None:
            states = [None if state is None else index_select(state, 1, input.sorted_indices) for state in states]
        states += [None] * ((2 if self._has_cells else 1) - len(states))
        output, *last = self._several(padding, *states, input._lengths())
        if input.unsorted_indices is not None:
            last = [index_select(state, 1, input.unsorted_indices) for state in last]
        return input._with_padded(output, self.batch_first), self._nested(last)

    def _states(self, hx: Any) -> list[Tensor | None]:
        return [] if hx is None else [as_tensor(hx)]

    def _nested(self, last: Sequence[Tensor]) -> Any:
        return last[0]


class LayerWithCells(RecurrentLayer):
    """A layer over a sequence with a hidden and a cell state."""

    _has_cells = True

    def _states(self, hx: Any) -> list[Tensor | None]:
        return _pair(hx, type(self).__name__)

    def _nested(self, last: Sequence[Tensor]) -> Any:
        return tuple(last)


class RecurrentCell(Layer):
    """One step of a cell with one state."""

    def forward(self, input: TensorLike, hx: Any = None) -> Any:
        """The next state; of an LSTMCell, for which hx is (h, c), the next (h, c)."""
        return self._several(as_tensor(input), *([] if hx is None else [as_tensor(hx)]))


class CellWithCells(RecurrentCell):
    """One step of a cell with a hidden and a cell state."""

    def forward(self, input: TensorLike, hx: Any = None) -> Any:
        return self._several(as_tensor(input), *_pair(hx, type(self).__name__))


def _pair(hx: Any, name: str) -> list[Tensor | None]:
    if hx is None:
        return []
    if not isinstance(hx, (tuple, list)) or len(hx) != 2:
        raise ArgumentError(f"{name}: expected (h, c) as hx, found {hx!r:.80}")
    return [as_tensor(hx[0]), as_tensor(hx[1])]
