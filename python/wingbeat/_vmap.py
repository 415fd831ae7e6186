"""wingbeat.vmap: a function of one example, for all examples at once, in one graph and so in one plan."""

from __future__ import annotations

from ctypes import c_int32
from functools import wraps
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from . import _abi
from ._arrays import handle_array, handles
from ._errors import ArgumentError, StructureError
from ._library import check, lib
from ._tensor import Tensor, as_tensor, wrap
from ._transforms import NESTED, settled
from ._tree import LEAF, flatten, unflatten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from ._typing import P, R, Structure

_RANDOMNESS = {
    "error": _abi.WB_RANDOMNESS_ERROR,
    "same": _abi.WB_RANDOMNESS_SAME,
    "different": _abi.WB_RANDOMNESS_DIFFERENT,
}


class Mapped:
    """A function of one example while it is recorded: `variables` stand for an example of each of `tensors`, without
    axis axes[i].

    To be made in the block NESTED, whose end closes what is still open.
    """

    def __init__(self, tensors: Sequence[Tensor], axes: Sequence[int], randomness: str = "error") -> None:
        found = handle_array(len(tensors))()
        check(
            lib.wb_vmap_begin(
                handles(tensors), (c_int32 * len(axes))(*axes), len(tensors), _RANDOMNESS[randomness], found
            )
        )
        self.variables = [wrap(handle) for handle in found]

    def results(self, outputs: Sequence[Tensor], axes: Sequence[int | None], chunk_size: int = 0) -> list[Tensor]:
        """Ends the recording: the outputs for all examples, which lie along axes[i] of the results; None: of an output
        that depends on no example.

        chunk_size: as many examples at a time; 0 for all at once.
        """
        found = handle_array(len(outputs))()
        places = (c_int32 * len(axes))(*[_abi.WB_VMAP_NO_AXIS if axis is None else axis for axis in axes])
        check(lib.wb_vmap_end(handles(outputs), places, len(outputs), chunk_size, found))
        return [wrap(handle) for handle in found]


def chunk_of(chunk_size: SupportsIndex | None, name: str) -> int:
    """The chunk_size of Mapped.results for that of a transform, None or a whole number."""
    if chunk_size is None:
        return 0
    if isinstance(chunk_size, bool) or not hasattr(type(chunk_size), "__index__") or index(chunk_size) < 1:
        raise ArgumentError(f"{name}: expected a chunk_size of 1 at least, or None, found {chunk_size!r:.80}")
    return index(chunk_size)


def _axis(value: Any, what: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise TypeError(
            f"vmap: expected {what} as whole numbers or None, or lists, tuples and dicts of them, found {value!r:.80}"
        )
    axis = index(value)
    if not -64 <= axis < 64:
        raise ArgumentError(f"vmap: axis {axis} in {what} is out of range")
    return axis


def _spread(dims: Any, structure: Structure, what: str) -> list[int | None]:
    """An axis, or None, for each leaf of a structure: dims has the structure's outer levels, and a number stands for
    all leaves behind it."""
    if not isinstance(dims, (list, tuple, dict)):
        axis = _axis(dims, what)
        return [axis] * len(_leaves(structure))
    if structure is LEAF:
        raise StructureError(f"vmap: {what} nests deeper than what it is for: found {dims!r:.80} for one tensor")
    kind, keys, children = structure
    if isinstance(dims, dict):
        if kind is not dict or set(dims) != set(keys):
            raise StructureError(
                f"vmap: {what} {dims!r:.80} does not fit "
                f"{'keys ' + repr(list(keys)) if kind is dict else kind.__name__}"
            )
        dims = [dims[key] for key in keys]
    elif kind is dict or len(dims) != len(children):
        raise StructureError(
            f"vmap: expected {what} with {len(children)} entries, as what it is for, found {dims!r:.80}"
        )
    return [axis for entry, child in zip(dims, children) for axis in _spread(entry, child, what)]


def _leaves(structure: Structure) -> list[Any]:
    return [LEAF] if structure is LEAF else [leaf for child in structure[2] for leaf in _leaves(child)]


def vmap(
    function: Callable[P, R],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: Literal["error", "same", "different"] = "error",
    chunk_size: SupportsIndex | None = None,
) -> Callable[P, R]:
    """A function that maps `function` over an axis of its arguments, as PyTorch's: it is called once, sees one example,
    and runs for all of them at once.

    in_dims: the axis of each tensor that is mapped over; None for an argument that is the same for all examples. A
    number, or a tuple with an entry for each positional argument, in which nested lists, tuples and dicts stand for
    those of the argument. Tensors in keyword arguments are mapped over axis 0. Mapped axes have one extent. out_dims:
    in the same way, where the examples lie in the results; None for a result that depends on no example. randomness:
    what random draws in the function give: "error", "same" for all examples, or "different" for each. chunk_size: as
    many examples at a time, for less memory.

    Inside, a mapped tensor has the shape of one example, and no value: item(), if, numpy() and shapes that depend on
    values raise StateError, and so does writing it in place to a tensor from outside. grad, jvp, vmap and other
    transforms nest in both directions; derivatives of the results pass through.
    """
    if not callable(function):
        raise TypeError(f"vmap: expected a function, found {function!r:.80}")
    if randomness not in _RANDOMNESS:
        raise ArgumentError(f"vmap: expected randomness 'error', 'same' or 'different', found {randomness!r:.80}")
    chunk = chunk_of(chunk_size, "vmap")

    @wraps(function)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = flatten(list(args))
        axes = _spread(list(in_dims) if isinstance(in_dims, tuple) else in_dims, structure, "in_dims")
        count = len(leaves)
        for leaf, axis in zip(leaves, axes):
            if axis is not None and not isinstance(leaf, (Tensor, np.ndarray)):
                raise TypeError(
                    f"vmap: expected a tensor to map over, found {leaf!r:.80}; its entry in in_dims must be None"
                )
        named, named_structure = flatten(kwargs)
        leaves += named
        axes += [0 if isinstance(leaf, (Tensor, np.ndarray)) else None for leaf in named]
        places = [place for place, axis in enumerate(axes) if axis is not None]
        if not places:
            raise ArgumentError("vmap: expected at least one tensor to map over, found none among the arguments")
        tensors = [as_tensor(leaves[place]) for place in places]
        with NESTED:
            block = Mapped(tensors, [axis for axis in axes if axis is not None], randomness)
            for place, variable in zip(places, block.variables):
                leaves[place] = variable
            result = function(*unflatten(structure, leaves[:count]), **unflatten(named_structure, leaves[count:]))
            outputs, output_structure = flatten(result)
            for output in outputs:
                if output is None or isinstance(output, str):
                    raise TypeError(f"vmap: expected a function that returns tensors, found {output!r:.80}")
            found = block.results(
                [as_tensor(output) for output in outputs], _spread(out_dims, output_structure, "out_dims"), chunk
            )
        return unflatten(output_structure, settled(found))

    return mapped
