"""grad, value_and_grad, vjp, jvp and hvp, alone and nested in each other, against closed forms."""

import itertools
from collections import namedtuple

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn

F64 = "float64"


def f(x):
    return (x**4 / 4 + x.sin()).sum()


def derivatives(x):
    """f's value and its first, second, third and fourth derivatives, element by element."""
    return (x**4 / 4 + np.sin(x)).sum(), x**3 + np.cos(x), 3 * x**2 - np.sin(x), 6 * x - np.cos(x), 6 + np.sin(x)


X, V, W = numbers((4,), seed=1), numbers((4,), seed=2), numbers((4,), seed=3)


def test_each_transform_is_its_closed_form():
    value, first, second, _, _ = derivatives(X)
    np.testing.assert_allclose(wb.grad(f)(X).numpy(), first, rtol=1e-12)
    found, gradient = wb.value_and_grad(f)(wb.tensor(X))
    np.testing.assert_allclose((found.item(), *gradient.numpy()), (value, *first), rtol=1e-12)
    found, back = wb.vjp(lambda x: x**2 * 3, X)
    np.testing.assert_allclose(found.numpy(), 3 * X**2, rtol=1e-12)
    for weights in (V, wb.tensor(W)):
        np.testing.assert_allclose(back(weights)[0].numpy(), 6 * X * np.asarray(weights), rtol=1e-12)
    found, along = wb.jvp(f, (X,), (V,))
    np.testing.assert_allclose((found.item(), along.item()), (value, first @ V), rtol=1e-12)
    np.testing.assert_allclose(wb.hvp(f, (X,), (V,))[0].numpy(), second * V, rtol=1e-12)


# Each turns a scalar function of x into another, and takes derivative number n to number n + order, with weights.
NESTABLE = {
    "grad": (1, lambda g: lambda x: (wb.grad(g)(x) * W).sum()),
    "value_and_grad": (1, lambda g: lambda x: (wb.value_and_grad(g)(x)[1] * W).sum()),
    "vjp": (1, lambda g: lambda x: (wb.vjp(g, x)[1](wb.tensor(1.0, F64))[0] * W).sum()),
    "jvp": (1, lambda g: lambda x: wb.jvp(g, (x,), (wb.tensor(W),))[1]),
    "hvp": (2, lambda g: lambda x: (wb.hvp(g, (x,), (wb.tensor(W),))[0] * W).sum()),
    "autograd.grad": (1, lambda g: lambda x: (wb.autograd.grad(g(x), x, create_graph=True)[0] * W).sum()),
}


@pytest.mark.parametrize("outer, inner", list(itertools.product(NESTABLE, repeat=2)))
def test_transforms_nest_in_each_other(outer, inner):
    if outer == "autograd.grad":
        pytest.skip("takes the derivative by a tensor, which only another transform or a leaf provides")
    order = NESTABLE[outer][0] + NESTABLE[inner][0]
    nested = NESTABLE[outer][1](NESTABLE[inner][1](f))
    np.testing.assert_allclose(nested(wb.tensor(X)).item(), (derivatives(X)[order] * W**order).sum(), rtol=1e-11)


@pytest.mark.parametrize("outer", ["grad", "jvp", "hvp"])
@pytest.mark.parametrize("inner", ["grad", "vjp", "jvp", "autograd.grad"])
def test_a_leaf_sees_through_nested_transforms(outer, inner):
    """backward() through a transform of a transform: one derivative more."""
    order = NESTABLE[outer][0] + NESTABLE[inner][0]
    x = wb.tensor(X, requires_grad=True)
    NESTABLE[outer][1](NESTABLE[inner][1](f))(x).backward()
    found = x.grad.numpy()
    fifth = np.cos(X)
    np.testing.assert_allclose(found, (*derivatives(X), fifth)[order + 1] * W**order, rtol=1e-10, atol=1e-12)


def test_three_and_four_levels_of_grad():
    value = wb.tensor(0.7, F64)
    function = lambda x: x.sin()  # noqa: E731
    for expected in (np.cos(0.7), -np.sin(0.7), -np.cos(0.7), np.sin(0.7)):
        function = wb.grad(function)
        np.testing.assert_allclose(function(value).item(), expected, rtol=1e-13)


