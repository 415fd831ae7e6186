"""tf.math: functions of tensors. Most are in tf as well."""

from __future__ import annotations

from typing import Any

from .._naming import listing
from . import _elementwise, _reducing, special
from ._absent import refusing
from ._elementwise import *  # noqa: F403
from ._gathering import bincount
from ._reducing import *  # noqa: F403
from .nn import l2_normalize, log_softmax, softmax

bessel_i0, bessel_i0e, bessel_i1, bessel_i1e = (
    special.bessel_i0, special.bessel_i0e, special.bessel_i1, special.bessel_i1e
)  # fmt: skip


def lbeta(x: Any, name: str | None = None) -> Any:
    """log(prod(gamma(x)) / gamma(sum(x))) over the last axis."""
    return _reducing.reduce_sum(_elementwise.lgamma(x), -1) - _elementwise.lgamma(_reducing.reduce_sum(x, -1))


__all__ = ["bessel_i0", "bessel_i0e", "bessel_i1", "bessel_i1e", "bincount", "l2_normalize", "lbeta", "log_softmax"]
__all__ += ["softmax", "special"]
_OF_TF = ("cast", "clip_by_value", "identity", "realdiv", "saturate_cast", "truncatediv", "truncatemod")
__all__ += [name for name in _elementwise.__all__ if name not in _OF_TF]
__all__ += [name for name in _reducing.__all__ if name not in ("sort", "argsort")]
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
