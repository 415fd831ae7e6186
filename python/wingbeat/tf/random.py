"""Random numbers under tf.random's names. They come from the library's streams: the same on each run of one seed, and
other numbers than TensorFlow's."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .. import _creation, _functions, _math, _picking, _random, special
from .._generator import Generator as _Stream
from .._generator import drawing_from
from .._modes import manual_seed
from .._naming import listing
from . import _dtypes, _recording
from ._absent import refusing
from ._tensor import constant_shape, convert, op, wrap
from .errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._tensor import Tensor as Base

_settings: dict[str, Any] = {"seed": None, "count": 0}


def set_seed(seed: Any) -> None:
    """Seeds all random numbers."""
    whole = int(seed)
    _settings.update(seed=whole, count=0)
    manual_seed(whole % (1 << 64))


def _mixed(*numbers: Any) -> int:
    """A seed of 64 bits of several numbers."""
    text = ",".join(str(int(number)) for number in numbers).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


@contextmanager
def seeded(seed: Any) -> Iterator[None]:
    """A block that draws from the stream of a seed; for None from the one that all share. Each block has numbers of its
    own, and tf.random.set_seed begins them anew."""
    if seed is None:
        yield
        return
    _settings["count"] += 1
    with drawing_from(_Stream().manual_seed(_mixed(_settings["seed"] or 0, seed, _settings["count"]) >> 1)):
        yield


@contextmanager
def _stateless(seed: Any) -> Iterator[None]:
    numbers = constant_shape(seed)
    if len(numbers) != 2:
        raise InvalidArgumentError(f"seed must have shape [2], not {len(numbers)} numbers")
    with drawing_from(_Stream().manual_seed(_mixed(*numbers) >> 1)):
        yield


def _float(dtype: Any) -> _dtypes.DType:
    kind = _dtypes.as_dtype(dtype)
    if not kind.is_floating:
        raise ValueError(f"expected a dtype of floats, found {kind.name}")
    return kind


def _scaled(drawn: Base, mean: Any, spread: Any) -> Base:
    return drawn * convert(spread, hint=drawn.dtype) + convert(mean, hint=drawn.dtype)


def _normal(shape: Any, mean: Any, stddev: Any, dtype: Any) -> Base:
    return _scaled(_creation.randn(constant_shape(shape), dtype=_float(dtype)), mean, stddev)


def _uniform(shape: Any, minval: Any, maxval: Any, dtype: Any) -> Base:
    kind, extents = _dtypes.as_dtype(dtype), constant_shape(shape)
    if kind.is_integer:
        if maxval is None:
            raise ValueError("Must specify maxval for integer dtype")
        return _creation.randint(int(minval), int(maxval), extents, dtype=kind)
    low, high = convert(minval, hint=kind), convert(1 if maxval is None else maxval, hint=kind)
    return _creation.rand(extents, dtype=_float(kind)) * (high - low) + low


def _truncated(shape: Any, mean: Any, stddev: Any, dtype: Any) -> Base:
    """Normal numbers of which those beyond two standard deviations are drawn again: by the inverse of the distribution
    function, between its values at -2 and 2."""
    kind = _float(dtype)
    wide = kind if kind.name == "float64" else _dtypes.float32
    outside = 0.022750131948179195
    drawn = _creation.rand(constant_shape(shape), dtype=wide) * (1 - 2 * outside) + outside
    return _scaled(_math.clamp(special.ndtri(drawn), -2, 2).to(kind), mean, stddev)


@op
def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = _dtypes.float32, seed: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Normal numbers."""
    with seeded(seed):
        return _normal(shape, mean, stddev, dtype)


@op
def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = _dtypes.float32, seed: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Uniform numbers in [minval, maxval); of whole numbers with maxval."""
    with seeded(seed):
        return _uniform(shape, minval, maxval, dtype)


@op
def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = _dtypes.float32, seed: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Normal numbers, none of them farther from the mean than two standard deviations."""
    with seeded(seed):
        return _truncated(shape, mean, stddev, dtype)


def _categorical(logits: Any, num_samples: Any, dtype: Any) -> Base:
    """The largest of logits with Gumbel's noise, which is the class by its probability. Maddison et al. 2014."""
    scores = convert(logits)
    if len(scores.shape) != 2:
        raise InvalidArgumentError(f"logits should be a matrix, got shape {tuple(scores.shape)}")
    rows, classes = tuple(scores.shape)
    noise = _random.gumbel(size=(rows, int(num_samples), classes), dtype=scores.dtype)
    return _functions.argmax(scores.unsqueeze(1) + noise, -1).to(_dtypes.as_dtype(dtype))


@op
def categorical(
    logits: Any, num_samples: Any, dtype: Any = _dtypes.int64, seed: Any = None, name: str | None = None
) -> Any:
    """Classes drawn by the softmax of each row: logits [rows, classes] give [rows, num_samples]."""
    with seeded(seed):
        return _categorical(logits, num_samples, dtype)


def _shuffled(value: Any) -> Base:
    tensor = convert(value)
    return _picking.index_select(tensor, 0, _random.randperm(tensor.shape[0])) if tensor.shape else tensor.clone()


@op
def shuffle(value: Any, seed: Any = None, name: str | None = None) -> Any:
    """The rows in random order."""
    with seeded(seed):
        return _shuffled(value)


