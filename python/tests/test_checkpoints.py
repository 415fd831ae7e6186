"""Checkpoints: what h5py reads in them, what C makes of them, and what happens to damaged ones and full disks."""

import os
import subprocess

import h5py
import numpy as np
import pytest
from support import ROOT, compile_c, numbers, python, same_bits

import wingbeat as wb
from wingbeat import nn, optim


def trained(steps=3):
    wb.manual_seed(1)
    model = nn.Sequential(nn.Linear(4, 6), nn.LeakyReLU(0.3), nn.Linear(6, 2), nn.Softmax(1))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    x = wb.tensor(numbers((5, 4), "float32"))
    for _ in range(steps):
        optimizer.zero_grad()
        model(x)[:, 0].sum().backward()
        optimizer.step()
    return model, optimizer


def values(model):
    return {name: value.numpy().copy() for name, value in model.state_dict().items()}


def test_a_model_is_loaded_without_being_told_its_structure(tmp_path):
    model, _ = trained()
    for save in (lambda path: model.save(path), lambda path: wb.save(model, path)):
        save(tmp_path / "m.h5")
        loaded = wb.load(tmp_path / "m.h5")
        assert repr(loaded) == repr(model) and all(
            same_bits(a, b) for a, b in zip(values(model).values(), values(loaded).values())
        )
        x = numbers((7, 4), "float32")
        assert same_bits(model(x).detach().numpy(), loaded(x).detach().numpy()) and all(
            p.requires_grad for p in loaded.parameters()
        )


@pytest.mark.parametrize(
    "layer",
    [
        nn.Linear(2, 3),
        nn.Linear(2, 3, bias=False, dtype="float64"),
        nn.Identity(),
        nn.ReLU(),
        nn.LeakyReLU(0.25),
        nn.Sigmoid(),
        nn.Tanh(),
        nn.GELU(),
        nn.GELU("tanh"),
        nn.Softmax(0),
        nn.LogSoftmax(),
        nn.Softplus(),
        nn.Flatten(0, -1),
        nn.Sequential(),
        nn.Sequential({"named": nn.Sequential(nn.Linear(2, 2), nn.Tanh())}),
    ],
    ids=repr,
)
def test_every_layer_survives_a_checkpoint(tmp_path, layer):
    layer.save(tmp_path / "m.h5")
    loaded = wb.load(tmp_path / "m.h5")
    x = numbers((2, 2), "float64" if "float64" in [p.dtype for p in layer.parameters()] else "float32")
    assert repr(loaded) == repr(layer) and same_bits(loaded(x).detach().numpy(), layer(x).detach().numpy())
    assert list(loaded.state_dict()) == list(layer.state_dict())


def test_h5py_reads_parameters_by_their_paths_state_and_counts(tmp_path):
    model, optimizer = trained()
    path = tmp_path / "m.h5"
    model.save(path, optimizer, epoch=7, step=123)
    found, attributes = {}, {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: found.__setitem__(name, item[()]) if isinstance(item, h5py.Dataset) else None
        )
        for holder in [file, *[file[name] for name in file]]:
            attributes.update(holder.attrs)
            for name in holder if isinstance(holder, h5py.Group) else ():
                attributes.update(holder[name].attrs)
    expected = {
        **{f"model {name}": value for name, value in values(model).items()},
        **{f"state {name}": value.numpy() for name, value in optimizer._state().items()},
    }
    for label, value in expected.items():
        name = label.split(" ")[1]
        matches = [
            array
            for path, array in found.items()
            if path.replace("/", ".").endswith(name)
            and np.shape(array) == value.shape
            and np.asarray(array).dtype == value.dtype
        ]
        assert any(same_bits(np.asarray(array), value) for array in matches), (label, sorted(found))
    text = {name: value.decode() if isinstance(value, bytes) else value for name, value in attributes.items()}
    assert text["epoch"] == 7 and text["step"] == 123
    assert any(str(value) == wb.__version__ for value in text.values())


def test_load_takes_over_model_optimiser_and_random_state_in_place(tmp_path):
    model, optimizer = trained()
    model.save(tmp_path / "m.h5", optimizer, epoch=2, step=9)
    expected = wb.rand(4).numpy()
    other, other_optimizer = trained(1)
    other_optimizer.lr = 0.5
    first = other[0].weight
    assert other.load(tmp_path / "m.h5", other_optimizer, restore_random=True) == (2, 9)
    assert same_bits(wb.rand(4).numpy(), expected) and other[0].weight is first and other_optimizer.lr == 0.01
    assert all(same_bits(a, b) for a, b in zip(values(model).values(), values(other).values()))
    for name, value in optimizer._state().items():
        assert same_bits(value.numpy(), other_optimizer._state()[name].numpy())


