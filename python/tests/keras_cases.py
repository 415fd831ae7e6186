"""Rows for the layers with Keras' rules: what fixtures/layers_from_keras.py writes down, and test_keras_layers.py
compares.

A row is a constructor's call, which both sides evaluate, the inputs, and what the call of the layer takes besides. An
input is a shape, for normal numbers; ("tokens", shape, n), for whole numbers below n; ("above", shape), for numbers
above 0. The call may have mask=(lengths, steps), a bool mask with the first steps of each row; as=list where the layer
takes a list of tensors; anything else is an option of the call.
"""

import hashlib

import numpy as np

X = (3, 5)
STEPS = (2, 6, 3)
LINE, IMAGE, VOLUME = (2, 7, 4), (2, 6, 7, 4), (2, 4, 5, 3, 2)

FAMILIES = {
    "core": [
        ("Dense(4)", [X]),
        ("Dense(units=2, activation='relu', use_bias=False)", [(2, 3, 4)]),
        ("Dense(3, 'softmax', kernel_initializer='he_normal', bias_initializer='ones')", [X]),
        ("EinsumDense('abc,cd->abd', output_shape=(None, 4), bias_axes='d')", [STEPS]),
        ("EinsumDense('...x,xy->...y', output_shape=4, bias_axes='y', activation='tanh')", [(2, 2, 3, 5)]),
        ("EinsumDense('ab,bcd->acd', (2, 4))", [X]),
        ("EinsumDense('abc,cde->abde', (None, 2, 3), bias_axes='de')", [STEPS]),
        ("EinsumDense('ab...,bc->ac...', 4, bias_axes='c')", [(2, 3, 5)]),
        ("Embedding(7, 3)", [("tokens", (2, 4), 7)]),
        ("Embedding(7, 3, mask_zero=True)", [("tokens", (5,), 7)]),
        ("Identity()", [X]),
        ("Masking(mask_value=0.5)", [("halves", STEPS)]),
        ("Activation('tanh')", [X]),
    ],
    "convolution": [
        ("Conv1D(3, 3)", [LINE]),
        ("Conv1D(3, 2, strides=2, padding='same', activation='relu')", [LINE]),
        ("Conv1D(3, 3, padding='causal', dilation_rate=2)", [LINE]),
        ("Conv1D(4, 3, padding='causal', strides=2, groups=2)", [LINE]),
        ("Conv2D(3, 3)", [IMAGE]),
        ("Conv2D(3, (2, 3), strides=(2, 1), padding='same', use_bias=False)", [IMAGE]),
        ("Conv2D(4, 3, strides=3, padding='same', groups=2)", [IMAGE]),
        ("Conv2D(3, 2, dilation_rate=(2, 3), padding='same')", [IMAGE]),
        ("Conv3D(3, (2, 3, 1))", [VOLUME]),
        ("Conv3D(2, 2, strides=(1, 2, 3), padding='same')", [VOLUME]),
        ("Conv1DTranspose(3, 3)", [LINE]),
        ("Conv1DTranspose(3, 2, strides=3, padding='same')", [LINE]),
        ("Conv1DTranspose(3, 3, strides=2, output_padding=1)", [LINE]),
        ("Conv2DTranspose(3, 3, strides=2, padding='same')", [IMAGE]),
        ("Conv2DTranspose(3, (2, 3), strides=(3, 2), use_bias=False)", [IMAGE]),
        ("Conv2DTranspose(2, 3, strides=2, padding='same', output_padding=1, activation='tanh')", [IMAGE]),
        ("Conv2DTranspose(2, 4, strides=2, padding='same')", [IMAGE]),
        ("Conv3DTranspose(2, 2, strides=(1, 2, 2), padding='same')", [VOLUME]),
        ("Conv3DTranspose(2, (1, 2, 3), strides=2)", [VOLUME]),
        ("DepthwiseConv1D(3)", [LINE]),
        ("DepthwiseConv1D(2, strides=2, padding='same', depth_multiplier=2)", [LINE]),
        ("DepthwiseConv2D(3, depth_multiplier=2)", [IMAGE]),
        ("DepthwiseConv2D((3, 3), strides=2, padding='same', activation='relu6')", [IMAGE]),
        ("DepthwiseConv2D(2, dilation_rate=2, padding='same', use_bias=False)", [IMAGE]),
        ("SeparableConv1D(3, 3, padding='same')", [LINE]),
        ("SeparableConv1D(3, 2, strides=2, depth_multiplier=2)", [LINE]),
        ("SeparableConv2D(3, 3, activation='swish')", [IMAGE]),
        ("SeparableConv2D(3, (3, 3), strides=(2, 2), padding='same', depth_multiplier=2, use_bias=False)", [IMAGE]),
    ],
    "pooling": [
        ("MaxPooling1D()", [LINE]),
        ("MaxPooling1D(3, strides=2, padding='same')", [LINE]),
        ("MaxPooling2D()", [IMAGE]),
        ("MaxPooling2D((2, 3), strides=(1, 2), padding='same')", [IMAGE]),
        ("MaxPooling3D((2, 2, 1), padding='same')", [VOLUME]),
        ("AveragePooling1D(2)", [LINE]),
        ("AveragePooling1D(3, strides=2, padding='same')", [LINE]),
        ("AveragePooling2D((2, 2))", [IMAGE]),
        ("AveragePooling2D(3, strides=2, padding='same')", [IMAGE]),
        ("AveragePooling3D(2, strides=1, padding='same')", [VOLUME]),
        *[
            (f"Global{what}Pooling{n}D(keepdims={n == 2})", [shape])
            for what in ("Max", "Average")
            for n, shape in ((1, LINE), (2, IMAGE), (3, VOLUME))
        ],
        ("GlobalAveragePooling1D()", [STEPS], {"mask": (3, 5)}),
        ("GlobalAveragePooling1D(keepdims=True)", [STEPS], {"mask": (6, 2)}),
        *[
            (f"Adaptive{what}Pooling{n}D({size})", [shape])
            for what in ("Max", "Average")
            for n, shape, size in ((1, LINE, 3), (2, IMAGE, (2, 3)), (3, VOLUME, 2))
        ],
    ],
    "normalization": [
        ("BatchNormalization()", [X]),
        ("BatchNormalization(momentum=0.7, epsilon=0.1, center=False)", [IMAGE]),
        ("BatchNormalization(axis=1, scale=False)", [(2, 3, 4)]),
        ("BatchNormalization()", [STEPS], {"mask": (3, 5)}),
        ("BatchNormalization(trainable=False)", [X]),
        ("LayerNormalization()", [STEPS]),
        ("LayerNormalization(axis=(1, 2), epsilon=0.1)", [STEPS]),
        ("LayerNormalization(axis=1, center=False)", [STEPS]),
        ("LayerNormalization(scale=False)", [X]),
        ("GroupNormalization(2)", [IMAGE]),
        ("GroupNormalization(-1, epsilon=0.1, center=False)", [LINE]),
        ("GroupNormalization(groups=3, axis=1)", [(2, 6, 4)]),
        ("RMSNormalization()", [STEPS]),
        ("RMSNormalization(axis=-1, epsilon=0.1)", [X]),
        ("UnitNormalization()", [X]),
        ("UnitNormalization(axis=1)", [STEPS]),
    ],
    "reshaping": [
        ("Flatten()", [IMAGE]),
        ("Flatten(data_format='channels_first')", [IMAGE]),
        ("Flatten()", [(4,)]),
        ("Reshape((2, -1))", [STEPS]),
        ("Reshape((3, 6))", [STEPS]),
        ("Permute((2, 1))", [STEPS]),
        ("Permute((3, 1, 2))", [IMAGE]),
        ("RepeatVector(3)", [X]),
        ("ZeroPadding1D()", [LINE]),
        ("ZeroPadding1D((0, 2))", [LINE]),
        ("ZeroPadding2D((1, 2))", [IMAGE]),
        ("ZeroPadding2D(((1, 0), (0, 2)))", [IMAGE]),
        ("ZeroPadding2D(1, data_format='channels_first')", [IMAGE]),
        ("ZeroPadding3D(((1, 0), (0, 2), (1, 1)))", [VOLUME]),
        ("Cropping1D(1)", [LINE]),
        ("Cropping1D((0, 2))", [LINE]),
        ("Cropping2D((1, 2))", [IMAGE]),
        ("Cropping2D(((1, 0), (0, 2)))", [IMAGE]),
        ("Cropping3D(((1, 0), (0, 2), (1, 1)))", [VOLUME]),
        ("UpSampling1D(3)", [LINE]),
        ("UpSampling2D((2, 3))", [IMAGE]),
        ("UpSampling2D(2, interpolation='bilinear')", [IMAGE]),
        ("UpSampling2D((3, 2), interpolation='bicubic')", [IMAGE]),
        ("UpSampling2D(2, interpolation='lanczos3')", [IMAGE]),
        ("UpSampling2D(2, interpolation='lanczos5')", [(1, 9, 8, 2)]),
        ("UpSampling3D((1, 2, 3))", [VOLUME]),
    ],
    "regularization": [
        (f"{name})", [shape])
        for name, shape in (
            ("Dropout(0.3", X),
            ("Dropout(0.5, noise_shape=(None, 1, 3)", STEPS),
            ("SpatialDropout1D(0.3", LINE),
            ("SpatialDropout2D(0.3", IMAGE),
            ("SpatialDropout3D(0.3", VOLUME),
            ("AlphaDropout(0.3", X),
            ("GaussianDropout(0.3", X),
            ("GaussianNoise(0.3", X),
            ("ActivityRegularization(l1=0.1, l2=0.2", X),
        )
    ],
}
PAIR = [(2, 3, 4), (2, 3, 4)]
QUERIES, KEYS = (2, 3, 4), (2, 5, 4)
SEEN = ("mask", (2, 5), 5)
FAMILIES |= {
    "activations": [
        ("ReLU()", [X]),
        ("ReLU(max_value=1.0, negative_slope=0.1, threshold=0.25)", [X]),
        ("ReLU(max_value=6.0)", [X]),
        ("ReLU(threshold=0.5)", [X]),
        ("LeakyReLU()", [X]),
        ("LeakyReLU(negative_slope=0.1)", [X]),
        ("ELU()", [X]),
        ("ELU(alpha=0.5)", [X]),
        ("PReLU()", [STEPS]),
        ("PReLU(alpha_initializer='ones', shared_axes=[1])", [STEPS]),
        ("PReLU(shared_axes=(1, 2))", [IMAGE]),
        ("Softmax()", [STEPS]),
        ("Softmax(axis=1)", [STEPS]),
        ("Softmax(axis=(1, 2))", [STEPS]),
        ("Softmax()", [(2, 6)], {"mask": (0, 5)}),
    ],
    "merging": [
        *[
            (f"{name}()", [*PAIR, (2, 3, 4)], {"as": list})
            for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")
        ],
        ("Subtract()", PAIR, {"as": list}),
        ("Add()", [(2, 3, 4), (2, 4)], {"as": list}),
        ("Multiply()", [(2, 3, 4), (2, 1, 4)], {"as": list}),
        ("Concatenate()", [(2, 3, 4), (2, 3, 1), (2, 3, 2)], {"as": list}),
        ("Concatenate(axis=1)", [(2, 3, 4), (2, 1, 4)], {"as": list}),
        ("Dot(axes=1)", [(2, 4), (2, 4)], {"as": list}),
        ("Dot(axes=(2, 1))", [(2, 3, 4), (2, 4, 5)], {"as": list}),
        ("Dot(axes=-1, normalize=True)", [(2, 3, 4), (2, 5, 4)], {"as": list}),
        ("Dot(axes=(1, 2), normalize=True)", [(2, 4), (2, 3, 4)], {"as": list}),
        ("Dot(axes=(2, 3))", [(2, 3, 4), (2, 5, 2, 4)], {"as": list}),
    ],
    "preprocessing": [
        ("Rescaling(0.5, offset=-1.0)", [X]),
        ("Rescaling(scale=(1.0, 2.0, 3.0, 4.0, 5.0), offset=(0.0, 1.0, 0.0, 1.0, 2.0))", [X]),
        ("Normalization()", [X]),
        ("Normalization(axis=(1, 2))", [STEPS]),
        ("Normalization(axis=None)", [X]),
        ("Normalization(mean=0.5, variance=4.0)", [X]),
        ("Normalization(mean=(0.5, 1.0, 2.0), variance=(4.0, 1.0, 0.25), invert=True)", [STEPS]),
        ("CategoryEncoding(5)", [("tokens", (3, 4), 5)]),
        ("CategoryEncoding(5, output_mode='one_hot')", [("tokens", (3, 4), 5)]),
        ("CategoryEncoding(5, output_mode='one_hot')", [("tokens", (3, 1), 5)]),
        ("CategoryEncoding(num_tokens=5, output_mode='count')", [("tokens", (3, 4), 5)]),
        ("CategoryEncoding(5, output_mode='count')", [("tokens", (3, 4), 5)], {"count_weights": ("normal", (3, 4))}),
        ("Discretization(bin_boundaries=(-1.0, 0.0, 0.5))", [X]),
        ("Discretization(bin_boundaries=(-1.0, 0.0, 0.5), output_mode='one_hot')", [(4, 1)]),
        ("Discretization(bin_boundaries=(-1.0, 0.0, 0.5), output_mode='multi_hot')", [X]),
        ("Resizing(4, 9)", [IMAGE]),
        ("Resizing(3, 3, interpolation='nearest')", [IMAGE]),
        ("Resizing(9, 5, interpolation='bicubic', antialias=True)", [IMAGE]),
        ("Resizing(3, 3, antialias=True)", [(8, 9, 2)]),
        ("Resizing(3, 4, crop_to_aspect_ratio=True)", [IMAGE]),
        ("Resizing(5, 5, pad_to_aspect_ratio=True, fill_value=0.5)", [IMAGE]),
        ("CenterCrop(3, 4)", [IMAGE]),
        ("CenterCrop(8, 5)", [IMAGE]),
    ],
    "attention": [
        ("Attention()", [QUERIES, KEYS], {"as": list}),
        ("Attention(use_scale=True)", [QUERIES, KEYS, KEYS], {"as": list, "use_causal_mask": True}),
        (
            "Attention(use_scale=True, score_mode='concat')",
            [QUERIES, KEYS],
            {"as": list, "mask": [("mask", (3, 1), 3), SEEN]},
        ),
        ("Attention()", [QUERIES, KEYS], {"as": list, "return_attention_scores": True}),
        ("AdditiveAttention()", [QUERIES, KEYS], {"as": list, "mask": [("mask", (3, 1), 3), SEEN]}),
        ("AdditiveAttention(use_scale=False)", [QUERIES, KEYS, KEYS], {"as": list, "use_causal_mask": True}),
        ("MultiHeadAttention(2, 3)", [QUERIES, KEYS]),
        ("MultiHeadAttention(2, key_dim=3, value_dim=5, use_bias=False, output_shape=6)", [QUERIES, KEYS, KEYS]),
        ("MultiHeadAttention(2, 3)", [QUERIES, QUERIES], {"use_causal_mask": True}),
        ("MultiHeadAttention(2, 3)", [QUERIES, KEYS], {"return_attention_scores": True, "value_mask": SEEN}),
        ("MultiHeadAttention(2, 3)", [QUERIES, KEYS], {"attention_mask": ("bool", (2, 3, 5)), "value_mask": SEEN}),
        ("MultiHeadAttention(2, 3, sliding_window=2)", [KEYS, KEYS]),
        ("MultiHeadAttention(2, 3, use_gate=True)", [QUERIES, KEYS]),
        ("MultiHeadAttention(2, 3, attention_axes=(2,))", [(2, 2, 3, 4), (2, 2, 5, 4)]),
        ("MultiHeadAttention(2, 3)", [(2, 2, 3, 4), (2, 2, 3, 4)], {"return_attention_scores": True}),
        ("MultiHeadAttention(2, 3, attention_axes=(1,), output_shape=(2, 3))", [(2, 2, 3, 4), (2, 4, 3, 4)]),
        ("GroupQueryAttention(3, 4, 2)", [QUERIES, KEYS]),
        ("GroupQueryAttention(3, 4, 2, use_bias=False)", [KEYS, KEYS], {"use_causal_mask": True}),
        (
            "GroupQueryAttention(3, 4, 1, use_gate=True)",
            [QUERIES, KEYS],
            {"return_attention_scores": True, "value_mask": SEEN},
        ),
    ],
    "rnn": [
        ("SimpleRNN(4)", [STEPS]),
        ("SimpleRNN(4, activation='relu', return_sequences=True, return_state=True)", [STEPS], {"mask": (3, 5)}),
        ("SimpleRNN(4, use_bias=False, go_backwards=True, activation='sigmoid')", [STEPS], {"mask": (3, 5)}),
        ("LSTM(4)", [STEPS]),
        ("LSTM(4, return_sequences=True, return_state=True)", [STEPS]),
        ("LSTM(4, return_sequences=True, return_state=True)", [STEPS], {"mask": (3, 5)}),
        ("LSTM(4, return_sequences=True)", [STEPS], {"mask": "holes"}),
        ("LSTM(4)", [STEPS], {"mask": "holes", "initial_state": [("normal", (2, 4)), ("normal", (2, 4))]}),
        ("LSTM(4, return_sequences=True, go_backwards=True)", [STEPS], {"mask": "holes"}),
        (
            "LSTM(4, return_sequences=True)",
            [STEPS],
            {"mask": "holes", "initial_state": [("normal", (2, 4)), ("normal", (2, 4))]},
        ),
        ("LSTM(4, activation='relu', recurrent_activation='hard_sigmoid', unit_forget_bias=False)", [STEPS]),
        ("LSTM(4, activation='softsign', use_bias=False, return_sequences=True)", [STEPS], {"mask": "holes"}),
        ("GRU(4)", [STEPS]),
        ("GRU(4, return_sequences=True, return_state=True)", [STEPS], {"mask": "holes"}),
        ("GRU(4, reset_after=False)", [STEPS]),
        ("GRU(4, reset_after=False, return_sequences=True, go_backwards=True)", [STEPS], {"mask": "holes"}),
        ("GRU(4, use_bias=False, go_backwards=True)", [STEPS]),
        (
            "GRU(4, activation='relu', recurrent_activation='hard_sigmoid')",
            [STEPS],
            {"initial_state": [("normal", (2, 4))]},
        ),
        ("LSTMCell(4)", [X, (3, 4), (3, 4)], {"as": "cell"}),
        ("GRUCell(4)", [X, (3, 4)], {"as": "cell"}),
        ("GRUCell(4, reset_after=False, use_bias=False)", [X, (3, 4)], {"as": "cell"}),
        ("SimpleRNNCell(4, activation='relu')", [X, (3, 4)], {"as": "cell"}),
        ("RNN(LSTMCell(4), return_sequences=True)", [STEPS], {"mask": "holes"}),
        (
            "RNN(GRUCell(4), zero_output_for_mask=True, return_sequences=True, return_state=True)",
            [STEPS],
            {"mask": "holes"},
        ),
        ("RNN(StackedRNNCells([LSTMCell(4), GRUCell(3)]), return_state=True)", [STEPS]),
        ("RNN([SimpleRNNCell(4), LSTMCell(3)], return_sequences=True)", [STEPS], {"mask": (3, 5)}),
        ("ConvLSTM1D(2, 3)", [(2, 3, 6, 2)]),
        (
            "ConvLSTM1D(2, 3, padding='same', strides=2, return_sequences=True, return_state=True)",
            [(2, 3, 5, 2)],
            {"mask": (3, 2)},
        ),
        ("ConvLSTM2D(2, (2, 3), padding='same', return_sequences=True, go_backwards=True)", [(2, 3, 4, 5, 2)]),
        ("ConvLSTM2D(2, 2, activation='relu', recurrent_activation='hard_sigmoid', use_bias=False)", [(1, 2, 4, 5, 2)]),
        ("ConvLSTM3D(2, 2)", [(1, 2, 3, 3, 2, 2)]),
    ],
    "wrappers": [
        ("TimeDistributed(Dense(4))", [STEPS]),
        ("TimeDistributed(Conv2D(2, 2))", [(2, 3, 4, 5, 2)]),
        ("TimeDistributed(BatchNormalization())", [STEPS]),
        ("TimeDistributed(Dense(4, activation='tanh'))", [STEPS], {"mask": (3, 5)}),
        ("Bidirectional(LSTM(4))", [STEPS]),
        ("Bidirectional(LSTM(4, return_sequences=True, return_state=True))", [STEPS], {"mask": (3, 5)}),
        ("Bidirectional(GRU(3, return_sequences=True), merge_mode='sum')", [STEPS]),
        ("Bidirectional(GRU(3), merge_mode='ave')", [STEPS], {"mask": "holes"}),
        ("Bidirectional(SimpleRNN(3, return_sequences=True), merge_mode='mul')", [STEPS]),
        ("Bidirectional(LSTM(3, return_sequences=True), merge_mode=None)", [STEPS]),
        ("Bidirectional(LSTM(3), backward_layer=LSTM(3, activation='relu', go_backwards=True))", [STEPS]),
        ("Bidirectional(RNN(LSTMCell(3)))", [STEPS], {"initial_state": [("normal", (2, 3))] * 4}),
        ("SpectralNormalization(Dense(4))", [X]),
        ("SpectralNormalization(Conv2D(3, 2), power_iterations=3)", [IMAGE]),
    ],
}
# Their draws are their own: compared in evaluation alone.
RANDOM = ("regularization",)
ACTIVATIONS = (
    "linear",
    "relu",
    "sigmoid",
    "tanh",
    "softmax",
    "softplus",
    "softsign",
    "elu",
    "selu",
    "exponential",
    "swish",
    "silu",
    "gelu",
    "relu6",
    "mish",
    "log_softmax",
    "leaky_relu",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "celu",
    "glu",
    "hard_tanh",
    "hard_shrink",
    "soft_shrink",
    "tanh_shrink",
    "squareplus",
    "sparse_plus",
    "sparse_sigmoid",
    "log_sigmoid",
)
# TensorFlow has constants or sums of these in float32.
ROUGH = (
    "Activation('gelu')",
    "Activation('leaky_relu')",
    "interpolation=",
    "Resizing",
    "CenterCrop",
    "LeakyReLU",
    "negative_slope=",
    "MultiHeadAttention",
    "GroupQueryAttention",
)
FAMILIES["core"] += [(f"Activation('{name}')", [(3, 6)]) for name in ACTIVATIONS]

