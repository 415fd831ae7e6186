"""Products beyond matmul, and functions of whole matrices, where the table of operations does not look: derivatives of
matrices without full rank or with equal singular values, sizes, captured programs, sentences."""

import numpy as np
import pytest
import scipy.linalg
from support import numbers

import wingbeat as wb
from wingbeat import linalg


def low_rank(m, n, rank):
    return numbers((m, rank), "float64", 1) @ numbers((rank, n), "float64", 2)


def pinv_change(a, change, p):
    """The derivative of the pseudoinverse along a change (Golub and Pereyra 1973)."""
    m, n = a.shape
    return -p @ change @ p + p @ p.T @ change.T @ (np.eye(m) - a @ p) + (np.eye(n) - p @ a) @ change.T @ p.T @ p


@pytest.mark.parametrize(
    "a", [low_rank(5, 4, 2), low_rank(3, 5, 1), low_rank(4, 4, 3), np.eye(4, 3), np.ones((3, 3)), np.zeros((2, 3))]
)
def test_derivatives_of_the_pseudoinverse_are_those_of_its_formula(a):
    change = numbers(a.shape, "float64", 3)
    p, tangent = wb.jvp(linalg.pinv, (wb.tensor(a),), (wb.tensor(change),))
    np.testing.assert_allclose(p.numpy(), np.linalg.pinv(a), atol=1e-12)
    np.testing.assert_allclose(tangent.numpy(), pinv_change(a, change, np.linalg.pinv(a)), atol=1e-10)


def test_second_derivatives_of_the_pseudoinverse_are_those_along_a_curve_of_one_rank():
    left, right, slope = numbers((5, 2), "float64", 1), numbers((2, 4), "float64", 2), numbers((5, 2), "float64", 3)

    def curve(t):
        return linalg.pinv((wb.tensor(left) + t * wb.tensor(slope)) @ wb.tensor(right))

    def exact(t):
        return np.linalg.pinv((left + t * slope) @ right, rcond=1e-10)

    first = lambda t: wb.jvp(curve, (t,), (wb.ones((), dtype="float64"),))[1]  # noqa: E731
    second = wb.jvp(first, (wb.tensor(0.3, dtype="float64"),), (wb.ones((), dtype="float64"),))[1]
    h = 1e-4
    np.testing.assert_allclose(
        second.numpy(), (exact(0.3 + h) - 2 * exact(0.3) + exact(0.3 - h)) / h**2, atol=1e-5, rtol=1e-5
    )


def test_a_symmetric_matrix_is_read_from_its_lower_triangle():
    a = numbers((4, 4), "float64")
    symmetric = np.tril(a) + np.tril(a, -1).T
    np.testing.assert_allclose(linalg.pinv(a, hermitian=True).numpy(), np.linalg.pinv(symmetric), rtol=1e-10)
    assert linalg.matrix_rank(np.tril(np.ones((3, 3))), hermitian=True).item() == 1


def test_least_squares_have_the_derivatives_of_the_normal_equations():
    a, b = numbers((6, 3), "float64", 1), numbers((6,), "float64", 2)
    weights = wb.tensor([1.0, -2.0, 0.5], dtype="float64")

    def normal(a, b):
        return linalg.solve(a.mT @ a, a.mT @ b)

    found = wb.grad(lambda a, b: (linalg.lstsq(a, b).solution * weights).sum(), argnums=(0, 1))
    want = wb.grad(lambda a, b: (normal(a, b) * weights).sum(), argnums=(0, 1))
    for one, other in zip(found(wb.tensor(a), wb.tensor(b)), want(wb.tensor(a), wb.tensor(b))):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-9, atol=1e-10)


def test_least_squares_hand_out_what_the_driver_has():
    a, b = numbers((5, 2), "float64", 1), numbers((5, 3), "float64", 2)
    want = np.linalg.lstsq(a, b, rcond=None)
    for driver, parts in (("gels", "r"), ("gelsy", "k"), ("gelsd", "rks"), ("gelss", "rks"), (None, "k")):
        found = linalg.lstsq(a, b, driver=driver)
        np.testing.assert_allclose(found.solution.numpy(), want[0], rtol=1e-10)
        assert [found.residuals.shape, found.rank.shape, found.singular_values.shape] == [
            (3,) if "r" in parts else (0,),
            () if "k" in parts else (0,),
            (2,) if "s" in parts else (0,),
        ]


@pytest.mark.parametrize("size", [1e-3, 0.4, 3, 40, 500, 20_000])
def test_exponentials_of_turns_are_turns_whatever_their_angle(size):
    turn = wb.matrix_exp(wb.tensor([[0.0, -size], [size, 0.0]], dtype="float64")).numpy()
    want = [[np.cos(size), -np.sin(size)], [np.sin(size), np.cos(size)]]
    np.testing.assert_allclose(turn, want, atol=1e-14 * max(1, size))


def test_exponentials_overflow_to_infinity_and_past_the_largest_norm_are_nan():
    diagonal = wb.matrix_exp(wb.tensor([[800.0, 0.0], [0.0, -800.0]], dtype="float64")).numpy()
    assert np.isposinf(diagonal[0, 0]) and diagonal[1, 1] == 0
    assert np.isnan(wb.matrix_exp(wb.tensor([[40_000.0]])).item())


