"""jacrev, jacfwd, hessian and linearize; argnums, has_aux and structures of all transforms: against closed forms and
finite differences."""

import itertools

import numpy as np
import pytest
from support import numbers, slope

import wingbeat as wb

F64 = "float64"
A, B = numbers((2, 3), seed=1), numbers((3,), seed=2)
JACOBIANS = {"jacrev": wb.jacrev, "jacfwd": wb.jacfwd}


def product(a, b):
    """r[i] = sum_j a[i, j]^2 b[j]: derivatives 2 a b and a^2."""
    return (a * a * b).sum(1)


def by_a(a=A, b=B):
    return np.einsum("ij,ik->ikj", 2 * a * b, np.eye(2))


@pytest.mark.parametrize("jacobian", JACOBIANS.values(), ids=JACOBIANS)
def test_a_jacobian_is_its_closed_form(jacobian):
    np.testing.assert_allclose(jacobian(product)(A, B).numpy(), by_a(), rtol=1e-13)
    np.testing.assert_allclose(jacobian(product, argnums=-1)(A, B).numpy(), A**2, rtol=1e-13)
    of_a, of_b = jacobian(product, argnums=(0, 1))(wb.tensor(A), wb.tensor(B))
    np.testing.assert_allclose(of_a.numpy(), by_a(), rtol=1e-13)
    np.testing.assert_allclose(of_b.numpy(), A**2, rtol=1e-13)
    (one,) = jacobian(product, argnums=(1,))(A, B)
    assert one.shape == (2, 3) and not one.requires_grad


@pytest.mark.parametrize("jacobian", JACOBIANS.values(), ids=JACOBIANS)
def test_a_jacobian_has_the_results_structure_outside_and_the_arguments_inside(jacobian):
    def function(tree, scale=1.0):
        return {"product": product(tree["a"], tree["b"][0]) * scale, "rest": [tree["b"][0] * 2, tree["a"].sum()]}, {
            "note": "text",
            "kept": tree["a"],
        }

    found, aux = jacobian(function, has_aux=True)({"a": wb.tensor(A), "b": (wb.tensor(B),)}, scale=3.0)
    assert list(found) == ["product", "rest"] and list(found["rest"][0]) == ["a", "b"] and aux["note"] == "text"
    assert not aux["kept"].requires_grad
    np.testing.assert_allclose(found["product"]["a"].numpy(), 3 * by_a(), rtol=1e-13)
    np.testing.assert_allclose(found["product"]["b"][0].numpy(), 3 * A**2, rtol=1e-13)
    assert found["rest"][0]["a"].shape == (3, 2, 3) and not found["rest"][0]["a"].numpy().any(), (
        "zeros where nothing depends"
    )
    np.testing.assert_allclose(found["rest"][0]["b"][0].numpy(), 2 * np.eye(3))
    np.testing.assert_allclose(found["rest"][1]["a"].numpy(), np.ones((2, 3)))


@pytest.mark.parametrize("jacobian", JACOBIANS.values(), ids=JACOBIANS)
def test_empty_arguments_and_results_have_empty_jacobians(jacobian):
    assert jacobian(lambda x: x * 2)(np.zeros((0,))).shape == (0, 0)
    assert jacobian(lambda x: x.sum())(np.zeros((2, 0))).shape == (2, 0)
    assert jacobian(lambda x: x[:0])(A).shape == (0, 3, 2, 3)
    assert jacobian(lambda x: x * 2)(1.5).item() == 2


def test_the_dtype_is_the_arguments():
    a, b = wb.tensor(A, "float32"), wb.tensor(B)
    assert wb.jacrev(product)(a, b).dtype is wb.float32 and wb.jacrev(product, argnums=1)(a, b).dtype is wb.float64


def f(x):
    return (x**4 / 4 + x.sin()).sum()


@pytest.mark.parametrize("outer, inner", list(itertools.product(JACOBIANS, repeat=2)))
def test_jacobians_nest_in_each_other(outer, inner):
    found = JACOBIANS[outer](JACOBIANS[inner](f))(B)
    np.testing.assert_allclose(found.numpy(), np.diag(3 * B**2 - np.sin(B)), rtol=1e-12, atol=1e-14)
    third = JACOBIANS[inner](JACOBIANS[outer](JACOBIANS[inner](f)))(B).numpy()
    np.testing.assert_allclose(third[np.arange(3), np.arange(3), np.arange(3)], 6 * B - np.cos(B), rtol=1e-12)
    assert np.count_nonzero(third) == 3


def test_a_hessian_is_its_closed_form_and_what_finite_differences_find():
    np.testing.assert_allclose(wb.hessian(f)(B).numpy(), np.diag(3 * B**2 - np.sin(B)), rtol=1e-12, atol=1e-14)
    (aa, ab), (ba, bb) = wb.hessian(lambda a, b: (product(a, b) ** 2).sum(), argnums=(0, 1))(A, B)
    assert aa.shape == (2, 3, 2, 3) and ab.shape == (2, 3, 3) and ba.shape == (3, 2, 3) and bb.shape == (3, 3)
    np.testing.assert_allclose(ab.numpy(), np.moveaxis(ba.numpy(), 0, -1), rtol=1e-12)
    gradient = wb.grad(lambda a: (product(a, wb.tensor(B)) ** 2).sum())
    for i, j in np.ndindex(2, 3):
        np.testing.assert_allclose(
            aa.numpy()[i, j], slope(lambda a: gradient(a).numpy()[i, j], A), rtol=1e-6, atol=1e-6
        )
    found, aux = wb.hessian(lambda tree: (f(tree["x"]), "note"), has_aux=True)({"x": B})
    assert aux == "note"
    np.testing.assert_allclose(found["x"]["x"].numpy(), np.diag(3 * B**2 - np.sin(B)), rtol=1e-12, atol=1e-14)


