"""tensor[...] picks what NumPy picks, and tensor[...] = value writes what NumPy writes."""

import numpy as np
import pytest
from support import DTYPES, numbers, same_bits, slope

import wingbeat as wb

X = np.arange(4 * 5 * 6).reshape(4, 5, 6)
M = X * X % 7 < 3
M[:, 0, 0] = [True, False, False, True]
T, F = True, False

KEYS = [
    0,
    -1,
    np.int64(2),
    (1, 2),
    (1, -2, 3),
    slice(None),
    slice(1, 3),
    slice(None, None, 2),
    slice(None, None, -1),
    slice(3, 0, -2),
    slice(-3, -1),
    slice(10, 20),
    slice(2, 1),
    slice(-100, 100),
    slice(0, 4, 3),
    slice(None, -10, -1),
    slice(2**70),
    None,
    ...,
    (..., 0),
    (0, ...),
    (..., None),
    (None, 0),
    (0, None),
    (slice(None), None, 1),
    (slice(None), 1),
    (slice(1, 3), slice(None, None, -1), slice(None, None, 2)),
    (1, slice(4, 1, -1), -1),
    (None, ..., None),
    (..., slice(1, 2)),
    (slice(None), slice(None), -1),
    (slice(None), -1, None, slice(2)),
    (),
    (slice(3, 3), 0),
    [0, 2],
    [0, -1, 1, 1],
    np.array([3, 0]),
    np.array([[0, 1], [2, -1]]),
    np.array(2),
    [],
    np.array([1], np.uint8),
    np.array([2], np.int32),
    (slice(None), [0, 4]),
    (..., [1, 2]),
    (slice(1, None), np.array([[0], [1]])),
    (slice(None, None, -1), [0, 1], slice(None, None, 2)),
    (0, [1, 2]),
    ([1, 2], 0),
    (None, [1, 2]),
    (slice(None), [0, 1], 2),
    range(2),
    (range(3), range(3)),
    # several index arrays: neighbours, apart, with ints among them, broadcasting, empty
    ([0, 1], [2, 3]),
    ([0, 1], [2, 3], [4, 5]),
    ([[0], [1]], [2, 3]),
    (slice(None), [0, 1], [2, 3]),
    ([0, 1], slice(None), [2, 3]),
    ([0, 1], slice(1, 3), [[2], [3]]),
    ([0, 1], None, [2, 3]),
    ([0, 1], ..., [2, 3]),
    (0, slice(None), [1, 2]),
    ([0, 1], slice(None), 2),
    (0, [1, 2], [3, 4]),
    ([1, 2], 0, [3, 4]),
    (0, None, [1, 2]),
    ([0, 1], 0, slice(None, None, -2)),
    (slice(None), 0, [1, 2]),
    ([], [], slice(2)),
    ([[]], [[]]),
    ([-1, -4], [-5, 4]),
    (np.array(1), [0, 2]),
    (np.array(1), slice(None), [0, 2]),
    (None, [0, 1], None, [2, 3]),
    (..., [0, 1], None, 2),
    ([0, 1], np.array([1, 2], np.uint8), np.array([0], np.int32)),
    # masks
    M,
    ~M,
    M & F,
    M[:, :, 0],
    M[:, 0, 0],
    [T, F, T, T],
    (slice(None), [T, F, F, T, T]),
    (..., M[0, 0]),
    (0, M[0]),
    (M[:, 0, 0], 1),
    (M[:, :, 0], 2),
    (M[:, :, 0], [1]),
    (slice(1, None), M[0]),
    (M[:, 0, 0], slice(None), [1, 2]),
    ([0, 3], [T, F, F, F, T]),
    (M[:, 0, 0], slice(None, None, -1)),
    (slice(None), M[0, :, 0], None, 3),
    T,
    F,
    (T, 0),
    (0, T),
    (..., T),
    (T, [0, 1]),
    ([0], F, slice(None)),
    np.True_,
    (None, T),
    (T, T, 1),
    np.array(True),
]


def as_text(key):
    return repr(key).replace("\n", "")[:60]


@pytest.mark.parametrize("key", KEYS, ids=as_text)
def test_every_key_picks_what_numpy_picks(key):
    found, expected = wb.tensor(X)[key], np.asarray(X[key])
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.numpy(), expected)


