#!/usr/bin/env python3
"""Holds every row of the operation table beside PyTorch: values, dtypes, gradients and, where PyTorch has them,
tangents. `make test-peers` runs it where torch is.

The rows are those of python/tests/operation_table.py. What PyTorch has otherwise on purpose, or not at all, is listed
in DIFFERENT, GRADIENTS, TANGENTS and MISSING with the reason; everything else that differs is an error. Prints the
differences and a summary line.
"""

import functools
import inspect
import re
import sys
import warnings
from itertools import compress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "python" / "tests")]

import numpy as np  # noqa: E402
import torch  # noqa: E402
from operation_table import FLOATS, mapped, parts, table  # noqa: E402

import wingbeat as wb  # noqa: E402

# Rows whose function PyTorch does not have by that name, or with other arguments.
MISSING = {
    "uniform": "it draws in place",
    "exponential": "it draws in place",
    "gumbel": "it has this in distributions",
    "triangular_solve": "it is there in name only",
}


def from_the_start(function):
    """Of PyTorch's that count indices from the start alone."""

    @functools.wraps(function)
    def call(x, dim, index, *args, **kwargs):
        return function(x, dim, index % x.shape[dim], *args, **kwargs)

    return call


def with_batch(function):
    """Of cells, which have a batch here and without one are modules' alone."""

    @functools.wraps(function)
    def call(x, hx, *args):
        if x.ndim > 1:
            return function(x, hx, *args)
        return mapped_tensors(
            function(x[None], mapped_tensors(hx, lambda entry: entry[None]), *args), lambda entry: entry[0]
        )

    return call


def mapped_tensors(value, change):
    return tuple(map(change, value)) if isinstance(value, (list, tuple)) else change(value)


def until_exact(function):
    """Of those that draw directions and come near the factors step by step."""
    return lambda *args, **kwargs: function(*args, **{**kwargs, "niter": 200})


# How PyTorch's function is called where that takes more than its arguments.
ADAPTED = {
    **dict.fromkeys(("index_add", "index_copy", "index_reduce", "scatter_reduce"), from_the_start),
    **dict.fromkeys(("rnn_tanh_cell", "rnn_relu_cell", "gru_cell", "lstm_cell"), with_batch),
    **dict.fromkeys(("svd_lowrank", "pca_lowrank"), until_exact),
}
# What the first tensor goes through in both. The gradient of PyTorch's ctc_loss holds for logarithms of a softmax only,
# and only together with that.
THROUGH = {"ctc_loss": lambda functional, x: functional.log_softmax(x, -1)}
# Their last result says which matrix is singular. What the others hold of it is not defined: some of it is not finite.
OF_SINGULAR = ("inv_ex", "solve_ex")

