"""Damaged checkpoints through every function that reads one: an error or the right values, whatever the file's bytes
are.

Each file is a sound one with some bytes changed: a bit or a byte flipped, a number made small or large, a stretch
cleared, copied from elsewhere or cut out, the end cut off or added to; sealed and, as other tools leave it, without its
seal; of both versions of the format, of HDF5's old and new forms. A child process with bounded memory reads it, and
begins anew only where it has died. Nothing may crash or hang. An error is right, and so are the sound file's values.
Other values count as wrong, but for those of files without checksums: nothing tells there that a number was changed.
"""

from __future__ import annotations

import os
import select
import shutil
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from campaign import report, times
from support import ROOT

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.data import TensorDataset
from wingbeat.training import Trainer

CHILD = """
import hashlib, resource, sys
import numpy as np
import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.data import HDF5Dataset, TensorDataset
from wingbeat.training import Trainer
from test_damaged_checkpoints import build, model

def told(values):
    return hashlib.sha256(b"".join(np.ascontiguousarray(value).tobytes() for value in values)).hexdigest()[:16]

def states(module):
    return [value.detach().numpy() for value in module.state_dict().values()]

def whole(path):
    loaded = wb.load(path)
    return repr(loaded).encode(), told(states(loaded)).encode()

def into(path):
    made = model()
    counts = made.load(path)
    return [np.array(counts), *states(made)]

def optimizer(path):
    made = build()
    counts = made.model.load(path, made.optimizer)
    state = made.optimizer.state_dict()
    return [np.array(counts), *states(made.model), np.frombuffer(repr(state).encode(), np.uint8)]

def trainer(path):
    made = build()
    made.load(path)
    return [np.array([made.epoch, made.step, made.total_steps]), *states(made.model)]

def rows(path):
    data = HDF5Dataset(path, "parameters/0.weight")
    return [x.numpy() for batch in data.batches(2) for x in ([batch] if isinstance(batch, wb.Tensor) else batch)]

def names(path):
    HDF5Dataset(path, "parameters/none")
    return []

def load(path):
    return [np.frombuffer(b"".join(whole(path)), np.uint8)]

loaders = {"load": load, "load_into": into, "optimizer": optimizer, "trainer": trainer, "dataset": rows, "names": names}
wb.set_num_threads(1)
pages = int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * 4096 + (1 << 30),) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print("ready", flush=True)
for line in sys.stdin:
    path, *chosen = line.split()
    for name in chosen:
        try:
            answer = "value " + told(loaders[name](path))
        except (wb.Error, MemoryError) as error:
            said = str(error)
            explains = path.rsplit("/", 1)[1] in said or "memory" in said or ":" in said
            answer = ("error " if explains else "unsaid ") + said.replace("\\n", " ")[:200]
        except Exception as error:
            answer = f"raised {type(error).__name__} {error}".replace("\\n", " ")[:200]
        print(answer, flush=True)
"""
LOADERS = ("load", "load_into", "optimizer", "trainer", "dataset", "names")
LIMIT = 60.0


def model() -> nn.Sequential:
    return nn.Sequential(nn.Linear(40, 60), nn.ReLU(), nn.Linear(60, 3), nn.Softmax(1))


def build() -> Trainer:
    made = model()
    return Trainer(made, nn.MSELoss(), optim.Adam(made.parameters(), lr=0.01))


class Reader:
    """The child, started when it is needed."""

    code = CHILD

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.left = b""

    def start(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            folder = Path(__file__).parent
            self.left = b""
            self.process = subprocess.Popen(
                [sys.executable, "-c", self.code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'python'}:{folder}:{folder.parent}"},
            )
            assert self.line() == "ready"
        return self.process

    def line(self) -> str | None:
        """The next line, None if the child has died, "hang" if none comes."""
        assert self.process is not None and self.process.stdout is not None
        end = time.monotonic() + LIMIT
        while b"\n" not in self.left:
            if not select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))[0]:
                return "hang"
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                return None
            self.left += more
        line, _, self.left = self.left.partition(b"\n")
        return line.decode("utf-8", "replace")

    def stop(self) -> int:
        assert self.process is not None
        self.process.kill()
        status = self.process.wait()
        self.process = None
        return status

    def read(self, path: Path, loaders: tuple[str, ...] = LOADERS) -> dict[str, str]:
        answers = {}
        for loader in loaders:
            process = self.start()
            assert process.stdin is not None
            process.stdin.write(f"{path} {loader}\n".encode())
            process.stdin.flush()
            answer = self.line()
            if answer is None:
                assert self.process is not None
                answer = f"crash {self.process.wait()}"
                self.process = None
            elif answer == "hang":
                self.stop()
            answers[loader] = answer
        return answers


def unsealed(content: bytes) -> bytes:
    return content[:-20] if content[-20:-12] == b"wb.crc32" else content


def sealed(content: bytes) -> bytes:
    """Whoever means harm can seal a file."""
    return content + struct.pack("<8sQI", b"wb.crc32", len(content), zlib.crc32(content))


