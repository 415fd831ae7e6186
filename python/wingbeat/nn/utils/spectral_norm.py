"""Spectral normalisation under PyTorch's older names: parametrizations.spectral_norm is the newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._creation import randn
from ..._distances import normalize
from ..._errors import ArgumentError
from ..._functions import matmul
from ..._modes import no_grad
from ..._naming import listing
from ..module import Module, Parameter
from ._norms import matrix_of
from ._recomputed import Recomputed, hook_of, parameter_of

if TYPE_CHECKING:
    from ..._tensor import Tensor

__all__ = ["remove_spectral_norm", "spectral_norm"]
__dir__ = listing(__name__)


class _SpectralNorm(Recomputed):
    def __init__(self, name: str, iterations: int, dim: int, eps: float) -> None:
        super().__init__(name)
        self.iterations, self.dim, self.eps = iterations, dim, eps

    def originals(self) -> tuple[str, ...]:
        return f"{self.name}_orig", f"{self.name}_u", f"{self.name}_v"

    def value(self, module: Module, iterates: bool | None = None) -> Tensor:
        weight, u, v = (getattr(module, name) for name in self.originals())
        matrix = matrix_of(weight, self.dim)
        if module.training if iterates is None else iterates:
            with no_grad():
                for _ in range(self.iterations):
                    v = normalize(matmul(matrix.detach().T, u), dim=0, eps=self.eps)
                    u = normalize(matmul(matrix.detach(), v), dim=0, eps=self.eps)
            setattr(module, f"{self.name}_u", u)
            setattr(module, f"{self.name}_v", v)
            u, v = u.clone(), v.clone()
        found: Tensor = weight / matmul(u, matmul(matrix, v))
        return found


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Has a parameter divided by its largest singular value before each forward pass, as a matrix with axis `dim`
    first: 1 for transposed convolutions, else 0. Miyato et al. 2018. Returns the module.

    weight_orig is trained; in training each pass does n_power_iterations of the power method, whose vectors weight_u
    and weight_v are buffers.
    """
    weight = parameter_of(module, name, "spectral_norm")
    if n_power_iterations < 1:
        raise ArgumentError(f"spectral_norm: expected 1 power iteration at least, found {n_power_iterations}")
    if dim is None:
        dim = 1 if "ConvTranspose" in type(module).__name__ else 0
    hook = _SpectralNorm(name, n_power_iterations, dim, eps)
    delattr(module, name)
    original, *vectors = hook.originals()
    module.register_parameter(original, Parameter(weight.detach().clone()))
    for buffer, extent in zip(vectors, matrix_of(weight.detach(), dim).shape):
        module.register_buffer(buffer, normalize(randn(extent, dtype=weight.dtype), dim=0, eps=eps))
    hook.begin(module)
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Makes a parameter with spectral normalisation an ordinary one, with its value; returns the module."""
    hook = hook_of(module, name, _SpectralNorm, "remove_spectral_norm")
    hook.end(module, hook.value(module, False))
    return module
