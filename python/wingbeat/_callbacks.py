"""Python functions that the library calls while it records derivatives: rules of custom operations, and hooks.

The library holds a number for each; here lies what it stands for, until the library lets go of it. An exception in such a function goes through
the library as a status, and comes out of the call that asked for the derivative as the exception it is (_library.check).
"""

from __future__ import annotations

from ctypes import c_void_p
from itertools import count
from typing import TYPE_CHECKING, Any

from . import _abi
from ._arrays import handle_array, lasting
from ._library import check, keep_exception, lib
from ._tensor import Tensor, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ._typing import Handle

    Derivatives = Sequence[Tensor | None]
    Reverse = Callable[[list[Any], list[Any], list[bool]], Derivatives]
    Forward = Callable[[list[Any], list[Any]], Derivatives]

_numbers = count(1)
_held: dict[int, Any] = {}


@lasting(_abi.wb_release_callback)
def _release(number: int, _held: dict[int, Any] = _held) -> None:
    _held.pop(number, None)


def _alias(tensor: Any) -> Handle:
    """A new handle of a tensor's values, through which derivatives pass; the caller's."""
    out = c_void_p()
    check(lib.wb_unary(_abi.WB_UNARY_IDENTITY, tensor, out))
    return out.value


def borrowed(handles: Any, count: int) -> list[Tensor | None]:
    """Tensors of the user's own for handles that are the library's."""
    return [None if handles[place] is None else wrap(_alias(handles[place])) for place in range(count)]


def hand_over(tensors: Iterable[Tensor | None], found: Any) -> None:
    for place, tensor in enumerate(tensors):
        found[place] = None if tensor is None else _alias(tensor._handle)


def guarded(function: Callable[..., None]) -> Callable[..., int]:
    def guarded(*arguments: Any) -> int:
        try:
            function(*arguments)
        except BaseException as exception:
            keep_exception(exception)
            return _abi.WB_ERROR_STATE
        return _abi.WB_OK

    return guarded


@lasting(_abi.wb_vjp_callback)
@guarded
def _vjp(number: int, outputs: Any, cotangents: Any, output_count: int, needed: Any, gradients: Any,
         input_count: int) -> None:
    reverse, _ = _held[number]
    found = reverse(borrowed(outputs, output_count), borrowed(cotangents, output_count), [needed[place] != 0 for place in range(input_count)])
    hand_over(found, gradients)


@lasting(_abi.wb_jvp_callback)
@guarded
def _jvp(number: int, outputs: Any, output_count: int, tangents: Any, input_count: int, tangents_out: Any) -> None:
    _, forward = _held[number]
    hand_over(forward(borrowed(outputs, output_count), borrowed(tangents, input_count)), tangents_out)


@lasting(_abi.wb_hook_callback)
@guarded
def _hook(number: int, gradient: Any, replacement: Any) -> None:
    found = _held[number](wrap(_alias(gradient)))
    if found is not None and not isinstance(found, Tensor):
        raise TypeError(f"register_hook: the hook must return a tensor or None, found {type(found).__name__}")
    hand_over([found], replacement)


def custom(inputs: Sequence[Tensor], outputs: Sequence[Tensor], reverse: Reverse | None = None,
           forward: Forward | None = None) -> list[Tensor]:
    """Tensors with the values of `outputs` and derivatives by `inputs` of one's own; one of the two rules may be left out.

    reverse(outputs, cotangents, needed) gives a gradient for each input, forward(outputs, tangents) a tangent for each output; None stands for zeros.
    """
    number = next(_numbers)
    _held[number] = reverse, forward
    found = handle_array(len(outputs))()
    status = lib.wb_custom(handle_array(len(inputs))(*[tensor._handle for tensor in inputs]), len(inputs),
                           handle_array(len(outputs))(*[tensor._handle for tensor in outputs]), len(outputs),
                           reverse and _vjp, forward and _jvp, _release, number, found)
    if status:
        del _held[number]
    check(status)
    return [wrap(handle) for handle in found]


def register_hook(tensor: Tensor, hook: Callable[[Tensor], Tensor | None]) -> None:
    """Has hook(gradient) called for each gradient of a tensor; what it returns, unless None, takes the gradient's place."""
    number = next(_numbers)
    _held[number] = hook
    status = lib.wb_tensor_register_hook(tensor, _hook, _release, number)
    if status:
        del _held[number]
    check(status)
