"""Every layer, activation, loss and initialiser against NumPy's closed forms."""

import math

import numpy as np
import pytest
from support import numbers, same_bits, slope

import wingbeat as wb
from wingbeat import nn

F = nn.functional
erf = np.vectorize(math.erf)


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


ACTIVATIONS = {
    "Identity": (nn.Identity(), None, lambda x: x),
    "ReLU": (nn.ReLU(), F.relu, lambda x: np.maximum(x, 0)),
    "LeakyReLU": (nn.LeakyReLU(0.2), lambda x: F.leaky_relu(x, 0.2), lambda x: np.where(x > 0, x, 0.2 * x)),
    "Sigmoid": (nn.Sigmoid(), F.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    "Tanh": (nn.Tanh(), F.tanh, np.tanh),
    "GELU": (nn.GELU(), F.gelu, lambda x: x * (1 + erf(x / np.sqrt(2))) / 2),
    "GELU tanh": (
        nn.GELU("tanh"),
        lambda x: F.gelu(x, "tanh"),
        lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    "Softplus": (nn.Softplus(), F.softplus, lambda x: np.log1p(np.exp(x))),
    "Softmax": (nn.Softmax(dim=-1), lambda x: F.softmax(x, -1), softmax),
    "Softmax 0": (nn.Softmax(dim=0), lambda x: F.softmax(x, 0), lambda x: softmax(x, 0)),
    "LogSoftmax": (nn.LogSoftmax(dim=1), lambda x: F.log_softmax(x, 1), lambda x: np.log(softmax(x, 1))),
    "Flatten": (nn.Flatten(), lambda x: F.flatten(x, 1), lambda x: x.reshape(len(x), -1)),
    "Flatten 0, 1": (nn.Flatten(0, 1), lambda x: F.flatten(x, 0, 1), lambda x: x.reshape(-1, x.shape[2])),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_and_their_gradients_are_their_formulas(name):
    module, function, formula = ACTIVATIONS[name]
    x = numbers((3, 4, 5))
    weights = numbers(formula(x).shape, seed=1)
    for compute in filter(None, (module, function)):
        np.testing.assert_allclose(compute(x).numpy(), formula(x), rtol=1e-12, atol=1e-14)
        t = wb.tensor(x, requires_grad=True)
        (compute(t) * weights).sum().backward()
        np.testing.assert_allclose(
            t.grad.numpy(), slope(lambda v: (formula(v) * weights).sum(), x), rtol=1e-6, atol=1e-7
        )
    assert not list(module.parameters())


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (0, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_is_x_times_w_transposed_plus_b(shape, bias):
    layer = nn.Linear(3, 4, bias=bias, dtype="float64")
    x, weight = numbers(shape), layer.weight.detach().numpy()
    expected = x @ weight.T + (layer.bias.detach().numpy() if bias else 0)
    np.testing.assert_allclose(layer(x).detach().numpy(), expected, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(F.linear(x, layer.weight, layer.bias).detach().numpy(), expected, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(F.linear(x, weight).numpy(), x @ weight.T, rtol=1e-13, atol=1e-14)
    assert (layer.bias is None) is not bias and (layer.in_features, layer.out_features) == (3, 4)


def test_linear_starts_in_pytorchs_bounds_from_the_seed():
    wb.manual_seed(3)
    first = nn.Linear(100, 300)
    wb.manual_seed(3)
    second = nn.Linear(100, 300)
    assert same_bits(first.weight.detach().numpy(), second.weight.detach().numpy()) and same_bits(
        first.bias.detach().numpy(), second.bias.detach().numpy()
    )
    for values in (first.weight.detach().numpy(), first.bias.detach().numpy()):
        assert np.abs(values).max() <= 0.1 and np.abs(values).max() > 0.095 and abs(values.mean()) < 0.02
    assert not same_bits(nn.Linear(100, 300).weight.detach().numpy(), first.weight.detach().numpy())


# -------------------------------------------------------------------- losses

LABELS = np.array([2, 0, 1, 2, 2])
LOGITS = numbers((5, 3), seed=4) * 3
PROBABILITIES = softmax(numbers((5, 3), seed=5))
UNIT = 1 / (1 + np.exp(-numbers((5, 3), seed=6)))
BINARY = (numbers((5, 3), seed=7) > 0).astype("f8")


def picked(logs, target):
    return -logs[np.arange(5), target] if target.ndim == 1 else -(logs * target).sum(1)


LOSSES = {
    "mse": (nn.MSELoss, F.mse_loss, LOGITS, UNIT, lambda p, t: (p - t) ** 2),
    "bce": (nn.BCELoss, F.binary_cross_entropy, UNIT, BINARY, lambda p, t: -(t * np.log(p) + (1 - t) * np.log(1 - p))),
    "bce soft": (
        nn.BCELoss,
        F.binary_cross_entropy,
        UNIT,
        PROBABILITIES,
        lambda p, t: -(t * np.log(p) + (1 - t) * np.log(1 - p)),
    ),
    "bce logits": (
        nn.BCEWithLogitsLoss,
        F.binary_cross_entropy_with_logits,
        LOGITS,
        BINARY,
        lambda p, t: np.logaddexp(0, p) - t * p,
    ),
    "cross entropy": (nn.CrossEntropyLoss, F.cross_entropy, LOGITS, LABELS, lambda p, t: picked(np.log(softmax(p)), t)),
    "cross entropy soft": (
        nn.CrossEntropyLoss,
        F.cross_entropy,
        LOGITS,
        PROBABILITIES,
        lambda p, t: picked(np.log(softmax(p)), t),
    ),
    "cross entropy of probabilities": (
        lambda reduction: nn.CrossEntropyLoss(reduction=reduction, from_logits=False),
        lambda p, t, reduction: F.cross_entropy(p, t, reduction=reduction, from_logits=False),
        PROBABILITIES,
        LABELS,
        lambda p, t: picked(np.log(p), t),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses_and_their_gradients_are_their_formulas(name, reduction):
    make, function, prediction, target, formula = LOSSES[name]
    reduce = {"mean": np.mean, "sum": np.sum, "none": np.asarray}[reduction]
    expected = reduce(formula(prediction, target))
    t = wb.tensor(prediction, requires_grad=True)
    for found in (make(reduction=reduction)(t, wb.tensor(target)), function(prediction, target, reduction=reduction)):
        assert found.shape == expected.shape and found.dtype == "float64"
        np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-12)
    make(reduction=reduction)(t, wb.tensor(target)).sum().backward()
    np.testing.assert_allclose(
        t.grad.numpy(), slope(lambda p: reduce(formula(p, target)).sum(), prediction), rtol=1e-5, atol=1e-8
    )


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_class_labels_may_have_any_integer_dtype_and_one_row_may_stand_alone(dtype):
    np.testing.assert_allclose(
        F.cross_entropy(LOGITS, LABELS.astype(dtype)).item(), picked(np.log(softmax(LOGITS)), LABELS).mean(), rtol=1e-13
    )
    np.testing.assert_allclose(
        F.cross_entropy(LOGITS[0], np.array(2, dtype)).item(), -np.log(softmax(LOGITS[0]))[2], rtol=1e-13
    )


def test_losses_stay_finite_where_their_formulas_overflow():
    assert F.binary_cross_entropy(np.array([0.0, 1.0]), np.array([1.0, 0.0])).item() == 100
    np.testing.assert_allclose(
        F.binary_cross_entropy_with_logits(np.array([1000.0, -1000.0]), np.array([0.0, 1.0])).item(), 1000
    )
    np.testing.assert_allclose(F.cross_entropy(np.array([[1000.0, 0.0]]), np.array([1])).item(), 1000)
    assert F.cross_entropy(np.array([[0.0, 1.0]]), np.array([0]), from_logits=False).item() == 100


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda: F.mse_loss(wb.ones(2), wb.ones(3)), ValueError, r"\[2\].*\[3\]"),
        (lambda: F.mse_loss(wb.zeros(0), wb.zeros(0)), ValueError, "empty"),
        (lambda: F.cross_entropy(wb.ones(2, 3), wb.tensor([0, 3])).item(), IndexError, "3"),
        (lambda: F.cross_entropy(wb.ones(2, 3), wb.tensor([0, -1])).item(), IndexError, "-1"),
        (lambda: F.cross_entropy(wb.ones(2, 3), wb.tensor([0, 1, 2])), ValueError, r"\[2, 3\]"),
        (lambda: F.cross_entropy(wb.ones(2, 3), wb.ones(2)), (TypeError, ValueError), "cross_entropy"),
        (lambda: F.cross_entropy(wb.tensor([[1, 2]]), wb.tensor([0])), TypeError, "int64"),
        (lambda: F.cross_entropy(wb.zeros(0, 3), wb.zeros(0, dtype="int64")), ValueError, "empty"),
        (lambda: nn.MSELoss(reduction="average"), ValueError, "'average'"),
        (lambda: nn.MSELoss("sum"), ValueError, "size_average.*reduction='sum'"),
        (lambda: nn.MSELoss(reduction=None), ValueError, "None"),
        (lambda: nn.MSELoss()("a", wb.ones(1)), TypeError, "<U1"),
        (lambda: nn.Linear(3, 2)(wb.ones(4, 5)), ValueError, r"5|\[4, 5\]"),
        (lambda: nn.Linear(3, 2)(wb.ones(())), ValueError, r"\[\]"),
        (lambda: nn.Linear(3, 2)("text"), TypeError, "<U4"),
        (lambda: nn.Linear(-1, 2), ValueError, "-1"),
        (lambda: nn.Linear(2.5, 2), TypeError, "2.5"),
        (lambda: nn.Linear("a", 2), TypeError, "'a'"),
        (lambda: nn.Linear(2**33, 2**33), MemoryError, "bytes"),
        (lambda: nn.Linear(2**70, 1), ValueError, "in_features"),
        (lambda: nn.Linear(2, 2, dtype="int64"), TypeError, "int64"),
        (lambda: nn.GELU("other"), ValueError, "'other'"),
        (lambda: nn.LeakyReLU("a"), TypeError, "'a'"),
        (lambda: nn.Softmax("a"), TypeError, "'a'"),
        (lambda: nn.Softmax(5)(wb.ones(2, 2)), (IndexError, ValueError), "5"),
        (lambda: nn.Flatten(3)(wb.ones(2, 2)), (IndexError, ValueError), "3"),
        (lambda: nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 3))(wb.ones(1, 2)), ValueError, "3"),
        (lambda: nn.Sequential("text"), TypeError, "text"),
        (lambda: nn.ReLU()(None), TypeError, "object"),
    ],
)
def test_wrong_input_is_refused_with_a_fitting_exception(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


# -------------------------------------------------------------------- initialisers

N = 300 * 200


@pytest.mark.parametrize(
    "fill, bound",
    [
        (lambda t: nn.init.uniform_(t, -2.0, 3.0), (-2, 3)),
        (lambda t: nn.init.xavier_uniform_(t, 2.0), 2 * np.sqrt(6 / 500)),
        (lambda t: nn.init.kaiming_uniform_(t, nonlinearity="relu"), np.sqrt(2) * np.sqrt(3 / 200)),
        (lambda t: nn.init.kaiming_uniform_(t, a=np.sqrt(5)), np.sqrt(1 / 3) * np.sqrt(3 / 200)),
        (lambda t: nn.init.kaiming_uniform_(t, mode="fan_out", nonlinearity="linear"), np.sqrt(3 / 300)),
        (lambda t: nn.init.linear_default_(t), 1 / np.sqrt(200)),
    ],
)
def test_uniform_initialisers_fill_their_interval_evenly(fill, bound):
    wb.manual_seed(1)
    t = nn.Parameter(wb.zeros(300, 200))
    assert fill(t) is t and t.requires_grad
    low, high = bound if isinstance(bound, tuple) else (-bound, bound)
    values = t.detach().numpy().astype("f8")
    assert (
        low - 1e-6 <= values.min() < low + (high - low) * 1e-3
        and high - (high - low) * 1e-3 < values.max() <= high + 1e-6
    )
    np.testing.assert_allclose(values.mean(), (low + high) / 2, atol=5 * (high - low) / np.sqrt(12 * N))
    wb.manual_seed(1)
    assert same_bits(fill(wb.zeros(300, 200)).detach().numpy(), t.detach().numpy())


@pytest.mark.parametrize(
    "fill, mean, deviation",
    [
        (lambda t: nn.init.normal_(t, 1.5, 0.5), 1.5, 0.5),
        (lambda t: nn.init.xavier_normal_(t), 0, np.sqrt(2 / 500)),
        (lambda t: nn.init.kaiming_normal_(t, nonlinearity="relu"), 0, np.sqrt(2 / 200)),
        (lambda t: nn.init.kaiming_normal_(t, mode="fan_out", nonlinearity="tanh"), 0, 5 / 3 / np.sqrt(300)),
        (lambda t: nn.init.lecun_normal_(t), 0, 1 / np.sqrt(200)),
    ],
)
def test_normal_initialisers_have_their_mean_and_deviation(fill, mean, deviation):
    wb.manual_seed(2)
    values = fill(wb.zeros(300, 200)).numpy().astype("f8")
    assert abs(values.mean() - mean) < 5 * deviation / np.sqrt(N) and abs(values.std() / deviation - 1) < 5 / np.sqrt(
        2 * N
    )


def test_constant_initialisers_and_fans_of_more_axes():
    t = wb.zeros(3, 2)
    assert (
        nn.init.constant_(t, 2.5).tolist() == [[2.5] * 2] * 3
        and nn.init.ones_(t).tolist() == [[1] * 2] * 3
        and nn.init.zeros_(t).tolist() == [[0] * 2] * 3
    )
    wide = nn.init.kaiming_uniform_(wb.zeros(10, 20, 5, 5), nonlinearity="linear").numpy()
    assert 0.99 < np.abs(wide).max() / np.sqrt(3 / (20 * 25)) <= 1.0001
    for wrong, kind in (
        (lambda: nn.init.xavier_uniform_(wb.zeros(3)), ValueError),
        (lambda: nn.init.zeros_(wb.tensor([1])), TypeError),
        (lambda: nn.init.zeros_("text"), TypeError),
        (lambda: nn.init.uniform_(t, "a"), TypeError),
        (lambda: nn.init.kaiming_normal_(t, mode="other"), ValueError),
        (lambda: nn.init.kaiming_normal_(t, nonlinearity="other"), ValueError),
    ):
        with pytest.raises(kind):
            wrong()
    assert nn.init.calculate_gain("leaky_relu", 1) == 1 and nn.init.calculate_gain("relu") == 2**0.5
