"""The examples run and reach the answers that they state. (examples/01-digits is `make demo`.)

An example is a Python program, often with its twin in C, or a program in Fortran. Those that need minutes have a short
form, --quick. What is special about those with text and science: test_examples_of_science.py."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import compile_fortran

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
FOLDERS = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.name[:2].isdigit())
FORTRAN = [name for name in FOLDERS if list((EXAMPLES / name).glob("*.f90"))]
NAMES = [name for name in FOLDERS if name not in FORTRAN and name not in ("01-digits", "18-surrogate-in-a-simulation")]
IN_C = [name for name in NAMES if list((EXAMPLES / name).glob("*.c"))]
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
    program = the_only("*.py", EXAMPLES / name)
    short = ["--quick"] if "--quick" in program.read_text(encoding="utf-8") else []
    assert run([sys.executable, program, *short], tmp_path)


@pytest.mark.parametrize("name", IN_C)
def test_the_c_program_reaches_its_answer(name, tmp_path):
    source = the_only("*.c", EXAMPLES / name)
    run([*COMPILE, source, "-o", tmp_path / source.stem, *LINK], tmp_path)
    assert run([tmp_path / source.stem], tmp_path)


@pytest.mark.skipif(shutil.which("gfortran") is None, reason="gfortran is not installed")
@pytest.mark.parametrize("name", FORTRAN)
def test_the_fortran_program_reaches_its_answer(name, tmp_path):
    source = the_only("*.f90", EXAMPLES / name)
    compile_fortran(source, tmp_path / source.stem)
    assert run([tmp_path / source.stem], tmp_path)


@pytest.mark.parametrize("name", FOLDERS)
def test_each_example_says_what_it_is_and_has_its_programs(name):
    assert (EXAMPLES / name / "README.md").read_text(encoding="utf-8").startswith("# ")
    if name not in FORTRAN:
        assert the_only("*.py", EXAMPLES / name)


def test_the_c_program_of_the_digits_compiles(tmp_path):
    run([*COMPILE, EXAMPLES / "01-digits" / "evaluate.c", "-o", tmp_path / "evaluate", *LINK], tmp_path)
