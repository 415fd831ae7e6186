#!/usr/bin/env python3
"""Writes docs/operations.md, the list of operations, from the library itself.

Every public function of `wingbeat` that is defined in a module of operations is called: with tensors of each dtype, to
see which it takes and what it gives, and with tensors that require gradients, to see which derivatives it has. So a new
function is in the list without being named here, and what the list says has been tried. A function whose arguments none
of the patterns below fit is an error that asks for one.

    scripts/generate_operations.py            writes the file
    scripts/generate_operations.py --check    fails if the file on disk is not what the library says
"""

import inspect
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "operations.md"
sys.path.insert(0, str(ROOT / "python"))

import numpy as np  # noqa: E402

import wingbeat as wb  # noqa: E402

DTYPES = ("bool", "uint8", "int32", "int64", "float32", "float64")

# Ways to call a function with a matrix x [2, 3] and a second one y; the first that succeeds is the function's.
PATTERNS = (
    lambda f, x, y: f(x),
    lambda f, x, y: f(x, y),
    lambda f, x, y: f(x, x.T),
    lambda f, x, y: f(x, 0),
    lambda f, x, y: f(0, x),
    lambda f, x, y: f(x, 1),
    lambda f, x, y: f(x, 0, 1),
    lambda f, x, y: f([x, y]),
    lambda f, x, y: f(x, 1, 0),
    lambda f, x, y: f(x[0], y[0]),
    lambda f, x, y: f(x, 0, wb.tensor([1, 0])),
    lambda f, x, y: f(x, wb.tensor([[1, 0, 0]]), 0),
    lambda f, x, y: f(x > 0, x, y),
    lambda f, x, y: f(x, x > 0, 0),
    lambda f, x, y: f(x, x > 0),
    lambda f, x, y: f(x, y, 0.3),
    lambda f, x, y: f(x, (6,)),
    lambda f, x, y: f(x, (1, 0)),
    lambda f, x, y: f(x, (2, 3)),
    lambda f, x, y: f(x, x.T @ x),
    lambda f, x, y: f(x @ x.T),
    lambda f, x, y: f(x @ x.T, x),
    lambda f, x, y: f("ij->ji", x),
    lambda f, x, y: f(x, 0, wb.tensor([[1, 0, 1]]), y[:1]),
    lambda f, x, y: f(x, 0, wb.tensor([1, 0]), y),
)
# Where the first call that succeeds would not show what the function is for, and where x has to lie to be in its
# domain.
SPECIAL = {
    "acosh": lambda f, x, y: f(x + 1),
    "clamp": lambda f, x, y: f(x, 0.4, 0.6),
    "max": lambda f, x, y: f(x),
    "min": lambda f, x, y: f(x),
    "softmax": lambda f, x, y: f(x, 1),
    "log_softmax": lambda f, x, y: f(x, 1),
    "transpose": lambda f, x, y: f(x, 0, 1),
    "lerp": lambda f, x, y: f(x, y, 0.3),
    "reshape": lambda f, x, y: f(x, 6),
    "broadcast_to": lambda f, x, y: f(x, 2, 2, 3),
    "permute": lambda f, x, y: f(x, 1, 0),
    "cumsum": lambda f, x, y: f(x, 0),
    "cumprod": lambda f, x, y: f(x, 0),
    "topk": lambda f, x, y: f(x, 1),
    "polygamma": lambda f, x, y: f(1, x),
    "linear": lambda f, x, y: f(x, y),
    "cat": lambda f, x, y: f([x, y]),
    "stack": lambda f, x, y: f([x, y]),
    "hstack": lambda f, x, y: f([x, y]),
    "vstack": lambda f, x, y: f([x, y]),
    "expand": lambda f, x, y: f(x, 2, 2, 3),
    "tile": lambda f, x, y: f(x, 2, 2),
    "unflatten": lambda f, x, y: f(x, 1, (3, 1)),
    "movedim": lambda f, x, y: f(x, 0, 1),
    "split": lambda f, x, y: f(x, 1),
    "chunk": lambda f, x, y: f(x, 2),
    "select": lambda f, x, y: f(x, 0, 1),
    "narrow": lambda f, x, y: f(x, 1, 0, 2),
    "flip": lambda f, x, y: f(x, 0),
    "roll": lambda f, x, y: f(x, 1),
    "pad": lambda f, x, y: f(x, (1, 2)),
    "gather": lambda f, x, y: f(x, 0, wb.tensor([[1, 0, 1]])),
    "scatter": lambda f, x, y: f(x, 0, wb.tensor([[1, 0, 1]]), y[:1]),
    "scatter_add": lambda f, x, y: f(x, 0, wb.tensor([[1, 0, 1]]), y[:1]),
    "masked_fill": lambda f, x, y: f(x, x > 0.5, 0),
    "where": lambda f, x, y: f(x > 0.5, x, y),
    "masked_select": lambda f, x, y: f(x, x > 0.5),
    "one_hot": lambda f, x, y: f(x, 3),
    "bmm": lambda f, x, y: f(x.reshape(1, 2, 3), y.reshape(1, 3, 2)),
    "mv": lambda f, x, y: f(x, y[0]),
    "slogdet": lambda f, x, y: f(x @ x.T).logabsdet,
    "solve_triangular": lambda f, x, y: f(x @ x.T, y, upper=True),
    "triangular_solve": lambda f, x, y: f(y, x @ x.T).solution,
    "svd": lambda f, x, y: f(x),
    "diff": lambda f, x, y: f(x),
    "trapezoid": lambda f, x, y: f(x),
    "cumulative_trapezoid": lambda f, x, y: f(x),
    "gradient": lambda f, x, y: f(x),
    "quantile": lambda f, x, y: f(x, 0.3),
    "nanquantile": lambda f, x, y: f(x, 0.3),
    "kthvalue": lambda f, x, y: f(x, 1),
    "dist": lambda f, x, y: f(x, y),
    "renorm": lambda f, x, y: f(x, 2, 0, 0.5),
    "histogram": lambda f, x, y: f(x, 3),
    "bincount": lambda f, x, y: f(x[0]),
    "searchsorted": lambda f, x, y: f(x.sort().values, y),
    "bucketize": lambda f, x, y: f(x, y[0].sort().values),
    "addmm": lambda f, x, y: f(x.T @ x, x.T, y),
    "addmv": lambda f, x, y: f(x[0], y.T, x[:, 0]),
    "addr": lambda f, x, y: f(x, y[:, 0], x[0]),
    "addbmm": lambda f, x, y: f(x @ y.T, x.reshape(1, 2, 3), y.reshape(1, 3, 2)),
    "baddbmm": lambda f, x, y: f(x @ y.T, x.reshape(1, 2, 3), y.reshape(1, 3, 2)),
    "kron": lambda f, x, y: f(x, y),
    "inner": lambda f, x, y: f(x, y),
    "tensordot": lambda f, x, y: f(x, y),
    "cross": lambda f, x, y: f(x, y),
    "cdist": lambda f, x, y: f(x, y),
    "chain_matmul": lambda f, x, y: f(x, y.T),
    "matrix_exp": lambda f, x, y: f(x @ y.T),
    "matrix_power": lambda f, x, y: f(x @ y.T, 3),
    "logdet": lambda f, x, y: f(x @ x.T),
    "cholesky_solve": lambda f, x, y: f(y, (x @ x.T).tril()),
    "cholesky_inverse": lambda f, x, y: f((x @ x.T).tril()),
    "lu_unpack": lambda f, x, y: f(x @ x.T, wb.tensor([1, 2])),
    "lu_solve": lambda f, x, y: f(y, x @ x.T, wb.tensor([1, 2])),
    "linalg.lu_solve": lambda f, x, y: f(x @ x.T, wb.tensor([1, 2]), y),
    "vander": lambda f, x, y: f(x[0]),
    "fft.fft": lambda f, x, y: f(x.T),
    "fft.fft2": lambda f, x, y: f(x.reshape(1, 3, 2)),
    "fft.fftn": lambda f, x, y: f(x.reshape(1, 3, 2)),
    "fft.ifft": lambda f, x, y: f(x.T),
    "fft.ifft2": lambda f, x, y: f(x.reshape(1, 3, 2)),
    "fft.ifftn": lambda f, x, y: f(x.reshape(1, 3, 2)),
    "fft.irfft": lambda f, x, y: f(x.T),
    "fft.irfft2": lambda f, x, y: f(x.reshape(1, 3, 2)),
    "fft.irfftn": lambda f, x, y: f(x.reshape(1, 3, 2)),
    "fft.hfft": lambda f, x, y: f(x.T),
    "fft.hfft2": lambda f, x, y: f(x.reshape(1, 3, 2)),
    "fft.hfftn": lambda f, x, y: f(x.reshape(1, 3, 2)),
    "linalg.lstsq": lambda f, x, y: f(x.T, y.T),
    "linalg.matrix_norm": lambda f, x, y: f(x, "nuc"),
    "linalg.multi_dot": lambda f, x, y: f([x, y.T]),
    "linalg.tensorinv": lambda f, x, y: f(x @ y.T, 1),
    "linalg.tensorsolve": lambda f, x, y: f(x @ x.T, y[:, 0]),
    "linalg.inv_ex": lambda f, x, y: f(x @ x.T),
    "linalg.solve_ex": lambda f, x, y: f(x @ x.T, y),
    "linalg.cholesky_ex": lambda f, x, y: f(x @ x.T),
    "linalg.householder_product": lambda f, x, y: f(x.T, y[0, :2]),
    "ormqr": lambda f, x, y: f(x.T, y[0, :2], y.T),
    "svd_lowrank": lambda f, x, y: f(x, 1),
    "pca_lowrank": lambda f, x, y: f(x, 1),
    "complex": lambda f, x, y: f(x, y),
    "polar": lambda f, x, y: f(x, y),
    "view_as_real": lambda f, x, y: f(x.T),
    "view_as_complex": lambda f, x, y: f(x.T),
    "stft": lambda f, x, y: f(x, 2, 1, center=False),
    "istft": lambda f, x, y: f(x.reshape(1, 3, 2).expand(2, 3, 2), 2, 1),
    "as_strided": lambda f, x, y: f(x, (2, 2), (1, 2)),
    "as_strided_scatter": lambda f, x, y: f(x, y[:, :2], (2, 2), (1, 2)),
    "unravel_index": lambda f, x, y: f(x, (4, 2)),
    "straight_through": lambda f, x, y: f(y, x),
    "addcmul": lambda f, x, y: f(x, x, y),
    "addcdiv": lambda f, x, y: f(x, x, y),
    "clamp_min": lambda f, x, y: f(x, 0.4),
    "clamp_max": lambda f, x, y: f(x, 0.4),
    "glu": lambda f, x, y: f(x, 0),
    "hardshrink": lambda f, x, y: f(x, 0.3),
    "softshrink": lambda f, x, y: f(x, 0.3),
    "threshold": lambda f, x, y: f(x, 0, 1),
    "igamma": lambda f, x, y: f(2, x),
    "igammac": lambda f, x, y: f(2, x),
    "zeta": lambda f, x, y: f(2, x),
    "prelu": lambda f, x, y: f(x, y[0]),
    "tensor_split": lambda f, x, y: f(x, 2),
    "hsplit": lambda f, x, y: f(x, 3),
    "vsplit": lambda f, x, y: f(x, 2),
    "dsplit": lambda f, x, y: f(x.reshape(1, 2, 3), 3),
    "dstack": lambda f, x, y: f([x, y]),
    "column_stack": lambda f, x, y: f([x, y]),
    "cartesian_prod": lambda f, x, y: f(x[0], y[0]),
    "combinations": lambda f, x, y: f(x[0]),
    "repeat_interleave": lambda f, x, y: f(x, 2),
    "put": lambda f, x, y: f(x, wb.tensor([1, 0]), y[0, :2]),
    "take": lambda f, x, y: f(x, wb.tensor([1, 0])),
    "index_put": lambda f, x, y: f(x, (wb.tensor([1, 0]),), y),
    "index_add": lambda f, x, y: f(x, 0, wb.tensor([1, 0]), y),
    "index_copy": lambda f, x, y: f(x, 0, wb.tensor([1]), y[:1]),
    "index_fill": lambda f, x, y: f(x, 0, wb.tensor([1]), 0),
    "index_reduce": lambda f, x, y: f(x, 0, wb.tensor([1, 0]), y, "mean"),
    "scatter_reduce": lambda f, x, y: f(x, 0, wb.tensor([[1, 0, 1]]), y[:1], "sum"),
    "masked_scatter": lambda f, x, y: f(x, x > 0.5, y),
    "select_scatter": lambda f, x, y: f(x, y[0], 0, 1),
    "slice_scatter": lambda f, x, y: f(x, y[:, :2], 1, 1),
    "diagonal_scatter": lambda f, x, y: f(x, y[0, :2]),
    "conv1d": lambda f, x, y: f(x.reshape(1, 2, 3), y[:, :2].reshape(1, 2, 2)),
    "conv2d": lambda f, x, y: f(x.reshape(1, 1, 2, 3), y[:, :2].reshape(1, 1, 2, 2)),
    "conv3d": lambda f, x, y: f(x.reshape(1, 1, 1, 2, 3), y[:, :2].reshape(1, 1, 1, 2, 2)),
    "conv_transpose1d": lambda f, x, y: f(x.reshape(1, 2, 3), y.reshape(2, 1, 3)),
    "conv_transpose2d": lambda f, x, y: f(x.reshape(1, 1, 2, 3), y.reshape(1, 1, 2, 3)),
    "conv_transpose3d": lambda f, x, y: f(x.reshape(1, 1, 1, 2, 3), y.reshape(1, 1, 1, 2, 3)),
    **{f"{kind}_pool1d": lambda f, x, y: f(x, 2) for kind in ("max", "avg", "adaptive_avg", "adaptive_max")},
    **{
        f"{kind}_pool{axes}d": lambda f, x, y, axes=axes: f(
            x.reshape(*(1,) * (axes - 1), 2, 3), (1,) * (axes - 1) + (2,)
        )
        for kind in ("max", "avg", "adaptive_avg", "adaptive_max")
        for axes in (2, 3)
    },
    **{
        f"lp_pool{axes}d": lambda f, x, y, axes=axes: f(
            x.reshape(*(1,) * (axes - 1), 2, 3), 2, (1,) * (axes - 1) + (2,)
        )
        for axes in (1, 2, 3)
    },
    **{
        f"max_unpool{axes}d": lambda f, x, y, axes=axes: f(
            x.reshape(*(1,) * (axes - 1), 2, 3), wb.tensor([[0, 2, 4], [1, 3, 5]]).reshape(*(1,) * (axes - 1), 2, 3), 2
        )
        for axes in (1, 2, 3)
    },
    "unfold": lambda f, x, y: f(x.reshape(1, 2, 3), 2),
    "fold": lambda f, x, y: f(x.reshape(2, 3), (1, 4), (1, 2)),
    "bilinear": lambda f, x, y: f(x, y, wb.stack([x.T @ y] * 2)),
    "channel_shuffle": lambda f, x, y: f(x[None], 2),
    "pixel_shuffle": lambda f, x, y: f(x.reshape(1, 6, 1, 1).expand(4, 6, 1, 1).permute(1, 0, 2, 3), 2),
    "pixel_unshuffle": lambda f, x, y: f(x[None, :, :2], 2),
    "layer_norm": lambda f, x, y: f(x, 3),
    "rms_norm": lambda f, x, y: f(x, 3),
    "group_norm": lambda f, x, y: f(x, 1),
    **{name: lambda f, x, y: f(x, y, x.T @ x, x.T @ x) for name in ("rnn_tanh_cell", "rnn_relu_cell")},
    "gru_cell": lambda f, x, y: f(x, y, wb.cat([x.T @ x] * 3), wb.cat([x.T @ y] * 3)),
    "lstm_cell": lambda f, x, y: f(x, (y, y), wb.cat([x.T @ x] * 4), wb.cat([x.T @ y] * 4)),
    **{
        name: lambda f, x, y: f(x[None], y[None], [x.T @ x, x.T @ y], False, 1, 0.0, False, False, False)
        for name in ("rnn_tanh", "rnn_relu")
    },
    "gru": lambda f, x, y: f(
        x[None], y[None], [wb.cat([x.T @ x] * 3), wb.cat([x.T @ y] * 3)], False, 1, 0.0, False, False, False
    ),
    "lstm": lambda f, x, y: f(
        x[None], (y[None], y[None]), [wb.cat([x.T @ x] * 4), wb.cat([x.T @ y] * 4)], False, 1, 0.0, False, False, False
    ),
}
SECTIONS = {
    "_functions": "Arithmetic, comparisons, reductions",
    "_math": "Elementwise functions",
    "_numbers": "Numbers: parts, remainders, tolerances",
    "_special": "Special functions",
    "_polynomials": "Orthogonal polynomials, in wingbeat.special",
    "_distances": "Lengths and distances",
    "_activations": "Activation functions",
    "_reductions": "Reductions, cumulative operations, sorting",
    "_statistics": "Statistics",
    "_scans": "Along an axis",
    "_searching": "Searching",
    "_products": "Products",
    "_linear_algebra": "Linear algebra",
    "_matrix_functions": "Functions of matrices",
    "_linalg": "Linear algebra of torch.linalg alone",
    "fft": "Fourier transforms",
    "_short_time_fourier": "Fourier transforms of pieces, pairs of reals",
    "_window_functions": "Window functions (others are in signal.windows)",
    "_shaping": "Shapes",
    "_rearranging": "Turning, cutting, repeating, counting out",
    "_picking": "Indices and masks",
    "_writing": "Parts replaced, or added to",
    "_convolution": "Convolutions",
    "_pooling": "Pools, and windows as columns",
    "_creation": "Creation",
    "_random": "Random numbers",
    "_normalization": "Normalisation",
    "_recurrence": "Recurrent cells and layers",
    "_resampling": "Channels and places",
    "_discrete": "Derivatives through discrete values",
}
CREATION = ("_creation", "_random", "_window_functions")
# Of these some are in nn.functional alone.
FUNCTIONAL = ("_convolution", "_pooling")
# Not operations on tensors: modules, and single functions.
NO_OPERATIONS = (
    "_modes",
    "_compile",
    "_transforms",
    "_jacobians",
    "_taylor",
    "_custom",
    "_checkpoint",
    "autograd",
    "_checkpoint_files",
    "_weights",
    "storage",
    "training",
    "_export",
    "_autocast",
    "_reversible",
    "_vmap",
)
LEFT_OUT = {"from_numpy", "from_dlpack", "asarray", "as_tensor", "tensor", "promote_types", "result_type", "can_cast"}
# What they give is no tensor.
LEFT_OUT |= {
    "allclose",
    "broadcast_shapes",
    "equal",
    "is_complex",
    "is_floating_point",
    "is_nonzero",
    "is_tensor",
    "numel",
    "typename",
}
LEFT_OUT |= {"get_default_dtype", "set_default_dtype", "set_printoptions", "summary"}
LEFT_OUT |= {"get_rng_state", "initial_seed", "seed", "set_rng_state"}


