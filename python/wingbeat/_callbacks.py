"""Python functions that the library calls: rules of custom operations, hooks, forward methods, progress callbacks.

The library holds a number for each; here lies what it stands for, until the library lets go of it. An exception in such
a function goes through the library as a status, and comes out of the call that was made as the exception it is
(_library.check).

A signal's handler may raise at any byte code, also at the first of a callback, before its `try`. ctypes drops such an
exception, and returns whatever lies in a register. So the library takes a callback's end from wb_callback_done alone;
and what ctypes hands to sys.unraisablehook is kept here, and raised like the others. What has no result, as what lets
go of these functions, is no byte code.
"""

from __future__ import annotations

import sys
from ctypes import c_void_p, cast
from itertools import count
from typing import TYPE_CHECKING, Any

from . import _abi
from ._arrays import handle_array, handles, lasting
from ._library import check, keep_exception, lib, unguarded
from ._tensor import Tensor, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ._typing import Handle

    Derivatives = Sequence[Tensor | None]
    Reverse = Callable[[list[Any], list[Any], list[bool]], Derivatives]
    Forward = Callable[[list[Any], list[Any]], Derivatives]

_done = unguarded("wb_callback_done")
_numbers = count(1)
_held: dict[int, Any] = {}


_release = lasting(_abi.wb_release_callback)(_held.__delitem__)


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


def guarded(kind: Any) -> Callable[[Callable[..., int | None]], Any]:
    """A decorator: a callback of that kind that is never freed. No exception in it is lost."""

    def made(function: Callable[..., int | None]) -> Any:
        def guard(*arguments: Any) -> int:
            try:
                _done(function(*arguments) or 0)
            except BaseException as exception:
                _done(_abi.WB_ERROR_INTERRUPTED)
                keep_exception(exception)
            return 0

        global _guard_code
        _guard_code = guard.__code__
        callback = lasting(kind)(guard)
        check(lib.wb_callback_confirms(cast(callback, c_void_p)))
        return callback

    return made


_guard_code: Any = None


def watch() -> None:
    """Sees to it that exceptions in front of a guard's `try` are kept; to be called before the library calls back."""
    if getattr(sys.unraisablehook, "__code__", None) is not _unraisable_code:
        sys.unraisablehook = _over(sys.unraisablehook)


def _over(other: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def unraisable(lost: Any) -> None:
        traceback = lost.exc_traceback
        if traceback is not None and traceback.tb_frame.f_code is _guard_code:
            _done(_abi.WB_ERROR_INTERRUPTED)
            keep_exception(lost.exc_value)
        else:
            other(lost)

    return unraisable


_unraisable_code = _over(print).__code__


@guarded(_abi.wb_vjp_callback)
def _vjp(
    number: int, outputs: Any, cotangents: Any, output_count: int, needed: Any, gradients: Any, input_count: int
) -> None:
    reverse, _ = _held[number]
    found = reverse(
        borrowed(outputs, output_count),
        borrowed(cotangents, output_count),
        [needed[place] != 0 for place in range(input_count)],
    )
    hand_over(found, gradients)


@guarded(_abi.wb_jvp_callback)
def _jvp(number: int, outputs: Any, output_count: int, tangents: Any, input_count: int, tangents_out: Any) -> None:
    _, forward = _held[number]
    hand_over(forward(borrowed(outputs, output_count), borrowed(tangents, input_count)), tangents_out)


@guarded(_abi.wb_hook_callback)
def _hook(number: int, gradient: Any, replacement: Any) -> None:
    found = _held[number](wrap(_alias(gradient)))
    if found is not None and not isinstance(found, Tensor):
        raise TypeError(f"register_hook: the hook must return a tensor or None, found {type(found).__name__}")
    hand_over([found], replacement)


def custom(
    inputs: Sequence[Tensor], outputs: Sequence[Tensor], reverse: Reverse | None = None, forward: Forward | None = None
) -> list[Tensor]:
    """Tensors with the values of `outputs` and derivatives by `inputs` of one's own; one of the two rules may be left
    out.

    reverse(outputs, cotangents, needed) gives a gradient for each input, forward(outputs, tangents) a tangent for each
    output; None stands for zeros.
    """
    watch()
    number = next(_numbers)
    _held[number] = reverse, forward
    found = handle_array(len(outputs))()
    status = lib.wb_custom(
        handles(inputs),
        len(inputs),
        handles(outputs),
        len(outputs),
        reverse and _vjp,
        forward and _jvp,
        _release,
        number,
        found,
    )
    if status:
        del _held[number]
    check(status)
    return [wrap(handle) for handle in found]


def register_hook(tensor: Tensor, hook: Callable[[Tensor], Tensor | None]) -> None:
    """Has hook(gradient) called for each gradient of a tensor; what it returns, unless None, takes the gradient's
    place."""
    watch()
    number = next(_numbers)
    _held[number] = hook
    status = lib.wb_tensor_register_hook(tensor, _hook, _release, number)
    if status:
        del _held[number]
    check(status)


def hook_of_handle(handle: Any, hook: Callable[[Tensor], None]) -> None:
    """The same of a tensor that the library lends to a callback."""
    number = next(_numbers)
    _held[number] = hook
    status = lib.wb_tensor_register_hook(handle, _hook, _release, number)
    if status:
        del _held[number]
    check(status)


@guarded(_abi.wb_progress_callback)
def _progress(number: int, record: Any) -> int:
    return _held[number](record[0])  # type: ignore[no-any-return]


def with_progress(call: Callable[[Any, int], int], report: Callable[[Any], int]) -> int:
    """The status of call(callback, context), which has report(record) called for each progress record."""
    watch()
    number = next(_numbers)
    _held[number] = report
    try:
        return call(_progress, number)
    finally:
        del _held[number]


@guarded(_abi.wb_closure_callback)
def _closure(number: int, loss: Any) -> None:
    hand_over([_held[number]()], loss)


def with_closure(call: Callable[[Any, int], int], closure: Callable[[], Tensor]) -> int:
    """The status of call(callback, context), which has closure() compute a loss as often as it asks for it."""
    watch()
    number = next(_numbers)
    _held[number] = closure
    try:
        return call(_closure, number)
    finally:
        del _held[number]


@guarded(_abi.wb_factor_callback)
def _factor(number: int, group: int, epoch: int, factor: Any) -> None:
    factor[0] = _held[number](group, epoch)


def with_factor(call: Callable[[Any, Any, int], int], factor: Callable[[int, int], float]) -> int:
    """The status of call(callback, release, context), after which the library has factor(group, epoch) called until it
    lets go of it."""
    watch()
    number = next(_numbers)
    _held[number] = factor
    status = call(_factor, _release, number)
    if status:
        _held.pop(number, None)
    return status
