"""The reductions, cumulative operations and sorts of _reductions against NumPy, with what PyTorch does where the two
differ."""

import numpy as np
import pytest
from support import DTYPES, numbers, slope

import wingbeat as wb


@pytest.mark.parametrize("axis", [0, -1])
def test_a_scalar_may_be_given_the_axis_it_has_not(axis):
    x = wb.tensor(2.5, dtype="float64")
    for function, value in (
        (wb.sum, 2.5),
        (wb.logsumexp, 2.5),
        (lambda x, axis: wb.norm(x, dim=axis), 2.5),
        (wb.softmax, 1),
        (wb.log_softmax, 0),
        (wb.squeeze, 2.5),
        (wb.argmax, 0),
        (lambda x, axis: wb.max(x, axis).values, 2.5),
        (lambda x, axis: wb.sort(x, axis).values, 2.5),
        (lambda x, axis: wb.take_along_dim(x, wb.tensor(0), axis), 2.5),
        (lambda x, axis: wb.index_select(x, axis, wb.tensor([0])), 2.5),
        (lambda x, axis: wb.var_mean(x, axis, correction=0)[0], 0),
    ):
        found = function(x, axis)
        assert found.shape == () and found.item() == value
    assert np.isnan(wb.var(x, axis).item()) and wb.all(x, axis).item() is True
    with pytest.raises(wb.RangeError, match="the tensor is a scalar"):
        wb.sum(x, 1)


def test_a_correction_of_none_is_1():
    x = wb.tensor(numbers((4,), "float64"))
    for function in (wb.var, wb.std):
        assert function(x, correction=None).item() == function(x).item()
    assert wb.var_mean(x, correction=None)[0].item() == wb.var(x).item()


AXES = [None, 0, 1, -1, (0, 2), (2, 1, 0)]
NORMS = [0, 1, 2, 3, 0.5, -1, np.inf, -np.inf]


def norm(x, p, axis, keepdims):
    a = np.abs(x)
    if p == 0:
        return (x != 0).sum(axis, keepdims=keepdims).astype(x.dtype)
    if np.isinf(p):
        return a.max(axis, keepdims=keepdims) if p > 0 else a.min(axis, keepdims=keepdims)
    return (a**p).sum(axis, keepdims=keepdims) ** (1 / p)


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_reductions_are_numpys_over_any_axes(axes, keep, dtype):
    x = numbers((3, 4, 5), dtype)
    t = wb.tensor(x)
    rtol = 1e-5 if dtype == "float32" else 1e-13
    pairs = [
        (t.prod(axes, keep), np.prod(x, axes, keepdims=keep)),
        (t.var(axes, keepdim=keep), np.var(x, axes, ddof=1, keepdims=keep)),
        (wb.std(x, axes, correction=0, keepdims=keep), np.std(x, axes, keepdims=keep)),
        (t.var(dim=axes, unbiased=False, keepdim=keep), np.var(x, axes, keepdims=keep)),
    ]
    pairs += [(wb.norm(t, p, axes, keep), norm(x, p, axes, keep)) for p in NORMS]
    for found, expected in pairs:
        assert found.dtype == dtype and found.shape == np.shape(expected)
        np.testing.assert_allclose(found.numpy(), expected, rtol=rtol)
    for name in ("all", "any"):
        for values in (x, x > 0, np.zeros_like(x), np.ones_like(x), x > -1.9):
            found = getattr(wb, name)(values, axis=axes, keepdims=keep)
            assert found.dtype == "bool"
            np.testing.assert_array_equal(found.numpy(), getattr(np, name)(values, axis=axes, keepdims=keep))


@pytest.mark.parametrize("name", ["prod", "var", "std"])
@pytest.mark.parametrize("axes", [None, 0, (0, 1)])
def test_gradients_are_finite_differences(name, axes):
    x = numbers((3, 4))
    t = wb.tensor(x, requires_grad=True)
    reference = {
        "prod": np.prod,
        "var": lambda v, axis: np.var(v, axis=axis, ddof=1),
        "std": lambda v, axis: np.std(v, axis=axis, ddof=1),
    }[name]
    (gradient,) = wb.autograd.grad((getattr(t, name)(axes) ** 2).sum(), t)
    np.testing.assert_allclose(
        gradient.numpy(), slope(lambda v: (reference(v, axis=axes) ** 2).sum(), x), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_integers_and_bool_have_the_documented_dtypes(dtype):
    x = numbers((3, 4), dtype)
    t = wb.tensor(x)
    wide = x.dtype if x.dtype.kind == "f" else np.dtype("int64")
    for found, expected in (
        (t.prod(0), np.prod(x, 0, dtype=wide)),
        (t.cumsum(1), np.cumsum(x, 1, dtype=wide)),
        (t.cumprod(-1), np.cumprod(x, 1, dtype=wide)),
    ):
        assert found.dtype == wide
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5)
    assert t.sort(0).values.dtype == dtype and t.sort(0).indices.dtype == "int64" and t.all().dtype == "bool"
    np.testing.assert_array_equal(t.sort(0).values.numpy(), np.sort(x, 0))
    if wide == "int64":
        with pytest.raises(TypeError, match="float"):
            t.var()
        assert t.norm().dtype == "float32" and t.norm().item() == pytest.approx(np.linalg.norm(x.astype("f8")), 1e-6)


