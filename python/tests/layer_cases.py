"""Layers and losses as both libraries spell them, and what goes in: the rows of test_layers_against_torch.py.

A row is a constructor call, and words for its inputs: extents with spaces between them, after a letter. Without one
they are normal numbers; u: in (0.05, 0.95), p: positive, s: 1 or -1, b: 0 or 1, iN: whole numbers below N, r: rows that
add up to 1, l: their logarithms. A "!" says that no derivative is taken. T makes a tensor of float64 of a list.
"""

import zlib

import numpy as np

# Forward passes in training mode before values are compared: running statistics move with each.
PASSES = 3

ACTIVATIONS = [
    (f"{call}", "2 3 4")
    for call in (
        "Identity()",
        "ReLU()",
        "ReLU(inplace=True)",
        "LeakyReLU()",
        "LeakyReLU(0.3, True)",
        "Sigmoid()",
        "Tanh()",
        "GELU()",
        "GELU('tanh')",
        "Softmax()",
        "Softmax(1)",
        "Softmax(dim=-1)",
        "LogSoftmax()",
        "LogSoftmax(2)",
        "Softmin()",
        "Softmin(0)",
        "Softplus()",
        "Softplus(2.0, 0.5)",
        "ELU()",
        "ELU(0.5, True)",
        "SELU()",
        "SELU(inplace=True)",
        "CELU()",
        "CELU(0.7)",
        "CELU(inplace=True)",
        "SiLU()",
        "SiLU(True)",
        "Mish()",
        "Mish(True)",
        "Hardtanh()",
        "Hardtanh(-0.5, 0.8)",
        "Hardtanh(-2, 2, True)",
        "ReLU6()",
        "ReLU6(True)",
        "Hardswish()",
        "Hardswish(True)",
        "Hardsigmoid()",
        "Hardsigmoid(True)",
        "Hardshrink()",
        "Hardshrink(0.2)",
        "Softshrink()",
        "Softshrink(0.2)",
        "Tanhshrink()",
        "Softsign()",
        "LogSigmoid()",
        "GLU()",
        "GLU(0)",
        "Threshold(0.1, 20)",
        "Threshold(0.1, -0.5, True)",
        "PReLU()",
        "PReLU(3)",
        "PReLU(3, init=0.1)",
    )
] + [("Softmax()", "3 4"), ("Softmin()", "2 3 2 2"), ("LogSoftmax()", "5"), ("Softmax2d()", "2 3 2 2")]

LINEAR = [
    ("Linear(4, 3)", "2 4"),
    ("Linear(4, 3, bias=False)", "2 3 4"),
    ("Linear(4, 3)", "4"),
    ("Bilinear(3, 4, 2)", "2 3", "2 4"),
    ("Bilinear(3, 4, 2, bias=False)", "2 2 3", "2 2 4"),
    ("Flatten()", "2 3 2"),
    ("Flatten(0, 1)", "2 3 2"),
    ("Flatten(start_dim=-2)", "2 3 2"),
    ("Unflatten(1, (2, 3))", "2 6"),
    ("Unflatten(-1, (2, -1))", "2 6"),
    ("CosineSimilarity()", "3 4", "3 4"),
    ("CosineSimilarity(dim=0, eps=1e-3)", "3 4", "3 4"),
    ("PairwiseDistance()", "3 4", "3 4"),
    ("PairwiseDistance(p=1.0, eps=1e-3, keepdim=True)", "3 4", "3 4"),
]

