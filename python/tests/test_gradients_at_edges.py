"""Derivatives where formulas divide 0 by 0: what is finite is right, and what has no derivative is NaN or infinite, not
a number."""

import numpy as np
import pytest

import wingbeat as wb
from wingbeat.nn import functional as F

INF = float("inf")


def float64(values):
    return wb.tensor(np.asarray(values, dtype=np.float64))


def cofactors(a):
    """By minors, which needs no inverse."""
    n = len(a)
    minors = [[np.delete(np.delete(a, i, 0), j, 1) for j in range(n)] for i in range(n)]
    return np.array([[(-1) ** (i + j) * np.linalg.det(minors[i][j]) for j in range(n)] for i in range(n)])


def orthogonal(n, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))[0]


# -------------------------------------------------------------------- equal values


@pytest.mark.parametrize("values", [[1.0, 1.0, 1.0], [2.0, 2.0, 5.0], [0.0, 0.0, 0.0], [-1.0, 3.0, 3.0]])
def test_equal_eigenvalues_have_derivatives(values):
    turn = orthogonal(3)
    a = float64(turn @ np.diag(values) @ turn.T)
    total = wb.grad(lambda a: wb.linalg.eigvalsh(a).sum())  # the trace
    np.testing.assert_allclose(total(a).numpy(), np.eye(3), atol=1e-13)
    np.testing.assert_allclose(wb.grad(lambda a: wb.linalg.eigh(a)[0].sum())(a).numpy(), np.eye(3), atol=1e-13)
    cubes = wb.grad(lambda a: (wb.linalg.eigvalsh(a) ** 3).sum())  # the trace of A^3
    np.testing.assert_allclose(cubes(a).numpy(), 3 * a.numpy() @ a.numpy(), atol=1e-12)
    along = float64(np.eye(3) + 1)
    _, slope = wb.jvp(lambda a: wb.linalg.eigvalsh(a).sum(), (a,), (along,))
    assert slope.item() == pytest.approx(np.trace(along.numpy()))


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 3)])
@pytest.mark.parametrize("values", [[1.0, 1.0], [2.0, 2.0], [3.0, 1.0]])
def test_equal_singular_values_have_derivatives(shape, values):
    k = min(shape)
    singular = np.zeros(shape)
    singular[range(k), range(k)] = (values + values)[:k]
    a = float64(orthogonal(shape[0]) @ singular @ orthogonal(shape[1], 1))
    squares = wb.grad(lambda a: (wb.linalg.svdvals(a) ** 2).sum())  # the sum of the squares of all elements
    np.testing.assert_allclose(squares(a).numpy(), 2 * a.numpy(), atol=1e-12)
    np.testing.assert_allclose(
        wb.grad(lambda a: (wb.linalg.svd(a, full_matrices=False)[1] ** 2).sum())(a).numpy(), 2 * a.numpy(), atol=1e-12
    )
    _, slope = wb.jvp(lambda a: (wb.linalg.svdvals(a) ** 2).sum(), (a,), (a,))
    assert slope.item() == pytest.approx(2 * (a.numpy() ** 2).sum())


def test_the_nuclear_norm_of_the_identity_has_the_identity_as_its_gradient():
    np.testing.assert_allclose(
        wb.grad(lambda a: wb.linalg.svdvals(a).sum())(wb.eye(3, dtype="float64")).numpy(), np.eye(3), atol=1e-14
    )


def test_second_derivatives_of_different_eigenvalues_are_those_of_polynomials():
    a = float64(np.random.default_rng(0).standard_normal((3, 3)))
    by_values = wb.hessian(lambda a: (wb.linalg.eigvalsh(a + a.T) ** 3).sum())(a)
    by_products = wb.hessian(lambda a: wb.trace((a + a.T) @ (a + a.T) @ (a + a.T)))(a)
    np.testing.assert_allclose(by_values.numpy(), by_products.numpy(), atol=1e-10)
    by_values = wb.hessian(lambda a: (wb.linalg.svdvals(a) ** 2).sum())(a).numpy()
    np.testing.assert_allclose(by_values.reshape(9, 9), 2 * np.eye(9), atol=1e-12)


def test_derivatives_of_vectors_of_equal_values_are_not_finite():
    gradient = wb.grad(lambda a: (wb.linalg.eigh(a)[1] * float64([[1, 2], [3, 5]])).sum())(wb.eye(2, dtype="float64"))
    assert not np.isfinite(gradient.numpy()).all()


# -------------------------------------------------------------------- determinants

SINGULAR = [
    [[1.0, 2.0], [2.0, 4.0]],
    [[0.0, 0.0], [0.0, 0.0]],
    np.diag([1.0, 2.0, 0.0]),
    np.diag([3.0, 0.0, 0.0]),
    np.zeros((3, 3)),
    np.arange(9.0).reshape(3, 3),
    np.ones((4, 4)),
    [[0.0]],
    np.diag([1.0, 2.0, 3.0, 4.0, 0.0])[::-1],
]


