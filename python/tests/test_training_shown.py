"""fit with loaders, several callbacks and a bar; a history that plots itself; a compiled module in PyTorch's idiom."""

import io
import sys

import numpy as np
import pytest
from support import numbers

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.data import TensorDataset as EngineDataset
from wingbeat.training import Trainer
from wingbeat.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset

X, Y = numbers((30, 3), "float32"), numbers((30, 1), "float32", 1)


def trainer(metrics=None):
    wb.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    return Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1), metrics)


def values(made):
    return [parameter.tolist() for parameter in made.model.parameters()]


class Rows(Dataset):
    def __len__(self):
        return len(X)

    def __getitem__(self, row):
        return X[row], Y[row]


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(
    "data", [TensorDataset(X, Y), EngineDataset(X, Y), Rows(), Subset(TensorDataset(X, Y), range(30))]
)
def test_a_loader_trains_as_its_rows_do(data, shuffle):
    plain, loaded = trainer(), trainer()
    plain.fit((X, Y), epochs=2, batch_size=8, shuffle=shuffle, drop_last=True, validation=(X, Y))
    loader = DataLoader(data, 8, shuffle=shuffle, drop_last=True)
    loaded.fit(loader, epochs=2, validation=DataLoader(data, 30))
    assert values(plain) == values(loaded) and loaded.history[-1].validation_loss == plain.history[-1].validation_loss
    assert wb.evaluate(plain.model, nn.MSELoss(), loader)[0] == wb.evaluate(plain.model, nn.MSELoss(), (X, Y))[0]


class Stream(IterableDataset):
    def __iter__(self):
        yield from zip(X, Y)


@pytest.mark.parametrize(
    "data, kind, words",
    [
        (DataLoader(TensorDataset(X, Y), sampler=[1, 2]), ValueError, "a sampler or a stream of its own"),
        (DataLoader(Stream(), 4), ValueError, "a loop over it trains on anything"),
        (DataLoader(TensorDataset(X, Y, Y), 4), ValueError, "found ones with 3 parts"),
        (DataLoader([1.0, 2.0], 2), ValueError, "one part"),
        ("text", TypeError, "found str"),
        (3, TypeError, "found int"),
        ({"x": X}, TypeError, "found dict"),
    ],
)
def test_what_nothing_can_be_trained_on_is_refused(data, kind, words):
    with pytest.raises(kind, match=words):
        trainer().fit(data)


def test_several_callbacks_are_called_and_each_can_stop():
    seen = [], []
    made = trainer()
    assert (
        made.fit((X, Y), epochs=3, callback=[lambda p: seen[0].append(p.epoch), lambda p: seen[1].append(1)])
        == "epochs"
    )
    assert len(seen[0]) == len(seen[1]) > 2
    assert trainer().fit((X, Y), epochs=3, callback=[lambda p: None, lambda p: True]) == "callback"
    for wrong in (3, [print, "a"]):
        with pytest.raises(TypeError, match="expected a function as callback"):
            trainer().fit((X, Y), callback=wrong)


def test_an_interrupt_in_fit_comes_out_and_training_can_go_on():
    def interrupt(progress):
        if progress.total_steps == 3:
            raise KeyboardInterrupt

    made, whole = trainer(), trainer()
    with pytest.raises(KeyboardInterrupt):
        made.fit((X, Y), epochs=2, batch_size=8, callback=interrupt, bar=False)
    assert made.total_steps == 3
    for one in (made, whole):
        one.fit((X, Y), epochs=2, batch_size=8)
    assert values(made) == values(whole)


def test_a_history_has_columns_a_table_and_a_picture():
    made = trainer({"off": nn.L1Loss() if hasattr(nn, "L1Loss") else nn.MSELoss()})
    with pytest.raises(wb.StateError, match="no epoch has ended"):
        made.history.plot()
    made.fit((X, Y), epochs=3, validation=(X, Y))
    columns = made.history.columns()
    assert list(columns) == ["loss", "validation_loss", "off", "validation_off"]
    assert all(len(column) == 3 and all(np.isfinite(column)) for column in columns.values())
    assert made.history._repr_html_().count("<tr>") == 4
    pytest.importorskip("matplotlib")
    figure = made.history.plot()
    assert [len(axes.lines) for axes in figure.axes] == [2, 2]
    assert made.history._repr_png_()[:8] == b"\x89PNG\r\n\x1a\n"
    assert made.history.plot(figure.axes[0]) is figure


def test_a_bar_shows_where_training_is(monkeypatch):
    pytest.importorskip("tqdm")
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    made = trainer()
    made.fit((X, Y), epochs=2, batch_size=8, validation=(X, Y), bar=True)
    assert "8/8" in written.getvalue() and "epoch 2/2" in written.getvalue() and "loss" in written.getvalue()


def test_a_bar_without_tqdm_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(NotImplementedError, match="pip install tqdm"):
        trainer().fit((X, Y), bar=True)


def test_a_compiled_module_trains_and_has_the_modules_attributes():
    model = nn.Sequential(nn.Linear(3, 1))
    compiled = wb.compile(model, mode="reduce-overhead", fullgraph=True)
    optimizer = optim.SGD(compiled.parameters(), lr=0.1)
    losses = []
    for _ in range(3):
        loss = nn.functional.mse_loss(compiled(wb.tensor(X)), wb.tensor(Y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[2] < losses[0] and list(compiled.state_dict()) == ["0.weight", "0.bias"]
    compiled.eval()
    with wb.no_grad():
        assert compiled(X).tolist() == model(wb.tensor(X)).tolist() and not model.training
    assert "1 programs" in repr(compiled)
    assert wb.compile(max, disable=True) is max
    with pytest.raises(AttributeError):
        compiled.nothing  # noqa: B018
