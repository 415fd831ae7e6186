"""Figures beside the timings: the machine's best matrix products, accuracy on MNIST, memory, size, import time."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
LIBRARY = ROOT / "build/lib"
MNIST = ROOT.parent / "shared/data/mnist.h5"

BEST = """
import time, numpy as np, wingbeat as wb
for dtype in ("float32", "float64", "bfloat16"):
    a = wb.tensor(np.ones((1536, 1536), "float64" if dtype == "float64" else "float32"))
    product = wb.compile(wb.autocast(enabled=dtype == "bfloat16")(lambda a: a @ a))
    product(a)
    best = float("inf")
    for _ in range(12):
        began = time.perf_counter()
        product(a)
        best = min(best, time.perf_counter() - began)
    print(2 * 1536 ** 3 / best / 1e9)
"""


def best_products(threads):
    """GFLOP/s of the best large matrix product, by dtype."""
    processors = sorted(os.sched_getaffinity(0))[:threads]
    text = subprocess.run(
        [sys.executable, "-c", BEST],
        check=True,
        capture_output=True,
        text=True,
        env=dict(os.environ, WINGBEAT_NUM_THREADS=str(threads)),
        preexec_fn=lambda: os.sched_setaffinity(0, processors),
    ).stdout
    return dict(zip(("float32", "float64", "bfloat16"), map(float, text.split())))


def compiled(source, folder):
    """A C program of this folder, linked against the library."""
    program = Path(folder) / Path(source).stem
    subprocess.run(
        [
            "cc",
            "-O2",
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            f"-I{ROOT}/include",
            str(HERE / source),
            "-o",
            str(program),
            f"-L{LIBRARY}",
            "-lwingbeat",
            f"-Wl,-rpath,{LIBRARY}",
            "-ldl",
        ],
        check=True,
    )
    return str(program)


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def accuracy(folder):
    if not MNIST.exists():
        return [f"MNIST: not measured, {MNIST.name} is not there"]
    paths = [f"{folder}/{name}.h5" for name in ("python", "c")]
    results = (
        output(sys.executable, str(HERE / "mnist.py"), str(MNIST), paths[0]),
        output(compiled("mnist.c", folder), str(MNIST), paths[1]),
    )
    same = "the same" if parameters_equal(*paths) else "DIFFERENT"
    return [
        f"MNIST 784-500-10, 5 epochs: test accuracy {results[0]} from Python, {results[1]} from C; "
        f"{same} bits in all parameters"
    ]


def parameters_equal(a, b):
    import h5py

    with h5py.File(a, "r") as first, h5py.File(b, "r") as second:
        names = sorted(first["parameters"])
        return names == sorted(second["parameters"]) and all(
            first["parameters"][name][()].tobytes() == second["parameters"][name][()].tobytes() for name in names
        )


def import_milliseconds(rounds=21):
    """What `import wingbeat` costs beyond NumPy's import, as the median of paired runs."""
    code = "import time; import numpy; t = time.perf_counter(); import wingbeat; print((time.perf_counter() - t) * 1e3)"
    return statistics.median(float(output(sys.executable, "-c", code)) for _ in range(rounds))


def all_figures():
    with tempfile.TemporaryDirectory() as folder:
        lines = accuracy(folder)
        lines.append(
            "784-500-10, batch 64, one thread, against its three matrix products in OpenBLAS alone: "
            + output(compiled("blas.c", folder))
        )
        lines += output(sys.executable, str(HERE / "plans.py")).splitlines()
        lines += ["memory, " + line for line in output(sys.executable, str(HERE / "memory.py")).splitlines()]
    size = (LIBRARY / "libwingbeat.so.0").stat().st_size / 2**20
    needs = re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-dW", str(LIBRARY / "libwingbeat.so.0")))
    lines.append(f"library: {size:.1f} MiB stripped; needs {', '.join(needs)}")
    lines.append(f"import wingbeat: {import_milliseconds():.0f} ms beyond NumPy's import")
    return lines


def versions(python):
    """Of the engines that a Python has, as one line."""
    code = (
        "import importlib.metadata as m\n"
        "for n in ('numpy', 'jax', 'torch', 'h5py'):\n"
        "    try: print(n, m.version(n))\n"
        "    except m.PackageNotFoundError: pass"
    )
    return ", ".join(output(str(python), "-c", code).splitlines()) if Path(python).exists() else ""


def page(processor, table, lines, peers):
    """The text of docs/benchmarks.md."""
    parts = [
        "# Benchmarks",
        "",
        "Written by `make bench WRITE=1` (with `PEERS=torch,compile,jax,jet,numpy` beside other engines). What each",
        "workload is, and how engines are compared, is in [benchmarks/](../benchmarks/README.md). Machines differ and",
        "are shared, so the ratios tell more than the times.",
        "",
        f"Processor: {processor}. Peers: {versions(peers) or 'none'}.",
        "",
        table,
        "",
    ]
    if lines:
        parts += ["## Other figures", ""]
        for line in lines:
            parts += textwrap.wrap(f"- {line}", 120, subsequent_indent="  ", break_on_hyphens=False)
        parts.append("")
    notes = HERE / "notes.md"
    if notes.exists():
        parts.append(notes.read_text(encoding="utf-8"))
    return "\n".join(parts)
