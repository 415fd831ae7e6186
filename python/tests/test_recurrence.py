"""Recurrent layers beside their cells: gradients by one pass back over the steps, and memory."""

import re

import numpy as np
import pytest
from rows_recurrence import weights
from support import python, same_bits

import wingbeat as wb

GATES = {"rnn_tanh": 1, "rnn_relu": 1, "gru": 3, "lstm": 4}
OPTIONS = {"has_biases": True, "num_layers": 1, "dropout": 0.0, "train": False, "batch_first": False}


def problem(name, directions=1, steps=6):
    rng = np.random.default_rng(3)
    x = wb.tensor(rng.normal(0, 1, (steps, 2, 3)), requires_grad=True)
    states = [wb.tensor(rng.normal(0, 1, (directions, 2, 4)), requires_grad=True) for _ in range(2)]
    hx = tuple(states) if name == "lstm" else states[0]
    params = [
        wb.tensor(w, requires_grad=True)
        for direction in range(directions)
        for w in weights(GATES[name], 3, 4, seed=10 * direction)
    ]
    return x, hx, params, [x, *(states if name == "lstm" else states[:1]), *params]


def by_cells(name, x, hx, params):
    """One direction, a cell at a time."""
    cell = getattr(wb, f"{name}_cell")
    state = tuple(part[0] for part in hx) if name == "lstm" else hx[0]
    outputs = []
    for step in x.unbind():
        state = cell(step, state, *params)
        outputs.append(state[0] if name == "lstm" else state)
    return wb.stack(outputs), *(state if name == "lstm" else (state,))


def total(results):
    """A number that reads each result, and each with another weight."""
    return sum(
        (part * (1 + wb.arange(part.numel(), dtype="float64").reshape(part.shape)).sin()).sum() for part in results
    )


