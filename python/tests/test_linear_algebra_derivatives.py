"""Derivatives of linear algebra, in every nesting, against finite differences of NumPy's functions."""

import numpy as np
import pytest
import scipy.linalg

import wingbeat as wb
from support import numbers, slope

B = numbers((3, 2), seed=5)
WEIGHTS = numbers((8, 8), seed=9)


def even(x):
    return (x + x.swapaxes(-1, -2)) / 2 if isinstance(x, np.ndarray) else (x + x.mT) / 2


# Of matrices: the function of tensors, the same of arrays, and a shape. What has a sign of its own choice is squared.
FUNCTIONS = {
    "inverse": (wb.inverse, np.linalg.inv, (3, 3)),
    "det": (wb.det, np.linalg.det, (3, 3)),
    "slogdet": (lambda x: wb.slogdet(x).logabsdet, lambda x: np.linalg.slogdet(x)[1], (3, 3)),
    "solve": (lambda x: wb.solve(x, B), lambda x: np.linalg.solve(x, B), (3, 3)),
    "solve both": (lambda x: wb.solve(x, x[:, :2]), lambda x: np.linalg.solve(x, x[:, :2]), (3, 3)),
    "solve left": (lambda x: wb.solve(x, x[:2] * 2, left=False), lambda x: x[:2] * 2 @ np.linalg.inv(x), (3, 3)),
    "upper": (lambda x: wb.solve_triangular(x, B, upper=True), lambda x: scipy.linalg.solve_triangular(x, B), (3, 3)),
    "lower unit": (lambda x: wb.solve_triangular(x, x[:, :2], upper=False, unitriangular=True),
                   lambda x: scipy.linalg.solve_triangular(x, x[:, :2], lower=True, unit_diagonal=True), (3, 3)),
    "cholesky": (lambda x: wb.cholesky(x @ x.mT), lambda x: np.linalg.cholesky(x @ x.T), (3, 3)),
    "cholesky upper": (lambda x: wb.cholesky(x @ x.mT, upper=True), lambda x: np.linalg.cholesky(x @ x.T).T, (3, 3)),
    "Q": (lambda x: wb.qr(x).Q, lambda x: np.linalg.qr(x)[0], (4, 3)),
    "R": (lambda x: wb.qr(x).R, lambda x: np.linalg.qr(x)[1], (4, 3)),
    "R wide": (lambda x: wb.qr(x).R, lambda x: np.linalg.qr(x)[1], (2, 4)),
    "eigenvalues": (lambda x: wb.eigvalsh(even(x)), lambda x: np.linalg.eigvalsh(even(x)), (3, 3)),
    "eigenvectors": (lambda x: wb.eigh(even(x))[1].square(), lambda x: np.linalg.eigh(even(x))[1] ** 2, (3, 3)),
    "singular values": (wb.svdvals, lambda x: np.linalg.svd(x, compute_uv=False), (4, 3)),
    "U": (lambda x: wb.svd(x, full_matrices=False).U.square(), lambda x: np.linalg.svd(x, full_matrices=False)[0] ** 2, (4, 3)),
    "Vh": (lambda x: wb.svd(x, full_matrices=False).Vh.square(), lambda x: np.linalg.svd(x, full_matrices=False)[2] ** 2, (2, 4)),
    "U square": (lambda x: wb.svd(x).U.square(), lambda x: np.linalg.svd(x)[0] ** 2, (3, 3)),
    "einsum": (lambda x: wb.einsum("ij,kj,ii->k", x, x, x), lambda x: np.einsum("ij,kj,ii->k", x, x, x), (3, 3)),
    "trace": (lambda x: wb.trace(x @ x), lambda x: np.trace(x @ x), (3, 3)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_nesting_is_what_finite_differences_find(name):
    function, reference, shape = FUNCTIONS[name]
    x = numbers(shape, seed=2) + np.diag([3.0, -2.5, 2, 1.5])[:shape[0], :shape[1]]
    u, v = numbers(shape, seed=3), numbers(shape, seed=4)
    weights = WEIGHTS.ravel()[:np.size(reference(x))].reshape(np.shape(reference(x)))
    weighed = lambda t: (function(t) * weights).sum()  # noqa: E731
    gradient = wb.grad(weighed)
    forward = lambda t: wb.jvp(weighed, (t,), (wb.tensor(u),))[1]  # noqa: E731
    t = wb.tensor(x)
    first = slope(lambda a: (reference(a) * weights).sum(), x)
    near = {"rtol": 1e-5, "atol": 1e-5 * max(1, abs(first).max())}
    np.testing.assert_allclose(gradient(t).numpy(), first, **near)
    np.testing.assert_allclose(forward(t).item(), (first * u).sum(), **near)
    step = 1e-5
    second = (gradient(wb.tensor(x + step * u)).numpy() - gradient(wb.tensor(x - step * u)).numpy()) / (2 * step)
    near = {"rtol": 1e-5, "atol": 1e-5 * max(1, abs(second).max())}
    np.testing.assert_allclose(wb.grad(lambda a: (wb.grad(weighed)(a) * u).sum())(t).numpy(), second, **near)
    np.testing.assert_allclose(wb.jvp(gradient, (t,), (wb.tensor(u),))[1].numpy(), second, **near)
    np.testing.assert_allclose(wb.grad(forward)(t).numpy(), second, **near)
    np.testing.assert_allclose(wb.jvp(forward, (t,), (wb.tensor(v),))[1].item(), (second * v).sum(), **near)
