"""autograd.Function, custom_vjp, custom_jvp and custom_gradient: against closed forms, nested in all transforms."""

import gc
import threading

import numpy as np
import pytest
from support import numbers, python, same_bits

import wingbeat as wb
from wingbeat import _callbacks, autograd

F64 = "float64"
X, V, W = numbers((4,), seed=1), numbers((4,), seed=2), numbers((4,), seed=3)


class CubeByBackward(autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * 3 * x * x


class CubeByJvp(autograd.Function):
    @staticmethod
    def forward(x):
        return x * x * x

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_forward(*inputs)

    @staticmethod
    def jvp(ctx, tangent):
        (x,) = ctx.saved_tensors
        return tangent * 3 * x * x


class CubeByBoth(CubeByBackward):
    @staticmethod
    def jvp(ctx, tangent):
        (x,) = ctx.saved_tensors
        return tangent * 3 * x * x


@wb.custom_vjp
def cube_vjp(x):
    return x * x * x


cube_vjp.defvjp(lambda x: (x * x * x, x), lambda x, cotangent: (cotangent * 3 * x * x,))


@wb.custom_jvp
def cube_jvp(x):
    return x * x * x


cube_jvp.defjvp(lambda primals, tangents: (cube_jvp(*primals), tangents[0] * 3 * primals[0] * primals[0]))


@wb.custom_gradient
def cube_gradient(x):
    return x * x * x, lambda cotangent: cotangent * 3 * x * x


CUBES = {
    "Function.backward": CubeByBackward.apply,
    "Function.jvp": CubeByJvp.apply,
    "Function with both": CubeByBoth.apply,
    "custom_vjp": cube_vjp,
    "custom_jvp": cube_jvp,
    "custom_gradient": cube_gradient,
}
cubes = pytest.mark.parametrize("cube", CUBES.values(), ids=CUBES)


@cubes
def test_first_and_higher_derivatives_pass_through_in_every_mode(cube):
    def f(x):
        return cube(x).sum()

    x = wb.tensor(X)
    np.testing.assert_allclose(cube(x).numpy(), X**3, rtol=1e-14)
    np.testing.assert_allclose(wb.grad(f)(X).numpy(), 3 * X**2, rtol=1e-13)
    np.testing.assert_allclose(wb.jvp(cube, (X,), (V,))[1].numpy(), 3 * X**2 * V, rtol=1e-13)
    np.testing.assert_allclose(wb.vjp(cube, X)[1](V)[0].numpy(), 3 * X**2 * V, rtol=1e-13)
    np.testing.assert_allclose(wb.hvp(f, (X,), (V,))[0].numpy(), 6 * X * V, rtol=1e-13)
    for second in (wb.hessian(f), wb.jacrev(wb.jacrev(f)), wb.jacfwd(wb.jacfwd(f)), wb.jacrev(wb.jacfwd(f))):
        np.testing.assert_allclose(second(X).numpy(), np.diag(6 * X), rtol=1e-13)
    third = wb.grad(lambda x: (wb.grad(lambda x: (wb.grad(f)(x) * W).sum())(x) * V).sum())(X)
    np.testing.assert_allclose(third.numpy(), 6 * W * V, rtol=1e-13)
    np.testing.assert_allclose(wb.linearize(cube, X)[1](V).numpy(), 3 * X**2 * V, rtol=1e-13)


@cubes
def test_backward_and_compiled_functions_use_the_rule(cube):
    leaf = wb.tensor(X, requires_grad=True)
    cube(leaf * 2).sum().backward()
    np.testing.assert_allclose(leaf.grad.numpy(), 24 * X**2, rtol=1e-13)

    @wb.compile
    def step(x):
        return wb.grad(lambda x: cube(x).sum())(x)

    for x in (X, V):
        assert same_bits(step(x).numpy(), wb.grad(lambda x: cube(x).sum())(x).numpy())


def test_the_rule_is_what_counts_not_the_true_derivative():
    @wb.custom_gradient
    def straight_through(x):
        return (x > 0).to(x.dtype), lambda cotangent: cotangent * 7

    np.testing.assert_array_equal(wb.grad(lambda x: (straight_through(x) * W).sum())(X).numpy(), 7 * W)


class ProductAndSine(autograd.Function):
    seen = []

    @staticmethod
    def forward(ctx, x, factor, y):
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        return x * y * factor, x.sin()

    @staticmethod
    def backward(ctx, product, sine):
        ProductAndSine.seen.append(ctx.needs_input_grad)
        x, y = ctx.saved_tensors
        return product * y * ctx.factor + sine * x.cos(), None, product * x * ctx.factor


def test_several_arguments_and_outputs():
    def f(x, y):
        product, sine = ProductAndSine.apply(x, 3.0, y)
        return (product * sine).sum()

    ProductAndSine.seen.clear()
    of_x, of_y = wb.grad(f, argnums=(0, 1))(X, V)
    np.testing.assert_allclose(of_x.numpy(), 3 * V * (np.sin(X) + X * np.cos(X)), rtol=1e-13)
    np.testing.assert_allclose(of_y.numpy(), 3 * X * np.sin(X), rtol=1e-13)
    wb.grad(f, argnums=1)(wb.tensor(X), V)
    assert ProductAndSine.seen == [(True, False, True), (False, False, True)]
    only_sine = wb.grad(lambda x: ProductAndSine.apply(x, 3.0, wb.tensor(V))[1].sum())(X)
    np.testing.assert_allclose(only_sine.numpy(), np.cos(X), rtol=1e-13)
    (xx, xy), _ = wb.hessian(f, argnums=(0, 1))(X, V)
    np.testing.assert_allclose(xy.numpy(), np.diag(3 * (np.sin(X) + X * np.cos(X))), rtol=1e-13, atol=1e-15)


class Exponential(autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, gradient):
        (y,) = ctx.saved_tensors
        return gradient * y


def test_a_saved_output_is_differentiated_through_and_everything_is_let_go():
    gc.collect()
    before = len(_callbacks._held)
    function = lambda x: Exponential.apply(x).sum()  # noqa: E731
    for _ in range(3):
        np.testing.assert_allclose(function(wb.tensor(X)).sum().item(), np.exp(X).sum(), rtol=1e-13)
        function = wb.grad(lambda x, inner=function: inner(x).sum())
        np.testing.assert_allclose(function(X).numpy(), np.exp(X), rtol=1e-13)
    leaf = wb.tensor(X, requires_grad=True)
    y = Exponential.apply(leaf)
    assert len(_callbacks._held) == before + 1
    y.sum().backward()
    del y, function
    gc.collect()
    assert len(_callbacks._held) == before


def test_saved_inputs_stay_as_they_were():
    x = wb.tensor(X, requires_grad=True)
    y = CubeByBackward.apply(x).sum()
    with wb.no_grad():
        x.zero_()
    y.backward()
    np.testing.assert_allclose(x.grad.numpy(), 3 * X**2, rtol=1e-13)


def test_structures_pass_through_custom_vjp_and_custom_jvp():
    @wb.custom_vjp
    def g(tree, n):
        return {"out": tree["a"] * tree["b"][0]}

    g.defvjp(
        lambda tree, n: (g._function(tree, n), (tree, n)),
        lambda kept, cotangent: ({"a": cotangent["out"] * kept[0]["b"][0] * kept[1], "b": [None]}, None),
    )
    found = wb.grad(lambda tree: g(tree, 2)["out"].sum())({"a": X, "b": [V]})
    np.testing.assert_allclose(found["a"].numpy(), 2 * V)
    assert not found["b"][0].numpy().any()


def test_marked_outputs_are_constants_and_unused_ones_can_be_none():
    seen = []

    class Sorted(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            double, constant = x * 2, x * 3
            ctx.mark_non_differentiable(constant)
            return double, constant, x.argmax()

        @staticmethod
        def backward(ctx, *gradients):
            seen.append([gradient is None for gradient in gradients])
            return gradients[0] * 2

    x = wb.tensor(X, requires_grad=True)
    double, constant, place = Sorted.apply(x)
    assert double.requires_grad and not constant.requires_grad and place.item() == X.argmax()
    double.sum().backward()
    assert seen == [[False, True, True]] and x.grad.tolist() == [2] * 4


class Mine(Exception):
    pass


class Raises(autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        raise Mine("own")


@pytest.mark.parametrize(
    "ask",
    [
        lambda f: wb.grad(f)(X),
        lambda f: f(wb.tensor(X, requires_grad=True)).backward(),
        lambda f: wb.jvp(f, (X,), (V,)),
        lambda f: wb.hessian(f)(X),
        lambda f: wb.compile(wb.grad(f))(X),
        lambda f: wb.grad(lambda x: wb.checkpoint(f, x))(X),
    ],
    ids=["grad", "backward", "jvp", "hessian", "compile", "checkpoint"],
)
def test_an_exception_in_a_rule_comes_out_as_it_is_and_leaves_everything_in_order(ask):
    with pytest.raises(Mine, match="own"):
        ask(lambda x: Raises.apply(x).sum())
    assert wb.is_grad_enabled() and not autograd.inside_transform()
    np.testing.assert_allclose(wb.grad(lambda x: CubeByBackward.apply(x).sum())(X).numpy(), 3 * X**2, rtol=1e-13)


def test_a_rule_may_differentiate_and_evaluate():
    class Nested(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sin()

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            assert np.isfinite(x.detach().numpy()).all()
            return gradient * wb.grad(lambda x: x.sin().sum())(x)

    shared = lambda x: (Nested.apply(x * x) * Nested.apply(x) * x).sum()  # noqa: E731
    plain = lambda x: ((x * x).sin() * x.sin() * x).sum()  # noqa: E731
    np.testing.assert_allclose(wb.grad(shared)(X).numpy(), wb.grad(plain)(X).numpy(), rtol=1e-12)
    np.testing.assert_allclose(wb.hessian(shared)(X).numpy(), wb.hessian(plain)(X).numpy(), rtol=1e-12, atol=1e-14)


def test_a_rule_that_releases_the_graph_under_way_loses_no_gradient_unsaid():
    class Releases(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            if not seen:
                seen.append(True)
                y.backward()
            return gradient * 2

    leaf, seen = wb.tensor(X, requires_grad=True), []
    y = Releases.apply(leaf * 3).sum()
    with pytest.raises(wb.StateError, match="released by an earlier backward"):
        y.backward()
    np.testing.assert_allclose(leaf.grad.numpy(), 6.0)  # what the inner backward collected


def test_each_call_of_a_rule_has_saved_tensors_of_its_own():
    """Two threads in one application's backward at once; a backward that differentiates its own graph on the way."""

    class Meeting(CubeByBackward):
        @staticmethod
        def backward(ctx, gradient):
            meet(ctx)
            return CubeByBackward.backward(ctx, gradient)

    leaf = wb.tensor(X, requires_grad=True)
    y = Meeting.apply(leaf).sum()

    def gradient():
        return wb.autograd.grad(y, leaf, retain_graph=True)[0].numpy()

    both, first_is_done, found = threading.Barrier(2), threading.Event(), []

    def meet(ctx):
        if both.wait(60) == 0:
            assert first_is_done.wait(60)

    def work():
        found.append(gradient())
        first_is_done.set()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2 and all(np.allclose(one, 3 * X**2, rtol=1e-13) for one in found)

    inner = []

    def meet(ctx):  # noqa: F811
        ctx.depth = getattr(ctx, "depth", 0) + 1
        if ctx.depth == 1:
            inner.append(gradient())

    np.testing.assert_allclose(gradient(), 3 * X**2, rtol=1e-13)
    np.testing.assert_allclose(inner, [3 * X**2], rtol=1e-13)


def test_threads_may_differentiate_one_graph_at_once():
    """Rules run without the library's lock, so derivative walks of several threads over the same nodes overlap."""
    leaf = wb.tensor(X, requires_grad=True)
    y = leaf
    for _ in range(6):
        y = CubeByBackward.apply(y * 0.9 + 0.1)
    y = y.sum()
    expected, found, failures = wb.autograd.grad(y, leaf)[0].numpy(), [], []

    def work():
        try:
            found.extend(wb.autograd.grad(y, leaf)[0].numpy() for _ in range(30))
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures and len(found) == 120 and all(same_bits(one, expected) for one in found)


def test_many_steps_through_custom_operations_and_checkpoints_leave_nothing_behind():
    weight = wb.tensor(X, requires_grad=True)

    def step():
        weight.grad = None
        wb.checkpoint(lambda x: Exponential.apply(CubeByBackward.apply(x)), weight * 1).sum().backward()

    for _ in range(20):
        step()
    gc.collect()
    held, used = len(_callbacks._held), wb.memory_usage()["in_use"]
    for _ in range(200):
        step()
    gc.collect()
    assert len(_callbacks._held) == held and wb.memory_usage()["in_use"] == used


def function_with(backward, forward=lambda ctx, x: x * 2):
    return type("Wrong", (autograd.Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (
            lambda: wb.grad(lambda x: function_with(lambda ctx, g: (g, g)).apply(x).sum())(X),
            ValueError,
            "expected 1 gradients.*found 2",
        ),
        (lambda: wb.grad(lambda x: function_with(lambda ctx, g: g[:2]).apply(x).sum())(X), ValueError, r"\[4\].*\[2\]"),
        (lambda: wb.grad(lambda x: function_with(lambda ctx, g: "text").apply(x).sum())(X), TypeError, ""),
        (
            lambda: wb.grad(lambda x: function_with(lambda ctx, g: g, lambda ctx, x: "text").apply(x))(X),
            TypeError,
            "str",
        ),
        (lambda: CubeByBackward(), RuntimeError, "apply"),
        (lambda: autograd.Function.apply(wb.tensor(X)), NotImplementedError, "forward"),
        (
            lambda: wb.grad(
                lambda x: (
                    type("None_", (autograd.Function,), {"forward": staticmethod(lambda ctx, x: x)}).apply(x).sum()
                )
            )(X),
            NotImplementedError,
            "backward",
        ),
        (lambda: wb.custom_vjp("text"), TypeError, "text"),
        (lambda: wb.grad(lambda x: wb.custom_vjp(lambda x: x)(x).sum())(X), RuntimeError, "defvjp"),
        (lambda: wb.grad(lambda x: wb.custom_jvp(lambda x: x)(x).sum())(X), RuntimeError, "defjvp"),
        (lambda: wb.grad(lambda x: wb.custom_gradient(lambda x: x)(x).sum())(X), TypeError, "gradient function"),
    ],
)
def test_wrong_use_gets_a_sentence(call, kind, words):
    with pytest.raises(kind, match=words or None):
        call()


def test_callbacks_outlive_their_modules():
    """When Python ends, tensors may go after the modules whose functions the library then calls."""
    printed = python("""
import builtins, ctypes, gc, os
os.dup2(1, 2)  # what goes to stderr counts as well
import numpy as np
import wingbeat as wb
from wingbeat import _arrays, _callbacks
hooked = wb.tensor([1.0], requires_grad=True) * 2
hooked.register_hook(lambda gradient: None)
borrowed = wb.from_numpy(np.ones(3))
builtins.kept = wb.tensor([1.0], requires_grad=True) * 2
builtins.kept.register_hook(lambda gradient: None)
called = []
del _arrays._release, _callbacks._release
gc.collect()
kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
taking_their_place = [kind(called.append) for _ in range(1000)]
del hooked, borrowed
gc.collect()
print(called)
""")
    assert printed == "[]\n"
