"""Module and Parameter: layers, and trees of layers.

Every Module owns a module of the engine, in which its parameters, buffers and children are registered under the same names;
saving, loading and training work on that. What only Python knows (a forward method, plain attributes) stays here.
"""

from collections import OrderedDict
from ctypes import c_char_p, c_int32, c_void_p

from .. import _modules
from .._dtypes import as_dtype, float32, float64
from .._errors import StateError, StructureError, UnsupportedError
from .._library import check, lib
from .._modes import no_grad
from .._tensor import Tensor, as_tensor, wrap


class Parameter(Tensor):
    """A tensor that a Module registers as one of its parameters when it is assigned to an attribute.

    Parameter(data) takes the values of a tensor or array of floats and requires gradients.
    """

    __slots__ = ()

    def __new__(cls, data, requires_grad=True):
        return super().__new__(cls, as_tensor(data), requires_grad=requires_grad)

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    def __reduce__(self):
        return Parameter, (self.detach().numpy().copy(), self.requires_grad)


def parameter_of(handle):
    """The Parameter that owns a handle."""
    parameter = object.__new__(Parameter)
    parameter._handle = handle
    return parameter


class Module(_modules.Base):
    """Base class of layers and models: subclass it, make the layers in __init__, compute in forward.

    Parameters, modules and (by register_buffer) buffers that are assigned to attributes register themselves.
    """

    training = True

    def __init__(self):
        out = c_void_p()
        check(lib.wb_module_custom(type(self).__name__.encode(), out))
        self._own(out.value)

    def _own(self, handle):
        """Takes over the engine's module."""
        attributes = self.__dict__
        attributes["_handle"] = handle
        attributes["_parameters"] = {}
        attributes["_buffers"] = {}
        attributes["_modules"] = {}
        attributes["training"] = True

    def __del__(self, _free=lib.wb_module_free):
        handle = self.__dict__.get("_handle")
        if handle is not None:
            _free(handle)

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *args, **kwargs):
        """Computes the module's result; to be defined by subclasses."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    @property
    def _as_parameter_(self):
        """What ctypes hands to the library."""
        return self._handle

    def _in_engine(self):
        """Whether the engine can compute forward by itself."""
        return False

    # ---------------------------------------------------------------- registration

    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            self.add_module(name, value)
        elif name in self.__dict__.get("_buffers", ()) and (value is None or isinstance(value, Tensor)):
            self.register_buffer(name, value)
        else:
            if name in self.__dict__.get("_parameters", ()):
                if value is not None:
                    raise TypeError(f"{type(self).__name__}.{name}: expected a Parameter or None, found {type(value).__name__}")
                self._unregister_parameter(name)
            elif name in self.__dict__.get("_modules", ()):
                raise TypeError(f"{type(self).__name__}.{name}: expected a Module, found {type(value).__name__}")
            object.__setattr__(self, name, value)

    def __delattr__(self, name):
        if name in self.__dict__.get("_parameters", ()):
            self._unregister_parameter(name)
        elif name in self.__dict__.get("_buffers", ()):
            check(lib.wb_module_set_buffer(self._handle, name.encode(), None))
            del self._buffers[name]
        elif name in self.__dict__.get("_modules", ()):
            raise UnsupportedError(f"{type(self).__name__}.{name}: a child can be replaced, but not removed")
        object.__delattr__(self, name)

    def _registry(self, name):
        try:
            return self.__dict__[name]
        except KeyError:
            raise StateError(f"{type(self).__name__}: call super().__init__() before assigning parameters and modules") from None

    def register_parameter(self, name, parameter):
        """Adds or replaces a parameter; None removes it."""
        parameters = self._registry("_parameters")
        if parameter is not None and not isinstance(parameter, Tensor):
            raise TypeError(f"{type(self).__name__}.{name}: expected a Parameter or None, found {type(parameter).__name__}")
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

    def _unregister_parameter(self, name):
        check(lib.wb_module_set_parameter(self._handle, name.encode(), None))
        self._parameters.pop(name, None)
        _modules.changed()

    def register_buffer(self, name, tensor):
        """Adds or replaces a buffer: a tensor that is saved with the model but not trained. None removes it."""
        buffers = self._registry("_buffers")
        if tensor is not None:
            tensor = as_tensor(tensor)
        check(lib.wb_module_set_buffer(self._handle, name.encode(), None if tensor is None else tensor._handle))
        if tensor is None:
            buffers.pop(name, None)
        else:
            buffers[name] = tensor
        object.__setattr__(self, name, tensor)

    def add_module(self, name, module):
        """Adds or replaces a child."""
        modules = self._registry("_modules")
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__}.{name}: expected a Module, found {module!r:.80}")
        check(lib.wb_module_add(self._handle, name.encode(), module._handle))
        modules[name] = module
        object.__setattr__(self, name, module)
        _modules.changed()

    # ---------------------------------------------------------------- the tree

    def children(self):
        """The direct children, in order."""
        yield from self._modules.values()

    def named_children(self):
        """(name, module) of the direct children, in order."""
        yield from self._modules.items()

    def modules(self):
        """This module and all in it, depth first; a shared one comes once."""
        for _, module in self.named_modules():
            yield module

    def named_modules(self, prefix="", _seen=None):
        """(dotted path, module) of this module and all in it, depth first."""
        seen = set() if _seen is None else _seen
        if id(self) in seen:
            return
        seen.add(id(self))
        yield prefix, self
        for name, child in self._modules.items():
            yield from child.named_modules(f"{prefix}.{name}" if prefix else name, seen)

    def _named(self, registry):
        seen = set()
        for prefix, module in self.named_modules():
            for name, tensor in module.__dict__[registry].items():
                if id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield f"{prefix}.{name}" if prefix else name, tensor

    def named_parameters(self):
        """(dotted path, parameter) of this module and all in it; a shared parameter comes once."""
        return self._named("_parameters")

    def parameters(self):
        """The parameters of this module and all in it; a shared one comes once."""
        for _, parameter in self._named("_parameters"):
            yield parameter

    def named_buffers(self):
        """(dotted path, buffer) of this module and all in it."""
        return self._named("_buffers")

    def buffers(self):
        """The buffers of this module and all in it."""
        for _, buffer in self._named("_buffers"):
            yield buffer

    def apply(self, function):
        """Calls `function` with every module in this one, then this one; returns the module."""
        for child in self._modules.values():
            child.apply(function)
        function(self)
        return self

    # ---------------------------------------------------------------- modes and conversion

    def modes(self):
        """Whether this module and each in it is training, as a tuple."""
        return tuple([module.training for module in self.modules()])

    def train(self, mode=True):
        """Sets training mode for this module and all in it; returns the module."""
        check(lib.wb_module_set_training(self._handle, 1 if mode else 0))
        for module in self.modules():
            if module.training != bool(mode):
                object.__setattr__(module, "training", bool(mode))
                _modules.changed()
        return self

    def eval(self):
        """Sets evaluation mode for this module and all in it; returns the module."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Sets requires_grad of all parameters; returns the module."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def to(self, dtype):
        """Converts all float parameters and buffers in place; returns the module."""
        check(lib.wb_module_cast(self._handle, as_dtype(dtype).code))
        for tensor in (*self.parameters(), *self.buffers()):
            tensor._forget_dtype()
        return self

    def double(self):
        """Converts all float parameters and buffers to float64, in place; returns the module."""
        return self.to(float64)

    def float(self):
        """Converts all float parameters and buffers to float32, in place; returns the module."""
        return self.to(float32)

    def zero_grad(self, set_to_none=True):
        """Removes all collected gradients."""
        check(lib.wb_module_zero_grad(self._handle))

    # ---------------------------------------------------------------- values in and out

    def state_dict(self):
        """Dotted paths of parameters and buffers with their values as they are now: later training does not change them."""
        return OrderedDict((name, tensor.detach()) for name, tensor in (*self.named_parameters(), *self.named_buffers()))

    def load_state_dict(self, state_dict, strict=True):
        """Takes over values by dotted path: tensors or arrays. All or nothing.

        Raises StructureError where a name is missing or unexpected (unless strict is False) or a shape differs.
        """
        own = {**dict(self.named_parameters()), **dict(self.named_buffers())}
        given = {name: as_tensor(value) for name, value in state_dict.items()}
        faults = []
        if strict:
            faults += [f"missing: {name}" for name in own if name not in given]
            faults += [f"unexpected: {name}" for name in given if name not in own]
        pairs = [(name, own[name], value) for name, value in given.items() if name in own]
        faults += [f"{name}: expected shape {list(tensor.shape)}, found {list(value.shape)}"
                   for name, tensor, value in pairs if tensor.shape != value.shape]
        if faults:
            raise StructureError(f"load_state_dict: the state does not fit {type(self).__name__}: " + "; ".join(faults))
        with no_grad():
            for _, tensor, value in pairs:
                tensor._assign(value.detach())

    def save(self, path, optimizer=None, epoch=0, step=0):
        """Writes a checkpoint (HDF5): structure, parameters, buffers, random state, and the state of `optimizer` if given.

        epoch and step are the caller's own counts. The file is replaced at once or not at all.
        """
        from ..storage import save
        save(path, self, optimizer, epoch, step)

    def load(self, path, optimizer=None, restore_random=False):
        """Takes over what a checkpoint holds, all or nothing; returns its (epoch, step).

        Raises StructureError where it belongs to another model or optimiser.
        """
        from ..storage import load_into
        return load_into(path, self, optimizer, restore_random)

    # ---------------------------------------------------------------- how it looks

    def extra_repr(self):
        """What stands between the parentheses; may be defined by subclasses."""
        return ""

    def __repr__(self):
        lines = [line for line in self.extra_repr().split("\n") if line]
        if not self._modules:
            return f"{type(self).__name__}({', '.join(lines)})"
        lines += [f"({name}): " + repr(child).replace("\n", "\n  ") for name, child in self._modules.items()]
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"

    def __reduce_ex__(self, protocol):
        raise UnsupportedError(f"{type(self).__name__}: a module cannot be copied or pickled; build it again and take over state_dict(), or save() it")


