"""wingbeat.implicit: solutions and their derivatives, against closed forms and against derivatives through the
iterations themselves."""

import numpy as np
import pytest
from support import numbers

import wingbeat as wb
from wingbeat import implicit, nn

F64 = "float64"
N = 5
A = numbers((N, N), seed=1) / 8
B, V = numbers((N,), seed=2), numbers((N,), seed=3)
EXACT = np.linalg.inv(np.eye(N) - A)


def square_root(a):
    return implicit.root(lambda x, a: x * x - a, wb.ones_like(a), a)


def test_the_square_root_as_a_root_has_its_derivatives_of_all_orders():
    a = np.array([0.25, 2.0, 9.0])
    np.testing.assert_allclose(square_root(wb.tensor(a)).numpy(), np.sqrt(a), rtol=1e-12)
    f, expected = square_root, [0.5 * a**-0.5, -0.25 * a**-1.5, 0.375 * a**-2.5]
    for known in expected:
        f = (lambda f: lambda a: wb.grad(lambda a: f(a).sum())(a))(f)
        np.testing.assert_allclose(f(wb.tensor(a)).numpy(), known, rtol=1e-9)
    g = square_root
    for known in expected:
        g = (lambda g: lambda a: wb.jvp(g, (a,), (wb.ones_like(a),))[1])(g)
        np.testing.assert_allclose(g(wb.tensor(a)).numpy(), known, rtol=1e-9)


def linear(b, matrix, linear_solver):
    return implicit.fixed_point(
        lambda x, matrix, b: matrix @ x + b, wb.zeros_like(b), matrix, b, linear_solver=linear_solver
    )


@pytest.mark.parametrize("linear_solver", ["neumann", "gmres"])
def test_a_linear_fixed_point_and_its_derivatives_are_the_inverse(linear_solver):
    matrix, b = wb.tensor(A), wb.tensor(B)

    def f(b):
        return linear(b, matrix, linear_solver)

    np.testing.assert_allclose(f(b).numpy(), EXACT @ B, rtol=1e-10, atol=1e-11)
    for jacobian in (wb.jacrev, wb.jacfwd):
        np.testing.assert_allclose(jacobian(f)(b).numpy(), EXACT, rtol=1e-10, atol=1e-11)
    by_matrix = wb.grad(lambda m: (linear(b, m, linear_solver) * wb.tensor(V)).sum())(matrix)
    np.testing.assert_allclose(by_matrix.numpy(), np.outer(EXACT.T @ V, EXACT @ B), rtol=1e-9, atol=1e-10)

    def loss(m):
        return (linear(b, m, linear_solver) * wb.tensor(V)).sum()

    direction, x = numbers((N, N), seed=4), EXACT @ B
    moved = EXACT @ direction @ x
    known = np.outer(EXACT.T @ direction.T @ EXACT.T @ V, x) + np.outer(EXACT.T @ V, moved)
    np.testing.assert_allclose(wb.hvp(loss, (matrix,), (wb.tensor(direction),))[0].numpy(), known, rtol=1e-8, atol=1e-9)


def deep(z, w, u):
    return wb.tanh(w @ z + u)


def equilibrium(w, u, **options):
    return implicit.fixed_point(deep, wb.zeros_like(u), w, u, **options)


def unrolled(w, u, **options):
    z = wb.zeros_like(u)
    for _ in range(80):
        z = deep(z, w, u)
    return z


def equilibrium_by_newton(w, u):
    return implicit.root(lambda z, w, u: z - deep(z, w, u), wb.zeros_like(u), w, u)


