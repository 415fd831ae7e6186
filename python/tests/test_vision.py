"""wingbeat.vision: data sets from files of every kind, transforms against formulas, pictures; and what is refused."""

import colorsys
import gzip
import io
import struct
import tarfile
import zlib

import h5py
import numpy as np
import pytest
from support import same_bits

import wingbeat as wb
from wingbeat.utils.data import DataLoader, Subset, default_collate
from wingbeat.vision import datasets, transforms, utils
from wingbeat.vision.transforms import functional as F

rng = np.random.default_rng(0)
IMAGES = {part: rng.integers(0, 256, (count, 28, 28), np.uint8) for part, count in (("train", 30), ("test", 10))}
LABELS = {part: rng.integers(0, 10, len(images)).astype(np.uint8) for part, images in IMAGES.items()}


def idx(array):
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def plain_files(root, packed=False, folder="MNIST/raw"):
    (root / folder).mkdir(parents=True)
    for part, prefix in (("train", "train"), ("test", "t10k")):
        for kind, values in (("images-idx3-ubyte", IMAGES[part]), ("labels-idx1-ubyte", LABELS[part])):
            data = idx(values)
            name = f"{prefix}-{kind}" + (".gz" if packed else "")
            (root / folder / name).write_bytes(gzip.compress(data) if packed else data)


def stored_file(root, name="mnist.h5"):
    with h5py.File(root / name, "w") as file:
        for part in IMAGES:
            file[f"{part}/images"], file[f"{part}/labels"] = IMAGES[part], LABELS[part]
    return root / name


@pytest.mark.parametrize(
    "write",
    [
        plain_files,
        lambda root: plain_files(root, packed=True),
        lambda root: plain_files(root, folder="raw"),
        lambda root: (
            plain_files(root, folder="x") or [path.rename(root / path.name) for path in (root / "x").iterdir()]
        ),
        stored_file,
    ],
    ids=["idx", "gz", "raw", "flat", "hdf5"],
)
def test_mnist_is_read_from_its_files_or_from_hdf5(tmp_path, write):
    write(tmp_path)
    for train, part in ((True, "train"), (False, "test")):
        data = datasets.MNIST(tmp_path, train=train, download=True, transform=transforms.ToTensor())
        assert len(data) == len(IMAGES[part]) and same_bits(data.data.numpy(), IMAGES[part])
        assert data.targets.tolist() == LABELS[part].tolist() and data.targets.dtype == wb.int64
        image, label = data[3]
        assert same_bits(image.numpy(), IMAGES[part][3][None].astype(np.float32) / np.float32(255))
        assert label == LABELS[part][3] and type(label) is int and data[-1][1] == LABELS[part][-1]
    assert (
        data.classes[3] == "3 - three"
        and data.class_to_idx["3 - three"] == 3
        and "Number of datapoints: 10" in repr(data)
    )


def test_the_root_may_be_the_file_and_other_sets_have_other_names(tmp_path):
    path = stored_file(tmp_path, "any.h5")
    assert len(datasets.MNIST(path)) == 30 and len(datasets.KMNIST(str(path), train=False)) == 10
    stored_file(tmp_path, "fashion-mnist.h5")
    assert datasets.FashionMNIST(tmp_path).classes[9] == "Ankle boot"


def cifar_records(count, seed, label_bytes=1):
    draws = np.random.default_rng(seed)
    return draws.integers(0, 10, (count, label_bytes), np.uint8), draws.integers(0, 256, (count, 3, 32, 32), np.uint8)


