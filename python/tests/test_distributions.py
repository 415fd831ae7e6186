"""wingbeat.distributions: against SciPy, enumeration, finite differences and the statistics of samples."""

import numpy as np
import pytest
from scipy import stats
from support import numbers, python, slope

import wingbeat as wb
from wingbeat.distributions import Bernoulli, Categorical, Distribution, Normal, kl_divergence, register_kl

F64 = "float64"
LOGITS = numbers((2, 4), seed=1)
PROBS = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
COINS = numbers((5,), seed=2)
LOC, SCALE = numbers((3, 1), seed=3), numbers((4,), seed=4, low=0.3)


def softmax(x):
    return np.exp(x - x.max(-1, keepdims=True)) / np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# One distribution of each kind and parametrisation: parameters -> the distribution.
KINDS = {
    "categorical of logits": (lambda logits: Categorical(logits=logits), (LOGITS,)),
    "categorical of probs": (lambda probs: Categorical(probs), (PROBS * 3,)),
    "bernoulli of logits": (lambda logits: Bernoulli(logits=logits), (COINS,)),
    "bernoulli of probs": (lambda probs: Bernoulli(probs), (sigmoid(COINS),)),
    "normal": (Normal, (LOC, SCALE)),
}
DISCRETE = [name for name in KINDS if name != "normal"]


def made(name, dtype=F64):
    make, parameters = KINDS[name]
    return make(*[wb.tensor(parameter, dtype) for parameter in parameters])


def some_values(name):
    """Values at which log_prob is defined, [several, *batch]."""
    return numbers((3, 3, 4), seed=5) if name == "normal" else made(name).enumerate_support().numpy()


# -------------------------------------------------------------------- values


@pytest.mark.parametrize("dtype, tolerance", [("float32", 2e-6), (F64, 1e-13)])
def test_log_prob_entropy_and_moments_are_scipys(dtype, tolerance):
    normal, known = made("normal", dtype), stats.norm(LOC, SCALE)
    x = numbers((2, 3, 4), seed=6)
    value = wb.tensor(x, dtype)
    close = {"rtol": tolerance * 10, "atol": tolerance}
    np.testing.assert_allclose(normal.log_prob(value).numpy(), known.logpdf(x), **close)
    np.testing.assert_allclose(normal.cdf(value).numpy(), known.cdf(x), **close)
    np.testing.assert_allclose(normal.entropy().numpy(), known.entropy(), **close)
    for name, expected in (
        ("mean", known.mean()),
        ("stddev", known.std()),
        ("variance", known.var()),
        ("mode", known.mean()),
    ):
        np.testing.assert_allclose(getattr(normal, name).numpy(), expected, **close)
    for name in ("bernoulli of logits", "bernoulli of probs"):
        coin, known = made(name, dtype), stats.bernoulli(sigmoid(COINS))
        for value in (0, 1):
            np.testing.assert_allclose(coin.log_prob(value).numpy(), known.logpmf(value), **close)
        np.testing.assert_allclose(coin.entropy().numpy(), known.entropy(), **close)
        for attribute, expected in (
            ("mean", known.mean()),
            ("stddev", known.std()),
            ("variance", known.var()),
            ("mode", COINS > 0),
            ("logits", COINS),
            ("probs", sigmoid(COINS)),
        ):
            np.testing.assert_allclose(getattr(coin, attribute).numpy(), expected, **close)
    for name in ("categorical of logits", "categorical of probs"):
        classes = made(name, dtype)
        np.testing.assert_allclose(
            classes.log_prob(wb.tensor([[0, 3], [2, 1]])).numpy(),
            np.log([[PROBS[0, 0], PROBS[1, 3]], [PROBS[0, 2], PROBS[1, 1]]]),
            **close,
        )
        np.testing.assert_allclose(classes.entropy().numpy(), stats.entropy(PROBS, axis=1), **close)
        np.testing.assert_allclose(classes.perplexity().numpy(), np.exp(stats.entropy(PROBS, axis=1)), **close)
        np.testing.assert_allclose(classes.probs.numpy(), PROBS, **close)
        np.testing.assert_allclose(classes.logits.numpy(), np.log(PROBS), **close)
        assert classes.mode.tolist() == PROBS.argmax(1).tolist()
        assert np.isnan(classes.mean.numpy()).all() and classes.variance.shape == (2,)


