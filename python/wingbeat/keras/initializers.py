"""Keras's initialisers: functions of a shape and a dtype that give first values. The engine draws them."""

from __future__ import annotations

import math
from contextlib import contextmanager
from ctypes import c_uint64
from typing import TYPE_CHECKING, Any

from .. import _creation as create
from .._library import check, lib
from ..nn import init
from ..tf._tensor import convert, op
from . import _names, _policies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "deserialize",
    "get",
    "serialize",
]

# The deviation of a normal distribution that is cut off at twice its own.
_CUT = 0.87962566103423978


class Initializer:
    """Base of the initialisers. One of the user's own has a __call__(shape, dtype=None), and a get_config()."""

    def __call__(self, shape: Sequence[int], dtype: Any = None, **kwargs: Any) -> Any:
        """First values of that shape."""
        raise NotImplementedError("Initializer subclasses must implement the `__call__()` method.")

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """The initialiser of a config."""
        return cls(**config)

    def clone(self) -> Any:
        """Another one of the same kind."""
        return type(self).from_config(self.get_config())


class _Rule(Initializer):
    """Base of the initialisers of this module: `_values` gives the engine's tensor."""

    @op
    def __call__(self, shape: Sequence[int], dtype: Any = None, **kwargs: Any) -> Any:
        """First values of that shape; by default floats."""
        return self._values(tuple(int(extent) for extent in shape), _policies.dtype_name(dtype))

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        raise NotImplementedError


class Zeros(_Rule):
    """Zeros."""

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        return create.zeros(shape, dtype=dtype)


class Ones(_Rule):
    """Ones."""

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        return create.ones(shape, dtype=dtype)


class Constant(_Rule):
    """One value everywhere; or an array of the shape.

    value: the number, or the array.
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        given = convert(self.value).to(dtype)
        return given.expand(shape).clone()

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        from ._serialization import serialize_keras_object

        return {"value": serialize_keras_object(self.value)}


class Identity(_Rule):
    """A matrix with gain on the diagonal and zeros elsewhere."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        if len(shape) != 2:
            raise ValueError(
                "Identity matrix initializer can only be used for 2D matrices. Received: "
                f"shape={shape} of rank {len(shape)}."
            )
        return create.eye(shape[0], shape[1], dtype=dtype) * self.gain

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        return {"gain": self.gain}


class RandomInitializer(_Rule):
    """Base of the initialisers that draw. With a seed, each call gives the same values."""

    def __init__(self, seed: Any = None) -> None:
        self._given = seed
        self.seed = seed

    @contextmanager
    def _drawing(self) -> Iterator[None]:
        """A block in which the engine draws from the seed; without one from the state that all share."""
        seed = getattr(self.seed, "next", None)
        number = seed() if seed is not None else self.seed
        if number is None:
            yield
            return
        number = convert(number).reshape(-1)[0].item() if not isinstance(number, int) else number
        before, offset = c_uint64(), c_uint64()
        check(lib.wb_get_random_state(before, offset))
        check(lib.wb_set_random_state(int(number) % (1 << 64), 0))
        try:
            yield
        finally:
            check(lib.wb_set_random_state(before.value, offset.value))

    def _drawn(self, shape: tuple[int, ...], dtype: str, draw: Any, *arguments: float) -> Any:
        # The engine draws floats of 32 and 64 bits.
        wide = dtype if dtype in ("float32", "float64") else "float32"
        tensor = create.zeros(shape, dtype=wide)
        with self._drawing():
            draw(tensor, *arguments)
        return tensor if dtype == wide else tensor.to(dtype)

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        from ._serialization import serialize_keras_object

        return {"seed": serialize_keras_object(self._given)}


class RandomNormal(RandomInitializer):
    """Normal with that mean and standard deviation."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        return self._drawn(shape, dtype, init.normal_, self.mean, self.stddev)

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomInitializer):
    """Normal with that mean and standard deviation, drawn again where it is beyond two of them."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        low, high = self.mean - 2 * self.stddev, self.mean + 2 * self.stddev
        return self._drawn(shape, dtype, init.trunc_normal_, self.mean, self.stddev, low, high)

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class RandomUniform(RandomInitializer):
    """Uniform in [minval, maxval)."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        return self._drawn(shape, dtype, init.uniform_, self.minval, self.maxval)

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class VarianceScaling(RandomInitializer):
    """Values whose variance is scale over the number of inputs, of outputs, or their mean.

    scale: above 0. mode: "fan_in", "fan_out" or "fan_avg". distribution: "truncated_normal", "untruncated_normal" or
    "uniform". input_axes, output_axes: the axes that are counted, in place of the last two and those before them.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(seed)
        if scale <= 0.0:
            raise ValueError(f"Argument `scale` must be positive float. Received: scale={scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"Invalid `mode` argument: {mode}. Please use one of 'fan_in', 'fan_out', 'fan_avg'.")
        distribution = distribution.lower()
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if distribution not in ("uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(
                f"Invalid `distribution` argument: {distribution}. Please use one of 'uniform', 'truncated_normal', "
                "'untruncated_normal'."
            )
        self.scale, self.mode, self.distribution = scale, mode, distribution
        self.input_axes, self.output_axes = input_axes, output_axes

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = (3.0 * variance) ** 0.5
            return self._drawn(shape, dtype, init.uniform_, -limit, limit)
        if self.distribution == "untruncated_normal":
            return self._drawn(shape, dtype, init.normal_, 0.0, variance**0.5)
        deviation = variance**0.5 / _CUT
        return self._drawn(shape, dtype, init.trunc_normal_, 0.0, deviation, -2 * deviation, 2 * deviation)

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            **self._axes(),
        }

    def _axes(self) -> dict[str, Any]:
        return {"input_axes": self.input_axes, "output_axes": self.output_axes}


