"""A network that solves Burgers' equation, u_t + u u_x = (0.01 / pi) u_xx, with nothing but the equation to learn from.
Prints its relative L2 error against a reference solution, after Adam and after each round of L-BFGS.

    burgers_pinn.py                      the reference is the Cole-Hopf solution, computed here
    burgers_pinn.py --data FILE.h5       the reference: tensor [1, t, x], x-coordinate [x], t-coordinate [t]
    burgers_pinn.py --quick              some seconds

Ctrl-C ends the training; the error comes all the same."""

import argparse
import sys
import time
from pathlib import Path

import h5py
import numpy as np

import wingbeat as wb
from wingbeat import nn, optim

VISCOSITY = 0.01 / np.pi


class Solution(nn.Module):
    """u(x, t) = -sin(pi x) + t (1 - x^2) network(x, t): the beginning and both ends are right whatever the network
    says. x and t are [points, 1], and so is u. The network reads 10 x too, so that it is quick to make a steep wave."""

    def __init__(self, width=24, depth=4):
        super().__init__()
        sizes = [3] + [width] * depth
        hidden = [layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.Tanh())]
        self.network = nn.Sequential(*hidden, nn.Linear(width, 1)).double()

    def forward(self, x, t):
        return -wb.sin(np.pi * x) + t * (1 - x * x) * self.network(wb.concatenate([x, 10 * x, 2 * t - 1], 1))


def residual(u, x, t):
    """u_t + u u_x - viscosity u_xx at the points x, t [points, 1]. Each point's u depends on that point alone, so a
    tangent of ones gives the derivatives at all of them. u_xx is the derivative of u_x, by forward mode over itself."""
    ones = wb.ones_like(x)

    def along_x(x):
        return wb.jvp(lambda x: u(x, t), (x,), (ones,))

    (value, u_x), (_, u_xx) = wb.jvp(along_x, (x,), (ones,))
    u_t = wb.jvp(lambda t: u(x, t), (t,), (ones,))[1]
    return u_t + value * u_x - VISCOSITY * u_xx


def loss_with_gradients(model, optimizer):
    """The mean square of the residual, which leaves its gradients in the parameters: what L-BFGS asks for."""

    def closure(x, t):
        loss = residual(model, x, t).square().mean()
        optimizer.zero_grad()
        loss.backward()
        return loss

    return closure


def training_step(model, optimizer):
    """One step of Adam."""
    closure = loss_with_gradients(model, optimizer)

    def step(x, t):
        loss = closure(x, t)
        optimizer.step()
        return loss

    return step


class Points:
    """Where the equation is asked to hold: mostly where it does not yet."""

    def __init__(self, model, count, seed):
        self.model, self.count, self.rng = model, count, np.random.default_rng(seed)
        self.residual = wb.compile(wb.no_grad()(lambda x, t: residual(model, x, t)))

    def uniform(self, count):
        """x in [-1, 1] and t in [0, 1], each [count, 1]."""
        return self.rng.uniform(-1, 1, (count, 1)), self.rng.uniform(0, 1, (count, 1))

    def draw(self):
        """Points drawn by 1 + |residual| / its mean."""
        x, t = self.uniform(8 * self.count)
        wrong = np.abs(self.residual(x, t).numpy()[:, 0])
        weight = 1 + wrong / wrong.mean()
        chosen = self.rng.choice(len(x), self.count, replace=False, p=weight / weight.sum())
        return x[chosen], t[chosen]


def cole_hopf(x, t, nodes=200):
    """The solution at x [nx], t [nt] -> [nt, nx], by Gauss-Hermite quadrature. Basdevant et al. 1986, (3.2)."""
    z, w = np.polynomial.hermite.hermgauss(nodes)
    y = x[:, None] - z * np.sqrt(4 * VISCOSITY * t[:, None, None])  # [nt, nx, nodes]
    exponent = -np.cos(np.pi * y) / (2 * np.pi * VISCOSITY)
    f = w * np.exp(exponent - exponent.max(axis=-1, keepdims=True))
    return -(f * np.sin(np.pi * y)).sum(-1) / f.sum(-1)


