"""Files of Keras: models, weights, configs, and what they say of training (docs/keras-files.md).

No code in a file is ever run. A layer that is not Keras' own stands in by a class or a module of the caller's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from ctypes import c_char_p, c_void_p
from typing import TYPE_CHECKING, Any

from ._arrays import counted, texts
from ._checkpoint_files import path_bytes
from ._dtypes import as_dtype
from ._errors import ArgumentError, FormatError, UnsupportedError
from ._library import check, freed_by, handle_property, lib, text_of
from ._log import pass_on
from ._owner import Owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ._tensor import Tensor
    from ._typing import Path
    from .nn import Module
    from .optim import Optimizer

    Custom = Mapping[str, Any] | Iterable[type[Module]] | None


def format_of(path: Path, format: str | None = None) -> str | None:
    """Which of Keras' files a path asks for: "keras", "h5", "keras2" or "weights"; None for a checkpoint.

    The suffix says it for .keras and .weights.h5; format="keras" makes a whole model of another .h5.
    """
    if format not in (None, "checkpoint", "keras", "h5", "keras2", "weights"):
        raise ArgumentError(
            f"save: expected format 'checkpoint', 'keras', 'h5', 'keras2' or 'weights', found {format!r:.60}"
        )
    name = os.fsdecode(path)
    if format == "checkpoint":
        return None
    if format == "keras":
        if name.endswith(".weights.h5"):
            return "weights"
        return "h5" if name.endswith((".h5", ".hdf5")) else "keras"
    if format is None:
        return "weights" if name.endswith(".weights.h5") else "keras" if name.endswith(".keras") else None
    return format


def save(
    module: Module,
    path: Path,
    format: str = "keras",
    *,
    input_shape: Any = None,
    training: Any = None,
    optimizer: Optimizer | None = None,
) -> None:
    """Writes a model as Keras 3 does: an archive ("keras"), one HDF5 file ("h5"), weights alone ("weights"); or one
    HDF5 file for tf_keras ("keras2").

    module: a Sequential or Graph of keras layers, or a Sequential of layers that have an equal among them.
    input_shape: without the batch, or a list of such for several inputs, where the layers do not know it. training: the
    config that Keras' compile gets, as a dict. optimizer: one of wingbeat.keras.optimizers.

    Raises UnsupportedError, which names the layer, where Keras has no equal of it.
    """
    check(
        lib.wb_keras_save(
            path_bytes(path),
            module,
            format.encode(),
            _shape_text(input_shape),
            None if training is None else json.dumps(training).encode(),
            optimizer,
        )
    )
    pass_on()


def _shape_text(shape: Any) -> bytes | None:
    if shape is None:
        return None
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"input_shape: expected a tuple of extents, found {shape!r:.60}")
    return repr(_plain(shape)).encode()


def _plain(shape: Any) -> Any:
    return tuple(_plain(item) for item in shape) if isinstance(shape, (tuple, list)) else shape


def config_of(module: Module, input_shape: Any = None) -> str:
    """The config of a model of keras layers as JSON, which from_config and Keras' from_json take."""
    text = c_char_p()
    check(lib.wb_module_config(module, _shape_text(input_shape), text))
    return text_of(text)


def from_config(config: str | Mapping[str, Any], layers: Mapping[str, Module] | None = None, dtype: Any = None) -> Any:
    """The module that a config of Keras describes, with new weights, in evaluation mode.

    config: as JSON or a dict. layers: those that are there already, by the names that the config gives them.
    """
    from .nn._loading import module_of

    given = dict(layers or {})
    out, (names, modules, count) = c_void_p(), _places(list(given.items()))
    kind = as_dtype("float32" if dtype is None else dtype)
    check(lib.wb_module_from_config(_json(config), names, modules, count, kind.code, out))
    return module_of(out.value, known=given.values())


def _json(config: str | Mapping[str, Any]) -> bytes:
    return config.encode() if isinstance(config, str) else json.dumps(config).encode()


def load(
    path: Path,
    config: str | Mapping[str, Any] | None = None,
    custom: Custom = None,
    layers: Mapping[str, Module] | None = None,
) -> Any:
    """The model in a file that Keras wrote, in evaluation mode.

    config: the architecture, for a file of weights; a text in JSON or a dict. Without it that of the file is taken, or
    that of NAME.arch.json beside it. custom: classes of one's own for layers that are not Keras', [Scale] or by name,
    {"Scale": Scale}; each is made with the arguments that the file has for it. layers: modules in the place of layers,
    by the layers' names.
    """
    from .nn._loading import module_of

    text = None if config is None else _json(config)
    given = dict(layers or {})
    if custom is not None:
        architecture = text.decode() if text is not None else config_in(path)
        given = {**_made(architecture, custom), **given}
    out, (names, modules, count) = c_void_p(), _places(list(given.items()))
    check(lib.wb_keras_load(path_bytes(path), text, names, modules, count, out))
    return module_of(out.value, known=given.values())


