"""Keras' models against what Keras 3 gives for the same programs (keras_programs.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
from keras_programs import PROGRAMS

from wingbeat import keras

EXPECTED = json.loads((Path(__file__).resolve().parent / "fixtures" / "keras_models.json").read_text())


def compare(found, expected, place=""):
    """Numbers within float32's rounding of the scale around them, all else exactly."""
    if isinstance(expected, dict):
        assert sorted(found) == sorted(expected), place
        for key, part in expected.items():
            compare(found[key], part, f"{place}.{key}")
    elif isinstance(expected, list) and expected and all(isinstance(part, (int, float)) for part in expected):
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6, err_msg=place)
    elif isinstance(expected, list):
        assert len(found) == len(expected), (place, found, expected)
        for number, part in enumerate(expected):
            compare(found[number], part, f"{place}[{number}]")
    elif isinstance(expected, float):
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6, err_msg=place)
    else:
        assert found == expected, place


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_what_keras_gives(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    keras.backend.clear_session()
    compare(PROGRAMS[name](keras), EXPECTED[name])
