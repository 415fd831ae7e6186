"""Branches, loops and maps over rows. They are Python's: a tf.function in which one asks for a value runs line by
line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._tensor import Tensor as Base
from .._transforms import NESTED
from .._vmap import Mapped
from . import _nesting, _recording
from ._creating import convert_to_tensor
from ._reshaping import stack
from ._tensor import convert, wrap
from .errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any], name: str | None = None) -> Any:
    """true_fn() where pred is true, else false_fn()."""
    if not callable(true_fn) or not callable(false_fn):
        raise TypeError("'true_fn' and 'false_fn' must be callable.")
    return _as_tensors(true_fn() if bool(pred) else false_fn())


def _as_tensors(result: Any) -> Any:
    return _nesting.map_structure(lambda leaf: leaf if leaf is None else convert_to_tensor(leaf), result)


def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """The function of the first pair whose condition is true, called; else default()."""
    held = [function for pred, function in pred_fn_pairs if bool(pred)]
    if exclusive and len(held) > 1:
        raise InvalidArgumentError("More than one condition evaluated as True but exclusive=True.")
    if held:
        return _as_tensors(held[0]())
    if default is None:
        raise InvalidArgumentError("None of the conditions evaluated as True.")
    return _as_tensors(default())


def switch_case(
    branch_index: Any, branch_fns: Any, default: Callable[[], Any] | None = None, name: str = "switch_case"
) -> Any:
    """The function of that number, called; the last one, or default, for a number that is out of range."""
    pairs = branch_fns.items() if isinstance(branch_fns, dict) else branch_fns
    pairs = list(pairs)
    table = dict(pairs) if pairs and isinstance(pairs[0], tuple) else dict(enumerate(pairs))
    otherwise: Any = default or table[max(table)]
    return _as_tensors(table.get(int(branch_index), otherwise)())


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:
    """loop_vars, replaced by body(*loop_vars) as long as cond(*loop_vars) is true."""
    state = _as_tensors(loop_vars)
    left = None if maximum_iterations is None else int(maximum_iterations)
    is_single = not isinstance(loop_vars, (list, tuple))
    while (left is None or left > 0) and bool(cond(state) if is_single else cond(*state)):
        found = body(state) if is_single else body(*state)
        if not is_single and (not isinstance(found, (list, tuple)) or isinstance(found, Base)):
            found = [found]
        state = _nesting.pack(state, _nesting.flatten(_as_tensors(found)))
        left = None if left is None else left - 1
    return state


# -------------------------------------------------------------------- over rows


def _rows(elems: Any) -> tuple[Any, int]:
    """A structure with its leaves as tensors, and the number of their rows."""
    tensors = _as_tensors(elems)
    leaves = _nesting.flatten(tensors)
    if not leaves or not leaves[0].shape:
        raise ValueError("elements in elems must be 1+ dimensional Tensors, not scalars")
    count = leaves[0].shape[0]
    for leaf in leaves:
        if not leaf.shape or leaf.shape[0] != count:
            raise ValueError(f"elements must have as many rows as each other, found {[leaf.shape for leaf in leaves]}")
    if _recording.state.capture is not None:
        _recording.state.capture.unrolls(count)
    return tensors, count


def _row(tensors: Any, place: int) -> Any:
    return _nesting.map_structure(lambda leaf: leaf[place], tensors)


def _stacked(results: list[Any]) -> Any:
    return _nesting.pack(results[0], [stack(parts) for parts in zip(*[_nesting.flatten(one) for one in results])])


def map_fn(
    fn: Callable[..., Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: Any = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """fn of each row, the results stacked."""
    tensors, count = _rows(elems)
    if not count:
        raise ValueError("map_fn: there are no rows, and so no result whose shape is known")
    return _stacked([_as_tensors(fn(_row(tensors, place))) for place in range(count)])


def vectorized_map(fn: Callable[..., Any], elems: Any, fallback_to_while_loop: bool = True, warn: bool = True) -> Any:
    """fn of each row, the results stacked: recorded once, and run for all rows at once."""
    tensors, _ = _rows(elems)
    leaves = _nesting.flatten(tensors)
    with NESTED:
        block = Mapped(leaves, [0] * len(leaves), "different")
        result = _as_tensors(fn(_nesting.pack(tensors, [wrap(variable) for variable in block.variables])))
        outputs = _nesting.flatten(result)
        found = block.results(outputs, [0] * len(outputs))
    return _nesting.pack(result, [_settled(tensor) for tensor in found])


def _settled(tensor: Base) -> Any:
    return wrap(tensor if _recording.is_recorded() else tensor.detach())


def scan(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """fn(what it gave before, row) for one row after the other; all that it gave, stacked."""
    return _stacked(_folded(fn, elems, initializer, reverse, True))


def foldl(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """fn(what it gave before, row) for one row after the other; what it gave last."""
    return _folded(fn, elems, initializer, False, False)[-1]


def foldr(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """As foldl, from the last row on."""
    return _folded(fn, elems, initializer, True, False)[-1]


def _folded(fn: Callable[..., Any], elems: Any, initializer: Any, is_reversed: bool, keeps: bool) -> list[Any]:
    tensors, count = _rows(elems)
    places = list(range(count))[:: -1 if is_reversed else 1]
    found: list[Any] = []
    if initializer is None:
        if not places:
            raise ValueError("expected a row, or an initializer")
        state = _row(tensors, places.pop(0))
        found.append(state)
    else:
        state = _as_tensors(initializer)
    for place in places:
        state = _as_tensors(fn(state, _row(tensors, place)))
        found.append(state)
    if not found:
        found = [state]
    return found[::-1] if is_reversed and keeps else found


# -------------------------------------------------------------------- for programs of TensorFlow 1's style


def group(*inputs: Any, **kwargs: Any) -> None:
    """Nothing: each operation has run when the next one is called."""


def no_op(name: str | None = None) -> None:
    """Nothing."""


def tuple_of(tensors: Any, control_inputs: Any = None, name: str | None = None) -> list[Any]:
    """The tensors as a list."""
    return [convert_to_tensor(tensor) for tensor in tensors]


class _Block:
    """A block that changes nothing."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exception: object) -> None:
        pass