def test_products_wrap_and_are_exact():
    x = np.arange(1, 30)
    np.testing.assert_array_equal(wb.prod(wb.tensor(x)).numpy(), np.prod(x))
    np.testing.assert_array_equal(wb.cumprod(wb.tensor(x), 0).numpy(), np.cumprod(x))
    assert wb.prod(wb.tensor([-np.inf, 2.0])).item() == -np.inf
    assert wb.cumprod(wb.tensor([np.inf, 2.0, -1.0]), 0).tolist() == [np.inf, np.inf, -np.inf]


def test_zeros_have_exact_derivatives_in_products():
    x = np.array([[2.0, 0.0, 3.0, -1.0], [0.0, 5.0, 0.0, 2.0]])
    t = wb.tensor(x, requires_grad=True)
    (gradient,) = wb.autograd.grad(t.prod(1).sum(), t)
    np.testing.assert_array_equal(gradient.numpy(), [[0, -6, 0, 0], [0, 0, 0, 0]])
    weights = numbers((2, 4), seed=4)
    (gradient,) = wb.autograd.grad((t.cumprod(1) * weights).sum(), t, create_graph=True)
    np.testing.assert_allclose(
        gradient.detach().numpy(), slope(lambda v: (np.cumprod(v, 1) * weights).sum(), x), rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_cumulative_operations_are_numpys(axis, dtype):
    x = numbers((3, 70, 5), dtype)
    for view, reference in (
        (wb.tensor(x), x),
        (wb.tensor(x)[:, ::-1], x[:, ::-1]),
        (wb.tensor(x).transpose(0, 1), x.swapaxes(0, 1)),
    ):
        np.testing.assert_allclose(view.cumsum(axis).numpy(), np.cumsum(reference, axis), rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(
            wb.cumprod(view, axis=axis).numpy(), np.cumprod(reference, axis), rtol=1e-5, atol=1e-30
        )
    weights = numbers((3, 70, 5), seed=3)
    t = wb.tensor(numbers((3, 70, 5)), requires_grad=True)
    (gradient,) = wb.autograd.grad((t.cumsum(axis) * weights).sum(), t)
    np.testing.assert_allclose(
        gradient.numpy(), np.flip(np.cumsum(np.flip(weights, axis), axis), axis), rtol=1e-12, atol=1e-13
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("length", [1, 7, 40, 41, 1000])
def test_sorting_is_stable_and_numpys(dtype, axis, length):
    x = numbers((2, length, 3), dtype)
    x = np.round(x, 1) if x.dtype.kind == "f" else x
    t = wb.tensor(x)
    values, indices = t.sort(axis)
    np.testing.assert_array_equal(indices.numpy(), np.argsort(x, axis, kind="stable"))
    np.testing.assert_array_equal(values.numpy(), np.sort(x, axis))
    values, indices = wb.sort(t, axis, descending=True)
    # Stable in descending order: the reverse of the stable order of the reversed row.
    expected = x.shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis), axis, kind="stable"), axis)
    np.testing.assert_array_equal(indices.numpy(), expected)
    np.testing.assert_array_equal(values.numpy(), np.flip(np.sort(x, axis), axis))
    np.testing.assert_array_equal(wb.argsort(t, axis, True).numpy(), expected)
    k = min(3, x.shape[axis])
    top = t.topk(k, axis)
    np.testing.assert_array_equal(top.values.numpy(), np.take(np.flip(np.sort(x, axis), axis), range(k), axis))
    np.testing.assert_array_equal(
        wb.topk(t, k, axis, largest=False).values.numpy(), np.take(np.sort(x, axis), range(k), axis)
    )
    np.testing.assert_array_equal(np.take_along_axis(x, top.indices.numpy(), axis), top.values.numpy())