CASES = [(family, place, row) for family, rows in FAMILIES.items() for place, row in enumerate(rows)]


def generator(*words):
    """Numbers that depend on the words alone."""
    seed = int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:4], "little")
    return np.random.RandomState(seed)


def options(row):
    """What the call takes besides its tensors; the mask as an array."""
    found = dict(row[2]) if len(row) > 2 else {}
    steps = row[1][0][1] if found and len(row[1][0]) > 1 else 0
    if found.get("mask") == "holes":
        found["mask"] = np.array([[False, True, True, False, True, False], [True, True, False, False, False, True]])
    elif isinstance(found.get("mask"), tuple):
        found["mask"] = np.arange(steps) < np.array(found["mask"])[:, None]
    return {name: _array(row, name, given) for name, given in found.items()}


def _array(row, name, given):
    """An option of the call, with arrays in the place of their descriptions."""
    if isinstance(given, list):
        return [_array(row, (name, place), one) for place, one in enumerate(given)]
    if not isinstance(given, tuple):
        return given
    kind, *words = given
    if kind == "mask":
        return np.arange(words[1]) < np.array(words[0])[:, None]
    numbers = generator(row[0], name)
    return numbers.standard_normal(words[0]) if kind == "normal" else numbers.standard_normal(words[0]) > -0.5


def inputs(row):
    """(array, whether it is derived by) of each input."""
    found = []
    for place, given in enumerate(row[1]):
        numbers = generator(row[0], place)
        if given and given[0] == "tokens":
            found.append((numbers.randint(0, given[2], given[1]).astype("i8"), False))
        elif given and given[0] == "above":
            found.append((np.exp(numbers.standard_normal(given[1])), True))
        elif given and given[0] == "halves":
            array = numbers.standard_normal(given[1])
            array[:, 1::2] = 0.5
            found.append((array, True))
        else:
            found.append((numbers.standard_normal(given), True))
    return found


def parameter(row, name, place, shape):
    """Values for a parameter or a buffer."""
    values = generator(row[0], name, place).standard_normal(shape)
    return np.exp(0.5 * values) if "variance" in name else 0.7 * values


def cotangent(row, place, shape):
    return generator(row[0], "cotangent", place).standard_normal(shape)
