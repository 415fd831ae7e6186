"""Reversible blocks: derivatives that compute the inputs again from the results, in memory that does not depend on the
depth."""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING, Any

from ._arrays import handles
from ._errors import ArgumentError, DTypeError
from ._library import check, lib
from ._modes import is_grad_enabled
from ._tensor import as_tensor, wrap
from ._transforms import variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._tensor import Tensor
    from ._typing import TensorLike

    Block = tuple[Callable[[Tensor], Any], Callable[[Tensor], Any]]


def reversible(blocks: Iterable[Block], x1: TensorLike, x2: TensorLike) -> tuple[Tensor, Tensor]:
    """(y1, y2) of a chain of reversible blocks (f, g): y1 = x1 + f(x2), y2 = x2 + g(y1), which are the next block's x1
    and x2. Gomez et al. 2017.

    f maps x2 to x1's shape and dtype, g x1 to x2's. Derivatives store the last results alone, and compute the inputs of
    block after block again from them, x2 = y2 - g(y1), x1 = y1 - f(x2): gradients are off by the rounding of these
    differences. Parameters that f and g use get their gradients too. Each function is called once.
    """
    blocks = [_pair(block) for block in blocks]
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if not blocks:
        raise ArgumentError("reversible: expected one block at least")
    for x in (x1, x2):
        if not x.dtype.is_floating_point:
            raise DTypeError(f"reversible: expected x1 and x2 of a floating dtype, found {x.dtype}")
    inputs = (x1, x2)
    recorded: tuple[list[Tensor], list[Tensor], list[Tensor], list[Tensor]] = ([], [], [], [])
    for f, g in blocks:
        x1 = x1 + _recorded(f, x2, *recorded[:2])
        x2 = x2 + _recorded(g, x1, *recorded[2:])
    if not is_grad_enabled():
        return x1, x2
    y1, y2 = c_void_p(), c_void_p()
    check(lib.wb_reversible(*inputs, *map(handles, recorded), len(blocks), y1, y2))
    return wrap(y1.value), wrap(y2.value)


def _pair(block: Any) -> Block:
    if not isinstance(block, (tuple, list)) or len(block) != 2 or not all(map(callable, block)):
        raise TypeError(f"reversible: expected a block as a pair (f, g) of functions, found {block!r:.80}")
    return block  # type: ignore[return-value]


def _recorded(function: Callable[[Tensor], Any], x: Tensor, variables: list[Tensor], outputs: list[Tensor]) -> Tensor:
    """function(x), noted as recorded on a variable."""
    if is_grad_enabled():
        x = variable(x)
    result = as_tensor(function(x))
    variables.append(x)
    outputs.append(result)
    return result
