"""Reversible blocks, and Sequential's checkpoint flag: the derivatives of what stores everything, in less memory."""

import re

import numpy as np
import pytest
from support import numbers

import wingbeat as wb
from wingbeat import nn

F64 = "float64"
X1, X2 = numbers((4, 3), seed=1), numbers((4, 3), seed=2)
M = wb.tensor(numbers((3, 3), seed=3) / 2)


def plain(blocks, x1, x2):
    for f, g in blocks:
        x1 = x1 + f(x2)
        x2 = x2 + g(x1)
    return x1, x2


BLOCKS = [
    (lambda x: (x @ M).tanh(), lambda x: (x * 1.5).sin()),
    (lambda x: (x**2).mean(1, keepdim=True).expand(4, 3), lambda x: (x @ M.T).tanh()),
] * 3


def weighed(run):
    def f(x1, x2):
        y1, y2 = run(BLOCKS, x1, x2)
        return (y1 * y2).sum() + (y2**3).sum()

    return f


def test_values_are_the_same_bits_and_derivatives_those_of_the_plain_chain():
    for one, other in zip(wb.reversible(BLOCKS, X1, X2), plain(BLOCKS, wb.tensor(X1), wb.tensor(X2))):
        assert one.detach().numpy().tobytes() == other.numpy().tobytes()
    kept, stored = weighed(wb.reversible), weighed(plain)
    v = (wb.tensor(X2), wb.tensor(X1))
    transforms = [
        lambda f: wb.grad(f, argnums=(0, 1))(X1, X2),
        lambda f: (wb.jvp(f, (X1, X2), v)[1],),
        lambda f: wb.hvp(f, (X1, X2), v, argnums=None),
        lambda f: (wb.hessian(f)(X1, X2),),
        lambda f: (wb.grad(lambda x: (wb.grad(f)(x, X2) ** 2).sum())(X1),),
        lambda f: (wb.grad(lambda x: wb.jvp(lambda x: f(x, X2), (x,), v[:1])[1])(X1),),
    ]
    for number, transform in enumerate(transforms):
        for one, other in zip(transform(kept), transform(stored)):
            scale = np.abs(other.numpy()).max()
            assert np.abs(one.numpy() - other.numpy()).max() <= 1e-10 * scale, number


class Dropout(nn.Module):
    def forward(self, x):
        return x * wb.bernoulli(wb.full(x.shape, 0.5)).to(x.dtype) * 2


def network(dtype, depth=6):
    wb.manual_seed(3)

    def half():
        return nn.Sequential(nn.Linear(4, 4, dtype=dtype), nn.Tanh(), Dropout())

    shared = half()
    return nn.ReversibleSequential(*[(half(), shared) for _ in range(depth)])


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("dtype, tolerance", [(F64, 1e-10), ("float32", 1e-4)])
def test_parameters_get_their_gradients_through_dropout_and_shared_functions(dtype, tolerance, compiled):
    def gradients(run):
        model, x = network(dtype), numbers((5, 8), dtype, seed=7)

        def step(x):
            loss = (run(model, x) ** 2).mean()
            loss.backward()
            return loss

        loss = (wb.compile(step) if compiled else step)(wb.tensor(x))
        return loss.item(), [parameter.grad.numpy() for parameter in model.parameters()]

    def stored(model, x):
        return wb.cat(plain([(block.f, block.g) for block in model], *wb.chunk(x, 2, -1)), -1)

    (loss, found), (known_loss, known) = gradients(lambda model, x: model(x)), gradients(stored)
    assert loss == known_loss
    for one, other in zip(found, known):
        assert np.abs(one - other).max() <= tolerance * np.abs(other).max()


def arena(model, columns):
    def step(x):
        loss = (model(x) ** 2).sum()
        loss.backward()
        return loss

    compiled = wb.compile(step)
    compiled(numbers((512, columns), "float32"))
    return int(re.search(r"([\d,]+) bytes of arena", compiled.explain())[1].replace(",", ""))


def test_memory_does_not_depend_on_the_number_of_reversible_blocks():
    def model(depth):
        def half():
            return nn.Sequential(nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 16), nn.GELU())

        return nn.ReversibleSequential(*[(half(), half()) for _ in range(depth)])

    assert arena(model(24), 32) <= arena(model(4), 32)


