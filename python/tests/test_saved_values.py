"""wb.save and wb.load of nested values, whole modules and files of others: what comes back, and what is refused."""

import argparse
import collections
import dataclasses
import enum
import io
import pathlib
import pickle
import zipfile

import h5py
import numpy as np
import pytest
from support import python, same_bits

import wingbeat as wb
from wingbeat import nn, optim


def again(value, tmp_path, **options):
    wb.save(value, tmp_path / "value.pt")
    return wb.load(tmp_path / "value.pt", **options)


Point = collections.namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Settings:
    rate: float = 0.1
    names: tuple = ("a",)


class Net(nn.Module):
    def __init__(self, width=3, act=wb.relu):
        super().__init__()
        self.width, self.act = width, act
        self.body = nn.Sequential(nn.Linear(2, width), nn.Tanh())
        self.register_buffer("scale", wb.full((), 2.0))

    def forward(self, x):
        return self.act(self.body(x)) * self.scale


PLAIN = [
    0, -3, 10**30, True, None, 1.5, -0.0, float("inf"), -float("inf"), "text", "é\n\0'\"", "", b"\0\xff", 1 + 2j, (),
    (1,), [1, [2, ()]], {"a": {1: None}, 2.5: "b", (1, 2): 3}, {1, 2}, set(), frozenset({"x"}),
    range(2, 9, 3), Ellipsis,
    collections.OrderedDict(b=1, a=2), collections.Counter("aab"), collections.deque([1, 2], 5), pathlib.Path("/a/b"),
    argparse.Namespace(lr=0.1, layers=[1, 2]), wb.float64, np.dtype("int16"), wb.device("cpu"),
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_come_back_as_they_were(value, tmp_path):
    found = again({"value": value}, tmp_path)["value"]
    assert found == value and type(found) is type(value) and repr(found) == repr(value)


def test_nan_numpy_scalars_and_shapes_come_back_as_pythons(tmp_path):
    found = again([float("nan"), np.float32(1.5), np.int8(3), np.bool_(True), wb.ones(2, 3).shape], tmp_path)
    assert found[0] != found[0] and found[1:] == [1.5, 3, True, (2, 3)]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 4), (300, 70)])
def test_tensors_come_back_to_the_bit(dtype, shape, tmp_path):
    values = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    found = again({"t": wb.tensor(values), "a": values}, tmp_path)
    assert same_bits(found["t"].numpy(), values) and same_bits(found["a"], values)
    assert type(found["a"]) is np.ndarray and found["a"].flags.writeable


def test_arrays_of_other_dtypes_keep_them(tmp_path):
    for dtype in ("int8", "uint16", "uint32", "float16", ">f4"):
        found = again([np.arange(4).astype(dtype)], tmp_path)[0]
        assert found.dtype == np.dtype(dtype) and found.tolist() == [0, 1, 2, 3]


def test_keys_of_any_kind_keep_their_tensors_apart(tmp_path):
    keys = [
        "a",
        "a.b",
        "a/b",
        "",
        ".",
        "0",
        0,
        None,
        "training",
        "forward",
        "\udcff",
        "\0",
        (1, "x"),
        "_",
        "State",
        "a_2",
    ]
    value = {key: wb.full((2,), place) for place, key in enumerate(keys)}
    found = again({"k": value}, tmp_path)["k"]
    assert list(found) == keys and [found[key][0].item() for key in keys] == list(range(len(keys)))


def test_what_stands_twice_is_one_object_and_gradients_are_asked_for_again(tmp_path):
    weight = nn.Parameter(wb.ones(2))
    leaf = wb.ones(3, requires_grad=True)
    frozen = nn.Parameter(wb.ones(2), requires_grad=False)
    found = again({"a": weight, "b": [weight, leaf, leaf * 2], "f": frozen}, tmp_path)
    assert found["a"] is found["b"][0] and type(found["a"]) is nn.Parameter and found["a"].requires_grad
    assert found["b"][1].requires_grad and not found["b"][2].requires_grad and not found["f"].requires_grad
    assert found["b"][2].tolist() == [2, 2, 2]


