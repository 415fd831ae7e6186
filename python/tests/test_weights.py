"""Weights by name: safetensors, state_dicts and trees of Flax' in HDF5, into modules that are there."""

import json
import struct

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import nn

h5py = pytest.importorskip("h5py")


def model():
    wb.manual_seed(3)
    return nn.Sequential(nn.Conv2d(2, 3, (2, 3)), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(12, 4))


def values(module):
    return {name: np.array(value.numpy()) for name, value in module.state_dict().items()}


def other_values(module):
    generator = np.random.default_rng(0)
    return {name: generator.normal(size=v.shape).astype(v.dtype) for name, v in values(module).items()}


def same(module, expected):
    for name, value in values(module).items():
        np.testing.assert_array_equal(value, expected[name])


def write_safetensors(path, arrays, metadata=None):
    """By the format's description, with numpy alone."""
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (kind, array) in arrays.items():
        bytes_ = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(bytes_)]}
        data += bytes_
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


KINDS = {
    "BOOL": "?",
    "U8": "u1",
    "I8": "i1",
    "U16": "<u2",
    "I16": "<i2",
    "U32": "<u4",
    "I32": "<i4",
    "U64": "<u8",
    "I64": "<i8",
    "F16": "<f2",
    "F32": "<f4",
    "F64": "<f8",
    "C64": "<c8",
}


def test_safetensors_of_every_type_are_read(tmp_path):
    arrays = {kind: (kind, (np.arange(6).reshape(2, 3) % 3).astype(code)) for kind, code in KINDS.items()}
    arrays["scalar"] = ("F32", np.float32(2.5).reshape(()))
    arrays["none"] = ("F32", np.zeros((0, 3), "f4"))
    arrays["bf16"] = ("BF16", (np.array([1.5, -2], "f4").view("u4") >> 16).astype("<u2"))
    write_safetensors(tmp_path / "x.safetensors", arrays, {"format": "np"})
    found = wb.load_state(tmp_path / "x.safetensors")
    assert set(found) == set(arrays)
    for kind, code in KINDS.items():
        assert found[kind].dtype == code
        np.testing.assert_array_equal(found[kind], arrays[kind][1])
    assert found["scalar"] == 2.5 and found["none"].shape == (0, 3)
    np.testing.assert_array_equal(np.asarray(found["bf16"], "f4"), [1.5, -2])


