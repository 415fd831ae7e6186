"""Keras's helpers: labels as one-hot rows, sequences of one length, seeds, data sets in parts, configs of objects."""

from __future__ import annotations

import random as _random
from typing import TYPE_CHECKING, Any

import numpy as np

from ..tf._tensor import convert, op
from ._serialization import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)

if TYPE_CHECKING:
    pass

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "img_to_array",
    "normalize",
    "pad_sequences",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "timeseries_dataset_from_array",
    "to_categorical",
]


def _is_tensor(x: Any) -> bool:
    from .._tensor import Tensor

    return isinstance(x, Tensor) or hasattr(x, "_cell")


@op
def _one_hot(x: Any, num_classes: int | None) -> Any:
    from .. import one_hot

    labels = convert(x)
    if len(labels.shape) > 1 and labels.shape[-1] == 1:
        labels = labels.squeeze(-1)
    return one_hot(labels.to("int64"), num_classes if num_classes else -1).to("float32")


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Labels as rows that are 1 at the label's place and 0 elsewhere, [..., classes]: a NumPy array, or a tensor for a
    tensor. num_classes: by default the largest label and one more."""
    if _is_tensor(x):
        return _one_hot(x, num_classes)
    labels = np.array(x, dtype="int64")
    shape = labels.shape[:-1] if len(labels.shape) > 1 and labels.shape[-1] == 1 else labels.shape
    labels = labels.reshape(-1)
    classes = num_classes or int(labels.max()) + 1
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels] = 1
    return rows.reshape((*shape, classes))


@op
def _normalized(x: Any, axis: int, order: float) -> Any:
    from .constraints import EPSILON, unit

    given = convert(x)
    if order == 2:
        return unit(given, axis)
    return given / given.norm(order, axis, keepdim=True).clamp(min=EPSILON)


def normalize(x: Any, axis: int = -1, order: float = 2) -> Any:
    """x over its norm along an axis: a NumPy array for an array, else a tensor. What is 0 everywhere stays so."""
    if not isinstance(x, np.ndarray):
        return _normalized(x, axis, order)
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis or -1)


def set_random_seed(seed: int) -> None:
    """Seeds the library's, NumPy's and Python's random numbers."""
    from .. import manual_seed

    if not isinstance(seed, int):
        raise ValueError(f"Expected `seed` argument to be an integer. Received: seed={seed} (of type {type(seed)})")
    _random.seed(seed)
    np.random.seed(seed)
    manual_seed(seed)


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> Any:
    """Sequences as one array, [sequences, maxlen, ...]: shorter ones with `value` before (or after) them, longer ones
    without their beginning (or end)."""
    if not hasattr(sequences, "__len__"):
        raise ValueError("`sequences` must be iterable.")
    for what, word in (("Truncating", truncating), ("Padding", padding)):
        if word not in ("pre", "post"):
            raise ValueError(f'{what} type "{word}" not understood')
    for sequence in sequences:
        if not hasattr(sequence, "__len__"):
            raise ValueError(f"`sequences` must be a list of iterables. Found non-iterable: {sequence}")
    if isinstance(value, str) and dtype is not object and np.dtype(dtype).kind not in "SU":
        raise ValueError(
            f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}\nYou should set `dtype=object` for "
            "variable length strings."
        )
    length = max((len(sequence) for sequence in sequences), default=0) if maxlen is None else maxlen
    shape = next((np.asarray(sequence).shape[1:] for sequence in sequences if len(sequence)), ())
    found = np.full((len(sequences), length, *shape), value, dtype=dtype)
    for place, sequence in enumerate(sequences):
        kept = sequence[-length:] if truncating == "pre" else sequence[:length]
        rows = np.asarray(kept if length else [], dtype=dtype)
        if not len(rows):
            continue
        if rows.shape[1:] != shape:
            raise ValueError(
                f"Shape of sample {rows.shape[1:]} of sequence at position {place} is different from expected shape "
                f"{shape}"
            )
        if padding == "post":
            found[place, : len(rows)] = rows
        else:
            found[place, -len(rows) :] = rows
    return found


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Any:
    """A tf.data.Dataset of windows of a series: [batch, sequence_length, ...], with targets if there are any.

    sequence_stride: steps between the beginnings of two windows. sampling_rate: steps between two elements of a window.
    start_index, end_index: the part of the data that is used.
    """
    from ..tf import data as tf_data

    count = len(data)
    limits = (("start_index", start_index, 0), ("end_index", end_index, 1), ("sampling_rate", sampling_rate, 1))
    for name, number, least in (*limits, ("sequence_stride", sequence_stride, 1)):
        if number is not None and not least <= number < count:
            raise ValueError(
                f"`{name}` must be from {least} on and lower than the length of the data. Received: {name}={number}, "
                f"for data of length {count}"
            )
    if start_index and end_index and end_index <= start_index:
        raise ValueError(
            f"`end_index` must be higher than `start_index`. Received: start_index={start_index}, and "
            f"end_index={end_index} "
        )
    if format != "tf":
        raise ValueError(f'`format` should be "tf"; there is no grain here. Received: format={format}')
    first, last = start_index or 0, count if end_index is None else end_index
    windows = last - first - (sequence_length - 1) * sampling_rate
    if targets is not None:
        windows = min(windows, len(targets))
    starts = np.arange(0, max(windows, 0), sequence_stride)
    if shuffle:
        seed = int(np.random.randint(1000000)) if seed is None else seed
        np.random.RandomState(seed).shuffle(starts)
    rows = np.asarray(data)[first:last]
    labels = None if targets is None else np.asarray(targets)[first:]
    inside = np.arange(sequence_length) * sampling_rate

    def window(start: Any) -> Any:
        place = int(start)
        picked = rows[place + inside]
        return picked if labels is None else (picked, labels[place])

    parts = [window(start) for start in starts]
    whole: Any
    if labels is None:
        whole = np.stack(parts) if parts else np.zeros((0, sequence_length, *rows.shape[1:]), rows.dtype)
    else:
        columns: list[Any] = list(zip(*parts)) if parts else [[], []]
        whole = tuple(np.stack(column) if len(column) else np.zeros((0,)) for column in columns)
    dataset: Any = tf_data.Dataset.from_tensor_slices(whole)
    if batch_size is None:
        return dataset.shuffle(1024, seed=seed) if shuffle else dataset
    if shuffle:
        dataset = dataset.shuffle(batch_size * 8, seed=seed)
    return dataset.batch(batch_size)


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """Two tf.data.Datasets of the elements of a data set, or of the rows of arrays.

    left_size, right_size: how many each gets, or (a float) which share of all; one of them says the other.
    """
    from ..tf import data as tf_data

    elements = _elements(dataset)
    if shuffle:
        _random.Random(seed).shuffle(elements)
    left, right = _sizes(left_size, right_size, len(elements))
    halves = [elements[:left], elements[len(elements) - right :]]

    def packed(rows: list[Any]) -> Any:
        if rows and isinstance(rows[0], tuple):
            return tuple(np.stack(column) for column in zip(*rows))
        return np.stack(rows)

    found = [tf_data.Dataset.from_tensor_slices(packed(rows)) for rows in halves]
    return found[0], found[1]


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> Any:
    """An image [h, w] or [h, w, c], of Pillow's or an array, as an array of floats [h, w, c], or [c, h, w] for
    data_format 'channels_first'."""
    if data_format not in (None, "channels_last", "channels_first"):
        raise ValueError(f"Unknown data_format: {data_format}")
    array = np.asarray(img, dtype=dtype or "float32")
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3:
        raise ValueError(f"Unsupported image shape: {array.shape}")
    return array.transpose(2, 0, 1) if data_format == "channels_first" else array


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype, as Keras writes it; of None that of floats."""
    from . import _policies

    return _policies.dtype_name(dtype)


def _elements(dataset: Any) -> list[Any]:
    if hasattr(dataset, "as_numpy_iterator"):
        return list(dataset.as_numpy_iterator())
    if isinstance(dataset, tuple):
        columns = [np.asarray(column) for column in dataset]
        return list(zip(*columns))
    if isinstance(dataset, (list, np.ndarray)) or _is_tensor(dataset):
        if isinstance(dataset, list) and dataset and isinstance(dataset[0], np.ndarray):
            return [tuple(row) for row in zip(*dataset)]
        return list(np.asarray(dataset))
    if hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__"):
        return [dataset[place] for place in range(len(dataset))]
    raise TypeError(
        "split_dataset: expected a tf.data.Dataset, arrays, or an object with __len__ and __getitem__, found "
        f"{type(dataset).__name__}"
    )


def _sizes(left: float | None, right: float | None, total: int) -> tuple[int, int]:
    def number(size: float | None, name: str) -> int | None:
        if size is None:
            return None
        if isinstance(size, bool) or not isinstance(size, (int, float)):
            raise TypeError(f"Invalid `{name}` type. Expected: integer or float or None. Received: {type(size)}. ")
        if size < 0 or (isinstance(size, float) and not 0 < size < 1) or (isinstance(size, int) and size >= total):
            raise ValueError(
                f"`{name}` should be either a positive integer smaller than {total} or a float in the range `[0, 1]`. "
                f"Received: {name}={size}"
            )
        return round(size * total) if isinstance(size, float) else size

    first, second = number(left, "left_size"), number(right, "right_size")
    if first is None and second is None:
        raise ValueError(
            "At least one of the `left_size` or `right_size` must be specified. Received: left_size=None and "
            "right_size=None"
        )
    first = total - (second or 0) if first is None else first
    second = total - first if second is None else second
    if first + second > total:
        raise ValueError(
            "The sum of `left_size` and `right_size` must be smaller than the total number of elements. Received: "
            f"left_size={left}, right_size={right}, and there are {total}"
        )
    if not first or not second:
        raise ValueError(f"With `dataset` of length={total}, `left_size`={left} and `right_size`={right}, one is empty")
    return first, second


_ELSEWHERE = {
    "Progbar": "_bar", "PyDataset": "_data", "Sequence": "_data", "pack_x_y_sample_weight": "_data",
    "unpack_x_y_sample_weight": "_data", "clear_session": "backend", "is_keras_tensor": "backend",
}  # fmt: skip

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        if name in _ELSEWHERE:
            home = import_module(f"{__package__}.{_ELSEWHERE[name]}")
            found = getattr(home, "PyDataset" if name == "Sequence" else name, None)
            if found is not None:
                return found
        from ._absent import sentence

        raise AttributeError(sentence(__name__, name))
