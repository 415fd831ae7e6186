"""Attention as one step: values and gradients beside the composition in float64, at every kind of edge, with the same
bits for any number of threads, any batch and any layout."""

import json
import re

import numpy as np
import pytest
from rows_attention import attention
from support import python

import wingbeat as wb

F = wb.nn.functional

# Axes in front, queries, keys, width, width of values, causal. Blocks of queries and keys are whole or not, a panel is
# 16 floats or 8 doubles, and from 2048 keys on there are several chunks.
CASES = [
    ((2, 3), 128, 128, 32, 32, True),
    ((), 1000, 1000, 64, 64, True),
    ((2,), 300, 500, 20, 36, False),
    ((1, 2), 500, 300, 5, 1, True),
    ((2,), 8, 700, 64, 16, False),
    ((3,), 129, 257, 1, 33, False),
    ((1,), 300, 5000, 16, 8, False),
    ((1,), 4500, 4500, 8, 8, True),
    ((1,), 200, 200, 160, 144, True),
]


def operands(case, dtype, seed=0):
    """Queries, keys, values, and the cotangent of the result."""
    leading, queries, keys, width, out, _ = case
    rng = np.random.default_rng(seed)
    shapes = [(queries, width), (keys, width), (keys, out), (queries, out)]
    return [rng.normal(0, 1, (*leading, *shape)).astype(dtype) for shape in shapes]


def gradients(q, k, v, cotangent, is_causal):
    """The result and the gradients of query, key and value."""
    result, pull = wb.vjp(lambda *xs: F.scaled_dot_product_attention(*xs, is_causal=is_causal), q, k, v)
    return [result.numpy(), *(x.numpy() for x in pull(cotangent))]


