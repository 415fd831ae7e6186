"""taylor: against nested jvp, closed forms and an expansion by hand; nesting, capture, structures, misuse."""

import math

import numpy as np
import pytest
from support import numbers

import wingbeat as wb

X, V = numbers((2, 3), seed=1), numbers((2, 3), seed=2)


def nested(function, x, v, order):
    found = []
    for _ in range(order):
        function = (lambda f: lambda x: wb.jvp(f, (x,), (v,))[1])(function)
        found.append(function(x).numpy())
    return found


@pytest.mark.parametrize(
    "function, closed",
    [
        (wb.exp, lambda x, k: np.exp(x)),
        (wb.sin, lambda x, k: np.sin(x + k * np.pi / 2)),
        (lambda x: 1 / (x + 4), lambda x, k: (-1) ** k * math.factorial(k) * (x + 4) ** (-1.0 - k)),
        (lambda x: (x + 4) ** 1.5, lambda x, k: math.prod(1.5 - j for j in range(k)) * (x + 4) ** (1.5 - k)),
        (lambda x: wb.log(x + 4), lambda x, k: (-1) ** (k + 1) * math.factorial(k - 1) * (x + 4) ** -float(k)),
    ],
    ids=["exp", "sin", "1/x", "pow", "log"],
)
def test_ten_derivatives_are_closed_forms(function, closed):
    value, derivatives = wb.taylor(function, (X,), (np.ones_like(X),), 10)
    np.testing.assert_allclose(value.numpy(), function(wb.tensor(X)).numpy(), rtol=1e-15)
    assert len(derivatives) == 10 and not derivatives[0].requires_grad
    for k, found in enumerate(derivatives, 1):
        np.testing.assert_allclose(found.numpy(), closed(X, k), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wb.tanh(x @ X.T).sum(1),
        lambda x: wb.softmax(x, 1) * x,
        lambda x: wb.logsumexp(x, 0),
        lambda x: x.square().sum().sqrt(),
        lambda x: wb.linalg.solve(x @ x.T + 3 * np.eye(2), x),
        lambda x: wb.nn.functional.gelu(x)[:, 1:] / (1 + x[:, :2].square()),
        lambda x: x.cumprod(1),
        lambda x: wb.checkpoint(lambda x: wb.tanh(x).exp(), x),
    ],
    ids=["dense", "softmax", "logsumexp", "norm", "solve", "gelu", "cumprod", "checkpoint"],
)
def test_four_derivatives_are_those_of_nested_jvp(function):
    for found, want in zip(wb.taylor(function, (X,), (V,), 4)[1], nested(function, X, V, 4), strict=True):
        np.testing.assert_allclose(found.numpy(), want, rtol=1e-9, atol=1e-10)


def test_it_nests_with_grad_and_with_itself_and_compiles():
    def third(x):
        return wb.taylor(lambda x: wb.tanh(x) * x, (x,), (V,), 3)[1][2].sum()

    def third_nested(x):
        f = lambda x: wb.tanh(x) * x  # noqa: E731
        for _ in range(3):
            f = (lambda f: lambda x: wb.jvp(f, (x,), (V,))[1])(f)
        return f(x).sum()

    want = wb.grad(third_nested)(X).numpy()
    np.testing.assert_allclose(wb.grad(third)(X).numpy(), want, rtol=1e-11, atol=1e-12)
    compiled = wb.compile(wb.grad(third))
    for _ in range(2):
        np.testing.assert_allclose(compiled(wb.tensor(X)).numpy(), want, rtol=1e-11, atol=1e-12)
    of_grad = wb.taylor(wb.grad(lambda x: wb.tanh(x).sum()), (X,), (V,), 2)[1]
    for found, expected in zip(of_grad, nested(wb.grad(lambda x: wb.tanh(x).sum()), X, V, 2)):
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-11, atol=1e-12)
    again = wb.taylor(lambda x: wb.taylor(wb.exp, (x,), (V,), 2)[1][1], (X,), (V,), 2)[1][1]
    np.testing.assert_allclose(again.numpy(), V**4 * np.exp(X), rtol=1e-12)
    # Perturbations are kept apart.
    assert (
        wb.taylor(lambda x: x * wb.taylor(lambda y: x + y, (1.0,), (1.0,), 1)[1][0], (3.0,), (1.0,), 1)[1][0].item()
        == 1
    )


def test_it_maps_over_examples_inside_and_outside():
    def third(x):
        return wb.taylor(lambda x: (wb.tanh(x) * x).sum(), (x,), (np.ones(3),), 3)[1][2]

    want = [third(x).item() for x in X]
    np.testing.assert_allclose(wb.vmap(third)(X).numpy(), want, rtol=1e-12)
    mapped = wb.taylor(wb.vmap(lambda x: (wb.tanh(x) * x).sum()), (X,), (np.ones_like(X),), 3)[1][2]
    np.testing.assert_allclose(mapped.numpy(), want, rtol=1e-12)


