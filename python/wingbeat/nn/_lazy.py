"""Layers whose parameters are made in the first forward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import StateError
from .layer import Layer
from .module import arrays_of, own_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._tensor import Tensor
    from .._typing import DTypeLike, TensorLike
    from .module import Module


class LazyLayer(Layer):
    """A layer that learns its extents from its first input."""

    def _learn(self) -> None:
        """Takes over the parameters that the engine has made, wherever it was run."""
        if not self._parameters:
            for name, tensor in arrays_of(self._handle, "parameter", own_tensor):
                self._parameters[name] = tensor
                object.__setattr__(self, name, tensor)

    def _check_made(self) -> None:
        if not self._parameters:
            raise StateError(
                f"{type(self).__name__}: expected a forward pass before its parameters are asked for, found none; the "
                "first input says how many there are"
            )

    @property
    def in_features(self) -> int:
        """The extent of the last axis of the input; 0 before the first forward pass."""
        self._learn()
        weight = self._parameters.get("weight")
        return 0 if weight is None else int(weight.shape[-1])

    def named_modules(
        self, memo: set[int] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """(dotted path, module) of this module."""
        self._learn()
        return super().named_modules(memo, prefix, remove_duplicate)

    def __getattr__(self, name: str) -> Any:
        if name in ("weight", "bias") and "_parameters" in self.__dict__:
            self._learn()
            self._check_made()
            return self._parameters.get(name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def reset_parameters(self) -> None:
        """Gives the parameters, if there are any yet, the values of a new layer."""
        self._learn()
        if self._parameters:
            super().reset_parameters()

    def _new(self, dtype: DTypeLike) -> Module:
        from .linear import Linear

        return Linear(self.in_features, self.out_features, bias=self.bias is not None, dtype=dtype)

    def forward(self, input: TensorLike) -> Tensor:
        result = self._run(input)
        self._learn()
        return result