def test_cifar_is_read_from_its_binary_version(tmp_path):
    parts = {}
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    for number, name in enumerate([*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]):
        labels, pixels = parts[name] = cifar_records(4, number)
        (folder / name).write_bytes(np.concatenate([labels, pixels.reshape(4, -1)], 1).tobytes())
    packed = tmp_path / "packed"
    packed.mkdir()
    with tarfile.open(packed / "cifar-10-binary.tar.gz", "w:gz") as archive:
        archive.add(folder, "cifar-10-batches-bin")
    for root in (tmp_path, packed):
        data = datasets.CIFAR10(root, transform=transforms.ToTensor())
        assert len(data) == 20 and data.data.shape == (20, 32, 32, 3)
        labels, pixels = parts["data_batch_2.bin"]
        assert same_bits(data[5][0].numpy(), pixels[1].astype(np.float32) / np.float32(255))
        assert data.targets[4:8] == labels[:, 0].tolist()
        assert len(datasets.CIFAR10(root, train=False)) == 4
    labels, pixels = cifar_records(3, 9, 2)
    hundred = tmp_path / "cifar-100-binary"
    hundred.mkdir()
    (hundred / "train.bin").write_bytes(np.concatenate([labels, pixels.reshape(3, -1)], 1).tobytes())
    assert datasets.CIFAR100(tmp_path).targets == labels[:, 1].tolist()


def test_what_is_missing_or_damaged_gets_a_sentence(tmp_path):
    with pytest.raises(
        FileNotFoundError, match="MNIST: nothing is downloaded here; .*MNIST/raw/train-images.*mnist.h5"
    ):
        datasets.MNIST(tmp_path, download=True)
    (tmp_path / "cifar-10-batches-py").mkdir()
    with pytest.raises(
        FileNotFoundError, match="the Python version, a pickle, which is not read: get the binary version"
    ):
        datasets.CIFAR10(tmp_path)
    plain_files(tmp_path)
    name = tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte"
    whole = name.read_bytes()
    for data in (b"", whole[:3], whole[:-1], whole + b"x", b"\1" + whole[1:], whole[:4] + b"\xff" * 12 + whole[16:]):
        name.write_bytes(data)
        with pytest.raises(wb.FormatError, match="train-images-idx3-ubyte"):
            datasets.MNIST(tmp_path)
    name.unlink()
    (tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(whole)[:-20])
    with pytest.raises(wb.FormatError, match="damaged"):
        datasets.MNIST(tmp_path)
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(b"no archive")
    with pytest.raises(wb.FormatError, match="cifar-10-binary.tar.gz"):
        datasets.CIFAR10(tmp_path)
    for call, kind in ((lambda data: data[10], IndexError), (lambda data: data["a"], AttributeError)):
        with pytest.raises(kind):
            call(datasets.MNIST(tmp_path, train=False))
    with pytest.raises(TypeError, match="transform"):
        datasets.MNIST(tmp_path, train=False, transform=3)
    with pytest.raises(AttributeError, match="no attribute 'Caltech101'"):
        datasets.Caltech101  # noqa: B018


def test_a_loader_gets_batches_in_one_go_with_the_bits_of_single_images(tmp_path):
    stored_file(tmp_path)
    for chain in (
        [transforms.ToTensor()],
        [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))],
        [transforms.ToTensor(), transforms.CenterCrop(20), transforms.Pad(2), transforms.ConvertImageDtype(wb.float64)],
        [transforms.PILToTensor(), transforms.ConvertImageDtype()],
    ):
        data = datasets.MNIST(tmp_path, transform=transforms.Compose(chain))
        assert data._rows([1, 2]) is not None
        for loader in (DataLoader(data, 7), DataLoader(Subset(data, [4, 9, 1]), 2)):
            rows = [0, 1, 2] if len(loader.dataset) > 3 else [4, 9]
            images, labels = next(iter(loader))
            single = default_collate([data[row] for row in rows])
            assert same_bits(images.numpy()[: len(rows)], single[0].numpy())
            assert labels.tolist()[: len(rows)] == single[1].tolist()
    random = datasets.MNIST(tmp_path, transform=transforms.Compose([transforms.RandomCrop(20), transforms.ToTensor()]))
    assert random._rows([1]) is None
    assert next(iter(DataLoader(random, 3, num_workers=1)))[0].shape == (3, 1, 20, 20)
    wb.manual_seed(1)
    first = [batch[0].sum().item() for batch in DataLoader(random, 8)]
    wb.manual_seed(1)
    assert [batch[0].sum().item() for batch in DataLoader(random, 8)] == first


# -------------------------------------------------------------------- transforms

GRAY = rng.integers(0, 256, (9, 7), np.uint8)
COLOUR = rng.integers(0, 256, (9, 7, 3), np.uint8)


