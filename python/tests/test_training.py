"""Trainer: stopping conditions, callbacks, validation; resuming in a new process with the same bits."""

import h5py
import numpy as np
import pytest
from support import numbers, python, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.data import TensorDataset
from wingbeat.training import Trainer, evaluate

X = numbers((60, 4), "float32", 1)
Y = (X @ np.array([1.0, -2, 0.5, 1]) > 0).astype("i8")


def trainer(lr=0.05, seed=0, optimizer=optim.Adam):
    wb.manual_seed(seed)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    return Trainer(model, nn.CrossEntropyLoss(), optimizer(model.parameters(), lr=lr))


def weights(t):
    return [p.detach().numpy() for p in t.model.parameters()]


def test_fit_trains_as_the_loop_written_by_hand_does_to_the_bit():
    t, by_hand = trainer(), trainer()
    assert t.fit((X, Y), epochs=3, batch_size=16, seed=7) == "epochs"
    dataset = TensorDataset(X, Y)
    for epoch in range(3):
        for x, y in dataset.batches(16, shuffle=True, seed=7, epoch=epoch):
            loss = by_hand.loss(by_hand.model(x), y)
            by_hand.optimizer.zero_grad()
            loss.backward()
            by_hand.optimizer.step()
    assert all(map(same_bits, weights(t), weights(by_hand)))
    assert (t.epoch, t.step, t.total_steps) == (3, 0, 12)


def test_the_callback_sees_every_step_with_plain_numbers():
    t, seen = trainer(), []
    t.fit((X, Y), epochs=2, batch_size=16, validation=(X, Y), callback=lambda p: seen.append(p) and None)
    steps = [p for p in seen if not p.epoch_ended]
    ends = [p for p in seen if p.epoch_ended]
    assert (
        [p.epoch for p in ends] == [0, 1]
        and len(t.history) == 2
        and ends[-1].total_steps == 8
        and all(p.steps_per_epoch == 4 and p.epochs == 2 for p in seen)
    )
    assert {p.total_steps for p in seen} == set(range(1, 9)) and steps[0].step == 1
    assert (
        np.isfinite(ends[0].validation_loss)
        and 0 <= ends[0].accuracy <= 1
        and ends[-1].seconds >= 0
        and ends[0].improved is True
    )
    loss, accuracy = evaluate(t.model, t.loss, (X, Y))
    assert (loss, accuracy) == (ends[-1].validation_loss, ends[-1].validation_accuracy)
    logits = t.model(X).detach().numpy().astype("f8")
    logits -= logits.max(1, keepdims=True)
    np.testing.assert_allclose(
        loss, -(logits - np.log(np.exp(logits).sum(1, keepdims=True)))[np.arange(60), Y].mean(), rtol=1e-5
    )
    assert accuracy == (logits.argmax(1) == Y).mean() and "validation_loss" in repr(ends[0])
    few = []
    trainer().fit((X, Y), epochs=1, batch_size=6, report_every=5, callback=lambda p: few.append(p.step) and None)
    assert sorted(set(few)) == [5, 10]


def test_a_true_result_of_the_callback_stops_and_fit_goes_on_from_there():
    t, straight = trainer(), trainer()
    assert t.fit((X, Y), epochs=3, batch_size=16, callback=lambda p: p.total_steps == 6) == "callback"
    assert (t.epoch, t.step, t.total_steps) == (1, 2, 6)
    assert t.fit((X, Y), epochs=3, batch_size=16) == "epochs"
    straight.fit((X, Y), epochs=3, batch_size=16)
    assert all(map(same_bits, weights(t), weights(straight)))


@pytest.mark.parametrize("kind", [KeyError, KeyboardInterrupt, SystemExit])
def test_an_exception_of_the_callback_comes_out_and_training_can_go_on(kind):
    t, straight, mine = trainer(), trainer(), kind("mine")

    def callback(progress):
        if progress.total_steps == 3:
            raise mine

    with pytest.raises(kind) as caught:
        t.fit((X, Y), epochs=2, batch_size=16, callback=callback)
    assert caught.value is mine and t.total_steps == 3
    t.fit((X, Y), epochs=2, batch_size=16)
    straight.fit((X, Y), epochs=2, batch_size=16)
    assert all(map(same_bits, weights(t), weights(straight)))


