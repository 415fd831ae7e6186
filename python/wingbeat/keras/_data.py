"""Where batches come from: arrays, data sets, PyDatasets, generators. `Batches` gives each epoch's, as tuples of
inputs, targets and weights."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator, Mapping
from math import ceil, floor
from typing import Any

import numpy as np

from .._tensor import Tensor as Base
from .._tree import flatten, unflatten
from . import _policies

_WIDER = {
    "int8": "int32", "int16": "int32", "uint16": "int32", "uint32": "int64", "uint64": "int64",
}  # fmt: skip


class PyDataset:
    """Base class of data whose batches Python makes: define __getitem__(index), which gives a batch, and __len__.

    workers, use_multiprocessing, max_queue_size: taken; batches are made one after the other.
    """

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers, self.use_multiprocessing, self.max_queue_size = workers, use_multiprocessing, max_queue_size

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError("PyDataset: define __getitem__(self, index), which gives a batch")

    @property
    def num_batches(self) -> int | None:
        """How many batches an epoch has; None for an endless one."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError("PyDataset: define __len__, or the property num_batches")

    def __iter__(self) -> Iterator[Any]:
        count = self.num_batches
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called behind each epoch."""


Sequence = PyDataset


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """(inputs, targets, weights) of a batch; None for what it lacks."""
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if len(data) in (1, 2, 3):
        return (*data, None, None, None)[:3]
    raise ValueError(
        f"Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`, found: {data!r:.200}"
    )


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """A batch of these."""
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def batches_of(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: Any = False,
    class_weight: Any = None,
) -> Batches:
    """What gives the batches of an epoch, whatever they come from."""
    if isinstance(x, Batches):
        return x
    if isinstance(x, PyDataset) or _is_indexed(x):
        _refuse(y, sample_weight, "PyDataset")
        return FromPyDataset(x, steps, shuffle, class_weight)
    if _are_arrays(x):
        return FromArrays(x, y, sample_weight, batch_size, steps, shuffle, class_weight)
    if isinstance(x, Iterator):
        _refuse(y, sample_weight, "generator")
        return FromIterator(x, steps, class_weight)
    if x is None:
        raise ValueError("x is None: expected arrays, a data set or a generator of batches")
    if isinstance(x, Iterable) and not isinstance(x, (list, tuple, dict, str, bytes)):
        _refuse(y, sample_weight, type(x).__name__)
        return FromIterable(x, steps, class_weight)
    more = "; np.array(x) makes an array of a list" if isinstance(x, (list, tuple)) else ""
    more = "; call the function, and give the generator" if callable(x) else more
    raise ValueError(f"Unrecognized data type: x={x!r:.80} (of type {type(x)}){more}")


def positive(value: Any, name: str) -> int:
    """A whole number above 0."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"Expected `{name}` to be a whole number above 0. Received: {name}={value!r:.80}")
    return int(value)


def _refuse(y: Any, sample_weight: Any, what: str) -> None:
    if y is not None:
        raise ValueError(f"When providing `x` as a {what}, `y` should not be passed. The targets come from x.")
    if sample_weight is not None:
        raise ValueError(
            f"When providing `x` as a {what}, `sample_weight` should not be passed. Instead, the weights come from x."
        )


def _is_indexed(x: Any) -> bool:
    """A class of the user's that is like PyDataset."""
    kind = type(x)
    return any(
        base.__name__ in ("Sequence", "PyDataset") and base.__module__ != "collections.abc" for base in kind.__mro__
    )


def _are_arrays(x: Any) -> bool:
    leaves = [leaf for leaf in flatten(_plain(x))[0] if leaf is not None]
    return bool(leaves) and all(
        isinstance(leaf, (np.ndarray, Base))
        or hasattr(leaf, "_cell")
        or hasattr(leaf, "to_numpy")
        or (hasattr(leaf, "__array__") and hasattr(leaf, "shape") and not hasattr(leaf, "element_spec"))
        for leaf in leaves
    )


def _plain(x: Any) -> Any:
    return dict(x) if isinstance(x, Mapping) else x


class Batches:
    """An epoch's batches. num_batches: how many, None if nobody knows."""

    num_batches: int | None = None
    steps: int | None = None
    class_weight: Any = None

    def epoch(self) -> Iterator[Any]:
        """The batches of one epoch."""
        raise NotImplementedError

    def end(self) -> None:
        """Called behind an epoch."""

    @property
    def count(self) -> int | None:
        """How many steps an epoch has, None if nobody knows."""
        return self.steps or self.num_batches

    def _standard(self, batch: Any) -> Any:
        """A batch as a tuple, with weights for its classes."""
        if isinstance(batch, list):
            batch = tuple(batch)
        if not isinstance(batch, tuple):
            batch = (batch,)
        if self.class_weight is not None:
            if len(batch) == 3 and batch[2] is not None:
                raise ValueError("You cannot specify `class_weight` and `sample_weight` at the same time.")
            if len(batch) >= 2:
                batch = (batch[0], batch[1], class_weights(batch[1], self.class_weight))
        return batch


