"""Bits of whole numbers under tf.bitwise's names."""

from __future__ import annotations

from typing import Any

from .. import _abi, _math
from .._naming import listing
from ._absent import refusing
from ._elementwise import _of_two
from ._tensor import convert, op

bitwise_and = _of_two("bitwise_and", "BitwiseAnd", _abi.WB_BINARY_BITWISE_AND, "x & y")
bitwise_or = _of_two("bitwise_or", "BitwiseOr", _abi.WB_BINARY_BITWISE_OR, "x | y")
bitwise_xor = _of_two("bitwise_xor", "BitwiseXor", _abi.WB_BINARY_BITWISE_XOR, "x ^ y")
left_shift = _of_two("left_shift", "LeftShift", _abi.WB_BINARY_SHIFT_LEFT, "x << y")
right_shift = _of_two("right_shift", "RightShift", _abi.WB_BINARY_SHIFT_RIGHT, "x >> y")


@op
def invert(x: Any, name: str | None = None) -> Any:
    """All bits exchanged."""
    return _math.bitwise_not(convert(x))


__all__ = ["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"]
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
