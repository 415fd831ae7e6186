"""Training scripts in PyTorch's idiom run without a change under `python -m wingbeat.torch`, and print what PyTorch
prints (scripts/printed, written by scripts/compare_scripts.py)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from printed_numbers import differences
from support import ROOT

FOLDER = Path(__file__).parent / "scripts"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "seeded")


def run(*arguments, folder=FOLDER):
    return subprocess.run(
        [sys.executable, "-m", "wingbeat.torch", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_there_are_twenty_scripts_and_what_pytorch_printed_of_each():
    assert len(NAMES) >= 20 and NAMES == sorted(path.stem for path in (FOLDER / "printed").glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_prints_what_it_prints_with_pytorch(name):
    done = run(f"{name}.py")
    assert done.returncode == 0, done.stderr
    expected = (FOLDER / "printed" / f"{name}.txt").read_text(encoding="utf-8")
    assert differences(done.stdout, expected) == []


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("loss 1.2345", "loss 1.2346", True),
        ("loss 1.23", "loss 1.33", False),
        ("epoch 3", "epoch 4", False),
        ("a 1.0", "b 1.0", False),
        ("x 1e-9", "x 2e-9", True),
        ("a\nb", "a", False),
        ("v -0.5", "v 0.5", False),
    ],
)
def test_numbers_are_compared_closely_and_words_exactly(one, other, same):
    assert (differences(one, other) == []) is same
