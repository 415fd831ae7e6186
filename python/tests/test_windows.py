"""Convolutions and pools beyond the table: deep sums, batches and threads, ties and NaN, sentences."""

import functools

import numpy as np
import pytest
import rows_windows
from support import same_bits

import wingbeat as wb

F = wb.nn.functional
CONVOLUTION = {1: (F.conv1d, F.conv_transpose1d), 2: (F.conv2d, F.conv_transpose2d), 3: (F.conv3d, F.conv_transpose3d)}


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def gradients(function, *arrays, dtype):
    """The result, and the gradients of its sum weighed with noise."""
    tensors = [wb.tensor(array, dtype) for array in arrays]
    result, pull = wb.vjp(function, *tensors)
    return [result, *pull(wb.tensor(normal(*result.shape, seed=9), dtype))]


def close(found, want, dtype):
    want = np.asarray(want)
    tolerance = (1e-13 if dtype == "float64" else 3e-6) * max(1, np.abs(want).max(initial=0))
    np.testing.assert_allclose(found.numpy(), want, rtol=0, atol=tolerance)


# -------------------------------------------------------------------- convolutions


def random_case(rng):
    """Operands and options of a convolution, and of a transposed one."""
    axes, groups = int(rng.integers(1, 4)), int(rng.choice([1, 1, 2, 3]))
    channels, outputs = (int(rng.choice([1, 2, 3, 24])) for _ in range(2))
    extents = rng.integers(1, {1: 60, 2: 20, 3: 8}[axes], axes)
    window = np.minimum(rng.integers(1, 6 if axes < 3 else 4, axes), extents + 2)
    stride, dilation, padding = rng.integers(1, 4, axes), rng.integers(1, 3, axes), rng.integers(0, 3, axes)
    more = rng.integers(0, np.maximum(stride, dilation), axes)
    x = rng.standard_normal((int(rng.integers(1, 6)), groups * channels, *extents))
    weights = (
        rng.standard_normal((groups * outputs, channels, *window)),
        rng.standard_normal((groups * channels, outputs, *window)),
    )
    stride, dilation, padding, more = (tuple(map(int, values)) for values in (stride, dilation, padding, more))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return axes, x, weights, (options, {**options, "output_padding": more})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(40))
def test_random_convolutions_are_their_definitions_and_gradients_their_transposes(seed, dtype):
    axes, x, weights, options = random_case(np.random.default_rng(seed))
    for place, reference in enumerate((rows_windows.convolution(axes), rows_windows.transposed(axes))):
        weight, given = weights[place], options[place]
        try:
            want = reference(x, weight, **given)
        except AssertionError:
            continue  # the window is larger than the input
        function = CONVOLUTION[axes][place]
        found, *shares = gradients(lambda x, w: function(x, w, None, **given), x, weight, dtype=dtype)
        close(found, want, dtype)
        cotangent = normal(*want.shape, seed=9)
        for number, share in enumerate(shares):
            for direction in range(3):
                arrays = [x, weight]
                arrays[number] = normal(*arrays[number].shape, seed=direction)
                product = np.vdot(share.numpy(), arrays[number])
                scale = np.linalg.norm(share.numpy()) * np.linalg.norm(arrays[number])
                error = abs(product - np.vdot(reference(*arrays, **given), cotangent))
                assert error <= (1e-13 if dtype == "float64" else 3e-6) * max(scale, 1)


@pytest.mark.parametrize("seed", range(40))
def test_large_convolutions_are_those_of_float64(seed):
    """Large ones go block by block, float32 often by another kernel: both ways, with both gradients."""
    rng = np.random.default_rng(seed)
    axes = int(rng.integers(1, 3))
    channels, outputs = map(int, rng.integers(1, 24, 2))
    extents = rng.integers(*{1: (200, 3000), 2: (24, 70)}[axes], axes)
    window, stride = rng.integers(1, 5, axes), rng.integers(1, 4, axes)
    if seed % 2:
        stride = window  # windows side by side
    padding = rng.integers(0, 2, axes) * (window > 2)
    given = {"stride": tuple(map(int, stride)), "padding": tuple(map(int, padding))}
    x = rng.standard_normal((2, channels, *extents))
    for place, weight in enumerate([(outputs, channels, *window), (channels, outputs, *window)]):
        arrays = [array.astype("float32") for array in (x, rng.standard_normal(weight))]
        function = CONVOLUTION[axes][place]
        results = [
            gradients(lambda x, w: function(x, w, None, **given), *arrays, dtype=dtype)
            for dtype in ("float32", "float64")
        ]
        for narrow, wide in zip(*results):
            wide = wide.numpy()
            assert np.abs(narrow.numpy() - wide).max() <= 1e-5 * np.abs(wide).max()


