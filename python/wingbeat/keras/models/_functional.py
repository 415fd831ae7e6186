"""Functional: the class of models that are made of symbolic inputs and outputs."""

from __future__ import annotations

from typing import Any

from ._model import Model


class Functional(Model):
    """A model between symbolic inputs and outputs."""

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        from .. import _names

        self._begin_functional(inputs, outputs, _names.automatic("functional") if name is None else name, **kwargs)

    def add_loss(self, loss: Any) -> None:
        """Raises NotImplementedError: a layer of one's own adds losses in its call."""
        raise NotImplementedError(
            "A functional model has no place for `add_loss()`: write a layer whose `call` calls self.add_loss(...)"
        )
