"""Derivatives: of tensors (autograd.grad) and of functions (grad, value_and_grad, vjp, jvp, hvp).

The transforms take a function of tensors, or of nested lists, tuples and dicts of tensors, and nest freely: each call
gives its function fresh variables, so that a variable of an outer transform is a constant to an inner one, and derivatives
of the outer pass through the inner.

A result carries a graph only where somebody may still differentiate it: inside an outer transform, or where it depends on
a leaf that requires gradients, such as a model's parameter.
"""

import threading
from ctypes import c_int32, c_void_p

from ._arrays import handle_array
from ._errors import ArgumentError, ShapeError, StructureError
from ._library import check, lib
from ._modes import is_grad_enabled, switch_grad
from ._tensor import Tensor, as_tensor, wrap
from ._tree import flatten, unflatten


def _handles(tensors):
    return handle_array(len(tensors))(*[tensor._handle for tensor in tensors])


def _one_or_more(tensors, what):
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"autograd.grad: expected tensors as {what}, found {type(tensor).__name__}")
    return tensors


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, allow_unused=False):
    """The derivatives of tensors with respect to tensors they were computed from, in reverse mode: a tuple, one for each input.

    outputs, inputs: a tensor or several; each input must require gradients (StateError).
    grad_outputs: a weight of each output's shape; may be left out where outputs have one element.
    create_graph: True makes the results differentiable again. retain_graph: not needed; the graph always stays.
    allow_unused: an input that no output depends on gets None, not zeros.
    """
    outputs, inputs = _one_or_more(outputs, "outputs"), _one_or_more(inputs, "inputs")
    weights = None
    if grad_outputs is not None:
        weights = [as_tensor(weight) for weight in (grad_outputs if isinstance(grad_outputs, (list, tuple)) else [grad_outputs])]
        if len(weights) != len(outputs):
            raise ArgumentError(f"autograd.grad: expected {len(outputs)} grad_outputs, one for each output, found {len(weights)}")
    return tuple(_reverse(outputs, inputs, weights, create_graph, allow_unused))


def _reverse(outputs, inputs, weights, create_graph, allow_unused=False):
    if not inputs:
        return []
    found = handle_array(len(inputs))()
    check(lib.wb_grad(_handles(outputs), len(outputs), _handles(inputs), len(inputs), weights and _handles(weights),
                      1 if create_graph else 0, 1 if allow_unused else 0, found))
    return [None if handle is None else wrap(handle) for handle in found]


# -------------------------------------------------------------------- transforms

class _Depth(threading.local):
    """How many transforms this thread is inside of."""

    value = 0


_depth = _Depth()


def inside_transform():
    """Whether this thread runs the function of a transform."""
    return _depth.value > 0


class _Transform:
    """A transform at work: counts the depth, and records whatever the gradient mode outside."""

    __slots__ = ("_previous",)

    def __enter__(self):
        _depth.value += 1
        self._previous = switch_grad(1)
        return self

    def __exit__(self, *exception):
        switch_grad(self._previous)
        _depth.value -= 1


def _variables(leaves, name):
    """Fresh variables with the values of tensors, arrays or numbers."""
    result = []
    for leaf in leaves:
        out = c_void_p()
        if leaf is None or isinstance(leaf, str):
            raise TypeError(f"{name}: expected tensors to differentiate with respect to, found {leaf!r}")
        check(lib.wb_variable(as_tensor(leaf), out))
        result.append(wrap(out.value))
    return result


def _settled(tensors):
    """Results as they are handed out: without a graph, unless somebody may differentiate them."""
    if not is_grad_enabled():
        return [tensor.detach() for tensor in tensors]
    return tensors if _depth.value else [tensor if _depends_on_leaf(tensor) else tensor.detach() for tensor in tensors]


def _depends_on_leaf(tensor):
    flag = c_int32()
    check(lib.wb_tensor_depends_on_leaf(tensor._handle, flag))
    return flag.value != 0


def _scalar(value, name):
    value = as_tensor(value)
    if value.numel() != 1:
        raise ShapeError(f"{name}: expected a function with a result of one element, found shape {list(value.shape)}")
    return value


