"""Random numbers by distribution: their statistics, their seeds, what depends on threads (nothing), and creation of
regular numbers."""

import numpy as np
import pytest
from scipy import stats
from support import DTYPES, python

import wingbeat as wb

DRAWS = {
    "exponential": (lambda size, dtype: wb.exponential(2.0, size, dtype), stats.expon(scale=0.5)),
    "gumbel": (lambda size, dtype: wb.gumbel(1.0, 2.0, size, dtype), stats.gumbel_r(1, 2)),
    "uniform": (lambda size, dtype: wb.uniform(-1.0, 3.0, size, dtype), stats.uniform(-1, 4)),
    "normal": (lambda size, dtype: wb.normal(1.0, 2.0, size, dtype), stats.norm(1, 2)),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_draws_follow_their_distribution(name, dtype):
    draw, distribution = DRAWS[name]
    wb.manual_seed(7)
    x = draw((200_000,), dtype)
    assert x.dtype == dtype
    assert stats.kstest(x.numpy(), distribution.cdf).pvalue > 1e-3
    assert np.isfinite(x.numpy()).all()
    wb.manual_seed(7)
    np.testing.assert_array_equal(draw((200_000,), dtype).numpy(), x.numpy())
    assert (draw((200_000,), dtype).numpy() != x.numpy()).mean() > 0.99, "the next draw is another one"
    assert draw((0, 3), dtype).shape == (0, 3) and draw((), dtype).shape == ()


def test_exponential_numbers_are_above_zero():
    assert (wb.exponential(1e30, (100_000,)).numpy() > 0).all() and (
        wb.exponential(1e-38, (10_000,)).numpy() < np.inf
    ).all()


def test_bernoulli_follows_its_probabilities():
    wb.manual_seed(3)
    p = np.repeat([0.0, 0.2, 0.9, 1.0], 50_000)
    for dtype in ("float32", "float64"):
        x = wb.bernoulli(wb.tensor(p, dtype))
        assert x.dtype == dtype and set(np.unique(x.numpy())) == {0, 1}
        np.testing.assert_allclose(x.numpy().reshape(4, -1).mean(1), [0, 0.2, 0.9, 1], atol=0.01)
    for wrong in ([1.5], [-0.1], [float("nan")]):
        wb.manual_seed(5)
        expected = wb.rand(1).item()
        wb.manual_seed(5)
        with pytest.raises(ValueError, match="not in 0 ... 1"):
            wb.bernoulli(wb.tensor(wrong))
        assert wb.rand(1).item() == expected, "a draw that fails uses nothing up"


def test_multinomial_with_replacement_follows_the_weights():
    wb.manual_seed(1)
    weights = np.array([[1.0, 0.0, 3.0, 6.0], [5.0, 5.0, 0.0, 0.0]])
    for dtype in ("float32", "float64"):
        x = wb.multinomial(wb.tensor(weights, dtype), 100_000, replacement=True)
        assert x.shape == (2, 100_000) and x.dtype == "int64"
        for row in range(2):
            np.testing.assert_allclose(
                np.bincount(x.numpy()[row], minlength=4) / 100_000, weights[row] / weights[row].sum(), atol=0.01
            )
    assert wb.tensor([0.0, 1.0]).multinomial(3, True).tolist() == [1, 1, 1]


def test_multinomial_without_replacement_draws_each_once_and_the_first_by_weight():
    wb.manual_seed(2)
    weights = np.broadcast_to([1.0, 2.0, 0.0, 7.0], (20_000, 4))
    x = wb.multinomial(wb.tensor(weights.copy()), 3).numpy()
    assert (np.sort(x, 1) == [0, 1, 3]).all()
    np.testing.assert_allclose(np.bincount(x[:, 0], minlength=4) / 20_000, [0.1, 0.2, 0, 0.7], atol=0.015)
    for wrong, sentence in (
        ([1.0, 0.0], "fewer than 2"),
        ([1.0, -1.0], "negative"),
        ([np.nan, 1.0], "NaN"),
        ([0.0, 0.0], "fewer"),
        ([1.0], "cannot be drawn"),
    ):
        with pytest.raises(ValueError, match=sentence):
            wb.multinomial(wb.tensor(wrong), 2)
    with pytest.raises(ValueError):
        wb.multinomial(wb.tensor([1, 2]), 1)


def test_randperm_is_a_permutation_each_as_likely():
    wb.manual_seed(4)
    for n in (0, 1, 1000):
        np.testing.assert_array_equal(np.sort(wb.randperm(n).numpy()), np.arange(n))
    counts = {}
    for _ in range(1200):
        order = tuple(wb.randperm(3).tolist())
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6 and min(counts.values()) > 140
    with pytest.raises(ValueError):
        wb.randperm(-1)


def test_draws_have_the_same_bits_on_any_number_of_threads_and_anew_in_each_run_of_a_program():
    code = (
        "import hashlib, wingbeat as wb\n"
        "wb.manual_seed(9)\n"
        "draws = [wb.exponential(1., (300_000,)), wb.gumbel(size=300_000), wb.bernoulli(wb.full((300_000,), 0.3)),\n"
        "         wb.randperm(1000), wb.multinomial(wb.rand(100, 50), 20),\n"
        "         wb.multinomial(wb.rand(100, 50), 20, True), wb.normal(0., 1., 5)]\n"
        "print(hashlib.sha256(b''.join(x.numpy().tobytes() for x in draws)).hexdigest())"
    )
    assert (
        python(code, WINGBEAT_NUM_THREADS="1")
        == python(code, WINGBEAT_NUM_THREADS="4")
        == python(code, WINGBEAT_PASSES="none")
    )
    draw = wb.compile(lambda p: (wb.bernoulli(p), wb.randperm(50), wb.gumbel(size=3), wb.multinomial(p, 4)))
    p = wb.full((64,), 0.5)
    wb.manual_seed(1)
    first, second = draw(p), draw(p)
    assert all((a.numpy() != b.numpy()).any() for a, b in zip(first, second))
    wb.manual_seed(1)
    for a, b in zip(first, (wb.bernoulli(p), wb.randperm(50), wb.gumbel(size=3), wb.multinomial(p, 4))):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_filling_in_place_and_draws_like_others():
    t = wb.zeros(1000, dtype="float64")
    same = t
    for fill, low, high in (
        (lambda: t.uniform_(2, 3), 2, 3),
        (lambda: t.exponential_(10.0), 0, 5),
        (lambda: t.bernoulli_(0.5), 0, 1),
        (lambda: t.normal_(100, 1), 90, 110),
    ):
        assert fill() is t
        assert t.numpy().min() >= low and t.numpy().max() <= high and t.numpy().std() > 0
    assert same is t and t.dtype == "float64"
    x = wb.randint_like(wb.zeros(3, 4, dtype="int32"), 2, 5)
    assert x.dtype == "int32" and x.shape == (3, 4) and set(np.unique(x.numpy())) <= {2, 3, 4}


def test_normal_of_tensors_passes_derivatives_on():
    mean, std = wb.tensor([1.0, 2.0], requires_grad=True), wb.tensor(3.0, requires_grad=True)
    wb.manual_seed(1)
    x = wb.normal(mean, std)
    noise = (x - mean).detach().numpy() / 3
    x.sum().backward()
    assert mean.grad.tolist() == [1, 1]
    np.testing.assert_allclose(std.grad.item(), noise.sum(), rtol=1e-6)
    with pytest.raises(ValueError, match="size"):
        wb.normal(mean, 1.0, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: wb.exponential(0.0),
        lambda: wb.exponential(-1.0),
        lambda: wb.gumbel(0.0, -1.0),
        lambda: wb.exponential(float("inf")),
        lambda: wb.linspace(0, float("nan"), 3),
        lambda: wb.linspace(0, 1, -1),
        lambda: wb.meshgrid(wb.ones(2, 2)),
        lambda: wb.meshgrid(wb.ones(2), indexing="ji"),
        lambda: wb.eye(-1),
        lambda: wb.randperm(2**70),
    ],
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(ValueError):
        wrong()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: wb.linspace(0, 1, 2.5),
        lambda: wb.randperm(2.5),
        lambda: wb.eye("a"),
        lambda: wb.uniform("a", 1),
        lambda: wb.bernoulli(None),
        lambda: wb.multinomial(wb.ones(2), "a"),
        lambda: wb.clamp(wb.ones(1), 0, "a"),
        lambda: wb.nan_to_num(wb.ones(1), "a"),
    ],
)
def test_what_is_no_number_is_a_type_error(wrong):
    with pytest.raises(TypeError):
        wrong()


