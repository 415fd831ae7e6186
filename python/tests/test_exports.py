"""Models with Python code, exported: a Graph of the same bits, in Python and in a C program that runs and trains it."""

import inspect
import subprocess
from pathlib import Path

import numpy as np
import pytest
from export_models import MODELS, REFUSED
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim

ROOT = Path(__file__).resolve().parents[2]
SIZES = (1, 3, 7)
STEPS, ROWS = 4, 6


def outputs(model, inputs):
    found = model(*inputs)
    return [tensor.detach().numpy() for tensor in (found if isinstance(found, tuple) else (found,))]


def state_of(model):
    return {name: tensor.numpy().copy() for name, tensor in model.state_dict().items()}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("exports") / "exported"
    subprocess.run(
        [
            "cc",
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            f"-I{ROOT / 'include'}",
            Path(__file__).with_name("exported.c"),
            "-o",
            path,
            f"-L{ROOT / 'build/lib'}",
            "-lwingbeat",
            f"-Wl,-rpath,{ROOT / 'build/lib'}",
        ],
        check=True,
    )
    return path


@pytest.mark.parametrize("name", MODELS)
def test_a_graph_has_the_models_bits_at_any_size_and_its_names(name):
    case = MODELS[name]
    model = case.build()
    graph = wb.export(model, *case.examples(4))
    assert isinstance(graph, nn.Graph)
    ours, theirs = state_of(model), state_of(graph)
    assert [key for key in theirs if "constant_" not in key] == list(ours)
    assert all(same_bits(theirs[key], ours[key]) for key in ours)
    assert [p.requires_grad for p in graph.parameters()] == [p.requires_grad for p in model.parameters()]
    for module in (model, graph):
        module.eval()
    for rows in SIZES:
        inputs = case.examples(rows, seed=rows)
        assert all(map(same_bits, outputs(graph, inputs), outputs(model, inputs))), rows


@pytest.mark.parametrize("name", MODELS)
def test_an_export_leaves_the_model_and_the_random_state_as_they_were(name):
    case = MODELS[name]
    model = case.build()
    model.eval()
    before = state_of(model)
    wb.manual_seed(3)
    wb.export(model, *case.examples(4))
    after = wb.rand(4).numpy()
    wb.manual_seed(3)
    assert same_bits(after, wb.rand(4).numpy()) and not model.training
    assert all(same_bits(value, before[key]) for key, value in state_of(model).items())
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("name", MODELS)
def test_a_c_program_runs_and_trains_it_to_the_same_bits(name, program, tmp_path):
    case = MODELS[name]
    model = case.build()
    wb.export(model, *case.examples(5)).save(tmp_path / "model.h5")
    widths = [shape[0] for shape in case.inputs], [shape[0] for shape in case.targets]
    (tmp_path / "shapes.txt").write_text(" ".join(str(number) for part in widths for number in (len(part), *part)))
    for rows in SIZES:
        for place, tensor in enumerate(case.examples(rows, seed=rows)):
            tensor.numpy().tofile(tmp_path / f"x_{rows}_{place}.bin")
    for step in range(STEPS):
        for place, tensor in enumerate(case.examples(ROWS, seed=step)):
            tensor.numpy().tofile(tmp_path / f"train_{step}_{place}.bin")
        for place, shape in enumerate(case.targets):
            numbers((ROWS, *shape), "float32", step + 50 + place).tofile(tmp_path / f"target_{step}_{place}.bin")
    subprocess.run([program, tmp_path / "model.h5", tmp_path], check=True)

    model.eval()
    for rows in SIZES:
        for place, expected in enumerate(outputs(model, case.examples(rows, seed=rows))):
            assert np.fromfile(tmp_path / f"y_{rows}_{place}.bin", expected.dtype).tobytes() == expected.tobytes()
    model.train()
    optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    wb.manual_seed(5)
    for step in range(STEPS):
        loss = case.loss(model, ROWS, seed=step)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    expected = b"".join(tensor.detach().numpy().tobytes() for tensor in (*model.parameters(), *model.buffers()))
    assert (tmp_path / "parameters_0_0.bin").read_bytes() == expected


@pytest.mark.parametrize("name", MODELS)
def test_an_exported_model_is_saved_loaded_and_exported_again(name, tmp_path):
    case = MODELS[name]
    graph = wb.export(case.build(), *case.examples(4))
    graph.save(tmp_path / "graph.h5")
    loaded = wb.load(tmp_path / "graph.h5")
    assert (
        repr(loaded) == repr(graph)
        and loaded.code(True) == graph.code(True)
        and loaded.expression() == graph.expression()
    )
    for module in (graph, loaded):
        module.eval()
    inputs = case.examples(3)
    assert all(map(same_bits, outputs(loaded, inputs), outputs(graph, inputs)))


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_graph_can_say_is_refused_with_its_line(name):
    case = REFUSED[name]
    source = Path(inspect.getfile(case.model.kind)).read_text(encoding="utf-8").splitlines()
    number = 1 + next(place for place, line in enumerate(source) if line.strip() == case.line)
    model = case.model.build()
    before = state_of(model)
    with pytest.raises(wb.UnsupportedError, match=rf"export: export_models\.py, line {number}: "):
        wb.export(model, *case.model.examples(4))
    assert all(same_bits(value, before[key]) for key, value in state_of(model).items())
    assert (wb.ones(2) + 1).tolist() == [2, 2], "nothing is recorded any more"


def test_several_extents_vary_apart_from_each_other():
    class Sequence(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner, self.head = nn.Linear(3, 5), nn.Linear(5, 2)

        def forward(self, x):
            rows, length, width = x.shape
            flat = wb.tanh(self.inner(x.reshape(-1, width))).reshape(rows, length, 5)
            return self.head(flat[:, length // 2 :].mean(1) + flat[:, 0]) * (length + 1)

    wb.manual_seed(1)
    model = Sequence()
    graph = wb.export(model, numbers((2, 4, 3), "float32"), dynamic=[{1: "length"}])
    for shape in ((1, 1, 3), (5, 2, 3), (3, 9, 3)):
        x = wb.tensor(numbers(shape, "float32"))
        assert same_bits(graph(x).detach().numpy(), model(x).detach().numpy()), shape

    class Product(nn.Module):
        def forward(self, x):
            return wb.zeros(x.shape[0] * x.shape[1]) + x.sum()

    with pytest.raises(wb.UnsupportedError, match="not linear"):
        wb.export(Product(), numbers((2, 4), "float32"), dynamic=[{1: "length"}])


def test_wrong_arguments_are_refused():
    model, x = nn.Linear(3, 2), numbers((2, 3), "float32")
    for call, kind, words in (
        (lambda: wb.export("text", x), TypeError, "module"),
        (lambda: wb.export(model), ValueError, "example"),
        (lambda: wb.export(model, x, batch_axes=5), ValueError, "axis"),
        (lambda: wb.export(model, x, batch_axes=[0, 0]), ValueError, "batch_axes"),
        (lambda: wb.export(model, x, dynamic=[{7: "length"}]), ValueError, "axis"),
        (lambda: wb.export(model, x[:, :2]), ValueError, "3|2"),
    ):
        with pytest.raises(kind, match=words):
            call()
