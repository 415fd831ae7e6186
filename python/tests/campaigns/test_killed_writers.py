"""A C program appends rows to a folder of parts and is killed again and again, while this process trains on what is
there. Each part is whole at any instant, no row is missing or there twice, and training sees right rows only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from campaign import library_folder, report, times
from support import ROOT

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.data import HDF5Dataset
from wingbeat.training import Trainer


@pytest.fixture(scope="module")
def appender(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("c") / "appender"
    library = library_folder()
    name = "-lwingbeat" if (library / "libwingbeat.so").exists() else "-l:libwingbeat.so.0"
    subprocess.run(
        ["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", ROOT / "python/tests/appender.c"]
        + ["-o", program, f"-L{library}", name, f"-Wl,-rpath,{library}"],
        check=True,
    )
    return program


def rows(folder: Path) -> int:
    """How many rows there are, all of them right."""
    data = HDF5Dataset(folder, "flow/x", "flow/y")
    x, y = (part.numpy() for part in data[:])
    number = np.arange(len(x))
    assert np.array_equal(x, np.stack([number, 2 * number, number % 7], 1).astype("f4"))
    assert np.array_equal(y[:, 0], number.astype("f4"))
    return len(x)


def test_killed_writers_leave_whole_parts_and_go_on(tmp_path: Path, appender: Path) -> None:
    rng = np.random.default_rng(3)
    kills, folder, most = times(6, 300), tmp_path / "run", 0
    wb.manual_seed(0)
    model = nn.Sequential(nn.Standardize(3), nn.Linear(3, 1))
    trainer, counts, left = Trainer(model, nn.L1Loss(), optim.SGD(model.parameters(), lr=1e-3)), [], 0
    for _ in range(kills):
        writer = subprocess.Popen([appender, folder, "1000000000", "200"], stdout=subprocess.PIPE)
        assert writer.stdout is not None and int(writer.stdout.readline()) == most
        until = time.monotonic() + float(rng.uniform(0.01, 0.4))
        if most:
            data = HDF5Dataset(folder, "flow/x", "flow/y")
            if not counts:
                model[0].adapt(data)

            def watched(progress: object) -> bool:
                counts.append(len(data))
                return time.monotonic() > until

            trainer.fit(data, epochs=trainer.epoch + 10_000, batch_size=64, callback=watched)
        time.sleep(max(0.0, until - time.monotonic()))
        writer.kill()
        writer.wait()
        left += sum(name.startswith(".wingbeat-") for name in os.listdir(folder))
        found = rows(folder) if any(name.startswith("part-") for name in os.listdir(folder)) else 0
        assert found % 200 == 0 and found >= most
        most = found
    assert counts == sorted(counts) and np.isfinite(trainer.total_steps)
    done = subprocess.run([appender, folder, str(most + 123), "200"], capture_output=True, check=True)
    assert int(done.stdout) == most and rows(folder) == most + 123
    assert [name for name in os.listdir(folder) if not name.startswith("part-")] == []
    report(
        "killed writers",
        f"{kills} kills of a C program, {most} rows, all right; {trainer.total_steps} steps "
        f"trained meanwhile; {left} temporary files left behind, none after the next part",
    )


def test_two_processes_and_two_threads_read_what_grows(tmp_path: Path, appender: Path) -> None:
    folder = tmp_path / "run"
    subprocess.run([appender, folder, "400", "200"], capture_output=True, check=True)
    writer = subprocess.Popen([appender, folder, "3000", "200"], stdout=subprocess.DEVNULL)
    reader = (
        "import sys, threading\n"
        f"sys.path[:0] = [{str(ROOT / 'python/tests')!r}, {str(ROOT / 'python/tests/campaigns')!r}]\n"
        "from test_killed_writers import rows\n"
        "from pathlib import Path\n"
        "def read():\n"
        "    for _ in range(3): rows(Path(sys.argv[1]))\n"
        "threads = [threading.Thread(target=read) for _ in range(2)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
        "print('right')\n"
    )
    readers = [
        subprocess.Popen([sys.executable, "-c", reader, folder], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for process in readers:
        assert process.communicate(timeout=200)[0].strip() == "right"
    assert writer.wait(200) == 0 and rows(folder) == 3000
