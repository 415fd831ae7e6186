"""The models, optimisers and trainings whose checkpoints lie in Tests/fixtures/checkpoints-1.

make.py beside the files made them from these tables, and test_checkpoints_of_version_1.py loads them with the same
tables. So this file uses only what the package had when the files were made and still has. A file is made once: what
is changed here must leave what the files hold.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Optional

import numpy as np
from support import ROOT

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.training import Trainer

FOLDER = ROOT / "Tests" / "fixtures" / "checkpoints-1"

# The counts that make.py gave to save().
EPOCH, STEP = 2, 5


def values(shape, dtype="float32", seed=0, low=-2.0, high=2.0):
    """Reproducible numbers in [low, high).

    NumPy keeps what PCG64 yields as it is, but not what the methods of default_rng make of it. So the raw words are
    taken, 24 bits of each, which float32 holds exactly.
    """
    words = np.random.PCG64(seed).random_raw(int(np.prod(shape)))
    return (low + (high - low) * ((words >> np.uint64(40)) / 2.0**24)).astype(dtype).reshape(shape)


class Model(NamedTuple):
    """build: makes the model; input: what it is evaluated on, or None; by_child: each child is evaluated by itself."""

    build: Callable[[], nn.Module]
    input: Optional[np.ndarray] = None
    by_child: bool = False

    def outputs(self, model):
        """The results in evaluation, by name."""
        model.eval()
        if self.input is None:
            return {}
        parts = dict(model.named_children()) if self.by_child else {"model": model}
        return {name: part(self.input).detach().numpy() for name, part in parts.items()}


# ---------------------------------------------------------------- models of layers alone, which wb.load builds


def activations():
    """Every layer without parameters but Softplus, with each of its attributes."""
    return nn.Sequential(
        {
            "identity": nn.Identity(),
            "relu": nn.ReLU(),
            "sigmoid": nn.Sigmoid(),
            "tanh": nn.Tanh(),
            "leaky_relu": nn.LeakyReLU(),
            "steep": nn.LeakyReLU(negative_slope=0.3),
            "gelu": nn.GELU(),
            "gelu_tanh": nn.GELU(approximate="tanh"),
            "softmax": nn.Softmax(dim=-1),
            "softmax_0": nn.Softmax(dim=0),
            "softmax_1": nn.Softmax(dim=1),
            "softmax_-2": nn.Softmax(dim=-2),
            "log_softmax": nn.LogSoftmax(dim=-1),
            "log_softmax_0": nn.LogSoftmax(dim=0),
            "log_softmax_1": nn.LogSoftmax(dim=1),
            "flatten": nn.Flatten(),
            "flatten_0_1": nn.Flatten(start_dim=0, end_dim=1),
            "flatten_0": nn.Flatten(0, -1),
            "flatten_-3_-2": nn.Flatten(start_dim=-3, end_dim=-2),
        }
    )


def nested(dtype):
    """Sequentials with numbers and with names in one another, one of them empty; Linear with and without a bias."""
    return nn.Sequential(
        {
            "flatten": nn.Flatten(start_dim=1, end_dim=2),
            "encoder": nn.Sequential(
                nn.Linear(6, 5, dtype=dtype), nn.Tanh(), nn.Linear(5, 4, bias=False, dtype=dtype), nn.GELU()
            ),
            "nothing": nn.Sequential(),
            "head": nn.Sequential(
                {
                    "hidden": nn.Linear(4, 3, dtype=dtype),
                    "act": nn.LeakyReLU(0.3),
                    "out": nn.Linear(3, 2, dtype=dtype),
                    "deep": nn.Sequential(nn.Sequential(nn.Sequential({"last one": nn.LogSoftmax(dim=1)}))),
                }
            ),
        }
    )


def shared_module():
    """A layer in three places and a Sequential in two."""
    layer = nn.Linear(3, 3)
    block = nn.Sequential(layer, nn.Tanh(), layer)
    more = nn.Sequential({"größe": layer, "block": block})
    return nn.Sequential({"block": block, "sigmoid": nn.Sigmoid(), "more": more})


class Dense(nn.Linear):
    """No forward of its own: the file says Linear."""


class Stack(nn.Sequential):
    """No forward of its own: the file says Sequential."""


def frozen():
    """What is trained is no part of a file."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    model[0].requires_grad_(False)
    model[2].bias.requires_grad = False
    return model


