"""Operations alone on one thread, beside PyTorch eager: convolutions and their gradients, recurrence, attention and
batch normalisation.

    .venv-peers/bin/python benchmarks/operations.py [--only PARTS_OF_NAMES] [--rounds 15] [--before LIBRARY]

The two take turns in one process, and what counts is the processor time of the process, so that what else the machine
does hardly shows. A ratio is the median of the ratios of neighbouring rounds; below 1 Wingbeat is the faster one.
--before has the time of another build of the library instead of PyTorch's, by a second process.

Gradients are rows of their own. PyTorch's for a convolution are those of its operator for them
(convolution_backward), so that neither engine makes the convolution as well. Rows with "both ways" are forward and
backward together.
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "WINGBEAT_NUM_THREADS"):
    os.environ[variable] = "1"
sys.path.insert(0, str(Path(__file__).parent.parent / "python"))

import numpy as np  # noqa: E402  (after the number of threads is set)

import wingbeat as wb  # noqa: E402

ROUND_SECONDS = 0.04


@dataclass(frozen=True)
class Convolution:
    name: str
    input: tuple
    weight: tuple
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1

    @property
    def axes(self):
        return len(self.input) - 2

    @property
    def result(self):
        extents = [
            (n + 2 * self.padding - self.dilation * (k - 1) - 1) // self.stride + 1
            for n, k in zip(self.input[2:], self.weight[2:])
        ]
        return (self.input[0], self.weight[0], *extents)

    @property
    def flops(self):
        return 2 * math.prod(self.result) * math.prod(self.weight[1:])


CONVOLUTIONS = [
    Convolution("mnist 1 to 32", (64, 1, 28, 28), (32, 1, 3, 3), padding=1),
    Convolution("mnist 32 to 64", (64, 32, 14, 14), (64, 32, 3, 3), padding=1),
    Convolution("64 over 56x56", (8, 64, 56, 56), (64, 64, 3, 3), padding=1),
    Convolution("depthwise 64 over 56x56", (8, 64, 56, 56), (64, 1, 3, 3), padding=1, groups=64),
    Convolution("conv1d kernel 11", (8, 64, 1024), (64, 64, 11), padding=5),
    Convolution("conv1d kernel 11 dilation 4", (8, 64, 1024), (64, 64, 11), padding=20, dilation=4),
    Convolution("strided 32 to 64", (32, 32, 32, 32), (64, 32, 3, 3), stride=2, padding=1),
    Convolution("strided pointwise 32 to 64", (32, 32, 32, 32), (64, 32, 1, 1), stride=2),
    Convolution("stem 3 to 32", (32, 3, 32, 32), (32, 3, 3, 3), padding=1),
    Convolution("residual 32", (32, 32, 32, 32), (32, 32, 3, 3), padding=1),
    Convolution("residual 64", (32, 64, 16, 16), (64, 64, 3, 3), padding=1),
]


def convolution_calls(case):
    """name, operations, a call of Wingbeat, and one of PyTorch where it is there."""
    rng = np.random.default_rng(3)
    arrays = [rng.standard_normal(s).astype(np.float32) for s in (case.input, case.weight, case.result)]
    arrays[1] /= np.float32(math.sqrt(math.prod(case.weight[1:])))
    options = {"stride": case.stride, "padding": case.padding, "dilation": case.dilation, "groups": case.groups}
    function = getattr(wb.nn.functional, f"conv{case.axes}d")

    def product(x, w, g):
        return (function(x, w, None, **options) * g).sum()

    calls = {
        "forward": wb.compile(lambda x, w, g: function(x, w, None, **options)),
        "input gradient": wb.compile(wb.grad(product, argnums=0)),
        "weight gradient": wb.compile(wb.grad(product, argnums=1)),
    }
    own = [wb.tensor(a) for a in arrays]
    for number, (part, call) in enumerate(calls.items()):
        peer = None
        if torch is not None:
            theirs = [torch.from_numpy(a) for a in arrays]
            peer = lambda theirs=theirs, number=number: peer_convolution(case, number, *theirs)  # noqa: E731
        yield f"{case.name}, {part}", case.flops, lambda call=call: call(*own), peer


def peer_convolution(case, part, x, w, g):
    n = case.axes
    settings = ([case.stride] * n, [case.padding] * n, [case.dilation] * n, False, [0] * n, case.groups)
    if part == 0:
        return torch.convolution(x, w, None, *settings)
    mask = [part == 1, part == 2, False]
    return torch.ops.aten.convolution_backward(g, x, w, None, *settings, mask)[part - 1]


def module_calls(name, build, shape, call=lambda module, x: module(x)):
    """A module forward, and both ways with the gradients of its input and its parameters."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal(shape).astype(np.float32)
    values = None
    made = {}
    for library in filter(None, (wb, torch)):
        module = build(library)
        parameters = list(module.parameters())
        if values is None:
            values = [rng.uniform(-0.1, 0.1, tuple(p.shape)).astype(np.float32) for p in parameters]
        with library.no_grad():
            for parameter, value in zip(parameters, values):
                parameter.copy_(library.tensor(value))
        made[library] = (module, parameters)

    def forward(library, x):
        with library.no_grad():
            return call(made[library][0], x)

    def both(library, x):
        module, parameters = made[library]
        x = x.detach().requires_grad_()
        y = call(module, x)
        (y * library.arange(y.numel()).reshape(tuple(y.shape)).to(y.dtype) / y.numel()).sum().backward()
        result = [x.grad, *[p.grad for p in parameters]]
        for parameter in parameters:
            parameter.grad = None
        return result[0] if library is torch else tuple(result)

    for part, function in (("forward", forward), ("both ways", both)):
        compiled = wb.compile(lambda x, function=function: function(wb, x))
        own, peer = wb.tensor(x), None
        if torch is not None:
            theirs = torch.from_numpy(x)
            peer = lambda theirs=theirs, function=function: function(torch, theirs)  # noqa: E731
        yield f"{name}, {part}", None, lambda compiled=compiled, own=own: compiled(own), peer


