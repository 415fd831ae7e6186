"""Nonsense in fit, compile and models: each is answered by a sentence that says what was expected."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import wingbeat.tf as tf
from wingbeat import keras

layers = keras.layers
X = np.random.default_rng(0).random((16, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


def small(**settings):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **settings})
    return model


def of_two(**settings):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [layers.Dense(1, name="a")(inputs), layers.Dense(2, name="b")(inputs)])
    model.compile("sgd", **settings)
    return model


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"x": None, "y": None}, "x is None: expected arrays, a data set or a generator"),
        ({"x": X[:0], "y": Y[:0]}, "at least one row of data"),
        ({"x": X.tolist()}, r"Unrecognized data type.*np.array\(x\) makes an array"),
        ({"x": lambda: None, "y": None}, "call the function, and give the generator"),
        ({"y": Y[:3]}, "same number of samples"),
        ({"batch_size": 0}, "`batch_size` to be a whole number above 0"),
        ({"batch_size": 1.5}, "`batch_size` to be a whole number above 0"),
        ({"epochs": "3"}, "`epochs` to be a whole number"),
        ({"validation_split": 2}, "`validation_split` to be a number between 0 and 1"),
        ({"validation_split": 0.999}, "not sufficient to split"),
        ({"validation_data": 3}, "Unrecognized data type"),
        ({"class_weight": 3}, "`class_weight` to be a dict"),
        ({"sample_weight": np.ones(3)}, "same number of samples"),
        ({"callbacks": [3]}, "objects of keras.callbacks.Callback, found 3"),
        ({"callbacks": [keras.callbacks.EarlyStopping]}, r"EarlyStopping\(...\) makes one"),
    ],
)
def test_fit_says_what_it_expects(arguments, words):
    with pytest.raises((ValueError, TypeError), match=words):
        small().fit(**{"x": X, "y": Y, "verbose": 0, **arguments})


@pytest.mark.parametrize(
    "loss, words",
    [
        (lambda y_true, y_pred: None, "expected to give a tensor, but gave None"),
        (lambda y_true, y_pred: "much", "expected to give a tensor, but gave 'much'"),
        ("msee", "Could not interpret loss identifier: msee"),
        (3, "Could not interpret loss identifier: 3"),
        (None, "Provide a `loss`"),
    ],
)
def test_what_is_no_loss_is_said_to_be_none(loss, words):
    with pytest.raises(ValueError, match=words):
        small(loss=loss).fit(X, Y, verbose=0)


@pytest.mark.parametrize(
    "settings, y, words",
    [
        ({"loss": {"a": "mse", "b": "mae"}}, {"a": Y}, "loss for the output 'b', but no target"),
        ({"loss": {"a": "mse", "c": "mae"}}, {"a": Y, "b": Y}, r"Expected keys \['a', 'b'\] in loss dict"),
        ({"loss": ["mse"]}, [Y, Y], "one for each of the 2 outputs"),
        ({"loss": "mse"}, Y, "different structures"),
    ],
)
def test_targets_and_losses_of_several_outputs_have_to_fit(settings, y, words):
    with pytest.raises(ValueError, match=words):
        of_two(**settings).fit(X, y, verbose=0)


def test_losses_weights_metrics_and_targets_come_as_dicts():
    model = of_two(loss={"a": "mse", "b": "mae"}, loss_weights={"a": 1.0, "b": 2.0}, metrics={"b": "mse"})
    target = np.repeat(Y, 2, axis=1)
    found = model.fit(X, {"a": Y, "b": target}, batch_size=16, verbose=0).history
    assert sorted(found) == ["a_loss", "b_loss", "b_mse", "loss"]
    assert np.isclose(found["loss"][0], found["a_loss"][0] + 2 * found["b_loss"][0], rtol=1e-6)


def test_a_model_is_made_of_symbolic_tensors():
    with pytest.raises(ValueError, match="expected symbolic tensors"):
        keras.Model(3, 4)


def test_a_data_set_maps_functions_alone():
    with pytest.raises(TypeError, match="Expected a function of elements, found 3"):
        tf.data.Dataset.range(3).map(3)


def test_values_of_batches_are_read_for_those_alone_that_look_at_them(monkeypatch):
    from wingbeat.keras.callbacks import _callback

    read = []
    monkeypatch.setattr(_callback, "plain", lambda logs, own=_callback.plain: read.append(1) or own(logs))
    small().fit(X, Y, batch_size=1, verbose=0)
    without = len(read)
    seen = []
    look = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs["loss"]))
    small().fit(X, Y, batch_size=1, verbose=0, callbacks=[look])
    assert without < 16 <= len(read) - without and len(seen) == 16 and all(type(value) is float for value in seen)


def test_an_interrupt_ends_fit_and_the_model_goes_on():
    model = small()
    before = model.get_weights()

    def interrupt():
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=1_000_000, verbose=0)
    assert all(np.isfinite(after).all() for after in model.get_weights())
    assert any((one != other).any() for one, other in zip(before, model.get_weights()))
    first = model.evaluate(X, Y, verbose=0)
    model.fit(X, Y, epochs=3, verbose=0)
    assert model.evaluate(X, Y, verbose=0) < first
