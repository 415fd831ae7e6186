"""Whole numbers come through exactly, whatever their size: int64 is no float64."""

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import nn, optim

BIG = 2**53 + 1  # no double
LAST = 2**63 - 1


def same(tensor, array):
    array = np.asarray(array)
    assert tensor.dtype == array.dtype and tensor.tolist() == array.tolist()


@pytest.mark.parametrize("value", [BIG, -BIG, LAST, -LAST - 1, np.int64(BIG)])
def test_a_tensor_is_filled_with_the_number_itself(value):
    for made in (
        wb.full((2,), value),
        wb.full_like(wb.zeros(2, dtype="int64"), value),
        wb.zeros(2, dtype="int64").fill_(value),
        wb.pad(wb.zeros(0, dtype="int64"), (1, 1), value=value),
        wb.full((2,), wb.tensor(value)),
        wb.zeros(2, dtype="int64").fill_(wb.tensor(value)),
        wb.zeros(2, dtype="int64").masked_fill(wb.ones(2) > 0, value),
        wb.where(wb.ones(2) > 0, value, wb.zeros(2, dtype="int64")),
    ):
        same(made, np.array([value, value]))


@pytest.mark.parametrize("dtype, value", [("uint8", 256), ("uint8", -1), ("int32", 2**31), ("int64", 2**63)])
def test_what_a_dtype_does_not_hold_is_refused(dtype, value):
    x = wb.zeros(1, dtype=dtype)
    for call in (
        lambda: wb.full((1,), value, dtype=dtype),
        lambda: x.fill_(value),
        lambda: wb.pad(x, (1, 1), value=value),
    ):
        with pytest.raises((wb.ArgumentError, wb.DTypeError)):
            call()


