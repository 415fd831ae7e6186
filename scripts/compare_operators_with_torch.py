#!/usr/bin/env python3
"""Runs PyTorch's own database of operators (torch.testing._internal.common_methods_invocations.op_db) through Wingbeat.

Each operator of the database that is here under its name is called with the database's samples in float64: values,
gradients and gradients of gradients are held beside PyTorch's. `make test-peers` runs it where torch and expecttest
are. Complex tensors are pairs of reals here, [..., 2]. Of what draws random numbers only shapes are compared.

    scripts/compare_operators_with_torch.py [NAME ...] [--verbose]

It prints a line for each operator some of whose samples are not right, with the first sentence, and a summary line:
operators here, operators all of whose samples are right, and the share of samples that are.
"""

from __future__ import annotations

import argparse
import collections
import functools
import sys
import types
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "python")]

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

import wingbeat as wb  # noqa: E402

# At most so many samples of an operator: some have thousands.
MOST_SAMPLES = 60
# Up to here, and this share, values may differ.
TOLERANCE = 1e-8

# Parts of names of what draws, or shows memory as it lies: shapes are compared alone.
DRAWING = ("rand", "dropout", "rrelu", "empty", "bernoulli", "multinomial", "normal", "uniform", "exponential")
# What the database calls with its arguments in another order, or in other functions.
CALLS = {
    "polygamma": lambda f: lambda x, n: f(n, x),
    "special.polygamma": lambda f: lambda x, n: f(n, x),
    "where": lambda f: lambda x, condition, other: f(condition, x, other),
    "nn.functional.embedding": lambda f: lambda weight, index, **options: f(index, weight, **options),
    "nn.functional.embedding_bag": lambda f: lambda weight, index, **options: f(index, weight, **options),
    "einsum": lambda f: lambda tensors, equation: f(equation, tensors),
    "__rmod__": lambda f: lambda x, y: y % x,
    "__rpow__": lambda f: lambda x, y: y**x,
    "__rsub__": lambda f: lambda x, y: y - x,
    "linalg.pinv_singular": lambda f: lambda a, b, **options: f(a @ b.mT, **options),
    "svd_lowrank": lambda f: lambda a, b, **options: f(a @ b.mT, **options),
    "pca_lowrank": lambda f: lambda a, b, **options: f(a @ b.mT, **options),
    "linalg.lstsq_grad_oriented": lambda f: lambda a, b, driver: f(a, b, driver=driver)[:2],
    "repeat_interleave": lambda f: f,
}
# What PyTorch gives otherwise, with the reason: no measure of what is here.
UNMEASURED = {
    "uniform": "it draws in place there",
    "exponential": "it draws in place there",
    "normal_in_place": "it draws in place there",
    "as_strided_partial_views": "it shows memory behind a view",
    "special.bessel_j0": "PyTorch's is right to 7 digits alone; SciPy's and this one to 16",
    "special.bessel_j1": "the same",
    "special.bessel_y0": "the same",
    "special.bessel_y1": "the same",
    "linalg.norm_subgradients_at_zero": "gradients of gradients are NaN there, and 0 here",
}
# Values alone are compared, with the reason.
NOT_DIFFERENTIATED = {
    "as_strided_scatter": "PyTorch's derivative by the input counts what was replaced; finite differences do not",
    "nn.functional.ctc_loss": "PyTorch's derivative is that of logarithms which log_softmax gave, whatever it is given",
}
# These take complex numbers, also where the database gives real ones.
OF_PAIRS = tuple(f"fft.{name}{end}" for name in ("fft", "ifft", "irfft", "hfft") for end in ("", "2", "n"))


