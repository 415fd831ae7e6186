"""What compiled functions and exports need to know of modules, without importing them."""

from __future__ import annotations

import importlib
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._tensor import Tensor

revision = 0


class Base:
    """The base class of nn.Module, by which a module is known."""

    def _write_notes(self) -> None:
        """Has the engine's modules know what a checkpoint is to say of their classes."""
        raise NotImplementedError


# The classes of the engine's layers, by its names for them.
_classes: dict[str, type[Any]] = {}


def register(name: str, kind: type[Any]) -> None:
    """Notes the class that stands for the engine's layer of that name."""
    _classes[name] = kind


def registered(name: str) -> type[Any] | None:
    """The class for the engine's layer of that name; None if there is none."""
    if name.startswith("keras.") and name not in _classes:
        # Most programs hold none of Keras' layers.
        importlib.import_module("wingbeat.keras.layers")
    return _classes.get(name)


def changed() -> None:
    """Notes that a module has another child, parameter or mode: what was derived from any module's state is to be
    looked up anew."""
    global revision
    revision += 1


class _Capture(threading.local):
    """What is told of each module that runs in this thread's capture of a compiled function; None outside of one."""

    note: Callable[[Any], None] | None = None


capture = _Capture()
# How many threads are in one: as good as always none.
captures = 0
_counting = threading.Lock()


@contextmanager
def noting(note: Callable[[Any], None]) -> Iterator[None]:
    """A block in which `note` is told of each module that runs on this thread."""
    global captures
    with _counting:
        captures += 1
    capture.note = note
    try:
        yield
    finally:
        capture.note = None
        with _counting:
            captures -= 1


def surely(put_back: Callable[[], None]) -> None:
    """put_back(), which may be run again: a second time where the exception of a signal's handler has cut it short."""
    try:
        put_back()
    except BaseException:
        put_back()
        raise


class _Deferred(threading.local):
    """Buffers that were assigned anew while a forward pass is captured or recorded on this thread: (module, name) ->
    (module, name, the buffer)."""

    buffers: dict[tuple[int, str], tuple[Any, str, Tensor]] | None = None


_deferred = _Deferred()


def is_deferring() -> bool:
    """Whether a forward pass is captured or recorded on this thread."""
    return _deferred.buffers is not None


def defer_buffer(module: Any, name: str, buffer: Tensor) -> bool:
    """Whether an assignment of a new tensor to a buffer waits for the end of the forward pass: then `buffer` is the one
    that takes its value."""
    if _deferred.buffers is None:
        return False
    _deferred.buffers.setdefault((id(module), name), (module, name, buffer))
    return True


def deferring_buffers(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """function(*args, **kwargs), of which a program or a graph is made. What it assigns to a buffer's name is the
    buffer's value at the end, and until then a tensor of its own: so the buffer stays the one that the program knows,
    and whoever has read it before keeps what he read."""
    before = _deferred.buffers
    assigned: dict[tuple[int, str], tuple[Any, str, Tensor]] = {}
    values: list[tuple[Tensor, Tensor]] = []
    try:
        _deferred.buffers = assigned
        result = function(*args, **kwargs)
        values = [(buffer, module._buffers[name]) for module, name, buffer in assigned.values()]
    finally:
        _deferred.buffers = before
        surely(lambda: _put_back(assigned))
    for buffer, value in values:
        buffer._assign(value.detach())
    return result


def _put_back(assigned: dict[tuple[int, str], tuple[Any, str, Tensor]]) -> None:
    for module, name, buffer in assigned.values():
        module._buffers[name] = buffer
        object.__setattr__(module, name, buffer)
