"""Layer: the base of the classes that the engine has, which scripts/generate_layers.py writes; and modules from the
engine's handles."""

from __future__ import annotations

from ctypes import c_char_p, c_int32, c_uint64, c_void_p
from typing import TYPE_CHECKING, Any, ClassVar

from .. import _modules
from .._arrays import handle_array
from .._device import check_device
from .._dtypes import as_dtype, float32, float64
from .._library import check, lib, library, text_of, unguarded
from .._literals import check_call, literal, value
from .._modes import no_grad
from .._tensor import Tensor, as_tensor, wrap
from . import _host
from .module import Module, own_tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from .._typing import DTypeLike, Handle

_forward = unguarded("wb_module_forward")
# Without declared arguments: what is handed over here is plain already.
_call = library["wb_module_call"]
_call_layer = lib.wb_module_call_layer
_PAIR, _ONE = handle_array(2), handle_array(1)


class _WhereParameters:
    """A method of layers with parameters or buffers alone: programs ask layers whether they have it."""

    def __init__(self, function: Any) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, layer: Any, owner: Any = None) -> Any:
        if layer is None:
            return self._function
        if not layer._parameters and not layer._buffers:
            raise AttributeError(f"a {type(layer).__name__} has no parameters to reset")
        return self._function.__get__(layer, owner)