class FromArrays(Batches):
    """Rows of arrays."""

    def __init__(
        self, x: Any, y: Any, weight: Any, size: int | None, steps: int | None, shuffle: Any, class_weight: Any
    ) -> None:
        if class_weight is not None:
            if weight is not None:
                raise ValueError("You cannot `class_weight` and `sample_weight` at the same time.")
            weight = class_weights(y, class_weight)
        given = [x, y, weight]
        while len(given) > 1 and given[-1] is None:
            given.pop()
        leaves, self._structure = flatten([_plain(part) for part in given])
        self._arrays = [None if leaf is None else array_of(leaf) for leaf in leaves]
        counts = {len(array) for array in self._arrays if array is not None}
        if len(counts) > 1:
            shapes = [tuple(array.shape) for array in self._arrays if array is not None]
            raise ValueError(
                f"Data cardinality is ambiguous. Make sure all arrays contain the same number of samples. {shapes}"
            )
        self._rows = counts.pop() if counts else 0
        if not self._rows:
            raise ValueError("Expected at least one row of data, found none")
        if size is None:
            size = ceil(self._rows / steps) if steps else 32
        self._size, self.steps, self._shuffle = positive(size, "batch_size"), steps, shuffle
        self.num_batches = ceil(self._rows / self._size)

    def epoch(self) -> Iterator[Any]:
        """The batches of one epoch."""
        order = None
        starts: Any = range(0, self._rows, self._size)
        if self._shuffle == "batch":
            starts = [start * self._size for start in _permutation(self.num_batches or 0)]
        elif self._shuffle:
            order = _permutation(self._rows)
        for start in starts:
            rows: Any = slice(start, min(start + self._size, self._rows))
            chosen = rows if order is None else order[rows]
            leaves = [None if array is None else array[chosen] for array in self._arrays]
            yield tuple(unflatten(self._structure, leaves))


class FromPyDataset(Batches):
    """Batches of a PyDataset."""

    def __init__(self, data: Any, steps: int | None, shuffle: Any, class_weight: Any) -> None:
        self._data, self.steps, self._shuffle, self.class_weight = data, steps, shuffle, class_weight
        found = getattr(data, "num_batches", None)
        self.num_batches = len(data) if found is None and hasattr(data, "__len__") else found

    def epoch(self) -> Iterator[Any]:
        """The batches of one epoch."""
        if hasattr(self._data, "on_epoch_begin"):
            self._data.on_epoch_begin()
        count = self.num_batches
        order: Any = itertools.count() if count is None else range(count)
        if self._shuffle and count is not None:
            order = _permutation(count)
        for index in order:
            yield self._standard(self._data[int(index)])

    def end(self) -> None:
        """Tells the data."""
        if hasattr(self._data, "on_epoch_end"):
            self._data.on_epoch_end()


class FromIterator(Batches):
    """Batches of a generator: it goes on from epoch to epoch."""

    def __init__(self, data: Iterator[Any], steps: int | None, class_weight: Any) -> None:
        self._data, self.steps, self.class_weight = data, steps, class_weight

    def epoch(self) -> Iterator[Any]:
        """The batches that are left."""
        for batch in self._data:
            yield self._standard(batch)


class FromIterable(Batches):
    """Batches of a data set, which begins anew for each epoch."""

    def __init__(self, data: Iterable[Any], steps: int | None, class_weight: Any) -> None:
        self._data, self.steps, self.class_weight = data, steps, class_weight
        count: Any = None
        if hasattr(data, "cardinality"):
            found = int(data.cardinality())
            count = found if found >= 0 else None
        elif hasattr(data, "__len__"):
            sized: Any = data
            count = len(sized)
        self.num_batches = count
        self._rest: Iterator[Any] | None = None

    def epoch(self) -> Iterator[Any]:
        """The batches of one epoch; with steps they go on where the last epoch has ended."""
        if self.steps is None:
            for batch in self._data:
                yield self._standard(batch)
            return
        if self._rest is None:
            self._rest = iter(self._data)
        yield from map(self._standard, self._rest)


