"""Losses."""

import itertools

import numpy as np
from operation_table import WHOLE, Operation, given, points
from scipy.special import log_expit, xlogy

X, Y = points((3, 4), -2.0, 2.3), points((3, 4), -1.83, 2.21, 1)
UNIT, SHARE = points((3, 4), 0.05, 0.95, 2), points((3, 4), 0.05, 0.95, 3)
WEIGHT = points((3, 4), 0.3, 1.7, 4)
SIGNS = np.where(points((3, 4), seed=5) > 0, 1, -1)
LABELS, CLASSES = np.array([2, 0, 3]), points((4,), 0.3, 1.7, 6)
IMAGE, PLACES = points((2, 3, 2, 2), seed=7), np.array([[[0, 2], [1, 1]], [[2, 0], [0, 1]]])
LISTED = np.array([[1, 3, -1, 0], [0, -1, 2, 3], [-1, 0, 1, 2]])


def reduced(losses, reduction, weights=None):
    """Weights are those of the mean; the losses are weighed already."""
    if reduction == "none":
        return losses
    if reduction == "mean" and not losses.size:
        raise ValueError("empty")
    total = losses.sum()
    return total if reduction == "sum" else total / (losses.size if weights is None else weights.sum())


def equal(x, t):
    if x.shape != t.shape:
        raise ValueError(t.shape)


def of_elements(formula, weighted_mean=True):
    def reference(x, t, reduction="mean", weight=None, **options):
        equal(x, t)
        losses = formula(x, t, **options)
        return reduced(losses if weight is None else losses * weight, reduction, weight if weighted_mean else None)

    return reference


def smooth(x, t, beta=1.0):
    d = np.abs(x - t)
    return d if beta == 0 else np.where(d < beta, d**2 / (2 * beta), d - beta / 2)


def huber(x, t, delta=1.0):
    d = np.abs(x - t)
    return np.where(d <= delta, d**2 / 2, delta * (d - delta / 2))


def bce(x, t, weight=None, reduction="mean"):
    equal(x, t)
    losses = -(t * np.maximum(np.log(x), -100) + (1 - t) * np.maximum(np.log1p(-x), -100))
    return reduced(losses if weight is None else losses * weight, reduction)


def bce_with_logits(x, t, weight=None, reduction="mean", pos_weight=1):
    equal(x, t)
    losses = -(pos_weight * t * log_expit(x) + (1 - t) * log_expit(-x))
    return reduced(losses if weight is None else losses * weight, reduction)


# No neighbours among the labels are equal in the first, and they are in the third.
STEPS = np.log(points((4, 3, 3), 0.1, 0.9, 8))
SPELLED, LENGTHS, COUNTS = np.array([[1, 2], [2, 1], [1, 1]]), np.array([4, 3, 4]), np.array([2, 1, 2])


def ctc(x, targets, lengths, counts, blank=0, reduction="mean", zero_infinity=False):
    """By all ways through the steps, one after the other."""
    is_one = x.ndim == 2
    lengths, counts = lengths.reshape(-1), counts.reshape(-1)
    if is_one:
        x, targets = x[:, None], targets.reshape(1, -1)
    if not x.shape[0] or not x.shape[2] or len(lengths) != x.shape[1] or len(counts) != x.shape[1]:
        raise ValueError(x.shape)
    if targets.ndim == 1:
        starts = np.cumsum(counts) - counts
        targets = [targets[start:] for start in starts]
    elif len(targets) != x.shape[1]:
        raise ValueError(targets.shape)
    losses = np.zeros(x.shape[1])
    for n, (steps, count) in enumerate(zip(lengths, counts)):
        label, total = tuple(targets[n][:count]), 0.0
        if len(label) < count:
            raise ValueError(count)
        for way in itertools.product(range(x.shape[2]), repeat=int(steps)):
            merged = [symbol for place, symbol in enumerate(way) if place == 0 or symbol != way[place - 1]]
            if tuple(symbol for symbol in merged if symbol != blank) == label:
                total += np.exp(sum(x[place, n, symbol] for place, symbol in enumerate(way)))
        losses[n] = -np.log(total) if total else 0 if zero_infinity else np.inf
    if reduction == "mean":
        return reduced(losses / np.maximum(counts, 1), reduction)
    return reduced(losses.reshape(()) if is_one else losses, reduction)


