"""Graph: a body in text over modules, which C runs and trains too; and the container that a checkpoint may hold."""

from __future__ import annotations

from typing import Any

from .._literals import value
from .layer import Layer
from .module import Module


class Graph(Layer):
    """A graph of layers: children, and a body in text that says what to compute with them, one call a line.

    inputs, outputs: names with commas between them; an input "mask=None" may be left out.
    body: lines as "h = conv1(x)", with the path of a module, and "h = add(h, x)", with a function of
    docs/operations.md. Names
        stand for values of lines before, or for parameters and buffers by their paths; to assign to a buffer's path
        changes it. "n = size(x, 0)" is an extent, with which whole numbers are computed ("2 * n + 1", "n // 2").
    training_body: the body in training mode, where it is another.
    modules: by keywords.

        Graph("x", "h = relu(fc(x))\\ny = add(h, x)", "y", fc=nn.Linear(3, 3))
    """

    _kind = "Graph"
    _made_from = ("inputs", "body", "outputs", "training_body")

    def __init__(
        self, inputs: str, body: str, outputs: str, training_body: str | None = None, **modules: Module
    ) -> None:
        self._make(inputs=inputs, body=body, outputs=outputs, training_body=training_body)
        for name, module in modules.items():
            self.add_module(name, module)

    def code(self, training: bool = False) -> str:
        """The body, as text; with `training` that of the training mode."""
        for name in ("training_body", "body") if training else ("body",):
            found = value(self._argument(name))
            if found is not None:
                break
        return str(found)

    def forward(self, *inputs: Any) -> Any:
        return self._several(*inputs)


class Container(Layer):
    """Names for modules, parameters and buffers, without a forward pass: a branch of an exported model's tree."""

    _kind = "Container"

    def __init__(self, **modules: Module) -> None:
        self._make()
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, *inputs: Any) -> Any:
        return self._several(*inputs)
