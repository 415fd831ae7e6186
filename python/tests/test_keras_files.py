"""Files that Keras wrote, loaded: they predict what Keras predicted, and go on training where it stopped. Files that
are written for Keras: their structure. The fixture keras_files.h5 has both; its script uses real Keras."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from support import ROOT

import wingbeat as wb
import wingbeat.keras
from wingbeat import _keras_files, nn
from wingbeat._library import check, lib

FIXTURE = Path(__file__).parent / "fixtures" / "keras_files.h5"
with h5py.File(FIXTURE) as _file:
    NAMES = list(_file)
    REFUSED = {name: str(_file[name].attrs["refused"]) for name in NAMES if "refused" in _file[name].attrs}
LOADED = [name for name in NAMES if name not in REFUSED]
FORMATS = {"keras": "model.keras", "h5": "model.h5", "weights": "model.weights.h5"}


def unpacked(name: str, folder: Path) -> tuple[Path, str | None]:
    """A file of the fixture, and the architecture where it has none."""
    with h5py.File(FIXTURE) as file:
        path = folder / str(file[name].attrs["name"])
        path.write_bytes(file[name]["file"][()].tobytes())
        config = file[name].attrs.get("architecture")
    return path, None if config is None else str(config)


def arrays(name: str, kind: str) -> list[np.ndarray[Any, Any]]:
    with h5py.File(FIXTURE) as file:
        return [file[name][key][()] for key in sorted(file[name]) if key.startswith(kind + "_")]


def predicted(model: Any, inputs: list[np.ndarray[Any, Any]]) -> list[np.ndarray[Any, Any]]:
    with wb.no_grad():
        found = model(*[wb.tensor(np.ascontiguousarray(x)) for x in inputs])
    return [y.numpy() for y in (found if isinstance(found, (tuple, list)) else [found])]


def assert_close(found: list[np.ndarray[Any, Any]], expected: list[np.ndarray[Any, Any]]) -> None:
    assert [y.shape for y in found] == [y.shape for y in expected]
    for a, b in zip(found, expected):
        assert np.abs(a - b).max() <= 1e-5 * np.abs(b).max()


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("name", LOADED)
def test_a_file_predicts_what_keras_predicted(name: str, tmp_path: Path) -> None:
    path, config = unpacked(name, tmp_path)
    custom = {"Scale": Scale} if name == "custom" else None
    assert_close(predicted(wb.load(path, config=config, custom=custom), arrays(name, "input")), arrays(name, "output"))


@pytest.mark.parametrize("name", [name for name in LOADED if name != "custom" and not name.endswith("_weights")])
def test_a_file_is_a_model_of_keras_that_predicts_the_same(name: str, tmp_path: Path) -> None:
    path, _ = unpacked(name, tmp_path)
    inputs = arrays(name, "input")
    found = wb.keras.models.load_model(path)(inputs if len(inputs) > 1 else inputs[0])
    found = found if isinstance(found, (tuple, list)) else [found]
    assert_close([np.asarray(y) for y in found], arrays(name, "output"))


@pytest.mark.parametrize("name", [name for name in LOADED if name.endswith("_weights")])
def test_weights_find_their_architecture_beside_them_or_in_a_model(name: str, tmp_path: Path) -> None:
    path, config = unpacked(name, tmp_path)
    with pytest.raises(wb.UnsupportedError, match="without an architecture"):
        wb.load(path)
    path.with_name(path.name + ".arch.json").write_text(str(config))
    loaded = wb.load(path)
    assert_close(predicted(loaded, arrays(name, "input")), arrays(name, "output"))
    made = _keras_files.from_config(str(config))
    assert wb.load(path, config=made) is made
    assert_close(predicted(made, arrays(name, "input")), arrays(name, "output"))


@pytest.mark.parametrize("name", REFUSED)
def test_a_layer_that_is_code_is_refused_by_name(name: str, tmp_path: Path) -> None:
    path, _ = unpacked(name, tmp_path)
    with pytest.raises(wb.UnsupportedError, match=REFUSED[name]) as caught:
        wb.load(path)
    assert "custom=" in str(caught.value)


class Scale(nn.Module):
    """The layer of the fixture's script."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor
        self.weight = nn.Parameter(wb.ones(3))

    def forward(self, x: wb.Tensor) -> wb.Tensor:
        return x * self.weight * self.factor


def test_a_class_of_the_callers_stands_in_for_a_custom_layer(tmp_path: Path) -> None:
    path, _ = unpacked("custom", tmp_path)
    for custom in ([Scale], {"Scale": Scale}, {"scale": Scale(2.0)}):
        model = wb.load(path, custom=custom)
        assert_close(predicted(model, arrays("custom", "input")), arrays("custom", "output"))


