"""tf.Tensor: the library's tensor with TensorFlow's operators, dtypes and printing; and what makes one of a value.

`op` decorates the functions of this face: what it decorates runs without recording unless somebody records
(_recording.py), gives tf.Tensors, and raises errors under TensorFlow's names. Inside it `convert` makes the engine's
tensors of what a user gives.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .. import _abi
from .._arrays import handles, view
from .._errors import Error, StateError
from .._library import check, lib
from .._modes import recording_flags
from .._tensor import Tensor as Base
from .._tensor import operate, tensor_of
from . import _dtypes, _recording
from ._dtypes import DType
from ._shapes import TensorShape
from .errors import InvalidArgumentError, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from .._typing import Array

    F = TypeVar("F", bound=Callable[..., Any])

# Where tensors have no values.
_VALUELESS = _abi.WB_GRAD_CAPTURE | _abi.WB_GRAD_TRANSFORM
_WHOLE_32 = range(-(1 << 31), 1 << 31)
_base_shape: Any = cast("property", Base.shape).fget
_base_dtype: Any = cast("property", Base.dtype).fget


def op(function: F) -> F:
    """A function of this face."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            if _recording.is_recorded():
                return wrap(function(*args, **kwargs))
            with _recording.CONSTANT:
                return wrap(function(*args, **kwargs))
        except Error as error:
            found = translated(error)
            if found is error:
                raise
            raise found.with_traceback(error.__traceback__) from None

    return cast("F", wrapper)


def wrap(value: Any) -> Any:
    """The engine's tensors in a result as tf.Tensors."""
    kind = type(value)
    if kind is Base:
        value.__class__ = Tensor
        return value
    if kind is Tensor:
        return value
    if isinstance(value, Base):  # a parameter, or what a variable keeps its value in
        return wrap(value.clone())
    if kind is tuple:
        return tuple([wrap(part) for part in value])
    if kind is list:
        return [wrap(part) for part in value]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return kind(*[wrap(part) for part in value])
    return value


# -------------------------------------------------------------------- values in


def convert(value: Any, dtype: Any = None, hint: Any = None) -> Base:
    """The engine's tensor for a tensor, a variable, an array, a number, or nested lists of these.

    dtype: what it is to have (ValueError for a tensor of another, TypeError for numbers that do not fit). hint: what
    numbers and arrays take where they can.
    """
    cell = getattr(value, "_cell", None)
    if cell is not None:
        value = _recording.read(value)
    if isinstance(value, Base):
        if dtype is not None and _dtypes.as_dtype(dtype) != value.dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {_dtypes.as_dtype(dtype).name} for Tensor with dtype "
                f"{value.dtype.name}: {value!r:.200}"
            )
        return value
    if value is None:
        raise ValueError("Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor.")
    if hasattr(value, "__tf_tensor__"):
        return convert(value.__tf_tensor__(dtype), dtype, hint)
    if dtype is None and hint is not None:
        try:
            return _made(value, _dtypes.as_dtype(hint))
        except (TypeError, ValueError, Error):
            pass
    return _made(value, None if dtype is None else _dtypes.as_dtype(dtype))


def _made(value: Any, dtype: DType | None) -> Base:
    if isinstance(value, (list, tuple)) and _has_tensors(value):
        return _packed(value, dtype)
    if isinstance(value, TensorShape):
        value = value.as_list()
    if isinstance(value, (str, bytes)) or isinstance(value, np.ndarray) and value.dtype.kind in "SUO":
        if isinstance(value, np.ndarray) and value.dtype.kind == "O":
            raise ValueError(f"Failed to convert a NumPy array to a Tensor (Unsupported object type): {value!r:.80}")
        raise TypeError(_dtypes.missing("string"))
    natural = _natural(value)
    if dtype is None:
        return tensor_of(value, natural)
    if not isinstance(value, (np.ndarray, np.generic)):
        given = np.asarray(value)
        kind = given.dtype.kind
        if kind == "f" and not dtype.is_floating or kind in "iu" and dtype.is_bool or kind == "b" and not dtype.is_bool:
            raise TypeError(f"Cannot convert {value!r:.80} to EagerTensor of dtype {dtype.name}")
        if kind == "U":
            raise TypeError(_dtypes.missing("string"))
    elif value.dtype.kind == "f" and not dtype.is_floating:
        raise TypeError(f"Cannot convert {value!r:.80} to EagerTensor of dtype {dtype.name}")
    return tensor_of(value, dtype)