# Cases by the operation's name and their text: the reason why PyTorch gives something else, or refuses.
_INTEGER_SUMS = {
    "f[2], 0, dtype=int64": "it refuses to compute what requires gradients in integers, which here have none"
}
DIFFERENT = {
    "clamp": {"f[2,3], -1, f[3]": "its bounds are both numbers or both tensors"},
    "sum": _INTEGER_SUMS,
    "cumsum": _INTEGER_SUMS,
    "cumprod": _INTEGER_SUMS,
    "prod": {
        **_INTEGER_SUMS,
        **{
            f"f[2,3,2], {axes}": "its products are along one axis or all"
            for axes in ("[0,2]", "dim=[2,0,1], keepdim=True", "[-1,1]", "[]")
        },
    },
    "normal": {"": "it has no defaults"},
    "kthvalue": {"f[7], 6": "it does not say which of several NaN it finds"},
    "kaiser": {"7, beta=600.0": "it computes in float32, where the Bessel function of 600 is infinite"},
    "bessel_j0": {"f[3]": "it has about nine digits beyond 5"},
    "bessel_j1": {"f[3]": "it has about eight digits beyond 5"},
    "istft": {
        "f[2,6,4,2], 6, 3, onesided=False, normalized=True, window=f[6], length=20": "of a whole spectrum it reads "
        "the first half, as if the other mirrored it; here all of it counts"
    },
    "ormqr": {"f[3,3], f[1], f[3,2]": "it refuses fewer reflections than columns"},
    "margin_ranking_loss": {"f[3,4], f[4], i[4], reduction=sum": "its inputs have as many dimensions each"},
}
# The same where only the gradients differ. Finite differences of PyTorch's own function, where there are any, are with
# Wingbeat's.
_LATER_VECTORS = "it ignores the gradients of singular vectors beyond the singular values"
_OVERWRITTEN = "it gives a place's gradient to all that is put there, the overwritten ones too"
GRADIENTS = {
    "svd": dict.fromkeys(("f[4,3]", "f[2,4,3], True", "f[4,3], False"), _LATER_VECTORS),
    "put": {"f[2,3], i[4], f[4]": _OVERWRITTEN},
    "index_put": {"f[2,3], [i[3],i[3]], f[3]": _OVERWRITTEN},
    "index_copy": {"f[2,3,4], -1, i[4], f[2,3,4]": _OVERWRITTEN},
    "scatter_reduce": {
        "f[2,3], 1, i[1,4], f[2,4], prod, include_self=False": "it gives gradients to the rows that no index reaches"
    },
    "as_strided_scatter": dict.fromkeys(
        ("f[2,3], f[2,2], [2,2], [1,2]", "f[2,3], f[2], [2], [3], 2"),
        "it gives the input the gradient of what replaces it, and not of what is left of it",
    ),
    "cosine_similarity": {
        "f[2,3,4], f[2,3,4], dim=0, eps=4.0": "it differentiates as if norms that eps replaces still counted"
    },
    "logcumsumexp": {"f[6], 0": "the logarithm of a sum of zeros has no gradient: NaN in it, 0 here"},
    "nanmean": {"f[2,3], 0": "the mean of no numbers has no gradient: NaN in it, 0 here"},
    "median": {"f[4,5]": "a median of NaN has no gradient: shared among all NaN in it, 0 here"},
    "quantile": {"f[4,5], 0.3, 1": "of several NaN another one has the gradient"},
    "sinc": {"f[4]": "close to 0 it has few digits in float32"},
}
# The same where only the tangents differ.
TANGENTS = {
    "svd": GRADIENTS["svd"],
    "logcumsumexp": {
        "f[3,4], 1": "in it numbers vanish, and their tangents, beside a much larger one that comes later",
        "f[6], 0": "in it numbers vanish, and their tangents, beside a much larger one that comes later",
        "f[5], 0": "in it NaN and infinity reach the tangents of what comes before them",
    },
    "median": {"f[4,5]": "a median of NaN has no tangent: NaN in it, 0 here"},
    "cholesky_inverse": dict.fromkeys(
        ("f[3,3]", "f[2,3,3]"), "its tangents are wrong: they are neither its gradients' nor finite differences'"
    ),
    "scatter_reduce": dict.fromkeys(
        ("f[2,3], 0, i[3,3], f[3,3], prod", "f[2,3], 1, i[1,4], f[2,4], prod, include_self=False"),
        "it does not differentiate products forward: all its tangents are 0",
    ),
    "lstsq": {"f[4,3], f[4,2], driver=gelsd": "it does not differentiate the singular values"},
}
TABLES = {"gradient": GRADIENTS, "tangent": TANGENTS}


def torch_function(row):
    """The function of PyTorch that a row's is named after, which stands in the same module where it can."""
    if callable(row.torch):
        return row.torch(torch)
    paths = [row.path, f"nn.functional.{row.name}", f"linalg.{row.name}", f"Tensor.{row.name}"]
    if row.function is getattr(wb.nn.functional, row.name, None):
        paths.insert(0, paths.pop(1))
    for path in [row.torch] if row.torch else paths:
        found = torch
        for name in path.split("."):
            found = getattr(found, name, None)
        if found is not None:
            return found
    return None


