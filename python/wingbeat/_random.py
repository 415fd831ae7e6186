"""Random numbers from distributions, from the default generator (manual_seed): the same on any number of threads."""

from ctypes import c_void_p

from . import _abi
from ._creation import _random, full_like, like, randint, randn
from ._dtypes import float32, float64, int64
from ._errors import ArgumentError
from ._library import check, lib
from ._naming import named
from ._tensor import Tensor, as_tensor, wrap


def uniform(low=0.0, high=1.0, size=(), dtype=float32, requires_grad=False):
    """Uniform numbers in [low, high)."""
    return _random(_abi.WB_DISTRIBUTION_UNIFORM, (size,), low, high, dtype, requires_grad)


def normal(mean=0.0, std=1.0, size=None, dtype=float32, requires_grad=False):
    """Normal numbers. Mean and std are numbers, with a size; or one or both are tensors, which broadcast and through which derivatives pass."""
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        if size is not None:
            raise ArgumentError("normal: expected a size for numbers only, found one beside a tensor")
        shape = (mean + std * 0).shape
        kind = next(side.dtype for side in (mean, std) if isinstance(side, Tensor))
        return mean + std * randn(shape, dtype=kind if kind.is_floating_point else float64)
    return _random(_abi.WB_DISTRIBUTION_NORMAL, (() if size is None else size,), mean, std, dtype, requires_grad)


def exponential(rate=1.0, size=(), dtype=float32, requires_grad=False):
    """Exponential numbers of that rate (their mean is 1 / rate), all above 0."""
    return _random(_abi.WB_DISTRIBUTION_EXPONENTIAL, (size,), rate, 0, dtype, requires_grad)


def gumbel(loc=0.0, scale=1.0, size=(), dtype=float32, requires_grad=False):
    """Gumbel's numbers: loc - scale log(E) with E exponential of rate 1."""
    return _random(_abi.WB_DISTRIBUTION_GUMBEL, (size,), loc, scale, dtype, requires_grad)


def bernoulli(input, p=None):
    """1 with the probability at each place of `input`, else 0, in its dtype. With p, a number: with that probability everywhere."""
    input, out = as_tensor(input), c_void_p()
    check(lib.wb_bernoulli(input if p is None else full_like(input, p), out))
    return wrap(out.value)


def multinomial(input, num_samples, replacement=False):
    """num_samples indices (int64) from each row of weights [n] or [rows, n]; without replacement those of a row differ."""
    out = c_void_p()
    check(lib.wb_multinomial(as_tensor(input), num_samples, 1 if replacement else 0, out))
    return wrap(out.value)


def randperm(n, dtype=int64):
    """A random permutation of 0 ... n - 1."""
    out = c_void_p()
    check(lib.wb_random_permutation(n, out))
    return wrap(out.value).to(dtype)


def randint_like(input, low, high=None, dtype=None):
    """Whole numbers in [low, high), or in [0, low), of the shape (and dtype) of `input`."""
    low, high = (0, low) if high is None else (low, high)
    shape, dtype = like(input, dtype)
    return randint(low, high, shape).to(dtype)


def _filled(draw):
    def method(self, *args, **kwargs):
        return self.copy_(draw(*args, size=self.shape, dtype=self.dtype, **kwargs))
    return named(method, f"{draw.__name__}_", f"Fills the tensor in place. {draw.__doc__}")


def _bernoulli_(self, p=0.5):
    """Fills the tensor in place with 1 with probability p (a number or a tensor that broadcasts), else 0."""
    probabilities = p if isinstance(p, Tensor) else Tensor(p, float64)
    return self.copy_(bernoulli(probabilities.expand(self.shape)).to(self.dtype))


Tensor.uniform_, Tensor.normal_, Tensor.exponential_ = _filled(uniform), _filled(normal), _filled(exponential)
Tensor.bernoulli_, Tensor.bernoulli, Tensor.multinomial = _bernoulli_, bernoulli, multinomial

__all__ = ["uniform", "normal", "exponential", "gumbel", "bernoulli", "multinomial", "randperm", "randint_like"]
