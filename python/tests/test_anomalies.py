"""anomaly_mode: the operation and the line that first made a NaN."""

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import nn, optim


def line_of(text):
    """The line of this file that holds a text."""
    with open(__file__, encoding="utf-8") as file:
        return next(number for number, line in enumerate(file, 1) if text in line and "line_of" not in line)


def test_the_operation_and_line_that_made_a_nan_are_named():
    x = wb.tensor([1.0, -1.0])
    with wb.anomaly_mode(), pytest.raises(wb.NotFiniteError) as found:
        y = wb.exp(x)
        z = wb.log(x)  # here
        (y + z).sum()
    place = f"test_anomalies.py, line {line_of('# here')}"
    assert f"log: it made NaN out of values without NaN at {place}" in str(found.value)
    assert np.isnan(wb.log(x).numpy()[1])  # the mode has ended


def test_what_was_given_is_told_from_what_was_made():
    x = wb.tensor([1.0, float("nan")])
    with wb.anomaly_mode(), pytest.raises(wb.NotFiniteError, match="was given NaN at test_anomalies.py"):
        wb.exp(x)


def test_infinities_and_nan_that_nobody_reads_are_let_pass():
    x = wb.tensor([0.0, 4.0])
    with wb.anomaly_mode():
        assert wb.log(x).tolist()[0] == -float("inf")
        np.testing.assert_allclose(nn.functional.softplus(x * 100).numpy(), [0.6931472, 400], rtol=1e-6)
        assert wb.logsumexp(wb.tensor([-float("inf"), 1.0]), 0).item() == 1


def test_a_gradient_that_is_nan_names_the_line_of_its_operation():
    x = nn.Parameter(wb.tensor([0.0, 4.0]))
    with wb.anomaly_mode():
        root = wb.sqrt(x)  # forward
        loss = (root * wb.tensor([0.0, 1.0])).sum()
        with pytest.raises(wb.NotFiniteError) as found:
            loss.backward()
    assert f"the gradient of sqrt at test_anomalies.py, line {line_of('# forward')} is NaN" in str(found.value)
    assert x.grad is None


@wb.compile
def compiled(x):
    return wb.log(x).sum()


def test_compiled_functions_are_looked_into():
    x = wb.tensor([-1.0])
    assert np.isnan(compiled(x).item())
    for _ in range(2):
        with wb.anomaly_mode(), pytest.raises(wb.NotFiniteError, match="log"):
            compiled(x)
    assert np.isnan(compiled(x).item())


def test_training_is_looked_into():
    x, y = np.ones((8, 2), np.float32), np.ones((8, 1), np.float32)
    x[:5] = 0
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    trainer = wb.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))
    with wb.anomaly_mode():
        trainer.fit((x[:4], y[:4]), epochs=2, batch_size=2, shuffle=False)
        assert trainer.total_steps == 4
        with wb.no_grad():
            model[0].weight.copy_(wb.tensor([[3e38, 3e38]] * 4))
            model[0].bias.copy_(wb.tensor([-float("inf")] * 4))
        with pytest.raises(wb.NotFiniteError, match="add: it made NaN|linear: it made NaN"):
            trainer.fit((x, y), epochs=3, batch_size=2, shuffle=False)
        assert trainer.total_steps == 6


def test_an_optimisers_own_nan_is_found():
    parameter = nn.Parameter(wb.tensor([1.0]))
    optimizer = optim.Adagrad([parameter], eps=0.0)
    parameter.grad = wb.zeros(1)
    with wb.anomaly_mode(), pytest.raises(wb.NotFiniteError, match="div"):
        optimizer.step()
    assert parameter.tolist() == [1.0]


def test_pytorchs_names_switch_it_too():
    x = wb.tensor([-1.0])
    with wb.autograd.detect_anomaly(), pytest.raises(wb.NotFiniteError):
        wb.log(x)
    with wb.autograd.set_detect_anomaly(True):
        assert wb.autograd.is_anomaly_enabled()
        with wb.anomaly_mode(False):
            wb.log(x)
        with pytest.raises(wb.NotFiniteError):
            wb.log(x)
    assert not wb.autograd.is_anomaly_enabled()
    wb.autograd.set_detect_anomaly(True)
    try:
        assert wb.autograd.is_anomaly_enabled()
    finally:
        wb.autograd.set_detect_anomaly(False)
    assert not wb.autograd.is_anomaly_enabled()

    @wb.anomaly_mode()
    def run():
        return wb.log(x)

    with pytest.raises(wb.NotFiniteError):
        run()
    wb.log(x)
