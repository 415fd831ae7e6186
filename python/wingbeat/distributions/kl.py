"""Kullback-Leibler divergences, by the types of the two distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import ShapeError, UnsupportedError
from .._functions import log, square
from .bernoulli import Bernoulli
from .categorical import Categorical
from .normal import Normal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._tensor import Tensor
    from .._typing import F
    from .distribution import Distribution

_rules: dict[tuple[type[Distribution], type[Distribution]], Callable[[Any, Any], Tensor]] = {}


def register_kl(type_p: type[Distribution], type_q: type[Distribution]) -> Callable[[F], F]:
    """Decorator: makes a function of (p, q) the divergence of distributions of these types, and of subclasses that have
    none of their own."""

    def register(function: F) -> F:
        _rules[type_p, type_q] = function
        return function

    return register


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """KL(p || q) = E_p[log p - log q], of the batch_shapes of p and q broadcast together (Kullback and Leibler 1951).

    Raises UnsupportedError (a NotImplementedError) for a pair of types without a rule; see register_kl.
    """
    for type_p in type(p).__mro__:
        for type_q in type(q).__mro__:
            rule = _rules.get((type_p, type_q))
            if rule is not None:
                return rule(p, q)
    raise UnsupportedError(
        f"kl_divergence: there is no rule for {type(p).__name__} and {type(q).__name__}; register_kl adds one"
    )


@register_kl(Categorical, Categorical)
def _categorical(p: Categorical, q: Categorical) -> Tensor:
    """sum p (log p - log q); infinite where q excludes what p does not."""
    if p._classes != q._classes:
        raise ShapeError(
            f"kl_divergence: expected Categoricals of as many classes, found {p._classes} and {q._classes}"
        )
    probs = p.probs
    occurs = probs != 0
    return (probs * (p._logits_where(occurs) - q._logits_where(occurs))).sum(-1)


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Bernoulli, q: Bernoulli) -> Tensor:
    """p log(p / q) + (1 - p) log((1 - p) / (1 - q)); infinite where q excludes what p does not."""
    probs = p._both_probs()
    return p._expected_log(probs) - q._expected_log(probs)


@register_kl(Normal, Normal)
def _normal(p: Normal, q: Normal) -> Tensor:
    """log(s_q / s_p) + (s_p^2 + (m_p - m_q)^2) / (2 s_q^2) - 1/2."""
    return log(q.scale) - log(p.scale) + (square(p.scale / q.scale) + square((p.loc - q.loc) / q.scale) - 1) / 2