def value_and_grad(function, argnums=0, has_aux=False):
    """A function that returns (value, gradient) of `function`, whose result is a tensor of one element.

    argnums: the argument, or a tuple of arguments, to differentiate with respect to (then the gradient is a tuple); each a tensor
    or nested lists, tuples and dicts of tensors, in whose structure its gradient is returned. has_aux: `function` returns
    (value, anything else), and ((value, anything else), gradient) is returned.
    """
    several = not isinstance(argnums, int)
    places = tuple(argnums) if several else (argnums,)

    def transformed(*args, **kwargs):
        for place in places:
            if not -len(args) <= place < len(args):
                raise ArgumentError(f"grad: argnums {place} is out of range for {len(args)} positional arguments")
        leaves, structure = flatten([args[place] for place in places])
        with _Transform():
            variables = _variables(leaves, "grad")
            inner = list(args)
            for place, argument in zip(places, unflatten(structure, variables)):
                inner[place] = argument
            value = function(*inner, **kwargs)
            value, aux = value if has_aux else (value, None)
            value = _scalar(value, "grad")
            gradients = _reverse([value], variables, None, create_graph=True)
        gradients = unflatten(structure, _settled(gradients))
        value, = _settled([value])
        return ((value, _settled_tree(aux)) if has_aux else value), (tuple(gradients) if several else gradients[0])

    return transformed


def grad_transform(function, argnums=0, has_aux=False):
    """A function that returns the gradient of `function`; with has_aux, (gradient, anything else). See value_and_grad."""
    both = value_and_grad(function, argnums, has_aux)

    def transformed(*args, **kwargs):
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return transformed


def _settled_tree(tree):
    leaves, structure = flatten(tree)
    return unflatten(structure, [_settled([leaf])[0] if isinstance(leaf, Tensor) else leaf for leaf in leaves])


def _same_structure(found, expected, name, what):
    if found != expected:
        raise StructureError(f"{name}: the structure of {what} differs: expected {_readable(expected)}, found {_readable(found)}")


def _readable(structure):
    return str(unflatten(structure, _Stars()))


class _Stars:
    def __iter__(self):
        return self

    def __next__(self):
        return _Star()


class _Star:
    def __repr__(self):
        return "*"


def vjp(function, *primals):
    """(result, vjp_function): vjp_function(cotangent), with the result's structure, gives the tuple of derivatives by the primals.

    Reverse mode: cotangent^T J for the Jacobian J of `function` at `primals`. vjp_function may be called any number of times.
    """
    leaves, structure = flatten(list(primals))
    with _Transform():
        variables = _variables(leaves, "vjp")
        result, result_structure = flatten(function(*unflatten(structure, variables)))
        result = [as_tensor(leaf) for leaf in result]

    def vjp_function(cotangent):
        weights, weights_structure = flatten(cotangent)
        _same_structure(weights_structure, result_structure, "vjp", "the cotangent")
        with _Transform():
            gradients = _reverse(result, variables, [as_tensor(weight) for weight in weights], create_graph=True)
        return tuple(unflatten(structure, _settled(gradients)))

    return unflatten(result_structure, _settled(result)), vjp_function


def _paired(primals, tangents, name):
    """Leaves of primals and of tangents, and their common structure."""
    if not isinstance(primals, (tuple, list)):
        raise TypeError(f"{name}: expected the primals as a tuple of arguments, found {type(primals).__name__}")
    leaves, structure = flatten(list(primals))
    directions, found = flatten(list(tangents) if isinstance(tangents, (tuple, list)) else tangents)
    _same_structure(found, structure, name, "the tangents")
    return leaves, [as_tensor(direction) for direction in directions], structure


def jvp(function, primals, tangents):
    """(result, derivative of the result along tangents), in forward mode: J tangent for the Jacobian J at `primals`.

    primals, tangents: tuples with one entry for each argument, of equal structure and shapes.
    """
    leaves, directions, structure = _paired(primals, tangents, "jvp")
    with _Transform():
        variables = _variables(leaves, "jvp")
        result, result_structure = flatten(function(*unflatten(structure, variables)))
        result = [as_tensor(leaf) for leaf in result]
        found = handle_array(len(result))()
        check(lib.wb_jvp(_handles(result), len(result), _handles(variables), len(variables), _handles(directions), found))
        along = [wrap(handle) for handle in found]
    return unflatten(result_structure, _settled(result)), unflatten(result_structure, _settled(along))


def hvp(function, primals, tangents):
    """The Hessian of `function`, whose result is a tensor of one element, times tangents: forward over reverse mode.

    primals, tangents: tuples with one entry for each argument, of equal structure and shapes; so is the result.
    """
    leaves, directions, structure = _paired(primals, tangents, "hvp")
    with _Transform():
        variables = _variables(leaves, "hvp")
        value = _scalar(function(*unflatten(structure, variables)), "hvp")
        found = handle_array(len(variables))()
        check(lib.wb_hvp(value._handle, _handles(variables), len(variables), _handles(directions), found))
        products = [wrap(handle) for handle in found]
    return tuple(unflatten(structure, _settled(products)))