CASES = [
    ("plain", (6, 3, 9, 11), (8, 3, 3, 3), {"padding": 1}),
    ("few positions", (40, 16, 4, 5), (9, 16, 3, 3), {"padding": 1}),
    ("large planes", (3, 4, 70, 65), (20, 4, 3, 5), {"stride": 2}),
    ("pointwise", (5, 12, 9, 9), (16, 12, 1, 1), {}),
    ("depthwise", (5, 6, 20, 33), (12, 1, 3, 3), {"groups": 6, "stride": (1, 2)}),
    ("groups", (5, 8, 9, 9), (6, 4, 3, 2), {"groups": 2, "dilation": 2}),
    ("deep", (4, 1100, 5, 5), (7, 1100, 3, 3), {"padding": 1}),
    ("one output", (6, 5, 30, 30), (1, 5, 3, 3), {}),
    ("small windows", (9, 32, 14, 14), (64, 32, 3, 3), {"padding": 1}),
    ("small windows, rows of tiles", (3, 64, 57, 50), (48, 64, 3, 3), {"padding": 1}),
    ("small windows, odd channels", (5, 37, 11, 19), (21, 37, 3, 3), {"padding": 2}),
    ("small windows, groups", (4, 48, 20, 21), (64, 24, 3, 3), {"groups": 2}),
    ("strided", (9, 32, 32, 32), (24, 32, 3, 3), {"stride": 2, "padding": 1}),
    ("depthwise, neighbours", (5, 6, 20, 24), (6, 1, 3, 3), {"groups": 6, "padding": 1}),
    ("depthwise, rests of lines", (5, 6, 19, 29), (12, 1, 3, 3), {"groups": 6, "padding": 2}),
    ("depthwise, strided", (9, 8, 33, 30), (16, 1, 3, 3), {"stride": 2, "padding": 1, "groups": 8}),
]


