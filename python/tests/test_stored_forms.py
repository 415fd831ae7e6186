"""Checkpoints in every form that HDF5 has for their groups, attributes and arrays: the same values come out of each.

The checkpoint is copied by h5py, object by object, into files of other versions of the format, with other layouts,
indexes of chunks, filters and byte orders.
"""

import h5py
import numpy as np
import pytest
from support import same_bits

import wingbeat as wb
from wingbeat import nn, optim

VERSIONS = ["earliest", "v108", "v110", "v112", "latest"]


def model():
    wb.manual_seed(3)
    layers = [nn.Linear(700, 40), nn.Linear(40, 33, dtype="float64"), nn.Linear(33, 3000), nn.Linear(3000, 1)]
    return nn.Sequential(*layers, *[nn.Linear(1, 1) for _ in range(8)])


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("forms") / "m.h5"
    made = model()
    made.save(path, optim.Adam(made.parameters(), lr=0.25), epoch=4, step=9)
    return path, made


def copy(source, target, arrays, groups=None, attributes=None):
    """Copies a file's tree. arrays(array) gives the keywords of create_dataset; the others have their usual form."""
    for name, value in source.attrs.items():
        (attributes or (lambda holder, name, value: holder.attrs.__setitem__(name, value)))(target, name, value)
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            copy(item, target.create_group(name, **(groups or {})), arrays, groups, attributes)
        else:
            settings = arrays(item) if item.ndim and item.size > 1 else {}
            made = target.create_dataset(name, item.shape, settings.pop("dtype", item.dtype), **settings)
            made[...] = item[()]


def assert_same(path, made):
    loaded = wb.load(path)
    assert repr(loaded) == repr(made)
    for name, value in made.state_dict().items():
        assert same_bits(value.numpy(), loaded.state_dict()[name].numpy()), name
    other = model()
    assert other.load(path, optim.Adam(other.parameters())) == (4, 9)