def by_class(x, t):
    """Predictions [rows, classes], labels [rows], and the shape of the losses."""
    if x.ndim == 1:
        x, t, shape = x[None], t.reshape(-1), ()
    else:
        shape = (x.shape[0], *x.shape[2:])
        if t.shape != shape:
            raise ValueError(t.shape)
        x, t = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1]), t.reshape(-1)
    if ((t < 0) & (t != -100)).any() or (t >= x.shape[1]).any():
        raise IndexError(t)
    return x, t, shape


def nll(x, t, weight=None, ignore_index=-100, reduction="mean", smoothing=0.0):
    x, t, shape = by_class(x, t)
    weight = np.ones(x.shape[1]) if weight is None else weight
    if weight.shape != x.shape[1:]:
        raise ValueError(weight.shape)
    counts = np.where(t == ignore_index, 0, weight[t % max(x.shape[1], 1)])
    losses = -x[np.arange(len(x)), t % max(x.shape[1], 1)] * counts
    smooth = -(x * weight).sum(1) * (t != ignore_index)
    losses = (1 - smoothing) * losses + (smoothing * smooth / x.shape[1] if smoothing else 0)
    return reduced(losses.reshape(shape), reduction, counts)


def log_softmax(x, axis):
    shifted = x - x.max(axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))


