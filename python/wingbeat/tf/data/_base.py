"""What all data sets have: elements, how many there are, and what they are like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._tensor import Tensor
from .. import _dtypes, _recording
from .._creating import constant
from ..errors import InvalidArgumentError, OutOfRangeError
from ._elements import mapped, tensors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._dataset import Dataset

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2
# Behind the last element.
END = object()


class DatasetSpec:
    """What data sets in elements are like."""

    def __init__(self, element_spec: Any) -> None:
        self.element_spec = element_spec

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r}, TensorShape([]))"


class Base:
    """Elements one after the other: the part of a data set that its methods build on."""

    def __init__(
        self,
        items: Callable[[], Iterator[Any]],
        count: Callable[[], int],
        spec: Callable[[], Any],
        table: Any = None,
        name: str = "Dataset",
    ) -> None:
        # items() begins an iteration: over elements or, where there is a table, over numbers of its rows.
        self._items, self._count, self._spec, self._table, self._name = items, count, spec, table, name

    # ---------------------------------------------------------------- what it is

    def __repr__(self) -> str:
        return f"<_{self._name}Dataset element_spec={self.element_spec!r}>"

    @property
    def element_spec(self) -> Any:
        """TensorSpecs in the structure of an element."""
        return self._spec()

    def cardinality(self, name: str | None = None) -> Any:
        """How many elements there are, as a tensor: -1 for no end, -2 where it is not known."""
        return constant(self._count(), dtype=_dtypes.int64)

    def __len__(self) -> int:
        count = self._count()
        if count == INFINITE_CARDINALITY:
            raise TypeError("The dataset is infinite.")
        if count == UNKNOWN_CARDINALITY:
            raise TypeError("The dataset length is unknown.")
        return count

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> DatasetIterator:
        if _recording.state.capture is not None:
            _recording.state.capture.give_up()
        return DatasetIterator(self)

    def as_numpy_iterator(self, name: str | None = None) -> Iterator[Any]:
        """The elements, with arrays of NumPy's."""
        return _NumpyIterator(self)

    def _elements(self) -> Iterator[Any]:
        """An iteration over elements, of arrays and tensors."""
        if self._table is None:
            return self._items()
        table = self._table
        return (mapped(lambda array: array[number], table) for number in self._items())

    def _first(self) -> Any:
        for element in self._elements():
            return element
        raise ValueError("element_spec: the dataset is empty, and its elements are not known")

    def _alike(self, items: Callable[[], Iterator[Any]], count: Callable[[], int], name: str) -> Dataset:
        """A data set of some of these elements, in some order."""
        return self._new(items, count, self._spec, self._table, name)

    def _new(
        self,
        items: Callable[[], Iterator[Any]],
        count: Callable[[], int],
        spec: Callable[[], Any],
        table: Any = None,
        name: str = "Dataset",
    ) -> Dataset:
        from ._dataset import Dataset

        return Dataset(items, count, spec, table, name)

    def _element(self, item: Any) -> Any:
        return item if self._table is None else mapped(lambda array: array[item], self._table)


class DatasetIterator:
    """An iteration over a data set."""

    def __init__(self, dataset: Base) -> None:
        self._dataset = dataset
        self._source = dataset._elements()

    def __iter__(self) -> DatasetIterator:
        return self

    def __next__(self) -> Any:
        return tensors_of(next(self._source))

    def get_next(self) -> Any:
        """The next element. Raises OutOfRangeError at the end."""
        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("End of sequence") from None

    def get_next_as_optional(self) -> Any:
        """The next element, or what says that there is none."""
        found = next(self._source, END)
        return _Optional(found)

    @property
    def element_spec(self) -> Any:
        """TensorSpecs in the structure of an element."""
        return self._dataset.element_spec


class _Optional:
    """An element, or none."""

    def __init__(self, element: Any) -> None:
        self._element = element

    def has_value(self) -> Any:
        """Whether there is an element."""
        return constant(self._element is not END)

    def get_value(self) -> Any:
        """The element."""
        if self._element is END:
            raise InvalidArgumentError("The given optional does not have a value.")
        return tensors_of(self._element)


class _NumpyIterator:
    """An iteration over a data set, with arrays."""

    def __init__(self, dataset: Base) -> None:
        self._source = dataset._elements()

    def __iter__(self) -> _NumpyIterator:
        return self

    def __next__(self) -> Any:
        return mapped(_numpy, next(self._source))


def _numpy(leaf: Any) -> Any:
    if isinstance(leaf, Base):
        return leaf.as_numpy_iterator()
    array = np.array(leaf) if not isinstance(leaf, Tensor) else np.asarray(leaf)
    return array if array.shape else array[()]
