"""Recurrent layers, attention, transformers and parametrisations beside what PyTorch computed (fixtures/recurrent)."""

import copy
import json
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from support import same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.nn.utils import rnn

FIXTURE = Path(__file__).parent / "fixtures" / "recurrent"
sys.path.insert(0, str(FIXTURE))
try:
    from cases import CASES, inputs, leaves, results, values
finally:
    sys.path.remove(str(FIXTURE))


def read(name):
    """Of each case: keys of the state, repr, outputs, gradients by name."""
    with h5py.File(FIXTURE / f"{name}.h5") as file:
        cases, flat = json.loads(bytes(file["cases"][()])), file["values"][()]

    def next_of(shape):
        nonlocal flat
        count = int(np.prod(shape))
        array, flat = flat[:count].reshape(shape), flat[count:]
        return array

    found = []
    for case in cases:
        outputs = [next_of(shape) for shape in case["outputs"]]
        gradients = {name: next_of(shape) for name, shape in case["gradients"]}
        found.append((case["state"], case["repr"], outputs, gradients))
    assert not flat.size
    assert [(case["expression"], case["call"]) for case in cases] == [(case[0], case[2]) for case in CASES[name]]
    return found


ALL = [
    pytest.param(case, wanted, id=f"{number} {case[0]}")
    for name in CASES
    for number, (case, wanted) in enumerate(zip(CASES[name], read(name)))
]
# One of each module.
MODULES = {case[0]: case for name in ("recurrent", "attention") for case in CASES[name]}


@pytest.mark.parametrize("dtype, tolerance", [(wb.float64, 1e-10), (wb.float32, 1e-5)], ids=["float64", "float32"])
@pytest.mark.parametrize("case, wanted", ALL)
def test_outputs_gradients_keys_and_repr_are_pytorchs(case, wanted, dtype, tolerance):
    expression, given, call = case
    keys, shown, outputs, gradients = results(expression, given, call, nn, nn.utils.rnn, wb.tensor, dtype)
    wanted_keys, wanted_repr, wanted_outputs, wanted_gradients = wanted
    assert keys == wanted_keys and shown == wanted_repr
    assert [output.shape for output in outputs] == [output.shape for output in wanted_outputs]
    for found, expected in zip(outputs, wanted_outputs):
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    assert list(gradients) == list(wanted_gradients)
    for name, expected in wanted_gradients.items():
        bound = tolerance * max(1, np.abs(expected).max())
        np.testing.assert_allclose(gradients[name], expected, rtol=tolerance, atol=bound, err_msg=name)


def made(expression):
    """A module with values of its own, and tensors that it takes."""
    _, given, call = MODULES[expression]
    module = eval(f"nn.{expression}", {"nn": nn})
    for name, parameter in module.named_parameters():
        parameter.data.copy_(wb.tensor(values(name, parameter.shape)).float())
    tensors = {
        name: wb.tensor(array if array.dtype == bool else array.astype("f4")) for name, array in inputs(given).items()
    }
    return module, tensors, call


def outputs_of(module, tensors, call):
    return [leaf.detach().numpy() for leaf in leaves(eval(call, {"m": module, "nn": nn, "rnn": rnn, **tensors}))]


@pytest.mark.parametrize("expression", MODULES)
def test_a_module_is_the_same_after_its_expression_a_file_a_copy_and_its_state(expression, tmp_path):
    module, tensors, call = made(expression)
    wanted = outputs_of(module, tensors, call)
    module.save(tmp_path / "model.h5")
    built = nn.build(module.expression())
    assert type(built) is type(module) and repr(built) == repr(module) and built.expression() == module.expression()
    built.load_state_dict(module.state_dict())
    for twin in (built, wb.load(tmp_path / "model.h5"), copy.deepcopy(module)):
        assert list(twin.state_dict()) == list(module.state_dict()) and repr(twin) == repr(module)
        assert all(same_bits(a, b) for a, b in zip(outputs_of(twin, tensors, call), wanted))


@pytest.mark.parametrize("expression", MODULES)
def test_a_compiled_step_is_the_plain_one_to_the_bit(expression):
    def train(wrap):
        module, tensors, call = made(expression)
        optimizer = optim.Adam(module.parameters(), lr=0.01)
        wb.manual_seed(3)

        @wrap
        def step(*given):
            found = leaves(eval(call, {"m": module, "nn": nn, "rnn": rnn, **dict(zip(tensors, given))}))
            loss = sum((leaf**2).sum() for leaf in found if leaf.requires_grad)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        losses = [step(*tensors.values()).item() for _ in range(4)]
        return losses, [parameter.detach().numpy() for parameter in module.parameters()]

    (losses, plain), (others, compiled) = train(lambda step: step), train(wb.compile)
    assert losses == others and all(same_bits(a, b) for a, b in zip(plain, compiled))