@pytest.mark.parametrize(
    "bounds", [(BIG, BIG + 5, 2), (BIG + 4, BIG, -3), (0, LAST, LAST // 3), (-LAST, LAST, LAST), (BIG, BIG - 1, 1)]
)
def test_arange_is_exact(bounds):
    start, stop, step = bounds
    same(wb.arange(start, stop, step), np.array(range(start, stop, step), dtype="int64"))


def test_arange_of_other_dtypes_is_of_the_exact_numbers():
    assert wb.arange(BIG, BIG + 3, dtype="float64").tolist() == [float(BIG + place) for place in range(3)]
    same(wb.arange(3, 9, 2, dtype="int32"), np.arange(3, 9, 2, dtype="int32"))
    same(wb.arange(np.int64(3)), np.arange(3))
    assert wb.arange(wb.tensor(3)).dtype == wb.int64


@pytest.mark.parametrize(
    "start, end, steps",
    [
        (BIG, BIG + 2, 3),
        (-LAST - 1, LAST, 4),
        (0, 10, 4),
        (-10, 0, 4),
        (5, 5, 3),
        (BIG, BIG, 1),
        (0, 3, 0),
        (LAST, 0, 7),
    ],
)
def test_linspace_of_integers_is_cut_toward_zero_exactly(start, end, steps):
    parts = max(1, steps - 1)
    exact = [start * (parts - place) + end * place for place in range(steps)]
    want = [number // parts if number >= 0 else -(-number // parts) for number in exact]
    same(wb.linspace(start, end, steps, dtype="int64"), np.array(want, dtype="int64"))


def test_random_whole_numbers_reach_their_bounds():
    wb.manual_seed(0)
    high = 3 * 2**61
    values = wb.randint(0, high, (1000,)).numpy()
    assert values.min() >= 0 and values.max() < high and values.max() > high // 2
    assert wb.randint(BIG, BIG + 1, (3,)).tolist() == [BIG] * 3
    values = wb.randint(-LAST - 1, LAST, (1000,)).numpy()
    assert values.min() < -(2**61) and values.max() > 2**61
    with pytest.raises(wb.ArgumentError, match="randint"):
        wb.randint(0, 2**63, (1,))


def test_random_whole_numbers_of_plain_bounds_are_those_of_before():
    wb.manual_seed(3)
    found = wb.randint(-5, 6, (4, 5))
    wb.manual_seed(3)
    same(wb.randint(-5.0, 6.0, (4, 5)), found.numpy())


@pytest.mark.parametrize(
    "low, high", [(BIG, None), (None, BIG + 1), (BIG, BIG + 1), (BIG, wb.tensor(BIG + 1)), (np.int64(BIG), None)]
)
def test_clamp_is_exact(low, high):
    x = np.array([BIG - 1, BIG, BIG + 1, BIG + 2])
    plain = [bound.item() if isinstance(bound, wb.Tensor) else bound for bound in (low, high)]
    same(wb.clamp(wb.tensor(x), low, high), np.clip(x, *plain))


def test_bounds_that_a_dtype_does_not_hold_bound_it_all_the_same():
    x = wb.tensor([1, 200], dtype="uint8")
    assert wb.clamp(x, -5, 100).tolist() == [1, 100] and wb.clamp(x, max=2**40).tolist() == [1, 200]
    assert wb.clamp(wb.tensor([7], dtype="int32"), min=2**40).tolist() == [2**40]


@pytest.mark.parametrize(
    "operation",
    [
        "add",
        "sub",
        "mul",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "maximum",
        "minimum",
        "floor_divide",
        "remainder",
        "bitwise_and",
        "bitwise_or",
        "bitwise_xor",
    ],
)
def test_arithmetic_with_a_number_is_exact(operation):
    references = {
        "sub": np.subtract,
        "add": np.add,
        "mul": np.multiply,
        "eq": np.equal,
        "ne": np.not_equal,
        "lt": np.less,
        "le": np.less_equal,
        "gt": np.greater,
        "ge": np.greater_equal,
    }
    x = np.array([BIG - 1, BIG, BIG + 1, -BIG, 3])
    reference = references.get(operation) or getattr(np, operation)
    with np.errstate(over="ignore"):
        same(getattr(wb, operation)(wb.tensor(x), BIG), reference(x, BIG))
        same(getattr(wb, operation)(wb.tensor(x), wb.tensor(BIG)), reference(x, BIG))
        same(getattr(wb, operation)(BIG, wb.tensor(x)), reference(BIG, x))
        same(wb.compile(lambda t: getattr(wb, operation)(t, BIG))(wb.tensor(x)), reference(x, BIG))


def test_alpha_is_exact():
    x = wb.tensor([1, 2])
    assert wb.add(x, x, alpha=BIG).tolist() == [1 + BIG, 2 + 2 * BIG] and x.clone().sub_(x, alpha=BIG).tolist() == [
        1 - BIG,
        2 - 2 * BIG,
    ]


def test_reductions_and_order_are_exact():
    x = np.array([[BIG, BIG + 1], [BIG - 1, -BIG]])
    t = wb.tensor(x)
    for name in ("sum", "prod", "amax", "amin", "cumsum", "argmax"):
        dims = {"argmax": "argmax", "amax": "max", "amin": "min"}.get(name, name)
        with np.errstate(over="ignore"):
            assert getattr(wb, name)(t, 1).tolist() == getattr(np, dims)(x, 1).tolist(), name
    assert wb.sort(t, 1).values.tolist() == np.sort(x, 1).tolist()
    assert wb.unique(wb.tensor([BIG, BIG + 1, BIG])).tolist() == [BIG, BIG + 1]
    assert wb.abs(t).tolist() == np.abs(x).tolist() and (-t).tolist() == (-x).tolist()


@pytest.mark.parametrize("dtype, value", [("uint8", 255), ("int32", 2**31 - 1), ("int32", 50000)])
def test_dot_of_integers_is_an_int64_without_overflow(dtype, value):
    x = wb.tensor([value, value], dtype=dtype)
    assert x.dot(x).dtype == wb.int64 and x.dot(x).item() == 2 * value * value


def test_an_integer_has_no_negative_power():
    for dtype in ("int32", "int64"):
        x = wb.tensor([2, 3], dtype=dtype)
        exponent = wb.tensor([1, -1], dtype=dtype)
        for call in (
            lambda: x**-1,
            lambda: wb.pow(x, -2),
            lambda: 2**exponent,
            lambda: x**exponent,
            lambda: wb.pow(wb.tensor([2], dtype="uint8"), exponent),
            lambda: wb.compile(lambda a, b: a**b)(x, exponent),
        ):
            with pytest.raises(wb.ArgumentError, match="pow: integers have no"):
                call().numpy()
        assert (x**2).tolist() == [4, 9] and (x ** wb.tensor([0, 3], dtype=dtype)).tolist() == [1, 27]
        assert (x.to("float64") ** -1).tolist() == [0.5, 1 / 3] and (x**-1.0).tolist() == [0.5, np.float32(1 / 3)]
        assert (wb.tensor([2.0]) ** exponent).tolist() == [2.0, 0.5]


def order(seed):
    """Where training by single rows, in the order of a seed, ends."""
    x = wb.arange(64, dtype="float32").reshape(64, 1)
    wb.manual_seed(0)
    model = nn.Linear(1, 1)
    trainer = wb.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=1e-4))
    trainer.fit((x, x), batch_size=1, seed=seed)
    return model.weight.item()


def test_a_trainers_seed_counts_to_its_last_bit():
    assert order(2**53) == order(2**53) != order(BIG)


@pytest.mark.parametrize("name", ["epochs", "batch_size", "seed", "patience", "max_steps", "report_every"])
def test_counts_of_fit_are_refused_by_name(name):
    model = nn.Linear(1, 1)
    trainer = wb.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))
    data = (wb.ones(2, 1), wb.ones(2, 1))
    for wrong in (wb.tensor([1.0, 2.0]), "3", None, 1.5, wb.tensor(2.5)):
        with pytest.raises(TypeError, match=f"fit: expected a whole number as {name}, found"):
            trainer.fit(data, validation=data, callback=print, **{name: wrong})
    assert trainer.fit(data, epochs=wb.tensor(1), batch_size=2.0) == "epochs"
