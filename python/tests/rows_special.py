"""Rows of the table for special functions. Where SciPy rounds an argument that moves a result far, the reference here
computes with more digits."""

import numpy as np
from operation_table import Operation, given, points
from rows_elementwise import ABOVE, POSITIVE, UNIT, X, binary, unary
from scipy import special

INSIDE = points((2, 3), 0.05, 0.95, seed=1)
PI = np.longdouble("3.14159265358979323846264338327950288")


def sinc(x):
    """Exactly 0 at whole numbers, where NumPy's is what rounding pi leaves."""
    whole = np.round(x)
    sine = np.sin(PI * (x - whole)) * np.where(np.fmod(whole, 2) == 0, 1, -1)
    return np.where(x == 0, 1, np.where(np.isinf(x), 0, sine / (PI * x))).astype("float64")


def tail(x):
    """The normal distribution function below -x, for x >= 0."""
    return np.exp(-(np.asarray(x, "longdouble") ** 2) / 2) * special.erfcx(x / np.sqrt(2)) / 2


def ndtr(x):
    a = np.abs(x).astype("float64")
    return np.where(x < 0, tail(a), 1 - tail(a)).astype("float64")


def log_ndtr(x):
    a = np.abs(x).astype("float64")
    return np.where(x < 0, np.log(special.erfcx(a / np.sqrt(2)) / 2) - a * a / 2, np.log1p(-tail(a))).astype("float64")


def erfcx(x):
    small = 2 * np.exp(np.asarray(x, "longdouble") ** 2) - special.erfcx(-x)
    return np.where(x < 0, small, special.erfcx(x)).astype("float64")


def unscaled(function):
    """I of the scaled function: SciPy's own is infinite too early, and NaN at infinity."""

    def reference(x):
        values = function(x) * np.exp(np.asarray(np.abs(x), "longdouble"))
        return np.where(np.isinf(x), function(np.sign(x)) * np.inf, values).astype("float64")

    return reference


def logit(x, eps=None):
    return special.logit(x if eps is None else np.clip(x, eps, 1 - eps))


def mvlgamma(x, p):
    return sum(special.gammaln(x - place / 2) for place in range(p)) + p * (p - 1) / 4 * np.log(np.pi)


def from_zero(function):
    """0 for degrees below 0."""
    return lambda x, n: np.where(np.asarray(n) < 0, 0, function(np.asarray(n).clip(0), np.asarray(x, "float64")))


def third(n, x):
    return special.eval_chebyu(n, x) - np.where(n == 0, 0, special.eval_chebyu(np.maximum(n - 1, 0), x))


def fourth(n, x):
    return special.eval_chebyu(n, x) + np.where(n == 0, 0, special.eval_chebyu(np.maximum(n - 1, 0), x))


def shifted(function):
    return lambda n, x: function(n, 2 * x - 1)


CHEBYSHEV = {"t": special.eval_chebyt, "u": special.eval_chebyu, "v": third, "w": fourth}
POLYNOMIALS = {
    **{f"chebyshev_polynomial_{letter}": from_zero(function) for letter, function in CHEBYSHEV.items()},
    **{
        f"shifted_chebyshev_polynomial_{letter}": from_zero(shifted(function)) for letter, function in CHEBYSHEV.items()
    },
    "hermite_polynomial_h": from_zero(special.eval_hermite),
    "hermite_polynomial_he": from_zero(special.eval_hermitenorm),
    "laguerre_polynomial_l": from_zero(special.eval_laguerre),
    "legendre_polynomial_p": from_zero(special.eval_legendre),
}
BROAD = points((2, 3), 0.05, 6.0, seed=3)

