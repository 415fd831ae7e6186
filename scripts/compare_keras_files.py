"""Writes models for Keras, opens them with real Keras, and compares what the two predict.

    .venv-peers/bin/python -W ignore scripts/compare_keras_files.py [FOLDER ...] [WORD ...]

FOLDER: model files with reference inputs beside them (NAME.ref.h5); without one the fixture's files, and those of
../shared/data where they are. WORD: only files whose names have it. Prints a line for each kind of failure, and the
sums. Part of `make test-peers`.
"""

from __future__ import annotations

import copy
import itertools
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tf_keras  # noqa: E402

import wingbeat as wb  # noqa: E402
import wingbeat.keras  # noqa: E402
from wingbeat import _keras_files, nn  # noqa: E402
from wingbeat._library import check as check_status  # noqa: E402
from wingbeat._library import lib  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = next((parent / "shared" / "data" for parent in ROOT.parents if (parent / "shared" / "data").exists()), ROOT)
OWN = ROOT / "python" / "tests" / "fixtures" / "keras_files.h5"
SUFFIXES = {"keras": ".keras", "h5": ".h5", "weights": ".weights.h5"}
# Of the output's scale.
TOLERANCE = 1e-5


def predicted(model: Any, inputs: list[np.ndarray[Any, Any]]) -> list[np.ndarray[Any, Any]]:
    with wb.no_grad():
        found = model(*[wb.tensor(np.ascontiguousarray(x)) for x in inputs])
    return [y.numpy() for y in (found if isinstance(found, (tuple, list)) else [found])]


def difference(ours: list[Any], theirs: Any) -> float:
    theirs = theirs if isinstance(theirs, (tuple, list)) else [theirs]
    assert len(ours) == len(theirs), (len(ours), len(theirs))
    worst = 0.0
    for a, b in zip(ours, theirs):
        b = np.asarray(b)
        assert a.shape == b.shape, (a.shape, b.shape)
        worst = max(worst, float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-30)))
    return worst


def apart(model: Any, inputs: list[Any], ours: list[Any], theirs: Any) -> float:
    """How far two predictions differ. Where rounding makes it much, the model in double precision is the measure: what
    is nearer to it than Keras differs by nothing."""
    found = difference(ours, theirs)
    if found > TOLERANCE and len(ours) == 1:
        exact = predicted(copy.deepcopy(model).to(wb.float64), [x.astype(np.float64) for x in inputs])
        if difference(exact, ours[0]) < difference(exact, np.asarray(theirs)):
            return 0.0
    return found


def check(model: Any, inputs: list[np.ndarray[Any, Any]], folder: str, input_shape: Any = None) -> float:
    """The largest difference over the three formats."""
    ours, worst = predicted(model, inputs), 0.0
    given: Any = inputs if len(inputs) > 1 else inputs[0]
    theirs: Any = None
    for form, suffix in SUFFIXES.items():
        path = os.path.join(folder, "model" + suffix)
        _keras_files.save(model, path, form, input_shape=input_shape)
        if form == "weights":
            theirs.load_weights(path)
        else:
            theirs = keras.models.load_model(path, compile=False)
        worst = max(worst, apart(model, inputs, ours, theirs(given, training=False)))
    return worst


class Refused(Exception):
    """What is not written, with the sentence that says why."""


class Table:
    """What was compared: a row a set of files, and a row for whatever fails."""

    def __init__(self) -> None:
        self.rows: dict[str, list[bool]] = {}
        self.refused: dict[str, int] = {}

    def add(self, group: str, name: str, compare: Callable[[], str | None]) -> None:
        """compare: says what is wrong, or None. An exception is a failure like others, and the next file follows."""
        try:
            wrong = compare()
        except Refused as error:
            self.refused[group] = self.refused.get(group, 0) + 1
            print(f"refused {group} | {name} | {error}", flush=True)
            return
        except Exception as error:  # whatever Keras raises
            wrong = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        self.rows.setdefault(group, []).append(wrong is None)
        if wrong is not None:
            print(f"FAILS {group} | {name} | {wrong}", flush=True)

    def print(self) -> bool:
        """The table; whether all agree."""
        for group, found in self.rows.items():
            left = self.refused.get(group)
            note = f", {left} more are refused" if left else ""
            print(f"{group:<28} {sum(found):>4} of {len(found):>4} agree{note}")
        total = [one for found in self.rows.values() for one in found]
        print(f"{sum(total)} of {len(total)} comparisons of files with Keras agree")
        return all(total)


