"""Symbolic tensors: what stands for a value while a functional model is written down.

The shape of a result is found by recording the call on tensors of two sizes: an extent that is the same at both is
known, another may be of any size. The engine computes nothing, as nobody asks for the values.
"""

from __future__ import annotations

from ctypes import c_uint64
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _abi
from .._errors import Error
from .._library import check, lib
from .._modes import Block
from .._tensor import Tensor as Base
from .._tree import flatten, unflatten
from ..tf import _recording
from ..tf._tensor import wrap
from . import _masks, _names, _policies

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._typing import Shape

# Sizes of extents that are not known: of the batch, and of the axes behind it. Small ones are tried first; models with
# many strides need the large ones.
_SIZES = ((24, 48), (36, 60)), ((24, 480), (36, 576))
_PROBING = Block(_abi.WB_BLOCK_EVALUATION | _abi.WB_BLOCK_GRAD_OFF)


class History(NamedTuple):
    """Where a symbolic tensor comes from."""

    operation: Any
    node_index: int
    tensor_index: int


def _ops() -> Any:
    from . import ops

    return ops


class KerasTensor:
    """A symbolic tensor: shape (None for an extent that may be any), dtype, name."""

    __array_priority__ = 300
    # By which tensors know that the operator is not theirs.
    _symbolic_tensor = True

    def __init__(self, shape: Any, dtype: Any = "float32", sparse: bool = False, name: str | None = None) -> None:
        self.shape: Shape = tuple(shape)
        self.dtype = _policies.dtype_name(dtype)
        self.name = name or _names.automatic("keras_tensor")
        self.sparse = bool(sparse)
        self._keras_history: Any = None
        self._keras_mask: Any = None

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    rank = ndim

    def get_shape(self) -> Shape:
        """The shape."""
        return self.shape

    def __repr__(self) -> str:
        kinds = f"sparse={self.sparse}, ragged=False"
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, {kinds}, name={self.name}>"

    def __array__(self, dtype: Any = None) -> Any:
        raise ValueError(
            "A KerasTensor is symbolic: it's a placeholder for a shape an a dtype. It doesn't have any actual "
            "numerical value. You cannot convert it to a NumPy array."
        )

    def __iter__(self) -> Any:
        raise TypeError("Iterating over a symbolic KerasTensor is not supported.")

    def __bool__(self) -> bool:
        raise TypeError("A symbolic KerasTensor cannot be used as a boolean.")

    def __len__(self) -> int:
        raise TypeError("A symbolic KerasTensor has no length; its shape is known: tensor.shape.")

    def reshape(self, newshape: Any) -> Any:
        """The tensor in another shape."""
        return _ops().reshape(self, newshape)

    def squeeze(self, axis: Any = None) -> Any:
        """The tensor without axes of extent 1."""
        return _ops().squeeze(self, axis)

    @property
    def T(self) -> Any:
        """The tensor with its axes in the other order."""
        return _ops().transpose(self)

    def __getitem__(self, key: Any) -> Any:
        return apply("get_item", "GetItem", lambda x, key: x[key], (self, key), {})


def _operator(name: str, kind: str, function: Callable[..., Any]) -> tuple[Any, Any]:
    def operator(self: Any, other: Any) -> Any:
        return apply(name, kind, function, (self, other), {})

    def swapped(self: Any, other: Any) -> Any:
        return apply(name, kind, function, (other, self), {})

    return operator, swapped


def _tensor(value: Any, like: Any) -> Any:
    from ..tf._tensor import convert

    return value if isinstance(value, Base) else convert(value, hint=like.dtype) if isinstance(like, Base) else value


