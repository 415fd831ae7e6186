"""Rows of the table for operations on shapes, joining, cutting and padding, and for what picks by index tensors and
masks."""

import numpy as np
from operation_table import FLOATS, Operation, given, points

LINE, X, CUBE, SCALAR, SQUARE = (
    points((4,)),
    points((2, 3), seed=1),
    points((2, 3, 4), seed=2),
    points((), seed=3),
    points((3, 3), seed=4),
)
ONES = points((1, 3, 1), seed=5)
ROW, COLUMN, EMPTY = points((3,), seed=6), points((2, 1), seed=7), np.zeros((0, 3))
PLACES, CORNER = np.array([[1, 0, -1], [0, 0, 1]]), np.array([[0, -2]])
MASK = np.array([[True, False, True], [False, False, True]])


def ints(args):
    return tuple(args[0]) if len(args) == 1 and not isinstance(args[0], int) else args


def of_extents(function):
    """A function of a shape, or of axes, that may be given one by one."""
    return lambda x, *extents: function(x, ints(extents))


def expand(x, shape):
    leading = len(shape) - x.ndim
    return np.broadcast_to(
        x, [x.shape[place - leading] if extent == -1 else extent for place, extent in enumerate(shape)]
    )


def flatten(x, start_dim=0, end_dim=-1):
    shape = x.shape or (1,)
    start, end = start_dim % len(shape), end_dim % len(shape)
    return x.reshape(*shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :])


