"""tf.custom_gradient and tf.recompute_grad."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from .._callbacks import custom
from .._checkpoint import checkpoint
from .._tensor import Tensor as Base
from . import _nesting, _recording
from ._tensor import convert, op, wrap

if TYPE_CHECKING:
    from collections.abc import Callable


class _Collector(_recording.Watcher):
    """Notes which variables are read."""

    def __init__(self) -> None:
        super().__init__(True)
        self.variables: dict[int, Any] = {}

    def _wants(self, variable: Any) -> bool:
        wanted = super()._wants(variable)
        if wanted:
            self.variables.setdefault(id(variable._cell), variable)
        return wanted


def custom_gradient(f: Callable[..., Any] | None = None) -> Any:
    """A function with derivatives of its own; also as a decorator.

    f(*args) returns (result, grad): grad(*upstream) turns the derivatives by each result into those by each argument, a
    list for several. Where f reads variables, grad takes `variables=` as well and returns (these derivatives, a list of
    those by the variables). What grad computes may be differentiated again.
    """
    if f is None:
        return custom_gradient
    function = f

    @functools.wraps(function, updated=())
    def decorated(*args: Any, **kwargs: Any) -> Any:
        return _decorated(function, args, kwargs)

    return decorated


def _decorated(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    given = [_tensors(arg) for arg in args]
    if not _recording.is_recorded():
        return _results(function(*given, **kwargs))[0]
    collector = _Collector()
    collector._begin()
    try:
        result, grad = _results(function(*given, **kwargs))
    finally:
        collector._end()
    leaves = _nesting.flatten(given)
    inputs = [leaf for leaf in leaves if isinstance(leaf, Base) and leaf.dtype.is_floating_point]
    places = [place for place, leaf in enumerate(leaves) if any(leaf is known for known in inputs)]
    variables = list(collector.variables.values())
    nodes = [collector._watched[id(variable._cell)][1][-1] for variable in variables]
    # A variable that is an argument was converted, and read outside.
    outputs = _nesting.flatten(result)
    takes = _takes_variables(grad)
    if variables and not takes:
        raise TypeError(
            "If using @custom_gradient with a function that uses variables, then grad_fn must accept a keyword "
            "argument 'variables'."
        )
    found = _recorded(grad, given, leaves, places, inputs, nodes, outputs, variables)
    return _nesting.pack(result, found)


@op
def _recorded(
    grad: Any,
    given: list[Any],
    leaves: list[Any],
    places: list[int],
    inputs: list[Base],
    nodes: list[Base],
    outputs: list[Any],
    variables: list[Any],
) -> Any:
    tensors = [convert(output) for output in outputs]

    def reverse(_: Any, cotangents: list[Any], needed: list[bool]) -> list[Any]:
        from .._creation import zeros_like

        upstream = [
            wrap(zeros_like(tensor) if cotangent is None else cotangent)
            for cotangent, tensor in zip(cotangents, tensors)
        ]
        answer = grad(*upstream, variables=variables) if variables else grad(*upstream)
        if variables:
            answer, of_variables = answer
        else:
            of_variables = []
        gradients = _spread(answer, given, leaves)
        return [
            None if part is None else convert(part, hint=node.dtype)
            for part, node in zip([*[gradients[place] for place in places], *of_variables], [*inputs, *nodes])
        ]

    return custom([*inputs, *nodes], tensors, reverse)


def _spread(answer: Any, given: list[Any], leaves: list[Any]) -> list[Any]:
    """The derivatives by each leaf of the arguments."""
    parts = list(answer) if isinstance(answer, (list, tuple)) and len(given) != 1 else [answer]
    if len(given) == 1 and isinstance(answer, (list, tuple)):
        parts = list(answer)
    found: list[Any] = []
    if len(parts) == len(given):
        for part, arg in zip(parts, given):
            count = len(_nesting.flatten(arg))
            inner = [None] * count if part is None else _nesting.flatten(part)
            found += inner
    else:
        found = _nesting.flatten(parts)
    if len(found) != len(leaves):
        raise ValueError(
            f"custom_gradient function expected to return {len(leaves)} gradients, but returned {len(found)} instead."
        )
    return found


def _results(result: Any) -> tuple[Any, Callable[..., Any]]:
    if not isinstance(result, tuple) or len(result) != 2 or not callable(result[1]):
        raise TypeError(f"custom_gradient: expected a function that returns (result, grad), found {result!r:.80}")
    return _nesting.map_structure(_tensor, result[0]), result[1]


@op
def _tensor(value: Any) -> Any:
    return convert(value)


def _tensors(value: Any) -> Any:
    """An argument with its numbers, arrays and variables as tensors."""
    return _nesting.map_structure(_tensor, value)


def _takes_variables(grad: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(grad).parameters
    except (TypeError, ValueError):
        return False
    return "variables" in parameters or any(one.kind is one.VAR_KEYWORD for one in parameters.values())


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose derivatives keep its arguments alone and compute the rest again."""

    @functools.wraps(f, updated=())
    def inner(*args: Any, **kwargs: Any) -> Any:
        given = [_tensors(arg) if not callable(arg) else arg for arg in args]
        if not _recording.is_recorded():
            return f(*given, **kwargs)
        # Inside, the arguments are fresh variables of the engine's.
        return _wrapped(checkpoint(lambda *inner, **named: f(*_wrapped(list(inner)), **named), *given, **kwargs))

    return inner


def _wrapped(value: Any) -> Any:
    return _nesting.map_structure(wrap, value)


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the derivatives of the identity."""

    def inner(*args: Any, **kwargs: Any) -> Any:
        return f(*args, **kwargs), lambda *upstream: upstream if len(upstream) > 1 else upstream[0]

    made: Callable[..., Any] = custom_gradient(inner)
    return made


__all__ = ["custom_gradient", "grad_pass_through", "recompute_grad"]
