"""Modules that hold other modules: Sequential, ModuleList, reversible blocks."""

from ctypes import c_char_p, c_int32, c_void_p
from operator import index

from .. import _modules
from .._checkpoint import checkpoint_sequential
from .._errors import ArgumentError, ShapeError, UnsupportedError
from .._library import check, lib
from .._reversible import reversible
from .._shaping import cat, chunk
from .._tensor import as_tensor
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

    Where the engine has all of them, forward is one call. checkpoint: True has derivatives store the inputs of sqrt(n) segments of the n modules, all but the last,
    and compute the rest again (wingbeat.checkpoint_sequential): less memory, the same bits; a whole number is the number of segments. It is no part of a saved
    model, and what is compiled already stays as it is.
    """

    def __init__(self, *modules, checkpoint=False):
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
        if checkpoint is not False:
            self.checkpoint = checkpoint

    def _own(self, handle):
        super()._own(handle)
        self.__dict__["_known"] = (None, False)
        self.__dict__["_checkpoint"] = False

    @property
    def checkpoint(self):
        """False, True, or the number of segments whose inputs are stored."""
        return self._checkpoint

    @checkpoint.setter
    def checkpoint(self, value):
        if value is not True and value is not False:
            try:
                value = index(value)
            except TypeError:
                raise TypeError(f"{type(self).__name__}: expected checkpoint as True, False or a number of segments, found {value!r:.80}") from None
            if value < 1:
                raise ArgumentError(f"{type(self).__name__}: expected checkpoint as True, False or at least 1 segment, found {value}")
        self.__dict__["_checkpoint"] = value
        if type(self).forward is Sequential.forward:
            check(lib.wb_module_set_checkpoint(self._handle, -1 if value is True else int(value)))

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
        if self._checkpoint and len(self):
            segments = round(len(self) ** 0.5) if self._checkpoint is True else self._checkpoint
            return checkpoint_sequential(self, segments, input)
        for child in self._modules.values():
            input = child(input)
        return input


class Reversible(Module):
    """A reversible block of two modules or functions: block(x1, x2) gives y1 = x1 + f(x2), y2 = x2 + g(y1). See wingbeat.reversible."""

    def __init__(self, f, g):
        super().__init__()
        self.f, self.g = f, g

    def forward(self, x1, x2):
        return reversible([(self.f, self.g)], x1, x2)


class ReversibleSequential(_Indexed):
    """Reversible blocks (each a Reversible, or a pair of f and g) one after the other, on the two halves of the input along axis `dim`.

    Derivatives store the last block's result alone, in memory that does not depend on the number of blocks; see wingbeat.reversible.
    """

    def __init__(self, *blocks, dim=-1):
        super().__init__()
        self.dim = dim
        for block in blocks:
            self.append(block)

    def append(self, block):
        """Adds a block at the end; returns this module."""
        if isinstance(block, (tuple, list)) and len(block) == 2:
            block = Reversible(*block)
        if not isinstance(block, Reversible):
            raise TypeError(f"ReversibleSequential: expected blocks as Reversible, or as pairs (f, g), found {block!r:.80}")
        return super().append(block)

    def __getitem__(self, place):
        found = list(self)[place]
        return ReversibleSequential(*found, dim=self.dim) if isinstance(place, slice) else found

    def extra_repr(self):
        return f"dim={self.dim}"

    def forward(self, input):
        input = as_tensor(input)
        if not input.size(self.dim) or input.size(self.dim) % 2:
            raise ShapeError(f"ReversibleSequential: expected an even extent of axis {self.dim} to halve, found shape {list(input.shape)}")
        if not len(self):
            return input
        return cat(reversible([(block.f, block.g) for block in self], *chunk(input, 2, self.dim)), self.dim)


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
