"""Checks under tf.debugging's names. In a tf.function they are made at the end of each run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _functions, _math, _reductions
from .._naming import listing, named
from .._tensor import Tensor as Base
from . import _recording
from ._absent import refusing
from ._tensor import convert, op, pair, wrap
from .errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable


def _hold(held: Base, sentence: Callable[[list[Any]], str], *tensors: Base) -> None:
    """Raises where not all elements are true, with the sentence for the values of the tensors."""
    whole = wrap(_reductions.all(held))

    def look(values: list[Any]) -> None:
        if not bool(values[0]):
            raise InvalidArgumentError(sentence([_shown(value) for value in values[1:]]))

    looked_at = [whole, *[wrap(tensor.clone()) for tensor in tensors]]
    if _recording.state.capture is not None:
        _recording.state.capture.later(look, looked_at)
    else:
        look(looked_at)


def _shown(tensor: Any) -> str:
    values = [str(value) for value in tensor.numpy().reshape(-1)[:3]]
    return f"(shape={tuple(tensor.shape)} dtype={tensor.dtype.name}) = \n{values}"


def _of_two(name: str, sign: str, compare: Callable[[Any, Any], Base]) -> Any:
    def made(x: Any, y: Any, message: str | None = None, summarize: Any = None, name: str | None = None) -> None:
        a, b = pair(title, x, y)
        text = message or ""
        _hold(
            compare(a, b), lambda shown: f"{text}\nCondition x {sign} y did not hold.\nx {shown[0]}\ny {shown[1]}", a, b
        )

    title = name
    return op(named(made, name, f"Raises InvalidArgumentError where x {sign} y does not hold for all elements."))


def _of_one(name: str, sign: str, compare: Callable[[Any, Any], Base]) -> Any:
    def made(x: Any, message: str | None = None, summarize: Any = None, name: str | None = None) -> None:
        tensor = convert(x)
        text = message or ""
        _hold(
            compare(tensor, 0),
            lambda shown: f"{text}\nCondition x {sign} 0 did not hold element-wise:\nx {shown[0]}",
            tensor,
        )

    return op(named(made, name, f"Raises InvalidArgumentError where x {sign} 0 does not hold for all elements."))


assert_equal = _of_two("assert_equal", "==", _functions.eq)
assert_none_equal = _of_two("assert_none_equal", "!=", _functions.ne)
assert_less = _of_two("assert_less", "<", _functions.lt)
assert_less_equal = _of_two("assert_less_equal", "<=", _functions.le)
assert_greater = _of_two("assert_greater", ">", _functions.gt)
assert_greater_equal = _of_two("assert_greater_equal", ">=", _functions.ge)
assert_positive = _of_one("assert_positive", ">", _functions.gt)
assert_negative = _of_one("assert_negative", "<", _functions.lt)
assert_non_negative = _of_one("assert_non_negative", ">=", _functions.ge)
assert_non_positive = _of_one("assert_non_positive", "<=", _functions.le)


@op
def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    message: str | None = None,
    summarize: Any = None,
    name: str | None = None,
) -> None:
    """Raises InvalidArgumentError where |x - y| > atol + rtol |y|; both are ten times the dtype's eps by default."""
    import numpy as np

    from .._numbers import isclose

    a, b = pair("assert_near", x, y)
    eps = 10 * float(np.finfo(np.dtype(a.dtype.name if a.dtype.name != "bfloat16" else "float32")).eps)
    near = isclose(a, b, eps if rtol is None else float(rtol), eps if atol is None else float(atol))
    text = message or ""
    _hold(near, lambda shown: f"{text}\nx and y not equal to tolerance\nx {shown[0]}\ny {shown[1]}", a, b)


@op
def check_numerics(tensor: Any, message: str, name: str | None = None) -> Any:
    """The tensor; InvalidArgumentError where it holds NaN or infinity."""
    given = convert(tensor)
    _hold(_math.isfinite(given), lambda _: f"{message} : Tensor had NaN or Inf values")
    return given


assert_all_finite = check_numerics


def assert_rank(x: Any, rank: int, message: str | None = None, name: str | None = None) -> None:
    """Raises ValueError where the tensor has another number of axes."""
    shape = convert(x).shape
    if len(shape) != int(rank):
        raise ValueError(
            f"{message or ''}Tensor must have rank {rank}.  Received rank {len(shape)}, shape {tuple(shape)}"
        )


