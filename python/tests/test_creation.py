"""wb.tensor, zeros, ones, full, arange, eye, rand, randn, randint; shape, dtype, item, repr."""

import copy
import pickle

import numpy as np
import pytest
from support import DTYPES, numbers, same_bits

import wingbeat as wb


@pytest.mark.parametrize(
    "data, dtype, shape",
    [
        (1.5, "float32", ()),
        (2, "int64", ()),
        (True, "bool", ()),
        ([1.0, 2.0], "float32", (2,)),
        ([1, 2], "int64", (2,)),
        ([[True], [False]], "bool", (2, 1)),
        ([], "float32", (0,)),
        ([[]], "float32", (1, 0)),
        ((1, 2.5), "float32", (2,)),
        (np.float64(1), "float64", ()),
        ([np.float64(1)], "float64", (1,)),
        (np.int32(1), "int32", ()),
        (range(3), "int64", (3,)),
    ],
)
def test_python_values_get_the_dtypes_that_pytorch_gives_them(data, dtype, shape):
    t = wb.tensor(data)
    assert (t.dtype, t.shape) == (dtype, shape)
    np.testing.assert_array_equal(t.numpy(), np.asarray(data))


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_dtype_may_be_given_in_every_form(dtype):
    for form in (dtype, np.dtype(dtype), np.dtype(dtype).type, getattr(wb, dtype)):
        assert wb.tensor([0, 1], form).dtype == wb.zeros(2, dtype=form).dtype == wb.ones(2).to(form).dtype == dtype
    assert repr(getattr(wb, dtype)) == f"wingbeat.{dtype}" and np.zeros(1, getattr(wb, dtype)).dtype == dtype


@pytest.mark.parametrize("source", DTYPES)
@pytest.mark.parametrize("target", DTYPES)
def test_every_dtype_converts_to_every_other_as_numpy_does(source, target):
    x = numbers((40,), source)
    x = np.abs(x) if target == "uint8" and x.dtype != bool else x
    assert same_bits(wb.tensor(x).to(target).numpy(), x.astype(target))
    assert same_bits(wb.tensor(x, target).numpy(), x.astype(target))


def test_ints_that_the_dtype_does_not_hold_are_refused():
    for function in (
        lambda: wb.tensor(300, "uint8"),
        lambda: wb.tensor([1, -1], "uint8"),
        lambda: wb.full((2,), 300, "uint8"),
        lambda: wb.full(2, 2**31, "int32"),
        lambda: wb.full(2, 2**63),
    ):
        with pytest.raises(ValueError, match="expected ints that .* holds, found"):
            function()
    assert wb.full((2,), 2**60 + 1).tolist() == [2**60 + 1] * 2, "beyond what a double holds"
    assert wb.tensor(2**60 + 1).item() == 2**60 + 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [(), (3,), (2, 3), (0, 2)])
def test_filled_tensors_have_their_shape_dtype_and_value(dtype, size):
    for t, expected in (
        (wb.zeros(size, dtype=dtype), np.zeros(size, dtype)),
        (wb.ones(size, dtype=dtype), np.ones(size, dtype)),
        (wb.full(size, 7, dtype), np.full(size, 7, dtype)),
        (wb.zeros_like(wb.ones(size, dtype=dtype)), np.zeros(size, dtype)),
        (wb.ones_like(wb.zeros(size, dtype=dtype)), np.ones(size, dtype)),
        (wb.full_like(wb.zeros(size, dtype=dtype), 1), np.ones(size, dtype)),
    ):
        assert same_bits(t.numpy(), expected)
    assert wb.zeros(*size).shape == wb.zeros(list(size)).shape == wb.zeros(np.array(size, int)).shape == size


def test_full_takes_the_dtype_of_its_value():
    assert [wb.full((1,), value).dtype.name for value in (1, 1.0, True)] == ["int64", "float32", "bool"]


@pytest.mark.parametrize(
    "arguments", [(5,), (2, 5), (0, 10, 3), (5, 0, -2), (0.0, 1.0, 0.25), (1.5,), (3, 3), (5, 2), (-3,), (0, 1, 0.1)]
)
def test_arange_is_numpys(arguments):
    found, expected = wb.arange(*arguments), np.arange(*arguments)
    assert found.shape == expected.shape and found.dtype == ("int64" if expected.dtype.kind == "i" else "float32")
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)
    assert wb.arange(3, dtype="float64").dtype == "float64"