def test_early_stopping_counts_epochs_without_improvement_and_restores_the_best():
    # The validation labels contradict the training labels: the validation loss rises once the model has learned
    # something.
    t, seen = trainer(lr=0.1), []
    reason = t.fit(
        (X, Y),
        epochs=50,
        batch_size=16,
        validation=(X, 1 - Y),
        patience=3,
        restore_best=True,
        callback=lambda p: p.epoch_ended and seen.append((p.validation_loss, p.improved)) and None,
    )
    losses = [loss for loss, _ in seen]
    best = int(np.argmin(losses))
    assert (
        reason == "patience"
        and len(losses) == best + 4
        and seen[best][1]
        and not any(improved for _, improved in seen[best + 1 :])
    )
    np.testing.assert_allclose(evaluate(t.model, t.loss, (X, 1 - Y))[0], losses[best], rtol=1e-6)


def test_max_steps_returns_in_the_middle_of_an_epoch():
    t = trainer()
    assert t.fit((X, Y), epochs=2, batch_size=16, max_steps=3) == "steps" and t.total_steps == 3
    assert t.fit((X, Y), epochs=2, batch_size=16, max_steps=3) == "steps" and (t.epoch, t.step) == (1, 2)
    assert t.fit((X, Y), epochs=2, batch_size=16, drop_last=False) == "epochs" and t.total_steps == 8


def test_a_loss_that_is_not_finite_ends_fit_before_the_update():
    t = trainer()
    bad = X.copy()
    bad[40] = np.nan
    before = weights(t)
    with pytest.raises(FloatingPointError, match="finite|nan"):
        t.fit((bad, Y), batch_size=60, check_finite=True)
    assert all(map(same_bits, weights(t), before))
    t.fit((X, Y), batch_size=60, check_finite=True)
    assert not all(map(same_bits, weights(t), before))


def test_the_trainer_refuses_what_it_cannot_train():
    t = trainer()

    for call, kind, words in (
        (lambda: Trainer("text", nn.MSELoss(), t.optimizer), TypeError, "found 'text'"),
        (lambda: Trainer(t.model, "text", t.optimizer), TypeError, "found 'text'"),
        (
            lambda: Trainer(t.model, nn.CrossEntropyLoss(reduction="none"), t.optimizer).fit((X, Y)),
            ValueError,
            "one number",
        ),
        (lambda: Trainer(t.model, nn.MSELoss(), t.optimizer, {"error": "text"}), TypeError, "metric 'error'"),
        (lambda: Trainer(t.model, nn.MSELoss(), "text"), TypeError, "'text'"),
        (lambda: t.fit("text"), TypeError, "found str"),
        (lambda: t.fit((X, Y), batch_size=0), ValueError, "0"),
        (lambda: t.fit((X, Y), batch_size="a"), TypeError, "'a'"),
        (lambda: t.fit((X, Y), epochs=-1), ValueError, "-1"),
        (lambda: t.fit((X, Y), shuffle="other"), ValueError, "'other'"),
        (lambda: t.fit((X, Y), epochs=float("nan")), ValueError, "nan"),
        (lambda: t.fit((X[:, :3], Y)), ValueError, "3"),
        (lambda: t.fit((X, Y + 5)), IndexError, "5|6"),
        (lambda: t.fit((X, Y[:5])), ValueError, "60.*5"),
        (lambda: t.fit((X[:0], Y[:0])), ValueError, "empty|no rows"),
        (lambda: t.fit(TensorDataset(X)), ValueError, "y|label|target"),
        (lambda: t.fit((X, Y), patience=2), ValueError, "validation"),
        (lambda: evaluate(t.model, t.loss, (X, Y), batch_size=0), ValueError, "0"),
    ):
        before = weights(t)
        with pytest.raises(kind, match=words):
            call()
        assert all(map(same_bits, weights(t), before))
    assert t.fit((X, Y)) == "epochs"


