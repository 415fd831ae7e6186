"""Schedules in Python: states, functions, ones of one's own, training, averages of weights. Their rates are compared in
test_optimizers_of_pytorch.py."""

import copy
import gc
import pickle
from collections import Counter

import numpy as np
import optimizer_cases as cases
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.optim import lr_scheduler, swa_utils


def optimizer_of(rates=cases.RATES, **settings):
    groups = [{"params": [nn.Parameter(wb.ones(1))], "lr": rate} for rate in rates]
    return optim.SGD(groups, momentum=0.6, **settings)


def step(schedule, epoch):
    schedule.step(*([cases.metric(epoch)] if isinstance(schedule, lr_scheduler.ReduceLROnPlateau) else []))


@pytest.mark.parametrize("place", range(len(cases.SCHEDULES)), ids=lambda place: f"{place} {cases.SCHEDULES[place][0]}")
def test_a_state_dict_lets_another_schedule_go_on(place):
    kind, arguments = cases.SCHEDULES[place]
    first, second = optimizer_of(), optimizer_of()
    one = cases.make_schedule(vars(lr_scheduler), kind, arguments, first)
    for epoch in range(7):
        step(one, epoch)
    state, kept = one.state_dict(), first.state_dict()
    assert "optimizer" not in state and state["_last_lr"] == one.get_last_lr()
    two = cases.make_schedule(vars(lr_scheduler), kind, arguments, second)
    second.load_state_dict(kept)
    two.load_state_dict({**state, "_is_initial": False})  # PyTorch's has more keys
    for epoch in range(7, 16):
        step(one, epoch)
        step(two, epoch)
        assert one.get_last_lr() == two.get_last_lr()
        assert cases.momenta(first) == cases.momenta(second)
    assert one.state_dict() == two.state_dict()


@pytest.mark.parametrize("place", range(len(cases.SCHEDULES)), ids=lambda place: f"{place} {cases.SCHEDULES[place][0]}")
def test_copies_and_pickles_go_on_like_the_original(place):
    kind, arguments = cases.SCHEDULES[place]
    optimizer = optimizer_of()
    schedule = cases.make_schedule(vars(lr_scheduler), kind, arguments, optimizer)
    for epoch in range(6):
        step(schedule, epoch)
    schedule.note = "mine"
    pairs = [copy.deepcopy((optimizer, schedule)), pickle.loads(pickle.dumps((optimizer, schedule)))]
    for other, twin in pairs:
        assert twin.optimizer is other and twin.note == "mine" and twin.state_dict() == schedule.state_dict()
        assert [group["lr"] for group in other.param_groups] == schedule.get_last_lr()
    for epoch in range(6, 12):
        step(schedule, epoch)
        for other, twin in pairs:
            step(twin, epoch)
            assert twin.get_last_lr() == schedule.get_last_lr()
            assert cases.momenta(other) == cases.momenta(optimizer)


def test_values_of_a_schedule_are_attributes():
    optimizer = optimizer_of()
    schedule = lr_scheduler.StepLR(optimizer, 3, gamma=0.5)
    assert (schedule.step_size, schedule.gamma, schedule.last_epoch, schedule.base_lrs) == (3, 0.5, 0, [0.1, 0.3])
    assert schedule.optimizer is optimizer and isinstance(schedule, lr_scheduler.LRScheduler)
    schedule.gamma = 0.25
    schedule.last_epoch = 5
    schedule.step()
    assert schedule.get_last_lr() == [0.025, 0.075]
    assert repr(schedule) == "StepLR(step_size=3, gamma=0.25, last_epoch=6)"
    schedule.note = "mine"
    assert schedule.note == "mine"
    with pytest.raises(AttributeError, match="speed"):
        schedule.speed  # noqa: B018
    milestones = lr_scheduler.MultiStepLR(optimizer_of(), [2, 5])
    milestones.load_state_dict({"milestones": Counter([3, 3, 7]), "last_epoch": 2})
    assert milestones.milestones == (3, 3, 7)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer_of(), patience=0)
    plateau.step(wb.tensor(1.0))
    assert (plateau.best, plateau.num_bad_epochs) == (1.0, 0)


def test_a_schedule_goes_on_from_an_epoch_with_the_initial_rate_of_the_group():
    optimizer = optim.SGD([{"params": [nn.Parameter(wb.ones(1))], "initial_lr": 0.8}], lr=0.1)
    schedule = lr_scheduler.CosineAnnealingLR(optimizer, 10, last_epoch=4)
    assert schedule.last_epoch == 5 and schedule.base_lrs == [0.8]
    with pytest.raises(ValueError, match="initial_lr"):
        lr_scheduler.StepLR(optimizer_of(), 3, last_epoch=4)


