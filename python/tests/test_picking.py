"""Operations that pick and write by index tensors and masks, against NumPy."""

import numpy as np
import pytest
from support import DTYPES, numbers, same_bits, slope

import wingbeat as wb

SHAPES = [
    ((5,), (3,), 0),
    ((4, 3), (2, 3), 0),
    ((4, 3), (4, 6), -1),
    ((3, 4, 2), (3, 9, 2), 1),
    ((4, 3), (2, 2), 0),
    ((3, 4, 2), (2, 5, 1), 1),
    ((), (), 0),
    ((3, 0), (2, 0), 0),
    ((4, 3), (0, 3), 0),
]


def drawn(shape, index_shape, dim, dtype="int64", seed=0):
    extent = shape[dim] if shape else 1
    return np.array(
        np.random.default_rng(seed).integers(-extent if dtype != "uint8" else 0, extent, index_shape), dtype
    )


def reference_scatter(x, dim, index, src, add):
    x = x.copy()
    for place in np.ndindex(*index.shape):
        to = list(place)
        if to:
            to[dim] = index[place]
        x[tuple(to)] = x[tuple(to)] + src[place] if add else src[place]
    return x


@pytest.mark.parametrize("shape, index_shape, dim", SHAPES, ids=str)
@pytest.mark.parametrize("kind", ["uint8", "int32", "int64"])
def test_gather_scatter_and_scatter_add(shape, index_shape, dim, kind):
    index = drawn(shape, index_shape, dim, kind)
    for dtype in DTYPES:
        x, src = np.array(numbers(shape, dtype)), np.array(numbers(index_shape, dtype, 1))
        t, i, s = wb.tensor(x), wb.tensor(index), wb.tensor(src)
        expected = np.empty(index_shape, x.dtype)
        for place in np.ndindex(*index_shape):
            at = list(place)
            if at:
                at[dim] = index[place]
            expected[place] = x[tuple(at)]
        assert same_bits(t.gather(dim, i).numpy(), expected)
        assert same_bits(t.scatter(dim, i, s).numpy(), reference_scatter(x, dim, index, src, False))
        assert same_bits(wb.scatter_add(t, dim, i, s).numpy(), reference_scatter(x, dim, index, src, True))
        assert same_bits(t.scatter(dim, i, 1).numpy(), reference_scatter(x, dim, index, np.ones_like(src), False))
        t.scatter_(dim, i, s)
        assert same_bits(t.numpy(), reference_scatter(x, dim, index, src, False))


