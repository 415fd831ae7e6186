"""Loss: the base of Keras's losses, the engine's (which scripts/generate_layers.py writes) and those of users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ...tf._tensor import convert, op
from .. import _names, _policies
from .._engine import EngineModule, engine_module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REDUCTIONS = ("sum_over_batch_size", "sum", None, "none", "mean", "mean_with_sample_weight")


def dtype_of(dtype: Any) -> str:
    """The dtype in which a loss or a metric computes: a name, from a name or a policy."""
    name = getattr(dtype, "compute_dtype", None)
    return str(name) if name is not None else _policies.dtype_name(dtype)


def as_predictions(value: Any, dtype: str) -> Any:
    """Predictions as floats of a dtype."""
    given = convert(value)
    return given if given.dtype.name == dtype else given.to(dtype)


class Loss:
    """Base of the losses.

    One of the user's own has call(y_true, y_pred), which gives a loss for each example. reduction: how they become one:
    "sum_over_batch_size" (or "mean"), "sum", "mean_with_sample_weight", or "none" (or None): one each. dtype: what is
    computed in.
    """

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        if reduction not in REDUCTIONS:
            allowed = {"sum_over_batch_size", "sum", None, "none", "mean", "mean_with_sample_weight"}
            raise ValueError(
                f"Invalid value for argument `reduction`. Expected one of {allowed}. Received: reduction={reduction}"
            )
        self.name = name or _names.automatic(type(self).__name__)
        self.reduction = reduction
        self._dtype = dtype_of(dtype)

    @property
    def dtype(self) -> str:
        """The dtype that is computed in."""
        return self._dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Any:
        """The loss of predictions.

        sample_weight: what each example counts for, of the shape of the losses, or of its first axes. mask: which
        examples count; a mean is that of those.
        """
        mask = getattr(y_pred, "_keras_mask", None) if mask is None else mask
        losses = self.call(_as(y_true, self._dtype), _as(y_pred, self._dtype))
        if losses is None or isinstance(losses, (str, bytes)):
            raise ValueError(f"The loss {self.name} is expected to give a tensor, but gave {losses!r:.80}")
        return _reduced(losses, sample_weight, mask, self.reduction, self._dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """A loss for each example: what a loss of one's own has."""
        raise NotImplementedError(f"{type(self).__name__}: expected a call(y_true, y_pred) of its own, found none")

    def get_config(self) -> dict[str, Any]:
        """What makes such a loss again."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """The loss of a config."""
        return cls(**config)


@op
def _as(value: Any, dtype: str) -> Any:
    if isinstance(value, dict):
        return {key: _as(part, dtype) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple([_as(part, dtype) for part in value])
    return as_predictions(value, dtype)


@op
def _reduced(losses: Any, sample_weight: Any, mask: Any, reduction: str | None, dtype: str) -> Any:
    values = as_predictions(losses, dtype)
    reduce = engine_module("keras.Loss", reduction=reduction or "none")
    return reduce(values, values, optional(sample_weight, dtype), None if mask is None else convert(mask))


def optional(sample_weight: Any, dtype: str) -> Any:
    """Weights as a tensor."""
    return None if sample_weight is None else as_predictions(sample_weight, dtype)


class EngineLoss(Loss):
    """Base of the losses that the engine has. Their arguments are attributes."""

    _kind: ClassVar[str]
    _settings: ClassVar[tuple[str, ...]]

    def _make(self, name: str | None, dtype: Any, **settings: Any) -> None:
        super().__init__(name, settings["reduction"], dtype)
        self.__dict__.update(settings)
        self._module()

    def _module(self, reduction: str | None = None) -> EngineModule:
        settings = {name: getattr(self, name) for name in self._settings}
        settings["reduction"] = reduction or self.reduction or "none"
        return engine_module(self._kind, **settings)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Any:
        """The loss of predictions.

        sample_weight: what each example counts for, of the shape of the losses, or of its first axes. mask: which
        examples count; a mean is that of those.
        """
        if type(self).call is not EngineLoss.call:
            return super().__call__(y_true, y_pred, sample_weight, mask)
        mask = getattr(y_pred, "_keras_mask", None) if mask is None else mask
        return _computed(self._module(), y_true, y_pred, sample_weight, mask, self._dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """A loss for each example."""
        return _computed(self._module("none"), y_true, y_pred, None, None, self._dtype)

    def get_config(self) -> dict[str, Any]:
        """What makes such a loss again."""
        own = {name: getattr(self, name) for name in self._settings if name != "reduction"}
        return {"name": self.name, "reduction": self.reduction, **own}

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return type(self)(**self.get_config())


@op
def _computed(module: EngineModule, y_true: Any, y_pred: Any, weight: Any, mask: Any, dtype: str) -> Any:
    predictions = as_predictions(y_pred, dtype)
    return module(predictions, convert(y_true), optional(weight, dtype), None if mask is None else convert(mask))


class LossFunctionWrapper(Loss):
    """A function of y_true and y_pred, with further arguments, as a loss."""

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn, self._fn_kwargs = fn, kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """A loss for each example."""
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """What makes such a loss again."""
        from .._serialization import serialize_keras_object

        return {**super().get_config(), "fn": serialize_keras_object(self.fn), **self._fn_kwargs}


__all__ = ["EngineLoss", "Loss", "LossFunctionWrapper"]
