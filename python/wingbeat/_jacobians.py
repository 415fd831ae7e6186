"""Jacobians and Hessians: transforms of functions (see _transforms) whose result is a derivative as a whole.

They are loops over the elements of a basis, recorded in one graph: one plan computes all rows, and what the rows have in common once.
"""

from ._creation import eye, zeros
from ._errors import DTypeError
from ._shaping import stack
from ._transforms import Recorded, Transform, forward, reverse, settled
from ._tree import unflatten


def _basis(tensor):
    """One tensor of its shape for each element, which is 1 there and 0 elsewhere."""
    rows = eye(tensor.numel(), dtype=tensor.dtype)
    return [row.reshape(tensor.shape) for row in rows]


def _assembled(parts, dim, shape, dtype):
    """Parts along an axis as one tensor of `shape`; there is none where an extent is 0."""
    return stack(parts, dim).reshape(shape) if parts else zeros(shape, dtype=dtype)


def _float_outputs(recorded):
    for output in recorded.outputs:
        if not output.dtype.is_floating_point:
            raise DTypeError(f"{recorded.name}: expected a function with results of float32 or float64, found {output.dtype}")
    return recorded.outputs


def _by_rows(recorded):
    """For each output, its derivatives by the variables."""
    variables = recorded.variables
    for output in _float_outputs(recorded):
        rows = [reverse([output], variables, [weight], create_graph=True) for weight in _basis(output)]
        yield [_assembled([row[place] for row in rows], 0, output.shape + variable.shape, variable.dtype) for place, variable in enumerate(variables)]


def _by_columns(recorded):
    """The same in forward mode."""
    outputs = _float_outputs(recorded)
    found = []
    for variable in recorded.variables:
        columns = [forward(outputs, [variable], [direction]) for direction in _basis(variable)]
        found.append([_assembled([column[place] for column in columns], -1, output.shape + variable.shape, output.dtype) for place, output in enumerate(outputs)])
    return zip(*found)


def _jacobian(name, derivatives, function, argnums, has_aux):
    def transformed(*args, **kwargs):
        with Transform():
            recorded = Recorded(name, function, args, kwargs, argnums, has_aux)
            rows = list(derivatives(recorded))
        return recorded.with_aux(unflatten(recorded.output_structure, [recorded.by_argument(settled(row)) for row in rows]))

    return transformed


def jacrev(function, argnums=0, has_aux=False):
    """A function that returns the Jacobian of `function`, in reverse mode: a derivative for each element of the result. For few results of many numbers.

    Its shape is the result's followed by the argument's. Where the result is nested lists, tuples and dicts, so is the Jacobian, and in each place
    of it the structure of the argument (for a tuple of argnums: a tuple of these). has_aux: `function` returns (result, anything else), and
    (Jacobian, anything else) is returned.
    """
    return _jacobian("jacrev", _by_rows, function, argnums, has_aux)


def jacfwd(function, argnums=0, has_aux=False):
    """The same as jacrev in forward mode: a derivative for each element of the arguments. For many results of few numbers."""
    return _jacobian("jacfwd", _by_columns, function, argnums, has_aux)


def hessian(function, argnums=0, has_aux=False):
    """A function that returns the second derivatives of `function`: jacfwd of jacrev.

    For a scalar of a tensor of shape s, shape s + s. Structures nest as jacrev's do: the result's, then the argument's, then the argument's again.
    """
    return jacfwd(jacrev(function, argnums, has_aux), argnums, has_aux)
