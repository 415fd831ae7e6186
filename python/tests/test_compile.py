"""wingbeat.compile: the same bits as running the function as it is, captured anew only where it must be."""

import numpy as np
import pytest
from support import numbers, python, same_bits

import wingbeat as wb
from wingbeat import nn, optim


def setting(make_optimizer):
    wb.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 3))
    optimizer = make_optimizer(model.parameters())

    def step(x, y):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return model, optimizer, step


def batch(place, rows=8):
    return numbers((rows, 5), "float32", place), np.random.default_rng(place).integers(0, 3, rows)


OPTIMIZERS = {
    "SGD": lambda p: optim.SGD(p, lr=0.1),
    "momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "dampening": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5),
    "nesterov": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "Adam": lambda p: optim.Adam(p, lr=0.01),
    "AdamW": lambda p: optim.AdamW(p, lr=0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("arrays", [True, False], ids=["NumPy", "tensors"])
@pytest.mark.parametrize("numpy", [True, False], ids=["to NumPy", "to tensors"])
def test_whole_training_steps_have_the_same_bits(name, arrays, numpy):
    (eager, _, eager_step), (compiled, optimizer, step) = setting(OPTIMIZERS[name]), setting(OPTIMIZERS[name])
    step = wb.compile(step, numpy=numpy)
    for place in range(12):
        x, y = batch(place, 8 if place % 4 else 5)
        if place == 8:
            optimizer.lr = 0.003
            _.lr = 0.003
        given = (x, y) if arrays else (wb.tensor(x), wb.tensor(y))
        loss = step(*given)
        assert isinstance(loss, np.ndarray if numpy else wb.Tensor)
        assert same_bits(np.asarray(loss), eager_step(wb.tensor(x), wb.tensor(y)).detach().numpy())
    for a, b in zip(eager.parameters(), compiled.parameters()):
        assert same_bits(a.detach().numpy(), b.detach().numpy()) and same_bits(a.grad.numpy(), b.grad.numpy())


def test_a_changed_learning_rate_is_seen_without_capturing_again():
    parameter = nn.Parameter(wb.zeros(1, dtype="float64"))
    optimizer, captures = optim.SGD([parameter], lr=1.0), []

    @wb.compile
    def step():
        captures.append(1)
        optimizer.zero_grad()
        parameter.sum().backward()
        optimizer.step()

    for lr in (1.0, 0.5, 0.25):
        optimizer.lr = lr
        step()
    assert parameter.item() == -1.75 and captures == [1]


def test_it_captures_once_for_each_shape_dtype_and_hashable_argument():
    captures = []

    @wb.compile
    def f(x, power=2):
        captures.append((x.shape, x.dtype.name, power))
        return x**power

    x = numbers((3, 2), low=0)
    for _ in range(2):
        for given in (x, x.astype("f4"), x[:2], x[:, 0], x.T):
            np.testing.assert_allclose(f(given).numpy(), given**2, rtol=1e-6)
        np.testing.assert_allclose(f(x, 3).numpy(), x**3)
        np.testing.assert_allclose(f(wb.tensor(x), power=3).numpy(), x**3)
    assert len(captures) == len(set(captures)) + 1 == 7, "power=3 by name is a structure of its own"
    assert f.__name__ == "f"


def test_structures_go_in_and_out():
    @wb.compile
    def f(pair, options):
        a, b = pair
        return {"sum": a + b * options["scale"], "both": [a, (b, "text", None, 3)]}

    x, y = numbers((3,), seed=1), numbers((3,), seed=2)
    for _ in range(2):
        result = f((x, wb.tensor(y)), {"scale": 2.0})
        np.testing.assert_allclose(result["sum"].numpy(), x + 2 * y)
        a, (b, text, nothing, three) = result["both"]
        assert same_bits(a.numpy(), x) and same_bits(b.numpy(), y) and (text, nothing, three) == ("text", None, 3)
    assert wb.compile(lambda: None)() is None
    assert wb.compile(lambda x: (x, x))(wb.ones(1))[1].item() == 1


def test_arguments_are_not_kept_and_results_are_not_overwritten():
    f = wb.compile(lambda x: x * 2)
    x = numbers((4,))
    first = f(x)
    kept = first.numpy().copy()
    x[:] = 0
    second = f(x)
    assert same_bits(first.numpy(), kept) and not second.numpy().any()
    g = wb.compile(lambda x: x * 2, numpy=True)
    results = [g(np.full(3, float(place))) for place in range(5)]
    assert [r[0] for r in results] == [0, 2, 4, 6, 8]


@pytest.mark.parametrize(
    "make",
    [
        lambda x: np.asfortranarray(x),
        lambda x: x[::2],
        lambda x: x.astype(">f8"),
        lambda x: x[:, ::-1],
        lambda x: x.astype("f2"),
        lambda x: x.astype("i2"),
        lambda x: x[:0],
    ],
)
@pytest.mark.parametrize("numpy", [True, False])
def test_arrays_of_any_layout_are_arguments(make, numpy):
    x = make(numbers((4, 6)))
    f = wb.compile(lambda x: x + 1, numpy=numpy)
    for _ in range(2):
        np.testing.assert_array_equal(np.asarray(f(x)), np.asarray(wb.tensor(x) + 1))


def test_training_and_evaluation_mode_are_two_programs():
    class Switch(nn.Module):
        def forward(self, x):
            return x * 2 if self.training else x

    model = nn.Sequential(Switch(), nn.Identity())
    f = wb.compile(lambda x: model(x))
    assert f(np.ones(1)).item() == 2
    model.eval()
    assert f(np.ones(1)).item() == 1
    model.train()
    assert f(np.ones(1)).item() == 2


def test_random_numbers_go_on_from_run_to_run_as_without_compiling():
    f = wb.compile(lambda: wb.rand(4))
    wb.manual_seed(3)
    compiled = [f().numpy() for _ in range(3)]
    wb.manual_seed(3)
    assert all(same_bits(a, wb.rand(4).numpy()) for a in compiled)


DRAWS = {
    "rand": "wb.rand(2)",
    "randn": "wb.randn(2)",
    "randint": "wb.randint(0, 1000, (4,))",
    "bernoulli": "wb.bernoulli(wb.full((40,), 0.5))",
    "randperm": "wb.randperm(20)",
    "multinomial": "wb.multinomial(wb.ones(50), 20)",
    "in place": "wb.zeros(3).uniform_()",
    "gumbel_softmax": "nn.functional.gumbel_softmax(wb.zeros(5))",
    "Normal": "wb.distributions.Normal(0.0, 1.0).sample((3,))",
    "Dropout": "layer(wb.ones(50))",
}


@pytest.mark.parametrize("name", DRAWS)
def test_the_first_draw_of_a_process_may_be_a_compiled_one(name):
    python(f"""
import wingbeat as wb
from wingbeat import nn
layer = nn.Dropout(0.5)
draw = lambda: {DRAWS[name]}
f = wb.compile(draw)
runs = [f().tolist() for _ in range(3)]
wb.manual_seed(0)  # what the process starts with
assert runs == [draw().tolist() for _ in range(3)] and runs[0] != runs[1] != runs[2]
for seed in (5, 6, 5):
    wb.manual_seed(seed)
    runs = [f().tolist(), draw().tolist(), f().tolist()]
    wb.manual_seed(seed)
    assert runs == [draw().tolist() for _ in range(3)]
""")


def test_a_method_is_compiled_for_each_instance():
    class Model(nn.Module):
        def __init__(self, scale):
            super().__init__()
            self.scale = nn.Parameter(wb.tensor(float(scale)))

        @wb.compile
        def predict(self, x):
            return x * self.scale

    two, three = Model(2), Model(3)
    assert [m.predict(np.ones(1, "f4")).item() for m in (two, three, two)] == [2, 3, 2]


def test_transforms_inside_and_around_a_compiled_function():
    f = wb.compile(lambda x: wb.grad(lambda v: (v**3).sum())(x))
    x = numbers((4,))
    for _ in range(2):
        np.testing.assert_allclose(f(x).numpy(), 3 * x**2, rtol=1e-13)
    cube = wb.compile(lambda x: (x**3).sum())
    np.testing.assert_allclose(wb.grad(cube)(x).numpy(), 3 * x**2, rtol=1e-13)
    np.testing.assert_allclose(wb.hvp(cube, (x,), (x,))[0].numpy(), 6 * x * x, rtol=1e-13)
    leaf = wb.tensor(x, requires_grad=True)
    cube(leaf).backward()
    np.testing.assert_allclose(leaf.grad.numpy(), 3 * x**2, rtol=1e-13)
    outer = wb.compile(lambda x: cube(x) * 2)
    np.testing.assert_allclose(outer(x).item(), 2 * (x**3).sum(), rtol=1e-13)


def test_parameters_changed_from_outside_are_seen():
    model = nn.Linear(2, 1)
    f = wb.compile(model)
    x = np.ones((1, 2), "f4")
    f(x)
    with wb.no_grad():
        model.weight.fill_(3.0)
        model.bias.fill_(1.0)
    assert f(x).item() == 7


def test_asking_for_values_inside_is_a_runtime_error_and_nothing_stays_open():
    for ask in (
        lambda t: t.item(),
        lambda t: t.numpy(),
        lambda t: float(t),
        lambda t: bool(t > 0),
        lambda t: np.asarray(t),
    ):
        with pytest.raises(RuntimeError, match="captur|compile"):
            wb.compile(lambda x: ask(x * 2))(wb.ones(()))
    seen = []
    assert wb.compile(lambda x: seen.append(repr(x)) or x + 1)(wb.ones(1)).item() == 2 and "not computed" in seen[0]


def test_an_exception_during_capture_changes_nothing():
    model, optimizer, _ = setting(OPTIMIZERS["Adam"])
    before = [p.detach().numpy() for p in model.parameters()]

    @wb.compile
    def step(x, y):
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        step(*batch(0))
    assert all(same_bits(p.detach().numpy(), kept) and p.grad is None for p, kept in zip(model.parameters(), before))


def test_errors_of_a_run_name_the_cause_and_change_nothing():
    model, _, step = setting(OPTIMIZERS["SGD"])
    step = wb.compile(step)
    x, y = batch(0)
    step(x, y)
    before = [p.detach().numpy() for p in model.parameters()]
    with pytest.raises(IndexError, match="7"):
        step(x, np.full_like(y, 7))
    with pytest.raises(ValueError, match=r"\[8, 4\]|4"):
        step(x[:, :4], y)
    assert all(same_bits(p.detach().numpy(), kept) for p, kept in zip(model.parameters(), before))
    step(x, y)
    assert not same_bits(next(model.parameters()).detach().numpy(), before[0])


def test_wrong_arguments_are_refused():
    f = wb.compile(lambda x, other=None: x)
    with pytest.raises(ValueError, match="hashable"):
        f(wb.ones(1), {1, 2})
    with pytest.raises(TypeError):
        f(np.array(["a"]))
    with pytest.raises(TypeError):
        f()
    with pytest.raises(RuntimeError, match="not been called"):
        f.explain()
    f(wb.ones(1))
    assert isinstance(f.explain(), str)


def test_only_the_programs_used_last_are_kept_and_memory_does_not_grow():
    f = wb.compile(lambda x: (x * 2).sum())
    for count in range(1, 100):
        assert f(np.ones(count)).item() == 2 * count
    assert len(f._programs) == 64
    before = wb.memory_usage()["in_use"]
    for _ in range(200):
        f(np.ones(99))
    assert wb.memory_usage()["in_use"] <= before