def test_a_step_to_an_epoch_takes_the_closed_form():
    optimizer = optimizer_of()
    schedule = lr_scheduler.ExponentialLR(optimizer, 0.5)
    schedule.step(3)
    assert schedule.get_last_lr() == pytest.approx([0.0125, 0.0375]) and schedule.last_epoch == 3
    restarts = lr_scheduler.CosineAnnealingWarmRestarts(optimizer_of(), T_0=4, T_mult=2)
    restarts.step(5.5)
    assert restarts.T_cur == 1.5 and restarts.T_i == 8 and restarts.last_epoch == 5


def test_functions_that_fail_leave_the_schedule_as_it_was():
    def factor(epoch):
        if epoch == 2:
            raise KeyError("no factor")
        return 1 / (1 + epoch)

    optimizer = optimizer_of()
    schedule = lr_scheduler.LambdaLR(optimizer, factor)
    schedule.step()
    with pytest.raises(KeyError, match="no factor"):
        schedule.step()
    assert schedule.last_epoch == 1 and schedule.get_last_lr() == [0.05, 0.15]
    for wrong, error in (
        (lambda: lr_scheduler.LambdaLR(optimizer, 3), TypeError),
        (lambda: lr_scheduler.LambdaLR(optimizer, [factor]), ValueError),
        (lambda: lr_scheduler.LambdaLR(optimizer, lambda epoch: "fast"), ValueError),
        (lambda: lr_scheduler.LambdaLR(optimizer, lambda epoch: float("nan")), ValueError),
        (lambda: lr_scheduler.StepLR("optimizer", 3), TypeError),
        (lambda: lr_scheduler.StepLR(optimizer, "a"), TypeError),
        (lambda: lr_scheduler.SequentialLR(optimizer, [3], []), TypeError),
        (lambda: lr_scheduler.SequentialLR(optimizer, [lr_scheduler.StepLR(optimizer_of(), 3)], []), ValueError),
        (lambda: lr_scheduler.ChainedScheduler([]), ValueError),
        (lambda: lr_scheduler.LRScheduler(optimizer), NotImplementedError),
    ):
        with pytest.raises(error):
            wrong()


class Noam(lr_scheduler._LRScheduler):
    """As users write them."""

    def __init__(self, optimizer, warmup, last_epoch=-1):
        self.warmup = warmup
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        epoch = max(1, self.last_epoch)
        return [base * min(epoch**-0.5, epoch * self.warmup**-1.5) for base in self.base_lrs]


def test_a_schedule_of_ones_own_sets_what_its_get_lr_gives():
    optimizer = optimizer_of()
    schedule = Noam(optimizer, 4)
    for _ in range(9):
        schedule.step()
    assert schedule.last_epoch == 9 and optimizer.param_groups[0]["lr"] == 0.1 / 3 == schedule.get_last_lr()[0]
    state = schedule.state_dict()
    other = Noam(optimizer_of(), 7)
    other.load_state_dict(state)
    assert (other.last_epoch, other.warmup) == (9, 4) and isinstance(schedule, lr_scheduler.LRScheduler)


def test_compiled_steps_see_the_rates_and_a_schedule_refuses_to_be_captured():
    parameter = nn.Parameter(wb.zeros(1, dtype="float64"))
    optimizer = optim.SGD([parameter], lr=1.0)
    schedule = lr_scheduler.StepLR(optimizer, 1, gamma=0.5)

    @wb.compile
    def train():
        optimizer.zero_grad()
        parameter.sum().backward()
        optimizer.step()

    for _ in range(4):
        train()
        schedule.step()
    assert parameter.item() == -1.875

    @wb.compile
    def wrong():
        schedule.step()

    with pytest.raises(wb.StateError, match="outside of captured functions"):
        wrong()


