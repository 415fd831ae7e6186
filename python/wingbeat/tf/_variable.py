"""tf.Variable: a value that changes. A box of the engine's holds it; tapes and tf.function see when it is read and
written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._errors import ArgumentError, StateError
from .._tensor import Tensor as Base
from . import _dtypes, _recording
from ._shapes import TensorShape
from ._tensor import Reference, Tensor, array_text, compute, convert, element, op, operators, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._dtypes import DType


class Box(Base):
    """What holds a variable's value."""

    __slots__ = ()


class Cell:
    """A variable's value, which several names may stand for. version counts the assignments."""

    __slots__ = ("box", "version")

    def __init__(self, box: Base) -> None:
        self.box, self.version = box, 0


class Variable:
    """A value that changes by assign, and that tapes watch where it is trainable.

    initial_value: the first value, or a function of no arguments that gives it. shape: of later values, where they are
    to differ (then only None is taken in place of an extent); constraint: what an optimiser applies after each update.
    """

    __array_priority__ = 200

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
        experimental_enable_variable_lifting: bool = True,
    ) -> None:
        if initial_value is None:
            raise ValueError("initial_value must not be None.")
        if _recording.state.capture is not None:
            _recording.state.capture.makes_variable()
        value = initial_value() if callable(initial_value) else initial_value
        with _recording.CONSTANT:
            given = convert(value) if isinstance(value, Base) or hasattr(value, "_cell") else convert(value, dtype)
            if dtype is not None and given.dtype != _dtypes.as_dtype(dtype):
                given = given.to(_dtypes.as_dtype(dtype))
            box = given.detach().clone()
        box.__class__ = Box
        self._start(Cell(box), name or "Variable", trainable is not False, constraint, shape)

    def _start(self, cell: Cell, name: str, trainable: bool, constraint: Any, shape: Any = None) -> None:
        self._cell, self._name, self._trainable, self._constraint = cell, name, trainable, constraint
        self._declared = None if shape is None else TensorShape(shape)

    @classmethod
    def _of(cls, box: Base, name: str = "Variable", trainable: bool = True, constraint: Any = None) -> Any:
        """The variable of a box that is there: a parameter or a buffer of a module."""
        made = object.__new__(cls)
        Variable._start(made, Cell(box), name, trainable, constraint)
        return made

    # ---------------------------------------------------------------- what it is

    @property
    def name(self) -> str:
        """The name, with ":0" at its end."""
        return f"{self._name}:0"

    @property
    def shape(self) -> TensorShape:
        """The extents, a TensorShape."""
        return TensorShape(tuple(self._cell.box.shape)) if self._declared is None else self._declared

    def get_shape(self) -> TensorShape:
        """The extents, a TensorShape."""
        return self.shape

    @property
    def dtype(self) -> DType:
        """The type of the elements, like tf.float32."""
        return _dtypes.of(self._cell.box.dtype)

    @property
    def trainable(self) -> bool:
        """Whether tapes watch it."""
        return self._trainable

    @property
    def constraint(self) -> Any:
        """What an optimiser applies after each update, or None."""
        return self._constraint

    @property
    def device(self) -> str:
        """Where the value lies."""
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self._cell.box.shape)

    @property
    def handle(self) -> Cell:
        """What stands for the variable's memory."""
        return self._cell

    @property
    def initialized(self) -> bool:
        """True."""
        return True

    def is_initialized(self, name: str | None = None) -> Any:
        """True."""
        from ._creating import constant

        return constant(True)

    def ref(self) -> Reference:
        """What stands for the variable in a set, or as the key of a dict."""
        return Reference(self)

    experimental_ref = ref

    def __hash__(self) -> int:
        raise TypeError(
            "Variable is unhashable. Instead, use variable.ref() as the key. (Variable: " + repr(self) + ")"
        )

    def __repr__(self) -> str:
        try:
            text = array_text(self._cell.box, repr)
        except StateError:
            return f"<tf.Variable {self.name!r} shape={self.shape} dtype={self.dtype.name}>"
        return f"<tf.Variable {self._shown!r} shape={self.shape} dtype={self.dtype.name}, numpy={text}>"

    @property
    def _shown(self) -> str:
        return self.name

    def __format__(self, form: str) -> str:
        return format(repr(self), form)

    # ---------------------------------------------------------------- reading

    @op
    def value(self) -> Any:
        """The value as a tensor."""
        found = convert(self)
        return found.clone()

    @op
    def read_value(self) -> Any:
        """The value as a tensor, as it is now."""
        return convert(self).clone()

    def numpy(self) -> Any:
        """The value as a NumPy array of its own, or a scalar."""
        return Tensor.numpy(self._cell.box)  # type: ignore[arg-type]

    def item(self) -> Any:
        """The value of a variable of one element, as Python's number."""
        return self._cell.box.item()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return Tensor.__array__(self._cell.box, dtype, copy)  # type: ignore[arg-type]

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs and isinstance(inputs[0], np.ndarray):
            return wrap(inputs[1]._cell.box).__array_ufunc__(ufunc, method, inputs[0], inputs[1].value())
        arrays = [np.asarray(given) if hasattr(given, "__array__") else given for given in inputs]
        return getattr(ufunc, method)(*arrays, **kwargs)

    def __bool__(self) -> bool:
        return bool(self.value())

    def __int__(self) -> int:
        return int(self._cell.box.item())

    def __float__(self) -> float:
        return float(self._cell.box.item())

    def __index__(self) -> int:
        return self._cell.box.__index__()

    def __len__(self) -> int:
        return len(self.value())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value())

    @op
    def __getitem__(self, key: Any) -> Any:
        return element(convert(self), key)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        with _recording.CONSTANT:
            box = self._cell.box.detach().clone()
        box.__class__ = Box
        made = object.__new__(type(self))
        memo[id(self)] = made
        made.__dict__.update(self.__dict__)
        made._cell = Cell(box)
        return made

    def __reduce__(self) -> Any:
        return _restored, (self.numpy(), self._name, self._trainable, self.dtype.name)

    # ---------------------------------------------------------------- writing

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
        """Sets the value, of the variable's shape. Returns the variable."""
        return self._write(value, read_value)

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Adds to the value. Returns the variable."""
        with _recording.CONSTANT:
            given = convert(delta, self.dtype)
            return self._write(self._cell.box + given, read_value)

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Subtracts from the value. Returns the variable."""
        with _recording.CONSTANT:
            given = convert(delta, self.dtype)
            return self._write(self._cell.box - given, read_value)

    def _write(self, value: Any, read_value: bool = True) -> Any:
        cell = self._cell
        with _recording.CONSTANT:
            given = convert(value, self.dtype)
            if tuple(given.shape) != tuple(cell.box.shape):
                if self._declared is None or not self._declared.is_compatible_with(tuple(given.shape)):
                    raise ValueError(
                        f"Cannot assign value to variable ' {self.name}': Shape mismatch."
                        f"The variable shape {self.shape}, and the assigned value shape "
                        f"{TensorShape(tuple(given.shape))} are incompatible."
                    )
                if _recording.state.capture is not None:
                    _recording.state.capture.give_up()
                box = given.detach().clone()
                box.__class__ = Box
                cell.box = box
            else:
                cell.box._assign(given)
        cell.version += 1
        compute([cell.box])
        return _Written(self) if read_value else None

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Raises ArgumentError: there are no IndexedSlices; scatter_nd_update writes rows."""
        raise ArgumentError("scatter_update: there are no IndexedSlices; use scatter_nd_update(indices, updates)")

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Writes elements or rows at places, [places, axes]."""
        from ._gathering import tensor_scatter_nd_update

        return self._write(tensor_scatter_nd_update(self.value(), indices, updates))

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Adds to elements or rows at places, [places, axes]."""
        from ._gathering import tensor_scatter_nd_add

        return self._write(tensor_scatter_nd_add(self.value(), indices, updates))

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Subtracts from elements or rows at places, [places, axes]."""
        from ._gathering import tensor_scatter_nd_sub

        return self._write(tensor_scatter_nd_sub(self.value(), indices, updates))

    def sparse_read(self, indices: Any, name: str | None = None) -> Any:
        """The rows at places."""
        from ._gathering import gather

        return gather(self, indices)

    def gather_nd(self, indices: Any, name: str | None = None) -> Any:
        """The elements or rows at places, [places, axes]."""
        from ._gathering import gather_nd

        return gather_nd(self, indices)


class _Written(Variable):
    """What an assignment returns: the variable, which prints as TensorFlow's."""

    def __init__(self, written: Variable) -> None:
        self.__dict__.update(written.__dict__)

    @property
    def _shown(self) -> str:
        return "UnreadVariable"


def _restored(values: Any, name: str, trainable: bool, dtype: str) -> Variable:
    return Variable(values, trainable, name=name, dtype=dtype)


operators(Variable)
