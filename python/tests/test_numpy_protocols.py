"""NumPy's functions of tensors: __array_ufunc__ and __array_function__ beside NumPy's own results."""

import numpy as np
import pytest

import wingbeat as wb

RNG = np.random.default_rng(7)
X = RNG.uniform(0.2, 0.9, (3, 4))
Y = RNG.uniform(0.2, 0.9, (3, 4))
V = RNG.uniform(0.2, 0.9, 4)
SQUARE = RNG.uniform(-1, 1, (3, 3)) + 3 * np.eye(3)
SYMMETRIC = SQUARE @ SQUARE.T
INTS = np.array([[5, 2, 7, 2], [1, 6, 3, 4], [9, 8, 2, 6]])
MASK = X > 0.5

UFUNCS_OF_ONE = [
    np.negative,
    np.positive,
    np.absolute,
    np.fabs,
    np.sign,
    np.exp,
    np.exp2,
    np.expm1,
    np.log,
    np.log2,
    np.log10,
    np.log1p,
    np.sqrt,
    np.square,
    np.reciprocal,
    np.sin,
    np.cos,
    np.tan,
    np.arcsin,
    np.arccos,
    np.arctan,
    np.sinh,
    np.cosh,
    np.tanh,
    np.arcsinh,
    np.arctanh,
    np.floor,
    np.ceil,
    np.trunc,
    np.rint,
    np.logical_not,
    np.isnan,
    np.isinf,
    np.isfinite,
    np.deg2rad,
    np.rad2deg,
    np.degrees,
    np.radians,
    np.signbit,
    np.frexp,
]
UFUNCS_OF_TWO = [
    np.add,
    np.subtract,
    np.multiply,
    np.divide,
    np.power,
    np.float_power,
    np.floor_divide,
    np.remainder,
    np.arctan2,
    np.maximum,
    np.minimum,
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.logical_and,
    np.logical_or,
    np.logical_xor,
    np.hypot,
    np.fmod,
    np.copysign,
    np.nextafter,
    np.heaviside,
    np.logaddexp,
    np.logaddexp2,
]
UFUNCS_OF_INTS = [
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    np.left_shift,
    np.right_shift,
    np.gcd,
    np.lcm,
    np.ldexp,
]


def same(found, expected):
    """Whether what was found is a tensor, or several, of NumPy's values."""
    if isinstance(expected, (tuple, list)):
        assert len(found) == len(expected)
        for part, wanted in zip(found, expected):
            same(part, wanted)
        return
    assert isinstance(found, wb.Tensor)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("ufunc", UFUNCS_OF_ONE, ids=lambda ufunc: ufunc.__name__)
def test_a_ufunc_of_one_tensor_gives_a_tensor_of_numpys_values(ufunc):
    same(ufunc(wb.tensor(X)), ufunc(X))


@pytest.mark.parametrize("ufunc", UFUNCS_OF_TWO, ids=lambda ufunc: ufunc.__name__)
def test_a_ufunc_of_two_takes_tensors_and_arrays_on_either_side(ufunc):
    for left, right in (
        (wb.tensor(X), wb.tensor(Y)),
        (X, wb.tensor(Y)),
        (wb.tensor(X), Y),
        (X, wb.tensor(V)),
        (0.5, wb.tensor(Y)),
    ):
        wanted = [value.numpy() if isinstance(value, wb.Tensor) else value for value in (left, right)]
        same(ufunc(left, right), ufunc(*wanted))


def test_whether_arrays_are_equal_or_close_is_a_bool():
    x = wb.tensor(X)
    assert np.array_equal(x, X) is True and np.array_equal(x, Y) is False
    assert np.allclose(x, X + 1e-9) is True and np.allclose(Y, x) is False
    assert np.array_equal(wb.tensor([np.nan]), [np.nan], equal_nan=True)


@pytest.mark.parametrize("ufunc", UFUNCS_OF_INTS, ids=lambda ufunc: ufunc.__name__)
def test_a_ufunc_of_integers_gives_numpys_values(ufunc):
    same(ufunc(wb.tensor(INTS), 3), ufunc(INTS, 3))
    same(ufunc(INTS, wb.tensor(INTS % 4)), ufunc(INTS, INTS % 4))


