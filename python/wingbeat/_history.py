"""What a training shows of itself: the history, which plots itself, and a bar in a terminal or a notebook."""

from __future__ import annotations

import importlib
import math
from typing import TYPE_CHECKING, Any

from . import _html
from ._errors import StateError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .training import Progress

_SHOWN = ("loss", "accuracy", "validation_loss", "validation_accuracy")


class History(list):  # type: ignore[type-arg]
    """The Progress at the end of each epoch, a list; pandas.DataFrame(history) is a table of it."""

    def columns(self) -> dict[str, list[float]]:
        """The losses, accuracies and metrics by name, a number for each epoch; those that were never there are left
        out."""
        names = [*_SHOWN]
        if self:
            names += [name for metric in self[-1].metrics for name in _names(self[-1], metric)]
        found = {name: [row.get(name, math.nan) for row in self] for name in names}
        return {name: values for name, values in found.items() if not all(math.isnan(value) for value in values)}

    def plot(self, ax: Any = None) -> Any:
        """Draws them by epoch with matplotlib, losses on the left and what else there is on the right; returns the
        figure. ax: axes of matplotlib's for the losses alone."""
        columns = self.columns()
        if not columns:
            raise StateError("history.plot: no epoch has ended yet, so there is nothing to draw")
        try:
            from matplotlib.figure import Figure
        except ImportError:
            raise UnsupportedError("history.plot: matplotlib is not installed (pip install matplotlib)") from None
        losses = {name: values for name, values in columns.items() if "loss" in name}
        others = {name: values for name, values in columns.items() if name not in losses}
        if ax is not None:
            _draw(ax, losses, "loss")
            return ax.figure
        figure = Figure(figsize=(10 if others else 5.5, 3.8), layout="constrained")
        axes = figure.subplots(1, 2 if others else 1, squeeze=False)[0]
        for place, part, title in zip(axes, (losses, others), ("loss", "accuracy and metrics")):
            _draw(place, part, title)
        return figure

    def _repr_html_(self) -> str:
        columns = self.columns()
        return _html.table(
            ["epoch", *columns], [[row + 1, *values] for row, values in enumerate(zip(*columns.values()))]
        )

    def _repr_png_(self) -> bytes | None:
        """In a notebook the history is its picture."""
        from io import BytesIO

        try:
            figure = self.plot()
        except (StateError, UnsupportedError):
            return None
        file = BytesIO()
        figure.savefig(file, format="png", dpi=90)
        return file.getvalue()


def _names(row: Progress, metric: str) -> list[str]:
    key = metric if metric in row else f"metric_{metric}"
    return [key, f"validation_{key}"]


def _draw(axes: Any, columns: dict[str, list[float]], title: str) -> None:
    for name, values in columns.items():
        axes.plot(range(1, len(values) + 1), values, marker=".", label=name.replace("_", " "))
    axes.set(xlabel="epoch", title=title)
    axes.xaxis.get_major_locator().set_params(integer=True)
    if columns:
        axes.legend()


class Bar:
    """A bar of tqdm's over the steps of a fit, in a terminal or a notebook; a callback of fit."""

    def __init__(self, begun: int) -> None:
        try:
            tqdm = importlib.import_module("tqdm.auto").tqdm
        except ImportError:
            raise UnsupportedError("fit: bar=True needs tqdm, which is not installed (pip install tqdm)") from None
        self._tqdm: Callable[..., Any] = tqdm
        self._begun, self._bar = begun, None

    def __call__(self, progress: Progress) -> None:
        if self._bar is None:
            left = (progress.epochs - progress.epoch) * progress.steps_per_epoch - progress.step
            done = progress.total_steps - self._begun
            self._bar = self._tqdm(total=left + done, unit=" steps", dynamic_ncols=True)
        parts = [f"loss {progress.loss:.4g}"]
        for name in _SHOWN[1:]:
            value = getattr(progress, name)
            if not math.isnan(value):
                parts.append(f"{name.replace('_', ' ')} {value:.4g}")
        bar: Any = self._bar
        bar.set_description(f"epoch {progress.epoch + 1}/{progress.epochs}", refresh=False)
        bar.set_postfix_str(", ".join(parts), refresh=False)
        bar.update(progress.total_steps - self._begun - bar.n)

    def close(self) -> None:
        """Leaves the bar as it is."""
        if self._bar is not None:
            self._bar.close()
