"""Matrix products of the workloads alone, one thread: the library's own beside those of the OpenBLAS that NumPy brings,
in turn, and beside a loop of nothing but multiplications (multiplications.c), which is the most that the core could do
in that moment.

    .venv/bin/python benchmarks/products.py [ROUNDS]

Shares are medians over rounds of a product's rate to that loop's, and a ratio is the median of our rate to OpenBLAS's
in neighbouring calls, so above 1 the library's own is the faster one.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported

import ctypes
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import wingbeat as wb

# x @ y as the library sees it: rows, columns, depth, and which operand is stored transposed.
PRODUCTS = {
    "mlp_mnist 1024, forward": (1024, 500, 784, "y"),
    "mlp_mnist 1024, gradient of the weight": (500, 784, 1024, "x"),
    "mlp_mnist 64, forward": (64, 500, 784, "y"),
    "mlp_mnist 64, gradient of the weight": (500, 784, 64, "x"),
    "wide, forward": (256, 4096, 4096, "y"),
    "wide, gradient of the weight": (4096, 4096, 256, "x"),
    "wide, gradient of the input": (256, 4096, 4096, ""),
    "autoencoder, gradient of the weight": (128, 784, 128, "x"),
    "pinn, forward": (1024, 50, 50, "y"),
    "pinn, gradient of the weight": (50, 50, 1024, "x"),
    "square": (512, 512, 512, ""),
}


def seconds(function, repeats):
    began = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - began) / repeats


def multiplying():
    """A function that multiplies for about a millisecond, and how many operations those are."""
    here = Path(__file__).parent
    library = here.parent / "build/benchmarks/multiplications.so"
    library.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["cc", "-O2", "-march=native", "-shared", "-fPIC", here / "multiplications.c", "-o", library], check=True
    )
    function = ctypes.CDLL(str(library)).multiply_only
    function.argtypes, function.restype = [ctypes.c_long], ctypes.c_double
    operations = function(500_000)
    return lambda: function(500_000), operations


def main(rounds=15):
    wb.set_num_threads(1)
    rng = np.random.default_rng(0)
    loop, loop_operations = multiplying()
    print(
        f"{'':40}{'rows':>6}{'columns':>9}{'depth':>7}{'GFLOP/s':>9}{'share':>7}"
        f"{'OpenBLAS':>10}{'share':>7}{'ratio':>7}"
    )
    for name, (m, n, k, transposed) in PRODUCTS.items():
        x = rng.standard_normal((k, m) if transposed == "x" else (m, k), np.float32)
        y = rng.standard_normal((n, k) if transposed == "y" else (k, n), np.float32)
        product = wb.compile(lambda x, y: (x.T if transposed == "x" else x) @ (y.T if transposed == "y" else y))
        a, b, result = wb.tensor(x), wb.tensor(y), np.empty((m, n), np.float32)
        left, right = x.T if transposed == "x" else x, y.T if transposed == "y" else y
        np.testing.assert_allclose(product(a, b).numpy(), left @ right, rtol=1e-3, atol=1e-3)
        operations = 2 * m * n * k
        repeats = max(1, int(1e8 / operations))
        ours, theirs, most = [], [], []
        for _ in range(rounds):
            most.append(loop_operations / seconds(loop, 1))
            ours.append(operations / seconds(lambda: product(a, b), repeats))
            theirs.append(operations / seconds(lambda: np.matmul(left, right, out=result), repeats))
        share, their_share, ratio = (
            statistics.median(x / y for x, y in zip(*pair)) for pair in ((ours, most), (theirs, most), (ours, theirs))
        )
        rate, their_rate = (statistics.median(rates) / 1e9 for rates in (ours, theirs))
        print(
            f"{name:40}{m:>6}{n:>9}{k:>7}{rate:>9.1f}{share:>7.2f}{their_rate:>10.1f}{their_share:>7.2f}{ratio:>7.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