def values_for(shape, seed):
    """Values of several shapes that broadcast to one: all of it, and with some axes of extent 1 or missing."""
    rng = np.random.default_rng(seed)
    yield 7
    yield -np.arange(np.prod(shape, dtype=int)).reshape(shape) - 1
    if shape:
        small = tuple(1 if rng.random() < 0.5 else extent for extent in shape)
        yield -np.arange(np.prod(small, dtype=int)).reshape(small) - 1
        yield -np.arange(np.prod(shape[1:], dtype=int)).reshape(shape[1:]) - 1
    if len(shape) > 1:
        yield np.full((1,) * (len(shape) + 1), 9)


@pytest.mark.parametrize("key", KEYS, ids=as_text)
def test_assignment_through_every_key_writes_what_numpy_writes(key):
    for value in values_for(X[key].shape, 1):
        t, expected = wb.tensor(X), X.copy()
        t[key] = value
        expected[key] = value
        np.testing.assert_array_equal(t.numpy(), expected)


@pytest.mark.parametrize("key", KEYS, ids=as_text)
def test_augmented_assignment_through_every_key(key):
    t, expected = wb.tensor(X), X.copy()
    t[key] += 100
    expected[key] += 100
    np.testing.assert_array_equal(t.numpy(), expected)


def random_key(rng, shape):
    """An index expression of all kinds of entries."""

    def entry(extent):
        kind = rng.integers(4)
        if kind == 0 and extent:
            return int(rng.integers(-extent, extent))
        if kind == 1 and extent and picks:
            index = rng.integers(-extent, extent, common[rng.integers(len(common)) :])
            return (
                index.tolist() if rng.random() < 0.3 else index.astype(rng.choice(["int8", "int16", "int32", "int64"]))
            )
        bounds = [None if rng.random() < 0.4 else int(rng.integers(-extent - 2, extent + 3)) for _ in range(2)]
        return slice(*bounds, None if rng.random() < 0.5 else int(rng.choice([-3, -2, -1, 1, 2, 3])))

    picks, common = rng.random() < 0.7, [(2, 3), (3,), (1,), ()][rng.integers(4) :][0]
    common = common or (1,)
    key, axis = [], 0
    count = int(rng.integers(len(shape) + 1))
    while axis < count:
        if picks and rng.random() < 0.15 and common[-1] == 3 and axis + 1 <= count:
            mask = np.zeros(shape[axis], bool)
            if mask.size >= 3:
                mask[rng.choice(mask.size, 3, replace=False)] = True
                key.append(mask)
                axis += 1
                continue
        key.append(entry(shape[axis]))
        axis += 1
    for extra in (None, None, ...):
        if rng.random() < 0.25:
            key.insert(int(rng.integers(len(key) + 1)), extra)
    dots = [at for at, entry in enumerate(key) if entry is Ellipsis]
    if dots:  # what lies behind the dots indexes the last axes
        tail = [entry for entry in key[dots[0] + 1 :] if entry is not None]
        key[dots[0] + 1 :] = (
            key[dots[0] + 1 :]
            if not tail
            else [entry for entry in key[dots[0] + 1 :] if entry is None] + [slice(None)] * len(tail)
        )
    return tuple(key)


@pytest.mark.parametrize("seed", range(60))
def test_random_keys_read_and_write_as_numpy_does(seed):
    rng = np.random.default_rng(seed)
    for _ in range(20):
        shape = tuple(rng.integers(0 if rng.random() < 0.1 else 1, 6, rng.integers(0, 5)))
        dtype = rng.choice(DTYPES)
        x = np.array(numbers(shape, dtype, int(rng.integers(1000))))
        key = random_key(rng, shape)
        t = wb.tensor(x)
        expected = np.asarray(x[key])
        assert same_bits(t[key].numpy(), expected), (shape, key)
        value = numbers(expected.shape, dtype, 5)
        t[key] = value
        x[key] = value
        assert same_bits(t.numpy(), x), (shape, key)


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_index_arrays_of_every_integer_type(kind):
    index = np.array([3, 0, 3], kind)
    np.testing.assert_array_equal(wb.tensor(X)[index].numpy(), X[index])
    np.testing.assert_array_equal(wb.tensor(X)[index, :, index].numpy(), X[index, :, index])
    t, expected = wb.tensor(X), X.copy()
    t[:, index] = 0
    expected[:, index] = 0
    np.testing.assert_array_equal(t.numpy(), expected)


