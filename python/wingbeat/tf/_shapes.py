"""TensorShape and TensorSpec, as TensorFlow's."""

from __future__ import annotations

import operator
from typing import Any

from . import _dtypes


class TensorShape(tuple):  # type: ignore[type-arg]
    """The extents of a tensor's axes. None stands for one that is not known. TensorShape(None) has an unknown rank."""

    def __new__(cls, dims: Any = None) -> TensorShape:
        if isinstance(dims, TensorShape):
            return dims
        if dims is None:
            return tuple.__new__(_Unknown)
        if hasattr(dims, "__index__") and not hasattr(dims, "__len__"):
            dims = (dims,)
        return tuple.__new__(cls, [None if extent is None else operator.index(extent) for extent in dims])

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        return tuple.__repr__(tuple(self))

    def __eq__(self, other: object) -> bool:
        if other is None:
            return False
        try:
            return tuple.__eq__(self, tuple(TensorShape(other)))
        except TypeError:
            return NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __getitem__(self, key: Any) -> Any:
        found = tuple.__getitem__(self, key)
        return TensorShape(found) if isinstance(key, slice) else found

    def __add__(self, other: Any) -> TensorShape:
        return TensorShape(tuple.__add__(self, tuple(TensorShape(other))))

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other) + self

    def concatenate(self, other: Any) -> TensorShape:
        """These extents and then others."""
        return TensorShape(self + other)

    @property
    def rank(self) -> int | None:
        """Number of axes."""
        return len(self)

    ndims = rank

    @property
    def dims(self) -> list[Any] | None:
        """The extents as a list."""
        return list(self)

    def as_list(self) -> list[int | None]:
        """The extents as a list."""
        return list(self)

    def num_elements(self) -> int | None:
        """The product of the extents; None if one is unknown."""
        count = 1
        for extent in self:
            if extent is None:
                return None
            count *= extent
        return count

    def is_fully_defined(self) -> bool:
        """Whether all extents are known."""
        return None not in tuple(self)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether both may be of one tensor."""
        other = TensorShape(other)
        if self.rank is None or other.rank is None:
            return True
        return len(self) == len(other) and all(a is None or b is None or a == b for a, b in zip(self, other))

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raises ValueError where the two do not fit."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible")

    def assert_has_rank(self, rank: int) -> None:
        """Raises ValueError for another number of axes."""
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def assert_same_rank(self, other: Any) -> None:
        """Raises ValueError for another number of axes."""
        other = TensorShape(other)
        if None not in (self.rank, other.rank) and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_is_fully_defined(self) -> None:
        """Raises ValueError where an extent is unknown."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def with_rank(self, rank: int) -> TensorShape:
        """The shape, which must have so many axes."""
        if self.rank is None:
            return TensorShape([None] * rank)
        self.assert_has_rank(rank)
        return self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """The shape, which must have so many axes or more."""
        if self.rank is not None and self.rank < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def merge_with(self, other: Any) -> TensorShape:
        """What is known of both together."""
        other = TensorShape(other)
        self.assert_is_compatible_with(other)
        if self.rank is None or other.rank is None:
            return TensorShape(other if self.rank is None else self)
        return TensorShape([b if a is None else a for a, b in zip(self, other)])


class _Unknown(TensorShape):
    """A shape of which nothing is known."""

    def __new__(cls, dims: Any = None) -> _Unknown:
        return tuple.__new__(cls)

    def __repr__(self) -> str:
        return "TensorShape(None)"

    def __str__(self) -> str:
        return "<unknown>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Unknown)

    __hash__ = tuple.__hash__

    @property
    def rank(self) -> int | None:
        return None

    ndims = rank

    @property
    def dims(self) -> list[Any] | None:
        return None

    def as_list(self) -> list[int | None]:
        raise ValueError("as_list() is not defined on an unknown TensorShape.")

    def num_elements(self) -> int | None:
        return None

    def is_fully_defined(self) -> bool:
        return False

    def __add__(self, other: Any) -> TensorShape:
        return self


class TensorSpec:
    """What a tensor is like: shape, dtype and name."""

    __slots__ = ("shape", "dtype", "name")

    def __init__(self, shape: Any, dtype: Any = _dtypes.float32, name: str | None = None) -> None:
        self.shape, self.dtype, self.name = TensorShape(shape), _dtypes.as_dtype(dtype), name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """What that tensor is like."""
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        """The same, under a name."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether a tensor, or a spec, is like this."""
        return self.dtype == other.dtype and self.shape.is_compatible_with(other.shape)

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TensorSpec)
            and self.shape == other.shape
            and self.dtype == other.dtype
            and self.name == other.name
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape to which two shapes broadcast."""
    result: list[Any] = []
    x, y = list(TensorShape(shape_x)), list(TensorShape(shape_y))
    width = max(len(x), len(y))
    for a, b in zip([1] * (width - len(x)) + x, [1] * (width - len(y)) + y):
        if a != b and 1 not in (a, b) and None not in (a, b):
            raise ValueError(f"Incompatible shapes for broadcasting: {TensorShape(x)} and {TensorShape(y)}")
        result.append(b if a == 1 or a is None and b not in (1, None) else a)
    return TensorShape(result)


def dimension_value(dimension: Any) -> Any:
    """The extent itself."""
    return dimension
