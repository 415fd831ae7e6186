"""What becomes a tensor, or a number, keeps its dtype and its value, or is refused by name."""

import array
import collections

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import nn

THIRD = 1 / 3  # no float32


class Foreign:
    """What another library's tensor looks like."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return self.values if dtype is None else self.values.astype(dtype)


class Described:
    """An object that describes its memory, without __array__."""

    def __init__(self, values):
        self.values = np.asarray(values)
        self.__array_interface__ = self.values.__array_interface__


def taken_in(source):
    """A source by each way that leads into a tensor."""
    made = {
        "tensor": wb.tensor(source),
        "asarray": wb.asarray(source),
        "Parameter": nn.Parameter(source).detach(),
        "cat": wb.cat([source, source])[:1],
    }
    x, y = wb.data.TensorDataset(source, source)[:]
    return {**made, "TensorDataset's x": x, "TensorDataset's y": y}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "source",
    [
        Foreign,
        Described,
        lambda values: values,
        list,
        lambda values: [values[0]],
        lambda values: array.array(values.dtype.char, values),
        lambda values: memoryview(values),
    ],
)
def test_what_has_a_dtype_of_its_own_keeps_it(source, dtype):
    values = np.array([THIRD], dtype)
    for way, tensor in taken_in(source(values)).items():
        assert tensor.dtype == dtype, way
        assert tensor.tolist() == values.tolist(), way


def test_a_data_set_of_a_file_keeps_its_dtype(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "file.h5", "w") as file:
        for tensor in taken_in(file.create_dataset("x", data=np.array([THIRD]))).values():
            assert tensor.dtype == wb.float64 and tensor.tolist() == [THIRD]


def test_columns_of_a_table_keep_their_dtype():
    pandas = pytest.importorskip("pandas")
    for source in (pandas.Series([THIRD]), pandas.DataFrame({"x": [THIRD]})):
        assert wb.tensor(source).dtype == wb.float64 and wb.tensor(source).tolist() == source.to_numpy().tolist()


@pytest.mark.parametrize(
    "source", [[THIRD], (THIRD, 1), [[THIRD], [2]], THIRD, [True, THIRD], collections.deque([THIRD])]
)
def test_floats_of_python_are_float32(source):
    assert wb.tensor(source).dtype == wb.float32


@pytest.mark.parametrize(
    "source, dtype",
    [
        ([np.float64(THIRD), 1.0], "float64"),
        ([1.0, np.float64(THIRD)], "float64"),
        ([[1.0], [np.float64(1)]], "float64"),
        ([np.float32(1), 0.5], "float32"),
        ([0.5, np.float16(1)], "float32"),
        ([np.int64(1), 0.5], "float64"),
        ([np.float32(1), np.float64(1)], "float64"),
        ([np.int32(1), np.int32(2)], "int32"),
        ([np.int32(1), 2], "int64"),
        ([wb.tensor(1.0, dtype="float64"), 2.0], "float64"),
        ([np.bool_(True), False], "bool"),
    ],
)
def test_numbers_of_numpy_inside_a_list_keep_their_dtype(source, dtype):
    assert wb.tensor(source).dtype == dtype


def test_values_that_are_assigned_are_rounded_once_at_most():
    x = wb.zeros(1, dtype="float64")
    for write in (x.copy_, lambda value: x.__setitem__(slice(None), value)):
        for source in (Foreign([THIRD]), [np.float64(THIRD)], np.array([THIRD])):
            write(source)
            assert x.item() == THIRD
            x.zero_()


def test_full_takes_the_dtype_that_tensor_takes():
    for value in (
        1,
        1.5,
        True,
        np.float64(1.5),
        np.float32(1.5),
        np.int32(3),
        np.bool_(True),
        wb.tensor(3),
        wb.tensor(3.0, dtype="float64"),
        np.array(3),
    ):
        assert wb.full((2,), value).dtype == wb.tensor(value).dtype


@pytest.mark.parametrize(
    "call",
    [
        wb.tensor,
        wb.asarray,
        wb.from_numpy,
        nn.Parameter,
        wb.data.TensorDataset,
        lambda x: wb.tensor([x, x]),
        lambda x: wb.ones(2) * x,
        lambda x: wb.ones(2).copy_(x),
        lambda x: wb.sin(x),
        lambda x: wb.ones(2).__setitem__(0, x[1]),
        lambda x: wb.ones(2).__setitem__(slice(None), x),
        lambda x: wb.where(wb.ones(2) > 0, x, 0.0),
        lambda x: wb.ones(2)[x.astype(int)],
        lambda x: wb.full((2,), x[1]),
    ],
)
@pytest.mark.filterwarnings("ignore:Warning. converting a masked element")
def test_an_array_with_masked_elements_is_refused(call):
    with pytest.raises(ValueError, match="found a masked array"):
        call(np.ma.array([0.0, 1.0], mask=[False, True]))


def test_a_masked_array_without_masked_elements_is_its_values():
    assert wb.tensor(np.ma.array([1.0, 2.0], mask=[False, False])).tolist() == [1.0, 2.0]


def test_a_longdouble_is_a_number_like_others():
    x = wb.tensor([1.0, 2.0])
    for result in (x * np.longdouble(2), np.longdouble(2) * x, x + x * np.longdouble(1)):
        assert result.dtype == wb.float32 and result.tolist() == [2.0, 4.0]
    x[0] = np.longdouble(3)
    assert x.tolist() == [3.0, 2.0] and (x == np.longdouble(3)).tolist() == [True, False]
    assert nn.Dropout(np.longdouble(0.25)).p == 0.25


@pytest.mark.parametrize("scalar", [np.timedelta64(3, "s"), np.complex64(1), np.datetime64("2020-01-01"), np.str_("1")])
def test_what_is_no_real_number_is_refused_by_arithmetic(scalar):
    for call in (lambda: wb.ones(2) * scalar, lambda: wb.add(wb.ones(2), scalar), lambda: wb.ones(2) < scalar):
        with pytest.raises(TypeError):
            call()


def test_a_0d_tensor_of_integers_is_an_extent_or_a_count():
    n = wb.tensor(2)
    assert (
        wb.zeros(n).shape
        == wb.zeros((n,)).shape
        == wb.zeros(np.array(2)).shape
        == wb.zeros(wb.tensor([2])).shape
        == (2,)
    )
    assert wb.zeros(wb.tensor([2, 3])).shape == (2, 3) and wb.ones(4).reshape(n, n).shape == (2, 2)
    assert wb.ones(2).reshape(n).shape == (2,) and wb.arange(3).roll(wb.tensor(1)).tolist() == [2, 0, 1]


@pytest.mark.parametrize("name", ["expand_as", "reshape_as", "view_as", "type_as"])
@pytest.mark.parametrize("other", [3, 2.5, None, "text", [1.0], (2, 2), object()])
def test_a_plain_value_in_place_of_a_tensor_is_a_type_error_that_names_the_argument(name, other):
    with pytest.raises(TypeError, match=f"{name.replace('view', 'reshape')}: expected a tensor as other, found"):
        getattr(wb.ones(2, 2), name)(other)


def test_an_array_may_stand_where_a_tensors_shape_or_dtype_is_asked_for():
    array = np.zeros((2, 1))
    assert wb.ones(2).reshape_as(array).shape == (2, 1) and wb.ones(1).expand_as(array).shape == (2, 1)
    assert wb.ones(1).type_as(array).dtype == wb.float64


def containing_itself(kind):
    inner = kind()
    inner.append(inner) if kind is list else inner.update(inner=inner)
    return inner


@pytest.mark.parametrize("kind", [list, dict])
@pytest.mark.parametrize(
    "call",
    [
        lambda tree: wb.checkpoint(lambda x: x, tree),
        lambda tree: wb.checkpoint(lambda x: tree, wb.ones(1)),
        lambda tree: wb.grad(lambda x: wb.ones(1))(tree),
        lambda tree: wb.vjp(lambda x: x, tree),
        lambda tree: wb.jvp(lambda x: x, (wb.ones(1),), tree),
        lambda tree: wb.linearize(lambda x: x, tree),
        lambda tree: wb.vmap(lambda x: x)(tree),
        lambda tree: wb.vmap(lambda x: tree)(wb.ones(1)),
        lambda tree: wb.compile(lambda x: x)(tree),
        lambda tree: wb.compile(lambda x: tree)(wb.ones(1)),
        lambda tree: wb.hessian(lambda x: x)(tree),
        lambda tree: wb.jacrev(lambda x: x)(tree),
        lambda tree: wb.implicit.root(lambda x: x, tree),
        lambda tree: wb.implicit.fixed_point(lambda x: tree, wb.ones(1)),
        lambda tree: wb.custom_vjp(lambda x: x)(tree),
        lambda tree: nn.Linear(tree, 1),
        lambda tree: nn.Softmax(tree),
    ],
)
def test_what_contains_itself_is_a_type_error(call, kind):
    with pytest.raises(TypeError):
        call(containing_itself(kind))


@pytest.mark.parametrize("expression", [None, 3, wb.ones(1), ["Linear(1, 1)"]])
def test_what_is_no_text_is_no_expression(expression):
    with pytest.raises(TypeError, match="build: expected a text as expression, found"):
        nn.build(expression)


def test_lists_of_floats_that_are_written_to_float64_keep_their_digits():
    y = wb.zeros(2, dtype=wb.float64, requires_grad=False)
    y[:] = [1.1, 2]
    assert y[0].item() == 1.1
    y[[1]] = [1.3]
    assert y[1].item() == 1.3
    assert y.copy_([1.2, 2.0])[0].item() == 1.2
    leaf = wb.zeros(2, dtype=wb.float64, requires_grad=True)
    leaf.grad = [1.1, 2.0]
    assert leaf.grad[0].item() == 1.1
