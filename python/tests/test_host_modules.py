"""Python modules where the engine runs the tree: in trainers, in evaluation, in containers, as losses and metrics."""

import gc
import weakref

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat._library import check, lib
from wingbeat.training import Trainer, evaluate

X = numbers((60, 4), "float32")
Y = (X[:, 0] > X[:, 1]).astype("int64")


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = nn.Linear(width, width)

    def forward(self, x):
        return x + wb.tanh(self.inner(x))


def network():
    wb.manual_seed(3)
    return nn.Sequential(nn.Linear(4, 8), Residual(8), nn.ReLU(), nn.Linear(8, 2))


def weights(model):
    return [p.detach().numpy().copy() for p in model.parameters()]


def by_hand(model, loss_fn, epochs=2):
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(epochs):
        for start in range(0, 60, 20):
            loss = loss_fn(model(X[start : start + 20]), wb.tensor(Y[start : start + 20]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return weights(model)


def by_trainer(model, loss_fn, epochs=2, **more):
    trainer = Trainer(model, loss_fn, optim.SGD(model.parameters(), lr=0.1, momentum=0.9), **more)
    assert trainer.fit((X, Y), epochs=epochs, batch_size=20, shuffle=False) == "epochs"
    return trainer


def test_a_trainer_trains_a_tree_with_python_in_it_as_the_loop_does():
    expected = by_hand(network(), nn.CrossEntropyLoss())
    model = network()
    by_trainer(model, nn.CrossEntropyLoss())
    assert all(map(same_bits, weights(model), expected))


def test_a_loss_of_ones_own_is_trained_by_and_evaluated():
    class Own(nn.Module):
        def forward(self, prediction, target):
            return (wb.logsumexp(prediction, 1) - (prediction * nn.functional.one_hot(target, 2)).sum(1)).mean()

    expected = by_hand(network(), Own())
    model = network()
    trainer = by_trainer(model, Own())
    assert all(map(same_bits, weights(model), expected))
    assert np.isnan(trainer.history[-1].accuracy), "the engine does not know whether it has classes"
    loss, accuracy = evaluate(model, Own(), (X, Y))
    reference, _ = evaluate(model, nn.CrossEntropyLoss(), (X, Y))
    assert loss == pytest.approx(reference, rel=1e-5) and np.isnan(accuracy)


def test_metrics_are_means_over_the_epoch_and_the_data_set():
    class Right(nn.Module):
        def forward(self, prediction, target):
            return (prediction.argmax(1) == target).float()  # one for each row

    class Largest(nn.Module):
        def forward(self, prediction, target):
            return prediction.amax()  # one number

    model = network()
    seen = []
    trainer = Trainer(
        model, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1), {"right": Right(), "largest": Largest()}
    )
    trainer.fit(
        (X, Y),
        epochs=1,
        batch_size=16,
        shuffle=False,
        validation=(X, Y),
        callback=lambda progress: seen.append(progress) and None,
    )
    last = seen[-1]
    assert last.metrics["right"] == pytest.approx(last.accuracy) and last.validation_metrics["right"] == pytest.approx(
        last.validation_accuracy
    )
    result = evaluate(
        model, nn.CrossEntropyLoss(), (X, Y), metrics={"right": Right(), "largest": Largest()}, batch_size=25
    )
    assert result.metrics["right"] == pytest.approx(result[1]) and last.validation_metrics["right"] == pytest.approx(
        result[1]
    )
    prediction = model(X).detach().numpy()
    expected = (
        sum(prediction[start : start + 25].max() * len(prediction[start : start + 25]) for start in range(0, 60, 25))
        / 60
    )
    assert result.metrics["largest"] == pytest.approx(expected, rel=1e-6)


def test_the_engine_tells_python_modules_their_mode():
    class Mode(nn.Module):
        def forward(self, x):
            return x * (2.0 if self.training else 1.0)

    model = nn.Sequential(nn.Linear(4, 2), Mode())
    model.eval()
    by_trainer(model, nn.CrossEntropyLoss(), epochs=1)
    assert model.training and model[1].training
    x = X[:5]
    twice = model(x).detach().numpy()
    loss, _ = evaluate(model, nn.CrossEntropyLoss(), (X, Y))
    assert model[1].training, "evaluation leaves modes as they were"
    model.eval()
    assert same_bits(model(x).detach().numpy() * 2, twice)
    assert loss == pytest.approx(nn.functional.cross_entropy(model(X), wb.tensor(Y)).item(), rel=1e-6)


def test_a_buffer_that_is_assigned_in_forward_goes_on_from_step_to_step():
    class Mean(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("mean", wb.zeros(4))

        def forward(self, x):
            before = self.mean
            if self.training:
                self.mean = 0.5 * self.mean + 0.5 * wb.asarray(x).mean(0).detach()
            return x - before

    def model():
        wb.manual_seed(1)
        return nn.Sequential(Mean(), nn.Linear(4, 2))

    ours, theirs = model(), model()
    by_hand(ours, nn.CrossEntropyLoss())
    by_trainer(theirs, nn.CrossEntropyLoss())
    assert same_bits(theirs[0].mean.numpy(), ours[0].mean.numpy()) and theirs[0].mean.numpy().any()
    assert all(map(same_bits, weights(theirs), weights(ours)))
    step = wb.compile(lambda x: theirs(x))
    for _ in range(3):
        step(X), ours(X)
    assert same_bits(theirs[0].mean.numpy(), ours[0].mean.numpy())


def test_an_exception_in_a_forward_method_comes_out_of_fit_as_it_is():
    class Failing(nn.Module):
        def forward(self, x):
            raise KeyError("from within")

    model = nn.Sequential(nn.Linear(4, 2), Failing())
    before = weights(model)
    trainer = Trainer(model, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1))
    for call in (lambda: trainer.fit((X, Y)), lambda: evaluate(model, nn.CrossEntropyLoss(), (X, Y))):
        with pytest.raises(KeyError, match="from within"):
            call()
    assert all(map(same_bits, weights(model), before)) and (wb.ones(2) + 1).tolist() == [2, 2]


def test_a_value_asked_for_in_a_trainers_forward_pass_is_refused():
    class Asking(nn.Module):
        def forward(self, x):
            return x * x.sum().item()

    model = nn.Sequential(nn.Linear(4, 2), Asking())
    with pytest.raises(wb.StateError, match="capture"):
        Trainer(model, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1)).fit((X, Y))


