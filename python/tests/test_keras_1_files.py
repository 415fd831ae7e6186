"""Files in the form of Keras 1, written here with h5py: Merge layers, and LSTM and GRU with an array for each gate.

What they predict is computed with NumPy from the arrays. What is written of them again predicts the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import wingbeat as wb

Arrays = list[tuple[str, np.ndarray[Any, Any]]]
RNG = np.random.default_rng(11)


def floats(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.normal(size=shape).astype(np.float32)


def written(path: Path, config: dict[str, Any], weights: dict[str, Arrays], version: str | None = None) -> Path:
    """A whole model: names of a fixed length, as h5py wrote them for Keras 1."""
    with h5py.File(path, "w", libver="earliest") as file:
        file.attrs["model_config"] = json.dumps(config)
        if version is not None:
            file.attrs["keras_version"] = version
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([name.encode() for name in weights])
        for layer, arrays in weights.items():
            own = group.create_group(layer)
            own.attrs["weight_names"] = np.array([name.encode() for name, _ in arrays])
            for name, values in arrays:
                own[name] = values
    return path


def entry(kind: str, name: str, inputs: list[str], **config: Any) -> dict[str, Any]:
    calls = [[[one, 0, 0] for one in inputs]] if inputs else []
    return {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": calls}


def predicted(model: Any, *inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    with wb.no_grad():
        return model(*[wb.tensor(x) for x in inputs]).numpy()  # type: ignore[no-any-return]


def assert_written_again(model: Any, expected: np.ndarray[Any, Any], folder: Path, *inputs: Any) -> None:
    for name in ("again.keras", "again.h5"):
        model.save(folder / name, format="keras")
        np.testing.assert_allclose(predicted(wb.load(folder / name), *inputs), expected, rtol=1e-5, atol=1e-6)


MERGES = {
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    "max": np.maximum,
    "concat": lambda a, b: np.concatenate([a, b], -1),
    "dot": lambda a, b: (a * b).sum(-1, keepdims=True),
}


def merging(path: Path, mode: str) -> tuple[Path, dict[str, np.ndarray[Any, Any]]]:
    arrays = {name: floats(3, 4) for name in ("left", "right")}
    layers = [
        entry("InputLayer", name, [], batch_input_shape=[None, 3], input_dtype="float32", sparse=False)
        for name in ("a", "b")
    ]
    for layer, source in (("left", "a"), ("right", "b")):
        layers.append(
            entry("Dense", layer, [source], output_dim=4, activation="linear", bias=False, init="glorot_uniform")
        )
    layers.append(entry("Merge", "merge_1", ["left", "right"], mode=mode, mode_type="raw", concat_axis=-1, dot_axes=-1))
    config = {
        "class_name": "Model",
        "config": {
            "name": "model_1",
            "layers": layers,
            "input_layers": [["a", 0, 0], ["b", 0, 0]],
            "output_layers": [["merge_1", 0, 0]],
        },
    }
    weights: dict[str, Arrays] = {"a": [], "b": []}
    weights |= {name: [(f"{name}_W", values)] for name, values in arrays.items()}
    return written(path, config, {**weights, "merge_1": []}), arrays


@pytest.mark.parametrize("mode", MERGES)
def test_a_merge_is_the_layer_of_its_mode(mode: str, tmp_path: Path) -> None:
    path, arrays = merging(tmp_path / "m.h5", mode)
    a, b = floats(2, 3), floats(2, 3)
    expected = MERGES[mode](a @ arrays["left"], b @ arrays["right"])
    model = wb.load(path)
    np.testing.assert_allclose(predicted(model, a, b), expected, rtol=1e-5, atol=1e-6)
    assert_written_again(model, expected, tmp_path, a, b)


def test_a_merge_of_another_mode_is_refused(tmp_path: Path) -> None:
    path, _ = merging(tmp_path / "m.h5", "cos")
    with pytest.raises(wb.UnsupportedError, match="'merge_1' is a Merge of Keras 1 with the mode \"cos\""):
        wb.load(path)


def hard_sigmoid(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.clip(0.2 * x + 0.5, 0, 1)


def recurrent(path: Path, kind: str, gates: str) -> tuple[Path, dict[str, np.ndarray[Any, Any]]]:
    arrays = {}
    for gate in gates:
        arrays |= {f"W_{gate}": floats(3, 2), f"U_{gate}": floats(2, 2), f"b_{gate}": floats(2)}
    layer = {
        "class_name": kind,
        "config": {
            "name": "rnn_1",
            "batch_input_shape": [None, 5, 3],
            "output_dim": 2,
            "inner_activation": "hard_sigmoid",
            "activation": "tanh",
            "init": "glorot_uniform",
            "inner_init": "orthogonal",
            "return_sequences": False,
            "go_backwards": False,
            "stateful": False,
            "unroll": False,
            "consume_less": "cpu",
            "dropout_W": 0.0,
            "dropout_U": 0.0,
        },
    }
    config = {"class_name": "Sequential", "config": [layer]}
    listed = [(f"rnn_1_{name}", values) for name, values in arrays.items()]
    return written(path, config, {"rnn_1": listed}, "1.2.2"), arrays


def test_an_lstm_with_an_array_for_each_gate(tmp_path: Path) -> None:
    path, w = recurrent(tmp_path / "m.h5", "LSTM", "icfo")
    x = floats(2, 5, 3)
    h, c = np.zeros((2, 2)), np.zeros((2, 2))
    for step in range(5):
        at = {gate: x[:, step] @ w[f"W_{gate}"] + h @ w[f"U_{gate}"] + w[f"b_{gate}"] for gate in "icfo"}
        c = hard_sigmoid(at["f"]) * c + hard_sigmoid(at["i"]) * np.tanh(at["c"])
        h = hard_sigmoid(at["o"]) * np.tanh(c)
    model = wb.load(path)
    np.testing.assert_allclose(predicted(model, x), h, rtol=1e-5, atol=1e-6)
    assert_written_again(model, h, tmp_path, x)


def test_a_gru_with_an_array_for_each_gate(tmp_path: Path) -> None:
    path, w = recurrent(tmp_path / "m.h5", "GRU", "zrh")
    x = floats(2, 5, 3)
    h = np.zeros((2, 2))
    for step in range(5):
        now = x[:, step]
        z, r = (hard_sigmoid(now @ w[f"W_{g}"] + h @ w[f"U_{g}"] + w[f"b_{g}"]) for g in "zr")
        h = z * h + (1 - z) * np.tanh(now @ w["W_h"] + (r * h) @ w["U_h"] + w["b_h"])
    model = wb.load(path)
    np.testing.assert_allclose(predicted(model, x), h, rtol=1e-5, atol=1e-6)
    assert_written_again(model, h, tmp_path, x)
