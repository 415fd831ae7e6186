"""Comparisons for tests, under PyTorch's names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._naming import listing
from ._tensor import Tensor, as_tensor

__all__ = ["assert_allclose", "assert_close"]
__dir__ = listing(__name__)

# PyTorch's, by the dtype; of two dtypes the larger ones.
_TOLERANCES = {"float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: Any = None,
) -> None:
    """Raises AssertionError unless |actual - expected| <= atol + rtol |expected| everywhere, with equal shapes and
    dtypes; also of numbers, sequences and mappings of such. Tolerances are by the dtype unless both are given."""
    if (rtol is None) != (atol is None):
        raise ValueError("assert_close: expected both rtol and atol, or neither of them")
    _compare(actual, expected, rtol, atol, equal_nan, check_dtype, msg, "")


def _fail(msg: Any, sentence: str) -> AssertionError:
    return AssertionError(msg(sentence) if callable(msg) else msg or sentence)


def _compare(
    actual: Any, expected: Any, rtol: Any, atol: Any, equal_nan: bool, check_dtype: bool, msg: Any, place: str
) -> None:
    rest = (rtol, atol, equal_nan, check_dtype, msg)
    at = f" at {place}" if place else ""
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        if set(actual) != set(expected):
            raise _fail(msg, f"The keys differ{at}: {sorted(map(str, actual))} and {sorted(map(str, expected))}")
        for key in actual:
            _compare(actual[key], expected[key], *rest, f"{place}[{key!r}]")
        return
    if isinstance(actual, Sequence) and isinstance(expected, Sequence) and not isinstance(actual, (str, bytes)):
        if len(actual) != len(expected):
            raise _fail(msg, f"The lengths differ{at}: {len(actual)} and {len(expected)}")
        for number, (one, other) in enumerate(zip(actual, expected)):
            _compare(one, other, *rest, f"{place}[{number}]")
        return
    are_numbers = not isinstance(actual, (Tensor, np.ndarray)) and not isinstance(expected, (Tensor, np.ndarray))
    one, other = as_tensor(actual), as_tensor(expected)
    if one.shape != other.shape:
        raise _fail(msg, f"The shapes differ{at}: {list(one.shape)} and {list(other.shape)}")
    if check_dtype and not are_numbers and one.dtype != other.dtype:
        raise _fail(msg, f"The dtypes differ{at}: {one.dtype} and {other.dtype}")
    a, b = one.detach().double().numpy(), other.detach().double().numpy()
    names = ("float64",) if are_numbers else (one.dtype.name, other.dtype.name)
    known = [_TOLERANCES.get(name, (0.0, 0.0)) for name in names]
    relative = max(pair[0] for pair in known) if rtol is None else rtol
    absolute = max(pair[1] for pair in known) if atol is None else atol
    right = np.isclose(a, b, rtol=relative, atol=absolute, equal_nan=equal_nan)
    if not right.all():
        with np.errstate(all="ignore"):
            off = np.abs(a - b)[~right]
        worst = float(np.nanmax(off)) if not np.isnan(off).all() else math.nan
        raise _fail(
            msg,
            f"Values are not close{at}: {int((~right).sum())} of {right.size} differ, the most by {worst:.6g} "
            f"(allowed: {absolute:g} + {relative:g} * |expected|)",
        )


def assert_allclose(
    actual: Any,
    expected: Any,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    msg: Any = "",
) -> None:
    """assert_close without a look at dtypes; what is no tensor becomes one. PyTorch's older name."""
    assert_close(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None)
