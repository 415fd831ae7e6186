"""The table of operations: what NumPy or SciPy says of each, calls that show its arguments, and what is special about
it.

Here is what a row is; the rows are in rows_*.py, a family a file. test_operation_table.py looks at each from every
side, and scripts/compare_with_torch.py holds the same rows beside PyTorch. A row for a new operation: Operation("its
name", what NumPy says, given(arguments), ...).
"""

import operator

import numpy as np

import wingbeat as wb

DTYPES = ("bool", "uint8", "int32", "int64", "float32", "float64")
WHOLE = ("bool", "uint8", "int32", "int64")
FLOATS = ("float32", "float64")

# Where elementwise functions are looked at beside their reference: both ends of the number line, both zeros, kinks,
# what is hardly a number.
EDGES = np.array(
    [
        -np.inf,
        -1e308,
        -1e38,
        -750.0,
        -89.5,
        -20.3,
        -6.0,
        -3.0,
        -2.5,
        -1.5,
        -1.0,
        -0.5,
        -1e-10,
        -1e-300,
        -0.0,
        0.0,
        5e-324,
        1e-300,
        1e-10,
        0.3,
        0.5,
        1.0,
        1.4616321449683622,
        1.5,
        2.5,
        3.0,
        6.0,
        20.3,
        88.9,
        710.2,
        1e38,
        1e308,
        np.inf,
        np.nan,
    ]
)
# Of functions of two arguments each of these meets each.
FEW_EDGES = np.array([-np.inf, -1e38, -2.5, -1.0, -1e-30, -0.0, 0.0, 1e-30, 0.5, 1.0, 3.0, 1e38, np.inf, np.nan])


def points(shape, low=-2.0, high=2.0, seed=0):
    """Different float64 numbers spread over a range, none of them near a multiple of 0.5: kinks lie there."""
    count = int(np.prod(shape))
    x = low + (np.random.default_rng(seed).permutation(count) + 0.43) * (high - low) / max(count, 1)
    x = np.where(np.abs(2 * x - np.round(2 * x)) < 0.06, x + 0.045, x)
    return x.reshape(shape)


class Case:
    """A call of an operation. Arrays among its arguments stand for tensors; derivatives are taken by those of float64.

    call(f, *args, **kwargs): how the function, or its reference, is called; several results come as a tuple, or a list.
    smooth: whether its derivatives are what finite differences find here. text: what a test is called.
    """

    def __init__(self, args, kwargs, call, smooth):
        self.args, self.kwargs, self.call, self.smooth = args, kwargs, call, smooth
        self.text = ", ".join(
            [_text(value) for value in args] + [f"{name}={_text(value)}" for name, value in kwargs.items()]
        )

    def arrays(self):
        """The arrays among the arguments, in order."""
        found = []
        mapped((self.args, self.kwargs), found.append)
        return found

    def run(self, function, arrays, call=None):
        """The results of a function as a list, with other values in place of the arrays."""
        rest = iter(arrays)
        args, kwargs = mapped((self.args, self.kwargs), lambda _: next(rest))
        return parts((call or self.call)(function, *args, **kwargs))


def plainly(f, *args, **kwargs):
    return f(*args, **kwargs)


def given(*args, call=plainly, smooth=True, **kwargs):
    """A case. `call` and `smooth` are Case's, everything else goes to the operation."""
    return Case(args, kwargs, call, smooth)


def _text(value):
    if isinstance(value, np.ndarray):
        return f"{value.dtype.name[0]}{list(value.shape)}".replace(" ", "")
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_text, value)) + "]"
    return str(value)