@pytest.mark.parametrize("shape, index_shape, dim", [case for case in SHAPES if 0 not in case[0] + case[1]], ids=str)
@pytest.mark.parametrize("name", ["gather", "scatter", "scatter_add"])
def test_gradients_of_gather_and_scatter(shape, index_shape, dim, name):
    index = wb.tensor(drawn(shape, index_shape, dim))
    x, src, w = (
        np.array(numbers(shape)),
        np.array(numbers(index_shape, seed=1)),
        np.array(numbers(index_shape if name == "gather" else shape, seed=2)),
    )

    def function(x, src):
        x, src = wb.asarray(x), wb.asarray(src)
        y = (x * x).gather(dim, index) * src if name == "gather" else getattr(x * x, name)(dim, index, src * src)
        return (y * y * w).sum()

    a, b = wb.tensor(x, requires_grad=True), wb.tensor(src, requires_grad=True)
    function(a, b).backward()
    np.testing.assert_allclose(a.grad.numpy(), slope(lambda x: function(x, src).item(), x), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(b.grad.numpy(), slope(lambda s: function(x, s).item(), src), rtol=1e-6, atol=1e-8)


def test_scatter_add_sums_in_order_on_any_number_of_threads():
    rng = np.random.default_rng(0)
    index, src = rng.integers(0, 50, (100_000,)), rng.normal(size=100_000).astype(np.float32)
    expected = np.zeros(50, np.float32)
    for place, value in zip(index, src):
        expected[place] += value
    many = rng.normal(size=(300, 500)).astype(np.float32)
    rows = rng.integers(0, 7, (300, 500))
    before, seen = wb.get_num_threads(), []
    try:
        for threads in (1, 2, 5):
            wb.set_num_threads(threads)
            assert same_bits(wb.zeros(50).scatter_add(0, wb.tensor(index), wb.tensor(src)).numpy(), expected)
            seen.append(wb.zeros(7, 500).scatter_add(0, wb.tensor(rows), wb.tensor(many)).numpy().tobytes())
    finally:
        wb.set_num_threads(before)
    assert len(set(seen)) == 1


def test_take_along_dim_broadcasts_and_flattens():
    x = numbers((4, 1, 5))
    for index, axis in ((np.array([[[0], [-1], [2]]]), 2), (np.array([[[3], [1]]]), 0), (np.array([[[0] * 5]]), 1)):
        assert same_bits(
            wb.take_along_dim(wb.tensor(x), wb.tensor(index), axis).numpy(), np.take_along_axis(x, index, axis)
        )
    assert same_bits(wb.take_along_dim(wb.tensor(x), wb.tensor([7, -1])).numpy(), x.reshape(-1)[[7, -1]])


@pytest.mark.parametrize("dtype", DTYPES)
def test_masks(dtype):
    x = numbers((3, 4), dtype)
    t = wb.tensor(x)
    for mask in (
        x > 0,
        np.array([True, False, True, True]),
        np.array(True),
        np.array([[True], [False], [True]]),
        np.zeros((2, 3, 4), bool),
    ):
        wide, m = np.broadcast_to(x, np.broadcast_shapes(x.shape, mask.shape)), wb.tensor(mask)
        assert same_bits(t.masked_select(m).numpy(), wide[np.broadcast_to(mask, wide.shape)])
        assert same_bits(t.masked_fill(m, 1).numpy(), np.where(mask, np.array(1, dtype), wide))
    assert same_bits(wb.nonzero(t).numpy(), np.argwhere(x))
    for found, expected in zip(t.nonzero(as_tuple=True), np.nonzero(x), strict=True):
        assert same_bits(found.numpy(), expected)
    for found, expected in zip(wb.where(t > 0), np.where(x > 0), strict=True):
        assert same_bits(found.numpy(), expected)
    assert wb.nonzero(wb.tensor(x[0, 0])).shape == (int(x[0, 0] != 0), 0) and wb.nonzero(t[:0]).shape == (0, 2)
    t.masked_fill_(t > 0, 0)
    assert same_bits(t.numpy(), np.where(x > 0, np.array(0, dtype), x))


def test_where_as_a_method():
    t = wb.tensor([1.0, -2.0])
    assert t.where(t > 0, 9).tolist() == [1, 9]


def test_gradients_pass_masks():
    x, mask = numbers((3, 4)), numbers((3, 4), "bool", 2)
    t = wb.tensor(x, requires_grad=True)
    (t.masked_select(wb.tensor(mask)) ** 2).sum().backward()
    np.testing.assert_allclose(t.grad.numpy(), np.where(mask, 2 * x, 0), rtol=1e-14)
    v = wb.tensor(3.0, dtype="float64", requires_grad=True)
    t.grad = None
    (t.masked_fill(wb.tensor(mask), v) * x).sum().backward()
    np.testing.assert_allclose(t.grad.numpy(), np.where(mask, 0, x), rtol=1e-14)
    np.testing.assert_allclose(v.grad.item(), x[mask].sum(), rtol=1e-14)


def test_one_hot():
    labels = np.array([[2, 0], [1, 3]])
    assert same_bits(wb.one_hot(wb.tensor(labels)).numpy(), np.eye(4, dtype=np.int64)[labels])
    assert same_bits(wb.nn.functional.one_hot(wb.tensor(labels), 6).numpy(), np.eye(6, dtype=np.int64)[labels])
    assert same_bits(wb.one_hot(wb.tensor(labels), 4, "float32").numpy(), np.eye(4, dtype=np.float32)[labels])
    assert wb.one_hot(wb.tensor(1), 3).tolist() == [0, 1, 0] and wb.one_hot(wb.tensor(np.zeros(0, int)), 3).shape == (
        0,
        3,
    )


LABELS = wb.tensor([0, 3])


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda t: t.gather(0, wb.tensor([0, 1])), ValueError, "x has 2 axes, but the index has 1"),
        (
            lambda t: t.gather(0, wb.zeros(3, 9, dtype="int64")),
            ValueError,
            r"index \[3, 9\] is larger than x \[4, 3\] along another axis than 0",
        ),
        (lambda t: t.gather(2, wb.zeros(4, 3, dtype="int64")), IndexError, "axis 2"),
        (lambda t: t.gather(0, wb.zeros(4, 3)), TypeError, "uint8, int32 or int64, but is float32"),
        (
            lambda t: t.gather(0, wb.full((1, 3), 4, dtype="int64")),
            IndexError,
            "index 4 is out of range for axis 0 of extent 4",
        ),
        (
            lambda t: t.scatter(0, wb.full((1, 3), -5, dtype="int64"), 1.0),
            IndexError,
            "scatter: index -5 is out of range for axis 0 of extent 4",
        ),
        (
            lambda t: t.scatter_add(1, wb.full((4, 1), 3, dtype="int64"), t),
            IndexError,
            "scatter_add: index 3 is out of range for axis 1 of extent 3",
        ),
        (
            lambda t: t.scatter(0, wb.zeros(2, 3, dtype="int64"), wb.zeros(1, 3)),
            ValueError,
            r"index \[2, 3\] is larger than the source \[1, 3\]",
        ),
        (lambda t: t.scatter(0, wb.zeros(2, 3, dtype="int64")), ValueError, "either src or value"),
        (
            lambda t: t.to("int64").scatter(0, wb.zeros(2, 3, dtype="int64"), t),
            TypeError,
            "cannot take values of float64",
        ),
        (lambda t: t.index_select(0, wb.tensor([0.5])), TypeError, "float32"),
        (lambda t: t.index_select(0, wb.tensor([True])), TypeError, "bool"),
        (lambda t: t.take_along_dim(wb.zeros(2, 2, dtype="int64"), 0), ValueError, "must broadcast together"),
        (lambda t: t.masked_fill(t, 1), TypeError, "masked_fill: the mask must be bool, but is float64"),
        (lambda t: t.masked_fill(wb.zeros(5, dtype="bool"), 1), ValueError, "broadcast"),
        (lambda t: t.masked_select(wb.zeros(5, dtype="bool")), ValueError, "do not broadcast together"),
        (lambda t: t.masked_select(t), TypeError, "must be bool"),
        (lambda t: t.masked_fill_(wb.zeros(2, 4, 3, dtype="bool"), 1), ValueError, "shape"),
        (lambda t: wb.one_hot(t), TypeError, "labels must be integers"),
        (lambda t: wb.one_hot(LABELS, 3), IndexError, "label 3 at position 1 is outside 0 ..< 3"),
        (lambda t: wb.one_hot(wb.tensor([-1])), IndexError, "label -1 at position 0"),
        (lambda t: wb.one_hot(LABELS, 0), ValueError, "one class"),
        (lambda t: wb.one_hot(LABELS[:0]), ValueError, "no labels"),
        (lambda t: wb.where(t > 0, 1), ValueError, "both"),
    ],
    ids=range(24),
)
def test_what_does_not_fit_is_refused_with_a_sentence(call, kind, words):
    t = wb.tensor(numbers((4, 3)))
    with pytest.raises(kind, match=words):
        call(t).numpy()


