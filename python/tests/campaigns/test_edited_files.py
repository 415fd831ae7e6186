"""Files that make no sense, made by HDF5 itself: sound in their bytes, wrong in what they hold. Through every loader.

Checkpoints, files of Keras, state dicts, data sets and files of others are edited with h5py: groups that hold
themselves by hard, soft and external links, arrays of other types and shapes and of huge ones, texts of JSON and
Python's notation with other numbers and words in them, attributes of other types, names exchanged and gone. What
libhdf5 can make, every loader refuses or reads right: arrays are compared with what h5py reads, parameters with the
arrays of their names. Nothing may crash or hang, and memory is bounded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from campaign import report, times
from support import ROOT
from test_damaged_checkpoints import build
from test_damaged_data_sets import Child as Reader
from test_damaged_h5_files import originals
from test_damaged_keras_files import damaged_text

import wingbeat as wb

LIMIT = 64 << 20
MOST = 1 << 20  # bytes of an array that is compared

CHILD = """
import hashlib, json, os, resource, sys
import numpy as np
import wingbeat as wb
from wingbeat import data, nn
from wingbeat.training import Checkpoints
from test_damaged_checkpoints import build, model

def told(value):
    return hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()

def states(module):
    return {name: told(value.detach().numpy()) for name, value in module.state_dict().items()}

def into(path):
    made = model()
    made.load(path)
    return states(made)

def trainer(path):
    made = build()
    made.load(path)
    return states(made.model)

def weights(path):
    made = model()
    made.load_weights_from(path, strict=False)

def keras(path):
    found = wb.load(path, config=CONFIG[0])
    if hasattr(found, "state_dict"):  # and no nested value
        states(found)

def keras_into(path):
    from wingbeat._keras_files import load_weights
    load_weights(path, model())

def folder(path):
    place = path + ".folder"
    os.makedirs(place, exist_ok=True)
    name = os.path.join(place, "checkpoint-" + "0" * 12 + ".h5")
    if os.path.lexists(name):
        os.unlink(name)
    os.link(path, name)
    made = build()
    found = Checkpoints(place, best="loss").resume(made)
    return states(made.model) if found else None

def rows(path):
    read = []
    for name in NAMES[0]:
        try:
            d = data.HDF5Dataset(path, name, dtype="float64")
            if len(d) < 1000:
                read.append(d[:])
                for batch in d.batches(7):
                    batch.numpy()
        except (wb.Error, MemoryError):
            pass

def arrays(path):
    found = {}
    for name in NAMES[0]:
        try:
            value = wb.h5.read(path, name, raw=True, limit=BOUND)
            found[name] = told(value) if isinstance(value, (np.ndarray, np.generic)) else type(value).__name__
        except (wb.Error, MemoryError) as error:
            found[name] = "refused " + str(error)[:200]
    return found

READS = {
    "load": lambda path: states(wb.load(path)) if hasattr(wb.load(path), "state_dict") else None,
    "into": into, "trainer": trainer, "folder": folder, "weights": weights, "keras": keras, "keras_into": keras_into,
    "plain": lambda path: wb.h5.read(path, turn=True, scale=True, limit=BOUND),
    "contents": wb.h5.contents, "attributes": wb.h5.attributes,
    "state": lambda path: wb.load_state(path, limit=BOUND),
    "rows": rows, "arrays": arrays,
}
CONFIG, NAMES = [None], [[]]
wb.set_num_threads(1)
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + 3 * BOUND + (512 << 20),) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print("ready", flush=True)
for line in sys.stdin:
    path, CONFIG[0], NAMES[0] = json.loads(line)
    answers = {}
    for name, read in READS.items():
        try:
            found = read(path)
            answers[name] = ["read", found if isinstance(found, dict) and name in (
                "load", "into", "trainer", "folder", "arrays") else None]
        except (wb.Error, MemoryError) as error:
            answers[name] = [type(error).__name__, str(error)[:300]]
        except ValueError as error:  # as Keras says that it knows no object of a name
            answers[name] = ["ValueError", str(error)[:300]] if "keras" in name else ["raised", repr(error)]
        except Exception as error:
            answers[name] = ["raised", repr(error)[:300]]
    print(json.dumps(answers), flush=True)