def test_safetensors_that_are_written_are_as_the_format_says(tmp_path):
    path = tmp_path / "x.safetensors"
    arrays = {"a": wb.arange(5), "b": wb.tensor([[1.5, 2.5]]), "c": wb.tensor([1.5]).to(wb.bfloat16)}
    wb.save_safetensors(path, arrays, {"note": 'ü"'})
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    assert length % 8 == 0 and header["__metadata__"] == {"note": 'ü"'}
    assert header["b"]["dtype"] == "F32" and header["b"]["shape"] == [1, 2] and header["c"]["dtype"] == "BF16"
    start, end = header["b"]["data_offsets"]
    np.testing.assert_array_equal(np.frombuffer(raw[8 + length :][start:end], "<f4"), [1.5, 2.5])
    assert (
        max(entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__")
        == len(raw) - 8 - length
    )
    np.testing.assert_array_equal(wb.load_state(path)["a"], np.arange(5))


def test_safetensors_of_the_package_and_back(tmp_path):
    real = pytest.importorskip("safetensors.numpy")
    expected = other_values(model())
    real.save_file(expected, tmp_path / "theirs.safetensors")
    module = model()
    module.load_weights_from(tmp_path / "theirs.safetensors")
    same(module, expected)
    wb.save_safetensors(tmp_path / "ours.safetensors", module.state_dict())
    found = real.load_file(tmp_path / "ours.safetensors")
    assert all(np.array_equal(found[name], value) for name, value in expected.items())


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("wrapper", ["", "state_dict"])
def test_state_dicts_in_hdf5(tmp_path, grouped, wrapper):
    module = model()
    expected = other_values(module)
    with h5py.File(tmp_path / "s.h5", "w") as file:
        group = file.require_group(wrapper) if wrapper else file
        for name, value in expected.items():
            group[name.replace(".", "/") if grouped else name] = value
    module.load_weights_from(tmp_path / "s.h5")
    same(module, expected)
    assert set(wb.load_state(tmp_path / "s.h5")) == {f"{wrapper}.{name}" if wrapper else name for name in expected}


@pytest.mark.parametrize("format", ["auto", "flax"])
def test_flax_trees_are_turned(tmp_path, format):
    module = model()
    expected = other_values(module)
    with h5py.File(tmp_path / "f.h5", "w") as file:
        file["params/Conv_0/kernel"] = expected["0.weight"].transpose(2, 3, 1, 0)
        file["params/Conv_0/bias"] = expected["0.bias"]
        file["params/BatchNorm_0/scale"] = expected["1.weight"]
        file["params/BatchNorm_0/bias"] = expected["1.bias"]
        file["batch_stats/BatchNorm_0/mean"] = expected["1.running_mean"]
        file["batch_stats/BatchNorm_0/var"] = expected["1.running_var"]
        file["params/Dense_0/kernel"] = expected["3.weight"].T.astype("f8")
        file["params/Dense_0/bias"] = expected["3.bias"]
    before = values(module)
    module.load_weights_from(tmp_path / "f.h5", {"Conv_0": "0", "BatchNorm_0": "1", "Dense_0": "3"}, format=format)
    same(module, {**before, **{name: value for name, value in expected.items() if "tracked" not in name}})


def test_mappings_and_what_does_not_fit(tmp_path):
    module = nn.Linear(3, 2)
    path = tmp_path / "x.safetensors"
    w, b = np.arange(6, dtype="f4").reshape(2, 3), np.ones(2, "f4")
    wb.save_safetensors(path, {"enc.w": w, "enc.b": b, "head.x": b})
    before = values(module)
    with pytest.raises(wb.StructureError, match="'weight' is missing.*'enc.b' is not expected"):
        module.load_weights_from(path)
    with pytest.raises(wb.StructureError, match="shape \\[2, 3\\] is expected for 'weight', found \\[2\\]"):
        module.load_weights_from(path, {"enc.w": "bias", "enc.b": "weight", "head": None}, strict=False)
    same(module, before)
    module.load_weights_from(path, {"enc.w": "weight", "enc.b": "bias", "head": None})
    same(module, {"weight": w, "bias": b})
    with pytest.raises(wb.ArgumentError, match="torch, flax or auto"):
        module.load_weights_from(path, format="tf")


HEADERS = [
    b"[]",
    b"{",
    b'{"a": 1}',
    b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}',
    b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}',
    b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}',
    b'{"a": {"dtype": "F32", "shape": [9223372036854775807, 9], "data_offsets": [0, 8]}}',
    b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, '
    b'"b": {"dtype": "F32", "shape": [1], "data_offsets": [2, 6]}}',
    b"{" + b'"a":' * 1,
    b"[" * 100000,
]


@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
def test_wrong_headers_of_safetensors_are_sentences(tmp_path, header):
    (tmp_path / "x.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(8))
    with pytest.raises(wb.Error):
        wb.load_state(tmp_path / "x.safetensors")
    (tmp_path / "y.safetensors").write_bytes(struct.pack("<Q", 1 << 62) + b"{}")
    with pytest.raises(wb.Error):
        wb.load_state(tmp_path / "y.safetensors")


def test_unknown_types_are_named(tmp_path):
    write_safetensors(tmp_path / "x.safetensors", {"a": ("F8_E4M3", np.zeros(4, "u1"))})
    with pytest.raises(wb.UnsupportedError, match="F8_E4M3"):
        wb.load_state(tmp_path / "x.safetensors")
