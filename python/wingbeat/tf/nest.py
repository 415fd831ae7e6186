"""Nested structures under tf.nest's names."""

from __future__ import annotations

from .._naming import listing
from ._absent import refusing
from ._nesting import assert_same_structure, flatten, is_nested, map_structure
from ._nesting import pack as pack_sequence_as

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
