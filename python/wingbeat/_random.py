"""Random numbers from distributions, from the default generator (manual_seed): the same on any number of threads."""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from . import _abi
from ._calls import called
from ._creation import _random, full_like, like, randint, randn
from ._device import check_device
from ._dtypes import float64, int64
from ._errors import ArgumentError
from ._generator import drawing_from
from ._library import check, lib
from ._tensor import Tensor, as_tensor, tensor_of, wrap

if TYPE_CHECKING:
    from ._device import DeviceLike
    from ._dtypes import DType
    from ._generator import Generator
    from ._typing import DTypeLike, Operand, Real, Size, TensorLike, TensorT


def uniform(
    low: Real = 0.0, high: Real = 1.0, size: Size = (), dtype: DTypeLike | None = None, requires_grad: bool = False
) -> Tensor:
    """Uniform numbers in [low, high)."""
    return _random(_abi.WB_DISTRIBUTION_UNIFORM, (size,), low, high, dtype, requires_grad)


@overload
def normal(
    mean: Real = 0.0,
    std: Real = 1.0,
    size: Size | None = None,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    generator: Generator | None = None,
    device: DeviceLike = None,
) -> Tensor: ...
@overload
def normal(mean: TensorLike, std: TensorLike = 1.0, *, generator: Generator | None = None) -> Tensor: ...
@overload
def normal(mean: TensorLike = 0.0, *, std: TensorLike, generator: Generator | None = None) -> Tensor: ...
def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Size | None = None,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    generator: Generator | None = None,
    device: DeviceLike = None,
) -> Tensor:
    """Normal numbers.

    Mean and std are numbers, with a size; or one or both are tensors, which broadcast and through which derivatives
    pass.
    """
    if device is not None:
        check_device(device)
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        if size is not None:
            raise ArgumentError("normal: expected a size for numbers only, found one beside a tensor")
        shape = (mean + std * 0).shape
        kind: DType = next(side.dtype for side in (mean, std) if isinstance(side, Tensor))
        drawn = randn(shape, dtype=kind if kind.is_floating_point else None, generator=generator)
        return as_tensor(mean + std * drawn)
    shape = (() if size is None else size,)
    return _random(_abi.WB_DISTRIBUTION_NORMAL, shape, mean, std, dtype, requires_grad, generator)


def exponential(
    rate: Real = 1.0, size: Size = (), dtype: DTypeLike | None = None, requires_grad: bool = False
) -> Tensor:
    """Exponential numbers of that rate (their mean is 1 / rate), all above 0."""
    return _random(_abi.WB_DISTRIBUTION_EXPONENTIAL, (size,), rate, 0, dtype, requires_grad)


def gumbel(
    loc: Real = 0.0, scale: Real = 1.0, size: Size = (), dtype: DTypeLike | None = None, requires_grad: bool = False
) -> Tensor:
    """Gumbel's numbers: loc - scale log(E) with E exponential of rate 1."""
    return _random(_abi.WB_DISTRIBUTION_GUMBEL, (size,), loc, scale, dtype, requires_grad)


def bernoulli(input: TensorLike, p: Real | None = None, *, generator: Generator | None = None) -> Tensor:
    """1 with the probability at each place of `input`, else 0, in its dtype.

    With p, a number: with that probability everywhere.
    """
    input, out = as_tensor(input), c_void_p()
    with drawing_from(generator):
        check(lib.wb_bernoulli(input if p is None else full_like(input, p), out))
    return wrap(out.value)


