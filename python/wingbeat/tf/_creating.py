"""Tensors from nothing: constants, zeros and ones, ranges."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _creation as w
from .._tensor import Tensor as Base
from . import _dtypes
from ._shapes import TensorShape
from ._tensor import constant_shape, convert, op
from ._variable import Variable


@op
def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = "Const") -> Any:
    """A tensor of Python's or NumPy's values: whole numbers are tf.int32, others tf.float32, unless dtype says
    another. shape: one value may fill it."""
    if isinstance(value, Base) or hasattr(value, "_cell"):
        found = convert(value)
        found = found.clone() if dtype is None else found.to(_dtypes.as_dtype(dtype)).clone()
    else:
        found = convert(value, dtype)
    if shape is None:
        return found
    wanted = constant_shape(shape)
    if found.numel() == 1:
        return found.reshape(()).expand(wanted).clone()
    if found.numel() != int(np.prod(wanted, dtype=np.int64)):
        raise TypeError(
            f"Eager execution of tf.constant with unsupported shape. Tensor {found!r:.80} (converted from "
            f"{value!r:.80}) has {found.numel()} elements, but got `shape` {TensorShape(wanted)}."
        )
    return found.reshape(wanted)


@op
def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None) -> Any:
    """The tensor of a value; a tensor is given as it is."""
    return convert(value, dtype, dtype_hint)


@op
def zeros(shape: Any, dtype: Any = _dtypes.float32, name: str | None = None, layout: Any = None) -> Any:
    """Zeros of a shape."""
    return w.zeros(constant_shape(shape), dtype=_dtypes.as_dtype(dtype))


@op
def ones(shape: Any, dtype: Any = _dtypes.float32, name: str | None = None, layout: Any = None) -> Any:
    """Ones of a shape."""
    return w.ones(constant_shape(shape), dtype=_dtypes.as_dtype(dtype))


@op
def zeros_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Zeros of another tensor's shape, and of its dtype unless another is given."""
    return w.zeros_like(convert(input), dtype=None if dtype is None else _dtypes.as_dtype(dtype))


@op
def ones_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Ones of another tensor's shape, and of its dtype unless another is given."""
    return w.ones_like(convert(input), dtype=None if dtype is None else _dtypes.as_dtype(dtype))


@op
def fill(dims: Any, value: Any, name: str | None = None, layout: Any = None) -> Any:
    """One value in a whole shape."""
    return convert(value).reshape(()).expand(constant_shape(dims)).clone()


@op
def eye(
    num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = _dtypes.float32,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Matrices with ones on the diagonal: [*batch_shape, num_rows, num_columns]."""
    rows = int(num_rows)
    columns = rows if num_columns is None else int(num_columns)
    found = w.eye(rows, columns, dtype=_dtypes.as_dtype(dtype))
    return found if batch_shape is None else found.expand((*constant_shape(batch_shape), rows, columns)).clone()


@op
def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = "range") -> Any:
    """start, start + delta, ... below limit; range(limit) starts from 0."""
    if limit is None:
        start, limit = 0, start
    given = [start, limit, delta]
    tensors = [convert(value) for value in given]
    if dtype is None:
        found = {tensor.dtype.name for tensor in tensors}
        dtype = next(name for name in ("float64", "float32", "int64", "int32", "uint8", "bool") if name in found)
    first, last, step = [
        value if isinstance(value, (int, float)) else tensor.item() for value, tensor in zip(given, tensors)
    ]
    return w.arange(first, last, step, dtype=_dtypes.as_dtype(dtype))


@op
def linspace(start: Any, stop: Any, num: Any, name: str | None = None, axis: int = 0) -> Any:
    """num numbers at equal distances from start to stop, both among them; of tensors along a new axis."""
    a, b = convert(start), convert(stop)
    if not a.dtype.is_floating_point:
        a = a.to(_dtypes.float64 if not isinstance(start, (int, float)) else _dtypes.float32)
    b = b.to(a.dtype)
    count = int(num)
    if count < 1:
        raise ValueError(f"linspace: expected num of 1 or more, found {count}")
    steps = w.linspace(0, 1, count, dtype=a.dtype)
    wide = steps.reshape((count,) + (1,) * len(a.shape))
    found: Any = a.lerp(b, wide)
    return found if axis == 0 or not a.shape else found.movedim(0, axis)


def is_tensor(x: Any) -> bool:
    """Whether it is a tensor or a variable."""
    return isinstance(x, (Base, Variable))


__all__ = [
    "constant",
    "convert_to_tensor",
    "eye",
    "fill",
    "is_tensor",
    "linspace",
    "ones",
    "ones_like",
    "range",
    "zeros",
    "zeros_like",
]