ROWS = [
    unary("sinc", sinc, X, given(np.array([0.0, 1e-4, 1.0, -2.0]))),
    unary("erfcx", erfcx, torch="special.erfcx"),
    unary("erfinv", special.erfinv, UNIT),
    unary("ndtr", ndtr, torch="special.ndtr"),
    unary("log_ndtr", log_ndtr, X, given(np.array([-30.0, -4.0, 5.0])), torch="special.log_ndtr"),
    unary("ndtri", special.ndtri, INSIDE, torch="special.ndtri"),
    unary("entr", special.entr, POSITIVE, torch="special.entr"),
    unary("i0", unscaled(special.i0e), X, given(np.array([0.0, 7.3, -25.2]))),
    unary("i0e", special.i0e, X, given(np.array([7.3, -25.2])), torch="special.i0e"),
    unary("i1", unscaled(special.i1e), X, given(np.array([0.0, 7.3, -25.2])), torch="special.i1"),
    unary("i1e", special.i1e, X, given(np.array([7.3, -25.2])), torch="special.i1e"),
    unary("bessel_j0", special.j0, X, given(np.array([0.0, 7.3, -25.2])), edges=None, torch="special.bessel_j0"),
    unary("bessel_j1", special.j1, X, given(np.array([0.0, 7.3, -25.2])), edges=None, torch="special.bessel_j1"),
    unary("bessel_y0", special.y0, POSITIVE, edges=None, torch="special.bessel_y0"),
    unary("bessel_y1", special.y1, POSITIVE, edges=None, torch="special.bessel_y1"),
    unary(
        "modified_bessel_k0",
        special.k0,
        BROAD,
        given(np.array([1e-12, 1e-3, 600.0]), smooth=False),
        edges=None,
        rtol=1e-13,
        torch="special.modified_bessel_k0",
    ),
    unary(
        "modified_bessel_k1",
        special.k1,
        BROAD,
        given(np.array([1e-12, 1e-3, 600.0]), smooth=False),
        edges=None,
        rtol=1e-13,
        torch="special.modified_bessel_k1",
    ),
    unary(
        "scaled_modified_bessel_k0",
        special.k0e,
        BROAD,
        given(np.array([1e-300, 1e-12, 1e5]), smooth=False),
        edges=None,
        rtol=1e-13,
        torch="special.scaled_modified_bessel_k0",
    ),
    unary(
        "scaled_modified_bessel_k1",
        special.k1e,
        BROAD,
        given(np.array([1e-300, 1e-12, 1e5]), smooth=False),
        edges=None,
        rtol=1e-13,
        torch="special.scaled_modified_bessel_k1",
    ),
    unary(
        "spherical_bessel_j0",
        lambda x: np.sinc(x / np.pi),
        X,
        given(np.array([0.0, 1e-4, 30.0])),
        edges=None,
        torch="special.spherical_bessel_j0",
    ),
    *(
        Operation(
            f"special.{name}",
            reference,
            *(given(UNIT, n) for n in (0, 1, 2, 7)),
            given(UNIT, np.array([[0], [9]])),
            given(X, np.array([0, 3, -1])),
            given(X, n=4),
            elementwise=True,
            edges=None,
            rtol=1e-11,
        )
        for name, reference in POLYNOMIALS.items()
    ),
    unary("logit", logit, INSIDE, given(INSIDE, 0.12), given(INSIDE, eps=0.3)),
    Operation("mvlgamma", mvlgamma, given(POSITIVE + 1, 3), given(POSITIVE, p=1), elementwise=True, edges=None),
    binary("logaddexp", np.logaddexp, given(X, X.copy())),
    binary("logaddexp2", np.logaddexp2, given(X, X.copy())),
    binary(
        "xlogy", special.xlogy, given(np.array([0.0, 1.5]), np.array([2.0, 3.0])), pairs=((X, POSITIVE), (X, ABOVE))
    ),
    binary(
        "xlog1py",
        special.xlog1py,
        given(np.array([0.0, 1.5]), np.array([2.0, 3.0])),
        pairs=((X, POSITIVE - 0.8), (X, ABOVE)),
        torch="special.xlog1py",
    ),
    # There is no derivative by the first argument, which is a number here.
    *(
        Operation(
            name,
            reference,
            given(POSITIVE, call=lambda f, x: f(1.7, x)),
            given(ABOVE, call=lambda f, x: f(3, x)),
            elementwise=True,
            edges=None,
            methods=False,
            torch=torch,
        )
        for name, reference, torch in (
            ("igamma", special.gammainc, None),
            ("igammac", special.gammaincc, None),
            ("zeta", special.zeta, "special.zeta"),
        )
    ),
]
