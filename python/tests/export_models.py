"""Models with forward passes of their own: some that a graph of layers and operations can say, some that none can."""

from collections.abc import Callable
from typing import NamedTuple

from support import numbers

import wingbeat as wb
from wingbeat import autograd, nn


class Residual(nn.Module):
    """What goes around each block is added to what comes out of it."""

    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)

        def forward(self, x):
            return wb.relu(x + self.second(wb.relu(self.first(x))))

    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(4, 8)
        self.blocks = nn.Sequential(self.Block(8), self.Block(8))
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


class TwoInputs(nn.Module):
    """Two inputs of different widths meet."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(4, 5), nn.Sequential(nn.Linear(3, 5), nn.Tanh())
        self.head = nn.Linear(10, 2)

    def forward(self, x, y):
        return self.head(wb.cat([wb.relu(self.left(x)), self.right(y)], 1))


class TwoOutputs(nn.Module):
    """A mean and a logarithm of a variance from one body."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), nn.Tanh())
        self.mean, self.variance = nn.Linear(8, 2), nn.Linear(8, 1)

    def forward(self, x):
        hidden = self.body(x)
        return self.mean(hidden), wb.log(1 + wb.exp(self.variance(hidden)))


class SharedLayer(nn.Module):
    """One layer under two names, and called three times."""

    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(4, 4)
        self.again = self.encode
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.encode(wb.tanh(self.again(wb.tanh(self.encode(x))))))


class Loop(nn.Module):
    """A loop over layers, from a state with as many rows as the input."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(10, 6) for _ in range(3)])
        self.head = nn.Linear(6, 2)

    def forward(self, x):
        state = wb.zeros(x.shape[0], 6)
        for number, layer in enumerate(self.layers):
            update = wb.tanh(layer(wb.cat([x, state], 1)))
            state = update if number == 0 else state + 0.5 * update
        return self.head(state)


class TrainingBranch(nn.Module):
    """Another head while training."""

    def __init__(self):
        super().__init__()
        self.body, self.head, self.auxiliary = nn.Linear(4, 8), nn.Linear(8, 2), nn.Linear(8, 2)

    def forward(self, x):
        hidden = wb.tanh(self.body(x))
        if self.training:
            return self.head(hidden) + 0.25 * self.auxiliary(hidden)
        return self.head(hidden)


class RunningMean(nn.Module):
    """A buffer that each forward pass in training brings up to date, and that evaluation uses."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", wb.zeros(4))
        self.register_buffer("batches", wb.zeros((), dtype=wb.int64))
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        mean = self.mean
        if self.training:
            mean = x.mean(0)
            with wb.no_grad():
                self.mean = 0.9 * self.mean + 0.1 * mean
                self.batches = self.batches + 1
        return self.head(x - mean)


class Halves(nn.Module):
    """One half of the columns opens and closes the other."""

    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(4, 12), nn.Linear(6, 2)

    def forward(self, x):
        x = self.body(x)
        value, gate = x[:, : x.shape[1] // 2], x[:, x.shape[1] // 2 :]
        return self.head(value * wb.sigmoid(gate))


class Einsum(nn.Module):
    """A bilinear form for each head, with a parameter of its own and a shape that has the batch in it."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 6)
        self.form = nn.Parameter(wb.randn(2, 3, 3) * 0.3)

    def forward(self, x):
        heads = wb.tanh(self.body(x)).reshape(x.shape[0], 2, 3)
        return wb.einsum("bhi,hij,bhj->bh", heads, self.form, heads)


class OwnActivation(nn.Module):
    """An activation made of operations, with a parameter that is trained."""

    class Swish(nn.Module):
        def __init__(self):
            super().__init__()
            self.slope = nn.Parameter(wb.ones(1))

        def forward(self, x):
            return wb.where(x > -6, x * wb.sigmoid(self.slope * x), 0)

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), self.Swish(), nn.Linear(8, 2))

    def forward(self, x):
        return self.net(x)


class Dropout(nn.Module):
    """Random numbers while training; the draw is as large as the batch."""

    def __init__(self, p=0.25):
        super().__init__()
        self.p = p
        self.body, self.head = nn.Linear(4, 16), nn.Linear(16, 2)

    def forward(self, x):
        hidden = wb.relu(self.body(x))
        if self.training:
            hidden = hidden * (wb.rand_like(hidden) > self.p) / (1 - self.p)
        return self.head(hidden)


class Frozen(nn.Module):
    """A child that is not trained."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(4, 8), nn.Tanh())
        self.features.requires_grad_(False)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.features(x) + x.sum(1, keepdim=True))