@pytest.mark.parametrize("solution", [equilibrium, equilibrium_by_newton])
def test_an_equilibrium_has_the_derivatives_of_the_iterations_that_lead_to_it(solution):
    w, u, v = wb.tensor(A), wb.tensor(B), wb.tensor(V)
    transforms = {
        "grad": lambda f: wb.grad(lambda w, u: (f(w, u) * v).sum(), argnums=(0, 1))(w, u),
        "jvp": lambda f: wb.jvp(f, (w, u), (w * 2, v))[1],
        "jacrev": lambda f: wb.jacrev(lambda u: f(w, u))(u),
        "hessian": lambda f: wb.hessian(lambda u: (f(w, u) ** 3).sum())(u),
        "reverse over reverse": lambda f: wb.grad(lambda w: (wb.grad(lambda u: (f(w, u) * v).sum())(u) ** 2).sum())(w),
        "forward over forward": lambda f: wb.jvp(lambda w: wb.jvp(lambda u: f(w, u), (u,), (v,))[1], (w,), (w,))[1],
        "reverse over forward": lambda f: wb.grad(lambda w: (wb.jvp(lambda u: f(w, u), (u,), (v,))[1] ** 2).sum())(w),
        "third": lambda f: wb.grad(lambda u: (wb.hvp(lambda u: (f(w, u) ** 2).sum(), (u,), (v,))[0] * v).sum())(u),
    }
    for name, transform in transforms.items():
        found, known = transform(solution), transform(unrolled)
        for one, other in zip(*(tree if isinstance(tree, tuple) else (tree,) for tree in (found, known))):
            np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-8, atol=1e-9, err_msg=name)


def test_captured_tensors_have_their_derivatives_too():
    a = wb.tensor([2.0, 3.0], dtype=F64)

    def captured(a):
        return implicit.root(lambda x: x * x - a, wb.ones(2, dtype=F64))

    np.testing.assert_allclose(wb.grad(lambda a: captured(a).sum())(a).numpy(), 0.5 * a.numpy() ** -0.5, rtol=1e-10)
    np.testing.assert_allclose(wb.jacfwd(captured)(a).numpy(), np.diag(0.5 * a.numpy() ** -0.5), rtol=1e-10)
    np.testing.assert_allclose(
        wb.hessian(lambda a: captured(a).sum())(a).numpy(), np.diag(-0.25 * a.numpy() ** -1.5), rtol=1e-9, atol=1e-14
    )
    layer, u = nn.Linear(N, N, dtype=F64), wb.tensor(B)
    layer.load_state_dict({name: value * 0.3 for name, value in layer.state_dict().items()})
    implicit.fixed_point(lambda z: layer(z).tanh() + u, u).sum().backward()
    found = [parameter.grad.numpy() for parameter in layer.parameters()]
    layer.zero_grad()
    z = u
    for _ in range(100):
        z = layer(z).tanh() + u
    z.sum().backward()
    for one, parameter in zip(found, layer.parameters()):
        np.testing.assert_allclose(one, parameter.grad.numpy(), rtol=1e-9, atol=1e-10)


def test_a_captured_tensor_that_changes_before_backward_counts_as_it_was():
    layer = nn.Linear(1, 1, bias=False, dtype=F64)
    layer.load_state_dict({"weight": np.array([[0.5]])})
    weight = layer.weight * 1
    x = implicit.fixed_point(lambda x: weight @ x + 1, wb.zeros(1, dtype=F64))
    layer.load_state_dict({"weight": np.array([[0.1]])})
    (gradient,) = wb.autograd.grad(x.sum(), weight)
    np.testing.assert_allclose(gradient.item(), 4.0, rtol=1e-10)


def test_trees_of_unknowns_and_parameters():
    def f(x, p, scale):
        return {"a": p["m"] @ x["a"] + x["b"][0].sum() * 0.1, "b": [x["b"][0] * scale + p["c"]]}

    x0 = {"a": np.zeros(N), "b": [np.zeros((2, 3))]}
    p = {"m": wb.tensor(A), "c": wb.tensor(numbers((2, 3), seed=5))}
    found = implicit.fixed_point(f, x0, p, 0.5)
    b = 2 * p["c"].numpy()
    np.testing.assert_allclose(found["b"][0].numpy(), b, rtol=1e-11)
    np.testing.assert_allclose(found["a"].numpy(), EXACT @ np.full(N, 0.1 * b.sum()), rtol=1e-10)
    gradient = wb.grad(lambda p: implicit.fixed_point(f, x0, p, 0.5)["a"].sum())(p)
    np.testing.assert_allclose(gradient["c"].numpy(), np.full((2, 3), 0.2 * (EXACT @ np.ones(N)).sum()), rtol=1e-10)