def test_hessians_nest_in_the_other_transforms():
    trace_slope = 6 * B - np.cos(B)
    trace = lambda x: (wb.hessian(f)(x) * wb.eye(3, dtype=F64)).sum()  # noqa: E731
    np.testing.assert_allclose(wb.grad(trace)(B).numpy(), trace_slope, rtol=1e-12)
    np.testing.assert_allclose(wb.jvp(trace, (B,), (B,))[1].item(), trace_slope @ B, rtol=1e-12)
    np.testing.assert_allclose(wb.jacfwd(trace)(B).numpy(), trace_slope, rtol=1e-12)
    leaf = wb.tensor(B, requires_grad=True)
    trace(leaf).backward()
    np.testing.assert_allclose(leaf.grad.numpy(), trace_slope, rtol=1e-12)


def test_a_jacobian_in_a_compiled_function_is_the_same_bits():
    eager, compiled = wb.jacfwd(wb.jacrev(f))(B), wb.compile(wb.hessian(f))(B)
    np.testing.assert_array_equal(eager.numpy(), compiled.numpy())


def test_linearize_is_jvp_recorded_once():
    calls = []

    def function(a, b):
        calls.append(1)
        return {"r": product(a, b)}, "note"

    result, along, aux = wb.linearize(function, A, B, has_aux=True)
    assert aux == "note"
    np.testing.assert_allclose(result["r"].numpy(), (A * A * B).sum(1), rtol=1e-13)
    for seed in (3, 4):
        u, v = numbers((2, 3), seed=seed), numbers((3,), seed=seed + 5)
        expected = (2 * A * B * u + A**2 * v).sum(1)
        np.testing.assert_allclose(along(u, v)["r"].numpy(), expected, rtol=1e-13)
        np.testing.assert_allclose(
            wb.jvp(lambda a, b: function(a, b)[0], (A, B), (u, v))[1]["r"].numpy(), expected, rtol=1e-13
        )
    assert len(calls) == 3
    _, along = wb.linearize(product, A, B, argnums=1)
    np.testing.assert_allclose(along(B).numpy(), (A**2 * B).sum(1), rtol=1e-13)
    second = wb.grad(lambda b: wb.linearize(product, A, b, argnums=0)[1](A).sum())(B)
    np.testing.assert_allclose(second.numpy(), (2 * A * A).sum(0), rtol=1e-13)


def test_argnums_and_aux_of_vjp_jvp_and_hvp():
    def noted(a, b):
        return product(a, b), "note"

    weights = numbers((2,), seed=7)
    _, back, aux = wb.vjp(noted, A, B, argnums=1, has_aux=True)
    np.testing.assert_allclose(back(weights).numpy(), weights @ A**2, rtol=1e-13)
    _, back = wb.vjp(product, A, B, argnums=(1, 0))
    of_b, of_a = back(weights)
    np.testing.assert_allclose(of_a.numpy(), weights[:, None] * 2 * A * B, rtol=1e-13)
    _, along, other = wb.jvp(noted, (A, B), (B,), argnums=1, has_aux=True)
    np.testing.assert_allclose(along.numpy(), (A**2 * B).sum(1), rtol=1e-13)
    found, third = wb.hvp(lambda a, b: (product(a, b).sum(), "note"), (A, B), (A,), argnums=0, has_aux=True)
    np.testing.assert_allclose(found.numpy(), 2 * A * B, rtol=1e-13)
    assert aux == other == third == "note" and of_b.shape == (3,)


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda: wb.jacrev(product, argnums=2)(A, B), ValueError, "argnums 2"),
        (lambda: wb.jacfwd(product, argnums=(0, 0))(A, B), ValueError, "twice"),
        (lambda: wb.jacrev(product, argnums="a")(A, B), TypeError, "argnums"),
        (lambda: wb.jacrev(lambda x: x > 0)(A), TypeError, "bool"),
        (lambda: wb.jacrev(product, has_aux=True)(A, B), TypeError, "has_aux"),
        (lambda: wb.jacfwd(f)("text"), TypeError, "text"),
        (lambda: wb.linearize(product, A, B)[1](A), RuntimeError, "structure"),
        (lambda: wb.hvp(lambda x: [x], (B,), (B,)), TypeError, "one element"),
        (lambda: wb.jvp(product, (A, B), (A,), argnums=1), ValueError, r"\[3\]"),
        (lambda: wb.hessian(f)(np.array([1, 2])), TypeError, "int64"),
    ],
)
def test_wrong_use_is_refused_with_a_fitting_exception(call, kind, words):
    with pytest.raises(kind, match=words):
        call()
    assert wb.is_grad_enabled() and not wb.autograd.inside_transform()
