"""tf.data.Dataset: elements one after the other, and what makes other data sets of them.

A data set is a function that begins an iteration. Where its elements are rows of arrays (from_tensor_slices, and what
shuffles, repeats or picks its elements), it goes through numbers of rows, and a batch takes its rows at once.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._tensor import Tensor
from .. import _dtypes
from .._shapes import TensorSpec
from ._base import END, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from ._batching import Batching
from ._choosing import Choosing, draws_of
from ._elements import array_of, leaves_of, mapped, packed, shapes_of, spec_of, tensor_of
from ._functions import Functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Dataset(Choosing, Batching, Functions):
    """Elements one after the other: tensors, or tuples and dicts of tensors.

    It is made by from_tensor_slices, from_tensors, from_generator, range, zip, and the methods of another.
    """

    # ---------------------------------------------------------------- sources

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """The rows of tensors, or of a tuple or dict of tensors with equally many rows."""
        table = mapped(array_of, tensors)
        arrays = leaves_of(table)
        if not arrays:
            raise ValueError("Invalid `tensors`. Expected at least one tensor.")
        for array in arrays:
            if not array.shape:
                raise ValueError("Unbatching a tensor is only supported for rank >= 1")
            if array.shape[0] != arrays[0].shape[0]:
                raise ValueError(f"Dimensions {array.shape[0]} and {arrays[0].shape[0]} are not compatible")
        count = arrays[0].shape[0]
        spec = mapped(lambda array: TensorSpec(array.shape[1:], array.dtype), table)
        return Dataset(lambda: iter(range(count)), lambda: count, lambda: spec, table, "TensorSlice")

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """One element."""
        element = mapped(array_of, tensors)
        return Dataset(lambda: iter([element]), lambda: 1, lambda: spec_of(element), None, "Tensor")

    @staticmethod
    def from_generator(
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """What generator(*args) gives. output_signature: TensorSpecs in the structure of an element; or output_types,
        dtypes, with output_shapes."""
        if not callable(generator):
            raise TypeError("`generator` must be a Python callable.")
        if output_signature is None:
            if output_types is None:
                raise TypeError("Either `output_signature` or `output_types` must be specified.")
            kinds = leaves_of(output_types)
            shapes = [None] * len(kinds) if output_shapes is None else shapes_of(output_shapes, len(kinds))
            output_signature = packed(
                output_types, iter([TensorSpec(shape, kind) for shape, kind in zip(shapes, kinds)])
            )
        signature = output_signature
        arguments = [tensor_of(array_of(value)) for value in args or ()]

        def items() -> Iterator[Any]:
            for value in generator(*[tensor.numpy() for tensor in arguments]):
                yield _shaped(value, signature)

        return Dataset(items, lambda: UNKNOWN_CARDINALITY, lambda: signature, None, "Flat")

    @staticmethod
    def range(*args: Any, output_type: Any = _dtypes.int64, name: str | None = None) -> Dataset:
        """Whole numbers, as Python's range."""
        numbers = range(*[int(number) for number in args])
        kind = _dtypes.as_dtype(output_type)
        table = np.asarray(numbers, dtype=kind.dtype)
        return Dataset(
            lambda: iter(range(len(numbers))), lambda: len(numbers), lambda: TensorSpec((), kind), table, "Range"
        )

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Tuples of an element of each data set, up to the end of the shortest."""
        structure = datasets if datasets is not None else args[0] if len(args) == 1 else args
        structure = tuple(structure) if isinstance(structure, list) else structure
        parts = leaves_of(structure)
        for part in parts:
            if not isinstance(part, Dataset):
                raise TypeError(
                    f"The argument to `Dataset.zip()` must be a (nested) structure of datasets, got {part!r}"
                )

        def items() -> Iterator[Any]:
            for elements in zip(*[part._elements() for part in parts]):
                yield packed(structure, iter(elements))

        def spec() -> Any:
            return packed(structure, iter([part.element_spec for part in parts]))

        return Dataset(items, lambda: _shortest([part._count() for part in parts]), spec, None, "Zip")

    @staticmethod
    def random(seed: Any = None, rerandomize_each_iteration: bool | None = None, name: str | None = None) -> Dataset:
        """Whole numbers of 32 bits without end."""

        def items() -> Iterator[Any]:
            draws = draws_of(seed)
            while True:
                yield np.asarray(draws.getrandbits(32), dtype=np.int64)

        return Dataset(items, lambda: INFINITE_CARDINALITY, lambda: TensorSpec((), _dtypes.int64), None, "Random")

    # ---------------------------------------------------------------- settings

    def options(self) -> Any:
        """The settings."""
        from . import Options

        return Options()

    def with_options(self, options: Any, name: str | None = None) -> Dataset:
        """The same data set: settings change nothing."""
        return self

    @staticmethod
    def choose_from_datasets(datasets: Any, choice_dataset: Dataset, stop_on_empty_dataset: bool = True) -> Dataset:
        """An element of the data set whose number choice_dataset says, for one number after the other."""

        def items() -> Iterator[Any]:
            sources = [one._elements() for one in datasets]
            for choice in choice_dataset._elements():
                found = next(sources[int(choice)], END)
                if found is not END:
                    yield found
                elif stop_on_empty_dataset:
                    return

        return Dataset(items, lambda: UNKNOWN_CARDINALITY, lambda: datasets[0].element_spec, None, "DirectedInterleave")

    @staticmethod
    def sample_from_datasets(
        datasets: Any,
        weights: Any = None,
        seed: Any = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """An element of a data set that is drawn by its weight, one after the other."""
        shares = [1.0] * len(datasets) if weights is None else [float(weight) for weight in weights]
        own = draws_of(seed)

        def items() -> Iterator[Any]:
            draws = random.Random(own.getrandbits(64))
            left = [(one._elements(), share) for one, share in zip(datasets, shares)]
            while left:
                chosen = draws.choices(range(len(left)), [share for _, share in left])[0]
                found = next(left[chosen][0], END)
                if found is not END:
                    yield found
                elif stop_on_empty_dataset:
                    return
                else:
                    del left[chosen]

        return Dataset(items, lambda: UNKNOWN_CARDINALITY, lambda: datasets[0].element_spec, None, "DirectedInterleave")


def _shaped(value: Any, signature: Any) -> Any:
    """What a generator gave, in the structure and the dtypes of its signature."""
    if isinstance(signature, tuple) and isinstance(value, list):
        value = tuple(value)
    specs, leaves = leaves_of(signature), leaves_of(value)
    if len(specs) != len(leaves):
        raise TypeError(
            f"`generator` yielded an element that did not match the expected structure. The expected structure was "
            f"{signature!r:.200}, but the yielded element was {value!r:.200}."
        )
    found = []
    for spec, leaf in zip(specs, leaves):
        array = np.asarray(leaf if not isinstance(leaf, Tensor) else leaf)
        kind = spec.dtype.dtype
        if array.dtype != kind:
            array = array.astype(kind)
        if not spec.shape.is_compatible_with(array.shape):
            raise TypeError(
                f"`generator` yielded an element of shape {array.shape} where an element of shape {spec.shape} was "
                "expected."
            )
        found.append(array)
    return packed(signature, iter(found))


def _shortest(counts: list[int]) -> int:
    """The least of numbers of elements."""
    known = [count for count in counts if count >= 0]
    if UNKNOWN_CARDINALITY in counts:
        return UNKNOWN_CARDINALITY
    return min(known) if known else INFINITE_CARDINALITY
