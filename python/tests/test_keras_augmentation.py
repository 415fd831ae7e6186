"""Keras' random image layers: the same as Keras' where the draws leave no choice, and draws within their bounds."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from wingbeat import keras

FOLDER = Path(__file__).parent / "fixtures" / "keras_augmentation"
sys.path.insert(0, str(FOLDER))
import augmentation_cases as cases  # noqa: E402

layers = keras.layers
EXPECTED = json.loads((FOLDER / "results.json").read_text())
IMAGES = np.random.default_rng(0).random((16, 8, 8, 3)).astype("float32")


def changed(result):
    return [bool((np.asarray(one) != other).any()) for one, other in zip(result, IMAGES)]


@pytest.mark.parametrize("number", range(len(cases.CASES)))
def test_images_are_those_of_keras(number):
    name, arguments = cases.CASES[number]
    for place, shape in enumerate(cases.SHAPES):
        given = np.array(cases.image(shape), np.float32).reshape(shape)
        expected = EXPECTED[number * len(cases.SHAPES) + place]
        found = np.asarray(getattr(layers, name)(**arguments)(given, training=True))
        assert list(found.shape) == expected["shape"]
        np.testing.assert_allclose(found.reshape(-1), expected["values"], atol=2e-3)


def test_each_image_has_draws_of_its_own():
    keras.utils.set_random_seed(1)
    turned = np.asarray(layers.RandomFlip("horizontal")(IMAGES, training=True))
    isflipped = [np.array_equal(one, other[:, ::-1]) for one, other in zip(turned, IMAGES)]
    same = [np.array_equal(one, other) for one, other in zip(turned, IMAGES)]
    assert all(a != b for a, b in zip(isflipped, same)) and 2 < sum(isflipped) < 14
    bright = np.asarray(layers.RandomBrightness(0.2, value_range=(-5, 5))(IMAGES, training=True)) - IMAGES
    shifts = bright.reshape(16, -1).mean(1)
    assert np.ptp(bright.reshape(16, -1), axis=1).max() < 1e-5 and len(set(shifts.round(4))) > 10
    assert np.abs(shifts).max() <= 2 and np.abs(shifts).max() > 1
    contrast = np.asarray(layers.RandomContrast(0.5, value_range=(-9, 9))(IMAGES, training=True))
    ratios = contrast.std((1, 2)).mean(-1) / IMAGES.std((1, 2)).mean(-1)
    assert ratios.min() >= 0.499 and ratios.max() <= 1.501 and np.ptp(ratios) > 0.5
    np.testing.assert_allclose(contrast.mean((1, 2)), IMAGES.mean((1, 2)), atol=1e-5)


def test_a_crop_takes_a_part_as_it_is():
    keras.utils.set_random_seed(2)
    places = set()
    for _ in range(20):
        found = np.asarray(layers.RandomCrop(5, 6)(IMAGES, training=True))
        fits = [(r, c) for r in range(4) for c in range(3) if np.array_equal(found, IMAGES[:, r : r + 5, c : c + 6])]
        assert len(fits) == 1
        places.add(fits[0])
    assert len(places) > 5
    assert layers.RandomCrop(5, 6)(IMAGES, training=False).shape == (16, 5, 6, 3)


def test_they_work_unless_they_are_told_to_evaluate():
    layer = layers.RandomRotation(0.2)
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.RandomFlip(), layer])
    for call in (layer, model, keras.Sequential([layers.RandomZoom(0.5)])):
        assert any(changed(call(IMAGES))) and any(changed(call(IMAGES, training=True)))
        assert not any(changed(call(IMAGES, training=False)))
    assert not any(changed(model.predict(IMAGES, verbose=0)))


def test_one_seed_gives_the_same_images_again():
    model = keras.Sequential([layers.RandomFlip(), layers.RandomTranslation(0.3, 0.3), layers.RandomContrast(0.5)])
    results = []
    for _ in range(2):
        keras.utils.set_random_seed(7)
        results.append(np.asarray(model(IMAGES)))
    assert np.array_equal(*results)


def test_a_model_with_them_trains_and_is_saved(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)), layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomZoom(0.2),
            layers.RandomTranslation(0.1, 0.1), layers.RandomContrast(0.2, value_range=(0, 1)),
            layers.RandomBrightness(0.1, value_range=(0, 1)), layers.RandomCrop(6, 6), layers.Flatten(),
            layers.Dense(1),
        ]
    )  # fmt: skip
    model.compile("adam", "mse")
    target = IMAGES.mean((1, 2, 3))[:, None]
    losses = model.fit(IMAGES, target, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(model.predict(IMAGES, verbose=0), again.predict(IMAGES, verbose=0))
    assert [layer.get_config() for layer in model.layers] == [layer.get_config() for layer in again.layers]


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: layers.RandomRotation(1.5), "factor is a number or two from -1.0 to 1.0"),
        (lambda: layers.RandomRotation((0.1, 0.2, 0.3)), "factor"),
        (lambda: layers.RandomZoom(-1), "factors are above -1"),
        (lambda: layers.RandomZoom(0.1, fill_mode="mirror"), "fill_mode"),
        (lambda: layers.RandomContrast(-0.5), "factor is a number or two from 0.0 to 1.0"),
        (lambda: layers.RandomContrast(0.5, value_range=(0, float("inf"))), "value_range"),
        (lambda: layers.RandomFlip("sideways"), "mode"),
        (lambda: layers.RandomCrop(0, 3), "height is from 1"),
        (lambda: layers.RandomFlip()(np.zeros((3, 3), "float32"), training=True), "three or four axes"),
    ],
)
def test_wrong_arguments_are_named(make, words):
    with pytest.raises((ValueError, TypeError), match=words):
        make()
