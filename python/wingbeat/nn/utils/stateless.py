"""A module called with other values for its parameters, for one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._errors import ArgumentError
from ..._library import check, lib
from ..._naming import listing
from ..._tensor import Tensor, as_tensor
from ..layer import Layer
from ..module import Module

__all__ = ["functional_call"]
__dir__ = listing(__name__)


def functional_call(
    module: Module,
    parameters_and_buffers: Mapping[str, Any],
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """module(*args, **kwargs) with tensors in the place of parameters and, where the forward pass is Python's, buffers,
    by their dotted paths; through them derivatives pass. The module stays as it is.

    args: one argument, or a tuple of them. strict: every parameter and buffer has to be given. tie_weights: a parameter
    that stands in several places is replaced in all of them.
    """
    given = {name: as_tensor(value) for name, value in parameters_and_buffers.items()}
    own = {**dict(module._named("_parameters", "", True, False)), **dict(module._named("_buffers", "", True, False))}
    unknown = [name for name in given if name not in own]
    missing = [name for name in own if name not in given]
    if unknown or strict and missing:
        raise ArgumentError(
            f"functional_call: expected the names of parameters and buffers, found no {', '.join(unknown or missing)}"
            if unknown
            else f"functional_call: expected all parameters and buffers, found none for {', '.join(missing)}"
        )
    if tie_weights:
        tied = {id(own[name]): value for name, value in given.items()}
        given.update({name: tied[id(tensor)] for name, tensor in own.items() if id(tensor) in tied})
    undo: list[tuple[Module, str, Any]] = []
    try:
        for path, value in given.items():
            place, _, name = path.rpartition(".")
            holder = module.get_submodule(place)
            undo.append((holder, name, holder.__dict__.get(name)))
            _stand_in(holder, name, value, value)
        positional = () if args is None else args if isinstance(args, tuple) else (args,)
        return module(*positional, **({} if kwargs is None else kwargs))
    finally:
        for holder, name, before in undo:
            _stand_in(holder, name, before, None)


def _stand_in(holder: Module, name: str, shown: Any, lent: Tensor | None) -> None:
    object.__setattr__(holder, name, shown)
    if isinstance(holder, Layer) and name in holder._parameters:
        check(lib.wb_module_lend(holder._handle, name.encode(), lent))
