"""Every call of a function, written down in a forward pass and run again by a graph, gives the same bits."""

import gc
import threading
import zlib
from ctypes import c_char_p, c_int32, c_int64, c_void_p

import numpy as np
import pytest
from operation_table import DTYPES, FLOATS, parts, table
from recordings import Called, Recorded, graph_of, handles, text_of

import wingbeat as wb
from wingbeat import _abi, nn
from wingbeat._library import check as check_status
from wingbeat._library import lib
from wingbeat._tensor import wrap

CASES = [pytest.param(row, case, id=f"{row.path}({case.text})") for row in table().values() for case in row.cases]
X, Y = np.linspace(-2, 2.5, 6).reshape(2, 3), np.linspace(0.3, 3, 6).reshape(2, 3)
COUNTS, FLAGS, ROW = np.array([[1, -2, 3], [4, 5, -7]]), X > 0, np.array([0.5, -1.5, 2.0])
REFUSED_BY_ITSELF = (wb.Error, TypeError, ValueError)


def bits(tensors):
    return [(tensor.shape, tensor.dtype.name, tensor.detach().numpy().tobytes()) for tensor in tensors]


def check(function, arrays, seed=0):
    """`function` of tensors gives the same inside a recording, and by the graph that is made of it, as outside."""

    def tensors():
        wb.manual_seed(seed)
        return [wb.tensor(array) for array in arrays]

    want = bits(parts(function(*tensors())))
    recorded = Recorded(Called(function), *tensors())
    assert bits(recorded.results) == want
    graph = graph_of(recorded)
    assert bits(parts(graph(*tensors()))) == want, text_of(graph)
    return graph


# -------------------------------------------------------------------- functions


@pytest.mark.parametrize("row, case", CASES)
def test_a_graph_of_a_call_gives_its_bits(row, case):
    function = row.function
    check(lambda *tensors: case.run(function, tensors), case.arrays(), zlib.crc32(row.name.encode()))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row, case", [param for param in CASES if param.values[1].arrays()])
def test_a_graph_of_a_call_gives_its_bits_in_every_dtype(row, case):
    function, rng = row.function, np.random.default_rng(1)
    floats = [array.dtype == np.float64 for array in case.arrays()]
    is_data = floats if any(floats) else [True] * len(floats)

    def cast(array, dtype):
        if dtype in FLOATS:
            return array.astype(dtype)
        whole = rng.integers(*row.whole, array.shape)
        return rng.random(array.shape) < 0.5 if dtype == "bool" else whole.astype(dtype)

    for dtype in DTYPES:
        arrays = [cast(array, dtype) if data else array for array, data in zip(case.arrays(), is_data)]
        try:
            bits(case.run(function, [wb.tensor(array) for array in arrays]))
        except REFUSED_BY_ITSELF:
            continue
        check(lambda *tensors: case.run(function, tensors), arrays)


NUMBERS = (0, 1, -1, 2, 3, 0.5, -1.5, -0.0, 300, 1 << 40, float("inf"), True)
OPERATORS = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
    "**": lambda x, y: x**y,
    "<": lambda x, y: x < y,
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
    ">=": lambda x, y: x >= y,
    "&": lambda x, y: x & y,
    "|": lambda x, y: x | y,
    "^": lambda x, y: x ^ y,
    "<<": lambda x, y: x << y,
    ">>": lambda x, y: x >> y,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sign", OPERATORS)
def test_a_number_on_either_side_of_an_operator_stays_what_it_was(sign, dtype):
    function, array = OPERATORS[sign], np.array([[1, 2, 3], [0, 5, 7]]).astype(dtype)
    for number in NUMBERS:
        for call in (lambda x, number=number: function(x, number), lambda x, number=number: function(number, x)):
            try:
                bits([call(wb.tensor(array))])
            except REFUSED_BY_ITSELF:
                continue
            check(call, [array])


@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_from_c_that_no_dtype_holds_are_written_too(dtype):
    def scalar(op, value, is_reversed):
        def function(x):
            out = c_void_p()
            check_status(lib.wb_binary_scalar(op, x._handle, value, is_reversed, out))
            return wrap(out.value)

        return function

    operations = (_abi.WB_BINARY_ADD, _abi.WB_BINARY_MULTIPLY, _abi.WB_BINARY_DIVIDE, _abi.WB_BINARY_EQUAL)
    for value in (0.0, -0.0, 1.0, 7.0, -3.0, 300.0, 0.5, 2.0**31, 2.0**60, 1e300, float("nan")):
        for op in operations:
            for is_reversed in (0, 1):
                check(scalar(op, value, is_reversed), [np.array([0, 1, 1, 5]).astype(dtype)])


