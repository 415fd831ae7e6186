"""LambdaCallback, TerminateOnNaN, SwapEMAWeights; and what is not here."""

from __future__ import annotations

import math
from typing import Any

from .._bar import say
from ._callback import Callback


class LambdaCallback(Callback):
    """A callback made of functions: on_epoch_end=lambda epoch, logs: ..., and so on."""

    def __init__(
        self,
        on_epoch_begin: Any = None,
        on_epoch_end: Any = None,
        on_train_begin: Any = None,
        on_train_end: Any = None,
        on_train_batch_begin: Any = None,
        on_train_batch_end: Any = None,
        **kwargs: Any,
    ) -> None:
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        self.__dict__.update({name: function for name, function in given.items() if function is not None})


class TerminateOnNaN(Callback):
    """Ends the training where the loss is no number, or infinite. raise_error: by a RuntimeError."""

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Looks at the loss."""
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            if self.raise_error:
                raise RuntimeError(
                    f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. Terminating training "
                    "immediately."
                )
            say(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class SwapEMAWeights(Callback):
    """Evaluates with the averages of an optimiser's use_ema=True in the weights' places. swap_on_epoch: also from the
    end of an epoch to the begin of the next, so that what is saved there has them."""

    def __init__(self, swap_on_epoch: bool = False) -> None:
        self.swap_on_epoch = swap_on_epoch
        self._is_swapped = False

    def _swap(self, swapped: bool) -> None:
        if swapped == self._is_swapped:
            return
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        if not getattr(optimizer, "use_ema", False):
            raise ValueError(
                "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer. Received: "
                f"use_ema={getattr(optimizer, 'use_ema', False)}"
            )
        for variable, average in zip(optimizer._trainable_variables, optimizer._model_variables_moving_average):
            value = variable.numpy()
            variable.assign(average.numpy())
            average.assign(value)
        self._is_swapped = swapped

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Puts the weights back."""
        if self.swap_on_epoch:
            self._swap(False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Puts the averages in."""
        if self.swap_on_epoch:
            self._swap(True)

    def on_test_begin(self, logs: Any = None) -> None:
        """Puts the averages in."""
        self._swap(True)

    def on_test_end(self, logs: Any = None) -> None:
        """Puts the weights back."""
        self._swap(False)

    on_predict_begin, on_predict_end = on_test_begin, on_test_end


class TensorBoard(Callback):
    """Raises NotImplementedError: there is no writer of TensorBoard's files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(
            "TensorBoard: there is no writer of TensorBoard's files; CSVLogger writes each epoch's values, and the "
            "History that fit returns has them"
        )


class RemoteMonitor(Callback):
    """Raises NotImplementedError: nothing is sent anywhere."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(
            "RemoteMonitor: nothing is sent over a network here; LambdaCallback(on_epoch_end=...) calls a function of "
            "yours with each epoch's values"
        )