def test_a_module_stands_in_for_a_lambda(tmp_path: Path) -> None:
    class Twice(nn.Module):
        def forward(self, x: wb.Tensor) -> wb.Tensor:
            return x * 2

    path, _ = unpacked("lambda", tmp_path)
    model = wb.load(path, custom={"twice": Twice()})
    assert np.array_equal(predicted(model, [np.ones((1, 3), np.float32)])[0], np.full((1, 3), 2, np.float32))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("training_")])
def test_training_goes_on_where_keras_stopped(name: str, tmp_path: Path) -> None:
    path, _ = unpacked(name, tmp_path)
    model = wb.load(path)
    config, optimizer = _keras_files.training_in(path, model)
    assert config is not None and optimizer is not None
    with h5py.File(FIXTURE) as file:
        x, y, losses = (file[name][key][()] for key in ("x", "y", "losses"))
    loss_of = {"mse": nn.MSELoss(), "mae": nn.L1Loss()}[config["loss"]]
    size = len(x) // len(losses)
    model.train()
    found = []
    for start in range(0, len(x), size):
        model.zero_grad()
        loss = loss_of(model(wb.tensor(x[start : start + size])), wb.tensor(y[start : start + size]))
        loss.backward()
        check(lib.wb_optimizer_step(optimizer))
        found.append(loss.item())
    np.testing.assert_allclose(found, losses, rtol=2e-6)


def test_layers_that_are_there_are_taken(tmp_path: Path) -> None:
    path, _ = unpacked("k3_branches", tmp_path)
    model = wb.load(path)
    config = _keras_files.config_in(path)
    assert config is not None
    again = _keras_files.from_config(config, {"shared": model.shared, "first": model.first})
    assert again.shared is model.shared or again.shared.kernel is model.shared.kernel
    assert not np.array_equal(again.second.kernel.numpy(), model.second.kernel.numpy())


def test_a_model_is_found_by_its_contents(tmp_path: Path) -> None:
    path, _ = unpacked("k3_images", tmp_path)
    other = tmp_path / "model.h5"
    path.rename(other)
    assert_close(predicted(wb.load(other), arrays("k3_images", "input")), arrays("k3_images", "output"))


