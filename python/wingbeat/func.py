"""Transforms of functions under the names of torch.func."""

from __future__ import annotations

from ._jacobians import hessian, jacfwd, jacrev
from ._naming import listing
from ._transforms import grad, jvp, linearize, vjp
from ._vmap import vmap

__all__ = ["grad", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "vjp", "vmap"]
__dir__ = listing(__name__)
