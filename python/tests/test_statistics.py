"""Statistics, scans and searches where the table of operations does not look: ties, weights, whole numbers that no
float holds, captured programs, sentences."""

import numpy as np
import pytest
from support import numbers

import wingbeat as wb

BIG = 2**53


@pytest.mark.parametrize("function", [wb.median, wb.nanmedian])
def test_equal_middles_share_the_derivative_of_all_and_one_has_it_along_an_axis(function):
    x = wb.tensor([1.0, 3.0, 3.0, 3.0, 9.0], dtype="float64")
    np.testing.assert_allclose(wb.grad(lambda x: 6 * function(x))(x).numpy(), [0, 2, 2, 2, 0])
    assert sorted(wb.grad(lambda x: function(x, 0).values)(x).tolist()) == [0, 0, 0, 0, 1]


def test_nothing_has_the_median_nan():
    assert np.isnan(wb.median(wb.zeros(0)).item()) and np.isnan(wb.nanmedian(wb.zeros(0, 3)).item())
    with pytest.raises(wb.ShapeError, match="median: an element at least"):
        wb.median(wb.zeros(0, 3), 0)


def test_both_extremes_share_the_derivative_among_equal_ones():
    x = wb.tensor([[2.0, 2.0, 1.0], [0.0, 5.0, 5.0]], dtype="float64")
    found = wb.grad(lambda x: wb.aminmax(x, dim=1).max.sum())(x)
    np.testing.assert_array_equal(found.numpy(), [[0.5, 0.5, 0], [0, 0.5, 0.5]])
    assert wb.aminmax(x, dim=1).min.tolist() == [1, 0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bincount_sums_weights_with_their_derivative(dtype):
    labels, weights = np.array([3, 0, 3, 1]), numbers((4,), dtype)
    found = wb.bincount(wb.tensor(labels), weights, minlength=6)
    assert found.dtype == dtype
    np.testing.assert_allclose(found.numpy(), np.bincount(labels, weights, 6), rtol=1e-6)
    slopes = wb.grad(lambda w: (wb.bincount(wb.tensor(labels), w) * wb.tensor([1.0, 2, 3, 4], dtype=dtype)).sum())
    assert slopes(wb.tensor(weights)).tolist() == [4, 1, 4, 2]
    assert wb.bincount(wb.tensor(labels), wb.tensor([1, 2, 3, 4])).dtype == "float64"


def test_bincount_refuses_what_counts_nothing():
    with pytest.raises(wb.ArgumentError, match="bincount: no number may be negative, but -1"):
        wb.bincount(wb.tensor([0, -1]))
    with pytest.raises(wb.ShapeError, match="bincount: a vector is expected"):
        wb.bincount(wb.tensor([[1]]))
    with pytest.raises(wb.OutOfMemoryError):
        wb.bincount(wb.tensor([2**62]))
    with pytest.raises(wb.StateError, match="bincount: the largest label is not known inside a capture"):
        wb.compile(wb.bincount)(wb.tensor([1, 2]))


@pytest.mark.parametrize("right", [False, True])
def test_searches_are_exact_where_float64_is_not(right):
    rows = np.array([[-BIG - 1, -BIG, 0, BIG, BIG + 1, BIG + 2], [0, 0, 1, BIG + 1, BIG + 1, 2**62]])
    values = np.array([[BIG + 1, -BIG, BIG + 3, 5], [BIG, BIG + 1, 0, -1]])
    side = "right" if right else "left"
    want = [np.searchsorted(row, some, side) for row, some in zip(rows, values)]
    np.testing.assert_array_equal(wb.searchsorted(rows, values, right=right).numpy(), want)
    np.testing.assert_array_equal(wb.bucketize(values, rows[0], right=right), np.searchsorted(rows[0], values, side))
    assert wb.isin(wb.tensor([BIG, BIG + 1]), wb.tensor([BIG + 1, 7])).tolist() == [False, True]


def test_places_are_int32_if_asked_for():
    assert wb.searchsorted([1.0, 2.0], [1.5], out_int32=True).dtype == "int32"
    assert wb.bucketize(1.5, [1.0, 2.0], out_int32=True).dtype == "int32"
    assert wb.searchsorted([1.0, 2.0], 1.5).shape == () and wb.bucketize(wb.zeros(2, 0), [1.0]).shape == (2, 0)


def test_searches_refuse_what_does_not_fit():
    with pytest.raises(wb.ArgumentError, match="searchsorted: side 'left' and right=True exclude each other"):
        wb.searchsorted([1.0], 2.0, side="left", right=True)
    with pytest.raises(wb.ShapeError, match=r"searchsorted: one sorted row.*\[2, 3\] and \[3, 1\]"):
        wb.searchsorted(np.zeros((2, 3)), np.zeros((3, 1)))
    with pytest.raises(wb.ShapeError, match="bucketize: boundaries must be a vector"):
        wb.bucketize([1.0], [[1.0]])


def test_a_share_outside_0_to_1_is_an_error_when_it_is_known():
    for q in (1.5, -0.1, np.nan, [0.5, 2.0]):
        with pytest.raises(wb.ArgumentError, match="quantile: q from 0 to 1 is expected"):
            wb.quantile([1.0, 2.0], q)
    with pytest.raises(wb.RangeError):
        wb.quantile([1.0, 2.0], wb.tensor([0.9]) - 1.4).tolist()


def test_captured_programs_compute_the_same():
    x = numbers((3, 7), "float64")

    def everything(x):
        return (
            *wb.cummax(x, 1),
            wb.logcumsumexp(x, 0),
            wb.median(x),
            wb.quantile(x, 0.3, 1),
            *wb.mode(x, 1),
            wb.histc(x, 5),
            wb.cov(x),
            wb.bucketize(x, wb.sort(x[0]).values),
            *wb.gradient(x),
        )

    for found, want in zip(wb.compile(everything)(wb.tensor(x)), everything(wb.tensor(x)), strict=True):
        np.testing.assert_array_equal(found.numpy(), want.numpy())


def test_how_many_runs_there_are_is_not_known_in_a_captured_program():
    with pytest.raises(wb.StateError, match="unique_consecutive: how many runs"):
        wb.compile(wb.unique_consecutive)(wb.tensor([1.0, 1.0]))
    assert [part.tolist() for part in wb.unique_consecutive(wb.zeros(0), True, True)] == [[], [], []]


def test_the_sum_of_exponentials_stays_exact_over_a_wide_range():
    x = np.concatenate([np.full(3, -np.inf), [-1e4, 700.0, 1e4, -1e4, 1e4]])
    np.testing.assert_allclose(wb.logcumsumexp(x, 0).numpy(), np.logaddexp.accumulate(x), rtol=1e-15)
    slope = wb.grad(lambda x: wb.logcumsumexp(x, 0)[-1])(wb.tensor(x)).numpy()
    np.testing.assert_allclose(slope, [0, 0, 0, 0, 0, 0.5, 0, 0.5])


def test_slopes_need_enough_places():
    with pytest.raises(wb.ShapeError, match="gradient: 3 elements at least are expected along axis 0"):
        wb.gradient([1.0, 2.0], edge_order=2)
    with pytest.raises(wb.ShapeError, match=r"gradient: coordinates \[3\] are expected"):
        wb.gradient([1.0, 2.0, 3.0], spacing=[np.array([0.0, 1.0])])
    with pytest.raises(wb.ArgumentError, match="gradient: a spacing for each axis"):
        wb.gradient(np.zeros((3, 3)), spacing=(1.0, 2.0, 3.0))