def reference(q, k, v, cotangent, is_causal):
    """The same by formulas over whole matrices, and the sums of the absolute values of what each number is made of."""
    q, k, v, cotangent = (x.astype(np.float64) for x in (q, k, v, cotangent))
    scale = q.shape[-1] ** -0.5
    scores = scale * q @ k.swapaxes(-1, -2)
    if is_causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)

    def gradients(weights, q, k, v, cotangent, sign):
        of_weights = cotangent @ v.swapaxes(-1, -2)
        of_scores = weights * (of_weights - sign * (of_weights * weights).sum(-1, keepdims=True)) * scale
        return [weights @ v, of_scores @ k, of_scores.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ cotangent]

    positive = [np.abs(x) for x in (q, k, v, cotangent)]
    # An exponential is off by as much as its argument.
    lengths = 1 + scale * positive[0] @ positive[1].swapaxes(-1, -2)
    return gradients(weights, q, k, v, cotangent, 1), gradients(weights * lengths, *positive, -1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values_and_gradients_are_those_of_the_formulas(case, dtype):
    arrays = operands(case, dtype)
    found = gradients(*(wb.tensor(x) for x in arrays), case[-1])
    np.testing.assert_allclose(
        found[0], attention(*(x.astype("float64") for x in arrays[:3]), is_causal=case[-1]), atol=1e-5
    )
    for value, want, size in zip(found, *reference(*arrays, case[-1]), strict=True):
        assert value.dtype == dtype
        assert (np.abs(value - want) <= 4 * np.finfo(dtype).eps * size).all()


def steps(function, *arguments):
    step = wb.compile(function)
    step(*arguments)
    return step.explain()


def trained(q, k, v):
    return wb.grad(lambda *xs: F.scaled_dot_product_attention(*xs, is_causal=True).sum(), argnums=(0, 1, 2))(q, k, v)


def test_it_is_one_step_forward_and_one_backward():
    q, k, v, _ = (wb.tensor(x) for x in operands(CASES[0], "float32"))
    text = steps(trained, q, k, v)
    assert len(re.findall(r"attention 128x128x32x32 causal", text)) == 1
    assert len(re.findall(r"attention_gradient 128x128x32x32 causal", text)) == 1
    assert "softmax" not in text and "matmul" not in text
    with wb.no_grad():
        assert "softmax" not in steps(lambda q: F.scaled_dot_product_attention(q, k, v), q)


@pytest.mark.parametrize(
    "options", [{"dropout_p": 0.5}, {"attn_mask": np.tri(128, dtype=bool)}], ids=["dropout", "mask"]
)
def test_masks_and_dropout_go_the_other_way(options):
    q, k, v, _ = (wb.tensor(x) for x in operands(CASES[0], "float32"))
    options = {name: wb.tensor(x) if isinstance(x, np.ndarray) else x for name, x in options.items()}
    assert "softmax" in steps(lambda q: F.scaled_dot_product_attention(q, k, v, **options), q)


def test_the_pass_turns_it_off_and_the_results_agree():
    code = """
import json, numpy as np, test_fused_attention as t, wingbeat as wb
arrays = [wb.tensor(x) for x in t.operands(t.CASES[0], "float64")]
text = t.steps(t.trained, *arrays[:3])
print(json.dumps(["softmax" in text, [x.ravel()[::97].tolist() for x in t.gradients(*arrays, True)]]))
"""
    (is_other, found), (is_one, want) = (json.loads(python(code, WINGBEAT_PASSES=p)) for p in ("-attention", "-fold"))
    assert is_other and not is_one
    for a, b in zip(found, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("case", [CASES[0], CASES[6], CASES[7]], ids=str)
def test_any_number_of_threads_gives_the_same_bits(case):
    arrays = [wb.tensor(x) for x in operands(case, "float32")]
    before = wb.get_num_threads()
    try:
        found = []
        for threads in (1, 2, 3, 7):
            wb.set_num_threads(threads)
            found.append([x.tobytes() for x in gradients(*arrays, case[-1])])
    finally:
        wb.set_num_threads(before)
    assert found[1:] == found[:-1]


def test_a_head_has_the_same_bits_alone_and_however_it_lies():
    case = ((2, 3), 150, 150, 24, 24, True)
    arrays = operands(case, "float32")
    found = gradients(*(wb.tensor(x) for x in arrays), True)
    alone = gradients(*(wb.tensor(x[1, 2]) for x in arrays), True)
    for whole, part in zip(found, alone, strict=True):
        np.testing.assert_array_equal(whole[1, 2], part)
    # Heads beside each other in each step, as projections leave them, and columns far apart.
    steps_first = [wb.tensor(np.ascontiguousarray(x.swapaxes(1, 2))).transpose(1, 2) for x in arrays]
    columns_first = [wb.tensor(np.ascontiguousarray(x.swapaxes(2, 3))).mT for x in arrays]
    for others in (steps_first, columns_first):
        for value, want in zip(gradients(*others, True), found, strict=True):
            np.testing.assert_array_equal(value, want)


def test_one_key_for_all_heads_is_not_copied_wrongly():
    q, k, v, cotangent = operands(((2, 3), 40, 50, 8, 8, False), "float64")
    shared = wb.tensor(k[0, 0]).expand(2, 3, 50, 8)
    result, pull = wb.vjp(lambda q, v: F.scaled_dot_product_attention(q, shared, v), wb.tensor(q), wb.tensor(v))
    want, _ = reference(q, np.broadcast_to(k[0, 0], k.shape), v, cotangent, False)
    for value, expected in zip([result, *pull(wb.tensor(cotangent))], [want[0], want[1], want[3]], strict=True):
        np.testing.assert_allclose(value.numpy(), expected, rtol=1e-11, atol=1e-13)


def test_examples_of_a_mapped_function_and_their_gradients():
    q, k, v, cotangent = operands(((4,), 60, 60, 8, 8, True), "float64")
    tensors = [wb.tensor(x) for x in (q, k, v)]

    def loss(q, k, v, c):
        return (F.scaled_dot_product_attention(q, k, v, is_causal=True) * c).sum()

    found = wb.vmap(wb.grad(loss, argnums=(0, 1, 2)))(*tensors, wb.tensor(cotangent))
    for value, want in zip(found, reference(q, k, v, cotangent, True)[0][1:], strict=True):
        np.testing.assert_allclose(value.numpy(), want, rtol=1e-10, atol=1e-13)
    mapped = wb.vmap(lambda q: F.scaled_dot_product_attention(q, tensors[1][0], tensors[2][0]))(tensors[0])
    want = attention(q, np.stack([k[0]] * 4), np.stack([v[0]] * 4))
    np.testing.assert_allclose(mapped.numpy(), want, rtol=1e-11, atol=1e-13)


def test_derivatives_of_gradients_are_those_of_finite_differences():
    q, k, v, _ = operands(((), 12, 12, 3, 3, True), "float64")
    along = np.random.default_rng(5).normal(0, 1, q.shape)

    def loss(q):
        return F.scaled_dot_product_attention(q, wb.tensor(k), wb.tensor(v), is_causal=True).square().sum()

    def gradient(x):
        return wb.grad(loss)(wb.tensor(x)).numpy()

    found = np.asarray(wb.hvp(loss, (wb.tensor(q),), (wb.tensor(along),)))
    step = 1e-5
    want = (gradient(q + step * along) - gradient(q - step * along)) / (2 * step)
    np.testing.assert_allclose(np.squeeze(found), want, rtol=1e-6, atol=1e-8)


def test_large_scores_do_not_overflow_and_what_is_not_finite_stays_in_its_rows():
    q, k, v, cotangent = operands(((1,), 200, 300, 16, 16, False), "float32")
    result, *_ = gradients(*(wb.tensor(x) for x in (q * 100, k * 100, v, cotangent)), False)
    want = reference(q * 100, k * 100, v, cotangent, False)[0][0]
    np.testing.assert_allclose(result, want, atol=2e-2)
    q[0, 7, 3] = np.nan
    q[0, 9, :] = np.inf
    result = gradients(*(wb.tensor(x) for x in (q, k, v, cotangent)), False)[0]
    bad = np.isnan(result).any(-1)[0]
    assert bad[7] and bad[9] and bad.sum() == 2


def test_sixteen_bits_are_summed_in_thirty_two():
    arrays = operands(CASES[0], "float32")
    tensors = [wb.tensor(x).to(wb.bfloat16) for x in arrays]
    found = F.scaled_dot_product_attention(*tensors[:3], is_causal=True)
    assert found.dtype == wb.bfloat16
    want = attention(*(x.to(wb.float64).numpy() for x in tensors[:3]), is_causal=True)
    np.testing.assert_allclose(found.to(wb.float64).numpy(), want, rtol=2**-8, atol=1e-3)
