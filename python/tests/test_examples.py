"""The examples run and reach the answers that they state. (examples/01-digits is `make demo`.)

An example is a Python program, often with its twin in C, or a program in Fortran. Those that need minutes have a short
form, --quick. What is special about those with text and science: test_examples_of_science.py."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from support import compile_fortran

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
FOLDERS = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.name[:2].isdigit())
FORTRAN = [name for name in FOLDERS if list((EXAMPLES / name).glob("*.f90"))]
BY_THEMSELVES = ("01-digits", "18-surrogate-in-a-simulation")
NAMES = [name for name in FOLDERS if name not in FORTRAN and name not in BY_THEMSELVES]
IN_C = [name for name in NAMES if list((EXAMPLES / name).glob("*.c")) and name != "11-mnist-cnn"]
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


def test_the_cnn_in_c_evaluates_what_python_saved_to_the_same_figures_and_trains_by_itself(tmp_path):
    folder, results = EXAMPLES / "11-mnist-cnn", []
    run([*COMPILE, folder / "mnist_cnn.c", "-o", tmp_path / "mnist_cnn", *LINK], tmp_path)
    results.append(run([sys.executable, folder / "mnist_cnn.py", "--epochs", "2"], tmp_path))
    results.append(run(["./mnist_cnn", "demo-output/digits.h5", "demo-output/mnist-cnn.h5"], tmp_path))
    results.append(run(["./mnist_cnn", "demo-output/digits.h5"], tmp_path))
    python, read, trained = [re.search(r"test accuracy (\S+)%, test loss (\d\.\d{6})", text) for text in results]
    assert read[1] == python[1] and read[2] == python[2]
    assert float(trained[1]) > 50


@pytest.mark.parametrize("name", ["11-mnist-cnn", "12-lstm-rows"])
def test_a_wrong_path_and_a_wrong_count_get_a_sentence_and_no_traceback(name, tmp_path):
    program = the_only("*.py", EXAMPLES / name)
    (tmp_path / "text.h5").write_text("no HDF5", encoding="utf-8")
    with h5py.File(tmp_path / "rows.h5", "w") as file:
        for part in ("train", "test"):
            file[f"{part}/images"], file[f"{part}/labels"] = np.zeros((5, 64), "u1"), np.zeros(5, "u1")
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    for words, sentence in (
        (["--data", "nothing.h5"], "nothing.h5: cannot be opened"),
        (["--data", "text.h5"], "text.h5"),
        (["--data", "empty.h5"], "train/images"),
        (["--data", "rows.h5"], "expected images [rows, side, side] with sides that 4 divides, found [5, 64]"),
        (["--epochs", "0"], "expected at least 1 epoch, found 0"),
    ):
        result = subprocess.run([sys.executable, program, *words], cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode != 0 and sentence in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize("name", ["11-mnist-cnn", "12-lstm-rows"])
def test_ctrl_c_ends_the_training_and_what_there_is_is_tested_and_saved(name, tmp_path):
    command = [sys.executable, the_only("*.py", EXAMPLES / name), "--epochs", "10000"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        for line in child.stdout:
            if line.startswith("epoch 1/"):
                child.send_signal(signal.SIGINT)
                break
        output, errors = child.communicate(timeout=120)
    assert child.returncode == 0 and errors == ""
    assert "\nstopped" in "\n" + output and "test accuracy" in output and "Written to" in output
    assert list((tmp_path / "demo-output").glob("*.h5"))


def test_the_c_program_of_the_digits_compiles(tmp_path):
    run([*COMPILE, EXAMPLES / "01-digits" / "evaluate.c", "-o", tmp_path / "evaluate", *LINK], tmp_path)