MODELS = {
    "activations": Model(activations, values((2, 3, 4), "float64", low=-6, high=6), by_child=True),
    # Here a threshold of 20, as PyTorch's Softplus has it, would show.
    "softplus": Model(
        lambda: nn.Sequential(nn.Softplus()),
        np.array([-800.0, -30.0, -1.0, 0.0, 1.0, 15.0, 20.0, 20.5, 25.0, 30.0, 800.0]),
    ),
    "nested-float32": Model(lambda: nested("float32"), values((4, 2, 3))),
    "nested-float64": Model(lambda: nested("float64"), values((4, 2, 3), "float64")),
    "two-dtypes": Model(
        lambda: nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2, dtype="float64"), nn.Linear(2, 2, bias=False))
    ),
    "linear": Model(lambda: nn.Linear(3, 2), values((4, 3))),
    "shared-module": Model(shared_module, values((4, 3))),
    "subclasses": Model(lambda: Stack(Dense(3, 4), nn.ReLU(), Stack(Dense(4, 2, bias=False))), values((4, 3))),
    "frozen": Model(frozen, values((4, 3))),
    # 8,464 bytes: more than a file keeps in an object's header.
    "large": Model(lambda: nn.Sequential(nn.Linear(46, 46, bias=False), nn.Softmax(dim=-1)), values((4, 46))),
}


# ---------------------------------------------------------------- models that only their program can build


class Scaled(nn.Linear):
    """A Linear with a forward and a parameter of its own."""

    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        self.scale = nn.Parameter(wb.full((out_features,), 0.75))

    def forward(self, input):
        return super().forward(input) * self.scale


class Residual(nn.Sequential):
    """A Sequential with a forward of its own."""

    def forward(self, input):
        return input + super().forward(input)


class Shifted(nn.ReLU):
    """An activation with a forward of its own."""

    def forward(self, input):
        return super().forward(input) - 0.25


class Net(nn.Module):
    """Parameters, buffers of every dtype, children of every kind, a loss among them."""

    def __init__(self):
        super().__init__()
        self.first = Scaled(3, 4)
        self.gain = nn.Parameter(wb.rand(()))
        self.body = Residual(nn.Linear(4, 4), nn.Tanh(), Shifted(), nn.Sequential(nn.Linear(4, 4), nn.Softmax(dim=1)))
        self.parts = nn.ModuleList([nn.Linear(4, 4, bias=False), self.body])
        self.halves = nn.ReversibleSequential((nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2), nn.Tanh())), dim=1)
        self.loss = nn.MSELoss()
        self.probable = nn.CrossEntropyLoss(reduction="sum", from_logits=False)
        self.frozen = nn.Parameter(wb.rand(2, 4), requires_grad=False)
        self.register_buffer("mean", wb.rand(4))
        self.register_buffer("exact", wb.rand(2, 2, dtype="float64"))
        self.register_buffer("count", wb.tensor(np.int64(7)))
        self.register_buffer("places", wb.tensor(np.array([3, -1], "int32")))
        self.register_buffer("bytes", wb.tensor(np.array([[255, 0]], "uint8")))
        self.register_buffer("mask", wb.tensor(np.array([True, False, True])))
        self.register_buffer("none", wb.zeros(0, 3))

    def forward(self, x):
        hidden = self.first(x) * self.gain
        for part in self.parts:
            hidden = part(hidden)
        hidden = self.halves(hidden - self.mean)
        return hidden @ self.frozen.T + wb.where(self.mask, self.count, self.places[0]).sum()


class LayerNorm(nn.Module):
    """A program's own class under a name that a later library may give to a layer."""

    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(wb.rand(width))
        self.register_buffer("offset", wb.rand(width))

    def forward(self, x):
        return (x - x.mean(1, keepdim=True)) * self.weight + self.offset


class Dropout(nn.Module):
    """Another such name, and no state."""

    def forward(self, x):
        return x * 2 if self.training else x


