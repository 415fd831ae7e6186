"""Input: symbolic tensors for what a model is given."""

from __future__ import annotations

from typing import Any

from .. import _names
from .._layer import Layer
from .._symbolic import KerasTensor, Node


class InputLayer(Layer):
    """The entry of a model. shape: extents without the batch, None for any; batch_shape: with it."""

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: Any = None,
        ragged: Any = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        from .. import _policies

        if sparse or ragged:
            raise NotImplementedError("InputLayer: there are no sparse and no ragged tensors; use dense ones")
        if "input_shape" in kwargs:
            shape = kwargs.pop("input_shape")
        if "batch_input_shape" in kwargs:
            batch_shape = kwargs.pop("batch_input_shape")
        if shape is not None and batch_shape is not None:
            raise ValueError("You cannot pass both `shape` and `batch_shape` at the same time.")
        if shape is None and batch_shape is None and input_tensor is None:
            raise ValueError("You must pass a `shape` argument.")
        super().__init__(name=_names.automatic("input_layer") if name is None else name)
        if input_tensor is not None:
            batch_shape, dtype = input_tensor.shape, dtype or input_tensor.dtype
        if batch_shape is None:
            shape = (shape,) if isinstance(shape, int) else shape
            batch_shape = (batch_size, *tuple(shape))
        checked = tuple([None if extent is None or extent == -1 else int(extent) for extent in batch_shape])
        self.__dict__["_batch_shape"], self.__dict__["_dtype"] = checked, _policies.dtype_name(dtype)
        self.__dict__["optional"] = bool(optional)
        output = KerasTensor(checked, self._dtype, name=self.name)
        self.__dict__["_output"] = output
        Node(self, (), {}, output)
        self._keras.built = True

    _own_attributes = Layer._own_attributes | {"_output"}

    @property
    def batch_shape(self) -> Any:
        """The shape with the batch."""
        return self._batch_shape

    @property
    def dtype(self) -> str:
        """The dtype of the values."""
        return str(self._dtype)

    @property
    def output(self) -> Any:
        """The symbolic tensor."""
        return self._output

    input = output

    def call(self) -> None:
        """Nothing: the model puts values in its place."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """batch_shape, dtype, name."""
        return {
            "batch_shape": self._batch_shape,
            "dtype": self._dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": self.optional,
        }


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
    ragged: Any = None,
) -> KerasTensor:
    """A symbolic tensor for what a model is given: shape without the batch, None for an extent that may be any."""
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    found: KerasTensor = layer.output
    return found
