"""Functions of elements."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _dtypes, _recording
from .._function import Function
from .._shapes import TensorSpec
from ..errors import InvalidArgumentError
from ._base import AUTOTUNE, END, UNKNOWN_CARDINALITY, Base
from ._elements import loosened, mapped, spec_of, tensors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._dataset import Dataset


@contextmanager
def apart() -> Iterator[None]:
    """A block that no tape sees."""
    before, _recording.state.watchers = _recording.state.watchers, []
    depth, _recording.state.depth = _recording.state.depth, 0
    try:
        with _recording.CONSTANT:
            yield
    finally:
        _recording.state.watchers, _recording.state.depth = before, depth


class Mapped:
    """A function of elements: traced once for each kind, as tf.function does."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not callable(function):
            raise TypeError(f"Expected a function of elements, found {function!r:.80}")
        self._function = function if isinstance(function, Function) else Function(function)

    def __call__(self, element: Any) -> Any:
        with apart():
            given = tensors_of(element)
            result = self._function(*given) if type(given) is tuple else self._function(given)
        return tuple(result) if type(result) is list else result


class Functions(Base):
    """Methods that call a function for each element."""

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
        function = Mapped(map_func)
        known: list[Any] = []

        def spec() -> Any:
            if not known:
                given = tensors_of(self._first())
                known.append(loosened(spec_of(function(given)), self.element_spec, given))
            return known[0]

        return self._new(lambda: map(function, self._elements()), self._count, spec, None, "Map")

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
        def inner(element: Any) -> Base:
            with apart():
                given = tensors_of(element)
                found = map_func(*given) if type(given) is tuple else map_func(given)
            if not isinstance(found, Base):
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
                fresh = next(source, END)
                if fresh is END:
                    del open_ones[place]
                else:
                    open_ones[place] = inner(fresh)._elements()
                    if given:
                        place += 1

        return self._new(items, lambda: UNKNOWN_CARDINALITY, lambda: inner(self._first()).element_spec, None, name)

    def enumerate(self, start: Any = 0, name: str | None = None) -> Dataset:
        """(number, element) for each."""
        first = int(start)

        def items() -> Iterator[Any]:
            for number, element in enumerate(self._elements(), first):
                yield np.asarray(number, dtype=np.int64), element

        return self._new(
            items, self._count, lambda: (TensorSpec((), _dtypes.int64), self.element_spec), None, "Enumerate"
        )

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None) -> Any:
        """reduce_func(state, element) for one element after the other; the last state."""
        function = Function(reduce_func)
        state = tensors_of(mapped(lambda leaf: leaf, initial_state))
        for element in self._elements():
            with apart():
                state = function(state, tensors_of(element))
                state = tuple(state) if type(state) is list else state
        return state

    def scan(self, initial_state: Any, scan_func: Callable[..., Any], name: str | None = None) -> Dataset:
        """scan_func(state, element) gives (the next state, an element)."""
        function = Function(scan_func)

        def items() -> Iterator[Any]:
            state = tensors_of(initial_state)
            for element in self._elements():
                with apart():
                    state, found = function(state, tensors_of(element))
                yield found

        def spec() -> Any:
            with apart():
                return spec_of(function(tensors_of(initial_state), tensors_of(self._first()))[1])

        return self._new(items, self._count, spec, None, "Scan")

    def apply(self, transformation_func: Callable[[Any], Dataset], name: str | None = None) -> Dataset:
        """transformation_func(self)."""
        found = transformation_func(self)
        if not isinstance(found, Base):
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

        return grouped(self, Mapped(key_func), reduce_func, window_size, window_size_func)

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
