"""What holds of every workload of the benchmarks: the same bits on any number of threads, and a captured step that
allocates nothing."""

import json
import os
import subprocess
import sys

import pytest
from support import ROOT

COMMON = f"""
import dataclasses, hashlib, json, sys
sys.path.insert(0, {str(ROOT / "benchmarks")!r})
import numpy as np
import wingbeat as wb
from engines import wingbeat as engine
from workloads import WORKLOADS

def size(workload):
    # Its matrices alone are 100 MB.
    narrow = dataclasses.replace(workload, layers=(256, 1024, 1024, 256))
    return narrow if workload.name.startswith("wide") else workload

# Those of kind "stream" are epochs over a file, not steps: test_reading_ahead.py looks at such.
WORKLOADS = [size(workload) for workload in WORKLOADS if workload.kind != "stream"]
"""

BITS = (
    COMMON
    + """
hashes = {}
for workload in WORKLOADS:
    step, arguments, parameters = engine.step_of(workload)
    for _ in range(5):
        result = step(*arguments)
    results = result if isinstance(result, tuple) else (result,)
    values = [a if isinstance(a, np.ndarray) else a.detach().numpy() for a in (*results, *parameters)]
    assert all(np.isfinite(a).all() for a in values)
    hashes[workload.name] = hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in values)).hexdigest()
print(json.dumps([wb.get_num_threads(), hashes]))
"""
)

ALLOCATIONS = (
    COMMON
    + """
import ctypes
from wingbeat._library import unguarded
from wingbeat._tree import flatten
counter = ctypes.CDLL(sys.argv[1])
count = counter.allocations_of_runs
count.restype = counter.allocations_so_far.restype = ctypes.c_long
threads = int(sys.argv[2])
for large_only in (0, 1):
    before = counter.allocations_so_far(large_only)
    kept = [bytearray(100_000) for _ in range(10)]
    assert counter.allocations_so_far(large_only) > before, "it does not count"
wb.set_num_threads(threads)
found = {}
for workload in WORKLOADS:
    if workload.kind in ("dynamic", "lbfgs"):  # which are no programs
        continue
    step, arguments, _ = engine.step_of(workload)
    step(*arguments)
    (program,) = step._programs.values()
    inputs = [np.ascontiguousarray(a if isinstance(a, np.ndarray) else a.numpy()) for a in flatten(arguments)[0]]
    outputs = [np.empty(shape, dtype) for shape, dtype in program.types]
    pointers = [(ctypes.c_void_p * len(arrays))(*[a.ctypes.data for a in arrays]) for arrays in (inputs, outputs)]
    found[workload.name] = count(
        ctypes.cast(unguarded("wb_program_run_pointers"), ctypes.c_void_p), ctypes.c_void_p(program._handle),
        pointers[0], len(inputs), pointers[1], len(outputs), 3, 20, threads > 1 or bool(workload.network))
print(json.dumps(found))
"""
)


def run(code, *arguments, **environment):
    result = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python"), **environment},
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_five_steps_of_every_workload_give_the_same_bits_on_one_two_and_three_threads():
    (_, one), *others = [run(BITS, WINGBEAT_NUM_THREADS=str(count)) for count in (1, 2, 3)]
    assert [count for count, _ in others] == [2, 3] and len(one) == 39
    for count, hashes in others:
        assert hashes == one, f"{count} threads: {[name for name in one if hashes[name] != one[name]]}"


@pytest.mark.skipif(sys.platform != "linux", reason="preloads a library")
@pytest.mark.parametrize("threads", [1, 2])
def test_a_captured_step_of_every_workload_allocates_nothing(tmp_path, threads):
    """With several threads, a parallel loop takes the few bytes of a closure, and a worker its scratch memory when it
    first has a share of one; so nothing larger is taken in each of the 20 runs. Networks of layers take a few bytes of
    bookkeeping a run."""
    counter = tmp_path / "allocations.so"
    subprocess.run(
        [
            "cc",
            "-std=c11",
            "-O1",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-shared",
            "-fPIC",
            ROOT / "python/tests/allocations.c",
            "-o",
            counter,
        ],
        check=True,
    )
    found = run(ALLOCATIONS, counter, threads, LD_PRELOAD=str(counter))
    assert len(found) == 36 and all(count == 0 if threads == 1 else 0 <= count < 10 for count in found.values()), found