""".replace("BOUND", str(LIMIT))


class Child(Reader):
    """The process that reads."""

    code = CHILD


def sources(folder: Path) -> dict[str, tuple[Path, str | None]]:
    """Sound files, each with the architecture that a file of Keras' weights needs."""
    wb.manual_seed(5)
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(50, 40)).astype(np.float32), rng.normal(size=(50, 3)).astype(np.float32)
    made = build()
    made.fit((x, y), epochs=2, batch_size=16, validation=(x, y), restore_best=True)
    made.save(folder / "trainer.h5")
    wb.save({"a": made.model.state_dict(), "b": [x, 3, "text"]}, folder / "value.h5")
    found: dict[str, tuple[Path, str | None]] = {name: (folder / f"{name}.h5", None) for name in ("trainer", "value")}
    with h5py.File(folder / "state.h5", "w") as file:
        for name, value in made.model.state_dict().items():
            file[name.replace(".", "/")] = value.numpy()
    with h5py.File(folder / "rows.h5", "w") as file:
        file["x"], file["g/y"] = x, np.arange(50)
        file.create_dataset("g/z", data=x, chunks=(7, 40), compression="gzip")
    found |= {name: (folder / f"{name}.h5", None) for name in ("state", "rows")}
    with h5py.File(ROOT / "python" / "tests" / "fixtures" / "keras_files.h5") as file:
        for name in file:
            content = file[name]["file"][()].tobytes()
            if content[:2] != b"PK":
                (folder / f"{name}.h5").write_bytes(content)
                found[name] = (folder / f"{name}.h5", file[name].attrs.get("architecture"))
    (folder / "others").mkdir()
    for path in originals(folder / "others"):
        if path.suffix != ".safetensors":
            found[path.stem] = (path, None)
    return found


def paths(file: h5py.File, kind: type) -> list[str]:
    found: list[str] = ["/"] if kind is h5py.Group else []
    file.visititems(lambda name, item: found.append(name) if isinstance(item, kind) else None)
    return found


def other_array(file: h5py.File, name: str, old: Any, rng: np.random.Generator) -> None:
    """An array of another type or shape in the place of one."""
    shape, kind = old.shape or (), int(rng.integers(0, 16))
    if old.size and old.size > 1 << 20:  # declared so by a change before, and never written
        shape = (3,)
    some = rng.integers(0, 3, shape)
    types = ["<i8", ">f4", "<f2", "<f8", "<c8", "?", "S3", "<u1", [("a", "<i4"), ("b", "<f8")], "V5"]
    if kind < 6:
        file.create_dataset(name, data=np.zeros(shape, types[int(rng.integers(len(types)))]))
    elif kind == 6:
        file.create_dataset(name, data=some, dtype=h5py.enum_dtype({"A": 0, "B": 1, "C": 2}))
    elif kind == 7:
        file.create_dataset(name, shape, h5py.vlen_dtype("<f4"))
    elif kind == 8:
        file.create_dataset(name, data=np.full(shape, "text", object), dtype=h5py.string_dtype())
    elif kind == 9:
        file.create_dataset(name, shape, h5py.ref_dtype)
    elif kind == 10:
        shapes = [(), (0,), shape[::-1], (*shape, 1), (1, *shape), (2, 2), (1,) * 32, (shape or (1,))[:1]]
        file.create_dataset(name, data=np.ones(shapes[int(rng.integers(len(shapes)))], "<f4"))
    elif kind == 11:
        file.create_dataset(name, data=h5py.Empty("<f4"))
    elif kind == 12:  # huge, and nothing of it stored
        sizes = [(2**40,), (2**31, 40), (2**62,), (2**20, 2**20, 2**20), (60, 2**34)]
        file.create_dataset(name, sizes[int(rng.integers(len(sizes)))], "<f4", chunks=True, compression="gzip")
    elif kind == 13:
        file.create_dataset(name, (2**33,), "<f4")  # huge, its place not taken yet
    elif kind == 14:
        layout = h5py.VirtualLayout((60, 40), "<f4")
        target = "/" + name if rng.random() < 0.5 else "/none"
        layout[:] = h5py.VirtualSource(".", target, (60, 40))
        file.create_virtual_dataset(name, layout)
    else:
        raw = "/dev/zero" if rng.random() < 0.5 else str(rng.choice(["none.raw", file.filename]))
        file.create_dataset(name, (60, 40), "<f4", external=[(raw, 0, h5py.h5f.UNLIMITED)])


def other_value(value: Any, rng: np.random.Generator) -> Any:
    """What an attribute is changed to."""
    kind = int(rng.integers(0, 10))
    if isinstance(value, (bytes, np.bytes_, str)) and kind < 7:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        changed = damaged_text(text, rng).replace("\0", "")
        return np.bytes_(changed.encode("utf-8", "replace")) if rng.random() < 0.5 else changed
    if isinstance(value, np.ndarray) and kind < 5:
        changes: list[Callable[[], Any]] = [
            lambda: value[::-1],
            lambda: value[:1],
            lambda: value[:0],
            lambda: np.concatenate([value] * 3),
            lambda: np.resize(value, (2, 2)),
        ]
        return changes[kind]() if value.ndim == 1 else value[()]
    numbers = [0, -1, 2**31, 2**63 - 1, -(2**63), 1e308, -0.0, np.nan, np.inf, np.uint64(2**64 - 1), np.float16(1)]
    others = [
        "", "(" * 300, "None", b"\xff\xfe", np.zeros(5000), np.zeros((2, 3, 4)), h5py.Empty("f4"), True,
        np.zeros(2, [("a", "i4")]), np.array(["a", "b"], object), 1 + 2j,
    ]  # fmt: skip
    chosen = numbers if kind < 5 else others
    return chosen[int(rng.integers(len(chosen)))]