def test_the_checkpoint_flag_of_a_sequential_is_the_same_bits_in_less_memory():
    class Layer(nn.Linear):
        def forward(self, x):
            return super().forward(x).tanh()

    def trained(checkpoint, kind, compiled):
        wb.manual_seed(1)
        model = nn.Sequential(*[kind(6, 6) for _ in range(7)], checkpoint=checkpoint)
        optimizer = wb.optim.SGD(model.parameters(), lr=0.1)

        def step(x):
            loss = (model(x) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        run = wb.compile(step) if compiled else step
        for _ in range(3):
            run(wb.tensor(numbers((4, 6), "float32")))
        return [p.detach().numpy().tobytes() for p in model.parameters()]

    class Random(Layer):
        def forward(self, x):
            return super().forward(x) * wb.bernoulli(wb.full(x.shape, 0.5))

    for kind in (nn.Linear, Layer, Random):
        for compiled in (False, True):
            known = trained(False, kind, compiled)
            for checkpoint in (True, 2, 7):
                assert trained(checkpoint, kind, compiled) == known, (kind, compiled, checkpoint)

    def deep(checkpoint):
        return nn.Sequential(*[nn.Sequential(nn.Linear(16, 16), nn.Tanh()) for _ in range(36)], checkpoint=checkpoint)

    assert arena(deep(True), 16) < 0.5 * arena(deep(False), 16)


def test_the_checkpoint_flag_can_be_set_and_is_no_part_of_a_saved_model(tmp_path):
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), checkpoint=True)
    assert model.checkpoint is True
    model.checkpoint = 2
    assert model.checkpoint == 2
    model.save(tmp_path / "model.h5")
    loaded = wb.load(tmp_path / "model.h5")
    assert (loaded[0] if isinstance(loaded, tuple) else loaded).checkpoint is False
    nn.Sequential(nn.Linear(2, 2), nn.Tanh()).load(tmp_path / "model.h5")
    model.checkpoint = False
    assert model(np.ones((1, 2), np.float32)).shape == (1, 2)


def test_reversible_modules_are_sequences_of_blocks():
    model = network(F64)
    assert len(model) == 6 and isinstance(model[0], nn.Reversible) and len(model[1:3]) == 2 and "dim=-1" in repr(model)
    assert len(list(model.parameters())) == 2 * 7, "the shared function counts once"
    x = numbers((5, 8))
    assert nn.ReversibleSequential()(wb.tensor(x)).tolist() == x.tolist()
    y1, y2 = nn.Reversible(lambda x: x * 2, lambda x: x * 3)(wb.tensor(X1), wb.tensor(X2))
    np.testing.assert_allclose(y2.numpy(), X2 + 3 * (X1 + 2 * X2))
    with wb.no_grad():
        assert not model(wb.tensor(x)).requires_grad


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda: wb.reversible([], X1, X2), ValueError, "one block"),
        (lambda: wb.reversible([abs], X1, X2), TypeError, "pair"),
        (
            lambda: wb.reversible([(lambda x: x.sum(), lambda x: x)], X1, X2),
            ValueError,
            r"F of block 0 gives float64 \[\]",
        ),
        (lambda: wb.reversible([(lambda x: x, lambda x: x.to("float32").sum(1))], X1, X2), ValueError, None),
        (lambda: wb.reversible(BLOCKS, np.ones((4, 3), int), X2), TypeError, "int64"),
        (lambda: nn.ReversibleSequential(nn.Linear(2, 2)), TypeError, "Reversible"),
        (lambda: nn.ReversibleSequential((abs, abs))(wb.ones(2, 3)), ValueError, "even"),
        (lambda: nn.Sequential(checkpoint=-1), ValueError, "checkpoint"),
        (lambda: nn.Sequential(checkpoint="a"), TypeError, "checkpoint"),
        (lambda: nn.Sequential(nn.Tanh(), nn.Tanh(), checkpoint=3)(wb.ones(2)), ValueError, "3 segments"),
    ],
)
def test_wrong_use_gets_a_sentence(call, kind, words):
    with pytest.raises(kind, match=words):
        call()
