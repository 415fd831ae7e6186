"""What the operation table does not show of losses: ignored labels, edges, what is refused."""

import numpy as np
import pytest

import wingbeat as wb

F = wb.nn.functional
X = np.random.default_rng(0).normal(0, 2, (4, 3))
LABELS = np.array([2, -100, 0, -100])


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_ignored_rows_have_no_part_in_the_loss_nor_in_its_gradient(smoothing):
    x = wb.tensor(X, requires_grad=True)
    loss = F.cross_entropy(x, LABELS, label_smoothing=smoothing)
    loss.backward()
    y = wb.tensor(X[[0, 2]], requires_grad=True)
    alone = F.cross_entropy(y, LABELS[[0, 2]], label_smoothing=smoothing)
    alone.backward()
    assert loss.item() == pytest.approx(alone.item(), rel=1e-14)
    want = np.zeros_like(X)
    want[[0, 2]] = y.grad.numpy()
    np.testing.assert_allclose(x.grad.numpy(), want, rtol=1e-13)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_ignored_rows_may_be_infinite(smoothing):
    x = X.copy()
    x[1] = np.inf
    t = wb.tensor(x, requires_grad=True)
    loss = F.nll_loss(t, LABELS, reduction="sum") + F.cross_entropy(X, LABELS, label_smoothing=smoothing)
    assert np.isfinite(loss.item())
    loss.backward()
    assert np.isfinite(t.grad.numpy()).all()


def test_a_mean_over_nothing_but_ignored_labels_is_nan_and_the_sum_is_0():
    labels = np.full(4, 7)
    assert np.isnan(F.cross_entropy(X, labels, ignore_index=7).item())
    assert F.cross_entropy(X, labels, ignore_index=7, reduction="sum").item() == 0


def test_the_mean_is_over_the_labels_weights():
    weight = np.array([0.5, 2.0, 3.0])
    labels = np.array([2, 1, 0, 1])
    losses = F.cross_entropy(X, labels, reduction="none").numpy()
    want = (losses * weight[labels]).sum() / weight[labels].sum()
    assert F.cross_entropy(X, labels, weight).item() == pytest.approx(want, rel=1e-14)


def test_smoothed_labels_are_smoothed_probabilities():
    labels = np.array([2, 1, 0, 1])
    soft = np.eye(3)[labels] * 0.7 + 0.1
    for reduction in ("mean", "sum", "none"):
        np.testing.assert_allclose(
            F.cross_entropy(X, labels, label_smoothing=0.3, reduction=reduction).numpy(),
            F.cross_entropy(X, soft, reduction=reduction).numpy(),
            rtol=1e-13,
        )


def test_logits_far_out_stay_finite_with_a_weight_of_ones():
    x, t = np.array([1000.0, -1000.0]), np.array([0.0, 1.0])
    found = F.binary_cross_entropy_with_logits(x, t, pos_weight=np.array([3.0]), reduction="none")
    np.testing.assert_allclose(found.numpy(), [1000, 3000])
    np.testing.assert_allclose(F.soft_margin_loss(x, np.array([-1, 1])).item(), 1000)


def test_a_divergence_and_its_derivative_are_0_where_the_target_is():
    x, t = wb.tensor([-1.0, -2.0], requires_grad=True), wb.tensor([0.0, 1.0])
    losses = F.kl_div(x, t, reduction="none")
    np.testing.assert_allclose(losses.detach().numpy(), [0, 2])
    losses.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [0, -1])


