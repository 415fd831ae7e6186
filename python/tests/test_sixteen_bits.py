"""bfloat16 and float16: every pattern of bits, promotion, all operations of the table, derivatives, files, threads."""

import numpy as np
import pytest
from operation_table import table
from support import numbers, python, same_bits

import wingbeat as wb
from wingbeat import nn, optim

HALVES = ("bfloat16", "float16")
EPSILON = {"bfloat16": 2.0**-7, "float16": 2.0**-10}
PATTERNS = np.arange(1 << 16, dtype=np.uint16)
TABLE = table()


def decoded(patterns, dtype):
    """The numbers of 16-bit patterns by the definition: sign, exponent, fraction."""
    width, bias = (8, 127) if dtype == "bfloat16" else (5, 15)
    digits = 15 - width
    whole = patterns.astype(np.int64)
    exponent, fraction = whole >> digits & (1 << width) - 1, whole & (1 << digits) - 1
    size = np.where(
        exponent == 0,
        np.ldexp(fraction.astype(np.float64), 1 - bias - digits),
        np.ldexp((fraction + (1 << digits)).astype(np.float64), exponent - bias - digits),
    )
    size = np.where(exponent == (1 << width) - 1, np.where(fraction == 0, np.inf, np.nan), size)
    return np.where(whole >> 15, -size, size)


def of_bits(patterns, dtype):
    """A tensor of those bits."""
    if dtype == "float16":
        return wb.tensor(patterns.view(np.float16))
    return wb.tensor((patterns.astype(np.uint32) << 16).view(np.float32)).bfloat16()


def bits(tensor):
    if tensor.dtype == wb.float16:
        return tensor.numpy().view(np.uint16)
    return (tensor.float().numpy().view(np.uint32) >> 16).astype(np.uint16)


def nearest(values, dtype):
    """Patterns of the nearest numbers, ties to even, by search among all of them. Not of NaN."""
    positive = PATTERNS[: 0x7F80 if dtype == "bfloat16" else 0x7C00]
    grid = decoded(positive, dtype)
    top = 2 * grid[-1] - grid[-2]  # what would come next; from half way to it on, numbers are infinite
    grid = np.append(grid, top)
    size = np.abs(values.astype(np.float64))
    above = np.clip(np.searchsorted(grid, size), 1, len(grid) - 1)
    below = above - 1
    middle = (grid[above] + grid[below]) / 2
    up = (size > middle) | ((size == middle) & (above % 2 == 0))
    place = np.where(up, above, below)
    return (place | np.signbit(values).astype(np.int64) << 15).astype(np.uint16)


def agree(found, want):
    nan = np.isnan(want)
    assert found.shape == want.shape and (np.isnan(found) == nan).all()
    assert (found[~nan] == want[~nan]).all() and (np.signbit(found[~nan]) == np.signbit(want[~nan])).all()


# -------------------------------------------------------------------- conversion


@pytest.mark.parametrize("dtype", HALVES)
def test_every_pattern_is_the_number_of_the_definition_and_comes_back(dtype):
    tensor, want = of_bits(PATTERNS, dtype), decoded(PATTERNS, dtype)
    for wide in ("float32", "float64"):
        agree(tensor.to(wide).numpy().astype(np.float64), want)
        back = bits(wb.tensor(want.astype(wide)).to(dtype))
        assert (back[~np.isnan(want)] == PATTERNS[~np.isnan(want)]).all()
    agree((tensor + 0.0 * wb.zeros(1, dtype=dtype)).float().numpy() + 0.0, want.astype(np.float32) + 0.0)  # in a loop


@pytest.mark.parametrize("dtype", HALVES)
def test_float32_becomes_the_nearest_with_ties_to_even(dtype):
    grid = decoded(PATTERNS[: 0x7F80 if dtype == "bfloat16" else 0x7C00], dtype)
    middle = ((grid[1:] + grid[:-1]) / 2).astype(np.float32)
    rng = np.random.default_rng(0)
    values = np.concatenate(
        [
            middle,
            np.nextafter(middle, np.float32(np.inf)),
            np.nextafter(middle, np.float32(0)),
            rng.integers(0, 1 << 32, 200_000, dtype=np.uint64).astype(np.uint32).view(np.float32),
            np.array([65504, 65519.99, 65520, 3.3895e38, 3.4e38, np.inf, 1e-45, 2**-25, 2**-24, 0], np.float32),
        ]
    )
    values = np.concatenate([values, -values])
    values = values[~np.isnan(values)]
    want = nearest(values, dtype)
    assert (bits(wb.tensor(values).to(dtype)) == want).all()
    # where a node ends inside a loop
    once = wb.compile(lambda x: x.to(dtype).float())(wb.tensor(values)).numpy()
    agree(once, decoded(want, dtype).astype(np.float32))


