"""Random functions beside their compiled selves, to the bit, over calls between which everything around them changes.

Each program is a text: a function that computes, draws, trains, binds names and attributes anew and writes to its
argument, and between its calls events that freeze, replace, seed, switch modes, change rates and rebind. Two processes
of the same seed run it, in the one the function is compiled, and after each call all that can be seen is compared:
result, argument, parameters, gradients, attributes, global names, and the next random number.
"""

import random

import numpy as np
import pytest
from campaign import report, times
from support import same_bits

import wingbeat as wb
from wingbeat import nn, optim

PROGRAMS = times(120, 2000)
CALLS = 7

SETTING = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.gain = nn.Linear(3, 3), 0.9
        self.register_buffer("seen", wb.zeros(3))
    def forward(self, h):
        h = self.fc(h) * self.gain
        self.seen = self.seen * 0.5 + h.detach().mean(0)
        return h.relu() if self.training else h.tanh()

class World(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.drop = nn.Linear(3, 3), nn.Dropout(0.5)
        self.inner = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), Block())
        self.scale, self.flag, self.count = 1.5, True, 0
        self.m, self.pair, self.last = wb.zeros(3), (wb.zeros(3), wb.ones(3)), None
        self.free = nn.Parameter(wb.ones(3))

def helper(h):
    return h * G * K

