"""The networks of networks.py as functions of their parameters, in PyTorch's order, for JAX and for TensorFlow: in
keras.ops, which has both below it. Convolutions take channels last, as TensorFlow wants them on a processor; images
with one place a channel and signals are transposed once, at the door.

forward(network)(parameters, x); parameters(workload): their initial values, converted where layouts differ.
"""

import numpy as np
from keras import ops

from . import networks

WIDTH = networks.WIDTH


def convolution(x, weight, bias=None, stride=1, padding="same", dilation=1):
    y = ops.conv(x, weight, strides=stride, padding=padding, dilation_rate=dilation, data_format="channels_last")
    return y if bias is None else y + bias


def pool(x):
    return ops.max_pool(x, 2, 2, "valid", data_format="channels_last")


def batch_norm(x, scale, shift):
    axes = list(range(len(x.shape) - 1))
    mean, variance = ops.moments(x, axes, keepdims=True)
    return (x - mean) * ops.rsqrt(variance + 1e-5) * scale + shift


def layer_norm(x, scale, shift):
    mean, variance = ops.moments(x, [-1], keepdims=True)
    return (x - mean) * ops.rsqrt(variance + 1e-5) * scale + shift


def linear(x, weight, bias):
    return ops.matmul(x, ops.transpose(weight)) + bias


def cnn_mnist(p, x):
    x = ops.reshape(x, (-1, 28, 28, 1))
    x = pool(ops.relu(convolution(x, p[0], p[1])))
    x = pool(ops.relu(convolution(x, p[2], p[3])))
    x = ops.reshape(ops.transpose(x, (0, 3, 1, 2)), (-1, 3136))
    return linear(ops.relu(linear(x, p[4], p[5])), p[6], p[7])


def halved(x, weight):
    """A 3 x 3 window every two places, with a zero on either side as PyTorch pads."""
    if weight.shape[0] == 1:
        return convolution(x, weight, stride=2, padding="valid")
    return convolution(ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))), weight, stride=2, padding="valid")


def resnet(p, x):
    x = ops.relu(batch_norm(convolution(ops.transpose(x, (0, 2, 3, 1)), p[0]), p[1], p[2]))
    place = 3
    for halves in (False, True, True):
        q = p[place : place + (9 if halves else 6)]
        place += len(q)
        y = halved(x, q[0]) if halves else convolution(x, q[0])
        y = convolution(ops.relu(batch_norm(y, q[1], q[2])), q[3])
        y = batch_norm(y, q[4], q[5])
        x = ops.relu(y + (batch_norm(halved(x, q[6]), q[7], q[8]) if halves else x))
    return linear(ops.mean(x, axis=(1, 2)), p[place], p[place + 1])


def unet(p, x):
    def pair(x, first):
        x = ops.relu(convolution(x, p[first], p[first + 1]))
        return ops.relu(convolution(x, p[first + 2], p[first + 3]))

    def up(x, weight, bias):
        return ops.conv_transpose(x, weight, strides=2, padding="valid", data_format="channels_last") + bias

    first = pair(ops.reshape(x, (-1, 64, 64, 1)), 0)
    second = pair(pool(first), 4)
    y = up(pair(pool(second), 8), p[12], p[13])
    y = up(pair(ops.concatenate([second, y], -1), 14), p[18], p[19])
    y = convolution(pair(ops.concatenate([first, y], -1), 20), p[24], p[25])
    return ops.reshape(y, (-1, 1, 64, 64))


def conv1d(p, x):
    x = ops.transpose(x, (0, 2, 1))
    for layer in range(3):
        weight, bias, scale, shift = p[4 * layer : 4 * layer + 4]
        x = ops.relu(batch_norm(convolution(x, weight, bias, dilation=2**layer), scale, shift))
    return ops.transpose(x, (0, 2, 1))


