"""Matrix products of the workloads alone, one thread: the library's own beside those of the OpenBLAS that NumPy brings, in turn.

    .venv/bin/python benchmarks/products.py [ROUNDS]

A ratio is the median over rounds of their rate to ours in neighbouring calls, so above 1 the library's own is the faster one.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported

import statistics
import sys
import time

import numpy as np

import wingbeat as wb

# x @ y as the library sees it: rows, columns, depth, and which operand is stored transposed.
PRODUCTS = {
    "mlp_mnist 1024, forward": (1024, 500, 784, "y"), "mlp_mnist 1024, gradient of the weight": (500, 784, 1024, "x"),
    "mlp_mnist 64, forward": (64, 500, 784, "y"), "mlp_mnist 64, gradient of the weight": (500, 784, 64, "x"),
    "wide, forward": (256, 4096, 4096, "y"), "wide, gradient of the weight": (4096, 4096, 256, "x"), "wide, gradient of the input": (256, 4096, 4096, ""),
    "autoencoder, gradient of the weight": (128, 784, 128, "x"), "pinn, forward": (1024, 50, 50, "y"), "square": (512, 512, 512, ""),
}


def seconds(function, repeats):
    began = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - began) / repeats


def main(rounds=15):
    wb.set_num_threads(1)
    rng = np.random.default_rng(0)
    print(f"{'':40}{'rows':>6}{'columns':>9}{'depth':>7}{'GFLOP/s':>9}{'OpenBLAS':>10}{'ratio':>7}")
    for name, (m, n, k, transposed) in PRODUCTS.items():
        x = rng.standard_normal((k, m) if transposed == "x" else (m, k), np.float32)
        y = rng.standard_normal((n, k) if transposed == "y" else (k, n), np.float32)
        product = wb.compile(lambda x, y: (x.T if transposed == "x" else x) @ (y.T if transposed == "y" else y))  # noqa: B023
        a, b, result = wb.tensor(x), wb.tensor(y), np.empty((m, n), np.float32)
        left, right = x.T if transposed == "x" else x, y.T if transposed == "y" else y
        np.testing.assert_allclose(product(a, b).numpy(), left @ right, rtol=1e-3, atol=1e-3)
        operations = 2 * m * n * k
        repeats = max(1, int(1e8 / operations))
        pairs = [(seconds(lambda: product(a, b), repeats), seconds(lambda: np.matmul(left, right, out=result), repeats)) for _ in range(rounds)]  # noqa: B023
        ours, theirs = (operations / statistics.median(times) / 1e9 for times in zip(*pairs))
        print(f"{name:40}{m:>6}{n:>9}{k:>7}{ours:>9.1f}{theirs:>10.1f}{statistics.median(b / a for a, b in pairs):>7.2f}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