INDICES = {
    "at": lambda x: x[1],
    "two": lambda x: x[1, -1],
    "slice": lambda x: x[:, 1:],
    "backwards": lambda x: x[::-1, ::2],
    "new axis": lambda x: x[None, :, None],
    "ellipsis": lambda x: x[..., 0],
    "list": lambda x: x[[1, 0, 1]],
    "tensors": lambda x: x[wb.tensor([0, 1]), wb.tensor([2, 0])],
    "mask": lambda x: x[x != 1],
    "mask of rows": lambda x: x[wb.tensor([True, False])],
    "mixed": lambda x: x[1, None, wb.tensor([2, 0])],
    "all": lambda x: x[()],
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "one column": lambda x: x[:, -1:],
    "array": lambda x: x[:, np.array([[2, 1]])],
}


@pytest.mark.parametrize("name", INDICES)
@pytest.mark.parametrize("array", [X, COUNTS, FLAGS], ids=["floats", "integers", "flags"])
def test_index_expressions_are_written_as_they_are(name, array):
    check(INDICES[name], [array])


def assign(index, value):
    def change(y, row):
        y[index] = value(row) if callable(value) else value

    return change


IN_PLACE = {
    "a row": assign(1, 5),
    "elements": assign((slice(None), slice(1, None)), lambda row: row[1:]),
    "a mask": assign(wb.tensor(X > 0), 0),
    "picked": assign(wb.tensor([1, 0]), lambda row: row),
    "copy": lambda y, row: y.copy_(row.expand(2, 3)),
}


@pytest.mark.parametrize("name", IN_PLACE)
@pytest.mark.parametrize(
    "dtypes", [("float64", "float64"), ("float32", "float64"), ("float64", "int64"), ("int64", "int32")], ids=str
)
def test_what_is_written_in_place_is_read_from_then_on(name, dtypes):
    def function(x, row):
        y = x.clone()
        IN_PLACE[name](y, row)
        return y, x + 1

    check(function, [X.astype(dtypes[0]), (ROW * 2).astype(dtypes[1])])


def test_a_tensor_that_the_host_made_takes_what_is_written_to_it():
    def function(x):
        y = wb.tensor(np.zeros((3, 3)))
        first = y + 1
        y[1:] = x
        y[0, 0] = 7
        return y, first

    check(function, [X])


def test_a_tensor_of_the_hosts_is_a_constant_with_the_values_that_it_had():
    scale = wb.tensor(ROW)
    graph = check(lambda x: x * scale + wb.tensor([1.0, 2.0, 3.0], dtype="float64"), [X])
    scale[0] = 100
    assert graph(wb.tensor(X)).numpy().tobytes() == (X * ROW + [1.0, 2, 3]).tobytes()
    assert sorted(name for name, _ in graph.named_buffers()) == ["constant_0", "constant_1"]


def test_a_constant_may_be_looked_at():
    numbers = wb.tensor([3.0, 4.0])
    check(lambda x: x * numbers.detach().numpy()[0] + numbers[1].detach() * float(numbers.numpy()[1]), [X])


def test_random_numbers_are_drawn_in_the_order_of_the_model_also_those_that_nobody_uses():
    def function(x):
        wb.rand(5)
        first = wb.randn(2, 3)
        wb.randperm(4)
        rest = wb.normal(0.1, 0.7, (3,), dtype="float64"), wb.randint(0, 9, (4,))
        return x + first + wb.uniform(-1, 1, (2, 3)), *rest

    check(function, [X], seed=11)


def test_functions_called_by_a_text_are_written_with_their_tensors():
    def called(text, *tensors):
        out, count = (c_void_p * 8)(), c_int32()
        check_status(lib.wb_call(text.encode(), handles(tensors), len(tensors), out, 8, count))
        return [wrap(handle) for handle in out[: count.value]]

    check(lambda x: called("softmax(dim=1)", x), [X])
    check(lambda x, y: called("cat(dim=1)", x, y), [X, Y])
    check(lambda x, y: called("add(alpha=2)", x, y), [X, Y])
    check(lambda x: called("sort(descending=True)", x) + called("swapaxes(0, 1)", x), [X])
    check(lambda x: called("mul(other=2.0)", x), [COUNTS])
    check(lambda x: called("arange(0, 4.0)") + called("full((2,), True)"), [X])


