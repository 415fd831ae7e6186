"""Data sets of images from local files, under the names of torchvision.datasets.

Nothing is downloaded, and no pickle is read. A root is looked through for the files as their authors publish them (idx,
plain or .gz; CIFAR's binary version, also in its .tar.gz), in the folders that torchvision makes too, and for an HDF5
file that has `train/images`, `train/labels`, `test/images` and `test/labels`. The root may be such a file itself.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._dtypes import uint8
from .._errors import ArgumentError, FormatError, MissingFileError, RangeError
from .._naming import listing, refusing
from .._tensor import Tensor, tensor_of
from ..data import HDF5Dataset
from ..utils.data import Dataset
from ..utils.data.datasets import taken
from ._images import is_pil, needed_pil, pil
from .transforms import Compose, _batched, _Transform

if TYPE_CHECKING:
    from .._typing import Array

__all__ = ["CIFAR10", "CIFAR100", "FakeData", "FashionMNIST", "ImageFolder", "KMNIST", "MNIST"]
__dir__ = listing(__name__)
if not TYPE_CHECKING:
    __getattr__ = refusing(__name__)

_Function = Callable[[Any], Any]


class _Images(Dataset[Any]):
    """Base: images (NumPy uint8 [rows, height, width] or with channels last) and their classes."""

    classes: list[str]
    _pixels: Array
    targets: Any

    def __init__(self, root: Any, transform: _Function | None, target_transform: _Function | None) -> None:
        for name, function in (("transform", transform), ("target_transform", target_transform)):
            if function is not None and not callable(function):
                raise TypeError(f"{type(self).__name__}: expected a function as {name}, found {function!r:.80}")
        self.root, self.transform, self.target_transform = root, transform, target_transform

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class."""
        return {name: number for number, name in enumerate(self.classes)}

    def __len__(self) -> int:
        return len(self._pixels)

    def _label(self, row: int) -> int:
        return int(self._labels[row])

    _labels: Array

    def __getitem__(self, index: Any) -> Any:
        row = index.__index__()
        if not -len(self) <= row < len(self):
            raise RangeError(f"{type(self).__name__}: row {row} is out of range for {len(self)} rows")
        image: Any = self._pixels[row]
        if not _takes_arrays(self.transform):
            images = pil()
            image = image if images is None else images.fromarray(np.ascontiguousarray(image))
        target: Any = self._label(row)
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def _rows(self, indices: Any) -> list[Tensor] | None:
        """A batch in one go, where the transforms do the same to each image."""
        several = None if self.target_transform is not None else _batched(self.transform)
        if several is None:
            return None
        rows = np.asarray(indices, np.int64)
        images = taken(self._images, rows)
        return [several(images), tensor_of(self._labels[rows])]

    @property
    def _images(self) -> Tensor:
        """The images as uint8 [rows, channels, height, width]."""
        found: Tensor | None = self.__dict__.get("_images_as_tensor")
        if found is None:
            pixels = self._pixels[:, None] if self._pixels.ndim == 3 else self._pixels.transpose(0, 3, 1, 2)
            found = self.__dict__["_images_as_tensor"] = tensor_of(np.ascontiguousarray(pixels))
        return found

    def __repr__(self) -> str:
        lines = [f"Dataset {type(self).__name__}", f"    Number of datapoints: {len(self)}"]
        lines += [f"    Root location: {self.root}"] if self.root is not None else []
        lines += [f"    Transform: {self.transform!r}"] if self.transform is not None else []
        return "\n".join(lines)


def _takes_arrays(transform: Any) -> bool:
    """Whether images need not be PIL's: the first transform is one of this package."""
    if isinstance(transform, Compose):
        return bool(transform.transforms) and _takes_arrays(transform.transforms[0])
    return isinstance(transform, _Transform) and type(transform).__module__.startswith("wingbeat.")


def _missing(name: str, root: Any, looked: list[str], download: bool) -> MissingFileError:
    asked = "nothing is downloaded here; " if download else ""
    error = MissingFileError(
        f"{name}: {asked}no files of it are in {os.fspath(root)!r}; looked for {', '.join(looked)}. Put them there, or "
        "give the path of an HDF5 file with train/images, train/labels, test/images and test/labels as root"
    )
    error.errno = 2
    return error


def _stored(root: Any, names: list[str], part: str) -> tuple[Array, Array] | None:
    """(images, labels) of a part of the first HDF5 file there is."""
    path = os.fspath(root)
    for candidate in [path] if os.path.isfile(path) else [os.path.join(path, name) for name in names]:
        if os.path.isfile(candidate):
            with HDF5Dataset(candidate, f"{part}/images", f"{part}/labels", dtype=uint8) as file:
                images, labels = file[:]
            return images.numpy(), labels.numpy().astype(np.int64).reshape(-1)
    return None


def _unpacked(path: str) -> bytes:
    try:
        if path.endswith(".gz"):
            with gzip.open(path, "rb") as packed:
                return packed.read()
        with open(path, "rb") as file:
            return file.read()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FormatError(f"{path}: damaged: {error}") from None