FUNCTIONS = {
    "sum": lambda x: np.sum(x),
    "sum along": lambda x: np.sum(x, axis=0),
    "sum keeping": lambda x: np.sum(x, 1, keepdims=True),
    "sum over no axes": lambda x: np.sum(x, axis=()),
    "sum of two axes": lambda x: np.sum(x, axis=(0, 1)),
    "prod": lambda x: np.prod(x, axis=-1),
    "mean": lambda x: np.mean(x, axis=0),
    "average": lambda x: np.average(x),
    "var": lambda x: np.var(x),
    "std along": lambda x: np.std(x, axis=1),
    "var with ddof": lambda x: np.var(x, axis=0, ddof=1),
    "max": lambda x: np.max(x, axis=1),
    "min": lambda x: np.min(x),
    "ptp": lambda x: np.ptp(x, axis=0),
    "all": lambda x: np.all(x > 0.3),
    "any": lambda x: np.any(x > 0.8, axis=0),
    "argmax": lambda x: np.argmax(x, axis=1),
    "argmin": lambda x: np.argmin(x),
    "cumsum": lambda x: np.cumsum(x),
    "cumprod": lambda x: np.cumprod(x, axis=1),
    "sort": lambda x: np.sort(x, axis=0),
    "argsort": lambda x: np.argsort(x),
    "clip": lambda x: np.clip(x, 0.4, None),
    "round": lambda x: np.round(x, 1),
    "where": lambda x: np.where(MASK, x, 0.0),
    "flip": lambda x: np.flip(x),
    "where of places": lambda x: np.where(x > 0.5),
    "nonzero": lambda x: np.nonzero(x > 0.5),
    "flatnonzero": lambda x: np.flatnonzero(x > 0.5),
    "argwhere": lambda x: np.argwhere(x > 0.5),
    "reshape": lambda x: np.reshape(x, (4, 3)),
    "ravel": lambda x: np.ravel(x),
    "T": lambda x: np.transpose(x),
    "transpose": lambda x: np.transpose(x[None], (2, 0, 1)),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
    "squeeze": lambda x: np.squeeze(x[:, :1], axis=1),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 4)),
    "atleast_1d": lambda x: np.atleast_1d(x[0, 0], x),
    "atleast_2d": lambda x: np.atleast_2d(x[0]),
    "atleast_3d": lambda x: np.atleast_3d(x),
    "fliplr": lambda x: np.fliplr(x),
    "flipud": lambda x: np.flipud(x),
    "rot90": lambda x: np.rot90(x, 3, (1, 0)),
    "roll": lambda x: np.roll(x, 2, axis=1),
    "tile": lambda x: np.tile(x, (2, 1)),
    "repeat": lambda x: np.repeat(x, 2),
    "repeat along": lambda x: np.repeat(x, [1, 0, 2], axis=0),
    "take": lambda x: np.take(x, [1, 5]),
    "take along": lambda x: np.take(x, [[1, 0]], axis=1),
    "take one": lambda x: np.take(x, -1, axis=0),
    "pad": lambda x: np.pad(x, ((1, 2), (0, 1))),
    "pad edge": lambda x: np.pad(x, 1, mode="edge"),
    "take_along_axis": lambda x: np.take_along_axis(x, np.argsort(X, axis=0), axis=0),
    "concatenate": lambda x: np.concatenate([x, x]),
    "concatenate flat": lambda x: np.concatenate([x, V], axis=None),
    "stack": lambda x: np.stack([x, Y], axis=1),
    "concatenate arrays": lambda x: np.concatenate([Y, x], axis=1),
    "vstack": lambda x: np.vstack([x, V]),
    "hstack": lambda x: np.hstack([x, Y]),
    "column_stack": lambda x: np.column_stack([x[:, 0], x]),
    "split": lambda x: np.split(x, 2, axis=1),
    "split at": lambda x: np.split(x, [1, 3], axis=1),
    "array_split": lambda x: np.array_split(x, 3, axis=1),
    "array_split at": lambda x: np.array_split(x, [3, 1, -1], axis=1),
    "hsplit": lambda x: np.hsplit(x, 2),
    "vsplit": lambda x: np.vsplit(x, 3),
    "dsplit": lambda x: np.dsplit(x[None], [1]),
    "dstack": lambda x: np.dstack([x, Y]),
    "vander": lambda x: np.vander(x[0], 3),
    "isclose": lambda x: np.isclose(x, Y, rtol=0.3),
    "isposinf": lambda x: np.isposinf(1 / (x - x)),
    "isneginf": lambda x: np.isneginf(x),
    "isreal": lambda x: np.isreal(x),
    "sinc": lambda x: np.sinc(x),
    "i0": lambda x: np.i0(x),
    "diagonal": lambda x: np.diagonal(x, 1),
    "diag": lambda x: np.diag(x[0], 1),
    "trace": lambda x: np.trace(x),
    "tril": lambda x: np.tril(x, -1),
    "triu": lambda x: np.triu(x),
    "dot": lambda x: np.dot(x, V),
    "dot of vectors": lambda x: np.dot(x[0], V),
    "inner": lambda x: np.inner(x, Y),
    "outer": lambda x: np.outer(x[0], V),
    "matmul": lambda x: np.matmul(x, Y.T),
    "@": lambda x: Y.T @ x,
    "einsum": lambda x: np.einsum("ij,kj->ik", x, Y),
    "norm": lambda x: np.linalg.norm(x),
    "norm along": lambda x: np.linalg.norm(x, 1, axis=0),
    "copy": lambda x: np.copy(x),
    "zeros_like": lambda x: np.zeros_like(x),
    "full_like": lambda x: np.full_like(x, 2),
    "nan_to_num": lambda x: np.nan_to_num(x),
    "add.reduce": lambda x: np.add.reduce(x),
    "maximum.reduce": lambda x: np.maximum.reduce(x, axis=1),
    "add.accumulate": lambda x: np.add.accumulate(x, axis=1),
    "multiply.outer": lambda x: np.multiply.outer(x, V),
    "unique": lambda x: np.unique(np.round(x, 1)),
    "divmod": lambda x: np.divmod(x, 0.25),
    "of dtype": lambda x: np.add(x, 1, dtype=np.float64),
}
OF_MATRICES = {
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "slogdet": np.linalg.slogdet,
    "solve": lambda x: np.linalg.solve(x, X),
    "eigvalsh": np.linalg.eigvalsh,
    "cholesky": np.linalg.cholesky,
    "svdvals": lambda x: np.linalg.svd(x, compute_uv=False),
    "eigh": lambda x: np.linalg.eigh(x)[0],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_numpy_gives_tensors_of_its_values(name):
    same(FUNCTIONS[name](wb.tensor(X)), FUNCTIONS[name](X))


@pytest.mark.parametrize("name", OF_MATRICES)
def test_linear_algebra_of_numpy_gives_tensors_of_its_values(name):
    same(OF_MATRICES[name](wb.tensor(SYMMETRIC)), OF_MATRICES[name](SYMMETRIC))


def test_means_and_variances_of_integers_are_float32():
    for function in (np.mean, np.var, np.std):
        found = function(wb.tensor(INTS), axis=0)
        np.testing.assert_allclose(found.numpy(), function(INTS, axis=0), rtol=1e-6)
        assert found.dtype == function(wb.tensor(INTS)).dtype == wb.float32


def test_derivatives_pass_through_numpys_functions():
    x = wb.tensor(X, requires_grad=True)
    loss = (
        np.sum(np.where(MASK, np.sin(x) * Y, np.concatenate([x[:1], x[1:]]) ** 2)) + np.mean(Y - x) + np.linalg.norm(x)
    )
    loss.backward()
    expected = np.where(MASK, np.cos(X) * Y, 2 * X) - 1 / 12 + X / np.linalg.norm(X)
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-12)