@pytest.mark.parametrize("dtype", DTYPES)
def test_regular_numbers_are_numpys(dtype):
    for start, end, steps in ((0, 1, 5), (3, -7, 11), (2, 2, 3), (0, 10, 1), (0, 1, 0)):
        expected = np.linspace(start, end, steps)
        found = wb.linspace(start, end, steps, dtype)
        assert found.dtype == dtype
        if dtype.startswith("float"):
            np.testing.assert_allclose(
                found.numpy(), expected.astype(dtype), rtol=2e-7 if dtype == "float32" else 1e-15, atol=1e-15
            )
        elif dtype in ("int32", "int64"):
            np.testing.assert_array_equal(found.numpy(), np.trunc(np.round(expected, 9)).astype(dtype))
    assert wb.linspace(0, 0.1, 11, "float64")[-1].item() == 0.1
    for n, m in ((3, None), (2, 4), (4, 2), (0, 3)):
        np.testing.assert_array_equal(wb.eye(n, m, dtype).numpy(), np.eye(n, m, dtype=dtype))


@pytest.mark.parametrize("indexing", ["ij", "xy"])
def test_meshgrid_is_numpys_and_differentiable(indexing):
    vectors = [np.arange(3.0), np.arange(4.0) + 10, np.arange(2.0)]
    for count in (0, 1, 2, 3):
        found = wb.meshgrid(*vectors[:count], indexing=indexing)
        expected = np.meshgrid(*vectors[:count], indexing=indexing)
        assert len(found) == len(expected)
        for a, b in zip(found, expected):
            np.testing.assert_array_equal(a.numpy(), b)
    x = wb.tensor([1.0, 2.0], requires_grad=True)
    wb.meshgrid(x, wb.ones(5), indexing=indexing)[0].sum().backward()
    assert x.grad.tolist() == [5, 5]


def test_methods_draw_from_the_distributions_of_their_names():
    wb.manual_seed(3)
    x = wb.empty(200_000, dtype=wb.float64)
    levels = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    for fill, quantiles in (
        (lambda: x.log_normal_(0.5, 0.7), stats.lognorm(0.7, scale=np.exp(0.5)).ppf(levels)),
        (lambda: x.cauchy_(1.0, 2.0), stats.cauchy(1.0, 2.0).ppf(levels)),
    ):
        assert fill() is x
        found = np.quantile(x.numpy(), levels)
        np.testing.assert_allclose(found, quantiles, rtol=0.03, atol=0.05)
    counts = x.geometric_(0.3).numpy()
    assert counts.min() == 1 and (counts == counts.round()).all()
    for k in range(1, 6):
        assert abs((counts == k).mean() - 0.3 * 0.7 ** (k - 1)) < 0.005
    assert (wb.empty(5, dtype=wb.int64).geometric_(1.0).numpy() == 1).all()
    for call in (lambda: x.geometric_(0.0), lambda: x.cauchy_(0, -1.0), lambda: x.log_normal_(0, -1.0)):
        with pytest.raises(wb.ArgumentError):
            call()
