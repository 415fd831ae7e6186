"""PyTorch, eager."""

import itertools

import torch
from torch import nn

from . import buffered, networks

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "identity": nn.Identity}


def steps(workload, threads):
    torch.set_num_threads(threads)
    if workload.kind == "stream":
        return stream(workload, threads)
    return KINDS[workload.kind](workload)


def network(workload):
    layers = []
    parameters = iter(workload.parameters())
    for inputs, outputs, activation in zip(workload.layers, workload.layers[1:], workload.activations):
        layer = nn.Linear(inputs, outputs, dtype=getattr(torch, workload.dtype))
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(next(parameters)))
            layer.bias.copy_(torch.from_numpy(next(parameters)))
        layers.append(layer)
        if activation != "identity":
            layers.append(ACTIVATIONS[activation]())
    return nn.Sequential(*layers)


def optimizer_of(workload, model):
    if workload.optimizer == "lbfgs":
        return torch.optim.LBFGS(model.parameters(), line_search_fn="strong_wolfe")
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[workload.optimizer]
    more = {"momentum": workload.momentum} if workload.optimizer == "sgd" else {}
    return kind(model.parameters(), lr=workload.learning_rate, fused=True, **more)


def training_step(workload, wrap=lambda function: function):
    model = networks.build(torch, workload) if workload.network else network(workload)
    loss_fn = nn.CrossEntropyLoss() if workload.loss == "cross_entropy" else nn.MSELoss()
    optimizer = optimizer_of(workload, model)
    loss_of = wrap(lambda x, y: loss_fn(model(x), y))

    def step(x, y):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=workload.products == "bfloat16"):
            loss = loss_of(x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def repeat(step, *arguments):
    def run(count):
        for _ in range(count):
            result = step(*arguments)
        return result.item()

    return run


def train(workload):
    arrays = networks.data(workload) if workload.network else workload.data()
    return repeat(training_step(workload), *(torch.from_numpy(a) for a in arrays))


def infer(workload):
    model = (networks.build(torch, workload) if workload.network else network(workload)).eval()
    x, _ = networks.data(workload) if workload.network else workload.data()

    def run(count):
        with torch.inference_mode():
            for _ in range(count):
                y = model(torch.from_numpy(x)).numpy()
        return float(y.sum())

    return run


def hvp(workload):
    model = network(workload)
    parameters = list(model.parameters())
    x, y = (torch.from_numpy(a) for a in workload.data())
    vectors = [torch.from_numpy(v) for v in workload.vectors()]
    loss_fn = nn.CrossEntropyLoss()

    def run(count):
        for _ in range(count):
            gradients = torch.autograd.grad(loss_fn(model(x), y), parameters, create_graph=True)
            products = torch.autograd.grad(gradients, parameters, vectors)
        return float(sum((p * p).sum() for p in products))

    return run


def pinn(workload):
    model = network(workload)
    optimizer = optimizer_of(workload, model)
    points = torch.from_numpy(workload.data()[0]).requires_grad_()

    def closure():
        u = model(points)
        gradient = torch.autograd.grad(u.sum(), points, create_graph=True)[0]
        u_x, u_t = gradient[:, :1], gradient[:, 1:]
        u_xx = torch.autograd.grad(u_x.sum(), points, create_graph=True)[0][:, :1]
        loss = (u_t + u * u_x - (0.01 / torch.pi) * u_xx).square().mean()
        optimizer.zero_grad()
        loss.backward()
        return loss

    def step():
        loss = closure()
        optimizer.step()
        return loss

    initial = [parameter.detach().clone() for parameter in model.parameters()]

    def search():
        optimizer.state.clear()
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), initial):
                parameter.copy_(value)
        optimizer.step(closure)
        return closure()

    return repeat(search if workload.kind == "lbfgs" else step)


def deep(workload):
    model = network(workload)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    x = torch.from_numpy(workload.data()[0]).requires_grad_()

    def step():
        value = model(x)
        for _ in range(workload.order):
            value = torch.autograd.grad(value.sum(), x, create_graph=True)[0]
        return value.sum()

    return repeat(step)


def stream(workload, threads):
    step = training_step(workload)
    check = training_step(workload)
    in_order = buffered.batches(workload.file(), workload.batch, threads)
    seeds = itertools.count()

    def first(count):
        for _ in range(count):
            loss = check(*(torch.from_numpy(a) for a in next(in_order)))
        return loss.item()

    def epoch(count):
        for x, y in buffered.batches(workload.file(), workload.batch, threads, seed=next(seeds)):
            loss = step(torch.from_numpy(x), torch.from_numpy(y))
        return loss.item()

    return first, epoch


KINDS = {
    "train": train,
    "cold": train,
    "dynamic": train,
    "infer": infer,
    "hvp": hvp,
    "pinn": pinn,
    "lbfgs": pinn,
    "deep": deep,
}
