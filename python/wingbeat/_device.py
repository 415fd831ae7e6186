"""The name of the place where tensors lie. This build has one, "cpu"; what PyTorch takes a device for, takes this."""

from __future__ import annotations

import re
from typing import Any, Union

from ._dtypes import DType, as_dtype
from ._errors import ArgumentError, ArgumentTypeError, UnsupportedError


class device:
    """A device by its type, "cpu", or with a number: "cpu:0", device("cpu", 0).

    Raises UnsupportedError for a device that this build lacks, such as "cuda".
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: str | device, index: int | None = None) -> None:
        if isinstance(type, device):
            index = type.index if index is None else index
            type = type.type
        if not isinstance(type, str):
            raise ArgumentError(f"device: expected a device, such as 'cpu', found {type!r:.80}")
        found = re.fullmatch(r"([a-z_]+)(?::(\d+))?", type)
        if found is None:
            raise ArgumentError(f"device: expected a device, such as 'cpu', found {type!r:.80}")
        if found[1] != "cpu":
            raise UnsupportedError(f"device: this build has one device, 'cpu', but {type!r:.80} was asked for")
        if found[2] is not None:
            index = int(found[2])
        if index not in (None, 0):
            raise UnsupportedError(f"device: there is one 'cpu', number 0, but number {index} was asked for")
        object.__setattr__(self, "type", found[1])
        object.__setattr__(self, "index", index)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"device: {name} cannot be set; make another device")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"device: {name} cannot be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)

    def __repr__(self) -> str:
        number = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{number})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __enter__(self) -> device:
        """New tensors lie here, as they do anyway."""
        return self

    def __exit__(self, *_: object) -> None:
        pass


DeviceLike = Union[str, device, None]
CPU = device("cpu")


# Texts that mean a device where a dtype could stand as well.
_NAMES = re.compile(r"(cpu|cuda|mps|xpu|xla|hpu|npu|mtia|meta|vulkan)(:\d+)?$")


def destination(name: str, given: tuple[Any, ...], dtype: Any, place: Any) -> DType | None:
    """The dtype that `to` was asked for, if any; its arguments are a dtype, a device, both, or a tensor like which."""
    if len(given) > 2:
        raise ArgumentTypeError(f"{name}: expected a dtype, a device, both, or a tensor, found {len(given)} arguments")
    for value in given:
        like = getattr(value, "dtype", None)
        if like is not None and not isinstance(value, (type, DType)):
            value = like  # a tensor, an array
        if value is None or isinstance(value, device) or isinstance(value, str) and _NAMES.match(value):
            check_device(value)
        elif dtype is None:
            dtype = value
        else:
            raise ArgumentTypeError(f"{name}: expected one dtype, found {dtype!r:.80} and {value!r:.80}")
    check_device(place)
    return None if dtype is None else as_dtype(dtype)


def check_device(place: Any) -> None:
    """Raises unless tensors may lie there; None stands for where they lie anyway."""
    if place is not None and place is not CPU:
        device(place)
