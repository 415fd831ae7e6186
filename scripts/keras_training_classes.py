"""The Python classes of Keras's optimisers and losses, for generate_layers.py."""

import re
import textwrap

KERAS = "keras."
INDENTED = {"initial_indent": "    ", "subsequent_indent": "    "}
OPTIMIZERS = '''"""Keras's optimisers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import Any

from ._engine import EngineOptimizer
'''
LOSSES = '''"""Keras's losses. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import Any

from ._loss import EngineLoss
'''
# The functions that stand for a loss by name, and its name in Keras where that is another one.
NAMES = {"Huber": "huber_loss"}
SHORT = {"KLDivergence": "kl_divergence", "CTC": "ctc"}


def is_keras(entry):
    return entry.name.startswith(KERAS)


def snake(name):
    """ "MeanSquaredError" as "mean_squared_error"."""
    return SHORT.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def annotation(argument):
    """A type as the classes annotate it: sequences where the engine has tuples, and any kind of rate."""
    if argument.name == "learning_rate":
        return "Any"
    if argument.name == "reduction":
        return "str | None"
    return re.sub(r"tuple\[int, \.\.\.\]", "tuple[int, ...] | list[int]", argument.type)


def parts(entry, extra):
    found = [f"{argument.name}: {annotation(argument)} = {argument.initial}" for argument in entry.arguments]
    return ["self", *found, *extra]


def kinds(names):
    return ["", "", "KINDS = (", *textwrap.wrap(", ".join(names) + ",", 116, **INDENTED), ")"]


def settings(names, listed):
    return textwrap.wrap(f"_settings = ({listed(names)})", 120, initial_indent="    ", subsequent_indent=" " * 8)


def optimizer(entry, docstring, call, listed):
    name = entry.name.removeprefix(KERAS)
    names = [argument.name for argument in entry.arguments]
    lines = ["", "", f"class {name}(EngineOptimizer):", *docstring(entry, "    "), ""]
    lines += [f'    _kind = "{entry.name}"', *settings(names, listed), ""]
    definition = call("def __init__", parts(entry, ["name: str | None = None", "**kwargs: Any"]), "    ")
    definition[-1] += " -> None:"
    lines += definition
    return lines + call("self._make", ["name", "kwargs", *[f"{name}={name}" for name in names]], "        ")


def optimizers(entries, docstring, call, listed):
    """python/wingbeat/keras/optimizers/_kinds.py."""
    body = [line for entry in entries for line in optimizer(entry, docstring, call, listed)]
    names = [entry.name.removeprefix(KERAS) for entry in entries]
    return OPTIMIZERS + "\n".join([*body, *kinds(names)]) + "\n"


def loss(entry, docstring, call, listed):
    name = entry.name.removeprefix(KERAS)
    names = [argument.name for argument in entry.arguments]
    lines = ["", "", f"class {name}(EngineLoss):", *docstring(entry, "    "), ""]
    lines += [f'    _kind = "{entry.name}"', *settings(names, listed), ""]
    given = f'name: str | None = "{NAMES.get(name, snake(name))}"'
    signature = parts(entry, [])
    place = next(index for index, part in enumerate(signature) if part.startswith("reduction"))
    # Keras has the name behind the reduction; where the axis stands there, behind that.
    place += 2 if name == "SparseCategoricalCrossentropy" else 1
    signature = [*signature[:place], given, *signature[place:], "dtype: Any = None"]
    definition = call("def __init__", signature, "    ")
    definition[-1] += " -> None:"
    lines += definition
    return lines + call("self._make", ["name", "dtype", *[f"{name}={name}" for name in names]], "        ")


def losses(entries, docstring, call, listed):
    """python/wingbeat/keras/losses/_kinds.py."""
    own = [entry for entry in entries if entry.name != "keras.Loss"]
    body = [line for entry in own for line in loss(entry, docstring, call, listed)]
    names = [entry.name.removeprefix(KERAS) for entry in own]
    return LOSSES + "\n".join([*body, *kinds(names)]) + "\n"