class ExportModel(NamedTuple):
    """kind: the model's class; inputs, targets: the shapes of a row of each."""

    kind: Callable[[], nn.Module]
    inputs: tuple = ((4,),)
    targets: tuple = ((2,),)

    def build(self):
        """The model, always with the same parameters."""
        wb.manual_seed(0)
        return self.kind()

    def examples(self, rows, seed=0):
        """Inputs for a batch of that many rows, float32."""
        arrays = [numbers((rows, *shape), "float32", seed + place) for place, shape in enumerate(self.inputs)]
        return tuple(wb.tensor(array) for array in arrays)

    def loss(self, model, rows, seed=0):
        """The sum of the mean squared errors of all outputs on such a batch."""
        outputs = model(*self.examples(rows, seed))
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        wanted = [numbers((rows, *shape), "float32", seed + 50 + place) for place, shape in enumerate(self.targets)]
        return sum(nn.MSELoss()(output, wb.tensor(target)) for output, target in zip(outputs, wanted))


MODELS = {
    "residual": ExportModel(Residual),
    "two inputs": ExportModel(TwoInputs, inputs=((4,), (3,))),
    "two outputs": ExportModel(TwoOutputs, targets=((2,), (1,))),
    "shared layer": ExportModel(SharedLayer),
    "loop": ExportModel(Loop),
    "training branch": ExportModel(TrainingBranch),
    "running mean": ExportModel(RunningMean),
    "halves": ExportModel(Halves),
    "einsum": ExportModel(Einsum),
    "own activation": ExportModel(OwnActivation),
    "dropout": ExportModel(Dropout),
    "frozen": ExportModel(Frozen),
}


# ---------------------------------------------------------------- what no graph can say


class DecidedByAValue(nn.Module):
    """Which layer comes next is decided by a number."""

    def __init__(self):
        super().__init__()
        self.body, self.even, self.odd = nn.Linear(4, 4), nn.Linear(4, 2), nn.Linear(4, 2)

    def forward(self, x):
        hidden = self.body(x)
        if hidden.mean().item() > 0:
            return self.even(hidden)
        return self.odd(hidden)


class ScaledByAValue(nn.Module):
    """A number of this batch would be written down for all."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 2)

    def forward(self, x):
        scale = 1 + abs(float(x.sum()))
        return self.body(x) / scale


class Clipped(autograd.Function):
    """Itself, with a gradient of at most 0.1."""

    @staticmethod
    def forward(ctx, x):
        return x * 1

    @staticmethod
    def backward(ctx, gradient):
        return wb.clamp(gradient, -0.1, 0.1)


class WithAFunction(nn.Module):
    """The derivative is the program's code."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 2)

    def forward(self, x):
        return Clipped.apply(self.body(x))


@wb.custom_vjp
def cube(x):
    """The third power."""
    return x * x * x


cube.defvjp(lambda x: (x * x * x, x), lambda x, cotangent: (3 * cotangent * x * x,))


class WithARule(nn.Module):
    """The same by JAX's way."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 2)

    def forward(self, x):
        return cube(self.body(x))


class WithAHook(nn.Module):
    """Code that changes the gradient on its way back."""

    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(4, 3), nn.Linear(3, 2)

    def forward(self, x):
        hidden = self.body(x)
        hidden.register_hook(lambda gradient: 0.5 * gradient)
        return self.head(hidden)


class PairsOfRows(nn.Module):
    """A shape with the square of the batch."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 2)

    def forward(self, x):
        n = x.shape[0]
        pairs = (x.unsqueeze(0) - x.unsqueeze(1)).reshape(n * n, 4)
        return self.body(pairs).reshape(n, n, 2).mean(1)


class SquareOfRows(nn.Module):
    """An extent that grows with the square of the batch, of a tensor that is made here."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 2)

    def forward(self, x):
        ramp = wb.arange(x.shape[0] ** 2, dtype=wb.float32)
        return self.body(x) + ramp.sum() / x.shape[0] ** 4


class Refused(NamedTuple):
    """line: what stands in the line of the source that a refusal names."""

    model: ExportModel
    line: str


REFUSED = {
    "a value decides": Refused(ExportModel(DecidedByAValue), "if hidden.mean().item() > 0:"),
    "a value is a constant": Refused(ExportModel(ScaledByAValue), "scale = 1 + abs(float(x.sum()))"),
    "autograd.Function": Refused(ExportModel(WithAFunction), "return Clipped.apply(self.body(x))"),
    "custom_vjp": Refused(ExportModel(WithARule), "return cube(self.body(x))"),
    "hook": Refused(ExportModel(WithAHook), "hidden.register_hook(lambda gradient: 0.5 * gradient)"),
    "pairs of rows": Refused(ExportModel(PairsOfRows), "pairs = (x.unsqueeze(0) - x.unsqueeze(1)).reshape(n * n, 4)"),
    "square of rows": Refused(ExportModel(SquareOfRows), "ramp = wb.arange(x.shape[0] ** 2, dtype=wb.float32)"),
}