def _made(architecture: str | None, custom: Custom) -> dict[str, Module]:
    """Modules of the caller's classes, by the names of the layers that they stand for."""
    if architecture is None or custom is None:
        return {}
    classes = dict(custom) if isinstance(custom, Mapping) else {kind.__name__: kind for kind in custom}
    made: dict[str, Module] = {}
    for entry in _layers(json.loads(architecture)):
        config, kind = entry.get("config"), str(entry.get("class_name")).rpartition(">")[2]
        name = config.get("name") if isinstance(config, dict) else None
        found: Any = classes.get(str(name), classes.get(kind))
        if not isinstance(config, dict) or name is None or found is None:
            continue
        made[str(name)] = found if not callable(found) or _is_module(found) else _make(found, config, kind)
    return made


def _is_module(found: Any) -> bool:
    from .nn import Module

    return isinstance(found, Module)


def _make(kind: Callable[..., Module], config: dict[str, Any], name: str) -> Module:
    make = getattr(kind, "from_config", None)
    if make is not None:
        return make(config)  # type: ignore[no-any-return]  # the caller's class
    own = {key: value for key, value in config.items() if key not in ("name", "trainable", "dtype")}
    try:
        return kind(**own)
    except TypeError as error:
        raise UnsupportedError(
            f"load: the class given for {name} does not take what the file has for it ({error}); give it a "
            "from_config(config) method"
        ) from error


def _layers(config: Any) -> Iterator[dict[str, Any]]:
    """The entries of layers, of models inside too."""
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def config_in(path: Path) -> str | None:
    """The architecture in a file of Keras, or beside it, as JSON; None where there is none."""
    text = c_char_p()
    check(lib.wb_keras_config(path_bytes(path), text))
    return None if text.value is None else text_of(text)


def is_keras(path: Path) -> bool:
    """Whether a file is one that Keras wrote."""
    try:
        config_in(path)
    except (FormatError, UnsupportedError):
        return False
    return True


def load_weights(path: Path, module: Module) -> None:
    """Weights of any file of Keras into a model that is there, by their order; all or nothing."""
    check(lib.wb_keras_load_weights(path_bytes(path), module))


def save_objects(
    path: Path, objects: Sequence[tuple[str, Module]], config: str | None = None, optimizer: Optimizer | None = None
) -> None:
    """Writes a model that computes in Python: an archive where there is a config, else weights alone.

    objects: the paths of the model, "", and of the layers in it, as Keras has them.
    """
    paths, modules, count = _places(objects)
    check(
        lib.wb_keras_save_objects(
            path_bytes(path), paths, modules, count, None if config is None else config.encode(), optimizer
        )
    )
    pass_on()


def load_objects(path: Path, objects: Sequence[tuple[str, Module]]) -> None:
    """Weights of an archive or .weights.h5 into the layers of such a model; all or nothing."""
    check(lib.wb_keras_load_objects(path_bytes(path), *_places(objects)))


def _places(objects: Sequence[tuple[str, Module]]) -> tuple[Any, Any, int]:
    return (texts([path for path, _ in objects]), *counted([module for _, module in objects]))


class StoredOptimizer(Owner):
    """The optimiser in a file: its state, by names such as "0.momentum"."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_optimizer_free")

    @property
    def settings(self) -> str:
        """Its kind and settings as a call: keras.Adam(learning_rate=0.001, ...)."""
        name, text = c_char_p(), c_char_p()
        check(lib.wb_optimizer_class_name(self._handle, name))
        kind = text_of(name)
        check(lib.wb_optimizer_get_settings(self._handle, 0, text))
        return f"{kind}({text_of(text)})"

    def _state(self) -> dict[str, Tensor]:
        from .optim.engine import state_of

        return state_of(self._handle)


def training_in(path: Path, module: Module) -> tuple[dict[str, Any] | None, StoredOptimizer | None]:
    """What a file says of training: the config that compile was called with, and the optimiser over the parameters of
    `module`, which was loaded from it, with its state; None for what it has not."""
    text, out = c_char_p(), c_void_p()
    check(lib.wb_keras_training(path_bytes(path), module, text, out))
    config = None if text.value is None else json.loads(text_of(text))
    return config, None if out.value is None else StoredOptimizer(out.value)
