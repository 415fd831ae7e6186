"""What the operation table does not say of the operations of _functions: overflow, ties, axes in all forms, what is
refused."""

import numpy as np
import pytest
from support import numbers

import wingbeat as wb


def test_parameters_of_activations():
    x = numbers((20,))
    np.testing.assert_allclose(wb.leaky_relu(x, 0.3).numpy(), np.where(x > 0, x, 0.3 * x), rtol=1e-14)
    np.testing.assert_allclose(
        wb.gelu(x, "tanh").numpy(), x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2, rtol=1e-12
    )
    with pytest.raises(ValueError, match="'none' or 'tanh'"):
        wb.gelu(x, "other")
    with pytest.raises(TypeError, match="'a'"):
        wb.leaky_relu(x, "a")


@pytest.mark.parametrize("value", [-800.0, -100.0, 0.0, 100.0, 800.0, np.inf, -np.inf])
def test_activations_do_not_overflow(value):
    x = np.array([value])
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(wb.sigmoid(x).numpy(), 1 / (1 + np.exp(-x)), rtol=1e-14)
    np.testing.assert_allclose(wb.softplus(x).numpy(), np.logaddexp(x, 0), rtol=1e-14)
    np.testing.assert_allclose(wb.tanh(x).numpy(), np.tanh(x))


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "amin"])
@pytest.mark.parametrize("axes", [None, 0, -1, (0, 2), (2, 1, 0), ()])
@pytest.mark.parametrize("keep", [False, True])
def test_reductions_are_numpys_over_any_axes(name, axes, keep):
    x = numbers((3, 4, 5))
    expected = np.asarray(getattr(np, name)(x, axis=axes if axes != () else None, keepdims=keep))
    for found in (
        getattr(wb, name)(wb.tensor(x), axes, keep),
        getattr(wb.tensor(x), name)(dim=axes, keepdim=keep),
        getattr(wb, name)(x, axis=axes, keepdims=keep),
    ):
        assert found.shape == expected.shape
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-13)