def test_a_tensor_is_an_index_array_a_mask_and_an_int():
    t = wb.tensor(X)
    np.testing.assert_array_equal(t[wb.tensor([2, 0])].numpy(), X[[2, 0]])
    np.testing.assert_array_equal(t[wb.tensor([[1], [3]], dtype="int32")].numpy(), X[[[1], [3]]])
    np.testing.assert_array_equal(t[wb.tensor([3], dtype="uint8"), wb.tensor([1, 2])].numpy(), X[[3], [1, 2]])
    assert t[wb.tensor(1)].shape == X[1].shape
    np.testing.assert_array_equal(t[t > 60].numpy(), X[X > 60])


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_last_of_several_values_for_one_place_stays(dtype):
    rng = np.random.default_rng(3)
    for shape, count in (((7,), 50), ((7, 3), 50), ((2, 5), 1000), ((300,), 100_000)):
        x, index = numbers(shape, dtype), rng.integers(-shape[0], shape[0], count)
        value = numbers((count,) + shape[1:], dtype, 1)
        t = wb.tensor(x)
        t[index] = value
        for place, row in zip(index, value):
            x[place] = row
        assert same_bits(t.numpy(), x)


CASES = [
    slice(None, None, -2),
    (slice(None), 1),
    ([0, 2, 2],),
    (..., None, slice(1, 4)),
    -1,
    ([0, 2], [1, 1]),
    ([3, 3], slice(None, None, -1)),
    ([0, 2, 0], [1, 1, 1]),
    (0, [1, 1]),
    np.arange(20).reshape(4, 5) % 3 == 0,
    [T, F, F, T],
    (slice(1, 3), [T, F, T, F, T]),
    T,
    ([], 0),
    (slice(2, 2),),
]


@pytest.mark.parametrize("key", CASES, ids=as_text)
def test_the_gradient_goes_to_the_elements_that_were_picked_as_often_as_they_were(key):
    x = numbers((4, 5))
    t = wb.tensor(x, requires_grad=True)
    weights = numbers(x[key].shape, seed=1)
    (t[key] * weights).sum().backward()
    expected = np.zeros_like(x)
    np.add.at(expected, key, weights)
    np.testing.assert_allclose(t.grad.numpy(), expected, rtol=1e-14)


@pytest.mark.parametrize("key", CASES, ids=as_text)
def test_an_assignment_passes_gradients_to_what_stays_of_the_old_value_and_of_the_new(key):
    x, y, w = numbers((4, 5)), numbers(np.zeros((4, 5))[key].shape, seed=1), numbers((4, 5), seed=2)

    def assigned(x, y):
        x = x * x
        x[key] = y * y
        return (x * x * w).sum()

    a, b = wb.tensor(x, requires_grad=True), wb.tensor(y, requires_grad=True)
    assigned(a, b).backward()
    np.testing.assert_allclose(a.grad.numpy(), slope(lambda x: assigned(x, y), x), rtol=1e-6, atol=1e-8)
    if b.numel():
        np.testing.assert_allclose(b.grad.numpy(), slope(lambda y: assigned(x, y), y), rtol=1e-6, atol=1e-8)
    # second derivatives: the gradient's slope along a direction
    u, v = numbers(x.shape, seed=3), numbers(y.shape, seed=4)
    gradient = wb.grad(lambda x, y: assigned(x, y), argnums=(0, 1))
    _, along = wb.jvp(gradient, (wb.tensor(x), wb.tensor(y)), (wb.tensor(u), wb.tensor(v)))
    above, below = (
        gradient(wb.tensor(x + 1e-5 * u), wb.tensor(y + 1e-5 * v)),
        gradient(wb.tensor(x - 1e-5 * u), wb.tensor(y - 1e-5 * v)),
    )
    for product, high, low in zip(along, above, below):
        np.testing.assert_allclose(product.numpy(), (high.numpy() - low.numpy()) / 2e-5, rtol=1e-6, atol=1e-7)