def lstm_cell(gates, recurrent, h, c, bias):
    i, f, g, o = ops.split(gates + ops.matmul(h, ops.transpose(recurrent)) + bias, 4, -1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


def gru_cell(gates, recurrent, h, c, bias):
    r, z, n = ops.split(gates, 3, -1)
    hr, hz, hn = ops.split(ops.matmul(h, ops.transpose(recurrent)) + bias, 3, -1)
    r, z = ops.sigmoid(r + hr), ops.sigmoid(z + hz)
    n = ops.tanh(n + r * hn)
    return n + z * (h - n), c


def recurrent(cell):
    def network(p, x):
        for layer in range(2):
            inputs, weight, input_bias, bias = p[4 * layer : 4 * layer + 4]
            gates = linear(x, inputs, input_bias)
            h = c = ops.zeros((x.shape[0], 128), "float32")
            states = []
            for step in range(x.shape[1]):
                h, c = cell(gates[:, step], weight, h, c, bias)
                states.append(h)
            x = ops.stack(states, 1)
        return linear(h, p[8], p[9])

    return network


def transformer(p, x):
    h = ops.take(p[0], x, axis=0) + p[1]
    mask = ops.tril(ops.ones((networks.STEPS, networks.STEPS), "bool"))
    for block in range(4):
        w_in, b_in, w_out, b_out, w1, b1, w2, b2, s1, o1, s2, o2 = p[2 + 12 * block : 14 + 12 * block]
        qkv = ops.reshape(linear(layer_norm(h, s1, o1), w_in, b_in), (-1, networks.STEPS, 3, 4, WIDTH // 4))
        q, k, v = (ops.transpose(qkv[:, :, part], (0, 2, 1, 3)) for part in range(3))
        scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / np.float32(np.sqrt(WIDTH // 4))
        weights = ops.softmax(ops.where(mask, scores, np.float32(-1e30)))
        y = ops.reshape(ops.transpose(ops.matmul(weights, v), (0, 2, 1, 3)), (-1, networks.STEPS, WIDTH))
        h = h + linear(y, w_out, b_out)
        h = h + linear(ops.gelu(linear(layer_norm(h, s2, o2), w1, b1), approximate=False), w2, b2)
    h = layer_norm(h, p[50], p[51])
    return ops.reshape(linear(h, p[52], p[53]), (-1, networks.CHARACTERS))


def attention(p, x):
    q, k, v = p
    mask = ops.tril(ops.ones((4096, 4096), "bool"))
    scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / np.float32(8)
    return ops.matmul(ops.softmax(ops.where(mask, scores, np.float32(-1e30))), v)


FORWARD = {
    "cnn_mnist": cnn_mnist, "resnet": resnet, "unet": unet, "conv1d": conv1d, "lstm": recurrent(lstm_cell),
    "gru": recurrent(gru_cell), "transformer": transformer, "attention": attention,
}  # fmt: skip


def parameters(workload):
    """Those of the module in networks.py, whose shapes are asked of Wingbeat's words without Wingbeat or PyTorch."""
    values = networks.values(SHAPES[workload.network])
    windows = workload.network in ("cnn_mnist", "resnet", "unet", "conv1d")
    return [np.ascontiguousarray(np.moveaxis(v, (1, 0), (-2, -1))) if windows and v.ndim > 2 else v for v in values]


def _pair(inputs, outputs):
    return [(outputs, inputs, 3, 3), (outputs,), (outputs, outputs, 3, 3), (outputs,)]


def _block(inputs, outputs):
    both = [(outputs, inputs, 3, 3), (outputs,), (outputs,), (outputs, outputs, 3, 3), (outputs,), (outputs,)]
    return both + ([(outputs, inputs, 1, 1), (outputs,), (outputs,)] if inputs != outputs else [])


def _recurrent(gates):
    rows = 128 * gates
    layer = [(rows, 128), (rows, 128), (rows,), (rows,)]
    return [(rows, 28), *layer[1:], *layer, (10, 128), (10,)]


_W = WIDTH
SHAPES = {
    "cnn_mnist": [(32, 1, 3, 3), (32,), (64, 32, 3, 3), (64,), (128, 3136), (128,), (10, 128), (10,)],
    "resnet": [(32, 3, 3, 3), (32,), (32,), *_block(32, 32), *_block(32, 64), *_block(64, 128), (10, 128), (10,)],
    "unet": [
        *_pair(1, 16), *_pair(16, 32), *_pair(32, 64), (64, 32, 2, 2), (32,), *_pair(64, 32), (32, 16, 2, 2), (16,),
        *_pair(32, 16), (1, 16, 1, 1), (1,),
    ],
    "conv1d": [(64, 64, 11), (64,), (64,), (64,)] * 3,
    "lstm": _recurrent(4),
    "gru": _recurrent(3),
    "transformer": [
        (networks.CHARACTERS, _W), (networks.STEPS, _W),
        *[(3 * _W, _W), (3 * _W,), (_W, _W), (_W,), (4 * _W, _W), (4 * _W,), (_W, 4 * _W), (_W,), *[(_W,)] * 4] * 4,
        (_W,), (_W,), (networks.CHARACTERS, _W), (networks.CHARACTERS,),
    ],
    "attention": [(1, 8, 4096, 64)] * 3,
}  # fmt: skip
