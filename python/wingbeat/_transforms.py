"""Transforms of functions: grad, value_and_grad, vjp, jvp, hvp, linearize.

They take a function of tensors, or of nested lists, tuples and dicts of tensors, and nest freely: each call
gives its function fresh variables, so that a variable of an outer transform is a constant to an inner one, and
derivatives of the outer pass through the inner.

A result carries a graph only where somebody may still differentiate it: inside an outer transform, or where it depends
on a leaf that requires gradients, such as a model's parameter.

argnums: the argument, or a tuple of arguments, to differentiate with respect to; the others are constants.
has_aux: the function returns (result, anything else), and the anything else is handed out, cut off from the graph,
beside what the transform gives.
"""

from __future__ import annotations

from ctypes import c_int32, c_void_p
from operator import index
from typing import TYPE_CHECKING, Any, overload

from . import _abi
from ._arrays import handle_array, handles
from ._errors import ArgumentError, ShapeError, StructureError
from ._library import check, lib
from ._modes import Block, recording_flags
from ._tensor import Tensor, as_tensor, wrap
from ._tree import flatten, unflatten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Literal

    from typing_extensions import Concatenate, Self

    from ._typing import Argnums, Aux, Operand, P, R, Structure, T, Transformed, Tree


@overload
def reverse(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor],
    weights: Sequence[Tensor] | None,
    create_graph: bool,
    allow_unused: Literal[False] = False,
) -> list[Tensor]: ...
@overload
def reverse(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor],
    weights: Sequence[Tensor] | None,
    create_graph: bool,
    allow_unused: bool,
) -> list[Tensor | None]: ...
def reverse(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor],
    weights: Sequence[Tensor] | None,
    create_graph: bool,
    allow_unused: bool = False,
) -> Any:
    """The gradients of weighted outputs by inputs."""
    if not inputs:
        return []
    found = handle_array(len(inputs))()
    check(
        lib.wb_grad(
            handles(outputs),
            len(outputs),
            handles(inputs),
            len(inputs),
            weights and handles(weights),
            1 if create_graph else 0,
            1 if allow_unused else 0,
            found,
        )
    )
    return [None if handle is None else wrap(handle) for handle in found]


def forward(outputs: Sequence[Tensor], inputs: Sequence[Tensor], directions: Sequence[Tensor]) -> list[Tensor]:
    """The derivatives of outputs along directions of the inputs."""
    found = handle_array(len(outputs))()
    check(lib.wb_jvp(handles(outputs), len(outputs), handles(inputs), len(inputs), handles(directions), found))
    return [wrap(handle) for handle in found]


# A transform at work; one that takes derivatives records whatever the gradient mode outside.
NESTED = Block(_abi.WB_BLOCK_TRANSFORM)
DERIVATIVES = Block(_abi.WB_BLOCK_TRANSFORM | _abi.WB_BLOCK_GRAD_ON)


def inside_transform() -> bool:
    """Whether this thread runs the function of a transform."""
    return recording_flags() & _abi.WB_GRAD_TRANSFORM != 0


class Recorded:
    """A function, recorded on fresh variables in place of the arguments that derivatives are taken by; to be made
    inside DERIVATIVES.

    variables, structure: the leaves of those arguments, and the structure of the list of them. outputs,
    output_structure: of the result. aux: anything else.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        args: Sequence[Tree],
        kwargs: dict[str, Any],
        argnums: Argnums | None,
        has_aux: bool,
    ) -> None:
        self.name = name
        places = argument_places(argnums, args, name)
        self._several = argnums is None or not hasattr(type(argnums), "__index__")
        leaves, self.structure = flatten([args[place] for place in places])
        self.variables = _variables(leaves, name)
        inner = list(args)
        for place, argument in zip(places, unflatten(self.structure, self.variables)):
            inner[place] = argument
        result = function(*inner, **kwargs)
        self.has_aux, self.aux = has_aux, None
        if has_aux:
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError(
                    f"{name}: with has_aux the function must return (result, anything else), "
                    f"found {type(result).__name__}"
                )
            result, self.aux = result
        leaves, self.output_structure = flatten(result)
        self.outputs = [as_tensor(leaf) for leaf in leaves]

    def scalar(self) -> Tensor:
        """The result, of one element."""
        if self.output_structure != flatten(0)[1]:
            raise TypeError(
                f"{self.name}: expected a function whose result is a tensor of one element, "
                f"found {_readable(self.output_structure)}"
            )
        (value,) = self.outputs
        if value.numel() != 1:
            raise ShapeError(
                f"{self.name}: expected a function with a result of one element, found shape {list(value.shape)}"
            )
        return value

    def result(self) -> Tree:
        """The result in its structure, as it is handed out."""
        return unflatten(self.output_structure, settled(self.outputs))

    def by_argument(self, leaves: Iterable[Tensor]) -> Tree:
        """What belongs to the variables, in the arguments' structure: a tuple if argnums is one, or all."""
        trees = unflatten(self.structure, leaves)
        return tuple(trees) if self._several else trees[0]

    def with_aux(self, *results: Any) -> Any:
        """What a transform returns: one result, or several; and aux, if there is one."""
        if self.has_aux:
            leaves, structure = flatten(self.aux)
            results += (
                unflatten(structure, [settled([leaf])[0] if isinstance(leaf, Tensor) else leaf for leaf in leaves]),
            )
        return results if len(results) > 1 else results[0]


