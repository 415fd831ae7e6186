"""What `compile` is given, once the model's results are known: a loss for each of them, and metrics."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..._tensor import Tensor as Base
from ..._tree import flatten, unflatten


def object_name(value: Any) -> str:
    """The name of a function, class or object."""
    from .. import _names

    found = getattr(value, "name", None)
    if isinstance(found, str):
        return found
    found = getattr(value, "__name__", None)
    return str(found) if found else _names.snake_case(type(value).__name__)


class _Entry(NamedTuple):
    place: int
    loss: Any
    weight: Any
    name: str


class CompileLoss:
    """The losses of all results, weighted and added up."""

    def __init__(self, loss: Any, weights: Any = None, output_names: Any = None) -> None:
        if weights is not None and not isinstance(weights, (list, tuple, dict, float, int)):
            raise ValueError(
                "Expected `loss_weights` argument to be a float (single output case) or a list, tuple, or dict "
                f"(multiple output case). Received instead: loss_weights={weights} of type {type(weights)}"
            )
        self._loss, self._weights, self.output_names = loss, weights, output_names
        self._entries: list[_Entry] | None = None
        self.metrics: list[Any] = []

    def _names(self, y_pred: Any, count: int) -> list[str]:
        if isinstance(y_pred, dict):
            return list(y_pred)
        if self.output_names and len(self.output_names) == count:
            return list(self.output_names)
        return [str(place) for place in range(count)]

    def _build(self, y_true: list[Any], y_pred: list[Any], names: list[str]) -> None:
        from .. import metrics
        from ..metrics._resolution import loss_for

        def spread(given: Any, what: str) -> list[Any]:
            if isinstance(given, dict):
                unknown = set(given) - set(names)
                if unknown:
                    raise ValueError(f"Expected keys {names} in {what} dict, but found {what}.keys()={list(given)}")
                return [given.get(name) for name in names]
            if isinstance(given, (list, tuple)):
                flat = flatten(given)[0]
                if len(flat) == len(names):
                    return list(given)
                raise ValueError(
                    f"{what}: expected one for each of the {len(names)} outputs {names}, found {len(flat)}: {given}"
                )
            return [given] * len(names)

        if len(names) == 1 and isinstance(self._loss, (list, tuple)):
            # Several losses of one result.
            losses, places = list(self._loss), [0] * len(self._loss)
            weights = list(self._weights) if isinstance(self._weights, (list, tuple)) else [self._weights] * len(losses)
        else:
            losses, places = spread(self._loss, "loss"), list(range(len(names)))
            weights = spread(self._weights, "loss_weights")
        entries = []
        for place, identifier, weight in zip(places, losses, weights):
            found = loss_for(identifier, y_true[place], y_pred[place])
            if found is not None:
                entries.append(_Entry(place, found, weight, names[place]))
        means = []
        if len(entries) > 1:
            used: dict[str, int] = {}
            for entry in entries:
                title = entry.name if len(names) > 1 else object_name(entry.loss)
                used[title] = used.get(title, -1) + 1
                means.append(metrics.Mean(name=f"{title}_loss" + (f"_{used[title]}" if used[title] else "")))
        self._entries, self.metrics = entries, means

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        preds = flatten(y_pred)[0]
        names = self._names(y_pred, len(preds))
        trues = _matched(y_true, y_pred, names, self._loss)
        if self._entries is None:
            self._build(trues, preds, names)
        weights = _weights(sample_weight, names)
        total: Any = None
        metrics = self.metrics or [None] * len(self._entries or ())
        for entry, metric in zip(self._entries or (), metrics):
            if trues[entry.place] is None:
                raise ValueError(
                    f"There is a loss for the output {entry.name!r}, but no target: expected targets for {names}, "
                    f"found {list(y_true) if isinstance(y_true, dict) else _stars(y_true)}"
                )
            value = entry.loss(trues[entry.place], preds[entry.place], weights[entry.place])
            if not isinstance(value, Base):
                raise ValueError(
                    f"The loss {object_name(entry.loss)} is expected to give a tensor, but gave {value!r:.80}"
                )
            if metric is not None:
                metric.update_state(value)
            if entry.weight is not None:
                value = value * entry.weight
            total = value if total is None else total + value
        return total


def _matched(y_true: Any, y_pred: Any, names: list[str], losses: Any = None) -> list[Any]:
    """The targets in the order of the results."""
    if isinstance(y_true, dict):
        if all(name in y_true for name in names):
            return [y_true[name] for name in names]
        wanted = losses if isinstance(losses, dict) else {}
        return [y_true.get(name) if name in wanted or name in y_true else None for name in names]
    found = flatten(y_true)[0]
    if len(found) == len(names):
        return found
    given = [
        place
        for place, name in enumerate(names)
        if (losses.get(name) if isinstance(losses, dict) else losses[place] if isinstance(losses, (list, tuple)) else 1)
        is not None
    ]
    if len(given) == len(found):
        spread: list[Any] = [None] * len(names)
        for place, value in zip(given, found):
            spread[place] = value
        return spread
    raise ValueError(
        f"y_true and y_pred have different structures.\ny_true: {_stars(y_true)}\ny_pred: {_stars(y_pred)}\n"
    )


def _stars(value: Any) -> Any:
    leaves, structure = flatten(value)
    return unflatten(structure, ["*"] * len(leaves))


def _weights(given: Any, names: list[str]) -> list[Any]:
    if given is None or isinstance(given, Base) or hasattr(given, "shape"):
        return [given] * len(names)
    if isinstance(given, dict):
        return [given.get(name) for name in names]
    found = list(given)
    return found if len(found) == len(names) else found[:1] * len(names)


class CompileMetrics:
    """The metrics of all results: with weights, and without."""

    name = "compile_metrics"

    def __init__(self, metrics: Any, weighted: Any, output_names: Any = None) -> None:
        for what, given in (("metrics", metrics), ("weighted_metrics", weighted)):
            if given and not isinstance(given, (list, tuple, dict)):
                raise ValueError(
                    f"Expected `{what}` argument to be a list, tuple, or dict. Received instead: {what}={given} of "
                    f"type {type(given)}"
                )
        self._given, self.output_names = (metrics, weighted), output_names
        self.built = False
        # (place of the result, its name or None, metric, whether it is weighted).
        self._entries: list[tuple[int, str | None, Any, bool]] = []

    @property
    def metrics(self) -> list[Any]:
        """All metrics."""
        return [entry[2] for entry in self._entries]

    @property
    def variables(self) -> list[Any]:
        """The variables of all metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def _build(self, trues: list[Any], preds: list[Any], names: list[str]) -> None:
        from ..metrics._resolution import metric_for

        entries = []
        for given, is_weighted in zip(self._given, (False, True)):
            if not given:
                continue
            for place, group in enumerate(self._spread(given, names)):
                for identifier in group if isinstance(group, (list, tuple)) else [group]:
                    if identifier is not None:
                        metric = metric_for(identifier, trues[place], preds[place])
                        entries.append((place, names[place] if len(names) > 1 else None, metric, is_weighted))
        self._entries, self.built = entries, True

    @staticmethod
    def _spread(given: Any, names: list[str]) -> list[Any]:
        if len(names) == 1:
            return [flatten(given)[0]]
        if isinstance(given, dict):
            if not set(given) <= set(names):
                raise ValueError(
                    f"Invalid `metrics`: expected the names of outputs {names} as keys, found {list(given)}"
                )
            return [given.get(name) for name in names]
        if len(given) == len(names):
            return list(given)
        raise ValueError(
            f"Invalid `metrics`: expected one entry for each of the outputs {names}, found {len(given)}: {given}"
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes over a batch."""
        preds = flatten(y_pred)[0]
        if isinstance(y_pred, dict):
            names = list(y_pred)
        elif self.output_names and len(self.output_names) == len(preds):
            names = list(self.output_names)
        else:
            names = [str(place) for place in range(len(preds))]
        trues = _matched(y_true, y_pred, names)
        if not self.built:
            self._build(trues, preds, names)
        weights = _weights(sample_weight, names)
        for place, _, metric, is_weighted in self._entries:
            if is_weighted:
                metric.update_state(trues[place], preds[place], weights[place])
            else:
                metric.update_state(trues[place], preds[place])

    def reset_state(self) -> None:
        """Begins anew."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self) -> dict[str, Any]:
        """The values by their names."""
        found: dict[str, Any] = {}
        used: dict[str, int] = {}
        for _, output, metric, is_weighted in self._entries:
            name = f"{output}_{metric.name}" if output else metric.name
            if name in used and is_weighted:
                name = f"weighted_{metric.name}" if not output else f"{output}_weighted_{metric.name}"
            if name in used:
                used[name] += 1
                name = f"{name}_{used[name] - 1}"
            else:
                used[name] = 1
            found[name] = metric.result()
        return found