def test_a_subclass_of_a_layer_has_its_own_forward_everywhere_and_the_layers_by_super():
    class Doubled(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    wb.manual_seed(2)
    layer = Doubled(4, 2)
    plain = nn.Linear(4, 2)
    plain.load_state_dict(layer.state_dict())
    expected = 2 * plain(X).detach().numpy()
    assert same_bits(layer(X).detach().numpy(), expected)
    assert same_bits(nn.Sequential(layer)(X).detach().numpy(), expected)
    loss, _ = evaluate(nn.Sequential(layer), nn.CrossEntropyLoss(), (X, Y))
    assert loss == pytest.approx(nn.functional.cross_entropy(wb.tensor(expected), wb.tensor(Y)).item(), rel=1e-6)
    layer.bias = None
    assert same_bits(layer(X).detach().numpy(), 2 * (X @ plain.weight.detach().numpy().T)) or np.allclose(
        layer(X).detach().numpy(), 2 * (X @ plain.weight.detach().numpy().T), rtol=1e-5
    )
    with pytest.raises(wb.UnsupportedError, match="Doubled"):
        nn.Sequential(layer).expression()


def test_a_forward_that_is_assigned_to_an_instance_counts_too():
    layer = nn.Linear(4, 2)
    layer.forward = lambda x: wb.ones(x.shape[0], 2)
    assert layer(X).sum().item() == 120
    assert nn.Sequential(layer, nn.Identity())(X).sum().item() == 120


def test_an_argument_of_the_engines_layer_cannot_be_changed_in_silence():
    layer = nn.LeakyReLU(0.2)
    with pytest.raises(wb.UnsupportedError, match="negative_slope"):
        layer.negative_slope = 0.5
    assert layer.negative_slope == 0.2


def test_python_modules_end_with_their_last_reference():
    model = network()
    seen = weakref.ref(model[1])
    loss = nn.CrossEntropyLoss()
    trainer = Trainer(model, loss, optim.SGD(model.parameters(), lr=0.1))
    trainer.fit((X, Y), batch_size=20)
    del model, trainer, loss
    gc.collect()
    assert seen() is None


def test_the_engine_says_whether_a_tree_needs_python():
    from ctypes import c_int32

    flag = c_int32()
    for model, needs in (
        (network(), 1),
        (nn.Sequential(nn.Linear(2, 2)), 0),
        (nn.Sequential(nn.Sequential(nn.ModuleList())), 0),
    ):
        check(lib.wb_module_needs_host(model, flag))
        assert flag.value == needs


def test_groups_have_settings_of_their_own():
    def parameters():
        return nn.Parameter(wb.ones(3)), nn.Parameter(wb.ones(2))

    def step(optimizer, values):
        for value in values:
            value.grad = wb.full(value.shape, 0.5)
        optimizer.step()
        return [value.detach().numpy().copy() for value in values]

    for kind in (optim.SGD, optim.Adam, optim.AdamW):
        a, b = parameters()
        together = kind([{"params": [a]}, {"params": [b], "lr": 0.5, "weight_decay": 0.1}], lr=0.1)
        c, d = parameters()
        apart = kind([c], lr=0.1), kind([d], lr=0.5, weight_decay=0.1)
        for _ in range(3):
            found = step(together, (a, b))
            expected = step(apart[0], (c,)) + step(apart[1], (d,))
            assert all(map(same_bits, found, expected)), kind.__name__
        assert [group["lr"] for group in together.param_groups] == [0.1, 0.5]
        assert together.param_groups[1]["params"] == [b] and together.lr == 0.1
        together.param_groups[1]["lr"] = 0.25
        together.lr = 0.2
        assert [group["lr"] for group in together.param_groups] == [0.2, 0.2]
        e = nn.Parameter(wb.ones(1))
        together.add_param_group({"params": e, "lr": 1.0})
        assert [group["lr"] for group in together.param_groups] == [0.2, 0.2, 1.0] and together.param_groups[2][
            "weight_decay"
        ] == apart[0].weight_decay
        state = together.state_dict()
        f, g = parameters()
        other = kind([{"params": [f]}, {"params": [g]}, {"params": [nn.Parameter(wb.ones(1))]}])
        other.load_state_dict(state)
        assert [group["lr"] for group in other.param_groups] == [0.2, 0.2, 1.0]
        with pytest.raises(wb.StructureError, match="groups"):
            kind([f]).load_state_dict(state)
    for wrong, error, words in (
        (lambda: optim.SGD([{"params": [a]}, {"params": [a]}]), ValueError, "twice"),
        (lambda: optim.SGD([{"params": []}]), ValueError, "no parameters"),
        (lambda: together.add_param_group({"params": [a], "lr": -1}), ValueError, "-1|twice"),
    ):
        with pytest.raises(error, match=words):
            wrong()


def test_frozen_parameters_are_left_alone_and_named_parameters_are_taken(tmp_path):
    model = network()
    model[0].requires_grad_(False)
    before = [value.copy() for value in weights(model)[:2]]
    optimizer = optim.Adam(model.named_parameters(), lr=0.1)
    nn.functional.cross_entropy(model(X), wb.tensor(Y)).backward()
    optimizer.step()
    assert all(map(same_bits, weights(model)[:2], before)) and len(optimizer.param_groups[0]["params"]) == 6
    graph = wb.export(model, X)
    graph.save(tmp_path / "frozen.h5", optimizer=None)
    assert [p.requires_grad for p in wb.load(tmp_path / "frozen.h5").parameters()] == [
        False,
        False,
        True,
        True,
        True,
        True,
    ]
