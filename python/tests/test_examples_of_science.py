"""The examples with text and science as a stranger runs them: data at hand, wrong paths, Ctrl-C."""

import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest
from test_examples import COMPILE, EXAMPLES, LINK, run

TRANSFORMER = EXAMPLES / "16-character-transformer/character_transformer.py"
PINN = EXAMPLES / "17-burgers-pinn/burgers_pinn.py"
SURROGATE = EXAMPLES / "18-surrogate-in-a-simulation/surrogate.py"


def sentence(command, folder):
    """What a program that fails says: one line, and no traceback."""
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1 and "Traceback" not in result.stderr, result.stderr
    return result.stderr


def test_the_simulation_trains_its_surrogate_and_python_reads_it(tmp_path):
    run([*COMPILE, "-O2", SURROGATE.with_suffix(".c"), "-o", tmp_path / "surrogate", *LINK], tmp_path)
    assert "the network takes over" in run([tmp_path / "surrogate", "--quick"], tmp_path)
    assert "rates differ by at most" in run([sys.executable, SURROGATE], tmp_path)
    assert (tmp_path / "surrogate.png").read_bytes().startswith(b"\x89PNG")


def test_the_surrogate_says_what_has_to_run_first(tmp_path):
    assert "run the C program first" in sentence([sys.executable, SURROGATE, "--data", "nowhere"], tmp_path)


def test_the_transformer_reads_a_text_and_saves_its_model(tmp_path):
    (tmp_path / "text.txt").write_text("to be or not to be, that is the question. " * 100, encoding="utf-8")
    command = [sys.executable, TRANSFORMER, "--quick", "--data", "text.txt", "--save", "model.h5"]
    assert "15 of them distinct" in run(command, tmp_path)
    with h5py.File(tmp_path / "model.h5") as file:
        assert len(file) > 0


def test_the_transformer_refuses_what_is_no_text(tmp_path):
    (tmp_path / "short.txt").write_text("to be", encoding="utf-8")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    command = [sys.executable, TRANSFORMER, "--data"]
    assert "No such file" in sentence([*command, "nowhere.txt"], tmp_path)
    assert "at least 2560 characters, found 5" in sentence([*command, "short.txt"], tmp_path)
    assert "no text could be read" in sentence([*command, "bytes.txt"], tmp_path)


def test_the_pinn_reads_a_reference_solution(tmp_path):
    x, t = np.linspace(-1, 1, 9), np.linspace(0, 0.9, 4)
    with h5py.File(tmp_path / "u.h5", "w") as file:
        file["x-coordinate"], file["t-coordinate"], file["tensor"] = x, t, -np.sin(np.pi * x) * np.ones((1, 4, 1))
    assert "relative L2 error" in run([sys.executable, PINN, "--quick", "--data", "u.h5"], tmp_path)


def test_the_pinn_refuses_what_is_no_reference_solution(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = np.zeros(3)
    (tmp_path / "text.h5").write_text("no HDF5", encoding="utf-8")
    for name in ("nowhere.h5", "other.h5", "text.h5"):
        assert "no reference solution could be read" in sentence([sys.executable, PINN, "--data", name], tmp_path)


@pytest.mark.parametrize(
    "program, ends_with", [(TRANSFORMER, "nats a character"), (PINN, "relative L2 error")], ids=["transformer", "pinn"]
)
def test_ctrl_c_ends_the_training_and_the_figure_comes_all_the_same(program, ends_with, tmp_path):
    if program == TRANSFORMER:
        (tmp_path / "text.txt").write_text("to be or not to be, that is the question. " * 100, encoding="utf-8")
        command = [sys.executable, "-u", program, "--data", "text.txt", "--steps", "1000000"]
    else:
        command = [sys.executable, "-u", program, "--points", "200", "--adam", "1000000"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert "parameters" in process.stdout.readline()  # the training begins
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0 and errors == ""
    assert "stopped" in out and ends_with in out