# Names of the parameters that the engine's layers compute with.
_LAYER_PARAMETERS = ("weight", "bias")


class BuiltIn(Module):
    """A layer whose forward pass the engine has."""

    def _adopt(self, handle):
        """Takes over the engine's layer with its parameters.

        A subclass with a forward of its own computes something else, so that it becomes a module under its own name; it keeps
        the layer for super().forward().
        """
        own = _own_parameters(handle)
        layer = handle
        if type(self).forward is not BuiltIn.forward:
            out = c_void_p()
            check(lib.wb_module_custom(type(self).__name__.encode(), out))
            for name, parameter in own:
                check(lib.wb_module_set_parameter(out, name.encode(), parameter._handle))
            handle = out.value
        self._own(handle)
        self.__dict__["_layer"] = layer
        for name, parameter in own:
            self._parameters[name] = parameter
            object.__setattr__(self, name, parameter)

    def _in_engine(self):
        return type(self).forward is BuiltIn.forward and "forward" not in self.__dict__

    def __del__(self, _free=lib.wb_module_free):
        layer = self.__dict__.get("_layer")
        if layer is not None and layer != self._handle:
            _free(layer)
        super().__del__()

    def register_parameter(self, name, parameter):
        super().register_parameter(name, parameter)
        if parameter is not None:
            self._tell_layer(name, parameter)

    def _unregister_parameter(self, name):
        super()._unregister_parameter(name)
        self._tell_layer(name, None)

    def _tell_layer(self, name, parameter):
        layer = self.__dict__.get("_layer", self._handle)
        if layer != self._handle and name in _LAYER_PARAMETERS:
            trains = parameter is not None and parameter.requires_grad
            check(lib.wb_module_set_parameter(layer, name.encode(), parameter))
            if parameter is not None and not trains:
                parameter.requires_grad = False

    def forward(self, input):
        return forward_in_engine(self.__dict__["_layer"], input)


def forward_in_engine(handle, input):
    """One call for the whole tree under an engine's module."""
    out = c_void_p()
    status = lib.wb_module_forward(handle, input if isinstance(input, Tensor) else as_tensor(input), out)
    if status:
        check(status)
    return wrap(out.value)


def _own_parameters(handle):
    """(name, Parameter) of the engine's module itself, without those of its children."""
    count, name, found = c_int32(), c_char_p(), []
    check(lib.wb_module_parameter_count(handle, count))
    for place in range(count.value):
        out = c_void_p()
        check(lib.wb_module_parameter(handle, place, name, out))
        parameter, path = parameter_of(out.value), name.value.decode()
        if "." not in path:
            found.append((path, parameter))
    return found
