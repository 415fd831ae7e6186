"""The loss of connectionist temporal classification, beside the sum over all ways to spell the labels."""

import itertools

import numpy as np
import pytest

import wingbeat.tf as tf
from wingbeat import keras

LABELS = np.array([[1, 2, 0], [2, 2, 0], [1, 0, 0], [2, 1, 2]])
LOGITS = np.random.default_rng(0).normal(size=(4, 5, 3)).astype("float32")


def spelled(path):
    """Without repetitions, and then without blanks."""
    return [label for label, _ in itertools.groupby(path) if label != 0]


def expected(labels, logits):
    scores = logits.astype("float64") - np.log(np.exp(logits.astype("float64")).sum(-1, keepdims=True))
    wanted, steps = [label for label in labels if label], len(logits)
    ways = [path for path in itertools.product(range(3), repeat=steps) if spelled(path) == wanted]
    return -np.log(sum(np.exp(sum(scores[step, label] for step, label in enumerate(path))) for path in ways))


EXPECTED = [expected(labels, logits) for labels, logits in zip(LABELS, LOGITS)]


def test_it_sums_over_all_ways_to_spell_the_labels():
    np.testing.assert_allclose(keras.losses.ctc(LABELS, LOGITS).numpy(), EXPECTED, rtol=2e-5)
    assert np.isclose(keras.losses.CTC()(LABELS, LOGITS), np.mean(EXPECTED), rtol=2e-5)
    assert np.isclose(keras.losses.get("ctc")(LABELS, LOGITS).numpy().sum(), np.sum(EXPECTED), rtol=2e-5)
    sizes = tf.constant([5] * 4), tf.constant((LABELS != 0).sum(1))
    for logits, is_first in ((LOGITS, False), (LOGITS.transpose(1, 0, 2), True)):
        found = tf.nn.ctc_loss(LABELS, logits, sizes[1], sizes[0], logits_time_major=is_first, blank_index=0)
        np.testing.assert_allclose(found.numpy(), EXPECTED, rtol=2e-5)


def test_its_gradient_is_that_of_the_sum():
    logits = tf.Variable(LOGITS)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(keras.losses.ctc(LABELS, logits))
    found = tape.gradient(loss, logits).numpy()
    for place in [(0, 0, 0), (1, 2, 2), (3, 4, 1)]:
        near = []
        for step in (1e-3, -1e-3):
            moved = LOGITS.astype("float64")
            moved[place] += step
            near.append(expected(LABELS[place[0]], moved[place[0]]))
        assert np.isclose(found[place], (near[0] - near[1]) / 2e-3, atol=1e-4)


def test_a_model_learns_to_spell():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.Dense(16, activation="tanh"), keras.layers.Dense(3)])
    model.compile(keras.optimizers.Adam(0.05), keras.losses.CTC())
    losses = model.fit(LOGITS, LABELS, epochs=60, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 3


@pytest.mark.parametrize("y_true, y_pred, words", [(LABELS[0], LOGITS, "Targets"), (LABELS, LOGITS[0], "Logits")])
def test_wrong_shapes_are_named(y_true, y_pred, words):
    with pytest.raises(ValueError, match=f"{words}.* are expected to be a tensor of shape"):
        keras.losses.ctc(y_true, y_pred)
