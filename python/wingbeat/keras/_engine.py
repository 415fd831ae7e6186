"""Modules of the engine's without a class of Python's: losses and activations, by kind and arguments."""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING, Any

from .._arrays import handle_array
from .._dtypes import float32
from .._library import freed_by, handle_property, lib, library
from .._literals import check_call, literal
from .._owner import Owner
from .._tensor import wrap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

_ONE = handle_array(1)
# Without declared arguments: what is handed over here is plain already.
_call = library["wb_module_call"]


class EngineModule(Owner):
    """A module of the engine's that gives one tensor."""

    def __init__(self, kind: str, settings: Mapping[str, Any]) -> None:
        self._made_of = (kind, dict(settings))
        out = c_void_p()
        text = ", ".join(f"{name}={literal(value, f'{kind}: {name}')}" for name, value in settings.items())
        check_call(lib.wb_module_create(f"{kind}({text})".encode(), float32.code, out))
        self._handle = out.value

    def _recipe(self) -> tuple[Any, ...]:
        return self._made_of

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        return cls(*recipe)

    def _contents(self) -> dict[str, Any]:
        return {}

    def _restore(self, contents: dict[str, Any]) -> None:
        """There is nothing in it but what it was made of."""

    _as_parameter_ = handle_property
    __del__ = freed_by("wb_module_free")

    def __call__(self, *tensors: Any) -> Any:
        """The result for tensors, of which some may be None."""
        handles = handle_array(len(tensors))(*[None if tensor is None else tensor._handle for tensor in tensors])
        found = _ONE()
        status = _call(c_void_p(self._handle), None, handles, len(tensors), found, 1, None)
        if status:
            check_call(status)
        return wrap(found[0])


_modules: dict[tuple[Any, ...], EngineModule] = {}


def engine_module(kind: str, **settings: Any) -> EngineModule:
    """The engine's module of a kind; there is one for the same arguments."""
    parts = [(name, tuple(value) if isinstance(value, list) else value) for name, value in settings.items()]
    # 1 and True are equal, but not the same argument.
    key = (kind, *[(name, type(value), value) for name, value in parts])
    if key not in _modules:
        _modules[key] = EngineModule(kind, settings)
    return _modules[key]
