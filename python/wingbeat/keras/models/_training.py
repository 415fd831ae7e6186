"""compile, fit, evaluate, predict: the methods by which Keras' models train.

A step (forward pass, loss, metrics, gradients, update) is a tf.function: one program of the engine for each shape of a
batch. Python gives it the batches and reads the values of the metrics.
"""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np

from ..._tensor import Tensor as Base
from ..._tree import flatten, unflatten
from ...tf import _recording
from ...tf._function import Function
from ...tf._tape import GradientTape
from ...tf._tensor import convert, wrap
from .. import _data
from .._data import Epoch, batches_of, unpack_x_y_sample_weight
from ..callbacks import CallbackList
from ..callbacks._callback import plain
from ._compiled import CompileLoss, CompileMetrics


class Facts:
    """What a model knows of its training."""

    def __init__(self) -> None:
        self.compiled = False
        self.optimizer: Any = None
        self.loss: Any = None
        self.compile_loss: CompileLoss | None = None
        self.compile_metrics: CompileMetrics | None = None
        self.loss_tracker: Any = None
        self.run_eagerly = False
        self.jit_compile: Any = None
        self.steps_per_execution = 1
        self.config: dict[str, Any] | None = None
        self.functions: dict[str, Any] = {}
        self.stop_training = self.stop_evaluating = self.stop_predicting = False
        self.history: Any = None
        self.initial_epoch: int | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Facts:
        # A copy is to be compiled anew, as in Keras.
        return Facts()

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        Facts.__init__(self)


def _fact(name: str, documentation: str) -> Any:
    def get(model: Any) -> Any:
        return getattr(model._training, name)

    def put(model: Any, value: Any) -> None:
        setattr(model._training, name, value)

    return property(get, put, doc=documentation)


