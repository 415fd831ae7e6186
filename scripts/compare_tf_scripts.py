#!/usr/bin/env python3
"""Runs the scripts of python/tests/tf_scripts on TensorFlow and under wingbeat.tf, and compares what they print.

    compare_tf_scripts.py [--tensorflow PYTHON] [--wingbeat PYTHON] [--write] [NAME ...]

--write keeps what TensorFlow printed in python/tests/tf_scripts/printed, with which the tests compare where TensorFlow
is not installed.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "python" / "tests" / "tf_scripts"
sys.path.insert(0, str(ROOT / "python" / "tests"))

from printed_numbers import differences  # noqa: E402

HELPERS = ("formulas",)


def run(command, path):
    begun = time.perf_counter()
    folders = os.pathsep.join([str(ROOT / "python"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": folders, "COLUMNS": "120", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [*command, path.name], cwd=path.parent, env=environment, capture_output=True, text=True, timeout=900
    )
    return done, time.perf_counter() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--tensorflow", default=sys.executable, help="a Python that has TensorFlow")
    parser.add_argument("--wingbeat", default=sys.executable, help="a Python that runs wingbeat")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    # The scripts run in their own folder.
    options.tensorflow, options.wingbeat = map(os.path.abspath, (options.tensorflow, options.wingbeat))
    wrong = 0
    for path in sorted(SCRIPTS.glob("*.py")):
        if path.stem in HELPERS or options.names and path.stem not in options.names:
            continue
        theirs, their_time = run([options.tensorflow], path)
        if theirs.returncode:
            last = theirs.stderr.strip().splitlines()[-1:] or [""]
            print(f"{path.stem:26} does not run on TensorFlow: {last[0]}")
            wrong += 1
            continue
        if options.write:
            (SCRIPTS / "printed").mkdir(exist_ok=True)
            (SCRIPTS / "printed" / f"{path.stem}.txt").write_text(theirs.stdout, encoding="utf-8")
        ours, our_time = run([options.wingbeat, "-m", "wingbeat.tf"], path)
        found = ours.stderr.strip().splitlines()[-3:] if ours.returncode else differences(ours.stdout, theirs.stdout)
        print(f"{path.stem:26} {'agrees' if not found else 'differs'}: {our_time:.1f} s, TensorFlow {their_time:.1f} s")
        for line in found[:8]:
            print(f"    {line}")
        wrong += bool(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
