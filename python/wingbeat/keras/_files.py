"""Files of models, as the engine reads and writes them.

A functional or sequential model has a twin in the engine: a Graph or Sequential over the same layers, made of its
config. Files are written of it and read into it; C runs it too.
"""

from __future__ import annotations

import json
from ctypes import c_char_p, c_int32, c_void_p
from typing import Any

from .._arrays import counted, texts
from .._dtypes import float32
from .._errors import Error, UnsupportedError
from .._library import check, lib, text_of
from ..nn.module import Module
from ..tf import _recording
from ._layer import Layer


def form_of(model: Any) -> tuple[Any, list[str]]:
    """The engine's module over the model's own layers, by its handle, and its names for them; (None, []) where it does
    not know one of the calls."""
    from .models._configs import functional_config, sequential_config

    is_sequential = hasattr(model, "_sequence")
    config = sequential_config(model, True) if is_sequential else functional_config(model, True)
    kind = "Sequential" if is_sequential else "Functional"
    entry = {"module": "keras", "class_name": kind, "config": config, "registered_name": kind}
    layers = [layer for layer in model._modules.values() if isinstance(layer, Layer)]
    out = c_void_p()
    try:
        text, names = json.dumps(entry).encode(), texts([layer.name for layer in layers])
        with _recording.CONSTANT:
            check(lib.wb_module_from_config(text, names, *counted(layers), float32.code, out))
    except (Error, TypeError, ValueError, NotImplementedError):
        return None, []
    return out.value, _children(out.value)


def _children(handle: Any) -> list[str]:
    count, name = c_int32(), c_char_p()
    check(lib.wb_module_child_count(handle, count))
    found = []
    for place in range(count.value):
        check(lib.wb_module_child(handle, place, name, None))
        found.append(text_of(name))
    return found


def engine_form(model: Any) -> Any:
    """The model, whose engine's module is a Graph or Sequential. Raises ValueError for one that has no such form."""
    if not model.__dict__.get("_has_form"):
        raise ValueError(
            f"{type(model).__name__} '{model.name}' computes in Python: an .h5 file holds functional and sequential "
            "models of layers and operations that the engine knows; model.save('model.keras') writes its get_config() "
            "and weights, wingbeat.save(model, path) a checkpoint, and wingbeat.export(model, example) makes a graph"
        )
    return model


def write_model(model: Any, path: str) -> None:
    """Writes model, weights, and what compile was given, with the optimiser."""
    from .. import _keras_files

    if _computes_in_python(model) and path.endswith(".keras"):
        _write_objects(model, path)
        return
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


def _write_objects(model: Any, path: str) -> None:
    """Writes a model that computes in Python: its class's name and what its get_config says, and the weights."""
    from .. import _keras_files
    from . import saving
    from ._objects import objects_of

    if not model.built:
        raise ValueError(
            f"You are saving a model that has not yet been built: '{model.name}'. Call it on data, or build it, first."
        )
    config = json.dumps(saving.serialize_keras_object(model))
    _keras_files.save_objects(path, objects_of(model), config, _optimizer(model))


def write_weights(model: Any, path: str) -> None:
    """Writes the weights, and the optimiser's state."""
    from .. import _keras_files
    from ._objects import objects_of

    if _computes_in_python(model):
        _keras_files.save_objects(path, objects_of(model), None, _optimizer(model))
    else:
        _keras_files.save(model, path, "weights", optimizer=_optimizer(model))


def _computes_in_python(model: Any) -> bool:
    from ._objects import computes_here

    return hasattr(model, "_training") and computes_here(model)


def read_weights(model: Any, path: str, skip_mismatch: bool = False) -> None:
    """Takes over a file's weights by their order."""
    from .. import _keras_files
    from ._objects import objects_of

    if skip_mismatch:
        raise NotImplementedError(
            "load_weights: weights are taken over all or none; skip_mismatch=True would leave some as they are. Read "
            "the arrays with wingbeat.h5, and give them to the layers with set_weights"
        )
    if not _computes_in_python(model):
        _keras_files.load_weights(path, model)
    elif not _keras_files.is_keras(path):
        Module.load(model, path)
    else:
        try:
            _keras_files.load_objects(path, objects_of(model))
        except UnsupportedError:  # a file with one group a layer, whose weights come in order
            _keras_files.load_weights(path, model)


def read_model(path: str, custom_objects: Any, is_compiled: bool) -> Any:
    """The model of a file, compiled as it was."""
    from .. import _keras_files
    from . import saving

    text = _keras_files.config_in(path)
    if text is None:
        raise ValueError(f"load_model: {path} holds weights without a model; make the model, and call its load_weights")
    model = saving.deserialize_keras_object(json.loads(_renewed(path, text)), custom_objects=custom_objects)
    if _computes_in_python(model):
        read_weights(model, path)
    else:
        _keras_files.load_weights(path, model)
    if is_compiled:
        _compile(model, model, path, custom_objects)
    return model


def _renewed(path: str, text: str) -> str:
    """A config of Keras 1 or 2 in the words of Keras 3. The engine knows both, and what has changed its meaning."""
    from .. import _keras_files

    if '"batch_shape"' in text:  # which the inputs of Keras 3 have
        return text
    try:
        return _keras_files.config_of(_keras_files.load(path))
    except UnsupportedError:  # a layer of the user's own
        return text


def _compile(model: Any, form: Any, path: str, custom_objects: Any) -> None:
    from .. import _keras_files
    from . import saving

    config, optimizer = _keras_files.training_in(path, form)
    if not config:
        return
    with saving.custom_object_scope(custom_objects or {}):
        model.compile_from_config(_modern(config))
    own = model.optimizer
    if optimizer is None or own is None or not model.trainable_variables:
        return
    if not own.built:
        own.build(model.trainable_variables)
    engine = getattr(own, "_engine", None)
    if engine is not None:
        engine._load(optimizer._state())


def _modern(config: dict[str, Any]) -> dict[str, Any]:
    """A compile config of Keras 2 as Keras 3 has it."""
    found = {key: value for key, value in config.items() if key in _TAKEN}
    if "optimizer_config" in config:
        found["optimizer"] = config["optimizer_config"]
    for key in found:
        found[key] = _at_home(found[key], {"optimizer": "optimizers", "loss": "losses"}.get(key, "metrics"))
    if found.get("jit_compile") is None:
        found.pop("jit_compile", None)
    return found


def _at_home(config: Any, home: str) -> Any:
    """Objects with the module that files of one group a layer leave out."""
    if isinstance(config, list):
        return [_at_home(part, home) for part in config]
    if not isinstance(config, dict):
        return config
    if "class_name" in config:
        return {"module": f"keras.{home}", **config}
    return {key: _at_home(part, home) for key, part in config.items()}


_TAKEN = (
    "optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly", "steps_per_execution",
    "jit_compile",
)  # fmt: skip
