"""Objects as configs and back; files of models."""

from __future__ import annotations

from typing import Any

from . import _serialization
from ._serialization import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)


def serialize_keras_object(obj: Any) -> Any:
    """The config of a layer, a model, an optimiser, a loss, ..., of a function, or of plain values."""
    from ._layer import Layer

    if not isinstance(obj, Layer):
        return _serialization.serialize_keras_object(obj)
    kind = type(obj)
    found: dict[str, Any] = {
        "module": _home(kind),
        "class_name": kind.__name__,
        "config": _plain(obj.get_config()),
        "registered_name": _registered(kind),
    }
    build = obj.get_build_config() if obj.built else None
    if build is not None:
        found["build_config"] = build
    if getattr(obj, "compiled", False):
        try:
            found["compile_config"] = obj.get_compile_config()
        except (TypeError, ValueError):  # a function of the user's that is not registered
            pass
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if hasattr(value, "item") and not getattr(value, "shape", ()):
        return value.item()
    return value


def _home(kind: type) -> Any:
    """Keras' module of a class, None for one that is registered."""
    if kind in _serialization._names:
        return None
    home = kind.__module__
    if not home.startswith("wingbeat."):
        return home
    if kind.__name__ == "Functional":
        return "keras.src.models.functional"
    return "keras" if ".models." in home and kind.__name__ != "InputLayer" else "keras.layers"


def _registered(kind: type) -> Any:
    if kind in _serialization._names:
        return get_registered_name(kind)
    if kind.__name__ == "Functional":
        return "Functional"
    return None if kind.__module__.startswith("wingbeat.") else kind.__name__


def deserialize_keras_object(config: Any, custom_objects: Any = None, safe_mode: bool = True, **kwargs: Any) -> Any:
    """The object of a config. custom_objects: names -> classes and functions of your own.

    No code in a config is executed. Raises ValueError with the name of what is not known.
    """
    found = _serialization.deserialize_keras_object(config, custom_objects, known_classes())
    if isinstance(config, dict) and config.get("build_config") and not getattr(found, "built", True):
        found.build_from_config(config["build_config"])
    return found


def known_classes() -> dict[str, Any]:
    """The layers and models by their names."""
    from . import layers, models
    from ._layer import Layer

    found = {
        name: value for name, value in vars(layers).items() if isinstance(value, type) and issubclass(value, Layer)
    }
    for name in ("Functional", "InputLayer", "Model", "Sequential"):
        found[name] = getattr(models, name)
    return found


def load_model(filepath: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True) -> Any:
    """The model of a .keras or .h5 file, compiled as it was."""
    from .models import load_model

    return load_model(filepath, custom_objects, compile, safe_mode)


def save_model(model: Any, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
    """Writes a model to a path that ends in .keras or .h5."""
    model.save(filepath, overwrite=overwrite, **kwargs)


def save_weights(model: Any, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
    """Writes a model's weights to a path that ends in .weights.h5."""
    model.save_weights(filepath, overwrite=overwrite)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """Takes over a file's weights."""
    model.load_weights(filepath, skip_mismatch=skip_mismatch)


__all__ = [
    "CustomObjectScope", "custom_object_scope", "deserialize_keras_object", "get_custom_objects",
    "get_registered_name", "get_registered_object", "load_model", "load_weights", "register_keras_serializable",
    "save_model", "save_weights", "serialize_keras_object",
]  # fmt: skip
