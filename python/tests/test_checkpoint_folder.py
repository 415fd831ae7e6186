"""Checkpoints: rotating, the best kept, written while training goes on, resumed from the newest whole one."""

import logging
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
from support import ROOT, numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.training import Checkpoints, Trainer

X = numbers((60, 4), "float32", 1)
Y = (X @ np.array([1.0, -2, 0.5, 1]) > 0).astype("i8")


def trainer(seed=0):
    wb.manual_seed(seed)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, 2))
    return Trainer(model, nn.CrossEntropyLoss(), optim.Adam(model.parameters(), lr=0.05))


def weights(t):
    return [p.detach().numpy().copy() for p in t.model.parameters()]


def names(folder):
    return sorted(os.listdir(folder))


def name(number):
    return f"checkpoint-{number:012}.h5"


def test_the_newest_stay(tmp_path):
    t = trainer()
    t.fit((X, Y), epochs=5, batch_size=30, checkpoints=Checkpoints(tmp_path / "run", keep=3))
    assert names(tmp_path / "run") == [name(6), name(8), name(10)]


def test_the_best_stays_too_and_a_folder_opened_again_knows_it(tmp_path):
    t, folder = trainer(), Checkpoints(tmp_path / "run", keep=2, best="val_loss")
    for step, value in enumerate([3.0, 1.0, 2.0, float("nan"), 5.0]):
        folder.save(t.model, t.optimizer, step=step, value=value)
    assert folder.best.endswith(name(1)) and names(tmp_path / "run") == [name(1), name(3), name(4)]
    again = Checkpoints(tmp_path / "run", keep=2, best="val_loss")
    again.save(t.model, step=5, value=4.0)
    assert [os.path.basename(path) for path in again.paths] == [name(1), name(4), name(5)]
    again.save(t.model, step=6, value=0.5)
    assert [os.path.basename(path) for path in again.paths] == [name(5), name(6)]
    # Judged by something else, what the files say means nothing.
    other = Checkpoints(tmp_path / "run", keep=2, best="accuracy")
    assert other.best is None
    largest = Checkpoints(tmp_path / "largest", keep=1, best="accuracy")
    for step, value in enumerate([0.5, 0.9, 0.7]):
        largest.save(t.model, step=step, value=value)
    assert largest.best.endswith(name(1))


def test_a_damaged_file_is_not_the_best(tmp_path):
    t, folder = trainer(), Checkpoints(tmp_path / "run", keep=2, best="loss")
    for step, value in enumerate([3.0, 0.5, 2.0]):
        folder.save(t.model, step=step, value=value)
    assert folder.best.endswith(name(1))
    path = tmp_path / "run" / name(1)
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    again = Checkpoints(tmp_path / "run", keep=2, best="loss")
    assert again.best.endswith(name(2))
    again.save(t.model, step=3, value=4.0)
    again.save(t.model, step=4, value=5.0)
    assert [os.path.basename(path) for path in again.paths] == [name(2), name(3), name(4)]
    # A folder that is open finds out where it reads.
    (tmp_path / "run" / name(4)).write_bytes(b"")
    (tmp_path / "run" / name(2)).write_bytes(b"")
    assert again.load_into(t.model) == (0, 3) and again.best.endswith(name(2))
    (tmp_path / "run" / name(3)).write_bytes(b"")
    assert again.load_into(t.model) is None and again.best is None


def test_fit_judges_by_what_it_reports(tmp_path):
    t = trainer()
    folder = Checkpoints(tmp_path / "run", keep=1, best="validation_loss")
    t.fit((X, Y), epochs=6, batch_size=20, validation=(X, 1 - Y), checkpoints=folder)
    losses = [p.validation_loss for p in t.history]
    best = int(np.argmin(losses))
    assert folder.best.endswith(name(3 * (best + 1)))
    with h5py.File(folder.best) as file:
        assert file.attrs["monitor_value"] == losses[best] and file.attrs["monitor"] == b"validation_loss"
    with pytest.raises(wb.ArgumentError, match="'f1'.*there are loss, accuracy, validation_loss"):
        t.fit((X, Y), epochs=7, checkpoints=Checkpoints(tmp_path / "run", best="f1"))