def extended():
    """Layers that have been given a parameter and buffers, which wb.load cannot know of."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    model[0].register_buffer("runs", wb.rand(4))
    model[2].register_parameter("temperature", nn.Parameter(wb.rand(1)))
    model.register_buffer("epochs", wb.tensor(np.int64(3)))
    return model


def tied():
    """One parameter in two layers."""
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    return model


OWN_MODELS = {
    "net": Model(Net, values((4, 3))),
    "namesakes": Model(
        lambda: nn.Sequential(nn.Linear(3, 4), LayerNorm(4), Dropout(), nn.Linear(4, 2)), values((4, 3))
    ),
    "extended": Model(extended, values((4, 3))),
    "tied": Model(tied, values((4, 3))),
}


# ---------------------------------------------------------------- optimisers


class Optimized(NamedTuple):
    """saved: makes the optimiser that was saved; loaded: one with other settings, which takes over the file's."""

    saved: Callable[[Any], optim.Optimizer]
    loaded: Callable[[Any], optim.Optimizer]
    build: Callable[[], nn.Module] = lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def step(model, optimizer, number):
    """One step of training: the batch depends on its number, the dtype on the model's."""
    dtype = next(iter(model.parameters())).dtype.name
    x, y = values((8, 3), dtype, [1, number]), values((8, 2), dtype, [2, number])
    optimizer.zero_grad()
    ((model(x) - y) ** 2).mean().backward()
    optimizer.step()


def _frozen_part():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    model[0].weight.requires_grad = False
    return model


def _double():
    return nn.Sequential(nn.Linear(3, 4, dtype="float64"), nn.Tanh(), nn.Linear(4, 2, dtype="float64"))


OPTIMIZERS = {
    "sgd": Optimized(lambda p: optim.SGD(p, lr=0.1), lambda p: optim.SGD(p, lr=0.7, momentum=0.5, weight_decay=0.5)),
    "sgd-momentum": Optimized(lambda p: optim.SGD(p, lr=0.1, momentum=0.9), lambda p: optim.SGD(p, lr=0.7)),
    "sgd-dampening": Optimized(
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.4), lambda p: optim.SGD(p, lr=0.7, momentum=0.5)
    ),
    "sgd-nesterov": Optimized(
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
        lambda p: optim.SGD(p, lr=0.7, momentum=0.5, nesterov=True),
    ),
    "sgd-weight-decay": Optimized(
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.02), lambda p: optim.SGD(p, lr=0.7)
    ),
    # Momentum whose dampening began later: the file has no count of steps.
    "sgd-dampening-later": Optimized(lambda p: optim.SGD(p, lr=0.1, momentum=0.9), lambda p: optim.SGD(p, lr=0.7)),
    # One count of steps for all parameters, as older files have it; the file has no seal.
    "sgd-one-count": Optimized(
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.4), lambda p: optim.SGD(p, lr=0.7, momentum=0.5)
    ),
    "adam": Optimized(lambda p: optim.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-3), lambda p: optim.Adam(p, lr=0.7)),
    "adam-weight-decay": Optimized(
        lambda p: optim.Adam(p, lr=0.05, weight_decay=0.1), lambda p: optim.Adam(p, lr=0.7), _double
    ),
    "adamw": Optimized(
        lambda p: optim.AdamW(p, lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2),
        lambda p: optim.AdamW(p, lr=0.7),
    ),
    # The numbers of parameters in the file are those that the optimiser was given.
    "adam-frozen": Optimized(
        lambda p: optim.Adam([q for q in p if q.requires_grad], lr=0.05),
        lambda p: optim.Adam([q for q in p if q.requires_grad], lr=0.7),
        _frozen_part,
    ),
    # A parameter that never had a gradient has no state: the file's numbers begin with 1.
    "adam-unused": Optimized(
        lambda p: optim.Adam([nn.Parameter(wb.zeros(2)), *p], lr=0.05),
        lambda p: optim.Adam([nn.Parameter(wb.zeros(2)), *p], lr=0.7),
    ),
}


# ---------------------------------------------------------------- trainers


class Training(NamedTuple):
    """A training that was stopped after `steps` steps; loaded: makes an optimiser with other settings."""

    build: Callable[[], nn.Module]
    loss: Callable[[], nn.Module]
    saved: Callable[[Any], optim.Optimizer]
    loaded: Callable[[Any], optim.Optimizer]
    data: tuple
    steps: int
    options: dict

    def trainer(self, make):
        """A trainer of a new model with the optimiser that `make` makes of its parameters."""
        model = self.build()
        return Trainer(model, self.loss(), make(model.parameters()))


