"""The layers that the engine has, each a module of one call."""

from ctypes import c_double, c_void_p

from .. import _abi
from .._dtypes import as_dtype, float32
from .._errors import ArgumentError
from .._library import check, lib
from .module import BuiltIn


def _number(handle, name):
    value = c_double()
    check(lib.wb_module_attribute(handle, name.encode(), value))
    return value.value


class Linear(BuiltIn):
    """input W^T + bias: [..., in_features] -> [..., out_features].

    weight [out_features, in_features] and bias [out_features] start in U(-k, k), k = 1 / sqrt(in_features).
    """

    def __init__(self, in_features, out_features, bias=True, dtype=float32):
        out = c_void_p()
        check(lib.wb_module_linear(in_features, out_features, 1 if bias else 0, as_dtype(dtype).code, out))
        self._adopt(out.value)

    def _adopt(self, handle):
        inputs, outputs = int(_number(handle, "in_features")), int(_number(handle, "out_features"))
        super()._adopt(handle)
        self.in_features, self.out_features = inputs, outputs
        self.__dict__.setdefault("bias", None)

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class _Activation(BuiltIn):
    """Base of the activation functions. _kind: the engine's number; the parameter, if any, is the engine's attribute _attribute."""

    _kind = None
    _attribute = None

    def __init__(self):
        self._make(0)

    def _make(self, parameter):
        out = c_void_p()
        check(lib.wb_module_activation(self._kind, parameter, out))
        self._adopt(out.value)

    def _adopt(self, handle):
        parameter = _number(handle, self._attribute) if self._attribute else None
        super()._adopt(handle)
        if self._attribute:
            self._take(parameter)


class Identity(_Activation):
    """The input itself."""

    _kind = _abi.WB_ACTIVATION_IDENTITY


class ReLU(_Activation):
    """max(x, 0) of each element."""

    _kind = _abi.WB_ACTIVATION_RELU


class Sigmoid(_Activation):
    """1 / (1 + exp(-x)) of each element."""

    _kind = _abi.WB_ACTIVATION_SIGMOID


class Tanh(_Activation):
    """Hyperbolic tangent of each element."""

    _kind = _abi.WB_ACTIVATION_TANH


class Softplus(_Activation):
    """log(1 + exp(x)) of each element, without overflow."""

    _kind = _abi.WB_ACTIVATION_SOFTPLUS


class LeakyReLU(_Activation):
    """x where x > 0, else negative_slope * x."""

    _kind = _abi.WB_ACTIVATION_LEAKY_RELU
    _attribute = "negative_slope"

    def __init__(self, negative_slope=0.01):
        self._make(negative_slope)

    def _take(self, value):
        self.negative_slope = value

    def extra_repr(self):
        return f"negative_slope={self.negative_slope}"


class GELU(_Activation):
    """x times the standard normal distribution function of x: exactly (approximate="none"), or approximated ("tanh")."""

    _kind = _abi.WB_ACTIVATION_GELU
    _attribute = "approximate"

    def __init__(self, approximate="none"):
        if approximate not in ("none", "tanh"):
            raise ArgumentError(f"GELU: expected approximate 'none' or 'tanh', found {approximate!r}")
        self._make(1 if approximate == "tanh" else 0)

    def _take(self, value):
        self.approximate = "tanh" if value else "none"

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class _AlongAxis(_Activation):
    _attribute = "axis"

    def __init__(self, dim=-1):
        self._make(dim)

    def _take(self, value):
        self.dim = int(value)

    def extra_repr(self):
        return f"dim={self.dim}"


class Softmax(_AlongAxis):
    """exp(x) / sum(exp(x)) along axis `dim` (default: the last), without overflow."""

    _kind = _abi.WB_ACTIVATION_SOFTMAX


class LogSoftmax(_AlongAxis):
    """log(softmax(x)) along axis `dim` (default: the last), without overflow."""

    _kind = _abi.WB_ACTIVATION_LOG_SOFTMAX


class Flatten(BuiltIn):
    """Axes start_dim to end_dim as one; by default all but the first."""

    def __init__(self, start_dim=1, end_dim=-1):
        out = c_void_p()
        check(lib.wb_module_flatten(start_dim, end_dim, out))
        self._adopt(out.value)

    def _adopt(self, handle):
        start, end = int(_number(handle, "start_axis")), int(_number(handle, "end_axis"))
        super()._adopt(handle)
        self.start_dim, self.end_dim = start, end

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
