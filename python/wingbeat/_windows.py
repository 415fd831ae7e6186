"""How functions over windows are called: by the table of functions, with tensors and options."""

from __future__ import annotations

from ctypes import byref, c_int32
from typing import TYPE_CHECKING, Any

from ._arrays import handle_array
from ._library import unguarded
from ._literals import check_call, literal
from ._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ._typing import TensorLike

_call = unguarded("wb_call")
_OUT = handle_array(2)


def call(name: str, tensors: Sequence[TensorLike | None], options: Mapping[str, Any]) -> list[Tensor]:
    """The results of a function; tensors that are None are left away."""
    given = [tensor if isinstance(tensor, Tensor) else as_tensor(tensor) for tensor in tensors if tensor is not None]
    text = ", ".join(f"{option}={_literal(value, name, option)}" for option, value in options.items())
    found, count = _OUT(), c_int32()
    handles = handle_array(len(given))(*(tensor._handle for tensor in given))
    check_call(_call(f"{name}({text})".encode(), handles, len(given), found, 2, byref(count)))
    return [wrap(found[place]) for place in range(count.value)]


def _literal(value: Any, name: str, option: str) -> str:
    return repr(value) if type(value) is int and -(1 << 63) <= value < 1 << 63 else literal(value, f"{name}: {option}")
