"""autograd.functional, gradcheck and gradgradcheck: closed forms, and rules that are wrong on purpose."""

import subprocess
import sys

import numpy as np
import pytest

import wingbeat as wb
from wingbeat.autograd import functional

X = wb.tensor([1.0, 2.0], dtype=wb.float64)
Y = wb.tensor([3.0, 5.0], dtype=wb.float64)
ONES = wb.ones(2, dtype=wb.float64)


def values(found):
    return tuple(map(values, found)) if isinstance(found, tuple) else found.tolist()


def test_each_is_the_closed_form_in_the_form_of_inputs_and_outputs():
    assert values(functional.jacobian(lambda x: x**3, X)) == [[3, 0], [0, 12]]
    for strategy in ("reverse-mode", "forward-mode"):
        found = functional.jacobian(lambda x, y: (x * y, x.sum()), (X, Y), strategy=strategy)
        assert values(found) == (([[3, 0], [0, 5]], [[1, 0], [0, 2]]), ([1, 1], [0, 0]))
    assert values(functional.hessian(lambda x: (x**3).sum(), X)) == [[6, 0], [0, 12]]
    two = functional.hessian(lambda x, y: (x * y * y).sum(), (X, Y))
    assert values(two) == (([[0, 0], [0, 0]], [[6, 0], [0, 10]]), ([[6, 0], [0, 10]], [[2, 0], [0, 4]]))
    assert values(functional.vjp(lambda x: x**3, X, ONES)) == ([1, 8], [3, 12])
    assert values(functional.vjp(lambda x, y: (x * y).sum(), (X, Y))) == (13, ([3, 5], [1, 2]))
    assert values(functional.jvp(lambda x, y: x * y, (X, Y), (X, Y))) == ([3, 10], [6, 20])
    assert values(functional.vhp(lambda x: (x**3).sum(), X, ONES)) == (9, [6, 12])
    assert values(functional.hvp(lambda x, y: (x * y * y).sum(), (X, Y), (X, Y))) == (59, ([18, 50], [12, 40]))


def test_results_are_differentiable_where_that_is_asked_for():
    x = X.clone().requires_grad_()
    assert not functional.jacobian(lambda x: x**3, x).requires_grad
    functional.jacobian(lambda x: x**3, x, create_graph=True).sum().backward()
    assert x.grad.tolist() == [6, 12]
    assert not functional.hvp(lambda x: (x**3).sum(), x, ONES)[1].requires_grad
    _, product = functional.hvp(lambda x: (x**4).sum(), x, ONES, create_graph=True)
    assert wb.autograd.grad(product.sum(), x)[0].tolist() == [24, 48]


class Tripled(wb.autograd.Function):
    """x squared, with a derivative of 3 x."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 3 * ctx.saved_tensors[0]


def test_gradcheck_finds_wrong_rules_and_passes_right_ones():
    x, y = X.clone().requires_grad_(), Y.clone().requires_grad_()
    assert wb.autograd.gradcheck(lambda x, y: (x.sin() * y, x.exp()), (x, y), check_forward_ad=True)
    assert wb.autograd.gradcheck(lambda x, place: x[place], (x, 1))
    assert wb.autograd.gradgradcheck(lambda x, y: x.sin() * y, (x, y), check_fwd_over_rev=True)
    assert not wb.autograd.gradcheck(Tripled.apply, x, raise_exception=False)
    with pytest.raises(wb.autograd.GradcheckError, match="output 0 with respect to input 0 in reverse mode"):
        wb.autograd.gradcheck(Tripled.apply, x)
    # The rule for the second derivative is right for its own first one, whose first derivative is wrong.
    with pytest.raises(RuntimeError, match="with respect to input 1"):
        wb.autograd.gradcheck(lambda x, y: x + Tripled.apply(y), (x, y))


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: wb.autograd.gradcheck(lambda x: x, X), "requires gradients, found none"),
        (lambda: wb.autograd.gradcheck(lambda x: x > 1, X.clone().requires_grad_()), "output of a floating dtype"),
        (lambda: functional.hessian(lambda x: x, X), r"one element, found shape \[2\]"),
        (lambda: functional.hessian(lambda x: (x, x), X), "one element, found tuple"),
        (lambda: functional.vjp(lambda x: x, X), "expected v"),
        (lambda: functional.jvp(lambda x: x, X), "expected v"),
        (lambda: functional.jacobian(lambda x: x, X, strategy="both"), "found 'both'"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_scripts_find_them_where_pytorch_has_them(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import torch\nfrom torch.autograd.functional import jacobian\nfrom torch.autograd import gradcheck\n"
        "from torch.autograd import gradgradcheck\nx = torch.ones(2, dtype=torch.float64, requires_grad=True)\n"
        "print(tuple(jacobian(torch.exp, x).shape), gradcheck(torch.exp, x), gradgradcheck(torch.exp, x))\n"
    )
    run = subprocess.run([sys.executable, "-m", "wingbeat.torch", script], capture_output=True, text=True, check=False)
    assert run.stdout == "(2, 2) True True\n", run.stdout + run.stderr
    assert np.allclose(functional.jacobian(wb.exp, ONES).numpy(), np.e * np.eye(2))