@pytest.mark.parametrize("name", GATES)
def test_a_layer_and_its_gradients_are_those_of_its_cells(name):
    x, hx, params, leaves = problem(name)
    found = getattr(wb, name)(x, hx, params, bidirectional=False, **OPTIONS)
    want = by_cells(name, x, hx, params)
    for part, value in zip(found, want, strict=True):
        np.testing.assert_allclose(part.detach().numpy().reshape(value.shape), value.detach().numpy(), rtol=1e-13)
    total([part.reshape(value.shape) for part, value in zip(found, want)]).backward()
    gradients = [leaf.grad.numpy().copy() for leaf in leaves]
    for leaf in leaves:
        leaf.grad = None
    total(want).backward()
    for leaf, gradient in zip(leaves, gradients):
        np.testing.assert_allclose(gradient, leaf.grad.numpy(), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("rows, width", [(2, 3), (13, 50), (37, 20), (64, 128), (5, 300)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", GATES)
def test_a_layer_has_the_bits_of_its_cells_on_any_number_of_threads(name, dtype, rows, width):
    """A layer is one step of a plan, its cells are loops and products."""
    rng = np.random.default_rng(5)

    def leaf(*shape):
        return wb.tensor(rng.normal(0, 0.5, shape), dtype, requires_grad=True)

    params = [
        wb.tensor(w, dtype, requires_grad=True) for seed in (0, 10) for w in weights(GATES[name], 3, width, seed=seed)
    ]
    x, hidden, cells = leaf(4, rows, 3), leaf(2, rows, width), leaf(2, rows, width)

    def run(layer):
        for tensor in (x, hidden, cells, *params):
            tensor.grad = None
        states = (hidden, cells) if name == "lstm" else hidden
        results = layer(states)
        sum((part * part.cos()).sum() for part in results).backward()
        return [part.detach().numpy() for part in (*results, x.grad, hidden.grad, *(p.grad for p in params))]

    def cell_by_cell(states):
        """To and fro."""
        states = states if name == "lstm" else (states,)

        def one(direction, x):
            own = tuple(part[direction : direction + 1] for part in states)
            return by_cells(name, x, own if name == "lstm" else own[0], params[4 * direction : 4 * direction + 4])

        there, back = one(0, x), one(1, x.flip(0))
        return [wb.cat([there[0], back[0].flip(0)], 2), *(wb.stack(parts) for parts in zip(there[1:], back[1:]))]

    def layer(states):
        return getattr(wb, name)(x, states, params, bidirectional=True, **OPTIONS)

    want, before = run(cell_by_cell), wb.get_num_threads()
    try:
        found = {}
        for threads in (1, 2, 3, 7):
            wb.set_num_threads(threads)
            found[threads] = run(layer)
    finally:
        wb.set_num_threads(before)
    for results in found.values():
        assert all(same_bits(a, b) for a, b in zip(results, found[1], strict=True))
    # Gradients of weights are one sum over all steps there, and a sum of sums here.
    own = len(want) - len(params)
    assert [same_bits(a + 0, b + 0) for a, b in zip(found[1][:own], want[:own], strict=True)] == [True] * own
    for a, b in zip(found[1][own:], want[own:], strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=(1e-5 if dtype == "float32" else 1e-13) * np.abs(b).max())


PACKED = """
import hashlib
import numpy as np
import wingbeat as wb
from wingbeat import nn

for kind in (nn.LSTM, nn.GRU, nn.RNN):
    for rows, width, options in ((5, 8, {"num_layers": 2}), (1, 7, {"bidirectional": True}), (13, 33, {}), (3, 1, {})):
        wb.manual_seed(1)
        model = kind(3, width, **options)
        x = wb.randn(6, rows, 3, requires_grad=True)
        lengths = [6 - place % 5 for place in range(rows)]
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        output, last = model(packed)
        output = nn.utils.rnn.pad_packed_sequence(output)[0]
        results = [output, *(last if isinstance(last, tuple) else (last,))]
        sum((part * part.cos()).sum() for part in results).backward()
        values = results + [x.grad] + [parameter.grad for parameter in model.parameters()]
        print(hashlib.sha256(b"".join((value.detach().numpy() + 0).tobytes() for value in values)).hexdigest())
"""


def test_rows_that_end_early_have_the_bits_of_the_steps_one_by_one():
    assert python(PACKED) == python(PACKED, WINGBEAT_PASSES="-recurrence")


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("which", ["output", "last"])
def test_gradients_by_backward_are_those_that_can_be_differentiated_again(name, which):
    x, hx, params, leaves = problem(name, 2)
    results = getattr(wb, name)(x, hx, params, bidirectional=True, **OPTIONS)
    loss = total(results[:1] if which == "output" else results[1:])
    again = wb.autograd.grad(loss, leaves, create_graph=True)
    loss.backward()
    for leaf, gradient in zip(leaves, again):
        np.testing.assert_allclose(leaf.grad.numpy(), gradient.detach().numpy(), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", GATES)
def test_a_layer_computed_again_has_the_same_derivatives_of_both_orders(name):
    x, hx, params, leaves = problem(name, steps=3)

    def loss(weight):
        return total(getattr(wb, name)(x, hx, [params[0], weight, *params[2:]], bidirectional=False, **OPTIONS))

    weight, along = params[1].detach(), wb.tensor(weights(GATES[name], 3, 4, seed=50)[1])
    again = lambda weight: wb.checkpoint(loss, weight)  # noqa: E731
    for order in (wb.grad, lambda f: lambda w: wb.hvp(f, (w,), (along,))[0]):
        found, want = (order(f)(weight).detach().numpy() for f in (again, loss))
        np.testing.assert_allclose(found, want, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["gru", "lstm"])
def test_examples_of_a_mapped_function_have_gradients_of_their_own(name):
    x, hx, params, _ = problem(name, steps=3)

    def gradient(x):
        leaf = x.clone()
        return wb.grad(lambda x: total(getattr(wb, name)(x, hx, params, bidirectional=False, **OPTIONS)))(leaf)

    many = wb.stack([x.detach(), x.detach() * 0.5, x.detach() - 1])
    found = wb.vmap(gradient)(many)
    for one, value in zip(many.unbind(), found.unbind()):
        np.testing.assert_allclose(value.detach().numpy(), gradient(one).detach().numpy(), rtol=1e-11, atol=1e-13)


def test_a_captured_step_has_the_gradients_of_an_uncaptured_one():
    x, hx, params, leaves = problem("lstm")

    def step(x):
        for leaf in leaves:
            leaf.grad = None
        loss = total(wb.lstm(x, hx, params, bidirectional=False, **OPTIONS))
        loss.backward()
        return loss

    want = step(x).item(), [leaf.grad.numpy().copy() for leaf in leaves[1:]]
    compiled = wb.compile(step)
    for _ in range(2):
        assert compiled(x.detach()).item() == pytest.approx(want[0], rel=1e-13)
        for leaf, gradient in zip(leaves[1:], want[1]):
            np.testing.assert_allclose(leaf.grad.numpy(), gradient, rtol=1e-12, atol=1e-14)


def test_no_gradient_of_the_weights_is_kept_for_each_step():
    def arena(steps):
        params = [wb.tensor(w, requires_grad=True) for w in weights(4, 3, 64)]
        state = wb.zeros(1, 1, 64, dtype="float64")

        @wb.compile
        def step(x):
            for weight in params:
                weight.grad = None
            wb.lstm(x, (state, state), params, bidirectional=False, **OPTIONS)[0].sum().backward()
            return x.sum()

        x = wb.zeros(steps, 1, 3, dtype="float64")
        step(x)
        return int(re.search(r"(\d+) bytes of arena", step.explain()).group(1))

    weight = 4 * 64 * 64 * 8
    assert arena(20) - arena(4) < 8 * weight


def test_dropout_lies_between_layers_in_training():
    rng = np.random.default_rng(0)
    x, h = wb.tensor(rng.normal(0, 1, (3, 2, 4))), wb.zeros(2, 2, 4, dtype="float64")
    params = weights(3, 4, 4) + weights(3, 4, 4, seed=9)
    run = lambda p, train: wb.gru(x, h, params, True, 2, p, train, False, False)[0].numpy()  # noqa: E731
    np.testing.assert_array_equal(run(0.5, False), run(0.0, True))
    wb.manual_seed(1)
    first = run(0.5, True)
    assert (first != run(0.5, True)).any()
    wb.manual_seed(1)
    np.testing.assert_array_equal(first, run(0.5, True))
    alone = wb.gru(np.zeros((3, 2, 4)), h[:1], params[4:], True, 1, 0.0, False, False, False)[0].numpy()
    np.testing.assert_allclose(run(1.0, True), alone, rtol=1e-13)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda x, h, w: wb.gru(x, h, w[:3], True, 1, 0.0, False, False, False), "4 weights for each"),
        (lambda x, h, w: wb.gru(x, h, w, True, 2, 0.0, False, False, False), "2 layers"),
        (lambda x, h, w: wb.gru(x, h, w, True, 0, 0.0, False, False, False), "0 layers"),
        (lambda x, h, w: wb.gru(x[:0], h, w, True, 1, 0.0, False, False, False), "one step at least"),
        (lambda x, h, w: wb.gru(x[0], h, w, True, 1, 0.0, False, False, False), "three axes"),
        (lambda x, h, w: wb.gru(x, h[:, :1], w, True, 1, 0.0, False, False, False), r"\[1, 2, width\].*\[1, 1, 4\]"),
        (lambda x, h, w: wb.gru(x, h[..., :3], w, True, 1, 0.0, False, False, False), r"\[2, 4\].*\[2, 3\]"),
        (lambda x, h, w: wb.gru(x[..., :2], h, w, True, 1, 0.0, False, False, False), r"\[12, 3\].*\[2, 2\]"),
        (lambda x, h, w: wb.gru(x, h, w, True, 1, 1.5, True, False, False), "p from 0 to 1"),
        (lambda x, h, w: wb.gru(x, h, [], True, 1, 0.0, False, False, False), "list of weights"),
        (lambda x, h, w: wb.lstm(x, h, w, True, 1, 0.0, False, False, False), r"\(h, c\)"),
        (lambda x, h, w: wb.gru_cell(x[0], h[0], w[0], w[1], w[2][:3]), r"biases of \[12\]"),
        (lambda x, h, w: wb.gru_cell(x[0], h[0], w[0][:5], w[1]), "weights of"),
        (lambda x, h, w: wb.lstm_cell(x[0], h[0], w[0], w[1]), r"\(h, c\)"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call(wb.zeros(3, 2, 3), wb.zeros(1, 2, 4), [wb.tensor(w, dtype="float32") for w in weights(3, 3, 4)])
