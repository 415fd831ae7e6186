"""What the operation table does not say of the elementwise operations of _math and _activations: corners of division,
bits, clamping, special functions."""

import math

import numpy as np
import pytest
from scipy import special
from support import numbers

import wingbeat as wb


def test_digamma_and_polygamma_are_scipys_and_each_others_derivatives():
    x = np.concatenate([np.linspace(0.01, 30, 500), -np.linspace(0.013, 9, 300)])
    np.testing.assert_allclose(wb.digamma(x).numpy(), special.digamma(x), rtol=1e-12, atol=1e-12)
    assert wb.digamma(wb.tensor([0.0, -0.0, -2.0, np.inf], "float64")).tolist()[:2] == [-np.inf, np.inf]
    above = x[x > 0]
    for n in (0, 1, 2, 5):
        np.testing.assert_allclose(wb.polygamma(n, above).numpy(), special.polygamma(n, above), rtol=1e-11)
        np.testing.assert_allclose(
            wb.tensor(above, "float32").polygamma(n).numpy(),
            special.polygamma(n, above.astype("f4").astype("f8")),
            rtol=1e-6,
        )
    t = wb.tensor(above, requires_grad=True)
    order, g = 0, wb.lgamma(t).sum()
    for _ in range(4):
        (g,) = wb.autograd.grad(g.sum(), t, create_graph=True)
        np.testing.assert_allclose(g.detach().numpy(), special.polygamma(order, above), rtol=1e-11, atol=1e-12)
        order += 1
    for wrong in (-1, 101, 0.5):
        with pytest.raises(ValueError, match="order"):
            wb.polygamma(wrong, x)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_atan2_is_numpys_in_all_directions(dtype):
    ends = np.array([-np.inf, -1e30, -1.0, -1e-30, -0.0, 0.0, 1e-30, 2.0, 3e38, np.inf, np.nan], dtype)
    y, x = np.meshgrid(ends, ends)
    expected = np.arctan2(y.astype("f8"), x.astype("f8")).astype(dtype)
    found = wb.atan2(wb.tensor(y), wb.tensor(x)).numpy()
    np.testing.assert_allclose(found, expected, rtol=4 * np.finfo(dtype).eps, atol=np.finfo(dtype).smallest_normal)
    np.testing.assert_array_equal(np.signbit(found[expected == 0]), np.signbit(expected[expected == 0]))
    assert wb.atan2(wb.tensor([1, -1]), wb.tensor([1, 1])).dtype == "float32"