def attention_calls():
    rng = np.random.default_rng(5)
    arrays = [rng.standard_normal((8, 4, 128, 32)).astype(np.float32) for _ in range(3)]

    def forward(library, *arrays):
        return library.nn.functional.scaled_dot_product_attention(*arrays, is_causal=True)

    def both(library, *arrays):
        arrays = [a.detach().requires_grad_() for a in arrays]
        forward(library, *arrays).square().sum().backward()
        return arrays[0].grad if library is torch else tuple(a.grad for a in arrays)

    for part, function in (("forward", forward), ("both ways", both)):
        compiled = wb.compile(lambda *a, function=function: function(wb, *a))
        own, peer = [wb.tensor(a) for a in arrays], None
        if torch is not None:
            theirs = [torch.from_numpy(a) for a in arrays]
            peer = lambda theirs=theirs, function=function: function(torch, *theirs)  # noqa: E731
        yield f"attention 4x128, {part}", None, lambda compiled=compiled, own=own: compiled(*own), peer


def all_calls():
    for case in CONVOLUTIONS:
        yield from convolution_calls(case)
    yield from module_calls("lstm 2x128", lstm, (64, 28, 28), lambda m, x: m(x)[0])
    yield from attention_calls()
    yield from module_calls("batch norm", lambda library: library.nn.BatchNorm2d(64), (32, 64, 28, 28))
    yield from module_calls("max pool", lambda library: library.nn.MaxPool2d(2), (64, 32, 28, 28))


def lstm(library):
    return library.nn.LSTM(28, 128, 2, batch_first=True)


def seconds(call, repeats):
    began = time.process_time()
    for _ in range(repeats):
        call()
    return (time.process_time() - began) / repeats


def repeats_of(call):
    call()
    once = min(seconds(call, 1) for _ in range(2))
    return max(1, round(ROUND_SECONDS / max(once, 1e-7)))


def checked(name, own, peer):
    """The largest difference, relative to the largest value."""
    own = own[0] if isinstance(own, tuple) else own
    a, b = own.numpy(), peer.detach().numpy()
    return float(np.abs(a - b).max() / max(1e-30, np.abs(b).max()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    calls = [c for c in all_calls() if any(part in c[0] for part in options.only.split(","))]
    if options.serve:
        return serve(calls)
    other = Other(options) if options.before else None
    print(f"{'':44}{'us':>10}{'peer us':>10}{'ratio':>7}{'GFLOP/s':>9}")
    for number, (name, flops, own, peer) in enumerate(calls):
        if peer is not None and other is None:
            difference = checked(name, own(), peer())
            if not difference < 1e-4:
                raise SystemExit(f"{name}: results differ by {difference}")
        if other:
            peer, count = None, other.ask(number, 0)
        elif peer is not None:
            count = repeats_of(peer)
        repeats = repeats_of(own)
        mine, theirs = [], []
        for _ in range(options.rounds):
            mine.append(seconds(own, repeats))
            if other:
                theirs.append(other.ask(number, round(count)))
            elif peer is not None:
                theirs.append(seconds(peer, count))
        ratio = statistics.median(a / b for a, b in zip(mine, theirs)) if theirs else float("nan")
        least = min(theirs) * 1e6 if theirs else float("nan")
        rate = f"{flops / min(mine) / 1e9:9.1f}" if flops else ""
        print(f"{name:44}{min(mine) * 1e6:10.1f}{least:10.1f}{ratio:7.2f}{rate}", flush=True)


class Other:
    """The same calls on another build of the library, in a process of its own."""

    def __init__(self, options):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", "--only", options.only],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ, WINGBEAT_LIBRARY=str(options.before)),
        )

    def ask(self, number, repeats):
        """Seconds of a call; for no repeats, how many make a round."""
        self.process.stdin.write(f"{number} {repeats}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def serve(calls):
    for line in sys.stdin:
        number, repeats = (int(word) for word in line.split())
        call = calls[number][2]
        print(seconds(call, repeats) if repeats else repeats_of(call), flush=True)


torch = None
if "--serve" not in sys.argv and "--before" not in sys.argv:
    try:
        import torch

        torch.set_num_threads(1)
    except ImportError:
        torch = None

if __name__ == "__main__":
    main()
