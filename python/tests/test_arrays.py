"""NumPy arrays go in and come out: without a copy where that is safe, and never on memory that is later overwritten."""

import gc
import weakref

import numpy as np
import pytest
from support import DTYPES, address, numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (1,), (3, 4), (0,), (2, 0, 3), (1, 2, 1, 2, 1, 2, 1, 2, 1)])
def test_a_tensor_holds_the_arrays_values_dtype_and_shape(dtype, shape):
    x = np.asarray(numbers(shape, dtype))
    for t in (wb.tensor(x), wb.from_numpy(x), wb.asarray(x)):
        assert t.shape == shape and t.dtype == dtype and t.numel() == x.size and t.ndim == x.ndim
        assert same_bits(t.numpy(), x) and same_bits(np.asarray(t), x)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: np.asfortranarray(x),
        lambda x: x[::2],
        lambda x: x[:, ::-1],
        lambda x: x.T,
        lambda x: x[1:, 1:3],
        lambda x: np.broadcast_to(x[:1], (5, 6)),
        lambda x: x.astype(x.dtype.newbyteorder()),
        lambda x: np.lib.stride_tricks.as_strided(x, (3, 3), (8, 8)),
        lambda x: np.frombuffer(b"\0" + x.tobytes(), x.dtype, offset=1),
        lambda x: np.ma.masked_array(x),
        lambda x: np.asmatrix(x),
        lambda x: x[:0],
        lambda x: x[..., None],
    ],
)
def test_arrays_of_any_layout_are_taken_by_value(make):
    x = make(numbers((4, 6)))
    for t in (wb.tensor(x), wb.from_numpy(x), wb.asarray(x), wb.zeros(x.shape) + x):
        np.testing.assert_array_equal(t.numpy(), np.asarray(x).astype("f8"))
        assert t.dtype == "float64"


@pytest.mark.parametrize(
    "narrow, wide", [("int8", "int32"), ("int16", "int32"), ("uint16", "int32"), ("uint32", "int64")]
)
def test_dtypes_that_the_engine_lacks_become_the_next_wider_one(narrow, wide):
    x = np.array([0, 1, np.iinfo(narrow).max], narrow)
    assert wb.tensor(x).dtype == wide
    np.testing.assert_array_equal(wb.tensor(x).numpy(), x)


@pytest.mark.parametrize(
    "values",
    [
        np.array(["a"]),
        np.array([1j]),
        np.array([None]),
        np.zeros(2, "M8[s]"),
        np.zeros(2, "i4,i4"),
        np.array([2**63], np.uint64),
    ],
)
def test_arrays_of_other_than_numbers_are_a_type_error_that_names_their_dtype(values):
    for function in (wb.tensor, wb.from_numpy, wb.asarray):
        with pytest.raises(TypeError, match="found an array of"):
            function(values)


def test_a_tensor_is_a_copy_that_later_writes_to_the_array_do_not_reach():
    x = numbers((3, 4))
    before = x.copy()
    t = wb.tensor(x)
    lazy = t * 2
    x[:] = -1
    assert same_bits(t.numpy(), before) and same_bits(lazy.numpy(), before * 2)