def _operators() -> None:
    import operator

    table = {
        "add": ("add", "Add", operator.add),
        "sub": ("subtract", "Subtract", operator.sub),
        "mul": ("multiply", "Multiply", operator.mul),
        "truediv": ("divide", "Divide", operator.truediv),
        "floordiv": ("floor_divide", "FloorDivide", operator.floordiv),
        "mod": ("mod", "Mod", operator.mod),
        "pow": ("power", "Power", operator.pow),
        "matmul": ("matmul", "Matmul", operator.matmul),
        "and": ("logical_and", "LogicalAnd", operator.and_),
        "or": ("logical_or", "LogicalOr", operator.or_),
        "lt": ("less", "Less", operator.lt),
        "le": ("less_equal", "LessEqual", operator.le),
        "gt": ("greater", "Greater", operator.gt),
        "ge": ("greater_equal", "GreaterEqual", operator.ge),
        "ne": ("not_equal", "NotEqual", operator.ne),
    }
    for name, (spelled, kind, function) in table.items():
        own, swapped = _operator(spelled, kind, function)
        setattr(KerasTensor, f"__{name}__", own)
        if name not in ("lt", "le", "gt", "ge", "ne"):
            setattr(KerasTensor, f"__r{name}__", swapped)
    made: Any = KerasTensor
    made.__neg__ = lambda self: apply("negative", "Negative", operator.neg, (self,), {})
    made.__abs__ = lambda self: apply("absolute", "Absolute", operator.abs, (self,), {})
    made.__invert__ = lambda self: apply("logical_not", "LogicalNot", operator.invert, (self,), {})
    made.__hash__ = object.__hash__


_operators()


def is_symbolic(value: Any) -> bool:
    """Whether a value is a symbolic tensor."""
    return isinstance(value, KerasTensor)


def has_symbolic(value: Any) -> bool:
    """Whether symbolic tensors are among nested values."""
    if isinstance(value, KerasTensor):
        return True
    if isinstance(value, (list, tuple)):
        return any(has_symbolic(part) for part in value)
    if isinstance(value, dict):
        return any(has_symbolic(part) for part in value.values())
    return False


# -------------------------------------------------------------------- calls


