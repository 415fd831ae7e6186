#!/usr/bin/env python3
"""Holds the functions of wingbeat.tf beside TensorFlow's: values, dtypes, derivatives (python/tests/tf_cases.py).

compare_functions_with_tensorflow.py [TEXT ...]      those whose call has one of the texts in it
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "python" / "tests"), str(ROOT / "python")]

import numpy as np  # noqa: E402
import tensorflow  # noqa: E402
from tf_cases import CASES, WITHOUT_DERIVATIVES, derivatives  # noqa: E402

import wingbeat.tf  # noqa: E402


def unlike(ours, theirs, what, tolerance=2e-5):
    """What is not alike, as a text; None where all is."""
    if ours.dtype != theirs.dtype:
        return f"{what}: dtype {ours.dtype}, TensorFlow {theirs.dtype}"
    if ours.shape != theirs.shape:
        return f"{what}: shape {ours.shape}, TensorFlow {theirs.shape}"
    if theirs.dtype.kind != "f":
        return None if np.array_equal(ours, theirs) else f"{what}: {ours.ravel()[:4]}, TensorFlow {theirs.ravel()[:4]}"
    scale = max(float(np.max(np.abs(theirs[np.isfinite(theirs)]), initial=0)), 1e-3)
    if np.allclose(ours, theirs, rtol=tolerance, atol=tolerance * scale, equal_nan=True):
        return None
    return f"{what}: off by {np.nanmax(np.abs(ours - theirs)):.2g} of {scale:.2g}"


def compare(case):
    their_value, their_gradients = derivatives(tensorflow, case)
    our_value, our_gradients = derivatives(wingbeat.tf, case)
    found = unlike(our_value, their_value, "value")
    if found or case in WITHOUT_DERIVATIVES:
        return found
    for name in {*their_gradients, *our_gradients}:
        zero = np.zeros(1, np.float32)
        ours, theirs = our_gradients.get(name, zero), their_gradients.get(name, zero)
        if not ours.any() and not theirs.any():
            continue
        found = unlike(ours, theirs, f"derivative by {name}", 1e-4)
        if found:
            return found
    return None


def main():
    begun, wrong = time.perf_counter(), 0
    cases = [case for case in CASES if not sys.argv[1:] or any(text in case for text in sys.argv[1:])]
    for case in cases:
        try:
            found = compare(case)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        if found:
            wrong += 1
            print(f"{case}\n    {found[:300]}")
    print(f"functions of wingbeat.tf: {len(cases) - wrong} of {len(cases)} agree, {time.perf_counter() - begun:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
