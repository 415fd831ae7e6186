"""Weights of files by name: safetensors, and state_dicts and trees of parameters that were dumped to HDF5."""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING

from ._arrays import counted, texts
from ._checkpoint_files import path_bytes
from ._library import check, lib

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._tensor import Tensor
    from ._typing import Array, Path, TensorLike
    from .nn import Module


def load_state(path: Path, *, limit: int | None = None) -> dict[str, Array]:
    """The arrays of a file of weights by dotted names, for `load_state_dict` or to look at.

    A safetensors file; or HDF5 with a state_dict of PyTorch's (flat names, or groups), or a tree of parameters of Flax'
    or JAX'. What it is, is found from its contents. bfloat16 comes as from Tensor.numpy.

    Raises FormatError where the file is damaged, UnsupportedError where an array is of a type that nothing here holds
    (float8), MemoryError beyond the limit (1 GiB and 16 times the file's size by default).
    """
    from .h5 import _taken

    out = c_void_p()
    check(lib.wb_weights_read(path_bytes(path), limit or 0, out))
    return dict(_taken(out.value))


def load_weights(
    module: Module, path: Path, mapping: Mapping[str, str | None] | None, format: str, strict: bool
) -> None:
    """See Module.load_weights_from."""
    names = dict(mapping or {})
    check(
        lib.wb_module_load_weights(
            module,
            path_bytes(path),
            texts(list(names)),
            texts([to or "" for to in names.values()]),
            len(names),
            format.encode(),
            1 if strict else 0,
        )
    )


def save_safetensors(path: Path, tensors: Mapping[str, TensorLike], metadata: Mapping[str, str] | None = None) -> None:
    """Writes tensors or arrays by name as a safetensors file, whole or not at all. metadata: texts beside them.

    A module's state_dict() is such a mapping. Raises FileNotFoundError and its like where the file cannot be written.
    """
    from ._tensor import as_tensor

    values: list[Tensor] = [as_tensor(value) for value in tensors.values()]
    notes = [word for pair in (metadata or {}).items() for word in pair]
    check(
        lib.wb_safetensors_save(path_bytes(path), texts(list(tensors)), *counted(values), texts(notes), len(notes) // 2)
    )