def test_numpys_functions_are_part_of_compiled_programs():
    step = wb.compile(lambda x: np.sum(np.exp(x) * Y, axis=0))
    for scale in (1.0, 2.0):
        same(step(wb.tensor(X * scale)), np.sum(np.exp(X * scale) * Y, axis=0))


def test_numpys_functions_are_mapped():
    same(wb.vmap(lambda x: np.sum(np.sin(x)) + V)(wb.tensor(X)), np.sin(X).sum(1)[:, None] + V)


def test_an_array_takes_a_tensors_values_in_place():
    array = X.copy()
    again = array
    array += wb.tensor(Y)
    array *= wb.tensor(V)
    assert again is array and type(array) is np.ndarray
    np.testing.assert_array_equal(array, (X + Y) * V)
    result = np.add(wb.tensor(X), 1, out=array)
    assert result is array
    np.testing.assert_array_equal(array, X + 1)
    np.sum(wb.tensor(X), axis=0, out=array[0])
    np.testing.assert_allclose(array[0], X.sum(0), rtol=1e-15)


def test_an_array_of_integers_does_not_take_floats_in_place():
    array = INTS.copy()
    with pytest.raises(TypeError, match="same_kind"):
        array += wb.tensor(X)
    np.testing.assert_array_equal(array, INTS)


