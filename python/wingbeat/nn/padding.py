"""Layers of the family padding. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._tensor import Tensor
from .layer import Layer

if TYPE_CHECKING:
    from .._typing import TensorLike


class ConstantPad1d(Layer):
    """A number around the last axes of [..., L].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    value: the number that is put there.
    """

    _kind = "ConstantPad1d"
    _arguments = ("padding", "value")
    _tuples = {"padding": 2}

    def __init__(self, padding: int | tuple[int, int], value: float) -> None:
        self._make(padding=padding, value=value)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ConstantPad2d(Layer):
    """A number around the last axes of [..., H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    value: the number that is put there.
    """

    _kind = "ConstantPad2d"
    _arguments = ("padding", "value")
    _tuples = {"padding": 4}

    def __init__(self, padding: int | tuple[int, int, int, int], value: float) -> None:
        self._make(padding=padding, value=value)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ConstantPad3d(Layer):
    """A number around the last axes of [..., D, H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    value: the number that is put there.
    """

    _kind = "ConstantPad3d"
    _arguments = ("padding", "value")
    _tuples = {"padding": 6}

    def __init__(self, padding: int | tuple[int, int, int, int, int, int], value: float) -> None:
        self._make(padding=padding, value=value)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ZeroPad1d(Layer):
    """Zeros around the last axes of [..., L].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "ZeroPad1d"
    _arguments = ("padding",)
    _tuples = {"padding": 2}

    def __init__(self, padding: int | tuple[int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ZeroPad2d(Layer):
    """Zeros around the last axes of [..., H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "ZeroPad2d"
    _arguments = ("padding",)
    _tuples = {"padding": 4}

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ZeroPad3d(Layer):
    """Zeros around the last axes of [..., D, H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "ZeroPad3d"
    _arguments = ("padding",)
    _tuples = {"padding": 6}

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ReflectionPad1d(Layer):
    """The input mirrored at its border around the last axes of [..., L].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "ReflectionPad1d"
    _arguments = ("padding",)
    _tuples = {"padding": 2}

    def __init__(self, padding: int | tuple[int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ReflectionPad2d(Layer):
    """The input mirrored at its border around the last axes of [..., H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "ReflectionPad2d"
    _arguments = ("padding",)
    _tuples = {"padding": 4}

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ReflectionPad3d(Layer):
    """The input mirrored at its border around the last axes of [..., D, H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "ReflectionPad3d"
    _arguments = ("padding",)
    _tuples = {"padding": 6}

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ReplicationPad1d(Layer):
    """The input's outer elements around the last axes of [..., L].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "ReplicationPad1d"
    _arguments = ("padding",)
    _tuples = {"padding": 2}

    def __init__(self, padding: int | tuple[int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ReplicationPad2d(Layer):
    """The input's outer elements around the last axes of [..., H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "ReplicationPad2d"
    _arguments = ("padding",)
    _tuples = {"padding": 4}

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class ReplicationPad3d(Layer):
    """The input's outer elements around the last axes of [..., D, H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "ReplicationPad3d"
    _arguments = ("padding",)
    _tuples = {"padding": 6}

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class CircularPad1d(Layer):
    """The input's other end around the last axes of [..., L].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "CircularPad1d"
    _arguments = ("padding",)
    _tuples = {"padding": 2}

    def __init__(self, padding: int | tuple[int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class CircularPad2d(Layer):
    """The input's other end around the last axes of [..., H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "CircularPad2d"
    _arguments = ("padding",)
    _tuples = {"padding": 4}

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)


class CircularPad3d(Layer):
    """The input's other end around the last axes of [..., D, H, W].

    padding: on all sides, or before and after the last axis, before and after the one before, ...; negative: fewer.
    """

    _kind = "CircularPad3d"
    _arguments = ("padding",)
    _tuples = {"padding": 6}

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        self._make(padding=padding)

    def forward(self, input: TensorLike) -> Tensor:
        return self._run(input)
