"""Lines for whoever asks why something works in another way than usual."""

import logging
import os
import subprocess
import sys

import numpy as np

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.training import Trainer


def lines(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "wingbeat"]


def test_a_function_that_is_captured_again_says_so(caplog):
    double = wb.compile(lambda x: x * 2)
    with caplog.at_level(logging.INFO, "wingbeat"):
        double(wb.zeros(3))
        double(wb.ones(3))
        assert lines(caplog) == []
        double(wb.zeros(4))
    assert len(lines(caplog)) == 1 and "captured again" in lines(caplog)[0]


def test_a_trainer_says_which_batch_it_captures_its_step_for(caplog):
    x, y = np.ones((10, 2), "f4"), np.ones((10, 1), "f4")
    model = nn.Linear(2, 1)
    trainer = Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))
    with caplog.at_level(logging.INFO, "wingbeat"):
        trainer.fit((x, y), epochs=2, batch_size=4)
    assert sum("batches of 2 rows" in line for line in lines(caplog)) == 1


def test_a_missing_library_is_said_once(tmp_path):
    """OpenBLAS is looked for under its name alone, so an empty file of that name hides it."""
    (tmp_path / "libopenblas.so.0").write_bytes(b"")
    program = """
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(name)s %(message)s")
import wingbeat as wb
for _ in range(2):
    try:
        wb.linalg.inv(wb.eye(2))
    except wb.Error as error:
        print("error", error)
"""
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path), "PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    said = run.stdout.splitlines()
    assert sum(line.startswith("wingbeat OpenBLAS") for line in said) == 1
    assert sum(line.startswith("error") for line in said) == 2
