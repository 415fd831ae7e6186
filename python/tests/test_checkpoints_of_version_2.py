"""Files that the library wrote before foreign classes and histories were stored (Tests/fixtures/checkpoints-2) go on
loading."""

import importlib.util

import h5py
import numpy as np
import pytest
from support import ROOT

import wingbeat as wb

FOLDER = ROOT / "Tests" / "fixtures" / "checkpoints-2"
_specification = importlib.util.spec_from_file_location("checkpoints_of_version_2", FOLDER / "make.py")
make = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(make)


def arrays(name, group):
    with h5py.File(FOLDER / name) as file:
        return {key: array[()] for key, array in file[group].items()}


def close(found, expected):
    assert found.keys() == expected.keys()
    for name, value in found.items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-5, atol=1e-7)


def test_a_model_comes_back_with_what_it_shares_freezes_and_lacks():
    net = wb.load(FOLDER / "model.h5")
    assert (
        net.start is net.again
        and net.first.weight is net.second.weight
        and net.second.bias is None
        and net.steps.item() == 3
    )
    assert [(name, p.requires_grad) for name, p in net.named_parameters()] == [
        ("start.weight", True),
        ("start.bias", True),
        ("first.weight", True),
        ("first.bias", False),
    ]
    p = arrays("model.h5", "parameters")
    x = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    h = np.tanh(x @ p["start.weight"].T + p["start.bias"]) @ p["first.weight"].T + p["first.bias"]
    np.testing.assert_allclose(
        net(x).detach().numpy(), (h @ p["start.weight"].T + p["start.bias"]) @ p["first.weight"].T, rtol=1e-5, atol=1e-6
    )


def test_a_trainer_goes_on_as_it_would_have():
    training = make.trainer(make.model())
    training.load(FOLDER / "trainer.h5")
    assert (training.epoch, training.step, training.total_steps) == (1, 2, 6) and training.history == []
    make.go_on(training)
    assert [row.epoch for row in training.history] == [1, 2, 3]
    close(
        {name: value.numpy() for name, value in training.model.state_dict().items() if name != "steps"},
        arrays("resumed.h5", "parameters"),
    )


def test_a_class_of_the_users_is_refused_loaded_into_or_made_by_a_function():
    with pytest.raises(NotImplementedError, match="the model holds a 'Residual'"):
        wb.load(FOLDER / "foreign.h5")
    with pytest.raises(
        NotImplementedError, match="the file does not say which attributes a 'Residual' has; load it with a function"
    ):
        wb.load(FOLDER / "foreign.h5", custom=[make.Residual])
    model = make.foreign()
    model.load(FOLDER / "foreign.h5")
    other = wb.load(FOLDER / "foreign.h5", custom={"Residual": lambda: make.Residual(wb.nn.Linear(3, 3), wb.nn.Tanh())})
    assert other(wb.ones(1, 3)).tolist() == model(wb.ones(1, 3)).tolist()