def test_a_rotation_is_solved_although_no_step_along_the_residual_helps():
    turn = wb.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=F64)

    def f(b):
        return implicit.root(lambda x, b: turn @ x - b, wb.zeros(2, dtype=F64), b)

    np.testing.assert_allclose(f(wb.tensor([1.0, 2.0], dtype=F64)).numpy(), [-2, 1], rtol=1e-12)
    np.testing.assert_allclose(wb.jacrev(f)(wb.tensor([1.0, 2.0], dtype=F64)).numpy(), [[0, -1], [1, 0]], atol=1e-12)


def test_larger_and_worse_conditioned_systems_are_solved():
    rng = np.random.default_rng(1)
    q, _ = np.linalg.qr(rng.normal(size=(80, 80)))
    for dtype, condition, tolerance in ((F64, 1e4, 1e-7), ("float32", 1e1, 1e-3)):
        matrix = ((q * np.geomspace(1, condition, 80)) @ q.T).astype(dtype)
        b = rng.normal(size=80).astype(dtype)
        found = implicit.root(lambda x, b: wb.tensor(matrix) @ x - b, np.zeros(80, dtype), wb.tensor(b))
        np.testing.assert_allclose(found.numpy(), np.linalg.solve(matrix, b), rtol=tolerance, atol=tolerance * 0.1)


@pytest.mark.parametrize("dtype, tolerance", [("float32", 2e-5), (F64, 1e-10)])
def test_default_tolerances_suit_the_dtype(dtype, tolerance):
    a = wb.tensor(np.array([2.0, 50.0], dtype))
    np.testing.assert_allclose(square_root(a).numpy(), np.sqrt(a.numpy()), rtol=tolerance)
    np.testing.assert_allclose(
        wb.grad(lambda a: square_root(a).sum())(a).numpy(), 0.5 * a.numpy() ** -0.5, rtol=tolerance
    )
    half = implicit.fixed_point(lambda x, a: (x + a / x) / 2, 1.0, a[0])
    assert half.dtype.name == dtype
    np.testing.assert_allclose(half.item(), np.sqrt(2), rtol=tolerance)


def test_a_compiled_function_takes_a_number_of_iterations():
    def f(u):
        return (equilibrium(wb.tensor(A), u, iterations=60) ** 2).sum()

    def g(a):
        return implicit.root(lambda x, a: x * x - a, wb.ones_like(a), a, iterations=8).sum()

    compiled = wb.compile(wb.grad(f))(B)
    np.testing.assert_allclose(
        compiled.numpy(),
        wb.grad(lambda u: (unrolled(wb.tensor(A), u) ** 2).sum())(wb.tensor(B)).numpy(),
        rtol=1e-9,
        atol=1e-10,
    )
    a = np.array([2.0, 9.0])
    np.testing.assert_allclose(wb.compile(wb.grad(g))(a).numpy(), 0.5 * a**-0.5, rtol=1e-9)
    with pytest.raises(RuntimeError, match="iterations=n"):
        wb.compile(lambda u: equilibrium(wb.tensor(A), u))(B)


def test_solvers_of_ones_own():
    calls = []

    def bisection(function, x0, a):
        calls.append(1)
        low, high = wb.zeros_like(a), a + 1
        for _ in range(60):
            middle = (low + high) / 2
            low, high = wb.where(function(middle, a) < 0, middle, low), wb.where(function(middle, a) < 0, high, middle)
        return low

    def dense(operator, b):
        columns = wb.stack([operator(column) for column in wb.eye(b.numel(), dtype=b.dtype)], 1)
        return wb.linalg.solve(columns, b)

    def f(a):
        return implicit.root(lambda x, a: x * x - a, wb.ones_like(a), a, solver=bisection, linear_solver=dense).sum()

    a = np.array([2.0, 9.0])
    np.testing.assert_allclose(wb.grad(f)(wb.tensor(a)).numpy(), 0.5 * a**-0.5, rtol=1e-10)
    np.testing.assert_allclose(wb.hessian(f)(wb.tensor(a)).numpy(), np.diag(-0.25 * a**-1.5), rtol=1e-9, atol=1e-13)
    assert len(calls) == 2


