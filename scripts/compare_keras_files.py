"""Writes models for Keras, opens them with real Keras, and compares what the two predict.

    .venv-peers/bin/python scripts/compare_keras_files.py [FOLDER] [WORD ...]

FOLDER: model files with reference inputs beside them (NAME.ref.h5). Part of `make test-peers`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import h5py
import keras
import numpy as np

import wingbeat as wb
from wingbeat import _keras_files, nn
from wingbeat._library import check as check_status
from wingbeat._library import lib

OWN = Path(__file__).resolve().parent.parent / "python" / "tests" / "fixtures" / "keras_files.h5"
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
        worst = max(worst, difference(ours, theirs(given, training=False)))
    return worst


def passes(name: str, model: Any, inputs: list[Any], folder: str, input_shape: Any = None) -> bool:
    """Says what is wrong, if anything is. model: a module, or the path of one."""
    try:
        worst = check(wb.load(model) if isinstance(model, Path) else model, inputs, folder, input_shape)
    except Exception as error:  # whatever Keras raises
        print(f"{name}: {type(error).__name__}: {str(error)[:300]}")
        return False
    if worst > TOLERANCE:
        print(f"{name}: {worst:.2g}")
    return worst <= TOLERANCE


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
            if "refused" in group.attrs or "architecture" in group.attrs or name == "k2_recurrent":
                continue  # hard_sigmoid of Keras 2 is none of Keras 3's
            path = Path(folder) / name / str(group.attrs["name"])
            path.parent.mkdir()
            path.write_bytes(group["file"][()].tobytes())
            inputs = [group[key][()] for key in sorted(group) if key.startswith("input_")]
            found.append((path, inputs, (group["x"][()], group["y"][()]) if "x" in group else None))
    return found


def beside(folder: Path, words: list[str]) -> list[tuple[Path, list[Any], Any]]:
    """Files of a folder that have reference inputs beside them."""
    found: list[tuple[Path, list[Any], Any]] = []
    for path in sorted(folder.glob("*.ref.h5")):
        source = path.with_name(path.name.removesuffix(".ref.h5"))
        if source.exists() and (not words or any(word in source.name for word in words)):
            with h5py.File(path) as file:
                inputs = [file[f"input_{i}"][()] for i in range(sum(n.startswith("input_") for n in file))]
            found.append((source, inputs, None))
    return found


def main() -> int:
    arguments = sys.argv[1:]
    results: list[bool] = []
    with tempfile.TemporaryDirectory() as folder:
        if arguments:
            models = beside(Path(arguments[0]), arguments[1:])
        else:
            models = own(folder)
            for number, (model, inputs, shape) in enumerate(torch_like()):
                results.append(passes(f"layers of PyTorch {number}", model, inputs, folder, shape))
        for path, inputs, data in models:
            results.append(passes(path.name if arguments else path.parent.name, path, inputs, folder))
            if data is not None:
                wrong = going_on(path, *data)
                results.append(wrong is None)
                if wrong is not None:
                    print(f"{path.parent.name}: {wrong}")
    print(f"{sum(results)} of {len(results)} comparisons of files with Keras agree")
    return not all(results)


if __name__ == "__main__":
    sys.exit(main())
