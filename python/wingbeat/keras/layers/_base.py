"""Layer: the base of the layers with Keras' rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, ClassVar, Union

from ..._literals import literal
from ...nn.layer import Layer as EngineLayer
from ...nn.module import Module, arrays_of, own_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

# What an activation may be: a layer, or a function of the engine's by its name.
Function = Union[Module, Callable[..., Any]]


class Layer(EngineLayer):
    """A layer of the engine with Keras' rules: its parameters fit its first input, and it infers unless it is told to
    train."""

    # Arguments that may be modules, which the layer holds as children of those names.
    _parts: ClassVar[tuple[str, ...]] = ()
    _own_attributes = EngineLayer._own_attributes | {"_name"}
    supports_masking: bool = False

    def _make(self, name: str | None = None, dtype: Any = None, **arguments: Any) -> None:  # type: ignore[override]
        """Makes the engine's layer from its arguments."""
        unknown = set(arguments) - set(self._arguments)
        if unknown:
            raise TypeError(
                f"{type(self).__name__}: got an unexpected argument '{min(unknown)}'; there are: "
                + ", ".join(self._arguments)
            )
        given = {part: arguments[part] for part in self._parts if isinstance(arguments.get(part), Module)}
        texts = {argument: self._text(argument, found) for argument, found in arguments.items()}
        self._make_from(texts, dtype)
        for part, module in given.items():
            if part in self._modules:
                self.add_module(part, module)
        self.__dict__["_name"] = name
        self.eval()

    def _text(self, argument: str, found: Any) -> str:
        """An argument as an expression writes it."""
        if isinstance(found, Module):
            return found.expression()
        if callable(found) and argument in self._parts:
            return literal(found.__name__, argument)
        return literal(found, f"{type(self).__name__}: {argument}")

    def _learn(self) -> None:
        """Takes over what the engine has made in the first forward pass."""
        if self._parameters or self._buffers:
            return
        for kind, known in (("parameter", self._parameters), ("buffer", self._buffers)):
            for name, tensor in arrays_of(self._handle, kind, own_tensor):
                known[name] = tensor
                object.__setattr__(self, name, tensor)

    def named_modules(
        self, memo: set[int] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """(dotted path, module) of this module and all in it."""
        self._learn()
        return super().named_modules(memo, prefix, remove_duplicate)

    def __getattr__(self, name: str) -> Any:
        if "_parameters" in self.__dict__ and not name.startswith("_"):
            self._learn()
            if name in self.__dict__:
                return self.__dict__[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """The layer's own forward pass; a list of tensors is several."""
        if len(inputs) == 1 and isinstance(inputs[0], (list, tuple)):
            inputs = tuple(inputs[0])
        mask = options.pop("mask", None)
        if mask is not None:
            inputs = (*inputs, mask)
        text = ", ".join(f"{name}={literal(found, name)}" for name, found in options.items())
        result = self._several(*inputs, options=text or None)
        self._learn()
        return result
