"""How training ends: the best parameters, the history, and what there is of validation."""

import copy
import math
import pickle

import numpy as np
import pytest
from support import same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.training import Progress, Trainer

X = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
DATA, OTHER = (X, X[:, :1] * 2), (X, -X[:, :1])


class Stop(Exception):
    pass


def trainer(**keywords):
    wb.manual_seed(1)
    model = nn.Sequential(nn.Linear(3, 1))
    return Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.05), **keywords)


def test_the_best_parameters_are_restored_however_training_ends():
    def stops(progress):
        return progress.total_steps == 7

    def raises(progress):
        if progress.total_steps == 7:
            raise Stop

    # Training lowers the loss on DATA and so raises that on OTHER: the best parameters are those after the first epoch.
    best = trainer()
    best.fit(DATA, epochs=1, batch_size=4)
    for ending in ({"max_steps": 7}, {"callback": stops}, {"callback": raises}, {"epochs": 3}):
        for restores in (True, False):
            t = trainer()
            try:
                t.fit(DATA, **{"epochs": 5, "batch_size": 4, "validation": OTHER, "restore_best": restores, **ending})
            except Stop:
                pass
            assert same_bits(t.model[0].weight.detach().numpy(), best.model[0].weight.detach().numpy()) == restores, (
                ending
            )


def test_nothing_is_restored_where_no_step_was_done():
    t = trainer()
    t.fit(DATA, epochs=2, batch_size=4, validation=OTHER, restore_best=True)
    with wb.no_grad():
        t.model[0].weight.fill_(3)
    t.fit(DATA, epochs=2, batch_size=4, validation=OTHER, restore_best=True)
    assert t.model[0].weight.tolist() == [[3, 3, 3]]


def test_there_is_no_validation_loss_without_validation_data():
    t = trainer(metrics={"mae": nn.MSELoss(reduction="sum")})
    t.fit(DATA, epochs=1, validation=OTHER)
    assert not math.isnan(t.history[0].validation_loss)
    t.fit(DATA, epochs=2)
    assert (
        math.isnan(t.history[1].validation_loss)
        and math.isnan(t.history[1].validation_metrics["mae"])
        and not math.isnan(t.history[0].validation_loss)
    )


def test_the_history_is_a_table_and_is_saved_and_copied(tmp_path):
    t = trainer(metrics={"total": nn.MSELoss(reduction="sum"), "loss": nn.MSELoss()})
    t.fit(DATA, epochs=3, batch_size=4, validation=OTHER)
    assert isinstance(t.history, list) and all(isinstance(row, Progress) for row in t.history)
    table = {name: [row[name] for row in t.history] for name in t.history[0]}
    assert table["epoch"] == [0, 1, 2] and table["total"] == [row.metrics["total"] for row in t.history]
    assert table["metric_loss"] == [row.metrics["loss"] for row in t.history] and "validation_metric_loss" in table
    assert [dict(row)["loss"] for row in t.history] == [row.loss for row in t.history]
    t.save(tmp_path / "trainer.h5")
    other = trainer(metrics={"total": nn.MSELoss(reduction="sum"), "loss": nn.MSELoss()})
    other.load(tmp_path / "trainer.h5")
    for each in (other, copy.deepcopy(t), copy.copy(t), pickle.loads(pickle.dumps(t))):
        assert [repr(dict(row)) for row in each.history] == [repr(dict(row)) for row in t.history]
    unlike = trainer()
    unlike.load(tmp_path / "trainer.h5")
    assert [row.loss for row in unlike.history] == [row.loss for row in t.history] and unlike.history[0].metrics == {}
    assert "epoch=3" in repr(t) and "<table>" in t._repr_html_() and "<th>total</th>" in t._repr_html_()


def test_a_long_history_is_saved(tmp_path):
    t = trainer()
    t.fit((X[:1], X[:1, :1]), epochs=2)
    state = t._contents()
    columns = ", ".join(f"{part}" for part in state["state"].decode().split(", history_")[:1])
    rows = 20_000
    named = {
        name: f"({', '.join(['1'] * rows)})" for name in ("epoch", "epochs", "step", "steps_per_epoch", "total_steps")
    }
    named.update(
        {
            name: f"({', '.join(['0.5'] * rows)})"
            for name in ("loss", "accuracy", "validation_loss", "validation_accuracy", "seconds")
        }
    )
    named["improved"] = f"({', '.join(['True'] * rows)})"
    state["state"] = (columns + "".join(f", history_{name}={text}" for name, text in named.items())).encode()
    t._restore(state)
    t.save(tmp_path / "trainer.h5")
    other = trainer()
    other.load(tmp_path / "trainer.h5")
    assert len(other.history) == rows and other.history[-1].loss == 0.5 and other.history[7].improved


@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam])
def test_a_model_that_is_frozen_as_a_whole_trains_when_it_is_unfrozen(kind):
    model = nn.Sequential(nn.Linear(3, 1), nn.Linear(1, 1))
    model.requires_grad_(False)
    optimizer = kind(model.parameters(), lr=0.1)
    optimizer.step()
    same = model[1].weight.item()
    model[0].requires_grad_(True)
    before = model[0].weight.tolist()
    for _ in range(3):
        optimizer.zero_grad()
        model(wb.tensor(X)).square().sum().backward()
        optimizer.step()
    assert model[0].weight.tolist() != before and model[1].weight.item() == same


def test_objects_say_what_they_are_in_notebooks():
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    optimizer = optim.Adam([{"params": model[0].parameters()}, {"params": model[1].parameters(), "lr": 1.0}])
    assert "<td>0.weight</td><td>[2, 3]</td>" in model._repr_html_() and "<th>betas</th>" in optimizer._repr_html_()
    assert "<td>[2, 3]</td>" in model[0].weight._repr_html_()
