"""vmap: against loops over examples; its forms, its nesting, and what it says to a stranger's mistakes."""

import numpy as np
import pytest
from support import numbers

import wingbeat as wb
from wingbeat import nn

A, B = numbers((4, 3), seed=1), numbers((4, 3), seed=2)
W = numbers((3, 2), seed=3)


def close(found, expected, rtol=1e-13):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=rtol, atol=1e-14)


# ---------------------------------------------------------------- forms


def test_the_function_sees_one_example_and_the_result_has_all():
    shapes = []

    def function(x, w):
        shapes.append((x.shape, w.shape))
        return x @ w

    found = wb.vmap(function, in_dims=(0, None))(A, wb.tensor(W))
    assert shapes == [((3,), (3, 2))] and found.shape == (4, 2)
    close(found, A @ W)


def test_axes_may_be_negative_and_differ_between_arguments_and_results():
    found = wb.vmap(lambda x, y: x * y + x.sum(), in_dims=(-1, 0), out_dims=1)(A.T.copy(), B)
    close(found, (A * B + A.sum(1, keepdims=True)).T)
    found = wb.vmap(lambda x: (x, x.sum()), in_dims=1, out_dims=(-1, 0))(wb.tensor(A))
    close(found[0], A)
    close(found[1], A.sum(0))


def test_in_dims_and_out_dims_nest_as_arguments_and_results_do():
    tree = {"a": wb.tensor(A), "rest": [wb.tensor(B.T.copy()), wb.tensor(W)]}

    def function(tree, number):
        a, (b, w) = tree["a"], tree["rest"]
        return {"p": (a * b) @ w * number, "q": [a, w]}

    found = wb.vmap(function, in_dims=({"a": 0, "rest": [1, None]}, None), out_dims={"p": 0, "q": [1, None]})(tree, 2.0)
    close(found["p"], (A * B) @ W * 2)
    close(found["q"][0], A.T)
    close(found["q"][1], W)


def test_keyword_tensors_are_mapped_over_axis_0_and_other_keywords_are_passed_on():
    close(wb.vmap(lambda x, *, y, scale: x * y * scale)(A, y=wb.tensor(B), scale=3), A * B * 3)


def test_a_result_that_depends_on_no_example_is_repeated():
    found = wb.vmap(lambda x: (wb.tensor(W), 1.5))(A)
    close(found[0], np.broadcast_to(W, (4, 3, 2)))
    close(found[1], np.full(4, 1.5))


@pytest.mark.parametrize("size", [0, 1])
def test_there_may_be_one_example_or_none(size):
    assert wb.vmap(lambda x: (x * x).sum())(A[:size]).shape == (size,)
    close(
        wb.vmap(lambda x: wb.softmax(x, 0) @ wb.tensor(W))(A[:size]),
        np.exp(A[:size]) / np.exp(A[:size]).sum(1, keepdims=True) @ W,
    )


@pytest.mark.parametrize("chunk_size", [1, 3, 4, 7])
def test_chunks_change_nothing(chunk_size):
    close(
        wb.vmap(lambda x: wb.grad(lambda x: (x.sin() @ wb.tensor(W)).square().sum())(x), chunk_size=chunk_size)(A),
        wb.vmap(lambda x: wb.grad(lambda x: (x.sin() @ wb.tensor(W)).square().sum())(x))(A),
    )


# ---------------------------------------------------------------- derivatives and nesting


def loss(w, x):
    return (wb.tanh(x @ w)).square().sum()


def test_gradients_of_each_example_are_those_of_a_loop():
    w = wb.tensor(W)
    found = wb.vmap(wb.grad(loss), in_dims=(None, 0))(w, A)
    close(found, [wb.grad(loss)(w, x).numpy() for x in A])
    assert not found.requires_grad


def test_all_transforms_nest_in_both_directions():
    w, a = wb.tensor(W), wb.tensor(A)
    close(
        wb.grad(lambda w: wb.vmap(loss, in_dims=(None, 0))(w, a).sum())(w), sum(wb.grad(loss)(w, x).numpy() for x in A)
    )
    of_gradients = wb.grad(lambda w: wb.vmap(wb.grad(loss), in_dims=(None, 0))(w, a).square().sum())(w)
    close(of_gradients, sum(wb.grad(lambda w: wb.grad(loss)(w, wb.tensor(x)).square().sum())(w).numpy() for x in A))
    close(
        wb.vmap(wb.hessian(loss, argnums=1), in_dims=(None, 0))(w, a),
        [wb.hessian(loss, argnums=1)(w, x).numpy() for x in A],
    )
    direction = wb.tensor(B)
    along = wb.vmap(lambda x, v: wb.jvp(lambda x: loss(w, x), (x,), (v,))[1])(a, direction)
    close(along, [wb.jvp(lambda x: loss(w, x), (wb.tensor(x),), (wb.tensor(v),))[1].item() for x, v in zip(A, B)])
    close(wb.jvp(lambda a: wb.vmap(lambda x: loss(w, x))(a), (a,), (direction,))[1], along)
    close(wb.jacrev(lambda a: wb.vmap(lambda x: x @ w)(a))(a), np.einsum("ij,kl->iljk", np.eye(4), W))


