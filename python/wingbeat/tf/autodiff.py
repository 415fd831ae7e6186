"""Derivatives under tf.autodiff's names."""

from __future__ import annotations

from .._naming import listing
from ._absent import refusing
from ._tape import ForwardAccumulator, GradientTape

__all__ = ["ForwardAccumulator", "GradientTape"]
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