def test_a_tensor_as_out_is_written_in_place():
    target = wb.zeros(3, 4, dtype=wb.float64)
    assert np.multiply(X, Y, out=target) is target
    same(target, X * Y)
    np.exp(wb.tensor(X), out=target, where=MASK)
    same(target, np.where(MASK, np.exp(X), X * Y))
    assert np.concatenate([wb.tensor(X[:1]), X[1:]], out=target) is target
    same(target, X)


def test_an_array_does_not_take_what_requires_gradients():
    array, tensor = X.copy(), wb.tensor(Y, requires_grad=True)
    with pytest.raises(TypeError, match=r"numpy.add: the result requires gradients.*tensor.detach\(\)"):
        array += tensor
    np.testing.assert_array_equal(array, X)
    with pytest.raises(TypeError, match="numpy.sum: the result requires gradients"):
        np.sum(tensor, out=np.zeros(()))


def test_what_only_numpy_has_gives_arrays():
    x = wb.tensor(X)
    for function in (
        lambda x: np.spacing(x),
        lambda x: np.percentile(x, 30),
        lambda x: np.sum(x, where=MASK),
        lambda x: np.linalg.cond(x),
        lambda x: np.max(x, initial=0.7),
        lambda x: np.linalg.norm(x, "nuc"),
        lambda x: np.add.reduceat(x, [0, 2]),
        lambda x: np.kron(x, x),
    ):
        found = function(x)
        assert not isinstance(found, wb.Tensor)
        np.testing.assert_allclose(found, function(X), rtol=1e-12)
    assert np.allclose(x, X) and np.array_equal([x, x], [X, X]) and np.isclose(x, X).all()
    assert np.shape(x) == (3, 4) and np.ndim(x) == 2 and np.size(x) == 12


def test_what_only_numpy_has_is_refused_where_a_gradient_would_be_lost():
    x = wb.tensor(X, requires_grad=True)
    for name, call in (
        ("numpy.spacing", lambda: np.spacing(x)),
        ("numpy.percentile", lambda: np.percentile(x, 30)),
        ("numpy.sum", lambda: np.sum(x, where=MASK)),
        ("numpy.add.reduceat", lambda: np.add.reduceat(x, [0, 2])),
        ("numpy.kron", lambda: np.kron(X, [x][0])),
    ):
        with pytest.raises(TypeError, match=rf"^{name}: .*use tensor.detach\(\).numpy\(\)"):
            call()
    assert np.shape(x) == (3, 4) and np.ndim(x) == 2 and np.size(x, 0) == 3


def test_a_mask_without_out_is_refused():
    with pytest.raises(TypeError, match="numpy.exp: expected out beside where"):
        np.exp(wb.tensor(X), where=MASK)


