"""Training to a stopping condition. The loop runs in the engine, the same for Python and C."""

from __future__ import annotations

import ctypes
import math
from ctypes import c_double, c_int, c_int64, c_void_p
from typing import TYPE_CHECKING, Any, Callable, Mapping

from ._naming import listing
from . import _abi, _modules
from ._arrays import handle_array
from ._callbacks import with_progress
from ._checkpoint_files import path_bytes
from ._errors import ArgumentError
from ._library import check, freed_by, handle_property, lib
from ._owner import Owner
from .data import as_dataset, shuffle_code

if TYPE_CHECKING:
    import os

    from .nn import Module
    from .optim import Optimizer

__all__ = ["Trainer", "Progress", "Evaluation", "evaluate"]
__dir__ = listing(__name__)

_STOP_REASONS = {_abi.WB_STOP_EPOCHS: "epochs", _abi.WB_STOP_PATIENCE: "patience", _abi.WB_STOP_CALLBACK: "callback",
                 _abi.WB_STOP_STEPS: "steps"}
_FIELDS = tuple(field[0] for field in _abi.wb_progress._fields_ if field[0] != "metric_count")

# Without a callback of the user's, Python is asked this often, so that Ctrl-C works.
_BREATH = 100


class Progress:
    """How far training is.

    epoch: the current one, from 0; epochs: asked for; step: steps done in this epoch; steps_per_epoch; total_steps: done in all;
    loss, accuracy: means over this epoch so far (accuracy is NaN where the loss has no classes); validation_loss,
    validation_accuracy: of the epoch just ended, NaN before and without validation data; seconds: since fit began;
    epoch_ended: whether this is the last report of an epoch; improved: whether the validation loss is the lowest so far; metrics,
    validation_metrics: the trainer's, by name.
    """

    epoch: int
    epochs: int
    step: int
    steps_per_epoch: int
    total_steps: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float
    epoch_ended: bool
    improved: bool
    metrics: dict[str, float]
    validation_metrics: dict[str, float]

    def __init__(self, record: Any, metrics: tuple[str, ...] = ()) -> None:
        for name in _FIELDS:
            setattr(self, name, getattr(record, name))
        self.epoch_ended = bool(self.epoch_ended)
        self.improved = bool(self.improved)
        self.metrics = {name: record.metrics[place] for place, name in enumerate(metrics)}
        self.validation_metrics = {name: record.validation_metrics[place] for place, name in enumerate(metrics)}

    def __repr__(self) -> str:
        return f"Progress({', '.join(f'{name}={getattr(self, name)!r}' for name in _FIELDS)})"


def _module(value: Any, what: str, name: str) -> Any:
    if not isinstance(value, _modules.Base):
        raise TypeError(f"{name}: expected a module as its {what}, found {value!r:.80}")
    return value


def _metrics(metrics: Mapping[str, Module] | None, name: str) -> dict[str, Module]:
    given = dict(metrics or {})
    for key, metric in given.items():
        _module(metric, f"metric {key!r}", name)
    return given