def _natural(value: Any) -> Any:
    """The dtype that TensorFlow gives to what has none of its own."""
    if isinstance(value, (np.ndarray, np.generic)):
        return None
    kind = type(value)
    if kind is bool:
        return _dtypes.bool_
    if kind is int:
        return _dtypes.int32 if value in _WHOLE_32 else _dtypes.int64
    if kind is float:
        return _dtypes.float32
    array = np.asarray(value)
    if array.dtype == np.int64 and not _has_arrays(value):
        return _dtypes.int32 if not array.size or (abs(array) < 1 << 31).all() else _dtypes.int64
    if array.dtype == np.float64 and (not array.size or not _has_arrays(value)):
        return _dtypes.float32
    return None


def _has_arrays(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_has_arrays(part) for part in value)
    return not isinstance(value, (int, float)) or isinstance(value, np.generic)


def _has_tensors(value: Any) -> bool:
    return any(
        isinstance(part, Base) or hasattr(part, "_cell") or isinstance(part, (list, tuple)) and _has_tensors(part)
        for part in value
    )


def _leaf(value: Any) -> Any:
    """A tensor somewhere in nested lists."""
    for part in value:
        if isinstance(part, Base) or hasattr(part, "_cell"):
            return part
        if isinstance(part, (list, tuple)):
            found = _leaf(part)
            if found is not None:
                return found
    return None


def _packed(value: Any, dtype: DType | None) -> Base:
    """Nested lists with tensors among them, as one tensor."""
    from .._shaping import stack

    wanted = dtype or _dtypes.of(_leaf(value).dtype)
    return stack([convert(part, wanted) for part in value], 0)


def constant_shape(shape: Any) -> tuple[int, ...]:
    """A shape, given as numbers or as a tensor, as whole numbers."""
    if isinstance(shape, Base) or hasattr(shape, "_cell"):
        found = convert(shape).tolist()
        return tuple(found) if isinstance(found, list) else (int(found),)
    if isinstance(shape, (list, tuple)):
        return tuple([int(extent) for extent in shape])
    if isinstance(shape, np.ndarray):
        return tuple([int(extent) for extent in shape.reshape(-1)])
    return (int(shape),)


def pair(name: str, x: Any, y: Any) -> tuple[Base, Base]:
    """The two operands of an operation, of one dtype: numbers and arrays take that of a tensor."""
    if isinstance(x, Base) or hasattr(x, "_cell"):
        x = convert(x)
        y = convert(y, hint=x.dtype)
    elif isinstance(y, Base) or hasattr(y, "_cell"):
        y = convert(y)
        x = convert(x, hint=y.dtype)
    else:
        x = convert(x)
        try:
            y = convert(y, hint=x.dtype)
        except (TypeError, ValueError):
            y = convert(y)
    same_dtype(name, x, y)
    return x, y


def same_dtype(name: str, x: Base, y: Base, place: int = 1) -> None:
    """Raises where two operands have different dtypes."""
    if x.dtype != y.dtype:
        raise InvalidArgumentError(
            f"cannot compute {name} as input #{place}(zero-based) was expected to be a {_word(x)} tensor but is a "
            f"{_word(y)} tensor [Op:{name}] name: "
        )


def _word(tensor: Base) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(tensor.dtype.name, tensor.dtype.name)


# -------------------------------------------------------------------- the class