def test_variances_below_eps_are_raised_and_pass_their_derivative():
    variance = wb.tensor([1e-9, 2.0], dtype="float64", requires_grad=True)
    loss = F.gaussian_nll_loss(np.array([0.001, 1.0]), np.zeros(2), variance, eps=1e-6, reduction="sum")
    want = (np.log([1e-6, 2.0]) + np.array([1e-6, 1.0]) / [1e-6, 2.0]).sum() / 2
    assert loss.item() == pytest.approx(want, rel=1e-13)
    loss.backward()
    raised = np.array([1e-6, 2.0])
    np.testing.assert_allclose(variance.grad.numpy(), (1 / raised - np.array([1e-6, 1.0]) / raised**2) / 2, atol=1e-9)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_triplets_take_any_distance(swap, reduction):
    a, p, n = (np.random.default_rng(seed).normal(0, 1, (5, 3)) for seed in (1, 2, 3))
    distance = lambda x, y: (x - y).abs().sum(-1)  # noqa: E731
    plain = lambda x, y: np.abs(x - y).sum(-1)  # noqa: E731
    far = np.minimum(plain(a, n), plain(p, n)) if swap else plain(a, n)
    losses = np.maximum(0, 0.5 + plain(a, p) - far)
    want = {"mean": losses.mean(), "sum": losses.sum(), "none": losses}[reduction]
    found = F.triplet_margin_with_distance_loss(
        a, p, n, distance_function=distance, margin=0.5, swap=swap, reduction=reduction
    )
    np.testing.assert_allclose(found.numpy(), want, rtol=1e-13)
    found = F.triplet_margin_with_distance_loss(a, p, n, swap=swap, reduction=reduction)
    np.testing.assert_array_equal(found.numpy(), F.triplet_margin_loss(a, p, n, swap=swap, reduction=reduction).numpy())


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: F.l1_loss(wb.ones(2), wb.ones(3)), ValueError, r"l1_loss: .*\[2\].*\[3\]"),
        (lambda: F.smooth_l1_loss(X, X, beta=-1), ValueError, "beta from 0 on"),
        (lambda: F.huber_loss(X, X, delta=0), ValueError, "delta above 0"),
        (lambda: F.nll_loss(X, LABELS[:3]), ValueError, r"labels of \[4\].*\[4, 3\].*\[3\]"),
        (lambda: F.nll_loss(X, np.array([0, 1, 2, 3])).numpy(), IndexError, "3"),
        (lambda: F.nll_loss(X, X), TypeError, "whole numbers"),
        (lambda: F.cross_entropy(X, LABELS, wb.ones(4)), ValueError, r"a weight for each class, \[3\].*\[4\]"),
        (lambda: F.cross_entropy(X, LABELS, label_smoothing=1.5), ValueError, "label_smoothing from 0 to 1"),
        (
            lambda: F.cross_entropy(np.abs(X), LABELS, label_smoothing=0.1, from_logits=False),
            ValueError,
            "logits are expected",
        ),
        (lambda: F.cross_entropy(X, LABELS, reduction="all"), ValueError, "cross_entropy: .*'all'"),
        (lambda: F.kl_div(X, X, "all"), ValueError, "kl_div: .*'batchmean'.*'all'"),
        (lambda: F.gaussian_nll_loss(X, X, wb.ones(4, 2)), ValueError, r"\[4, 3\].*\[4, 2\]"),
        (lambda: F.multi_margin_loss(X, np.array([0, 1, 2, 0]), p=3), ValueError, "p is 1 or 2"),
        (lambda: F.triplet_margin_loss(X, X, X, margin=0), ValueError, "margin above 0"),
        (lambda: F.triplet_margin_with_distance_loss(X, X, X, distance_function=3), ValueError, "function of two"),
        (lambda: F.cosine_embedding_loss(X, X, wb.ones(4, 3)), ValueError, r"\[n, width\]"),
        (lambda: F.multilabel_margin_loss(X, np.array([[0, 5, -1]] * 4)).numpy(), IndexError, "5"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_margins_of_one_prediction_take_its_label_as_a_scalar_or_a_vector():
    x = wb.tensor([0.5, -1.0, 2.0])
    want = F.multi_margin_loss(x[None], wb.tensor([1])).item()
    assert F.multi_margin_loss(x, wb.tensor(1)).item() == F.multi_margin_loss(x, wb.tensor([1])).item() == want
    assert F.multi_margin_loss(wb.tensor(0.5), wb.tensor(0)).item() == 0
    assert F.multilabel_margin_loss(wb.tensor(0.5), wb.tensor(0)).item() == 0
