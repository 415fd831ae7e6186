"""Nested derivatives of a network u(x) and of the residual of u'' + u = 0, against closed forms.

Exits with 1 if they differ.
"""

import sys

import numpy as np

import wingbeat as wb

POINTS, UNITS = 6, 4
x = np.linspace(-1, 1, POINTS)
a, b, c = (
    np.array([scale * (k + 1) + shift for k in range(UNITS)])
    for scale, shift in ((0.5, 0.25), (0.1, -0.3), (-0.4, 1.2))
)
v = np.array([1.0, -0.5, 0.25, 2.0])


def u(x, c):
    """The network at each x. x: [points], c: [units] -> [points]."""
    return wb.tanh(x.unsqueeze(1) * wb.tensor(a) + wb.tensor(b)) @ c


def by_reverse_mode(x, c):
    """u'' : the gradient of the gradient.

    Points do not meet, so the gradient of a sum holds the derivative at each point.
    """

    def first(x):
        return wb.grad(lambda x: u(x, c).sum())(x)

    return wb.grad(lambda x: first(x).sum())(x)


def by_forward_mode(x, c):
    """u'' : the directional derivative of the directional derivative, along ones."""
    ones = wb.ones_like(x)

    def first(x):
        return wb.jvp(lambda x: u(x, c), (x,), (ones,))[1]

    return wb.jvp(first, (x,), (ones,))[1]


def loss(c):
    """The mean square of u'' + u."""
    points = wb.tensor(x)
    return wb.square(by_reverse_mode(points, c) + u(points, c)).mean()


def main():
    t = np.tanh(np.outer(x, a) + b)
    second = a**2 * -2 * t * (1 - t**2)  # of each unit, [points, units]
    residual = second + t
    expected = {
        "u'' by reverse mode": (by_reverse_mode(wb.tensor(x), wb.tensor(c)), second @ c),
        "u'' by forward mode": (by_forward_mode(wb.tensor(x), wb.tensor(c)), second @ c),
        "gradient of the loss": (wb.grad(loss)(wb.tensor(c)), 2 / POINTS * residual.T @ (residual @ c)),
        "Hessian times v": (wb.hvp(loss, (wb.tensor(c),), (wb.tensor(v),)), 2 / POINTS * residual.T @ (residual @ v)),
    }
    largest = 0.0
    for name, (found, known) in expected.items():
        found = np.asarray(found[0] if isinstance(found, tuple) else found)
        difference = np.abs(found - known).max()
        largest = max(largest, difference)
        print(f"{name:22}", " ".join(f"{number:9.5f}" for number in found), f"  off by {difference:.0e}")
    return 0 if largest < 1e-12 else 1


sys.exit(main())
