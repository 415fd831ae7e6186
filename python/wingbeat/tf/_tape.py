"""tf.GradientTape and tf.autodiff.ForwardAccumulator: derivatives of what is computed in a block.

The engine differentiates its graph; a tape only says what is recorded, and which nodes stand for what is watched
(_recording.py).
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from .._creation import zeros_like
from .._shaping import stack
from .._tensor import Tensor as Base
from .._transforms import NESTED, forward, reverse
from .._vmap import Mapped
from . import _nesting, _recording
from ._tensor import compute, convert, op, wrap
from .errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self


class UnconnectedGradients(enum.Enum):
    """What stands for a derivative by something that the target does not depend on."""

    NONE = "none"
    ZERO = "zero"


class GradientTape(_recording.Watcher):
    """Records what is computed in its block, for derivatives by variables and by watched tensors.

    persistent: gradient may be called any number of times. watch_accessed_variables: trainable variables are watched
    when they are read.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        super().__init__(watch_accessed_variables)
        self._persistent, self._recording, self._entered, self._used = persistent, False, False, False

    def __enter__(self) -> Self:
        if self._recording:
            raise ValueError("Tape is still recording, This can happen if you try to re-enter an already-active tape.")
        self._begin()
        self._recording = self._entered = True
        return self

    def __exit__(self, *exception: object) -> None:
        if self._recording:
            self._end()
            self._recording = False

    def _ensure(self) -> None:
        if not self._recording:
            raise ValueError("Tape is not recording, so there is nothing to stop, reset or watch.")

    def watch(self, tensor: Any) -> None:
        """Has the tape watch tensors, or variables, in any nested structure."""
        for leaf in _nesting.flatten(tensor):
            if not isinstance(leaf, Base) and not hasattr(leaf, "_cell"):
                raise ValueError(f"Passed in object {leaf!r:.80} of type {type(leaf).__name__!r}, not tf.Tensor")
            if not self._recording:
                continue
            cell = getattr(leaf, "_cell", None)
            if cell is not None:
                self._watched.setdefault(id(cell), (cell, []))
            elif leaf.dtype.is_floating_point:
                self._watch_tensor(leaf)

    def stop_recording(self) -> _Stopped:
        """A block in which the tape records nothing."""
        self._ensure()
        return _Stopped(self)

    def reset(self) -> None:
        """Forgets what has been recorded."""
        self._ensure()
        self._end()
        self._watched.clear()
        self._current.clear()
        self._begin()

    def watched_variables(self) -> tuple[Any, ...]:
        """The variables that were read, in that order."""
        return tuple(variable for variable in self._variables.values())

    # ---------------------------------------------------------------- derivatives

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        """The derivatives of the sum of `target`, in the structure of `sources`.

        output_gradients: weights in the structure of `target`. unconnected_gradients: "none" gives None where target
        does not depend on a source, "zero" zeros.
        """
        zeros = self._use(unconnected_gradients)
        targets = _nesting.flatten(target)
        weights = None if output_gradients is None else _nesting.flatten(output_gradients)
        if weights is not None and len(weights) != len(targets):
            raise InvalidArgumentError(
                f"gradient: expected {len(targets)} output_gradients, one for each target, found {len(weights)}"
            )
        found = _gradients(self, targets, weights, _nesting.flatten(sources), zeros)
        return _nesting.pack(sources, found)

    def _use(self, unconnected: Any) -> bool:
        """Notes a use; gives whether zeros stand for what is not connected."""
        mode = UnconnectedGradients(unconnected)
        if self._used and not self._persistent:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)"
            )
        self._used = True
        if self._recording and not self._persistent:
            self._end_nodes()
        return mode is UnconnectedGradients.ZERO

    def _end_nodes(self) -> None:
        self._end()
        self._recording = False

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The derivatives of each element of `target`: of its shape and then a source's, in the structure of
        `sources`."""
        zeros = self._use(unconnected_gradients)
        found = _jacobians(self, convert_kept(target), _nesting.flatten(sources), zeros)
        return _nesting.pack(sources, found)

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The derivatives of each example's elements by the same example's: target [b, ...], source [b, ...]."""
        zeros = self._use(unconnected_gradients)
        return _batch_jacobian(self, convert_kept(target), source, zeros)

    def _wants(self, variable: Any) -> bool:
        wanted = super()._wants(variable)
        if wanted:
            self._variables.setdefault(id(variable._cell), variable)
        return wanted

    @property
    def _variables(self) -> dict[int, Any]:
        return self.__dict__.setdefault("_read", {})  # type: ignore[no-any-return]

    def _meet(self, target: Any) -> None:
        """A variable that is a target by itself is read, so that its derivative by itself is 1."""
        cell = getattr(target, "_cell", None)
        if cell is not None and self._wants(target) and not self._nodes(target) and cell.box.dtype.is_floating_point:
            self._note(cell, cell.box.detach().clone().requires_grad_())

    def _nodes(self, source: Any) -> list[Base]:
        """The engine's tensors whose derivatives add up to those by a source."""
        cell = getattr(source, "_cell", None)
        if cell is not None:
            known = self._watched.get(id(cell))
            nodes = list(known[1]) if known is not None else []
            # A parameter, which a layer may have read without our seeing it.
            if not nodes and cell.box.requires_grad and self._accesses and source.trainable:
                nodes = [cell.box]
            return nodes
        known = self._watched.get(id(source))
        if known is not None:
            return known[1]
        if not isinstance(source, Base):
            raise InvalidArgumentError(f"gradient: expected tensors or variables as sources, found {source!r:.80}")
        return [source] if source.requires_grad else []