@pytest.mark.parametrize("a", SINGULAR + [[[3.0, 1.0], [1.0, 2.0]], [[2.0]], orthogonal(5)[::-1]])
@pytest.mark.parametrize("dtype, accuracy", [("float64", 1e-12), ("float32", 2e-5)])
def test_the_gradient_of_a_determinant_are_the_cofactors_of_any_rank(a, dtype, accuracy):
    a = np.ascontiguousarray(a)
    want = cofactors(a)
    scale = max(1.0, np.abs(want).max())
    np.testing.assert_allclose(wb.grad(wb.linalg.det)(wb.tensor(a, dtype=dtype)).numpy(), want, atol=accuracy * scale)
    along = np.random.default_rng(0).standard_normal(a.shape)
    _, slope = wb.jvp(wb.linalg.det, (wb.tensor(a, dtype=dtype),), (wb.tensor(along, dtype=dtype),))
    assert slope.item() == pytest.approx((want * along).sum(), abs=10 * accuracy * scale)


def test_singular_matrices_do_not_spoil_the_others_of_a_batch():
    batch = np.stack([np.diag([1.0, 2.0, 0.0]), np.eye(3), orthogonal(3)])
    found = wb.grad(lambda a: wb.linalg.det(a).sum())(float64(batch)).numpy()
    np.testing.assert_allclose(found, [cofactors(a) for a in batch], atol=1e-14)
    sign, logarithm = wb.linalg.slogdet(float64(batch))
    assert sign[0].item() == 0 and logarithm[0].item() == -INF
    found = wb.grad(lambda a: wb.linalg.slogdet(a)[1].sum())(float64(batch)).numpy()
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1:], np.linalg.inv(batch[1:]).transpose(0, 2, 1), atol=1e-14)


def test_second_derivatives_of_a_determinant_are_those_of_the_polynomial():
    def sarrus(a):
        return sum(
            a[0, k] * (a[1, (k + 1) % 3] * a[2, (k + 2) % 3] - a[1, (k + 2) % 3] * a[2, (k + 1) % 3]) for k in range(3)
        )

    a = float64(np.random.default_rng(0).standard_normal((3, 3)))
    np.testing.assert_allclose(wb.hessian(wb.linalg.det)(a).numpy(), wb.hessian(sarrus)(a).numpy(), atol=1e-13)


def test_a_matrix_that_is_not_finite_gives_NaN():
    a = float64([[0.0, 0.0, 0.0], [0.0, np.nan, 0.0], [0.0, 0.0, 1.0]])
    assert np.isnan(wb.grad(wb.linalg.det)(a).numpy()).any()


# -------------------------------------------------------------------- logarithms and exponentials


def test_the_logarithm_of_a_sum_of_nothing_has_derivative_0():
    nothing = wb.tensor([-INF, -INF])
    assert wb.grad(lambda x: wb.logsumexp(x, 0))(nothing).tolist() == [0, 0]
    assert wb.hessian(lambda x: wb.logsumexp(x, 0))(nothing).tolist() == [[0, 0], [0, 0]]
    rows = wb.tensor([[-INF, -INF], [0.0, 0.0], [-INF, 1.0]])
    assert wb.grad(lambda x: wb.logsumexp(x, 1).sum())(rows).tolist() == [[0, 0], [0.5, 0.5], [0, 1]]
    _, slope = wb.jvp(lambda x: wb.logsumexp(x, 1), (rows,), (wb.ones(3, 2),))
    assert slope.tolist() == [0, 1, 1]