@pytest.mark.parametrize("name", DISCRETE)
def test_probabilities_of_the_support_have_sum_one_and_mean_minus_the_entropy(name):
    distribution = made(name)
    log_prob = distribution.log_prob(distribution.enumerate_support()).numpy()
    np.testing.assert_allclose(np.exp(log_prob).sum(0), 1, rtol=1e-14)
    np.testing.assert_allclose(-(np.exp(log_prob) * log_prob).sum(0), distribution.entropy().numpy(), rtol=1e-13)


def test_extreme_parameters_keep_their_precision():
    coin = Bernoulli(logits=wb.tensor([-200.0, 200.0]))
    assert coin.log_prob(1).tolist() == [-200, 0] and coin.log_prob(0).tolist() == [0, -200]
    np.testing.assert_allclose(Bernoulli(wb.tensor([1e-30])).log_prob(1).numpy(), np.log(np.float32(1e-30)), rtol=1e-6)
    np.testing.assert_allclose(
        Categorical(logits=wb.tensor([0.0, 1000.0, -1000.0])).log_prob(wb.tensor([0, 1, 2])).numpy(), [-1000, 0, -2000]
    )
    np.testing.assert_allclose(Normal(0.0, 1.0).cdf(wb.tensor(-30.0, F64)).item(), stats.norm.cdf(-30.0), rtol=1e-12)
    np.testing.assert_allclose(
        Normal(0.0, 1.0).log_prob(wb.tensor(1e6, F64)).item(), stats.norm.logpdf(1e6), rtol=1e-12
    )


def test_what_cannot_occur_has_log_prob_minus_infinity_and_adds_nothing():
    for classes in (Categorical(wb.tensor([0.0, 2.0, 2.0])), Categorical(logits=wb.tensor([-np.inf, 1.0, 1.0]))):
        np.testing.assert_allclose(classes.log_prob(wb.tensor([0, 1])).numpy(), [-np.inf, -np.log(2)], rtol=1e-6)
        np.testing.assert_allclose(classes.entropy().item(), np.log(2), rtol=1e-6)
        assert kl_divergence(classes, Categorical(wb.ones(3))).item() == pytest.approx(np.log(1.5), rel=1e-5)
        assert kl_divergence(Categorical(wb.ones(3)), classes).item() == np.inf
        assert (classes.sample((1000,)).numpy() > 0).all()
    for coin in (Bernoulli(wb.tensor([0.0, 1.0])), Bernoulli(logits=wb.tensor([-np.inf, np.inf]))):
        assert coin.log_prob(1).tolist() == [-np.inf, 0] and coin.entropy().tolist() == [0, 0]
        np.testing.assert_allclose(kl_divergence(coin, Bernoulli(0.5)).numpy(), np.log(2), rtol=1e-6)
        assert kl_divergence(Bernoulli(0.5), coin).tolist() == [np.inf, np.inf]
        assert coin.sample((100,)).numpy().mean(0).tolist() == [0, 1]
    assert np.isnan(Bernoulli(0.5).mode.item())
    derivative = wb.grad(lambda probs: Categorical(probs).log_prob(1) + Categorical(probs).entropy())(
        wb.tensor([0.0, 1.0, 3.0])
    )
    assert np.isfinite(derivative.numpy()).all()
    masked = wb.grad(lambda logits: Categorical(logits=logits).log_prob(1) + Categorical(logits=logits).entropy())(
        wb.tensor([-np.inf, 1.0, 3.0])
    )
    assert masked.numpy()[0] == 0 and np.isfinite(masked.numpy()).all()
    assert np.isfinite(
        wb.grad(lambda p: Bernoulli(p).log_prob(wb.tensor([0, 1])).sum() + Bernoulli(p).entropy().sum())(
            wb.tensor([0.0, 1.0])
        ).numpy()
    ).all()


