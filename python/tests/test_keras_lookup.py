"""StringLookup, IntegerLookup and TextVectorization beside Keras' (fixtures/keras_lookup/make.py)."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from wingbeat import keras

FOLDER = Path(__file__).parent / "fixtures" / "keras_lookup"
sys.path.insert(0, str(FOLDER))
import lookup_cases as cases  # noqa: E402

layers = keras.layers
EXPECTED = json.loads((FOLDER / "results.json").read_text())


@pytest.mark.parametrize("number", range(len(cases.CASES)))
def test_vocabularies_and_results_are_those_of_keras(number):
    found, expected = cases.ran(layers, np, number), EXPECTED[number]
    assert {key: found[key] for key in ("vocabulary", "dtype", "shape")} == {
        key: expected[key] for key in ("vocabulary", "dtype", "shape")
    }
    np.testing.assert_allclose(found["values"], expected["values"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("number", range(len(cases.CASES)))
def test_a_config_makes_the_layer_again(number):
    name, arguments, adapted, given = cases.CASES[number]
    layer = getattr(layers, name)(**arguments)
    if adapted is not None:
        layer.adapt(adapted)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config() and again.get_vocabulary() == layer.get_vocabulary()
    assert np.array_equal(np.asarray(again(given)), np.asarray(layer(given)))


def test_words_come_back_and_files_hold_vocabularies(tmp_path):
    (tmp_path / "words.txt").write_text("dog\ncat\n", encoding="utf-8")
    there, back = (layers.StringLookup(vocabulary=str(tmp_path / "words.txt"), invert=way) for way in (False, True))
    numbers = there(np.array([["cat", "fox"], ["dog", "cat"]]))
    assert numbers.numpy().tolist() == [[2, 0], [1, 2]] and numbers.dtype.name == "int64"
    assert back(numbers).tolist() == [["cat", "[UNK]"], ["dog", "cat"]]


def test_functions_of_ones_own_and_batches_of_texts():
    layer = layers.TextVectorization(
        standardize=lambda texts: [text.replace("x", " ").upper() for text in texts],
        split=lambda texts: [text.split(" ") for text in texts],
    )
    layer.adapt(iter([["axb", "b"], [b"bxc"]]))
    assert layer.get_vocabulary() == ["", "[UNK]", "B", "C", "A"]
    assert layer(["cxb", "d"]).numpy().tolist() == [[3, 2], [1, 0]]


def test_a_model_trains_on_texts_as_numbers():
    keras.utils.set_random_seed(0)
    texts = ["good film", "a good one", "bad film", "so bad", "good good", "bad one"]
    words = layers.TextVectorization(output_sequence_length=3)
    words.adapt(texts)
    model = keras.Sequential(
        [layers.Embedding(words.vocabulary_size(), 4), layers.GlobalAveragePooling1D(), layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(0.1), keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(words(texts), np.array([1, 1, 0, 0, 1, 0]), epochs=30, verbose=0)
    good, bad = model.predict(words(["good", "bad"]), verbose=0)[:, 0]
    assert good > 0 > bad


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: layers.StringLookup(max_tokens=1), "max_tokens"),
        (lambda: layers.StringLookup(output_mode="ints"), "output_mode"),
        (lambda: layers.StringLookup(num_oov_indices=3), "num_oov_indices is 0 or 1"),
        (lambda: layers.StringLookup(vocabulary=["a", "a"]), "repeated term"),
        (lambda: layers.StringLookup(vocabulary=["a", "[UNK]"]), "reserved tokens"),
        (lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2), "larger than the maximum"),
        (lambda: layers.StringLookup(vocabulary="/no/such/file"), "does not exist"),
        (lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]), "found OOV values"),
        (lambda: layers.StringLookup(vocabulary=["a"]).adapt(["b"]), "Cannot adapt"),
        (lambda: layers.StringLookup(vocabulary=["a"])([3]), "expected texts, found 3"),
        (lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"), "idf_weights"),
        (lambda: layers.IntegerLookup()([1.5]), "whole numbers"),
        (lambda: layers.TextVectorization(standardize="upper"), "standardize"),
        (lambda: layers.TextVectorization(output_mode="count", output_sequence_length=3), "output_sequence_length"),
        (lambda: layers.TextVectorization(ragged=True), "ragged"),
        (lambda: layers.TextVectorization()([["a", "b"]]), "input rank must be 1"),
        (lambda: layers.StringLookup()(keras.Input((1,))), "texts stay in Python"),
    ],
)
def test_wrong_arguments_are_named(make, words):
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=words):
        make()
