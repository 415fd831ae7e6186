"""Forward methods of Python classes as the engine's modules call them.

The engine holds a number for each; here lies which module it stands for, weakly: the engine's module must not keep the
Python object, which keeps the engine's.
"""

from __future__ import annotations

import ast
import weakref
from ctypes import c_int32
from itertools import count
from typing import TYPE_CHECKING, Any

from .. import _abi
from .._arrays import handle_array, lasting
from .._callbacks import borrowed, guarded, hand_over, watch
from .._compile import is_capturing
from .._errors import StateError
from .._library import check, lib
from .._literals import value
from .._modules import deferring_buffers
from .._tensor import Tensor, as_tensor
from .._tree import flatten
from .._watch import depend_on

if TYPE_CHECKING:
    from .._typing import Handle
    from .module import Module

_numbers = count(1)
_modules: dict[int, weakref.ref[Module]] = {}


_release = lasting(_abi.wb_release_callback)(_modules.__delitem__)


@guarded(_abi.wb_forward_callback)
def _forward(
    number: int, options: bytes | None, inputs: Any, input_count: int, outputs: Any, capacity: int, output_count: Any
) -> None:
    module = _modules[number]()
    if module is None:
        raise StateError("forward: the Python object of a module in this model is gone, and its forward method with it")
    tensors, keywords = borrowed(inputs, input_count), _keywords(options)
    # A class of the user's may have a __call__ of its own.
    if is_capturing():
        # What the trainer captures depends on this tree's attributes too.
        for part in module.modules():
            depend_on(part)
        result = deferring_buffers(module, *tensors, **keywords)
    else:
        result = module(*tensors, **keywords)
    leaves = flatten(result)[0]
    for leaf in leaves:
        if leaf is not None and not isinstance(leaf, Tensor):
            raise TypeError(
                f"{type(module).__name__}.forward: expected tensors as its result where the engine calls it, "
                f"found {leaf!r:.80}"
            )
    if len(leaves) > capacity:
        raise TypeError(f"{type(module).__name__}.forward: expected at most {capacity} tensors, found {len(leaves)}")
    hand_over(leaves, outputs)
    output_count[0] = len(leaves)


def _keywords(options: bytes | None) -> dict[str, Any]:
    """The options of a call, `need_weights=False, scale=2`."""
    if not options:
        return {}
    call = ast.parse(f"f({options.decode()})", mode="eval").body
    assert isinstance(call, ast.Call)
    return {keyword.arg: value(ast.unparse(keyword.value)) for keyword in call.keywords if keyword.arg is not None}


def callback(module: Module) -> tuple[Any, Any, int]:
    """What the library takes for a module's forward method: the function, what lets go of it, and the number."""
    watch()
    number = next(_numbers)
    _modules[number] = weakref.ref(module)
    return _forward, _release, number


# No callback: what takes one away.
NO_FORWARD, NO_RELEASE = _abi.wb_forward_callback(), _abi.wb_release_callback()


def set_forward(module: Module, name: str | None) -> None:
    """Has the engine call a module in the place of the layer's own forward pass, under a name for its class; without
    one it stays that layer to files and descriptions."""
    forward, release, number = callback(module)
    status = (
        lib.wb_module_wrap(module._handle, forward, release, number)
        if name is None
        else lib.wb_module_set_forward(module._handle, name.encode(), forward, release, number)
    )
    if status:
        del _modules[number]
    check(status)


def call_in_engine(
    function: Any, handle: Handle, inputs: tuple[Any, ...], options: str | None = None
) -> list[int | None]:
    """Handles of what a module gives for several tensors, of which some may be None, and options as a text."""
    tensors = [None if tensor is None else as_tensor(tensor) for tensor in inputs]
    while tensors and tensors[-1] is None:
        del tensors[-1]
    found, number = handle_array(256)(), c_int32()
    given = handle_array(len(tensors))(*[None if tensor is None else tensor._handle for tensor in tensors])
    text = None if options is None else options.encode()
    check(function(handle, text, given, len(tensors), found, 256, number))
    return list(found[: number.value])
