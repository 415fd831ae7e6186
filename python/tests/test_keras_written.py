"""What is written for Keras: the order of layers, their names, activations of older versions, numbers of 16 bits."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import wingbeat as wb
from wingbeat import _keras_files, keras


def config_in(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("config.json"))  # type: ignore[no-any-return]


def weights_in(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    found: dict[str, np.ndarray[Any, Any]] = {}
    with zipfile.ZipFile(path) as file, h5py.File(io.BytesIO(file.read("model.weights.h5"))) as weights:
        weights.visititems(lambda name, item: found.update({name: item[()]} if isinstance(item, h5py.Dataset) else {}))
    return found


def predicted(model: Any, *inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    with wb.no_grad():
        return model(*[wb.tensor(x) for x in inputs]).numpy()  # type: ignore[no-any-return]


# A graph whose lines come in another order than Keras': "near" is one call from the sum, "far" is two.
LINES = """near = near(x)
first = first(x)
far = far(first)
sum = sum(near, far)
out = out(sum)"""


def crossed() -> Any:
    wb.manual_seed(4)
    layers = [
        "near=keras.Dense(4, input_shape=(3,))",
        "first=keras.Dense(5, input_shape=(3,))",
        "far=keras.Dense(4, input_shape=(5,))",
        "sum=keras.Add()",
        "out=keras.Dense(2, input_shape=(4,))",
    ]
    model = wb.nn.build(f"Graph('x', '{LINES.replace(chr(10), chr(92) + 'n')}', 'out', {', '.join(layers)})")
    model.eval()
    return model


def test_layers_and_weights_have_the_order_of_keras(tmp_path: Path) -> None:
    model = crossed()
    x = np.random.default_rng(0).normal(size=(2, 3)).astype(np.float32)
    model.save(tmp_path / "m.keras")
    names = [layer["name"] for layer in config_in(tmp_path / "m.keras")["config"]["layers"]]
    assert names == ["x", "first", "near", "far", "sum", "out"]
    weights = weights_in(tmp_path / "m.keras")
    for group, layer in (("dense", "first"), ("dense_1", "near"), ("dense_2", "far"), ("dense_3", "out")):
        assert np.array_equal(weights[f"layers/{group}/vars/0"], getattr(model, layer).kernel.numpy())
    again = wb.load(tmp_path / "m.keras")
    assert np.array_equal(predicted(again, x), predicted(model, x))
    # The graph with its own order takes its weights from there, too, in both layouts.
    for name, form in (("m.weights.h5", None), ("m.h5", "keras")):
        model.save(tmp_path / name, format=form)
        other = crossed()
        for parameter in other.parameters():
            parameter.data.zero_()
        _keras_files.load_weights(tmp_path / name, other)
        assert np.array_equal(predicted(other, x), predicted(model, x))


def renamed(path: Path, names: dict[str, str]) -> Path:
    """The archive with other names of layers."""
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    config = members["config.json"].decode()
    for old, new in names.items():
        config = config.replace(json.dumps(old), json.dumps(new))
    members["config.json"] = config.encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_names_that_are_no_words_are_kept(form: str, tmp_path: Path) -> None:
    inputs = keras.Input((3,), name="given")
    hidden = keras.layers.Dense(4, name="first")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(2, name="second")(hidden), name="whole")
    model.save(tmp_path / "m.keras")
    names = {"given": "given-1", "first": "block.1/dense", "second": "2nd layer", "whole": "a model"}
    loaded = wb.load(renamed(tmp_path / "m.keras", names))
    out = tmp_path / f"out.{form}"
    loaded.save(out, format="keras")
    text = config_in(out) if form == "keras" else json.loads(h5py.File(out).attrs["model_config"])
    # Keras 3 takes no "/" in a name.
    assert [layer["config"]["name"] for layer in text["config"]["layers"]] == ["given-1", "block.1_dense", "2nd layer"]
    assert text["config"]["name"] == "a model"
    again = wb.load(out)
    x = np.ones((1, 3), np.float32)
    assert np.array_equal(predicted(again, x), np.asarray(model(x)))


@pytest.mark.parametrize("kind", ["Dense(3", "Activation(", "LSTM(3", "Bidirectional(keras.GRU(3"])
def test_hard_sigmoid_of_older_versions_is_two_layers(kind: str, tmp_path: Path) -> None:
    argument = "recurrent_activation" if "LSTM" in kind or "GRU" in kind else "activation"
    close = "))" if kind.count("(") == 2 else ")"
    separator = "" if kind.endswith("(") else ", "
    model = wb.nn.build(f"Sequential(a=keras.{kind}{separator}{argument}='hard_sigmoid_v2'{close})")
    model.eval()
    x = np.random.default_rng(1).normal(size=(2, 4, 3)).astype(np.float32) * 4
    expected = predicted(model, x)
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name, format="keras", input_shape=(4, 3))
        again = wb.load(tmp_path / name)
        assert "hard_sigmoid_v2" in again.expression()
        assert np.array_equal(predicted(again, x), expected)
    text = json.dumps(config_in(tmp_path / "m.keras"))
    assert '"Rescaling"' in text and '"scale": 0.2' in text and '"max_value": 1.0' in text
    assert '"activation": "hard_sigmoid' not in text


def test_bfloat16_is_two_opaque_bytes(tmp_path: Path) -> None:
    wb.manual_seed(0)
    model = wb.nn.build("Sequential(a=keras.Dense(3, input_shape=(4,), dtype=bfloat16))")
    model.eval()
    expected = next(model.parameters()).detach().float().numpy()
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name, format="keras")
        again = wb.load(tmp_path / name)
        assert next(again.parameters()).dtype == wb.bfloat16
        assert np.array_equal(next(again.parameters()).detach().float().numpy(), expected)
    with zipfile.ZipFile(tmp_path / "m.keras") as file, h5py.File(io.BytesIO(file.read("model.weights.h5"))) as weights:
        kernel = weights["layers/dense/vars/0"]
        assert kernel.dtype == np.dtype("V2") and kernel.shape == (4, 3)
        assert kernel.attrs["dtype"] == "bfloat16"
        found = kernel[()].view(np.uint16).astype(np.uint32) << 16
        assert np.array_equal(found.view(np.float32), expected)


def wrapped_model() -> Any:
    wb.manual_seed(2)
    layers = keras.layers
    return keras.Sequential([
        keras.Input((4, 3)),
        layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
        layers.TimeDistributed(layers.Dense(3, activation="tanh")),
        layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)]),
    ])  # fmt: skip


def test_layers_in_layers_stand_in_the_config(tmp_path: Path) -> None:
    model = wrapped_model()
    x = np.random.default_rng(2).normal(size=(2, 4, 3)).astype(np.float32)
    expected = np.asarray(model(x))
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert np.array_equal(np.asarray(again(x)), expected)
    for other in (keras.models.model_from_json(model.to_json()), keras.models.clone_model(model)):
        other.set_weights(model.get_weights())
        assert np.array_equal(np.asarray(other(x)), expected)
    # The layers of the first model are still its own.
    assert np.array_equal(np.asarray(model(x)), expected)


def test_a_file_for_keras_2_has_its_words(tmp_path: Path) -> None:
    wb.manual_seed(3)
    layers = keras.layers
    x = keras.Input((4, 3), name="x")
    inner = keras.Sequential(
        [keras.Input((4, 3)), layers.Dense(3, name="in"), layers.LeakyReLU(negative_slope=0.1, name="leaky")],
        name="inner",
    )
    h = layers.MultiHeadAttention(1, 2, name="mha")(inner(x), x)
    model = keras.Model(x, layers.LSTM(2, name="lstm")(layers.Add(name="sum")([h, x])), name="whole")
    model.compile(keras.optimizers.Adam(0.01), "mse")
    data = np.random.default_rng(5).normal(size=(2, 4, 3)).astype(np.float32)
    model.train_on_batch(data, np.ones((2, 2), np.float32))
    path = tmp_path / "m.h5"
    config = model.get_compile_config()
    _keras_files.save(model, path, "keras2", training=config, optimizer=model.optimizer._engine)
    with h5py.File(path) as file:
        assert file.attrs["keras_version"].startswith("2.")
        text = json.loads(file.attrs["model_config"])
        training = json.loads(file.attrs["training_config"])
        state = [name.decode() for name in file["optimizer_weights"].attrs["weight_names"]]
    entries = {entry["name"]: entry for entry in text["config"]["layers"]}
    assert "module" not in json.dumps(text)
    assert entries["x"]["config"]["batch_input_shape"] == [None, 4, 3]
    # A nested model's calls count from 1.
    assert entries["inner"]["inbound_nodes"] == [[["x", 0, 0, {}]]]
    assert entries["mha"]["inbound_nodes"] == [[["inner", 1, 0, {"value": ["x", 0, 0]}]]]
    assert entries["sum"]["inbound_nodes"] == [[["mha", 0, 0, {}], ["x", 0, 0, {}]]]
    assert entries["inner"]["config"]["layers"][2]["config"]["alpha"] == 0.1
    assert "use_cudnn" not in entries["lstm"]["config"] and entries["lstm"]["config"]["dtype"] == "float32"
    assert text["config"]["output_layers"] == [["lstm", 0, 0]]
    assert training["optimizer_config"]["class_name"] == "Adam"
    assert "loss_scale_factor" not in training["optimizer_config"]["config"]
    # The count, and no rate.
    assert state[0] == "adam/iteration" and len(state) == 1 + 2 * len(model.trainable_variables)
    again = wb.load(path)
    np.testing.assert_allclose(predicted(again, data), np.asarray(model(data)), rtol=1e-6, atol=1e-7)


def test_what_keras_2_does_not_have_is_refused(tmp_path: Path) -> None:
    for text, sentence in (
        ("RMSNormalization(input_shape=(3,))", "'a' is a RMSNormalization, which Keras 2"),
        ("Dense(2, activation='hard_sigmoid', input_shape=(3,))", "'a' has the activation hard_sigmoid of Keras 3"),
    ):
        model = wb.nn.build(f"Sequential(a=keras.{text})")
        with pytest.raises(wb.UnsupportedError, match=sentence):
            model.save(tmp_path / "m.h5", format="keras2")
    model = wb.nn.build("Sequential(a=keras.Dense(2, activation='hard_sigmoid_v2', input_shape=(3,)))")
    model.save(tmp_path / "m.h5", format="keras2")
    with h5py.File(tmp_path / "m.h5") as file:
        assert '"activation": "hard_sigmoid"' in file.attrs["model_config"]
    model.eval()
    x = np.linspace(-9, 9, 6, dtype=np.float32).reshape(2, 3)
    assert np.array_equal(predicted(wb.load(tmp_path / "m.h5"), x), predicted(model, x))


def test_initializers_have_their_names_of_keras_2(tmp_path: Path) -> None:
    config = {"name": "a", "units": 2, "kernel_initializer": {"class_name": "OrthogonalInitializer", "config": {}}}
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 3]}},
        {"class_name": "Dense", "config": config},
    ]
    model = _keras_files.from_config(
        json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": layers}})
    )
    model.save(tmp_path / "m.h5", format="keras2")
    with h5py.File(tmp_path / "m.h5") as file:
        written = json.loads(file.attrs["model_config"])["config"]["layers"][-1]["config"]["kernel_initializer"]
    assert written["class_name"] == "Orthogonal"


def test_a_layer_of_several_inputs_is_built_by_its_call() -> None:
    shapes = {"query_shape": [None, 4, 3], "value_shape": [None, 5, 3], "key_shape": [None, 5, 3]}
    config = {"num_heads": 1, "key_dim": 2, "name": "mha", "quantization_config": None}
    entry = {
        "module": "keras.layers",
        "class_name": "MultiHeadAttention",
        "config": config,
        "registered_name": None,
        "build_config": {"shapes_dict": shapes},
    }
    layer = keras.saving.deserialize_keras_object(entry)
    assert layer.name == "mha" and not layer.weights
    found = layer(np.ones((2, 4, 3), np.float32), np.ones((2, 5, 3), np.float32))
    assert found.shape == (2, 4, 3) and len(layer.weights) == 8


@pytest.mark.parametrize("form", ["m.keras", "m.h5"])
def test_what_compile_was_given_is_in_the_file(form: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(keras.optimizers.SGD(0.01, momentum=0.5), "mse", metrics=["mae"])
    x, y = np.ones((4, 3), np.float32), np.ones((4, 2), np.float32)
    model.train_on_batch(x, y)
    model.save(tmp_path / form)
    again = keras.models.load_model(tmp_path / form)
    assert int(again.optimizer.iterations) == 1
    for _ in range(3):
        np.testing.assert_allclose(again.train_on_batch(x, y)[0], model.train_on_batch(x, y)[0], rtol=1e-6)
    if form == "m.h5":
        with h5py.File(tmp_path / form, "r+") as file:
            training = json.loads(file.attrs["training_config"])
            # A short name would be a metric's in Keras.
            assert training["loss"] == "mean_squared_error" and training["metrics"] == ["mae"]
            # As Keras writes a loss that is an object.
            training["loss"] = {"class_name": "MeanSquaredError", "config": {"name": "mse"}}
            file.attrs["training_config"] = json.dumps(training)
        assert keras.models.load_model(tmp_path / form).compiled
