"""gumbel_softmax and straight_through: their values, their distribution, and derivatives that are those of the soft
values."""

import numpy as np
import pytest
from support import numbers, slope

import wingbeat as wb
from wingbeat.nn import functional as F

F64 = "float64"
LOGITS = numbers((2, 3, 4), seed=1)


def softmax(x, axis):
    x = np.exp(x - x.max(axis, keepdims=True))
    return x / x.sum(axis, keepdims=True)


@pytest.mark.parametrize("dtype", ["float32", F64])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_soft_samples_are_the_softmax_of_logits_and_gumbels_numbers(dim, dtype):
    wb.manual_seed(1)
    noise = wb.gumbel(size=LOGITS.shape, dtype=dtype).numpy()
    wb.manual_seed(1)
    found = F.gumbel_softmax(wb.tensor(LOGITS, dtype), 0.7, dim=dim)
    assert found.dtype == dtype
    np.testing.assert_allclose(
        found.numpy(), softmax((LOGITS + noise) / 0.7, dim), rtol=1e-5 if dtype == "float32" else 1e-13
    )
    wb.manual_seed(1)
    hard = F.gumbel_softmax(wb.tensor(LOGITS, dtype), 0.7, hard=True, dim=dim)
    assert hard.dtype == dtype and set(np.unique(hard.numpy())) == {0, 1} and (hard.numpy().sum(dim) == 1).all(), (
        "exactly, not nearly"
    )
    np.testing.assert_array_equal(hard.numpy().argmax(dim), found.numpy().argmax(dim))


def test_hard_samples_are_of_the_categorical_distribution_at_any_temperature():
    count, p = 40_000, softmax(LOGITS[0, 0], 0)
    for tau in (0.1, 1.0, 10.0):
        wb.manual_seed(2)
        frequencies = F.gumbel_softmax(wb.tensor(LOGITS[0, 0]).expand(count, 4), tau, hard=True).numpy().mean(0)
        assert (np.abs(frequencies - p) < 5 * np.sqrt(p * (1 - p) / count)).all()


def test_derivatives_of_soft_and_hard_samples_are_those_of_the_softmax():
    weights = wb.tensor(numbers(LOGITS.shape, seed=3))

    def seeded(logits, tau, hard):
        wb.manual_seed(3)
        return (F.gumbel_softmax(logits, tau, hard) * weights).sum()

    logits, tau = wb.tensor(LOGITS), wb.tensor(0.8, F64)
    by_logits = slope(lambda x: seeded(wb.tensor(np.array(x)), tau, False).item(), LOGITS)
    by_tau = slope(lambda x: seeded(logits, wb.tensor(np.array(x)), False).item(), np.array(0.8))
    direction = wb.tensor(numbers(LOGITS.shape, seed=4))
    (second,) = wb.hvp(lambda logits: seeded(logits, tau, False), (logits,), (direction,))
    for hard in (False, True):
        np.testing.assert_allclose(wb.grad(seeded)(logits, tau, hard).numpy(), by_logits, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(wb.grad(seeded, argnums=1)(logits, tau, hard).numpy(), by_tau, rtol=1e-6)
        along = wb.jvp(lambda logits: seeded(logits, tau, hard), (logits,), (direction,))[1]
        np.testing.assert_allclose(along.item(), (by_logits * direction.numpy()).sum(), rtol=1e-6)
        (product,) = wb.hvp(lambda logits: seeded(logits, tau, hard), (logits,), (direction,))
        np.testing.assert_allclose(product.numpy(), second.numpy(), rtol=1e-10, atol=1e-12)


def test_straight_through_has_the_values_of_one_and_the_derivatives_of_the_other():
    x = wb.tensor([0.2, 0.7, -1.6], F64, requires_grad=True)
    y = wb.straight_through(x.round() * 3, x**2)
    assert y.tolist() == [0, 3, -6]
    (y * y).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * np.array([0, 3, -6]) * 2 * np.array([0.2, 0.7, -1.6]))
    assert wb.jvp(lambda x: wb.straight_through(wb.sign(x), x), (wb.tensor([0.5]),), (wb.tensor([3.0]),))[
        1
    ].tolist() == [3]
    assert wb.straight_through(wb.tensor([1, 0]), wb.tensor([0.25, 0.125])).dtype == "float32", "the soft one's"
    assert wb.straight_through(wb.tensor(1.0), wb.tensor(1e30)).item() == 1, "nothing is lost to rounding"


def test_a_compiled_function_draws_anew_and_takes_the_temperature_as_an_argument():
    draw = wb.compile(lambda logits, tau: F.gumbel_softmax(logits, tau, hard=True))
    logits = wb.tensor(LOGITS)
    wb.manual_seed(5)
    first, second = draw(logits, wb.tensor(0.5)), draw(logits, wb.tensor(2.0))
    wb.manual_seed(5)
    np.testing.assert_array_equal(F.gumbel_softmax(logits, 0.5, True).numpy(), first.numpy())
    assert (first.numpy() != second.numpy()).any()


def test_shapes_without_elements_and_integers_are_taken():
    assert F.gumbel_softmax(wb.zeros(0, 3), hard=True).shape == (0, 3)
    assert F.gumbel_softmax(wb.tensor([1, 2])).dtype == "float32"


@pytest.mark.parametrize(
    "wrong, kind",
    [
        (lambda: F.gumbel_softmax(wb.zeros(2), 0), ValueError),
        (lambda: F.gumbel_softmax(wb.zeros(2), -1.0), ValueError),
        (lambda: F.gumbel_softmax(wb.zeros(2), float("nan")), ValueError),
        (lambda: F.gumbel_softmax(wb.zeros(2), dim=1), IndexError),
        (lambda: F.gumbel_softmax("a"), TypeError),
        (lambda: F.gumbel_softmax(wb.zeros(2), "a"), TypeError),
        (lambda: wb.straight_through(wb.zeros(2), wb.zeros(3)), ValueError),
        (lambda: wb.straight_through(None, wb.zeros(3)), TypeError),
        (lambda: wb.straight_through(wb.zeros(3), wb.tensor([1, 2, 3])), TypeError),
    ],
)
def test_wrong_arguments_are_refused(wrong, kind):
    with pytest.raises(kind):
        wrong()