def test_vmap_of_vmap_is_a_table():
    close(wb.vmap(lambda x: wb.vmap(lambda y: (x * y).sum() + x[0])(B))(A), A @ B.T + A[:, :1])
    close(
        wb.vmap(lambda x: wb.vmap(lambda y: x.outer(y), out_dims=2)(B), out_dims=1)(A), np.einsum("ai,bj->iajb", A, B)
    )


def test_gradients_reach_leaves_through_vmap():
    w, a = wb.tensor(W, requires_grad=True), wb.tensor(A, requires_grad=True)
    wb.vmap(lambda x: (x @ w).sin())(a).sum().backward()
    close(w.grad, A.T @ np.cos(A @ W))
    close(a.grad, np.cos(A @ W) @ W.T)
    with wb.no_grad():
        assert not wb.vmap(lambda x: (x @ w).sin())(a).requires_grad


def test_what_is_detached_inside_stays_constant_outside():
    found = wb.grad(lambda a: wb.vmap(lambda x: (x.detach() * x).sum())(a).sum())(wb.tensor(A))
    close(found, A)


@pytest.mark.parametrize("kind", ["mse", "cross_entropy"])
def test_gradients_of_each_sample_of_a_model_are_those_of_a_loop(kind):
    wb.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 7, dtype=wb.float64), nn.Tanh(), nn.Linear(7, 3, dtype=wb.float64))
    parameters = list(model.parameters())
    x = wb.tensor(numbers((6, 5), seed=5))
    y = wb.tensor(numbers((6, 3), seed=6)) if kind == "mse" else wb.tensor(np.array([0, 2, 1, 1, 0, 2]))
    loss_fn = nn.MSELoss() if kind == "mse" else nn.CrossEntropyLoss()

    def gradients(x, y):
        return wb.autograd.grad(loss_fn(model(x), y), parameters)

    found = wb.vmap(gradients)(x, y)
    for place, gradient in enumerate(found):
        close(gradient, [gradients(x[i], y[i])[place].numpy() for i in range(6)], rtol=1e-12)
    close(found[0].mean(0), wb.autograd.grad(loss_fn(model(x), y), parameters)[0], rtol=1e-12)


def test_a_compiled_function_may_map():
    compiled = wb.compile(lambda w, a: wb.vmap(wb.grad(loss), in_dims=(None, 0))(w, a))
    expected = wb.vmap(wb.grad(loss), in_dims=(None, 0))(wb.tensor(W), A)
    for _ in range(2):
        close(compiled(wb.tensor(W), wb.tensor(A)), expected)