class _Scaled(VarianceScaling):
    """One of known scale, mode and distribution."""

    _rule: tuple[float, str, str]

    def __init__(
        self, seed: Any = None, input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
    ) -> None:
        super().__init__(*self._rule, seed=seed, input_axes=input_axes, output_axes=output_axes)

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        return {**RandomInitializer.get_config(self), **self._axes()}


class GlorotUniform(_Scaled):
    """Uniform with variance 2 / (fan_in + fan_out). Glorot and Bengio 2010."""

    _rule = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Scaled):
    """Normal with variance 2 / (fan_in + fan_out), cut off at two deviations. Glorot and Bengio 2010."""

    _rule = (1.0, "fan_avg", "truncated_normal")


class LecunNormal(_Scaled):
    """Normal with variance 1 / fan_in, cut off at two deviations. LeCun et al. 1998."""

    _rule = (1.0, "fan_in", "truncated_normal")


class LecunUniform(_Scaled):
    """Uniform with variance 1 / fan_in. LeCun et al. 1998."""

    _rule = (1.0, "fan_in", "uniform")


class HeNormal(_Scaled):
    """Normal with variance 2 / fan_in, cut off at two deviations. He et al. 2015."""

    _rule = (2.0, "fan_in", "truncated_normal")


class HeUniform(_Scaled):
    """Uniform with variance 2 / fan_in. He et al. 2015."""

    _rule = (2.0, "fan_in", "uniform")


class Orthogonal(RandomInitializer):
    """Rows or columns at right angles, times gain; all axes but the last are one. Saxe et al. 2013."""

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def _values(self, shape: tuple[int, ...], dtype: str) -> Any:
        if len(shape) < 2:
            raise ValueError(
                "The tensor to initialize must be at least two-dimensional. Received: "
                f"shape={shape} of rank {len(shape)}."
            )
        rows = 1
        for extent in shape[:-1]:
            rows *= extent
        return self._drawn((rows, shape[-1]), dtype, init.orthogonal_, self.gain).reshape(shape)

    def get_config(self) -> dict[str, Any]:
        """What makes such an initialiser again."""
        return {**super().get_config(), "gain": self.gain}


IdentityInitializer = Identity
OrthogonalInitializer = Orthogonal


def compute_fans(
    shape: Sequence[int], input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """How many inputs and outputs the weights of that shape have: the last two axes, times those before; or the product
    of the axes that are named."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = 1
    for extent in shape[:-2]:
        field *= extent
    return shape[-2] * field, shape[-1] * field


_KINDS = (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)
# Keras has the classes under the names of functions too.
globals().update({_names.snake_case(kind.__name__): kind for kind in _KINDS})
_OBJECTS: dict[str, Any] = {
    **{kind.__name__: kind for kind in _KINDS},
    **{_names.snake_case(kind.__name__): kind for kind in _KINDS},
    "IdentityInitializer": Identity,
    "OrthogonalInitializer": Orthogonal,
    "uniform": RandomUniform,
    "normal": RandomNormal,
    "one": Ones,
    "zero": Zeros,
}


def serialize(initializer: Any) -> Any:
    """The config of an initialiser."""
    from ._serialization import serialize_keras_object

    return serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The initialiser of a config."""
    from ._serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, _OBJECTS)


def get(identifier: Any) -> Any:
    """The initialiser for a name, a config, a class, a number, an array, or an initialiser."""
    from .._tensor import Tensor
    from ._serialization import resolved

    if isinstance(identifier, str):
        identifier = {"class_name": identifier, "config": {}}
    elif isinstance(identifier, (int, float, Tensor)) or hasattr(identifier, "__array__"):
        identifier = Constant(identifier)
    return resolved(identifier, "initializer", _OBJECTS)
