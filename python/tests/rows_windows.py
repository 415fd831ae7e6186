"""Rows of the table for convolutions, pools, and windows as columns: by plain loops over windows."""

from itertools import product

import numpy as np
from operation_table import WHOLE, Operation, given, points


def each(value, count):
    return (value,) * count if np.ndim(value) == 0 else tuple(value)


def with_batch(axes):
    """A function of [N, C, spatial] for [C, spatial] too."""

    def wrapper(function):
        def reference(x, *args, **kwargs):
            if x.ndim == axes + 2:
                return function(x, *args, **kwargs)
            found = function(x[None], *args, **kwargs)
            return tuple(part[0] for part in found) if isinstance(found, tuple) else found[0]

        return reference

    return wrapper


# -------------------------------------------------------------------- convolutions


def added(y, bias):
    return y if bias is None else y + bias.reshape(-1, *(1,) * (y.ndim - 2))


def convolution(count):
    @with_batch(count)
    def reference(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        steps, gaps, window = each(stride, count), each(dilation, count), weight.shape[2:]
        reach = [(taps - 1) * gap for taps, gap in zip(window, gaps)]
        assert all(window) and x.shape[1] == weight.shape[1] * groups and weight.shape[0] % groups == 0
        if padding == "same":
            widths = [(far // 2, far - far // 2) for far in reach]
        else:
            widths = [(width, width) for width in each(0 if padding == "valid" else padding, count)]
        x = np.pad(x, [(0, 0), (0, 0), *widths])
        assert all(extent > far for extent, far in zip(x.shape[2:], reach))
        positions = [(extent - far - 1) // step + 1 for extent, far, step in zip(x.shape[2:], reach, steps)]
        channels, outputs = weight.shape[1], weight.shape[0] // groups
        y = np.zeros((x.shape[0], weight.shape[0], *positions), np.result_type(x, weight))
        for tap in product(*map(range, window)):
            part = x[(..., *spots(tap, gaps, positions, steps))]
            for group in range(groups):
                rows = slice(group * outputs, (group + 1) * outputs)
                these = part[:, group * channels : (group + 1) * channels]
                y[:, rows] += np.einsum("nc...,oc->no...", these, weight[(rows, slice(None), *tap)])
        return added(y, bias)

    return reference


def transposed(count):
    @with_batch(count)
    def reference(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        steps, gaps, window = each(stride, count), each(dilation, count), weight.shape[2:]
        widths, more = each(padding, count), each(output_padding, count)
        assert all(window) and x.shape[1] == weight.shape[0] and weight.shape[0] % groups == 0
        whole = [
            (extent - 1) * step + (taps - 1) * gap + 1 + extra
            for extent, step, taps, gap, extra in zip(x.shape[2:], steps, window, gaps, more)
        ]
        assert all(extent > 2 * width for extent, width in zip(whole, widths)) and all(x.shape[2:])
        outputs, channels = weight.shape[1], weight.shape[0] // groups
        y = np.zeros((x.shape[0], outputs * groups, *whole), np.result_type(x, weight))
        for tap in product(*map(range, window)):
            for group in range(groups):
                rows = slice(group * channels, (group + 1) * channels)
                place = (slice(None), slice(group * outputs, (group + 1) * outputs))
                y[(*place, *spots(tap, gaps, x.shape[2:], steps))] += np.einsum(
                    "nc...,co->no...", x[:, rows], weight[(rows, slice(None), *tap)]
                )
        cut = tuple(slice(width, extent - width) for width, extent in zip(widths, whole))
        return added(y[(..., *cut)], bias)

    return reference


def spots(tap, gaps, positions, steps):
    """What a tap meets, at all positions."""
    return tuple(
        slice(number * gap, number * gap + (count - 1) * step + 1, step)
        for number, gap, count, step in zip(tap, gaps, positions, steps)
    )


LINE, LINE_WEIGHT, BIAS = points((2, 3, 7)), points((4, 3, 3), seed=1), points((4,), seed=2)
IMAGE, IMAGE_WEIGHT = points((2, 4, 5, 6), seed=3), points((2, 4, 2, 3), seed=4)
GROUPED, DEPTHWISE = points((6, 2, 2, 2), seed=5), points((8, 1, 3, 2), seed=6)
VOLUME, VOLUME_WEIGHT = points((1, 2, 3, 4, 3), seed=7), points((2, 2, 2, 2, 2), seed=8)
SAME, POINT = points((1, 4, 3, 4), seed=9), points((3, 4, 1, 1), seed=10)
BACK_LINE, BACK_IMAGE, BACK_GROUPED = (
    points((3, 2, 3), seed=11),
    points((4, 2, 3, 2), seed=12),
    points((4, 3, 2, 2), seed=13),
)

CONVOLUTIONS = [
    Operation(
        "conv1d",
        convolution(1),
        given(LINE, LINE_WEIGHT),
        given(LINE, LINE_WEIGHT, BIAS, 2, 1),
        given(LINE[0], LINE_WEIGHT, BIAS, stride=2, padding=2, dilation=3),
        given(LINE, LINE_WEIGHT, padding="same", dilation=2),
        given(LINE, points((6, 1, 2), seed=14), None, 1, "valid", 1, 3),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "conv2d",
        convolution(2),
        given(IMAGE, IMAGE_WEIGHT),
        given(IMAGE, IMAGE_WEIGHT, points((2,), seed=15), (2, 1), (1, 2)),
        given(IMAGE[1], IMAGE_WEIGHT, padding=1, dilation=(2, 1), stride=3),
        given(IMAGE, GROUPED, stride=2, groups=2),
        given(IMAGE, DEPTHWISE, padding=(1, 0), groups=4),
        given(IMAGE, SAME, padding="same"),
        given(IMAGE, POINT),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "conv3d",
        convolution(3),
        given(VOLUME, VOLUME_WEIGHT),
        given(VOLUME[0], VOLUME_WEIGHT, points((2,), seed=16), (1, 2, 1), 1, (2, 1, 1)),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "conv_transpose1d",
        transposed(1),
        given(LINE, BACK_LINE),
        given(LINE, BACK_LINE, points((2,), seed=17), 3, 1, 2),
        given(LINE[0], BACK_LINE, stride=2, padding=2, dilation=3, output_padding=1),
        given(LINE, points((3, 2, 2), seed=18), None, 2, 0, 0, 3),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "conv_transpose2d",
        transposed(2),
        given(IMAGE, BACK_IMAGE, None, 2),
        given(IMAGE, BACK_IMAGE, points((2,), seed=19), (2, 3), (1, 0), (1, 2)),
        given(IMAGE[0], BACK_GROUPED, stride=2, padding=1, groups=2, dilation=(1, 2)),
        results="same",
        refuses=WHOLE,
    ),
    Operation(
        "conv_transpose3d",
        transposed(3),
        given(VOLUME, VOLUME_WEIGHT, None, (1, 2, 1), 1),
        results="same",
        refuses=WHOLE,
    ),
]


# -------------------------------------------------------------------- pools


def windows(extents, kernel, stride, padding, dilation, ceil_mode):
    """For each axis and position the elements of the window, and its extent with the padding that is there."""
    count, found, sizes = len(extents), [], []
    steps = each(kernel if stride is None else stride, count)
    for extent, taps, step, width, gap in zip(
        extents, each(kernel, count), steps, each(padding, count), each(dilation, count)
    ):
        assert extent > 0 and width <= ((taps - 1) * gap + 1) // 2
        left = extent + 2 * width - (taps - 1) * gap - 1
        positions = (-(-left // step) if ceil_mode else left // step) + 1
        if ceil_mode and (positions - 1) * step >= extent + width:
            positions -= 1
        assert positions > 0
        starts = [position * step - width for position in range(positions)]
        found.append([[s + t * gap for t in range(taps) if 0 <= s + t * gap < extent] for s in starts])
        sizes.append([min(s + taps, extent + width) - s for s in starts])
        assert all(found[-1])
    return found, sizes


def shared_out(extents, sizes):
    """The windows of an adaptive pool."""
    sizes = [extent if size is None else size for extent, size in zip(extents, each(sizes, len(extents)))]
    assert all(extents)
    return [
        [list(range(place * extent // size, -(-(place + 1) * extent // size))) for place in range(size)]
        for extent, size in zip(extents, sizes)
    ]


def pooled(x, elements, function):
    """function(window [..., elements], position, places of its elements in a plane) of each window."""
    positions = [len(axis) for axis in elements]
    shape = x.shape[: -len(elements)]
    places = np.arange(int(np.prod(x.shape[-len(elements) :]))).reshape(x.shape[-len(elements) :])
    columns = []
    for position in np.ndindex(*positions):
        window = np.ix_(*(axis[place] for axis, place in zip(elements, position)))
        columns.append(function(x[(..., *window)].reshape(*shape, -1), position, places[window].ravel()))
    found = np.stack(columns, -1) if columns else np.zeros((*shape, 0), x.dtype)
    return found.reshape(*shape, *positions)


def largest(x, elements, return_indices):
    values = pooled(x, elements, lambda window, *_: window.max(-1))
    if not return_indices:
        return values
    return values, pooled(x, elements, lambda window, _, places: places[window.argmax(-1)]).astype("int64")


def max_pool(count):
    def reference(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        assert x.ndim in (count + 1, count + 2)
        elements, _ = windows(x.shape[-count:], kernel_size, stride, padding, dilation, ceil_mode)
        return largest(x, elements, return_indices)

    return reference


def avg_pool(count):
    def reference(
        x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        elements, sizes = windows(x.shape[-count:], kernel_size, stride, padding, 1, ceil_mode)

        def mean(window, position, places):
            whole = np.prod([axis[place] for axis, place in zip(sizes, position)])
            return window.sum(-1) / (divisor_override or (whole if count_include_pad else len(places)))

        return pooled(x, elements, mean)

    return reference


def lp_pool(count):
    def reference(x, norm_type, kernel_size, stride=None, ceil_mode=False):
        elements, sizes = windows(x.shape[-count:], kernel_size, stride, 0, 1, ceil_mode)
        whole = np.prod(each(kernel_size, count))

        def norm(window, *_):
            return ((window**norm_type).mean(-1) * whole) ** (1 / norm_type)

        return pooled(x, elements, norm)

    return reference


def adaptive_avg(count):
    return lambda x, output_size: pooled(
        x, shared_out(x.shape[-count:], output_size), lambda window, *_: window.mean(-1)
    )


def adaptive_max(count):
    return lambda x, output_size, return_indices=False: largest(
        x, shared_out(x.shape[-count:], output_size), return_indices
    )


def max_unpool(count):
    def reference(x, indices, kernel_size, stride=None, padding=0, output_size=None):
        steps = each(kernel_size if stride is None else stride, count)
        extents = [
            (extent - 1) * step - 2 * width + taps
            for extent, step, width, taps in zip(
                x.shape[-count:], steps, each(padding, count), each(kernel_size, count)
            )
        ]
        extents = extents if output_size is None else list(output_size)[-count:]
        assert indices.shape == x.shape and all(x.shape[-count:])
        flat, places = x.reshape(*x.shape[:-count], -1), indices.reshape(*x.shape[:-count], -1)
        found = np.zeros((*x.shape[:-count], int(np.prod(extents))), x.dtype)
        np.put_along_axis(found, places, flat, -1)
        return found.reshape(*x.shape[:-count], *extents)

    return reference


@with_batch(2)
def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    taps, gaps, steps, widths = (each(value, 2) for value in (kernel_size, dilation, stride, padding))
    x = np.pad(x, [(0, 0), (0, 0), *((width, width) for width in widths)])
    positions = [
        (extent - (count - 1) * gap - 1) // step + 1 for extent, count, gap, step in zip(x.shape[2:], taps, gaps, steps)
    ]
    assert min(positions) > 0
    rows = [x[(..., *spots(tap, gaps, positions, steps))] for tap in product(*map(range, taps))]
    return (
        np.stack(rows, 2).reshape(x.shape[0], x.shape[1] * len(rows), -1)
        if x.size
        else np.zeros((x.shape[0], x.shape[1] * len(rows), int(np.prod(positions))), x.dtype)
    )


@with_batch(1)
def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    taps, gaps, steps, widths = (each(value, 2) for value in (kernel_size, dilation, stride, padding))
    extents = [extent + 2 * width for extent, width in zip(each(output_size, 2), widths)]
    positions = [
        (extent - (count - 1) * gap - 1) // step + 1 for extent, count, gap, step in zip(extents, taps, gaps, steps)
    ]
    channels, rest = divmod(x.shape[1], int(np.prod(taps)))
    assert rest == 0 and x.shape[2] == np.prod(positions)
    rows = x.reshape(x.shape[0], channels, int(np.prod(taps)), *positions)
    y = np.zeros((x.shape[0], channels, *extents), x.dtype)
    for number, tap in enumerate(product(*map(range, taps))):
        y[(..., *spots(tap, gaps, positions, steps))] += rows[:, :, number]
    return y[:, :, widths[0] : extents[0] - widths[0], widths[1] : extents[1] - widths[1]]


PLANES, LINES, BLOCK = points((2, 3, 5, 6), seed=20), points((2, 2, 9), seed=21), points((1, 2, 4, 5, 4), seed=22)
POSITIVE, POSITIVE_LINES = points((2, 2, 5, 5), 0.2, 2, seed=23), points((2, 2, 7), 0.2, 2, seed=24)
POSITIVE_BLOCK = points((1, 1, 3, 4, 3), 0.2, 2, seed=25)


def found_places(count, x, *args):
    """What a pool has found, and where: a case's first two arguments."""
    return max_pool(count)(x, *args, return_indices=True)


KINDS = {"results": ("same", "int64"), "refuses": ("bool",)}
MEANS = {"results": "same", "refuses": WHOLE}

POOLS = [
    Operation(
        "max_pool1d",
        max_pool(1),
        given(LINES, 3),
        given(LINES[0], 3, 2, 1, return_indices=True),
        given(LINES, 2, 2, 1, 2, True, True),
        **KINDS,
    ),
    Operation(
        "max_pool2d",
        max_pool(2),
        given(PLANES, 2),
        given(PLANES, (3, 2), (1, 2), 1, ceil_mode=True, return_indices=True),
        given(PLANES[0], 2, 1, dilation=(2, 3)),
        **KINDS,
    ),
    Operation("max_pool3d", max_pool(3), given(BLOCK, 2, 1), given(BLOCK[0], 3, 2, 1, return_indices=True), **KINDS),
    Operation(
        "avg_pool1d",
        avg_pool(1),
        given(LINES, 3),
        given(LINES[0], 4, 3, 2, True, False),
        given(LINES, 4, 3, 2, ceil_mode=True),
        **MEANS,
    ),
    Operation(
        "avg_pool2d",
        avg_pool(2),
        given(PLANES, 2),
        given(PLANES, (3, 2), (2, 1), 1, ceil_mode=True),
        given(PLANES[1], 3, 2, 1, True, False),
        given(PLANES, 2, 3, divisor_override=3),
        given(PLANES, (5, 6)),
        **MEANS,
    ),
    Operation("avg_pool3d", avg_pool(3), given(BLOCK, 2), given(BLOCK[0], 2, 1, 1, False, False, 5), **MEANS),
    Operation("adaptive_avg_pool1d", adaptive_avg(1), given(LINES, 3), given(LINES[0], 4), given(LINES, 12), **MEANS),
    Operation(
        "adaptive_avg_pool2d",
        adaptive_avg(2),
        given(PLANES, 1),
        given(PLANES, (3, 4)),
        given(PLANES[0], (None, 2)),
        given(PLANES, 7),
        **MEANS,
    ),
    Operation("adaptive_avg_pool3d", adaptive_avg(3), given(BLOCK, (2, 3, None)), **MEANS),
    Operation("adaptive_max_pool1d", adaptive_max(1), given(LINES, 4), given(LINES[0], 3, True), **KINDS),
    Operation(
        "adaptive_max_pool2d", adaptive_max(2), given(PLANES, (3, 4)), given(PLANES[0], (None, 2), True), **KINDS
    ),
    Operation("adaptive_max_pool3d", adaptive_max(3), given(BLOCK, 3), **KINDS),
    Operation(
        "max_unpool1d",
        max_unpool(1),
        given(*found_places(1, LINES, 3), 3),
        given(*found_places(1, LINES[0], 2), 2, output_size=(9,)),
        results="same",
        refuses=("bool",),
    ),
    Operation(
        "max_unpool2d",
        max_unpool(2),
        given(*found_places(2, PLANES, 2), 2, output_size=PLANES.shape),
        given(*found_places(2, PLANES[0], 3, 3, 1), 3, 3, 1, (5, 6)),
        results="same",
        refuses=("bool",),
    ),
    Operation(
        "max_unpool3d",
        max_unpool(3),
        given(*found_places(3, BLOCK, 2), 2, None, 0, (4, 5, 4)),
        results="same",
        refuses=("bool",),
    ),
    Operation("lp_pool1d", lp_pool(1), given(POSITIVE_LINES, 2, 3), given(POSITIVE_LINES[0], 1.5, 3, 2, True), **MEANS),
    Operation("lp_pool2d", lp_pool(2), given(POSITIVE, 3, (2, 3)), given(POSITIVE[0], 2.5, 2, 1), **MEANS),
    Operation("lp_pool3d", lp_pool(3), given(POSITIVE_BLOCK, 2, 2, 1), **MEANS),
    Operation(
        "unfold", unfold, given(PLANES, 2), given(PLANES[0], (2, 3), (2, 1), 1, (1, 2)), results="same", methods=False
    ),
    Operation(
        "fold",
        fold,
        given(points((2, 8, 6), seed=26), (3, 4), 2),
        given(points((12, 9), seed=27), (4, 5), (2, 3), 1, 1, 2),
        given(points((1, 4, 4), seed=28), 6, 2, 2, 0, stride=(2, 2), smooth=False),
        results="same",
        refuses=("bool", "uint8", "int32"),
    ),
]

ROWS = CONVOLUTIONS + POOLS
