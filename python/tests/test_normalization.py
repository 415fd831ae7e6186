"""What the operation table does not show of normalisation, embeddings and dropout: statistics that are written in
place, gradients that are kept away, draws."""

import numpy as np
import pytest

import wingbeat as wb

F = wb.nn.functional
X = np.random.default_rng(0).normal(3, 2, (5, 3, 4))


def statistics():
    return wb.zeros(3, dtype="float64"), wb.ones(3, dtype="float64")


def test_batch_norm_moves_the_running_statistics_toward_the_batchs_mean_and_unbiased_variance():
    mean, variance = statistics()
    F.batch_norm(X, mean, variance, training=True, momentum=0.25)
    np.testing.assert_allclose(mean.numpy(), 0.25 * X.mean((0, 2)), rtol=1e-13)
    np.testing.assert_allclose(variance.numpy(), 0.75 + 0.25 * X.var((0, 2), ddof=1), rtol=1e-13)
    F.batch_norm(X, mean, variance)
    np.testing.assert_allclose(mean.numpy(), 0.25 * X.mean((0, 2)), rtol=1e-13)


def test_instance_norm_moves_them_toward_the_mean_over_the_examples_statistics():
    mean, variance = statistics()
    F.instance_norm(X, mean, variance, momentum=0.25)
    np.testing.assert_allclose(mean.numpy(), 0.25 * X.mean((0, 2)), rtol=1e-13)
    np.testing.assert_allclose(variance.numpy(), 0.75 + 0.25 * X.var(2, ddof=1).mean(0), rtol=1e-13)


def test_a_captured_step_writes_the_running_statistics_each_time():
    mean, variance = statistics()

    @wb.compile
    def step(x):
        return F.batch_norm(x, mean, variance, training=True, momentum=0.5)

    want, spread = np.zeros(3), np.ones(3)
    for factor in (1, 2, -3):
        step(wb.tensor(factor * X))
        want = 0.5 * want + 0.5 * (factor * X).mean((0, 2))
        spread = 0.5 * spread + 0.5 * (factor * X).var((0, 2), ddof=1)
        np.testing.assert_allclose(mean.numpy(), want, rtol=1e-13)
        np.testing.assert_allclose(variance.numpy(), spread, rtol=1e-13)


def test_statistics_collect_no_derivatives():
    mean, variance = statistics()
    x = wb.tensor(X, requires_grad=True)
    F.batch_norm(x, mean, variance, training=True).sum().backward()
    assert not mean.requires_grad and not variance.requires_grad
    np.testing.assert_allclose(x.grad.numpy(), 0, atol=1e-14)


