"""Files of data sets with bytes changed at random: every way of reading them gives an error, or the right rows where a
checksum could tell.

A child under a memory limit reads one damaged file after the other. It is started anew when it dies, and ended when it
takes too long.
"""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
from campaign import report, times
from support import ROOT

ROWS = 60
SECONDS = 20  # for one file, on a machine that others use as well

CHILD = """
import hashlib, json, os, resource, sys
import numpy as np
import wingbeat as wb
from wingbeat import data
wb.set_num_threads(1)
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + (3 << 30),) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

def rows(found):
    return [part.numpy().tobytes() for part in (found if isinstance(found, tuple) else (found,))]

def whole(d):
    return rows(d[:])

def single(d):
    found = [rows(d[i]) for i in range(len(d)) if i < 100]
    return [b"".join(parts) for parts in zip(*found)]

def passes(shuffle):
    def read(d):
        order = list(d.batches(7, shuffle=shuffle, seed=1))
        parts = [batch if isinstance(batch, tuple) else (batch,) for batch in order]
        x = np.concatenate([part[0].numpy() for part in parts])
        sides = [np.concatenate([part[side].numpy() for part in parts]) for side in range(len(parts[0]))]
        return [(np.sort(side.reshape(-1)) if shuffle else side).tobytes() for side in sides]
    return read

def derived(d):
    parts = [*d.split(0.5), d.shard(1, 3), d.range(1, len(d), 2), d.transform("Scale(2, 1), Flatten()")]
    found = [rows(part[:]) for part in parts if len(part)]
    if len(d) > 5:
        found.append(rows(d.windows(3, 2)[:]))
    return [part for each in found for part in each]

def statistics(d):
    return [value.numpy().tobytes() for value in d.statistics(fill=3)]

# Opened as two files, and as a folder of parts.
def joined(path, x, y):
    return data.HDF5Dataset([path, path], x, y, dtype="float64")

def folder(path, x, y):
    place = path + ".parts"
    os.makedirs(place, exist_ok=True)
    part = os.path.join(place, "part-" + "0" * 15 + ".h5")
    if os.path.lexists(part):
        os.unlink(part)
    os.link(path, part)
    return data.HDF5Dataset(place, x, y, dtype="float64")

def plain(path, x, y):
    return data.HDF5Dataset(path, x, y, dtype="float64")

OPENED = {"joined": joined, "folder": folder}
READS = {
    "joined": whole, "folder": whole, "derived": derived, "statistics": statistics,
    "whole": whole, "single": single, "in order": passes(False), "exact": passes("exact"), "by chunks": passes("chunks")
}
print("ready", flush=True)
for line in sys.stdin:
    path, x, y, cache = json.loads(line)
    data.set_cache(cache)
    answers = {}
    for name, read in READS.items():
        try:
            d = OPENED.get(name, plain)(path, x, y)
            # A shape that was changed to a larger one is not read to its end.
            if len(d) > 1000:
                answers[name] = ["shape", len(d)]
            else:
                answers[name] = ["rows", hashlib.sha256(b"|".join(read(d))).hexdigest()]
        except (wb.Error, MemoryError) as error:
            answers[name] = [type(error).__name__, str(error)[:300]]
        d = None
    print(json.dumps(answers), flush=True)
"""


class Child:
    """The process that reads."""

    code = CHILD
    process: subprocess.Popen[bytes] | None = None

    def ask(self, *question: object) -> dict[str, list[object]] | str:
        """The answers; or how the process died, or that it hung."""
        if self.process is None:
            folder = Path(__file__).parent
            self.process = subprocess.Popen(
                [sys.executable, "-c", self.code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={
                    **os.environ,
                    "SWIFT_BACKTRACE": "enable=no",
                    "PYTHONPATH": f"{ROOT / 'python'}:{folder}:{folder.parent}",
                },
            )
            if self._line(120) != b"ready\n":
                raise AssertionError("the child does not start")
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        line = self._line(SECONDS)
        if line.endswith(b"\n"):
            answers: dict[str, list[object]] = json.loads(line)
            return answers
        found = "hung" if self.process.poll() is None and not self._ended() else f"died of {self.process.wait()}"
        self.end()
        return found

    def _ended(self) -> bool:
        assert self.process is not None
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _line(self, seconds: float) -> bytes:
        assert self.process is not None and self.process.stdout is not None
        line, until = b"", time.monotonic() + seconds
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))
            part = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            if not part:
                break
            line += part
        return line

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
        self.process = None