def values(dtype, seed):
    """A matrix inside every function's domain: between 0.1 and 0.9, or 1 and 2 for integers."""
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        return np.array([[True, False, True], [False, True, True]])
    return (rng.uniform(0.1, 0.9, (2, 3)) if dtype.startswith("float") else rng.integers(1, 3, (2, 3))).astype(dtype)


REFUSALS = (wb.Error, TypeError, ValueError, IndexError, AttributeError, AssertionError)


def results(call, function, dtype="float64", requires_grad=False):
    """The tensors that a call gives."""
    x, y = (wb.tensor(values(dtype, seed)) for seed in (1, 2))
    found = call(function, x.requires_grad_() if requires_grad else x, y)
    found = [
        tensor for tensor in (found if isinstance(found, (tuple, list)) else (found,)) if isinstance(tensor, wb.Tensor)
    ]
    for tensor in found:
        tensor.detach().numpy()  # some refusals come with the values
    return x, found


def given(call, function, dtype):
    """The dtypes of what a call gives; empty where the library refuses the arguments."""
    try:
        return [tensor.dtype.name for tensor in results(call, function, dtype)[1]]
    except REFUSALS:
        return []


def pattern(name, function):
    """The way to call a function; None if it is none of those above.

    One that takes floats goes before one that takes only integers or truth values.
    """
    for dtype in ("float64", "int64", "bool"):
        for candidate in (SPECIAL[name],) if name in SPECIAL else PATTERNS:
            if given(candidate, function, dtype):
                return candidate
    return None