CONVOLUTIONS = [
    ("Conv1d(2, 3, 3)", "2 2 7"),
    ("Conv1d(2, 3, 3)", "2 7"),
    ("Conv1d(2, 2, 3, stride=2, padding=1)", "1 2 7"),
    ("Conv1d(4, 2, (2,), dilation=3, groups=2, bias=False)", "1 4 7"),
    ("Conv1d(2, 2, 4, padding='same')", "1 2 6"),
    ("Conv1d(1, 2, 3, padding='valid')", "1 1 6"),
    ("Conv1d(2, 2, 3, padding=2, padding_mode='circular')", "1 2 5"),
    ("Conv2d(2, 3, 3)", "2 2 4 5"),
    ("Conv2d(2, 3, (2, 3), stride=(2, 1), padding=(1, 0))", "1 2 4 4"),
    ("Conv2d(2, 4, 2, groups=2, dilation=(2, 1))", "1 2 4 4"),
    ("Conv2d(2, 2, 3, padding='same', bias=False)", "1 2 4 3"),
    ("Conv2d(1, 2, 3, padding=1, padding_mode='reflect')", "1 1 4 4"),
    ("Conv2d(1, 2, 3, padding=(1, 2), padding_mode='replicate')", "1 1 3 3"),
    ("Conv2d(1, 2, (2, 4), padding='same', padding_mode='circular')", "1 1 4 4"),
    ("Conv2d(1, 2, 2)", "1 3 3"),
    ("Conv3d(1, 2, 2)", "1 1 3 3 3"),
    ("Conv3d(2, 2, (1, 2, 3), stride=2, padding=(0, 1, 1), groups=2)", "1 2 3 3 3"),
    ("Conv3d(1, 1, 3, padding='same', padding_mode='reflect')", "1 1 3 3 3"),
    ("ConvTranspose1d(2, 3, 3)", "2 2 4"),
    ("ConvTranspose1d(2, 4, 3, stride=3, padding=1, output_padding=2)", "1 2 4"),
    ("ConvTranspose1d(4, 2, 2, groups=2, bias=False, dilation=2)", "4 4"),
    ("ConvTranspose2d(2, 3, 3)", "1 2 3 3"),
    ("ConvTranspose2d(2, 2, (2, 3), stride=2, padding=(0, 1), output_padding=(1, 0))", "1 2 3 2"),
    ("ConvTranspose3d(1, 2, 2, stride=(1, 2, 1))", "1 1 2 2 2"),
    ("ConvTranspose3d(2, 2, 2, padding=1, groups=2, dilation=(1, 2, 1))", "1 2 3 3 3"),
]

POOLS = [
    ("MaxPool1d(2)", "1 2 7"),
    ("MaxPool1d(3, 2, 1)", "2 7"),
    ("MaxPool1d(2, 1, 0, 2, ceil_mode=True)", "1 2 7"),
    ("MaxPool2d(2)", "1 2 4 5"),
    ("MaxPool2d((2, 3), stride=(1, 2), padding=1)", "1 2 4 5"),
    ("MaxPool2d(2, 2, ceil_mode=True, return_indices=True)", "1 1 5 5"),
    ("MaxPool2d(2, dilation=2)", "1 5 5"),
    ("MaxPool3d(2)", "1 1 4 4 4"),
    ("MaxPool3d((1, 2, 2), stride=2, return_indices=True)", "1 3 4 4"),
    ("AvgPool1d(2)", "1 2 7"),
    ("AvgPool1d(3, 2, 1, ceil_mode=True, count_include_pad=False)", "1 2 6"),
    ("AvgPool2d(2)", "1 2 4 5"),
    ("AvgPool2d((3, 2), stride=2, padding=1, count_include_pad=False)", "1 1 5 4"),
    ("AvgPool2d(3, 2, ceil_mode=True, divisor_override=5)", "1 1 6 6"),
    ("AvgPool3d(2, 1)", "1 1 3 3 3"),
    ("AvgPool3d((1, 2, 2), padding=(0, 1, 1), divisor_override=3)", "1 2 3 3"),
    ("AdaptiveAvgPool1d(3)", "1 2 7"),
    ("AdaptiveAvgPool2d((2, None))", "1 2 5 3"),
    ("AdaptiveAvgPool2d(1)", "2 3 4 4"),
    ("AdaptiveAvgPool3d((2, 1, None))", "1 3 3 2"),
    ("AdaptiveMaxPool1d(3)", "1 2 7"),
    ("AdaptiveMaxPool2d((2, 3), return_indices=True)", "1 1 5 4"),
    ("AdaptiveMaxPool3d(2)", "1 1 3 3 4"),
    ("LPPool1d(2, 3)", "p: 1 2 7"),
    ("LPPool1d(3, 2, stride=1, ceil_mode=True)", "p: 2 6"),
    ("LPPool2d(2, 2)", "p: 1 1 4 5"),
    ("LPPool2d(1.5, (2, 3), stride=2)", "p: 1 1 4 5"),
    ("LPPool3d(2, 2, 1)", "p: 1 1 3 3 3"),
    ("Unfold(2)", "1 2 3 4"),
    ("Unfold((2, 3), dilation=(2, 1), padding=1, stride=2)", "1 1 4 5"),
    ("Fold((3, 4), 2)", "1 8 6"),
    ("Fold((4, 4), (2, 1), dilation=2, padding=1, stride=(2, 3))", "1 2 4"),
]

