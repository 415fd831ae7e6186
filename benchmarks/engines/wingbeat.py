"""Wingbeat. steps(workload, threads) returns a function that runs a number of steps and returns the last loss.

step_of(workload) returns what is run: (function, arguments, the parameters that it trains).
"""

import numpy as np

import wingbeat as wb
from wingbeat import data, nn, optim, training

from . import networks

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "identity": nn.Identity}


def network(workload):
    layers = []
    parameters = iter(workload.parameters())
    for inputs, outputs, activation in zip(workload.layers, workload.layers[1:], workload.activations):
        layer = nn.Linear(inputs, outputs).to(getattr(wb, workload.dtype))
        with wb.no_grad():
            layer.weight.copy_(next(parameters))
            layer.bias.copy_(next(parameters))
        layers.append(layer)
        if activation != "identity":
            layers.append(ACTIVATIONS[activation]())
    return nn.Sequential(*layers)


def steps(workload, threads):
    wb.set_num_threads(threads)
    if workload.kind == "stream":
        return stream(workload)
    step, arguments, _ = step_of(workload)

    def run(count):
        for _ in range(count):
            result = step(*arguments)
        return value(result)

    return run


def value(result):
    """One number that shows whether results are right; asking for it waits for the last step."""
    if isinstance(result, tuple):
        return float(sum(np.vdot(p.numpy(), p.numpy()) for p in result))
    return float(result.sum() if isinstance(result, np.ndarray) else result.item())


def step_of(workload):
    return KINDS[workload.kind](workload)


def training_step(workload):
    model = networks.build(wb, workload) if workload.network else network(workload)
    loss_fn = nn.CrossEntropyLoss() if workload.loss == "cross_entropy" else nn.MSELoss()
    kind = {"sgd": optim.SGD, "adam": optim.Adam, "adamw": optim.AdamW}[workload.optimizer]
    more = {"momentum": workload.momentum} if workload.optimizer == "sgd" else {}
    optimizer = kind(model.parameters(), lr=workload.learning_rate, **more)

    def step(x, y):
        with wb.autocast(enabled=workload.products == "bfloat16"):
            loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()  # no gradient outlives the step, as in the engines that return none
        return loss

    return step, list(model.parameters())


def dynamic(workload):
    step, parameters = training_step(workload)
    arrays = networks.data(workload) if workload.network else workload.data()
    return step, tuple(wb.tensor(a) for a in arrays), parameters


def train(workload):
    step, arguments, parameters = dynamic(workload)
    return wb.compile(step), arguments, parameters


def infer(workload):
    model = networks.build(wb, workload) if workload.network else network(workload)
    model.eval()
    x, _ = networks.data(workload) if workload.network else workload.data()

    @wb.no_grad()
    def forward(x):
        return model(x)

    return wb.compile(forward, numpy=True), (x,), []


def hvp(workload):
    x, y = (wb.tensor(a) for a in workload.data())
    functions = {"relu": nn.functional.relu, "identity": lambda z: z}

    def loss(*parameters):
        z = x
        for weight, bias, activation in zip(parameters[0::2], parameters[1::2], workload.activations):
            z = functions[activation](nn.functional.linear(z, weight, bias))
        return nn.functional.cross_entropy(z, y)

    product = wb.compile(lambda parameters, vectors: wb.hvp(loss, parameters, vectors))
    parameters = tuple(wb.tensor(p) for p in workload.parameters())
    vectors = tuple(wb.tensor(v) for v in workload.vectors())
    return product, (parameters, vectors), []


def pinn(workload):
    model = network(workload)
    if workload.kind == "lbfgs":
        optimizer = optim.LBFGS(model.parameters(), line_search_fn="strong_wolfe")
    else:
        optimizer = optim.Adam(model.parameters(), lr=workload.learning_rate)

    def residual(x, t):
        def u(x, t):
            return model(wb.concatenate([x, t], 1))

        ones = wb.ones_like(x)

        def along_x(x):
            return wb.jvp(lambda x: u(x, t), (x,), (ones,))

        (value, u_x), (_, u_xx) = wb.jvp(along_x, (x,), (ones,))
        u_t = wb.jvp(lambda t: u(x, t), (t,), (ones,))[1]
        return u_t + value * u_x - (0.01 / np.pi) * u_xx

    def step(x, t):
        loss = residual(x, t).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()  # no gradient outlives the step, as in the engines that return none
        return loss

    points, _ = workload.data()
    arguments = wb.tensor(points[:, :1]), wb.tensor(points[:, 1:])
    parameters = list(model.parameters())
    if workload.kind != "lbfgs":
        return wb.compile(step), arguments, parameters

    @wb.compile
    def closure(x, t):
        loss = residual(x, t).square().mean()
        optimizer.zero_grad()
        loss.backward()
        return loss

    initial = [parameter.detach().clone() for parameter in parameters]

    def search(x, t):
        optimizer.state.clear()
        with wb.no_grad():
            for parameter, value in zip(parameters, initial):
                parameter.copy_(value)
        optimizer.step(lambda: closure(x, t))
        return closure(x, t)

    return search, arguments, parameters


def deep(workload):
    model = network(workload)
    for parameter in model.parameters():
        parameter.requires_grad_(False)

    def derivative(f):
        return lambda x: wb.jvp(f, (x,), (wb.ones_like(x),))[1]

    x, _ = workload.data()
    if workload.mode == "taylor":
        return (
            wb.compile(lambda x: wb.taylor(model, (x,), (wb.ones_like(x),), workload.order)[1][-1].sum()),
            (wb.tensor(x),),
            [],
        )
    function = model
    for _ in range(workload.order):
        function = derivative(function)
    return wb.compile(lambda x: function(x).sum()), (wb.tensor(x),), []


def stream(workload):
    data.set_cache(workload.cache_bytes)
    model = network(workload)
    trainer = training.Trainer(model, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=workload.learning_rate))
    check, _ = training_step(workload)
    in_order = iter(data.HDF5Dataset(workload.file(), "x", "y").batches(workload.batch))

    def first(count):
        for _ in range(count):
            loss = check(*next(in_order))
        return float(loss.item())

    def epoch(count):
        if count != workload.steps:
            raise ValueError("a stream is timed by the epoch")
        trainer.fit(
            data.HDF5Dataset(workload.file(), "x", "y"),
            epochs=trainer.epoch + 1,
            batch_size=workload.batch,
            shuffle=workload.shuffle,
        )
        return float("nan")

    return first, epoch


KINDS = {
    "train": train,
    "cold": train,
    "dynamic": dynamic,
    "infer": infer,
    "hvp": hvp,
    "pinn": pinn,
    "lbfgs": pinn,
    "deep": deep,
}
