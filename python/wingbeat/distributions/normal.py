"""The normal (Gaussian) distribution."""

from __future__ import annotations

from math import log as log_of
from math import pi
from typing import TYPE_CHECKING

import numpy as np

from .._arguments import numbers
from .._creation import promote_types, randn
from .._errors import ShapeError
from .._functions import log, square
from .._math import erfc
from .._tensor import tensor_of
from .distribution import Distribution, floats

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._tensor import Tensor
    from .._typing import Size, TensorLike

_HALF_LOG_2_PI = log_of(2 * pi) / 2


def _broadcast(loc: TensorLike, scale: TensorLike) -> tuple[Tensor, Tensor]:
    """Both as floats of one dtype and shape. A number takes the dtype of a tensor beside it."""
    is_number = [isinstance(value, (int, float, np.generic)) for value in (loc, scale)]
    if is_number == [True, False]:
        scale = floats(scale)
        loc = tensor_of(loc, scale.dtype)
    elif is_number == [False, True]:
        loc = floats(loc)
        scale = tensor_of(scale, loc.dtype)
    else:
        loc, scale = floats(loc), floats(scale)
    try:
        shape = np.broadcast_shapes(loc.shape, scale.shape)
    except ValueError:
        raise ShapeError(
            "Normal: expected loc and scale that broadcast together, "
            f"found shapes {list(loc.shape)} and {list(scale.shape)}"
        ) from None
    dtype = promote_types(loc.dtype, scale.dtype)
    return loc.to(dtype).expand(shape), scale.to(dtype).expand(shape)


class Normal(Distribution):
    """Normal numbers of mean loc and standard deviation scale (above 0), tensors or numbers that broadcast to
    batch_shape."""

    has_rsample = True

    def __init__(self, loc: TensorLike, scale: TensorLike, validate_args: bool | None = None) -> None:
        self.loc, self.scale = _broadcast(loc, scale)
        super().__init__(self.loc.shape, (), validate_args)
        self._expect(self.loc == self.loc, self.loc, "loc that is a number")
        self._expect(self.scale > 0, self.scale, "scale above 0")

    @property
    def mean(self) -> Tensor:
        """loc."""
        return self.loc

    mode = mean

    @property
    def stddev(self) -> Tensor:
        """scale."""
        return self.scale

    @property
    def variance(self) -> Tensor:
        """scale squared."""
        return square(self.scale)

    def expand(self, batch_shape: Size) -> Self:
        shape = numbers((batch_shape,))
        return self._expanded(loc=self.loc.expand(shape), scale=self.scale.expand(shape))

    def rsample(self, sample_shape: Size = ()) -> Tensor:
        """loc + scale z with z standard normal: the reparametrisation (Kingma and Welling 2014)."""
        return self.loc + self.scale * randn(self._sample_shape(sample_shape), dtype=self.loc.dtype)

    def _standard(self, value: TensorLike) -> Tensor:
        """(value - loc) / scale."""
        value = self._value(value, self.loc.dtype)
        self._expect(value == value, value, "values that are numbers")
        return (value - self.loc) / self.scale

    def log_prob(self, value: TensorLike) -> Tensor:
        """-z^2 / 2 - log(scale) - log(2 pi) / 2 with z = (value - loc) / scale."""
        return -square(self._standard(value)) / 2 - log(self.scale) - _HALF_LOG_2_PI

    def cdf(self, value: TensorLike) -> Tensor:
        """erfc(-z / sqrt 2) / 2 with z = (value - loc) / scale, precise in the lower tail."""
        return erfc(self._standard(value) * -(0.5**0.5)) / 2

    def entropy(self) -> Tensor:
        """(1 + log(2 pi)) / 2 + log(scale)."""
        return log(self.scale) + (0.5 + _HALF_LOG_2_PI)
