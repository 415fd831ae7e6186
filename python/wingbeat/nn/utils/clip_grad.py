"""Gradients that are kept from becoming too large, between backward() and step()."""

from __future__ import annotations

from collections.abc import Iterable
from ctypes import c_void_p
from typing import TYPE_CHECKING, Any

from ..._arrays import handles
from ..._library import check, lib
from ..._naming import listing
from ..._tensor import Tensor, as_tensor, wrap

if TYPE_CHECKING:
    from ..._typing import Real

__all__ = ["clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]
__dir__ = listing(__name__)


def _given(parameters: Any, name: str) -> list[Tensor]:
    found = [parameters] if isinstance(parameters, Tensor) else parameters
    if not isinstance(found, Iterable):
        raise TypeError(f"{name}: expected a parameter, or several, found {parameters!r:.80}")
    found = list(found)
    for parameter in found:
        if not isinstance(parameter, Tensor):
            raise TypeError(f"{name}: expected parameters, found {parameter!r:.80}")
    return found


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: Real = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all elements of all tensors together, 0-d.

    norm_type: its order; inf is the largest magnitude. error_if_nonfinite: raises NotFiniteError where it is NaN or
    infinite. foreach is taken and changes nothing: all is one plan.
    """
    given, out = _given(tensors, "get_total_norm"), c_void_p()
    check(lib.wb_total_norm(handles(given), len(given), float(norm_type), 1 if error_if_nonfinite else 0, out))
    return wrap(out.value)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: Real,
    norm_type: Real = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Multiplies all gradients by one number, so that their norm together is at most max_norm, in place; returns the
    norm before. Pascanu et al. 2013.

    norm_type: its order; inf is the largest magnitude. error_if_nonfinite: raises NotFiniteError where the norm is NaN
    or infinite. foreach is taken and changes nothing: all is one plan.
    """
    given, out = _given(parameters, "clip_grad_norm_"), c_void_p()
    check(
        lib.wb_clip_grad_norm(
            handles(given), len(given), float(max_norm), float(norm_type), 1 if error_if_nonfinite else 0, out
        )
    )
    return wrap(out.value)


clip_grad_norm = clip_grad_norm_


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: Real, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """As clip_grad_norm_, with a norm that is known: get_total_norm of the gradients."""
    given = _given(parameters, "clip_grads_with_norm_")
    check(lib.wb_clip_grad_with_norm(handles(given), len(given), float(max_norm), as_tensor(total_norm)))


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: Real, foreach: bool | None = None) -> None:
    """Brings each element of each gradient between -clip_value and clip_value, in place.

    foreach is taken and changes nothing: all is one plan.
    """
    given = _given(parameters, "clip_grad_value_")
    check(lib.wb_clip_grad_value(handles(given), len(given), float(clip_value)))
