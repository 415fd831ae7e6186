"""What all distributions share: shapes, and checks of parameters and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._arguments import numbers
from .._dtypes import float32
from .._errors import ArgumentError, ShapeError, StateError, UnsupportedError
from .._functions import exp, sqrt
from .._tensor import Tensor, as_tensor, tensor_of

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._dtypes import DType
    from .._typing import Shape, Size, TensorLike


def floats(value: TensorLike) -> Tensor:
    """`value` as a tensor of floats: numbers and lists become float32, and so do integers."""
    if not isinstance(value, (Tensor, np.ndarray, np.generic)):
        return tensor_of(value, float32)
    value = as_tensor(value)
    return value if value.dtype.is_floating_point else value.to(float32)


def probs_or_logits(name: str, probs: TensorLike | None, logits: TensorLike | None) -> Tensor:
    """The one that is given, as a tensor of floats."""
    given = logits if probs is None else probs
    if given is None or probs is not None and logits is not None:
        raise ArgumentError(f"{name}: expected either probs or logits, found {'neither' if given is None else 'both'}")
    return floats(given)


class Distribution:
    """Base of the distributions: a batch of batch_shape of independent ones, each of events of event_shape. Both are
    tuples of ints.

    Samples have the shape sample_shape + batch_shape + event_shape. Parameters are checked when a distribution is made,
    and values by log_prob and cdf, unless validate_args is False (ArgumentError). Where values cannot be had, as in a
    function that wb.compile captures, nothing is checked.
    """

    has_rsample = False
    has_enumerate_support = False
    _validates = True

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions that are made without validate_args check their arguments (True, unless it is set
        here)."""
        Distribution._validates = bool(value)

    def __init__(self, batch_shape: Shape = (), event_shape: Shape = (), validate_args: bool | None = None) -> None:
        self._batch_shape, self._event_shape = tuple(batch_shape), tuple(event_shape)
        if validate_args is not None:
            self._validates = bool(validate_args)

    @property
    def batch_shape(self) -> Shape:
        """The shape of the parameters, broadcast together."""
        return self._batch_shape

    @property
    def event_shape(self) -> Shape:
        """The shape of one event; () for numbers."""
        return self._event_shape

    def __repr__(self) -> str:
        return f"{type(self).__name__}(batch_shape={list(self.batch_shape)}, event_shape={list(self.event_shape)})"

    # ---------------------------------------------------------------- what a distribution may have

    def expand(self, batch_shape: Size) -> Self:
        """The distribution with its parameters repeated to fill a batch_shape."""
        raise self._lacks("expand")

    def sample(self, sample_shape: Size = ()) -> Tensor:
        """Samples from the default generator (manual_seed): constants to derivatives."""
        return self.rsample(sample_shape).detach()

    def rsample(self, sample_shape: Size = ()) -> Tensor:
        """Samples through which derivatives pass to the parameters."""
        raise self._lacks(
            "rsample", "; derivatives of expectations: log_prob(sample()), or nn.functional.gumbel_softmax"
        )

    def log_prob(self, value: TensorLike) -> Tensor:
        """The logarithm of the probability (of continuous distributions, its density) at `value`, which broadcasts with
        batch_shape + event_shape."""
        raise self._lacks("log_prob")

    def cdf(self, value: TensorLike) -> Tensor:
        """The probability of at most `value`."""
        raise self._lacks("cdf")

    def entropy(self) -> Tensor:
        """-E[log_prob], of batch_shape."""
        raise self._lacks("entropy")

    def perplexity(self) -> Tensor:
        """exp(entropy), of batch_shape."""
        return exp(self.entropy())

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values, along a new first axis; the other axes have batch_shape, or with expand=False extent 1."""
        raise self._lacks("enumerate_support")

    @property
    def mean(self) -> Tensor:
        """The mean, of batch_shape + event_shape."""
        raise self._lacks("mean")

    @property
    def mode(self) -> Tensor:
        """The most probable value."""
        raise self._lacks("mode")

    @property
    def variance(self) -> Tensor:
        """The variance, of batch_shape + event_shape."""
        raise self._lacks("variance")

    @property
    def stddev(self) -> Tensor:
        """The square root of the variance."""
        return sqrt(self.variance)

    def _lacks(self, what: str, advice: str = "") -> UnsupportedError:
        return UnsupportedError(f"{type(self).__name__}: there is no {what} of this distribution{advice}")

    # ---------------------------------------------------------------- for subclasses

    def _sample_shape(self, sample_shape: Size) -> Shape:
        """The shape of samples."""
        shape = numbers((sample_shape,))
        if min(shape, default=0) < 0:
            raise ShapeError(f"{type(self).__name__}: expected a sample_shape of extents from 0, found {list(shape)}")
        return shape + self.batch_shape + self.event_shape

    def _expect(self, condition: Tensor, tensor: Tensor, what: str) -> None:
        """Raises ArgumentError unless `condition`, of the shape of `tensor`, holds everywhere."""
        if not self._validates:
            return
        try:
            if condition.all().item():
                return
        except StateError:
            return  # there are no values yet
        found = tensor.detach().numpy()[~condition.numpy()].flat[0]
        raise ArgumentError(f"{type(self).__name__}: expected {what}, found {found}")

    def _value(self, value: TensorLike, dtype: DType | None = None) -> Tensor:
        """A value that broadcasts with this distribution's shape, as a tensor. What is no float yet takes the dtype."""
        if dtype is not None and not isinstance(value, (Tensor, np.ndarray)):
            value = tensor_of(value, dtype)
        value = as_tensor(value)
        if dtype is not None and not value.dtype.is_floating_point:
            value = value.to(dtype)
        shape = self.batch_shape + self.event_shape
        try:
            np.broadcast_shapes(value.shape, shape)
        except ValueError:
            raise ShapeError(
                f"{type(self).__name__}: expected a value that broadcasts with {list(shape)}, "
                f"found shape {list(value.shape)}"
            ) from None
        return value

    def _expanded(self, **parameters: Any) -> Self:
        """A distribution of this kind with parameters that need no check."""
        result = type(self)(**parameters, validate_args=False)
        result._validates = self._validates
        return result
