"""What the operation table does not say of special functions and of parts of numbers: how many units in the last place
they are off SciPy's, derivatives of higher order, corners."""

import math

import numpy as np
import pytest
from scipy import special

import wingbeat as wb

RNG = np.random.default_rng(17)
LINE = np.concatenate([np.linspace(-30, 30, 3001), np.linspace(-600, 600, 997)])
TINY = 10.0 ** RNG.uniform(-20, 0, 500)
UNIT = np.concatenate([np.linspace(0, 1, 2001), 10.0 ** RNG.uniform(-290, 0, 1000)])

# The function, SciPy's, where, and the measured distance in units in the last place, of which SciPy's own is a part.
BOUNDS = {
    "erfcx": (special.erfcx, np.concatenate([LINE[LINE >= 0], TINY, 10.0 ** RNG.uniform(0, 100, 200)]), 10),
    "erfinv": (special.erfinv, np.concatenate([2 * UNIT - 1, UNIT]), 10),
    "ndtri": (special.ndtri, UNIT, 8),
    "entr": (special.entr, np.abs(LINE), 2),
    "i0": (special.i0, LINE, 8),
    "i1": (special.i1, LINE, 16),
    "i0e": (special.i0e, np.concatenate([LINE, TINY]), 8),
    "i1e": (special.i1e, np.concatenate([LINE, TINY]), 12),
    "logit": (special.logit, UNIT, 4),
}


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_special_functions_are_within_a_few_units_in_the_last_place_of_scipys(name, dtype):
    reference, x, bound = BOUNDS[name]
    x = x.astype(dtype)
    with np.errstate(all="ignore"):
        want = reference(x.astype("float64")).astype(dtype)
    found = getattr(wb.special, name)(wb.tensor(x)).numpy()
    ordinary = np.isfinite(want) & (np.abs(want) >= np.finfo(dtype).smallest_normal)
    np.testing.assert_array_equal(found[~np.isfinite(want)], want[~np.isfinite(want)])
    units = np.abs(found[ordinary] - want[ordinary]) / np.spacing(np.abs(want[ordinary]))
    assert units.max() <= (bound if dtype == "float64" else 2), x[ordinary][units.argmax()]


@pytest.mark.parametrize("name, reference", [("bessel_j0", special.j0), ("bessel_j1", special.j1)])
def test_bessel_functions_of_the_first_kind_are_scipys(name, reference):
    np.testing.assert_allclose(getattr(wb, name)(LINE).numpy(), reference(LINE), rtol=1e-13, atol=2e-15)


@pytest.mark.parametrize("name, reference", [("bessel_y0", special.y0), ("bessel_y1", special.y1)])
def test_bessel_functions_of_the_second_kind_are_scipys(name, reference):
    x = np.concatenate([LINE, TINY])
    np.testing.assert_allclose(getattr(wb, name)(x).numpy(), reference(x), rtol=1e-13, atol=2e-15)


def test_incomplete_gamma_functions_are_scipys():
    # Where a is large and the result small, SciPy's error is that of a power with a large exponent, up to 2e-13.
    a = 10.0 ** RNG.uniform(-3, 5.3, 4000)
    x = a * RNG.lognormal(0, 2 / np.sqrt(1 + a), 4000)
    for name, reference in (("igamma", special.gammainc), ("igammac", special.gammaincc)):
        want = reference(a, x)
        found = getattr(wb, name)(a, x).numpy()
        np.testing.assert_allclose(found[want > 1e-250], want[want > 1e-250], rtol=3e-13)
    edges = np.array([0.0, 1e-300, 0.5, 1.0, 3.0, 1e7, np.inf, -1.0, np.nan])
    for name, reference in (("igamma", special.gammainc), ("igammac", special.gammaincc)):
        np.testing.assert_allclose(
            getattr(wb, name)(edges[:, None], edges).numpy(), reference(edges[:, None], edges), rtol=1e-12
        )


