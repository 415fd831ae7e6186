"""Tensor: a box that points to a node of the engine's graph.

Computing makes new tensors; writing in place points the box at new values, and whoever looks at the old ones keeps
them. Here is what belongs to the box and the operators; the operations by name are in _functions, and are methods as
well.
"""

from __future__ import annotations

import copy
import operator
from ctypes import c_double, c_int, c_int32, c_int64, c_void_p
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from . import _abi
from ._arrays import copy_in, describe, extents, view
from ._device import CPU, check_device, destination
from ._dtypes import (
    BY_CODE,
    as_dtype,
    bfloat16,
    bool_,
    float32,
    get_default_dtype,
    int32,
    int64,
    is_bfloat16,
    uint8,
    unmasked,
)
from ._errors import ArgumentError, DTypeError, RangeError, ShapeError, StateError
from ._library import check, freed_by, lib, unguarded
from ._naming import operation
from ._owner import Owner
from ._printing import numpy_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import ArrayLike
    from typing_extensions import Self

    from ._device import DeviceLike
    from ._device import device as Device
    from ._dtypes import DType
    from ._methods import Methods
    from ._typing import Array, DTypeLike, Handle, Operand, Real, Shape, TensorLike, TensorT
else:
    Methods = object

_binary = unguarded("wb_binary")
_binary_scalar = unguarded("wb_binary_scalar")
_unary = unguarded("wb_unary")
_cast = unguarded("wb_cast")
_backward = unguarded("wb_backward")
_dtype = unguarded("wb_tensor_dtype")
_item = unguarded("wb_tensor_item")
_item_int64 = unguarded("wb_tensor_item_int64")
_detach = unguarded("wb_tensor_detach")
_share = unguarded("wb_tensor_share")
_get_requires_grad = unguarded("wb_tensor_get_requires_grad")
_grad = unguarded("wb_tensor_grad")
_new = object.__new__

# Whole numbers from and to which a number takes the dtype (by code) of the tensor it meets: those that the dtype holds,
# and that are doubles exactly, since the ABI hands numbers over as doubles. A bool tensor takes none, and becomes
# int64.
_EXACT = 1 << 53
_WHOLE = {dtype.code: (-_EXACT, _EXACT) for dtype in BY_CODE}
_WHOLE[_abi.WB_BOOL] = (0, -1)
_WHOLE[_abi.WB_UINT8] = (0, (1 << 8) - 1)
_WHOLE[_abi.WB_INT32] = (-1 << 31, (1 << 31) - 1)


def wrap(handle: Handle) -> Tensor:
    """The Tensor that owns a handle."""
    tensor = _new(Tensor)
    tensor._handle = handle
    return tensor