def parameters(function):
    """The names of a function's parameters in their order; none where nothing says them, or where it takes any."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [] if any(entry.kind is entry.VAR_POSITIONAL for entry in found) else [entry.name for entry in found]


def of_number(value):
    """A number as a tensor, with all its digits: the dtype of one without dimensions does not promote another."""
    return torch.tensor(value, dtype=torch.float64 if isinstance(value, float) else None)


class InTorch:
    """PyTorch's function, called with the arguments of ours.

    An argument goes by position as long as the names or the places agree, and by its name behind that. What PyTorch
    then says against the form of an argument is heeded: a number becomes a tensor or a tuple, an argument goes by name
    together with the defaults of ours before it, a tensor that is no variable of PyTorch's is detached.
    """

    def __init__(self, ours, theirs):
        self.ours, self.theirs = parameters(ours), parameters(theirs)
        self.defaults = {name: entry.default for name, entry in inspect.signature(ours).parameters.items()}
        self.function, self.detached = theirs, []

    def __call__(self, *args, **kwargs):
        names = self.ours[: len(args)] or [None] * len(args)
        kwargs = {name: getattr(torch, value) if name == "dtype" and value else value for name, value in kwargs.items()}
        if self.ours and self.theirs:
            args, kwargs = self.placed(names, args, kwargs)
        for _ in range(8):
            try:
                return self.function(*args, **kwargs)
            except (TypeError, RuntimeError) as error:
                mended = self.mended(str(error), names, args, kwargs)
                if mended is None:
                    raise
                args, kwargs = mended
        raise TypeError(f"no form of the arguments is taken by {self.function}")

    def placed(self, names, args, kwargs):
        """The arguments with names from where PyTorch has another order."""
        for place, name in enumerate(names):
            if name in self.theirs and self.theirs.index(name) != place:
                return args[:place], {**dict(zip(names[place:], args[place:])), **kwargs}
        return args, kwargs

    def mended(self, message, names, args, kwargs):
        """The arguments in the form that PyTorch's message asks for, or None."""
        form = re.search(
            r"argument '(\w+)'(?: \(position (\d+)\))? must be (Tensor|tuple of ints), not (int|float)", message
        )
        if form:
            make = of_number if form[3] == "Tensor" else lambda value: (value,)
            if form[1] in kwargs:
                return args, {**kwargs, form[1]: make(kwargs[form[1]])}
            place = int(form[2]) - 1
            return (*args[:place], make(args[place]), *args[place + 1 :]), kwargs
        if form := re.search(r"not differentiable with respect to argument '(\w+)'", message):
            place = names.index(form[1]) if form[1] in names[: len(args)] else None
            tensor = kwargs.get(form[1]) if place is None else args[place]
            if tensor is None:
                return None
            self.detached.append(tensor)
            if place is None:
                return args, {**kwargs, form[1]: tensor.detach()}
            return (*args[:place], tensor.detach(), *args[place + 1 :]), kwargs
        if re.search(r"invalid combination of arguments|takes .* positional arguments? but", message):
            given = {**dict(zip(names, args)), **kwargs}
            tensors = next((k for k, value in enumerate(args) if not isinstance(value, torch.Tensor)), len(args)) or 1
            last = max((k for k, name in enumerate(self.ours) if name in given), default=-1)
            named = {name: given.get(name, self.defaults[name]) for name in self.ours[tensors : last + 1]}
            named = {name: value for name, value in named.items() if name in given or value is not None}
            return (args[:tensors], named) if self.ours and named != kwargs else None
        return None


def run(case, function, tensors):
    rest = iter(tensors)
    args, kwargs = mapped((case.args, case.kwargs), lambda _: next(rest))
    return parts(case.call(function, *args, **kwargs))


def close(found, want, rtol):
    if found.shape != want.shape:
        return f"shape {found.shape} beside {want.shape}"
    finite = np.abs(want[np.isfinite(want)].astype("float64"))
    try:
        np.testing.assert_allclose(found, want, rtol=rtol, atol=rtol * max(1, finite.max(initial=0)))
    except AssertionError as error:
        return " ".join(str(error).split())[:160]
    return None