def test_the_incomplete_gamma_function_of_large_a_is_that_of_its_neighbours():
    # P(a, x) - P(a + 1, x) = x^a e^-x / gamma(a + 1), in which large numbers cancel: hence the tolerance.
    a = np.array([1.5e6, 4e6, 9.9e8])
    for distance in (-4.0, -0.3, 0.0, 2.0):
        x = a + distance * np.sqrt(a)
        difference = (wb.igamma(a, x) - wb.igamma(a + 1, x)).numpy()
        density = np.exp(-(distance**2) / 2) / np.sqrt(2 * np.pi * a)
        np.testing.assert_allclose(difference, density, rtol=5e-2, atol=1e-15)
        np.testing.assert_allclose((wb.igamma(a, x) + wb.igammac(a, x)).numpy(), 1, rtol=1e-15)
        # Wilson and Hilferty 1931: the cube root is normal but for terms of higher order.
        normal = (np.cbrt(x / a) - 1 + 1 / (9 * a)) * 3 * np.sqrt(a)
        np.testing.assert_allclose(wb.igamma(a, x).numpy(), special.ndtr(normal), rtol=1e-4)


def test_zeta_is_scipys_on_both_sides_of_0():
    s, q = RNG.uniform(1, 60, 2000), 10.0 ** RNG.uniform(-2, 4, 2000)
    np.testing.assert_allclose(wb.zeta(s, q).numpy(), special.zeta(s, q), rtol=1e-12)
    s = RNG.integers(2, 9, 500).astype("float64")
    q = -np.floor(RNG.uniform(0, 20, 500)) - RNG.uniform(0.1, 0.4, 500)
    np.testing.assert_allclose(wb.zeta(s, q).numpy(), special.zeta(s, q), rtol=1e-11)
    s, q = np.array([-2.5, -1.0, 0.0, 0.5, 1.0, 2.0, 2.5])[:, None], np.array([-2.5, -1.0, 0.0, 0.5, 1.0, np.inf])
    np.testing.assert_allclose(wb.zeta(s, q).numpy(), special.zeta(s, q), rtol=1e-13)
    assert wb.zeta(wb.tensor([np.nan, 2.0]), wb.tensor([1.0, np.nan])).isnan().all()
    assert wb.zeta(2.0, wb.tensor([-1e15 - 0.5], "float64")).isfinite().item()


def derivatives(function, x, count):
    """A function of each element and its derivatives, by reverse mode over and over."""
    t = wb.tensor(x, requires_grad=True)
    found = [function(t)]
    for _ in range(count):
        (slope,) = wb.autograd.grad(found[-1].sum(), t, create_graph=True)
        found.append(slope)
    return [values.detach().numpy() for values in found]


@pytest.mark.parametrize(
    "name, reference, x",
    [
        ("bessel_j0", lambda n, x: special.jvp(0, x, n), np.array([-7.5, 0.0, 0.3, 4.0])),
        ("bessel_j1", lambda n, x: special.jvp(1, x, n), np.array([-7.5, 0.0, 0.3, 4.0])),
        ("bessel_y0", lambda n, x: special.yvp(0, x, n), np.array([0.3, 4.0, 11.0])),
        ("bessel_y1", lambda n, x: special.yvp(1, x, n), np.array([0.3, 4.0, 11.0])),
        ("i0", lambda n, x: special.ivp(0, x, n), np.array([-7.5, 0.0, 0.3, 24.0])),
        ("i1", lambda n, x: special.ivp(1, x, n), np.array([-7.5, 0.0, 0.3, 24.0])),
    ],
)
def test_bessel_functions_have_derivatives_of_higher_order(name, reference, x):
    for order, found in enumerate(derivatives(getattr(wb, name), x, 5)):
        np.testing.assert_allclose(found, reference(order, x), rtol=1e-12, atol=1e-13)


