"""Derivatives of functions under the names of torch.autograd.functional: the function comes first, then the point.

Each has a counterpart in wingbeat.func, which takes the function alone. inputs is a tensor or a tuple of tensors; what
comes out is a tensor or a tuple accordingly. create_graph=True makes results differentiable by inputs that require
gradients. strict and vectorize are taken as PyTorch takes them; an input that does not matter has derivatives of zeros.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._creation import ones_like
from .._errors import ArgumentError
from .._jacobians import hessian as hessian_of
from .._jacobians import jacfwd, jacrev
from .._naming import listing
from .._tensor import Tensor, as_tensor
from .._transforms import grad as gradient_of
from .._transforms import jvp as jvp_of
from .._transforms import vjp as vjp_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
__dir__ = listing(__name__)


def _inputs(inputs: Any) -> tuple[tuple[Tensor, ...], Any]:
    """The inputs as a tuple, and the argnums with which a transform answers in their form."""
    if isinstance(inputs, (tuple, list)):
        return tuple(as_tensor(value) for value in inputs), tuple(range(len(inputs)))
    return (as_tensor(inputs),), 0


def _settled(found: Any, create_graph: bool) -> Any:
    if isinstance(found, tuple):
        return tuple(_settled(part, create_graph) for part in found)
    if isinstance(found, list):
        return tuple(_settled(part, create_graph) for part in found)
    return found if create_graph else found.detach()


def _weights(name: str, v: Any, like: Any, optional: bool) -> Any:
    """v in the form of `like`; ones where it may be left out."""
    if v is None:
        if not optional:
            raise ArgumentError(f"{name}: expected v, a tensor or a tuple in the form of the inputs, found None")
        return tuple(ones_like(part) for part in like) if isinstance(like, tuple) else ones_like(like)
    if isinstance(like, tuple) and isinstance(v, (tuple, list)):
        return tuple(as_tensor(part) for part in v)
    return as_tensor(v)


def _one_element(found: Any) -> bool:
    return isinstance(found, Tensor) and found.numel() == 1


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of func at inputs: for each output, for each input, a tensor [*output.shape, *input.shape]."""
    if strategy not in ("reverse-mode", "forward-mode"):
        raise ArgumentError(f"jacobian: expected strategy 'reverse-mode' or 'forward-mode', found {strategy!r:.80}")
    arguments, argnums = _inputs(inputs)
    transform: Any = jacrev if strategy == "reverse-mode" else jacfwd
    return _settled(transform(func, argnums)(*arguments), create_graph)


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of func, whose result has one element: for each pair of inputs [*one.shape, *other.shape]."""
    arguments, argnums = _inputs(inputs)
    return _settled(hessian_of(lambda *given: _scalar("hessian", func(*given)), argnums)(*arguments), create_graph)


def _scalar(name: str, value: Any) -> Any:
    if not _one_element(value):
        found = f"shape {list(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise ArgumentError(f"{name}: expected a function whose result is a tensor of one element, found {found}")
    return value.reshape(())


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(*inputs), v times the Jacobian). v has the form of the output, and may be left out for one element."""
    arguments, argnums = _inputs(inputs)
    outputs, pull = vjp_of(func, *arguments)
    weights = _weights("vjp", v, outputs, _one_element(outputs))
    found = pull(weights)
    return _settled(outputs, create_graph), _settled(_formed(found, argnums), create_graph)


def _formed(found: Any, argnums: Any) -> Any:
    return found[0] if argnums == 0 and isinstance(found, tuple) else found


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(*inputs), the Jacobian times v). v has the form of the inputs, and may be left out for one element."""
    arguments, argnums = _inputs(inputs)
    weights = _weights("jvp", v, arguments, argnums == 0 and _one_element(arguments[0]))
    directions = weights if isinstance(weights, tuple) else (weights,)
    outputs, along = jvp_of(func, arguments, directions)
    return _settled(outputs, create_graph), _settled(along, create_graph)


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(*inputs), v times the Hessian) of a function whose result has one element: reverse mode over reverse."""
    arguments, argnums = _inputs(inputs)
    weights = _weights("vhp", v, arguments, argnums == 0 and _one_element(arguments[0]))
    gradient = gradient_of(lambda *given: _scalar("vhp", func(*given)), tuple(range(len(arguments))))
    _, pull = vjp_of(lambda *given: tuple(gradient(*given)), *arguments)
    found = pull(weights if isinstance(weights, tuple) else (weights,))
    return _settled(func(*arguments), create_graph), _settled(_formed(found, argnums), create_graph)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(*inputs), the Hessian times v) of a function whose result has one element: forward mode over reverse."""
    arguments, argnums = _inputs(inputs)
    weights = _weights("hvp", v, arguments, argnums == 0 and _one_element(arguments[0]))
    directions = weights if isinstance(weights, tuple) else (weights,)
    gradient = gradient_of(lambda *given: _scalar("hvp", func(*given)), tuple(range(len(arguments))))
    _, along = jvp_of(lambda *given: tuple(gradient(*given)), arguments, directions)
    return _settled(func(*arguments), create_graph), _settled(_formed(tuple(along), argnums), create_graph)
