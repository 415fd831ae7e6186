"""Operators compute and broadcast as NumPy's, and promote as PyTorch's."""

import operator
import warnings

import numpy as np
import pytest
from support import DTYPES, meeting, numbers, promoted

import wingbeat as wb

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
NUMPY_HAS_NONE = {(operator.sub, "bool", "bool")}  # NumPy: TypeError
ENGINE_HAS_NONE = {(operator.pow, "bool", "bool")}  # NumPy: int8, a dtype that the engine does not have


def agree(found, expected, exact=True):
    assert isinstance(found, wb.Tensor)
    assert found.dtype == expected.dtype and found.shape == expected.shape
    if exact or expected.dtype.kind != "f":
        np.testing.assert_array_equal(found.numpy(), expected)
    else:
        np.testing.assert_allclose(found.numpy(), expected, rtol=4 * np.finfo(expected.dtype).eps)


def operands(op, a, b, left_shape=(3, 1, 4), right_shape=(2, 1)):
    x, y = numbers(left_shape, a, 1), numbers(right_shape, b, 2)
    if op is operator.pow:  # whole powers of negative bases, no negative powers of integers
        y = np.abs(y) if np.issubdtype(np.result_type(x, y), np.integer) else y
        x = np.abs(x) + 1 if x.dtype != bool and y.dtype.kind == "f" or np.result_type(x, y).kind == "f" else x
        x = x.astype(a)
    if op is operator.truediv:
        y = np.where(y == 0, np.ones_like(y), y)
    return x, y


@pytest.mark.parametrize("op", ARITHMETIC + COMPARISONS, ids=lambda op: op.__name__)
@pytest.mark.parametrize("a", DTYPES)
@pytest.mark.parametrize("b", DTYPES)
def test_tensors_of_every_pair_of_dtypes_broadcast_and_promote_as_pytorchs(op, a, b):
    x, y = operands(op, a, b)
    if (op, a, b) in NUMPY_HAS_NONE | ENGINE_HAS_NONE:
        with pytest.raises(TypeError, match="bool"):
            op(wb.tensor(x), wb.tensor(y))
        return
    expected = meeting(op, x, y)
    agree(op(wb.tensor(x), wb.tensor(y)), expected, exact=op is not operator.pow)
    assert wb.promote_types(a, b) == promoted(a, b)


@pytest.mark.parametrize("op", ARITHMETIC + COMPARISONS, ids=lambda op: op.__name__)
@pytest.mark.parametrize("a", ["int32", "float32", "float64"])
@pytest.mark.parametrize("b", ["int64", "float32", "float64"])
def test_an_array_may_stand_on_either_side(op, a, b):
    x, y = operands(op, a, b)
    expected = meeting(op, x, y)
    agree(op(wb.tensor(x), y), expected, exact=op is not operator.pow)
    agree(op(x, wb.tensor(y)), expected, exact=op is not operator.pow)


@pytest.mark.parametrize("op", ARITHMETIC + COMPARISONS, ids=lambda op: op.__name__)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("number", [True, 0, 2, 2.5, -1.5, 255])
def test_a_python_number_may_stand_on_either_side_and_promotes_as_in_pytorch(op, dtype, number):
    x = np.abs(numbers((2, 3), dtype, 3)) if dtype != "bool" else numbers((2, 3), dtype, 3)
    for left, right in ((x, number), (number, x)):
        of_tensors = [wb.tensor(side) if side is x else side for side in (left, right)]
        if x.dtype == bool and op is operator.pow and not isinstance(number, float):
            continue  # int8 in NumPy, a dtype that the engine does not have
        if x.dtype == bool and number is True and op is operator.sub:
            with pytest.raises(TypeError, match="bool"):
                op(*of_tensors)
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy warns of divisions by zero and of NaN
            expected = meeting(op, left, right)
        agree(op(*of_tensors), expected, exact=op is not operator.pow)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32", "float64"])
def test_a_numpy_scalar_takes_the_tensors_dtype_as_a_python_number_does(dtype):
    x = wb.tensor(numbers((3,), dtype))
    for scalar in (np.int64(3), np.float64(1.5), np.float32(1.5), np.uint8(3)):
        assert (x * scalar).dtype == (x * scalar.item()).dtype == (scalar * x).dtype
        np.testing.assert_array_equal((scalar * x).numpy(), (x * scalar.item()).numpy())


def test_integers_divided_by_any_whole_number_are_float32_even_if_the_dtype_does_not_hold_it():
    x = np.array([0, 7, 255], np.uint8)
    y = x.astype(np.float32)
    agree(wb.tensor(x) / 256, y / 256)
    agree(wb.tensor(x) / -1, y / -1)
    agree(1000 / wb.tensor(x[1:]), 1000 / y[1:])


