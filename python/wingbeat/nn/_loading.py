"""Python's modules for a tree of the engine's: what wb.load, nn.build and export make of a handle."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from ctypes import c_char_p, c_int32, c_uint64, c_void_p
from typing import TYPE_CHECKING

from .. import _modules
from .._errors import StructureError, UnsupportedError
from .._library import check, lib, text_of
from . import _notes
from .module import Module, arrays_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .._tensor import Tensor
    from .._typing import Handle

    Classes = dict[str, Callable[[], Module]]

# The package's own classes with a forward pass in Python, which a file may name without being told of them.
_HOME = "wingbeat.nn."


def classes_of(custom: Mapping[str, Callable[[], Module]] | Iterable[type[Module]] | None) -> Classes:
    """The user's classes by name."""
    from . import containers, holders

    # Older files have a list as a class of Python's.
    known: tuple[type[Module], ...] = (holders.ModuleList, containers.Reversible, containers.ReversibleSequential)
    own: Classes = {kind.__name__: kind for kind in known}
    given: Classes = (
        {}
        if custom is None
        else dict(custom)
        if isinstance(custom, Mapping)
        else {kind.__name__: kind for kind in custom}
    )
    for name, kind in given.items():
        if not isinstance(name, str) or not callable(kind):
            raise TypeError(
                f"load: expected custom as classes, or as a dict of names and classes, found {name!r:.80}: {kind!r:.80}"
            )
    return {**own, **given}


def module_of(
    handle: Handle, classes: Classes | None = None, trusts: bool = False, known: Iterable[Module] = ()
) -> Module:
    """The Module that owns the handle of a tree. What stands in several places is one object.

    trusts: whether classes of the user's may be imported by the paths that the tree's notes name. known: objects that
    are there already for modules in the tree.
    """
    loading = _Loading(classes or {}, trusts)
    for module in known:
        identity = c_uint64()
        check(lib.wb_module_identity(module._handle, identity))
        loading.modules[identity.value] = module
    return loading.root(handle)


