"""What several test files need."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from wingbeat._callbacks import watch

ROOT = Path(__file__).resolve().parents[2]
DTYPES = ("bool", "uint8", "int32", "int64", "float32", "float64")


def promoted(*dtypes):
    """The name of the dtype in which dtypes meet, by PyTorch's rules: the highest kind decides, then the width."""
    kinds = {"b": 0, "u": 1, "i": 1, "f": 2}
    given = [np.dtype(dtype) for dtype in dtypes]
    kind = max(kinds[dtype.kind] for dtype in given)
    return max((dtype for dtype in given if kinds[dtype.kind] == kind), key=lambda dtype: dtype.itemsize).name


def meeting(op, left, right):
    """op of arrays and Python's numbers as NumPy has it once the arrays are of the dtype in which PyTorch has both."""
    kinds = {"b": 0, "u": 1, "i": 1, "f": 2}
    sides = (left, right)
    dtype = promoted(*(side.dtype for side in sides if isinstance(side, np.ndarray)))
    for side in sides:
        own = {bool: "bool", int: "int64", float: "float32"}.get(type(side), dtype)
        dtype = own if kinds[np.dtype(own).kind] > kinds[np.dtype(dtype).kind] else dtype
    if op.__name__ == "truediv" and np.dtype(dtype).kind != "f":
        dtype = "float32"
    return op(*(side.astype(dtype) if isinstance(side, np.ndarray) else side for side in sides))


def numbers(shape, dtype="float64", seed=0, low=-2.0, high=2.0):
    """Reproducible values of a dtype: small whole numbers for integers, about half of them true for bool."""
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if dtype in ("float32", "float64"):
        return rng.uniform(low, high, shape).astype(dtype)
    return rng.integers(0 if dtype == "uint8" else -5, 6, shape).astype(dtype)


def address(array):
    return array.__array_interface__["data"][0]


def same_bits(a, b):
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def python(code, *arguments, **environment):
    """Runs code in a new interpreter and returns what it printed; fails with what it wrote to stderr."""
    result = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'python'}:{Path(__file__).parent}", **environment},
    )
    assert result.returncode == 0, f"exit status {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout


def run_program(face, *arguments, folder=None):
    """Runs `python -m FACE arguments` in a folder and returns the finished process."""
    return subprocess.run(
        [sys.executable, "-m", face, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
        capture_output=True,
        text=True,
        timeout=300,
    )


def compile_c(source, program):
    """Compiles a C program against build/lib, warnings being errors."""
    library = ROOT / "build" / "lib"
    subprocess.run(
        [
            "cc",
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            f"-I{ROOT / 'include'}",
            str(source),
            "-o",
            str(program),
            f"-L{library}",
            "-lwingbeat",
            f"-Wl,-rpath,{library}",
            "-lm",
        ],
        check=True,
    )
    return program


def compile_fortran(source, program, warnings=("-Wall", "-Wextra", "-Wno-compare-reals")):
    """Compiles a Fortran program with the module against build/lib, warnings being errors. .mod files go beside the
    program."""
    library = ROOT / "build" / "lib"
    subprocess.run(
        [
            "gfortran",
            "-std=f2018",
            *warnings,
            "-Werror",
            "-fcheck=all,no-array-temps",
            "-J",
            str(Path(program).parent),
            str(ROOT / "fortran" / "wingbeat.f90"),
            str(source),
            "-o",
            str(program),
            f"-L{library}",
            "-lwingbeat",
            f"-Wl,-rpath,{library}",
        ],
        check=True,
    )
    return program


def slope(function, x, step=1e-6):
    """The gradient of a function of one float64 array that returns a number, by central differences."""
    x = np.array(x, dtype=np.float64)
    result = np.empty_like(x)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + step
        above = function(x)
        x[place] = kept - step
        result[place] = (above - function(x)) / (2 * step)
        x[place] = kept
    return result


class Alarm(Exception):
    """What a handler of SIGALRM raises."""


@contextmanager
def alarms(kind=Alarm):
    """A block in which SIGALRM raises kind(). Gives a list of what was raised, and one of what Python has ignored."""
    raised, ignored = [], []

    def handler(number, frame):
        raised.append(kind())
        raise raised[-1]

    before = signal.signal(signal.SIGALRM, handler)
    hook, sys.unraisablehook = sys.unraisablehook, ignored.append
    watch()  # as at import: the library's hook stands in front of this one
    try:
        yield raised, ignored
    finally:
        signal.signal(signal.SIGALRM, before)
        sys.unraisablehook = hook