def sources(folder: Path) -> dict[str, tuple[bytes, bool]]:
    """Sound files, each with whether all its numbers have checksums."""
    wb.manual_seed(5)
    rng = np.random.default_rng(5)
    made = build()
    made.fit(
        TensorDataset(
            wb.tensor(rng.normal(size=(50, 40)).astype(np.float32)),
            wb.tensor(rng.normal(size=(50, 3)).astype(np.float32)),
        ),
        epochs=2,
        batch_size=16,
    )
    made.save(folder / "new.h5")
    new = (folder / "new.h5").read_bytes()
    found = {"sealed": (new, True), "unsealed": (unsealed(new), True)}
    shutil.copy(folder / "new.h5", folder / "edited.h5")
    with h5py.File(folder / "edited.h5", "r+") as file:
        file["optimizer/groups/0"].attrs["lr"] = 0.5
        file["trainer"].attrs["note"] = "by another tool"
    found["edited by h5py"] = ((folder / "edited.h5").read_bytes(), False)
    for version in ("earliest", "v110", "v112"):
        for settings in ({}, {"chunks": (7, 9), "compression": 1, "fletcher32": True}):

            def copy(source: h5py.Group, target: h5py.Group, settings: dict[str, object] = settings) -> None:
                for name, value in source.attrs.items():
                    target.attrs[name] = value.decode() if isinstance(value, bytes) else value  # of varying length
                for name, item in source.items():
                    if isinstance(item, h5py.Group):
                        copy(item, target.create_group(name))
                    else:
                        target.create_dataset(
                            name, data=item[()], **(settings if item.ndim == 2 and min(item.shape) > 9 else {})
                        )

            with h5py.File(folder / "new.h5") as source, h5py.File(folder / "copy.h5", "w", libver=version) as target:
                copy(source, target)
            found[f"{version}{' compressed' if settings else ''}"] = ((folder / "copy.h5").read_bytes(), False)
    for name in ("cross-entropy", "nested-float32", "sgd-dampening", "net"):
        content = (ROOT / "Tests" / "fixtures" / "checkpoints-1" / f"{name}.h5").read_bytes()
        found[f"version 1, {name}"] = (unsealed(content), True)
    return found


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    data = bytearray(content)
    for _ in range(1 if rng.random() < 0.7 else int(rng.integers(2, 6))):
        place = int(rng.integers(0, len(data)))
        if rng.random() < 0.5:
            # Near a structure: what is damaged there is looked at.
            marks = [
                b"OHDR",
                b"FRHP",
                b"FHDB",
                b"BTHD",
                b"BTLF",
                b"GCOL",
                b"TREE",
                b"SNOD",
                b"HEAP",
                b"FADB",
                b"FAHD",
                b"\x01\x00",
            ]
            at = data.find(marks[int(rng.integers(len(marks)))], place)
            if at >= 0:
                place = min(len(data) - 1, at + int(rng.integers(0, 48)))
        kind = int(rng.integers(0, 9))
        if kind < 3:
            data[place] ^= 1 << int(rng.integers(0, 8))
        elif kind == 3:
            data[place] = int(rng.integers(0, 256))
        elif kind == 4:
            size = int(rng.choice([2, 4, 8]))
            number = int(
                rng.choice(
                    [0, 1, 2 ** (8 * size) - 1, 2 ** (8 * size - 1), len(data), place, 2 ** (8 * size - 1) - 1],
                    p=[1 / 7] * 7,
                )
                if size < 8
                else [0, 1, 2**64 - 1, 2**63, len(data), place, 2**40][int(rng.integers(0, 7))]
            )
            data[place : place + size] = (number % 2 ** (8 * size)).to_bytes(size, "little")
        elif kind == 5:
            data[place : place + int(rng.integers(1, 64))] = bytes(int(rng.integers(1, 64)))
        elif kind == 6:
            other, size = int(rng.integers(0, len(data))), int(rng.integers(1, 64))
            data[place : place + size] = data[other : other + size]
        elif kind == 7:
            del data[place : place + int(rng.integers(1, 32))]
        else:
            data = (
                data[:place]
                if rng.random() < 0.5
                else data + bytes(rng.integers(0, 256, int(rng.integers(1, 64)), dtype=np.uint8))
            )
        if not data:
            data = bytearray(b"\0")
    return bytes(data)


def test_a_damaged_checkpoint_is_refused_or_read_right(tmp_path: Path) -> None:
    rng = np.random.default_rng(20)
    reader = Reader()
    files = sources(tmp_path)
    path = tmp_path / "damaged.h5"
    sound = {}
    for name, (content, _) in files.items():
        path.write_bytes(content)
        sound[name] = reader.read(path)
        if not name.startswith("version 1"):
            assert all(sound[name][loader].startswith("value") for loader in LOADERS[:-1]), (name, sound[name])
        else:
            assert sound[name]["load"].startswith(("value", "error")), (name, sound[name])
    count = times(150, 2500)
    refused = read = unseen = 0
    bad = []
    names = list(files)
    for number in range(count):
        name = names[number % len(names)]
        content, is_checked = files[name]
        changed = mutated(content, rng)
        if name != "sealed" and rng.random() < 0.2:
            changed, is_checked = sealed(changed), False
        path.write_bytes(changed)
        for loader, answer in reader.read(path).items():
            kind = answer.split(" ")[0]
            if kind == "error":
                refused += 1
            elif kind == "value":
                if answer == sound[name][loader]:
                    read += 1
                elif is_checked:
                    bad.append((number, name, loader, "wrong values"))
                else:
                    unseen += 1
            else:
                bad.append((number, name, loader, answer))
        if bad:
            shutil.copy(path, tmp_path / f"bad-{number}.h5")
    if reader.process is not None:
        reader.stop()
    report(
        "damaged checkpoints",
        f"{count} files through {len(LOADERS)} loaders: {refused} refusals, {read} right values, "
        f"{unseen} other values where nothing can tell, {sum('crash' in what[3] for what in bad)} crashes, "
        f"{sum(what[3] == 'hang' for what in bad)} hangs, "
        f"{sum(what[3] == 'wrong values' for what in bad)} wrong values",
    )
    assert not bad, bad[:20]


if __name__ == "__main__":
    pytest.main([__file__, "-s"])