def test_a_reduction_over_no_axes_is_refused():
    def function(x):
        out = c_void_p()
        check_status(lib.wb_reduce(_abi.WB_REDUCE_SUM, x._handle, (c_int32 * 1)(), 0, 0, out))
        return wrap(out.value)

    assert function(wb.tensor(X)).shape == (2, 3)
    with pytest.raises(wb.UnsupportedError, match="no word for a reduction over no axes"):
        Recorded(Called(function), wb.tensor(X))


# -------------------------------------------------------------------- derivatives


class Weighted(nn.Module):
    def __init__(self, compute):
        super().__init__()
        self.weight = nn.Parameter(wb.tensor(ROW))
        self.compute = compute

    def forward(self, x):
        return self.compute(x, self.weight)


def without_gradients(x, weight):
    with wb.no_grad():
        scale = wb.exp(x).mean() * weight
    return x * scale + weight


def in_a_module_without_gradients(x, weight):
    with wb.no_grad():
        y = nn.Softmax(dim=1)(x)
    return x * y * weight


def assigned_without_gradients(x, weight):
    y = x * 1
    with wb.no_grad():
        y[0] = weight * 2
    return y * weight


def detached(x, weight):
    return (x.detach() * weight).exp() + x * weight.detach()


def in_a_checkpoint(x, weight):
    return wb.checkpoint(lambda z: wb.tanh(z * weight), x)


@pytest.mark.parametrize(
    "compute", [without_gradients, in_a_module_without_gradients, assigned_without_gradients, detached, in_a_checkpoint]
)
def test_a_graph_has_the_derivatives_of_what_it_was_made_of(compute):
    def gradients(module):
        x = wb.tensor(X, requires_grad=True)
        module(x).sum().backward()
        return bits([wb.zeros(0) if gradient is None else gradient for gradient in (x.grad, module.weight.grad)])

    model = Weighted(compute)
    graph = graph_of(Recorded(model, wb.tensor(X)))
    assert bits([graph(wb.tensor(X))]) == bits([model(wb.tensor(X))])
    assert gradients(graph) == gradients(model)


# -------------------------------------------------------------------- what is refused


class Refusing(nn.Module):
    """A module that asks for what no line can say, and holds what that needs."""

    def __init__(self, function, *, grad=True):
        super().__init__()
        self.function, self.grad = function, grad
        self.layer = nn.Linear(3, 3)
        self.weight = nn.Parameter(np.ones(3, np.float32))
        self.register_buffer("mean", wb.zeros(3))

    def forward(self, x):
        with wb.enable_grad() if self.grad else wb.no_grad():
            self.function(self, x)
        return x + 1


def assign_weight(model, x):
    model.weight[0] = 1


def copy_weight(model, x):
    model.weight.copy_(x[0])


def assign_input(model, x):
    x[0] = 1


def assign_outside(model, x):
    OUTSIDE[0] = 1


def replace_weight(model, x):
    model.weight = nn.Parameter(np.zeros(3, np.float32))


def freeze(model, x):
    model.weight.requires_grad = False


def add_module(model, x):
    model.more = nn.ReLU()


def enter_autocast(model, x):
    with wb.autocast(wb.bfloat16):
        pass


def write(tensor):
    values = np.ones(tensor.shape, np.float32)
    check_status(lib.wb_tensor_write(tensor._handle, values.ctypes.data, values.nbytes))


