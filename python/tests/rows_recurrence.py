"""Recurrent cells and layers of them."""

import numpy as np
from operation_table import WHOLE, Operation, given, points


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sums(x, h, w_ih, w_hh, b_ih=None, b_hh=None):
    if not w_hh.size:
        raise ValueError(w_hh.shape)
    return x @ w_ih.T + (0 if b_ih is None else b_ih), h @ w_hh.T + (0 if b_hh is None else b_hh)


def rnn_tanh_cell(x, h, *weights):
    return np.tanh(sum(sums(x, h, *weights)))


def rnn_relu_cell(x, h, *weights):
    return np.maximum(sum(sums(x, h, *weights)), 0)


def gru_cell(x, h, *weights):
    a, b = sums(x, h, *weights)
    (ar, az, an), (br, bz, bn) = np.split(a, 3, -1), np.split(b, 3, -1)
    r, z = sigmoid(ar + br), sigmoid(az + bz)
    return (1 - z) * np.tanh(an + r * bn) + z * h


def lstm_cell(x, hx, *weights):
    h, c = hx
    i, f, g, o = np.split(sum(sums(x, h, *weights)), 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def layers(cell, is_lstm=False):
    def reference(x, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first):
        x = x.swapaxes(0, 1) if batch_first else x
        projected = is_lstm and hx[0].shape[-1] != hx[1].shape[-1]
        each, directions = (4 if has_biases else 2) + projected, 2 if bidirectional else 1
        if len(params) != each * num_layers * directions or not len(x):
            raise ValueError(len(params))
        last = []
        for layer in range(num_layers):
            outputs = []
            for direction in range(directions):
                place = layer * directions + direction
                weights = params[place * each : (place + 1) * each]
                state = (hx[0][place], hx[1][place]) if is_lstm else hx[place]
                states = []
                for step in x[::-1] if direction else x:
                    state = cell(step, state, *weights[: each - projected])
                    if projected:
                        state = state[0] @ weights[-1].T, state[1]
                    states.append(state[0] if is_lstm else state)
                outputs.append(np.stack(states[::-1] if direction else states))
                last.append(state)
            x = np.concatenate(outputs, -1)
        output = x.swapaxes(0, 1) if batch_first else x
        if is_lstm:
            return output, np.stack([h for h, _ in last]), np.stack([c for _, c in last])
        return output, np.stack(last)

    return reference


def weights(gates, width, hidden, biases=True, seed=0, output=None):
    output = hidden if output is None else output
    shapes = [(gates * hidden, width), (gates * hidden, output)] + [(gates * hidden,)] * (2 if biases else 0)
    shapes += [] if output == hidden else [(output, hidden)]
    return [points(shape, -0.8, 0.8, seed + place) for place, shape in enumerate(shapes)]


def cell_row(name, reference, gates):
    one, without = weights(gates, 2, 3, seed=1), weights(gates, 2, 3, False, seed=5)
    return Operation(
        name,
        reference,
        given(points((2, 2)), points((2, 3), seed=9), *one),
        given(points((2,)), points((3,), seed=9), *without),
        results="same",
        refuses=WHOLE,
    )


def layers_row(name, reference, gates):
    one = weights(gates, 2, 2, seed=1)
    deep = weights(gates, 2, 2, False, seed=10) + weights(gates, 2, 2, False, seed=20)
    both = weights(gates, 2, 2, seed=30) + weights(gates, 2, 2, seed=40)
    x = points((3, 2, 2))
    return Operation(
        name,
        reference,
        given(x, points((1, 2, 2), seed=3), one, True, 1, 0.0, False, False, False),
        given(x, points((2, 2, 2), seed=3), deep, False, 2, 0.5, False, False, False),
        given(x, points((2, 3, 2), seed=3), both, True, 1, 0.0, True, True, True),
        results="same",
        refuses=WHOLE,
    )


X, H, C = points((3, 2, 2)), points((1, 2, 2), seed=3), points((1, 2, 2), seed=4)
ROWS = [
    cell_row("rnn_tanh_cell", rnn_tanh_cell, 1),
    cell_row("rnn_relu_cell", rnn_relu_cell, 1),
    cell_row("gru_cell", gru_cell, 3),
    Operation(
        "lstm_cell",
        lstm_cell,
        given(points((2, 2)), (points((2, 3), seed=9), points((2, 3), seed=8)), *weights(4, 2, 3, seed=1)),
        given(points((2,)), (points((3,), seed=9), points((3,), seed=8)), *weights(4, 2, 3, False, seed=5)),
        results="same",
        refuses=WHOLE,
    ),
    layers_row("rnn_tanh", layers(rnn_tanh_cell), 1),
    layers_row("rnn_relu", layers(rnn_relu_cell), 1),
    layers_row("gru", layers(gru_cell), 3),
    Operation(
        "lstm",
        layers(lstm_cell, True),
        given(X, (H, C), weights(4, 2, 2, seed=1), True, 1, 0.0, False, False, False),
        given(
            X,
            (points((2, 3, 2), seed=3), points((2, 3, 2), seed=4)),
            weights(4, 2, 2, False, seed=30) + weights(4, 2, 2, False, seed=40),
            False,
            1,
            0.0,
            True,
            True,
            True,
        ),
        given(X, (points((1, 2, 1), seed=3), C), weights(4, 2, 2, seed=1, output=1), True, 1, 0.0, False, False, False),
        results="same",
        refuses=WHOLE,
    ),
]
