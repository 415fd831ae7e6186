"""Initialisers: fill a float tensor in place from the default generator (manual_seed), and return it.

A weight [out, in, ...] has fan_in = in x rest and fan_out = out x rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _abi
from .._errors import ArgumentError
from .._library import check, lib
from .._naming import listing

if TYPE_CHECKING:
    from .._typing import TensorT

_SQRT2 = 2**0.5
_GAINS = {"linear": 1.0, "identity": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": _SQRT2}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The gain recommended for what follows a layer: 1, 5/3 for tanh, sqrt(2) for relu, sqrt(2 / (1 + slope^2)) for
    leaky_relu."""
    if nonlinearity == "leaky_relu":
        return float((2 / (1 + (0.01 if param is None else param) ** 2)) ** 0.5)
    try:
        return _GAINS[nonlinearity]
    except KeyError:
        raise ArgumentError(
            f"calculate_gain: expected one of {', '.join(_GAINS)}, leaky_relu, found {nonlinearity!r}"
        ) from None


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


def uniform_(tensor: TensorT, a: float = 0.0, b: float = 1.0) -> TensorT:
    """Uniform in [a, b)."""
    return _fill(tensor, _abi.WB_INITIALIZER_UNIFORM, a, b)


def normal_(tensor: TensorT, mean: float = 0.0, std: float = 1.0) -> TensorT:
    """Normal with that mean and standard deviation."""
    return _fill(tensor, _abi.WB_INITIALIZER_NORMAL, mean, std)


def xavier_uniform_(tensor: TensorT, gain: float = 1.0) -> TensorT:
    """Uniform in (-k, k), k = gain sqrt(6 / (fan_in + fan_out)). Glorot and Bengio 2010."""
    return _fill(tensor, _abi.WB_INITIALIZER_XAVIER_UNIFORM, gain)


def xavier_normal_(tensor: TensorT, gain: float = 1.0) -> TensorT:
    """Normal with standard deviation gain sqrt(2 / (fan_in + fan_out)). Glorot and Bengio 2010."""
    return _fill(tensor, _abi.WB_INITIALIZER_XAVIER_NORMAL, gain)


def _by_mode(mode: str, fan_in: int, fan_out: int) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ArgumentError(f"init: expected mode 'fan_in' or 'fan_out', found {mode!r}")
    return fan_in if mode == "fan_in" else fan_out


def kaiming_uniform_(tensor: TensorT, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> TensorT:
    """Uniform in (-k, k), k = gain sqrt(3 / fan), with calculate_gain(nonlinearity, a). He et al. 2015."""
    kind = _by_mode(mode, _abi.WB_INITIALIZER_KAIMING_UNIFORM, _abi.WB_INITIALIZER_KAIMING_UNIFORM_FAN_OUT)
    return _fill(tensor, kind, calculate_gain(nonlinearity, a))


def kaiming_normal_(tensor: TensorT, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> TensorT:
    """Normal with standard deviation gain / sqrt(fan), with calculate_gain(nonlinearity, a). He et al. 2015."""
    kind = _by_mode(mode, _abi.WB_INITIALIZER_KAIMING_NORMAL, _abi.WB_INITIALIZER_KAIMING_NORMAL_FAN_OUT)
    return _fill(tensor, kind, calculate_gain(nonlinearity, a))


def lecun_normal_(tensor: TensorT) -> TensorT:
    """Normal with standard deviation 1 / sqrt(fan_in). LeCun et al. 1998."""
    return _fill(tensor, _abi.WB_INITIALIZER_LECUN_NORMAL)


def linear_default_(tensor: TensorT) -> TensorT:
    """Uniform in (-k, k), k = 1 / sqrt(fan_in): what Linear's weight starts with."""
    return _fill(tensor, _abi.WB_INITIALIZER_LINEAR_DEFAULT)


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
    "lecun_normal_",
    "linear_default_",
]
__dir__ = listing(__name__)
