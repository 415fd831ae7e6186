"""DLPack, the protocol by which libraries hand memory to each other: `np.from_dlpack(t)`, `torch.from_dlpack(t)`,
`wingbeat.from_dlpack(x)`.

A tensor's values never change, so what is exported is either marked as read-only, as DLPack 1.0 can, and shared, or a
copy. It is a copy where the receiver asks for an older version, or is known to have no arrays that are read-only. NumPy
makes and reads the capsules: its deleters may run at any time, on any thread, and when Python ends.
"""

from __future__ import annotations

import sys
from ctypes import c_char_p, c_int, c_uint8, c_void_p, py_object, pythonapi
from typing import TYPE_CHECKING, Any

import numpy as np

from ._arrays import bits, borrow, copy_in
from ._dtypes import bfloat16, of_numpy
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
# DLPack's kinds of elements.
_UNSIGNED, _BFLOAT = 1, 4

_is_capsule, _pointer = pythonapi.PyCapsule_IsValid, pythonapi.PyCapsule_GetPointer
_is_capsule.argtypes, _is_capsule.restype = [py_object, c_char_p], c_int
_pointer.argtypes, _pointer.restype = [py_object, c_char_p], c_void_p
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
    receiver = sys._getframe(1).f_globals.get("__name__", "").partition(".")[0]
    if self.dtype != bfloat16:
        return _capsule(self.numpy(), receiver, max_version, copy)
    # NumPy has no bfloat16 to export: it makes a capsule of 16-bit integers, which is told what they are.
    capsule = _capsule(bits(self._detach_handle()), receiver, max_version, copy)
    kind = _element_code(capsule)
    assert kind is not None, "it was made just now"
    kind.value = _BFLOAT
    return capsule


def _capsule(array: Array, receiver: str, max_version: tuple[int, int] | None, copy: bool | None) -> Any:
    if max_version is not None and tuple(max_version) >= (1, 0):
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


def _element_code(capsule: Any) -> c_uint8 | None:
    """The code of the kind of elements in a DLPack capsule; None where somebody has taken it."""
    for name, place in ((b"dltensor_versioned", 52), (b"dltensor", 20)):
        if _is_capsule(capsule, name):
            return c_uint8.from_address(_pointer(capsule, name) + place)
    return None


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
    array, code = _received(x)
    if copy:
        return wrap(copy_in(array, code))
    if copy is False and not _is_borrowable(array):
        raise ArgumentError(
            "from_dlpack: expected contiguous memory of a dtype of the engine with copy=False, "
            f"found {array.dtype} of shape {list(array.shape)} and strides {list(array.strides)}"
        )
    return wrap(borrow(array, code))


def _is_borrowable(array: Array) -> bool:
    return (
        of_numpy(array.dtype) is not None
        and array.dtype.isnative
        and array.flags.c_contiguous
        and array.flags.aligned
        and array.size > 0
    )


class _Readable:
    """What another has, in a form that NumPy reads: bfloat16 as 16-bit integers, which `code` remembers."""

    def __init__(self, exporter: Any) -> None:
        self.exporter = exporter
        self.code: int | None = None

    def __dlpack__(self, **options: Any) -> Any:
        capsule = self.exporter.__dlpack__(**options)
        kind = _element_code(capsule)
        if kind is not None and kind.value == _BFLOAT:
            kind.value, self.code = _UNSIGNED, bfloat16.code
        return capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.exporter.__dlpack_device__()  # type: ignore[no-any-return]


def _received(x: Any) -> tuple[Array, int | None]:
    """An array, and the number of the dtype whose bits it has, if that is another."""
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
        readable = _Readable(x)
        return np.from_dlpack(readable), readable.code
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        if isinstance(x, _Capsule) and "capsule" in str(error).lower():
            raise ArgumentError(
                "from_dlpack: expected a DLPack capsule that nobody has taken yet, found another one"
            ) from None
        raise DTypeError(
            f"from_dlpack: expected numbers that NumPy has a dtype for, found others ({error}); convert them first"
        ) from error


for _name, _method in (("__dlpack__", _dlpack), ("__dlpack_device__", _dlpack_device)):
    setattr(Tensor, _name, _method)
