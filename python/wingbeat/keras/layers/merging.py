"""The merging layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike


class Add(StockLayer):
    """The sum of all inputs. They broadcast.

    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Add"
    _arguments = ("trainable", "input_shape")

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class Subtract(StockLayer):
    """The first input less the second. They broadcast.

    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Subtract"
    _arguments = ("trainable", "input_shape")

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class Multiply(StockLayer):
    """The product of all inputs. They broadcast.

    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Multiply"
    _arguments = ("trainable", "input_shape")

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class Average(StockLayer):
    """The mean of all inputs. They broadcast.

    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Average"
    _arguments = ("trainable", "input_shape")

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class Maximum(StockLayer):
    """The largest of all inputs. They broadcast.

    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Maximum"
    _arguments = ("trainable", "input_shape")

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class Minimum(StockLayer):
    """The smallest of all inputs. They broadcast.

    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Minimum"
    _arguments = ("trainable", "input_shape")

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class Concatenate(StockLayer):
    """All inputs, one behind the other along an axis.

    axis: the axis that grows.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Concatenate"
    _arguments = ("axis", "trainable", "input_shape")

    def __init__(
        self,
        axis: int = -1,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(axis=axis, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class Dot(StockLayer):
    """The sum of products along an axis of each example: the result has the other axes of the first input, then those
    of the second; [N, 1] where there are none.

    axes: the axes that are multiplied and summed: one for both, or one for each.
    normalize: whether both are divided by their length along these before.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    """

    _kind = "keras.Dot"
    _arguments = ("axes", "normalize", "trainable", "input_shape")
    _inputs = ("x1", "x2")

    def __init__(
        self,
        axes: int | tuple[int, int],
        normalize: bool = False,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            axes=axes,
            normalize=normalize,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )
