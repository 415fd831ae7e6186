"""Copies of objects in random states: each goes on as the original would, to the bit, and neither notices what becomes
of the other."""

import copy
import gc
import pickle
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from campaign import report, times

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.training import Trainer

SELF = Path(__file__)
KINDS = ("tensor", "parameter", "module", "loss", "optimizer", "pair", "trainer")


class Scaled(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.scale = scale
        self.fc = nn.Linear(3, 3)
        self.offset = nn.Parameter(np.full(3, scale, np.float32))
        self.register_buffer("count", wb.tensor(1))

    def forward(self, x):
        return wb.tanh(self.fc(x)) * self.scale + self.offset


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def layer(rng):
    return rng.choice(
        [
            lambda: nn.Linear(3, 3),
            lambda: nn.Linear(3, 3, bias=False),
            nn.Tanh,
            lambda: nn.Softplus(rng.choice([1.0, 2.0])),
            lambda: Scaled(rng.choice([0.5, 2.0])),
            lambda: Residual(nn.Linear(3, 3), nn.GELU()),
            lambda: nn.Graph("x", "h = relu(fc(x))\ny = add(h, x)", "y", fc=nn.Linear(3, 3)),
            lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 3), checkpoint=rng.choice([False, True, 2])),
            lambda: nn.Dropout(0.25),
        ]
    )()


def model(rng):
    """A tree with something shared, tied or frozen in it, saved and loaded by chance."""
    layers = [nn.Linear(3, 3), *[layer(rng) for _ in range(rng.randrange(4))], nn.Linear(3, 3)]
    if rng.random() < 0.3:
        layers.append(layers[0])
    built = nn.Sequential(*layers)
    if rng.random() < 0.3:
        layers[-1].weight = layers[0].weight
    if rng.random() < 0.3:
        layers[0].bias = None
    for parameter in list(built.parameters())[1:]:
        if rng.random() < 0.2:
            parameter.requires_grad = False
    if rng.random() < 0.2:
        built.register_buffer("extra", wb.tensor([1.5]))
    if rng.random() < 0.2:
        built.double()
    if rng.random() < 0.3:
        with tempfile.TemporaryDirectory() as folder:
            built.save(Path(folder) / "model.h5")
            built = wb.load(Path(folder) / "model.h5", custom=[Scaled, Residual])
    if rng.random() < 0.2:
        built.eval()
    return built


def optimizer(rng, built):
    parameters = list(built.parameters())
    groups = (
        parameters
        if rng.random() < 0.5
        else [{"params": parameters[:1], "lr": 0.02}, {"params": parameters[1:]}]
        if parameters[1:]
        else parameters
    )
    return rng.choice(
        [
            lambda: optim.SGD(groups, lr=0.05),
            lambda: optim.SGD(groups, lr=0.05, momentum=0.9, dampening=rng.choice([0.0, 0.5])),
            lambda: optim.Adam(groups, lr=0.05, weight_decay=rng.choice([0.0, 0.1])),
            lambda: optim.AdamW(groups, lr=0.05),
        ]
    )()


def batch(seed, dtype):
    return wb.tensor(np.random.default_rng(seed).normal(size=(4, 3)).astype(dtype))


def backward(built, seed):
    first = next(iter(built.parameters()))
    wb.manual_seed(seed)
    built(batch(seed, str(first.dtype).rpartition(".")[2])).square().mean().backward()


def step(built, stepping, seed):
    stepping.zero_grad()
    backward(built, seed)
    stepping.step()


def made(kind, seed):
    """An object in a state that the seed says."""
    rng = random.Random(seed)
    wb.manual_seed(seed)
    if kind in ("tensor", "parameter"):
        dtype = (
            rng.choice(["float32", "float64"])
            if kind == "parameter"
            else rng.choice(["bool", "uint8", "int32", "int64", "float32", "float64"])
        )
        values = (np.random.default_rng(seed).random(rng.choice([(), (0,), (3,), (2, 3)])) * 9).astype(dtype)
        is_leaf = dtype.startswith("float") and rng.random() < 0.7
        tensor = (
            nn.Parameter(values, requires_grad=is_leaf)
            if kind == "parameter"
            else wb.tensor(values, requires_grad=is_leaf)
        )
        if is_leaf and rng.random() < 0.6:
            (tensor * tensor).sum().backward()
        if is_leaf and rng.random() < 0.2:
            tensor.requires_grad = False
        return tensor
    if kind == "loss":
        return rng.choice(
            [
                nn.MSELoss,
                lambda: nn.MSELoss(reduction="sum"),
                lambda: nn.CrossEntropyLoss(reduction="none"),
                lambda: nn.BCEWithLogitsLoss(reduction="sum"),
            ]
        )()
    built = model(rng)
    stepping = optimizer(rng, built)
    if kind == "trainer":
        built.train()
        dtype = str(next(iter(built.parameters())).dtype).rpartition(".")[2]
        training = Trainer(
            built,
            nn.MSELoss(),
            stepping,
            metrics={"total": nn.MSELoss(reduction="sum")} if rng.random() < 0.5 else None,
        )
        training.fit(
            data(dtype),
            epochs=3,
            batch_size=4,
            seed=seed,
            validation=data(dtype),
            max_steps=rng.randrange(1, 12),
            restore_best=rng.random() < 0.3,
        )
        return training
    for place in range(rng.randrange(4)):
        step(built, stepping, seed + place)
    if rng.random() < 0.5:
        stepping.zero_grad()
        backward(built, seed)
    return {"module": built, "optimizer": stepping, "pair": (built, stepping)}[kind]


