"""Images and signals at other sizes and places."""

import itertools

import numpy as np
from operation_table import WHOLE, Operation, given, points

LINE, IMAGE, VOLUME = points((1, 2, 5)), points((2, 2, 3, 4), seed=1), points((1, 1, 2, 3, 2), seed=2)
A = -0.75


def cubic(x, a=A):
    x = np.abs(x)
    return np.where(
        x < 1, ((a + 2) * x - (a + 3)) * x * x + 1, np.where(x < 2, ((a * x - 5 * a) * x + 8 * a) * x - 4 * a, 0)
    )


def matrix(source, target, mode, corners, factor, antialias):
    """What each source place counts for in each target place."""
    ratio = source / target if factor is None else 1 / factor
    step = ((source - 1) / (target - 1) if target > 1 else 0) if corners else ratio
    weights = np.zeros((target, source))
    for place in range(target):
        if mode == "area":
            first, last = place * source // target, -(-(place + 1) * source // target)
            weights[place, first:last] = 1 / (last - first)
        elif mode.startswith("nearest"):
            at = (place + (0.5 if mode == "nearest-exact" else 0)) * ratio
            weights[place, min(int(at), source - 1)] = 1
        elif antialias:
            reach, center = (2 if mode == "bicubic" else 1) * max(step, 1), step * (place + 0.5)
            near = np.arange(max(int(center - reach + 0.5), 0), min(int(center + reach + 0.5), source))
            distance = (near - center + 0.5) / max(step, 1)
            share = cubic(distance, -0.5) if mode == "bicubic" else np.maximum(0, 1 - np.abs(distance))
            weights[place, near] = share / share.sum()
        else:
            at = step * place if corners else step * (place + 0.5) - 0.5
            if mode != "bicubic":
                at = min(max(at, 0), source - 1)
            first = int(np.floor(at))
            for tap in range(-1, 3):
                share = cubic(at - first - tap) if mode == "bicubic" else max(0, 1 - abs(at - first - tap))
                weights[place, min(max(first + tap, 0), source - 1)] += share
    return weights


def interpolate(
    x, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, antialias=False
):
    axes = x.ndim - 2
    spread = lambda value: list(value) if isinstance(value, (list, tuple)) else [value] * axes  # noqa: E731
    factors = spread(scale_factor)
    size = spread(size) if size is not None else [int(n * f) for n, f in zip(x.shape[2:], factors)]
    if 0 in x.shape[2:] or 0 in size:
        raise ValueError(size)
    y = x.astype("float64")
    for axis, target in enumerate(size):
        weights = matrix(
            x.shape[axis + 2], target, mode, align_corners, None if recompute_scale_factor else factors[axis], antialias
        )
        y = np.moveaxis(np.moveaxis(y, axis + 2, -1) @ weights.T, -1, axis + 2)
    return y.astype(x.dtype)


def padded(at, extent, padding, corners):
    if padding == "reflection":
        low, span = (0, extent - 1) if corners else (-0.5, extent)
        if span == 0:
            return np.zeros_like(at)
        rest = np.abs(at - low) % (2 * span)
        at = np.minimum(rest, 2 * span - rest) + low
    return at if padding == "zeros" else np.clip(at, 0, extent - 1)


def grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    if grid.shape[-1] != x.ndim - 2 or len(grid) != len(x) or 0 in x.shape[2:]:
        raise ValueError(grid.shape)
    lines = []
    for axis, extent in enumerate(x.shape[2:]):
        at = grid[..., x.ndim - 3 - axis]
        at = (at + 1) / 2 * (extent - 1) if align_corners else ((at + 1) * extent - 1) / 2
        pad = lambda at, extent=extent: padded(at, extent, padding_mode, align_corners)  # noqa: E731
        if mode == "nearest":
            taps = [(np.round(pad(at)), np.ones_like(at))]
        elif mode == "bilinear":
            at = pad(at)
            taps = [(np.floor(at) + tap, 1 - np.abs(at - np.floor(at) - tap)) for tap in (0, 1)]
        else:
            taps = [(pad(np.floor(at) + tap), cubic(at - np.floor(at) - tap)) for tap in range(-1, 3)]
        lines.append(taps)
    result = np.zeros((*x.shape[:2], *grid.shape[1:-1]))
    for corner in itertools.product(*lines):
        weight = np.prod([share for _, share in corner], axis=0)
        inside = np.ones(weight.shape, bool)
        for (place, _), extent in zip(corner, x.shape[2:]):
            inside &= (place >= 0) & (place <= extent - 1)
        index = [np.where(inside, place, 0).astype(int) for place, _ in corner]
        for example in range(len(x)):
            picked = x[example][(slice(None), *(places[example] for places in index))]
            result[example] += picked * np.where(inside, weight, 0)[example]
    return result


def affine_grid(theta, size, align_corners=None):
    extents = size[2:]
    if theta.shape != (size[0], len(extents), len(extents) + 1):
        raise ValueError(theta.shape)
    reach = [0 if n == 1 else 1 if align_corners else (n - 1) / n for n in extents]
    lines = np.meshgrid(*(np.linspace(-r, r, n) for r, n in zip(reach, extents)), indexing="ij")
    base = np.stack([*lines[::-1], np.ones(extents)], -1)
    return np.einsum("...j,nij->n...i", base, theta)


