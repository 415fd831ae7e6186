"""Shapes that go block by block, of odd extents and odd layouts: float32 against float64, and by other threads."""

import numpy as np
import pytest
from support import same_bits

import wingbeat as wb

F = wb.nn.functional


@pytest.fixture(autouse=True)
def threads():
    before = wb.get_num_threads()
    yield
    wb.set_num_threads(before)


def normal(*shape, seed=0):
    """Noise that float32 holds."""
    return np.random.default_rng(seed).standard_normal(shape).astype("float32").astype("float64")


LAYOUTS = {
    "dense": (lambda a: a, lambda t: t),
    "transposed": (lambda a: a.swapaxes(-1, -2), lambda t: t.transpose(-1, -2)),
    "outer axes swapped": (lambda a: a.swapaxes(0, 1), lambda t: t.transpose(0, 1)),
    "sliced": (lambda a: np.pad(a, [(0, 0)] * (a.ndim - 1) + [(3, 2)]), lambda t: t[..., 3:-2]),
    "every second": (lambda a: a.repeat(2, -1), lambda t: t[..., ::2]),
    "flipped": (lambda a: a[..., ::-1], lambda t: t.flip(-1)),
}


def computed(function, arrays, layouts, dtype):
    """The results, and the gradients of their sums weighed with noise, as arrays."""
    tensors, floats = [], []
    for array, layout in zip(arrays, layouts):
        is_float = array.dtype.kind == "f"
        stored = LAYOUTS[layout][0](array) if is_float else array
        tensors.append(wb.tensor(np.ascontiguousarray(stored, dtype if is_float else None), requires_grad=is_float))
        if is_float:
            floats.append(tensors[-1])
    results = function(*(LAYOUTS[at][1](t) if t.requires_grad else t for t, at in zip(tensors, layouts)))
    results = results if isinstance(results, (tuple, list)) else [results]
    parts = [(y * wb.tensor(normal(*y.shape, seed=9), dtype)).sum() for y in results if y.requires_grad]
    if parts:
        sum(parts).backward()
    return [y.detach().numpy() for y in results] + [t.grad.numpy() for t in floats if t.grad is not None]


def check(function, *arrays, layouts=None, tolerance=1e-5):
    """float32 is close to float64, relative to the largest element, and of the same bits by 1, 2, 3 and 7 threads."""
    layouts = layouts or ["dense"] * len(arrays)
    wb.set_num_threads(2)
    found = computed(function, arrays, layouts, "float32")
    wide = computed(function, arrays, layouts, "float64")
    assert len(found) == len(wide)
    for a, b in zip(found, wide):
        assert a.shape == b.shape
        assert np.abs(a.astype("float64") - b).max(initial=0) <= tolerance * np.abs(b).max(initial=0)
    for count in (1, 3, 7):
        wb.set_num_threads(count)
        for a, b in zip(found, computed(function, arrays, layouts, "float32")):
            assert same_bits(a, b), count
    return wide


def layouts_of(seed, *arrays):
    """A layout for each, dense in half of the cases."""
    rng = np.random.default_rng(seed)
    names = [["dense"] * 5 + (list(LAYOUTS) if a.ndim > 1 else ["sliced", "every second", "flipped"]) for a in arrays]
    return [str(rng.choice(some)) for some in names]


# -------------------------------------------------------------------- products

