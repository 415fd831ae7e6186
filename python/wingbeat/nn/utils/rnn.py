"""Sequences of several lengths in one batch: padded, or packed without the padding, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex

import numpy as np

from ..._creation import full
from ..._errors import ArgumentError, ShapeError
from ..._naming import listing
from ..._picking import index_select
from ..._shaping import cat, stack
from ..._tensor import Tensor, as_tensor

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..._typing import Array, Real, TensorLike

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]
__dir__ = listing(__name__)


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None


class PackedSequence(_Fields):
    """Sequences without padding: the first steps of all, the longest first, then the second steps, and so on.

    data [all steps, ...]; batch_sizes [steps], int64: how many sequences have that step; sorted_indices [n]: where each
    sequence was before it was sorted by length, and unsorted_indices, where it is now; None if it was not.
    pack_padded_sequence and pack_sequence make one, recurrent layers take and give them.
    """

    def __new__(
        cls,
        data: TensorLike,
        batch_sizes: TensorLike | None = None,
        sorted_indices: TensorLike | None = None,
        unsorted_indices: TensorLike | None = None,
    ) -> Self:
        if batch_sizes is None and isinstance(data, (tuple, list)) and len(data) == 2:
            data, batch_sizes = data
        if batch_sizes is None:
            raise ArgumentError("PackedSequence: expected data and batch_sizes, found no batch_sizes")
        if unsorted_indices is None and sorted_indices is not None:
            unsorted_indices = invert_permutation(as_tensor(sorted_indices))
        return super().__new__(
            cls,
            as_tensor(data),
            as_tensor(batch_sizes),
            None if sorted_indices is None else as_tensor(sorted_indices),
            None if unsorted_indices is None else as_tensor(unsorted_indices),
        )

    def _with(self, data: Tensor) -> PackedSequence:
        """The same places with other values."""
        twin = PackedSequence(data, self.batch_sizes, self.sorted_indices, self.unsorted_indices)
        if "_sizes" in self.__dict__:
            twin.__dict__["_sizes"] = self.__dict__["_sizes"]
        return twin

    def _steps(self) -> Array:
        """batch_sizes as numbers: what tensors are made of it has to be known where it is recorded."""
        if "_sizes" not in self.__dict__:
            self.__dict__["_sizes"] = self.batch_sizes.numpy()
        found: Array = self.__dict__["_sizes"]
        return found

    def _with_padded(self, padded: Tensor, batch_first: bool) -> PackedSequence:
        """Padded values, in the order of this one, in its places."""
        return self._with(_pack(padded.transpose(0, 1) if batch_first else padded, self._steps()))

    def _padded(self, padding_value: Real = 0.0, total_length: int | None = None) -> Tensor:
        """[steps, n, ...] in the order of this one."""
        sizes, data = self._steps(), self.data
        steps, rows = len(sizes) if total_length is None else total_length, int(sizes[0])
        starts = np.cumsum(sizes) - sizes
        # What is no part of a sequence is a row of its own, behind the others.
        places = np.full((steps, rows), data.shape[0])
        for step, (start, size) in enumerate(zip(starts, sizes)):
            places[step, :size] = start + np.arange(size)
        if (places == data.shape[0]).any():
            data = cat([data, full((1, *data.shape[1:]), padding_value, dtype=data.dtype)])
        return index_select(data, 0, as_tensor(places.reshape(-1))).reshape((steps, rows, *data.shape[1:]))

    def _lengths(self) -> Tensor:
        """How long each sequence is, in the order of this one: int64 [n]."""
        sizes = self._steps()
        return as_tensor((sizes[:, None] > np.arange(sizes[0])[None, :]).sum(0))

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with its data in another dtype."""
        return self._with(self.data.to(*args, **kwargs))

    def cpu(self) -> PackedSequence:
        """The sequence itself."""
        return self

    def double(self) -> PackedSequence:
        """The same with its data as float64."""
        return self.to("float64")

    def float(self) -> PackedSequence:
        """The same with its data as float32."""
        return self.to("float32")

    @property
    def is_cuda(self) -> bool:
        """False: this build has no GPU."""
        return False


def invert_permutation(permutation: TensorLike | None) -> Tensor | None:
    """Where each place went: the permutation that undoes another."""
    if permutation is None:
        return None
    places = as_tensor(permutation).numpy()
    inverse = np.empty_like(places)
    inverse[places] = np.arange(len(places))
    return as_tensor(inverse)


def _whole(lengths: Any, name: str) -> Array:
    try:
        found = np.asarray(lengths.numpy() if isinstance(lengths, Tensor) else lengths)
        if found.ndim != 1 or not (np.issubdtype(found.dtype, np.integer) or (found == found.astype("int64")).all()):
            raise TypeError
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected whole numbers as lengths, found {lengths!r:.80}") from None
    return found.astype(np.int64)


def _steps_of(lengths: Array) -> Array:
    """How many of the sequences have each step, from their lengths."""
    found: Array = (np.arange(lengths.max())[:, None] < lengths[None, :]).sum(1)
    return found