def pixel_shuffle(x, r):
    *lead, channels, height, width = x.shape
    if channels % (r * r):
        raise ValueError(r)
    y = x.reshape(*lead, channels // (r * r), r, r, height, width)
    y = np.moveaxis(np.moveaxis(y, -4, -2), -4, -1)
    return y.reshape(*lead, channels // (r * r), height * r, width * r)


def pixel_unshuffle(x, r):
    *lead, channels, height, width = x.shape
    if height % r or width % r:
        raise ValueError(r)
    y = x.reshape(*lead, channels, height // r, r, width // r, r)
    return np.moveaxis(np.moveaxis(y, -3, -4), -1, -3).reshape(*lead, channels * r * r, height // r, width // r)


def channel_shuffle(x, groups):
    if x.shape[1] % groups:
        raise ValueError(groups)
    return x.reshape(x.shape[0], groups, -1, *x.shape[2:]).swapaxes(1, 2).reshape(x.shape) if x.size else x


def row(name, reference, *cases, **options):
    return Operation(name, reference, *cases, results="same", **{"refuses": WHOLE, **options})


GRID, SPACE = points((2, 3, 2, 2), -1.2, 1.2, 3), points((1, 2, 2, 1, 3), -1.2, 1.2, 4)
MAPS, SPATIAL = points((2, 2, 3), seed=5), points((1, 3, 4), seed=6)

ROWS = [
    row(
        "nn.functional.interpolate",
        interpolate,
        given(LINE, 7, mode="linear"),
        given(LINE, scale_factor=1.3, mode="linear"),
        given(LINE, scale_factor=1.3, mode="linear", recompute_scale_factor=True),
        given(LINE, 3, mode="linear", align_corners=True),
        given(LINE, 3, mode="area"),
        given(IMAGE, (5, 3), mode="bilinear"),
        given(IMAGE, (5, 3), mode="bilinear", align_corners=True),
        given(IMAGE, scale_factor=[2.0, 0.6], mode="bilinear"),
        given(IMAGE, (5, 7), mode="bicubic"),
        given(IMAGE, (2, 7), mode="bicubic", align_corners=True),
        given(IMAGE, (2, 3), mode="area"),
        given(IMAGE, 2, mode="bilinear", antialias=True),
        given(IMAGE, (2, 5), mode="bicubic", antialias=True),
        given(VOLUME, (3, 2, 4), mode="trilinear"),
        given(VOLUME, (3, 2, 4), mode="area"),
    ),
    row(
        "nn.functional.upsample_nearest",
        interpolate,
        given(LINE, 8),
        given(LINE, scale_factor=2),
        given(IMAGE, (2, 9)),
        given(VOLUME, scale_factor=1.5),
        refuses=(),
    ),
    row(
        "nn.functional.upsample",
        interpolate,
        given(LINE, 8, mode="nearest-exact"),
        given(IMAGE, (2, 9), mode="nearest-exact"),
        given(IMAGE, scale_factor=0.7, mode="nearest-exact"),
        refuses=(),
    ),
    row(
        "nn.functional.upsample_bilinear",
        lambda x, size=None: interpolate(x, size, mode="bilinear", align_corners=True),
        given(IMAGE, (5, 1)),
    ),
    row(
        "nn.functional.grid_sample",
        grid_sample,
        given(IMAGE, GRID),
        given(IMAGE, GRID, align_corners=True),
        given(IMAGE, GRID, "bilinear", "border"),
        given(IMAGE, GRID, padding_mode="reflection"),
        given(IMAGE, GRID, padding_mode="reflection", align_corners=True),
        given(IMAGE, GRID, "nearest"),
        given(IMAGE, GRID, "bicubic"),
        given(IMAGE, GRID, "bicubic", "border", True),
        given(IMAGE, GRID, "bicubic", "reflection"),
        given(VOLUME, SPACE),
        given(VOLUME, SPACE, "nearest", "reflection"),
        given(VOLUME, SPACE, "bicubic", "border"),
        rtol=1e-11,
    ),
    row(
        "nn.functional.affine_grid",
        affine_grid,
        given(MAPS, [2, 3, 2, 4]),
        given(MAPS, (2, 3, 1, 3), True),
        given(SPATIAL, [1, 1, 2, 1, 3], align_corners=False),
    ),
    row("pixel_shuffle", pixel_shuffle, given(points((2, 8, 2, 3)), 2), given(points((9, 1, 2)), 3), refuses=()),
    row("pixel_unshuffle", pixel_unshuffle, given(points((2, 2, 4, 6)), 2), given(points((1, 3, 6)), 3), refuses=()),
    row("channel_shuffle", channel_shuffle, given(points((2, 6, 3)), 2), given(IMAGE, 1), refuses=()),
    row(
        "bilinear",
        lambda x, y, w, b=0: np.einsum("...i,kij,...j->...k", x, w, y) + b,
        given(points((3, 2)), points((3, 4), seed=1), points((2, 2, 4), seed=2), points((2,), seed=3)),
        given(points((2,)), points((4,), seed=1), points((2, 2, 4), seed=2)),
    ),
]