# ---------------------------------------------------------------- archives that mean harm


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(path: Path, entries: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in entries:
            file.writestr(name, content)
    return path


def test_members_may_be_compressed_and_have_descriptors(tmp_path: Path) -> None:
    path, _ = unpacked("k3_images", tmp_path)
    entries = members(path)
    archive(path, list(entries.items()), zipfile.ZIP_DEFLATED)
    assert_close(predicted(wb.load(path), arrays("k3_images", "input")), arrays("k3_images", "output"))
    stream = io.BytesIO()

    class Unseekable(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return stream.write(data)

    with zipfile.ZipFile(Unseekable(), "w") as file:  # type: ignore[arg-type]  # a stream
        for name, content in entries.items():
            file.writestr(name, content)
    path.write_bytes(stream.getvalue())
    assert_close(predicted(wb.load(path), arrays("k3_images", "input")), arrays("k3_images", "output"))


def test_bombs_paths_and_twins_are_refused(tmp_path: Path) -> None:
    source, _ = unpacked("k3_images", tmp_path)
    entries = list(members(source).items())
    path = tmp_path / "bad.keras"
    archive(path, [*entries, ("assets/bomb", bytes(1 << 28))], zipfile.ZIP_DEFLATED)
    with pytest.raises(wb.FormatError, match="not to be believed"):
        wb.load(path)
    for name in ("../config.json", "/etc/passwd", "a\\..\\b", "c:\\x", "a/./b"):
        archive(path, [*entries, (name, b"x")])
        with pytest.raises(wb.FormatError, match="leads out of it"):
            wb.load(path)
    with pytest.warns(UserWarning):
        archive(path, [*entries, entries[0]])
    with pytest.raises(wb.FormatError, match="two members"):
        wb.load(path)


def test_members_that_overlap_or_lie_are_refused(tmp_path: Path) -> None:
    path, _ = unpacked("k3_images", tmp_path)
    sound = path.read_bytes()
    directory = sound.index(b"PK\1\2")
    second = sound.index(b"PK\1\2", directory + 4)
    # The second member at the place of the first.
    data = bytearray(sound)
    data[second + 42 : second + 46] = data[directory + 42 : directory + 46]
    path.write_bytes(data)
    with pytest.raises(wb.FormatError, match="overlaps|not where its directory says"):
        wb.load(path)
    data = bytearray(sound)
    data[directory + 16] ^= 1
    path.write_bytes(data)
    with pytest.raises(wb.FormatError, match="checksum"):
        wb.load(path)
    path.write_bytes(sound[:-30])
    with pytest.raises(wb.FormatError, match="directory is missing"):
        wb.load(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[" * 100_000, "deeper than 200"),
        ('{"class_name": "Sequential"}', "lists no layers"),
        ('{"class_name": "Dense", "config": {}}', "units"),
        ('{"class_name": "Sequential", "config": {"layers": [{"class_name": 3}]}}', "without a class_name"),
        ('{"a": "\\ud800"', "expected"),
        ("[1, 2] 3", "end of the text"),
        (
            '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 1e99}}]}}',
            "units",
        ),
    ],
)
def test_configs_that_are_none_get_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(wb.Error, match=sentence):
        _keras_files.from_config(text)


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize("name", [name for name in LOADED if name != "custom" and not name.startswith("training")])
def test_a_written_model_is_read_back(name: str, tmp_path: Path) -> None:
    path, config = unpacked(name, tmp_path)
    model = wb.load(path, config=config)
    inputs, expected = arrays(name, "input"), predicted(model, arrays(name, "input"))
    for form, file in FORMATS.items():
        path = tmp_path / file
        model.save(path, format=form)
        again = wb.load(path, config=None if form != "weights" else _keras_files.config_of(model))
        assert_close(predicted(again, inputs), expected)


def test_the_structure_of_an_archive_is_that_of_keras(tmp_path: Path) -> None:
    path, _ = unpacked("k3_branches", tmp_path)
    model = wb.load(path)
    out = tmp_path / "out.keras"
    model.save(out)
    with zipfile.ZipFile(out) as file:
        assert [entry.filename for entry in file.infolist()] == ["metadata.json", "config.json", "model.weights.h5"]
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in file.infolist())
        assert file.testzip() is None
        config, weights = json.loads(file.read("config.json")), file.read("model.weights.h5")
        assert set(json.loads(file.read("metadata.json"))) == {"keras_version", "date_saved"}
    assert config["class_name"] == "Functional"
    assert [layer["class_name"] for layer in config["config"]["layers"]].count("Functional") == 1
    assert len(config["config"]["input_layers"]) == 2
    # A superblock of version 0, and groups of symbol tables.
    assert weights[:9] == b"\x89HDF\r\n\x1a\n\0" and b"TREE" in weights and b"OHDR" not in weights
    with h5py.File(io.BytesIO(weights)) as file:
        assert set(file) == {"layers", "vars"}
        assert list(file["layers/dense/vars"]) == ["0", "1"]
        assert file["layers/functional/layers/dense/vars/0"].chunks is None


def test_the_structure_of_a_whole_model_is_that_of_keras(tmp_path: Path) -> None:
    path, _ = unpacked("k3_images", tmp_path)
    wb.load(path).save(tmp_path / "out.h5", format="keras")
    with h5py.File(tmp_path / "out.h5") as file:
        assert json.loads(file.attrs["model_config"])["class_name"] == "Sequential"
        assert file.attrs["keras_version"].startswith("3.")
        group = file["model_weights"]
        assert len(group.attrs["layer_names"]) == 7
        for name in group.attrs["layer_names"]:
            own = group[name.decode()]
            assert all(weight.decode() in own for weight in own.attrs["weight_names"])
        assert own.attrs["weight_names"].dtype.kind == "S"
        assert group["flatten" if "flatten" in group else "flatten_1"].attrs["weight_names"].shape == (0,)


def test_layers_of_pytorch_are_written_where_they_have_an_equal(tmp_path: Path) -> None:
    wb.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(16, 5), nn.Softmax(-1),
    )  # fmt: skip
    model(wb.randn(8, 3, 8, 8))
    model.eval()
    x = np.random.default_rng(0).normal(size=(2, 3, 8, 8)).astype(np.float32)
    model.save(tmp_path / "m.keras", input_shape=(3, 8, 8))
    assert_close(predicted(wb.load(tmp_path / "m.keras"), [x]), predicted(model, [x]))
    with pytest.raises(wb.ArgumentError, match="input_shape="):
        model.save(tmp_path / "n.keras")
    other = nn.Sequential(nn.Linear(2, 3), nn.PixelShuffle(2))
    with pytest.raises(wb.UnsupportedError, match=r"layer_1' \(PixelShuffle\)"):
        other.save(tmp_path / "n.keras", input_shape=(2,))
    assert not (tmp_path / "n.keras").exists()


def test_a_suffix_or_a_format_says_which_file_is_written(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(2, 3))
    model.save(tmp_path / "a.h5")
    assert isinstance(wb.load(tmp_path / "a.h5")[0], nn.Linear)
    model.save(tmp_path / "b.keras", format="checkpoint")
    assert isinstance(wb.load(tmp_path / "b.keras")[0], nn.Linear)
    model.save(tmp_path / "c.h5", format="keras", input_shape=(2,))
    assert "Dense" in repr(wb.load(tmp_path / "c.h5"))
    with pytest.raises(wb.ArgumentError, match="format"):
        model.save(tmp_path / "d.h5", format="onnx")


