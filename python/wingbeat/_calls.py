"""Functions of the engine's table, called by their names (docs/operations.md; wb_call in wingbeat.h)."""

from __future__ import annotations

from ctypes import c_int32, c_void_p
from typing import TYPE_CHECKING, Any

from ._arrays import handles
from ._library import unguarded
from ._literals import check_call, literal
from ._tensor import Tensor, as_tensor, plain, wrap

if TYPE_CHECKING:
    from ._typing import TensorLike

_call = unguarded("wb_call")
# Most functions have one result or two; those with one for each axis have no more than a tensor has axes.
_MANY = 32
_Outputs = c_void_p * _MANY


def results(function: str, /, **arguments: Any) -> list[Tensor]:
    """All results of a function. Its arguments stand in its own order: a tensor, a list of tensors, or a value."""
    tensors: list[Tensor] = []
    written = []
    for name, value in arguments.items():
        if isinstance(value, Tensor):
            tensors.append(value)
        elif isinstance(value, list) and value and isinstance(value[0], Tensor):
            tensors += value
        else:
            written.append(f"{name}={literal(value, f'{function}: {name}')}")
    outputs, count = _Outputs(), c_int32()
    text = f"{function}({', '.join(written)})"
    check_call(_call(text.encode("utf-8", "surrogatepass"), handles(tensors), len(tensors), outputs, _MANY, count))
    return [wrap(handle) for handle in outputs[: count.value]]


def result(function: str, /, **arguments: Any) -> Tensor:
    """The one result of a function."""
    return results(function, **arguments)[0]


def optional(value: TensorLike | None) -> Tensor | None:
    """A tensor that may be left away."""
    return None if value is None else as_tensor(value)


def operand(value: Any) -> Any:
    """A number as it is, anything else as a tensor."""
    value = plain(value)
    return value if isinstance(value, (bool, int, float)) else as_tensor(value)
