"""Each function of the library has a guard, made from the table of the ABI: a value that an argument cannot hold is an
error that names the argument.
"""

import ctypes
import re

import numpy as np
import pytest
from support import ROOT

import wingbeat as wb
from wingbeat import _abi, _library

WHOLE = (ctypes.c_int32, ctypes.c_int64, ctypes.c_uint64, ctypes.c_size_t)
REAL, HANDLE = ctypes.c_double, ctypes.c_void_p

# What may be called without a guard: at each operation, at each call of a compiled function, and where a tensor is
# asked about itself.
HOT = {
    "wb_unary",
    "wb_binary",
    "wb_binary_scalar",
    "wb_reduce",
    "wb_cast",
    "wb_matmul",
    "wb_linear",
    "wb_reshape",
    "wb_index",
    "wb_tensor_create",
    "wb_tensor_borrow",
    "wb_tensor_info",
    "wb_tensor_data",
    "wb_tensor_dtype",
    "wb_tensor_item",
    "wb_tensor_item_int64",
    "wb_tensor_detach",
    "wb_tensor_get_requires_grad",
    "wb_tensor_grad",
    "wb_backward",
    "wb_batches_next_columns",
    "wb_set_grad_enabled",
    "wb_get_grad_enabled",
    "wb_grad_flags",
    "wb_program_run",
    "wb_program_run_pointers",
    "wb_batches_next",
    "wb_module_forward",
    "wb_module_call",
    "wb_call",
    "wb_module_get_training",
    "wb_optimizer_step",
    "wb_optimizer_zero_grad",
    "wb_program_run_if_matching",
    "wb_program_renew",
    "wb_capture_depends",
    "wb_tensor_share",
}
# What is called by C alone, so that no signal's handler runs in between.
FROM_C = {"wb_callback_done", "wb_set_run_callback", "wb_set_log_callback"}


def places(*wanted):
    """(function, place) of each argument of these kinds."""
    return [
        pytest.param(name, place, id=f"{name}-{names[place]}")
        for name, (_, kinds, names) in _abi.FUNCTIONS.items()
        for place, kind in enumerate(kinds)
        if kind in wanted
    ]


def harmless(kinds):
    """A value for each argument that no guard minds."""
    return [0 if kind in WHOLE else 0.0 if kind is REAL else None for kind in kinds]


def guard(name):
    """The guard of a function that gives back what it would have called the library with."""
    _, kinds, names = _abi.FUNCTIONS[name]
    return _library._guarded(name, lambda *values: values, kinds, names), harmless(kinds), kinds, names


def test_every_kind_of_argument_is_one_that_a_guard_or_ctypes_knows():
    for name, (_, kinds, names) in _abi.FUNCTIONS.items():
        assert len(kinds) == len(names)
        for kind in kinds:
            by_ctypes = kind is ctypes.c_char_p or issubclass(kind, ctypes._Pointer)
            assert kind in WHOLE or kind in (REAL, HANDLE) or by_ctypes, f"{name}: {kind}"


@pytest.mark.parametrize("name", _abi.FUNCTIONS)
def test_what_the_package_calls_is_guarded_unless_no_argument_is_a_number_or_a_handle(name):
    _, kinds, _ = _abi.FUNCTIONS[name]
    is_guarded = any(kind in WHOLE or kind in (REAL, HANDLE) for kind in kinds)
    assert (getattr(_library.lib, name) is not _library.unguarded(name)) == is_guarded


@pytest.mark.parametrize("name, place", places(*WHOLE, REAL))
def test_a_tensor_is_never_its_handle_where_a_number_is_expected(name, place):
    call, values, kinds, names = guard(name)
    is_whole = kinds[place] in WHOLE
    number = "whole number" if is_whole else "number"
    layer, optimizer = wb.nn.Linear(1, 1), wb.optim.SGD([wb.ones(1, requires_grad=True)])
    wrong = [wb.tensor([1.0, 2.0]), wb.tensor([1, 2]), layer, optimizer]
    right = [wb.tensor(3), wb.tensor(3, dtype="uint8"), np.int64(3)]
    for tensor in [*wrong, wb.tensor(2.0)] if is_whole else wrong:
        values[place] = tensor
        with pytest.raises(TypeError, match=f"expected a {number} as {names[place]}, found "):
            call(*values)
    for tensor in right if is_whole else [*right, wb.tensor(3.0), np.float32(3.0)]:
        values[place] = tensor
        found = call(*values)[place]
        assert found == 3 and type(found) is (int if is_whole else float)