PRODUCTS = [
    ((257, 1023), (1023, 129)),
    ((1, 8193), (8193, 65)),
    ((65, 8193), (8193, 1)),
    ((4097, 3), (3, 31)),
    ((3, 31), (31, 4097)),
    ((700, 1), (1, 333)),
    ((17, 10007), (10007, 16)),
    ((513, 513), (513,)),
    ((4097,), (4097, 33)),
    ((7, 63, 129), (7, 129, 65)),
    ((7, 63, 129), (129, 65)),
    ((63, 129), (7, 129, 65)),
    ((33, 1, 257), (33, 257, 47)),
    ((2, 1, 31, 64), (3, 64, 100)),
    ((300, 9, 5), (300, 5, 9)),
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("left, right", PRODUCTS, ids=str)
def test_large_products_of_any_layout_are_those_of_numpy(left, right, seed):
    arrays = normal(*left), normal(*right, seed=1)
    (found, *_) = check(wb.matmul, *arrays, layouts=layouts_of((seed, *left, *right), *arrays))
    want = np.matmul(*arrays)
    assert np.abs(found - want).max() <= 1e-12 * np.abs(want).max()


@pytest.mark.parametrize("rows, inner, outer", [(129, 1025, 257), (4096, 17, 33), (1, 8193, 100), (333, 1, 65)])
def test_large_linear_layers_are_those_of_float64(rows, inner, outer):
    arrays = normal(rows, inner), normal(outer, inner, seed=1) / inner**0.5, normal(outer, seed=2)
    for activation in (lambda y: y, F.gelu, F.silu):
        check(lambda x, w, b: activation(F.linear(x, w, b)), *arrays, layouts=layouts_of(rows, *arrays))


EQUATIONS = {
    "bij,bkj->bik": [(5, 65, 129), (5, 47, 129)],
    "bhid,bhjd->bhij": [(2, 3, 100, 33), (2, 3, 129, 33)],
    "abc,acd->bd": [(17, 65, 31), (17, 31, 64)],
    "ij,ij->j": [(1023, 129), (1023, 129)],
    "abcd,dcba->": [(9, 17, 8, 33), (33, 8, 17, 9)],
    "ij,jk,kl->il": [(65, 257), (257, 31), (31, 100)],
}


@pytest.mark.parametrize("equation", EQUATIONS)
def test_large_einsums_are_those_of_numpy(equation):
    arrays = [normal(*shape, seed=place) for place, shape in enumerate(EQUATIONS[equation])]
    (found, *_) = check(lambda *x: wb.einsum(equation, *x), *arrays, layouts=layouts_of(1, *arrays), tolerance=2e-5)
    want = np.einsum(equation, *arrays, optimize=True)
    assert np.abs(found - want).max() <= 1e-11 * np.abs(want).max()


# -------------------------------------------------------------------- windows

CONVOLUTIONS = [
    ("conv1d", (2, 17, 4097), (33, 17, 3), {"padding": 1}),
    ("conv1d", (1, 3, 16385), (5, 3, 129), {"padding": 64}),
    ("conv1d", (3, 33, 1023), (33, 1, 7), {"groups": 33, "stride": 2, "padding": 3}),
    ("conv1d", (9, 31, 513), (16, 31, 9), {"dilation": 3, "stride": 2}),
    ("conv2d", (3, 33, 65, 47), (31, 33, 3, 3), {"padding": 1}),
    ("conv2d", (1, 5, 1, 4097), (7, 5, 1, 5), {"padding": (0, 2)}),
    ("conv2d", (2, 24, 129, 33), (18, 12, 3, 3), {"padding": 1, "groups": 2}),
    ("conv2d", (17, 3, 63, 65), (12, 3, 7, 7), {"stride": 2, "padding": 3}),
    ("conv2d", (2, 65, 31, 127), (65, 1, 5, 5), {"groups": 65, "padding": 2}),
    ("conv2d", (2, 16, 100, 31), (33, 16, 3, 2), {"dilation": (2, 3)}),
    ("conv3d", (2, 5, 17, 31, 33), (9, 5, 3, 3, 3), {"padding": 1, "stride": (1, 2, 1)}),
    ("conv_transpose1d", (3, 17, 1025), (17, 9, 8), {"stride": 8, "padding": 2, "output_padding": 3}),
    ("conv_transpose1d", (1, 48, 2049), (48, 1, 5), {"stride": 2, "padding": 1, "output_padding": 1}),
    ("conv_transpose2d", (2, 17, 33, 65), (17, 12, 3, 3), {"padding": 1}),
    ("conv_transpose2d", (2, 12, 31, 63), (12, 5, 2, 3), {"stride": (2, 3)}),
    ("conv_transpose2d", (1, 32, 63, 64), (32, 5, 5, 1), {"stride": (2, 3), "padding": (1, 0), "groups": 2}),
    ("conv_transpose2d", (3, 16, 47, 33), (16, 7, 4, 4), {"stride": 2, "padding": 1, "dilation": (1, 2)}),
    ("conv_transpose3d", (1, 7, 9, 17, 31), (7, 3, 3, 2, 2), {"stride": (1, 2, 2)}),
]


@pytest.mark.parametrize("name, image, window, options", CONVOLUTIONS, ids=str)
def test_large_convolutions_have_one_result_by_any_kernel_layout_and_threads(name, image, window, options):
    arrays = normal(*image), normal(*window, seed=1)
    for seed in range(2):
        layouts = layouts_of(seed, *arrays) if seed else None
        check(lambda x, w: getattr(F, name)(x, w, **options), *arrays, layouts=layouts, tolerance=3e-5)


POOLS = {
    "max, strided": ((3, 17, 65, 127), lambda x: F.max_pool2d(x, (3, 2), (2, 3), (1, 0))),
    "max, dilated": ((2, 5, 100, 257), lambda x: F.max_pool2d(x, 3, 1, 1, 2)),
    "max, long": ((2, 3, 16385), lambda x: F.max_pool1d(x, 16, 5, 8)),
    "average": ((3, 17, 65, 127), lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False)),
    "average, deep": ((2, 5, 31, 17, 33), lambda x: F.avg_pool3d(x, (3, 2, 4), (2, 2, 3))),
    "adaptive average": ((2, 9, 127, 65), lambda x: F.adaptive_avg_pool2d(x, (31, 17))),
    "adaptive max": ((2, 9, 127, 65), lambda x: F.adaptive_max_pool2d(x, (100, 7))),
    "unfold": ((2, 9, 65, 63), lambda x: F.unfold(x, (3, 4), (1, 2), (1, 0), (2, 3))),
    "fold": ((2, 36, 4096), lambda x: F.fold(x, (65, 65), 2)),
}