def function_of(info):
    """Wingbeat's function of an operator's name, or None."""
    name = info.name
    if name.endswith("_"):
        return None  # it writes to its samples
    if {name, f"{name}_{info.variant_test_name}"} & set(UNMEASURED):
        return None
    for path in (name, f"Tensor.{name}", f"nn.functional.{name}", f"linalg.{name}", f"special.{name}"):
        found = wb
        for part in path.split("."):
            found = getattr(found, part, None)
            if found is None:
                break
        if callable(found):
            change = CALLS.get(f"{name}_{info.variant_test_name}" if info.variant_test_name else name) or CALLS.get(
                name
            )
            return change(found) if change else found
        if isinstance(found, property):
            return found.fget
    return None


class Untranslatable(Exception):
    """A sample that has something for which there is nothing here."""


def translated(value, tensors):
    """The value with Wingbeat's tensors for torch's; pairs of both go into `tensors`."""
    if isinstance(value, torch.Tensor):
        if value.layout != torch.strided or value.is_quantized:
            raise Untranslatable("a tensor of another kind")
        if value.is_complex():
            ours = wb.tensor(array(value)).requires_grad_(value.requires_grad)
            tensors.append((value, ours))
            return ours
        known = getattr(wb, str(value.dtype).removeprefix("torch."), None)
        if known is None:
            raise Untranslatable(f"{value.dtype}")
        ours = wb.tensor(array(value)).to(known)
        if value.requires_grad:
            ours.requires_grad_(True)
        tensors.append((value, ours))
        return ours
    if isinstance(value, torch.dtype):
        known = getattr(wb, str(value).removeprefix("torch."), None)
        if known is None:
            raise Untranslatable(f"{value}")
        return known
    if isinstance(value, torch.device):
        return str(value)
    if isinstance(value, torch.Size):
        return tuple(value)
    if isinstance(value, (torch.layout, torch.memory_format)):
        raise Untranslatable(f"{value}")
    if isinstance(value, complex):
        raise Untranslatable("a complex number")
    if type(value) in (list, tuple):
        return type(value)(translated(part, tensors) for part in value)
    if isinstance(value, dict):
        return {key: translated(part, tensors) for key, part in value.items()}
    if callable(value):
        raise Untranslatable("a function")
    return value


def parts(result):
    """The tensors of a result, in order."""
    if isinstance(result, (list, tuple)):
        return [part for entry in result for part in parts(entry)]
    return [result] if isinstance(result, (torch.Tensor, wb.Tensor)) else []


def array(tensor):
    """Its values; of complex ones as pairs."""
    if isinstance(tensor, wb.Tensor):
        return np.array(tensor.detach().numpy())
    tensor = tensor.detach().resolve_conj().resolve_neg()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    if tensor.is_complex() and not tensor.numel():  # of which PyTorch has no view
        return np.zeros((*tensor.shape, 2))
    return np.array((torch.view_as_real(tensor.contiguous()) if tensor.is_complex() else tensor).numpy(force=True))


def drawn(rng, shape, like):
    """Random weights of a shape and a dtype, as torch's."""
    weights = torch.from_numpy(np.asarray(rng.standard_normal((*shape, 2) if like.is_complex() else shape)))
    return (
        torch.complex(weights[..., 0], weights[..., 1]).to(like.dtype) if like.is_complex() else weights.to(like.dtype)
    )


def difference(what, found, want, drawing=False, narrow=False):
    """narrow: PyTorch computes in float32."""
    left, right = array(found).astype("float64"), array(want).astype("float64")
    if left.shape != right.shape:
        return f"{what}: shape {left.shape} beside {right.shape}"
    if drawing:
        return None
    finite = np.abs(right[np.isfinite(right)])
    scale = max(1.0, float(finite.max(initial=0)))
    tolerance = 1e-5 if narrow or getattr(want, "dtype", None) == torch.float32 else TOLERANCE
    if not np.allclose(left, right, rtol=tolerance, atol=tolerance * scale, equal_nan=True):
        return f"{what}: {np.ravel(left)[:4]} beside {np.ravel(right)[:4]}"
    return None


def prepared(info, function, module=torch):
    """The function of what the database makes symmetric, or triangular, before derivatives are compared."""
    return functools.partial(with_module(info.gradcheck_wrapper, module), function)


