"""Names for the types that signatures share.

Type checkers and editors read this; no module of the package imports it when a program runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Optional, Protocol, SupportsFloat, SupportsIndex, TypeVar, Union

import numpy as np
from numpy.typing import NDArray

from ._dtypes import DType
from ._tensor import Tensor

if TYPE_CHECKING:
    from types import EllipsisType

    from typing_extensions import ParamSpec

    P = ParamSpec("P")
    ResultT = TypeVar("ResultT", covariant=True)

    class Transformed(Protocol[P, ResultT]):
        """A function that a transform returns.

        It is no Callable because of lambdas. They fit all overloads, and mypy then refuses to call a Callable, as one
        without annotations.
        """

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> ResultT: ...


T = TypeVar("T")
R = TypeVar("R")
Aux = TypeVar("Aux")
F = TypeVar("F", bound=Callable[..., Any])
TensorT = TypeVar("TensorT", bound=Tensor)

Array = NDArray[Any]
# What meets a tensor in arithmetic. To a type checker int and bool are floats.
Operand = Union[Tensor, Array, np.generic, float]
# What becomes a tensor where one is expected: the same, and nested lists of numbers.
TensorLike = Union[Operand, list[Any], tuple[Any, ...]]
DTypeLike = Union[DType, np.dtype[Any], type[Any], str]

# A number for the library. A tensor of one element counts as one.
Real = Union[SupportsFloat, SupportsIndex]
Shape = tuple[int, ...]
# A shape as one sequence, or one of its extents.
Size = Union[SupportsIndex, Sequence[SupportsIndex]]
# The positions of an adaptive pool; None keeps an axis' extent.
Sizes = Union[SupportsIndex, Sequence[Optional[SupportsIndex]]]
# One axis or several.
Axes = Union[SupportsIndex, Sequence[SupportsIndex]]
# The axes of a reduction; None: all.
Axis = Optional[Axes]
Index = Union[SupportsIndex, slice, "EllipsisType", None, Tensor, Array, list[Any], range, tuple[Any, ...]]
# The arguments that a transform takes derivatives by.
Argnums = Union[SupportsIndex, Sequence[SupportsIndex]]
# An order of a norm of matrices.
MatrixOrder = Union[float, Literal["fro", "nuc"]]
# What counts between two elements in order.
Interpolation = Literal["linear", "lower", "higher", "midpoint", "nearest"]
PadMode = Literal["constant", "reflect", "replicate", "circular"]
Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

# How elements that are scattered into one place meet.
Reduce = Literal["sum", "prod", "mean", "amax", "amin"]

# Nested lists, tuples and dicts of tensors (see _tree), and the description of such a structure.
Tree = Any
Structure = Any

# What the library calls a tensor by. ctypes has None for a null pointer.
Handle = Optional[int]


class Elementwise(Protocol):
    """A function of each element."""

    __name__: str

    def __call__(self, input: TensorLike) -> Tensor: ...


class Pairwise(Protocol):
    """A function of two tensors that broadcast; one may be a number or an array."""

    __name__: str

    def __call__(self, input: Operand, other: Operand) -> Tensor: ...


class Polynomial(Protocol):
    """A function of a tensor and a degree that broadcast; one may be a number or an array."""

    __name__: str

    def __call__(self, input: Operand, n: Operand) -> Tensor: ...


class Product(Protocol):
    """A product of two tensors."""

    __name__: str

    def __call__(self, input: TensorLike, other: TensorLike) -> Tensor: ...


class Reduction(Protocol):
    """A reduction of axes."""

    __name__: str

    def __call__(
        self, input: TensorLike, dim: Axis = None, keepdim: bool = False, *, axis: Axis = None, keepdims: bool = False
    ) -> Tensor: ...


class Total(Protocol):
    """A reduction of axes that can be computed in another dtype."""

    __name__: str

    def __call__(
        self,
        input: TensorLike,
        dim: Axis = None,
        keepdim: bool = False,
        *,
        dtype: Optional[DTypeLike] = None,
        axis: Axis = None,
        keepdims: bool = False,
    ) -> Tensor: ...


class Convolution(Protocol):
    """A convolution."""

    __name__: str

    def __call__(
        self,
        input: TensorLike,
        weight: TensorLike,
        bias: Optional[TensorLike] = None,
        stride: Size = 1,
        padding: Union[Size, str] = 0,
        dilation: Size = 1,
        groups: SupportsIndex = 1,
    ) -> Tensor: ...


class TransposedConvolution(Protocol):
    """The transpose of a convolution."""

    __name__: str

    def __call__(
        self,
        input: TensorLike,
        weight: TensorLike,
        bias: Optional[TensorLike] = None,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: SupportsIndex = 1,
        dilation: Size = 1,
    ) -> Tensor: ...


class MaxPool(Protocol):
    """Largest elements of windows; with return_indices a pair."""

    __name__: str

    def __call__(
        self,
        input: TensorLike,
        kernel_size: Size,
        stride: Optional[Size] = None,
        padding: Size = 0,
        dilation: Size = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any: ...


class AveragePool(Protocol):
    """Means of windows."""

    __name__: str

    def __call__(
        self,
        input: TensorLike,
        kernel_size: Size,
        stride: Optional[Size] = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: Optional[SupportsIndex] = None,
    ) -> Tensor: ...


class AdaptiveAveragePool(Protocol):
    """Means of windows that share the input out."""

    __name__: str

    def __call__(self, input: TensorLike, output_size: Sizes) -> Tensor: ...


class AdaptiveMaxPool(Protocol):
    """Largest elements of windows that share the input out; with return_indices a pair."""

    __name__: str

    def __call__(self, input: TensorLike, output_size: Sizes, return_indices: bool = False) -> Any: ...


class MaxUnpool(Protocol):
    """Elements put where a pool has found them."""

    __name__: str

    def __call__(
        self,
        input: TensorLike,
        indices: TensorLike,
        kernel_size: Size,
        stride: Optional[Size] = None,
        padding: Size = 0,
        output_size: Optional[Size] = None,
    ) -> Tensor: ...


class PowerAveragePool(Protocol):
    """Roots of sums of powers of windows."""

    __name__: str

    def __call__(
        self,
        input: TensorLike,
        norm_type: Real,
        kernel_size: Size,
        stride: Optional[Size] = None,
        ceil_mode: bool = False,
    ) -> Tensor: ...


class Dropout(Protocol):
    """A kind of dropout."""

    __name__: str

    def __call__(self, input: TensorLike, p: Real = 0.5, training: bool = ..., inplace: bool = False) -> Tensor: ...


class Cell(Protocol):
    """A recurrent cell with one state."""

    __name__: str

    def __call__(
        self,
        input: TensorLike,
        hx: TensorLike,
        w_ih: TensorLike,
        w_hh: TensorLike,
        b_ih: Optional[TensorLike] = None,
        b_hh: Optional[TensorLike] = None,
    ) -> Tensor: ...


class Sequenced(Protocol):
    """Layers of a recurrent cell with one state over a sequence."""

    __name__: str

    def __call__(
        self,
        input: TensorLike,
        hx: TensorLike,
        params: Sequence[TensorLike],
        has_biases: bool,
        num_layers: SupportsIndex,
        dropout: Real,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> tuple[Tensor, Tensor]: ...