@pytest.mark.parametrize("name", POOLS)
def test_large_pools_have_one_result_by_any_kernel_layout_and_threads(name):
    shape, function = POOLS[name]
    for layout in ("dense", "transposed", "flipped"):
        check(function, normal(*shape), layouts=[layout])


# -------------------------------------------------------------------- axes

SHAPES = [(3, 10007), (10007, 3), (65, 129, 33), (4097, 1), (1, 8193), (17, 1, 2049), (2, 3, 5, 7, 511), (255, 257)]
ALONG = {
    "sum": (lambda x, dim: x.sum(dim), lambda x, axis: x.sum(axis)),
    "variance": (lambda x, dim: wb.var(x, dim, correction=0), lambda x, axis: x.var(axis)),
    "norm": (lambda x, dim: wb.linalg.vector_norm(x, 2, dim), lambda x, axis: np.sqrt((x * x).sum(axis))),
    "largest": (lambda x, dim: wb.amax(x, dim), lambda x, axis: x.max(axis)),
    "sums so far": (lambda x, dim: wb.cumsum(x, dim), lambda x, axis: x.cumsum(axis)),
    "sorted": (lambda x, dim: wb.sort(x, dim)[0], lambda x, axis: np.sort(x, axis)),
    "softmax": (lambda x, dim: wb.softmax(x, dim), lambda x, axis: np.exp(x) / np.exp(x).sum(axis, keepdims=True)),
    "logarithm": (lambda x, dim: wb.logsumexp(x, dim), lambda x, axis: np.log(np.exp(x).sum(axis))),
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", ALONG)
def test_large_tensors_are_reduced_along_any_axis_as_in_numpy(name, shape):
    function, reference = ALONG[name]
    x = normal(*shape)
    if name == "variance":
        x += 3
    if name in ("largest", "sorted"):  # no ties
        x = np.random.default_rng(0).permutation(x.size).reshape(shape) / 1024
    for axis in range(len(shape)):
        if shape[axis] == 1 and name in ("variance", "softmax"):
            continue  # gradients of 0
        (layout,) = layouts_of((axis, *shape), x)
        (found, *_) = check(lambda x: function(x, axis), x, layouts=[layout], tolerance=3e-5)
        want = reference(x, axis)
        assert np.abs(found - want).max() <= 1e-11 * np.abs(want).max()


@pytest.mark.parametrize("axes", [(0, 2), (1, 3), (0, 1, 3), (2,), (0, 1, 2, 3)], ids=str)
def test_large_tensors_are_reduced_along_several_axes_as_in_numpy(axes):
    x = normal(9, 33, 17, 65) + 1
    for layout in LAYOUTS:
        (found, *_) = check(lambda x: wb.mean(x, axes), x, layouts=[layout])
        np.testing.assert_allclose(found, x.mean(axes), rtol=1e-12)


NORMS = {
    "layer": ((129, 1025), lambda x: F.layer_norm(x, x.shape[1:])),
    "layer, two axes": ((33, 65, 47), lambda x: F.layer_norm(x, x.shape[1:])),
    "root of the mean square": ((513, 300), lambda x: F.rms_norm(x, x.shape[1:])),
    "batch": ((17, 33, 513), lambda x: F.batch_norm(x, None, None, training=True)),
    "batch, many rows": ((8193, 17), lambda x: F.batch_norm(x, None, None, training=True)),
    "group": ((5, 24, 31, 33), lambda x: F.group_norm(x, 3)),
    "instance": ((3, 17, 65, 31), lambda x: F.instance_norm(x)),
    "local response": ((3, 33, 31, 17), lambda x: F.local_response_norm(x, 5)),
}


@pytest.mark.parametrize("name", NORMS)
def test_large_normalizations_have_one_result_by_any_kernel_layout_and_threads(name):
    shape, function = NORMS[name]
    for layout in ("dense", "transposed", "every second"):
        check(function, normal(*shape) + 1, layouts=[layout], tolerance=5e-5)


@pytest.mark.parametrize("rows, classes", [(4097, 17), (17, 10007), (257, 1000)])
@pytest.mark.parametrize("layout", ["dense", "transposed"])
def test_losses_of_many_rows_and_classes_are_those_of_float64(rows, classes, layout):
    target = np.random.default_rng(0).integers(0, classes, rows)
    target[1::5] = -100
    x = 2 * normal(rows, classes)
    for options in ({}, {"label_smoothing": 0.1}, {"reduction": "none"}):
        check(lambda x, t: F.cross_entropy(x, t, **options), x, target, layouts=[layout, "dense"], tolerance=3e-5)


# -------------------------------------------------------------------- attention, recurrence


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    "heads, queries, keys, width", [(3, 257, 513, 33), (1, 65, 4097, 16), (12, 129, 127, 64), (2, 1025, 9, 7)]
)
def test_attention_over_many_keys_is_that_of_its_definition(heads, queries, keys, width, causal):
    arrays = [normal(2, heads, n, width, seed=n) for n in (queries, keys, keys)]
    function = lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=causal)  # noqa: E731
    (found, *_) = check(function, *arrays, layouts=layouts_of(queries, *arrays), tolerance=3e-5)
    q, k, v = arrays
    scores = q @ k.swapaxes(-1, -2) / width**0.5
    scores = np.where(np.tri(queries, keys) > 0, scores, -np.inf) if causal else scores
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    np.testing.assert_allclose(found, weights / weights.sum(-1, keepdims=True) @ v, atol=1e-12)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize(
    "hidden, batch, time, layers", [(17, 3, 257, 2), (128, 33, 9, 1), (300, 1, 17, 1), (2, 65, 65, 3)]
)
def test_long_sequences_are_read_in_float32_as_in_float64(kind, hidden, batch, time, layers):
    x = normal(time, batch, 16)
    found = []
    for dtype, count in [("float64", 2), ("float32", 2), ("float32", 1), ("float32", 3), ("float32", 7)]:
        wb.set_num_threads(count)
        wb.manual_seed(0)
        model = getattr(wb.nn, kind)(16, hidden, num_layers=layers, bidirectional=layers > 1).to(dtype)
        for place, parameter in enumerate(model.parameters()):
            parameter.data = wb.tensor(normal(*parameter.shape, seed=place) / hidden**0.5, dtype)
        given = wb.tensor(x, dtype, requires_grad=True)
        result, _ = model(given)
        (result * wb.tensor(normal(*result.shape, seed=9), dtype)).sum().backward()
        found.append([result.detach().numpy(), given.grad.numpy(), *(p.grad.numpy() for p in model.parameters())])
    wide, narrow, *others = found
    for place, (a, b) in enumerate(zip(narrow, wide)):
        assert np.abs(a - b).max() <= 2e-4 * np.abs(b).max(), place
        assert all(same_bits(a, other[place]) for other in others)


