"""PyTorch's compiler of scripts, for programs that use it: everything here runs through plans anyway, so functions and
modules stay what they are. wingbeat.export makes a graph of a module, wingbeat.compile one program of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import UnsupportedError
from ._naming import listing
from .nn.module import Module as ScriptModule

if TYPE_CHECKING:
    from ._typing import F

__all__ = [
    "ScriptModule",
    "export",
    "freeze",
    "ignore",
    "is_scripting",
    "is_tracing",
    "load",
    "optimize_for_inference",
    "save",
    "script",
    "trace",
    "unused",
]
__dir__ = listing(__name__)


def script(obj: F, *_: Any, **__: Any) -> F:
    """The function, class or module itself."""
    return obj


def trace(func: F, example_inputs: Any = None, *_: Any, **__: Any) -> F:
    """The function or module itself; wingbeat.export(model, *examples) makes a graph of it."""
    return func


def export(fn: F) -> F:
    """The function itself."""
    return fn


def ignore(drop: Any = False, **_: Any) -> Any:
    """The function itself, also as a decorator with arguments."""
    return drop if callable(drop) else export


unused = ignore


def freeze(mod: F, *_: Any, **__: Any) -> F:
    """The module itself."""
    return mod


optimize_for_inference = freeze


def is_scripting() -> bool:
    """False."""
    return False


def is_tracing() -> bool:
    """False."""
    return False


def save(m: Any, f: Any, *_: Any, **__: Any) -> None:
    """Raises UnsupportedError: wingbeat.save(wingbeat.export(model, *examples), path) writes what C loads too."""
    raise UnsupportedError(
        "jit.save: there is no TorchScript here; use wingbeat.save(wingbeat.export(model, *examples), path)"
    )


def load(f: Any, *_: Any, **__: Any) -> Any:
    """Raises UnsupportedError: wingbeat.load reads what wingbeat.save wrote."""
    raise UnsupportedError("jit.load: there is no TorchScript here; wingbeat.load reads what wingbeat.save wrote")