def test_a_module_of_ones_own_is_saved_and_loaded_into(tmp_path):
    class Net(nn.Module):
        def __init__(self, width=3):
            super().__init__()
            self.inner = nn.Linear(2, width)
            self.scale = nn.Parameter(wb.ones(width))
            self.register_buffer("count", wb.tensor([1, 2]))

        def forward(self, x):
            return self.inner(x) * self.scale

    net, other = Net(), Net()
    net.save(tmp_path / "m.h5")
    other.load(tmp_path / "m.h5")
    assert all(same_bits(a, b) for a, b in zip(values(net).values(), values(other).values()))
    with pytest.raises(NotImplementedError, match="Net"):
        wb.load(tmp_path / "m.h5")
    kept = values(net)
    with pytest.raises(RuntimeError, match="out_features of 'inner' is 4"):
        wide = Net(4)
        before = values(wide)
        try:
            wide.load(tmp_path / "m.h5")
        finally:
            assert all(same_bits(a, b) for a, b in zip(before.values(), values(wide).values()))
    assert kept


def test_a_checkpoint_of_another_structure_or_optimiser_changes_nothing(tmp_path):
    model, optimizer = trained()
    path = tmp_path / "m.h5"
    model.save(path, optimizer)
    others = [
        nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2), nn.Softmax(1)),
        nn.Sequential(nn.Linear(4, 6)),
        nn.Linear(4, 6),
        nn.Sequential(nn.Linear(4, 7), nn.LeakyReLU(0.3), nn.Linear(7, 2), nn.Softmax(1)),
        nn.Sequential(nn.Linear(4, 6), nn.LeakyReLU(0.2), nn.Linear(6, 2), nn.Softmax(1)),
        nn.Sequential(nn.Linear(4, 6), nn.LeakyReLU(0.3), nn.Linear(6, 2)),
    ]
    for other in others:
        before = values(other)
        with pytest.raises(RuntimeError, match="load"):
            other.load(path)
        assert all(same_bits(a, b) for a, b in zip(before.values(), values(other).values()))
    for make in (lambda p: optim.SGD(p, lr=0.1), lambda p: optim.AdamW(p, lr=0.1)):
        same, _ = trained(0)
        before, wrong = values(same), make(same.parameters())
        with pytest.raises(RuntimeError, match="Adam"):
            same.load(path, wrong)
        assert all(same_bits(a, b) for a, b in zip(before.values(), values(same).values())) and wrong.lr == 0.1
    model.save(tmp_path / "alone.h5")
    with pytest.raises((RuntimeError, OSError), match="optimi"):
        model.load(tmp_path / "alone.h5", optimizer)


def test_missing_truncated_and_flipped_files_are_refused_and_change_nothing(tmp_path):
    model, optimizer = trained()
    path = tmp_path / "m.h5"
    model.save(path, optimizer)
    content = path.read_bytes()
    other, other_optimizer = trained(1)
    before = values(other)

    def refused(file, kind=OSError, words=None):
        for call in (lambda: wb.load(file), lambda: other.load(file, other_optimizer)):
            with pytest.raises(kind, match=words):
                call()
            assert all(same_bits(a, b) for a, b in zip(before.values(), values(other).values()))

    refused(tmp_path / "none.h5", FileNotFoundError, "none.h5")
    refused(tmp_path, OSError)
    (tmp_path / "text.h5").write_text("no HDF5")
    refused(tmp_path / "text.h5", OSError, "text.h5")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["x"] = 1
    refused(tmp_path / "foreign.h5", OSError, "foreign.h5")
    damaged = tmp_path / "damaged.h5"
    for size in (0, 1, 100, len(content) // 2, len(content) - 1):
        damaged.write_bytes(content[:size])
        refused(damaged)
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(content), 150):
        flipped = bytearray(content)
        flipped[place] ^= 1 << int(rng.integers(0, 8))
        damaged.write_bytes(flipped)
        refused(damaged)
    assert wb.load(path) is not None


def test_a_path_may_be_of_any_form_and_nonsense_is_refused(tmp_path):
    model, optimizer = trained()
    for path in (tmp_path / "päth \u4e16.h5", str(tmp_path / "text.h5"), os.fsencode(tmp_path / "bytes.h5")):
        model.save(path)
        assert repr(wb.load(path)) == repr(model)
    before = sorted(os.listdir(tmp_path))
    for call, kind, words in (
        (lambda: model.save(None), TypeError, "NoneType"),
        (lambda: model.save(tmp_path / "no" / "m.h5"), FileNotFoundError, "m.h5"),
        (lambda: model.save(tmp_path), OSError, ""),
        (lambda: wb.save(tmp_path / "a.h5", model), TypeError, "path first"),
        (lambda: model.save(tmp_path / "a.h5", "text"), TypeError, "'text'"),
        (lambda: model.save(tmp_path / "a.h5", epoch="a"), TypeError, "'a'"),
        (lambda: model.save(tmp_path / "a.h5", epoch=2**70), ValueError, "epoch"),
        (lambda: wb.load(3.5), TypeError, "float"),
        (lambda: model.save("a\0b"), ValueError, "null"),
    ):
        with pytest.raises(kind, match=words or None):
            call()
    assert sorted(os.listdir(tmp_path)) == before, "no temporary file stays"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_a_permission_error(tmp_path):
    model, _ = trained()
    model.save(tmp_path / "m.h5")
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(PermissionError):
            model.save(tmp_path / "other.h5")
    finally:
        tmp_path.chmod(0o755)
    (tmp_path / "m.h5").chmod(0)
    with pytest.raises(PermissionError):
        wb.load(tmp_path / "m.h5")