# -------------------------------------------------------------------- transforms, indices, movement


@pytest.mark.parametrize("extent", [127, 256, 1009, 2310, 4095, 4096, 4097, 8192, 10007, 30030])
def test_fourier_transforms_of_many_extents_are_those_of_numpy(extent):
    x = normal(3, extent)
    for place, layout in enumerate(["dense", "flipped", "transposed", "every second"]):
        function = lambda x: wb.view_as_real(wb.fft.rfft(x))  # noqa: E731
        (found, *_) = check(function, x, layouts=[layout], tolerance=2e-5) if place else check(function, x)
        want = np.fft.rfft(x)
        np.testing.assert_allclose(found[..., 0] + 1j * found[..., 1], want, rtol=0, atol=1e-12 * np.abs(want).max())


INDEXED = {
    "selected": lambda x, rows, places, y: wb.index_select(x, 0, rows),
    "gathered": lambda x, rows, places, y: wb.gather(x, 0, places),
    "scattered": lambda x, rows, places, y: wb.scatter_add(x, 0, places, y),
    "added": lambda x, rows, places, y: wb.index_add(x, 0, rows, y),
    "put": lambda x, rows, places, y: wb.index_put(x, (rows,), y, accumulate=True),
    "embedded": lambda x, rows, places, y: F.embedding(rows, x),
}


