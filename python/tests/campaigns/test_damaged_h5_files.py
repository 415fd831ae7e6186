"""Damaged and hostile files through wb.h5 and the readers of weights: an error or an answer, never a crash or a hang,
and no more memory than the limit, of which the child has three times as much and what Python needs.
"""

from __future__ import annotations

import h5py
import numpy as np
from campaign import report, times
from test_damaged_data_sets import Child as Reader
from test_damaged_data_sets import mutate

LIMIT = 64 << 20

CHILD = """
import json, resource, sys
import wingbeat as wb
from wingbeat import nn
wb.set_num_threads(1)
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + 3 * MOST + (256 << 20),) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
model = nn.Linear(3, 2)
READS = {
    "plain": lambda path: wb.h5.read(path, turn=True, scale=True, limit=MOST),
    "raw": lambda path: wb.h5.read(path, raw=True, limit=MOST),
    "contents": wb.h5.contents,
    "attributes": wb.h5.attributes,
    "state": lambda path: wb.load_state(path, limit=MOST),
    "weights": model.load_weights_from,
}
print("ready", flush=True)
for line in sys.stdin:
    path, = json.loads(line)
    answers = {}
    for name, read in READS.items():
        try:
            read(path)
            answers[name] = ["read"]
        except (wb.Error, MemoryError) as error:
            answers[name] = [type(error).__name__, str(error)[:300]]
    print(json.dumps(answers), flush=True)
""".replace("MOST", str(LIMIT))


class Child(Reader):
    """The process that reads."""

    code = CHILD


def originals(folder):
    """Files of many forms, small, so that most changes hit what describes the elements."""
    import wingbeat as wb

    generator = np.random.default_rng(0)
    x = generator.normal(size=(12, 5))
    for version in ("earliest", "latest"):
        path = folder / f"plain-{version}.h5"
        with h5py.File(path, "w", libver=version) as file:
            file["x"] = x
            file.attrs["names"] = ["a", "b"]
            file["g/text"] = np.array(["a", "long"], dtype=object)
            file["g/records"] = np.zeros(3, [("t", "i4"), ("x", "f8", (2,)), ("z", "c8"), ("s", "S3")])
            file["g/refs"] = np.array([file["x"].ref, file["g"].ref], dtype=h5py.ref_dtype)
            file.create_dataset("enum", data=[2, 1], dtype=h5py.enum_dtype({"RED": 1, "BLUE": 2}))
            ragged = file.create_dataset("ragged", (2,), h5py.vlen_dtype("<i4"))
            ragged[0] = [1, 2, 3]
            regions = [file["x"].regionref[1:4, ::2], file["x"].regionref[x > 1], file["g/records"].regionref[1:]]
            file["g/regions"] = np.array(regions, dtype=h5py.regionref_dtype)
            file.attrs["region"] = regions[0]
            file["soft"] = h5py.SoftLink("/g/text")
            file["g/up"] = file["g"]
        yield path
        path = folder / f"filters-{version}.h5"
        with h5py.File(path, "w", libver=version) as file:
            for name, options in {
                "gzip": {"compression": "gzip", "shuffle": True},
                "lzf": {"compression": "lzf", "fletcher32": True},
                "scale": {"scaleoffset": 2},
                "growing": {"maxshape": (None, None)},
            }.items():
                file.create_dataset(name, data=x, chunks=(5, 3), **options)
            file.create_dataset("holes", (1000, 1000), "i2", chunks=(100, 100), fillvalue=3)
        yield path
    path = folder / "virtual.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file["own"] = x
        layout = h5py.VirtualLayout((6, 10), "<f8")
        layout[:, ::2] = h5py.VirtualSource(".", "own", (12, 5))[::2]
        file.create_virtual_dataset("virtual", layout, fillvalue=-1)
    yield path
    path = folder / "matlab.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["#refs#/a"] = np.ones((1, 1))
        cell = file.create_dataset("c", data=np.array([[file["#refs#/a"].ref]], dtype=h5py.ref_dtype))
        char = file.create_dataset("s", data=np.array([[97], [98]], "u2"))
        none = file.create_dataset("e", data=np.array([0, 3], "u8"))
        for found, kind in ((cell, b"cell"), (char, b"char"), (none, b"double")):
            found.attrs["MATLAB_class"] = np.bytes_(kind)
        none.attrs["MATLAB_empty"] = np.uint8(1)
        sparse = file.create_group("p")
        sparse.attrs["MATLAB_sparse"], sparse.attrs["MATLAB_class"] = np.uint64(3), np.bytes_(b"double")
        sparse["data"], sparse["ir"], sparse["jc"] = [1.0, 2.0], np.array([0, 2], "u8"), np.array([0, 1, 2], "u8")
    yield path
    path = folder / "weights.safetensors"
    wb.save_safetensors(path, {"weight": x[:2, :3].astype("f4"), "bias": x[0, :2]}, {"format": "x"})
    yield path


def test_damaged_files_are_errors_or_answers(tmp_path):
    count = times(90, 5000)
    rng = np.random.default_rng(20)
    files = list(originals(tmp_path))
    whole = [path.read_bytes() for path in files]
    child = Child()
    figures = {"refused": 0, "read": 0}
    failures = []
    try:
        for path in files:
            found = child.ask(str(path))
            assert isinstance(found, dict) and (path.suffix == ".safetensors" or found["plain"] == ["read"]), (
                path,
                found,
            )
        for number in range(count):
            place = number % len(files)
            contents = mutate(whole[place], rng)
            if rng.random() < 0.1:  # spliced with another
                other = whole[int(rng.integers(0, len(files)))]
                cut = int(rng.integers(0, len(contents)))
                contents = contents[:cut] + other[cut:]
            damaged = files[place].with_name(f"damaged{files[place].suffix}")
            damaged.write_bytes(contents)
            found = child.ask(str(damaged))
            if isinstance(found, str):
                kept = damaged.rename(tmp_path / f"{number}-{files[place].name}")
                failures.append((kept.name, found))
                continue
            figures["read" if found["plain"] == ["read"] or found["state"] == ["read"] else "refused"] += 1
    finally:
        child.end()
    text = ", ".join(f"{number} {kind}" for kind, number in figures.items())
    report("damaged files of others", f"{count} files, {text}, {len(failures)} failures")
    assert not failures, failures