def differing(model: Any, inputs: list[Any], folder: str, input_shape: Any = None) -> str | None:
    """What is wrong with the files of a model, a module or the path of one."""
    worst = check(opened(model) if isinstance(model, Path) else model, inputs, folder, input_shape)
    return f"differs by {worst:.2g}" if not worst <= TOLERANCE else None


def older(path: Path, inputs: list[Any], folder: str) -> str | None:
    """Writes a model in the words of Keras 2, and opens it with tf_keras."""
    model, out = opened(path), os.path.join(folder, "older.h5")
    try:
        _keras_files.save(model, out, "keras2")
    except wb.UnsupportedError as error:
        raise Refused(str(error)) from error
    theirs = tf_keras.models.load_model(out, compile=False)
    given = inputs if len(inputs) > 1 else inputs[0]
    worst = apart(model, inputs, predicted(model, inputs), theirs(given, training=False))
    return f"differs by {worst:.2g}" if not worst <= TOLERANCE else None


def as_keras(path: Path, inputs: list[Any]) -> str | None:
    """What a file predicts as a model of wingbeat.keras, beside what it predicts as a module."""
    model = opened(path)
    theirs = wb.keras.models.load_model(path, compile=False)(inputs if len(inputs) > 1 else inputs[0])
    theirs = [np.asarray(y) for y in (theirs if isinstance(theirs, (tuple, list)) else [theirs])]
    worst = difference(predicted(model, inputs), theirs)
    return f"differs by {worst:.2g}" if not worst <= TOLERANCE else None


def opened(path: Path) -> Any:
    """The model of a file. Weights take their architecture from the archive of the same name."""
    archive = path.with_name(path.name.removesuffix(".weights.h5") + ".keras")
    if path.name.endswith(".weights.h5") and archive.exists():
        return wb.load(path, config=_keras_files.config_in(archive))
    return wb.load(path)


def torch_like() -> list[tuple[Any, list[np.ndarray[Any, Any]], Any]]:
    """Sequential models of layers with PyTorch's names."""
    wb.manual_seed(0)
    rng = np.random.default_rng(0)
    dense = nn.Sequential(
        nn.Linear(6, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.Linear(8, 3), nn.Softmax(-1)
    )
    images = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        nn.BatchNorm2d(8),
        nn.LeakyReLU(0.1),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 4, 3, groups=2),
        nn.GELU(),
        nn.Flatten(),
        nn.Linear(4 * 2 * 2, 5),
        nn.LayerNorm(5),
    )
    tokens = nn.Sequential(nn.Embedding(11, 4), nn.Flatten(), nn.Linear(12, 2), nn.Tanh())
    for model in (dense, images, tokens):
        model.eval()
    return [
        (dense, [rng.normal(size=(4, 6)).astype(np.float32)], (6,)),
        (images, [rng.normal(size=(2, 3, 16, 16)).astype(np.float32)], (3, 16, 16)),
        (tokens, [rng.integers(0, 11, (5, 3))], (3,)),
    ]


def going_on(path: Path, x: Any, y: Any) -> str | None:
    """Trains on from a file here, and from what is written of it in Keras; what is wrong, if anything is."""
    model = wb.load(path)
    config, optimizer = _keras_files.training_in(path, model)
    out = path.with_name("again.keras")
    _keras_files.save(model, out, training=config, optimizer=optimizer)
    theirs = keras.models.load_model(out)
    loss_of = nn.MSELoss() if config and config["loss"] == "mse" else nn.L1Loss()
    model.train()
    for start in range(0, len(x), 8):
        model.zero_grad()
        loss = loss_of(model(wb.tensor(x[start : start + 8])), wb.tensor(y[start : start + 8]))
        loss.backward()
        check_status(lib.wb_optimizer_step(optimizer))
        given = theirs.compute_loss(y=y[start : start + 8], y_pred=theirs(x[start : start + 8], training=True))
        theirs.train_on_batch(x[start : start + 8], y[start : start + 8])
        if abs(loss.item() - float(given)) > 1e-5 * abs(float(given)):
            return f"{loss.item()} here, {float(given)} in Keras, at row {start}"
    return None


def own(folder: str) -> list[tuple[Path, list[Any], Any]]:
    """The files of the fixture, with their inputs and data to train on."""
    found: list[tuple[Path, list[Any], Any]] = []
    with h5py.File(OWN) as file:
        for name, group in file.items():
            if "refused" in group.attrs:
                continue
            path = Path(folder) / name / str(group.attrs["name"])
            path.parent.mkdir()
            path.write_bytes(group["file"][()].tobytes())
            if "architecture" in group.attrs:
                path.with_name(path.name + ".arch.json").write_text(str(group.attrs["architecture"]))
            inputs = [group[key][()] for key in sorted(group) if key.startswith("input_")]
            found.append((path, inputs, (group["x"][()], group["y"][()]) if "x" in group else None))
    return found


