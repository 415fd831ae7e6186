"""New tensors: from data, filled, in sequence, random.

Shapes may be given as one sequence or extent by extent. dtype defaults to float32, but for what has whole numbers:
tensor, full and arange take the dtype of what they are given, randint is int64, and the forms on _like take that of
their tensor. requires_grad=True makes a leaf that collects gradients.
"""

from __future__ import annotations

from ctypes import c_int, c_int32, c_void_p
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

import numpy as np

from . import _abi
from ._arguments import numbers
from ._arrays import borrow, extents, handle_array
from ._calls import called
from ._device import check_device
from ._dtypes import BY_CODE, as_dtype, bool_, get_default_dtype, int64
from ._errors import ArgumentError
from ._generator import drawing_from
from ._library import check, lib
from ._shaping import broadcast_to
from ._tensor import Tensor, as_tensor, data_handle, exact, takes, tensor_of, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from numpy.typing import ArrayLike

    from ._device import DeviceLike
    from ._dtypes import DType
    from ._generator import Generator
    from ._typing import Array, DTypeLike, Operand, Real, Shape, Size, TensorLike


def tensor(
    data: ArrayLike, dtype: DTypeLike | None = None, requires_grad: bool = False, device: DeviceLike = None
) -> Tensor:
    """A new tensor with a copy of `data`: numbers, nested lists, NumPy arrays, or a tensor (whose history is left
    behind).

    Python floats become float32, ints int64, bools bool. What has a dtype of its own keeps it: NumPy's arrays and
    scalars, also inside lists, and other libraries' arrays; int8, int16, uint16 and uint32 become the next wider
    type that the engine has. Where they stand beside Python floats in a list, NumPy's promotion of the two
    decides. Raises DTypeError for what is not numbers, and ArgumentError for an array with masked elements.
    """
    if device is not None:
        check_device(device)
    return _finish_tensor(tensor_of(data, dtype), requires_grad)


