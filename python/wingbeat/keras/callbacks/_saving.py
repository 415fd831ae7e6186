"""Callbacks that write files: ModelCheckpoint, BackupAndRestore, CSVLogger."""

from __future__ import annotations

import csv
import json
import os
import shutil
import warnings
from collections.abc import Iterable
from typing import Any

from .._bar import say
from ._callback import Callback
from ._monitoring import MonitorCallback


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, while it trains.

    filepath: may hold {epoch} and names of values ("{epoch:02d}-{val_loss:.2f}.keras"); weights alone go to a path
    that ends in ".weights.h5". save_best_only: only where `monitor` has become better. save_freq: "epoch", or a number
    of batches. initial_value_threshold: what the first value is to be better than.
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.verbose, self.filepath = verbose, os.fspath(filepath)
        self.save_best_only, self.save_weights_only, self.save_freq = save_best_only, save_weights_only, save_freq
        self._batches_seen, self._last_batch, self._current_epoch = 0, None, 0
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(f"Unrecognized save_freq: {save_freq}. Expected save_freq are 'epoch' or integer values")
        if save_weights_only and not self.filepath.endswith(".weights.h5"):
            raise ValueError(
                "When using `save_weights_only=True` in `ModelCheckpoint`, the filepath provided must end in "
                f"`.weights.h5` (Keras weights format). Received: filepath={self.filepath}"
            )
        if not save_weights_only and not self.filepath.endswith((".keras", ".h5")):
            raise ValueError(
                f"The filepath provided must end in `.keras` (Keras model format). Received: filepath={self.filepath}"
            )

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Saves after every save_freq batches."""
        if self.save_freq == "epoch":
            return
        last: Any = self._last_batch
        self._batches_seen += batch + 1 if last is None or batch <= last else batch - last
        self._last_batch = batch  # type: ignore[assignment]
        if self._batches_seen >= self.save_freq:
            self._batches_seen = 0
            self._save(self._current_epoch, batch, logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Notes the epoch."""
        self._current_epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Saves after each epoch."""
        if self.monitor_op is None:
            self._set_monitor_op()
        if self.save_freq == "epoch":
            self._save(epoch, None, logs)

    def _path(self, epoch: int, batch: int | None, logs: Any) -> str:
        try:
            if batch is None or "batch" in logs:
                return str(self.filepath.format(epoch=epoch + 1, **logs))
            return str(self.filepath.format(epoch=epoch + 1, batch=batch + 1, **logs))
        except KeyError as error:
            raise KeyError(f'Failed to format this callback filepath: "{self.filepath}". Reason: {error}') from error

    def _is_wanted(self, epoch: int, logs: Any, path: str) -> bool:
        if not self.save_best_only:
            if self.verbose > 0:
                say(f"\nEpoch {epoch + 1}: saving model to {path}")
            return True
        current = logs.get(self.monitor)
        if current is None:
            warnings.warn(f"Can save best model only with {self.monitor} available, skipping.", stacklevel=2)
            return False
        if self.monitor_op is None:
            self._set_monitor_op()
        best = "None" if self.best is None else f"{self.best:.5f}"
        if self._is_improvement(current, self.best):
            if self.verbose > 0:
                say(
                    f"\nEpoch {epoch + 1}: {self.monitor} improved from {best} to {current:.5f}, saving model to {path}"
                )
            self.best = current
            return True
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {best}")
        return False

    def _save(self, epoch: int, batch: int | None, logs: Any) -> None:
        path = self._path(epoch, batch, logs or {})
        if not self._is_wanted(epoch, logs or {}, path):
            return
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if os.path.isdir(path):
            raise OSError(
                "Please specify a non-directory filepath for ModelCheckpoint. Filepath used is an existing directory: "
                f"{path}"
            )
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: finished saving model to {path}")


class BackupAndRestore(Callback):
    """Saves weights, optimiser and position, so that fit goes on where it was cut off.

    backup_dir: a folder for these files alone. save_freq: "epoch", or a number of batches. delete_checkpoint: whether
    the folder goes when fit ends.
    """

    def __init__(
        self, backup_dir: Any, save_freq: Any = "epoch", double_checkpoint: bool = False, delete_checkpoint: bool = True
    ) -> None:
        if not backup_dir:
            raise ValueError("Empty `backup_dir` argument passed")
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(
                f"Invalid value for argument `save_freq`. Received: save_freq={save_freq}. Expected either 'epoch' or "
                "an integer value."
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq, self.double_checkpoint, self.delete_checkpoint = save_freq, double_checkpoint, delete_checkpoint
        self._weights = os.path.join(self.backup_dir, "latest.weights.h5")
        self._position = os.path.join(self.backup_dir, "training_metadata.json")
        self._batches_seen = self._last_batch = self._epoch = 0

    def on_train_begin(self, logs: Any = None) -> None:
        """Goes on where the last training was cut off."""
        model = self.model
        if not model.built:
            raise ValueError(
                "To use the BackupAndRestore callback, you model must be built before you call `fit()`. Model "
                f"{model} is unbuilt. You can build it beforehand by calling it on a batch of data."
            )
        weights, position = self._weights, self._position
        if not os.path.exists(weights) and os.path.exists(f"{weights}.bkp"):
            weights, position = f"{weights}.bkp", f"{position}.bkp"
        if os.path.exists(weights):
            if model.optimizer is not None and not model.optimizer.built:
                model.optimizer.build(model.trainable_variables)
            model.load_weights(weights)
        if os.path.exists(position):
            with open(position, encoding="utf-8") as file:
                model._initial_epoch = json.load(file)["epoch"]

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Saves after each epoch."""
        self._epoch, self._last_batch = epoch + 1, 0
        if self.save_freq == "epoch":
            self._save()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Saves after every save_freq batches."""
        if self.save_freq == "epoch":
            return
        self._batches_seen += batch + 1 if batch <= self._last_batch else batch - self._last_batch
        self._last_batch = batch
        if self._batches_seen >= self.save_freq:
            self._batches_seen = 0
            self._save()

    def _save(self) -> None:
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint:
            for path in (self._weights, self._position):
                if os.path.exists(path):
                    shutil.copy(path, f"{path}.bkp")
        self.model.save_weights(self._weights, overwrite=True)
        with open(self._position, "w", encoding="utf-8") as file:
            json.dump({"epoch": self._epoch, "batch": self._last_batch}, file)

    def on_train_end(self, logs: Any = None) -> None:
        """Takes the folder away."""
        if self.delete_checkpoint and os.path.exists(self.backup_dir):
            shutil.rmtree(self.backup_dir)


class CSVLogger(Callback):
    """Writes each epoch's values as a line of a CSV file. append: behind what is there."""

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self.writer: Any = None
        self.keys: Any = None
        self.append_header = True
        self.csv_file: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Opens the file."""
        if self.append and os.path.exists(self.filename):
            with open(self.filename, encoding="utf-8") as file:
                self.append_header = not file.readline()
        if self.csv_file is not None:
            self.csv_file.close()
        self.csv_file = open(self.filename, "a" if self.append else "w", encoding="utf-8", newline="")
        self.writer = self.keys = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Writes a line."""
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
            if self.keys and not any(name.startswith("val_") for name in self.keys):
                self.keys.extend([f"val_{name}" for name in self.keys])
        if self.writer is None:
            names = ["epoch", *self.keys]
            self.writer = csv.DictWriter(self.csv_file, fieldnames=names, delimiter=self.sep)
            if self.append_header:
                self.writer.writeheader()
        self.writer.writerow({"epoch": epoch, **{name: _cell(logs.get(name, "NA")) for name in self.keys}})
        self.csv_file.flush()

    def on_train_end(self, logs: Any = None) -> None:
        """Closes the file."""
        if self.csv_file is not None:
            self.csv_file.close()
        self.writer = None


def _cell(value: Any) -> Any:
    if isinstance(value, str) or not isinstance(value, Iterable) or not getattr(value, "ndim", 1):
        return value
    return f'"[{", ".join(map(str, value))}]"'
