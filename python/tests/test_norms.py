"""norms: sizes of activations and gradients layer by layer."""

import numpy as np
import pytest
from support import numbers

import wingbeat as wb
from wingbeat import nn


def size(*arrays):
    flat = np.concatenate([np.ravel(array) for array in arrays]).astype("f8")
    return np.sqrt((flat**2).mean())


def test_sizes_are_those_of_the_layers_results_and_of_their_gradients():
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    x = numbers((7, 3), "float32")
    with wb.norms(model) as sizes:
        (model(x) ** 2).sum().backward()
    first = model[0](x)
    second = wb.tanh(first)
    out = model[2](second)
    out_gradient = 2 * out.detach().numpy()
    second_gradient = out_gradient @ model[2].weight.detach().numpy()
    first_gradient = second_gradient * (1 - second.detach().numpy() ** 2)
    assert list(sizes.activations) == ["0", "1", "2", ""]
    for path, value, gradient in (
        ("0", first, first_gradient),
        ("1", second, second_gradient),
        ("2", out, out_gradient),
        ("", out, out_gradient),
    ):
        assert sizes.activations[path] == pytest.approx(size(value.detach().numpy()), rel=1e-6)
        assert sizes.gradients[path] == pytest.approx(size(gradient), rel=1e-5)
    assert list(sizes.weights) == list(sizes.weight_gradients) == ["0", "2"]
    for place in (0, 2):
        layer = model[place]
        assert sizes.weights[str(place)] == pytest.approx(
            size(layer.weight.detach().numpy(), layer.bias.detach().numpy()), rel=1e-6
        )
        assert sizes.weight_gradients[str(place)] == pytest.approx(
            size(layer.weight.grad.numpy(), layer.bias.grad.numpy()), rel=1e-6
        )
    assert repr(sizes).splitlines()[0].split() == ["module", "activation", "gradient", "weight", "weight_gradient"]
    assert len(repr(sizes).splitlines()) == 5 and "<table" in sizes._repr_html_()


def test_a_model_with_code_of_its_own_and_compiled_functions_are_watched():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(2, 4), nn.Linear(4, 1)

        def forward(self, x):
            return self.second(nn.functional.relu(self.first(x)))

    net = Net()

    @wb.compile
    def step(x):
        net.zero_grad()
        loss = net(x).sum()
        loss.backward()
        return loss

    x = wb.ones(3, 2)
    before = step(x).item()
    with wb.norms(net) as sizes:
        assert step(x).item() == before
    assert {"first", "second"} <= set(sizes.gradients) and {"first", "second"} <= set(sizes.activations)
    with wb.norms(net) as sizes, pytest.raises(wb.StateError, match="open"):
        with wb.norms(net):
            pass
    assert sizes.activations == {}


def test_vanishing_gradients_are_seen_and_plotted(tmp_path):
    wb.manual_seed(1)
    model = nn.Sequential(*[layer for _ in range(8) for layer in (nn.Linear(4, 4), nn.Sigmoid())])
    with wb.norms(model) as sizes:
        model(wb.ones(5, 4)).sum().backward()
    gradients = [sizes.gradients[str(place)] for place in range(1, 16, 2)]
    assert gradients == sorted(gradients) and gradients[0] < 1e-3 * gradients[-1]
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = sizes.plot()
    assert len(axes.get_lines()) == 4 and axes.get_yscale() == "log"
    axes.figure.savefig(tmp_path / "norms.png")