@pytest.mark.parametrize("size", [0.1, 2.0, 30.0])
def test_derivatives_of_the_exponential_are_frechets(size):
    a, change = size * numbers((3, 3), "float64", 1), numbers((3, 3), "float64", 2)
    value, tangent = wb.jvp(wb.matrix_exp, (wb.tensor(a),), (wb.tensor(change),))
    want = scipy.linalg.expm_frechet(a, change)
    for found, exact in zip((value, tangent), want):
        np.testing.assert_allclose(found.numpy(), exact, rtol=1e-11, atol=1e-12 * np.abs(exact).max())


def test_matrices_of_one_batch_are_halved_as_often_as_each_needs():
    batch = np.stack([0.01 * np.eye(2), 50 * np.array([[0.0, 1.0], [-1.0, 0.0]]), np.zeros((2, 2))])
    np.testing.assert_allclose(wb.matrix_exp(batch).numpy(), scipy.linalg.expm(batch), atol=1e-13)


def test_a_factor_of_nothing_does_not_count():
    bad = wb.tensor([[np.nan, np.inf]], dtype="float64").requires_grad_()
    a, b = wb.ones(1, 3, dtype="float64"), wb.ones(3, 2, dtype="float64")
    assert wb.addmm(bad, a, b, beta=0).tolist() == [[3, 3]]
    assert np.isnan(wb.addmm(bad, a, b).detach().numpy()[0, 0])
    assert wb.addr(wb.tensor([[1, 2], [3, 4]]), wb.tensor([1, 2]), wb.tensor([5, 6]), alpha=2).dtype == "int64"


def test_rows_that_are_the_same_have_distance_0_with_derivative_0():
    x = wb.tensor(numbers((3, 2), "float64"))
    assert not wb.grad(lambda x: wb.cdist(x, x).diagonal().sum())(x).numpy().any()


def test_a_product_of_many_is_taken_in_the_cheapest_order():
    matrices = [wb.tensor(numbers(shape, "float64")) for shape in ((2, 40), (40, 3), (3, 50), (50, 1))]
    step = wb.compile(lambda *factors: linalg.multi_dot(factors))
    want = np.linalg.multi_dot([matrix.numpy() for matrix in matrices])
    np.testing.assert_allclose(step(*matrices).numpy(), want, rtol=1e-12)
    # From the last to the first: each product a multiplication and an addition.
    assert f" {2 * (3 * 50 + 40 * 3 + 2 * 40)} " in step.explain().splitlines()[-1]


def test_functions_of_matrices_are_in_full_precision_whatever_autocast_says():
    a = wb.tensor(numbers((4, 3), "float32"))
    with wb.autocast(dtype=wb.bfloat16):
        found = [wb.matrix_exp(a[:3]), linalg.pinv(a), linalg.lstsq(a, a).solution]
    for one, other in zip(found, [wb.matrix_exp(a[:3]), linalg.pinv(a), linalg.lstsq(a, a).solution]):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_captured_programs_compute_the_same():
    a = wb.tensor(numbers((3, 3), "float64") + 3 * np.eye(3))

    def everything(a):
        return (
            wb.matrix_exp(a),
            linalg.pinv(a),
            linalg.matrix_power(a, -3),
            linalg.cond(a, "nuc"),
            linalg.norm(a, 2),
            wb.kron(a, a),
            wb.logdet(a @ a.mT),
            wb.cdist(a, a, p=3),
            linalg.matrix_rank(a),
        )

    for found, want in zip(wb.compile(everything)(a), everything(a), strict=True):
        np.testing.assert_array_equal(found.numpy(), want.numpy())


@pytest.mark.parametrize(
    "call, sentence",
    [
        (
            lambda: wb.addmm(np.zeros((3, 3)), np.zeros((2, 3)), np.zeros((3, 4))),
            r"addmm: input must broadcast.*\[2, 4\]",
        ),
        (lambda: wb.addmv(0.0, np.zeros((2, 3)), np.zeros((3, 1))), "addmv: factors with 2 and 1 axes"),
        (lambda: wb.baddbmm(0.0, np.zeros((2, 3, 4)), np.zeros((3, 4, 5))), "baddbmm: batches differ"),
        (lambda: wb.tensordot(np.zeros((2, 3)), np.zeros((4, 3)), 1), "tensordot: axes"),
        (lambda: wb.cross(np.zeros((2, 2)), np.zeros((2, 2))), "cross: no axis has three elements"),
        (lambda: wb.cdist(np.zeros((2, 3)), np.zeros((2, 4))), "cdist: rows of one length"),
        (lambda: wb.matrix_exp(np.zeros((2, 3))), "matrix_exp: square matrices are expected"),
        (lambda: linalg.multi_dot([np.zeros((2, 3)), np.zeros((2, 3))]), "multi_dot: matrices that fit together"),
        (lambda: linalg.norm(np.zeros((2, 3)), 3), "an order 'fro', 'nuc', 1, -1, 2, -2, inf or -inf"),
        (lambda: linalg.norm(np.zeros((2, 3, 4)), 2), "norm: a vector or a matrix is expected"),
        (lambda: linalg.cond(np.zeros((2, 3)), 1), "cond: square matrices are expected"),
        (lambda: linalg.lstsq(np.zeros((3, 2)), np.zeros((2, 1))), "lstsq: matrices"),
        (lambda: linalg.tensorinv(np.zeros((2, 3, 5))), "tensorinv:"),
        (lambda: linalg.tensorsolve(np.zeros((2, 3, 5)), np.zeros((2, 3))), "tensorsolve: a map onto B"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(call, sentence):
    with pytest.raises((wb.ShapeError, wb.ArgumentError), match=sentence):
        call()
