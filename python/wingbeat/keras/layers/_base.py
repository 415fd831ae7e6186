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
    # The argument that is a list of modules, which the layer holds in a child of that name.
    _list: ClassVar[str] = ""
    # The tensors that it takes, where there are several; the last one may stand for any number, "*initial_state".
    _inputs: ClassVar[tuple[str, ...]] = ()
    _own_attributes = EngineLayer._own_attributes | {"_name", "_is_learnt"}
    supports_masking: bool = False

    def _make(self, name: str | None = None, dtype: Any = None, **arguments: Any) -> None:  # type: ignore[override]
        """Makes the engine's layer from its arguments."""
        parts = list(arguments.pop(self._list)) if self._list else []
        unknown = set(arguments) - set(self._arguments)
        if unknown:
            raise TypeError(
                f"{type(self).__name__}: got an unexpected argument '{min(unknown)}'; there are: "
                + ", ".join(self._arguments)
            )
        for part in self._parts:
            if isinstance(arguments.get(part), (list, tuple)):  # cells on each other
                from .rnn import StackedRNNCells

                arguments[part] = StackedRNNCells(arguments[part])
        given = {part: arguments[part] for part in self._parts if isinstance(arguments.get(part), Module)}
        shape = arguments.pop("input_shape", None) if given else None
        texts = {argument: self._text(argument, found) for argument, found in arguments.items()}
        self._make_from(texts, dtype, [self._text(self._list, part) for part in parts])
        for place, module in enumerate(parts):
            self._modules[self._list].add_module(str(place), module)
        for part, module in given.items():
            if part in self._modules:
                self.add_module(part, module)
        if shape is not None:
            self._set_argument("input_shape", shape)
        self.__dict__["_name"] = name
        self.eval()

    def _text(self, argument: str, found: Any) -> str:
        """An argument as an expression writes it."""
        if isinstance(found, Module):
            return found.expression()
        if callable(found) and argument in self._parts:
            return literal(found.__name__, argument)
        return literal(found, f"{type(self).__name__}: {argument}")

    def _learn(self, has_run: bool = False) -> None:
        """Takes over what the engine has made in the first forward pass."""
        if self.__dict__.get("_is_learnt"):
            return
        self.__dict__["_is_learnt"] = has_run
        for kind, known in (("parameter", self._parameters), ("buffer", self._buffers)):
            if known:
                continue
            for name, tensor in arrays_of(self._handle, kind, own_tensor):
                known[name] = tensor
                object.__setattr__(self, name, tensor)
        if not self._modules:
            self._adopt_children()

    def named_modules(
        self, memo: set[int] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """(dotted path, module) of this module and all in it."""
        self._learn()
        return super().named_modules(memo, prefix, remove_duplicate)

    def __getattr__(self, name: str) -> Any:
        if "_parameters" in self.__dict__ and not name.startswith("_"):
            self._learn()
            for known in (self.__dict__, self._parameters, self._buffers, self._modules):
                if name in known:
                    return known[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """The layer's own forward pass. A list of tensors is several; tensors may be given by their names."""
        given = [tensor for entry in inputs for tensor in (entry if isinstance(entry, (list, tuple)) else [entry])]
        masks = options.get("mask")
        if isinstance(masks, (list, tuple)):  # of query and value
            del options["mask"]
            options |= {f"{name}_mask": mask for name, mask in zip(self._inputs, masks)}
        for place, name in enumerate(self._inputs):
            tensors = options.pop(name.lstrip("*"), None)
            if tensors is None:
                continue
            given += [None] * (place - len(given))
            given[place : place + 1] = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        text = ", ".join(f"{name}={literal(found, name)}" for name, found in options.items())
        result = self._several(*given, options=text or None)
        self._learn(has_run=True)
        return result