def mapped(value, function):
    """`value` with function(array) in place of each array in it."""
    if isinstance(value, np.ndarray):
        return function(value)
    if isinstance(value, dict):
        return {name: mapped(entry, function) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(mapped(entry, function) for entry in value)
    return value


def parts(result):
    """One result or several as a list."""
    return [part for entry in result for part in parts(entry)] if isinstance(result, (list, tuple)) else [result]


class Operation:
    """A row: an operation by name ("linalg.norm" where it is no name of the package's own), its reference (called with
    the operation's own arguments), and cases.

    results: the dtype of the result for each of the inputs: "same", "float" (of bool and integers float32), "sum" (of
    these int64), "bool", "int64"; one for all results, or a tuple. refuses: dtypes that are refused. promotes: whether
    the dtypes of the first two arrays promote as PyTorch's. elementwise: whether every array broadcasts, so that any
    shape is a case. edges: elementwise functions are looked at on EDGES with this call; None if not. kinks: point ->
    slope there. flat: whether derivatives are 0. rtol: of values in float64; ulps: of those on EDGES. whole: the range
    of integers that it is given. torch: the function's name in torch where it is another, or a function that calls it;
    DIFFERENT with a reason where PyTorch has something else. random: whether it draws, so that each run has to be
    seeded and the reference gives only shapes and dtypes.
    """

    def __init__(
        self,
        name,
        reference,
        *cases,
        results="float",
        refuses=(),
        promotes=False,
        elementwise=False,
        edges=plainly,
        kinks=None,
        flat=False,
        rtol=1e-12,
        whole=(1, 6),
        ulps=8,
        torch=None,
        random=False,
        methods=True,
    ):
        self.path, self.name = name, name.rpartition(".")[2]
        self.reference, self.cases, self.results, self.refuses, self.promotes = (
            reference,
            cases,
            results,
            refuses,
            promotes,
        )
        self.elementwise, self.edges, self.kinks, self.flat, self.rtol, self.whole = (
            elementwise,
            edges if elementwise else None,
            kinks or {},
            flat,
            rtol,
            whole,
        )
        self.torch, self.random, self.methods, self.ulps = torch, random, methods and self.path == self.name, ulps

    @property
    def function(self):
        """The operation itself: wingbeat's, or one that a module of it has alone."""
        if "." in self.path:
            return operator.attrgetter(self.path)(wb)
        return getattr(wb, self.name, None) or getattr(wb.nn.functional, self.name)

    def expected_dtype(self, dtype, place=0):
        """The dtype of result number `place` for inputs of that dtype."""
        rule = self.results if isinstance(self.results, str) else self.results[place % len(self.results)]
        return {
            "same": dtype,
            "float": "float32" if dtype in WHOLE else dtype,
            "sum": "int64" if dtype in WHOLE else dtype,
        }.get(rule, rule)

    @property
    def differentiable(self):
        """Whether some result is of floats and depends on the inputs."""
        rules = (self.results,) if isinstance(self.results, str) else self.results
        return (
            not self.flat
            and any(rule in ("same", "float", "sum", "float32", "float64") for rule in rules)
            and "float64" not in self.refuses
        )


def along(function):
    """A function of NumPy with `dim` and `keepdim` for its axis and keepdims. A scalar may be given an axis, and has
    none."""

    def reference(x, dim=None, keepdim=False, **kwargs):
        dim = None if x.ndim == 0 else dim
        return function(x, axis=tuple(dim) if isinstance(dim, list) else dim, keepdims=keepdim, **kwargs)

    return reference


def table():
    """All rows, by name."""
    import rows_attention
    import rows_creation
    import rows_elementwise
    import rows_fourier
    import rows_linear_algebra
    import rows_losses
    import rows_matrix_functions
    import rows_normalization
    import rows_numbers
    import rows_products
    import rows_rearranging
    import rows_recurrence
    import rows_reductions
    import rows_resampling
    import rows_shapes
    import rows_signals
    import rows_special
    import rows_statistics
    import rows_triangular_factors
    import rows_windows

    rows = [
        row
        for module in (
            rows_elementwise,
            rows_reductions,
            rows_statistics,
            rows_shapes,
            rows_signals,
            rows_creation,
            rows_linear_algebra,
            rows_products,
            rows_matrix_functions,
            rows_triangular_factors,
            rows_fourier,
            rows_numbers,
            rows_special,
            rows_rearranging,
            rows_windows,
            rows_attention,
            rows_losses,
            rows_normalization,
            rows_recurrence,
            rows_resampling,
        )
        for row in module.ROWS
    ]
    names = [row.path for row in rows]
    assert len(set(names)) == len(names), f"two rows for {sorted({name for name in names if names.count(name) > 1})}"
    return {row.path: row for row in rows}
