"""Derivatives held against finite differences, under the names of torch.autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._creation import randn
from .._errors import ArgumentError
from .._jacobians import jacfwd, jacrev
from .._modes import no_grad
from .._tensor import Tensor, as_tensor
from .._transforms import vjp

if TYPE_CHECKING:
    from collections.abc import Callable


class GradcheckError(RuntimeError):
    """A derivative is not what finite differences say."""


def _several(values: Any) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, (tuple, list)) else (values,)


def _checked(inputs: tuple[Any, ...], name: str) -> list[int]:
    """The places of the inputs by which derivatives are taken."""
    places = [
        place
        for place, value in enumerate(inputs)
        if isinstance(value, Tensor) and value.requires_grad and value.dtype.is_floating_point
    ]
    if not places:
        raise ArgumentError(f"{name}: expected an input of a floating dtype that requires gradients, found none")
    return places


def _results(func: Callable[..., Any], inputs: tuple[Any, ...]) -> list[Tensor]:
    """The outputs of a floating dtype."""
    return [value for value in _several(func(*inputs)) if isinstance(value, Tensor) and value.dtype.is_floating_point]


def _numerical(func: Callable[..., Any], inputs: tuple[Any, ...], place: int, eps: float) -> list[Any]:
    """For each output the differences (f(x + eps) - f(x - eps)) / (2 eps), [output elements, input elements]."""
    point = inputs[place].detach().numpy()
    columns: list[list[Any]] = []
    for index in np.ndindex(point.shape):
        sides = []
        for step in (eps, -eps):
            moved = point.copy()
            moved[index] += step
            given = (*inputs[:place], as_tensor(moved), *inputs[place + 1 :])
            with no_grad():
                sides.append([value.detach().numpy().reshape(-1).astype(float) for value in _results(func, given)])
        columns.append([(up - down) / (2 * eps) for up, down in zip(*sides)])
    return [np.stack(column, 1) for column in zip(*columns)]


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_ad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the derivatives of func(*inputs) by each input that requires gradients are what differences of step eps
    say, to atol + rtol |difference|; meant for float64.

    check_forward_ad: forward mode too. raise_exception: GradcheckError with both Jacobians; else False. The other
    arguments are taken as PyTorch takes them: all elements are always looked at.
    """
    given = _several(inputs)
    modes = [("reverse", jacrev)] * check_backward_ad + [("forward", jacfwd)] * check_forward_ad
    places = _checked(given, "gradcheck")
    count = len(_results(func, given))
    if not count:
        raise ArgumentError("gradcheck: expected a function with an output of a floating dtype, found none")
    for place in places:
        numerical = _numerical(func, given, place, eps)
        for name, transform in modes:
            rows: Any = transform(lambda *arguments: tuple(_results(func, arguments)), place)(*given)
            for output, (row, differences) in enumerate(zip(rows, numerical)):
                analytical = row.detach().numpy().reshape(differences.shape)
                if np.allclose(analytical, differences, rtol, atol, equal_nan=True):
                    continue
                if not raise_exception:
                    return False
                raise GradcheckError(
                    f"Jacobian mismatch for output {output} with respect to input {place} in {name} mode,\n"
                    f"numerical:{differences}\nanalytical:{analytical}\n"
                )
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """gradcheck of the gradients themselves: second derivatives by the inputs and by grad_outputs, the weights of the
    outputs (drawn where they are left out)."""
    given = _several(inputs)
    places = _checked(given, "gradgradcheck")
    outputs = _results(func, given)
    weights = [randn(value.shape, dtype=value.dtype) for value in outputs] if grad_outputs is None else grad_outputs
    directions = tuple(weight.detach().requires_grad_() for weight in _several(weights))

    def gradients(*arguments: Any) -> Any:
        fixed, along = arguments[: len(given)], arguments[len(given) :]

        def of(*chosen: Any) -> Any:
            at = list(fixed)
            for place, value in zip(places, chosen):
                at[place] = value
            return tuple(_results(func, tuple(at)))

        _, pull = vjp(of, *(fixed[place] for place in places))
        return pull(tuple(along))

    return gradcheck(
        gradients,
        (*given, *directions),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        check_backward_ad=check_rev_over_rev,
        check_forward_ad=check_fwd_over_rev,
    )
