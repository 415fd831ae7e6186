"""Programs in TensorFlow's idiom run without a change under `python -m wingbeat.tf`, and print what TensorFlow prints
(tf_scripts/printed, written by scripts/compare_scripts.py --tensorflow)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from printed_numbers import differences
from support import ROOT

FOLDER = Path(__file__).parent / "tf_scripts"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "formulas")


def run(*arguments, folder=FOLDER):
    return subprocess.run(
        [sys.executable, "-m", "wingbeat.tf", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_there_is_what_tensorflow_printed_of_each():
    assert len(NAMES) >= 7 and NAMES == sorted(path.stem for path in (FOLDER / "printed").glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_prints_what_it_prints_with_tensorflow(name):
    done = run(f"{name}.py")
    assert done.returncode == 0, done.stderr
    expected = (FOLDER / "printed" / f"{name}.txt").read_text(encoding="utf-8")
    assert differences(done.stdout, expected) == []


def test_a_script_imports_modules_under_every_name(tmp_path):
    (tmp_path / "program.py").write_text(
        "import tensorflow as tf\n"
        "import tensorflow.math as tfm\n"
        "from tensorflow import nn, data\n"
        "from tensorflow.data import Dataset\n"
        "import wingbeat.tf\n"
        "assert tf is wingbeat.tf and tfm is tf.math and nn is tf.nn and Dataset is tf.data.Dataset\n"
        "for name in ('strings', 'io', 'lite', 'distribute'):\n"
        "    try:\n"
        "        __import__('tensorflow.' + name)\n"
        "    except ImportError as error:\n"
        "        print(error)\n"
        "raise SystemExit(3)\n"
    )
    done = run("program.py", folder=tmp_path)
    assert done.returncode == 3, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 4 and all(line.startswith("No module named 'tensorflow.") and ": " in line for line in lines)


def test_without_a_program_the_usage_is_shown(tmp_path):
    done = run(folder=tmp_path)
    assert done.returncode == 2 and "usage: python -m wingbeat.tf" in done.stdout
    missing = run("nothing.py", folder=tmp_path)
    assert missing.returncode == 2 and missing.stderr.startswith("wingbeat.tf: cannot open 'nothing.py'")