# -------------------------------------------------------------------- resuming in a new process

PROGRAM = """
import sys
import numpy as np
import wingbeat as wb
import test_training
path, resume = sys.argv[1], sys.argv[2] == "True"
wb.manual_seed(99 if resume else 0)
"""

BY_TRAINER = (
    PROGRAM
    + """
t = test_training.trainer(seed=5 if resume else 0, optimizer=getattr(wb.optim, sys.argv[3]))
if resume:
    t.load(path)
for steps in (0,) if resume else (1, 3, 2, 0):
    t.fit((test_training.X, test_training.Y), epochs=3, batch_size=16, seed=3, max_steps=steps)
    if steps:
        t.save(f"{path}-{t.total_steps}.h5")
weights = [w.tobytes().hex() for w in test_training.weights(t)]
print(t.epoch, t.step, t.total_steps, *weights, wb.rand(3).numpy().tobytes().hex())
"""
)

BY_HAND = (
    PROGRAM
    + """
from wingbeat import nn, optim
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 2)
        self.register_buffer("seen", wb.zeros(()))
    def forward(self, x):
        self.seen.add_(1)
        return self.b(self.a(x + 0.1 * wb.randn(*x.shape)).tanh())
net = Net()
settings = dict(lr=0.05, momentum=0.9) if sys.argv[3] == "SGD" else dict(lr=0.05)
optimizer = getattr(optim, sys.argv[3])(net.parameters(), **settings)
epoch, step = net.load(path, optimizer, restore_random=True) if resume else (0, 0)
x, y = wb.tensor(test_training.X), wb.tensor(test_training.Y)
for step in range(step, 10):
    loss = nn.functional.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if not resume:
        net.save(f"{path}-{step + 1}.h5", optimizer, epoch=2, step=step + 1)
parameters = [p.detach().numpy().tobytes().hex() for p in net.parameters()]
print(net.seen.item(), *parameters, wb.rand(2).numpy().tobytes().hex())
"""
)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "AdamW"])
@pytest.mark.parametrize("program", [BY_TRAINER, BY_HAND], ids=["trainer", "loop by hand"])
def test_a_new_process_goes_on_from_a_checkpoint_with_the_same_bits(tmp_path, program, optimizer):
    straight = python(program, tmp_path / "after", False, optimizer)
    for steps in (1, 4, 6):
        assert python(program, tmp_path / f"after-{steps}.h5", True, optimizer) == straight


@pytest.mark.parametrize("shuffle", [True, "chunks", "exact"])
@pytest.mark.parametrize("steps", [3, 13, 20])
@pytest.mark.parametrize("first, second", [(1 << 30, 0), (0, 1 << 30)])
def test_a_trainer_resumed_where_the_data_has_another_cache_goes_on_in_the_same_order(
    tmp_path, shuffle, steps, first, second
):
    rng = np.random.default_rng(0)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=rng.normal(size=(100, 3)).astype("f4"), chunks=(7, 3), compression="gzip")
        file.create_dataset("y", data=rng.normal(size=(100, 1)).astype("f4"))

    def opened(size):
        wb.data.set_cache(size)
        try:
            return wb.data.HDF5Dataset(tmp_path / "a.h5", "x", "y")
        finally:
            wb.data.set_cache(1 << 30)

    def fresh():
        wb.manual_seed(3)
        model = nn.Sequential(nn.Linear(3, 1))
        return Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))

    settings = {"epochs": 3, "batch_size": 8, "shuffle": shuffle, "seed": 5}
    whole = fresh()
    whole.fit(opened(first), **settings)
    stopped = fresh()
    stopped.fit(opened(first), max_steps=steps, **settings)
    stopped.save(tmp_path / "t.h5")
    resumed = fresh()
    resumed.load(tmp_path / "t.h5")
    resumed.fit(opened(second), **settings)
    assert resumed.total_steps == whole.total_steps
    for a, b in zip(resumed.model.parameters(), whole.model.parameters()):
        assert a.detach().numpy().tobytes() == b.detach().numpy().tobytes()