def test_no_convergence_is_an_error_that_says_how_far_it_came():
    def growing(x):
        return x * 2 + 1

    with pytest.raises(wb.ConvergenceError, match=r"fixed_point.*\|f\(x\) - x\| is .* after 7 iterations") as caught:
        implicit.fixed_point(growing, np.ones(3), max_iterations=7)
    assert caught.value.iterations == 7 and caught.value.residual > 1 and isinstance(caught.value, ArithmeticError)
    with pytest.raises(wb.ConvergenceError, match="root"):
        implicit.root(lambda x: x * x + 1, np.ones(2))
    with pytest.warns(RuntimeWarning, match="no convergence"):
        implicit.fixed_point(growing, np.ones(3), max_iterations=7, on_failure="warn")
    assert implicit.fixed_point(growing, np.ones(1), max_iterations=3, on_failure="ignore").numpy()[0] == 15
    with pytest.raises(wb.ConvergenceError, match="nan"):
        implicit.fixed_point(lambda x: x.log(), np.array([-1.0]))
    with pytest.raises(wb.ConvergenceError, match="given solver"):
        implicit.root(lambda x: x - 1, np.zeros(2), solver=lambda function, x0: x0)


def test_a_derivative_that_its_linear_solver_cannot_find_is_an_error():
    def f(a):  # found by a solver of one's own: the iteration itself would not converge
        return implicit.fixed_point(
            lambda x, a: 3 * x + a, wb.zeros_like(a), a, solver=lambda function, x0, a: -a / 2
        ).sum()

    with pytest.raises(wb.ConvergenceError, match="neumann"):
        wb.grad(f)(wb.tensor(B))
    with pytest.raises(wb.ConvergenceError, match="gmres"):
        wb.grad(lambda a: implicit.root(lambda x, a: (x - a) ** 2, np.ones(2), a).sum())(wb.ones(2, dtype=F64))


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda: implicit.root("text", 1.0), TypeError, "function"),
        (lambda: implicit.root(lambda x: x, "text"), TypeError, "x0"),
        (lambda: implicit.root(lambda x: x, []), ValueError, "at least one"),
        (lambda: implicit.root(lambda x: x, wb.tensor([1, 2])), TypeError, "int64"),
        (lambda: implicit.root(lambda x: x[:1], np.ones(2)), ValueError, r"\[2\].*\[1\]"),
        (lambda: implicit.root(lambda x: [x], np.ones(2)), RuntimeError, "structure"),
        (lambda: implicit.root(lambda x: x.to("float32"), np.ones(2)), TypeError, "float32"),
        (lambda: implicit.root(lambda x: x, np.ones(2), tol=-1), ValueError, "tol"),
        (lambda: implicit.root(lambda x: x, np.ones(2), max_iterations=0), ValueError, "max_iterations"),
        (lambda: implicit.root(lambda x: x, np.ones(2), iterations=1.5), TypeError, "iterations"),
        (lambda: implicit.root(lambda x: x, np.ones(2), linear_solver="lu"), ValueError, "lu"),
        (lambda: implicit.root(lambda x: x, np.ones(2), solver=3), TypeError, "solver"),
        (lambda: implicit.root(lambda x: x, np.ones(2), on_failure="cry"), ValueError, "cry"),
        (lambda: implicit.root(lambda x: x, np.ones(2), solver=lambda f, x0: x0[:1]), ValueError, r"\[2\].*\[1\]"),
    ],
)
def test_wrong_use_gets_a_sentence(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


def test_nothing_is_recorded_where_nothing_asks_for_derivatives():
    assert not implicit.root(lambda x: x - 1, np.zeros(2)).requires_grad
    assert implicit.fixed_point(lambda x: x * 0.5, np.zeros((0, 3))).shape == (0, 3)
    a = wb.tensor(B, requires_grad=True)
    with wb.no_grad():
        assert not linear(a, wb.tensor(A), "gmres").requires_grad
    x0 = wb.tensor(B, requires_grad=True)
    assert not implicit.fixed_point(lambda x: x * 0.5, x0).requires_grad