# -------------------------------------------------------------------- shapes

SHAPES = [  # the distribution, batch_shape, shape of sample((5, 2)), of log_prob of a value of shape [7, 1, 1]
    (lambda: Normal(0.0, 1.0), (), (5, 2), (7, 1, 1)),
    (lambda: Normal(wb.zeros(3, 1), wb.ones(4)), (3, 4), (5, 2, 3, 4), (7, 3, 4)),
    (lambda: Normal(wb.zeros(0, 2), 1.0), (0, 2), (5, 2, 0, 2), (7, 0, 2)),
    (lambda: Bernoulli(0.3), (), (5, 2), (7, 1, 1)),
    (lambda: Bernoulli(logits=wb.zeros(3)), (3,), (5, 2, 3), (7, 1, 3)),
    (lambda: Categorical(wb.ones(4)), (), (5, 2), (7, 1, 1)),
    (lambda: Categorical(logits=wb.zeros(2, 3, 4)), (2, 3), (5, 2, 2, 3), (7, 2, 3)),
    (lambda: Categorical(logits=wb.zeros(0, 4)), (0,), (5, 2, 0), (7, 1, 0)),
    (lambda: Categorical(wb.ones(2, 1)), (2,), (5, 2, 2), (7, 1, 2)),
    (lambda: Normal(0.0, 1.0).expand((2, 3)), (2, 3), (5, 2, 2, 3), (7, 2, 3)),
    (lambda: Bernoulli(wb.full((3, 1), 0.5)).expand((2, 3, 4)), (2, 3, 4), (5, 2, 2, 3, 4), None),
    (lambda: Categorical(logits=wb.zeros(3, 4)).expand((2, 3)), (2, 3), (5, 2, 2, 3), (7, 2, 3)),
]


@pytest.mark.parametrize("make, batch, sample, log_prob", SHAPES)
def test_shapes_are_pytorchs(make, batch, sample, log_prob):
    distribution = make()
    assert distribution.batch_shape == batch and distribution.event_shape == ()
    assert distribution.sample().shape == batch and distribution.sample((5, 2)).shape == sample
    assert distribution.sample(3).shape == (3,) + batch and distribution.sample((0,)).shape == (0,) + batch
    assert (
        distribution.entropy().shape
        == distribution.mean.shape
        == distribution.stddev.shape
        == distribution.mode.shape
        == batch
    )
    assert kl_divergence(distribution, make()).shape == batch
    if log_prob is not None:
        assert distribution.log_prob(wb.zeros(7, 1, 1)).shape == log_prob
    assert distribution.log_prob(distribution.sample((5, 2))).shape == sample
    if distribution.has_enumerate_support:
        assert distribution.enumerate_support().shape[1:] == batch
        assert distribution.enumerate_support(expand=False).shape[1:] == (1,) * len(batch)
    else:
        assert distribution.rsample((5, 2)).shape == sample
    assert str(list(batch)) in repr(distribution)


def test_divergences_broadcast_batches():
    assert kl_divergence(Normal(wb.zeros(3, 1), 1.0), Normal(0.0, wb.ones(4))).shape == (3, 4)
    assert kl_divergence(Categorical(wb.ones(3, 1, 5)), Categorical(logits=wb.zeros(4, 5))).shape == (3, 4)
    assert kl_divergence(Bernoulli(wb.full((3, 1), 0.5)), Bernoulli(logits=wb.zeros(4))).shape == (3, 4)


