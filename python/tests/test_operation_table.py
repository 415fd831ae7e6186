"""Every row of the operation table, looked at from every side: values, dtypes, layouts, empty and 0-d inputs,
derivatives of both modes and of every nesting."""

import sys
import zlib

import numpy as np
import pytest
from operation_table import DTYPES, EDGES, FEW_EDGES, FLOATS, WHOLE, parts, table
from support import ROOT, promoted

import wingbeat as wb

TABLE = table()
ROWS = [pytest.param(row, id=row.path) for row in TABLE.values()]
CASES = [pytest.param(row, case, id=f"{row.path}({case.text})") for row in TABLE.values() for case in row.cases]
FIXED = [param for param in CASES if not param.values[0].random]
WRONG = (wb.Error, TypeError, ValueError, IndexError)
STEP = 1e-5
SIGNED_ZEROS = {"tan", "asin", "atan", "sinh", "asinh", "atanh", "floor", "trunc", "round", "softsign"}


def function_of(row):
    """The operation; one that draws draws the same numbers each time."""
    function = row.function
    if not row.random:
        return function

    def seeded(*args, **kwargs):
        wb.manual_seed(zlib.crc32(row.name.encode()))
        return function(*args, **kwargs)

    return seeded


def expected(row, case, arrays, call=None):
    with np.errstate(all="ignore"):
        return case.run(row.reference, arrays, call)


def floats(case):
    return [array.dtype == np.float64 for array in case.arrays()]


def differentiable(row, case):
    return (
        row.differentiable and case.smooth and any(array.dtype == np.float64 and array.size for array in case.arrays())
    )


SMOOTH = [param for param in CASES if differentiable(*param.values)]


def noise(shape, seed):
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def close(found, want, rtol, least=1e-3):
    """Relative to the largest element; what is smaller than `least` is held to what that allows."""
    want = np.asarray(want)
    finite = np.abs(want[np.isfinite(want)])
    np.testing.assert_allclose(found, want, rtol=rtol, atol=rtol * max(least, finite.max(initial=0)))


class Function:
    """A case as a function of its float64 tensors alone. Its results are the floats among the operation's."""

    def __init__(self, row, case, dtype="float64", views=None):
        self.row, self.case, self.views = row, case, views
        self.places = [place for place, is_float in enumerate(floats(case)) if is_float]
        self.inputs = [case.arrays()[place] for place in self.places]
        self.dtype = dtype

    def __call__(self, *tensors):
        arrays = [wb.tensor(array) for array in self.case.arrays()]
        for place, tensor in zip(self.places, tensors):
            arrays[place] = tensor if self.views is None else self.views(tensor, self.case.arrays()[place])
        return [part for part in self.case.run(function_of(self.row), arrays) if part.dtype.is_floating_point]

    def weighed(self, *tensors):
        """A number: the results, each weighed with noise."""
        total = 0
        for place, part in enumerate(self(*tensors)):
            total = total + (part * wb.tensor(noise(part.shape, 50 + place), self.dtype)).sum()
        return total

    def tensors(self, inputs=None):
        return tuple(wb.tensor(x, self.dtype) for x in (self.inputs if inputs is None else inputs))

    def directions(self, seed):
        return tuple(wb.tensor(noise(x.shape, seed + place), self.dtype) for place, x in enumerate(self.inputs))

    def gradient(self, *tensors):
        return list(wb.grad(self.weighed, argnums=tuple(range(len(tensors))))(*tensors))


def flat(tensors):
    return np.concatenate([np.ravel(np.asarray(tensor)) for tensor in tensors]) if tensors else np.zeros(0)


# -------------------------------------------------------------------- the table


def test_every_operation_has_a_row():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import generate_operations
    finally:
        sys.path.pop(0)
    without = [
        names[0]
        for function, names in generate_operations.operations().items()
        if not any(row.function is function for row in TABLE.values())
    ]
    assert not without, f"no row for {', '.join(without)}: add one to python/tests/rows_*.py"
    assert not [name for name, row in TABLE.items() if not callable(row.function)]


# -------------------------------------------------------------------- values