def multinomial(
    input: TensorLike, num_samples: SupportsIndex, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """num_samples indices (int64) from each row of weights [n] or [rows, n]; without replacement they all differ."""
    out = c_void_p()
    with drawing_from(generator):
        check(lib.wb_multinomial(as_tensor(input), num_samples, 1 if replacement else 0, out))
    return wrap(out.value)


def randperm(
    n: SupportsIndex, dtype: DTypeLike = int64, device: DeviceLike = None, *, generator: Generator | None = None
) -> Tensor:
    """A random permutation of 0 ... n - 1."""
    if device is not None:
        check_device(device)
    out = c_void_p()
    with drawing_from(generator):
        check(lib.wb_random_permutation(n, out))
    return wrap(out.value).to(dtype)


def randint_like(
    input: TensorLike, low: Real, high: Real | None = None, dtype: DTypeLike | None = None, device: DeviceLike = None
) -> Tensor:
    """Whole numbers in [low, high), or in [0, low), of the shape (and dtype) of `input`."""
    if device is not None:
        check_device(device)
    low, high = (0, low) if high is None else (low, high)
    shape, dtype = like(input, dtype)
    return randint(low, high, shape).to(dtype)


# Methods in place: a generator may be given for each.


def _uniform_(self: TensorT, low: Real = 0.0, high: Real = 1.0, *, generator: Generator | None = None) -> TensorT:
    """Fills the tensor in place with uniform numbers in [low, high)."""
    with drawing_from(generator):
        return self.copy_(uniform(low, high, self.shape, self.dtype))


def _normal_(self: TensorT, mean: Real = 0.0, std: Real = 1.0, *, generator: Generator | None = None) -> TensorT:
    """Fills the tensor in place with normal numbers of that mean and standard deviation."""
    with drawing_from(generator):
        return self.copy_(normal(mean, std, self.shape, self.dtype))


def _exponential_(self: TensorT, rate: Real = 1.0, *, generator: Generator | None = None) -> TensorT:
    """Fills the tensor in place with exponential numbers of that rate."""
    with drawing_from(generator):
        return self.copy_(exponential(rate, self.shape, self.dtype))


def _log_normal_(self: TensorT, mean: Real = 1.0, std: Real = 2.0, *, generator: Generator | None = None) -> TensorT:
    """Fills the tensor in place with numbers whose logarithms are normal, of that mean and standard deviation."""
    with drawing_from(generator):
        return self.copy_(called("log_normal", mean=mean, std=std, size=self.shape, dtype=self.dtype))


def _cauchy_(self: TensorT, median: Real = 0.0, sigma: Real = 1.0, *, generator: Generator | None = None) -> TensorT:
    """Fills the tensor in place with Cauchy's numbers: median + sigma tan(pi (u - 1/2)), u uniform in [0, 1)."""
    with drawing_from(generator):
        return self.copy_(called("cauchy", median=median, sigma=sigma, size=self.shape, dtype=self.dtype))


def _geometric_(self: TensorT, p: Real, *, generator: Generator | None = None) -> TensorT:
    """Fills the tensor in place with numbers of trials up to the first success, of probability p: 1, 2, ..."""
    with drawing_from(generator):
        return self.copy_(called("geometric", p=p, size=self.shape, dtype=self.dtype))


def _bernoulli_(self: TensorT, p: Operand = 0.5, *, generator: Generator | None = None) -> TensorT:
    """Fills the tensor in place with 1 with probability p (a number or a tensor that broadcasts), else 0."""
    probabilities = p if isinstance(p, Tensor) else tensor_of(p, float64)
    return self.copy_(bernoulli(probabilities.expand(self.shape), generator=generator).to(self.dtype))


def _random_(
    self: TensorT, low: SupportsIndex = 0, high: SupportsIndex | None = None, *, generator: Generator | None = None
) -> TensorT:
    """Fills the tensor in place with whole numbers in [low, high), or random_(high): in [0, high).

    Without a bound, with as many as the dtype holds exactly.
    """
    if high is None:
        low, high = 0, low if low.__index__() else _MOST.get(self.dtype.name, 1 << 53)
    return self.copy_(randint(low, high, self.shape, generator=generator).to(self.dtype))


_MOST = {
    **{"bool": 2, "uint8": 1 << 8, "int32": 1 << 31, "int64": (1 << 63) - 1},
    **{"float32": 1 << 24, "float16": 1 << 11, "bfloat16": 1 << 8},
}


_METHODS: dict[str, Any] = {
    "uniform_": _uniform_,
    "normal_": _normal_,
    "exponential_": _exponential_,
    "log_normal_": _log_normal_,
    "cauchy_": _cauchy_,
    "geometric_": _geometric_,
    "bernoulli_": _bernoulli_,
    "random_": _random_,
    "bernoulli": bernoulli,
    "multinomial": multinomial,
}
for _name, _method in _METHODS.items():
    setattr(Tensor, _name, _method)

__all__ = ["uniform", "normal", "exponential", "gumbel", "bernoulli", "multinomial", "randperm", "randint_like"]
