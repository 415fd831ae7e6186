"""Callback and CallbackList: who is told of a training's epochs and batches."""

from __future__ import annotations

from typing import Any

from ..._tree import flatten

HOOKS = (
    "on_epoch_begin", "on_epoch_end", "on_train_batch_begin", "on_train_batch_end", "on_test_batch_begin",
    "on_test_batch_end", "on_predict_batch_begin", "on_predict_batch_end", "on_train_begin", "on_train_end",
    "on_test_begin", "on_test_end", "on_predict_begin", "on_predict_end",
)  # fmt: skip


class Callback:
    """Base class of what is told of a training: override the methods for the moments that matter.

    model: the model that trains. params: dict of verbose, epochs and steps.
    """

    params: Any = None
    _model: Any = None
    # Whether it reads the values of a batch itself, where it needs them.
    _reads_logs = False

    @property
    def model(self) -> Any:
        """The model."""
        return self._model

    def set_params(self, params: Any) -> None:
        """Takes over verbose, epochs and steps."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Takes over the model."""
        self._model = model

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """As on_train_batch_begin."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """As on_train_batch_end."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before an epoch of fit."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Behind an epoch of fit; logs: its values, and with val_ before the name those of validation."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of fit."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Behind a batch of fit; logs: the values so far in this epoch."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of evaluate, also of fit's validation."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Behind a batch of evaluate."""

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of predict."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Behind a batch of predict; logs: {"outputs": the predictions}."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Before fit."""

    def on_train_end(self, logs: Any = None) -> None:
        """Behind fit."""

    def on_test_begin(self, logs: Any = None) -> None:
        """Before evaluate."""

    def on_test_end(self, logs: Any = None) -> None:
        """Behind evaluate."""

    def on_predict_begin(self, logs: Any = None) -> None:
        """Before predict."""

    def on_predict_end(self, logs: Any = None) -> None:
        """Behind predict."""


class CallbackList(Callback):
    """Several callbacks as one.

    add_history, add_progbar: whether History and ProgbarLogger come at the end, if they are not there. params: what
    set_params gets.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        from ._history import History, ProgbarLogger

        self.callbacks: list[Any] = [_checked(callback) for callback in flatten(callbacks)[0]] if callbacks else []
        self._history = next((known for known in self.callbacks if isinstance(known, History)), None)
        if self._history is None and add_history:
            self._history = History()
            self.callbacks.append(self._history)
        if add_progbar and not any(isinstance(known, ProgbarLogger) for known in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        if model is not None:
            self.set_model(model)
        self.set_params(params)

    def append(self, callback: Any) -> None:
        """Adds one at the end."""
        self.callbacks.append(callback)

    def set_params(self, params: Any) -> None:
        """Tells all."""
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Tells all."""
        super().set_model(model)
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def listening(self, hook: str) -> list[Any]:
        """Those that do something at such a moment."""
        return [callback for callback in self.callbacks if _does(callback, hook)]


def _checked(callback: Any) -> Any:
    if isinstance(callback, type) or not hasattr(callback, "set_model"):
        made = f"; {callback.__name__}(...) makes one" if isinstance(callback, type) else ""
        raise TypeError(f"Expected `callbacks` to be objects of keras.callbacks.Callback, found {callback!r:.80}{made}")
    return callback


# What a hook calls unless it is overridden.
_CALLED = {"on_train_batch_end": "on_batch_end", "on_train_batch_begin": "on_batch_begin"}


def _does(callback: Any, hook: str) -> bool:
    """Whether a callback has code of its own for a hook."""
    if not isinstance(callback, Callback) or hook in callback.__dict__:
        return True
    if getattr(type(callback), hook) is not getattr(Callback, hook):
        return True
    return hook in _CALLED and _does(callback, _CALLED[hook])


def _hook(name: str, counts: bool) -> Any:
    def tell(self: CallbackList, number: int, logs: Any = None) -> None:
        # Once a batch: the values are read for those alone that look at them.
        told = self.listening(name)
        values = None if all(getattr(callback, "_reads_logs", False) for callback in told) else plain(logs)
        for callback in told:
            is_own = getattr(callback, "_reads_logs", False)
            getattr(callback, name)(number, logs=logs if is_own else values)

    def tell_all(self: CallbackList, logs: Any = None) -> None:
        logs = plain(logs)
        for callback in self.callbacks:
            getattr(callback, name)(logs)

    def tell_epoch(self: CallbackList, epoch: int, logs: Any = None) -> None:
        logs = plain(logs)
        for callback in self.callbacks:
            getattr(callback, name)(epoch, logs)

    found: Any = tell if "batch" in name else tell_epoch if counts else tell_all
    found.__name__ = name
    found.__doc__ = "Tells all."
    return found


for _name in ("on_batch_begin", "on_batch_end", *HOOKS):
    setattr(CallbackList, _name, _hook(_name, "batch" in _name or "epoch" in _name))


def plain(logs: Any) -> dict[str, Any]:
    """Values as Python's numbers, in the order of their names."""
    found: dict[str, Any] = {}
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, dict):
            found.update(plain(value))
        else:
            try:
                found[name] = value if type(value) is float else float(value)
            except (TypeError, ValueError):
                found[name] = value
    return found