def beside(folder: Path, words: list[str]) -> list[tuple[Path, list[Any]]]:
    """Files of a folder that have reference inputs beside them, or beside the archive of the same name."""
    found: list[tuple[Path, list[Any]]] = []
    for path in sorted(folder.iterdir()):
        if not path.name.endswith((".h5", ".hdf5", ".keras")) or path.name.endswith(".ref.h5"):
            continue
        if words and not any(word in path.name for word in words):
            continue
        stem = path.name.removesuffix(".legacy.h5").removesuffix(".weights.h5").removesuffix(".keras")
        for name in (path.name, stem + ".keras"):
            reference = folder / (name + ".ref.h5")
            if reference.exists():
                with h5py.File(reference) as file:
                    inputs = [file[f"input_{i}"][()] for i in range(sum(n.startswith("input_") for n in file))]
                found.append((path, inputs))
                break
    return found


def compare_own(table: Table, folder: str) -> None:
    for number, (model, inputs, shape) in enumerate(torch_like()):
        table.add("layers of PyTorch", str(number), lambda: differing(model, inputs, folder, shape))
    for path, inputs, data in own(folder):
        name = path.parent.name
        table.add("fixture", name, lambda: differing(path, inputs, folder))
        table.add("fixture, for Keras 2", name, lambda: older(path, inputs, folder))
        if data is not None:
            table.add("training goes on", name, lambda: going_on(path, *data))


def own_classes(k: Any) -> tuple[Any, Any]:
    """A model of a class of the caller's, and a functional one with such a layer, for Keras (k) here or there."""

    @k.saving.register_keras_serializable("compared")
    class Scale(k.layers.Layer):  # type: ignore[misc, name-defined]
        def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.factor, self.inner = factor, k.layers.Dense(4)

        def build(self, shape: Any) -> None:
            self.shift = self.add_weight(shape=(4,), initializer="zeros", trainable=False, name="shift")
            self.weight = self.add_weight(shape=(4,), initializer="ones", name="weight")
            self.inner.build(shape)

        def call(self, x: Any) -> Any:
            return self.inner(x) * self.weight * self.factor + self.shift

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "factor": self.factor}

    @k.saving.register_keras_serializable("compared")
    class Net(k.Model):  # type: ignore[misc, name-defined]
        def __init__(self, width: int = 4, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.width, self.tail = width, k.layers.Dense(2)
            self.blocks = [k.layers.Dense(width, activation="tanh"), Scale(), k.layers.Dense(width)]
            self.heads = {"a": k.layers.LayerNormalization(), "b": k.layers.BatchNormalization()}
            self._recurrent = k.layers.LSTM(width)
            self.encoder = k.Sequential([k.layers.Dense(width, activation="relu"), k.layers.Dense(width)])
            self.stem = k.layers.TimeDistributed(k.layers.Dense(width))

        def call(self, x: Any, training: bool = False) -> Any:
            x = self.stem(self.encoder(x))
            for block in self.blocks:
                x = block(x)
            return self.tail(self._recurrent(self.heads["b"](self.heads["a"](x), training=training)))

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "width": self.width}

    def functional() -> Any:
        x = k.Input((3, 4))
        h = Scale(3.0)(k.layers.Dense(4)(x))
        return k.Model(x, k.layers.Concatenate()([h, x]))

    return Net, functional


def subclassed(folder: str, form: str, is_ours_first: bool, which: int = 0) -> str | None:
    """Writes a subclassed model on one side, and reads it on the other. which: of own_classes."""
    x = np.random.default_rng(5).normal(size=(2, 3, 4)).astype(np.float32)
    writer, reader = (wb.keras, keras) if is_ours_first else (keras, wb.keras)
    model = own_classes(writer)[which]()
    model(x)
    for place, weight in enumerate(model.weights):
        weight.assign(np.abs(np.random.default_rng(place).normal(size=tuple(weight.shape))) + 0.1)
    path = os.path.join(folder, "own" + SUFFIXES[form])
    kind = own_classes(reader)[which]
    if form == "weights":
        model.save_weights(path)
        again = kind()
        again(x)
        again.load_weights(path)
    else:
        model.save(path)
        again = reader.models.load_model(path)
    worst = difference([np.asarray(model(x))], np.asarray(again(x)))
    return f"differs by {worst:.2g}" if not worst <= TOLERANCE else None


