"""What a layer holds: its variables and metrics, and those of the layers in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _modules
from ._variable import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._layer import Layer


class Holding:
    """The part of a layer that goes through variables and layers."""

    if TYPE_CHECKING:
        _keras: Any
        _modules: dict[str, Any]
        _parameters: dict[str, Any]
        name: str
        built: bool

    @property
    def _layers(self) -> list[Layer]:
        """The layers in it, each once."""
        found: dict[int, Any] = {id(child): child for child in self._modules.values() if isinstance(child, Holding)}
        return list(found.values())

    def _flatten_layers(self, recursive: bool = True, include_self: bool = True) -> Iterator[Layer]:
        seen: set[int] = set()
        me: Any = self
        stack: list[Layer] = [me] if include_self else list(self._layers)
        while stack:
            layer = stack.pop(0)
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            yield layer
            if recursive:
                stack = [*layer._layers, *stack]

    def _own_variables(self) -> list[Variable]:
        """Its own: those that may be trained, then the others."""
        variables = list(self._keras.variables.items())
        return [v for n, v in variables if n in self._parameters] + [
            v for n, v in variables if n not in self._parameters
        ]

    @property
    def weights(self) -> list[Variable]:
        """All variables of the layer and those in it, each once."""
        found: dict[int, Variable] = {}
        for variable in self._own_variables():
            found.setdefault(id(variable._cell), variable)
        for layer in self._layers:
            for variable in layer.weights:
                found.setdefault(id(variable._cell), variable)
        return list(found.values())

    @property
    def variables(self) -> list[Variable]:
        """As weights."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """Those that are trained."""
        return [variable for variable in self.weights if variable.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """Those that are not."""
        return [variable for variable in self.weights if not variable.trainable] if self.trainable else self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """Those that are trained."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """Those that are not."""
        return self.non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether its variables are trained. Can be set, for the layer and all in it."""
        return bool(self._keras.trainable)

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._keras.trainable = bool(trainable)
        for name, variable in self._keras.variables.items():
            if name in self._parameters and isinstance(variable, Variable):
                variable.trainable = bool(trainable)
        self._trainable_changed()
        for layer in self._layers:
            layer.trainable = trainable

    def _trainable_changed(self) -> None:
        """Tells the engine's layer."""
        _modules.changed()

    def get_weights(self) -> list[Any]:
        """The values of all variables, as NumPy arrays."""
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Sets all variables, in the order of get_weights."""
        variables = self.weights
        weights = list(weights)
        if len(variables) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of length "
                f"{len(weights)}, but the layer was expecting {len(variables)} weights."
            )
        for variable, value in zip(variables, weights):
            shape = tuple(getattr(value, "shape", ()))
            if tuple(variable.shape) != shape:
                raise ValueError(
                    f"Layer {self.name} weight shape {tuple(variable.shape)} is not compatible with provided weight "
                    f"shape {shape}."
                )
        for variable, value in zip(variables, weights):
            variable.assign(value)

    def count_params(self) -> int:
        """How many numbers its variables have."""
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self.name}', but the layer isn't built. You can build it "
                "manually via: `layer.build(input_shape)`."
            )
        return sum(int(variable._cell.box.numel()) for variable in self.weights)

    @property
    def metrics(self) -> list[Any]:
        """The metrics of the layer and those in it."""
        return list(self._keras.metrics) + [metric for layer in self._layers for metric in layer.metrics]

    @property
    def metrics_variables(self) -> list[Any]:
        """The variables of its metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]