@pytest.mark.parametrize("rows, width", [(4097, 33), (5, 513), (10007, 1)])
@pytest.mark.parametrize("name", INDEXED)
def test_many_rows_are_read_and_added_in_one_order(name, rows, width):
    rng = np.random.default_rng(0)
    arrays = [normal(rows, width), rng.integers(0, rows, 1025), rng.integers(0, rows, (1025, width))]
    arrays.append(normal(1025, width, seed=1))
    for layout in ("dense", "transposed", "flipped"):
        check(INDEXED[name], *arrays, layouts=[layout, "dense", "dense", layout])


MOVED = {
    "reflected": lambda x: F.pad(x, (7, 3), mode="reflect"),
    "rolled": lambda x: wb.roll(x, (5, -3), (0, 1)),
    "joined": lambda x: wb.cat([x, 2 * x, x], 1),
    "stacked": lambda x: wb.stack([x, 2 * x], -1),
    "repeated": lambda x: wb.repeat_interleave(x, 3, dim=1),
    "resized": lambda x: F.interpolate(x[None], size=(31, 100), mode="bilinear"),
    "turned": lambda x: x.permute(2, 0, 1).contiguous() * 1,
}


@pytest.mark.parametrize("name", MOVED)
def test_large_tensors_of_any_layout_are_moved_as_dense_ones_are(name):
    x = normal(17, 65, 129)
    want = computed(MOVED[name], [x], ["dense"], "float32")[0]
    for layout in LAYOUTS:
        check(MOVED[name], x, layouts=[layout])
        assert same_bits(computed(MOVED[name], [x], [layout], "float32")[0], want)


# -------------------------------------------------------------------- elements

FUNCTIONS = {
    **{name: getattr(np, name) for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh")},
    **{name: getattr(np, name) for name in ("sinh", "cosh", "exp2", "log2", "log10")},
    **{"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh, "acosh": np.arccosh},
    "sigmoid": lambda x: np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x))),
}