def assert_rank_at_least(x: Any, rank: int, message: str | None = None, name: str | None = None) -> None:
    """Raises ValueError where the tensor has fewer axes."""
    shape = convert(x).shape
    if len(shape) < int(rank):
        raise ValueError(
            f"{message or ''}Tensor must have rank at least {rank}.  Received rank {len(shape)}, shape {tuple(shape)}"
        )


def assert_rank_in(x: Any, ranks: Any, message: str | None = None, name: str | None = None) -> None:
    """Raises ValueError where the tensor has none of these numbers of axes."""
    shape = convert(x).shape
    if len(shape) not in [int(rank) for rank in ranks]:
        raise ValueError(f"{message or ''}Tensor must have rank in {tuple(ranks)}.  Received shape {tuple(shape)}")


def assert_scalar(tensor: Any, message: str | None = None, name: str | None = None) -> Any:
    """The tensor; ValueError where it has axes."""
    shape = convert(tensor).shape
    if shape:
        raise ValueError(f"{message or ''}Expected scalar shape, saw shape: {tuple(shape)}.")
    return tensor


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> None:
    """Raises TypeError where the tensor has another dtype."""
    found = convert(tensor).dtype
    if found != tf_type:
        raise TypeError(f"{message or ''}tensor must be of type {tf_type!r}; got {found!r}")


def assert_shapes(
    shapes: Any, data: Any = None, summarize: Any = None, message: str | None = None, name: str | None = None
) -> None:
    """Raises ValueError where tensors have not these shapes; equal letters stand for equal extents."""
    known: dict[Any, tuple[int, Any]] = {}
    for tensor, wanted in shapes.items() if hasattr(shapes, "items") else shapes:
        found = tuple(convert(tensor).shape)
        wanted = tuple(wanted) if isinstance(wanted, (list, tuple, str)) else (wanted,)
        wanted = () if wanted == (None,) and not found else wanted
        if Ellipsis in wanted:
            place = wanted.index(Ellipsis)
            wanted = (*wanted[:place], *[None] * (len(found) - len(wanted) + 1), *wanted[place + 1 :])
        if len(wanted) != len(found):
            raise ValueError(f"{message or ''}Tensor of shape {found} must have rank {len(wanted)}")
        for place, (symbol, extent) in enumerate(zip(wanted, found)):
            if symbol is None or symbol == ".":
                continue
            size = int(symbol) if isinstance(symbol, int) or str(symbol).isdigit() else None
            before = known.setdefault(symbol, (extent, found)) if size is None else (size, found)
            if before[0] != extent:
                raise ValueError(
                    f"{message or ''}Specified by tensor of shape {before[1]}.  Tensor of shape {found} dimension "
                    f"{place} must have size {before[0]}.  Received size {extent}"
                )


@op
def _truth(condition: Any, sentence: str) -> None:
    _hold(convert(condition), lambda _: sentence)


def Assert(condition: Any, data: Any, summarize: Any = None, name: str | None = None) -> None:
    """Raises InvalidArgumentError where the condition is false."""
    _truth(condition, f"assertion failed: {data!r:.200}")


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether it is a tensor of numbers."""
    return isinstance(tensor, Base) and tensor.dtype != "bool"


def enable_check_numerics(stack_height_limit: int = 30, path_length_limit: int = 50) -> None:
    """From now on the first operation that gives NaN or infinity raises."""
    from .. import set_check_finite

    set_check_finite(True)


def disable_check_numerics() -> None:
    """Ends enable_check_numerics."""
    from .. import set_check_finite

    set_check_finite(False)


__all__ = [
    "Assert", "assert_all_finite", "assert_equal", "assert_greater", "assert_greater_equal", "assert_less",
    "assert_less_equal", "assert_near", "assert_negative", "assert_non_negative", "assert_non_positive",
    "assert_none_equal", "assert_positive", "assert_rank", "assert_rank_at_least", "assert_rank_in", "assert_scalar",
    "assert_shapes", "assert_type", "check_numerics", "disable_check_numerics", "enable_check_numerics",
    "is_numeric_tensor",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