def test_operands_and_module_inputs_are_copies_that_later_writes_do_not_reach():
    x, model = numbers((3, 2), "float32"), nn.Linear(2, 2)
    expected = model(wb.tensor(x)).detach().numpy()
    lazy_sum, lazy_output, doubled = wb.ones(3, 2) + x, model(x), (x * 2).copy()
    lazy_product = wb.tensor(2.0) * x
    kept = x.copy()
    x[:] = 7
    assert same_bits(lazy_sum.numpy(), kept + 1) and same_bits(lazy_product.numpy(), doubled)
    assert same_bits(lazy_output.detach().numpy(), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_from_numpy_reads_the_arrays_own_memory(dtype):
    x = numbers((3, 4), dtype)
    for t in (wb.from_numpy(x), wb.asarray(x)):
        assert address(t.numpy()) == address(x)
    assert address(wb.tensor(x).numpy()) != address(x)
    assert address(wb.from_numpy(x.T).numpy()) != address(x), "a transposed array is copied"


def test_memory_that_is_read_in_place_is_never_written():
    x = numbers((4, 4), "float32")
    before = x.copy()
    t = wb.from_numpy(x)
    t.mul_(2)
    t += 1
    parameter = nn.Parameter(wb.from_numpy(x))
    optimizer = optim.SGD([parameter], lr=0.1)
    (parameter * parameter).sum().backward()
    optimizer.step()
    assert same_bits(x, before)
    np.testing.assert_allclose(parameter.detach().numpy(), before * 0.8, rtol=1e-6)
    np.testing.assert_allclose(t.numpy(), before * 2 + 1, rtol=1e-6)


def test_read_only_arrays_are_read_in_place():
    x = numbers((3, 4))
    x.flags.writeable = False
    assert address(wb.from_numpy(x).numpy()) == address(x)
    assert same_bits(wb.tensor(x).numpy(), x)


def test_numpy_gives_the_tensors_own_memory_read_only():
    t = wb.tensor(numbers((3, 4)))
    a, b = t.numpy(), t.numpy()
    assert address(a) == address(b) and not a.flags.writeable and not a.flags.owndata
    with pytest.raises(ValueError, match="read-only"):
        a[0] = 1


def test_an_array_that_was_given_out_stays_as_it_is_while_training_goes_on():
    model = nn.Linear(3, 2)
    x, y = wb.tensor(numbers((5, 3), "float32")), wb.tensor(numbers((5, 2), "float32"))
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    weight = model.weight.detach().numpy()
    seen, kept = [weight], [weight.copy()]
    for _ in range(4):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        seen += [model.weight.grad.numpy(), np.asarray(model.bias.detach())]
        kept += [array.copy() for array in seen[len(kept) :]]
        optimizer.step()
        seen.append(model.weight.detach().numpy())
        kept.append(seen[-1].copy())
    for array, copy in zip(seen, kept):
        assert same_bits(array, copy)
    assert not same_bits(seen[0], seen[-1])


def test_an_array_outlives_its_tensor_and_a_tensor_its_array():
    array = (wb.tensor(numbers((100, 100))) * 2).numpy()
    x = numbers((100, 100))
    t = wb.from_numpy(x * 3)
    gc.collect()
    wb.memory_trim()
    for _ in range(20):
        wb.randn(100, 100, dtype="float64").numpy()
    np.testing.assert_array_equal(array, numbers((100, 100)) * 2)
    np.testing.assert_array_equal(t.numpy(), x * 3)


def test_a_borrowed_array_is_freed_with_the_last_tensor_that_reads_it():
    x = numbers((50, 50))
    gone = weakref.ref(x)
    t = wb.from_numpy(x)
    lazy = t * 2
    view = t.numpy()
    del x, t
    assert gone() is not None
    np.testing.assert_array_equal(lazy.numpy(), view * 2)
    del view, lazy
    gc.collect()
    assert gone() is None


def test_a_copied_array_is_freed_at_once():
    x = numbers((50, 50))
    gone = weakref.ref(x)
    t = wb.tensor(x)
    del x
    assert gone() is None and t.shape == (50, 50)


def test_an_array_frees_the_tensors_memory_when_it_goes():
    gc.collect()
    before = wb.memory_usage()["in_use"]
    array = wb.ones(1000, 1000).numpy()
    assert wb.memory_usage()["in_use"] >= before + 4_000_000
    assert array[0, 0] == 1
    del array
    assert wb.memory_usage()["in_use"] < before + 4_000_000


def test_an_array_of_a_tensor_that_requires_gradients_needs_detach():
    t = wb.ones(2, requires_grad=True)
    for function in (lambda: t.numpy(), lambda: np.asarray(t), lambda: np.asarray(t * 2)):
        with pytest.raises(RuntimeError, match="detach"):
            function()
    assert t.detach().numpy().tolist() == [1, 1]


def test_np_asarray_converts_and_copies_when_asked():
    t = wb.tensor([1.5, 2.5])
    assert np.asarray(t, dtype="float64").tolist() == [1.5, 2.5] and np.asarray(t, dtype=int).tolist() == [1, 2]
    copy = np.array(t)
    copy[0] = 9
    assert t.tolist() == [1.5, 2.5] and np.concatenate([t, t]).tolist() == [1.5, 2.5, 1.5, 2.5]
    assert np.asarray([t, t]).shape == (2, 2)
    with pytest.raises(ValueError, match="without a copy"):
        t.__array__(np.float64, copy=False)


def test_object_arrays_inside_lists_and_ragged_lists_are_refused():
    with pytest.raises(ValueError, match="equal lengths"):
        wb.tensor([[1], [2, 3]])
    for nonsense in ("a", None, object(), 1j, {"a": 1}, [None], ["1"], wb, b"ab"):
        for dtype in (None, "float32", "int64"):
            with pytest.raises(TypeError):
                wb.tensor(nonsense, dtype)