def test_to_tensor_and_normalize_are_their_formulas():
    assert same_bits(F.to_tensor(GRAY).numpy(), GRAY[None].astype("f4") / np.float32(255))
    assert same_bits(F.to_tensor(COLOUR).numpy(), COLOUR.transpose(2, 0, 1).astype("f4") / np.float32(255))
    x = F.to_tensor(COLOUR)
    found = transforms.Normalize([0.5, 0.25, 0], [0.5, 2, 1])(x)
    mean, std = (np.array(v, "f4").reshape(3, 1, 1) for v in ([0.5, 0.25, 0], [0.5, 2, 1]))
    np.testing.assert_allclose(found.numpy(), (x.numpy() - mean) / std, rtol=1e-6)
    assert F.convert_image_dtype(wb.tensor([0.0, 0.5, 1.0]), "uint8").tolist() == [0, 127, 255]
    assert F.convert_image_dtype(wb.tensor([255], dtype="uint8")).tolist() == [1.0]


@pytest.mark.parametrize("image", [GRAY, COLOUR, F.to_tensor(COLOUR)], ids=["gray", "colour", "tensor"])
def test_parts_flips_and_borders_are_slices(image):
    def plain(one):
        return (
            one.numpy() if isinstance(one, wb.Tensor) else np.moveaxis(one[..., None] if one.ndim == 2 else one, 2, 0)
        )

    a = plain(image)
    assert same_bits(plain(F.crop(image, 2, 1, 4, 3)), a[:, 2:6, 1:4])
    assert same_bits(plain(F.center_crop(image, 5)), a[:, 2:7, 1:6])
    assert same_bits(plain(F.hflip(image)), a[:, :, ::-1]) and same_bits(plain(F.vflip(image)), a[:, ::-1])
    assert same_bits(plain(F.pad(image, (1, 2, 3, 0))), np.pad(a, ((0, 0), (2, 0), (1, 3))))
    assert same_bits(plain(F.pad(image, 2, padding_mode="reflect")), np.pad(a, ((0, 0), (2, 2), (2, 2)), "reflect"))
    assert same_bits(plain(F.pad(image, 1, padding_mode="edge")), np.pad(a, ((0, 0), (1, 1), (1, 1)), "edge"))
    big = plain(F.center_crop(image, (11, 9)))
    assert same_bits(big, np.pad(a, ((0, 0), (1, 1), (1, 1))))
    for transform in (transforms.RandomHorizontalFlip(1), transforms.RandomVerticalFlip(1.0)):
        assert not same_bits(plain(transform(image)), a)
    assert same_bits(plain(transforms.RandomHorizontalFlip(0)(image)), a)
    assert plain(transforms.RandomCrop(4, padding=3)(image)).shape[1:] == (4, 4)
    assert plain(transforms.RandomCrop(12, pad_if_needed=True)(image)).shape[1:] == (12, 12)
    assert plain(transforms.RandomResizedCrop(6)(image)).shape[1:] == (6, 6)
    assert plain(transforms.Resize(14)(image)).shape[1:] == (18, 14)
    assert plain(transforms.Resize((4, 5))(image)).shape[1:] == (4, 5)
    assert plain(transforms.Grayscale(3)(image)).shape == (3, 9, 7)


def test_resizing_by_two_averages_neighbours():
    image = wb.tensor(np.arange(16.0).reshape(1, 4, 4).astype("f4"))
    nearest = F.resize(image, (2, 2), "nearest")
    assert nearest.tolist() == [[[0, 2], [8, 10]]]
    plain = F.resize(image, (2, 2), "bilinear", antialias=False)
    assert plain.tolist() == [[[2.5, 4.5], [10.5, 12.5]]]