def dtypes(call, function):
    """ "float32, float64" and so on: what is taken, and what comes of it where that is another dtype."""
    taken = {dtype: ", ".join(dict.fromkeys(given(call, function, dtype))) for dtype in DTYPES}
    taken = {dtype: found for dtype, found in taken.items() if found}
    different = {}
    for dtype, found in taken.items():
        if found != dtype:
            different.setdefault(found, []).append(dtype)
    notes = "; ".join(
        f"{'all' if len(sources) == len(taken) > 1 else ', '.join(sources)} → {found}"
        for found, sources in different.items()
    )
    return ("all" if len(taken) == len(DTYPES) else ", ".join(taken)) + (f" ({notes})" if notes else "")


def derivatives(call, function):
    """ "all" where reverse and forward mode and their four nestings give values, "0" where nothing depends on the
    input, "-" where the result is no float."""
    if not given(call, function, "float64"):
        return "-"

    def weighed(x):
        y = wb.tensor(values("float64", 2))
        found = call(function, x, y)
        first = next(
            tensor
            for tensor in (found if isinstance(found, (tuple, list)) else (found,))
            if tensor.dtype.is_floating_point
        )
        return (first * first).sum()

    leaf, found = results(call, function, requires_grad=True)
    floats = [tensor for tensor in found if tensor.dtype.is_floating_point]
    if not floats:
        return "-"
    slope = wb.autograd.grad(floats[0].sum(), leaf, allow_unused=True)[0] if floats[0].requires_grad else None
    if slope is None or not (slope.numpy().any() or wb.grad(weighed)(leaf.detach()).numpy().any()):
        return "0"
    x, direction = wb.tensor(values("float64", 1)), wb.ones(2, 3, dtype="float64")
    forward = lambda v: wb.jvp(weighed, (v,), (direction,))[1]  # noqa: E731
    for derivative in (
        wb.grad(weighed)(x),
        forward(x),
        wb.grad(lambda v: wb.grad(weighed)(v).sum())(x),
        wb.hvp(weighed, (x,), (direction,)),
        wb.grad(forward)(x),
        wb.jvp(forward, (x,), (direction,))[1],
    ):
        for tensor in derivative if isinstance(derivative, (tuple, list)) else (derivative,):
            if tensor.requires_grad or np.isnan(tensor.numpy()).any():
                raise SystemExit(f"scripts/generate_operations.py: a derivative of {function.__name__} is {tensor}")
    return "all"


