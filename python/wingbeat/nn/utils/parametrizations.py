"""Ready parametrisations: weight normalisation, spectral normalisation, orthogonal matrices."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..._creation import eye, ones, randn, zeros, zeros_like
from ..._distances import normalize
from ..._errors import ArgumentError, UnsupportedError
from ..._functions import matmul
from ..._linear_algebra import qr, solve
from ..._matrix_functions import matrix_exp
from ..._modes import no_grad
from ..._naming import listing
from ..._shaping import cat, tril
from ..._tensor import Tensor, as_tensor
from ..module import Module
from ._norms import matrix_of, norm_except_dim
from .parametrize import register_parametrization

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]
__dir__ = listing(__name__)


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return weight_v * (weight_g / norm_except_dim(weight_v, self.dim))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except_dim(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Has a parameter computed as g v / |v|, with the norm of each slice along axis `dim`, or of all for None:
    magnitude (original0) and direction (original1) are trained. Salimans and Kingma 2016. Returns the module."""
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _SpectralNorm(Module):
    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        rank = weight.dim()
        if not -rank <= dim < rank:
            raise ArgumentError(f"spectral_norm: expected an axis of {rank}, found {dim}")
        if n_power_iterations < 1:
            raise ArgumentError(f"spectral_norm: expected 1 power iteration at least, found {n_power_iterations}")
        self.dim, self.eps = dim % rank, eps
        if rank > 1:
            self.n_power_iterations = n_power_iterations
            matrix = matrix_of(weight.detach(), self.dim)
            for buffer, extent in zip(("_u", "_v"), matrix.shape):
                start = randn(extent, dtype=matrix.dtype)
                self.register_buffer(buffer, normalize(start, dim=0, eps=eps))
            self._iterate(matrix, 15)

    def _iterate(self, matrix: Tensor, count: int) -> None:
        """Power iterations, by which _u and _v come closer to the singular vectors of the largest singular value."""
        with no_grad():
            matrix, u, v = matrix.detach(), self._u, self._v
            for _ in range(count):
                u = normalize(matmul(matrix, v), dim=0, eps=self.eps)
                v = normalize(matmul(matrix.T, u), dim=0, eps=self.eps)
            setattr(self, "_u", u)  # noqa: B010 (a buffer)
            setattr(self, "_v", v)  # noqa: B010

    def forward(self, weight: Tensor) -> Tensor:
        if weight.dim() == 1:
            return normalize(weight, dim=0, eps=self.eps)
        matrix = matrix_of(weight, self.dim)
        if self.training:
            self._iterate(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()
        return weight / matmul(u, matmul(matrix, v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Has a parameter divided by its largest singular value, as a matrix with axis `dim` first: 1 for transposed
    convolutions, else 0. Miyato et al. 2018. Returns the module.

    In training each forward pass does n_power_iterations of the power method, whose vectors are buffers.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ArgumentError(f"spectral_norm: {type(module).__name__} has no parameter {name!r}")
    if dim is None:
        dim = 1 if "ConvTranspose" in type(module).__name__ else 0
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))


class _Orthogonal(Module):
    def __init__(self, weight: Tensor, orthogonal_map: str, use_trivialization: bool) -> None:
        super().__init__()
        self.orthogonal_map, self.shape = orthogonal_map, tuple(weight.shape)
        if use_trivialization:
            self.register_buffer("base", None)
        self.use_trivialization = use_trivialization

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = x.shape[-2], x.shape[-1]
        transposed = rows < columns
        if transposed:
            x, rows, columns = x.transpose(-2, -1), columns, rows
        if self.orthogonal_map == "householder":
            q = _householder(tril(x, -1), rows, columns) * x.diagonal(0, -2, -1).to("int64").unsqueeze(-2)
        else:
            x = tril(x)
            if rows != columns:
                x = cat([x, zeros((*x.shape[:-1], rows - columns), dtype=x.dtype)], -1)
            skew = x - x.transpose(-2, -1)
            if self.orthogonal_map == "matrix_exp":
                q = matrix_exp(skew)
            else:
                one = eye(rows, dtype=x.dtype)
                q = solve(one - skew * 0.5, one + skew * 0.5)
            q = q[..., :columns]
        if self._buffers.get("base") is not None:
            q = matmul(self.base, q)
        return q.transpose(-2, -1) if transposed else q

    def right_inverse(self, value: Tensor) -> Tensor:
        if tuple(value.shape) != self.shape:
            raise ArgumentError(f"orthogonal: expected shape {list(self.shape)}, found {list(value.shape)}")
        q, (rows, columns) = value, value.shape[-2:]
        transposed = rows < columns
        if transposed:
            q, rows, columns = q.transpose(-2, -1), columns, rows
        if not self.use_trivialization:
            if self.orthogonal_map != "householder":
                raise UnsupportedError(
                    f"orthogonal: expected use_trivialization where a value is set, found the map "
                    f"{self.orthogonal_map!r} alone"
                )
            found = _reflections(q)
            return found.transpose(-2, -1) if transposed else found
        if rows != columns:
            q = cat([q, randn(*q.shape[:-1], rows - columns, dtype=q.dtype)], -1)
        self.register_buffer("base", _nearest(q))
        return zeros_like(value) - eye(value.shape[-2], value.shape[-1], dtype=value.dtype)


def _nearest(matrix: Tensor) -> Tensor:
    """The orthogonal factor of a matrix, with the signs that leave an orthogonal one as it is."""
    q, r = qr(matrix)
    return q * r.diagonal(0, -2, -1).sign().unsqueeze(-2)


def _reflections(matrix: Tensor) -> Tensor:
    """What `_householder` computes a matrix with orthogonal columns from: LAPACK's reflections below the diagonal, and
    the signs of R on it."""
    raw, _ = np.linalg.qr(matrix.detach().numpy(), mode="raw")
    found = np.swapaxes(raw, -2, -1).copy()
    places = np.arange(min(found.shape[-2:]))
    signs = np.where(found[..., places, places] < 0, -1, 1)
    if found.shape[-2] == found.shape[-1]:
        # LAPACK leaves the last row as it is, where `_householder` reflects it.
        signs[..., -1] *= -1
    found[..., places, places] = signs
    return as_tensor(found)


def _householder(below: Tensor, rows: int, columns: int) -> Tensor:
    """The first columns of the product of reflections along the columns of a unit lower triangle."""
    one = eye(rows, columns, dtype=below.dtype)
    vectors = below + one
    scale = 2.0 / (1.0 + (below * below).sum(-2, keepdim=True))
    q = one if below.dim() == 2 else one * ones((*below.shape[:-2], 1, 1), dtype=below.dtype)
    for place in reversed(range(columns)):
        v = vectors[..., place : place + 1]
        q = q - scale[..., place : place + 1] * matmul(v, matmul(v.transpose(-2, -1), q))
    return q


def orthogonal(
    module: Module,
    name: str = "weight",
    orthogonal_map: Literal["matrix_exp", "cayley", "householder"] | None = None,
    *,
    use_trivialization: bool = True,
) -> Module:
    """Has a matrix with orthogonal columns, or rows where it is wide, in the place of a parameter. Returns the module.

    orthogonal_map: how it is computed; None: the matrix exponential of a square one, else Householder's reflections.
    use_trivialization: times a fixed orthogonal matrix, so that training begins from any value (Lezcano Casado 2019);
    without it 'matrix_exp' and 'cayley' begin from what they give of the parameter, and take no value.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor) or weight.dim() < 2:
        raise ArgumentError(f"orthogonal: {type(module).__name__} has no parameter {name!r} of two axes at least")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-2] == weight.shape[-1] else "householder"
    if orthogonal_map not in ("matrix_exp", "cayley", "householder"):
        raise ArgumentError(
            f"orthogonal: expected 'matrix_exp', 'cayley' or 'householder' as orthogonal_map, found {orthogonal_map!r}"
        )
    return register_parametrization(module, name, _Orthogonal(weight, orthogonal_map, use_trivialization), unsafe=True)