def test_sinc_has_derivatives_of_higher_order_also_at_0():
    for order, found in enumerate(derivatives(wb.sinc, np.array([0.0]), 8)):
        want = 0 if order % 2 else (-1) ** (order // 2) * math.pi**order / (order + 1)
        np.testing.assert_allclose(found, want, rtol=1e-14)
    # From the exact integral of t^n cos(pi x t + n pi / 2) over 0 ... 1, by Gauss' formula.
    nodes, weights = np.polynomial.legendre.leggauss(60)
    t = (nodes + 1) / 2
    x = np.array([-3.3, -0.01, 0.2, 0.7, 1.0, 2.6])
    for order, found in enumerate(derivatives(wb.sinc, x, 6)):
        integrand = t**order * np.cos(np.pi * x[:, None] * t + order * np.pi / 2)
        np.testing.assert_allclose(found, np.pi**order * (integrand @ weights) / 2, rtol=1e-10, atol=1e-10)


def test_sums_of_exponentials_have_second_derivatives_where_both_are_equal():
    point = wb.tensor([1.5, 1.5], "float64")
    curvature = wb.hessian(lambda t: wb.logaddexp(t[0], t[1]))(point).numpy()
    np.testing.assert_allclose(curvature, [[0.25, -0.25], [-0.25, 0.25]], rtol=1e-14)
    curvature = wb.hessian(lambda t: wb.logaddexp2(t[0], t[1]))(point).numpy()
    np.testing.assert_allclose(curvature, math.log(2) * np.array([[0.25, -0.25], [-0.25, 0.25]]), rtol=1e-14)


def test_hypot_has_second_derivatives_on_the_axes():
    curvature = wb.hessian(lambda t: wb.hypot(t[0], t[1]))(wb.tensor([0.0, 2.0], "float64")).numpy()
    np.testing.assert_allclose(curvature, [[0.5, 0], [0, 0]], atol=1e-15)


def test_entr_and_xlogy_have_pytorchs_derivatives_at_0():
    np.testing.assert_array_equal(derivatives(wb.entr, np.array([0.0, 1.0]), 1)[1], [np.inf, -1])
    x, y = wb.tensor([0.0, 0.0], "float64", True), wb.tensor([2.0, 0.0], "float64", True)
    wb.xlogy(x, y).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [math.log(2), 0])
    np.testing.assert_array_equal(y.grad.numpy(), [0, 0])


def test_a_derivative_by_the_first_argument_is_refused_where_pytorch_has_none():
    x = wb.tensor([1.5, 2.5], requires_grad=True)
    for function in (wb.igamma, wb.igammac, wb.zeta):
        with pytest.raises(wb.UnsupportedError, match="first argument"):
            function(x, wb.tensor([2.0, 3.0])).sum().backward()


def test_special_has_torchs_names():
    assert wb.special.expit is wb.sigmoid and wb.special.psi is wb.digamma and wb.special.gammaln is wb.lgamma
    assert wb.special.gammainc is wb.igamma and wb.special.gammaincc is wb.igammac
    np.testing.assert_allclose(
        wb.special.multigammaln(wb.tensor([3.5, 7.0], "float64"), 4).numpy(),
        [special.multigammaln(3.5, 4), special.multigammaln(7.0, 4)],
    )
    for p in (0, 1001):
        with pytest.raises(ValueError, match="p must be"):
            wb.mvlgamma(wb.tensor([3.0]), p)


# -------------------------------------------------------------------- parts of numbers


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nextafter_and_frexp_and_ldexp_are_numpys_to_the_bit(dtype):
    info = np.finfo(dtype)
    x = np.array([-np.inf, -info.max, -2.5, -1.0, -0.0, 0.0, info.tiny, info.smallest_subnormal, 3.0, np.inf], dtype)
    np.testing.assert_array_equal(wb.nextafter(x[:, None], x).numpy(), np.nextafter(x[:, None], x))
    assert wb.nextafter(wb.tensor([np.nan, 1.0]), wb.tensor([1.0, np.nan])).isnan().all()
    mantissa, exponent = wb.frexp(x)
    finite = np.isfinite(x)
    want = np.frexp(x)
    np.testing.assert_array_equal(mantissa.numpy(), want[0])
    np.testing.assert_array_equal(exponent.numpy()[finite], want[1][finite])
    np.testing.assert_array_equal(wb.ldexp(mantissa, exponent).numpy(), x)


