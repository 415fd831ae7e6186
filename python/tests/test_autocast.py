"""autocast: products of 16 bits, float32 where that is too few, and everything else as it was."""

import copy
import pickle
import threading

import numpy as np
import pytest
from support import numbers, python, same_bits

import wingbeat as wb
from wingbeat import nn, optim


def rounded(x):
    """float64 with the values of x rounded to bfloat16: to nearest, ties to even."""
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32).astype(np.float64)


def product(a, b):
    """The product of the rounded operands, in float64."""
    return rounded(a) @ rounded(b)


def read(tensor):
    """The values of a tensor of bfloat16, as float32."""
    assert tensor.dtype == wb.bfloat16
    return tensor.detach().float().numpy()


def assert_close(value, exact, terms, magnitude):
    """As near as float32 sums of so many terms are, and then rounded to bfloat16."""
    assert value.dtype == np.float32 and value.shape == exact.shape
    assert (rounded(value) == value).all()
    assert (abs(value - exact) <= (terms * 2.0**-24 + 2.0**-8) * magnitude + 1e-30).all()


SHAPES = [
    ((2, 3), (3, 4)),
    ((70, 50), (50, 90)),
    ((1, 300), (300, 40)),
    ((40, 300), (300, 1)),
    ((3, 20, 17), (17, 33)),
    ((4, 9, 8), (4, 8, 9)),
    ((5, 1, 6, 7), (2, 7, 3)),
    ((7,), (7, 3)),
    ((6, 7), (7,)),
    ((300, 1), (1, 200)),
    ((260, 1100), (1100, 70)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
]


@pytest.mark.parametrize("a_shape, b_shape", SHAPES)
def test_products_are_those_of_the_rounded_operands(a_shape, b_shape):
    a, b = numbers(a_shape, "float32", 1), numbers(b_shape, "float32", 2)
    with wb.autocast(dtype=wb.bfloat16):
        value = read(wb.tensor(a) @ wb.tensor(b))
    assert_close(value, product(a, b), a_shape[-1], abs(rounded(a)) @ abs(rounded(b)))
    if value.size > 100:
        assert not np.allclose(value, a.astype(np.float64) @ b, rtol=1e-6, atol=1e-6)  # it did round


def test_operands_that_bfloat16_holds_give_exact_products():
    a, b = numbers((130, 257), "int32", 1).astype(np.float32), numbers((257, 65), "int32", 2).astype(np.float32)
    with wb.autocast():
        want = rounded(a @ b).astype(np.float32)
        assert same_bits(read(wb.tensor(a) @ wb.tensor(b)), want)
        assert same_bits(read(wb.tensor(a.T).transpose(0, 1) @ wb.tensor(b.T).transpose(0, 1)), want)
        assert same_bits(read(nn.functional.linear(wb.tensor(a), wb.tensor(b.T))), want)


def test_ties_go_to_even_and_nan_stays_nan():
    one = wb.tensor(np.ones((1, 1), np.float32))
    x = np.array([[1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-8, np.nan, np.inf, 3.4e38]], np.float32)
    with wb.autocast():
        y = read(one @ wb.tensor(x))
    assert y[0, :3].tolist() == [1, 1 + 2**-6, -1] and np.isnan(y[0, 3]) and y[0, 4] == y[0, 5] == np.inf


def test_linear_rounds_its_sum_with_the_bias_once():
    x, w, b = numbers((5, 40), "float32", 1), numbers((30, 40), "float32", 2), numbers(30, "float32", 3)
    with wb.autocast():
        y = read(nn.functional.linear(wb.tensor(x), wb.tensor(w), wb.tensor(b)))
        plain = read(nn.functional.linear(wb.tensor(x), wb.tensor(w)))
    assert_close(plain, product(x, w.T), 40, abs(rounded(x)) @ abs(rounded(w)).T)
    assert_close(y, product(x, w.T) + b, 40, abs(rounded(x)) @ abs(rounded(w)).T + abs(b))


def test_other_dtypes_and_other_operations_stay_as_they_are():
    a, b = numbers((20, 30), seed=1), numbers((30, 20), seed=2)
    x = wb.tensor(numbers((20, 30), "float32"))
    with wb.autocast():
        inside = [
            (wb.tensor(a) @ wb.tensor(b)).numpy(),
            x.exp().sum().numpy(),
            (x * x).mean(1).numpy(),
            x.softmax(1).numpy(),
        ]
    outside = [
        (wb.tensor(a) @ wb.tensor(b)).numpy(),
        x.exp().sum().numpy(),
        (x * x).mean(1).numpy(),
        x.softmax(1).numpy(),
    ]
    assert all(same_bits(i, o) for i, o in zip(inside, outside))


@pytest.mark.parametrize("shapes", [((6, 7), (7, 5)), ((60, 70), (70, 50)), ((3, 6, 7), (7, 5)), ((6, 1), (1, 5))])
def test_gradients_round_as_the_product_did_also_after_the_block(shapes):
    a, b = numbers(shapes[0], "float32", 1), numbers(shapes[1], "float32", 2)
    g = numbers((*shapes[0][:-1], shapes[1][1]), "float32", 3)
    x, y = wb.tensor(a, requires_grad=True), wb.tensor(b, requires_grad=True)
    with wb.autocast():
        z = x @ y
    assert not wb.is_autocast_enabled()
    z.backward(wb.tensor(g).bfloat16())
    g = rounded(g)  # a cotangent has the dtype of its value
    rows = a.reshape(-1, a.shape[-1]), g.reshape(-1, g.shape[-1])
    assert x.grad.dtype == y.grad.dtype == wb.float32
    assert_close(x.grad.numpy(), product(g, b.T), b.shape[1], abs(g) @ abs(rounded(b)).T)
    assert_close(y.grad.numpy(), product(rows[0].T, rows[1]), len(rows[0]), abs(rounded(rows[0])).T @ abs(rows[1]))


def test_a_product_from_outside_the_block_has_float32_gradients_inside():
    a, b = wb.tensor(numbers((30, 40), "float32", 1), requires_grad=True), wb.tensor(numbers((40, 20), "float32", 2))
    first = wb.autograd.grad((a @ b).sum(), [a])[0].numpy()
    z = (a @ b).sum()
    with wb.autocast():
        assert same_bits(wb.autograd.grad(z, [a])[0].numpy(), first)


def test_nested_derivatives_inherit_the_precision():
    """Whole numbers of few bits pass through the roundings of operands, so that only results round; others show that
    each product rounds."""
    w, x, v = (numbers(s, "int32", i).astype(np.float32) for i, s in enumerate([(9, 9), (3, 9), (3, 9)]))

    def f(x):
        return ((x @ wb.tensor(w)) * (x @ wb.tensor(w))).sum()

    rounding = wb.autocast()(f)
    x, v = wb.tensor(x), wb.tensor(v)
    for transform in (
        lambda f: wb.grad(f)(x),
        lambda f: wb.jvp(f, (x,), (v,))[1],
        lambda f: wb.hvp(f, (x,), (v,)),
        lambda f: wb.jvp(wb.grad(f), (x,), (v,))[1],
        lambda f: wb.grad(lambda x: (wb.grad(f)(x) * v).sum())(x),
    ):
        got, want = transform(rounding), transform(f)
        got, want = (t[0] if isinstance(t, tuple) else t for t in (got, want))
        largest = abs(want.numpy()).max()
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=0, atol=2.0**-6 * largest)

    fine = numbers((9, 9), "float32", 5)
    direction = numbers((3, 9), "float32", 6)

    def square(x):
        y = x @ wb.tensor(fine)
        return (y * y).sum()

    got = wb.jvp(wb.grad(wb.autocast()(square)), (x,), (wb.tensor(direction),))[1].numpy()
    want = 2 * product(product(direction, fine).astype(np.float32), fine.T)
    np.testing.assert_allclose(got, want, rtol=0, atol=2e-2 * abs(want).max())
    assert not np.allclose(got, 2 * direction @ fine @ fine.T, rtol=1e-5)