def test_colours_change_as_their_formulas_say():
    x = F.to_tensor(COLOUR)
    a = x.numpy().astype(float)
    gray = np.tensordot([0.2989, 0.587, 0.114], a, 1)[None]
    for found, expected in (
        (F.adjust_brightness(x, 1.5), 1.5 * a),
        (F.adjust_contrast(x, 0.3), 0.3 * a + 0.7 * gray.mean()),
        (F.adjust_saturation(x, 2.0), 2 * a - gray),
    ):
        np.testing.assert_allclose(found.numpy(), np.clip(expected, 0, 1), atol=1e-6)
    for turn in (0.3, -0.25, 0):
        found = F.adjust_hue(x, turn).numpy()
        for pixel in np.ndindex(9, 7):
            hue, saturation, value = colorsys.rgb_to_hsv(*a[(slice(None), *pixel)])
            expected = colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value)
            np.testing.assert_allclose(found[(slice(None), *pixel)], expected, atol=2e-6)
    assert same_bits(F.adjust_hue(COLOUR, 0), COLOUR) and same_bits(F.adjust_brightness(COLOUR, 1), COLOUR)
    assert same_bits(F.adjust_brightness(COLOUR, 2.5), np.minimum(COLOUR * 2.5, 255).astype(np.uint8))
    assert same_bits(F.adjust_contrast(COLOUR, 1), COLOUR) and same_bits(F.adjust_saturation(COLOUR, 1), COLOUR)


def test_random_colours_and_parts_stay_within_what_was_asked_for():
    x = F.to_tensor(COLOUR)
    wb.manual_seed(3)
    jitter = transforms.ColorJitter(brightness=(0.5, 0.6), hue=0.1)
    assert jitter.contrast is None and jitter.hue == (-0.1, 0.1)
    for _ in range(10):
        brightest = jitter(x).numpy().max(0) / x.numpy().max(0)
        assert 0.4999 < brightest.min() <= brightest.max() < 0.6001
    assert same_bits(transforms.ColorJitter()(x).numpy(), x.numpy())
    assert same_bits(transforms.RandomGrayscale(1)(COLOUR), F.rgb_to_grayscale(COLOUR, 3))
    assert same_bits(transforms.RandomGrayscale(0)(COLOUR), COLOUR)
    image = wb.ones(3, 40, 30)
    for value, expected in ((0, {0}), ((2, 3, 4), {2, 3, 4}), ("random", None)):
        erased = transforms.RandomErasing(1, (0.1, 0.2), value=value)(image).numpy()
        changed = (erased != 1).any(0)
        (top, left), (bottom, right) = np.argwhere(changed).min(0), np.argwhere(changed).max(0)
        part = (bottom + 1 - top) * (right + 1 - left)
        assert changed.sum() == part and 0.09 < part / 1200 < 0.21
        assert expected is None or set(np.unique(erased)) - {1} == expected
    assert same_bits(image.numpy(), np.ones((3, 40, 30), "f4"))