@pytest.mark.parametrize(
    "expression, call",
    [
        ("LSTM(8, 8, 3, dropout=0.5)", "m(x)[0]"),
        ("GRU(8, 8, 2, dropout=0.5, bidirectional=True)", "m(x)[0]"),
        ("MultiheadAttention(8, 2, dropout=0.5)", "m(x, x, x)[0]"),
        ("MultiheadAttention(8, 2, dropout=0.5)", "m(x, x, x, need_weights=False)[0]"),
        ("Transformer(8, 2, 1, 1, 16, dropout=0.5)", "m(x, x)"),
    ],
)
def test_dropout_is_there_in_training_alone_and_compiled_draws_the_same(expression, call):
    wb.manual_seed(0)
    module, x = nn.build(expression), wb.randn(5, 4, 8)
    run = lambda: eval(call, {"m": module, "x": x}).detach().numpy()  # noqa: E731
    assert not same_bits(run(), run())
    wb.manual_seed(1)
    plain = [run() for _ in range(3)]
    wb.manual_seed(1)
    step = wb.compile(lambda x: eval(call, {"m": module, "x": x}))
    assert all(same_bits(step(x).detach().numpy(), wanted) for wanted in plain)
    module.eval()
    assert same_bits(run(), run())
    whole = nn.build(expression.replace("dropout=0.5", "dropout=0.0"))
    whole.load_state_dict(module.state_dict())
    assert same_bits(run(), eval(call, {"m": whole, "x": x}).detach().numpy())


def test_lengths_leave_out_what_is_behind_each_row_s_end():
    lstm, x = nn.LSTM(3, 4, bidirectional=True), wb.tensor(values("x", (5, 2, 3)).astype("f4"))
    output, h, c = lstm._several(x, None, None, wb.tensor([3, 5]))
    short, (first, _) = lstm(x[:3, :1])
    np.testing.assert_allclose(output[:3, 0].detach().numpy(), short[:, 0].detach().numpy(), rtol=1e-6)
    assert not output[3:, 0].detach().numpy().any()
    np.testing.assert_allclose(h[:, :1].detach().numpy(), first.detach().numpy(), rtol=1e-6)
    with pytest.raises(ValueError, match=r"LSTM: whole numbers \[2\] are expected as lengths"):
        lstm._several(x, None, None, wb.tensor([3, 5, 1]))


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda x: nn.LSTM(3, 4)(x[..., :2]), "LSTM: 3 features are expected, but found 2"),
        (lambda x: nn.LSTM(3, 4)(x[0, 0]), "two or three axes"),
        (lambda x: nn.LSTM(3, 4)(x, x), r"expected \(h, c\) as hx"),
        (lambda x: nn.LSTM(3, 4)(x, (x, x)), "hidden state"),
        (lambda x: nn.GRU(3, 4)(x, wb.zeros(1, 4)), r"hidden states of \[1, 2, 4\] are expected"),
        (lambda x: nn.RNN(3, 0), "must be positive"),
        (lambda x: nn.LSTM(3, 4, proj_size=4), "proj_size must be 0 or below hidden_size"),
        (lambda x: nn.LSTM(3, 4, dropout=1.5), "dropout must be from 0 to 1"),
        (lambda x: nn.RNN(3, 4, nonlinearity="gelu"), "'tanh' or 'relu'"),
        (lambda x: nn.GRUCell(3, 4)(x), "3 features of one or several rows"),
        (lambda x: nn.MultiheadAttention(8, 3), "num_heads divide it"),
        (lambda x: nn.MultiheadAttention(8, 2)(x, x, x), "8 features of the query are expected, but found 3"),
        (lambda x: nn.MultiheadAttention(3, 1)(x, x, x, attn_mask=wb.zeros(2, 2)), "attn_mask"),
        (lambda x: nn.MultiheadAttention(3, 1)(x, x, x, wb.zeros(2, 2)), "key_padding_mask"),
        (lambda x: nn.MultiheadAttention(3, 1)(x, x, x, is_causal=True), "attn_mask is expected beside is_causal"),
        (lambda x: nn.MultiheadAttention(3, 1)(x, x[0], x), "three axes each"),
        (lambda x: nn.Transformer(8, 2, 1, 1)(x, x), "8 features are expected, but found 3"),
        (lambda x: nn.TransformerEncoderLayer(8, 2, activation=wb.tanh), "relu"),
        (
            lambda x: nn.Sequential(nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), 2))(x),
            r"layers.0.self_attn \(MultiheadAttention\)",
        ),
        (lambda x: rnn.pack_padded_sequence(x, [3, 5]), "longest sequence first"),
        (lambda x: rnn.pack_padded_sequence(x, [3, 9], enforce_sorted=False), "lengths from 1 to 5"),
        (lambda x: rnn.pack_padded_sequence(x, [3]), "2 lengths"),
        (lambda x: rnn.pack_padded_sequence(x, [3.5, 1]), "whole numbers"),
        (lambda x: rnn.pad_sequence([]), "one at least"),
        (lambda x: rnn.pad_packed_sequence(x), "PackedSequence"),
    ],
)
def test_wrong_input_gets_a_sentence(call, words):
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=words):
        call(wb.zeros(5, 2, 3))


