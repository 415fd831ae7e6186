"""Paths are bytes: a name that is no text names its own file, for every function that takes a path."""

import os

import h5py
import numpy as np
import pytest
from support import compile_c, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.data import HDF5Dataset, TensorDataset
from wingbeat.training import Trainer

NAMES = [b"\xe9.h5", b"\xe8.h5", b"\xff\xfe", "é.h5".encode(), b"\xc3.h5", b"a\xe9\xc3\xa9\xed\xa0\x80.h5"]


def forms(folder, name):
    """A path as bytes, as text with what is no text escaped, and as an object."""
    path = os.fsencode(folder) + b"/" + name
    return [path, os.fsdecode(path), type("Path", (), {"__fspath__": lambda self: path})()]


def layer(seed):
    wb.manual_seed(seed)
    return nn.Linear(2, 2)


def test_names_that_are_no_texts_are_files_of_their_own(tmp_path):
    for number, name in enumerate(NAMES):
        layer(number).save(forms(tmp_path, name)[number % 3], epoch=number)
    assert sorted(os.listdir(os.fsencode(tmp_path))) == sorted(NAMES)
    for number, name in enumerate(NAMES):
        for path in forms(tmp_path, name):
            assert same_bits(wb.load(path).weight.detach().numpy(), layer(number).weight.detach().numpy())
            assert layer(0).load(path) == (number, 0)


def test_trainers_and_data_sets_take_such_names(tmp_path):
    data = TensorDataset(wb.ones(4, 2), wb.ones(4, 2))
    for name in NAMES:
        for path in forms(tmp_path, name):
            model = layer(1)
            trainer = Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))
            trainer.fit(data, epochs=1, batch_size=2)
            trainer.save(path)
            trainer.load(path)
            assert trainer.epoch == 1
        with h5py.File(os.fsencode(tmp_path) + b"/" + name, "w") as file:
            file["x"] = np.arange(6.0).reshape(3, 2)
        for path in forms(tmp_path, name):
            assert [row.numpy().tolist() for row in HDF5Dataset(path, "x").batches(3)] == [[[0, 1], [2, 3], [4, 5]]]


def test_links_and_folders_may_have_such_names(tmp_path):
    folder = os.fsencode(tmp_path) + b"/\xe9"
    os.mkdir(folder)
    os.symlink(b"\xe8.h5", folder + b"/link")
    layer(1).save(folder + b"/link")
    assert sorted(os.listdir(folder)) == [b"link", b"\xe8.h5"] and os.path.islink(folder + b"/link")
    assert same_bits(wb.load(folder + b"/\xe8.h5").weight.detach().numpy(), layer(1).weight.detach().numpy())


def test_errors_write_what_is_no_text_in_hexadecimal(tmp_path):
    for call in (wb.load, layer(1).load, lambda path: HDF5Dataset(path, "x")):
        with pytest.raises(FileNotFoundError, match=r"/n\\xE9\\xFFé: cannot be opened: No such file"):
            call(os.fsencode(tmp_path) + b"/n\xe9\xff\xc3\xa9")


def test_c_saves_to_and_loads_from_such_names(tmp_path):
    source = tmp_path / "program.c"
    source.write_text(r"""
#include <stdio.h>
#include <wingbeat.h>
int main(void)
{
    wb_module *one = NULL, *two = NULL, *loaded = NULL;
    if (wb_module_create("Linear(2, 3)", WB_FLOAT32, &one)) return 1;
    if (wb_module_create("Linear(5, 7)", WB_FLOAT32, &two)) return 1;
    if (wb_save("\xe9.h5", one, NULL, 0, 0) || wb_save("\xe8.h5", two, NULL, 0, 0)) return 2;
    const char *text = NULL;
    if (wb_load("\xe9.h5", &loaded) || wb_module_describe(loaded, &text)) return 3;
    puts(text);
    return 0;
}
""")
    program = compile_c(source, tmp_path / "program")
    import subprocess

    folder = tmp_path / "files"
    folder.mkdir()
    output = subprocess.run([program], cwd=folder, capture_output=True, check=True, text=True).stdout
    assert "in_features=2, out_features=3" in output and sorted(os.listdir(os.fsencode(folder))) == [
        b"\xe8.h5",
        b"\xe9.h5",
    ]
