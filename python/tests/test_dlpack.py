"""DLPack both ways, with NumPy on the other side, and with structures that NumPy would not make."""

import ctypes
import gc
import subprocess
import sys
import types

import numpy as np
import pytest

import wingbeat as wb

DTYPES = ["bool", "uint8", "int32", "int64", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3, 4)])
def test_an_exported_tensor_shares_its_values_and_cannot_be_written(dtype, shape):
    values = np.asarray((np.arange(int(np.prod(shape))).reshape(shape) % 5).astype(dtype))
    tensor = wb.tensor(values)
    array = np.from_dlpack(tensor)
    assert array.dtype == values.dtype and array.shape == shape
    np.testing.assert_array_equal(array, values)
    assert not array.flags.writeable
    if values.size:
        assert np.shares_memory(array, tensor.numpy())


def test_exported_values_stay_when_the_tensor_is_written_or_goes():
    tensor = wb.tensor([1.0, 2.0])
    array = np.from_dlpack(tensor)
    tensor.fill_(9)
    assert array.tolist() == [1, 2]
    del tensor
    gc.collect()
    wb.ones(2).numpy()
    assert array.tolist() == [1, 2]


def test_a_copy_can_be_written_and_leaves_the_tensor_alone():
    tensor = wb.tensor([1.0, 2.0])
    array = np.from_dlpack(tensor, copy=True)
    array[0] = 7
    assert tensor.tolist() == [1, 2]


def test_a_receiver_of_the_old_version_gets_a_copy():
    tensor = wb.tensor([1.0, 2.0])

    class Old:
        def __dlpack__(self, **_):
            return tensor.__dlpack__()

        def __dlpack_device__(self):
            return tensor.__dlpack_device__()

    array = np.from_dlpack(Old())
    assert array.tolist() == [1, 2] and not np.shares_memory(array, tensor.numpy())
    assert "dltensor_versioned" not in repr(tensor.__dlpack__())
    with pytest.raises(BufferError, match="DLPack 1.0"):
        tensor.__dlpack__(copy=False)


def test_a_receiver_without_read_only_arrays_gets_a_copy():
    torch = types.ModuleType("torch.utils.dlpack")
    exec("def take(x, **options):\n    return x.__dlpack__(max_version=(1, 0), **options)", vars(torch))
    tensor = wb.tensor([1.0, 2.0])
    for options, shared in (({}, False), ({"copy": True}, False), ({"copy": False}, True)):
        array = np.from_dlpack(Capsule(torch.take(tensor, **options)))
        assert array.flags.writeable is not shared
        assert np.shares_memory(array, tensor.numpy()) is shared


class Capsule:
    def __init__(self, capsule, device=(1, 0)):
        self.capsule, self.device = capsule, device

    def __dlpack__(self, **_):
        return self.capsule

    def __dlpack_device__(self):
        return self.device


def test_what_cannot_be_exported_is_a_buffer_error_with_a_sentence():
    tensor = wb.ones(2, requires_grad=True)
    with pytest.raises(BufferError, match=r"__dlpack__: the tensor requires gradients.*detach\(\)"):
        np.from_dlpack(tensor)
    with pytest.raises(BufferError, match="expected the device"):
        wb.ones(2).__dlpack__(dl_device=(2, 0))
    with pytest.raises(wb.ArgumentError, match="expected no stream"):
        wb.ones(2).__dlpack__(stream=1)
    with pytest.raises(wb.StateError):
        wb.compile(lambda x: np.from_dlpack(x))(wb.ones(2))


def test_a_capsule_that_nobody_takes_frees_its_memory():
    def use():
        tensor = wb.zeros(1 << 20)
        for version in (None, (1, 0)):
            tensor.__dlpack__(max_version=version)

    use()
    gc.collect()
    before = wb.memory_usage()
    for _ in range(5):
        use()
    gc.collect()
    assert wb.memory_usage() == before


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3, 4)])
def test_an_imported_array_keeps_values_and_dtype(dtype, shape):
    values = np.asarray((np.arange(int(np.prod(shape))).reshape(shape) % 5).astype(dtype))
    tensor = wb.from_dlpack(values)
    assert tensor.dtype == values.dtype and tensor.shape == shape
    np.testing.assert_array_equal(tensor.numpy(), values)
    if values.size:
        assert np.shares_memory(tensor.numpy(), values)
        assert not np.shares_memory(wb.from_dlpack(values, copy=True).numpy(), values)


def test_imported_memory_lives_as_long_as_the_tensor():
    values = np.arange(1000.0)
    tensor = wb.from_dlpack(values)
    del values
    gc.collect()
    np.arange(1000.0) * 2
    assert float((tensor * 1).sum()) == 499500


