"""Files of models, as the engine reads and writes them.

A functional or sequential model has a twin in the engine: a Graph or Sequential over the same layers, made of its
config. Files are written of it and read into it; C runs it too.
"""

from __future__ import annotations

import json
from typing import Any

from ._layer import Layer


def engine_form(model: Any) -> Any:
    """The engine's Graph or Sequential over the model's own layers. Raises ValueError for a model that has none."""
    from .. import _keras_files
    from . import saving
    from .models import InputLayer

    if not model._is_graph:
        raise ValueError(
            f"{type(model).__name__} '{model.name}' computes in Python: a .keras or .h5 file holds functional and "
            "sequential models; wingbeat.save(model, path) writes a checkpoint with its values, and "
            "wingbeat.export(model, example) makes a graph"
        )
    layers = {layer.name: layer for layer in model.layers if not isinstance(layer, InputLayer)}
    return _keras_files.from_config(json.dumps(saving.serialize_keras_object(model)), layers)


def _weighted(model: Layer) -> Any:
    """What weights are read into and written of."""
    return engine_form(model) if getattr(model, "_is_graph", False) else model


def write_model(model: Any, path: str) -> None:
    """Writes model, weights, and what compile was given, with the optimiser."""
    from .. import _keras_files

    training = None
    if model.compiled:
        try:
            training = model.get_compile_config()
        except (TypeError, ValueError):  # a function of the user's, which has no name to be found by
            training = None
    form = "keras" if path.endswith(".keras") else "h5"
    _keras_files.save(
        engine_form(model), path, form, input_shape=_shapes(model), training=training, optimizer=_optimizer(model)
    )


def _shapes(model: Any) -> Any:
    found = [tuple(tensor.shape[1:]) for tensor in model.inputs]
    return found[0] if len(found) == 1 else found


def _optimizer(model: Any) -> Any:
    """The engine's optimiser of a model that has trained, or None."""
    optimizer = model.optimizer if model.compiled else None
    return getattr(optimizer, "_engine", None) if getattr(optimizer, "built", False) else None


def write_weights(model: Any, path: str) -> None:
    """Writes the weights, and the optimiser's state."""
    from .. import _keras_files

    _keras_files.save(_weighted(model), path, "weights", optimizer=_optimizer(model))


def read_weights(model: Any, path: str, skip_mismatch: bool = False) -> None:
    """Takes over a file's weights by their order."""
    from .. import _keras_files

    if skip_mismatch:
        raise NotImplementedError(
            "load_weights: weights are taken over all or none; skip_mismatch=True would leave some as they are. Read "
            "the arrays with wingbeat.h5, and give them to the layers with set_weights"
        )
    _keras_files.load_weights(path, _weighted(model))


def read_model(path: str, custom_objects: Any, is_compiled: bool) -> Any:
    """The model of a file, compiled as it was."""
    from .. import _keras_files
    from . import saving

    text = _keras_files.config_in(path)
    if text is None:
        raise ValueError(
            f"load_model: {path} holds weights without a model; make the model, and call its load_weights"
        )
    model = saving.deserialize_keras_object(json.loads(text), custom_objects=custom_objects)
    form = engine_form(model)
    _keras_files.load_weights(path, form)
    if is_compiled:
        _compile(model, form, path, custom_objects)
    return model


def _compile(model: Any, form: Any, path: str, custom_objects: Any) -> None:
    from .. import _keras_files
    from . import saving

    config, optimizer = _keras_files.training_in(path, form)
    if not config:
        return
    with saving.custom_object_scope(custom_objects or {}):
        model.compile_from_config(_modern(config))
    if optimizer is not None and model.optimizer is not None and hasattr(model.optimizer, "_take_engine"):
        model.optimizer._take_engine(optimizer)


def _modern(config: dict[str, Any]) -> dict[str, Any]:
    """A compile config of Keras 2 as Keras 3 has it."""
    found = {key: value for key, value in config.items() if key in _TAKEN}
    if "optimizer_config" in config:
        found["optimizer"] = config["optimizer_config"]
    if found.get("jit_compile") is None:
        found.pop("jit_compile", None)
    return found


_TAKEN = (
    "optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly", "steps_per_execution",
    "jit_compile",
)  # fmt: skip