def test_a_training_goes_on_from_a_dict(tmp_path):
    def step(model, optimizer):
        optimizer.zero_grad()
        loss = (model(wb.ones(4, 2)) ** 2).sum()
        loss.backward()
        optimizer.step()
        return loss.item()

    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    step(model, optimizer)
    wb.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 4}, tmp_path / "c.pt")
    expected = [step(model, optimizer) for _ in range(3)]
    found = wb.load(tmp_path / "c.pt", map_location="cpu", weights_only=True)
    assert list(found["model"]) == list(model.state_dict()) and found["epoch"] == 4
    other = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    other.load_state_dict(found["model"])
    resumed = optim.Adam(other.parameters(), lr=0.5)
    resumed.load_state_dict(found["optimizer"])
    assert [step(other, resumed) for _ in range(3)] == expected


def test_h5py_finds_tensors_by_their_paths(tmp_path):
    model = nn.Sequential(nn.Linear(2, 3))
    wb.save({"model": model.state_dict(), "list": [wb.ones(2)]}, tmp_path / "v.any")
    with h5py.File(tmp_path / "v.any") as file:
        assert set(file["buffers"]) == {"model.0.weight", "model.0.bias", "list.0"}
        assert same_bits(file["buffers/model.0.weight"][()], model[0].weight.detach().numpy())
        assert "OrderedDict" in str(file["model"].attrs["_note"])


def test_whole_modules_come_back_also_inside_of_values(tmp_path):
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    wb.save(model, tmp_path / "m.pth")
    x = wb.ones(1, 2)
    for found in (wb.load(tmp_path / "m.pth"), again({"net": [model]}, tmp_path)["net"][0]):
        assert repr(found) == repr(model) and found(x).tolist() == model(x).tolist()


def test_the_users_classes_need_trust_or_to_be_named(tmp_path):
    model = Net(4)
    x = wb.ones(1, 2)
    wb.save(model, tmp_path / "net.pt")
    wb.save(
        {"net": model, "s": Settings(0.5), "c": Colour.RED, "p": Point(1, [2]), "f": same_bits}, tmp_path / "all.pt"
    )
    for name in ("net.pt", "all.pt"):
        with pytest.raises(NotImplementedError, match="weights_only=False"):
            wb.load(tmp_path / name)
    for found in (
        wb.load(tmp_path / "net.pt", weights_only=False),
        wb.load(tmp_path / "net.pt", custom=[Net]),
        wb.load(tmp_path / "all.pt", weights_only=False)["net"],
    ):
        assert type(found) is Net and found.act is wb.relu and found(x).tolist() == model(x).tolist()
    found = wb.load(tmp_path / "all.pt", weights_only=False)
    assert found["s"] == Settings(0.5) and found["c"] is Colour.RED and found["p"] == Point(1, [2])
    assert found["f"] is same_bits
    wb.save(Net(act=np.tanh), tmp_path / "foreign.pt")
    with pytest.raises(NotImplementedError, match="no file holds the attributes of a 'Net' that are act"):
        wb.load(tmp_path / "foreign.pt", custom=[Net])


def test_a_class_that_is_not_there_any_more_is_named(tmp_path):
    python(
        "import sys, types, wingbeat as wb\n"
        "module = types.ModuleType('gone'); sys.modules['gone'] = module\n"
        "exec('import wingbeat.nn as nn\\nclass Gone(nn.Module): pass\\nclass Thing: pass', module.__dict__)\n"
        "wb.save(module.Gone(), sys.argv[1]); wb.save([module.Thing()], sys.argv[2])",
        tmp_path / "a.pt",
        tmp_path / "b.pt",
    )
    with pytest.raises(NotImplementedError, match="gone.Gone, which cannot be imported here"):
        wb.load(tmp_path / "a.pt", weights_only=False)
    with pytest.raises(wb.FormatError, match="cannot be taken apart.*gone"):
        wb.load(tmp_path / "b.pt", weights_only=False)


def test_no_text_of_a_file_runs_code(tmp_path):
    wb.save([1], tmp_path / "v.h5")
    for text in (
        "State(__import__('os').system('false'))",
        "State(name('os', 'system'))",
        "State(name('wingbeat.data', 'os.system'))",
        "State(instance('os', 'PathLike', {}))",
        "State(tensor('nothing'))",
        "State([].append)",
        "State(open('x', 'w'))",
        "State(" + "[" * 5000 + "]" * 5000 + ")",
        "State(1, 2)",
        "State({**{}})",
        "State(-'a')",
        "State(module('..'))",
    ):
        with h5py.File(tmp_path / "v.h5", "r+") as file:
            file["model"].attrs["_note"] = np.bytes_(text.encode())
        with pytest.raises((wb.FormatError, wb.UnsupportedError), match="load: "):
            wb.load(tmp_path / "v.h5")


