"""A ridge penalty, tuned by the gradient of a validation loss through the solution of the inner problem.

Exits with 1 if it misses the closed form.
"""

import sys

import numpy as np

import wingbeat as wb

ROWS, FEATURES = 24, 8


def data(rows, phase):
    """Features [rows, FEATURES] and noisy targets [rows]: sines, so that both programs have the same numbers."""
    place = np.arange(rows)[:, None] * FEATURES + np.arange(FEATURES)
    x = np.sin(0.37 * place**2 + phase)
    return x, x @ np.cos(np.arange(FEATURES)) + 3 * np.sin(12.9 * np.arange(rows) ** 2 + phase)


(X, Y), (XV, YV) = data(ROWS, 0.3), data(ROWS, 2.1)
x, y, xv, yv = map(wb.tensor, (X, Y, XV, YV))


def inner(w, log_penalty):
    """The training loss with its penalty."""
    return 0.5 * ((x @ w - y) ** 2).sum() + 0.5 * log_penalty.exp() * (w**2).sum()


def outer(log_penalty):
    """The validation loss at the inner problem's solution."""
    w = wb.implicit.root(wb.grad(inner), wb.zeros(FEATURES, dtype="float64"), log_penalty)
    return 0.5 * ((xv @ w - yv) ** 2).mean()


def closed_form(log_penalty):
    """(loss, hypergradient) of ridge regression."""
    h = X.T @ X + np.exp(log_penalty) * np.eye(FEATURES)
    w = np.linalg.solve(h, X.T @ Y)
    residual = XV @ w - YV
    return 0.5 * (residual**2).mean(), -(XV.T @ residual / ROWS) @ np.linalg.solve(h, np.exp(log_penalty) * w)


def main():
    passes = True
    for log_penalty in (-3.0, 0.0, 3.0):
        gradient, (loss, known) = (
            wb.grad(outer)(wb.tensor(log_penalty, dtype="float64")).item(),
            closed_form(log_penalty),
        )
        passes &= abs(gradient - known) <= 1e-8 * abs(known)
        print(
            f"log penalty {log_penalty:5.1f}: loss {loss:.6f}, hypergradient {gradient:11.8f}, "
            f"closed form {known:11.8f}"
        )
    # Newton's method: the hypergradient has a derivative of its own.
    found = wb.tensor(1.0, dtype="float64")
    for _ in range(30):
        slope, curvature = wb.grad(outer)(found), wb.grad(wb.grad(outer))(found)
        step = slope / curvature.abs()
        found = found - step.clamp(-1, 1)
        if abs(step.item()) < 1e-9:
            break
    scan = np.linspace(-6, 4, 100001)
    best = scan[np.argmin([closed_form(one)[0] for one in scan])]
    print(f"found log penalty {found.item():.6f}, least in the scan {best:.6f}")
    return 0 if passes and abs(found.item() - best) <= 1e-4 else 1


sys.exit(main())