def test_dtypes_are_the_parameters():
    for dtype in ("float32", F64):
        for name in KINDS:
            distribution = made(name, dtype)
            assert distribution.entropy().dtype == distribution.log_prob(distribution.sample()).dtype == dtype
            assert distribution.sample().dtype == ("int64" if name.startswith("cat") else dtype)
    assert Normal(0, 1).sample().dtype == "float32" and Normal(0.1, np.ones(2)).loc.tolist() == [0.1, 0.1]
    assert (
        Normal(wb.tensor([0, 1]), 1).scale.dtype == "float32"
        and Normal(0.0, wb.ones(2, dtype=F64)).log_prob(0.1).tolist() == [stats.norm.logpdf(0.1)] * 2
    )
    assert Bernoulli(np.array([0.5])).probs.dtype == F64 and Categorical([1, 2, 1]).probs.tolist() == [0.25, 0.5, 0.25]
    assert Bernoulli(0.5).log_prob(wb.tensor([True])).item() == pytest.approx(np.log(0.5))


# -------------------------------------------------------------------- samples


@pytest.mark.parametrize("dtype", ["float32", F64])
@pytest.mark.parametrize("name", KINDS)
def test_samples_follow_their_distribution_within_five_sigma(name, dtype):
    wb.manual_seed(11)
    count, distribution = 40_000, made(name, dtype)
    x = distribution.sample((count,)).numpy()
    if name == "normal":
        for place in np.ndindex(3, 4):
            assert (
                stats.kstest(x[(slice(None), *place)], stats.norm(LOC[place[0], 0], SCALE[place[1]]).cdf).pvalue > 1e-4
            )
        return
    for value in range(distribution.enumerate_support().shape[0]):
        p = np.exp(distribution.log_prob(value).numpy())
        assert (np.abs((x == value).mean(0) - p) < 5 * np.sqrt(p * (1 - p) / count)).all()


def test_samples_of_a_batch_and_of_one_call_are_independent():
    wb.manual_seed(12)
    x = Bernoulli(wb.full((2,), 0.5)).sample((40_000,)).numpy()
    assert abs(np.corrcoef(x.T)[0, 1]) < 5 / 200 and abs(np.corrcoef(x[1:, 0], x[:-1, 0])[0, 1]) < 5 / 200
    x = Categorical(wb.ones(2, 3)).sample((40_000,)).numpy()
    assert abs(np.corrcoef(x.T)[0, 1]) < 5 / 200 and abs(np.corrcoef(x[1:, 0], x[:-1, 0])[0, 1]) < 5 / 200


@pytest.mark.parametrize("name", KINDS)
def test_samples_are_those_of_the_seed_and_have_no_graph(name):
    make, parameters = KINDS[name]
    distribution = make(*[wb.tensor(parameter, requires_grad=True) for parameter in parameters])
    wb.manual_seed(5)
    first, second = distribution.sample((50,)), distribution.sample((50,))
    assert not first.requires_grad and (first.numpy() != second.numpy()).any()
    wb.manual_seed(5)
    np.testing.assert_array_equal(distribution.sample((50,)).numpy(), first.numpy())
    inside = wb.jvp(
        lambda p: make(p, *[wb.tensor(parameter) for parameter in parameters[1:]]).sample((9,)).to(F64),
        (wb.tensor(parameters[0]),),
        (wb.ones(*parameters[0].shape, dtype=F64),),
    )
    assert not inside[1].numpy().any()


def test_rsample_is_the_sample_with_derivatives_to_loc_and_scale():
    loc, scale = wb.tensor(LOC, requires_grad=True), wb.tensor(SCALE, requires_grad=True)
    wb.manual_seed(6)
    x = Normal(loc, scale).rsample((10,))
    wb.manual_seed(6)
    np.testing.assert_array_equal(Normal(loc, scale).sample((10,)).numpy(), x.detach().numpy())
    noise = (x.detach().numpy() - LOC) / SCALE
    x.sum().backward()
    np.testing.assert_allclose(loc.grad.numpy(), np.full((3, 1), 40.0))
    np.testing.assert_allclose(scale.grad.numpy(), noise.sum((0, 1)), rtol=1e-10)
    assert Normal.has_rsample and not Bernoulli.has_rsample and not Categorical.has_rsample


# -------------------------------------------------------------------- derivatives