def originals(folder):
    """Files by name: path, names of x and y, and whether a checksum covers the values.

    The later format has one for everything else as well.
    """
    rng = np.random.default_rng(1)
    x = rng.integers(0, 1000, (ROWS, 5))
    layouts = {
        "contiguous": ({}, "<f8", False),
        "chunked": ({"chunks": (7, 3)}, "<f4", False),
        "gzip": ({"chunks": (7, 5), "compression": "gzip"}, "<i4", True),
        "shuffle": ({"chunks": (16, 5), "compression": "gzip", "shuffle": True}, "<i8", True),
        "fletcher32": ({"chunks": (7, 5), "fletcher32": True}, "<f8", True),
        "big-endian": ({"chunks": (7, 2)}, ">f4", False),
        "big-endian gzip": ({"chunks": (7, 2), "compression": "gzip"}, ">i2", True),
        "scale-offset": ({"chunks": (7, 5), "scaleoffset": 0}, "<i4", False),
        "gzip fletcher32": ({"chunks": (9, 5), "compression": "gzip", "fletcher32": True}, "<u2", True),
        "half": ({}, "<f2", False),
    }
    for libver in ("earliest", "v110"):
        for name, (options, dtype, has_checksum) in layouts.items():
            path = folder / f"{name} {libver}.h5"
            with h5py.File(path, "w", libver=(libver, "v110")) as file:
                file.create_dataset("g/x", data=x.astype(dtype), **options)
                file.create_dataset("g/y", data=np.arange(ROWS, dtype="i4"), chunks=(9,), compression="gzip")
            yield f"{name} {libver}", (path, "g/x", "g/y", has_checksum)
        path = folder / f"others {libver}.h5"
        with h5py.File(path, "w", libver=(libver, "v110")) as file:
            properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            properties.set_layout(h5py.h5d.COMPACT)
            compact = h5py.h5d.create(
                file.id, b"compact", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((ROWS, 5)), properties
            )
            compact.write(h5py.h5s.ALL, h5py.h5s.ALL, x.astype("f8"))
            file["strings"] = np.array([b"abc"] * ROWS)
            file.create_dataset("texts", data=["text"] * ROWS, dtype=h5py.string_dtype())
            file["compound"] = np.zeros(ROWS, [("a", "i4"), ("b", "f8")])
            file["bools"] = np.arange(ROWS) % 2 == 0
            layout = h5py.VirtualLayout((2 * ROWS, 5), "<f8")
            layout[:ROWS], layout[ROWS:] = (
                h5py.VirtualSource(".", "compact", (ROWS, 5)),
                h5py.VirtualSource(".", "compact", (ROWS, 5)),
            )
            file.create_virtual_dataset("virtual", layout)
        for name in ("compact", "strings", "texts", "compound", "bools", "virtual"):
            yield f"{name} {libver}", (path, name, None, False)


def mutate(contents, rng):
    """A few bytes of the file changed, mostly in one place: bits flipped, numbers replaced by telling ones, blocks
    moved, the end cut off."""
    contents = bytearray(contents)
    # Metadata is small; most of it lies in the file's first blocks, and around signatures.
    signatures = [
        place
        for word in (b"TREE", b"HEAP", b"SNOD", b"OHDR", b"FAHD", b"FADB", b"EAHD", b"EADB", b"BTHD", b"GCOL", b"FRHP")
        for place in [contents.find(word)]
        if place >= 0
    ]
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        near = int(rng.choice(signatures)) if signatures and rng.random() < 0.4 else None
        place = (
            int(rng.integers(0, len(contents) - 8))
            if rng.random() < 0.3
            else int(rng.integers(0, min(2600, len(contents) - 8)))
        )
        if near is not None:
            place = min(near + int(rng.integers(0, 300)), len(contents) - 8)
        kind = rng.integers(0, 6)
        if kind <= 1:
            contents[place] ^= 1 << int(rng.integers(0, 8))
        elif kind == 2:
            contents[place] = int(rng.integers(0, 256))
        elif kind == 3:
            telling = [0, 1, 2, 255, 65535, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1, len(contents), 1 << 20]
            value = telling[int(rng.integers(0, len(telling)))]
            width = int(rng.choice([1, 2, 4, 8]))
            contents[place : place + width] = struct.pack("<Q", value)[:width]
        elif kind == 4:
            length, source = int(rng.integers(1, 64)), int(rng.integers(0, len(contents) - 64))
            contents[place : place + length] = contents[source : source + length]
        elif rng.random() < 0.3:
            del contents[max(100, place) :]
            break
        else:
            contents[place] = (contents[place] + 1) % 256
    return bytes(contents)


def test_damaged_data_sets_are_errors_or_right_and_never_crash_or_hang(tmp_path):
    count = times(150, 2500)
    rng = np.random.default_rng(15)
    child = Child()
    files = dict(originals(tmp_path))
    right = {}
    figures = dict.fromkeys(("refused", "right", "other values without a checksum"), 0)
    failures = []
    try:
        for name, (path, x, y, _) in files.items():
            for cache in (0, 1 << 30):
                right[name, cache] = child.ask(str(path), x, y, cache)
                assert isinstance(right[name, cache], dict) and (
                    all(found[0] == "rows" for found in right[name, cache].values())
                    or name.split()[0] in ("strings", "texts", "compound")
                ), (name, right[name, cache])
        kinds = sorted(files)
        for number in range(count):
            name = kinds[number % len(kinds)]
            path, x, y, has_checksum = files[name]
            contents = path.read_bytes()
            damaged = tmp_path / "damaged.h5"
            damaged.write_bytes(mutate(contents, rng))
            cache = int(rng.choice([0, 1 << 30]))
            found = child.ask(str(damaged), x, y, cache)
            if isinstance(found, str):
                damaged.rename(tmp_path / f"{number} {name}.h5")
                failures.append((number, name, cache, found))
                continue
            kind = "right"
            for read, answer in found.items():
                if answer[0] not in ("rows", "shape"):
                    kind = "refused"
                elif answer != right[name, cache][read]:
                    kind = "other values without a checksum"
                    if has_checksum and name.endswith("v110"):
                        failures.append((number, name, cache, f"wrong values, which a checksum could tell: {read}"))
                    break
            figures[kind] += 1
    finally:
        child.end()
    report(
        "damaged data sets",
        f"{count} files, "
        + ", ".join(f"{number} {kind}" for kind, number in figures.items())
        + f", {len(failures)} failures",
    )
    assert not failures, failures
