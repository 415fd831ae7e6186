"""Operations on shapes against NumPy's, with their gradients."""

import numpy as np
import pytest
from support import DTYPES, numbers, same_bits

import wingbeat as wb


def diagonal(x, offset=0, a=0, b=1):
    return np.diagonal(x, offset, a, b)


# name, function of a wingbeat tensor, function of a NumPy array, shapes
OPERATIONS = [
    ("reshape", lambda t: t.reshape(3, -1), lambda x: x.reshape(3, -1), [(6,), (2, 3), (3, 0, 2)[:1]]),
    ("view", lambda t: t.view((-1,)), lambda x: x.reshape(-1), [(), (2, 3), (0, 2)]),
    ("flatten", lambda t: t.flatten(), lambda x: x.reshape(-1), [(), (4,), (2, 3, 2), (0, 3)]),
    (
        "flatten of some",
        lambda t: wb.flatten(t, 1, -2),
        lambda x: x.reshape(x.shape[0], -1, x.shape[-1]),
        [(2, 3, 2, 2), (2, 3, 2)],
    ),
    (
        "unflatten",
        lambda t: t.unflatten(-1, (2, -1)),
        lambda x: x.reshape(*x.shape[:-1], 2, x.shape[-1] // 2),
        [(4,), (3, 6), (0, 2)],
    ),
    ("squeeze", lambda t: t.squeeze(), lambda x: np.squeeze(x), [(1, 2, 1), (), (1, 1), (1, 0), (3,)]),
    (
        "squeeze of one",
        lambda t: t.squeeze(-1),
        lambda x: np.squeeze(x, -1) if x.shape[-1] == 1 else x,
        [(2, 1), (1, 3), (1,)],
    ),
    (
        "squeeze of two",
        lambda t: t.squeeze((0, 2)),
        lambda x: x.reshape([n for i, n in enumerate(x.shape) if n != 1 or i not in (0, 2)]),
        [(1, 2, 1), (1, 1, 3)],
    ),
    ("unsqueeze", lambda t: t.unsqueeze(-1), lambda x: x[..., None], [(), (2,), (0, 3)]),
    ("unsqueeze in front", lambda t: wb.unsqueeze(t, 0), lambda x: x[None], [(), (2,)]),
    ("transpose", lambda t: t.transpose(0, -1), lambda x: np.swapaxes(x, 0, -1), [(3,), (2, 3), (2, 3, 4), (0, 3)]),
    ("swapaxes", lambda t: wb.swapaxes(t, 1, 0), lambda x: np.swapaxes(x, 1, 0), [(2, 3), (2, 3, 4)]),
    ("permute", lambda t: t.permute(2, 0, 1), lambda x: x.transpose(2, 0, 1), [(2, 3, 4), (2, 0, 1)]),
    ("movedim", lambda t: wb.movedim(t, 0, -1), lambda x: np.moveaxis(x, 0, -1), [(2,), (2, 3), (2, 3, 4)]),
    (
        "movedim of two",
        lambda t: t.movedim((0, 1), (2, 0)),
        lambda x: np.moveaxis(x, (0, 1), (2, 0)),
        [(2, 3, 4), (2, 3, 4, 5)],
    ),
    ("T", lambda t: t.T, lambda x: x.T, [(), (2,), (2, 3, 4)]),
    ("mT", lambda t: t.mT, lambda x: np.swapaxes(x, -1, -2), [(2, 3, 4)]),
    (
        "expand",
        lambda t: t.expand(4, 3, -1),
        lambda x: np.broadcast_to(x, (4, 3, x.shape[-1])),
        [(1, 2), (3, 2), (2,), (1, 1, 5), (0,)],
    ),
    ("expand_as", lambda t: t.expand_as(wb.zeros(4, 2)), lambda x: np.broadcast_to(x, (4, 2)), [(), (2,), (4, 1)]),
    (
        "broadcast_to",
        lambda t: wb.broadcast_to(t, (2, 0, 3)),
        lambda x: np.broadcast_to(x, (2, 0, 3)),
        [(), (3,), (1, 1)],
    ),
    ("repeat", lambda t: t.repeat(2, 3), lambda x: np.tile(x, (2, 3)), [(), (2,), (2, 3), (0, 2)]),
    ("repeat with 0", lambda t: t.repeat(0, 2), lambda x: np.tile(x, (0, 2)), [(2,), (2, 3)]),
    ("tile", lambda t: wb.tile(t, (2,)), lambda x: np.tile(x, (2,)), [(), (3,), (2, 3), (2, 3, 2)]),
    ("tile by more", lambda t: t.tile(2, 1, 3), lambda x: np.tile(x, (2, 1, 3)), [(3,), (2, 3), (2, 3, 2)]),
    ("flip", lambda t: t.flip(0), lambda x: np.flip(x, 0), [(3,), (2, 3), (0, 2), (1,)]),
    ("flip of two", lambda t: wb.flip(t, (0, -1)), lambda x: np.flip(x, (0, -1)), [(2, 3), (2, 3, 4)]),
    ("roll", lambda t: t.roll(1), lambda x: np.roll(x, 1), [(), (3,), (2, 3), (0,)]),
    ("roll along an axis", lambda t: wb.roll(t, -2, -1), lambda x: np.roll(x, -2, -1), [(3,), (2, 5), (2, 1), (2, 0)]),
    ("roll along two", lambda t: t.roll((7, -1), (0, 1)), lambda x: np.roll(x, (7, -1), (0, 1)), [(3, 2), (2, 5, 3)]),
    ("tril", lambda t: t.tril(), lambda x: np.tril(x), [(3, 3), (2, 4), (2, 3, 2), (0, 2)]),
    ("tril above", lambda t: wb.tril(t, 2), lambda x: np.tril(x, 2), [(4, 3), (2, 5)]),
    ("tril far off", lambda t: wb.tril(t, -(2**60)), lambda x: np.zeros_like(x), [(4, 3)]),
    ("triu", lambda t: t.triu(-1), lambda x: np.triu(x, -1), [(3, 3), (5, 2), (2, 3, 2)]),
    ("triu far off", lambda t: wb.triu(t, 2**60), lambda x: np.zeros_like(x), [(4, 3)]),
    ("diagonal", lambda t: t.diagonal(), diagonal, [(3, 3), (2, 5), (5, 2), (2, 3, 4), (0, 2)]),
    ("diagonal above", lambda t: wb.diagonal(t, 2), lambda x: diagonal(x, 2), [(3, 3), (2, 5), (5, 2)]),
    ("diagonal below", lambda t: wb.diagonal(t, -1), lambda x: diagonal(x, -1), [(3, 3), (2, 5), (5, 2), (1, 4)]),
    ("diagonal of other axes", lambda t: t.diagonal(1, -1, 0), lambda x: diagonal(x, 1, -1, 0), [(3, 2, 4), (4, 5, 3)]),
    ("diagonal far off", lambda t: wb.diagonal(t, 2**62), lambda x: x.reshape(-1)[:0], [(3, 3)]),
    ("diag", lambda t: wb.diag(t), np.diag, [(3,), (1,), (0,), (3, 4)]),
    ("diag above", lambda t: t.diag(2), lambda x: np.diag(x, 2), [(3,), (3, 4)]),
    ("diag below", lambda t: t.diag(-1), lambda x: np.diag(x, -1), [(3,), (3, 4)]),
    (
        "pad",
        lambda t: wb.pad(t, (1, 2)),
        lambda x: np.pad(x, [(0, 0)] * (x.ndim - 1) + [(1, 2)]),
        [(3,), (2, 3), (0,), (2, 0)],
    ),
    (
        "pad with a number",
        lambda t: wb.pad(t, (0, 1, 2, 0), value=1),
        lambda x: np.pad(x, [(0, 0)] * (x.ndim - 2) + [(2, 0), (0, 1)], constant_values=1),
        [(2, 3), (2, 2, 1)],
    ),
    (
        "pad that takes away",
        lambda t: wb.pad(t, (-1, 2)),
        lambda x: np.pad(x[..., 1:], [(0, 0)] * (x.ndim - 1) + [(0, 2)]),
        [(3,), (2, 1)],
    ),
    (
        "pad that leaves nothing",
        lambda t: wb.pad(t, (-2, -1, 1, 0)),
        lambda x: np.pad(x, [(1, 0), (0, 0)])[:, :0],
        [(2, 3)],
    ),
    ("pad by nothing", lambda t: wb.pad(t, ()), lambda x: x, [(2,), ()]),
    (
        "pad by reflection",
        lambda t: wb.pad(t, (2, 1), "reflect"),
        lambda x: np.pad(x, [(0, 0)] * (x.ndim - 1) + [(2, 1)], "reflect"),
        [(3,), (2, 4)],
    ),
    (
        "pad of two axes by reflection",
        lambda t: wb.pad(t, (1, 0, 1, 2), "reflect"),
        lambda x: np.pad(x, [(1, 2), (1, 0)], "reflect"),
        [(3, 2), (4, 5)],
    ),
    (
        "pad by replication",
        lambda t: wb.pad(t, (4, 3), "replicate"),
        lambda x: np.pad(x, [(0, 0)] * (x.ndim - 1) + [(4, 3)], "edge"),
        [(3,), (2, 1)],
    ),
    (
        "pad round",
        lambda t: wb.pad(t, (3, 2), "circular"),
        lambda x: np.pad(x, [(0, 0)] * (x.ndim - 1) + [(3, 2)], "wrap"),
        [(3,), (2, 4)],
    ),
    ("cat", lambda t: wb.cat([t, t + t, t], -1), lambda x: np.concatenate([x, x + x, x], -1), [(2,), (2, 3), (2, 0)]),
    ("stack", lambda t: wb.stack([t, t + t], -1), lambda x: np.stack([x, x + x], -1), [(), (2,), (2, 3)]),
    ("hstack", lambda t: wb.hstack([t, t + t]), lambda x: np.hstack([x, x + x]), [(), (2,), (2, 3)]),
    ("vstack", lambda t: wb.vstack([t, t + t]), lambda x: np.vstack([x, x + x]), [(), (2,), (2, 3)]),
    ("split", lambda t: t.split(2)[-1], lambda x: x[(len(x) - 1) // 2 * 2 :], [(5,), (4, 2), (1,)]),
    ("split by list", lambda t: wb.split(t, [1, 0, 3], -1)[2], lambda x: x[..., 1:], [(4,), (2, 4)]),
    ("chunk", lambda t: wb.chunk(t, 3)[1], lambda x: x[-(-len(x) // 3) : 2 * -(-len(x) // 3)], [(5,), (7, 2)]),
    ("unbind", lambda t: t.unbind(-1)[1], lambda x: x[..., 1], [(2,), (3, 2), (0, 2)]),
]


@pytest.mark.parametrize("name, function, reference, shapes", OPERATIONS, ids=[row[0] for row in OPERATIONS])
def test_values_shapes_and_gradients_are_numpys(name, function, reference, shapes):
    for shape in shapes:
        for dtype in DTYPES:
            if dtype == "bool" and name in ("cat", "stack", "hstack", "vstack"):
                continue
            x = np.array(numbers(shape, dtype))
            found, expected = function(wb.tensor(x)), np.asarray(reference(x))
            assert same_bits(found.numpy(), np.array(expected, order="C")), (shape, dtype)
            # of a tensor that does not lie as it is read
            turned = wb.tensor(np.array(x.T, order="C")).T
            assert same_bits(function(turned).numpy(), found.numpy()), (shape, dtype)
        # Each is linear, so the gradient is how often an element shows, by weight.
        x = numbers(shape)
        t = wb.tensor(x, requires_grad=True)
        y = function(t)
        weights = numbers(y.shape, seed=3)
        (y * weights).sum().backward()
        expected, zero = np.zeros(shape), np.asarray(reference(np.zeros(shape)))
        for place in np.ndindex(*shape):
            one = np.zeros(shape)
            one[place] = 1
            expected[place] = ((np.asarray(reference(one)) - zero) * weights).sum()
        np.testing.assert_allclose(t.grad.numpy(), expected, rtol=1e-13, atol=1e-15)


def test_parts_are_tuples_that_make_up_the_whole():
    x = numbers((7, 3))
    t = wb.tensor(x)
    for parts, extents in (
        (t.split(3), [3, 3, 1]),
        (t.split([2, 5]), [2, 5]),
        (t.chunk(3), [3, 3, 1]),
        (t.chunk(5), [2, 2, 2, 1]),
        (t.chunk(100), [1] * 7),
    ):
        assert isinstance(parts, tuple) and [part.shape[0] for part in parts] == extents
        assert same_bits(wb.cat(parts).numpy(), x)
    assert [part.shape for part in wb.unbind(t, 1)] == [(7,)] * 3
    assert same_bits(wb.stack(t.unbind(1), 1).numpy(), x)
    assert (
        wb.zeros(0, 2).unbind() == ()
        and [part.shape for part in wb.zeros(0).split(3)] == [(0,)]
        and len(wb.zeros(0).chunk(3)) == 3
    )


def test_dtypes_promote_where_tensors_join():
    assert wb.hstack([wb.tensor([1]), wb.tensor([0.5])]).dtype == "float32"
    assert wb.vstack([wb.tensor([True]), wb.tensor([2], dtype="uint8")]).tolist() == [[1], [2]]


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda t: t.reshape(5), ValueError, r"reshape: \[2, 3\] has 6 elements, \[5\] has 5"),
        (lambda t: t.reshape(-1, -1), ValueError, "only one extent"),
        (lambda t: t.reshape(-1, 4), ValueError, "cannot hold"),
        (
            lambda t: t.unflatten(1, (2, -1)),
            ValueError,
            r"unflatten: \[3\] has 3 elements, which \[2, -1\] cannot hold",
        ),
        (lambda t: t.unflatten(1, (2, 2)), ValueError, r"unflatten: \[3\] has 3 elements, \[2, 2\] has 4"),
        (lambda t: t.unflatten(1, ()), ValueError, "no extents"),
        (lambda t: t.flatten(1, 0), ValueError, "lies behind"),
        (lambda t: t.squeeze(2), IndexError, "axis 2 is outside -2 ... 1"),
        (lambda t: t.squeeze((0, -2)), ValueError, "named twice"),
        (lambda t: t.unsqueeze(4), IndexError, "axis 4 is outside -3 ... 2"),
        (lambda t: t.unsqueeze(2**40), ValueError, "axis"),
        (lambda t: t.transpose(0, 2), IndexError, "transpose: axis 2"),
        (lambda t: t.permute(0, 0), ValueError, "named twice"),
        (lambda t: t.permute(0), ValueError, "2 axes are expected"),
        (lambda t: t.movedim(0, (0, 1)), ValueError, "destinations"),
        (lambda t: t.movedim((0, 0), (0, 1)), ValueError, "named twice"),
        (lambda t: t.expand(3), ValueError, "2 extents at least"),
        (lambda t: t.expand(-1, 2, 3), ValueError, "negative"),
        (lambda t: t.expand(5, 3), ValueError, "does not broadcast"),
        (lambda t: t.repeat(2), ValueError, "2 counts at least"),
        (lambda t: t.repeat(2, -1), ValueError, "negative"),
        (lambda t: t.repeat(2**40, 2**40), MemoryError, "memory"),
        (lambda t: t.repeat(2**62, 2), MemoryError, "memory"),
        (lambda t: wb.stack([t, t[0]]), ValueError, r"tensor 0 is \[2, 3\] and tensor 1 is \[3\]"),
        (lambda t: wb.stack([]), ValueError, "no tensors"),
        (lambda t: wb.hstack([]), ValueError, "no tensors"),
        (lambda t: wb.hstack([t, t.T]), ValueError, "may differ along axis 1 only"),
        (lambda t: t.split([1, 2]), ValueError, r"add up to the 2 of axis 0 are expected, but \[1, 2\]"),
        (lambda t: t.split([3, -1]), ValueError, "add up"),
        (lambda t: t.split([2**62, 2**62, 2**62, 2**62, 2]), ValueError, "add up"),
        (lambda t: t.split(0), ValueError, "1 element at least"),
        (lambda t: t.split(1, 2), IndexError, "axis 2"),
        (lambda t: t.chunk(0), ValueError, "1 part"),
        (lambda t: t.unbind(5), IndexError, "axis 5"),
        (lambda t: t.flip(0, 0), ValueError, "named twice"),
        (lambda t: t.roll((1, 2)), ValueError, "one shift"),
        (lambda t: t.roll((1, 2), 0), ValueError, "as many shifts"),
        (lambda t: t.roll(1, 3), IndexError, "roll: axis 3"),
        (lambda t: wb.pad(t, (1,)), ValueError, "two widths"),
        (lambda t: wb.pad(t, (1, 1) * 3), ValueError, "3 axes, but the tensor has 2"),
        (lambda t: wb.pad(t, (1, 1), "mirror"), ValueError, "'mirror'"),
        (lambda t: wb.pad(t, (-2, -2)), ValueError, "take away more than the 3"),
        (lambda t: wb.pad(t, (-(2**63), 0)), ValueError, "take away"),
        (lambda t: wb.pad(t, (2**62, 2**62)), MemoryError, "memory"),
        (lambda t: wb.pad(t, (2**63 - 1, 2**63 - 1)), MemoryError, "memory"),
        (
            lambda t: wb.pad(t, (3, 0), "reflect"),
            ValueError,
            "axis 1 of extent 3 gives reflect 2 elements at most, but 3",
        ),
        (lambda t: wb.pad(t, (0, 4), "circular"), ValueError, "3 elements at most, but 4"),
        (lambda t: wb.pad(t[:, :0], (1, 0), "replicate"), ValueError, "0 elements at most"),
        (lambda t: t[0].tril(), ValueError, "two axes at least"),
        (lambda t: t.diagonal(0, 1, 1), ValueError, "both are axis 1"),
        (lambda t: t[0].diagonal(), IndexError, "axis 1"),
        (lambda t: t[None].diag(), ValueError, "a vector or a matrix"),
        (lambda t: t[0].diag(2**62), MemoryError, "memory"),
        (lambda t: t[0].diag(-(2**63)), MemoryError, "memory"),
        (lambda t: t.flatten("a"), TypeError, "whole number"),
    ],
    ids=range(55),
)
def test_what_does_not_fit_is_refused_with_a_sentence(call, kind, words):
    t = wb.tensor(numbers((2, 3)))
    with pytest.raises(kind, match=words):
        call(t)
    assert t.shape == (2, 3)


def test_shapes_cost_nothing_until_somebody_needs_another_layout():
    @wb.compile
    def function(x):
        y = x.unflatten(0, (2, 3)).movedim(0, 1).flip(0)[::2, 1].unsqueeze(1).expand(-1, 4, -1)
        return y + 1

    function(wb.zeros(6, 5))
    assert " 1 steps, 0 bytes of arena" in function.explain()


def test_sums_to_a_size_undo_broadcasting():
    x = wb.arange(24.0).reshape(2, 3, 4)
    for size in ((2, 3, 4), (3, 4), (1, 3, 1), (4,), ()):
        ones = wb.ones(size, requires_grad=True)
        want = wb.autograd.grad((ones.expand(2, 3, 4) * x).sum(), ones)[0]
        assert (x.sum_to_size(size).numpy() == want.numpy()).all() and x.sum_to_size(size).shape == size
    assert (x.sum_to_size(1, 4).numpy() == x.numpy().sum((0, 1), keepdims=True)[0]).all()
    with pytest.raises(wb.ShapeError, match=r"sum_to_size: .* \[2, 3, 4\] .* \[5\]"):
        x.sum_to_size(5)


def test_shapes_broadcast_together():
    assert wb.broadcast_shapes((2, 1), (3,), ()) == (2, 3)
    assert wb.broadcast_shapes() == ()
    with pytest.raises(wb.ShapeError):
        wb.broadcast_shapes((2,), (3,))


def factored(rng, count):
    """A random shape of so many elements."""
    shape = []
    while count > 1:
        divisors = [d for d in range(2, count + 1) if count % d == 0]
        shape.append(int(rng.choice(divisors)))
        count //= shape[-1]
    return tuple(rng.permutation([*shape, 1]).tolist())


@pytest.mark.parametrize("seed", range(60))
def test_a_reshape_of_what_does_not_lie_in_order_is_that_of_its_values(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.choice([1, 2, 3, 4, 6], 4).tolist())
    order = rng.permutation(4).tolist()
    x = rng.normal(0, 1, (*shape[:3], shape[3] + 2))
    value = x[..., 1:-1].transpose(order)
    target = factored(rng, value.size)
    reshaped = wb.compile(lambda x: x[..., 1:-1].permute(*order).reshape(target) * 2)
    np.testing.assert_array_equal(reshaped(wb.tensor(x)).numpy(), value.reshape(target) * 2)


def test_a_reshape_that_splits_an_axis_of_a_slice_moves_nothing():
    x = np.random.default_rng(0).normal(0, 1, (4, 6, 24))
    heads = wb.compile(lambda x: x[:, :, 8:16].reshape(4, 6, 2, 4).transpose(1, 2) * 2)
    want = x[:, :, 8:16].reshape(4, 6, 2, 4).swapaxes(1, 2) * 2
    np.testing.assert_array_equal(heads(wb.tensor(x)).numpy(), want)
    assert "copy" not in heads.explain()


@pytest.mark.parametrize("widths, want", [((-4, 2), [3, 3]), ((2, -4), [0, 0]), ((-3, 1), [3, 3]), ((-4, 0), [])])
def test_what_a_width_takes_away_as_a_whole_leaves_its_nearest_element_to_be_repeated(widths, want):
    x = wb.arange(4.0).reshape(1, 4)
    assert wb.nn.functional.pad(x, widths, mode="replicate").tolist() == [want]