def test_an_index_without_tensors_is_a_view_and_one_with_tensors_a_new_tensor():
    t = wb.tensor([1.0, 2.0, 3.0])
    whole, part, picked, same = t[:], t[1:], t[[0, 1]], t
    t[0] = 5
    t.mul_(10)
    picked[1] = 7
    assert whole.tolist() == [50, 20, 30] and part.tolist() == [20, 30] and picked.tolist() == [1, 7]
    part[0] = -1
    assert whole.tolist() == t.tolist() == same.tolist() == [50, -1, 30]
    part[0] = 20
    a = t.numpy()
    t[:] = 0
    assert a.tolist() == [50, 20, 30]


def test_a_leaf_that_requires_gradients_is_assigned_to_only_while_they_are_disabled():
    w = wb.tensor([1.0, 2.0, 3.0], requires_grad=True)
    for key in (0, [True, False, False], [0], slice(None)):
        with pytest.raises(wb.StateError, match="no_grad"):
            w[key] = 7.0
    assert w.detach().tolist() == [1, 2, 3]
    with wb.no_grad():
        w[0] = 7
        w[w > 6] += 1
    assert w.is_leaf and w.requires_grad and w.detach().tolist() == [8, 2, 3]
    (w * w).sum().backward()
    assert w.grad.tolist() == [16, 4, 6]
    w.grad[0] = 0
    assert w.grad.tolist() == [0, 4, 6]


def test_a_tensor_that_takes_a_leafs_values_is_no_leaf_and_leaves_the_leaf_alone():
    w = wb.tensor([1.0, 2.0], requires_grad=True)
    for assign in (lambda t: t.__setitem__(slice(None), w), lambda t: t.copy_(w)):
        t = wb.zeros(2)
        assign(t)
        assert t.requires_grad and not t.is_leaf
        t[0] = 5
        assert t.detach().tolist() == [5, 2] and w.detach().tolist() == [1, 2]
        with wb.no_grad():
            u = wb.zeros(2)
            assign(u)
        assert not u.requires_grad


def test_a_chain_of_assignments():
    t, expected = wb.zeros(100, 3), np.zeros((100, 3), np.float32)
    for i in range(1, 100):
        t[i] = t[i - 1] + i
        expected[i] = expected[i - 1] + i
        if i % 30 == 0:
            assert t.sum().item() == expected.sum()
    np.testing.assert_array_equal(t.numpy(), expected)


def test_values_that_come_from_the_tensor_itself():
    x = numbers((6, 6), "float32")
    for target, source in (
        (slice(1, 4), slice(0, 3)),
        (slice(None), slice(None, None, -1)),
        ([0, 1], [1, 0]),
        (slice(None, None, 2), slice(3)),
    ):
        t, expected = wb.tensor(x), x.copy()
        t[target] = t[source]
        expected[target] = x[source]
        assert same_bits(t.numpy(), expected)
    t = wb.tensor(x)
    t[:] = t.T
    assert same_bits(t.numpy(), x.T.copy())


def test_iteration_gives_the_rows_and_len_their_number():
    t = wb.tensor(X)
    assert len(t) == 4
    for row, expected in zip(t, X):
        np.testing.assert_array_equal(row.numpy(), expected)
    for what in (len, iter):
        with pytest.raises(TypeError, match="0-d"):
            what(wb.tensor(1.0))


REFUSED = [
    (4, IndexError, "index 4 is out of range for axis 0 of extent 4"),
    ((0, -6), IndexError, "index -6 is out of range for axis 1 of extent 5"),
    (2**70, IndexError, "out of range"),
    ((0, 0, 0, 0), IndexError, r"too many indices: \[4, 5, 6\] has 3 axes, but 4 are indexed"),
    ((M, 0), IndexError, "too many indices"),
    ((..., ...), IndexError, "at most one"),
    ("a", TypeError, "found str"),
    (1.5, TypeError, "found float"),
    (slice("a", None), TypeError, "integer"),
    (slice(None, None, 0), ValueError, "step"),
    ([0.5], IndexError, "float64"),
    ([[0], [1, 2]], IndexError, "different lengths"),
    (wb.tensor([0.5]), TypeError, "integers or bools"),
    ([True, False], ValueError, r"mask of \[2\] is given for axes 0 ..< 1 of \[4, 5, 6\], which have \[4\]"),
    ((0, M), IndexError, "too many"),
    ((slice(None), M[:, :, 0]), ValueError, "which have \\[5, 6\\]"),
    ([4], IndexError, "index 4 is out of range for axis 0 of extent 4"),
    ([-5], IndexError, "index -5 is out of range for axis 0"),
    ((0, [5]), IndexError, "index 5 is out of range for axis 1 of extent 5"),
    (([0], [0], [6]), IndexError, "index 6 is out of range for axis 2 of extent 6"),
    ((slice(None), [0, 1, 2, 9]), IndexError, "index 9 is out of range for axis 1"),
    (([0, 1], [0, 1, 2]), ValueError, r"do not broadcast together: \[2\] and \[3\]"),
]


