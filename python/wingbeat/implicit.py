"""Solutions of equations, differentiated by the implicit function theorem: fixed_point solves x = f(x, params), root
solves F(x, params) = 0.

With F(x*, p) = 0 (for a fixed point F = x - f), dx* = -A^{-1} (dF/dp) dp where A = dF/dx at x*. So derivatives need no
step of the solver: forward mode solves A t = b, reverse mode A^T w = v, both by an iterative method that asks for
products with A alone. The linear solve is an operation with rules of its own, d(A^{-1} b) = A^{-1} (db - dA y), made of
the same solves (as jax.lax.custom_root and custom_linear_solve are); so all derivatives nest, to any order.

The function is called by the solver, and once more at the solution; what that call recorded is what is differentiated.
Tensors that it captures from outside (the parameters of a model, variables of a transform around it) get their
derivatives too. x0 has none: the solution does not depend on it. Where several solutions exist, derivatives are those
of the one that was found.

Values decide when a solver stops, so inside wingbeat.compile `iterations` must be given: then exactly so many are
recorded, of the solver and of each linear solve, and nothing is checked.
"""

from __future__ import annotations

import warnings
from ctypes import c_int32
from math import isfinite
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

import numpy as np

from ._arguments import whole
from ._arrays import handle_array, handles
from ._callbacks import custom
from ._compile import is_capturing
from ._creation import zeros_like
from ._errors import ArgumentError, ConvergenceError, DTypeError, ShapeError, StateError
from ._library import check, lib
from ._linear_solvers import EPSILON, SOLVERS, Request, evaluate, gmres, norm
from ._modes import enable_grad, is_grad_enabled, no_grad
from ._naming import listing
from ._shaping import cat
from ._tensor import Tensor, as_tensor, wrap
from ._transforms import DERIVATIVES, forward, reverse, same_structure, variable
from ._tree import flatten, unflatten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from ._callbacks import Forward, Reverse
    from ._linear_solvers import Operator, Solution
    from ._typing import Operand, T, Tree

    LinearSolver = Literal["neumann", "gmres"] | Callable[[Operator, Tensor], Tensor]
    OnFailure = Literal["raise", "warn", "ignore"]
    Residual = Callable[[Sequence[Tensor], Sequence[Tensor]], list[Tensor]]

__all__ = ["fixed_point", "root"]
__dir__ = listing(__name__)


@overload
def fixed_point(
    function: Callable[..., Any],
    x0: Operand,
    *params: Tree,
    tol: float | None = None,
    max_iterations: SupportsIndex = 1000,
    iterations: SupportsIndex | None = None,
    solver: Callable[..., Any] | None = None,
    linear_solver: LinearSolver = "neumann",
    on_failure: OnFailure = "raise",
) -> Tensor: ...
@overload
def fixed_point(
    function: Callable[..., Any],
    x0: T,
    *params: Tree,
    tol: float | None = None,
    max_iterations: SupportsIndex = 1000,
    iterations: SupportsIndex | None = None,
    solver: Callable[..., Any] | None = None,
    linear_solver: LinearSolver = "neumann",
    on_failure: OnFailure = "raise",
) -> T: ...
def fixed_point(
    function: Callable[..., Any],
    x0: Tree,
    *params: Tree,
    tol: float | None = None,
    max_iterations: SupportsIndex = 1000,
    iterations: SupportsIndex | None = None,
    solver: Callable[..., Any] | None = None,
    linear_solver: LinearSolver = "neumann",
    on_failure: OnFailure = "raise",
) -> Any:
    """x with x = function(x, *params), found by iteration from x0. x0 and params: nested lists, tuples and dicts of
    tensors; the result has x0's structure, shapes and dtypes.

    tol: |f(x) - x| at the end over the larger of |x| at the end and at the start; by default eps^(3/4), 7e-6 in float32
    and 2e-12 in float64. solver(function, x0, *params): another way to find x, which is then checked, by default to
    eps^(1/2) alone. linear_solver, for derivatives: "neumann" (iteration again), "gmres" (also where the derivative at
    x is no contraction), or a function of (operator, b), vectors, that returns y with operator(y) = b. iterations:
    exactly so many, without any check, as it must be inside wingbeat.compile. on_failure: "raise" a ConvergenceError,
    "warn", or "ignore".
    """
    problem = _Problem(
        "fixed_point", function, x0, params, tol, max_iterations, iterations, solver, linear_solver, on_failure
    )
    return problem.solution(problem.residual_of_fixed_point, problem.by_iteration)