class _Loading:
    """A tree on its way. Modules and tensors by the engine's identity."""

    def __init__(self, classes: Classes, trusts: bool) -> None:
        self.classes, self.trusts = classes, trusts
        self.modules: dict[int, Module] = {}
        self.tensors: dict[int, Tensor] = {}
        self.has_made = False

    def root(self, handle: Handle) -> Module:
        paths = [name for name, _ in arrays_of(handle, "parameter", self.tensor, whole=True)] if self.classes else []
        module = self.module(handle)
        if self.has_made and [name for name, _ in module.named_parameters()] != paths:
            found = [name for name, _ in module.named_parameters()]
            raise StructureError(
                f"load: expected the parameters {_short(paths)}, "
                f"found {_short(found)} in what the functions of `custom` made"
            )
        return module

    def tensor(self, handle: Handle, make: Callable[[Handle], Tensor]) -> Tensor:
        """The object for a box, which has one however often it stands in the tree."""
        identity = c_uint64()
        check(lib.wb_tensor_identity(handle, identity))
        if identity.value in self.tensors:
            check(lib.wb_tensor_free(handle))
        else:
            self.tensors[identity.value] = make(handle)
        return self.tensors[identity.value]

    def module(self, handle: Handle) -> Module:
        identity = c_uint64()
        check(lib.wb_module_identity(handle, identity))
        if identity.value in self.modules:
            check(lib.wb_module_free(handle))
            return self.modules[identity.value]
        try:
            kind, note = self.kind(handle)
            module: Module = object.__new__(kind) if isinstance(kind, type) else self.made(kind, handle)
        except BaseException:
            lib.wb_module_free(handle)
            raise
        self.modules[identity.value] = module
        if not isinstance(kind, type):
            check(lib.wb_module_free(handle))
            return module
        module._adopt(handle, self.tensor)
        count, name = c_int32(), c_char_p()
        check(lib.wb_module_child_count(handle, count))
        for place in range(count.value):
            out = c_void_p()
            check(lib.wb_module_child(handle, place, name, out))
            path = text_of(name)
            child = self.module(out.value)
            module._modules[path] = child
            object.__setattr__(module, path, child)
            if self.has_made:
                check(lib.wb_module_add(handle, path.encode(), child._handle))
        if note is not None:
            module._restore_attributes(note.attributes)
        return module

    def kind(self, handle: Handle) -> tuple[Callable[[], Module], _notes.Note | None]:
        """The class of a module, or a function that makes it; and the note whose attributes it gets."""
        name, text, has_host = c_char_p(), c_char_p(), c_int32()
        check(lib.wb_module_class_name(handle, name))
        named = text_of(name)
        check(lib.wb_module_has_host(handle, has_host))
        check(lib.wb_module_note(handle, text))
        note = None if text.value is None else _notes.read(text.value.decode(), self.trusts)
        layer = _modules.registered(named)
        found = self.find(named, note)
        if not has_host.value and (found is None or note is None):
            if layer is None:
                raise UnsupportedError(f"load: there is no layer {named!r} in wingbeat.nn")
            return layer, None
        if found is None:
            raise UnsupportedError(
                f"load: the model holds a {named!r}, whose code this library does not have; "
                "build it and load into it, or load it with the class (custom=), "
                "or, if you trust the file, by its import path (weights_only=False)"
            )
        if not isinstance(found, type):
            return found, None
        if not issubclass(found, Module):
            raise TypeError(f"load: expected a subclass of nn.Module for {named!r}, found {found!r:.80}")
        way = f"load it with a function that makes one, custom={{{named!r}: lambda: {found.__name__}(...)}}"
        if note is None:
            raise UnsupportedError(f"load: the file does not say which attributes a {named!r} has; {way}")
        if note.missing:
            raise UnsupportedError(
                f"load: no file holds the attributes of a {named!r} that are {_short(note.missing)}; {way}"
            )
        attribute = getattr(found, "_kind", None)
        is_list = named == attribute == "ModuleList" and self.layer(handle) == "no layer"
        if attribute is not None and attribute != self.layer(handle) and not is_list:
            raise StructureError(
                f"load: expected a {attribute} as the base of {named!r}, found {self.layer(handle)} in the file"
            )
        return found, note

    @staticmethod
    def layer(handle: Handle) -> str:
        """The engine's name of the layer that a module is, also under code of the host's."""
        text = c_char_p()
        check(lib.wb_module_kind(handle, text))
        return (text.value or b"no layer").decode()

    def find(self, name: str, note: _notes.Note | None) -> Callable[[], Module] | None:
        """The user's class of a name, or of the name and the module that the note says."""
        whole = () if note is None else (f"{note.home}.{note.name}", note.name)
        for known in (*whole, name):
            found = self.classes.get(known)
            is_own = getattr(found, "__module__", "").startswith(_HOME)
            if found is not None and (not is_own or note is not None and note.home.startswith(_HOME)):
                return found
        return self.imported(note) if self.trusts and note is not None else None

    @staticmethod
    def imported(note: _notes.Note) -> Callable[[], Module] | None:
        """The class under the import path of a note."""
        try:
            found = importlib.import_module(note.home)
            for part in note.name.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError, ValueError) as error:
            raise UnsupportedError(
                f"load: the model holds a {note.home}.{note.name}, which cannot be imported here ({error}); "
                "load it with the class (custom=)"
            ) from None
        return found  # type: ignore[return-value]  # a class is looked for, and checked where it is used

    def made(self, function: Callable[[], Module], handle: Handle) -> Module:
        """What the user's function makes, with the file's values."""
        module = function()
        if not isinstance(module, Module):
            raise TypeError(f"load: expected a module from the function of `custom`, found {module!r:.80}")
        own: dict[str, Tensor] = dict(arrays_of(handle, "parameter", self.tensor, whole=True))
        frozen = [name for name, parameter in own.items() if not parameter.requires_grad]
        own.update(arrays_of(handle, "buffer", self.tensor, whole=True))
        module.load_state_dict(own)
        for name, parameter in module.named_parameters():
            parameter.requires_grad = name not in frozen
        self.has_made = True
        return module


def _short(names: list[str]) -> str:
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