def test_a_file_written_beside_the_training_has_the_bytes_of_one_that_it_waited_for(tmp_path):
    kinds = {}
    for background in (False, True):
        t, folder = trainer(), Checkpoints(tmp_path / str(background), keep=99, background=background)
        wb.manual_seed(5)
        t.fit((X, Y), epochs=3, batch_size=7, checkpoints=folder, checkpoint_every=1)
        kinds[background] = [open(path, "rb").read() for path in folder.paths], weights(t)
    without, beside = kinds[False], kinds[True]
    assert len(without[0]) == 27
    for old, new in zip(without[0], beside[0]):
        # Only `seconds` of the history differs from run to run.
        assert len(old) == len(new)
    assert all(map(same_bits, without[1], beside[1]))


def test_a_save_has_the_values_of_its_moment_to_the_byte(tmp_path):
    wb.manual_seed(1)
    model = nn.Sequential(nn.Linear(300, 300), nn.ReLU(), nn.Linear(300, 300))
    opt = optim.Adam(model.parameters(), lr=1e-3)
    folder = Checkpoints(tmp_path / "run", keep=100)
    x = wb.randn(16, 300)

    def step():
        opt.zero_grad()
        model(x).square().mean().backward()
        opt.step()

    captured = wb.compile(step)
    for place in range(8):
        model.save(tmp_path / f"{place}.h5", opt, step=place)
        folder.save(model, opt, step=place)
        for _ in range(5):  # goes on while the file is written
            (captured if place % 2 else step)()
    for place, path in enumerate(folder.paths):
        assert open(path, "rb").read() == open(tmp_path / f"{place}.h5", "rb").read(), place


