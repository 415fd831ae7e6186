"""tensor[...] picks what NumPy picks."""

import numpy as np
import pytest

import wingbeat as wb
from support import numbers

X = np.arange(4 * 5 * 6).reshape(4, 5, 6)

KEYS = [
    0, -1, np.int64(2), (1, 2), (1, -2, 3), slice(None), slice(1, 3), slice(None, None, 2), slice(None, None, -1), slice(3, 0, -2), slice(-3, -1),
    slice(10, 20), slice(2, 1), slice(-100, 100), slice(0, 4, 3), slice(None, -10, -1), slice(2**70), None, ..., (..., 0), (0, ...), (..., None), (None, 0), (0, None),
    (slice(None), None, 1), (slice(None), 1), (slice(1, 3), slice(None, None, -1), slice(None, None, 2)), (1, slice(4, 1, -1), -1), (None, ..., None), (..., slice(1, 2)),
    (slice(None), slice(None), -1), (slice(None), -1, None, slice(2)), (), (slice(3, 3), 0),
    [0, 2], [0, -1, 1, 1], np.array([3, 0]), np.array([[0, 1], [2, -1]]), np.array(2), [], np.array([1], np.uint8), np.array([2], np.int32),
    (slice(None), [0, 4]), (..., [1, 2]), (slice(1, None), np.array([[0], [1]])), (slice(None, None, -1), [0, 1], slice(None, None, 2)), (0, [1, 2]), ([1, 2], 0),
    (None, [1, 2]), (slice(None), [0, 1], 2),
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_every_key_picks_what_numpy_picks(key):
    found, expected = wb.tensor(X)[key], np.asarray(X[key])
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.numpy(), expected)


def test_a_tensor_is_an_index_array_and_an_int():
    t = wb.tensor(X)
    np.testing.assert_array_equal(t[wb.tensor([2, 0])].numpy(), X[[2, 0]])
    np.testing.assert_array_equal(t[wb.tensor([[1], [3]], dtype="int32")].numpy(), X[[[1], [3]]])
    assert t[wb.tensor(1)].shape == X[1].shape


@pytest.mark.parametrize("key", [slice(None, None, -2), (slice(None), 1), ([0, 2, 2],), (..., None, slice(1, 4)), -1], ids=repr)
def test_the_gradient_goes_to_the_elements_that_were_picked_as_often_as_they_were(key):
    x = numbers((4, 5))
    t = wb.tensor(x, requires_grad=True)
    weights = numbers(x[key].shape, seed=1)
    (t[key] * weights).sum().backward()
    expected = np.zeros_like(x)
    np.add.at(expected, key, weights)
    np.testing.assert_allclose(t.grad.numpy(), expected, rtol=1e-14)


def test_indexing_an_index_is_a_new_tensor_that_later_writes_do_not_reach():
    t = wb.tensor([1.0, 2.0, 3.0])
    whole, part = t[:], t[1:]
    t.mul_(10)
    assert whole.tolist() == [1, 2, 3] and part.tolist() == [2, 3] and t.tolist() == [10, 20, 30]


def test_iteration_gives_the_rows_and_len_their_number():
    t = wb.tensor(X)
    assert len(t) == 4
    for row, expected in zip(t, X):
        np.testing.assert_array_equal(row.numpy(), expected)
    for what in (len, iter):
        with pytest.raises(TypeError, match="0-d"):
            what(wb.tensor(1.0))


@pytest.mark.parametrize("key, kind, words", [
    (4, IndexError, "4 is out of range for axis 0 of extent 4"),
    (-5, IndexError, "-5 is out of range"),
    (2**70, IndexError, "out of range"),
    ((0, 0, 0, 0), IndexError, "at most 3 indices, found 4"),
    ((..., ...), IndexError, "at most one"),
    ("a", TypeError, "found str"),
    (1.5, TypeError, "found float"),
    (slice("a", None), TypeError, "integer"),
    (slice(None, None, 0), ValueError, "step"),
    ([0.5], IndexError, "float64"),
    (True, IndexError, "bool"),
    (np.array([True, False, True, True]), IndexError, "where"),
    ([4], IndexError, "index 4 is out of range for an axis of extent 4"),
    ([-5], IndexError, "-5"),
    (([0], [1]), NotImplementedError, "one at a time"),
    ((0, slice(None), [1]), NotImplementedError, "two steps"),
])
def test_what_is_no_index_is_refused_with_a_sentence(key, kind, words):
    t = wb.tensor(X)
    with pytest.raises(kind, match=words):
        t[key].numpy()
    assert t[0, 0, 1].item() == 1


def test_an_element_cannot_be_assigned_and_the_tensor_stays_as_it_is():
    t = wb.zeros(3)
    with pytest.raises(TypeError, match="item assignment"):
        t[0] = 1
    assert t.tolist() == [0, 0, 0]