@pytest.mark.parametrize("shape, weight, options", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_image_has_the_same_bits_in_any_batch_and_on_any_threads(shape, weight, options):
    arrays = normal(*shape).astype("float32"), normal(*weight, seed=1).astype("float32")
    threads = wb.get_num_threads()
    runs = []
    try:
        for count in (1, 2, 3, 7):
            wb.set_num_threads(count)
            runs.append(
                [
                    part.numpy()
                    for part in gradients(lambda x, w: F.conv2d(x, w, None, **options), *arrays, dtype="float32")
                ]
            )
    finally:
        wb.set_num_threads(threads)
    for run in runs[1:]:
        for part, first in zip(run, runs[0], strict=True):
            assert same_bits(part, first)
    for image in (0, shape[0] - 1):
        alone = gradients(
            lambda x: F.conv2d(x, wb.tensor(arrays[1]), None, **options), arrays[0][image : image + 1], dtype="float32"
        )[0]
        assert same_bits(alone.numpy(), runs[0][0][image : image + 1])
    reference, wide = rows_windows.convolution(2), [array.astype("float64") for array in arrays]
    error = np.abs(runs[0][0] - reference(*wide, **options))
    assert (error <= 1e-6 * reference(*map(np.abs, wide), **options)).all()


@pytest.mark.parametrize(
    "shape, outputs, groups",
    [((1, 32, 14, 14), 64, 1), ((2, 40, 23, 18), 33, 1), ((1, 64, 16, 17), 96, 2), ((1, 16, 50, 57), 16, 1)],
)
def test_small_windows_of_few_images_have_the_bits_of_many(shape, outputs, groups):
    many = normal(40, *shape[1:]).astype("float32")
    few = many[: shape[0]]
    weight = normal(outputs, shape[1] // groups, 3, 3, seed=1).astype("float32")
    threads = wb.get_num_threads()

    def run(images):
        return gradients(
            lambda x: F.conv2d(x, wb.tensor(weight), None, padding=1, groups=groups), images, dtype="float32"
        )[0].numpy()

    def back(images):
        x, cotangent = wb.tensor(images), wb.tensor(normal(40, outputs, *shape[2:], seed=2).astype("float32"))
        pull = wb.vjp(lambda x: F.conv2d(x, wb.tensor(weight), None, padding=1, groups=groups), x)[1]
        return pull(cotangent[: images.shape[0]])[0].numpy()

    try:
        want = [function(many)[: shape[0]] for function in (run, back)]
        for count in (1, 2, 3, 7):
            wb.set_num_threads(count)
            for function, expected in zip((run, back), want, strict=True):
                assert same_bits(function(few), expected)
    finally:
        wb.set_num_threads(threads)


@pytest.mark.parametrize("images", [3, 40])
def test_a_gradient_of_weights_sums_over_many_terms(images):
    # 40 images of 70 x 70 make 196,000 terms: segments of 8,192, in 16 lanes.
    x, weight = normal(images, 2, 70, 70), normal(3, 2, 3, 3, seed=1)
    share = gradients(lambda w: F.conv2d(wb.tensor(x), w, padding=1), weight, dtype="float64")[1]
    cotangent = normal(images, 3, 70, 70, seed=9)
    padded = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])
    want = np.empty(weight.shape)
    for row in range(3):
        for column in range(3):
            part = padded[:, :, row : row + 70, column : column + 70]
            want[:, :, row, column] = np.einsum("nohw,nchw->oc", cotangent, part)
    np.testing.assert_allclose(share.numpy(), want, rtol=0, atol=1e-11)


@pytest.mark.parametrize("dtype, error", [("float64", 1e-14), ("float32", 1e-6)])
@pytest.mark.parametrize("extents, padding", [((40, 64), 1), ((31, 29), 2), ((12, 8), 0), ((9, 50), (0, 1))])
def test_a_gradient_of_depthwise_weights_is_its_sum(extents, padding, dtype, error):
    x, weight = normal(3, 4, *extents), normal(8, 1, 3, 3, seed=1)
    function = functools.partial(F.conv2d, padding=padding, groups=4)
    share = gradients(lambda w: function(wb.tensor(x.astype(dtype)), w), weight, dtype=dtype)[1]
    above, beside = padding if isinstance(padding, tuple) else (padding, padding)
    padded = np.pad(x, [(0, 0), (0, 0), (above, above), (beside, beside)])
    rows, columns = padded.shape[2] - 2, padded.shape[3] - 2
    cotangent = normal(3, 8, rows, columns, seed=9).reshape(3, 4, 2, rows, columns)
    for row in range(3):
        for column in range(3):
            part = padded[:, :, row : row + rows, column : column + columns]
            want = np.einsum("ngohw,nghw->go", cotangent, part).ravel()
            sizes = np.einsum("ngohw,nghw->go", np.abs(cotangent), np.abs(part)).ravel()
            assert (np.abs(share.numpy()[:, 0, row, column] - want) <= error * sizes).all()


def test_a_compiled_step_has_the_bits_of_the_same_lines():
    x, w = wb.randn(4, 3, 12, 12), wb.randn(5, 3, 3, 3)

    def loss(w):
        return F.max_pool2d(F.conv2d(x, w, padding=1).relu(), 2).square().mean()

    step = wb.compile(lambda w: wb.value_and_grad(loss)(w))
    for _ in range(3):
        for found, want in zip(step(w), wb.value_and_grad(loss)(w), strict=True):
            assert same_bits(found.numpy(), want.numpy())


# -------------------------------------------------------------------- pools


