#!/usr/bin/env python3
"""Holds every row of the operation table beside PyTorch: values, dtypes, gradients and, where PyTorch has them,
tangents. `make test-peers` runs it where torch is.

The rows are those of python/tests/operation_table.py. What PyTorch has otherwise on purpose, or not at all, is listed
in DIFFERENT and MISSING with the reason; everything else that differs is an error. Prints the differences and a summary
line.
"""

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
ADAPTED = {}
# Cases by the operation's name and their text: the reason why PyTorch gives something else, or refuses.
_INTEGER_SUMS = {
    "f[2], 0, dtype=int64": "it refuses to compute what requires gradients in integers, which here have none"
}
DIFFERENT = {
    "gelu": {"f[2,3], tanh": "it takes approximate by name only"},
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
    "full": {"3, 2.5, dtype=float64": "its size is a tuple"},
    "normal": {"": "it has no defaults"},
}


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
            make = torch.tensor if form[3] == "Tensor" else lambda value: (value,)
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


def compare(row, case, dtype):
    """What differs, as sentences."""
    function = InTorch(row.function, ADAPTED.get(row.name, lambda same: same)(torch_function(row)))
    arrays = [array.astype(dtype) if array.dtype == np.float64 else array for array in case.arrays()]
    differentiable = row.differentiable and not row.random
    leaves = [differentiable and array.dtype.name in FLOATS for array in arrays]
    ours = [wb.tensor(array, requires_grad=leaf) for array, leaf in zip(arrays, leaves)]
    theirs = [torch.from_numpy(np.array(array)).requires_grad_(leaf) for array, leaf in zip(arrays, leaves)]
    try:
        want = run(case, function, theirs)
    except Exception as error:
        return [f"PyTorch refuses: {str(error).splitlines()[0][:140]}"]
    try:
        found = run(case, row.function, ours)
        values = [part.detach().numpy() for part in found]
    except Exception as error:
        return [f"Wingbeat refuses: {str(error).splitlines()[0][:140]}"]
    if len(found) != len(want):
        return [f"{len(found)} results beside {len(want)}"]
    differences = []
    for array, part, value in zip(values, found, want):
        if part.dtype.name != str(value.dtype).removeprefix("torch."):
            differences.append(f"dtype {part.dtype.name} beside {value.dtype}")
        elif row.random:
            if part.shape != tuple(value.shape):
                differences.append(f"shape {part.shape} beside {tuple(value.shape)}")
        elif difference := close(array, value.detach().numpy(), precision(row, dtype, part.dtype.name)):
            differences.append(difference)
    leaves = [leaf and not any(tensor is left for left in function.detached) for leaf, tensor in zip(leaves, theirs)]
    if differences or not any(leaves):
        return differences
    return derivatives(row, case, dtype, function, arrays, leaves, ours, theirs, found, want)


def derivatives(row, case, dtype, function, arrays, leaves, ours, theirs, found, want):
    """What differs of gradients, and in float64 of tangents."""
    pairs = [(part, value) for part, value in zip(found, want) if value.dtype.is_floating_point and value.requires_grad]
    if not pairs:
        return []
    rtol = 10 * precision(row, dtype, *(part.dtype.name for part, _ in pairs))
    weights = [noise(part.shape, 5 + place) for place, (part, _) in enumerate(pairs)]
    try:
        other = torch.autograd.grad(
            [value for _, value in pairs],
            [tensor for tensor, leaf in zip(theirs, leaves) if leaf],
            [torch.from_numpy(weight).to(value.dtype) for weight, (_, value) in zip(weights, pairs)],
            allow_unused=True,
        )
    except (RuntimeError, NotImplementedError):
        return []  # it does not differentiate this one; its tangents are then 0 without a word
    other = [numbers(gradient, array.shape) for gradient, array in zip(other, compress(arrays, leaves))]
    try:
        mine = wb.autograd.grad(
            [part for part, _ in pairs],
            [tensor for tensor, leaf in zip(ours, leaves) if leaf],
            [wb.tensor(weight.astype(part.dtype.name)) for weight, (part, _) in zip(weights, pairs)],
            allow_unused=True,
        )
        mine = [numbers(gradient, array.shape) for gradient, array in zip(mine, compress(arrays, leaves))]
    except wb.Error as error:
        # The gradient of a singular matrix's factors does not exist: Wingbeat refuses it, PyTorch gives inf or NaN.
        return [f"gradient: Wingbeat refuses: {error}"] if all(np.isfinite(array).all() for array in other) else []
    differences = [f"gradient: {difference}" for a, b in zip(mine, other) if (difference := close(a, b, rtol))]
    if dtype == "float64":
        differences += tangents(row, case, function, arrays, leaves, rtol, weights, other)
    return differences


def tangents(row, case, function, arrays, leaves, rtol, weights, gradients):
    directions = [noise(array.shape, 20 + place) for place, array in enumerate(compress(arrays, leaves))]

    def along(function, tensors, make):
        """The results of floats with the variables in their places."""
        rest = iter(tensors)
        values = run(case, function, [next(rest) if leaf else make(array) for array, leaf in zip(arrays, leaves)])
        return tuple(part for part in values if part.dtype.is_floating_point)

    try:
        _, want = torch.func.jvp(
            lambda *xs: along(function, xs, lambda array: torch.from_numpy(np.array(array))),
            tuple(torch.from_numpy(np.array(array)) for array in compress(arrays, leaves)),
            tuple(torch.from_numpy(np.array(direction)) for direction in directions),
        )
    except (RuntimeError, NotImplementedError, ValueError, TypeError):
        return []  # there is no forward mode of this one
    _, found = wb.jvp(
        lambda *xs: along(row.function, xs, wb.tensor),
        tuple(map(wb.tensor, compress(arrays, leaves))),
        tuple(map(wb.tensor, directions)),
    )
    return [
        f"tangent: {difference}"
        for a, b in zip(found, want)
        if (difference := close(a.numpy(), b.numpy(force=True), rtol))
    ]


def main():
    warnings.simplefilter("ignore")
    known = compared = 0
    unknown, unused = [], {(name, text) for name, texts in DIFFERENT.items() for text in texts}
    for row in table().values():
        if row.name in MISSING or torch_function(row) is None:
            if row.name not in MISSING:
                unknown.append(f"{row.name}: PyTorch has none, and MISSING does not say so")
            continue
        for case in row.cases:
            for dtype in FLOATS:
                differences = compare(row, case, dtype)
                compared += 1
                text = case.text if case.text in DIFFERENT.get(row.name, {}) else None
                if differences and text is not None:
                    known += 1
                    unused.discard((row.name, text))
                elif differences:
                    unknown.append(f"{row.name}({case.text}), {dtype}: " + "; ".join(differences))
    unknown += [f"{name}({text}): DIFFERENT lists it, but it is the same" for name, text in sorted(unused)]
    print("\n".join(unknown), end="\n" if unknown else "")
    print(
        f"{compared} calls compared with PyTorch {torch.__version__}: {len(unknown)} differ, "
        f"{known} differ for a reason that is known, {len(MISSING)} operations PyTorch does not have"
    )
    raise SystemExit(1 if unknown else 0)


if __name__ == "__main__":
    main()
