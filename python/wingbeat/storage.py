"""Checkpoints: HDF5 files with structure, parameters, optimiser state, random state, epoch and step; and of nested
dicts and lists of tensors, such as state_dicts.

A file is written beside the old one and takes its place at once: a crash or a full disk leaves the old one whole. The
layout is described in docs/checkpoint-format.md.
"""

from __future__ import annotations

import os
import stat
import tempfile
from ctypes import c_char_p, c_void_p
from typing import TYPE_CHECKING, Any

from . import _keras_files
from ._arrays import texts
from ._checkpoint_files import load_into, path_bytes, write
from ._device import check_device
from ._errors import FormatError, StructureError
from ._library import check, lib
from ._modules import Base
from ._naming import listing
from ._saved_values import is_state, state_of, value_in
from .nn._loading import classes_of, module_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ._typing import Path
    from .nn import Module

__all__ = ["save", "load", "load_into"]
__dir__ = listing(__name__)

_EVERY_CLASS = (c_char_p * 1)(b"*")  # this side asks for the classes itself


def save(
    obj: Any,
    f: Any,
    pickle_module: object = None,
    pickle_protocol: object = None,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Writes a module, or a nested value of tensors, to a file, which load reads again: HDF5, whatever the suffix.

    obj: a module (as module.save does, which takes an optimiser too); or tensors, NumPy arrays, modules, numbers, texts
    and what else has a value, in lists, tuples, sets and dicts, such as {"model": model.state_dict(), "epoch": 3}.
    Objects of the user's classes keep their class's import path and their attributes. Another library's arrays and
    tensors become tensors. What stands in several places is one object again.
    f: a path, or a binary file to write to. The other arguments are PyTorch's, and change nothing: nothing is pickled.
    """
    if isinstance(obj, (str, bytes, os.PathLike)) and not isinstance(f, (str, bytes, os.PathLike)):
        if not hasattr(f, "write"):
            raise TypeError(f"save: expected save(object, path), found the path first: save({obj!r:.60}, {f!r:.60})")
    model = obj if isinstance(obj, Base) else _state_of(obj)
    if not hasattr(f, "write"):
        return write(model, f)  # type: ignore[arg-type]  # the base of the one class there is
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        write(model, path)  # type: ignore[arg-type]
        with open(path, "rb") as file:
            f.write(file.read())
    return None


def _state_of(obj: Any) -> Base:
    for kind, way in (
        ("Optimizer", "its state_dict(), or model.save(path, optimizer)"),
        ("Trainer", "trainer.save(path)"),
    ):
        if any(base.__name__ == kind and base.__module__.startswith("wingbeat.") for base in type(obj).__mro__):
            raise TypeError(f"save: expected a module or a nested value, found a {type(obj).__name__}; save {way}")
    return state_of(obj)


def load(
    f: Any,
    map_location: Any = None,
    *,
    weights_only: bool = True,
    mmap: bool | None = None,
    custom: Mapping[str, Callable[[], Module]] | Iterable[type[Module]] | None = None,
    config: str | Mapping[str, Any] | Module | None = None,
) -> Any:
    """What a checkpoint holds: the nested value of save, or the model that it describes, built from the layers of
    wingbeat.nn and from the classes of `custom`. The file's content says which. Files that Keras wrote are read too,
    whole models and weights (docs/keras-files.md); such a model comes in evaluation mode.

    f: a path, or a binary file. map_location: where the tensors shall lie, as PyTorch takes it; "cpu" is all there is.
    weights_only: with False, classes and functions of the user's are imported by the paths that the file names, which
    runs their modules' code; so only for files that you trust. mmap: PyTorch's; it changes nothing.

    custom: classes of one's own that the model has, [Block, Net], or by name, {"Block": Block, "package.module.Net":
    Net}. Such a module comes back as a pickle's does, without a call of its __init__: with the modules, parameters and
    buffers of the file, and with the plain attributes, as far as they are numbers, texts, functions, and lists, tuples
    and dicts of such. A file holds no other attributes; then, give a function that makes the module, {"Block": lambda:
    Block(wb.tanh)}: it takes over the file's values. Of a file of Keras' they are classes of layers that are not Keras'
    own, made with the arguments that the file has for each (or by from_config); a module by a layer's name stands in
    for that layer.
    config: the architecture of a file of Keras' that has weights alone: as JSON, as a dict, or as a model, which takes
    the weights and is returned. Without it NAME.arch.json beside the file is read, if it is there.

    Raises MissingFileError, FormatError (no HDF5, damaged, or a file of PyTorch's, which is not read: the sentence says
    how to convert it), or UnsupportedError for a class that is not among these: name it, or build the model and use
    model.load(path), or export it (wingbeat.export) before it is saved.
    """
    _check_location(map_location)
    if hasattr(f, "read"):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "file")
            with open(path, "wb") as file:
                file.write(f.read())
            return _load(path, weights_only, custom, config)
    return _load(f, weights_only, custom, config)


def _load(path: Path, weights_only: bool, custom: Any, config: Any) -> Any:
    if isinstance(config, Base):
        _keras_files.load_weights(path, config)  # type: ignore[arg-type]  # the base of the one class there is
        return config
    if config is not None or custom is not None and _keras_files.is_keras(path):
        return _keras_files.load(path, config, custom)
    classes, out = classes_of(custom), c_void_p()
    try:
        try:
            check(lib.wb_load_with(path_bytes(path), _EVERY_CLASS, 1, out))
        except StructureError:
            # Of a class of the user's, version 1 says nothing but its name: one that is not given is refused by it.
            names = sorted({name.rpartition(".")[2] for name in classes})
            check(lib.wb_load_with(path_bytes(path), texts(names), len(names), out))
    except FormatError:
        _refuse_others(path)
        raise
    if is_state(out.value):
        return value_in(out.value, classes, not weights_only, os.fsdecode(path))
    return module_of(out.value, classes, not weights_only)


def _check_location(place: Any) -> None:
    if callable(place):
        return
    for device in place.values() if isinstance(place, dict) else [place]:
        check_device(device)


def _refuse_others(path: Path) -> None:
    """Raises for a file of another library, with a way to convert it."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return
        with open(path, "rb") as file:
            head = file.read(1 << 12)
    except OSError:
        return
    name = os.fsdecode(path)
    kept = os.path.splitext(name)[0] + ".h5"
    if head[:2] == b"PK" and b".npy" in head[:256]:
        raise FormatError(f"load: {name!r} is an archive of NumPy arrays: numpy.load reads it")
    if head[:2] == b"PK" and any(name in head for name in (b"metadata.json", b"config.json")):
        return  # an archive of Keras'
    if head[:2] == b"PK" or head[:1] == b"\x80" and head[1:2] in b"\2\3\4\5":
        raise FormatError(
            f"load: {name!r} is a pickle of PyTorch's, which could run any code and is not read. Convert it once, "
            f"where PyTorch is installed: wingbeat.save(torch.load({name!r}, map_location='cpu'), {kept!r}), "
            "with torch.load(...).state_dict() where it holds a whole module"
        )
    if head[8:9] == b"{" and 0 < int.from_bytes(head[:8], "little") < 1 << 27:
        raise FormatError(
            f"load: {name!r} is a safetensors file, which is not read. Convert it once, where safetensors is "
            f"installed: wingbeat.save(safetensors.numpy.load_file({name!r}), {kept!r})"
        )
