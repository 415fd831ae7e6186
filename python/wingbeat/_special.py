"""Special functions of elements, under the names of torch.special."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._calls import called, elementwise, methods, pairwise

if TYPE_CHECKING:
    from typing import SupportsIndex

    from ._tensor import Tensor
    from ._typing import Real, TensorLike

__all__ = [
    "bessel_j0",
    "bessel_j1",
    "bessel_y0",
    "bessel_y1",
    "entr",
    "erfcx",
    "erfinv",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "igamma",
    "igammac",
    "log_ndtr",
    "logaddexp",
    "logaddexp2",
    "logit",
    "mvlgamma",
    "modified_bessel_k0",
    "modified_bessel_k1",
    "ndtr",
    "ndtri",
    "scaled_modified_bessel_k0",
    "scaled_modified_bessel_k1",
    "sinc",
    "spherical_bessel_j0",
    "xlog1py",
    "xlogy",
    "zeta",
]

bessel_j0 = elementwise("bessel_j0", "The Bessel function of the first kind and order 0")
bessel_j1 = elementwise("bessel_j1", "The Bessel function of the first kind and order 1")
bessel_y0 = elementwise("bessel_y0", "The Bessel function of the second kind and order 0")
bessel_y1 = elementwise("bessel_y1", "The Bessel function of the second kind and order 1")
entr = elementwise("entr", "-x log(x), 0 at 0 and -infinity below,")
erfcx = elementwise("erfcx", "exp(x^2) erfc(x)")
erfinv = elementwise("erfinv", "Where the error function is x, for -1 to 1,")
i0 = elementwise("i0", "The modified Bessel function of the first kind and order 0")
i0e = elementwise("i0e", "exp(-|x|) i0(x)")
i1 = elementwise("i1", "The modified Bessel function of the first kind and order 1")
i1e = elementwise("i1e", "exp(-|x|) i1(x)")
modified_bessel_k0 = elementwise(
    "modified_bessel_k0", "The modified Bessel function of the second kind and order 0, NaN below 0,"
)
modified_bessel_k1 = elementwise(
    "modified_bessel_k1", "The modified Bessel function of the second kind and order 1, NaN below 0,"
)
scaled_modified_bessel_k0 = elementwise("scaled_modified_bessel_k0", "exp(x) modified_bessel_k0(x)")
scaled_modified_bessel_k1 = elementwise("scaled_modified_bessel_k1", "exp(x) modified_bessel_k1(x)")
spherical_bessel_j0 = elementwise("spherical_bessel_j0", "sin(x) / x")
log_ndtr = elementwise("log_ndtr", "log(ndtr(x)), precise where ndtr is small or near 1,")
ndtr = elementwise("ndtr", "The standard normal distribution function")
ndtri = elementwise("ndtri", "Where the standard normal distribution function is x, for 0 to 1,")
sinc = elementwise("sinc", "sin(pi x) / (pi x)")

igamma = pairwise("igamma", "The regularised lower incomplete gamma function of `input` up to `other`")
igammac = pairwise("igammac", "1 - igamma(input, other), precise where that is small")
logaddexp = pairwise("logaddexp", "log(exp(input) + exp(other)) without overflow")
logaddexp2 = pairwise("logaddexp2", "log2(2^input + 2^other) without overflow")
xlog1py = pairwise("xlog1py", "input log(1 + other), 0 where input is 0")
xlogy = pairwise("xlogy", "input log(other), 0 where input is 0")
zeta = pairwise("zeta", "Hurwitz's zeta function: the sum of (other + k)^-input over k from 0")


def logit(input: TensorLike, eps: Real | None = None) -> Tensor:
    """log(x / (1 - x)) of each element, NaN outside 0 ... 1. eps: x is moved between eps and 1 - eps."""
    return called("logit", input, eps=eps)


def mvlgamma(input: TensorLike, p: SupportsIndex) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension p, 1 to 1000."""
    return called("mvlgamma", input, p=p)


_WRITING = (erfinv, i0, igamma, igammac, logit, mvlgamma, sinc, xlogy)
methods((*_WRITING, logaddexp, logaddexp2), _WRITING)
