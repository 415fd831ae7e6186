"""The Python classes of Keras' layers, as scripts/generate_layers.py writes them: python/wingbeat/keras/layers/*.py."""

import re

# What every layer takes behind its own arguments.
COMMON = ("trainable", "dtype", "input_shape")
# Arguments that stand for any number of modules: a list in Python.
LISTS = {"StackedRNNCells": "cells"}
# What python/wingbeat/keras/layers/_functions.py has.
FUNCTIONS = (
    "Lambda", "add", "average", "concatenate", "deserialize", "dot", "maximum", "minimum", "multiply", "serialize",
    "subtract",
)  # fmt: skip
# What python/wingbeat/keras/layers/_lookup.py has.
LOOKUPS = ("IntegerLookup", "StringLookup", "TextVectorization")
# What is said of a layer that is not there.
REFUSING = (
    "", "if not TYPE_CHECKING:", "    def __getattr__(name: str) -> Any:", "        from .._absent import sentence", "",
    "        raise AttributeError(sentence(__name__, name))",
)  # fmt: skip
# Keras' second names of classes.
ALIASES = {
    **{f"MaxPool{n}D": f"MaxPooling{n}D" for n in (1, 2, 3)},
    **{f"AvgPool{n}D": f"AveragePooling{n}D" for n in (1, 2, 3)},
    **{f"GlobalMaxPool{n}D": f"GlobalMaxPooling{n}D" for n in (1, 2, 3)},
    **{f"GlobalAvgPool{n}D": f"GlobalAveragePooling{n}D" for n in (1, 2, 3)},
    **{f"Convolution{n}D": f"Conv{n}D" for n in (1, 2, 3)},
    **{f"Convolution{n}DTranspose": f"Conv{n}DTranspose" for n in (1, 2, 3)},
    **{f"SeparableConvolution{n}D": f"SeparableConv{n}D" for n in (1, 2)},
}


def is_keras(entry):
    return entry.family.startswith("keras.")


def name_of(entry):
    return entry.name.removeprefix("keras.")


def family_of(entry):
    return entry.family.removeprefix("keras.")


def taken(entry):
    """The arguments that a class has of its own."""
    return [
        argument for argument in entry.arguments if argument.name not in COMMON and not argument.name.startswith("*")
    ]


def annotation(argument):
    """The type as the classes annotate it: modules and functions stand for names too."""
    found = re.sub(r"\bModule\b", "Function", argument.type) if "activation" in argument.name else argument.type
    return re.sub(r"tuple\[([^\[\]]+), \.\.\.\]", r"Sequence[\1]", found)


def layer(entry, docstring, call, lines_of):
    """The class of one layer."""
    name, own = name_of(entry), taken(entry)
    lines = ["", "", f"class {name}(StockLayer):", *docstring(entry, "    "), "", f'    _kind = "{entry.name}"']
    kept = [f'"{argument.name}"' for argument in own] + [f'"{common}"' for common in COMMON if common != "dtype"]
    lines += ["    _arguments = (", *lines_of(kept, "        "), "    )"]
    modules = [argument.name for argument in own if re.search(r"\bModule\b", argument.type)]
    if modules:
        lines.append(f"    _parts = ({', '.join(repr(part) for part in modules)},)".replace("'", '"'))
    if name in LISTS:
        lines.append(f'    _list = "{LISTS[name]}"')
    inputs = [part.removesuffix("=None") for part in entry.inputs.split(", ")]
    if len(inputs) > 1:
        lines.append("    _inputs = (" + ", ".join(f'"{part}"' for part in inputs) + ")")
    parts = ["self"]
    if name in LISTS:
        parts.append(f"{LISTS[name]}: Sequence[Module]")
    for argument in own:
        initial = "" if argument.initial is None else f" = {argument.initial}"
        parts.append(f"{argument.name}: {annotation(argument)}{initial}")
    parts += [
        "*",
        "name: str | None = None",
        "trainable: bool = True",
        "dtype: DTypeLike | None = None",
        "input_shape: Sequence[Any] | None = None",
        "**keywords: Any",
    ]
    definition = call("def __init__", parts, "    ")
    definition[-1] += " -> None:"
    lines += ["", *definition]
    given = [f"{argument.name}={argument.name}" for argument in own]
    if name in LISTS:
        given.append(f"{LISTS[name]}={LISTS[name]}")
    given += ["name=name", "trainable=trainable", "dtype=dtype", "input_shape=input_shape", "**keywords"]
    return lines + call("self._make", given, "        ")


def module(family, found, docstring, call, lines_of):
    """A file of layers."""
    body = [line for entry in found for line in layer(entry, docstring, call, lines_of)]
    own = [name_of(entry) for entry in found]
    for alias, name in ALIASES.items():
        if name in own:
            body += ["", "", f"{alias} = {name}"] if body[-1] and " = " not in body[-1][:40] else [f"{alias} = {name}"]
            own.append(alias)
    text = "\n".join(body)
    words = set(re.findall(r"\w+", text))
    typing = [f"from typing import {', '.join(['TYPE_CHECKING', 'Any', *(['Literal'] if 'Literal' in words else [])])}"]
    bases = ["from ._base import StockLayer"]
    imports = ["    from collections.abc import Sequence"]
    imports += ["", "    from ..._typing import DTypeLike"]
    if "Module" in words:
        imports.append("    from ...nn.module import Module")
    if re.search(r"\| Function", text):
        imports.append("    from ._base import Function")
    lines = [
        f'"""The {family} layers. Written by scripts/generate_layers.py from the engine\'s registry; do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        *typing,
        "",
        *bases,
        "",
        "if TYPE_CHECKING:",
        *imports,
        *body,
    ]
    return "\n".join(lines) + "\n"


def index(families):
    """The package's __init__.py. `families`: family -> entries."""
    lines = [
        '"""Layers with the rules of Keras. Written by scripts/generate_layers.py from the registry; do not edit."""',
        "",
        "from typing import TYPE_CHECKING, Any",
        "",
        "from .._layer import Layer",
        "from ..models._input import Input, InputLayer",
        f"from ._functions import {', '.join(FUNCTIONS)}",
        f"from ._lookup import {', '.join(LOOKUPS)}",
    ]
    # InputLayer is the one that models begin with.
    names = ["Input", "InputLayer", "Layer", *FUNCTIONS, *LOOKUPS]
    for family, found in sorted(families.items()):
        own = [name_of(entry) for entry in found if name_of(entry) != "InputLayer"]
        own += [alias for alias, name in ALIASES.items() if name in own]
        names += own
        lines += [f"from .{family} import {', '.join(sorted(own))}"]
    listed = ", ".join(f'"{name}"' for name in sorted(names))
    lines += ["", f"__all__ = [{listed}]", *REFUSING]
    return "\n".join(lines) + "\n"
