"""Types under tf.types' names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from .._naming import listing
from ._absent import refusing
from ._shapes import TensorSpec
from ._tensor import Tensor

experimental: Any = SimpleNamespace(TensorLike=Any, Tensor=Tensor, TensorSpec=TensorSpec)

__all__ = ["experimental"]
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