@pytest.mark.parametrize("row, case", FIXED)
def test_values_and_dtypes_are_the_references(row, case):
    want = expected(row, case, case.arrays())
    kinds = {
        "of tensors": case.run(row.function, [wb.tensor(array) for array in case.arrays()]),
        "of arrays": case.run(row.function, case.arrays()),
    }
    if row.methods and hasattr(wb.Tensor, row.name) and case.args and isinstance(case.args[0], np.ndarray):
        kinds["method"] = case.run(
            lambda first, *args, **kwargs: getattr(first, row.name)(*args, **kwargs),
            [wb.tensor(array) for array in case.arrays()],
        )
    for kind, found in kinds.items():
        assert [(part.shape, part.dtype.name) for part in found] == [
            (np.shape(part), np.asarray(part).dtype.name) for part in want
        ], kind
        for part, value in zip(found, want):
            close(part.detach().numpy(), value, row.rtol, 1)


@pytest.mark.parametrize("row, case", [param for param in CASES if param.values[0].random])
def test_draws_have_their_shape_dtype_and_bounds_and_come_again_with_the_seed(row, case):
    (want,) = expected(row, case, case.arrays())
    tensors = [wb.tensor(array) for array in case.arrays()]
    (found,) = case.run(function_of(row), tensors)
    assert (found.shape, found.dtype.name) == (want.shape, want.dtype.name)
    values = found.detach().numpy()
    assert np.isfinite(values).all() and (values >= want.low).all() and (values <= want.high).all()
    (again,) = case.run(function_of(row), tensors)
    np.testing.assert_array_equal(values, again.detach().numpy())


def whole_numbers(row, array, dtype):
    rng = np.random.default_rng(array.size)
    return rng.random(array.shape) < 0.5 if dtype == "bool" else rng.integers(*row.whole, array.shape).astype(dtype)


def data_places(case):
    """Which arrays are data: those of floats, if there are any; the others are indices and masks."""
    return floats(case) if any(floats(case)) else [True] * len(case.arrays())