PADDINGS = [
    (
        f"{kind}Pad{axes}d({padding}{', 3.5' if kind == 'Constant' else ''})",
        " ".join(["1", "2", "3", "4", "3"][: axes + 2]),
    )
    for axes, paddings in ((1, ("1", "(2, 0)")), (2, ("1", "(1, 0, 2, 1)")), (3, ("1", "(0, 1, 1, 2, 1, 0)")))
    for padding in paddings
    for kind in ("Constant", "Zero", "Reflection", "Replication", "Circular")
] + [("ConstantPad2d((-1, 1, 2, -1), -2)", "3 4"), ("ZeroPad2d((-1, 2, 0, 0))", "2 3 4"), ("ReflectionPad1d(2)", "2 4")]

NORMALIZATIONS = [
    ("BatchNorm1d(3)", "4 3"),
    ("BatchNorm1d(3, eps=1e-3, momentum=0.3)", "2 3 4"),
    ("BatchNorm1d(3, momentum=None)", "4 3"),
    ("BatchNorm1d(3, affine=False)", "4 3"),
    ("BatchNorm1d(3, track_running_stats=False)", "4 3"),
    ("BatchNorm1d(3, bias=False)", "4 3"),
    ("BatchNorm1d(3, affine=False, track_running_stats=False)", "2 3 4"),
    ("BatchNorm2d(2)", "3 2 2 3"),
    ("BatchNorm2d(2, 1e-2, None, False)", "3 2 2 2"),
    ("BatchNorm3d(2)", "2 2 1 2 3"),
    ("BatchNorm3d(2, momentum=0.5, track_running_stats=False)", "2 2 1 2 3"),
    ("InstanceNorm1d(3)", "2 3 4"),
    ("InstanceNorm1d(3, affine=True, track_running_stats=True)", "2 3 4"),
    ("InstanceNorm1d(3, affine=True)", "3 4"),
    ("InstanceNorm2d(2, 1e-2, affine=True, bias=False)", "2 2 2 3"),
    ("InstanceNorm2d(2, momentum=0.4, track_running_stats=True)", "2 2 2 3"),
    ("InstanceNorm2d(2, momentum=None, track_running_stats=True)", "2 2 2 3"),
    ("InstanceNorm3d(2, affine=True)", "1 2 2 2 2"),
    ("InstanceNorm3d(2, track_running_stats=True)", "2 2 1 2 2"),
    ("LayerNorm(4)", "2 3 4"),
    ("LayerNorm((3, 4), eps=1e-2)", "2 3 4"),
    ("LayerNorm([4], elementwise_affine=False)", "2 4"),
    ("LayerNorm(4, bias=False)", "2 4"),
    ("GroupNorm(2, 4)", "2 4 3"),
    ("GroupNorm(2, 4, 1e-2, affine=False)", "2 4"),
    ("GroupNorm(1, 3, bias=False)", "2 3 2 2"),
    ("RMSNorm(4)", "2 3 4"),
    ("RMSNorm((3, 4), eps=1e-2)", "2 3 4"),
    ("RMSNorm(4, elementwise_affine=False)", "2 4"),
    ("LocalResponseNorm(2)", "2 5 3"),
    ("LocalResponseNorm(3, alpha=0.1, beta=0.5, k=2.0)", "2 5 2 2"),
    ("CrossMapLRN2d(4, 0.3, 0.5, 2)", "2 2 2 2"),
]

RESAMPLINGS = [
    ("Upsample(scale_factor=2)", "1 2 3 3"),
    ("Upsample(size=5)", "1 2 3"),
    ("Upsample(size=(4, 5), mode='bilinear')", "1 1 2 3"),
    ("Upsample(scale_factor=(2.0, 1.5), mode='bilinear', align_corners=True)", "1 1 3 4"),
    ("Upsample(scale_factor=2.5, mode='linear', recompute_scale_factor=True)", "1 2 3"),
    ("Upsample(size=4, mode='bicubic')", "1 1 3 3"),
    ("Upsample(scale_factor=2, mode='trilinear')", "1 1 2 2 2"),
    ("UpsamplingNearest2d(5)", "1 1 3 3"),
    ("UpsamplingNearest2d(scale_factor=2)", "1 1 3 2"),
    ("UpsamplingBilinear2d((4, 5))", "1 1 3 3"),
    ("UpsamplingBilinear2d(scale_factor=2)", "1 1 3 2"),
    ("PixelShuffle(2)", "1 8 2 3"),
    ("PixelUnshuffle(2)", "1 2 4 2"),
    ("ChannelShuffle(2)", "2 6 3"),
]

