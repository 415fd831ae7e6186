"""Modules that hold other modules: Sequential and ModuleList."""

from ctypes import c_char_p, c_int32, c_void_p

from .. import _modules
from .._errors import UnsupportedError
from .._library import check, lib
from . import layers
from .module import Module, forward_in_engine


class _Indexed(Module):
    """Children under "0", "1", ..., as a sequence."""

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, place):
        children = list(self._modules.values())
        if isinstance(place, slice):
            return type(self)(*children[place]) if isinstance(self, Sequential) else type(self)(children[place])
        return children[place]

    def __setitem__(self, place, module):
        self.add_module(list(self._modules)[place], module)

    def append(self, module):
        """Adds a module at the end; returns this one."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        """Adds modules at the end; returns this one."""
        for module in modules:
            self.append(module)
        return self


class ModuleList(_Indexed):
    """A list of modules, registered under "0", "1", ...; what to compute with them is up to the module that holds it."""

    def __init__(self, modules=()):
        super().__init__()
        self.extend(modules)


class Sequential(_Indexed):
    """Modules that are applied one after the other: Sequential(a, b, ...), or Sequential({"name": a, ...}).

    Where the engine has all of them, forward is one call.
    """

    def __init__(self, *modules):
        if type(self).forward is Sequential.forward:
            out = c_void_p()
            check(lib.wb_module_sequential(None, 0, out))
            self._own(out.value)
        else:
            super().__init__()
        if len(modules) == 1 and isinstance(modules[0], dict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            self.extend(modules)

    def _own(self, handle):
        super()._own(handle)
        self.__dict__["_known"] = (None, False)

    def _in_engine(self):
        revision, known = self._known
        if revision != _modules.revision:
            known = (type(self).forward is Sequential.forward and "forward" not in self.__dict__
                     and all(child._in_engine() for child in self._modules.values()))
            self.__dict__["_known"] = (_modules.revision, known)
        return known

    def forward(self, input):
        if self._in_engine():
            return forward_in_engine(self._handle, input)
        for child in self._modules.values():
            input = child(input)
        return input


_CLASSES = {kind.__name__: kind for kind in (
    layers.Linear, layers.Identity, layers.ReLU, layers.LeakyReLU, layers.Sigmoid, layers.Tanh, layers.GELU, layers.Softmax,
    layers.LogSoftmax, layers.Softplus, layers.Flatten, Sequential)}


def module_of(handle):
    """The Module that owns the handle of a tree of the engine's layers."""
    name = c_char_p()
    check(lib.wb_module_class_name(handle, name))
    kind = _CLASSES.get(name.value.decode())
    if kind is None:
        check(lib.wb_module_free(handle))
        raise UnsupportedError(f"load: there is no layer {name.value.decode()!r} in wingbeat.nn")
    module = object.__new__(kind)
    if kind is not Sequential:
        module._adopt(handle)
        return module
    module._own(handle)
    count = c_int32()
    check(lib.wb_module_child_count(handle, count))
    for place in range(count.value):
        child = c_void_p()
        check(lib.wb_module_child(handle, place, name, child))
        path = name.value.decode()
        module._modules[path] = module_of(child.value)
        object.__setattr__(module, path, module._modules[path])
    return module
