"""The distribution of a coin."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from .._activations import logsigmoid
from .._arguments import numbers
from .._creation import arange
from .._functions import log, log1p, sigmoid, where
from .._random import bernoulli
from .distribution import Distribution, probs_or_logits

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._tensor import Tensor
    from .._typing import Size, TensorLike


class Bernoulli(Distribution):
    """1 with probability probs, else 0, in the dtype of the parameter: probs in 0 ... 1, or logits = log(probs / (1 -
    probs)), of any shape.

    A value of probability 0 has log_prob -inf, and adds nothing to entropy and divergences.
    """

    has_enumerate_support = True

    def __init__(
        self, probs: TensorLike | None = None, logits: TensorLike | None = None, validate_args: bool | None = None
    ) -> None:
        given = probs_or_logits("Bernoulli", probs, logits)
        super().__init__(given.shape, (), validate_args)
        self._has_logits, self._parameter = probs is None, given
        if self._has_logits:
            self._expect(given == given, given, "logits that are numbers")
        else:
            self._expect((given >= 0) & (given <= 1), given, "probs from 0 to 1")

    @property
    def probs(self) -> Tensor:
        """Probabilities of 1."""
        return sigmoid(self._parameter) if self._has_logits else self._parameter

    @property
    def logits(self) -> Tensor:
        """log(probs / (1 - probs))."""
        return self._parameter if self._has_logits else log(self._parameter) - log1p(-self._parameter)

    def _both_probs(self) -> tuple[Tensor, Tensor]:
        """The probabilities of 1 and of 0."""
        return self.probs, sigmoid(-self._parameter) if self._has_logits else 1 - self._parameter

    def _both_logs_where(self, mask: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """The logarithms of the probabilities of 1 and of 0, each 0 where its mask is false.

        There derivatives are 0, even of the logarithm of 0.
        """
        one, zero = mask
        if self._has_logits:
            return where(one, logsigmoid(self._parameter), 0.0), where(zero, logsigmoid(-self._parameter), 0.0)
        return log(where(one, self._parameter, 1.0)), log1p(-where(zero, self._parameter, 0.0))

    @property
    def mean(self) -> Tensor:
        """probs."""
        return self.probs

    @property
    def variance(self) -> Tensor:
        """probs (1 - probs)."""
        one, zero = self._both_probs()
        return one * zero

    @property
    def mode(self) -> Tensor:
        """The more probable value; NaN where both are equally probable."""
        probs = self.probs
        return where(probs == 0.5, nan, (probs > 0.5).to(probs.dtype))

    def expand(self, batch_shape: Size) -> Self:
        return self._expanded(
            **{"logits" if self._has_logits else "probs": self._parameter.expand(numbers((batch_shape,)))}
        )

    def sample(self, sample_shape: Size = ()) -> Tensor:
        return bernoulli(self.probs.detach().expand(self._sample_shape(sample_shape)))

    def log_prob(self, value: TensorLike) -> Tensor:
        """value log p + (1 - value) log(1 - p): minus the binary cross-entropy.

        By logits x: log p = -softplus(-x), log(1 - p) = -softplus(x).
        """
        value = self._value(value, self._parameter.dtype)
        self._expect((value == 0) | (value == 1), value, "values 0 or 1")
        return self._expected_log((value, 1 - value))

    def _expected_log(self, weights: tuple[Tensor, Tensor]) -> Tensor:
        """The mean logarithm of the probabilities of 1 and of 0, so weighted."""
        one, zero = weights
        log_one, log_zero = self._both_logs_where((one != 0, zero != 0))
        return one * log_one + zero * log_zero

    def entropy(self) -> Tensor:
        """-p log p - (1 - p) log(1 - p) (Shannon 1948)."""
        return -self._expected_log(self._both_probs())

    def enumerate_support(self, expand: bool = True) -> Tensor:
        values = arange(2, dtype=self._parameter.dtype).reshape((-1,) + (1,) * len(self.batch_shape))
        return values.expand((-1,) + self.batch_shape) if expand else values
