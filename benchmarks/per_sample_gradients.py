"""Gradients of each sample's loss, 784-128-10, 64 samples, one thread: vmap of grad beside a loop of grads, both plain
and compiled.

.venv/bin/python benchmarks/per_sample_gradients.py
"""

import statistics
import time

import numpy as np

import wingbeat as wb
from wingbeat import nn

SAMPLES = 64
cross_entropy = nn.CrossEntropyLoss()


def loss(parameters, x, y):
    hidden = wb.linear(x.reshape(1, 784), parameters[0], parameters[1]).relu()
    return cross_entropy(wb.linear(hidden, parameters[2], parameters[3]), y.reshape(1))


def milliseconds(compute, repeats):
    """The median time of compute(), which returns trees of gradients, with their values."""
    times = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        for gradients in compute():
            for gradient in gradients:
                gradient.numpy()
        times.append(time.perf_counter() - began)
    return 1e3 * statistics.median(times[1:])


def main():
    wb.set_num_threads(1)
    rng = np.random.default_rng(0)
    parameters = [
        wb.tensor(0.05 * rng.standard_normal(shape), dtype="float32")
        for shape in ((128, 784), (128,), (10, 128), (10,))
    ]
    x, y = wb.tensor(rng.standard_normal((SAMPLES, 784)), dtype="float32"), wb.tensor(rng.integers(0, 10, SAMPLES))
    one = wb.grad(loss)
    together = wb.vmap(one, in_dims=(None, 0, 0))
    print(f"{'':16}{'plain, ms':>12}{'compiled, ms':>14}")
    for name, compute in (
        ("vmap of grad", lambda all_of: [all_of(parameters, x, y)]),
        ("loop of grads", lambda one_of: [one_of(parameters, x[i], y[i]) for i in range(SAMPLES)]),
    ):
        function = together if name.startswith("vmap") else one
        plain, compiled = (milliseconds(lambda: compute(f), 10) for f in (function, wb.compile(function)))
        print(f"{name:16}{plain:12.2f}{compiled:14.2f}")


if __name__ == "__main__":
    main()