@pytest.mark.parametrize("dtype", HALVES)
def test_nan_stays_nan_and_whole_numbers_come_through(dtype):
    strange = np.array([0x7F800001, 0x7FC00000, 0xFF800001, 0x7FFFFFFF, 0xFFFFFFFF], np.uint32).view(np.float32)
    assert np.isnan(wb.tensor(strange).to(dtype).float().numpy()).all()
    x = wb.tensor([0, 1, 2, 100, 255], dtype="uint8")
    for other in ("uint8", "int32", "int64", "float32", "float64", *HALVES):
        assert x.to(dtype).to(other).tolist() == [0, 1, 2, 100, 255]
    assert x.to(dtype).to("bool").tolist() == [False, True, True, True, True]
    assert wb.tensor([True, False]).to(dtype).tolist() == [1.0, 0.0]
    assert wb.tensor([2.75, -2.75]).to(dtype).to("int64").tolist() == [2, -2]


@pytest.mark.parametrize("dtype", HALVES)
def test_tensors_are_made_read_printed_and_compared(dtype):
    x = wb.tensor([[1.5, -2.0], [0.25, 3.0]], dtype=dtype)
    assert x.dtype == dtype and x.itemsize == 2 and x.nbytes == 8 and x.tolist() == [[1.5, -2.0], [0.25, 3.0]]
    assert x[0, 1].item() == -2.0 and repr(x).endswith(f"dtype={dtype})") and "0.25" in repr(x)
    assert (x > 1).tolist() == [[True, False], [False, True]] and bool((x == x.clone()).all())
    for made, values in (
        (wb.zeros(2, dtype=dtype), [0, 0]),
        (wb.full((2,), 0.5, dtype=dtype), [0.5, 0.5]),
        (wb.arange(3, dtype=dtype), [0, 1, 2]),
        (wb.linspace(0, 1, 3, dtype=dtype), [0, 0.5, 1]),
        (wb.ones_like(x[0]), [1, 1]),
        (x.T[1], [-2, 3]),
        (x.reshape(4)[::2], [1.5, 0.25]),
        (wb.cat([x[0], x[1]])[1:3], [-2, 0.25]),
    ):
        assert made.dtype == dtype and made.tolist() == values
    y = x.clone()
    y[0] = 7
    y[:, 1] += 1
    assert y.tolist() == [[7.0, 8.0], [0.25, 4.0]] and x.tolist()[0] == [1.5, -2.0]
    assert wb.tensor(x.numpy()).tolist() == x.tolist() and wb.from_dlpack(x.__dlpack__()).dtype == dtype


@pytest.mark.parametrize("dtype", HALVES)
def test_random_numbers_stay_in_their_interval(dtype):
    wb.manual_seed(1)
    x = wb.rand(100_000, dtype=dtype)
    assert x.dtype == dtype and 0 <= x.min().item() and x.max().item() < 1
    assert x.float().mean().item() == pytest.approx(0.5, abs=0.01)
    y = wb.randn(100_000, dtype=dtype)
    assert y.dtype == dtype and y.float().std().item() == pytest.approx(1, abs=0.01)


# -------------------------------------------------------------------- promotion

NAMES = ("bool", "uint8", "int32", "int64", "float32", "float64", "bfloat16", "float16")
# torch.promote_types of 2.15, by rows and columns of NAMES: b bool, 1 uint8, 4 int32, 8 int64, f, d, B, H.
CODES = dict(zip("b148fdBH", NAMES))
PROMOTED = ["b148fdBH", "1148fdBH", "4448fdBH", "8888fdBH", "fffffdff", "dddddddd", "BBBBfdBf", "HHHHfdfH"]
# torch.result_type of one axis (rows) and none (columns).
BESIDE_SCALARS = ["b148fdBH", "1111fdBH", "4444fdBH", "8888fdBH", "ffffffff", "dddddddd", "BBBBBBBB", "HHHHHHHH"]
# The same with True, 1 and 1.0.
BESIDE_NUMBERS = ["b8f", "11f", "44f", "88f", "fff", "ddd", "BBB", "HHH"]