def test_a_large_mean_costs_no_digits():
    x = np.random.default_rng(1).normal(0, 1, (8, 64)).astype("float32")
    far = (x + np.float32(4096)).astype("float32")
    wide = far.astype("float64")
    want = (wide - wide.mean(1, keepdims=True)) / np.sqrt(wide.var(1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(F.layer_norm(far, 64).numpy(), want, atol=2e-4)


def test_rms_norm_adds_the_dtypes_epsilon():
    for dtype in ("float32", "float64"):
        x = np.full(4, 1e-6, dtype)
        want = x / np.sqrt((x.astype("float64") ** 2).mean() + np.finfo(dtype).eps)
        np.testing.assert_allclose(wb.rms_norm(x, 4).numpy(), want, rtol=1e-6)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: F.batch_norm(X, None, None), "batch_norm: .*running statistics"),
        (lambda: F.batch_norm(X, wb.zeros(3), None), "running_mean and running_var"),
        (lambda: F.batch_norm(X[:1, :, :1], None, None, training=True), "more than 1 value per channel"),
        (lambda: F.batch_norm(X, wb.zeros(4), wb.ones(4)), r"3 channels.*\[4\]"),
        (lambda: F.instance_norm(X[:, :, :1]), "more than 1 value"),
        (lambda: F.group_norm(X, 2), "divides the 3 channels is expected, but found 2"),
        (lambda: F.group_norm(X, 0), "found 0"),
        (lambda: F.layer_norm(X, (3, 5)), r"\[3, 5\].*\[5, 3, 4\]"),
        (lambda: F.layer_norm(X, 4, wb.ones(3)), r"weight of \[4\].*\[3\]"),
        (lambda: F.local_response_norm(X, 0), "size above 0"),
        (lambda: F.local_response_norm(X[0], 3), "three axes"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# -------------------------------------------------------------------- embeddings

TABLE = np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize("padding", [2, -2])
def test_the_row_of_padding_gets_no_gradient(padding):
    picks = wb.tensor([0, 2, 2, 1])
    gradient = wb.grad(lambda table: (F.embedding(picks, table, padding) * 3).sum())(wb.tensor(TABLE))
    np.testing.assert_array_equal(gradient.numpy(), [[3] * 3, [3] * 3, [0] * 3, [0] * 3])
    np.testing.assert_array_equal(F.embedding(picks, TABLE, padding).numpy(), TABLE[[0, 2, 2, 1]])


def test_gradients_are_divided_by_how_often_a_row_is_picked_and_values_stay():
    picks = wb.tensor([[0, 2], [2, 2]])
    function = lambda table: F.embedding(picks, table, scale_grad_by_freq=True)  # noqa: E731
    gradient = wb.grad(lambda table: function(table).sum())(wb.tensor(TABLE))
    np.testing.assert_allclose(gradient.numpy(), [[1] * 3, [0] * 3, [1] * 3, [0] * 3], rtol=1e-15)
    np.testing.assert_array_equal(
        function(wb.tensor(TABLE, requires_grad=True)).detach().numpy(), TABLE[[[0, 2], [2, 2]]]
    )


@pytest.mark.parametrize("order", [1, 2, np.inf])
def test_rows_that_are_picked_and_too_long_are_shortened_in_place(order):
    table = wb.tensor(TABLE, requires_grad=True)
    found = F.embedding(wb.tensor([1, 3, 1, 0]), table, max_norm=5.0, norm_type=order)
    norms = np.linalg.norm(TABLE, order, axis=1)
    want = TABLE * np.where((norms > 5) & np.array([True, True, False, True]), 5 / (norms + 1e-7), 1)[:, None]
    np.testing.assert_allclose(table.detach().numpy(), want, rtol=1e-14)
    np.testing.assert_allclose(found.detach().numpy(), want[[1, 3, 1, 0]], rtol=1e-14)
    assert table.requires_grad and table.is_leaf


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_padding_does_not_count_in_a_bag_and_an_empty_bag_is_zero(mode):
    found = F.embedding_bag(wb.tensor([0, 2, 1, 2, 2]), -TABLE, wb.tensor([0, 3, 5]), mode=mode, padding_idx=2)
    bag = -TABLE[[0, 1]]
    np.testing.assert_allclose(found.numpy(), [getattr(bag, mode)(0), [0] * 3, [0] * 3])


def test_the_gradient_of_a_largest_row_goes_to_the_first_of_equal_ones():
    table = wb.tensor([[1.0], [1.0], [0.0]])
    gradient = wb.grad(lambda t: F.embedding_bag(wb.tensor([[1, 0, 2]]), t, mode="max").sum())(table)
    np.testing.assert_array_equal(gradient.numpy(), [[0], [1], [0]])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: F.embedding(wb.tensor([4]), TABLE).numpy(), IndexError, "4 is out of range"),
        (lambda: F.embedding(wb.tensor([0.5]), TABLE), TypeError, "whole numbers"),
        (lambda: F.embedding(wb.tensor([0]), TABLE[0]), ValueError, r"\[rows, width\]"),
        (lambda: F.embedding(wb.tensor([0]), TABLE, 4), ValueError, "4 rows, but it is 4"),
        (lambda: F.embedding_bag(wb.tensor([0, 1]), TABLE), ValueError, "offsets"),
        (lambda: F.embedding_bag(wb.tensor([0, 1]), TABLE, wb.tensor([1])).numpy(), IndexError, "out of range"),
        (lambda: F.embedding_bag(wb.tensor([[0, 1]]), TABLE, wb.tensor([0])), ValueError, "no offsets"),
        (lambda: F.embedding_bag(wb.tensor([[0]]), TABLE, per_sample_weights=wb.ones(1, 1)), ValueError, "mode 'sum'"),
    ],
)
def test_what_embeddings_cannot_take_gets_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