def data(dtype):
    x = np.random.default_rng(3).normal(size=(14, 3)).astype(dtype)
    return x, x[:, ::-1].copy()


def bits(*tensors):
    return [
        (
            str(t.dtype),
            t.shape,
            t.requires_grad,
            t.detach().numpy().tobytes(),
            None if t.grad is None else t.grad.numpy().tobytes(),
        )
        for t in tensors
    ]


def everything(built):
    return (
        bits(*built.parameters(), *built.buffers()),
        built.modes(),
        repr(built),
        [name for name, _ in built.named_parameters()],
    )


def looks(kind, thing):
    """All that can be seen of an object, without changing it."""
    if kind in ("tensor", "parameter"):
        return type(thing).__name__, bits(thing)
    if kind == "loss":
        return repr(thing)
    if kind == "module":
        return everything(thing)
    if kind == "optimizer":
        return (
            repr(thing),
            [bits(*group["params"]) for group in thing.param_groups],
            {name: bits(state) for name, state in thing._state().items()},
        )
    if kind == "pair":
        return looks("module", thing[0]), looks("optimizer", thing[1])
    return (
        looks("pair", (thing.model, thing.optimizer)),
        [repr(dict(row)) for row in thing.history],
        (thing.epoch, thing.step, thing.total_steps),
    )


def goes_on(kind, thing, seed):
    """Its next steps; what comes of them."""
    if kind == "tensor":
        thing.requires_grad = False
        thing.fill_(1)
    elif kind == "parameter":
        if thing.requires_grad:
            (thing * 3).sum().backward()
    elif kind == "loss":
        target = wb.tensor([[0.0, 1.0]])
        return bits(thing(wb.tensor([[0.25, 0.5]]), target))
    elif kind == "module":
        if any(parameter.requires_grad for parameter in thing.parameters()):
            backward(thing, seed)
    elif kind == "optimizer":
        thing.step()
        thing.lr = 0.01
        thing.step()
    elif kind == "pair":
        thing[1].step()
        step(*thing, seed)
    else:
        dtype = str(next(iter(thing.model.parameters())).dtype).rpartition(".")[2]
        wb.manual_seed(seed)
        thing.fit(data(dtype), epochs=4, batch_size=4, seed=seed, validation=data(dtype))
        return [
            repr({name: value for name, value in row.items() if name != "seconds"}) for row in thing.history
        ], looks("pair", (thing.model, thing.optimizer))
    return looks(kind, thing)


def elsewhere(thing, kind, seed):
    """What comes of the next steps of a pickle in another process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pickle"
        file.write_bytes(pickle.dumps((kind, thing, seed)))
        subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; sys.path[:0] = sys.argv[1:3]; import test_copies; test_copies.other_process(sys.argv[3])",
                str(SELF.parent),
                str(SELF.parent.parent),
                str(file),
            ],
            check=True,
            timeout=300,
        )
        return pickle.loads((Path(folder) / "answer").read_bytes())


def other_process(path):
    kind, thing, seed = pickle.loads(Path(path).read_bytes())
    (Path(path).parent / "answer").write_bytes(pickle.dumps((looks(kind, thing), goes_on(kind, thing, seed))))


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_goes_on_as_the_original_and_neither_notices_the_other(kind):
    count, others = times(10, 1000), times(1, 40)
    for seed in range(count):
        original = made(kind, seed)
        before = looks(kind, original)
        copies = [
            copy.deepcopy(original),
            pickle.loads(pickle.dumps(original)),
            pickle.loads(pickle.dumps(original, 2)),
        ]
        if kind in ("tensor", "parameter"):
            copies.append(copy.copy(original))
        assert [looks(kind, each) for each in copies] == [before] * len(copies), seed
        answer = elsewhere(original, kind, seed) if seed < others else None
        results = []
        for each in copies:
            results.append(goes_on(kind, each, seed))
            assert looks(kind, original) == before, seed
        kept = copy.deepcopy(original)
        del copies
        gc.collect()
        assert looks(kind, original) == before, seed
        results.append(goes_on(kind, original, seed))
        assert all(result == results[0] for result in results), seed
        assert looks(kind, kept) == before, seed
        del original
        gc.collect()
        assert goes_on(kind, kept, seed) == results[0], seed
        if answer is not None:
            assert answer == (before, results[0]), seed


def test_a_shallow_copy_holds_the_same_things_and_outlives_the_original():
    count = times(10, 1000)
    for seed in range(count):
        for kind in ("module", "optimizer", "trainer"):
            original = made(kind, seed)
            other = copy.copy(original)
            if kind == "module":
                assert all(a is b for a, b in zip(original.parameters(), other.parameters()))
            elif kind == "optimizer":
                assert all(
                    a is b
                    for one, two in zip(original.param_groups, other.param_groups)
                    for a, b in zip(one["params"], two["params"])
                )
            else:
                assert other.model is original.model and other.optimizer is original.optimizer
            before = looks(kind, original)
            assert looks(kind, other) == before, seed
            del original
            gc.collect()
            assert looks(kind, other) == before, seed
            goes_on(kind, other, seed)
    report(
        "copies", f"{count} states of each of {len(KINDS)} kinds of objects, {times(1, 40)} of each in another process"
    )
