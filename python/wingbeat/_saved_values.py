"""Nested dicts and lists of tensors in checkpoints.

A file of such a value is a checkpoint like any other (docs/checkpoint-format.md): its model is a module of the class
`State`, whose buffers are the tensors, by dotted paths of the keys, and whose note spells the rest. So h5py finds
`buffers/model.0.weight`, and a C program gets the tensors by wb_load_with.
"""

from __future__ import annotations

from ctypes import c_char_p, c_int32, c_void_p
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _modules
from ._arrays import borrow
from ._dtypes import native
from ._errors import Error, FormatError, UnsupportedError
from ._library import check, lib, text_of
from ._spelling import Unspellable, Untrusted, spelt, value_of
from ._tensor import Tensor, wrap
from .nn._loading import module_of
from .nn.module import Module, Parameter, arrays_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._typing import Handle
    from .nn._loading import Classes

STATE = "State"
_LONGEST_PATH = 50  # parts; what lies deeper gets a number for a name


class State(Module):
    """Holds the tensors and modules of a nested value, for a file."""

    def __init__(self) -> None:
        super().__init__()
        self.__dict__["_text"] = None

    def _note(self) -> str | None:
        text: str | None = self._text
        return text

    # Not as attributes: a key may be called as a method is.

    def _within(self, name: str) -> State:
        found = self._modules.get(name)
        if not isinstance(found, State):
            found = State()
            self._hold(name, found)
        return found

    def _hold(self, name: str, module: Module) -> None:
        check(lib.wb_module_add(self._handle, name.encode(), module._handle))
        self._modules[name] = module

    def _keep(self, name: str, tensor: Tensor) -> None:
        check(lib.wb_module_set_buffer(self._handle, name.encode(), tensor._handle))
        self._buffers[name] = tensor


def state_of(value: Any) -> State:
    """The module of which a checkpoint of a nested value is made."""
    filling = _Filling()
    try:
        filling.root.__dict__["_text"] = f"{STATE}({spelt(value, filling.leaf)})"
    except Unspellable as error:
        raise TypeError(
            f"save: expected tensors, modules, arrays, numbers, texts, and lists, tuples and dicts of such, but {error}"
            if str(error).startswith("[")
            else f"save: expected a module, a tensor, or lists, tuples and dicts of such, found {error}"
        ) from None
    except RecursionError:
        raise TypeError(
            f"save: expected nested lists and dicts, found one that contains itself: {value!r:.80}"
        ) from None
    return filling.root


class _Filling:
    """A State on its way. One object that stands in several places has one place in the file."""

    def __init__(self) -> None:
        self.root = State()
        self.calls: dict[int, str] = {}
        self.kept: list[Any] = []  # so that no two objects have one id
        self.taken: set[tuple[str, ...]] = set()

    def leaf(self, value: Any, place: tuple[Any, ...]) -> str | None:
        """The call that stands for a tensor, an array or a module."""
        if id(value) in self.calls:
            return self.calls[id(value)]
        call = self.call(value, place)
        if call is not None:
            self.calls[id(value)] = call
            self.kept.append(value)
        return call

    def call(self, value: Any, place: tuple[Any, ...]) -> str | None:
        if isinstance(value, Tensor):
            path = self.put(place, value._snapshot())
            name = "parameter" if isinstance(value, Parameter) else "tensor"
            default = name == "parameter"
            trained = value.is_leaf and value.requires_grad
            return f"{name}({path!r}{'' if trained == default else f', requires_grad={trained}'})"
        if isinstance(value, np.ndarray):
            return f"array({self.put(place, self.of_array(value))!r}, {value.dtype.str!r})"
        if isinstance(value, _modules.Base):
            names = self.free(place)
            holder = self.holder(names)
            holder._hold(names[-1], value)  # type: ignore[arg-type]  # the base of the one class there is
            return f"module({'.'.join(names)!r})"
        if not isinstance(value, (type, np.generic)) and hasattr(value, "__array__") and hasattr(value, "shape"):
            return f"tensor({self.put(place, self.of_array(_array_of(value)))!r})"  # another library's tensor
        return None

    @staticmethod
    def of_array(array: Any) -> Tensor:
        try:
            return wrap(borrow(native(array)))
        except Error as error:
            raise Unspellable(f"an array of {array.dtype}, which no checkpoint holds ({error})") from None

    def put(self, place: tuple[Any, ...], tensor: Tensor) -> str:
        names = self.free(place)
        self.holder(names)._keep(names[-1], tensor)
        return ".".join(names)

    def holder(self, names: list[str]) -> State:
        state = self.root
        for name in names[:-1]:
            state = state._within(name)
        return state

    def free(self, place: tuple[Any, ...]) -> list[str]:
        """The keys as a path in a file that nothing has yet."""
        names = [_name(part) for key in place for part in str(key).split(".")] or ["value"]
        if len(names) > _LONGEST_PATH:
            names = [f"_{len(self.taken)}"]
        wanted, number = names[-1], 2
        while tuple(names) in self.taken:
            names[-1] = f"{wanted}_{number}"
            number += 1
        self.taken.add(tuple(names))
        return names