# -------------------------------------------------------------------- dropout


@pytest.mark.parametrize("name", ["dropout", "dropout1d", "dropout2d", "dropout3d"])
def test_what_is_kept_is_divided_by_its_probability(name):
    wb.manual_seed(0)
    shape = {"dropout1d": (40, 50, 4), "dropout3d": (40, 50, 2, 1, 3)}.get(name, (40, 50, 2, 3))
    found = getattr(F, name)(wb.ones(shape), 0.3).numpy()
    np.testing.assert_allclose(np.unique(found), [0, 1 / 0.7], rtol=1e-6)
    channels = found.reshape(40, 50, -1)
    alike = (channels == channels[:, :, :1]).all()
    assert alike == (name != "dropout")
    # 2,000 draws at least: five deviations of a mean.
    assert abs((found == 0).mean() - 0.3) < 5 * (0.3 * 0.7 / 2000) ** 0.5


def test_channels_of_one_example_are_dropped_by_its_first_axis():
    wb.manual_seed(1)
    found = F.dropout1d(wb.ones(200, 5), 0.5).numpy()
    assert (found == found[:, :1]).all() and 0 < (found == 0).mean() < 1


def test_alpha_dropout_keeps_mean_and_variance():
    wb.manual_seed(2)
    x = wb.randn(200, 500, dtype="float64")
    for found in (F.alpha_dropout(x, 0.2, True), F.feature_alpha_dropout(x, 0.2, True)):
        assert abs(found.mean().item()) < 0.02 and abs(found.var().item() - 1) < 0.02
        alpha, a = -1.7580993408473766, ((1.7580993408473766**2 * 0.2 + 1) * 0.8) ** -0.5
        assert np.isclose(found.numpy(), a * alpha * (1 - 0.2)).mean() == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("name", ["dropout", "dropout2d", "alpha_dropout", "feature_alpha_dropout"])
def test_without_training_or_probability_the_input_comes_back(name):
    x = wb.randn(3, 4, 5, 6)
    for found in (getattr(F, name)(x, 0.5, False), getattr(F, name)(x, 0.0, True)):
        np.testing.assert_array_equal(found.numpy(), x.numpy())
    np.testing.assert_array_equal(getattr(F, name)(x, 1.0, True).numpy(), 0 * x.numpy())
    for p in (-0.1, 1.5, np.nan):
        with pytest.raises(ValueError, match=f"{name}: p from 0 to 1"):
            getattr(F, name)(x, p, False)
    with pytest.raises(TypeError, match=name):
        getattr(F, name)(wb.ones(2, 2, 2, 2, dtype="int64"), 0.5, True)


def test_in_place_the_input_is_written_and_derivatives_pass():
    wb.manual_seed(3)
    x = wb.ones(50, requires_grad=True)
    y = x * 2
    z = F.dropout(y, 0.5, inplace=True)
    assert z is y
    z.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), z.detach().numpy())
    assert set(x.grad.numpy()) == {0, 4}


def test_the_same_seed_draws_the_same_mask_and_a_captured_step_draws_each_time():
    x = wb.ones(100)
    step = wb.compile(lambda x: F.dropout(x, 0.5))
    wb.manual_seed(4)
    first, second = step(x).numpy(), step(x).numpy()
    assert (first != second).any()
    wb.manual_seed(4)
    np.testing.assert_array_equal(F.dropout(x, 0.5).numpy(), first)
    np.testing.assert_array_equal(F.dropout(x, 0.5).numpy(), second)
