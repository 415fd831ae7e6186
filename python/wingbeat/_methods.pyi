"""The methods that other modules give Tensor: declarations for type checkers and editors, and nothing that runs.

Written by scripts/generate_methods.py; do not edit.
"""

import builtins
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, SupportsIndex, overload

from typing_extensions import Self

from ._device import DeviceLike
from ._functions import ValuesAndIndices
from ._generator import Generator
from ._hooks import RemovableHandle
from ._linear_algebra import QRFactors, SignAndLogarithm, SingularSystem, TriangularSolution
from ._numbers import MantissaAndExponent
from ._statistics import Extremes, Histogram
from ._tensor import Tensor
from ._typing import (
    Array,
    Axes,
    Axis,
    DTypeLike,
    Index,
    Interpolation,
    Operand,
    PadMode,
    Real,
    Reduce,
    Size,
    TensorLike,
)

class Methods:
    @property
    def H(self) -> Tensor:
        """A matrix transposed; vectors and scalars as they are."""

    @property
    def T(self) -> Tensor:
        """With all axes in reverse order."""

    def __abs__(self) -> Tensor:
        """Absolute value of each element, of the shape of `input`."""

    def __add__(self, other: Operand) -> Tensor: ...

    def __and__(self, other: Operand) -> Tensor: ...

    def __array_function__(self, function: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...],
                           kwargs: dict[str, Any]) -> Any:
        """np.sum(t), np.concatenate([t, u]), np.linalg.inv(t): see wingbeat._numpy_protocols."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: tuple[Any, ...] | None = None,
                        where: Any = True, **options: Any) -> Any:
        """np.sin(t), array + t, np.add.reduce(t): see wingbeat._numpy_protocols."""

    def __delitem__(self, key: Index) -> None: ...

    def __divmod__(self, other: Operand) -> tuple[Tensor, Tensor]: ...

    def __dlpack__(self, *, stream: None = None, max_version: tuple[builtins.int, builtins.int] | None = None,
                   dl_device: tuple[builtins.int, builtins.int] | None = None,
                   copy: builtins.bool | None = None) -> Any:
        """The values as a DLPack capsule.

        They are shared, marked as read-only, if max_version is (1, 0) or later, else a copy. copy=True gives a copy
        that may be written to, copy=False only shares. PyTorch and other libraries without read-only arrays get a copy
        unless copy is False: then they must not write to it. Raises a BufferError (and StateError) for a tensor that
        requires gradients, and where it cannot share.
        """

    def __dlpack_device__(self) -> tuple[builtins.int, builtins.int]:
        """DLPack's number of the device: the CPU."""

    def __eq__(self, other: Operand) -> Tensor: ...  # type: ignore[override]

    def __floordiv__(self, other: Operand) -> Tensor: ...

    def __ge__(self, other: Operand) -> Tensor: ...

    def __getitem__(self, key: Index) -> Tensor: ...

    def __gt__(self, other: Operand) -> Tensor: ...

    def __iadd__(self, other: Operand) -> Self: ...

    def __iand__(self, other: Operand) -> Self: ...

    def __ifloordiv__(self, other: Operand) -> Self: ...

    def __ilshift__(self, other: Operand) -> Self: ...

    def __imod__(self, other: Operand) -> Self: ...

    def __imul__(self, other: Operand) -> Self: ...

    def __invert__(self) -> Tensor:
        """All bits exchanged (of bool the logical not) of each element, of the shape of `input`."""

    def __ior__(self, other: Operand) -> Self: ...

    def __ipow__(self, other: Operand) -> Self: ...

    def __irshift__(self, other: Operand) -> Self: ...

    def __isub__(self, other: Operand) -> Self: ...

    def __itruediv__(self, other: Operand) -> Self: ...

    def __ixor__(self, other: Operand) -> Self: ...

    def __le__(self, other: Operand) -> Tensor: ...

    def __lshift__(self, other: Operand) -> Tensor: ...

    def __lt__(self, other: Operand) -> Tensor: ...

    def __matmul__(self, other: Tensor | Array) -> Tensor: ...

    def __mod__(self, other: Operand) -> Tensor: ...

    def __mul__(self, other: Operand) -> Tensor: ...

    def __ne__(self, other: Operand) -> Tensor: ...  # type: ignore[override]

    def __neg__(self) -> Tensor:
        """-x of each element, of the shape of `input`."""

    def __or__(self, other: Operand) -> Tensor: ...

    def __pos__(self) -> Tensor: ...

    def __radd__(self, other: Operand) -> Tensor: ...

    def __rand__(self, other: Operand) -> Tensor: ...

    def __rdivmod__(self, other: Operand) -> tuple[Tensor, Tensor]: ...

    def __rfloordiv__(self, other: Operand) -> Tensor: ...

    def __rlshift__(self, other: Operand) -> Tensor: ...

    def __rmatmul__(self, other: Tensor | Array) -> Tensor: ...

    def __rmod__(self, other: Operand) -> Tensor: ...

    def __rmul__(self, other: Operand) -> Tensor: ...

    def __ror__(self, other: Operand) -> Tensor: ...

    def __round__(self, ndigits: SupportsIndex | None = None) -> Tensor: ...

    def __rpow__(self, other: Operand) -> Tensor: ...

    def __rrshift__(self, other: Operand) -> Tensor: ...

    def __rshift__(self, other: Operand) -> Tensor: ...

    def __rsub__(self, other: Operand) -> Tensor: ...

    def __rtruediv__(self, other: Operand) -> Tensor: ...

    def __rxor__(self, other: Operand) -> Tensor: ...

    def __setitem__(self, key: Index, value: TensorLike) -> None: ...

    def __sub__(self, other: Operand) -> Tensor: ...

    def __truediv__(self, other: Operand) -> Tensor: ...

    def __xor__(self, other: Operand) -> Tensor: ...

    def abs(self) -> Tensor:
        """Absolute value of each element, of the shape of `input`."""

    def abs_(self) -> Self:
        """abs, in place."""

    def absolute(self) -> Tensor:
        """Absolute value of each element, of the shape of `input`."""

    def absolute_(self) -> Self:
        """abs, in place."""

    def acos(self) -> Tensor:
        """Inverse cosine of each element, of the shape of `input`."""

    def acos_(self) -> Self:
        """acos, in place."""

    def acosh(self) -> Tensor:
        """Inverse hyperbolic cosine of each element, of the shape of `input`."""

    def acosh_(self) -> Self:
        """acosh, in place."""

    def add(self, other: Operand, *, alpha: Operand = 1) -> Tensor:
        """input + alpha * other, element by element; the two broadcast."""

    def addbmm(self, batch1: TensorLike, batch2: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
        """beta input + alpha times the sum of the products batch1[i] batch2[i], [b, m, k] x [b, k, n] -> [m, n]."""

    def addcdiv(self, tensor1: Operand, tensor2: Operand, *, value: Operand = 1) -> Tensor:
        """input + value * tensor1 / tensor2, element by element; the three broadcast. Integers are divided as float32.
        """

    def addcdiv_(self, tensor1: Operand, tensor2: Operand, *, value: Operand = 1) -> Self:
        """addcdiv, in place."""

    def addcmul(self, tensor1: Operand, tensor2: Operand, *, value: Operand = 1) -> Tensor:
        """input + value * tensor1 * tensor2, element by element; the three broadcast."""

    def addcmul_(self, tensor1: Operand, tensor2: Operand, *, value: Operand = 1) -> Self:
        """addcmul, in place."""

    def addmm(self, mat1: TensorLike, mat2: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
        """beta input + alpha mat1 mat2, [m, k] x [k, n] -> [m, n]. With beta 0 the input does not count."""

    def addmv(self, mat: TensorLike, vec: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
        """beta input + alpha mat vec, [m, k] x [k] -> [m]. With beta 0 the input does not count."""

    def addr(self, vec1: TensorLike, vec2: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
        """beta input + alpha vec1 vec2^T, [m] x [n] -> [m, n]. With beta 0 the input does not count."""

    def adjoint(self) -> Tensor:
        """With the last two axes exchanged."""

    def all(self, dim: Axis = None, keepdim: builtins.bool = False, *, axis: Axis = None,
            keepdims: builtins.bool = False) -> Tensor:
        """Whether no element is 0, as bool, over the axes `dim` (an int, several, or None for all); they stay with
        extent 1 if keepdim.
        """

    def allclose(self, other: Operand, rtol: Real = 1e-05, atol: Real = 1e-08,
                 equal_nan: builtins.bool = False) -> builtins.bool:
        """Whether all elements are what isclose calls close. Computed at once."""

    def amax(self, dim: Axis = None, keepdim: builtins.bool = False, *, axis: Axis = None,
             keepdims: builtins.bool = False) -> Tensor:
        """Maximum; equal maxima share the gradient over the axes `dim` (an int, several, or None for all); they stay
        with extent 1 if keepdim.
        """

    def amin(self, dim: Axis = None, keepdim: builtins.bool = False, *, axis: Axis = None,
             keepdims: builtins.bool = False) -> Tensor:
        """Minimum; equal minima share the gradient over the axes `dim` (an int, several, or None for all); they stay
        with extent 1 if keepdim.
        """

    def aminmax(self, *, dim: SupportsIndex | None = None, keepdim: builtins.bool = False) -> Extremes:
        """(min, max) along an axis, or of all elements; equal ones share the gradient."""

    def any(self, dim: Axis = None, keepdim: builtins.bool = False, *, axis: Axis = None,
            keepdims: builtins.bool = False) -> Tensor:
        """Whether any element is not 0, as bool, over the axes `dim` (an int, several, or None for all); they stay with
        extent 1 if keepdim.
        """

    def arccos(self) -> Tensor:
        """Inverse cosine of each element, of the shape of `input`."""

    def arccos_(self) -> Self:
        """acos, in place."""

    def arccosh(self) -> Tensor:
        """Inverse hyperbolic cosine of each element, of the shape of `input`."""

    def arccosh_(self) -> Self:
        """acosh, in place."""

    def arcsin(self) -> Tensor:
        """Inverse sine of each element, of the shape of `input`."""

    def arcsin_(self) -> Self:
        """asin, in place."""

    def arcsinh(self) -> Tensor:
        """Inverse hyperbolic sine of each element, of the shape of `input`."""

    def arcsinh_(self) -> Self:
        """asinh, in place."""

    def arctan(self) -> Tensor:
        """Inverse tangent of each element, of the shape of `input`."""

    def arctan2(self, other: Operand) -> Tensor:
        """The angle of the point (other, input), element by element; the two broadcast."""

    def arctan_(self) -> Self:
        """atan, in place."""

    def arctanh(self) -> Tensor:
        """Inverse hyperbolic tangent of each element, of the shape of `input`."""

    def arctanh_(self) -> Self:
        """atanh, in place."""

    def argmax(self, dim: Axis = None, keepdim: builtins.bool = False, *, axis: Axis = None,
               keepdims: builtins.bool = False) -> Tensor:
        """Index (int64) of the first maximum; of the flattened tensor for all axes; over the axes `dim` (an int,
        several, or None for all); they stay with extent 1 if keepdim.
        """

    def argmin(self, dim: Axis = None, keepdim: builtins.bool = False, *, axis: Axis = None,
               keepdims: builtins.bool = False) -> Tensor:
        """Index (int64) of the first minimum; of the flattened tensor for all axes; over the axes `dim` (an int,
        several, or None for all); they stay with extent 1 if keepdim.
        """

    def argsort(self, dim: SupportsIndex = -1, descending: builtins.bool = False, stable: builtins.bool = True, *,
                axis: SupportsIndex | None = None) -> Tensor:
        """The indices of sort."""

    def argwhere(self) -> Tensor:
        """The places of the elements that are not 0: int64 [count, ndim]. Computed at once."""

    def as_strided(self, size: Size, stride: Size, storage_offset: SupportsIndex | None = None) -> Tensor:
        """Elements [i, j, ...] at storage_offset + i stride[0] + j stride[1] + ... of the flattened input, as a copy.
        """

    def as_strided_scatter(self, src: TensorLike, size: Size, stride: Size,
                           storage_offset: SupportsIndex | None = None) -> Tensor:
        """input with the elements that as_strided shows replaced by those of src, a tensor of that size."""

    def asin(self) -> Tensor:
        """Inverse sine of each element, of the shape of `input`."""

    def asin_(self) -> Self:
        """asin, in place."""

    def asinh(self) -> Tensor:
        """Inverse hyperbolic sine of each element, of the shape of `input`."""

    def asinh_(self) -> Self:
        """asinh, in place."""

    def atan(self) -> Tensor:
        """Inverse tangent of each element, of the shape of `input`."""

    def atan2(self, other: Operand) -> Tensor:
        """The angle of the point (other, input), element by element; the two broadcast."""

    def atan_(self) -> Self:
        """atan, in place."""

    def atanh(self) -> Tensor:
        """Inverse hyperbolic tangent of each element, of the shape of `input`."""

    def atanh_(self) -> Self:
        """atanh, in place."""

    def baddbmm(self, batch1: TensorLike, batch2: TensorLike, *, beta: Real = 1, alpha: Real = 1) -> Tensor:
        """beta input + alpha batch1 batch2, [b, m, k] x [b, k, n] -> [b, m, n]. With beta 0 the input does not count.
        """

    def bernoulli(self, p: Real | None = None, *, generator: Generator | None = None) -> Tensor:
        """1 with the probability at each place of `input`, else 0, in its dtype.

        With p, a number: with that probability everywhere.
        """

    def bernoulli_(self, p: Operand = 0.5, *, generator: Generator | None = None) -> Self:
        """Fills the tensor in place with 1 with probability p (a number or a tensor that broadcasts), else 0."""

    def bfloat16(self) -> Tensor:
        """This tensor as bfloat16."""

    def bincount(self, weights: TensorLike | None = None, minlength: SupportsIndex = 0) -> Tensor:
        """How often each whole number from 0 to the largest occurs in a vector, int64, or the sums of its places'
        weights. Computes the largest at once.
        """

    def bitwise_and(self, other: Operand) -> Tensor:
        """input & other, of integers or bool, element by element; the two broadcast."""

    def bitwise_and_(self, other: Operand) -> Self:
        """bitwise_and, in place."""

    def bitwise_left_shift(self, other: Operand) -> Tensor:
        """input << other, of integers; by all bits or more, or less than 0: 0, element by element; the two broadcast.
        """

    def bitwise_left_shift_(self, other: Operand) -> Self:
        """bitwise_left_shift, in place."""

    def bitwise_not(self) -> Tensor:
        """All bits exchanged (of bool the logical not) of each element, of the shape of `input`."""

    def bitwise_not_(self) -> Self:
        """bitwise_not, in place."""

    def bitwise_or(self, other: Operand) -> Tensor:
        """input | other, of integers or bool, element by element; the two broadcast."""

    def bitwise_or_(self, other: Operand) -> Self:
        """bitwise_or, in place."""

    def bitwise_right_shift(self, other: Operand) -> Tensor:
        """input >> other, of integers; the sign stays, element by element; the two broadcast."""

    def bitwise_right_shift_(self, other: Operand) -> Self:
        """bitwise_right_shift, in place."""

    def bitwise_xor(self, other: Operand) -> Tensor:
        """input ^ other, of integers or bool, element by element; the two broadcast."""

    def bitwise_xor_(self, other: Operand) -> Self:
        """bitwise_xor, in place."""

    def bmm(self, other: TensorLike) -> Tensor:
        """Products of two batches of matrices, [b, m, k] x [b, k, n] -> [b, m, n]."""

    def bool(self) -> Tensor:
        """This tensor as bool."""

    def broadcast_to(self, *shape: Size, size: Size | None = None) -> Tensor:
        """Repeated along axes of extent 1, and along new leading axes, to fill a shape."""

    def byte(self) -> Tensor:
        """This tensor as uint8."""

    def cauchy_(self, median: Real = 0.0, sigma: Real = 1.0, *, generator: Generator | None = None) -> Self:
        """Fills the tensor in place with Cauchy's numbers: median + sigma tan(pi (u - 1/2)), u uniform in [0, 1)."""

    def ceil(self) -> Tensor:
        """The next whole number above (integers stay as they are; derivative 0) of each element, of the shape of
        `input`.
        """

    def ceil_(self) -> Self:
        """ceil, in place."""

    def celu(self, alpha: Real = 1.0) -> Tensor:
        """x above 0, else alpha (exp(x / alpha) - 1)."""

    def cholesky(self, upper: builtins.bool = False) -> Tensor:
        """Lower triangular L of A = L L^T (or upper U of A = U^T U) of symmetric positive definite matrices; that
        triangle of A is read, derivatives take A as symmetric.
        """

    def cholesky_inverse(self, upper: builtins.bool = False) -> Tensor:
        """The inverses of the matrices that have these Cholesky factors; upper: U of A = U^T U."""

    def cholesky_solve(self, L: TensorLike, upper: builtins.bool = False) -> Tensor:
        """X of A X = B for the matrices A that have the Cholesky factors L; upper: U of A = U^T U."""

    def chunk(self, chunks: SupportsIndex, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
        """At most that many parts along an axis, of equal extents; the last may be smaller. A tuple."""

    def clamp(self, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """Moved to the nearer bound where it is outside them; `max` counts more where they are the wrong way round.

        The bounds are numbers, tensors that broadcast, or None. The derivative is 0 outside and at a number.
        """

    def clamp_(self, min: TensorLike | None = None, max: TensorLike | None = None) -> Self:
        """clamp, in place."""

    def clamp_max(self, max: Operand) -> Tensor:
        """`max` where the element is above it; the derivative is 0 there, and at a number."""

    def clamp_max_(self, max: Operand) -> Self:
        """clamp_max, in place."""

    def clamp_min(self, min: Operand) -> Tensor:
        """`min` where the element is below it; the derivative is 0 there, and at a number."""

    def clamp_min_(self, min: Operand) -> Self:
        """clamp_min, in place."""

    def clip(self, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """Moved to the nearer bound where it is outside them; `max` counts more where they are the wrong way round.

        The bounds are numbers, tensors that broadcast, or None. The derivative is 0 outside and at a number.
        """

    def clip_(self, min: TensorLike | None = None, max: TensorLike | None = None) -> Self:
        """clamp, in place."""

    def coalesce(self, *args: Any, **kwargs: Any) -> Tensor:
        """The tensor itself: all memory is the processor's, and tensors are dense."""

    def contiguous(self) -> Tensor:
        """The tensor itself: the values of all are in order."""

    def copysign(self, other: Operand) -> Tensor:
        """|input| with the sign of other (derivative 0 at 0), element by element; the two broadcast."""

    def copysign_(self, other: Operand) -> Self:
        """copysign, in place."""

    def corrcoef(self) -> Tensor:
        """Correlations [n, n] of n variables with m observations, [n, m]."""

    def cos(self) -> Tensor:
        """Cosine of each element, of the shape of `input`."""

    def cos_(self) -> Self:
        """cos, in place."""

    def cosh(self) -> Tensor:
        """Hyperbolic cosine of each element, of the shape of `input`."""

    def cosh_(self) -> Self:
        """cosh, in place."""

    def count_nonzero(self, dim: Axis = None) -> Tensor:
        """How many elements over the axes `dim` are not 0, int64."""

    def cov(self, *, correction: SupportsIndex = 1, fweights: TensorLike | None = None,
            aweights: TensorLike | None = None) -> Tensor:
        """Covariances [n, n] of n variables with m observations, [n, m]; of one, [m], its variance.

        fweights: how often each observation occurs, integers. aweights: how much each weighs, floats.
        """

    def cross(self, other: TensorLike, dim: SupportsIndex | None = None) -> Tensor:
        """Cross products of vectors of three elements along an axis, by default the first one of three; the others
        broadcast.
        """

    def cummax(self, dim: SupportsIndex) -> ValuesAndIndices:
        """(values, indices) of the largest element up to each along an axis, the last of equal ones; NaN from the first
        NaN on.
        """

    def cummin(self, dim: SupportsIndex) -> ValuesAndIndices:
        """(values, indices) of the smallest element up to each along an axis, the last of equal ones; NaN from the
        first NaN on.
        """

    def cumprod(self, dim: SupportsIndex | None = None, dtype: DTypeLike | None = None, *,
                axis: SupportsIndex | None = None) -> Tensor:
        """Products of the elements up to each along an axis (int64 for bool and integers; exact derivatives where
        elements are 0). dtype: to compute in.
        """

    def cumsum(self, dim: SupportsIndex | None = None, dtype: DTypeLike | None = None, *,
               axis: SupportsIndex | None = None) -> Tensor:
        """Sums of the elements up to each along an axis (int64 for bool and integers). dtype: to compute in."""

    def data_ptr(self) -> builtins.int:
        """The address of the values as they are now; 0 where there are none."""

    def deg2rad(self) -> Tensor:
        """Radians of degrees, of each element, of the shape of `input`."""

    def deg2rad_(self) -> Self:
        """deg2rad, in place."""

    def det(self) -> Tensor:
        """Determinants of square matrices, [..., n, n] -> [...]; those of singular ones, 0, have no derivative."""

    def detach_(self) -> Self:
        """Has the tensor be a constant to derivatives, in place; returns it. The one that derivatives passed through is
        left to who has it.
        """

    def diag(self, diagonal: SupportsIndex = 0) -> Tensor:
        """A vector as a diagonal of a matrix of zeros; of a matrix, its diagonal."""

    def diag_embed(self, offset: SupportsIndex = 0, dim1: SupportsIndex = -2, dim2: SupportsIndex = -1) -> Tensor:
        """The last axis as a diagonal (above the main one for offset > 0) of matrices of zeros, over the axes dim1 and
        dim2 of the result.
        """

    def diagflat(self, offset: SupportsIndex = 0) -> Tensor:
        """The flattened tensor as a diagonal of a matrix of zeros."""

    def diagonal(self, offset: SupportsIndex = 0, dim1: SupportsIndex = 0, dim2: SupportsIndex = 1) -> Tensor:
        """A diagonal (above the main one for offset > 0) of the matrices over two axes, as the last axis."""

    def diagonal_scatter(self, src: TensorLike, offset: SupportsIndex = 0, dim1: SupportsIndex = 0,
                         dim2: SupportsIndex = 1) -> Tensor:
        """input with a diagonal of the matrices over two axes replaced; it is the last axis of src."""

    def diff(self, n: SupportsIndex = 1, dim: SupportsIndex = -1, prepend: TensorLike | None = None,
             append: TensorLike | None = None) -> Tensor:
        """Each element less the one before it along an axis, n times over; of bool whether the two differ.

        prepend, append: elements in front of the input's, and behind them.
        """

    def digamma(self) -> Tensor:
        """The derivative of lgamma of each element, of the shape of `input`."""

    def digamma_(self) -> Self:
        """digamma, in place."""

    def dist(self, other: TensorLike, p: Real = 2) -> Tensor:
        """The p-norm of input - other; the two broadcast."""

    def div(self, other: Operand, *, rounding_mode: Literal['floor', 'trunc'] | None = None) -> Tensor:
        """input / other, element by element; the two broadcast. Integers give float32.

        rounding_mode: None, "floor" (rounded down, as //) or "trunc" (cut toward 0); with these two integers stay
        integers.
        """

    def divide(self, other: Operand, *, rounding_mode: Literal['floor', 'trunc'] | None = None) -> Tensor:
        """input / other, element by element; the two broadcast. Integers give float32.

        rounding_mode: None, "floor" (rounded down, as //) or "trunc" (cut toward 0); with these two integers stay
        integers.
        """

    def dot(self, other: TensorLike) -> Tensor:
        """Sum of the products of two vectors' elements (int64 for bool and integers)."""

    def double(self) -> Tensor:
        """This tensor as float64."""

    def dsplit(self, indices_or_sections: Size) -> tuple[Tensor, ...]:
        """So many equal parts along axis 2, or the parts between places. A tuple."""

    def elu(self, alpha: Real = 1.0) -> Tensor:
        """x above 0, else alpha (exp(x) - 1)."""

    def eq(self, other: Operand) -> Tensor:
        """input == other, as bool, element by element; the two broadcast."""

    def eq_(self, other: Operand) -> Self:
        """eq, in place."""

    def equal(self, other: TensorLike) -> builtins.bool:
        """Whether two tensors have the same shape and equal elements. Computed at once."""

    def erf(self) -> Tensor:
        """Error function of each element, of the shape of `input`."""

    def erf_(self) -> Self:
        """erf, in place."""

    def erfc(self) -> Tensor:
        """1 - erf(x), precise where that is small, of each element, of the shape of `input`."""

    def erfc_(self) -> Self:
        """erfc, in place."""

    def erfinv(self) -> Tensor:
        """Where the error function is x, for -1 to 1, of each element, of the shape of `input`."""

    def erfinv_(self) -> Self:
        """erfinv, in place."""

    def exp(self) -> Tensor:
        """e to the power of each element, of the shape of `input`."""

    def exp2(self) -> Tensor:
        """2 to the power of each element, of the shape of `input`."""

    def exp2_(self) -> Self:
        """exp2, in place."""

    def exp_(self) -> Self:
        """exp, in place."""

    def expand(self, *sizes: Size) -> Tensor:
        """As broadcast_to; -1 keeps an extent."""

    def expand_as(self, other: Tensor) -> Tensor:
        """Repeated along axes of extent 1 to the shape of `other`."""

    def expm1(self) -> Tensor:
        """exp(x) - 1, precise for small x, of each element, of the shape of `input`."""

    def expm1_(self) -> Self:
        """expm1, in place."""

    def exponential_(self, rate: Real = 1.0, *, generator: Generator | None = None) -> Self:
        """Fills the tensor in place with exponential numbers of that rate."""

    def fix(self) -> Tensor:
        """The whole number towards 0 (integers stay as they are; derivative 0) of each element, of the shape of
        `input`.
        """

    def fix_(self) -> Self:
        """trunc, in place."""

    def flatten(self, start_dim: SupportsIndex = 0, end_dim: SupportsIndex = -1) -> Tensor:
        """Axes start_dim to end_dim as one; a scalar becomes [1]."""

    def flip(self, *axes: Axes, dims: Axes | None = None) -> Tensor:
        """In reverse order along the given axes."""

    def fliplr(self) -> Tensor:
        """In reverse order along axis 1."""

    def flipud(self) -> Tensor:
        """In reverse order along axis 0."""

    def float(self) -> Tensor:
        """This tensor as float32."""

    def float_power(self, exponent: Operand) -> Tensor:
        """input to the power exponent, in float64, element by element; the two broadcast."""

    def floor(self) -> Tensor:
        """The next whole number below (integers stay as they are; derivative 0) of each element, of the shape of
        `input`.
        """

    def floor_(self) -> Self:
        """floor, in place."""

    def floor_divide(self, other: Operand) -> Tensor:
        """input // other, rounded down (derivative 0), element by element; the two broadcast."""

    def floor_divide_(self, other: Operand) -> Self:
        """floor_divide, in place."""

    def fmax(self, other: Operand) -> Tensor:
        """The larger of the two, or the one that is not NaN, element by element; the two broadcast."""

    def fmin(self, other: Operand) -> Tensor:
        """The smaller of the two, or the one that is not NaN, element by element; the two broadcast."""

    def fmod(self, other: Operand) -> Tensor:
        """What the quotient input / other, cut toward 0, leaves, of the sign of input, element by element; the two
        broadcast.
        """

    def fmod_(self, other: Operand) -> Self:
        """fmod, in place."""

    def frac(self) -> Tensor:
        """What is left beside the whole number toward 0, of each element, of the shape of `input`."""

    def frac_(self) -> Self:
        """frac, in place."""

    def frexp(self) -> MantissaAndExponent:
        """(mantissa, exponent) of x = m 2^n for each element, with |m| from 1/2 to below 1 and n as int32.

        0, infinities and NaN are their own m.
        """

    def gather(self, dim: SupportsIndex, index: TensorLike) -> Tensor:
        """input[i][index[i][j][k]][k] for dim 1: of the shape of `index`, which may be smaller than input along the
        other axes.
        """

    def gcd(self, other: Operand) -> Tensor:
        """The greatest common divisor of integers, element by element; the two broadcast."""

    def gcd_(self, other: Operand) -> Self:
        """gcd, in place."""

    def ge(self, other: Operand) -> Tensor:
        """input >= other, as bool, element by element; the two broadcast."""

    def ge_(self, other: Operand) -> Self:
        """ge, in place."""

    def geometric_(self, p: Real, *, generator: Generator | None = None) -> Self:
        """Fills the tensor in place with numbers of trials up to the first success, of probability p: 1, 2, ..."""

    def ger(self, other: TensorLike) -> Tensor:
        """Each element of a vector times each of another, [m] x [n] -> [m, n]."""

    def glu(self, dim: SupportsIndex = -1) -> Tensor:
        """The first half of an axis times sigmoid of the second (Dauphin et al. 2017)."""

    def greater(self, other: Operand) -> Tensor:
        """input > other, as bool, element by element; the two broadcast."""

    def greater_(self, other: Operand) -> Self:
        """gt, in place."""

    def greater_equal(self, other: Operand) -> Tensor:
        """input >= other, as bool, element by element; the two broadcast."""

    def greater_equal_(self, other: Operand) -> Self:
        """ge, in place."""

    def gt(self, other: Operand) -> Tensor:
        """input > other, as bool, element by element; the two broadcast."""

    def gt_(self, other: Operand) -> Self:
        """gt, in place."""

    def half(self) -> Tensor:
        """This tensor as float16."""

    def hardshrink(self, lambd: Real = 0.5) -> Tensor:
        """x, but 0 where |x| is at most lambd."""

    def hardsigmoid(self) -> Tensor:
        """x + 3 between 0 and 6, over 6, of each element, of the shape of `input`."""

    def hardswish(self) -> Tensor:
        """x hardsigmoid(x) of each element, of the shape of `input`."""

    def hardtanh(self, min_val: Real = -1.0, max_val: Real = 1.0) -> Tensor:
        """x between min_val and max_val, where the derivative is 0."""

    def heaviside(self, values: Operand) -> Tensor:
        """0 below 0, 1 above, `values` at 0, element by element; the two broadcast."""

    def heaviside_(self, values: Operand) -> Self:
        """heaviside, in place."""

    def histc(self, bins: SupportsIndex = 100, min: Real = 0, max: Real = 0) -> Tensor:
        """How many elements are in each of `bins` parts of equal width from min to max; where those are equal, from the
        smallest element to the largest.
        """

    def histogram(self, bins: TensorLike, *, range: tuple[Real, Real] | None = None,
                  weight: TensorLike | None = None, density: builtins.bool = False) -> Histogram:
        """(hist, bin_edges): how many elements are in each part, and where the parts end.

        bins: how many, or their edges, a vector. weight: what each element counts. density: with an integral of 1.
        """

    def hsplit(self, indices_or_sections: Size) -> tuple[Tensor, ...]:
        """So many equal parts along axis 1 (of a vector 0), or the parts between places. A tuple."""

    def hypot(self, other: Operand) -> Tensor:
        """sqrt(input^2 + other^2) without overflow, element by element; the two broadcast."""

    def hypot_(self, other: Operand) -> Self:
        """hypot, in place."""

    def i0(self) -> Tensor:
        """The modified Bessel function of the first kind and order 0 of each element, of the shape of `input`."""

    def i0_(self) -> Self:
        """i0, in place."""

    def igamma(self, other: Operand) -> Tensor:
        """The regularised lower incomplete gamma function of `input` up to `other`, element by element; the two
        broadcast.
        """

    def igamma_(self, other: Operand) -> Self:
        """igamma, in place."""

    def igammac(self, other: Operand) -> Tensor:
        """1 - igamma(input, other), precise where that is small, element by element; the two broadcast."""

    def igammac_(self, other: Operand) -> Self:
        """igammac, in place."""

    def index_add(self, dim: SupportsIndex, index: TensorLike, source: TensorLike, *,
                  alpha: Operand = 1) -> Tensor:
        """input with the rows of alpha * source added along an axis, at the places of a vector."""

    def index_add_(self, dim: SupportsIndex, index: TensorLike, source: TensorLike, *,
                   alpha: Operand = 1) -> Self:
        """index_add, in place."""

    def index_copy(self, dim: SupportsIndex, index: TensorLike, source: TensorLike) -> Tensor:
        """input with rows along an axis, at the places of a vector, replaced by those of source."""

    def index_copy_(self, dim: SupportsIndex, index: TensorLike, source: TensorLike) -> Self:
        """index_copy, in place."""

    def index_fill(self, dim: SupportsIndex, index: TensorLike, value: TensorLike) -> Tensor:
        """input with rows along an axis, at the places of a vector, replaced by one value."""

    def index_fill_(self, dim: SupportsIndex, index: TensorLike, value: TensorLike) -> Self:
        """index_fill, in place."""

    def index_put(self, indices: Sequence[TensorLike], values: TensorLike,
                  accumulate: builtins.bool = False) -> Tensor:
        """input with input[indices[0], indices[1], ...] replaced by values, or with them added if accumulate: integers
        for each of the first axes, which broadcast together, or masks, whose places are computed at once.
        """

    def index_put_(self, indices: Sequence[TensorLike], values: TensorLike,
                   accumulate: builtins.bool = False) -> Self:
        """index_put, in place."""

    def index_reduce(self, dim: SupportsIndex, index: TensorLike, source: TensorLike, reduce: Reduce, *,
                     include_self: builtins.bool = True) -> Tensor:
        """input with the rows of source reduced into its rows along an axis, at the places of a vector.

        reduce and include_self: as for scatter_reduce.
        """

    def index_reduce_(self, dim: SupportsIndex, index: TensorLike, source: TensorLike, reduce: Reduce, *,
                      include_self: builtins.bool = True) -> Self:
        """index_reduce, in place."""

    def index_select(self, dim: SupportsIndex, index: TensorLike) -> Tensor:
        """Rows along axis `dim` picked by integers of any shape, which takes the axis' place."""

    def inner(self, other: TensorLike) -> Tensor:
        """Sums of products over the last axis of both (int64 for bool and integers); with a scalar the product."""

    def int(self) -> Tensor:
        """This tensor as int32."""

    def inverse(self) -> Tensor:
        """Inverses of square matrices [..., n, n]."""

    def is_complex(self) -> builtins.bool:
        """False: tensors are real and dense, and lie in the processor's memory."""

    def is_contiguous(self) -> builtins.bool:
        """Whether the values are in order, which those of all tensors are."""

    @property
    def is_meta(self) -> builtins.bool:
        """False: tensors are real and dense, and lie in the processor's memory."""

    @property
    def is_mkldnn(self) -> builtins.bool:
        """False: tensors are real and dense, and lie in the processor's memory."""

    @property
    def is_mps(self) -> builtins.bool:
        """False: tensors are real and dense, and lie in the processor's memory."""

    def is_pinned(self) -> builtins.bool:
        """False: tensors are real and dense, and lie in the processor's memory."""

    @property
    def is_quantized(self) -> builtins.bool:
        """False: tensors are real and dense, and lie in the processor's memory."""

    def is_shared(self) -> builtins.bool:
        """False: tensors are real and dense, and lie in the processor's memory."""

    @property
    def is_sparse(self) -> builtins.bool:
        """False: tensors are real and dense, and lie in the processor's memory."""

    @property
    def is_xpu(self) -> builtins.bool:
        """False: tensors are real and dense, and lie in the processor's memory."""

    def isclose(self, other: Operand, rtol: Real = 1e-05, atol: Real = 1e-08,
                equal_nan: builtins.bool = False) -> Tensor:
        """Whether |input - other| <= atol + rtol |other|, or the two are equal, as bool. equal_nan: NaN equals NaN."""

    def isfinite(self) -> Tensor:
        """Whether it is neither infinite nor NaN, as bool, of each element, of the shape of `input`."""

    def isinf(self) -> Tensor:
        """Whether it is infinite, as bool, of each element, of the shape of `input`."""

    def isnan(self) -> Tensor:
        """Whether it is NaN, as bool, of each element, of the shape of `input`."""

    def isneginf(self) -> Tensor:
        """Whether it is -infinity, as bool, of each element, of the shape of `input`."""

    def isposinf(self) -> Tensor:
        """Whether it is +infinity, as bool, of each element, of the shape of `input`."""

    def isreal(self) -> Tensor:
        """Whether it is a real number, which all are, as bool, of each element, of the shape of `input`."""

    def istft(self, n_fft: SupportsIndex, hop_length: SupportsIndex | None = None,
              win_length: SupportsIndex | None = None, window: TensorLike | None = None,
              center: builtins.bool = True, normalized: builtins.bool = False,
              onesided: builtins.bool | None = None, length: SupportsIndex | None = None,
              return_complex: builtins.bool = False) -> Tensor:
        """The signal, [length] or [n, length], whose stft is nearest to these spectra. length: it is cut, or zeros come
        behind; None: as the pieces reach. Windows whose squares add up to 0 somewhere are an ArgumentError.
        """

    def kron(self, other: TensorLike) -> Tensor:
        """The Kronecker product: each element of the input times the whole of other, as blocks."""

    def kthvalue(self, k: SupportsIndex, dim: SupportsIndex = -1,
                 keepdim: builtins.bool = False) -> ValuesAndIndices:
        """(values, indices) of the k-th smallest element along an axis, from 1."""

    def lcm(self, other: Operand) -> Tensor:
        """The least common multiple of integers, element by element; the two broadcast."""

    def lcm_(self, other: Operand) -> Self:
        """lcm, in place."""

    def ldexp(self, other: Operand) -> Tensor:
        """input * 2^other, element by element; the two broadcast."""

    def ldexp_(self, other: Operand) -> Self:
        """ldexp, in place."""

    def le(self, other: Operand) -> Tensor:
        """input <= other, as bool, element by element; the two broadcast."""

    def le_(self, other: Operand) -> Self:
        """le, in place."""

    def lerp(self, end: TensorLike, weight: TensorLike) -> Tensor:
        """input + weight (end - input), exact at both ends; weight is a number or a tensor."""

    def lerp_(self, end: TensorLike, weight: TensorLike) -> Self:
        """lerp, in place."""

    def less(self, other: Operand) -> Tensor:
        """input < other, as bool, element by element; the two broadcast."""

    def less_(self, other: Operand) -> Self:
        """lt, in place."""

    def less_equal(self, other: Operand) -> Tensor:
        """input <= other, as bool, element by element; the two broadcast."""

    def less_equal_(self, other: Operand) -> Self:
        """le, in place."""

    def lgamma(self) -> Tensor:
        """log |gamma(x)| of each element, of the shape of `input`."""

    def lgamma_(self) -> Self:
        """lgamma, in place."""

    def log(self) -> Tensor:
        """Natural logarithm of each element, of the shape of `input`."""

    def log10(self) -> Tensor:
        """Logarithm to base 10 of each element, of the shape of `input`."""

    def log10_(self) -> Self:
        """log10, in place."""

    def log1p(self) -> Tensor:
        """log(1 + x), precise for small x, of each element, of the shape of `input`."""

    def log1p_(self) -> Self:
        """log1p, in place."""

    def log2(self) -> Tensor:
        """Logarithm to base 2 of each element, of the shape of `input`."""

    def log2_(self) -> Self:
        """log2, in place."""

    def log_(self) -> Self:
        """log, in place."""

    def log_normal_(self, mean: Real = 1.0, std: Real = 2.0, *, generator: Generator | None = None) -> Self:
        """Fills the tensor in place with numbers whose logarithms are normal, of that mean and standard deviation."""

    def log_softmax(self, dim: SupportsIndex | None = None, dtype: DTypeLike | None = None, *,
                    axis: SupportsIndex | None = None) -> Tensor:
        """log(softmax(x)) along an axis, without overflow. dtype: to compute in."""

    def logaddexp(self, other: Operand) -> Tensor:
        """log(exp(input) + exp(other)) without overflow, element by element; the two broadcast."""

    def logaddexp2(self, other: Operand) -> Tensor:
        """log2(2^input + 2^other) without overflow, element by element; the two broadcast."""

    def logcumsumexp(self, dim: SupportsIndex) -> Tensor:
        """log(sum(exp(x))) of the elements up to each along an axis, without overflow."""

    def logdet(self) -> Tensor:
        """log(det) of square matrices: NaN where the determinant is below 0, -inf where it is 0."""

    def logical_and(self, other: Operand) -> Tensor:
        """Whether both are nonzero, as bool, element by element; the two broadcast."""

    def logical_and_(self, other: Operand) -> Self:
        """logical_and, in place."""

    def logical_not(self) -> Tensor:
        """Whether the element is 0, as bool, of each element, of the shape of `input`."""

    def logical_not_(self) -> Self:
        """logical_not, in place."""

    def logical_or(self, other: Operand) -> Tensor:
        """Whether one is nonzero, as bool, element by element; the two broadcast."""

    def logical_or_(self, other: Operand) -> Self:
        """logical_or, in place."""

    def logical_xor(self, other: Operand) -> Tensor:
        """Whether exactly one is nonzero, as bool, element by element; the two broadcast."""

    def logical_xor_(self, other: Operand) -> Self:
        """logical_xor, in place."""

    def logit(self, eps: Real | None = None) -> Tensor:
        """log(x / (1 - x)) of each element, NaN outside 0 ... 1. eps: x is moved between eps and 1 - eps."""

    def logit_(self, eps: Real | None = None) -> Self:
        """logit, in place."""

    def logsigmoid(self) -> Tensor:
        """log(sigmoid(x)), without overflow, of each element, of the shape of `input`."""

    def logsumexp(self, dim: Axis = None, keepdim: builtins.bool = False, *, axis: Axis = None,
                  keepdims: builtins.bool = False) -> Tensor:
        """log(sum(exp(x))), without overflow, over the axes `dim` (an int, several, or None for all); they stay with
        extent 1 if keepdim.
        """

    def long(self) -> Tensor:
        """This tensor as int64."""

    def lt(self, other: Operand) -> Tensor:
        """input < other, as bool, element by element; the two broadcast."""

    def lt_(self, other: Operand) -> Self:
        """lt, in place."""

    def lu(self, pivot: builtins.bool = True, get_infos: builtins.bool = False) -> tuple[Tensor, ...]:
        """linalg.lu_factor's factors and pivots, and with get_infos its info."""

    def lu_solve(self, LU_data: TensorLike, LU_pivots: TensorLike) -> Tensor:
        """X of A X = b for the matrices that lu has factored."""

    @property
    def mH(self) -> Tensor:
        """With the last two axes exchanged."""

    @property
    def mT(self) -> Tensor:
        """With the last two axes exchanged."""

    def masked_fill(self, mask: TensorLike, value: TensorLike) -> Tensor:
        """`value` where mask is true, else input; the three broadcast."""

    def masked_fill_(self, mask: TensorLike, value: TensorLike) -> Self:
        """masked_fill, in place."""

    def masked_scatter(self, mask: TensorLike, source: TensorLike) -> Tensor:
        """input with the elements where mask is true replaced by those of source, one after the other."""

    def masked_scatter_(self, mask: TensorLike, source: TensorLike) -> Self:
        """masked_scatter, in place."""

    def masked_select(self, mask: TensorLike) -> Tensor:
        """The elements where mask is true, of the two broadcast together: 1-D. Computes the mask at once."""

    def matmul(self, other: TensorLike) -> Tensor:
        """Matrix product over the last two axes, [..., m, k] x [..., k, n] -> [..., m, n]; leading axes broadcast.

        1-D operands as in NumPy. Raises ShapeError where the inner extents differ, DTypeError for other than floats.
        """

    def matrix_exp(self) -> Tensor:
        """The exponentials of square matrices, I + A + A^2 / 2 + ...; NaN where the sum of a column's sizes is above
        2**15.
        """

    def matrix_power(self, n: SupportsIndex) -> Tensor:
        """Products of square matrices with themselves, n times; for negative n of their inverses."""

    @overload
    def max(self, dim: None = None, keepdim: builtins.bool = False, *, axis: None = None,
            keepdims: builtins.bool = False) -> Tensor:
        """Maximum of all elements; with `dim`, (values, indices) along that axis, where the gradient goes to the
        element that was picked; with a second tensor, maximum(input, other).
        """
    @overload
    def max(self, dim: Tensor | Array) -> Tensor: ...
    @overload
    def max(self, dim: builtins.int, keepdim: builtins.bool = False, *,
            keepdims: builtins.bool = False) -> ValuesAndIndices: ...
    @overload
    def max(self, *, keepdim: builtins.bool = False, axis: SupportsIndex,
            keepdims: builtins.bool = False) -> ValuesAndIndices: ...

    def maximum(self, other: Operand) -> Tensor:
        """The larger of the two, NaN if either is, element by element; the two broadcast."""

    def mean(self, dim: Axis = None, keepdim: builtins.bool = False, *, dtype: DTypeLike | None = None,
             axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
        """Mean of floats over the axes `dim` (an int, several, or None for all); they stay with extent 1 if keepdim.
        dtype: to compute in.
        """

    @overload
    def median(self, dim: None = None, keepdim: builtins.bool = False) -> Tensor:
        """The middle one of all elements in order, the lower of two, NaN if there is one; with `dim`, (values, indices)
        along that axis.
        """
    @overload
    def median(self, dim: SupportsIndex, keepdim: builtins.bool = False) -> ValuesAndIndices: ...

    @overload
    def min(self, dim: None = None, keepdim: builtins.bool = False, *, axis: None = None,
            keepdims: builtins.bool = False) -> Tensor:
        """Minimum of all elements; with `dim`, (values, indices) along that axis, where the gradient goes to the
        element that was picked; with a second tensor, minimum(input, other).
        """
    @overload
    def min(self, dim: Tensor | Array) -> Tensor: ...
    @overload
    def min(self, dim: builtins.int, keepdim: builtins.bool = False, *,
            keepdims: builtins.bool = False) -> ValuesAndIndices: ...
    @overload
    def min(self, *, keepdim: builtins.bool = False, axis: SupportsIndex,
            keepdims: builtins.bool = False) -> ValuesAndIndices: ...

    def minimum(self, other: Operand) -> Tensor:
        """The smaller of the two, NaN if either is, element by element; the two broadcast."""

    def mish(self) -> Tensor:
        """x tanh(softplus(x)) of each element, of the shape of `input`."""

    def mm(self, other: TensorLike) -> Tensor:
        """Product of two matrices, [m, k] x [k, n] -> [m, n]."""

    def mode(self, dim: SupportsIndex = -1, keepdim: builtins.bool = False) -> ValuesAndIndices:
        """(values, indices) of the element that occurs most often along an axis: the smallest of several, and the place
        of its last occurrence.
        """

    def moveaxis(self, source: Axes, destination: Axes) -> Tensor:
        """Axis source[i] becomes axis destination[i]; the others keep their order."""

    def movedim(self, source: Axes, destination: Axes) -> Tensor:
        """Axis source[i] becomes axis destination[i]; the others keep their order."""

    def msort(self) -> Tensor:
        """In ascending order along the first axis."""

    def mul(self, other: Operand) -> Tensor:
        """input * other, element by element; the two broadcast."""

    def multinomial(self, num_samples: SupportsIndex, replacement: builtins.bool = False, *,
                    generator: Generator | None = None) -> Tensor:
        """num_samples indices (int64) from each row of weights [n] or [rows, n]; without replacement they all differ.
        """

    def multiply(self, other: Operand) -> Tensor:
        """input * other, element by element; the two broadcast."""

    def mv(self, other: TensorLike) -> Tensor:
        """Product of a matrix and a vector, [m, k] x [k] -> [m]."""

    def mvlgamma(self, p: SupportsIndex) -> Tensor:
        """The logarithm of the multivariate gamma function of dimension p, 1 to 1000."""

    def mvlgamma_(self, p: SupportsIndex) -> Self:
        """mvlgamma, in place."""

    def nan_to_num(self, nan: Real = 0.0, posinf: Real | None = None, neginf: Real | None = None) -> Tensor:
        """With NaN and infinities replaced, by default by 0 and by the largest and smallest number of the dtype."""

    def nan_to_num_(self, nan: Real = 0.0, posinf: Real | None = None, neginf: Real | None = None) -> Self:
        """nan_to_num, in place."""

    def nanmean(self, dim: Axis = None, keepdim: builtins.bool = False, *,
                dtype: DTypeLike | None = None) -> Tensor:
        """Mean over the axes `dim` of what is not NaN. dtype: to compute in."""

    @overload
    def nanmedian(self, dim: None = None, keepdim: builtins.bool = False) -> Tensor:
        """The middle one of the elements that are not NaN, as median."""
    @overload
    def nanmedian(self, dim: SupportsIndex, keepdim: builtins.bool = False) -> ValuesAndIndices: ...

    def nanquantile(self, q: TensorLike, dim: SupportsIndex | None = None, keepdim: builtins.bool = False, *,
                    interpolation: Interpolation = 'linear') -> Tensor:
        """The quantile of the elements that are not NaN."""

    def nansum(self, dim: Axis = None, keepdim: builtins.bool = False, *,
               dtype: DTypeLike | None = None) -> Tensor:
        """Sum (int64 for bool and integers) over the axes `dim`, with NaN as 0. dtype: to compute in."""

    def narrow(self, dim: SupportsIndex, start: SupportsIndex, length: SupportsIndex) -> Tensor:
        """`length` elements along an axis, from `start` on."""

    def ne(self, other: Operand) -> Tensor:
        """input != other, as bool, element by element; the two broadcast."""

    def ne_(self, other: Operand) -> Self:
        """ne, in place."""

    def neg(self) -> Tensor:
        """-x of each element, of the shape of `input`."""

    def neg_(self) -> Self:
        """neg, in place."""

    def negative(self) -> Tensor:
        """-x of each element, of the shape of `input`."""

    def negative_(self) -> Self:
        """neg, in place."""

    def new_empty(self, *size: Size, dtype: DTypeLike | None = None, requires_grad: builtins.bool = False,
                  device: DeviceLike = None) -> Tensor:
        """Zeros of a shape, of this dtype unless another is given."""

    def new_full(self, size: Size, fill_value: Real, dtype: DTypeLike | None = None,
                 requires_grad: builtins.bool = False, device: DeviceLike = None) -> Tensor:
        """A tensor of a shape with every element `fill_value`, of this dtype unless another is given."""

    def new_ones(self, *size: Size, dtype: DTypeLike | None = None, requires_grad: builtins.bool = False,
                 device: DeviceLike = None) -> Tensor:
        """Ones of a shape, of this dtype unless another is given."""

    def new_tensor(self, data: TensorLike, dtype: DTypeLike | None = None, requires_grad: builtins.bool = False,
                   device: DeviceLike = None) -> Tensor:
        """A copy of `data`, of this dtype unless another is given."""

    def new_zeros(self, *size: Size, dtype: DTypeLike | None = None, requires_grad: builtins.bool = False,
                  device: DeviceLike = None) -> Tensor:
        """Zeros of a shape, of this dtype unless another is given."""

    def nextafter(self, other: Operand) -> Tensor:
        """The float next to input on the way to other, element by element; the two broadcast."""

    def nextafter_(self, other: Operand) -> Self:
        """nextafter, in place."""

    @overload
    def nonzero(self, *, as_tuple: Literal[False] = False) -> Tensor:
        """The places of the elements that are not 0: int64 [count, ndim], or with as_tuple the index along each axis.

        Computed at once.
        """
    @overload
    def nonzero(self, *, as_tuple: Literal[True]) -> tuple[Tensor, ...]: ...
    @overload
    def nonzero(self, *, as_tuple: builtins.bool) -> Tensor | tuple[Tensor, ...]: ...

    def norm(self, p: Real | Literal['fro', 'nuc'] = 'fro', dim: Axis = None, keepdim: builtins.bool = False, *,
             dtype: DTypeLike | None = None, axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
        """(sum |x|^p)^(1/p) over the axes `dim`; "fro" is 2. p 0 counts what is not 0, inf and -inf give the largest
        and smallest |x|, and "nuc" the sum of a matrix' singular values. dtype: to compute in.
        """

    def normal_(self, mean: Real = 0.0, std: Real = 1.0, *, generator: Generator | None = None) -> Self:
        """Fills the tensor in place with normal numbers of that mean and standard deviation."""

    def not_equal(self, other: Operand) -> Tensor:
        """input != other, as bool, element by element; the two broadcast."""

    def not_equal_(self, other: Operand) -> Self:
        """ne, in place."""

    def ormqr(self, tau: TensorLike, other: TensorLike, left: builtins.bool = True,
              transpose: builtins.bool = False) -> Tensor:
        """Q C (left False: C Q; transpose: with Q^T) of the reflections that linalg.householder_product multiplies;
        here Q is all of [..., m, m], and never formed. other: C, [..., m, k], or [..., k, m].
        """

    def outer(self, other: TensorLike) -> Tensor:
        """Each element of a vector times each of another, [m] x [n] -> [m, n]."""

    def permute(self, *axes: Axes, dims: Axes | None = None) -> Tensor:
        """Axis i of the result is axis dims[i] of input."""

    def pin_memory(self, *args: Any, **kwargs: Any) -> Tensor:
        """The tensor itself: all memory is the processor's, and tensors are dense."""

    def pinverse(self, rcond: Real = 1e-15) -> Tensor:
        """linalg.pinv with singular values up to `rcond` times the largest as 0."""

    def polygamma(self, n: SupportsIndex) -> Tensor:
        """The derivative of digamma of order n (0 to 100)."""

    def positive(self) -> Tensor:
        """The element itself of each element, of the shape of `input`."""

    def pow(self, other: Operand) -> Tensor:
        """input to the power other, element by element; the two broadcast."""

    def pow_(self, other: Operand) -> Self:
        """pow, in place."""

    def prelu(self, weight: TensorLike) -> Tensor:
        """x above 0, else weight x. weight: one element, or one for each place of axis 1."""

    def prod(self, dim: Axis = None, keepdim: builtins.bool = False, *, dtype: DTypeLike | None = None,
             axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
        """Product (int64 for bool and integers; exact derivatives where elements are 0) over the axes `dim` (an int,
        several, or None for all); they stay with extent 1 if keepdim. dtype: to compute in.
        """

    def put(self, index: TensorLike, source: TensorLike, accumulate: builtins.bool = False) -> Tensor:
        """input with the elements at places of the flattened tensor replaced, of two for one place the last stays; or
        with values added.
        """

    def put_(self, index: TensorLike, source: TensorLike, accumulate: builtins.bool = False) -> Self:
        """put, in place."""

    def qr(self, mode: Literal['reduced', 'complete', 'r'] = 'reduced') -> QRFactors:
        """(Q, R) of A = Q R with orthonormal columns in Q and zeros below R's diagonal:

        [..., m, k] and [..., k, n], k = min(m, n). mode 'complete': [..., m, m] and [..., m, n]. 'r': R alone, and
        nothing for Q.
        """

    def quantile(self, q: TensorLike, dim: SupportsIndex | None = None, keepdim: builtins.bool = False, *,
                 interpolation: Interpolation = 'linear') -> Tensor:
        """The value below which the share q of the elements lies, along an axis or of all, NaN if there is one.

        q: a number from 0 to 1, or a vector of such, for a new first axis. interpolation: what counts between two
        elements.
        """

    def rad2deg(self) -> Tensor:
        """Degrees of radians, of each element, of the shape of `input`."""

    def rad2deg_(self) -> Self:
        """rad2deg, in place."""

    def random_(self, low: SupportsIndex = 0, high: SupportsIndex | None = None, *,
                generator: Generator | None = None) -> Self:
        """Fills the tensor in place with whole numbers in [low, high), or random_(high): in [0, high).

        Without a bound, with as many as the dtype holds exactly.
        """

    def ravel(self) -> Tensor:
        """All axes as one."""

    def reciprocal(self) -> Tensor:
        """1 / x of each element, of the shape of `input`."""

    def reciprocal_(self) -> Self:
        """reciprocal, in place."""

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Calls hook(gradient) whenever a gradient of this tensor has been computed; what it returns, unless None,
        takes the gradient's place.

        For a leaf it is called with what backward() adds to .grad. Hooks run in the order of registration, while
        derivatives are recorded: in a compiled function once, when it is captured; one that is registered or removed
        later has it captured again. The result has remove().
        """

    def relu(self) -> Tensor:
        """max(x, 0) of each element, of the shape of `input`."""

    def relu6(self) -> Tensor:
        """x between 0 and 6 of each element, of the shape of `input`."""

    def relu_(self) -> Self:
        """relu, in place."""

    def remainder(self, other: Operand) -> Tensor:
        """input % other, of the sign of other, element by element; the two broadcast."""

    def remainder_(self, other: Operand) -> Self:
        """remainder, in place."""

    def renorm(self, p: Real, dim: SupportsIndex, maxnorm: Real) -> Tensor:
        """With the slices along an axis whose p-norm is above maxnorm brought down to it."""

    def repeat(self, *sizes: Size) -> Tensor:
        """Repeated sizes[i] times along axis i; there is a count for each axis; those in excess make new axes in front.
        """

    def repeat_interleave(self, repeats: TensorLike | None = None, dim: SupportsIndex | None = None, *,
                          output_size: SupportsIndex | None = None) -> Tensor:
        """Each element several times in a row along an axis, or of the flattened tensor.

        repeats: a number, or a vector with one for each, which is computed at once. With counts alone: the places 0, 1,
        ..., each as often as its count says. output_size: how many elements there will be, which is checked.
        """

    def reshape(self, *sizes: Size, shape: Size | None = None) -> Tensor:
        """The same elements, row-major, in another shape; one extent may be -1 and is deduced."""

    def reshape_as(self, other: Tensor) -> Tensor:
        """The same elements in the shape of `other`."""

    def roll(self, shifts: Axes, dims: Axis = None) -> Tensor:
        """Element i of axis dims[k] goes to i + shifts[k], from the end to the beginning again.

        Without dims: of the flattened tensor.
        """

    def rot90(self, k: SupportsIndex = 1, dims: Axes = (0, 1)) -> Tensor:
        """Turned by k quarters in the plane of two axes, from the first to the second."""

    def round(self, *, decimals: SupportsIndex = 0) -> Tensor:
        """The nearest number with that many places behind the point; halves go to the even neighbour.

        The derivative is 0.
        """

    def round_(self, *, decimals: SupportsIndex = 0) -> Self:
        """round, in place."""

    def rrelu(self, lower: Real = 0.125, upper: Real = 0.3333333333333333,
              training: builtins.bool = False) -> Tensor:
        """x above 0, else slope x: each element's slope is drawn between lower and upper in training, else their mean.
        """

    def rsqrt(self) -> Tensor:
        """1 / sqrt(x) of each element, of the shape of `input`."""

    def rsqrt_(self) -> Self:
        """rsqrt, in place."""

    def scatter(self, dim: SupportsIndex, index: TensorLike, src: TensorLike | None = None, *,
                value: TensorLike | None = None) -> Tensor:
        """input with [i][index[i][j][k]][k] = src[i][j][k] for dim 1; of two values for one place the last stays. src
        may be a number (or value=).
        """

    def scatter_(self, dim: SupportsIndex, index: TensorLike, src: TensorLike | None = None, *,
                 value: TensorLike | None = None) -> Self:
        """scatter, in place."""

    def scatter_add(self, dim: SupportsIndex, index: TensorLike, src: TensorLike) -> Tensor:
        """As scatter, with += ; sums are taken in the order of the index."""

    def scatter_add_(self, dim: SupportsIndex, index: TensorLike, src: TensorLike) -> Self:
        """scatter_add, in place."""

    def scatter_reduce(self, dim: SupportsIndex, index: TensorLike, src: TensorLike, reduce: Reduce, *,
                       include_self: builtins.bool = True) -> Tensor:
        """input with each src[i][j][k] reduced into [i][index[i][j][k]][k] for dim 1.

        reduce: 'sum', 'prod', 'mean', 'amax' or 'amin'; the last two and 'prod' look at each element of the axis for
        each of the index. include_self: whether the input's own elements take part where others come.
        """

    def scatter_reduce_(self, dim: SupportsIndex, index: TensorLike, src: TensorLike, reduce: Reduce, *,
                        include_self: builtins.bool = True) -> Self:
        """scatter_reduce, in place."""

    def select(self, dim: SupportsIndex, index: SupportsIndex) -> Tensor:
        """The slice at one position along an axis, which goes."""

    def select_scatter(self, src: TensorLike, dim: SupportsIndex, index: SupportsIndex) -> Tensor:
        """input with the slice at one position along an axis replaced."""

    def selu(self) -> Tensor:
        """Scaled ELU (Klambauer et al. 2017) of each element, of the shape of `input`."""

    def sgn(self) -> Tensor:
        """-1, 0 or 1 by the sign of each element, of the shape of `input`."""

    def sgn_(self) -> Self:
        """sign, in place."""

    def share_memory_(self, *args: Any, **kwargs: Any) -> Self:
        """The tensor itself: all memory is the processor's, and tensors are dense."""

    def sigmoid(self) -> Tensor:
        """1 / (1 + exp(-x)) of each element, of the shape of `input`."""

    def sigmoid_(self) -> Self:
        """sigmoid, in place."""

    def sign(self) -> Tensor:
        """-1, 0 or 1 by the sign of each element, of the shape of `input`."""

    def sign_(self) -> Self:
        """sign, in place."""

    def signbit(self) -> Tensor:
        """Whether the sign bit is set, which -0 has too, as bool, of each element, of the shape of `input`."""

    def silu(self) -> Tensor:
        """x sigmoid(x) of each element, of the shape of `input`."""

    def sin(self) -> Tensor:
        """Sine of each element, of the shape of `input`."""

    def sin_(self) -> Self:
        """sin, in place."""

    def sinc(self) -> Tensor:
        """sin(pi x) / (pi x) of each element, of the shape of `input`."""

    def sinc_(self) -> Self:
        """sinc, in place."""

    def sinh(self) -> Tensor:
        """Hyperbolic sine of each element, of the shape of `input`."""

    def sinh_(self) -> Self:
        """sinh, in place."""

    def slice_scatter(self, src: TensorLike, dim: SupportsIndex = 0, start: SupportsIndex | None = None,
                      end: SupportsIndex | None = None, step: SupportsIndex = 1) -> Tensor:
        """input with input[start:end:step] along an axis replaced."""

    def slogdet(self) -> SignAndLogarithm:
        """(sign, logabsdet) of the determinants of square matrices: 0 and -inf for singular ones, without a derivative.
        """

    def softmax(self, dim: SupportsIndex | None = None, dtype: DTypeLike | None = None, *,
                axis: SupportsIndex | None = None) -> Tensor:
        """exp(x) / sum(exp(x)) along an axis, without overflow. dtype: to compute in."""

    def softplus(self, beta: Real = 1.0, threshold: Real | None = None) -> Tensor:
        """log(1 + exp(beta x)) / beta of each element, without overflow; x where beta x is above a threshold, if one is
        given.

        PyTorch has a threshold of 20, above which it rounds to x; here the exact value is as fast.
        """

    def softshrink(self, lambd: Real = 0.5) -> Tensor:
        """x moved toward 0 by lambd, which is not negative, as far as 0."""

    def softsign(self) -> Tensor:
        """x / (1 + |x|) of each element, of the shape of `input`."""

    def sort(self, dim: SupportsIndex = -1, descending: builtins.bool = False, stable: builtins.bool = True, *,
             axis: SupportsIndex | None = None) -> ValuesAndIndices:
        """(values, indices) in ascending or descending order along an axis. Always stable; NaN counts as the largest.
        """

    def split(self, split_size_or_sections: Size, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
        """Parts along an axis: of that many elements each (the last has the rest), or of the given extents. A tuple."""

    def split_with_sizes(self, split_size_or_sections: Size, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
        """Parts along an axis: of that many elements each (the last has the rest), or of the given extents. A tuple."""

    def sqrt(self) -> Tensor:
        """Square root of each element, of the shape of `input`."""

    def sqrt_(self) -> Self:
        """sqrt, in place."""

    def square(self) -> Tensor:
        """Square of each element, of the shape of `input`."""

    def square_(self) -> Self:
        """square, in place."""

    def squeeze(self, dim: Axis = None) -> Tensor:
        """Without the axes of extent 1, or without those of `dim` if they have extent 1."""

    def std(self, dim: Axis = None, unbiased: builtins.bool | None = None, keepdim: builtins.bool = False, *,
            correction: Real | None = 1, axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
        """Standard deviation of floats: the square root of var. The derivative where it is 0 is 0."""

    def stft(self, n_fft: SupportsIndex, hop_length: SupportsIndex | None = None,
             win_length: SupportsIndex | None = None, window: TensorLike | None = None,
             center: builtins.bool = True, pad_mode: PadMode = 'reflect', normalized: builtins.bool = False,
             onesided: builtins.bool | None = None, return_complex: builtins.bool | None = None,
             align_to_window: builtins.bool | None = None) -> Tensor:
        """Fourier transforms of pieces of n_fft elements times a window: [length] or [n, length] -> [n, frequencies,
        pieces, 2], pairs of reals as PyTorch gives with return_complex=False, whatever return_complex is.

        hop_length: from one piece to the next; None: n_fft // 4. window: [win_length], with zeros around it up to
        n_fft;
        None: ones. center: piece t is about element t hop_length of the signal, which is padded; else it begins there.
        normalized: divided by the root of n_fft. onesided: the first n_fft // 2 + 1 frequencies, as the others are
        their conjugates; None: so.
        """

    def stride(self, dim: builtins.int | None = None) -> Any:
        """How many elements lie from one place to the next along each axis (or along `dim`): as of row-major memory."""

    def sub(self, other: Operand, *, alpha: Operand = 1) -> Tensor:
        """input - alpha * other, element by element; the two broadcast."""

    def subtract(self, other: Operand, *, alpha: Operand = 1) -> Tensor:
        """input - alpha * other, element by element; the two broadcast."""

    def sum(self, dim: Axis = None, keepdim: builtins.bool = False, *, dtype: DTypeLike | None = None,
            axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
        """Sum (int64 for bool and integers) over the axes `dim` (an int, several, or None for all); they stay with
        extent 1 if keepdim. dtype: to compute in.
        """

    def sum_to_size(self, *size: Size) -> Tensor:
        """Summed over the axes that broadcasting a tensor of this shape to its own would make or repeat."""

    def svd(self, some: builtins.bool = True, compute_uv: builtins.bool = True) -> SingularSystem:
        """(U, S, V) of A = U diag(S) V^T, S descending: torch.svd. some: U [..., m, k] and V [..., n, k], k = min(m,
        n); else they are square. compute_uv False: zeros in their place.

        linalg.svd has V^T instead.
        """

    def swapaxes(self, dim0: SupportsIndex, dim1: SupportsIndex) -> Tensor:
        """With two axes exchanged."""

    def swapdims(self, dim0: SupportsIndex, dim1: SupportsIndex) -> Tensor:
        """With two axes exchanged."""

    def t(self) -> Tensor:
        """A matrix transposed; vectors and scalars as they are."""

    def take(self, index: TensorLike) -> Tensor:
        """The elements at places of the flattened input, of the shape of `index`."""

    def take_along_dim(self, indices: TensorLike, dim: SupportsIndex | None = None, *,
                       axis: SupportsIndex | None = None) -> Tensor:
        """One element for each of `indices` along an axis; along the others the two broadcast.

        Without an axis, of the flattened input.
        """

    def tan(self) -> Tensor:
        """Tangent of each element, of the shape of `input`."""

    def tan_(self) -> Self:
        """tan, in place."""

    def tanh(self) -> Tensor:
        """Hyperbolic tangent of each element, of the shape of `input`."""

    def tanh_(self) -> Self:
        """tanh, in place."""

    def tanhshrink(self) -> Tensor:
        """x - tanh(x) of each element, of the shape of `input`."""

    def tensor_split(self, indices_or_sections: Size, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
        """So many parts along an axis, the first ones one element larger where they cannot be equal; or the parts
        between places. A tuple.
        """

    def tile(self, *counts: Size, dims: Size | None = None) -> Tensor:
        """Repeated dims[i] times along axis i; counts that are missing in front are 1, those in excess make new axes.
        """

    def to_dense(self, *args: Any, **kwargs: Any) -> Tensor:
        """The tensor itself: all memory is the processor's, and tensors are dense."""

    def topk(self, k: SupportsIndex, dim: SupportsIndex = -1, largest: builtins.bool = True,
             sorted: builtins.bool = True, *, axis: SupportsIndex | None = None) -> ValuesAndIndices:
        """(values, indices) of the k largest (or smallest) elements along an axis, in order."""

    def trace(self) -> Tensor:
        """Sum of a matrix's diagonal (int64 for bool and integers)."""

    def transpose(self, dim0: SupportsIndex, dim1: SupportsIndex) -> Tensor:
        """With two axes exchanged."""

    def triangular_solve(self, A: TensorLike, upper: builtins.bool = True, transpose: builtins.bool = False,
                         unitriangular: builtins.bool = False) -> TriangularSolution:
        """(solution, cloned_coefficient) of A X = b (transpose: of A^T X = b) with a triangular A, as
        torch.triangular_solve; solve_triangular is the newer form.
        """

    def tril(self, diagonal: SupportsIndex = 0) -> Tensor:
        """With zeros above a diagonal of the matrices in the last two axes."""

    def triu(self, diagonal: SupportsIndex = 0) -> Tensor:
        """With zeros below a diagonal of the matrices in the last two axes."""

    def true_divide(self, other: Operand, *, rounding_mode: Literal['floor', 'trunc'] | None = None) -> Tensor:
        """input / other, element by element; the two broadcast. Integers give float32.

        rounding_mode: None, "floor" (rounded down, as //) or "trunc" (cut toward 0); with these two integers stay
        integers.
        """

    def trunc(self) -> Tensor:
        """The whole number towards 0 (integers stay as they are; derivative 0) of each element, of the shape of
        `input`.
        """

    def trunc_(self) -> Self:
        """trunc, in place."""

    def type(self, dtype: Any = None, non_blocking: builtins.bool = False, **_: Any) -> Any:
        """Without an argument PyTorch's name of the tensor's type, "torch.FloatTensor"; else the tensor in a dtype,
        which may be given by such a name, or by a constructor (FloatTensor).
        """

    def unbind(self, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
        """The slices along an axis, which goes. A tuple."""

    def unflatten(self, dim: SupportsIndex, sizes: Size) -> Tensor:
        """One axis as several, of the given extents; one may be -1 and is deduced."""

    def unfold(self, dimension: SupportsIndex, size: SupportsIndex, step: SupportsIndex) -> Tensor:
        """The windows of `size` elements along an axis, `step` apart: the axis counts them, and their elements are a
        new last axis.
        """

    def uniform_(self, low: Real = 0.0, high: Real = 1.0, *, generator: Generator | None = None) -> Self:
        """Fills the tensor in place with uniform numbers in [low, high)."""

    @overload
    def unique(self, sorted: builtins.bool = True, return_inverse: Literal[False] = False,
               return_counts: Literal[False] = False, dim: SupportsIndex | None = None, *,
               axis: SupportsIndex | None = None) -> Tensor:
        """The distinct elements in ascending order; if asked for, with each element's place among them, and how often
        each occurs.

        With dim: the distinct slices along that axis, in the order of their first elements, of equal ones of their
        second, and so on. Computed at once. NaN differs from NaN, as in PyTorch. Derivatives go to the first of equal
        elements.
        """
    @overload
    def unique(self, sorted: builtins.bool = True, *, return_inverse: Literal[True], return_counts: Literal[True],
               dim: SupportsIndex | None = None,
               axis: SupportsIndex | None = None) -> tuple[Tensor, Tensor, Tensor]: ...
    @overload
    def unique(self, sorted: builtins.bool = True, return_inverse: builtins.bool = False,
               return_counts: builtins.bool = False, dim: SupportsIndex | None = None, *,
               axis: SupportsIndex | None = None) -> Any: ...

    def unique_consecutive(self, return_inverse: builtins.bool = False, return_counts: builtins.bool = False,
                           dim: SupportsIndex | None = None) -> Any:
        """The first of each run of equal elements, or of equal slices along an axis; if asked for, with the number of
        each element's run, and how long runs are. Computed at once.
        """

    def unsafe_chunk(self, chunks: SupportsIndex, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
        """At most that many parts along an axis, of equal extents; the last may be smaller. A tuple."""

    def unsafe_split(self, split_size_or_sections: Size, dim: SupportsIndex = 0) -> tuple[Tensor, ...]:
        """Parts along an axis: of that many elements each (the last has the rest), or of the given extents. A tuple."""

    def unsqueeze(self, dim: SupportsIndex) -> Tensor:
        """With a new axis of extent 1 at `dim`."""

    def var(self, dim: Axis = None, unbiased: builtins.bool | None = None, keepdim: builtins.bool = False, *,
            correction: Real | None = 1, axis: Axis = None, keepdims: builtins.bool = False) -> Tensor:
        """Variance of floats over the axes `dim`: the sum of squares is divided by their number less `correction`
        (NumPy's ddof, which is 0 there).
        """

    def vdot(self, other: TensorLike) -> Tensor:
        """Sum of the products of two vectors' elements (int64 for bool and integers)."""

    def view(self, *sizes: Size, shape: Size | None = None) -> Tensor:
        """The same elements, row-major, in another shape; one extent may be -1 and is deduced."""

    def view_as(self, other: Tensor) -> Tensor:
        """The same elements in the shape of `other`."""

    def vsplit(self, indices_or_sections: Size) -> tuple[Tensor, ...]:
        """So many equal parts along axis 0, or the parts between places. A tuple."""

    def where(self, condition: TensorLike, other: TensorLike) -> Tensor:
        """This where condition (bool) is true, else `other`; the three broadcast."""

    def xlogy(self, other: Operand) -> Tensor:
        """input log(other), 0 where input is 0, element by element; the two broadcast."""

    def xlogy_(self, other: Operand) -> Self:
        """xlogy, in place."""
