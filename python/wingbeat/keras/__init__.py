"""Keras' face of the engine: layers, losses, optimisers and metrics with Keras' names, arguments and rules."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import initializers, layers, losses, metrics, optimizers

_MODULES = ("initializers", "layers", "losses", "metrics", "optimizers")

__all__ = ["initializers", "layers", "losses", "metrics", "optimizers"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