def unflatten(x, dim, sizes):
    dim %= x.ndim
    known = int(-np.prod(sizes)) if -1 in sizes else 1
    return x.reshape(
        *x.shape[:dim], *(x.shape[dim] // known if extent == -1 else extent for extent in sizes), *x.shape[dim + 1 :]
    )


def squeeze(x, dim=None):
    axes = (
        range(x.ndim) if dim is None else [axis % x.ndim for axis in (dim if isinstance(dim, (tuple, list)) else [dim])]
    )
    return x.reshape([extent for axis, extent in enumerate(x.shape) if axis not in axes or extent != 1])


def split(x, size, dim=0):
    extent = x.shape[dim]
    assert isinstance(size, int) or sum(size) == extent
    sections = (
        size if isinstance(size, (list, tuple)) else [size] * (extent // size) + [extent % size] * (extent % size > 0)
    )
    return tuple(np.split(x, np.cumsum(sections)[:-1], dim))


def chunk(x, chunks, dim=0):
    return split(x, -(-x.shape[dim] // chunks), dim)


def roll(x, shifts, dims=None):
    return np.roll(x, shifts, dims)


MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(x, pad, mode="constant", value=0):
    widths = [(0, 0)] * (x.ndim - len(pad) // 2) + [(pad[at], pad[at + 1]) for at in range(len(pad) - 2, -1, -2)]
    assert all(extent >= max(-before, 0) + max(-after, 0) for extent, (before, after) in zip(x.shape, widths))
    x = x[tuple(slice(max(-before, 0), x.shape[axis] - max(-after, 0)) for axis, (before, after) in enumerate(widths))]
    widths = [(max(before, 0), max(after, 0)) for before, after in widths]
    return np.pad(x, widths, constant_values=value) if mode == "constant" else np.pad(x, widths, MODES[mode])


def gather(x, dim, index):
    """Element by element."""
    found = np.empty(index.shape, x.dtype)
    for place in np.ndindex(*index.shape):
        at = list(place)
        at[dim] = index[place]
        found[place] = x[tuple(at)]
    return found


def scattered(add):
    def reference(x, dim, index, src=None, value=None):
        found, src = (
            x.copy(),
            np.broadcast_to(value, index.shape)
            if src is None
            else np.broadcast_to(src, index.shape)
            if np.ndim(src) == 0
            else src,
        )
        for place in np.ndindex(*index.shape):
            at = list(place)
            at[dim] = index[place]
            found[tuple(at)] = found[tuple(at)] + src[place] if add else src[place]
        return found

    return reference


def index_select(x, dim, index):
    return np.take(x, index, dim)


def take_along_dim(x, indices, dim=None):
    return np.take(x, indices) if dim is None else np.take_along_axis(x, indices, dim)


def masked_select(x, mask):
    x, mask = np.broadcast_arrays(x, mask)
    return x[mask]


def nonzero(x, as_tuple=False):
    return np.nonzero(x) if as_tuple else np.argwhere(x)


def one_hot(labels, num_classes=-1, dtype="int64"):
    return np.eye(labels.max() + 1 if num_classes == -1 else num_classes, dtype=dtype)[labels]


AXES = [
    Operation(
        "reshape",
        of_extents(np.reshape),
        given(X, 6),
        given(X, 3, -1),
        given(X, (3, 2)),
        given(SCALAR, (1, 1)),
        given(EMPTY, (3, 0, 2)),
        given(SCALAR, -1),
        given(X[:1, :1], ()),
        results="same",
        torch="Tensor.reshape",
    ),
    Operation(
        "flatten",
        flatten,
        given(X),
        given(CUBE, 1),
        given(CUBE, 0, -2),
        given(SCALAR),
        given(EMPTY),
        given(CUBE, start_dim=-2, end_dim=-1),
        results="same",
    ),
    Operation(
        "unflatten",
        unflatten,
        given(LINE, 0, (2, 2)),
        given(CUBE, -1, (2, -1)),
        given(X, dim=1, sizes=(3, 1)),
        results="same",
    ),
    Operation(
        "squeeze",
        squeeze,
        given(ONES),
        given(ONES, 0),
        given(ONES, -2),
        given(ONES, (0, 2)),
        given(SCALAR),
        given(X),
        given(ONES, dim=-1),
        results="same",
    ),
    Operation(
        "unsqueeze",
        lambda x, dim: np.expand_dims(x, dim),
        given(X, 0),
        given(X, -1),
        given(SCALAR, 0),
        given(X, dim=1),
        given(EMPTY, -2),
        results="same",
    ),
    Operation(
        "permute",
        of_extents(np.transpose),
        given(CUBE, 2, 0, 1),
        given(CUBE, (0, -1, 1)),
        given(SCALAR, ()),
        given(EMPTY, 1, 0),
        results="same",
        torch="Tensor.permute",
    ),
    Operation(
        "transpose",
        np.swapaxes,
        given(CUBE, 0, -1),
        given(X, 1, 0),
        given(LINE, 0, 0),
        given(EMPTY, 0, 1),
        results="same",
    ),
    Operation(
        "movedim", np.moveaxis, given(CUBE, 0, -1), given(CUBE, (0, 1), (2, 0)), given(CUBE, [-1], [0]), results="same"
    ),
    Operation(
        "broadcast_to",
        of_extents(np.broadcast_to),
        given(ROW, 2, 3),
        given(COLUMN, (2, 4)),
        given(SCALAR, (2, 2)),
        given(COLUMN, (3, 2, 1)),
        given(ROW, (0, 3)),
        results="same",
        torch="Tensor.broadcast_to",
    ),
    Operation(
        "expand",
        of_extents(expand),
        given(ROW, 2, 3),
        given(COLUMN, (-1, 4)),
        given(SCALAR, 2, 2),
        given(ROW, (2, -1)),
        given(ONES, (2, -1, 2)),
        results="same",
        torch="Tensor.expand",
    ),
    Operation(
        "tile",
        of_extents(np.tile),
        given(X, 2),
        given(X, (2, 1)),
        given(X, 2, 1, 3),
        given(SCALAR, (2,)),
        given(X, 0, 1),
        results="same",
        torch="Tensor.tile",
    ),
    Operation(
        "diagonal",
        lambda x, offset=0, dim1=0, dim2=1: np.diagonal(x, offset, dim1, dim2),
        given(SQUARE),
        given(X, 1),
        given(X, -1),
        given(CUBE, 0, 1, 2),
        given(CUBE, offset=1, dim1=-1, dim2=0),
        results="same",
    ),
    Operation(
        "diag",
        lambda x, diagonal=0: np.diag(x, diagonal),
        given(ROW),
        given(ROW, 1),
        given(ROW, diagonal=-2),
        given(X),
        given(SQUARE, -1),
        given(np.zeros(0)),
        results="same",
    ),
    Operation(
        "tril",
        lambda x, diagonal=0: np.tril(x, diagonal),
        given(SQUARE),
        given(X, 1),
        given(CUBE, -1),
        given(SQUARE, diagonal=7),
        results="same",
    ),
    Operation(
        "triu",
        lambda x, diagonal=0: np.triu(x, diagonal),
        given(SQUARE),
        given(X, 1),
        given(CUBE, -1),
        given(SQUARE, diagonal=-7),
        results="same",
    ),
    Operation(
        "flip",
        of_extents(np.flip),
        given(X, 0),
        given(X, (0, -1)),
        given(CUBE, 1, 2),
        given(EMPTY, 0),
        results="same",
        torch="Tensor.flip",
    ),
    Operation(
        "roll",
        roll,
        given(X, 1),
        given(X, -2, 1),
        given(CUBE, (1, 5), (0, -1)),
        given(X, shifts=1, dims=0),
        results="same",
    ),
]

JOINED = [
    Operation(
        "cat",
        lambda arrays, dim=0: np.concatenate(arrays, dim),
        given([X, X]),
        given([X, COLUMN], 1),
        given([X, EMPTY, X]),
        given((COLUMN, X, X), dim=-1),
        results="same",
    ),
    Operation(
        "stack",
        lambda arrays, dim=0: np.stack(arrays, dim),
        given([X, 2 * X]),
        given([X, X, X], 1),
        given([SCALAR, SCALAR]),
        given((X, X), dim=-1),
        results="same",
    ),
    Operation(
        "hstack", np.hstack, given([X, COLUMN]), given([ROW, ROW, LINE]), given([SCALAR, SCALAR]), results="same"
    ),
    Operation("vstack", np.vstack, given([X, ROW]), given([ROW, ROW]), given((SCALAR, SCALAR)), results="same"),
    Operation(
        "split",
        split,
        given(LINE, 3),
        given(X, 2, 1),
        given(CUBE, [1, 0, 2], dim=1),
        given(X, [1, 2], -1),
        results="same",
        torch="split",
    ),
    Operation(
        "select",
        lambda x, dim, index: np.take(x, index, dim),
        given(X, 0, 1),
        given(CUBE, -1, -2),
        given(LINE, dim=0, index=2),
        results="same",
    ),
    Operation(
        "narrow",
        lambda x, dim, start, length: np.take(x, np.arange(start, start + length), dim),
        given(X, 1, 1, 2),
        given(CUBE, -1, 0, 1),
        given(LINE, 0, 0, 0),
        results="same",
    ),
    Operation("ravel", np.ravel, given(CUBE), given(SCALAR), given(EMPTY), results="same"),
    Operation("chunk", chunk, given(LINE, 3), given(X, 2, 1), given(CUBE, 3, dim=-1), results="same"),
    Operation(
        "unbind",
        lambda x, dim=0: tuple(np.moveaxis(x, dim, 0)),
        given(X),
        given(CUBE, 1),
        given(X, dim=-1),
        results="same",
    ),
    Operation(
        "pad",
        pad,
        given(X, (1, 2)),
        given(X, (0, 1, 2, 0), value=1.5),
        given(X, (-1, 2)),
        given(LINE, [1, 0], "constant", 7.0),
        given(EMPTY, (0, 0, 1, 1)),
        *(given(CUBE, (2, 1), mode) for mode in MODES),
        *(given(CUBE[None], (1, 2, 0, 1), mode=mode) for mode in MODES),
        results="same",
        torch="nn.functional.pad",
    ),
]

PICKED = [
    Operation(
        "gather",
        gather,
        given(X, 0, PLACES % 2),
        given(X, 1, np.array([[2, 0, 1, 1], [0, 0, 2, 1]])),
        given(X, dim=-1, index=np.array([[2]])),
        given(LINE, 0, np.array([0, 3, 3])),
        results="same",
    ),
    Operation(
        "scatter",
        scattered(False),
        given(X, 0, np.array([[1, 0, 1]]), ROW[None]),
        given(X, 1, np.array([[2, 0], [1, 2]]), SQUARE),
        given(X, 1, np.array([[2], [0]]), 1.5),
        given(X, -1, np.array([[2], [0]]), value=2),
        results="same",
    ),
    Operation(
        "scatter_add",
        scattered(True),
        given(X, 0, np.array([[1, 0, 1], [1, 1, 1]]), SQUARE[:2]),
        given(X, 1, np.array([[2, 2], [1, 1]]), SQUARE[:2]),
        given(LINE, 0, np.array([0, 0, 3]), ROW),
        results="same",
    ),
    Operation(
        "index_select",
        index_select,
        given(X, 0, np.array([1, 0, 1])),
        given(CUBE, -1, np.array([3, 3])),
        given(X, dim=1, index=np.array([0], np.int32)),
        given(X, 0, np.zeros(0, int)),
        results="same",
    ),
    Operation(
        "take_along_dim",
        take_along_dim,
        given(X, np.array([[2, 0], [1, 1]]), 1),
        given(X, np.array([[1, 0, 1]]), dim=0),
        given(X, np.array([5, 0])),
        given(CUBE, np.array([[[1]]]), -1),
        results="same",
    ),
    Operation(
        "masked_fill",
        lambda x, mask, value: np.where(mask, np.asarray(value, x.dtype), x),
        given(X, MASK, 2),
        given(X, MASK[0], -1.5),
        given(X, MASK, SCALAR),
        given(X, MASK[:, :1], value=0),
        results="same",
    ),
    Operation(
        "masked_select",
        masked_select,
        given(X, MASK),
        given(X, MASK[0]),
        given(COLUMN, MASK),
        given(X, MASK & False),
        results="same",
    ),
    Operation(
        "nonzero",
        nonzero,
        given(np.array([[0.0, 1.5, 0.0], [-2.0, 0.0, np.nan]])),
        given(MASK),
        given(SCALAR),
        given(LINE * 0),
        given(np.array([[0, 3], [1, 1]]), as_tuple=True),
        results="int64",
    ),
    Operation(
        "one_hot",
        one_hot,
        given(np.array([[2, 0], [1, 3]])),
        given(np.array([0, 2]), 4),
        given(np.array(1), num_classes=2),
        given(np.zeros(0, int), 3),
        results="int64",
        refuses=["bool", *FLOATS],
        torch="nn.functional.one_hot",
        whole=(0, 2),
    ),
]

ROWS = AXES + JOINED + PICKED
