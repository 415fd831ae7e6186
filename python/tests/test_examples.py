"""The examples run and reach the answers that they state, from Python and from C. (examples/01-digits is `make demo`.)"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.name[:2].isdigit() and folder.name != "01-digits")
COMPILE = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}"]
LINK = [f"-L{ROOT / 'build/lib'}", "-lwingbeat", f"-Wl,-rpath,{ROOT / 'build/lib'}", "-lm"]


def the_only(pattern, folder):
    (found,) = folder.glob(pattern)
    return found


def run(command, folder):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stderr == ""
    return result.stdout


@pytest.mark.parametrize("name", NAMES)
def test_the_python_program_reaches_its_answer(name, tmp_path):
    assert run([sys.executable, the_only("*.py", EXAMPLES / name)], tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_the_c_program_reaches_its_answer(name, tmp_path):
    source = the_only("*.c", EXAMPLES / name)
    run([*COMPILE, source, "-o", tmp_path / source.stem, *LINK], tmp_path)
    assert run([tmp_path / source.stem], tmp_path)


@pytest.mark.parametrize("name", ["01-digits", *NAMES])
def test_each_example_has_a_c_and_a_python_twin_and_says_what_it_is(name):
    assert (EXAMPLES / name / "README.md").read_text(encoding="utf-8").startswith("# ")
    assert the_only("*.py", EXAMPLES / name) and the_only("*.c", EXAMPLES / name)


def test_the_c_program_of_the_digits_compiles(tmp_path):
    run([*COMPILE, EXAMPLES / "01-digits" / "evaluate.c", "-o", tmp_path / "evaluate", *LINK], tmp_path)
