"""Elements of data sets: tuples, dicts and named tuples whose leaves are arrays or tensors. A list is a leaf."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._tensor import Tensor as Base
from .. import _dtypes
from .._creating import convert_to_tensor
from .._reshaping import stack as stack_tensors
from .._shapes import TensorShape, TensorSpec
from .._tensor import convert, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def leaves_of(structure: Any) -> list[Any]:
    """The leaves of an element, dicts in the order of their keys."""
    if isinstance(structure, Mapping):
        return [leaf for key in sorted(structure) for leaf in leaves_of(structure[key])]
    if isinstance(structure, tuple) and not isinstance(structure, TensorShape):
        return [leaf for part in structure for leaf in leaves_of(part)]
    return [structure]


def packed(structure: Any, leaves: Iterator[Any]) -> Any:
    """Leaves in the places of a structure's."""
    if isinstance(structure, Mapping):
        found = {key: packed(structure[key], leaves) for key in sorted(structure)}
        return {key: found[key] for key in structure}
    if isinstance(structure, tuple) and not isinstance(structure, TensorShape):
        parts = [packed(part, leaves) for part in structure]
        kind: Any = type(structure)
        return kind(*parts) if hasattr(kind, "_fields") else tuple(parts)
    return next(leaves)


def mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    """function of each leaf, in the structure."""
    return packed(structure, iter([function(leaf) for leaf in leaves_of(structure)]))


def array_of(value: Any) -> Any:
    """A leaf as an array, in TensorFlow's dtype; a data set in an element stays as it is."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.dtype != np.float16:
        return value
    if isinstance(value, Base) or hasattr(value, "_cell"):
        return np.asarray(wrap(convert(value)))
    from ._base import Base as AnyDataset

    if isinstance(value, AnyDataset):
        return value
    if (
        isinstance(value, (str, bytes))
        or isinstance(value, (list, np.ndarray))
        and np.asarray(value).dtype.kind in "US"
    ):
        raise TypeError(_dtypes.missing("string"))
    return np.asarray(wrap(convert(value)))


def tensor_of(leaf: Any) -> Any:
    """A leaf as a tensor; a data set in an element stays as it is."""
    if isinstance(leaf, (np.ndarray, np.generic)):
        return convert_to_tensor(leaf)
    if isinstance(leaf, Base):
        return wrap(leaf)
    from ._base import Base as AnyDataset

    return leaf if isinstance(leaf, AnyDataset) or leaf is None else convert_to_tensor(leaf)


def tensors_of(element: Any) -> Any:
    """An element with its leaves as tensors."""
    return mapped(tensor_of, element)


def stacked(elements: list[Any]) -> Any:
    """Elements joined along a new first axis."""
    columns = zip(*[leaves_of(element) for element in elements])
    return packed(elements[0], iter([_joined(list(column)) for column in columns]))


def _joined(leaves: list[Any]) -> Any:
    shapes = {tuple(leaf.shape) for leaf in leaves}
    if len(shapes) > 1:
        from ..errors import InvalidArgumentError

        raise InvalidArgumentError(
            f"Cannot batch tensors with different shapes: {', '.join(str(list(shape)) for shape in sorted(shapes))}; "
            "padded_batch fills them up"
        )
    if all(isinstance(leaf, np.ndarray) for leaf in leaves):
        return np.stack(leaves)
    return stack_tensors([tensor_of(leaf) for leaf in leaves])


def spec_of(element: Any) -> Any:
    """TensorSpecs in the structure of an element."""
    return mapped(_leaf_spec, element)


def _leaf_spec(leaf: Any) -> Any:
    from ._base import Base as AnyDataset
    from ._base import DatasetSpec

    if isinstance(leaf, AnyDataset):
        return DatasetSpec(leaf.element_spec)
    if isinstance(leaf, np.ndarray):
        return TensorSpec(leaf.shape, leaf.dtype)
    tensor = convert(leaf)
    return TensorSpec(tuple(tensor.shape), tensor.dtype)


def batch_spec(spec: Any, size: int | None) -> Any:
    """The specs of a batch."""
    return mapped(
        lambda leaf: TensorSpec((size, *leaf.shape), leaf.dtype) if isinstance(leaf, TensorSpec) else leaf, spec
    )


def row_spec(spec: Any) -> Any:
    """The specs of a row of a batch."""
    return mapped(lambda leaf: TensorSpec(tuple(leaf.shape)[1:], leaf.dtype), spec)


def loosened(spec: Any, before: Any, element: Any) -> Any:
    """The specs of what a function gave, with the extents left open that were so in what it was given."""
    unknown = {
        extent
        for leaf, given in zip(leaves_of(before), leaves_of(element))
        if isinstance(leaf, TensorSpec) and isinstance(given, Base)
        for known, extent in zip(leaf.shape, given.shape)
        if known is None
    }
    if not unknown:
        return spec

    def open_first(leaf: Any) -> Any:
        shape = tuple(leaf.shape)
        return TensorSpec((None, *shape[1:]), leaf.dtype) if shape and shape[0] in unknown else leaf

    return mapped(open_first, spec)


def shapes_of(shapes: Any, count: int) -> list[Any]:
    """A shape for each of so many leaves."""
    if count == 1 and not (isinstance(shapes, (tuple, dict)) and not _is_shape(shapes)):
        return [shapes]
    return _shape_leaves(shapes)


def _is_shape(value: Any) -> bool:
    return isinstance(value, (TensorShape, list)) or (
        isinstance(value, tuple) and all(extent is None or isinstance(extent, int) for extent in value)
    )


def _shape_leaves(shapes: Any) -> list[Any]:
    if isinstance(shapes, dict):
        return [leaf for key in sorted(shapes) for leaf in _shape_leaves(shapes[key])]
    if shapes is None or _is_shape(shapes):
        return [shapes]
    return [leaf for part in shapes for leaf in _shape_leaves(part)]
