"""The graph behind symbolic tensors: which calls lead from inputs to outputs, in which order, as Keras orders them."""

from __future__ import annotations

from typing import Any

from ..._tree import flatten, unflatten
from .. import _masks
from .._symbolic import KerasTensor, Node, nodes_of


class Graph:
    """The calls between symbolic inputs and outputs."""

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs_given, self.outputs_given = inputs, outputs
        self.inputs, self._input_structure = flatten(inputs)
        self.outputs, self._output_structure = flatten(outputs)
        for what, tensors in (("inputs", self.inputs), ("outputs", self.outputs)):
            for tensor in tensors:
                if not isinstance(tensor, KerasTensor):
                    raise ValueError(
                        f"All `{what}` values must be KerasTensors. Received: {what}={tensor!r:.80} of type "
                        f"{type(tensor)}"
                    )
        self._sort()

    def _sort(self) -> None:
        """Nodes by depth, the inputs first."""
        given = {id(tensor) for tensor in self.inputs}
        finished: dict[int, Node] = {}
        order: list[Node] = []
        places: dict[int, int] = {}
        for output in self.outputs:
            # Depth first, with a stack of our own: a deep model is no reason to fail.
            stack: list[tuple[Any, bool]] = [(output, False)]
            open_nodes: set[int] = set()
            while stack:
                tensor, is_left = stack.pop()
                history = tensor._keras_history
                node = nodes_of(history.operation)[history.node_index]
                if is_left:
                    if id(node) not in finished:
                        finished[id(node)] = node
                        order.append(node)
                    open_nodes.discard(id(node))
                    continue
                if id(node) in finished:
                    continue
                if id(node) in open_nodes:
                    continue
                open_nodes.add(id(node))
                places.setdefault(id(history.operation), len(places))
                stack.append((tensor, True))
                if not node.is_input and id(tensor) not in given:
                    stack.extend((part, False) for part in reversed(node.inputs))
        depths: dict[int, int] = {}
        heights: dict[int, int] = {}
        operations: dict[int, Any] = {}
        for node in reversed(order):
            depth = max(depths.get(id(node), 0), heights.get(id(node.operation), 0))
            heights[id(node.operation)] = depths[id(node)] = depth
            operations[id(node.operation)] = node.operation
            if any(id(tensor) in given for tensor in node.output_leaves) and not node.is_input:
                continue
            for tensor in node.inputs:
                before = nodes_of(tensor._keras_history.operation)[tensor._keras_history.node_index]
                depths[id(before)] = max(depth + 1, depths.get(id(before), 0))
        for tensor in self.inputs:
            operation = tensor._keras_history.operation
            if id(operation) not in operations:
                operations[id(operation)] = operation
                heights[id(operation)], places[id(operation)] = 0, -1
                node = nodes_of(operation)[tensor._keras_history.node_index]
                depths[id(node)] = 0
                order.append(node)
        self.depths = sorted(set(depths.values()), reverse=True)
        self.nodes_by_depth = {depth: [node for node in order if depths[id(node)] == depth] for depth in self.depths}
        levels = sorted(set(heights.values()), reverse=True)
        self.operations: list[Any] = []
        for level in levels:
            found = [key for key in operations if heights[key] == level]
            self.operations += [operations[key] for key in sorted(found, key=places.__getitem__)]
        self._check_connected()

    def _check_connected(self) -> None:
        known = {id(tensor) for tensor in self.inputs}
        for depth in self.depths:
            for node in self.nodes_by_depth[depth]:
                if node.is_input or any(id(tensor) in known for tensor in node.output_leaves):
                    if node.is_input and not any(id(tensor) in known for tensor in node.output_leaves):
                        raise ValueError(
                            f"`inputs` not connected to `outputs`: the output needs '{node.operation.name}', which is "
                            "none of the model's inputs"
                        )
                    known.update(id(tensor) for tensor in node.output_leaves)
                    continue
                for tensor in node.inputs:
                    if id(tensor) not in known:
                        raise ValueError(
                            f"`inputs` not connected to `outputs`: '{node.operation.name}' needs {tensor.name}, which "
                            "none of the inputs leads to"
                        )
                known.update(id(tensor) for tensor in node.output_leaves)

    def run(self, values: list[Any], call: Any) -> Any:
        """The outputs for values in the places of the inputs. call(operation, args, kwargs): makes a node's call."""
        known = {id(tensor): value for tensor, value in zip(self.inputs, values)}
        for depth in self.depths:
            for node in self.nodes_by_depth[depth]:
                if node.is_input or all(id(tensor) in known for tensor in node.output_leaves):
                    continue
                args, kwargs = node.filled(known)
                result = call(node.operation, args, kwargs)
                found = [leaf for leaf in flatten(result)[0] if leaf is not None]
                for tensor, value in zip(node.output_leaves, found):
                    known[id(tensor)] = value
        return unflatten(self._output_structure, [known[id(tensor)] for tensor in self.outputs])

    @property
    def nodes(self) -> list[Node]:
        """All calls, the first first."""
        return [node for depth in self.depths for node in self.nodes_by_depth[depth]]


def masks_put(values: list[Any], mask: Any) -> None:
    """Gives inputs their masks."""
    if mask is not None:
        for value, own in zip(values, flatten(mask)[0]):
            if own is not None:
                _masks.put(value, own)
