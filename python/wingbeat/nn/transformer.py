"""Transformers. Their constructors take modules, and functions as activations, which no expression of the engine's
spells."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .._creation import full
from .._device import check_device
from .._errors import UnsupportedError
from .._functions import gelu, relu
from .._shaping import triu
from .._tensor import Tensor
from ._attention import flags
from .activation import GELU, ReLU
from .holders import ModuleList
from .layer import Layer
from .module import Module

if TYPE_CHECKING:
    from .._device import DeviceLike
    from .._typing import DTypeLike, TensorLike


def generate_square_subsequent_mask(sz: int, device: DeviceLike = None, dtype: DTypeLike | None = None) -> Tensor:
    """The causal mask [sz, sz], as numbers to add: 0 up to the diagonal and minus infinity behind it."""
    check_device(device)
    return triu(full((sz, sz), float("-inf"), dtype=dtype), 1)


def _activation(given: Any, name: str) -> str:
    """The engine's name of an activation."""
    if isinstance(given, str):
        return given
    if given is relu or isinstance(given, ReLU):
        return "relu"
    if given is gelu or isinstance(given, GELU) and given.approximate == "none":
        return "gelu"
    raise UnsupportedError(
        f"{name}: expected 'relu' or 'gelu' as activation, or functional.relu or functional.gelu, found {given!r:.80}; "
        "write such a layer with MultiheadAttention"
    )


class _AttendingLayer(Layer):
    """What the layers of encoder and decoder have in common."""

    _arguments = ("batch_first", "norm_first")
    _made_from = (
        "d_model",
        "nhead",
        "dim_feedforward",
        "dropout",
        "activation",
        "layer_norm_eps",
        "batch_first",
        "norm_first",
        "bias",
    )

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Any = "relu",
        layer_norm_eps: float = 1e-05,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        check_device(device)
        self._make(
            d_model=d_model,
            nhead=nhead,
            dim_feedforward=dim_feedforward,
            dropout=dropout,
            activation=_activation(activation, type(self).__name__),
            layer_norm_eps=layer_norm_eps,
            batch_first=batch_first,
            norm_first=norm_first,
            bias=bias,
            dtype=dtype,
        )