def test_of_equal_elements_the_first_is_the_largest_and_gets_the_gradient():
    x = wb.ones(1, 4, 4)
    values, places = F.max_pool2d(x, 2, return_indices=True)
    assert values.numpy().tolist() == [[[1, 1], [1, 1]]] and places.numpy().tolist() == [[[0, 2], [8, 10]]]
    share = wb.grad(lambda x: F.max_pool2d(x, 2).sum())(x).numpy()
    np.testing.assert_array_equal(share[0], [[1, 0, 1, 0], [0] * 4, [1, 0, 1, 0], [0] * 4])


def test_nan_is_larger_than_all():
    x = wb.tensor([[1.0, np.nan, np.inf, np.nan, -np.inf, -np.inf]])
    values, places = F.max_pool1d(x, 3, return_indices=True)
    assert np.isnan(values.numpy()).all() and places.numpy().tolist() == [[1, 3]]
    assert F.max_pool1d(x[:, 4:], 2).numpy().tolist() == [[-np.inf]]


@pytest.mark.parametrize("size", [3, 4])
def test_an_infinity_is_in_the_means_of_its_own_windows_alone(size):
    x = np.ones((1, 12), "float32")
    x[0, 5] = np.inf
    found = F.adaptive_avg_pool1d(wb.tensor(x), size).numpy()[0]
    assert np.isinf(found).sum() == 1 and (found[np.isfinite(found)] == 1).all()
    found = F.adaptive_avg_pool1d(wb.tensor(x), 5).numpy()[0]
    assert np.isfinite(found).sum() == 4 and not np.isnan(found).any()
    found = F.avg_pool1d(wb.tensor(x), 3, 1, 1).numpy()[0]
    assert np.isinf(found).sum() == 3 and not np.isnan(found).any()


def test_what_a_pool_has_found_goes_back_where_it_was():
    x = wb.tensor(normal(2, 3, 8, 9))
    values, places = F.max_pool2d(x, 3, 2, return_indices=True)
    back = F.max_unpool2d(values, places, 3, 2, output_size=(8, 9)).numpy()
    assert set(back[back != 0]) <= set(x.numpy().ravel()) and (back[back != 0] == x.numpy()[back != 0]).all()


def test_folding_what_was_unfolded_counts_how_often_each_element_was_taken():
    x, options = wb.tensor(normal(2, 3, 6, 7)), {"kernel_size": 3, "padding": 1, "stride": 2}
    ones = F.fold(F.unfold(wb.ones(2, 3, 6, 7, dtype="float64"), **options), (6, 7), **options)
    found = F.fold(F.unfold(x, **options), (6, 7), **options)
    np.testing.assert_allclose(found.numpy(), (x * ones).numpy(), rtol=1e-14)


# -------------------------------------------------------------------- sentences

