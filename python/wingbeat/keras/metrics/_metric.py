"""Metric: the base of Keras's metrics, and those that are a sum or a mean of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...tf._tensor import convert, op
from .. import _names
from .._variable import Variable
from ..losses._loss import as_predictions, dtype_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..._tensor import Tensor


class Metric:
    """Base of the metrics.

    One of the user's own makes variables by add_variable (or add_weight) in its constructor, and has
    update_state(y_true, y_pred, sample_weight=None) and result(). dtype: what is computed in.
    """

    # Whether more is better; None where nobody knows.
    _direction: str | None = None

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or _names.automatic(type(self).__name__)
        self._dtype = dtype_of(dtype)
        self._own_variables: list[Any] = []

    @property
    def dtype(self) -> str:
        """The dtype that is computed in."""
        return self._dtype

    def add_variable(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Any:
        """A variable that updates change and reset_state sets back."""
        if "_own_variables" not in self.__dict__:
            raise RuntimeError("You forgot to call `super().__init__()` in the `__init__()` method. Go add it!")
        dtype = dtype_of(dtype) if dtype is not None else dtype_of(None)
        made = Variable(
            initializer or "zeros", shape=tuple(shape), dtype=dtype, trainable=False, name=name or "variable"
        )
        self._own_variables.append(made)
        return made

    def add_weight(self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None) -> Any:
        """The same, as Keras has it."""
        if isinstance(shape, str):  # Keras 2 has the name first
            shape, name = (), shape
        return self.add_variable(shape, initializer or "zeros", dtype, name=name)

    @property
    def variables(self) -> list[Any]:
        """The variables, those of metrics among the attributes too."""
        found = list(self._own_variables)
        for value in self.__dict__.values():
            for part in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(part, Metric):
                    found += part.variables
        return found

    weights = non_trainable_variables = variables

    def reset_state(self) -> None:
        """Sets the variables back to zeros."""
        for variable in self.variables:
            variable.assign(_zeros(variable))

    reset_states = reset_state

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Takes values into the state."""
        raise NotImplementedError(f"{type(self).__name__}: expected an update_state() of its own, found none")

    def result(self) -> Any:
        """The value that the state says."""
        raise NotImplementedError(f"{type(self).__name__}: expected a result() of its own, found none")

    def merge_state(self, metrics: Iterable[Metric]) -> None:
        """Adds the state of other metrics of the same kind."""
        for metric in metrics:
            if len(metric.variables) != len(self.variables):
                raise ValueError(f"Metric {metric} is not compatible with {self}")
            for own, other in zip(self.variables, metric.variables):
                own.assign_add(other.value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Updates the state, and gives the result."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """The metric of a config."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


@op
def _zeros(variable: Any) -> Any:
    from ... import zeros_like

    return zeros_like(convert(variable))


def aligned(x: Tensor, y: Tensor, expand: bool = True) -> tuple[Any, Any]:
    """The two with equal numbers of axes, where one has a last axis of one element more."""
    a, b = len(x.shape), len(y.shape)
    if a == b + 1 and x.shape[-1] == 1:
        return (x, y.unsqueeze(-1)) if b == 1 and expand else (x.squeeze(-1), y)
    if b == a + 1 and y.shape[-1] == 1:
        return (x.unsqueeze(-1), y) if a == 1 and expand else (x, y.squeeze(-1))
    return x, y


def quotient(x: Any, y: Any) -> Any:
    """x / y, and 0 where y is."""
    from ... import ones_like, where, zeros_like

    is_zero = y == 0
    return where(is_zero, zeros_like(x), x / where(is_zero, ones_like(y), y))


@op
def sums(values: Any, sample_weight: Any, dtype: str, mean: bool) -> Any:
    """The sum of the examples' values, each the mean (or sum) of its own, and how many examples count."""
    x = as_predictions(values, dtype)
    weight = None
    if sample_weight is not None:
        weight = as_predictions(sample_weight, dtype)
        x, weight = aligned(x, weight)
        axes = len(weight.shape)
        if len(x.shape) > axes:
            x = _reduced(x, range(axes, len(x.shape)), mean)
        weight = weight.expand(x.shape)
        x = x * weight
        if axes > 1:
            weight = _reduced(weight, range(1, axes), mean)
    if len(x.shape) > 1:
        x = _reduced(x, range(1, len(x.shape)), mean)
    if weight is not None:
        return x.sum(), weight.sum()
    return x.sum(), convert(float(x.shape[0] if x.shape else 1), dtype)


def _reduced(x: Any, axes: Iterable[int], mean: bool) -> Any:
    places = tuple(axes)
    return x.mean(places) if mean else x.sum(places)


class Sum(Metric):
    """The sum of all values."""

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Adds values, times their weights."""
        self.total.assign_add(sums(values, sample_weight, self.dtype, False)[0])

    def result(self) -> Any:
        """The sum."""
        return self.total.value


class Mean(Metric):
    """The mean of all values: of the examples, each by the mean of its own values."""

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")
        self.count = self.add_variable((), "zeros", self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Takes values in. sample_weight: what they count for."""
        total, count = sums(values, sample_weight, self.dtype, True)
        self.total.assign_add(total)
        self.count.assign_add(count)

    def result(self) -> Any:
        """The mean; 0 before the first value."""
        return _quotient(self.total, self.count)


@op
def _quotient(x: Any, y: Any) -> Any:
    return quotient(convert(x), convert(y))


class MeanMetricWrapper(Mean):
    """The mean of a function of y_true and y_pred, with further arguments."""

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self._fn, self._fn_kwargs = fn, kwargs

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> None:
        """Takes predictions in. sample_weight: what examples count for; mask: which of them count."""
        mask = getattr(y_pred, "_keras_mask", None) if mask is None else mask
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        super().update_state(values, masked(sample_weight, mask, self.dtype))

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        from .._serialization import serialize_keras_object

        return {**super().get_config(), "fn": serialize_keras_object(self._fn), **self._fn_kwargs}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """The metric of a config."""
        if "fn" in config:
            from . import deserialize

            config = {**config, "fn": deserialize(config["fn"])}
        return cls(**config)


@op
def masked(sample_weight: Any, mask: Any, dtype: str) -> Any:
    """Weights of 0 where a mask says that an example does not count."""
    if mask is None:
        return sample_weight
    share = as_predictions(mask, dtype)
    if sample_weight is None:
        return share
    share, weight = aligned(share, as_predictions(sample_weight, dtype))
    return weight * share


class OfFunction(MeanMetricWrapper):
    """Base of the metrics that are the mean of a function of this package; their settings are its arguments."""

    def _start(self, fn: Callable[..., Any], name: str | None, dtype: Any, **settings: Any) -> None:
        MeanMetricWrapper.__init__(self, fn, name, dtype, **settings)
        self.__dict__.update(settings)
        self.__dict__["_shown"] = tuple(settings)

    def get_config(self) -> dict[str, Any]:
        """What makes such a metric again."""
        return {**Metric.get_config(self), **{name: getattr(self, name) for name in self.__dict__["_shown"]}}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """The metric of a config."""
        return cls(**config)
