"""Settings of the whole package."""

from __future__ import annotations

from ._policies import dtype_policy, floatx, set_dtype_policy, set_floatx

_state = {"epsilon": 1e-7, "logging": True}


def epsilon() -> float:
    """What keeps divisions and logarithms from zero: 1e-7."""
    return _state["epsilon"]


def set_epsilon(value: float) -> None:
    """Sets it, for what Python asks; losses of the engine keep 1e-7."""
    _state["epsilon"] = value


def backend() -> str:
    """The name of the backend: "tensorflow", whose face this is."""
    return "tensorflow"


def image_data_format() -> str:
    """Where images have their channels: "channels_last"."""
    return "channels_last"


def set_image_data_format(data_format: str) -> None:
    """Takes "channels_last" alone: layers take data_format="channels_first" by themselves."""
    if data_format != "channels_last":
        raise NotImplementedError(
            'set_image_data_format: the default stays "channels_last"; give data_format="channels_first" to the layers'
        )


def enable_traceback_filtering() -> None:
    """Nothing: tracebacks are whole."""


def disable_traceback_filtering() -> None:
    """Nothing: tracebacks are whole."""


def is_traceback_filtering_enabled() -> bool:
    """False."""
    return False


def enable_interactive_logging() -> None:
    """Messages go to the standard output, as they do."""
    _state["logging"] = True


def disable_interactive_logging() -> None:
    """Noted; verbose=0 is quiet."""
    _state["logging"] = False


def is_interactive_logging_enabled() -> bool:
    """Whether messages go to the standard output."""
    return bool(_state["logging"])


def enable_unsafe_deserialization() -> None:
    """Raises NotImplementedError: no code of a file is executed."""
    raise NotImplementedError(
        "enable_unsafe_deserialization: no code of a file is ever executed; give custom_objects with functions of yours"
    )


def version() -> str:
    """The version of Keras whose names these are."""
    return "3.0.0"


__all__ = [
    "backend", "disable_interactive_logging", "disable_traceback_filtering", "dtype_policy",
    "enable_interactive_logging", "enable_traceback_filtering", "enable_unsafe_deserialization", "epsilon", "floatx",
    "image_data_format", "is_interactive_logging_enabled", "is_traceback_filtering_enabled", "set_dtype_policy",
    "set_epsilon", "set_floatx", "set_image_data_format", "version",
]  # fmt: skip