class _Stopped:
    """A block in which a tape records nothing."""

    def __init__(self, tape: GradientTape) -> None:
        self._tape = tape

    def __enter__(self) -> None:
        _recording.state.watchers.remove(self._tape)

    def __exit__(self, *exception: object) -> None:
        _recording.state.watchers.append(self._tape)


def convert_kept(value: Any) -> Base:
    """A target as a tensor, through which derivatives pass."""
    return value if isinstance(value, Base) else convert(value)


def _gradients(
    tape: GradientTape, targets: list[Any], weights: list[Any] | None, sources: list[Any], zeros: bool
) -> list[Any]:
    for target in targets:
        tape._meet(target)
    groups = [tape._nodes(source) for source in sources]
    outputs: list[Base] = []
    given: list[Base] = []
    for place, target in enumerate(targets):
        if target is None:
            continue
        cell = getattr(target, "_cell", None)
        # A variable, or a watched tensor, stands for the node that it was.
        nodes = tape._nodes(target) if cell is not None or id(target) in tape._watched else []
        output = nodes[-1] if nodes else convert_kept(target)
        if not output.dtype.is_floating_point or not output.requires_grad:
            continue
        outputs.append(output)
        weight = weights[place] if weights is not None else None
        given.append(_ones(output) if weight is None else _weight(weight, output))
    found = _reversed(outputs, given, groups)
    if not _recording.is_recorded():
        # In one run, which computes nothing twice.
        compute([*outputs, *(gradient for gradient in found if gradient is not None)])
    return [_or_zeros(gradient, source, zeros) for gradient, source in zip(found, sources)]


@op
def _reversed(outputs: list[Base], weights: list[Base], groups: list[list[Base]]) -> list[Any]:
    """The derivatives by each group of nodes, added up."""
    nodes = [node for group in groups for node in group]
    if not outputs or not nodes:
        return [None for _ in groups]
    found = iter(reverse(outputs, nodes, weights, _recording.is_recorded(), True))
    result = []
    for group in groups:
        parts = [part for part in [next(found) for _ in group] if part is not None]
        total: Any = parts[0] if parts else None
        for part in parts[1:]:
            total = Base.__add__(total, part)
        result.append(total)
    return result


def _ones(output: Base) -> Base:
    from .._creation import ones_like

    return ones_like(output)


def _weight(value: Any, output: Base) -> Base:
    weight = convert(value, hint=output.dtype)
    return weight if tuple(weight.shape) == tuple(output.shape) else weight.expand(tuple(output.shape))


def _or_zeros(gradient: Any, source: Any, zeros: bool) -> Any:
    if gradient is not None or not zeros:
        return gradient
    return _zeros_of(source)


@op
def _zeros_of(source: Any) -> Any:
    return zeros_like(source._cell.box if hasattr(source, "_cell") else convert(source))


def _over_basis(
    output: Base, count: int, weights: Callable[[Base], Base], groups: list[list[Base]], again: bool
) -> list[list[Any]]:
    """For each of `count` weights of the output, given by the rows of a unit matrix, the derivatives by each node,
    along a new first axis."""
    from .._creation import eye

    nodes = [node for group in groups for node in group]
    rows = eye(count, dtype=output.dtype)
    used = [part is not None for part in reverse([output], nodes, [weights(rows[0])], True, True)] if count else []
    kept = [node for node, is_used in zip(nodes, used) if is_used]
    found: list[Any] = []
    if kept:
        try:
            with NESTED:
                block = Mapped([rows], [0])
                parts = reverse([output], kept, [weights(block.variables[0])], True)
                found = list(block.results(parts, [0] * len(parts), 0))
        except RuntimeError:  # a rule asks for values, which a mapped tensor lacks
            each = [reverse([output], kept, [weights(row)], again) for row in rows]
            found = [stack(parts, 0) for parts in zip(*each)]
    rest = iter(found)
    spread = iter([next(rest) if is_used else None for is_used in (used or [False] * len(nodes))])
    return [[next(spread) for _ in group] for group in groups]


def _added(parts: list[Any]) -> Any:
    present = [part for part in parts if part is not None]
    total: Any = present[0] if present else None
    for part in present[1:]:
        total = Base.__add__(total, part)
    return total


