"""Iterative solvers of A y = b for a linear map that is only known by what it does to vectors.

Each takes the operator (a function of a vector), b [n] and a request, and returns (y, iterations, |b - A y|, whether
that is as small as was asked for). Values decide when to stop, so they run outside of capture blocks; a request for a
fixed number of iterations asks for no value, and its residual is None.
"""

from __future__ import annotations

from ctypes import c_void_p
from math import isfinite
from typing import TYPE_CHECKING

from ._creation import zeros_like
from ._functions import where
from ._library import check, lib
from ._shaping import stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._tensor import Tensor

    Operator = Callable[[Tensor], Tensor]
    Solution = tuple[Tensor, int, float | None, bool]
    Solver = Callable[[Operator, Tensor, "Request"], Solution]

# eps of the dtypes: differences that are rounding.
EPSILON = {"float32": 2.0**-23, "float64": 2.0**-52}
# Directions that gmres keeps, two vectors each; with as many it begins anew from the residual.
RESTART = 100


class Request:
    """tolerance: of |b - A y| / |b|; limit: iterations at most; is_fixed: exactly so many, and no look at values."""

    def __init__(self, tolerance: float, limit: int, is_fixed: bool = False) -> None:
        self.tolerance, self.limit, self.is_fixed = tolerance, limit, is_fixed


def norm(vector: Tensor) -> Tensor:
    """The Euclidean norm, without overflow of its square."""
    largest = vector.abs().max() if vector.numel() else vector.sum()
    scale = where((largest > 0) & (largest < float("inf")), largest, 1)
    return ((vector / scale) ** 2).sum().sqrt() * scale


def evaluate(*tensors: Tensor) -> None:
    """Has values computed in one plan, and kept."""
    check(lib.wb_eval((c_void_p * len(tensors))(*[tensor._handle for tensor in tensors]), len(tensors)))


def neumann(operator: Operator, b: Tensor, request: Request) -> Solution:
    """y <- y + b - A y, the Neumann series sum_k (I - A)^k b: for A = I - J whose J has a spectral radius below 1, as
    at a fixed point that iteration finds."""
    y = b
    residual: float | None = None
    size = 0.0 if request.is_fixed else norm(b).item()
    for count in range(request.limit):
        rest = b - operator(y)
        if not request.is_fixed:
            length = norm(rest)
            evaluate(rest, length)
            residual = length.item()
            if residual <= request.tolerance * size or not isfinite(residual):
                return y, count, residual, isfinite(residual)
        y = y + rest
    return y, request.limit, residual, request.is_fixed


def gmres(operator: Operator, b: Tensor, request: Request) -> Solution:
    """GMRES (Saad and Schultz 1986) in its form of a generalised conjugate residual method (Eisenstat, Elman and
    Schultz 1983): of all y in the Krylov space the one of least |b - A y|.

    The images A p of the directions p are kept orthonormal. The next direction is the residual where the last step made
    it much shorter, else the last image, which never breaks down (Jiranek and Rozloznik 2010). At the end the residual
    is computed, not only updated.
    """
    y, rest, length = zeros_like(b), b, norm(b)
    if request.is_fixed:
        return _cycle(operator, y, rest, length, request, 0, 0.0)[0], request.limit, None, True
    epsilon, size = EPSILON[b.dtype.name], length.item()
    best, count, goal = size, 0, request.tolerance * size
    while best > goal and count < request.limit:
        found, used, growth = _cycle(operator, y, rest, length, request, count, goal)
        rest = b - operator(found)
        length, extent = norm(rest), norm(found)
        evaluate(rest, length, extent)
        residual, count = length.item(), count + used
        if not isfinite(residual):
            return y, count, residual, False
        # What rounding leaves of A y: a residual below it says no more about y.
        goal = max(goal, 8 * epsilon * growth * extent.item())
        if residual >= best:
            break
        y, best = found, residual
    return y, count, best, best <= goal


def _cycle(
    operator: Operator, y: Tensor, rest: Tensor, length: Tensor, request: Request, count: int, goal: float
) -> tuple[Tensor, int, float]:
    """Steps from (y, its residual, the residual's norm) up to a restart: (y, steps, a lower bound of |A|)."""
    epsilon, growth, steps = EPSILON[rest.dtype.name], 0.0, 0
    directions: list[Tensor] = []
    images: list[Tensor] = []
    direction = rest / where(length > 0, length, 1)
    while steps < (request.limit if request.is_fixed else min(RESTART, request.limit - count)):
        image = operator(direction)
        before = norm(image)
        if images:
            base, turned = stack(images), stack(directions)
            for _ in range(2):  # twice is enough
                shares = base @ image
                image, direction = image - shares @ base, direction - shares @ turned
        after = norm(image)
        # An image that lies among the others: there is nothing left to find.
        scale = where(after > 100 * epsilon * before, 1 / where(after > 0, after, 1), 0)
        image, direction = image * scale, direction * scale
        share = image @ rest
        y, rest = y + share * direction, rest - share * image
        images.append(image)
        directions.append(direction)
        previous, length = length, norm(rest)
        direction = where(length < 0.9 * previous, rest / where(length > 0, length, 1), image)
        steps += 1
        if not request.is_fixed:
            evaluate(y, rest, image, directions[-1], direction, length, before, scale)
            growth = max(growth, before.item())
            if not length.item() > goal or not scale.item() or not isfinite(length.item()):
                break
    return y, steps, growth


SOLVERS: dict[str, Solver] = {"neumann": neumann, "gmres": gmres}
