"""Layers and losses as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from .._activations import (
    celu,
    elu,
    glu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    logsigmoid,
    mish,
    prelu,
    relu6,
    rrelu,
    selu,
    silu,
    softplus,
    softshrink,
    softsign,
    tanhshrink,
    threshold,
)
from .._attention import multi_head_attention_forward, scaled_dot_product_attention
from .._calls import result
from .._convolution import conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d
from .._discrete import gumbel_softmax
from .._distances import cosine_similarity, normalize, pairwise_distance
from .._dropout import alpha_dropout, dropout, dropout1d, dropout2d, dropout3d, feature_alpha_dropout
from .._dtypes import as_dtype
from .._embedding import embedding, embedding_bag
from .._errors import ArgumentError
from .._functions import gelu, leaky_relu, linear, log_softmax, relu, sigmoid, softmax, tanh
from .._losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cosine_embedding_loss,
    cross_entropy,
    gaussian_nll_loss,
    hinge_embedding_loss,
    huber_loss,
    kl_div,
    l1_loss,
    margin_ranking_loss,
    mse_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    nll_loss,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from .._naming import listing
from .._normalization import batch_norm, group_norm, instance_norm, layer_norm, local_response_norm, rms_norm
from .._picking import one_hot
from .._pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    fold,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
    unfold,
)
from .._resampling import (
    affine_grid,
    bilinear,
    channel_shuffle,
    grid_sample,
    interpolate,
    pixel_shuffle,
    pixel_unshuffle,
    upsample,
    upsample_bilinear,
    upsample_nearest,
)
from .._shaping import flatten, pad
from .._tensor import as_tensor

if TYPE_CHECKING:
    from .._tensor import Tensor
    from .._typing import DTypeLike, TensorLike

__all__ = [
    "linear",
    "relu",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "gelu",
    "softmax",
    "log_softmax",
    "softmin",
    "softplus",
    "celu",
    "elu",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "logsigmoid",
    "mish",
    "relu6",
    "selu",
    "silu",
    "softsign",
    "glu",
    "hardshrink",
    "prelu",
    "rrelu",
    "softshrink",
    "tanhshrink",
    "threshold",
    "cosine_similarity",
    "normalize",
    "pairwise_distance",
    "gumbel_softmax",
    "flatten",
    "one_hot",
    "pad",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "unfold",
    "fold",
    "alpha_dropout",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
    "embedding",
    "embedding_bag",
    "batch_norm",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "rms_norm",
    "scaled_dot_product_attention",
    "multi_head_attention_forward",
    "affine_grid",
    "bilinear",
    "channel_shuffle",
    "grid_sample",
    "interpolate",
    "pixel_shuffle",
    "pixel_unshuffle",
    "upsample",
    "upsample_bilinear",
    "upsample_nearest",
    "mse_loss",
    "l1_loss",
    "smooth_l1_loss",
    "huber_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "nll_loss",
    "kl_div",
    "poisson_nll_loss",
    "gaussian_nll_loss",
    "soft_margin_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "cosine_embedding_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]
__dir__ = listing(__name__)


def softmin(input: TensorLike, dim: SupportsIndex | None = None, dtype: DTypeLike | None = None) -> Tensor:
    """softmax(-x) along an axis, without overflow. dtype: to compute in."""
    if dim is None:
        raise ArgumentError("softmin: expected the axis as dim, found None")
    return result("softmin", input=as_tensor(input), dim=dim, dtype=None if dtype is None else as_dtype(dtype))
