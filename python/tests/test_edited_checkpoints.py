"""Checkpoints that h5py has edited: sensible edits are read, impossible numbers are refused before anything changes."""

import h5py
import numpy as np
import pytest

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.data import TensorDataset
from wingbeat.training import Trainer


def trainer(seed):
    wb.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    return Trainer(model, nn.CrossEntropyLoss(), optim.Adam(model.parameters(), lr=0.01))


def data():
    rng = np.random.default_rng(0)
    return TensorDataset(wb.tensor(rng.normal(size=(100, 3)).astype(np.float32)), wb.tensor(rng.integers(0, 2, 100)))


@pytest.fixture
def path(tmp_path):
    first = trainer(1)
    first.fit(data(), epochs=2, batch_size=32, max_steps=5)
    first.save(tmp_path / "edited.h5")
    return tmp_path / "edited.h5"


def edit(path, group, name, value):
    with h5py.File(path, "r+") as file:
        file[group].attrs[name] = value


def test_a_sensible_edit_is_read(path):
    edit(path, "optimizer/groups/0", "lr", 0.5)
    edit(path, "/", "note", "from the second campaign")
    with h5py.File(path, "r+") as file:
        file["parameters/0.bias"][0] = 5
    second = trainer(2)
    second.load(path)
    assert second.optimizer.param_groups[0]["lr"] == 0.5
    assert second.model.state_dict()["0.bias"].numpy()[0] == 5
    assert (second.epoch, second.step, second.total_steps) == (1, 1, 5)


@pytest.mark.parametrize(
    "group, name, value",
    [
        ("optimizer/groups/0", "lr", -1.0),
        ("optimizer/groups/0", "lr", np.nan),
        ("optimizer/groups/0", "betas", np.array([1.0, 0.9])),
        ("optimizer", "class", "SGD"),
        ("optimizer/groups/0", "betas", "text"),
        ("optimizer/groups/0", "_count", 3),
        ("trainer", "step", -5),
        ("trainer", "total_steps", 2**63 - 1),
        ("trainer", "epoch", -1),
        ("trainer", "batch_size", 0),
        ("trainer", "row_count", 2**62),
        ("trainer", "shuffle", 77),
        ("trainer", "loss", "MSELoss()"),
        ("model", "class", "Linear"),
    ],
)
def test_an_impossible_number_is_refused_and_nothing_has_changed(path, group, name, value):
    edit(path, group, name, value)
    second = trainer(2)
    before = {key: tensor.numpy().copy() for key, tensor in second.model.state_dict().items()}
    with pytest.raises(wb.StructureError):
        second.load(path)
    assert (second.epoch, second.total_steps) == (0, 0) and second.optimizer.param_groups[0]["lr"] == 0.01
    for key, tensor in second.model.state_dict().items():
        assert np.array_equal(tensor.numpy(), before[key]), key
    second.fit(data(), epochs=1, batch_size=32)


@pytest.mark.parametrize(
    "name, array",
    [
        ("0.exp_avg", np.zeros((4, 4), np.float32)),
        ("0.exp_avg", np.zeros((4, 3), np.int64)),
        ("step", np.zeros(3)),
        ("9.exp_avg", np.zeros(2)),
    ],
)
def test_state_that_fits_no_parameter_is_refused(path, name, array):
    with h5py.File(path, "r+") as file:
        state = file["optimizer/state"]
        if name in state:
            del state[name]
        state[name] = array
    with pytest.raises(wb.StructureError, match=name.replace(".", r"\.")):
        trainer(2).load(path)
