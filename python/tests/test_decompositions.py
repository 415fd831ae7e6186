"""QR, eigenvalues and singular values against NumPy, and what only values show."""

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb

RTOL = {"float32": 2e-4, "float64": 1e-11}
SHAPES = [
    (4, 4),
    (6, 3),
    (3, 6),
    (1, 1),
    (1, 3),
    (3, 1),
    (3, 5, 2),
    (2, 3, 2, 4),
    (90, 70),
    (70, 90),
    (40, 20, 20),
    (0, 3, 2),
    (3, 0),
    (0, 3),
    (2, 0, 0),
]


def close(found, expected, dtype):
    assert found.dtype == dtype and found.shape == np.shape(expected)
    np.testing.assert_allclose(found.numpy(), expected, rtol=RTOL[dtype], atol=RTOL[dtype])


def signed(vectors, like):
    """Columns with the signs of `like`, since a decomposition has them up to that."""
    return vectors * np.sign((vectors * like).sum(-2, keepdims=True))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_qr_is_numpys(shape, dtype):
    a = numbers(shape, dtype)
    q, r = wb.linalg.qr(a)
    expected = np.linalg.qr(a)
    close(q, expected[0], dtype)
    close(r, expected[1], dtype)
    assert not np.tril(r.numpy(), -1).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_svd_is_numpys(shape, dtype):
    a = numbers(shape, dtype)
    u, s, v = wb.linalg.svd(a, full_matrices=False)
    k = min(shape[-2:])
    assert u.shape == (*shape[:-1], k) and s.shape == (*shape[:-2], k) and v.shape == (*shape[:-2], k, shape[-1])
    close(s, np.linalg.svd(a, compute_uv=False) if k else np.zeros(s.shape), dtype)
    close(wb.linalg.svdvals(a), s.numpy(), dtype)
    close(wb.einsum("...ik,...k,...kj->...ij", u, s, v), a, dtype)
    for factor in (u.mT @ u, v @ v.mT):
        close(factor, np.broadcast_to(np.eye(k), factor.shape), dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(4, 4), (1, 1), (3, 5, 5), (80, 80), (40, 20, 20), (0, 3, 3), (0, 0)])
def test_eigh_is_numpys(shape, dtype):
    a = numbers(shape, dtype)
    for triangle in "LU":
        values, vectors = wb.linalg.eigh(a, UPLO=triangle)
        expected = np.linalg.eigh(a, UPLO=triangle)
        close(values, expected[0], dtype)
        close(wb.linalg.eigvalsh(a, triangle), expected[0], dtype)
        if shape[-1] < 20 or dtype == "float64":
            np.testing.assert_allclose(
                signed(vectors.numpy(), expected[1]),
                expected[1],
                rtol=1e-3 if dtype == "float32" else 1e-8,
                atol=1e-3 if dtype == "float32" else 1e-8,
            )


def test_what_is_not_finite_is_said_to_be():
    for function in (wb.linalg.eigh, wb.linalg.eigvalsh, wb.linalg.svd, wb.linalg.svdvals):
        for value in (np.nan, np.inf):
            with pytest.raises(wb.NotFiniteError, match="position 3"):
                found = function(np.array([[1, 2], [3, value]]))
                (found if isinstance(found, wb.Tensor) else found[0]).numpy()


def test_wrong_arguments_are_refused_where_the_function_is_called():
    for function in (wb.linalg.eigh, wb.linalg.svd, wb.linalg.qr):
        for x in (np.ones(()), np.ones(3)):
            with pytest.raises(wb.ShapeError):
                function(x)
        with pytest.raises(wb.DTypeError):
            function(np.ones((2, 2), np.int64))
    with pytest.raises(wb.ShapeError):
        wb.linalg.eigh(np.ones((2, 3)))
    for call in (lambda: wb.linalg.eigh(np.eye(2), "x"), lambda: wb.linalg.qr(np.eye(2), mode="raw")):
        with pytest.raises((wb.ArgumentError, TypeError), match="expected|takes"):
            call()


def test_any_number_of_threads_gives_the_same_bits():
    a = numbers((50, 24, 16))
    before, found = wb.get_num_threads(), []
    try:
        for threads in (1, 2, 7):
            wb.set_num_threads(threads)
            found.append(
                [
                    tensor.numpy()
                    for tensor in (*wb.linalg.qr(a), *wb.linalg.svd(a, full_matrices=False), *wb.linalg.eigh(a[:, :16]))
                ]
            )
    finally:
        wb.set_num_threads(before)
    for others in found[1:]:
        assert all(same_bits(one, other) for one, other in zip(found[0], others))