def network():
    wb.manual_seed(3)
    return nn.Sequential(nn.Linear(30, 300), nn.ReLU(), nn.Linear(300, 40))


def train(steps, compiled, autocast=True, around=False):
    """Losses and parameters of a few steps; autocast inside the step, or around its calls."""
    model = network()
    optimizer, loss_fn = optim.Adam(model.parameters(), lr=0.01), nn.MSELoss()

    def step(x, y):
        with wb.autocast(enabled=autocast and not around or wb.is_autocast_enabled()):
            loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    if compiled:
        step = wb.compile(step)
    x, y = wb.tensor(numbers((70, 30), "float32", 1)), wb.tensor(numbers((70, 40), "float32", 2))
    with wb.autocast(enabled=autocast and around):
        losses = [step(x, y).item() for _ in range(steps)]
    return losses, [p.detach().numpy() for p in model.parameters()]


def test_captured_and_plain_training_agree_to_the_bit_with_autocast_inside_or_around():
    losses, parameters = train(5, False)
    for compiled, around in ((True, False), (True, True), (False, True)):
        others, values = train(5, compiled, around=around)
        assert others == losses and all(same_bits(a, b) for a, b in zip(values, parameters))
    assert all(p.dtype == np.float32 for p in parameters)


def test_training_stays_near_that_in_float32_and_is_not_the_same():
    losses, parameters = train(5, True)
    exact, values = train(5, True, autocast=False)
    np.testing.assert_allclose(losses, exact, rtol=2e-2)
    assert losses != exact and losses[-1] < losses[0]