def weighted(name, what):
    """A scalar function of each parameter of a distribution."""
    make, parameters = KINDS[name]
    weights = {}

    def function(*parameters):
        distribution = make(*parameters)
        if what == "entropy":
            result = distribution.entropy()
        elif what == "log_prob":
            result = distribution.log_prob(wb.tensor(some_values(name)))
        elif what == "kl":
            result = kl_divergence(distribution, make(*[parameter * 0.7 + 0.1 for parameter in parameters]))
        else:
            result = distribution.variance if name.startswith("ber") else distribution.cdf(wb.tensor(some_values(name)))
        return (result * wb.tensor(weights.setdefault(result.shape, numbers(result.shape, seed=9)))).sum()

    return function, parameters


CASES = [
    (name, what)
    for name in KINDS
    for what in ("entropy", "log_prob", "kl", "other")
    if what != "other" or not name.startswith("cat")
]


@pytest.mark.parametrize("name, what", CASES)
def test_derivatives_are_finite_differences_in_every_mode(name, what):
    function, parameters = weighted(name, what)
    tensors = [wb.tensor(parameter) for parameter in parameters]
    for place, parameter in enumerate(parameters):

        def at(x, place=place):
            return function(*tensors[:place], wb.tensor(np.array(x)), *tensors[place + 1 :]).item()

        gradient = wb.grad(function, argnums=place)
        by_reverse = gradient(*tensors).numpy()
        np.testing.assert_allclose(by_reverse, slope(at, parameter), rtol=1e-6, atol=1e-8)
        direction = numbers(parameter.shape, seed=10)
        along = wb.jvp(function, tensors, (wb.tensor(direction),), argnums=place)[1].item()
        np.testing.assert_allclose(along, (by_reverse * direction).sum(), rtol=1e-10, atol=1e-12)
        # Second order, three ways
        step = 1e-5
        ends = [
            gradient(*tensors[:place], wb.tensor(parameter + sign * step * direction), *tensors[place + 1 :]).numpy()
            for sign in (1, -1)
        ]
        expected = (ends[0] - ends[1]) / (2 * step)
        product = wb.hvp(function, tensors, (wb.tensor(direction),), argnums=place)
        np.testing.assert_allclose(product.numpy(), expected, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(
            wb.grad(lambda *p: (gradient(*p) * wb.tensor(direction)).sum(), argnums=place)(*tensors).numpy(),
            product.numpy(),
            rtol=1e-9,
            atol=1e-11,
        )
        np.testing.assert_allclose(
            wb.grad(lambda *p: wb.jvp(function, p, (wb.tensor(direction),), argnums=place)[1], argnums=place)(
                *tensors
            ).numpy(),
            product.numpy(),
            rtol=1e-9,
            atol=1e-11,
        )


def test_the_score_function_has_mean_zero_and_the_fisher_information_as_its_variance():
    wb.manual_seed(8)
    count, logits = 50_000, LOGITS[0]
    rows = wb.tensor(logits).expand(count, 4)
    arms = Categorical(logits=wb.tensor(logits)).sample((count,))
    scores = wb.grad(lambda rows: Categorical(logits=rows).log_prob(arms).sum())(rows).numpy()
    fisher = np.diag(PROBS[0]) - np.outer(PROBS[0], PROBS[0])
    assert (np.abs(scores.mean(0)) < 5 * np.sqrt(np.diag(fisher) / count)).all()
    np.testing.assert_allclose(np.cov(scores.T), fisher, atol=5 / count**0.5)


# -------------------------------------------------------------------- divergences


@pytest.mark.parametrize("name", DISCRETE)
def test_divergences_of_discrete_distributions_are_sums_over_the_support(name):
    make, (parameter,) = KINDS[name]
    p, q = made(name), make(wb.tensor(parameter * 0.6 + 0.05))
    support = p.enumerate_support()
    log_p, log_q = p.log_prob(support).numpy(), q.log_prob(support).numpy()
    np.testing.assert_allclose(kl_divergence(p, q).numpy(), (np.exp(log_p) * (log_p - log_q)).sum(0), rtol=1e-11)
    np.testing.assert_allclose(kl_divergence(p, made(name)).numpy(), 0, atol=1e-15)


def test_the_divergence_of_normals_is_the_mean_of_the_log_ratio():
    wb.manual_seed(9)
    count, p, q = 100_000, made("normal"), Normal(wb.tensor(LOC + 0.5), wb.tensor(SCALE * 1.5))
    x = p.sample((count,))
    ratio = (p.log_prob(x) - q.log_prob(x)).numpy()
    found = kl_divergence(p, q).numpy()
    assert (np.abs(ratio.mean(0) - found) < 5 * ratio.std(0) / count**0.5).all()
    assert (kl_divergence(p, made("normal")).numpy() == 0).all()


def test_divergences_mix_parametrisations_and_pairs_can_be_registered():
    probs, logits = Categorical(wb.tensor(PROBS)), Categorical(logits=wb.tensor(LOGITS))
    np.testing.assert_allclose(kl_divergence(probs, logits).numpy(), 0, atol=1e-15)
    np.testing.assert_allclose(
        kl_divergence(Bernoulli(logits=wb.tensor(COINS)), Bernoulli(wb.tensor(sigmoid(COINS)))).numpy(), 0, atol=1e-15
    )

    class Shifted(Normal):
        pass

    assert kl_divergence(Shifted(0.0, 1.0), Normal(0.0, 1.0)).item() == 0, "a subclass takes its base's rule"

    @register_kl(Shifted, Bernoulli)
    def rule(p, q):
        return "found"

    assert kl_divergence(Shifted(0.0, 1.0), Bernoulli(0.5)) == "found"
    with pytest.raises(NotImplementedError, match="Normal and Bernoulli"):
        kl_divergence(Normal(0.0, 1.0), Bernoulli(0.5))
    with pytest.raises(ValueError, match="3 and 2"):
        kl_divergence(Categorical(wb.ones(3)), Categorical(wb.ones(2)))


# -------------------------------------------------------------------- capture, checks


@pytest.mark.parametrize("name", KINDS)
def test_a_compiled_function_has_the_bits_of_the_plain_one_and_draws_anew(name):
    make, parameters = KINDS[name]
    tensors = [wb.tensor(parameter) for parameter in parameters]

    def both(*tensors):
        distribution = make(*tensors)
        x = distribution.sample((20,))
        return (
            x,
            distribution.log_prob(x),
            distribution.entropy(),
            kl_divergence(distribution, distribution.expand(distribution.batch_shape)),
        )

    compiled = wb.compile(both)
    wb.manual_seed(3)
    first, second = compiled(*tensors), compiled(*tensors)
    wb.manual_seed(3)
    for run in (first, second):
        for found, expected in zip(run, both(*tensors)):
            np.testing.assert_array_equal(found.numpy(), expected.numpy())
    assert (first[0].numpy() != second[0].numpy()).any()


def test_inside_a_capture_nothing_is_checked_and_outside_everything_unless_it_is_told_not_to():
    outside = wb.tensor(-1.0)
    unchecked = wb.compile(
        lambda scale, value: Normal(0.0, scale).log_prob(value) + Normal(0.0, outside).log_prob(value)
    )
    assert np.isnan(unchecked(wb.tensor(-1.0), wb.tensor(1.0)).item())
    assert np.isnan(Normal(0.0, -1.0, validate_args=False).entropy().item())
    try:
        Distribution.set_default_validate_args(False)
        assert np.isnan(Normal(0.0, -1.0).entropy().item())
        with pytest.raises(ValueError):
            Normal(0.0, -1.0, validate_args=True)
    finally:
        Distribution.set_default_validate_args(True)
    with pytest.raises(ValueError):
        Normal(0.0, 1.0).expand((2,)).log_prob(float("nan"))
    Normal(0.0, 1.0, validate_args=False).expand((2,)).log_prob(float("nan"))
    with pytest.raises(IndexError):
        wb.compile(lambda x: Categorical(logits=wb.zeros(3)).log_prob(x))(wb.tensor([3])).numpy()


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        (lambda: Normal(0.0, -1.0), "scale above 0, found -1.0"),
        (lambda: Normal(0.0, 0.0), "scale above 0"),
        (lambda: Normal(wb.tensor([0.0, np.nan]), 1.0), "loc"),
        (lambda: Normal(wb.zeros(2), wb.tensor([1.0, np.nan])), "scale above 0, found nan"),
        (lambda: Normal(wb.zeros(2), wb.ones(3)), "broadcast together"),
        (lambda: Normal(0.0, 1.0).log_prob(np.nan), "values that are numbers"),
        (lambda: Normal(wb.zeros(2), 1.0).log_prob(wb.zeros(3)), r"broadcasts with \[2\], found shape \[3\]"),
        (lambda: Normal(0.0, 1.0).sample((2, -1)), "sample_shape"),
        (lambda: Normal(0.0, 1.0).sample(-1), "sample_shape"),
        (lambda: Categorical(), "found neither"),
        (lambda: Categorical(wb.ones(2), wb.ones(2)), "found both"),
        (lambda: Categorical(wb.tensor([0.5, -0.5])), "probs of 0 or more, found -0.5"),
        (lambda: Categorical(wb.tensor([0.5, np.inf])), "found inf"),
        (lambda: Categorical(wb.zeros(2)), "sum above 0"),
        (lambda: Categorical(logits=wb.tensor([0.0, np.nan])), "logits"),
        (lambda: Categorical(logits=wb.tensor([0.0, np.inf])), "logits"),
        (lambda: Categorical(logits=wb.tensor([-np.inf, -np.inf])), "logits"),
        (lambda: Categorical(0.5), "one class at least"),
        (lambda: Categorical(logits=wb.zeros(2, 0)), "one class at least"),
        (lambda: Categorical(wb.ones(3)).log_prob(3), "classes from 0 to 2, found 3"),
        (lambda: Categorical(wb.ones(3)).log_prob(-1), "classes from 0 to 2"),
        (lambda: Categorical(wb.ones(3)).log_prob(0.5), "classes from 0 to 2"),
        (lambda: Categorical(wb.ones(3)).sample((-2, -3)), "sample_shape"),
        (lambda: Bernoulli(), "found neither"),
        (lambda: Bernoulli(0.5, 0.0), "found both"),
        (lambda: Bernoulli(1.5), "probs from 0 to 1, found 1.5"),
        (lambda: Bernoulli(np.nan), "probs from 0 to 1"),
        (lambda: Bernoulli(logits=np.nan), "logits"),
        (lambda: Bernoulli(0.5).log_prob(2), "values 0 or 1"),
    ],
)
def test_wrong_arguments_get_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        wrong()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Normal("a", 1.0),
        lambda: Normal(None, 1.0),
        lambda: Categorical("a"),
        lambda: Bernoulli([None]),
        lambda: Normal(0.0, 1.0).sample(2.5),
        lambda: Normal(0.0, 1.0).log_prob("a"),
        lambda: Categorical(wb.ones(2)).log_prob(None),
    ],
)
def test_what_is_no_number_is_a_type_error(wrong):
    with pytest.raises(TypeError):
        wrong()


def test_what_a_distribution_has_not_is_not_implemented():
    for wrong in (
        lambda: Bernoulli(0.5).rsample(),
        lambda: Categorical(wb.ones(2)).rsample(),
        lambda: Categorical(wb.ones(2)).cdf(1),
        lambda: Normal(0.0, 1.0).enumerate_support(),
        lambda: Distribution().entropy(),
        lambda: Distribution().sample(),
        lambda: Distribution().mean,
        lambda: Distribution().expand((2,)),
    ):
        with pytest.raises(NotImplementedError, match="there is no"):
            wrong()


def test_the_package_does_not_import_distributions_until_it_is_asked_for():
    assert (
        python(
            "import sys, wingbeat as wb\n"
            "before = 'wingbeat.distributions' in sys.modules\n"
            "print(before, wb.distributions.Normal(0.0, 1.0).batch_shape)"
        )
        == "False ()\n"
    )
