"""Gradients of each sample of a linear model, by vmap, against their closed form. Exits with 1 if they differ."""

import sys

import numpy as np

import wingbeat as wb

SAMPLES, FEATURES = 6, 3
x = np.array([[((3 * i + 5 * j) % 7 - 3) / 2 for j in range(FEATURES)] for i in range(SAMPLES)])
y = np.array([(i % 4 - 1.5) for i in range(SAMPLES)])
w, b = np.array([0.5, -1.0, 2.0]), np.array(0.25)


def loss(parameters, x, y):
    """The squared error at one sample. x: [features], y: a number."""
    w, b = parameters
    return (w @ x + b - y) ** 2


def main():
    gradients = wb.vmap(wb.grad(loss), in_dims=(None, 0, 0))
    by_w, by_b = gradients((wb.tensor(w), wb.tensor(b)), x, y)
    residual = x @ w + b - y
    print("norms", " ".join(f"{number:.4f}" for number in (by_w.square().sum(1) + by_b.square()).sqrt().numpy()))
    off = max(np.abs(by_w.numpy() - 2 * residual[:, None] * x).max(), np.abs(by_b.numpy() - 2 * residual).max())
    print(f"off by {off:.0e}")
    return 0 if off < 1e-12 else 1


sys.exit(main())