@op
def _jacobians(tape: GradientTape, target: Base, sources: list[Any], zeros: bool) -> list[Any]:
    groups = [tape._nodes(source) for source in sources]
    shape, count = tuple(target.shape), target.numel()
    found: list[list[Any]] = [[] for _ in groups]
    if target.requires_grad and any(groups):
        found = _over_basis(target, count, lambda row: row.reshape(shape), groups, _recording.is_recorded())
    result = []
    for parts, source in zip(found, sources):
        total = _added(parts)
        wide = shape + tuple(source.shape)
        if total is None:
            result.append(_zeros_shaped(wide, target) if zeros else None)
        else:
            result.append(_settled(total.reshape(wide)))
    return result


def _zeros_shaped(shape: tuple[int, ...], like: Base) -> Base:
    from .._creation import zeros

    return zeros(shape, dtype=like.dtype)


def _settled(tensor: Base) -> Base:
    """Cut off from the graph where nobody records."""
    return tensor if _recording.is_recorded() else tensor.detach()


@op
def _batch_jacobian(tape: GradientTape, target: Base, source: Any, zeros: bool) -> Any:
    batch, inner, outer = int(target.shape[0]), tuple(target.shape[1:]), tuple(source.shape[1:])
    if not source.shape or int(source.shape[0]) != batch:
        raise ValueError(
            f"Need first dimension of target shape ({tuple(target.shape)}) and source shape ({tuple(source.shape)}) "
            "to match."
        )
    groups = [tape._nodes(source)]
    count = target.numel() // batch if batch else 0
    total = None
    if target.requires_grad and groups[0] and count:
        # Examples do not meet: one row weights the same element of all of them.
        parts = _over_basis(
            target, count, lambda row: row.reshape((1, *inner)).expand((batch, *inner)), groups,
            _recording.is_recorded(),
        )  # fmt: skip
        total = _added(parts[0])
    if total is None:
        return _zeros_shaped((batch, *inner, *outer), target) if zeros else None
    return _settled(total.transpose(0, 1).reshape((batch, *inner, *outer)))


class ForwardAccumulator(_recording.Watcher):
    """Derivatives along directions, in forward mode, of what is computed in its block.

    primals: tensors or variables, in any nested structure. tangents: directions in the same structure.
    """

    def __init__(self, primals: Any, tangents: Any) -> None:
        super().__init__(False)
        self._primals = _nesting.flatten(primals)
        self._tangents = [convert(tangent) for tangent in _nesting.flatten(tangents)]
        if len(self._primals) != len(self._tangents):
            raise ValueError(
                f"ForwardAccumulator: expected a tangent for each primal, found {len(self._primals)} primals and "
                f"{len(self._tangents)} tangents"
            )
        for primal in self._primals:
            if getattr(primal, "_cell", None) is not None:
                self._watched.setdefault(id(primal._cell), (primal._cell, []))

    def __enter__(self) -> Self:
        self._begin()
        for primal in self._primals:
            if isinstance(primal, Base):
                self._watch_tensor(primal)
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def jvp(self, primals: Any, unconnected_gradients: Any = UnconnectedGradients.NONE) -> Any:
        """The derivatives of what was computed, in its structure; None where it does not depend on the primals."""
        zeros = UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO
        leaves = _nesting.flatten(primals)
        return _nesting.pack(primals, [self._along(leaf, zeros) for leaf in leaves])

    def _along(self, leaf: Any, zeros: bool) -> Any:
        nodes, directions = [], []
        for primal, tangent in zip(self._primals, self._tangents):
            cell = getattr(primal, "_cell", None)
            known = self._watched.get(id(primal if cell is None else cell))
            for node in known[1] if known is not None else ():
                nodes.append(node)
                directions.append(tangent)
        known = self._watched.get(id(getattr(leaf, "_cell", leaf)))
        output = known[1][-1] if known is not None and known[1] else convert(leaf)
        if not nodes or not output.requires_grad:
            return _zeros_of(leaf) if zeros else None
        return _forward_along(output, nodes, directions)


@op
def _forward_along(output: Base, nodes: list[Base], directions: list[Base]) -> Any:
    # Whether the output depends on any of them.
    if all(part is None for part in reverse([output], nodes, [_ones(output)], False, True)):
        return None
    return _settled(forward([output], nodes, directions)[0])


@op
def stop_gradient(input: Any, name: str | None = None) -> Any:
    """The tensor as a constant to derivatives."""
    return convert(input).detach()


def gradients(*arguments: Any, **options: Any) -> Any:
    """Raises RuntimeError: tapes take derivatives."""
    raise RuntimeError("tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape instead.")


def each(value: Any) -> Iterator[Any]:
    """The leaves of a nested structure."""
    return iter(_nesting.flatten(value))


__all__ = ["ForwardAccumulator", "GradientTape", "UnconnectedGradients", "stop_gradient", "wrap"]