def steps(
    folder: str, make: Callable[[Any], Any], kind: str, options: dict[str, Any], is_older: bool = False
) -> str | None:
    """Trains a model here for three steps, writes it, and goes on for five steps here and in Keras, or in tf_keras."""
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(8, 3, 4)).astype(np.float32), rng.normal(size=(8, 2)).astype(np.float32)
    model = make(wb.keras)
    model.compile(getattr(wb.keras.optimizers, kind)(**options), "mse")
    for _ in range(3):
        model.train_on_batch(x, y)
    if is_older:
        path = os.path.join(folder, "steps.h5")
        _keras_files.save(model, path, "keras2", training=model.get_compile_config(), optimizer=model.optimizer._engine)
        theirs = tf_keras.models.load_model(path)
    else:
        path = os.path.join(folder, "steps.keras")
        model.save(path)
        theirs = keras.models.load_model(path)
    if int(theirs.optimizer.iterations) != 3:
        return f"Keras has counted {int(theirs.optimizer.iterations)} steps of 3"
    for step in range(5):
        ours, other = float(model.train_on_batch(x, y)), float(theirs.train_on_batch(x, y))
        if not abs(ours - other) <= 1e-5 * abs(other):
            return f"{ours} here, {other} in Keras, in step {step}"
    return None


def subclass(k: Any) -> Any:
    return own_classes(k)[0]()


def branches(k: Any) -> Any:
    """A model whose layers Keras orders otherwise than they are called."""
    x = k.Input((3, 4))
    a = k.layers.Dense(4, name="a")(k.layers.GlobalAveragePooling1D()(x))
    b = k.layers.Dense(4, name="b", activation="tanh")(k.layers.Flatten()(k.layers.Dense(2, name="c")(x)))
    return k.Model(x, k.layers.Dense(2, name="d-1")(k.layers.Add()([a, b])))


def evaluated(folder: str) -> str | None:
    """Opens a compiled .h5 file with Keras, which takes no moments from such files, and compares the losses."""
    rng = np.random.default_rng(9)
    x, y = rng.normal(size=(8, 3, 4)).astype(np.float32), rng.normal(size=(8, 2)).astype(np.float32)
    model = branches(wb.keras)
    model.compile("adam", "mse", metrics=["mae"])
    model.train_on_batch(x, y)
    path = os.path.join(folder, "compiled.h5")
    model.save(path)
    ours = model.evaluate(x, y, verbose=0)
    theirs = keras.models.load_model(path).evaluate(x, y, verbose=0)
    return None if np.allclose(ours, theirs, rtol=1e-5) else f"{ours} here, {theirs} in Keras"


def compare_training(table: Table, folder: str) -> None:
    table.add("compiled", ".h5", lambda: evaluated(folder))
    for kind, options in (
        ("Adam", {"learning_rate": 0.01}),
        ("SGD", {"learning_rate": 0.02, "momentum": 0.9}),
        ("RMSprop", {"learning_rate": 0.003, "momentum": 0.5, "centered": True}),
    ):
        table.add("five steps more", f"{kind}, functional", lambda: steps(folder, branches, kind, options))
        table.add("five steps more", f"{kind}, tf_keras", lambda: steps(folder, branches, kind, options, True))
        table.add("five steps more", f"{kind}, subclassed", lambda: steps(folder, subclass, kind, options))


def main() -> int:
    folders = [Path(word) for word in sys.argv[1:] if Path(word).is_dir()]
    words = [word for word in sys.argv[1:] if not Path(word).is_dir()]
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        if not folders and not words:
            compare_own(table, folder)
            for form, which, is_ours in itertools.product(("weights", "keras"), (0, 1), (True, False)):
                name = f"{form}, {('subclass', 'layer')[which]}, {'written' if is_ours else 'read'} here"
                table.add("classes of the caller's", name, lambda: subclassed(folder, form, is_ours, which))
            compare_training(table, folder)
        if not folders:
            folders = [SHARED / name for name in ("interchange", "synthetic") if (SHARED / name).exists()]
        for source in folders:
            for path, inputs in beside(source, words):
                table.add(source.name, path.name, lambda: differing(path, inputs, folder))
                if not path.name.endswith("weights.h5"):
                    table.add(f"{source.name}, load_model", path.name, lambda: as_keras(path, inputs))
                table.add(f"{source.name}, for Keras 2", path.name, lambda: older(path, inputs, folder))
    return not table.print()


if __name__ == "__main__":
    sys.exit(main())
