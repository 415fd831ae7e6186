#!/usr/bin/env python3
"""Holds every row of the operation table beside PyTorch: values, dtypes, gradients and, where PyTorch has them,
tangents. `make test-peers` runs it where torch is.

The rows are those of python/tests/operation_table.py. What PyTorch has otherwise on purpose, or not at all, is listed
in DIFFERENT and MISSING with the reason; everything else that differs is an error. Prints the differences and a summary
line.
"""

import sys
import warnings
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
    """The function of PyTorch that a row's is named after."""
    if callable(row.torch):
        return row.torch(torch)
    for path in (row.torch or row.path, f"nn.functional.{row.name}", f"linalg.{row.name}", f"Tensor.{row.name}"):
        found = torch
        for name in path.split("."):
            found = getattr(found, name, None)
        if found is not None:
            return found
    return None


def translated(value):
    """Names of dtypes as PyTorch's dtypes."""
    return {name: getattr(torch, entry) if name == "dtype" else entry for name, entry in value.items()}


def run(row, case, function, tensors, make_dtype=lambda kwargs: kwargs):
    rest = iter(tensors)
    args, kwargs = mapped((case.args, case.kwargs), lambda _: next(rest))
    return parts(case.call(function, *args, **make_dtype(kwargs)))


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


def compare(row, case, dtype):
    """What differs, as sentences."""
    function = torch_function(row)
    arrays = [array.astype(dtype) if array.dtype == np.float64 else array for array in case.arrays()]
    floats = [array.dtype.name in FLOATS for array in arrays]
    ours = [wb.tensor(array) for array in arrays]
    theirs = [torch.from_numpy(np.array(array)) for array in arrays]
    differentiable = row.differentiable and not row.random and any(floats)
    if differentiable:
        for tensor, is_float in zip(ours, floats):
            tensor.requires_grad_(is_float)
        for tensor, is_float in zip(theirs, floats):
            tensor.requires_grad_(is_float)
    try:
        want = run(row, case, function, theirs, translated)
    except Exception as error:
        return [f"PyTorch refuses: {str(error).splitlines()[0][:140]}"]
    found = run(row, case, row.function, ours)
    if len(found) != len(want):
        return [f"{len(found)} results beside {len(want)}"]
    rtol, differences = (1e-9 if dtype == "float64" else 2e-5) * (1 if row.rtol <= 1e-12 else 10), []
    for part, value in zip(found, want):
        if part.dtype.name != str(value.dtype).removeprefix("torch."):
            differences.append(f"dtype {part.dtype.name} beside {value.dtype}")
        elif row.random:
            if part.shape != tuple(value.shape):
                differences.append(f"shape {part.shape} beside {tuple(value.shape)}")
        elif difference := close(part.detach().numpy(), value.detach().numpy(), rtol):
            differences.append(difference)
    if differences or not differentiable:
        return differences
    return gradients(row, case, ours, theirs, found, want, floats, rtol) + (
        tangents(row, case, function, arrays, floats, rtol) if dtype == "float64" else []
    )


def gradients(row, case, ours, theirs, found, want, floats, rtol):
    pairs = [(part, value) for part, value in zip(found, want) if value.dtype.is_floating_point and value.requires_grad]
    if not pairs:
        return []
    weights = [noise(part.shape, 5 + place) for place, (part, _) in enumerate(pairs)]
    of_ours = [tensor for tensor, is_float in zip(ours, floats) if is_float]
    of_theirs = [tensor for tensor, is_float in zip(theirs, floats) if is_float]
    mine = wb.autograd.grad(
        [part for part, _ in pairs],
        of_ours,
        [wb.tensor(weight.astype(part.dtype.name)) for weight, (part, _) in zip(weights, pairs)],
        allow_unused=True,
    )
    try:
        other = torch.autograd.grad(
            [value for _, value in pairs],
            of_theirs,
            [torch.from_numpy(weight).to(value.dtype) for weight, (_, value) in zip(weights, pairs)],
            allow_unused=True,
        )
    except (RuntimeError, NotImplementedError):
        return []
    differences = []
    for a, b, leaf in zip(mine, other, of_ours):
        a, b = (np.zeros(leaf.shape) if gradient is None else gradient.detach().numpy() for gradient in (a, b))
        if difference := close(a, b, 10 * rtol):
            differences.append(f"gradient: {difference}")
    return differences


def tangents(row, case, function, arrays, floats, rtol):
    directions = [
        noise(array.shape, 20 + place) for place, (array, is_float) in enumerate(zip(arrays, floats)) if is_float
    ]

    def placed(tensors, make):
        rest = iter(tensors)
        return [next(rest) if is_float else make(array) for array, is_float in zip(arrays, floats)]

    try:
        _, want = torch.func.jvp(
            lambda *xs: tuple(
                part
                for part in run(row, case, function, placed(xs, torch.from_numpy), translated)
                if part.dtype.is_floating_point
            ),
            tuple(torch.from_numpy(np.array(array)) for array, is_float in zip(arrays, floats) if is_float),
            tuple(map(torch.from_numpy, map(np.array, directions))),
        )
    except (RuntimeError, NotImplementedError, ValueError, TypeError):
        return []  # there is no forward mode of this one
    _, found = wb.jvp(
        lambda *xs: tuple(
            part for part in run(row, case, row.function, placed(xs, wb.tensor)) if part.dtype.is_floating_point
        ),
        tuple(wb.tensor(array) for array, is_float in zip(arrays, floats) if is_float),
        tuple(map(wb.tensor, directions)),
    )
    return [
        f"tangent: {difference}"
        for a, b in zip(found, want)
        if (difference := close(a.numpy(), b.numpy(force=True), 10 * rtol))
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