class Tensor(Base):
    """A multi-dimensional array of elements of one dtype."""

    __slots__ = ()

    def __new__(cls, *data: Any, dtype: Any = None, requires_grad: bool = False) -> Any:
        raise TypeError("tf.Tensor: tensors are made by functions, such as tf.constant(value)")

    @classmethod
    def _shell(cls, *recipe: Any) -> Any:
        found = tensor_of(recipe[0])
        found.__class__ = cls
        return found

    @property
    def shape(self) -> TensorShape:
        """The extents, a TensorShape."""
        return TensorShape(_base_shape(self))

    @property
    def dtype(self) -> DType:
        """The type of the elements, like tf.float32."""
        return _dtypes.of(_base_dtype(self))

    def get_shape(self) -> TensorShape:
        """The extents, a TensorShape."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Checks that the tensor has that shape."""
        self.shape.assert_is_compatible_with(shape)

    @property
    def device(self) -> str:  # type: ignore[override]
        """Where the tensor lies."""
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    def ref(self) -> Reference:
        """What stands for the tensor in a set, or as the key of a dict."""
        return Reference(self)

    # ---------------------------------------------------------------- values out

    def numpy(self) -> Any:
        """The values as a NumPy array of its own, or a scalar."""
        array = view(self._detach_handle())
        return array.copy() if array.shape else array[()]

    def tolist(self) -> Any:
        return view(self._detach_handle()).tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        array = np.asarray(view(self._detach_handle()))
        return array.astype(dtype) if dtype is not None and np.dtype(dtype) != array.dtype else array.copy()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        found = _OPERATORS.get(ufunc.__name__)
        if method == "__call__" and found is not None and not kwargs and isinstance(inputs[0], np.ndarray):
            return getattr(inputs[1], found)(inputs[0])
        arrays = [np.asarray(given) if isinstance(given, Base) else given for given in inputs]
        return getattr(ufunc, method)(*arrays, **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return function(*_arrays(args), **_arrays(kwargs))

    def __bool__(self) -> bool:
        return bool(view(self._detach_handle()))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("Scalar tensor has no `len()`")
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("Cannot iterate over a scalar tensor.")
        count = self.shape[0]
        if _recording.state.capture is not None:
            _recording.state.capture.unrolls(count)
        return (self[place] for place in range(count))

    def __hash__(self) -> int:
        raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(self == value))

    def __repr__(self) -> str:
        try:
            text = array_text(self, repr)
        except StateError:
            return f"<tf.Tensor {_name(self)!r} shape={self.shape} dtype={self.dtype.name}>"
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={text}>"

    def __str__(self) -> str:
        try:
            text = array_text(self, str)
        except StateError:
            return f'Tensor("{_name(self)}", shape={self.shape}, dtype={self.dtype.name})'
        return f"tf.Tensor({text}, shape={self.shape}, dtype={self.dtype.name})"

    def __format__(self, form: str) -> str:
        try:
            values = self.numpy()
        except StateError:
            return format(str(self), form)
        return format(values, form)

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        found = wrap(self.detach().clone())
        memo[id(self)] = found
        return found

    # ---------------------------------------------------------------- derivatives

    @property  # type: ignore[misc]
    def grad(self) -> Any:
        raise AttributeError("tf.Tensor: a tensor keeps no gradient; take tape.gradient(target, sources)")

    def backward(self, gradient: Any = None, retain_graph: bool = False) -> None:
        """Raises AttributeError: tapes take derivatives here."""
        raise AttributeError("tf.Tensor: derivatives are taken by a tape, tape.gradient(target, sources)")

    # ---------------------------------------------------------------- elements

    @op
    def __getitem__(self, key: Any) -> Any:
        return element(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            "'tensorflow.python.framework.ops.EagerTensor' object does not support item assignment; "
            "take tf.tensor_scatter_nd_update, or the assign of a tf.Variable"
        )


class Reference:
    """Stands for a tensor or a variable, by identity."""

    __slots__ = ("_owner",)

    def __init__(self, owner: Any) -> None:
        self._owner = owner

    def deref(self) -> Any:
        """The tensor or variable."""
        return self._owner

    def __hash__(self) -> int:
        return id(self._owner)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and other._owner is self._owner

    def __repr__(self) -> str:
        return f"<Reference wrapping {self._owner!r}>"


def element(tensor: Base, key: Any) -> Base:
    """tensor[key]."""
    parts = key if isinstance(key, tuple) else (key,)
    found = [_index(part) for part in parts]
    if len(found) == 1 and isinstance(found[0], Base) and found[0].dtype == _dtypes.bool_:
        return Base.__getitem__(tensor, found[0])
    for part in found:
        if isinstance(part, (list, np.ndarray)) or isinstance(part, Base) and part.shape:
            raise TypeError(
                "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 "
                f"tensors are valid indices, got {key!r:.80}; tf.gather picks elements"
            )
    return Base.__getitem__(tensor, tuple(found))