def reference(path):
    """x [nx], t [nt], u [nt, nx]"""
    if path is None:
        x, t = np.linspace(-1, 1, 256), np.arange(100) / 100
        return x, t, cole_hopf(x, t)
    with h5py.File(path, "r") as file:
        x, t, u = (file[name][...] for name in ("x-coordinate", "t-coordinate", "tensor"))
    if u.shape != (1, len(t), len(x)):
        raise KeyError(f"expected tensor [1, {len(t)}, {len(x)}], found {list(u.shape)}")
    return x, t, u[0]


def relative_error(model, x, t, u):
    xs, ts = (grid.reshape(-1, 1) for grid in np.meshgrid(x, t))
    with wb.no_grad():
        found = model(wb.tensor(xs), wb.tensor(ts)).numpy().reshape(u.shape)
    return float(np.linalg.norm(found - u) / np.linalg.norm(u))


def train(model, options, error):
    points = Points(model, options.points, options.seed)
    began = time.perf_counter()

    def report(name, loss):
        seconds = time.perf_counter() - began
        print(f"{name}: loss {loss:.2e}, relative L2 error {error():.2e}, {seconds:.0f} s", flush=True)

    optimizer = optim.Adam(model.parameters(), lr=options.lr)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, options.adam))
    step = wb.compile(training_step(model, optimizer))
    x, t = points.uniform(options.points)
    for number in range(1, options.adam + 1):
        loss = step(x, t)
        schedule.step()
        if number % 250 == 0:
            x, t = points.draw()
    if options.adam:
        report(f"Adam, {options.adam} steps", loss.item())
    for number in range(1, options.rounds + 1):
        x, t = (wb.tensor(a) for a in points.draw())
        optimizer = optim.LBFGS(
            model.parameters(),
            max_iter=options.iterations,
            history_size=100,
            line_search_fn="strong_wolfe",
            tolerance_grad=1e-9,
            tolerance_change=0,
        )
        closure = wb.compile(loss_with_gradients(model, optimizer))
        optimizer.step(lambda: closure(x, t))
        report(f"L-BFGS, round {number}", closure(x, t).item())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="an HDF5 file with the reference solution")
    parser.add_argument("--points", type=int, default=5000, help="where the equation is asked to hold (default: 5000)")
    parser.add_argument("--adam", type=int, default=1000, help="steps of Adam (default: 1000)")
    parser.add_argument("--lr", type=float, default=2e-3, help="Adam's first learning rate (default: 0.002)")
    parser.add_argument("--rounds", type=int, default=4, help="rounds of L-BFGS, each on new points (default: 4)")
    parser.add_argument("--iterations", type=int, default=750, help="iterations of a round (default: 750)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, help="write the trained network to this file")
    parser.add_argument("--quick", action="store_true", help="a few steps on few points")
    options = parser.parse_args()
    try:
        x, t, u = reference(options.data)
    except (OSError, KeyError) as error:
        return f"--data: no reference solution could be read: {error}"
    if options.points < 1:
        return f"--points: expected at least 1, found {options.points}"
    size = {}
    if options.quick:
        options.points, options.adam, options.rounds, options.iterations, size = 200, 40, 1, 20, {"width": 12}
    wb.manual_seed(options.seed)
    model = Solution(**size)
    print(
        f"{sum(p.numel() for p in model.parameters())} parameters; the reference has {u.shape[0]} x {u.shape[1]} points"
    )
    try:
        train(model, options, lambda: relative_error(model, x, t, u))
    except KeyboardInterrupt:
        print("stopped")
    print(f"relative L2 error {relative_error(model, x, t, u):.2e}")
    if options.save:
        wb.save(model.state_dict(), options.save)
    return 0


if __name__ == "__main__":
    sys.exit(main())