def test_small_updates_are_not_lost_because_parameters_stay_float32():
    """An update of 2^-20 of a weight of 1 is none in bfloat16; a thousand of them are."""
    w = wb.tensor(np.ones((1, 1), np.float32), requires_grad=True)
    optimizer = optim.SGD([w], lr=2.0**-20)
    for _ in range(1000):
        with wb.autocast():
            loss = (wb.tensor(np.ones((1, 1), np.float32)) @ w).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert w.item() == 1 - 1000 * 2.0**-20 and w.grad.dtype == wb.float32


TRAINING = """
import hashlib
from test_autocast import train
losses, parameters = train(4, True)
print(losses, hashlib.sha256(b"".join(p.tobytes() for p in parameters)).hexdigest())
"""


def test_results_are_the_same_bits_on_any_number_of_threads_and_with_any_passes():
    results = {python(TRAINING, WINGBEAT_NUM_THREADS=str(count)) for count in (1, 2, 5)}
    results |= {python(TRAINING, WINGBEAT_PASSES=passes) for passes in ("none", "-simplify", "-fuse,-inplace", "-cse")}
    assert len(results) == 1


def test_a_plan_names_its_bfloat16_products_which_round_what_they_read_themselves():
    model, x = network(), wb.tensor(numbers((70, 30), "float32"))
    function = wb.compile(lambda x: model(x).square().sum())
    plain = function.explain(x)
    with wb.autocast():
        cast = function.explain(x)
    assert cast.count("matmul") == cast.count("bfloat16") == plain.count("matmul") == 2 and "bfloat16" not in plain
    assert "copy" not in cast and len(cast.splitlines()) == len(plain.splitlines()) + 1  # one product runs by itself


@pytest.mark.parametrize("numpy", [False, True])
def test_a_compiled_function_has_a_program_for_each_mode(numpy):
    w = wb.tensor(numbers((40, 30), "float32", 1))
    x = numbers((20, 40), "float32", 2)
    function = wb.compile(lambda x: x @ w, numpy=numpy)
    plain = np.array(function(x) if numpy else function(x).numpy())

    def cast_now():
        found = function(x)
        return np.array(found).astype(np.float32) if numpy else read(found)

    for _ in range(3):
        with wb.autocast():
            cast = cast_now()
        assert same_bits(function(x) if numpy else function(x).numpy(), plain)
        assert_close(cast, product(x, w.numpy()), 40, abs(rounded(x)) @ abs(rounded(w.numpy())))