def test_layouts_that_are_not_contiguous_are_copied():
    values = np.arange(24.0).reshape(4, 6)
    for view in (
        values.T,
        values[::2],
        values[:, 1:3],
        values[::-1],
        np.broadcast_to(values[0], (3, 6)),
        values[:, ::-2],
    ):
        np.testing.assert_array_equal(
            wb.from_dlpack(np.array(view, copy=False, subok=True) if view.flags.writeable else view).numpy(), view
        )
    with pytest.raises(wb.ArgumentError, match="copy=False"):
        wb.from_dlpack(values.T, copy=False)


def test_narrow_numbers_become_the_next_wider_dtype():
    for narrow, wide in (("int8", "int32"), ("int16", "int32"), ("uint16", "int32"), ("uint32", "int64")):
        tensor = wb.from_dlpack(np.array([1, 2, 3], narrow))
        assert tensor.dtype == wide and tensor.tolist() == [1, 2, 3]


def test_a_tensor_is_imported_from_a_tensor_and_from_its_capsule():
    tensor = wb.tensor([1.0, 2.0])
    assert wb.from_dlpack(tensor).tolist() == [1, 2]
    for version in (None, (1, 0)):
        capsule = tensor.__dlpack__(max_version=version)
        assert wb.from_dlpack(capsule).tolist() == [1, 2]
        with pytest.raises(wb.ArgumentError, match="nobody has taken"):
            wb.from_dlpack(capsule)


# -------------------------------------------------------------------- structures made by hand


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class DLManagedTensor(ctypes.Structure):
    _fields_ = [
        ("dl_tensor", DLTensor),
        ("manager_ctx", ctypes.c_void_p),
        ("deleter", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    ]


class Made:
    """A capsule around memory of ours; `freed` counts the calls of its deleter."""

    def __init__(self, values, code=2, bits=32, lanes=1, device=1, strides=None, byte_offset=0, shape=None):
        self.values, self.freed = values, 0
        shape = values.shape if shape is None else shape
        self.shape = (ctypes.c_int64 * len(shape))(*shape)
        self.strides = None if strides is None else (ctypes.c_int64 * len(strides))(*strides)
        self.deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self.free)
        self.managed = DLManagedTensor(
            DLTensor(
                values.ctypes.data, device, 0, len(shape), code, bits, lanes, self.shape, self.strides, byte_offset
            ),
            None,
            self.deleter,
        )
        self.device = device

    def free(self, _):
        self.freed += 1

    def __dlpack__(self, **_):
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return new(ctypes.addressof(self.managed), b"dltensor", None)

    def __dlpack_device__(self):
        return self.device, 0


def test_the_deleter_runs_once_when_the_last_use_is_over():
    made = Made(np.arange(6, dtype=np.float32))
    tensor = wb.from_dlpack(made)
    later = tensor.reshape(2, 3)
    del tensor
    gc.collect()
    assert made.freed == 0 and later.tolist() == [[0, 1, 2], [3, 4, 5]]
    del later
    gc.collect()
    assert made.freed == 1


def test_offsets_and_strides_are_read():
    made = Made(np.arange(12, dtype=np.float32), shape=(2, 3), strides=(5, 2), byte_offset=4)
    assert wb.from_dlpack(made).tolist() == [[1, 3, 5], [6, 8, 10]]
    gc.collect()
    assert made.freed == 1  # a copy was made
    made = Made(np.arange(12, dtype=np.float32), shape=(3,), strides=(-2,), byte_offset=32)
    assert wb.from_dlpack(made).tolist() == [8, 6, 4]
    made = Made(np.arange(12, dtype=np.float32), shape=(2,), byte_offset=8)
    assert wb.from_dlpack(made).tolist() == [2, 3]


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"lanes": 2}, "NumPy has a dtype for"),
        ({"code": 2, "bits": 24}, "NumPy has a dtype for"),
        ({"code": 5, "bits": 64}, "found an array of complex64"),
        ({"code": 1, "bits": 64}, "found an array of uint64"),
        ({"device": 2}, "expected memory of the CPU"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_a_sentence(options, sentence):
    with pytest.raises(wb.Error, match=sentence) as caught:
        wb.from_dlpack(Made(np.zeros(4, np.float32), **options))
    assert str(caught.value).startswith("from_dlpack: ")


def test_what_is_no_exporter_is_a_type_error():
    for value in (3, [1.0], None, "x"):
        with pytest.raises(TypeError, match="from_dlpack: expected an object with __dlpack__"):
            wb.from_dlpack(value)


def test_capsules_and_arrays_that_are_left_at_exit_end_quietly():
    program = (
        "import numpy as np, wingbeat as wb, builtins\n"
        "t = wb.tensor([1., 2.])\n"
        "builtins.kept = [np.from_dlpack(t), t.__dlpack__(), t.__dlpack__(max_version=(1, 0)), "
        "wb.from_dlpack(np.arange(3.)), t]\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
