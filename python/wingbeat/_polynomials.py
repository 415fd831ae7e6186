"""Orthogonal polynomials of elements, under the names of torch.special. The degree n is a number or a tensor; it is cut
toward 0, and below 0 the polynomial is 0. There are derivatives with respect to `input`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._calls import of_operands
from ._naming import named

if TYPE_CHECKING:
    from ._tensor import Tensor
    from ._typing import Operand, Polynomial


def _polynomial(name: str, whose: str, place: str = "input") -> Polynomial:
    def function(input: Operand, n: Operand) -> Tensor:
        return of_operands(name, {"input": input, "n": n})

    return named(function, name, f"{whose} of degree n at {place}, element by element; the two broadcast.")


chebyshev_polynomial_t = _polynomial("chebyshev_polynomial_t", "Chebyshev's polynomial of the first kind")
chebyshev_polynomial_u = _polynomial("chebyshev_polynomial_u", "Chebyshev's polynomial of the second kind")
chebyshev_polynomial_v = _polynomial("chebyshev_polynomial_v", "Chebyshev's polynomial of the third kind")
chebyshev_polynomial_w = _polynomial("chebyshev_polynomial_w", "Chebyshev's polynomial of the fourth kind")
shifted_chebyshev_polynomial_t = _polynomial(
    "shifted_chebyshev_polynomial_t", "Chebyshev's polynomial of the first kind", "2 input - 1"
)
shifted_chebyshev_polynomial_u = _polynomial(
    "shifted_chebyshev_polynomial_u", "Chebyshev's polynomial of the second kind", "2 input - 1"
)
shifted_chebyshev_polynomial_v = _polynomial(
    "shifted_chebyshev_polynomial_v", "Chebyshev's polynomial of the third kind", "2 input - 1"
)
shifted_chebyshev_polynomial_w = _polynomial(
    "shifted_chebyshev_polynomial_w", "Chebyshev's polynomial of the fourth kind", "2 input - 1"
)
hermite_polynomial_h = _polynomial("hermite_polynomial_h", "Hermite's polynomial, as in physics,")
hermite_polynomial_he = _polynomial("hermite_polynomial_he", "Hermite's polynomial, as in statistics,")
laguerre_polynomial_l = _polynomial("laguerre_polynomial_l", "Laguerre's polynomial")
legendre_polynomial_p = _polynomial("legendre_polynomial_p", "Legendre's polynomial")

__all__ = [
    "chebyshev_polynomial_t",
    "chebyshev_polynomial_u",
    "chebyshev_polynomial_v",
    "chebyshev_polynomial_w",
    "hermite_polynomial_h",
    "hermite_polynomial_he",
    "laguerre_polynomial_l",
    "legendre_polynomial_p",
    "shifted_chebyshev_polynomial_t",
    "shifted_chebyshev_polynomial_u",
    "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w",
]