def argument_places(argnums: Argnums | None, args: Sequence[Tree], name: str) -> Sequence[int]:
    """The places that argnums names, from 0; all for None."""
    if argnums is None:
        return range(len(args))
    try:
        given: Any = argnums
        numbers = [index(given)] if hasattr(type(given), "__index__") else [index(number) for number in given]
    except TypeError:
        raise TypeError(
            f"{name}: expected argnums as a whole number or a tuple of whole numbers, found {argnums!r:.80}"
        ) from None
    for number in numbers:
        if not -len(args) <= number < len(args):
            raise ArgumentError(f"{name}: argnums {number} is out of range for {len(args)} positional arguments")
    places = [number % len(args) for number in numbers]
    if len(set(places)) < len(places):
        raise ArgumentError(f"{name}: argnums {argnums} names an argument twice")
    return places


def _variables(leaves: Iterable[Any], name: str) -> list[Tensor]:
    """Fresh variables with the values of tensors, arrays or numbers."""
    result = []
    for leaf in leaves:
        if leaf is None or isinstance(leaf, str):
            raise TypeError(f"{name}: expected tensors to differentiate with respect to, found {leaf!r}")
        result.append(variable(as_tensor(leaf)))
    return result


def variable(tensor: Tensor) -> Tensor:
    """A fresh variable with a tensor's values."""
    out = c_void_p()
    check(lib.wb_variable(tensor, out))
    return wrap(out.value)


def settled(tensors: Sequence[Tensor]) -> Sequence[Tensor]:
    """Results as they are handed out: without a graph, unless somebody may differentiate them."""
    flags = recording_flags()
    if not flags & _abi.WB_GRAD_ENABLED:
        return [tensor._snapshot() for tensor in tensors]
    return (
        tensors
        if flags & _abi.WB_GRAD_TRANSFORM
        else [tensor if _depends_on_leaf(tensor) else tensor._snapshot() for tensor in tensors]
    )


def _depends_on_leaf(tensor: Tensor) -> bool:
    flag = c_int32()
    check(lib.wb_tensor_depends_on_leaf(tensor._handle, flag))
    return flag.value != 0