def test_eye_is_numpys():
    assert same_bits(wb.eye(3).numpy(), np.eye(3, dtype="f4")) and same_bits(
        wb.eye(2, 4, dtype="int32").numpy(), np.eye(2, 4, dtype="i4")
    )


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda: wb.zeros(-1), ValueError, "negative"),
        (lambda: wb.zeros(2.5), TypeError, "zeros.*2.5"),
        (lambda: wb.zeros("a"), TypeError, "zeros.*'a'"),
        (lambda: wb.zeros(None), TypeError, "zeros.*None"),
        (lambda: wb.zeros(2**64 + 2), ValueError, "2\\*\\*63"),
        (lambda: wb.zeros(2, dtype="float128"), TypeError, "float128"),
        (lambda: wb.zeros(2, dtype=object()), TypeError, "object"),
        (lambda: wb.full(2, None), TypeError, "found None"),
        (lambda: wb.full(2, "a"), TypeError, "found 'a'"),
        (lambda: wb.arange(0, 1, 0), ValueError, "step"),
        (lambda: wb.arange(float("nan")), ValueError, "finite"),
        (lambda: wb.arange(0, float("inf")), ValueError, "finite"),
        (lambda: wb.arange("a"), TypeError, "found 'a'"),
        (lambda: wb.arange(None), TypeError, "None"),
        (lambda: wb.arange(2**63, 2**63 + 2), ValueError, "9223372036854775808"),
        (lambda: wb.randn(2, dtype="int32"), TypeError, "int32"),
        (lambda: wb.randint(5, 5, (2,)), ValueError, "5"),
        (lambda: wb.randint(0, 10), ValueError, "size"),
        (lambda: wb.randint(0, "a", (2,)), TypeError, "'a'"),
        (lambda: wb.randint(0, 1000, (2,), dtype="uint8"), ValueError, "do not fit uint8"),
        (lambda: wb.randint(-1, 9, (2,), dtype="uint8"), ValueError, "do not fit uint8"),
        (lambda: wb.randint(0, 2**40, (2,), dtype="int32"), ValueError, "do not fit int32"),
        (lambda: wb.manual_seed(-1), ValueError, "-1"),
        (lambda: wb.manual_seed(2**64), ValueError, "18446744073709551616"),
        (lambda: wb.manual_seed("a"), TypeError, "'a'"),
        (lambda: wb.manual_seed(1.5), TypeError, "1.5"),
        (lambda: wb.tensor([1]).requires_grad_(), TypeError, "int64"),
        (lambda: wb.tensor([1], requires_grad=True), TypeError, "int64"),
        (lambda: wb.zeros(10**7, 10**7), MemoryError, "400000000000000 bytes"),
        (lambda: wb.zeros(2**62, 2**62), MemoryError, "memory"),
        (lambda: wb.tensor([1.0]).to("text"), TypeError, "'text'"),
        (lambda: wb.from_numpy([1]), TypeError, "found list"),
    ],
)
def test_nonsense_is_refused_with_a_fitting_exception(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


def test_a_seed_gives_the_same_numbers_again_and_another_seed_others():
    def draw(seed):
        wb.manual_seed(seed)
        return [
            np.asarray(t)
            for t in (
                wb.rand(100),
                wb.randn(3, 5, dtype="float64"),
                wb.randint(0, 1000, (50,)),
                wb.rand_like(wb.ones(7)),
                wb.randn_like(wb.ones(7)),
            )
        ]

    first, second, other = draw(5), draw(5), draw(6)
    assert all(map(same_bits, first, second)) and not any(map(same_bits, first, other))
    assert not same_bits(first[3], first[4])


def test_the_order_of_evaluation_does_not_change_random_numbers():
    wb.manual_seed(1)
    a, b = wb.rand(10), wb.rand(10)
    first = b.numpy(), a.numpy()
    wb.manual_seed(1)
    a, b = wb.rand(10), wb.rand(10)
    assert same_bits(a.numpy(), first[1]) and same_bits(b.numpy(), first[0])


def test_random_numbers_have_their_distributions():
    wb.manual_seed(0)
    n = 200_000
    uniform, normal, whole = (
        wb.rand(n, dtype="float64").numpy(),
        wb.randn(n, dtype="float64").numpy(),
        wb.randint(-3, 4, (n,)).numpy(),
    )
    assert 0 <= uniform.min() and uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 5 / np.sqrt(12 * n) and abs(uniform.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / n)
    assert (
        abs(normal.mean()) < 5 / np.sqrt(n)
        and abs(normal.var() - 1) < 5 * np.sqrt(2 / n)
        and abs((normal**4).mean() - 3) < 5 * np.sqrt(96 / n)
    )
    counts = np.bincount(whole + 3, minlength=7)
    assert len(counts) == 7 and ((counts - n / 7) ** 2 / (n / 7)).sum() < 35  # chi squared, 6 degrees of freedom
    assert wb.randint(5, size=(100,)).numpy().max() < 5 and wb.randint(7, (100,)).numpy().max() < 7


def test_item_gives_pythons_numbers():
    for data, expected in (
        (1.5, 1.5),
        ([[2]], 2),
        (True, True),
        (np.float64(0.1), 0.1),
        (2**62 + 1, 2**62 + 1),
        (float("inf"), float("inf")),
    ):
        item = wb.tensor(data).item()
        assert item == expected and type(item) is type(expected if not isinstance(expected, np.floating) else 1.0)
    assert (float(wb.tensor(2.5)), int(wb.tensor(2.5)), bool(wb.tensor(0)), [10, 11][wb.tensor(1)]) == (
        2.5,
        2,
        False,
        11,
    )
    assert np.isnan(wb.tensor(float("nan")).item())
    for function in (wb.Tensor.item, float, int, bool):
        with pytest.raises(ValueError, match=r"\[2\]"):
            function(wb.ones(2))
    with pytest.raises(TypeError, match="float32"):
        [1][wb.tensor(0.0)]
    assert wb.tensor([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]] and wb.tensor(3).tolist() == 3


def test_shape_size_and_views():
    t = wb.tensor(np.arange(24).reshape(2, 3, 4))
    assert (
        t.shape == t.size() == (2, 3, 4)
        and t.size(-1) == 4
        and t.ndim == t.dim() == 3
        and t.numel() == 24
        and len(t) == 2
    )
    for found, expected in (
        (t.view(6, 4), (6, 4)),
        (t.reshape(-1), (24,)),
        (t.view(2, -1), (2, 12)),
        (t.reshape((4, 6)), (4, 6)),
        (t.reshape([24, 1]), (24, 1)),
        (t.flatten(), (24,)),
        (t.flatten(1), (2, 12)),
        (t.unsqueeze(-1), (2, 3, 4, 1)),
        (t.unsqueeze(0).squeeze(), (2, 3, 4)),
        (t.flatten(0, 1).unsqueeze(0).squeeze(0), (6, 4)),
    ):
        assert found.shape == expected
        np.testing.assert_array_equal(found.numpy(), np.arange(24).reshape(expected))
    x = t.numpy()
    for found, expected in (
        (t.T, x.T),
        (t.mT, x.swapaxes(1, 2)),
        (t.permute(2, 0, 1), x.transpose(2, 0, 1)),
        (t.transpose(0, -1), x.swapaxes(0, 2)),
        (t[:1].expand(2, -1, 4), np.broadcast_to(x[:1], (2, 3, 4))),
        (t[0].broadcast_to(5, 3, 4), np.broadcast_to(x[0], (5, 3, 4))),
    ):
        assert same_bits(found.numpy(), np.ascontiguousarray(expected))


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda t: t.view(7), ValueError, r"\[2, 3\] has 6 elements, \[7\] has 7"),
        (lambda t: t.view(-1, -1), ValueError, "-1"),
        (lambda t: t.view(-1, 4), ValueError, r"\[2, 3\]"),
        (lambda t: t.view("a"), TypeError, "'a'"),
        (lambda t: t.permute(0, 0), ValueError, "twice"),
        (lambda t: t.permute(0), ValueError, "permute"),
        (lambda t: t.permute(0, 2**33), IndexError, "out of range"),
        (lambda t: t.transpose(0, 5), IndexError, "axis 5"),
        (lambda t: t.squeeze(7), IndexError, "axis 7"),
        (lambda t: t.unsqueeze(9), IndexError, "axis 9"),
        (lambda t: t.expand(3, 4), ValueError, r"\[3, 4\]"),
        (lambda t: t.size(5), IndexError, "axis 5"),
        (lambda t: t.flatten(1, 0), ValueError, "start_dim 1"),
        (lambda t: t.sum(5), IndexError, "axis 5"),
        (lambda t: t.sum(2**32), IndexError, "out of range"),
        (lambda t: t.sum("a"), TypeError, "sum.*'a'"),
        (lambda t: t.softmax(2**32), ValueError, "axis"),
        (lambda t: t.softmax("a"), TypeError, "'a'"),
        (lambda t: t.mean((0, 0)), ValueError, "twice"),
        (lambda t: t.to("int64").mean(), TypeError, "int64"),
        (lambda t: t.reshape(2**64 + 6), ValueError, "2\\*\\*63"),
    ],
)
def test_shapes_and_axes_that_do_not_fit_are_refused_with_a_sentence(call, kind, words):
    t = wb.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with pytest.raises(kind, match=words):
        call(t)
    assert t.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_repr_shows_values_dtype_and_gradients():
    assert repr(wb.tensor([1.0, 2.5])) == "tensor([1. , 2.5])"
    assert repr(wb.tensor([1, 2])) == "tensor([1, 2])" and repr(wb.tensor(True)) == "tensor(True)"
    assert repr(wb.tensor([1.0], "float64", requires_grad=True)) == "tensor([1.], dtype=float64, requires_grad=True)"
    assert repr(wb.zeros(0, 3)) == "tensor([], shape=(0, 3))" and "..." in repr(wb.zeros(100, 100))
    assert f"{wb.tensor(1 / 3):.3f}" == "0.333" and f"{wb.tensor([1, 2])}" == "tensor([1, 2])"


def test_copies_and_pickles_are_equal_and_independent():
    t = wb.tensor(numbers((3,)), requires_grad=True)
    for other in (copy.deepcopy(t), copy.copy(t), pickle.loads(pickle.dumps(t))):
        assert same_bits(other.detach().numpy(), numbers((3,))) and other.requires_grad and other.is_leaf
        with wb.no_grad():
            other.mul_(2)
    assert same_bits(t.detach().numpy(), numbers((3,)))