class Trainer:
    """The training part of a model."""

    _training: Facts

    compiled = _fact("compiled", "Whether compile has been called.")
    optimizer = _fact("optimizer", "The optimiser.")
    run_eagerly = _fact("run_eagerly", "Whether steps run line by line.")
    jit_compile = _fact("jit_compile", "As given; steps are programs in any case.")
    steps_per_execution = _fact("steps_per_execution", "Steps between two calls of callbacks.")
    stop_training = _fact("stop_training", "Set it to end fit after the batch, and the epoch.")
    stop_evaluating = _fact("stop_evaluating", "Set it to end evaluate after the batch.")
    stop_predicting = _fact("stop_predicting", "Set it to end predict after the batch.")
    history = _fact("history", "The History of the last fit.")
    _initial_epoch = _fact("initial_epoch", "Where fit goes on.")
    _loss_tracker = _fact("loss_tracker", "The mean of the loss.")
    _compile_loss = _fact("compile_loss", "The losses.")
    _compile_metrics = _fact("compile_metrics", "The metrics.")
    loss = _fact("loss", "The loss that compile was given.")

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Says how the model trains.

        optimizer: an object or its name. loss: an object, a function (y_true, y_pred), a name, or one for each output,
        in a list or a dict. metrics: a list of such, or one for each output; weighted_metrics take the samples'
        weights. run_eagerly: True runs each step line by line.
        """
        from .. import metrics as all_metrics
        from .. import optimizers

        facts: Any = self._training
        facts.optimizer = optimizers.get(optimizer)
        policy = self.dtype_policy.name  # type: ignore[attr-defined]
        if auto_scale_loss and policy == "mixed_float16" and facts.optimizer is not None:
            scaled = getattr(optimizers, "LossScaleOptimizer", None)
            if scaled is not None and not isinstance(facts.optimizer, scaled):
                facts.optimizer = scaled(facts.optimizer, name="loss_scale_optimizer")
        names = getattr(self, "output_names", None)
        # What is not given stays as it was, as in Keras.
        if loss is not None:
            facts.loss, facts.compile_loss = loss, CompileLoss(loss, loss_weights, names)
        if metrics is not None or weighted_metrics is not None:
            facts.compile_metrics = CompileMetrics(metrics, weighted_metrics, names)
        facts.run_eagerly, facts.jit_compile = run_eagerly, bool(jit_compile) and jit_compile != "auto"
        facts.steps_per_execution, facts.stop_training = steps_per_execution, False
        facts.loss_tracker = all_metrics.Mean(name="loss")
        facts.compiled, facts.functions = True, {}
        facts.config = {
            "optimizer": facts.optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": facts.jit_compile,
        }

    def get_compile_config(self) -> dict[str, Any] | None:
        """What compile was given, as a config."""
        from .. import saving

        config = self._training.config
        return None if config is None else {key: saving.serialize_keras_object(value) for key, value in config.items()}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """compile() with what such a config says."""
        from .. import saving

        if type(self).compile is not Trainer.compile:
            warnings.warn("`compile()` was not called as part of model loading because it is overridden.", stacklevel=2)
            return

        def revived(value: Any) -> Any:
            if isinstance(value, dict) and "class_name" in value:
                return saving.deserialize_keras_object(value)
            if isinstance(value, dict):
                return {name: revived(part) for name, part in value.items()}
            return [revived(part) for part in value] if isinstance(value, (list, tuple)) else value

        self.compile(**{key: revived(value) for key, value in config.items()})
        if self.optimizer is not None and self.built:  # type: ignore[attr-defined]
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    # ---------------------------------------------------------------- metrics

    @property
    def metrics(self) -> list[Any]:
        """The mean of the loss, those that compile was given, those of outputs' losses, and the layers' own."""
        facts: Any = self._training
        found: list[Any] = []
        if facts.compiled:
            if facts.loss_tracker is not None:
                found.append(facts.loss_tracker)
            if facts.compile_metrics is not None:
                found.append(facts.compile_metrics)
            if facts.compile_loss is not None:
                found.extend(facts.compile_loss.metrics)
        own: Any = self
        found.extend(own._keras.metrics)
        for layer in own._flatten_layers(include_self=False):
            if not isinstance(layer, Trainer):
                found.extend(layer._keras.metrics)
        return found

    @property
    def metrics_names(self) -> list[str]:
        """Their names."""
        return [metric.name for metric in self.metrics]

    def _all_metrics(self) -> list[Any]:
        found = []
        for metric in self.metrics:
            found.extend(metric.metrics if isinstance(metric, CompileMetrics) else [metric])
        return found

    def reset_metrics(self) -> None:
        """Has all metrics begin anew."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The values of the metrics by their names."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            if isinstance(result, dict):
                found.update(result)
            else:
                found[metric.name] = result
        return found

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Has the metrics take over a batch, and gives their values; may be overridden."""
        facts = self._training
        if facts.compile_metrics is not None:
            facts.compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The loss of a batch with what layers and regularisers add, a scalar; may be overridden."""
        facts = self._training
        losses = []
        if facts.compile_loss is not None:
            found = facts.compile_loss(y, y_pred, sample_weight)
            if found is not None:
                losses.append(found)
        for extra in self.losses:  # type: ignore[attr-defined]
            losses.append(extra if not extra.shape else wrap(extra.mean()))
        if not losses:
            raise ValueError("No loss to compute. Provide a `loss` argument in `compile()`.")
        total = losses[0]
        for extra in losses[1:]:
            total = total + extra
        return total

    def _computed_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        method = self.compute_loss
        if "training" in inspect.signature(method).parameters:
            return method(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training)
        return method(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)

    # ---------------------------------------------------------------- steps

    def _predicted(self, x: Any, training: bool) -> Any:
        model: Any = self
        if model._call_signature.has_training or model._call_signature.takes_all:
            return model(x, training=training)
        return model(x)

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of training on a batch: gives the values of the metrics. May be overridden."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        facts: Any = self._training
        model: Any = self
        with GradientTape() as tape:
            y_pred = self._predicted(x, True)
            loss = self._computed_loss(x, y, y_pred, sample_weight, True)
            if facts.loss_tracker is not None:
                facts.loss_tracker.update_state(loss, sample_weight=_rows(x))
            scaled = facts.optimizer.scale_loss(loss) if hasattr(facts.optimizer, "scale_loss") else loss
        variables = model.trainable_variables
        if variables:
            gradients = tape.gradient(scaled, variables)
            facts.optimizer.apply_gradients(zip(gradients, variables))
        else:
            warnings.warn("The model does not have any trainable weights.", stacklevel=2)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """One step of evaluation on a batch: gives the values of the metrics. May be overridden."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        facts: Any = self._training
        y_pred = self._predicted(x, False)
        loss = self._computed_loss(x, y, y_pred, sample_weight, False)
        if facts.loss_tracker is not None:
            facts.loss_tracker.update_state(loss, sample_weight=_rows(x))
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data: Any) -> Any:
        """The predictions for a batch. May be overridden."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self._predicted(x, False)

    def _function(self, what: str) -> Any:
        """What runs a step: train, test or predict."""
        facts = self._training
        known = facts.functions.get(what)
        if known is not None:
            return known
        step = getattr(self, f"{what}_step")

        def one(data: Any) -> Any:
            try:
                return step(data)
            finally:
                self._clear_losses()  # type: ignore[attr-defined]

        run = one if facts.run_eagerly else Function(one, name=f"{what}_step")
        facts.functions[what] = run
        return run

    def make_train_function(self, force: bool = False) -> Any:
        """The function that runs train_step."""
        return self._made("train", force)

    def make_test_function(self, force: bool = False) -> Any:
        """The function that runs test_step."""
        return self._made("test", force)

    def make_predict_function(self, force: bool = False) -> Any:
        """The function that runs predict_step."""
        return self._made("predict", force)

    def _made(self, what: str, force: bool) -> Any:
        if force:
            self._training.functions.pop(what, None)
        return self._function(what)

    def _ran(self, function: Any, batches: list[Any]) -> Any:
        logs = None
        for batch in batches:
            logs = function(_tensors(batch))
        return logs

    def _ready(self, batch: Any) -> None:
        """Makes what the first batch decides, outside of the program: variables, metrics, the optimiser's state."""
        model: Any = self
        if not model.built or model._needs_build():
            x, _, _ = unpack_x_y_sample_weight(batch)
            model._build_for_data(_tensors(x))
        optimizer = self.optimizer
        if (
            optimizer is not None
            and hasattr(optimizer, "built")
            and not optimizer.built
            and hasattr(optimizer, "build")
        ):
            variables = model.trainable_variables
            if variables:
                optimizer.build(variables)

    def _check_compiled(self, method: str) -> None:
        if not self.compiled:
            name = type(self).__name__
            raise ValueError(f"You must call `compile()` before calling `{method}()`." if name else "")

    # ---------------------------------------------------------------- fit

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> Any:
        """Trains the model for some epochs; returns a History.

        x, y: arrays or tensors, also in lists and dicts; or x alone: a data set, a PyDataset, a generator of batches.
        batch_size: 32 for arrays. verbose: 0 nothing, 1 a bar, 2 a line for each epoch. validation_split: the share of
        the last rows that is not trained on; validation_data: (x, y), (x, y, weights) or a data set. class_weight: a
        dict from class to weight; sample_weight: a weight for each row. validation_freq: after how many epochs, or
        after which, the model is validated.
        """
        self._check_compiled("fit")
        facts: Any = self._training
        if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)):
            raise ValueError(f"Expected `epochs` to be a whole number. Received: epochs={epochs!r:.80}")
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = _data.train_validation_split(
                (x, y, sample_weight), validation_split
            )
        batches = batches_of(x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks,
                add_history=True,
                add_progbar=verbose != 0,
                verbose=verbose,
                epochs=epochs,
                steps=batches.count,
                model=self,
            )
        facts.stop_training, facts.initial_epoch = False, None
        validation: Any = None
        logs: Any = None
        function = self._function("train")
        callbacks.on_train_begin()
        first = facts.initial_epoch or initial_epoch
        final: Any = None
        for epoch in range(first, epochs):
            self.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            for begin, end, found in Epoch(batches, facts.steps_per_execution):
                if logs is None:
                    self._ready(found[0])
                callbacks.on_train_batch_begin(begin)
                logs = self._ran(function, found)
                callbacks.on_train_batch_end(end, logs)
                if facts.stop_training:
                    break
            if batches.steps is None and callbacks.params and callbacks.params.get("steps") is None:
                callbacks.params["steps"] = batches.num_batches
            results = dict(self._results(logs))
            if validation_data is not None and _is_due(epoch, validation_freq):
                if validation is None:
                    val = unpack_x_y_sample_weight(validation_data)
                    validation = batches_of(*val, validation_batch_size or batch_size, validation_steps)
                values = self.evaluate(validation, callbacks=callbacks, return_dict=True)
                results.update({f"val_{name}": value for name, value in values.items()})
            callbacks.on_epoch_end(epoch, results)
            final = results
            if facts.stop_training:
                break
        if epochs > 0 and hasattr(facts.optimizer, "finalize_variable_values"):
            facts.optimizer.finalize_variable_values(self.trainable_variables)  # type: ignore[attr-defined]
        callbacks.on_train_end(final)
        return facts.history

    def _results(self, logs: Any) -> dict[str, Any]:
        """The values of the metrics, unless a step of the user's gives others."""
        own = self.get_metrics_result()
        if isinstance(logs, dict) and set(logs) != set(own):
            return logs
        return own

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The loss and the metrics on data: numbers in the order of metrics_names, one as it is; or a dict.

        The arguments are those of fit.
        """
        self._check_compiled("evaluate")
        if kwargs:
            raise ValueError(f"Arguments not recognized: {kwargs}")
        facts = self._training
        batches = batches_of(x, y, sample_weight, batch_size, steps)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks, add_progbar=verbose != 0, verbose=verbose, epochs=1, steps=batches.count, model=self
            )
        facts.stop_evaluating = False
        function = self._function("test")
        callbacks.on_test_begin()
        self.reset_metrics()
        logs: Any = None
        for begin, end, found in Epoch(batches, facts.steps_per_execution):
            if logs is None:
                self._ready(found[0])
            callbacks.on_test_batch_begin(begin)
            logs = self._ran(function, found)
            callbacks.on_test_batch_end(end, logs)
            if facts.stop_evaluating:
                break
        results = plain(self._results(logs))
        callbacks.on_test_end(results)
        return results if return_dict else self._in_order(results)

    def _in_order(self, results: dict[str, Any]) -> Any:
        names = [metric.name for metric in self._all_metrics()]
        found = [results[name] for name in names if name in results]
        found += [value for name, value in sorted(results.items()) if name not in names]
        return found[0] if len(found) == 1 else found

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The results for all inputs, computed in batches, as NumPy arrays."""
        facts = self._training
        batches = batches_of(x, None, None, batch_size, steps)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks, add_progbar=verbose != 0, verbose=verbose, epochs=1, steps=batches.count, model=self
            )
        facts.stop_predicting = False
        function = self._function("predict")
        callbacks.on_predict_begin()
        parts: list[list[Any]] = []
        structure: Any = None
        for begin, end, found in Epoch(batches, facts.steps_per_execution):
            if structure is None:
                self._ready(found[0])
            callbacks.on_predict_batch_begin(begin)
            outputs: Any = None
            for batch in found:
                outputs = function(_tensors(batch))
                leaves, structure = flatten(outputs)
                parts.append([np.asarray(leaf) for leaf in leaves])
            callbacks.on_predict_batch_end(end, {"outputs": outputs})
            if facts.stop_predicting:
                break
        callbacks.on_predict_end()
        if structure is None:
            raise ValueError("predict: expected at least one batch, found none")
        return unflatten(
            structure, [np.concatenate(column) if column[0].ndim else np.stack(column) for column in zip(*parts)]
        )

    # ---------------------------------------------------------------- single batches

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One step of training; gives the loss and the metrics of this batch."""
        self._check_compiled("train_on_batch")
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError(
                    "Arguments `sample_weight` and `class_weight` cannot be specified at the same time. Received: "
                    f"sample_weight={sample_weight}, class_weight={class_weight}"
                )
            sample_weight = _data.class_weights(y, class_weight)
        return self._on_batch("train", (x, y, sample_weight), return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """The loss and the metrics of a batch."""
        self._check_compiled("test_on_batch")
        return self._on_batch("test", (x, y, sample_weight), return_dict)

    def _on_batch(self, what: str, data: tuple[Any, ...], return_dict: bool) -> Any:
        batch = _standard(data)
        self._ready(batch)
        self.reset_metrics()
        logs = plain(self._function(what)(_tensors(batch)))
        return logs if return_dict else self._in_order(logs)

    def predict_on_batch(self, x: Any) -> Any:
        """The results for a batch, as NumPy arrays."""
        batch = _standard((x,))
        self._ready(batch)
        leaves, structure = flatten(self._function("predict")(_tensors(batch)))
        return unflatten(structure, [np.asarray(leaf) for leaf in leaves])


def _standard(data: tuple[Any, ...]) -> Any:
    while len(data) > 1 and data[-1] is None:
        data = data[:-1]
    leaves, structure = flatten([dict(part) if hasattr(part, "items") else part for part in data])
    return tuple(unflatten(structure, [None if leaf is None else _data.array_of(leaf) for leaf in leaves]))


def _tensors(batch: Any) -> Any:
    """Arrays in a batch as tensors, of dtypes that the engine has."""
    leaves, structure = flatten(batch)
    return unflatten(structure, [_tensor(leaf) for leaf in leaves])


def _tensor(leaf: Any) -> Any:
    if isinstance(leaf, Base):
        return wrap(leaf) if type(leaf) is Base else leaf
    if leaf is None:
        return None
    if hasattr(leaf, "_cell"):
        return leaf.value
    return wrap(convert(leaf if type(leaf) is np.ndarray and _data.is_ready(leaf) else _data.array_of(leaf)))


def _rows(x: Any) -> int:
    """How many examples a batch has."""
    return int(next(leaf for leaf in flatten(x)[0] if leaf is not None).shape[0])


def _is_due(epoch: int, frequency: Any) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    if isinstance(frequency, (list, tuple, set)):
        return epoch + 1 in frequency
    raise ValueError(
        "Expected `validation_freq` to be a list or int. "
        f"Received: validation_freq={frequency} of the type {type(frequency)}."
    )


__all__ = ["Facts", "Trainer", "_recording"]
