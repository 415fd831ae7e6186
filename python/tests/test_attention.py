"""Attention whose scores are computed a block of queries at a time: the values and derivatives of the whole, in memory
that does not grow with the square of the sequence."""

import re

import numpy as np
import pytest
from rows_attention import attention

import wingbeat as wb

F = wb.nn.functional
LONG = 1500  # with as many keys there are more scores than are computed at once


def operands(seed=0, length=LONG, heads=()):
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 1, (*heads, length, 2)) for _ in range(3)]


def exact(query, key, value, mask=None, is_causal=False):
    """The same, in operations that are differentiated one by one."""
    scores = query @ key.mT / 2**0.5
    if is_causal:
        mask = np.tril(np.ones(scores.shape[-2:], bool))
    if mask is not None:
        seen = wb.tensor(mask) if isinstance(mask, np.ndarray) else mask
        scores = scores.masked_fill(seen.logical_not(), -np.inf) if seen.dtype == wb.bool else scores + seen
    return scores.softmax(-1) @ value


def arena(function, *arguments):
    """The bytes of memory that a captured function needs inside."""
    step = wb.compile(function)
    step(*arguments)
    return int(re.search(r"(\d+) bytes of arena", step.explain()).group(1))


@pytest.mark.parametrize("is_causal", [False, True])
def test_blocks_give_the_values_of_the_whole(is_causal):
    found = F.scaled_dot_product_attention(*operands(), is_causal=is_causal)
    np.testing.assert_allclose(found.numpy(), attention(*operands(), is_causal=is_causal), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", ["plain", "causal", "bool", "floats", "floats for all"])
def test_blocks_give_the_derivatives_of_the_whole(kind):
    tensors = [wb.tensor(x) for x in operands()]
    rng = np.random.default_rng(1)
    weight = wb.tensor(rng.normal(0, 1, (LONG, 2)))
    options = {"is_causal": True} if kind == "causal" else {}
    if kind == "bool":
        options = {"attn_mask": wb.tensor(rng.random((LONG, LONG)) < 0.7)}
    if kind.startswith("floats"):
        tensors.append(wb.tensor(rng.normal(0, 1, (1 if kind == "floats for all" else LONG, LONG))))
    every = tuple(range(len(tensors)))
    mask = options.get("attn_mask")

    def blocked(*xs):
        return (F.scaled_dot_product_attention(*xs, **options) * weight).sum()

    def whole(*xs):
        return (exact(*xs[:3], xs[3] if len(xs) > 3 else mask, kind == "causal") * weight).sum()

    for found, want in zip(wb.grad(blocked, argnums=every)(*tensors), wb.grad(whole, argnums=every)(*tensors)):
        scale = np.abs(want.numpy()).max()
        np.testing.assert_allclose(found.numpy(), want.numpy(), rtol=1e-9, atol=1e-11 * scale)


def test_second_derivatives_and_tangents_pass_through_blocks():
    tensors = [wb.tensor(x) for x in operands()]
    along = [wb.tensor(x) for x in operands(2)]
    blocked = lambda q: F.scaled_dot_product_attention(q, *tensors[1:]).square().sum()  # noqa: E731
    whole = lambda q: exact(q, *tensors[1:]).square().sum()  # noqa: E731
    found, want = (wb.jvp(f, tensors[:1], along[:1])[1].item() for f in (blocked, whole))
    assert found == pytest.approx(want, rel=1e-10)
    found, want = (wb.hvp(f, tensors[:1], along[:1]) for f in (blocked, whole))
    found, want = (np.asarray(x[0] if isinstance(x, tuple) else x) for x in (found, want))
    np.testing.assert_allclose(found, want, rtol=1e-8, atol=1e-10 * np.abs(want).max())


def test_blocks_computed_again_have_the_same_second_derivatives():
    q, k, v = (wb.tensor(x) for x in operands())
    along = wb.tensor(operands(2)[0])
    loss = lambda q: F.scaled_dot_product_attention(q, k, v).square().sum()  # noqa: E731
    again = lambda q: wb.checkpoint(loss, q)  # noqa: E731
    found, want = (np.asarray(wb.hvp(f, (q,), (along,))) for f in (again, loss))
    np.testing.assert_allclose(found, want, rtol=1e-8, atol=1e-10 * np.abs(want).max())


def test_a_dropout_of_weights_is_the_same_in_values_and_derivatives():
    q, k, v = (wb.tensor(x) for x in operands(length=1500))
    wb.manual_seed(5)
    leaf = v.clone().requires_grad_()
    found = F.scaled_dot_product_attention(q, k, leaf, dropout_p=0.3)
    found.sum().backward()
    # The result is linear in the values, so their gradient tells the weights' sums.
    assert (leaf.grad * leaf.detach()).sum().item() == pytest.approx(found.sum().item(), rel=1e-9)
    assert leaf.grad.sum().item() / (2 * 1500) == pytest.approx(1, abs=0.01)


def test_memory_grows_with_the_sequence_and_not_with_its_square():
    def gradients(q, k, v):
        return wb.grad(lambda *xs: F.scaled_dot_product_attention(*xs).sum(), argnums=(0, 1, 2))(q, k, v)

    found = [arena(gradients, *(wb.zeros(1, n, 16) for _ in range(3))) for n in (2048, 4096)]
    scores = 4096 * 4096 * 4
    assert found[1] < 2.5 * found[0] and found[1] < scores / 16, found


def test_heads_that_share_keys_are_blocked_too():
    rng = np.random.default_rng(3)
    q, k, v = (rng.normal(0, 1, (heads, 800, 2)) for heads in (4, 2, 2))
    want = attention(q, k, v, enable_gqa=True, is_causal=True)
    found = wb.tensor(q, requires_grad=True)
    result = F.scaled_dot_product_attention(found, k, v, enable_gqa=True, is_causal=True)
    np.testing.assert_allclose(result.detach().numpy(), want, rtol=1e-11, atol=1e-13)
    result.sum().backward()
    apart = wb.tensor(q, requires_grad=True)
    whole = exact(apart, wb.tensor(k.repeat(2, 0)), wb.tensor(v.repeat(2, 0)), is_causal=True)
    whole.sum().backward()
    np.testing.assert_allclose(found.grad.numpy(), apart.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("mask", [np.zeros((3, 4), bool), np.full((3, 4), -np.inf)])
def test_a_query_that_sees_no_key_gives_0_and_passes_no_derivative(mask):
    q, k, v = (wb.tensor(x, requires_grad=True) for x in (np.ones((3, 2)), np.ones((4, 2)), np.ones((4, 2))))
    mask = mask.copy()
    mask[1] = True if mask.dtype == bool else 0
    found = F.scaled_dot_product_attention(q, k, v, wb.tensor(mask))
    np.testing.assert_allclose(found.detach().numpy(), [[0, 0], [1, 1], [0, 0]])
    found.sum().backward()
    np.testing.assert_allclose(v.grad.numpy(), np.full((4, 2), 0.25))
    assert np.isfinite(q.grad.numpy()).all() and np.isfinite(k.grad.numpy()).all()


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda q: F.scaled_dot_product_attention(q, q[:, :1], q), ValueError, r"\[..., keys, width\].*\[3, 1\]"),
        (lambda q: F.scaled_dot_product_attention(q, q, q[:2]), ValueError, r"\[2, 2\]"),
        (lambda q: F.scaled_dot_product_attention(q[0], q, q), ValueError, "two axes"),
        (lambda q: F.scaled_dot_product_attention(q, q, q, wb.ones(2, 3)), ValueError, r"\[3, 3\].*\[2, 3\]"),
        (
            lambda q: F.scaled_dot_product_attention(q, q, q, wb.ones(3, 3, dtype="int64")),
            TypeError,
            "attn_mask must be bool or floats",
        ),
        (lambda q: F.scaled_dot_product_attention(q, q, q, wb.ones(3, 3), is_causal=True), ValueError, "found both"),
        (lambda q: F.scaled_dot_product_attention(q, q, q, dropout_p=2.0), ValueError, "p from 0 to 1"),
        (lambda q: F.scaled_dot_product_attention(q, q, q, enable_gqa=True), ValueError, "enable_gqa"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call(wb.ones(3, 2))
