"""Closed forms of resampling, and what it refuses."""

import numpy as np
import pytest

import wingbeat as wb

F = wb.nn.functional
X = np.arange(24.0).reshape(1, 2, 3, 4)


@pytest.mark.parametrize("mode, axes", [("linear", 1), ("bilinear", 2), ("trilinear", 3)])
def test_what_is_linear_stays_linear_where_corners_are_aligned(mode, axes):
    lines = [np.linspace(-1, 2, n) for n in (3, 4, 5)[:axes]]
    wide = [np.linspace(-1, 2, n) for n in (7, 2, 9)[:axes]]
    plane = lambda lines: sum(k * line for k, line in enumerate(np.meshgrid(*lines, indexing="ij"), 1))  # noqa: E731
    found = F.interpolate(plane(lines)[None, None], [len(line) for line in wide], mode=mode, align_corners=True)
    np.testing.assert_allclose(found.numpy()[0, 0], plane(wide), rtol=1e-13, atol=1e-13)


def test_cubics_pass_through_the_places_that_stay():
    found = F.interpolate(X, (5, 7), mode="bicubic", align_corners=True)
    np.testing.assert_allclose(found.numpy()[..., ::2, ::2], X, rtol=1e-13)


def test_a_mean_of_all_is_a_mean():
    np.testing.assert_allclose(F.interpolate(X, 1, mode="area").numpy()[..., 0, 0], X.mean((2, 3)), rtol=1e-14)


def test_nearest_places_repeat_and_every_dtype_is_taken():
    for dtype in ("bool", "uint8", "int32", "int64", "float32", "float64"):
        x = (X % 5).astype(dtype)
        found = F.interpolate(x, scale_factor=(2, 3))
        assert found.dtype == dtype
        np.testing.assert_array_equal(found.numpy(), x.repeat(2, 2).repeat(3, 3))


def test_the_factor_counts_unless_it_is_computed_again():
    line = np.arange(5.0)[None, None]
    given = F.interpolate(line, scale_factor=1.5, mode="linear").numpy()[0, 0]
    again = F.interpolate(line, scale_factor=1.5, mode="linear", recompute_scale_factor=True).numpy()[0, 0]
    np.testing.assert_allclose(given[1:-1], (np.arange(7) + 0.5)[1:-1] / 1.5 - 0.5, rtol=1e-13)
    np.testing.assert_allclose(again[1:-1], (np.arange(7) + 0.5)[1:-1] * 5 / 7 - 0.5, rtol=1e-13)


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_the_grid_of_the_identity_gives_the_image(mode, align_corners):
    maps = np.array([[[1.0, 0, 0], [0, 1, 0]]])
    grid = F.affine_grid(maps, X.shape, align_corners)
    found = F.grid_sample(X, grid, mode, align_corners=align_corners)
    np.testing.assert_allclose(found.numpy(), X, rtol=1e-12, atol=1e-12)


def test_a_grid_that_exchanges_its_coordinates_transposes():
    grid = F.affine_grid(np.array([[[0.0, 1, 0], [1, 0, 0]]]), (1, 2, 4, 3), True)
    np.testing.assert_allclose(F.grid_sample(X, grid, align_corners=True).numpy(), X.swapaxes(2, 3), atol=1e-12)


@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_places_that_are_no_numbers_or_far_away_are_no_error(mode, padding):
    grid = wb.tensor([[[[np.nan, 0.0], [np.inf, -np.inf], [1e30, -1e30]]]], requires_grad=True)
    image = wb.tensor(X, dtype="float32", requires_grad=True)
    found = F.grid_sample(image, grid, mode, padding)
    assert found.shape == (1, 2, 1, 3)
    found.sum().backward()
    if padding == "zeros":
        assert not found.detach().numpy()[..., 1:].any()


def test_a_shuffle_of_pixels_is_undone():
    x = wb.randn(2, 8, 3, 5)
    np.testing.assert_array_equal(F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2).numpy(), x.numpy())


def test_a_pad_without_a_value_is_of_zeros():
    np.testing.assert_array_equal(F.pad(wb.ones(2), (1, 2), "constant", None).numpy(), [0, 1, 1, 0, 0])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: F.interpolate(X), ValueError, "either size or scale_factor"),
        (lambda: F.interpolate(X, 3, 2.0), ValueError, "either size or scale_factor"),
        (lambda: F.interpolate(X, 3, align_corners=True), ValueError, "align_corners is for .*'nearest'"),
        (lambda: F.interpolate(X, 3, mode="linear"), ValueError, r"3 axes .*'linear'.*\[1, 2, 3, 4\]"),
        (lambda: F.interpolate(X, (3, 3, 3)), ValueError, r"2 axes .*\[3, 3, 3\]"),
        (lambda: F.interpolate(X, scale_factor=-1), ValueError, "factors above 0"),
        (lambda: F.interpolate(X, scale_factor=np.nan), ValueError, "factors above 0"),
        (lambda: F.interpolate(X, scale_factor=0.1), ValueError, r"\[0, 0\]"),
        (lambda: F.interpolate(X, 2**40), MemoryError, "interpolate"),
        (lambda: F.interpolate(X, (2**40, 1), mode="area"), MemoryError, "interpolate"),
        (lambda: F.interpolate(X, 2, antialias=True), ValueError, "'bilinear' or 'bicubic'"),
        (lambda: F.interpolate(X.astype("int64"), 2, mode="bilinear"), TypeError, "int64"),
        (lambda: F.grid_sample(X, X), ValueError, r"\[1, 2, 3, 4\]"),
        (lambda: F.affine_grid(wb.ones(1, 2, 3), (2, 3, 4, 4)), ValueError, r"\[1, 2, 3\].*\[2, 3, 4, 4\]"),
        (lambda: F.affine_grid(wb.ones(1, 2, 3), (1, 1, 2**40, 4)), MemoryError, "affine_grid"),
        (lambda: F.pixel_shuffle(X, 2), ValueError, "2 squared"),
        (lambda: F.pixel_shuffle(X, 2**40), ValueError, "squared"),
        (lambda: F.pixel_shuffle(X, 0), ValueError, "pixel_shuffle"),
        (lambda: F.pixel_unshuffle(X[..., :0, :0], 2**40), MemoryError, "pixel_unshuffle"),
        (lambda: F.channel_shuffle(X, 3), ValueError, "3 divides"),
        (lambda: wb.bilinear(X, X, wb.ones(1, 4, 5)), ValueError, r"\[1, 4, 5\]"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("source", [1, 2, 3, 7, 47, 64])
def test_nearest_exact_takes_the_element_that_whole_numbers_give(source):
    x = wb.tensor(np.arange(float(source))[None, None])
    for target in range(1, 65):
        want = (2 * np.arange(target) + 1) * source // (2 * target)
        found = wb.nn.functional.interpolate(x, mode="nearest-exact", size=target).numpy()[0, 0]
        np.testing.assert_array_equal(found, want)