@overload
def value_and_grad(
    function: Callable[Concatenate[Tensor, P], Tensor], argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> Transformed[Concatenate[Operand, P], tuple[Tensor, Tensor]]: ...
@overload
def value_and_grad(
    function: Callable[Concatenate[Tensor, P], tuple[Tensor, Aux]], argnums: Literal[0] = 0, *, has_aux: Literal[True]
) -> Transformed[Concatenate[Operand, P], tuple[tuple[Tensor, Aux], Tensor]]: ...
@overload
def value_and_grad(
    function: Callable[Concatenate[T, P], Tensor], argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> Transformed[Concatenate[T, P], tuple[Tensor, T]]: ...
@overload
def value_and_grad(
    function: Callable[Concatenate[T, P], tuple[Tensor, Aux]], argnums: Literal[0] = 0, *, has_aux: Literal[True]
) -> Transformed[Concatenate[T, P], tuple[tuple[Tensor, Aux], T]]: ...
@overload
def value_and_grad(
    function: Callable[P, Any], argnums: Argnums, has_aux: bool = False
) -> Transformed[P, tuple[Any, Any]]: ...
def value_and_grad(function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Any:
    """A function that returns (value, gradient) of `function`, whose result is a tensor of one element.

    argnums: the argument, or a tuple of arguments, to differentiate with respect to (then the gradient is a tuple);
    each a tensor or nested lists, tuples and dicts of tensors, in whose structure its gradient is returned. has_aux:
    `function` returns (value, anything else), and ((value, anything else), gradient) is returned.
    """

    def transformed(*args: Any, **kwargs: Any) -> Any:
        with DERIVATIVES:
            recorded = Recorded("grad", function, args, kwargs, argnums, has_aux)
            gradients = reverse([recorded.scalar()], recorded.variables, None, create_graph=True)
        return recorded.with_aux(*settled(recorded.outputs)), recorded.by_argument(settled(gradients))

    return transformed


@overload
def grad(
    function: Callable[Concatenate[Tensor, P], Tensor], argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> Transformed[Concatenate[Operand, P], Tensor]: ...
@overload
def grad(
    function: Callable[Concatenate[Tensor, P], tuple[Tensor, Aux]], argnums: Literal[0] = 0, *, has_aux: Literal[True]
) -> Transformed[Concatenate[Operand, P], tuple[Tensor, Aux]]: ...
@overload
def grad(
    function: Callable[Concatenate[T, P], Tensor], argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> Transformed[Concatenate[T, P], T]: ...
@overload
def grad(
    function: Callable[Concatenate[T, P], tuple[Tensor, Aux]], argnums: Literal[0] = 0, *, has_aux: Literal[True]
) -> Transformed[Concatenate[T, P], tuple[T, Aux]]: ...
@overload
def grad(function: Callable[P, Any], argnums: Argnums, has_aux: bool = False) -> Transformed[P, Any]: ...
def grad(function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Any:
    """A function that returns the gradient of `function`; with has_aux, (gradient, anything else).

    See value_and_grad.
    """
    both: Any = value_and_grad(function, argnums, has_aux)

    def transformed(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return transformed


def same_structure(found: Structure, expected: Structure, name: str, what: str) -> None:
    if found != expected:
        raise StructureError(
            f"{name}: the structure of {what} differs: expected {_readable(expected)}, found {_readable(found)}"
        )


def _readable(structure: Structure) -> str:
    return str(unflatten(structure, _Stars()))


class _Stars:
    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Star:
        return _Star()


class _Star:
    def __repr__(self) -> str:
        return "*"


@overload
def vjp(
    function: Callable[..., R], *primals: Tree, argnums: None = None, has_aux: Literal[False] = False
) -> tuple[R, Callable[[R], tuple[Any, ...]]]: ...
@overload
def vjp(
    function: Callable[..., tuple[R, Aux]], *primals: Tree, argnums: None = None, has_aux: Literal[True]
) -> tuple[R, Callable[[R], tuple[Any, ...]], Aux]: ...
@overload
def vjp(function: Callable[..., Any], *primals: Tree, argnums: Argnums | None = None, has_aux: bool = False) -> Any: ...
def vjp(function: Callable[..., Any], *primals: Tree, argnums: Argnums | None = None, has_aux: bool = False) -> Any:
    """(result, vjp_function): vjp_function(cotangent), with the result's structure, gives the tuple of derivatives by
    the primals.

    Reverse mode: cotangent^T J for the Jacobian J of `function` at `primals`. vjp_function may be called any number of
    times. argnums: only by these primals; one number gives its derivative, without a tuple. has_aux: `function` returns
    (result, anything else), and (result, vjp_function, anything else) is returned.
    """
    with DERIVATIVES:
        recorded = Recorded("vjp", function, primals, {}, argnums, has_aux)

    def vjp_function(cotangent: Tree) -> Tree:
        weights, structure = flatten(cotangent)
        same_structure(structure, recorded.output_structure, "vjp", "the cotangent")
        with DERIVATIVES:
            gradients = reverse(
                recorded.outputs, recorded.variables, [as_tensor(weight) for weight in weights], create_graph=True
            )
        return recorded.by_argument(settled(gradients))

    return recorded.with_aux(recorded.result(), vjp_function)


def direction_leaves(recorded: Recorded, tangents: Tree) -> list[Tensor]:
    leaves, structure = flatten(list(tangents) if isinstance(tangents, (tuple, list)) else tangents)
    same_structure(structure, recorded.structure, recorded.name, "the tangents")
    return [as_tensor(leaf) for leaf in leaves]


def argument_tuple(primals: Any, name: str) -> Sequence[Tree]:
    if not isinstance(primals, (tuple, list)):
        raise TypeError(f"{name}: expected the primals as a tuple of arguments, found {type(primals).__name__}")
    return primals


@overload
def jvp(
    function: Callable[..., R],
    primals: Sequence[Tree],
    tangents: Tree,
    argnums: Argnums | None = None,
    has_aux: Literal[False] = False,
) -> tuple[R, R]: ...
@overload
def jvp(
    function: Callable[..., tuple[R, Aux]],
    primals: Sequence[Tree],
    tangents: Tree,
    argnums: Argnums | None = None,
    *,
    has_aux: Literal[True],
) -> tuple[R, R, Aux]: ...
@overload
def jvp(
    function: Callable[..., Any],
    primals: Sequence[Tree],
    tangents: Tree,
    argnums: Argnums | None = None,
    has_aux: bool = False,
) -> Any: ...
def jvp(
    function: Callable[..., Any],
    primals: Sequence[Tree],
    tangents: Tree,
    argnums: Argnums | None = None,
    has_aux: bool = False,
) -> Any:
    """(result, derivative of the result along tangents), in forward mode: J tangent for the Jacobian J at `primals`.

    primals, tangents: tuples with one entry for each argument, of equal structure and shapes. argnums: then tangents
    has one entry for each of these arguments. has_aux: `function` returns (result, anything else), and (result,
    derivative, anything else) is returned.
    """
    with DERIVATIVES:
        recorded = Recorded("jvp", function, argument_tuple(primals, "jvp"), {}, argnums, has_aux)
        along = forward(recorded.outputs, recorded.variables, direction_leaves(recorded, tangents))
    return recorded.with_aux(recorded.result(), unflatten(recorded.output_structure, settled(along)))


@overload
def linearize(
    function: Callable[..., R], *primals: Tree, argnums: Argnums | None = None, has_aux: Literal[False] = False
) -> tuple[R, Callable[..., R]]: ...
@overload
def linearize(
    function: Callable[..., tuple[R, Aux]], *primals: Tree, argnums: Argnums | None = None, has_aux: Literal[True]
) -> tuple[R, Callable[..., R], Aux]: ...
@overload
def linearize(
    function: Callable[..., Any], *primals: Tree, argnums: Argnums | None = None, has_aux: bool = False
) -> Any: ...
def linearize(
    function: Callable[..., Any], *primals: Tree, argnums: Argnums | None = None, has_aux: bool = False
) -> Any:
    """(result, jvp_function): jvp_function(*tangents) gives the derivative of the result along tangents, one for each
    primal.

    `function` is recorded once, and jvp_function may be called any number of times. argnums: then one tangent for each
    of these primals. has_aux: `function` returns (result, anything else), and (result, jvp_function, anything else) is
    returned.
    """
    with DERIVATIVES:
        recorded = Recorded("linearize", function, primals, {}, argnums, has_aux)

    def jvp_function(*tangents: Tree) -> Tree:
        with DERIVATIVES:
            along = forward(recorded.outputs, recorded.variables, direction_leaves(recorded, tangents))
        return unflatten(recorded.output_structure, settled(along))

    return recorded.with_aux(recorded.result(), jvp_function)


def hvp(
    function: Callable[..., Any],
    primals: Sequence[Tree],
    tangents: Tree,
    argnums: Argnums | None = None,
    has_aux: bool = False,
) -> Any:
    """The Hessian of `function`, whose result is a tensor of one element, times tangents: forward over reverse mode.

    primals, tangents: tuples with one entry for each argument, of equal structure and shapes; so is the result.
    argnums: then of these arguments alone. has_aux: `function` returns (value, anything else), and (products, anything
    else) is returned.
    """
    with DERIVATIVES:
        recorded = Recorded("hvp", function, argument_tuple(primals, "hvp"), {}, argnums, has_aux)
        value, directions = recorded.scalar(), direction_leaves(recorded, tangents)
        found = handle_array(len(recorded.variables))()
        check(lib.wb_hvp(value._handle, handles(recorded.variables), len(directions), handles(directions), found))
        products = [wrap(handle) for handle in found]
    return recorded.with_aux(recorded.by_argument(settled(products)))
