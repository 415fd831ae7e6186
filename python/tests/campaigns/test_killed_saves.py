"""Saving, killed at any instant: the file is the old one or the new one, whole, and the next save leaves no temporary
file.

A child process saves two models in turn to one path. It is killed at a random moment of that. Then the file must be
one of the two, to the byte, and after one more save the folder must hold that file alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from campaign import report, times
from support import ROOT

import wingbeat as wb
from wingbeat import nn
from wingbeat.training import Checkpoints

CHILD = """
import sys
import time
import wingbeat as wb
from wingbeat import nn
path = sys.argv[1]
models = []
for seed in (1, 2):
    wb.manual_seed(seed)
    models.append(nn.Linear(600, 500))
    wb.manual_seed(seed)
    before = time.monotonic()
    models[-1].save(f"{path}-{seed}")
print(time.monotonic() - before, flush=True)
while True:
    for number, model in enumerate(models):
        wb.manual_seed(number + 1)
        model.save(path)
"""


def left(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith(".wingbeat-")]


def start(path: Path) -> tuple[subprocess.Popen[bytes], float]:
    """The child, when it has begun to save, and how many seconds a save takes."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
    )
    assert child.stdout is not None
    return child, float(child.stdout.readline())


def test_a_killed_save_leaves_a_whole_file_and_the_next_save_clears_up(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    kills = times(20, 300)
    folder = tmp_path / "folder"
    folder.mkdir()
    path, kept = folder / "m.h5", tmp_path / "kept.h5"
    child, _ = start(kept)
    child.kill()
    child.wait()
    contents = [Path(f"{kept}-{seed}").read_bytes() for seed in (1, 2)]
    assert contents[0] != contents[1]
    wb.manual_seed(9)
    own = nn.Linear(3, 3)
    wholes, found = [0, 0], 0
    for _ in range(kills):
        child, seconds = start(path)
        time.sleep(seconds * float(rng.uniform(0.0, 4.0)))
        child.kill()
        child.wait()
        found += len(left(folder))
        if path.exists():
            wholes[contents.index(path.read_bytes())] += 1
            assert repr(wb.load(path)) == "Linear(in_features=600, out_features=500, bias=True)"
        own.save(folder / "other.h5")
        assert left(folder) == []
    assert sorted(os.listdir(folder)) == ["m.h5", "m.h5-1", "m.h5-2", "other.h5"]
    report(
        "killed saves",
        f"{kills} kills: {wholes[0]} and {wholes[1]} times one file and the other, whole; "
        f"{found} temporary files left behind, 0 after the next save",
    )


def test_the_file_of_a_save_that_goes_on_stays(tmp_path: Path) -> None:
    """A process that is stopped in the middle of saving is not dead, and goes on when it may.

    Between a file's making and its lock there is an instant in which it has no bytes and looks like one that was left.
    If it is removed then, its owner takes another name.
    """
    child, _ = start(tmp_path / "m.h5")
    own = nn.Linear(3, 3)
    met = 0
    try:
        for _ in range(times(50, 500)):
            child.send_signal(19)  # SIGSTOP
            os.waitpid(child.pid, os.WUNTRACED)
            before = [name for name in left(tmp_path) if (tmp_path / name).stat().st_size > 0]
            own.save(tmp_path / "other.h5")
            assert set(before) <= set(left(tmp_path))
            met += len(before)
            child.send_signal(18)  # SIGCONT
            time.sleep(0.002)
            assert child.poll() is None
    finally:
        child.kill()
        child.wait()
    assert met > 0
    own.save(tmp_path / "other.h5")
    assert left(tmp_path) == []
    report("stopped saves", f"{met} temporary files of a living process met, and left alone")


ROTATING = """
import sys
import wingbeat as wb
from wingbeat import nn
from wingbeat.training import Checkpoints
folder = Checkpoints(sys.argv[1], keep=3, best="loss")
wb.manual_seed(1)
model = nn.Linear(300, 200)
number = int(folder.paths[-1][-15:-3]) + 1 if folder.paths else 0
print("begins", flush=True)
while True:
    model.weight.detach().fill_(number)
    folder.save(model, step=number, value=abs(number - 5.0))
    number += 1
"""


def test_a_killed_background_save_leaves_whole_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(12)
    kills, found, newest, there = times(12, 300), 0, -1, 0
    model = nn.Linear(300, 200)
    for _ in range(kills):
        child = subprocess.Popen(
            [sys.executable, "-c", ROTATING, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
        )
        assert child.stdout is not None and child.stdout.readline() == b"begins\n"
        time.sleep(float(rng.uniform(0.0, 0.25)))
        child.kill()
        child.wait()
        found += len(left(tmp_path))
        folder = Checkpoints(tmp_path, keep=3, best="loss")
        counts = folder.load_into(model)
        assert left(tmp_path) == []
        if counts is None:
            assert newest == -1
            continue
        # The number of a file, what it says and what is in it are one save's.
        assert counts[1] >= newest and bool((model.weight == counts[1]).all())
        newest = counts[1]
        for path in folder.paths:
            assert wb.load(path).weight.detach().numpy()[0, 0] == int(path[-15:-3])
        # Three and the best; and one more for each process in turn that was killed in its first save, after the rename
        # and before the removal.
        assert len(folder.paths) <= max(4, there) + 1
        there = len(folder.paths)
        if newest >= 5:
            assert folder.best is not None and int(folder.best[-15:-3]) == 5
    report("killed background saves", f"{kills} kills: {newest} saves, each whole; {found} temporary files left behind")
