"""Objects as configs, and back: what Keras's files and get_config keep of optimisers, losses, metrics and the like.

A config is {"module", "class_name", "config", "registered_name"}. No code in a config is executed: a name is looked up
among the objects of this package and those that the user has registered.
"""

from __future__ import annotations

import inspect
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}


class _Scope(threading.local):
    def __init__(self) -> None:
        self.objects: list[dict[str, Any]] = []


_scope = _Scope()


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """A decorator that has a class or function found by its name in configs and files, as "package>name"."""

    def decorate(given: Any) -> Any:
        if inspect.isclass(given) and not hasattr(given, "get_config"):
            raise ValueError(
                f"register_keras_serializable: expected a class with a get_config() method, found {given!r}"
            )
        full = f"{package}>{name or given.__name__}"
        _registered[full], _names[given] = given, full
        return given

    return decorate


def get_registered_name(obj: Any) -> str:
    """The name that a class or function is registered with, or its own."""
    return _names.get(obj) or str(obj.__name__)


def get_registered_object(
    name: str, custom_objects: Mapping[str, Any] | None = None, module_objects: Mapping[str, Any] | None = None
) -> Any:
    """What has that name: among those of custom_object_scope, custom_objects, the registered ones, module_objects. None
    if nothing has."""
    tables: list[Mapping[str, Any]] = [
        *reversed(_scope.objects),
        custom_objects or {},
        _registered,
        module_objects or {},
    ]
    for table in tables:
        if name in table:
            return table[name]
    return next((found for full, found in _registered.items() if full.rpartition(">")[2] == name), None)


def get_custom_objects() -> dict[str, Any]:
    """The table of registered objects, which may be written to."""
    return _registered


@contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any]) -> Iterator[None]:
    """A block in which configs may name these objects: {name: class or function}."""
    _scope.objects.append(dict(custom_objects))
    try:
        yield
    finally:
        _scope.objects.pop()


CustomObjectScope = custom_object_scope


def serialize_keras_object(obj: Any) -> Any:
    """The config of an object with a get_config() method, of a function, or of lists, dicts and plain values."""
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, (list, tuple)):
        parts = [serialize_keras_object(part) for part in obj]
        return parts if isinstance(obj, list) else {"class_name": "__tuple__", "config": {"value": parts}}
    if isinstance(obj, dict):
        return {key: serialize_keras_object(part) for key, part in obj.items()}
    if hasattr(obj, "get_config"):
        kind = type(obj)
        return {
            "module": _module(kind),
            "class_name": kind.__name__,
            "config": obj.get_config(),
            "registered_name": _names.get(kind),
        }
    if hasattr(obj, "tolist"):
        return obj.tolist()
    if callable(obj) and hasattr(obj, "__name__"):
        if obj.__name__ == "<lambda>":
            raise ValueError("a lambda has no name, and cannot be found again; write a function, and register it")
        return {
            "module": "builtins",
            "class_name": "function",
            "config": obj.__name__,
            "registered_name": _names.get(obj, obj.__name__),
        }
    raise TypeError(f"serialize_keras_object: expected an object with get_config(), found {obj!r:.80}")


def _module(kind: type) -> str | None:
    """Keras's name for the module of a class; that of one of the user's own."""
    if kind in _names:
        return None
    parts = kind.__module__.split(".")
    if parts[0] != "wingbeat":
        return kind.__module__
    return ".".join(["keras", *[part for part in parts[2:] if not part.startswith("_")]])


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, module_objects: Mapping[str, Any] | None = None
) -> Any:
    """The object of a config; a name alone is looked up.

    module_objects: the objects of this package that may be meant. Raises ValueError with the name of one that is not
    known.
    """
    if config is None or isinstance(config, (bool, int, float)):
        return config
    if isinstance(config, str):
        found = get_registered_object(config, custom_objects, module_objects)
        if found is None:
            raise ValueError(_unknown(config))
        return found
    if isinstance(config, (list, tuple)):
        return [deserialize_keras_object(part, custom_objects, module_objects) for part in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config:
        return {
            key: part if isinstance(part, str) else deserialize_keras_object(part, custom_objects, module_objects)
            for key, part in config.items()
        }
    name, inner = config["class_name"], config.get("config")
    if name == "__tuple__" and isinstance(inner, dict):
        return tuple(inner["value"])
    if name == "function":
        return deserialize_keras_object(str(inner), custom_objects, module_objects)
    if name == "__lambda__":
        raise ValueError("the config has a lambda, whose code is not executed; register a function of that meaning")
    registered = config.get("registered_name")
    kind = registered and get_registered_object(registered, custom_objects, module_objects)
    kind = kind or get_registered_object(str(name).rpartition(">")[2], custom_objects, module_objects)
    if kind is None:
        kind = _public(config.get("module"), name)
    if kind is None:
        raise ValueError(_unknown(name))
    inner = dict(inner or {})
    return kind.from_config(inner) if hasattr(kind, "from_config") else kind(**inner)


def resolved(identifier: Any, what: str, objects: Mapping[str, Any]) -> Any:
    """What a name, a config, a class or an object stands for, where modules have a get(). None is None.

    what: what it is to be, for the ValueError of what cannot be called. objects: those of the module, by their names.
    """
    if identifier is None:
        return None
    found = identifier
    if isinstance(identifier, dict):
        found = deserialize_keras_object(identifier, None, objects)
    elif isinstance(identifier, str):
        found = get_registered_object(identifier, None, objects)
    if inspect.isclass(found):
        found = found()
    if not callable(found):
        raise ValueError(f"Could not interpret {what} identifier: {identifier}")
    return found


def _public(module: Any, name: str) -> Any:
    """A class of Keras's own modules that a config names, as "keras.initializers" and "Zeros"."""
    parts = str(module).split(".")
    if parts[0] != "keras" or not str(name).isidentifier():
        return None
    from importlib import import_module

    for home in ("initializers", "regularizers", "constraints", "losses", "metrics", "optimizers"):
        if home in parts:
            place = f"{__package__}.{home}" + (".schedules" if "schedules" in parts else "")
            return getattr(import_module(place), name, None)
    return None


def _unknown(name: Any) -> str:
    return (
        f"'{name!s:.80}' is not known; if it is a class or function of your own, give it by custom_object_scope, or "
        "register it with register_keras_serializable"
    )
