"""Keras 2's names for optimisers, with its `lr` and `decay`: they are those of Keras 3."""

from __future__ import annotations

from typing import Any

from . import _kinds
from .schedules import InverseTimeDecay


def _legacy(kind: Any) -> Any:
    class Made(kind):  # type: ignore[misc]
        def __init__(self, learning_rate: Any = None, *args: Any, **kwargs: Any) -> None:
            rate = kwargs.pop("lr", learning_rate)
            decay = kwargs.pop("decay", 0.0)
            if decay:
                rate = InverseTimeDecay(_DEFAULTS[kind.__name__] if rate is None else rate, 1, decay)
            super().__init__(*([] if rate is None else [rate]), *args, **kwargs)

    Made.__name__ = Made.__qualname__ = kind.__name__
    Made.__doc__ = kind.__doc__
    Made.__module__ = __name__
    return Made


_DEFAULTS = {"SGD": 0.01}
_DEFAULTS.update(dict.fromkeys(("Adagrad", "Adadelta", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop"), 0.001))

SGD = _legacy(_kinds.SGD)
Adadelta = _legacy(_kinds.Adadelta)
Adagrad = _legacy(_kinds.Adagrad)
Adam = _legacy(_kinds.Adam)
Adamax = _legacy(_kinds.Adamax)
Ftrl = _legacy(_kinds.Ftrl)
Nadam = _legacy(_kinds.Nadam)
RMSprop = _legacy(_kinds.RMSprop)

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop"]