def noise(shape, seed):
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def precision(row, *dtypes):
    """The relative error that the coarsest of the dtypes may have."""
    return (2e-5 if "float32" in dtypes else 1e-9) * (1 if row.rtol <= 1e-12 else 10)


def numbers(tensor, shape):
    """A derivative as an array; one that is nowhere is 0."""
    return np.zeros(shape) if tensor is None else tensor.detach().numpy()


def through(row, library, function):
    """The function, given what the table says that its first tensor goes through."""
    if row.name not in THROUGH:
        return function
    return lambda x, *args, **kwargs: function(THROUGH[row.name](library.nn.functional, x), *args, **kwargs)


class Comparison:
    """One call in both libraries: its results, gradients and tangents."""

    def __init__(self, row, case, dtype):
        self.row, self.case, self.dtype = row, case, dtype
        self.in_torch = InTorch(row.function, ADAPTED.get(row.name, lambda same: same)(torch_function(row)))
        self.function, self.other = through(row, wb, row.function), through(row, torch, self.in_torch)
        self.arrays = [array.astype(dtype) if array.dtype == np.float64 else array for array in case.arrays()]
        differentiable = row.differentiable and not row.random
        self.leaves = [differentiable and array.dtype.name in FLOATS for array in self.arrays]

    def differences(self):
        """What differs, as sentences."""
        ours = [wb.tensor(array, requires_grad=leaf) for array, leaf in zip(self.arrays, self.leaves)]
        theirs = [
            torch.from_numpy(np.array(array)).requires_grad_(leaf) for array, leaf in zip(self.arrays, self.leaves)
        ]
        try:
            want = run(self.case, self.other, theirs)
        except Exception as error:
            return [f"PyTorch refuses: {str(error).splitlines()[0][:140]}"]
        try:
            found = run(self.case, self.function, ours)
            values = [part.detach().numpy() for part in found]
        except Exception as error:
            return [f"Wingbeat refuses: {str(error).splitlines()[0][:140]}"]
        if len(found) != len(want):
            return [f"{len(found)} results beside {len(want)}"]
        singular = self.row.name in OF_SINGULAR and values[-1].any()
        differences = [self.of_result(*pair, singular) for pair in zip(values, want)]
        detached = self.in_torch.detached
        self.leaves = [
            leaf and not any(tensor is entry for entry in detached) for leaf, tensor in zip(self.leaves, theirs)
        ]
        # What requires no gradient PyTorch does not differentiate: its tangents are then 0 without a word.
        pairs = [(a, b) for a, b in zip(found, want) if b.dtype.is_floating_point and b.requires_grad]
        if any(differences) or singular or not any(self.leaves) or not pairs:
            return list(filter(None, differences))
        # A gradient passes through every result, in the coarsest of their dtypes.
        rtol = 10 * precision(self.row, self.dtype, *(part.dtype.name for part, _ in pairs))
        differences = self.gradients(ours, theirs, pairs, rtol)
        return differences + (self.tangents(rtol) if self.dtype == "float64" else [])

    def of_result(self, array, value, singular):
        if array.dtype.name != str(value.dtype).removeprefix("torch."):
            return f"dtype {array.dtype.name} beside {value.dtype}"
        if self.row.random:
            return None if array.shape == tuple(value.shape) else f"shape {array.shape} beside {tuple(value.shape)}"
        want = value.detach().numpy()
        if singular and array.shape == want.shape and not np.isfinite(array).all() and not np.isfinite(want).all():
            return None
        return close(array, want, precision(self.row, self.dtype, array.dtype.name))

    def of_derivatives(self, kind, compute, want, rtol):
        """What differs. A derivative that Wingbeat refuses, as of factors of a singular matrix, does not exist if
        PyTorch's is inf or NaN."""
        try:
            found = compute()
        except wb.Error as error:
            finite = all(np.isfinite(array).all() for array in want)
            return [f"{kind}: Wingbeat refuses: {error}"] if finite else []
        differences = [close(a, b, rtol) for a, b in zip(found, want)]
        return [f"{kind}: {difference}" for difference in differences if difference]

    def gradients(self, ours, theirs, pairs, rtol):
        weights = [noise(part.shape, 5 + place) for place, (part, _) in enumerate(pairs)]
        shapes = [array.shape for array in compress(self.arrays, self.leaves)]
        try:
            want = torch.autograd.grad(
                [value for _, value in pairs],
                list(compress(theirs, self.leaves)),
                [torch.from_numpy(weight).to(value.dtype) for weight, (_, value) in zip(weights, pairs)],
                allow_unused=True,
            )
        except RuntimeError:
            return []  # there is no gradient of this one

        def compute():
            found = wb.autograd.grad(
                [part for part, _ in pairs],
                list(compress(ours, self.leaves)),
                [wb.tensor(weight.astype(part.dtype.name)) for weight, (part, _) in zip(weights, pairs)],
                allow_unused=True,
            )
            return list(map(numbers, found, shapes))

        return self.of_derivatives("gradient", compute, list(map(numbers, want, shapes)), rtol)

    def tangents(self, rtol):
        points = list(compress(self.arrays, self.leaves))
        directions = [noise(array.shape, 20 + place) for place, array in enumerate(points)]

        def placed(function, make):
            """The function of the variables alone, which gives the results that are of floats."""

            def of_variables(*tensors):
                rest = iter(tensors)
                every = [next(rest) if leaf else make(array) for array, leaf in zip(self.arrays, self.leaves)]
                return tuple(part for part in run(self.case, function, every) if part.dtype.is_floating_point)

            return of_variables

        def of_torch(array):
            return torch.from_numpy(np.array(array))

        try:
            _, want = torch.func.jvp(
                placed(self.other, of_torch), tuple(map(of_torch, points)), tuple(map(of_torch, directions))
            )
        except RuntimeError:
            return []  # there is no forward mode of this one

        def compute():
            _, found = wb.jvp(
                placed(self.function, wb.tensor), tuple(map(wb.tensor, points)), tuple(map(wb.tensor, directions))
            )
            return [tangent.numpy() for tangent in found]

        return self.of_derivatives("tangent", compute, [tangent.numpy(force=True) for tangent in want], rtol)


