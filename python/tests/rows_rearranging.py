"""Rows of the table for what turns, cuts, repeats and counts out, and for what replaces parts of a tensor."""

import itertools

import numpy as np
from operation_table import Operation, given, points
from rows_shapes import COLUMN, CORNER, CUBE, LINE, MASK, ROW, SCALAR, SQUARE, X

ROWS_OF_X, PLACES, REPEATED = points((2, 3), seed=8), np.array([1, 0]), np.array([2, 0, 2, -1])
COUNTS = np.array([2, 0, 3])


def cut(function, axis):
    def reference(x, sections):
        assert x.ndim > (0 if axis == 1 else axis)
        return tuple(function(x, sections))

    return reference


def diag_embed(x, offset=0, dim1=-2, dim2=-1):
    extent, rank = x.shape[-1] + abs(offset), x.ndim + 1
    assert dim1 % rank != dim2 % rank and -rank <= min(dim1, dim2) and max(dim1, dim2) < rank
    result = np.zeros((*x.shape[:-1], extent, extent), x.dtype)
    for place in range(x.shape[-1]):
        result[..., place + max(-offset, 0), place + max(offset, 0)] = x[..., place]
    return np.moveaxis(result, (-2, -1), (dim1, dim2))


def tensor_split(x, sections, dim=0):
    return tuple(np.array_split(x, sections, dim))


def several(function):
    """NumPy gives a list, or one for one."""
    return lambda *tensors: function(*tensors)


def cartesian_prod(*tensors):
    if len(tensors) == 1:
        return tensors[0]
    return np.stack([grid.ravel() for grid in np.meshgrid(*tensors, indexing="ij")], 1)