def test_custom_derivatives_are_expanded_too():
    @wb.custom_vjp
    def sine(x):
        return wb.sin(x)

    sine.defvjp(lambda x: (wb.sin(x), x), lambda x, cotangent: (cotangent * wb.cos(x),))
    for k, found in enumerate(wb.taylor(sine, (X,), (np.ones_like(X),), 4)[1], 1):
        np.testing.assert_allclose(found.numpy(), np.sin(X + k * np.pi / 2), rtol=1e-12, atol=1e-14)


def test_parameters_behind_it_get_gradients():
    w = wb.tensor(2.0, requires_grad=True)
    second = wb.taylor(lambda x: (w * x).exp(), (0.5,), (1.0,), 2)[1][1]
    second.backward()
    np.testing.assert_allclose(w.grad.item(), (2 * 2 + 4 * 0.5) * math.exp(1), rtol=1e-6)
    with wb.no_grad():
        assert not wb.taylor(lambda x: (w * x).exp(), (0.5,), (1.0,), 2)[1][1].requires_grad


def test_structures_argnums_and_aux():
    def function(tree, scale):
        return {"a": tree["x"] ** 2 * scale, "b": [tree["y"].sin()]}, "note"

    arguments, along = ({"x": X, "y": 0.5}, 3.0), ({"x": V, "y": 1.0},)
    value, (first, second), aux = wb.taylor(function, arguments, along, 2, argnums=(0,), has_aux=True)
    assert aux == "note" and list(value) == list(first) == list(second) == ["a", "b"]
    np.testing.assert_allclose(first["a"].numpy(), 6 * X * V, rtol=1e-12)
    np.testing.assert_allclose(second["a"].numpy(), 6 * V * V, rtol=1e-12)
    np.testing.assert_allclose(second["b"][0].item(), -math.sin(0.5), rtol=1e-6)
    (value, derivatives), _ = wb.taylor(lambda x: (x, x), (2.0,), (1.0,), 0), None
    assert value[0].item() == 2 and derivatives == []


def test_a_series_bends_the_path():
    """f(x(t)) with x = 1/2 + t + t^2 - t^3/2, f = exp: the chain rule by hand (Faa di Bruno)."""
    value, found = wb.taylor(wb.exp, (wb.tensor(0.5, "float64"),), (1.0,), 3, series=[(2.0,), (-3.0,)])
    np.testing.assert_allclose([f.item() for f in found], np.exp(0.5) * np.array([1, 1 + 2, 1 + 3 * 2 - 3]), rtol=1e-13)
    skipped = wb.taylor(wb.exp, (wb.tensor(0.5, "float64"),), (1.0,), 3, series=(None, (-3.0,)))[1]
    np.testing.assert_allclose([f.item() for f in skipped], np.exp(0.5) * np.array([1, 1, 1 - 3]), rtol=1e-13)


def test_shapes_and_dtypes_at_the_edges():
    for x in (np.zeros((0, 3)), np.float32(2)):
        value, derivatives = wb.taylor(lambda x: wb.tanh(x) * 2, (x,), (np.ones_like(x),), 3)
        assert all(d.shape == value.shape and d.dtype is value.dtype for d in derivatives)
    _, derivatives = wb.taylor(lambda x: (x > 0, wb.ones(2), x.floor()), (X,), (V,), 2)
    assert (
        derivatives[0][0].dtype is wb.bool
        and not derivatives[0][0].numpy().any()
        and not derivatives[1][1].numpy().any()
    )
    assert not derivatives[0][2].numpy().any()


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: wb.taylor(wb.exp, (X,), (V,), -1), ValueError, "0 ... 100"),
        (lambda: wb.taylor(wb.exp, (X,), (V,), 10**30), ValueError, "0 ... 100"),
        (lambda: wb.taylor(wb.exp, (X,), (V,), 1.5), TypeError, "order"),
        (lambda: wb.taylor(wb.exp, X, (V,), 2), TypeError, "tuple of arguments"),
        (lambda: wb.taylor(wb.exp, (X,), (V, V), 2), wb.StructureError, "structure"),
        (lambda: wb.taylor(wb.exp, (X,), (V[0],), 2), ValueError, "shape"),
        (lambda: wb.taylor(wb.exp, (X,), (V,), 2, series=3), TypeError, "series"),
        (lambda: wb.taylor(wb.exp, (X,), (V,), 2, series=[(V, V)]), wb.StructureError, "structure"),
        (lambda: wb.taylor(wb.exp, (None,), (None,), 2), TypeError, "found None"),
        (lambda: wb.taylor(wb.exp, (np.arange(3),), (np.arange(3),), 2), TypeError, "float"),
        (lambda: wb.taylor(lambda x: "text", (X,), (V,), 2), TypeError, "expected numbers"),
        (lambda: wb.taylor(wb.exp, (X,), ("a",), 2), TypeError, "a"),
        (lambda: wb.taylor(wb.exp, (X,), (V,), 2, argnums=1), ValueError, "argnums 1"),
    ],
)
def test_misuse_gets_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()
    assert wb.taylor(wb.exp, (0.0,), (1.0,), 1)[1][0].item() == 1, "nothing is left behind"
