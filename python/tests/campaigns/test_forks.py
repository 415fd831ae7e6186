"""Forks while other threads train and read ahead: every child computes, trains, saves, loads and reads, and none hangs.

The program is Tests/C/forks.c.
"""

from __future__ import annotations

import subprocess

import h5py
import numpy as np
from campaign import library_folder, report, times
from support import ROOT

ROUND = 50


def test_children_of_busy_processes_are_well(tmp_path):
    where = library_folder()
    program, data = tmp_path / "forks", tmp_path / "rows.h5"
    with h5py.File(data, "w") as file:
        rows = np.arange(4000 * 16, dtype=np.float32).reshape(4000, 16)
        file.create_dataset("x", data=rows, chunks=(100, 16), compression="gzip", shuffle=True)
    subprocess.run(
        [
            "cc",
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-O1",
            "-g",
            f"-I{ROOT / 'include'}",
            str(ROOT / "Tests" / "C" / "forks.c"),
            "-o",
            str(program),
            f"-L{where}",
            "-lwingbeat",
            f"-Wl,-rpath,{where}",
            "-lm",
            "-pthread",
        ],
        check=True,
    )
    count = times(30, 2000)
    # In rounds, so that one that hangs is told from many that are slow.
    for left in range(count, 0, -ROUND):
        run = subprocess.run(
            [str(program), str(min(left, ROUND)), str(data)], capture_output=True, text=True, timeout=300, check=False
        )
        assert run.returncode == 0, f"with {left} children to go: {run.stdout}{run.stderr}"
    report("forks", f"{count} children of processes whose threads train and read ahead; all well, none hung")
