"""Windows of 3 x 3 over many channels: how far results are from those in float64, at edges and in any layout."""

import numpy as np
import pytest

import wingbeat as wb

F = wb.nn.functional

# Images, channels, height, width, outputs, padding: whole tiles, tiles that reach over the end, rows of tiles.
LAYERS = [
    (2, 64, 16, 16, 64, 1),
    (3, 32, 14, 14, 64, 1),
    (1, 64, 56, 56, 32, 1),
    (2, 17, 9, 22, 40, 0),
    (2, 48, 8, 8, 16, 2),
    (5, 16, 31, 12, 16, 1),
]


def results(layer, dtype, scale=1.0, shift=0.0):
    """The convolution, the gradients of its input and weight, and the gradient of a gradient."""
    images, channels, height, width, outputs, padding = layer
    rng = np.random.default_rng(4)
    x = (rng.standard_normal((images, channels, height, width)) * scale + shift).astype("float32")
    w = rng.standard_normal((outputs, channels, 3, 3)).astype("float32")
    g = rng.standard_normal((images, outputs, height + 2 * padding - 2, width + 2 * padding - 2)).astype("float32")
    v = rng.standard_normal(w.shape).astype("float32")
    x, w, g, v = (wb.tensor(array).to(dtype) for array in (x, w, g, v))

    def convolution(x, w):
        return F.conv2d(x, w, padding=padding)

    y, pull = wb.vjp(convolution, x, w)
    of_input, of_weight = pull(g)
    second = wb.grad(lambda x: (wb.vjp(lambda w: convolution(x, w), w)[1](g)[0] * v).sum())(x)
    return [part.numpy() for part in (y, of_input, of_weight, second)]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_errors_are_those_of_a_direct_sum_or_twice_those(layer):
    for found, want in zip(results(layer, wb.float32), results(layer, wb.float64), strict=True):
        assert found.dtype == np.float32
        size, error = np.sqrt(np.mean(want**2)), found - want
        assert np.sqrt(np.mean(error**2)) <= 2e-6 * size
        assert np.abs(error).max() <= 1.6e-5 * size


def tile_sums(x, w, padding):
    """Of each element of the result the sum over channels of the absolute elements of its tile, 6 x 6, times the
    absolute weights."""
    height, width = (extent + 2 * padding - 2 for extent in x.shape[2:])
    lines, columns = -(-height // 4), -(-width // 4)
    behind = [(padding, 4 * count + 2 - extent - padding) for count, extent in zip((lines, columns), x.shape[2:])]
    padded = np.pad(np.abs(x).astype("float64"), [(0, 0), (0, 0), *behind])
    tiles = np.lib.stride_tricks.sliding_window_view(padded, (6, 6), (2, 3))[:, :, ::4, ::4].sum((4, 5))
    sums = np.einsum("ncij,oc->noij", tiles, np.abs(w).astype("float64").sum((2, 3)))
    return sums.repeat(4, 2).repeat(4, 3)[:, :, :height, :width]


def alone(rng, shape):
    """One number in each window, or in the tiles that do not overlap."""
    numbers, place = np.zeros(shape), rng.integers(0, 6 if shape[2] > 3 else 3, 2)
    chosen = (..., slice(place[0], None, 8), slice(place[1], None, 8))
    numbers[chosen] = rng.uniform(1, 2, numbers[chosen].shape) * rng.choice([-1, 1], numbers[chosen].shape)
    return numbers


NUMBERS = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "far from 0": lambda rng, shape: rng.standard_normal(shape) + 100,
    "of many sizes": lambda rng, shape: rng.standard_normal(shape) * 10.0 ** rng.integers(-8, 9, shape),
    "with spikes": lambda rng, shape: rng.standard_normal(shape) * np.where(rng.random(shape) < 0.03, 1e6, 1),
    "of channels of many sizes": lambda rng, shape: (
        rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 7, (1, shape[1], 1, 1))
    ),
    "alone": alone,
}