def test_promotion_is_pytorchs():
    for a, row, scalars, with_numbers in zip(NAMES, PROMOTED, BESIDE_SCALARS, BESIDE_NUMBERS):
        for b, code, scalar in zip(NAMES, row, scalars):
            assert wb.promote_types(a, b) == CODES[code]
            vector, other, single = wb.ones(2, dtype=a), wb.ones(2, dtype=b), wb.ones((), dtype=b)
            assert wb.result_type(vector, other) == CODES[code]
            assert wb.result_type(vector, single) == wb.result_type(single, vector) == CODES[scalar]
            assert (vector * other).dtype == CODES[code] and (vector * single).dtype == CODES[scalar]
            assert wb.cat([vector, other]).dtype == wb.maximum(vector, other).dtype == CODES[code]
            assert wb.where(wb.ones(2) > 0, vector, single).dtype == CODES[scalar]
        for number, code in zip((True, 1, 1.0), with_numbers):
            for tensor in (wb.ones(2, dtype=a), wb.ones((), dtype=a)):
                assert wb.result_type(tensor, number) == wb.result_type(number, tensor) == CODES[code]
                assert (tensor * number).dtype == CODES[code]
    assert wb.result_type(1, 1.0) == wb.float32 and wb.result_type(True, 2) == wb.int64


def test_casts_may_rise_and_not_fall():
    for a, row in zip(NAMES, ["11111111"] + ["01111111"] * 3 + ["00001111"] * 4):
        assert "".join(str(int(wb.can_cast(a, b))) for b in NAMES) == row


@pytest.mark.parametrize("dtype", HALVES)
def test_a_number_counts_with_all_of_its_digits(dtype):
    """As in PyTorch: the number is float32 in the arithmetic, and the result is rounded."""
    x = numbers(1000, "float32", 1)
    half = wb.tensor(x).to(dtype)
    wide = half.float()
    for found, want in (
        (half * 0.1, wide * 0.1),
        (0.3 - half, 0.3 - wide),
        (half / 0.7, wide / 0.7),
        (half * wb.tensor(0.1), wide * 0.1),
    ):
        assert found.dtype == dtype and same_bits(bits(found), bits(want.to(dtype)))


# -------------------------------------------------------------------- operations


def floats(case):
    return [array.dtype == np.float64 for array in case.arrays()]