def test_nan_sorts_as_the_largest_and_zeros_of_both_signs_as_equals():
    x = wb.tensor([np.nan, 1.0, -0.0, 0.0, -np.inf, np.nan, np.inf])
    assert x.argsort().tolist() == [4, 2, 3, 1, 6, 0, 5]
    assert x.argsort(descending=True).tolist() == [0, 5, 6, 1, 2, 3, 4]


def test_gradients_go_where_the_elements_came_from():
    x = numbers((4, 5))
    t = wb.tensor(x, requires_grad=True)
    weights = numbers((4, 5), seed=2)
    (gradient,) = wb.autograd.grad((t.sort(1).values * weights).sum(), t)
    expected = np.zeros_like(x)
    np.put_along_axis(expected, np.argsort(x, 1), weights, 1)
    np.testing.assert_array_equal(gradient.numpy(), expected)
    (gradient,) = wb.autograd.grad(t.topk(2, 0).values.sum(), t)
    np.testing.assert_array_equal(gradient.numpy(), (x >= np.sort(x, 0)[-2]).astype(float))
    u = wb.tensor([3.0, 1.0, 3.0], requires_grad=True)
    wb.unique(u).backward(wb.tensor([5.0, 7.0]))
    assert u.grad.tolist() == [7, 5, 0]


@pytest.mark.parametrize("dtype", DTYPES)
def test_unique_is_numpys(dtype):
    x = numbers((30, 5), dtype)
    x = np.round(x) if x.dtype.kind == "f" else x
    expected = np.unique(x, return_inverse=True, return_counts=True)
    found = wb.unique(wb.tensor(x), return_inverse=True, return_counts=True)
    assert found[0].dtype == dtype and found[1].shape == (30, 5)
    for a, b in zip(found, (expected[0], expected[1].reshape(30, 5), expected[2])):
        np.testing.assert_array_equal(a.numpy(), b)
    np.testing.assert_array_equal(wb.tensor(x).unique().numpy(), expected[0])
    # NaN differs from NaN, as in PyTorch; NumPy takes all for one.
    assert len(wb.unique(wb.tensor([np.nan, 1.0, np.nan]))) == 3
    assert [t.shape for t in wb.unique(wb.zeros(0, 2), return_inverse=True)] == [(0,), (0, 2)]


def test_unique_needs_values_and_says_so_inside_a_captured_program():
    step = wb.compile(lambda x: wb.unique(x).sum())
    with pytest.raises(wb.StateError, match="unique"):
        step(wb.ones(3))
    assert wb.unique(wb.tensor([2, 2])).tolist() == [2], "nothing is left open"


def test_0d_and_empty_tensors():
    scalar = wb.tensor(2.5)
    assert (
        scalar.cumsum(0).shape,
        scalar.cumprod(-1).item(),
        scalar.sort().indices.item(),
        scalar.topk(1).values.shape,
    ) == ((), 2.5, 0, ())
    assert (scalar.prod().item(), scalar.norm().item(), scalar.all().item(), scalar.unique().tolist()) == (
        2.5,
        2.5,
        True,
        [2.5],
    )
    empty = wb.zeros(0, 3)
    assert (
        empty.prod(0).tolist(),
        empty.prod().item(),
        empty.all().item(),
        empty.any().item(),
        empty.norm().item(),
    ) == ([1, 1, 1], 1, True, False, 0)
    assert (
        empty.cumsum(0).shape,
        empty.cumprod(1).shape,
        empty.sort(0).values.shape,
        empty.argsort(1).shape,
        empty.topk(0, 0).values.shape,
    ) == ((0, 3),) * 5
    assert np.isnan(empty.var().item()) and np.isnan(wb.tensor([1.0]).std().item())
    with pytest.raises(ValueError, match="empty"):
        empty.norm(np.inf)


def test_wrong_arguments_are_refused_at_the_call():
    t = wb.ones(2, 3)
    for wrong, kind in (
        (lambda: t.topk(4), ValueError),
        (lambda: t.topk(-1), ValueError),
        (lambda: t.sort(2), IndexError),
        (lambda: t.cumsum(), ValueError),
        (lambda: t.prod((0, 0)), ValueError),
        (lambda: t.norm("two"), ValueError),
        (lambda: t.norm(float("nan")), ValueError),
        (lambda: t.var(3), IndexError),
        (lambda: wb.sort("a"), TypeError),
        (lambda: t.topk(1.5), TypeError),
        (lambda: t.sort(2**40), ValueError),
        (lambda: t.topk(2**70), ValueError),
        (lambda: t.std(correction="x"), TypeError),
        (lambda: t.norm(None), TypeError),
    ):
        with pytest.raises(kind):
            wrong()
