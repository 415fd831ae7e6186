"""Values by formulas, so that two libraries compute the same."""

import numpy as np


def values(*shape, seed=1):
    """Numbers between -1 and 1."""
    place = np.arange(int(np.prod(shape)), dtype="float64")
    return (np.sin(place * 1.7 + seed) * np.cos(place * 0.31 * seed)).reshape(shape).astype("float32")


def labels(count, classes, seed=0):
    """Numbers of classes."""
    return ((np.arange(count) * 7 + seed) % 11 % classes).astype("int64")


def set_weights(model, scale=0.5):
    """Gives a model weights by a formula; variances stay positive."""
    found = []
    for place, weight in enumerate(model.weights):
        new = values(*weight.shape, seed=place + 2) * scale
        found.append(np.abs(new) + 0.5 if "variance" in weight.path else new)
    model.set_weights(found)
    return model


def show(name, value):
    """Prints numbers with five digits."""
    array = np.asarray(value, dtype="float64").reshape(-1)
    print(f"{name}:", " ".join(f"{number:.5g}" for number in array[:12]))


def show_history(history):
    """Prints all epochs of a History."""
    for name, column in history.history.items():
        show(name, column)