class Layer(Module):
    """Base of the modules whose forward pass the engine has."""

    # The engine's name, and the arguments that are attributes; set by the generated classes.
    _kind: ClassVar[str]
    _arguments: ClassVar[tuple[str, ...]] = ()
    # Arguments that are tensors: buffers, or None.
    _tensors: ClassVar[tuple[str, ...]] = ()
    # Parameters and buffers that may not be there: their attributes are None then.
    _arrays: ClassVar[tuple[str, ...]] = ()
    # Arguments that are kept as tuples, of so many numbers where one is given.
    _tuples: ClassVar[dict[str, int]] = {}

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "_kind" in cls.__dict__:
            _modules.register(cls._kind, cls)

    # The engine's names for what such a layer is made from, where they are no attributes of the class.
    _made_from: ClassVar[tuple[str, ...]] = ()
    _own_attributes = Module._own_attributes | {"_is_overridden", "_is_hooked"}

    def _make(self, dtype: Any = None, device: Any = None, **arguments: Any) -> None:
        """Makes the engine's layer from its arguments."""
        name = type(self).__name__
        check_device(device)
        tensors = {argument: arguments.pop(argument) for argument in self._tensors}
        self._make_from(
            {argument: literal(given, f"{name}: {argument}") for argument, given in arguments.items()}, dtype
        )
        for argument, given in tensors.items():
            if given is not None:
                self.register_buffer(argument, given)

    def _make_from(self, texts: dict[str, str], dtype: Any, parts: Sequence[str] = ()) -> None:
        """Makes the engine's layer from its arguments as an expression writes them. parts: those without a name."""
        text = ", ".join([*parts, *(f"{argument}={given}" for argument, given in texts.items())])
        out = c_void_p()
        check_call(lib.wb_module_create(f"{self._kind}({text})".encode(), as_dtype(dtype).code, out))
        self._adopt(out.value)
        self._adopt_children()

    def _adopt_children(self) -> None:
        """Takes over the modules that the engine's layer is made of."""
        count, name = c_int32(), c_char_p()
        check(lib.wb_module_child_count(self._handle, count))
        for place in range(count.value):
            from ._loading import module_of

            out = c_void_p()
            check(lib.wb_module_child(self._handle, place, name, out))
            key = text_of(name)
            self._modules[key] = module_of(out.value)
            object.__setattr__(self, key, self._modules[key])

    def _own(self, handle: Handle) -> None:
        super()._own(handle)
        self.__dict__["_is_overridden"] = self.__dict__["_is_hooked"] = False

    def _adopt(self, handle: Handle, tensor_of: Any = own_tensor) -> None:
        """Takes over the engine's layer, with its parameters and buffers."""
        super()._adopt(handle, tensor_of)
        for name in self._arguments:
            if name not in self._parameters:
                found = value(self._argument(name))
                count = self._tuples.get(name)
                if count is not None and isinstance(found, int):
                    found = (found,) * count
                # A parameter that is not there has its name from the flag that left it out.
                object.__setattr__(self, name, None if found is False and name == "bias" else found)
        for name in (*self._tensors, *self._arrays):
            if name not in self._parameters and name not in self._buffers:
                object.__setattr__(self, name, None)

    def _recipe(self) -> tuple[Any, ...]:
        return (", ".join(f"{name}={self._argument(name)}" for name in self._made_from or self._arguments),)

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        (text,) = recipe
        module, out, seed, offset = object.__new__(cls), c_void_p(), c_uint64(), c_uint64()
        # A new layer draws its values, which are not used: nobody else's numbers are to be others for it.
        check(lib.wb_get_random_state(seed, offset))
        check(lib.wb_module_create(f"{cls._kind}({text})".encode(), float32.code, out))
        check(lib.wb_set_random_state(seed.value, offset.value))
        module._adopt(out.value)
        for name in tuple(module._parameters):
            module._unregister_parameter(name)
        for name in tuple(module._buffers):
            Module.register_buffer(module, name, None)
        return module

    def _contents(self) -> dict[str, Any]:
        contents = super()._contents()
        for name in self._arguments:
            contents["attributes"].pop(name, None)  # the shell has it
        return contents

    def _argument(self, name: str) -> str:
        """What the engine's layer was made from, as an expression writes it."""
        text = c_char_p()
        check(lib.wb_module_attribute_text(self._handle, name.encode(), text))
        return text_of(text)

    def _has_own_code(self) -> bool:
        """A subclass with a forward method of its own computes something else, and calls the layer's by super()."""
        own: Any = next(kind for kind in type(self).__mro__ if "_kind" in kind.__dict__)
        return super()._has_own_code() or type(self).forward is not own.forward

    def _note(self) -> str | None:
        return None if _modules.registered(self._kind) is type(self) and not self._is_overridden else super()._note()

    def _set_host(self) -> None:
        super()._set_host()
        self.__dict__["_is_overridden"] = True

    def _watch_hooks(self) -> None:
        if self._is_overridden:
            return
        if self._hooks and not self._is_hooked:
            _host.set_forward(self, None)
            self.__dict__["_is_hooked"] = True
        elif not self._hooks and self._is_hooked:
            check(lib.wb_module_wrap(self._handle, _host.NO_FORWARD, _host.NO_RELEASE, None))
            self.__dict__["_is_hooked"] = False

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._tensors:
            self.register_buffer(name, value)
            return
        if (
            name in self._arguments
            and name not in self._parameters
            and name in self.__dict__
            and not isinstance(value, Tensor)
        ):
            self._set_argument(name, value)
            return
        super().__setattr__(name, value)

    def _set_argument(self, name: str, value: Any) -> None:
        """Changes an argument that the engine's layer reads in each forward pass."""
        text = literal(value, f"{type(self).__name__}: {name}")
        check_call(lib.wb_module_set_attribute(self._handle, name.encode(), text.encode()))
        object.__setattr__(self, name, value)

    def _run(self, input: Any) -> Tensor:
        """The layer's own forward pass of one tensor."""
        if self._is_overridden or self._is_hooked:
            result: Tensor = self._several(input)
            return result
        out = c_void_p()
        status = _forward(self._handle, input if isinstance(input, Tensor) else as_tensor(input), out)
        if status:
            check(status)
        return wrap(out.value)

    def _run_pair(self, input: Any, target: Any) -> Tensor:
        """The same of two tensors."""
        if self._is_overridden or self._is_hooked:
            result: Tensor = self._several(input, target)
            return result
        input = input if isinstance(input, Tensor) else as_tensor(input)
        target = target if isinstance(target, Tensor) else as_tensor(target)
        found = _ONE()
        status = _call(c_void_p(self._handle), None, _PAIR(input._handle, target._handle), 2, found, 1, None)
        if status:
            check(status)
        return wrap(found[0])

    def _several(self, *inputs: Any, options: str | None = None) -> Any:
        """The layer's own forward pass of any tensors; one result as it is, several as a tuple."""
        results = [
            None if handle is None else wrap(handle)
            for handle in _host.call_in_engine(_call_layer, self._handle, inputs, options)
        ]
        return results[0] if len(results) == 1 else tuple(results)

    @_WhereParameters
    def reset_parameters(self) -> None:
        """Gives all parameters and buffers the values of a new layer."""
        own = {**self._parameters, **self._buffers}
        floats = [tensor.dtype for tensor in own.values() if tensor.dtype in (float32, float64)]
        with no_grad():
            for name, tensor in self._new(floats[0] if floats else float32)._state():
                if name in own:
                    own[name]._assign(tensor.detach())

    def _new(self, dtype: DTypeLike) -> Module:
        """A new layer of the same arguments."""
        return build(f"{self._kind}({self._recipe()[0]})", dtype)

    def extra_repr(self) -> str:
        text = c_char_p()
        check(lib.wb_module_summary(self._handle, text))
        return text_of(text)


def build(expression: str, dtype: DTypeLike | None = None) -> Module:
    """The module that an expression spells, such as "Sequential(Linear(3, 4), act=ReLU())": what Module.expression()
    gives.

    dtype: of float parameters where a call has no dtype= of its own. Raises ArgumentError with the column of what does
    not fit.
    """
    if not isinstance(expression, str):
        raise TypeError(f"build: expected a text as expression, found {expression!r:.80}")
    out = c_void_p()
    check(lib.wb_module_create(expression.encode(), as_dtype(dtype).code, out))
    from ._loading import module_of

    return module_of(out.value)