EMBEDDINGS = [
    ("Embedding(5, 3)", "i5: 2 4"),
    ("Embedding(5, 3, padding_idx=-1)", "i5: 2 4"),
    ("Embedding(5, 3, 2, 1.0)", "i5: 6"),
    ("Embedding(5, 3, max_norm=1, norm_type=1.0)", "i5: 6"),
    ("Embedding(5, 3, scale_grad_by_freq=True)", "i5: 2 4"),
    ("Embedding(5, 3, sparse=False)", "i5: 4"),
    ("EmbeddingBag(5, 3)", "i5: 2 4"),
    ("EmbeddingBag(5, 3, mode='sum', padding_idx=1)", "i5: 2 4"),
    ("EmbeddingBag(5, 3, mode='max')", "i5: 2 4"),
    ("EmbeddingBag(5, 3, 1.0, 1.0)", "i5: 2 4"),
    ("EmbeddingBag(5, 3, mode='sum')", "i5: 7", [0, 3, 3]),
    ("EmbeddingBag(5, 3, include_last_offset=True)", "i5: 7", [0, 3, 7]),
    ("EmbeddingBag(5, 3, mode='sum')", "i5: 7", [0, 2, 4], "7"),
    ("EmbeddingBag(5, 3, scale_grad_by_freq=True)", "i5: 2 4"),
]

# In evaluation alone: in training they draw random numbers.
RANDOM = [
    (f"{call}", "2 3 4")
    for call in (
        "Dropout()",
        "Dropout(0.2, inplace=True)",
        "Dropout1d()",
        "Dropout1d(0.1)",
        "Dropout2d(0.3)",
        "AlphaDropout(0.2)",
        "AlphaDropout()",
        "FeatureAlphaDropout(0.4)",
        "RReLU()",
        "RReLU(0.1, 0.4)",
        "RReLU(inplace=True)",
    )
] + [("Dropout3d(0.4)", "1 2 2 2 2")]

