"""The wrappers layers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._base import StockLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._typing import DTypeLike
    from ...nn.module import Module


class TimeDistributed(StockLayer):
    """A layer of each step by itself: [N, T, ...] -> [N, T, ...]. A mask [N, T] passes by; one of more axes goes to the
    layer, step by step.

    Its child `layer` has the parameters.

    layer: what each step goes through.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    *modules: in the place of the layer: 'layer'=....
    """

    _kind = "keras.TimeDistributed"
    _arguments = ("layer", "trainable", "input_shape")
    _parts = ("layer",)
    _inputs = ("inputs", "mask")

    def __init__(
        self,
        layer: Module | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(layer=layer, name=name, trainable=trainable, dtype=dtype, input_shape=input_shape, **keywords)


class Bidirectional(StockLayer):
    """A recurrent layer from the first step to the last, and another one from the last to the first; the second's
    outputs are put in the order of the steps again. Schuster and Paliwal 1997. mask is as the layers have it;
    initial_state is the forward layer's, then the backward layer's, and so are the states with return_state.

    Its children `forward_layer` and `backward_layer` have the parameters.

    layer: the recurrent layer of which both are made.
    merge_mode: how both outputs become one; None: both come out.
    backward_layer: the layer for the way back; None: one as `layer`, with go_backwards.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    *modules: in the place of the layers: forward_layer=..., 'backward_layer'=....
    """

    _kind = "keras.Bidirectional"
    _arguments = ("layer", "merge_mode", "backward_layer", "trainable", "input_shape")
    _parts = ("layer", "backward_layer")
    _inputs = ("sequences", "mask", "*initial_state")

    def __init__(
        self,
        layer: Module | None = None,
        merge_mode: Literal["sum", "mul", "ave", "concat"] | None = "concat",
        backward_layer: Module | None = None,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            layer=layer,
            merge_mode=merge_mode,
            backward_layer=backward_layer,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )


class SpectralNormalization(StockLayer):
    """A layer whose kernel is divided by its largest singular value in each pass of training. Miyato et al. 2018. As in
    Keras, the kernel itself takes the new value.

    Buffer vector_u [1, out], which the steps go on from; its child `layer` has the parameters.

    layer: the layer whose kernel, or embeddings, is divided.
    power_iterations: steps towards the largest singular value in a pass.
    trainable: whether the parameters require gradients; normalisation of batches by what it has seen otherwise.
    dtype: dtype of the parameters.
    input_shape: extents of the input without the batch, None for any; of several inputs, a tuple of such; None: those
        of the first input.
    *modules: in the place of the layer: 'layer'=....
    """

    _kind = "keras.SpectralNormalization"
    _arguments = ("layer", "power_iterations", "trainable", "input_shape")
    _parts = ("layer",)

    def __init__(
        self,
        layer: Module | None = None,
        power_iterations: int = 1,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: DTypeLike | None = None,
        input_shape: Sequence[Any] | None = None,
        **keywords: Any,
    ) -> None:
        self._make(
            layer=layer,
            power_iterations=power_iterations,
            name=name,
            trainable=trainable,
            dtype=dtype,
            input_shape=input_shape,
            **keywords,
        )