@overload
def root(
    function: Callable[..., Any],
    x0: Operand,
    *params: Tree,
    tol: float | None = None,
    max_iterations: SupportsIndex = 100,
    iterations: SupportsIndex | None = None,
    solver: Callable[..., Any] | None = None,
    linear_solver: LinearSolver = "gmres",
    on_failure: OnFailure = "raise",
) -> Tensor: ...
@overload
def root(
    function: Callable[..., Any],
    x0: T,
    *params: Tree,
    tol: float | None = None,
    max_iterations: SupportsIndex = 100,
    iterations: SupportsIndex | None = None,
    solver: Callable[..., Any] | None = None,
    linear_solver: LinearSolver = "gmres",
    on_failure: OnFailure = "raise",
) -> T: ...
def root(
    function: Callable[..., Any],
    x0: Tree,
    *params: Tree,
    tol: float | None = None,
    max_iterations: SupportsIndex = 100,
    iterations: SupportsIndex | None = None,
    solver: Callable[..., Any] | None = None,
    linear_solver: LinearSolver = "gmres",
    on_failure: OnFailure = "raise",
) -> Any:
    """x with function(x, *params) = 0, found by Newton's method from x0: steps by GMRES, which needs products with the
    Jacobian alone, halved until |F| falls.

    function(x, *params) has the structure, shapes and dtypes of x. x0 and params: nested lists, tuples and dicts of
    tensors; the result has x0's structure, shapes and dtypes. tol: |F(x)| at the end over |F(x0)|, or the last step
    over |x|, whichever is met; by default eps^(3/4), 7e-6 in float32 and 2e-12 in float64. The other arguments are
    those of fixed_point; with iterations, that many Newton steps of as many GMRES iterations.
    """
    problem = _Problem("root", function, x0, params, tol, max_iterations, iterations, solver, linear_solver, on_failure)
    return problem.solution(problem.residual_of_root, problem.by_newton)


def _count(value: SupportsIndex, what: str, name: str) -> int:
    count = whole(value, what, name)
    if count < 1:
        raise ArgumentError(f"{name}: expected {what} of at least 1, found {count}")
    return count


class _Problem:
    """An equation with its settings, on lists of tensors: xs, the unknowns, and ps, the parameters that are float
    tensors."""

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        x0: Tree,
        params: tuple[Tree, ...],
        tol: float | None,
        max_iterations: SupportsIndex,
        iterations: SupportsIndex | None,
        solver: Callable[..., Any] | None,
        linear_solver: LinearSolver,
        on_failure: OnFailure,
    ) -> None:
        self.name = name
        if not callable(function):
            raise TypeError(f"{name}: expected a function, found {function!r:.80}")
        if solver is not None and not callable(solver):
            raise TypeError(f"{name}: expected solver as a function, found {solver!r:.80}")
        if not callable(linear_solver) and linear_solver not in SOLVERS:
            raise ArgumentError(
                f"{name}: expected linear_solver as 'neumann', 'gmres' or a function, found {linear_solver!r:.80}"
            )
        if on_failure not in ("raise", "warn", "ignore"):
            raise ArgumentError(f"{name}: expected on_failure as 'raise', 'warn' or 'ignore', found {on_failure!r:.80}")
        if tol is not None and not (isinstance(tol, (int, float)) and 0 <= tol < float("inf")):
            raise ArgumentError(f"{name}: expected tol as a number of at least 0, found {tol!r:.80}")
        if iterations is None and is_capturing():
            raise StateError(
                f"{name}: values decide when the solver stops, and inside compile there are none; give iterations=n, "
                "or solve outside"
            )
        self.function, self.solver, self.on_failure = function, solver, on_failure
        self.is_fixed = iterations is not None
        self.limit = (
            _count(max_iterations, "max_iterations", name)
            if iterations is None
            else _count(iterations, "iterations", name)
        )
        self.linear_solver: Any = SOLVERS[linear_solver] if isinstance(linear_solver, str) else linear_solver
        self.params, self.param_structure = flatten(list(params))
        self.places = [
            place for place, leaf in enumerate(self.params) if isinstance(leaf, Tensor) and leaf.dtype.is_floating_point
        ]
        leaves, self.structure = flatten(x0)
        if not leaves:
            raise ArgumentError(f"{name}: expected at least one tensor in x0")
        self.x0 = [self._unknown(leaf) for leaf in leaves]
        if not all(isinstance(leaf, (Tensor, np.ndarray)) for leaf in leaves):
            # Numbers take the dtype of what the function makes of them.
            with no_grad():
                values = self._values(self.x0, self._detached_params(), False)
            self.x0 = [
                x if isinstance(leaf, (Tensor, np.ndarray)) else x.to(value.dtype)
                for x, leaf, value in zip(self.x0, leaves, values)
            ]
        self.tolerance = (
            tol if tol is not None else max(EPSILON[x.dtype.name] for x in self.x0) ** (0.75 if solver is None else 0.5)
        )

    def _unknown(self, leaf: Any) -> Tensor:
        if leaf is None or isinstance(leaf, str):
            raise TypeError(f"{self.name}: expected x0 of tensors, found {leaf!r:.80}")
        x = as_tensor(leaf)._snapshot()
        if isinstance(leaf, (bool, int)):
            x = x.to("float32")
        if not x.dtype.is_floating_point:
            raise DTypeError(f"{self.name}: expected x0 of a floating dtype, found {x.dtype}")
        return x

    # ---------------------------------------------------------------- the function

    def _detached_params(self) -> list[Tensor]:
        return [self.params[place]._snapshot() for place in self.places]

    def _arguments(self, xs: Sequence[Tensor], ps: Sequence[Tensor]) -> tuple[Tree, Any]:
        leaves = list(self.params)
        for place, p in zip(self.places, ps):
            leaves[place] = p
        return unflatten(self.structure, xs), unflatten(self.param_structure, leaves)

    def _values(self, xs: Sequence[Tensor], ps: Sequence[Tensor], is_checked: bool = True) -> list[Tensor]:
        """The leaves of the function's result."""
        x, params = self._arguments(xs, ps)
        leaves, structure = flatten(self.function(x, *params))
        same_structure(structure, self.structure, self.name, "the function's result")
        values = [as_tensor(leaf) for leaf in leaves]
        for value, own in zip(values, xs):
            if value.shape != own.shape:
                raise ShapeError(
                    f"{self.name}: expected a result of x's shape {list(own.shape)}, found {list(value.shape)}"
                )
            if is_checked and value.dtype != own.dtype:
                raise DTypeError(f"{self.name}: expected a result of x's dtype {own.dtype}, found {value.dtype}")
        return values

    residual_of_root = _values

    def residual_of_fixed_point(self, xs: Sequence[Tensor], ps: Sequence[Tensor]) -> list[Tensor]:
        return [x - value for x, value in zip(xs, self._values(xs, ps))]

    # ---------------------------------------------------------------- solvers

    def by_iteration(self, ps: list[Tensor]) -> list[Tensor]:
        """x <- f(x)."""
        xs, first, residual = self.x0, 0.0, float("nan")
        for count in range(self.limit):
            values = self._values(xs, ps)
            if self.is_fixed:
                xs = values
                continue
            change, size = norm(_packed([value - x for value, x in zip(values, xs)])), norm(_packed(values))
            evaluate(*values, change, size)
            if not count:
                first = max(size.item(), norm(_packed(xs)).item())
            residual = change.item()
            if residual <= self.tolerance * max(first, size.item()) and isfinite(residual):
                return values
            if not isfinite(residual):
                return self._fail(xs, count + 1, residual, "|f(x) - x|")
            xs = values
        return xs if self.is_fixed else self._fail(xs, self.limit, residual, "|f(x) - x|")

    def by_newton(self, ps: list[Tensor]) -> list[Tensor]:
        """x <- x - A^{-1} F(x), as far as |F| falls."""
        xs, first, size = self.x0, float("inf"), float("nan")
        for count in range(self.limit + 1):
            closure = _Closure(self.residual_of_root, xs, ps)
            rest = _packed(closure.at(closure.arguments))
            if not self.is_fixed:
                size = norm(rest).item()
                first = size if not count else first
                if size <= self.tolerance * first or not isfinite(size):
                    return xs if isfinite(size) else self._fail(xs, count, size, "|F(x)|")
            if count == self.limit:
                break
            request = Request(1e-4, self.limit if self.is_fixed else _STEP_LIMIT, self.is_fixed)
            step, _, _, is_met = gmres(closure.operator(xs, closure.arguments[len(xs) :]), -rest, request)
            moved, is_last = self._moved(xs, ps, step, size, is_met)
            if moved is None:
                return self._fail(xs, count, size, "no step makes |F(x)| smaller, which")
            xs = moved
            if is_last:
                return xs
        return xs if self.is_fixed else self._fail(xs, self.limit, size, "|F(x)|")

    def _moved(
        self, xs: list[Tensor], ps: list[Tensor], step: Tensor, size: float, is_exact: bool
    ) -> tuple[list[Tensor] | None, bool]:
        """The unknowns after a step, or the part of it that makes |F| smaller (None: no part does), and whether the
        step was so small that it is the last."""
        parts = _unpacked(step, xs)
        if self.is_fixed:
            return [x + part for x, part in zip(xs, parts)], False
        is_last = is_exact and norm(step).item() <= self.tolerance * norm(_packed(xs)).item()
        share = 1.0
        while True:
            moved = [x + share * part for x, part in zip(xs, parts)]
            evaluate(*moved)
            after = norm(_packed(self._values(moved, ps))).item()
            if is_last or after <= (1 - 1e-4 * share) * size:
                return moved, is_last
            share /= 2
            if share < 1e-6:
                return None, False

    def _by_users_solver(self, residual: Residual, ps: list[Tensor]) -> list[Tensor]:
        x, params = self._arguments(self.x0, ps)
        solver: Any = self.solver
        leaves, structure = flatten(solver(self.function, x, *params))
        same_structure(structure, self.structure, self.name, "the solver's result")
        xs = [as_tensor(leaf)._snapshot().to(own.dtype) for leaf, own in zip(leaves, self.x0)]
        for x, own in zip(xs, self.x0):
            if x.shape != own.shape:
                raise ShapeError(
                    f"{self.name}: expected the solver's result in x0's shape {list(own.shape)}, found {list(x.shape)}"
                )
        if not self.is_fixed:
            found, size = norm(_packed(residual(xs, ps))).item(), norm(_packed(xs)).item()
            if not found <= self.tolerance * max(size, norm(_packed(residual(self.x0, ps))).item()):
                return self._fail(xs, None, found, "the equation's residual")
        return xs

    def _fail(self, xs: list[Tensor], count: int | None, residual: float, what: str) -> list[Tensor]:
        """What happens where a tolerance is not met: the unknowns as they are, unless that is an error."""
        if self.on_failure != "ignore":
            after = "after the given solver" if count is None else f"after {count} iterations"
            sentence = (
                f"{self.name}: no convergence to tolerance {self.tolerance:.1e}: {what} is {residual:.3e} {after}"
            )
            if self.on_failure == "raise":
                raise ConvergenceError(sentence, count, residual)
            warnings.warn(sentence, RuntimeWarning, stacklevel=5)
        return xs

    # ---------------------------------------------------------------- derivatives

    def solution(self, residual: Residual, solve: Callable[[list[Tensor]], list[Tensor]]) -> Tree:
        """The unknowns in their structure, with derivatives by parameters and captured tensors."""
        with no_grad():
            ps = self._detached_params()
            xs = solve(ps) if self.solver is None else self._by_users_solver(residual, ps)
        if is_grad_enabled():
            closure = _Closure(residual, xs, ps)
            origins = [self.params[place].clone() for place in self.places] + closure.captures
            if any(origin.requires_grad for origin in origins):
                xs = custom(origins, xs, *self._rules(closure, origins))
        return unflatten(self.structure, xs)

    def _rules(self, closure: _Closure, origins: list[Tensor]) -> tuple[Reverse, Forward]:
        def backward(outputs: list[Any], cotangents: list[Any], needed: list[bool]) -> list[Tensor | None]:
            cotangent = _packed([zeros_like(x) if given is None else given for x, given in zip(outputs, cotangents)])
            adjoint = _unpacked(self._solve(closure, outputs, origins, cotangent, True), outputs)
            return closure.pulled_back(outputs, origins, [-part for part in adjoint], len(outputs))

        def along(outputs: list[Any], tangents: list[Any]) -> list[Tensor]:
            moved = closure.pushed_forward(outputs, origins, [None] * len(outputs) + tangents)
            return _unpacked(self._solve(closure, outputs, origins, -_packed(moved), False), outputs)

        return backward, along

    def _solve(
        self, closure: _Closure, xs: list[Tensor], origins: list[Tensor], b: Tensor, is_transposed: bool
    ) -> Tensor:
        """A^{-1} b or A^{-T} b, for A = dF/dx at (xs, origins); an operation with derivatives by all of them."""
        with no_grad():
            operator = closure.operator(
                [x._snapshot() for x in xs], [origin._snapshot() for origin in origins], is_transposed
            )
            y = self._solved(operator, b._snapshot())
        inputs = [*xs, *origins, b]
        if not is_grad_enabled() or not any(tensor.requires_grad for tensor in inputs):
            return y

        def applied(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
            """<left, A right>, by what A depends on."""
            return (right, left) if is_transposed else (left, right)

        def backward(outputs: list[Any], cotangents: list[Any], needed: list[bool]) -> list[Tensor | None]:
            (y,) = outputs
            back = self._solve(closure, xs, origins, cotangents[0], not is_transposed)
            gradients = closure.bilinear_gradient(xs, origins, *applied(-back, y))
            return [*gradients, back]

        def along(outputs: list[Any], tangents: list[Any]) -> list[Tensor]:
            (y,) = outputs
            change = zeros_like(y) if tangents[-1] is None else tangents[-1]
            if any(tangent is not None for tangent in tangents[:-1]):
                change = change - closure.changed_operator(xs, origins, y, tangents[:-1], is_transposed)
            return [self._solve(closure, xs, origins, change, is_transposed)]

        return custom(inputs, [y], backward, along)[0]

    def _solved(self, operator: Operator, b: Tensor) -> Tensor:
        if self.linear_solver not in SOLVERS.values():
            y = as_tensor(self.linear_solver(operator, b))._snapshot()
            if y.shape != b.shape:
                raise ShapeError(
                    f"{self.name}: expected the linear solver's result in shape {list(b.shape)}, found {list(y.shape)}"
                )
            return y.to(b.dtype)
        request = Request(
            max(EPSILON[x.dtype.name] for x in self.x0) ** 0.75,
            self.limit if self.is_fixed else max(self.limit, 1000),
            self.is_fixed,
        )
        solution: Solution = self.linear_solver(operator, b, request)
        y, count, residual, is_met = solution
        if not is_met:
            sentence = (
                f"{self.name}: the linear system of the derivative did not converge to tolerance "
                f"{request.tolerance:.1e} with '{self.linear_solver.__name__}': "
                f"its residual is {residual:.3e} after {count} iterations"
            )
            if self.on_failure == "raise":
                raise ConvergenceError(sentence, count, residual)
            if self.on_failure == "warn":
                warnings.warn(sentence, RuntimeWarning, stacklevel=2)
        return y


# Iterations of GMRES that a Newton step may take.
_STEP_LIMIT = 200


# -------------------------------------------------------------------- what is differentiated


class _Closure:
    """F as the solver's last call recorded it, as a function of (unknowns, parameters, captured tensors): on other
    tensors of the same values it is recorded again.

    Derivatives are taken by fresh variables for all three, so that what the unknowns owe to parameters does not count
    as F's own dependence on them.
    """

    def __init__(self, residual: Residual, xs: list[Tensor], ps: list[Tensor]) -> None:
        with DERIVATIVES:  # also what the function differentiates by itself is to keep its graph
            self._variables = [variable(tensor._snapshot()) for tensor in (*xs, *ps)]
            self._outputs = residual(self._variables[: len(xs)], self._variables[len(xs) :])
        count, places = (
            c_int32(),
            (handles(self._variables), len(self._variables), handles(self._outputs), len(self._outputs)),
        )
        check(lib.wb_function_captures(*places, None, 0, count))
        found = handle_array(count.value)()
        check(lib.wb_function_captures(*places, found, count.value, count))
        self.captures = [wrap(handle) for handle in found]
        self.arguments = [*xs, *ps, *[tensor._snapshot() for tensor in self.captures]]

    def at(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """F, recorded on these tensors."""
        found = handle_array(len(self._outputs))()
        check(
            lib.wb_function_call(
                handles(self._variables),
                len(self._variables),
                handles(self._outputs),
                len(self._outputs),
                handles(tensors),
                len(tensors),
                found,
            )
        )
        return [wrap(handle) for handle in found]

    def _recorded(self, xs: Sequence[Tensor], origins: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """(variables in place of all arguments, F on them)."""
        with enable_grad():
            variables = [variable(tensor) for tensor in (*xs, *origins)]
            return variables, self.at(variables)

    def operator(self, xs: Sequence[Tensor], origins: Sequence[Tensor], is_transposed: bool = False) -> Operator:
        """The function of a vector that multiplies it by A, or A^T."""
        with enable_grad():
            variables = [variable(x) for x in xs]
            outputs = self.at([*variables, *origins])

        def times(vector: Tensor) -> Tensor:
            parts = _unpacked(vector, xs)
            if is_transposed:
                found = _gradients(outputs, variables, parts, False)
                return _packed([zeros_like(x) if one is None else one for one, x in zip(found, xs)])
            with no_grad():
                return _packed(forward(outputs, variables, parts))

        return times

    def pulled_back(
        self, xs: Sequence[Tensor], origins: Sequence[Tensor], weights: Sequence[Tensor], start: int
    ) -> list[Tensor | None]:
        """The gradients of <weights, F> by the arguments from number `start` on."""
        variables, outputs = self._recorded(xs, origins)
        return _gradients(outputs, variables[start:], weights)

    def pushed_forward(
        self, xs: Sequence[Tensor], origins: Sequence[Tensor], tangents: Sequence[Tensor | None]
    ) -> list[Tensor]:
        """The derivative of F along tangents of the arguments (None: zero)."""
        variables, outputs = self._recorded(xs, origins)
        return _along(outputs, variables, tangents)

    def bilinear_gradient(
        self, xs: Sequence[Tensor], origins: Sequence[Tensor], left: Tensor, right: Tensor
    ) -> list[Tensor | None]:
        """The gradients of <left, A right> by the arguments."""
        variables, outputs = self._recorded(xs, origins)
        with enable_grad():
            product = forward(outputs, variables[: len(xs)], _unpacked(right, xs))
        return _gradients(product, variables, _unpacked(left, xs))

    def changed_operator(
        self,
        xs: Sequence[Tensor],
        origins: Sequence[Tensor],
        y: Tensor,
        tangents: Sequence[Tensor | None],
        is_transposed: bool,
    ) -> Tensor:
        """(dA) y, or (dA)^T y, for the change of A along tangents of the arguments."""
        variables, outputs = self._recorded(xs, origins)
        parts = _unpacked(y, xs)
        with enable_grad():
            own = variables[: len(xs)]
            product: Sequence[Tensor | None] = (
                _gradients(outputs, own, parts, True) if is_transposed else forward(outputs, own, parts)
            )
        return _packed(
            _along([zeros_like(x) if one is None else one for one, x in zip(product, xs)], variables, tangents)
        )


def _gradients(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], weights: Sequence[Tensor], create_graph: bool | None = None
) -> list[Tensor | None]:
    """Gradients of weighted outputs; None for an input that none of them depends on."""
    pairs = [(output, weight) for output, weight in zip(outputs, weights) if output.requires_grad]
    if not pairs:
        return [None] * len(inputs)
    create_graph = is_grad_enabled() if create_graph is None else create_graph
    return reverse(
        [output for output, _ in pairs], inputs, [weight for _, weight in pairs], create_graph, allow_unused=True
    )


def _along(outputs: Sequence[Tensor], variables: Sequence[Tensor], tangents: Sequence[Tensor | None]) -> list[Tensor]:
    pairs = [(one, tangent) for one, tangent in zip(variables, tangents) if tangent is not None]
    return forward(outputs, [one for one, _ in pairs], [tangent for _, tangent in pairs])


# -------------------------------------------------------------------- lists of tensors as vectors


def _packed(tensors: Sequence[Tensor]) -> Tensor:
    """One vector of all elements."""
    return cat([tensor.reshape(-1) for tensor in tensors]) if len(tensors) > 1 else tensors[0].reshape(-1)


def _unpacked(vector: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    """The parts of a vector, in the shapes and dtypes of tensors."""
    if len(like) == 1:
        return [vector.reshape(like[0].shape).to(like[0].dtype)]
    parts, start = [], 0
    for tensor in like:
        count = tensor.numel()
        parts.append(vector[start : start + count].reshape(tensor.shape).to(tensor.dtype))
        start += count
    return parts
