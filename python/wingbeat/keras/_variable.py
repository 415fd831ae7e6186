"""Keras' Variable: the value of a layer, a metric or an optimiser. A box of the engine's holds it; a layer's are the
parameters and buffers of its module."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .._tensor import Tensor as Base
from ..tf import _recording
from ..tf._tensor import convert, op
from ..tf._variable import Box, Cell
from ..tf._variable import Variable as _Variable
from . import _names, _policies

if TYPE_CHECKING:
    from .._typing import Shape


class Variable(_Variable):
    """A value that changes by assign.

    initializer: an array, a tensor or a number; or a function of shape and dtype, or its name, and then `shape` is
    needed. trainable: whether tapes and optimisers take it; can be set.
    """

    regularizer: Any = None
    overwrite_with_gradient = False

    def __init__(
        self,
        initializer: Any = None,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if _recording.state.capture is not None:
            _recording.state.capture.makes_variable()
        box = first_value(initializer, shape, dtype).detach().clone()
        box.__class__ = Box
        self._start_keras(box, name or _names.automatic("variable"), trainable)

    def _start_keras(self, box: Base, name: str, trainable: bool, path: str | None = None) -> None:
        self._start(Cell(box), name, trainable, None)
        self.path = _names.path(name) if path is None else path

    @classmethod
    def of(cls, box: Base, name: str, trainable: bool = True, path: str | None = None) -> Variable:
        """The variable of a parameter or buffer that is there."""
        made = object.__new__(cls)
        made._start_keras(box, name, trainable, path)
        return made

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = name

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        """The extents, a tuple."""
        return tuple(self._cell.box.shape)

    @property
    def dtype(self) -> str:  # type: ignore[override]
        """The name of the dtype, such as "float32"."""
        return str(self._cell.box.dtype.name)

    @property
    def trainable(self) -> bool:
        """Whether tapes and optimisers take it."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._trainable = bool(trainable)
        box = self._cell.box
        if not isinstance(box, Box) and box.dtype.is_floating_point and box.requires_grad != self._trainable:
            box.requires_grad = self._trainable

    @property
    def constraint(self) -> Any:
        """What an optimiser applies after each update, or None."""
        return self._constraint

    @constraint.setter
    def constraint(self, constraint: Any) -> None:
        self._constraint = constraint

    @property
    @op
    def value(self) -> Any:
        """The value as a tensor."""
        return convert(self).clone()

    def __repr__(self) -> str:
        from .._errors import StateError

        try:
            value = f", value={self.numpy()!r}" if self.shape else f", value={self.numpy()}"
            if self.shape:
                value = f", value={self.numpy().tolist()}" if self.numpy().size <= 4 else f", value={self.numpy()}"
        except StateError:
            value = ""
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}{value}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        made = object.__new__(type(self))
        memo[id(self)] = made
        made.__dict__.update(self.__dict__)
        box = self._cell.box
        if isinstance(box, Box):
            with _recording.CONSTANT:
                twin = box.detach().clone()
            twin.__class__ = Box
        else:
            twin = copy.deepcopy(box, memo)
        made._cell = Cell(twin)
        return made

    def __reduce__(self) -> Any:
        return _restored, (self.numpy(), self._name, self._trainable, self.dtype, self.path)


def _restored(values: Any, name: str, trainable: bool, dtype: str, path: str) -> Variable:
    found = Variable(values, dtype=dtype, trainable=trainable, name=name)
    found.path = path
    return found


def first_value(initializer: Any, shape: Any, dtype: Any) -> Base:
    """The tensor that a variable begins with."""
    from . import initializers

    with _recording.CONSTANT:
        if isinstance(initializer, (str, dict)):
            initializer = initializers.get(initializer)
        if isinstance(initializer, type):
            initializer = initializer()
        if callable(initializer) and not isinstance(initializer, (Base, _Variable)):
            if shape is None:
                value = initializer()
            else:
                name = _policies.dtype_name(dtype)
                value = initializer(tuple(shape), dtype=name)
        else:
            value = initializer
        found = convert(value)
        wanted = _policies.dtype_name(dtype) if dtype is not None else found.dtype
        found = found if found.dtype == wanted else found.to(wanted)
        if shape is not None and tuple(found.shape) != tuple(shape):
            raise ValueError(
                f"The shape of the initial value {tuple(found.shape)} is not the variable's, {tuple(shape)}."
            )
        return found
