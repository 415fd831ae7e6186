"""The distribution over classes 0 ... K - 1."""

from __future__ import annotations

from math import inf, nan, prod
from typing import TYPE_CHECKING

from .._arguments import numbers
from .._creation import arange, full, zeros
from .._dtypes import int64
from .._errors import ShapeError
from .._functions import argmax, exp, log, log_softmax, where
from .._picking import take_along_dim
from .._random import multinomial
from .distribution import Distribution, probs_or_logits

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._tensor import Tensor
    from .._typing import Size, TensorLike


def _picked(table: Tensor, index: Tensor) -> Tensor:
    """The elements of table [..., K] at index [...]; the leading axes broadcast."""
    index = index.unsqueeze(-1)
    rank = max(table.ndim, index.ndim)
    table, index = (tensor.reshape((1,) * (rank - tensor.ndim) + tensor.shape) for tensor in (table, index))
    return take_along_dim(table, index, -1).squeeze(-1)


class Categorical(Distribution):
    """Classes 0 ... K - 1 (int64) with the probabilities of the last axis: probs [..., K], which are divided by their
    sum, or logits [..., K].

    batch_shape is the parameter's shape without that axis. A class of probability 0 has log_prob -inf, and adds nothing
    to entropy and divergences.
    """

    has_enumerate_support = True

    def __init__(
        self, probs: TensorLike | None = None, logits: TensorLike | None = None, validate_args: bool | None = None
    ) -> None:
        given = probs_or_logits("Categorical", probs, logits)
        if not given.shape or not given.shape[-1]:
            raise ShapeError(
                f"Categorical: expected {'logits' if probs is None else 'probs'} [..., classes] "
                f"with one class at least, found shape {list(given.shape)}"
            )
        super().__init__(given.shape[:-1], (), validate_args)
        self._has_logits, self._classes = probs is None, given.shape[-1]
        if self._has_logits:
            self._parameter = log_softmax(given, -1)
            self._expect(self._parameter == self._parameter, given, "logits below infinity, one of them finite")
        else:
            self._expect((given >= 0) & (given < inf), given, "probs of 0 or more")
            total = given.sum(-1, keepdim=True)
            self._expect(total > 0, total, "probs with a sum above 0")
            self._parameter = given / total

    @property
    def probs(self) -> Tensor:
        """Probabilities [..., K], of sum 1."""
        return exp(self._parameter) if self._has_logits else self._parameter

    @property
    def logits(self) -> Tensor:
        """Logarithms of the probabilities [..., K]."""
        return self._parameter if self._has_logits else log(self._parameter)

    def _logits_where(self, mask: Tensor) -> Tensor:
        """The logits, 0 where mask [..., K] is false. There derivatives are 0, even of the logarithm of 0."""
        return where(mask, self._parameter, 0.0) if self._has_logits else log(where(mask, self._parameter, 1.0))

    @property
    def mean(self) -> Tensor:
        """NaN: classes are no numbers."""
        return full(self.batch_shape, nan, self._parameter.dtype)

    variance = mean

    @property
    def mode(self) -> Tensor:
        """The most probable class; of several the first."""
        return argmax(self._parameter, -1)

    def expand(self, batch_shape: Size) -> Self:
        parameter = self._parameter.expand(numbers((batch_shape,)) + (self._classes,))
        return self._expanded(**{"logits" if self._has_logits else "probs": parameter})

    def sample(self, sample_shape: Size = ()) -> Tensor:
        shape = self._sample_shape(sample_shape)
        if 0 in shape:
            return zeros(shape, dtype=int64)
        rows = self.probs.detach().reshape(-1, self._classes)
        count = prod(shape) // rows.shape[0]
        return multinomial(rows, count, replacement=True).transpose(0, 1).reshape(shape)

    def log_prob(self, value: TensorLike) -> Tensor:
        """log p[value].

        Where nothing is checked, negative classes count from the end, and other wrong ones raise RangeError when
        computed.
        """
        value = self._value(value)
        index = value.to(int64)
        is_class = (index >= 0) & (index < self._classes) & (index == value)
        self._expect(is_class, value, f"classes from 0 to {self._classes - 1}")
        found = _picked(self._parameter, index)
        return found if self._has_logits else log(found)

    def entropy(self) -> Tensor:
        """-sum p log p (Shannon 1948)."""
        probs = self.probs
        return -(probs * self._logits_where(probs != 0)).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        values = arange(self._classes).reshape((-1,) + (1,) * len(self.batch_shape))
        return values.expand((-1,) + self.batch_shape) if expand else values