def with_module(wrapper, module):
    """A function of the database that calls `module` in the place of torch."""
    names = dict(wrapper.__globals__, torch=module)
    for name in wrapper.__code__.co_names:
        if name.startswith("gradcheck_wrapper"):
            names[name] = with_module(names[name], module)
    made = types.FunctionType(wrapper.__code__, names, wrapper.__name__, wrapper.__defaults__, wrapper.__closure__)
    made.__kwdefaults__ = wrapper.__kwdefaults__
    return made


def repeats(sample):
    """Whether two elements go to one place: which of them stays is not said."""
    index = sample.args[0]
    return any(len(set(row.flatten().tolist())) < row.numel() for row in index.flatten(0, max(index.dim() - 3, 0)))


def compared(info, function, sample):
    """What differs in a sample as a sentence; None if nothing does."""
    if "max_unpool" in info.name and repeats(sample):
        raise Untranslatable("two elements go to one place")
    tensors = []
    drawing = any(part in info.name for part in DRAWING) or sample.kwargs.get("dropout_p", 0) > 0
    given = [translated(part, tensors) for part in (sample.input, *sample.args)]
    keywords = {name: translated(part, tensors) for name, part in sample.kwargs.items()}
    try:
        want = sample.output_process_fn_grad(prepared(info, info.op)(sample.input, *sample.args, **sample.kwargs))
    except Exception as error:
        raise Untranslatable(f"torch refuses: {error}") from None
    if info.name in OF_PAIRS and not sample.input.is_complex():
        given[0] = wb.fft.pairs(given[0])
    # Signs of singular vectors and the like are taken out by the database itself.
    found = sample.output_process_fn_grad(prepared(info, function, wb)(*given, **keywords))
    theirs, ours = parts(want), parts(found)
    if len(ours) != len(theirs):
        return f"{len(ours)} results beside {len(theirs)}"
    narrow = any(tensor.dtype == torch.float32 for tensor, _ in tensors)
    for place, (left, right) in enumerate(zip(ours, theirs)):
        if sentence := difference(f"result {place}", left, right, drawing, narrow):
            return sentence
    if drawing or not info.supports_autograd or info.name in NOT_DIFFERENTIATED:
        return None
    return gradients(info, tensors, ours, theirs, narrow)


def total(results, weights):
    """A number of which all gradients are asked for."""
    sums = [
        (torch.view_as_real(result) * torch.view_as_real(weight)).sum()
        if isinstance(result, torch.Tensor) and result.is_complex()
        else (result * weight).sum()
        for result, weight in zip(results, weights)
    ]
    return sum(sums[1:], sums[0])


def gradients(info, tensors, ours, theirs, narrow):
    """The same for gradients, and for theirs."""
    sources = [(left, right) for left, right in tensors if left.requires_grad]
    kept = [place for place, part in enumerate(theirs) if part.requires_grad]
    if not sources or not kept:
        return None
    rng = np.random.default_rng(0)
    their_weights = [drawn(rng, tuple(theirs[place].shape), theirs[place]) for place in kept]
    our_weights = [wb.tensor(array(weight)) for weight in their_weights]
    again = info.supports_gradgrad
    try:
        want = torch.autograd.grad(
            total([theirs[place] for place in kept], their_weights),
            [left for left, _ in sources],
            create_graph=again,
            allow_unused=True,
        )
    except (RuntimeError, NotImplementedError):
        return None
    # What depends on nothing has no derivative here, and one of zeros there.
    depends = [(ours[place], weight) for place, weight in zip(kept, our_weights) if ours[place].requires_grad]
    found = [None] * len(sources)
    if depends:
        found = wb.autograd.grad(
            total(*zip(*depends)), [right for _, right in sources], create_graph=again, allow_unused=True
        )
    for place, (left, right) in enumerate(zip(found, want)):
        right = torch.zeros_like(sources[place][0]) if right is None else right
        left = wb.zeros_like(sources[place][1]) if left is None else left
        if sentence := difference(f"gradient {place}", left, right, narrow=narrow):
            return sentence
    return seconds(sources, found, want, narrow) if again else None


