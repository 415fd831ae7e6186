"""The training steps of the examples with text and science: a compiled one is the plain one to the bit, on one and two
threads, and after resuming from a checkpoint."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import nn, optim

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def program(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TEXT = program(EXAMPLES / "16-character-transformer/character_transformer.py")
PINN = program(EXAMPLES / "17-burgers-pinn/burgers_pinn.py")


def transformer():
    """With dropout, so that random numbers are part of what has to be the same."""
    model = TEXT.CharacterTransformer(11, context=20, width=16, heads=2, blocks=1, dropout=0.2)
    optimizer = optim.AdamW(model.parameters(), lr=1e-3)
    text = np.random.default_rng(0).integers(0, 11, 600)

    def batch(number):
        starts = np.arange(3) * 31 + number
        return TEXT.windows_at(text, starts, 20), TEXT.windows_at(text, starts + 1, 20)

    return model, optimizer, TEXT.training_step(model, optimizer), batch


def points(number):
    rng = np.random.default_rng(number)
    return wb.tensor(rng.uniform(-1, 1, (40, 1))), wb.tensor(rng.uniform(0, 1, (40, 1)))


def pinn():
    model = PINN.Solution(width=8, depth=2)
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    return model, optimizer, PINN.training_step(model, optimizer), points


def surrogate():
    """As surrogate.c has it."""
    model = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
    optimizer = optim.Adam(model.parameters(), lr=0.003)

    def step(x, y):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    def batch(number):
        rng = np.random.default_rng(number)
        x = rng.uniform(0, 1, (64, 2)).astype(np.float32)
        return x, x[:, :1] * x[:, 1:]

    return model, optimizer, step, batch


def training(make, threads, compiled, steps=6, resume_at=None, path=None):
    """All losses, and the bytes of all parameters, of a training that may stop half way and go on from a file."""
    wb.set_num_threads(threads)
    wb.manual_seed(5)
    model, optimizer, step, batch = make()
    run = wb.compile(step) if compiled else step
    found = []
    for number in range(steps):
        if number == resume_at:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "random": wb.get_rng_state()}
            wb.save(state, path)
            wb.manual_seed(99)  # another model, and other random numbers
            model, optimizer, step, batch = make()
            run = wb.compile(step) if compiled else step
            state = wb.load(path)
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
            wb.set_rng_state(state["random"])
        found.append(run(*batch(number)).item())
    return found + [parameter.detach().numpy().tobytes() for parameter in model.parameters()]


@pytest.fixture(autouse=True)
def threads_as_before():
    threads = wb.get_num_threads()
    yield
    wb.set_num_threads(threads)


@pytest.mark.parametrize("make", [transformer, pinn, surrogate])
def test_a_compiled_step_is_the_plain_one_to_the_bit_on_one_and_two_threads_and_resumed(make, tmp_path):
    plain = training(make, threads=1, compiled=False)
    assert len(set(plain[:6])) == 6  # it trains
    for threads in (1, 2):
        assert training(make, threads, compiled=True) == plain
        for compiled in (False, True):
            path = tmp_path / f"{threads}{compiled}.h5"
            assert training(make, threads, compiled, resume_at=3, path=path) == plain


def lbfgs(compiled, threads, steps=3, resume_at=None, path=None):
    wb.set_num_threads(threads)

    def made(seed):
        wb.manual_seed(seed)
        model = PINN.Solution(width=8, depth=2)
        optimizer = optim.LBFGS(model.parameters(), max_iter=4, line_search_fn="strong_wolfe")
        closure = PINN.loss_with_gradients(model, optimizer)
        return model, optimizer, wb.compile(closure) if compiled else closure

    model, optimizer, closure = made(5)
    x, t = points(0)
    found = []
    for number in range(steps):
        if number == resume_at:
            wb.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, path)
            model, optimizer, closure = made(99)
            state = wb.load(path)
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
        loss = optimizer.step(lambda: closure(x, t))
        found.append(float(loss))
    return found + [parameter.detach().numpy().tobytes() for parameter in model.parameters()]


def test_lbfgs_on_the_compiled_loss_is_that_on_the_plain_one_to_the_bit(tmp_path):
    plain = lbfgs(compiled=False, threads=1)
    for threads in (1, 2):
        assert lbfgs(True, threads) == plain
        for compiled in (False, True):
            path = tmp_path / f"{threads}{compiled}.h5"
            assert lbfgs(compiled, threads, resume_at=2, path=path) == plain