def cross_entropy(x, t, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    axis = min(x.ndim - 1, 1)
    y = log_softmax(x, axis)
    if t.dtype.kind != "f":
        return nll(y, t, weight, ignore_index, reduction, label_smoothing)
    equal(x, t)
    t = t * (1 - label_smoothing) + label_smoothing / x.shape[axis]
    weight = 1 if weight is None else weight.reshape(-1, *[1] * (x.ndim - 2))
    return reduced(-(t * weight * y).sum(axis), reduction)


def kl_div(x, t, reduction="mean", log_target=False):
    losses = np.exp(t) * (t - x) if log_target else xlogy(t, t) - t * x
    return losses.sum() / losses.shape[0] if reduction == "batchmean" else reduced(losses, reduction)


def poisson(x, t, log_input=True, full=False, eps=1e-8, reduction="mean"):
    losses = np.exp(x) - t * x if log_input else x - t * np.log(x + eps)
    large = np.maximum(t, 1)
    stirling = large * np.log(large) - large + np.log(2 * np.pi * large) / 2
    return reduced(losses + np.where(t > 1, stirling, 0) * full, reduction)


def gaussian(x, t, var, full=False, eps=1e-6, reduction="mean"):
    if np.shape(var) == x.shape[:-1] and np.ndim(var):
        var = var[..., None]
    if np.ndim(var) and np.shape(var) not in (x.shape, (*x.shape[:-1], 1)):
        raise ValueError(np.shape(var))
    var = np.maximum(var, eps)
    return reduced((np.log(var) + (x - t) ** 2 / var + full * np.log(2 * np.pi)) / 2, reduction)


def cosine(a, b, t, margin=0.0, reduction="mean"):
    if a.ndim != t.ndim + 1:
        raise ValueError(t.shape)
    cos = (a * b).sum(-1) / np.sqrt(((a * a).sum(-1) + 1e-12) * ((b * b).sum(-1) + 1e-12))
    return reduced(np.where(t == 1, 1 - cos, np.maximum(0, cos - margin)), reduction)


def hinge(x, t, margin=1.0, reduction="mean"):
    return reduced(np.where(t == 1, x, np.maximum(0, margin - x)), reduction)


def multi_margin(x, t, p=1, margin=1.0, weight=None, reduction="mean"):
    x, t, shape = by_class(x, t)
    excess = np.maximum(0, margin - x[np.arange(len(x)), t][:, None] + x) ** p
    excess[np.arange(len(x)), t] = 0
    losses = excess.sum(1) / x.shape[1] * (1 if weight is None else weight[t])
    return reduced(losses.reshape(shape), reduction)


def multilabel_margin(x, t, reduction="mean"):
    equal(x, t)
    rows = []
    for scores, listed in zip(np.atleast_2d(x), np.atleast_2d(t)):
        labels = list(listed[: np.argmax(listed < 0)] if (listed < 0).any() else listed)
        others = [c for c in range(len(scores)) if c not in labels]
        rows.append(sum(max(0, 1 - scores[j] + scores[i]) for j in labels for i in others) / len(scores))
    return reduced(np.array(rows).reshape(x.shape[:-1]), reduction)


def multilabel_soft_margin(x, t, weight=None, reduction="mean"):
    equal(x, t)
    return reduced(bce_with_logits(x, t, weight, "none").mean(-1), reduction)


def triplet(a, p, n, margin=1.0, p_=2, eps=1e-6, swap=False, reduction="mean"):
    distance = lambda x, y: np.linalg.norm(x - y + eps, p_, -1)  # noqa: E731
    far = np.minimum(distance(a, n), distance(p, n)) if swap else distance(a, n)
    return reduced(np.maximum(0, margin + distance(a, p) - far), reduction)


def row(name, reference, *cases, **options):
    return Operation(f"nn.functional.{name}", reference, *cases, results="same", refuses=WHOLE, **options)


REDUCTIONS = ("mean", "sum", "none")
ROWS = [
    row(
        "mse_loss",
        of_elements(lambda x, t: (x - t) ** 2),
        *(given(X, Y, reduction=reduction) for reduction in REDUCTIONS),
        given(X, Y, "mean", WEIGHT),
    ),
    row(
        "l1_loss",
        of_elements(lambda x, t: np.abs(x - t)),
        *(given(X, Y, reduction=reduction) for reduction in REDUCTIONS),
        given(X, Y, weight=WEIGHT),
        given(X, Y, "none", weight=WEIGHT),
    ),
    row(
        "smooth_l1_loss",
        of_elements(smooth),
        given(X, Y),
        given(X, Y, "none", beta=0.7),
        given(X, Y, reduction="sum", beta=0.0),
    ),
    row(
        "huber_loss",
        of_elements(huber, weighted_mean=False),
        given(X, Y),
        given(X, Y, "none", delta=0.7),
        *(given(X, Y, reduction, weight=WEIGHT) for reduction in REDUCTIONS),
    ),
    row(
        "binary_cross_entropy",
        bce,
        given(UNIT, SHARE),
        given(UNIT, SHARE, WEIGHT, "sum"),
        given(UNIT, SHARE, reduction="none"),
    ),
    row(
        "binary_cross_entropy_with_logits",
        bce_with_logits,
        given(X, SHARE),
        given(X, SHARE, WEIGHT, "sum"),
        given(X, SHARE, pos_weight=CLASSES, reduction="none"),
        given(X, SHARE, WEIGHT, pos_weight=CLASSES),
    ),
    row(
        "cross_entropy",
        cross_entropy,
        given(X, LABELS),
        given(X, LABELS, CLASSES),
        given(X, LABELS, CLASSES, 3, label_smoothing=0.1),
        given(X, LABELS, reduction="none", label_smoothing=0.3),
        given(X, np.array([2, -100, 3]), reduction="sum"),
        given(X[0], np.array(1)),
        given(IMAGE, PLACES),
        given(IMAGE, PLACES, points((3,), 0.3, 1.7, 6), reduction="none"),
        given(X, SHARE),
        given(X, SHARE, CLASSES, label_smoothing=0.2),
        given(IMAGE, points((2, 3, 2, 2), 0.05, 0.95, 3), reduction="sum"),
    ),
    row(
        "nll_loss",
        nll,
        given(X, LABELS),
        given(X, LABELS, CLASSES),
        given(X, LABELS, CLASSES, 0, "none"),
        given(X, np.array([2, -100, 3])),
        given(IMAGE, PLACES, reduction="sum"),
        given(X[0], np.array(1)),
    ),
    row(
        "linear_cross_entropy",
        lambda x, w, t, linear_bias=0.0, **options: cross_entropy(x @ w.T + linear_bias, t, **options),
        given(X, Y, np.array([2, 0, 1])),
        given(X, Y, np.array([2, 0, 1]), linear_bias=CLASSES[:3], weight=CLASSES[:3], label_smoothing=0.2),
        given(X, Y, np.array([2, 0, 1]), ignore_index=0, reduction="sum"),
        given(X[0], Y, np.array(1), reduction="none"),
    ),
    row(
        "ctc_loss",
        ctc,
        given(STEPS, SPELLED, LENGTHS, COUNTS, reduction="none"),
        given(STEPS, SPELLED, LENGTHS, COUNTS),
        given(STEPS, SPELLED - 1, LENGTHS, COUNTS, 2, "sum"),
        given(STEPS, np.concatenate([SPELLED[0, :2], SPELLED[1, :1], SPELLED[2, :2]]), LENGTHS, COUNTS),
        given(STEPS[:, 0], SPELLED[0], np.array(4), np.array(2), reduction="none"),
        given(STEPS[:2], SPELLED, LENGTHS * 0 + 2, COUNTS, 0, "none", zero_infinity=True),
        given(STEPS[:, :1], SPELLED[:1], np.array([4]), np.array([0]), reduction="none"),
    ),
    row(
        "kl_div",
        kl_div,
        given(X, SHARE),
        given(X, SHARE, "batchmean"),
        given(X, SHARE[0], reduction="sum"),
        given(X, Y, "none", log_target=True),
    ),
    row(
        "poisson_nll_loss",
        poisson,
        given(X, WEIGHT),
        given(X, WEIGHT, full=True, reduction="none"),
        given(UNIT, WEIGHT, False, eps=0.1, reduction="sum"),
    ),
    row(
        "gaussian_nll_loss",
        gaussian,
        given(X, Y, WEIGHT),
        given(X, Y, WEIGHT[:, 0], True, reduction="none"),
        given(X, Y, WEIGHT[:, :1], reduction="sum"),
        given(X, Y, 0.5),
    ),
    row(
        "soft_margin_loss",
        lambda x, t, reduction="mean": reduced(np.logaddexp(0, -t * x), reduction),
        given(X, SIGNS),
        given(X, SIGNS, "none"),
    ),
    row("hinge_embedding_loss", hinge, given(X, SIGNS), given(X, SIGNS, 0.7, "none"), given(X, SIGNS[0])),
    row(
        "margin_ranking_loss",
        lambda a, b, t, margin=0.0, reduction="mean": reduced(np.maximum(0, margin - t * (a - b)), reduction),
        given(X, Y, SIGNS),
        given(X, Y, SIGNS, 0.3, "none"),
        given(X, Y[0], SIGNS[0], reduction="sum"),
    ),
    row(
        "cosine_embedding_loss",
        cosine,
        given(X, Y, SIGNS[0, :3]),
        given(X, Y, np.array([1, -1, -1]), -0.4, "none"),
        given(X[0], Y[0], np.array(1)),
    ),
    row(
        "multi_margin_loss",
        multi_margin,
        given(X, LABELS),
        given(X, LABELS, 2, 0.7, CLASSES, "none"),
        given(X[0], np.array(1), reduction="sum"),
    ),
    row(
        "multilabel_margin_loss", multilabel_margin, given(X, LISTED), given(X, LISTED, "none"), given(X[0], LISTED[0])
    ),
    row("multilabel_soft_margin_loss", multilabel_soft_margin, given(X, SHARE), given(X, SHARE, CLASSES, "none")),
    row(
        "triplet_margin_loss",
        triplet,
        given(X, Y, UNIT),
        given(X, Y, UNIT, 2.0, 3, 0.1, True, "none"),
        given(X, Y, UNIT, 0.5, 1, reduction="sum"),
    ),
]
