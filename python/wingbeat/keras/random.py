"""Random numbers, from the generator that wingbeat.manual_seed and keras.utils.set_random_seed set."""

from __future__ import annotations

import importlib
from typing import Any

from . import _names
from ._policies import dtype_name


class SeedGenerator:
    """A seed that goes on with each use: next() gives the next. seed: a whole number; None: one of the generator's."""

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        if seed is not None and not isinstance(seed, int):
            raise ValueError(
                f"Argument `seed` must be an integer. If `None`, a random seed is drawn. Received: seed={seed}"
            )
        self.name = name or _names.automatic("seed_generator")
        if seed is None:
            from .._creation import randint

            seed = int(randint(0, 2**31 - 1, (1,)).item())
        self._initial_seed = seed
        self._count = 0

    def next(self, ordered: bool = True) -> Any:
        """The next seed: two numbers."""
        import numpy as np

        found = np.asarray([self._initial_seed, self._count], dtype="int64")
        self._count += 1
        return found

    def get_config(self) -> dict[str, Any]:
        """The seed."""
        return {"seed": self._initial_seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """The generator of such a config."""
        return cls(**config)


def _tf() -> Any:
    return importlib.import_module("wingbeat.tf.random")


def _drawn(name: str, seed: Any, *args: Any, **kwargs: Any) -> Any:
    """A draw: with a seed the same each time, as Keras draws; with a SeedGenerator others each time."""
    if isinstance(seed, SeedGenerator):
        seed = seed.next()
    if seed is None:
        return getattr(_tf(), name)(*args, **kwargs)
    pair = [int(seed), 0] if isinstance(seed, int) else seed
    return getattr(_tf(), f"stateless_{name}")(*args, seed=pair, **kwargs)


def normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Numbers of a normal distribution."""
    return _drawn("normal", seed, shape, mean=mean, stddev=stddev, dtype=dtype_name(dtype))


def uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Numbers between minval and maxval."""
    return _drawn("uniform", seed, shape, minval=minval, maxval=maxval, dtype=dtype_name(dtype))


def truncated_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Numbers of a normal distribution within two standard deviations."""
    return _drawn("truncated_normal", seed, shape, mean=mean, stddev=stddev, dtype=dtype_name(dtype))


def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: Any = None) -> Any:
    """Whole numbers from minval up to, not including, maxval."""
    return _drawn("uniform", seed, shape, minval=minval, maxval=maxval, dtype=dtype_name(dtype))


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Any:
    """Draws of classes: logits [n, classes] -> [n, num_samples]."""
    return _drawn("categorical", seed, logits, num_samples, dtype=dtype_name(dtype))


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """The rows in another order."""
    if axis != 0:
        raise NotImplementedError("keras.random.shuffle: axis 0 alone is shuffled; transpose before and behind")
    return _tf().shuffle(x)


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Elements set to zero with probability `rate`, the others scaled by 1 / (1 - rate)."""
    return importlib.import_module("wingbeat.tf.nn").dropout(inputs, rate, noise_shape=noise_shape)


def __getattr__(name: str) -> Any:
    from ._absent import sentence

    raise AttributeError(sentence(__name__, name))


__all__ = [
    "SeedGenerator", "categorical", "dropout", "normal", "randint", "shuffle", "truncated_normal", "uniform",
]  # fmt: skip
