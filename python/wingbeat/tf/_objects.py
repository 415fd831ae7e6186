"""Objects that hold variables or tensors: tf.Module, tf.TensorArray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _dtypes, _recording
from ._creating import convert_to_tensor, zeros
from ._reshaping import concat, split, stack, unstack
from ._shapes import TensorShape
from ._variable import Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Module:
    """Holds variables and other modules as attributes, also in lists, tuples and dicts."""

    def __init__(self, name: str | None = None) -> None:
        text = name or _snake(type(self).__name__)
        if not text.isidentifier():
            raise ValueError(f"{text!r} is not a valid module name. Module names must be valid Python identifiers")
        self._name = text

    @property
    def name(self) -> str:
        """The name."""
        return getattr(self, "_name", _snake(type(self).__name__))

    @property
    def name_scope(self) -> Any:
        """A block that changes nothing."""
        from ._control import name_scope

        return name_scope(self.name)

    def _flatten(self, predicate: Callable[[Any], bool]) -> tuple[Any, ...]:
        found: dict[int, Any] = {}
        for value in _within(self, {id(self)}):
            if predicate(value):
                found.setdefault(id(value), value)
        return tuple(found.values())

    @property
    def variables(self) -> tuple[Any, ...]:
        """The variables of this module and those in it, in the order of the attributes' names."""
        return self._flatten(_is_variable)

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those that tapes watch."""
        return self._flatten(lambda value: _is_variable(value) and value.trainable)

    @property
    def non_trainable_variables(self) -> tuple[Any, ...]:
        """Those that tapes do not watch."""
        return self._flatten(lambda value: _is_variable(value) and not value.trainable)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """The modules in this one."""
        return self._flatten(lambda value: value is not self and isinstance(value, Module))

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """The method itself."""
        return method


def _is_variable(value: Any) -> bool:
    return hasattr(value, "_cell")


def _within(module: Module, seen: set[int]) -> Iterator[Any]:
    """What a module holds: itself, then what its attributes hold in the order of their names, and then what the modules
    among that hold."""
    yield module
    found: list[Module] = []
    for name in sorted(vars(module)):
        for value in _leaves(vars(module)[name]):
            if id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, Module):
                found.append(value)
            else:
                yield value
    for inner in found:
        yield from _within(inner, seen)


def _leaves(value: Any) -> Iterator[Any]:
    """Variables and modules in an attribute."""
    if isinstance(value, Module) or _is_variable(value):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _leaves(part)
    elif isinstance(value, dict):
        for key in sorted(value, key=str):
            yield from _leaves(value[key])
    elif hasattr(value, "trainable_variables") and hasattr(value, "non_trainable_variables"):
        yield from (*value.trainable_variables, *value.non_trainable_variables)


def _snake(name: str) -> str:
    parts = ["_" + letter.lower() if letter.isupper() else letter for letter in name]
    return "".join(parts).lstrip("_")


class TensorArray:
    """Tensors by number. Each write gives the array again, so that programs can pass it on."""

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: Any = None,
        clear_after_read: Any = None,
        tensor_array_name: Any = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        self._dtype = _dtypes.as_dtype(dtype)
        self._parts: list[Any] = [None] * int(size or 0)
        self._grows = bool(dynamic_size) if dynamic_size is not None else False
        self._shape = TensorShape(element_shape)

    @property
    def dtype(self) -> Any:
        """The dtype of the tensors."""
        return self._dtype

    @property
    def element_shape(self) -> TensorShape:
        """The shape of each."""
        return self._shape

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """Sets a tensor."""
        place = int(index)
        if place >= len(self._parts):
            if not self._grows:
                from .errors import OutOfRangeError

                raise OutOfRangeError(
                    f"Tried to write to index {place} but array is not resizeable and size is: {len(self._parts)}"
                )
            self._parts += [None] * (place + 1 - len(self._parts))
        self._parts[place] = convert_to_tensor(value, self._dtype)
        return self

    def read(self, index: Any, name: str | None = None) -> Any:
        """A tensor; zeros where none was written."""
        return self._filled()[int(index)]

    def _filled(self) -> list[Any]:
        known = next((part for part in self._parts if part is not None), None)
        shape = known.shape if known is not None else self._shape
        return [zeros(shape, self._dtype) if part is None else part for part in self._parts]

    def stack(self, name: str | None = None) -> Any:
        """All of them, along a new first axis."""
        return stack(self._filled())

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """Some of them, along a new first axis."""
        parts = self._filled()
        return stack([parts[int(place)] for place in indices])

    def concat(self, name: str | None = None) -> Any:
        """All of them, joined along the first axis."""
        return concat(self._filled(), 0)

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """Takes the rows of a tensor."""
        self._parts = list(unstack(convert_to_tensor(value, self._dtype)))
        return self

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """Takes parts of a tensor, of these lengths."""
        self._parts = list(split(value, lengths))
        return self

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """Sets tensors to the rows of one."""
        for place, part in zip(indices, unstack(value)):
            self.write(place, part)
        return self

    def size(self, name: str | None = None) -> Any:
        """How many there are."""
        return convert_to_tensor(len(self._parts))

    def identity(self) -> TensorArray:
        """The array itself."""
        return self

    def close(self, name: str | None = None) -> None:
        """Lets go of all."""
        self._parts = []


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The values as an array; None while a tf.function is traced."""
    if _recording.state.capture is not None and not isinstance(tensor, Variable):
        return None
    return tensor.numpy() if hasattr(tensor, "numpy") else tensor


__all__ = ["Module", "TensorArray", "get_static_value"]
