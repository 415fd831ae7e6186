"""History, ProgbarLogger: what each training has."""

from __future__ import annotations

from typing import Any

from .._bar import Progbar, say
from ._callback import Callback, plain


class History(Callback):
    """What fit returns: history, a dict of name -> list of an epoch's values; epoch, the numbers of the epochs."""

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Begins with the first epoch."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Notes the epoch's values."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self


class ProgbarLogger(Callback):
    """Prints the progress bar."""

    _reads_logs = True

    def __init__(self) -> None:
        self.seen = 0
        self.progbar: Progbar | None = None
        self.target: int | None = None
        self.verbose: Any = 1
        self.epochs = 1
        self._called_in_fit = False

    def set_params(self, params: Any) -> None:
        """Takes over verbose, epochs and steps."""
        self.verbose = 1 if params["verbose"] == "auto" else params["verbose"]
        self.epochs, self.target = params["epochs"], params["steps"]

    def on_train_begin(self, logs: Any = None) -> None:
        """Notes that fit evaluates too."""
        self._called_in_fit = True

    def on_test_begin(self, logs: Any = None) -> None:
        """Begins the bar of evaluate."""
        if not self._called_in_fit:
            self._begin()

    def on_predict_begin(self, logs: Any = None) -> None:
        """Begins the bar of predict."""
        self._begin()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Prints which epoch begins."""
        self._begin()
        if self.verbose and self.epochs > 1:
            say(f"Epoch {epoch + 1}/{self.epochs}")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Draws the bar."""
        self._update(batch, logs)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Draws the bar."""
        if not self._called_in_fit:
            self._update(batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Draws the bar."""
        self._update(batch, None)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Draws the bar for the last time."""
        self._finalize(logs)

    def on_test_end(self, logs: Any = None) -> None:
        """Draws the bar for the last time."""
        if not self._called_in_fit:
            self._finalize(logs)

    def on_predict_end(self, logs: Any = None) -> None:
        """Draws the bar for the last time."""
        self._finalize(logs)

    def _begin(self) -> None:
        self.seen = 0
        self.progbar = Progbar(target=self.target, verbose=self.verbose, unit_name="step", stateless_metrics=set())

    def _update(self, batch: int, logs: Any) -> None:
        if self.progbar is None:
            self._begin()
        assert self.progbar is not None
        self.seen = batch + 1
        if self.verbose == 1:
            values = list(plain(logs).items()) if self.progbar.is_due() else None
            self.progbar.update(self.seen, values, finalize=False)

    def _finalize(self, logs: Any) -> None:
        if self.progbar is None:
            return
        if self.target is None:
            self.target = self.progbar.target = self.seen
        self.progbar.update(self.target, list((logs or {}).items()), finalize=True)