def test_wrong_arguments_are_numpys_type_errors():
    with pytest.raises(TypeError, match="unexpected keyword"):
        np.sum(wb.tensor(X), axes=0)
    with pytest.raises(wb.ShapeError):
        np.add(wb.tensor(X), np.ones(5))
    with pytest.raises(wb.ShapeError, match="numpy.add: expected an out of shape"):
        np.add(wb.tensor(X), 1, out=np.ones(5))


def test_a_list_of_tensors_is_an_array_of_their_values():
    rows = [wb.tensor(row) for row in X]
    np.testing.assert_array_equal(np.asarray(rows), X)
    np.testing.assert_array_equal(np.array([wb.tensor(1.5), wb.tensor(2.5)]), [1.5, 2.5])
    assert np.asarray(rows).dtype == np.float64


def test_a_class_with_protocols_of_its_own_is_asked():
    class Other:
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            return "ufunc"

        def __array_function__(self, function, types, args, kwargs):
            return "function"

    assert np.add(wb.tensor(X), Other()) == "ufunc"
    assert np.concatenate([wb.tensor(X), Other()]) == "function"


def test_a_list_beside_a_tensor_takes_its_dtype_unless_its_elements_have_one():
    x = wb.tensor([1.0, 2.0], dtype=wb.float64)
    for result in (x * [0.1, 0.2], [0.1, 0.2] * x, x * (0.1, 0.2)):
        assert result.dtype == wb.float64 and result.tolist() == [0.1, 0.4]
    assert (wb.tensor([1, 2], dtype=wb.int32) + [1, 2]).dtype == wb.int32
    assert (wb.tensor([1, 2], dtype=wb.int32) + [1 << 40, 2]).tolist() == [(1 << 40) + 1, 4]
    assert (wb.ones(2) * [np.float64(0.1), 1]).dtype == wb.float64
    assert (wb.tensor([[1.0, 2.0]]) @ [3.0, 4.0]).tolist() == [11]
    x += [1.0, 1.0]
    assert x.tolist() == [2, 3]


def test_python_asks_a_tensor_of_one_element_as_it_asks_a_number():
    import math

    for x in (wb.tensor(2.5), wb.tensor([2.5])):
        assert (
            f"{x:.2f}" == "2.50"
            and int(x) == 2
            and complex(x) == 2.5
            and math.floor(x) == 2
            and math.ceil(x) == 3
            and math.trunc(x) == 2
        )
    assert f"{wb.tensor([7]):03d}" == "007"
    assert f"{wb.tensor([1.0, 2.0]):>18}" == "  tensor([1., 2.])"
    with pytest.raises(ValueError, match="format: the format '.2f' is for a tensor of one element"):
        f"{wb.ones(2):.2f}"


def test_python_operators_without_a_symbol_give_tensors():
    x = wb.tensor([1.25, 2.5])
    assert round(x).tolist() == [1, 2] and round(x, 1).tolist() == [1.2000000476837158, 2.5]
    assert [part.tolist() for part in divmod(x, 1)] == [[1, 2], [0.25, 0.5]]
    assert 2.5 in x and 3.0 not in x and 2.5 in x.reshape(2, 1) and "a" not in x
    with pytest.raises(TypeError, match="pow: a tensor takes no modulus"):
        pow(x, 2, 3)
    with pytest.raises(TypeError, match="cannot be deleted"):
        del x[0]


def test_a_tensor_is_cast_to_a_dtype_or_to_that_of_another():
    x, y = wb.ones(2), wb.ones(3, dtype=wb.float64)
    for z in (x.to(y), x.to(wb.float64), x.to(dtype="float64"), x.type(wb.float64), x.astype(float), x.type_as(y)):
        assert z.dtype == wb.float64 and z.shape == (2,)
    assert x.to(wb.zeros(1)) is x
    assert (x.nbytes, x.itemsize, x.element_size(), x.nelement(), x.ndimension()) == (8, 4, 4, 2, 1)