def known(row, case, difference):
    """The entry of the tables that gives a reason for a difference, or None."""
    kind = difference.partition(":")[0]
    table_of_kind = TABLES.get(kind, DIFFERENT)
    return (
        (kind if kind in TABLES else "", row.name, case.text) if case.text in table_of_kind.get(row.name, {}) else None
    )


def main():
    warnings.simplefilter("ignore")
    explained = compared = 0
    unknown = []
    unused = {
        (kind, name, text)
        for kind, entries in {"": DIFFERENT, **TABLES}.items()
        for name, texts in entries.items()
        for text in texts
    }
    for row in table().values():
        if row.name in MISSING or torch_function(row) is None:
            if row.name not in MISSING:
                unknown.append(f"{row.name}: PyTorch has none, and MISSING does not say so")
            continue
        for case in row.cases:
            for dtype in FLOATS:
                differences = Comparison(row, case, dtype).differences()
                compared += 1
                entries = [known(row, case, difference) for difference in differences]
                unused.difference_update(entries)
                left = [difference for difference, entry in zip(differences, entries) if entry is None]
                if left:
                    unknown.append(f"{row.name}({case.text}), {dtype}: " + "; ".join(left))
                elif differences:
                    explained += 1
    unknown += [
        f"{name}({text}): the tables list it, but {kind or 'it'} is the same" for kind, name, text in sorted(unused)
    ]
    print("\n".join(unknown), end="\n" if unknown else "")
    print(
        f"{compared} calls compared with PyTorch {torch.__version__}: {len(unknown)} differ, "
        f"{explained} differ for a reason that is known, {len(MISSING)} operations PyTorch does not have"
    )
    raise SystemExit(1 if unknown else 0)


if __name__ == "__main__":
    main()