def _index(part: Any) -> Any:
    if isinstance(part, slice):
        return slice(*[_bound(bound) for bound in (part.start, part.stop, part.step)])
    if hasattr(part, "_cell"):
        part = convert(part)
    return part


def _bound(bound: Any) -> Any:
    return bound if bound is None or type(bound) is int else int(bound)


def _arrays(value: Any) -> Any:
    if isinstance(value, Base) or hasattr(value, "_cell"):
        return np.asarray(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_arrays(part) for part in value)
    if isinstance(value, dict):
        return {key: _arrays(part) for key, part in value.items()}
    return value


def array_text(tensor: Base, spelled: Callable[[Any], str]) -> str:
    """The values as NumPy writes them; from a new line where they have several."""
    array = view(tensor._detach_handle())
    if tensor.dtype.name == "bfloat16" and array.dtype == np.float32:
        text = spelled(array).replace("dtype=float32", "dtype=bfloat16")
    elif not array.shape:
        # repr has the digits of Python's float.
        text = repr(array.item()) if spelled is repr else str(array[()])
    else:
        text = spelled(array)
    return f"\n{text}" if "\n" in text else text


def _name(tensor: Base) -> str:
    capture = _recording.state.capture
    return (capture.name_of(tensor) if capture is not None else None) or "Tensor:0"


# -------------------------------------------------------------------- operators

# NumPy's operators, and the methods that answer where an array stands on the left.
_OPERATORS = {
    "add": "__radd__", "subtract": "__rsub__", "multiply": "__rmul__", "divide": "__rtruediv__",
    "true_divide": "__rtruediv__", "floor_divide": "__rfloordiv__", "remainder": "__rmod__", "power": "__rpow__",
    "matmul": "__rmatmul__", "equal": "__eq__", "not_equal": "__ne__", "less": "__gt__", "less_equal": "__ge__",
    "greater": "__lt__", "greater_equal": "__le__", "bitwise_and": "__rand__", "bitwise_or": "__ror__",
    "bitwise_xor": "__rxor__",
}  # fmt: skip


def arithmetic(name: str, code: int, x: Any, y: Any) -> Base:
    """An operation of the engine on two operands of one dtype."""
    a, b = pair(name, x, y)
    if code == _abi.WB_BINARY_DIVIDE and not a.dtype.is_floating_point:
        wide = _dtypes.float32 if a.dtype in (_dtypes.uint8, _dtypes.bool_) else _dtypes.float64
        a, b = a.to(wide), b.to(wide)
    return operate(code, a, b, 0)


def _binary(name: str, code: int, swapped: bool) -> Callable[[Any, Any], Any]:
    def operator(self: Any, other: Any) -> Any:
        if _refuses(other):
            return NotImplemented
        return arithmetic(name, code, other, self) if swapped else arithmetic(name, code, self, other)

    return op(operator)


def _refuses(other: Any) -> bool:
    return other is None or isinstance(other, (str, dict, set)) or hasattr(other, "_symbolic_tensor")


def _comparison(name: str, code: int) -> Callable[[Any, Any], Any]:
    def comparison(self: Any, other: Any) -> Any:
        if _refuses(other):
            return NotImplemented
        found = arithmetic(name, code, self, other)
        if not found.shape and isinstance(self, Base):
            # The comparison is asked for next, by an `if` or a `while`; what is computed later goes on from here.
            compute([self])
        return found

    return op(comparison)


def compute(tensors: list[Any]) -> None:
    """Has tensors keep their values, computed together, so that what is computed from them later begins there; nothing
    where tensors have no values."""
    if tensors and _recording.state.capture is None and not recording_flags() & _VALUELESS:
        check(lib.wb_eval(handles(tensors), len(tensors)))