def test_a_write_that_does_not_fit_leaves_the_old_file(tmp_path):
    """A limit on file size stands for the full disk: the write fails in the middle."""
    output = python(
        """
import os, resource, signal, sys
import wingbeat as wb
from wingbeat import nn
path = sys.argv[1]
small, large = nn.Linear(3, 3), nn.Linear(500, 500)
small.save(path)
old = open(path, "rb").read()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
kept = large.weight.detach().numpy().copy()
for attempt in range(3):
    try:
        large.save(path)
    except OSError as error:
        print(type(error).__name__, error)
assert open(path, "rb").read() == old and os.listdir(os.path.dirname(path)) == [os.path.basename(path)]
assert (large.weight.detach().numpy() == kept).all() and repr(wb.load(path)) == repr(small)
small.save(path)
""",
        tmp_path / "m.h5",
    )
    assert output.count("FileError") == 3 and "m.h5" in output, output


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_leaves_the_old_file(tmp_path):
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path)], capture_output=True
    ).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        path = tmp_path / "m.h5"
        small = nn.Linear(3, 3)
        small.save(path)
        for _ in range(3):
            with pytest.raises(OSError, match="m.h5"):
                nn.Linear(500, 500).save(path)
        assert repr(wb.load(path)) == repr(small) and os.listdir(tmp_path) == ["m.h5"]
        small.save(path)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


C_PROGRAM = r"""
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <wingbeat.h>

#define CHECK(call) \
    do { \
        if ((call) != WB_OK) { fprintf(stderr, "%s: %s\n", #call, wb_last_error()); return 1; } \
    } while (0)

int main(int count, char **arguments) {
    if (count != 3) return 2;
    wb_module *model = NULL;
    wb_tensor *x = NULL, *y = NULL;
    float input[8], output[4];
    for (int i = 0; i < 8; i++) input[i] = (float)i / 8;
    CHECK(wb_load(arguments[1], &model));
    CHECK(wb_tensor_create(WB_FLOAT32, 2, (int64_t[]){2, 4}, input, &x));
    CHECK(wb_module_forward(model, x, &y));
    CHECK(wb_tensor_read(y, output, sizeof output));
    for (int i = 0; i < 4; i++) printf("%a\n", (double)output[i]);

    wb_module *made = NULL;
    CHECK(wb_manual_seed(11));
    CHECK(wb_module_create("Sequential(Linear(4, 3), Tanh())", WB_FLOAT32, &made));
    int32_t parameters = 0;
    CHECK(wb_module_parameter_count(made, &parameters));
    wb_tensor *list[2] = {NULL, NULL};
    for (int32_t i = 0; i < parameters && i < 2; i++) CHECK(wb_module_parameter(made, i, NULL, &list[i]));
    wb_optimizer *optimizer = NULL;
    CHECK(wb_optimizer_create("SGD(lr=0.1, momentum=0.9)", list, 2, &optimizer));
    wb_tensor *loss = NULL, *z = NULL;
    CHECK(wb_module_forward(made, x, &z));
    CHECK(wb_sum(z, &loss));
    CHECK(wb_backward(loss, NULL, 0));
    CHECK(wb_optimizer_step(optimizer));
    CHECK(wb_save(arguments[2], made, optimizer, 4, 5));
    wb_tensor *after = NULL;
    float values[6];
    CHECK(wb_module_forward(made, x, &after));
    CHECK(wb_tensor_read(after, values, sizeof values));
    for (int i = 0; i < 6; i++) printf("%a\n", (double)values[i]);
    return 0;
}
"""


def test_python_and_c_read_each_others_models_to_the_bit(tmp_path):
    model, optimizer = trained()
    model.save(tmp_path / "python.h5", optimizer)
    (tmp_path / "program.c").write_text(C_PROGRAM)
    program = compile_c(tmp_path / "program.c", tmp_path / "program")
    result = subprocess.run([program, tmp_path / "python.h5", tmp_path / "c.h5"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    found = np.array([float.fromhex(line) for line in result.stdout.split()], "f4")
    x = (np.arange(8, dtype="f4") / 8).reshape(2, 4)
    np.testing.assert_allclose(found[:4], model(x).detach().numpy().reshape(-1), rtol=1e-6)
    loaded = wb.load(tmp_path / "c.h5")
    np.testing.assert_allclose(loaded(x).detach().numpy().reshape(-1), found[4:], rtol=1e-6)
    again = optim.SGD(loaded.parameters(), lr=9.0)
    assert loaded.load(tmp_path / "c.h5", again) == (4, 5)
    assert (again.lr, again.momentum) == (0.1, 0.9) and sorted(again._state()) == [
        "0.momentum_buffer",
        "1.momentum_buffer",
    ]
    wb.manual_seed(11)
    first = nn.Linear(4, 3)
    assert np.abs(first.weight.detach().numpy() - loaded[0].weight.detach().numpy()).max() < 0.2, (
        "the seed gives C the same start"
    )
    assert (ROOT / "include" / "wingbeat.h").exists()
