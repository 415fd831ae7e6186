"""Looks at what surrogate.c has left: draws the flame, and the rates of the network beside the integral's, to
surrogate.png. Prints how far they lie apart in the last state, and exits with 1 if that is too far.

    surrogate.py                   in the folder in which the C program ran
    surrogate.py --data FOLDER     in another one"""

import argparse
import sys
from pathlib import Path

import matplotlib
import numpy as np

import wingbeat as wb

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def law(c):
    """Arrhenius' law for what has burnt to the part c."""
    return 8.7 * (1 - c) * np.exp(-6 * (1 - c) / (1 - 0.8 * (1 - c)))


def mean_rate(c, g, nodes=500):
    """The mean of the law over normal fluctuations of variance g around c, cut off at 0 and 1; c, g and it [cells]."""
    z = -4 + 8 * (np.arange(nodes) + 0.5) / nodes
    weights = np.exp(-z * z / 2)
    return law(np.clip(c[:, None] + np.sqrt(np.maximum(g, 0))[:, None] * z, 0, 1)) @ weights / weights.sum()


def draw(x, c, truth, g, rates, exact, path):
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(x, truth, label="integral alone")
    left.plot(x, c, "--", label="with the network")
    left.plot(x, 4 * g, ":", label="4 times the variance")
    left.set(xlabel="x", title="what has burnt")
    right.plot(x, exact, label="integral")
    right.plot(x, rates, "--", label="network")
    right.set(xlabel="x", title="rate")
    for axes in (left, right):
        axes.legend()
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("."), help="where surrogate.h5 and flame.txt are")
    options = parser.parse_args()
    for name in ("surrogate.h5", "flame.txt"):
        if not (options.data / name).is_file():
            return f"no {name} in {options.data.resolve()}: run the C program first, or say --data FOLDER"
    model = wb.load(str(options.data / "surrogate.h5"))
    x, c, g, truth = np.loadtxt(options.data / "flame.txt", unpack=True)

    with wb.no_grad():
        rates = model(wb.tensor(np.stack([c, 4 * g], axis=1).astype(np.float32))).numpy()[:, 0]
    exact = mean_rate(c, g)
    off, apart = np.abs(rates - exact).max(), np.abs(c - truth).mean()
    draw(x, c, truth, g, rates, exact, "surrogate.png")
    print(f"rates differ by at most {off:.4f}, what has burnt by {apart:.4f} on average; drawn to surrogate.png")
    return 0 if off < 0.06 and apart < 0.02 else 1


if __name__ == "__main__":
    sys.exit(main())