def test_a_model_of_keras_is_kept_in_a_checkpoint(tmp_path: Path) -> None:
    path, _ = unpacked("k3_masks", tmp_path)
    model = wb.load(path)
    model.save(tmp_path / "c.h5")
    again = wb.load(tmp_path / "c.h5")
    again.eval()
    found, expected = predicted(again, arrays("k3_masks", "input")), predicted(model, arrays("k3_masks", "input"))
    assert np.array_equal(found[0], expected[0])


# ---------------------------------------------------------------- files of others, where they are there

SHARED = next((folder / "shared/data" for folder in ROOT.parents if (folder / "shared/data").exists()), ROOT / "shared")


def references() -> list[Path]:
    found = []
    for path in sorted([*SHARED.glob("interchange/*"), *SHARED.glob("synthetic/*")]):
        if path.suffix in (".json", ".tsv") or path.name.endswith(".ref.h5") or path.name.startswith("custom_"):
            continue
        if reference(path).exists():
            found.append(path)
    return found


def reference(path: Path) -> Path:
    own = path.with_name(path.name + ".ref.h5")
    stem = path.name.removesuffix(".weights.h5").removesuffix(".legacy.h5")
    return own if own.exists() else path.with_name(stem + ".keras.ref.h5")


def architecture(path: Path) -> str | None:
    """Weights of the synthetic files belong to the archive of the same name."""
    archive = path.with_name(path.name.removesuffix(".weights.h5") + ".keras")
    if not path.name.endswith(".weights.h5") or not archive.exists() or path.parent.name != "synthetic":
        return None
    return zipfile.ZipFile(archive).read("config.json").decode()


@pytest.mark.skipif(not SHARED.exists(), reason="the folder of models is not there")
def test_every_reference_is_met() -> None:
    failures, count = [], 0
    for path in references():
        count += 1
        with h5py.File(reference(path)) as file:
            inputs = [file[f"input_{i}"][()] for i in range(sum(name.startswith("input_") for name in file))]
            outputs = [file[f"output_{i}"][()] for i in range(sum(name.startswith("output_") for name in file))]
        try:
            model = wb.load(path, config=architecture(path))
            found = predicted(model, inputs)
            assert [y.shape for y in found] == [y.shape for y in outputs]
            for a, b in zip(found, outputs):
                worst = np.abs(a - b).max() / np.abs(b).max()
                # Where Keras' own rounding is larger than that, the model in double precision is the measure: ours
                # must be nearer to it.
                assert worst <= 1e-5 or is_nearer(model, inputs, a, b), f"differs by {worst:.2g}"
        except Exception as error:
            failures.append(f"{path.name}: {str(error)[:200]}")
    assert not failures, f"{len(failures)} of {count}:\n" + "\n".join(failures)


def is_nearer(model: Any, inputs: list[np.ndarray[Any, Any]], ours: Any, theirs: Any) -> bool:
    (exact,) = predicted(model.to(wb.float64), [x.astype(np.float64) for x in inputs])
    return bool(np.abs(ours - exact).max() < np.abs(theirs - exact).max())


@pytest.mark.skipif(not (SHARED / "mnist.h5").exists(), reason="MNIST is not there")
@pytest.mark.parametrize(("name", "accuracy"), [("lenet1", 0.9785), ("lenet5", 0.9824)])
def test_lenet_is_as_good_as_in_keras(name: str, accuracy: float) -> None:
    with h5py.File(SHARED / "mnist.h5") as file:
        images, labels = file["test/images"][:512][..., None] / np.float32(255), file["test/labels"][:512]
    model = wb.load(SHARED / "interchange" / f"{name}_mnist_weights.h5")
    found = float((predicted(model, [images])[0].argmax(1) == labels).mean())
    assert abs(found - accuracy) < 5e-5


@pytest.mark.skipif(not SHARED.exists(), reason="the folder of models is not there")
@pytest.mark.parametrize("path", sorted(SHARED.glob("interchange/custom_*")), ids=lambda path: path.name)
def test_custom_layers_of_others_are_refused_by_name(path: Path) -> None:
    with pytest.raises(wb.UnsupportedError, match="is no layer of Keras|without an architecture"):
        wb.load(path)


def test_a_zip_of_something_else_is_said_to_be_none(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", [("a.txt", b"hello")])
    with pytest.raises(wb.FormatError):
        wb.load(path)
    # A directory that says to be larger than the file.
    data = bytearray(path.read_bytes())
    data[-10:-6] = struct.pack("<I", 1 << 31)
    path.write_bytes(data)
    with pytest.raises(wb.FormatError):
        wb.load(path)
    assert zlib.crc32(b"hello") == 0x3610A686