def test_integers_have_divisors_and_multiples_and_remainders():
    a, b = np.array([12, 0, -(2**63), 7, -9]), np.array([18, 0, 2**62, -21, 6])
    np.testing.assert_array_equal(wb.gcd(a, b).numpy(), np.gcd(a, b))
    np.testing.assert_array_equal(wb.lcm(a[[0, 1, 3, 4]], b[[0, 1, 3, 4]]).numpy(), np.lcm(a, b)[[0, 1, 3, 4]])
    np.testing.assert_array_equal(wb.fmod(a, 5).numpy(), np.fmod(a, 5))
    assert wb.fmod(wb.tensor([-(2**63)]), -1).item() == 0
    for zero in (0, wb.tensor([0])):
        with pytest.raises(ValueError, match="divi"):
            wb.fmod(wb.tensor([5]), zero).numpy()


def test_signs_of_zeros_and_nan_are_taken_as_they_are():
    x = np.array([-0.0, 0.0, -np.nan, np.nan, -2.0])
    np.testing.assert_array_equal(wb.signbit(x).numpy(), np.signbit(x))
    np.testing.assert_array_equal(np.signbit(wb.copysign(np.ones(5), x).numpy()), np.signbit(x))
    assert wb.tensor([-1, 1]).signbit().tolist() == [True, False]


def test_tensors_are_equal_or_close():
    x = wb.tensor([1.0, float("nan"), float("inf")])
    assert wb.allclose(x, x, equal_nan=True) is True and wb.allclose(x, x) is False
    assert x.isclose(x).tolist() == [True, False, True]
    assert wb.equal(wb.tensor([1, 2]), wb.tensor([1.0, 2.0])) is True
    assert wb.tensor([1, 2]).equal(wb.tensor([[1, 2]])) is False
    assert wb.tensor([1.0]).allclose(wb.tensor([1.1]), rtol=0.2)
    with pytest.raises(ValueError, match="rtol"):
        wb.isclose(x, x, rtol=-1.0)


def test_a_rectifier_draws_its_slopes_in_training():
    wb.manual_seed(3)
    x = wb.tensor([-1.0] * 1000 + [2.0])
    found = wb.nn.functional.rrelu(x, 0.25, 0.5, training=True).numpy()
    assert found[-1] == 2 and (found[:-1] <= -0.25).all() and (found[:-1] >= -0.5).all()
    assert len(np.unique(found[:-1])) > 900 and abs(found[:-1].mean() + 0.375) < 0.01
    with pytest.raises(ValueError, match="slopes"):
        wb.rrelu(x, 0.5, 0.25)


def test_wrong_shapes_and_bounds_get_a_sentence():
    with pytest.raises(wb.ShapeError, match="weight must have one element, or be \\[3\\]"):
        wb.prelu(wb.zeros(2, 3), wb.ones(2))
    with pytest.raises(wb.ShapeError, match="even extent"):
        wb.glu(wb.zeros(2, 3))
    with pytest.raises(ValueError, match="lambd"):
        wb.softshrink(wb.zeros(2), -0.5)


def test_longer_names_and_forms_that_write_in_place_are_the_same_functions():
    x = wb.tensor([0.5, -0.25, 2.0])
    for name in ("arcsin", "arctanh", "negative", "absolute", "sgn", "fix", "logit", "sinc", "erfinv", "i0", "frac"):
        want, written = getattr(x, name)().numpy(), x.clone()
        assert getattr(written, f"{name}_")() is written
        np.testing.assert_array_equal(written.numpy(), want)
    for name in ("hypot", "fmod", "copysign", "ldexp", "multiply", "true_divide", "less", "xlogy", "heaviside"):
        other, written = wb.tensor([1.5, 2.5, -3.0]), x.clone()
        want = getattr(x, name)(other).to(wb.float32).numpy()
        getattr(written, f"{name}_")(other)
        np.testing.assert_array_equal(written.numpy(), want)
    assert x.clone().addcmul_(x, x, value=2).tolist() == [1.0, -0.125, 10.0]
    assert x.clone().clamp_min_(0).clip_(max=1).tolist() == [0.5, 0.0, 1.0]