def block_diag(*tensors):
    blocks = [np.atleast_2d(tensor) for tensor in tensors]
    assert all(block.ndim == 2 for block in blocks)
    result = np.zeros(np.sum([block.shape for block in blocks], 0), np.result_type(*blocks))
    row = column = 0
    for block in blocks:
        result[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return result


def combinations(x, r=2, with_replacement=False):
    assert x.ndim == 1
    chosen = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    return np.array([x[list(places)] for places in chosen(range(len(x)), r)], x.dtype).reshape(-1, r)


def repeat_interleave(x, repeats, dim=None):
    return np.repeat(x, repeats, dim)


TURNING = [
    Operation(
        "rot90",
        lambda x, k=1, dims=(0, 1): np.rot90(x, k, dims),
        given(X),
        given(X, -1),
        given(X, 2),
        given(CUBE, 3, [2, 0]),
        given(CUBE, k=5, dims=(1, 2)),
        given(X, 0),
        results="same",
    ),
    Operation("fliplr", np.fliplr, given(X), given(CUBE), results="same"),
    Operation("flipud", np.flipud, given(X), given(LINE), results="same"),
    Operation("clone", np.copy, given(X), given(SCALAR), results="same"),
    Operation("t", np.transpose, given(X), given(LINE), given(SCALAR), results="same"),
    Operation(
        "diag_embed",
        diag_embed,
        given(X),
        given(LINE, 1),
        given(CUBE, -2, 0, 2),
        given(X, offset=1, dim1=-1, dim2=0),
        results="same",
    ),
    Operation(
        "diagflat",
        lambda x, offset=0: np.diagflat(x, offset),
        given(X),
        given(SCALAR, 1),
        given(LINE, offset=-2),
        results="same",
    ),
    Operation(
        "repeat_interleave",
        repeat_interleave,
        given(X, 2),
        given(X, 3, 1),
        given(X, 2, dim=-2),
        given(SCALAR, 2),
        given(X, COUNTS, 1),
        given(LINE, repeats=0),
        results="same",
    ),
]

CUTTING = [
    Operation(
        "tensor_split",
        tensor_split,
        given(LINE, 3),
        given(X, 2, 1),
        given(LINE, (1, 3)),
        given(CUBE, [2, -1, 9], dim=2),
        given(LINE, (3, 1)),
        results="same",
    ),
    Operation("hsplit", cut(np.hsplit, 1), given(X, 3), given(LINE, 2), given(CUBE, (1, 2)), results="same"),
    Operation("vsplit", cut(np.vsplit, 1), given(X, 2), given(CUBE, (1,)), results="same"),
    Operation("dsplit", cut(np.dsplit, 2), given(CUBE, 2), given(CUBE, [1, 3]), results="same"),
]

JOINING = [
    *(
        Operation(
            f"atleast_{rank}d",
            reference,
            given(SCALAR),
            given(LINE),
            given(X),
            given(CUBE),
            given(SCALAR, X),
            results="same",
        )
        for rank, reference in ((1, np.atleast_1d), (2, np.atleast_2d), (3, np.atleast_3d))
    ),
    Operation(
        "broadcast_tensors",
        lambda *tensors: tuple(np.broadcast_arrays(*tensors)),
        given(X, ROW),
        given(COLUMN, ROW, SCALAR),
        results="same",
    ),
    Operation(
        "dstack",
        np.dstack,
        given([X, X + 1]),
        given([ROW, ROW + 1]),
        given([SCALAR, SCALAR]),
        given([CUBE, CUBE[:, :, :1]]),
        results="same",
    ),
    Operation(
        "column_stack",
        np.column_stack,
        given([ROW, ROW + 1]),
        given([X, np.array([1.5, 2.5])]),
        given([CUBE, CUBE[:, :1]]),
        results="same",
    ),
    Operation("block_diag", block_diag, given(X, SQUARE), given(ROW, SCALAR, COLUMN), given(X), results="same"),
    Operation(
        "cartesian_prod", cartesian_prod, given(LINE, ROW), given(ROW), given(ROW, LINE[:2], LINE[:2]), results="same"
    ),
]


def index_put(x, indices, values, accumulate=False):
    result, values = x.copy(), np.asarray(values).astype(x.dtype)
    if accumulate:
        np.logical_or.at(result, tuple(indices), values) if x.dtype == bool else np.add.at(
            result, tuple(indices), values
        )
    else:
        result[tuple(indices)] = values
    return result


def as_strided(x, size, stride, storage_offset=0):
    places = storage_offset + sum(np.indices(size)[k] * step for k, step in enumerate(stride))
    return x.ravel()[places]


def as_strided_scatter(x, source, size, stride, storage_offset=0):
    if source.shape != tuple(size):
        raise ValueError(source.shape)
    flat = x.ravel().copy()
    flat[storage_offset + sum(np.indices(size)[k] * step for k, step in enumerate(stride))] = source
    return flat.reshape(x.shape)


COUNTING = [
    Operation(
        "as_strided",
        as_strided,
        given(X, (2, 2), (1, 2)),
        given(X, (3,), (0,), 2),
        given(X, size=(2, 2, 1), stride=(1, 1, 0), storage_offset=1),
        results="same",
    ),
    Operation(
        "as_strided_scatter",
        as_strided_scatter,
        given(X, X[:, :2] + 1, (2, 2), (1, 2)),
        given(X, X[0, :2] + 1, (2,), (3,), 2),
        results="same",
    ),
    Operation(
        "unravel_index",
        lambda indices, shape: np.unravel_index(indices, shape),
        given(np.array([[0, 5], [23, 7]]), (2, 3, 4)),
        given(np.array(3), 4),
        results="int64",
        refuses=("bool", "float32", "float64"),
        whole=(0, 4),
    ),
    Operation(
        "combinations",
        combinations,
        given(LINE),
        given(LINE, 3),
        given(LINE, r=2, with_replacement=True),
        given(ROW, 5),
        given(LINE, 1),
        results="same",
    ),
    Operation(
        "tril_indices",
        lambda row, col, offset=0, dtype="int64": np.array(np.tril_indices(row, offset, col), dtype),
        given(3, 4),
        given(4, 3, -1),
        given(2, 5, offset=2),
        given(3, 3, dtype="int32"),
        results="int64",
    ),
    Operation(
        "triu_indices",
        lambda row, col, offset=0, dtype="int64": np.array(np.triu_indices(row, offset, col), dtype),
        given(3, 4),
        given(4, 3, -1),
        given(2, 5, offset=2),
        given(3, 3, dtype="int32"),
        results="int64",
    ),
]


def put(x, index, source, accumulate=False):
    assert index.size == source.size
    found = x.copy()
    for place, value in zip(index.ravel(), source.ravel()):
        found.flat[place] = found.flat[place] + value if accumulate else value
    return found


def rows(change):
    """Row by row along an axis."""

    def reference(x, dim, index, source, **options):
        found = np.moveaxis(x.copy(), dim, 0)
        sources = np.moveaxis(np.asarray(source), dim, 0) if np.ndim(source) else [source] * len(index)
        assert np.shape(sources)[1:] in ((), found.shape[1:]) and len(sources) == len(index)
        for place, row in zip(index, sources):
            found[place] = change(found[place], row, **options)
        return np.moveaxis(found, 0, dim)

    return reference


def scatter_reduce(x, dim, index, src, reduce, include_self=True):
    """Place by place: all that goes there."""
    coming = {}
    for place in np.ndindex(*index.shape):
        at = list(place)
        at[dim] = index[place] % x.shape[dim] if -x.shape[dim] <= index[place] < x.shape[dim] else 1 / 0
        coming.setdefault(tuple(at), []).append(src[place])
    found = x.copy()
    for at, values in coming.items():
        values = np.array(values + [x[at]] * include_self, x.dtype)
        if reduce == "mean":
            found[at] = values.sum() / len(values) if x.dtype.kind == "f" else values.sum() // len(values)
        else:
            found[at] = {"sum": np.sum, "prod": np.prod, "amax": np.max, "amin": np.min}[reduce](values)
    return found


def index_fill(x, dim, index, value):
    assert np.ndim(value) == 0
    return rows(lambda old, new: np.full_like(old, new))(x, dim, index, value)


def index_reduce(x, dim, index, source, reduce, include_self=True):
    assert x.ndim == source.ndim and index.size == source.shape[dim]
    aligned = index.reshape([-1 if axis == dim % x.ndim else 1 for axis in range(x.ndim)])
    return scatter_reduce(x, dim, np.broadcast_to(aligned, source.shape), source, reduce, include_self)


def masked_scatter(x, mask, source):
    x, mask = np.broadcast_arrays(x, mask)
    found = x.copy()
    found[mask] = source.ravel()[: mask.sum()]
    return found


def select_scatter(x, src, dim, index):
    found = x.copy()
    part = np.moveaxis(found, dim, 0)
    assert part[index].shape == src.shape
    part[index] = src
    return found


def slice_scatter(x, src, dim=0, start=None, end=None, step=1):
    found = x.copy()
    part = np.moveaxis(found, dim, 0)[start:end:step]
    assert np.moveaxis(src, dim, 0).shape == part.shape
    part[...] = np.moveaxis(src, dim, 0)
    return found


def diagonal_scatter(x, src, offset=0, dim1=0, dim2=1):
    found = x.copy()
    part = np.moveaxis(found, (dim1, dim2), (-2, -1))
    for place in range(src.shape[-1]):
        part[..., place + max(-offset, 0), place + max(offset, 0)] = src[..., place]
    assert src.shape == np.diagonal(x, offset, dim1, dim2).shape
    return found


REDUCING = [
    *(
        given(X, 0, np.array([[1, 0, -1], [0, 0, 1], [1, 1, 1]]), points((3, 3), seed=9), reduce)
        for reduce in ("sum", "prod", "mean", "amax", "amin")
    ),
    *(
        given(X, 1, np.array([[2, 2, 0, -1]]), points((2, 4), seed=9), reduce, include_self=False)
        for reduce in ("sum", "prod", "mean", "amax", "amin")
    ),
    # All rows go to one place, which holds more, and less, than any of them.
    *(
        given(np.array([[7.5, -6.5, 0.5]]), 0, np.array([[0, 0, 0]]), points((1, 3), seed=9), reduce)
        for reduce in ("amax", "amin")
    ),
]

REPLACING = [
    Operation(
        "take",
        lambda x, index: np.take(x, index),
        given(X, CORNER),
        given(X, np.array(4)),
        given(LINE, REPEATED),
        results="same",
    ),
    Operation(
        "put",
        put,
        given(X, np.array([4, 0, 4, -1]), points((4,), seed=9)),
        given(X, CORNER, points((2,), seed=9), accumulate=True),
        given(X, REPEATED, points((2, 2), seed=9), True),
        results="same",
    ),
    Operation(
        "index_put",
        index_put,
        given(X, (np.array([0, 1, 0]), np.array([2, 0, -1])), ROW),
        given(X, (np.array([0, 1, 0]), np.array([2, 0, -1])), ROW, True),
        given(CUBE, [np.array([[1, 0], [1, 1]])], CUBE[0], accumulate=True),
        given(CUBE, [np.array([0, 1]), np.array([[0], [2]])], np.array(1.5)),
        results="same",
    ),
    Operation(
        "index_add",
        rows(lambda old, new, alpha=1: old + (new if alpha == 1 else alpha * new)),
        given(X, 0, PLACES, ROWS_OF_X),
        given(CUBE, -1, REPEATED, points((2, 3, 4), seed=9)),
        given(X, 1, COUNTS[:1], COLUMN, alpha=2.5),
        results="same",
    ),
    Operation(
        "index_copy",
        rows(lambda old, new: new),
        given(X, 0, PLACES, ROWS_OF_X),
        given(CUBE, -1, REPEATED, points((2, 3, 4), seed=9)),
        results="same",
    ),
    Operation(
        "index_fill",
        index_fill,
        given(X, 0, PLACES, 1),
        given(CUBE, -1, REPEATED[:2], 0.5),
        given(X, 1, PLACES, value=1),
        results="same",
    ),
    Operation(
        "index_reduce",
        index_reduce,
        *(given(X, -1, REPEATED, points((2, 4), seed=9), reduce) for reduce in ("prod", "mean", "amax")),
        given(X, 0, PLACES, ROWS_OF_X, "amin", include_self=False),
        results="same",
    ),
    Operation("scatter_reduce", scatter_reduce, *REDUCING, results="same", whole=(1, 4)),
    Operation(
        "masked_scatter",
        masked_scatter,
        given(X, MASK, ROWS_OF_X),
        given(X, MASK[:1], points((5,), seed=9)),
        given(ROW, MASK, ROWS_OF_X),
        results="same",
    ),
    Operation("select_scatter", select_scatter, given(X, ROW, 0, 1), given(CUBE, ROWS_OF_X, -1, -2), results="same"),
    Operation(
        "slice_scatter",
        slice_scatter,
        given(X, ROWS_OF_X),
        given(CUBE, points((2, 2, 4), seed=9), 1, 1),
        given(CUBE, points((2, 3, 2), seed=9), dim=-1, start=0, end=9, step=2),
        results="same",
    ),
    Operation(
        "diagonal_scatter",
        diagonal_scatter,
        given(SQUARE, ROW),
        given(X, points((2,), seed=9), 1),
        given(CUBE, points((3, 2), seed=9), -1, 2, 0),
        results="same",
    ),
]

ROWS = TURNING + CUTTING + JOINING + COUNTING + REPLACING