def edit(file: h5py.File, rng: np.random.Generator) -> None:
    """One senseless change."""
    groups, arrays = paths(file, h5py.Group), paths(file, h5py.Dataset)
    group, kind = str(rng.choice(groups)), int(rng.integers(0, 12))
    name = f"{group}/{rng.choice(['0', 'x', 'weight', 'more'])}".replace("//", "/")
    if kind < 4 and arrays:
        place = str(rng.choice(arrays))
        old = file[place]
        attributes = dict(old.attrs) if rng.random() < 0.5 else {}
        del file[place]
        other_array(file, place, old if old else np.zeros(()), rng)
        for key, value in attributes.items():
            file[place].attrs[key] = value
    elif kind < 8:
        holders = [place for place in groups + arrays if len(file[place].attrs)]
        if holders:
            holder = file[str(rng.choice(holders))].attrs
            key = str(rng.choice(list(holder)))
            if rng.random() < 0.1:
                del holder[key]
            else:
                value = holder[key]
                del holder[key]
                holder[key if rng.random() < 0.95 else "more"] = other_value(value, rng)
    elif kind == 8:  # circles
        if name in file:
            del file[name]
        targets = [file[group], h5py.SoftLink(name), h5py.SoftLink(group), h5py.ExternalLink(file.filename, group),
                   h5py.ExternalLink("/dev/zero", "/"), h5py.SoftLink("/none"), file["/"]]  # fmt: skip
        file[name] = targets[int(rng.integers(len(targets)))]
    elif kind == 9 and arrays:  # one in the place of another
        one, two = rng.choice(arrays, 2)
        del file[str(two)]
        if str(one) in file:
            file[str(two)] = file[str(one)]
    elif kind == 10 and len(groups) > 1:
        place = str(rng.choice(groups[1:]))
        del file[place]
        if rng.random() < 0.5:
            file[place] = 1.0
    else:
        deep = file[group]
        for _ in range(int(rng.choice([1, 70, 400]))):
            deep = deep.create_group("deep") if "deep" not in deep else deep
        file[group].attrs["note"] = "x" * int(rng.choice([0, 100, 60000]))


def stored(path: Path) -> dict[str, str | None]:
    """What h5py reads of each array, None where it is not compared."""
    found: dict[str, str | None] = {}

    def look(name: str, item: Any) -> None:
        if not isinstance(item, h5py.Dataset):
            return
        found[name] = None
        if item.shape is None or item.is_virtual or item.external or item.nbytes > MOST:
            return
        if item.dtype.kind not in "iufc":
            return
        value = item[()]
        found[name] = hashlib.sha256(np.ascontiguousarray(value, value.dtype.newbyteorder("="))).hexdigest()

    with h5py.File(path) as file:
        file.visititems(look)
    return found


def test_files_that_make_no_sense_are_errors_or_answers(tmp_path: Path) -> None:
    rng, child = np.random.default_rng(41), Child()
    files = list(sources(tmp_path).items())
    figures = {"answers": 0, "refusals": 0, "arrays compared": 0, "arrays refused": 0}
    failures: list[tuple[Any, ...]] = []
    path = tmp_path / "edited.h5"
    try:
        for number in range(times(60, 2500)):
            name, (source, config) = files[number % len(files)]
            path.write_bytes(source.read_bytes())
            with h5py.File(path, "r+") as file:
                for _ in range(1 if rng.random() < 0.7 else 3):
                    edit(file, rng)
            values = stored(path)
            if config is not None and rng.random() < 0.5:
                config = damaged_text(config, rng)
            found = child.ask(str(path), config, list(values))
            wrong: list[Any] = []
            if isinstance(found, str):
                wrong.append(found)
            else:
                for loader, (kind, answer) in found.items():
                    figures["answers" if kind == "read" else "refusals"] += 1
                    if kind == "raised":
                        wrong.append((loader, answer))
                for place, answer in (found["arrays"][1] or {}).items():
                    if values[place] is None:
                        continue
                    figures["arrays refused" if answer.startswith("refused") else "arrays compared"] += 1
                    if answer != values[place]:
                        wrong.append((place, answer))
                for loader in ("load", "into", "trainer", "folder"):
                    for part, answer in (found[loader][1] or {}).items() if found[loader][0] == "read" else ():
                        places = [f"{group}/{part}" for group in ("parameters", "buffers")]
                        if loader != "load" and all(values.get(place) != answer for place in places):
                            wrong.append((loader, part))
            if wrong:
                kept = path.rename(tmp_path / f"wrong-{number}-{name}.h5")
                failures.append((kept.name, wrong))
    finally:
        child.end()
    text = ", ".join(f"{count} {kind}" for kind, count in figures.items())
    report("edited files", f"{times(60, 2500)} files through 13 loaders: {text}, {len(failures)} failures")
    assert not failures, "\n".join(map(str, failures[:20]))