class Node:
    """One call of a layer or an operation on symbolic tensors."""

    def __init__(self, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        self.operation, self.args, self.kwargs = operation, args, kwargs
        self.leaves, self.structure = flatten([list(args), kwargs])
        self.inputs = [leaf for leaf in self.leaves if isinstance(leaf, KerasTensor)]
        self.outputs = outputs
        self.output_leaves = [leaf for leaf in flatten(outputs)[0] if isinstance(leaf, KerasTensor)]
        nodes = nodes_of(operation)
        for place, leaf in enumerate(self.output_leaves):
            leaf._keras_history = History(operation, len(nodes), place)
        nodes.append(self)

    @property
    def index(self) -> int:
        """Which call of its layer it is."""
        return nodes_of(self.operation).index(self)

    @property
    def is_input(self) -> bool:
        """Whether it stands for an input."""
        return not self.inputs

    input_tensors = property(lambda self: self.inputs)
    output_tensors = property(lambda self: self.output_leaves)

    def filled(self, values: dict[int, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments with values in the places of symbolic tensors, by their ids."""
        leaves = [values[id(leaf)] if isinstance(leaf, KerasTensor) else leaf for leaf in self.leaves]
        args, kwargs = unflatten(self.structure, leaves)
        return args, kwargs


def nodes_of(operation: Any) -> list[Node]:
    """The calls of a layer or an operation."""
    found: list[Node] = operation._keras.nodes if hasattr(operation, "_keras") else operation.nodes
    return found


class Operation:
    """A function that was called on symbolic tensors: an entry of a functional model."""

    def __init__(self, name: str, kind: str, function: Callable[..., Any]) -> None:
        self.name, self.kind, self.function = _names.automatic(name), kind, function
        self.nodes: list[Node] = []
        # Arguments by name that a config gives, which calls need not say.
        self.settings: dict[str, Any] = {}
        self.built = True
        self.trainable = True
        self.weights: list[Any] = []

    @property
    def _inbound_nodes(self) -> list[Node]:
        return self.nodes

    def count_params(self) -> int:
        """0."""
        return 0

    @property
    def output(self) -> Any:
        """The symbolic result of its first call."""
        return self.nodes[0].outputs

    @property
    def input(self) -> Any:
        """The symbolic input of its first call."""
        inputs = self.nodes[0].inputs
        return inputs[0] if len(inputs) == 1 else inputs

    def get_config(self) -> dict[str, Any]:
        """Its name."""
        return {"name": self.name}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Operation name={self.name}>"


def apply(name: str, kind: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The symbolic result of a function of tensors."""
    operation = Operation(name, kind, function)
    outputs = outputs_of(operation, args, kwargs)
    Node(operation, args, kwargs, outputs)
    return outputs


def called(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The symbolic result of a layer's call."""
    signature = layer._call_signature
    if not layer._keras.built:
        layer._build_for(signature, signature.bound(args, kwargs))
    outputs = outputs_of(layer, args, kwargs)
    Node(layer, args, kwargs, outputs)
    return outputs


def outputs_of(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Symbolic tensors like the results of a call."""
    leaves, structure = flatten([list(args), kwargs])
    found = _recorded(operation, leaves, structure)
    if found is None:
        return None
    (first, form), (second, _) = found
    outputs = []
    for small, large in zip(first, second):
        if not isinstance(small, _Seen):
            outputs.append(small)
            continue
        shape = [a if a == b else None for a, b in zip(small.shape, large.shape)]
        tensor = KerasTensor(shape, small.dtype)
        tensor._keras_mask = small.masked or None
        outputs.append(tensor)
    return unflatten(form, outputs)


class _Seen(NamedTuple):
    shape: Shape
    dtype: str
    masked: bool


def _recorded(operation: Any, leaves: list[Any], structure: Any) -> Any:
    """What a call gives at two sizes: shapes and dtypes of the tensors."""
    from . import _calling
    from ._layer import Layer

    state = c_uint64(), c_uint64()
    check(lib.wb_get_random_state(*state))
    try:
        for place, sizes in enumerate(_SIZES):
            try:
                found = []
                for batch, extent in sizes:
                    args, kwargs = unflatten(structure, [_stand_in(leaf, batch, extent) for leaf in leaves])
                    # Entered anew for each: a failure ends what it leaves open.
                    before, _calling.state.probed = _calling.state.probed, batch
                    try:
                        with _PROBING:
                            result = operation(*args, **kwargs)
                    finally:
                        _calling.state.probed = before
                    parts, form = flatten(result)
                    found.append(([_seen(part) for part in parts], form))
                return found
            except (Error, ValueError, TypeError, IndexError):
                if place == len(_SIZES) - 1 or not any(_is_open(leaf) for leaf in leaves):
                    raise
        return None
    finally:
        check(lib.wb_set_random_state(*[part.value for part in state]))
        if isinstance(operation, Layer):
            operation._clear_losses()


def _is_open(leaf: Any) -> bool:
    return isinstance(leaf, KerasTensor) and None in leaf.shape[1:]


def _seen(value: Any) -> Any:
    if isinstance(value, Base):
        return _Seen(tuple(value.shape), str(value.dtype.name), _masks.of(value) is not None)
    return value


def _stand_in(leaf: Any, batch: int, extent: int) -> Any:
    """A tensor in the place of a symbolic one; extents of the same axis are the same, so that they fit each other."""
    if not isinstance(leaf, KerasTensor):
        return leaf
    shape = [
        size if size is not None else batch if axis == 0 else extent + 24 * (axis - 1)
        for axis, size in enumerate(leaf.shape)
    ]
    from .._creation import zeros

    with _recording.CONSTANT:
        found = wrap(zeros(shape, dtype=leaf.dtype))
        if leaf._keras_mask is not None:
            from .._creation import ones

            _masks.put(found, wrap(ones(shape[:2], dtype="bool")))
    return found


def probe(layer: Any, shape: Any) -> Any:
    """Symbolic results of a layer for inputs of a shape, or of shapes."""

    def tensors(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: tensors(part) for name, part in value.items()}
        if isinstance(value, (list, tuple)) and any(isinstance(part, (list, tuple, dict)) for part in value):
            return [tensors(part) for part in value]
        return KerasTensor(value, layer.compute_dtype)

    symbolic = tensors(shape)
    if not layer._keras.built:
        layer._build_for(layer._call_signature, {layer._call_signature.first: symbolic})
    return outputs_of(layer, (symbolic,), {})


def output_shape(layer: Any, shape: Any) -> Any:
    """The shape of a layer's result for inputs of a shape, or of shapes."""
    leaves, form = flatten(probe(layer, shape))
    return unflatten(form, [leaf.shape if isinstance(leaf, KerasTensor) else leaf for leaf in leaves])
