"""A layer's config: what makes such a layer again."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

from . import _policies

if TYPE_CHECKING:
    from typing_extensions import Self


def part(name: str) -> Any:
    """A module of this package, loaded when it is needed."""
    return importlib.import_module(f"{__package__}.{name}")


class Configured:
    """The part of a layer that says what it was made from."""

    if TYPE_CHECKING:
        _keras: Any
        name: str
        trainable: bool

        def build(self, *args: Any, **kwargs: Any) -> Any: ...

    def get_config(self) -> dict[str, Any]:
        """What makes such a layer again: the constructor's arguments."""
        facts = self._keras
        config = {"name": self.name, "trainable": self.trainable, "dtype": spelled_policy(facts.policy)}
        if facts.activity_regularizer is not None:
            config["activity_regularizer"] = part("regularizers").serialize(facts.activity_regularizer)
        kind = type(self)
        if kind.get_config is Configured.get_config and kind.__init__ is not part("_layer").Layer.__init__:
            config.update(self._given_arguments(config))
        return config

    def _given_arguments(self, known: dict[str, Any]) -> dict[str, Any]:
        """The constructor's own arguments, where each is a plain value."""
        signature = inspect.signature(type(self).__init__)
        args, kwargs = self._keras.arguments
        try:
            bound = signature.bind(self, *args, **kwargs)
        except TypeError:
            return {}
        bound.apply_defaults()
        found: dict[str, Any] = {}
        for name, value in list(bound.arguments.items())[1:]:
            kind = signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                found.update({key: part for key, part in value.items() if key not in known})
            elif kind is not inspect.Parameter.VAR_POSITIONAL and name not in known:
                found[name] = value
        if not all(_is_plain(value) for value in found.values()):
            raise NotImplementedError(
                f"Object {self.name} was created by passing non-serializable argument values in `__init__()`, and "
                "therefore the object must override `get_config()` in order to be serializable. Please implement "
                "`get_config()`.\n\nExample:\n\nclass CustomLayer(keras.layers.Layer):\n    def __init__(self, arg1, "
                "arg2, **kwargs):\n        super().__init__(**kwargs)\n        self.arg1 = arg1\n        self.arg2 = "
                "arg2\n\n    def get_config(self):\n        config = super().get_config()\n        config.update({\n"
                '            "arg1": self.arg1,\n            "arg2": self.arg2,\n        })\n        return config'
            )
        return found

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The layer of such a config."""
        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = _policies.get(config["dtype"])
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(
                f"Error when deserializing class '{cls.__name__}' using config={config}.\n\nException encountered: "
                f"{error}"
            ) from error

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that it was built for."""
        shapes = self._keras.build_shapes
        if shapes is None:
            return None
        return {"input_shape": next(iter(shapes.values()))} if len(shapes) == 1 else {"shapes_dict": dict(shapes)}

    def build_from_config(self, config: dict[str, Any] | None) -> None:
        """Builds it for such shapes."""
        if config and "input_shape" in config:
            shape = config["input_shape"]
            self.build(tuple(shape) if isinstance(shape, list) else shape)
        elif config and "shapes_dict" in config:
            self.build(**config["shapes_dict"])


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_plain(part) for part in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(part) for key, part in value.items())
    return value is None or isinstance(value, (str, int, float, bool))


def spelled_policy(policy: Any) -> Any:
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": (policy or _policies.dtype_policy()).get_config(),
        "registered_name": None,
    }
