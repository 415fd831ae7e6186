"""DLPack, the protocol by which libraries hand memory to each other: `np.from_dlpack(t)`, `torch.from_dlpack(t)`,
`wingbeat.from_dlpack(x)`.

A tensor's values never change, so what is exported is either marked as read-only, as DLPack 1.0 can, and shared, or a
copy. It is a copy where the receiver asks for an older version, or is known to have no arrays that are read-only. NumPy
makes and reads the capsules: its deleters may run at any time, on any thread, and when Python ends.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from ._arrays import borrow, copy_in
from ._dtypes import of_numpy
from ._errors import ArgumentError, DTypeError, UnexportableError, UnsupportedError
from ._naming import operation
from ._tensor import Tensor, wrap

if TYPE_CHECKING:
    from typing import Protocol

    from ._typing import Array

    class Exporter(Protocol):
        """What has memory to share."""

        def __dlpack__(self, **options: Any) -> Any: ...
        def __dlpack_device__(self) -> tuple[int, int]: ...


_CPU = (1, 0)
# Devices whose memory this processor reads: the CPU, and host memory of CUDA and ROCm.
_READABLE = (1, 3, 11)
# Libraries that take memory marked as read-only and write to it all the same.
_WITHOUT_READ_ONLY = frozenset({"torch", "cupy", "paddle", "tensorflow"})


def _dlpack(
    self: Tensor,
    *,
    stream: None = None,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[int, int] | None = None,
    copy: bool | None = None,
) -> Any:
    """The values as a DLPack capsule.

    They are shared, marked as read-only, if max_version is (1, 0) or later, else a copy. copy=True gives a copy that
    may be written to, copy=False only shares. PyTorch and other libraries without read-only arrays get a copy unless
    copy is False: then they must not write to it. Raises a BufferError (and StateError) for a tensor that requires
    gradients, and where it cannot share.
    """
    if stream is not None:
        raise ArgumentError(
            f"__dlpack__: expected no stream, since tensors are in the CPU's memory, found {stream!r:.80}"
        )
    if dl_device is not None and tuple(dl_device) != _CPU:
        raise UnexportableError(f"__dlpack__: expected the device (1, 0), which is the CPU, found {dl_device!r:.80}")
    if self.requires_grad:
        raise UnexportableError(
            "__dlpack__: the tensor requires gradients, which other libraries cannot carry; use tensor.detach()"
        )
    array = self.numpy()
    if max_version is not None and tuple(max_version) >= (1, 0):
        receiver = sys._getframe(1).f_globals.get("__name__", "").partition(".")[0]
        copies = copy or copy is None and receiver in _WITHOUT_READ_ONLY
        try:
            return array.__dlpack__(max_version=max_version, copy=True if copies else copy)
        except TypeError:
            pass  # NumPy before 2.1
    if copy is False:
        raise UnexportableError(
            "__dlpack__: memory is shared with receivers of DLPack 1.0 alone, where it can be marked as read-only; "
            "leave copy out"
        )
    return array.copy().__dlpack__()


def _dlpack_device(self: Tensor) -> tuple[int, int]:
    """DLPack's number of the device: the CPU."""
    return _CPU


class _Capsule:
    """Something that has the capsule which was given."""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return _CPU


def from_dlpack(x: Exporter | Any, *, copy: bool | None = None) -> Tensor:
    """A tensor of what another library has: a NumPy array, a torch or JAX tensor, anything with __dlpack__, or a DLPack
    capsule.

    It reads their memory without a copy where that is contiguous and of a dtype of the engine, as from_numpy: it must
    stay unchanged as long as the tensor, or anything not yet computed from it, is in use. copy=True always copies,
    copy=False raises ArgumentError where it would have to.
    """
    if isinstance(x, Tensor):
        if copy is None or not copy:
            return x.detach()
        return wrap(copy_in(x.detach().numpy()))
    array = _received(x)
    if copy:
        return wrap(copy_in(array))
    if copy is False and not _is_borrowable(array):
        raise ArgumentError(
            "from_dlpack: expected contiguous memory of a dtype of the engine with copy=False, "
            f"found {array.dtype} of shape {list(array.shape)} and strides {list(array.strides)}"
        )
    return wrap(borrow(array))


def _is_borrowable(array: Array) -> bool:
    return (
        of_numpy(array.dtype) is not None
        and array.dtype.isnative
        and array.flags.c_contiguous
        and array.flags.aligned
        and array.size > 0
    )


def _received(x: Any) -> Array:
    if type(x).__name__ == "PyCapsule":
        x = _Capsule(x)
    elif not hasattr(x, "__dlpack__") or not hasattr(x, "__dlpack_device__"):
        raise TypeError(
            "from_dlpack: expected an object with __dlpack__ and __dlpack_device__, or a capsule, "
            f"found {type(x).__name__}"
        )
    kind, number = x.__dlpack_device__()
    if kind not in _READABLE:
        raise UnsupportedError(
            f"{operation('from_dlpack')}: expected memory of the CPU, found device ({int(kind)}, {number}); "
            "copy it to the CPU first"
        )
    try:
        return np.from_dlpack(x)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        if isinstance(x, _Capsule) and "capsule" in str(error).lower():
            raise ArgumentError(
                "from_dlpack: expected a DLPack capsule that nobody has taken yet, found another one"
            ) from None
        raise DTypeError(
            f"from_dlpack: expected numbers that NumPy has a dtype for, found others ({error}); convert them first, "
            "such as bfloat16 to float32"
        ) from error


for _name, _method in (("__dlpack__", _dlpack), ("__dlpack_device__", _dlpack_device)):
    setattr(Tensor, _name, _method)
