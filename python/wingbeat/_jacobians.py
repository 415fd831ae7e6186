"""Jacobians and Hessians: transforms of functions (see _transforms) whose result is a derivative as a whole.

They are derivatives of one element, or along one, mapped over a basis (see _vmap): the graph is as large for a thousand
rows as for one. Only where a custom rule asks for values, such as an iterative solution's, which a mapped tensor has
not, they are taken one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from ._creation import eye
from ._errors import DTypeError, StateError
from ._shaping import stack
from ._transforms import DERIVATIVES, NESTED, Recorded, forward, reverse, settled
from ._tree import unflatten
from ._vmap import Mapped, chunk_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Literal

    from typing_extensions import Concatenate

    from ._tensor import Tensor
    from ._typing import Argnums, Operand, P, R, Transformed


def _over_basis(
    tensor: Tensor, derivatives: Callable[[Tensor], list[Tensor]], axis: int, chunk_size: int
) -> list[Tensor]:
    """derivatives(element) for each element of a basis of the tensor's shape, along an axis of the results."""
    basis = eye(tensor.numel(), dtype=tensor.dtype).reshape((tensor.numel(), *tensor.shape))
    try:
        with NESTED:
            block = Mapped([basis], [0])
            found = derivatives(*block.variables)
            return block.results(found, [axis] * len(found), chunk_size)
    except StateError:
        # Whatever else it was is raised again here.
        return [stack(parts, axis) for parts in zip(*[derivatives(element) for element in basis])]


def _float_outputs(recorded: Recorded) -> list[Tensor]:
    for output in recorded.outputs:
        if not output.dtype.is_floating_point:
            raise DTypeError(
                f"{recorded.name}: expected a function with results of a floating dtype, found {output.dtype}"
            )
    return recorded.outputs


def _by_rows(recorded: Recorded, chunk_size: int) -> Iterator[list[Tensor]]:
    """For each output, its derivatives by the variables."""
    variables = recorded.variables
    for output in _float_outputs(recorded):
        rows = _over_basis(
            output, lambda weight: reverse([output], variables, [weight], create_graph=True), 0, chunk_size
        )
        yield [row.reshape(output.shape + variable.shape) for row, variable in zip(rows, variables)]


def _by_columns(recorded: Recorded, chunk_size: int) -> Iterable[Sequence[Tensor]]:
    """The same in forward mode."""
    outputs = _float_outputs(recorded)
    found = []
    for variable in recorded.variables:
        columns = _over_basis(variable, lambda direction: forward(outputs, [variable], [direction]), -1, chunk_size)
        found.append([column.reshape(output.shape + variable.shape) for column, output in zip(columns, outputs)])
    return zip(*found)


def _jacobian(
    name: str,
    derivatives: Callable[[Recorded, int], Iterable[Sequence[Tensor]]],
    function: Callable[..., Any],
    argnums: Argnums,
    has_aux: bool,
    chunk_size: SupportsIndex | None,
) -> Any:
    chunk = chunk_of(chunk_size, name)

    def transformed(*args: Any, **kwargs: Any) -> Any:
        with DERIVATIVES:
            recorded = Recorded(name, function, args, kwargs, argnums, has_aux)
            rows = list(derivatives(recorded, chunk))
        return recorded.with_aux(
            unflatten(recorded.output_structure, [recorded.by_argument(settled(row)) for row in rows])
        )

    return transformed


@overload
def jacrev(
    function: Callable[Concatenate[Tensor, P], R],
    argnums: Literal[0] = 0,
    has_aux: Literal[False] = False,
    chunk_size: SupportsIndex | None = None,
) -> Transformed[Concatenate[Operand, P], R]: ...
@overload
def jacrev(
    function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False, chunk_size: SupportsIndex | None = None
) -> Any: ...
def jacrev(
    function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False, chunk_size: SupportsIndex | None = None
) -> Any:
    """A function that returns the Jacobian of `function`, in reverse mode: a derivative for each element of the result.
    For few results of many numbers.

    Its shape is the result's followed by the argument's. Where the result is nested lists, tuples and dicts, so is the
    Jacobian, and in each place of it the structure of the argument (for a tuple of argnums: a tuple of these). has_aux:
    `function` returns (result, anything else), and (Jacobian, anything else) is returned. chunk_size: as many rows at a
    time, for less memory.
    """
    return _jacobian("jacrev", _by_rows, function, argnums, has_aux, chunk_size)


@overload
def jacfwd(
    function: Callable[Concatenate[Tensor, P], R],
    argnums: Literal[0] = 0,
    has_aux: Literal[False] = False,
    chunk_size: SupportsIndex | None = None,
) -> Transformed[Concatenate[Operand, P], R]: ...
@overload
def jacfwd(
    function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False, chunk_size: SupportsIndex | None = None
) -> Any: ...
def jacfwd(
    function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False, chunk_size: SupportsIndex | None = None
) -> Any:
    """The same as jacrev in forward mode: a derivative for each element of the arguments.

    For many results of few numbers.
    """
    return _jacobian("jacfwd", _by_columns, function, argnums, has_aux, chunk_size)


@overload
def hessian(
    function: Callable[Concatenate[Tensor, P], R], argnums: Literal[0] = 0, has_aux: Literal[False] = False
) -> Transformed[Concatenate[Operand, P], R]: ...
@overload
def hessian(function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Any: ...
def hessian(function: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Any:
    """A function that returns the second derivatives of `function`: jacfwd of jacrev.

    For a scalar of a tensor of shape s, shape s + s. Structures nest as jacrev's do: the result's, then the argument's,
    then the argument's again.
    """
    return jacfwd(jacrev(function, argnums, has_aux), argnums, has_aux)
