"""Rows of the table for what makes tensors: filled, regular and random ones.

A random row's reference gives shape and dtype, and what its numbers lie in.
"""

import numpy as np
from operation_table import WHOLE, Operation, given, points

X, ROW, COLUMN, EMPTY = points((2, 3)), points((3,), seed=1), points((2, 1), seed=2), np.zeros((0, 3))
SPREADS = points((2, 1), 0.5, 2, seed=4)
CHANCES = points((2, 3), 0.1, 0.9, seed=3)
WHOLES = np.array([[1, 2], [3, 4]], np.int32)


def filled(value):
    return lambda *size, dtype="float32", requires_grad=False: np.full(
        size[0] if len(size) == 1 else size, value, dtype
    )


def like(value):
    return lambda x, dtype=None, requires_grad=False: np.full(x.shape, value, dtype or x.dtype)


def full(size, fill_value, dtype=None, requires_grad=False):
    return np.full(size, fill_value, dtype or {float: "float32", int: "int64", bool: "bool"}[type(fill_value)])


def arange(start, end=None, step=1, dtype=None):
    start, end = (0, start) if end is None else (start, end)
    return np.arange(start, end, step).astype(
        dtype or ("int64" if all(isinstance(value, int) for value in (start, end, step)) else "float32")
    )


def eye(n, m=None, dtype="float32"):
    return np.eye(n, m, dtype=dtype)


def linspace(start, end, steps, dtype="float32"):
    return np.linspace(start, end, steps).astype(dtype)


def meshgrid(*vectors, indexing="ij"):
    return tuple(np.meshgrid(*(vectors[0] if isinstance(vectors[0], (list, tuple)) else vectors), indexing=indexing))


def drawn(low, high, default="float32"):
    """What is random: an array of the shape and dtype, and the numbers' bounds."""

    def reference(*size, dtype=default, requires_grad=False):
        return Drawn(size[0] if len(size) == 1 and not isinstance(size[0], int) else size, dtype, low, high)

    return reference


class Drawn:
    """What is known of random numbers."""

    def __init__(self, shape, dtype, low=-np.inf, high=np.inf):
        self.shape, self.dtype, self.low, self.high = np.empty(shape).shape, np.dtype(dtype), low, high


def drawn_like(low, high):
    return lambda x, dtype=None: Drawn(x.shape, dtype or x.dtype, low, high)


def randint(low, high=None, size=None, dtype="int64"):
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    return Drawn(size, dtype, low, high - 1)


def randint_like(x, low, high=None, dtype=None):
    low, high = (0, low) if high is None else (low, high)
    return Drawn(x.shape, dtype or x.dtype, low, high - 1)


def normal(mean=0.0, std=1.0, size=(), dtype=None):
    arrays = [side for side in (mean, std) if isinstance(side, np.ndarray)]
    return Drawn(
        np.broadcast_shapes(np.shape(mean), np.shape(std)) if arrays else size,
        dtype or (arrays[0].dtype if arrays else "float32"),
    )


def multinomial(x, num_samples, replacement=False):
    return Drawn((*x.shape[:-1], num_samples), "int64", 0, x.shape[-1] - 1)


SIZES = given(2, 3), given((2, 3)), given([0, 2], dtype="float64"), given(()), given(4, requires_grad=True)

