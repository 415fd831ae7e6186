"""summary(): the table of a model's layers, as Keras 3 prints it."""

from __future__ import annotations

import re
import shutil
from typing import Any

from ..._tree import flatten, unflatten
from .._symbolic import KerasTensor, nodes_of

_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def memory(count_bytes: float) -> str:
    """A number of bytes as Keras writes it."""
    for unit in _UNITS:
        if count_bytes < 1024:
            return f"{count_bytes:.2f} {unit}"
        count_bytes /= 1024
    return f"{count_bytes:.2f} {_UNITS[-1]}"


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Any = None,
    print_fn: Any = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
) -> None:
    """Prints the table."""
    operations = model.operations if model._is_graph and not hasattr(model, "_sequence") else model.layers
    nodes = model._graph.nodes if model._is_graph else []
    is_chain = hasattr(model, "_sequence") or not model._is_graph or _is_chain(model, nodes)
    header, aligned = ["Layer (type)", "Output Shape", "Param #"], "<<>"
    length = 88 if is_chain else 108
    positions = list(positions or ([0.45, 0.80, 1.0] if is_chain else [0.3, 0.56, 0.74, 1.0]))
    if not is_chain:
        header, aligned = [*header, "Connected to"], aligned + "<"
    if show_trainable:
        length += 12
        positions = [place * 0.9 for place in positions] + [1.0]
        header, aligned = [*header, "Trainable"], aligned + "^"
    line_length = line_length or min(length, shutil.get_terminal_size().columns - 4)
    widths, current = [], 0
    for place in positions:
        width = int(place * line_length) - current
        if width < 4:
            raise ValueError("Insufficient console width to print summary.")
        widths.append(width)
        current += width

    def fields(layer: Any, prefix: str) -> list[str]:
        name = f"{prefix}{layer.name} ({getattr(layer, 'kind', None) or type(layer).__name__})"
        params = "0 (unbuilt)" if not layer.built else f"{layer.count_params():,}"
        found = [name, _shape_text(layer), params]
        if not is_chain:
            found.append(_connections(layer, nodes))
        if show_trainable:
            found.append("-" if not layer.weights else "Y" if layer.trainable else "N")
        return found

    def rows(layer: Any, level: int = 0) -> list[list[str]]:
        found = [fields(layer, "   " * level + "└ " if level else "")]
        if expand_nested and hasattr(layer, "layers"):
            for part in layer.layers:
                found += rows(part, level + 1)
        return found

    first, last = _range(operations, layer_range)
    table = [row for layer in operations[first:last] for row in rows(layer)]
    lines = [f'Model: "{model.name}"', *_table(header, table, _fitted(widths, line_length), aligned), *_totals(model)]
    text = "\n".join(lines) + "\n"
    if print_fn is None:
        print(text, end="")
    else:
        print_fn(text)


def _range(layers: Any, wanted: Any) -> tuple[int, int]:
    if wanted is None:
        return 0, len(layers)
    if len(wanted) != 2 or not all(isinstance(part, str) for part in wanted):
        raise ValueError(f"layer_range must be a list or tuple of two strings. Received: layer_range = {wanted}")
    found = [[place for place, layer in enumerate(layers) if re.match(part, layer.name)] for part in wanted]
    if not found[0] or not found[1]:
        raise ValueError(f"Passed layer_names do not match the layer names in the model. Received: {wanted}")
    if min(found[0]) > max(found[1]):
        return min(found[1]), max(found[0]) + 1
    return min(found[0]), max(found[1]) + 1


def _is_chain(model: Any, nodes: list[Any]) -> bool:
    """Whether each layer has one call, of one input, and none is beside another."""
    for level in model._graph.nodes_by_depth.values():
        if len(level) > 1 or len(level) == 1 and len(level[0].inputs) > 1:
            return False
    return all(sum(node in nodes for node in nodes_of(layer)) <= 1 for layer in model.layers)