def _name(part: str) -> str:
    """A key as a name of the file."""
    try:
        part.encode()
    except UnicodeEncodeError:
        part = ""
    return part.replace("/", "_").replace("\0", "_") or "_"


def _array_of(value: Any) -> Any:
    detached = value.detach() if hasattr(value, "detach") else value
    try:
        return np.asarray(detached)
    except (TypeError, RuntimeError, ValueError) as error:
        raise Unspellable(f"a {type(value).__name__} that gives no array ({error})") from None


# -------------------------------------------------------------------- reading


def is_state(handle: Handle) -> bool:
    """Whether a tree of the engine is the one of a nested value."""
    return _text(handle) is not None


def _text(handle: Handle) -> str | None:
    text = c_char_p()
    check(lib.wb_module_class_name(handle, text))
    if text_of(text) != STATE:
        return None
    check(lib.wb_module_note(handle, text))
    note = text_of(text)
    return note if note.startswith(f"{STATE}(") else None


class _Found:
    """The tensors and modules of a tree, by their paths. Its handles live as long as it is used."""

    def __init__(self, handle: Handle) -> None:
        self.tensors: dict[str, Tensor] = {}
        self.modules: dict[str, Handle] = {}
        self.handles = [handle]
        try:
            self.gather(handle, "")
        except BaseException:
            self.free()
            raise

    def gather(self, handle: Handle, prefix: str) -> None:
        for key, tensor in arrays_of(handle, "buffer", lambda handle, make: make(handle)):
            self.tensors[prefix + key] = tensor
        count, name, out = c_int32(), c_char_p(), c_void_p()
        check(lib.wb_module_child_count(handle, count))
        for place in range(count.value):
            check(lib.wb_module_child(handle, place, name, out))
            path, child = prefix + text_of(name), out.value
            self.handles.append(child)
            check(lib.wb_module_class_name(child, name))
            if text_of(name) == STATE:
                self.gather(child, f"{path}.")
            else:
                self.modules[path] = child

    def free(self) -> None:
        for handle in self.handles:
            lib.wb_module_free(handle)


def value_in(handle: Handle, classes: Classes, trusts: bool, place: str) -> Any:
    """The nested value of a tree. Takes over the handle. place: the file, for sentences."""
    found, made, text = _Found(handle), {}, _text(handle)

    def once(path: str, make: Callable[[], Any]) -> Any:
        """One object for what stands in several places."""
        if path not in made:
            made[path] = make()
        return made[path]

    def module(path: str) -> Any:
        def make() -> Module:
            handle = found.modules[path]
            found.handles.remove(handle)
            return module_of(handle, classes, trusts)

        return once(path, make)

    calls: dict[str, Callable[..., Any]] = {
        STATE: lambda value: value,
        "module": module,
        "tensor": lambda path, requires_grad=False: once(
            path, lambda: found.tensors[path].requires_grad_(requires_grad)
        ),
        "parameter": lambda path, requires_grad=True: once(path, lambda: Parameter(found.tensors[path], requires_grad)),
        "array": lambda path, dtype: once(path, lambda: found.tensors[path].numpy().astype(np.dtype(dtype))),
    }
    try:
        return value_of(text or "", calls, trusts)
    except Untrusted as code:
        raise UnsupportedError(
            f"load: {place} names code that loading it would import, {code}; "
            "if you trust the file, load it with weights_only=False"
        ) from None
    except Error:
        raise
    except (ValueError, ImportError) as error:
        raise FormatError(f"load: {place} cannot be taken apart: {error}") from None
    finally:
        found.free()
