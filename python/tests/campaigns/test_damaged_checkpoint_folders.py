"""Folders of checkpoints whose files are damaged: what is resumed from is the newest file that is whole, to the bit.

Some of three sealed files are changed at random, cut, emptied, or replaced by something that is no file. The others
are whole. A child process resumes a trainer, loads into a model, asks for the best file, and goes on training there.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
from campaign import report, times
from test_damaged_checkpoints import build, mutated
from test_damaged_data_sets import Child as Reader

import wingbeat as wb
from wingbeat.training import Checkpoints

CHILD = """
import hashlib, json, os, resource, sys
import numpy as np
import wingbeat as wb
from wingbeat.training import Checkpoints
from test_damaged_checkpoint_folders import data
from test_damaged_checkpoints import build, model

def told(module):
    parts = [value.detach().numpy().tobytes() for value in module.state_dict().values()]
    return hashlib.sha256(b"".join(parts)).hexdigest()

def resumed(folder):
    trainer = build()
    path = Checkpoints(folder, best="loss").resume(trainer)
    return [path and os.path.basename(path), told(trainer.model), trainer.total_steps]

def loaded(folder):
    made = model()
    counts = Checkpoints(folder).load_into(made)
    return [counts, told(made)]

def best(folder):
    return [Checkpoints(folder, best="loss").best]

def goes_on(folder):
    trainer = build()
    trainer.fit(data(), epochs=50, batch_size=16, seed=1, max_steps=1, checkpoints=folder, checkpoint_every=1,
                resume="auto")
    again = build()
    path = Checkpoints(folder).resume(again)
    return [os.path.basename(path), again.total_steps, told(again.model) == told(trainer.model)]

wb.set_num_threads(1)
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30),) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print("ready", flush=True)
for line in sys.stdin:
    folder, = json.loads(line)
    answers = {}
    for do in (resumed, loaded, best, goes_on):
        try:
            wb.manual_seed(0)
            answers[do.__name__] = do(folder)
        except Exception as error:
            answers[do.__name__] = [type(error).__name__, str(error)[:300]]
    print(json.dumps(answers), flush=True)
"""


class Child(Reader):
    """The process that resumes."""

    code = CHILD


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return rng.normal(size=(50, 40)).astype(np.float32), rng.normal(size=(50, 3)).astype(np.float32)


def ruin(path: Path, content: bytes, rng: np.random.Generator) -> None:
    """Damages a file. Its name stays, but for one that goes."""
    kind = int(rng.integers(0, 12))
    path.unlink()
    if kind < 7:
        path.write_bytes(mutated(content, rng))
    elif kind == 7:
        path.write_bytes(content[: int(rng.integers(0, len(content)))])
    elif kind == 8:
        os.mkfifo(path)
    elif kind == 9:
        path.mkdir()
    elif kind == 10:
        path.symlink_to(path.name if rng.random() < 0.5 else "/dev/zero")


def test_the_newest_whole_file_of_a_folder_is_resumed_from(tmp_path: Path) -> None:
    rng = np.random.default_rng(31)
    wb.manual_seed(5)
    made, sound = build(), tmp_path / "sound"
    made.fit(data(), epochs=3, batch_size=16, seed=1, checkpoints=Checkpoints(sound, best="loss"))
    names = sorted(os.listdir(sound))
    contents = [(sound / name).read_bytes() for name in names]
    folder, child, wrong = tmp_path / "run", Child(), []
    right = {}
    figures = {"resumed": 0, "begun anew": 0}
    try:
        for number in range(-3, times(60, 1000)):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name, content in zip(names, contents):
                (folder / name).write_bytes(content)
            if number < 0:  # the newest is sound; each of the files in its turn
                for name in names[number + 4 :]:
                    (folder / name).unlink()
                found = child.ask(str(folder))
                assert isinstance(found, dict), found
                right[names[number + 3]] = found
                assert found["resumed"][0] == names[number + 3] and found["goes_on"][2] is True, found
                continue
            chosen = [place for place in range(3) if rng.random() < 0.6] or [2]
            for place in chosen:
                ruin(folder / names[place], contents[place], rng)
            # A change may have been none, and a file that is cut by its seal alone is whole.
            whole = [
                name
                for name, content in zip(names, contents)
                if (folder / name).is_file() and (folder / name).read_bytes()[: len(content) - 20] == content[:-20]
            ]
            newest = max((name for name in names if names.index(name) not in chosen), default=None)
            found = child.ask(str(folder))
            if isinstance(found, str):
                wrong.append((number, found))
            else:
                name = found["resumed"][0]
                if name is None and newest is None:
                    figures["begun anew"] += 1
                    is_right = found["loaded"][0] is None and found["goes_on"][1:] == [1, True]
                else:
                    figures["resumed"] += 1
                    is_right = name in whole and (newest is None or name >= newest) and all(
                        found[what] == right[name][what] for what in ("resumed", "loaded", "goes_on")
                    )  # fmt: skip
                judged = found["best"][0]
                is_right = is_right and (judged is None or os.path.basename(judged) in whole)
                if not is_right:
                    wrong.append((number, chosen, found))
            if wrong and wrong[-1][0] == number:
                folder.rename(tmp_path / f"wrong-{number}")
    finally:
        child.end()
    report(
        "damaged folders of checkpoints",
        f"{sum(figures.values())} folders, {figures['resumed']} resumed from the newest whole file, "
        f"{figures['begun anew']} begun anew where none was whole, {len(wrong)} wrong",
    )
    assert not wrong, "\n".join(map(str, wrong[:10]))