def test_sequences_are_packed_padded_and_come_back():
    sequences = [wb.tensor(values(str(n), (n, 2))) for n in (2, 4, 1)]
    for sorting in (False, True):
        given = sorted(sequences, key=len, reverse=True) if sorting else sequences
        packed = rnn.pack_sequence(given, enforce_sorted=sorting)
        assert packed.batch_sizes.tolist() == [3, 2, 1, 1] and packed.data.shape == (7, 2)
        back = rnn.unpack_sequence(packed)
        assert [same_bits(a.numpy(), b.numpy()) for a, b in zip(back, given)] == [True] * 3
        padded, lengths = rnn.pad_packed_sequence(packed, batch_first=True, padding_value=7.0, total_length=6)
        assert padded.shape == (3, 6, 2) and lengths.tolist() == [len(sequence) for sequence in given]
        assert (padded[0, lengths[0].item() :].numpy() == 7).all()
    left = rnn.pad_sequence(sequences, batch_first=True, padding_value=-1.0, padding_side="left")
    assert (left[0, :2].numpy() == -1).all() and same_bits(left[0, 2:].numpy(), sequences[0].numpy())
    data, sizes, order, back = packed
    assert order is None and back is None and packed.double().data.dtype == wb.float64
    assert rnn.invert_permutation(wb.tensor([2, 0, 1])).tolist() == [1, 2, 0]


class Mixed(nn.Module):
    """All of them, with Python between."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True, bidirectional=True)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.layers = nn.ModuleList([nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True) for _ in range(2)])
        self.gru, self.cell = nn.GRU(8, 4), nn.LSTMCell(8, 4)
        self.scale = nn.ParameterList([wb.ones(8)])

    def forward(self, x):
        y, (h, _) = self.lstm(x)
        a, _ = self.attention(y, y, y, need_weights=False)
        b, weights = self.attention(y, y, y)
        for layer in self.layers:
            a = layer(a)
        g, _ = self.gru(a.transpose(0, 1))
        s, _ = self.cell(a[:, 0])
        return (a + b) * self.scale[0], h, weights, g, s


def test_a_model_of_all_of_them_is_exported_saved_and_loaded(tmp_path):
    net, x = Mixed(), wb.tensor(values("x", (3, 5, 3)).astype("f4"))
    graph = wb.export(net, x)
    graph.save(tmp_path / "graph.h5")
    net.save(tmp_path / "net.h5")
    assert "layers.0(" in graph.code() and "attention(h1, h1, h1, need_weights=False)" in graph.code()
    wanted = [part.detach().numpy() for part in net(x)]
    for twin in (
        graph,
        wb.load(tmp_path / "graph.h5"),
        wb.load(tmp_path / "net.h5", custom=[Mixed]),
        copy.deepcopy(net),
    ):
        assert all(same_bits(part.detach().numpy(), expected) for part, expected in zip(twin(x), wanted))
    assert list(net.state_dict())[-1].startswith("scale") and len(list(net.parameters())) == 8 + 4 + 2 * 12 + 4 + 4 + 1


def test_a_trainer_runs_a_stack_of_layers():
    wb.manual_seed(0)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, 0.0), 2)
    model = nn.Sequential(nn.Linear(3, 8), encoder, nn.Linear(8, 8))
    x = values("x", (20, 3)).astype("f4")
    trainer = wb.training.Trainer(model, nn.MSELoss(), optim.Adam(model.parameters(), lr=0.01))
    y = np.repeat(x[:, :1], 8, 1)
    before = nn.functional.mse_loss(model(x), y).item()
    trainer.fit((x, y), batch_size=20, epochs=20)
    assert nn.functional.mse_loss(model(x), y).item() < before / 2
