"""Batches: several elements as one."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from .._shapes import TensorShape, TensorSpec
from ._base import UNKNOWN_CARDINALITY, Base, DatasetSpec
from ._elements import batch_spec, leaves_of, mapped, packed, row_spec, shapes_of, spec_of, stacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._dataset import Dataset


class Batching(Base):
    """Methods that put elements together, and take them apart."""

    def batch(
        self,
        batch_size: Any,
        drop_remainder: bool = False,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """So many elements as one, along a new first axis. drop_remainder: a last one that is smaller is left out."""
        size = int(batch_size)
        if size < 1:
            raise ValueError(f"batch: expected batch_size of 1 or more, found {size}")
        table = self._table

        def items() -> Iterator[Any]:
            source = self._items()
            while True:
                part = list(itertools.islice(source, size))
                if not part or drop_remainder and len(part) < size:
                    return
                yield _taken(table, part) if table is not None else stacked(part)

        def total() -> int:
            own = self._count()
            return own if own < 0 else own // size if drop_remainder else -(-own // size)

        return self._new(
            items, total, lambda: batch_spec(self.element_spec, size if drop_remainder else None), None, "Batch"
        )

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """As batch, of elements of different extents: they are filled up to padded_shapes, and to the largest in the
        batch where an extent is None or -1."""
        size = int(batch_size)
        from ._padding import padded_stack

        def items() -> Iterator[Any]:
            source = self._elements()
            while True:
                part = list(itertools.islice(source, size))
                if not part or drop_remainder and len(part) < size:
                    return
                yield padded_stack(part, padded_shapes, padding_values)

        def total() -> int:
            own = self._count()
            return own if own < 0 else own // size if drop_remainder else -(-own // size)

        def spec() -> Any:
            inner = self.element_spec
            if padded_shapes is not None:
                wanted = shapes_of(padded_shapes, len(leaves_of(inner)))
                inner = packed(
                    inner,
                    iter([
                        TensorSpec([None if extent == -1 else extent for extent in TensorShape(shape)], leaf.dtype)
                        for shape, leaf in zip(wanted, leaves_of(inner))
                    ]),
                )  # fmt: skip
            return batch_spec(inner, size if drop_remainder else None)

        return self._new(items, total, spec, None, "PaddedBatch")

    def unbatch(self, name: str | None = None) -> Dataset:
        """The rows of each element."""

        def items() -> Iterator[Any]:
            for element in self._elements():
                leaves = leaves_of(element)
                for place in range(leaves[0].shape[0]):
                    yield mapped(lambda leaf: leaf[place], element)

        return self._new(items, lambda: UNKNOWN_CARDINALITY, lambda: row_spec(self.element_spec), None, "Unbatch")

    def rebatch(self, batch_size: Any, drop_remainder: bool = False, name: str | None = None) -> Dataset:
        """The rows of each element, so many as one."""
        return self.unbatch().batch(batch_size, drop_remainder)

    def window(
        self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: bool = False, name: str | None = None
    ) -> Dataset:
        """Data sets of `size` elements each, `stride` apart, each `shift` (size) farther on than the one before."""
        width, step, gap = int(size), int(size if shift is None else shift), int(stride)

        def items() -> Iterator[Any]:
            source = self._elements()
            reach = (width - 1) * gap + 1
            buffer: list[Any] = []
            while True:
                buffer += itertools.islice(source, reach - len(buffer))
                part = buffer[::gap][:width]
                if not part or drop_remainder and len(part) < width:
                    return
                yield packed(part[0], iter([self._of(column) for column in zip(*[leaves_of(one) for one in part])]))
                for _ in itertools.islice(source, max(step - len(buffer), 0)):
                    pass
                buffer = buffer[step:]

        def spec() -> Any:
            return mapped(lambda leaf: DatasetSpec(leaf), self.element_spec)

        def total() -> int:
            own = self._count()
            if own < 0:
                return own
            return (own - (width - 1) * gap - 1) // step + 1 if drop_remainder else -(-own // step)

        return self._new(items, total, spec, None, "Window")

    def _of(self, column: Any) -> Dataset:
        """A data set of some leaves."""
        leaves = list(column)
        return self._new(lambda: iter(leaves), lambda: len(leaves), lambda: spec_of(leaves[0]), None, "Variant")


def _taken(table: Any, numbers: list[int]) -> Any:
    """Rows of arrays."""
    first, last = numbers[0], numbers[-1]
    if last - first + 1 == len(numbers) and numbers == list(range(first, last + 1)):
        return mapped(lambda array: array[first : last + 1], table)
    places = np.asarray(numbers)
    return mapped(lambda array: array[places], table)