def test_the_trainer_trains_in_the_mode_of_its_call():
    def fit(enabled):
        model = network()
        data = wb.data.TensorDataset(numbers((64, 30), "float32", 1), numbers((64, 40), "float32", 2))
        trainer = wb.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.01))
        with wb.autocast(enabled=enabled):
            trainer.fit(data, epochs=2, batch_size=16, shuffle=False)
        return [p.detach().numpy() for p in model.parameters()]

    cast, plain = fit(True), fit(False)
    assert not same_bits(cast[0], plain[0])
    for a, b in zip(cast, plain):
        np.testing.assert_allclose(a, b, atol=1e-2)


def test_blocks_nest_and_hold_for_their_thread_and_function_only():
    assert not wb.is_autocast_enabled()
    context = wb.autocast()
    with context:
        with wb.autocast(enabled=False):
            assert not wb.is_autocast_enabled()
            with context:
                assert wb.is_autocast_enabled()
            assert not wb.is_autocast_enabled()
        assert wb.is_autocast_enabled()
        seen = []
        thread = threading.Thread(target=lambda: seen.append(wb.is_autocast_enabled()))
        thread.start()
        thread.join()
        assert seen == [False]
    with pytest.raises(ZeroDivisionError), wb.autocast():
        raise ZeroDivisionError
    assert not wb.is_autocast_enabled()

    @wb.autocast(dtype=wb.bfloat16)
    def decorated(fails=False):
        """Its own words."""
        if fails:
            raise ValueError
        return wb.is_autocast_enabled()

    assert decorated() and decorated.__doc__ == "Its own words." and not wb.is_autocast_enabled()
    with pytest.raises(ValueError):
        decorated(fails=True)
    assert not wb.is_autocast_enabled()


@pytest.mark.parametrize(
    "dtype, error",
    [
        (wb.float32, wb.DTypeError),
        (wb.float64, wb.DTypeError),
        (wb.bool, wb.DTypeError),
        ("bfloat16", wb.ArgumentError),
        (np.float16, wb.ArgumentError),
        (len, wb.ArgumentError),
        (True, wb.ArgumentError),
    ],
)
def test_other_dtypes_for_products_are_refused_with_a_sentence(dtype, error):
    with pytest.raises(error, match="bfloat16"):
        wb.autocast(dtype=dtype)
    assert not wb.is_autocast_enabled()


def test_any_dtype_may_stand_where_autocast_is_off():
    with wb.autocast(), wb.autocast("cpu", dtype=wb.float32, enabled=False):
        assert not wb.is_autocast_enabled() and (wb.ones(2, 2) @ wb.ones(2, 2)).dtype == wb.float32


# -------------------------------------------------------------------- what is cast


