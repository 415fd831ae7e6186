"""backward(), autograd.grad, the gradient mode, and that training does not gather memory."""

import gc
import threading

import numpy as np
import pytest
from support import numbers, same_bits, slope

import wingbeat as wb
from wingbeat import nn, optim


def test_backward_gives_the_finite_differences_of_a_network():
    x, w, v = numbers((7, 3), seed=1), numbers((3, 5), seed=2), numbers((5,), seed=3)

    def loss(w, v, like):
        hidden = (x if like is np else wb.tensor(x)) @ w
        out = like.tanh(hidden) @ v
        return (out * out / (1 + like.exp(-out))).sum() + (w * w).mean()

    a, b = wb.tensor(w, requires_grad=True), wb.tensor(v, requires_grad=True)
    loss(a, b, wb).backward()
    np.testing.assert_allclose(a.grad.numpy(), slope(lambda w: loss(w, v, np), w), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(b.grad.numpy(), slope(lambda v: loss(w, v, np), v), rtol=1e-6, atol=1e-8)


def test_backward_accumulates_until_the_gradient_is_removed():
    t = wb.tensor([1.0, 2.0], requires_grad=True)
    for times in (1, 2, 3):
        (t * t).sum().backward()
        assert t.grad.tolist() == [2 * times, 4 * times]
    t.grad.zero_()
    assert t.grad.tolist() == [0, 0]
    (3 * t).sum().backward()
    assert t.grad.tolist() == [3, 3]
    t.grad = None
    assert t.grad is None
    t.grad = np.array([5, 6], "float32")
    assert t.grad.tolist() == [5, 6]
    del t.grad
    assert t.grad is None


def test_a_gradient_weights_the_result():
    t = wb.tensor(numbers((3,)), requires_grad=True)
    weights = numbers((3,), seed=1)
    for given in (weights, wb.tensor(weights)):
        t.grad = None
        (t**2).backward(gradient=given)
        np.testing.assert_allclose(t.grad.numpy(), 2 * numbers((3,)) * weights, rtol=1e-14)
    with pytest.raises(ValueError, match=r"\[3\]"):
        (t**2).backward()
    with pytest.raises(ValueError, match=r"\[2\]"):
        (t**2).backward(np.ones(2))


def test_a_released_graph_is_a_runtime_error_and_a_retained_one_is_not():
    t = wb.tensor([2.0], requires_grad=True)
    y = (t * t * t).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert t.grad.item() == 24
    with pytest.raises(RuntimeError, match="retain_graph"):
        y.backward()
    assert t.grad.item() == 24 and y.item() == 8


def test_backward_without_anything_to_differentiate_is_a_runtime_error():
    for t in (wb.ones(1), wb.ones(1) * 2, wb.ones(1, requires_grad=True).detach()):
        with pytest.raises(RuntimeError, match="requires gradients"):
            t.backward()


def test_gradients_of_both_dtypes_and_through_casts_have_the_leafs_dtype():
    single = wb.tensor([1.5, 2.0], requires_grad=True)
    double = wb.tensor(np.array([3.0, 4.0]), requires_grad=True)
    (single * double + single.double()).sum().backward()
    assert single.grad.dtype == "float32" and double.grad.dtype == "float64"
    assert single.grad.tolist() == [4, 5] and double.grad.tolist() == [1.5, 2]


def test_detach_and_clone():
    t = wb.tensor([2.0], requires_grad=True)
    (t.detach() * t + t.clone()).backward()
    assert t.grad.item() == 3 and not t.detach().requires_grad and (t * 1).requires_grad
    assert t.is_leaf and not t.clone().is_leaf and t.detach().is_leaf and (wb.ones(1) * 2).is_leaf


def test_a_detached_tensor_shares_its_values_and_its_clone_keeps_them():
    t = wb.tensor([1.0], requires_grad=True)
    d, kept = t.detach(), t.detach().clone()
    with wb.no_grad():
        t.add_(1)
    assert (
        d.item() == 2 and kept.item() == 1 and t.item() == 2 and t.requires_grad and t.is_leaf and not d.requires_grad
    )
    d.add_(1)
    assert t.item() == 3 and t.requires_grad and t.is_leaf


def test_a_leaf_is_written_only_without_gradients():
    t = wb.tensor([1.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="no_grad|disabled"):
        t.add_(1)
    with pytest.raises(RuntimeError):
        t += 1
    with pytest.raises(RuntimeError):
        (t * 2).requires_grad = False
    assert t.item() == 1


# -------------------------------------------------------------------- autograd.grad


def test_autograd_grad_returns_one_gradient_for_each_input_and_collects_none():
    x, y = wb.tensor([2.0], requires_grad=True), wb.tensor([3.0], requires_grad=True)
    gx, gy = wb.autograd.grad(x * x * y, [x, y])
    assert (gx.item(), gy.item()) == (12, 4) and x.grad is None and not gx.requires_grad
    both = wb.autograd.grad([x * y, x + y], [x], grad_outputs=[wb.tensor([10.0]), np.array([1.0], "f4")])
    assert both[0].item() == 31


def test_autograd_grad_can_be_differentiated_again_to_any_order():
    x = wb.tensor([1.5], "float64", requires_grad=True)
    y, expected = x**5, [5 * 1.5**4, 20 * 1.5**3, 60 * 1.5**2, 120 * 1.5, 120.0]
    for value in expected:
        (y,) = wb.autograd.grad(y, x, create_graph=True)
        np.testing.assert_allclose(y.item(), value, rtol=1e-13)
    (penalty,) = wb.autograd.grad((x**3).sum(), x, create_graph=True)
    (penalty**2).sum().backward()
    np.testing.assert_allclose(x.grad.item(), 36 * 1.5**3, rtol=1e-13)


def test_autograd_grad_of_what_the_output_does_not_depend_on():
    x, y = wb.ones(2, requires_grad=True), wb.ones(3, requires_grad=True)
    assert wb.autograd.grad(x.sum(), y)[0].tolist() == [0, 0, 0]
    assert wb.autograd.grad(x.sum(), [x, y], allow_unused=True)[1] is None
    with pytest.raises(RuntimeError, match="requires"):
        wb.autograd.grad(x.sum(), wb.ones(2))
    with pytest.raises(ValueError, match="grad_outputs"):
        wb.autograd.grad(x.sum(), x, grad_outputs=[wb.ones(()), wb.ones(())])
    with pytest.raises(ValueError):
        wb.autograd.grad(x * 2, x)
    for nonsense in ("a", None, 3, [None], ["a"]):
        with pytest.raises(TypeError):
            wb.autograd.grad(nonsense, x)
        with pytest.raises(TypeError):
            wb.autograd.grad(x.sum(), nonsense)


# -------------------------------------------------------------------- the gradient mode


def test_no_grad_holds_inside_its_block_its_function_and_its_thread():
    t = wb.ones(1, requires_grad=True)

    @wb.no_grad()
    def decorated():
        return wb.is_grad_enabled(), (t * 2).requires_grad

    @wb.no_grad
    def bare(value, scale=1):
        """Its own words."""
        return wb.is_grad_enabled()

    with wb.no_grad():
        assert not wb.is_grad_enabled() and not (t * 2).requires_grad
        with wb.enable_grad():
            assert (t * 2).requires_grad
        seen = []
        thread = threading.Thread(target=lambda: seen.append(wb.is_grad_enabled()))
        thread.start()
        thread.join()
        assert seen == [True] and not wb.is_grad_enabled()
    assert (
        decorated() == (False, False)
        and bare(1, scale=2) is False
        and bare.__doc__ == "Its own words."
        and wb.is_grad_enabled()
    )
    with wb.set_grad_enabled(False):
        assert not wb.is_grad_enabled()
    assert wb.is_grad_enabled()


def test_an_exception_leaves_the_gradient_mode_as_it_was():
    class Mine(Exception):
        pass

    @wb.no_grad()
    def raises():
        raise Mine

    with pytest.raises(Mine):
        with wb.no_grad():
            raise Mine
    with pytest.raises(Mine):
        raises()
    assert wb.is_grad_enabled()
    with wb.no_grad():
        with pytest.raises(Mine):
            with wb.enable_grad():
                raise Mine
        assert not wb.is_grad_enabled()


# -------------------------------------------------------------------- memory


def in_use():
    gc.collect()
    return wb.memory_usage()["in_use"]


def test_two_thousand_training_steps_do_not_gather_memory():
    model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    x, y = wb.tensor(numbers((32, 4), "float32")), wb.tensor(numbers((32, 1), "float32", 1))

    def steps(count):
        for _ in range(count):
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()

    steps(20)
    before = in_use()
    steps(2000)
    assert in_use() <= before


@pytest.mark.parametrize("name", ["forward", "no_grad", "running mean", "grad", "hvp", "vjp", "jvp", "exception"])
def test_memory_does_not_grow_over_anything_that_is_repeated(name):
    x = wb.tensor(numbers((50, 50)), requires_grad=name in ("forward", "no_grad"))
    mean = wb.zeros(50, 50, dtype="float64")

    def f(t):
        return ((t @ t).tanh() * t).sum()

    def fails(t):
        f(t)
        raise KeyError

    def once():
        if name == "forward":
            f(x)
        elif name == "no_grad":
            with wb.no_grad():
                f(x).item()
        elif name == "running mean":
            mean.mul_(0.9).add_(x, alpha=0.1)
            mean.numpy()
        elif name == "grad":
            wb.grad(f)(x).numpy()
        elif name == "hvp":
            wb.hvp(f, (x,), (x,))[0].numpy()
        elif name == "vjp":
            wb.vjp(f, x)[1](wb.tensor(1.0, "float64"))[0].numpy()
        elif name == "jvp":
            wb.jvp(f, (x,), (x,))[1].numpy()
        else:
            with pytest.raises(KeyError):
                wb.grad(fails)(x)

    for _ in range(5):
        once()
    before = in_use()
    for _ in range(100):
        once()
    assert in_use() <= before


def test_a_gradient_checked_loss_that_is_not_finite_changes_nothing():
    parameter = wb.tensor([1.0], requires_grad=True)
    wb.set_check_finite(True)
    try:
        for bad in (float("nan"), float("inf")):
            with pytest.raises(FloatingPointError, match="finite|NaN|nan|inf"):
                (parameter * bad).sum().backward()
            assert parameter.grad is None
        (parameter * 2).sum().backward()
    finally:
        wb.set_check_finite(False)
    assert parameter.grad.item() == 2
    (parameter * float("nan")).sum().backward()
    assert np.isnan(parameter.grad.item())
    assert same_bits(parameter.detach().numpy(), np.array([1], "f4"))


@pytest.mark.parametrize(
    "gradient",
    [
        lambda x: x * 2,
        lambda x: (x * 2).detach(),
        lambda x: wb.autograd.grad((x * x * x).sum(), x, create_graph=True)[0],
    ],
)
def test_a_gradient_that_was_set_to_an_expression_of_its_tensor_goes_with_it(gradient):
    def once():
        x = wb.ones(1000, requires_grad=True)
        x.grad = gradient(x)
        gc.collect()

    once()
    before = wb.memory_usage()["in_use"]
    for _ in range(5):
        once()
    assert wb.memory_usage()["in_use"] == before