def promotes_by_itself(case, dtype):
    """Whether a number among the arguments may not be one of that dtype."""
    numbers = [
        value
        for value in (*case.args, *case.kwargs.values())
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    return (
        dtype in WHOLE
        and any(isinstance(number, float) for number in numbers)
        or dtype in ("bool", "uint8")
        and any(number < 0 for number in numbers)
    )


def check_dtypes(row, case, dtypes):
    """Data array number i is of dtypes[i]; compared with the reference of the same numbers."""
    arrays, kinds = [], iter(dtypes)
    for array, is_data in zip(case.arrays(), data_places(case)):
        dtype = next(kinds) if is_data else None
        arrays.append(
            array if not is_data else array.astype(dtype) if dtype in FLOATS else whole_numbers(row, array, dtype)
        )
    joint = promoted(*dtypes)
    tensors = [wb.tensor(array) for array in arrays]
    if joint in row.refuses:
        with pytest.raises(TypeError):
            for part in case.run(row.function, tensors):
                part.numpy()
        return
    # The reference computes in what the result is of.
    wide = {"float": "float64", "sum": "int64" if joint in WHOLE else "float64"}.get(row.results)
    if wide:
        arrays = [array.astype(wide) if is_data else array for array, is_data in zip(arrays, data_places(case))]
    found = case.run(row.function, tensors)
    for place, (part, value) in enumerate(zip(found, expected(row, case, arrays), strict=True)):
        dtype = row.expected_dtype(joint, place)
        assert part.dtype.name == dtype, (dtypes, part.dtype.name, dtype)
        with np.errstate(all="ignore"):
            value = np.asarray(value).astype(dtype)
        close(part.numpy(), value, 1e-5 if dtype == "float32" else max(row.rtol, 1e-11), 1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row, case", FIXED)
def test_every_dtype_gives_the_documented_one(row, case):
    if not case.arrays() or "dtype" in case.kwargs or "requires_grad" in case.kwargs:
        pytest.skip("its dtype is given")
    count = sum(data_places(case))
    for dtype in DTYPES:
        if not promotes_by_itself(case, dtype):
            check_dtypes(row, case, [dtype] * count)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", [pytest.param(row, id=row.path) for row in TABLE.values() if row.promotes])
def test_every_pair_of_dtypes_promotes_as_pytorchs(row):
    case = next(case for case in row.cases if len(case.arrays()) == 2 and all(data_places(case)))
    for left in DTYPES:
        for right in DTYPES:
            if not promotes_by_itself(case, promoted(left, right)):
                check_dtypes(row, case, [left, right])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", [pytest.param(row, id=row.path) for row in TABLE.values() if row.edges])
@pytest.mark.parametrize("dtype", FLOATS)
def test_values_from_minus_infinity_to_infinity(row, dtype):
    inputs = [FEW_EDGES.astype(dtype)[:, None], FEW_EDGES.astype(dtype)] if row.promotes else [EDGES.astype(dtype)]
    want = np.asarray(
        row.edges(row.reference, *(x.astype(dtype if row.results == "same" else "float64") for x in inputs))
    ).astype(row.expected_dtype(dtype))
    found = row.edges(row.function, *map(wb.tensor, inputs)).numpy()
    assert found.dtype == want.dtype
    if dtype in FLOATS and want.dtype.kind == "f":
        np.testing.assert_allclose(
            found, want, rtol=row.ulps * np.finfo(dtype).eps, atol=8 * np.finfo(dtype).smallest_normal
        )
    else:
        np.testing.assert_array_equal(found, want)
    if row.name in SIGNED_ZEROS:
        zeros = want == 0
        np.testing.assert_array_equal(np.signbit(found[zeros]), np.signbit(want[zeros]))


# -------------------------------------------------------------------- layouts, empty and 0-d inputs


def every_second(x):
    return np.repeat(x, 2, axis=-1)


# What is made of an array, and what of the tensor of that, so that the tensor is the array's again but lies otherwise.
LAYOUTS = {
    "transposed": (lambda x: x.T.copy(), lambda t: t.T),
    "every second": (lambda x: every_second(x) if x.ndim else x, lambda t: t[..., ::2] if t.ndim else t),
    "reversed": (lambda x: np.array(np.flip(x)), lambda t: t.flip(*range(t.ndim))),
}


@pytest.mark.parametrize("row, case", FIXED)
def test_inputs_that_are_not_contiguous_give_the_same(row, case):
    if not any(array.size > 1 for array in case.arrays()):
        pytest.skip("nothing to lay out otherwise")
    function = row.function
    want = case.run(function, [wb.tensor(array) for array in case.arrays()])
    forms = [
        [np.asfortranarray(array) if array.ndim else array for array in case.arrays()],
        [every_second(array)[..., ::2] if array.ndim else array for array in case.arrays()],
        [np.flip(np.flip(array).copy()) if array.ndim else array for array in case.arrays()],
    ]
    found = [case.run(function, [wb.from_numpy(array) for array in arrays]) for arrays in forms]
    found += [
        case.run(function, [view(wb.tensor(prepare(array))) for array in case.arrays()])
        for prepare, view in LAYOUTS.values()
    ]
    for results in found:
        for part, value in zip(results, want, strict=True):
            assert part.dtype == value.dtype
            close(part.detach().numpy(), value.detach().numpy(), 1e-12, 1)


@pytest.mark.parametrize("row, case", SMOOTH)
def test_gradients_pass_inputs_that_are_not_contiguous(row, case):
    plain = Function(row, case)
    want = plain.gradient(*plain.tensors())
    for prepare, view in LAYOUTS.values():
        found = Function(row, case, views=lambda tensor, array, view=view: view(tensor))
        gradients = found.gradient(*(wb.tensor(prepare(x)) for x in plain.inputs))
        for gradient, value in zip(gradients, want, strict=True):
            close(view(gradient).numpy(), value.numpy(), 1e-10)


@pytest.mark.parametrize("row, case", FIXED)
def test_expanded_inputs_are_those_that_were_repeated(row, case):
    if not any(array.ndim and array.shape[0] > 1 for array in case.arrays()):
        pytest.skip("nothing to expand")
    arrays = case.arrays()
    results = []
    for tensors in (
        [wb.tensor(array[:1]).expand(array.shape) if array.ndim else wb.tensor(array) for array in arrays],
        [
            wb.tensor(np.ascontiguousarray(np.broadcast_to(array[:1], array.shape))) if array.ndim else wb.tensor(array)
            for array in arrays
        ],
    ):
        try:
            results.append([part.detach().numpy() for part in case.run(row.function, tensors)])
        except wb.Error as error:
            results.append(type(error))
    found, want = results
    assert isinstance(found, type) == isinstance(want, type), results
    if isinstance(want, type):
        assert found is want
    else:
        for part, value in zip(found, want, strict=True):
            close(part, value, 1e-11, 1)


def agree(row, case, arrays, what):
    """The operation gives what the reference gives, or both refuse."""
    try:
        want = expected(row, case, arrays)
    except Exception:
        want = None
    try:
        found = case.run(row.function, [wb.tensor(array) for array in arrays])
        values = [part.detach().numpy() for part in found]
    except WRONG as error:
        assert want is None, f"{what}: {error}, where the reference gives {[np.shape(part) for part in want]}"
        return
    if want is None:
        return  # the reference is the narrower of the two
    assert [value.shape for value in values] == [np.shape(value) for value in want], what
    for value, reference in zip(values, want, strict=True):
        close(value, reference, row.rtol, 1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row, case", FIXED)
def test_an_extent_of_0_in_each_place_is_taken_as_by_the_reference(row, case):
    arrays = case.arrays()
    extents = sorted(
        {(axis, array.shape[axis]) for array in arrays for axis in range(-array.ndim, 0) if array.shape[axis] > 1}
    )
    for axis, extent in extents:
        emptied = [
            np.take(array, [], axis) if array.ndim >= -axis and array.shape[axis] == extent else array
            for array in arrays
        ]
        agree(row, case, emptied, [array.shape for array in emptied])


@pytest.mark.parametrize("row, case", [param for param in FIXED if param.values[0].elementwise])
def test_elementwise_operations_of_0d_tensors_are_0d(row, case):
    arrays = [array.reshape(-1)[0].reshape(()) for array in case.arrays()]
    for part in case.run(row.function, [wb.tensor(array) for array in arrays]):
        assert part.shape == ()
    agree(row, case, arrays, "0-d")


# -------------------------------------------------------------------- derivatives


@pytest.mark.parametrize("row, case", SMOOTH)
def test_gradients_and_tangents_are_what_finite_differences_find(row, case):
    function = Function(row, case)
    gradients = function.gradient(*function.tensors())
    for place, gradient in enumerate(gradients):
        want = np.empty(function.inputs[place].shape)
        for at in np.ndindex(want.shape):
            sides = []
            for step in (STEP, -STEP):
                moved = [x.copy() for x in function.inputs]
                moved[place][at] += step
                sides.append(function.weighed(*function.tensors(moved)).item())
            want[at] = (sides[0] - sides[1]) / (2 * STEP)
        assert gradient.shape == want.shape and gradient.dtype == "float64"
        close(gradient.numpy(), want, 2e-7, 1)
    directions = function.directions(10)
    results, tangents = wb.jvp(lambda *xs: tuple(function(*xs)), function.tensors(), directions)
    above, below = (
        function(*function.tensors([x + step * u.numpy() for x, u in zip(function.inputs, directions)]))
        for step in (STEP, -STEP)
    )
    for result, tangent, high, low in zip(results, tangents, above, below, strict=True):
        assert (tangent.shape, tangent.dtype) == (result.shape, result.dtype)
        close(tangent.numpy(), (high.numpy() - low.numpy()) / (2 * STEP), 2e-7, 1)


@pytest.mark.parametrize("row, case", SMOOTH)
def test_reverse_and_forward_mode_are_each_others_transposes(row, case):
    function = Function(row, case)
    directions = function.directions(20)
    results, pull = wb.vjp(lambda *xs: tuple(function(*xs)), *function.tensors())
    weights = tuple(wb.tensor(noise(result.shape, 30 + place)) for place, result in enumerate(results))
    pulled = flat(pull(weights))
    pushed = flat(wb.jvp(lambda *xs: tuple(function(*xs)), function.tensors(), directions)[1])
    v, u = flat(weights), flat(directions)
    scale = max(np.linalg.norm(pushed) * np.linalg.norm(v), np.linalg.norm(u) * np.linalg.norm(pulled))
    assert abs(pushed @ v - u @ pulled) <= 1e-12 * scale + 1e-17


@pytest.mark.parametrize("row, case", SMOOTH)
def test_second_derivatives_agree_in_all_four_nestings_and_with_finite_differences(row, case):
    function = Function(row, case)
    xs, us, vs = function.tensors(), function.directions(40), function.directions(60)
    along = lambda *ts: wb.jvp(function.weighed, ts, us)[1]  # noqa: E731
    every = tuple(range(len(xs)))
    sides = [
        flat(function.gradient(*function.tensors([x + step * u.numpy() for x, u in zip(function.inputs, us)])))
        for step in (STEP, -STEP)
    ]
    want = (sides[0] - sides[1]) / (2 * STEP)
    vjp_of_vjp = flat(
        wb.grad(
            lambda *ts: sum((gradient * u).sum() for gradient, u in zip(function.gradient(*ts), us)), argnums=every
        )(*xs)
    )
    jvp_of_vjp = flat(wb.jvp(lambda *ts: tuple(function.gradient(*ts)), xs, us)[1])
    vjp_of_jvp = flat(wb.grad(along, argnums=every)(*xs))
    jvp_of_jvp = wb.jvp(along, xs, vs)[1].item()
    size = np.abs(flat(function.gradient(*xs))).max(initial=0)
    for found in (vjp_of_vjp, jvp_of_vjp, vjp_of_jvp):
        close(found, want, 5e-7, max(1, size))
        close(found, vjp_of_vjp, 1e-10, max(1, size))
    curvature = flat(vs) @ vjp_of_vjp
    assert abs(jvp_of_jvp - curvature) <= 1e-10 * max(1, size, np.linalg.norm(flat(vs)) * np.linalg.norm(vjp_of_vjp))


@pytest.mark.parametrize("row, case", [param for param in SMOOTH if not param.values[0].random])
def test_float32_gives_what_float64_gives(row, case):
    narrow, wide = Function(row, case, "float32"), Function(row, case)
    inputs = [x.astype("float32") for x in wide.inputs]
    slack = 1e-5 if row.rtol <= 1e-12 else 2e-4
    for found, want in zip(narrow(*narrow.tensors(inputs)), wide(*wide.tensors(inputs)), strict=True):
        assert found.dtype == case.kwargs.get("dtype", "float64" if row.results == "float64" else "float32")
        close(found.numpy(), want.numpy(), slack, 1)
    for found, want in zip(narrow.gradient(*narrow.tensors(inputs)), wide.gradient(*wide.tensors(inputs)), strict=True):
        assert found.dtype == "float32"
        close(found.numpy(), want.numpy(), 5 * slack, 1)


@pytest.mark.parametrize(
    "row, case", [param for param in CASES if any(floats(param.values[1])) and not param.values[0].differentiable]
)
def test_what_is_flat_has_no_gradient_and_zero_tangents(row, case):
    function = Function(row, case)
    leaves = [tensor.requires_grad_() for tensor in function.tensors()]
    results = function(*leaves)
    for gradient in (
        wb.autograd.grad([result.sum() for result in results if result.requires_grad], leaves, allow_unused=True)
        if any(result.requires_grad for result in results)
        else []
    ):
        assert gradient is None or not gradient.numpy().any()
    if results:
        for tangent in wb.jvp(lambda *xs: tuple(function(*xs)), function.tensors(), function.directions(70))[1]:
            assert not tangent.numpy().any()


@pytest.mark.parametrize("row", [pytest.param(row, id=row.path) for row in TABLE.values() if row.kinks])
def test_subgradients_at_kinks_are_the_expected_ones(row):
    call = row.edges or (lambda f, x: f(x))
    for point, slope in row.kinks.items():
        for dtype in FLOATS:
            x = wb.tensor([point], dtype)
            assert wb.grad(lambda t: call(row.function, t).sum())(x).item() == pytest.approx(slope, rel=1e-6), point
            assert wb.jvp(lambda t: call(row.function, t), (x,), (wb.ones(1, dtype=dtype),))[1].item() == pytest.approx(
                slope, rel=1e-6
            ), point


# Their results' shapes depend on values, so one plan cannot compute several.
SHAPED_BY_VALUES = {"unique", "unique_consecutive", "nonzero", "argwhere"}


@pytest.mark.parametrize("row, case", [param for param in FIXED if any(floats(param.values[1]))])
def test_vmap_is_a_loop(row, case):
    function = Function(row, case)
    batches = [
        [x, np.flip(x).copy(), np.where(np.isfinite(x), 0.25 * x + 0.75 * np.roll(x, 1), x)] for x in function.inputs
    ]
    mapped = wb.vmap(lambda *xs: tuple(case.run(row.function, placed(case, xs))))
    stacked = [wb.tensor(np.stack(batch)) for batch in batches]
    if row.name in SHAPED_BY_VALUES:
        with pytest.raises(wb.StateError, match="shapes that depend on values"):
            mapped(*stacked)
        return
    found = mapped(*stacked)
    for number in range(3):
        want = case.run(row.function, placed(case, [wb.tensor(batch[number]) for batch in batches]))
        for part, value in zip(parts(found), want, strict=True):
            close(part.detach().numpy()[number], value.detach().numpy(), 1e-11, 1)


def placed(case, tensors):
    """The arrays of a case as tensors, those of float64 replaced in order."""
    rest = iter(tensors)
    return [next(rest) if is_float else wb.tensor(array) for array, is_float in zip(case.arrays(), floats(case))]
