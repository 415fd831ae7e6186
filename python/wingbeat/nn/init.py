"""Initialisers: fill a float tensor in place from the default generator (manual_seed), and return it.

A weight [out, in, ...] has fan_in = in x rest and fan_out = out x rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _abi
from .._errors import ArgumentError, UnsupportedError
from .._library import check, lib
from .._naming import listing

if TYPE_CHECKING:
    from .._typing import TensorT

_CONVOLUTIONS = tuple(f"conv{way}{axes}d" for way in ("", "_transpose") for axes in (1, 2, 3))
_GAINS = {
    **dict.fromkeys(("linear", "identity", "sigmoid", *_CONVOLUTIONS), 1.0),
    "tanh": 5 / 3,
    "relu": 2**0.5,
    "selu": 3 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The gain recommended for what follows a layer: 1, 5/3 for tanh, sqrt(2) for relu, 3/4 for selu, sqrt(2 / (1 +
    slope^2)) for leaky_relu, whose slope is `param`."""
    if nonlinearity == "leaky_relu":
        if param is not None and (isinstance(param, bool) or not isinstance(param, (int, float))):
            raise ArgumentError(f"calculate_gain: expected a number as the slope, found {param!r:.80}")
        return float((2 / (1 + (0.01 if param is None else param) ** 2)) ** 0.5)
    try:
        return _GAINS[nonlinearity]
    except (KeyError, TypeError):
        raise ArgumentError(
            f"calculate_gain: expected one of {', '.join(_GAINS)}, leaky_relu, found {nonlinearity!r:.80}"
        ) from None


def _own_generator(generator: object) -> None:
    if generator is not None:
        raise UnsupportedError(
            f"init: expected None as generator, the default one that manual_seed sets, found {generator!r:.80}"
        )


def _fill(tensor: TensorT, kind: int, a: float = 0.0, b: float = 0.0) -> TensorT:
    check(lib.wb_initialize(tensor, kind, a, b))
    return tensor


def constant_(tensor: TensorT, val: float) -> TensorT:
    """Every element `val`."""
    return _fill(tensor, _abi.WB_INITIALIZER_CONSTANT, val)


def zeros_(tensor: TensorT) -> TensorT:
    """Zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor: TensorT) -> TensorT:
    """Ones."""
    return constant_(tensor, 1.0)


def uniform_(tensor: TensorT, a: float = 0.0, b: float = 1.0, generator: object = None) -> TensorT:
    """Uniform in [a, b)."""
    _own_generator(generator)
    return _fill(tensor, _abi.WB_INITIALIZER_UNIFORM, a, b)


def normal_(tensor: TensorT, mean: float = 0.0, std: float = 1.0, generator: object = None) -> TensorT:
    """Normal with that mean and standard deviation."""
    _own_generator(generator)
    return _fill(tensor, _abi.WB_INITIALIZER_NORMAL, mean, std)


def xavier_uniform_(tensor: TensorT, gain: float = 1.0, generator: object = None) -> TensorT:
    """Uniform in (-k, k), k = gain sqrt(6 / (fan_in + fan_out)). Glorot and Bengio 2010."""
    _own_generator(generator)
    return _fill(tensor, _abi.WB_INITIALIZER_XAVIER_UNIFORM, gain)


def xavier_normal_(tensor: TensorT, gain: float = 1.0, generator: object = None) -> TensorT:
    """Normal with standard deviation gain sqrt(2 / (fan_in + fan_out)). Glorot and Bengio 2010."""
    _own_generator(generator)
    return _fill(tensor, _abi.WB_INITIALIZER_XAVIER_NORMAL, gain)


def _by_mode(mode: str, fan_in: int, fan_out: int) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ArgumentError(f"init: expected mode 'fan_in' or 'fan_out', found {mode!r}")
    return fan_in if mode == "fan_in" else fan_out


def kaiming_uniform_(
    tensor: TensorT, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: object = None
) -> TensorT:
    """Uniform in (-k, k), k = gain sqrt(3 / fan), with calculate_gain(nonlinearity, a). He et al. 2015."""
    _own_generator(generator)
    kind = _by_mode(mode, _abi.WB_INITIALIZER_KAIMING_UNIFORM, _abi.WB_INITIALIZER_KAIMING_UNIFORM_FAN_OUT)
    return _fill(tensor, kind, calculate_gain(nonlinearity, a))


def kaiming_normal_(
    tensor: TensorT, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: object = None
) -> TensorT:
    """Normal with standard deviation gain / sqrt(fan), with calculate_gain(nonlinearity, a). He et al. 2015."""
    _own_generator(generator)
    kind = _by_mode(mode, _abi.WB_INITIALIZER_KAIMING_NORMAL, _abi.WB_INITIALIZER_KAIMING_NORMAL_FAN_OUT)
    return _fill(tensor, kind, calculate_gain(nonlinearity, a))


def trunc_normal_(
    tensor: TensorT, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: object = None
) -> TensorT:
    """Normal with that mean and standard deviation, without what lies outside [a, b]."""
    _own_generator(generator)
    check(lib.wb_initialize_truncated(tensor, mean, std, a, b))
    return tensor


def eye_(tensor: TensorT) -> TensorT:
    """A matrix with ones on the diagonal and zeros elsewhere."""
    return _fill(tensor, _abi.WB_INITIALIZER_EYE)


def dirac_(tensor: TensorT, groups: int = 1) -> TensorT:
    """A convolution's weight [out, in, ...] that gives its input, as far as there are outputs for it, in each group."""
    return _fill(tensor, _abi.WB_INITIALIZER_DIRAC, groups)


