"""What records on this thread: tapes, accumulators, and the capture of a tf.function.

TensorFlow records operations for derivatives where a tape is open, and nowhere else. The engine records wherever
something requires gradients. So a function of this face runs under no_grad, unless someone records:

    a tape or accumulator       it stands in `state.watchers`
    recording()                 what takes derivatives in another way, such as a model's own training step
    the library's transforms, and the captures of wingbeat.compile, which the engine knows of
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .. import _abi
from .._modes import Block, recording_flags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._tensor import Tensor as _Base

CONSTANT = Block(_abi.WB_BLOCK_GRAD_OFF)
RECORDED = Block(_abi.WB_BLOCK_GRAD_ON)


class _State(threading.local):
    def __init__(self) -> None:
        # Open tapes and accumulators that are not stopped, the innermost last.
        self.watchers: list[Any] = []
        # How many blocks of recording() are open.
        self.depth = 0
        # The tf.function that is being captured, and how many of recording() were open when it was begun.
        self.capture: Any = None


state = _State()


def is_recorded() -> bool:
    """Whether what is computed now may be differentiated later."""
    if state.watchers or state.depth:
        return True
    flags = recording_flags()
    if flags & _abi.WB_GRAD_TRANSFORM:
        return True
    return state.capture is None and flags & _abi.WB_GRAD_CAPTURE != 0


@contextmanager
def recording() -> Iterator[None]:
    """A block in which everything is recorded for derivatives, without a tape: for training steps that take gradients
    by backward() or wingbeat's transforms."""
    state.depth += 1
    try:
        with RECORDED:
            yield
    finally:
        state.depth -= 1


class Watcher:
    """What tapes and accumulators share: they know what has been watched, and which node of the engine's graph stands
    for it."""

    def __init__(self, accesses: bool) -> None:
        # Whether variables are watched when they are read.
        self._accesses = accesses
        # id -> (what is watched, the nodes that were read for it).
        self._watched: dict[int, tuple[Any, list[_Base]]] = {}
        # id -> (variable, version, the node that stands for its value).
        self._current: dict[int, tuple[Any, int, _Base]] = {}
        # Tensors whose handles were exchanged, with the boxes that hold the old ones.
        self._exchanged: list[tuple[_Base, _Base]] = []

    def _begin(self) -> None:
        state.watchers.append(self)

    def _end(self) -> None:
        if self in state.watchers:
            state.watchers.remove(self)
        for tensor, holder in reversed(self._exchanged):
            tensor._handle, holder._handle = holder._handle, tensor._handle
        self._exchanged.clear()

    def _note(self, source: Any, node: _Base) -> None:
        nodes = self._watched.setdefault(id(source), (source, []))[1]
        if not any(node is known for known in nodes):
            nodes.append(node)

    def _watch_tensor(self, tensor: _Base) -> None:
        """From now on what is computed from the tensor depends on a fresh variable of the engine's."""
        from .._transforms import variable

        for other in reversed(state.watchers):
            # It stands for a variable already: what two tapes watch is one.
            if any(exchanged is tensor for exchanged, _ in other._exchanged):
                self._note(tensor, other._watched[id(tensor)][1][-1])
                return
        with RECORDED:
            node = variable(tensor)
            holder = node.clone()
        tensor._handle, holder._handle = holder._handle, tensor._handle
        self._exchanged.append((tensor, holder))
        self._note(tensor, node)

    def _wants(self, variable: Any) -> bool:
        return self._accesses and variable.trainable or id(variable._cell) in self._watched


def read(variable: Any) -> _Base:
    """The value of a tf.Variable as the engine's tensor, watched by the tapes that are open."""
    cell = variable._cell
    box: _Base = cell.box
    wanting = [watcher for watcher in state.watchers if watcher._wants(variable)] if state.watchers else []
    if not wanting or not box.dtype.is_floating_point:
        return box
    if box.requires_grad:  # a parameter of a module, which the engine reads as well
        for watcher in wanting:
            watcher._note(cell, box)
        return box
    node = None
    for watcher in state.watchers:
        known = watcher._current.get(id(cell))
        if known is not None and known[1] == cell.version:
            node = known[2]
    if node is None:
        # A leaf of its own, which what computes again knows from its own nodes.
        node = box.detach().clone().requires_grad_()
    for watcher in wanting:
        watcher._current[id(cell)] = cell, cell.version, node
        watcher._note(cell, node)
    return node