def first_sentence(function):
    text = " ".join((inspect.getdoc(function) or "").split()).replace(" of each element, of the shape of `input`", "")
    return re.split(r"(?<=\.)\s(?=[A-Z`])", text)[0].rstrip(".,")


def operations():
    """function -> its public names: several where it has aliases; with their module if that is linalg, fft or
    nn.functional, alone."""
    found = {}
    for name in wb.__all__:
        function = getattr(wb, name)
        if inspect.isfunction(function) and name not in LEFT_OUT and home(name, function) not in NO_OPERATIONS:
            found.setdefault(function, []).append(name)
    for name in wb.linalg.__all__:
        function = getattr(wb.linalg, name)
        if function not in found:
            found[function] = [f"linalg.{name}"]
    for name in wb.fft.__all__:
        found[getattr(wb.fft, name)] = [f"fft.{name}"]
    for name in wb.nn.functional.__all__:
        function = getattr(wb.nn.functional, name)
        if home(name, function) in FUNCTIONAL and function not in found:
            found[function] = [f"nn.functional.{name}"]
    return found


def home(name, function):
    """The module that a public name comes from: the one that lists it; a factory's functions name the factory's."""
    name = name.rpartition(".")[2]
    for path, module in sys.modules.items():
        listed = getattr(module, "__all__", ()) if path.startswith("wingbeat._") else ()
        if name in listed and getattr(module, name) is function:
            return path.rsplit(".", 1)[-1]
    return function.__module__.rsplit(".", 1)[-1]


