"""tf.data.Dataset: elements one after the other, and what makes other data sets of them.

A data set is a function that begins an iteration. Where its elements are rows of arrays (from_tensor_slices, and what
shuffles, repeats or picks its elements), it goes through numbers of rows, and a batch takes its rows at once.
"""

from __future__ import annotations

import itertools
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._tensor import Tensor as Base
from .. import _dtypes, _recording
from .._creating import constant
from .._function import Function
from .._shapes import TensorShape, TensorSpec
from ..errors import InvalidArgumentError, OutOfRangeError
from ._elements import (
    array_of,
    batch_spec,
    leaves_of,
    loosened,
    mapped,
    packed,
    row_spec,
    spec_of,
    stacked,
    tensor_of,
    tensors_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


@contextmanager
def _apart() -> Iterator[None]:
    """A block that no tape sees."""
    before, _recording.state.watchers = _recording.state.watchers, []
    depth, _recording.state.depth = _recording.state.depth, 0
    try:
        with _recording.CONSTANT:
            yield
    finally:
        _recording.state.watchers, _recording.state.depth = before, depth


class DatasetSpec:
    """What data sets in elements are like."""

    def __init__(self, element_spec: Any) -> None:
        self.element_spec = element_spec

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r}, TensorShape([]))"


class _Mapped:
    """A function of elements: traced once for each kind, as tf.function does."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function if isinstance(function, Function) else Function(function)

    def __call__(self, element: Any) -> Any:
        with _apart():
            given = tensors_of(element)
            result = self._function(*given) if type(given) is tuple else self._function(given)
        return tuple(result) if type(result) is list else result


class Dataset:
    """Elements one after the other: tensors, or tuples and dicts of tensors.

    It is made by from_tensor_slices, from_tensors, from_generator, range, zip, and the methods of another.
    """

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
        return Dataset(items, count, self._spec, self._table, name)

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
            shapes = [None] * len(kinds) if output_shapes is None else _shapes_of(output_shapes, len(kinds))
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
            draws = _draws(seed)
            while True:
                yield np.asarray(draws.getrandbits(32), dtype=np.int64)

        return Dataset(items, lambda: INFINITE_CARDINALITY, lambda: TensorSpec((), _dtypes.int64), None, "Random")

    # ---------------------------------------------------------------- some of the elements, in some order

    def shuffle(
        self, buffer_size: Any, seed: Any = None, reshuffle_each_iteration: bool | None = True, name: str | None = None
    ) -> Dataset:
        """In random order: one of the buffer_size next elements at a time. reshuffle_each_iteration False: each time
        the same order."""
        size = int(buffer_size)
        if size < 1:
            raise ValueError(f"shuffle: expected buffer_size of 1 or more, found {size}")
        source, own = self, _draws(seed)
        first = own.getrandbits(64)
        again = reshuffle_each_iteration is not False

        def items() -> Iterator[Any]:
            draws = random.Random(own.getrandbits(64) if again else first)
            buffer: list[Any] = []
            for item in source._items():
                if len(buffer) < size:
                    buffer.append(item)
                    continue
                place = draws.randrange(size)
                yield buffer[place]
                buffer[place] = item
            while buffer:
                place = draws.randrange(len(buffer))
                buffer[place], buffer[-1] = buffer[-1], buffer[place]
                yield buffer.pop()

        return self._alike(items, self._count, "Shuffle")

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """So many times; without end for None or -1."""
        times = -1 if count is None else int(count)

        def items() -> Iterator[Any]:
            turns = itertools.count() if times < 0 else range(times)
            for _ in turns:
                is_empty = True
                for item in self._items():
                    is_empty = False
                    yield item
                if is_empty:
                    return

        def total() -> int:
            own = self._count()
            if times == 0 or own == 0:
                return 0
            return INFINITE_CARDINALITY if times < 0 or own == -1 else own if own < 0 else own * times

        return self._alike(items, total, "Repeat")

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """The first so many; all for -1."""
        most = int(count)

        def items() -> Iterator[Any]:
            return self._items() if most < 0 else itertools.islice(self._items(), most)

        def total() -> int:
            own = self._count()
            return own if most < 0 else most if own == -1 else own if own < 0 else min(own, most)

        return self._alike(items, total, "Take")

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """Without the first so many; without all for -1."""
        left = int(count)

        def items() -> Iterator[Any]:
            return iter(()) if left < 0 else itertools.islice(self._items(), left, None)

        def total() -> int:
            own = self._count()
            return 0 if left < 0 else own if own < 0 else max(own - left, 0)

        return self._alike(items, total, "Skip")

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Each num_shards-th element from that index on."""
        step, start = int(num_shards), int(index)
        if not 0 <= start < step:
            raise InvalidArgumentError(f"shard: expected an index in [0, {step}), found {start}")

        def total() -> int:
            own = self._count()
            return own if own < 0 else (own - start + step - 1) // step if own > start else 0

        return self._alike(lambda: itertools.islice(self._items(), start, None, step), total, "Shard")

    def take_while(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements up to the first for which predicate(element) is false."""
        test = _Mapped(predicate)

        def items() -> Iterator[Any]:
            for item in self._items():
                if not bool(test(self._element(item))):
                    return
                yield item

        return self._alike(items, lambda: UNKNOWN_CARDINALITY, "TakeWhile")

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements for which predicate(element) is true."""
        test = _Mapped(predicate)

        def items() -> Iterator[Any]:
            return (item for item in self._items() if bool(test(self._element(item))))

        return self._alike(items, lambda: UNKNOWN_CARDINALITY, "Filter")

    def _element(self, item: Any) -> Any:
        return item if self._table is None else mapped(lambda array: array[item], self._table)

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """The same elements: they are made when they are asked for."""
        return self._alike(self._items, self._count, "Prefetch")

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """The same elements, kept in memory from the first time on that all have been gone through."""
        if filename:
            raise InvalidArgumentError("cache: elements are kept in memory; leave the file's name away")
        kept: list[Any] = []
        state = {"whole": False}

        def items() -> Iterator[Any]:
            if state["whole"]:
                yield from kept
                return
            found = []
            for item in self._items():
                found.append(item)
                yield item
            kept[:] = found
            state["whole"] = True

        return self._alike(items, self._count, "Cache")

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """These elements, and then those of another."""

        def total() -> int:
            own, more = self._count(), dataset._count()
            return -1 if -1 in (own, more) else -2 if -2 in (own, more) else own + more

        return Dataset(
            lambda: itertools.chain(self._elements(), dataset._elements()), total, self._spec, None, "Concatenate"
        )

    def unique(self, name: str | None = None) -> Dataset:
        """Each element once."""

        def items() -> Iterator[Any]:
            seen = set()
            for item in self._items():
                key = tuple([(leaf.shape, np.asarray(leaf).tobytes()) for leaf in leaves_of(self._element(item))])
                if key not in seen:
                    seen.add(key)
                    yield item

        return self._alike(items, lambda: UNKNOWN_CARDINALITY, "Unique")

    def ignore_errors(self, log_warning: bool = False, name: str | None = None) -> Dataset:
        """The elements that can be had."""

        def items() -> Iterator[Any]:
            source = self._items()
            while True:
                try:
                    yield next(source)
                except StopIteration:
                    return
                except Exception:
                    continue

        return self._alike(items, lambda: UNKNOWN_CARDINALITY, "IgnoreErrors")

    # ---------------------------------------------------------------- batches

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

        return Dataset(
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
                wanted = _shapes_of(padded_shapes, len(leaves_of(inner)))
                inner = packed(
                    inner,
                    iter([
                        TensorSpec([None if extent == -1 else extent for extent in TensorShape(shape)], leaf.dtype)
                        for shape, leaf in zip(wanted, leaves_of(inner))
                    ]),
                )  # fmt: skip
            return batch_spec(inner, size if drop_remainder else None)

        return Dataset(items, total, spec, None, "PaddedBatch")

    def unbatch(self, name: str | None = None) -> Dataset:
        """The rows of each element."""

        def items() -> Iterator[Any]:
            for element in self._elements():
                leaves = leaves_of(element)
                for place in range(leaves[0].shape[0]):
                    yield mapped(lambda leaf: leaf[place], element)

        return Dataset(items, lambda: UNKNOWN_CARDINALITY, lambda: row_spec(self.element_spec), None, "Unbatch")

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
                yield packed(part[0], iter([_of(column) for column in zip(*[leaves_of(one) for one in part])]))
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

        return Dataset(items, total, spec, None, "Window")

    # ---------------------------------------------------------------- functions of elements

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """map_func(element), or map_func(*element) of a tuple, for each. It is traced as by tf.function."""
        function = _Mapped(map_func)
        known: list[Any] = []

        def spec() -> Any:
            if not known:
                given = tensors_of(self._first())
                known.append(loosened(spec_of(function(given)), self.element_spec, given))
            return known[0]

        return Dataset(lambda: map(function, self._elements()), self._count, spec, None, "Map")

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements of the data sets that map_func(element) gives, one after the other."""
        return self._spread(map_func, 1, 1, "FlatMap")

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: Any = None,
        block_length: Any = None,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """The elements of the data sets that map_func(element) gives: block_length of each of cycle_length in turn."""
        cycle = 16 if cycle_length in (None, AUTOTUNE) else int(cycle_length)
        return self._spread(map_func, cycle, 1 if block_length is None else int(block_length), "Interleave")

    def _spread(self, map_func: Callable[..., Any], cycle: int, block: int, name: str) -> Dataset:
        def inner(element: Any) -> Dataset:
            with _apart():
                given = tensors_of(element)
                found = map_func(*given) if type(given) is tuple else map_func(given)
            if not isinstance(found, Dataset):
                raise TypeError(f"`map_func` must return a `Dataset` object. Got {type(found).__name__}")
            return found

        def items() -> Iterator[Any]:
            source = self._elements()
            open_ones: list[Any] = [inner(element)._elements() for element in itertools.islice(source, cycle)]
            place = 0
            while open_ones:
                if place >= len(open_ones):
                    place = 0
                given = 0
                ended = False
                while given < block:
                    try:
                        yield next(open_ones[place])
                    except StopIteration:
                        ended = True
                        break
                    given += 1
                if not ended:
                    place += 1
                    continue
                fresh = next(source, _END)
                if fresh is _END:
                    del open_ones[place]
                else:
                    open_ones[place] = inner(fresh)._elements()
                    if given:
                        place += 1

        return Dataset(items, lambda: UNKNOWN_CARDINALITY, lambda: inner(self._first()).element_spec, None, name)

    def enumerate(self, start: Any = 0, name: str | None = None) -> Dataset:
        """(number, element) for each."""
        first = int(start)

        def items() -> Iterator[Any]:
            for number, element in enumerate(self._elements(), first):
                yield np.asarray(number, dtype=np.int64), element

        return Dataset(
            items, self._count, lambda: (TensorSpec((), _dtypes.int64), self.element_spec), None, "Enumerate"
        )

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None) -> Any:
        """reduce_func(state, element) for one element after the other; the last state."""
        function = Function(reduce_func)
        state = tensors_of(mapped(lambda leaf: leaf, initial_state))
        for element in self._elements():
            with _apart():
                state = function(state, tensors_of(element))
                state = tuple(state) if type(state) is list else state
        return state

    def scan(self, initial_state: Any, scan_func: Callable[..., Any], name: str | None = None) -> Dataset:
        """scan_func(state, element) gives (the next state, an element)."""
        function = Function(scan_func)

        def items() -> Iterator[Any]:
            state = tensors_of(initial_state)
            for element in self._elements():
                with _apart():
                    state, found = function(state, tensors_of(element))
                yield found

        def spec() -> Any:
            with _apart():
                return spec_of(function(tensors_of(initial_state), tensors_of(self._first()))[1])

        return Dataset(items, self._count, spec, None, "Scan")

    def apply(self, transformation_func: Callable[[Dataset], Dataset], name: str | None = None) -> Dataset:
        """transformation_func(self)."""
        found = transformation_func(self)
        if not isinstance(found, Dataset):
            raise TypeError(f"`transformation_func` must return a dataset, got {type(found).__name__}")
        return found

    def group_by_window(
        self,
        key_func: Callable[..., Any],
        reduce_func: Callable[..., Any],
        window_size: Any = None,
        window_size_func: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """reduce_func(key, data set) of window_size elements with the same key."""
        from ._padding import grouped

        return grouped(self, _Mapped(key_func), reduce_func, window_size, window_size_func)

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable[..., Any],
        bucket_boundaries: Any,
        bucket_batch_sizes: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Padded batches of elements of similar lengths."""
        from ._padding import bucketed

        return bucketed(
            self, element_length_func, list(bucket_boundaries), list(bucket_batch_sizes), padded_shapes,
            padding_values, no_padding, drop_remainder,
        )  # fmt: skip

    def get_single_element(self, name: str | None = None) -> Any:
        """The one element."""
        found = list(itertools.islice(self._elements(), 2))
        if len(found) != 1:
            raise InvalidArgumentError(f"Dataset had {'no' if not found else 'more than one'} element.")
        return tensors_of(found[0])

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
                found = next(sources[int(choice)], _END)
                if found is not _END:
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
        own = _draws(seed)

        def items() -> Iterator[Any]:
            draws = random.Random(own.getrandbits(64))
            left = [(one._elements(), share) for one, share in zip(datasets, shares)]
            while left:
                chosen = draws.choices(range(len(left)), [share for _, share in left])[0]
                found = next(left[chosen][0], _END)
                if found is not _END:
                    yield found
                elif stop_on_empty_dataset:
                    return
                else:
                    del left[chosen]

        return Dataset(items, lambda: UNKNOWN_CARDINALITY, lambda: datasets[0].element_spec, None, "DirectedInterleave")


_END = object()


class DatasetIterator:
    """An iteration over a data set."""

    def __init__(self, dataset: Dataset) -> None:
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
        found = next(self._source, _END)
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
        return constant(self._element is not _END)

    def get_value(self) -> Any:
        """The element."""
        if self._element is _END:
            raise InvalidArgumentError("The given optional does not have a value.")
        return tensors_of(self._element)


class _NumpyIterator:
    """An iteration over a data set, with arrays."""

    def __init__(self, dataset: Dataset) -> None:
        self._source = dataset._elements()

    def __iter__(self) -> _NumpyIterator:
        return self

    def __next__(self) -> Any:
        return mapped(_numpy, next(self._source))


def _numpy(leaf: Any) -> Any:
    if isinstance(leaf, Dataset):
        return leaf.as_numpy_iterator()
    array = np.array(leaf) if not isinstance(leaf, Base) else np.asarray(leaf)
    return array if array.shape else array[()]


def _taken(table: Any, numbers: list[int]) -> Any:
    """Rows of arrays."""
    first, last = numbers[0], numbers[-1]
    if last - first + 1 == len(numbers) and numbers == list(range(first, last + 1)):
        return mapped(lambda array: array[first : last + 1], table)
    places = np.asarray(numbers)
    return mapped(lambda array: array[places], table)


def _of(column: Any) -> Dataset:
    """A data set of some leaves."""
    leaves = list(column)
    return Dataset(lambda: iter(leaves), lambda: len(leaves), lambda: spec_of(leaves[0]), None, "Variant")


def _shapes_of(shapes: Any, count: int) -> list[Any]:
    """A shape for each of so many leaves."""
    if count == 1 and not (isinstance(shapes, (tuple, dict)) and not _is_shape(shapes)):
        return [shapes]
    return _shape_leaves(shapes)


def _is_shape(value: Any) -> bool:
    return isinstance(value, (TensorShape, list)) or (
        isinstance(value, tuple) and all(extent is None or isinstance(extent, int) for extent in value)
    )


def _shape_leaves(shapes: Any) -> list[Any]:
    if isinstance(shapes, dict):
        return [leaf for key in sorted(shapes) for leaf in _shape_leaves(shapes[key])]
    if shapes is None or _is_shape(shapes):
        return [shapes]
    return [leaf for part in shapes for leaf in _shape_leaves(part)]


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
        array = np.asarray(leaf if not isinstance(leaf, Base) else leaf)
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


_unseeded = random.Random()


def _draws(seed: Any) -> random.Random:
    """The numbers of a seed; without one those that tf.random.set_seed begins, or such as nobody knows."""
    from ..random import _settings

    if seed is None and _settings["seed"] is None:
        return random.Random(_unseeded.getrandbits(64))
    _settings["count"] += 1
    return random.Random(f"{_settings['seed']},{seed if seed is None else int(seed)},{_settings['count']}")
