"""Weight normalisation under PyTorch's older names: parametrizations.weight_norm is the newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._naming import listing
from ..module import Module, Parameter
from ._norms import norm_except_dim
from ._recomputed import Recomputed, hook_of, parameter_of

if TYPE_CHECKING:
    from ..._tensor import Tensor

__all__ = ["remove_weight_norm", "weight_norm"]
__dir__ = listing(__name__)


class _WeightNorm(Recomputed):
    def __init__(self, name: str, dim: int) -> None:
        super().__init__(name)
        self.dim = dim

    def originals(self) -> tuple[str, ...]:
        return f"{self.name}_g", f"{self.name}_v"

    def value(self, module: Module) -> Tensor:
        g, v = (getattr(module, name) for name in self.originals())
        found: Tensor = v * (g / norm_except_dim(v, self.dim))
        return found


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Has a parameter computed as g v / |v| before each forward pass, with the norm of each slice along axis `dim`, or
    of all for None; weight_g and weight_v are trained. Salimans and Kingma 2016. Returns the module."""
    weight = parameter_of(module, name, "weight_norm")
    hook = _WeightNorm(name, -1 if dim is None else dim)
    delattr(module, name)
    g, v = hook.originals()
    module.register_parameter(g, Parameter(norm_except_dim(weight, hook.dim).detach()))
    module.register_parameter(v, Parameter(weight.detach().clone()))
    hook.begin(module)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Makes a parameter with weight normalisation an ordinary one, with its value; returns the module."""
    hook = hook_of(module, name, _WeightNorm, "remove_weight_norm")
    hook.end(module, hook.value(module))
    return module
