"""What compiled functions and exports need to know of modules, without importing them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Iterator

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from ._tensor import Tensor

revision = 0


class Base:
    """The base class of nn.Module, by which a module is known."""


# The classes of the engine's layers, by its names for them.
_classes: dict[str, type[Any]] = {}


def register(name: str, kind: type[Any]) -> None:
    """Notes the class that stands for the engine's layer of that name."""
    _classes[name] = kind


def registered(name: str) -> type[Any] | None:
    """The class for the engine's layer of that name; None if there is none."""
    return _classes.get(name)


def changed() -> None:
    """Notes that a module has another child, parameter or mode: what was derived from any module's state is to be looked up anew."""
    global revision
    revision += 1


class _Deferred(threading.local):
    """Buffers that were assigned anew while a forward pass is captured or recorded on this thread: (module, name) -> (module, name, the buffer)."""

    buffers: dict[tuple[int, str], tuple[Any, str, Tensor]] | None = None


_deferred = _Deferred()


def defer_buffer(module: Any, name: str, buffer: Tensor) -> bool:
    """Whether an assignment of a new tensor to a buffer waits for the end of the forward pass: then `buffer` is the one that takes its value."""
    if _deferred.buffers is None:
        return False
    _deferred.buffers.setdefault((id(module), name), (module, name, buffer))
    return True


def deferring_buffers(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """function(*args, **kwargs), of which a program or a graph is made. What it assigns to a buffer's name is the buffer's value at the end, and until then a
    tensor of its own: so the buffer stays the one that the program knows, and whoever has read it before keeps what he read."""
    before = _deferred.buffers
    assigned: dict[tuple[int, str], tuple[Any, str, Tensor]] = {}
    values: list[tuple[Tensor, Tensor]] = []
    try:
        _deferred.buffers = assigned
        result = function(*args, **kwargs)
        values = [(buffer, module._buffers[name]) for module, name, buffer in assigned.values()]
    finally:
        _deferred.buffers = before
        try:
            _put_back(assigned)
        except BaseException:  # of a signal's handler
            _put_back(assigned)
            raise
    for buffer, value in values:
        buffer._assign(value.detach())
    return result


def _put_back(assigned: dict[tuple[int, str], tuple[Any, str, Tensor]]) -> None:
    for module, name, buffer in assigned.values():
        module._buffers[name] = buffer
        object.__setattr__(module, name, buffer)


def used_by(function: Any) -> list[Any]:
    """The modules that a function sees: in its closure, by a global name, as the object it is a method of, or as that object's attribute."""
    seen = []
    owner = getattr(function, "__self__", None)
    if owner is not None:
        seen += [owner, *getattr(owner, "__dict__", {}).values()]
        function = function.__func__
    for cell in getattr(function, "__closure__", None) or ():
        try:
            seen.append(cell.cell_contents)
        except ValueError:
            pass  # a variable that is not bound yet
    code = getattr(function, "__code__", None)
    if code is not None:
        seen += [function.__globals__.get(name) for name in _names(code)]
    modules = []
    for value in seen:
        if isinstance(value, Base) and value not in modules:
            modules.append(value)
    return modules


def _names(code: CodeType) -> Iterator[str]:
    """Names that code may look up among the globals, also in functions defined inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from _names(constant)
