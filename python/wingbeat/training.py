"""Training to a stopping condition. The loop runs in the engine, the same for Python and C."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator, Mapping
from ctypes import c_char_p, c_double, c_int, c_int32, c_int64, c_void_p
from typing import TYPE_CHECKING, Any, Callable

from . import _abi, _html, _modules
from ._arguments import whole
from ._arrays import counted
from ._callbacks import with_progress
from ._checkpoint_files import path_bytes
from ._checkpoint_folder import Checkpoints, as_checkpoints
from ._errors import ArgumentError, ArgumentTypeError
from ._history import Bar, History
from ._library import check, freed_by, handle_property, lib
from ._log import pass_on
from ._naming import listing
from ._owner import Owner, attributes_of, set_attributes
from ._tensor import wrap
from .data import as_dataset, loader_order, shuffle_code

if TYPE_CHECKING:
    import os

    from ._typing import Path
    from .nn import Module
    from .optim import Optimizer
    from .optim.lr_scheduler import LRScheduler

__all__ = ["Trainer", "Checkpoints", "Progress", "Evaluation", "evaluate"]
__dir__ = listing(__name__)

_STOP_REASONS = {
    _abi.WB_STOP_EPOCHS: "epochs",
    _abi.WB_STOP_PATIENCE: "patience",
    _abi.WB_STOP_CALLBACK: "callback",
    _abi.WB_STOP_STEPS: "steps",
}
_FIELDS = tuple(field[0] for field in _abi.wb_progress._fields_ if field[0] != "metric_count")

# Without a callback of the user's, Python is asked this often, so that Ctrl-C works.
_BREATH = 100


class Progress(Mapping[str, Any]):
    """How far training is: attributes, and a mapping of the same by name, a row of a table.

    epoch: the current one, from 0; epochs: asked for; step: steps done in this epoch; steps_per_epoch; total_steps:
    done in all; loss, accuracy: means over this epoch so far (accuracy is NaN where the loss has no classes);
    validation_loss, validation_accuracy: of the last epoch that ended, NaN before the first and without validation
    data; seconds: since fit began; epoch_ended: whether this is the last report of an epoch; improved: whether the
    validation loss is the lowest so far; metrics, validation_metrics: the trainer's, by name. In the mapping each
    metric NAME has "NAME" and "validation_NAME", or "metric_NAME" and "validation_metric_NAME" where these are taken.
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

    def _row(self) -> dict[str, Any]:
        row = {name: getattr(self, name) for name in _FIELDS if name not in ("metrics", "validation_metrics")}
        for name in self.metrics:
            key = f"metric_{name}" if name in row or f"validation_{name}" in row else name
            row[key], row[f"validation_{key}"] = self.metrics[name], self.validation_metrics[name]
        return row

    def __getitem__(self, name: str) -> Any:
        return self._row()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._row())

    def __len__(self) -> int:
        return len(self._row())

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


def _count(value: Any, name: str) -> int:
    """An option that counts something, or a seed."""
    if isinstance(value, float):
        if not value.is_integer():
            raise ArgumentTypeError(f"fit: expected a whole number as {name}, found {value}")
        value = int(value)
    return whole(value, name, "fit")


def _callbacks(given: Any) -> list[Callable[[Progress], object]]:
    """The functions that fit is to call."""
    found = [] if given is None else list(given) if isinstance(given, (list, tuple)) else [given]
    for callback in found:
        if not callable(callback):
            raise TypeError(f"fit: expected a function as callback, or several in a list, found {callback!r:.80}")
    return found


class Trainer(Owner):
    """Ties a model, a loss and an optimiser, and remembers how far training has come.

    model: any module; Python code in it is run once for each batch size, to record what it does, as wingbeat.compile
    does. loss: a module of a prediction and a target that gives one number, of wingbeat.nn or of one's own; where the
    data have several targets, of all outputs of the model and then all targets. metrics: modules of the same kind by
    name, which give one number for a batch (its mean) or one for each row. history: the Progress at the end of each
    epoch, which is saved and loaded with the trainer; pandas.DataFrame(trainer.history) is a table of it.

    copy.deepcopy and pickle copy model, loss, optimiser and metrics as well; copy.copy is another trainer of the same
    ones.
    """

    _handle: int | None = None

    def __init__(
        self, model: Module, loss: Module, optimizer: Optimizer, metrics: Mapping[str, Module] | None = None
    ) -> None:
        _module(model, "model", "Trainer")
        _module(loss, "loss", "Trainer")
        self.metrics = _metrics(metrics, "Trainer")
        out = c_void_p()
        check(lib.wb_trainer_create(model, loss, optimizer, out))
        self._handle = out.value
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.history = History()
        for name, metric in self.metrics.items():
            check(lib.wb_trainer_add_metric(self._handle, name.encode(), metric))

    _as_parameter_ = handle_property

    __del__ = freed_by("wb_trainer_free")

    # ---------------------------------------------------------------- copies

    def _recipe(self) -> tuple[Any, ...]:
        return ()

    def _contents(self) -> dict[str, Any]:
        state, name, best, count = c_char_p(), c_char_p(), {}, c_int32()
        check(lib.wb_trainer_state(self._handle, state))
        text = state.value
        check(lib.wb_trainer_best_count(self._handle, count))
        for place in range(count.value):
            out = c_void_p()
            check(lib.wb_trainer_best(self._handle, place, name, out))
            best[name.value] = wrap(out.value)
        own = frozenset({"_handle", "model", "loss", "optimizer", "metrics", "history"})
        return {
            "model": self.model,
            "loss": self.loss,
            "optimizer": self.optimizer,
            "metrics": self.metrics,
            "state": text,
            "best": best,
            "attributes": attributes_of(self, own),
        }

    def _restore(self, contents: dict[str, Any]) -> None:
        Trainer.__init__(self, contents["model"], contents["loss"], contents["optimizer"], contents["metrics"])
        best = contents["best"]
        check(
            lib.wb_trainer_load_state(
                self._handle, contents["state"], (c_char_p * len(best))(*best), *counted(best.values())
            )
        )
        self.history = self._read_history()
        set_attributes(self, contents["attributes"])

    def _read_history(self) -> History:
        """The engine's history."""
        count, record, names = c_int64(), _abi.wb_progress(), tuple(self.metrics)
        metrics, validation_metrics = (c_double * len(names))(), (c_double * len(names))()
        check(lib.wb_trainer_history_count(self._handle, count))
        history = History()
        for place in range(count.value):
            check(lib.wb_trainer_history(self._handle, place, record, metrics, validation_metrics))
            history.append(Progress(record, names))
        return history

    # ---------------------------------------------------------------- training

    def fit(
        self,
        train: Any,
        epochs: int = 1,
        batch_size: int = 32,
        shuffle: bool | str = True,
        seed: int = 0,
        validation: Any = None,
        patience: int = 0,
        min_delta: float = 0.0,
        restore_best: bool = False,
        check_finite: bool = False,
        callback: Callable[[Progress], object] | Iterable[Callable[[Progress], object]] | None = None,
        report_every: int = 1,
        max_steps: int = 0,
        drop_last: bool = False,
        schedule: LRScheduler | None = None,
        schedule_each: str = "epoch",
        bar: bool = False,
        checkpoints: Checkpoints | Path | None = None,
        checkpoint_every: int = 0,
        resume: str | bool = False,
    ) -> str:
        """Trains until a stopping condition; returns which: "epochs", "patience", "callback" or "steps".

        train, validation: data sets, or pairs (x, y); or a DataLoader, whose batch_size, shuffle and drop_last then
        hold. A data set of the user's own is read once, in its order, before training begins. epochs: in all, counting
        those done before. shuffle, seed, drop_last: as in Dataset.batches. patience: stop after so many epochs in a row
        without a validation loss lower by min_delta; 0: never. restore_best: end with the parameters of the lowest
        validation loss, however training ends, also by an exception; a later fit goes on from them. check_finite: NaN
        or infinity in the loss raises NotFiniteError before the update. callback: called with a Progress every
        report_every steps and at the end of each epoch; a true result stops training; of several in a list, each is
        called. max_steps: return after so many more steps. schedule: of the trainer's optimizer; it steps at the end of
        each epoch or, with schedule_each "step", after each step. ReduceLROnPlateau gets the validation loss, or
        without validation data the training loss. bar: a bar of tqdm's, in a terminal or a notebook.

        checkpoints: a folder, or a Checkpoints, that the trainer is saved to at the end of each epoch, and inside of
        epochs after each checkpoint_every steps; fit returns when the last file is there. resume: "auto" goes on from
        the newest file of that folder that is whole, or begins where there is none.

        An exception ends training and comes out of fit as it is: of the callback, of Python code in the model, the loss
        or a metric, and of a signal's handler, such as the KeyboardInterrupt of Ctrl-C. Model, optimiser and trainer
        are then as after the last whole step. A trainer that stopped in the middle of an epoch, by an exception too, or
        was loaded, goes on from there.
        """
        if validation is None and (patience or restore_best):
            raise ArgumentError("fit: patience and restore_best need validation data, found none")
        if resume not in (False, True, "auto"):
            raise ArgumentError(f"fit: expected 'auto' or False as resume, found {resume!r:.80}")
        folder = as_checkpoints(checkpoints)
        if resume and folder is None:
            raise ArgumentError("fit: resume needs checkpoints, found none")
        order = loader_order(train)
        if order is not None:
            batch_size, shuffle, drop_last = order
        train = as_dataset(train)
        validation = None if validation is None else as_dataset(validation)
        callbacks = _callbacks(callback)
        if folder is not None:
            self.model._write_notes()
            if resume:
                folder.resume(self)
        check(lib.wb_trainer_set_checkpoints(self._handle, folder, _count(checkpoint_every, "checkpoint_every")))
        shown = Bar(self.total_steps) if bar else None
        if shown is not None:
            callbacks.append(shown)
        counts = {
            _abi.WB_TRAINER_EPOCHS: _count(epochs, "epochs"),
            _abi.WB_TRAINER_BATCH_SIZE: _count(batch_size, "batch_size"),
            _abi.WB_TRAINER_SHUFFLE: shuffle_code(shuffle),
            _abi.WB_TRAINER_SEED: _count(seed, "seed"),
            _abi.WB_TRAINER_PATIENCE: _count(patience, "patience"),
            _abi.WB_TRAINER_MAX_STEPS: _count(max_steps, "max_steps"),
            _abi.WB_TRAINER_REPORT_EVERY: _count(report_every, "report_every") if callbacks else _BREATH,
        }
        for option, count in counts.items():
            check(lib.wb_trainer_set_int64(self._handle, option, count))
        options = {
            _abi.WB_TRAINER_MIN_DELTA: min_delta,
            _abi.WB_TRAINER_CHECK_FINITE: bool(check_finite),
            _abi.WB_TRAINER_RESTORE_BEST: bool(restore_best),
            _abi.WB_TRAINER_DROP_LAST: bool(drop_last),
        }
        for option, value in options.items():
            check(lib.wb_trainer_set(self._handle, option, value))
        self._set_schedule(schedule, schedule_each)
        check(lib.wb_trainer_set_validation(self._handle, None if validation is None else validation._handle))

        names = tuple(self.metrics)

        def report(record: Any) -> int:
            progress = Progress(record, names)
            if progress.epoch_ended:
                self.history.append(progress)
            stops = [bool(called(progress)) for called in callbacks]
            return 1 if any(stops) else 0

        reason = c_int()

        def fit(progress: Any, context: int) -> int:
            status: int = lib.wb_trainer_fit(self._handle, train._handle, progress, context, ctypes.byref(reason))
            return status

        try:
            check(with_progress(fit, report))
        finally:
            _modules.changed()  # the engine has set the modules' modes
            lib.wb_trainer_set_checkpoints(self._handle, None, 0)
            if shown is not None:
                shown.close()
        pass_on()
        return _STOP_REASONS[reason.value]

    def _set_schedule(self, schedule: Any, each: str) -> None:
        moments = {"epoch": _abi.WB_SCHEDULE_EACH_EPOCH, "step": _abi.WB_SCHEDULE_EACH_STEP}
        if each not in moments:
            raise ArgumentError(f"fit: expected 'epoch' or 'step' as schedule_each, found {each!r:.80}")
        if schedule is not None and getattr(schedule, "_as_parameter_", None) is None:
            raise TypeError(f"fit: expected a schedule of wingbeat.optim.lr_scheduler, found {schedule!r:.80}")
        check(lib.wb_trainer_set_schedule(self._handle, schedule, moments[each]))

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
        """Writes a checkpoint of model, optimiser, random state, position and history."""
        self.model._write_notes()
        check(lib.wb_trainer_save(self._handle, path_bytes(path)))
        pass_on()

    def load(self, path: str | os.PathLike[str]) -> None:
        """Takes over a checkpoint, all or nothing, so that fit goes on from there bit for bit."""
        check(lib.wb_trainer_load(self._handle, path_bytes(path)))
        self.history = self._read_history()

    # ---------------------------------------------------------------- how it looks

    def __repr__(self) -> str:
        parts = [type(self.model).__name__, repr(self.loss), self.optimizer._line()]
        if self.metrics:
            parts.append(f"metrics={', '.join(self.metrics)}")
        parts += [f"epoch={self.epoch}", f"step={self.step}", f"total_steps={self.total_steps}"]
        if self.history:
            last = self.history[-1]
            parts += [
                f"{name}={getattr(last, name):.4g}"
                for name in ("loss", "accuracy", "validation_loss", "validation_accuracy")
                if not math.isnan(getattr(last, name))
            ]
        return f"Trainer({', '.join(parts)})"

    def _repr_html_(self) -> str:
        shown = _html.text(repr(self))
        if self.history:
            shown += _html.table(
                list(self.history[-1]), [[row.get(name, math.nan) for name in self.history[-1]] for row in self.history]
            )
        return shown


class Evaluation(tuple):  # type: ignore[type-arg]
    """(mean loss, accuracy) over a data set; metrics: the means of the metrics by name."""

    metrics: dict[str, float]


def evaluate(
    model: Module, loss: Module, dataset: Any, batch_size: int = 256, metrics: Mapping[str, Module] | None = None
) -> Evaluation:
    """(mean loss, accuracy) of a model over a data set or a pair (x, y), in evaluation mode; accuracy is NaN where the
    loss has no classes.

    model, loss and metrics are as a Trainer's. The result's attribute `metrics` has their means.
    """
    _module(model, "model", "evaluate")
    _module(loss, "loss", "evaluate")
    given = _metrics(metrics, "evaluate")
    mean_loss, accuracy, values = c_double(math.nan), c_double(math.nan), (c_double * len(given))()
    dataset = as_dataset(dataset)
    check(
        lib.wb_evaluate(model, loss, *counted(given.values()), dataset._handle, batch_size, mean_loss, accuracy, values)
    )
    pass_on()
    result = Evaluation((mean_loss.value, accuracy.value))
    result.metrics = dict(zip(given, values))
    return result
