"""Versions under tf.version's names."""

from __future__ import annotations

from .._naming import listing

# The version of TensorFlow whose names and defaults are meant.
VERSION = "2.21.0"
GIT_VERSION = COMPILER_VERSION = "wingbeat"
GRAPH_DEF_VERSION = 0

__all__ = ["COMPILER_VERSION", "GIT_VERSION", "GRAPH_DEF_VERSION", "VERSION"]
__dir__ = listing(__name__)