@pytest.mark.parametrize("key, kind, words", REFUSED, ids=[as_text(key) for key, *_ in REFUSED])
def test_what_is_no_index_is_refused_with_a_sentence_and_nothing_is_lost(key, kind, words):
    t = wb.tensor(X)
    with pytest.raises(kind, match=words):
        t[key].numpy()
    assert t[0, 0, 1].item() == 1
    with pytest.raises(kind, match=words):
        t[key] = 0
        t.numpy()


@pytest.mark.parametrize(
    "target, key, value, kind, words",
    [
        (X, 0, np.zeros((2, 6), int), ValueError, r"values of \[2, 6\] do not broadcast to the \[5, 6\]"),
        (X, [0, 1], np.zeros((3, 5, 6), int), ValueError, "do not broadcast"),
        (X, M, np.arange(3), ValueError, "do not broadcast"),
        (X, 0, 0.5, TypeError, "int64 cannot take the float 0.5"),
        (X, 0, np.float32(0.5), TypeError, "cannot take"),
        (X, 0, wb.tensor(0.5), TypeError, "cannot take values of float32"),
        (X.astype("uint8"), 0, 300, ValueError, "300"),
        (X, 0, "a", TypeError, "expected numbers"),
        (X, 0, None, TypeError, "expected numbers"),
    ],
    ids=as_text,
)
def test_values_that_do_not_fit_are_refused_and_the_tensor_stays_as_it_is(target, key, value, kind, words):
    t = wb.tensor(target)
    with pytest.raises(kind, match=words):
        t[key] = value
    assert same_bits(t.numpy(), target)


def test_inside_a_capture_block_assignments_are_recorded_and_masks_are_not_asked_for_values():
    state = wb.zeros(5)

    @wb.compile
    def step(x, index):
        state[1:3] += x[:2]
        state[index] = x[index] * 2
        state[x > 2] = -1
        y = x * 1
        y[::2] = 0
        y[y > 1] += 1  # read by a mask needs its values
        return y

    @wb.compile
    def fits(x, index):
        state[1:3] += x[:2]
        state[index] = x[index] * 2
        state[x > 2] = -1
        y = x * 1
        y[::2] = 0
        return y.masked_fill(y == 0, 9)

    x, index = np.array([1, 2, 3, 1, 1], np.float32), np.array([4, 0])
    with pytest.raises(wb.StateError, match="capture block.*masked_fill"):
        step(wb.tensor(x), wb.tensor(index))
    assert state.tolist() == [0] * 5
    expected = np.zeros(5, np.float32)
    for _ in range(3):
        assert fits(wb.tensor(x), wb.tensor(index)).tolist() == [9, 2, 9, 1, 9]
        expected[1:3] += x[:2]
        expected[index] = x[index] * 2
        expected[x > 2] = -1
        assert state.tolist() == expected.tolist()
    with pytest.raises(IndexError, match="index 7 is out of range for axis 0 of extent 5"):
        fits(wb.tensor(x), wb.tensor(np.array([0, 7])))
    assert state.tolist() == expected.tolist()


def test_a_mask_that_is_known_is_taken_inside_a_capture_block_too():
    @wb.compile
    def picked(x):
        return x[[True, False, True]]

    assert picked(wb.tensor([1.0, 2.0, 3.0])).tolist() == [1, 3]
    assert picked(wb.tensor([4.0, 5.0, 6.0])).tolist() == [4, 6]
