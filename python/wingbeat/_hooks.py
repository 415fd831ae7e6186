"""Hooks on tensors, as PyTorch's: functions that see, and may replace, a gradient while it is on its way.

Importing this gives Tensor its method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._callbacks import register_hook
from ._library import check, lib
from ._tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self


class RemovableHandle:
    """Names a registered hook. remove() ends it; as a context manager it ends with the block."""

    __slots__ = ("_hook",)

    def __init__(self, hook: Callable[[Tensor], Tensor | None]) -> None:
        self._hook: Callable[[Tensor], Tensor | None] | None = hook

    def remove(self) -> None:
        """The hook is not called any more."""
        if self._hook is not None:
            self._hook = None
            check(lib.wb_module_changed(None))  # programs in which it ran

    def __call__(self, gradient: Tensor) -> Tensor | None:
        return None if self._hook is None else self._hook(gradient)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


def _register_hook(self: Tensor, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """Calls hook(gradient) whenever a gradient of this tensor has been computed; what it returns, unless None, takes
    the gradient's place.

    For a leaf it is called with what backward() adds to .grad. Hooks run in the order of registration, while
    derivatives are recorded: in a compiled function once, when it is captured; one that is registered or removed later
    has it captured again. The result has remove().
    """
    if not callable(hook):
        raise TypeError(f"register_hook: expected a function, found {hook!r:.80}")
    handle = RemovableHandle(hook)
    try:
        register_hook(self, handle)
        return handle
    except BaseException:  # of a signal's handler: the call that fails has registered nothing
        handle._hook = None
        raise


_register_hook.__name__ = "register_hook"
setattr(Tensor, "register_hook", _register_hook)  # noqa: B010 (the stub declares it)