wb.manual_seed(SEED)
world, G, K, W = World(), wb.ones(3), 2.0, wb.ones(3)
opt = MAKE(world.parameters())
hooks = []
"""

LINES = [
    "h = world.fc(h)",
    "h = world.inner(h)",
    "h = world.drop(h)",
    "h = h * world.scale",
    "h = helper(h)",
    "h = h * world.free",
    "world.m = world.m * 0.5 + h.detach().mean(0) * 0.5; h = h + world.m",
    "world.last = h.detach() if world.last is None else h.detach() * 0.5 + world.last.mean()",
    "a, b = world.pair; world.pair = (b, a * 0.5 + h.detach().mean(0)); h = h * world.pair[0]",
    "world.m, W_now = W * 1, world.m; h = h + W_now",
    "h = h + wb.rand(*h.shape)",
    "h = h * wb.bernoulli(wb.full((3,), 0.5))",
    "h = h[:, wb.randperm(3)]",
    "G = G * 0.9 + h.detach().mean(0) * 0.1",
    "K = K + 0.5",
    "W.mul_(0.9)",
    "W[1] = h.detach().mean()",
    "t.add_(h.detach().mean())",
    "t[0] = 2.0",
    "t *= W",
    "world.count += 1; h = h * (1 + 0.1 * world.count)",
    "world.flag = not world.flag",
    "h = h.tanh() if world.flag else h",
    "h = h * 1.1 if world.training else h",
    "world.eval(); h = world.inner(h); world.train()",
    "wb.manual_seed(5)",
    "world.free.requires_grad = False",
    "h = h * (world.free.grad * 0 + 1) if world.free.grad is not None else h",
]
ENDS = [
    "loss = (h * h).mean(); opt.zero_grad(); loss.backward() if loss.requires_grad else None; opt.step()",
    "loss = (h - 1).abs().mean(); loss.backward() if loss.requires_grad else None; opt.step(); opt.zero_grad()",
    "loss = h.sigmoid().sum(); loss.backward() if loss.requires_grad else None",
    "opt.step()",
    "pass",
    "pass",
]
EVENTS = [
    "world.fc.weight.requires_grad = not world.fc.weight.requires_grad",
    "world.inner[0].bias.requires_grad = False",
    "world.requires_grad_(True)",
    "world.free.requires_grad = True",
    "world.fc = nn.Linear(3, 3)",
    "world.inner[2].fc = nn.Linear(3, 3)",
    "world.inner[1] = nn.ReLU()",
    "world.inner.append(nn.Linear(3, 3))",
    "world.free = nn.Parameter(wb.rand(3))",
    "opt.add_param_group(dict(params=[world.free], "
    "lr=0.2)) if all(p is not world.free for g in opt.param_groups for p in g['params']) else None",
    "world.scale = 0.5",
    "world.inner[2].gain = 1.25",
    "world.train()",
    "world.eval()",
    "world.inner.eval()",
    "wb.manual_seed(7)",
    "wb.rand(4)",
    "opt.lr = 0.02",
    "opt.lr = 0.0",
    "opt.weight_decay = 0.1",
    "G = wb.rand(3)",
    "K = 3.0",
    "G.add_(1)",
    "W = wb.ones(3) * 2",
    "world.m = wb.ones(3)",
    "world.m = world.m * 2",
    "world.last = None",
    "world.pair = (world.m, world.m)",
    "world.flag = True",
    "world.free.grad = None",
    "world.fc.weight.grad = wb.ones(3, 3)",
    "opt.zero_grad()",
    "world.load_state_dict({k: v * 0.5 for k, v in world.state_dict().items()})",
    "hooks.append(world.fc.weight.register_hook(lambda g: g * 0.5)) if world.fc.weight.requires_grad else None",
    "hooks.pop().remove() if hooks else None",
    "wb.set_grad_enabled(False)",
    "wb.set_grad_enabled(True)",
    "world.register_buffer('m', wb.ones(3))",
    "helper = lambda h: h + G",
    "world.inner[2].seen = wb.ones(3)",
    "rows = 7 - rows",
    "t = t * 0.5",
    "pass",
    "pass",
    "pass",
]
OPTIMIZERS = [
    "optim.SGD(p, lr=0.1)",
    "optim.SGD(p, lr=0.1, momentum=0.9)",
    "optim.Adam(p, lr=0.05)",
    "optim.AdamW(p, lr=0.05)",
]


def program(seed):
    """(the function's text, an event for each call, the optimiser)."""
    rng = random.Random(seed)
    lines = [rng.choice(LINES) for _ in range(rng.randint(1, 7))] + [rng.choice(ENDS)]
    body = "\n".join("    " + line for line in lines)
    events = [rng.choice(EVENTS) if rng.random() < 0.7 else "pass" for _ in range(CALLS)]
    return f"def step(h, t):\n    global G, K\n{body}\n    return h\n", events, rng.choice(OPTIMIZERS)


def seen(scope):
    """All that can be seen from outside, as (name, array)."""
    world, values = scope["world"], []
    for name, tensor in (*world.named_parameters(), *world.named_buffers()):
        values.append((name, tensor))
        values.append((f"{name}.grad", tensor.grad))
        values.append((f"{name}.requires_grad", tensor.requires_grad))
    values += [(name, getattr(world, name)) for name in ("m", "last", "scale", "flag", "count")]
    values += [("pair 0", world.pair[0]), ("pair 1", world.pair[1]), ("modes", world.modes())]
    values += [(name, scope[name]) for name in ("G", "K", "W", "t", "result")]
    return [
        (name, None if value is None else np.array(value.detach().numpy() if isinstance(value, wb.Tensor) else value))
        for name, value in values
    ]


def run(seed, wrap):
    """What is seen after each call."""
    source, events, optimizer = program(seed)
    scope = {
        "wb": wb,
        "nn": nn,
        "optim": optim,
        "SEED": seed,
        "MAKE": eval(f"lambda p: {optimizer}", {"optim": optim}),
        "rows": 4,
        "__name__": "program",
    }
    found = []
    try:
        exec(SETTING, scope)
        exec(source, scope)
        scope["call"] = wrap(scope["step"])
        scope["t"] = wb.ones(3)
        for number, event in enumerate(events):
            x = wb.tensor(np.linspace(-1, 1, 3 * scope["rows"], dtype="f4").reshape(scope["rows"], 3) * (number + 1))
            try:
                scope["result"] = scope["call"](x, scope["t"])
            except (RuntimeError, ValueError, TypeError) as error:
                found.append([("error", np.array(type(error).__name__))])
                return found
            found.append(seen(scope))
            exec(event, scope)
            found[-1].append(("the next draw", wb.rand(1).numpy()))
    finally:
        wb.set_grad_enabled(True)
    return found


def unsigned(array):
    """The array with 0.0 for -0.0: a sum with zeros that are constants keeps the sign of a zero, one with zeros from
    outside does not."""
    return np.where(array == 0, np.zeros_like(array), array) if array.dtype.kind == "f" else array


def difference(seed):
    """A sentence about the first difference between plain and compiled; None if there is none."""
    plain, compiled = run(seed, lambda f: f), run(seed, wb.compile)
    for number, (a, b) in enumerate(zip(plain, compiled)):
        if [name for name, _ in a] != [name for name, _ in b]:
            left, right = ([entry for entry in calls if entry[0] == "error"] for calls in (a, b))
            return f"call {number}: {left} plain, {right} compiled"
        for (name, left), (_, right) in zip(a, b):
            if (left is None) != (right is None) or left is not None and not same_bits(unsigned(left), unsigned(right)):
                return f"call {number}: {name} is {left} plain, {right} compiled"
    return None if len(plain) == len(compiled) else "one ended before the other"


def test_random_functions_are_the_same_to_the_bit_compiled_and_not():
    errors = 0
    for seed in range(PROGRAMS):
        found = difference(seed)
        if found is not None:
            source, events, optimizer = program(seed)
            pytest.fail(f"program {seed}: {found}\n{source}{optimizer}\nbetween calls: {events}")
        errors += run(seed, lambda f: f)[-1][0][0] == "error"
    assert errors < PROGRAMS / 4
    report(
        "compiled",
        f"{PROGRAMS} random functions, {CALLS} calls each with changes between them: compiled as plain, "
        "to the bit but for signs of zeros",
    )