F = nn.functional
X, Y, LABELS = numbers((6, 6), "float32", 1, 0.1, 0.9), numbers((6, 6), "float32", 2, 0.1, 0.9), np.arange(6)
IMAGE, WINDOW = numbers((2, 3, 8, 8), "float32", 3), numbers((4, 3, 3, 3), "float32", 4)
LOWERED = {
    "matmul": lambda x, y: x @ y,
    "bmm": lambda x, y: wb.bmm(x.unsqueeze(0), y.unsqueeze(0)),
    "addmm": lambda x, y: wb.addmm(x, x, y),
    "baddbmm": lambda x, y: wb.baddbmm(x.unsqueeze(0), x.unsqueeze(0), y.unsqueeze(0)),
    "linear": lambda x, y: F.linear(x, y),
    "einsum": lambda x, y: wb.einsum("ij,jk->ik", x, y),
    "conv2d": lambda x, y: F.conv2d(wb.tensor(IMAGE), wb.tensor(WINDOW)),
    "conv_transpose2d": lambda x, y: F.conv_transpose2d(wb.tensor(IMAGE), wb.tensor(WINDOW[:3])),
    "attention": lambda x, y: F.scaled_dot_product_attention(x, y, y),
    "prelu": lambda x, y: F.prelu(x, wb.tensor([0.5])),
}
RAISED = {
    "exp": lambda x, y: x.exp(),
    "log": lambda x, y: x.log(),
    "pow": lambda x, y: x**3,
    "softplus": lambda x, y: F.softplus(x),
    "softmax": lambda x, y: x.softmax(1),
    "log_softmax": lambda x, y: F.log_softmax(x, 1),
    "sum": lambda x, y: x.sum(),
    "prod": lambda x, y: x.prod(0),
    "cumsum": lambda x, y: x.cumsum(0),
    "norm": lambda x, y: wb.norm(x),
    "layer_norm": lambda x, y: F.layer_norm(x, (6,)),
    "group_norm": lambda x, y: F.group_norm(x, 2),
    "mse_loss": lambda x, y: F.mse_loss(x, y),
    "l1_loss": lambda x, y: F.l1_loss(x, y),
    "cross_entropy": lambda x, y: F.cross_entropy(x, wb.tensor(LABELS)),
    "nll_loss": lambda x, y: F.nll_loss(x, wb.tensor(LABELS)),
    "binary_cross_entropy_with_logits": lambda x, y: F.binary_cross_entropy_with_logits(x, y),
    "cosine_similarity": lambda x, y: F.cosine_similarity(x, y),
    "cdist": lambda x, y: wb.cdist(x, y),
}
PLAIN = {
    "add": lambda x, y: x + y,
    "relu": lambda x, y: x.relu(),
    "gelu": lambda x, y: F.gelu(x),
    "mean": lambda x, y: x.mean(),
    "max_pool1d": lambda x, y: F.max_pool1d(x, 2),
    "batch_norm": lambda x, y: F.batch_norm(x, None, None, training=True),
    "cat": lambda x, y: wb.cat([x, y]),
}


@pytest.mark.parametrize("half", [wb.bfloat16, wb.float16], ids=str)
@pytest.mark.parametrize("name, call, kind", [
    pytest.param(name, call, kind, id=name)
    for kind, table in (("lowered", LOWERED), ("raised", RAISED), ("plain", PLAIN)) for name, call in table.items()
])  # fmt: skip
def test_each_function_gives_the_dtype_that_the_lists_say(name, call, kind, half):
    for given in (wb.float32, half):
        x, y = wb.tensor(X, given), wb.tensor(Y, given)
        with wb.autocast("cpu", dtype=half):
            found = call(x, y).dtype
        assert found == {"lowered": half, "raised": wb.float32, "plain": given}[kind]
    x, y = wb.tensor(X, "float64"), wb.tensor(Y, "float64")
    if "conv" not in name and name != "prelu":
        with wb.autocast("cpu", dtype=half):
            assert call(x, y).dtype == wb.float64


def test_forms_of_pytorch_are_taken():
    x = wb.tensor(X)
    for block, dtype in (
        (wb.autocast("cpu"), wb.bfloat16),
        (wb.autocast(device_type="cpu", dtype=wb.float16), wb.float16),
        (wb.amp.autocast("cpu", wb.float16, True, cache_enabled=False), wb.float16),
        (wb.autocast(wb.bfloat16), wb.bfloat16),
    ):
        with block:
            assert (x @ x).dtype == dtype == wb.get_autocast_dtype("cpu") and wb.is_autocast_enabled("cpu")
    with pytest.warns(UserWarning, match="no GPU"), wb.autocast("cuda", dtype=wb.float16):
        assert (x @ x).dtype == wb.float32 and not wb.is_autocast_enabled("cuda")
    with pytest.warns(UserWarning, match="no GPU"), wb.cuda.amp.autocast():
        assert (x @ x).dtype == wb.float32
    with pytest.raises(wb.ArgumentError, match="'cpu' or 'cuda', found 'tpu'"):
        wb.autocast("tpu")


# -------------------------------------------------------------------- GradScaler


def scaled(values=(1.0, 2.0), **settings):
    parameter = wb.tensor(np.array(values, np.float32), requires_grad=True)
    return parameter, optim.SGD([parameter], lr=0.5), wb.amp.GradScaler("cpu", **settings)