@pytest.mark.parametrize("name, place", places(*WHOLE, REAL))
def test_a_number_that_its_argument_cannot_hold_is_refused_by_name(name, place):
    call, values, kinds, names = guard(name)
    too_much = [1.5, np.float64(2.0)] if kinds[place] in WHOLE else [10**400]
    for wrong in ["3", b"3", None, object(), 1j, [1], np.zeros(2), *too_much]:
        values[place] = wrong
        with pytest.raises(TypeError, match=f"expected a .*number as {names[place]}, found "):
            getattr(_library.lib, name)(*values)
    if kinds[place] in WHOLE:
        bits, signed = 8 * ctypes.sizeof(kinds[place]), kinds[place](-1).value < 0
        low, high = (-1 << bits - 1, (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        for fits in (low, high):
            values[place] = fits
            assert call(*values)[place] == fits
        for wrong in (low - 1, high + 1, 10**30, -(10**30)):
            values[place] = wrong
            with pytest.raises(wb.ArgumentError, match=f"expected {low} to {high} as {names[place]}, found {wrong}"):
                call(*values)


@pytest.mark.parametrize("name, place", places(HANDLE))
def test_text_is_no_address_where_a_handle_is_expected(name, place):
    call, values, _, names = guard(name)
    for text in ("text", b"bytes", np.str_("text")):
        values[place] = text
        with pytest.raises(TypeError, match=f"expected a {names[place]}, found "):
            call(*values)
    tensor = wb.ones(1)
    for fits in (None, 0, tensor):
        values[place] = fits
        assert call(*values)[place] is fits


@pytest.mark.parametrize(
    "call, name",
    [
        (lambda x: wb.full((2,), x), "full: expected a number as value"),
        (lambda x: wb.nn.functional.elu(x, alpha=x), "elu: expected a number as parameter"),
        (lambda x: wb.norm(x, p=x), "norm: expected a number as p"),
        (lambda x: wb.pad(x, (1, 1), value=x), "pad: expected a number as value"),
        (lambda x: wb.softmax(x, x), "softmax: expected a whole number as axis"),
        (lambda x: wb.manual_seed(x), "manual_seed: expected a whole number as seed"),
        (lambda x: wb.optim.Adam([x], lr=x), "Adam: lr: expected a number"),
        (lambda x: x.fill_(x), "fill_: expected a number as value"),
    ],
)
def test_a_users_tensor_in_place_of_a_number_is_refused(call, name):
    with pytest.raises(TypeError, match=name):
        call(wb.tensor([1.0, 2.0]))


def test_a_0d_tensor_stands_for_its_number():
    assert wb.full((2,), wb.tensor(3.5)).tolist() == [3.5, 3.5]
    assert wb.softmax(wb.ones(2, 2), wb.tensor(1)).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert wb.optim.SGD([wb.ones(1, requires_grad=True)], lr=wb.tensor(0.5)).lr == 0.5


def test_inside_a_capture_block_the_error_tells_that_there_is_no_value():
    with pytest.raises(TypeError, match="full: expected a number as value") as caught:
        wb.compile(lambda x: wb.full((2,), x))(wb.tensor(1.0))
    assert isinstance(caught.value.__cause__, wb.StateError)


def test_only_hot_functions_and_destructors_are_called_without_a_guard():
    for path in sorted((ROOT / "python" / "wingbeat").rglob("*.py")):
        for name in re.findall(r'unguarded\("(\w+)"\)', path.read_text(encoding="utf-8")):
            assert name in HOT | FROM_C or name.endswith("_free") or name == "wb_...", f"{path.name}: {name}"
