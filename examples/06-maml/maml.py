"""Model-agnostic meta-learning of sinusoids (Finn et al. 2017): derivatives through gradient steps.

Exits with 1 if a stated answer is missed.
"""

import sys
from math import pi

import wingbeat as wb
from wingbeat import optim

TASKS, SHOTS, UNITS, RATE, STEPS = 25, 10, 40, 0.01, 4000
SIZES = (1, UNITS, UNITS, 1)


def initial(dtype="float32"):
    """Weights [in, out] and biases [1, out] of the layers 1-40-40-1, uniform within 1 / sqrt(in)."""
    parameters = []
    for size_in, size_out in zip(SIZES, SIZES[1:]):
        parameters += [wb.uniform(-(size_in**-0.5), size_in**-0.5, (rows, size_out), dtype) for rows in (size_in, 1)]
    return [parameter.requires_grad_() for parameter in parameters]


def tasks(count, points, dtype="float32"):
    """Points of sinusoids, amplitude 0.1 to 5, phase 0 to pi: x, y, each [tasks, points, 1]."""
    amplitude, phase = wb.uniform(0.1, 5, (count, 1, 1), dtype), wb.uniform(0, pi, (count, 1, 1), dtype)
    x = wb.uniform(-5, 5, (count, points, 1), dtype)
    return x, amplitude * wb.sin(x - phase)


def errors(parameters, x, y):
    """The mean squared error of each task. Parameters are shared, or have one more axis, of tasks."""
    for layer in range(0, 6, 2):
        x = x @ parameters[layer] + parameters[layer + 1]
        if layer < 4:
            x = wb.relu(x)
    return wb.square(x - y).mean((1, 2))


def adapted(parameters, x, y, steps, create_graph=True):
    """Parameters [tasks, ...] after gradient steps on each task's points.

    With create_graph, derivatives pass through these steps.
    """
    parameters = [parameter.expand(x.shape[0], *parameter.shape) for parameter in parameters]
    for _ in range(steps):
        gradients = wb.autograd.grad(errors(parameters, x, y).sum(), parameters, create_graph=create_graph)
        parameters = [parameter - RATE * gradient for parameter, gradient in zip(parameters, gradients)]
    return parameters


def meta_loss(parameters, x, y, steps, create_graph=True):
    """The error on the second half of the points, after steps on the first."""
    return errors(
        adapted(parameters, x[:, :SHOTS], y[:, :SHOTS], steps, create_graph), x[:, SHOTS:], y[:, SHOTS:]
    ).mean()


# ---------------------------------------- the gradient through five steps, against a finite difference


def slopes():
    """The derivative of the loss after 5 steps along a direction: by reverse mode, by a central difference, and without
    the second derivatives."""
    wb.manual_seed(3)
    parameters, (x, y) = initial("float64"), tasks(5, 2 * SHOTS, "float64")
    direction = [wb.randn_like(parameter) for parameter in parameters]

    def along(create_graph):
        gradients = wb.autograd.grad(meta_loss(parameters, x, y, 5, create_graph), parameters)
        return sum((gradient * way).sum().item() for gradient, way in zip(gradients, direction))

    def at(distance):
        moved = [
            (parameter + distance * way).detach().requires_grad_() for parameter, way in zip(parameters, direction)
        ]
        return meta_loss(moved, x, y, 5).item()

    return along(True), (at(1e-6) - at(-1e-6)) / 2e-6, along(False)


# -------------------------------------------------------------------- training


def trained(inner_steps):
    """Parameters trained on new tasks at each step: for the error after `inner_steps` gradient steps on each task."""
    wb.manual_seed(1)
    parameters = initial()
    optimizer = optim.Adam(parameters, lr=0.003)

    @wb.compile
    def step():
        loss = meta_loss(parameters, *tasks(TASKS, 2 * SHOTS), inner_steps)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    for number in range(STEPS):
        if number == STEPS * 3 // 4:
            optimizer.param_groups[0]["lr"] = 0.0003
        step()
    return parameters


def tested(parameters):
    """The mean error on 100 other points of 500 new tasks, after 0, 1 and 5 gradient steps on 10 points."""
    wb.manual_seed(2)
    x, y = tasks(500, SHOTS + 100)
    found = []
    for steps in (0, 1, 5):
        found.append(meta_loss(parameters, x, y, steps, create_graph=False).item())
    return found


def main():
    exact, difference, first_order = slopes()
    print(
        f"slope of the loss after 5 steps: {exact:.8f} by reverse mode, {difference:.8f} by differences; "
        f"{first_order:.4f} without second derivatives"
    )
    pretrained, maml = tested(trained(0)), tested(trained(1))
    print("error after 0, 1, 5 steps on 10 points")
    for name, row in (("pretrained on all tasks", pretrained), ("MAML", maml)):
        print(f"{name:24}", " ".join(f"{error:8.3f}" for error in row))
    answers = {
        "the derivative through 5 steps is right": abs(exact / difference - 1) < 1e-6,
        "the second derivatives matter": abs(first_order / exact - 1) > 1e-2,
        "after 1 step MAML's error is less than a third of the pretrained network's": maml[1] < pretrained[1] / 3,
        "after 5 steps less than a fifth": maml[2] < pretrained[2] / 5,
    }
    for answer, holds in answers.items():
        print(("" if holds else "MISSED: ") + answer)
    return 0 if all(answers.values()) else 1


sys.exit(main())
