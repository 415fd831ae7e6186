"""norms: the sizes of activations and gradients layer by layer, to see them vanish or explode."""

from __future__ import annotations

import math
from ctypes import c_uint64
from typing import TYPE_CHECKING, Any

from . import _abi, _html
from ._callbacks import borrowed, guarded, hook_of_handle, watch
from ._errors import StateError
from ._library import check, lib
from ._modes import no_grad

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._tensor import Tensor
    from .nn import Module

_COLUMNS = ("activation", "gradient", "weight", "weight_gradient")


class norms:
    """Root mean squares of a model's activations and gradients, layer by layer, in a `with` block:

        with wb.norms(model) as sizes:
            loss_fn(model(x), y).backward()
        print(sizes)
        sizes.plot()

    model: whose modules are watched as they run in the block: layers, and the modules that hold them. Of one that runs
    several times, the last time counts. Afterwards, by dotted path in the order in which they ran: activations (of what
    comes out), gradients (of the loss by that), and weights and weight_gradients (of all parameters of the module's
    own). Values that grow from layer to layer explode, those that go to 0 vanish. In the block compiled functions run
    as they are. Inside another such block StateError is raised.
    """

    _open: norms | None = None

    def __init__(self, model: Module) -> None:
        self._model = model
        self._paths: dict[int, str] = {}
        self._found: dict[str, dict[str, Tensor]] = {}
        self._rows: dict[str, dict[str, float]] = {}

    def __enter__(self) -> Self:
        if norms._open is not None:
            raise StateError("norms: expected no block that is open, found one; close it first")
        for path, module in self._model.named_modules():
            identity = c_uint64()
            check(lib.wb_module_identity(module, identity))
            self._paths[identity.value] = path
        self._found, self._rows = {}, {}
        norms._open = self
        watch()
        check(lib.wb_set_module_callback(_observed, None))
        return self

    def __exit__(self, *exception: object) -> None:
        norms._open = None
        check(lib.wb_set_module_callback(None, None))
        modules = dict(self._model.named_modules())
        with no_grad():
            for path, found in self._found.items():
                own = [parameter for parameter in modules[path]._parameters.values() if parameter is not None]
                if own:
                    found["weight"] = _size(own)
                gradients = [parameter.grad for parameter in own if parameter.grad is not None]
                if gradients:
                    found["weight_gradient"] = _size(gradients)
        self._rows = {path: {name: size.item() for name, size in found.items()} for path, found in self._found.items()}
        self._found = {}

    def _note(self, identity: int, outputs: Any, count: int) -> None:
        path = self._paths.get(identity)
        tensors = [tensor for tensor in borrowed(outputs, count) if tensor is not None]
        if path is None or not tensors:
            return
        found: dict[str, Tensor] = {}
        self._found.pop(path, None)  # it is now the one that ran last
        self._found[path] = found
        with no_grad():
            found["activation"] = _size([tensor.detach() for tensor in tensors])
        if tensors[0].requires_grad:

            def hook(gradient: Tensor) -> None:
                with no_grad():
                    found["gradient"] = _size([gradient.detach()])

            hook_of_handle(outputs[0], hook)

    def _column(self, name: str) -> dict[str, float]:
        return {path: row[name] for path, row in self._rows.items() if name in row}

    @property
    def activations(self) -> dict[str, float]:
        """Root mean squares of what comes out of each module."""
        return self._column("activation")

    @property
    def gradients(self) -> dict[str, float]:
        """Those of the loss's gradient by what comes out."""
        return self._column("gradient")

    @property
    def weights(self) -> dict[str, float]:
        """Those of the parameters of each module."""
        return self._column("weight")

    @property
    def weight_gradients(self) -> dict[str, float]:
        """Those of their gradients."""
        return self._column("weight_gradient")

    def plot(self, ax: Any = None) -> Any:
        """A plot of all four over the modules, on a logarithmic scale; by matplotlib.

        ax: axes to draw in; by default new ones. Returns the axes.
        """
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(figsize=(max(6.0, 0.5 * len(self._rows)), 4.0))
        names = [path or type(self._model).__name__ for path in self._rows]
        for column in _COLUMNS:
            heights = [row.get(column, math.nan) for row in self._rows.values()]
            if not all(map(math.isnan, heights)):
                ax.plot(range(len(names)), heights, marker="o", label=column.replace("_", "'s ") + "s")
        ax.set_yscale("log")
        ax.set_xticks(range(len(names)), names, rotation=60, ha="right")
        ax.set_ylabel("root mean square")
        ax.legend()
        return ax

    def _table(self) -> list[list[Any]]:
        return [
            [path or type(self._model).__name__, *(row.get(column, math.nan) for column in _COLUMNS)]
            for path, row in self._rows.items()
        ]

    def __repr__(self) -> str:
        width = max([len("module"), *(len(row[0]) for row in self._table())])
        lines = [f"{'module':<{width}}" + "".join(f"{column:>17}" for column in _COLUMNS)]
        for name, *sizes in self._table():
            lines.append(f"{name:<{width}}" + "".join(" " * 17 if math.isnan(s) else f"{s:17.3e}" for s in sizes))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return _html.table(["module", *_COLUMNS], self._table())


def _size(tensors: list[Any]) -> Any:
    """The root mean square of all elements."""
    count = sum(tensor.numel() for tensor in tensors)
    total: Any = sum((tensor.double() ** 2).sum() for tensor in tensors)
    return (total / max(count, 1)) ** 0.5


@guarded(_abi.wb_module_callback)
def _observed(_: Any, identity: int, outputs: Any, count: int) -> None:
    watching = norms._open
    if watching is not None:
        watching._note(identity, outputs, count)
