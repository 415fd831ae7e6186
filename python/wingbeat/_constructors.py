"""PyTorch's older ways to make tensors, and questions about them: FloatTensor([1, 2]), LongTensor(2, 3), is_tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _dtypes
from ._dtypes import DType
from ._modes import no_grad
from ._tensor import Tensor, as_tensor, constructed, wrap

if TYPE_CHECKING:
    from ._typing import TensorLike

__all__ = [
    "BFloat16Tensor",
    "BoolTensor",
    "ByteTensor",
    "DoubleTensor",
    "FloatTensor",
    "HalfTensor",
    "IntTensor",
    "LongTensor",
    "is_complex",
    "is_nonzero",
    "typename",
]


class _Typed(type):
    """The class of such constructors: a tensor of their dtype is an instance of theirs."""

    dtype: DType

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, Tensor) and value.dtype == cls.dtype

    def __call__(cls, *data: Any) -> Tensor:
        return wrap(constructed(data, cls.dtype))


def _constructor(name: str, dtype: DType) -> Any:
    doc = f"{name}(2, 3): a tensor of that shape, whose values nobody may count on; {name}(data): of these values."
    return _Typed(name, (), {"dtype": dtype, "__doc__": f"{doc} Of dtype {dtype}.", "__module__": __package__})


BoolTensor = _constructor("BoolTensor", _dtypes.bool_)
ByteTensor = _constructor("ByteTensor", _dtypes.uint8)
IntTensor = _constructor("IntTensor", _dtypes.int32)
LongTensor = _constructor("LongTensor", _dtypes.int64)
FloatTensor = _constructor("FloatTensor", _dtypes.float32)
DoubleTensor = _constructor("DoubleTensor", _dtypes.float64)
HalfTensor = _constructor("HalfTensor", _dtypes.float16)
BFloat16Tensor = _constructor("BFloat16Tensor", _dtypes.bfloat16)
# What tensor.type() says, and takes.
TYPE_NAMES = {
    _dtypes.bool_: "BoolTensor",
    _dtypes.uint8: "ByteTensor",
    _dtypes.int32: "IntTensor",
    _dtypes.int64: "LongTensor",
    _dtypes.float32: "FloatTensor",
    _dtypes.float64: "DoubleTensor",
    _dtypes.float16: "HalfTensor",
    _dtypes.bfloat16: "BFloat16Tensor",
}


def is_complex(input: TensorLike) -> bool:
    """False: there are no complex tensors."""
    as_tensor(input)
    return False


def is_nonzero(input: TensorLike) -> bool:
    """Whether the one element is not 0."""
    return bool(as_tensor(input).item())


def typename(obj: Any) -> str:
    """The class of an object as text; of a tensor PyTorch's name for its dtype, "torch.FloatTensor"."""
    if isinstance(obj, Tensor):
        return f"torch.{TYPE_NAMES.get(obj.dtype, 'Tensor')}"
    kind = type(obj)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


# -------------------------------------------------------------------- methods that PyTorch's tensors have


def _type(self: Tensor, dtype: Any = None, non_blocking: bool = False, **_: Any) -> Any:
    """Without an argument PyTorch's name of the tensor's type, "torch.FloatTensor"; else the tensor in a dtype, which
    may be given by such a name, or by a constructor (FloatTensor)."""
    if dtype is None:
        return typename(self)
    if isinstance(dtype, str) and dtype.rpartition(".")[2].endswith("Tensor"):
        short = dtype.rpartition(".")[2]
        dtype = next((known for known, name in TYPE_NAMES.items() if name == short), dtype)
    elif isinstance(dtype, _Typed):
        dtype = dtype.dtype
    return self.to(dtype)


def _stride(self: Tensor, dim: int | None = None) -> Any:
    """How many elements lie from one place to the next along each axis (or along `dim`): as of row-major memory."""
    strides = [1]
    for extent in reversed(self.shape[1:]):
        strides.insert(0, strides[0] * max(extent, 1))
    found = tuple(strides) if self.shape else ()
    return found if dim is None else found[dim]


def _detach_(self: Tensor) -> Tensor:
    """Has the tensor be a constant to derivatives, in place; returns it. The one that derivatives passed through is
    left to who has it."""
    if self.is_leaf:
        return self.requires_grad_(False)
    with no_grad():
        return self._assign(self._snapshot())


def _data_ptr(self: Tensor) -> int:
    """The address of the values as they are now; 0 where there are none."""
    return int(self.detach().numpy().__array_interface__["data"][0]) if self.numel() else 0


def _itself(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """The tensor itself: all memory is the processor's, and tensors are dense."""
    return self


def _no(self: Tensor) -> bool:
    """False: tensors are real and dense, and lie in the processor's memory."""
    return False


_METHODS: dict[str, Any] = {
    "type": _type,
    "stride": _stride,
    "data_ptr": _data_ptr,
    "detach_": _detach_,
    **dict.fromkeys(("pin_memory", "share_memory_", "to_dense", "coalesce"), _itself),
    **dict.fromkeys(("is_pinned", "is_shared", "is_complex"), _no),
}
for _name, _method in _METHODS.items():
    setattr(Tensor, _name, _method)
for _name in ("is_sparse", "is_xpu", "is_mps", "is_quantized", "is_meta", "is_mkldnn"):
    setattr(Tensor, _name, property(_no))
