"""Files of models: .keras, .h5 and .weights.h5, which the engine reads and writes."""

from __future__ import annotations

import json
import os
from typing import Any


def _checked(path: Any, overwrite: bool) -> str:
    found: str = os.fspath(path)
    if not overwrite and os.path.exists(found):
        raise FileExistsError(f"{found} is there already; give overwrite=True to replace it")
    return found


def save_model(model: Any, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
    """Writes a model: a path that ends in .keras or .h5."""
    path = _checked(filepath, overwrite)
    if not path.endswith((".keras", ".h5", ".hdf5")):
        raise ValueError(
            "Invalid filepath extension for saving. Please add either a `.keras` extension for the native Keras format "
            "(recommended) or a `.h5` extension. Use `wingbeat.save(model, path)` for a checkpoint of wingbeat's. "
            f"Received: filepath={filepath}."
        )
    from .._files import write_model

    write_model(model, path)


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Writes the weights: a path that ends in .weights.h5."""
    path = _checked(filepath, overwrite)
    if not path.endswith(".weights.h5"):
        raise ValueError(f"The filename must end in `.weights.h5`. Received: filepath={path}")
    if not model.built:
        raise ValueError(
            f"You are saving a model that has not yet been built: '{model.name}'. Call it on data, or build it, first."
        )
    from .._files import write_weights

    write_weights(model, path)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False) -> None:
    """Takes over the weights of a file."""
    path = os.fspath(filepath)
    if not os.path.exists(path):
        raise FileNotFoundError(f"File not found: filepath={path}. Please give the path of a file with weights.")
    from .._files import read_weights

    read_weights(model, path, skip_mismatch)


def load_model(filepath: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True) -> Any:
    """The model of a .keras or .h5 file, compiled as it was. custom_objects: names -> classes and functions."""
    path = os.fspath(filepath)
    if not os.path.exists(path):
        raise ValueError(f"File not found: filepath={path}. Please ensure the file is an accessible `.keras` zip file.")
    from .._files import read_model

    return read_model(path, custom_objects, compile)


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """The model of a config in JSON, as to_json() writes it."""
    from .. import saving

    return saving.deserialize_keras_object(json.loads(json_string), custom_objects=custom_objects)