def test_combinations_do_what_they_say():
    wb.manual_seed(0)
    add = [transforms.Lambda(lambda value, n=n: value + n) for n in (1, 10)]
    assert transforms.Compose(add)(0) == 11 and transforms.RandomOrder(add)(0) == 11
    assert {transforms.RandomChoice(add)(0) for _ in range(30)} == {1, 10}
    assert {transforms.RandomApply(add, 0.5)(0) for _ in range(30)} == {0, 11}
    assert "Normalize(mean=0.5, std=1)" in repr(transforms.Compose([transforms.Normalize(0.5, 1)]))


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (lambda: F.to_tensor("image"), TypeError, "found str"),
        (lambda: F.to_tensor(np.zeros(3, np.uint8)), ValueError, r"shape \[3\]"),
        (lambda: F.to_tensor(wb.ones(2, 2)), TypeError, "found a tensor"),
        (lambda: F.normalize(GRAY, 0, 1), TypeError, "put ToTensor before it"),
        (lambda: F.normalize(F.pil_to_tensor(GRAY), 0, 1), TypeError, "uint8"),
        (lambda: F.normalize(F.to_tensor(GRAY), [0, 0], 1), ValueError, "one mean for each of 1 channels, found 2"),
        (lambda: F.normalize(F.to_tensor(GRAY), 0, 0), ValueError, "std other than 0"),
        (lambda: transforms.RandomCrop(20)(GRAY), ValueError, "at least 20 x 20, found 9 x 7"),
        (lambda: transforms.Resize(0), ValueError, "found 0"),
        (lambda: transforms.Resize("a"), ValueError, "found 'a'"),
        (lambda: F.resize(GRAY, 3, "cubic"), ValueError, "found 'cubic'"),
        (lambda: transforms.RandomHorizontalFlip(2), ValueError, "probability"),
        (lambda: transforms.Compose([3]), TypeError, "found 3"),
        (lambda: transforms.Lambda(3), TypeError, "found 3"),
        (lambda: F.pad(GRAY, (1, 2, 3)), ValueError, "1, 2 or 4"),
        (lambda: F.pad(GRAY, 1, padding_mode="x"), ValueError, "found 'x'"),
        (lambda: transforms.Grayscale(2)(GRAY), ValueError, "1 or 3 output"),
        (lambda: utils.make_grid(3), TypeError, "found int"),
        (lambda: utils.make_grid(wb.ones(2, 2, 3, 3)), ValueError, "1 or 3 channels"),
        (lambda: transforms.FiveCrop(3), AttributeError, "FiveCrop"),
        (lambda: transforms.ColorJitter(hue=0.6), ValueError, "hue between -0.5 and 0.5, found 0.6"),
        (lambda: transforms.ColorJitter(brightness=-1), ValueError, "found -1"),
        (lambda: F.adjust_contrast(COLOUR, "a"), ValueError, "found 'a'"),
        (lambda: F.adjust_hue(COLOUR, 1), ValueError, "from -0.5 to 0.5"),
        (lambda: F.adjust_brightness(wb.ones(2, 3, 3), 1), ValueError, "1 or 3 channels, found 2"),
        (lambda: transforms.RandomErasing(1)(COLOUR), TypeError, "ToTensor"),
        (lambda: transforms.RandomErasing(value="noise"), ValueError, "found 'noise'"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


def test_a_grid_has_its_images_at_their_places_and_png_has_its_pixels():
    images = wb.tensor(rng.random((5, 1, 3, 4)).astype("f4"))
    grid = utils.make_grid(images, nrow=3, padding=1, pad_value=0.5)
    assert grid.shape == (3, 9, 16)
    assert same_bits(grid.numpy()[1, 5:8, 6:10], images.numpy()[4, 0]) and grid[0, 0, 0].item() == 0.5
    scaled = utils.make_grid(images * 7 - 2, normalize=True).numpy()
    assert scaled.min() == 0 and scaled.max() == 1
    file = io.BytesIO()
    utils.save_image(images[0], file)
    data = file.getvalue()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24]) == (4, 3)
    start = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[start - 4 : start])
    lines = np.frombuffer(zlib.decompress(data[start + 4 : start + 4 + length]), np.uint8).reshape(3, 13)
    expected = (images[0, 0].numpy() * 255 + 0.5).astype(np.uint8)
    assert (lines[:, 0] == 0).all() and same_bits(np.ascontiguousarray(lines[:, 1::3]), expected)


def test_fake_data_is_the_same_each_time():
    data = datasets.FakeData(5, (3, 8, 6), 4, transforms.ToTensor())
    assert data[2][0].tolist() == datasets.FakeData(5, (3, 8, 6), 4, transforms.ToTensor())[2][0].tolist()
    assert [len(batch[1]) for batch in DataLoader(data, 2)] == [2, 2, 1] and data[0][0].shape == (3, 8, 6)


def test_images_are_pils_where_it_is_installed(tmp_path):
    stored_file(tmp_path)
    image, _ = datasets.MNIST(tmp_path)[0]
    try:
        import PIL  # noqa: F401
    except ImportError:
        assert isinstance(image, np.ndarray)
        with pytest.raises(NotImplementedError, match="needs PIL"):
            transforms.ToPILImage()
        return
    assert image.size == (28, 28) and image.mode == "L"
    back = transforms.ToPILImage()(transforms.ToTensor()(image))
    assert same_bits(np.asarray(back), IMAGES["train"][0])
    folder = tmp_path / "folder"
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        image.save(folder / name / "1.png")
    data = datasets.ImageFolder(folder, transforms.ToTensor())
    assert data.classes == ["cat", "dog"] and data[1][1] == 1 and data[0][0].shape == (3, 28, 28)