class Tensor(Owner, Methods):
    """A multi-dimensional array of numbers of one dtype, with derivatives.

    Tensor(2, 3) is a tensor of that shape, whose values nobody may count on; Tensor(data) has the values of `data` in
    the default dtype (a tensor's in its own), or in `dtype`. Operators broadcast, and promote as PyTorch's; a Python or
    NumPy scalar takes the tensor's dtype (a float that meets integers gives the default dtype); a NumPy array may stand
    on either side. Values are computed when they are asked for.
    """

    # _shape, _dtype and _known_signature are filled when first asked for. The shape of a box never changes, its dtype
    # only by Module.to.
    __slots__ = ("_handle", "_shape", "_dtype", "_known_signature", "__weakref__")

    _handle: Handle
    _shape: Shape
    _dtype: DType
    _known_signature: tuple[int, Shape]
    _as_parameter_: Handle

    __array_priority__ = 1000

    def __new__(cls, *data: ArrayLike, dtype: DTypeLike | None = None, requires_grad: bool = False) -> Self:
        self = cls._owning(constructed(data, dtype))
        if requires_grad:
            self.requires_grad_()
        return self

    @classmethod
    def _owning(cls, handle: Handle) -> Self:
        """The tensor of this class that owns a handle."""
        self = _new(cls)
        self._handle = handle
        return self

    __del__ = freed_by("wb_tensor_free")

    # ---------------------------------------------------------------- what it is

    def _describe(self) -> None:
        self._dtype, self._shape = describe(self._handle)

    def _forget_dtype(self) -> None:
        """After the engine has cast the box."""
        for name in ("_dtype", "_known_signature"):
            try:
                delattr(self, name)
            except AttributeError:
                pass

    def _signature(self) -> tuple[int, Shape]:
        """(number of the dtype, shape): what a captured program depends on."""
        try:
            return self._known_signature
        except AttributeError:
            signature = self._known_signature = (self.dtype.code, self.shape)
            return signature

    @property
    def shape(self) -> Shape:
        """The extents, a tuple of ints."""
        try:
            return self._shape
        except AttributeError:
            self._describe()
            return self._shape

    @property
    def dtype(self) -> DType:
        """The type of the elements, like wingbeat.float32."""
        try:
            return self._dtype
        except AttributeError:
            code = c_int()
            check(_dtype(self._handle, code))
            dtype = self._dtype = BY_CODE[code.value]
            return dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def dim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    ndimension = dim

    @overload
    def size(self, dim: None = None) -> Shape: ...
    @overload
    def size(self, dim: int) -> int: ...
    def size(self, dim: int | None = None) -> Shape | int:
        """The shape, or the extent of axis `dim`."""
        if dim is None:
            return self.shape
        if not -self.ndim <= dim < self.ndim:
            raise RangeError(f"size: axis {dim} is out of range for {self.ndim} axes")
        return self.shape[dim]

    def numel(self) -> int:
        """Number of elements."""
        count = c_int64()
        check(lib.wb_tensor_count(self._handle, count))
        return count.value

    nelement = numel

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self.dtype.itemsize

    def element_size(self) -> int:
        """Bytes of one element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.numel() * self.dtype.itemsize

    def is_floating_point(self) -> bool:
        """Whether the dtype is one of floats."""
        return self.dtype.is_floating_point

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.shape:
            raise TypeError("iteration over a 0-d tensor")
        return (self[place] for place in range(self.shape[0]))

    __hash__ = object.__hash__

    # ---------------------------------------------------------------- values out

    def item(self) -> float:
        """The value of a tensor of one element, as Python's float, int or bool."""
        dtype = self.dtype
        value: c_double | c_int64
        if dtype.is_floating_point:
            value = c_double()
            status = _item(self._handle, value)
        else:
            value = c_int64()
            status = _item_int64(self._handle, value)
        if status:
            check(status)
        return bool(value.value) if dtype == bool_ else value.value

    def tolist(self) -> Any:
        """The values as nested lists of Python numbers; a number for a 0-d tensor."""
        return self.detach().numpy().tolist()

    def numpy(self) -> Array:
        """The values as a read-only NumPy array, without a copy. They stay as they are, whatever happens to the tensor.

        Raises StateError for a tensor that requires gradients; detach() it first.
        """
        if self.requires_grad:
            raise StateError(
                "numpy: the tensor requires gradients, which an array cannot carry; use tensor.detach().numpy()"
            )
        return view(self._detach_handle())

    def _detach_handle(self) -> Handle:
        """A new handle of the values, cut off from the graph; the caller's."""
        out = c_void_p()
        check(_detach(self._handle, out))
        return out.value

    def _snapshot(self) -> Tensor:
        """The values as they are now: a constant to derivatives that no later write reaches."""
        return wrap(self._detach_handle())

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        array = self.numpy()
        if dtype is not None and np.dtype(dtype) != array.dtype:
            if copy is False:
                raise ValueError(f"a {array.dtype} tensor cannot become an array of {np.dtype(dtype)} without a copy")
            return array.astype(dtype)
        return array.copy() if copy else array

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        return bool(self.item())

    def __index__(self) -> int:
        if self.dtype.is_floating_point:
            raise TypeError(f"only a tensor of integers can be an index, not {self.dtype}")
        return int(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __trunc__(self) -> int:
        return int(self.item())

    def __pow__(self, other: Operand, modulus: None = None) -> Tensor:
        if modulus is not None:
            raise TypeError("pow: a tensor takes no modulus; use pow(input, exponent) % modulus")
        return operate(_abi.WB_BINARY_POWER, self, other, 0)

    def __contains__(self, value: Operand) -> bool:
        """Whether any element is `value`."""
        found = operate(_abi.WB_BINARY_EQUAL, self, value, 0)
        return False if found is NotImplemented else bool(np.any(wrap(found._detach_handle()).numpy()))

    def __format__(self, form: str) -> str:
        """A format for numbers is that of the one element; one for text is that of the printed tensor."""
        if not form:
            return str(self)
        if self.numel() == 1:
            return format(self.item(), form)
        try:
            return format(str(self), form)
        except ValueError:
            raise ShapeError(
                f"format: the format {form!r} is for a tensor of one element, but the shape is {list(self.shape)}"
            ) from None

    def __repr__(self) -> str:
        notes = "" if self.dtype in (float32, bool_) or self.dtype.name == "int64" else f", dtype={self.dtype}"
        if self.requires_grad:
            notes += ", requires_grad=True"
        try:
            # So that the tensor itself has the values, not just what is printed.
            check(lib.wb_eval((c_void_p * 1)(self._handle), 1))
            array = view(self._detach_handle())
        except StateError:  # inside a capture block there are none
            flag = ", requires_grad=True" if self.requires_grad else ""
            return f"tensor(shape={list(self.shape)}, dtype={self.dtype}, not computed{flag})"
        if not array.size:
            return f"tensor([], shape={self.shape}{notes})"
        if self.dtype == bfloat16:
            array = array.astype(np.float32)
        values = np.array2string(array, separator=", ", prefix="tensor(", **numpy_options())
        return f"tensor({values}{notes})"

    # ---------------------------------------------------------------- copies

    def _recipe(self) -> tuple[Any, ...]:
        return (self.detach().numpy(),)

    @classmethod
    def _shell(cls, *recipe: Any) -> Self:
        (values,) = recipe
        return cls._owning(copy_in(values))

    def _contents(self) -> dict[str, Any]:
        """What a copy has besides the values. Hooks stay with the original, as in PyTorch."""
        gradient = self.grad if self.is_leaf else None
        return {
            "requires_grad": self.requires_grad,
            "grad": None if gradient is None else gradient._snapshot(),
            "attributes": self._attributes(),
        }

    def _restore(self, contents: dict[str, Any]) -> None:
        if contents["requires_grad"]:
            self.requires_grad_()
        if contents["grad"] is not None:
            self.grad = contents["grad"]
        for name, value in contents["attributes"].items():
            setattr(self, name, value)

    def _attributes(self) -> dict[str, Any]:
        """What a subclass of the user's keeps in a tensor."""
        names = [
            name
            for kind in type(self).__mro__
            if kind not in Tensor.__mro__
            for name in kind.__dict__.get("__slots__", ())
        ]
        return {**{name: getattr(self, name) for name in names if hasattr(self, name)}, **getattr(self, "__dict__", {})}

    def _twin(self) -> Self:
        """Another box for the same values, which neither box shares when one is written to."""
        return self._owning(self._detach_handle())

    def __copy__(self) -> Self:
        if self.is_leaf:
            twin = self._twin()
            twin._restore(self._contents())
        else:  # derivatives pass through it to what it was computed from
            out = c_void_p()
            check(_unary(_abi.WB_UNARY_IDENTITY, self._handle, out))
            twin = self._owning(out.value)
            for name, value in self._attributes().items():
                setattr(twin, name, value)
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        if not self.is_leaf:
            raise StateError(
                "deepcopy: the tensor was computed from others that require gradients; use clone() or detach()"
            )
        twin = memo[id(self)] = self._twin()
        twin._restore(copy.deepcopy(self._contents(), memo))
        return twin

    # ---------------------------------------------------------------- derivatives

    @property
    def requires_grad(self) -> bool:
        """Whether derivatives pass through this tensor. Can be set for float tensors without history."""
        flag = c_int32()
        check(_get_requires_grad(self._handle, flag))
        return flag.value != 0

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        check(lib.wb_tensor_set_requires_grad(self._handle, 1 if flag else 0))

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Sets requires_grad; returns the tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether it was computed from nothing that requires gradients, or is itself where gradients are collected."""
        flag = c_int32()
        check(lib.wb_tensor_is_leaf(self._handle, flag))
        return flag.value != 0

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward() has collected, of the tensor's shape and dtype, or None. Can be set and deleted.

        Writing to it or to a view of it in place (`p.grad.zero_()`, `p.grad[0] = 1`) changes what is collected.
        """
        out = c_void_p()
        status = _grad(self._handle, out)
        if status:
            check(status)
        if out.value is None:
            return None
        return wrap(out.value)

    @grad.setter
    def grad(self, gradient: TensorLike | None) -> None:
        check(lib.wb_tensor_set_grad(self._handle, None if gradient is None else as_values(gradient, self.dtype)))

    @grad.deleter
    def grad(self) -> None:
        check(lib.wb_tensor_set_grad(self._handle, None))

    def backward(self, gradient: TensorLike | None = None, retain_graph: bool = False) -> None:
        """Adds the derivatives of this tensor to the .grad of every leaf that requires gradients.

        gradient: what this tensor is weighted with, of its shape; may be left out for a tensor of one element.
        retain_graph: with False the graph behind this tensor is released; a second backward() raises StateError.
        """
        if gradient is not None:
            gradient = as_tensor(gradient)
        status = _backward(self._handle, gradient, 1 if retain_graph else 0)
        if status:
            check(status)

    def detach(self) -> Tensor:
        """A view of the same values that is a constant to derivatives: what is written to one of the two reaches the
        other.

        detach().clone() keeps the values as they are now.
        """
        out = c_void_p()
        status = _share(self._handle, out)
        if status:
            check(status)
        return wrap(out.value)

    @property
    def data(self) -> Tensor:
        """The tensor as detach() gives it.

        Assigning to it writes the values, also of a leaf that requires gradients.
        """
        return self.detach()

    @data.setter
    def data(self, values: TensorLike) -> None:
        self.detach().copy_(values)

    def clone(self) -> Tensor:
        """A new tensor with the same values; derivatives pass through."""
        out = c_void_p()
        check(_unary(_abi.WB_UNARY_IDENTITY, self._handle, out))
        return wrap(out.value)

    # ---------------------------------------------------------------- writing in place

    def _assign(self, value: Tensor) -> Self:
        if value.dtype.is_floating_point and not self.dtype.is_floating_point:
            raise DTypeError(f"assign: a tensor of {self.dtype} cannot take values of {value.dtype}; cast one of them")
        check(lib.wb_tensor_assign(self._handle, value._handle))
        return self

    def copy_(self, source: TensorLike) -> Self:
        """Takes over the values of `source`, which broadcasts to this shape."""
        source = as_values(source, self.dtype)
        return self._assign(source if source.shape == self.shape else source.expand(self.shape))

    def fill_(self, value: Real) -> Self:
        """Sets every element to `value`."""
        return self._assign(constant(self.dtype, exact(value), self.shape))

    def zero_(self) -> Self:
        """Sets every element to 0."""
        return self.fill_(0)

    def add_(self, other: Operand, alpha: Operand = 1) -> Self:
        """Adds alpha * other in place."""
        factor: Any = alpha
        return self._assign(self + (other if alpha == 1 else other * factor))

    def sub_(self, other: Operand, alpha: Operand = 1) -> Self:
        """Subtracts alpha * other in place."""
        factor: Any = alpha
        return self._assign(self - (other if alpha == 1 else other * factor))

    def mul_(self, other: Operand) -> Self:
        """Multiplies in place."""
        return self._assign(self * other)

    def div_(self, other: Operand) -> Self:
        """Divides in place."""
        return self._assign(self / other)

    # ---------------------------------------------------------------- dtypes

    def to(
        self,
        *args: DTypeLike | DeviceLike | Tensor,
        dtype: DTypeLike | None = None,
        device: DeviceLike = None,
        non_blocking: bool = False,
        copy: bool = False,
        memory_format: object = None,
    ) -> Tensor:
        """This tensor in another dtype, or in that of another tensor (itself if it has that already, unless copy).

        A device may be named, alone or before the dtype: "cpu" is where tensors lie.
        """
        wanted = destination("to", args, dtype, device) or self.dtype
        if wanted == self.dtype:
            return self.clone() if copy else self
        out = c_void_p()
        check(_cast(self._handle, wanted.code, out))
        return wrap(out.value)

    astype = to  # NumPy's name

    @property
    def device(self) -> Device:
        """Where the tensor lies: device(type='cpu')."""
        return CPU

    @property
    def is_cuda(self) -> bool:
        """Whether the tensor lies on a GPU: False."""
        return False

    def cpu(self, memory_format: object = None) -> Self:
        """The tensor itself."""
        return self

    def cuda(self, device: object = None, non_blocking: bool = False) -> Self:
        """Raises UnsupportedError: this build has no GPU."""
        check_device("cuda" if device is None else device if isinstance(device, str) else f"cuda:{device}")
        return self

    def type_as(self, other: Tensor) -> Tensor:
        """This tensor in the dtype of `other`."""
        if not isinstance(other, (Tensor, np.ndarray)):
            raise TypeError(f"type_as: expected a tensor as other, found {other!r:.80}")
        return self.to(other.dtype)


# ctypes takes a tensor where the library takes its handle, and keeps it until the call has returned: `f(as_tensor(x))`
# is safe, where `f(as_tensor(x)._handle)` would name a tensor that is freed before f begins.
Tensor._as_parameter_ = Tensor._handle


# -------------------------------------------------------------------- from Python's and NumPy's values


def data_handle(data: ArrayLike, dtype: DTypeLike | None = None) -> Handle:
    """A handle of a copy of `data`: a tensor, an array, a number, or nested lists of such. Python's floats become
    float32, and whatever has a dtype of its own keeps it."""
    if isinstance(data, Tensor):
        return data._detach_handle() if dtype is None else data.detach().to(dtype)._detach_handle()
    if dtype is None and type(data) is np.ndarray and data.dtype.kind in "biuf":
        return copy_in(data)
    wanted = None if dtype is None else as_dtype(dtype)
    if wanted == bfloat16:  # which NumPy may not have
        given = wrap(data_handle(data))
        return (given if given.is_floating_point() else given.to(float32)).to(bfloat16)._detach_handle()
    try:
        array = np.asanyarray(data)
    except ValueError:
        raise ShapeError(
            f"{operation('tensor')}: expected nested lists of equal lengths, found lists of different lengths"
        ) from None
    own: set[np.dtype[Any]] = set()
    if array.dtype.kind in "biuf":
        _collect(data, own)
    if wanted is None:
        if array.dtype == np.float64 and np.result_type(np.float16, *own, 0.0) != np.float64:
            array = array.astype(get_default_dtype().dtype)
    elif array.dtype != wanted.dtype:
        array = _converted(array.astype(np.float32) if is_bfloat16(array.dtype) else array, wanted, bool(own))
    return copy_in(array)


def constructed(data: tuple[Any, ...], dtype: DTypeLike | None) -> Handle:
    """A handle of what PyTorch's constructors of tensors make: of a size, extent by extent, or of values."""
    if len(data) != 1 or isinstance(data[0], (int, np.integer)) and not isinstance(data[0], bool):
        for extent in data:
            if isinstance(extent, (bool, float)) or not hasattr(extent, "__index__"):
                raise TypeError(
                    f"Tensor: expected values (one argument), or a size of whole numbers, found {extent!r:.80} in a "
                    "size; a dtype is given by name, dtype="
                )
        extent = [operator.index(extent) for extent in data] if data else [0]
        return constant(as_dtype(dtype), 0, tuple(extent))._detach_handle()
    if isinstance(data[0], Tensor) and dtype is None:
        return data_handle(data[0])
    return data_handle(data[0], as_dtype(dtype))


def tensor_of(data: ArrayLike, dtype: DTypeLike | None = None) -> Tensor:
    """A new tensor with a copy of `data`, in its own dtype unless another is given."""
    return wrap(data_handle(data, dtype))


_PYTHON = frozenset((bool, int, float))


def _collect(data: Any, own: set[np.dtype[Any]]) -> None:
    """Adds the dtypes that the parts of nested lists have of their own. Python's numbers have none."""
    if isinstance(data, (np.ndarray, np.generic)):
        own.add(unmasked(data).dtype)
    elif isinstance(data, Tensor):
        own.add(data.dtype.dtype)
    elif isinstance(data, (int, float)):
        pass
    elif not isinstance(data, (list, tuple)) and _is_array(data):
        own.add(np.asanyarray(data).dtype)
    elif not _PYTHON.issuperset(map(type, data)):
        for element in data:
            _collect(element, own)


def _is_array(data: Any) -> bool:
    """Whether an object that is no NumPy array, such as another library's tensor, says itself what its elements are."""
    if hasattr(data, "__array__") or hasattr(data, "__array_interface__") or hasattr(data, "__array_struct__"):
        return True
    try:
        memoryview(data)
    except TypeError:
        return False
    return True


def _converted(array: Array, dtype: DType, wraps: bool) -> Array:
    """The array in another dtype. Integers that do not fit wrap around if they come from NumPy, as they do there."""
    if array.dtype.kind not in "biuf":
        raise DTypeError(f"{operation('tensor')}: expected numbers, found an array of {array.dtype}")
    if dtype in (uint8, int32, int64) and array.dtype.kind in "iu" and array.size and not wraps:
        limits = np.iinfo(dtype.dtype)
        for value in (int(array.min()), int(array.max())):
            if not limits.min <= value <= limits.max:
                raise ArgumentError(f"{operation('tensor')}: expected ints that {dtype} holds, found {value}")
    return array.astype(dtype.dtype)


def as_values(value: TensorLike, dtype: DType) -> Tensor:
    """As as_tensor, but lists of Python's floats, which would be float32, take a float dtype they are written to."""
    if isinstance(value, (list, tuple)) and dtype.is_floating_point:
        return tensor_of(value, dtype)
    return as_tensor(value)


def as_tensor(value: TensorLike) -> Tensor:
    """The tensor itself, or a new one of an array's or a number's values."""
    return value if isinstance(value, Tensor) else wrap(data_handle(value))


# -------------------------------------------------------------------- operators


def plain(value: Any) -> Any:
    """A NumPy scalar that is a real number as Python's; anything else as it is."""
    if not isinstance(value, np.generic) or value.dtype.kind not in "biuf":
        return value
    return float(value) if isinstance(value, np.floating) else value.item()  # the item() of a longdouble is itself


def exact(value: Any) -> Any:
    """A whole number of any kind, a 0-d tensor's too, as an int; anything else as it is."""
    if isinstance(value, (int, np.generic)):
        return plain(value)
    if (
        isinstance(value, (Tensor, np.ndarray))
        and value.shape == ()
        and value.dtype != bool_
        and not np.issubdtype(value.dtype, np.inexact)
    ):
        return operator.index(value)
    return value


def constant(dtype: DType, value: Any, shape: Shape = ()) -> Tensor:
    """A number as a tensor of a dtype."""
    if type(value) is int and not dtype.is_floating_point and dtype != bool_ and not takes(dtype, value):
        return tensor_of(value, dtype).expand(shape)  # exactly, or an error that says what the dtype holds
    out = c_void_p()
    check(lib.wb_tensor_full(dtype.code, len(shape), extents(shape), value, out))
    return wrap(out.value)


def takes(dtype: DType, number: float) -> bool:
    """Whether a Python number that meets a tensor of `dtype` becomes one of the same dtype."""
    if isinstance(number, float):
        return dtype.is_floating_point
    low, high = _WHOLE[dtype.code]
    return low <= number <= high or isinstance(number, bool)


def _mixed(op: int, tensor: Tensor, other: Operand, swapped: int) -> Tensor:
    """op(tensor, other), or op(other, tensor) if swapped, for what is neither a tensor nor a number that takes the
    tensor's dtype."""
    if isinstance(other, np.ndarray):
        other = wrap(copy_in(other))
    elif isinstance(other, np.generic) and not isinstance(other, float):
        value = plain(other)
        return NotImplemented if value is other else operate(op, tensor, value, swapped)
    elif isinstance(other, float):
        other = tensor_of(other, get_default_dtype())
    elif isinstance(other, int):
        if tensor.dtype.is_floating_point:
            return operate(op, tensor, float(other), swapped)
        if op == _abi.WB_BINARY_DIVIDE:
            return _mixed(op, tensor, float(other), swapped)  # integers are divided as float32
        if tensor.dtype.itemsize < 8 and tensor.dtype != bool_ and op not in _COMPARISONS.values():
            raise ArgumentError(
                f"{operation('operator')}: expected an int that {tensor.dtype} holds, found {other}; "
                "cast the tensor first"
            )
        tensor = tensor if tensor.dtype == bool_ else tensor.to(int64)  # which holds both
        other = wrap(copy_in(np.asarray(other)))
    elif isinstance(other, (list, tuple)):
        other = _listed(tensor, other)
    else:
        return NotImplemented  # type: ignore[no-any-return]  # the operator may try the other side
    return operate(op, other, tensor, 0) if swapped else operate(op, tensor, other, 0)


def _listed(tensor: Tensor, values: list[Any] | tuple[Any, ...]) -> Tensor:
    """Nested lists that meet a tensor. Python's numbers in them take its dtype where a single one would."""
    given, dtype = tensor_of(values), tensor.dtype
    own: set[np.dtype[Any]] = set()
    _collect(values, own)
    if own:
        return given
    if given.dtype == float32 and dtype.is_floating_point:
        return tensor_of(values, dtype)
    if given.dtype == int64 and dtype != bool_:
        array = np.asarray(values)
        if not array.size or takes(dtype, int(array.min())) and takes(dtype, int(array.max())):
            return tensor_of(values, dtype)
    return given


def operate(op: int, tensor: Tensor, other: Operand, swapped: int) -> Tensor:
    """op(tensor, other), or op(other, tensor) if swapped."""
    out = c_void_p()
    if isinstance(other, Tensor):
        status = _binary(op, tensor._handle, other._handle, out)
    elif isinstance(other, (int, float)) and takes(tensor.dtype, other):
        status = _binary_scalar(op, tensor._handle, other, swapped, out)
    else:
        return _mixed(op, tensor, other, swapped)
    if status:
        check(status)
    return wrap(out.value)


def binary(op: int, a: Operand, b: Operand) -> Tensor:
    """op(a, b) where at most one is a number or an array."""
    if isinstance(a, Tensor):
        result = operate(op, a, b, 0)
    elif isinstance(b, Tensor):
        result = operate(op, b, a, 1)
    else:
        result = operate(op, as_tensor(a), b, 0)
    if result is NotImplemented:
        raise TypeError(
            f"{operation('operator')}: expected tensors, arrays or numbers, "
            f"found {type(a).__name__} and {type(b).__name__}"
        )
    return result


def _operator(op: int, swapped: int = 0) -> Callable[[Tensor, Operand], Tensor]:
    def operation(self: Tensor, other: Operand) -> Tensor:
        return operate(op, self, other, swapped)

    return operation


def _in_place(op: int) -> Callable[[TensorT, Operand], TensorT]:
    def operation(self: TensorT, other: Operand) -> TensorT:
        result = operate(op, self, other, 0)
        return result if result is NotImplemented else self._assign(result)

    return operation


for _name, _op in (
    ("add", _abi.WB_BINARY_ADD),
    ("sub", _abi.WB_BINARY_SUBTRACT),
    ("mul", _abi.WB_BINARY_MULTIPLY),
    ("truediv", _abi.WB_BINARY_DIVIDE),
    ("pow", _abi.WB_BINARY_POWER),
    ("floordiv", _abi.WB_BINARY_FLOOR_DIVIDE),
    ("mod", _abi.WB_BINARY_REMAINDER),
    ("and", _abi.WB_BINARY_BITWISE_AND),
    ("or", _abi.WB_BINARY_BITWISE_OR),
    ("xor", _abi.WB_BINARY_BITWISE_XOR),
    ("lshift", _abi.WB_BINARY_SHIFT_LEFT),
    ("rshift", _abi.WB_BINARY_SHIFT_RIGHT),
):
    if _name != "pow":
        setattr(Tensor, f"__{_name}__", _operator(_op))
    setattr(Tensor, f"__r{_name}__", _operator(_op, 1))
    setattr(Tensor, f"__i{_name}__", _in_place(_op))
_COMPARISONS = {
    "eq": _abi.WB_BINARY_EQUAL,
    "ne": _abi.WB_BINARY_NOT_EQUAL,
    "lt": _abi.WB_BINARY_LESS,
    "le": _abi.WB_BINARY_LESS_EQUAL,
    "gt": _abi.WB_BINARY_GREATER,
    "ge": _abi.WB_BINARY_GREATER_EQUAL,
}
for _name, _op in _COMPARISONS.items():
    setattr(Tensor, f"__{_name}__", _operator(_op))