def _equality(code: int, otherwise: bool) -> Callable[[Any, Any], Any]:
    name = "NotEqual" if otherwise else "Equal"

    def equality(self: Any, other: Any) -> Any:
        if other is None or isinstance(other, str):
            return otherwise
        if hasattr(other, "_symbolic_tensor"):
            return NotImplemented
        a = convert(self)
        if isinstance(other, (int, float)) and not isinstance(other, np.generic):
            mixed = isinstance(other, bool) and a.dtype != _dtypes.bool_
            b = convert(other) if mixed else convert(other, a.dtype)
        else:
            b = convert(other, hint=a.dtype)
        same_dtype(name, a, b)
        try:
            np.broadcast_shapes(tuple(a.shape), tuple(b.shape))
        except ValueError:
            return otherwise
        return operate(code, a, b, 0)

    return op(equality)


def product(x: Base, y: Base) -> Base:
    """The matrix product over the last two axes. Those of the engine are of floats; whole numbers are multiplied and
    added up as such."""
    from .._functions import matmul

    for tensor in (x, y):
        if len(tensor.shape) < 2:
            raise InvalidArgumentError(
                f"In[0] and In[1] has different ndims, or fewer than 2: {tuple(x.shape)} vs. {tuple(y.shape)} "
                "[Op:MatMul]; tf.linalg.matvec and tf.tensordot take vectors"
            )
    if x.dtype.is_floating_point:
        return matmul(x, y)
    if x.shape[-1] != y.shape[-2]:
        raise InvalidArgumentError(f"matmul: inner dimensions differ: {list(x.shape)} x {list(y.shape)}")
    parts = Base.__mul__(x.unsqueeze(-1), y.unsqueeze(-3))
    return parts.sum(-2).to(x.dtype)


@op
def _matmul(self: Any, other: Any) -> Any:
    return product(*pair("MatMul", self, other))


@op
def _rmatmul(self: Any, other: Any) -> Any:
    return product(*pair("MatMul", other, self))


@op
def _neg(self: Any) -> Any:
    return Base.__neg__(convert(self))


@op
def _abs(self: Any) -> Any:
    return Base.__abs__(convert(self))


@op
def _invert(self: Any) -> Any:
    return Base.__invert__(convert(self))


_ARITHMETIC = (
    ("add", "AddV2", _abi.WB_BINARY_ADD),
    ("sub", "Sub", _abi.WB_BINARY_SUBTRACT),
    ("mul", "Mul", _abi.WB_BINARY_MULTIPLY),
    ("truediv", "RealDiv", _abi.WB_BINARY_DIVIDE),
    ("floordiv", "FloorDiv", _abi.WB_BINARY_FLOOR_DIVIDE),
    ("mod", "FloorMod", _abi.WB_BINARY_REMAINDER),
    ("pow", "Pow", _abi.WB_BINARY_POWER),
    ("and", "BitwiseAnd", _abi.WB_BINARY_BITWISE_AND),
    ("or", "BitwiseOr", _abi.WB_BINARY_BITWISE_OR),
    ("xor", "BitwiseXor", _abi.WB_BINARY_BITWISE_XOR),
)
_COMPARED = (
    ("lt", "Less", _abi.WB_BINARY_LESS),
    ("le", "LessEqual", _abi.WB_BINARY_LESS_EQUAL),
    ("gt", "Greater", _abi.WB_BINARY_GREATER),
    ("ge", "GreaterEqual", _abi.WB_BINARY_GREATER_EQUAL),
)


def operators(kind: Any) -> None:
    """Gives a class the operators of tensors. None of them writes in place."""
    for name, title, code in _ARITHMETIC:
        made = _binary(title, code, False)
        setattr(kind, f"__{name}__", made)
        setattr(kind, f"__i{name}__", made)
        setattr(kind, f"__r{name}__", _binary(title, code, True))
    for name, title, code in _COMPARED:
        setattr(kind, f"__{name}__", _comparison(title, code))
    kind.__eq__, kind.__ne__ = _equality(_abi.WB_BINARY_EQUAL, False), _equality(_abi.WB_BINARY_NOT_EQUAL, True)
    kind.__matmul__, kind.__imatmul__, kind.__rmatmul__ = _matmul, _matmul, _rmatmul
    kind.__neg__, kind.__abs__, kind.__invert__ = _neg, _abs, _invert


operators(Tensor)