@op
def stateless_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = _dtypes.float32, name: str | None = None,
    alg: str = "auto_select",
) -> Any:  # fmt: skip
    """Normal numbers, the same for the same seed of two numbers."""
    with _stateless(seed):
        return _normal(shape, mean, stddev, dtype)


@op
def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = _dtypes.float32, name: str | None = None,
    alg: str = "auto_select",
) -> Any:  # fmt: skip
    """Uniform numbers, the same for the same seed of two numbers."""
    with _stateless(seed):
        return _uniform(shape, minval, maxval, dtype)


@op
def stateless_truncated_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = _dtypes.float32, name: str | None = None,
    alg: str = "auto_select",
) -> Any:  # fmt: skip
    """truncated_normal, the same for the same seed of two numbers."""
    with _stateless(seed):
        return _truncated(shape, mean, stddev, dtype)


@op
def stateless_categorical(
    logits: Any, num_samples: Any, seed: Any, dtype: Any = _dtypes.int64, name: str | None = None
) -> Any:
    """categorical, the same for the same seed of two numbers."""
    with _stateless(seed):
        return _categorical(logits, num_samples, dtype)


@op
def experimental_stateless_shuffle(value: Any, seed: Any, alg: str = "auto_select", name: str | None = None) -> Any:
    """shuffle, the same for the same seed of two numbers."""
    with _stateless(seed):
        return _shuffled(value)


@op
def split(seed: Any, num: int = 2, alg: str = "auto_select") -> Any:
    """So many seeds of two numbers, [num, 2], from one."""
    numbers = constant_shape(seed)
    rows = [[_mixed(*numbers, place, half) % (1 << 31) for half in (0, 1)] for place in range(int(num))]
    return _creation.tensor(rows, dtype=_dtypes.int32)


@op
def fold_in(seed: Any, data: Any, alg: str = "auto_select") -> Any:
    """A seed of two numbers from one and a number."""
    numbers = constant_shape(seed)
    return _creation.tensor([_mixed(*numbers, data, half) % (1 << 31) for half in (0, 1)], dtype=_dtypes.int32)


stateless_split, stateless_fold_in = split, fold_in


class Generator:
    """A stream of random numbers."""

    def __init__(self, copy_from: Any = None, state: Any = None, alg: Any = None) -> None:
        self._stream = _Stream() if copy_from is None else copy_from._stream.clone_state()

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """The stream of a seed."""
        made = cls()
        made._stream.manual_seed(int(seed) if isinstance(seed, int) else _mixed(*constant_shape(seed)) >> 1)
        return made

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A stream that nobody knows."""
        made = cls()
        made._stream.seed()
        return made

    @property
    def algorithm(self) -> int:
        """The number of the algorithm, Philox."""
        return 1

    @property
    def state(self) -> Any:
        """Where the stream is."""
        return wrap(self._stream.get_state())

    def _draws(self) -> Any:
        # Inside a program the stream would not go on.
        if _recording.state.capture is not None:
            _recording.state.capture.give_up()
        return drawing_from(self._stream)

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = _dtypes.float32, name: str | None = None
    ) -> Any:
        """Normal numbers."""
        with self._draws():
            return normal(shape, mean, stddev, dtype)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = _dtypes.float32, name: str | None = None
    ) -> Any:
        """Uniform numbers in [minval, maxval)."""
        with self._draws():
            return uniform(shape, minval, maxval, dtype)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = _dtypes.float32, name: str | None = None
    ) -> Any:
        """Normal numbers, none of them farther from the mean than two standard deviations."""
        with self._draws():
            return truncated_normal(shape, mean, stddev, dtype)

    def uniform_full_int(self, shape: Any, dtype: Any = _dtypes.int64, name: str | None = None) -> Any:
        """Whole numbers from 0 to the largest one."""
        kind = _dtypes.as_dtype(dtype)
        with self._draws():
            return uniform(shape, 0, min(int(kind.max), (1 << 53) - 1), kind)

    def make_seeds(self, count: int = 1) -> Any:
        """Seeds for stateless functions: [2, count]."""
        with self._draws():
            return uniform((2, count), 0, (1 << 31) - 1, _dtypes.int64)

    def split(self, count: int = 1) -> list[Generator]:
        """So many generators with streams of their own."""
        with self._draws():
            found = uniform((count,), 0, (1 << 31) - 1, _dtypes.int64)
        return [Generator.from_seed(int(seed)) for seed in found]

    def reset_from_seed(self, seed: Any) -> None:
        """Begins the stream of a seed."""
        self._stream.manual_seed(int(seed))


_global: list[Generator] = []


def get_global_generator() -> Generator:
    """A generator that all share."""
    if not _global:
        _global.append(Generator())
    return _global[0]


def set_global_generator(generator: Generator) -> None:
    """Sets the generator that all share."""
    _global[:] = [generator]


__all__ = [
    "Generator", "categorical", "experimental_stateless_shuffle", "fold_in", "get_global_generator", "normal",
    "set_global_generator", "set_seed", "shuffle", "split", "stateless_categorical", "stateless_fold_in",
    "stateless_normal", "stateless_split", "stateless_truncated_normal", "stateless_uniform", "truncated_normal",
    "uniform",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
