"""Pools of largest elements in plans: one step each way, and the same bits as without that pass."""

import numpy as np
import pytest
from support import python

import wingbeat as wb

F = wb.nn.functional

NETWORK = """
import hashlib
import numpy as np
import wingbeat as wb
F = wb.nn.functional
rng = np.random.default_rng(3)
digest = hashlib.sha256()
# Squares in lines of one vector and less, windows that overlap, extents that squares do not fill, ties, and NaN.
for shape, window, options in (
    ((5, 3, 28, 28), 2, {}), ((6, 4, 14, 14), 2, {}), ((3, 2, 9, 11), 2, {}), ((2, 3, 12, 40), 3, {"stride": 2}),
    ((4, 5, 6, 6), 2, {"padding": 1}), ((40, 2, 4, 4), 2, {}),
):
    values = np.round(rng.standard_normal(shape), 1).astype("float32")
    values[0, 0, 0, 0] = np.nan
    x, bias = wb.tensor(values), wb.tensor(rng.standard_normal((shape[1], 1, 1)).astype("float32"))

    def loss(x, bias):
        y = F.max_pool2d((x + bias).relu(), window, **options)
        return (y * wb.arange(y.numel()).reshape(tuple(y.shape)).to(y.dtype)).nansum()

    for part in wb.compile(wb.value_and_grad(loss, argnums=(0, 1)))(x, bias)[1]:
        digest.update(part.numpy().tobytes())
    digest.update(F.max_pool2d((x + bias).relu(), window, **options).numpy().tobytes())
print(digest.hexdigest())
"""


def test_bits_are_the_same_on_any_number_of_threads_and_with_any_passes():
    found = {python(NETWORK, WINGBEAT_NUM_THREADS=str(count)) for count in (1, 2, 3, 7)}
    found |= {python(NETWORK, WINGBEAT_PASSES=passes) for passes in ("-pool", "-fuse", "-cse", "-inplace", "none")}
    assert len(found) == 1


INFERENCE = """
import hashlib
import numpy as np
import wingbeat as wb
F = wb.nn.functional
rng = np.random.default_rng(5)
digest = hashlib.sha256()
# Planes that go many and few at a time, too large a plane, windows that are no squares, three axes, integers.
for dtype in ("float32", "float64"):
    for shape, window, options in (
        ((1, 32, 28, 28), 2, {}), ((1, 64, 14, 14), 2, {}), ((3, 5, 9, 11), 2, {}), ((1, 3, 300, 301), 2, {}),
        ((2, 3, 12, 40), 3, {"stride": 2}), ((70, 3, 6, 6), 2, {"padding": 1}),
    ):
        values = np.round(rng.standard_normal(shape), 1).astype(dtype)
        values[0, 0, 0, 0] = np.nan
        values[-1, -1, -1] = -0.0
        x, bias = wb.tensor(values), wb.tensor(rng.standard_normal((shape[1], 1, 1)).astype(dtype))

        @wb.compile
        def some(x, bias):
            y = (x + bias).relu()
            return F.max_pool2d(y, window, **options), F.max_pool2d(y, window, **options, return_indices=True)[1], y * 2

        @wb.compile
        def alone(x, bias):
            return F.max_pool2d((x + bias).relu(), window, **options)

        for _ in range(3):  # as interpreted, and as machine code
            for part in (*some(x, bias), alone(x, bias)):
                digest.update(part.numpy().tobytes())
print(digest.hexdigest())
"""


def test_bits_with_a_loop_in_front_are_the_same_on_any_number_of_threads_and_with_any_passes():
    found = {python(INFERENCE, WINGBEAT_NUM_THREADS=str(count)) for count in (1, 2, 3, 7)}
    found |= {python(INFERENCE, WINGBEAT_PASSES=passes) for passes in ("-pool", "-fuse", "-jit", "-inplace", "none")}
    assert len(found) == 1


def reference(x, g):
    """Largest elements of squares, and the gradient, by NumPy; of equal ones the first."""
    *leading, height, width = x.shape
    down, across = height // 2, width // 2
    squares = x[..., : 2 * down, : 2 * across].reshape(*leading, down, 2, across, 2)
    squares = np.moveaxis(squares, -3, -2).reshape(*leading, down, across, 4)
    best = squares.argmax(-1)[..., None]
    back = np.zeros_like(squares)
    np.put_along_axis(back, best, g[..., None], -1)
    back = np.moveaxis(back.reshape(*leading, down, across, 2, 2), -2, -3).reshape(*leading, 2 * down, 2 * across)
    whole = np.zeros_like(x)
    whole[..., : 2 * down, : 2 * across] = back
    return np.take_along_axis(squares, best, -1)[..., 0], whole


@pytest.mark.parametrize("shape", [(3, 4, 28, 28), (7, 3, 14, 14), (2, 2, 7, 33), (1, 1, 2, 2), (5, 1, 3, 17)])
def test_squares_and_their_gradient_are_those_of_numpy(shape):
    rng = np.random.default_rng(8)
    x = rng.integers(-2, 3, shape).astype("float32")
    g = rng.standard_normal((*shape[:2], shape[2] // 2, shape[3] // 2)).astype("float32")
    values, back = reference(x, g)
    found, pull = wb.vjp(lambda x: F.max_pool2d(x, 2), wb.tensor(x))
    np.testing.assert_array_equal(found.numpy(), values)
    np.testing.assert_array_equal(pull(wb.tensor(g))[0].numpy(), back)


def test_a_loop_and_the_pool_that_reads_it_are_one_step_that_stores_values_alone():
    x = wb.tensor(np.random.default_rng(10).standard_normal((4, 3, 8, 8)).astype("float32"))
    listing = wb.compile(lambda x: F.max_pool2d(x.relu(), 2)).explain(x)
    lines = [line for line in listing.splitlines() if "relu [4, 3, 8, 8] + max_pool [4, 3, 8, 8]" in line]
    assert len(lines) == 1 and lines[0].endswith("-> output 0 (768 B)")


def test_a_pool_is_one_step_and_a_relu_passes_what_comes_back_before_it_is_put():
    x = wb.tensor(np.random.default_rng(9).standard_normal((4, 3, 8, 8)).astype("float32"))
    forward = wb.compile(lambda x: F.max_pool2d(x, 2)).explain(x)
    assert forward.count("max_pool") == 1 and "take_along_axis" not in forward
    backward = wb.compile(wb.grad(lambda x: F.max_pool2d(x.relu(), 2).square().sum())).explain(x)
    lines = [line for line in backward.splitlines() if "where" in line]
    assert lines and all("[4, 3, 8, 8]" not in line for line in lines)
