#!/usr/bin/env python3
"""Holds what Keras trains with beside Keras: optimisers step by step, losses, metrics, schedules and functions, over
larger arrays than the tests' (python/tests/fixtures/keras_training/keras_training_cases.py); and the arguments of all
classes.

compare_keras_training.py [TEXT ...]      those whose name has one of the texts in it
"""

import inspect
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "python" / "tests" / "fixtures" / "keras_training"), str(ROOT / "python")]

import keras  # noqa: E402
import keras_training_cases as cases  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow  # noqa: E402

import wingbeat.keras  # noqa: E402
import wingbeat.tf  # noqa: E402

NAMES = "optimizers losses metrics activations regularizers constraints initializers utils".split()
HOMES = {name: getattr(wingbeat.keras, name) for name in NAMES}
SHAPES = ((17, 33), (33,), (3, 3, 2, 5), ())
# What the face has not, and says so; docs/keras-training.md names the nearest thing.
MISSING = {
    "optimizers": {"MultiOptimizer", "OptimizerMap"},
    "losses": set(),
    "metrics": set(),
    "activations": set(),
    "regularizers": set(),
    "constraints": set(),
    "initializers": {"STFT", "STFTInitializer", "stft"},
    "utils": {
        "Config", "FeatureSpace", "Progbar", "PyDataset", "Sequence", "audio_dataset_from_directory",
        "get_file", "get_source_inputs", "image_dataset_from_directory", "load_img", "model_to_dot",
        "plot_model", "save_img", "text_dataset_from_directory",
        "array_to_img", "is_interactive_logging_enabled",
        "disable_interactive_logging", "enable_interactive_logging", "bounding_boxes", "legacy", "from_pretrained",
    },
}  # fmt: skip
# Arguments of base classes and of what takes any function.
OTHER_SIGNATURES = {"Optimizer", "Loss", "Metric", "Constraint", "Regularizer", "Initializer", "RandomInitializer"}

rng = np.random.default_rng(0)
failures = []
counts = {}


def close(ours, theirs, what, tolerance):
    ours, theirs = np.asarray(ours, np.float64).reshape(-1), np.asarray(theirs, np.float64).reshape(-1)
    if ours.shape != theirs.shape:
        failures.append(f"{what}: {ours.size} values, Keras has {theirs.size}")
        return
    scale = max(float(np.max(np.abs(theirs), initial=0)), 1e-3)
    if not np.allclose(ours, theirs, rtol=tolerance, atol=tolerance * scale, equal_nan=True):
        failures.append(f"{what}: off by {np.nanmax(np.abs(ours - theirs)):.2g} of {scale:.2g}")


def optimizer(name, arguments):
    """Twenty steps over variables of several shapes, with random gradients."""
    ours, theirs = getattr(wingbeat.keras.optimizers, name)(**arguments), getattr(keras.optimizers, name)(**arguments)
    first = [rng.normal(size=shape).astype(np.float32) for shape in SHAPES]
    mine = [wingbeat.tf.Variable(value) for value in first]
    their = [keras.Variable(value) for value in first]
    for _ in range(cases.STEPS):
        gradients = [rng.normal(size=shape).astype(np.float32) for shape in SHAPES]
        ours.apply([wingbeat.tf.constant(gradient) for gradient in gradients], mine)
        theirs.apply([keras.ops.convert_to_tensor(gradient) for gradient in gradients], their)
    # A sign that rounding has turned moves an element by the whole rate.
    tolerance = 5e-5
    for number, (one, other) in enumerate(zip(mine, their)):
        close(one.numpy(), other.numpy(), f"optimizers.{name}({arguments}): variable {number}", tolerance)
    for one, other in zip(ours.variables, theirs.variables):
        close(one.numpy(), other.numpy(), f"optimizers.{name}({arguments}): {one.name}", tolerance)
    if len(ours.variables) != len(theirs.variables):
        failures.append(f"optimizers.{name}({arguments}): {len(ours.variables)} state variables")


def given(value):
    array = np.array(value)
    return array if array.dtype.kind == "i" else array.astype(np.float32)


