"""What programs ask of keras.backend."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _names
from ._policies import dtype_name as standardize_dtype
from ._symbolic import KerasTensor
from ._variable import Variable
from .config import backend, epsilon, floatx, image_data_format, set_epsilon, set_floatx, set_image_data_format


def clear_session(free_memory: bool = True) -> None:
    """Has automatic names begin anew."""
    _names.clear()


def get_uid(prefix: str = "") -> int:
    """The next number for a prefix, from 1."""
    _names.unique(prefix)
    return _names._state.counts[prefix]


class name_scope:
    """A block in which the names of variables begin with that name."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        if not isinstance(name, str) or "/" in name:
            raise ValueError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name}"
            )
        self.name = name
        self._block: Any = None

    def __enter__(self) -> name_scope:
        self._block = _names.scope(self.name)
        self._block.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._block.__exit__(*exception)


def is_keras_tensor(x: Any) -> bool:
    """Whether a value is a symbolic tensor."""
    return isinstance(x, KerasTensor)


def is_tensor(x: Any) -> bool:
    """Whether a value is a tensor."""
    from .._tensor import Tensor

    return isinstance(x, Tensor)


def is_float_dtype(dtype: Any) -> bool:
    """Whether a dtype is one of floats."""
    return "float" in standardize_dtype(dtype)


def is_int_dtype(dtype: Any) -> bool:
    """Whether a dtype is one of whole numbers."""
    return "int" in standardize_dtype(dtype)


def get_value(x: Any) -> Any:
    """The values as a NumPy array."""
    return np.asarray(x)


def set_value(x: Any, value: Any) -> None:
    """Sets a variable."""
    x.assign(np.asarray(value, dtype=x.dtype).reshape(tuple(x.shape)))


def int_shape(x: Any) -> Any:
    """The extents, a tuple."""
    return tuple(x.shape)


def result_type(*dtypes: Any) -> str:
    """The dtype of a result of such operands."""
    found = np.result_type(*[standardize_dtype(dtype) for dtype in dtypes])
    return floatx() if found.name == "float64" and "float64" not in map(standardize_dtype, dtypes) else found.name


def __getattr__(name: str) -> Any:
    from . import ops
    from ._absent import sentence

    if hasattr(ops, name):
        return getattr(ops, name)
    raise AttributeError(f"{sentence(__name__, name)}; keras.ops has the functions of tensors")


__all__ = [
    "KerasTensor", "Variable", "backend", "clear_session", "epsilon", "floatx", "get_uid", "get_value",
    "image_data_format", "int_shape", "is_float_dtype", "is_int_dtype", "is_keras_tensor", "is_tensor", "name_scope",
    "result_type", "set_epsilon", "set_floatx", "set_image_data_format", "set_value", "standardize_dtype",
]  # fmt: skip
