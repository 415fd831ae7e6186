"""Convolutions along one axis over many channels: how far results are from those in float64, for windows of any size,
dilated or not, at edges and in any layout."""

import numpy as np
import pytest

import wingbeat as wb

F = wb.nn.functional

# Images, channels, length, outputs, taps, padding, dilation, groups: whole tiles and others, windows of whole parts and
# others, more and less padding than a window has.
LAYERS = [
    (2, 64, 256, 64, 11, 5, 1, 1),
    (2, 64, 300, 64, 11, 20, 4, 1),
    (3, 16, 77, 40, 3, 1, 1, 1),
    (2, 20, 150, 33, 5, 0, 3, 1),
    (2, 64, 100, 32, 4, 24, 16, 2),
    (1, 32, 64, 16, 9, 40, 7, 1),
    (20, 17, 41, 16, 8, 2, 1, 1),
]


def results(layer, dtype, scale=1.0, shift=0.0):
    """The convolution, the gradients of its input and weight, and the gradient of a gradient."""
    images, channels, length, outputs, taps, padding, dilation, groups = layer
    rng = np.random.default_rng(4)
    x = (rng.standard_normal((images, channels, length)) * scale + shift).astype("float32")
    w = rng.standard_normal((outputs, channels // groups, taps)).astype("float32")
    g = rng.standard_normal((images, outputs, length + 2 * padding - dilation * (taps - 1))).astype("float32")
    v = rng.standard_normal(w.shape).astype("float32")
    x, w, g, v = (wb.tensor(array).to(dtype) for array in (x, w, g, v))

    def convolution(x, w):
        return F.conv1d(x, w, padding=padding, dilation=dilation, groups=groups)

    y, pull = wb.vjp(convolution, x, w)
    of_input, of_weight = pull(g)
    second = wb.grad(lambda x: (wb.vjp(lambda w: convolution(x, w), w)[1](g)[0] * v).sum())(x)
    return [part.numpy() for part in (y, of_input, of_weight, second)]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_errors_are_those_of_a_direct_sum_or_three_times_those(layer):
    for found, want in zip(results(layer, wb.float32), results(layer, wb.float64), strict=True):
        assert found.dtype == np.float32
        size, error = np.sqrt(np.mean(want**2)), found - want
        assert np.sqrt(np.mean(error**2)) <= 2e-6 * size
        assert np.abs(error).max() <= 1.6e-5 * size


@pytest.mark.parametrize("layer", LAYERS[:2], ids=str)
def test_a_mean_far_from_zero_costs_what_the_products_are(layer):
    largest = np.abs(np.random.default_rng(4).standard_normal((layer[3], layer[1] * layer[4]))).sum(1).max() * 100
    found, want = (results(layer, dtype, shift=100.0)[0] for dtype in (wb.float32, wb.float64))
    assert np.abs(found - want).max() <= 2e-6 * largest


def test_an_image_has_the_same_bits_in_any_batch_and_layout():
    rng = np.random.default_rng(5)
    x = wb.tensor(rng.standard_normal((32, 7, 90)).astype("float32"))
    w = wb.tensor(rng.standard_normal((24, 32, 6)).astype("float32"))
    view = x.permute(1, 0, 2)[:, :, 10:80]
    whole = F.conv1d(view, w, padding=2).numpy()
    for number in range(7):
        alone = wb.tensor(view[number : number + 1].numpy())
        assert (F.conv1d(alone, w, padding=2).numpy()[0] == whole[number]).all()


def test_examples_of_a_map_agree_with_a_loop():
    rng = np.random.default_rng(6)
    x = wb.tensor(rng.standard_normal((3, 2, 16, 60)).astype("float32"))
    w = wb.tensor(rng.standard_normal((3, 16, 16, 5)).astype("float32"))
    mapped = wb.vmap(lambda x, w: F.conv1d(x, w, padding=2))(x, w).numpy()
    for number in range(3):
        np.testing.assert_allclose(
            mapped[number], F.conv1d(x[number], w[number], padding=2).numpy(), rtol=1e-5, atol=1e-4
        )


def test_what_is_not_finite_reaches_its_tile_and_no_further():
    x = np.zeros((1, 16, 128), "float32")
    x[0, 3, 60] = np.inf
    y = F.conv1d(wb.tensor(x), wb.ones(16, 16, 4)).numpy()[0]
    assert not np.isfinite(y[:, 57:61]).any()
    assert (y[:, :50] == 0).all() and (y[:, 68:] == 0).all()