def test_a_class_that_is_impossible_counts_for_nothing_in_a_cross_entropy():
    z, p = float64([[-INF, 1.0, 2.0], [0.5, -INF, -1.0]]), float64([[0.0, 0.25, 0.75], [0.5, 0.0, 0.5]])
    finite = [[1, 2], [0, 2]]
    for row, kept in enumerate(finite):
        with_all, without = z[row : row + 1], z[row : row + 1][:, kept]
        targets = p[row : row + 1], p[row : row + 1][:, kept]
        for order in (lambda f: f, wb.grad, wb.hessian):
            found = order(lambda z: F.cross_entropy(z, targets[0]))(with_all).numpy()
            want = order(lambda z: F.cross_entropy(z, targets[1]))(without).numpy()
            places = np.ix_(*[[0], kept] * (found.ndim // 2)) if found.ndim else ()
            np.testing.assert_allclose(found[places], want, atol=1e-15)
            rest = found.copy()
            rest[places] = 0
            assert (rest == 0).all() or not found.ndim
    assert F.cross_entropy(z, float64([[0.25, 0.25, 0.5], [0.5, 0.0, 0.5]])).item() == INF


# -------------------------------------------------------------------- powers, norms, angles


def nested(function, order):
    for _ in range(order):
        function = wb.grad(function)
    return function


def test_derivatives_of_a_whole_power_end_at_0():
    for exponent in (wb.tensor(4.0), 4.0):
        found = [nested(lambda x: wb.pow(x, exponent), order)(wb.tensor(0.0)).item() for order in range(8)]
        assert found == [0, 0, 0, 0, 24, 0, 0, 0]


def test_the_slope_of_a_power_changes_with_an_exponent_of_0():
    """d/dy d/dx x^y = x^(y - 1) (1 + y log x)."""
    mixed = wb.grad(wb.grad(lambda x, y: wb.pow(x, y)), argnums=1)
    assert mixed(float64(2.0), float64(0.0)).item() == 0.5
    assert wb.grad(lambda x: wb.pow(x, wb.tensor(0.0)))(wb.tensor(0.0)).item() == 0


@pytest.mark.parametrize("p", [2, 3, 4.5])
def test_a_norm_has_no_second_derivative_at_0(p):
    function = lambda x: wb.norm(x, p) ** 2  # noqa: E731
    assert wb.grad(function)(wb.zeros(2)).tolist() == [0, 0]
    assert np.isnan(wb.hessian(function)(wb.zeros(2)).numpy()).all()
    if p == 2:
        np.testing.assert_allclose(wb.hessian(function)(float64([1.0, 2.0])).numpy(), 2 * np.eye(2), atol=1e-14)


@pytest.mark.parametrize("size", [1e-25, 1e-18, 1.0, 1e18, 1e25])
def test_the_slopes_of_an_angle_neither_vanish_nor_overflow(size):
    y, x = wb.tensor(3 * size), wb.tensor(4 * size)
    assert wb.grad(wb.atan2)(y, x).item() == pytest.approx(0.16 / size, rel=1e-6)
    assert wb.grad(wb.atan2, argnums=1)(y, x).item() == pytest.approx(-0.12 / size, rel=1e-6)


def test_the_slopes_of_an_angle_have_slopes():
    x, y = 0.7, 0.3
    square = x * x + y * y
    found = wb.hessian(lambda point: wb.atan2(point[0], point[1]))(float64([y, x])).numpy()
    np.testing.assert_allclose(
        found, np.array([[-2 * x * y, y * y - x * x], [y * y - x * x, 2 * x * y]]) / square**2, atol=1e-15
    )
    assert wb.grad(wb.atan2)(wb.tensor(0.0), wb.tensor(0.0)).item() == 0


def test_what_where_does_not_choose_takes_part_with_0_as_its_documentation_says():
    x = wb.tensor([0.0, 1.0])
    assert np.isnan(wb.grad(lambda x: wb.where(x > 0, wb.log(x), 0.0).sum())(x).numpy()[0])
    assert wb.grad(lambda x: wb.log(wb.where(x > 0, x, 1.0)).sum())(x).tolist() == [0, 1]


# -------------------------------------------------------------------- sums of many terms


def test_sums_of_many_terms_lose_no_more_than_a_few_bits():
    n = 1 << 21
    rng = np.random.default_rng(0)
    a, b, w = (rng.random(shape, dtype=np.float32) for shape in ((n, 3), (n, 2), n))
    wide = [array.astype(np.float64) for array in (a, b, w)]
    x, y, z = wb.from_numpy(a), wb.from_numpy(b), wb.from_numpy(w)
    turned = wb.from_numpy(np.ascontiguousarray(a.T))
    pairs = [
        (x.T @ y, wide[0].T @ wide[1]),
        (turned @ y, wide[0].T @ wide[1]),
        (z @ x, wide[2] @ wide[0]),
        (x.T @ z, wide[2] @ wide[0]),
        (turned @ z, wide[2] @ wide[0]),
        (z @ turned.T, wide[2] @ wide[0]),
        (z.dot(z), wide[2] @ wide[2]),
        (x.sum(0), wide[0].sum(0)),
        (x.mean(0), wide[0].mean(0)),
        (x.sum(), wide[0].sum()),
        (wb.einsum("ij,ik->jk", x, y), wide[0].T @ wide[1]),
    ]
    for found, want in pairs:
        np.testing.assert_allclose(found.numpy(), want, rtol=3e-5)


def test_ones_are_counted_beyond_what_a_mantissa_counts_by_one():
    ones = wb.ones(1 << 24 | 1 << 8)
    assert (ones @ ones).item() == 2**24 + 2**8
    column = ones.reshape(-1, 1)
    assert (column.T @ wb.cat([column, column], 1)).tolist() == [[2**24 + 2**8] * 2]


def test_a_deep_product_has_the_same_bits_on_any_number_of_threads():
    rng = np.random.default_rng(1)
    a, b = wb.tensor(rng.random((30000, 20), dtype=np.float32)), wb.tensor(rng.random((30000, 70), dtype=np.float32))
    before = wb.get_num_threads()
    try:
        results = []
        for threads in (1, 2, 5):
            wb.set_num_threads(threads)
            results.append(
                [(a.T @ b).numpy().tobytes(), (a.T @ b[:, 0]).numpy().tobytes(), (a.T @ b)[:3].numpy().tobytes()]
            )
            assert (a[:, :3].T @ b).numpy().tobytes() == results[-1][2]
        assert results[0] == results[1] == results[2]
    finally:
        wb.set_num_threads(before)
