"""NumPy's functions beside its ufuncs, each with the function of this library that takes its place: the table that
_numpy_protocols looks into. Arguments have NumPy's names, meanings and defaults.

A function here that answers NotImplemented, or does not take the arguments, leaves the call to NumPy.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _functions as f
from . import _linear_algebra as la
from . import _math as m
from . import _matrix_functions as matrices
from . import _numbers as n
from . import _picking as picking
from . import _rearranging as rearranging
from . import _reductions as r
from . import _shaping as shaping
from . import _special as special
from ._creation import full_like as _full_like
from ._creation import ones_like as _ones_like
from ._creation import zeros_like as _zeros_like
from ._dtypes import as_dtype, bool_, float32
from ._errors import ArgumentTypeError, ShapeError
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from ._typing import Axis, DTypeLike, Shape, TensorLike


def cast(a: TensorLike, dtype: DTypeLike | None) -> Tensor:
    tensor = as_tensor(a)
    return tensor if dtype is None else tensor.to(dtype)


def operand(value: Any) -> Any:
    """Lists as tensors; what the functions take stays as it is."""
    return as_tensor(value) if isinstance(value, (list, tuple)) else value


def _as_floats(a: TensorLike) -> Tensor:
    """Integers and bools as float32, as functions of floats take them."""
    tensor = as_tensor(a)
    return tensor if tensor.is_floating_point() else tensor.to(float32)


def reduced(function: Any, tensor: Tensor, axis: Axis, keepdims: bool) -> Tensor:
    if isinstance(axis, tuple) and not axis:
        axis, tensor = -1, tensor.unsqueeze(-1)  # over no axes at all
        return function(tensor, axis=axis)  # type: ignore[no-any-return]
    return function(tensor, axis=axis, keepdims=bool(keepdims))  # type: ignore[no-any-return]


def _sum(a: TensorLike, axis: Axis = None, dtype: DTypeLike | None = None, *, keepdims: bool = False) -> Tensor:
    return reduced(f.sum, cast(a, dtype), axis, keepdims)


def _prod(a: TensorLike, axis: Axis = None, dtype: DTypeLike | None = None, *, keepdims: bool = False) -> Tensor:
    return reduced(r.prod, cast(a, dtype), axis, keepdims)


def _mean(a: TensorLike, axis: Axis = None, dtype: DTypeLike | None = None, *, keepdims: bool = False) -> Tensor:
    return reduced(f.mean, _as_floats(a) if dtype is None else cast(a, dtype), axis, keepdims)


def _average(a: TensorLike, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
    return _mean(a, axis, keepdims=keepdims)


def _spread(function: Any) -> Callable[..., Any]:
    def spread(
        a: TensorLike,
        axis: Axis = None,
        dtype: DTypeLike | None = None,
        *,
        ddof: float = 0,
        correction: float = 0,
        keepdims: bool = False,
    ) -> Any:
        if axis == ():
            return NotImplemented
        return function(
            _as_floats(a) if dtype is None else cast(a, dtype),
            axis=axis,
            correction=ddof or correction,
            keepdims=bool(keepdims),
        )

    return spread


def _simple(function: Any) -> Callable[..., Tensor]:
    def reduction(a: TensorLike, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
        return reduced(function, as_tensor(a), axis, keepdims)

    return reduction


def _place_of(function: Any) -> Callable[..., Tensor]:
    def place(a: TensorLike, axis: int | None = None, *, keepdims: bool = False) -> Tensor:
        return function(as_tensor(a), axis=axis, keepdims=bool(keepdims))  # type: ignore[no-any-return]

    return place


def _cumulative(function: Any) -> Callable[..., Tensor]:
    def cumulative(a: TensorLike, axis: int | None = None, dtype: DTypeLike | None = None) -> Tensor:
        tensor = cast(a, dtype)
        result: Tensor = function(tensor.flatten() if axis is None else tensor, 0 if axis is None else axis)
        return result

    return cumulative


def _ptp(a: TensorLike, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
    return f.sub(reduced(f.amax, as_tensor(a), axis, keepdims), reduced(f.amin, as_tensor(a), axis, keepdims))


def _sorted(function: Any) -> Callable[..., Any]:
    def ordered(a: TensorLike, axis: int | None = -1, kind: Any = None, *, stable: bool | None = None) -> Any:
        tensor = as_tensor(a)
        result = function(tensor.flatten() if axis is None else tensor, -1 if axis is None else axis)
        return result.values if isinstance(result, f.ValuesAndIndices) else result

    return ordered


def _where(condition: TensorLike, x: Any = None, y: Any = None, /) -> Any:
    if x is None and y is None:
        return picking.nonzero(condition, as_tuple=True)
    return f.where(_truth(condition), operand(x), operand(y))


def _truth(condition: TensorLike) -> Tensor:
    tensor = as_tensor(condition)
    return tensor if tensor.dtype == bool_ else f.ne(tensor, 0)


def _clip(a: TensorLike, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    return as_tensor(a).clone() if low is None and high is None else m.clamp(a, low, high)


def _round(a: TensorLike, decimals: int = 0) -> Tensor:
    return m.round(as_tensor(a), decimals=decimals)


def _nan_to_num(
    x: TensorLike, copy: bool = True, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    return m.nan_to_num(x, nan, posinf, neginf) if copy else NotImplemented


def _reshape(a: TensorLike, /, shape: Any, order: Literal["C"] = "C", *, copy: bool | None = None) -> Any:
    return shaping.reshape(a, shape) if order == "C" else NotImplemented


def _ravel(a: TensorLike, order: str = "C") -> Any:
    return shaping.flatten(a) if order in "CK" else NotImplemented


def _transpose(a: TensorLike, axes: Sequence[int] | None = None) -> Tensor:
    tensor = as_tensor(a)
    return shaping.permute(tensor, tuple(reversed(range(tensor.ndim))) if axes is None else tuple(axes))


def _squeeze(a: TensorLike, axis: Any = None) -> Any:
    tensor = as_tensor(a)
    places = () if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if any(-tensor.ndim <= place < tensor.ndim and tensor.shape[place] != 1 for place in places):
        raise ShapeError(f"numpy.squeeze: expected axes of extent 1, found axis {axis} of shape {list(tensor.shape)}")
    return shaping.squeeze(tensor, axis)


def _expand_dims(a: TensorLike, axis: Any) -> Any:
    return shaping.unsqueeze(a, axis) if isinstance(axis, int) else NotImplemented


def _broadcast_to(array: TensorLike, shape: Any, subok: bool = False) -> Tensor:
    return shaping.broadcast_to(array, (shape,) if isinstance(shape, int) else shape)


def _flip(m: TensorLike, axis: Axis = None) -> Tensor:  # NumPy's name of the argument
    tensor = as_tensor(m)
    return shaping.flip(tensor, tuple(range(tensor.ndim)) if axis is None else axis)


def _roll(a: TensorLike, shift: Any, axis: Any = None) -> Any:
    return NotImplemented if isinstance(shift, tuple) != isinstance(axis, tuple) else shaping.roll(a, shift, axis)


def _tile(A: TensorLike, reps: Any) -> Tensor:
    return shaping.tile(A, reps)


def _repeat(a: TensorLike, repeats: Any, axis: int | None = None) -> Tensor:
    return rearranging.repeat_interleave(a, repeats, axis)


def _rot90(m: TensorLike, k: int = 1, axes: Any = (0, 1)) -> Tensor:
    return rearranging.rot90(m, k, axes)


def _take(a: TensorLike, indices: Any, axis: int | None = None) -> Tensor:
    tensor = as_tensor(a)
    if axis is None:
        tensor, axis = tensor.flatten(), 0
    axis = operator.index(axis)
    before = (slice(None),) * (axis if axis >= 0 else max(axis + tensor.ndim, 0))
    entry = indices if isinstance(indices, int) else as_tensor(indices)
    return tensor[before + (entry,)]


def _take_along_axis(arr: TensorLike, indices: TensorLike, axis: int | None = -1) -> Tensor:
    tensor = as_tensor(arr)
    return picking.take_along_dim(tensor.flatten() if axis is None else tensor, indices, 0 if axis is None else axis)


def _pad(array: TensorLike, pad_width: Any, mode: Any = "constant", *, constant_values: Any = 0) -> Any:
    tensor = as_tensor(array)
    modes = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    if mode not in modes or not isinstance(constant_values, (int, float)) or mode != "constant" and tensor.ndim == 0:
        return NotImplemented
    widths = np.broadcast_to(np.asarray(pad_width), (tensor.ndim, 2))
    flat = [int(width) for pair in widths[::-1] for width in pair]
    return shaping.pad(tensor, flat, modes[mode], constant_values)  # type: ignore[arg-type]


def _concatenate(arrays: Sequence[TensorLike], /, axis: int | None = 0, *, dtype: DTypeLike | None = None) -> Tensor:
    parts = [cast(array, dtype) for array in arrays]
    return shaping.cat(parts, axis) if axis is not None else shaping.cat([part.flatten() for part in parts])


def _joined(function: Any) -> Callable[..., Tensor]:
    def joined(tup: Sequence[TensorLike], *, dtype: DTypeLike | None = None) -> Tensor:
        return function([cast(array, dtype) for array in tup])  # type: ignore[no-any-return]

    return joined


def _stack(arrays: Sequence[TensorLike], axis: int = 0, *, dtype: DTypeLike | None = None) -> Tensor:
    return shaping.stack([cast(array, dtype) for array in arrays], axis)


def _split(exact: bool) -> Callable[..., Any]:
    def split(ary: TensorLike, indices_or_sections: Any, axis: int = 0) -> Any:
        tensor = as_tensor(ary)
        if not -tensor.ndim <= axis < tensor.ndim:
            return NotImplemented
        extent = tensor.shape[axis]
        if isinstance(indices_or_sections, int):
            count = indices_or_sections
            if count < 1 or exact and extent % count:
                raise ArgumentTypeError(
                    f"numpy.split: expected a number of parts that divides the extent {extent}, found {count}"
                )
        return list(rearranging.tensor_split(tensor, indices_or_sections, axis))

    return split


def _cut(function: Any) -> Callable[..., Any]:
    def cut(ary: TensorLike, indices_or_sections: Any) -> Any:
        return list(function(ary, indices_or_sections))

    return cut


def _diagonal(a: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    return shaping.diagonal(a, offset, axis1, axis2)


def _linalg_diagonal(x: TensorLike, /, *, offset: int = 0) -> Tensor:
    return shaping.diagonal(x, offset, -2, -1)


def _trace(a: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    return f.sum(shaping.diagonal(a, offset, axis1, axis2), -1)


def _triangle(function: Any) -> Callable[..., Tensor]:
    def triangle(m: TensorLike, k: int = 0) -> Tensor:
        return function(m, k)  # type: ignore[no-any-return]

    return triangle


def _diag(v: TensorLike, k: int = 0) -> Tensor:
    return shaping.diag(v, k)


def _dot(a: TensorLike, b: TensorLike) -> Any:
    a, b = as_tensor(a), as_tensor(b)
    if a.ndim == 0 or b.ndim == 0:
        return f.mul(a, b)
    if a.ndim == 1 and b.ndim == 1:
        return la.dot(a, b)
    return f.matmul(a, b) if b.ndim <= 2 else NotImplemented


def _inner(a: TensorLike, b: TensorLike, /) -> Any:
    a, b = as_tensor(a), as_tensor(b)
    if a.ndim == 0 or b.ndim == 0:
        return f.mul(a, b)
    return la.dot(a, b) if a.ndim == b.ndim == 1 else f.matmul(a, b.T) if b.ndim <= 2 else NotImplemented


def _outer(a: TensorLike, b: TensorLike) -> Tensor:
    return la.outer(as_tensor(a).flatten(), as_tensor(b).flatten())


def _einsum(subscripts: str, *operands: Any) -> Any:
    return la.einsum(subscripts, *operands) if isinstance(subscripts, str) else NotImplemented


def _norm(x: TensorLike, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    tensor = _as_floats(x)
    places = axis if isinstance(axis, tuple) else None if axis is None else (axis,)
    rank = tensor.ndim if places is None else len(places)
    if ord is not None and rank != 1 and not (ord == "fro" and rank == 2):
        return NotImplemented  # of matrices: sums of columns, singular values
    if ord == "fro" and rank != 2 or isinstance(ord, str) and ord != "fro":
        return NotImplemented
    return r.norm(tensor, 2 if ord in (None, "fro") else ord, axis, keepdim=bool(keepdims))


def _vector_norm(x: TensorLike, /, *, axis: Axis = None, keepdims: bool = False, ord: float = 2) -> Tensor:
    return r.norm(_as_floats(x), ord, axis, keepdim=bool(keepdims))


def _qr(a: TensorLike, mode: str = "reduced") -> Any:
    return la.qr(a) if mode == "reduced" else NotImplemented


def _svd(a: TensorLike, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    tensor = as_tensor(a)
    if hermitian or full_matrices and compute_uv and tensor.ndim >= 2 and tensor.shape[-1] != tensor.shape[-2]:
        return NotImplemented
    return la.svd(tensor, full_matrices=False) if compute_uv else la.svdvals(tensor)


def _solve(a: TensorLike, b: TensorLike) -> Tensor:
    return la.solve(a, b)


def _cholesky(a: TensorLike, /, *, upper: bool = False) -> Tensor:
    return la.cholesky(a, bool(upper))


def _eigenvalues(function: Any) -> Callable[..., Any]:
    def eigenvalues(a: TensorLike, UPLO: Literal["L", "U"] = "L") -> Any:
        return function(a, UPLO)

    return eigenvalues


def _of_matrix(function: Any) -> Callable[..., Any]:
    def of_matrix(a: TensorLike, /) -> Any:
        return function(a)

    return of_matrix


def _unique(
    ar: TensorLike,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
) -> Any:
    return (
        NotImplemented
        if return_index
        else r.unique(ar, return_inverse=bool(return_inverse), return_counts=bool(return_counts), dim=axis)
    )


def _nonzero(a: TensorLike) -> tuple[Tensor, ...]:
    return picking.nonzero(a, as_tuple=True)


def _flatnonzero(a: TensorLike) -> Tensor:
    return picking.nonzero(as_tensor(a).flatten()).flatten()


def _argwhere(a: TensorLike) -> Tensor:
    return picking.nonzero(a)


def _copy(a: TensorLike) -> Tensor:
    return as_tensor(a).clone()


def _like(function: Any) -> Callable[..., Any]:
    def like(a: TensorLike, dtype: DTypeLike | None = None) -> Any:
        return function(as_tensor(a), dtype=None if dtype is None else as_dtype(dtype))

    return like


def _fill_like(a: TensorLike, fill_value: Any, dtype: DTypeLike | None = None) -> Any:
    if not isinstance(fill_value, (int, float)):
        return NotImplemented
    tensor = as_tensor(a)
    return _full_like(tensor, fill_value, dtype=tensor.dtype if dtype is None else as_dtype(dtype))


def _shape(a: Any) -> Shape:
    return as_tensor(a).shape


def _ndim(a: Any) -> int:
    return as_tensor(a).ndim


def _size(a: Any, axis: int | None = None) -> int:
    tensor = as_tensor(a)
    return tensor.numel() if axis is None else tensor.size(axis)


def _swapaxes(a: TensorLike, axis1: int, axis2: int) -> Tensor:
    return shaping.transpose(a, axis1, axis2)


def _moveaxis(a: TensorLike, source: Any, destination: Any) -> Tensor:
    return shaping.movedim(a, source, destination)


def _is_close(function: Any) -> Callable[..., Any]:
    def close(a: TensorLike, b: TensorLike, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
        return function(a, b, rtol, atol, equal_nan)

    return close


def _array_equal(a1: TensorLike, a2: TensorLike, equal_nan: bool = False) -> Any:
    return NotImplemented if equal_nan else n.equal(a1, a2)


def _of_elements(function: Any) -> Callable[..., Tensor]:
    def of_elements(x: TensorLike, /) -> Tensor:
        return function(x)  # type: ignore[no-any-return]

    return of_elements


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: _sum,
    np.prod: _prod,
    np.mean: _mean,
    np.average: _average,
    np.var: _spread(r.var),
    np.std: _spread(r.std),
    np.max: _simple(f.amax),
    np.min: _simple(f.amin),
    np.amax: _simple(f.amax),
    np.amin: _simple(f.amin),
    np.all: _simple(r.all),
    np.any: _simple(r.any),
    np.ptp: _ptp,
    np.argmax: _place_of(f.argmax),
    np.argmin: _place_of(f.argmin),
    np.cumsum: _cumulative(r.cumsum),
    np.cumprod: _cumulative(r.cumprod),
    np.sort: _sorted(r.sort),
    np.argsort: _sorted(r.argsort),
    np.unique: _unique,
    np.nonzero: _nonzero,
    np.flatnonzero: _flatnonzero,
    np.argwhere: _argwhere,
    np.where: _where,
    np.clip: _clip,
    np.round: _round,
    np.around: _round,
    np.nan_to_num: _nan_to_num,
    np.reshape: _reshape,
    np.ravel: _ravel,
    np.transpose: _transpose,
    np.swapaxes: _swapaxes,
    np.moveaxis: _moveaxis,
    np.squeeze: _squeeze,
    np.expand_dims: _expand_dims,
    np.broadcast_to: _broadcast_to,
    np.atleast_1d: rearranging.atleast_1d,
    np.atleast_2d: rearranging.atleast_2d,
    np.atleast_3d: rearranging.atleast_3d,
    np.flip: _flip,
    np.fliplr: _of_elements(rearranging.fliplr),
    np.flipud: _of_elements(rearranging.flipud),
    np.rot90: _rot90,
    np.roll: _roll,
    np.tile: _tile,
    np.repeat: _repeat,
    np.take: _take,
    np.take_along_axis: _take_along_axis,
    np.pad: _pad,
    np.concatenate: _concatenate,
    np.stack: _stack,
    np.vstack: _joined(shaping.vstack),
    np.hstack: _joined(shaping.hstack),
    np.dstack: lambda tup: rearranging.dstack(tup),
    np.column_stack: lambda tup: rearranging.column_stack(tup),
    np.split: _split(True),
    np.array_split: _split(False),
    np.hsplit: _cut(rearranging.hsplit),
    np.vsplit: _cut(rearranging.vsplit),
    np.dsplit: _cut(rearranging.dsplit),
    np.vander: matrices.vander,
    np.isclose: _is_close(n.isclose),
    np.allclose: _is_close(n.allclose),
    np.array_equal: _array_equal,
    np.isposinf: _of_elements(n.isposinf),
    np.isneginf: _of_elements(n.isneginf),
    np.isreal: _of_elements(n.isreal),
    np.sinc: _of_elements(special.sinc),
    np.i0: _of_elements(special.i0),
    np.diagonal: _diagonal,
    np.diag: _diag,
    np.trace: _trace,
    np.tril: _triangle(shaping.tril),
    np.triu: _triangle(shaping.triu),
    np.dot: _dot,
    np.inner: _inner,
    np.outer: _outer,
    np.einsum: _einsum,
    np.linalg.norm: _norm,
    np.linalg.inv: _of_matrix(la.inverse),
    np.linalg.det: _of_matrix(la.det),
    np.linalg.slogdet: _of_matrix(la.slogdet),
    np.linalg.solve: _solve,
    np.linalg.cholesky: _cholesky,
    np.linalg.qr: _qr,
    np.linalg.svd: _svd,
    np.linalg.eigh: _eigenvalues(la.eigh),
    np.linalg.eigvalsh: _eigenvalues(la.eigvalsh),
    np.copy: _copy,
    np.zeros_like: _like(_zeros_like),
    np.ones_like: _like(_ones_like),
    np.empty_like: _like(_zeros_like),
    np.full_like: _fill_like,
    np.shape: _shape,
    np.ndim: _ndim,
    np.size: _size,
}
# What newer versions of NumPy have.
for _module, _name, _function in (
    (np, "permute_dims", _transpose),
    (np, "concat", _concatenate),
    (np, "matrix_transpose", lambda x, /: as_tensor(x).mT),
    (np.linalg, "svdvals", _of_matrix(la.svdvals)),
    (np.linalg, "vector_norm", _vector_norm),
    (np.linalg, "matmul", lambda x1, x2, /: f.matmul(x1, x2)),
    (np.linalg, "diagonal", _linalg_diagonal),
    (np.linalg, "matrix_transpose", lambda x, /: as_tensor(x).mT),
    (np.linalg, "trace", lambda x, /, *, offset=0: _trace(x, offset, -2, -1)),
):
    if hasattr(_module, _name):
        FUNCTIONS[getattr(_module, _name)] = _function
