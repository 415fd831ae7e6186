"""Keras's optimisers, schedules, losses and metrics, step by step beside what real Keras has written down
(fixtures/keras_training/make.py)."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import wingbeat.tf as tf
from wingbeat.keras import losses, metrics, optimizers

FIXTURES = Path(__file__).parent / "fixtures" / "keras_training"
sys.path.insert(0, str(FIXTURES))

import keras_training_cases as cases  # noqa: E402


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


def as_given(value):
    array = np.array(value)
    return array if array.dtype.kind == "i" else array.astype(np.float32)


@pytest.mark.parametrize("number", range(len(cases.LOSSES)))
def test_losses_are_those_of_keras(number):
    expected = read("losses.json")[number]
    name, arguments, y_true, y_pred = cases.LOSSES[number]
    t, x = as_given(y_true), np.array(y_pred, np.float32)
    weights = np.array(cases.WEIGHTS, np.float32)
    for place, reduction in enumerate(cases.REDUCTIONS):
        loss = getattr(losses, name)(reduction=reduction, **arguments)
        close(loss(t, x).numpy(), expected["plain"][place], 1e-5)
        if expected["weighted"]:
            close(loss(t, x, sample_weight=weights).numpy(), expected["weighted"][place], 1e-5)
    again = type(loss).from_config(loss.get_config())
    assert again.get_config() == loss.get_config()
    variable = tf.Variable(x)
    loss = getattr(losses, name)(reduction="sum", **arguments)
    with tf.GradientTape() as tape:
        value = loss(t, variable, weights if expected["weighted"] else None)
    close(tape.gradient(value, variable).numpy(), expected["gradient"], 2e-5)


@pytest.mark.parametrize("number", range(len(cases.METRICS)))
def test_metrics_are_those_of_keras(number):
    expected = read("metrics.json")[number]
    name, arguments, y_true, y_pred = cases.METRICS[number]
    metric = getattr(metrics, name)(**arguments)
    weights = cases.weights_of(name)
    metric.update_state(as_given(y_true), as_given(y_pred))
    close(metric.result().numpy(), expected["plain"], 1e-5)
    metric.update_state(as_given(y_true), as_given(y_pred), None if weights is None else as_given(weights))
    close(metric.result().numpy(), expected["weighted"], 1e-5)
    for variable, values in zip(metric.variables, expected["state"]):
        close(variable.numpy(), values, 1e-5)
    again = type(metric).from_config(metric.get_config())
    assert again.get_config() == metric.get_config()
    metric.reset_state()
    assert all(not variable.numpy().any() for variable in metric.variables)