def test_rules_and_checkpoints_inside_are_asked_for_one_example():
    class Cube(wb.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            assert gradient.shape == (3,)
            return gradient * 3 * x * x

    a, w = wb.tensor(A), wb.tensor(W)
    close(wb.vmap(wb.grad(lambda x: Cube.apply(x).sum()))(a), 3 * A * A)
    close(wb.grad(lambda a: wb.vmap(Cube.apply)(a).sum())(a), 3 * A * A)
    close(wb.grad(lambda a: wb.grad(lambda a: wb.vmap(Cube.apply)(a).sum())(a).sum())(a), 6 * A)
    plain = wb.grad(lambda w: wb.vmap(lambda x: loss(w, x))(a).sum())(w)
    close(wb.grad(lambda w: wb.vmap(lambda x: wb.checkpoint(loss, w, x))(a).sum())(w), plain)
    close(wb.grad(lambda w: wb.vmap(lambda x: wb.checkpoint(loss, w, x), chunk_size=3)(a).sum())(w), plain)


def test_a_hook_inside_sees_one_example():
    shapes = []

    def function(x):
        y = x * 2
        y.register_hook(lambda gradient: (shapes.append(gradient.shape), gradient * x)[1])
        return y.sum()

    close(wb.grad(lambda a: wb.vmap(function)(a).sum())(wb.tensor(A)), 2 * A)
    assert shapes == [(3,)]


def test_a_jacobians_graph_does_not_grow_with_its_rows():
    def lines(size):
        function = wb.compile(wb.jacrev(lambda x: (x * x).sin() * x.sum()))
        function(wb.tensor(np.linspace(0.0, 1.0, size)))
        return int(function.explain().split("plan: ")[1].split(" nodes")[0])

    assert lines(40) == lines(4) < 40


def test_a_tensor_made_inside_may_be_written_in_place():
    def function(x):
        y = wb.zeros(3, dtype=wb.float64)
        y[1:] = x[:2] * 2
        y += 1
        x[0] = 5.0
        return y + x

    expected = (
        np.concatenate([np.zeros((4, 1)), A[:, :2] * 2], 1) + 1 + np.concatenate([np.full((4, 1), 5.0), A[:, 1:]], 1)
    )
    a = wb.tensor(A)
    close(wb.vmap(function)(a), expected)
    close(a, A)


# ---------------------------------------------------------------- random numbers


def test_draws_are_an_error_the_same_or_different():
    def function(x):
        return x * 0 + wb.rand(3, dtype=wb.float64)

    with pytest.raises(wb.StateError, match="randomness 'same'"):
        wb.vmap(function)(A)
    same = wb.vmap(function, randomness="same")(A).numpy()
    assert (same == same[0]).all()
    wb.manual_seed(3)
    different = wb.vmap(function, randomness="different")(A).numpy()
    after = wb.rand(12, dtype=wb.float64).numpy()
    assert len(set(different.ravel()) | set(after)) == 24
    wb.manual_seed(3)
    close(different, wb.rand(4, 3, dtype=wb.float64))
    table = wb.vmap(
        lambda x: wb.vmap(lambda y: wb.rand(2, dtype=wb.float64) + y * 0, randomness="different")(B[:, 0]),
        randomness="different",
    )(A).numpy()
    assert table.shape == (4, 4, 2) and len(set(table.ravel())) == 32


def test_permutations_and_bernoulli_differ_from_example_to_example():
    found = wb.vmap(lambda x: wb.randperm(20) + 0 * x[0].to(wb.int64), randomness="different")(A).numpy()
    assert (np.sort(found, 1) == np.arange(20)).all() and len({tuple(row) for row in found}) == 4
    p = wb.tensor(np.array([[0.0] * 50, [1.0] * 50, [0.5] * 50]))
    drawn = wb.vmap(wb.bernoulli, randomness="different")(p).numpy()
    assert drawn[0].sum() == 0 and drawn[1].sum() == 50 and 0 < drawn[2].sum() < 50


# ---------------------------------------------------------------- mistakes


def test_what_does_not_fit_is_told():
    with pytest.raises(wb.ShapeError, match=r"tensor 0 \[4, 3\] is 4 and that of tensor 1 \[3, 2\] is 3"):
        wb.vmap(lambda x, w: x)(A, wb.tensor(W))
    with pytest.raises(wb.ArgumentError, match="at least one tensor"):
        wb.vmap(lambda x: x, in_dims=None)(A)
    with pytest.raises(IndexError, match="axis 2 is outside"):
        wb.vmap(lambda x: x, in_dims=2)(A)
    with pytest.raises(IndexError, match="a scalar"):
        wb.vmap(lambda x: x)(wb.tensor(1.0))
    with pytest.raises(IndexError, match="axis 2 is outside"):
        wb.vmap(lambda x: x, out_dims=2)(A)
    with pytest.raises(TypeError, match="must be None"):
        wb.vmap(lambda x, n: x * n)(A, 2.0)
    with pytest.raises(wb.StructureError, match="in_dims with 1 entries"):
        wb.vmap(lambda x: x, in_dims=(0, 0))(A)
    with pytest.raises(TypeError, match="in_dims as whole numbers"):
        wb.vmap(lambda x: x, in_dims="0")(A)
    with pytest.raises(wb.ArgumentError, match="needs an axis"):
        wb.vmap(lambda x: x, out_dims=None)(A)
    with pytest.raises(TypeError, match="returns tensors"):
        wb.vmap(lambda x: None)(A)
    for arguments in ({"randomness": "some"}, {"chunk_size": 0}):
        with pytest.raises(wb.ArgumentError, match="found"):
            wb.vmap(lambda x: x, **arguments)
    with pytest.raises(TypeError, match="expected a function"):
        wb.vmap(3)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[0].item(),
        lambda x: x if x[0] > 0 else -x,
        lambda x: x.numpy(),
        lambda x: x[x > 0],
        lambda x: float(x[0]) * x,
    ],
    ids=["item", "if", "numpy", "mask", "float"],
)
def test_a_mapped_tensor_has_no_value(function):
    with pytest.raises(wb.StateError, match="vmap: the value of a mapped tensor was asked for"):
        wb.vmap(function)(A)
    close(wb.vmap(lambda x: x)(A), A)


def test_nothing_of_an_example_gets_out():
    p, leaked = wb.tensor(W[0]), []
    with pytest.raises(wb.StateError, match="written in place"):
        wb.vmap(lambda x: p.__iadd__(x[:2]))(A)
    with pytest.raises(wb.StateError, match="written in place"):
        wb.vmap(lambda x: p.__setitem__(0, x[0]))(A)
    close(p, W[0])
    w = wb.tensor(W, requires_grad=True)
    with pytest.raises(wb.StateError, match="backward"):
        wb.vmap(lambda x: (x @ w).sum().backward())(A)
    assert w.grad is None
    wb.vmap(lambda x: (leaked.append(x * 2), x)[1])(A)
    with pytest.raises(wb.StateError, match="value of a mapped tensor"):
        leaked[0].numpy()
    with pytest.raises(wb.StateError, match="used after the function had ended"):
        wb.vmap(lambda x: wb.vmap(lambda y: leaked.append(x * y) or y)(B[:2])[0] + leaked[1])(A)
    assert "not computed" in repr(leaked[0])


def test_an_exception_inside_leaves_all_blocks():
    def fails(x):
        return wb.vmap(lambda y: 1 / 0)(B)

    with pytest.raises(ZeroDivisionError):
        wb.vmap(fails)(A)
    assert wb.rand(2).shape == (2,)
    assert not wb.autograd.inside_transform()