def wide_range():
    """Numbers of every size that float32 has, the edges among them; a count that is no multiple of a vector."""
    limits = np.finfo("float32")
    edges = [0.0, np.inf, np.nan, limits.tiny, limits.smallest_subnormal, limits.max, 1, 1 + limits.eps, 1 - limits.eps]
    rng = np.random.default_rng(0)
    sizes = np.exp2(rng.uniform(-149, 128, 20011))
    parts = [edges, sizes, np.arange(1, 5000) * np.pi / 2, rng.uniform(0, 110, 5003)]
    x = np.concatenate(parts).astype("float32")
    return np.concatenate([x, -x])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_elementary_functions_of_numbers_of_every_size_are_those_of_numpy(name):
    x = wide_range()
    found = getattr(wb, name)(wb.tensor(x)).numpy()
    want = FUNCTIONS[name](x.astype("float64"))
    rounded = want.astype("float32")
    finite = np.isfinite(rounded) & np.isfinite(found)
    near = np.abs(want) >= 0.999999 * np.finfo("float32").max  # where rounding decides
    np.testing.assert_array_equal(found[~finite & ~near], rounded[~finite & ~near])
    steps = np.maximum(np.spacing(np.abs(rounded[finite])), np.finfo("float32").smallest_subnormal)
    assert (np.abs(found[finite].astype("float64") - want[finite]) / steps).max() <= 4
    zero = found == 0
    np.testing.assert_array_equal(np.signbit(found[zero]), np.signbit(rounded[zero]))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_elements_bits_depend_on_neither_its_place_nor_the_layout(name):
    x = wide_range()
    function = getattr(wb, name)
    want = function(wb.tensor(x)).numpy()
    for count in (1, 15, 17, 4097):
        assert same_bits(function(wb.tensor(x[5 : 5 + count].copy())).numpy(), want[5 : 5 + count])
    assert same_bits(function(wb.tensor(x)[3::3]).numpy(), want[3::3])
    assert same_bits(function(wb.tensor(x).flip(0)).numpy(), want[::-1])


# -------------------------------------------------------------------- compiled, optimizers

COMPILED = {
    "product": ([(257, 1023), (1023, 65)], lambda x, w: F.gelu(x @ w)),
    "convolution": ([(3, 17, 65, 47), (33, 17, 3, 3)], lambda x, w: F.relu(F.conv2d(x, w, padding=1))),
    "softmax": ([(129, 4097), (4097,)], lambda x, b: wb.log_softmax(x + b, -1)),
    "attention": ([(2, 3, 300, 33), (2, 3, 257, 33)], lambda q, k: F.scaled_dot_product_attention(q, k, k)),
    "norm": ([(65, 31, 129), (129,)], lambda x, w: F.layer_norm(x, (129,), w).transpose(0, 2)),
}


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_functions_of_large_tensors_have_the_bits_of_eager_ones(name):
    shapes, function = COMPILED[name]
    tensors = [wb.tensor(normal(*shape, seed=place), "float32") for place, shape in enumerate(shapes)]

    def step(*tensors):
        result, pull = wb.vjp(function, *tensors)
        return (result, *pull(wb.cos(result)))

    for found, want in zip(wb.compile(step)(*tensors), step(*tensors)):
        assert same_bits(np.asarray(found), want.numpy())


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_steps_of_large_parameters_are_those_of_float64_by_any_number_of_threads(name):
    shapes = [(503, 1001), (4097, 3), (1,), (65536,)]
    options = {"SGD": {"momentum": 0.9, "nesterov": True}}.get(name, {})
    found = []
    for dtype, count in [("float64", 2), ("float32", 2), ("float32", 1), ("float32", 3), ("float32", 7)]:
        wb.set_num_threads(count)
        start = [normal(*shape, seed=place) for place, shape in enumerate(shapes)]
        parameters = [wb.nn.Parameter(wb.tensor(array, dtype)) for array in start]
        optimizer = getattr(wb.optim, name)(parameters, lr=0.01, weight_decay=0.01, **options)
        for turn in range(3):
            for parameter in parameters:
                parameter.grad = wb.tensor(normal(*parameter.shape, seed=7 + turn), dtype)
            optimizer.step()
        found.append([parameter.detach().numpy() for parameter in parameters])
    wide, narrow, *others = found
    for place, (a, b) in enumerate(zip(narrow, wide)):
        assert np.abs(a - b).max() <= 2e-6 * np.abs(b).max()
        assert all(same_bits(a, other[place]) for other in others)