def _connections(layer: Any, nodes: list[Any]) -> str:
    found = []
    for node in nodes_of(layer):
        if node in nodes:
            for tensor in node.inputs:
                history = tensor._keras_history
                found.append(f"{history.operation.name}[{history.node_index}][{history.tensor_index}]")
    return ", ".join(found) or "-"


def _spelled(shape: Any) -> str:
    return f"({', '.join(str(extent) for extent in shape)})"


def _shape_text(layer: Any) -> str:
    """The shape of a layer's result, "?" where nobody knows."""
    nodes = nodes_of(layer)
    shapes: Any
    if nodes:
        leaves, structure = flatten(nodes[-1].outputs)
        shapes = unflatten(structure, [_spelled(leaf.shape) for leaf in leaves if isinstance(leaf, KerasTensor)])
    else:
        known = layer._keras.build_shapes
        if not known:
            return "?"
        try:
            found = layer.compute_output_shape(*known.values())
        except Exception:
            return "?"
        shapes = _spelled(found) if _is_shape(found) else [_spelled(part) for part in found]
    flat = flatten(shapes)[0]
    return str(flat[0]) if len(flat) == 1 else str(shapes).replace("'", "")


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple) and all(part is None or isinstance(part, int) for part in value)


# -------------------------------------------------------------------- the table


def _fitted(widths: list[int], length: int) -> list[int]:
    """Widths of the columns' texts, so that the table with its lines and margins is of that length."""
    wide = [width + 2 for width in widths]
    excess = sum(wide) - (length - len(widths) - 1)
    left = len(wide)
    found = []
    for width in wide:
        less = min(width, round(excess / left)) if excess > 0 else 0
        found.append(width - less - 2)
        excess -= less
        left -= 1
    return found


def _wrapped(text: str, width: int) -> list[str]:
    """A text in lines of that width, broken between words; a longer word is cut off."""
    lines, line = [], ""
    for word in re.findall(r"\s*\S+\s*", text) or [""]:
        if line and len(line) + len(word.rstrip()) > width:
            lines.append(line)
            line = ""
        line += word
    lines.append(line)
    return [cut if len(cut) <= width else cut[: width - 1] + "…" for cut in (line.rstrip() for line in lines)]


def _table(header: list[str], rows: list[list[str]], widths: list[int], aligned: str) -> list[str]:
    def ruled(left: str, middle: str, right: str, stroke: str) -> str:
        return left + middle.join(stroke * (width + 2) for width in widths) + right

    def lines(cells: list[str], edge: str) -> list[str]:
        parts = [_wrapped(cell, width) for cell, width in zip(cells, widths)]
        found = []
        for place in range(max(len(part) for part in parts)):
            texts = [part[place] if place < len(part) else "" for part in parts]
            spread = [f" {text:{side}{width}} " for text, side, width in zip(texts, aligned, widths)]
            found.append(edge + edge.join(spread) + edge)
        return found

    found = [ruled("┏", "┳", "┓", "━"), *lines(header, "┃"), ruled("┡", "╇", "┩", "━")]
    for place, row in enumerate(rows):
        if place:
            found.append(ruled("├", "┼", "┤", "─"))
        found += lines(row, "│")
    return [*found, ruled("└", "┴", "┘", "─")]


def _totals(model: Any) -> list[str]:
    def of(variables: Any) -> tuple[int, int]:
        boxes = {id(variable._cell): variable._cell.box for variable in variables}.values()
        return (
            sum(int(box.numel()) for box in boxes),
            sum(int(box.numel()) * int(box.dtype.itemsize) for box in boxes),
        )

    trained, other = of(model.trainable_weights), of(model.non_trainable_weights)
    groups = [(" Trainable params", trained), (" Non-trainable params", other)]
    optimizer = model.optimizer if model.compiled else None
    if optimizer is not None and getattr(optimizer, "built", False):
        groups.append((" Optimizer params", of(optimizer.variables)))
    total = sum(part[1][0] for part in groups), sum(part[1][1] for part in groups)
    return [f"{title}: {count:,} ({memory(size)})" for title, (count, size) in [(" Total params", total), *groups]]
