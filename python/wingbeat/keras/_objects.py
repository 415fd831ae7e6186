"""Where Keras keeps what of a model that computes in Python: the paths of its objects in a file.

An object's group is the attribute that holds it, in a list or dict its class and a number. Attributes are gone through
by their names, those that begin with an underscore last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._layer import Layer
from ._names import snake_case


def objects_of(model: Any) -> list[tuple[str, Any]]:
    """The paths of the model and of the layers in it: of models and of layers that compute in Python for what is their
    own, of others for all in them. A layer may have several paths: Keras' versions go through private attributes in
    another order."""
    found: list[tuple[str, Any]] = []
    _walk(model, "", set(), found)
    return found


def _walk(layer: Any, path: str, seen: set[int], found: list[tuple[str, Any]]) -> None:
    if id(layer) in seen and "/_" not in f"/{path}":
        return
    is_known = id(layer) in seen
    seen.add(id(layer))
    found.append((path, layer))
    if is_known or not _is_open(layer):
        return
    for name, value in _attributes(layer):
        _walk_value(value, f"{path}/{name}" if path else name, seen, found)


def _walk_value(value: Any, path: str, seen: set[int], found: list[tuple[str, Any]]) -> None:
    if isinstance(value, Layer):
        _walk(value, path, seen, found)
        return
    names: dict[str, int] = {}
    for part in list(value.values()) if isinstance(value, dict) else value:
        if not isinstance(part, (Layer, list, dict, tuple)):
            continue
        name = snake_case(type(part).__name__) if isinstance(part, Layer) else "container"
        number = names.get(name, 0)
        names[name] = number + 1
        _walk_value(part, f"{path}/{name}_{number}" if number else f"{path}/{name}", seen, found)


def computes_here(model: Any) -> bool:
    """Whether Python code computes a model, or a layer in it, so that the engine does not know what it is."""
    if not model.__dict__.get("_has_form"):
        return True
    return any(computes_here(layer) if hasattr(layer, "_training") else _is_open(layer) for layer in model.layers)


def _is_open(layer: Any) -> bool:
    """Whether the engine knows a layer's own variables alone: one that computes in Python, and a model."""
    return not type(layer).__module__.startswith("wingbeat.keras.layers") and type(layer).__name__ != "InputLayer"


def _attributes(layer: Any) -> Iterator[tuple[str, Any]]:
    """The attributes with layers in them, in Keras' order."""
    from .models import Model

    given = {name: value for name, value in vars(layer).items() if name not in _OWN}
    for name, child in layer._modules.items():
        if getattr(layer, name, None) is child:
            given.setdefault(name, child)
    if isinstance(layer, Model):
        if layer._is_graph:
            yield "layers", layer.layers
            return
        given["layers"] = layer.layers
    for name in sorted(given, key=lambda name: f"~{name}" if name.startswith("_") else name):
        if not name.startswith("__") and isinstance(given[name], (Layer, list, dict, tuple)):
            yield name, given[name]


# What every layer and model has for itself.
_OWN = {
    "_buffers", "_graph", "_has_form", "_keras", "_layers", "_modules", "_parameters", "_sequence", "_training",
}  # fmt: skip
