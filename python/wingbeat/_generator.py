"""Generators of random numbers: streams of their own beside the default one, under PyTorch's names.

The engine draws from one generator. A Generator keeps a state, which takes that one's place while something is drawn
with `generator=`.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from ctypes import c_uint64
from typing import TYPE_CHECKING, Any

import numpy as np

from ._device import CPU, check_device
from ._errors import ArgumentError
from ._library import check, lib
from ._tensor import Tensor, as_tensor, tensor_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import SupportsIndex

    from ._device import DeviceLike
    from ._typing import TensorLike

__all__ = ["Generator", "default_generator", "get_rng_state", "initial_seed", "seed", "set_rng_state"]

_first_seed = 67280421310721  # PyTorch's, where nobody has seeded
_swapping = threading.RLock()


def _current() -> tuple[int, int]:
    seed, offset = c_uint64(), c_uint64()
    check(lib.wb_get_random_state(seed, offset))
    return seed.value, offset.value


class Generator:
    """A stream of random numbers: Generator().manual_seed(0), for functions, samplers and splits that take
    `generator=`. It is not for several threads at once."""

    def __init__(self, device: DeviceLike = "cpu") -> None:
        check_device(device)
        self._state: tuple[int, int] = (_first_seed, 0)

    @property
    def device(self) -> Any:
        """device(type='cpu')."""
        return CPU

    def manual_seed(self, seed: SupportsIndex) -> Generator:
        """Begins the stream of a seed; returns the generator. Negative seeds count from 2**64, as in PyTorch."""
        seed = seed.__index__()
        if not -(1 << 63) <= seed < 1 << 64:
            raise ArgumentError(f"manual_seed: expected a seed of 64 bits, found {seed}")
        self._set((seed % (1 << 64), 0))
        return self

    def seed(self) -> int:
        """Begins a stream that nobody knows; returns its seed."""
        seed = int.from_bytes(os.urandom(8), "little")
        self.manual_seed(seed)
        return seed

    def initial_seed(self) -> int:
        """The seed of the stream."""
        return self._get()[0]

    def get_state(self) -> Tensor:
        """Where the stream is, as uint8 [16], for set_state."""
        return tensor_of(np.frombuffer(np.array(self._get(), "<u8").tobytes(), np.uint8))

    def set_state(self, new_state: TensorLike) -> Generator:
        """Goes on from where get_state was called; returns the generator."""
        state = as_tensor(new_state).numpy()
        if state.shape != (16,) or state.dtype != np.uint8:
            raise ArgumentError(
                f"set_state: expected what get_state gives, uint8 [16], found {state.dtype} {list(state.shape)}"
            )
        seed, offset = np.frombuffer(state.tobytes(), "<u8").tolist()
        self._set((seed, offset))
        return self

    def clone_state(self) -> Generator:
        """Another generator that goes on from here."""
        twin = Generator()
        twin._state = self._get()
        return twin

    def __repr__(self) -> str:
        seed, offset = self._get()
        return f"<{__package__}.Generator seed={seed} offset={offset}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, self._get()

    def _get(self) -> tuple[int, int]:
        return self._state

    def _set(self, state: tuple[int, int]) -> None:
        self._state = state


class _Default(Generator):
    """The one from which everything draws that is given no other."""

    def _get(self) -> tuple[int, int]:
        return _current()

    def _set(self, state: tuple[int, int]) -> None:
        check(lib.wb_set_random_state(*state))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, self._get()


def _restored(seed: int, offset: int) -> Generator:
    generator = Generator()
    generator._state = (seed, offset)
    return generator


default_generator: Generator = _Default()


def seed() -> int:
    """Seeds the default generator with a number that nobody knows; returns it."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """Where the default generator is, as uint8 [16], for set_rng_state."""
    return default_generator.get_state()


def set_rng_state(new_state: TensorLike) -> None:
    """Has the default generator go on from where get_rng_state was called."""
    default_generator.set_state(new_state)


@contextmanager
def drawing_from(generator: Generator | None) -> Iterator[None]:
    """A block in which a generator's stream is the default one."""
    if generator is None or generator is default_generator:
        yield
        return
    if not isinstance(generator, Generator):
        raise TypeError(f"generator: expected a wingbeat.Generator, found {generator!r:.80}")
    with _swapping:
        before = _current()
        check(lib.wb_set_random_state(*generator._state))
        try:
            yield
        finally:
            generator._state = _current()
            check(lib.wb_set_random_state(*before))