@pytest.mark.parametrize("weights", [name for name in NUMBERS if name != "far from 0"])
@pytest.mark.parametrize("elements", NUMBERS)
def test_no_error_exceeds_its_share_of_a_tiles_absolute_products(elements, weights):
    for seed, (images, channels, height, width, outputs, padding) in enumerate([LAYERS[1], LAYERS[3], LAYERS[4]]):
        rng = np.random.default_rng(seed)
        x = NUMBERS[elements](rng, (images, channels, height, width)).astype("float32")
        w = NUMBERS[weights](rng, (outputs, channels, 3, 3)).astype("float32")
        found, want = (
            F.conv2d(wb.tensor(x).to(dtype), wb.tensor(w).to(dtype), padding=padding).numpy()
            for dtype in (wb.float32, wb.float64)
        )
        bound = 3e-6 * tile_sums(x, w, padding)
        assert (np.abs(found - want) <= bound).all(), (np.abs(found - want) / np.maximum(bound, 1e-300)).max()


@pytest.mark.parametrize("place", range(36))
def test_a_tile_with_one_element_and_a_window_with_one_weight_are_no_worse(place):
    """Each place of the tile with each of the window: the largest shares of an error are among these."""
    rng = np.random.default_rng(place)
    x = np.zeros((9, 16, 18, 18), "float32")
    line, column = divmod(place, 6)
    chosen = x[:, :, line::8, column::8]
    chosen[...] = rng.uniform(1, 2, chosen.shape) * rng.choice([-1, 1], chosen.shape)
    w = np.zeros((9, 16, 16, 3, 3), "float32")
    for tap in range(9):
        w[tap, :, :, tap // 3, tap % 3] = rng.uniform(1, 2, (16, 16)) * rng.choice([-1, 1], (16, 16))
    for weights in w:
        found, want = (
            F.conv2d(wb.tensor(x).to(dtype), wb.tensor(weights).to(dtype)).numpy() for dtype in (wb.float32, wb.float64)
        )
        assert (np.abs(found - want) <= 3e-6 * tile_sums(x, weights, 0)).all()


def test_inputs_that_do_not_lie_densely_give_the_same_bits():
    rng = np.random.default_rng(5)
    x = wb.tensor(rng.standard_normal((32, 20, 3, 40)).astype("float32"))
    w = wb.tensor(rng.standard_normal((24, 32, 3, 3)).astype("float32"))
    view = x.permute(2, 0, 1, 3)[:, :, 2:18, 5:30]
    dense = wb.tensor(view.numpy())
    for a, b in zip(
        wb.vjp(lambda x: F.conv2d(x, w, padding=1), view)[1](wb.ones(3, 24, 16, 25)),
        wb.vjp(lambda x: F.conv2d(x, w, padding=1), dense)[1](wb.ones(3, 24, 16, 25)),
        strict=True,
    ):
        assert (a.numpy() == b.numpy()).all()
    assert (F.conv2d(view, w, padding=1).numpy() == F.conv2d(dense, w, padding=1).numpy()).all()


def test_examples_of_a_map_agree_with_a_loop():
    rng = np.random.default_rng(6)
    x = wb.tensor(rng.standard_normal((3, 2, 16, 12, 12)).astype("float32"))
    w = wb.tensor(rng.standard_normal((3, 16, 16, 3, 3)).astype("float32"))
    mapped = wb.vmap(lambda x, w: F.conv2d(x, w, padding=1))(x, w).numpy()
    for number in range(3):
        np.testing.assert_allclose(
            mapped[number], F.conv2d(x[number], w[number], padding=1).numpy(), rtol=1e-5, atol=1e-4
        )


def test_pools_of_squares_find_the_first_of_equal_ones_and_nan():
    rng = np.random.default_rng(7)
    x = rng.integers(0, 4, (3, 2, 10, 38)).astype("float32")
    x[rng.random(x.shape) < 0.1] = np.nan
    values, places = (part.numpy() for part in F.max_pool2d(wb.tensor(x), 2, return_indices=True))
    squares = x.reshape(3, 2, 5, 2, 19, 2).transpose(0, 1, 2, 4, 3, 5).reshape(3, 2, 5, 19, 4)
    first = np.where(np.isnan(squares).any(-1), np.isnan(squares).argmax(-1), squares.argmax(-1))
    lines, columns = np.meshgrid(np.arange(5), np.arange(19), indexing="ij")
    assert (places == (2 * lines + first // 2) * 38 + 2 * columns + first % 2).all()
    np.testing.assert_array_equal(values, np.take_along_axis(squares, first[..., None], -1)[..., 0])
