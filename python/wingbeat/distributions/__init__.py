"""Probability distributions, under PyTorch's names: sample, log_prob, entropy, divergences.

Derivatives pass to the parameters, in every mode.
"""

from __future__ import annotations

from .._naming import listing
from .bernoulli import Bernoulli
from .categorical import Categorical
from .distribution import Distribution
from .kl import kl_divergence, register_kl
from .normal import Normal

__all__ = ["Distribution", "Bernoulli", "Categorical", "Normal", "kl_divergence", "register_kl"]
__dir__ = listing(__name__)
