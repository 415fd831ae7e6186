"""Batches of samples: what DataLoader makes of a list of samples unless it is given a function of the user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..._dtypes import float64
from ..._errors import ShapeError
from ..._shaping import stack
from ..._tensor import Tensor, as_tensor, tensor_of


def default_convert(data: Any) -> Any:
    """A sample with its arrays as tensors; mappings, named tuples and sequences in it keep their kinds."""
    if isinstance(data, Tensor) or isinstance(data, (str, bytes)):
        return data
    if isinstance(data, (np.ndarray, np.generic)):
        return data if data.dtype.kind in "USO" else as_tensor(data)
    if isinstance(data, Mapping):
        return _mapping(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*[default_convert(value) for value in data])
    if isinstance(data, tuple):
        return [default_convert(value) for value in data]
    if isinstance(data, Sequence):
        return _sequence(data, [default_convert(value) for value in data])
    return data


def default_collate(batch: Any) -> Any:
    """One batch of a list of samples: tensors and arrays are stacked along a new first axis, Python floats become a
    float64 tensor, ints an int64 one, texts stay a list; mappings, named tuples and sequences are gone through, with a
    batch for each entry."""
    samples = list(batch)
    if not samples:
        raise ShapeError("default_collate: expected at least one sample, found none")
    return _collated(samples, "")


def _collated(samples: list[Any], place: str) -> Any:
    first = samples[0]
    if isinstance(first, Tensor):
        _check_shapes(samples, place)
        return stack(samples)
    if isinstance(first, (np.ndarray, np.generic)):
        if first.dtype.kind in "biuf":
            _check_shapes(samples, place)
            return as_tensor(np.stack(samples))
    elif isinstance(first, bool):
        return tensor_of(samples)
    elif isinstance(first, float):
        return tensor_of(samples, float64)
    elif isinstance(first, int):
        return tensor_of(samples)
    elif isinstance(first, (str, bytes)):
        return samples
    elif isinstance(first, Mapping):
        return _mapping(
            first, {key: _collated([sample[key] for sample in samples], f"{place}[{key!r}]") for key in first}
        )
    elif isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*_columns(samples, place))
    elif isinstance(first, Sequence):
        columns = _columns(samples, place)
        return columns if isinstance(first, tuple) else _sequence(first, columns)
    raise TypeError(
        f"default_collate: expected tensors, NumPy arrays, numbers, texts, and lists, tuples and dicts of such as "
        f"samples, found a {type(first).__name__}{f' at {place}' if place else ''}; give DataLoader a collate_fn"
    )


def _check_shapes(samples: list[Any], place: str) -> None:
    shapes = [tuple(getattr(sample, "shape", ("no", "shape"))) for sample in samples]
    for number, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ShapeError(
                f"default_collate: expected samples of equal shapes{f' at {place}' if place else ''}, found "
                f"{list(shapes[0])} in sample 0 and {list(shape)} in sample {number}; give DataLoader a collate_fn"
            )


def _columns(samples: list[Any], place: str) -> list[Any]:
    lengths = {len(sample) for sample in samples}
    if len(lengths) != 1:
        raise ShapeError(
            f"default_collate: expected samples with equally many entries{f' at {place}' if place else ''}, "
            f"found {sorted(lengths)}"
        )
    return [_collated(list(column), f"{place}[{number}]") for number, column in enumerate(zip(*samples))]


def _mapping(like: Mapping[Any, Any], values: dict[Any, Any]) -> Any:
    try:
        return type(like)(values)  # type: ignore[call-arg]
    except TypeError:
        return values


def _sequence(like: Any, values: list[Any]) -> Any:
    try:
        return type(like)(values)
    except TypeError:
        return values