CASES = [
    pytest.param(row, case, id=f"{row.path}({case.text})")
    for row in TABLE.values()
    for case in row.cases
    if not row.random and "dtype" not in case.kwargs and any(floats(case))
]
# What counts as 0, and the largest number, are the dtype's own.
BY_THE_DTYPE = {"linalg.matrix_rank", "nan_to_num"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("row, case", CASES)
def test_values_are_those_of_float32_rounded(row, case, dtype):
    arrays = [wb.tensor(x, dtype) if f else wb.tensor(x) for x, f in zip(case.arrays(), floats(case))]
    wide = [x.float() if f else x for x, f in zip(arrays, floats(case))]
    try:
        want = case.run(row.function, wide)
    except wb.Error as error:
        with pytest.raises(type(error)):
            case.run(row.function, arrays)
        return
    for found, value in zip(case.run(row.function, arrays), want, strict=True):
        assert found.shape == value.shape
        if row.path in BY_THE_DTYPE:
            continue
        if not value.is_floating_point():
            assert found.dtype == value.dtype and (found.numpy() == value.numpy()).all()
            continue
        assert found.dtype == (dtype if value.dtype == wb.float32 else value.dtype)
        a, b = found.detach().to("float64").numpy(), value.detach().to(dtype).to("float64").numpy()
        finite = np.isfinite(a) & np.isfinite(b)
        assert (np.isnan(a) == np.isnan(b)).all() and (a[~finite & ~np.isnan(a)] == b[~finite & ~np.isnan(b)]).all()
        largest = np.abs(b[finite]).max(initial=1e-3)
        # Several roundings where an operation is made of several.
        assert np.abs(a - b)[finite].max(initial=0) <= 8 * EPSILON[dtype] * largest


SINGLE = {
    name: getattr(wb, name)
    for name in (
        *("exp", "log", "sqrt", "rsqrt", "sin", "cos", "tanh", "sigmoid", "erf", "square", "reciprocal", "abs"),
        *("neg", "floor", "expm1", "log1p", "atan", "erfc", "exp2", "sinh", "asinh", "relu", "sign"),
    )
} | {
    "softmax": lambda x: x.softmax(-1),
    "log_softmax": lambda x: x.log_softmax(-1),
    "logsumexp": lambda x: x.logsumexp(-1),
    "sum": lambda x: x.sum(0),
    "mean": lambda x: x.mean(),
    "amax": lambda x: x.amax(1),
    "cumsum": lambda x: x.cumsum(1),
    "matmul": lambda x: x @ x.T,
    "gelu": nn.functional.gelu,
    "silu": nn.functional.silu,
    "layer_norm": lambda x: nn.functional.layer_norm(x, (33,)),
    "var": lambda x: x.var(0),
    "norm": lambda x: wb.norm(x),
    "conv1d": lambda x: nn.functional.conv1d(x.unsqueeze(0), x[:, :3].unsqueeze(0)),
}


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("name", SINGLE)
def test_what_ends_once_is_float32_rounded_to_the_bit(name, dtype):
    x = wb.tensor(numbers((20, 33), "float32", 5, 0.1, 2)).to(dtype)
    assert same_bits(bits(SINGLE[name](x)), bits(SINGLE[name](x.float()).to(dtype)))


# -------------------------------------------------------------------- derivatives


@pytest.mark.parametrize("dtype", HALVES)
def test_derivatives_of_every_order_have_the_dtype_and_the_values(dtype):
    def f(x):
        return (x.tanh() * x.exp() + x @ x).sum()

    x = wb.tensor(numbers((4, 4), "float32", 1, -1, 1)).to(dtype)
    v = wb.tensor(numbers((4, 4), "float32", 2, -1, 1)).to(dtype)
    for transform in (
        lambda x, v: wb.grad(f)(x),
        lambda x, v: wb.jvp(f, (x,), (v,))[1],
        lambda x, v: wb.hvp(f, (x,), (v,)),
        lambda x, v: wb.grad(lambda x: (wb.hvp(f, (x,), (v,))[0] * v).sum())(x),
        lambda x, v: wb.vmap(wb.grad(lambda row: (row.sin() * row).sum()))(x),
    ):
        found, want = transform(x, v), transform(x.float(), v.float())
        found, want = (t[0] if isinstance(t, tuple) else t for t in (found, want))
        assert found.dtype == dtype and want.dtype == wb.float32
        scale = abs(want.numpy()).max()
        np.testing.assert_allclose(found.float().numpy(), want.numpy(), rtol=0, atol=24 * EPSILON[dtype] * scale)


@pytest.mark.parametrize("dtype", HALVES)
def test_a_leaf_collects_gradients_of_its_dtype(dtype):
    x = wb.tensor([1.0, 2.0], dtype=dtype, requires_grad=True)
    y = wb.tensor([1.0, 2.0], requires_grad=True)
    (x * y).sum().backward()
    assert x.grad.dtype == dtype and y.grad.dtype == wb.float32 and x.grad.tolist() == [1.0, 2.0]


# -------------------------------------------------------------------- plans


CHAIN = """
import hashlib, sys
import numpy as np
import wingbeat as wb
from wingbeat import nn, optim

def run(dtype):
    wb.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 64), nn.GELU(), nn.Linear(64, 30)).to(dtype)
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    x = wb.tensor(np.random.default_rng(0).normal(size=(100, 20))).to(dtype)
    y = wb.tensor(np.random.default_rng(1).integers(0, 30, 100))

    @wb.compile
    def step(x, y):
        loss = nn.functional.cross_entropy(model(x), y) + (model(x).tanh() * 0.1).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    losses = [step(x, y).item() for _ in range(4)]
    big = wb.tensor(np.random.default_rng(2).normal(size=(67, 131))).to(dtype)
    values = [(big.exp() + big * 0.3).tanh(), big.softmax(1), big.sum(0), big.sort(1)[0], (big @ big.T), big.mean()]
    values += [p.detach() for p in model.parameters()]
    return repr(losses).encode() + b"".join(v.float().numpy().tobytes() for v in values)

print(hashlib.sha256(run("bfloat16") + run("float16")).hexdigest())
"""


def test_results_are_the_same_bits_on_any_number_of_threads_and_with_any_passes():
    results = {python(CHAIN, WINGBEAT_NUM_THREADS=str(count)) for count in (1, 2, 7)}
    passes = ("none", "-fuse", "-simplify", "-fold", "-cse", "-schedule", "-epilogue", "-inplace", "-jit")
    results |= {python(CHAIN, WINGBEAT_PASSES=name) for name in passes}
    assert len(results) == 1


# -------------------------------------------------------------------- modules, optimisers, files


@pytest.mark.parametrize("dtype", HALVES)
def test_modules_and_optimizers_work_in_16_bits(dtype):
    wb.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
    assert (model.half() if dtype == "float16" else model.bfloat16()) is model
    assert {p.dtype.name for p in model.parameters()} == {dtype}
    x = wb.tensor(numbers((64, 8), "float32", 1)).to(dtype)
    y = x.sum(1, keepdim=True)
    # The usual eps is 0 in float16.
    for make in (lambda p: optim.SGD(p, lr=0.01, momentum=0.9), lambda p: optim.Adam(p, lr=0.01, eps=1e-4)):
        optimizer, losses = make(model.parameters()), []
        for _ in range(20):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < losses[0] and model[0].weight.dtype == dtype
    assert nn.Linear(2, 3, dtype=dtype)(x[:, :2]).dtype == dtype and model.float()[0].weight.dtype == wb.float32


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("width", [3, 5000])  # in the object's header, and in chunks
def test_checkpoints_keep_16_bits(dtype, width, tmp_path):
    model = nn.Linear(width, 2).to(dtype)
    wb.save(model, tmp_path / "model.h5")
    again = wb.load(tmp_path / "model.h5")
    for a, b in zip(model.parameters(), again.parameters(), strict=True):
        assert a.dtype == b.dtype == dtype and same_bits(bits(a.detach()), bits(b.detach()))


def test_files_hold_float16_as_such_and_bfloat16_as_keras_does(tmp_path):
    h5py = pytest.importorskip("h5py")
    for dtype in HALVES:
        model = nn.Linear(3, 2).to(dtype)
        wb.save(model, tmp_path / "model.h5")
        with h5py.File(tmp_path / "model.h5") as file:
            found = []
            file.visititems(lambda name, entry: found.append(entry) if name.endswith("weight") else None)
            (weight,) = found
            if dtype == "float16":
                assert weight.dtype == np.float16
                stored = weight[()].view(np.uint16)
            else:
                assert weight.dtype == np.int16 and weight.attrs["dtype"] in ("bfloat16", b"bfloat16")
                stored = weight[()].view(np.uint16)
            assert same_bits(stored, bits(model.weight.detach()))


def test_without_ml_dtypes_arrays_of_bfloat16_are_float32():
    code = """
import sys
sys.modules["ml_dtypes"] = None
import numpy as np
import wingbeat as wb
x = wb.tensor([1.5, 2.0], dtype="bfloat16")
assert x.numpy().dtype == np.float32 and x.tolist() == [1.5, 2.0] and np.asarray(x).tolist() == [1.5, 2.0]
assert wb.from_dlpack(x.__dlpack__()).dtype == wb.bfloat16 and wb.bfloat16 != np.float32
print(x)
"""
    assert python(code).strip() == "tensor([1.5, 2. ], dtype=bfloat16)"


def test_arrays_of_ml_dtypes_are_taken():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    array = np.array([1.5, -2.0], ml_dtypes.bfloat16)
    x = wb.tensor(array)
    assert x.dtype == wb.bfloat16 == array.dtype and x.numpy().dtype == array.dtype
    assert (x * array).dtype == wb.bfloat16 and wb.from_numpy(array).tolist() == [1.5, -2.0]