class Trainer(Owner):
    """Ties a model, a loss and an optimiser, and remembers how far training has come.

    model: any module; Python code in it is run once for each batch size, to record what it does, as wingbeat.compile does. loss: a module of a
    prediction and a target that gives one number, of wingbeat.nn or of one's own. metrics: modules of the same kind by name, which give one
    number for a batch (its mean) or one for each row. history: the Progress at the end of each epoch.
    """

    _handle: int | None = None

    def __init__(self, model: Module, loss: Module, optimizer: Optimizer, metrics: Mapping[str, Module] | None = None) -> None:
        _module(model, "model", "Trainer")
        _module(loss, "loss", "Trainer")
        self.metrics = _metrics(metrics, "Trainer")
        out = c_void_p()
        check(lib.wb_trainer_create(model, loss, optimizer, out))
        self._handle = out.value
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.history: list[Progress] = []
        for name, metric in self.metrics.items():
            check(lib.wb_trainer_add_metric(self._handle, name.encode(), metric))

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_trainer_free")

    def fit(self, train: Any, epochs: int = 1, batch_size: int = 32, shuffle: bool | str = True, seed: int = 0, validation: Any = None,
            patience: int = 0, min_delta: float = 0.0, restore_best: bool = False, check_finite: bool = False,
            callback: Callable[[Progress], object] | None = None, report_every: int = 1, max_steps: int = 0, drop_last: bool = False) -> str:
        """Trains until a stopping condition; returns which: "epochs", "patience", "callback" or "steps".

        train, validation: data sets, or pairs (x, y). epochs: in all, counting those done before. shuffle, seed, drop_last: as in
        Dataset.batches. patience: stop after so many epochs in a row without a validation loss lower by min_delta; 0: never.
        restore_best: end with the parameters of the lowest validation loss. check_finite: NaN or infinity in the loss raises
        NotFiniteError before the update. callback: called with a Progress every report_every steps and at the end of each epoch;
        a true result stops training. max_steps: return after so many more steps.

        An exception ends training and comes out of fit as it is: of the callback, of Python code in the model, the loss or a metric, and of a signal's handler,
        such as the KeyboardInterrupt of Ctrl-C. Model, optimiser and trainer are then as after the last whole step.
        A trainer that stopped in the middle of an epoch, by an exception too, or was loaded, goes on from there.
        """
        if validation is None and (patience or restore_best):
            raise ArgumentError("fit: patience and restore_best need validation data, found none")
        train = as_dataset(train)
        validation = None if validation is None else as_dataset(validation)
        options = {
            _abi.WB_TRAINER_EPOCHS: epochs, _abi.WB_TRAINER_BATCH_SIZE: batch_size, _abi.WB_TRAINER_SHUFFLE: shuffle_code(shuffle),
            _abi.WB_TRAINER_SEED: seed, _abi.WB_TRAINER_PATIENCE: patience, _abi.WB_TRAINER_MIN_DELTA: min_delta,
            _abi.WB_TRAINER_CHECK_FINITE: bool(check_finite), _abi.WB_TRAINER_MAX_STEPS: max_steps,
            _abi.WB_TRAINER_REPORT_EVERY: report_every if callback else _BREATH,
            _abi.WB_TRAINER_RESTORE_BEST: bool(restore_best), _abi.WB_TRAINER_DROP_LAST: bool(drop_last),
        }
        for option, value in options.items():
            check(lib.wb_trainer_set(self._handle, option, value))
        check(lib.wb_trainer_set_validation(self._handle, None if validation is None else validation._handle))

        names = tuple(self.metrics)

        def report(record: Any) -> int:
            progress = Progress(record, names)
            if progress.epoch_ended:
                self.history.append(progress)
            return 1 if callback is not None and callback(progress) else 0

        reason = c_int()

        def fit(progress: Any, context: int) -> int:
            return lib.wb_trainer_fit(self._handle, train._handle, progress, context, ctypes.byref(reason))  # type: ignore[no-any-return]

        try:
            check(with_progress(fit, report))
        finally:
            _modules.revision += 1  # the engine has set the modules' modes
        return _STOP_REASONS[reason.value]

    def _position(self, which: int) -> int:
        counts = c_int64(), c_int64(), c_int64()
        check(lib.wb_trainer_position(self._handle, *counts))
        return counts[which].value

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return self._position(0)

    @property
    def step(self) -> int:
        """Steps done inside the current epoch."""
        return self._position(1)

    @property
    def total_steps(self) -> int:
        """Steps done in all."""
        return self._position(2)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a checkpoint of model, optimiser, random state and position."""
        check(lib.wb_trainer_save(self._handle, path_bytes(path)))

    def load(self, path: str | os.PathLike[str]) -> None:
        """Takes over a checkpoint, all or nothing, so that fit goes on from there bit for bit."""
        check(lib.wb_trainer_load(self._handle, path_bytes(path)))


class Evaluation(tuple):  # type: ignore[type-arg]
    """(mean loss, accuracy) over a data set; metrics: the means of the metrics by name."""

    metrics: dict[str, float]


def evaluate(
    model: Module, loss: Module, dataset: Any, batch_size: int = 256, metrics: Mapping[str, Module] | None = None
) -> Evaluation:
    """(mean loss, accuracy) of a model over a data set or a pair (x, y), in evaluation mode; accuracy is NaN where the loss has no classes.

    model, loss and metrics are as a Trainer's. The result's attribute `metrics` has their means.
    """
    _module(model, "model", "evaluate")
    _module(loss, "loss", "evaluate")
    given = _metrics(metrics, "evaluate")
    mean_loss, accuracy, values = c_double(math.nan), c_double(math.nan), (c_double * len(given))()
    dataset = as_dataset(dataset)
    handles = handle_array(len(given))(*[metric._handle for metric in given.values()])
    check(lib.wb_evaluate(model, loss, handles, len(given), dataset._handle, batch_size, mean_loss, accuracy, values))
    result = Evaluation((mean_loss.value, accuracy.value))
    result.metrics = dict(zip(given, values))
    return result