# -------------------------------------------------------------------- division


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floor_division_and_remainder_of_floats_are_pythons(dtype):
    # PyTorch and NumPy differ where the quotient is infinite: floor_divide(5, 0) is inf in both; -5 % inf is inf, as in
    # Python.
    a = np.array([-7.0, -5.5, -1.0, -0.0, 0.0, 1.0, 5.5, 7.0, 1e30, 0.1, np.inf, np.nan], dtype)[:, None]
    b = np.array([-3.0, -0.1, 0.1, 2.0, 1e-30, 1e30, 0.0, np.inf, -np.inf, np.nan], dtype)
    quotient, rest = (
        wb.floor_divide(wb.tensor(a), wb.tensor(b)).numpy(),
        wb.remainder(wb.tensor(a), wb.tensor(b)).numpy(),
    )
    np.testing.assert_array_equal(rest, np.remainder(a, b))
    np.testing.assert_array_equal(quotient, np.floor_divide(a, b))
    np.testing.assert_array_equal((wb.tensor(a) // wb.tensor(b)).numpy(), quotient)
    np.testing.assert_array_equal((wb.tensor(a) % wb.tensor(b)).numpy(), rest)
    x, y = numbers((5000,), dtype, 1, -1e4, 1e4), numbers((5000,), dtype, 2, -3, 3)
    np.testing.assert_array_equal(wb.remainder(x, y).numpy(), np.remainder(x, y))
    np.testing.assert_array_equal(wb.floor_divide(x, y).numpy(), np.floor_divide(x, y))


@pytest.mark.parametrize("a", ["uint8", "int32", "int64"])
@pytest.mark.parametrize("b", ["uint8", "int32", "int64"])
def test_integer_division_rounds_down_or_cuts_and_refuses_zero(a, b):
    x, y = numbers((40,), a, 1) * 3, numbers((40,), b, 2)
    y = np.where(y == 0, 1, y).astype(b)
    tx, ty = wb.tensor(x), wb.tensor(y)
    for found, expected in (
        (tx // ty, x // y),
        (tx % ty, x % y),
        (wb.div(tx, ty, rounding_mode="floor"), x // y),
        (wb.div(tx, ty, rounding_mode="trunc"), np.trunc(x / y).astype(np.result_type(x, y))),
        (100 // ty, 100 // y),
        (tx % 3, x % 3),
    ):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.numpy(), expected)
    for zero in (
        lambda: tx // 0,
        lambda: tx % 0,
        lambda: (tx // wb.zeros_like(ty)).numpy(),
        lambda: (5 % wb.tensor(y - y)).numpy(),
    ):
        with pytest.raises(ValueError, match="divisor is 0"):
            zero()


def test_division_modes_and_scaled_sums():
    x, y = numbers((20,), seed=1), numbers((20,), seed=2)
    np.testing.assert_array_equal(wb.div(x, y, rounding_mode="trunc").numpy(), np.trunc(x / y))
    np.testing.assert_array_equal(wb.div(wb.tensor(x), y).numpy(), x / y)
    np.testing.assert_allclose(wb.add(x, y, alpha=2.5).numpy(), x + 2.5 * y)
    np.testing.assert_allclose(wb.sub(wb.tensor(x), 3.0, alpha=2).numpy(), x - 6)
    assert divmod(wb.tensor([7, -7]), 2)[0].tolist() == [3, -4] and divmod(7, wb.tensor([2]))[1].tolist() == [1]
    with pytest.raises(ValueError, match="rounding_mode"):
        wb.div(x, y, rounding_mode="up")
    with pytest.raises(TypeError, match="bool"):
        wb.tensor([True]) // wb.tensor([True])


def test_rounding_to_places():
    x = np.array([2.675, -1.005, 1234.5, 0.125])
    np.testing.assert_array_equal(wb.round(x, decimals=2).numpy(), np.round(x * 100) / 100)
    np.testing.assert_array_equal(wb.tensor(x).round(decimals=-2).numpy(), np.round(x, -2))
    with pytest.raises(ValueError, match="decimals"):
        wb.round(x, decimals=0.5)
    with pytest.raises(ValueError, match="decimals"):
        wb.round(x, decimals=1000)


# -------------------------------------------------------------------- bits


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64"])
def test_bitwise_operations_are_numpys(dtype):
    x, y = numbers((50,), dtype, 1), numbers((50,), dtype, 2)
    a, b = wb.tensor(x), wb.tensor(y)
    for found, expected in (
        (a & b, x & y),
        (a | b, x | y),
        (a ^ b, x ^ y),
        (~a, ~x),
        (wb.bitwise_and(a, y), x & y),
        (wb.bitwise_xor(x, b), x ^ y),
        (wb.bitwise_not(x), ~x),
    ):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.numpy(), expected)
    np.testing.assert_array_equal(wb.logical_xor(x, y).numpy(), np.logical_xor(x, y))
    assert (a & 1).dtype == ("int64" if dtype == "bool" else dtype)
    a ^= b
    np.testing.assert_array_equal(a.numpy(), x ^ y)


@pytest.mark.parametrize("dtype, bits", [("uint8", 8), ("int32", 32), ("int64", 64)])
def test_shifts_are_pytorchs_also_by_too_much(dtype, bits):
    x = wb.tensor(np.array([0, 1, 5, 100], dtype) if dtype == "uint8" else np.array([-8, -1, 0, 5], dtype))
    for by in (0, 1, bits - 1):
        np.testing.assert_array_equal((x << by).numpy(), x.numpy() << np.array(by, dtype))
        np.testing.assert_array_equal((x >> by).numpy(), x.numpy() >> np.array(by, dtype))
    for by in (bits, 100):
        assert not (x << by).numpy().any()
        np.testing.assert_array_equal((x >> by).numpy(), np.where(x.numpy() < 0, -1, 0))
    assert (1 << wb.tensor([0, 3])).tolist() == [1, 8] and wb.bitwise_left_shift(
        wb.tensor([1]), wb.tensor([-1])
    ).tolist() == [0]


def test_bits_of_floats_and_shifts_of_bool_are_refused():
    for wrong in (
        lambda: wb.ones(2) & wb.ones(2),
        lambda: wb.ones(2) | 1,
        lambda: ~wb.ones(2),
        lambda: wb.ones(2) << 1,
        lambda: wb.tensor([True]) << wb.tensor([True]),
        lambda: wb.tensor([1]) ^ 0.5,
    ):
        with pytest.raises(TypeError):
            wrong()


# -------------------------------------------------------------------- choices


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32", "float64"])
def test_clamp_is_numpys_clip(dtype):
    x = numbers((4, 5), dtype)
    t = wb.tensor(x)
    for low, high in ((1, 3), (None, 2), (1, None), (4, 1)):
        found = t.clamp(low, high)
        assert found.dtype == dtype
        np.testing.assert_array_equal(found.numpy(), np.clip(x, low, high))
    bounds = numbers((5,), dtype, 7)
    np.testing.assert_array_equal(
        wb.clip(t, wb.tensor(bounds), wb.tensor(bounds + 2)).numpy(), np.clip(x, bounds, bounds + 2)
    )
    np.testing.assert_array_equal(wb.clamp(t, max=wb.tensor(bounds)).numpy(), np.minimum(x, bounds))
    np.testing.assert_array_equal(wb.clamp(t, 1, wb.tensor(bounds)).numpy(), np.minimum(np.maximum(x, 1), bounds))


def test_clamp_of_nan_and_by_nan_and_of_bool():
    t = wb.tensor([np.nan, -np.inf, np.inf, 0.5])
    np.testing.assert_array_equal(t.clamp(0, 1).numpy(), np.array([np.nan, 0, 1, 0.5], "f4"))
    assert np.isnan(t.clamp(min=np.nan).numpy()).all()
    np.testing.assert_array_equal(
        t.clamp(wb.tensor([0, np.nan, 0, 1]), None).numpy(), np.array([np.nan, np.nan, np.inf, 1], "f4")
    )
    assert (
        wb.clamp(wb.tensor([1, 2]), 1.5).tolist()
        == wb.clamp(wb.tensor([1, 2]), 1.5, wb.tensor([9])).tolist()
        == [1.5, 2]
    )
    assert wb.clamp(wb.tensor([True, False]), 0, 1).dtype == "int64"
    with pytest.raises(ValueError, match="neither"):
        t.clamp()
    with pytest.raises(ValueError, match="wrong way round"):
        wb.hardtanh(t, 2, 1)


def test_bounds_that_are_tensors_take_the_gradient_of_what_they_replace():
    x, low, high = (wb.tensor(v, requires_grad=True) for v in ([-3.0, 0.0, 3.0], [-1.0], [1.0]))
    x.clamp(low, high).sum().backward()
    assert (x.grad.tolist(), low.grad.tolist(), high.grad.tolist()) == ([0, 1, 0], [1], [1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nan_to_num_is_numpys(dtype):
    x = np.array([np.nan, np.inf, -np.inf, 1.5], dtype)
    np.testing.assert_array_equal(wb.nan_to_num(x).numpy(), np.nan_to_num(x))
    np.testing.assert_array_equal(wb.tensor(x).nan_to_num(1, 2, -3).numpy(), np.array([1, 2, -3, 1.5], dtype))
    np.testing.assert_array_equal(wb.nan_to_num(np.array([1, 2])).numpy(), [1, 2])


def test_lerp_is_exact_at_its_ends():
    a, b = numbers((5, 1), "float32", 1), numbers((4,), "float32", 2)
    for weight in (0.0, 0.3, 0.5, 1.0, 2.0):
        np.testing.assert_allclose(wb.lerp(a, b, weight).numpy(), a + weight * (b - a), rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(wb.lerp(a, b, 1.0).numpy(), np.broadcast_to(b, (5, 4)))
    np.testing.assert_array_equal(wb.tensor(a).lerp(b, wb.tensor(np.ones(4, "f4"))).numpy(), np.broadcast_to(b, (5, 4)))
    assert wb.lerp(wb.tensor([1]), wb.tensor([2]), 0.5).tolist() == [1.5]
    assert (
        wb.lerp(wb.tensor([1.0]), 3.0, 0.3).dtype == "float32"
        and wb.lerp(wb.tensor([0.0]), np.ones(1), 0.3).item() == 0.3
    )


def test_softplus_has_pytorchs_parameters():
    x = numbers((20,), low=-30, high=30)
    np.testing.assert_allclose(wb.softplus(x, 2.0).numpy(), np.logaddexp(0, 2 * x) / 2, rtol=1e-13)
    np.testing.assert_array_equal(wb.softplus(x, 1, 20).numpy()[x > 20], x[x > 20])
    with pytest.raises(ValueError, match="beta"):
        wb.softplus(x, 0)
    with pytest.raises(ValueError, match="alpha"):
        wb.celu(x, 0)


def test_the_same_bits_with_any_passes_and_threads():
    from support import python

    code = (
        "import hashlib, numpy as np, wingbeat as wb\n"
        "x = wb.tensor(np.linspace(-3, 3, 300_000, dtype='f4'), requires_grad=True)\n"
        "y = wb.mish(x) * wb.elu(x) + wb.erfc(x) * wb.atan2(x, x + 4) + wb.remainder(x, 0.7) * wb.lgamma(x * x + 1)\n"
        "y.cumsum(0).norm().backward()\n"
        "print(hashlib.sha256(y.detach().numpy().tobytes() + x.grad.numpy().tobytes()).hexdigest())"
    )
    bits = python(code, WINGBEAT_NUM_THREADS="1")
    assert python(code, WINGBEAT_NUM_THREADS="4") == bits
    assert python(code, WINGBEAT_PASSES="none") == bits


def test_math_agrees_on_single_numbers():
    assert wb.log2(wb.tensor([8.0])).item() == 3 and wb.exp2(wb.tensor([10.0])).item() == 1024
    assert wb.erfc(wb.tensor(5.0, "float64")).item() == pytest.approx(math.erfc(5), rel=1e-15)