def _idx(path: str) -> Array:
    """An idx file: two zero bytes, the type (8: uint8), the number of axes, the extents, big-endian, and the values."""
    data = _unpacked(path)
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] != 8 or not 1 <= data[3] <= 4:
        raise FormatError(f"{path}: not an idx file of uint8")
    head = 4 + 4 * data[3]
    shape = np.frombuffer(data[4:head], ">u4").astype(np.int64).tolist()
    if len(data) != head + int(np.prod(shape, dtype=object)):
        raise FormatError(f"{path}: damaged: its shape {shape} does not fit its {len(data) - head} bytes of values")
    values: Array = np.frombuffer(data, np.uint8, offset=head).reshape(shape)
    return values


class MNIST(_Images):
    """Handwritten digits: 60,000 images of 28 x 28 for training and 10,000 for testing (LeCun, Cortes, Burges).

    root: a folder, or an HDF5 file. train: which part. transform, target_transform: of image and class. download: True
    is taken, but nothing is downloaded. Images are PIL's where it is installed, else NumPy arrays.
    """

    classes = [
        "0 - zero", "1 - one", "2 - two", "3 - three", "4 - four",
        "5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine",
    ]  # fmt: skip
    _files = ["mnist.h5", "mnist.hdf5", "MNIST/mnist.h5"]

    def __init__(
        self,
        root: Any,
        train: bool = True,
        transform: _Function | None = None,
        target_transform: _Function | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform, target_transform)
        self.train = train
        kind, prefix = type(self).__name__, "train" if train else "t10k"
        names = [f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"]
        found: Any = self._raw(names) or _stored(root, self._files, "train" if train else "test")
        if found is None:
            looked = [f"{kind}/raw/{names[0]}[.gz]", f"{names[0]}[.gz]", *self._files]
            raise _missing(kind, root, looked, download)
        self._pixels, self._labels = found
        if self._pixels.ndim != 3 or len(self._pixels) != len(self._labels):
            raise FormatError(
                f"{kind}: expected images [rows, height, width] and as many labels, "
                f"found {list(self._pixels.shape)} and {len(self._labels)} labels"
            )

    def _raw(self, names: list[str]) -> tuple[Array, Array] | None:
        root = os.fspath(self.root)
        for folder in (os.path.join(root, type(self).__name__, "raw"), os.path.join(root, "raw"), root):
            paths = [
                next((path for path in (base, f"{base}.gz") if os.path.isfile(path)), None)
                for base in (os.path.join(folder, name) for name in names)
            ]
            if paths[0] and paths[1]:
                return _idx(paths[0]), _idx(paths[1]).astype(np.int64)
        return None

    @property
    def data(self) -> Tensor:
        """The images, uint8 [rows, 28, 28]."""
        return tensor_of(self._pixels)

    @property
    def targets(self) -> Tensor:
        """The classes, int64 [rows]."""
        return tensor_of(self._labels)


class FashionMNIST(MNIST):
    """Pictures of clothes, as MNIST: 60,000 and 10,000 images of 28 x 28 (Xiao, Rasul, Vollgraf 2017)."""

    classes = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]  # fmt: skip
    _files = ["fashion-mnist.h5", "fashion_mnist.h5", "FashionMNIST/fashion-mnist.h5"]


class KMNIST(MNIST):
    """Cursive Japanese characters, as MNIST (Clanuwat et al. 2018)."""

    classes = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
    _files = ["kmnist.h5", "KMNIST/kmnist.h5"]


class CIFAR10(_Images):
    """Photographs of 10 classes: 50,000 images of 32 x 32 in three colours for training and 10,000 for testing
    (Krizhevsky 2009).

    From the binary version, cifar-10-binary.tar.gz or unpacked; the Python version is a pickle, which is not read.
    Arguments as MNIST's.
    """

    classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    _folder, _archive = "cifar-10-batches-bin", "cifar-10-binary.tar.gz"
    _parts = ([f"data_batch_{number}.bin" for number in range(1, 6)], ["test_batch.bin"])
    _label_bytes = 1
    _files = ["cifar10.h5", "cifar-10.h5"]

    def __init__(
        self,
        root: Any,
        train: bool = True,
        transform: _Function | None = None,
        target_transform: _Function | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform, target_transform)
        self.train = train
        names = self._parts[0 if train else 1]
        stored = _stored(root, self._files, "train" if train else "test")
        if stored is not None:
            self._pixels, self._labels = stored
            if self._pixels.ndim == 4 and self._pixels.shape[1] == 3:
                self._pixels = np.ascontiguousarray(self._pixels.transpose(0, 2, 3, 1))
        else:
            data = self._binary(names)
            if data is None:
                looked = [f"{self._folder}/{names[0]}", self._archive, *self._files]
                if os.path.isdir(os.path.join(os.fspath(root), self._folder.replace("bin", "py"))):
                    looked.append("and found the Python version, a pickle, which is not read: get the binary version")
                raise _missing(type(self).__name__, root, looked, download)
            self._pixels, self._labels = data

    def _binary(self, names: list[str]) -> tuple[Array, Array] | None:
        root = os.fspath(self.root)
        for folder in (os.path.join(root, self._folder), root):
            if os.path.isfile(os.path.join(folder, names[0])):
                return self._records([_unpacked(os.path.join(folder, name)) for name in names])
        archive = os.path.join(root, self._archive)
        if not os.path.isfile(archive):
            return None
        try:
            with tarfile.open(archive) as packed:
                members = [packed.extractfile(f"{self._folder}/{name}") for name in names]
                return self._records([member.read() for member in members if member is not None])
        except (tarfile.TarError, KeyError, EOFError, zlib.error) as error:
            raise FormatError(f"{archive}: damaged: {error}") from None

    def _records(self, files: list[bytes]) -> tuple[Array, Array]:
        """Records of the class (the last of its bytes) and 3,072 bytes: red, green, blue, row by row."""
        data, size = b"".join(files), self._label_bytes + 3072
        if not data or len(data) % size:
            raise FormatError(f"{type(self).__name__}: damaged: {len(data)} bytes are no records of {size}")
        records = np.frombuffer(data, np.uint8).reshape(-1, size)
        pixels = records[:, self._label_bytes :].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return np.ascontiguousarray(pixels), records[:, self._label_bytes - 1].astype(np.int64)

    @property
    def data(self) -> Array:
        """The images, uint8 [rows, 32, 32, 3], a NumPy array as torchvision's."""
        return self._pixels

    @property
    def targets(self) -> list[int]:
        """The classes."""
        return self._labels.tolist()  # type: ignore[no-any-return]