def test_perturbations_are_not_confused():
    # d/dx [x * d/dy (x + y)] = 1, not 2; and jvp inside jvp alike.
    assert wb.grad(lambda x: x * wb.grad(lambda y: x + y)(1.0))(1.0).item() == 1
    one = wb.tensor(1.0)

    def inner(x):
        return wb.jvp(lambda y: x + y, (one,), (one,))[1]

    assert wb.jvp(lambda x: x * inner(x), (one,), (one,))[1].item() == 1
    assert wb.grad(lambda x: x * inner(x))(1.0).item() == 1
    assert wb.jvp(lambda x: x * wb.grad(lambda y: x * y)(x), (wb.tensor(3.0),), (one,))[1].item() == 6
    assert wb.grad(lambda x: wb.grad(lambda x: x * x)(x) * x)(wb.tensor(3.0)).item() == 12, "the same name twice"


def test_a_variable_of_an_outer_transform_is_a_constant_to_an_inner_one():
    def outer(a):
        return wb.grad(lambda b: a * a * b * b)(wb.tensor(3.0, F64))  # 2 a^2 b

    assert wb.grad(outer)(wb.tensor(2.0, F64)).item() == 24  # 4 a b


def test_argnums_structures_and_aux():
    def loss(a, b, scale=1.0):
        return (a["w"] * b[0]).sum() * scale + b[1].sum(), {"kept": a["w"], "text": "note"}

    a, b = {"w": wb.tensor(X)}, [wb.tensor(V), wb.tensor(W)]
    (value, aux), (ga, gb) = wb.value_and_grad(loss, argnums=(0, 1), has_aux=True)(a, b, scale=2.0)
    np.testing.assert_allclose(value.item(), 2 * X @ V + W.sum(), rtol=1e-13)
    np.testing.assert_allclose(ga["w"].numpy(), 2 * V)
    np.testing.assert_allclose(gb[0].numpy(), 2 * X)
    assert gb[1].tolist() == [1] * 4 and aux["text"] == "note" and not aux["kept"].requires_grad
    assert wb.grad(lambda a, b: (a * b).sum(), argnums=-1)(X, V).tolist() == X.tolist()
    gradient, aux = wb.grad(loss, has_aux=True)(a, b)
    assert gradient["w"].tolist() == V.tolist() and aux["text"] == "note"
    Point = namedtuple("Point", "x y")
    found = wb.grad(lambda p: p.x * p.y)(Point(wb.tensor(2.0), wb.tensor(3.0)))
    assert type(found) is Point and (found.x.item(), found.y.item()) == (3, 2)


def test_vjp_and_jvp_of_several_arguments_and_results():
    def g(a, b):
        return {"product": a * b, "sum": a + 2 * b}

    result, back = wb.vjp(g, X, V)
    np.testing.assert_allclose(result["sum"].numpy(), X + 2 * V)
    ga, gb = back({"product": W, "sum": wb.ones(4, dtype=F64)})
    np.testing.assert_allclose(ga.numpy(), W * V + 1)
    np.testing.assert_allclose(gb.numpy(), W * X + 2)
    _, along = wb.jvp(g, (X, V), (W, X))
    np.testing.assert_allclose(along["product"].numpy(), W * V + X * X)
    np.testing.assert_allclose(along["sum"].numpy(), W + 2 * X)
    ha, hb = wb.hvp(lambda a, b: (a * a * b).sum(), (X, V), (W, X))
    np.testing.assert_allclose(ha.numpy(), 2 * V * W + 2 * X * X)
    np.testing.assert_allclose(hb.numpy(), 2 * X * W)


def test_forward_and_reverse_mode_agree_on_a_network():
    wb.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8, dtype=F64), nn.GELU(), nn.Linear(8, 2, dtype=F64), nn.LogSoftmax())
    x, u, v = numbers((5, 3), seed=1), numbers((5, 3), seed=2), numbers((5, 2), seed=3)
    _, along = wb.jvp(model, (x,), (u,))
    _, back = wb.vjp(model, x)
    np.testing.assert_allclose((along.detach().numpy() * v).sum(), (back(v)[0].detach().numpy() * u).sum(), rtol=1e-12)


