"""Normalisation, embeddings and dropout."""

import numpy as np
from operation_table import WHOLE, Operation, given, points

X = points((4, 6, 3))
IMAGE = points((2, 4, 3, 2), seed=1)
SIX, FOUR = points((6,), 0.5, 1.5, 2), points((4,), 0.5, 1.5, 3)
SPREAD = points((4,), 0.6, 2.4, 4)


def standardized(x, axes, eps=1e-5):
    mean = x.mean(axes, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(axes, keepdims=True) + eps)


def affine(x, weight, bias):
    x = x if weight is None else x * weight
    return x if bias is None else x + bias


def by_channel(x, vector):
    return None if vector is None else vector.reshape(-1, *[1] * (x.ndim - 2))


def last(x, shape):
    count = len(shape) if isinstance(shape, tuple) else 1
    if x.shape[x.ndim - count :] != (shape if isinstance(shape, tuple) else (shape,)):
        raise ValueError(shape)
    return tuple(range(x.ndim - count, x.ndim))


def layer_norm(x, shape, weight=None, bias=None, eps=1e-5):
    return affine(standardized(x, last(x, shape), eps), weight, bias)


def rms_norm(x, shape, weight=None, eps=None):
    eps = np.finfo(x.dtype).eps if eps is None else eps
    return affine(x / np.sqrt((x**2).mean(last(x, shape), keepdims=True) + eps), weight, None)


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups or any(v is not None and len(v) != x.shape[1] for v in (weight, bias)):
        raise ValueError(groups)
    if not x.size:
        return x
    y = standardized(x.reshape(x.shape[0], groups, -1), 2, eps).reshape(x.shape)
    return affine(y, by_channel(x, weight), by_channel(x, bias))


def batch_norm(x, mean, variance, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    if training:
        y = standardized(x, tuple(axis for axis in range(x.ndim) if axis != 1), eps)
    else:
        y = (x - by_channel(x, mean)) / np.sqrt(by_channel(x, variance) + eps)
    return affine(y, by_channel(x, weight), by_channel(x, bias))


def instance_norm(x, mean=None, variance=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5):
    if not use_input_stats:
        return batch_norm(x, mean, variance, weight, bias, eps=eps)
    return affine(standardized(x, tuple(range(2, x.ndim)), eps), by_channel(x, weight), by_channel(x, bias))


def local_response_norm(x, size, alpha=1e-4, beta=0.75, k=1.0):
    squares = np.pad(x**2, [(0, 0), (size // 2, (size - 1) // 2)] + [(0, 0)] * (x.ndim - 2))
    mean = sum(squares[:, shift : shift + x.shape[1]] for shift in range(size)) / size
    return x / (k + alpha * mean) ** beta


def embedding_bag(
    picks, weight, offsets=None, mode="mean", include_last_offset=False, per_sample_weights=None, padding_idx=None
):
    if offsets is None:
        bags = list(picks)
        scales = [None] * len(bags) if per_sample_weights is None else list(per_sample_weights)
    else:
        if max(offsets) > len(picks):
            raise ValueError(offsets)
        ends = list(offsets[1:]) if include_last_offset else [*offsets[1:], len(picks)]
        starts = offsets[:-1] if include_last_offset else offsets
        bags = [picks[start:end] for start, end in zip(starts, ends)]
        scales = [None if per_sample_weights is None else per_sample_weights[a:b] for a, b in zip(starts, ends)]
    results = []
    for bag, scale in zip(bags, scales):
        rows = weight[bag] if scale is None else weight[bag] * scale[:, None]
        rows = rows[np.asarray(bag) != padding_idx]
        if not len(rows):
            results.append(np.zeros(weight.shape[1]))
        else:
            results.append(getattr(rows, mode)(0))
    return np.stack(results)


TABLE = points((5, 3), seed=6)
PICKS = np.array([[1, 4, 1], [0, 2, 3]])
BAG = np.array([1, 4, 4, 0, 2, 3, 1])
EDGES = np.array([0, 3, 3, 5])

ROWS = [
    Operation(
        "layer_norm",
        layer_norm,
        given(X, 3),
        given(X, (6, 3), eps=0.1),
        given(X, (3,), points((3,), seed=7), points((3,), seed=8)),
        given(X, 3, bias=points((3,), seed=8)),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "rms_norm",
        rms_norm,
        given(X, 3, eps=1e-3),
        given(X, (6, 3), points((6, 3), seed=7), eps=0.5),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "group_norm",
        group_norm,
        given(X, 2),
        given(X, 3, SIX, points((6,), seed=9), eps=0.1),
        given(IMAGE, 4, bias=FOUR),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "nn.functional.batch_norm",
        batch_norm,
        given(IMAGE, None, None, training=True),
        given(IMAGE, None, None, FOUR, points((4,), seed=9), training=True, eps=0.1),
        given(IMAGE, points((4,), seed=5), SPREAD),
        given(IMAGE, points((4,), seed=5), SPREAD, FOUR, points((4,), seed=9)),
        given(points((5, 4), seed=1), None, None, weight=FOUR, training=True),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "nn.functional.instance_norm",
        instance_norm,
        given(IMAGE),
        given(X, weight=SIX, bias=points((6,), seed=9), eps=0.1),
        given(IMAGE, points((4,), seed=5), SPREAD, use_input_stats=False),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "nn.functional.local_response_norm",
        local_response_norm,
        given(X, 3),
        given(X, 4, 0.5, 1.5, 2.0),
        given(IMAGE, 7, alpha=1.0, beta=0.5),
        given(X, 100, alpha=1.0),
        given(X, 1, 0.3),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "nn.functional.embedding",
        lambda picks, weight: weight[picks],
        given(PICKS, TABLE),
        given(np.array([3]), TABLE),
        results="same",
    ),
    Operation(
        "nn.functional.embedding_bag",
        embedding_bag,
        given(PICKS, TABLE),
        given(PICKS, TABLE, mode="sum"),
        given(PICKS, TABLE, mode="sum", per_sample_weights=points((2, 3), seed=3)),
        given(PICKS, TABLE, mode="max"),
        given(BAG, TABLE, EDGES),
        given(BAG, TABLE, EDGES, mode="sum"),
        given(BAG, TABLE, EDGES, mode="max"),
        given(BAG, TABLE, np.array([0, 4, 7]), mode="sum", include_last_offset=True),
        given(BAG, TABLE, EDGES, mode="sum", per_sample_weights=points((7,), seed=4)),
        results="same",
        refuses=WHOLE,
    ),
]
