"""tf.math.special: special functions of floats."""

from __future__ import annotations

from .. import special as _special
from .._naming import listing
from ._absent import refusing
from ._elementwise import _of_floats

bessel_i0 = _of_floats("bessel_i0", _special.i0, "The modified Bessel function of the first kind and order 0")
bessel_i0e = _of_floats("bessel_i0e", _special.i0e, "exp(-|x|) bessel_i0(x)")
bessel_i1 = _of_floats("bessel_i1", _special.i1, "The modified Bessel function of the first kind and order 1")
bessel_i1e = _of_floats("bessel_i1e", _special.i1e, "exp(-|x|) bessel_i1(x)")
bessel_j0 = _of_floats("bessel_j0", _special.bessel_j0, "The Bessel function of the first kind and order 0")
bessel_j1 = _of_floats("bessel_j1", _special.bessel_j1, "The Bessel function of the first kind and order 1")
bessel_y0 = _of_floats("bessel_y0", _special.bessel_y0, "The Bessel function of the second kind and order 0")
bessel_y1 = _of_floats("bessel_y1", _special.bessel_y1, "The Bessel function of the second kind and order 1")

__all__ = [
    "bessel_i0", "bessel_i0e", "bessel_i1", "bessel_i1e", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