class Device(_Block):
    """What tf.device gives."""


class name_scope(_Block):
    """A block whose operations would have a name in front of theirs."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    def __enter__(self) -> str:
        return f"{self._name}/"


def device(device_name: Any) -> Device:
    """A block in which tensors lie on a device: the processor is there, on which they lie anyway. A GPU gets a
    sentence."""
    text = str(device_name).lower()
    if "gpu" in text or "tpu" in text:
        raise InvalidArgumentError(
            f"device: expected the processor, '/CPU:0', found {device_name!r}; this build has no GPU"
        )
    return Device()


def control_dependencies(control_inputs: Any) -> _Block:
    """A block that changes nothing: each operation has run when the next one is called."""
    return _Block()


def init_scope() -> _Block:
    """A block outside of a tf.function that is being traced: there, the function runs line by line."""
    if _recording.state.capture is not None:
        _recording.state.capture.give_up()
    return _Block()


def py_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """func(*inp), with tensors; a tf.function that calls it runs line by line."""
    if _recording.state.capture is not None:
        _recording.state.capture.give_up()
    found = func(*[convert_to_tensor(value) for value in inp])
    return _typed(found, Tout)


def numpy_function(
    func: Callable[..., Any] | None = None, inp: Any = None, Tout: Any = None, stateful: bool = True,
    name: str | None = None,
) -> Any:  # fmt: skip
    """func(*inp), with arrays of NumPy's; a tf.function that calls it runs line by line."""
    if _recording.state.capture is not None:
        _recording.state.capture.give_up()
    if func is None:
        return lambda function: lambda *values: numpy_function(function, values, Tout)
    return _typed(func(*[wrap(convert(value)).numpy() for value in inp]), Tout)


def _typed(found: Any, Tout: Any) -> Any:
    if isinstance(Tout, (list, tuple)):
        return [_of(value, kind) for value, kind in zip(found, Tout)]
    return _of(found[0] if isinstance(found, (list, tuple)) and len(found) == 1 else found, Tout)


def _of(value: Any, kind: Any) -> Any:
    dtype = getattr(kind, "dtype", kind)
    tensor = convert_to_tensor(value)
    if dtype is not None and tensor.dtype != dtype:
        raise InvalidArgumentError(f"py_function: expected a result of {dtype}, found {tensor.dtype}")
    return tensor


__all__ = [
    "case", "cond", "control_dependencies", "device", "foldl", "foldr", "group", "init_scope", "map_fn", "name_scope",
    "no_op", "numpy_function", "py_function", "scan", "switch_case", "vectorized_map", "while_loop",
]  # fmt: skip
