#!/usr/bin/env python3
"""Runs the training scripts of python/tests/scripts on PyTorch and under wingbeat.torch, and compares what they print.
With --tensorflow those of python/tests/tf_scripts on TensorFlow and under wingbeat.tf.

    compare_scripts.py [--tensorflow] [--torch PYTHON] [--wingbeat PYTHON] [--write] [NAME ...]

--write keeps what the other library printed in the folder "printed" beside the scripts, with which the tests compare
where it is not installed. A script that needs torchvision is left out where the first Python lacks it.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "python" / "tests"
sys.path.insert(0, str(TESTS))

from printed_numbers import differences  # noqa: E402


def run(command, path):
    begun = time.perf_counter()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "python"), os.environ.get("PYTHONPATH", "")]),
    }
    done = subprocess.run(
        [*command, path.name], cwd=path.parent, env=environment, capture_output=True, text=True, timeout=600
    )
    return done, time.perf_counter() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--tensorflow", action="store_true", help="the scripts of TensorFlow's idiom")
    parser.add_argument("--torch", default=sys.executable, help="a Python that has the other library")
    parser.add_argument("--wingbeat", default=sys.executable, help="a Python that runs wingbeat")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    # The scripts run in their own folder.
    options.torch, options.wingbeat = (os.path.abspath(name) for name in (options.torch, options.wingbeat))
    folder, face, other = ("tf_scripts", "tf", "TensorFlow") if options.tensorflow else ("scripts", "torch", "PyTorch")
    scripts, wrong = TESTS / folder, 0
    for path in sorted(scripts.glob("*.py")):
        if path.stem in ("seeded", "formulas") or options.names and path.stem not in options.names:
            continue
        theirs, their_time = run([options.torch], path)
        if theirs.returncode:
            last = theirs.stderr.strip().splitlines()[-1:] or [""]
            print(f"{path.stem:20} does not run on {other}: {last[0]}")
            wrong += "torchvision" not in last[0]
            continue
        if options.write:
            (scripts / "printed").mkdir(exist_ok=True)
            (scripts / "printed" / f"{path.stem}.txt").write_text(theirs.stdout, encoding="utf-8")
        ours, our_time = run([options.wingbeat, "-m", f"wingbeat.{face}"], path)
        found = ours.stderr.strip().splitlines()[-3:] if ours.returncode else differences(ours.stdout, theirs.stdout)
        print(f"{path.stem:20} {'agrees' if not found else 'differs'}: {our_time:.1f} s, {other} {their_time:.1f} s")
        for line in found[:8]:
            print(f"    {line}")
        wrong += bool(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
