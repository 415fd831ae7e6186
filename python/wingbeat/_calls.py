"""Functions of the library's table, called by name: what has no short form of its own in the ABI."""

from __future__ import annotations

from ctypes import c_int32
from typing import TYPE_CHECKING, Any

from ._arrays import handle_array, handles
from ._library import unguarded
from ._literals import check_call, literal
from ._naming import named
from ._tensor import Tensor, as_tensor, plain, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ._typing import Elementwise, Operand, Pairwise, TensorLike, TensorT

_call = unguarded("wb_call")
_ONE = handle_array(1)
# Functions with a result for each axis have no more than a tensor has axes.
_MANY = 32


def called(name: str, *tensors: TensorLike, **options: Any) -> Tensor:
    """The one result of a function of tensors, and of arguments that are none, by their names."""
    given = [as_tensor(tensor) for tensor in tensors]
    found = _ONE()
    status = _call(_text(name, options), handles(given), len(given), found, 1, None)
    if status:
        check_call(status)
    return wrap(found[0])


def _found(name: str, tensors: list[Tensor], options: Mapping[str, Any], capacity: int) -> list[Tensor]:
    """All results of a function, of which there are `capacity` at most."""
    found, count = handle_array(capacity)(), c_int32()
    check_call(_call(_text(name, options), handles(tensors), len(tensors), found, capacity, count))
    return [wrap(handle) for handle in found[: count.value]]


def all_of(name: str, count: int, *tensors: TensorLike, **options: Any) -> tuple[Tensor, ...]:
    """The results of a function that has `count` of them."""
    return tuple(_found(name, [as_tensor(tensor) for tensor in tensors], options, count))


def of_operands(name: str, operands: Mapping[str, Operand], **options: Any) -> Tensor:
    """The result of a function some of whose arguments, by their names, are tensors or numbers."""
    return result(name, **{key: operand(value) for key, value in operands.items()}, **options)


def results(function: str, /, **arguments: Any) -> list[Tensor]:
    """All results of a function, however many. Its arguments stand in its own order: a tensor, a list of tensors, or a
    value."""
    tensors: list[Tensor] = []
    options = {}
    for key, value in arguments.items():
        if isinstance(value, Tensor):
            tensors.append(value)
        elif isinstance(value, list) and value and isinstance(value[0], Tensor):
            tensors += value
        else:
            options[key] = value
    return _found(function, tensors, options, _MANY)


def result(function: str, /, **arguments: Any) -> Tensor:
    """The one result of a function whose arguments stand as for `results`."""
    return results(function, **arguments)[0]


def optional(value: TensorLike | None) -> Tensor | None:
    """A tensor that may be left away."""
    return None if value is None else as_tensor(value)


def operand(value: Any) -> Any:
    """A number as it is, anything else as a tensor."""
    value = plain(value)
    return value if isinstance(value, (int, float)) else as_tensor(value)


def _text(name: str, options: Mapping[str, Any]) -> bytes:
    return f"{name}({', '.join(f'{key}={literal(value, name)}' for key, value in options.items())})".encode()


def elementwise(name: str, formula: str) -> Elementwise:
    """A function of one tensor."""

    def function(input: TensorLike) -> Tensor:
        return called(name, input)

    return named(function, name, f"{formula} of each element, of the shape of `input`.")


def pairwise(name: str, formula: str) -> Pairwise:
    """A function of two operands."""

    def function(input: Operand, other: Operand) -> Tensor:
        return of_operands(name, {"input": input, "other": other})

    return named(function, name, f"{formula}, element by element; the two broadcast.")


def in_place(function: Any) -> Callable[..., Tensor]:
    """The method that writes what a function gives into its tensor."""

    def method(self: TensorT, *args: Any, **kwargs: Any) -> TensorT:
        return self._assign(function(self, *args, **kwargs))

    made: Any = named(method, function.__name__ + "_", f"{function.__name__}, in place.")
    made.__wrapped__ = function  # its arguments, to inspect.signature
    return method


def methods(functions: Sequence[Any], writing: Sequence[Any] = ()) -> None:
    """Makes functions methods of Tensor. writing: those that also have a form that writes into its tensor."""
    for function in functions:
        setattr(Tensor, function.__name__, function)
    for function in writing:
        setattr(Tensor, f"{function.__name__}_", in_place(function))