def from_numpy(array: Array) -> Tensor:
    """A tensor that reads the array's memory without a copy, if that is contiguous and of an engine's dtype; else of a
    copy.

    The array must stay unchanged as long as the tensor, or anything not yet computed from it, is in use.
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy: expected a NumPy array, found {type(array).__name__}")
    return wrap(borrow(array))


def asarray(data: ArrayLike, dtype: DTypeLike | None = None, device: DeviceLike = None) -> Tensor:
    """`data` as a tensor, without a copy where possible: a tensor is returned as it is, an array's memory is borrowed
    (see from_numpy)."""
    if device is not None:
        check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or data.dtype == as_dtype(dtype).dtype):
        return from_numpy(data)
    return wrap(data_handle(data, dtype))


def _finish(out: c_void_p, requires_grad: bool) -> Tensor:
    return _finish_tensor(wrap(out.value), requires_grad)


def _finish_tensor(result: Tensor, requires_grad: bool) -> Tensor:
    return result.requires_grad_() if requires_grad else result


_NUMBERS: dict[type, DType] = {bool: bool_, int: int64}


def full(
    size: Size,
    fill_value: Real | np.generic,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
) -> Tensor:
    """A tensor with every element `fill_value`. dtype defaults to what tensor(fill_value) has."""
    if device is not None:
        check_device(device)
    shape = numbers((size,))
    if dtype is None:
        if isinstance(fill_value, (Tensor, np.ndarray, np.generic)):
            dtype = as_tensor(fill_value).dtype
        else:
            dtype = _NUMBERS.get(type(fill_value), get_default_dtype())
    fill_value = exact(fill_value)
    if isinstance(fill_value, int) and not takes(as_dtype(dtype), fill_value) and as_dtype(dtype) != bool_:
        return _finish_tensor(broadcast_to(tensor_of(fill_value, dtype), shape), requires_grad)
    out = c_void_p()
    check(lib.wb_tensor_full(as_dtype(dtype).code, len(shape), extents(shape), fill_value, out))
    return _finish(out, requires_grad)


def zeros(
    *size: Size, dtype: DTypeLike | None = None, requires_grad: bool = False, device: DeviceLike = None
) -> Tensor:
    """A tensor of zeros."""
    if device is not None:
        check_device(device)
    return full(numbers(size), 0, as_dtype(dtype), requires_grad)


def ones(*size: Size, dtype: DTypeLike | None = None, requires_grad: bool = False, device: DeviceLike = None) -> Tensor:
    """A tensor of ones."""
    if device is not None:
        check_device(device)
    return full(numbers(size), 1, as_dtype(dtype), requires_grad)


def like(input: TensorLike, dtype: DTypeLike | None) -> tuple[Shape, DTypeLike]:
    """The shape of a tensor or of an array, and its dtype unless another is given."""
    input = input if isinstance(input, np.ndarray) else as_tensor(input)
    return input.shape, input.dtype if dtype is None else dtype


def full_like(
    input: TensorLike,
    fill_value: Real,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
) -> Tensor:
    """A tensor of the shape (and dtype) of `input` with every element `fill_value`."""
    if device is not None:
        check_device(device)
    shape, dtype = like(input, dtype)
    return full(shape, fill_value, dtype, requires_grad)


def zeros_like(
    input: TensorLike, dtype: DTypeLike | None = None, requires_grad: bool = False, device: DeviceLike = None
) -> Tensor:
    """Zeros of the shape (and dtype) of `input`."""
    if device is not None:
        check_device(device)
    return full_like(input, 0, dtype, requires_grad)


def ones_like(
    input: TensorLike, dtype: DTypeLike | None = None, requires_grad: bool = False, device: DeviceLike = None
) -> Tensor:
    """Ones of the shape (and dtype) of `input`."""
    if device is not None:
        check_device(device)
    return full_like(input, 1, dtype, requires_grad)


empty, empty_like = zeros, zeros_like  # values that nobody may count on are as good as others


def arange(
    start: Real,
    end: Real | None = None,
    step: Real = 1,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
) -> Tensor:
    """start, start + step, ... below end; arange(end) starts from 0. int64 if all are ints, else float32."""
    if device is not None:
        check_device(device)
    if end is None:
        start, end = 0, start
    start, end, step = exact(start), exact(end), exact(step)
    is_whole = all(isinstance(number, int) for number in (start, end, step))
    code, out = as_dtype(int64 if dtype is None and is_whole else dtype).code, c_void_p()
    check((lib.wb_tensor_arange_int64 if is_whole else lib.wb_tensor_arange)(code, start, end, step, out))
    return _finish(out, requires_grad)


def linspace(
    start: Real,
    end: Real,
    steps: SupportsIndex,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
) -> Tensor:
    """`steps` numbers at equal distances from start to end, both among them. Integer dtypes cut them toward 0."""
    if device is not None:
        check_device(device)
    start, end, out = exact(start), exact(end), c_void_p()
    is_whole = isinstance(start, int) and isinstance(end, int) and not as_dtype(dtype).is_floating_point
    check(
        (lib.wb_tensor_linspace_int64 if is_whole else lib.wb_tensor_linspace)(
            as_dtype(dtype).code, start, end, steps, out
        )
    )
    return _finish(out, requires_grad)


def logspace(
    start: Real,
    end: Real,
    steps: SupportsIndex,
    base: Real = 10.0,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
) -> Tensor:
    """base to the powers of linspace(start, end, steps). Integer dtypes cut them toward 0."""
    if device is not None:
        check_device(device)
    options = {"dtype": as_dtype(dtype), "requires_grad": requires_grad}
    return called("logspace", start=start, end=end, steps=steps, base=base, **options)


def scalar_tensor(
    s: Real, *, dtype: DTypeLike | None = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """A tensor without axes of one number, of the default dtype unless another is given."""
    return full((), s, as_dtype(dtype), requires_grad, device)


def eye(
    n: SupportsIndex,
    m: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
) -> Tensor:
    """The n x m matrix (n x n by default) with ones on the diagonal."""
    if device is not None:
        check_device(device)
    out = c_void_p()
    check(lib.wb_tensor_eye(as_dtype(dtype).code, n, n if m is None else m, out))
    return _finish(out, requires_grad)


def meshgrid(*tensors: TensorLike, indexing: Literal["ij", "xy"] = "ij") -> tuple[Tensor, ...]:
    """A tuple of tensors: each vector along an axis of its own, repeated along those of the others. indexing "xy"
    (NumPy's default) exchanges the first two axes."""
    if indexing not in ("ij", "xy"):
        raise ArgumentError(f"meshgrid: expected indexing 'ij' or 'xy', found {indexing!r}")
    given: Any = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    vectors = [as_tensor(vector) for vector in given]
    kind, swaps = handle_array(len(vectors)), 1 if indexing == "xy" else 0
    outs = kind()
    check(lib.wb_meshgrid(kind(*[vector._handle for vector in vectors]), len(vectors), swaps, outs))
    return tuple(wrap(out) for out in outs)


def tril_indices(
    row: SupportsIndex,
    col: SupportsIndex,
    offset: SupportsIndex = 0,
    *,
    dtype: DTypeLike = "int64",
    device: DeviceLike = None,
) -> Tensor:
    """The places on and below a diagonal of a matrix, row by row: [2, places]."""
    if device is not None:
        check_device(device)
    return called("tril_indices", row=row, col=col, offset=offset).to(dtype)


def triu_indices(
    row: SupportsIndex,
    col: SupportsIndex,
    offset: SupportsIndex = 0,
    *,
    dtype: DTypeLike = "int64",
    device: DeviceLike = None,
) -> Tensor:
    """The places on and above a diagonal of a matrix, row by row: [2, places]."""
    if device is not None:
        check_device(device)
    return called("triu_indices", row=row, col=col, offset=offset).to(dtype)


def _random(
    distribution: int,
    size: Sequence[Size],
    a: Real,
    b: Real,
    dtype: DTypeLike | None,
    requires_grad: bool,
    generator: Generator | None = None,
) -> Tensor:
    shape = numbers(size)
    out = c_void_p()
    with drawing_from(generator):
        check(lib.wb_random(distribution, as_dtype(dtype).code, len(shape), extents(shape), a, b, out))
    return _finish(out, requires_grad)


def rand(
    *size: Size,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
    generator: Generator | None = None,
) -> Tensor:
    """Uniform numbers in [0, 1) from the default generator (manual_seed)."""
    if device is not None:
        check_device(device)
    return _random(_abi.WB_DISTRIBUTION_UNIFORM, size, 0, 1, dtype, requires_grad, generator)


def randn(
    *size: Size,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
    generator: Generator | None = None,
) -> Tensor:
    """Standard normal numbers from the default generator (manual_seed)."""
    if device is not None:
        check_device(device)
    return _random(_abi.WB_DISTRIBUTION_NORMAL, size, 0, 1, dtype, requires_grad, generator)


@overload
def randint(
    low: Real,
    high: Real,
    size: Size,
    dtype: DTypeLike = int64,
    device: DeviceLike = None,
    generator: Generator | None = None,
) -> Tensor: ...
@overload
def randint(
    low: Real,
    high: Sequence[SupportsIndex],
    *,
    dtype: DTypeLike = int64,
    device: DeviceLike = None,
    generator: Generator | None = None,
) -> Tensor: ...
@overload
def randint(
    low: Real,
    high: Real | None = None,
    *,
    size: Size,
    dtype: DTypeLike = int64,
    device: DeviceLike = None,
    generator: Generator | None = None,
) -> Tensor: ...
def randint(
    low: Real,
    high: Any = None,
    size: Any = None,
    dtype: DTypeLike = int64,
    device: DeviceLike = None,
    generator: Generator | None = None,
) -> Tensor:
    """Whole numbers in [low, high), or in [0, low) as randint(high, size), from the default generator (manual_seed)."""
    if device is not None:
        check_device(device)
    if size is None:
        if high is None or hasattr(high, "__index__"):
            raise ArgumentError("randint: expected randint(low, high, size) or randint(high, size), found no size")
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    low, high = exact(low), exact(high)
    if as_dtype(dtype).is_floating_point:  # whole numbers as floats
        return randint(low, high, size, generator=generator).to(dtype)
    if isinstance(low, int) and isinstance(high, int):
        shape, out = numbers((size,)), c_void_p()
        with drawing_from(generator):
            check(lib.wb_random_int64(as_dtype(dtype).code, len(shape), extents(shape), low, high, out))
        return wrap(out.value)
    return _random(_abi.WB_DISTRIBUTION_INTEGERS, (size,), low, high, dtype, False, generator)


def rand_like(
    input: TensorLike, dtype: DTypeLike | None = None, requires_grad: bool = False, device: DeviceLike = None
) -> Tensor:
    """Uniform numbers in [0, 1) of the shape (and dtype) of `input`."""
    if device is not None:
        check_device(device)
    shape, dtype = like(input, dtype)
    return rand(shape, dtype=dtype, requires_grad=requires_grad)


def randn_like(
    input: TensorLike, dtype: DTypeLike | None = None, requires_grad: bool = False, device: DeviceLike = None
) -> Tensor:
    """Standard normal numbers of the shape (and dtype) of `input`."""
    if device is not None:
        check_device(device)
    shape, dtype = like(input, dtype)
    return randn(shape, dtype=dtype, requires_grad=requires_grad)


def result_type(tensor1: Operand, tensor2: Operand) -> DType:
    """The dtype in which two tensors or numbers meet in arithmetic.

    bool is below integers, integers below floats, and the highest kind decides. Tensors without axes widen nothing
    within the kind of those with axes, and Python's numbers nothing within the kind of tensors.
    """
    sides = (tensor1, tensor2)
    tensors = [as_tensor(side) for side in sides if isinstance(side, (Tensor, np.ndarray))]
    own = [bool_ if isinstance(side, bool) else int64 if isinstance(side, int) else get_default_dtype()
           for side in sides if not isinstance(side, (Tensor, np.ndarray))]  # fmt: skip
    if not tensors:
        return promote_types(*own)
    code = c_int()
    check(lib.wb_result_type(handle_array(len(tensors))(*[side._handle for side in tensors]), len(tensors), code))
    dtype = BY_CODE[code.value]
    for number in own:
        dtype = dtype if can_cast(number, dtype) else number
    return dtype


def can_cast(from_: DTypeLike, to: DTypeLike) -> bool:
    """Whether values of one dtype may become another's by themselves: bool anything, integers floats, but not back."""
    flag = c_int32()
    check(lib.wb_can_cast(as_dtype(from_).code, as_dtype(to).code, flag))
    return flag.value != 0


def promote_types(a: DTypeLike, b: DTypeLike) -> DType:
    """The dtype in which `a` and `b` meet: bool below integers below floats, and the wider of one kind; bfloat16 and
    float16 make float32."""
    code = c_int()
    check(lib.wb_promote(as_dtype(a).code, as_dtype(b).code, code))
    return BY_CODE[code.value]


# -------------------------------------------------------------------- methods


def _new_full(
    self: Tensor,
    size: Size,
    fill_value: Real,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
) -> Tensor:
    """A tensor of a shape with every element `fill_value`, of this dtype unless another is given."""
    return full(size, fill_value, self.dtype if dtype is None else dtype, requires_grad, device)


def _new_zeros(
    self: Tensor, *size: Size, dtype: DTypeLike | None = None, requires_grad: bool = False, device: DeviceLike = None
) -> Tensor:
    """Zeros of a shape, of this dtype unless another is given."""
    return _new_full(self, numbers(size), 0, dtype, requires_grad, device)


def _new_ones(
    self: Tensor, *size: Size, dtype: DTypeLike | None = None, requires_grad: bool = False, device: DeviceLike = None
) -> Tensor:
    """Ones of a shape, of this dtype unless another is given."""
    return _new_full(self, numbers(size), 1, dtype, requires_grad, device)


def _new_tensor(
    self: Tensor,
    data: TensorLike,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: DeviceLike = None,
) -> Tensor:
    """A copy of `data`, of this dtype unless another is given."""
    if device is not None:
        check_device(device)
    return _finish_tensor(tensor_of(data, self.dtype if dtype is None else dtype), requires_grad)


for _name, _method in {
    "new_full": _new_full,
    "new_zeros": _new_zeros,
    "new_ones": _new_ones,
    "new_empty": _new_zeros,
    "new_tensor": _new_tensor,
}.items():
    setattr(Tensor, _name, _method)
