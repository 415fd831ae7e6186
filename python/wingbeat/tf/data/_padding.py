"""Batches of elements of different extents."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from .._shapes import TensorShape
from ..errors import InvalidArgumentError
from ._base import UNKNOWN_CARDINALITY, Base
from ._dataset import Dataset
from ._elements import array_of, leaves_of, packed, shapes_of, tensor_of
from ._functions import Mapped, apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def padded_stack(elements: list[Any], padded_shapes: Any, padding_values: Any) -> Any:
    """Elements joined along a new first axis, filled up where they are smaller than the largest."""
    columns = list(zip(*[leaves_of(element) for element in elements]))
    shapes = [None] * len(columns) if padded_shapes is None else shapes_of(padded_shapes, len(columns))
    if padding_values is None or not isinstance(padding_values, (tuple, dict)):
        values = [padding_values] * len(columns)
    else:
        values = leaves_of(padding_values)
    found = [_filled(list(column), shape, value) for column, shape, value in zip(columns, shapes, values)]
    return packed(elements[0], iter(found))


def _filled(leaves: list[Any], shape: Any, value: Any) -> Any:
    arrays = [np.asarray(array_of(leaf)) for leaf in leaves]
    largest = [max(extents) for extents in zip(*[array.shape for array in arrays])]
    wanted = [None] * len(largest) if shape is None else list(TensorShape(shape))
    extents = [most if extent in (None, -1) else extent for most, extent in zip(largest, wanted)]
    for most, extent in zip(largest, extents):
        if most > extent:
            raise InvalidArgumentError(
                f"Attempted to pad to a smaller size than the input element: {tuple(largest)} and {tuple(extents)}"
            )
    fill = 0 if value is None else np.asarray(array_of(value))
    batch = np.full((len(arrays), *extents), fill, dtype=arrays[0].dtype)
    for place, array in enumerate(arrays):
        block: Any = (place, *[slice(0, extent) for extent in array.shape])
        batch[block] = array
    return batch


def _listed(elements: list[Any], source: Base) -> Dataset:
    return Dataset(lambda: iter(elements), lambda: len(elements), lambda: source.element_spec, None, "Variant")


def grouped(source: Base, key: Mapped, reduce_func: Callable[..., Any], size: Any, size_func: Any) -> Dataset:
    """What reduce_func(key, data set) gives for so many elements with the same key."""

    def reduced(number: int, elements: list[Any]) -> Iterator[Any]:
        with apart():
            found = reduce_func(tensor_of(np.asarray(number, dtype=np.int64)), _listed(elements, source))
        return found._elements()  # type: ignore[no-any-return]

    def items() -> Iterator[Any]:
        open_ones: dict[int, list[Any]] = {}
        for element in source._elements():
            number = int(key(element))
            part = open_ones.setdefault(number, [])
            part.append(element)
            width = int(size) if size_func is None else int(size_func(tensor_of(np.asarray(number, dtype=np.int64))))
            if len(part) == width:
                yield from reduced(number, open_ones.pop(number))
        for number, part in open_ones.items():
            yield from reduced(number, part)

    def spec() -> Any:
        first = list(itertools.islice(source._elements(), 1))
        return reduce_func(tensor_of(np.asarray(0, dtype=np.int64)), _listed(first, source)).element_spec

    return Dataset(items, lambda: UNKNOWN_CARDINALITY, spec, None, "GroupByWindow")


def bucketed(
    source: Any,
    length: Callable[..., Any],
    boundaries: list[int],
    sizes: list[int],
    padded_shapes: Any,
    padding_values: Any,
    no_padding: bool,
    drop_remainder: bool,
) -> Dataset:
    """Padded batches of elements of similar lengths."""
    if len(sizes) != len(boundaries) + 1:
        raise ValueError("`len(bucket_batch_sizes)` must equal `len(bucket_boundaries) + 1`")
    measure = Mapped(length)

    def items() -> Iterator[Any]:
        open_ones: dict[int, list[Any]] = {}
        for element in source._elements():
            extent = int(measure(element))
            number = sum(extent >= boundary for boundary in boundaries)
            part = open_ones.setdefault(number, [])
            part.append(element)
            if len(part) == sizes[number]:
                yield _batch(open_ones.pop(number))
        for part in [] if drop_remainder else list(open_ones.values()):
            yield _batch(part)

    def _batch(part: list[Any]) -> Any:
        from ._elements import stacked

        return stacked(part) if no_padding else padded_stack(part, padded_shapes, padding_values)

    return Dataset(
        items, lambda: UNKNOWN_CARDINALITY, source.padded_batch(1, padded_shapes, padding_values)._spec, None, "Bucket"
    )