class TransformerEncoderLayer(_AttendingLayer):
    """Self-attention and two linear layers, each added to its input and normalised. Vaswani et al. 2017.

    src [steps, n, d_model], or [n, steps, d_model] with batch_first, or [steps, d_model] -> the same. Masks are as
    MultiheadAttention has them.

    d_model: width of the input.
    nhead: how many heads the attention has.
    dim_feedforward: width between the two linear layers.
    dropout: the probability of dropout, in training.
    activation: 'relu' or 'gelu', or the function of nn.functional.
    layer_norm_eps: eps of the normalisations.
    batch_first: whether input and output are [n, steps, d_model].
    norm_first: whether each part normalises what it reads, not what it has added.
    bias: whether linear layers and normalisations have biases.
    dtype: dtype of the parameters, a floating one.
    """

    _kind = "TransformerEncoderLayer"

    def forward(
        self,
        src: TensorLike,
        src_mask: TensorLike | None = None,
        src_key_padding_mask: TensorLike | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        found: Tensor = self._several(src, src_mask, src_key_padding_mask, options=flags(is_causal=(is_causal, False)))
        return found


class TransformerDecoderLayer(_AttendingLayer):
    """Self-attention, attention to an encoder's output and two linear layers, each added to its input and normalised.
    Vaswani et al. 2017.

    tgt [steps, n, d_model] and memory [keys, n, d_model], or with n first, or without n -> [steps, n, d_model]. The
    rest is as TransformerEncoderLayer has it.
    """

    _kind = "TransformerDecoderLayer"

    def forward(
        self,
        tgt: TensorLike,
        memory: TensorLike,
        tgt_mask: TensorLike | None = None,
        memory_mask: TensorLike | None = None,
        tgt_key_padding_mask: TensorLike | None = None,
        memory_key_padding_mask: TensorLike | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        found: Tensor = self._several(
            tgt,
            memory,
            tgt_mask,
            memory_mask,
            tgt_key_padding_mask,
            memory_key_padding_mask,
            options=flags(tgt_is_causal=(tgt_is_causal, False), memory_is_causal=(memory_is_causal, False)),
        )
        return found


class _Stack(Layer):
    """Copies of one layer, one after the other, and a normalisation behind them."""

    def _fill(self, layer: Any, num_layers: int, norm: Module | None) -> None:
        if not isinstance(layer, Module):
            raise TypeError(f"{type(self).__name__}: expected a layer, of which all are copies, found {layer!r:.80}")
        self.add_module("layers", ModuleList([copy.deepcopy(layer) for _ in range(num_layers)]))
        self.norm = norm


class TransformerEncoder(_Stack):
    """Layers of an encoder one after the other, each with parameters of its own that start as copies of the first's.

    encoder_layer: the layer of which all are copies.
    num_layers: how many there are.
    norm: what follows the last layer.
    enable_nested_tensor, mask_check: taken as PyTorch takes them; they change nothing here.
    """

    _kind = "TransformerEncoder"
    _arguments = ("num_layers", "enable_nested_tensor", "mask_check")

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        self._make(num_layers=num_layers, enable_nested_tensor=enable_nested_tensor, mask_check=mask_check)
        self._fill(encoder_layer, num_layers, norm)

    def forward(
        self,
        src: TensorLike,
        mask: TensorLike | None = None,
        src_key_padding_mask: TensorLike | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        found: Tensor = self._several(src, mask, src_key_padding_mask, options=flags(is_causal=(is_causal, False)))
        return found


class TransformerDecoder(_Stack):
    """Layers of a decoder one after the other, each with parameters of its own that start as copies of the first's.

    decoder_layer: the layer of which all are copies.
    num_layers: how many there are.
    norm: what follows the last layer.
    """

    _kind = "TransformerDecoder"
    _arguments = ("num_layers",)

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        self._make(num_layers=num_layers)
        self._fill(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: TensorLike,
        memory: TensorLike,
        tgt_mask: TensorLike | None = None,
        memory_mask: TensorLike | None = None,
        tgt_key_padding_mask: TensorLike | None = None,
        memory_key_padding_mask: TensorLike | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        found: Tensor = self._several(
            tgt,
            memory,
            tgt_mask,
            memory_mask,
            tgt_key_padding_mask,
            memory_key_padding_mask,
            options=flags(tgt_is_causal=(tgt_is_causal, False), memory_is_causal=(memory_is_causal, False)),
        )
        return found


class Transformer(Layer):
    """An encoder of src, and a decoder of tgt that attends to what the encoder gives. Vaswani et al. 2017.

    src [keys, n, d_model] and tgt [steps, n, d_model], or with n first, or without n -> [steps, n, d_model]. All
    weights start in U(-k, k), k = sqrt(6 / (fan_in + fan_out)).

    num_encoder_layers, num_decoder_layers: how many layers each has.
    custom_encoder, custom_decoder: modules in the place of the usual ones.
    The rest is as TransformerEncoderLayer has it.
    """

    _kind = "Transformer"
    _arguments = ("d_model", "nhead", "batch_first")
    _made_from = (
        "d_model",
        "nhead",
        "num_encoder_layers",
        "num_decoder_layers",
        "dim_feedforward",
        "dropout",
        "activation",
        "layer_norm_eps",
        "batch_first",
        "norm_first",
        "bias",
    )

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Any = "relu",
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-05,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        check_device(device)
        self._make(
            d_model=d_model,
            nhead=nhead,
            num_encoder_layers=0 if custom_encoder is not None else num_encoder_layers,
            num_decoder_layers=0 if custom_decoder is not None else num_decoder_layers,
            dim_feedforward=dim_feedforward,
            dropout=dropout,
            activation=_activation(activation, type(self).__name__),
            layer_norm_eps=layer_norm_eps,
            batch_first=batch_first,
            norm_first=norm_first,
            bias=bias,
            dtype=dtype,
        )
        for name, custom in (("encoder", custom_encoder), ("decoder", custom_decoder)):
            if custom is not None:
                self.add_module(name, custom)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: DeviceLike = None, dtype: DTypeLike | None = None) -> Tensor:
        """The causal mask [sz, sz], as numbers to add: 0 up to the diagonal and minus infinity behind it."""
        return generate_square_subsequent_mask(sz, device, dtype)

    def forward(
        self,
        src: TensorLike,
        tgt: TensorLike,
        src_mask: TensorLike | None = None,
        tgt_mask: TensorLike | None = None,
        memory_mask: TensorLike | None = None,
        src_key_padding_mask: TensorLike | None = None,
        tgt_key_padding_mask: TensorLike | None = None,
        memory_key_padding_mask: TensorLike | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        found: Tensor = self._several(
            src,
            tgt,
            src_mask,
            tgt_mask,
            memory_mask,
            src_key_padding_mask,
            tgt_key_padding_mask,
            memory_key_padding_mask,
            options=flags(
                src_is_causal=(src_is_causal, False),
                tgt_is_causal=(tgt_is_causal, False),
                memory_is_causal=(memory_is_causal, False),
            ),
        )
        return found
