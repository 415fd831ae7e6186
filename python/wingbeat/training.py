"""Training to a stopping condition. The loop runs in the engine, the same for Python and C."""

import ctypes
from ctypes import c_double, c_int, c_int64, c_void_p

from . import _abi
from ._errors import ArgumentError, UnsupportedError
from ._library import check, lib
from ._modules import Base
from .data import as_dataset, shuffle_code
from .storage import path_bytes

__all__ = ["Trainer", "Progress", "evaluate"]

_STOP_REASONS = {_abi.WB_STOP_EPOCHS: "epochs", _abi.WB_STOP_PATIENCE: "patience", _abi.WB_STOP_CALLBACK: "callback",
                 _abi.WB_STOP_STEPS: "steps"}
_FIELDS = tuple(name for name, _ in _abi.wb_progress._fields_)

# Without a callback of the user's, Python is asked this often, so that Ctrl-C works.
_BREATH = 100


class Progress:
    """How far training is.

    epoch: the current one, from 0; epochs: asked for; step: steps done in this epoch; steps_per_epoch; total_steps: done in all;
    loss, accuracy: means over this epoch so far (accuracy is NaN where the loss has no classes); validation_loss,
    validation_accuracy: of the epoch just ended, NaN before and without validation data; seconds: since fit began;
    epoch_ended: whether this is the last report of an epoch; improved: whether the validation loss is the lowest so far.
    """

    __slots__ = _FIELDS

    def __init__(self, record):
        for name in _FIELDS:
            setattr(self, name, getattr(record, name))
        self.epoch_ended = bool(self.epoch_ended)
        self.improved = bool(self.improved)

    def __repr__(self):
        return f"Progress({', '.join(f'{name}={getattr(self, name)!r}' for name in _FIELDS)})"


def _loss_kind(loss, name):
    kind = getattr(loss, "kind", None)
    if kind is None:
        raise TypeError(f"{name}: expected a loss of wingbeat.nn, such as CrossEntropyLoss(), found {type(loss).__name__}")
    if loss.reduction != "mean":
        raise ArgumentError(f"{name}: expected a loss with reduction 'mean', found {loss.reduction!r}")
    return kind


def _check_model(model, name):
    if not isinstance(model, Base):
        raise TypeError(f"{name}: expected a module, found {type(model).__name__}")
    if not model._in_engine():
        raise UnsupportedError(
            f"{name}: the forward pass of {type(model).__name__} is Python code, which the engine's loop cannot call; write the loop by hand "
            "(loss.backward(), optimizer.step(); wingbeat.compile makes it one call), or build the model of nn.Sequential and wingbeat.nn's layers")


class Trainer:
    """Ties a model, a loss and an optimiser, and remembers how far training has come.

    model: layers of wingbeat.nn in nn.Sequential (UnsupportedError for one with a forward method of its own); loss: of
    wingbeat.nn, with reduction "mean". history: the Progress at the end of each epoch.
    """

    _handle = None

    def __init__(self, model, loss, optimizer):
        _check_model(model, "Trainer")
        out = c_void_p()
        check(lib.wb_trainer_create(model, _loss_kind(loss, "Trainer"), optimizer, out))
        self._handle = out.value
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.history = []

    def __del__(self, _free=lib.wb_trainer_free):
        if self._handle is not None:
            _free(self._handle)

    def fit(self, train, epochs=1, batch_size=32, shuffle=True, seed=0, validation=None, patience=0, min_delta=0.0, restore_best=False,
            check_finite=False, callback=None, report_every=1, max_steps=0, drop_last=False):
        """Trains until a stopping condition; returns which: "epochs", "patience", "callback" or "steps".

        train, validation: data sets, or pairs (x, y). epochs: in all, counting those done before. shuffle, seed, drop_last: as in
        Dataset.batches. patience: stop after so many epochs in a row without a validation loss lower by min_delta; 0: never.
        restore_best: end with the parameters of the lowest validation loss. check_finite: NaN or infinity in the loss raises
        NotFiniteError before the update. callback: called with a Progress every report_every steps and at the end of each epoch;
        a true result stops training, an exception stops it and comes out of fit. max_steps: return after so many more steps.

        A trainer that stopped in the middle of an epoch, or was loaded, goes on from there.
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

        raised = []

        def report(_, record):
            try:
                progress = Progress(record[0])
                if progress.epoch_ended:
                    self.history.append(progress)
                return 1 if callback is not None and callback(progress) else 0
            except BaseException as exception:  # KeyboardInterrupt too: it must not be lost in the engine's loop
                raised.append(exception)
                return 1

        reason = c_int()
        status = lib.wb_trainer_fit(self._handle, train._handle, _abi.wb_progress_callback(report), None, ctypes.byref(reason))
        if raised:
            raise raised[0]
        check(status)
        return _STOP_REASONS[reason.value]

    def _position(self, which):
        counts = c_int64(), c_int64(), c_int64()
        check(lib.wb_trainer_position(self._handle, *counts))
        return counts[which].value

    @property
    def epoch(self):
        """Epochs done."""
        return self._position(0)

    @property
    def step(self):
        """Steps done inside the current epoch."""
        return self._position(1)

    @property
    def total_steps(self):
        """Steps done in all."""
        return self._position(2)

    def save(self, path):
        """Writes a checkpoint of model, optimiser, random state and position."""
        check(lib.wb_trainer_save(self._handle, path_bytes(path)))

    def load(self, path):
        """Takes over a checkpoint, all or nothing, so that fit goes on from there bit for bit."""
        check(lib.wb_trainer_load(self._handle, path_bytes(path)))


def evaluate(model, loss, dataset, batch_size=256):
    """(mean loss, accuracy) of a model over a data set or a pair (x, y), in evaluation mode; accuracy is NaN where the loss has no classes."""
    _check_model(model, "evaluate")
    mean_loss, accuracy = c_double(), c_double()
    dataset = as_dataset(dataset)
    check(lib.wb_evaluate(model._handle, _loss_kind(loss, "evaluate"), dataset._handle, batch_size, mean_loss, accuracy))
    return mean_loss.value, accuracy.value