def test_a_scaled_step_is_the_step_itself():
    parameter, optimizer, scaler = scaled(init_scale=1024.0)
    loss = (parameter * parameter).sum()
    assert scaler.scale(loss).item() == 1024 * loss.item()
    scaler.scale(loss).backward()
    assert parameter.grad.tolist() == [2048.0, 4096.0]
    scaler.step(optimizer)
    assert parameter.tolist() == [0.0, 0.0] and parameter.grad.tolist() == [2.0, 4.0]
    scaler.update()
    assert scaler.get_scale() == 1024.0 and [part.item() for part in scaler.scale([loss, loss])] == [5 * 1024] * 2


def test_infinite_gradients_leave_the_step_out_and_lower_the_scale():
    for bad in (np.inf, np.nan):
        parameter, optimizer, scaler = scaled(init_scale=8.0, growth_interval=2)
        scaler.scale((parameter * wb.tensor(np.array([1, bad], np.float32))).sum()).backward()
        assert scaler.step(optimizer) is None and parameter.tolist() == [1.0, 2.0]
        scaler.update()
        assert scaler.get_scale() == 4.0
        for _ in range(2):
            optimizer.zero_grad()
            scaler.scale(parameter.sum()).backward()
            scaler.step(optimizer)
            scaler.update()
        assert scaler.get_scale() == 8.0 and parameter.tolist() == [0.0, 1.0]


def test_gradients_may_be_clipped_between_unscale_and_step():
    parameter, optimizer, scaler = scaled()
    scaler.scale((parameter * 3).sum()).backward()
    scaler.unscale_(optimizer)
    assert parameter.grad.tolist() == [3.0, 3.0]
    with pytest.raises(wb.StateError, match="unscale_"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(wb.StateError, match="one step between updates"):
        scaler.step(optimizer)
    scaler.update(16.0)
    assert scaler.get_scale() == 16.0
    with pytest.raises(wb.StateError, match="there was none"):
        scaler.update()


def test_a_scalers_state_comes_again():
    _, _, scaler = scaled(init_scale=32.0, growth_factor=4.0, backoff_factor=0.25, growth_interval=7)
    other = wb.amp.GradScaler("cpu")
    other.load_state_dict(scaler.state_dict())
    assert other.state_dict() == scaler.state_dict() == {
        "scale": 32.0, "growth_factor": 4.0, "backoff_factor": 0.25, "growth_interval": 7, "_growth_tracker": 0,
    }  # fmt: skip
    with pytest.raises(wb.StateError, match="without 'scale'"):
        other.load_state_dict({})


def test_a_scaler_that_is_turned_off_does_nothing():
    parameter, optimizer, scaler = scaled(enabled=False)
    with pytest.warns(UserWarning, match="no GPU"):
        assert not wb.cuda.amp.GradScaler().is_enabled()
    scaler.scale(parameter.sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    assert parameter.tolist() == [0.5, 1.5] and scaler.get_scale() == 1.0 and scaler.state_dict() == {}


def test_a_captured_step_finds_the_scale_of_its_run():
    parameter, optimizer, scaler = scaled(init_scale=2.0)

    @wb.compile
    def loss(x):
        return scaler.scale((x * x).sum())

    x = wb.tensor([3.0])
    assert loss(x).item() == 18.0
    scaler.update(64.0)
    assert loss(x).item() == 9 * 64.0


def test_the_bfloat16_object_is_a_dtype_of_its_own():
    assert repr(wb.bfloat16) == "wingbeat.bfloat16" and str(wb.bfloat16) == "bfloat16" and wb.bfloat16.itemsize == 2
    assert wb.bfloat16 != wb.float32 and wb.float32 != wb.bfloat16 and wb.bfloat16 != np.float16
    assert wb.bfloat16 == "bfloat16" and wb.bfloat16 is wb.zeros(2, dtype="bfloat16").dtype
    assert {wb.bfloat16: 1}[wb.bfloat16] == 1 and wb.bfloat16 in (wb.float32, wb.bfloat16)
    assert pickle.loads(pickle.dumps(wb.bfloat16)) is wb.bfloat16 and copy.deepcopy(wb.bfloat16) is wb.bfloat16
