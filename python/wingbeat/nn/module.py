"""Module and Parameter: layers, and trees of layers.

Every Module owns a module of the engine, in which its parameters, buffers and children are registered under the same
names; saving, loading and training work on that. What only Python knows (a forward method, plain attributes) stays
here.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from ctypes import c_char_p, c_int32, c_void_p
from typing import TYPE_CHECKING, Any, Callable, ClassVar

from .. import _html, _keras_files, _modules
from .._checkpoint_files import load_into, write
from .._device import check_device, destination
from .._dtypes import bfloat16, float16, float32, float64
from .._errors import Error, StateError, StructureError, UnsupportedError, locate
from .._library import check, freed_by, handle_property, lib, text_of, unguarded
from .._modes import no_grad
from .._owner import Owner, attributes_of, set_attributes
from .._tensor import Tensor, as_tensor, wrap
from .._weights import load_weights
from . import _host, _notes
from ._hooks import Hooked
from ._lookup import IncompatibleKeys, Lookup

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from typing_extensions import Self

    from .._device import DeviceLike
    from .._typing import DTypeLike, Handle, TensorLike
    from ..optim import Optimizer

_get_training = unguarded("wb_module_get_training")

# How many modules a text shows.
_MOST_DESCRIBED = 10_000


class Parameter(Tensor):
    """A tensor that a Module registers as one of its parameters when it is assigned to an attribute.

    Parameter(data) takes the values of a tensor or array of floats and requires gradients.
    """

    __slots__ = ()

    def __new__(cls, data: TensorLike, requires_grad: bool = True) -> Parameter:
        return super().__new__(cls, as_tensor(data), requires_grad=requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()

    def _repr_html_(self) -> str:
        return _html.table(["shape", "dtype", "elements", "trained"], [_about(self)]) + _html.text(
            Tensor.__repr__(self)
        )


def _about(parameter: Tensor) -> list[Any]:
    return [list(parameter.shape), parameter.dtype, parameter.numel(), "yes" if parameter.requires_grad else "no"]


def parameter_of(handle: Handle) -> Parameter:
    """The Parameter that owns a handle."""
    parameter = object.__new__(Parameter)
    parameter._handle = handle
    return parameter


def own_tensor(handle: Handle, make: Callable[[Handle], Tensor]) -> Tensor:
    """An object of a box that stands in one place."""
    return make(handle)


_ARRAYS: dict[str, tuple[Any, Any, Any]] = {
    "parameter": (lib.wb_module_parameter_count, lib.wb_module_parameter, parameter_of),
    "buffer": (lib.wb_module_buffer_count, lib.wb_module_buffer, wrap),
}


def arrays_of(handle: Handle, what: str, tensor_of: Any, whole: bool = False) -> list[tuple[str, Any]]:
    """(path, tensor) of the engine's module: its own parameters or buffers, which come first, or those of the whole
    tree."""
    count_of, entry_of, make = _ARRAYS[what]
    count, name, found = c_int32(), c_char_p(), []
    check(count_of(handle, count))
    for place in range(count.value):
        check(entry_of(handle, place, name, None))
        path = text_of(name)
        if "." in path and not whole:
            break
        out = c_void_p()
        check(entry_of(handle, place, None, out))
        found.append((path, tensor_of(out.value, make)))
    return found


class Module(_modules.Base, Owner, Hooked, Lookup):
    """Base class of layers and models: subclass it, make the layers in __init__, compute in forward.

    Parameters, modules and (by register_buffer) buffers that are assigned to attributes register themselves.

    copy.deepcopy copies the whole tree, with gradients, frozen parameters, what is shared, and plain attributes; hooks
    on parameters stay with the original. copy.copy is another module with the same children, parameters and buffers in
    it. A pickle carries all values; whoever reads it needs the classes.
    """

    if TYPE_CHECKING:
        # What is assigned to attributes, and what the engine has for them.
        def __getattr__(self, name: str) -> Any: ...

    def __init__(self) -> None:
        out = c_void_p()
        check(lib.wb_module_host(type(self).__name__.encode(), *_host.callback(self), out))
        self._own(out.value)

    def _own(self, handle: Handle) -> None:
        """Takes over the engine's module."""
        attributes = self.__dict__
        attributes["_handle"] = handle
        attributes["_parameters"] = {}
        attributes["_buffers"] = {}
        attributes["_modules"] = {}

    def _adopt(self, handle: Handle, tensor_of: Any = own_tensor) -> None:
        """Takes over the engine's module, with its parameters and buffers."""
        self._own(handle)
        for what, registry in (("parameter", self._parameters), ("buffer", self._buffers)):
            for name, tensor in arrays_of(handle, what, tensor_of):
                registry[name] = tensor
                object.__setattr__(self, name, tensor)
        if self._has_own_code():
            self._set_host()

    def _has_own_code(self) -> bool:
        """Whether calling it is something else than the engine's forward pass."""
        return not hasattr(self, "_kind") or type(self).__call__ is not Module.__call__

    def _set_host(self) -> None:
        """Has the engine call this object's forward method."""
        _host.set_forward(self, type(self).__name__)

    _handle: Handle = None
    _as_parameter_ = handle_property

    __del__ = freed_by("wb_module_free")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if _modules.captures:
            note = _modules.capture.note
            if note is not None:
                note(self)
        try:
            if self.__dict__.get("_hooks"):
                return self._call_hooked(args, kwargs)
            return self.forward(*args, **kwargs)
        except Error as error:
            locate(error, self)
            raise

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the module's result; to be defined by subclasses."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    @property
    def training(self) -> bool:
        """Whether the module is in training mode. Can be set, for this module and all in it."""
        flag = c_int32()
        check(_get_training(self._handle, flag))
        return flag.value != 0

    @training.setter
    def training(self, mode: bool) -> None:
        self.train(mode)

    # ---------------------------------------------------------------- registration

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(getattr(type(self), name, None), property):
            object.__setattr__(self, name, value)
        elif isinstance(value, Parameter):
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            self.add_module(name, value)
        elif name in self.__dict__.get("_buffers", ()) and (value is None or isinstance(value, Tensor)):
            self.register_buffer(name, value, name not in self.__dict__.get("_transient", ()))
        else:
            if name in self.__dict__.get("_parameters", ()):
                if value is not None:
                    raise TypeError(
                        f"{type(self).__name__}.{name}: expected a Parameter or None, found {type(value).__name__}"
                    )
                self._unregister_parameter(name)
            elif name in self.__dict__.get("_modules", ()):
                if value is not None:
                    raise TypeError(f"{type(self).__name__}.{name}: expected a Module, found {type(value).__name__}")
                self._remove_module(name)
            before = self.__dict__.get(name, self)
            object.__setattr__(self, name, value)
            if before is not value:
                self._attribute_changed()
            if name == "forward":  # the instance's own, which containers and the trainer have to run too
                self._set_host()

    def _attribute_changed(self) -> None:
        """Tells programs that have met this module that an attribute is another one.

        What a capture itself changes, its program knows.
        """
        if "_is_watched" in self.__dict__ and not _modules.is_deferring():
            check(lib.wb_module_changed(self._handle))

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__.get("_parameters", ()):
            self._unregister_parameter(name)
        elif name in self.__dict__.get("_buffers", ()):
            check(lib.wb_module_set_buffer(self._handle, name.encode(), None))
            del self._buffers[name]
        elif name in self.__dict__.get("_modules", ()):
            self._remove_module(name)
        object.__delattr__(self, name)
        self._attribute_changed()

    def _registry(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self.__dict__[name]
            return found
        except KeyError:
            raise StateError(
                f"{type(self).__name__}: call super().__init__() before assigning parameters and modules"
            ) from None

    def register_parameter(self, name: str, parameter: Tensor | None) -> None:
        """Adds or replaces a parameter; None removes it."""
        parameters = self._registry("_parameters")
        if parameter is not None and not isinstance(parameter, Tensor):
            raise TypeError(
                f"{type(self).__name__}.{name}: expected a Parameter or None, found {type(parameter).__name__}"
            )
        if parameter is None:
            self._unregister_parameter(name)
        else:
            trains = parameter.requires_grad
            check(lib.wb_module_set_parameter(self._handle, name.encode(), parameter._handle))
            if not trains:
                parameter.requires_grad = False  # the engine makes what it registers trainable
            parameters[name] = parameter
            _modules.changed()
        object.__setattr__(self, name, parameter)

    def _unregister_parameter(self, name: str) -> None:
        check(lib.wb_module_set_parameter(self._handle, name.encode(), None))
        self._parameters.pop(name, None)
        _modules.changed()

    def register_buffer(self, name: str, tensor: TensorLike | None, persistent: bool = True) -> None:
        """Adds or replaces a buffer: a tensor that is saved with the model but not trained. None removes it.

        persistent: False leaves it out of state_dict; files have it all the same.
        """
        buffers = self._registry("_buffers")
        if not persistent:
            self.__dict__.setdefault("_transient", set()).add(name)
        elif "_transient" in self.__dict__:
            self._transient.discard(name)
        if tensor is not None:
            tensor = as_tensor(tensor)
            known = buffers.get(name)
            if (
                known is not None
                and (known.shape, known.dtype) == (tensor.shape, tensor.dtype)
                and _modules.defer_buffer(self, name, known)
            ):
                buffers[name] = tensor
                object.__setattr__(self, name, tensor)
                return
        check(lib.wb_module_set_buffer(self._handle, name.encode(), None if tensor is None else tensor._handle))
        if tensor is None:
            buffers.pop(name, None)
        else:
            buffers[name] = tensor
        object.__setattr__(self, name, tensor)

    def _remove_module(self, name: str) -> None:
        check(lib.wb_module_remove(self._handle, name.encode()))
        self._modules.pop(name, None)
        _modules.changed()

    def register_module(self, name: str, module: Module | None) -> None:
        """Adds or replaces a child, as add_module does."""
        self.add_module(name, module)

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds or replaces a child; None removes it."""
        if module is None:
            if name in self._registry("_modules"):
                self._remove_module(name)
            object.__setattr__(self, name, None)
            return
        modules = self._registry("_modules")
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__}.{name}: expected a Module, found {module!r:.80}")
        check(lib.wb_module_add(self._handle, name.encode(), module._handle))
        modules[name] = module
        object.__setattr__(self, name, module)
        _modules.changed()

    # ---------------------------------------------------------------- modes and conversion

    def modes(self) -> tuple[bool, ...]:
        """Whether this module and each in it is training, as a tuple."""
        return tuple([module.training for module in self.modules()])

    def train(self, mode: bool = True) -> Module:
        """Sets training mode for this module and all in it; returns the module."""
        check(lib.wb_module_set_training(self._handle, 1 if mode else 0))
        _modules.changed()
        return self

    def eval(self) -> Module:
        """Sets evaluation mode for this module and all in it; returns the module."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Sets requires_grad of all parameters; returns the module."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def to(
        self,
        *args: DTypeLike | DeviceLike | Tensor,
        dtype: DTypeLike | None = None,
        device: DeviceLike = None,
        non_blocking: bool = False,
    ) -> Module:
        """Converts all float parameters and buffers to a dtype, or to a tensor's, in place; returns the module.

        A device may be named, alone or before the dtype: "cpu" is where modules lie.
        """
        wanted = destination("to", args, dtype, device)
        if wanted is None:
            return self
        check(lib.wb_module_cast(self._handle, wanted.code))
        for module in self.modules():
            for tensor in (*module._parameters.values(), *module._buffers.values()):
                tensor._forget_dtype()
        return self

    def cpu(self) -> Module:
        """The module itself."""
        return self

    def cuda(self, device: object = None) -> Module:
        """Raises UnsupportedError: this build has no GPU."""
        check_device("cuda" if device is None else f"cuda:{device}")
        return self

    def double(self) -> Module:
        """Converts all float parameters and buffers to float64, in place; returns the module."""
        return self.to(float64)

    def float(self) -> Module:
        """Converts all float parameters and buffers to float32, in place; returns the module."""
        return self.to(float32)

    def type(self, dst_type: DTypeLike) -> Module:
        """Converts all float parameters and buffers to a dtype, in place; returns the module."""
        return self.to(dst_type)

    def half(self) -> Module:
        """Converts all float parameters and buffers to float16, in place; returns the module."""
        return self.to(float16)

    def bfloat16(self) -> Module:
        """Converts all float parameters and buffers to bfloat16, in place; returns the module."""
        return self.to(bfloat16)

    def to_empty(self, *, device: DeviceLike, recurse: bool = True) -> Module:
        """The module itself: its values lie where they may lie."""
        check_device(device)
        return self

    def share_memory(self) -> Module:
        """Raises UnsupportedError: memory is this process' own."""
        raise UnsupportedError(
            f"{type(self).__name__}.share_memory: expected memory of one process; save the module, or send its "
            "state_dict() to the other process"
        )

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Raises UnsupportedError: what is compiled is a function, such as the whole step."""
        raise UnsupportedError(
            f"{type(self).__name__}.compile: expected a function to compile; write step = wingbeat.compile(step)"
        )

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Removes all collected gradients."""
        check(lib.wb_module_zero_grad(self._handle))

    # ---------------------------------------------------------------- copies

    # Attributes that are this class's own, not the user's.
    _own_attributes: ClassVar[frozenset[str]] = frozenset(
        {"_handle", "_parameters", "_buffers", "_modules", "_is_watched", "_hooks"}
    )

    def _recipe(self) -> tuple[Any, ...]:
        return ()

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        module = object.__new__(cls)
        Module.__init__(module)
        return module

    def _contents(self) -> dict[str, Any]:
        registries = {name: self.__dict__[name] for name in ("_parameters", "_buffers", "_modules")}
        own = self._own_attributes.union(*registries.values())
        attributes = attributes_of(self, own)
        return {**registries, "training": self.training, "attributes": attributes, "hooks": self.__dict__.get("_hooks")}

    def _restore(self, contents: dict[str, Any]) -> None:
        """Fills a module that has nothing in it."""
        Module.train(self, contents["training"])
        for name, parameter in contents["_parameters"].items():
            Module.register_parameter(self, name, parameter)
        for name, buffer in contents["_buffers"].items():
            Module.register_buffer(self, name, buffer)
        for name, module in contents["_modules"].items():
            Module.add_module(self, name, module)
        self._restore_attributes(contents["attributes"])
        if contents.get("hooks"):
            self.__dict__["_hooks"] = contents["hooks"]
            self._hooks_changed()
        if "forward" in self.__dict__:
            self._set_host()

    def _restore_attributes(self, attributes: dict[str, Any]) -> None:
        set_attributes(self, attributes)

    def _note(self) -> str | None:
        """What a file says of the module besides what the engine knows; see _notes."""
        return _notes.written(self, self._contents()["attributes"])

    def _write_notes(self) -> None:
        for module in self.modules():
            note = module._note()
            check(lib.wb_module_set_note(module._handle, None if note is None else note.encode()))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # All modules of the tree before what is in any of them: so the depth of a tree does not matter.
        fresh = [
            module
            for module in self.modules()
            if id(module) not in memo and (module is self or type(module).__deepcopy__ is Module.__deepcopy__)
        ]
        for module in fresh:
            memo[id(module)] = module._shell(*module._recipe())
        for module in fresh:
            memo[id(module)]._restore(copy.deepcopy(module._contents(), memo))
        twin: Self = memo[id(self)]
        return twin

    # ---------------------------------------------------------------- values in and out

    def _transient_names(self) -> set[str]:
        """Paths of the buffers that state_dict leaves out."""
        return {
            f"{path}.{name}" if path else name
            for path, module in self.named_modules()
            for name in module.__dict__.get("_transient", ())
        }

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> OrderedDict[str, Tensor]:
        """Dotted paths of parameters and buffers with their values as they are now: later training does not change
        them. prefix: of all paths. keep_vars: the parameters themselves."""
        for path, module, hook in self._state_hooks("state_pre"):
            hook(module, prefix + path, keep_vars)
        found = OrderedDict(
            (prefix + name, tensor if keep_vars else tensor._snapshot()) for name, tensor in self._state()
        )
        for path, module, hook in self._state_hooks("state_post"):
            hook(module, found, prefix + path, {})
        return found

    def _state(self) -> Iterator[tuple[str, Any]]:
        """(dotted path, tensor) of all parameters and of the buffers that are saved, module by module; a shared one
        comes once."""
        transient = self._transient_names()
        seen: set[int] = set()
        for prefix, module in self.named_modules():
            module._check_made()
            for registry in ("_parameters", "_buffers"):
                for name, tensor in module.__dict__[registry].items():
                    path = f"{prefix}.{name}" if prefix else name
                    if id(tensor) not in seen and path not in transient:
                        seen.add(id(tensor))
                        yield path, tensor

    def load_state_dict(
        self, state_dict: Mapping[str, TensorLike], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Takes over values by dotted path: tensors or arrays. All or nothing. Returns the paths that were missing and
        those that nobody knows, both empty where strict is True. assign: taken as PyTorch takes it; values are copied.

        Raises StructureError where a name is missing or unexpected (unless strict is False) or a shape differs.
        """
        before = self._state_hooks("load_pre")
        state_dict = OrderedDict(state_dict) if before else state_dict
        for path, module, hook in before:
            hook(module, state_dict, path, {}, strict, [], [], [])
        own = dict(self._state())
        given = {name: as_tensor(value) for name, value in state_dict.items()}
        missing, unexpected = [name for name in own if name not in given], [name for name in given if name not in own]
        faults = []
        if strict:
            faults += [f"missing: {name}" for name in missing]
            faults += [f"unexpected: {name}" for name in unexpected]
        pairs = [(name, own[name], value) for name, value in given.items() if name in own]
        faults += [
            f"{name}: expected shape {list(tensor.shape)}, found {list(value.shape)}"
            for name, tensor, value in pairs
            if tensor.shape != value.shape
        ]
        if faults:
            raise StructureError(f"load_state_dict: the state does not fit {type(self).__name__}: " + "; ".join(faults))
        with no_grad():
            for _, tensor, value in pairs:
                tensor._assign(value.detach())
        keys = IncompatibleKeys(missing, unexpected)
        for _, module, hook in self._state_hooks("load_post"):
            hook(module, keys)
        return keys

    def save(
        self,
        path: str | os.PathLike[str],
        optimizer: Optimizer | None = None,
        epoch: int = 0,
        step: int = 0,
        *,
        format: str | None = None,
        input_shape: Any = None,
    ) -> None:
        """Writes a checkpoint (HDF5): structure, parameters, buffers, random state, and the state of `optimizer` if
        given.

        epoch and step are the caller's own counts. The file is replaced at once or not at all.

        A path that ends with .keras or .weights.h5, or format="keras", makes a file that Keras 3 opens: of keras
        layers, or of layers that have an equal among them (docs/keras-files.md). input_shape is then the input's,
        without the batch, where the layers do not know it. format="keras2" makes an .h5 file for tf_keras, and
        format="checkpoint" a checkpoint of any path.
        """
        kind = _keras_files.format_of(path, format)
        if kind is None:
            write(self, path, optimizer, epoch, step)
        else:
            _keras_files.save(self, path, kind, input_shape=input_shape, optimizer=optimizer)

    def load(
        self, path: str | os.PathLike[str], optimizer: Optimizer | None = None, restore_random: bool = False
    ) -> tuple[int, int]:
        """Takes over what a checkpoint holds, all or nothing; returns its (epoch, step).

        Raises StructureError where it belongs to another model or optimiser.
        """
        return load_into(path, self, optimizer, restore_random)

    def load_weights_from(
        self,
        path: str | os.PathLike[str],
        mapping: Mapping[str, str | None] | None = None,
        format: str = "auto",
        strict: bool = True,
    ) -> None:
        """Takes over the arrays of a safetensors file, or of a state_dict of PyTorch's or a tree of parameters of Flax'
        or JAX' in HDF5, by name, cast to the module's dtypes. All or nothing.

        mapping: names of the file, or beginnings of names up to a dot, and what they are in the module; None: not
        wanted. format: "torch" takes arrays as they are; "flax" turns kernels of [..., in, out] to [out, in, ...], and
        reads kernel, scale, embedding, mean and var as weight, running_mean and running_var; "auto" does that for names
        that the module does not have.

        Raises StructureError where a shape differs, or, unless strict is False, where a name is missing or left over.
        """
        load_weights(self, path, mapping, format, strict)

    # ---------------------------------------------------------------- how it looks

    def expression(self) -> str:
        """The text that makes such a module again, in any language: wingbeat.nn.build reads it, and so does
        wb_module_create.

        Raises UnsupportedError where a module in it has a forward method in Python; wingbeat.export makes one without.
        """
        text = c_char_p()
        check(lib.wb_module_expression(self._handle, text))
        return text_of(text)

    def extra_repr(self) -> str:
        """What stands between the parentheses; may be defined by subclasses."""
        return ""

    def __repr__(self) -> str:
        return self._described([_MOST_DESCRIBED])

    def _described(self, rest: list[int]) -> str:
        """The text of `repr`, in which a shared module stands at each of its places; `rest`: how many more there may
        be."""
        rest[0] -= 1
        lines = [line for line in self.extra_repr().split("\n") if line]
        if not self._modules:
            return f"{type(self).__name__}({', '.join(lines)})"
        for name, child in self._modules.items():
            if rest[0] <= 0:
                lines.append("...")
                break
            kind: Any = type(child)
            text = child._described(rest) if kind.__repr__ is Module.__repr__ else repr(child)
            lines.append(f"({name}): " + text.replace("\n", "\n  "))
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"

    def _repr_html_(self) -> str:
        rows = [[name, *_about(parameter)] for name, parameter in self.named_parameters()]
        return _html.text(self) + _html.table(["parameter", "shape", "dtype", "elements", "trained"], rows)
