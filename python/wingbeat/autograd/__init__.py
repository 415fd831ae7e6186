"""Derivatives of tensors (grad), operations with derivatives of one's own (Function), and transforms of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from .._anomalies import detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from .._custom import Function, FunctionCtx
from .._errors import ArgumentError
from .._modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from .._naming import listing, refusing
from .._tensor import Tensor, as_tensor
from .._transforms import inside_transform, reverse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from .._typing import TensorLike

from . import functional
from ._gradcheck import GradcheckError, gradcheck, gradgradcheck

__all__ = [
    "Function",
    "FunctionCtx",
    "GradcheckError",
    "Variable",
    "backward",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "inside_transform",
    "no_grad",
    "set_grad_enabled",
    "detect_anomaly",
    "set_detect_anomaly",
    "is_anomaly_enabled",
]
__dir__ = listing(__name__)
if not TYPE_CHECKING:
    __getattr__ = refusing(__name__)


class _AnyTensor(type):
    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, Tensor)


class Variable(metaclass=_AnyTensor):
    """Variable(tensor) is the tensor: what PyTorch called it before tensors had derivatives."""

    def __new__(cls, data: TensorLike, requires_grad: bool = False, volatile: bool = False) -> Any:
        tensor = as_tensor(data)
        return tensor.requires_grad_() if requires_grad else tensor


def backward(
    tensors: Tensor | Iterable[Tensor],
    grad_tensors: TensorLike | Iterable[TensorLike] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Adds the derivatives of tensors to the .grad of the leaves behind them, as tensor.backward(gradient) does for
    each."""
    outputs = _one_or_more(tensors, "tensors")
    given: Any = grad_tensors if isinstance(grad_tensors, (list, tuple)) else [grad_tensors] * len(outputs)
    if len(given) != len(outputs):
        raise ArgumentError(f"backward: expected {len(outputs)} grad_tensors, one for each tensor, found {len(given)}")
    if create_graph or inputs is not None:
        raise ArgumentError("backward: create_graph and inputs are for autograd.grad, which returns the derivatives")
    for place, (output, weight) in enumerate(zip(outputs, given)):
        output.backward(weight, retain_graph=bool(retain_graph) or place + 1 < len(outputs))


def _one_or_more(tensors: Tensor | Iterable[Tensor], what: str) -> list[Tensor]:
    found: list[Any] = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    for tensor in found:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"autograd.grad: expected tensors as {what}, found {type(tensor).__name__}")
    return found


@overload
def grad(
    outputs: Tensor | Iterable[Tensor],
    inputs: Tensor | Iterable[Tensor],
    grad_outputs: TensorLike | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: Literal[False] = False,
) -> tuple[Tensor, ...]: ...
@overload
def grad(
    outputs: Tensor | Iterable[Tensor],
    inputs: Tensor | Iterable[Tensor],
    grad_outputs: TensorLike | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    allow_unused: bool,
) -> tuple[Tensor | None, ...]: ...
def grad(
    outputs: Tensor | Iterable[Tensor],
    inputs: Tensor | Iterable[Tensor],
    grad_outputs: TensorLike | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]:
    """The derivatives of tensors with respect to tensors they were computed from, in reverse mode: a tuple, one for
    each input.

    outputs, inputs: a tensor or several; each input must require gradients (StateError).
    grad_outputs: a weight of each output's shape; may be left out where outputs have one element.
    create_graph: True makes the results differentiable again. retain_graph: not needed; the graph always stays.
    allow_unused: an input that no output depends on gets None, not zeros.
    """
    outputs, inputs = _one_or_more(outputs, "outputs"), _one_or_more(inputs, "inputs")
    weights = None
    if grad_outputs is not None:
        weights = [
            as_tensor(weight)
            for weight in (grad_outputs if isinstance(grad_outputs, (list, tuple)) else [grad_outputs])
        ]
        if len(weights) != len(outputs):
            raise ArgumentError(
                f"autograd.grad: expected {len(outputs)} grad_outputs, one for each output, found {len(weights)}"
            )
    return tuple(reverse(outputs, inputs, weights, create_graph, allow_unused))
