"""Optimisers under PyTorch's names. The update runs inside the engine, in place.

Settings are attributes and can be changed at any time: `optimizer.lr = 0.01`, or `optimizer.param_groups[0]["lr"] = 0.01`;
compiled functions see the change. Adam's betas are `beta1` and `beta2`; its eps is `epsilon` or `eps`.
"""

from ctypes import c_char_p, c_double, c_int32, c_void_p

from ._arrays import handle_array
from ._errors import StructureError, UnsupportedError
from ._library import check, lib
from ._tensor import Tensor, as_tensor, wrap

__all__ = ["Optimizer", "SGD", "Adam", "AdamW"]

_step = lib.wb_optimizer_step
_zero_grad = lib.wb_optimizer_zero_grad


def _setting(name, doc):
    """A setting of the engine's optimiser as an attribute."""
    def get(self):
        return self._get(name)

    def put(self, value):
        check(lib.wb_optimizer_set(self._handle, name.encode(), value))
    return property(get, put, doc=doc)


class Optimizer:
    """Base of the optimisers."""

    _settings = ()
    _handle = None

    def __init__(self, params, create, *settings):
        if isinstance(params, Tensor):
            raise TypeError("optimizer: expected an iterable of parameters, found a tensor")
        self._parameters = list(params)
        for place, parameter in enumerate(self._parameters):
            if isinstance(parameter, dict):
                raise UnsupportedError("optimizer: parameter groups are not supported; use one optimizer for each group")
            if not isinstance(parameter, Tensor):
                raise TypeError(f"optimizer: expected tensors, found {type(parameter).__name__} at place {place}")
        out = c_void_p()
        count = len(self._parameters)
        check(create(handle_array(count)(*[parameter._handle for parameter in self._parameters]), count, *settings, out))
        self._handle = out.value

    def __del__(self, _free=lib.wb_optimizer_free):
        if self._handle is not None:
            _free(self._handle)

    def step(self):
        """Updates all parameters from their collected gradients, in place."""
        status = _step(self._handle)
        if status:
            check(status)

    def zero_grad(self, set_to_none=True):
        """Removes the collected gradients."""
        status = _zero_grad(self._handle)
        if status:
            check(status)

    def _get(self, name):
        value = c_double()
        check(lib.wb_optimizer_get(self._handle, name.encode(), value))
        return value.value

    lr = _setting("lr", "The learning rate.")
    weight_decay = _setting("weight_decay", "The weight decay.")

    @property
    def _as_parameter_(self):
        """What ctypes hands to the library."""
        return self._handle

    @property
    def param_groups(self):
        """A list of one mapping of the settings; writing to it sets them."""
        return [_Group(self)]

    def _state(self):
        """State tensors by name; they share memory with the optimiser."""
        count, name, found = c_int32(), c_char_p(), {}
        check(lib.wb_optimizer_state_count(self._handle, count))
        for place in range(count.value):
            out = c_void_p()
            check(lib.wb_optimizer_state(self._handle, place, name, out))
            found[name.value.decode()] = wrap(out.value)
        return found

    def state_dict(self):
        """The class, the settings, and the state (like "0.exp_avg": place of the parameter, name) as it is now."""
        return {"class": type(self).__name__,
                "settings": {name: getattr(self, name) for name in self._settings},
                "state": {name: tensor.detach() for name, tensor in self._state().items()}}

    def load_state_dict(self, state_dict):
        """Takes over settings and state of an optimiser of the same class over parameters of the same shapes."""
        if state_dict["class"] != type(self).__name__:
            raise StructureError(f"load_state_dict: expected the state of {type(self).__name__}, found that of {state_dict['class']}")
        settings = {name: value for name, value in state_dict["settings"].items() if name in self._settings and name != "nesterov"}
        before = {name: getattr(self, name) for name in settings}
        names = list(state_dict["state"])
        tensors = [as_tensor(value) for value in state_dict["state"].values()]
        try:
            for name, value in settings.items():
                setattr(self, name, value)
            check(lib.wb_optimizer_load_state(self._handle, (c_char_p * len(names))(*[name.encode() for name in names]),
                                              handle_array(len(names))(*[tensor._handle for tensor in tensors]), len(names)))
        except BaseException:
            for name, value in before.items():
                setattr(self, name, value)
            raise

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)}' for name in self._settings)})"


class _Group:
    """Stands for an entry of PyTorch's param_groups."""

    def __init__(self, optimizer):
        self._optimizer = optimizer

    def keys(self):
        return ["params", *self._optimizer._settings]

    def __iter__(self):
        return iter(self.keys())

    def __getitem__(self, name):
        if name == "params":
            return list(self._optimizer._parameters)
        if name not in self._optimizer._settings:
            raise KeyError(name)
        return getattr(self._optimizer, name)

    def __setitem__(self, name, value):
        if name not in self._optimizer._settings:
            raise KeyError(name)
        setattr(self._optimizer, name, value)


class SGD(Optimizer):
    """g = grad + weight_decay p; v = momentum v + (1 - dampening) g, at first v = g; p -= lr (nesterov ? g + momentum v : v)."""

    _settings = ("lr", "momentum", "dampening", "weight_decay", "nesterov")

    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(params, lib.wb_sgd_create, lr, momentum, dampening, weight_decay, 1 if nesterov else 0)

    momentum = _setting("momentum", "The momentum.")
    dampening = _setting("dampening", "The dampening of the momentum.")

    @property
    def nesterov(self):
        """Whether the momentum is Nesterov's."""
        return bool(self._get("nesterov"))


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015), eps outside the root; weight_decay is added to the gradient."""

    _settings = ("lr", "beta1", "beta2", "epsilon", "weight_decay")

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lib.wb_adam_create, lr, *betas, eps, weight_decay)

    beta1 = _setting("beta1", "The decay of the mean of gradients.")
    beta2 = _setting("beta2", "The decay of the mean of squared gradients.")
    epsilon = eps = _setting("epsilon", "What is added to the root.")


class AdamW(Adam):
    """AdamW (Loshchilov and Hutter 2019): parameters are first multiplied by 1 - lr weight_decay."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        Optimizer.__init__(self, params, lib.wb_adamw_create, lr, *betas, eps, weight_decay)