def pack_padded_sequence(
    input: TensorLike, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Packs padded sequences [steps, n, ...], or [n, steps, ...] with batch_first, of given lengths.

    enforce_sorted: they have to come with the longest first; with False they are sorted, and come out of
    pad_packed_sequence as they went in. The lengths are looked at: what is compiled is compiled for them.
    """
    x, numbers = as_tensor(input), _whole(lengths, "pack_padded_sequence")
    if x.dim() < 2:
        raise ShapeError(f"pack_padded_sequence: expected an input of two axes at least, found {list(x.shape)}")
    if batch_first:
        x = x.transpose(0, 1)
    steps, rows = x.shape[:2]
    if numbers.shape != (rows,):
        raise ShapeError(f"pack_padded_sequence: expected {rows} lengths, found {numbers.size}")
    if not rows or numbers.min() < 1 or numbers.max() > steps:
        raise ArgumentError(f"pack_padded_sequence: expected lengths from 1 to {steps}, found {numbers.tolist()!s:.80}")
    order = None
    if not enforce_sorted:
        order = np.argsort(-numbers, kind="stable")
        numbers = numbers[order]
        x = index_select(x, 1, as_tensor(order))
    elif (numbers[1:] > numbers[:-1]).any():
        raise ArgumentError(
            "pack_padded_sequence: expected the longest sequence first, found lengths in another order; "
            "enforce_sorted=False sorts them"
        )
    sizes = _steps_of(numbers)
    sorted_indices = None if order is None else as_tensor(order)
    whole = PackedSequence(
        _pack(x, sizes),
        as_tensor(sizes),
        sorted_indices,
        None if order is None else as_tensor(np.argsort(order, kind="stable")),
    )
    whole.__dict__["_sizes"] = sizes
    return whole


def _pack(x: Tensor, sizes: Array) -> Tensor:
    """What is no padding of [steps, n, ...], step by step."""
    rows = x.shape[1]
    places = np.concatenate([step * rows + np.arange(size) for step, size in enumerate(sizes)])
    return index_select(x.reshape((x.shape[0] * rows, *x.shape[2:])), 0, as_tensor(places))


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: Real = 0.0,
    total_length: SupportsIndex | None = None,
) -> tuple[Tensor, Tensor]:
    """(padded, lengths) of a packed sequence: [steps, n, ...], or [n, steps, ...] with batch_first, and int64 [n].

    total_length: how many steps there are to be, at least those of the longest.
    """
    if not isinstance(sequence, PackedSequence):
        raise TypeError(f"pad_packed_sequence: expected a PackedSequence, found {type(sequence).__name__}")
    total = None if total_length is None else total_length.__index__()
    if total is not None and total < len(sequence._steps()):
        raise ArgumentError(
            f"pad_packed_sequence: expected total_length of {len(sequence._steps())} at least, found {total}"
        )
    padded, lengths = sequence._padded(padding_value, total), sequence._lengths()
    if sequence.unsorted_indices is not None:
        padded = index_select(padded, 1, sequence.unsorted_indices)
        lengths = index_select(lengths, 0, sequence.unsorted_indices)
    return (padded.transpose(0, 1) if batch_first else padded), lengths


def _sequences(given: Any, name: str) -> list[Tensor]:
    if isinstance(given, Tensor):
        return list(given.unbind(0))
    if not isinstance(given, Iterable):
        raise TypeError(f"{name}: expected tensors one after the other, found {given!r:.80}")
    found = [as_tensor(sequence) for sequence in given]
    if not found or any(not sequence.dim() for sequence in found):
        raise ArgumentError(f"{name}: expected tensors with a first axis, of which there is one at least")
    return found


def pad_sequence(
    sequences: Iterable[TensorLike], batch_first: bool = False, padding_value: Real = 0.0, padding_side: str = "right"
) -> Tensor:
    """Sequences [steps, ...] of several lengths beside each other: [longest, n, ...], or [n, longest, ...] with
    batch_first.

    padding_side: "right" or "left", where the padding goes.
    """
    if padding_side not in ("left", "right"):
        raise ArgumentError(f"pad_sequence: expected padding_side 'left' or 'right', found {padding_side!r:.80}")
    found = _sequences(sequences, "pad_sequence")
    longest = max(sequence.shape[0] for sequence in found)
    rows = []
    for sequence in found:
        rest = longest - sequence.shape[0]
        if rest:
            padding = full((rest, *sequence.shape[1:]), padding_value, dtype=sequence.dtype)
            sequence = cat([sequence, padding] if padding_side == "right" else [padding, sequence])
        rows.append(sequence)
    return stack(rows, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: TensorLike, lengths: Any, batch_first: bool = False) -> list[Tensor]:
    """The sequences of a padded tensor, each of its length."""
    x = as_tensor(padded_sequences)
    rows = x if batch_first else x.transpose(0, 1)
    return [row[: int(length)] for row, length in zip(rows.unbind(0), _whole(lengths, "unpad_sequence"))]


def pack_sequence(sequences: Iterable[TensorLike], enforce_sorted: bool = True) -> PackedSequence:
    """Packs sequences [steps, ...] of several lengths, the longest first; enforce_sorted=False sorts them."""
    found = _sequences(sequences, "pack_sequence")
    return pack_padded_sequence(
        pad_sequence(found), [sequence.shape[0] for sequence in found], enforce_sorted=enforce_sorted
    )


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed one, as they went into it."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences, batch_first=True), batch_first=True)