X, W = wb.ones(1, 4, 6, 6), wb.ones(2, 4, 3, 3)
WRONG = [
    (lambda: F.conv2d(X[0, 0], W), "conv2d: 3 or 4 axes are expected"),
    (lambda: F.conv2d(X, W[0]), "conv2d: weights have 4 axes"),
    (lambda: F.conv2d(X, W[:, :3]), r"conv2d: weights .* take 3 channels in each group, .* has 4"),
    (lambda: F.conv2d(X, W, wb.ones(3)), r"conv2d: the bias is \[2\]"),
    (lambda: F.conv2d(X, W, groups=3), "conv2d: 4 channels and 2 outputs are not shared out evenly among 3 groups"),
    (lambda: F.conv2d(X, W, groups=0), "conv2d: groups is at least 1"),
    (lambda: F.conv2d(X, W, stride=0), "conv2d: stride is at least 1, but 0 is given"),
    (lambda: F.conv2d(X, W, dilation=-1), "conv2d: dilation is at least 1"),
    (lambda: F.conv2d(X, W, padding=-1), "conv2d: padding is at least 0"),
    (lambda: F.conv2d(X, W, padding=(1, 1, 1)), "conv2d: padding is one number or 2 numbers, but 3 are given"),
    (lambda: F.conv2d(X, W, padding="full"), "conv2d: .*padding"),
    (lambda: F.conv2d(X, W, stride=2, padding="same"), "conv2d: padding 'same' goes with a stride of 1"),
    (lambda: F.conv2d(X, W, dilation=3), "conv2d: the window reaches over 7 elements of axis -2, more than the 6"),
    (lambda: F.conv2d(X, wb.ones(2, 4, 0, 3)), "conv2d: the window of the weights .* is empty"),
    (lambda: F.conv2d(X, W, stride=2**40), "conv2d: stride is at most"),
    (lambda: F.conv2d(X.to("int64"), W), "conv2d: input must be of a floating dtype, but is int64"),
    (lambda: F.conv_transpose2d(X, W), r"conv_transpose2d: weights .* take 2 channels, but the input .* has 4"),
    (
        lambda: F.conv_transpose2d(X, wb.ones(4, 2, 3, 3), output_padding=1),
        "output_padding is below stride or dilation",
    ),
    (lambda: F.conv_transpose2d(X, wb.ones(4, 2, 3, 3), padding=9), "the result would have -10 elements along axis -2"),
    (lambda: F.max_pool2d(X, 0), "max_pool2d: kernel_size is at least 1"),
    (lambda: F.max_pool2d(X, 2, padding=2), "max_pool2d: padding is at most half of the window"),
    (lambda: F.max_pool2d(X, 7), "max_pool2d: the window reaches over 7 elements of axis -2, more than the 6"),
    (lambda: F.max_pool2d(X[:, :, :0], 2), "max_pool2d: there is nothing to pool"),
    (lambda: F.max_pool2d(X > 0, 2), "max_pool2d: a number dtype is expected, but bool was given"),
    (lambda: F.max_pool1d(wb.ones(1, 2), 2, 1, 2, 3), "max_pool1d: the window at position 1 of axis -1 has padding"),
    (lambda: F.avg_pool2d(X, 2, divisor_override=0), "avg_pool2d: divisor_override must not be 0"),
    (lambda: F.avg_pool2d(X.to("int32"), 2), "avg_pool2d: a floating dtype is expected"),
    (lambda: F.adaptive_avg_pool2d(X, (2, 2, 2)), "adaptive_avg_pool2d: output_size is one number or 2 numbers"),
    (lambda: F.adaptive_max_pool2d(X, -1), "adaptive_max_pool2d: output_size is at least 0"),
    (lambda: F.max_unpool2d(X, wb.ones(1, 4, 6, 6), 2), "max_unpool2d: indices are integers"),
    (
        lambda: F.max_unpool2d(X, X.to("int64"), 2, output_size=(9, 12)),
        "max_unpool2d: output_size is less than a stride",
    ),
    (lambda: F.lp_pool2d(X, 0, 2), "lp_pool2d: norm_type is finite and not 0"),
    (lambda: F.unfold(X, 7), "unfold: the window reaches over 7 elements of axis -2"),
    (lambda: F.fold(wb.ones(1, 8, 5), (3, 3), 2), "fold: a multiple of 4 rows and 4 columns are expected"),
]


@pytest.mark.parametrize("call, sentence", WRONG, ids=[sentence for _, sentence in WRONG])
def test_what_does_not_fit_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(wb.Error, match=sentence):
        call()


def test_results_that_no_memory_holds_are_refused():
    for call in (
        lambda: F.conv1d(wb.ones(1, 1, 4), wb.ones(1, 1, 2), padding=2**24, stride=1).expand(10**9, 1, 2**25 + 3),
        lambda: F.conv_transpose3d(wb.ones(1, 1, 9, 9, 9), wb.ones(1, 1, 1, 1, 1), stride=2**24),
        lambda: F.avg_pool3d(wb.ones(1, 9, 9, 9), 2**24, 1, 2**23),
        lambda: F.adaptive_avg_pool3d(wb.ones(1, 9, 9, 9), 2**20),
        lambda: F.unfold(wb.ones(1, 9, 9), 2**12, padding=2**23),
        lambda: F.fold(wb.ones(4, 4), 2**24, 2, stride=2**23),
    ):
        with pytest.raises(wb.Error):
            call()