def small(array):
    """Chunks that do not divide the array evenly, many of them."""
    return tuple(max(1, extent // 7) for extent in array.shape)


FORMS = {
    "contiguous": lambda array: {},
    "chunks": lambda array: {"chunks": small(array)},
    "one chunk": lambda array: {"chunks": array.shape},
    "one compressed chunk": lambda array: {"chunks": array.shape, "compression": "gzip"},
    "thousands of chunks": lambda array: {"chunks": (1,) * array.ndim} if array.size < 5000 else {},
    "thousands of compressed chunks": lambda array: (
        {"chunks": (1,) * array.ndim, "compression": 1} if array.size < 5000 else {}
    ),
    "gzip": lambda array: {"chunks": small(array), "compression": "gzip"},
    "gzip after shuffle": lambda array: {"chunks": small(array), "compression": 4, "shuffle": True},
    "gzip, shuffle and fletcher32": lambda array: {
        "chunks": small(array),
        "compression": 4,
        "shuffle": True,
        "fletcher32": True,
    },
    "fletcher32": lambda array: {"chunks": small(array), "fletcher32": True},
    "growing along the first axis": lambda array: {"chunks": small(array), "maxshape": (None,) + array.shape[1:]},
    "growing along the last axis": lambda array: {"chunks": small(array), "maxshape": array.shape[:-1] + (None,)},
    "growing, thousands of chunks": lambda array: (
        {"chunks": (1,) * array.ndim, "maxshape": array.shape[:-1] + (None,)} if array.size < 5000 else {}
    ),
    "growing and compressed": lambda array: {
        "chunks": small(array),
        "maxshape": (None,) + array.shape[1:],
        "compression": 1,
    },
    "growing along all axes": lambda array: {"chunks": small(array), "maxshape": (None,) * array.ndim},
    "growing along all axes and compressed": lambda array: {
        "chunks": small(array),
        "maxshape": (None,) * array.ndim,
        "compression": 1,
    },
    "room for more": lambda array: {
        "chunks": small(array),
        "maxshape": tuple(2 * extent + 1 for extent in array.shape),
    },
    "big-endian": lambda array: {"dtype": array.dtype.newbyteorder(">")},
    "big-endian in chunks": lambda array: {
        "dtype": array.dtype.newbyteorder(">"),
        "chunks": small(array),
        "shuffle": True,
    },
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("form", FORMS)
def test_arrays_are_read_in_every_form(checkpoint, tmp_path, form, version):
    path, made = checkpoint
    with h5py.File(path) as source, h5py.File(tmp_path / "f.h5", "w", libver=version) as target:
        copy(source, target, FORMS[form])
    assert_same(tmp_path / "f.h5", made)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("order", [False, True])
def test_groups_of_many_objects_and_attributes_are_read(tmp_path, order, version):
    """A hundred arrays in one group, and attributes that are long, of any type, or many."""
    wb.manual_seed(4)
    made = nn.Sequential(*[nn.Linear(1, 2) for _ in range(60)])
    made.save(tmp_path / "m.h5")

    def more(holder, name, value):
        holder.attrs[name] = value
        if name == "class":
            for number in range(30):
                holder.attrs[f"note {number:02d}"] = [
                    np.int16(-number),
                    np.float32(number),
                    np.uint8(5),
                    np.True_,
                    "text",
                    np.bytes_("bytes"),
                    np.float16(0.5),
                    np.arange(600.0),
                    np.array(["'a'", "2"], dtype=object),
                    np.array(7, ">i4"),
                ][number % 10]

    with (
        h5py.File(tmp_path / "m.h5") as source,
        h5py.File(tmp_path / "f.h5", "w", libver=version, track_order=order) as target,
    ):
        copy(source, target, lambda array: {}, {"track_order": order}, more)
    loaded = wb.load(tmp_path / "f.h5")
    assert all(
        same_bits(a.detach().numpy(), b.detach().numpy())
        for a, b in zip(made.parameters(), loaded.parameters(), strict=True)
    )


@pytest.mark.parametrize("size", [512, 4096])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_block_of_the_users_in_front_changes_nothing(checkpoint, tmp_path, version, size):
    path, made = checkpoint
    with h5py.File(path) as source, h5py.File(tmp_path / "f.h5", "w", libver=version, userblock_size=size) as target:
        copy(source, target, FORMS["chunks"])
    with open(tmp_path / "f.h5", "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")
    assert_same(tmp_path / "f.h5", made)


def test_chunks_that_lie_in_a_row_are_read(checkpoint, tmp_path):
    """What is allocated early and compressed by nothing has no index: chunks follow one another. Layout v4."""
    path, made = checkpoint
    with h5py.File(path) as source, h5py.File(tmp_path / "f.h5", "w", libver="latest") as target:
        copy(source, target, lambda array: {"chunks": small(array)})
        for name in list(source["parameters"]):
            array = source["parameters"][name]
            del target["parameters"][name]
            creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            creation.set_chunk(small(array))
            creation.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            space = h5py.h5s.create_simple(array.shape)
            made_array = h5py.h5d.create(
                target["parameters"].id, name.encode(), h5py.h5t.py_create(array.dtype), space, creation
            )
            h5py.Dataset(made_array)[...] = array[()]
    # libhdf5 lists links by name here, and models do not depend on their order.
    assert_same(tmp_path / "f.h5", made)


def test_arrays_through_other_filters(checkpoint, tmp_path):
    path, made = checkpoint
    with h5py.File(path) as source, h5py.File(tmp_path / "f.h5", "w") as target:
        settings = {"compression": "lzf", "chunks": (1, 3)}
        copy(source, target, lambda array: dict(settings) if array.ndim == 2 and array.dtype == np.float32 else {})
    assert_same(tmp_path / "f.h5", made)


@pytest.mark.parametrize("version", VERSIONS)
def test_types_with_a_name_of_their_own_are_read(tmp_path, version):
    made = nn.Linear(4, 3)
    made.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as source, h5py.File(tmp_path / "f.h5", "w", libver=version) as target:
        copy(source, target, lambda array: {})
        # Named, used, and without its name again, which no checkpoint has: the type stays in the file.
        target["type"] = np.dtype("float32")
        del target["parameters/weight"]
        target["parameters"].create_dataset("weight", data=source["parameters/weight"][()], dtype=target["type"])
        target["model"].attrs.create("note", 5.0, dtype=target["type"])
        del target["type"]
    loaded = wb.load(tmp_path / "f.h5")
    assert same_bits(loaded.weight.detach().numpy(), made.weight.detach().numpy())


def test_arrays_that_are_not_all_there_are_refused(tmp_path):
    made = nn.Linear(40, 30)
    for build in {
        "never written": lambda group: group.create_dataset("weight", (30, 40), "f4", chunks=(10, 10)),
        "virtual": lambda group: group.create_virtual_dataset("weight", h5py.VirtualLayout((30, 40), "f4")),
        "outside": lambda group: group.create_dataset(
            "weight", (30, 40), "f4", external=[(str(tmp_path / "raw"), 0, 4800)]
        ),
        "half": lambda group: group.create_dataset("weight", (30, 40), "f4", chunks=(10, 10)).__setitem__(
            slice(0, 10), 1
        ),
    }.values():
        made.save(tmp_path / "m.h5")
        with h5py.File(tmp_path / "m.h5", "r+") as file:
            del file["parameters/weight"]
            build(file["parameters"])
        with pytest.raises(wb.FormatError, match="not stored in this file"):
            wb.load(tmp_path / "m.h5")
