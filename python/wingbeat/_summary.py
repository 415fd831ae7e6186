"""wingbeat.summary: what a model is made of, layer by layer."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _html
from ._creation import zeros
from ._errors import Error
from ._modes import no_grad
from ._modules import Base
from ._tensor import Tensor, as_tensor
from ._tree import flatten

if TYPE_CHECKING:
    from collections.abc import Callable

    from .nn.module import Module

_COLUMNS = ("layer", "output shape", "parameters", "multiply-adds")


class SummaryRow(NamedTuple):
    """A module of a summary. multiply_adds are None where the module only passes on to others."""

    path: str
    name: str
    depth: int
    output_shape: Any
    parameters: int
    multiply_adds: int | None


class Summary:
    """What wingbeat.summary returns: rows, totals, and the table as text or HTML."""

    rows: list[SummaryRow]
    total_parameters: int
    trainable_parameters: int
    multiply_adds: int
    parameter_bytes: int
    activation_bytes: int
    input_bytes: int

    def __init__(self, name: str, rows: list[SummaryRow], counts: dict[str, int]) -> None:
        self.name, self.rows = name, rows
        self.__dict__.update(counts)

    def _cells(self) -> list[tuple[str, str, str, str]]:
        return [
            (
                "  " * row.depth + (f"{row.path.rpartition('.')[2]}: " if row.path else "") + row.name,
                _shape_text(row.output_shape),
                f"{row.parameters:,}" if row.parameters else "-",
                "" if row.multiply_adds is None else f"{row.multiply_adds:,}" if row.multiply_adds else "-",
            )
            for row in self.rows
        ]

    def _totals(self) -> list[str]:
        frozen = self.total_parameters - self.trainable_parameters
        return [
            f"parameters: {self.total_parameters:,}" + (f", of which {frozen:,} are frozen" if frozen else ""),
            f"multiply-adds: {self.multiply_adds:,}",
            f"memory: {_bytes(self.parameter_bytes)} of parameters, {_bytes(self.input_bytes)} of inputs, "
            f"{_bytes(self.activation_bytes)} of layers' results",
        ]

    def __str__(self) -> str:
        cells = [_COLUMNS, *self._cells()]
        widths = [max(len(row[column]) for row in cells) for column in range(4)]
        lines = [
            f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}".rstrip() for a, b, c, d in cells
        ]
        rule = "-" * max(len(line) for line in lines)
        return "\n".join([lines[0], rule, *lines[1:], rule, *self._totals()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [(cells[0].replace("  ", "\u2003"), *cells[1:]) for cells in self._cells()]
        return _html.table(_COLUMNS, rows) + _html.text("\n".join(self._totals()))


def summary(model: Module, input: Any = None, *inputs: Any, depth: int | None = None, **kwargs: Any) -> Summary:
    """Layers of a model with the shapes of their outputs, parameters, multiply-adds of matrix products and
    convolutions, and memory: print it, or let a notebook show it.

    input, inputs, kwargs: what forward takes, tensors or arrays; a tuple of whole numbers is a shape, of zeros of the
    parameters' dtype. Without any, parameters alone are counted. The model runs once, in evaluation mode, without
    derivatives, and is afterwards as before. A module that is called several times has the sum of its calls; a
    parameter that stands in several places counts once in the totals. depth: how many levels below the model are shown.
    """
    if not isinstance(model, Base):
        raise TypeError(f"summary: expected a module, found {model!r:.80}")
    dtype = next((parameter.dtype for parameter in model.parameters()), None)
    given = [_input(value, dtype) for value in (() if input is None else (input, *inputs))]
    calls: dict[int, list[tuple[Any, int | None]]] = {}
    if given or kwargs:
        modes = [(module, module.training) for module in model.modules()]
        try:
            model.eval()
            with no_grad():
                calls = _noted(model, given, kwargs)
        finally:
            for module, mode in modes:
                if module.training is not mode:
                    module.train(mode)  # its children come behind it, and get their own
    return _made(model, calls, given, depth)


def _input(value: Any, dtype: Any) -> Tensor:
    if isinstance(value, (tuple, list)) and value and all(type(extent) is int for extent in value):
        return zeros(*value, dtype=dtype)
    return as_tensor(value)


def _noted(model: Module, given: list[Tensor], kwargs: dict[str, Any]) -> dict[int, list[tuple[Any, int | None]]]:
    """Runs the model once. For each module, by its id, the shapes of its results in each call, and multiply-adds."""
    seen: list[tuple[Module, list[tuple[int, ...]], tuple[Any, ...], dict[str, Any]]] = []

    def note(module: Module, args: tuple[Any, ...], keywords: dict[str, Any], output: Any) -> None:
        shapes = [tuple(leaf.shape) for leaf in flatten(output)[0] if isinstance(leaf, Tensor)]
        seen.append((module, shapes, args, keywords))

    handles = [module.register_forward_hook(note, with_kwargs=True) for module in model.modules()]
    try:
        model(*given, **kwargs)
    finally:
        for handle in handles:
            handle.remove()
    calls: dict[int, list[tuple[Any, int | None]]] = {}
    for module, shapes, args, keywords in seen:
        products = None if module._modules else _products(partial(module, **keywords), args)
        calls.setdefault(id(module), []).append((shapes, products))
    return calls


def _products(function: Callable[..., Any], args: tuple[Any, ...]) -> int | None:
    """Multiply-adds of one call, as its plan counts them."""
    from ._compile import compile

    try:
        text = compile(function).explain(*args)
    except (Error, TypeError):  # what no plan can be made of, such as a packed sequence
        return None
    last = re.findall(r"^ +all +([\d,]*)", text, re.MULTILINE)
    columns = re.search(r"^ *step +flop", text, re.MULTILINE)
    return int(last[-1].replace(",", "")) // 2 if columns and last and last[-1] else 0


def _made(model: Module, calls: dict[int, Any], inputs: list[Tensor], depth: int | None) -> Summary:
    rows: list[SummaryRow] = []
    activations = products = 0
    for path, module in model.named_modules():
        level = path.count(".") + 1 if path else 0
        own = sum(parameter.numel() for parameter in module._parameters.values() if parameter is not None)
        noted = calls.get(id(module), [])
        counted = [number for _, number in noted if number is not None]
        total = sum(counted) if counted else None
        if not module._modules:
            products += total or 0
            activations += sum(_count(shape) for shapes, _ in noted for shape in shapes)
        if depth is None or level <= depth:
            shape = None if not noted else noted[-1][0][0] if len(noted[-1][0]) == 1 else noted[-1][0]
            rows.append(SummaryRow(path, type(module).__name__, level, shape, own, total))
    parameters = list(model.parameters())
    size = parameters[0].itemsize if parameters else 4
    counts = {
        "total_parameters": sum(parameter.numel() for parameter in parameters),
        "trainable_parameters": sum(parameter.numel() for parameter in parameters if parameter.requires_grad),
        "multiply_adds": products,
        "parameter_bytes": sum(parameter.nbytes for parameter in parameters),
        "activation_bytes": activations * size,
        "input_bytes": sum(tensor.nbytes for tensor in inputs),
    }
    return Summary(type(model).__name__, rows, counts)


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for extent in shape:
        count *= extent
    return count


def _shape_text(shape: Any) -> str:
    if not shape and shape != ():
        return ""
    return ", ".join(str(list(one)) for one in shape) if isinstance(shape, list) else str(list(shape))


def _bytes(count: int) -> str:
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:,} {unit}" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1024  # type: ignore[assignment]
    return f"{count:,.2f} GiB"
