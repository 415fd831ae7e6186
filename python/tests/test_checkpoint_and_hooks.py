"""checkpoint, checkpoint_sequential and Tensor.register_hook."""

import gc
import re

import numpy as np
import pytest
from support import numbers, python

import wingbeat as wb
from wingbeat import _callbacks, nn

F64 = "float64"
X, V = numbers((4,), seed=1), numbers((4,), seed=2)


class Dropout(nn.Module):
    def forward(self, x):
        return x * wb.bernoulli(wb.full(x.shape, 0.5)) * 2


def network():
    wb.manual_seed(1)
    return nn.Sequential(
        nn.Linear(6, 16), nn.Tanh(), Dropout(), nn.Linear(16, 16), nn.GELU(), Dropout(), nn.Linear(16, 3)
    )


def trained(run, compiled, steps=3):
    """The parameters' bits after some steps, the losses, and the next random numbers."""
    model = network()
    optimizer = wb.optim.SGD(model.parameters(), lr=0.1)
    x = wb.tensor(numbers((8, 6), "float32"))

    def step(x):
        loss = (run(model, x) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    if compiled:
        step = wb.compile(step)
    losses = [step(x).item() for _ in range(steps)]
    return [p.detach().numpy().tobytes() for p in model.parameters()], losses, wb.rand(3).tolist()


@pytest.mark.parametrize("compiled", [False, True])
def test_training_through_checkpoints_is_the_same_bits_dropout_included(compiled):
    plain = trained(lambda model, x: model(x), compiled)
    assert trained(lambda model, x: wb.checkpoint(model, x), compiled) == plain
    assert trained(lambda model, x: wb.checkpoint_sequential(model, 3, x), compiled) == plain
    assert trained(lambda model, x: wb.checkpoint(lambda x: wb.checkpoint(model, x) * 1, x), compiled) == plain, (
        "one in another"
    )


def deep(x):
    for _ in range(12):
        x = (x @ MATRIX).tanh()
    return x


MATRIX = wb.tensor(numbers((64, 64), "float32") / 8)


def test_a_plan_with_checkpoints_needs_less_memory():
    def arena(run):
        step = wb.compile(wb.grad(lambda x: run(x).sum()))
        step(numbers((256, 64), "float32"))
        return int(re.search(r"([\d,]+) bytes of arena", step.explain())[1].replace(",", ""))

    plain = arena(lambda x: deep(deep(deep(x))))
    kept = arena(lambda x: wb.checkpoint_sequential([deep, deep, deep, lambda x: x], 4, x))
    assert kept < plain * 0.6, (kept, plain)


def h(x):
    return (x**4 / 4 + x.sin()).sum()


def test_checkpoints_nest_in_transforms_and_transforms_in_checkpoints():
    def f(x):
        return wb.checkpoint(h, x)

    np.testing.assert_allclose(wb.grad(f)(X).numpy(), X**3 + np.cos(X), rtol=1e-13)
    np.testing.assert_allclose(wb.jvp(f, (X,), (V,))[1].item(), (X**3 + np.cos(X)) @ V, rtol=1e-13)
    np.testing.assert_allclose(wb.hvp(f, (X,), (V,))[0].numpy(), (3 * X**2 - np.sin(X)) * V, rtol=1e-13)
    for second in (wb.hessian(f), wb.jacrev(wb.jacrev(f)), wb.jacfwd(wb.jacfwd(f)), wb.jacrev(wb.jacfwd(f))):
        np.testing.assert_allclose(second(X).numpy(), np.diag(3 * X**2 - np.sin(X)), rtol=1e-12, atol=1e-14)
    inside = wb.grad(lambda x: wb.checkpoint(lambda x: (wb.grad(h)(x) * wb.tensor(V)).sum(), x))(X)
    np.testing.assert_allclose(inside.numpy(), (3 * X**2 - np.sin(X)) * V, rtol=1e-12)
    third = wb.grad(lambda x: (wb.grad(lambda x: (wb.grad(f)(x)).sum())(x)).sum())(X)
    np.testing.assert_allclose(third.numpy(), 6 * X - np.cos(X), rtol=1e-12)


def test_structures_constants_and_tensors_from_outside():
    outside = wb.tensor(V, requires_grad=True)
    inside = wb.tensor(X, requires_grad=True)
    result = wb.checkpoint(
        lambda tree, n, scale=1: {"r": tree["a"][0] * outside * n * scale, "n": n, "i": tree["a"][0].argmax()},
        {"a": [inside]},
        2,
        scale=3,
    )
    assert result["n"] == 2 and result["i"].item() == X.argmax()
    np.testing.assert_allclose(result["r"].detach().numpy(), 6 * X * V, rtol=1e-14)
    result["r"].sum().backward()
    np.testing.assert_allclose(inside.grad.numpy(), 6 * V, rtol=1e-14)
    np.testing.assert_allclose(outside.grad.numpy(), 6 * X, rtol=1e-14)
    wb.checkpoint(lambda: outside * outside).sum().backward()
    np.testing.assert_allclose(outside.grad.numpy(), 6 * X + 2 * V, rtol=1e-14)
    assert not wb.checkpoint(lambda x: x * 2, wb.tensor(X)).requires_grad
    with wb.no_grad():
        assert not wb.checkpoint(lambda x: x * 2, inside).requires_grad


def test_what_the_function_detaches_stays_detached():
    def without_grad(x):
        with wb.no_grad():
            scale = x * 2
        return (scale * x.sin()).sum()

    for function in (lambda x: (x.detach() * x.sin()).sum(), without_grad):
        kept = lambda x, function=function: wb.checkpoint(function, x)  # noqa: E731
        for transform in (wb.grad, wb.hessian, lambda f: lambda x: wb.jvp(f, (x,), (V,))[1]):
            np.testing.assert_allclose(
                transform(kept)(X).numpy(), transform(function)(X).numpy(), rtol=1e-13, atol=1e-15
            )


def test_the_function_may_ask_for_values_and_is_called_once():
    calls = []

    def branching(x):
        calls.append(1)
        y = x.sin()
        return y * 2 if y.sum().item() > -100 else y

    np.testing.assert_allclose(
        wb.grad(lambda x: wb.checkpoint(branching, x).sum())(X).numpy(), 2 * np.cos(X), rtol=1e-14
    )
    assert len(calls) == 1


def test_results_are_the_same_bits_with_any_set_of_passes():
    code = """
import hashlib, test_checkpoint_and_hooks as t, wingbeat as wb
print(hashlib.sha256(b"".join(t.trained(lambda model, x: wb.checkpoint_sequential(model, 2, x), True)[0])).hexdigest())
"""
    assert (
        len(
            {
                python(code, WINGBEAT_PASSES=passes)
                for passes in ("none", "-cse", "-fuse", "-schedule", "-simplify", "-inplace", "-jit")
            }
        )
        == 1
    )


# -------------------------------------------------------------------- hooks


def test_a_hook_sees_the_sum_of_all_gradients_and_may_replace_it():
    seen = []
    x = wb.tensor(X, requires_grad=True)
    y = x * 2
    first = y * 3
    y.register_hook(lambda gradient: seen.append(gradient.tolist()))
    y.register_hook(lambda gradient: gradient * 10)
    (first + y * 4).sum().backward()
    assert seen == [[7.0] * 4], "a use recorded before the hook counts too"
    assert x.grad.tolist() == [140.0] * 4


def test_hooks_on_leaves_outlive_steps_and_can_be_removed():
    layer = nn.Linear(4, 1, bias=False, dtype=F64)
    optimizer = wb.optim.SGD(layer.parameters(), lr=0.0)
    handle = layer.weight.register_hook(lambda gradient: gradient * 5)
    for factor in (5, 5, 5, 1):
        if factor == 1:
            handle.remove()
        optimizer.zero_grad()
        layer(wb.tensor(X)).sum().backward()
        np.testing.assert_allclose(layer.weight.grad.numpy()[0], factor * X, rtol=1e-14)
        optimizer.step()
    with layer.weight.register_hook(lambda gradient: gradient * 2):
        (gradient,) = wb.autograd.grad(layer(wb.tensor(X)).sum(), layer.weight)
        np.testing.assert_allclose(gradient.numpy()[0], 2 * X, rtol=1e-14)


def test_hooks_hold_inside_transforms_checkpoints_and_compiled_functions():
    def f(x):
        y = x * x
        y.register_hook(lambda gradient: gradient * 3)
        return y.sum()

    np.testing.assert_allclose(wb.grad(f)(X).numpy(), 6 * X)
    np.testing.assert_allclose(wb.grad(lambda x: wb.grad(f)(x).sum())(X).numpy(), 6 * np.ones(4))
    np.testing.assert_allclose(wb.compile(wb.grad(f))(X).numpy(), 6 * X)
    np.testing.assert_allclose(wb.grad(lambda x: wb.checkpoint(f, x))(X).numpy(), 6 * X)


def test_hooks_are_let_go_with_the_graph():
    gc.collect()
    before = len(_callbacks._held)
    x = wb.tensor(X, requires_grad=True)
    y = x * 2
    y.register_hook(lambda gradient: None)
    x.register_hook(lambda gradient: None)
    assert len(_callbacks._held) == before + 2
    y.sum().backward()
    del x, y
    gc.collect()
    assert len(_callbacks._held) == before


class Mine(Exception):
    pass


def raising(gradient):
    raise Mine("own")


def hooked(hook):
    x = wb.tensor(X, requires_grad=True)
    x.register_hook(hook)
    (x * 2).sum().backward()


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda: hooked(raising), Mine, "own"),
        (lambda: hooked(lambda gradient: gradient[:2]), ValueError, r"\[4\].*\[2\]"),
        (lambda: hooked(lambda gradient: 3), TypeError, "int"),
        (lambda: hooked("text"), TypeError, "text"),
        (lambda: wb.tensor(X).register_hook(raising), RuntimeError, "require"),
        (lambda: wb.checkpoint_sequential([deep], 2, X), ValueError, "segments"),
        (lambda: wb.checkpoint(raising, wb.tensor(X)), Mine, "own"),
        (lambda: wb.checkpoint_sequential([deep], "a", X), TypeError, "segments"),
        (lambda: wb.checkpoint("text", 1), TypeError, "callable"),
    ],
)
def test_wrong_use_gets_a_sentence_and_exceptions_come_out(call, kind, words):
    with pytest.raises(kind, match=words or None):
        call()