def orthogonal_(tensor: TensorT, gain: float = 1, generator: object = None) -> TensorT:
    """Rows, or where there are more of them columns, at right angles, times a gain; axes behind the first are one. Saxe
    et al. 2013."""
    _own_generator(generator)
    return _fill(tensor, _abi.WB_INITIALIZER_ORTHOGONAL, gain)


def sparse_(tensor: TensorT, sparsity: float, std: float = 0.01, generator: object = None) -> TensorT:
    """A matrix with a share of zeros in each column, the rest normal with that standard deviation. Martens 2010."""
    _own_generator(generator)
    return _fill(tensor, _abi.WB_INITIALIZER_SPARSE, sparsity, std)


def lecun_normal_(tensor: TensorT) -> TensorT:
    """Normal with standard deviation 1 / sqrt(fan_in). LeCun et al. 1998."""
    return _fill(tensor, _abi.WB_INITIALIZER_LECUN_NORMAL)


def linear_default_(tensor: TensorT) -> TensorT:
    """Uniform in (-k, k), k = 1 / sqrt(fan_in): what Linear's weight starts with."""
    return _fill(tensor, _abi.WB_INITIALIZER_LINEAR_DEFAULT)


constant, dirac, eye, kaiming_normal, kaiming_uniform = constant_, dirac_, eye_, kaiming_normal_, kaiming_uniform_
normal, orthogonal, sparse, uniform = normal_, orthogonal_, sparse_, uniform_
xavier_normal, xavier_uniform = xavier_normal_, xavier_uniform_

__all__ = [
    "calculate_gain",
    "constant_",
    "zeros_",
    "ones_",
    "uniform_",
    "normal_",
    "xavier_uniform_",
    "xavier_normal_",
    "kaiming_uniform_",
    "kaiming_normal_",
    "trunc_normal_",
    "eye_",
    "dirac_",
    "orthogonal_",
    "sparse_",
    # Older names.
    "constant",
    "dirac",
    "eye",
    "kaiming_normal",
    "kaiming_uniform",
    "normal",
    "orthogonal",
    "sparse",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "lecun_normal_",
    "linear_default_",
]
__dir__ = listing(__name__)
