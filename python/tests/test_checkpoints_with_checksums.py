"""A file of version 2 with a checksum for each data set (Tests/fixtures/checkpoints-2-checked) goes on loading, and its
checksums are what they say."""

import importlib.util
import shutil
import zlib

import h5py
import numpy as np
import pytest
from support import ROOT

import wingbeat as wb

FOLDER = ROOT / "Tests" / "fixtures" / "checkpoints-2-checked"
_specification = importlib.util.spec_from_file_location("checkpoints_with_checksums", FOLDER / "make.py")
make = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(make)


def arrays():
    found = {}
    with h5py.File(FOLDER / "trainer.h5") as file:
        file.visititems(lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None)
        return {name: (item[()], item.attrs["crc32"], item.chunks) for name, item in found.items()}


def test_each_data_set_has_the_crc_of_its_elements():
    found = arrays()
    assert {name.split("/")[0] for name in found} == {"parameters", "buffers", "optimizer", "trainer"}
    assert {chunks is None for _, _, chunks in found.values()} == {True, False}
    for name, (value, checksum, _) in found.items():
        little = np.ascontiguousarray(value, value.dtype.newbyteorder("<"))
        assert zlib.crc32(little.tobytes()) == checksum, name


def test_it_is_loaded_and_trained_on():
    found = arrays()
    training = make.trainer()
    training.load(FOLDER / "trainer.h5")
    assert (training.epoch, training.step, training.total_steps) == (2, 1, 7) and len(training.history) == 2
    for name, value in training.model.state_dict().items():
        stored = found.get(f"parameters/{name}") or found[f"buffers/{name}"]
        assert np.array_equal(value.numpy(), stored[0]), name
    make.go_on(training)
    assert training.epoch == 4
    model = wb.load(FOLDER / "trainer.h5")
    assert model(make.data()[0]).shape == (24, 2)


@pytest.mark.parametrize("name", ["parameters/1.weight", "parameters/1.bias", "buffers/0.mean", "trainer/best/4.bias"])
def test_elements_that_another_program_damages_are_refused(tmp_path, name):
    """Rewritten without HDF5's own checksums, so that only crc32 can tell."""
    path = tmp_path / "f.h5"
    shutil.copy(FOLDER / "trainer.h5", path)
    with h5py.File(path, "r+") as file:
        value, attributes = file[name][()], dict(file[name].attrs)
        del file[name]
        array = file.create_dataset(name, data=value)  # in one piece
        array.attrs["crc32"] = attributes["crc32"]
        offset = array.id.get_offset()
    training = make.trainer()
    training.load(path)
    before = training.model.state_dict()
    content = bytearray(path.read_bytes())
    content[offset + 1] ^= 4
    path.write_bytes(content)
    with pytest.raises(wb.FormatError, match="checksum"):
        training.load(path)
    assert all(value is training.model.state_dict()[key] or np.array_equal(value.numpy(), before[key].numpy())
               for key, value in training.model.state_dict().items())  # fmt: skip