def test_fit_steps_a_schedule_each_epoch_or_each_step_and_checkpoints_keep_it(tmp_path):
    x, y = numbers((20, 3), "float32"), numbers((20, 1), "float32", seed=2)

    def make(kind):
        wb.manual_seed(3)
        model = nn.Linear(3, 1)
        optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
        schedule = kind(optimizer)
        return model, schedule, wb.Trainer(model, nn.MSELoss(), optimizer)

    _, schedule, trainer = make(lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.5))
    trainer.fit((x, y), epochs=3, batch_size=5, schedule=schedule)
    assert trainer.optimizer.lr == 0.0125 and schedule.last_epoch == 3

    def one_cycle(optimizer):
        return lr_scheduler.OneCycleLR(optimizer, 0.3, total_steps=16)

    straight, schedule, trainer = make(one_cycle)
    trainer.fit((x, y), epochs=4, batch_size=5, schedule=schedule, schedule_each="step")
    assert schedule.last_epoch == 16
    _, first, trainer = make(one_cycle)
    trainer.fit((x, y), epochs=4, batch_size=5, schedule=first, schedule_each="step", max_steps=6)
    trainer.save(tmp_path / "training.h5")
    resumed, second, trainer = make(one_cycle)
    trainer.load(tmp_path / "training.h5")
    assert second.last_epoch == 6 and second.get_last_lr() == first.get_last_lr()
    trainer.fit((x, y), epochs=4, batch_size=5, schedule=second, schedule_each="step")
    assert same_bits(straight.weight.detach().numpy(), resumed.weight.detach().numpy())
    assert second.state_dict() == schedule.state_dict()

    never = {"patience": 0, "threshold": 9.0, "threshold_mode": "abs"}  # better than the first
    _, plateau, trainer = make(lambda optimizer: lr_scheduler.ReduceLROnPlateau(optimizer, **never))
    trainer.fit((x, y), epochs=3, batch_size=5, schedule=plateau, validation=(x, y))
    assert plateau.best == trainer.history[0].validation_loss and trainer.optimizer.lr == pytest.approx(0.001)
    for wrong, error in (
        ({"schedule": 3}, TypeError),
        ({"schedule": schedule}, ValueError),
        ({"schedule": plateau, "schedule_each": "step"}, ValueError),
        ({"schedule": plateau, "schedule_each": "year"}, ValueError),
    ):
        with pytest.raises(error):
            trainer.fit((x, y), **wrong)


def test_a_schedule_that_goes_is_forgotten_by_the_checkpoints_of_its_optimiser(tmp_path):
    model = nn.Linear(2, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    schedule = lr_scheduler.StepLR(optimizer, 1)
    del schedule
    gc.collect()
    model.save(tmp_path / "a.h5", optimizer)
    kept = lr_scheduler.StepLR(optimizer, 1)
    model.restore(tmp_path / "a.h5", optimizer) if hasattr(model, "restore") else wb.load_into(
        tmp_path / "a.h5", model, optimizer
    )
    assert kept.last_epoch == 0


# ---------------------------------------------------------------- averages of weights


def test_averages_of_weights_are_those_of_the_formulas():
    model = nn.Linear(2, 1, dtype="float64")
    values = [numbers((1, 2), seed=place) for place in range(5)]
    mean = swa_utils.AveragedModel(model)
    ema = swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.75))
    ema_of_one = swa_utils.AveragedModel(model, avg_fn=swa_utils.get_ema_avg_fn(0.75))
    swa_of_one = swa_utils.AveragedModel(model, avg_fn=swa_utils.get_swa_avg_fn())
    expected = values[0]
    for place, value in enumerate(values):
        with wb.no_grad():
            model.weight.copy_(wb.tensor(value))
        for averaged in (mean, ema, ema_of_one, swa_of_one):
            averaged.update_parameters(model)
        if place:
            expected = 0.75 * expected + 0.25 * value
    for averaged in (mean, swa_of_one):
        np.testing.assert_allclose(averaged.module.weight.detach().numpy(), np.mean(values, 0), rtol=1e-12)
    for averaged in (ema, ema_of_one):
        np.testing.assert_allclose(averaged.module.weight.detach().numpy(), expected, rtol=1e-12)
    assert mean.n_averaged.item() == 5 and same_bits(model.weight.detach().numpy(), values[-1])
    assert mean(wb.ones(1, 2, dtype="float64")).shape == (1, 1)
    assert sorted(mean.state_dict()) == ["module.bias", "module.weight", "n_averaged"]
    with pytest.raises(ValueError, match="both"):
        swa_utils.AveragedModel(model, avg_fn=swa_utils.get_swa_avg_fn(), multi_avg_fn=swa_utils.get_swa_multi_avg_fn())
    with pytest.raises(ValueError, match="from 0 to 1"):
        swa_utils.get_ema_multi_avg_fn(1.5)
    assert swa_utils.SWALR is lr_scheduler.SWALR


class Norm(nn.Module):
    """What update_bn needs to know of a batch normalisation."""

    def __init__(self):
        super().__init__()
        self.momentum = 0.1
        self.register_buffer("running_mean", wb.zeros(2))
        self.count = 0

    def reset_running_stats(self):
        self.running_mean, self.count = wb.zeros(2), 0

    def forward(self, x):
        if self.training:
            self.count += 1
            share = 1 / self.count if self.momentum is None else self.momentum
            self.running_mean = self.running_mean + (x.mean(0) - self.running_mean) * share
        return x - self.running_mean


def test_running_statistics_are_those_of_a_pass_through_the_data():
    model = nn.Sequential(Norm())
    batches = [numbers((4, 2), "float32", seed=place) for place in range(3)]
    model.eval()
    swa_utils.update_bn([(wb.tensor(batch), None) for batch in batches], model)
    np.testing.assert_allclose(model[0].running_mean.numpy(), np.mean(batches, (0, 1)), rtol=1e-5)
    assert model[0].momentum == 0.1 and not model.training