def loss(name, arguments, y_true, y_pred):
    t, x = given(y_true), given(y_pred)
    for reduction in (*cases.REDUCTIONS, "mean", None):
        ours = getattr(wingbeat.keras.losses, name)(reduction=reduction, **arguments)
        theirs = getattr(keras.losses, name)(reduction=reduction, **arguments)
        what = f"losses.{name}({arguments}, {reduction})"
        close(ours(t, x).numpy(), theirs(t, x).numpy(), what, 1e-5)
    mine, their = wingbeat.tf.Variable(x), tensorflow.Variable(x)
    with wingbeat.tf.GradientTape() as tape:
        value = ours(t, mine)
    with tensorflow.GradientTape() as other:
        expected = theirs(t, their)
    close(tape.gradient(value, mine).numpy(), other.gradient(expected, their).numpy(), f"{what}: gradient", 2e-5)


def metric(name, arguments, y_true, y_pred):
    ours, theirs = getattr(wingbeat.keras.metrics, name)(**arguments), getattr(keras.metrics, name)(**arguments)
    for _ in range(3):
        order = rng.permutation(len(y_true))
        t, x = given(y_true)[order], given(y_pred)[order]
        ours.update_state(t, x)
        theirs.update_state(t, x)
        close(ours.result().numpy(), keras.ops.convert_to_numpy(theirs.result()), f"metrics.{name}({arguments})", 2e-5)


def function(module, name, arguments, value):
    found = []
    for home in (HOMES[module], getattr(keras, module)):
        made = getattr(home, name)
        call = made(**arguments) if isinstance(made, type) else lambda x, made=made: made(x, **arguments)
        tensor = wingbeat.tf.constant if home is HOMES[module] else keras.ops.convert_to_tensor
        found.append(np.asarray(call(value if module == "utils" else tensor(given(value)))))
    close(*found, f"{module}.{name}({arguments})", 1e-5)


def schedule(name, arguments):
    for step in (*cases.SCHEDULE_STEPS, 100, 12345):
        ours = getattr(wingbeat.keras.optimizers.schedules, name)(**arguments)(step)
        theirs = getattr(keras.optimizers.schedules, name)(**arguments)(np.int64(step))
        close(float(ours), float(theirs), f"schedules.{name}({arguments}) at {step}", 1e-4)


def arguments_of(module):
    """Names of a module, and the arguments of its classes: the same in the same order, with the same defaults."""
    home, theirs = HOMES[module], getattr(keras, module)
    for name in dir(theirs):
        if name.startswith("_") or name in MISSING[module] or inspect.ismodule(getattr(theirs, name)):
            continue
        counts["names"] = counts.get("names", 0) + 1
        found, expected = getattr(home, name, None), getattr(theirs, name)
        if found is None:
            failures.append(f"{module}.{name} is missing")
        elif isinstance(expected, type) and name not in OTHER_SIGNATURES and isinstance(found, type):
            pairs = [
                [(p.name, p.default) for p in list(inspect.signature(kind.__init__).parameters.values())[1:]]
                for kind in (found, expected)
            ]
            if pairs[0] != pairs[1]:
                failures.append(f"{module}.{name}: takes {pairs[0]}, Keras {pairs[1]}")


def main(words):
    warnings.simplefilter("ignore")
    kinds = [
        ("optimizers", optimizer, [row for row in cases.OPTIMIZERS if row[0] not in cases.BY_JAX]),
        ("losses", loss, cases.LOSSES),
        ("metrics", metric, cases.METRICS),
        ("schedules", schedule, cases.SCHEDULES),
        ("functions", function, cases.FUNCTIONS),
    ]
    for kind, compare, rows in kinds:
        for row in rows:
            if not words or any(word in f"{kind} {row}" for word in words):
                counts[kind] = counts.get(kind, 0) + 1
                compare(*row)
    for module in HOMES:
        if not words or module in words:
            arguments_of(module)
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()), "held beside Keras")
    for failure in failures:
        print(f"  {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
