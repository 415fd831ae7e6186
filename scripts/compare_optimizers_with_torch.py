#!/usr/bin/env python3
"""Holds the optimisers beside PyTorch's, in the samples of its own database (common_optimizers.optim_db): parameters
after six steps in float64, state and groups, and a state_dict of PyTorch's with which they go on. `make test-peers`
runs it where torch is. Prints what differs and a summary line.

Muon's iteration is in bfloat16 in PyTorch, and here in the parameters' own dtype: PyTorch's is replaced by that.
"""

import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "python" / "tests" / "fixtures")]

import numpy as np  # noqa: E402
import optimizers as fixtures  # noqa: E402
import torch  # noqa: E402
from torch.testing._internal.common_optimizers import optim_db  # noqa: E402

import wingbeat as wb  # noqa: E402
from wingbeat import nn, optim  # noqa: E402

STEPS = 6
# What one of the two keeps besides: SGD counts steps for its dampening, AdamW is Adam in PyTorch.
BESIDES = ("decoupled_weight_decay",)
MISSING = {"Adafactor": "it is not asked for", "SparseAdam": "it is for sparse gradients"}


def plain(value):
    """A value of PyTorch's as the engine takes it."""
    if isinstance(value, torch.Tensor):
        return np.asarray(value.detach()) if value.dim() else value.item()
    if isinstance(value, dict):
        return {key: plain(given) for key, given in value.items()}
    return type(value)(map(plain, value)) if isinstance(value, (list, tuple)) else value


def take_steps(library, optimizer, parameters, draws, sign, convert):
    for gradients in draws:
        targets = [convert(gradient) for gradient in gradients]

        def closure():
            optimizer.zero_grad()
            loss = sign * sum(((p - t) ** 2 * (1 + abs(t))).sum() for p, t in zip(parameters, targets))
            loss.backward()
            return loss

        if isinstance(optimizer, library.LBFGS):
            optimizer.step(closure)
            continue
        for parameter, gradient in zip(parameters, targets):
            parameter.grad = gradient
        optimizer.step()


def keys(state_dict):
    """Which state and settings there are."""
    state = {
        place: sorted(
            name
            for name, value in entries.items()
            if value is not None and name != "al" and not (name == "step" and "momentum_buffer" in entries)
        )
        for place, entries in state_dict["state"].items()
    }
    return {place: names for place, names in state.items() if names}, [
        sorted(set(group) - {*BESIDES}) for group in state_dict["param_groups"]
    ]


def compare(name, settings):
    """What is different; nothing if all agrees."""
    rng = np.random.default_rng(0)
    shapes = [(4, 3), (3, 5)] if name == "Muon" else [(4, 3), (5,)]
    values = [rng.standard_normal(shape) for shape in shapes]
    draws = [[rng.standard_normal(shape) for shape in shapes] for _ in range(2 * STEPS)]
    sign = -1 if settings.get("maximize") else 1
    theirs = [torch.nn.Parameter(torch.tensor(value)) for value in values]
    ours = [nn.Parameter(value) for value in values]
    peer = getattr(torch.optim, name)(theirs, **settings)
    own = getattr(optim, name)(ours, **plain(settings))
    take_steps(torch.optim, peer, theirs, draws[:STEPS], sign, torch.tensor)
    take_steps(optim, own, ours, draws[:STEPS], sign, wb.tensor)
    again = [nn.Parameter(np.asarray(parameter.detach())) for parameter in theirs]
    other = getattr(optim, name)(again, **plain(settings))
    other.load_state_dict(plain(peer.state_dict()))
    found = []
    if keys(peer.state_dict()) != keys(own.state_dict()) or keys(peer.state_dict()) != keys(other.state_dict()):
        found.append(f"state {keys(own.state_dict())}, but {keys(peer.state_dict())}")
    take_steps(torch.optim, peer, theirs, draws[STEPS:], sign, torch.tensor)
    take_steps(optim, own, ours, draws[STEPS:], sign, wb.tensor)
    take_steps(optim, other, again, draws[STEPS:], sign, wb.tensor)
    for place, (one, two, three) in enumerate(zip(theirs, ours, again)):
        for what, given in (("", two), (" after its state_dict", three)):
            difference = np.abs(given.detach().numpy() - one.detach().numpy()).max()
            if not difference <= 1e-9:
                found.append(f"parameter {place}{what}: {difference:.1e}")
    return found


def main():
    warnings.simplefilter("ignore")
    torch.set_default_dtype(torch.float64)
    fixtures.in_own_dtype()
    compared, different = 0, []
    for info in optim_db:
        name = info.optim_cls.__name__
        if name in MISSING:
            continue
        for sample in info.optim_inputs_func(device=torch.device("cpu")):
            compared += 1
            try:
                found = compare(name, dict(sample.kwargs))
            except Exception as error:  # of either library
                found = [f"{type(error).__name__}: {error}"]
            different += [f"{name}({sample.kwargs}): {text}" for text in found[:1]]
    print("\n".join(different), end="\n" if different else "")
    print(f"{compared} samples of optimisers compared with PyTorch {torch.__version__}: {len(different)} differ")
    raise SystemExit(1 if different else 0)


if __name__ == "__main__":
    main()