X = values((60, 4), seed=3)
ODD, EVEN = X[1::2], X[::2]


def numbers_of(x):
    """Two real targets."""
    return np.stack([x[:, 0] * x[:, 1], x[:, 2] - x[:, 3]], 1)


def answers_of(x):
    """Yes or no, as a column of 0 and 1."""
    return (x[:, :1] + x[:, 1:2] > x[:, 2:3]).astype(x.dtype)


def classes_of(x):
    """Classes from 0 to 2."""
    return np.digitize(x[:, 0] - x[:, 1], [-1, 1])


def _mlp(outputs, *last, dtype="float32"):
    return nn.Sequential(nn.Linear(4, 6, dtype=dtype), nn.Tanh(), nn.Linear(6, outputs, dtype=dtype), *last)


TRAININGS = {
    "mse": Training(
        lambda: _mlp(2),
        nn.MSELoss,
        lambda p: optim.SGD(p, lr=0.05, momentum=0.9),
        lambda p: optim.SGD(p, lr=0.7),
        (X, numbers_of(X)),
        6,
        {"epochs": 3, "batch_size": 16, "seed": 3},
    ),
    "bce": Training(
        lambda: _mlp(1, nn.Sigmoid(), dtype="float64"),
        nn.BCELoss,
        lambda p: optim.Adam(p, lr=0.02),
        lambda p: optim.Adam(p, lr=0.7),
        (X.astype("float64"), answers_of(X.astype("float64"))),
        5,
        {"epochs": 3, "batch_size": 16, "shuffle": False, "drop_last": True},
    ),
    # The targets of the validation are wrong: the first epoch is the best, and patience ends training in the fourth.
    "bce-with-logits": Training(
        lambda: _mlp(1),
        nn.BCEWithLogitsLoss,
        lambda p: optim.AdamW(p, lr=0.02),
        lambda p: optim.AdamW(p, lr=0.7),
        (X, answers_of(X)),
        10,
        {
            "epochs": 9,
            "batch_size": 16,
            "shuffle": "exact",
            "seed": 2**40 + 5,
            "patience": 3,
            "min_delta": 0.01,
            "validation": (EVEN, 1 - answers_of(EVEN)),
        },
    ),
    # Wrong again: what the training ends with are the best parameters, which are in the file.
    "cross-entropy": Training(
        lambda: _mlp(3),
        nn.CrossEntropyLoss,
        lambda p: optim.Adam(p, lr=0.03),
        lambda p: optim.Adam(p, lr=0.7),
        (X, classes_of(X)),
        10,
        {
            "epochs": 4,
            "batch_size": 16,
            "shuffle": True,
            "seed": 1,
            "restore_best": True,
            "validation": (EVEN, 2 - classes_of(EVEN)),
        },
    ),
    # Stopped between two epochs; the best parameters are found after loading.
    "cross-entropy-of-probabilities": Training(
        lambda: _mlp(3, nn.Softmax(dim=1)),
        lambda: nn.CrossEntropyLoss(from_logits=False),
        lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
        lambda p: optim.SGD(p, lr=0.7, momentum=0.5, nesterov=True),
        (ODD, classes_of(ODD)),
        6,
        {
            "epochs": 4,
            "batch_size": 10,
            "shuffle": "chunks",
            "seed": 6,
            "restore_best": True,
            "validation": (EVEN, classes_of(EVEN)),
        },
    ),
}

ALL = (*MODELS, *OWN_MODELS, *OPTIMIZERS, *TRAININGS)


def path(name):
    """The file of a case."""
    return FOLDER / f"{name}.h5"


def parameters(model):
    """All parameters, end to end."""
    return np.concatenate([parameter.detach().numpy().reshape(-1) for parameter in model.parameters()])


def history(trainer):
    """What a trainer measured in each epoch that fit ended: loss, accuracy, validation loss, validation accuracy."""
    return np.array([(row.loss, row.accuracy, row.validation_loss, row.validation_accuracy) for row in trainer.history])
