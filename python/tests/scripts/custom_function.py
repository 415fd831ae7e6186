"""Operations with derivatives of their own: autograd.Function with saved tensors, and one with two inputs."""

import numpy as np
import torch
from torch.autograd import Function


class Cubic(Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input**3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input**2 - 1)


class LinearFunction(Function):
    @staticmethod
    def forward(ctx, input, weight, bias=None):
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


class StraightThrough(Function):
    @staticmethod
    def forward(ctx, x):
        return x.sign()

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.clamp(-1, 1)


cubic = Cubic.apply
x = torch.linspace(-1.5, 1.5, 100)
y = torch.sin(2 * x)
a = torch.full((), 0.3, requires_grad=True)
b = torch.full((), -1.0, requires_grad=True)
c = torch.full((), 0.3, requires_grad=True)
for t in range(120):
    y_pred = a + b * cubic(c * x)
    loss = (y_pred - y).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        for parameter in (a, b, c):
            parameter -= 0.1 * parameter.grad
            parameter.grad = None
    if t % 40 == 39:
        print(t + 1, f"{loss.item():.6f}")
print(f"{a.item():.4f} {b.item():.4f} {c.item():.4f}")

rng = np.random.default_rng(0)
weight = torch.tensor(rng.normal(size=(3, 4)), requires_grad=True)
bias = torch.zeros(3, dtype=torch.double, requires_grad=True)
data = torch.tensor(rng.normal(size=(5, 4)))
optimizer = torch.optim.SGD([weight, bias], lr=0.1)
for _ in range(5):
    optimizer.zero_grad()
    output = StraightThrough.apply(LinearFunction.apply(data, weight, bias))
    loss = ((output - 0.5) ** 2).sum() + weight.abs().sum()
    loss.backward()
    optimizer.step()
print(f"{loss.item():.6f} {weight.sum().item():.6f} {bias.sum().item():.6f}")
