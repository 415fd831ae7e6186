"""Keras's optimisers and schedules, step by step beside what real Keras has written down
(fixtures/keras_training/make.py)."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import wingbeat.tf as tf
from wingbeat.keras import optimizers

FIXTURES = Path(__file__).parent / "fixtures" / "keras_training"
sys.path.insert(0, str(FIXTURES))

import cases  # noqa: E402


def read(name):
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def close(found, expected, digits=2e-6):
    found, expected = np.asarray(found, np.float64).reshape(-1), np.asarray(expected, np.float64)
    scale = max(np.abs(expected).max(initial=0.0), 1e-6)
    np.testing.assert_allclose(found, expected, rtol=digits, atol=digits * scale)


def made(name, arguments):
    variables = [tf.Variable(cases.first(place), name=f"v{place}") for place in range(len(cases.SHAPES))]
    return getattr(optimizers, name)(**arguments), variables


def pairs(variables, step):
    gradients = [cases.gradient(place, step) for place in range(len(variables))]
    return [(None if g is None else tf.constant(g), v) for g, v in zip(gradients, variables)]


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
@pytest.mark.parametrize("number", range(len(cases.OPTIMIZERS)))
def test_twenty_steps_are_those_of_keras(number):
    expected = read("optimizers.json")[number]
    name, arguments = cases.OPTIMIZERS[number]
    optimizer, variables = made(name, arguments)
    curve = []
    for step in range(cases.STEPS):
        optimizer.apply_gradients(pairs(variables, step))
        curve.append(sum(float(np.abs(v.numpy()).sum()) for v in variables))
    close(curve, expected["curve"])
    for variable, values in zip(variables, expected["variables"]):
        close(variable.numpy(), values, 1e-5)
    assert len(optimizer.variables) == len(expected["state"])
    for variable, values, word in zip(optimizer.variables, expected["state"], expected["names"]):
        assert variable.numpy().size == len(values), (variable.name, word)
        close(variable.numpy(), values, 1e-5)
    if "final" in expected:
        optimizer.finalize_variable_values(variables)
        for variable, values in zip(variables, expected["final"]):
            close(variable.numpy(), values, 1e-5)


@pytest.mark.parametrize("number", range(len(cases.SCHEDULES)))
def test_schedules_are_those_of_keras(number):
    expected = read("schedules.json")[number]
    name, arguments = cases.SCHEDULES[number]
    schedule = getattr(optimizers.schedules, name)(**arguments)
    found = [float(schedule(step)) for step in cases.SCHEDULE_STEPS]
    close(found, expected, 1e-5)
    again = type(schedule).from_config(schedule.get_config())
    assert again.get_config() == schedule.get_config()