@pytest.mark.parametrize(
    "dtype, result",
    [
        ("bool", "int64"),
        ("uint8", "int64"),
        ("int32", "int64"),
        ("int64", "int64"),
        ("float32", "float32"),
        ("float64", "float64"),
    ],
)
def test_sums_have_the_documented_dtypes(dtype, result):
    x = numbers((1000,), dtype)
    assert wb.tensor(x).sum().dtype == result
    np.testing.assert_allclose(wb.tensor(x).sum().item(), x.astype("f8").sum(), rtol=1e-6)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_extremes_along_an_axis_and_their_places_are_numpys(axis):
    x = np.round(numbers((4, 5, 6)), 1)  # with equal elements
    t = wb.tensor(x)
    values, places = t.max(axis)
    np.testing.assert_array_equal(values.numpy(), x.max(axis))
    np.testing.assert_array_equal(places.numpy(), x.argmax(axis))
    low = t.min(axis, keepdim=True)
    np.testing.assert_array_equal(low.values.numpy(), x.min(axis, keepdims=True))
    np.testing.assert_array_equal(low.indices.numpy(), np.expand_dims(x.argmin(axis), axis))
    np.testing.assert_array_equal(t.argmax(axis).numpy(), x.argmax(axis))
    assert (t.argmin().item(), t.argmax().item(), t.max().item(), t.min().item()) == (
        x.argmin(),
        x.argmax(),
        x.max(),
        x.min(),
    )
    np.testing.assert_array_equal(t.max(wb.zeros_like(t)).numpy(), np.maximum(x, 0))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_and_its_relatives_are_their_definitions_without_overflow(axis):
    x = numbers((3, 4, 5)) * 300
    shifted = x - x.max(axis, keepdims=True)
    total = np.exp(shifted).sum(axis, keepdims=True)
    np.testing.assert_allclose(wb.softmax(x, axis).numpy(), np.exp(shifted) / total, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(wb.log_softmax(x, dim=axis).numpy(), shifted - np.log(total), rtol=1e-12)
    np.testing.assert_allclose(
        wb.logsumexp(x, axis).numpy(), (x.max(axis, keepdims=True) + np.log(total)).squeeze(axis), rtol=1e-13
    )


def test_where_maximum_and_minimum_are_numpys_and_numbers_take_the_tensors_dtype():
    x, y = numbers((3, 4), seed=1), numbers((4,), seed=2)
    a, b = wb.tensor(x), wb.tensor(y)
    np.testing.assert_array_equal(wb.where(a > b, a, b).numpy(), np.where(x > y, x, y))
    np.testing.assert_array_equal(wb.where(x > y, x, y).numpy(), np.where(x > y, x, y))
    np.testing.assert_array_equal(wb.maximum(a, y).numpy(), np.maximum(x, y))
    np.testing.assert_array_equal(wb.minimum(x, b).numpy(), np.minimum(x, y))
    single = wb.tensor(x, "float32")
    assert wb.where(single > 0, single, 0).dtype == wb.where(single > 0, 1.5, single).dtype == "float32"
    assert wb.where(wb.tensor([True]), wb.tensor([1]), 2.5).dtype == "float32"
    with pytest.raises(TypeError, match="bool"):
        wb.where(a, a, b)
    assert np.isnan(wb.maximum(float("nan"), a).numpy()).all()


def test_logical_operations_are_numpys():
    x, y = numbers((20,), "int32", 1), numbers((20,), "bool", 2)
    for name in ("logical_and", "logical_or"):
        np.testing.assert_array_equal(getattr(wb, name)(x, y).numpy(), getattr(np, name)(x, y))
    np.testing.assert_array_equal(wb.logical_not(x).numpy(), np.logical_not(x))


def test_joining_and_picking_are_numpys():
    x, y = numbers((2, 3, 4), seed=1), numbers((2, 1, 4), seed=2)
    np.testing.assert_array_equal(wb.cat([wb.tensor(x), y], 1).numpy(), np.concatenate([x, y], 1))
    np.testing.assert_array_equal(wb.concatenate([x, y, x], axis=-2).numpy(), np.concatenate([x, y, x], 1))
    for axis in (0, 1, -1):
        np.testing.assert_array_equal(wb.stack([x, x + 1], axis).numpy(), np.stack([x, x + 1], axis))
        np.testing.assert_array_equal(
            wb.index_select(x, axis, [[1, 0], [-1, 1]]).numpy(), np.take(x, [[1, 0], [-1, 1]], axis)
        )
        places = np.argsort(x, axis)
        np.testing.assert_array_equal(
            wb.take_along_dim(wb.tensor(x), places, axis).numpy(), np.take_along_axis(x, places, axis)
        )
    np.testing.assert_array_equal(wb.take_along_dim(x, [5, 0]).numpy(), x.reshape(-1)[[5, 0]])
    assert wb.cat([wb.tensor([1]), wb.tensor([1.5])]).dtype == "float32"
    for wrong, kind in (
        (lambda: wb.cat([]), ValueError),
        (lambda: wb.cat([x, y], 0), ValueError),
        (lambda: wb.cat(5), TypeError),
        (lambda: wb.cat([x, x], 2**32), ValueError),
        (lambda: wb.index_select(x, 0, [0.5]), TypeError),
        (lambda: wb.stack([x, y]), ValueError),
        (lambda: wb.cat(["a"]), TypeError),
    ):
        with pytest.raises(kind):
            wrong()


def test_empty_tensors_pass_through_everything_and_have_no_maximum():
    empty = wb.zeros(0, 3)
    assert [
        t.shape
        for t in (
            empty + 1,
            wb.exp(empty),
            empty.sum(1),
            empty.T,
            empty.softmax(1),
            empty @ wb.zeros(3, 2),
            empty[:, ::2],
            wb.cat([empty, empty]),
        )
    ] == [(0, 3), (0, 3), (0,), (3, 0), (0, 3), (0, 2), (0, 2), (0, 3)]
    for t in (empty.sum(0), wb.zeros(2, 0) @ wb.zeros(0, 3)):
        assert not t.numpy().any()
    with pytest.raises(ValueError, match="empty"):
        empty.max()


def test_the_methods_and_functions_refuse_what_is_no_tensor():
    for function in (wb.exp, wb.sum, wb.relu, wb.logsumexp):
        for nonsense in ("a", None, object()):
            with pytest.raises(TypeError):
                function(nonsense)
    with pytest.raises(TypeError):
        wb.add(None, wb.ones(1))