def test_a_whole_number_that_the_dtype_does_not_hold_is_refused_and_compared():
    x = wb.tensor(np.array([0, 7, 255], np.uint8))
    with pytest.raises(ValueError, match="uint8 holds, found 300"):
        x + 300
    assert (x < 300).tolist() == [True] * 3 and (x == -1).tolist() == [False] * 3
    big = wb.tensor([2**53 + 1, 2**53])
    assert (big == 2**53 + 1).tolist() == [True, False], "numbers beyond 2**53 are compared exactly"
    assert (big + (2**53 + 1)).tolist() == [2**54 + 2, 2**54 + 1]


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32", "float64"])
def test_unary_operators_are_numpys(dtype):
    x = numbers((4, 3), dtype)
    agree(-wb.tensor(x), -x)
    agree(+wb.tensor(x), +x)
    agree(abs(wb.tensor(x)), abs(x))
    mask = numbers((4, 3), "bool")
    agree(~wb.tensor(mask), ~mask)
    if x.dtype.kind == "f":
        with pytest.raises(TypeError, match="bool or integers are expected"):
            ~wb.tensor(x)
    else:
        agree(~wb.tensor(x), ~x)


def test_masks_combine_with_and_and_or():
    a, b = numbers((4, 3), "bool", 1), numbers((4, 3), "bool", 2)
    agree(wb.tensor(a) & wb.tensor(b), a & b)
    agree(wb.tensor(a) | b, a | b)
    agree(a & wb.tensor(b), a & b)
    agree(True & wb.tensor(b), True & b)
    with pytest.raises(TypeError, match="integers are expected"):
        wb.tensor([1.0, 2.0]) & wb.tensor(a[0, :2])


@pytest.mark.parametrize(
    "left, right",
    [((4,), (3, 4)), ((3, 1), (1, 4)), ((), (2, 3)), ((1, 1, 1), (2,)), ((0, 3), (1, 3)), ((2, 0), (2, 1))],
)
def test_shapes_broadcast_as_in_numpy(left, right):
    x, y = numbers(left, seed=1), numbers(right, seed=2)
    agree(wb.tensor(x) + wb.tensor(y), x + y if np.ndim(x + y) else np.asarray(x + y))


@pytest.mark.parametrize("left, right", [((2, 3), (3, 3)), ((3,), (4,)), ((2, 3), (2,))])
def test_shapes_that_do_not_broadcast_are_named_in_a_value_error(left, right):
    with pytest.raises(wb.ShapeError) as caught:
        wb.zeros(left) + wb.zeros(right)
    assert isinstance(caught.value, ValueError)
    assert str(list(left)) in str(caught.value) and str(list(right)) in str(caught.value)


@pytest.mark.parametrize(
    "left, right",
    [
        ((2, 3), (3, 4)),
        ((3,), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3,)),
        ((5, 2, 3), (3, 4)),
        ((5, 1, 2, 3), (7, 3, 4)),
        ((2, 0), (0, 3)),
        ((0, 3), (3, 2)),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_matrix_product_is_numpys(left, right, dtype):
    x, y = numbers(left, dtype, 1), numbers(right, dtype, 2)
    expected = np.asarray(x @ y)
    for found in (wb.tensor(x) @ wb.tensor(y), wb.tensor(x) @ y, x @ wb.tensor(y), wb.matmul(x, y)):
        assert found.dtype == dtype and found.shape == expected.shape
        np.testing.assert_allclose(
            found.numpy(),
            expected,
            rtol=1e-5 if dtype == "float32" else 1e-12,
            atol=1e-5 if dtype == "float32" else 1e-12,
        )


def test_the_matrix_product_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"\[2, 3\] x \[2, 3\]"):
        wb.ones(2, 3) @ wb.ones(2, 3)
    with pytest.raises(TypeError):
        wb.ones(2, 2) @ 3
    with pytest.raises(TypeError, match="int64"):
        wb.tensor([[1, 2]]) @ wb.tensor([[1], [2]])


def test_operators_in_place_write_to_the_same_tensor():
    x = numbers((3, 4))
    t = wb.tensor(x)
    same = t
    t += 2
    t *= x
    t -= wb.tensor(x[0])
    t /= 3
    t **= 2
    assert t is same
    np.testing.assert_allclose(same.numpy(), (((x + 2) * x - x[0]) / 3) ** 2, rtol=1e-14)


def test_operators_in_place_refuse_another_shape_or_a_dtype_that_loses_values_and_change_nothing():
    t = wb.tensor([1, 2, 3])
    with pytest.raises(TypeError, match="int64 cannot take values of float32"):
        t /= 2
    with pytest.raises(ValueError):
        t += wb.ones(2, 3, dtype="int64")
    assert t.tolist() == [1, 2, 3]


@pytest.mark.parametrize("other", ["text", None, object(), {"a": 1}, 1j, ["a"]])
@pytest.mark.parametrize("op", [operator.add, operator.mul, operator.lt, operator.matmul], ids=lambda op: op.__name__)
def test_what_is_no_number_is_a_type_error_on_either_side(op, other):
    t = wb.ones(2, 2)
    for left, right in ((t, other), (other, t)):
        with pytest.raises(TypeError):
            op(left, right)
    assert t.tolist() == [[1, 1], [1, 1]]


def test_a_tensor_never_equals_what_is_no_number():
    t = wb.ones(2)
    assert (t == None) is False and (t != "a") is True  # noqa: E711