class Epoch:
    """The steps of one epoch, several in one execution: iterating gives (first step, last step, batches)."""

    def __init__(self, batches: Batches, per_execution: int = 1) -> None:
        self._batches, self._per = batches, per_execution
        self.seen = 0

    def __iter__(self) -> Iterator[tuple[int, int, list[Any]]]:
        limit = self._batches.count if self._batches.steps else None
        source, step = self._batches.epoch(), 0
        while limit is None or step < limit:
            wanted = self._per if limit is None else min(self._per, limit - step)
            found = list(itertools.islice(source, wanted))
            if not found:
                break
            self.seen = step + len(found)
            yield step, step + self._per - 1, found
            step += self._per
        if limit is not None and self.seen < limit:
            warnings.warn(
                "Your input ran out of data; interrupting training. Make sure that your dataset or generator can "
                "generate at least `steps_per_epoch * epochs` batches. You may need to use the `.repeat()` function "
                "when building your dataset.",
                stacklevel=3,
            )
            if hasattr(self._batches, "_rest"):
                self._batches._rest = None
        if self._batches.num_batches is None and not self._batches.steps:
            self._batches.num_batches = self.seen
        self._batches.end()


# -------------------------------------------------------------------- arrays


_READY = {np.dtype(name): name for name in ("bool", "uint8", "int32", "int64", "float32", "float64", "float16")}


def is_ready(array: Any) -> bool:
    """Whether array_of would give the array as it is."""
    name = _READY.get(array.dtype)
    return name is not None and (array.dtype.kind != "f" or name == _policies.floatx())


def array_of(value: Any) -> Any:
    """An array of one of the engine's dtypes; floats have Keras' dtype of floats."""
    if hasattr(value, "_cell") or isinstance(value, Base):
        value = np.asarray(value)
    elif hasattr(value, "to_numpy"):
        value = value.to_numpy()
    array = np.asarray(value)
    if array.dtype.kind == "f":
        wanted = _policies.floatx()
        return array if wanted == "bfloat16" or array.dtype.name == wanted else array.astype(wanted)
    if array.dtype.kind in "OSU":
        raise ValueError(
            f"Failed to convert a NumPy array to a Tensor (Unsupported object type {array.dtype}); strings and objects "
            "are not trained on: give numbers"
        )
    wider = _WIDER.get(array.dtype.name)
    return array if wider is None else array.astype(wider)


def _permutation(count: int) -> Any:
    from .._random import randperm

    return randperm(count).numpy()


def train_validation_split(arrays: Any, validation_split: float) -> tuple[Any, Any]:
    """The first rows to train on, and the last to validate on."""
    if not isinstance(validation_split, (int, float)) or not 0 < validation_split < 1:
        raise ValueError(
            "Expected `validation_split` to be a number between 0 and 1. "
            f"Received: validation_split={validation_split!r:.80}"
        )
    leaves, structure = flatten([_plain(part) for part in arrays])
    if not _are_arrays([leaf for leaf in leaves if leaf is not None]):
        kinds = [type(leaf) for leaf in leaves if leaf is not None]
        raise ValueError(
            "Argument `validation_split` is only supported for tensors or NumPy arrays. Found incompatible type in the "
            f"input: {kinds}"
        )
    found = [None if leaf is None else array_of(leaf) for leaf in leaves]
    rows = len(next(leaf for leaf in found if leaf is not None))
    at = floor(rows * (1.0 - validation_split))
    if at == 0 or at == rows:
        raise ValueError(
            f"Training data contains {rows} samples, which is not sufficient to split it into a validation and "
            f"training set as specified by `validation_split={validation_split}`. Either provide more data, or a "
            "different value for the `validation_split` argument."
        )
    first = [None if leaf is None else leaf[:at] for leaf in found]
    last = [None if leaf is None else leaf[at:] for leaf in found]
    return tuple(unflatten(structure, first)), tuple(unflatten(structure, last))


def class_weights(y: Any, weights: Any) -> Any:
    """A weight for each row, by its class: whole numbers, or rows of which the largest is the class."""
    if not isinstance(weights, Mapping):
        raise ValueError(
            f"Expected `class_weight` to be a dict from class to weight. Received: class_weight={weights!r:.80}"
        )
    if isinstance(y, (list, tuple, dict)):
        raise ValueError("`class_weight` is only supported for Models with a single output.")
    labels = np.asarray(y)
    if (
        labels.ndim >= 2
        and labels.shape[-1] > 1
        and labels.dtype.kind == "f"
        or labels.ndim == 2
        and labels.shape[-1] > 1
    ):
        labels = labels.argmax(-1)
    labels = labels.reshape(labels.shape[0], -1)[:, 0] if labels.ndim == 2 and labels.shape[-1] == 1 else labels
    kind = _policies.floatx()
    found = np.ones(labels.shape, "float32" if kind == "bfloat16" else kind)
    for label, weight in weights.items():
        found[labels == label] = weight
    return found
