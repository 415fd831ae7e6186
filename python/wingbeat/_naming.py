"""Names: of functions that a factory makes, of the operation that a sentence of an error is about, of what a public
module has for users.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from ._typing import F


def named(function: F, name: str, doc: str) -> F:
    """A factory's function under its own name, also in tracebacks and in `operation`."""
    made: Any = function
    made.__name__ = made.__qualname__ = name
    made.__doc__ = doc
    made.__code__ = made.__code__.replace(co_name=name)
    return function


def operation(default: str, methods: bool = True) -> str:
    """The operation whose arguments a helper of this package looks at: the innermost public function (or method) that
    is being called. Asked for only where something is wrong."""
    package = sys.modules[__package__]
    public, tensor = {*package.__all__, "_repeat"}.difference(package._LATER), package.Tensor if methods else None
    public.discard("as_tensor")  # a helper has that name too, and what is public is asarray
    public.update(getattr(sys.modules.get(f"{__package__}.nn.functional"), "__all__", ()))
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(__package__):
        name = frame.f_code.co_name
        if frame.f_globals["__name__"].endswith("._tree"):
            pass  # its flatten is not the operation of that name
        elif (
            name in public
            or name in frame.f_globals.get("__all__", ())
            or not name.startswith("_")
            and hasattr(tensor, name)
        ):
            return name.lstrip("_")
        frame = frame.f_back
    return default


def listing(module: str) -> Callable[[], list[str]]:
    """The __dir__ of a public module: what it has for users, and the names that every module has."""

    def __dir__() -> list[str]:
        names = vars(sys.modules[module])
        return sorted({*names["__all__"], *(name for name in names if name.startswith("__") and name.endswith("__"))})

    return __dir__


def refusing(module: str) -> Callable[[str], Any]:
    """The __getattr__ of a public module: it says what can be done where PyTorch has a name that is not here."""

    def __getattr__(name: str) -> Any:
        from ._absent import sentence

        raise AttributeError(sentence(module, name))

    return __getattr__
