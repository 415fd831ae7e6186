"""NumPy's functions of tensors: `np.sin(t)`, `np.sum(t, axis=0)`, `array + t`, `np.concatenate([t, u])`,
`np.linalg.inv(t)`.

What this library has gives a tensor, and derivatives pass through. Arguments have NumPy's names, meanings and defaults
(`np.var` divides by the number of elements). What it lacks, or has without the option that is asked for, is computed by
NumPy from the values and gives an array. That is refused with a TypeError where a tensor requires gradients, since an
array cannot carry them.

    out=array     takes the values, cast as NumPy casts; a tensor that requires gradients is refused
    out=tensor    is written in place
    where=mask    of a ufunc needs out, whose other elements stay

A table goes from each of NumPy's functions to one of this library's. A function here that answers NotImplemented, or
does not take the arguments, leaves the call to NumPy.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _functions as f
from . import _math as m
from . import _numbers as n
from . import _reductions as r
from . import _special as special
from ._errors import ArgumentTypeError, ShapeError
from ._numpy_functions import FUNCTIONS, cast, operand, reduced
from ._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._typing import Axis, DTypeLike, TensorLike

# -------------------------------------------------------------------- ufuncs

_UFUNCS: dict[Any, Callable[..., Any]] = {
    np.add: f.add,
    np.subtract: f.sub,
    np.multiply: f.mul,
    np.divide: f.div,
    np.power: f.pow,
    np.float_power: n.float_power,
    np.floor_divide: m.floor_divide,
    np.remainder: m.remainder,
    np.negative: f.neg,
    np.positive: n.positive,
    np.absolute: f.abs,
    np.fabs: f.abs,
    np.sign: f.sign,
    np.exp: f.exp,
    np.exp2: m.exp2,
    np.expm1: f.expm1,
    np.log: f.log,
    np.log2: m.log2,
    np.log10: m.log10,
    np.log1p: f.log1p,
    np.sqrt: f.sqrt,
    np.square: f.square,
    np.reciprocal: f.reciprocal,
    np.sin: f.sin,
    np.cos: f.cos,
    np.tan: m.tan,
    np.arcsin: m.asin,
    np.arccos: m.acos,
    np.arctan: m.atan,
    np.arctan2: m.atan2,
    np.sinh: m.sinh,
    np.cosh: m.cosh,
    np.tanh: f.tanh,
    np.arcsinh: m.asinh,
    np.arccosh: m.acosh,
    np.arctanh: m.atanh,
    np.floor: m.floor,
    np.ceil: m.ceil,
    np.trunc: m.trunc,
    np.rint: m.round,
    np.maximum: f.maximum,
    np.minimum: f.minimum,
    np.equal: f.eq,
    np.not_equal: f.ne,
    np.less: f.lt,
    np.less_equal: f.le,
    np.greater: f.gt,
    np.greater_equal: f.ge,
    np.logical_and: f.logical_and,
    np.logical_or: f.logical_or,
    np.logical_xor: m.logical_xor,
    np.logical_not: f.logical_not,
    np.bitwise_and: m.bitwise_and,
    np.bitwise_or: m.bitwise_or,
    np.bitwise_xor: m.bitwise_xor,
    np.invert: m.bitwise_not,
    np.left_shift: m.bitwise_left_shift,
    np.right_shift: m.bitwise_right_shift,
    np.isnan: m.isnan,
    np.isinf: m.isinf,
    np.isfinite: m.isfinite,
    np.matmul: f.matmul,
    np.divmod: lambda a, b: (m.floor_divide(a, b), m.remainder(a, b)),
    np.deg2rad: n.deg2rad,
    np.radians: n.deg2rad,
    np.rad2deg: n.rad2deg,
    np.degrees: n.rad2deg,
    np.hypot: n.hypot,
    np.fmod: n.fmod,
    np.copysign: n.copysign,
    np.nextafter: n.nextafter,
    np.signbit: n.signbit,
    np.frexp: n.frexp,
    np.ldexp: n.ldexp,
    np.heaviside: n.heaviside,
    np.gcd: n.gcd,
    np.lcm: n.lcm,
    np.logaddexp: special.logaddexp,
    np.logaddexp2: special.logaddexp2,
}


# What a ufunc does along one axis: reduce, accumulate.
_REDUCED: dict[Any, Any] = {
    np.add: f.sum,
    np.multiply: r.prod,
    np.maximum: f.amax,
    np.minimum: f.amin,
    np.logical_and: r.all,
    np.logical_or: r.any,
}
_ACCUMULATED: dict[Any, Any] = {np.add: r.cumsum, np.multiply: r.cumprod}


def _reduce(
    ufunc: np.ufunc, a: TensorLike, axis: Axis = 0, dtype: DTypeLike | None = None, keepdims: bool = False
) -> Any:
    if ufunc not in _REDUCED:
        return NotImplemented
    return reduced(_REDUCED[ufunc], cast(a, dtype), axis, keepdims)


def _accumulate(ufunc: np.ufunc, a: TensorLike, axis: int = 0, dtype: DTypeLike | None = None) -> Any:
    return _ACCUMULATED[ufunc](cast(a, dtype), axis) if ufunc in _ACCUMULATED else NotImplemented


def _outer_ufunc(ufunc: np.ufunc, a: TensorLike, b: TensorLike) -> Any:
    a, b = as_tensor(a), as_tensor(b)
    return (
        _UFUNCS[ufunc](a.reshape(a.shape + (1,) * b.ndim), b) if ufunc in _UFUNCS and ufunc.nin == 2 else NotImplemented
    )


_WAYS: dict[str, Callable[..., Any]] = {"reduce": _reduce, "accumulate": _accumulate, "outer": _outer_ufunc}


_signature = functools.lru_cache(maxsize=None)(inspect.signature)


def _array_ufunc(
    self: Tensor,
    ufunc: Any,
    method: str,
    *inputs: Any,
    out: tuple[Any, ...] | None = None,
    where: Any = True,
    **options: Any,
) -> Any:
    """np.sin(t), array + t, np.add.reduce(t): see wingbeat._numpy_protocols."""
    if any(_is_foreign(type(value)) for value in (*inputs, *(out or ()))):
        return NotImplemented
    name = f"numpy.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
    results: Any = NotImplemented
    if method == "__call__":
        if ufunc in _UFUNCS and not options.keys() - {"dtype", "casting"}:
            dtype = options.get("dtype")
            given = inputs if dtype is None else tuple(cast(value, dtype) for value in inputs)
            results = _UFUNCS[ufunc](*(operand(value) for value in given))
    elif method in _WAYS and where is True:
        try:
            bound = _signature(_WAYS[method]).bind(ufunc, *inputs, **options)
        except TypeError:
            pass
        else:
            results = _WAYS[method](*bound.args, **bound.kwargs)
    if results is NotImplemented:
        if out is not None:
            options["out"] = out
        if where is not True:
            options["where"] = where
        return _by_numpy(name, getattr(ufunc, method), inputs, options)
    several = isinstance(results, tuple)
    if out is None:
        if where is not True:
            raise ArgumentTypeError(
                f"{name}: expected out beside where, since what the mask leaves out has no values otherwise"
            )
        return results
    stored = tuple(
        result if target is None else _store(name, result, target, where, options.get("casting", "same_kind"))
        for result, target in zip(results if several else (results,), out)
    )
    return stored if several else stored[0]


def _store(name: str, result: Tensor, target: Any, where: Any = True, casting: Any = "same_kind") -> Any:
    """Writes a result to the `out` that was given; returns it."""
    if target.shape != result.shape:
        try:
            result = result.expand(target.shape)
        except ShapeError:
            raise ShapeError(
                f"{name}: expected an out of shape {list(result.shape)}, found {list(target.shape)}"
            ) from None
    if isinstance(target, Tensor):
        return target.copy_(result if where is True else f.where(where, result, target))
    if result.requires_grad:
        raise ArgumentTypeError(
            f"{name}: the result requires gradients, which the array given as out cannot carry; use tensor.detach(), "
            "or a tensor as out"
        )
    np.copyto(target, result.numpy(), casting=casting, where=np.asarray(where))
    return target


# -------------------------------------------------------------------- functions


def _is_foreign(kind: type) -> bool:
    """Whether a type has a protocol of its own, which is asked then."""
    if issubclass(kind, (Tensor, np.ndarray, np.generic)):
        return False
    return getattr(kind, "__array_ufunc__", None) is not None or hasattr(kind, "__array_function__")


def _array_function(
    self: Tensor, function: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """np.sum(t), np.concatenate([t, u]), np.linalg.inv(t): see wingbeat._numpy_protocols."""
    if any(_is_foreign(kind) for kind in types):
        return NotImplemented
    module = getattr(function, "__module__", None) or "numpy"
    name = f"{module}.{function.__name__}"
    known = FUNCTIONS.get(function)
    if known is not None:
        given = dict(kwargs)
        out = given.pop("out", None)
        try:
            bound = _signature(known).bind(*args, **given)
        except TypeError:
            pass  # with an option that only NumPy has, or a mistake that NumPy names
        else:
            result = known(*bound.args, **bound.kwargs)
            if result is not NotImplemented:
                return result if out is None else _store(name, result, out)
    return _by_numpy(name, function, args, kwargs)


def _by_numpy(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What NumPy computes from the values: arrays."""
    out = kwargs.get("out")
    if any(isinstance(target, Tensor) for target in (out if isinstance(out, tuple) else (out,))):
        raise ArgumentTypeError(
            f"{name}: wingbeat has no such function, and NumPy cannot write to a tensor; give an array as out"
        )
    return function(
        *(_arrays(name, value) for value in args), **{key: _arrays(name, value) for key, value in kwargs.items()}
    )


def _arrays(name: str, value: Any) -> Any:
    """Arrays in place of tensors."""
    if isinstance(value, Tensor):
        if value.requires_grad:
            raise ArgumentTypeError(
                f"{name}: wingbeat has no such function, and a tensor that requires gradients cannot become an array; "
                "use tensor.detach().numpy()"
            )
        return value.numpy()
    if isinstance(value, (list, tuple)):
        parts = [_arrays(name, part) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    return value


for _name, _method in (("__array_ufunc__", _array_ufunc), ("__array_function__", _array_function)):
    setattr(Tensor, _name, _method)