def test_files_may_be_open_objects(tmp_path):
    buffer = io.BytesIO()
    wb.save({"a": wb.ones(2)}, buffer)
    buffer.seek(0)
    assert wb.load(buffer)["a"].tolist() == [1, 1]
    with open(tmp_path / "f.pt", "wb") as file:
        wb.save(wb.arange(3), file)
    with open(tmp_path / "f.pt", "rb") as file:
        assert wb.load(file).tolist() == [0, 1, 2]


def test_files_of_others_are_refused_with_a_way_to_convert_them(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    (tmp_path / "old.pt").write_bytes(pickle.dumps({"a": 1}, protocol=2))
    np.savez(tmp_path / "n.npz", a=np.ones(2))
    (tmp_path / "s.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    (tmp_path / "text.pt").write_text("hello")
    with h5py.File(tmp_path / "plain.h5", "w") as file:
        file["x"] = 1
    for name, words in (
        ("t.pt", r"pickle of PyTorch's.*wingbeat.save\(torch.load\('.*t.pt', map_location='cpu'\), '.*t.h5'\)"),
        ("old.pt", "pickle of PyTorch's"),
        ("n.npz", "numpy.load reads it"),
        ("s.safetensors", "safetensors.numpy.load_file"),
        ("text.pt", "not an HDF5 file"),
        ("plain.h5", "not a Wingbeat checkpoint"),
    ):
        with pytest.raises(wb.FormatError, match=words):
            wb.load(tmp_path / name)


class FromElsewhere:
    """As another library's tensor looks."""

    shape, requires_grad = (2,), True

    def detach(self):
        return np.array([1.0, 2.0], np.float32)

    def __array__(self, *_, **__):
        raise RuntimeError("detach it first")


def test_another_librarys_tensors_become_tensors(tmp_path):
    found = again({"w": FromElsewhere()}, tmp_path)["w"]
    assert isinstance(found, wb.Tensor) and found.tolist() == [1, 2] and found.dtype == wb.float32


def test_map_location_is_taken_as_pytorch_takes_it(tmp_path):
    for place in ("cpu", wb.device("cpu"), None, lambda storage, location: storage, {"cuda:0": "cpu"}):
        assert again([wb.ones(1)], tmp_path, map_location=place)[0].item() == 1
    for place in ("cuda", "cuda:0", {"cpu": "cuda"}):
        with pytest.raises(NotImplementedError, match="one device, 'cpu'"):
            again([wb.ones(1)], tmp_path, map_location=place)


def circle():
    values = []
    values.append(values)
    return values


@pytest.mark.parametrize(
    "value, words",
    [
        (object(), "found a object"),
        ({"a": [lambda: 1]}, r"\['a'\]\[0\] is <function .*no import path names"),
        ({"a": np.array(["text"])}, "<U4"),
        ({"a": np.array([1j])}, "complex128"),
        (circle(), "nested more than 200 deep"),
        (optim.SGD([nn.Parameter(wb.ones(1))], lr=1), "save its state_dict"),
        ((number for number in range(3)), "generator"),
        ({"f": open(__file__)}, "TextIOWrapper"),
    ],
)  # fmt: skip
def test_what_no_file_holds_is_refused_with_its_place(value, words, tmp_path):
    with pytest.raises(TypeError, match=words):
        wb.save(value, tmp_path / "x.pt")
    assert not (tmp_path / "x.pt").exists()


def test_the_path_comes_second(tmp_path):
    with pytest.raises(TypeError, match="path first"):
        wb.save(str(tmp_path / "x.pt"), nn.Linear(1, 1))
    for call in (lambda: wb.save([1], 3), lambda: wb.load(3), lambda: wb.load(None)):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(FileNotFoundError):
        wb.load(tmp_path / "none.pt")


def test_many_tensors_take_a_time_that_grows_with_their_number(tmp_path):
    value = {f"layer.{number}.weight": wb.full((2,), number) for number in range(1500)}
    found = again(value, tmp_path)
    assert list(found) == list(value) and found["layer.1499.weight"].tolist() == [1499, 1499]
