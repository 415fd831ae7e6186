"""libhdf5 is found when a file is first opened, under the names that systems give it; without it the rest works."""

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import pytest
from support import ROOT

# Refuses to load what the variable REFUSED names, as on a machine where it is not installed.
REFUSING = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
void *dlopen(const char *name, int flags) {
    const char *refused = getenv("REFUSED");
    if (name && refused && strstr(name, refused)) return NULL;
    return ((void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen"))(name, flags);
}
"""
TRAINS = """
import wingbeat as wb
from wingbeat import nn, optim
wb.manual_seed(1)
model = nn.Linear(2, 1)
optimizer = optim.SGD(model.parameters(), lr=0.1)
model(wb.ones(3, 2)).sum().backward()
optimizer.step()
"""
SAVES = (
    TRAINS
    + """
model.save("model.h5")
assert wb.load("model.h5")(wb.ones(1, 2)).item() == model(wb.ones(1, 2)).item()
print("saved")
"""
)


@pytest.fixture(scope="module")
def refusing(tmp_path_factory):
    """The library to preload."""
    if shutil.which("cc") is None:
        pytest.skip("cc not installed")
    folder = tmp_path_factory.mktemp("refusing")
    (folder / "refusing.c").write_text(REFUSING, encoding="utf-8")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "refusing.so", "refusing.c", "-ldl"], cwd=folder, check=True)
    return folder / "refusing.so"


def run(program, folder, **environment):
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python"), **{k: str(v) for k, v in environment.items()}},
    )


def test_without_libhdf5_networks_train_and_a_file_gets_a_sentence_that_names_the_packages(refusing, tmp_path):
    result = run(TRAINS + 'print("trained")', tmp_path, LD_PRELOAD=refusing, REFUSED="hdf5")
    assert result.stdout == "trained\n", result.stderr
    result = run(SAVES, tmp_path, LD_PRELOAD=refusing, REFUSED="hdf5")
    assert "UnsupportedError" in result.stderr and "libhdf5-103-1" in result.stderr and "WINGBEAT_HDF5" in result.stderr
    assert not list(tmp_path.glob("*.h5"))


def test_opening_a_data_set_without_libhdf5_gets_the_same_sentence(refusing, tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = [1.0, 2.0]
    program = 'import wingbeat.data\nwingbeat.data.HDF5Dataset("data.h5", "x", "x")'
    result = run(program, tmp_path, LD_PRELOAD=refusing, REFUSED="hdf5")
    assert "UnsupportedError" in result.stderr and "libhdf5-103-1" in result.stderr


def test_checkpoints_are_loaded_without_libhdf5(refusing, tmp_path):
    assert run(SAVES, tmp_path).stdout == "saved\n"
    program = 'import wingbeat as wb; print(wb.load("model.h5"))'
    result = run(program, tmp_path, LD_PRELOAD=refusing, REFUSED="hdf5")
    assert "in_features=2" in result.stdout, result.stderr


@pytest.mark.parametrize(
    "name", ["libhdf5.so.103", "libhdf5_serial.so.310", "libhdf5.so.310", "libhdf5.so.200", "libhdf5.so"]
)
def test_libhdf5_is_found_under_its_other_names(name, refusing, tmp_path):
    run_here = run("import ctypes.util; print(ctypes.util.find_library('hdf5_serial'))", tmp_path)
    found = run_here.stdout.strip()
    if found == "None":
        pytest.skip("libhdf5_serial not installed")
    source = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    path = next(line.split("=>")[1].strip() for line in source.splitlines() if line.split()[0] == found)
    (tmp_path / name).symlink_to(path)
    result = run(SAVES, tmp_path, LD_PRELOAD=refusing, REFUSED="hdf5_serial.so.103", LD_LIBRARY_PATH=tmp_path)
    assert result.stdout == "saved\n", result.stderr


def test_a_later_release_serves_as_well():
    """The one that h5py brings along."""
    bundled = sorted(Path(h5py.__file__).parent.parent.glob("h5py.libs/libhdf5-*.so*"))
    if not bundled:
        pytest.skip("this h5py brings no libhdf5 along")
    folder = bundled[0].parent
    result = run(SAVES, "/tmp", WINGBEAT_HDF5=bundled[0], LD_LIBRARY_PATH=folder)
    assert result.stdout == "saved\n", result.stderr


def test_a_file_named_in_the_environment_that_is_no_library_gets_a_sentence(tmp_path):
    (tmp_path / "library.so").write_text("no library", encoding="utf-8")
    result = run(SAVES, tmp_path, WINGBEAT_HDF5=tmp_path / "library.so")
    assert "WINGBEAT_HDF5 names no library that can be loaded" in result.stderr


def test_a_library_that_is_not_hdf5_is_told_from_it(tmp_path):
    result = run(SAVES, tmp_path, WINGBEAT_HDF5="libm.so.6")
    assert "libm.so.6 lacks H5" in result.stderr and "1.10.7" in result.stderr


def test_import_loads_no_libhdf5():
    result = run("import wingbeat as wb; print('libhdf5' in open('/proc/self/maps').read())", "/tmp")
    assert result.stdout == "False\n", result.stderr


# h5py brings a libhdf5 of its own, and a program may have loaded the system's: three of them, of two releases.
PARTS = {
    "h5py": "import h5py; assert h5py.File('p.h5')['x'][:3].tolist() == [0, 1, 2]",
    "wingbeat": (
        "import wingbeat as wb, numpy as np; from wingbeat.data import HDF5Dataset; "
        "wb.h5.write('q.h5', {'y': np.ones(3)}); wb.nn.Linear(2, 2).save('m.h5'); "
        "assert HDF5Dataset('p.h5', 'x')[5].item() == 5"
    ),
    "system": (
        "import ctypes; system = ctypes.CDLL(SYSTEM, LIKE); system.H5open(); "
        "system.H5Fopen.restype = ctypes.c_int64; file = system.H5Fopen(b'p.h5', 0, ctypes.c_int64(0)); "
        "assert file >= 0"
    ),
}
AFTER = """
import gc
for _ in range(3):
    with h5py.File("p.h5") as file:
        assert file["x"][:].sum() == 4950
        try:
            file["none"]
        except KeyError:
            pass
    assert HDF5Dataset("p.h5", "x")[:].sum().item() == 4950
    try:
        HDF5Dataset("p.h5", "none")
    except wb.FormatError:
        pass
    wb.load("m.h5").save("m.h5")
    wb.h5.write("q.h5", {"y": np.ones(3)})
    assert system.H5Fopen(b"none.h5", 0, ctypes.c_int64(0)) < 0
    again = system.H5Fopen(b"p.h5", 0, ctypes.c_int64(0))
    assert again >= 0 and system.H5Fclose(ctypes.c_int64(again)) >= 0
    gc.collect()
print("fine")
"""


# h5py itself does not withstand functions of another release that are in the process's namespace before it.
@pytest.mark.parametrize(
    "order, like",
    [
        (order, like)
        for like in ("RTLD_LOCAL", "RTLD_GLOBAL")
        for order in itertools.permutations(PARTS)
        if like == "RTLD_LOCAL" or order.index("h5py") < order.index("system")
    ],
)
def test_three_libraries_in_one_process(order, like, tmp_path):
    with h5py.File(tmp_path / "p.h5", "w") as file:
        file.create_dataset("x", data=[float(n) for n in range(100)], chunks=(10,), compression="gzip")
    found = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True).stdout
    system = [line.split("=>")[1].strip() for line in found.splitlines() if "libhdf5_serial.so" in line]
    if not system:
        pytest.skip("libhdf5_serial not installed")
    lines = [PARTS[part].replace("SYSTEM", repr(system[0])).replace("LIKE", f"ctypes.{like}") for part in order]
    result = run("\n".join([*lines, AFTER]), tmp_path)
    assert result.returncode == 0 and result.stdout.endswith("fine\n"), (result.returncode, result.stderr[-2000:])
