"""Gradient checkpointing: less memory for more arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from ._arguments import whole
from ._arrays import handle_array, handles
from ._creation import zeros
from ._errors import ArgumentError
from ._library import check, lib
from ._modes import is_grad_enabled
from ._tensor import Tensor, wrap
from ._transforms import variable
from ._tree import flatten, unflatten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._typing import P, R


def checkpoint(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """function(*args, **kwargs), whose derivatives store the arguments alone and compute the rest again: the same bits,
    dropout included.

    Arguments and result may be nested lists, tuples and dicts of tensors and of anything else. Parameters that the
    function uses get their gradients too. The function is called once; what its backward plan computes again is what it
    recorded.
    """
    if not is_grad_enabled():
        return function(*args, **kwargs)
    leaves, structure = flatten([args, kwargs])
    variables: list[Tensor] = []
    for place, leaf in enumerate(leaves):
        if isinstance(leaf, Tensor) and leaf.dtype.is_floating_point:
            variables.append(variable(leaf))
            leaves[place] = variables[-1]
    if not variables:
        variables.append(variable(zeros()))
    inner_args, inner_kwargs = unflatten(structure, leaves)
    results, structure = flatten(function(*inner_args, **inner_kwargs))
    places = [place for place, leaf in enumerate(results) if isinstance(leaf, Tensor)]
    outputs = [results[place] for place in places]
    found = handle_array(len(outputs))()
    check(lib.wb_checkpoint(handles(variables), len(variables), handles(outputs), len(outputs), found))
    for place, handle in zip(places, found):
        results[place] = wrap(handle)
    return unflatten(structure, results)  # type: ignore[no-any-return]


def checkpoint_sequential(functions: Iterable[Callable[[Any], Any]], segments: SupportsIndex, input: Any) -> Any:
    """The functions, or the modules of a Sequential, one after the other on `input`; in `segments` runs, each but the
    last a checkpoint, as in PyTorch."""
    functions = list(functions)
    count = whole(segments, "segments", "checkpoint_sequential")
    if not 1 <= count <= len(functions):
        raise ArgumentError(
            f"checkpoint_sequential: expected 1 to {len(functions)} segments for {len(functions)} "
            f"functions, found {count}"
        )

    def run(part: Iterable[Callable[[Any], Any]]) -> Callable[[Any], Any]:
        def segment(value: Any) -> Any:
            for function in part:
                value = function(value)
            return value

        return segment

    length = len(functions) // count
    for start in range(0, length * (count - 1), length):
        input = checkpoint(run(functions[start : start + length]), input)
    return run(functions[length * (count - 1) :])(input)
