"""wingbeat.export: a module of the engine's that does what a Python module does, for C, for checkpoints, and for
machines without its code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from ctypes import c_uint64, c_void_p
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _modules
from ._anomalies import host_place
from ._arrays import counted, handles, texts
from ._callbacks import watch
from ._errors import ArgumentError, UnsupportedError
from ._library import check, freed_by, handle_property, lib, raise_kept
from ._modes import enable_grad, no_grad
from ._owner import Owner
from ._tensor import Tensor, as_tensor, tensor_of
from ._tree import flatten

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._typing import Handle, R
    from .nn import Graph, Module

# Sizes at which the forward pass is recorded are multiples of this, so that halves, thirds and quarters of them are
# whole numbers.
_STRIDE = 12


def export(
    model: Module,
    *examples: Any,
    batch_axes: int | None | Sequence[int | None] = 0,
    dynamic: Sequence[Mapping[int, str] | None] | None = None,
) -> Graph:
    """A Graph that does what `model` does: C loads it from a checkpoint, runs it and trains it, to the same bits.

    The forward pass is run on tensors like the examples, and what it calls is written down: layers of wingbeat.nn as
    calls of them, the rest as functions of docs/operations.md. The Graph has copies of the parameters and buffers under
    the same names.

    examples: one for each input of the forward pass; their values do not matter, as long as the forward pass takes
    them. batch_axes: the axis of each input whose extent is the number of rows, which may vary: one for all inputs, or
    one for each, or None. dynamic: for each input a mapping of further axes whose extents may vary to names ({1:
    "length"}); equal names are equal extents.

    Extents that vary are tried at several sizes: what depends on them has to be linear in them. The result is compared
    with the model at size 1 and at another that was not recorded. A model may do something else in training mode; then
    the Graph has two bodies.

    Raises UnsupportedError, with the line, for what no Graph can say: a value that is looked at in the forward pass,
    derivatives and hooks in it, a call that depends on the sizes, a number that is not linear in them.
    """
    from .nn._loading import module_of
    from .nn.module import Module as Base

    if not isinstance(model, Base):
        raise TypeError(f"export: expected a module, found {model!r:.80}")
    if not examples:
        raise ArgumentError("export: expected an example for each input of the forward pass, found none")
    arrays = [as_tensor(example).detach().numpy() for example in examples]
    extents = _varying(arrays, batch_axes, dynamic)
    names = _input_names(model, len(arrays))
    recordings: dict[bool, list[_Recording]] = {}

    def record() -> None:
        for training in (False, True):
            model.train(training)
            recordings[training] = [
                _Recording(model, _sized(arrays, extents, sizes), names) for sizes in _sizes(arrays, extents)
            ]

    def build() -> Graph:
        out = c_void_p()
        check(lib.wb_graph_create(model._handle, *counted(recordings[False]), *counted(recordings[True]), out))
        graph: Any = module_of(out.value)
        _as_it_was(graph, lambda: compare(graph))
        return graph  # type: ignore[no-any-return]

    def compare(graph: Graph) -> None:
        for training in (False, True):
            model.train(training)
            graph.train(training)
            for sizes in _other_sizes(arrays, extents):
                _compare(model, graph, _sized(arrays, extents, sizes), sizes)

    _as_it_was(model, record)
    graph = _as_it_was(model, build)
    graph.train(model.training)
    return graph


# -------------------------------------------------------------------- sizes


def _varying(
    arrays: list[Any], batch_axes: int | None | Sequence[int | None], dynamic: Sequence[Mapping[int, str] | None] | None
) -> dict[str, list[tuple[int, int]]]:
    """The (input, axis) places of each extent that varies, by its name."""
    axes: list[Any] = list(batch_axes) if isinstance(batch_axes, (tuple, list)) else [batch_axes] * len(arrays)
    further = list(dynamic) if dynamic is not None else [None] * len(arrays)
    if len(axes) != len(arrays) or len(further) != len(arrays):
        raise ArgumentError(
            f"export: expected batch_axes and dynamic for {len(arrays)} inputs, "
            f"found them for {len(axes)} and {len(further)}"
        )
    found: dict[str, list[tuple[int, int]]] = {}
    for place, (array, axis, more) in enumerate(zip(arrays, axes, further)):
        named: dict[int, str] = {} if axis is None else {axis: "batch"}
        named.update(more or {})
        for key, name in named.items():
            if not isinstance(key, int) or not -array.ndim <= key < array.ndim:
                raise ArgumentError(f"export: expected an axis of input {place}, which has {array.ndim}, found {key!r}")
            found.setdefault(name, []).append((place, key % array.ndim))
    for name, places in found.items():
        known = {arrays[place].shape[axis] for place, axis in places}
        if len(known) > 1 or 0 in known:
            raise ArgumentError(f"export: expected examples with one extent from 1 for {name!r}, found {sorted(known)}")
    return found


def _bases(arrays: list[Any], extents: dict[str, list[tuple[int, int]]]) -> dict[str, int]:
    bases = {}
    for number, (name, ((place, axis), *_)) in enumerate(extents.items()):
        # Extents that vary apart have different sizes, so that one is not taken for the other.
        bases[name] = _STRIDE * (-(-arrays[place].shape[axis] // _STRIDE) + 7 * number)
    return bases


def _sizes(arrays: list[Any], extents: dict[str, list[tuple[int, int]]]) -> Iterator[dict[str, int]]:
    """The sizes to record at: some, each extent alone at two others, and all together at others."""
    bases = _bases(arrays, extents)
    yield bases
    for name, base in bases.items():
        yield {**bases, name: base + _STRIDE}
        yield {**bases, name: base + 3 * _STRIDE}
    if len(bases) > 1:
        yield {name: base + (2 + number) * _STRIDE for number, (name, base) in enumerate(bases.items())}


def _other_sizes(arrays: list[Any], extents: dict[str, list[tuple[int, int]]]) -> Iterator[dict[str, int]]:
    """The sizes to compare at: 1, and others that no recording has."""
    yield dict.fromkeys(extents, 1)
    yield {name: base + 1 + number for number, (name, base) in enumerate(_bases(arrays, extents).items())}


def _sized(arrays: list[Any], extents: dict[str, list[tuple[int, int]]], sizes: dict[str, int]) -> list[Tensor]:
    """The examples with such extents: their rows over and over."""
    grown = list(arrays)
    for name, places in extents.items():
        for place, axis in places:
            grown[place] = np.take(grown[place], np.arange(sizes[name]) % grown[place].shape[axis], axis)
    return [tensor_of(array) for array in grown]


# -------------------------------------------------------------------- recordings


class _Recording(Owner):
    """What one forward pass calls."""

    def __init__(self, model: Module, inputs: list[Tensor], names: list[str]) -> None:
        words = texts(names)
        out = c_void_p()
        watch()
        with enable_grad():  # its end closes the recording where anything fails
            check(lib.wb_recording_begin(model._handle, *_tensors(inputs, words), host_place, None))
            result = _modules.deferring_buffers(model, *inputs)
            leaves = flatten(result)[0]
            for leaf in leaves:
                if not isinstance(leaf, Tensor):
                    raise UnsupportedError(
                        f"export: expected tensors as the results of {type(model).__name__}.forward, found {leaf!r:.80}"
                    )
            check(lib.wb_recording_end(handles(leaves), len(leaves), out))
        self._handle = out.value
        raise_kept()  # of a signal's handler, in host_place

    _handle: Handle = None
    _as_parameter_ = handle_property

    __del__ = freed_by("wb_recording_free")


def _tensors(tensors: list[Tensor], words: Any) -> tuple[Any, Any, int]:
    return handles(tensors), words, len(tensors)


def _input_names(model: Module, count: int) -> list[str]:
    """The names of the forward method's parameters, where they are words that a Graph's body can have."""
    try:
        names = [
            name
            for name, parameter in inspect.signature(model.forward).parameters.items()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        names = []
    reserved = {
        name.partition(".")[0]
        for name, _ in (*model.named_parameters(), *model.named_buffers(), *model.named_children())
    }
    names = [name if name.isascii() and name not in reserved else f"{name}_" for name in names[:count]]
    return names + [f"input{place}" for place in range(len(names), count)]


# -------------------------------------------------------------------- before and after


def _as_it_was(model: Module, function: Callable[[], R]) -> R:
    """function(); modes, buffers and the random state are afterwards as they were."""
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer._snapshot()) for buffer in model.buffers()]
    state = c_uint64(), c_uint64()
    check(lib.wb_get_random_state(*state))

    def put_back() -> None:
        for module, training in modes:
            module.train(training)  # from the outside in: the last word is a module's own
        with no_grad():
            for buffer, value in buffers:
                buffer.copy_(value)
        check(lib.wb_set_random_state(*[part.value for part in state]))

    try:
        return function()
    finally:
        _modules.surely(put_back)


def _compare(model: Module, graph: Module, inputs: list[Tensor], sizes: dict[str, int]) -> None:
    """Model and graph give the same bits and change buffers alike."""
    state = c_uint64(), c_uint64()
    check(lib.wb_get_random_state(*state))
    found = []
    for module in (model, graph):
        check(lib.wb_set_random_state(*[part.value for part in state]))
        with no_grad():
            found.append([tensor.numpy().copy() for tensor in flatten(_modules.deferring_buffers(module, *inputs))[0]])
    ours, theirs = dict(model.named_buffers()), dict(graph.named_buffers())
    found[0] += [ours[name].numpy() for name in ours]
    found[1] += [theirs[name].numpy() for name in ours]
    for expected, given in zip(*found):
        if expected.dtype != given.dtype or expected.shape != given.shape or expected.tobytes() != given.tobytes():
            shown = ", ".join(f"{name} {size}" for name, size in sizes.items()) or "the examples' sizes"
            raise UnsupportedError(
                f"export: the forward pass of {type(model).__name__} does something else at {shown} than at the sizes "
                "that were recorded; it may depend on sizes or on values in a way that no Graph can say"
            )
