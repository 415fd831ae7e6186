"""PyTorch's folder of modules: `nn.modules.conv.Conv2d` is nn.Conv2d. Every name in it stands for wingbeat.nn."""

from __future__ import annotations

import sys
from typing import Any

from .._naming import listing

__all__: list[str] = []
__dir__ = listing(__name__)

# PyTorch's files.
_FILES = frozenset(
    "activation adaptive batchnorm channelshuffle container conv distance dropout embedding flatten fold instancenorm "
    "lazy linear loss module normalization padding pixelshuffle pooling rnn sparse transformer upsampling utils".split()
)


def __getattr__(name: str) -> Any:
    package = sys.modules[__name__.rpartition(".")[0]]
    if name in _FILES:
        return package
    try:
        return getattr(package, name)
    except AttributeError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