def test_a_gradient_penalty_reaches_the_parameters():
    layer = nn.Linear(3, 1, dtype=F64)
    x = numbers((5, 3))
    gradient = wb.grad(lambda x: (layer(x) ** 2).sum())(x)
    (gradient**2).sum().backward()
    w, b = layer.weight.detach().numpy()[0], layer.bias.detach().numpy()[0]
    step, out = 1e-6, []
    for place in range(3):

        def penalty(w):
            return ((2 * (x @ w + b)[:, None] * w) ** 2).sum()

        change = np.eye(3)[place] * step
        out.append((penalty(w + change) - penalty(w - change)) / (2 * step))
    np.testing.assert_allclose(layer.weight.grad.numpy()[0], out, rtol=1e-7)


def test_results_carry_a_graph_only_where_somebody_may_differentiate_them():
    assert not wb.grad(f)(X).requires_grad
    assert not wb.jvp(f, (X,), (V,))[0].requires_grad
    assert wb.grad(f)(wb.tensor(X, requires_grad=True)).requires_grad
    with wb.no_grad():
        found = wb.grad(f)(wb.tensor(X, requires_grad=True))
    assert not found.requires_grad
    np.testing.assert_allclose(found.numpy(), derivatives(X)[1], rtol=1e-12)


@pytest.mark.parametrize(
    "transform",
    [
        lambda g: wb.grad(g)(X),
        lambda g: wb.value_and_grad(g)(X),
        lambda g: wb.vjp(g, X),
        lambda g: wb.jvp(g, (X,), (V,)),
        lambda g: wb.hvp(g, (X,), (V,)),
        lambda g: wb.grad(wb.grad(g))(X),
        lambda g: wb.compile(g)(X),
    ],
    ids=["grad", "value_and_grad", "vjp", "jvp", "hvp", "grad of grad", "compile"],
)
@pytest.mark.parametrize("enabled", [True, False])
def test_the_functions_own_exception_comes_out_and_leaves_the_modes_as_they_were(transform, enabled):
    class Mine(Exception):
        pass

    mine = Mine("own")

    def raises(x):
        x * 2
        raise mine

    with wb.set_grad_enabled(enabled):
        with pytest.raises(Mine) as caught:
            transform(raises)
        assert caught.value is mine and wb.is_grad_enabled() is enabled
    assert wb.autograd.inside_transform() is False
    assert wb.compile(lambda x: x * 2)(wb.ones(1)).item() == 2, "no capture block stays open"
    np.testing.assert_allclose(wb.grad(f)(X).numpy(), derivatives(X)[1], rtol=1e-12)


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda: wb.grad(lambda x: x * 2)(X), ValueError, r"\[4\]"),
        (lambda: wb.grad(f, argnums=1)(X), ValueError, "argnums 1"),
        (lambda: wb.grad(f)(None), TypeError, "None"),
        (lambda: wb.grad(f)("text"), TypeError, "text"),
        (lambda: wb.grad(f)(np.array([1, 2])), TypeError, "int64"),
        (lambda: wb.grad(lambda x: None)(X), TypeError, "object"),
        (lambda: wb.grad(lambda x: "text")(X), TypeError, ""),
        (lambda: wb.jvp(f, X, V), TypeError, "tuple"),
        (lambda: wb.jvp(f, (X,), (V, V)), RuntimeError, "structure"),
        (lambda: wb.jvp(f, (X,), (V[:2],)), ValueError, r"\[2\]"),
        (lambda: wb.vjp(f, X)[1]([1.0]), RuntimeError, "structure"),
        (lambda: wb.vjp(lambda x: x, X)[1](V[:3]), ValueError, r"\[3\]"),
        (lambda: wb.hvp(lambda x: x, (X,), (V,)), ValueError, r"\[4\]"),
        (lambda: wb.grad("text")(X), TypeError, "callable"),
        (lambda: wb.grad(f, argnums="a")(X), TypeError, ""),
    ],
)
def test_wrong_use_is_refused_with_a_fitting_exception(call, kind, words):
    with pytest.raises(kind, match=words or None):
        call()
    assert wb.is_grad_enabled() and not wb.autograd.inside_transform()


def test_a_transform_inside_no_grad_still_differentiates_and_outside_modes_hold_in_the_function():
    seen = []

    def g(x):
        seen.append(wb.is_grad_enabled())
        with wb.no_grad():
            constant = x * 10
        return (x * constant).sum()

    with wb.no_grad():
        found = wb.grad(g)(X)
    assert seen == [True] and same_bits(found.numpy(), (wb.tensor(X) * 10).numpy())