OUTSIDE = wb.tensor([1.0, 2.0])
ADDED = wb.compile(lambda y: y + 1)
ADDED(wb.zeros(2, 3))
VALUE = "a value is asked for in the middle of the forward pass"
DERIVATIVE = "derivatives are taken in the middle of the forward pass"
NO_BUFFER = "a tensor is written to that is no buffer of the model; use register_buffer"
WRITES_WEIGHT = "the forward pass writes to the parameter 'weight'; only buffers may change"
REFUSED = {
    "item": (lambda model, x: x.sum().item(), VALUE),
    "int": (lambda model, x: int(x.sum().to("int64")), VALUE),
    "numpy": (lambda model, x: x.numpy(), VALUE),
    "bool": (lambda model, x: bool((x > 0).all()), VALUE),
    "of a parameter": (lambda model, x: model.weight.sum().item(), VALUE),
    "a parameter": (lambda model, x: model.weight.detach().numpy(), VALUE),
    "a buffer": (lambda model, x: model.mean.numpy(), VALUE),
    "backward": (lambda model, x: (x * model.weight).sum().backward(), f"{DERIVATIVE} (backward)"),
    "autograd.grad": (lambda model, x: wb.autograd.grad((x * model.weight).sum(), model.weight), DERIVATIVE),
    "grad": (lambda model, x: wb.grad(lambda y: (y * y).sum())(x), DERIVATIVE),
    "jvp": (lambda model, x: wb.jvp(lambda y: y * y, (x,), (x,)), f"{DERIVATIVE} (jvp)"),
    "vmap": (lambda model, x: wb.vmap(lambda y: y * y)(x), "a function is mapped over examples (vmap)"),
    "hook": (lambda model, x: (x * model.weight).register_hook(lambda g: g), "a callback of the host is hooked to a"),
    "gradient": (lambda model, x: model.weight.grad, "a gradient is asked for in the middle of the forward pass"),
    "zero_grad": (lambda model, x: model.zero_grad(), "gradients are removed in the middle of the forward pass"),
    "assignment to a parameter": (assign_weight, WRITES_WEIGHT),
    "copy to a parameter": (copy_weight, WRITES_WEIGHT),
    "assignment to an input": (assign_input, "the forward pass writes to its input 'x0'; clone it first"),
    "assignment to what is outside": (assign_outside, NO_BUFFER),
    "another buffer": (lambda model, x: model.register_buffer("other", x), "registers or removes the buffer 'other'"),
    "another parameter": (replace_weight, "the forward pass sets the parameter 'weight'"),
    "frozen parameter": (freeze, "the forward pass says which parameters require gradients"),
    "another module": (add_module, "a module is added to the model in its forward pass, as 'more'"),
    "another dtype": (lambda model, x: model.double(), "the forward pass changes the dtype of a module"),
    "eval": (lambda model, x: model.layer.eval(), "the forward pass sets the mode of a module"),
    "autocast": (enter_autocast, "autocast is changed"),
    "capture": (lambda model, x: wb.compile(lambda y: y + 1)(wb.zeros(2)), "a program is captured in the middle of"),
    "program": (lambda model, x: ADDED(wb.zeros(2, 3)), "a captured program runs in the middle of"),
    "seed": (lambda model, x: wb.manual_seed(1), "the random generator is seeded in the middle of"),
    "values of a result": (lambda model, x: write(x + 1), "values are written to a tensor that was computed"),
    "values of a buffer": (lambda model, x: write(model.mean), "values are written to 'mean', which no line computes"),
    "values of what is outside": (lambda model, x: write(OUTSIDE), NO_BUFFER),
    "step": (lambda model, x: wb.optim.SGD([model.weight], lr=0.1).step(), "an optimiser takes a step in the"),
    "layer of its own": (lambda model, x: nn.Linear(3, 2)(x), "a Linear is called that is no part of the model"),
    "initial values": (lambda model, x: nn.init.uniform_(model.weight), "a tensor gets initial values in"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_line_can_say_is_refused_before_it_does_anything(name):
    function, sentence = REFUSED[name]
    model = Refusing(function, grad=function not in (assign_weight, copy_weight))

    def state():
        grads, modes = [p.requires_grad for p in model.parameters()], [module.training for module in model.modules()]
        return bits([*model.state_dict().values(), x, OUTSIDE]), grads, modes

    x = wb.tensor(np.ones((2, 3), np.float32))
    before = state()
    with pytest.raises(wb.UnsupportedError, match="model.py, line 7: ") as raised:
        Recorded(model, x, place=b"model.py, line 7")
    assert sentence in str(raised.value)
    assert state() == before
    assert lib.wb_recording_cancel() == _abi.WB_ERROR_STATE, "the recording has been left"


def test_nothing_is_refused_after_a_recording():
    Recorded(Called(lambda x: x + 1), wb.tensor(X))
    x = wb.tensor(X, requires_grad=True)
    (x * x).sum().backward()
    assert x.grad is not None and x.sum().item() == X.sum()


# -------------------------------------------------------------------- how a recording begins and ends


def begin(module, *inputs):
    names = (c_char_p * len(inputs))(*(f"x{number}".encode() for number in range(len(inputs))))
    place = _abi.wb_place_callback()
    return lib.wb_recording_begin(module._handle, handles(inputs), names, len(inputs), place, None)


def test_a_recording_inside_a_recording_is_an_error_of_state():
    module, x = Called(lambda x: x), wb.tensor(X)
    assert begin(module, x) == _abi.WB_OK
    assert begin(module, x) == _abi.WB_ERROR_STATE
    assert b"a recording is open on this thread already" in lib.wb_last_error()
    assert lib.wb_recording_cancel() == _abi.WB_OK
    assert lib.wb_recording_cancel() == _abi.WB_ERROR_STATE
    assert lib.wb_recording_end(None, 0, c_void_p()) == _abi.WB_ERROR_STATE


def test_a_capture_block_and_a_recording_exclude_each_other():
    x = wb.tensor(X)
    assert lib.wb_capture_begin(handles([x]), 1) == _abi.WB_OK
    assert begin(Called(lambda x: x), x) == _abi.WB_ERROR_STATE
    assert lib.wb_capture_cancel() == _abi.WB_OK


def test_a_forward_pass_that_fails_leaves_the_recording_open():
    module, x, out, graph = Called(lambda x: x), wb.tensor(X), c_void_p(), c_void_p()
    assert begin(module, x) == _abi.WB_OK
    with pytest.raises(wb.ShapeError):
        wb.matmul(x, x)
    with pytest.raises(wb.UnsupportedError):
        x.numpy()
    y = x + 1
    assert lib.wb_recording_end(None, 1, out) == _abi.WB_ERROR_ARGUMENT
    assert lib.wb_recording_end(handles([y]), 1, out) == _abi.WB_OK
    assert lib.wb_graph_create(module._handle, (c_void_p * 1)(out.value), 1, None, 0, graph) == _abi.WB_OK
    assert lib.wb_module_free(graph) == lib.wb_recording_free(out) == _abi.WB_OK


def test_bad_names_and_inputs_begin_nothing():
    module, x, place = Called(lambda x: x), wb.tensor(X), _abi.wb_place_callback()
    for handle, names, status in (
        (module._handle, (c_char_p * 1)(b"no word"), _abi.WB_ERROR_ARGUMENT),
        (module._handle, None, _abi.WB_ERROR_ARGUMENT),
        (None, (c_char_p * 1)(b"x"), _abi.WB_ERROR_HANDLE),
    ):
        assert lib.wb_recording_begin(handle, handles([x]), names, 1, place, None) == status
    assert lib.wb_recording_cancel() == _abi.WB_ERROR_STATE


def test_a_recording_is_one_threads_own():
    x, found = wb.tensor(X), []
    assert begin(Called(lambda x: x), x) == _abi.WB_OK
    thread = threading.Thread(target=lambda: found.append((x * 2).sum().item()))  # there it is not refused
    thread.start()
    thread.join()
    assert lib.wb_recording_cancel() == _abi.WB_OK
    assert found == [(X * 2).sum()]


def in_use():
    gc.collect()
    usage = c_int64()
    check_status(lib.wb_memory_usage(usage, None, None))
    return usage.value


def test_a_thread_that_ends_inside_a_recording_leaves_nothing_behind():
    statuses = []

    def work():
        x = wb.tensor(np.zeros((1000, 1000)))
        statuses.append(begin(Called(lambda x: x), x))
        y = x + 1
        statuses.append(lib.wb_eval(handles([y]), 1))

    before = in_use()
    for _ in range(3):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert statuses == [_abi.WB_OK] * 6
    assert in_use() == before
    assert lib.wb_recording_cancel() == _abi.WB_ERROR_STATE


def test_a_recording_outlives_the_handle_of_its_module():
    other, x, out, graph, handle = nn.Linear(3, 2), wb.tensor(X.astype("float32")), c_void_p(), c_void_p(), c_void_p()
    before = in_use()
    assert lib.wb_module_create(b"Sequential(Linear(3, 2000), ReLU())", _abi.WB_FLOAT32, handle) == _abi.WB_OK
    names, place = (c_char_p * 1)(b"x"), _abi.wb_place_callback()
    assert lib.wb_recording_begin(handle, handles([x]), names, 1, place, None) == _abi.WB_OK
    assert lib.wb_module_free(handle) == _abi.WB_OK
    y = wb.relu(x)
    assert lib.wb_recording_end(handles([y]), 1, out) == _abi.WB_OK
    recordings = (c_void_p * 1)(out.value)
    assert lib.wb_graph_create(handle, recordings, 1, None, 0, graph) == _abi.WB_ERROR_HANDLE
    assert lib.wb_graph_create(other._handle, recordings, 1, None, 0, graph) == _abi.WB_ERROR_ARGUMENT
    assert b"a recording is of another model" in lib.wb_last_error()
    assert lib.wb_recording_free(out) == _abi.WB_OK
    del y
    assert in_use() == before
