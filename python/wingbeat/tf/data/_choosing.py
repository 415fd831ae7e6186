"""Data sets of some of another's elements, in some order."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InvalidArgumentError
from ._base import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Base
from ._elements import leaves_of
from ._functions import Mapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._dataset import Dataset


class Choosing(Base):
    """Methods that give some of the elements, in some order."""

    def shuffle(
        self, buffer_size: Any, seed: Any = None, reshuffle_each_iteration: bool | None = True, name: str | None = None
    ) -> Dataset:
        """In random order: one of the buffer_size next elements at a time. reshuffle_each_iteration False: each time
        the same order."""
        size = int(buffer_size)
        if size < 1:
            raise ValueError(f"shuffle: expected buffer_size of 1 or more, found {size}")
        source, own = self, draws_of(seed)
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
        test = Mapped(predicate)

        def items() -> Iterator[Any]:
            for item in self._items():
                if not bool(test(self._element(item))):
                    return
                yield item

        return self._alike(items, lambda: UNKNOWN_CARDINALITY, "TakeWhile")

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements for which predicate(element) is true."""
        test = Mapped(predicate)

        def items() -> Iterator[Any]:
            return (item for item in self._items() if bool(test(self._element(item))))

        return self._alike(items, lambda: UNKNOWN_CARDINALITY, "Filter")

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

        return self._new(
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


_unseeded = random.Random()


def draws_of(seed: Any) -> random.Random:
    """The numbers of a seed; without one those that tf.random.set_seed begins, or such as nobody knows."""
    from ..random import _settings

    if seed is None and _settings["seed"] is None:
        return random.Random(_unseeded.getrandbits(64))
    _settings["count"] += 1
    return random.Random(f"{_settings['seed']},{seed if seed is None else int(seed)},{_settings['count']}")
