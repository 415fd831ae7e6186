"""keras.datasets: nothing is downloaded; files that are there are read."""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np

_PAGES = {
    "mnist": "mnist.npz", "fashion_mnist": "fashion-mnist.npz", "cifar10": "cifar10.npz", "cifar100": "cifar100.npz",
    "imdb": "imdb.npz", "reuters": "reuters.npz", "boston_housing": "boston_housing.npz",
    "california_housing": "california_housing.npz",
}  # fmt: skip


class DataSet:
    """One data set, which load_data(path=...) reads from a file that is there."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def load_data(self, path: Any = None, **kwargs: Any) -> Any:
        """((x_train, y_train), (x_test, y_test)) of an .npz or HDF5 file with arrays of these names.

        Raises FileNotFoundError where it is not there: nothing is downloaded.
        """
        name = self.__name__
        found = None if path is None else os.path.expanduser(os.fspath(path))
        kept = os.path.join(os.path.expanduser("~"), ".keras", "datasets", os.path.basename(found or _PAGES[name]))
        if found is None or not os.path.exists(found):
            if os.path.exists(kept):
                found = kept
            else:
                raise FileNotFoundError(
                    f"keras.datasets.{name}.load_data: nothing is downloaded here, and there is no file "
                    f"{found or kept!r}; get the data in another way, and give load_data(path=...) an .npz or HDF5 "
                    "file with the arrays x_train, y_train, x_test, y_test"
                )
        arrays = _arrays(found, name)
        return (arrays[0], arrays[1]), (arrays[2], arrays[3])

    def __repr__(self) -> str:
        return f"<data set {self.__name__}>"


_WORDS = ("x_train", "y_train", "x_test", "y_test")
# Other names that such files use.
_ALSO = {
    "x_train": ("train_images", "train_x", "images_train", "train/images"),
    "y_train": ("train_labels", "train_y", "labels_train", "train/labels"),
    "x_test": ("test_images", "test_x", "images_test", "test/images"),
    "y_test": ("test_labels", "test_y", "labels_test", "test/labels"),
}


def _arrays(path: str, name: str) -> list[Any]:
    with open(path, "rb") as file:
        is_archive = file.read(2) == b"PK"
    if is_archive:
        with np.load(path, allow_pickle=False) as archive:
            return [_named(archive, word, path, name) for word in _WORDS]
    h5 = importlib.import_module("wingbeat.h5")
    with h5.File(path) as archive:
        return [np.asarray(_named(archive, word, path, name)[()]) for word in _WORDS]


def _named(archive: Any, word: str, path: str, name: str) -> Any:
    for known in (word, *_ALSO[word]):
        if known in archive:
            return archive[known]
    raise KeyError(
        f"keras.datasets.{name}.load_data: expected the arrays {', '.join(_WORDS)} in {path!r}, found {list(archive)}"
    )


def __getattr__(name: str) -> Any:
    from ._absent import sentence

    if name in _PAGES:
        return DataSet(name)
    raise AttributeError(sentence(__name__, name))


mnist, fashion_mnist, cifar10, cifar100 = map(DataSet, ("mnist", "fashion_mnist", "cifar10", "cifar100"))
imdb, reuters = DataSet("imdb"), DataSet("reuters")
boston_housing, california_housing = DataSet("boston_housing"), DataSet("california_housing")

__all__ = list(_PAGES)
