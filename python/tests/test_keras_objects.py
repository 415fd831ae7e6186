"""Files of models that compute in Python: their groups are those that Keras makes, and they are read back."""

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
from wingbeat import keras


@keras.saving.register_keras_serializable("tests")
class Scale(keras.layers.Layer):
    """A layer with variables of its own and a layer in it."""

    def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor
        self.inner = keras.layers.Dense(3)

    def build(self, shape: Any) -> None:
        self.shift = self.add_weight(shape=(3,), initializer="zeros", trainable=False, name="shift")
        self.weight = self.add_weight(shape=(3,), initializer="ones", name="weight")
        self.inner.build(shape)

    def call(self, x: Any) -> Any:
        return self.inner(x) * self.weight * self.factor + self.shift

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


@keras.saving.register_keras_serializable("tests")
class Net(keras.Model):
    """A subclassed model with layers as attributes, in lists and in dicts."""

    def __init__(self, width: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = width
        self.tail = keras.layers.Dense(2)
        self.blocks = [keras.layers.Dense(width, activation="tanh"), Scale(), keras.layers.Dense(width)]
        self.heads = {"a": keras.layers.LayerNormalization(), "b": keras.layers.BatchNormalization()}
        self._recurrent = keras.layers.LSTM(width)

    def call(self, x: Any, training: bool = False) -> Any:
        for block in self.blocks:
            x = block(x)
        x = self.heads["b"](self.heads["a"](x), training=training)
        return self.tail(self._recurrent(x))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "width": self.width}


def example() -> Any:
    return np.random.default_rng(3).normal(size=(2, 4, 3)).astype(np.float32)


def made(seed: int = 0) -> Net:
    wb.manual_seed(seed)
    model = Net()
    model(example())
    for place, weight in enumerate(model.weights):
        weight.assign(np.abs(np.random.default_rng(place + seed).normal(size=weight.shape)) + 0.1)
    return model


def test_the_groups_of_a_subclassed_model_are_those_of_keras(tmp_path: Path) -> None:
    model = made()
    model.save_weights(tmp_path / "m.weights.h5")
    found: dict[str, tuple[int, ...]] = {}
    with h5py.File(tmp_path / "m.weights.h5") as file:
        file.visititems(lambda name, item: found.update({name: item.shape} if isinstance(item, h5py.Dataset) else {}))
        assert np.array_equal(file["blocks/scale/vars/0"][()], np.asarray(model.blocks[1].weight))
    lstm = {"vars/0": (3, 12), "vars/1": (3, 12), "vars/2": (12,)}
    # The model's "layers" come by the alphabet before "tail", and a private attribute after both.
    assert found == {
        "blocks/dense/vars/0": (3, 3),
        "blocks/dense/vars/1": (3,),
        "blocks/scale/vars/0": (3,),
        "blocks/scale/vars/1": (3,),
        "blocks/scale/inner/vars/0": (3, 3),
        "blocks/scale/inner/vars/1": (3,),
        "blocks/dense_1/vars/0": (3, 3),
        "blocks/dense_1/vars/1": (3,),
        "heads/layer_normalization/vars/0": (3,),
        "heads/layer_normalization/vars/1": (3,),
        **{f"heads/batch_normalization/vars/{place}": (3,) for place in range(4)},
        **{f"layers/lstm/cell/{name}": shape for name, shape in lstm.items()},
        **{f"_recurrent/cell/{name}": shape for name, shape in lstm.items()},
        "layers/dense/vars/0": (3, 2),
        "layers/dense/vars/1": (2,),
    }


def test_weights_of_a_subclassed_model_are_read_back(tmp_path: Path) -> None:
    model, other = made(), made(9)
    model.save_weights(tmp_path / "m.weights.h5")
    expected = np.asarray(model(example()))
    assert not np.allclose(np.asarray(other(example())), expected)
    other.load_weights(tmp_path / "m.weights.h5")
    assert np.array_equal(np.asarray(other(example())), expected)


def test_a_subclassed_model_is_an_archive_with_its_config(tmp_path: Path) -> None:
    model = made()
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as file:
        config = json.loads(file.read("config.json"))
        with h5py.File(io.BytesIO(file.read("model.weights.h5"))) as weights:
            assert "blocks/scale/inner/vars/1" in weights
    assert config["class_name"] == "Net" and config["registered_name"] == "tests>Net"
    assert config["config"]["width"] == 3
    again = keras.models.load_model(tmp_path / "m.keras")
    assert type(again) is Net
    assert np.array_equal(np.asarray(again(example())), np.asarray(model(example())))
    with pytest.raises(ValueError, match="computes in Python"):
        model.save(tmp_path / "m.h5")


def test_training_of_a_subclassed_model_goes_on(tmp_path: Path) -> None:
    x, y = example(), np.ones((2, 2), np.float32)
    model = made()
    model.compile(keras.optimizers.Adam(0.01), "mse")
    for _ in range(3):
        model.train_on_batch(x, y)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert int(again.optimizer.iterations) == 3
    for _ in range(5):
        np.testing.assert_allclose(again.train_on_batch(x, y), model.train_on_batch(x, y), rtol=1e-6)
    with zipfile.ZipFile(tmp_path / "m.keras") as file:
        with h5py.File(io.BytesIO(file.read("model.weights.h5"))) as weights:
            values = [weights[f"optimizer/vars/{place}"].shape for place in range(len(weights["optimizer/vars"]))]
    # The count, the rate, and two moments of each trained variable in the order of the model's.
    assert values == [(), ()] + [tuple(v.shape) for v in model.trainable_variables for _ in range(2)]


def test_a_functional_model_with_a_layer_of_ones_own_is_written(tmp_path: Path) -> None:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2)(Scale(3.0)(keras.layers.Dense(3)(inputs))))
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as file:
        with h5py.File(io.BytesIO(file.read("model.weights.h5"))) as weights:
            assert set(weights["layers"]) == {"input_layer", "dense", "scale", "dense_1"}
            assert weights["layers/scale/inner/vars/0"].shape == (3, 3)
    again = keras.models.load_model(tmp_path / "m.keras")
    x = np.ones((1, 3), np.float32)
    assert np.array_equal(np.asarray(again(x)), np.asarray(model(x)))


def test_what_does_not_fit_gets_a_sentence(tmp_path: Path) -> None:
    model = made()
    model.save_weights(tmp_path / "m.weights.h5")

    class Other(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first = keras.layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.first(x)

    other = Other()
    other(example())
    before = [np.asarray(weight).copy() for weight in other.weights]
    with pytest.raises(wb.Error, match="first"):
        other.load_weights(tmp_path / "m.weights.h5")
    assert all(np.array_equal(a, np.asarray(b)) for a, b in zip(before, other.weights))
    with pytest.raises(ValueError, match="not yet been built"):
        Net().save(tmp_path / "n.keras")


def test_an_input_beside_other_tensors_leaves_the_engine_its_graph() -> None:
    layers = keras.layers
    a, b = keras.Input((3,)), keras.Input((2,))
    model = keras.Model([a, b], layers.Concatenate()([layers.Dense(2)(a), b * 2.0, b]))
    # What C runs is a graph of these layers and no others.
    assert model.__dict__["_has_form"]
    assert len(model._modules) == 2
