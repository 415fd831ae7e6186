"""What wb.h5.write writes, as h5py reads it; two libraries in one process; readers at once."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import wingbeat as wb

h5py = pytest.importorskip("h5py")


def test_a_tree_with_attributes(tmp_path):
    path = tmp_path / "x.h5"
    tree = {"a": np.arange(6.0).reshape(2, 3), "g": {"b": wb.arange(3), "h": {"c": np.array([True, False])}}, "e": {}}
    notes = {"": {"title": "täst", "n": 3}, "a": {"units": "m", "range": [0.5, 2.0]}, "g/h": {"names": ["x", "yy"]}}
    wb.h5.write(path, tree, attributes=notes)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["a"][()], tree["a"])
        assert file["a"].attrs["units"] == b"m" and file["a"].attrs["range"].tolist() == [0.5, 2.0]
        assert file["g/h/c"].dtype == bool and file.attrs["title"].decode() == "täst" and file.attrs["n"] == 3
        assert [name.decode() for name in file["g/h"].attrs["names"]] == ["x", "yy"]
        assert len(file) == 2
    found = wb.h5.read(path)
    np.testing.assert_array_equal(found["a"], tree["a"])
    assert found["g"]["h"].attributes["names"].tolist() == ["x", "yy"]
    # What was read can be written again.
    wb.h5.write(tmp_path / "y.h5", found)
    assert wb.h5.read(tmp_path / "y.h5").attributes == found.attributes


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.h5"
    wb.h5.write(path, {"a": np.ones(3)})
    before = path.read_bytes()
    with pytest.raises(wb.ArgumentError):
        wb.h5.write(path, {"a/b": np.ones(3)})
    for tree, notes in (({"a\0b": np.ones(3)}, {}), ({"a": np.ones(3)}, {"": {"x\0y": 1}})):
        with pytest.raises(wb.ArgumentError, match="without a null character"):
            wb.h5.write(path, tree, attributes=notes)
    with pytest.raises(wb.Error):
        wb.h5.write(path, {"a": np.ones(3), "b": {"c": np.ones(2)}}, attributes={"": {"x": object()}})
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["x.h5"]
    with pytest.raises(OSError):
        wb.h5.write(tmp_path / "none" / "x.h5", {"a": np.ones(1)})


ORDERS = [
    "import h5py; h5py.File(p)['x'][()]; import wingbeat as wb; wb.h5.read(p); wb.h5.write(q, {'y': [1.0]})",
    "import wingbeat as wb; wb.h5.read(p); wb.h5.write(q, {'y': [1.0]}); import h5py; h5py.File(p)['x'][()]",
    "import wingbeat as wb, h5py; f = h5py.File(p); wb.h5.write(q, {'y': [1.0]}); f['x'][()]; wb.h5.read(p)",
]


@pytest.mark.parametrize("order", range(len(ORDERS)))
def test_beside_the_library_of_h5py(tmp_path, order):
    with h5py.File(tmp_path / "p.h5", "w") as file:
        file.create_dataset("x", data=np.arange(100), chunks=(10,), compression="gzip")
    program = f"p, q = {str(tmp_path / 'p.h5')!r}, {str(tmp_path / 'q.h5')!r}\n{ORDERS[order]}\n"
    program += "assert wb.h5.read(q)['y'].tolist() == [1.0] and h5py.File(q)['y'][0] == 1\nprint('fine')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout == "fine\n", done.stderr


def test_two_threads_and_two_processes_read_one_file(tmp_path):
    path = tmp_path / "x.h5"
    values = np.random.default_rng(0).normal(size=(50, 40))
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=values, chunks=(7, 9), compression="gzip", shuffle=True)
    faults = []

    def run():
        for _ in range(20):
            if not np.array_equal(wb.h5.read(path, "x"), values):
                faults.append("other values")

    program = f"import wingbeat as wb\nfor _ in range(20): assert wb.h5.read({str(path)!r}, 'x').shape == (50, 40)"
    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and [process.wait(120) for process in processes] == [0, 0]


def test_a_file_that_is_replaced_or_locked(tmp_path):
    path = tmp_path / "x.h5"
    wb.h5.write(path, {"a": [1.0]})
    found = wb.h5.read(path)
    wb.h5.write(path, {"a": [2.0]})
    assert found["a"][0] == 1 and wb.h5.read(path)["a"][0] == 2
    with h5py.File(path, "r+"):
        with pytest.raises(wb.Error, match="is locked"):
            wb.h5.read(path)
    assert wb.h5.read(path)["a"][0] == 2