def seconds(sources, found, want, narrow):
    """And for gradients of the gradients."""
    pairs = [(left, right) for left, right in zip(found, want) if right is not None and right.requires_grad]
    if not pairs:
        return None
    rng = np.random.default_rng(1)
    weights = [drawn(rng, tuple(right.shape), right) for _, right in pairs]
    try:
        want_two = torch.autograd.grad(
            total([right for _, right in pairs], weights), [left for left, _ in sources], allow_unused=True
        )
    except (NotImplementedError, RuntimeError):
        return None
    depends = [
        (left, wb.tensor(array(weight)))
        for (left, _), weight in zip(pairs, weights)
        if left is not None and left.requires_grad
    ]
    found_two = [None] * len(sources)
    if depends:
        found_two = wb.autograd.grad(total(*zip(*depends)), [right for _, right in sources], allow_unused=True)
    for place, (left, right) in enumerate(zip(found_two, want_two)):
        right = torch.zeros_like(sources[place][0]) if right is None else right
        left = wb.zeros_like(sources[place][1]) if left is None else left
        if sentence := difference(f"second gradient {place}", left, right, narrow=narrow):
            return sentence
    return None


def outcome(info, function):
    """(samples that are right, samples, the first sentence) of an operator."""
    dtype = torch.float64
    if not info.supports_dtype(dtype, "cpu"):
        dtype = next((d for d in (torch.int64, torch.bool, torch.float32) if info.supports_dtype(d, "cpu")), None)
    if dtype is None:
        return 0, 0, "no dtype"
    right = tried = 0
    sentence = None
    torch.manual_seed(0)
    differentiable = info.supports_autograd and dtype.is_floating_point
    for number, sample in enumerate(info.sample_inputs("cpu", dtype, requires_grad=differentiable)):
        if number >= MOST_SAMPLES:
            break
        try:
            found = compared(info, function, sample)
        except Untranslatable:
            continue
        except Exception as error:
            found = f"{type(error).__name__}: {' '.join(str(error).split())[:150]}"
        tried += 1
        if found is None:
            right += 1
        elif sentence is None:
            shown = ", ".join(str(tuple(a.shape)) if isinstance(a, torch.Tensor) else repr(a)[:40] for a in sample.args)
            options = {k: v for k, v in sample.kwargs.items() if not isinstance(v, torch.Tensor)}
            where = tuple(sample.input.shape) if isinstance(sample.input, torch.Tensor) else type(sample.input).__name__
            sentence = f"{where} {shown} {options or ''}: {found}"
    return right, tried, sentence


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="operators; all by default")
    parser.add_argument("--verbose", action="store_true", help="also the names that are not here")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    here, whole, right, tried, absent = 0, 0, 0, 0, collections.OrderedDict()
    for info in op_db:
        if options.names and info.name not in options.names:
            continue
        function = function_of(info)
        if function is None:
            absent[info.name] = None
            continue
        good, count, sentence = outcome(info, function)
        if not count:
            absent[info.name] = None
            continue
        here, right, tried = here + 1, right + good, tried + count
        whole += good == count
        if good < count:
            label = info.name + (f" ({info.variant_test_name})" if info.variant_test_name else "")
            print(f"{label}: {good} of {count}; {sentence}", flush=True)
    if options.verbose:
        print("not here:", ", ".join(absent))
    share = right / tried if tried else 0
    print(
        f"{here} operators of PyTorch's {len(op_db)} are here; of {whole} all samples are right, "
        f"{right} of {tried} in all ({share:.1%})"
    )
    return 0 if share >= 0.98 or options.names else 1


if __name__ == "__main__":
    sys.exit(main())