CREATED = [
    Operation("zeros", filled(0), *SIZES, given(2, dtype="bool")),
    Operation("ones", filled(1), *SIZES, given(2, dtype="int32")),
    Operation(
        "full",
        full,
        given((2, 3), 1.5),
        given((2,), 7),
        given((), True),
        given(3, 2.5, dtype="float64"),
        given([0, 2], -1, dtype="float32", requires_grad=True),
    ),
    *(
        Operation(
            f"{name}_like",
            like(value),
            given(X),
            given(WHOLES),
            given(X > 0),
            given(EMPTY),
            given(X, dtype="int64"),
            given(X, requires_grad=True),
            results="same",
            flat=True,
        )
        for name, value in (("zeros", 0), ("ones", 1))
    ),
    Operation(
        "full_like",
        lambda x, fill_value, dtype=None: np.full(x.shape, fill_value, dtype or x.dtype),
        given(X, 1.5),
        given(WHOLES, 2),
        given(X, fill_value=3, dtype="int64"),
        results="same",
        flat=True,
    ),
    Operation(
        "arange",
        arange,
        given(5),
        given(2, 5),
        given(0, 10, 3),
        given(5, 0, -2),
        given(0.0, 1.0, 0.25),
        given(3, dtype="float64"),
        given(0),
        given(1, 4, step=2),
    ),
    Operation("eye", eye, given(3), given(2, 4), given(3, 2, dtype="int64"), given(0), given(2, m=3)),
    Operation(
        "linspace", linspace, given(0, 1, 5), given(2.0, -1.0, 4, dtype="float64"), given(0, 1, 1), given(0, 9, steps=0)
    ),
    Operation(
        "logspace",
        lambda start, end, steps, base=10.0, dtype="float32": np.logspace(start, end, steps, base=base).astype(dtype),
        given(0, 1, 5, dtype="float64"),
        given(2.0, -1.0, 4, 2),
        given(0, 1, 1),
        given(0, 9, steps=0),
        given(0, 4, 5, base=2, dtype="int64"),
    ),
    Operation(
        "scalar_tensor", lambda s, dtype="float32": np.array(s, dtype), given(2.5), given(True), given(3, dtype="int64")
    ),
    Operation(
        "meshgrid",
        meshgrid,
        given(ROW, COLUMN[:, 0]),
        given(ROW, COLUMN[:, 0], indexing="xy"),
        given([ROW, ROW, ROW], indexing="ij"),
        results="same",
    ),
]

RANDOM = [
    Operation("rand", drawn(0, 1), *SIZES, random=True),
    Operation("randn", drawn(-9, 9), *SIZES, random=True),
    Operation(
        "rand_like",
        drawn_like(0, 1),
        given(X),
        given(WHOLES, dtype="float64"),
        given(EMPTY),
        random=True,
        refuses=WHOLE,
        flat=True,
        results="same",
    ),
    Operation(
        "randn_like",
        drawn_like(-9, 9),
        given(X),
        given(WHOLES, dtype="float64"),
        given(EMPTY),
        random=True,
        refuses=WHOLE,
        flat=True,
        results="same",
    ),
    Operation(
        "randint",
        randint,
        given(7, (2, 3)),
        given(-2, 3, (4,)),
        given(0, 9, size=(2, 0), dtype="int32"),
        given(5, size=(3,)),
        random=True,
    ),
    Operation(
        "randint_like",
        randint_like,
        given(X, 5),
        given(WHOLES, -2, 3),
        given(X, low=0, high=2, dtype="int64"),
        random=True,
        flat=True,
        results="same",
        refuses=["bool"],
    ),
    Operation(
        "uniform",
        lambda low=0.0, high=1.0, size=(), dtype="float32": Drawn(size, dtype, low, high),
        given(),
        given(-1.0, 3.0, (4,)),
        given(2, 3, size=(2, 2), dtype="float64"),
        random=True,
    ),
    Operation(
        "normal",
        normal,
        given(),
        given(1.0, 2.0, (4,)),
        given(mean=0.0, std=1.0, size=(2, 2), dtype="float64"),
        given(ROW, SPREADS),
        given(ROW, 2.0),
        given(1.5, SPREADS),
        random=True,
    ),
    Operation(
        "exponential",
        lambda rate=1.0, size=(), dtype="float32": Drawn(size, dtype, 0),
        given(),
        given(2.0, (4,)),
        given(rate=0.5, size=(2, 2), dtype="float64"),
        random=True,
    ),
    Operation(
        "gumbel",
        lambda loc=0.0, scale=1.0, size=(), dtype="float32": Drawn(size, dtype),
        given(),
        given(2.0, 0.5, (4,)),
        given(size=(2, 2), dtype="float64"),
        random=True,
    ),
    Operation(
        "bernoulli",
        lambda x, p=None: Drawn(x.shape, x.dtype, 0, 1),
        given(CHANCES),
        given(EMPTY),
        given(CHANCES, p=0.3),
        given(X, 0.5),
        random=True,
        refuses=WHOLE,
        flat=True,
        results="same",
    ),
    Operation(
        "multinomial",
        multinomial,
        given(CHANCES, 2),
        given(CHANCES[0], 3),
        given(CHANCES, 5, replacement=True),
        random=True,
        refuses=WHOLE,
        results="int64",
    ),
    Operation(
        "randperm",
        lambda n, dtype="int64": Drawn((n,), dtype, 0, n - 1),
        given(5),
        given(0),
        given(4, dtype="int32"),
        random=True,
    ),
]

ROWS = CREATED + RANDOM