ELEMENTS = [
    *[(f"{name}()", "3 4", "3 4") for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")],
    ("SmoothL1Loss(beta=0.3)", "3 4", "3 4"),
    ("HuberLoss(delta=0.4)", "3 4", "3 4"),
    ("MSELoss(size_average=False)", "3 4", "3 4"),
    ("L1Loss(reduce=False)", "3 4", "3 4"),
    ("BCELoss()", "u: 3 4", "u: 3 4 !"),
    ("BCELoss(T([0.5, 1.0, 2.0, 0.1]))", "u: 3 4", "b: 3 4 !"),
    ("BCEWithLogitsLoss()", "3 4", "u: 3 4 !"),
    ("BCEWithLogitsLoss(pos_weight=T([0.5, 1.0, 2.0, 0.1]))", "3 4", "b: 3 4 !"),
    ("BCEWithLogitsLoss(T([[0.5], [1.0], [2.0]]), pos_weight=T([2.0]))", "3 4", "b: 3 4 !"),
    ("KLDivLoss()", "l: 3 4", "r: 3 4 !"),
    ("KLDivLoss(reduction='batchmean', log_target=True)", "l: 3 4", "l: 3 4 !"),
    ("PoissonNLLLoss()", "3 4", "p: 3 4 !"),
    ("PoissonNLLLoss(False, True, eps=1e-3)", "p: 3 4", "p: 3 4 !"),
    ("GaussianNLLLoss()", "3 4", "3 4", "p: 3 4"),
    ("GaussianNLLLoss(full=True, eps=0.3)", "3 4", "3 4", "p: 3 1"),
    ("SoftMarginLoss()", "3 4", "s: 3 4 !"),
    ("HingeEmbeddingLoss()", "3 4", "s: 3 4 !"),
    ("HingeEmbeddingLoss(0.5)", "3 4", "s: 3 4 !"),
    ("MarginRankingLoss()", "5", "5", "s: 5 !"),
    ("MarginRankingLoss(0.5)", "5", "5", "s: 5 !"),
    ("CosineEmbeddingLoss()", "3 4", "3 4", "s: 3 !"),
    ("CosineEmbeddingLoss(0.3)", "3 4", "3 4", "s: 3 !"),
    ("TripletMarginLoss()", "3 4", "3 4", "3 4"),
    ("TripletMarginWithDistanceLoss()", "3 4", "3 4", "3 4"),
    ("TripletMarginWithDistanceLoss(margin=0.5, swap=True)", "3 4", "3 4", "3 4"),
    ("TripletMarginLoss(0.7, 3.0, 1e-3, True)", "3 4", "3 4", "3 4"),
]
CLASSES = [
    ("AdaptiveLogSoftmaxWithLoss(6, 10, [3, 6], div_value=2.0)", "4 6", "i10: 4"),
    ("AdaptiveLogSoftmaxWithLoss(6, 10, (4,), head_bias=True)", "6", "i10:"),
    ("CrossEntropyLoss()", "4 3", "i3: 4"),
    ("CrossEntropyLoss()", "3", "i3:"),
    ("CrossEntropyLoss()", "2 3 2 2", "i3: 2 2 2"),
    ("CrossEntropyLoss()", "4 3", "r: 4 3 !"),
    ("CrossEntropyLoss(T([0.5, 1.0, 2.0]))", "4 3", "i3: 4"),
    ("CrossEntropyLoss(ignore_index=1)", "5 3", "i3: 5"),
    ("CrossEntropyLoss(label_smoothing=0.2)", "4 3", "i3: 4"),
    ("CrossEntropyLoss(weight=T([0.5, 1.0, 2.0]), ignore_index=0, label_smoothing=0.1)", "6 3", "i3: 6"),
    ("CrossEntropyLoss(T([0.5, 1.0, 2.0]), label_smoothing=0.1)", "4 3", "r: 4 3 !"),
    ("NLLLoss()", "l: 4 3", "i3: 4"),
    ("NLLLoss(T([0.5, 1.0, 2.0]), ignore_index=2)", "l: 5 3", "i3: 5"),
    ("NLLLoss()", "l: 2 3 2", "i3: 2 2"),
    ("MultiMarginLoss()", "4 3", "i3: 4"),
    ("MultiMarginLoss(2, 0.7, T([0.5, 1.0, 2.0]))", "4 3", "i3: 4"),
    ("MultiLabelMarginLoss()", "3 4", [[1, 3, -1, 0], [0, -1, 1, 1], [3, 2, 1, 0]]),
    ("MultiLabelSoftMarginLoss()", "3 4", "b: 3 4 !"),
    ("MultiLabelSoftMarginLoss(T([0.5, 1.0, 2.0, 3.0]))", "3 4", "b: 3 4 !"),
]


def _reduced(rows):
    """Each row, and where it does not say how the loss is reduced, the other two ways."""
    for call, *inputs in rows:
        yield (call, *inputs)
        if any(word in call for word in ("reduc", "size_average", "Adaptive")):
            continue
        for way in ("sum", "none"):
            head = call[:-1] + (", " if not call.endswith("()") else "")
            yield (f"{head}reduction='{way}')", *inputs)


# PyTorch's own derivatives are rounded to float32 here: 1 / 6, and 1 / alpha.
ROUGH = ("Hardsigmoid()", "Hardsigmoid(True)", "CELU(0.7)")

FAMILIES = {
    "activation": ACTIVATIONS,
    "linear": LINEAR,
    "convolution": CONVOLUTIONS,
    "pooling": POOLS,
    "padding": PADDINGS,
    "normalization": NORMALIZATIONS,
    "resampling": RESAMPLINGS,
    "embedding": EMBEDDINGS,
    "random": RANDOM,
    "losses": list(_reduced(ELEMENTS + CLASSES)),
}
CASES = [(family, place, row) for family, rows in FAMILIES.items() for place, row in enumerate(rows)]


def generator(*words):
    """The random numbers of a row: the same in both libraries."""
    return np.random.default_rng(zlib.crc32(repr(words).encode()))


def made(word, numbers):
    """(array, whether a derivative is taken) of what a word says."""
    if not isinstance(word, str):
        return np.array(word, np.int64), False
    kind, _, extents = word.rpartition(":")
    shape = tuple(int(extent) for extent in extents.replace("!", "").split())
    x = numbers.standard_normal(shape)
    if kind.startswith("i"):
        return numbers.integers(0, int(kind[1:]), shape), False
    values = {
        "": x,
        "u": 0.05 + 0.9 / (1 + np.exp(-x)),
        "p": 0.1 + np.abs(x),
        "s": np.where(x > 0, 1.0, -1.0),
        "b": np.where(x > 0, 1.0, 0.0),
    }
    if kind in ("r", "l"):
        rows = np.exp(x) / np.exp(x).sum(1, keepdims=True)
        return (rows if kind == "r" else np.log(rows)), "!" not in word
    return np.asarray(values[kind]), "!" not in word


def passes(row):
    """The inputs of each forward pass of a row."""
    return [
        [made(word, generator(row, number, place)) for place, word in enumerate(row[1:])] for number in range(PASSES)
    ]


def parameter(row, name, shape):
    """The values of a parameter."""
    return 0.3 + generator(row, name).standard_normal(shape) * 0.7


def cotangent(row, shape):
    """What the result is multiplied by before its sum is differentiated."""
    return generator(row, "cotangent").standard_normal(shape)