class CIFAR100(CIFAR10):
    """Photographs of 100 classes, as CIFAR10; from cifar-100-binary.tar.gz or unpacked."""

    classes = [str(number) for number in range(100)]
    _folder, _archive = "cifar-100-binary", "cifar-100-binary.tar.gz"
    _parts = (["train.bin"], ["test.bin"])
    _label_bytes = 2
    _files = ["cifar100.h5", "cifar-100.h5"]


class FakeData(_Images):
    """Random images and classes, the same for the same seed (random_offset + row): for trying programs out."""

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: _Function | None = None,
        target_transform: _Function | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(None, transform, target_transform)
        if size < 0 or num_classes < 1 or len(image_size) != 3:
            raise ArgumentError(
                f"FakeData: expected a size, (channels, height, width) and at least one class, found {size}, "
                f"{image_size} and {num_classes}"
            )
        self.size, self.image_size, self.num_classes, self.random_offset = size, image_size, num_classes, random_offset
        self.classes = [str(number) for number in range(num_classes)]

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        row = index.__index__()
        if not 0 <= row < self.size:
            raise RangeError(f"FakeData: row {row} is out of range for {self.size} rows")
        draws = np.random.default_rng(self.random_offset + row)
        channels, height, width = self.image_size
        image: Any = draws.integers(0, 256, (height, width, channels), np.uint8)
        image = image[:, :, 0] if channels == 1 else image
        target: Any = int(draws.integers(self.num_classes))
        images = None if _takes_arrays(self.transform) else pil()
        image = image if images is None else images.fromarray(image)
        image = image if self.transform is None else self.transform(image)
        return image, target if self.target_transform is None else self.target_transform(target)

    def _rows(self, indices: Any) -> None:
        return None


class ImageFolder(_Images):
    """Images in a folder for each class: root/dog/1.png. They are read by PIL, which has to be installed.

    loader: reads a file, in place of PIL. is_valid_file: which files count, in place of the suffixes of images.
    """

    extensions = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")

    def __init__(
        self,
        root: Any,
        transform: _Function | None = None,
        target_transform: _Function | None = None,
        loader: _Function | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
    ) -> None:
        super().__init__(root, transform, target_transform)
        self.loader = loader or _read_picture
        folders = [entry.name for entry in os.scandir(root) if entry.is_dir()]
        self.classes = sorted(folders)
        counts = is_valid_file or (lambda path: path.lower().endswith(self.extensions))
        self.samples = [
            (path, number)
            for number, name in enumerate(self.classes)
            for folder, _, files in sorted(os.walk(os.path.join(root, name)))
            for path in (os.path.join(folder, file) for file in sorted(files))
            if counts(path)
        ]
        self.imgs = self.samples
        if not self.samples:
            error = MissingFileError(
                f"ImageFolder: expected a folder of images for each class in {os.fspath(root)!r}, such as "
                f"{os.path.join(os.fspath(root), 'dog', '1.png')!r}, found {len(folders)} folders without images"
            )
            error.errno = 2
            raise error

    @property
    def targets(self) -> list[int]:
        """The classes."""
        return [number for _, number in self.samples]

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: Any) -> Any:
        path, target = self.samples[index]
        image = self.loader(path)
        image = image if self.transform is None else self.transform(image)
        return image, target if self.target_transform is None else self.target_transform(target)

    def _rows(self, indices: Any) -> None:
        return None


def _read_picture(path: str) -> Any:
    with open(path, "rb") as file:
        picture = needed_pil("ImageFolder").open(file)
        assert is_pil(picture)
        return picture.convert("RGB")
