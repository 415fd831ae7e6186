"""Arguments of layers that are objects in Python and text in the engine: functions, initialisers, regularisers,
constraints."""

from __future__ import annotations

import importlib.util
from typing import Any

# Where objects for such arguments come from, by how the argument's name ends.
_HOMES = {
    "_initializer": "initializers",
    "_regularizer": "regularizers",
    "_constraint": "constraints",
    "activation": "activations",
}


def _family(name: str) -> Any:
    """The module of Keras' that knows such an argument; None for one that is plain."""
    for ending, home in _HOMES.items():
        if name.endswith(ending):
            full = f"wingbeat.keras.{home}"
            return importlib.import_module(full) if importlib.util.find_spec(full) is not None else None
    return None


def is_hard_sigmoid(config: dict[str, Any]) -> bool:
    """Whether a config is hard_sigmoid of Keras 1 and 2, as two layers of Keras 3."""
    if config["class_name"] != "Sequential":
        return False
    layers = [one for one in config["config"].get("layers", []) if one["class_name"] != "InputLayer"]
    if [one["class_name"] for one in layers] != ["Rescaling", "ReLU"]:
        return False
    scale, clip = (one["config"] for one in layers)
    plain = not clip.get("negative_slope") and not clip.get("threshold")
    return plain and (scale.get("scale"), scale.get("offset"), clip.get("max_value")) == (0.2, 0.5, 1)


def text_of(name: str, given: Any) -> tuple[Any, Any]:
    """(what the engine gets, what stays in Python, or None)."""
    if given is None or isinstance(given, (str, bool, int, float)):
        return given, None
    family = _family(name)
    if family is None:
        return given, None
    found = family.get(given) if isinstance(given, dict) else given
    text = spelled(found)
    if name.endswith("_initializer"):
        return (text, found) if text is not None else ("zeros", found)
    if name.endswith("activation"):
        return (text, None) if text is not None else (None, found)
    return text, found


def spelled(value: Any) -> str | None:
    """An object as the engine spells it, `L2(0.01)`; None for one that only Python has."""
    if isinstance(value, str):
        return value
    own = getattr(value, "_expression", None)
    if own is not None:
        return str(own() if callable(own) else own)
    home = getattr(value, "__module__", "") or type(value).__module__
    if not str(home).startswith("wingbeat."):
        return None
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    config = value.get_config() if hasattr(value, "get_config") else {}
    parts = []
    for key, part in config.items():
        if hasattr(part, "item"):
            part = part.item()
        if part is None:  # what is not given is None in the engine too
            continue
        if not isinstance(part, (bool, int, float, str)):
            return None
        parts.append(f"{key}={part!r}")
    return f"{type(value).__name__}({', '.join(parts)})"


def object_of(name: str, given: Any) -> Any:
    """The object for an argument that is a text."""
    if given is None or not (family := _family(name)):
        return None
    if isinstance(given, str) and "(" in given:
        return _called(family, given)
    return family.get(given)


def _called(family: Any, text: str) -> Any:
    """The object of a call such as "L2(0.01)"."""
    import ast

    call: Any = ast.parse(text, mode="eval").body
    args = [ast.literal_eval(part) for part in call.args]
    kwargs = {part.arg: ast.literal_eval(part.value) for part in call.keywords}
    return getattr(family, call.func.id)(*args, **kwargs)


def config_of(name: str, kept: Any, given: Any) -> Any:
    """An argument as a config has it."""
    from ...nn.module import Module
    from .. import saving

    found = kept if kept is not None else given
    if isinstance(found, Module):
        return saving.serialize_keras_object(found)
    if isinstance(found, (list, tuple)) and any(isinstance(part, Module) for part in found):
        return [saving.serialize_keras_object(part) for part in found]
    family = None if found is None else _family(name)
    if family is None:
        return list(found) if isinstance(found, list) else found
    if name.endswith("activation"):
        if isinstance(found, str):
            return found
        return family.serialize(found)
    return family.serialize(object_of(name, found) if isinstance(found, str) else found)