def test_resume_goes_on_from_the_newest_whole_file_to_the_bit(tmp_path, caplog):
    whole = trainer()
    whole.fit((X, Y), epochs=4, batch_size=20, seed=3)
    first = trainer()
    first.fit((X, Y), epochs=4, batch_size=20, seed=3, max_steps=8, checkpoints=tmp_path / "run", checkpoint_every=1)
    assert names(tmp_path / "run") == [name(6), name(7), name(8)]
    eight, seven = tmp_path / "run" / name(8), tmp_path / "run" / name(7)
    eight.write_bytes(eight.read_bytes()[:-3000])
    content = bytearray(seven.read_bytes())
    content[len(content) // 2] ^= 4
    seven.write_bytes(content)
    (tmp_path / "run" / ".wingbeat-0123456789abcdef-dead.tmp").write_bytes(b"left")
    (tmp_path / "run" / "checkpoint-99.h5").write_bytes(b"somebody else's")
    second = trainer(seed=9)
    with caplog.at_level(logging.INFO, "wingbeat"):
        assert second.fit((X, Y), epochs=4, batch_size=20, seed=3, checkpoints=tmp_path / "run", resume="auto")
    notes = [record.message for record in caplog.records if "not whole" in record.message]
    assert len(notes) == 2 and name(8) in notes[0] and name(7) in notes[1] and "damaged" in notes[0]
    assert all(map(same_bits, weights(whole), weights(second))) and second.total_steps == 12
    assert len(second.history) == 4
    # The one that is not whole was the first to go.
    assert names(tmp_path / "run") == [name(6), name(9), name(12), "checkpoint-99.h5"]


def test_what_a_training_saves_now_stays_where_files_of_higher_numbers_lie(tmp_path):
    """Files that are not whole, and files of another run, are older than what is saved now."""
    old, folder = trainer(), tmp_path / "run"
    for step in (100, 200, 300):
        Checkpoints(folder).save(old.model, step=step)
    for step in (100, 200, 300):
        (folder / name(step)).write_bytes((folder / name(step)).read_bytes()[:-3000])
    anew = trainer()
    anew.fit((X, Y), epochs=2, batch_size=30, checkpoints=folder, resume="auto")
    assert anew.total_steps == 4 and names(folder) == [name(2), name(4), name(300)]
    assert Checkpoints(folder).resume(trainer()).endswith(name(4))
    # The same of whole ones: a run that begins anew keeps what it saves.
    checkpoints = Checkpoints(tmp_path / "other", keep=2)
    for step in (100, 200):
        checkpoints.save(old.model, step=step)
    checkpoints.wait()
    again = Checkpoints(tmp_path / "other", keep=2)
    kept = []
    for step in (1, 2, 3):
        again.save(old.model, step=step)
        kept.append([os.path.basename(path) for path in again.paths])
    assert kept == [[name(1), name(200)], [name(1), name(2)], [name(2), name(3)]]


def test_resume_begins_where_there_is_no_file_and_refuses_another_model(tmp_path):
    t = trainer()
    assert t.fit((X, Y), epochs=1, checkpoints=tmp_path / "run", resume="auto") == "epochs"
    other = nn.Sequential(nn.Linear(4, 2))
    with pytest.raises(wb.StructureError):
        Trainer(other, nn.CrossEntropyLoss(), optim.Adam(other.parameters())).fit(
            (X, Y), checkpoints=tmp_path / "run", resume="auto"
        )
    with pytest.raises(wb.ArgumentError, match="resume needs checkpoints"):
        t.fit((X, Y), resume="auto")
    folder = Checkpoints(tmp_path / "run")
    model = trainer(5).model
    assert folder.load_into(model) == (1, 2) and all(
        same_bits(a, b.detach().numpy()) for a, b in zip(weights(t), model.parameters())
    )
    assert Checkpoints(tmp_path / "empty").load_into(model) is None


def test_a_newer_version_is_passed_over(tmp_path):
    t, folder = trainer(), Checkpoints(tmp_path / "run")
    for step in range(2):
        folder.save(t.model, t.optimizer, step=step)
    folder.wait()
    with h5py.File(folder.paths[1], "r+") as file:
        file.attrs["format_version"] = np.int64(99)
    assert folder.load_into(t.model) == (0, 0)


def test_wrong_settings_are_refused(tmp_path):
    for arguments, what in [({"keep": 0}, "keep"), ({"mode": "least"}, "mode")]:
        with pytest.raises(wb.ArgumentError, match=what):
            Checkpoints(tmp_path / "run", **arguments)
    (tmp_path / "file").write_text("here")
    with pytest.raises(wb.FileError, match="cannot be made"):
        Checkpoints(tmp_path / "file")
    with pytest.raises(wb.FileError, match="cannot be made"):
        Checkpoints(tmp_path / "nothing" / "below")
    with pytest.raises(wb.ArgumentError, match="negative"):
        Checkpoints(tmp_path / "run").save(trainer().model, step=-1)


LIMITED = """
import resource, signal, sys
import wingbeat as wb
from wingbeat import nn
from wingbeat.training import Checkpoints
folder = Checkpoints(sys.argv[1], keep=3)
small, large = nn.Linear(3, 3), nn.Linear(600, 600)
folder.save(small, step=1)
folder.wait()
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
folder.save(large, step=2)
try:
    folder.save(small, step=3)
    print("no failure")
except wb.FileError as error:
    print("told", "cannot be written" in str(error))
folder.save(small, step=4)
folder.wait()
print([path[-4:-3] for path in folder.paths])
"""


def child(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
    )


def test_a_full_disk_is_told_by_the_next_call_and_the_files_before_stay(tmp_path):
    done = child(LIMITED, tmp_path / "run")
    assert done.stdout.split("\n")[:2] == ["told True", "['1', '4']"], done.stderr
    assert names(tmp_path / "run") == [name(1), name(4)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told_at_once(tmp_path):
    folder = Checkpoints(tmp_path / "run")
    (tmp_path / "run").chmod(0o500)
    with pytest.raises(wb.FileError):
        folder.save(trainer().model)
    (tmp_path / "run").chmod(0o700)


ENDING = """
import sys
import wingbeat as wb
from wingbeat import nn
from wingbeat.training import Checkpoints
folder = Checkpoints(sys.argv[1])
folder.save(nn.Linear(1500, 1500), step=7)
"""


def test_a_process_that_ends_has_written_its_last_file(tmp_path):
    done = child(ENDING, tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "run") == [name(7)]
    assert wb.load(tmp_path / "run" / name(7)).in_features == 1500


FORKING = """
import os, sys
import wingbeat as wb
from wingbeat import nn
from wingbeat.training import Checkpoints
folder = Checkpoints(sys.argv[1], keep=4)
model = nn.Linear(400, 400)
for step in range(12):
    folder.save(model, step=step)
    child = os.fork()
    if child == 0:
        own = Checkpoints(sys.argv[2], keep=2)
        own.save(nn.Linear(5, 5), step=step)
        folder.wait()
        own.wait()
        assert wb.ones(3).sum().item() == 3
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
folder.wait()
print("whole", [wb.load(path).in_features for path in folder.paths])
"""


def test_a_fork_while_a_file_is_written_leaves_both_whole(tmp_path):
    done = child(FORKING, tmp_path / "parent", tmp_path / "child")
    assert done.stdout.strip() == "whole [400, 400, 400, 400]", (done.stdout, done.stderr)
    assert names(tmp_path / "parent") == [name(n) for n in range(8, 12)]
    assert names(tmp_path / "child") == [name(10), name(11)]