@pytest.mark.parametrize(
    "call", [wb.nonzero, lambda x: x.masked_select(x > 0), lambda x: wb.one_hot(x.long()), lambda x: wb.where(x)]
)
def test_what_needs_values_is_refused_inside_a_capture_block(call):
    with pytest.raises(wb.StateError, match="capture block"):
        wb.compile(call)(wb.tensor([1.0, 0.0]))


def test_what_has_a_shape_of_its_own_works_inside_a_capture_block():
    @wb.compile
    def function(x, index):
        return x.masked_fill(x < 0, 0).gather(0, index), x.scatter_add(0, index, x), wb.one_hot(index, 3)

    for seed in range(3):
        x, index = numbers((3,), seed=seed), drawn((3,), (3,), 0, seed=seed) % 3
        picked, summed, hot = function(wb.tensor(x), wb.tensor(index))
        assert same_bits(picked.numpy(), np.where(x < 0, 0, x)[index])
        assert same_bits(summed.numpy(), reference_scatter(x, 0, index, x, True))
        assert same_bits(hot.numpy(), np.eye(3, dtype=np.int64)[index])


def test_an_index_without_elements_gathers_its_own_shape():
    x = wb.arange(5.0)
    for shape in ((0,), (2, 0), (0, 3, 1)):
        found = wb.gather(x, 0, wb.zeros(shape, dtype=wb.int64))
        assert found.shape == shape and found.dtype == "float32"
    assert wb.gather(wb.tensor(2.5), 0, wb.tensor([0, 0])).tolist() == [2.5, 2.5]
    with pytest.raises(TypeError, match="gather"):
        wb.gather(x, 0, wb.zeros(0))
