"""Products, einsum and factorisations against NumPy and SciPy; singular matrices, shapes that do not fit, a machine
without OpenBLAS."""

import numpy as np
import pytest
import scipy.linalg
from support import numbers, python, same_bits, slope

import wingbeat as wb

RTOL = {"float32": 2e-4, "float64": 1e-11}
EQUATIONS = [
    ("ij,jk->ik", (3, 4), (4, 5)),
    ("ij,kj", (3, 4), (5, 4)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("...ij,...jk", (2, 1, 3, 4), (5, 4, 2)),
    ("ii->i", (4, 4)),
    ("ii", (4, 4)),
    ("ij->", (3, 4)),
    ("ij->ji", (3, 4)),
    ("...i->i...", (2, 3, 4)),
    ("i,i->", (5,), (5,)),
    ("i,j", (3,), (4,)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    ("abc,abd,ce->de", (2, 3, 4), (2, 3, 5), (4, 6)),
    ("bqhd,bkhd->bhqk", (2, 3, 4, 5), (2, 6, 4, 5)),
    ("ij,ij->ij", (3, 4), (3, 4)),
    ("ij,ij->ij", (3, 1), (3, 4)),
    (" i j , j -> i ", (3, 4), (4,)),
    ("iij,jj->ij", (3, 3, 2), (2, 2)),
    ("Aa,ab->bA", (2, 3), (3, 4)),
    (",i->i", (), (3,)),
    ("ij,jk->ik", (3, 0), (0, 4)),
    ("i...->...", (3, 0, 2)),
]


def matrices(leading, n, dtype="float64", seed=0):
    return numbers((*leading, n, n), dtype, seed) + 3 * np.eye(n, dtype=dtype)


def definite(leading, n, dtype="float64"):
    a = numbers((*leading, n, n), dtype)
    return a @ a.swapaxes(-1, -2) + np.eye(n, dtype=dtype)


def close(found, expected, dtype="float64"):
    assert found.dtype == dtype and found.shape == np.shape(expected)
    np.testing.assert_allclose(found.numpy(), expected, rtol=RTOL[dtype], atol=RTOL[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_of_given_ranks_are_numpys(dtype):
    a, b, u, v = (numbers(shape, dtype, seed) for seed, shape in enumerate([(3, 4), (4, 5), (4,), (4,)]))
    c, d = numbers((2, 3, 4), dtype), numbers((2, 4, 5), dtype, 1)
    close(wb.mm(a, b), a @ b, dtype)
    close(wb.tensor(c).bmm(d), c @ d, dtype)
    close(wb.mv(a, u), a @ u, dtype)
    close(wb.tensor(u).dot(v), u @ v, dtype)
    close(wb.outer(u, v), np.outer(u, v), dtype)
    close(wb.trace(a), np.trace(a), dtype)
    assert (
        wb.dot([1, 2], [3, 4]).item() == 11
        and wb.outer([1, 2], [3]).dtype == "int64"
        and wb.trace([[1, 2], [3, 4]]).item() == 5
    )


@pytest.mark.parametrize("equation,shapes", [(equation, shapes) for equation, *shapes in EQUATIONS])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_einsum_is_numpys(equation, shapes, dtype):
    arrays = [numbers(shape, dtype, seed) for seed, shape in enumerate(shapes)]
    close(wb.einsum(equation, *arrays), np.einsum(equation, *arrays), dtype)


@pytest.mark.parametrize(
    "equation",
    [
        "",
        "ij",
        "ij,jk,kl",
        "ij,jk->il",
        "ij,jk->ii",
        "i.j,jk",
        "ij,jk->ik->i",
        "ijk,jk",
        "1j,jk",
        "ij...jk,ab",
        "ij,jk-",
        "é,jk",
        "i\0j,jk",
    ],
)
def test_equations_that_are_none_are_refused(equation):
    with pytest.raises((wb.ArgumentError, wb.ShapeError, ValueError), match="einsum|null"):
        wb.einsum(equation, np.ones((2, 3)), np.ones((3, 4)))


def test_einsum_refuses_what_does_not_fit():
    with pytest.raises(wb.ShapeError, match="'j' in 'ij,jk' is 3 long in one operand and 4 in another"):
        wb.einsum("ij,jk", np.ones((2, 3)), np.ones((4, 5)))
    with pytest.raises(wb.ShapeError, match="'i' names two axes"):
        wb.einsum("ii", np.ones((2, 3)))
    with pytest.raises(wb.DTypeError, match="einsum"):
        wb.einsum("i->", np.ones(3, np.int64))
    with pytest.raises(wb.ArgumentError):
        wb.einsum("")
    with pytest.raises(wb.ArgumentError):
        wb.einsum(3, np.ones(3))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "leading,n", [((), 4), ((), 1), ((3,), 5), ((2, 3), 2), ((), 70), ((40,), 20), ((0,), 3), ((), 0), ((2,), 0)]
)
def test_factorisations_are_numpys(leading, n, dtype):
    a = matrices(leading, n, dtype) * (0.5 if n > 60 else 1)
    b = numbers((*leading, n, 3), dtype, 7)
    t = wb.tensor(a)
    close(t.inverse(), np.linalg.inv(a), dtype)
    close(wb.linalg.inv(a), np.linalg.inv(a), dtype)
    sign, logarithm = np.linalg.slogdet(a)
    close(t.slogdet().sign, sign, dtype)
    close(t.slogdet().logabsdet, logarithm, dtype)
    if n < 60:
        np.testing.assert_allclose(t.det().numpy(), np.linalg.det(a), rtol=2e-4 if dtype == "float32" else 1e-11)
    close(wb.linalg.solve(a, b), np.linalg.solve(a, b), dtype)
    close(wb.linalg.solve(a, b[..., 0]), np.linalg.solve(a, b[..., :1])[..., 0], dtype)
    close(
        wb.linalg.solve(a, b.swapaxes(-1, -2), left=False),
        np.linalg.solve(a.swapaxes(-1, -2), b).swapaxes(-1, -2),
        dtype,
    )
    p = definite(leading, n, dtype)
    lower = np.linalg.cholesky(p)
    close(wb.linalg.cholesky(p), lower, dtype)
    close(wb.tensor(p).cholesky(upper=True), lower.swapaxes(-1, -2), dtype)


def test_leading_axes_broadcast():
    a, b = matrices((2, 1), 3), numbers((4, 3, 2))
    close(wb.linalg.solve(a, b), np.linalg.solve(*np.broadcast_arrays(a, b[:, :, :1])[:1], b))
    close(wb.linalg.solve(a[0, 0], b), np.linalg.solve(a[0, 0], b))
    close(wb.linalg.solve(a, b[0, :, 0]), np.linalg.solve(a, b[0, :, :1])[..., 0])


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("unit", [True, False])
@pytest.mark.parametrize("transpose", [True, False])
def test_triangular_systems_are_scipys(upper, unit, transpose):
    a, b = matrices((), 5), numbers((5, 3), seed=4)
    expected = scipy.linalg.solve_triangular(a, b, lower=not upper, trans=1 if transpose else 0, unit_diagonal=unit)
    solution, coefficient = wb.triangular_solve(b, a, upper=upper, transpose=transpose, unitriangular=unit)
    close(solution, expected)
    close(coefficient, a)
    if not transpose:
        close(wb.linalg.solve_triangular(a, b, upper=upper, unitriangular=unit), expected)
        close(
            wb.linalg.solve_triangular(np.swapaxes(a, 0, 1), b.T, upper=not upper, left=False, unitriangular=unit),
            expected.T,
        )


def test_the_gradient_of_a_gaussians_density_is_a_finite_difference():
    y = numbers((4,), seed=3)

    def density(a):
        factor = np.linalg.cholesky(a)
        return (
            np.log(np.diagonal(factor)).sum() + 0.5 * (scipy.linalg.solve_triangular(factor, y, lower=True) ** 2).sum()
        )

    def of_tensors(a):
        factor = wb.cholesky(a)
        return (
            wb.einsum("ii->i", factor).log().sum()
            + 0.5 * wb.linalg.solve_triangular(factor, y[:, None], upper=False).square().sum()
        )

    a = definite((), 4)
    gradient = wb.grad(of_tensors)(wb.tensor(a)).numpy()
    np.testing.assert_allclose(gradient, slope(lambda v: density((v + v.T) / 2), a), rtol=1e-6, atol=1e-6)
    inverse = np.linalg.inv(a)
    np.testing.assert_allclose(gradient, (inverse - np.outer(inverse @ y, inverse @ y)) / 2, rtol=1e-10, atol=1e-10)


def test_singular_matrices_are_said_to_be_and_nothing_is_lost():
    batch = np.stack([np.eye(3), np.ones((3, 3)), np.eye(3)])
    with pytest.raises(wb.ArgumentError, match="inverse: matrix 1 of the batch is singular"):
        wb.inverse(batch).numpy()
    with pytest.raises(wb.ArgumentError, match="solve: the matrix is singular"):
        wb.linalg.solve(np.zeros((2, 2)), np.ones(2)).numpy()
    with pytest.raises(wb.ArgumentError, match="triangular_solve: the matrix is singular"):
        wb.linalg.solve_triangular(np.zeros((2, 2)), np.ones((2, 1)), upper=True).numpy()
    with pytest.raises(wb.ArgumentError, match="cholesky: matrix 0 of the batch is not positive definite"):
        wb.cholesky(-batch).numpy()
    np.testing.assert_array_equal(wb.cholesky(np.full((2, 2), np.nan)).numpy(), [[np.nan, 0], [np.nan, np.nan]])
    assert wb.det(batch).tolist() == [1, 0, 1]
    assert wb.slogdet(batch).sign.tolist() == [1, 0, 1] and wb.slogdet(batch).logabsdet.tolist() == [0, -np.inf, 0]

    parameter = wb.tensor(np.eye(2))

    @wb.compile
    def step(x):
        parameter.copy_(parameter * 2)
        return wb.inverse(x)

    step(np.eye(2))
    with pytest.raises(wb.ArgumentError, match="singular"):
        step(np.zeros((2, 2))).numpy()
    np.testing.assert_array_equal(parameter.numpy(), 2 * np.eye(2))
    np.testing.assert_array_equal(step(2 * np.eye(2)).numpy(), np.eye(2) / 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: wb.inverse(x),
        lambda x: wb.det(x),
        lambda x: wb.slogdet(x),
        lambda x: wb.cholesky(x),
        lambda x: wb.cholesky(x, upper=True),
        lambda x: wb.linalg.solve(x, x),
        lambda x: wb.linalg.solve_triangular(x, x, upper=True),
        lambda x: wb.mm(x, x),
        lambda x: wb.bmm(x, x),
        lambda x: wb.mv(x, x),
        lambda x: wb.dot(x, x),
        lambda x: wb.outer(x, x),
    ],
)
@pytest.mark.parametrize("shape", [(), (2, 3), (4, 2, 3), (2, 3, 4, 5)])
def test_shapes_that_do_not_fit_are_refused_where_the_function_is_called(call, shape):
    with pytest.raises(wb.ShapeError):
        call(np.ones(shape))


def test_right_hand_sides_that_do_not_fit_and_integers_are_refused():
    for b in (np.ones(()), np.ones(4), np.ones((2, 3)), np.ones((5, 4, 1))):
        with pytest.raises(wb.ShapeError, match="solve"):
            wb.linalg.solve(np.eye(3), b)
    with pytest.raises(wb.ShapeError, match="vector"):
        wb.linalg.solve(np.eye(3), np.ones(3), left=False)
    with pytest.raises(wb.DTypeError):
        wb.inverse(np.ones((2, 2), np.int64))


def test_any_number_of_threads_gives_the_same_bits():
    a, b = matrices((50,), 30), numbers((50, 30, 7))
    before, found = wb.get_num_threads(), []
    try:
        for threads in (1, 2, 7):
            wb.set_num_threads(threads)
            found.append(
                [
                    wb.inverse(a).numpy(),
                    wb.linalg.solve(a, b).numpy(),
                    wb.cholesky(definite((50,), 30)).numpy(),
                    wb.det(a).numpy(),
                ]
            )
    finally:
        wb.set_num_threads(before)
    for others in found[1:]:
        assert all(same_bits(one, other) for one, other in zip(found[0], others))


def test_without_openblas_a_sentence_says_what_to_install(tmp_path):
    (tmp_path / "libopenblas.so.0").write_bytes(b"no library")
    code = (
        "import wingbeat as wb\n"
        "print(wb.mm([[2.]], [[3.]]).item())\n"
        "try:\n    wb.inverse([[2.]])\nexcept wb.UnsupportedError as error:\n    print(error)\n"
    )
    value, sentence = python(code, LD_LIBRARY_PATH=str(tmp_path)).splitlines()
    assert value == "6.0" and "libopenblas0" in sentence


def test_an_axis_of_one_element_is_contracted_with_any_other():
    x, y = wb.arange(3.0).reshape(3, 1), wb.arange(8.0).reshape(4, 2)
    want = np.tensordot(np.arange(3.0), np.arange(8.0).reshape(4, 2).sum(0), 0)
    assert (wb.tensordot(x, y, ([1], [0])).numpy() == want).all()
    assert (wb.tensordot(y, x, ([0], [1])).numpy() == want.T).all()
    with pytest.raises(wb.ShapeError, match="tensordot"):
        wb.tensordot(x, y, ([0], [0]))


def test_a_scalar_has_a_row_of_powers():
    assert wb.linalg.vander(wb.tensor(3.0), N=3).tolist() == [[1.0, 3.0, 9.0]]
    assert wb.linalg.vander(wb.tensor(3.0)).tolist() == [[1.0]]