def document():
    rows, missing = {}, []
    for function, names in operations().items():
        section = home(names[0], function)
        name = names[0] if names[0].startswith(("linalg.", "fft.")) else function.__name__
        if section in CREATION or name in ("fft.fftfreq", "fft.rfftfreq"):
            rows.setdefault(section, []).append((names, first_sentence(function), None, None, hasattr(wb.Tensor, name)))
            continue
        call = pattern(name, function)
        if call is None:
            missing.append(name)
            continue
        rows.setdefault(section, []).append(
            (
                names,
                first_sentence(function),
                dtypes(call, function),
                derivatives(call, function),
                hasattr(wb.Tensor, name),
            )
        )
    if missing:
        raise SystemExit(
            f"scripts/generate_operations.py: no pattern fits {', '.join(sorted(missing))}: add one that does"
        )
    lines = [
        "# Operations",
        "",
        "Written by `make docs` from the library: each function was called to find out what stands here.",
        "",
        "A name in *italics* is a method of Tensor as well. Dtypes: what is taken, and what comes of it where that",
        "differs. Derivatives: *all* means reverse and forward mode and every nesting of the two; *0*, that the",
        "function is flat; *-*, that its result is no function of numbers (bool, integers, indices). The same",
        "operations from C are in [wingbeat.h](../include/wingbeat.h).",
        "",
        "Where PyTorch and NumPy differ, it is PyTorch's way: var and std divide by n - 1; NaN differs from NaN in",
        "unique, and sorts as the largest in either direction; an integer divided by 0 is an error; shifts by too",
        "many bits leave 0, or -1; bounds of clamp have derivative 0, equal extrema share theirs.",
        "",
        "Dtypes meet by PyTorch's rules: bool below integers below floats, and the wider of one kind; tensors without",
        "axes and numbers widen nothing within their kind. Functions of floats make float32 of bool and integers. What",
        "takes float32 takes float16 and bfloat16 too, computes in float32, and rounds its result.",
    ]
    for section in sorted(
        rows, key=lambda section: list(SECTIONS).index(section) if section in SECTIONS else len(SECTIONS)
    ):
        title = SECTIONS.get(section, section.strip("_").replace("_", " ").capitalize())
        lines += ["", f"## {title}", ""]
        if section in CREATION or name in ("fft.fftfreq", "fft.rfftfreq"):
            lines += ["| function | what it gives |", "|---|---|"]
        else:
            lines += ["| function | what it gives | dtypes | derivatives |", "|---|---|---|---|"]
        for names, text, taken, known, is_method in sorted(rows[section], key=lambda row: row[0][0]):
            shown = ", ".join(f"*{name}*" if is_method and place == 0 else name for place, name in enumerate(names))
            cells = [shown, text.replace("|", "\\|")] + ([] if taken is None else [taken, known])
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    text = document()
    if "--check" in sys.argv[1:]:
        if not OUTPUT.exists() or OUTPUT.read_text() != text:
            raise SystemExit("docs/operations.md is not what the library says: run `make docs`")
        return
    OUTPUT.write_text(text)
    print(f"{OUTPUT.relative_to(ROOT)}: {text.count(chr(10))} lines")


if __name__ == "__main__":
    main()
